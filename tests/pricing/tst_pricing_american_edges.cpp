#include <QtTest>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/american_slice.h"
#include "pricing/european_batch.h"

using namespace mahler;
using namespace mahler::pricing;
using market::Right;

/// What a desk feeds by accident and what the limits are: every case has a status or a number that is right.
class TestPricingAmericanEdges : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusesWhatIsNoNumberOrNegative();
    void impliedVolRefusesTheSame();
    void atExpiryTheValueIsTheExerciseValue();
    void minutesBeforeExpiryNothingIsInfinite();
    void gammaIsCappedByTheTickAndSaysSo();
    void noPriceIsMinusZero();
    void withoutVolatilityTheBestTimeIsChosen();
    void smallVolatilityGoesToThatLimit();
    void deepInTheMoneyIsTheExerciseValue();
    void deepOutOfTheMoneyGoesToZeroByItself();
    void atTheMoneyKeepsItsDigitsOverMinutes();
    void withoutInterestAPutIsEuropean();
    void withoutYieldACallIsEuropean();
    void smallRatesGoToTheLimitOfNone();
    void oneBoundaryAtRateZeroMeetsTheTree();
    void everyPriceHasAStatus();
    void exerciseRegionHasABoundOfVolatility();
    void absurdInputsGiveAStatusAndNeverNan();
};

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
const Inputs kPut{Right::Put, 100, 105, 0.5, 0.04, 0.01, 0.2};

constexpr double Inputs::*kFields[] = {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::rate, &Inputs::dividendYield, &Inputs::vol};

QString statusOf(const Inputs& in, double price) { return QString::fromLatin1(toString(impliedVolAmerican(in, price).status)); }

bool zero(const Valuation& v) { return v.price == 0 && v.delta == 0 && v.gamma == 0 && v.theta == 0 && v.vega == 0 && v.rho == 0; }

bool finite(const Valuation& v) {
    return std::isfinite(v.price) && std::isfinite(v.delta) && std::isfinite(v.gamma) && std::isfinite(v.theta) && std::isfinite(v.vega) &&
           std::isfinite(v.rho);
}

} // namespace

void TestPricingAmericanEdges::refusesWhatIsNoNumberOrNegative() {
    for (const auto field : kFields)
        for (const double bad : {kNan, kInf, -kInf}) {
            Inputs in = kPut;
            in.*field = bad;
            const Valuation v = priceAmerican(in);
            QVERIFY(v.status == PriceStatus::BadInput && zero(v));
            QVERIFY(!americanPrice(in, Accuracy::Tight) && !americanPrice(in, Accuracy::Chain));
        }
    for (const auto field : {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::vol}) {
        Inputs in = kPut;
        in.*field = -1e-3;
        QVERIFY(priceAmerican(in).status == PriceStatus::BadInput && zero(priceAmerican(in)));
    }
    Inputs huge = kPut;
    huge.rate = 1e4;
    QVERIFY(priceAmerican(huge).status == PriceStatus::BadInput);
}

void TestPricingAmericanEdges::impliedVolRefusesTheSame() {
    for (const double bad : {kNan, kInf, -kInf}) QCOMPARE(statusOf(kPut, bad), QStringLiteral("bad_input"));
    for (const auto field : kFields) {
        if (field == &Inputs::vol) continue; // ignored
        for (const double bad : {kNan, kInf, -kInf}) {
            Inputs in = kPut;
            in.*field = bad;
            QCOMPARE(statusOf(in, 8), QStringLiteral("bad_input"));
        }
    }
    for (const auto field : {&Inputs::spot, &Inputs::strike}) {
        Inputs in = kPut;
        in.*field = -1;
        QCOMPARE(statusOf(in, 8), QStringLiteral("bad_input"));
        in.*field = 0;
        QCOMPARE(statusOf(in, 8), QStringLiteral("bad_input"));
    }
    Inputs in = kPut;
    in.years = -0.1;
    QCOMPARE(statusOf(in, 8), QStringLiteral("bad_input"));
    AmericanSlice slice(0.04, 0.01, 0.5);
    for (const double bad : {kNan, kInf, -kInf}) QVERIFY(slice.impliedVol(Right::Put, 100, 105, bad, 0.2).status == IvStatus::BadInput);
    QVERIFY(slice.impliedVol(Right::Put, kNan, 105, 8, 0.2).status == IvStatus::BadInput);
    QVERIFY(slice.impliedVol(Right::Put, 100, -105, 8, 0.2).status == IvStatus::BadInput);
    QVERIFY(slice.value(Right::Put, 100, kNan, 0.2).status == PriceStatus::BadInput);
    QVERIFY(slice.value(Right::Put, 100, 105, kNan).status == PriceStatus::BadInput);
    QVERIFY(slice.value(Right::Put, 100, 105, -0.2).status == PriceStatus::BadInput);
}

void TestPricingAmericanEdges::atExpiryTheValueIsTheExerciseValue() {
    struct Case {
        Right right;
        double strike, price, delta;
    };
    for (const Case& c : {Case{Right::Put, 105, 5, -1}, Case{Right::Put, 95, 0, 0}, Case{Right::Put, 100, 0, -0.5}, Case{Right::Call, 95, 5, 1},
                          Case{Right::Call, 105, 0, 0}, Case{Right::Call, 100, 0, 0.5}}) {
        const Valuation v = priceAmerican({c.right, 100, c.strike, 0, 0.04, 0.01, 0.2});
        QVERIFY(v.status == PriceStatus::Degenerate);
        QCOMPARE(v.price, c.price);
        QCOMPARE(v.delta, c.delta);
        QVERIFY(v.gamma == 0 && v.theta == 0 && v.vega == 0);
    }
    Inputs in = kPut;
    in.years = 0;
    QCOMPARE(statusOf(in, 5), QStringLiteral("expired"));
}

void TestPricingAmericanEdges::minutesBeforeExpiryNothingIsInfinite() {
    for (double years = 1e-3; years > 1e-16; years *= 0.3)
        for (const double strike : {90.0, 99.99, 100.0, 100.01, 110.0})
            for (const Right right : {Right::Call, Right::Put}) {
                const Inputs in{right, 100, strike, years, 0.04, 0.01, 0.2};
                const Valuation v = priceAmerican(in);
                QVERIFY(v.status != PriceStatus::BadInput && finite(v));
                QVERIFY(v.price >= exerciseValue(in) && v.price <= exerciseValue(in) + 0.1 * std::sqrt(years) * 100);
                QVERIFY(std::fabs(v.delta) <= 1 + 1e-12 && v.gamma >= 0);
            }
}

void TestPricingAmericanEdges::gammaIsCappedByTheTickAndSaysSo() {
    // A nanosecond before the close gamma was 606,971 and theta -4.4e9, with status Ok.
    const double nanosecond = 1e-9 / (365 * 86400.0);
    for (const Right right : {Right::Call, Right::Put})
        for (const double spot : {600.0, 100.0, 0.5}) {
            const double cap = spot > 1 ? 100 : 20'000; // one delta over a cent, or over a basis point of the spot
            const auto meets = [&](const Inputs& in, const Valuation& v) {
                const double decay = 0.5 * in.vol * in.vol * spot * spot * cap;
                return v.status == PriceStatus::Capped && hasNumbers(v.status) && v.gamma == cap && std::fabs(v.theta / -decay - 1) < 1e-2 &&
                       v.price > 0 && v.price < 1e-3 && std::fabs(std::fabs(v.delta) - 0.5) < 1e-3;
            };
            Inputs in{right, spot, spot, nanosecond, 0.04, 0.01, 0.15};
            EuropeanBatch rows;
            rows.add(in);
            GreekBatch many, chain;
            priceEuropeans(rows, GreekSet::Basic, many);
            priceExpiry({spot, in.years, in.rate, in.dividendYield}, rows.sign, rows.strike, rows.vol, GreekSet::Extended, chain);
            for (const Valuation& v : {priceEuropean(in), many.at(0), chain.at(0)}) QVERIFY2(meets(in, v), qPrintable(QString::number(v.theta)));
            const Valuation american = priceAmerican(in); // with so little to move, the limit
            QVERIFY(american.status == PriceStatus::Degenerate && american.gamma == 0 && american.theta == 0 && american.price == 0);

            in.years = std::pow(2e-5 / in.vol, 2); // a deviation of 2e-5 of spot: more than a tick of 600, less than one of the others
            AmericanSlice slice(in.rate, in.dividendYield, in.years);
            for (const Valuation& v : {priceAmerican(in), slice.value(right, spot, spot, in.vol)})
                QVERIFY2(spot == 600 ? v.status == PriceStatus::Ok && v.gamma > 0 && v.gamma < cap : meets(in, v),
                         qPrintable(QString::number(v.gamma)));

            in.years = 0.02 / 365; // half an hour: far from a tick, nothing is touched
            QVERIFY(priceAmerican(in).status == PriceStatus::Ok && priceAmerican(in).gamma < cap);
        }
}

void TestPricingAmericanEdges::noPriceIsMinusZero() {
    for (const double strike : {90.0, 100.0, 110.0})
        for (const Right right : {Right::Call, Right::Put})
            for (const double years : {0.0, 1e-300, 1e-18, 1e-12, 1e-9, 0.5})
                for (const double vol : {0.0, 1e-9, 0.2})
                    for (const double yield : {0.0, 0.01}) {
                        const Inputs in{right, 100, strike, years, 0, yield, vol};
                        QVERIFY(!std::signbit(exerciseValue(in)) && !std::signbit(zeroVolatilityValue(in)));
                        AmericanSlice slice(in.rate, in.dividendYield, in.years);
                        for (const Valuation& v : {priceAmerican(in), priceEuropean(in), slice.value(right, 100, strike, vol)}) {
                            QVERIFY(!std::signbit(v.price));
                            if (v.status == PriceStatus::Degenerate)
                                for (const double x : {v.delta, v.gamma, v.vega, v.theta, v.rho}) QVERIFY(x != 0 || !std::signbit(x));
                        }
                    }
}

void TestPricingAmericanEdges::withoutVolatilityTheBestTimeIsChosen() {
    QCOMPARE(priceAmerican({Right::Put, 100, 120, 1, 0.05, 0.01, 0}).price, 20.0);
    QVERIFY(std::fabs(priceAmerican({Right::Call, 100, 50, 1, 0.05, 0.01, 0}).price - 51.44351214988111) < 1e-12);
    QVERIFY(std::fabs(priceAmerican({Right::Put, 100, 120, 40, 0.01, 0.5, 0}).price - 108.9809045611846) < 1e-10); // in between
    QCOMPARE(priceAmerican({Right::Call, 100, 120, 1, 0.0, 0.0, 0}).price, 0.0);
    QVERIFY(priceAmerican({Right::Put, 100, 120, 1, 0.05, 0.01, 0}).status == PriceStatus::Degenerate);
}

void TestPricingAmericanEdges::smallVolatilityGoesToThatLimit() {
    for (const double strike : {80.0, 100.0, 101.0, 130.0})
        for (const Right right : {Right::Call, Right::Put})
            for (double vol = 1e-2; vol > 1e-12; vol *= 0.1) {
                const Inputs in{right, 100, strike, 1, 0.05, 0.02, vol};
                const Valuation v = priceAmerican(in);
                QVERIFY(finite(v) && v.price >= zeroVolatilityValue(in) - 1e-12);
                QVERIFY2(v.price <= zeroVolatilityValue(in) + 0.4 * vol * 100 + 1e-10, qPrintable(QString::number(vol)));
            }
}

void TestPricingAmericanEdges::deepInTheMoneyIsTheExerciseValue() {
    for (const double strike : {150.0, 400.0, 1e4, 1e8}) {
        const Valuation v = priceAmerican({Right::Put, 100, strike, 0.5, 0.04, 0, 0.2});
        QCOMPARE(v.price, strike - 100);
        QVERIFY(v.delta == -1 && v.gamma == 0 && v.vega == 0 && v.theta == 0 && v.rho == 0);
    }
    const Valuation call = priceAmerican({Right::Call, 1000, 1, 0.5, 0.01, 0.08, 0.2});
    QCOMPARE(call.price, 999.0);
    QCOMPARE(call.delta, 1.0);
    // The holder of a call without yield keeps it, and its small optionality is not lost to cancellation.
    const Inputs held{Right::Call, 100, 50, 0.25, 0.04, 0, 0.2};
    QVERIFY(std::fabs(priceAmerican(held).price - (100 - 50 * std::exp(-0.01))) < 1e-10);
}

void TestPricingAmericanEdges::deepOutOfTheMoneyGoesToZeroByItself() {
    double before = kInf;
    for (double strike = 90; strike > 1e-3; strike *= 0.8) {
        const Valuation v = priceAmerican({Right::Put, 100, strike, 0.25, 0.04, 0.01, 0.2});
        QVERIFY(finite(v) && v.price >= 0 && v.price <= before && v.delta <= 0 && v.gamma >= 0 && v.vega >= 0);
        before = v.price;
    }
    QCOMPARE(before, 0.0);
    Inputs in = kPut;
    in.strike = 1e-3;
    QCOMPARE(statusOf(in, 0), QStringLiteral("below_minimum"));
    QCOMPARE(statusOf(in, 1e-305), QStringLiteral("below_minimum"));
}

void TestPricingAmericanEdges::atTheMoneyKeepsItsDigitsOverMinutes() {
    // Over minutes carry is nothing: the price is S sqrt(T) vol / sqrt(2 pi).
    for (const double years : {1e-5, 1e-6, 1e-7}) {
        const double got = *americanPrice({Right::Put, 100, 100, years, 0.04, 0.01, 0.2}, Accuracy::Tight);
        const double want = 100 * 0.2 * std::sqrt(years) / std::sqrt(2 * 3.14159265358979323846);
        QVERIFY2(std::fabs(got / want - 1) < 3 * std::sqrt(years), qPrintable(QString::number(got / want - 1)));
    }
}

void TestPricingAmericanEdges::withoutInterestAPutIsEuropean() {
    for (const double yield : {0.0, 0.03}) {
        const Inputs in{Right::Put, 100, 105, 1, 0, yield, 0.25};
        QCOMPARE(priceAmerican(in).price, priceEuropean(in).price);
        QCOMPARE(priceAmerican(in).rho, priceEuropean(in).rho);
    }
}

void TestPricingAmericanEdges::withoutYieldACallIsEuropean() {
    for (const double rate : {0.0, 0.01, 0.2}) {
        const Inputs in{Right::Call, 100, 95, 1, rate, 0, 0.25};
        QCOMPARE(priceAmerican(in).price, priceEuropean(in).price);
        QCOMPARE(priceAmerican(in).delta, priceEuropean(in).delta);
    }
}

void TestPricingAmericanEdges::smallRatesGoToTheLimitOfNone() {
    double before = kInf;
    for (double rate = 1e-2; rate > 1e-15; rate *= 0.1) {
        const Inputs in{Right::Put, 100, 105, 1, rate, 0.01, 0.25};
        const double gap = priceAmerican(in).price - priceEuropean(in).price;
        QVERIFY(std::isfinite(gap) && gap >= -1e-12 && gap <= before + 1e-12 && gap <= rate * 105);
        before = gap;
    }
}

void TestPricingAmericanEdges::oneBoundaryAtRateZeroMeetsTheTree() {
    // A call at a negative rate without yield: the strike grows dearer with time. One boundary, in the kernel.
    for (const double rate : {-0.001, -0.01, -0.05}) {
        const Inputs in{Right::Call, 100, 95, 1, rate, 0, 0.25};
        QVERIFY(earlyExercise(putView(in).put) == EarlyExercise::OneBoundary);
        const Valuation v = priceAmerican(in);
        QVERIFY(v.status == PriceStatus::Ok && finite(v));
        QVERIFY2(std::fabs(v.price - americanTreePrice(in, 1500)) < 2e-4, qPrintable(QString::number(v.price, 'g', 10)));
        QVERIFY(v.price > priceEuropean(in).price);
    }
}

void TestPricingAmericanEdges::everyPriceHasAStatus() {
    Inputs in = kPut; // exercise value 5
    QCOMPARE(statusOf(in, 5), QStringLiteral("exercise_region"));
    QCOMPARE(statusOf(in, 4.99), QStringLiteral("below_intrinsic"));
    QCOMPARE(statusOf(in, -1), QStringLiteral("below_intrinsic"));
    QCOMPARE(statusOf(in, 105), QStringLiteral("above_maximum"));
    QCOMPARE(statusOf(in, 1e9), QStringLiteral("above_maximum"));
    QCOMPARE(statusOf(in, 7), QStringLiteral("ok"));
    in.strike = 95;
    QCOMPARE(statusOf(in, 0), QStringLiteral("below_minimum"));
    const Inputs call{Right::Call, 100, 60, 0.5, 0.01, 0.08, 0};
    QCOMPARE(statusOf(call, 40), QStringLiteral("exercise_region"));
    QCOMPARE(statusOf(call, 39), QStringLiteral("below_intrinsic"));
    QCOMPARE(statusOf(call, 100), QStringLiteral("above_maximum"));
    // A call without yield has a floor above its exercise value: no exercise region there.
    const Inputs held{Right::Call, 100, 60, 0.5, 0.05, 0, 0};
    QCOMPARE(statusOf(held, 40), QStringLiteral("below_intrinsic"));
}

void TestPricingAmericanEdges::exerciseRegionHasABoundOfVolatility() {
    Inputs in{Right::Put, 100, 130, 0.5, 0.05, 0.01, 0};
    const std::optional<double> bound = largestVolAtExercise(in);
    QVERIFY(bound && *bound > 0.05 && *bound < 2);
    in.vol = 0.99 * *bound;
    QCOMPARE(priceAmerican(in).price, 30.0);
    in.vol = 1.02 * *bound;
    QVERIFY(priceAmerican(in).price > 30);
    in.strike = 90;
    QVERIFY(!largestVolAtExercise(in));                                        // out of the money
    QVERIFY(!largestVolAtExercise({Right::Call, 100, 60, 0.5, 0.05, 0, 0.2})); // never exercised
    in.spot = kNan;
    QVERIFY(!largestVolAtExercise(in));
}

void TestPricingAmericanEdges::absurdInputsGiveAStatusAndNeverNan() {
    Random random(61);
    const double odd[] = {0, 1e-320, 1e-200, 1e-12, 1e-3, 1, 50, 1e5, 1e50, 1e99, 1e200, -1, kNan, kInf};
    const auto any = [&] { return odd[random.below(std::size(odd))]; };
    for (int i = 0; i < 4000; ++i) {
        Inputs in{random.below(2) == 0 ? Right::Call : Right::Put, any(), any(), any(), any() * 0.01, any() * 0.01, any()};
        if (earlyExercise(putView(in).put) == EarlyExercise::TwoBoundaries) continue; // 40 ms each on the tree; pricesNegativeRatesOnTheTree
        const Valuation v = priceAmerican(in);
        QVERIFY(finite(v));
        QVERIFY(v.status != PriceStatus::BadInput || zero(v));
        const ImpliedVol iv = impliedVolAmerican(in, any());
        QVERIFY(std::isfinite(iv.vol) && (iv.status == IvStatus::Ok || iv.vol == 0));
    }
}

QTEST_APPLESS_MAIN(TestPricingAmericanEdges)
#include "tst_pricing_american_edges.moc"
