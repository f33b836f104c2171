#include "ui/shell/find_bar.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>

#include "ui/models/grid_view.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

FindBar::FindBar(QWidget* parent) : QFrame(parent), m_line(new QLineEdit), m_count(new QLabel) {
    setObjectName(QStringLiteral("findbar"));
    m_line->setPlaceholderText(tr("words that a row must hold"));
    m_line->setAccessibleName(tr("Find in this pane"));
    m_line->setClearButtonEnabled(true);
    m_line->installEventFilter(this);
    setTone(*m_count, Token::Dim);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 3, 8, 3);
    layout->addWidget(m_line, 1);
    layout->addWidget(m_count);
    connect(m_line, &QLineEdit::textChanged, this, &FindBar::filter);
    hide();
}

void FindBar::open(Screen* screen) {
    if (!screen) return;
    if (m_screen != screen) close();
    if (!isAncestorOf(QApplication::focusWidget())) m_before = QApplication::focusWidget();
    m_screen = screen;
    show();
    m_line->setFocus();
    m_line->selectAll();
    filter(m_line->text());
}

void FindBar::close() {
    m_line->clear();
    const bool hadFocus = m_line->hasFocus();
    hide();
    m_screen.clear();
    if (hadFocus && m_before) m_before->setFocus();
}

void FindBar::filter(const QString& words) {
    if (!m_screen) return;
    int shown = 0, all = 0;
    for (auto* grid : m_screen->findChildren<GridView*>()) {
        shown += grid->setFilter(words);
        all += grid->model()->rowCount();
    }
    m_count->setText(words.isEmpty() ? tr("Esc closes") : tr("%1 of %2 rows   Esc shows all").arg(shown).arg(all));
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_line && event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        close();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace mahler::ui
