#pragma once

#include <utility>
#include <vector>

#include "portfolio/combo_order.h"
#include "pricing/chain_pricer.h"

namespace mahler::portfolio {

/// Of a whole order: shares; change of those shares for 1.00 of the underlying; dollars of the next calendar day; dollars per point
/// of each leg's own volatility.
enum class CurveGreek { Delta, Gamma, Theta, Vega };

/// A Greek of an order at `points` spots from `low` to `high` times the chain's, `days` calendar days ahead and with 30-day volatility
/// moved by `volMove` (as valueAcrossSpots(), whose curve it belongs to). Bump and reprice: the spot by 0.1 % each way for delta, 0.5 %
/// for gamma, the volatility by one point each way, the time by one day or what is left of it. Empty when a leg has no price or has
/// expired by then. Pure. @return (spot, Greek).
std::vector<std::pair<double, double>> greekAcrossSpots(const ComboOrder& order, const pricing::PricedChain& chain, CurveGreek greek, double low,
                                                        double high, int points, double days = 0, double volMove = 0);

} // namespace mahler::portfolio
