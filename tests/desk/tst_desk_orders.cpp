#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

class DeskOrdersTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsHaltedAndRunsWhenReconciledAndFresh() {
        Harness h;
        h.give(Started{"run-1", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd::fromMicros(100'000'000'000), {"SPY"}});
        QVERIFY(h.state().latched(risk::Breaker::Startup));
        Harness ready;
        ready.open();
        QVERIFY2(!ready.state().halted(), ready.desk().view(ready.now()).haltReason.c_str());
        QCOMPARE(ready.effects<OpenGate>().size(), std::size_t{1});
    }

    void theDaysProfitOfAnOldPositionCountsFromTheDaysFirstMark() {
        Harness h;
        h.open();
        h.holdSpread(2);
        const auto pnl = [&] { return h.desk().view(h.now()).positions.front(); };
        h.ticks(1);
        QVERIFY(pnl().dayPnl && pnl().dayPnl == pnl().mark.openPnl); // opened today
        const auto yesterday = *pnl().mark.openPnl;
        const auto first = *pnl().mark.net;
        const auto legs = h.desk().state().positions.begin()->second.legs;
        h.skipTo(std::chrono::year{2026} / 11 / 24, 10, 0);
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        h.give(facts);
        QVERIFY(!pnl().dayPnl); // no mark of this day yet
        h.ticks(3);
        QVERIFY(h.lastBody("account.based").find("\"marks\"") != std::string::npos);
        QCOMPARE(*pnl().mark.net, first); // the same quotes
        QVERIFY(pnl().dayPnl && pnl().dayPnl->micros() == 0 && pnl().mark.openPnl == yesterday);
        for (const auto& leg : legs)
            if (leg.ratio < 0) h.quote(leg.contract, 0.50, 0.54); // the short leg
        h.ticks(2);
        const auto change = *pnl().mark.net - first;
        QVERIFY(change.micros() != 0);
        QCOMPARE(pnl().dayPnl->micros(), change.micros() * 200); // two spreads of a hundred
    }

    void theDayOfTheAccountIsWhatIsHeldPlusTheRestLessTheFees() {
        Harness h;
        h.open();
        h.holdSpread(3); // six dollars of fees
        h.ticks(1);
        const auto view = [&] { return h.desk().view(h.now()); };
        QCOMPARE(view().dayPnlParts.fees.micros(), std::int64_t{6'000'000});
        QCOMPARE(view().dayPnlParts.rest->micros(), std::int64_t{0}); // nothing was closed
        QCOMPARE(*view().marks.dayPnl, *view().positions.front().dayPnl - view().dayPnlParts.fees);
        const auto trader = h.userWith(approval::Role::Trader);
        h.quote(Harness::put(470), 1.53, 1.57); // asked for at -0.41
        h.tick();
        h.give(ClosePosition{trader, h.state().positions.begin()->first, "enough"});
        const OrderId id = h.state().liveOrders().front()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::PartlyFilled, 1, -0.40, 2.0); // one of three: 0.34 - 0.40, six dollars lost
        h.ticks(1);
        const auto parts = view().dayPnlParts;
        QCOMPARE(parts.fees.micros(), std::int64_t{8'000'000});
        QCOMPARE(parts.rest->micros(), std::int64_t{-6'000'000});
        QCOMPARE(*view().marks.dayPnl, *parts.held + *parts.rest - parts.fees);
        QCOMPARE(*parts.held, *view().positions.front().dayPnl);
        h.removeQuote(Harness::put(465));
        h.ticks(40); // its quote grows stale: the day is unknown, and so is what it is made of
        QVERIFY(!view().dayPnlParts.held && !view().dayPnlParts.rest);
    }

    void whatACloseWouldSendIsShownBeforeItGoes() {
        Harness h;
        h.open();
        h.holdSpread(3); // sold at 0.34; closing at mid costs 0.36, natural 0.40
        h.ticks(1);
        const auto terms = [&] { return h.desk().view(h.now()).positions.front().close; };
        const auto shown = terms();
        QVERIFY2(shown.refusedBecause.empty(), shown.refusedBecause.c_str());
        QCOMPARE(shown.order.netLimit, *Price::fromDouble(-0.38)); // half of the half-width given up
        QCOMPARE(*shown.realised, *Usd::fromDouble((0.34 - 0.38) * 300));
        QCOMPARE(shown.fees, *Usd::fromDouble(6)); // two contracts, three units, a dollar each
        h.give(ClosePosition{h.userWith(approval::Role::Trader), h.state().positions.begin()->first, "enough"});
        const auto& sent = h.state().liveOrders().front()->combo;
        QCOMPARE(sent.netLimit, shown.order.netLimit);
        QCOMPARE(sent.legs, shown.order.legs);
        QCOMPARE(sent.quantity, shown.order.quantity);
        QCOMPARE(terms().refusedBecause, std::string("a closing order is already out"));
    }

    void aCloseThatCannotGoSaysWhy() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.removeQuote(Harness::put(465));
        h.ticks(40);
        const auto terms = h.desk().view(h.now()).positions.front().close;
        QCOMPARE(terms.refusedBecause, std::string("no fresh two-sided quotes"));
        QVERIFY(!terms.realised);
    }

    void whatWasClosedTodayShowsWhatItEarnedToday() {
        Harness h;
        h.open();
        h.holdSpread(2);
        h.ticks(1);
        const PositionId id = h.state().positions.begin()->first;
        const auto close = [&](double net) {
            h.give(ClosePosition{h.userWith(approval::Role::Trader), id, "enough"});
            const OrderId order = h.state().liveOrders().front()->id;
            h.give(SubmitOutcome{order, SubmitOutcome::Kind::Accepted, {}});
            h.brokerSays(order, execution::OrderState::Filled, 2, net, 4.0);
        };
        close(-0.38);
        const auto earned = h.desk().view(h.now()).closedDayPnl;
        QCOMPARE(earned.at(id), *Usd::fromDouble((0.34 - 0.38) * 200));
    }

    void whatWasHeldOvernightEarnedTheWayFromTheSessionsStart() {
        Harness h;
        h.open();
        h.holdSpread(2);
        h.ticks(1);
        const PositionId id = h.state().positions.begin()->first;
        h.skipTo(std::chrono::year{2026} / 11 / 24, 10, 0);
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        h.give(facts);
        h.ticks(3); // based with the mid: closing costs 0.36
        h.give(ClosePosition{h.userWith(approval::Role::Trader), id, "enough"});
        const OrderId order = h.state().liveOrders().front()->id;
        h.give(SubmitOutcome{order, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(order, execution::OrderState::Filled, 2, -0.38, 4.0);
        QCOMPARE(h.desk().view(h.now()).closedDayPnl.at(id), *Usd::fromDouble((0.36 - 0.38) * 200));
    }

    void afterTheCloseAPositionKeepsTheMarksOfTheSession() {
        Harness h;
        h.open();
        h.holdSpread(2);
        h.jumpTo(15, 59, 50);
        h.ticks(5);
        const auto last = h.desk().view(h.now());
        QVERIFY(last.positions.front().dayPnl && last.marks.dayPnl);
        h.freezeFeed(true);
        for (int i = 0; i < 30; ++i) h.tick(std::chrono::seconds(10)); // five minutes past the bell, nothing new
        const auto after = h.desk().view(h.now());
        QCOMPARE(after.session, market::Session::AfterClose);
        QVERIFY(after.marksAsOf.has_value());
        QCOMPARE(after.positions.front().dayPnl, last.positions.front().dayPnl);
        QCOMPARE(after.marks.dayPnl, last.marks.dayPnl);
        QVERIFY(after.dayPnlParts.held && after.dayPnlParts.rest); // beside a total that has a value
        QCOMPARE(after.positions.front().close.refusedBecause, std::string("the market is closed"));
    }

    void staysHaltedWhileTheBrokerDoesNotAnswer() {
        Harness h;
        h.give(Started{"run-1", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd::fromMicros(100'000'000'000), {"SPY"}});
        h.reconcile(false);
        h.ticks(30);
        QVERIFY(h.state().latched(risk::Breaker::Startup));
        QVERIFY(h.effects<OpenGate>().empty());
    }

    void aProposalWaitsForQuotesAndThenMeetsTheGate() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        QCOMPARE(h.count("gate.checked"), 1);
        QVERIFY2(h.lastBody("gate.checked").find("price_verification") != std::string::npos, h.lastBody("gate.checked").c_str());
        QVERIFY2(h.lastBody("gate.checked").find("\"pass\":false") == std::string::npos || h.pending() || h.onlyOrder(),
                 h.lastBody("gate.checked").c_str());
        QVERIFY2(h.pending().has_value(), h.lastBody("proposal.dropped").c_str());
    }

    void aProposalNobodyQuotesIsDropped() {
        Harness h;
        h.open();
        h.removeQuote(Harness::put(465));
        h.propose(Harness::spread(1));
        h.ticks(25);
        QVERIFY(!h.pending());
        QCOMPARE(h.count("proposal.dropped"), 1);
        QVERIFY(h.effects<Submit>().empty());
    }

    void aPersonsProposalIsShownUntilItsEnd() {
        Harness h;
        h.open();
        const auto shown = [&] { return h.desk().view(h.now()).proposals; };
        h.propose(Harness::spread(1, 0.34, 472)); // the agents' own are not among them
        QVERIFY(shown().empty());
        h.removeQuote(Harness::put(465));
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "mine"});
        h.tick();
        QCOMPARE(shown().size(), std::size_t{1});
        QVERIFY(shown().front().awaitingQuotes && shown().front().droppedBecause.empty());
        auto legs = Harness::spread(1).legs;
        portfolio::sortLegs(legs);
        QCOMPARE(shown().front().order.legs, legs); // by expiry and strike
        h.ticks(25);
        QVERIFY(!shown().front().awaitingQuotes);
        QCOMPARE(shown().front().droppedBecause, std::string("a leg has no two-sided quote"));
        h.quote(Harness::put(465), 1.14, 1.18);
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(40), "too large"});
        h.tick();
        QCOMPARE(shown().size(), std::size_t{2});
        QCOMPARE(shown().front().order.quantity, std::int64_t{40}); // newest first
        QVERIFY(!shown().front().failed.empty() && !shown().front().droppedBecause.empty());
        const auto refused = shown();
        for (const auto& check : refused.front().failed) QVERIFY(!check.pass && !check.reason.empty());
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "again"});
        h.tick();
        QVERIFY(shown().front().droppedBecause.empty() && shown().front().failed.empty());
        const auto view = h.desk().view(h.now());
        QVERIFY(std::any_of(view.approvals.begin(), view.approvals.end(),
                            [&](const ApprovalView& a) { return a.request.proposal == view.proposals.front().id; }));
    }

    void theGateRefusesWhatIsTooLargeAndSaysWhy() {
        Harness h;
        h.open();
        h.propose(Harness::spread(40)); // about 18 % of equity
        QVERIFY(!h.pending());
        QVERIFY(h.effects<Submit>().empty());
        QVERIFY(h.lastBody("proposal.dropped").find("why") != std::string::npos);
    }

    void anApprovedOrderIsJournaledBeforeItIsSubmitted() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const auto submits = h.effects<Submit>();
        QCOMPARE(submits.size(), std::size_t{1});
        QCOMPARE(h.count("order.intent"), 1);
        QVERIFY(submits.front().order.id.str().size() <= 32);
        QVERIFY(submits.front().decision.pass);
    }

    void aFillMakesAPositionAndMovesCashExactly() {
        Harness h;
        h.open();
        h.holdSpread(2);
        QCOMPARE(h.state().positions.size(), std::size_t{1});
        QCOMPARE(h.state().account->cash.micros(), 100'000'000'000 + 2 * 34'000'000 - 4'000'000);
        const auto& p = h.state().positions.begin()->second;
        QCOMPARE(p.quantity, std::int64_t{2});
        QCOMPARE(p.openNet.micros(), std::int64_t{340'000});
    }

    void repeatedAndReorderedNewsChangesNothing() {
        Harness h;
        h.open();
        h.holdSpread(2);
        const auto cash = h.state().account->cash;
        const OrderId id = h.state().orders.begin()->first;
        h.brokerSays(id, execution::OrderState::Filled, 2, 0.34, 4.0);
        h.brokerSays(id, execution::OrderState::Working, 0);
        QVERIFY(h.state().account->cash == cash);
        QVERIFY(!h.state().halted());
    }

    void aLostSubmissionIsUnknownAndNeverResent() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.onlyOrder()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Unknown, "timeout"});
        QCOMPARE(h.onlyOrder()->state, execution::OrderState::Unknown);
        h.ticks(400);
        QCOMPARE(h.effects<Submit>().size(), std::size_t{1});
    }

    void anUnknownOrderNeedsThreeCleanAbsencesAndAPerson() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.onlyOrder()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Unknown, "timeout"});
        auto report = h.books();
        report.orders.clear();
        for (int i = 0; i < 3; ++i) {
            h.give(CancelOrder{h.userWith(approval::Role::Trader), id});
            QCOMPARE(h.onlyOrder()->state, execution::OrderState::Unknown);
            h.give(Reconciliation{report, "periodic"});
            h.ticks(30);
        }
        h.give(CancelOrder{h.userWith(approval::Role::Trader), id});
        QCOMPARE(h.onlyOrder()->state, execution::OrderState::Cancelled);
    }

    void theViewTellsHowFarAnOrderIsFromTheMarketAndPutsDoubtFirst() {
        Harness h;
        h.open();
        h.propose(Harness::spread(2));
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.onlyOrder()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        auto shown = h.desk().view(h.now()).orders.front();
        QVERIFY(shown.mid && shown.ticksAway && !shown.slippage);
        QCOMPARE(*shown.ticksAway * 10'000, static_cast<double>((shown.order.combo.netLimit - *shown.mid).micros())); // a penny class
        h.brokerSays(id, execution::OrderState::PartlyFilled, 1, 0.36, 1.3);
        shown = h.desk().view(h.now()).orders.front();
        QCOMPARE(*shown.slippage, Price::fromMicros(360'000) - *shown.order.arrivalMid);
        h.brokerSays(id, execution::OrderState::Cancelled, 1, 0.36, 1.3);
        Harness two;
        two.open();
        two.propose(Harness::spread(1));
        two.answer(*two.pending(), two.userWith(approval::Role::RiskManager), true);
        const OrderId doubtful = two.onlyOrder()->id;
        two.give(SubmitOutcome{doubtful, SubmitOutcome::Kind::Unknown, "timeout"});
        two.ticks(70);
        two.propose(Harness::spread(1, 0.33));
        if (two.pending()) two.answer(*two.pending(), two.userWith(approval::Role::RiskManager), true);
        const auto both = two.desk().view(two.now()).orders;
        QCOMPARE(both.size(), std::size_t{2});
        QVERIFY(both[1].order.createdAt.utc > both[0].order.createdAt.utc); // the newer one would stand first
        QCOMPARE(both[0].order.id, doubtful);
    }

    void aFloodedStrategyWaitsForARiskManagerAlsoOverNight() {
        Harness h;
        h.open();
        const Event disabled{"strategy.disabled", "system", "s/SPY", {{"key", "s/SPY"}, {"openings", 5}}};
        std::vector<StoredEvent> all{{disabled, h.now()}};
        Desk restored(risk::Limits{});
        QVERIFY(restored.restore(all).has_value());
        QCOMPARE(restored.state().disabledStrategies.size(), std::size_t{1});
        const auto body = encodeCommand(EnableStrategy{UserId("rita"), "s/SPY"});
        const auto again = decodeCommand("enable_strategy", *body);
        QVERIFY(again.has_value() && std::get<EnableStrategy>(*again).key == "s/SPY");
        restored.handle(EnableStrategy{h.userWith(approval::Role::Trader), "s/SPY"}, h.now());
        QCOMPARE(restored.state().disabledStrategies.size(), std::size_t{1});
        restored.handle(EnableStrategy{h.userWith(approval::Role::RiskManager), "s/SPY"}, h.now());
        QVERIFY(restored.state().disabledStrategies.empty());
    }

    void agentsCannotCloseOrClaimAnotherSource() {
        Harness h;
        h.open();
        auto order = Harness::spread(1);
        order.intent = portfolio::OrderIntent::Close;
        order.source = "user:ann";
        h.propose(order);
        QVERIFY(h.pending().has_value());
        QCOMPARE(h.pending()->order.intent, portfolio::OrderIntent::Open);
        QCOMPARE(h.pending()->order.source, std::string("agent:desk"));
    }

    void aMismatchWithTheBrokerHalts() {
        Harness h;
        h.open();
        h.holdSpread(1);
        auto report = h.books();
        report.positions.clear();
        h.give(Reconciliation{report, "periodic"});
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
        QVERIFY(h.state().reconciliation.find("broker 0") != std::string::npos);
    }

    void anOrderThatIsNotInTheJournalHalts() {
        Harness h;
        h.open();
        h.brokerSays(OrderId("M-NOTOURS"), execution::OrderState::Working);
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
    }

    void profitTargetClosesTheWholeSpreadAtTheNextCheck() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.quote(Harness::put(470), 0.50, 0.52);
        h.quote(Harness::put(465), 0.38, 0.40);
        h.ticks(320);
        const auto submits = h.effects<Submit>();
        QCOMPARE(submits.size(), std::size_t{2});
        const auto& close = submits.back().order.combo;
        QCOMPARE(close.intent, portfolio::OrderIntent::Close);
        QCOMPARE(close.legs.size(), std::size_t{2});
        QVERIFY(close.netLimit.micros() < 0);
        h.give(SubmitOutcome{submits.back().order.id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(submits.back().order.id, execution::OrderState::Filled, 1, -0.13, 2.0);
        QVERIFY(h.state().positions.empty());
        QCOMPARE(h.state().closedToday.size(), std::size_t{1});
        QCOMPARE(h.state().closedToday.front().realised.micros(), std::int64_t{21'000'000});
    }

    void theSameCommandsGiveTheSameBytes() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.ticks(30);
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "test"});
        Desk again{risk::Limits{}};
        std::size_t next = 0;
        for (const auto& [command, at] : h.commands()) {
            for (const auto& event : again.handle(command, at).events) {
                QVERIFY(next < h.events().size());
                QCOMPARE(event.type, h.events()[next].event.type);
                QCOMPARE(event.body.dump(), h.events()[next].event.body.dump());
                ++next;
            }
        }
        QCOMPARE(next, h.events().size());
    }

    void theStateIsTheFoldOfTheEvents() {
        Harness h;
        h.open();
        h.holdSpread(3);
        h.ticks(10);
        Desk folded{risk::Limits{}};
        const auto restored = folded.restore(h.events());
        QVERIFY2(restored.has_value(), restored ? "" : restored.error().detail.c_str());
        QCOMPARE(folded.state().positions.size(), h.state().positions.size());
        QVERIFY(folded.state().account->cash == h.state().account->cash);
        QCOMPARE(folded.state().orders.size(), h.state().orders.size());
        QCOMPARE(folded.state().haltEpoch, h.state().haltEpoch);
        QCOMPARE(folded.state().nextNumber, h.state().nextNumber);
    }

    void anUnknownEventTypeStopsTheRestore() {
        Desk desk{risk::Limits{}};
        const StoredEvent strange{{"something.new", "system", "", Json::object()}, {}};
        const auto restored = desk.restore(std::span(&strange, 1));
        QVERIFY(!restored.has_value());
        QCOMPARE(restored.error().code, ErrorCode::Integrity);
    }

    void theBookIsShownInSharesOfTheBenchmark() {
        Harness h;
        h.open();
        h.holdSpread(2);
        h.ticks(2);
        DeskView view = h.desk().view(h.now());
        QCOMPARE(view.positions.size(), std::size_t{1});
        const PositionView p = view.positions.front();
        QVERIFY(p.delta && *p.delta > 0);                   // a sold put spread
        QVERIFY(std::abs(*p.beta.delta - *p.delta) < 1e-9); // SPY against itself
        QCOMPARE(view.beta.included, 1);
        QVERIFY(std::abs(*view.beta.delta - *p.delta) < 1e-9);
        QVERIFY(std::abs(*p.gammaPerPercent - *p.gamma * 500 * 0.01) < 1e-9);
        QCOMPARE(p.buyingPower->micros(), std::int64_t{1'000'000'000}); // two spreads of five points, their credit is in the cash

        SessionFacts facts = *h.state().facts; // the same book, were SPY's beta measured as something else
        facts.betas["SPY"] = {0.5, 0.3, 252, facts.date};
        h.give(facts);
        view = h.desk().view(h.now());
        QVERIFY(std::abs(*view.beta.delta - 0.5 * *p.delta) < 1e-9);
        QVERIFY(view.beta.weak);
        QCOMPARE(view.betaWeights.byUnderlying.at("SPY").window, 252);
    }

    void betasSurviveTheJournalAndOldJournalsHaveNone() {
        SessionFacts facts;
        facts.date = std::chrono::year{2026} / 11 / 23;
        QVERIFY(!encodeCommand(facts)->contains("betas"));
        facts.betas["QQQ"] = {1.2, 0.85, 252, std::chrono::year{2026} / 11 / 20};
        facts.betas["SPY"] = {1, 1, 0, {}}; // the benchmark itself may have no window
        const auto back = decodeCommand("session_facts", *encodeCommand(facts));
        QVERIFY(back && std::get<SessionFacts>(*back).betas == facts.betas);
    }

    void everyCommandSurvivesItsJournalForm() {
        Harness h;
        h.open();
        h.holdSpread(1);
        for (const auto& [command, at] : h.commands()) {
            if (std::holds_alternative<MarketTick>(command)) continue;
            const auto body = encodeCommand(command);
            QVERIFY(body.has_value());
            const auto text = canonicalJson(*body);
            QVERIFY2(text.has_value(), commandName(command).c_str());
            const auto back = decodeCommand(commandName(command), *parseJson(*text));
            QVERIFY2(back.has_value(), commandName(command).c_str());
            QCOMPARE(canonicalJson(*encodeCommand(*back)).value(), *text);
        }
    }
};

QTEST_APPLESS_MAIN(DeskOrdersTest)
#include "tst_desk_orders.moc"
