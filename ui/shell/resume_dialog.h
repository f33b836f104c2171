#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/screen.h"

namespace mahler::ui {

/// Who, reason, typed RESUME, then ten seconds in which a halt ends it. Lists every latch and who may clear it; sends nothing for a
/// person who may clear none of them, and says who may.
class ResumeDialog final : public QDialog {
    Q_OBJECT
public:
    explicit ResumeDialog(DeskPort& port, QWidget* parent = nullptr);
    void setView(const ViewPtr& view);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QStringList whoMayClear(risk::Breaker breaker) const;
    /// Why this person's resume would clear nothing that is set; empty: it clears something.
    QString refusal() const;
    void refresh();

    DeskPort& m_port;
    ViewPtr m_view;
    QString m_stopped; ///< that a halt ended the countdown; empty: none did, or somebody asked again
    QLabel *m_latches, *m_status, *m_refused;
    QComboBox* m_user;
    QLineEdit *m_reason, *m_typed;
    QPushButton* m_send;
};

} // namespace mahler::ui
