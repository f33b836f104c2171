#pragma once

#include <string>
#include <vector>

#include "market/history.h"

namespace mahler::market {

/// All of a history folder, read once; asOf() cuts what was known on a day. Not thread-safe.
class HistoryFiles {
public:
    /// A missing or damaged file is named in `notes` and stays unknown. @return NotFound without the folder,
    /// BadInput when it is a file.
    static Result<HistoryFiles> read(const std::string& directory, std::vector<std::string>& notes);

    /// Bars, VIX and rates dated up to `lastSession`; FOMC days up to 120 days after `today`, of the coming ones only
    /// those that were scheduled (an emergency meeting is not known before it happens). Cash dividends of dividends.csv (symbol, ex_date,
    /// amount) of the past, and of a year to come as what is expected; their days are events too.
    History asOf(TradingDate lastSession, TradingDate today) const;

    bool hasVix() const { return !m_vix.empty(); }
    const std::vector<DailyValue>& vix() const { return m_vix; }

private:
    std::map<std::string, std::vector<DailyBar>> m_bars;
    std::vector<DailyValue> m_vix, m_rates;                   ///< rates continuous, per year
    std::map<std::string, std::vector<DailyValue>> m_indices; ///< closes of volatility indices by their own symbol
    std::vector<TradingDate> m_fomc;
    std::map<std::string, std::vector<AnnouncedDividend>> m_dividends; ///< by ex-date
};

/// The newest session whose close is known at `t`: a day's bar and VIX are not known before its close.
TradingDate lastClosedSession(UtcTime t);

} // namespace mahler::market
