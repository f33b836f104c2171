#include "ui/charts/chart_cursor.h"

#include <algorithm>
#include <cmath>
#include <QPainter>
#include <QXYSeries>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

/// Named, visible and with points: what a person can tell apart.
QList<QXYSeries*> readable(const QChart& chart) {
    QList<QXYSeries*> out;
    for (auto* series : chart.series())
        if (auto* xy = qobject_cast<QXYSeries*>(series); xy && xy->isVisible() && !xy->name().isEmpty() && xy->count() > 0) out << xy;
    return out;
}

QXYSeries* named(const QChart& chart, const QString& name) {
    for (auto* series : readable(chart))
        if (series->name() == name) return series;
    return nullptr;
}

/// By x: dots are given in the order of the chain.
QList<QPointF> sorted(const QXYSeries& series) {
    auto points = series.points();
    std::stable_sort(points.begin(), points.end(), [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
    return points;
}

qsizetype nearest(const QList<QPointF>& points, double x) {
    const auto at =
        std::min_element(points.begin(), points.end(), [x](const QPointF& a, const QPointF& b) { return std::abs(a.x() - x) < std::abs(b.x() - x); });
    return at - points.begin();
}

} // namespace

bool ChartCursor::move(int key, const QChart& chart) {
    const bool along = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Home || key == Qt::Key_End;
    if (!along && key != Qt::Key_Up && key != Qt::Key_Down) return false;
    const auto all = readable(chart);
    if (all.isEmpty()) return false;
    auto* series = named(chart, m_series);
    if (!series) { // the first key shows it in the middle
        series = all.front();
        const auto points = sorted(*series);
        m_series = series->name();
        m_x = points[points.size() / 2].x();
        return true;
    }
    if (!along) {
        const auto at = all.indexOf(series), step = key == Qt::Key_Down ? 1 : all.size() - 1;
        m_series = all[(at + step) % all.size()]->name();
        return true;
    }
    const auto points = sorted(*series);
    const auto at = nearest(points, m_x);
    const auto to = key == Qt::Key_Home ? 0 : key == Qt::Key_End ? points.size() - 1 : key == Qt::Key_Left ? at - 1 : at + 1;
    m_x = points[std::clamp<qsizetype>(to, 0, points.size() - 1)].x();
    return true;
}

QString ChartCursor::words(const QChart& chart) const {
    const auto* series = named(chart, m_series);
    if (!series) return {};
    const auto points = sorted(*series);
    const auto& p = points[nearest(points, m_x)];
    return tr("%1: %2, %3").arg(series->name(), format::number(p.x(), 2), format::number(p.y(), 2));
}

void ChartCursor::paint(QPainter& painter, QChart& chart) const {
    auto* series = named(chart, m_series);
    if (!series) return;
    const auto points = sorted(*series);
    const QPointF at = chart.mapToPosition(points[nearest(points, m_x)], series);
    const QRectF area = chart.plotArea();
    if (!area.adjusted(-1, -1, 1, 1).contains(at)) return;
    painter.setPen(QPen(color(Token::Dim), 1, Qt::DotLine));
    painter.drawLine(QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom()));
    painter.setPen(QPen(color(Token::Accent), 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, 4, 4);
    const QString text = words(chart);
    painter.setFont(numberFont());
    QRectF box = painter.fontMetrics().boundingRect(text).adjusted(-6, -3, 6, 3);
    box.moveCenter(QPointF(at.x(), at.y() - 18));
    box.moveLeft(std::clamp(box.left(), area.left(), std::max(area.left(), area.right() - box.width())));
    if (box.top() < area.top()) box.moveTop(at.y() + 8);
    painter.fillRect(box, color(Token::Raised));
    painter.setPen(color(Token::Text));
    painter.drawText(box, Qt::AlignCenter, text);
}

} // namespace mahler::ui
