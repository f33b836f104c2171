#include "ui/screens/record_words.h"

#include "market/exchange_calendar.h"
#include "ui/screens/records_layer.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// All decimals that say something, never an exponent.
QString decimal(qint64 value, int decimals) {
    double scale = 1;
    for (int i = 0; i < decimals; ++i) scale *= 10;
    QString text = format::number(static_cast<double>(value) / scale, decimals);
    while (text.endsWith(QLatin1Char('0'))) text.chop(1);
    if (text.endsWith(QLatin1Char('.'))) text.chop(1);
    return text;
}

QString dollars(qint64 micros, bool exact) {
    if (!exact) return format::money(Usd::fromMicros(micros));
    const QString text = format::number(Usd::fromMicros(micros).toDouble(), 2);
    return text.startsWith(QChar(0x2212)) ? QChar(0x2212) + QLatin1Char('$') + text.mid(1) : QLatin1Char('$') + text;
}

} // namespace

QString fieldWords(desk::FieldUnit unit, qint64 value, bool exact) {
    switch (unit) {
    case desk::FieldUnit::Count: return QString::number(value).replace(QLatin1Char('-'), QChar(0x2212));
    case desk::FieldUnit::Money: return dollars(value, exact);
    case desk::FieldUnit::Gain: return value >= 5'000 ? QLatin1Char('+') + dollars(value, exact) : dollars(value, exact);
    case desk::FieldUnit::Net:
        return value % 10'000 == 0 ? format::net(Price::fromMicros(value))
                                   : decimal(qAbs(value), 6) + (value > 0 ? QStringLiteral(" cr") : QStringLiteral(" db"));
    case desk::FieldUnit::Moment: {
        if (value == 0) return format::dash(); // never
        const UtcTime at = utcFromNanos(value);
        return EventLadder::tr("%1 %2 ET", "date, time").arg(QString::fromStdString(formatDate(market::toNewYork(at).date)), format::timeNewYork(at));
    }
    case desk::FieldUnit::Nanoseconds: return EventLadder::tr("%1 s", "seconds").arg(decimal(value, 9));
    case desk::FieldUnit::Millionths: return decimal(value, 6);
    case desk::FieldUnit::Trillionths: return decimal(value, 12);
    }
    return QString::number(value);
}

} // namespace mahler::ui
