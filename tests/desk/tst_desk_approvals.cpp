#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

class DeskApprovalsTest : public QObject {
    Q_OBJECT

    static approval::RejectCause lastCause(const Harness& h) {
        return h.state().decided.empty() ? approval::RejectCause::None : h.state().decided.front().cause;
    }

private Q_SLOTS:
    void anotherStructureOfTheSameProposerIsANewStrategy() {
        QVERIFY(strategyKey("credit_spread", portfolio::StrategyKind::BullPutSpread) !=
                strategyKey("credit_spread", portfolio::StrategyKind::BearCallSpread));
        Harness h;
        h.open();
        h.holdSpread(1);
        QVERIFY(
            h.state().executedStrategies.contains(strategyKey(h.state().positions.begin()->second.strategy, portfolio::StrategyKind::BullPutSpread)));
        QCOMPARE(h.state().executedStrategies.size(), std::size_t{1});
    }

    void silenceIsARejection() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        QVERIFY(h.pending());
        h.ticks(70);
        QVERIFY(!h.pending());
        QCOMPARE(lastCause(h), approval::RejectCause::Expired);
        QVERIFY(h.effects<Submit>().empty());
    }

    void aHaltRejectsEverythingPending() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        QVERIFY(!h.pending());
        QCOMPARE(lastCause(h), approval::RejectCause::Halted);
    }

    void aRestartRejectsEverythingPending() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.give(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd{}, {"SPY"}});
        QVERIFY(!h.pending());
        bool restart = false;
        for (const auto& r : h.state().decided)
            restart = restart || r.cause == approval::RejectCause::Restart || r.cause == approval::RejectCause::Halted;
        QVERIFY(restart);
        QVERIFY(h.effects<Submit>().empty());
    }

    void anAnswerToOtherBytesIsRefused() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        auto request = *h.pending();
        request.shownHash[0] ^= 1;
        h.answer(request, h.userWith(approval::Role::RiskManager), true);
        QVERIFY(h.pending());
        QCOMPARE(h.count("approval.refused"), 1);
        QVERIFY(h.effects<Submit>().empty());
    }

    void anAnalystCannotApprove() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.answer(*h.pending(), h.userWith(approval::Role::Analyst), true);
        QVERIFY(h.pending());
        QVERIFY(h.effects<Submit>().empty());
    }

    void aPriceThatMovedAwayVoidsTheRequest() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.quote(Harness::put(470), 1.20, 1.24);
        h.quote(Harness::put(465), 1.10, 1.14); // the spread is now worth about ten cents
        h.ticks(2);
        QVERIFY(!h.pending());
        QCOMPARE(lastCause(h), approval::RejectCause::PriceMoved);
    }

    void aStaleLegVoidsTheRequest() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.freezeFeed(true);
        h.ticks(17);
        QVERIFY(!h.pending());
        QVERIFY(h.effects<Submit>().empty());
    }

    void aRejectedIdeaIsNotRaisedAgainThatDay() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), false, "3 not today");
        QCOMPARE(lastCause(h), approval::RejectCause::Person);
        h.propose(Harness::spread(1));
        QVERIFY(!h.pending());
        QVERIFY(h.lastBody("proposal.dropped").find("rejected today") != std::string::npos);
    }

    void sizeDownReplacesTheRequestByASmallerOne() {
        Harness h;
        h.open();
        h.propose(Harness::spread(3));
        const auto first = *h.pending();
        h.give(SizeDown{first.id, h.userWith(approval::Role::RiskManager), 1});
        h.tick();
        QVERIFY(h.pending());
        QVERIFY(h.pending()->id != first.id);
        QCOMPARE(h.pending()->order.quantity, std::int64_t{1});
        h.give(SizeDown{h.pending()->id, h.userWith(approval::Role::RiskManager), 5});
        QCOMPARE(h.pending()->order.quantity, std::int64_t{1});
    }

    void theViewOfARequestSaysWhatCanBeLost() {
        Harness h;
        h.open();
        h.propose(Harness::spread(2));
        const auto view = h.desk().view(h.now());
        QCOMPARE(view.approvals.size(), std::size_t{1});
        const auto& a = view.approvals.front();
        // (5.00 - 0.34) x 100 x 2, and two legs at one dollar each.
        QCOMPARE(a.maxLoss.micros(), std::int64_t{936'000'000});
        QCOMPARE(a.maxProfit.micros(), std::int64_t{64'000'000});
        QCOMPARE(a.legs.size(), std::size_t{2});
        QVERIFY(!a.checks.empty());
        QVERIFY(a.secondsLeft > 0);
    }
};

QTEST_APPLESS_MAIN(DeskApprovalsTest)
#include "tst_desk_approvals.moc"
