#include <csignal>
#include <QScopeGuard>
#include <QTest>
#include <sys/resource.h>

#include "market/exchange_calendar.h"
#include "runtime_bench.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;

/// No file may grow any more until the guard goes.
[[nodiscard]] auto unwritableDisk() {
    rlimit before{};
    if (::getrlimit(RLIMIT_FSIZE, &before) != 0) qFatal("getrlimit");
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit tiny = before;
    tiny.rlim_cur = 1;
    if (::setrlimit(RLIMIT_FSIZE, &tiny) != 0) qFatal("setrlimit");
    return qScopeGuard([before] { ::setrlimit(RLIMIT_FSIZE, &before); });
}

class RuntimeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anAutomaticOrderIsFilledAndTheJournalReplays() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto automatic = [](const DeskView& v) {
            return std::any_of(v.orders.begin(), v.orders.end(),
                               [](const OrderView& o) { return o.order.approvedBy == "auto" && o.order.state == execution::OrderState::Filled; });
        };
        QVERIFY(b.until(automatic, true));
        const auto view = b.view();
        for (const auto& o : view->orders) QVERIFY2(o.order.state != execution::OrderState::Rejected, o.order.text.c_str());
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b);
    }

    void theRiskOfTheBookComesWhileSomebodyLooks() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return !v.positions.empty() && v.session == market::Session::Open; }, true));
        QCOMPARE(b.risk().second, 0); // nobody looks
        b.runtime->watchRisk(true);
        QVERIFY(b.until(
            [&](const DeskView&) {
                const auto risk = b.risk().first;
                return risk && risk->asIs.varAt != UtcTime{} && risk->attribution.book.explained > 0;
            },
            true));
        const auto risk = b.risk().first;
        QVERIFY(risk->asIs.grid.coverage.complete());
        QVERIFY(risk->asIs.grid.worst.has_value());
        QVERIFY2(risk->asIs.historical.available(), risk->asIs.historical.unavailable.c_str());
        QVERIFY2(risk->asIs.map.has_value(), risk->asIs.mapCause.c_str());
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b); // it is a derived view: the record does not know of it
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
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "SPX"}) (void)b.runtime->send(RequestCycle{"user:ann", symbol});
        const int before = b.seen->openings;
        QVERIFY(b.until([&](const DeskView&) { return b.seen->openings > before; }, true, 30s));
        b.runtime->halt("user:ann", "key");
        b.seen->closed = true; // from here on every opening is one too many
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "SPX"}) (void)b.runtime->send(RequestCycle{"user:ann", symbol});
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

    void aCycleThatThrowsEndsAndIsNotWaitedFor() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto ended = [](const DeskView& v, const char* why) {
            return std::any_of(v.cycles.begin(), v.cycles.end(), [&](const CycleView& cycle) {
                return cycle.underlying == "GLD" && !cycle.running && cycle.reason.find(why) != std::string::npos;
            });
        };
        b.agentsThrowOnce = true;
        QVERIFY(b.runtime->send(RequestCycle{"user:ann", "GLD"}));
        QVERIFY(b.until([&](const DeskView& v) { return ended(v, "the agents failed: a fault of the test"); }));
        QVERIFY(b.until([](const DeskView& v) { return v.haltReason.find("B7") != std::string::npos; }));
        const auto cycles = b.view()->cycles.size();
        QVERIFY(b.runtime->send(RequestCycle{"user:ann", "GLD"})); // the next one is taken, and ends
        QVERIFY(b.until([&](const DeskView& v) { return v.cycles.size() > cycles && !v.cycles.front().running; }));
        b.stop();
        checkJournal(b);
    }

    void aJournalThatCannotBeWrittenStopsTradingAndSaysSo() {
        Bench b;
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto full = unwritableDisk();
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

    void openingsThatWorkAreCancelledWhenTheJournalBreaks() {
        Bench b;
        b.answersAfter = 24h; // nothing is filled
        QVERIFY(b.start());
        const auto working = [](const DeskView& v) {
            return std::count_if(v.orders.begin(), v.orders.end(), [](const OrderView& o) {
                return !execution::isTerminal(o.order.state) && o.order.combo.intent == portfolio::OrderIntent::Open;
            });
        };
        QVERIFY(b.until([&](const DeskView& v) { return working(v) > 0; }, true));
        b.runtime->setPaused(true);
        QVERIFY(b.until([](const DeskView& v) { return v.paused; }));
        QCOMPARE(b.seen->cancels.load(), 0);
        const auto openings = working(*b.view());
        const auto full = unwritableDisk();
        (void)b.runtime->send(RequestCycle{"user:ann", "SPY"}); // cannot be journaled
        QVERIFY(b.until([](const DeskView& v) { return !v.journalOk; }));
        QCOMPARE(b.seen->cancels.load(), static_cast<int>(openings));
        QVERIFY(!b.runtime->gateOpen());
        b.stop();
    }

    void stoppingAtAnyMomentEndsEveryThread() {
        for (int i = 0; i < 6; ++i) {
            Bench b;
            QVERIFY(b.start());
            if (i > 0)
                QVERIFY(b.until([&](const DeskView& v) { return v.at.utc > market::fromNewYork(std::chrono::year{2026} / 11 / 23, 9, 29 + i * 2); }));
            for (const auto* symbol : {"SPY", "QQQ"}) (void)b.runtime->send(RequestCycle{"user:ann", symbol});
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
            true, 280s));
        QVERIFY(traded);
        QVERIFY(halted);
        QVERIFY(summed);
        b.stop();
        QVERIFY(b.failures().empty());
        checkJournal(b);
    }

    void aRestartKnowsWhatWasDebatedAndScreened() {
        Bench b;
        QVERIFY(b.start());
        const auto finished = [](const DeskView& v) {
            return std::find_if(v.cycles.begin(), v.cycles.end(), [](const CycleView& c) { return !c.deliberationHash.empty(); });
        };
        QVERIFY(b.until([&](const DeskView& v) { return finished(v) != v.cycles.end(); }, true));
        const auto before = b.view();
        const CycleView cycle = *finished(*before);
        QVERIFY(b.until([&](const DeskView&) { return b.debate(cycle.id) != nullptr; }));
        const auto then = b.debate(cycle.id);
        b.stop();
        QVERIFY(b.start());
        QVERIFY(b.until(running));
        const auto after = b.view();
        QVERIFY(std::any_of(after->cycles.begin(), after->cycles.end(), [&](const CycleView& c) { return c.id == cycle.id && c.at == cycle.at; }));
        QVERIFY(!b.debate(cycle.id));
        b.runtime->requestDeliberation(cycle.id.str());
        QVERIFY(b.until([&](const DeskView&) { return b.debate(cycle.id) != nullptr; }));
        const auto again = b.debate(cycle.id);
        QCOMPARE(again->underlying, cycle.underlying);
        QCOMPARE(again->asof, then->asof);
        QCOMPARE(again->screen.considered, then->screen.considered);
        QCOMPARE(again->screen.candidates.size(), then->screen.candidates.size());
        QCOMPARE(again->screen.rules.size(), then->screen.rules.size());
        QCOMPARE(again->decision.reason, then->decision.reason);
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
