#include "ui/shell/halt_filter.h"

#include <QCoreApplication>
#include <QKeyEvent>

namespace mahler::ui {

HaltFilter::HaltFilter(DeskPort& port, QObject* parent) : QObject(parent), m_port(port) { QCoreApplication::instance()->installEventFilter(this); }

bool HaltFilter::isHaltKey(int key, Qt::KeyboardModifiers modifiers) {
    return key == Qt::Key_F12 || key == Qt::Key_Pause ||
           (key == Qt::Key_H && (modifiers & (Qt::ControlModifier | Qt::ShiftModifier)) == (Qt::ControlModifier | Qt::ShiftModifier));
}

bool HaltFilter::halts(int key, Qt::KeyboardModifiers modifiers) const {
    return isHaltKey(key, modifiers) || m_added.contains(QKeySequence(QKeyCombination(modifiers & ~Qt::KeypadModifier, static_cast<Qt::Key>(key))));
}

bool HaltFilter::eventFilter(QObject* watched, QEvent* event) {
    const auto type = event->type();
    if (type != QEvent::ShortcutOverride && type != QEvent::KeyPress) return QObject::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    if (!halts(key->key(), key->modifiers())) return QObject::eventFilter(watched, event);
    event->accept();
    // No state is kept between presses: a release can get lost (the modifier let go first, another window in front), and a
    // halt too many is harmless where a halt too few is not. The accepted press goes no further, so it is seen once.
    if (type == QEvent::KeyPress && !key->isAutoRepeat()) {
        const QKeySequence pressed(QKeyCombination(key->modifiers() & ~Qt::KeypadModifier, static_cast<Qt::Key>(key->key())));
        m_port.halt("halt key (" + pressed.toString(QKeySequence::PortableText).toStdString() + ")"); // journaled: the same in every language
        Q_EMIT halted();
    }
    return true;
}

} // namespace mahler::ui
