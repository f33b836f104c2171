#include "pricing/american_single.h"

#include <algorithm>
#include <cmath>

namespace mahler::pricing {

SinglePremium singlePremium(const PutProblem& put, double moneyness, RateSlope slope, bool greeks) {
    SinglePremium result;
    if (!lanesHold(put.rate, put.yield, put.vol, put.years)) return result;
    const AmericanKernels& kernels = americanKernels();
    PutBlock block;
    std::fill_n(block.rate, kBlock, put.rate);
    std::fill_n(block.yield, kBlock, put.yield);
    std::fill_n(block.vol, kBlock, put.vol);
    std::fill_n(block.years, kBlock, put.years);
    alignas(64) double m[kBlock];
    std::fill_n(m, kBlock, moneyness);
    BoundaryBlock boundary;
    kernels.solve(americanScheme(), block, slope, boundary, 1);
    if (!settled(americanScheme(), boundary, 0)) return result;
    const double gap = std::log(moneyness) - boundary.lnTop[0] - boundary.ln[0][0];
    if (gap <= 0) {
        result.exercised = result.sound = true;
        return result;
    }
    const bool near = gap < kNearDeviations * put.vol * std::sqrt(put.years);
    PremiumBlock rule;
    PremiumValues v;
    kernels.prepare(near ? americanScheme().near : americanScheme().far, block, slope, rule, 1);
    if (greeks) {
        kernels.greeks(rule, block, boundary, slope, m, v, 1);
        result.delta = v.delta[0];
        result.gamma = v.gamma[0];
        result.rateSlope = v.rateSlope[0];
    } else {
        kernels.premiumVega(rule, block, boundary, m, v, 1);
    }
    result.premium = v.premium[0];
    result.vega = v.vega[0];
    result.sound = std::isfinite(result.premium + result.vega + result.delta + result.gamma + result.rateSlope);
    return result;
}

} // namespace mahler::pricing
