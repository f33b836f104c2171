#include <QTest>

#include <cmath>
#include <random>

#include "pricing/option_pricer.h"
#include "strategy/draft_metrics.h"
#include "strategy/reach.h"
#include "tests/portfolio/flat_chain.h"

using namespace mahler;
using namespace mahler::strategy;
using market::Right;
using pricing::normalCdf;

/// P50 against closed forms of first passage and against paths that know nothing of the grid.
class ReachTest : public QObject {
    Q_OBJECT

    portfolio::testing::FlatChain m_flat;

    portfolio::ComboOrder puts(double sold, double bought, double limit) const {
        portfolio::ComboOrder order;
        order.underlying = "SPX";
        order.legs = {{m_flat.contract(1, sold, Right::Put), -1}, {m_flat.contract(1, bought, Right::Put), 1}};
        order.netLimit = *Price::fromDouble(limit);
        return order;
    }
    double years() const { return pricing::yearsBetween(m_flat.time, m_flat.contract(1, 5000, Right::Put).expiresAt()); }
    Motion motion() const { return {5000, 5000 * std::exp((m_flat.rate - m_flat.yield) * years()), years()}; }
    static double told(const std::vector<double>& p) { return p.size() == 1 ? p.front() : -1; }
    double profit(const portfolio::ComboOrder& order, double spot, double left) const {
        double value = order.netLimit.toDouble();
        for (const auto& leg : order.legs)
            value +=
                leg.ratio *
                (left > 1e-9
                     ? pricing::priceEuropean({Right::Put, spot, leg.contract.strike.toDouble(), left, m_flat.rate, m_flat.yield, m_flat.vol}).price
                     : std::max(0.0, leg.contract.strike.toDouble() - spot));
        return value * 100;
    }

    /// The spot above which a spread of sold puts has reached the target, `left` years before the end; by bisection.
    double edge(const portfolio::ComboOrder& order, double target, double left) const {
        double low = 1000, high = 20000;
        if (profit(order, high, left) < target) return std::numeric_limits<double>::infinity();
        for (int i = 0; i < 80; ++i) (profit(order, (low + high) / 2, left) < target ? low : high) = (low + high) / 2;
        return high;
    }
    /// Paths on `steps` dates; between two of them the chance that the bridge met the edge is exact where the edge is straight.
    double simulated(const portfolio::ComboOrder& order, double target, double vol, int paths, int steps) const {
        std::mt19937_64 random(20261121);
        std::normal_distribution<double> normal;
        const double dt = years() / steps, deviation = vol * std::sqrt(dt), drift = (m_flat.rate - m_flat.yield - vol * vol / 2) * dt;
        std::vector<double> edges;
        for (int i = 0; i <= steps; ++i) edges.push_back(std::log(edge(order, target, years() - i * dt)));
        double sum = 0;
        for (int p = 0; p < paths; ++p) {
            double x = std::log(5000.0), survives = x >= edges[0] ? 0 : 1;
            for (int i = 1; i <= steps && survives > 0; ++i) {
                const double next = x + drift + deviation * normal(random), a = edges[static_cast<std::size_t>(i) - 1] - x,
                             b = edges[static_cast<std::size_t>(i)] - next;
                survives *= b <= 0 ? 0 : std::isfinite(a) && std::isfinite(b) ? 1 - std::exp(-2 * a * b / (deviation * deviation)) : 1;
                x = next;
            }
            sum += 1 - survives;
        }
        return sum / paths;
    }

private Q_SLOTS:
    void aConstantBarrierHasItsClosedForm_data() {
        QTest::addColumn<double>("barrier");
        QTest::addColumn<double>("forward");
        QTest::addColumn<double>("vol");
        QTest::addColumn<double>("time");
        QTest::newRow("near, no drift") << 103.0 << 100.0 << 0.20 << 0.1;
        QTest::newRow("far, no drift") << 130.0 << 100.0 << 0.20 << 0.25;
        QTest::newRow("drift towards it") << 110.0 << 104.0 << 0.20 << 0.5;
        QTest::newRow("drift away from it") << 110.0 << 96.0 << 0.30 << 0.5;
        QTest::newRow("a day") << 101.0 << 100.0 << 0.15 << 1.0 / 365;
        QTest::newRow("a wild year") << 150.0 << 103.0 << 0.80 << 1.0;
    }
    void aConstantBarrierHasItsClosedForm() {
        QFETCH(double, barrier);
        QFETCH(double, forward);
        QFETCH(double, vol);
        QFETCH(double, time);
        // Reflection with drift (Shreve 2004, section 7.2; Hull, Options, Futures and Other Derivatives, one-touch): of ln S.
        const double drift = std::log(forward / 100) / time - vol * vol / 2, b = std::log(barrier / 100), d = vol * std::sqrt(time);
        const double exact = normalCdf((drift * time - b) / d) + std::exp(2 * drift * b / (vol * vol)) * normalCdf((-b - drift * time) / d);
        const auto spot = [](double, std::span<const double> s, std::span<double> out) { std::copy(s.begin(), s.end(), out.begin()); };
        const double got = told(probabilitiesOfReaching({100, forward, time}, std::array{vol}, barrier, spot));
        QVERIFY2(std::abs(got - exact) < 0.0005, qPrintable(QStringLiteral("%1 %2").arg(got, 0, 'f', 5).arg(exact, 0, 'f', 5)));
    }

    void aBarrierBelowIsTheMirrorOfOneAbove() {
        const double vol = 0.25, time = 0.3, barrier = 88, b = std::log(barrier / 100), d = vol * std::sqrt(time), drift = -vol * vol / 2;
        const double exact = normalCdf((b - drift * time) / d) + std::exp(2 * drift * b / (vol * vol)) * normalCdf((b + drift * time) / d);
        const auto below = [](double, std::span<const double> s, std::span<double> out) {
            std::transform(s.begin(), s.end(), out.begin(), std::negate<>());
        };
        const double got = told(probabilitiesOfReaching({100, 100, time}, std::array{vol}, -barrier, below));
        QVERIFY2(std::abs(got - exact) < 0.0005, qPrintable(QStringLiteral("%1 %2").arg(got, 0, 'f', 5).arg(exact, 0, 'f', 5)));
    }

    void aProfitAtTheEndAloneIsTheTerminalProbability() {
        const auto atEnd = [](double years, std::span<const double> s, std::span<double> out) {
            for (std::size_t i = 0; i < s.size(); ++i) out[i] = years >= 0.25 ? s[i] - 105 : -1;
        };
        const double d = 0.20 * 0.5;
        const double got = told(probabilitiesOfReaching({100, 101, 0.25}, std::array{0.20}, 0, atEnd));
        const double exact = normalCdf(std::log(101.0 / 105) / d - d / 2);
        QVERIFY2(std::abs(got - exact) < 0.0005, qPrintable(QStringLiteral("%1 %2").arg(got, 0, 'f', 5).arg(exact, 0, 'f', 5)));
    }

    void aSpreadIsWhatPathsSay_data() {
        QTest::addColumn<double>("sold");
        QTest::addColumn<double>("bought");
        QTest::addColumn<double>("limit");
        QTest::addColumn<double>("vol");
        QTest::newRow("out of the money") << 4700.0 << 4650.0 << 8.0 << 0.20;
        QTest::newRow("at the money") << 5000.0 << 4900.0 << 40.0 << 0.20;
        QTest::newRow("calmer than it is priced") << 4700.0 << 4650.0 << 8.0 << 0.16;
        QTest::newRow("a thin credit") << 4700.0 << 4650.0 << 4.0 << 0.20;
    }
    void aSpreadIsWhatPathsSay() {
        QFETCH(double, sold);
        QFETCH(double, bought);
        QFETCH(double, limit);
        QFETCH(double, vol);
        const auto chain = m_flat.priced();
        const auto order = puts(sold, bought, limit);
        const auto bounds = portfolio::payoffBounds(order.legs, order.netLimit);
        const double target = 0.5 * bounds.maxProfit->toDouble();
        const double got = told(halfProfitProbabilities(order, *chain, std::array{vol}));
        const double paths = simulated(order, target, vol, 60'000, 150);
        QVERIFY2(std::abs(got - paths) < 0.006, qPrintable(QStringLiteral("%1 %2").arg(got, 0, 'f', 5).arg(paths, 0, 'f', 5)));
    }

    void whatIsReachedAlreadyIsCertainAndWhatCannotBeIsNot() {
        const auto chain = m_flat.priced();
        const double credit = profit(puts(4700, 4650, 0), 5000, years()) / -100; // worth it now
        QCOMPARE(told(halfProfitProbabilities(puts(4700, 4650, std::ceil(credit * 20) / 10 + 1), *chain, std::array{0.20})), 1.0);
        QVERIFY(told(halfProfitProbabilities(puts(3000, 2950, 40), *chain, std::array{0.20})) > 0.999);
        const auto never = [](double, std::span<const double>, std::span<double> out) { std::fill(out.begin(), out.end(), -1.0); };
        QCOMPARE(told(probabilitiesOfReaching({100, 100, 0.1}, std::array{0.2}, 0, never)), 0.0);
    }

    void moreTimeToReachThanTheEndAlone() {
        const auto chain = m_flat.priced();
        const auto order = puts(4700, 4650, 8);
        const double half = 4700 - 4, d = 0.20 * std::sqrt(years()); // at the end half of the credit is kept above it
        const double end = 1 - normalCdf(std::log(half / motion().forward) / d + d / 2);
        const double got = told(halfProfitProbabilities(order, *chain, std::array{0.20}));
        QVERIFY2(got > end && got < 1, qPrintable(QStringLiteral("%1 %2").arg(got).arg(end)));
    }

    void theDraftHasItUnderBothVolatilities() {
        const auto chain = m_flat.priced();
        const auto order = puts(4700, 4650, 8);
        const auto m = draftMetrics(order, *chain, {}, calibratedProfile());
        const auto density = fitPhysicalDensity(*chain, 1, {});
        const auto direct = halfProfitProbabilities(order, *chain, std::array{*chain->expiries[1].atmVol, density.volatility});
        QCOMPARE(direct.size(), std::size_t{2});
        QCOMPARE(m.p50Implied, std::optional(direct[0]));
        QCOMPARE(m.p50Physical, std::optional(direct[1]));
        QVERIFY(density.volatility < *chain->expiries[1].atmVol && direct[0] != direct[1]);
        auto twice = order;
        twice.quantity = 7;
        QCOMPARE(draftMetrics(twice, *chain, {}, calibratedProfile()).p50Implied, m.p50Implied);
    }

    void theConeHoldsTheSharesOfItsOwnLaw() {
        const double spot = 100, forward = 102, vol = 0.25, time = 0.5;
        const auto cone = probabilityCone(spot, forward, vol, time, 6);
        QCOMPARE(cone.size(), std::size_t{6});
        QCOMPARE(cone.front().low2, 100.0);
        QCOMPARE(cone.front().high2, 100.0);
        QCOMPARE(cone.back().days, 182.5);
        const double d = vol * std::sqrt(time);
        const auto below = [&](double s) { return normalCdf(std::log(s / forward) / d + d / 2); }; // Black 1976
        QVERIFY(std::abs(below(cone.back().high1) - below(cone.back().low1) - 0.6826895) < 1e-6);
        QVERIFY(std::abs(below(cone.back().high2) - below(cone.back().low2) - 0.9544997) < 1e-6);
        QVERIFY(std::abs(below(cone.back().median) - 0.5) < 1e-12);
        for (std::size_t i = 1; i < cone.size(); ++i) {
            QVERIFY(cone[i].low2 < cone[i].low1 && cone[i].low1 < cone[i].median && cone[i].high1 < cone[i].high2);
            QVERIFY(cone[i].low2 < cone[i - 1].low2 && cone[i].high2 > cone[i - 1].high2);
        }
        QVERIFY(probabilityCone(100, 100, 0, 1, 5).empty() && probabilityCone(100, 100, 0.2, 1, 1).empty() && probabilityCone(0, 1, 1, 1, 5).empty());
    }

    void aDraftsConeIsThatOfItsExpiry() {
        const auto chain = m_flat.priced();
        const auto order = puts(4700, 4650, 8);
        const auto& e = chain->expiries[1];
        const auto end = draftCone(order, *chain, 3).back();
        QVERIFY(std::abs(end.high1 - e.forward * std::exp(*e.atmVol * std::sqrt(e.years) - *e.atmVol * *e.atmVol * e.years / 2)) < 1e-6);
        QVERIFY(std::abs(draftConeAt(order, *chain, e.years * 365)->high1 - end.high1) < 1e-6);
        QVERIFY(!draftConeAt(order, *chain, e.years * 365 + 1) && !draftConeAt(order, *chain, -1));
        auto apart = order;
        apart.legs[1].contract = m_flat.contract(2, 4650, Right::Put);
        QVERIFY(draftCone(apart, *chain, 3).empty() && !draftConeAt(apart, *chain, 1));
    }

    void whatHasNoBoundOrNoPriceHasNone() {
        const auto chain = m_flat.priced();
        auto unbounded = puts(4700, 4650, 8);
        unbounded.legs = {{m_flat.contract(1, 5100, Right::Call), 1}};
        unbounded.netLimit = *Price::fromDouble(-60);
        QVERIFY(halfProfitProbabilities(unbounded, *chain, std::array{0.2}).empty());
        QVERIFY(!draftMetrics(unbounded, *chain, {}, calibratedProfile()).p50Implied);
        auto apart = puts(4700, 4650, 8);
        apart.legs[1].contract = m_flat.contract(2, 4650, Right::Put);
        QVERIFY(halfProfitProbabilities(apart, *chain, std::array{0.2}).empty());
        QVERIFY(!profitAhead(apart, *chain));
        const auto holes = [](double, std::span<const double>, std::span<double> out) { std::fill(out.begin(), out.end(), std::nan("")); };
        QVERIFY(probabilitiesOfReaching({100, 100, 0.1}, std::array{0.2}, 0, holes).empty());
        QVERIFY(probabilitiesOfReaching({100, 100, 0.1}, std::array{0.0}, 0, holes).empty());
        QVERIFY(probabilitiesOfReaching({100, 100, 0}, std::array{0.2}, 0, holes).empty());
    }
};

QTEST_APPLESS_MAIN(ReachTest)
#include "tst_strategy_reach.moc"
