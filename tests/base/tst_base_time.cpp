#include <QTest>

#include "base/clock.h"
#include "base/time.h"

using namespace mahler;
using namespace std::chrono_literals;

class TestBaseTime : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void instantsParseWithZoneAndFraction_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("utc");
        QTest::newRow("UTC") << "2026-08-19T14:58:01.086Z"
                             << "2026-08-19T14:58:01.086Z";
        QTest::newRow("blank for the T") << "2026-08-19 14:58:01Z"
                                         << "2026-08-19T14:58:01.000Z";
        QTest::newRow("no seconds") << "2026-08-19T14:58Z"
                                    << "2026-08-19T14:58:00.000Z";
        QTest::newRow("behind UTC") << "2026-08-19T20:30:00-05:00"
                                    << "2026-08-20T01:30:00.000Z";
        QTest::newRow("ahead of UTC") << "2026-01-01T00:15:00+05:30"
                                      << "2025-12-31T18:45:00.000Z";
        QTest::newRow("before 1970") << "1969-12-31T23:59:59.500Z"
                                     << "1969-12-31T23:59:59.500Z";
        QTest::newRow("ten decimals") << "2026-08-19T14:58:01.0869999999Z"
                                      << "2026-08-19T14:58:01.086Z";
    }
    void instantsParseWithZoneAndFraction() {
        QFETCH(QString, text);
        QFETCH(QString, utc);
        const auto t = parseUtc(text.toStdString());
        QVERIFY(t.has_value());
        QCOMPARE(formatUtc(*t), utc.toStdString());
    }
    void brokenInstantsAreRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"", "2026-08-19", "2026-08-19T14:58:01", "2026-08-19T24:00:00Z", "2026-08-19T14:60:00Z", "2026-02-30T10:00:00Z",
              "2026-08-19T14:58:01.Z", "2026-08-19T14:58:01+0500", "2026-08-19T14:58:01Zx", "2026-08-19X14:58:01Z", "garbage garbage garbage"})
            QTest::newRow(text) << QString(text);
    }
    void brokenInstantsAreRefused() {
        QFETCH(QString, text);
        QVERIFY(!parseUtc(text.toStdString()).has_value());
    }
    void datesParseInThreeStylesAndMustExist() {
        for (const char* text : {"2024-02-29", "02/29/2024", "20240229"}) QCOMPARE(formatDate(*parseDate(text)), std::string("2024-02-29"));
        for (const char* text :
             {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "29/02/2024", "2024/02/29", "2024022", "202402290", "1899-12-31"})
            QVERIFY2(!parseDate(text).has_value(), text);
    }
    void datesAddAndSubtract() {
        QCOMPARE(daysBetween(2024y / 2 / 28, 2024y / 3 / 1), 2);
        QCOMPARE(daysBetween(2024y / 3 / 1, 2024y / 2 / 28), -2);
        QVERIFY(addDays(2024y / 12 / 31, 1) == TradingDate(2025y / 1 / 1));
    }
    void nanosecondsSurviveTheRoundTrip() {
        const auto t = *parseUtc("2026-08-19T14:58:01.086830123Z");
        QVERIFY(utcFromNanos(toNanos(t)) == t);
        QCOMPARE(toNanos(t) % 1'000'000'000, std::int64_t{86'830'123});
    }
    void manualClockMovesWallAndMonotonicTimeApart() {
        ManualClock clock(*parseUtc("2026-08-19T14:00Z"));
        clock.advance(5s);
        clock.jumpWall(-1h);
        QCOMPARE(formatUtc(clock.now().utc), std::string("2026-08-19T13:00:05.000Z"));
        QVERIFY(clock.now().mono == 5s);
    }
    void systemClockNeverRunsBackMonotonically() {
        const SystemClock clock;
        const Timestamp a = clock.now(), b = clock.now();
        QVERIFY(b.mono >= a.mono);
        QVERIFY(a.utc > *parseUtc("2020-01-01T00:00Z"));
    }
};

QTEST_APPLESS_MAIN(TestBaseTime)
#include "tst_base_time.moc"
