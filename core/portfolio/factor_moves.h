#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "market/history.h"

namespace mahler::portfolio {

/// Joint one-day moves of spots and of 30-day volatility, scenario by scenario.
struct FactorMoves {
    std::vector<std::string> underlyings;
    std::vector<double> spot;       ///< scenarios x underlyings, relative
    std::vector<double> vol;        ///< relative move of VIX, one for each scenario
    std::vector<TradingDate> dates; ///< of historical moves, oldest first; empty for simulated ones
    std::size_t size() const { return vol.size(); }
    double spotOf(std::size_t scenario, std::size_t underlying) const { return spot[scenario * underlyings.size() + underlying]; }
};

/// Close-to-close moves of the days on which every underlying and VIX have a close, at most `most` of the newest. Steps of
/// more than seven calendar days are gaps and left out. @return NotFound naming what has no history.
Result<FactorMoves> historicalMoves(const market::History& history, std::span<const std::string> underlyings, std::size_t most);

struct SimulationSpec {
    std::size_t paths = 10'000;
    std::uint64_t seed = 1;
    double lambda = 0.94;     ///< decay of the EWMA covariance (RiskMetrics 1996, section 5.2)
    int degreesOfFreedom = 5; ///< of the multivariate t, scaled to the same covariance; 0: normal
};
/// Log moves with zero mean from the EWMA covariance of `past`: Cholesky factor times a multivariate t or normal. The same
/// seed gives the same moves everywhere. @return BadInput with fewer than 60 days, no movement, 1 or 2 degrees of freedom or
/// more than 1,000,000 paths.
Result<FactorMoves> simulatedMoves(const FactorMoves& past, const SimulationSpec& spec);

} // namespace mahler::portfolio
