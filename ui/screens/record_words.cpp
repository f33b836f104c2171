#include "ui/screens/record_words.h"

#include <QLocale>

#include "market/exchange_calendar.h"
#include "ui/screens/records_layer.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// `value` of which 10^`decimals` are one, exactly: all decimals that say something, `least` of them in any case; never an exponent.
QString decimal(qint64 value, int decimals, int least = 0) {
    quint64 scale = 1;
    for (int i = 0; i < decimals; ++i) scale *= 10;
    const quint64 size = value < 0 ? 0 - static_cast<quint64>(value) : static_cast<quint64>(value);
    QString fraction = decimals == 0 ? QString() : QString::number(size % scale).rightJustified(decimals, QLatin1Char('0'));
    while (fraction.size() > least && fraction.endsWith(QLatin1Char('0'))) fraction.chop(1);
    const QString whole = QLocale(QLocale::English).toString(static_cast<qulonglong>(size / scale));
    return (value < 0 ? QString(QChar(0x2212)) : QString()) + whole + (fraction.isEmpty() ? fraction : QLatin1Char('.') + fraction);
}

QString exactDollars(qint64 micros) {
    QString text = decimal(micros, 6, 2);
    return text.insert(micros < 0 ? 1 : 0, QLatin1Char('$'));
}

} // namespace

QString fieldWords(desk::FieldUnit unit, qint64 value, bool exact) {
    switch (unit) {
    case desk::FieldUnit::Count: return QString::number(value).replace(QLatin1Char('-'), QChar(0x2212));
    case desk::FieldUnit::Money: return exact ? exactDollars(value) : format::money(Usd::fromMicros(value));
    case desk::FieldUnit::Gain:
        if (!exact) return format::signedMoney(Usd::fromMicros(value));
        return value > 0 ? QLatin1Char('+') + exactDollars(value) : exactDollars(value);
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
