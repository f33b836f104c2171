#include <QTest>
#include <set>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

class DeskHaltTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void haltClosesTheGateCancelsOpeningOrdersAndKeepsPositions() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.quote(Harness::put(460), 0.80, 0.83);
        auto other = Harness::spread(1, 0.30);
        other.legs = {{Harness::put(465), -1}, {Harness::put(460), 1}};
        h.propose(other);
        if (h.pending()) h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const auto live = h.state().liveOrders();
        QCOMPARE(live.size(), std::size_t{1});
        const OrderId id = live.front()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        const auto outcome = h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        bool closed = false, cancelled = false;
        for (const auto& effect : outcome.effects) {
            closed = closed || std::holds_alternative<CloseGate>(effect);
            if (const auto* c = std::get_if<Cancel>(&effect)) cancelled = cancelled || c->id == id;
        }
        QVERIFY(closed);
        QVERIFY(cancelled);
        QCOMPARE(h.state().positions.size(), std::size_t{1});
        QCOMPARE(h.desk().view(h.now()).state, RunState::Halting);
        QVERIFY(h.desk().view(h.now()).cancelsUnconfirmed.empty()); // it has five seconds
        h.ticks(6);
        const auto late = h.desk().view(h.now());
        QCOMPARE(late.state, RunState::HaltedUnconfirmed);
        QCOMPARE(late.cancelsUnconfirmed.size(), std::size_t{1});
        QCOMPARE(late.cancelsUnconfirmed.front().id, id);
        QCOMPARE(late.cancelsUnconfirmed.front().brokerId, std::string("B1"));
        QVERIFY(late.cancelsUnconfirmed.front().description.find("465/460") != std::string::npos);
        h.brokerSays(id, execution::OrderState::Cancelled);
        QCOMPARE(h.desk().view(h.now()).state, RunState::Halted);
        QVERIFY(h.desk().view(h.now()).cancelsUnconfirmed.empty());
    }

    void aCancelAskedBeforeARestartIsInDoubtAtOnce() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1));
        if (h.pending()) h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        const OrderId id = h.state().liveOrders().front()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        Timestamp booted = h.now(); // the machine was started anew: its steady clock counts from nothing
        booted.mono = 1s;
        const auto view = again.view(booted);
        QCOMPARE(view.state, RunState::HaltedUnconfirmed);
        QCOMPARE(view.cancelsUnconfirmed.front().id, id);
    }

    void afterTheCloseTheLastReadingStandsAndNothingMayBeOpened() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.jumpTo(15, 59, 55);
        h.ticks(3);
        const auto reading = [&](risk::Breaker which) {
            for (const auto& b : h.desk().view(h.now()).breakers)
                if (b.breaker == which) return b;
            return risk::BreakerReading{};
        };
        const auto before = reading(risk::Breaker::B1DailyLoss);
        QVERIFY(before.used && !before.asOf && !before.tripped);
        h.freezeFeed(true);
        h.ticks(60);
        const auto view = h.desk().view(h.now());
        QVERIFY(view.session != market::Session::Open);
        for (const auto which : {risk::Breaker::B1DailyLoss, risk::Breaker::B2WeeklyLoss, risk::Breaker::B3Drawdown}) {
            const auto after = reading(which);
            QVERIFY(after.used.has_value());
            QVERIFY(after.asOf && after.asOf <= h.at(16, 0).utc && *after.asOf > h.at(15, 59).utc);
            QVERIFY(after.tripped); // unreadable now
        }
        QCOMPARE(reading(risk::Breaker::B1DailyLoss).now, before.now);
        const int intents = h.count("order.intent");
        h.propose(Harness::spread(1));
        h.ticks(3);
        QVERIFY(!h.pending());
        QCOMPARE(h.count("order.intent"), intents);
        const std::string checks = h.lastBody("gate.checked");
        QVERIFY2(checks.find("\"pass\":false") != std::string::npos && checks.find("session_open") != std::string::npos, checks.c_str());
        QVERIFY(checks.find("equity_known") != std::string::npos); // the gate judges by the marks of now, and there are none
        QVERIFY2(h.lastBody("proposal.dropped").find("cannot be valued") != std::string::npos, h.lastBody("proposal.dropped").c_str());
    }

    void nothingIsProposedWhileHalted() {
        Harness h;
        h.open();
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        h.propose(Harness::spread(1));
        QVERIFY(!h.pending());
        QVERIFY(h.effects<Submit>().empty());
    }

    void resumeNeedsRoleReasonWordAndTenSeconds() {
        Harness h;
        h.open();
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        const auto manager = h.userWith(approval::Role::RiskManager);
        h.give(ResumeRequest{h.userWith(approval::Role::Analyst), {}, "because", "RESUME"});
        h.give(ResumeRequest{manager, {}, "", "RESUME"});
        h.give(ResumeRequest{manager, {}, "because", "resume"});
        h.ticks(15);
        QVERIFY(h.state().halted());
        h.give(ResumeRequest{manager, {}, "checked with the broker", "RESUME"});
        h.ticks(8);
        QVERIFY(h.state().halted());
        h.ticks(4);
        QVERIFY(!h.state().halted());
    }

    void aSecondHaltEndsACountdown() {
        Harness h;
        h.open();
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        h.give(ResumeRequest{h.userWith(approval::Role::RiskManager), {}, "fine again", "RESUME"});
        h.ticks(3);
        h.give(HaltRequest{"user:y", risk::Breaker::B8Manual, "F12 again"});
        h.ticks(20);
        QVERIFY(h.state().halted());
    }

    void vixAtFiftyHaltsAndAPersonClearsItLater() {
        Harness h;
        h.open();
        h.setVix(50.0);
        h.tick();
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
        h.setVix(49.0);
        h.ticks(700);
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
        h.give(ResumeRequest{h.userWith(approval::Role::RiskManager), risk::Breaker::B4Vix, "VIX is down", "RESUME"});
        h.ticks(12);
        QVERIFY(!h.state().halted());
    }

    void aFrozenFeedTripsAtThirtySecondsAndClearsAfterACleanMinute() {
        Harness h;
        h.open();
        h.freezeFeed(true);
        h.ticks(28);
        QVERIFY(!h.state().latched(risk::Breaker::B5StaleData));
        h.ticks(4);
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        h.freezeFeed(false);
        h.ticks(40);
        QVERIFY(h.state().latched(risk::Breaker::B5StaleData));
        h.ticks(40);
        QVERIFY(!h.state().latched(risk::Breaker::B5StaleData));
    }

    void fiveErrorsInAMinuteHalt() {
        Harness h;
        h.open();
        for (int i = 0; i < 4; ++i) h.give(BrokerNews{{}, {}, 1});
        QVERIFY(!h.state().halted());
        h.give(BrokerNews{{}, {}, 1});
        QVERIFY(h.state().latched(risk::Breaker::B6ApiErrors));
    }

    void aDailyLossHaltsAtOnceAndClosesAfterASecondMark() {
        Harness h;
        h.open();
        h.holdSpread(4);
        // 100,000 x 2 % = 2,000: four spreads lose five dollars each way a hundred shares at most; mark them down hard.
        h.quote(Harness::put(470), 30.00, 30.20);
        h.quote(Harness::put(465), 24.00, 24.20);
        h.tick();
        QVERIFY2(h.state().latched(risk::Breaker::B1DailyLoss), h.desk().view(h.now()).haltReason.c_str());
        QVERIFY(!h.state().plan);
        h.ticks(2);
        QVERIFY(h.state().plan.has_value());
        const auto submits = h.effects<Submit>();
        QCOMPARE(submits.back().order.combo.intent, portfolio::OrderIntent::Close);
        QCOMPARE(submits.back().order.combo.quantity, std::int64_t{4});
    }

    void lossLatchesDoNotClearOnTheSameDay() {
        Harness h;
        h.open();
        h.give(HaltRequest{"system", risk::Breaker::B1DailyLoss, "test"});
        h.give(ResumeRequest{h.userWith(approval::Role::RiskManager), {}, "want to go on", "RESUME"});
        h.give(ResumeRequest{h.userWith(approval::Role::PortfolioManager), {}, "me too", "RESUME"});
        h.ticks(20);
        QVERIFY(h.state().latched(risk::Breaker::B1DailyLoss));
    }

    void latchesSurviveARestart() {
        Harness h;
        h.open();
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QVERIFY(again.state().latched(risk::Breaker::B8Manual));
    }

    void flattenNeedsTheWordAndClosesEverything() {
        Harness h;
        h.open();
        h.holdSpread(2);
        h.give(Flatten{h.userWith(approval::Role::Trader), "flatten"});
        QVERIFY(!h.state().plan);
        h.give(Flatten{h.userWith(approval::Role::Trader), "FLATTEN"});
        h.tick();
        QVERIFY(h.state().plan.has_value());
        const auto last = h.effects<Submit>().back().order;
        QCOMPARE(last.combo.intent, portfolio::OrderIntent::Close);
        h.give(SubmitOutcome{last.id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(last.id, execution::OrderState::Filled, 2, -0.37, 4.0);
        h.ticks(2);
        QVERIFY(!h.state().plan);
        QVERIFY(h.state().positions.empty());
    }

    void closingManyPositionsKeepsWithinTheMessageLimitsAndRefusesNone() {
        Harness h;
        h.open();
        for (int i = 0; i < 7; ++i) {
            h.jumpTo(9, 45 + 11 * i);
            h.tick();
            h.holdSpread(1);
        }
        QCOMPARE(h.state().positions.size(), std::size_t{7});
        h.jumpTo(11, 30);
        h.tick();
        const auto before = h.effects<Submit>().size();
        h.give(Flatten{h.userWith(approval::Role::Trader), "FLATTEN"});
        h.tick();
        QCOMPARE(h.effects<Submit>().size() - before, std::size_t{5}); // five messages a second
        h.tick();
        QCOMPARE(h.effects<Submit>().size() - before, std::size_t{7});
        std::set<PositionId> closed;
        for (std::size_t i = before; i < before + 7; ++i) closed.insert(h.effects<Submit>()[i].order.combo.closes);
        QCOMPARE(closed.size(), std::size_t{7});
        h.ticks(20);
        for (const auto& event : h.events())
            QVERIFY2(event.event.body.dump().find("refused by the gate") == std::string::npos, event.event.body.dump().c_str());
    }

    void atTheDaysLimitOfMessagesAPersonIsAskedOnce() {
        Harness h;
        h.open();
        for (int i = 0; i < 4; ++i) {
            h.jumpTo(9, 45 + 11 * i);
            h.tick();
            h.holdSpread(1);
        }
        Settings tight = h.state().settings;
        tight.limits.maxMessagesPerDay = 6;
        h.give(ChangeSettings{"user:" + h.userWith(approval::Role::RiskManager).str(), tight});
        QCOMPARE(h.state().limits.maxMessagesPerDay, 6);
        const auto before = h.effects<Submit>().size();
        h.give(Flatten{h.userWith(approval::Role::Trader), "FLATTEN"});
        h.ticks(40);
        QCOMPARE(h.effects<Submit>().size() - before, std::size_t{2});
        QVERIFY(!h.effects<Cancel>().empty()); // unanswered closing orders are called back all the same
        int asked = 0, refused = 0;
        for (const auto& event : h.events()) {
            const auto body = event.event.body.dump();
            asked += body.find("must be closed by a person") != std::string::npos;
            refused += body.find("refused by the gate") != std::string::npos;
        }
        QCOMPARE(asked, 1);
        QCOMPARE(refused, 0);
    }

    void aRepricedClosingOrderIsNoDuplicateOfTheLast() {
        Harness h;
        h.open();
        h.holdSpread(1);
        h.give(Flatten{h.userWith(approval::Role::Trader), "FLATTEN"});
        std::set<std::int64_t> prices;
        for (int attempt = 1; attempt <= 5; ++attempt) { // nobody fills, the market stands still
            for (int second = 0; second < 12 && h.effects<Submit>().size() < static_cast<std::size_t>(attempt + 1); ++second) h.tick();
            QCOMPARE(h.effects<Submit>().size(), static_cast<std::size_t>(attempt + 1)); // the opening was the first
            const auto order = h.effects<Submit>().back().order;
            QVERIFY(prices.insert(order.combo.netLimit.micros()).second);
            h.give(SubmitOutcome{order.id, SubmitOutcome::Kind::Accepted, {}});
            h.brokerSays(order.id, execution::OrderState::Working);
            h.ticks(11);
            h.brokerSays(order.id, execution::OrderState::Cancelled);
        }
        for (const auto& event : h.events())
            QVERIFY2(event.event.body.dump().find("refused by the gate") == std::string::npos, event.event.body.dump().c_str());
    }

    void aFailureInsideTheProgramHalts() {
        Harness h;
        h.open();
        h.give(Failure{"agents", "bad alloc"});
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
    }
};

QTEST_APPLESS_MAIN(DeskHaltTest)
#include "tst_desk_halt.moc"
