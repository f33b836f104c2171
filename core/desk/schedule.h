#pragma once

#include <array>
#include <string>

namespace mahler::desk {

/// New York times of the day's work (issue: scans 10:35, 12:00, 15:30; close summary 16:15; positions every five minutes).
struct ScheduleSlot {
    const char* name;
    int secondsOfDay;
    bool scan;
};

constexpr std::array<ScheduleSlot, 4> kScheduleSlots = {{
    {"10:35", (10 * 60 + 35) * 60, true},
    {"12:00", 12 * 3600, true},
    {"15:30", (15 * 60 + 30) * 60, true},
    {"16:15", (16 * 60 + 15) * 60, false},
}};
constexpr const std::array<ScheduleSlot, 4>& scheduleSlots() { return kScheduleSlots; }

} // namespace mahler::desk
