#pragma once

#include <optional>
#include <vector>

#include "market/history.h"
#include "simulation/instruments.h"
#include "simulation/trading_clock.h"

namespace mahler::simulation {

/// The simulated calendar, by rule: FOMC decisions on the Wednesdays that the 2026 meetings follow (last of
/// January, April, July, October; third of March, June, September; second of December), CPI on the first
/// session from the 11th, jobs on the first Friday, GDP on the last Thursday, index heavyweights' earnings in
/// their usual weeks, ex-dividend days, monthly expiries and exchange holidays. Immutable.
class EventCalendar {
public:
    /// `seed` moves the dividends by a few per cent.
    EventCalendar(const TradingClock& clock, std::uint64_t seed);

    const std::vector<market::MarketEvent>& events() const { return m_events; } ///< by date
    /// Every kind, over every day the market has.
    const std::vector<market::EventCoverage>& coverage() const { return m_coverage; }
    /// FOMC, CPI and jobs releases in (from, to].
    int releasesBetween(UtcTime from, UtcTime to) const;
    /// The instant of the FOMC decision on `date`, if there is one.
    bool isFomcDay(TradingDate date) const;
    /// CPI or jobs report before the open.
    bool isReportDay(TradingDate date) const;
    /// Cash amounts a share by ex-date, from before the first day to months after the last; none of GLD and the index.
    const std::vector<market::AnnouncedDividend>& dividends(Asset asset) const { return m_dividends[index(asset)]; }
    /// Dollars a share by which the fund goes ex on `date`; absent: it does not.
    std::optional<double> dividendOn(Asset asset, TradingDate date) const;
    /// Dollars of the next dividend accrued in the fund's price since it last went ex, by calendar days.
    double accruedDividend(Asset asset, TradingDate date) const;

private:
    void add(TradingDate date, market::EventKind kind, std::string_view symbol, std::string_view title, std::optional<UtcTime> at);
    void addDividends(const TradingClock& clock, std::uint64_t seed);

    std::vector<market::MarketEvent> m_events;
    std::vector<market::EventCoverage> m_coverage;
    std::vector<UtcTime> m_releases;
    std::vector<TradingDate> m_fomc, m_reports;
    std::array<std::vector<market::AnnouncedDividend>, kAssets> m_dividends;
};

} // namespace mahler::simulation
