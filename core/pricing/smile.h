#pragma once

#include <cmath>
#include <optional>

namespace mahler::pricing {

/// How a served slice came about, best first.
enum class SliceModel {
    Svi,         ///< raw SVI by least squares: free of arbitrage as it fell out
    Constrained, ///< raw SVI by least squares within g >= 0, and above the nearer slice where that one bound
    Repaired,    ///< the least-squares slice with its wings moved (Gatheral & Jacquier 2014, section 5.1)
    Ssvi,        ///< an SSVI slice of its own: free by theorem 4.2, and the poorest fit
};

/// A smooth slice in total variance, for drawing and for theoretical values.
struct SmileFit {
    bool ok = false;
    double a = 0, b = 0, rho = 0, m = 0, sigma = 0; ///< raw SVI: w(k) = a + b(rho(k-m) + sqrt((k-m)^2 + sigma^2)) (Gatheral 2004)
    double rmse = 0;                                ///< in volatility
    int used = 0, rejected = 0;
    SliceModel model = SliceModel::Svi;
    /// Volatility at log-moneyness k = ln(K/F); `years` of the slice.
    double vol(double k, double years) const;
};

/// w, w' and w'' of raw SVI at k.
struct SviPoint {
    double w = 0, slope = 0, curvature = 0;
};
SviPoint sviPoint(const SmileFit& svi, double k);

/// Total variance w(k) of raw SVI (Gatheral 2004).
double sviTotalVariance(double a, double b, double rho, double m, double sigma, double k);

/// Durrleman's g(k); the slice is free of butterfly arbitrage where g >= 0 (Gatheral & Jacquier 2014, equation 2.1). Absent
/// where the total variance is not positive.
std::optional<double> durrleman(const SmileFit& svi, double k);

inline constexpr double kSurfaceReach = 1.5; ///< slices are judged on k from minus this to this

struct SliceCheck {
    double minG = 0, atK = 0;         ///< on k = -1.5 (0.05) 1.5, where the variance is positive
    double fineMinG = 0, fineAtK = 0; ///< and on points as dense as the slice is bent: 0.05 is wider than a week's whole smile
    double wing = 0;                  ///< b (1 + |rho|), at most 2 (Lee 2004)
    double minVariance = 0;           ///< of the whole slice
    bool free() const { return minG >= 0 && fineMinG >= 0 && wing <= 2 && minVariance >= 0; }
};
SliceCheck checkSlice(const SmileFit& svi);

/// How far total variance falls from one slice to a farther one, at most and where; not above 0 where it never falls.
struct VarianceFall {
    double k = 0, gap = 0;
};
/// On |k| <= 1.5, evenly and as dense as either slice is bent, and between the points by parabolas. Sigma of both > 0.
VarianceFall varianceFall(const SmileFit& nearer, const SmileFit& farther);

/// k from -1.5 to 1.5, ascending, twice: `even` points apart by the same step, then `between` once, then `bent` points as dense as
/// the slice is bent (even steps of u in k = m + sigma sinh(u)). Calls `at` with each; a count is none or at least 2.
template <typename At, typename Between> void overReach(const SmileFit& slice, int even, int bent, const At& at, const Between& between) {
    for (int i = 0; i < even; ++i) at(kSurfaceReach * (2.0 * i / (even - 1) - 1));
    between();
    if (bent == 0) return;
    const double low = std::asinh((-kSurfaceReach - slice.m) / slice.sigma), high = std::asinh((kSurfaceReach - slice.m) / slice.sigma);
    for (int i = 0; i < bent; ++i) at(slice.m + slice.sigma * std::sinh(low + (high - low) * i / (bent - 1)));
}

/// The repair of Gatheral & Jacquier (2014, section 5.1): variance, slope and put wing at the money stay, the call wing becomes
/// c' = p + 2 psi and the least variance 4 v p c' / (p + c')^2. Absent where that is no slice.
std::optional<SmileFit> repairedWings(const SmileFit& svi);

/// SSVI (Gatheral & Jacquier 2014, section 4) with the power law: w(k) of a slice with at-the-money total variance theta.
struct Ssvi {
    double rho = 0, eta = 0, gamma = 0.5;
    /// eta / (theta^gamma (1 + theta)^(1 - gamma)): no butterfly arbitrage for eta (1 + |rho|) <= 2 (remark 4.4).
    double phi(double theta) const;
    /// The slice as raw SVI.
    SmileFit slice(double theta) const;
};
/// The Heston-like phi (1 - (1 - e^-x) / x) / x with x = lambda theta (Gatheral & Jacquier 2014, example 4.1). Theta, lambda > 0.
double hestonPhi(double lambda, double theta);
/// The same slice from rho, theta and phi (theorem 4.2 speaks of theta * phi).
SmileFit ssviSlice(double rho, double theta, double phi);

/// The conditions of theorem 4.2, sufficient and not necessary.
struct SsviConditions {
    double wings = 0;     ///< theta phi (1 + |rho|), must be < 4
    double curvature = 0; ///< theta phi^2 (1 + |rho|), must be <= 4
    bool hold() const { return wings < 4 && curvature <= 4; }
};
SsviConditions ssviConditions(double rho, double theta, double phi);

} // namespace mahler::pricing
