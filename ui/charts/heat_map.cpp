#include "ui/charts/heat_map.h"

#include <cmath>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QShortcut>
#include <QToolTip>
#include <QVBoxLayout>

#include "ui/models/grid_view.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {
constexpr int kHeadHeight = 24, kMark = 7;
constexpr int kNamedAbove = 32; ///< height of a cell from which a name in its corner is clear of the number
} // namespace

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(false);
}

void HeatMap::setCells(const QString& corner, std::vector<QString> rows, std::vector<QString> columns, std::vector<HeatCell> cells) {
    m_pixelsAt = -1;
    if (cells.size() != rows.size() * columns.size()) return;
    m_corner = corner;
    m_rows = std::move(rows);
    m_columns = std::move(columns);
    m_cells = std::move(cells);
    m_row = qBound(0, m_row, qMax(0, rowCount() - 1));
    m_column = qBound(0, m_column, qMax(0, columnCount() - 1));
    if (!m_cells.empty()) setAccessibleDescription(spoken(m_row, m_column));
    update();
}

void HeatMap::setScale(Scale scale) {
    m_scale = scale;
    update();
}

int HeatMap::levelStepOf(double value, double low, double high) {
    if (!std::isfinite(value) || !(high > low)) return 3;
    return qBound(0, static_cast<int>(std::lround(6 * (value - low) / (high - low))), 6);
}

void HeatMap::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void HeatMap::setHeadWidth(int pixels) {
    m_headWidth = pixels;
    update();
}

void HeatMap::setMostRowHeight(int pixels) {
    m_mostRowHeight = pixels;
    update();
}

void HeatMap::setOrigin(int row, int column) {
    m_originRow = row;
    m_originColumn = column;
    update();
}

void HeatMap::setWhatIf(bool whatIf) {
    m_whatIf = whatIf;
    update();
}

void HeatMap::setStale(bool stale) {
    if (m_stale == stale) return;
    m_stale = stale;
    update();
}

void HeatMap::setCursorShown(bool shown) {
    m_cursorShown = shown;
    update();
}

void HeatMap::setCursorCell(int row, int column) {
    if (m_cells.empty()) return;
    m_row = qBound(0, row, rowCount() - 1);
    m_column = qBound(0, column, columnCount() - 1);
    setAccessibleDescription(spoken(m_row, m_column));
    update();
}

QString HeatMap::spoken(int row, int column) const {
    const HeatCell& here = cell(row, column);
    const QString text = here.quiet && !here.tooltip.isEmpty() ? here.tooltip
                         : here.corner.isEmpty()               ? here.text
                                                               : tr("%1, trips %2").arg(here.text, here.corner);
    return tr("%1, %2: %3").arg(m_rows[static_cast<std::size_t>(row)], m_columns[static_cast<std::size_t>(column)], text);
}

QFont HeatMap::fitted(bool strong) const {
    QFont font = numberFont(strong);
    if (m_pixelsAt != width() || m_pixels > textPixels()) {
        m_pixelsAt = width();
        constexpr int kSmallest = 10;
        for (m_pixels = textPixels(); m_pixels > kSmallest; --m_pixels) {
            QFont wide = numberFont(true);
            wide.setPixelSize(m_pixels);
            const QFontMetrics metrics(wide);
            const int room = cellRect(0, 0).width() - 4;
            const bool cellsFit =
                std::all_of(m_cells.begin(), m_cells.end(), [&](const HeatCell& c) { return metrics.horizontalAdvance(c.text) <= room; });
            if (cellsFit &&
                std::all_of(m_columns.begin(), m_columns.end(), [&](const QString& c) { return metrics.horizontalAdvance(c) <= room + 3; }))
                break;
        }
    }
    font.setPixelSize(m_pixels);
    return font;
}

QStringList HeatMap::clippedTexts() const {
    QStringList out;
    const QFontMetrics plain(fitted(false)), strong(fitted(true));
    for (int r = 0; r < rowCount(); ++r) {
        if (strong.horizontalAdvance(m_rows[static_cast<std::size_t>(r)]) > m_headWidth - 12) out << m_rows[static_cast<std::size_t>(r)];
        for (int c = 0; c < columnCount(); ++c)
            if ((cell(r, c).boxed ? strong : plain).horizontalAdvance(cell(r, c).text) > cellRect(r, c).width() - 4) out << cell(r, c).text;
    }
    for (int c = 0; c < columnCount(); ++c)
        if (strong.horizontalAdvance(m_columns[static_cast<std::size_t>(c)]) > cellRect(0, c).width()) out << m_columns[static_cast<std::size_t>(c)];
    return out;
}

int HeatMap::stepOf(double value, double low, double middle, double high) {
    if (!std::isfinite(value)) return 3;
    const double reach = value < middle ? middle - low : high - middle;
    if (!(reach > 0)) return 3;
    const double share = qBound(-1.0, (value - middle) / reach, 1.0);
    return qBound(0, static_cast<int>(std::lround(3 + 3 * share)), 6);
}

QRect HeatMap::cellRect(int row, int column) const {
    const int room = width() - m_headWidth, columns = qMax(1, columnCount());
    const int left = m_headWidth + room * column / columns, right = m_headWidth + room * (column + 1) / columns; // the rounding is shared out
    const int h = qMin(m_mostRowHeight, (height() - kHeadHeight) / qMax(1, rowCount()));
    return {left, kHeadHeight + row * h, right - left - 1, h - 1};
}

std::optional<std::pair<int, int>> HeatMap::cellAt(const QPoint& point) const {
    for (int r = 0; r < rowCount(); ++r)
        for (int c = 0; c < columnCount(); ++c)
            if (cellRect(r, c).contains(point)) return std::pair(r, c);
    return std::nullopt;
}

void HeatMap::moveTo(int row, int column) {
    if (m_cells.empty()) return;
    setCursorCell(row, column);
    Q_EMIT moved(m_row, m_column);
}

void HeatMap::paintCell(QPainter& painter, int row, int column) const {
    const HeatCell& here = cell(row, column);
    const QRect area = cellRect(row, column);
    if (here.known && !m_stale) {
        painter.fillRect(area, m_scale == Scale::Level ? level(here.step) : heat(here.step));
    } else {
        painter.fillRect(area, color(Token::Raised));
        painter.fillRect(area, QBrush(mix(Token::Raised, Token::Stale, 0.4), Qt::BDiagPattern));
    }
    QFont font = fitted(here.boxed);
    font.setItalic(m_stale);
    painter.setFont(font);
    painter.setPen(!here.known || m_stale ? color(Token::Stale) : here.quiet ? color(Token::Dim) : heatText());
    painter.drawText(area, Qt::AlignCenter, here.text);
    if (here.marked || !here.corner.isEmpty()) { // a folded corner, named where there is room beside it
        const QPoint tip(area.right() + 1, area.top());
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(Token::Warn));
        painter.drawPolygon(QPolygon({tip, tip - QPoint(kMark, 0), tip + QPoint(0, kMark)}));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(m_stale ? color(Token::Stale) : heatText());
        painter.setFont(textFont(9));
        const int room = (area.width() - QFontMetrics(font).horizontalAdvance(here.text)) / 2;
        if (area.height() >= kNamedAbove || painter.fontMetrics().horizontalAdvance(here.corner) + kMark + 1 < room)
            painter.drawText(area.adjusted(0, 0, -kMark - 1, 0), Qt::AlignRight | Qt::AlignTop, here.corner);
    }
    if (here.boxed) {
        painter.setPen(QPen(color(Token::Warn), 2));
        painter.drawRect(area.adjusted(1, 1, -1, -1));
    }
}

void HeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(Token::Panel));
    if (m_cells.empty()) {
        painter.setPen(color(Token::Dim));
        painter.setFont(textFont(13));
        painter.drawText(rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        if (hasFocus()) {
            painter.setPen(QPen(color(Token::Accent), 2));
            painter.drawRect(rect().adjusted(1, 1, -1, -1));
        }
        return;
    }
    const auto head = [&](bool origin) {
        painter.setFont(fitted(origin));
        painter.setPen(color(origin ? Token::Text : Token::Dim));
    };
    head(false);
    painter.drawText(QRect(6, 0, m_headWidth - 12, kHeadHeight), Qt::AlignLeft | Qt::AlignVCenter, m_corner);
    for (int c = 0; c < columnCount(); ++c) {
        head(c == m_originColumn);
        painter.drawText(QRect(cellRect(0, c).left(), 0, cellRect(0, c).width(), kHeadHeight), Qt::AlignCenter,
                         m_columns[static_cast<std::size_t>(c)]);
    }
    // The lines between the cells: on light the neutral step and the panel are one colour.
    painter.fillRect(cellRect(0, 0).united(cellRect(rowCount() - 1, columnCount() - 1)),
                     color(currentTheme() == ThemeKind::Light ? Token::Grid : Token::Panel));
    for (int r = 0; r < rowCount(); ++r) {
        head(r == m_originRow);
        const QRect name(6, cellRect(r, 0).top(), m_headWidth - 12, cellRect(r, 0).height());
        painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(m_rows[static_cast<std::size_t>(r)], Qt::ElideRight, name.width()));
        for (int c = 0; c < columnCount(); ++c) paintCell(painter, r, c);
    }
    if (m_whatIf) {
        painter.setPen(QPen(color(Token::Stale), 1, Qt::DashLine));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
    if (hasFocus() || m_cursorShown) {
        painter.setPen(QPen(color(hasFocus() ? Token::Accent : Token::Text), hasFocus() ? 2 : 1));
        painter.drawRect(cellRect(m_row, m_column));
    }
}

/// What the map draws, for those who read it: one row a row of the map.
void HeatMap::showTable() {
    std::vector<GridColumn> columns{{m_corner, {}, m_headWidth, Qt::AlignLeft | Qt::AlignVCenter}};
    for (const auto& column : m_columns) columns.push_back({column, {}, 76});
    std::vector<GridRow> rows;
    for (int r = 0; r < rowCount(); ++r) {
        GridRow row{m_rows[static_cast<std::size_t>(r)], {{m_rows[static_cast<std::size_t>(r)], {}, Tone::Strong}}, false, false, {}};
        for (int c = 0; c < columnCount(); ++c) {
            const HeatCell& here = cell(r, c);
            row.cells.push_back({here.corner.isEmpty() ? here.text : here.text + QLatin1Char(' ') + here.corner,
                                 {},
                                 Tone::Plain,
                                 desk::Freshness::Fresh,
                                 here.tooltip});
        }
        rows.push_back(std::move(row));
    }
    if (m_table) // asked again: there it is
        return openLayer(*m_table);
    auto* dialog = new QDialog(this);
    m_table = dialog;
    dialog->setObjectName(QStringLiteral("layer"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    new QShortcut(QKeySequence(Qt::Key_T), dialog, dialog, &QDialog::close); // T again goes back
    dialog->setWindowTitle(tr("%1 as a table").arg(accessibleName()));
    dialog->resize(qMin(1240, m_headWidth + 76 * columnCount() + 60), 90 + rowHeight() * qMax(4, rowCount() + 1));
    auto* model = new GridModel(std::move(columns), dialog);
    model->setRows(std::move(rows));
    auto* grid = new GridView(model);
    grid->setAccessibleName(dialog->windowTitle());
    grid->setEmptyText(m_emptyText);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(grid);
    openLayer(*dialog);
}

void HeatMap::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left: return moveTo(m_row, m_column - 1);
    case Qt::Key_Right: return moveTo(m_row, m_column + 1);
    case Qt::Key_Up: return moveTo(m_row - 1, m_column);
    case Qt::Key_Down: return moveTo(m_row + 1, m_column);
    case Qt::Key_T: return showTable();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_cells.empty()) Q_EMIT chosen(m_row, m_column);
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void HeatMap::mousePressEvent(QMouseEvent* event) {
    if (const auto at = cellAt(event->pos())) moveTo(at->first, at->second);
}

void HeatMap::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto at = cellAt(event->pos())) Q_EMIT chosen(at->first, at->second);
}

bool HeatMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto at = cellAt(help->pos()); at && !cell(at->first, at->second).tooltip.isEmpty())
        QToolTip::showText(help->globalPos(), cell(at->first, at->second).tooltip, this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace mahler::ui
