#pragma once

#include <QObject>

#include "ui/desk_port.h"

namespace mahler::ui {

/// F12, Pause and Ctrl+Shift+H halt from every context: installed on the application, it sees keys before any widget, modal
/// dialog, menu or disabled window does. Once per press.
class HaltFilter final : public QObject {
    Q_OBJECT
public:
    HaltFilter(DeskPort& port, QObject* parent = nullptr);
    static bool isHaltKey(int key, Qt::KeyboardModifiers modifiers);

Q_SIGNALS:
    void halted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    DeskPort& m_port;
};

} // namespace mahler::ui
