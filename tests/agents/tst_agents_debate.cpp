#include <nlohmann/json.hpp>
#include <QTest>

#include "agents/debate_points.h"
#include "agents/deliberation.h"
#include "agents/facts.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"

using namespace mahler;
using namespace mahler::agents;

class DebateTest : public QObject {
    Q_OBJECT

    static constexpr TradingDate kDay = std::chrono::year{2026} / 11 / 23;

    static Deliberation at(simulation::Scenario scenario, int hour, int minute, double consensusStop = 0.7, const std::string& symbol = "SPY",
                           decltype(CycleInputs::furtherOpinion) opinion = {}, decltype(CycleInputs::declinedToday) declined = {}) {
        const auto feed = feedOf(scenario);
        return at(*feed, hour, minute, consensusStop, symbol, std::move(opinion), std::move(declined));
    }
    static std::unique_ptr<market::MarketFeed> feedOf(simulation::Scenario scenario) {
        simulation::SimulationConfig config;
        config.scenario = scenario;
        config.date = kDay;
        return simulation::makeSimulatedMarket(config);
    }
    static Deliberation at(market::MarketFeed& feed, int hour, int minute, double consensusStop, const std::string& symbol,
                           decltype(CycleInputs::furtherOpinion) opinion = {}, decltype(CycleInputs::declinedToday) declined = {}) {
        const auto tick = feed.advance(market::fromNewYork(kDay, hour, minute), {});
        const auto chain = feed.chain(symbol);
        if (!tick || !chain) return {};
        CycleInputs in;
        in.id = CycleId("C-1");
        in.underlying = symbol;
        in.asof = (*tick)->time;
        in.vix = (*tick)->vix;
        in.vixPriorClose = (*tick)->vixPriorClose;
        in.history = feed.history();
        pricing::CurveInputs curve;
        curve.rate = in.history->rate;
        in.chain = pricing::priceChain(*chain, curve);
        in.profile = strategy::calibratedProfile();
        in.equity = Usd::fromMicros(100'000'000'000);
        in.roles = *builtInRoles();
        in.consensusStop = consensusStop;
        in.furtherOpinion = std::move(opinion);
        in.declinedToday = std::move(declined);
        return runCycle(in, *makeRuleReasoner());
    }
    /// A chain with a clear calendar of its own: FOMC alone, or nothing.
    static FactTable eventFacts(std::shared_ptr<const market::History> history, UtcTime asof, const std::string& symbol = "SPX") {
        FactTable facts;
        CycleInputs in;
        in.underlying = symbol;
        in.asof = asof;
        in.history = std::move(history);
        strategy::ScreenResult nothing;
        nothing.profile = strategy::calibratedProfile();
        addScreenFacts(facts, in, {}, nothing, nullptr);
        return facts;
    }
    static AnalystReport macro(const FactTable& facts) {
        const auto roles = builtInRoles();
        auto report = makeRuleReasoner()->analyst(*roles->find("macro"), facts);
        return report ? *report : AnalystReport{};
    }
    static std::string spoken(const Deliberation& d) {
        std::string all;
        for (const auto& r : d.debate.rounds) all += r.bull.point + "/" + r.bear.point + " ";
        return all;
    }

private Q_SLOTS:
    void aCloseOfBeforeIsSaidToBeOne() {
        CycleInputs in;
        in.underlying = "SPY";
        in.asof = market::fromNewYork(kDay, 15, 45);
        in.vixAt = market::sessionClose(market::priorTradingDay(kDay));
        analytics::Analysis a;
        a.vix = 16.04;
        a.vixChange = -0.16;
        a.vixRegime = analytics::VixRegime::Normal;
        FactTable before, now;
        addMarketFacts(before, in, a);
        const auto words = QString::fromStdString(macro(before).text);
        const auto day = QString::fromStdString(formatDate(market::priorTradingDay(kDay)));
        QVERIFY2(words.contains("VIX closed at 16.04 points") && words.contains("on " + day) && words.contains("the close before it"),
                 qPrintable(words));
        in.vixAt = in.asof;
        addMarketFacts(now, in, a);
        QVERIFY(QString::fromStdString(macro(now).text).startsWith("VIX is 16.04 points"));
    }

    void theCreditThatIsSpokenOfIsTheOrders() {
        const auto d = at(simulation::Scenario::Calm, 12, 0);
        QVERIFY(d.order && !d.screen.candidates.empty());
        QCOMPARE(*valueOf(d.facts, "trade.credit"), d.order->netLimit.toDouble());
    }

    void withoutAPastNoDensityIsCalledFitted() {
        const auto d = at(simulation::Scenario::Calm, 12, 0);
        QVERIFY(!d.screen.candidates.empty());
        CycleInputs in;
        in.underlying = "SPY";
        in.asof = market::fromNewYork(kDay, 12, 0);
        in.history = std::make_shared<market::History>();
        analytics::Analysis a;
        FactTable bare, fitted;
        addScreenFacts(bare, in, a, d.screen, &d.screen.candidates.front());
        QVERIFY(wordOf(bare, "trade.density").find("want of a history") != std::string::npos);
        a.volatility.realised20 = 0.12;
        addScreenFacts(fitted, in, a, d.screen, &d.screen.candidates.front());
        QCOMPARE(wordOf(fitted, "trade.density"), std::string("the fitted physical density"));
    }

    void aSessionThatMovesSpeaksAgainstSelling() {
        const auto spoke = [](const Deliberation& d) {
            return std::any_of(d.debate.rounds.begin(), d.debate.rounds.end(), [](const auto& r) { return r.bear.point == "moving"; });
        };
        const auto calm = at(simulation::Scenario::Calm, 12, 0), crash = at(simulation::Scenario::Crash, 14, 0);
        QVERIFY(valueOf(crash.facts, "spot.move_days").value_or(0) > 2);
        QVERIFY(*valueOf(crash.facts, "spot.move") < 0);
        QVERIFY(!spoke(calm));
    }

    void everyNumberIsBackedInEveryMarket_data() {
        QTest::addColumn<int>("scenario");
        for (const auto s : simulation::allScenarios()) QTest::newRow(simulation::toString(s)) << static_cast<int>(s);
    }
    void everyNumberIsBackedInEveryMarket() {
        QFETCH(int, scenario);
        const auto feed = feedOf(static_cast<simulation::Scenario>(scenario));
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "TLT", "GLD", "SPX"}) {
            const auto d = at(*feed, 14, 35, 0.7, symbol);
            QVERIFY2(d.claims.total > 20, symbol);
            QVERIFY2(d.claims.struck == 0, symbol);
            QCOMPARE(d.claims.verified + d.claims.derived, d.claims.total);
        }
    }

    void calmSpikeAndCrashAreArguedDifferently() {
        const auto calm = at(simulation::Scenario::Calm, 12, 0);
        const auto spike = at(simulation::Scenario::VolSpike, 14, 0);
        const auto crash = at(simulation::Scenario::Crash, 14, 0);
        QVERIFY2(spoken(calm) != spoken(spike), spoken(calm).c_str());
        QVERIFY2(spoken(spike) != spoken(crash), spoken(crash).c_str());
        QCOMPARE(calm.debate.winner, std::string("bull"));
        const auto bearWeight = [](const Deliberation& d) {
            double sum = 0, all = 0;
            for (const auto& r : d.debate.rounds) {
                sum += r.bear.strength;
                all += r.bear.strength + r.bull.strength;
            }
            return sum / all;
        };
        QVERIFY2(bearWeight(crash) > bearWeight(calm), QByteArray::number(bearWeight(crash)).constData());
        QVERIFY2(bearWeight(spike) > bearWeight(calm), QByteArray::number(bearWeight(spike)).constData());
        bool mentionsVix = false;
        for (const auto& r : crash.debate.rounds) mentionsVix = mentionsVix || r.bear.text.find("VIX") != std::string::npos;
        QVERIFY(mentionsVix);
    }

    void agreementEndsTheDebateEarly() {
        const auto d = at(simulation::Scenario::Calm, 12, 0);
        for (std::size_t i = 0; i + 1 < d.debate.rounds.size(); ++i) QVERIFY(d.debate.rounds[i].consensus < 0.7);
        QVERIFY(d.debate.rounds.size() == 3 || d.debate.rounds.back().consensus >= 0.7);
        QCOMPARE(at(simulation::Scenario::Calm, 12, 0, 0.5).debate.rounds.size(), std::size_t{1}); // any majority is enough
        QCOMPARE(at(simulation::Scenario::Calm, 12, 0, 1.1).debate.rounds.size(), std::size_t{3}); // nothing is
    }

    void theDebateCountsTheEventsOfTheHoldingPeriodAsThePromptDoes() {
        const auto d = at(simulation::Scenario::Calm, 12, 0);
        const std::string expiry = wordOf(d.facts, "trade.expiry");
        QVERIFY(!expiry.empty());
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        const auto history = simulation::makeSimulatedMarket(config)->history();
        int until = 0, beyond = 0;
        for (const auto& event : history->events) {
            if (event.kind == market::EventKind::Expiry || event.kind == market::EventKind::Holiday) continue;
            if (event.date < config.date || (!event.symbol.empty() && event.symbol != "SPY")) continue;
            const int days = daysBetween(config.date, event.date);
            until += formatDate(event.date) <= expiry;
            beyond += formatDate(event.date) > expiry && days <= 60;
        }
        QVERIFY(until > 0 && beyond > 0); // else any window would do
        QCOMPARE(valueOf(d.facts, "event.count"), std::optional<double>(until));
        QCOMPARE(wordOf(d.facts, "event.window"), "before the expiry on " + expiry);
        bool said = false;
        for (const auto& r : d.analysts)
            if (r.role == "macro") said = r.text.find(std::to_string(until) + " events before the expiry on " + expiry) != std::string::npos;
        QVERIFY(said);
    }

    void withoutATradeTheCalendarSaysHowFarItLooks() {
        FactTable facts;
        CycleInputs in;
        in.underlying = "SPY";
        in.asof = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 12, 0);
        auto history = std::make_shared<market::History>();
        for (const int day : {24, 30}) history->events.push_back({std::chrono::year{2026} / 11 / day, market::EventKind::Cpi, "", "Consumer prices"});
        history->events.push_back({std::chrono::year{2027} / 1 / 8, market::EventKind::Jobs, "", "Employment report"}); // in 46 days
        in.history = history;
        strategy::ScreenResult nothing;
        nothing.profile = strategy::calibratedProfile();
        QCOMPARE(nothing.profile.dteMax, 45);
        addScreenFacts(facts, in, {}, nothing, nullptr);
        QCOMPARE(valueOf(facts, "event.count"), std::optional<double>(2));
        QCOMPARE(cite(facts, "event.window"), std::string("in the next 45 days [event.window]"));
    }

    void aCalendarOfMeetingsAloneIsNeverQuiet() {
        auto history = std::make_shared<market::History>();
        const auto asof = market::fromNewYork(std::chrono::year{2019} / 5 / 8, 15, 45);
        history->events = {{std::chrono::year{2019} / 5 / 1, market::EventKind::Fomc, "", "FOMC announcement"},
                           {std::chrono::year{2019} / 7 / 31, market::EventKind::Fomc, "", "FOMC announcement"}};
        history->eventCoverage = {{market::EventKind::Fomc, "", std::chrono::year{2000} / 2 / 2, std::chrono::year{2019} / 9 / 5}};
        const auto facts = eventFacts(history, asof);
        QVERIFY(!known(facts, "event.risk") && !known(facts, "event.risk.least"));
        QCOMPARE(cite(facts, "event.count"), std::string("0 known events [event.count]"));
        QCOMPARE(wordOf(facts, "event.unknown"), std::string("consumer prices, employment reports and GDP releases"));
        const auto said = macro(facts);
        QVERIFY2(said.text.find("Not known are consumer prices") != std::string::npos, said.text.c_str());
        QCOMPARE(said.data.at("event_risk_score"), std::string("unknown"));
        QCOMPARE(said.confidence, macro({}).confidence); // as when nothing at all is known
        QCOMPARE(said.stance, Stance::Neutral);
        // Past the calendar's last day not even the meetings are known; a single stock's earnings are asked for as well.
        const auto beyond = eventFacts(history, market::fromNewYork(std::chrono::year{2019} / 9 / 20, 12, 0), "AAPL");
        QVERIFY(!known(beyond, "event.count") && !known(beyond, "event.covered"));
        QCOMPARE(wordOf(beyond, "event.unknown"),
                 std::string("Federal Reserve meetings, consumer prices, employment reports, GDP releases, earnings and ex-dividend days"));
        QVERIFY(macro(beyond).text.find("No event calendar covers") != std::string::npos);
        for (const auto* side : {"bull", "bear"})
            for (const auto& point : std::string(side) == "bull" ? bullPoints(facts) : bearPoints(facts))
                QVERIFY2(point.key != "quiet_calendar", point.text.c_str());
    }

    void knownEventsOfAnIncompleteCalendarSpeakAgainstATrade() {
        auto history = std::make_shared<market::History>();
        const auto asof = market::fromNewYork(std::chrono::year{2019} / 6 / 17, 12, 0);
        history->events = {{std::chrono::year{2019} / 6 / 19, market::EventKind::Fomc, "", "FOMC announcement"}};
        const auto facts = eventFacts(history, asof);
        QCOMPARE(valueOf(facts, "event.risk.least"), std::optional<double>(0.40));
        QVERIFY(macro(facts).text.find("Next is FOMC announcement") != std::string::npos);
        const auto against = bearPoints(facts);
        QVERIFY(std::any_of(against.begin(), against.end(), [](const Point& p) { return p.key == "event_inside"; }));
    }

    void whatIsOutSinceTheMorningIsNotAhead() {
        simulation::SimulationConfig config;
        config.scenario = simulation::Scenario::GrindUp;
        config.seed = 7;
        config.date = std::chrono::year{2026} / 11 / 23;
        const auto history = simulation::makeSimulatedMarket(config)->history();
        const TradingDate day = std::chrono::year{2026} / 11 / 25;
        const auto before = eventFacts(history, market::fromNewYork(day, 8, 0)), after = eventFacts(history, market::fromNewYork(day, 12, 0));
        QVERIFY2(wordOf(before, "event.next").starts_with("Gross domestic product"), wordOf(before, "event.next").c_str());
        QVERIFY(macro(before).text.find(", today.") != std::string::npos);
        QVERIFY2(wordOf(after, "event.next.date") > "2026-11-25", wordOf(after, "event.next.date").c_str());
        QCOMPARE(*valueOf(after, "event.count"), *valueOf(before, "event.count") - 1);
    }

    void barsThatEndTooEarlyMakeNoIndicator() {
        const auto facts = [](int missing) {
            CycleInputs in;
            in.underlying = "SPX";
            in.asof = market::fromNewYork(std::chrono::year{2019} / 5 / 7, 15, 45);
            auto history = std::make_shared<market::History>();
            TradingDate day = market::priorTradingDay(std::chrono::year{2019} / 5 / 7);
            for (int i = 0; i < missing; ++i) day = market::priorTradingDay(day);
            std::vector<market::DailyBar> bars;
            for (int i = 0; i < 260; ++i, day = market::priorTradingDay(day)) {
                const double close = 2900 + 10 * std::sin(0.7 * i);
                bars.push_back({day, close, close + 5, close - 5, close, 0});
            }
            history->bars["SPX"] = {bars.rbegin(), bars.rend()};
            in.history = history;
            auto chain = std::make_shared<market::OptionChain>();
            chain->underlying = "SPX";
            chain->time = in.asof;
            auto priced = std::make_shared<pricing::PricedChain>();
            priced->chain = chain;
            priced->spot = 2890;
            in.chain = priced;
            FactTable out;
            addMarketFacts(out, in, analytics::analyse(*priced, *history, {}, {}));
            return out;
        };
        const auto fresh = facts(0), stale = facts(1), older = facts(4);
        for (const auto* id : {"rsi", "rv.20", "atr", "sma.50"}) {
            QVERIFY2(known(fresh, id), id);
            QCOMPARE(fresh.at(FactId(id)).time, market::sessionClose(std::chrono::year{2019} / 5 / 6)); // as old as its last bar
            QVERIFY2(!known(stale, id) && !known(older, id), id);
        }
        QVERIFY(!known(fresh, "bars.missing"));
        QCOMPARE(whyNoTrend(stale),
                 std::string("the daily bars of SPX [underlying] end on 2019-05-03 [bars.end], with 1 session [bars.missing] missing"));
        const auto said = makeRuleReasoner()->analyst(*builtInRoles()->find("technical"), older);
        QVERIFY(said && said->text.find("end on 2019-04-30 [bars.end], with 4 sessions [bars.missing] missing") != std::string::npos);
    }

    void aPercentileSaysWhoseItIs() {
        FactTable facts;
        FactBuilder add(facts, {});
        add.word("iv.of", "VIX", "test");
        add.number("iv.percentile", 100, "%", 0, "test");
        add.number("iv.rank", 100, "", 0, "test");
        add.number("iv.history", 252, "sessions", 0, "test");
        const auto points = bullPoints(facts); // the volatility of this chain is not known
        const auto rich = std::find_if(points.begin(), points.end(), [](const Point& p) { return p.key == "premium_rich"; });
        QVERIFY(rich != points.end());
        QVERIFY2(rich->text.starts_with("The last close of VIX [iv.of] stands at a percentile of 100 % [iv.percentile]"), rich->text.c_str());
        for (const auto& p : bullPoints(facts)) QVERIFY2(p.text.find("unknown") == std::string::npos, p.text.c_str());
        const auto said = makeRuleReasoner()->analyst(*builtInRoles()->find("iv_term"), facts);
        QVERIFY(said && said->text.find("percentile of the last close of VIX [iv.of] is 100 %") != std::string::npos);
    }

    void aDifferenceBelowIsSaidWithoutAMinus() {
        FactTable facts;
        FactBuilder add(facts, {});
        add.number("macd.histogram", -30.4, "", 2, "test");
        const auto said = makeRuleReasoner()->analyst(*builtInRoles()->find("technical"), facts);
        QVERIFY2(said && said->text.find("MACD is below its signal by 30.40 [=-macd.histogram]") != std::string::npos, said->text.c_str());
    }

    void theUnansweredArgumentIsItsStrongestPointWhole() {
        for (const auto scenario : simulation::allScenarios()) {
            const auto d = at(scenario, 14, 0);
            for (const auto& open : d.debate.unanswered) {
                const auto colon = open.find(": ");
                const std::string id = open.substr(0, colon), said = open.substr(colon + 2);
                for (const auto& round : d.debate.rounds)
                    for (const auto* a : {&round.bull, &round.bear})
                        if (a->id == id) QCOMPARE(said, a->main);
                QVERIFY2(!said.starts_with("Besides") && said.find(". ") == std::string::npos, said.c_str());
            }
            for (const auto& round : d.debate.rounds)
                for (const auto* a : {&round.bull, &round.bear}) {
                    QVERIFY(a->point == "none" || a->text.find(a->main) != std::string::npos);
                    QVERIFY2(a->text.find("Besides, A ") == std::string::npos, a->text.c_str());
                }
        }
    }

    void aViewThatLeavesNothingSaysSo() {
        FactTable facts;
        FactBuilder add(facts, {});
        add.number("vix", 28, "points", 2, "test");
        add.number("event.risk", 0.2, "score", 2, "test");
        add.number("size.contracts", 4, "contracts", 0, "test");
        add.number("size.risk", 1.9, "%", 2, "test");
        const auto roles = builtInRoles();
        const auto view = [&](const char* role, std::int64_t sized) { return *makeRuleReasoner()->riskView(*roles->find(role), facts, sized); };
        QCOMPARE(view("risk_conservative", 4).contracts, std::int64_t{0});
        QVERIFY(view("risk_conservative", 4).text.find("leaves no whole contract") != std::string::npos);
        QCOMPARE(view("risk_neutral", 1).contracts, std::int64_t{1});
        QVERIFY(view("risk_neutral", 1).text.find("kept back") == std::string::npos); // nothing is
        for (const auto* role : {"risk_aggressive", "risk_neutral", "risk_conservative"})
            for (const std::int64_t sized : {0, 1, 4, 20})
                for (const auto& claim : checkClaims(view(role, sized).text, facts).claims)
                    QVERIFY2(claim.status != ClaimStatus::Struck, claim.text.c_str());
    }

    void noTradeSaysWhyThereIsNone() {
        FactTable facts;
        FactBuilder add(facts, {});
        add.number("screen.considered", 209, "spreads", 0, "test");
        add.number("screen.passed", 1, "spreads", 0, "test");
        QCOMPARE(whyNoTrade(facts), std::string("what passes the screen, 1 spread [screen.passed], is held already or was declined today"));
        QVERIFY(whyNoTrade({}).find("no spread the screener could look at") != std::string::npos);
    }

    void whatTheFacilitatorRepeatsKeepsItsFacts() {
        const auto d = at(simulation::Scenario::Crash, 14, 0);
        QVERIFY(!d.debate.unanswered.empty());
        QCOMPARE(d.debate.unansweredClaims.size(), d.debate.unanswered.size());
        int numbers = 0;
        for (const auto& claims : d.debate.unansweredClaims)
            for (const auto& claim : claims) {
                ++numbers;
                QVERIFY2(claim.status != ClaimStatus::Struck, claim.text.c_str());
                QVERIFY(d.facts.count(claim.fact) > 0);
            }
        QVERIFY(numbers > 0);
        QCOMPARE(d.claims.struck, 0);
    }

    void everyLaterArgumentNamesTheOneItAnswers() {
        const auto d = at(simulation::Scenario::Calm, 12, 0, 1.1);
        QCOMPARE(d.debate.rounds.size(), std::size_t{3});
        QVERIFY(d.debate.rounds.front().bull.answers.empty());
        for (std::size_t i = 0; i < d.debate.rounds.size(); ++i) {
            QCOMPARE(d.debate.rounds[i].bear.answers, d.debate.rounds[i].bull.id);
            if (i > 0) QCOMPARE(d.debate.rounds[i].bull.answers, d.debate.rounds[i - 1].bear.id);
        }
    }

    void theSameFactsGiveTheSameWords() {
        auto a = toJson(at(simulation::Scenario::VolSpike, 13, 0)), b = toJson(at(simulation::Scenario::VolSpike, 13, 0));
        a.erase("timings_ms");
        b.erase("timings_ms");
        for (auto* j : {&a, &b})
            for (auto& analyst : (*j)["analysts"]) analyst.erase("milliseconds");
        QVERIFY(a == b);
    }

    void riskViewsAreWeightedByVix() {
        const auto calm = at(simulation::Scenario::Calm, 12, 0);
        QCOMPARE(calm.riskViews.size(), std::size_t{3});
        double sum = 0;
        for (const auto& v : calm.riskViews) sum += v.weight;
        QVERIFY(std::abs(sum - 1) < 1e-9);
        const double vix = *calm.analysis.vix;
        QCOMPARE(calm.riskViews[0].weight, vix <= 20 ? 0.3 : vix <= 30 ? 0.2 : 0.1);
    }

    void anOrderIsDefinedRiskAndWithinTheTradeLimit() {
        int orders = 0;
        const auto feed = feedOf(simulation::Scenario::Calm);
        for (const auto* symbol : {"SPY", "QQQ", "IWM", "GLD", "SPX"}) {
            const auto d = at(*feed, 10, 35, 0.7, symbol);
            if (!d.order) continue;
            ++orders;
            const auto bounds = portfolio::payoffBounds(d.order->legs, d.order->netLimit);
            QVERIFY(bounds.maxLoss.has_value());
            QVERIFY(bounds.maxLoss->toDouble() * static_cast<double>(d.order->quantity) <= 2000.0);
            QVERIFY(std::all_of(d.gate.begin(), d.gate.end(), [](const risk::Check& c) { return c.pass; }));
        }
        QVERIFY2(orders >= 2, QByteArray::number(orders).constData());
    }

    void aDisagreementOfPricingMethodsIsNoDecisionAndShown() {
        const auto agreed = at(simulation::Scenario::Calm, 10, 35, 0.7, "SPY", [](std::span<const pricing::VerifiedLeg> legs) {
            std::vector<pricing::MethodPrice> quantlib;
            for (const auto& leg : legs) quantlib.push_back(pricing::quickQuantlib(leg.style, leg.in));
            return quantlib;
        });
        QVERIFY(agreed.order.has_value());
        QCOMPARE(agreed.verification.size(), agreed.order->legs.size());
        for (const auto& leg : agreed.verification) QVERIFY(leg.result.agree && leg.result.prices.size() == 3);
        const auto disputed = at(simulation::Scenario::Calm, 10, 35, 0.7, "SPY", [](std::span<const pricing::VerifiedLeg> legs) {
            std::vector<pricing::MethodPrice> wrong;
            for (const auto& leg : legs)
                wrong.push_back({pricing::PriceMethod::Quantlib, pricing::price(leg.style, leg.in).price + 0.05, 0.001, true});
            return wrong;
        });
        QVERIFY(!disputed.order.has_value());
        QCOMPARE(disputed.decision.action, Action::NoDecision);
        QVERIFY2(disputed.decision.reason.find("disagree on a leg by 0.05") != std::string::npos, disputed.decision.reason.c_str());
        QCOMPARE(disputed.claims.struck, 0);
        const auto failed = std::find_if(disputed.gate.begin(), disputed.gate.end(), [](const risk::Check& c) { return !c.pass; });
        QVERIFY(failed != disputed.gate.end());
        QCOMPARE(failed->check, std::string("price_verification"));
        const auto back = deliberationFromJson(toJson(disputed));
        QVERIFY(back && back->verification.size() == disputed.verification.size() && !back->verification.front().result.agree);
    }

    void whatWasTooLargeTodayIsAskedForSmallerOrNotAtAll() {
        const auto free = at(simulation::Scenario::Calm, 12, 0);
        QVERIFY(free.order && free.sizing.contracts > 1);
        const auto limited = at(simulation::Scenario::Calm, 12, 0, 0.7, "SPY", {}, [](const auto&, std::int64_t contracts) { return contracts > 1; });
        QCOMPARE(limited.sizing.contracts, std::int64_t{1});
        QCOMPARE(limited.sizing.limitingFactor, std::string("declined_as_too_large"));
        QVERIFY(limited.sizing.riskFraction < free.sizing.riskFraction);
        QVERIFY(!limited.order || limited.order->quantity == 1);
        QCOMPARE(limited.claims.struck, 0);
        const auto barred = at(simulation::Scenario::Calm, 12, 0, 0.7, "SPY", {}, [](const auto&, std::int64_t) { return true; });
        QVERIFY(!barred.order); // they do not argue for what the desk would drop
        QCOMPARE(barred.decision.action, Action::Skip);
    }

    void aMissingChainIsNoDecisionWithAReason() {
        CycleInputs in;
        in.underlying = "SPY";
        const auto d = runCycle(in, *makeRuleReasoner());
        QCOMPARE(d.decision.action, Action::NoDecision);
        QVERIFY(!d.decision.reason.empty());
        QVERIFY(!d.order);
    }

    void aDeliberationSurvivesItsJson() {
        const auto d = at(simulation::Scenario::Calm, 12, 0);
        const auto json = toJson(d);
        const auto back = deliberationFromJson(*parseJson(json.dump()));
        QVERIFY2(back.has_value(), back ? "" : back.error().detail.c_str());
        QCOMPARE(back->debate.rounds.size(), d.debate.rounds.size());
        QCOMPARE(back->screen.candidates.size(), d.screen.candidates.size());
        QCOMPARE(back->decision.reason, d.decision.reason);
        QVERIFY(!deliberationFromJson(Json::object()).has_value());
    }

    void theSeedProfileSaysWhichRuleIsTightest() {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        QVERIFY(feed->advance(market::fromNewYork(config.date, 11, 0), {}).has_value());
        const auto priced = pricing::priceChain(*feed->chain("SPY"), {});
        const auto analysis = analytics::analyse(*priced, *feed->history(), 18.0, 17.5);
        const auto seed = strategy::screenCreditSpreads(*priced, analysis, strategy::seedProfile());
        QVERIFY(seed.considered > 50);
        QVERIFY(seed.candidates.empty());
        QCOMPARE(seed.tightestRule, std::string("credit_to_width"));
        for (const auto& r : seed.rules) {
            QVERIFY(r.soleReject <= r.rejected && r.rejected <= seed.considered);
            if (r.rule == "credit_to_width") QCOMPARE(r.rejected, seed.considered); // credits are a few per cent of the width at these deltas
        }
    }
};

QTEST_APPLESS_MAIN(DebateTest)
#include "tst_agents_debate.moc"
