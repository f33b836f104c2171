#include <QtTest>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "pricing/option_pricer.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;

class TestPricingEuropean : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matchesSixtyDigitTable();
    void matchesHaugValues();
    void matchesHaugGreeks();
    void keepsPutCallParityAndBounds();
    void risesWithVolatility();
    void greeksMatchBumps();
    void refusesBadInput();
    void givesLimitAtExpiryAndWithoutVolatility();
};

namespace {

Inputs randomInputs(Random& random) {
    Inputs in;
    in.right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
    in.spot = 20 + 700 * random.uniform();
    in.years = 0.003 + 2.5 * random.uniform();
    in.vol = 0.05 + 0.9 * random.uniform();
    in.strike = in.spot * std::exp(2 * in.vol * std::sqrt(in.years) * random.normal());
    in.rate = -0.01 + 0.08 * random.uniform();
    in.dividendYield = 0.05 * random.uniform();
    return in;
}

} // namespace

void TestPricingEuropean::matchesSixtyDigitTable() {
    READ_REFERENCE_OR_SKIP(rows, "european_mp60.csv");
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const Valuation v = priceEuropean(in);
        QCOMPARE(static_cast<int>(v.status), static_cast<int>(PriceStatus::Ok));
        const double s = in.vol * std::sqrt(in.years);
        const double h = (std::log(in.spot / in.strike) + (in.rate - in.dividendYield) * in.years) / s;
        const double z = std::fabs(h);
        const auto check = [&](const char* name, double got) {
            const double want = row.number(name), tolerance = (z <= 2 ? 1e-13 : 1e-11) * std::fabs(want) + 1e-300;
            QVERIFY2(std::fabs(got - want) <= tolerance, qPrintable(QStringLiteral("%1 %2: %3 instead of %4")
                                                                        .arg(QString::fromStdString(row.label()), QLatin1String(name))
                                                                        .arg(got, 0, 'g', 17)
                                                                        .arg(want, 0, 'g', 17)));
        };
        check("price", v.price);
        check("delta", v.delta);
        check("gamma", v.gamma);
        check("vega", v.vega);
        check("theta", v.theta);
        check("rho", v.rho);
    }
}

void TestPricingEuropean::matchesHaugValues() {
    READ_REFERENCE_OR_SKIP(rows, "european_haug_values.csv");
    for (const ReferenceRow& row : rows) {
        const double got = priceEuropean(row.inputs()).price;
        QVERIFY2(std::fabs(got - row.number("price_book")) <= 1e-4, qPrintable(QString::fromStdString(row.label())));
        QVERIFY2(std::fabs(got - row.number("price_quantlib")) <= 1e-11 + 5e-12 * got, // the column has 12 digits
                 qPrintable(QString::fromStdString(row.label())));
    }
}

void TestPricingEuropean::matchesHaugGreeks() {
    READ_REFERENCE_OR_SKIP(rows, "european_haug_greeks.csv");
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const Valuation v = priceEuropean(in);
        const std::string greek = row.text("greek");
        double got = std::numeric_limits<double>::quiet_NaN();
        if (greek == "gamma")
            got = v.gamma;
        else if (greek == "vega")
            got = v.vega;
        else if (greek == "delta")
            got = v.delta;
        else if (greek == "theta" || greek == "theta_per_year")
            got = v.theta;
        else if (greek == "theta_per_day")
            got = v.theta / 365;
        else if (greek == "rho")
            got = v.rho;
        else if (greek == "elasticity")
            got = v.delta * in.spot / v.price;
        else if (greek == "dividend_rho")
            got = -in.years * in.spot * v.delta;
        QVERIFY2(std::fabs(got - row.number("value_book")) <= row.number("tol"), greek.c_str());
    }
}

void TestPricingEuropean::keepsPutCallParityAndBounds() {
    Random random(11);
    for (int i = 0; i < 3000; ++i) {
        Inputs in = randomInputs(random);
        in.right = market::Right::Call;
        const double call = priceEuropean(in).price;
        in.right = market::Right::Put;
        const double put = priceEuropean(in).price;
        const double forward = in.spot * std::exp(-in.dividendYield * in.years), strike = in.strike * std::exp(-in.rate * in.years);
        QVERIFY(std::fabs(call - put - (forward - strike)) <= 1e-13 * (forward + strike));
        QVERIFY(call >= std::max(forward - strike, 0.0) && call <= forward);
        QVERIFY(put >= std::max(strike - forward, 0.0) && put <= strike);
    }
}

void TestPricingEuropean::risesWithVolatility() {
    Random random(12);
    for (int i = 0; i < 1000; ++i) {
        Inputs in = randomInputs(random);
        const double low = priceEuropean(in).price;
        in.vol *= 1.05;
        QVERIFY(priceEuropean(in).price >= low);
    }
}

void TestPricingEuropean::greeksMatchBumps() {
    Random random(13);
    for (int i = 0; i < 1000; ++i) {
        const Inputs in = randomInputs(random);
        const Valuation v = priceEuropean(in);
        const auto slope = [&](double Inputs::*field, double step) {
            Inputs up = in, down = in;
            up.*field += step;
            down.*field -= step;
            return (priceEuropean(up).price - priceEuropean(down).price) / (2 * step);
        };
        const double unit = in.vol * std::sqrt(in.years), ds = 1e-3 * in.spot * unit;
        QVERIFY(std::fabs(v.delta - slope(&Inputs::spot, ds)) < 1e-6);
        QVERIFY(std::fabs(v.vega - slope(&Inputs::vol, 1e-4 * in.vol)) < 1e-6 * in.spot);
        QVERIFY(std::fabs(v.rho - slope(&Inputs::rate, 1e-5)) < 1e-6 * in.spot);
        QVERIFY(std::fabs(v.theta + slope(&Inputs::years, 1e-4 * in.years)) < 1e-5 * (1 + in.spot));
        Inputs up = in, down = in;
        up.spot += ds;
        down.spot -= ds;
        const double gamma = (priceEuropean(up).delta - priceEuropean(down).delta) / (2 * ds);
        QVERIFY(std::fabs(v.gamma - gamma) < 1e-5 * (1e-6 + v.gamma) + 1e-8);
    }
}

void TestPricingEuropean::refusesBadInput() {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const Inputs good{market::Right::Call, 100, 100, 1, 0.03, 0.01, 0.2};
    for (double Inputs::*field : {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::rate, &Inputs::dividendYield, &Inputs::vol})
        for (const double bad : {nan, inf, -inf}) {
            Inputs in = good;
            in.*field = bad;
            for (const auto style : {market::ExerciseStyle::European, market::ExerciseStyle::American}) {
                const Valuation v = price(style, in);
                QCOMPARE(static_cast<int>(v.status), static_cast<int>(PriceStatus::BadInput));
                QCOMPARE(v.price, 0.0);
                if (field != &Inputs::vol) QCOMPARE(static_cast<int>(impliedVol(style, in, 5).status), static_cast<int>(IvStatus::BadInput));
            }
        }
    for (double Inputs::*field : {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::vol}) {
        Inputs in = good;
        in.*field = -1;
        QCOMPARE(static_cast<int>(priceEuropean(in).status), static_cast<int>(PriceStatus::BadInput));
        QCOMPARE(static_cast<int>(priceAmerican(in).status), static_cast<int>(PriceStatus::BadInput));
    }
}

void TestPricingEuropean::givesLimitAtExpiryAndWithoutVolatility() {
    Inputs in{market::Right::Call, 110, 100, 0, 0.03, 0.01, 0.2};
    Valuation v = priceEuropean(in);
    QCOMPARE(static_cast<int>(v.status), static_cast<int>(PriceStatus::Degenerate));
    QCOMPARE(v.price, 10.0);
    QCOMPARE(v.delta, 1.0);
    QCOMPARE(v.gamma, 0.0);
    in.spot = 100;
    QCOMPARE(priceEuropean(in).delta, 0.5);
    in.years = 1;
    in.vol = 0;
    v = priceEuropean(in);
    QVERIFY(std::fabs(v.price - (100 * std::exp(-0.01) - 100 * std::exp(-0.03))) < 1e-12);
    in.strike = 0;
    in.vol = 0.3;
    QVERIFY(std::fabs(priceEuropean(in).price - 100 * std::exp(-0.01)) < 1e-12);
}

QTEST_APPLESS_MAIN(TestPricingEuropean)
#include "tst_pricing_european.moc"
