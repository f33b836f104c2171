#include <QtTest>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/american_slice.h"

using namespace mahler;
using namespace mahler::pricing;

class TestPricingAmerican : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void staysWithinBoundsAndRisesWithVolatility();
    void agreesWithTheTree();
    void pricesNegativeRatesOnTheTree();
    void returnsTheVolatilityOfAPrice();
    void namesPricesWithoutAVolatility();
    void sliceAgreesWithSinglePrices();
    void neverGivesNanOnWildInputs();
};

namespace {

Inputs randomInputs(Random& random) {
    Inputs in;
    in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
    in.spot = 600;
    in.years = 0.004 + 2 * random.uniform();
    in.vol = 0.08 + 0.6 * random.uniform();
    in.strike = in.spot * std::exp(1.2 * in.vol * std::sqrt(in.years) * random.normal());
    in.rate = 0.002 + 0.06 * random.uniform();
    in.dividendYield = 0.04 * random.uniform();
    return in;
}

} // namespace

void TestPricingAmerican::staysWithinBoundsAndRisesWithVolatility() {
    Random random(31);
    for (int i = 0; i < 300; ++i) {
        Inputs in = randomInputs(random);
        const double value = *americanPrice(in, Accuracy::Chain);
        const double exercise = std::max((in.right == market::Right::Call ? 1 : -1) * (in.spot - in.strike), 0.0);
        QVERIFY(value >= exercise && value >= priceEuropean(in).price);
        QVERIFY(value <= (in.right == market::Right::Call ? in.spot : in.strike));
        in.vol *= 1.05;
        QVERIFY(*americanPrice(in, Accuracy::Chain) >= value - 1e-6 * in.spot);
        in.vol /= 1.05;
        in.years *= 1.05;
        QVERIFY(*americanPrice(in, Accuracy::Chain) >= value - 1e-6 * in.spot);
    }
}

void TestPricingAmerican::agreesWithTheTree() {
    Random random(32);
    for (int i = 0; i < 40; ++i) {
        const Inputs in = randomInputs(random);
        const double boundary = *americanPrice(in, Accuracy::Tight), tree = americanTreePrice(in, 800);
        QVERIFY2(std::fabs(boundary - tree) < 5e-5 * in.spot, qPrintable(QStringLiteral("%1 %2").arg(boundary).arg(tree)));
    }
}

void TestPricingAmerican::pricesNegativeRatesOnTheTree() {
    // Rate -1 %, yield -3 %: a put is worth exercising between two boundaries only.
    const Inputs in{market::Right::Put, 100, 100, 2, -0.01, -0.03, 0.2};
    const Valuation v = priceAmerican(in);
    QCOMPARE(static_cast<int>(v.status), static_cast<int>(PriceStatus::Ok));
    QVERIFY(v.price >= priceEuropean(in).price);
    QVERIFY(std::fabs(v.price - americanTreePrice(in, 2000)) < 1e-2);
    const ImpliedVol iv = impliedVolAmerican(in, v.price);
    QCOMPARE(static_cast<int>(iv.status), static_cast<int>(IvStatus::Ok));
    QVERIFY(std::fabs(iv.vol - 0.2) < 1e-6);
    // Rate below zero and yield above it: holding on is always better.
    const Inputs never{market::Right::Put, 100, 110, 1, -0.01, 0.02, 0.2};
    QCOMPARE(priceAmerican(never).price, priceEuropean(never).price);
}

void TestPricingAmerican::returnsTheVolatilityOfAPrice() {
    Random random(33);
    int checked = 0;
    for (int i = 0; i < 80; ++i) {
        const Inputs in = randomInputs(random);
        const Valuation v = priceAmerican(in);
        const double exercise = std::max((in.right == market::Right::Call ? 1 : -1) * (in.spot - in.strike), 0.0);
        if (v.vega < 1e-3 * in.spot || v.price < exercise + 1e-3) continue;
        const ImpliedVol iv = impliedVolAmerican(in, v.price);
        QCOMPARE(static_cast<int>(iv.status), static_cast<int>(IvStatus::Ok));
        QVERIFY2(std::fabs(iv.vol - in.vol) < 1e-8, qPrintable(QString::number(iv.vol - in.vol)));
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const double quick = slice.price(in.right, in.spot, in.strike, in.vol);
        const ImpliedVol chain = slice.impliedVol(in.right, in.spot, in.strike, quick, 0.3);
        QCOMPARE(static_cast<int>(chain.status), static_cast<int>(IvStatus::Ok));
        QVERIFY2(std::fabs(chain.vol - in.vol) < 1e-7, qPrintable(QString::number(chain.vol - in.vol)));
        ++checked;
    }
    QVERIFY(checked > 30);
}

void TestPricingAmerican::namesPricesWithoutAVolatility() {
    const Inputs put{market::Right::Put, 100, 130, 0.5, 0.05, 0.01, 0};
    const auto status = [](const Inputs& in, double price) { return static_cast<int>(impliedVolAmerican(in, price).status); };
    QCOMPARE(status(put, 30), static_cast<int>(IvStatus::ExerciseRegion));
    QCOMPARE(status(put, 29.5), static_cast<int>(IvStatus::BelowIntrinsic));
    QCOMPARE(status(put, 130), static_cast<int>(IvStatus::AboveMaximum));
    QCOMPARE(status(put, std::numeric_limits<double>::quiet_NaN()), static_cast<int>(IvStatus::BadInput));
    Inputs out = put;
    out.strike = 80;
    QCOMPARE(status(out, 0), static_cast<int>(IvStatus::BelowMinimum));
    QCOMPARE(status(out, -1), static_cast<int>(IvStatus::BelowIntrinsic));
    out.years = 0;
    QCOMPARE(status(out, 1), static_cast<int>(IvStatus::Expired));
    AmericanSlice slice(0.05, 0.01, 0.5);
    QVERIFY(slice.impliedVol(market::Right::Put, 100, 130, 30, 0.2).status == IvStatus::ExerciseRegion);
    QVERIFY(slice.impliedVol(market::Right::Put, 100, 130, 29, 0.2).status == IvStatus::BelowIntrinsic);
}

void TestPricingAmerican::sliceAgreesWithSinglePrices() {
    Random random(34);
    double worstPrice = 0, worstVega = 0, worstRho = 0;
    for (int i = 0; i < 60; ++i) {
        const Inputs in = randomInputs(random);
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const Valuation quick = slice.value(in.right, in.spot, in.strike, in.vol), exact = priceAmerican(in);
        const double exercise = std::max((in.right == market::Right::Call ? 1 : -1) * (in.spot - in.strike), 0.0);
        worstPrice = std::max(worstPrice, std::fabs(quick.price - exact.price) / in.spot);
        QVERIFY(std::fabs(quick.price - exact.price) < 1e-6 * in.spot);
        if (exact.price < exercise + 1e-3 * in.spot) // at the boundary the Greeks jump
            continue;
        QVERIFY(std::fabs(quick.delta - exact.delta) < 2e-4);
        QVERIFY(std::fabs(quick.gamma - exact.gamma) < 1e-2 * exact.gamma + 1e-7);
        worstVega = std::max(worstVega, std::fabs(quick.vega - exact.vega) / in.spot);
        worstRho = std::max(worstRho, std::fabs(quick.rho - exact.rho) / in.spot);
        QVERIFY2(std::fabs(quick.vega - exact.vega) < 1e-3 * std::fabs(exact.vega) + 1e-4 * in.spot, qPrintable(QString::number(quick.vega)));
        QVERIFY2(std::fabs(quick.rho - exact.rho) < 1e-3 * std::fabs(exact.rho) + 1e-4 * in.spot, qPrintable(QString::number(quick.rho)));
    }
    qInfo("worst over spot: price %.2g, vega %.2g, rho %.2g", worstPrice, worstVega, worstRho);
}

void TestPricingAmerican::neverGivesNanOnWildInputs() {
    Random random(35);
    for (int i = 0; i < 400; ++i) {
        Inputs in;
        in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
        in.spot = std::exp(5 * random.normal());
        in.strike = std::exp(5 * random.normal());
        in.years = std::exp(3 * random.normal() - 2);
        in.rate = 0.1 * random.normal();
        in.dividendYield = 0.1 * random.normal();
        in.vol = std::exp(2 * random.normal() - 1.5);
        if (earlyExercise(putView(in).put) == EarlyExercise::TwoBoundaries) continue; // slow on the tree, covered above
        const Valuation v = priceAmerican(in);
        if (v.status == PriceStatus::BadInput) continue;
        for (const double number : {v.price, v.delta, v.gamma, v.theta, v.vega, v.rho})
            QVERIFY2(std::isfinite(number), qPrintable(QString::number(i)));
        const ImpliedVol iv = impliedVolAmerican(in, v.price * (0.9 + 0.2 * random.uniform()));
        QVERIFY(std::isfinite(iv.vol));
    }
}

QTEST_APPLESS_MAIN(TestPricingAmerican)
#include "tst_pricing_american.moc"
