#include "ui/models/grid_view.h"

#include <algorithm>
#include <array>
#include <QHeaderView>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStaticText>
#include <QToolTip>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kCellPadding = 6; ///< left and right of a cell's text

QColor toneColor(Tone tone) {
    switch (tone) {
    case Tone::Plain:
    case Tone::Strong: return color(Token::Text);
    case Tone::Dim: return color(Token::Dim);
    case Tone::Gain: return color(Token::Gain);
    case Tone::Loss: return color(Token::Loss);
    case Tone::Warn: return color(Token::Warn);
    }
    return color(Token::Text);
}

/// A number font with the widths of what numbers are written with: shaping every cell's text twice costs more than all the
/// rest of a grid. Made once for each density; the font does not follow the theme.
class CellFont {
public:
    explicit CellFont(bool bold) : m_font(numberFont(bold)), m_metrics(m_font) {
        for (char16_t c = u' '; c < kKnown; ++c) m_width[c] = m_metrics.horizontalAdvance(QChar(c));
        m_minus = m_metrics.horizontalAdvance(QChar(u'\u2212'));
    }
    const QFont& font() const { return m_font; }
    /// From the top of a cell of `height` to the line its text stands on.
    int baseline(int height) const { return (height - m_metrics.height()) / 2 + m_metrics.ascent(); }
    /// Of the whole text, without kerning: never less than what is drawn.
    int width(const QString& text) const {
        int sum = 0;
        for (const QChar c : text)
            sum += c.unicode() < kKnown ? m_width[c.unicode()] : c.unicode() == u'\u2212' ? m_minus : m_metrics.horizontalAdvance(c);
        return sum;
    }
    QString elided(const QString& text, int width) const { return m_metrics.elidedText(text, Qt::ElideRight, width); }
    int ascent() const { return m_metrics.ascent(); }
    /// The text shaped once: nine of ten cells say in the next frame what they said in this one, or what another cell said.
    const QStaticText& shaped(const QString& text) const {
        if (const auto known = m_shaped.constFind(text); known != m_shaped.constEnd()) return *known;
        if (m_shaped.size() >= kMostShaped) m_shaped.clear();
        QStaticText made(text);
        made.setTextFormat(Qt::PlainText);
        made.prepare({}, m_font);
        return *m_shaped.insert(text, made);
    }

private:
    static constexpr char16_t kKnown = 127;
    static constexpr qsizetype kMostShaped = 8192;
    mutable QHash<QString, QStaticText> m_shaped; ///< of the GUI thread alone, like everything here
    QFont m_font;
    QFontMetrics m_metrics;
    std::array<int, kKnown> m_width{};
    int m_minus = 0;
};

const CellFont& cellFont(bool bold) {
    struct Fonts {
        int pixels = textPixels();
        CellFont plain{false}, bold{true};
    };
    static Fonts fonts;
    if (fonts.pixels != textPixels()) fonts = Fonts();
    return bold ? fonts.bold : fonts.plain;
}

/// A clock of eight pixels: the value is ageing (UX 2.1).
void paintClock(QPainter& painter, const QPoint& centre) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color(Token::Stale), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(QPointF(centre) + QPointF(0.5, 0.5), 3.2, 3.2);
    painter.drawLine(QPointF(centre) + QPointF(0.5, 0.5), QPointF(centre) + QPointF(0.5, -1.8));
    painter.drawLine(QPointF(centre) + QPointF(0.5, 0.5), QPointF(centre) + QPointF(2.4, 0.5));
    painter.restore();
}

/// "DLY 15m" or "14s" where the cell has room beside its number; `bar`: otherwise a bar of the same colour.
void paintTag(QPainter& painter, const QRect& cell, int room, bool textAtRight, const QString& tag, Token ink, bool bar) {
    static const QFont kFont = textFont(9, true);
    static const QFontMetrics kMetrics(kFont);
    const int width = kMetrics.horizontalAdvance(tag) + 6;
    if (tag.isEmpty() || room < width + 6) {
        if (bar) painter.fillRect(textAtRight ? cell.left() : cell.right() - 2, cell.top() + 3, 3, cell.height() - 6, color(ink));
        return;
    }
    const QRect box(textAtRight ? cell.left() + 3 : cell.right() - 3 - width, cell.top() + (cell.height() - 13) / 2, width, 13);
    painter.setFont(kFont);
    painter.setPen(color(ink));
    painter.drawRect(box);
    painter.drawText(box, Qt::AlignCenter, tag);
}

} // namespace

void GridDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QRect r = option.rect;
    const auto* model = static_cast<const GridModel*>(index.model()); // GridView shows no other
    const GridRow& row = *model->row(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    static const Cell kNone;
    const Cell& cell = column < row.cells.size() ? row.cells[column] : kNone;
    if (option.state & QStyle::State_Selected)
        painter->fillRect(r, mix(Token::Raised, Token::Accent, 0.30));
    else if (row.marked)
        painter->fillRect(r, mix(Token::Bg, Token::Accent, 0.12));
    else if (cell.tinted)
        painter->fillRect(r, tint());
    else if (row.strong)
        painter->fillRect(r, color(Token::Panel));
    else if (index.row() % 2 == 1)
        painter->fillRect(r, mix(Token::Bg, Token::Panel, 0.6));
    const CellFont& numbers = cellFont(row.strong || cell.tone == Tone::Strong);
    QFont font = numbers.font();
    QColor ink = toneColor(cell.tone);
    switch (cell.freshness) {
    case desk::Freshness::Stale:
        painter->fillRect(r, QBrush(mix(Token::Bg, Token::Stale, 0.35), Qt::BDiagPattern));
        font.setItalic(true);
        ink = color(Token::Stale);
        break;
    case desk::Freshness::Dead:
        font.setStrikeOut(true);
        ink = color(Token::Stale);
        break;
    case desk::Freshness::Closed: ink = color(Token::Stale); break;
    case desk::Freshness::Delayed:
    case desk::Freshness::Fresh:
    case desk::Freshness::Aging:
    case desk::Freshness::Unknown: break;
    }
    const bool plain = cell.freshness != desk::Freshness::Stale && cell.freshness != desk::Freshness::Dead; // neither italic nor struck out
    if (!cell.text.isEmpty()) {
        painter->setFont(font);
        painter->setPen(ink);
        const auto align = model->columns()[column].align;
        const QRect inner = r.adjusted(kCellPadding, 0, -kCellPadding, 0);
        const int width = numbers.width(cell.text);
        if (width > inner.width() || !(align & Qt::AlignVCenter)) {
            painter->drawText(inner, static_cast<int>(align), numbers.elided(cell.text, inner.width()));
        } else {
            const int over = inner.width() - width;
            const int x = inner.left() + (align & Qt::AlignRight ? over : align & Qt::AlignHCenter ? over / 2 : 0);
            const int baseline = inner.top() + numbers.baseline(inner.height());
            if (plain)
                painter->drawStaticText(x, baseline - numbers.ascent(), numbers.shaped(cell.text));
            else
                painter->drawText(x, baseline, cell.text);
        }
        const bool atRight = align & Qt::AlignRight || align & Qt::AlignHCenter;
        if (cell.freshness == desk::Freshness::Aging)
            paintClock(*painter, {atRight ? r.left() + 4 : r.right() - 5, r.center().y()});
        else if (cell.freshness == desk::Freshness::Delayed)
            paintTag(*painter, r, align & Qt::AlignHCenter ? 0 : inner.width() - width, atRight, model->ageWords().delayed, Token::Delayed, true);
        else if (cell.freshness == desk::Freshness::Stale && cell.ageSeconds)
            paintTag(*painter, r, align & Qt::AlignHCenter ? 0 : inner.width() - width, atRight, format::age(*cell.ageSeconds), Token::Stale,
                     false); // hatched anyway
    }
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(color(Token::Accent), 2));
        painter->drawRect(r.adjusted(1, 1, -1, -1));
    }
}

QSize GridDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {60, ui::rowHeight()}; }

GridView::GridView(GridModel* model, QWidget* parent) : QTableView(parent), m_model(model) {
    setModel(model);
    setItemDelegate(new GridDelegate(this));
    setShowGrid(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollMode(ScrollPerPixel);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(kRowHeight);
    verticalHeader()->setDefaultSectionSize(ui::rowHeight());
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(24);
    for (std::size_t i = 0; i < model->columns().size(); ++i) setColumnWidth(static_cast<int>(i), scaled(model->columns()[i].width));
    const auto again = [this] { // once for all rows that change together
        if (!m_filter.isEmpty() && !std::exchange(m_filterDue, true))
            QMetaObject::invokeMethod(
                this,
                [this] {
                    m_filterDue = false;
                    applyFilter();
                },
                Qt::QueuedConnection);
    };
    connect(model, &QAbstractItemModel::dataChanged, this, again);
    connect(model, &QAbstractItemModel::rowsInserted, this, again);
    connect(model, &QAbstractItemModel::rowsRemoved, this, again);
    connect(model, &QAbstractItemModel::layoutChanged, this, again);
    connect(model, &QAbstractItemModel::modelReset, this, again);
}

void GridView::letSort() {
    horizontalHeader()->setSectionsClickable(true);
    connect(horizontalHeader(), &QHeaderView::sectionClicked, this, &GridView::sortBy);
    m_hint = new QLabel(tr("order frozen, F5 re-sorts"), this);
    m_hint->setObjectName(QStringLiteral("orderhint"));
    setTone(*m_hint, Token::Dim, true, 11);
    m_hint->hide();
    addScrollBarWidget(m_hint, Qt::AlignRight);
    connect(m_model, &GridModel::orderHeldChanged, this, [this](bool held) {
        m_hint->setVisible(held);
        setLook(*horizontalScrollBar(), "held", held ? QStringLiteral("true") : QStringLiteral("false"));
        setHorizontalScrollBarPolicy(held ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAsNeeded); // a line of its own: over a row neither could be read
    });
}

QList<QPair<QString, QString>> GridView::sortKeys() {
    return {{QStringLiteral("F5"), tr("put the rows in order again")},
            {tr("Shift+F5"), tr("order by this column: once, the other way, as the screen has it")}};
}

void GridView::sortBy(int column) {
    const auto& head = m_model->columns().at(static_cast<std::size_t>(column));
    const Qt::SortOrder first = head.align & Qt::AlignLeft ? Qt::AscendingOrder : Qt::DescendingOrder; // numbers: the largest first
    const Qt::SortOrder second = first == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
    if (m_model->sortColumn() != column)
        m_model->sort(column, first);
    else if (m_model->sortOrder() == first)
        m_model->sort(column, second);
    else
        m_model->sort(-1);
}

void GridView::follow(bool pointerInside) {
    m_pointerInside = pointerInside;
    if (m_hint) m_model->freezeOrder(pointerInside || hasFocus());
}

bool GridView::event(QEvent* event) {
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave) follow(event->type() == QEvent::Enter);
    const bool done = QTableView::event(event);
    if (event->type() == QEvent::StyleChange && verticalHeader()->defaultSectionSize() != ui::rowHeight()) { // another density
        verticalHeader()->setDefaultSectionSize(ui::rowHeight());
        setMostRows(m_mostRows);
        fitColumns();
    }
    return done;
}

QString GridView::tooltipAt(const QModelIndex& index) const {
    const QString meaning = index.data(Qt::ToolTipRole).toString();
    const auto column = static_cast<std::size_t>(index.column());
    const GridRow* row = m_model->row(index.row());
    if (!row || column >= row->cells.size()) return meaning;
    const Cell& cell = row->cells[column];
    const QString text = cell.text.trimmed();
    const bool cut = cellFont(row->strong || cell.tone == Tone::Strong).width(cell.text) > columnWidth(index.column()) - 2 * kCellPadding;
    if (!cut || meaning.contains(text)) return meaning;
    return meaning.isEmpty() ? text : text + QLatin1Char('\n') + meaning;
}

bool GridView::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QTableView::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QModelIndex index = indexAt(help->pos());
    QToolTip::showText(help->globalPos(), index.isValid() ? tooltipAt(index) : QString(), viewport(), visualRect(index));
    return true;
}

void GridView::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    follow(m_pointerInside);
}

void GridView::focusOutEvent(QFocusEvent* event) {
    QTableView::focusOutEvent(event);
    follow(m_pointerInside);
}

void GridView::hideEvent(QHideEvent* event) {
    QTableView::hideEvent(event);
    follow(false); // a pointer that leaves with the screen tells nobody
}

void GridView::keyPressEvent(QKeyEvent* event) {
    if (!m_hint || event->key() != Qt::Key_F5 || event->isAutoRepeat()) return QTableView::keyPressEvent(event);
    if (!(event->modifiers() & Qt::ShiftModifier))
        m_model->resort();
    else if (currentIndex().isValid())
        sortBy(currentIndex().column());
}

int GridView::setFilter(const QString& words) {
    m_filter = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return applyFilter();
}

int GridView::applyFilter() {
    int shown = 0;
    for (int r = 0; r < m_model->rowCount(); ++r) {
        const auto& cells = m_model->row(r)->cells;
        const bool fits = std::all_of(m_filter.begin(), m_filter.end(), [&](const QString& word) {
            return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.text.contains(word, Qt::CaseInsensitive); });
        });
        setRowHidden(r, !fits);
        shown += fits;
    }
    if (currentIndex().isValid() && isRowHidden(currentIndex().row())) setCurrentIndex({}); // no key acts on what nobody sees
    return shown;
}

void GridView::setEmptyText(const QString& text) {
    if (m_emptyText == text) return;
    m_emptyText = text;
    viewport()->update();
}

void GridView::setMostRows(int rows) {
    constexpr int kHead = 30; ///< as the style sheet pads it
    m_mostRows = rows;
    if (rows > 0) setMaximumHeight(kHead + ui::rowHeight() * rows + 2 * frameWidth());
}

const GridRow* GridView::currentRow() const { return m_model->row(currentIndex().row()); }

void GridView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    fitColumns();
}

void GridView::setChoosesColumns() {
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { chooseColumns(horizontalHeader()->mapToGlobal(at)); });
}

void GridView::chooseColumns(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto& columns = m_model->columns();
    for (int i = 1; i < static_cast<int>(columns.size()); ++i) { // the first says what a row is
        auto* action = menu->addAction(columns[static_cast<std::size_t>(i)].title, this, [this, i](bool shown) { setColumnChosen(i, shown); });
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
    }
    menu->addSeparator();
    menu->addAction(tr("As many as fit"), this, &GridView::resetColumns);
    menu->popup(at);
}

void GridView::setColumnChosen(int column, bool shown) {
    m_chosen[column] = shown;
    fitColumns();
}

void GridView::resetColumns() {
    m_chosen.clear();
    fitColumns();
}

void GridView::fitColumns() {
    if (!m_fit) return;
    const auto& columns = m_model->columns();
    int used = 0, elastic = 0;
    const auto widthOf = [&](std::size_t i) { return scaled(columns[i].width); };
    const auto isText = [&](std::size_t i) { return columns[i].align.testFlag(Qt::AlignLeft) && columns[i].width >= 90; };
    const auto chosen = [&](std::size_t i) {
        const auto it = m_chosen.find(static_cast<int>(i));
        return it == m_chosen.end() ? std::nullopt : std::optional(it->second);
    };
    for (std::size_t i = 0; i < columns.size(); ++i) used += chosen(i).value_or(true) ? widthOf(i) : 0;
    std::vector<bool> gives(columns.size());
    for (const bool dear : {false, true})
        for (std::size_t i = columns.size(); i-- > 0;) // what matters least goes first, from the right
            if (!chosen(i) && columns[i].optional && columns[i].dear == dear && used > viewport()->width()) {
                gives[i] = true;
                used -= widthOf(i);
            }
    for (std::size_t i = 0; i < columns.size(); ++i) setColumnHidden(static_cast<int>(i), gives[i] || !chosen(i).value_or(true));
    for (std::size_t i = 0; i < columns.size(); ++i) elastic += !isColumnHidden(static_cast<int>(i)) && isText(i) ? widthOf(i) : 0;
    const int room = viewport()->width() - used;
    int left = room;
    std::size_t last = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        int width = widthOf(i);
        if (elastic > 0 && isText(i) && !isColumnHidden(static_cast<int>(i))) { // text columns share what is over and give way first
            width = std::max(width * 3 / 5, width + room * width / elastic);
            left -= width - widthOf(i);
            last = i;
        }
        setColumnWidth(static_cast<int>(i), width);
    }
    if (last < columns.size()) // the rounding
        setColumnWidth(static_cast<int>(last), std::max(widthOf(last) * 3 / 5, columnWidth(static_cast<int>(last)) + left));
}

void GridView::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (m_model->rowCount() > 0 || m_emptyText.isEmpty()) return;
    QPainter painter(viewport());
    painter.setPen(color(Token::Dim));
    painter.setFont(textFont(13));
    painter.drawText(viewport()->rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

} // namespace mahler::ui
