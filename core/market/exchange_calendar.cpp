#include "market/exchange_calendar.h"

#include <array>
#include <cstdio>

namespace mahler::market {

namespace {

using namespace std::chrono;

constexpr int kDaySeconds = 86'400;
constexpr int kOpen = 9 * 3600 + 1800;
constexpr int kClose = 16 * 3600;
constexpr int kEarlyClose = 13 * 3600;
/// NYSE Arca early and late trading sessions; the late one ends at 17:00 after an early close.
constexpr int kPreOpen = 4 * 3600;
constexpr int kLateEnd = 20 * 3600;
constexpr int kLateEndAfterEarlyClose = 17 * 3600;

struct DaylightDays {
    sys_days begin, end; ///< Sundays on which the clocks change, at 02:00 local time
};

DaylightDays daylightDays(year y) {
    if (y >= year{2007}) // Energy Policy Act of 2005, section 110
        return {sys_days(y / March / Sunday[2]), sys_days(y / November / Sunday[1])};
    return {sys_days(y / April / Sunday[1]), sys_days(y / October / Sunday[last])};
}

/// Offset of New York behind UTC in seconds for a local wall time.
int offsetOfLocal(TradingDate date, int secondsOfDay) {
    const DaylightDays dst = daylightDays(date.year());
    const seconds local = sys_days(date).time_since_epoch() + seconds(secondsOfDay);
    const bool daylight = local >= dst.begin.time_since_epoch() + hours(3) && local < dst.end.time_since_epoch() + hours(2);
    return daylight ? 4 * 3600 : 5 * 3600;
}

UtcTime fromLocalSeconds(TradingDate date, int secondsOfDay) {
    return UtcTime(sys_days(date)) + seconds(secondsOfDay + offsetOfLocal(date, secondsOfDay));
}

/// Anonymous Gregorian computus (Meeus 1991, Astronomical Algorithms, chapter 8).
sys_days easter(year y) {
    const int n = static_cast<int>(y);
    const int a = n % 19, b = n / 100, c = n % 100;
    const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int i = c / 4, k = c % 4;
    const int l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int sum = h + l - 7 * m + 114;
    return sys_days(y / month{static_cast<unsigned>(sum / 31)} / day{static_cast<unsigned>(sum % 31 + 1)});
}

/// Saturday moves to Friday, Sunday to Monday (NYSE Rule 7.2).
bool isObserved(sys_days day, sys_days holiday) {
    const weekday w{holiday};
    if (w == Saturday) return day == holiday - days(1);
    if (w == Sunday) return day == holiday + days(1);
    return day == holiday;
}

bool isHolidayByRule(sys_days day) {
    const year_month_day date{day};
    const year y = date.year();
    // A New Year's Day on a Saturday is not moved to the last business day of the old year.
    const sys_days newYear = sys_days(y / January / 1);
    if (weekday{newYear} != Saturday && isObserved(day, newYear)) return true;
    if (y >= year{1998} && day == sys_days(y / January / Monday[3])) // Martin Luther King Jr. Day
        return true;
    if (day == sys_days(y / February / Monday[3]) || day == easter(y) - days(2) || day == sys_days(y / May / Monday[last])) return true;
    if (y >= year{2022} && isObserved(day, sys_days(y / June / 19))) return true;
    return isObserved(day, sys_days(y / July / 4)) || day == sys_days(y / September / Monday[1]) || day == sys_days(y / November / Thursday[4]) ||
           isObserved(day, sys_days(y / December / 25));
}

constexpr std::array<TradingDate, 10> kSpecialClosings{
    2001y / September / 11, 2001y / September / 12, 2001y / September / 13, 2001y / September / 14,
    2004y / June / 11,    // mourning for President Reagan
    2007y / January / 2,  // President Ford
    2012y / October / 29, // hurricane Sandy
    2012y / October / 30, //
    2018y / December / 5, // President G. H. W. Bush
    2025y / January / 9,  // President Carter
};

constexpr std::array<TradingDate, 2> kSpecialEarlyCloses{
    2002y / July / 5,      // in place of 3 July
    2003y / December / 26, // the day after Christmas
};

template <std::size_t N> bool contains(const std::array<TradingDate, N>& list, TradingDate date) {
    for (const TradingDate entry : list)
        if (entry == date) return true;
    return false;
}

} // namespace

NewYorkTime toNewYork(UtcTime t) {
    const year y = year_month_day{floor<days>(t)}.year(); // the year's turn is never near a change of clocks
    const DaylightDays dst = daylightDays(y);
    const bool daylight = t >= UtcTime(dst.begin) + hours(7) && t < UtcTime(dst.end) + hours(6);
    const auto local = t - hours(daylight ? 4 : 5);
    const auto day = floor<days>(local);
    return {TradingDate{day}, static_cast<int>(floor<seconds>(local - day).count()), daylight};
}

UtcTime fromNewYork(TradingDate date, int hour, int minute, int second) { return fromLocalSeconds(date, hour * 3600 + minute * 60 + second); }

std::string formatNewYork(UtcTime t, bool withSeconds) {
    const int s = toNewYork(t).secondsOfDay;
    char buffer[48];
    if (withSeconds)
        std::snprintf(buffer, sizeof buffer, "%02d:%02d:%02d ET", s / 3600, s / 60 % 60, s % 60);
    else
        std::snprintf(buffer, sizeof buffer, "%02d:%02d ET", s / 3600, s / 60 % 60);
    return buffer;
}

bool isTradingDay(TradingDate date) {
    if (!date.ok()) return false;
    const sys_days day(date);
    const weekday w{day};
    return w != Saturday && w != Sunday && !isHolidayByRule(day) && !contains(kSpecialClosings, date);
}

bool isEarlyClose(TradingDate date) {
    if (!isTradingDay(date)) return false;
    const sys_days day(date);
    const year y = date.year();
    if (day == sys_days(y / November / Thursday[4]) + days(1) || date == y / December / 24 || contains(kSpecialEarlyCloses, date)) return true;
    return date == y / July / 3 && y != 2002y;
}

TradingDate nextTradingDay(TradingDate date) {
    MAHLER_CHECK(date.ok());
    do date = addDays(date, 1);
    while (!isTradingDay(date));
    return date;
}

TradingDate priorTradingDay(TradingDate date) {
    MAHLER_CHECK(date.ok());
    do date = addDays(date, -1);
    while (!isTradingDay(date));
    return date;
}

int tradingDaysBetween(TradingDate from, TradingDate to) {
    if (to < from) return -tradingDaysBetween(to, from);
    int count = 0;
    for (sys_days day = sys_days(from) + days(1); day <= sys_days(to); day += days(1)) count += isTradingDay(TradingDate{day}) ? 1 : 0;
    return count;
}

UtcTime sessionOpen(TradingDate date) { return fromLocalSeconds(date, kOpen); }

UtcTime sessionClose(TradingDate date) { return fromLocalSeconds(date, isEarlyClose(date) ? kEarlyClose : kClose); }

Session sessionAt(UtcTime t) {
    const NewYorkTime local = toNewYork(t);
    static_assert(kLateEnd < kDaySeconds);
    if (!isTradingDay(local.date)) return Session::Closed;
    const bool early = isEarlyClose(local.date);
    if (local.secondsOfDay < kPreOpen || local.secondsOfDay >= (early ? kLateEndAfterEarlyClose : kLateEnd)) return Session::Closed;
    if (local.secondsOfDay < kOpen) return Session::PreOpen;
    return local.secondsOfDay < (early ? kEarlyClose : kClose) ? Session::Open : Session::AfterClose;
}

} // namespace mahler::market
