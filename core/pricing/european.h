#pragma once

#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// Forward quantities of one valuation, computed once and shared by prices, Greeks and implied volatilities.
struct ForwardTerms {
    double discount = 1;                                ///< e^{-rT}
    double carry = 1;                                   ///< e^{-qT}
    double x = 0;                                       ///< ln(F/K), accurate near the money
    double discountedForward = 0, discountedStrike = 0; ///< S e^{-qT}, K e^{-rT}
    double scale = 0;                                   ///< sqrt of their product
    double intrinsic = 0;                               ///< max(w(F - K), 0) discounted
    bool usable = false;                                ///< finite and all of spot, strike, factors positive
};

/// True when every field but `vol` is finite and in range: spot, strike and years not negative, years at
/// most 1e5, factors in double range.
bool validTerms(const Inputs& in);
inline constexpr double kMostVol = 1e4; ///< a million per cent: beyond it an input is a mistake
/// validTerms(), and `vol` from 0 to kMostVol.
bool validInputs(const Inputs& in);
ForwardTerms forwardTerms(const Inputs& in);
/// Price alone; `in` must be valid with spot, strike, years and vol positive.
double europeanValue(const ForwardTerms& terms, double totalVol);
/// The limit at expiry or without volatility; delta is 1/2 of its step at the money.
Valuation degenerateEuropean(const Inputs& in);
/// What priceEuropean() and impliedVolEuropean() give where the lanes of european_batch.h pass: out of their range, without
/// time or volatility, bad, or a search that does not settle there. Right anywhere, only slower.
Valuation settleEuropean(const Inputs& in);
/// As priceEuropean() before gamma is capped: what an American's own Greeks are added to.
Valuation uncappedEuropean(const Inputs& in);
ImpliedVol settleImpliedVol(const Inputs& in, double price);
/// ln(a / b) without loss when they are close.
double logRatio(double a, double b);

} // namespace mahler::pricing
