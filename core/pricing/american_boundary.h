#pragma once

#include <array>
#include <cstddef>

namespace mahler::pricing {

/// An American put on strike 1: everything scales with the strike, so one boundary serves all strikes of an expiry.
/// Calls are puts with rate and yield exchanged (McDonald & Schroder 1998). Requires years > 0, vol > 0 and rate > 0, or rate 0 with a negative
/// yield.
struct PutProblem {
    double rate = 0, yield = 0, vol = 0, years = 0;
};

/// Which quadratures and how many fixed-point steps. Chain: about 1e-7 of spot, made to be built by the dozen;
/// Tight: about 1e-8 of spot.
enum class Accuracy { Chain, Tight };

inline constexpr std::size_t kMaxOuter = 64;

/// Nodes of the early-exercise integral over s, the time from now to exercise: s = T sin^2(theta), theta = pi/2 u^2, u by
/// Gauss-Legendre, so that both sqrt(s) and sqrt(T - s) are smooth. Depends on rate, yield and years only.
struct OuterGrid {
    std::size_t n = 0;
    double rate = 0, yield = 0, years = 0;
    double discount = 1, carry = 1, rootYears = 0;
    alignas(32) std::array<double, kMaxOuter> s{}, rootS{}, inverseRootS{};
    alignas(32) std::array<double, kMaxOuter> interest{};    ///< weight r e^{-rs}
    alignas(32) std::array<double, kMaxOuter> dividend{};    ///< weight q e^{-qs}
    alignas(32) std::array<double, kMaxOuter> growth{};      ///< e^{(q-r)s}
    alignas(32) std::array<double, kMaxOuter> weightCarry{}; ///< weight e^{-qs}
};
OuterGrid makeOuterGrid(double rate, double yield, double years, Accuracy accuracy);

/// The exercise boundary at the nodes of an OuterGrid, that is at times to expiry T - s, and at T itself.
struct Boundary {
    double lnNow = 0;
    alignas(32) std::array<double, kMaxOuter> lnB{}, b{};
};
/// Andersen, Lake & Offengenden 2016, fixed point system A (their section 4) with a QD+ start (Li 2010), the boundary
/// collocated as ln^2(B/X) at Chebyshev points of sqrt(tau) (section 5). A fixed number of steps, so that the result is
/// a smooth function of the inputs.
Boundary solveBoundary(const PutProblem& put, Accuracy accuracy);

/// One value in units of the strike, at moneyness m = S/K.
struct PutValue {
    double price = 0, delta = 0, gamma = 0;
    double premium = 0; ///< over the European price
    bool exercised = false;
};
PutValue putPrice(const OuterGrid& grid, const Boundary& boundary, double vol, double m);       ///< price and premium
PutValue putPriceGreeks(const OuterGrid& grid, const Boundary& boundary, double vol, double m); ///< all of it

} // namespace mahler::pricing
