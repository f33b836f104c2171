#include "market/variance_clock.h"

#include <algorithm>

#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

constexpr auto kYear = std::chrono::hours(365 * 24);

} // namespace

VarianceClock::VarianceClock(UtcTime from, UtcTime to, const ClockWeights& weights, std::span<const TradingDate> events)
    : m_weights{std::clamp(weights.overnight, 0.0, 1.0), std::clamp(weights.closedDay, 0.0, 1.0), std::clamp(weights.event, 0.0, 10.0)} {
    const UtcTime end = std::clamp<UtcTime>(to, from + kYear, from + 15 * kYear);
    TradingDate day = priorTradingDay(toNewYork(from).date);
    double passed = 0;
    m_knots.push_back({sessionClose(day), passed});
    while (m_knots.back().at < end) {
        const TradingDate next = nextTradingDay(day);
        passed += m_weights.overnight + m_weights.closedDay * (daysBetween(day, next) - 1);
        m_knots.push_back({sessionOpen(next), passed});
        const bool news = std::find(events.begin(), events.end(), next) != events.end();
        passed += 1 - m_weights.overnight + (news ? m_weights.event : 0);
        m_knots.push_back({sessionClose(next), passed});
        day = next;
    }
    m_start = units(from);
    m_unitsAYear = units(from + kYear) - m_start;
}

double VarianceClock::units(UtcTime at) const {
    const auto after = std::upper_bound(m_knots.begin(), m_knots.end(), at, [](UtcTime t, const Knot& knot) { return t < knot.at; });
    if (after == m_knots.begin()) return 0;
    const Knot& before = *(after - 1);
    if (after == m_knots.end())
        return before.units + m_unitsAYear * std::chrono::duration<double>(at - before.at).count() / std::chrono::duration<double>(kYear).count();
    const double share = static_cast<double>((at - before.at).count()) / static_cast<double>((after->at - before.at).count());
    return before.units + share * (after->units - before.units);
}

double VarianceClock::years(UtcTime at) const { return std::max(0.0, (units(at) - m_start) / m_unitsAYear); }

} // namespace mahler::market
