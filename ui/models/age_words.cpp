#include <algorithm>

#include "market/exchange_calendar.h"
#include "ui/models/grid_model.h"
#include "ui/theme/format.h"

namespace mahler::ui {

QString asOfWords(UtcTime at, UtcTime now) {
    const QString time = format::timeNewYork(at).left(5);
    const auto day = market::toNewYork(at).date;
    return day == market::toNewYork(now).date ? GridModel::tr("as of %1 ET", "the market is closed").arg(time)
                                              : GridModel::tr("as of %1 ET, %2", "time, date; the market is closed").arg(time, format::date(day));
}

QString whenWords(UtcTime at, UtcTime now) {
    const auto day = market::toNewYork(at).date;
    const QString time = format::timeNewYork(at);
    return day == market::toNewYork(now).date ? time : QStringLiteral("%1 %2").arg(format::date(day), time.left(5));
}

AgeWords ageWords(const desk::DeskView& view) {
    AgeWords words;
    UtcTime newest{};
    int delay = 0;
    for (const auto& u : view.underlyings) {
        newest = std::max(newest, u.quote.quote.time);
        delay = std::max(delay, u.delayMinutes);
    }
    const UtcTime asOf = view.marksAsOf.value_or(newest);
    if (asOf != UtcTime{}) words.closed = asOfWords(asOf, view.at.utc);
    if (delay > 0) {
        words.delayed = GridModel::tr("DLY %1m", "delayed by so many minutes").arg(delay);
        words.delayedTip = GridModel::tr("delayed by %n minute(s), not tradable live", "", delay);
    }
    return words;
}

} // namespace mahler::ui
