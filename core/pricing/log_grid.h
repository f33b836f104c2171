#pragma once

#include <span>
#include <vector>

#include "pricing/cash_dividends.h"

namespace mahler::pricing {

/// The mesh of one contract: uniform in ln(spot) with the strike on a node and, unless it is closer to the strike than half
/// a cell, the spot too. Kept while rate and volatility are moved, so that differences are smooth.
struct LogGrid {
    double low = 0, cell = 0; ///< ln of the lowest node, distance of nodes
    int cells = 0;
    int timeSteps = 0; ///< shared out between the dividends
};
/// `dividends` must be sorted, inside (0, in.years); `cells` is a wish. The mesh ends `deviations` of the spot at expiry away.
inline constexpr double kGridDeviations = 7.5;
LogGrid makeLogGrid(const Inputs& in, std::span<const CashDividend> dividends, int cells, int timeSteps, double deviations = kGridDeviations);
/// Every second node and time step.
LogGrid coarser(const LogGrid& grid);

struct GridPoint {
    double value = 0, delta = 0, gamma = 0;
    bool exercised = false;
    double boundaryGap = kNoBoundary; ///< in ln(spot), to the nearest node where exercise and holding change places
    static constexpr double kNoBoundary = 1e300;
};
GridPoint solveOnGrid(market::ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, const LogGrid& grid);

/// Value at time `from` of the dividends still to come before expiry.
double presentValueOfDividends(const Inputs& in, std::span<const CashDividend> dividends, double from);

} // namespace mahler::pricing
