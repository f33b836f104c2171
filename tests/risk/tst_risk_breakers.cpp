#include <QTest>

#include "risk/breakers.h"

using namespace mahler;
using namespace mahler::risk;
using namespace std::chrono_literals;

class BreakersTest : public QObject {
    Q_OBJECT

    static BreakerInputs calm() {
        BreakerInputs in;
        in.session = market::Session::Open;
        in.account.dayStartEquity = in.account.weekStartEquity = in.account.highWaterMark = Usd::fromMicros(100'000'000'000);
        in.marks.equity = Usd::fromMicros(100'000'000'000);
        in.vix = 18;
        in.vixAge = 1s;
        in.quoteAges = {{"SPY", 1s}};
        return in;
    }
    static bool trips(const BreakerInputs& in, Breaker b) {
        for (const auto& t : evaluateBreakers(in))
            if (t.breaker == b) return true;
        return false;
    }

private Q_SLOTS:
    void aCalmDeskTripsNothing() { QVERIFY(evaluateBreakers(calm()).empty()); }

    void lossesTripAtEqualityAndNotAMicroBefore_data() {
        QTest::addColumn<int>("breaker");
        QTest::addColumn<qlonglong>("at");
        QTest::newRow("2 % of the day") << int(Breaker::B1DailyLoss) << qlonglong(98'000'000'000);
        QTest::newRow("5 % of the week") << int(Breaker::B2WeeklyLoss) << qlonglong(95'000'000'000);
        QTest::newRow("15 % from the high") << int(Breaker::B3Drawdown) << qlonglong(85'000'000'000);
    }
    void lossesTripAtEqualityAndNotAMicroBefore() {
        QFETCH(int, breaker);
        QFETCH(qlonglong, at);
        auto in = calm();
        in.marks.equity = Usd::fromMicros(at + 1);
        QVERIFY(!trips(in, static_cast<Breaker>(breaker)));
        in.marks.equity = Usd::fromMicros(at);
        QVERIFY(trips(in, static_cast<Breaker>(breaker)));
        in.marks.equity = Usd::fromMicros(at - 1);
        QVERIFY(trips(in, static_cast<Breaker>(breaker)));
    }

    void hugeAccountsDoNotOverflow() {
        auto in = calm();
        in.account.dayStartEquity = in.account.weekStartEquity = in.account.highWaterMark = Usd::fromMicros(9'000'000'000'000'000'000LL);
        in.marks.equity = in.account.dayStartEquity;
        QVERIFY(evaluateBreakers(in).empty());
        in.marks.equity = Usd::fromMicros(8'820'000'000'000'000'000LL);
        QVERIFY(trips(in, Breaker::B1DailyLoss));
    }

    void vixTripsAtFiftyAndWhenMissingOrStale() {
        auto in = calm();
        in.vix = 49.99;
        QVERIFY(!trips(in, Breaker::B4Vix));
        in.vix = 50.0;
        QVERIFY(trips(in, Breaker::B4Vix));
        in = calm();
        in.vixAge = 30s;
        QVERIFY(trips(in, Breaker::B4Vix));
        in.vixAge = 30s - 1ns;
        QVERIFY(!trips(in, Breaker::B4Vix));
        in.vix.reset();
        in.vixAge = 30s;
        QVERIFY(trips(in, Breaker::B4Vix));
    }

    void oneStaleInstrumentIsEnough() {
        auto in = calm();
        in.quoteAges = {{"SPY", 1s}, {"SPY261231P00470000", 30s}};
        QVERIFY(trips(in, Breaker::B5StaleData));
        in.session = market::Session::AfterClose;
        QVERIFY(!trips(in, Breaker::B5StaleData));
    }

    void fiveErrorsInAMinuteTrip() {
        auto in = calm();
        in.apiErrorsInWindow = 4;
        QVERIFY(!trips(in, Breaker::B6ApiErrors));
        in.apiErrorsInWindow = 5;
        QVERIFY(trips(in, Breaker::B6ApiErrors));
    }

    void theErrorWindowSlides() {
        ErrorWindow w;
        for (int i = 0; i < 5; ++i) w.add(std::chrono::seconds(i * 10), 1);
        QCOMPARE(w.within(40s, 60s), 5);
        QCOMPARE(w.within(60s, 60s), 4);
        QCOMPARE(w.within(100s, 60s), 0);
        QCOMPARE(*w.lastError(), MonoTime(40s));
    }

    void onlyStaleDataAndErrorsClearAloneAndNotTheThirdTime() {
        for (const auto b : allBreakers()) {
            Latch latch;
            latch.breaker = b;
            latch.tripsThisSession = 1;
            const bool alone = b == Breaker::B5StaleData || b == Breaker::B6ApiErrors;
            QCOMPARE(mayClearAlone(latch, 60s), alone);
            QVERIFY(!mayClearAlone(latch, 60s - 1ns));
            latch.tripsThisSession = 3;
            QVERIFY(!mayClearAlone(latch, 24h));
        }
    }

    void lossBreakersCloseAndOthersDoNot() {
        QCOMPARE(actionOf(Breaker::B1DailyLoss), HaltAction::CloseAll);
        QCOMPARE(actionOf(Breaker::B2WeeklyLoss), HaltAction::CloseAll);
        QCOMPARE(actionOf(Breaker::B3Drawdown), HaltAction::CloseAllAndDisable);
        QCOMPARE(actionOf(Breaker::B4Vix), HaltAction::CancelOpening);
        QCOMPARE(actionOf(Breaker::B7Integrity), HaltAction::RefuseOpening);
    }

    void anUnreadableInputCountsAsTrippedOnTheScreen() {
        auto in = calm();
        in.marks = {};
        for (const auto& r : readBreakers(in, {}))
            if (r.breaker == Breaker::B1DailyLoss) {
                QVERIFY(r.tripped);
                QVERIFY(!r.used);
                QCOMPARE(r.now, std::string("unknown"));
            }
    }

    void whenClosedTheLastReadingIsShownAndStillCountsAsUnreadable() {
        auto in = calm();
        in.marks.dayPnlFraction = -0.0124;
        in.marks.weekPnlFraction = -0.01;
        in.marks.drawdownFraction = 0.02;
        in.lastMarks = in.marks;
        in.lastMarksAt = UtcTime(std::chrono::hours(21));
        in.marks = {};
        const auto daily = [&] { return readBreakers(in, {}).front(); };
        QVERIFY(!daily().used && daily().tripped && !daily().asOf); // in session yesterday's value helps nobody
        in.session = market::Session::AfterClose;
        QCOMPARE(daily().now, std::string("-1.24 %"));
        QCOMPARE(*daily().used, 0.62);
        QCOMPARE(*daily().asOf, in.lastMarksAt);
        QVERIFY(daily().tripped);
        in.marks = *in.lastMarks; // readable after all
        QVERIFY(!daily().asOf && !daily().tripped);
    }

    void wordsRoundTrip() {
        for (const auto b : allBreakers()) QCOMPARE(*parseBreaker(toString(b)), b);
        QVERIFY(!parseBreaker("B9").has_value());
    }
};

QTEST_APPLESS_MAIN(BreakersTest)
#include "tst_risk_breakers.moc"
