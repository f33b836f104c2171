#include "simulation/event_calendar.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "market/exchange_calendar.h"
#include "simulation/scenario.h"

namespace mahler::simulation {

namespace {

constexpr std::uint64_t kDividend = 61; ///< purpose of a random stream
constexpr double kDividendDeviation = 0.03;
constexpr std::chrono::months kAround{4}; ///< before the first day and after the last, so that every day is between two ex-dates

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
    bool beforeOpen = false;
};

const Heavyweight kHeavyweights[] = {
    {"TSLA earnings, after the close", 1, Wednesday, 3},    {"MSFT earnings, after the close", 1, Tuesday, 0},
    {"GOOGL earnings, after the close", 1, Tuesday, 4},     {"META earnings, after the close", 1, Wednesday, 0},
    {"AAPL earnings, after the close", 1, Thursday, 0},     {"AMZN earnings, after the close", 1, Thursday, 0},
    {"JPM earnings, before the open", 1, Tuesday, 2, true}, {"NVDA earnings, after the close", 2, Wednesday, 3},
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

EventCalendar::EventCalendar(const TradingClock& clock, std::uint64_t seed) {
    using market::EventKind;
    const TradingDate first = clock.days().front().date, last = clock.days().back().date;
    const auto within = [&](TradingDate date) { return date >= first && date <= last; };
    for (auto ym = first.year() / first.month(); ym <= last.year() / last.month(); ym += std::chrono::months(1)) {
        const year y = ym.year();
        const month m = ym.month();
        const auto release = [&](TradingDate date, EventKind kind, std::string_view title, int hour, int minute) {
            if (!within(date)) return;
            add(date, kind, "", title, market::fromNewYork(date, hour, minute));
            m_releases.push_back(market::fromNewYork(date, hour, minute));
            (kind == EventKind::Fomc ? m_fomc : m_reports).push_back(date);
        };
        if (const auto fomc = fomcOf(y, m)) release(sessionOnOrAfter(*fomc), EventKind::Fomc, "FOMC decision, 14:00 New York", 14, 0);
        release(sessionOnOrAfter(y / m / 11), EventKind::Cpi, "Consumer prices, 08:30 New York", 8, 30);
        release(sessionOnOrAfter(nthWeekday(y, m, Friday, 1)), EventKind::Jobs, "Employment report, 08:30 New York", 8, 30);
        const auto plain = [&](TradingDate date, EventKind kind, std::string_view title, std::optional<UtcTime> at) {
            if (within(date)) add(date, kind, "", title, at);
        };
        const TradingDate gdp = sessionOnOrBefore(nthWeekday(y, m, Thursday, 0));
        plain(gdp, EventKind::Gdp, "Gross domestic product, 08:30 New York", market::fromNewYork(gdp, 8, 30));
        for (const Heavyweight& company : kHeavyweights) {
            if (static_cast<unsigned>(m) % 3 == company.firstMonth % 3) {
                const TradingDate date = sessionOnOrAfter(nthWeekday(y, m, company.weekday, company.nth));
                plain(date, EventKind::Earnings, company.title, company.beforeOpen ? market::sessionOpen(date) : market::sessionClose(date));
            }
        }
        plain(sessionOnOrBefore(nthWeekday(y, m, Friday, 3)), EventKind::Expiry,
              isQuarterMonth(m) ? "Quarterly options and futures expiry" : "Monthly options expiry", std::nullopt);
    }
    for (auto day = std::chrono::sys_days(first); day <= std::chrono::sys_days(last); day += std::chrono::days(1)) {
        const std::chrono::weekday weekday(day);
        if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !clock.isSession(TradingDate(day)))
            add(TradingDate(day), EventKind::Holiday, "", "Exchange holiday", std::nullopt);
    }
    addDividends(clock, seed);
    for (const EventKind kind : {EventKind::Fomc, EventKind::Cpi, EventKind::Jobs, EventKind::Gdp, EventKind::Earnings, EventKind::ExDividend})
        m_coverage.push_back({kind, "", first, last});
    std::stable_sort(m_events.begin(), m_events.end(), [](const market::MarketEvent& a, const market::MarketEvent& b) { return a.date < b.date; });
    std::sort(m_releases.begin(), m_releases.end());
}

void EventCalendar::addDividends(const TradingClock& clock, std::uint64_t seed) {
    const TradingDate first = clock.days().front().date, last = clock.days().back().date;
    for (const Asset asset : kAllAssets) {
        const Instrument& spec = instrument(asset);
        std::optional<TradingDate> before;
        for (auto ym = first.year() / first.month() - kAround; ym <= last.year() / last.month() + kAround; ym += std::chrono::months(1)) {
            const auto date = exDateOf(spec.dividends, ym.year(), ym.month());
            if (!date) continue;
            const auto prior = std::exchange(before, date);
            if (!prior) continue;
            Random random(streamSeed(seed, kDividend + 8 * index(asset), dayNumber(*date)));
            const double paid = spec.startLevel * spec.dividendYield * daysBetween(*prior, *date) / 365.0;
            const double amount = std::round(1000.0 * paid * (1.0 + kDividendDeviation * random.normal())) / 1000.0;
            m_dividends[index(asset)].push_back({*date, amount});
            if (*date < first || *date > last) continue;
            char text[64];
            std::snprintf(text, sizeof text, "%s ex-dividend, %.3f a share", std::string(spec.symbol).c_str(), amount);
            add(*date, market::EventKind::ExDividend, spec.symbol, text, market::sessionOpen(*date));
        }
    }
}

void EventCalendar::add(TradingDate date, market::EventKind kind, std::string_view symbol, std::string_view title, std::optional<UtcTime> at) {
    m_events.push_back({date, kind, std::string(symbol), std::string(title), at});
}

int EventCalendar::releasesBetween(UtcTime from, UtcTime to) const {
    if (to <= from) return 0;
    return static_cast<int>(std::upper_bound(m_releases.begin(), m_releases.end(), to) -
                            std::upper_bound(m_releases.begin(), m_releases.end(), from));
}

bool EventCalendar::isFomcDay(TradingDate date) const { return std::find(m_fomc.begin(), m_fomc.end(), date) != m_fomc.end(); }

bool EventCalendar::isReportDay(TradingDate date) const { return std::find(m_reports.begin(), m_reports.end(), date) != m_reports.end(); }

std::optional<double> EventCalendar::dividendOn(Asset asset, TradingDate date) const {
    for (const auto& dividend : dividends(asset))
        if (dividend.exDate == date) return dividend.amount;
    return std::nullopt;
}

double EventCalendar::accruedDividend(Asset asset, TradingDate date) const {
    const auto& all = dividends(asset);
    const auto next = std::upper_bound(all.begin(), all.end(), date, [](TradingDate d, const auto& dividend) { return d < dividend.exDate; });
    if (next == all.begin() || next == all.end()) return 0.0;
    const TradingDate last = (next - 1)->exDate;
    return next->amount * daysBetween(last, date) / daysBetween(last, next->exDate);
}

} // namespace mahler::simulation
