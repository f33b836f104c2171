#include <QTest>

#include "flat_chain.h"
#include "portfolio/greek_curve.h"
#include "portfolio/greeks_by.h"
#include "portfolio/revaluer.h"
#include "portfolio/scenario.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class GreeksTest : public QObject {
    Q_OBJECT

    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;
    static bool near(double a, double b, double bound) { return std::fabs(a - b) <= bound; }

private Q_SLOTS:
    void vegasStandByExpiryAndAddOnlyWhenWeighted() {
        const FlatChain chain;
        auto book = bookOf(chain, {option(chain, 0, 4800, P, -3), option(chain, 1, 4800, P, 3), option(chain, 1, 4700, P, 2)});
        QCOMPARE(book.legs.size(), std::size_t(3));
        const auto vegas = vegasByExpiry(book);
        QCOMPARE(vegas.size(), std::size_t(2));
        QVERIFY(vegas[0].expiry < vegas[1].expiry);
        QVERIFY(near(vegas[0].vegaUsdPerPoint, book.legs[0].unit.vega / 100 * -300, 1e-9));
        QVERIFY(near(vegas[1].vegaUsdPerPoint, book.legs[1].unit.vega / 100 * 300 + book.legs[2].unit.vega / 100 * 200, 1e-9));
        double weighted = 0;
        for (const auto& row : vegas) weighted += row.vegaUsdPerPoint30d;
        QVERIFY(near(weighted, greeksBy(book, {}).book.greeks.vegaUsdPerPoint30d, 1e-9));
        QVERIFY(near(vegas[1].vegaUsdPerPoint30d, vegas[1].vegaUsdPerPoint * std::min(2.0, std::sqrt(30.0 / 365 / book.legs[1].years)), 1e-9));
        book.legs[2].status = LegStatus::NoVolatility; // counted, never as zero
        QCOMPARE(vegasByExpiry(book)[1].priced, 1);
        QCOMPARE(vegasByExpiry(book)[1].total, 2);
    }
    void aGreekAgainstTheSpotIsTheClosedFormsOwn_data() {
        QTest::addColumn<int>("greek");
        QTest::addColumn<double>("days");
        QTest::addColumn<double>("volMove");
        for (const auto& [name, greek] :
             {std::pair("delta", CurveGreek::Delta), {"gamma", CurveGreek::Gamma}, {"theta", CurveGreek::Theta}, {"vega", CurveGreek::Vega}}) {
            QTest::addRow("%s now", name) << int(greek) << 0.0 << 0.0;
            QTest::addRow("%s in ten days, volatility up", name) << int(greek) << 10.0 << 0.25;
        }
    }
    void aGreekAgainstTheSpotIsTheClosedFormsOwn() {
        QFETCH(int, greek);
        QFETCH(double, days);
        QFETCH(double, volMove);
        const FlatChain chain; // European: SPX
        const auto priced = chain.priced();
        ComboOrder order;
        order.underlying = "SPX";
        order.legs = {{chain.contract(1, 4800, P), -1}, {chain.contract(1, 4700, P), 1}};
        order.quantity = 3;
        const auto curve = greekAcrossSpots(order, *priced, static_cast<CurveGreek>(greek), 0.9, 1.1, 21, days, volMove);
        QCOMPARE(curve.size(), std::size_t{21});
        const auto bound = bookOf(chain, {option(chain, 1, 4800, P, -3), option(chain, 1, 4700, P, 3)});
        double largest = 0, worst = 0;
        for (const auto& [spot, value] : curve) {
            double exact = 0;
            for (const auto& leg : bound.legs) {
                const double vol = leg.vol * tenorVolFactor(leg.years, volMove);
                pricing::Inputs in{P, spot, leg.holding.contract->strike.toDouble(), leg.years - days / 365, leg.rate, leg.dividendYield, vol};
                const auto v = pricing::priceEuropean(in);
                switch (static_cast<CurveGreek>(greek)) {
                case CurveGreek::Delta: exact += v.delta * leg.units(); break;
                case CurveGreek::Gamma: exact += v.gamma * leg.units(); break;
                case CurveGreek::Vega: exact += v.vega / 100 * leg.units(); break;
                case CurveGreek::Theta:
                    in.years -= 1.0 / 365; // what the next day takes, not the slope of this moment
                    exact += (pricing::priceEuropean(in).price - v.price) * leg.units();
                    break;
                }
            }
            largest = std::max(largest, std::fabs(exact));
            worst = std::max(worst, std::fabs(value - exact));
        }
        QVERIFY2(worst < 3e-3 * largest, qPrintable(QStringLiteral("%1 of %2").arg(worst).arg(largest)));
        QVERIFY(std::fabs(curve.front().first - 4500) < 1e-6 && std::fabs(curve.back().first - 5500) < 1e-6);
    }

    void aGreekCurveOfAmericansMeetsTheChainsOwnGreeks() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 500;
        const auto priced = chain.priced();
        ComboOrder order;
        order.underlying = "SPY";
        order.legs = {{chain.contract(1, 480, P), -1}};
        const auto row = *priced->chain->find(order.legs[0].contract);
        const auto at = [&](CurveGreek g) { return greekAcrossSpots(order, *priced, g, 0.99, 1.01, 3)[1].second; };
        QVERIFY(near(at(CurveGreek::Delta), -100 * priced->delta[row], 1e-3 * 100 * std::fabs(priced->delta[row])));
        QVERIFY(near(at(CurveGreek::Gamma), -100 * priced->gamma[row], 1e-2 * 100 * priced->gamma[row]));
        QVERIFY(near(at(CurveGreek::Vega), -priced->vega[row], 1e-2 * priced->vega[row]));
        QVERIFY(near(at(CurveGreek::Theta), -100 * priced->theta[row] / 365, 3e-2 * 100 * std::fabs(priced->theta[row]) / 365));
        order.legs[0].contract = chain.contract(1, 481.5, P);
        order.legs[0].contract.expiry = std::chrono::year{2026} / 10 / 1; // not in the chain
        QVERIFY(greekAcrossSpots(order, *priced, CurveGreek::Delta, 0.9, 1.1, 5).empty());
    }

    void aConversionHasNoGreeksButRho() {
        // Long shares, long put, short call: delta 1 - e^(-qT), gamma and vega 0 (put-call parity).
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 1, 5000, P, 1, "conversion"), option(chain, 1, 5000, C, -1, "conversion"),
                                         Holding{"SPX", {}, 100, {}, "conversion"}});
        const auto r = greeksBy(book, {});
        QCOMPARE(r.byStrategy.size(), std::size_t{1});
        const auto& g = r.book.greeks;
        QVERIFY(near(g.deltaShares, 100 * (1 - std::exp(-book.legs[0].dividendYield * book.legs[0].years)), 1e-6));
        QVERIFY(near(g.gammaSharesPerPercent, 0, 1e-6) && near(g.vegaUsdPerPoint, 0, 1e-4));
        QVERIFY(near(g.rhoUsdPerPercent, -5000 * book.legs[0].years * std::exp(-book.legs[0].rate * book.legs[0].years), 1e-3));
        QVERIFY(!g.benchmarkShares);
    }

    void greeksAreTheSlopesOfTheGrid() {
        for (const char* root : {"SPX", "SPY"}) {
            FlatChain chain;
            chain.root = root;
            const auto book = bookOf(chain, {option(chain, 1, 4900, P, -4), option(chain, 1, 5100, C, 3)});
            const auto g = greeksBy(book, {}).book.greeks;
            GridSpec spec;
            spec.spotMoves = {0};
            spec.volMoves = {-0.001, 0, 0.001};
            spec.horizons = {{0.0}, {0.01}};
            const auto grid = *scenarioGrid(book, spec, {});
            const auto& base = grid.cells[grid.index(0, 1, 0)];
            QVERIFY(near(base.deltaUsd, g.deltaUsd, 1e-3 * std::fabs(g.deltaUsd) + 50));
            QVERIFY(near(base.gammaUsd, g.gammaUsdPerPercent, 2e-2 * std::fabs(g.gammaUsdPerPercent)));
            QVERIFY(near(grid.cells[grid.index(1, 1, 0)].pnlUsd / 0.01, g.thetaUsdPerDay, 1e-2 * std::fabs(g.thetaUsdPerDay)));
            // A relative move of 0.001 in 30-day volatility is 0.02 points at a volatility of 20 %.
            const double vega = (grid.cells[grid.index(0, 2, 0)].pnlUsd - grid.cells[grid.index(0, 0, 0)].pnlUsd) / 0.04;
            QVERIFY(near(vega, g.vegaUsdPerPoint30d, 2e-3 * std::fabs(g.vegaUsdPerPoint30d)));
        }
    }

    void betaWeightedDeltaIsInBenchmarkShares() {
        FlatChain qqq;
        qqq.root = "QQQ";
        qqq.spot = 500;
        const auto book = bookOf(qqq, {Holding{"QQQ", {}, 200, {}, "a"}, option(qqq, 1, 500, C, 1, "b")});
        BetaWeights w;
        w.benchmarkSpot = 600;
        w.byUnderlying["QQQ"] = {1.2, 0.9, 252};
        auto r = greeksBy(book, w);
        QVERIFY(near(*r.byLeg[0].greeks.benchmarkShares, 200 * 500 * 1.2 / 600, 1e-9));
        QVERIFY(near(*r.book.greeks.benchmarkShares, r.book.greeks.deltaUsd * 1.2 / 600, 1e-9));
        QVERIFY(!r.book.greeks.weakBeta);
        w.byUnderlying["QQQ"].r2 = 0.39;
        QVERIFY(greeksBy(book, w).book.greeks.weakBeta);
        w.benchmarkSpot.reset();
        QVERIFY(!greeksBy(book, w).book.greeks.benchmarkShares);
    }

    void partsOfDifferentUnderlyingsAddOnlyAsBenchmarkShares() {
        BetaWeights w;
        w.benchmarkSpot = 500;
        w.byUnderlying["QQQ"] = {1.2, 0.8, 252, {}};
        w.byUnderlying["GLD"] = {0.1, 0.02, 252, {}};
        // 100 SPY at 500, -50 QQQ at 400: 100 - 20,000 x 1.2 / 500 = 52 shares of SPY; gamma 1,000/500 + 500 x 1.44/500.
        const DeltaPart spy{"SPY", 50'000.0, 1'000.0}, qqq{"QQQ", -20'000.0, 500.0}, gld{"GLD", 10'000.0, 0.0}, unpriced{"QQQ", {}, {}},
            stranger{"TLT", 1.0, 1.0};
        const std::vector<DeltaPart> two{spy, qqq};
        auto sum = betaWeighted(two, w);
        QVERIFY(near(*sum.delta, 52, 1e-12) && near(*sum.gammaPerPercent, 2 + 1.44, 1e-12));
        QCOMPARE(sum.included, 2);
        QVERIFY(!sum.weak);
        const std::vector<DeltaPart> all{spy, qqq, gld, unpriced, stranger}; // what is not known is counted, never zero
        sum = betaWeighted(all, w);
        QVERIFY(near(*sum.delta, 54, 1e-12));
        QCOMPARE(sum.included, 3);
        QCOMPARE(sum.total, 5);
        QVERIFY(sum.weak);
        QVERIFY(!betaWeighted({&stranger, 1}, w).delta);
        QCOMPARE(*betaWeighted({}, w).delta, 0.0); // an empty book has no delta
        w.benchmarkSpot.reset();
        QVERIFY(!betaWeighted(two, w).delta);
    }

    void theBenchmarkNeedsNoHistoryAgainstItself() {
        BetaWeights w;
        w.benchmarkSpot = 500;
        const DeltaPart spy{"SPY", -12'500.0, 0.0};
        QVERIFY(near(*betaWeighted({&spy, 1}, w).delta, -25, 1e-12));
    }

    void sumsAgreeOnEveryLevelAndMissingLegsAreCounted() {
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 0, 4900, P, -1, "x"), option(chain, 0, 4800, P, 1, "x"), option(chain, 2, 5100, C, 2, "y"),
                                         Holding{"NONE", {}, 5, {}, "y"}});
        BetaWeights w;
        w.benchmarkSpot = 600;
        w.byUnderlying["SPX"] = {1, 1, 252};
        const auto r = greeksBy(book, w);
        QCOMPARE(r.book.priced, 3);
        QCOMPARE(r.book.total, 4);
        QCOMPARE(r.byLeg[3].priced, 0);
        QCOMPARE(r.byStrategy[0].key, std::string("x"));
        QCOMPARE(r.byStrategy[1].total, 2);
        QCOMPARE(r.byUnderlying[0].priced, 0);
        double strategies = 0, underlyings = 0, legs = 0;
        for (const auto& row : r.byStrategy) strategies += row.greeks.vegaUsdPerPoint;
        for (const auto& row : r.byUnderlying) underlyings += row.greeks.vegaUsdPerPoint;
        for (const auto& row : r.byLeg) legs += row.greeks.vegaUsdPerPoint;
        QVERIFY(near(strategies, r.book.greeks.vegaUsdPerPoint, 1e-9) && near(underlyings, strategies, 1e-9) && near(legs, strategies, 1e-9));
        QVERIFY(r.book.greeks.benchmarkShares); // the leg without a price is counted, not weighted
    }
};

QTEST_APPLESS_MAIN(GreeksTest)
#include "tst_portfolio_greeks.moc"
