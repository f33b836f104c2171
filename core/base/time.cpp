#include "base/time.h"

#include <cstdio>

namespace mahler {

namespace {

bool digitsAt(std::string_view text, std::size_t at, std::size_t count, int& out) {
    if (at + count > text.size()) return false;
    out = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        out = out * 10 + (text[i] - '0');
    }
    return true;
}

Result<TradingDate> makeDate(int y, int m, int d, std::string_view text) {
    const TradingDate date{std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(m)}, std::chrono::day{static_cast<unsigned>(d)}};
    if (!date.ok() || y < 1900 || y > 2200) return badInput("'" + std::string(text.substr(0, 40)) + "' is not a date");
    return date;
}

} // namespace

std::string formatUtc(UtcTime t) {
    using namespace std::chrono;
    const auto day = floor<days>(t);
    const TradingDate date{day};
    const hh_mm_ss time{floor<milliseconds>(t - day)};
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return buffer;
}

Result<UtcTime> parseUtc(std::string_view text) {
    using namespace std::chrono;
    const Error wrong = badInput("'" + std::string(text.substr(0, 40)) + "' is not an ISO 8601 time with Z or an offset");
    int hour = 0, minute = 0, second = 0;
    if (text.size() < 17 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':') return wrong;
    const auto date = parseDate(text.substr(0, 10));
    if (!date || !digitsAt(text, 11, 2, hour) || !digitsAt(text, 14, 2, minute)) return wrong;
    std::size_t at = 16;
    if (at < text.size() && text[at] == ':') {
        if (!digitsAt(text, at + 1, 2, second)) return wrong;
        at += 3;
    }
    std::int64_t nanos = 0;
    if (at < text.size() && text[at] == '.') {
        std::int64_t unit = 100'000'000;
        const std::size_t digits = at + 1;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) nanos += (text[at] - '0') * unit;
        if (at == digits) return wrong;
    }
    int offsetMinutes = 0;
    if (at < text.size() && text[at] == 'Z' && at + 1 == text.size()) {
        offsetMinutes = 0;
    } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
        int oh = 0, om = 0;
        if (!digitsAt(text, at + 1, 2, oh) || !digitsAt(text, at + 4, 2, om) || oh > 14 || om > 59) return wrong;
        offsetMinutes = (text[at] == '-' ? -1 : 1) * (oh * 60 + om);
    } else {
        return wrong;
    }
    if (hour > 23 || minute > 59 || second > 60) return wrong;
    return UtcTime(sys_days(*date)) + hours(hour) + minutes(minute - offsetMinutes) + seconds(second) + nanoseconds(nanos);
}

std::string formatDate(TradingDate d) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                  static_cast<unsigned>(d.day()));
    return buffer;
}

Result<TradingDate> parseDate(std::string_view text) {
    int y = 0, m = 0, d = 0;
    if (text.size() == 10 && text[4] == '-' && text[7] == '-' && digitsAt(text, 0, 4, y) && digitsAt(text, 5, 2, m) && digitsAt(text, 8, 2, d))
        return makeDate(y, m, d, text);
    if (text.size() == 10 && text[2] == '/' && text[5] == '/' && digitsAt(text, 0, 2, m) && digitsAt(text, 3, 2, d) && digitsAt(text, 6, 4, y))
        return makeDate(y, m, d, text);
    if (text.size() == 8 && digitsAt(text, 0, 4, y) && digitsAt(text, 4, 2, m) && digitsAt(text, 6, 2, d)) return makeDate(y, m, d, text);
    return badInput("'" + std::string(text.substr(0, 40)) + "' is not a date (YYYY-MM-DD)");
}

int daysBetween(TradingDate from, TradingDate to) { return static_cast<int>((std::chrono::sys_days(to) - std::chrono::sys_days(from)).count()); }

TradingDate addDays(TradingDate d, int days) { return TradingDate{std::chrono::sys_days(d) + std::chrono::days(days)}; }

} // namespace mahler
