#pragma once

#include <vector>

#include "base/time.h"

namespace mahler::simulation {

/// Calendar dates turned into market time: each session is 1/252 of a year of variance, a quarter of it
/// overnight (linear between close and open), the rest linear over the session. Also a fast table of
/// sessions. Immutable.
class TradingClock {
public:
    /// Covers the sessions from `from` to `to` inclusive.
    TradingClock(TradingDate from, TradingDate to);

    struct Day {
        TradingDate date{};
        UtcTime open{}, close{};
    };
    /// Market years since the table's start.
    double position(UtcTime t) const;
    /// Market years between two instants, never negative.
    double years(UtcTime from, UtcTime to) const;
    bool isSession(TradingDate date) const;
    /// The session on `date`, otherwise the last one before it.
    const Day& onOrBefore(TradingDate date) const;
    const std::vector<Day>& days() const { return m_days; }
    std::size_t indexOnOrBefore(TradingDate date) const;

private:
    std::vector<Day> m_days;
};

/// The n-th (1 = first) given weekday of a month, or the last when n is 0.
TradingDate nthWeekday(std::chrono::year year, std::chrono::month month, std::chrono::weekday weekday, unsigned n);

} // namespace mahler::simulation
