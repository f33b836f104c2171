#pragma once

#include <QString>

#include "desk/desk_view.h"

/// What the halt bar has to say besides its numbers: what a person must do when the broker does not confirm a cancel (UX 3.1), and why
/// a number is not known.
namespace mahler::ui {

/// The order ids and whom to call, in one line, for the halt bar; empty: every cancel is confirmed or still in its five seconds.
QString unconfirmedShort(const desk::DeskView& view, const QString& phone);
/// The same with what each order is, for the alarm banner and the tooltip.
QString unconfirmedLong(const desk::DeskView& view, const QString& phone);
/// Why the share of equity at risk is a dash; empty: it is known.
QString riskUnknownWords(const desk::DeskView& view);
/// "tripped 11:30:02, over since; waits for a Risk Manager" of a latch that stands although what set it no longer holds; empty: it holds,
/// cannot be read now, or is of no condition (start, integrity, a person).
QString latchOver(const desk::DeskView& view, const risk::Latch& latch);

} // namespace mahler::ui
