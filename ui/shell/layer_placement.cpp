#include "ui/shell/layer_placement.h"

#include <algorithm>
#include <QCoreApplication>
#include <QDialog>
#include <QEvent>

namespace mahler::ui {

LayerPlacement::LayerPlacement(QWidget& haltBar) : QObject(&haltBar), m_haltBar(&haltBar) { QCoreApplication::instance()->installEventFilter(this); }

bool LayerPlacement::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show)
        if (auto* dialog = qobject_cast<QDialog*>(watched);
            dialog && m_haltBar && dialog->parentWidget() && dialog->parentWidget()->window() == m_haltBar->window())
            place(*dialog);
    return QObject::eventFilter(watched, event);
}

void LayerPlacement::place(QWidget& dialog) const {
    const QWidget& window = *m_haltBar->window();
    const QPoint topLeft(window.mapToGlobal(QPoint(0, 0)).x(), m_haltBar->mapToGlobal(QPoint(0, m_haltBar->height())).y());
    const QRect room(topLeft, window.mapToGlobal(QPoint(window.width() - 1, window.height() - 1)));
    const QSize frame = dialog.frameGeometry().size() - dialog.size(); // the window manager's title; empty before the first show
    const QSize size = dialog.size().boundedTo(room.size() - frame).expandedTo(dialog.minimumSize());
    dialog.resize(size);
    const QPoint wanted = room.center() - QPoint(size.width() + frame.width(), size.height() + frame.height()) / 2;
    dialog.move(std::max(wanted.x(), room.left()), std::max(wanted.y(), room.top()));
}

} // namespace mahler::ui
