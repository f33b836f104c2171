#include "ui/models/grid_view.h"

#include <QHeaderView>
#include <QPainter>
#include <algorithm>

#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

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

} // namespace

void GridDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QRect r = option.rect;
    const bool strong = index.data(GridModel::StrongRole).toBool();
    if (option.state & QStyle::State_Selected)
        painter->fillRect(r, mix(Token::Raised, Token::Accent, 0.30));
    else if (index.data(GridModel::MarkedRole).toBool())
        painter->fillRect(r, mix(Token::Bg, Token::Accent, 0.12));
    else if (strong)
        painter->fillRect(r, color(Token::Panel));
    else if (index.row() % 2 == 1)
        painter->fillRect(r, mix(Token::Bg, Token::Panel, 0.6));
    const auto freshness = static_cast<desk::Freshness>(index.data(GridModel::FreshnessRole).toInt());
    const auto tone = static_cast<Tone>(index.data(GridModel::ToneRole).toInt());
    QFont font = numberFont(strong || tone == Tone::Strong);
    QColor ink = toneColor(tone);
    switch (freshness) {
    case desk::Freshness::Stale:
        painter->fillRect(r, QBrush(mix(Token::Bg, Token::Stale, 0.35), Qt::BDiagPattern));
        font.setItalic(true);
        ink = color(Token::Stale);
        break;
    case desk::Freshness::Dead:
        font.setStrikeOut(true);
        ink = color(Token::Stale);
        break;
    case desk::Freshness::Closed:
    case desk::Freshness::Delayed: ink = color(Token::Stale); break;
    case desk::Freshness::Fresh:
    case desk::Freshness::Aging:
    case desk::Freshness::Unknown: break;
    }
    painter->setFont(font);
    painter->setPen(ink);
    const auto align = Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt());
    const QRect inner = r.adjusted(6, 0, -6, 0);
    const QString text = index.data(Qt::DisplayRole).toString();
    painter->drawText(inner, align, painter->fontMetrics().elidedText(text, Qt::ElideRight, inner.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(color(Token::Accent), 2));
        painter->drawRect(r.adjusted(1, 1, -1, -1));
    }
}

QSize GridDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {60, kRowHeight}; }

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
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    verticalHeader()->setMinimumSectionSize(kRowHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(24);
    for (std::size_t i = 0; i < model->columns().size(); ++i)
        setColumnWidth(static_cast<int>(i), model->columns()[i].width);
    const auto again = [this] {
        if (!m_filter.isEmpty())
            applyFilter();
    };
    connect(model, &QAbstractItemModel::dataChanged, this, again);
    connect(model, &QAbstractItemModel::rowsInserted, this, again);
    connect(model, &QAbstractItemModel::modelReset, this, again);
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
    return shown;
}

void GridView::setEmptyText(const QString& text) {
    if (m_emptyText == text)
        return;
    m_emptyText = text;
    viewport()->update();
}

const GridRow* GridView::currentRow() const { return m_model->row(currentIndex().row()); }

void GridView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    if (!m_fit)
        return;
    const auto& columns = m_model->columns();
    int used = 0, elastic = 0;
    const auto isText = [&](std::size_t i) { return columns[i].align.testFlag(Qt::AlignLeft) && columns[i].width >= 90; };
    for (const auto& column : columns)
        used += column.width;
    for (std::size_t i = columns.size(); i-- > 0;) { // what matters least goes first, from the right
        const bool hide = columns[i].optional && used > viewport()->width();
        setColumnHidden(static_cast<int>(i), hide);
        used -= hide ? columns[i].width : 0;
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
        elastic += !isColumnHidden(static_cast<int>(i)) && isText(i) ? columns[i].width : 0;
    const int room = viewport()->width() - used;
    int left = room;
    std::size_t last = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        int width = columns[i].width;
        if (elastic > 0 && isText(i) && !isColumnHidden(static_cast<int>(i))) { // text columns share what is over and give way first
            width = std::max(width * 3 / 5, width + room * width / elastic);
            left -= width - columns[i].width;
            last = i;
        }
        setColumnWidth(static_cast<int>(i), width);
    }
    if (last < columns.size()) // the rounding
        setColumnWidth(static_cast<int>(last), std::max(columns[last].width * 3 / 5, columnWidth(static_cast<int>(last)) + left));
}

void GridView::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (m_model->rowCount() > 0 || m_emptyText.isEmpty())
        return;
    QPainter painter(viewport());
    painter.setPen(color(Token::Dim));
    painter.setFont(textFont(13));
    painter.drawText(viewport()->rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

} // namespace mahler::ui
