#pragma once

#include <optional>

#include "pricing/american_boundary.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// How early exercise can happen, by the signs of the carry (put: interest on the strike; call: the yield).
enum class EarlyExercise {
    Never,         ///< the European price is exact
    OneBoundary,   ///< the usual case
    TwoBoundaries, ///< negative rates only: priced on a tree
};

/// The put on strike 1 whose value times the strike (call: spot) is this option's.
struct PutView {
    PutProblem put;
    double moneyness = 1; ///< of the put: S/K, for a call K/S
    double unit = 1;      ///< K, for a call S
};
PutView putView(const Inputs& in);
EarlyExercise earlyExercise(const PutProblem& put);

/// Exercise value max(w(S - K), 0).
double exerciseValue(const Inputs& in);
/// The value without volatility: the best deterministic time to exercise; the floor of every American price.
double zeroVolatilityValue(const Inputs& in);
/// The largest volatility at which immediate exercise is best, the bound that a price in the exercise region gives.
/// Absent when `in` is out of range, out of the money or without one exercise boundary. `in.vol` is ignored.
std::optional<double> largestVolAtExercise(const Inputs& in);
/// As priceAmerican(), by the scalar boundary method: relaxed fixed points on 15 points in place of Newton steps on 12,
/// vega and rho by differences. A check on the lane kernels while rates move less than a deviation over the life; about a millisecond.
Valuation scalarAmerican(const Inputs& in);
/// The price of priceAmerican() without its Greeks. @return absent when an input is out of range or no method holds.
std::optional<double> singleAmericanPrice(const Inputs& in);
/// Price alone, by the scalar boundary method, which holds while rates move less than a deviation over the life. @return absent when an
/// input is out of range.
std::optional<double> americanPrice(const Inputs& in, Accuracy accuracy);

/// Binomial tree with a Black-Scholes last step and Richardson extrapolation (Broadie & Detemple 1996): about 1e-4 of
/// spot / steps; independent of the boundary method, and right for negative rates. `in` must be valid, vol and years > 0.
double americanTreePrice(const Inputs& in, int steps);

} // namespace mahler::pricing
