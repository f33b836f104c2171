#include "ui/approval/effect_table.h"

#include <QPainter>
#include <cmath>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kLine = 16, kNumber = 68, kBar = 92;

struct Measure {
    QString name;
    bool signedValue = false; ///< position Greeks carry their sign
    bool money = false;
};

Measure measureOf(const std::string& key) {
    if (key == "max_loss_equity")
        return {EffectTable::tr("Max loss, % of equity"), false, false};
    if (key == "portfolio_risk")
        return {EffectTable::tr("Portfolio risk, % of equity"), false, false};
    if (key == "delta")
        return {EffectTable::tr("Delta, shares"), true, false};
    if (key == "gamma")
        return {EffectTable::tr("Gamma, shares per $1"), true, false};
    if (key == "theta")
        return {EffectTable::tr("Theta, $ per day"), true, false};
    if (key == "vega")
        return {EffectTable::tr("Vega, $ per point"), true, false};
    if (key == "buying_power")
        return {EffectTable::tr("Buying power"), false, true};
    if (key == "day_loss_headroom")
        return {EffectTable::tr("Day-loss headroom"), false, true};
    return {format::text(key), false, false};
}

QString valueText(const desk::EffectRow& row, const Measure& measure, const std::optional<double>& value) {
    if (!value || !std::isfinite(*value))
        return format::dash();
    const int decimals = std::abs(*value) >= 100 ? 0 : 2;
    if (row.unit == "%")
        return format::number(*value, 1) + QLatin1Char('%');
    if (measure.money)
        return (*value < 0 ? QString(QChar(0x2212)) : QString()) + QLatin1Char('$') + format::number(std::abs(*value), decimals);
    return measure.signedValue ? format::signedNumber(*value, decimals) : format::number(*value, decimals);
}

/// A floor (buying power, headroom) has no share of a limit; a limit of zero neither.
std::optional<double> usedShare(const desk::EffectRow& row, const Measure& measure) {
    if (measure.money || !row.after || !row.limit || *row.limit == 0)
        return std::nullopt;
    return std::abs(*row.after / *row.limit);
}

} // namespace

EffectTable::EffectTable(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Account effect: now, after, limit"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EffectTable::setRows(std::vector<desk::EffectRow> rows) {
    const bool resized = rows.size() != m_rows.size();
    m_rows = std::move(rows);
    QStringList spoken;
    for (const auto& row : m_rows) {
        const auto measure = measureOf(row.measure);
        spoken << tr("%1: now %2, after %3, limit %4").arg(measure.name, valueText(row, measure, row.now), valueText(row, measure, row.after), valueText(row, measure, row.limit));
    }
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    if (resized)
        updateGeometry();
    update();
}

QSize EffectTable::sizeHint() const { return {380, kLine * (static_cast<int>(m_rows.size()) + 1)}; }

void EffectTable::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const auto right = Qt::AlignRight | Qt::AlignVCenter, left = Qt::AlignLeft | Qt::AlignVCenter;
    const int barLeft = width() - kBar, limitLeft = barLeft - kNumber - 8, afterLeft = limitLeft - kNumber, nowLeft = afterLeft - kNumber;
    const auto cell = [&](int x, int y, int w, Qt::Alignment align, const QString& text) {
        painter.drawText(QRect(x, y, w, kLine), static_cast<int>(align), painter.fontMetrics().elidedText(text, Qt::ElideRight, w));
    };
    painter.setFont(numberFont());
    painter.setPen(color(Token::Dim));
    cell(nowLeft, 0, kNumber, right, tr("now"));
    cell(afterLeft, 0, kNumber, right, tr("after"));
    cell(limitLeft, 0, kNumber, right, tr("limit"));
    cell(barLeft, 0, kBar, right, tr("used"));
    painter.setPen(color(Token::Grid));
    painter.drawLine(0, kLine - 1, width(), kLine - 1);
    int y = kLine;
    for (const auto& row : m_rows) {
        const auto measure = measureOf(row.measure);
        const auto used = usedShare(row, measure);
        painter.setFont(numberFont());
        painter.setPen(color(Token::Dim));
        cell(0, y, nowLeft - 4, left, measure.name);
        cell(nowLeft, y, kNumber, right, valueText(row, measure, row.now));
        cell(limitLeft, y, kNumber, right, measure.money ? tr("floor %1").arg(valueText(row, measure, row.limit)) : valueText(row, measure, row.limit));
        painter.setFont(numberFont(true));
        painter.setPen(color(Token::Text));
        cell(afterLeft, y, kNumber, right, valueText(row, measure, row.after));
        if (used) {
            const QRect track(barLeft + 12, y + kLine / 2 - 2, kBar - 60, 4);
            painter.fillRect(track, color(Token::Grid));
            painter.fillRect(QRect(track.topLeft(), QSize(static_cast<int>(track.width() * std::min(1.0, *used)), track.height())),
                             color(*used >= 1 ? Token::Loss : *used >= 0.8 ? Token::Warn : Token::Info));
            painter.setFont(numberFont());
            painter.setPen(color(Token::Dim));
            painter.drawText(QRect(barLeft, y, kBar, kLine), static_cast<int>(right), (*used >= 1 ? QStringLiteral("▲ ") : QString()) + format::percent(*used, 0));
        }
        y += kLine;
    }
}

TimeBar::TimeBar(QWidget* parent) : QWidget(parent) {
    setFixedHeight(4);
    setAccessibleName(tr("Time left"));
}

void TimeBar::setLeft(double secondsLeft, double secondsTotal) {
    m_seconds = secondsLeft;
    m_share = secondsTotal > 0 ? qBound(0.0, secondsLeft / secondsTotal, 1.0) : 0.0;
    setAccessibleDescription(format::countdown(secondsLeft));
    update();
}

void TimeBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(Token::Grid));
    painter.fillRect(QRect(0, 0, static_cast<int>(width() * m_share), height()), color(m_seconds <= 10 ? Token::Loss : Token::Warn));
}

} // namespace mahler::ui
