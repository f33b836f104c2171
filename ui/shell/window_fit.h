#pragma once

#include <QMargins>
#include <QRect>

namespace mahler::ui {

/// What a window manager puts around a window, as long as it has not said so itself: a title bar and hair lines.
inline constexpr QMargins kUsualFrame{1, 32, 1, 1};

/// Where the inside of a window goes whose frame is to stay within `available`: as large as `wanted` or as there is room, moved no
/// further than needed. Logical pixels. Pure.
QRect fittedInto(const QRect& available, const QRect& wanted, const QMargins& frame);

} // namespace mahler::ui
