#include "simulation/event_calendar.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "market/exchange_calendar.h"

namespace mahler::simulation {

namespace {

using std::chrono::Friday;
using std::chrono::Monday;
using std::chrono::month;
using std::chrono::Thursday;
using std::chrono::Tuesday;
using std::chrono::Wednesday;
using std::chrono::year;

TradingDate sessionOnOrAfter(TradingDate date) { return market::isTradingDay(date) ? date : market::nextTradingDay(date); }
TradingDate sessionOnOrBefore(TradingDate date) { return market::isTradingDay(date) ? date : market::priorTradingDay(date); }

struct Heavyweight {
    std::string_view title;
    unsigned firstMonth; ///< of the quarter's cycle: 1 is January, April, July, October
    std::chrono::weekday weekday;
    unsigned nth; ///< 0 is the last one
};

const Heavyweight kHeavyweights[] = {
    {"TSLA earnings, after the close", 1, Wednesday, 3}, {"MSFT earnings, after the close", 1, Tuesday, 0},
    {"GOOGL earnings, after the close", 1, Tuesday, 4},  {"META earnings, after the close", 1, Wednesday, 0},
    {"AAPL earnings, after the close", 1, Thursday, 0},  {"AMZN earnings, after the close", 1, Thursday, 0},
    {"JPM earnings, before the open", 1, Tuesday, 2},    {"NVDA earnings, after the close", 2, Wednesday, 3},
};

std::optional<TradingDate> fomcOf(year y, month m) {
    switch (static_cast<unsigned>(m)) {
    case 1:
    case 4:
    case 7:
    case 10: return nthWeekday(y, m, Wednesday, 0);
    case 3:
    case 6:
    case 9: return nthWeekday(y, m, Wednesday, 3);
    case 12: return nthWeekday(y, m, Wednesday, 2);
    }
    return std::nullopt;
}

bool isQuarterMonth(month m) { return static_cast<unsigned>(m) % 3 == 0; }

std::optional<TradingDate> exDateOf(DividendRule rule, year y, month m) {
    switch (rule) {
    case DividendRule::None: return std::nullopt;
    case DividendRule::Monthly: return sessionOnOrAfter(y / m / 1);
    case DividendRule::QuarterlyThirdFriday: return isQuarterMonth(m) ? std::optional(sessionOnOrBefore(nthWeekday(y, m, Friday, 3))) : std::nullopt;
    case DividendRule::QuarterlyThirdMonday: return isQuarterMonth(m) ? std::optional(sessionOnOrAfter(nthWeekday(y, m, Monday, 3))) : std::nullopt;
    case DividendRule::QuarterlyThirdTuesday: return isQuarterMonth(m) ? std::optional(sessionOnOrAfter(nthWeekday(y, m, Tuesday, 3))) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace

EventCalendar::EventCalendar(const TradingClock& clock) {
    using market::EventKind;
    const TradingDate first = clock.days().front().date, last = clock.days().back().date;
    const auto within = [&](TradingDate date) { return date >= first && date <= last; };
    for (auto ym = first.year() / first.month(); ym <= last.year() / last.month(); ym += std::chrono::months(1)) {
        const year y = ym.year();
        const month m = ym.month();
        const auto release = [&](TradingDate date, EventKind kind, std::string_view title, int hour, int minute) {
            if (!within(date)) return;
            add(date, kind, "", title);
            m_releases.push_back(market::fromNewYork(date, hour, minute));
            (kind == EventKind::Fomc ? m_fomc : m_reports).push_back(date);
        };
        if (const auto fomc = fomcOf(y, m)) release(sessionOnOrAfter(*fomc), EventKind::Fomc, "FOMC decision, 14:00 New York", 14, 0);
        release(sessionOnOrAfter(y / m / 11), EventKind::Cpi, "Consumer prices, 08:30 New York", 8, 30);
        release(sessionOnOrAfter(nthWeekday(y, m, Friday, 1)), EventKind::Jobs, "Employment report, 08:30 New York", 8, 30);
        const auto plain = [&](TradingDate date, EventKind kind, std::string_view title) {
            if (within(date)) add(date, kind, "", title);
        };
        plain(sessionOnOrBefore(nthWeekday(y, m, Thursday, 0)), EventKind::Gdp, "Gross domestic product, 08:30 New York");
        for (const Heavyweight& company : kHeavyweights) {
            if (static_cast<unsigned>(m) % 3 == company.firstMonth % 3)
                plain(sessionOnOrAfter(nthWeekday(y, m, company.weekday, company.nth)), EventKind::Earnings, company.title);
        }
        plain(sessionOnOrBefore(nthWeekday(y, m, Friday, 3)), EventKind::Expiry,
              isQuarterMonth(m) ? "Quarterly options and futures expiry" : "Monthly options expiry");
    }
    for (auto day = std::chrono::sys_days(first); day <= std::chrono::sys_days(last); day += std::chrono::days(1)) {
        const std::chrono::weekday weekday(day);
        if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !clock.isSession(TradingDate(day)))
            add(TradingDate(day), EventKind::Holiday, "", "Exchange holiday");
    }
    addDividends(clock);
    std::stable_sort(m_events.begin(), m_events.end(), [](const market::MarketEvent& a, const market::MarketEvent& b) { return a.date < b.date; });
    std::sort(m_releases.begin(), m_releases.end());
}

void EventCalendar::addDividends(const TradingClock& clock) {
    const TradingDate first = clock.days().front().date, last = clock.days().back().date;
    for (const Asset asset : kAllAssets) {
        const Instrument& spec = instrument(asset);
        // One quarter earlier too, so that the accrual is known on the first day.
        const auto start = first.year() / first.month() - std::chrono::months(4);
        for (auto ym = start; ym <= last.year() / last.month(); ym += std::chrono::months(1)) {
            const auto date = exDateOf(spec.dividends, ym.year(), ym.month());
            if (!date || *date > last) continue;
            m_exDates[index(asset)].push_back(*date);
            if (*date >= first) add(*date, market::EventKind::ExDividend, spec.symbol, std::string(spec.symbol) + " ex-dividend");
        }
    }
}

void EventCalendar::add(TradingDate date, market::EventKind kind, std::string_view symbol, std::string_view title) {
    m_events.push_back({date, kind, std::string(symbol), std::string(title)});
}

int EventCalendar::releasesBetween(UtcTime from, UtcTime to) const {
    if (to <= from) return 0;
    return static_cast<int>(std::upper_bound(m_releases.begin(), m_releases.end(), to) -
                            std::upper_bound(m_releases.begin(), m_releases.end(), from));
}

bool EventCalendar::isFomcDay(TradingDate date) const { return std::find(m_fomc.begin(), m_fomc.end(), date) != m_fomc.end(); }

bool EventCalendar::isReportDay(TradingDate date) const { return std::find(m_reports.begin(), m_reports.end(), date) != m_reports.end(); }

std::optional<double> EventCalendar::dividendOn(Asset asset, TradingDate date) const {
    const auto& dates = m_exDates[index(asset)];
    const auto on = std::find(dates.begin(), dates.end(), date);
    if (on == dates.end() || on == dates.begin()) return std::nullopt;
    return -std::expm1(-instrument(asset).dividendYield * daysBetween(*(on - 1), date) / 365.0); // the accrued log price falls to nothing
}

double EventCalendar::accruedDividend(Asset asset, TradingDate date) const {
    const auto& dates = m_exDates[index(asset)];
    const auto after = std::upper_bound(dates.begin(), dates.end(), date);
    if (after == dates.begin()) return 0.0;
    return instrument(asset).dividendYield * daysBetween(*(after - 1), date) / 365.0;
}

} // namespace mahler::simulation
