#include "ui/approval/answer_bar.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace mahler::ui {

AnswerBar::AnswerBar(QWidget* parent)
    : QWidget(parent), m_status(new QLabel), m_tools(new QWidget), m_amount(new QLineEdit), m_reason(new QLineEdit),
      m_leave(button(tr("Leave  Esc"), Press::Leave)), m_whatIf(button(tr("What-if  W"), Press::WhatIf)),
      m_evidence(button(tr("Evidence  Space"), Press::Evidence)), m_debate(button(tr("Debate  V"), Press::Debate)),
      m_more(button({}, Press::MoreTime)), m_escalate(button(tr("Escalate  E"), Press::Escalate)),
      m_smaller(button(tr("Half size  S"), Press::Smaller)), m_reject(button(tr("Reject  R"), Press::Reject)), m_arm(button({}, Press::Arm)),
      m_approve(button(tr("Approve  Enter"), Press::Approve)) {
    setObjectName(QStringLiteral("answers"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setAccessibleName(tr("Status"));
    m_status->setMinimumHeight(18);
    setTone(*m_status, Token::Warn, true, 13);
    m_reason->setAccessibleName(tr("Reason"));
    m_reason->setMaxLength(400);
    m_amount->setAccessibleName(tr("Maximum loss, typed"));
    m_amount->setPlaceholderText(tr("maximum loss, $"));
    m_amount->setFixedWidth(124);
    m_amount->setMaxLength(20);
    m_whatIf->setToolTip(tr("What trips first in the book with what is pending (W)"));
    m_reject->setToolTip(tr("R and a digit reject at once with that reason; whoever may decide any tier may reject every request"));
    m_leave->setToolTip(tr("Closes it undecided; when the time is over it is rejected (Esc)"));
    for (auto* edit : {m_reason, m_amount}) connect(edit, &QLineEdit::textChanged, this, &AnswerBar::edited);
    m_tools->setObjectName(QStringLiteral("answers"));
    auto* looks = new QHBoxLayout(m_tools);
    looks->setContentsMargins(0, 2, 0, 2);
    looks->setSpacing(4);
    for (auto* b : {m_evidence, m_debate, m_whatIf}) looks->addWidget(b);
    looks->addStretch(1);
    auto* actions = new QHBoxLayout;
    actions->setSpacing(4);
    actions->addWidget(m_leave);
    actions->addWidget(m_reason, 1);
    actions->addWidget(m_amount);
    actions->addStretch(0);
    for (auto* b : {m_more, m_escalate, m_smaller, m_reject, m_arm, m_approve}) actions->addWidget(b);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_status);
    layout->addLayout(actions);
}

QPushButton* AnswerBar::button(const QString& text, Press what) {
    auto* made = new QPushButton(text);
    made->setAutoDefault(false);
    made->setDefault(false);
    made->setFocusPolicy(Qt::TabFocus);
    connect(made, &QPushButton::clicked, this, [this, what] { Q_EMIT pressed(what); });
    return made;
}

void AnswerBar::show(const State& s) {
    m_status->setText(s.status);
    m_amount->setVisible(s.asks);
    m_reason->setVisible(s.asks);
    m_reason->setPlaceholderText(s.reasonHint);
    m_arm->setEnabled(s.grace || (s.open && s.notApproved.isEmpty()));
    m_arm->setText(s.grace ? tr("Pull back  U") : tr("Arm  A"));
    m_arm->setToolTip(s.grace                    ? tr("Nothing has been sent yet; this stops it (U)")
                      : !s.notApproved.isEmpty() ? tr("Cannot be approved: %1").arg(s.notApproved)
                                                 : tr("The first of the two steps to approve (A)"));
    m_approve->setEnabled(s.open && s.armed && s.notApproved.isEmpty());
    m_approve->setToolTip(!s.notApproved.isEmpty() ? tr("Cannot be approved: %1").arg(s.notApproved)
                          : s.armed                ? tr("Approves; it is sent after two seconds, U pulls it back (Enter)")
                                                   : tr("A arms first"));
    m_smaller->setEnabled(s.open && s.divisible);
    m_smaller->setToolTip(s.divisible ? tr("Asks for half the size in the same place; it keeps the time that is left (S)")
                                      : tr("One unit cannot be halved"));
    for (auto* b : {m_debate, m_evidence}) b->setEnabled(s.debated && !s.covered);
    const QString closed = !s.debated  ? tr("There was no debate: a person's own order")
                           : s.covered ? tr("opens when your own call is entered")
                                       : QString();
    m_debate->setToolTip(closed.isEmpty() ? tr("the whole debate (V)") : closed);
    m_evidence->setToolTip(closed.isEmpty() ? tr("the facts behind every number of the debate (Space)") : closed);
    m_more->setText(s.noMoreTimeHint.isEmpty() ? tr("+60 s  M") : tr("+60 s  M: %1", "why it is off, one word or two").arg(s.noMoreTimeHint));
    m_more->setEnabled(s.open && s.noMoreTime.isEmpty());
    m_more->setToolTip(s.noMoreTime.isEmpty() ? tr("60 s more, once; it is looked at again at the quotes of now (M)")
                                              : tr("No more time: %1").arg(s.noMoreTime));
    m_escalate->setEnabled(s.open && s.notEscalated.isEmpty());
    m_escalate->setToolTip(s.notEscalated.isEmpty() ? tr("Asks the next tier's approvers and alarms everyone; the time that is left stays (E)")
                                                    : tr("Not escalated: %1").arg(s.notEscalated));
}

void AnswerBar::clear() {
    m_amount->clear();
    m_reason->clear();
}

} // namespace mahler::ui
