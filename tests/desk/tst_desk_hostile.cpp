#include <limits>
#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// What `mahler simulate` found, each by name.
class DeskHostileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aVixThatIsNoNumberIsMissing_data() {
        QTest::addColumn<double>("vix");
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN();
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity();
        QTest::newRow("negative") << -17.0;
    }
    void aVixThatIsNoNumberIsMissing() {
        QFETCH(double, vix);
        Harness h;
        h.open();
        QVERIFY(!h.state().halted());
        h.setVix(vix);
        h.ticks(32);
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
    }

    void aWallClockThatJumpsBackMakesNoQuoteYoung() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.freezeFeed(true);
        h.wallJumps(-1h);
        h.ticks(35);
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
    }

    void integrityIsNotResumedWhileTheBooksDiffer() {
        Harness h;
        h.open();
        auto report = h.books();
        report.positions.push_back({"SPY261218C00700000", 3});
        h.give(Reconciliation{report, "periodic"});
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
        const auto manager = h.userWith(approval::Role::RiskManager);
        h.give(ResumeRequest{manager, {}, "looked at it", "RESUME"});
        h.ticks(12);
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
        QVERIFY(h.lastBody("resume.refused").find("clean reconciliation") != std::string::npos);
        h.reconcile(); // the three are gone
        h.give(ResumeRequest{manager, {}, "the broker closed them", "RESUME"});
        h.ticks(12);
        QVERIFY(!h.state().halted());
    }

    void aLatchOfAnotherProcessCountsByTheClockOfThisOne() {
        Harness h;
        h.open();
        h.ticks(100);
        h.give(HaltRequest{"system", risk::Breaker::B7Integrity, "a worker failed"});
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()));
        Timestamp now{h.now().utc + 1min, MonoTime(5s)}; // the machine was started again
        const auto give = [&](const Command& command) {
            (void)again.handle(command, now);
            now.utc += 1s;
            now.mono += 1s;
        };
        give(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd{}, {"SPY"}});
        give(Reconciliation{h.books(), "start"});
        give(ResumeRequest{h.userWith(approval::Role::RiskManager), risk::Breaker::B7Integrity, "looked at it", "RESUME"});
        QVERIFY(again.state().resume.has_value());
    }

    void anAnswerThatIsNoTextIsJournaledAsText() {
        const std::string hostile = "rejected \xff\xfe by \xc3\x28";
        execution::BrokerUpdate u{OrderId("M-1"), execution::OrderState::Rejected, 0, {}, {}, "B1", hostile};
        const auto body = encodeCommand(BrokerNews{{u}, {}, 0});
        QVERIFY(body.has_value());
        QVERIFY(canonicalJson(*body).has_value());
        const auto back = decodeCommand("broker_news", *body);
        QVERIFY(back.has_value());
        const auto& text = std::get<BrokerNews>(*back).updates.front().text;
        QVERIFY(isUtf8(text) && text.starts_with("rejected ") && text.find(" by ") != std::string::npos);
    }

    void aFillThatCannotBeIsNotBooked_data() {
        QTest::addColumn<qint64>("filled");
        QTest::addColumn<double>("net");
        QTest::newRow("more units than were ordered") << qint64{3} << 0.34;
        QTest::newRow("worse than its limit") << qint64{2} << 0.10;
        QTest::newRow("beyond its strikes") << qint64{2} << 900.0;
    }
    void aFillThatCannotBeIsNotBooked() {
        QFETCH(qint64, filled);
        QFETCH(double, net);
        Harness h;
        h.open();
        h.propose(Harness::spread(2));
        if (const auto request = h.pending()) h.answer(*request, h.userWith(approval::Role::RiskManager), true, "1 agreed after reading it all");
        const OrderId id = h.state().liveOrders().front()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        const auto cash = h.state().account->cash;
        h.brokerSays(id, execution::OrderState::Filled, filled, net, 4);
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
        QVERIFY(h.state().positions.empty());
        QVERIFY(h.state().account->cash == cash);
        h.brokerSays(id, execution::OrderState::Filled, 2, 0.34, 4); // what truly happened is told again, and booked
        QCOMPARE(h.state().positions.size(), std::size_t{1});
    }

    void anIdeaThatWaitedForQuotesOpensNothingWhileEverythingIsClosed() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.give(RequestCycle{"schedule", "SPY"});
        CycleFinished done;
        done.id = h.state().cycles.front().id;
        done.underlying = "SPY";
        done.action = "enter";
        done.strategy = "credit_spread";
        auto other = Harness::spread(1, 0.30, 460);
        h.quote(Harness::put(460), 0.90, 0.93);
        h.quote(Harness::put(455), 0.59, 0.61);
        done.order = other;
        h.give(done); // its legs are quoted with the next tick
        const int before = h.count("order.intent");
        h.give(Flatten{h.userWith(approval::Role::Trader), "FLATTEN"});
        h.tick();
        QVERIFY(!h.pending());
        QVERIFY(h.lastBody("proposal.dropped").find("everything is being closed") != std::string::npos);
        for (const auto* order : h.state().liveOrders()) QCOMPARE(order->combo.intent, portfolio::OrderIntent::Close);
        QVERIFY(h.count("order.intent") > before);
    }
};

QTEST_APPLESS_MAIN(DeskHostileTest)
#include "tst_desk_hostile.moc"
