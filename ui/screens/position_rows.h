#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "ui/models/grid_model.h"

namespace mahler::ui {

/// Columns and rows of the positions screen: the book, its underlyings, their structures and legs, and below them what was closed
/// today and the fees. A structure's row and its legs' rows carry the position's id as data; no other row does.
std::vector<GridColumn> positionColumns();
QString exitLegend(); ///< how the column of the exits is read
std::vector<GridRow> positionRows(const desk::DeskView& view);
/// The worst of the quotes that something derived stands on (UX 2.1).
struct WorstAge {
    desk::Freshness freshness = desk::Freshness::Fresh; ///< of nothing: fresh
    std::optional<double> seconds = 0.0;                ///< of the oldest; absent: one is unknown
    void add(const desk::DeskView& view, const desk::PositionView& position);
    /// Gives it to the cells of these columns.
    void mark(GridRow& row, std::initializer_list<int> columns) const;
};
/// Of everything that is held.
WorstAge worstAgeOf(const desk::DeskView& view);
/// "10:31:04", exchange time, or "never".
QString reconciledAt(const desk::DeskView& view);

} // namespace mahler::ui
