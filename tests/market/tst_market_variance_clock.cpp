#include <QTest>

#include "market/exchange_calendar.h"
#include "market/variance_clock.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

constexpr ClockWeights kPlain{0.25, 0, 0};
UtcTime at(int month, unsigned day, int hour, int minute = 0) {
    return fromNewYork(TradingDate{std::chrono::year{2026}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{day}}, hour, minute);
}
double calendarYears(UtcTime from, UtcTime to) { return std::chrono::duration<double>(to - from).count() / (365.0 * 86400); }

} // namespace

class TestMarketVarianceClock : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aYearIsAYearOnBothClocks_data() {
        QTest::addColumn<double>("overnight");
        QTest::addColumn<double>("closedDay");
        QTest::addColumn<double>("event");
        QTest::newRow("trading time") << 0.0 << 0.0 << 0.0;
        QTest::newRow("nights count") << 0.25 << 0.05 << 1.0;
        QTest::newRow("every day alike") << 0.5 << 1.0 << 0.0;
        QTest::newRow("outside their ranges") << 7.0 << -3.0 << 1e9;
    }
    void aYearIsAYearOnBothClocks() {
        QFETCH(double, overnight);
        QFETCH(double, closedDay);
        QFETCH(double, event);
        const UtcTime from = at(11, 23, 11);
        const std::vector<TradingDate> news{TradingDate{std::chrono::year{2026} / 12 / 9}};
        const VarianceClock clock(from, from + 30 * 24h, {overnight, closedDay, event}, news);
        QVERIFY(std::abs(clock.years(from + 365 * 24h) - 1) < 1e-12);
        QCOMPARE(clock.years(from), 0.0);
        QCOMPARE(clock.years(from - 24h), 0.0);
        double last = 0;
        for (auto t = from; t < from + 365 * 24h; t += 37min) {
            const double now = clock.years(t);
            QVERIFY(now >= last && now <= 1);
            last = now;
        }
    }
    void aSessionIsOneOfTheYearsSessions() {
        // 23 November 2026 to 23 November 2027: 251 sessions begin in it (NYSE calendar of 2026 and 2027).
        const UtcTime open = at(11, 23, 9, 30);
        const VarianceClock clock(open, open, kPlain, {});
        const int sessions = tradingDaysBetween(TradingDate{std::chrono::year{2026} / 11 / 23}, TradingDate{std::chrono::year{2027} / 11 / 23});
        const double session = clock.years(at(11, 23, 16)), night = clock.years(at(11, 24, 9, 30)) - session;
        QVERIFY(std::abs(session * sessions - 0.75) < 1e-12);
        QVERIFY(std::abs(night * sessions - 0.25) < 1e-12);
    }
    void theWeekendPassesLittle() {
        // Friday's close to Monday's open: a night, with two closed days of a twentieth each on top; on calendar time two and a half days of 365.
        const UtcTime friday = at(12, 4, 16), monday = at(12, 7, 9, 30);
        const VarianceClock clock(friday, monday, {}, {});
        const VarianceClock bare(friday, monday, {0.25, 0, 1}, {});
        QVERIFY(clock.years(monday) < 0.25 * calendarYears(friday, monday));
        QVERIFY(bare.years(monday) < clock.years(monday));
        QVERIFY(bare.years(monday) > 0);
    }
    void fridaysZeroDteAndMondaysContractAreComparable() {
        // One daily volatility on this clock makes two calendar volatilities: the contract over the weekend looks cheap there.
        const UtcTime now = at(12, 4, 10);
        const VarianceClock clock(now, now, kPlain, {});
        const auto calendarVol = [&](UtcTime expiry) { return 0.20 * std::sqrt(clock.years(expiry) / calendarYears(now, expiry)); };
        const double friday = calendarVol(at(12, 4, 16)), monday = calendarVol(at(12, 7, 16));
        QVERIFY(friday > 0.30); // six hours of a session are far more of the year's variance than of its hours
        QVERIFY(monday < 0.18);
    }
    void aDayOfNewsCountsDouble() {
        const TradingDate fed{std::chrono::year{2026} / 12 / 9};
        const UtcTime open = at(12, 9, 9, 30), close = at(12, 9, 16);
        const std::vector<TradingDate> news{fed, fed};
        const VarianceClock clock(at(12, 9, 9, 30), close, {0.25, 0, 1}, news), plain(open, close, kPlain, {});
        // 1.75 of a session's unit instead of 0.75; the year has one unit more.
        const double ratio = clock.years(close) / plain.years(close);
        QVERIFY(std::abs(ratio - 1.75 / 0.75 * 251.0 / 252.0) < 0.01);
    }
    void anEarlyCloseAndAHolidayAreKnown() {
        // Thanksgiving 26 November 2026, early close on the 27th at 13:00.
        const VarianceClock clock(at(11, 25, 16), at(12, 1, 16), kPlain, {});
        const double open = clock.years(at(11, 27, 9, 30)), early = clock.years(at(11, 27, 13)), later = clock.years(at(11, 27, 15));
        const double whole = clock.years(at(11, 30, 16)) - clock.years(at(11, 30, 9, 30));
        QVERIFY(std::abs((early - open) - whole) < 1e-12); // a half day is a session of its own
        QVERIFY(later - early < 0.1 * whole);              // and then it is night
    }
    void aDateNobodyListsCostsNoTime() {
        // A file may hold any date: the table ends after fifteen years, and from there the calendar's years pass.
        const UtcTime from = at(11, 23, 11), far = from + std::chrono::hours(24 * 365 * 200);
        const VarianceClock clock(from, far, {}, {});
        QVERIFY(std::abs(clock.years(far) - 200) < 0.1);
        QVERIFY(std::abs(clock.years(from + std::chrono::hours(24 * 365 * 3)) - 3) < 0.02);
    }
    void daylightSavingMovesNothing() {
        // The night of 1 November 2026 has an hour more; from close to open it is still one night.
        const VarianceClock clock(at(10, 29, 16), at(11, 3, 16), kPlain, {});
        const double usual = clock.years(at(10, 30, 9, 30)), changed = clock.years(at(11, 2, 9, 30)) - clock.years(at(10, 30, 16));
        QVERIFY(std::abs(usual - changed) < 1e-12);
    }
};

QTEST_APPLESS_MAIN(TestMarketVarianceClock)
#include "tst_market_variance_clock.moc"
