#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
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
    std::optional<UtcTime> at{}; ///< when it is out; absent: the hour is not known
};
/// Whether it is still to come at `now`. Without a known hour an ex-dividend day begins with the session's open, anything else may come all day.
bool isAhead(const MarketEvent& event, UtcTime now);

/// A calendar is complete for `kind` from `first` to `last`, both included: there it holds every such event, and only there does none mean
/// that there is none.
struct EventCoverage {
    EventKind kind = EventKind::Fomc;
    std::string symbol; ///< empty: of the whole market and every underlying
    TradingDate first{}, last{};
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
    std::vector<EventCoverage> eventCoverage{};                      ///< what is outside is unknown, never quiet
};
/// Whether one calendar of that kind (its own or everybody's) holds all days from `from` to `to`, both included. Cannot fail, pure: any thread.
bool isCovered(const History& history, EventKind kind, const std::string& underlying, TradingDate from, TradingDate to);
/// What may move it on its day: FOMC, CPI, jobs and GDP everything, its earnings a single stock, its ex-dividend days whatever is no index.
std::vector<EventKind> kindsThatMatter(const std::string& underlying);

/// Sessions that closed before the day of `at` (New York) and that a daily series whose last day is `last` lacks. The one rule of freshness:
/// what is computed of daily closes is known when this is 0, and unknown otherwise. The close of the day itself may be there or not.
int sessionsMissing(TradingDate last, UtcTime at);
int sessionsMissing(TradingDate last, TradingDate today);

/// Whose 30-day volatility a volatility index tells (Cboe: VIX of the S&P 500, VXN of the Nasdaq 100, RVX of the Russell 2000, GVZ of
/// GLD, VXTLT of TLT). An index fund is held against the index of what it follows.
inline constexpr std::array<std::pair<const char*, const char*>, 8> kVolatilityIndices{
    {{"SPX", "VIX"}, {"SPY", "VIX"}, {"NDX", "VXN"}, {"QQQ", "VXN"}, {"RUT", "RVX"}, {"IWM", "RVX"}, {"GLD", "GVZ"}, {"TLT", "VXTLT"}}};
/// "VIX" of SPX and SPY; empty when it has none here.
std::string volatilityIndexOf(const std::string& underlying);

/// What the last closed session says of VIX.
struct LastVix {
    double value = 0;                 ///< index points
    std::optional<double> priorClose; ///< of the session before
    TradingDate date{};
};
/// Absent without the close of the session before `today`: an old value is not the last known one.
std::optional<LastVix> lastVix(const History& history, TradingDate today);
inline constexpr int kLastKnownDays = 10; ///< for what moves slowly: rates, a position's beta

} // namespace mahler::market
