#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "market/history.h"
#include "pricing/chain_pricer.h"

namespace mahler::analytics {

enum class TermShape { Contango, Flat, Backwardation };
enum class Trend { Bullish, Neutral, Bearish };
enum class VixRegime { Low, Normal, Elevated, High, Extreme }; ///< < 15, < 20, < 30, < 40, above
const char* toString(TermShape shape);
const char* toString(Trend trend);
const char* toString(VixRegime regime);

/// Where history is missing a value is absent: unknown, never zero.
struct VolatilityMetrics {
    std::optional<double> iv30, iv60, iv90;     ///< at-the-money, interpolated in total variance; 0.20 = 20 %
    std::optional<double> ivRank, ivPercentile; ///< 0..100 over up to 252 sessions; needs >= 60
    int ivHistoryDays = 0;
    /// Set where rank, percentile and z-score are those of the underlying's volatility index (its close of this day among those
    /// before), because no history of its own at-the-money volatility is known: an index is never held against another measure.
    std::optional<TradingDate> rankedIndexDate;
    std::string rankedIndex;                                  ///< its name, "VIX"; empty without one
    std::optional<double> ratio3090;                          ///< iv30 / iv90
    std::optional<TermShape> shape;                           ///< < 0.95 contango, > 1.05 backwardation
    std::optional<double> slope;                              ///< regression of ATM vol on years to expiry
    std::optional<double> zScore;                             ///< of iv30, or of the index, against its history
    std::optional<double> realised10, realised20, realised60; ///< close to close, annualised by 252
    std::optional<double> today;                              ///< log of spot over the last close, of the session that has not closed yet
    std::optional<double> riskReversal25, butterfly25;        ///< at about 30 days
    std::optional<double> skew;                               ///< 25-delta put vol / ATM vol at about 30 days
};

struct TechnicalMetrics {
    int bars = 0;
    std::optional<double> rsi14;                                             ///< Wilder 1978
    std::optional<double> macd, macdSignal, macdHistogram;                   ///< 12, 26, 9 (Appel)
    std::optional<double> bollingerUpper, bollingerLower, bollingerPosition; ///< 20, 2; position 0 lower .. 1 upper
    std::optional<double> atr14;                                             ///< Wilder 1978, price units
    std::optional<double> sma20, sma50, sma200;
    std::vector<double> supports, resistances; ///< nearest first, price units
    std::optional<Trend> trend;
    std::optional<double> trendStrength; ///< 0..1
};

/// Everything the agents may know about one underlying at one time.
struct Analysis {
    std::string underlying;
    UtcTime asof{};
    double spot = 0;
    VolatilityMetrics volatility;
    TechnicalMetrics technical;
    std::optional<double> vix, vixChange; ///< index points; change against the prior close as a fraction
    std::optional<VixRegime> vixRegime;
    std::optional<double> rate;
    std::vector<market::MarketEvent> events;    ///< still ahead at `asof`, within 60 days
    std::map<std::string, double> correlations; ///< 60-day, with the other underlyings that have history
};

VolatilityMetrics volatilityMetrics(const pricing::PricedChain& chain, const market::History& history);
TechnicalMetrics technicalMetrics(const std::vector<market::DailyBar>& bars, double spot);
VixRegime vixRegime(double vix);
Analysis analyse(const pricing::PricedChain& chain, const market::History& history, std::optional<double> vix, std::optional<double> vixPriorClose);

} // namespace mahler::analytics
