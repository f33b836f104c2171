#pragma once

#include <QString>

#include "base/fields.h"

namespace mahler::ui {

/// How a setting is called on screen and what it means. `section` and `key` are those of config.json.
struct SettingWords {
    QString name, meaning;
};
SettingWords settingWords(const QString& section, const QString& key);

QString unitWord(Unit unit);
/// Shares are kept as fractions and shown as per cent; everything else is shown as it is kept.
double shownScale(Unit unit);

} // namespace mahler::ui
