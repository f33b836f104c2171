#pragma once

#include <QStringList>
#include <QWidget>

namespace mahler::app {

/// The visible texts of a window that do not fit where they stand: labels, buttons, column heads and right-aligned cells.
/// Free text may end in an ellipsis where the whole of it is one key or a tooltip away; numbers and names may not.
QStringList clippedTexts(const QWidget& window);

} // namespace mahler::app
