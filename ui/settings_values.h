#pragma once

#include <string>

#include "desk/settings.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

/// What is heard. A Critical notice always is.
struct Sounds {
    bool approvals = true; ///< one sound when a request appears
    bool operator==(const Sounds&) const = default;
};

/// Everything the settings dialog shows and changes. Plain values: the dialog knows no file.
struct SettingsValues {
    desk::Settings desk;
    Look look;
    Sounds sounds;
    std::string dataFolder; ///< where they and the journals are kept; to be shown only
};

} // namespace mahler::ui
