#include <QtTest>

#include <cmath>

#include "base/random.h"
#include "pricing/option_pricer.h"
#include "pricing/quantlib_check.h"

using namespace mahler;
using namespace mahler::pricing;

class TestPricingQuantlib : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithQuantlib();
    void turnsItsExceptionsIntoErrors();
};

void TestPricingQuantlib::agreesWithQuantlib() {
    Random random(41);
    double worst = 0;
    for (int i = 0; i < 30; ++i) {
        Inputs in;
        in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
        in.spot = 600;
        in.years = 0.01 + 2 * random.uniform();
        in.vol = 0.08 + 0.7 * random.uniform();
        in.strike = in.spot * std::exp(1.2 * in.vol * std::sqrt(in.years) * random.normal());
        in.rate = 0.001 + 0.07 * random.uniform();
        in.dividendYield = 0.001 + 0.05 * random.uniform();
        const Result<double> european = quantlibPrice(market::ExerciseStyle::European, in);
        QVERIFY(european.has_value());
        QVERIFY(std::fabs(*european - priceEuropean(in).price) < 1e-10 * in.spot);
        const Result<double> american = quantlibPrice(market::ExerciseStyle::American, in);
        QVERIFY2(american.has_value(), american.has_value() ? "" : american.error().detail.c_str());
        const double gap = std::fabs(*american - priceAmerican(in).price);
        worst = std::max(worst, gap);
        QVERIFY2(gap < 2e-5, qPrintable(QString::number(gap)));
    }
    qInfo("worst American difference %.2g on a spot of 600", worst);
}

void TestPricingQuantlib::turnsItsExceptionsIntoErrors() {
    QVERIFY(!quantlibPrice(market::ExerciseStyle::European, {market::Right::Call, -1, 100, 1, 0, 0, 0.2}).has_value());
    QVERIFY(!quantlibPrice(market::ExerciseStyle::European, {market::Right::Call, 100, 100, 1, std::nan(""), 0, 0.2}).has_value());
    // Two exercise boundaries: QuantLib's engine refuses.
    const Result<double> refused = quantlibPrice(market::ExerciseStyle::American, {market::Right::Put, 100, 100, 2, -0.01, -0.03, 0.2});
    QVERIFY(!refused.has_value() || std::isfinite(*refused));
}

QTEST_APPLESS_MAIN(TestPricingQuantlib)
#include "tst_pricing_quantlib.moc"
