#include "ui/shell/mini_halt.h"

#include <QHBoxLayout>
#include <QMouseEvent>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

MiniHalt::MiniHalt(DeskPort& port, QWidget* parent)
    : QWidget(parent, Qt::Tool | Qt::FramelessWindowHint | Qt::WindowStaysOnTopHint | Qt::WindowDoesNotAcceptFocus), m_state(new QLabel),
      m_halt(new QPushButton(tr("HALT"))) {
    setAttribute(Qt::WA_ShowWithoutActivating);
    setAttribute(Qt::WA_QuitOnClose, false);
    setWindowTitle(tr("Mahler halt"));
    setToolTip(tr("Drag to move, double-click for the workstation"));
    m_halt->setObjectName(QStringLiteral("halt"));
    m_halt->setFocusPolicy(Qt::NoFocus);
    m_halt->setAccessibleName(tr("Halt everything"));
    m_halt->setFixedSize(84, 34);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setMinimumWidth(150);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 4, 4, 4);
    layout->addWidget(m_state, 1);
    layout->addWidget(m_halt);
    connect(m_halt, &QPushButton::pressed, this, [&port] { port.halt("mini window"); });
}

void MiniHalt::setView(const ViewPtr& view) {
    const bool running = view->state == desk::RunState::Running;
    m_state->setText(tr("%1 %2\nDay %3   %4 pending")
                         .arg(running ? QStringLiteral("●") : QStringLiteral("■"), QLatin1String(desk::toString(view->state)),
                              format::signedMoney(view->marks.dayPnl))
                         .arg(view->approvals.size()));
    setTone(*m_state, running ? Token::Text : Token::Warn, !running);
}

void MiniHalt::mousePressEvent(QMouseEvent* event) { m_grip = event->globalPosition().toPoint() - frameGeometry().topLeft(); }
void MiniHalt::mouseMoveEvent(QMouseEvent* event) { move(event->globalPosition().toPoint() - m_grip); }
void MiniHalt::mouseDoubleClickEvent(QMouseEvent*) { Q_EMIT windowRequested(); }

} // namespace mahler::ui
