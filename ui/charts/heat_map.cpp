#include "ui/charts/heat_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>

#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {
constexpr int kHeadHeight = 24, kHeadWidth = 120;
}

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(false);
}

void HeatMap::setCells(const QString& corner, std::vector<QString> rows, std::vector<QString> columns, std::vector<HeatCell> cells) {
    if (cells.size() != rows.size() * columns.size())
        return;
    m_corner = corner;
    m_rows = std::move(rows);
    m_columns = std::move(columns);
    m_cells = std::move(cells);
    m_row = qBound(0, m_row, qMax(0, rowCount() - 1));
    m_column = qBound(0, m_column, qMax(0, columnCount() - 1));
    update();
}

void HeatMap::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

int HeatMap::stepOf(double value, double low, double middle, double high) {
    if (!std::isfinite(value))
        return 3;
    const double reach = value < middle ? middle - low : high - middle;
    if (!(reach > 0))
        return 3;
    const double share = qBound(-1.0, (value - middle) / reach, 1.0);
    return qBound(0, static_cast<int>(std::lround(3 + 3 * share)), 6);
}

QRect HeatMap::cellRect(int row, int column) const {
    const int w = (width() - kHeadWidth) / qMax(1, columnCount()), h = qMin(40, (height() - kHeadHeight) / qMax(1, rowCount()));
    return {kHeadWidth + column * w, kHeadHeight + row * h, w - 1, h - 1};
}

std::optional<std::pair<int, int>> HeatMap::cellAt(const QPoint& point) const {
    for (int r = 0; r < rowCount(); ++r)
        for (int c = 0; c < columnCount(); ++c)
            if (cellRect(r, c).contains(point))
                return std::pair(r, c);
    return std::nullopt;
}

void HeatMap::moveTo(int row, int column) {
    if (m_cells.empty())
        return;
    m_row = qBound(0, row, rowCount() - 1);
    m_column = qBound(0, column, columnCount() - 1);
    setAccessibleDescription(tr("%1, %2: %3").arg(m_rows[static_cast<std::size_t>(m_row)], m_columns[static_cast<std::size_t>(m_column)], cell(m_row, m_column).text));
    update();
}

void HeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(Token::Panel));
    if (m_cells.empty()) {
        painter.setPen(color(Token::Dim));
        painter.setFont(textFont(13));
        painter.drawText(rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    painter.setFont(numberFont());
    painter.setPen(color(Token::Dim));
    painter.drawText(QRect(6, 0, kHeadWidth - 12, kHeadHeight), Qt::AlignLeft | Qt::AlignVCenter, m_corner);
    for (int c = 0; c < columnCount(); ++c)
        painter.drawText(QRect(cellRect(0, c).left(), 0, cellRect(0, c).width(), kHeadHeight), Qt::AlignCenter, m_columns[static_cast<std::size_t>(c)]);
    for (int r = 0; r < rowCount(); ++r) {
        painter.setFont(numberFont());
        painter.setPen(color(Token::Dim));
        const QRect head(6, cellRect(r, 0).top(), kHeadWidth - 12, cellRect(r, 0).height());
        painter.drawText(head, Qt::AlignLeft | Qt::AlignVCenter, painter.fontMetrics().elidedText(m_rows[static_cast<std::size_t>(r)], Qt::ElideRight, head.width()));
        for (int c = 0; c < columnCount(); ++c) {
            const HeatCell& here = cell(r, c);
            const QRect area = cellRect(r, c);
            if (here.known) {
                painter.fillRect(area, heat(here.step));
            } else {
                painter.fillRect(area, color(Token::Raised));
                painter.fillRect(area, QBrush(mix(Token::Raised, Token::Stale, 0.4), Qt::BDiagPattern));
            }
            painter.setFont(numberFont(here.boxed));
            painter.setPen(here.known ? heatText() : color(Token::Stale));
            painter.drawText(area, Qt::AlignCenter, here.text);
            if (!here.corner.isEmpty()) {
                painter.setFont(textFont(9, true));
                painter.drawText(area.adjusted(2, 1, -3, -1), Qt::AlignRight | Qt::AlignTop, here.corner);
            }
            if (here.boxed) {
                painter.setPen(QPen(color(Token::Warn), 2));
                painter.drawRect(area.adjusted(1, 1, -1, -1));
            }
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(color(Token::Accent), 2));
        painter.drawRect(cellRect(m_row, m_column));
    }
}

void HeatMap::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left: return moveTo(m_row, m_column - 1);
    case Qt::Key_Right: return moveTo(m_row, m_column + 1);
    case Qt::Key_Up: return moveTo(m_row - 1, m_column);
    case Qt::Key_Down: return moveTo(m_row + 1, m_column);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_cells.empty())
            Q_EMIT chosen(m_row, m_column);
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void HeatMap::mousePressEvent(QMouseEvent* event) {
    if (const auto at = cellAt(event->pos()))
        moveTo(at->first, at->second);
}

void HeatMap::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto at = cellAt(event->pos()))
        Q_EMIT chosen(at->first, at->second);
}

bool HeatMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto at = cellAt(help->pos()); at && !cell(at->first, at->second).tooltip.isEmpty())
        QToolTip::showText(help->globalPos(), cell(at->first, at->second).tooltip, this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace mahler::ui
