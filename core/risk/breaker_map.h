#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "portfolio/scenario.h"
#include "risk/limits.h"

namespace mahler::risk {

/// What can stop the desk in a scenario, the gravest first: this order decides between two that trip together.
enum class MapStop {
    B3Drawdown,
    B2WeeklyLoss,
    B1DailyLoss,
    B4Vix,
    PortfolioRisk,
    CorrelatedEquities,
    SinglePosition,
    PortfolioDelta,
    PortfolioGamma
};
inline constexpr std::size_t kMapStops = 9;
const char* toString(MapStop stop); ///< "B3" ... "portfolio_gamma"

struct BreakerMapInputs {
    portfolio::Account account;   ///< bases of B1, B2 and B3
    Usd equity;                   ///< now
    std::optional<double> vix;    ///< index points; absent: B4 counts as tripped and is said so once, not in every cell
    std::optional<Usd> worstCase; ///< of the book at expiry; absent: no end, all three limits on it are tripped
    Usd correlated, largest;      ///< likewise of correlated equities together, and of the largest position; of a book that has an end
    Limits limits;
};

struct MapCell {
    std::size_t cell = 0;                 ///< of the grid
    std::optional<MapStop> first;         ///< on the straight way there, besides what is tripped now; absent: nothing more trips
    double at = 0;                        ///< where on that way, 0 (unmoved, after the days) to 1 (in the cell)
    std::array<double, kMapStops> used{}; ///< in the cell: value / limit, 1 trips; at most 1000; by MapStop
    bool trips(MapStop stop) const { return used[static_cast<std::size_t>(stop)] >= 1; }
    /// The gravest breaker that has halted the desk by the time the cell is reached; a limit may have tripped before it.
    std::optional<MapStop> halt() const {
        for (const auto stop : {MapStop::B3Drawdown, MapStop::B2WeeklyLoss, MapStop::B1DailyLoss, MapStop::B4Vix})
            if (trips(stop)) return stop;
        return std::nullopt;
    }
};

struct BreakerMap {
    std::vector<MapCell> cells; ///< as the grid's
    std::vector<MapStop> now;   ///< tripped already, today and unmoved: said once, so that the cells show what comes on top
    bool vixUnknown = false;
    portfolio::Coverage coverage;
};

/// For every cell of a scenario grid, what trips first on the way to it. The days of the cell pass first; then spot and
/// volatility move together along a straight line. Between the cells of the grid P&L, delta and gamma are interpolated
/// bilinearly, so `at` is good to about one step of the grid and `used` is exact.
///  * B1, B2, B3: equity now plus P&L against the day's, the week's and the highest equity; thresholds of BreakerThresholds.
///  * B4: VIX x (1 + volatility move). The grid's volatility axis moves 30-day volatility, and VIX is the 30-day volatility
///    of the S&P 500 (Cboe, VIX methodology), so both move by the same share.
///  * Portfolio delta and gamma: |dollars| in the cell over the equity in the cell; portfolio risk, correlated equities and
///    single position: their worst cases over it.
/// @return BadInput when the grid has no sensitivities' axes (unsorted, or without the unmoved market inside) or the equity or
/// a base is not positive. The grid must have been made with GridSpec::sensitivities.
Result<BreakerMap> breakerMap(const portfolio::ScenarioGrid& grid, const BreakerMapInputs& inputs);

/// Cells in which the proposed trade changes what trips first, or brings it nearer by more than `nearer` of the way; all of
/// them when it trips something at once.
std::vector<std::size_t> changedCells(const BreakerMap& asIs, const BreakerMap& withTrade, double nearer = 0.05);

} // namespace mahler::risk
