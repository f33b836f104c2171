#include <limits>
#include <QTest>
#include <unordered_set>

#include "base/hash.h"
#include "base/ids.h"
#include "base/money.h"

using namespace mahler;

class TestBaseValues : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decimalTextBecomesMicrosDigitByDigit_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("micros");
        QTest::newRow("plain") << "12.34" << qint64{12'340'000};
        QTest::newRow("no whole part") << ".5" << qint64{500'000};
        QTest::newRow("no fraction") << "7." << qint64{7'000'000};
        QTest::newRow("negative") << "-1.35" << qint64{-1'350'000};
        QTest::newRow("six decimals") << "0.000001" << qint64{1};
        QTest::newRow("zeros beyond six decimals") << "0.1000000000" << qint64{100'000};
        QTest::newRow("plus sign") << "+2" << qint64{2'000'000};
        QTest::newRow("what a double cannot hold") << "0.1" << qint64{100'000};
        QTest::newRow("largest") << "9000000000000" << qint64{9'000'000'000'000'000'000};
    }
    void decimalTextBecomesMicrosDigitByDigit() {
        QFETCH(QString, text);
        QFETCH(qint64, micros);
        const auto p = Price::parse(text.toStdString());
        QVERIFY(p.has_value());
        QCOMPARE(p->micros(), micros);
    }
    void textThatIsNoAmountIsRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "-", ".", "1e5", "1,5", " 1", "1 ", "0x10", "nan", "inf", "1.0000001", "99999999999999", "--1", "1.2.3"})
            QTest::newRow(text) << QString(text);
    }
    void textThatIsNoAmountIsRefused() {
        QFETCH(QString, text);
        const auto p = Price::parse(text.toStdString());
        QVERIFY(!p.has_value());
        QCOMPARE(p.error().code, ErrorCode::BadInput);
    }
    void doublesRoundHalfAwayFromZeroAndMustBeFinite() {
        QCOMPARE(Price::fromDouble(1.0000005)->micros(), 1'000'001);
        QCOMPARE(Price::fromDouble(-1.0000005)->micros(), -1'000'001);
        QCOMPARE(Price::fromDouble(0.285)->micros(), 285'000);
        QVERIFY(!Price::fromDouble(std::numeric_limits<double>::quiet_NaN()));
        QVERIFY(!Price::fromDouble(std::numeric_limits<double>::infinity()));
        QVERIFY(!Price::fromDouble(9.1e12));
    }
    void textAndBackIsTheSame() {
        for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'350'000}, std::int64_t{-5'000},
                                          std::int64_t{123'456'789}, std::int64_t{9'000'000'000'000'000'000}})
            QCOMPARE(Price::parse(Price::fromMicros(micros).str())->micros(), micros);
        QCOMPARE(Price::fromMicros(1'350'000).str(), std::string("1.35"));
        QCOMPARE(Price::fromMicros(-5'000).str(), std::string("-0.005"));
        QCOMPARE(Usd::fromMicros(std::numeric_limits<std::int64_t>::min()).str(), std::string("-9223372036854.775808"));
    }
    void notionalIsExactAndKnowsItsLimits() {
        QCOMPARE(notional(*Price::parse("1.35"), -3, 100)->str(), std::string("-405.00"));
        QCOMPARE(notional(*Price::parse("-0.005"), 7, 100)->str(), std::string("-3.50"));
        QCOMPARE(times(*Usd::parse("0.65"), 4)->str(), std::string("2.60"));
        const std::int64_t big = std::numeric_limits<std::int64_t>::max();
        const std::int64_t small = std::numeric_limits<std::int64_t>::min();
        for (const std::int64_t a : {big, small, big / 2 + 1})
            for (const std::int64_t factor : {std::int64_t{2}, std::int64_t{-2}, big, small}) QVERIFY(!times(Usd::fromMicros(a), factor));
        QCOMPARE(times(Usd::fromMicros(big / 2), 2)->micros(), big - 1);
        QCOMPARE(times(Usd::fromMicros(-big / 2), -2)->micros(), big - 1);
        QCOMPARE(times(Usd::fromMicros(0), -5)->micros(), 0);
        QVERIFY(!notional(Price::fromMicros(big / 10), 5, 100));
    }
    void ticksRoundAgainstUs() {
        const TickRule rule{Price::fromMicros(50'000), Price::fromMicros(100'000), Price::fromMicros(3'000'000)};
        const auto round = [&](const char* text, bool up) { return rule.roundTo(*Price::parse(text), up).str(); };
        QCOMPARE(round("1.03", true), std::string("1.05"));
        QCOMPARE(round("1.03", false), std::string("1.00"));
        QCOMPARE(round("1.05", true), std::string("1.05"));
        QCOMPARE(round("2.99", true), std::string("3.00"));
        QCOMPARE(round("3.01", true), std::string("3.10"));
        QCOMPARE(round("-1.03", true), std::string("-1.00"));
        QCOMPARE(round("-1.03", false), std::string("-1.05"));
        QCOMPARE(round("-3.01", false), std::string("-3.10"));
    }
    void resultsCarryAValueOrAnError() {
        const Result<int> good = 4;
        const Result<int> bad = badInput("no");
        QVERIFY(good && !bad);
        QCOMPARE(good.value_or(9), 4);
        QCOMPARE(bad.value_or(9), 9);
        QCOMPARE(*good.transform([](int v) { return v * 2; }), 8);
        QCOMPARE(bad.transform([](int v) { return v * 2; }).error().detail, std::string("no"));
        QVERIFY(!good.and_then([](int) { return Result<int>(badInput("later")); }));
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(bad.value()), InvariantError);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(good.error()), InvariantError);
        QVERIFY(Result<void>().has_value());
        QVERIFY(!Result<void>(badInput("x")));
        for (const ErrorCode code : {ErrorCode::BadInput, ErrorCode::NotFound, ErrorCode::Io, ErrorCode::Busy, ErrorCode::Stale, ErrorCode::Rejected,
                                     ErrorCode::Integrity, ErrorCode::NoConvergence, ErrorCode::Unsupported, ErrorCode::Internal})
            QVERIFY(*toString(code) != '\0');
    }
    void idsCompareAndHashByText() {
        const OrderId a("A-1"), same("A-1"), b("B-1");
        QVERIFY(a == same && a < b && OrderId().empty());
        std::unordered_set<OrderId> set{a, same, b};
        QCOMPARE(set.size(), std::size_t{2});
    }
    void hashesMatchPublishedVectors() {
        // FIPS 180-4 example "abc"; RFC 4231 test case 2.
        QCOMPARE(toHex(sha256("abc")), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(toHex(sha256("")), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        const std::string key = "Jefe";
        QCOMPARE(toHex(hmacSha256({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()}, "what do ya want for nothing?")),
                 std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
        QCOMPARE(toHex(hmacSha256({}, "")), std::string("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
        Digest digest{};
        QVERIFY(digestFromHex(toHex(sha256("abc")), digest) && digest == sha256("abc"));
        QVERIFY(!digestFromHex("abc", digest) && !digestFromHex(std::string(64, 'g'), digest) && !digestFromHex(std::string(66, 'a'), digest));
    }
};

QTEST_APPLESS_MAIN(TestBaseValues)
#include "tst_base_values.moc"
