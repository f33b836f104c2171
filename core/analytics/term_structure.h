#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "market/history.h"
#include "market/variance_clock.h"
#include "pricing/chain_pricer.h"

namespace mahler::analytics {

/// At-the-money volatility by expiry, and what lies between two of them.
struct TermPoint {
    std::size_t expiry = 0; ///< index into PricedChain::expiries
    double years = 0, vol = 0;
    /// Volatility from the point before to this one: sqrt((w2 - w1) / (t2 - t1)) with w = vol^2 t. Absent for the first point, and
    /// where total variance falls: that is arbitrage, not a volatility.
    std::optional<double> forwardVol{};
};

/// One point per expiry date with a known at-the-money volatility, by years; what expires within two days is noise and left out.
std::vector<TermPoint> termStructure(const pricing::PricedChain& chain);
/// Linear in total variance between expiries; flat in volatility up to a third beyond the ends, unknown farther out.
std::optional<double> volAt(const std::vector<TermPoint>& points, double days);
/// Regression of at-the-money volatility on years to expiry, volatility a year; absent below three points.
std::optional<double> termSlope(const std::vector<TermPoint>& points);
/// Steepness of a smile at its forward: change of volatility for 10 % more strike (in log), from the served slice; absent without one.
std::optional<double> skewPerTenPercent(const pricing::PricedExpiry& expiry);
/// At-the-money volatility of each expiry on a clock of variance, by which a contract of today and one over the weekend can be compared: the
/// calendar's times sqrt(years / clock years). Days of FOMC, CPI, jobs and of the underlying's earnings count as ClockWeights::event more. Absent
/// where the calendar's is, and where no time is left on either clock.
std::vector<std::optional<double>> volsOnVarianceClock(const pricing::PricedChain& chain, std::span<const market::MarketEvent> events,
                                                       const market::ClockWeights& weights = {});

} // namespace mahler::analytics
