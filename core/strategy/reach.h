#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "portfolio/combo_order.h"
#include "pricing/chain_pricer.h"

namespace mahler::strategy {

/// Geometric Brownian motion from `spot` with the mean `forward` at `years`.
struct Motion {
    double spot = 0, forward = 0, years = 0;
};

/// Writes the profit at each spot `years` ahead; the last call is at Motion::years. NaN anywhere: unknown, nothing comes of it.
using ProfitAhead = std::function<void(double years, std::span<const double> spots, std::span<double> profit)>;

/// Probability that the profit is at `target` or above at any time from now to the end, watched all the while, for each volatility.
/// u(x, t) of x = ln S solves u_t + (v^2/2) u_xx + (m - v^2/2) u_x = 0 (Kolmogorov's backward equation, absorbed where the target is
/// reached; e.g. Shreve 2004, Stochastic Calculus for Finance II, sections 6.4 and 7.3): fully implicit in time on steps that shorten
/// towards the end, Richardson-extrapolated from two step counts; the free edge of the target lies between nodes by its own
/// difference formula (Shortley & Weller 1938). Within 0.0005 of closed forms (tests). @return empty when an input is not positive or a
/// profit is not known.
std::vector<double> probabilitiesOfReaching(const Motion& motion, std::span<const double> vols, double target, const ProfitAhead& profit);

/// Profit of an order taken at its limit, in dollars of one unit before fees, for probabilitiesOfReaching(): each leg at the volatility
/// the chain gives it, held, on the carry of its expiry, by Black & Scholes (1973); early exercise has no value here. Absent for mixed
/// expiries or when a leg has no price.
std::optional<ProfitAhead> profitAhead(const portfolio::ComboOrder& order, const pricing::PricedChain& chain);

} // namespace mahler::strategy
