#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "market/history.h"

namespace mahler::analytics {

/// Daily log returns of several series between the dates all of them have, oldest first.
struct AlignedReturns {
    std::vector<std::string> names;
    std::vector<TradingDate> dates;           ///< the later day of each return
    std::vector<std::vector<double>> returns; ///< [series][day]
};
/// Pairs of neighbouring common dates more than seven calendar days apart are a gap, not a return, and are left out.
/// @return NotFound naming the first underlying without bars.
Result<AlignedReturns> alignedReturns(const market::History& history, std::span<const std::string> names);

/// Exponentially weighted correlations of daily log returns with zero mean (RiskMetrics 1996, section 5.2).
struct CorrelationMatrix {
    std::vector<std::string> names;
    std::vector<double> values; ///< row by row, symmetric, 1 on the diagonal, within [-1, 1]
    int days = 0;               ///< returns used
    double lambda = 0;
    double at(std::size_t i, std::size_t j) const { return values[i * names.size() + j]; }
};
inline constexpr double kLambda = 0.94; ///< RiskMetrics' daily decay: half of the weight lies in the last 11 days
inline constexpr int kFewestReturns = 20;
/// `lambda` in (0, 1). @return NotFound as above, BadInput with fewer than 20 common returns or a series that never moves.
Result<CorrelationMatrix> ewmaCorrelation(const market::History& history, std::span<const std::string> names, double lambda = kLambda);

/// Names tied together by correlations of at least `threshold` in absolute value, directly or through others (connected
/// components). In the order of the names; a name alone is its own group.
std::vector<std::vector<std::string>> correlatedGroups(const CorrelationMatrix& matrix, double threshold = 0.7);

/// Ordinary least squares of daily log returns on the benchmark's, over the last `window` common sessions.
struct BetaEstimate {
    std::string benchmark;
    double beta = 0, r2 = 0;
    int window = 0;     ///< returns used
    TradingDate last{}; ///< of the window
    bool weak() const { return r2 < kWeakR2; }
    static constexpr double kWeakR2 = 0.4;
};
/// The benchmark against itself is exactly 1. @return NotFound without bars, BadInput with fewer than 20 common returns or a
/// benchmark that never moves.
Result<BetaEstimate> betaTo(const market::History& history, const std::string& name, const std::string& benchmark, int window = 252);

} // namespace mahler::analytics
