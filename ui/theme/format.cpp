#include "ui/theme/format.h"

#include <cmath>
#include <QLocale>

#include "base/words.h"
#include "market/exchange_calendar.h"

namespace mahler::ui::format {

namespace {
const QChar kMinus(0x2212);
}

QString dash() { return QString(QChar(0x2014)); }

QString number(double value, int decimals) {
    if (!std::isfinite(value)) return dash();
    const double scale = std::pow(10.0, decimals);
    const double rounded = std::round(value * scale) / scale;
    QString grouped = QLocale(QLocale::English).toString(std::abs(rounded), 'f', decimals);
    return rounded < 0 ? kMinus + grouped : grouped;
}

QString signedNumber(double value, int decimals) {
    const QString text = number(value, decimals);
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) > 0 ? QLatin1Char('+') + text : text;
}

QString number(const std::optional<double>& value, int decimals) { return value ? number(*value, decimals) : dash(); }
QString signedNumber(const std::optional<double>& value, int decimals) { return value ? signedNumber(*value, decimals) : dash(); }

QString money(Usd value) {
    const double v = value.toDouble(), size = std::abs(v);
    const int decimals = std::round(size * 100) >= 10'000 ? 0 : 2; // 99.996 is "$100", not "$100.00"
    const bool negative = v < 0 && std::round(size * 100) > 0;     // half a cent of loss is "$0.00", not "−$0.00"
    return (negative ? QString(kMinus) : QString()) + QLatin1Char('$') + number(size, decimals);
}
QString money(const std::optional<Usd>& value) { return value ? money(*value) : dash(); }
QString signedMoney(Usd value) { return showsPlus(value) ? QLatin1Char('+') + money(value) : money(value); }
QString signedMoney(const std::optional<Usd>& value) { return value ? signedMoney(*value) : dash(); }

QString price(const std::optional<Price>& value) { return value ? number(value->toDouble(), 2) : dash(); }
QString priceMove(const std::optional<Price>& value) {
    if (!value) return dash();
    const double v = value->toDouble(), cents = std::round(std::abs(v) * 100);
    return QString(cents == 0 ? QString() : v < 0 ? QString(kMinus) : QStringLiteral("+")) + QLatin1Char('$') + number(cents / 100, 2);
}
QString net(Price value) { return number(std::abs(value.toDouble()), 2) + (value.micros() >= 0 ? QStringLiteral(" cr") : QStringLiteral(" db")); }
QString net(const std::optional<Price>& value) { return value ? net(*value) : dash(); }

QString percent(const std::optional<double>& fraction, int decimals) {
    return fraction ? number(*fraction * 100, decimals) + QLatin1Char('%') : dash();
}
QString signedPercent(const std::optional<double>& fraction, int decimals) {
    return fraction ? signedNumber(*fraction * 100, decimals) + QLatin1Char('%') : dash();
}
QString count(const std::optional<std::int64_t>& value) {
    return value ? QLocale(QLocale::English).toString(static_cast<qlonglong>(*value)) : dash();
}

QString dte(UtcTime now, UtcTime expiry) {
    const auto left = std::chrono::duration_cast<std::chrono::minutes>(expiry - now).count();
    if (left <= 0) return QStringLiteral("expired");
    if (left < 2 * 24 * 60) return QStringLiteral("%1h%2m").arg(left / 60).arg(left % 60, 2, 10, QLatin1Char('0'));
    return QStringLiteral("%1d").arg(daysBetween(market::toNewYork(now).date, market::toNewYork(expiry).date));
}

QString age(const std::optional<double>& seconds) {
    if (!seconds) return dash();
    if (*seconds < 120) return QStringLiteral("%1s").arg(static_cast<int>(*seconds));
    if (*seconds < 7200) return QStringLiteral("%1m").arg(static_cast<int>(*seconds / 60));
    return QStringLiteral("%1h").arg(static_cast<int>(*seconds / 3600));
}

QString countdown(double seconds) {
    const int s = qMax(0, static_cast<int>(std::ceil(seconds)));
    return QStringLiteral("%1:%2").arg(s / 60, 2, 10, QLatin1Char('0')).arg(s % 60, 2, 10, QLatin1Char('0'));
}

QString timeNewYork(UtcTime t) {
    if (t == UtcTime{}) return dash();
    const auto local = market::toNewYork(t);
    return QStringLiteral("%1:%2:%3")
        .arg(local.secondsOfDay / 3600, 2, 10, QLatin1Char('0'))
        .arg(local.secondsOfDay / 60 % 60, 2, 10, QLatin1Char('0'))
        .arg(local.secondsOfDay % 60, 2, 10, QLatin1Char('0'));
}

QString timeTooltip(UtcTime t) {
    return QString::fromStdString(formatDate(market::toNewYork(t).date) + " " + market::formatNewYork(t) + "\n" + formatUtc(t));
}

QString date(TradingDate d) {
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (!d.ok()) return dash();
    return QStringLiteral("%1 %2 %3")
        .arg(static_cast<unsigned>(d.day()))
        .arg(QLatin1String(kMonths[static_cast<unsigned>(d.month()) - 1]))
        .arg(static_cast<int>(d.year()) % 100, 2, 10, QLatin1Char('0'));
}

QString text(const std::string& utf8) {
    QString text = QString::fromStdString(utf8);
    for (qsizetype i = 0; i + 1 < text.size(); ++i) // a hyphen that stands for a minus
        if (text[i] == QLatin1Char('-') && (text[i + 1].isDigit() || text[i + 1] == QLatin1Char('$')) &&
            (i == 0 || text[i - 1] == QLatin1Char(' ') || text[i - 1] == QLatin1Char('[')))
            text[i] = kMinus;
    return text;
}

} // namespace mahler::ui::format
