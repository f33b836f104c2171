#include "ui/approval/approval_prompt.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/approval/answer_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr qint64 kDoubleClickMs = 500, kAnswerMs = 3000;

} // namespace

ApprovalPrompt::ApprovalPrompt(DeskPort& port, QWidget* parent) : QFrame(parent), m_port(port), m_form(new PromptForm), m_bar(new AnswerBar) {
    setObjectName(QStringLiteral("prompt"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Approval request"));
    QElapsedTimer timer;
    timer.start();
    m_clock = [timer] { return timer.elapsed(); };
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(4);
    layout->addWidget(m_form, 1);
    layout->addWidget(m_bar);
    m_form->addTools(m_bar->tools());
    m_bar->reason().installEventFilter(this);
    m_bar->amount().installEventFilter(this);
    m_grace.setSingleShot(true);
    connect(&m_grace, &QTimer::timeout, this, &ApprovalPrompt::sendApproval);
    connect(m_bar, &AnswerBar::edited, this, &ApprovalPrompt::refresh);
    connect(m_bar, &AnswerBar::pressed, this, &ApprovalPrompt::press);
    hide();
}

void ApprovalPrompt::press(AnswerBar::Press what) {
    switch (what) {
    case AnswerBar::Press::Arm: return m_step == Step::Grace ? pullBack() : arm();
    case AnswerBar::Press::Approve:
        if (m_clock() - m_armedAt >= kDoubleClickMs) commit(); // a double click is one thought, not two
        return;
    case AnswerBar::Press::Reject: return reject(0);
    case AnswerBar::Press::Smaller: return sizeDown();
    case AnswerBar::Press::Debate: return openDebate();
    case AnswerBar::Press::Evidence: return openEvidence();
    case AnswerBar::Press::MoreTime: return moreTime();
    case AnswerBar::Press::Escalate: return escalate();
    case AnswerBar::Press::WhatIf: return openWhatIf();
    case AnswerBar::Press::Leave: return leave();
    }
}

void ApprovalPrompt::show(const QString& approvalId, const ViewPtr& view) {
    m_id.clear(); // what follows must not be taken for a change of the request shown before
    m_shown.reset();
    m_view = view;
    m_touched = false;
    startReading({});
    m_id = approvalId;
    setView(view);
    if (!m_shown) return;
    m_port.send(desk::OpenRequest{m_shown->request.id, view->user.id});
    QWidget::show();
    raise();
    repaint();
    m_readingSince = m_clock(); // reading starts when everything is on the screen
}

void ApprovalPrompt::setView(const ViewPtr& view) {
    const bool otherUser = m_view && m_view->user.id != view->user.id;
    m_view = view;
    if (m_id.isEmpty()) return;
    for (const auto& a : view->approvals)
        if (format::text(a.request.id.str()) == m_id) {
            const bool changed = m_shown && m_shown->request.shownHash != a.request.shownHash;
            const bool another = m_shown && otherUser, touched = m_touched;
            const bool longer = changed && a.request.extended && !m_shown->request.extended,
                       higher = changed && a.request.tier.tier > m_shown->request.tier.tier;
            m_shown = a;
            if (another) {
                startReading(tr("Now you are %1: read it yourself").arg(format::text(view->user.name)));
            } else if (changed) {
                startReading(longer   ? tr("60 s more, and looked at again at the quotes of now: read it again")
                             : higher ? tr("Handed on to %1: read it again").arg(QLatin1String(approval::toString(a.request.tier.tier)))
                                      : tr("The request changed: read it again"));
                m_touched = touched; // Enter rejects what nobody touched, not what was just changed
            } else if (const auto why = blocked(); !why.isEmpty() && (m_step == Step::Armed || m_step == Step::Grace))
                disarm({});
            else if (m_step == Step::Sent && m_clock() - m_sentAt > kAnswerMs)
                disarm(tr("The desk did not accept the answer; the notices say why"));
            return refresh();
        }
    for (const auto& a : view->approvals)
        if (isVisible() && !a.request.replaces.empty() && format::text(a.request.replaces.str()) == m_id) {
            m_id = format::text(a.request.id.str());
            m_shown = a;
            const bool touched = m_touched && !otherUser;
            startReading(
                tr("%1 replaces %2, %3: read it again").arg(m_id, format::text(a.request.replaces.str()), format::text(a.request.replacesWhy)));
            m_touched = touched;
            m_port.send(desk::OpenRequest{a.request.id, view->user.id});
            return refresh();
        }
    leave(); // decided elsewhere, expired or halted
}

void ApprovalPrompt::setRisk(const RiskPtr& risk) {
    m_risk = risk;
    if (isVisible()) refresh();
}

void ApprovalPrompt::startReading(const QString& note) {
    disarm(note);
    m_touched = false;
    m_bar->clear();
    m_readingSince = m_clock();
}

void ApprovalPrompt::disarm(const QString& note) {
    m_grace.stop();
    m_answer.reset();
    m_step = Step::Reading;
    m_note = note;
    m_refused.clear();
}

void ApprovalPrompt::refresh() {
    if (!m_shown) return;
    const auto tier = m_shown->request.tier.tier;
    const bool open = m_step != Step::Grace && m_step != Step::Sent, covered = tier == approval::Tier::T3 && !missing().isEmpty() && open;
    m_form->fill(*m_view, *m_shown, m_risk.get(), covered);
    AnswerBar::State bar;
    bar.status = statusText();
    bar.asks = asksForWords(*m_shown);
    bar.reasonHint =
        tier == approval::Tier::T3 ? tr("reason, at least 15 characters") : tr("reason: A, then 1 to %1; or words").arg(approveReasons().size());
    bar.open = open;
    bar.armed = m_step == Step::Armed;
    bar.grace = m_step == Step::Grace;
    bar.notApproved = blocked();
    bar.noMoreTime = whyNoMoreTime(*m_view, *m_shown);
    bar.noMoreTimeHint = noMoreTimeHint(*m_view, *m_shown);
    bar.notEscalated = whyNotAsked(*m_view, *m_shown, m_shown->notEscalatedBecause);
    bar.divisible = m_shown->request.order.quantity > 1;
    bar.covered = covered;
    bar.debated = !m_shown->cycle.str().empty();
    m_bar->show(bar);
    setAccessibleDescription(tr("%1. %2 left, then rejected").arg(QLatin1String(approval::toString(tier)), format::countdown(m_shown->secondsLeft)));
}

QString ApprovalPrompt::statusText() const {
    if (m_step == Step::Rejecting) return tr("Reject because:  %1").arg(rejectReasons().join(QStringLiteral("  ")));
    if (m_step == Step::Grace) return tr("Sending. U pulls it back");
    if (m_step == Step::Sent) return tr("Sent. The desk looks at it once more");
    const QString why = blocked();
    if (!m_refused.isEmpty()) return m_refused;
    if (!why.isEmpty())
        return QStringLiteral("▲ ") +
               (approval::mayReject(m_view->user) ? tr("Cannot be approved: %1. R rejects it").arg(why) : tr("Cannot be approved: %1").arg(why));
    if (!m_note.isEmpty()) return m_note;
    if (m_step == Step::Armed) return tr("Armed. Enter approves");
    if (m_step == Step::AskReason && m_shown->request.tier.tier == approval::Tier::T2)
        return tr("Why? %1").arg(approveReasons().join(QStringLiteral("  ")));
    if (m_step == Step::AskReason || m_step == Step::AskAmount) return missing().isEmpty() ? tr("Enter approves") : tr("Now: %1").arg(missing());
    const QString first = asksForWords(*m_shown) ? tr("A asks for the reason and the loss") : tr("A arms, then Enter approves");
    return m_touched ? tr("%1; R rejects, Esc leaves it undecided").arg(first)
                     : tr("%1; Enter alone or R rejects, Esc leaves it undecided").arg(first);
}

QString ApprovalPrompt::blocked() const { return m_shown ? whyNotApproved(*m_view, *m_shown) : tr("nothing to decide"); }

QString ApprovalPrompt::missing() const { return missingField(*m_shown, m_bar->reason().text(), m_bar->amount().text()); }

void ApprovalPrompt::arm() {
    if (!m_shown || !blocked().isEmpty() || m_step == Step::Grace || m_step == Step::Sent) return;
    m_touched = true;
    m_note.clear();
    if (missing().isEmpty()) {
        m_step = Step::Armed;
        m_armedAt = m_clock();
        setFocus();
    } else if (m_bar->reason().text().trimmed().isEmpty()) {
        m_step = Step::AskReason;
        if (m_shown->request.tier.tier == approval::Tier::T3)
            m_bar->reason().setFocus(); // the person pressed A; focus never moves by itself
        else
            setFocus();
    } else {
        m_step = Step::AskAmount;
        m_bar->amount().setFocus();
    }
    refresh();
}

/// Enter in a field: the next field, or, when A began it and all is there, the commit itself.
void ApprovalPrompt::armFromField() {
    if (!m_shown || m_step == Step::Grace || m_step == Step::Sent) return;
    m_note.clear();
    const bool began = m_step == Step::AskReason || m_step == Step::AskAmount;
    if (!missing().isEmpty()) {
        const bool reasonDone = !m_bar->reason().text().trimmed().isEmpty();
        if (began) {
            m_step = reasonDone ? Step::AskAmount : Step::AskReason;
            (reasonDone ? m_bar->amount() : m_bar->reason()).setFocus();
        }
        m_note = tr("Now: %1").arg(missing());
    } else if (began && blocked().isEmpty()) {
        m_step = Step::Armed;
        m_armedAt = m_clock();
        return commit();
    } else {
        m_note = tr("Complete. Esc leaves the field, then A arms");
    }
    refresh();
}

void ApprovalPrompt::commit() {
    if (!m_shown || m_step != Step::Armed || !blocked().isEmpty()) return;
    if (!missing().isEmpty()) {
        disarm(tr("Now: %1").arg(missing()));
        return refresh();
    }
    const qint64 left = readingMsOf(m_shown->request.tier.tier) - (m_clock() - m_readingSince);
    if (left > 0) {
        m_note = tr("Read it first: Enter counts in %1 s").arg(format::number(static_cast<double>(left) / 1000, 1));
        return refresh();
    }
    m_answer = desk::AnswerRequest{
        m_shown->request.id, m_view->user.id, true, m_shown->request.shownHash, m_bar->reason().text().trimmed().toStdString(), {}};
    if (asksForWords(*m_shown))
        m_answer->typedMaxLoss = typedAmount(m_bar->amount().text());
    else if (m_answer->reason.empty())
        m_answer->reason = "approved";
    m_step = Step::Grace;
    setFocus();
    if (m_graceMs <= 0) return sendApproval();
    m_grace.start(m_graceMs);
    refresh();
}

void ApprovalPrompt::pullBack() {
    if (m_step != Step::Grace) return;
    disarm(tr("Pulled back. Nothing was sent"));
    refresh();
}

void ApprovalPrompt::sendApproval() {
    if (!m_shown || !m_answer || m_step != Step::Grace) return;
    if (!blocked().isEmpty()) {
        disarm({});
        return refresh();
    }
    const bool sent = m_port.send(*m_answer);
    disarm(sent ? QString() : tr("The desk is busy; nothing was sent. Try again"));
    if (sent) {
        m_bar->clear(); // the second approver sees nothing of the first
        m_step = Step::Sent;
        m_sentAt = m_clock();
    }
    refresh();
}

void ApprovalPrompt::reject(int code) {
    if (!m_shown || m_step == Step::Sent) return;
    disarm({});
    if (!approval::mayReject(m_view->user)) { // the desk would refuse it
        m_refused = tr("%1 may not reject, that is for a trader or above: nothing was sent. Undecided means REJECTED when the time is over")
                        .arg(format::text(m_view->user.name));
        return refresh();
    }
    const std::string reason = code >= 1 && code <= 9 ? rejectCode(code) : std::string("rejected");
    if (m_port.send(desk::AnswerRequest{m_shown->request.id, m_view->user.id, false, m_shown->request.shownHash, reason, {}})) {
        m_step = Step::Sent;
        m_sentAt = m_clock();
    } else {
        m_refused = tr("The desk is busy; nothing was sent. Undecided means REJECTED when the time is over");
    }
    refresh();
}

void ApprovalPrompt::ask(desk::Command command) {
    disarm({});
    m_touched = true;
    if (!m_port.send(std::move(command))) m_note = tr("The desk is busy; nothing was sent. Try again");
    refresh();
}

void ApprovalPrompt::sizeDown() {
    if (m_shown && m_shown->request.order.quantity > 1 && m_step != Step::Sent)
        ask(desk::SizeDown{m_shown->request.id, m_view->user.id, m_shown->request.order.quantity / 2});
}

void ApprovalPrompt::moreTime() {
    if (!m_shown || m_step == Step::Grace || m_step == Step::Sent) return;
    if (const auto why = whyNoMoreTime(*m_view, *m_shown); !why.isEmpty()) {
        m_note = tr("No more time: %1").arg(why);
        return refresh();
    }
    ask(desk::ExtendRequest{m_shown->request.id, m_view->user.id});
}

void ApprovalPrompt::escalate() {
    if (!m_shown || m_step == Step::Grace || m_step == Step::Sent) return;
    if (const auto why = whyNotAsked(*m_view, *m_shown, m_shown->notEscalatedBecause); !why.isEmpty()) {
        m_note = tr("Not escalated: %1").arg(why);
        return refresh();
    }
    ask(desk::EscalateRequest{m_shown->request.id, m_view->user.id});
}

void ApprovalPrompt::openWhatIf() {
    if (m_shown) Q_EMIT whatIfRequested();
}

void ApprovalPrompt::openDebate() {
    if (!m_shown || !m_bar->debateOpens()) return;
    Q_EMIT debateRequested(format::text(m_shown->cycle.str()));
}

void ApprovalPrompt::openEvidence() {
    if (m_shown && m_bar->debateOpens()) // at T3 covered like the debate until the own call is entered
        Q_EMIT evidenceRequested(format::text(m_shown->cycle.str()));
}

void ApprovalPrompt::leave() {
    disarm({});
    m_bar->clear();
    m_id.clear();
    m_shown.reset();
    const auto* focus = QApplication::focusWidget();
    const bool hadFocus = isVisible() && focus && (focus == this || isAncestorOf(focus));
    if (isVisible()) hide();
    Q_EMIT closed();
    if (hadFocus) Q_EMIT focusGivenBack();
}

void ApprovalPrompt::hideEvent(QHideEvent* event) {
    disarm({}); // nothing is sent from a prompt nobody sees
    QFrame::hideEvent(event);
}

bool ApprovalPrompt::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress || (watched != &m_bar->amount() && watched != &m_bar->reason())) return QFrame::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        if (!key->isAutoRepeat()) armFromField();
        return true;
    }
    if (key->key() == Qt::Key_Escape) {
        setFocus(); // the top layer only: out of the field
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

void ApprovalPrompt::keyPressEvent(QKeyEvent* event) {
    if (event->isAutoRepeat()) return event->accept(); // holding a key decides nothing
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) return QFrame::keyPressEvent(event);
    const int key = event->key();
    const int digit = key >= Qt::Key_1 && key <= Qt::Key_9 ? key - Qt::Key_0 : 0;
    if (m_step == Step::Rejecting && digit > 0) return reject(digit);
    if (m_step == Step::AskReason && digit >= 1 && digit <= approveReasons().size()) {
        m_step = Step::AskAmount;
        m_bar->reason().setText(approveReasons().at(digit - 1));
        m_bar->amount().setFocus();
        return refresh();
    }
    switch (key) {
    case Qt::Key_A: return arm();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_step == Step::Armed) return commit();
        if (m_step == Step::Reading && !m_touched) return reject(0); // Enter on an untouched prompt rejects (SAFETY section 4)
        m_note = tr("A arms, R rejects");
        return refresh();
    case Qt::Key_R:
        if (m_step == Step::Sent) return;
        disarm({});
        m_touched = true;
        m_step = Step::Rejecting;
        return refresh();
    case Qt::Key_U: return pullBack();
    case Qt::Key_S: return sizeDown();
    case Qt::Key_M: return moreTime();
    case Qt::Key_E: return escalate();
    case Qt::Key_W: return openWhatIf();
    case Qt::Key_V: return openDebate();
    case Qt::Key_Space: return openEvidence();
    case Qt::Key_Escape:
        if (m_step == Step::Rejecting || m_step == Step::AskReason || m_step == Step::AskAmount || m_step == Step::Armed) {
            disarm({}); // the top layer first
            return refresh();
        }
        return leave();
    default: QFrame::keyPressEvent(event);
    }
}

QList<QPair<QString, QString>> ApprovalPrompt::keys() const { return promptKeys(); }

} // namespace mahler::ui
