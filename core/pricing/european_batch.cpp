#include "pricing/european_batch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "pricing/european.h"
#include "pricing/normalised_black.h"

namespace mahler::pricing {

namespace {

const LaneKernels& kernelsOf(Isa isa) {
    switch (isa) {
#if defined(MAHLER_X86_KERNELS)
    case Isa::Avx2: return kAvx2Kernels;
    case Isa::Avx512: return kAvx512Kernels;
#else
    case Isa::Avx2:
    case Isa::Avx512:
#endif
    case Isa::Portable: break;
    }
    return kPortableKernels;
}

Isa chooseIsa() {
    const std::vector<Isa> all = availableIsas();
    if (const char* wanted = std::getenv("MAHLER_ISA"))
        for (const Isa isa : all)
            if (std::string_view(wanted) == toString(isa)) return isa;
    return all.back();
}

Inputs inputsOf(const ExpiryTerms& t, double sign, double strike, double vol) {
    return {sign > 0 ? market::Right::Call : market::Right::Put, t.spot, strike, t.years, t.rate, t.yield, vol};
}

/// The rows no lane could do, one by one.
template <class InputsAt>
void settlePrices(const InputsAt& inputsAt, std::span<const double> sign, std::span<const LaneStatus> lanes, GreekBatch& out) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (lanes[i] == LaneStatus::Done) continue;
        Valuation v;
        if (std::fabs(sign[i]) == 1) v = capped(inputsAt(i), settleEuropean(inputsAt(i)));
        out.status[i] = v.status;
        if (!hasNumbers(v.status)) continue;
        out.price[i] = v.price;
        out.delta[i] = v.delta;
        out.gamma[i] = v.gamma;
        out.vega[i] = v.vega;
        out.theta[i] = v.theta;
        out.rho[i] = v.rho;
        if (!out.vanna.empty()) // the second group has no scalar code: limits only
            out.status[i] = v.status == PriceStatus::Ok ? PriceStatus::Degenerate : v.status;
    }
}

template <class InputsAt> void settleVols(const InputsAt& inputsAt, std::span<const double> sign, std::span<const double> prices,
                                          std::span<const LaneVol> lanes, ImpliedVolBatch& out) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        switch (lanes[i]) {
        case LaneVol::Done: break;
        case LaneVol::BelowIntrinsic: out.status[i] = IvStatus::BelowIntrinsic; break;
        case LaneVol::AboveMaximum: out.status[i] = IvStatus::AboveMaximum; break;
        case LaneVol::BelowMinimum: out.status[i] = IvStatus::BelowMinimum; break;
        case LaneVol::Outside:
        case LaneVol::Unsettled: {
            const ImpliedVol iv = std::fabs(sign[i]) == 1 ? settleImpliedVol(inputsAt(i), prices[i]) : ImpliedVol{0, IvStatus::BadInput};
            out.vol[i] = iv.vol;
            out.status[i] = iv.status;
        }
        }
    }
}

bool axisUsable(std::span<const double> axis, double least, double most) {
    return std::all_of(axis.begin(), axis.end(), [&](double x) { return std::isfinite(x) && x >= least && x <= most; });
}

} // namespace

const char* toString(Isa isa) {
    switch (isa) {
    case Isa::Portable: return "portable";
    case Isa::Avx2: return "avx2";
    case Isa::Avx512: return "avx512";
    }
    return "portable";
}

std::vector<Isa> availableIsas() {
    std::vector<Isa> all = {Isa::Portable};
#if defined(MAHLER_X86_KERNELS)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        all.push_back(Isa::Avx2);
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) all.push_back(Isa::Avx512);
    }
#endif
    return all;
}

Isa activeIsa() {
    static const Isa isa = chooseIsa();
    return isa;
}

void EuropeanBatch::add(const Inputs& in) {
    sign.push_back(in.right == market::Right::Call ? 1 : -1);
    spot.push_back(in.spot);
    strike.push_back(in.strike);
    years.push_back(in.years);
    rate.push_back(in.rate);
    yield.push_back(in.dividendYield);
    vol.push_back(in.vol);
}

void EuropeanBatch::clear() {
    for (std::vector<double>* column : {&sign, &spot, &strike, &years, &rate, &yield, &vol}) column->clear();
}

void EuropeanBatch::reserve(std::size_t count) {
    for (std::vector<double>* column : {&sign, &spot, &strike, &years, &rate, &yield, &vol}) column->reserve(count);
}

Inputs EuropeanBatch::at(std::size_t i) const { return inputsOf({spot[i], years[i], rate[i], yield[i]}, sign[i], strike[i], vol[i]); }

OptionColumns EuropeanBatch::columns() const {
    return {sign.data(), spot.data(), strike.data(), years.data(), rate.data(), yield.data(), vol.data()};
}

void GreekBatch::resize(std::size_t count, GreekSet set) {
    for (std::vector<double>* column : {&price, &delta, &gamma, &vega, &theta, &rho}) column->resize(count);
    for (std::vector<double>* column : {&vanna, &vomma, &charm, &speed, &zomma, &dividendRho}) column->resize(set == GreekSet::Extended ? count : 0);
    status.assign(count, PriceStatus::Ok);
}

GreekColumns GreekBatch::columns() {
    GreekColumns c{price.data(), delta.data(), gamma.data(), vega.data(), theta.data(), rho.data()};
    if (!vanna.empty()) {
        c.vanna = vanna.data();
        c.vomma = vomma.data();
        c.charm = charm.data();
        c.speed = speed.data();
        c.zomma = zomma.data();
        c.dividendRho = dividendRho.data();
    }
    return c;
}

Valuation GreekBatch::at(std::size_t i) const { return {price[i], delta[i], gamma[i], theta[i], vega[i], rho[i], status[i]}; }

void priceEuropeans(const EuropeanBatch& in, GreekSet set, GreekBatch& out, Isa isa) {
    out.resize(in.size(), set);
    std::vector<LaneStatus> lanes(in.size());
    if (kernelsOf(isa).priceColumns(in.columns(), out.columns(), lanes.data(), in.size()))
        settlePrices([&](std::size_t i) { return in.at(i); }, in.sign, lanes, out);
}

void priceExpiry(const ExpiryTerms& terms, std::span<const double> sign, std::span<const double> strike, std::span<const double> vol, GreekSet set,
                 GreekBatch& out, Isa isa) {
    out.resize(sign.size(), set);
    std::vector<LaneStatus> lanes(sign.size());
    OptionColumns in;
    in.sign = sign.data();
    in.strike = strike.data();
    in.vol = vol.data();
    if (kernelsOf(isa).priceExpiry(terms, in, out.columns(), lanes.data(), sign.size()))
        settlePrices([&](std::size_t i) { return inputsOf(terms, sign[i], strike[i], vol[i]); }, sign, lanes, out);
}

void impliedVolsEuropean(const EuropeanBatch& in, std::span<const double> prices, ImpliedVolBatch& out, Isa isa) {
    const std::size_t count = in.size();
    out.vol.resize(count);
    out.status.assign(count, IvStatus::Ok);
    std::vector<LaneVol> lanes(count);
    OptionColumns columns = in.columns();
    columns.vol = prices.data();
    if (kernelsOf(isa).impliedVols(columns, out.vol.data(), lanes.data(), count))
        settleVols([&](std::size_t i) { return in.at(i); }, in.sign, prices, lanes, out);
}

void impliedVolsOfExpiry(const ExpiryTerms& terms, std::span<const double> sign, std::span<const double> strike, std::span<const double> prices,
                         ImpliedVolBatch& out, Isa isa) {
    const std::size_t count = sign.size();
    out.vol.resize(count);
    out.status.assign(count, IvStatus::Ok);
    std::vector<LaneVol> lanes(count);
    OptionColumns columns;
    columns.sign = sign.data();
    columns.strike = strike.data();
    columns.vol = prices.data();
    if (kernelsOf(isa).impliedVolsOfExpiry(terms, columns, out.vol.data(), lanes.data(), count))
        settleVols([&](std::size_t i) { return inputsOf(terms, sign[i], strike[i], 0); }, sign, prices, lanes, out);
}

void impliedTotalVols(std::span<const double> x, std::span<const double> beta, std::span<double> s, Isa isa) {
    std::vector<LaneVol> lanes(x.size());
    if (!kernelsOf(isa).impliedTotalVols(x.data(), beta.data(), s.data(), lanes.data(), x.size())) return;
    for (std::size_t i = 0; i < lanes.size(); ++i)
        if (lanes[i] != LaneVol::Done) s[i] = impliedTotalVol(x[i], beta[i]);
}

Valuation priceEuropean(const Inputs& in) { return capped(in, uncappedEuropean(in)); }

Valuation uncappedEuropean(const Inputs& in) {
    Valuation v;
    LaneStatus lane{};
    const double sign = in.right == market::Right::Call ? 1 : -1;
    const OptionColumns columns{&sign, &in.spot, &in.strike, &in.years, &in.rate, &in.dividendYield, &in.vol};
    const GreekColumns out{&v.price, &v.delta, &v.gamma, &v.vega, &v.theta, &v.rho};
    if (kernelsOf(activeIsa()).priceColumns(columns, out, &lane, 1)) return settleEuropean(in);
    v.status = PriceStatus::Ok;
    return v;
}

ImpliedVol impliedVolEuropean(const Inputs& in, double price) {
    EuropeanBatch one;
    one.add(in);
    ImpliedVolBatch out;
    impliedVolsEuropean(one, std::span(&price, 1), out);
    return {out.vol[0], out.status[0]};
}

bool spotVolGrid(std::span<const GridLeg> legs, std::span<const double> spots, std::span<const double> volShifts, std::vector<double>& values,
                 Isa isa) {
    values.assign(spots.size() * volShifts.size(), 0.0);
    if (!axisUsable(spots, 0, 1e100) || !axisUsable(volShifts, -kMostVol, kMostVol)) return false;
    const double mostShift = volShifts.empty() ? 0 : *std::max_element(volShifts.begin(), volShifts.end());
    for (const GridLeg& leg : legs) {
        Inputs in = leg.in;
        in.spot = 1;
        if (!validInputs(in) || in.vol + mostShift > kMostVol || !std::isfinite(leg.quantity)) return false;
    }
    if (values.empty()) return true;
    // Whole vectors of spots: the last one stands in for the missing.
    std::vector<double> padded(spots.begin(), spots.end());
    padded.resize((spots.size() + 7) / 8 * 8, spots.back());
    std::vector<double> sums(padded.size() * volShifts.size(), 0.0);
    const GridAxes axes{padded.data(), padded.size(), volShifts.data(), volShifts.size()};
    const LaneKernels& kernels = kernelsOf(isa);
    for (const GridLeg& leg : legs) {
        const double sign = leg.in.right == market::Right::Call ? 1 : -1;
        const GridLegTerms terms{sign, leg.in.strike, leg.in.years, leg.in.rate, leg.in.dividendYield, leg.in.vol, leg.quantity};
        if (kernels.addToGrid(axes, terms, sums.data())) continue;
        for (std::size_t v = 0; v < volShifts.size(); ++v)
            for (std::size_t s = 0; s < spots.size(); ++s) {
                Inputs in = leg.in;
                in.spot = spots[s];
                in.vol = std::max(0.0, in.vol + volShifts[v]);
                sums[v * padded.size() + s] += leg.quantity * priceEuropean(in).price;
            }
    }
    for (std::size_t v = 0; v < volShifts.size(); ++v)
        std::copy_n(sums.begin() + static_cast<std::ptrdiff_t>(v * padded.size()), spots.size(),
                    values.begin() + static_cast<std::ptrdiff_t>(v * spots.size()));
    return true;
}

} // namespace mahler::pricing
