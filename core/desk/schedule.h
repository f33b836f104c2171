#pragma once

#include <array>

#include "market/exchange_calendar.h"

namespace mahler::desk {

/// New York times of the day's work (issue: scans 10:35, 12:00, 15:30; close summary a quarter of an hour after the close, which
/// is 16:15 on a full day and 13:15 on a half one; positions every five minutes). A scan that would fall after the close is none.
struct ScheduleSlot {
    int secondsOfDay = 0;
    bool scan = false;
};

/// Of a trading day that closes at `close`.
constexpr std::array<ScheduleSlot, 4> scheduleSlots(int closeSecondsOfDay) {
    return {{{(10 * 60 + 35) * 60, true}, {12 * 3600, true}, {(15 * 60 + 30) * 60, true}, {closeSecondsOfDay + 15 * 60, false}}};
}

} // namespace mahler::desk
