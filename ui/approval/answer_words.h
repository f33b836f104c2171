#pragma once

#include <optional>
#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>
#include <string>

#include "approval/approvals.h"
#include "base/money.h"
#include "desk/desk_view.h"

/// The words and numbers an approver answers with.
namespace mahler::ui {

QStringList approveReasons(); ///< "1 fits the plan" ...: the digit takes it
QStringList rejectReasons();  ///< "1 poor price" ..., nine
/// What is journaled for 1 to 9, whatever the language of the screen: the English of rejectReasons(), "3 too risky".
std::string rejectCode(int digit);
/// A journaled reason in the screen's words: those of rejectReasons() where it is one of them, else as it was typed.
QString reasonWords(const std::string& journaled);
/// A typed amount of dollars; a comma stands only between thousands. Absent: not an amount, or one that has to be guessed at.
std::optional<Usd> typedAmount(const QString& typed);

/// Why nobody, or not this user, may approve it now; empty: nothing stands against it.
QString whyNotApproved(const desk::DeskView& view, const desk::ApprovalView& a);
/// Why this user cannot have it extended or handed on; `refused` is why nobody can.
QString whyNotAsked(const desk::DeskView& view, const desk::ApprovalView& a, const std::string& refused);
/// The same of more time, for the tooltip and the strip; empty: it may be extended.
QString whyNoMoreTime(const desk::DeskView& view, const desk::ApprovalView& a);
/// And in a word or two, for the button.
QString noMoreTimeHint(const desk::DeskView& view, const desk::ApprovalView& a);
/// From T2 on approving takes a reason and the typed loss.
bool asksForWords(const desk::ApprovalView& a);
/// The field that is still wanted, as a request to fill it; empty: none.
QString missingField(const desk::ApprovalView& a, const QString& reason, const QString& amount);

/// Before Enter counts, in milliseconds after the request stands on the screen (UX 4.4).
qint64 readingMsOf(approval::Tier tier);
QList<QPair<QString, QString>> promptKeys(); ///< for F1: (key, what it does)

} // namespace mahler::ui
