#include "analytics/indicators.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mahler::analytics {

std::optional<double> simpleMean(const std::vector<double>& closes, int period) {
    if (period <= 0 || closes.size() < static_cast<std::size_t>(period)) return std::nullopt;
    return std::accumulate(closes.end() - period, closes.end(), 0.0) / period;
}

std::optional<double> rsi(const std::vector<double>& closes, int period) {
    if (closes.size() < static_cast<std::size_t>(period) + 1) return std::nullopt;
    double gain = 0, loss = 0;
    for (std::size_t i = 1; i < closes.size(); ++i) {
        const double change = closes[i] - closes[i - 1];
        const double up = std::max(0.0, change), down = std::max(0.0, -change);
        if (i <= static_cast<std::size_t>(period)) {
            gain += up / period;
            loss += down / period;
        } else {
            gain = (gain * (period - 1) + up) / period;
            loss = (loss * (period - 1) + down) / period;
        }
    }
    if (loss == 0) return gain == 0 ? 50.0 : 100.0;
    return 100.0 - 100.0 / (1.0 + gain / loss);
}

namespace {

/// One value per input from index period-1 on.
std::vector<double> exponentialMeans(const std::vector<double>& values, int period) {
    std::vector<double> out;
    const auto n = static_cast<std::size_t>(period);
    if (values.size() < n) return out;
    double mean = std::accumulate(values.begin(), values.begin() + period, 0.0) / period;
    out.push_back(mean);
    const double weight = 2.0 / (period + 1.0);
    for (std::size_t i = n; i < values.size(); ++i) {
        mean += weight * (values[i] - mean);
        out.push_back(mean);
    }
    return out;
}

} // namespace

std::optional<Macd> macd(const std::vector<double>& closes, int fast, int slow, int signal) {
    const auto quick = exponentialMeans(closes, fast), calm = exponentialMeans(closes, slow);
    if (calm.empty()) return std::nullopt;
    std::vector<double> line(calm.size());
    for (std::size_t i = 0; i < calm.size(); ++i) line[i] = quick[i + quick.size() - calm.size()] - calm[i];
    const auto smoothed = exponentialMeans(line, signal);
    if (smoothed.empty()) return std::nullopt;
    return Macd{line.back(), smoothed.back(), line.back() - smoothed.back()};
}

std::optional<Bollinger> bollinger(const std::vector<double>& closes, int period, double width) {
    const auto mean = simpleMean(closes, period);
    if (!mean) return std::nullopt;
    double squares = 0;
    for (auto it = closes.end() - period; it != closes.end(); ++it) squares += (*it - *mean) * (*it - *mean);
    const double deviation = std::sqrt(squares / period);
    return Bollinger{*mean + width * deviation, *mean - width * deviation, *mean};
}

std::optional<double> atr(const std::vector<market::DailyBar>& bars, int period) {
    if (bars.size() < static_cast<std::size_t>(period) + 1) return std::nullopt;
    double mean = 0;
    for (std::size_t i = 1; i < bars.size(); ++i) {
        const double range =
            std::max({bars[i].high - bars[i].low, std::abs(bars[i].high - bars[i - 1].close), std::abs(bars[i].low - bars[i - 1].close)});
        mean = i <= static_cast<std::size_t>(period) ? mean + range / period : (mean * (period - 1) + range) / period;
    }
    return mean;
}

std::optional<double> realisedVolatility(const std::vector<market::DailyBar>& bars, std::size_t days) {
    if (days < 2 || bars.size() < days + 1) return std::nullopt;
    double sum = 0, squares = 0;
    for (std::size_t i = bars.size() - days; i < bars.size(); ++i) {
        if (bars[i].close <= 0 || bars[i - 1].close <= 0) return std::nullopt;
        const double r = std::log(bars[i].close / bars[i - 1].close);
        sum += r;
        squares += r * r;
    }
    const double n = static_cast<double>(days);
    return std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)) * 252.0);
}

Levels pivotLevels(const std::vector<market::DailyBar>& bars, double spot, double tolerance) {
    constexpr std::size_t kSide = 5, kLookBack = 120, kMost = 4;
    Levels levels;
    std::vector<double> pivots;
    const std::size_t from = bars.size() > kLookBack ? bars.size() - kLookBack : 0;
    for (std::size_t i = from + kSide; i + kSide < bars.size(); ++i) {
        bool low = true, high = true;
        for (std::size_t j = i - kSide; j <= i + kSide; ++j) {
            low = low && bars[i].low <= bars[j].low;
            high = high && bars[i].high >= bars[j].high;
        }
        if (low) pivots.push_back(bars[i].low);
        if (high) pivots.push_back(bars[i].high);
    }
    std::sort(pivots.begin(), pivots.end());
    std::vector<double> merged;
    double sum = 0;
    std::size_t count = 0;
    for (const double p : pivots) {
        if (count > 0 && p - sum / static_cast<double>(count) > tolerance) {
            merged.push_back(sum / static_cast<double>(count));
            sum = 0;
            count = 0;
        }
        sum += p;
        ++count;
    }
    if (count > 0) merged.push_back(sum / static_cast<double>(count));
    for (auto it = merged.rbegin(); it != merged.rend(); ++it)
        if (*it < spot && levels.supports.size() < kMost) levels.supports.push_back(*it);
    for (const double level : merged)
        if (level > spot && levels.resistances.size() < kMost) levels.resistances.push_back(level);
    return levels;
}

} // namespace mahler::analytics
