#include <QTest>

#include "flat_chain.h"
#include "portfolio/margin.h"
#include "portfolio/worst_case.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

/// Worked by hand from the text of FINRA Rule 4210(f)(2); published examples where a source is named.
class MarginTest : public QObject {
    Q_OBJECT

    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;
    static MarginLeg leg(double spot, double strike, market::Right right, std::int64_t quantity, double mark, unsigned month = 12,
                         const char* root = "XYZ") {
        const auto contract = market::OptionContract::make(root, std::chrono::year{2026} / month / 18, *Price::fromDouble(strike), right);
        return {
            {contract.underlying, contract, quantity, {}, ""}, *Price::fromDouble(mark), *Price::fromDouble(spot), isBroadIndex(contract.underlying)};
    }
    static MarginLeg shares(double spot, std::int64_t quantity) {
        return {{"XYZ", {}, quantity, {}, ""}, *Price::fromDouble(spot), *Price::fromDouble(spot), false};
    }
    static MarginReport of(const std::vector<MarginLeg>& legs) { return *marginOf(legs); }

private Q_SLOTS:
    void publishedCases_data() {
        QTest::addColumn<std::vector<MarginLeg>>("legs");
        QTest::addColumn<double>("requirement");
        QTest::addColumn<double>("deposit");
        using Legs = std::vector<MarginLeg>;
        // tastytrade, "Short straddle/strangle": stock 45, 47 call at 2.10, 43 put at 1.20.
        QTest::newRow("short call, 20 % less out of the money") << Legs{leg(45, 47, C, -1, 2.10)} << 910.0 << 700.0;
        QTest::newRow("short put, 20 % less out of the money") << Legs{leg(45, 43, P, -1, 1.20)} << 820.0 << 700.0;
        QTest::newRow("strangle, the greater plus the other premium") << Legs{leg(45, 47, C, -1, 2.10), leg(45, 43, P, -1, 1.20)} << 1030.0 << 700.0;
        // Cboe Margin Manual, short put and short call: stock 92.63, 90 call at 7.00, 90 put at 3.70.
        QTest::newRow("straddle of the manual") << Legs{leg(92.63, 90, C, -1, 7), leg(92.63, 90, P, -1, 3.70)} << 2922.60 << 1852.60;
        QTest::newRow("short call, in the money") << Legs{leg(92.63, 90, C, -1, 7)} << 2552.60 << 1852.60;
        // By hand: 0.20 x 100 - 15 = 5 against 10 % of the underlying (call) or of the strike (put).
        QTest::newRow("short call, 10 % of the underlying") << Legs{leg(100, 115, C, -2, 0.50)} << 2 * 1050.0 << 2 * 1000.0;
        QTest::newRow("short put, 10 % of the strike") << Legs{leg(100, 85, P, -2, 0.50)} << 2 * 900.0 << 2 * 850.0;
        // 0.15 x 5000 - 100 = 650; the floor 0.10 x 4900 = 490.
        QTest::newRow("index put, 15 %") << Legs{leg(5000, 4900, P, -1, 60, 12, "SPXW")} << 71'000.0 << 65'000.0;
        QTest::newRow("long put, in full") << Legs{leg(100, 95, P, 3, 2.25)} << 0.0 << 675.0;
        QTest::newRow("bull put spread, width") << Legs{leg(480, 445, P, -12, 2.10), leg(480, 440, P, 12, 0.75)} << 6000.0 << 12 * 365.0;
        QTest::newRow("long call spread, its debit") << Legs{leg(480, 480, C, 4, 9), leg(480, 490, C, -4, 4)} << 0.0 << 2000.0;
        QTest::newRow("iron condor, one side") << Legs{leg(480, 440, P, 2, 0.75), leg(480, 445, P, -2, 2), leg(480, 510, C, -2, 2),
                                                       leg(480, 515, C, 2, 1)}
                                               << 1000.0 << 550.0;
        QTest::newRow("uneven condor, the larger side")
            << Legs{leg(480, 435, P, 1, 0.75), leg(480, 445, P, -1, 2), leg(480, 510, C, -1, 2), leg(480, 515, C, 1, 1)} << 1000.0 << 775.0;
        // Both can lose when the put is struck above the call: at 480 the puts are 5 and the calls 5 behind.
        QTest::newRow("inverted condor, both sides")
            << Legs{leg(480, 490, P, 1, 12), leg(480, 495, P, -1, 16), leg(480, 470, C, -1, 15), leg(480, 475, C, 1, 11)} << 1000.0 << 200.0;
        QTest::newRow("calendar, the long lasts") << Legs{leg(100, 100, C, -1, 3, 9), leg(100, 100, C, 1, 5, 12)} << 0.0 << 200.0;
        QTest::newRow("calendar the wrong way, naked") << Legs{leg(100, 100, C, 1, 3, 9), leg(100, 100, C, -1, 5, 12)} << 2500.0 << 2300.0;
        QTest::newRow("a spread wider than naked costs no more than naked")
            << Legs{leg(100, 90, P, -1, 1), leg(100, 40, P, 1, 0.01)} << 1100.0 << 1001.0;
        QTest::newRow("ratio spread, one covered and one naked")
            << Legs{leg(100, 105, C, 1, 2), leg(100, 110, C, -2, 1)} << 1000.0 + 100.0 << 1100.0 - 0.0;
        QTest::newRow("covered call") << Legs{shares(100, 100), leg(100, 105, C, -1, 2)} << 5000.0 << 4800.0;
        // Loan value stops at the strike: 100 - 50 % of 90 = 55.
        QTest::newRow("covered call in the money") << Legs{shares(100, 100), leg(100, 90, C, -1, 12)} << 5500.0 << 4300.0;
        QTest::newRow("short shares") << Legs{shares(100, -100)} << 5000.0 << 5000.0;
        QTest::newRow("butterfly, two spreads that meet")
            << Legs{leg(100, 95, C, 1, 7), leg(100, 100, C, -2, 4), leg(100, 105, C, 1, 2)} << 500.0 << 600.0;
    }
    void publishedCases() {
        QFETCH(std::vector<MarginLeg>, legs);
        QFETCH(double, requirement);
        QFETCH(double, deposit);
        const auto r = of(legs);
        QCOMPARE(r.requirement.str(), Price::fromDouble(requirement)->str());
        QCOMPARE(r.deposit.str(), Price::fromDouble(deposit)->str());
        std::reverse(legs.begin(), legs.end());
        QCOMPARE(of(legs).requirement.str(), r.requirement.str());
        for (auto& l : legs) l.holding.quantity *= 7;
        QCOMPARE(of(legs).requirement.micros(), 7 * r.requirement.micros());
    }

    void pairsTakeTheLongThatSavesMost() {
        const auto r = of({leg(480, 445, P, -1, 2), leg(480, 430, P, 1, 0.5), leg(480, 440, P, 1, 1)});
        QCOMPARE(r.requirement.str(), std::string("500.00"));
        QCOMPARE(r.groups.size(), std::size_t{2});
    }

    void halfALotCoversNothing() {
        const auto r = of({shares(100, 50), leg(100, 105, C, -1, 2)});
        QCOMPARE(r.requirement.str(), std::string("4200.00")); // half of 50 shares, and 2 + 20 - 5 naked
        QCOMPARE(r.deposit.str(), std::string("4000.00"));
    }

    void underlyingsDoNotHelpEachOther() {
        const auto r = of({leg(480, 445, P, -1, 2, 12, "SPY"), leg(480, 440, P, 1, 1, 12, "QQQ")});
        QCOMPARE(r.requirement.str(), std::string("6300.00")); // 2 + max(96 - 35, 44.5) = 63
        QCOMPARE(r.deposit.str(), std::string("6200.00"));
    }

    void morningAndAfternoonOfOneDayAreTwoExpiries() {
        // SPX settles on the opening prices, SPXW at the close: both sides can lose.
        const auto put = [&](double strike, int quantity, double mark) { return leg(5000, strike, P, quantity, mark, 12, "SPX"); };
        const auto call = [&](const char* root, double strike, int quantity, double mark) { return leg(5000, strike, C, quantity, mark, 12, root); };
        const auto together = of({put(4800, -1, 20), put(4750, 1, 15), call("SPX", 5200, -1, 20), call("SPX", 5250, 1, 15)});
        const auto apart = of({put(4800, -1, 20), put(4750, 1, 15), call("SPXW", 5200, -1, 20), call("SPXW", 5250, 1, 15)});
        QCOMPARE(together.requirement.str(), std::string("5000.00"));
        QCOMPARE(apart.requirement.str(), std::string("10000.00"));
        const auto bookWith = [&](const char* callRoot) {
            RiskBook book;
            book.spots["SPX"] = 5000;
            for (const auto& l : {put(4800, -1, 20), put(4750, 1, 15), call(callRoot, 5200, -1, 20), call(callRoot, 5250, 1, 15)}) {
                RiskLeg own;
                own.holding = l.holding;
                own.mark = l.mark;
                book.legs.push_back(own);
            }
            return worstCaseAtExpiry(book);
        };
        QCOMPARE(bookWith("SPX")->str(), std::string("4000.00"));
        QCOMPARE(bookWith("SPXW")->str(), std::string("9000.00"));
    }

    void everyContractStandsInExactlyOneGroup() {
        const auto r = of({leg(480, 440, P, 3, 0.75), leg(480, 445, P, -5, 2), leg(480, 510, C, -4, 2), leg(480, 515, C, 1, 1), shares(480, 250)});
        std::map<std::string, std::int64_t> left{{"XYZ", 250}};
        std::int64_t contracts = 0;
        for (const auto& group : r.groups)
            for (const auto& h : group.legs) contracts += h.contract ? h.quantity : 0;
        QCOMPARE(contracts, std::int64_t{3 - 5 - 4 + 1});
        Usd sum;
        for (const auto& group : r.groups) sum += group.deposit;
        QCOMPARE(sum, r.deposit);
    }

    void theWorstCaseIsTheWidthLessTheCreditOfEachExpiry() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        const auto loss = [&](const std::vector<Holding>& holdings) { return worstCaseAtExpiry(bookOf(chain, holdings)); };
        const auto mid = [&](const Holding& h) { return bookOf(chain, {h}).legs[0].mark->toDouble(); };
        const auto sold = option(chain, 1, 570, P, -2), bought = option(chain, 1, 546, P, 2), later = option(chain, 2, 600, P, 1);
        const double spread = 200 * (24 - mid(sold) + mid(bought));
        QVERIFY(std::fabs(loss({sold, bought})->toDouble() - spread) < 1e-5);
        QVERIFY(std::fabs(loss({sold, bought, later})->toDouble() - spread - 100 * mid(later)) < 1e-5); // a later long helps nothing
        QVERIFY(!loss({option(chain, 1, 630, C, -1)}));
        QVERIFY(std::fabs(loss({option(chain, 1, 630, C, -1), Holding{"SPY", {}, 150, {}, ""}})->toDouble() - 150 * 600 +
                          100 * mid(option(chain, 1, 630, C, -1))) < 1e-5);
        QVERIFY(!loss({Holding{"SPY", {}, -1, {}, ""}}));
        QVERIFY(!loss({option(chain, 1, 571, P, 1)})); // not quoted
        QCOMPARE(loss({})->micros(), std::int64_t{0});
    }

    void absurdValuesAreRefused() {
        auto bad = leg(100, 100, C, -1, 1);
        bad.mark = Price::fromMicros(-1);
        QVERIFY(!marginOf(std::vector{bad}).has_value());
        bad = leg(100, 100, C, -1, 1);
        bad.underlying = Price();
        QVERIFY(!marginOf(std::vector{bad}).has_value());
        bad = leg(100, 100, C, std::numeric_limits<std::int64_t>::min(), 1);
        QVERIFY(!marginOf(std::vector{bad}).has_value());
        bad = leg(900'000, 900'000, C, -1'000'000'000, 1);
        QVERIFY(!marginOf(std::vector{bad}).has_value());
        QVERIFY(marginOf(std::vector<MarginLeg>{})->groups.empty());
    }
};

QTEST_APPLESS_MAIN(MarginTest)
#include "tst_portfolio_margin.moc"
