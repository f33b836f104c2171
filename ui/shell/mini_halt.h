#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "ui/screen.h"

namespace mahler::ui {

/// A small window that stays on top of every other program: the state and HALT. Takes no focus; may be dragged, not closed by Esc.
class MiniHalt final : public QWidget {
    Q_OBJECT
public:
    explicit MiniHalt(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

Q_SIGNALS:
    void windowRequested();

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    QLabel* m_state;
    QPushButton* m_halt;
    QPoint m_grip;
};

} // namespace mahler::ui
