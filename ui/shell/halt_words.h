#pragma once

#include <QString>

#include "desk/desk_view.h"

/// What a person must do when the broker does not confirm a cancel (UX 3.1).
namespace mahler::ui {

/// The order ids and whom to call, in one line, for the halt bar; empty: every cancel is confirmed or still in its five seconds.
QString unconfirmedShort(const desk::DeskView& view, const QString& phone);
/// The same with what each order is, for the alarm banner and the tooltip.
QString unconfirmedLong(const desk::DeskView& view, const QString& phone);

} // namespace mahler::ui
