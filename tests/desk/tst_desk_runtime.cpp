#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sys/resource.h>

#include "agents/deliberation.h"
#include "desk/replay.h"
#include "desk/runtime.h"
#include "execution/simulated_broker.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"
#include "store/journal.h"

using namespace mahler;
using namespace mahler::desk;
using namespace std::chrono_literals;

namespace {

/// Watches what really reaches a broker: openings taken after `closed` was set are the ones no halt may let through.
class WatchedBroker final : public execution::Broker {
public:
    struct Seen {
        std::atomic<bool> closed{false};
        std::atomic<int> openings{0}, afterwards{0}, cancels{0};
    };
    WatchedBroker(std::unique_ptr<execution::Broker> inner, std::shared_ptr<Seen> seen) : m_inner(std::move(inner)), m_seen(std::move(seen)) {}
    std::string account() const override { return m_inner->account(); }
    Result<void> submit(const execution::Order& order, risk::RiskToken token) override {
        const bool closed = m_seen->closed;
        auto done = m_inner->submit(order, std::move(token));
        if (done && order.combo.intent == portfolio::OrderIntent::Open) {
            ++m_seen->openings;
            m_seen->afterwards += closed;
        }
        return done;
    }
    Result<void> cancel(const OrderId& id) override {
        ++m_seen->cancels;
        return m_inner->cancel(id);
    }
    void onTick(Timestamp now, const market::Tick& tick) override { m_inner->onTick(now, tick); }
    std::vector<execution::BrokerUpdate> poll() override { return m_inner->poll(); }
    std::vector<execution::BrokerCashEvent> pollCash() override { return m_inner->pollCash(); }
    execution::BrokerReport report() override { return m_inner->report(); }
    int takeErrors() override { return m_inner->takeErrors(); }

private:
    std::unique_ptr<execution::Broker> m_inner;
    std::shared_ptr<Seen> m_seen;
};

/// A desk with all its threads on a simulated market, without a window. Views come on the runtime's threads.
class Bench {
public:
    explicit Bench(simulation::Scenario scenario = simulation::Scenario::Calm, double speed = 3000) : m_speed(speed) {
        m_config->scenario = scenario;
        m_config->date = std::chrono::year{2026} / 11 / 23;
        m_config->sessions = 5;
    }
    bool start() {
        RuntimeOptions options;
        options.directory = m_folder.path().toStdString();
        options.runId = "run-" + std::to_string(++m_runs);
        options.checkpointKey = m_key;
        options.settings.screener = strategy::calibratedProfile();
        options.roles = *agents::builtInRoles();
        options.speed = m_speed;
        RuntimeSinks sinks;
        sinks.view = [this](std::shared_ptr<const DeskView> view) {
            if (throwOnce.exchange(false))
                throw std::runtime_error("a fault of the test");
            set(std::move(view));
        };
        sinks.chain = [](auto) {};
        sinks.deliberation = [](auto) {};
        sinks.progress = [](const std::string&, const agents::Progress&) {};
        sinks.journal = [](auto, bool) {};
        sinks.failed = [this](const std::string& what) {
            std::scoped_lock lock(m_mutex);
            m_failures.push_back(what);
        };
        const auto config = m_config;
        auto made = DeskRuntime::start(
            options, [config](std::optional<UtcTime>) -> Result<std::unique_ptr<market::MarketFeed>> { return simulation::makeSimulatedMarket(*config); },
            [config, seen = seen](risk::Gate& gate, const risk::HaltGate& halt, const execution::BrokerReport& books) -> std::unique_ptr<execution::Broker> {
                execution::SimulatedBrokerConfig broker;
                broker.seed = config->seed;
                broker.down = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).down; };
                broker.rejectRate = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).rejectRate; };
                auto b = execution::SimulatedBroker::create(broker, gate, halt);
                if (!books.positions.empty() || books.cash.micros() != 0)
                    b->restore(books);
                return std::make_unique<WatchedBroker>(std::move(b), seen);
            },
            agents::makeRuleReasoner(), sinks);
        if (!made) {
            qWarning("%s", made.error().detail.c_str());
            return false;
        }
        runtime = std::move(*made);
        return true;
    }
    void stop() {
        runtime.reset();
        std::scoped_lock lock(m_mutex);
        m_view.reset();
    }
    std::shared_ptr<const DeskView> view() const {
        std::scoped_lock lock(m_mutex);
        return m_view;
    }
    /// Waits for a view that fits; every request is approved by the first who may when `approve`.
    bool until(const std::function<bool(const DeskView&)>& fits, bool approve = false, std::chrono::seconds limit = 60s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        for (;;) {
            std::shared_ptr<const DeskView> view;
            {
                std::unique_lock lock(m_mutex);
                if (!m_news.wait_until(lock, end, [&] { return m_view && m_view != m_seen; }))
                    return false;
                view = m_seen = m_view;
            }
            if (fits(*view))
                return true;
            if (approve)
                answer(*view);
        }
    }
    void answer(const DeskView& view) {
        for (const auto& a : view.approvals)
            for (const auto& user : view.users)
                if (approval::mayApproveTier(user, static_cast<int>(a.request.tier.tier)))
                    if (runtime->send(AnswerRequest{a.request.id, user.id, true, a.request.shownHash, "read all of it, agreed", a.maxLoss}))
                        break;
    }
    std::vector<std::string> failures() const {
        std::scoped_lock lock(m_mutex);
        return m_failures;
    }
    std::string journal() const { return m_folder.path().toStdString() + "/journal.db"; }
    const Digest& key() const { return m_key; }

    std::unique_ptr<DeskRuntime> runtime;
    std::atomic<bool> throwOnce{false}; ///< on the desk thread
    std::shared_ptr<WatchedBroker::Seen> seen = std::make_shared<WatchedBroker::Seen>();

private:
    void set(std::shared_ptr<const DeskView> view) {
        {
            std::scoped_lock lock(m_mutex);
            m_view = std::move(view);
        }
        m_news.notify_all();
    }
    QTemporaryDir m_folder;
    std::shared_ptr<simulation::SimulationConfig> m_config = std::make_shared<simulation::SimulationConfig>();
    Digest m_key{};
    double m_speed;
    int m_runs = 0;
    mutable std::mutex m_mutex;
    std::condition_variable m_news;
    std::shared_ptr<const DeskView> m_view, m_seen;
    std::vector<std::string> m_failures;
};

bool running(const DeskView& v) { return v.state == RunState::Running; }

} // namespace

class RuntimeTest : public QObject {
    Q_OBJECT

    static void checkJournal(const Bench& b) {
        const auto verified = store::verifyJournal(b.journal(), &b.key());
        QVERIFY2(verified && verified->ok, verified ? verified->reason.c_str() : verified.error().detail.c_str());
        const auto replayed = replayJournal(b.journal(), risk::Limits{});
        QVERIFY2(replayed.has_value(), replayed ? "" : replayed.error().detail.c_str());
        QVERIFY2(replayed->same, replayed->detail.c_str());
    }

private Q_SLOTS:
    void anAutomaticOrderIsFilledAndTheJournalReplays() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto automatic = [](const DeskView& v) {
            return std::any_of(v.orders.begin(), v.orders.end(), [](const OrderView& o) {
                return o.order.approvedBy == "auto" && o.order.state == execution::OrderState::Filled;
            });
        };
        QVERIFY(b.until(automatic, true));
        const auto view = b.view();
        for (const auto& o : view->orders)
            QVERIFY2(o.order.state != execution::OrderState::Rejected, o.order.text.c_str());
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b);
    }

    void haltFromAnotherThreadClosesTheGateAtOnce() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        std::jthread key([&] { b.runtime->halt("user:ann", "key"); });
        key.join();
        QVERIFY(!b.runtime->gateOpen());
        QVERIFY(b.until([](const DeskView& v) { return v.state == RunState::Halted; }));
        b.stop();
        checkJournal(b);
    }

    void noOpeningReachesTheBrokerAfterTheHaltReturned() {
        Bench b;
        QVERIFY(b.start());
        // The strategy is known by now and small orders go out by themselves: the halt falls among them.
        QVERIFY(b.until([&](const DeskView&) { return b.seen->openings >= 1; }, true));
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "SPX"})
            (void)b.runtime->send(RequestCycle{"user:ann", symbol});
        const int before = b.seen->openings;
        QVERIFY(b.until([&](const DeskView&) { return b.seen->openings > before; }, true, 30s));
        b.runtime->halt("user:ann", "key");
        b.seen->closed = true; // from here on every opening is one too many
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "SPX"})
            (void)b.runtime->send(RequestCycle{"user:ann", symbol});
        QVERIFY(b.until([](const DeskView& v) { return v.state == RunState::Halted; }));
        QVERIFY(b.until([&, at = b.view()->at.utc](const DeskView& v) { return v.at.utc > at + 60s; }, true));
        QCOMPARE(b.seen->afterwards.load(), 0);
        b.stop();
        checkJournal(b);
    }

    void anExceptionOnTheDeskThreadHaltsAndTheJournalStillReplays() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        b.throwOnce = true;
        QVERIFY(b.until([](const DeskView& v) { return v.state != RunState::Running && v.haltReason.find("B7") != std::string::npos; }));
        QVERIFY(!b.runtime->gateOpen());
        QVERIFY(b.until([at = b.view()->at.utc](const DeskView& v) { return v.at.utc > at + 30s; })); // it lives, halted
        b.stop();
        checkJournal(b);
    }

    void aJournalThatCannotBeWrittenStopsTradingAndSaysSo() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit tiny = before;
        tiny.rlim_cur = 1; // no file may grow any more
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
        const auto restore = qScopeGuard([&] { ::setrlimit(RLIMIT_FSIZE, &before); });
        QVERIFY(b.until([](const DeskView& v) { return !v.journalOk && v.state == RunState::Halted; }));
        QVERIFY(!b.runtime->gateOpen());
        const int openings = b.seen->openings;
        (void)b.runtime->send(RequestCycle{"user:ann", "SPY"});
        b.runtime->halt("user:ann", "key"); // works without a disk
        QVERIFY(!b.runtime->gateOpen());
        QCOMPARE(b.seen->openings.load(), openings);
        QVERIFY(!b.failures().empty());
        b.stop();
    }

    void stoppingAtAnyMomentEndsEveryThread() {
        for (int i = 0; i < 6; ++i) {
            Bench b;
            QVERIFY(b.start());
            if (i > 0)
                QVERIFY(b.until([&](const DeskView& v) { return v.at.utc > market::fromNewYork(std::chrono::year{2026} / 11 / 23, 9, 29 + i * 2); }));
            for (const auto* symbol : {"SPY", "QQQ"})
                (void)b.runtime->send(RequestCycle{"user:ann", symbol});
            b.stop();
            checkJournal(b);
        }
    }

    void aCrashDayTradesHaltsAndClosesTheBooks() {
        Bench b(simulation::Scenario::Crash, 1e6);
        QVERIFY(b.start());
        bool traded = false, halted = false, summed = false;
        const auto nextMorning = market::fromNewYork(std::chrono::year{2026} / 11 / 24, 9, 0);
        QVERIFY(b.until(
            [&](const DeskView& v) {
                traded = traded || !v.positions.empty();
                for (const auto& n : v.notices) {
                    halted = halted || n.text.find("HALTED by B4") != std::string::npos;
                    summed = summed || ((n.text.starts_with("Close summary: day P&L ") && n.text.find("unknown") == std::string::npos));
                }
                return v.at.utc > nextMorning || (traded && halted && summed);
            },
            true, 120s));
        QVERIFY(traded);
        QVERIFY(halted);
        QVERIFY(summed);
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b);
    }

    void aRestartHoldsWhatWasHeld() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return !v.positions.empty(); }, true));
        b.runtime->setPaused(true);
        QVERIFY(b.until([](const DeskView& v) { return v.paused; }));
        const auto before = b.view();
        b.stop();
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto after = b.view();
        QVERIFY(after->positions.size() >= before->positions.size());
        QVERIFY(after->at.utc >= before->at.utc);
        b.stop();
        checkJournal(b);
    }
};

QTEST_APPLESS_MAIN(RuntimeTest)
#include "tst_desk_runtime.moc"
