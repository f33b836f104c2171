#include "ui/shell/halt_filter.h"

#include <QCoreApplication>
#include <QKeyEvent>

namespace mahler::ui {

HaltFilter::HaltFilter(DeskPort& port, QObject* parent) : QObject(parent), m_port(port) { QCoreApplication::instance()->installEventFilter(this); }

bool HaltFilter::isHaltKey(int key, Qt::KeyboardModifiers modifiers) {
    return key == Qt::Key_F12 || key == Qt::Key_Pause ||
           (key == Qt::Key_H && (modifiers & (Qt::ControlModifier | Qt::ShiftModifier)) == (Qt::ControlModifier | Qt::ShiftModifier));
}

bool HaltFilter::eventFilter(QObject* watched, QEvent* event) {
    const auto type = event->type();
    if (type != QEvent::ShortcutOverride && type != QEvent::KeyPress && type != QEvent::KeyRelease)
        return QObject::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    if (!isHaltKey(key->key(), key->modifiers()))
        return QObject::eventFilter(watched, event);
    event->accept();
    if (type == QEvent::KeyRelease) {
        if (!key->isAutoRepeat())
            m_down = false;
        return true;
    }
    // A key event is offered to several receivers up the parents; the first one halts.
    if (type == QEvent::KeyPress && !key->isAutoRepeat() && !m_down) {
        m_down = true;
        m_port.halt("key");
        Q_EMIT halted();
    }
    return true;
}

} // namespace mahler::ui
