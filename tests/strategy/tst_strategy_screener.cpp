#include <QTest>

#include <cmath>
#include <numeric>

#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"
#include "strategy/exits.h"
#include "strategy/screener.h"

using namespace mahler;
using namespace mahler::strategy;

class ScreenerTest : public QObject {
    Q_OBJECT

    struct Market {
        std::shared_ptr<const pricing::PricedChain> chain;
        analytics::Analysis analysis;
        explicit Market(const std::string& symbol = "SPY") {
            simulation::SimulationConfig config;
            config.date = std::chrono::year{2026} / 11 / 23;
            auto feed = simulation::makeSimulatedMarket(config);
            if (!feed->advance(market::fromNewYork(config.date, 11, 0), {})) qFatal("no market");
            chain = pricing::priceChain(*feed->chain(symbol), {});
            analysis = analytics::analyse(*chain, *feed->history(), 18.0, 17.5);
        }
    };
    static portfolio::Position held(double credit) {
        portfolio::Position p;
        const auto expiry = std::chrono::year{2026} / 12 / 31;
        p.legs = {{market::OptionContract::make("SPY", expiry, Price::fromMicros(470'000'000), market::Right::Put), -1},
                  {market::OptionContract::make("SPY", expiry, Price::fromMicros(465'000'000), market::Right::Put), 1}};
        p.quantity = 1;
        p.openNet = *Price::fromDouble(credit);
        return p;
    }
    static portfolio::Mark costs(double debit) {
        portfolio::Mark m;
        m.net = -*Price::fromDouble(debit);
        return m;
    }
    static constexpr TradingDate kEarly = std::chrono::year{2026} / 11 / 23;

private Q_SLOTS:
    void everyCandidateKeepsEveryRule() {
        const Market m;
        const auto& p = calibratedProfile();
        const auto result = screenCreditSpreads(*m.chain, m.analysis, p);
        QVERIFY(result.candidates.size() > 3);
        for (const auto& c : result.candidates) {
            QVERIFY(c.dte >= 30 && c.dte <= 45);
            QVERIFY(std::abs(c.shortDelta) >= 0.10 && std::abs(c.shortDelta) <= 0.15);
            QVERIFY(c.width >= 2 && c.width <= 10);
            QVERIFY(c.creditToWidth >= 0.06);
            QVERIFY(c.credit.toDouble() * 100 >= 3 * c.costs);
            QVERIFY(c.expectedValue > 0);
            QVERIFY(c.bidAskFraction <= 0.08);
            QVERIFY(c.openInterest >= 100 && c.volume >= 10);
            QVERIFY(c.maxLoss.micros() > 0);
            QVERIFY(c.score >= 0 && c.score <= 1);
            QCOMPARE(portfolio::classify(c.legs), c.kind);
        }
        for (std::size_t i = 1; i < result.candidates.size(); ++i) QVERIFY(result.candidates[i - 1].score >= result.candidates[i].score);
    }

    void theSeedHasExactlyTheSeedsNumbers() {
        const auto& s = seedProfile();
        QCOMPARE(s.creditToWidthMin, 0.25);
        QCOMPARE(s.shortDeltaMin, 0.10);
        QCOMPARE(s.shortDeltaMax, 0.15);
        QCOMPARE(s.dteMin, 30);
        QCOMPARE(s.dteMax, 45);
        QCOMPARE(s.ivPercentileMin, 50.0);
        QCOMPARE(s.bidAskMax, 0.08);
        QCOMPARE(s.widthMin, 2.0);
        QCOMPARE(s.widthMax, 10.0);
        QCOMPARE(s.openInterestMin, std::int64_t{100});
        QCOMPARE(s.volumeMin, std::int64_t{10});
        QVERIFY(!s.allowUnknownIvPercentile);
        QVERIFY(!s.requirePositiveEv);
        QVERIFY(!profileByName("other").has_value());
    }

    void anUnknownPercentileStopsTheSeedAndIsSaid() {
        Market m;
        m.analysis.volatility.ivPercentile.reset();
        const auto seed = screenCreditSpreads(*m.chain, m.analysis, seedProfile());
        QVERIFY(seed.candidates.empty());
        QVERIFY(!seed.notes.empty());
        QVERIFY(!screenCreditSpreads(*m.chain, m.analysis, calibratedProfile()).candidates.empty());
    }

    void everyRuleASpreadFailsIsCounted() {
        Market m;
        auto p = calibratedProfile();
        m.analysis.volatility.ivPercentile = 10;
        p.creditToWidthMin = 0.9;
        const auto result = screenCreditSpreads(*m.chain, m.analysis, p);
        QVERIFY(result.considered > 0 && result.candidates.empty());
        for (const auto& rule : result.rules)
            if (rule.rule == "iv_percentile" || rule.rule == "credit_to_width") {
                QCOMPARE(rule.rejected, result.considered);
                QCOMPARE(rule.soleReject, 0); // none would pass without it: the other stays
            }
        p.creditToWidthMin = 0;
        const auto one = screenCreditSpreads(*m.chain, m.analysis, p);
        QVERIFY(one.rules.front().soleReject > 0 && one.rules.front().soleReject <= one.rules.front().rejected);
        QCOMPARE(one.nearMisses.size(), std::min<std::size_t>(20, std::size_t(one.rules.front().soleReject)));
    }

    void lowVolatilityRejectsByTheFirstRule() {
        Market m;
        m.analysis.volatility.ivPercentile = 49.9;
        const auto result = screenCreditSpreads(*m.chain, m.analysis, calibratedProfile());
        QVERIFY(result.candidates.empty());
        QCOMPARE(result.rules.front().rejected, result.considered);
        QCOMPARE(result.tightestRule, std::string("iv_percentile"));
    }

    void thePhysicalDensityIsAProbabilityAroundTheForward() {
        const Market m;
        for (std::size_t i = 0; i < m.chain->expiries.size(); ++i) {
            const auto& e = m.chain->expiries[i];
            if (e.years * 365 < 25 || e.years * 365 > 60) continue;
            const auto d = fitPhysicalDensity(*m.chain, i, m.analysis);
            QVERIFY(!d.spot.empty());
            double sum = 0, mean = 0;
            for (std::size_t k = 0; k < d.spot.size(); ++k) {
                QVERIFY(d.weight[k] >= 0);
                sum += d.weight[k];
                mean += d.weight[k] * d.spot[k];
            }
            QVERIFY(std::abs(sum - 1) < 1e-9);
            QVERIFY(std::abs(mean / e.forward - 1) < 1e-9); // no drift in our favour
            QVERIFY(d.volatility >= 0.75 * *e.atmVol - 1e-12 && d.volatility <= 1.10 * *e.atmVol + 1e-12);
        }
    }

    void noExpiryInRangeIsSaid() {
        const Market m;
        auto p = calibratedProfile();
        p.dteMin = p.dteMax = 2000;
        const auto result = screenCreditSpreads(*m.chain, m.analysis, p);
        QCOMPARE(result.considered, 0);
        QCOMPARE(result.tightestRule, std::string("dte"));
    }

    void exitsTakeHalfStopAtFiveQuartersAndLeaveAtTwentyOneDays() {
        const auto p = held(1.00);
        QCOMPARE(checkExit(p, costs(0.50), std::nullopt, kEarly, {})->reason, ExitReason::ProfitTarget);
        QVERIFY(!checkExit(p, costs(0.51), std::nullopt, kEarly, {}));
        QCOMPARE(checkExit(p, costs(2.25), std::nullopt, kEarly, {})->reason, ExitReason::StopLoss);
        QVERIFY(!checkExit(p, costs(2.24), std::nullopt, kEarly, {}));
        const TradingDate late = std::chrono::year{2026} / 12 / 10;
        QCOMPARE(checkExit(p, costs(0.9), std::nullopt, late, {})->reason, ExitReason::TimeExit);
        QCOMPARE(checkExit(p, {}, std::nullopt, late, {})->reason, ExitReason::TimeExit); // needs no mark
        QVERIFY(!checkExit(p, {}, std::nullopt, kEarly, {}));
    }

    void theTargetMovesWithTenDayVolatility() {
        const auto d = exitDistance(held(1.00), costs(0.5), 0.35, kEarly, {});
        QVERIFY(std::abs(d.targetFraction - 0.5 * (1 + 0.1 * 0.20)) < 1e-12);
        QVERIFY(!checkExit(held(1.00), costs(0.50), 0.35, kEarly, {}));
    }
};

QTEST_APPLESS_MAIN(ScreenerTest)
#include "tst_strategy_screener.moc"
