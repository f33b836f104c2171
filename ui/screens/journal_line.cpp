#include "ui/screens/journal_line.h"

#include <QRegularExpression>
#include <QStringList>

#include "market/exchange_calendar.h"

namespace mahler::ui {

namespace {

constexpr std::size_t kPage = 200;
constexpr qsizetype kLongest = 400; ///< characters; longer ones are pasted by mistake and take seconds to search for

/// today, 90m, 2h, 3d, 2026-08-24, 10:30.
std::optional<UtcTime> timeOf(const QString& text, UtcTime now) {
    const auto today = market::toNewYork(now).date;
    if (text == QLatin1String("today")) return market::fromNewYork(today, 0, 0);
    static const QRegularExpression kAgo(QStringLiteral("^(\\d{1,4})([mhd])$")), kClock(QStringLiteral("^(\\d{1,2}):(\\d{2})$"));
    if (const auto m = kAgo.match(text); m.hasMatch()) {
        const auto count = m.captured(1).toInt();
        const QChar unit = m.captured(2).front();
        return now - (unit == QLatin1Char('m')   ? std::chrono::minutes(count)
                      : unit == QLatin1Char('h') ? std::chrono::hours(count)
                                                 : std::chrono::hours(24 * count));
    }
    if (const auto m = kClock.match(text); m.hasMatch()) {
        const int hour = m.captured(1).toInt(), minute = m.captured(2).toInt();
        return hour < 24 && minute < 60 ? std::optional(market::fromNewYork(today, hour, minute)) : std::nullopt;
    }
    const auto date = parseDate(text.toStdString());
    return date ? std::optional(market::fromNewYork(*date, 0, 0)) : std::nullopt;
}

} // namespace

QString JournalLine::take(const QString& key, const QString& value, UtcTime now, QStringList& words) {
    if (value.isEmpty()) return tr("“%1” needs a value.").arg(key);
    const QString name = key.chopped(1);
    if (key.startsWith(QLatin1String("pnl"))) {
        const auto amount = Usd::parse(QString(value).replace(QChar(0x2212), QLatin1Char('-')).remove(QLatin1Char('$')).toStdString());
        if (!amount || key.back() == QLatin1Char(':')) return tr("“%1%2” is not understood: write pnl<-50 or pnl>100, in dollars.").arg(key, value);
        (key.back() == QLatin1Char('<') ? query.pnlBelow : query.pnlAbove) = *amount;
    } else if (name == QLatin1String("since")) {
        const auto since = timeOf(value, now);
        if (!since) return tr("“since:%1” is not a time: write today, 90m, 2h, 3d, 2026-08-24 or 10:30.").arg(value);
        query.since = *since;
    } else if (name == QLatin1String("sym"))
        query.underlying = value.toUpper().toStdString();
    else if (name == QLatin1String("actor"))
        query.actor = value.toStdString();
    else if (name == QLatin1String("kind"))
        query.type = value.toStdString();
    else if (name == QLatin1String("id"))
        query.correlation = value.toStdString();
    else if (name == QLatin1String("text"))
        words << value;
    else
        return tr("There is no key “%1”. Keys are sym: actor: kind: id: since: pnl< pnl> text:").arg(key);
    return {};
}

JournalLine JournalLine::parse(const QString& line, UtcTime now) {
    static const QRegularExpression kKey(QStringLiteral("^([A-Za-z]+[:<>])(.*)$"));
    JournalLine out;
    out.query.limit = kPage;
    if (line.size() > kLongest) {
        out.problem = tr("The query has %1 characters; at most %2 are searched for.").arg(line.size()).arg(kLongest);
        return out;
    }
    QStringList words;
    for (const auto& word : line.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const auto keyed = kKey.match(word);
        if (!keyed.hasMatch())
            words << word;
        else if (const QString problem = out.take(keyed.captured(1).toLower(), keyed.captured(2), now, words);
                 !problem.isEmpty() && out.problem.isEmpty())
            out.problem = problem;
    }
    out.query.text = words.join(QLatin1Char(' ')).toStdString();
    return out;
}

} // namespace mahler::ui
