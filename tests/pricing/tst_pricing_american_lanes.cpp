#include <QtTest>

#include <cmath>
#include <cstring>

#include "american_shape.h"
#include "pricing/american.h"
#include "pricing/american_slice.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;
using market::Right;

class TestPricingAmericanLanes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void givesTheSameNumbersAloneAndInABatch();
    void instructionSetsAgree();
    void meetsTheReferenceGreeks();
    void agreesWithTheScalarMethodOnAChain();
    void greeksAreDifferencesOfThePrice();
    void returnsTheVolatilitiesOfAChain();
    void slopesOfTheBoundaryAreItsDifferences();
    void keepsItsShape();
};

namespace {

/// The workload of the reference prototypes: 10,000 contracts on a spot of 600, 25 expiries, a skewed smile.
struct Expiry {
    double years = 0;
    std::vector<SliceOption> options;
};
std::vector<Expiry> referenceChain() {
    std::vector<Expiry> chain;
    for (const int days : {1, 2, 3, 4, 7, 9, 11, 14, 18, 21, 28, 35, 42, 49, 63, 77, 91, 119, 154, 182, 245, 301, 365, 548, 730}) {
        Expiry e;
        e.years = days / 365.0;
        const double width = std::min(0.55, std::max(0.03, 4 * 0.18 * std::sqrt(e.years)));
        for (int i = 0; i < 200; ++i) {
            const double k0 = width * (2 * (i + 0.5) / 200 - 1) * (i < 100 ? 1.15 : 0.85);
            const double strike = std::round(600 * std::exp(k0) * 100) / 100, k = std::log(strike / 600);
            const double vol = std::clamp(0.16 - 0.22 * k / std::sqrt(e.years + 0.08) + 0.55 * k * k / (e.years + 0.10), 0.07, 1.5);
            e.options.push_back({Right::Call, 600, strike, vol});
            e.options.push_back({Right::Put, 600, strike, vol});
        }
        chain.push_back(e);
    }
    return chain;
}
constexpr double kRate = 0.043, kYield = 0.012;

bool sameBits(const Valuation& a, const Valuation& b) {
    return a.price == b.price && a.delta == b.delta && a.gamma == b.gamma && a.theta == b.theta && a.vega == b.vega && a.rho == b.rho;
}

QString described(const SliceOption& o, double years, double got, double want) {
    return QStringLiteral("%1 K%2 vol %3 T %4: %5 instead of %6")
        .arg(o.right == Right::Call ? "call" : "put")
        .arg(o.strike)
        .arg(o.vol)
        .arg(years)
        .arg(got, 0, 'g', 12)
        .arg(want, 0, 'g', 12);
}

} // namespace

void TestPricingAmericanLanes::givesTheSameNumbersAloneAndInABatch() {
    for (const AmericanKernels* kernels : americanKernelSet().each) {
        if (!kernels) continue;
        for (const Expiry& e : referenceChain()) {
            if (e.years < 0.05 || e.years > 1) continue;
            AmericanSlice together(kRate, kYield, e.years, *kernels), alone(kRate, kYield, e.years, *kernels);
            std::vector<Valuation> values(e.options.size());
            std::vector<double> prices(e.options.size());
            together.values(e.options, values);
            together.prices(e.options, prices);
            for (std::size_t i = e.options.size(); i-- > 0;) { // the other way round, one by one
                if (i % 7 != 0) continue;
                const SliceOption& o = e.options[i];
                QVERIFY(sameBits(alone.value(o.right, o.spot, o.strike, o.vol), values[i]));
                QCOMPARE(alone.price(o.right, o.spot, o.strike, o.vol), prices[i]);
                QVERIFY(std::fabs(prices[i] - values[i].price) <= 1e-12 * o.spot);
            }
        }
    }
}

void TestPricingAmericanLanes::instructionSetsAgree() {
    const AmericanKernelSet set = americanKernelSet();
    for (const AmericanKernels* kernels : set.each) {
        if (!kernels || kernels == set.each[0]) continue;
        double worst = 0;
        for (const Expiry& e : referenceChain()) {
            AmericanSlice a(kRate, kYield, e.years, *set.each[0]), b(kRate, kYield, e.years, *kernels);
            std::vector<Valuation> va(e.options.size()), vb(e.options.size());
            a.values(e.options, va);
            b.values(e.options, vb);
            for (std::size_t i = 0; i < va.size(); ++i) {
                worst = std::max(worst, std::fabs(va[i].price - vb[i].price));
                QVERIFY2(std::fabs(va[i].price - vb[i].price) < 1e-11, qPrintable(described(e.options[i], e.years, va[i].price, vb[i].price)));
                QVERIFY(std::fabs(va[i].delta - vb[i].delta) < 1e-11);
                QVERIFY(std::fabs(va[i].vega - vb[i].vega) < 1e-7);
            }
        }
        qInfo("%s against %s: worst price difference %.2g on 600", set.each[0]->name, kernels->name, worst);
    }
}

void TestPricingAmericanLanes::meetsTheReferenceGreeks() {
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const Valuation v = AmericanSlice(in.rate, in.dividendYield, in.years).value(in.right, in.spot, in.strike, in.vol);
        const Valuation alone = priceAmerican(in); // its delta and gamma are proven in tst_pricing_american_reference
        const auto near = [&](double got, double want, double absolute, double relative) {
            return std::fabs(got - want) <= std::max(absolute, relative * std::fabs(want));
        };
        const char* label = "row";
        QVERIFY2(near(v.price, row.number("price"), 1.7e-7 * in.spot, 0), label);
        QVERIFY2(near(v.delta, alone.delta, 1e-6, 0), qPrintable(QString::number(v.delta - alone.delta)));
        QVERIFY2(near(v.gamma, alone.gamma, 0, 1e-4), qPrintable(QString::number(v.gamma / alone.gamma - 1)));
        QVERIFY2(near(v.theta, row.number("theta_per_year"), 1e-4, 1e-4), label);
        QVERIFY2(near(v.vega, row.number("vega_per_1.00_vol"), 1e-4, 1e-5), qPrintable(QString::fromStdString(row.label())));
        const double rho = in.rate == 0 && in.dividendYield == 0 ? alone.rho : row.number("rho_per_1.00_rate");
        QVERIFY2(near(v.rho, rho, 1e-4, 1e-5),
                 qPrintable(QStringLiteral("%1 %2 %3").arg(QString::fromStdString(row.label())).arg(v.rho, 0, 'g', 12).arg(rho, 0, 'g', 12)));
    }
}

void TestPricingAmericanLanes::agreesWithTheScalarMethodOnAChain() {
    double worst[6] = {};
    int compared = 0;
    for (const Expiry& e : referenceChain()) {
        AmericanSlice slice(kRate, kYield, e.years);
        std::vector<Valuation> values(e.options.size());
        slice.values(e.options, values);
        for (std::size_t i = 3; i < values.size(); i += 17) {
            const SliceOption& o = e.options[i];
            const Inputs in{o.right, o.spot, o.strike, e.years, kRate, kYield, o.vol};
            const Valuation want = scalarAmerican(in), &got = values[i];
            const Valuation single = priceAmerican(in);
            QVERIFY(std::fabs(single.price - got.price) < 1e-8 && std::fabs(single.delta - got.delta) < 1e-9 &&
                    std::fabs(single.vega - got.vega) < 1e-4);
            QVERIFY2(std::fabs(got.price - want.price) <= 1e-5, qPrintable(described(o, e.years, got.price, want.price)));
            worst[0] = std::max(worst[0], std::fabs(got.price - want.price));
            if (want.price - exerciseValue(in) < 1e-4 && exerciseValue(in) > 0) // at the boundary gamma, vega and rho jump
                continue;
            ++compared;
            const auto relative = [](double a, double b, double floor) { return std::fabs(a - b) / std::max(std::fabs(b), floor); };
            worst[1] = std::max(worst[1], std::fabs(got.delta - want.delta));
            worst[2] = std::max(worst[2], relative(got.gamma, want.gamma, 1e-10));
            worst[3] = std::max(worst[3], relative(got.vega, want.vega, 10));
            worst[4] = std::max(worst[4], relative(got.theta, want.theta, 10));
            worst[5] = std::max(worst[5], relative(got.rho, want.rho, 10));
            QVERIFY2(worst[1] <= 1e-6, qPrintable(described(o, e.years, got.delta, want.delta)));
            QVERIFY2(worst[2] <= 1e-4, qPrintable(described(o, e.years, got.gamma, want.gamma)));
            QVERIFY2(worst[3] <= 1e-5, qPrintable(described(o, e.years, got.vega, want.vega)));
            QVERIFY2(worst[4] <= 1e-4, qPrintable(described(o, e.years, got.theta, want.theta)));
            QVERIFY2(worst[5] <= 1e-5, qPrintable(described(o, e.years, got.rho, want.rho)));
        }
    }
    QVERIFY(compared > 400);
    qInfo("%d contracts, worst: price %.2g on 600, delta %.2g, relative gamma %.2g, vega %.2g, theta %.2g, rho %.2g", compared, worst[0], worst[1],
          worst[2], worst[3], worst[4], worst[5]);
}

void TestPricingAmericanLanes::greeksAreDifferencesOfThePrice() {
    for (const double years : {0.05, 0.5, 2.0})
        for (const Right right : {Right::Call, Right::Put})
            for (const double strike : {520.0, 590.0, 620.0}) {
                const double vol = 0.23, h = 0.02 * vol * std::sqrt(years) * 600;
                AmericanSlice slice(0.03, 0.05, years);
                const Valuation v = slice.value(right, 600, strike, vol);
                if (v.gamma == 0) continue;
                const auto at = [&](double spot, double sigma) { return slice.price(right, spot, strike, sigma); };
                const double delta = (8 * (at(600 + h, vol) - at(600 - h, vol)) - at(600 + 2 * h, vol) + at(600 - 2 * h, vol)) / (12 * h);
                const double vega = (at(600, vol + 1e-3) - at(600, vol - 1e-3)) / 2e-3;
                AmericanSlice up(0.0301, 0.05, years), down(0.0299, 0.05, years);
                const double rho = (up.price(right, 600, strike, vol) - down.price(right, 600, strike, vol)) / 2e-4;
                QVERIFY2(std::fabs(v.delta - delta) < 1e-6, qPrintable(QString::number(v.delta - delta)));
                QVERIFY2(std::fabs(v.vega - vega) < 1e-4 * vega + 1e-3, qPrintable(QString::number(v.vega - vega)));
                QVERIFY2(std::fabs(v.rho - rho) < 1e-4 * std::fabs(rho) + 1e-3, qPrintable(QString::number(v.rho - rho)));
            }
}

void TestPricingAmericanLanes::returnsTheVolatilitiesOfAChain() {
    double worst = 0;
    int found = 0;
    for (const Expiry& e : referenceChain()) {
        AmericanSlice slice(kRate, kYield, e.years);
        std::vector<Valuation> values(e.options.size());
        slice.values(e.options, values);
        for (const double guess : {0.0, 0.25}) {
            std::vector<SliceQuote> quotes;
            for (std::size_t i = 0; i < values.size(); ++i) quotes.push_back({e.options[i].right, 600, e.options[i].strike, values[i].price, guess});
            std::vector<ImpliedVol> vols(quotes.size());
            slice.impliedVols(quotes, vols);
            for (std::size_t i = 0; i < vols.size(); ++i) {
                const Inputs in{e.options[i].right, 600, e.options[i].strike, e.years, kRate, kYield, 0};
                const bool half = exerciseValue(in) > 0 && values[i].price - exerciseValue(in) < 5e-6 * in.strike; // of a tick
                if (values[i].vega <= 1e-4 * 600 || half) continue;
                ++found;
                QVERIFY2(vols[i].status == IvStatus::Ok, qPrintable(described(e.options[i], e.years, 0, values[i].price)));
                worst = std::max(worst, std::fabs(vols[i].vol - e.options[i].vol));
                QVERIFY2(std::fabs(vols[i].vol - e.options[i].vol) <= 1e-8,
                         qPrintable(described(e.options[i], e.years, vols[i].vol, e.options[i].vol)));
            }
        }
    }
    qInfo("%d volatilities, worst %.2g", found, worst);
}

void TestPricingAmericanLanes::slopesOfTheBoundaryAreItsDifferences() {
    const AmericanScheme& scheme = americanScheme();
    const AmericanKernels& kernels = americanKernels();
    for (const RateSlope which : {RateSlope::ByRate, RateSlope::ByYield}) {
        PutBlock block, up, down;
        const double rates[kBlock] = {0.05, 0.03, 0.05, 0.01, 0.08, 0.05, 0.02, 0.06}, yields[kBlock] = {0.01, 0.05, 0, 0.04, 0.03, 0.02, 0.03, 0.01};
        for (int l = 0; l < kBlock; ++l) {
            block.rate[l] = rates[l];
            block.yield[l] = yields[l];
            block.vol[l] = 0.12 + 0.05 * l;
            block.years[l] = 0.1 + 0.2 * l;
        }
        up = down = block;
        const double step = 1e-6;
        for (int l = 0; l < kBlock; ++l) {
            (which == RateSlope::ByRate ? up.rate : up.yield)[l] += step;
            (which == RateSlope::ByRate ? down.rate : down.yield)[l] -= step;
        }
        BoundaryBlock b, high, low, steep, flat;
        kernels.solve(scheme, block, which, b, kBlock);
        kernels.solve(scheme, up, which, high, kBlock);
        kernels.solve(scheme, down, which, low, kBlock);
        up = down = block;
        for (int l = 0; l < kBlock; ++l) {
            up.vol[l] += step;
            down.vol[l] -= step;
        }
        kernels.solve(scheme, up, which, steep, kBlock);
        kernels.solve(scheme, down, which, flat, kBlock);
        for (int l = 0; l < kBlock; ++l) {
            QVERIFY(b.residual[l] < 0.02);
            for (int j = 0; j < kBoundaryNodes - 2; ++j) {
                const double slope = (high.ln[j][l] - low.ln[j][l]) / (2 * step), byVol = (steep.ln[j][l] - flat.ln[j][l]) / (2 * step);
                QVERIFY2(std::fabs(b.slope[j][l] - slope) < 1e-4 * std::fabs(slope) + 1e-4,
                         qPrintable(QStringLiteral("%1 %2 lane %3 node %4").arg(b.slope[j][l]).arg(slope).arg(l).arg(j)));
                QVERIFY2(std::fabs(b.volSlope[j][l] - byVol) < 1e-4 * std::fabs(byVol) + 1e-4,
                         qPrintable(QStringLiteral("%1 %2").arg(b.volSlope[j][l]).arg(byVol)));
            }
        }
    }
}

void TestPricingAmericanLanes::keepsItsShape() {
    // A sample; the million is in tst_pricing_american_proof.
    const ShapeCheck shape = checkShape(10, 71);
    QVERIFY2(shape.broken.empty(), shape.broken.c_str());
    QCOMPARE(shape.contracts, 40'000L);
}

QTEST_APPLESS_MAIN(TestPricingAmericanLanes)
#include "tst_pricing_american_lanes.moc"
