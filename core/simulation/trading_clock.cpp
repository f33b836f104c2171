#include "simulation/trading_clock.h"

#include <algorithm>

#include "base/check.h"
#include "market/exchange_calendar.h"
#include "simulation/instruments.h"

namespace mahler::simulation {

TradingClock::TradingClock(TradingDate from, TradingDate to) {
    TradingDate date = market::isTradingDay(from) ? from : market::nextTradingDay(from);
    while (date <= to) {
        m_days.push_back({date, market::sessionOpen(date), market::sessionClose(date)});
        date = market::nextTradingDay(date);
    }
    MAHLER_CHECK(!m_days.empty());
}

double TradingClock::position(UtcTime t) const {
    const auto after = std::upper_bound(m_days.begin(), m_days.end(), t, [](UtcTime value, const Day& day) { return value < day.open; });
    if (after == m_days.begin()) return 0.0;
    const Day& day = *(after - 1);
    const double sessions = static_cast<double>(after - m_days.begin()) - 1.0;
    if (t <= day.close) {
        const double share = static_cast<double>((t - day.open).count()) / static_cast<double>((day.close - day.open).count());
        return (sessions + kOvernightShare + (1.0 - kOvernightShare) * share) / kSessionsPerYear;
    }
    if (after == m_days.end()) return (sessions + 1.0) / kSessionsPerYear;
    const double share = static_cast<double>((t - day.close).count()) / static_cast<double>((after->open - day.close).count());
    return (sessions + 1.0 + kOvernightShare * share) / kSessionsPerYear;
}

double TradingClock::years(UtcTime from, UtcTime to) const { return std::max(0.0, position(to) - position(from)); }

std::size_t TradingClock::indexOnOrBefore(TradingDate date) const {
    const auto after = std::upper_bound(m_days.begin(), m_days.end(), date, [](TradingDate value, const Day& day) { return value < day.date; });
    MAHLER_CHECK(after != m_days.begin());
    return static_cast<std::size_t>(after - m_days.begin()) - 1;
}

const TradingClock::Day& TradingClock::onOrBefore(TradingDate date) const { return m_days[indexOnOrBefore(date)]; }

bool TradingClock::isSession(TradingDate date) const { return date >= m_days.front().date && onOrBefore(date).date == date; }

TradingDate nthWeekday(std::chrono::year year, std::chrono::month month, std::chrono::weekday weekday, unsigned n) {
    if (n == 0) return TradingDate(std::chrono::sys_days(year / month / weekday[std::chrono::last]));
    return TradingDate(std::chrono::sys_days(year / month / weekday[n]));
}

} // namespace mahler::simulation
