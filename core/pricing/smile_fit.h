#pragma once

#include <span>
#include <vector>

#include "pricing/smile.h"

namespace mahler::pricing {

/// One quote of a slice for the fit.
struct SmilePoint {
    double k = 0; ///< ln(K/F)
    double vol = 0;
    double weight = 0;    ///< vega / width
    double tolerance = 0; ///< half the quote's width in volatility: a residual inside it is no outlier
};

/// A quote as the least squares see it: the weighted squares of w(k) - w sum to a squared error in volatility.
struct VarianceTarget {
    double k = 0, w = 0, weight = 0;
};

/// Raw SVI by the quasi-explicit method (De Marco & Martini 2009): Nelder-Mead over (m, sigma), linear least squares for
/// the rest, within c >= |d|, total variance >= 0 and wings b(1 + |rho|) <= 2. One refit without outliers. Nothing is said of
/// arbitrage: fitSurface() (surface.h) makes what is served of it.
/// Fewer than five points give no fit. `rejected[i]` marks the points left out: outliers, and what is no point (not finite,
/// volatility or weight not positive).
SmileFit fitSmile(std::span<const SmilePoint> points, double years, std::vector<bool>& rejected);

/// The points that count, in total variance; no quote weighs less than a hundredth of the best.
std::vector<VarianceTarget> varianceTargets(std::span<const SmilePoint> points, double years, const std::vector<bool>& rejected);
/// What lies within a forty-eighth of the range as one target at its mean: for searches, which end on all of them.
std::vector<VarianceTarget> gathered(std::span<const VarianceTarget> targets);
/// Rejects what lies further from `fit` than six typical residuals, three half-widths and a volatility point. False, and nothing
/// rejected, when there is none or fewer than five points would be left.
bool rejectOutliers(const SmileFit& fit, std::span<const SmilePoint> points, double years, std::vector<bool>& rejected);
/// Sets `rmse` (in volatility, by weight), `used` and `rejected` of a fit to these points.
void describeFit(SmileFit& fit, std::span<const SmilePoint> points, double years, const std::vector<bool>& rejected);

} // namespace mahler::pricing
