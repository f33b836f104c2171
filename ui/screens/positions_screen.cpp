#include <algorithm>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/screens/assignment_row.h"
#include "ui/screens/position_rows.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

PositionsScreen::PositionsScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_model(new GridModel(positionColumns(), this)), m_grid(new GridView(m_model)), m_totals(new BookTotals),
      m_banner(new QLabel), m_confirm(new QLabel), m_legend(new QLabel(exitLegend())), m_assignments(new AssignmentRow(port)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(m_totals);
    layout->addWidget(m_assignments);
    layout->addWidget(m_banner);
    layout->addWidget(m_confirm);
    layout->addWidget(m_grid, 1);
    layout->addWidget(m_legend);
    setMainPane(m_grid);
    m_grid->setChoosesColumns();
    setTone(*m_legend, Token::Dim, false, 11);
    for (auto* label : {m_banner, m_confirm, m_legend}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->hide();
    }
    m_confirm->setAccessibleName(tr("Answer to the last key"));
    m_grid->setAccessibleName(tr("Positions"));
    m_grid->installEventFilter(this);
    m_grid->letSort();
}

QList<QPair<QString, QString>> PositionsScreen::keys() const {
    return QList<QPair<QString, QString>>{{tr("X, Enter"), tr("close the position: X says limit, result and fees, Enter sends, Esc leaves")},
                                          {tr("Enter", "key"), tr("on what was assigned: go to the button that acknowledges it")},
                                          {QStringLiteral("L"), tr("roll: not in this version, says what to do instead")},
                                          {QStringLiteral("J"), tr("journal of this position")},
                                          {QStringLiteral("V"), tr("the debate that opened it")},
                                          {QStringLiteral("W"), tr("what if: the book under moved markets")},
                                          {QStringLiteral("H"), tr("choose the columns")}} +
           GridView::sortKeys();
}

void PositionsScreen::setView(const ViewPtr& view) {
    m_view = view;
    m_totals->setView(*view);
    m_totals->setVisible(!view->positions.empty());
    m_legend->setVisible(!view->positions.empty());
    m_assignments->setView(view);
    m_model->setAgeWords(ageWords(*view));
    setRowsKeepingTheCursorHome(positionRows(*view));
    m_grid->setEmptyText(tr("No positions. Reconciled %1.").arg(reconciledAt(*view)));
    if (!m_armed.isEmpty() && !positionOf(m_armed)) m_armed.clear(); // it is gone: Enter closes nothing
    if (const QString answer = m_track.look(*view); !answer.isEmpty()) m_said = answer;
    sayWhatStands();
}

/// When the row the cursor is on goes, the cursor goes to what it belonged to, never to a neighbour that a key would then act on.
void PositionsScreen::setRowsKeepingTheCursorHome(std::vector<GridRow> rows) {
    const GridRow* at = m_grid->currentRow();
    const QString before = at ? at->key : QString();
    QStringList home; // nearest first
    for (int r = m_grid->currentIndex().row(), level = at ? at->level : 0; at && r >= 0 && level > 0; --r)
        if (const auto* row = m_model->row(r); row->level < level && row->pin == 0) {
            home << row->key;
            level = row->level;
        }
    const int column = m_grid->currentIndex().column();
    m_model->setRows(std::move(rows));
    if (before.isEmpty() || m_model->find(before)) return;
    for (const auto& key : home)
        if (const auto row = m_model->find(key)) return m_grid->setCurrentIndex(m_model->index(*row, column));
    m_grid->setCurrentIndex({});
}

QString PositionsScreen::closeWords(const desk::PositionView& position) const {
    const auto& terms = position.close;
    const QString id = format::text(position.position.id.str());
    if (!terms.refusedBecause.empty())
        return tr("▲ %1 cannot be closed now: %2. Esc leaves it.", "position id, why").arg(id, format::text(terms.refusedBecause));
    return tr("CLOSE %1: %2 for %3.  Realises about %4 before fees of %5, %6 after.  Enter sends it, Esc leaves it.",
              "position id, order, limit, profit or loss, fees, profit or loss less fees")
        .arg(id, format::text(portfolio::describe(terms.order)), format::net(terms.order.netLimit), format::signedMoney(terms.realised),
             format::money(terms.fees), format::signedMoney(terms.realised ? std::optional(*terms.realised - terms.fees) : std::nullopt));
}

void PositionsScreen::sayWhatStands() {
    const auto& view = *m_view;
    const bool differs = !view.reconciliation.empty() && view.reconciliation != "clean";
    m_banner->setVisible(differs);
    if (differs)
        m_banner->setText(
            tr("▲ Broker and journal disagree: %1. New entries are blocked until it is resolved.").arg(format::text(view.reconciliation)));
    const auto* armed = m_armed.isEmpty() ? nullptr : positionOf(m_armed);
    m_confirm->setText(armed ? closeWords(*armed) : m_said);
    m_confirm->setToolTip(armed ? tr("mid less half of the half-width of the quotes, on a tick of the class; priced anew when it goes. The result "
                                     "is dollars of the open units at that limit before fees, the fees are the closing order's")
                                : QString());
    m_confirm->setAccessibleDescription(m_confirm->text());
    setTone(*m_confirm, armed ? Token::Warn : Token::Text, true);
    m_confirm->setVisible(!m_confirm->text().isEmpty());
}

const desk::PositionView* PositionsScreen::positionOf(const QString& id) const {
    for (const auto& p : m_view->positions)
        if (format::text(p.position.id.str()) == id) return &p;
    return nullptr;
}

void PositionsScreen::goToAssignment() { m_assignments->goTo(); }

/// The cursor is on the underlying of the assignment that waits, or on what is held in it.
bool PositionsScreen::currentIsAssigned() const {
    const GridRow* row = m_grid->currentRow();
    if (!row) return false;
    return std::any_of(m_view->assignments.begin(), m_view->assignments.end(), [&](const desk::AssignmentView& a) {
        const auto* position = positionOf(row->data.toString());
        return position ? position->position.underlying == a.underlying : row->key == QLatin1String("of/") + format::text(a.underlying);
    });
}

const desk::PositionView* PositionsScreen::current() const {
    const GridRow* row = m_grid->currentRow();
    return row && m_view ? positionOf(row->data.toString()) : nullptr;
}

void PositionsScreen::askToClose(const desk::PositionView& position) {
    m_track.end();
    if (approval::mayClose(m_view->user))
        m_armed = format::text(position.position.id.str());
    else
        m_said = tr("▲ %1 may not close positions. Nothing was sent.").arg(format::text(m_view->user.name));
}

/// Sends what the line above shows; while it cannot be sent, the line stays and says why.
void PositionsScreen::sendClose(const desk::PositionView& position) {
    const QString id = format::text(position.position.id.str());
    if (!position.close.refusedBecause.empty()) {
        m_armed = id;
        return;
    }
    m_track.begin(id, *m_view);
    const bool sent = m_port.send(desk::ClosePosition{m_view->user.id, position.position.id, "closed by hand"});
    if (!sent) m_track.end();
    m_said = sent ? tr("Asked to close %1 for %2. The orders screen (F9) has the order.").arg(id, format::net(position.close.order.netLimit))
                  : tr("▲ The desk is busy; nothing was sent. Try again");
}

bool PositionsScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_grid || event->type() != QEvent::KeyPress || !m_view) return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    if (key->isAutoRepeat() && (enter || key->key() == Qt::Key_X)) return true;
    const bool spoke = !m_armed.isEmpty() || !m_said.isEmpty();
    const QString armed = std::exchange(m_armed, QString());
    m_said.clear();
    m_track.end();
    const bool taken = takeKey(*key, armed);
    if (taken || spoke) sayWhatStands();
    return taken || Screen::eventFilter(watched, event);
}

/// @param armed the position X was pressed on before this key; empty: none
bool PositionsScreen::takeKey(const QKeyEvent& key, const QString& armed) {
    if ((key.modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier)) != Qt::NoModifier) return false; // Ctrl+X is no close
    const auto* position = current();
    switch (key.key()) {
    case Qt::Key_X:
        if (position)
            askToClose(*position);
        else
            m_said = tr("X closes one position: put the cursor on it.");
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: {
        const auto* closing = armed.isEmpty() ? nullptr : positionOf(armed);
        if (closing) {
            sendClose(*closing);
            return true;
        }
        if (!currentIsAssigned()) return false;
        goToAssignment();
        return true;
    }
    case Qt::Key_Escape: return !armed.isEmpty();
    case Qt::Key_W: Q_EMIT screenRequested(QStringLiteral("scenario")); return true;
    case Qt::Key_H:
        if (key.modifiers() != Qt::NoModifier) return false;
        m_grid->chooseColumns(m_grid->mapToGlobal(QPoint(0, 0)));
        return true;
    case Qt::Key_J:
        if (position) Q_EMIT journalRequested(format::text(position->position.id.str()));
        return position != nullptr;
    case Qt::Key_V:
        for (const auto& cycle : m_view->cycles)
            if (position && cycle.proposal == position->position.proposal) Q_EMIT deliberationRequested(format::text(cycle.id.str()));
        return position != nullptr;
    case Qt::Key_L:
        if (position)
            m_said = tr("Rolling is not in this version; nothing was sent. X closes the position; the later expiry is staged in the chain (F3).");
        return position != nullptr;
    default: return false;
    }
}

} // namespace mahler::ui
