#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mahler {

using UtcTime = std::chrono::sys_time<std::chrono::nanoseconds>; ///< an instant
using MonoTime = std::chrono::nanoseconds;                       ///< monotonic time since an arbitrary start
using TradingDate = std::chrono::year_month_day;                 ///< an exchange date, not an instant

/// What the desk is told at each command: the instant for stamps and sessions, the monotonic time for durations (S17).
struct Timestamp {
    UtcTime utc{};
    MonoTime mono{};
    bool operator==(const Timestamp&) const = default;
};

inline std::int64_t toNanos(UtcTime t) { return t.time_since_epoch().count(); }
inline UtcTime utcFromNanos(std::int64_t ns) { return UtcTime(std::chrono::nanoseconds(ns)); }

/// "2026-08-19T14:58:01.086Z": UTC, milliseconds.
std::string formatUtc(UtcTime t);
/// Accepts "YYYY-MM-DDTHH:MM[:SS[.fffffffff]]" followed by Z or +hh:mm / -hh:mm; a blank may stand for the T.
Result<UtcTime> parseUtc(std::string_view text);

/// "2026-08-19".
std::string formatDate(TradingDate d);
/// Accepts YYYY-MM-DD, MM/DD/YYYY and YYYYMMDD; the day must exist.
Result<TradingDate> parseDate(std::string_view text);
int daysBetween(TradingDate from, TradingDate to);
TradingDate addDays(TradingDate d, int days);

} // namespace mahler
