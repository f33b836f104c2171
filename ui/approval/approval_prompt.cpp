#include "ui/approval/approval_prompt.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/approval/answer_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr qint64 kDoubleClickMs = 500, kAnswerMs = 3000;

} // namespace

ApprovalPrompt::ApprovalPrompt(DeskPort& port, QWidget* parent)
    : QFrame(parent), m_port(port), m_form(new PromptForm), m_status(new QLabel), m_amount(new QLineEdit), m_reason(new QLineEdit),
      m_approve(new QPushButton), m_rejectButton(new QPushButton(tr("Reject  R"))), m_smaller(new QPushButton(tr("Half size  S"))),
      m_debate(new QPushButton(tr("Debate  V"))), m_more(new QPushButton(tr("+60 s  M"))), m_escalate(new QPushButton(tr("Escalate  E"))),
      m_whatIf(new QPushButton(tr("What-if  W"))) {
    setObjectName(QStringLiteral("prompt"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Approval request"));
    QElapsedTimer timer;
    timer.start();
    m_clock = [timer] { return timer.elapsed(); };
    makeForm();
    m_grace.setSingleShot(true);
    connect(&m_grace, &QTimer::timeout, this, &ApprovalPrompt::sendApproval);
    connect(m_amount, &QLineEdit::textChanged, this, [this] { refresh(); });
    connect(m_reason, &QLineEdit::textChanged, this, [this] { refresh(); });
    connect(m_approve, &QPushButton::clicked, this, [this] {
        if (m_step != Step::Armed) return arm();
        if (m_clock() - m_armedAt >= kDoubleClickMs) // a double click is one thought, not two
            commit();
    });
    connect(m_rejectButton, &QPushButton::clicked, this, [this] { reject(0); });
    connect(m_smaller, &QPushButton::clicked, this, &ApprovalPrompt::sizeDown);
    connect(m_debate, &QPushButton::clicked, this, &ApprovalPrompt::openDebate);
    connect(m_more, &QPushButton::clicked, this, &ApprovalPrompt::moreTime);
    connect(m_escalate, &QPushButton::clicked, this, &ApprovalPrompt::escalate);
    connect(m_whatIf, &QPushButton::clicked, this, &ApprovalPrompt::openWhatIf);
    hide();
}

void ApprovalPrompt::makeForm() {
    m_status->setTextFormat(Qt::PlainText);
    m_status->setAccessibleName(tr("Status"));
    m_status->setMinimumHeight(18);
    setTone(*m_status, Token::Warn, true, 13);
    m_reason->setAccessibleName(tr("Reason"));
    m_amount->setAccessibleName(tr("Maximum loss, typed"));
    m_amount->setPlaceholderText(tr("maximum loss, $"));
    m_amount->setFixedWidth(130);
    m_whatIf->setToolTip(tr("What trips first in the book with what is pending (W)"));
    m_rejectButton->setToolTip(tr("R and a digit reject at once with that reason; whoever may decide any tier may reject every request"));
    m_amount->setMaxLength(20);
    m_reason->setMaxLength(400);
    for (auto* edit : {m_reason, m_amount}) edit->installEventFilter(this);
    for (auto* button : {m_approve, m_rejectButton, m_smaller, m_debate, m_more, m_escalate, m_whatIf}) {
        button->setAutoDefault(false);
        button->setDefault(false);
        button->setFocusPolicy(Qt::TabFocus);
    }
    auto* actions = new QHBoxLayout;
    actions->addWidget(m_reason, 1);
    actions->addWidget(m_amount);
    actions->addStretch(0);
    for (auto* button : {m_whatIf, m_debate, m_more, m_escalate, m_smaller}) actions->addWidget(button);
    actions->addWidget(m_rejectButton);
    actions->addWidget(m_approve);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(4);
    layout->addWidget(m_form, 1);
    layout->addWidget(m_status);
    layout->addLayout(actions);
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
    m_amount->clear();
    m_reason->clear();
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
    const bool covered = tier == approval::Tier::T3 && !missingField().isEmpty() && m_step != Step::Grace && m_step != Step::Sent;
    m_form->fill(*m_view, *m_shown, m_risk.get(), covered);
    m_amount->setVisible(asks());
    m_reason->setVisible(asks());
    m_reason->setPlaceholderText(tier == approval::Tier::T3 ? tr("reason, at least 15 characters")
                                                            : tr("reason: %1").arg(approveReasons().join(QStringLiteral(", "))));
    refreshButtons(covered);
    const QString why = blocked();
    m_approve->setEnabled(why.isEmpty() && m_step != Step::Grace && m_step != Step::Sent);
    m_approve->setText(m_step == Step::Armed ? tr("Approve  Enter") : tr("Arm  (A)"));
    m_approve->setToolTip(why);
    m_status->setText(statusText());
    setAccessibleDescription(tr("%1. %2 left, then rejected").arg(QLatin1String(approval::toString(tier)), format::countdown(m_shown->secondsLeft)));
}

void ApprovalPrompt::refreshButtons(bool covered) {
    const bool open = m_step != Step::Grace && m_step != Step::Sent;
    m_smaller->setEnabled(m_shown->request.order.quantity > 1 && open);
    m_smaller->setToolTip(tr("Asks for half the size in the same place; it keeps the time that is left (S)"));
    m_debate->setEnabled(!covered && !m_shown->cycle.str().empty());
    m_debate->setToolTip(covered ? tr("opens when your own call is entered") : tr("the whole debate"));
    const QString noTime = notAsked(m_shown->noMoreTimeBecause), noneAbove = notAsked(m_shown->notEscalatedBecause);
    m_more->setEnabled(open && noTime.isEmpty());
    m_more->setToolTip(noTime.isEmpty() ? tr("60 s more, once; it is looked at again at the quotes of now (M)") : tr("No more time: %1").arg(noTime));
    m_escalate->setEnabled(open && noneAbove.isEmpty());
    m_escalate->setToolTip(noneAbove.isEmpty() ? tr("Asks the next tier's approvers and alarms everyone; the time that is left stays (E)")
                                               : tr("Not escalated: %1").arg(noneAbove));
}

QString ApprovalPrompt::notAsked(const std::string& refused) const {
    const auto tier = m_shown->request.tier.tier;
    if (!approval::mayApproveTier(m_view->user, static_cast<int>(tier)))
        return tr("tier %1 is not for %2").arg(QLatin1String(approval::toString(tier)), format::text(m_view->user.name));
    return format::text(refused);
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
    if (m_step == Step::AskReason || m_step == Step::AskAmount)
        return missingField().isEmpty() ? tr("Enter approves") : tr("Now: %1").arg(missingField());
    return asks() ? tr("A asks for the reason and the loss, R rejects, Esc leaves it undecided")
                  : tr("A arms, Enter approves, R rejects, Esc leaves it undecided");
}

qint64 ApprovalPrompt::readingMs() const { return readingMsOf(m_shown ? m_shown->request.tier.tier : approval::Tier::T3); }

bool ApprovalPrompt::asks() const { return m_shown && m_shown->request.tier.tier >= approval::Tier::T2; }

std::optional<Usd> ApprovalPrompt::typedLoss() const { return typedAmount(m_amount->text()); }

QString ApprovalPrompt::blocked() const {
    if (!m_shown) return tr("nothing to decide");
    if (!m_shown->blockedBecause.empty()) return format::text(m_shown->blockedBecause.front());
    const auto& request = m_shown->request;
    if (!approval::mayApproveTier(m_view->user, static_cast<int>(request.tier.tier)))
        return tr("tier %1 is not for %2").arg(QLatin1String(approval::toString(request.tier.tier)), format::text(m_view->user.name));
    for (const auto& signature : request.signatures)
        if (signature.user == m_view->user.id) return tr("%1 has signed; a second person must").arg(format::text(m_view->user.name));
    if (request.tier.tier == approval::Tier::T3 && request.order.source == "user:" + m_view->user.id.str())
        return tr("who proposed it cannot be one of the two who approve");
    return {};
}

QString ApprovalPrompt::missingField() const {
    if (!asks()) return {};
    const bool long15 = m_shown->request.tier.tier == approval::Tier::T3;
    if (m_reason->text().trimmed().toUtf8().size() < (long15 ? 15 : 1)) return long15 ? tr("a reason of at least 15 characters") : tr("the reason");
    const auto typed = typedLoss();
    if (!typed || typed->micros() / 10'000 != m_shown->maxLoss.micros() / 10'000)
        return m_amount->text().trimmed().isEmpty()
                   ? tr("type the maximum loss, %1").arg(format::text(exactMoney(m_shown->maxLoss)))
                   : tr("the typed amount is not the maximum loss, %1").arg(format::text(exactMoney(m_shown->maxLoss)));
    return {};
}

void ApprovalPrompt::arm() {
    if (!m_shown || !blocked().isEmpty() || m_step == Step::Grace || m_step == Step::Sent) return;
    m_touched = true;
    m_note.clear();
    if (missingField().isEmpty()) {
        m_step = Step::Armed;
        m_armedAt = m_clock();
        setFocus();
    } else if (m_reason->text().trimmed().isEmpty()) {
        m_step = Step::AskReason;
        if (m_shown->request.tier.tier == approval::Tier::T3)
            m_reason->setFocus(); // the person pressed A; focus never moves by itself
        else
            setFocus();
    } else {
        m_step = Step::AskAmount;
        m_amount->setFocus();
    }
    refresh();
}

/// Enter in a field: the next field, or, when A began it and all is there, the commit itself.
void ApprovalPrompt::armFromField() {
    if (!m_shown || m_step == Step::Grace || m_step == Step::Sent) return;
    m_note.clear();
    const bool began = m_step == Step::AskReason || m_step == Step::AskAmount;
    if (!missingField().isEmpty()) {
        const bool reasonDone = !m_reason->text().trimmed().isEmpty();
        if (began) {
            m_step = reasonDone ? Step::AskAmount : Step::AskReason;
            (reasonDone ? m_amount : m_reason)->setFocus();
        }
        m_note = tr("Now: %1").arg(missingField());
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
    if (!missingField().isEmpty()) {
        disarm(tr("Now: %1").arg(missingField()));
        return refresh();
    }
    const qint64 left = readingMs() - (m_clock() - m_readingSince);
    if (left > 0) {
        m_note = tr("Read it first: Enter counts in %1 s").arg(format::number(static_cast<double>(left) / 1000, 1));
        return refresh();
    }
    m_answer =
        desk::AnswerRequest{m_shown->request.id, m_view->user.id, true, m_shown->request.shownHash, m_reason->text().trimmed().toStdString(), {}};
    if (asks())
        m_answer->typedMaxLoss = typedLoss();
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
        m_amount->clear(); // the second approver sees nothing of the first
        m_reason->clear();
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
    if (const auto why = notAsked(m_shown->noMoreTimeBecause); !why.isEmpty()) {
        m_note = tr("No more time: %1").arg(why);
        return refresh();
    }
    ask(desk::ExtendRequest{m_shown->request.id, m_view->user.id});
}

void ApprovalPrompt::escalate() {
    if (!m_shown || m_step == Step::Grace || m_step == Step::Sent) return;
    if (const auto why = notAsked(m_shown->notEscalatedBecause); !why.isEmpty()) {
        m_note = tr("Not escalated: %1").arg(why);
        return refresh();
    }
    ask(desk::EscalateRequest{m_shown->request.id, m_view->user.id});
}

void ApprovalPrompt::openWhatIf() {
    if (m_shown) Q_EMIT whatIfRequested();
}

void ApprovalPrompt::openDebate() {
    if (!m_shown || !m_debate->isEnabled()) return;
    Q_EMIT debateRequested(format::text(m_shown->cycle.str()));
}

void ApprovalPrompt::openEvidence() {
    if (m_shown && m_debate->isEnabled()) // at T3 covered like the debate until the own call is entered
        Q_EMIT evidenceRequested(format::text(m_shown->cycle.str()));
}

void ApprovalPrompt::leave() {
    disarm({});
    m_amount->clear();
    m_reason->clear();
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
    if (event->type() != QEvent::KeyPress || (watched != m_amount && watched != m_reason)) return QFrame::eventFilter(watched, event);
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
        m_reason->setText(approveReasons().at(digit - 1));
        m_amount->setFocus();
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
