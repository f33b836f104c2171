#include "ui/shell/window_fit.h"

#include <algorithm>

namespace mahler::ui {

QRect fittedInto(const QRect& available, const QRect& wanted, const QMargins& frame) {
    const QRect room = available.marginsRemoved(frame);
    if (!room.isValid()) return wanted;
    const QSize size = wanted.size().boundedTo(room.size());
    const int left = std::clamp(wanted.left(), room.left(), room.right() - size.width() + 1);
    const int top = std::clamp(wanted.top(), room.top(), room.bottom() - size.height() + 1);
    return {QPoint(left, top), size};
}

} // namespace mahler::ui
