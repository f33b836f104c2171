#include "ui/shell/layers.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QRegularExpression>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/shell/key_bindings.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kKeysHigh = 26; ///< rows of 21 px: under 600

void styleLayer(QDialog& dialog) {
    dialog.setObjectName(QStringLiteral("layer"));
    dialog.setAttribute(Qt::WA_DeleteOnClose);
    dialog.setWindowFlag(Qt::FramelessWindowHint);
}

} // namespace

QString withoutMnemonic(QString text) {
    static const QRegularExpression kMark(QStringLiteral("&(.)"));
    return text.section(QLatin1Char('\t'), 0, 0).replace(kMark, QStringLiteral("\\1")); // behind a tab stands a key
}

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* parent) : QDialog(parent), m_line(new QLineEdit), m_list(new QListWidget) {
    styleLayer(*this);
    setWindowTitle(tr("Command palette"));
    setFixedSize(480, 360);
    for (auto* action : actions)
        if (!action->isSeparator() && !action->text().isEmpty() && action->isEnabled() && !action->menu()) m_actions << action;
    m_line->setPlaceholderText(tr("what to do"));
    m_line->setAccessibleName(tr("Command"));
    m_line->installEventFilter(this);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(tr("Commands"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(m_line);
    layout->addWidget(m_list);
    connect(m_line, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_line, &QLineEdit::returnPressed, this, &CommandPalette::run);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    filter({});
    m_line->setFocus();
}

void CommandPalette::add(const QString& text, const std::function<void()>& run) {
    m_actions << new QAction(text, this);
    connect(m_actions.back(), &QAction::triggered, this, run);
    filter(m_line->text());
}

void CommandPalette::filter(const QString& words) {
    m_list->clear();
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int i = 0; i < m_actions.size(); ++i) {
        const QString text = withoutMnemonic(m_actions[i]->text());
        const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
        if (!fits) continue;
        const QString key = keyText(m_actions[i]->shortcuts());
        auto* item = new QListWidgetItem(key.isEmpty() ? text : tr("%1    %2", "command and its key").arg(text, key), m_list);
        item->setData(Qt::UserRole, i);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::run() {
    const auto* item = m_list->currentItem();
    if (!item) return;
    auto* action = m_actions[item->data(Qt::UserRole).toInt()];
    accept();
    action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int rows = m_list->count();
            if (rows > 0) m_list->setCurrentRow((m_list->currentRow() + (key == Qt::Key_Down ? 1 : rows - 1)) % rows);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

KeysLayer::KeysLayer(const QList<QPair<QString, Keys>>& groups, QWidget* parent) : QDialog(parent), m_scroll(new QScrollArea) {
    styleLayer(*this);
    setWindowTitle(tr("Keys"));
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(18, 14, 18, 14);
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(4);
    QString spoken;
    int column = 0, row = 0;
    for (const auto& [name, keys] : groups) {
        const auto put = [&](const QString& text, int line, int at, int span, Token token, bool bold) {
            auto* label = new QLabel(text);
            label->setTextFormat(Qt::PlainText);
            setTone(*label, token, bold);
            grid->addWidget(label, line, column * 3 + at, 1, span);
        };
        if (row > 0 && row + 2 + keys.size() > kKeysHigh) { // below the group before it where it fits
            row = 0;
            ++column;
        } else if (row > 0) {
            grid->setRowMinimumHeight(row++, 8);
        }
        put(name, row++, 0, 2, Token::Dim, true);
        for (const auto& [key, what] : keys) {
            if (row > kKeysHigh) { // as high as the lowest window, then beside it
                row = 1;
                ++column;
            }
            put(key, row, 0, 1, Token::Accent, true);
            put(what, row++, 1, 1, Token::Text, false);
            spoken += key + QLatin1Char(' ') + what + QStringLiteral("; ");
        }
    }
    for (int c = 0; c < column; ++c) grid->setColumnMinimumWidth(c * 3 + 2, 24);
    setAccessibleDescription(spoken);
    grid->setRowStretch(grid->rowCount(), 1);
    m_scroll->setWidget(page);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_scroll);
    for (auto* label : page->findChildren<QLabel*>()) label->ensurePolished(); // in its own weight it is wider
    page->layout()->activate();
    const QSize room = parent ? parent->window()->size() - QSize(32, 120) : page->sizeHint(); // under the halt bar, above the strip
    const int bar = m_scroll->verticalScrollBar()->sizeHint().width();
    const QSize whole = page->sizeHint() + QSize(16, 16); // frames and rounding, so that nothing scrolls by a hair
    resize(qMin(room.width(), whole.width() + (whole.height() > room.height() ? bar : 0)),
           qMin(room.height(), whole.height() + (whole.width() > room.width() ? bar : 0)));
}

void KeysLayer::keyPressEvent(QKeyEvent* event) {
    event->accept();
    auto* bar = m_scroll->verticalScrollBar();
    switch (event->key()) { // what moves the list does not close it
    case Qt::Key_Down: return bar->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    case Qt::Key_Up: return bar->triggerAction(QAbstractSlider::SliderSingleStepSub);
    case Qt::Key_PageDown: return bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    case Qt::Key_PageUp: return bar->triggerAction(QAbstractSlider::SliderPageStepSub);
    default: accept();
    }
}

} // namespace mahler::ui
