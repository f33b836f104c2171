#include <QTest>

#include "desk/context.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

/// Rules of the safety specification that a review found broken or unproven; each failed before it was mended.
class DeskRulesTest : public QObject {
    Q_OBJECT

    static int closes(const Harness& h) {
        int n = 0;
        for (const auto& s : h.effects<Submit>()) n += s.order.combo.intent == portfolio::OrderIntent::Close;
        return n;
    }
    /// Quotes at which the spread has made its target.
    static void reachTarget(Harness& h) {
        h.quote(Harness::put(470), 0.60, 0.62);
        h.quote(Harness::put(465), 0.50, 0.52);
    }
    static OrderId workingOrder(Harness& h) {
        h.propose(Harness::spread(1));
        if (h.pending()) h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), true);
        return h.state().liveOrders().front()->id;
    }
    static execution::BrokerReport withOrder(const Harness& h, const char* id, execution::OrderState state) {
        auto report = h.books();
        report.orders.push_back({OrderId(id), state, 0, {}, {}, "B9", {}, {}});
        return report;
    }

private Q_SLOTS:
    void integrityInDoubtClosesNothingByItself() {
        Harness h;
        h.open();
        h.holdSpread(1);
        reachTarget(h);
        h.give(HaltRequest{"system", risk::Breaker::B7Integrity, "test"});
        h.ticks(700); // two position checks
        QCOMPARE(closes(h), 0);
        h.give(ClosePosition{h.userWith(approval::Role::Trader), h.state().positions.begin()->first, "by hand"});
        QCOMPARE(closes(h), 1); // a person may
    }

    void brokerErrorsLetOnlyCancelsOut() {
        Harness h;
        h.open();
        h.holdSpread(1);
        reachTarget(h);
        for (int i = 0; i < 5; ++i) h.give(BrokerNews{{}, {}, 1});
        QVERIFY(h.state().latched(risk::Breaker::B6ApiErrors));
        h.give(ClosePosition{h.userWith(approval::Role::Trader), h.state().positions.begin()->first, "by hand"});
        QCOMPARE(closes(h), 0);
    }

    void anOpeningAcceptedAfterTheHaltIsCancelled() {
        Harness h;
        h.open();
        const OrderId id = workingOrder(h); // its intent is journaled, the broker has not answered
        h.give(HaltRequest{"user:x", risk::Breaker::B8Manual, "F12"});
        const auto outcome = h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        bool cancelled = false;
        for (const auto& effect : outcome.effects)
            if (const auto* c = std::get_if<Cancel>(&effect)) cancelled = cancelled || c->id == id;
        QVERIFY(cancelled);
    }

    void threeAbsencesInASecondDoNotSettleAnUnknownOrder() {
        Harness h;
        h.open();
        const OrderId id = workingOrder(h);
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Unknown, "timeout"});
        auto empty = h.books();
        empty.orders.clear();
        for (int i = 0; i < 3; ++i) h.give(Reconciliation{empty, "start"});
        const auto trader = h.userWith(approval::Role::Trader);
        h.give(CancelOrder{trader, id});
        QCOMPARE(h.state().orders.at(id).state, execution::OrderState::Unknown);
        h.ticks(61);
        h.give(Reconciliation{empty, "periodic"});
        h.give(CancelOrder{trader, id});
        QCOMPARE(h.state().orders.at(id).state, execution::OrderState::Cancelled);
    }

    void anOrderTheBrokerKnowsAgainIsNoLongerAbsent() {
        Harness h;
        h.open();
        const OrderId id = workingOrder(h);
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Unknown, "timeout"});
        auto empty = h.books();
        empty.orders.clear();
        h.give(Reconciliation{empty, "periodic"});
        h.brokerSays(id, execution::OrderState::Working);
        QVERIFY(h.state().cleanAbsences.empty());
    }

    void aForeignWorkingOrderHalts() {
        Harness h;
        h.open();
        h.give(Reconciliation{withOrder(h, "SOMEBODY-ELSE", execution::OrderState::Filled), "periodic"});
        QVERIFY(!h.state().halted()); // long over
        h.give(Reconciliation{withOrder(h, "SOMEBODY-ELSE", execution::OrderState::Working), "periodic"});
        QVERIFY(h.state().latched(risk::Breaker::B7Integrity));
    }

    void vixMustBeBelowFiftyForTenMinutesBeforeAPersonMayLiftItsHalt() {
        Harness h;
        h.open();
        h.setVix(50.0);
        h.tick();
        h.setVix(49.0);
        h.ticks(13);
        const ResumeRequest request{h.userWith(approval::Role::RiskManager), risk::Breaker::B4Vix, "VIX is down", "RESUME"};
        h.give(request);
        h.ticks(12);
        QVERIFY(h.state().latched(risk::Breaker::B4Vix));
        h.ticks(560);
        h.give(request);
        h.ticks(12);
        QVERIFY(h.state().latched(risk::Breaker::B4Vix)); // 597 s
        h.ticks(10);
        h.give(request);
        h.ticks(12);
        QVERIFY(!h.state().latched(risk::Breaker::B4Vix));
    }

    void theDrawdownMarkIsSetAnewWhenItsHaltIsLifted() {
        Harness h;
        h.open();
        h.give(HaltRequest{"system", risk::Breaker::B3Drawdown, "test"});
        SessionFacts tomorrow = *h.state().facts;
        tomorrow.date = std::chrono::year{2026} / 11 / 24;
        h.give(tomorrow);
        h.ticks(2);
        h.give(ResumeRequest{h.userWith(approval::Role::PortfolioManager), risk::Breaker::B3Drawdown, "reviewed", "RESUME"});
        QVERIFY(h.state().latched(risk::Breaker::B3Drawdown)); // one signature of two
        h.give(ResumeRequest{h.userWith(approval::Role::TeamLead), risk::Breaker::B3Drawdown, "reviewed too", "RESUME"});
        h.ticks(12);
        QVERIFY(!h.state().latched(risk::Breaker::B3Drawdown));
        QVERIFY(h.lastBody("account.high_water").find("rebased") != std::string::npos);
        QVERIFY(!h.state().tradingDisabled);
    }

    void aOnePersonDeskLiftsALossHaltNextSessionAfterHalfAnHour() {
        Harness h(approval::DeskKind::SinglePerson);
        h.open();
        h.give(HaltRequest{"system", risk::Breaker::B1DailyLoss, "test"});
        const ResumeRequest request{UserId("owner"), risk::Breaker::B1DailyLoss, "slept over it", "RESUME"};
        h.give(request);
        h.ticks(20);
        QVERIFY(h.state().latched(risk::Breaker::B1DailyLoss)); // the same day
        SessionFacts tomorrow = *h.state().facts;
        tomorrow.date = std::chrono::year{2026} / 11 / 24;
        h.give(tomorrow);
        h.ticks(2);
        h.give(request);
        h.ticks(29 * 60);
        QVERIFY(h.state().latched(risk::Breaker::B1DailyLoss));
        h.ticks(62);
        QVERIFY(!h.state().latched(risk::Breaker::B1DailyLoss));
    }

    void anExpiredPositionRealisesWhatItBroughtAndWhatItSettledFor() {
        Harness h;
        h.open();
        h.holdSpread(2); // 0.34 credit: 68 dollars
        h.jumpTo(15, 59);
        const auto legs = h.state().positions.begin()->second.legs;
        BrokerNews news;
        // As if both legs settled now: the short 1.20 in the money, the long worthless.
        SessionFacts last = *h.state().facts;
        last.date = std::chrono::year{2026} / 12 / 31;
        h.give(last);
        h.skipTo(std::chrono::year{2026} / 12 / 31, 16, 20);
        news.cash.push_back({"expiry", legs[0].contract.id(), -2, *Usd::fromDouble(-240), {}});
        news.cash.push_back({"expiry", legs[1].contract.id(), 2, *Usd::fromDouble(0), {}});
        h.give(news);
        QVERIFY(h.state().positions.empty());
        QCOMPARE(h.state().closedToday.back().realised.micros(), std::int64_t{68'000'000 - 240'000'000});
    }

    void aSmallerRequestIsAskedOfNoFewerPeople() {
        Harness h;
        h.open();
        h.holdSpread(1); // no first execution any more
        h.ticks(15 * 60 + 1);
        h.propose(Harness::spread(3)); // 1,398 dollars: a trader
        const auto request = h.pending();
        QVERIFY(request.has_value());
        QCOMPARE(request->tier.tier, approval::Tier::T1);
        h.give(SizeDown{request->id, h.userWith(approval::Role::Trader), 1}); // 466 dollars: by itself automatic
        h.ticks(2);
        QVERIFY(h.pending().has_value());
        QCOMPARE(h.pending()->tier.tier, approval::Tier::T1);
        QCOMPARE(h.pending()->order.quantity, std::int64_t{1});
    }

    void whoMayNotApproveDoesNotStopTheEscalation() {
        Harness h;
        h.open();
        h.propose(Harness::spread(3));
        const auto request = h.pending();
        QVERIFY(request.has_value());
        h.give(OpenRequest{request->id, h.userWith(approval::Role::Analyst)});
        QCOMPARE(h.count("approval.opened"), 0);
        h.give(OpenRequest{request->id, h.userWith(approval::Role::RiskManager)});
        QCOMPARE(h.count("approval.opened"), 1);
    }

    void anOrderIdIsNeverUsedAgainNotEvenOnAnotherDay() {
        Harness h;
        h.open();
        h.holdSpread(1);
        const auto position = h.state().positions.begin()->first;
        const auto trader = h.userWith(approval::Role::Trader);
        std::set<OrderId> ids;
        for (int day = 23; day <= 25; ++day) {
            SessionFacts facts = *h.state().facts;
            facts.date = std::chrono::year{2026} / 11 / day;
            h.give(facts);
            h.ticks(70);
            h.give(ClosePosition{trader, position, "by hand"});
            const auto live = h.state().liveOrders();
            QCOMPARE(live.size(), std::size_t{1});
            const OrderId id = live.front()->id;
            QVERIFY2(ids.insert(id).second, id.str().c_str());
            h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
            h.brokerSays(id, execution::OrderState::Cancelled);
        }
    }

    void shortCallsAreFlaggedTheSessionBeforeTheExDate_data() {
        QTest::addColumn<int>("daysAhead");
        QTest::addColumn<QString>("symbol");
        QTest::addColumn<bool>("flagged");
        QTest::newRow("tomorrow") << 1 << QStringLiteral("SPY") << true;
        QTest::newRow("the day after") << 2 << QStringLiteral("SPY") << false;
        QTest::newRow("today: the evening is over") << 0 << QStringLiteral("SPY") << false;
        QTest::newRow("another underlying") << 1 << QStringLiteral("QQQ") << false;
    }
    void shortCallsAreFlaggedTheSessionBeforeTheExDate() {
        QFETCH(int, daysAhead);
        QFETCH(QString, symbol);
        QFETCH(bool, flagged);
        Harness h;
        h.open();
        h.holdSpread(1); // puts: never flagged
        auto facts = *h.state().facts;
        facts.events = {{addDays(facts.date, daysAhead), market::EventKind::ExDividend, symbol.toStdString(), "ex-dividend"}};
        h.give(facts);
        const auto warnings = [&] {
            int n = 0;
            for (const auto& notice : h.state().notices) n += notice.text.starts_with("May be assigned this evening: short call");
            return n;
        };
        h.ticks(700);
        QCOMPARE(warnings(), 0);
        auto position = h.state().positions.begin()->second;
        position.id = PositionId("POS-CALLS");
        for (auto& leg : position.legs)
            leg.contract = market::OptionContract::make("SPY", leg.contract.expiry, leg.contract.strike, market::Right::Call);
        DeskState state = h.state();
        state.positions[position.id] = position;
        Outcome out;
        LiveMarket market;
        risk::Gate gate;
        BookCache cache;
        Context context{state, market, state.limits, gate, h.now(), out, cache};
        flagExDividends(context);
        flagExDividends(context); // said once
        int said = 0;
        for (const auto& notice : state.notices) said += notice.text.starts_with("May be assigned this evening: short call");
        QCOMPARE(said, flagged ? 1 : 0);
    }

    void aVixOfTheDayBeforeIsOldAtTheFirstLook() {
        const Timestamp now{market::fromNewYork(std::chrono::year{2026} / 11 / 23, 15, 45), MonoTime(1h)};
        market::Tick tick;
        tick.time = now.utc;
        tick.session = market::Session::Open;
        tick.vix = 17.0;
        LiveMarket market;
        market.start(now.mono);
        tick.vixTime = now.utc;
        market.onTick(tick, {}, now);
        QCOMPARE(*market.vixAge(now.mono), MonoTime{});
        LiveMarket recorded;
        recorded.start(now.mono);
        tick.vixTime = market::sessionClose(std::chrono::year{2026} / 11 / 20);
        recorded.onTick(tick, {}, now);
        QCOMPARE(*recorded.vixAge(now.mono), MonoTime(now.utc - tick.vixTime)); // Friday's close is three days old on Monday
        tick.vixTime = UtcTime{};
        LiveMarket ancient;
        ancient.start(now.mono);
        ancient.onTick(tick, {}, now);
        QCOMPARE(*ancient.vixAge(now.mono), MonoTime(24h * 365)); // a bound: nothing overflows
    }
};

QTEST_APPLESS_MAIN(DeskRulesTest)
#include "tst_desk_rules.moc"
