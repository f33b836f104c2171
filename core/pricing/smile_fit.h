#pragma once

#include <span>
#include <vector>

#include "pricing/chain_pricer.h"

namespace mahler::pricing {

/// One quote of a slice for the fit.
struct SmilePoint {
    double k = 0;      ///< ln(K/F)
    double vol = 0;
    double weight = 0; ///< vega / width
    double tolerance = 0; ///< half the quote's width in volatility: a residual inside it is no outlier
};

/// Raw SVI by the quasi-explicit method (De Marco & Martini 2009): Nelder-Mead over (m, sigma), linear least squares for
/// the rest, within c >= |d|, total variance >= 0 and wings b(1 + |rho|) <= 2. One refit without outliers.
/// Fewer than five points give no fit. `rejected[i]` marks the points left out: outliers, and what is no point (not finite,
/// volatility or weight not positive).
SmileFit fitSmile(std::span<const SmilePoint> points, double years, std::vector<bool>& rejected);

/// Total variance w(k) of raw SVI (Gatheral 2004).
double sviTotalVariance(double a, double b, double rho, double m, double sigma, double k);

} // namespace mahler::pricing
