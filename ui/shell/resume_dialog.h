#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/screen.h"

namespace mahler::ui {

/// Reason, typed RESUME, then ten seconds in which a halt ends it. Lists every latch and who may clear it.
class ResumeDialog final : public QDialog {
    Q_OBJECT
public:
    explicit ResumeDialog(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

private:
    DeskPort& m_port;
    QLabel *m_latches, *m_status;
    QComboBox* m_user;
    QLineEdit *m_reason, *m_typed;
    QPushButton* m_send;
};

} // namespace mahler::ui
