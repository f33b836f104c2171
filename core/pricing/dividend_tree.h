#pragma once

#include <span>

#include "pricing/cash_dividends.h"

namespace mahler::pricing {

/// An American with cash dividends (spot-drop model) on a trinomial tree: each interval between two dividends in steps of its own length, the spot
/// less the dividend looked up between the nodes of its level (Vellekoop & Nieuwenhuis 2006), the last step by the closed form, the error of the
/// same tree in a European on the yield that gives the same forward taken off. Shares no numerics with the grids. `in` valid, `steps` at least 40.
struct TreePrices {
    double fine = 0, coarse = 0; ///< the latter in exactly half the steps of every interval
};
TreePrices dividendTreePrices(const Inputs& in, std::span<const CashDividend> dividends, int steps);

} // namespace mahler::pricing
