#include <QRegularExpression>
#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

/// Orders that are taken back: cancels that get lost, and moves to the mid (ADR 0013).
class DeskMovesTest : public QObject {
    Q_OBJECT

    /// The broker has taken the order and works it.
    static void worksIt(Harness& h, const OrderId& id) {
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
    }
    /// The pending request is approved and its order works.
    static OrderId approvedAndWorking(Harness& h) {
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.onlyOrder()->id;
        worksIt(h, id);
        return id;
    }
    /// A spread is held, and the order that closes it works.
    static execution::Order closingAndWorking(Harness& h, const UserId& trader, std::int64_t quantity) {
        h.holdSpread(quantity);
        h.give(ClosePosition{trader, h.state().positions.begin()->first, "out"});
        auto closing = h.effects<Submit>().back().order;
        worksIt(h, closing.id);
        return closing;
    }

private Q_SLOTS:
    void agentsOrdersAreTakenBackUnfilledPeoplesStay() {
        for (const bool byPerson : {false, true}) {
            Harness h;
            h.open();
            if (byPerson) {
                h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "mine"});
                h.tick();
            } else {
                h.propose(Harness::spread(1));
            }
            if (const auto request = h.pending()) h.answer(*request, h.userWith(approval::Role::RiskManager), true, "1 agreed after reading it all");
            worksIt(h, h.state().liveOrders().front()->id);
            h.ticks(310);
            QCOMPARE(h.count("order.cancel") > 0, !byPerson);
            bool said = false;
            for (const auto& notice : h.state().notices) said = said || notice.text.starts_with("Taken back, not filled in five minutes");
            QCOMPARE(said, !byPerson);
        }
    }

    void requestsOfBeforeARestartSayRestart() {
        Harness h;
        h.open();
        h.propose(Harness::spread(2));
        QVERIFY(h.pending());
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()));
        (void)again.handle(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd{}, {"SPY"}}, h.now());
        QVERIFY(again.state().approvals.empty());
        QCOMPARE(again.state().decided.front().cause, approval::RejectCause::Restart);
    }

    void toTheMidTakesBackFirstAndAsksAnew() {
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        h.propose(Harness::spread(2, 0.40));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.onlyOrder()->id;
        h.give(MoveToMid{trader, id}); // not acknowledged yet
        QVERIFY(h.effects<Cancel>().empty());
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        h.give(MoveToMid{h.userWith(approval::Role::Analyst), id});
        QVERIFY(h.effects<Cancel>().empty());
        h.give(MoveToMid{trader, id});
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{1});
        h.give(MoveToMid{trader, id});
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{1});
        h.ticks(2);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{1}); // nothing beside an order that may still fill
        h.brokerSays(id, execution::OrderState::PartlyFilled, 1, 0.40, 1.3);
        h.brokerSays(id, execution::OrderState::Cancelled, 1, 0.40, 1.3);
        h.ticks(2);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{1});
        QVERIFY(h.pending().has_value()); // an opening order is asked again
        const auto again = h.pending()->order;
        const auto quote = h.desk().view(h.now()).approvals.front().mid;
        QCOMPARE(again.quantity, std::int64_t{1});
        QCOMPARE(again.netLimit, market::classSpec("SPY").tick.roundTo(*quote, false));
        QCOMPARE(again.source, "user:" + trader.str());
        QVERIFY(h.state().moving.empty());
    }

    void toTheMidOfAClosingOrderGoesThroughTheGateAlone() {
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        const auto closing = closingAndWorking(h, trader, 2);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{2});                // the opening and the closing
        h.give(HaltRequest{"user:ann", risk::Breaker::B8Manual, "no more"}); // risk may fall while halted (S19)
        h.give(MoveToMid{trader, closing.id});
        h.brokerSays(closing.id, execution::OrderState::Cancelled);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{3});
        const auto moved = h.effects<Submit>().back().order;
        QCOMPARE(moved.combo.closes, closing.combo.closes);
        QCOMPARE(moved.combo.quantity, std::int64_t{2});
        QVERIFY(moved.combo.netLimit > closing.combo.netLimit); // X gives half the spread's half away, the mid does not
        QVERIFY(moved.id != closing.id);
    }

    void whatIsToldBeginsWithWhatItMeansNotWithAnId() {
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        const auto closing = closingAndWorking(h, trader, 1);
        h.give(MoveToMid{h.userWith(approval::Role::Analyst), closing.id});
        h.give(ClosePosition{trader, h.state().positions.begin()->first, "again"});
        h.give(CancelOrder{h.userWith(approval::Role::Analyst), closing.id});
        h.give(MoveToMid{trader, closing.id});
        h.give(CancelOrder{trader, closing.id}); // drops the move
        h.brokerSays(closing.id, execution::OrderState::Filled, 1, -0.10, 1.0);
        h.propose(Harness::spread(2));
        const auto request = *h.pending();
        h.give(ExtendRequest{request.id, h.userWith(approval::Role::Analyst)});
        h.give(EscalateRequest{request.id, trader});
        h.give(SizeDown{request.id, trader, 9});
        h.answer(request, UserId("nobody"), true);
        QVERIFY(h.state().notices.size() > 8);
        static const QRegularExpression kIdFirst(
            QStringLiteral("^((Order|Position|Request|Proposal|Answer to|Size of|Closing order for|Closed) )?[A-Z]+-"));
        for (const auto& n : h.state().notices) QVERIFY2(!kIdFirst.match(QString::fromStdString(n.text)).hasMatch(), n.text.c_str());
        const bool earned = std::any_of(h.state().notices.begin(), h.state().notices.end(),
                                        [](const NoticeView& n) { return n.text.starts_with("Realised +$24.00 before fees, closed by "); });
        QVERIFY(earned);
    }

    void anOrderThatFillsInsteadIsNotSentAgain() {
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        h.propose(Harness::spread(1, 0.40));
        const OrderId id = approvedAndWorking(h);
        h.give(MoveToMid{trader, id});
        h.brokerSays(id, execution::OrderState::Filled, 1, 0.40, 1.3);
        h.ticks(2);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{1});
        QVERIFY(!h.pending().has_value());
        QVERIFY(h.state().moving.empty());
    }

    void aCancelThatWasLostIsSentAgainUntilItIsConfirmed() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        const OrderId id = approvedAndWorking(h);
        h.give(HaltRequest{"user:ann", risk::Breaker::B8Manual, "stop"}); // the broker is down: nobody hears it
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{1});
        h.ticks(5);
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{1});
        QCOMPARE(h.desk().view(h.now()).cancelsUnconfirmed.size(), std::size_t{1});
        h.give(CancelOrder{h.userWith(approval::Role::Trader), id}); // a person's C always goes out
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{2});
        h.ticks(12);
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{3});                       // and it is sent again without anybody
        QCOMPARE(h.desk().view(h.now()).cancelsUnconfirmed.size(), std::size_t{1}); // in doubt since the first one
        h.brokerSays(id, execution::OrderState::Cancelled);
        h.ticks(30);
        QCOMPARE(h.effects<Cancel>().size(), std::size_t{3});
        QVERIFY(h.state().cancelSentAt.empty());
    }

    void whoStopsAMovedOrderStopsIt_data() {
        QTest::addColumn<int>("how");
        QTest::newRow("a cancel") << 0;
        QTest::newRow("a halt") << 2;
        QTest::newRow("flatten") << 3;
        QTest::newRow("errors of the broker") << 4;
        QTest::newRow("doubt about the books") << 5;
    }

    void whoStopsAMovedOrderStopsIt() {
        QFETCH(int, how);
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        const auto closing = closingAndWorking(h, trader, 1);
        const auto sent = h.effects<Submit>().size();
        h.give(MoveToMid{trader, closing.id});
        QCOMPARE(h.state().moving.size(), std::size_t{1});
        switch (how) {
        case 0: h.give(CancelOrder{trader, closing.id}); break;
        case 2: h.give(HaltRequest{"user:ann", risk::Breaker::B8Manual, "stop"}); break;
        case 3: h.give(Flatten{trader, "FLATTEN"}); break;
        case 4: h.give(BrokerNews{{}, {}, 5}); break;
        default: h.give(Failure{"journal", "test"}); break;
        }
        h.brokerSays(closing.id, execution::OrderState::Cancelled);
        const auto after = h.effects<Submit>().size();
        if (how == 3) { // the plan prices it, the move does not
            for (std::size_t i = sent; i < after; ++i) QVERIFY(h.effects<Submit>()[i].order.combo.source.starts_with("breaker:"));
        } else {
            QCOMPARE(after, sent);
        }
        QVERIFY(h.state().moving.empty());
    }

    void aMovedOpeningThatIsCancelledIsNotProposedAgain_data() {
        QTest::addColumn<int>("how");
        QTest::newRow("a cancel") << 0;
        QTest::newRow("cancel all openings") << 1;
        QTest::newRow("a halt, lifted before the broker answers") << 2;
    }
    void aMovedOpeningThatIsCancelledIsNotProposedAgain() {
        QFETCH(int, how);
        Harness h;
        h.open();
        const auto trader = h.userWith(approval::Role::Trader);
        h.propose(Harness::spread(1, 0.40));
        const OrderId id = approvedAndWorking(h);
        h.give(MoveToMid{trader, id});
        const auto proposals = h.count("proposal.made");
        if (how == 0) h.give(CancelOrder{trader, id});
        if (how == 1) h.give(CancelOpening{trader});
        if (how == 2) {
            h.give(HaltRequest{"user:ann", risk::Breaker::B8Manual, "stop"});
            h.give(ResumeRequest{h.userWith(approval::Role::RiskManager), {}, "false alarm", "RESUME"});
            h.ticks(12);
            QVERIFY(!h.state().halted());
        }
        h.brokerSays(id, execution::OrderState::Cancelled);
        h.ticks(3);
        QCOMPARE(h.count("proposal.made"), proposals);
        QVERIFY(!h.pending().has_value());
        QCOMPARE(h.effects<Submit>().size(), std::size_t{1});
    }

    void aMovedOpeningIsAskedOfNoFewerAndKeepsItsCase() {
        Harness h;
        h.open();
        h.propose(Harness::spread(2, 0.40));
        const auto first = *h.pending();
        h.give(EscalateRequest{first.id, h.userWith(approval::Role::Trader)});
        const auto escalated = h.pending()->tier.tier;
        QVERIFY(escalated > first.tier.tier);
        const OrderId id = approvedAndWorking(h);
        h.give(MoveToMid{h.userWith(approval::Role::Trader), id});
        h.brokerSays(id, execution::OrderState::Cancelled);
        h.ticks(2);
        QVERIFY(h.pending().has_value());
        QCOMPARE(h.pending()->tier.tier, escalated);
        const auto& moved = h.state().proposals.at(h.pending()->proposal);
        const auto& original = h.state().proposals.at(first.proposal);
        QCOMPARE(moved.caseAgainst, original.caseAgainst);
        QCOMPARE(moved.strategy, original.strategy);
        QVERIFY(moved.synthesis.starts_with("Moved to the mid by"));
    }
};

QTEST_APPLESS_MAIN(DeskMovesTest)
#include "tst_desk_moves.moc"
