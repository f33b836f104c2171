#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

namespace mahler::ui {

/// Below the request: the status line, the two fields and the buttons. Tells what was pressed and typed; decides nothing. No button is
/// a default.
class AnswerBar final : public QWidget {
    Q_OBJECT
public:
    enum class Press { Approve, Reject, Smaller, Debate, MoreTime, Escalate, WhatIf };

    /// What the bar shows; of a refusal the words, empty where the button works.
    struct State {
        QString status;
        bool asks = false; ///< reason and amount are wanted
        QString reasonHint;
        bool open = false, armed = false; ///< open: nothing is on its way to the desk
        QString notApproved, noMoreTime, notEscalated;
        bool divisible = false, covered = false, debated = false; ///< more than one unit; the debate is hidden; there was one
    };

    explicit AnswerBar(QWidget* parent = nullptr);
    void show(const State& state);
    QLineEdit& reason() { return *m_reason; }
    QLineEdit& amount() { return *m_amount; }
    bool debateOpens() const { return m_debate->isEnabled(); }
    void clear();

Q_SIGNALS:
    void pressed(mahler::ui::AnswerBar::Press what);
    void edited(); ///< a field

private:
    QPushButton* button(const QString& text, Press what);

    QLabel* m_status;
    QLineEdit *m_amount, *m_reason;
    QPushButton *m_whatIf, *m_debate, *m_more, *m_escalate, *m_smaller, *m_reject, *m_approve;
};

} // namespace mahler::ui
