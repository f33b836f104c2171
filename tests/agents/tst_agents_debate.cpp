#include <nlohmann/json.hpp>
#include <QTest>

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
    static std::string spoken(const Deliberation& d) {
        std::string all;
        for (const auto& r : d.debate.rounds) all += r.bull.point + "/" + r.bear.point + " ";
        return all;
    }

private Q_SLOTS:
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
