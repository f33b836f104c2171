#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace mahler::market {

struct DailyBar {
    TradingDate date{};
    double open = 0, high = 0, low = 0, close = 0; ///< currency units or index points
    double volume = 0;
};

struct DailyValue {
    TradingDate date{};
    double value = 0;
};

enum class EventKind { Fomc, Cpi, Jobs, Gdp, Earnings, ExDividend, Expiry, Holiday };
const char* toString(EventKind kind);

struct MarketEvent {
    TradingDate date{};
    EventKind kind = EventKind::Fomc;
    std::string symbol; ///< empty: the whole market
    std::string title;
};

/// The underlying opens lower by `amount` (its currency, positive) on the morning of `exDate`; who exercises a call for it does
/// so the evening before.
struct AnnouncedDividend {
    TradingDate exDate{};
    double amount = 0;
    bool operator==(const AnnouncedDividend&) const = default;
};

/// What is known of the past and the calendar on one day. An empty series means unknown, never zero.
/// Series are in date order and hold nothing after the as-of date.
struct History {
    std::map<std::string, std::vector<DailyBar>> bars;               ///< by underlying
    std::map<std::string, std::vector<DailyValue>> iv30;             ///< 30-day at-the-money volatility, 0.20 = 20 %
    std::vector<DailyValue> vix;                                     ///< index points
    std::map<std::string, std::vector<DailyValue>> volatilityIndex;  ///< by underlying: closes of the index of its 30-day volatility, points
    std::map<std::string, double> dividendYield;                     ///< continuous, per year
    std::map<std::string, std::vector<AnnouncedDividend>> dividends; ///< by underlying: cash amounts, past and coming, by date
    std::optional<double> rate;                                      ///< continuous, per year
    std::vector<MarketEvent> events;                                 ///< past and coming
};

/// What the last closed session says of VIX.
struct LastVix {
    double value = 0;                 ///< index points
    std::optional<double> priorClose; ///< of the session before
    TradingDate date{};
};
/// Absent without a close of the last `kLastKnownDays` days: an old value is not the last known one.
std::optional<LastVix> lastVix(const History& history, TradingDate today);
inline constexpr int kLastKnownDays = 10;

} // namespace mahler::market
