#include <nlohmann/json.hpp>
#include <QTest>

#include "risk/limits.h"
#include "risk/sizing.h"

using namespace mahler;
using namespace mahler::risk;

class LimitsTest : public QObject {
    Q_OBJECT

    static portfolio::Position spread(const char* symbol, std::int64_t quantity) {
        portfolio::Position p;
        p.underlying = symbol;
        const auto expiry = std::chrono::year{2026} / 12 / 31;
        p.legs = {{market::OptionContract::make(symbol, expiry, Price::fromMicros(470'000'000), market::Right::Put), -1},
                  {market::OptionContract::make(symbol, expiry, Price::fromMicros(465'000'000), market::Right::Put), 1}};
        p.quantity = quantity;
        return p; // 500 dollars a unit
    }

private Q_SLOTS:
    void limitsTightenAndNeverLoosen_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("tighter risk") << QByteArray(R"({"risk_per_trade":0.01})") << true;
        QTest::newRow("the same") << QByteArray(R"({"risk_per_trade":0.02})") << true;
        QTest::newRow("looser risk") << QByteArray(R"({"risk_per_trade":0.021})") << false;
        QTest::newRow("a higher floor") << QByteArray(R"({"min_open_interest":500})") << true;
        QTest::newRow("a lower floor") << QByteArray(R"({"min_open_interest":99})") << false;
        QTest::newRow("more contracts") << QByteArray(R"({"max_contracts_per_order":501})") << false;
        QTest::newRow("an unknown key") << QByteArray(R"({"risk_per_trad":0.01})") << false;
        QTest::newRow("a word") << QByteArray(R"({"risk_per_trade":"low"})") << false;
        QTest::newRow("negative") << QByteArray(R"({"risk_per_trade":-1})") << false;
        QTest::newRow("a fraction for a count") << QByteArray(R"({"max_working_orders":1.5})") << false;
        QTest::newRow("not an object") << QByteArray("[]") << false;
        QTest::newRow("a shorter duplicate window") << QByteArray(R"({"duplicate_window_seconds":10})") << false;
    }
    void limitsTightenAndNeverLoosen() {
        QFETCH(QByteArray, json);
        QFETCH(bool, accepted);
        const auto parsed = parseJson(json.toStdString());
        QVERIFY(parsed.has_value());
        const auto limits = tightenLimits(*parsed);
        QCOMPARE(limits.has_value(), accepted);
        if (!accepted && parsed->is_object())
            QVERIFY2(limits.error().detail.find(parsed->begin().key()) != std::string::npos, limits.error().detail.c_str());
    }

    void sizeIsTwoPerCentOfEquity() {
        const auto r = sizePosition("GLD", Usd::fromMicros(500'000'000), Usd::fromMicros(100'000'000'000), {}, {});
        QCOMPARE(r.contracts, std::int64_t{4});
        QCOMPARE(r.limitingFactor, std::string("risk_per_trade"));
        QVERIFY(std::abs(r.riskFraction - 0.02) < 1e-12);
    }

    void theBookLeavesLessRoom() {
        const auto r = sizePosition("GLD", Usd::fromMicros(500'000'000), Usd::fromMicros(100'000'000'000), {spread("TLT", 18)}, {});
        QCOMPARE(r.contracts, std::int64_t{2}); // 10,000 less 9,000
        QCOMPARE(r.limitingFactor, std::string("portfolio_risk"));
        QCOMPARE(sizePosition("GLD", Usd::fromMicros(500'000'000), Usd::fromMicros(100'000'000'000), {spread("TLT", 20)}, {}).contracts,
                 std::int64_t{0});
    }

    void theSameUnderlyingIsHeldToFivePerCent() {
        const auto r = sizePosition("GLD", Usd::fromMicros(500'000'000), Usd::fromMicros(100'000'000'000), {spread("GLD", 9)}, {});
        QCOMPARE(r.contracts, std::int64_t{1});
        QCOMPARE(r.limitingFactor, std::string("single_position"));
    }

    void correlatedEquitiesAreOneGroup() {
        QVERIFY(isCorrelatedEquity("SPY") && isCorrelatedEquity("QQQ") && isCorrelatedEquity("IWM") && isCorrelatedEquity("SPX"));
        QVERIFY(!isCorrelatedEquity("TLT") && !isCorrelatedEquity("GLD"));
        Limits tight;
        tight.correlatedEquities = 0.03;
        const auto r = sizePosition("QQQ", Usd::fromMicros(500'000'000), Usd::fromMicros(100'000'000'000), {spread("SPY", 5)}, tight);
        QCOMPARE(r.contracts, std::int64_t{1});
        QCOMPARE(r.limitingFactor, std::string("correlated_equities"));
    }

    void withoutEquityOrLossThereIsNoSize() {
        QCOMPARE(sizePosition("SPY", Usd::fromMicros(500'000'000), Usd{}, {}, {}).contracts, std::int64_t{0});
        QCOMPARE(sizePosition("SPY", Usd{}, Usd::fromMicros(1'000'000), {}, {}).contracts, std::int64_t{0});
    }
};

QTEST_APPLESS_MAIN(LimitsTest)
#include "tst_risk_limits.moc"
