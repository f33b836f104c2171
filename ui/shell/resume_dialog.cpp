#include "ui/shell/resume_dialog.h"

#include <algorithm>
#include <QFormLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/models/grid_model.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

const desk::NoticeView* newestAnswer(const desk::DeskView& view) {
    const auto it = std::find_if(view.notices.begin(), view.notices.end(), [](const desk::NoticeView& n) { return n.text.starts_with("Resume"); });
    return it == view.notices.end() ? nullptr : &*it;
}

/// Of a countdown that was there before and is not now: the desk says so when it refuses one, and takes latches away when it clears.
bool wasHaltedAgain(const desk::DeskView& before, const desk::DeskView& now) {
    const auto *then = newestAnswer(before), *answer = newestAnswer(now);
    const bool refused = answer && (!then || then->at != answer->at || then->text != answer->text);
    return !refused && now.latches.size() >= before.latches.size();
}

} // namespace

ResumeDialog::ResumeDialog(DeskPort& port, QWidget* parent)
    : QDialog(parent), m_port(port), m_latches(new QLabel), m_status(new QLabel), m_refused(new QLabel), m_user(new QComboBox),
      m_reason(new QLineEdit), m_typed(new QLineEdit), m_send(new QPushButton(tr("Resume in ten seconds"))) {
    setWindowTitle(tr("Resume trading"));
    setMinimumWidth(560);
    m_latches->setTextFormat(Qt::PlainText);
    m_latches->setWordWrap(true);
    m_status->setWordWrap(true);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setAccessibleName(tr("Status"));
    setTone(*m_status, Token::Warn, true);
    m_refused->setWordWrap(true);
    m_refused->setTextFormat(Qt::PlainText);
    m_refused->setAccessibleName(tr("Who may resume"));
    setTone(*m_refused, Token::Warn, true);
    m_user->setAccessibleName(tr("Who resumes"));
    m_reason->setAccessibleName(tr("Reason"));
    m_typed->setAccessibleName(tr("Type RESUME"));
    m_send->setAutoDefault(false);
    auto* form = new QFormLayout;
    form->addRow(tr("Who resumes"), m_user);
    form->addRow(tr("Reason"), m_reason);
    form->addRow(tr("Type RESUME"), m_typed);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_latches);
    layout->addLayout(form);
    layout->addWidget(m_refused);
    layout->addWidget(m_status);
    layout->addWidget(m_send);
    connect(m_typed, &QLineEdit::textChanged, this, &ResumeDialog::refresh);
    connect(m_reason, &QLineEdit::textChanged, this, &ResumeDialog::refresh);
    connect(m_user, &QComboBox::currentIndexChanged, this, &ResumeDialog::refresh);
    connect(m_send, &QPushButton::clicked, this, [this] {
        const bool sent = m_port.send(desk::ResumeRequest{
            UserId(m_user->currentData().toString().toStdString()), {}, m_reason->text().trimmed().toStdString(), m_typed->text().toStdString()});
        m_typed->clear();
        m_stopped.clear();
        if (!sent) m_status->setText(tr("The desk is busy; nothing was sent. Type RESUME once more"));
    });
    m_send->setEnabled(false);
    m_send->installEventFilter(this);
}

/// Why somebody resumed earlier is no reason to resume now.
void ResumeDialog::showEvent(QShowEvent* event) {
    if (!event->spontaneous()) {
        m_reason->clear();
        m_typed->clear();
    }
    QDialog::showEvent(event);
}

/// The button is nobody's default, so that Enter in a field resumes nothing; on the button itself Enter presses it.
bool ResumeDialog::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_send || event->type() != QEvent::KeyPress) return QDialog::eventFilter(watched, event);
    const auto& key = *static_cast<QKeyEvent*>(event);
    if ((key.key() != Qt::Key_Return && key.key() != Qt::Key_Enter) || (key.modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier)
        return QDialog::eventFilter(watched, event);
    if (!key.isAutoRepeat()) m_send->click();
    return true;
}

QStringList ResumeDialog::whoMayClear(risk::Breaker breaker) const {
    QStringList who;
    for (const auto& u : m_view->users)
        if (approval::mayResume(u, risk::toString(breaker))) who << format::text(u.name);
    return who;
}

QString ResumeDialog::refusal() const {
    if (!m_view || m_view->latches.empty()) return {};
    const auto id = m_user->currentData().toString().toStdString();
    const auto user = std::find_if(m_view->users.begin(), m_view->users.end(), [&](const approval::User& u) { return u.id.str() == id; });
    if (user == m_view->users.end()) return tr("Choose who resumes.");
    QStringList others;
    for (const auto& latch : m_view->latches) {
        if (approval::mayResume(*user, risk::toString(latch.breaker))) return {};
        others << tr("%1: %2", "breaker, who may clear it")
                      .arg(QLatin1String(risk::toString(latch.breaker)), whoMayClear(latch.breaker).join(QStringLiteral(", ")));
    }
    return tr("%1 may not clear what is set. Who may: %2").arg(format::text(user->name), others.join(QStringLiteral("; ")));
}

void ResumeDialog::refresh() {
    const QString why = refusal();
    m_send->setEnabled(why.isEmpty() && m_typed->text() == QLatin1String("RESUME") && !m_reason->text().trimmed().isEmpty());
    m_send->setToolTip(why);
    m_refused->setText(why.isEmpty() ? QString() : QStringLiteral("▲ ") + why);
    m_refused->setVisible(!why.isEmpty());
}

void ResumeDialog::setView(const ViewPtr& view) {
    if (view->resumeInSeconds || view->latches.empty())
        m_stopped.clear();
    else if (m_view && m_view->resumeInSeconds && wasHaltedAgain(*m_view, *view))
        m_stopped = tr("▲ A halt stopped the countdown. Nothing was resumed; type a reason and RESUME again");
    m_view = view;
    const auto choose = [this](const approval::User& u) { m_user->setCurrentIndex(m_user->findData(format::text(u.id.str()))); };
    if (m_user->count() == 0) {
        for (const auto& u : view->users) m_user->addItem(format::text(u.name), format::text(u.id.str()));
        choose(view->user);
    }
    if (!isVisible()) // whoever was chosen last, or else the first who may
        for (const auto& u : view->users)
            if (!refusal().isEmpty()) choose(u);
    refresh();
    QStringList lines;
    for (const auto& latch : view->latches) {
        lines << tr("▲ %1 since %2: %3\n    may be cleared by %4")
                     .arg(QLatin1String(risk::toString(latch.breaker)), whenWords(latch.since, view->at.utc), format::text(latch.reason),
                          whoMayClear(latch.breaker).join(QStringLiteral(", ")));
    }
    m_latches->setText(lines.isEmpty() ? tr("No breaker is set: the desk is running.") : lines.join(QLatin1Char('\n')));
    QString status;
    // The ten seconds are the market clock's, as every duration of a stepped market: it stands while the market stands.
    const QString stands = view->feedEnded ? tr("the recording ended, its clock stands still")
                           : view->paused  ? tr("the market clock is paused")
                                           : QString();
    if (view->resumeInSeconds && !stands.isEmpty())
        status = tr("Waiting with %1 left: %2. F12 stops it.").arg(format::countdown(*view->resumeInSeconds), stands);
    else if (view->resumeInSeconds)
        status = tr("Resuming in %1. F12 stops it.").arg(format::countdown(*view->resumeInSeconds));
    else if (!m_stopped.isEmpty())
        status = m_stopped;
    else if (!stands.isEmpty() && !view->latches.empty())
        status = tr("The ten seconds will not count yet: %1.").arg(stands);
    else if (const auto* answer = newestAnswer(*view))
        status = format::text(answer->text);
    m_status->setText(status);
    if (view->latches.empty() && isVisible()) accept();
}

} // namespace mahler::ui
