#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pricing/chain_pricer.h"

namespace mahler::pricing {

/// w, w' and w'' of raw SVI at k.
struct SviPoint {
    double w = 0, slope = 0, curvature = 0;
};
SviPoint sviPoint(const SmileFit& svi, double k);
/// Durrleman's g(k); the slice is free of butterfly arbitrage where g >= 0 (Gatheral & Jacquier 2014, equation 2.1). Absent
/// where the total variance is not positive.
std::optional<double> durrleman(const SmileFit& svi, double k);

struct SliceCheck {
    double minG = 0, atK = 0;  ///< on k = -1.5 (0.05) 1.5, where the variance is positive
    double wing = 0;           ///< b (1 + |rho|), at most 2 (Lee 2004)
    double minVariance = 0;    ///< of the whole slice
    bool free() const { return minG >= 0 && wing <= 2 && minVariance >= 0; }
};
SliceCheck checkSlice(const SmileFit& svi);

/// SSVI (Gatheral & Jacquier 2014, section 4): w(k) of a slice with at-the-money total variance theta.
struct Ssvi {
    double rho = 0, eta = 0, gamma = 0.5;
    /// eta / (theta^gamma (1 + theta)^(1 - gamma)): no butterfly arbitrage for eta (1 + |rho|) <= 2 (remark 4.4).
    double phi(double theta) const;
    /// The slice as raw SVI.
    SmileFit slice(double theta) const;
};
/// The same slice from rho, theta and phi (theorem 4.2 speaks of theta * phi).
SmileFit ssviSlice(double rho, double theta, double phi);

/// Total variance falls from `nearer` to `farther` at k by `gap`.
struct CalendarCrossing {
    std::size_t nearer = 0, farther = 0;
    double k = 0, gap = 0;
};

struct SurfaceSlice {
    std::size_t expiry = 0;            ///< index into PricedChain::expiries
    SmileFit fit;
    bool fallback = false;             ///< SSVI stands for a fit that failed or held arbitrage
    SliceCheck check;
    double rmse = 0;                   ///< of `fit`, in volatility, weighted by vega
    double lowK = 0, highK = 0;        ///< what quotes support
};

struct Surface {
    std::vector<SurfaceSlice> slices;  ///< by years; expiries without five usable quotes are left out
    std::optional<Ssvi> ssvi;          ///< fitted to every slice; absent with fewer than two
    double ssviRmse = 0;               ///< in volatility, weighted like the slices
    std::vector<CalendarCrossing> crossings; ///< of neighbours, where both are quoted
    int used = 0, refused = 0;
    bool arbitrageFree() const;
};

/// Checks every fitted slice, replaces what holds butterfly arbitrage by the SSVI slice of the same at-the-money variance, and
/// looks for calendar arbitrage. Pure and thread-safe.
Surface checkSurface(const PricedChain& chain);

} // namespace mahler::pricing
