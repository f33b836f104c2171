#pragma once

#include "pricing/american_boundary.h"
#include "pricing/american_kernels.h"

namespace mahler::pricing {

/// One put on strike 1 through the lane kernels, its boundary solved at its own volatility: some 50 us with derivatives.
struct SinglePremium {
    double premium = 0, vega = 0;               ///< over the European
    double delta = 0, gamma = 0, rateSlope = 0; ///< when asked for
    bool exercised = false;
    bool sound = false; ///< false: the solver did not settle, take another method
};
SinglePremium singlePremium(const PutProblem& put, double moneyness, RateSlope slope, bool greeks);

} // namespace mahler::pricing
