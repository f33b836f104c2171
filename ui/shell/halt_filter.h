#pragma once

#include <QKeySequence>
#include <QList>
#include <QObject>

#include "ui/desk_port.h"

namespace mahler::ui {

/// F12, Pause and Ctrl+Shift+H halt from every context: installed on the application, it sees keys before any widget, modal
/// dialog, menu or disabled window does. Once per press. Other keys may be added, none of these taken away.
class HaltFilter final : public QObject {
    Q_OBJECT
public:
    HaltFilter(DeskPort& port, QObject* parent = nullptr);
    void addKeys(const QList<QKeySequence>& keys) { m_added = keys; }
    static bool isHaltKey(int key, Qt::KeyboardModifiers modifiers);

Q_SIGNALS:
    void halted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    bool halts(int key, Qt::KeyboardModifiers modifiers) const;

    DeskPort& m_port;
    QList<QKeySequence> m_added;
};

} // namespace mahler::ui
