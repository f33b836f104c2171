#pragma once

#include <span>
#include <vector>

#include "base/time.h"

namespace mahler::market {

/// How much of a session's variance passes when the market is shut, and on days of news. Units are ordinary sessions, the night before included.
struct ClockWeights {
    double overnight = 0.25; ///< of a session's unit: from one close to the next open, 0 to 1
    double closedDay = 0.05; ///< for each weekend day or holiday between, on top of the night; 0 to 1
    double event = 1.0;      ///< on top, for a session with a scheduled announcement; 0 to 10
};

/// Time as volatility passes: total variance is sigma^2 tau with tau from here, while rates and dividends run on calendar time
/// (365 days of 86,400 seconds). The year after `from` is one year on both, so long volatilities agree. A volatility v on calendar
/// time T is v sqrt(T / tau) on this clock. Immutable; thread-safe.
class VarianceClock {
public:
    /// Counts from `from` to `to`, at least a year and at most fifteen; `events` are sessions with an announcement, in any order, doubles count once.
    /// Weights outside their ranges are cut to them.
    VarianceClock(UtcTime from, UtcTime to, const ClockWeights& weights, std::span<const TradingDate> events);
    /// Years on this clock from its start to `at`; before the start 0, after its end the calendar's pass.
    double years(UtcTime at) const;
    const ClockWeights& weights() const { return m_weights; }

private:
    struct Knot {
        UtcTime at{};
        double units = 0; ///< passed since the first knot
    };
    double units(UtcTime at) const;
    ClockWeights m_weights;
    std::vector<Knot> m_knots; ///< opens and closes; time passes evenly between two
    double m_start = 0, m_unitsAYear = 1;
};

} // namespace mahler::market
