#include <QtTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include "base/random.h"
#include "pricing/european_batch.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;
using market::Right;

/// The batch kernels on every instruction set of this machine.
class TestPricingBatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyIsaMatchesTheSixtyDigitTable();
    void everyIsaImpliesTheExtremeTable();
    void everyIsaNamesImpossiblePrices();
    void placeAndThreadsDoNotChangeABit();
    void wideIsasAgreeInEveryBit();
    void portableAgreesWithinAFewUlp();
    void badRowsGetAStatusAndLeaveTheOthersAlone();
    void absurdInputsNeverGiveAnAbsurdNumber();
    void nearExpiryTheValueIsTheLimit();
    void tinyTotalVolatilityKeepsItsDigits();
    void impliedVolsComeBackFromPrices();
    void gridSumsTheBookCellByCell();
    void aMillionRandomContractsKeepTheLaws();
};

namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

Inputs randomInputs(Random& random) {
    Inputs in;
    in.right = random.below(2) == 0 ? Right::Call : Right::Put;
    in.spot = std::exp(2 + 5 * random.uniform());
    in.years = std::exp(-9 + 10 * random.uniform());
    in.vol = std::exp(-4 + 4.5 * random.uniform());
    in.strike = in.spot * std::exp(2.5 * in.vol * std::sqrt(in.years) * random.normal());
    in.rate = -0.02 + 0.1 * random.uniform();
    in.dividendYield = 0.06 * random.uniform();
    return in;
}

EuropeanBatch randomBatch(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    EuropeanBatch batch;
    for (std::size_t i = 0; i < count; ++i) batch.add(randomInputs(random));
    return batch;
}

using Column = std::vector<double> GreekBatch::*;
struct Named {
    const char* name;
    Column column;
};
constexpr Named kColumns[] = {{"price", &GreekBatch::price}, {"delta", &GreekBatch::delta}, {"gamma", &GreekBatch::gamma},
                              {"vega", &GreekBatch::vega},   {"theta", &GreekBatch::theta}, {"rho", &GreekBatch::rho},
                              {"vanna", &GreekBatch::vanna}, {"volga", &GreekBatch::vomma}, {"charm", &GreekBatch::charm},
                              {"speed", &GreekBatch::speed}, {"zomma", &GreekBatch::zomma}, {"dividend_rho", &GreekBatch::dividendRho}};

bool sameBits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

GreekBatch priced(const EuropeanBatch& batch, Isa isa, GreekSet set = GreekSet::Extended) {
    GreekBatch out;
    priceEuropeans(batch, set, out, isa);
    return out;
}

std::string zeroOrStatus(const GreekBatch& g, std::size_t i) {
    for (const Named& n : kColumns)
        if (!std::isfinite((g.*n.column)[i]) || (g.status[i] == PriceStatus::BadInput && (g.*n.column)[i] != 0)) return n.name;
    return {};
}

} // namespace

void TestPricingBatch::everyIsaMatchesTheSixtyDigitTable() {
    READ_REFERENCE_OR_SKIP(rows, "european_mp60.csv");
    EuropeanBatch batch;
    for (const ReferenceRow& row : rows) batch.add(row.inputs());
    for (const Isa isa : availableIsas()) {
        const GreekBatch got = priced(batch, isa);
        double worst = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Inputs in = rows[i].inputs();
            QVERIFY(got.status[i] == PriceStatus::Ok);
            const double s = in.vol * std::sqrt(in.years);
            const double h = (std::log(in.spot / in.strike) + (in.rate - in.dividendYield) * in.years) / s;
            for (const Named& n : kColumns) {
                // Two deviations from the money; the second group (from vanna on) turns on d1 and d2, which lie s/2 from it.
                const double z = std::fabs(h) + (&n - kColumns < 6 ? 0 : 0.5 * s), relative = z <= 2 ? 1e-13 : 1e-11;
                const double want = rows[i].number(n.name), number = (got.*n.column)[i];
                const double tolerance = relative * std::fabs(want) + 1e-300;
                worst = std::max(worst, std::fabs(number - want) / tolerance);
                QVERIFY2(std::fabs(number - want) <= tolerance, qPrintable(QStringLiteral("%1 row %2 %3: %4 instead of %5")
                                                                               .arg(toString(isa))
                                                                               .arg(i)
                                                                               .arg(n.name)
                                                                               .arg(number, 0, 'g', 17)
                                                                               .arg(want, 0, 'g', 17)));
            }
        }
        qInfo("%s: %zu rows, 12 columns, worst %.2g of the tolerance", toString(isa), rows.size(), worst);
    }
}

void TestPricingBatch::everyIsaImpliesTheExtremeTable() {
    READ_REFERENCE_OR_SKIP(rows, "implied_vol_normalised_mp60.csv");
    std::vector<double> x, beta;
    for (const ReferenceRow& row : rows) {
        x.push_back(row.number("x=ln(F/K)"));
        beta.push_back(row.number("beta=call/sqrt(FK)"));
    }
    for (const Isa isa : availableIsas()) {
        std::vector<double> s(rows.size());
        impliedTotalVols(x, beta, s, isa);
        double worst = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double error = std::fabs(s[i] / rows[i].number("s=sigma*sqrt(T)") - 1) / rows[i].number("attainable_rel_error");
            worst = std::max(worst, error);
            QVERIFY2(error <= 4, qPrintable(QStringLiteral("%1 x %2 s %3: %4").arg(toString(isa)).arg(x[i]).arg(s[i]).arg(error)));
        }
        qInfo("%s: %zu rows, worst %.2f attainable errors", toString(isa), rows.size(), worst);
    }
}

void TestPricingBatch::everyIsaNamesImpossiblePrices() {
    READ_REFERENCE_OR_SKIP(rows, "implied_vol_edge_status.csv");
    const std::pair<const char*, IvStatus> names[] = {{"sigma=0", IvStatus::BelowMinimum},   {"status below_intrinsic", IvStatus::BelowIntrinsic},
                                                      {"sigma=inf", IvStatus::AboveMaximum}, {"status above_maximum", IvStatus::AboveMaximum},
                                                      {"status expired", IvStatus::Expired}, {"status invalid_input", IvStatus::BadInput}};
    EuropeanBatch batch;
    std::vector<double> prices;
    for (const ReferenceRow& row : rows) {
        batch.add(row.inputs());
        prices.push_back(row.number("price"));
    }
    for (const Isa isa : availableIsas()) {
        ImpliedVolBatch got;
        impliedVolsEuropean(batch, prices, got, isa);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string expected = rows[i].text("expected");
            const auto* name = std::find_if(std::begin(names), std::end(names), [&](const auto& n) { return expected.rfind(n.first, 0) == 0; });
            QVERIFY2(name != std::end(names), expected.c_str());
            QVERIFY2(got.status[i] == name->second, (expected + ": " + toString(got.status[i])).c_str());
            QCOMPARE(got.vol[i], 0.0);
        }
    }
}

void TestPricingBatch::placeAndThreadsDoNotChangeABit() {
    const EuropeanBatch batch = randomBatch(1013, 41);
    for (const Isa isa : availableIsas()) {
        const GreekBatch whole = priced(batch, isa);
        // Alone, and as the last row of short batches of every length.
        for (std::size_t i = 0; i < 200; ++i) {
            const std::size_t length = 1 + i % 19;
            EuropeanBatch shortBatch;
            for (std::size_t k = 0; k < length; ++k) shortBatch.add(batch.at(k + 1 == length ? i : (i * 7 + k) % batch.size()));
            const GreekBatch got = priced(shortBatch, isa);
            for (const Named& n : kColumns) QVERIFY2(sameBits((got.*n.column)[length - 1], (whole.*n.column)[i]), n.name);
        }
        // One expiry for many strikes against row by row: calls and puts of a strike side by side, which share their work,
        // then rows that are no such pairs, a pair torn by a bad row, and a tail.
        const ExpiryTerms terms{600, 0.11, 0.043, 0.012};
        EuropeanBatch expiry;
        for (int k = 0; k < 700; ++k)
            expiry.add({k % 2 == 0 ? Right::Call : Right::Put, terms.spot, 400.0 + (k < 333 ? k / 2 : k), terms.years, terms.rate, terms.yield,
                        0.1 + 0.001 * (k < 500 ? k / 2 : k)});
        expiry.vol[41] = -1;
        expiry.sign[144] = expiry.sign[145];
        GreekBatch chain;
        priceExpiry(terms, expiry.sign, expiry.strike, expiry.vol, GreekSet::Extended, chain, isa);
        const GreekBatch single = priced(expiry, isa);
        QVERIFY(chain.status == single.status && chain.status[41] == PriceStatus::BadInput && chain.status[40] == PriceStatus::Ok);
        for (const Named& n : kColumns)
            for (std::size_t i = 0; i < expiry.size(); ++i) QVERIFY2(sameBits((chain.*n.column)[i], (single.*n.column)[i]), n.name);
        ImpliedVolBatch ivChain, ivRows;
        impliedVolsOfExpiry(terms, expiry.sign, expiry.strike, chain.price, ivChain, isa);
        impliedVolsEuropean(expiry, chain.price, ivRows, isa);
        QVERIFY(ivChain.vol == ivRows.vol && ivChain.status == ivRows.status);
        // Three threads, each with its own slice.
        std::vector<GreekBatch> parts(3);
        {
            std::vector<std::jthread> threads;
            for (std::size_t t = 0; t < 3; ++t)
                threads.emplace_back([&, t] {
                    EuropeanBatch part;
                    for (std::size_t i = t; i < batch.size(); i += 3) part.add(batch.at(i));
                    parts[t] = priced(part, isa);
                });
        }
        for (const Named& n : kColumns)
            for (std::size_t i = 0; i < batch.size(); ++i) QVERIFY2(sameBits((parts[i % 3].*n.column)[i / 3], (whole.*n.column)[i]), n.name);
    }
    const GreekBatch active = priced(batch, activeIsa(), GreekSet::Basic);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Valuation one = priceEuropean(batch.at(i)), other = active.at(i);
        QVERIFY(sameBits(one.price, other.price) && sameBits(one.theta, other.theta) && sameBits(one.gamma, other.gamma));
    }
}

void TestPricingBatch::wideIsasAgreeInEveryBit() {
    if (availableIsas().size() < 3) QSKIP("this machine has no AVX-512");
    const EuropeanBatch batch = randomBatch(20000, 42);
    const GreekBatch a = priced(batch, Isa::Avx2), b = priced(batch, Isa::Avx512);
    for (const Named& n : kColumns)
        for (std::size_t i = 0; i < batch.size(); ++i) QVERIFY2(sameBits((a.*n.column)[i], (b.*n.column)[i]), n.name);
    ImpliedVolBatch va, vb;
    impliedVolsEuropean(batch, a.price, va, Isa::Avx2);
    impliedVolsEuropean(batch, b.price, vb, Isa::Avx512);
    QVERIFY(va.vol == vb.vol && va.status == vb.status);
}

void TestPricingBatch::portableAgreesWithinAFewUlp() {
    // Without fused products d1 squared is rounded once more, and an error of z^2 ulp in the density is the number's
    // condition; ln(F/K) and F - K, sums that nearly cancel, are too. The bound is what was measured: docs/benchmarks.md.
    const EuropeanBatch batch = randomBatch(20000, 43);
    const GreekBatch a = priced(batch, Isa::Portable), b = priced(batch, availableIsas().back());
    double worst = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Inputs in = batch.at(i);
        const double s = in.vol * std::sqrt(in.years);
        const double z = std::fabs(std::log(in.spot / in.strike) + (in.rate - in.dividendYield) * in.years) / s + 0.5 * s;
        const auto check = [&](Column column, double scale) {
            const double ulps = std::fabs((a.*column)[i] - (b.*column)[i]) / (kEps * scale);
            worst = std::max(worst, ulps / (12 + z * z));
            return ulps <= 12 + z * z;
        };
        for (const Column column : {&GreekBatch::price, &GreekBatch::delta, &GreekBatch::gamma, &GreekBatch::vega, &GreekBatch::rho})
            QVERIFY2(check(column, std::fabs((b.*column)[i])), qPrintable(QString::number(i)));
        // Theta is a difference: its terms carry the rounding.
        const double decay = 0.5 * b.vega[i] * in.vol / in.years;
        QVERIFY(check(&GreekBatch::theta, decay + std::fabs(in.dividendYield * in.spot * b.delta[i]) + std::fabs(in.rate * b.rho[i] / in.years)));
    }
    qInfo("worst %.2f of 12 + z^2 ulp", worst);
}

void TestPricingBatch::badRowsGetAStatusAndLeaveTheOthersAlone() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    EuropeanBatch clean = randomBatch(64, 44);
    using Field = std::vector<double> EuropeanBatch::*;
    for (const Isa isa : availableIsas()) {
        const GreekBatch want = priced(clean, isa);
        for (const Field field : {&EuropeanBatch::sign, &EuropeanBatch::spot, &EuropeanBatch::strike, &EuropeanBatch::years, &EuropeanBatch::rate,
                                  &EuropeanBatch::yield, &EuropeanBatch::vol})
            for (const double bad : {nan, -nan, inf, -inf, -1.5, 1e308, -1e308}) {
                const bool signedField = field == &EuropeanBatch::rate || field == &EuropeanBatch::yield;
                if (signedField && bad == -1.5) continue;
                EuropeanBatch batch = clean;
                for (const std::size_t at : {std::size_t{0}, std::size_t{13}, std::size_t{63}}) (batch.*field)[at] = bad;
                const GreekBatch got = priced(batch, isa);
                ImpliedVolBatch vols;
                impliedVolsEuropean(batch, want.price, vols, isa);
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    const bool wrong = i == 0 || i == 13 || i == 63;
                    QVERIFY2(zeroOrStatus(got, i).empty(), zeroOrStatus(got, i).c_str());
                    QVERIFY(!wrong || got.status[i] == PriceStatus::BadInput);
                    QVERIFY(!wrong || field == &EuropeanBatch::vol || vols.status[i] == IvStatus::BadInput || vols.status[i] == IvStatus::Expired);
                    QVERIFY(std::isfinite(vols.vol[i]));
                    if (!wrong)
                        for (const Named& n : kColumns) QVERIFY(sameBits((got.*n.column)[i], (want.*n.column)[i]));
                }
            }
        for (const double bad : {nan, inf, -inf}) {
            std::vector<double> prices(clean.size(), bad);
            ImpliedVolBatch vols;
            impliedVolsEuropean(clean, prices, vols, isa);
            for (std::size_t i = 0; i < clean.size(); ++i) QVERIFY(vols.status[i] == IvStatus::BadInput && vols.vol[i] == 0);
        }
    }
}

void TestPricingBatch::absurdInputsNeverGiveAnAbsurdNumber() {
    Random random(45);
    EuropeanBatch batch;
    std::vector<double> prices;
    const auto any = [&] { return std::bit_cast<double>(random.next()); }; // every bit pattern a double can have
    const auto wide = [&] { return std::exp(80 * random.normal()); };
    for (int i = 0; i < 40000; ++i) {
        Inputs in = randomInputs(random);
        for (double Inputs::*field : {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::rate, &Inputs::dividendYield, &Inputs::vol})
            if (random.below(4) == 0) in.*field = random.below(3) == 0 ? any() : random.below(2) == 0 ? wide() : 0.0;
        batch.add(in);
        prices.push_back(random.below(3) == 0 ? any() : in.spot * random.uniform());
    }
    for (const Isa isa : availableIsas()) {
        const GreekBatch got = priced(batch, isa);
        ImpliedVolBatch vols;
        impliedVolsEuropean(batch, prices, vols, isa);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            QVERIFY2(zeroOrStatus(got, i).empty(), qPrintable(QString::number(i)));
            QVERIFY(got.price[i] >= 0);
            QVERIFY(std::isfinite(vols.vol[i]) && (vols.status[i] == IvStatus::Ok) == (vols.vol[i] > 0));
        }
    }
}

void TestPricingBatch::nearExpiryTheValueIsTheLimit() {
    for (const Isa isa : availableIsas())
        for (const double spot : {99.0, 100.0, 101.0})
            for (const Right right : {Right::Call, Right::Put})
                for (const double years : {1e-6, 1e-9, 1e-12, 1e-30, 1e-300, 0.0}) {
                    EuropeanBatch batch;
                    batch.add({right, spot, 100, years, 0.03, 0.01, 0.2}); // T -> 0
                    batch.add({right, spot, 100, years, 0, 0, 1e-9});      // and sigma -> 0
                    const GreekBatch got = priced(batch, isa);
                    const double sign = right == Right::Call ? 1 : -1, intrinsic = std::max(sign * (spot - 100), 0.0);
                    const double step = spot > 100 ? 1 : spot < 100 ? 0 : 0.5;
                    for (std::size_t i = 0; i < 2; ++i) {
                        QVERIFY(got.status[i] != PriceStatus::BadInput && zeroOrStatus(got, i).empty());
                        QVERIFY(std::fabs(got.price[i] - intrinsic) <= 0.4 * 100 * 0.2 * std::sqrt(years) * 1.01 + 3 * years);
                        if (years < 1e-7) QVERIFY(std::fabs(got.delta[i] - (right == Right::Call ? step : step - 1)) < 1e-3);
                    }
                }
}

void TestPricingBatch::tinyTotalVolatilityKeepsItsDigits() {
    // At the money forward the price is F D (2 N(s/2) - 1) = F D s / sqrt(2 pi) (1 - s^2 / 24 + ...).
    for (const Isa isa : availableIsas())
        for (const double s : {1e-2, 1e-4, 1e-6, 1e-9, 1e-12}) {
            EuropeanBatch batch;
            batch.add({Right::Call, 100, 100, 1, 0, 0, s});
            batch.add({Right::Put, 100, 100, 1, 0, 0, s});
            const GreekBatch got = priced(batch, isa);
            const double want = 100 * s * 0.39894228040143267794 * (1 - s * s / 24 + s * s * s * s / 640);
            QVERIFY(std::fabs(got.price[0] / want - 1) < 1e-14 && std::fabs(got.price[1] / want - 1) < 1e-14);
        }
}

void TestPricingBatch::impliedVolsComeBackFromPrices() {
    const EuropeanBatch batch = randomBatch(100000, 46);
    for (const Isa isa : availableIsas()) {
        const GreekBatch value = priced(batch, isa, GreekSet::Basic);
        ImpliedVolBatch got;
        impliedVolsEuropean(batch, value.price, got, isa);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            QVERIFY(got.status[i] != IvStatus::NoConvergence && got.status[i] != IvStatus::BadInput);
            // What the price, rounded to a double, can tell of the volatility.
            const double attainable = 1e-15 * batch.vol[i] + kEps * (value.price[i] + batch.spot[i]) / std::max(value.vega[i], 1e-300);
            if (attainable > 1e-6 * batch.vol[i]) continue;
            QVERIFY(got.status[i] == IvStatus::Ok);
            QVERIFY2(std::fabs(got.vol[i] - batch.vol[i]) <= 4 * attainable, qPrintable(QString::number(i)));
        }
    }
}

void TestPricingBatch::gridSumsTheBookCellByCell() {
    Random random(47);
    std::vector<GridLeg> legs;
    for (int i = 0; i < 40; ++i)
        legs.push_back({{random.below(2) == 0 ? Right::Call : Right::Put, 0, 500.0 + 5 * i, 0.01 + 0.1 * random.uniform(), 0.04, 0.01,
                         0.15 + 0.3 * random.uniform()},
                        std::round(10 * random.normal())});
    legs.push_back({{Right::Put, 0, 580, 0, 0.04, 0.01, 0.2}, 3}); // expired: the scalar way
    std::vector<double> spots, shifts = {-0.1, 0, 0.05, 0.4}, values;
    for (int i = 0; i < 21; ++i) spots.push_back(500 + 10 * i);
    for (const Isa isa : availableIsas()) {
        QVERIFY(spotVolGrid(legs, spots, shifts, values, isa));
        for (std::size_t v = 0; v < shifts.size(); ++v)
            for (std::size_t s = 0; s < spots.size(); ++s) {
                double want = 0, gross = 0;
                for (const GridLeg& leg : legs) {
                    Inputs in = leg.in;
                    in.spot = spots[s];
                    in.vol += shifts[v];
                    const double one = leg.quantity * priceEuropean(in).price;
                    want += one;
                    gross += std::fabs(one);
                }
                QVERIFY(std::fabs(values[v * spots.size() + s] - want) <= 1e-13 * gross);
            }
    }
    legs[3].in.strike = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(!spotVolGrid(legs, spots, shifts, values));
    QVERIFY(std::all_of(values.begin(), values.end(), [](double x) { return x == 0; }));
}

void TestPricingBatch::aMillionRandomContractsKeepTheLaws() {
    // Every contract as call and put, with each input bumped both ways; 17 prices with all Greeks a contract.
    enum Shift { None, Put, SpotUp, SpotDown, VolUp, VolDown, RateUp, RateDown, YieldUp, YieldDown, TimeUp, TimeDown, StrikeUp, StrikeDown, Shifts };
    constexpr std::size_t kChunk = 2000, kChunks = 500;
    Random random(48);
    std::vector<EuropeanBatch> in(Shifts);
    std::vector<GreekBatch> out(Shifts);
    double worst = 0;
    for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
        // A tenth of the cases on each of the slower instruction sets.
        const std::vector<Isa> all = availableIsas();
        const Isa isa = chunk % 10 < all.size() - 1 ? all[chunk % 10] : all.back();
        for (EuropeanBatch& batch : in) batch.clear();
        for (std::size_t i = 0; i < kChunk; ++i) {
            Inputs base = randomInputs(random);
            base.right = Right::Call;
            const double s = std::min(1.0, base.vol * std::sqrt(base.years));
            const auto both = [&](Shift up, double Inputs::*field, double step) {
                Inputs moved = base;
                moved.*field = base.*field + step;
                in[up].add(moved);
                moved.*field = base.*field - step;
                in[static_cast<Shift>(up + 1)].add(moved);
            };
            in[None].add(base);
            both(SpotUp, &Inputs::spot, 1e-3 * s * base.spot);
            both(StrikeUp, &Inputs::strike, 0.02 * s * base.strike);
            both(VolUp, &Inputs::vol, 1e-3 * base.vol);
            both(RateUp, &Inputs::rate, 1e-3 * s / base.years);
            both(YieldUp, &Inputs::dividendYield, 1e-3 * s / base.years);
            both(TimeUp, &Inputs::years, 1e-3 * base.years);
            base.right = Right::Put;
            in[Put].add(base);
        }
        for (std::size_t k = 0; k < Shifts; ++k) priceEuropeans(in[k], GreekSet::Extended, out[k], isa);
        const GreekBatch& at = out[None];
        const EuropeanBatch& c = in[None];
        for (std::size_t i = 0; i < kChunk; ++i) {
            const double s = c.vol[i] * std::sqrt(c.years[i]), carry = std::exp(-c.yield[i] * c.years[i]);
            const double forwardLeg = c.spot[i] * carry, strikeLeg = c.strike[i] * std::exp(-c.rate[i] * c.years[i]);
            const double dust = 8 * kEps * (forwardLeg + strikeLeg), call = at.price[i], put = out[Put].price[i];
            for (const GreekBatch& g : out) QVERIFY(g.status[i] == PriceStatus::Ok);
            QVERIFY(std::fabs(call - put - (forwardLeg - strikeLeg)) <= dust);
            QVERIFY(call >= 0 && call >= forwardLeg - strikeLeg - dust && call <= forwardLeg * (1 + 4 * kEps));
            QVERIFY(put >= 0 && put >= strikeLeg - forwardLeg - dust && put <= strikeLeg * (1 + 4 * kEps));
            QVERIFY(at.delta[i] >= 0 && at.delta[i] <= carry * (1 + 4 * kEps) && out[Put].delta[i] <= 0);
            QVERIFY(at.gamma[i] >= 0 && at.vega[i] >= 0 && sameBits(at.gamma[i], out[Put].gamma[i]) && sameBits(at.vega[i], out[Put].vega[i]));
            QVERIFY(out[VolUp].price[i] >= call - dust && call >= out[VolDown].price[i] - dust);
            QVERIFY(out[SpotUp].price[i] >= call - dust && call >= out[SpotDown].price[i] - dust);
            QVERIFY(out[StrikeUp].price[i] <= call + dust && call <= out[StrikeDown].price[i] + dust);
            QVERIFY(out[StrikeUp].price[i] - 2 * call + out[StrikeDown].price[i] >= -2 * dust);
            const double unit = std::min(1.0, s), rootYears = std::sqrt(c.years[i]);
            // `scale`: what the Greek is made of where it is largest; `noise`: rounding of the bumped column.
            const auto bump = [&](Column greek, Column bumped, Shift up, double step, double scale, double noise) {
                const double slope = ((out[up].*bumped)[i] - (out[up + 1].*bumped)[i]) / (2 * step);
                const double miss = std::fabs((at.*greek)[i] - slope) / (2e-6 * scale + 4 * noise / step);
                worst = std::max(worst, miss);
                return miss <= 1;
            };
            const double spotStep = 1e-3 * unit * c.spot[i], volStep = 1e-3 * c.vol[i], rateStep = 1e-3 * unit / c.years[i],
                         timeStep = 1e-3 * c.years[i];
            const double volScale = forwardLeg * std::max(s, s * s * s) / c.vol[i], gammaScale = carry / (c.spot[i] * unit);
            const double timeScale = (forwardLeg + strikeLeg) * (std::max(unit, s * s) / c.years[i] + std::fabs(c.rate[i]) + c.yield[i]);
            QVERIFY(bump(&GreekBatch::delta, &GreekBatch::price, SpotUp, spotStep, carry, dust));
            QVERIFY(bump(&GreekBatch::vega, &GreekBatch::price, VolUp, volStep, volScale, dust));
            QVERIFY(bump(&GreekBatch::rho, &GreekBatch::price, RateUp, rateStep, c.years[i] * (forwardLeg + strikeLeg), dust));
            QVERIFY(bump(&GreekBatch::dividendRho, &GreekBatch::price, YieldUp, rateStep, c.years[i] * (forwardLeg + strikeLeg), dust));
            QVERIFY(bump(&GreekBatch::gamma, &GreekBatch::delta, SpotUp, spotStep, gammaScale, 8 * kEps));
            QVERIFY(bump(&GreekBatch::speed, &GreekBatch::gamma, SpotUp, spotStep, gammaScale / (c.spot[i] * unit), 64 * kEps * gammaScale));
            QVERIFY(bump(&GreekBatch::vanna, &GreekBatch::delta, VolUp, volStep, std::max(1.0, s * s * s) / c.vol[i], 8 * kEps));
            QVERIFY(bump(&GreekBatch::vomma, &GreekBatch::vega, VolUp, volStep, volScale * std::max(1.0, s * s) / c.vol[i],
                         64 * kEps * forwardLeg * rootYears));
            QVERIFY(
                bump(&GreekBatch::zomma, &GreekBatch::gamma, VolUp, volStep, gammaScale * std::max(1.0, s * s) / c.vol[i], 64 * kEps * gammaScale));
            const auto decay = [&](Column greek, Column bumped, double scale, double noise) {
                const double slope = ((out[TimeDown].*bumped)[i] - (out[TimeUp].*bumped)[i]) / (2 * timeStep);
                const double miss = std::fabs((at.*greek)[i] - slope) / (2e-6 * scale + 4 * noise / timeStep);
                worst = std::max(worst, miss);
                return miss <= 1;
            };
            QVERIFY(decay(&GreekBatch::theta, &GreekBatch::price, timeScale, dust));
            QVERIFY(decay(&GreekBatch::charm, &GreekBatch::delta, timeScale / (c.spot[i] * unit), 8 * kEps));
        }
    }
    qInfo("%zu contracts, Greeks within %.2g of the bumps' tolerance", kChunk * kChunks, worst);
}

QTEST_APPLESS_MAIN(TestPricingBatch)
#include "tst_pricing_batch.moc"
