#include <QtTest>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "pricing/american.h"
#include "pricing/american_alo.h"
#include "pricing/american_slice.h"
#include "pricing/cash_dividends.h"
#include "pricing/european.h"
#include "pricing/european_batch.h"
#include "pricing/parity.h"
#include "pricing/quantlib_check.h"
#include "pricing/smile_fit.h"
#include "pricing/surface.h"
#include "pricing/verification.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

/// Every public entry point, every input, every kind of nonsense: a status and never a number.
class TestPricingBadInput : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPriceRefusesEveryBadField();
    void everyVolatilityRefusesEveryBadField();
    void reusedBatchesKeepNothingOfTheRunBefore();
    void theGridRefusesBadLegsAndAxes();
    void paritySmilesAndSurfacesRefuseNonsense();
    void verificationNeverAgreesOnNonsense();
};

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
const CashDividend kDividend{0.2, 1};

struct Field {
    const char* name;
    double Inputs::*at;
    bool mayBeNegative;
    double absurd; ///< finite, but no market
};
const Field kFields[] = {{"spot", &Inputs::spot, false, 1e120}, {"strike", &Inputs::strike, false, 1e120},     {"years", &Inputs::years, false, 1e7},
                         {"rate", &Inputs::rate, true, 1e5},    {"yield", &Inputs::dividendYield, true, -1e5}, {"vol", &Inputs::vol, false, 1e5}};

/// Calls `check` with each input spoilt in each way.
void spoil(const std::function<void(const Inputs&, const std::string&, bool vol)>& check) {
    for (const Right right : {Right::Call, Right::Put})
        for (const Field& f : kFields) {
            std::vector<double> bad = {kNan, -kNan, kInf, -kInf, f.absurd, 1e308, -1e308};
            if (!f.mayBeNegative) bad.insert(bad.end(), {-1.0, -1e-9});
            for (const double value : bad) {
                Inputs in{right, 100, 105, 0.5, 0.04, 0.01, 0.2};
                in.*f.at = value;
                check(in, std::string(f.name) + " = " + std::to_string(value), f.at == &Inputs::vol);
            }
        }
}

bool refused(const Valuation& v) {
    return v.status == PriceStatus::BadInput && v.price == 0 && v.delta == 0 && v.gamma == 0 && v.theta == 0 && v.vega == 0 && v.rho == 0;
}
bool refused(const ImpliedVol& iv) { return iv.status == IvStatus::BadInput && iv.vol == 0; }

} // namespace

void TestPricingBadInput::everyPriceRefusesEveryBadField() {
    spoil([](const Inputs& in, const std::string& what, bool) {
        const std::span<const CashDividend> dividends(&kDividend, 1);
        QVERIFY2(refused(priceEuropean(in)), what.c_str());
        QVERIFY2(refused(settleEuropean(in)), what.c_str());
        QVERIFY2(refused(priceAmerican(in)), what.c_str());
        QVERIFY2(refused(scalarAmerican(in)), what.c_str());
        for (const ExerciseStyle style : {ExerciseStyle::European, ExerciseStyle::American}) {
            QVERIFY2(refused(price(style, in)), what.c_str());
            for (const GridAccuracy accuracy : {GridAccuracy::Fine, GridAccuracy::Chain}) {
                QVERIFY2(refused(priceWithDividends(style, in, dividends, accuracy).value), what.c_str());
                QVERIFY2(refused(dividendPriceOnly(style, in, dividends, accuracy).value), what.c_str());
            }
        }
        QVERIFY2(!americanPrice(in, Accuracy::Tight) && !singleAmericanPrice(in), what.c_str());
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        QVERIFY2(refused(slice.value(in.right, in.spot, in.strike, in.vol)), what.c_str());
        QVERIFY2(std::isnan(slice.price(in.right, in.spot, in.strike, in.vol)), what.c_str());
        for (const Isa isa : availableIsas())
            for (const GreekSet set : {GreekSet::Basic, GreekSet::Extended}) {
                EuropeanBatch batch;
                batch.add(in);
                GreekBatch out;
                priceEuropeans(batch, set, out, isa);
                QVERIFY2(refused(out.at(0)), what.c_str());
                priceExpiry({in.spot, in.years, in.rate, in.dividendYield}, batch.sign, batch.strike, batch.vol, set, out, isa);
                QVERIFY2(refused(out.at(0)), what.c_str());
                for (const auto* column : {&out.vanna, &out.vomma, &out.charm, &out.speed, &out.zomma, &out.dividendRho})
                    QVERIFY2(column->empty() || column->front() == 0, what.c_str());
            }
        if (!(std::fabs(in.rate) == 1e5) && !(std::fabs(in.dividendYield) == 1e5)) // QuantLib has limits of its own
            QVERIFY2(!std::isfinite(in.spot + in.strike + in.years + in.rate + in.dividendYield + in.vol)
                         ? !quantlibPrice(ExerciseStyle::European, in)
                         : true,
                     what.c_str());
    });
}

void TestPricingBadInput::everyVolatilityRefusesEveryBadField() {
    spoil([](const Inputs& in, const std::string& what, bool vol) {
        if (vol) // not read
            return;
        for (const double price : {8.0, kNan, kInf, -kInf}) {
            QVERIFY2(refused(impliedVolEuropean(in, price)), what.c_str());
            QVERIFY2(refused(settleImpliedVol(in, price)), what.c_str());
            QVERIFY2(refused(impliedVolAmerican(in, price)), what.c_str());
            for (const GridAccuracy accuracy : {GridAccuracy::Fine, GridAccuracy::Chain})
                QVERIFY2(refused(impliedVolWithDividends(ExerciseStyle::American, in, {&kDividend, 1}, price, accuracy, 0.2)), what.c_str());
            AmericanSlice slice(in.rate, in.dividendYield, in.years);
            for (const double guess : {0.0, 0.2, kNan, kInf, -1.0})
                QVERIFY2(refused(slice.impliedVol(in.right, in.spot, in.strike, price, guess)), what.c_str());
            for (const Isa isa : availableIsas()) {
                EuropeanBatch batch;
                batch.add(in);
                ImpliedVolBatch out;
                impliedVolsEuropean(batch, {&price, 1}, out, isa);
                QVERIFY2(refused(ImpliedVol{out.vol[0], out.status[0]}), what.c_str());
                impliedVolsOfExpiry({in.spot, in.years, in.rate, in.dividendYield}, batch.sign, batch.strike, {&price, 1}, out, isa);
                QVERIFY2(refused(ImpliedVol{out.vol[0], out.status[0]}), what.c_str());
            }
        }
        QVERIFY2(!largestVolAtExercise(in), what.c_str());
    });
    const Inputs good{Right::Put, 100, 105, 0.5, 0.04, 0.01, kNan}; // the volatility is not read
    for (const double price : {kNan, kInf, -kInf}) {
        QVERIFY(refused(impliedVolEuropean(good, price)) && refused(impliedVolAmerican(good, price)));
        QVERIFY(refused(impliedVolWithDividends(ExerciseStyle::American, good, {&kDividend, 1}, price)));
    }
    for (const double price : {-1.0, 0.0, 1e9}) {
        for (const ImpliedVol& iv : {impliedVolEuropean(good, price), impliedVolAmerican(good, price),
                                     impliedVolWithDividends(ExerciseStyle::American, good, {&kDividend, 1}, price)})
            QVERIFY((iv.status == IvStatus::BelowIntrinsic || iv.status == IvStatus::AboveMaximum) && iv.vol == 0);
    }
    for (const Isa isa : availableIsas())
        for (const double bad : {kNan, kInf, -kInf, -1.0, 0.0, 2.0}) {
            const double x = -0.1;
            double s = 7;
            impliedTotalVols({&x, 1}, {&bad, 1}, {&s, 1}, isa);
            QVERIFY(!(s > 0));
            const double beta = 0.05;
            s = 7;
            if (!std::isfinite(bad)) {
                impliedTotalVols({&bad, 1}, {&beta, 1}, {&s, 1}, isa);
                QVERIFY(!(s > 0));
            }
        }
}

void TestPricingBadInput::reusedBatchesKeepNothingOfTheRunBefore() {
    EuropeanBatch batch;
    for (int i = 0; i < 37; ++i) batch.add({Right::Call, 100, 90.0 + i, 0.5, 0.03, 0.01, 0.2});
    for (const Isa isa : availableIsas()) {
        GreekBatch out;
        ImpliedVolBatch vols;
        priceEuropeans(batch, GreekSet::Extended, out, isa);
        const std::vector<double> prices = out.price;
        impliedVolsEuropean(batch, prices, vols, isa);
        EuropeanBatch spoilt = batch;
        for (std::size_t i = 0; i < spoilt.size(); i += 3) spoilt.strike[i] = i % 2 == 0 ? kNan : -1;
        priceEuropeans(spoilt, GreekSet::Extended, out, isa);
        impliedVolsEuropean(spoilt, prices, vols, isa);
        for (std::size_t i = 0; i < spoilt.size(); i += 3) {
            QVERIFY(refused(out.at(i)) && out.vanna[i] == 0 && out.zomma[i] == 0);
            QVERIFY(refused(ImpliedVol{vols.vol[i], vols.status[i]}));
        }
    }
}

void TestPricingBadInput::theGridRefusesBadLegsAndAxes() {
    const std::vector<double> spots = {90, 100, 110}, shifts = {-0.05, 0, 0.05};
    const auto gives = [](const GridLeg& leg, std::vector<double> s, std::vector<double> v) {
        std::vector<double> values(3, 7.0);
        const bool taken = spotVolGrid({&leg, 1}, s, v, values);
        return taken || std::any_of(values.begin(), values.end(), [](double x) { return x != 0; });
    };
    const GridLeg good{{Right::Put, 100, 105, 0.5, 0.04, 0.01, 0.2}, 3};
    QVERIFY(gives(good, spots, shifts));
    spoil([&](const Inputs& in, const std::string& what, bool) {
        if (in.spot == 100) // the spot is not read
            QVERIFY2(!gives({in, 3}, spots, shifts), what.c_str());
    });
    for (const double bad : {kNan, kInf, -kInf, 1e308}) {
        QVERIFY(!gives({good.in, bad == 1e308 ? kNan : bad}, spots, shifts));
        QVERIFY(!gives(good, {90, bad}, shifts));
        QVERIFY(!gives(good, spots, {0, bad}));
    }
    QVERIFY(!gives(good, {-1, 100}, shifts));
}

void TestPricingBadInput::paritySmilesAndSurfacesRefuseNonsense() {
    for (const double bad : {kNan, kInf, -kInf, -1.0, 0.0}) {
        const std::vector<ParityPair> pairs = {{bad, 1, 0.1}, {bad, 2, 0.1}};
        QVERIFY(!fitParity(pairs, 0.99) && !fitParity(pairs, std::nullopt));
        const std::vector<ParityPair> widths = {{100, 1, bad}, {105, -4, bad}};
        QVERIFY(!fitParity(widths, 0.99) && !fitParity(widths, std::nullopt));
        const std::vector<ParityPair> sound = {{100, 1, 0.1}, {105, -4, 0.1}};
        QVERIFY(!fitParity(sound, bad));
        SmileFit fit;
        fit.ok = true;
        fit.a = 0.04;
        QVERIFY(fit.vol(bad, 0.5) == 0 || std::isfinite(bad));
        QVERIFY(fit.vol(0, bad) == 0);
        std::vector<SmilePoint> points;
        for (double k = -0.2; k < 0.21; k += 0.05) points.push_back({k, 0.2, 100, 0.01});
        std::vector<bool> rejected;
        QVERIFY(fitSmile(points, 0.5, rejected).ok && !fitSmile(points, bad, rejected).ok);
        if (!std::isfinite(bad) || bad < 0)
            for (double SmilePoint::*field : {&SmilePoint::k, &SmilePoint::vol, &SmilePoint::weight, &SmilePoint::tolerance}) {
                if (field == &SmilePoint::k && bad == -1) continue; // a strike like any other
                auto spoilt = points;
                spoilt[4].*field = bad;
                const SmileFit got = fitSmile(spoilt, 0.5, rejected);
                QVERIFY(!got.ok || (rejected[4] && std::isfinite(got.vol(0, 0.5)) && std::isfinite(got.rmse)));
            }
        SmileFit spoilt = fit;
        spoilt.a = std::isfinite(bad) ? kNan : bad;
        QVERIFY(!checkSlice(spoilt).free());
        QVERIFY(!ssviSlice(-0.5, bad, 1).ok && !ssviSlice(-0.5, 0.04, bad).ok);
    }
}

void TestPricingBadInput::verificationNeverAgreesOnNonsense() {
    spoil([](const Inputs& in, const std::string& what, bool vol) {
        if (vol && in.vol > 0 && std::isfinite(in.vol)) return; // any positive volatility has two opinions
        for (const ExerciseStyle style : {ExerciseStyle::European, ExerciseStyle::American}) {
            const VerifiedLeg leg{style, in};
            for (const Verification& v : verifyLegs({&leg, 1})) QVERIFY2(!v.agree, what.c_str());
        }
    });
}

QTEST_APPLESS_MAIN(TestPricingBadInput)
#include "tst_pricing_bad_input.moc"
