#include "ui/screens/assignment_row.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "market/exchange_calendar.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

AssignmentRow::AssignmentRow(DeskPort& port, QWidget* parent)
    : QWidget(parent), m_port(port), m_what(new QLabel), m_seen(new QPushButton(tr("Acknowledge"))) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_what, 1);
    layout->addWidget(m_seen);
    m_what->setTextFormat(Qt::PlainText);
    m_what->setWordWrap(true);
    m_what->setAccessibleName(tr("Assignment"));
    m_what->setFocusPolicy(Qt::ClickFocus);
    setTone(*m_what, Token::Warn);
    m_seen->setAccessibleName(tr("Acknowledge the assignment"));
    m_seen->setToolTip(
        tr("Says that you have seen it and what it did to the book; then positions may be opened in its underlying again. For a trader, "
           "risk manager, portfolio manager or team lead (SAFETY S12)"));
    connect(m_seen, &QPushButton::clicked, this, [this] {
        if (m_view && !m_view->assignments.empty()) m_port.send(desk::AcknowledgeAssignment{m_view->user.id, m_view->assignments.front().id});
    });
    hide();
}

void AssignmentRow::goTo() {
    if (isHidden()) return;
    (m_seen->isEnabled() ? static_cast<QWidget*>(m_seen) : m_what)->setFocus(Qt::ShortcutFocusReason);
}

void AssignmentRow::setView(const ViewPtr& view) {
    m_view = view;
    const auto& waiting = view->assignments;
    setVisible(!waiting.empty());
    if (waiting.empty()) return;
    const auto& a = waiting.front();
    const QString kind = a.kind == "exercise" ? tr("Exercised") : tr("Assigned");
    QString text = tr("▲ %1: %2 of %3, %4 in cash, %5 ET. Nothing is opened in %6 until it is acknowledged.",
                      "assigned or exercised, contracts, contract, dollars, time, underlying")
                       .arg(kind, QString::number(std::abs(a.quantity)), format::text(a.contract), format::signedMoney(a.amount),
                            QStringLiteral("%1 %2").arg(format::date(market::toNewYork(a.at).date), format::timeNewYork(a.at).left(5)),
                            format::text(a.underlying));
    if (waiting.size() > 1) text += QLatin1Char(' ') + tr("%n more wait(s).", nullptr, static_cast<int>(waiting.size()) - 1);
    m_what->setText(text);
    m_seen->setEnabled(approval::mayClose(view->user));
}

} // namespace mahler::ui
