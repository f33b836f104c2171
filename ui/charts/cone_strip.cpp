#include "ui/charts/cone_strip.h"

#include <algorithm>
#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPolygonF>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kBand = 46;
constexpr double kGap = 6; ///< between two prices of the bottom line

QFont smallFont() { return textFont(11); }
int lineHeight() { return qRound(QFontMetricsF(smallFont()).height()); }

/// Prices under the ends of the cone, those that would touch left out from the outside in.
void paintPrices(QPainter& painter, const QRectF& line, const strategy::ConePoint& last, const std::function<double(double)>& x) {
    const QFontMetricsF metrics(painter.font());
    double reached = line.left() - kGap;
    for (const double price : {last.low2, last.low1, last.high1, last.high2}) {
        const double width = metrics.horizontalAdvance(format::number(price, 0)) + 2;
        const double left = std::clamp(x(price) - width / 2, line.left(), std::max(line.left(), line.right() - width));
        if (left < reached + kGap || x(price) < line.left() || x(price) > line.right()) continue;
        reached = left + width;
        painter.drawText(QRectF(left, line.top(), width, line.height()), Qt::AlignCenter, format::number(price, 0));
    }
}

} // namespace

int ConeStrip::height() { return kBand + 2 * lineHeight() + 4; }

QString ConeStrip::words() const {
    if (isEmpty()) return {};
    const auto& last = cone.back();
    return QCoreApplication::translate("mahler::ui::ConeStrip", "At expiry within 1 sigma (68%) %1 to %2, within 2 sigma (95%) %3 to %4")
        .arg(format::number(last.low1, 2), format::number(last.high1, 2), format::number(last.low2, 2), format::number(last.high2, 2));
}

void ConeStrip::paint(QPainter& painter, const QRectF& area, double gutter, const std::function<double(double)>& x) const {
    if (isEmpty()) return;
    const QRectF head(area.left(), area.top(), area.width(), lineHeight()), band(area.left(), head.bottom() + 2, area.width(), kBand);
    const double end = cone.back().days;
    const auto y = [&](double days) { return band.top() + band.height() * (end > 0 ? days / end : 0); };
    painter.save();
    painter.setFont(smallFont());
    painter.setPen(color(Token::Dim));
    painter.drawText(head, Qt::AlignCenter,
                     QFontMetricsF(painter.font())
                         .elidedText(QCoreApplication::translate("mahler::ui::ConeStrip", "cone: inner 1 sigma (68%), outer 2 (95%)"), Qt::ElideRight,
                                     head.width()));
    painter.setClipRect(band);
    painter.setPen(Qt::NoPen);
    for (const bool wide : {true, false}) {
        QPolygonF shape;
        for (const auto& p : cone) shape << QPointF(x(wide ? p.low2 : p.low1), y(p.days));
        for (auto p = cone.rbegin(); p != cone.rend(); ++p) shape << QPointF(x(wide ? p->high2 : p->high1), y(p->days));
        painter.setBrush(mix(Token::Panel, Token::Info, wide ? 0.28 : 0.55));
        painter.drawPolygon(shape);
    }
    if (chosen && chosen->days > 0) {
        painter.setPen(QPen(color(Token::Loss), 1.5, Qt::DashLine));
        painter.drawLine(QPointF(x(chosen->low2), y(chosen->days)), QPointF(x(chosen->high2), y(chosen->days)));
    }
    painter.setClipping(false);
    painter.setPen(QPen(color(Token::Grid), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(band);
    painter.setPen(color(Token::Dim));
    const auto label = [&](double at, const QString& words) {
        const QRectF box(area.left() - gutter, at - lineHeight() / 2.0, gutter - 5, lineHeight());
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, QFontMetricsF(painter.font()).elidedText(words, Qt::ElideRight, box.width()));
    };
    label(band.top() + lineHeight() / 2.0, QCoreApplication::translate("mahler::ui::ConeStrip", "now"));
    label(band.bottom() - lineHeight() / 2.0, lastWords);
    paintPrices(painter, QRectF(band.left(), band.bottom() + 2, band.width(), lineHeight()), cone.back(), x);
    painter.restore();
}

} // namespace mahler::ui
