#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

namespace mahler::ui {

/// Below the request: the status line, the two fields and the buttons. Tells what was pressed and typed; decides nothing. No button is
/// a default. Every key of the prompt has its button, and a button that is off says why in its tooltip.
class AnswerBar final : public QWidget {
    Q_OBJECT
public:
    enum class Press { Arm, Approve, Reject, Smaller, Debate, Evidence, MoreTime, Escalate, WhatIf, Leave };

    /// What the bar shows; of a refusal the words, empty where the button works.
    struct State {
        QString status;
        bool asks = false; ///< reason and amount are wanted
        QString reasonHint;
        bool open = false, armed = false; ///< open: nothing is on its way to the desk
        bool grace = false;               ///< it can be pulled back
        QString notApproved, noMoreTime, notEscalated;
        QString noMoreTimeHint;                                   ///< of noMoreTime one word or two, beside the key
        bool divisible = false, covered = false, debated = false; ///< more than one unit; the debate is hidden; there was one
    };

    explicit AnswerBar(QWidget* parent = nullptr);
    void show(const State& state);
    QWidget* tools() const { return m_tools; } ///< the buttons that only look; they stand where the prompt places them
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
    QWidget* m_tools;
    QLineEdit *m_amount, *m_reason;
    QPushButton *m_leave, *m_whatIf, *m_evidence, *m_debate, *m_more, *m_escalate, *m_smaller, *m_reject, *m_arm, *m_approve;
};

} // namespace mahler::ui
