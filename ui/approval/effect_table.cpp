#include "ui/approval/effect_table.h"

#include <algorithm>
#include <cmath>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kLine = 15, kLeastLine = 13, kNumber = 72, kBar = 92;

struct Measure {
    QString name, tip;
    bool signedValue = false; ///< position Greeks and scenario results carry their sign
    bool money = false;
    bool floor = false; ///< the limit is a least
};

Measure measureOf(const std::string& key) {
    if (key == "max_loss_equity")
        return {EffectTable::tr("Max loss, % of equity"),
                EffectTable::tr("What this order can lose, fees included, as a share of equity; before it is sent nothing of it")};
    if (key == "portfolio_risk")
        return {EffectTable::tr("Portfolio risk, % of equity"),
                EffectTable::tr("Worst case of all positions and working orders, as a share of equity")};
    if (key == "group_exposure")
        return {EffectTable::tr("Correlated equities, % of equity"),
                EffectTable::tr("Worst case in SPY, QQQ, IWM and SPX together, as a share of equity")};
    if (key == "beta_delta")
        return {EffectTable::tr("Beta delta, SPY shares"),
                EffectTable::tr("Shares of SPY that gain and lose what the book does: delta dollars times beta over the price of SPY"), true};
    if (key == "beta_gamma")
        return {EffectTable::tr("Beta gamma, SPY shares per 1%"), EffectTable::tr("Change of beta delta when SPY moves by 1%"), true};
    if (key == "theta") return {EffectTable::tr("Theta, $ per day"), EffectTable::tr("Gain or loss of one calendar day, nothing else moving"), true};
    if (key == "vega")
        return {EffectTable::tr("Vega, $ per point"), EffectTable::tr("Gain or loss when implied volatility rises by one point"), true};
    if (key == "var_99")
        return {EffectTable::tr("VaR 99%, loss of one day"),
                EffectTable::tr("Value at risk: on one day in a hundred the book loses this much or more, by the moves of the past 500 days; a loss "
                                "is positive, as on the Risk screen"),
                false, true};
    if (key == "worst_cell")
        return {EffectTable::tr("Worst scenario, P&L"),
                EffectTable::tr("Lowest result of the scenario grid: spot ±15%, volatility −30% to +50%, up to the first expiry"), true, true};
    if (key == "buying_power")
        return {EffectTable::tr("Buying power"), EffectTable::tr("Cash less what positions and working orders can cost"), false, true, true};
    if (key == "day_loss_headroom")
        return {EffectTable::tr("Day-loss headroom"), EffectTable::tr("What may still be lost today before the daily limit (B1) halts the desk"),
                false, true, true};
    return {format::text(key), {}};
}

QString valueText(const desk::EffectRow& row, const Measure& measure, const std::optional<double>& value, bool comes = false) {
    if (!value || !std::isfinite(*value)) return comes && row.computing ? EffectTable::tr("computing") : format::dash();
    const int decimals = std::abs(*value) >= 100 ? 0 : 2;
    if (row.unit == "%") return format::number(*value, 1) + QLatin1Char('%');
    if (measure.money && measure.signedValue) return format::signedMoney(Usd::fromDouble(*value).value_or(Usd{}));
    if (measure.money) return format::money(Usd::fromDouble(*value).value_or(Usd{}));
    return measure.signedValue ? format::signedNumber(*value, decimals) : format::number(*value, decimals);
}

QString cellText(const desk::ScenarioPoint& cell) {
    return EffectTable::tr("spot %1, IV %2, in %n day(s)", nullptr, static_cast<int>(std::lround(cell.days)))
        .arg(format::signedPercent(cell.spotMove, 1), format::signedPercent(cell.volMove, 0));
}

/// A floor is a least, a limit of what has a sign holds both ways.
QString limitText(const desk::EffectRow& row, const Measure& measure) {
    if (measure.floor) return EffectTable::tr("floor %1").arg(valueText(row, measure, row.limit));
    if (!row.limit || !measure.signedValue || measure.money) return valueText(row, measure, row.limit);
    return QChar(0x00B1) + format::number(*row.limit, std::abs(*row.limit) >= 100 ? 0 : 2);
}

/// A floor (buying power, headroom) has no share of a limit; a limit of zero neither.
std::optional<double> usedShare(const desk::EffectRow& row, const Measure& measure) {
    if (measure.floor || !row.after || !row.limit || *row.limit == 0) return std::nullopt;
    return std::abs(*row.after / *row.limit);
}

QString headWords() { return EffectTable::tr("ACCOUNT EFFECT   * with working orders"); }

} // namespace

EffectTable::EffectTable(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Account effect: now, after, limit"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
}

void EffectTable::setRows(std::vector<desk::EffectRow> rows) {
    const bool resized = rows.size() != m_rows.size();
    m_rows = std::move(rows);
    QStringList spoken;
    for (const auto& row : m_rows) {
        const auto measure = measureOf(row.measure);
        const auto used = usedShare(row, measure);
        const QString now = valueText(row, measure, row.now, true), after = valueText(row, measure, row.after, true), limit = limitText(row, measure);
        const QString name = row.withOrders ? tr("%1, with working orders", "a measure").arg(measure.name) : measure.name;
        const QString said = used ? tr("%1: now %2, after %3, limit %4, %5 used").arg(name, now, after, limit, format::percent(used, 0))
                                  : tr("%1: now %2, after %3, limit %4").arg(name, now, after, limit);
        const QString remark = row.afterCell ? cellText(*row.afterCell) : row.after ? QString() : format::text(row.detail);
        spoken << (remark.isEmpty() ? said : tr("%1 (%2)", "a row of the table, a remark on it").arg(said, remark));
    }
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    if (resized) updateGeometry();
    update();
}

int EffectTable::lines() const { return static_cast<int>(m_rows.size()) + 1; }
QSize EffectTable::sizeHint() const { return {380, kLine * lines()}; }
QSize EffectTable::minimumSizeHint() const { return {380, kLeastLine * lines()}; }
int EffectTable::line() const { return std::clamp(height() / lines(), kLeastLine, kLine); }

void EffectTable::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int lineHeight = line();
    const auto right = Qt::AlignRight | Qt::AlignVCenter, left = Qt::AlignLeft | Qt::AlignVCenter;
    const int barLeft = width() - kBar, limitLeft = barLeft - kNumber - 8, afterLeft = limitLeft - kNumber, nowLeft = afterLeft - kNumber;
    const auto cell = [&](int x, int y, int w, Qt::Alignment align, const QString& text) {
        painter.drawText(QRect(x, y, w, lineHeight), static_cast<int>(align | Qt::TextDontClip),
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, w));
    };
    painter.setFont(numberFont());
    painter.setPen(color(Token::Dim));
    painter.setFont(textFont(11, true));
    cell(0, 0, nowLeft - 4, left, headWords());
    painter.setFont(numberFont());
    cell(nowLeft, 0, kNumber, right, tr("now"));
    cell(afterLeft, 0, kNumber, right, tr("after"));
    cell(limitLeft, 0, kNumber, right, tr("limit"));
    cell(barLeft, 0, kBar, right, tr("used"));
    painter.setPen(color(Token::Grid));
    painter.drawLine(0, lineHeight - 1, width(), lineHeight - 1);
    int y = lineHeight;
    for (const auto& row : m_rows) {
        const auto measure = measureOf(row.measure);
        const auto used = usedShare(row, measure);
        painter.setFont(numberFont());
        painter.setPen(color(Token::Dim));
        cell(0, y, nowLeft - 4, left, row.withOrders ? measure.name + QStringLiteral(" *") : measure.name);
        cell(nowLeft, y, kNumber, right, valueText(row, measure, row.now, true));
        if (!row.afterCell) cell(limitLeft, y, kNumber, right, limitText(row, measure));
        painter.setFont(numberFont(true));
        painter.setPen(color(row.after ? Token::Text : Token::Dim));
        cell(afterLeft, y, kNumber, right, valueText(row, measure, row.after, true));
        if (row.afterCell) { // where it happens stands in the columns of a limit it has not
            painter.setFont(numberFont());
            painter.setPen(color(Token::Dim));
            painter.drawText(QRect(limitLeft, y, width() - limitLeft, lineHeight), static_cast<int>(right),
                             tr("spot %1, IV %2, %3 d")
                                 .arg(format::signedPercent(row.afterCell->spotMove, 0), format::signedPercent(row.afterCell->volMove, 0))
                                 .arg(std::lround(row.afterCell->days)));
        }
        if (used) {
            const QRect track(barLeft + 12, y + lineHeight / 2 - 2, kBar - 60, 4);
            painter.fillRect(track, color(Token::Grid));
            painter.fillRect(QRect(track.topLeft(), QSize(static_cast<int>(track.width() * std::min(1.0, *used)), track.height())),
                             color(*used >= 1     ? Token::Loss
                                   : *used >= 0.8 ? Token::Warn
                                                  : Token::Info));
            painter.setFont(numberFont());
            painter.setPen(color(Token::Dim));
            painter.drawText(QRect(barLeft, y, kBar, lineHeight), static_cast<int>(right),
                             (*used >= 1 ? QStringLiteral("▲ ") : QString()) + format::percent(*used, 0));
        }
        y += lineHeight;
    }
}

QString EffectTable::tipAt(int y) const {
    const int lineHeight = line(), at = y / lineHeight - 1;
    if (y < lineHeight || at >= static_cast<int>(m_rows.size())) return {};
    const auto& row = m_rows[static_cast<std::size_t>(at)];
    QString tip = measureOf(row.measure).tip;
    if (row.nowCell) tip += QLatin1Char('\n') + tr("now: %1").arg(cellText(*row.nowCell));
    if (row.afterCell) tip += QLatin1Char('\n') + tr("after: %1").arg(cellText(*row.afterCell));
    tip += QLatin1Char('\n') + (row.withOrders ? tr("positions and working orders") : tr("positions alone, no working order"));
    if (!row.limit) tip += QLatin1Char('\n') + tr("no limit is set on it");
    if (row.computing) tip += QLatin1Char('\n') + tr("being computed beside the desk");
    if (!row.detail.empty()) tip += QLatin1Char('\n') + format::text(row.detail);
    return tip;
}

bool EffectTable::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), tipAt(help->pos().y()), this);
        return true;
    }
    return QWidget::event(event);
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
