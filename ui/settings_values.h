#pragma once

#include <map>
#include <string>
#include <vector>

#include "desk/settings.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

/// What is heard. A Critical notice always is.
struct Sounds {
    bool approvals = true; ///< one sound when a request appears
    bool operator==(const Sounds&) const = default;
};

/// Keys chosen for actions of the workstation, by the action's name; see KeyBindings. "Ctrl+Shift+K"; several mean the same.
using KeyChoices = std::map<std::string, std::vector<std::string>>;

/// What people dial when the broker does not answer the program; empty: none is set.
/// @return BadInput unless it is at most 40 characters of digits, spaces and + - ( ) . / x, at least 3 of them digits.
Result<void> checkPhone(const std::string& phone);

/// Everything the settings dialog shows and changes. Plain values: the dialog knows no file.
struct SettingsValues {
    desk::Settings desk;
    Look look;
    Sounds sounds;
    std::string brokerPhone; ///< see checkPhone()
    KeyChoices keys;         ///< of config.json alone; read when the window is made
    std::string dataFolder;  ///< where they and the journals are kept; to be shown only
};

} // namespace mahler::ui
