#include "ui/shell/resume_dialog.h"

#include <QFormLayout>
#include <QVBoxLayout>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

ResumeDialog::ResumeDialog(DeskPort& port, QWidget* parent)
    : QDialog(parent), m_port(port), m_latches(new QLabel), m_status(new QLabel), m_user(new QComboBox), m_reason(new QLineEdit),
      m_typed(new QLineEdit), m_send(new QPushButton(tr("Resume in ten seconds"))) {
    setWindowTitle(tr("Resume trading"));
    setMinimumWidth(560);
    m_latches->setTextFormat(Qt::PlainText);
    m_latches->setWordWrap(true);
    m_status->setWordWrap(true);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setAccessibleName(tr("Status"));
    setTone(*m_status, Token::Warn, true);
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
    layout->addWidget(m_status);
    layout->addWidget(m_send);
    const auto check = [this] { m_send->setEnabled(m_typed->text() == QLatin1String("RESUME") && !m_reason->text().trimmed().isEmpty()); };
    connect(m_typed, &QLineEdit::textChanged, this, check);
    connect(m_reason, &QLineEdit::textChanged, this, check);
    connect(m_send, &QPushButton::clicked, this, [this] {
        const bool sent = m_port.send(desk::ResumeRequest{
            UserId(m_user->currentData().toString().toStdString()), {}, m_reason->text().trimmed().toStdString(), m_typed->text().toStdString()});
        m_typed->clear();
        if (!sent) m_status->setText(tr("The desk is busy; nothing was sent. Type RESUME once more"));
    });
    m_send->setEnabled(false);
}

void ResumeDialog::setView(const ViewPtr& view) {
    if (m_user->count() == 0) {
        for (const auto& u : view->users) m_user->addItem(format::text(u.name), format::text(u.id.str()));
        for (const auto& u : view->users)
            if (u.has(approval::Role::RiskManager)) {
                m_user->setCurrentIndex(m_user->findData(format::text(u.id.str())));
                break;
            }
    }
    QStringList lines;
    for (const auto& latch : view->latches) {
        QStringList who;
        for (const auto& u : view->users)
            if (approval::mayResume(u, risk::toString(latch.breaker))) who << format::text(u.name);
        lines << tr("▲ %1 since %2: %3\n    may be cleared by %4")
                     .arg(QLatin1String(risk::toString(latch.breaker)), format::timeNewYork(latch.since), format::text(latch.reason),
                          who.join(QStringLiteral(", ")));
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
    else if (!stands.isEmpty() && !view->latches.empty())
        status = tr("The ten seconds will not count yet: %1.").arg(stands);
    else
        for (const auto& n : view->notices)
            if (n.text.starts_with("Resume")) {
                status = format::text(n.text);
                break;
            }
    m_status->setText(status);
    if (view->latches.empty() && isVisible()) accept();
}

} // namespace mahler::ui
