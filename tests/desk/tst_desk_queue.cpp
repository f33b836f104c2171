#include <QTest>

#include "desk/same_idea.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// What happens to a request between its birth and its decision: more time, other people, less size, newer versions.
class DeskQueueTest : public QObject {
    Q_OBJECT

    static approval::User user(approval::Role role) {
        for (const auto& u : approval::demoUsers())
            if (u.has(role)) return u;
        return {};
    }
    static approval::Request the(const Harness& h) { return h.pending().value_or(approval::Request{}); }
    /// An open desk whose strategy has traded once: a first execution has its own rules.
    static void seasoned(Harness& h) {
        h.quote(Harness::put(472), 1.60, 1.64);
        h.quote(Harness::put(467), 1.22, 1.26);
        h.quote(Harness::put(480), 2.50, 2.54);
        h.quote(Harness::put(475), 2.10, 2.14);
        h.open();
        h.holdSpread(1);
        h.ticks(70);
    }
    /// Width less credit of each unit, and the fee of its two contracts.
    static Usd shownMaxLossOf(const execution::Order& order) {
        const auto loss = times(*portfolio::payoffBounds(order.combo.legs, order.combo.netLimit).maxLoss, order.combo.quantity);
        return *loss + *times(risk::kFeePerContract, 2 * order.combo.quantity);
    }
    static std::string noticeOf(const Harness& h) { return h.state().notices.empty() ? "" : h.state().notices.front().text; }

private Q_SLOTS:
    void anExtensionGivesSixtySecondsOnce() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto before = the(h);
        QCOMPARE(before.tier.tier, approval::Tier::T1);
        const auto view = h.desk().view(h.now());
        QVERIFY(!view.approvals.front().noMoreTime);
        h.ticks(20);
        h.give(ExtendRequest{before.id, user(approval::Role::Trader).id});
        const auto after = the(h);
        QCOMPARE((after.deadline - before.deadline).count(), MonoTime(60s).count());
        QVERIFY(after.extended);
        QVERIFY(after.shownHash != before.shownHash); // what was armed before is not what is asked now
        QCOMPARE(h.count("approval.extended"), 1);
        QCOMPARE(h.count("gate.checked"), 3); // the first trade, this request, and it again at today's quotes
        h.give(ExtendRequest{before.id, user(approval::Role::Trader).id});
        QCOMPARE(h.count("approval.extended"), 1);
        QVERIFY(noticeOf(h).find("once") != std::string::npos);
        QCOMPARE(h.desk().view(h.now()).approvals.front().noMoreTime, std::optional(approval::NoMoreTime::Used));
        h.ticks(80); // and then it is rejected as it would have been
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::Expired);
    }

    void anAnswerToWhatWasShownBeforeTheExtensionIsRefused() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto before = the(h);
        h.give(ExtendRequest{before.id, user(approval::Role::Trader).id});
        h.answer(before, user(approval::Role::Trader).id, true);
        QVERIFY(h.pending());
        QCOMPARE(h.count("approval.refused"), 1);
        h.answer(the(h), user(approval::Role::Trader).id, true);
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().state, approval::ApprovalState::Approved);
    }

    void theReviewOfAFirstExecutionIsNotExtended() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        const auto before = the(h);
        QVERIFY(before.tier.fixedReview);
        h.give(ExtendRequest{before.id, user(approval::Role::Trader).id});
        QCOMPARE(the(h).deadline, before.deadline);
        QCOMPARE(h.count("approval.extended"), 0);
        QVERIFY(noticeOf(h).find("first execution") != std::string::npos);
    }

    void anAnalystGivesNoTimeAndHandsNothingOn() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto before = the(h);
        h.give(ExtendRequest{before.id, user(approval::Role::Analyst).id});
        h.give(EscalateRequest{before.id, user(approval::Role::Analyst).id});
        QCOMPARE(the(h).deadline, before.deadline);
        QCOMPARE(the(h).tier.tier, before.tier.tier);
    }

    void anExtensionEndsWhatWouldBeRefusedAtTheClick() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto before = the(h);
        Settings tight = h.state().settings;
        tight.limits.riskPerTrade = 0.001; // tightened while it waits: it holds at once
        h.give(ChangeSettings{"user:" + user(approval::Role::RiskManager).id.str(), tight});
        QVERIFY(h.pending());
        h.give(ExtendRequest{before.id, user(approval::Role::Trader).id});
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::GateRefused);
        QCOMPARE(h.count("approval.extended"), 0);
    }

    void escalationAsksTheNextTierAndAlarmsEveryone() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto before = the(h);
        h.give(OpenRequest{before.id, user(approval::Role::Trader).id});
        h.give(EscalateRequest{before.id, user(approval::Role::Trader).id});
        const auto after = the(h);
        QCOMPARE(after.tier.tier, approval::Tier::T2);
        QCOMPARE(after.deadline, before.deadline);
        QVERIFY(after.escalated && !after.openedAt);
        QVERIFY(after.shownHash != before.shownHash);
        QCOMPARE(h.state().notices.front().level, NoticeView::Level::Critical);
        h.answer(after, user(approval::Role::Trader).id, true); // the trader has given it away
        QVERIFY(h.pending());
        h.answer(after, user(approval::Role::RiskManager).id, true, "1 fits the plan");
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().state, approval::ApprovalState::Approved);
    }

    void aOnePersonDeskHasNobodyToEscalateTo() {
        Harness h(approval::DeskKind::SinglePerson);
        h.open();
        h.propose(Harness::spread(1));
        QVERIFY(!h.desk().view(h.now()).approvals.front().notEscalatedBecause.empty());
        h.give(EscalateRequest{the(h).id, approval::singleUser().id});
        QCOMPARE(the(h).tier.tier, approval::Tier::T1);
    }

    void whoEscalatedMaySayNo() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        h.give(EscalateRequest{the(h).id, user(approval::Role::Trader).id});
        QCOMPARE(the(h).tier.tier, approval::Tier::T2);
        h.answer(the(h), user(approval::Role::Analyst).id, false, "3 risk");
        h.answer(the(h), user(approval::Role::Strategist).id, false, "3 risk");
        QVERIFY(h.pending());
        h.answer(the(h), user(approval::Role::Trader).id, false, "3 risk");
        QVERIFY(!h.pending());
        QCOMPARE(h.state().decided.front().state, approval::ApprovalState::Rejected);
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::Person);
    }

    void anEscalationsAlarmIsOverWhenItsRequestEnds() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto id = the(h).id;
        h.give(EscalateRequest{id, user(approval::Role::Trader).id});
        const auto alarm = [](const Desk& desk, Timestamp now) {
            const auto view = desk.view(now);
            for (const auto& n : view.notices)
                if (n.level == NoticeView::Level::Critical && n.text.find("escalated") != std::string::npos) return n;
            return NoticeView{};
        };
        QCOMPARE(alarm(h.desk(), h.now()).about, id.str());
        QVERIFY(!alarm(h.desk(), h.now()).over);
        h.answer(the(h), user(approval::Role::RiskManager).id, false, "3 risk");
        QVERIFY(alarm(h.desk(), h.now()).over);
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QVERIFY(alarm(again, h.now()).over);
    }

    void anUnopenedRequestsAlarmIsOverWhenItExpires() {
        Harness h;
        seasoned(h);
        Settings slow = h.state().settings;
        slow.traderDeadline = 300s;
        h.give(ChangeSettings{"user:" + user(approval::Role::RiskManager).id.str(), slow});
        h.propose(Harness::spread(2));
        h.give(EscalateRequest{the(h).id, user(approval::Role::Trader).id});
        h.give(SizeDown{the(h).id, user(approval::Role::RiskManager).id, 1}); // still asked of a risk manager: to be opened within 30 s
        QVERIFY(h.pending() && the(h).tier.tier == approval::Tier::T2 && !the(h).escalated);
        const auto over = [&] {
            for (const auto& n : h.desk().view(h.now()).notices)
                if (n.text.find("nobody opened") != std::string::npos) return n.over ? 1 : 0;
            return -1;
        };
        h.ticks(32);
        QCOMPARE(over(), 0);
        h.ticks(100);
        QVERIFY(!h.pending());
        QCOMPARE(over(), 1);
    }

    void whatTheAutomaticTierSentIsSummedForTheSession() {
        Harness h;
        seasoned(h);
        const auto sent = [&] { return h.desk().view(h.now()).sentUnasked; };
        QCOMPARE(sent().orders, 0); // the first one was asked for
        QCOMPARE(sent().maxLoss.micros(), std::int64_t{0});
        h.jumpTo(10, 30);
        h.tick();
        h.propose(Harness::spread(1));
        QVERIFY(!h.pending());
        const auto order = *h.state().liveOrders().front();
        QCOMPARE(order.approvedBy, std::string("auto"));
        QCOMPARE(sent().orders, 1);
        QCOMPARE(sent().maxLoss, shownMaxLossOf(order));
        h.give(SubmitOutcome{order.id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(order.id, execution::OrderState::Working);
        QCOMPARE(sent().orders, 1);
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QCOMPARE(again.view(h.now()).sentUnasked.orders, 1);
        QCOMPARE(again.view(h.now()).sentUnasked.maxLoss, sent().maxLoss);
        h.brokerSays(order.id, execution::OrderState::PartlyFilled, 0);
        h.brokerSays(order.id, execution::OrderState::Cancelled); // unfilled: nothing of it was at risk
        QCOMPARE(sent().orders, 0);
    }

    void whatAPersonSentIsNotSentWithoutAsking() {
        Harness h;
        seasoned(h);
        h.jumpTo(10, 30);
        h.tick();
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "mine"});
        h.tick();
        if (h.pending()) h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        QVERIFY(!h.state().liveOrders().empty());
        QCOMPARE(h.desk().view(h.now()).sentUnasked.orders, 0);
    }

    void theSumOfTheAutomaticTierBeginsAnewWithTheSession() {
        Harness h;
        seasoned(h);
        h.jumpTo(10, 30);
        h.tick();
        h.propose(Harness::spread(1));
        QCOMPARE(h.desk().view(h.now()).sentUnasked.orders, 1);
        h.skipTo(std::chrono::year{2026} / 11 / 24, 9, 29);
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        h.give(facts);
        QCOMPARE(h.desk().view(h.now()).sentUnasked.orders, 0);
    }

    void whatTheGateHeldBackWasNotSent() {
        Harness h;
        seasoned(h);
        h.jumpTo(10, 30);
        h.tick();
        h.propose(Harness::spread(1));
        QCOMPARE(h.desk().view(h.now()).sentUnasked.orders, 1);
        h.give(SubmitOutcome{h.state().liveOrders().front()->id, SubmitOutcome::Kind::RefusedByGate, "the gate closed"});
        QCOMPARE(h.desk().view(h.now()).sentUnasked.orders, 0);
    }

    void aSmallerRequestTakesThePlaceAtOnceAndGainsNoTime() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        const auto first = the(h);
        h.quote(Harness::put(480), 2.50, 2.54);
        h.ticks(10);
        h.propose(Harness::spread(2, 0.38, 480)); // another idea stands behind it
        QCOMPARE(h.state().approvals.size(), std::size_t{2});
        h.give(SizeDown{first.id, user(approval::Role::RiskManager).id, 1});
        const auto view = h.desk().view(h.now()); // no tick later: in the same breath
        QCOMPARE(view.approvals.size(), std::size_t{2});
        const auto& smaller = view.approvals.front().request;
        QCOMPARE(smaller.replaces, first.id);
        QCOMPARE(smaller.order.quantity, std::int64_t{1});
        QCOMPARE(smaller.deadline, first.deadline);
        QVERIFY(smaller.tier.tier >= first.tier.tier);
    }

    void aSecondExtensionIsNotWonByAskingForLess() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        h.give(ExtendRequest{the(h).id, user(approval::Role::Trader).id});
        h.give(SizeDown{the(h).id, user(approval::Role::Trader).id, 2});
        QVERIFY(the(h).extended);
        h.give(ExtendRequest{the(h).id, user(approval::Role::Trader).id});
        QCOMPARE(h.count("approval.extended"), 1);
    }

    void aNewerVersionOfAnIdeaReplacesThePendingOne() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto old = the(h);
        h.propose(Harness::spread(2, 0.38, 472)); // two points of five hundred away
        QCOMPARE(h.state().approvals.size(), std::size_t{1});
        QCOMPARE(the(h).replaces, old.id);
        QCOMPARE(the(h).replacesWhy, std::string("a newer version of the same idea"));
        QVERIFY(the(h).tier.tier >= old.tier.tier);
        QCOMPARE(h.state().decided.front().cause, approval::RejectCause::Superseded);
        QCOMPARE(h.state().decided.front().id, old.id);
        h.propose(Harness::spread(2, 0.38, 480)); // ten points away: another idea
        QCOMPARE(h.state().approvals.size(), std::size_t{2});
    }

    void whatWasHandedUpIsNotTakenBackByANewerVersion() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        h.give(EscalateRequest{the(h).id, user(approval::Role::Trader).id});
        h.propose(Harness::spread(2, 0.38, 472));
        QCOMPARE(h.state().approvals.size(), std::size_t{1});
        QCOMPARE(the(h).tier.tier, approval::Tier::T2);
    }

    void aDeclinedIdeaComesBackOnlyWithAMaterialChangeWhichIsShown() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto declined = the(h);
        h.answer(declined, user(approval::Role::Trader).id, false, "3 not today");
        h.propose(Harness::spread(2, 0.36, 472)); // near enough to be the same, 6 % more credit
        QVERIFY(!h.pending());
        QVERIFY(h.lastBody("proposal.dropped").find("rejected today") != std::string::npos);
        h.propose(Harness::spread(2, 0.38)); // another limit is no change of the market
        QVERIFY(!h.pending());
        h.quote(Harness::put(470), 1.55, 1.59);
        h.propose(Harness::spread(2, 0.38));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QCOMPARE(the(h).raisedAgain, declined.id.str() + " was rejected today; since then credit 0.36 to 0.41");
    }

    void whoMayNotDecideARequestCannotEndIt() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        const auto asked = the(h);
        h.give(ProposeOrder{user(approval::Role::Trader).id, Harness::spread(1, 0.36, 472), "a near one"});
        h.tick();
        QCOMPARE(h.desk().state().approvals.size(), std::size_t{1});
        QCOMPARE(the(h).id, asked.id);
        QVERIFY2(h.lastBody("proposal.dropped").find("waits as " + asked.id.str()) != std::string::npos, h.lastBody("proposal.dropped").c_str());
    }

    void anIdeaLeftToExpireIsDeclinedWhetherSomebodyLookedOrNot() {
        for (const bool looked : {false, true}) {
            Harness h;
            seasoned(h);
            h.propose(Harness::spread(2));
            if (looked) h.give(OpenRequest{the(h).id, user(approval::Role::Trader).id});
            h.ticks(40);
            QVERIFY(!h.pending());
            h.propose(Harness::spread(2));
            QVERIFY(!h.pending());
        }
    }

    void aPersonMayRaiseWhatTheAgentsWereRefused() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(2));
        h.answer(the(h), user(approval::Role::Trader).id, false, "3 not today");
        h.give(ProposeOrder{user(approval::Role::Trader).id, Harness::spread(2), "I want it"});
        h.tick();
        QVERIFY(h.pending());
        QVERIFY(the(h).raisedAgain.find("nothing has changed") != std::string::npos);
        h.answer(the(h), user(approval::Role::RiskManager).id, false, "3 no");
        h.give(ProposeOrder{user(approval::Role::Trader).id, Harness::spread(2), "again"});
        h.tick();
        QVERIFY(!h.pending()); // nobody's own idea comes back by itself
    }

    void theRulesOfOneIdea() {
        const auto base = Harness::spread(1);
        QVERIFY(sameIdea(base, Harness::spread(5, 0.40, 475), 500)); // exactly one per cent, other size and price
        QVERIFY(!sameIdea(base, Harness::spread(1, 0.34, 475.5), 500));
        QVERIFY(!sameIdea(base, Harness::spread(1, 0.34, 471), {})); // without a spot only equal strikes are near
        auto other = base;
        other.kind = portfolio::StrategyKind::Custom;
        QVERIFY(!sameIdea(base, other, 500));
        other = base;
        for (auto& leg : other.legs) leg.contract.expiry = std::chrono::year{2027} / 1 / 15;
        QVERIFY(!sameIdea(base, other, 500));
        other = base;
        other.intent = portfolio::OrderIntent::Close;
        QVERIFY(!sameIdea(base, other, 500));
    }

    void theThresholdsOfAMaterialChange() {
        const auto net = [](double v) { return *Price::fromDouble(v); };
        const IdeaMarket then{500, 0.20, net(1.00)};
        QVERIFY(materialChange(then, {504.9, 0.2199, net(1.09)}).empty());
        QCOMPARE(materialChange(then, {505.0, 0.20, net(1.00)}), std::string("spot +1.0 %"));
        QCOMPARE(materialChange(then, {495.0, 0.20, net(1.00)}), std::string("spot -1.0 %"));
        QCOMPARE(materialChange(then, {500.0, 0.20, net(1.10)}), std::string("credit 1.00 to 1.10"));
        QVERIFY(materialChange(then, {500.0, 0.20, net(0.50)}).empty()); // worse is no reason to ask again
        QCOMPARE(materialChange(then, {500.0, 0.18, net(1.00)}), std::string("IV -2.0 points"));
        QCOMPARE(materialChange({500, 0.20, net(-2.00)}, {500.0, 0.20, net(-1.80)}), std::string("debit 2.00 to 1.80"));
        QVERIFY(materialChange({{}, {}, net(1.00)}, {600.0, 0.90, net(1.00)}).empty()); // what is not known is no change
    }

    void eventsOfTheHoldingPeriodComeWithTheRequest() {
        Harness h;
        h.open();
        SessionFacts facts = *h.state().facts;
        const auto on = [](unsigned month, unsigned day, market::EventKind kind, const char* symbol, const char* title) {
            return market::MarketEvent{std::chrono::year{2026} / static_cast<int>(month) / static_cast<int>(day), kind, symbol, title};
        };
        facts.events = {on(12, 9, market::EventKind::Fomc, "", "FOMC"), on(12, 18, market::EventKind::ExDividend, "SPY", "SPY ex-dividend"),
                        on(12, 20, market::EventKind::Earnings, "QQQ", "not ours")};
        facts.events.push_back({std::chrono::year{2027} / 1 / 5, market::EventKind::Cpi, "", "after the last expiry"});
        // Of today: one that was out before the session, and one that is not.
        auto out = on(0, 0, market::EventKind::Gdp, "", "out already"), later = on(0, 0, market::EventKind::Fomc, "", "still to come");
        out.date = later.date = facts.date;
        out.at = facts.open - std::chrono::hours(1);
        later.at = facts.close;
        facts.events.insert(facts.events.begin(), {out, later});
        h.give(facts);
        h.propose(Harness::spread(1));
        QCOMPARE(the(h).events.size(), std::size_t{3});
        QCOMPARE(the(h).events.front().title, std::string("still to come"));
        QVERIFY(the(h).events.front().at == later.at);
        QCOMPARE(the(h).events.back().title, std::string("SPY ex-dividend"));
        QVERIFY(the(h).shownHash != Digest{});
    }

    void everythingOfAQueueReplaysToTheSameBytes() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        h.give(ExtendRequest{the(h).id, user(approval::Role::Trader).id});
        h.give(SizeDown{the(h).id, user(approval::Role::Trader).id, 2});
        h.propose(Harness::spread(2, 0.38, 472));
        h.give(EscalateRequest{the(h).id, user(approval::Role::Trader).id});
        h.answer(the(h), user(approval::Role::RiskManager).id, false, "3 no");
        h.propose(Harness::spread(2, 0.45, 470));
        Desk again{risk::Limits{}};
        std::vector<std::string> replayed;
        for (const auto& [command, at] : h.commands()) {
            Command given = command;
            if (!std::holds_alternative<MarketTick>(command)) {
                auto decoded = decodeCommand(commandName(command), *encodeCommand(command));
                QVERIFY2(decoded.has_value(), commandName(command).c_str());
                given = std::move(*decoded);
            }
            for (const auto& event : again.handle(given, at).events)
                replayed.push_back(event.type + event.actor + event.correlation + event.body.dump());
        }
        QCOMPARE(replayed.size(), h.events().size());
        for (std::size_t i = 0; i < replayed.size(); ++i) {
            const auto& event = h.events()[i].event;
            QCOMPARE(replayed[i], event.type + event.actor + event.correlation + event.body.dump());
        }
        // And what was journaled folds back to the same requests.
        Desk restored{risk::Limits{}};
        QVERIFY(restored.restore(h.events()).has_value());
        QCOMPARE(restored.state().approvals.size(), h.state().approvals.size());
        for (const auto& [id, request] : h.state().approvals)
            QCOMPARE(codec::from(restored.state().approvals.at(id)).dump(), codec::from(request).dump());
    }
};

QTEST_APPLESS_MAIN(DeskQueueTest)
#include "tst_desk_queue.moc"
