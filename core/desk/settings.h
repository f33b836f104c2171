#pragma once

#include <chrono>
#include <map>
#include <string>
#include <variant>

#include "risk/limits.h"
#include "strategy/screener.h"

namespace mahler::desk {

/// What a person may set of the desk. Plain values; kept in config.json and, change by change, in the journal.
struct Settings {
    strategy::ScreenProfile screener = strategy::calibratedProfile();
    risk::Limits limits;
    std::chrono::seconds traderDeadline{30};
};

/// SAFETY 3.9: the trader tier alone, and never less than its default.
inline constexpr FieldInfo kTraderSeconds{"trader_seconds", Unit::Seconds, FieldInfo::Kind::Whole, 30, 300};

/// @return BadInput naming the key of the first value that may not stand.
Result<void> checkSettings(const Settings& settings);

/// Journal form by full key ("limits.risk_per_trade"): numbers in millionths, words as they are.
using SettingValues = std::map<std::string, std::variant<std::int64_t, std::string>>;
SettingValues valuesOf(const Settings& settings);
/// `settings` with these values. Throws InvariantError on a key or kind this version does not know.
Settings withValues(Settings settings, const SettingValues& values);

} // namespace mahler::desk
