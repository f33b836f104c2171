#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// S12: what was assigned or exercised is adopted, shown, and waits for a person.
class DeskAssignmentTest : public QObject {
    Q_OBJECT

    static void assign(Harness& h, const std::string& kind = "assignment", std::int64_t quantity = -1) {
        h.give(BrokerNews{{}, {{kind, Harness::put(470).id(), quantity, Usd::fromMicros(-120'000'000), "assigned"}}, 0});
    }
    /// From idea to a held position of any order, filled at `net`.
    static void hold(Harness& h, const portfolio::ComboOrder& order, double net) {
        h.propose(order);
        for (const auto role : {approval::Role::RiskManager, approval::Role::PortfolioManager, approval::Role::TeamLead})
            if (const auto request = h.pending()) h.answer(*request, h.userWith(role), true, "1 agreed after reading it all");
        QVERIFY2(h.state().liveOrders().size() == 1, h.lastBody("proposal.dropped").c_str());
        const OrderId sent = h.state().liveOrders().front()->id;
        h.give(SubmitOutcome{sent, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(sent, execution::OrderState::Filled, order.quantity, net, 2.0);
    }
    static bool blocked(const Harness& h) {
        const std::string checks = h.lastBody("gate.checked");
        const auto at = checks.find("\"assignment_acknowledged\"");
        return at != std::string::npos && checks.find("waits for a person's acknowledgement") != std::string::npos;
    }

private Q_SLOTS:
    void anAssignmentIsShownUntilAPersonAcknowledgesIt() {
        Harness h;
        h.open();
        assign(h);
        auto view = h.desk().view(h.now());
        QCOMPARE(view.assignments.size(), std::size_t{1});
        const AssignmentView& a = view.assignments.front();
        QCOMPARE(a.kind, std::string("assignment"));
        QCOMPARE(a.underlying, std::string("SPY"));
        QCOMPARE(a.quantity, std::int64_t{-1});
        QCOMPARE(a.amount, Usd::fromMicros(-120'000'000));
        h.ticks(600);
        QCOMPARE(h.desk().view(h.now()).assignments.size(), std::size_t{1}); // it does not pass by itself
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Trader), a.id});
        QVERIFY(h.desk().view(h.now()).assignments.empty());
        QCOMPARE(h.count("assignment.acknowledged"), 1);
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::RiskManager), a.id});
        QCOMPARE(h.count("assignment.acknowledged"), 1); // once
    }

    void itsAlarmSaysFirstWhatItKeepsFromAndEndsWhenItIsAcknowledged() {
        Harness h;
        h.open();
        assign(h);
        const auto alarm = [&] {
            for (const auto& n : h.desk().view(h.now()).notices)
                if (n.level == NoticeView::Level::Critical) return n;
            return NoticeView{};
        };
        const std::string id = h.desk().view(h.now()).assignments.front().id;
        QVERIFY2(alarm().text.starts_with("Nothing is opened in SPY until a person acknowledges"), alarm().text.c_str());
        QVERIFY2(alarm().text.find("-$120 in cash") != std::string::npos, alarm().text.c_str());
        QCOMPARE(alarm().about, id); // the way to it
        QVERIFY(!alarm().over);
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Trader), id});
        QVERIFY(alarm().over);
    }

    void nothingIsOpenedInItsUnderlyingBeforeThat() {
        Harness h;
        h.open();
        assign(h);
        h.propose(Harness::spread(1));
        QVERIFY(!h.pending());
        QVERIFY2(blocked(h), h.lastBody("gate.checked").c_str());
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Trader), h.desk().view(h.now()).assignments.front().id});
        h.propose(Harness::spread(1));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
    }

    void aRequestThatWaitedIsNotApprovedOverIt() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        const auto request = h.pending().value();
        assign(h);
        const auto why = h.desk().view(h.now()).approvals.front().blockedBecause;
        QVERIFY(!why.empty() && why.front().find("not acknowledged") != std::string::npos);
        h.answer(request, h.userWith(approval::Role::Trader), true);
        QVERIFY(h.state().liveOrders().empty());
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::GateRefused);
    }

    void closingGoesOn() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.quote(Harness::put(470), 0.40, 0.44);
        h.quote(Harness::put(465), 0.30, 0.34);
        assign(h, "assignment", 0);
        h.tick();
        const auto& position = h.state().positions.begin()->second;
        h.give(ClosePosition{h.userWith(approval::Role::Trader), position.id, "out"});
        QCOMPARE(h.state().liveOrders().size(), std::size_t{1}); // S19
    }

    void whoMayNotCloseDoesNotAcknowledge() {
        Harness h;
        h.open();
        assign(h);
        const std::string id = h.desk().view(h.now()).assignments.front().id;
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Analyst), id});
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Strategist), id});
        h.give(AcknowledgeAssignment{UserId("nobody"), id});
        QCOMPARE(h.desk().view(h.now()).assignments.size(), std::size_t{1});
    }

    void eachEventWaitsByItselfAndSurvivesARestart() {
        Harness h;
        h.open();
        assign(h);
        assign(h, "exercise", 1);
        assign(h, "expiry", 1); // nobody needs to acknowledge what expired
        QCOMPARE(h.state().assignments.size(), std::size_t{2});
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Trader), h.desk().view(h.now()).assignments.front().id});
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QCOMPARE(again.view(h.now()).assignments, h.desk().view(h.now()).assignments);
        QCOMPARE(again.view(h.now()).assignments.size(), std::size_t{1});
        again.handle(Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", {}, {"SPY"}}, h.now());
        QCOMPARE(again.view(h.now()).assignments.size(), std::size_t{1});
    }

    void aLegThatIsAssignedEarlyLeavesTheOthersWithItsCashInTheirPrice() {
        Harness h;
        h.open();
        h.holdSpread(2); // 0.34 credit
        const auto before = h.state().positions.begin()->second;
        const Usd cash = h.state().account->cash;
        assign(h, "assignment", -2); // $120 paid for two contracts: 0.60 a share
        QCOMPARE(h.state().positions.size(), std::size_t{1});
        const auto& rest = h.state().positions.begin()->second;
        QCOMPARE(rest.id, before.id);
        QCOMPARE(rest.quantity, std::int64_t{2});
        QCOMPARE(rest.legs.size(), std::size_t{1});
        QCOMPARE(rest.legs.front().contract.id(), Harness::put(465).id());
        QCOMPARE(rest.kind, portfolio::StrategyKind::SingleLong);
        QCOMPARE(rest.openNet, *Price::fromDouble(0.34 - 0.60));
        QCOMPARE(rest.openFees, before.openFees);
        QCOMPARE(h.state().account->cash, cash - Usd::fromMicros(120'000'000));
        h.reconcile(); // the broker's books, which hold no short leg any more
        QVERIFY(!h.state().latched(risk::Breaker::B7Integrity));
        QCOMPARE(portfolio::worstCaseLoss(rest), std::optional(Usd::fromMicros(52'000'000))); // what it has cost by now
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QCOMPARE(again.state().positions.begin()->second.openNet, rest.openNet);
    }

    void aPartOfAPositionLeavesItsWholeUnitsAndTheRestOfTheOthers() {
        Harness h;
        h.open();
        h.holdSpread(3); // 0.34 credit
        const auto before = h.state().positions.begin()->second;
        const Usd cash = h.state().account->cash;
        assign(h, "assignment", -1); // $120 for one contract: 1.20 a share
        QCOMPARE(h.state().positions.size(), std::size_t{2});
        const auto* whole = h.state().position(before.id);
        QVERIFY(whole);
        QCOMPARE(whole->quantity, std::int64_t{2});
        QCOMPARE(whole->legs, before.legs);
        QCOMPARE(whole->openNet, before.openNet);
        const auto* rest = h.state().position(PositionId(before.id.str() + "-" + h.desk().view(h.now()).assignments.front().id));
        QVERIFY(rest);
        QCOMPARE(rest->quantity, std::int64_t{1});
        QCOMPARE(rest->legs, (std::vector<portfolio::ComboLeg>{{Harness::put(465), 1}}));
        QCOMPARE(rest->kind, portfolio::StrategyKind::SingleLong);
        QCOMPARE(rest->openNet, *Price::fromDouble(0.34 - 1.20));
        QCOMPARE(whole->openFees + rest->openFees, before.openFees); // nothing is paid twice
        QCOMPARE(rest->owner, before.owner);
        QCOMPARE(h.state().account->cash, cash - Usd::fromMicros(120'000'000));
        // The broker's books: two spreads, and one long put whose short one went.
        execution::BrokerReport books;
        books.clean = true;
        books.cash = cash - Usd::fromMicros(120'000'000);
        books.positions = {{Harness::put(470).id(), -2}, {Harness::put(465).id(), 3}};
        h.give(Reconciliation{books, "periodic"});
        QVERIFY2(!h.state().latched(risk::Breaker::B7Integrity), h.lastBody("reconciled").c_str());
        // Shown, recomputed, and waiting for a person.
        QCOMPARE(h.desk().view(h.now()).assignments.size(), std::size_t{1});
        QCOMPARE(portfolio::worstCaseLoss(*rest), std::optional(Usd::fromMicros(86'000'000)));
        h.propose(Harness::spread(1, 0.34, 475));
        QVERIFY(!h.pending());
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QCOMPARE(again.state().positions.size(), std::size_t{2});
        h.give(BrokerNews{{}, {{"assignment", Harness::put(470).id(), -2, Usd::fromMicros(-240'000'000), "assigned"}}, 0});
        QCOMPARE(h.state().position(before.id)->legs.size(), std::size_t{1}); // the evening after: the others
        QVERIFY(!h.state().latched(risk::Breaker::B7Integrity));
    }

    void aUnitOfWhichOneOfTwoContractsWentIsHeldByItself() {
        Harness h;
        h.open();
        h.quote(Harness::put(475), 2.00, 2.04);
        auto order = Harness::spread(2, -0.22);
        order.kind = portfolio::StrategyKind::Custom;
        order.legs = {{Harness::put(475), 1}, {Harness::put(470), -2}, {Harness::put(465), 1}};
        hold(h, order, -0.22);
        const auto before = h.state().positions.begin()->second;
        assign(h, "assignment", -3); // of four: a unit without both, and a unit without one of them; $40 each
        QCOMPARE(h.state().positions.size(), std::size_t{2});
        const auto* without = h.state().position(before.id);
        const auto& part = h.state().positions.rbegin()->second;
        QVERIFY(without && part.id.str().ends_with("-part"));
        QCOMPARE(without->legs.size(), std::size_t{2});
        QCOMPARE(without->openNet, *Price::fromDouble(-0.22 - 0.80));
        QCOMPARE(part.legs.at(1).ratio, -1);
        QCOMPARE(part.openNet, *Price::fromDouble(-0.22 - 0.40));
        std::int64_t sold = 0;
        for (const auto& p : h.books().positions)
            if (p.contractId == Harness::put(470).id()) sold += p.quantity;
        QCOMPARE(sold, std::int64_t{-1});
    }

    void anAssignmentIsTakenFromEveryPositionThatHoldsTheContractShort() {
        Harness h;
        h.open();
        h.quote(Harness::put(460), 0.86, 0.90);
        h.holdSpread(1);
        auto wide = Harness::spread(2, 0.62);
        wide.legs = {{Harness::put(470), -1}, {Harness::put(460), 1}};
        hold(h, wide, 0.62);
        auto bought = Harness::spread(1, -0.38);
        bought.kind = portfolio::StrategyKind::Custom;
        bought.legs = {{Harness::put(470), 1}, {Harness::put(465), -1}};
        hold(h, bought, -0.38);
        QCOMPARE(h.state().positions.size(), std::size_t{3});
        assign(h, "assignment", -2); // the account is short two: three in two positions, less one bought
        std::int64_t sold = 0, held = 0;
        for (const auto& [id, p] : h.state().positions)
            for (const auto& leg : p.legs)
                if (leg.contract.id() == Harness::put(470).id()) (leg.ratio < 0 ? sold : held) += leg.ratio * p.quantity;
        QCOMPARE(sold, std::int64_t{-1}); // one from the first, one of two from the second
        QCOMPARE(held, std::int64_t{1});  // what was bought is not what was assigned
        h.reconcile();
        QVERIFY(!h.state().latched(risk::Breaker::B7Integrity));
    }

    void noMillionthOfADollarIsLostWhenTheCashDoesNotDivide() {
        const auto worth = [](const Harness& h) { // what the positions have cost and brought so far
            Usd sum;
            for (const auto& [id, p] : h.state().positions) sum += *notional(p.openNet, p.quantity, 100) + p.realised;
            return sum;
        };
        for (const std::int64_t contracts : {1, 2, 3}) {
            Harness h;
            h.open();
            h.holdSpread(3);
            const Usd before = worth(h), paid = Usd::fromMicros(-100'010'007);
            h.give(BrokerNews{{}, {{"assignment", Harness::put(470).id(), -contracts, paid, "assigned"}}, 0});
            QCOMPARE(worth(h), before + paid);
        }
    }

    void aClosingOrderOfWhatIsNoLongerWholeIsTakenBack() {
        Harness h;
        h.open();
        h.holdSpread(3);
        h.quote(Harness::put(470), 0.40, 0.44);
        h.quote(Harness::put(465), 0.30, 0.34);
        h.tick();
        const auto id = h.state().positions.begin()->first;
        h.give(ClosePosition{h.userWith(approval::Role::Trader), id, "out"});
        QCOMPARE(h.state().liveOrders().size(), std::size_t{1});
        QCOMPARE(h.count("order.cancel"), 0);
        assign(h, "assignment", -1);
        QCOMPARE(h.count("order.cancel"), 1); // it would close three whole spreads, and there are two
    }

    void whatNoPositionHoldsIsLeftToTheReconciliation() {
        Harness h;
        h.open();
        h.holdSpread(2);
        assign(h, "assignment", -3);
        QCOMPARE(h.state().positions.size(), std::size_t{1});
        QCOMPARE(h.state().positions.begin()->second.legs.size(), std::size_t{1});
        auto books = h.books();
        books.positions.push_back({Harness::put(470).id(), -1});
        h.give(Reconciliation{books, "periodic"});
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
    }

    void theSameCommandsGiveTheSameEvents() {
        Harness h;
        h.open();
        h.holdSpread(2);
        assign(h, "assignment", -2);
        h.give(AcknowledgeAssignment{h.userWith(approval::Role::Trader), h.desk().view(h.now()).assignments.front().id});
        h.ticks(3);
        Desk again{risk::Limits{}};
        std::vector<std::string> events, wanted;
        for (const auto& [command, at] : h.commands())
            for (const auto& e : again.handle(command, at).events) events.push_back(e.type + e.actor + e.correlation + e.body.dump());
        for (const auto& e : h.events()) wanted.push_back(e.event.type + e.event.actor + e.event.correlation + e.event.body.dump());
        QCOMPARE(events, wanted);
        QVERIFY(again.state().assignments.empty());
    }

    void theCommandIsJournaledWhole() {
        const Command command = AcknowledgeAssignment{UserId("tom"), "AS-7"};
        QCOMPARE(commandName(command), std::string("acknowledge_assignment"));
        const auto body = encodeCommand(command);
        QVERIFY(body.has_value());
        const auto again = decodeCommand("acknowledge_assignment", *body);
        QVERIFY(again.has_value());
        QCOMPARE(std::get<AcknowledgeAssignment>(*again).id, std::string("AS-7"));
        QCOMPARE(std::get<AcknowledgeAssignment>(*again).user, UserId("tom"));
        QCOMPARE(commandName(Failure{}), std::string("failure")); // the names stand in the order of the variant
        QCOMPARE(commandName(CancelOpening{}), std::string("cancel_opening"));
    }
};

QTEST_GUILESS_MAIN(DeskAssignmentTest)
#include "tst_desk_assignment.moc"
