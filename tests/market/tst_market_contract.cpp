#include <QTest>

#include "market/contract.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

class TestMarketContract : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void compactAndPaddedSymbolsParseToTheSameContract() {
        const auto compact = OptionContract::parse("SPY261219P00445000");
        const auto padded = OptionContract::parse("SPY   261219P00445000");
        QVERIFY(compact && padded);
        QVERIFY(*compact == *padded);
        QCOMPARE(compact->id(), std::string("SPY261219P00445000"));
        QCOMPARE(compact->occ(), std::string("SPY   261219P00445000"));
        QCOMPARE(compact->label(), std::string("SPY 19-Dec-26 445 put"));
        QVERIFY(compact->expiry == TradingDate(2026y / 12 / 19));
        QCOMPARE(compact->strike.micros(), 445'000'000);
    }
    void fractionalStrikesKeepTheirThousandths() {
        const auto c = OptionContract::parse("AAPL140621C00070710");
        QVERIFY(c.has_value());
        QCOMPARE(c->strike.micros(), 70'710'000);
        QCOMPARE(c->label(), std::string("AAPL 21-Jun-14 70.71 call"));
        QCOMPARE(c->id(), std::string("AAPL140621C00070710"));
    }
    void malformedSymbolsAreRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "SPY", "SPY261219X00445000", "SPY261319P00445000", "SPY260230P00445000", "spy261219P00445000",
                                 "SPY261219P0044500", "SPY261219P00000000", "TOOLONG261219P00445000", "261219P00445000", "SPY 261219P00445000",
                                 "SPY   261219P0044500x", "SPY   261219P00445000 ", "      261219P00445000"})
            QTest::newRow(text) << QString(text);
    }
    void malformedSymbolsAreRefused() {
        QFETCH(QString, text);
        const auto c = OptionContract::parse(text.toStdString());
        QVERIFY(!c.has_value());
        QCOMPARE(c.error().code, ErrorCode::BadInput);
    }
    void indexRootsAreEuropeanCashAndKnowTheirUnderlying() {
        QCOMPARE(classSpec("SPXW").underlying, std::string("SPX"));
        QCOMPARE(classSpec("SPXW").settlement, Settlement::PmCash);
        QCOMPARE(classSpec("SPX").settlement, Settlement::AmCash);
        QCOMPARE(classSpec("NDXP").underlying, std::string("NDX"));
        QCOMPARE(classSpec("RUTW").underlying, std::string("RUT"));
        QCOMPARE(classSpec("VIXW").settlement, Settlement::AmCash);
        QCOMPARE(classSpec("XSP").settlement, Settlement::PmCash);
        QCOMPARE(classSpec("XSP").style, ExerciseStyle::European);
        QCOMPARE(classSpec("AAPL").style, ExerciseStyle::American);
        QCOMPARE(classSpec("AAPL").settlement, Settlement::PmPhysical);
        QCOMPARE(classSpec("AAPL").multiplier, 100);
    }
    void closedSetsHaveNames() {
        QCOMPARE(std::string(toString(Right::Call)) + toString(Right::Put), std::string("callput"));
        QCOMPARE(std::string(toString(ExerciseStyle::American)) + toString(ExerciseStyle::European), std::string("americaneuropean"));
        QCOMPARE(std::string(toString(Settlement::PmPhysical)) + toString(Settlement::PmCash) + toString(Settlement::AmCash),
                 std::string("pm-physicalpm-casham-cash"));
    }
    void ticksFollowTheClass() {
        const auto round = [](const char* root, const char* price, bool up) { return classSpec(root).tick.roundTo(*Price::parse(price), up).str(); };
        QCOMPARE(round("SPX", "2.97", true), std::string("3.00"));
        QCOMPARE(round("SPX", "2.97", false), std::string("2.95"));
        QCOMPARE(round("SPXW", "3.11", true), std::string("3.20"));
        QCOMPARE(round("SPY", "3.111", true), std::string("3.12"));
        QCOMPARE(round("AAPL", "3.11", true), std::string("3.15"));
        QCOMPARE(round("AAPL", "1.111", false), std::string("1.11"));
    }
    void expiryInstantFollowsSettlementAndCalendar() {
        const auto at = [](const char* occ) { return OptionContract::parse(occ)->expiresAt(); };
        QVERIFY(at("SPXW190524C02800000") == *parseUtc("2019-05-24T20:00Z"));
        QVERIFY(at("SPX190621C02800000") == *parseUtc("2019-06-21T13:30Z"));
        QVERIFY(at("SPY201127C00300000") == *parseUtc("2020-11-27T18:00Z"));  // early close
        QVERIFY(at("GOOG140719C00500000") == *parseUtc("2014-07-18T20:00Z")); // Saturday expiry
        QVERIFY(at("SPY190419P00280000") == *parseUtc("2019-04-18T20:00Z"));  // Good Friday
    }
};

QTEST_APPLESS_MAIN(TestMarketContract)
#include "tst_market_contract.moc"
