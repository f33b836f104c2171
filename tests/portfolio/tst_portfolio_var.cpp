#include <QTest>

#include "base/random.h"
#include "flat_chain.h"
#include "portfolio/value_at_risk.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class VarTest : public QObject {
    Q_OBJECT

    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;

    /// Days of normal moves: spot with `deviation`, VIX against it, every name alike.
    static market::History past(std::vector<std::string> names, std::size_t days, double deviation = 0.01) {
        market::History h;
        Random random(7);
        std::vector<double> close(names.size(), 100);
        double vix = 18;
        TradingDate date = addDays(std::chrono::year{2026} / 8 / 18, -static_cast<int>(days));
        for (std::size_t d = 0; d <= days; ++d, date = addDays(date, 1)) {
            for (std::size_t n = 0; n < names.size(); ++n) h.bars[names[n]].push_back({date, close[n], close[n], close[n], close[n], 0});
            h.vix.push_back({date, vix});
            const double common = random.normal();
            for (auto& c : close) c *= std::exp(deviation * (0.9 * common + std::sqrt(1 - 0.81) * random.normal()));
            vix *= std::exp(-0.05 * common + 0.03 * random.normal() - 0.002 * std::log(vix / 18));
        }
        return h;
    }
    static RiskBook shares(std::int64_t quantity) {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        chain.lowest = 0.9;
        chain.highest = 1.1;
        return bookOf(chain, {Holding{"SPY", {}, quantity, {}, "shares"}});
    }
    static std::vector<double> sorted(const market::History& h, const char* name, std::size_t days) {
        const auto& bars = h.bars.at(name);
        std::vector<double> out;
        for (std::size_t i = bars.size() - days; i < bars.size(); ++i) out.push_back(bars[i].close / bars[i - 1].close - 1);
        std::sort(out.begin(), out.end());
        return out;
    }

private Q_SLOTS:
    void ofSharesItIsTheOrderStatisticOfTheReturns() {
        const auto history = past({"SPY"}, 900);
        const auto r = valueAtRisk(shares(100), history, {}, 100'000.0);
        QVERIFY2(r.available(), r.unavailable.c_str());
        const auto returns = sorted(history, "SPY", 500);
        const std::size_t k[] = {25, 5, 3}; // 500 x 5 %, 1 %, 0.5 % rounded up
        for (std::size_t l = 0; l < 3; ++l) {
            double tail = 0;
            for (std::size_t i = 0; i < k[l]; ++i) tail -= returns[i] / static_cast<double>(k[l]);
            QVERIFY(std::fabs(r.levels[l].varUsd + 60'000 * returns[k[l] - 1]) < 1e-6);
            QVERIFY(std::fabs(r.levels[l].shortfallUsd - 60'000 * tail) < 1e-6);
            QCOMPARE(*r.levels[l].varOfEquity, r.levels[l].varUsd / 100'000);
            QVERIFY(r.levels[l].exceptions);
            QCOMPARE(r.levels[l].exceptions->days, 250);
        }
        QCOMPARE(r.levels[1].exceptions->expected, 2.5);
        QVERIFY(r.levels[0].exceptions->count >= 3 && r.levels[0].exceptions->count <= 27); // 12.5 expected, four deviations
        const int count = r.levels[1].exceptions->count;
        QCOMPARE(r.levels[1].exceptions->zone, std::string(count <= 4 ? "green" : count <= 9 ? "yellow" : "red"));
        QVERIFY(r.levels[0].exceptions->zone.empty());
        QCOMPARE(r.windowDays, 500);
    }

    void ofSharesTheNormalSimulationIsTheClosedForm() {
        // VaR = value (1 - exp(-z s)), ES = value (1 - E[exp(-s Z) | Z > z]); sampling error of a quantile: sqrt(p (1 - p) / n) / f(z),
        // here 1.3 % of it at 99.5 % with 100,000 paths. Bound: four of them, 5 %.
        const auto history = past({"SPY"}, 900);
        VarSpec spec;
        spec.method = VarMethod::MonteCarlo;
        spec.simulation.paths = 100'000;
        spec.simulation.degreesOfFreedom = 0;
        const auto r = valueAtRisk(shares(100), history, spec, {});
        QVERIFY2(r.available(), r.unavailable.c_str());
        double variance = 0, weight = 1, weights = 0;
        const auto& bars = history.bars.at("SPY");
        for (std::size_t i = bars.size() - 1; i > bars.size() - 501; --i, weight *= 0.94) {
            const double x = std::log(bars[i].close / bars[i - 1].close);
            variance += weight * x * x;
            weights += weight;
        }
        const double s = std::sqrt(variance / weights);
        for (const auto& level : r.levels) {
            const double z = inverseNormal(level.level);
            const double var = 60'000 * -std::expm1(-z * s);
            const double shortfall = 60'000 * (1 - std::exp(0.5 * s * s) * pricing::normalCdf(-z - s) / (1 - level.level));
            QVERIFY2(std::fabs(level.varUsd / var - 1) < 0.05, qPrintable(QString::number(level.varUsd / var)));
            QVERIFY2(std::fabs(level.shortfallUsd / shortfall - 1) < 0.05, qPrintable(QString::number(level.shortfallUsd / shortfall)));
        }
    }

    void fatTailsAreFatterAtTheSameVariance() {
        const auto history = past({"SPY"}, 600);
        VarSpec spec;
        spec.method = VarMethod::MonteCarlo;
        spec.levels = {0.75, 0.995};
        spec.simulation.paths = 50'000;
        const auto t = valueAtRisk(shares(100), history, spec, {});
        spec.simulation.degreesOfFreedom = 0;
        const auto normal = valueAtRisk(shares(100), history, spec, {});
        QVERIFY(t.levels[1].shortfallUsd > 1.2 * normal.levels[1].shortfallUsd);
        QVERIFY(t.levels[0].varUsd < normal.levels[0].varUsd);
    }

    void theProxyProvesItselfAndAgreesWithFullRevaluation() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        const auto history = past({"SPY"}, 900);
        std::vector<Holding> holdings;
        for (int i = 0; i < 12; ++i) {
            holdings.push_back(option(chain, static_cast<std::size_t>(i % 3), 540 + 6 * i, P, i % 2 ? 3 : -4, i < 6 ? "left" : "right"));
            holdings.push_back(option(chain, static_cast<std::size_t>(i % 3), 600 + 6 * i, C, i % 2 ? -2 : 1, i < 6 ? "left" : "right"));
        }
        const auto book = bookOf(chain, holdings);
        VarSpec spec;
        spec.method = VarMethod::MonteCarlo;
        spec.simulation.paths = 5'000;
        const auto proxied = valueAtRisk(book, history, spec, {});
        QVERIFY2(proxied.available(), proxied.unavailable.c_str());
        QVERIFY(proxied.proof.used);
        QVERIFY2(proxied.proof.passed, qPrintable(QString::number(proxied.proof.maxErrorOfNotional)));
        QCOMPARE(proxied.proof.checked, 200);
        QVERIFY(proxied.proof.legsByProxy > 16);
        qInfo("proxy: %d legs, %d in full, %zu scenarios in full, error %.2e of notional", proxied.proof.legsByProxy, proxied.proof.legsInFull,
              proxied.proof.scenariosInFull, proxied.proof.maxErrorOfNotional);
        spec.proxy.allowed = false;
        const auto full = valueAtRisk(book, history, spec, {});
        QVERIFY(!full.proof.used);
        const double bound = 1e-5 * book.grossNotional();
        for (std::size_t l = 0; l < 3; ++l) {
            QVERIFY(std::fabs(full.levels[l].varUsd - proxied.levels[l].varUsd) < bound);
            QVERIFY(std::fabs(full.levels[l].shortfallUsd - proxied.levels[l].shortfallUsd) < bound);
        }
    }

    void aProxyThatMissesItsLimitIsThrownAway() {
        FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 0, 5000, P, -1)});
        VarSpec spec;
        spec.method = VarMethod::MonteCarlo;
        spec.simulation.paths = 2'000;
        spec.proxy.limit = 1e-15;
        const auto r = valueAtRisk(book, past({"SPX"}, 900), spec, {});
        QVERIFY(r.available());
        QCOMPARE(r.proof.legsByProxy, 0);
        QCOMPARE(r.proof.legsInFull, 1);
        QCOMPARE(r.proof.maxErrorUsd, 0.0);
    }

    void componentsAddUpToTheTotal() {
        FlatChain spy, qqq;
        spy.root = "SPY";
        spy.spot = 600;
        qqq.root = "QQQ";
        qqq.spot = 500;
        const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{spy.priced(), qqq.priced()};
        const std::vector<Holding> holdings = {option(spy, 1, 570, P, -5, "short puts"), option(spy, 1, 540, P, 5, "short puts"),
                                               option(qqq, 2, 500, C, 4, "calls"), Holding{"QQQ", {}, -150, {}, "hedge"},
                                               Holding{"GLD", {}, 10, {}, "unpriced"}};
        const auto book = bindBook(holdings, chains);
        for (const auto method : {VarMethod::Historical, VarMethod::MonteCarlo}) {
            VarSpec spec;
            spec.method = method;
            const auto r = valueAtRisk(book, past({"SPY", "QQQ"}, 800), spec, {});
            QVERIFY2(r.available(), r.unavailable.c_str());
            QCOMPARE(r.byLeg.size(), std::size_t{4});
            QCOMPARE(r.coverage.text(), std::string("4 of 5 priced"));
            for (std::size_t l = 0; l < r.levels.size(); ++l)
                for (const auto* rows : {&r.byLeg, &r.byStrategy, &r.byUnderlying}) {
                    double var = 0, shortfall = 0;
                    for (const auto& row : *rows) {
                        var += row.varUsd[l];
                        shortfall += row.shortfallUsd[l];
                    }
                    QVERIFY(std::fabs(var - r.levels[l].varUsd) < 1e-9 * r.levels[l].varUsd + 1e-9);
                    QVERIFY(std::fabs(shortfall - r.levels[l].shortfallUsd) < 1e-9 * r.levels[l].shortfallUsd + 1e-9);
                }
            QVERIFY(r.levels[0].varUsd < r.levels[1].varUsd && r.levels[1].varUsd <= r.levels[2].varUsd);
            QVERIFY(r.levels[1].shortfallUsd >= r.levels[1].varUsd);
        }
    }

    void theSameSeedGivesTheSameNumber() {
        const auto history = past({"SPY"}, 300);
        VarSpec spec;
        spec.method = VarMethod::MonteCarlo;
        const auto a = valueAtRisk(shares(100), history, spec, {}), b = valueAtRisk(shares(100), history, spec, {});
        QCOMPARE(a.levels[1].varUsd, b.levels[1].varUsd);
        spec.simulation.seed = 2;
        QVERIFY(valueAtRisk(shares(100), history, spec, {}).levels[1].varUsd != a.levels[1].varUsd);
    }

    void whatIsMissingIsNamedAndThereIsNoNumber() {
        const auto book = shares(100);
        auto history = past({"SPY"}, 900);
        const auto cause = [&](const market::History& h, VarSpec spec = {}) {
            const auto r = valueAtRisk(book, h, spec, {});
            return r.levels.empty() && r.byLeg.empty() ? r.unavailable : std::string("a number");
        };
        QCOMPARE(cause({}), std::string("no daily bars of SPY"));
        auto noVix = history;
        noVix.vix.clear();
        QCOMPARE(cause(noVix), std::string("no VIX history for the moves of volatility"));
        QVERIFY(cause(past({"SPY"}, 150)).starts_with("only 150 common days of history, 200 are needed"));
        VarSpec spec;
        spec.levels = {1.0};
        QVERIFY(cause(history, spec).find("confidence level") != std::string::npos);
        spec = {};
        spec.method = VarMethod::MonteCarlo;
        spec.simulation.degreesOfFreedom = 2;
        QVERIFY(cause(history, spec).find("degrees of freedom") != std::string::npos);
        QVERIFY(!valueAtRisk({}, history, {}, {}).available());
        const auto shortBacktest = valueAtRisk(book, past({"SPY"}, 600), {}, {});
        QVERIFY(shortBacktest.available() && !shortBacktest.levels[0].exceptions);
        QCOMPARE(shortBacktest.levels[0].exceptionsCause, std::string("600 days of history, a backtest needs 750"));
        const auto old = valueAtRisk(book, past({"SPY"}, 900), {}, {});
        QCOMPARE(old.staleDays, 1);
    }
};

QTEST_APPLESS_MAIN(VarTest)
#include "tst_portfolio_var.moc"
