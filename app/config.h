#pragma once

#include <string>

#include "base/result.h"
#include "ui/settings_values.h"

namespace mahler::app {

/// config.json of the data folder; comments are allowed. Absent keys, or no file, are the built-in values.
///     {"screener": {"profile": "seed", "dte_min": 28}, "limits": {"risk_per_trade": 0.01},
///      "approval": {"trader_seconds": 60}, "look": {"theme": "light", "gain_loss": "green-red", "density": "comfortable"},
///      "sound": {"approvals": false}, "broker": {"phone": "+1 555 0100"},
///      "keys": {"chain": "Ctrl+Shift+C", "halt": ["ScrollLock"]}}
/// @return BadInput naming file and key when a key is unknown or a value of the wrong type, out of range or, of a limit,
/// looser than compiled (S7), of a key not to be had (KeyBindings::check). Nothing is clamped.
Result<ui::SettingsValues> loadConfig(const std::string& dataDirectory);
std::string configPath(const std::string& dataDirectory);

/// Writes what differs from the built-in values, 0600, in one step: a crash leaves the old file or the new one.
/// @return BadInput when loadConfig() would refuse it; nothing is written then.
Result<void> saveConfig(const std::string& dataDirectory, const ui::SettingsValues& values);
/// The same for look, sounds, keys and phone alone: limits, screener and times stay as the file has them now, which another desk of
/// this data folder may have changed since it was read.
Result<void> saveLook(const std::string& dataDirectory, const ui::SettingsValues& values);

} // namespace mahler::app
