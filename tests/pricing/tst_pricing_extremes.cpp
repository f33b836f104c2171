#include <QtTest>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/american_alo.h"
#include "pricing/american_careful.h"
#include "pricing/american_cold.h"
#include "pricing/american_slice.h"
#include "pricing/european.h"
#include "pricing/quantlib_check.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

/// Americans where the fast kernels do not hold: rates that move many deviations, huge volatilities, prices above every
/// European one.
class TestPricingExtremes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lowVolatilityAgainstRatesMeetsQuantlib();
    void aFalseBoundaryIsNotTakenForSound();
    void outsideTheLanesPricesMeetAFinerBoundary();
    void theCarefulBoundaryIsThePublishedScheme();
    void aSliceAndASinglePriceAreOneNumber();
    void pricesAboveEveryEuropeanHaveAVolatility();
    void negativeRatesLetAPutBeWorthMoreThanItsStrike();
};

namespace {

Inputs drawn(Random& random, double leastPull, double mostPull) {
    for (;;) {
        Inputs in;
        in.right = random.below(2) == 0 ? Right::Call : Right::Put;
        in.spot = 100;
        in.years = std::exp(-4 + 6 * random.uniform());
        in.rate = 0.12 * random.uniform();
        in.dividendYield = random.below(3) == 0 ? 0 : 0.1 * random.uniform();
        const double rates = std::max({in.rate, in.dividendYield, std::fabs(in.rate - in.dividendYield)});
        in.vol = rates * std::sqrt(in.years) / (leastPull * std::pow(mostPull / leastPull, random.uniform()));
        const double deviation = in.vol * std::sqrt(in.years);
        in.strike = 100 * std::exp((in.rate - in.dividendYield) * in.years * random.uniform() + 1.2 * deviation * random.normal());
        if (deviation < 2 && in.vol > 1e-3 && earlyExercise(putView(in).put) == EarlyExercise::OneBoundary) return in;
    }
}

} // namespace

void TestPricingExtremes::lowVolatilityAgainstRatesMeetsQuantlib() {
    // The lanes gave 0.157 for the first of these, whose value is 0.080, and called themselves sound.
    const Inputs cases[] = {{Right::Call, 100, 99.9706, 3.6927, 0.1371, 0.1717, 0.011414},
                            {Right::Call, 100, 100.256, 0.82109, 1.502e-7, 0.1587, 0.016039},
                            {Right::Call, 100, 66.0484, 11.26, 0.195, 0.04294, 0.035065},
                            {Right::Put, 100, 98.9074, 10.007, 0, -0.03725, 0.018443}};
    for (const Inputs& in : cases) {
        const auto other = quantlibPrice(ExerciseStyle::American, in);
        QVERIFY(other.has_value());
        const Valuation v = priceAmerican(in);
        QCOMPARE(v.status, PriceStatus::Ok);
        QVERIFY2(std::fabs(v.price - *other) < 1e-6 * in.spot, qPrintable(QString::number(v.price - *other)));
    }
}

void TestPricingExtremes::aFalseBoundaryIsNotTakenForSound() {
    // The equations on twelve points have more solutions than the boundary; the lanes found one, its residual was small, and the price of
    // the first was 0.05339 with status Ok. Their prices on a tree of 8,000 steps:
    struct Case {
        Inputs in;
        double tree;
    };
    const Case cases[] = {
        {{Right::Put, 100, 99.99604580285599, 0.08462706909206437, 0.09634209098206839, 0, 0.013010821613773468}, 0.0307500},
        {{Right::Put, 100, 100.005, 0.0544, 0.0405, -0.0036, 0.00394}, 0.0085949},
        {{Right::Call, 100, 100.012, 0.107, -0.0025, 0.0912, 0.01109}, 0.0200831},
        {{Right::Put, 100, 100.003, 0.1705, 0.0506, 0, 0.00721}, 0.0200079},
        {{Right::Call, 100, 100.014, 0.0239, 0, 0.0867, 0.00591}, 0.0036742},
        {{Right::Call, 100, 100.004, 0.1403, -0.0033, 0.0342, 0.00542}, 0.0129917},
        {{Right::Call, 100, 100.026, 0.0896, -0.0083, 0.0255, 0.00391}, 0.0026259},
        {{Right::Call, 100, 99.987, 0.0435, -0.0076, 0.0719, 0.00732}, 0.0182044},
        {{Right::Call, 100, 100.004, 0.1584, 0, 0.0286, 0.00516}, 0.0156515},
    };
    for (const Case& c : cases) {
        const Inputs& in = c.in;
        const double deviation = in.spot * in.vol * std::sqrt(in.years);
        Valuation cold[2];
        priceAmericansCold({&in, 1}, {&cold[0], 1}, ColdAccuracy::Tight);
        priceAmericansCold({&in, 1}, {&cold[1], 1}, ColdAccuracy::Quick);
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const Valuation alone = priceAmerican(in), sliced = slice.value(in.right, in.spot, in.strike, in.vol);
        for (const Valuation& v : {alone, sliced, cold[0], cold[1]}) {
            QCOMPARE(v.status, PriceStatus::Ok);
            QVERIFY2(std::fabs(v.price - c.tree) < 5e-4 * deviation, qPrintable(QStringLiteral("%1 for %2").arg(v.price).arg(c.tree)));
        }
        QVERIFY(std::fabs(slice.price(in.right, in.spot, in.strike, in.vol) - alone.price) < 1e-9 * in.spot);
        const ImpliedVol iv = impliedVolAmerican(in, alone.price);
        QCOMPARE(iv.status, IvStatus::Ok);
        QVERIFY(std::fabs(iv.vol / in.vol - 1) < 1e-4);
    }
}

void TestPricingExtremes::theCarefulBoundaryIsThePublishedScheme() {
    Random random(73);
    int sound = 0;
    for (int i = 0; i < 40; ++i) {
        const Inputs in = drawn(random, 0.9, 60);
        const PutView view = putView(in);
        const CarefulPut careful(view.put);
        if (!careful.sound()) continue;
        ++sound;
        const double m = std::max(view.moneyness, std::exp(careful.lnNow()) * (1 + 1e-6));
        const double other = aloPremium(view.put, m, {65, 20, 40, FixedPoint::B, 0, true});
        QVERIFY2(std::fabs(careful.premium(m) - other) < 1e-10, qPrintable(QString::number(careful.premium(m) - other)));
    }
    QVERIFY(sound > 35);
}

void TestPricingExtremes::outsideTheLanesPricesMeetAFinerBoundary() {
    Random random(71);
    for (int i = 0; i < 20; ++i) {
        const Inputs in = drawn(random, 0.5, 60);
        const double finer = std::max(aloPrice(in, {90, 25, 56, FixedPoint::B, 0, true}), std::max(zeroVolatilityValue(in), priceEuropean(in).price));
        const Valuation v = priceAmerican(in);
        QCOMPARE(v.status, PriceStatus::Ok);
        QVERIFY2(std::fabs(v.price - finer) < 2e-7 * std::max(in.spot, in.strike), qPrintable(QStringLiteral("%1 for %2: T %3 vol %4 r %5 q %6")
                                                                                                  .arg(v.price)
                                                                                                  .arg(finer)
                                                                                                  .arg(in.years)
                                                                                                  .arg(in.vol)
                                                                                                  .arg(in.rate)
                                                                                                  .arg(in.dividendYield)));
        QVERIFY(v.gamma >= 0 && v.vega >= 0 && std::fabs(v.delta) <= 1 + 1e-6);
    }
}

void TestPricingExtremes::aSliceAndASinglePriceAreOneNumber() {
    Random random(72);
    for (int i = 0; i < 24; ++i) {
        Inputs in = drawn(random, 0.5, 30);
        if (i % 6 == 0) { // the tree of two boundaries
            in.right = Right::Put;
            in.rate = -0.01;
            in.dividendYield = -0.03;
            in.vol = 0.1;
        }
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const double price = slice.price(in.right, in.spot, in.strike, in.vol), value = slice.value(in.right, in.spot, in.strike, in.vol).price;
        QVERIFY(std::fabs(price - value) < 1e-11 * in.spot);
        QVERIFY(std::fabs(price - *singleAmericanPrice(in)) < 5e-8 * std::max(in.spot, in.strike));
    }
}

void TestPricingExtremes::pricesAboveEveryEuropeanHaveAVolatility() {
    // Worth more than the discounted forward, the most a European call can be worth; and more than a discounted strike.
    const Inputs cases[] = {{Right::Call, 100, 56.0889, 9.7885, 0.01, 0.1316, 0.55604}, {Right::Put, 100, 756.083, 3.08541, 0.0305543, 0, 1.69981}};
    for (Inputs in : cases) {
        const double price = priceAmerican(in).price, vol = in.vol;
        QCOMPARE(impliedVolEuropean(in, price).status, IvStatus::AboveMaximum);
        const ImpliedVol single = impliedVolAmerican(in, price);
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const ImpliedVol sliced = slice.impliedVol(in.right, in.spot, in.strike, price, 0);
        for (const ImpliedVol& iv : {single, sliced}) {
            QCOMPARE(iv.status, IvStatus::Ok);
            QVERIFY(std::fabs(iv.vol / vol - 1) < 1e-6);
        }
        QCOMPARE(impliedVolAmerican(in, std::max(in.spot, in.strike)).status, IvStatus::AboveMaximum);
    }
}

void TestPricingExtremes::negativeRatesLetAPutBeWorthMoreThanItsStrike() {
    const Inputs in{Right::Put, 1, 100, 10, -0.02, -0.05, 0.6}; // exercise far away is worth 100 e^{0.2} today
    const Valuation v = priceAmerican(in), european = priceEuropean(in);
    QCOMPARE(v.status, PriceStatus::Ok);
    QVERIFY(v.price >= european.price && european.price > 100);
    const ImpliedVol iv = impliedVolAmerican(in, v.price);
    QVERIFY2(iv.status == IvStatus::Ok, toString(iv.status));
    QVERIFY(std::fabs(priceAmerican({in.right, in.spot, in.strike, in.years, in.rate, in.dividendYield, iv.vol}).price - v.price) < 1e-6);
}

QTEST_APPLESS_MAIN(TestPricingExtremes)
#include "tst_pricing_extremes.moc"
