#include <QScopeGuard>
#include <QTest>

#include "desk_harness.h"
#include "runtime_bench.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;

/// A feed whose answers do not come while it hangs.
class HangingFeed final : public market::MarketFeed {
public:
    struct Switch {
        void hang(bool on) {
            {
                std::scoped_lock lock(mutex);
                hangs = on;
            }
            turned.notify_all();
        }
        std::mutex mutex;
        std::condition_variable turned;
        bool hangs = false;
        std::atomic<bool> dies{false}; ///< the next step throws: no thread asks the feed any more
    };
    HangingFeed(std::unique_ptr<market::MarketFeed> inner, std::shared_ptr<Switch> line) : m_inner(std::move(inner)), m_line(std::move(line)) {}
    market::FeedInfo info() const override { return m_inner->info(); }
    std::optional<UtcTime> nextTime(UtcTime after) const override { return m_inner->nextTime(after); }
    Result<std::shared_ptr<const market::Tick>> advance(UtcTime to, std::span<const market::OptionContract> watched) override {
        std::unique_lock lock(m_line->mutex);
        m_line->turned.wait(lock, [&] { return !m_line->hangs; });
        if (m_line->dies) throw std::runtime_error("a fault of the test");
        return m_inner->advance(to, watched);
    }
    Result<std::shared_ptr<const market::OptionChain>> chain(const std::string& underlying) override { return m_inner->chain(underlying); }
    std::shared_ptr<const market::History> history() const override { return m_inner->history(); }

private:
    std::unique_ptr<market::MarketFeed> m_inner;
    std::shared_ptr<Switch> m_line;
};

class SilenceTest : public QObject {
    Q_OBJECT

private:
    static void seconds(Harness& h, int count) {
        for (int i = 0; i < count; ++i) h.timer();
    }

private Q_SLOTS:
    void aMarketThatSaysNothingForThirtySecondsHalts() {
        Harness h;
        h.open();
        h.holdSpread();
        seconds(h, 28);
        QVERIFY(!h.state().halted());
        seconds(h, 3);
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        QVERIFY(!h.effects<CloseGate>().empty());
        QVERIFY(h.state().positions.size() == 1); // kept: nothing is closed on what nobody quotes
    }

    void aRequestRunsOutThoughNoTickComes() {
        Harness h;
        h.open();
        h.propose(Harness::spread(4));
        QVERIFY(h.pending());
        QCOMPARE(h.pending()->tier.tier, approval::Tier::T1);
        while (h.pending() && h.now().mono < h.pending()->deadline - 5s) h.tick();
        while (h.pending() && h.now().mono < h.pending()->deadline) h.timer();
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::Expired); // nor for stale quotes
    }

    void aRequestWhoseQuotesGoStaleIsTakenBackThoughNoTickComes() {
        Harness h;
        h.open();
        h.propose(Harness::spread(4));
        QVERIFY(h.pending());
        seconds(h, 20);
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::Stale);
        QVERIFY(!h.state().halted()); // before any breaker
    }

    void whatAClosedMarketShowsDoesNotChangeWhileNothingIsSaid() {
        Harness h;
        h.open();
        h.holdSpread();
        h.ticks(5);
        seconds(h, 45); // the feed hung for a while
        h.ticks(5);
        h.skipTo(market::toNewYork(h.now().utc).date, 16, 20);
        h.tick();
        const auto view = h.desk().view(h.now());
        QCOMPARE(view.positions.size(), std::size_t{1});
        QVERIFY(view.positions.front().mark.net.has_value());
        QVERIFY(view.positions.front().mark.openPnl.has_value());
    }

    void theHaltEndsAMinuteAfterQuotesCameBack() {
        Harness h;
        h.open();
        h.holdSpread();
        seconds(h, 40);
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        h.ticks(50);
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        h.ticks(15);
        QVERIFY(!h.state().latched(risk::Breaker::B5StaleData));
    }

    void aFeedThatHangsHaltsTheRunningDesk() {
        const auto line = std::make_shared<HangingFeed::Switch>();
        const auto machine = std::make_shared<std::atomic<MonoTime>>(MonoTime{1h});
        const auto release = qScopeGuard([&] { line->hang(false); });
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        Bench b([config, line]() -> Result<std::unique_ptr<market::MarketFeed>> {
            return std::unique_ptr<market::MarketFeed>(new HangingFeed(simulation::makeSimulatedMarket(config), line));
        });
        b.machineTime = [machine] { return machine->load(); };
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return running(v) && v.session == market::Session::Open; }));
        line->hang(true);
        QVERIFY(b.until([&](const DeskView& v) {
            *machine = machine->load() + 1s;
            return v.state == RunState::Halted;
        }));
        QVERIFY(!b.runtime->gateOpen());
        const auto at = b.view()->at;
        line->hang(false);
        QVERIFY(b.until([&](const DeskView& v) { return v.at.utc > at.utc + 30s && v.at.mono > at.mono + 30s; })); // it lives on
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b);
    }

    void aFeedThatDiesStopsNoClock() {
        const auto line = std::make_shared<HangingFeed::Switch>();
        const auto machine = std::make_shared<std::atomic<MonoTime>>(MonoTime{1h});
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        Bench b([config, line]() -> Result<std::unique_ptr<market::MarketFeed>> {
            return std::unique_ptr<market::MarketFeed>(new HangingFeed(simulation::makeSimulatedMarket(config), line));
        });
        b.machineTime = [machine] { return machine->load(); };
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return running(v) && v.session == market::Session::Open; }));
        line->dies = true;
        QVERIFY(b.until([](const DeskView& v) { return v.haltReason.find("B7") != std::string::npos; }));
        const auto at = b.view()->at.mono;
        QVERIFY(b.until([&](const DeskView& v) { // orders, deadlines and breakers are looked at by the machine's seconds
            *machine = machine->load() + 1s;
            return v.at.mono > at + 30s;
        }));
        QVERIFY(!b.runtime->gateOpen());
        b.stop();
        checkJournal(b);
    }
};

QTEST_APPLESS_MAIN(SilenceTest)
#include "tst_desk_silence.moc"
