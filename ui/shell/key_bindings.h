#pragma once

#include <QKeySequence>
#include <QList>

#include "base/result.h"
#include "ui/settings_values.h"

namespace mahler::ui {

/// The keys of the workstation's actions (UX 3.2): the standard ones, and what a person chose instead. Keys of panes and of the
/// prompt are not among them.
class KeyBindings {
public:
    /// Choices that check() refuses are as if nothing had been chosen.
    explicit KeyBindings(const KeyChoices& choices = {});
    /// Of an action by its name in config.json: "chain", "next_pane". Empty: it has none, or there is no such action.
    QList<QKeySequence> of(const QString& action) const;
    /// Every action with its name, in the order of README.
    static QStringList actions();
    /// What is chosen replaces the standard keys of its action; of "halt" it is added to them.
    /// @return BadInput naming action and key: an unknown action, an unreadable key, a key of two actions, one that panes, editors
    /// or approvals live by (Enter, Esc, plain letters), nothing at all for halt.
    static Result<void> check(const KeyChoices& choices);

private:
    KeyChoices m_choices;
};

/// Several keys as they are read: "Ctrl+F, /".
QString keyText(const QList<QKeySequence>& keys);

} // namespace mahler::ui
