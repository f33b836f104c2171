#include <QTest>

#include "desk/schedule.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// The day's work by the clock, and what a desk that starts on a closed market still knows of it.
class DeskScheduleTest : public QObject {
    Q_OBJECT

    static int summaries(const Harness& h) {
        int count = 0;
        for (const auto& e : h.events())
            if (e.event.type == "notice" && e.event.body.at("text").get<std::string>().starts_with("Close summary")) ++count;
        return count;
    }

private Q_SLOTS:
    void scansFireAtTheirNewYorkTimesOnce() {
        Harness h;
        h.open();
        std::size_t scans = 0;
        for (const auto& [hour, minute] : {std::pair{10, 34}, {11, 59}, {15, 29}}) {
            h.jumpTo(hour, minute, 57);
            h.ticks(2);
            QCOMPARE(h.effects<RunCycle>().size(), scans); // a second before
            h.ticks(1);
            QCOMPARE(h.effects<RunCycle>().size(), ++scans);
            h.ticks(100);
            QCOMPARE(h.effects<RunCycle>().size(), scans);
            CycleFinished nothing;
            nothing.id = h.effects<RunCycle>().back().id;
            nothing.underlying = "SPY";
            nothing.action = "skip";
            h.give(nothing);
        }
        h.jumpTo(16, 14, 57);
        h.ticks(2);
        QCOMPARE(summaries(h), 0);
        h.ticks(1);
        QCOMPARE(summaries(h), 1);
        h.ticks(100);
        QCOMPARE(summaries(h), 1);
        QCOMPARE(h.effects<RunCycle>().size(), scans);
    }

    void theCloseSummaryComesAQuarterOfAnHourAfterTheClose_data() {
        QTest::addColumn<int>("day");
        QTest::addColumn<int>("hour");
        QTest::newRow("a full day") << 23 << 16;
        QTest::newRow("the day after Thanksgiving") << 27 << 13;
    }
    void theCloseSummaryComesAQuarterOfAnHourAfterTheClose() {
        QFETCH(int, day);
        QFETCH(int, hour);
        Harness h;
        h.skipTo(std::chrono::year{2026} / 11 / day, 9, 29);
        h.open();
        h.jumpTo(hour, 14, 58);
        h.tick();
        QCOMPARE(summaries(h), 0);
        h.ticks(2);
        QCOMPARE(summaries(h), 1);
        h.ticks(5);
        QCOMPARE(summaries(h), 1);
        h.jumpTo(16, 15);
        h.ticks(5);
        QCOMPARE(summaries(h), 1);
    }

    void aSessionWithoutMarksIsNotSummedUpWithThoseOfTheDayBefore() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.ticks(5);
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        facts.open = market::sessionOpen(facts.date);
        facts.close = market::sessionClose(facts.date);
        h.skipTo(facts.date, 9, 29);
        h.give(facts);
        h.removeQuote(Harness::put(470));
        h.jumpTo(16, 15);
        h.ticks(2);
        QCOMPARE(summaries(h), 1);
        QVERIFY2(h.state().notices.front().text.find("day P&L unknown") != std::string::npos, h.state().notices.front().text.c_str());
    }

    void noScanIsPromisedAfterAnEarlyClose() {
        Harness h;
        h.skipTo(std::chrono::year{2026} / 11 / 27, 9, 29);
        h.open();
        h.jumpTo(11, 0);
        h.tick();
        QCOMPARE(h.desk().view(h.now()).nextScan.value(), h.at(12, 0).utc);
        h.jumpTo(12, 30);
        h.tick();
        QVERIFY(!h.desk().view(h.now()).nextScan);
    }

    void noScanIsPromisedWhileScansRunOnRequestOnly() {
        Harness h;
        h.open();
        QVERIFY(h.desk().view(h.now()).nextScan);
        h.give(SetAutonomy{h.userWith(approval::Role::Trader), false});
        QVERIFY(!h.desk().view(h.now()).nextScan);
        h.give(SetAutonomy{h.userWith(approval::Role::Trader), true});
        QVERIFY(h.desk().view(h.now()).nextScan);
    }

    void aDeskThatStartsOnAClosedMarketShowsTheLastValuesWithTheirTime() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.quote(Harness::put(470), 1.60, 1.64);
        h.jumpTo(15, 59, 50);
        h.ticks(20);
        const auto reading = [&](const Desk& desk, risk::Breaker which) {
            for (const auto& b : desk.view(h.now()).breakers)
                if (b.breaker == which) return b;
            return risk::BreakerReading{};
        };
        h.freezeFeed(true);
        h.ticks(60);
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        again.handle(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", {}, {"SPY"}}, h.now());
        for (const auto which : {risk::Breaker::B1DailyLoss, risk::Breaker::B2WeeklyLoss, risk::Breaker::B3Drawdown}) {
            const auto before = reading(h.desk(), which), after = reading(again, which);
            QVERIFY(before.asOf && after.asOf);
            QCOMPARE(after.now, before.now);
            QCOMPARE(*after.asOf, *before.asOf);
            QVERIFY(after.tripped); // unreadable now
        }
        const auto view = again.view(h.now());
        QCOMPARE(view.marks.equity, h.desk().view(h.now()).marks.equity);
        QCOMPARE(view.marksAsOf, h.desk().view(h.now()).marksAsOf);
        QCOMPARE(view.state, RunState::Halted); // and nothing opens
    }

    void debatesOutliveTheNightAndARestart() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        const auto debated = h.desk().view(h.now()).cycles;
        QCOMPARE(debated.size(), std::size_t{1});
        h.skipTo(std::chrono::year{2026} / 11 / 24, 9, 29);
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        h.give(facts);
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        again.handle(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", {}, {"SPY"}}, h.now());
        for (const auto& view : {h.desk().view(h.now()), again.view(h.now())}) {
            QCOMPARE(view.cycles.size(), std::size_t{1});
            QCOMPARE(view.cycles.front().id, debated.front().id);
            QCOMPARE(view.cycles.front().at, debated.front().at); // of yesterday, and says so
            QCOMPARE(view.cycles.front().deliberationHash, debated.front().deliberationHash);
            QVERIFY(!view.cycles.front().running);
        }
        h.skipTo(facts.date, 9, 31);
        h.ticks(2);
        h.give(RequestCycle{"schedule", "SPY"}); // and another one is not kept from running
        QCOMPARE(h.desk().view(h.now()).cycles.size(), std::size_t{2});
    }

    void theMarksAreJournaledEveryFiveMinutesAndAtTheClose() {
        Harness h;
        h.open();
        const int first = h.count("account.marked");
        QCOMPARE(first, 1);
        h.ticks(290);
        QCOMPARE(h.count("account.marked"), first);
        h.ticks(20);
        QCOMPARE(h.count("account.marked"), first + 1);
        h.jumpTo(15, 59, 58);
        h.ticks(1);
        const int open = h.count("account.marked");
        h.ticks(10);
        QCOMPARE(h.count("account.marked") - open, 0); // nothing was marked after the last one
    }
};

QTEST_GUILESS_MAIN(DeskScheduleTest)
#include "tst_desk_schedule.moc"
