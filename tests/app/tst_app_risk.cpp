#include <cmath>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "program.h"

using namespace mahler::app;
using testing::Ran;

/// `mahler risk` as a user meets it.
class RiskCliTest : public QObject {
    Q_OBJECT

    static Ran run(const QStringList& arguments) { return testing::run(QStringList{"risk"} + arguments, 120'000); }
    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(bytes);
        return file.fileName();
    }
    /// Flat prices, good enough for two strikes: put and call of one expiry.
    QString chain() {
        return write("chain.csv",
                     "underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n"
                     "SPY,500,2026-08-19,2026-09-18,490,put,4.40,4.50,10,100\nSPY,500,2026-08-19,2026-09-18,490,call,16.00,16.20,10,100\n"
                     "SPY,500,2026-08-19,2026-09-18,500,put,8.00,8.10,10,100\nSPY,500,2026-08-19,2026-09-18,500,call,9.60,9.70,10,100\n"
                     "SPY,500,2026-08-19,2026-09-18,510,put,13.30,13.50,10,100\nSPY,500,2026-08-19,2026-09-18,510,call,4.90,5.00,10,100\n");
    }
    /// Nine strikes of 20 % volatility, enough for a smile: Black-Scholes at 500, no carry.
    QString smileChain() {
        QByteArray text = "underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n";
        const double deviation = 0.20 * std::sqrt(30 / 365.0);
        const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
        for (int strike = 460; strike <= 540; strike += 10) {
            const double d1 = std::log(500.0 / strike) / deviation + 0.5 * deviation;
            const double call = 500 * below(d1) - strike * below(d1 - deviation), put = call - 500 + strike;
            for (const auto& [type, value] : {std::pair("put", put), std::pair("call", call)})
                text += QStringLiteral("SPY,500,2026-08-19,2026-09-18,%1,%2,%3,%4,10,100\n")
                            .arg(strike)
                            .arg(QLatin1String(type))
                            .arg(value - 0.03, 0, 'f', 2)
                            .arg(value + 0.03, 0, 'f', 2)
                            .toLatin1();
        }
        return write("smile.csv", text);
    }
    static constexpr const char* kHeader = "underlying,expiration_date,strike,option_type,quantity,average_price,strategy\n";
    QTemporaryDir m_folder;

private Q_SLOTS:
    void badInputGetsOneClearLineAndCodeTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const QString good = write("good.csv", QByteArray(kHeader) + "SPY,2026-09-18,490,put,-1,4.5,x\n");
        QTest::newRow("no positions") << QStringList{"--chain", chain()} << "--positions";
        QTest::newRow("no chain") << QStringList{"--positions", good} << "--chain";
        QTest::newRow("no such positions") << QStringList{"--positions", m_folder.filePath("none.csv"), "--chain", chain()} << "none.csv";
        QTest::newRow("no such chain") << QStringList{"--positions", good, "--chain", m_folder.filePath("none.csv")} << "none.csv";
        QTest::newRow("a chain of something else") << QStringList{"--positions", write("other.csv", QByteArray(kHeader) + "QQQ,,,stock,1,1,\n"),
                                                                  "--chain", chain()}
                                                   << "no chain of any underlying";
        QTest::newRow("a bad strike") << QStringList{"--positions", write("bad.csv", QByteArray(kHeader) + "SPY,2026-09-18,abc,put,1,1,\n"),
                                                     "--chain", chain()}
                                      << "bad.csv:2, column strike";
        QTest::newRow("a bad proposal") << QStringList{"--positions", good,
                                                       "--chain",     chain(),
                                                       "--propose",   write("p.csv", QByteArray(kHeader) + "SPY,2026-09-18,490,put,0,1,\n")}
                                        << "p.csv:2, column quantity";
        QTest::newRow("equity of nothing") << QStringList{"--positions", good, "--chain", chain(), "--equity", "0"} << "--equity";
        QTest::newRow("no such history") << QStringList{"--positions", good, "--chain", chain(), "--history", m_folder.filePath("nowhere")}
                                         << "nowhere";
        QTest::newRow("binary positions") << QStringList{"--positions", write("bytes.csv", QByteArray(4096, '\0')), "--chain", chain()}
                                          << "bytes.csv";
    }
    void badInputGetsOneClearLineAndCodeTwo() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const Ran ran = run(arguments);
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.error.contains(says.toUtf8()), ran.error.constData());
        QCOMPARE(ran.error.trimmed().count('\n'), 0);
        QVERIFY(ran.out.isEmpty());
    }

    void aSmallBookWithoutHistorySaysWhatItDoesNotKnow() {
        const QString book = write(
            "book.csv", QByteArray(kHeader) + "SPY,2026-09-18,500,put,-2,8,bull put\nSPY,2026-09-18,490,put,2,4.4,bull put\nQQQ,,,stock,10,400,\n");
        const Ran ran = run({"--positions", book, "--chain", chain(), "--json"});
        QCOMPARE(ran.code, 0);
        const auto json = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(json["coverage"]["priced"].toInt(), 2);
        QCOMPARE(json["coverage"]["total"].toInt(), 3);
        QCOMPARE(json["scenarios"]["cells"].toArray().size(), qsizetype{13 * 9 * 4});
        QCOMPARE(json["margin"]["requirement"].toString(), QString("2000.00"));
        QCOMPARE(json["margin"]["deposit"].toString(), QString("1280.00")); // width 10 less 3.60 of mids, twice
        for (const auto& v : json["var"].toArray()) {
            QVERIFY(!v.toObject()["available"].toBool());
            QCOMPARE(v.toObject()["cause"].toString(), QString("no daily bars of SPY"));
        }
        QVERIFY(json["breaker_map"]["vix_unknown"].toBool());
        QVERIFY(json["greeks"]["book"]["beta_weighted_shares"].isDouble()); // SPY against itself
        const Ran text = run({"--positions", book, "--chain", chain()});
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("2 of 3 priced") && text.out.contains("N/A, no daily bars of SPY") && !text.out.contains("nan") &&
                !text.out.contains("inf "));
    }

    void aStrikeNobodyListsIsSaidToBePricedByTheModel() {
        const QByteArray said = "not quoted: model price from the surface";
        const QString book = write("between.csv", QByteArray(kHeader) + "SPY,2026-09-18,500,put,-1,8,x\nSPY,2026-09-18,507,put,1,7,x\n");
        const QString trade = write("trade507.csv", QByteArray(kHeader) + "SPY,2026-09-18,503,put,-1,9,y\n");
        const QString quotes = smileChain();
        const Ran text = run({"--positions", book, "--chain", quotes, "--propose", trade});
        QVERIFY2(text.code == 0, text.error.constData());
        QVERIFY(text.out.contains("SPY260918P00507000: " + said) && text.out.contains("SPY260918P00503000: " + said));
        QVERIFY(!text.out.contains("SPY260918P00500000: " + said)); // which is quoted
        const auto json = QJsonDocument::fromJson(run({"--positions", book, "--chain", quotes, "--propose", trade, "--json"}).out).object();
        QCOMPARE(json["coverage"]["priced"].toInt(), 2);
        QCOMPARE(json["coverage"]["modelled"].toArray(), QJsonArray{QString("SPY260918P00507000: " + said)});
        QCOMPARE(json["with_trade"]["coverage"]["modelled"].toArray().size(), qsizetype{2});
    }

    void aStrikeNobodyListsIsRefusedWithoutASurface() {
        const QString book = write("far.csv", QByteArray(kHeader) + "SPY,2026-09-18,500,put,-1,8,x\nSPY,2026-10-16,500,put,1,9,x\n");
        const Ran ran = run({"--positions", book, "--chain", chain(), "--json"});
        QCOMPARE(ran.code, 0);
        const auto coverage = QJsonDocument::fromJson(ran.out).object()["coverage"].toObject();
        QCOMPARE(coverage["excluded"].toArray(), QJsonArray{QString("SPY261016P00500000: not in the chain")});
        QVERIFY(coverage["modelled"].toArray().isEmpty());
    }

    void aRealBookHasEveryNumber() {
        const QString shared = QStringLiteral(MAHLER_SHARED_DIR "/market-data");
        const QString file = shared + "/options-eod/spx-2019/SPX_20190502.csv.gz";
        if (!QFile::exists(file)) QSKIP("no shared market data here");
        const QString book =
            write("spx.csv", QByteArray(kHeader) +
                                 "SPX,2019-05-31,2800,put,-3,20,ic\nSPX,2019-05-31,2750,put,3,13,ic\n"
                                 "SPX,2019-05-31,3000,call,-3,8,ic\nSPX,2019-05-31,3050,call,3,2,ic\nSPXW,2019-06-28,2900,put,1,50,hedge\n");
        const QString trade = write("trade.csv", QByteArray(kHeader) + "SPX,2019-05-31,2850,put,-5,28,new\nSPX,2019-05-31,2800,put,5,20,new\n");
        const Ran ran = run({"--positions", book, "--chain", file, "--history", shared, "--propose", trade, "--equity", "250000", "--json"});
        QVERIFY2(ran.code == 0, ran.error.constData());
        const auto json = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(json["coverage"]["priced"].toInt(), 5);
        QVERIFY(json["var"].toArray().size() == 2);
        for (const auto& v : json["var"].toArray()) {
            const auto var = v.toObject();
            QVERIFY2(var["available"].toBool(), qPrintable(var["cause"].toString()));
            QCOMPARE(var["levels"].toArray().size(), qsizetype{3});
            double last = 0;
            for (int l = 0; l < 3; ++l) {
                const auto level = var["levels"].toArray()[l].toObject();
                QVERIFY(level["var_usd"].toDouble() >= last);
                QVERIFY(level["shortfall_usd"].toDouble() >= level["var_usd"].toDouble() - 1e-9);
                QVERIFY(level["exceptions"]["days"].toInt() == 250);
                last = level["var_usd"].toDouble();
                double sum = 0;
                for (const auto& row : var["components"]["legs"].toArray()) sum += row.toObject()["var_usd"].toArray()[l].toDouble();
                QVERIFY(std::abs(sum - last) < 1e-6 * last);
            }
            QVERIFY(var["proxy"]["passed"].toBool());
            QVERIFY(var["proxy"]["max_error_of_notional"].toDouble() <= 1e-5);
        }
        QVERIFY(!json["vix"].isNull());
        QVERIFY(json["greeks"]["betas"]["SPX"]["r2"].toDouble() > 0.9);
        QCOMPARE(json["named_shocks"].toArray().size(), qsizetype{5});
        QCOMPARE(json["with_trade"]["breaker_map"]["cells"].toArray().size(), qsizetype{468});
        QVERIFY(json["with_trade"]["changed_cells"].toInt() > 0);
        const QByteArray again =
            run({"--positions", book, "--chain", file, "--history", shared, "--propose", trade, "--equity", "250000", "--json"}).out;
        auto other = QJsonDocument::fromJson(again).object();
        QCOMPARE(other["scenarios"], json["scenarios"]);
        QCOMPARE(other["var"].toArray()[1].toObject()["levels"], json["var"].toArray()[1].toObject()["levels"]);
    }
};

QTEST_APPLESS_MAIN(RiskCliTest)
#include "tst_app_risk.moc"
