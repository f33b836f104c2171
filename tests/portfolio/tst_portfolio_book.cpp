#include <QTest>

#include "portfolio/book.h"

using namespace mahler;
using namespace mahler::portfolio;

class BookTest : public QObject {
    Q_OBJECT

    static ComboLeg put(double strike, int ratio) {
        return {market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put), ratio};
    }
    static Position position() {
        Position p;
        p.id = PositionId("P");
        p.underlying = "SPY";
        p.legs = {put(445, -1), put(440, 1)};
        p.quantity = 3;
        p.openNet = Price::fromMicros(1'350'000);
        return p;
    }
    static market::Quote quote(double bid, double ask) {
        market::Quote q;
        q.bid = *Price::fromDouble(bid);
        q.ask = *Price::fromDouble(ask);
        return q;
    }

private Q_SLOTS:
    void aMarkIsWhatClosingPays() {
        const QuoteBook quotes{{put(445, 1).contract.id(), quote(1.00, 1.10)}, {put(440, 1).contract.id(), quote(0.40, 0.50)}};
        const auto mark = markPosition(position(), quotes);
        QCOMPARE(mark.net->micros(), std::int64_t{-600'000});     // buy back 1.05, sell 0.45
        QCOMPARE(mark.natural->micros(), std::int64_t{-700'000}); // pay 1.10, receive 0.40
        QCOMPARE(mark.openPnl->micros(), std::int64_t{225'000'000});
    }

    void missingCrossedOrOneSidedQuotesMarkNothing() {
        QVERIFY(!markPosition(position(), {}).net);
        QVERIFY(!markPosition(position(), {{put(445, 1).contract.id(), quote(1, 1.1)}}).net);
        QVERIFY(!markPosition(position(), {{put(445, 1).contract.id(), quote(1.2, 1.1)}, {put(440, 1).contract.id(), quote(0.4, 0.5)}}).net);
        market::Quote oneSided;
        oneSided.bid = Price::fromMicros(1);
        QVERIFY(!markPosition(position(), {{put(445, 1).contract.id(), oneSided}, {put(440, 1).contract.id(), quote(0.4, 0.5)}}).net);
    }

    void zeroBidsAreNumbersNotAbsence() {
        const QuoteBook quotes{{put(445, 1).contract.id(), quote(0.00, 0.10)}, {put(440, 1).contract.id(), quote(0.00, 0.05)}};
        QVERIFY(markPosition(position(), quotes).net.has_value());
    }

    void equityIsAbsentWhileAnyPositionHasNoMark() {
        Account a;
        a.cash = a.dayStartEquity = a.weekStartEquity = a.highWaterMark = Usd::fromMicros(100'000'000'000);
        const auto marks = markAccount(a, {position()}, {});
        QVERIFY(!marks.equity && !marks.dayPnl && !marks.drawdownFraction);
        QCOMPARE(marks.totalPositions, 1);
        QCOMPARE(marks.markedPositions, 0);
    }

    void equityIsCashPlusMarksExactly() {
        Account a;
        a.cash = Usd::fromMicros(100'405'000'000);
        a.dayStartEquity = a.weekStartEquity = Usd::fromMicros(100'000'000'000);
        a.highWaterMark = Usd::fromMicros(101'000'000'000);
        const QuoteBook quotes{{put(445, 1).contract.id(), quote(1.00, 1.10)}, {put(440, 1).contract.id(), quote(0.40, 0.50)}};
        const auto marks = markAccount(a, {position()}, quotes);
        QCOMPARE(marks.equity->micros(), std::int64_t{100'225'000'000});
        QCOMPARE(marks.dayPnl->micros(), std::int64_t{225'000'000});
        QVERIFY(std::abs(*marks.drawdownFraction - 775.0 / 101000.0) < 1e-12);
    }

    void greeksAddOverLegsAndNameWhatIsMissing() {
        const GreeksBook greeks{{put(445, 1).contract.id(), {-0.30, 0.01, -36.5, 50, 0.2}},
                                {put(440, 1).contract.id(), {-0.20, 0.008, -30, 45, 0.2}}};
        const auto sum = sumGreeks({position()}, greeks, {{"SPY", 480}});
        QCOMPARE(sum.included, 1);
        QVERIFY(std::abs(sum.delta - 30.0) < 1e-9);
        QVERIFY(std::abs(sum.thetaPerDay - 6.5 / 365 * 300) < 1e-9);
        QVERIFY(std::abs(sum.vegaPerPoint + 15.0) < 1e-9);
        QCOMPARE(sumGreeks({position()}, {}, {{"SPY", 480}}).included, 0);
    }

    void worstCaseIsWidthLessCredit() { QCOMPARE(worstCaseLoss(position())->micros(), std::int64_t{3 * 365'000'000}); }
};

QTEST_APPLESS_MAIN(BookTest)
#include "tst_portfolio_book.moc"
