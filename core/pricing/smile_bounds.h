#pragma once

#include <span>

#include "pricing/smile_fit.h"

namespace mahler::pricing {

/// Least squares of raw SVI within the bounds of a slice that can be served: g >= 0 on k in [-1.5, 1.5], wings at most 2, least variance
/// a twentieth of that at the money or more, and on the same k between its neighbours in time, `nearer` and `farther` (each may be
/// null). Levenberg-Marquardt over the least variance, the wings' slopes, m and the logarithm of sigma, with a penalty on what is out
/// of bounds that grows until nothing is. Wings and variance cannot leave their range; whether the rest holds is for the caller to
/// check (checkSlice, varianceFall). `start` is a fit to the same targets, of which there are at least five; targets in any order.
/// Deterministic.
SmileFit fitWithinBounds(const SmileFit& start, std::span<const VarianceTarget> targets, const SmileFit* nearer, const SmileFit* farther);

/// The SSVI slice nearest to the targets within the conditions of theorem 4.2, so free of butterflies whatever the quotes are.
SmileFit fitSsviSlice(std::span<const VarianceTarget> targets, double theta);

/// The weighted squares of the fit's misses.
double missOf(const SmileFit& fit, std::span<const VarianceTarget> targets);

} // namespace mahler::pricing
