#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/time.h"

namespace mahler::portfolio {

/// How an underlying moves with the benchmark, as analytics measured it.
struct BenchmarkBeta {
    double beta = 0, r2 = 0;
    int window = 0;     ///< daily returns used
    TradingDate last{}; ///< of the window; zero: not known
    bool weak() const { return r2 < 0.4; }
    bool operator==(const BenchmarkBeta&) const = default;
};
/// What beta-weighting needs. Without it those cells are absent, never zero.
struct BetaWeights {
    std::string benchmark = "SPY";
    std::optional<double> benchmarkSpot;
    std::map<std::string, BenchmarkBeta> byUnderlying;
    /// Of `underlying` to the benchmark; the benchmark's own is 1 without any history. Absent when nothing says it.
    std::optional<BenchmarkBeta> betaOf(const std::string& underlying) const;
};

/// Delta dollars and their change for a move of 1 % of the underlying's own price.
struct DeltaPart {
    std::string underlying;
    std::optional<double> deltaUsd, gammaUsdPerPercent; ///< absent: not priced
};
/// Shares of the benchmark that gain and lose what the parts do: sum of deltaUsd x beta / S, and their change when the benchmark
/// moves by 1 % and every underlying by beta %: sum of gammaUsdPerPercent x beta^2 / S. A part without a value, a beta or the
/// benchmark's price is left out and counted; with none of several included both are absent.
struct BetaSum {
    std::optional<double> delta, gammaPerPercent;
    int included = 0, total = 0;
    bool weak = false; ///< some included beta has r2 below 0.4
};
BetaSum betaWeighted(std::span<const DeltaPart> parts, const BetaWeights& weights);

} // namespace mahler::portfolio
