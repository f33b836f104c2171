#include <QtTest>

#include <cmath>

#include "base/random.h"
#include "pricing/normalised_black.h"
#include "pricing/option_pricer.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;

class TestPricingImpliedVol : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reachesAttainableAccuracyOnExtremeTable();
    void namesImpossiblePrices();
    void returnsTheVolatilityOfAPrice();
    void givesAStatusForEveryPrice();
};

void TestPricingImpliedVol::reachesAttainableAccuracyOnExtremeTable() {
    READ_REFERENCE_OR_SKIP(rows, "implied_vol_normalised_mp60.csv");
    double worst = 0;
    for (const ReferenceRow& row : rows) {
        const double x = row.number("x=ln(F/K)"), want = row.number("s=sigma*sqrt(T)");
        const double got = impliedTotalVol(x, row.number("beta=call/sqrt(FK)"));
        const double error = std::fabs(got / want - 1) / row.number("attainable_rel_error");
        worst = std::max(worst, error);
        QVERIFY2(error <= 4, qPrintable(QStringLiteral("x %1 s %2: %3").arg(x).arg(want).arg(got, 0, 'g', 17)));
    }
    qInfo("%zu rows, worst %.2f attainable errors", rows.size(), worst);
}

void TestPricingImpliedVol::namesImpossiblePrices() {
    READ_REFERENCE_OR_SKIP(rows, "implied_vol_edge_status.csv");
    for (const ReferenceRow& row : rows) {
        const ImpliedVol got = impliedVolEuropean(row.inputs(), row.number("price"));
        const std::string expected = row.text("expected");
        const auto starts = [&](const char* prefix) { return expected.rfind(prefix, 0) == 0; };
        IvStatus want = IvStatus::Ok;
        if (starts("sigma=0"))
            want = IvStatus::BelowMinimum;
        else if (starts("status below_intrinsic"))
            want = IvStatus::BelowIntrinsic;
        else if (starts("sigma=inf") || starts("status above_maximum"))
            want = IvStatus::AboveMaximum;
        else if (starts("status expired"))
            want = IvStatus::Expired;
        else if (starts("status invalid_input"))
            want = IvStatus::BadInput;
        QVERIFY2(want != IvStatus::Ok, expected.c_str());
        QVERIFY2(got.status == want, (row.text("case") + ": " + toString(got.status)).c_str());
        QCOMPARE(got.vol, 0.0);
    }
}

void TestPricingImpliedVol::returnsTheVolatilityOfAPrice() {
    Random random(21);
    for (int i = 0; i < 5000; ++i) {
        Inputs in;
        in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
        in.spot = 50 + 500 * random.uniform();
        in.years = 0.001 + 2 * random.uniform();
        in.vol = 0.03 + random.uniform();
        in.strike = in.spot * std::exp(1.5 * in.vol * std::sqrt(in.years) * random.normal());
        in.rate = 0.05 * random.uniform();
        in.dividendYield = 0.03 * random.uniform();
        const Valuation v = priceEuropean(in);
        const ImpliedVol iv = impliedVolEuropean(in, v.price);
        // What the price, rounded to a double, can tell of the volatility.
        const double attainable = 1e-14 * in.vol + 4e-16 * (v.price + in.spot) / std::max(v.vega, 1e-300);
        if (attainable > 1e-6) continue;
        QCOMPARE(static_cast<int>(iv.status), static_cast<int>(IvStatus::Ok));
        QVERIFY(std::fabs(iv.vol - in.vol) <= 4 * attainable);
    }
}

void TestPricingImpliedVol::givesAStatusForEveryPrice() {
    Random random(22);
    for (int i = 0; i < 20000; ++i) {
        Inputs in;
        in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
        in.spot = std::exp(6 * random.normal());
        in.strike = std::exp(6 * random.normal());
        in.years = std::exp(3 * random.normal() - 2);
        in.rate = 0.1 * random.normal();
        in.dividendYield = 0.1 * random.normal();
        const ImpliedVol iv = impliedVolEuropean(in, (in.spot + in.strike) * (random.uniform() * 1.2 - 0.1));
        QVERIFY(std::isfinite(iv.vol));
        QVERIFY((iv.status == IvStatus::Ok) == (iv.vol > 0));
        QVERIFY2(iv.status != IvStatus::NoConvergence, qPrintable(QString::number(i)));
    }
}

QTEST_APPLESS_MAIN(TestPricingImpliedVol)
#include "tst_pricing_implied_vol.moc"
