#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "market/quote.h"

namespace mahler::market {

/// New York wall time of an instant. US rules: 2007 on (Energy Policy Act 2005), and those of 1987-2006 before.
struct NewYorkTime {
    TradingDate date{};
    int secondsOfDay = 0; ///< since local midnight
    bool daylight = false;
};
NewYorkTime toNewYork(UtcTime t);
/// Local time to UTC; the hour that does not exist in spring is moved forward, the doubled one in autumn is the first.
UtcTime fromNewYork(TradingDate date, int hour, int minute, int second = 0);
/// "10:35:00 ET" (with `seconds`) or "10:35 ET".
std::string formatNewYork(UtcTime t, bool seconds = true);

/// NYSE/Cboe regular hours: weekends, the ten holidays by rule (observed days, Good Friday, Juneteenth from 2022),
/// early closes at 13:00 (day after Thanksgiving, 24 December, 3 July when they are sessions), and the special closings
/// since 2001. Source of the rules: NYSE Rule 7.2 and the exchange's published calendars.
bool isTradingDay(TradingDate date);
bool isEarlyClose(TradingDate date);
TradingDate nextTradingDay(TradingDate date); ///< strictly after
TradingDate priorTradingDay(TradingDate date);
int tradingDaysBetween(TradingDate from, TradingDate to); ///< sessions in (from, to]; negative when to < from
UtcTime sessionOpen(TradingDate date);                    ///< 09:30 New York
UtcTime sessionClose(TradingDate date);                   ///< 16:00, or 13:00 on an early close
/// PreOpen from 04:00, Open from 09:30, AfterClose until 20:00 (17:00 on an early close), otherwise Closed.
Session sessionAt(UtcTime t);

} // namespace mahler::market
