#pragma once

#include <vector>

#include "ui/models/grid_model.h"

namespace mahler::ui {

/// Columns and rows of the positions screen: the book, its underlyings, their structures and legs, and below them what was closed
/// today and the fees. A structure's row and its legs' rows carry the position's id as data; no other row does.
std::vector<GridColumn> positionColumns();
QString exitLegend(); ///< how the column of the exits is read
std::vector<GridRow> positionRows(const desk::DeskView& view);
/// "10:31:04", exchange time, or "never".
QString reconciledAt(const desk::DeskView& view);

} // namespace mahler::ui
