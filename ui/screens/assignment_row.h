#pragma once

#include <QWidget>

#include "ui/desk_port.h"
#include "ui/screen.h"

class QLabel;
class QPushButton;

namespace mahler::ui {

/// The oldest assignment or exercise nobody has acknowledged, what it keeps from being opened, and the button that acknowledges it
/// (S12). Hidden while there is none.
class AssignmentRow final : public QWidget {
    Q_OBJECT
public:
    explicit AssignmentRow(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);
    void goTo(); ///< the keys go to the button, or to the words where this user may not press it

private:
    DeskPort& m_port;
    QLabel* m_what;
    QPushButton* m_seen;
    ViewPtr m_view;
};

} // namespace mahler::ui
