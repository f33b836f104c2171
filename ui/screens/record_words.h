#pragma once

#include <QString>

#include "desk/field_units.h"

namespace mahler::ui {

/// A whole number of a journal record as people read it: "$98,123.45", "+$34.00", "0.34 cr", "2026-11-23 10:35:00 ET", "0.172".
/// @param exact money to the cent, as an audit wants it; otherwise as the screens write it
QString fieldWords(desk::FieldUnit unit, qint64 value, bool exact);

} // namespace mahler::ui
