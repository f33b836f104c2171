#pragma once

#include <optional>
#include <vector>

#include "market/history.h"

namespace mahler::analytics {

/// Wilder's relative strength index over `period` (Wilder 1978): first average simple, then smoothed; 0..100.
std::optional<double> rsi(const std::vector<double>& closes, int period = 14);

struct Macd {
    double line = 0, signal = 0, histogram = 0;
};
/// Appel's 12/26/9: exponential means seeded with the simple mean of their first window; needs 34 closes.
std::optional<Macd> macd(const std::vector<double>& closes, int fast = 12, int slow = 26, int signal = 9);

struct Bollinger {
    double upper = 0, lower = 0, middle = 0;
};
/// Mean and population deviation of the last `period` closes, `width` deviations each way (Bollinger 2001).
std::optional<Bollinger> bollinger(const std::vector<double>& closes, int period = 20, double width = 2);

/// Wilder's average true range (Wilder 1978).
std::optional<double> atr(const std::vector<market::DailyBar>& bars, int period = 14);
std::optional<double> simpleMean(const std::vector<double>& closes, int period);
/// Close-to-close, sample deviation of `days` log returns, annualised by 252.
std::optional<double> realisedVolatility(const std::vector<market::DailyBar>& bars, std::size_t days);

struct Levels {
    std::vector<double> supports, resistances; ///< nearest first
};
/// Swing pivots (five bars each side) of the last 120 sessions, merged when closer than `tolerance`.
Levels pivotLevels(const std::vector<market::DailyBar>& bars, double spot, double tolerance);

} // namespace mahler::analytics
