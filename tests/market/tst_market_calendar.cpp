#include <nlohmann/json.hpp>
#include <QFile>
#include <QTest>
#include <set>

#include "base/json.h"
#include "base/text_file.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

/// "7/3/2000" as the database writes it.
TradingDate slashDate(const std::string& text) {
    int m = 0, d = 0, y = 0;
    std::sscanf(text.c_str(), "%d/%d/%d", &m, &d, &y);
    return TradingDate{std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(m)}, std::chrono::day{static_cast<unsigned>(d)}};
}

bool isWeekend(TradingDate date) {
    const std::chrono::weekday w{std::chrono::sys_days(date)};
    return w == std::chrono::Saturday || w == std::chrono::Sunday;
}

} // namespace

class TestMarketCalendar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void daylightTimeChangesOnTheRightSundays_data() {
        QTest::addColumn<QString>("utc");
        QTest::addColumn<QString>("newYork");
        QTest::addColumn<bool>("summer");
        QTest::newRow("last second of standard time 2026") << "2026-03-08T06:59:59Z"
                                                           << "2026-03-08 01:59:59 ET" << false;
        QTest::newRow("first second of daylight time 2026") << "2026-03-08T07:00:00Z"
                                                            << "2026-03-08 03:00:00 ET" << true;
        QTest::newRow("last second of daylight time 2026") << "2026-11-01T05:59:59Z"
                                                           << "2026-11-01 01:59:59 ET" << true;
        QTest::newRow("first second of standard time 2026") << "2026-11-01T06:00:00Z"
                                                            << "2026-11-01 01:00:00 ET" << false;
        QTest::newRow("old rule, first Sunday in April 2006") << "2006-04-02T07:00:00Z"
                                                              << "2006-04-02 03:00:00 ET" << true;
        QTest::newRow("old rule, still standard in March 2006") << "2006-03-15T12:00:00Z"
                                                                << "2006-03-15 07:00:00 ET" << false;
        QTest::newRow("old rule, last Sunday in October 2006") << "2006-10-29T06:00:00Z"
                                                               << "2006-10-29 01:00:00 ET" << false;
        QTest::newRow("new rule, March 2007") << "2007-03-12T12:00:00Z"
                                              << "2007-03-12 08:00:00 ET" << true;
        QTest::newRow("New Year's Eve in New York") << "2021-01-01T04:30:00Z"
                                                    << "2020-12-31 23:30:00 ET" << false;
    }
    void daylightTimeChangesOnTheRightSundays() {
        QFETCH(QString, utc);
        QFETCH(QString, newYork);
        QFETCH(bool, summer);
        const auto t = *parseUtc(utc.toStdString());
        QCOMPARE(formatDate(toNewYork(t).date) + " " + formatNewYork(t), newYork.toStdString());
        QCOMPARE(toNewYork(t).daylight, summer);
    }
    void everyHourOfThreeYearsSurvivesTheRoundTrip() {
        int ambiguous = 0;
        for (UtcTime t = *parseUtc("2005-01-01T00:00Z"); t < *parseUtc("2008-01-01T00:00Z"); t += 1h) {
            const NewYorkTime ny = toNewYork(t);
            if (fromNewYork(ny.date, ny.secondsOfDay / 3600, ny.secondsOfDay / 60 % 60, ny.secondsOfDay % 60) != t) ++ambiguous;
        }
        QCOMPARE(ambiguous, 3); // the second pass through 01:00 each autumn
    }
    void missingHourMovesForwardAndDoubledHourIsTheFirst() {
        QVERIFY(fromNewYork(2026y / 3 / 8, 2, 30) == *parseUtc("2026-03-08T07:30Z")); // 03:30 EDT
        QVERIFY(fromNewYork(2026y / 11 / 1, 1, 30) == *parseUtc("2026-11-01T05:30Z"));
        QVERIFY(fromNewYork(2026y / 11 / 1, 2, 0) == *parseUtc("2026-11-01T07:00Z"));
    }
    void holidaysAndSpecialClosings_data() {
        QTest::addColumn<QString>("date");
        QTest::addColumn<bool>("open");
        QTest::newRow("Memorial Day") << "2019-05-27" << false;
        QTest::newRow("Good Friday") << "2019-04-19" << false;
        QTest::newRow("Good Friday 2024") << "2024-03-29" << false;
        QTest::newRow("first Juneteenth, observed on Monday") << "2022-06-20" << false;
        QTest::newRow("Juneteenth was a session in 2021") << "2021-06-18" << true;
        QTest::newRow("New Year on a Saturday is not moved") << "2021-12-31" << true;
        QTest::newRow("New Year on a Sunday is moved") << "2023-01-02" << false;
        QTest::newRow("Christmas on a Saturday") << "2021-12-24" << false;
        QTest::newRow("4 July on a Saturday") << "2026-07-03" << false;
        QTest::newRow("after the attacks") << "2001-09-13" << false;
        QTest::newRow("hurricane Sandy") << "2012-10-30" << false;
        QTest::newRow("President Carter") << "2025-01-09" << false;
        QTest::newRow("Columbus Day is a session") << "2019-10-14" << true;
        QTest::newRow("Thanksgiving 2026") << "2026-11-26" << false;
        QTest::newRow("an ordinary Saturday") << "2026-11-21" << false;
    }
    void holidaysAndSpecialClosings() {
        QFETCH(QString, date);
        QFETCH(bool, open);
        QCOMPARE(isTradingDay(*parseDate(date.toStdString())), open);
    }
    void neighboursAndCountsSkipClosedDays() {
        QVERIFY(nextTradingDay(2019y / 5 / 24) == TradingDate(2019y / 5 / 28));
        QVERIFY(priorTradingDay(2019y / 5 / 28) == TradingDate(2019y / 5 / 24));
        QCOMPARE(tradingDaysBetween(2019y / 5 / 24, 2019y / 5 / 28), 1);
        QCOMPARE(tradingDaysBetween(2019y / 5 / 28, 2019y / 5 / 24), -1);
        QCOMPARE(tradingDaysBetween(2018y / 12 / 31, 2019y / 12 / 31), 252);
    }
    void sessionsOpenAndCloseInNewYork() {
        QVERIFY(sessionOpen(2026y / 1 / 5) == *parseUtc("2026-01-05T14:30Z"));
        QVERIFY(sessionClose(2026y / 7 / 6) == *parseUtc("2026-07-06T20:00Z"));
        QVERIFY(sessionClose(2026y / 11 / 27) == *parseUtc("2026-11-27T18:00Z"));
        QCOMPARE(sessionAt(*parseUtc("2026-11-27T17:59:59Z")), Session::Open);
        QCOMPARE(sessionAt(*parseUtc("2026-11-27T18:00:00Z")), Session::AfterClose);
        QCOMPARE(sessionAt(*parseUtc("2026-11-27T22:00:00Z")), Session::Closed);
        QCOMPARE(sessionAt(*parseUtc("2026-11-25T14:29:59Z")), Session::PreOpen);
        QCOMPARE(sessionAt(*parseUtc("2026-11-25T14:30:00Z")), Session::Open);
        QCOMPARE(sessionAt(*parseUtc("2026-11-26T15:00:00Z")), Session::Closed);
        QCOMPARE(formatNewYork(*parseUtc("2026-11-25T15:35:00Z"), false), std::string("10:35 ET"));
    }
    void agreesWithThePublishedCalendarFrom2001To2027() {
        const auto text = readFile(MAHLER_SHARED_DIR "/market-data/options-minute/lean/market-hours/market-hours-database.json");
        if (!text) QSKIP("the shared market data is not here");
        const auto json = parseJson(*text);
        QVERIFY(json.has_value());
        const Json& equity = (*json)["entries"]["Equity-usa-[*]"];
        std::set<TradingDate> holidays, early;
        for (const auto& day : equity["holidays"]) holidays.insert(slashDate(day.get<std::string>()));
        for (const auto& [day, time] : equity["earlyCloses"].items()) early.insert(slashDate(day));
        QVERIFY(holidays.size() > 250 && early.size() > 50);
        int sessions = 0;
        for (TradingDate day = 2001y / 1 / 1; day < TradingDate(2028y / 1 / 1); day = addDays(day, 1)) {
            const bool open = !isWeekend(day) && !holidays.contains(day);
            QVERIFY2(isTradingDay(day) == open, formatDate(day).c_str());
            QVERIFY2(isEarlyClose(day) == (open && early.contains(day)), formatDate(day).c_str());
            sessions += open ? 1 : 0;
        }
        QVERIFY(sessions > 6700);
    }
};

QTEST_APPLESS_MAIN(TestMarketCalendar)
#include "tst_market_calendar.moc"
