#pragma once

#include <string>

#include "desk/settings.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

/// Everything the settings dialog shows and changes. Plain values: the dialog knows no file.
struct SettingsValues {
    desk::Settings desk;
    Look look;
    std::string dataFolder; ///< where they and the journals are kept; to be shown only
};

} // namespace mahler::ui
