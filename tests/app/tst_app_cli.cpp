#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "app/config.h"
#include "app/data_folder.h"
#include "program.h"

using namespace mahler;
using namespace mahler::app::testing;

/// The command line as a user meets it: exit codes, one clear error line, JSON that holds what DESIGN names.
class CliTest : public QObject {
    Q_OBJECT

    static QString shared(const QString& path) { return QStringLiteral(MAHLER_SHARED_DIR) + QLatin1Char('/') + path; }
    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(bytes);
        return file.fileName();
    }
    QTemporaryDir m_folder;

private Q_SLOTS:
    void badInputGetsOneClearLineAndCodeTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const QString header =
            QStringLiteral("underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n");
        const QString row = QStringLiteral("SPY,500,2026-08-19,2026-09-18,%1,put,1.00,1.05,10,100\n");
        const auto cycle = [](const QString& file) { return QStringList{"cycle", "--chain", file, "--underlying", "SPY", "--json"}; };
        QTest::newRow("unknown command") << QStringList{"frobnicate"} << "frobnicate";
        QTest::newRow("unknown option") << QStringList{"cycle", "--chian", "x"} << "chian";
        QTest::newRow("missing chain option") << QStringList{"cycle", "--underlying", "SPY"} << "--chain";
        QTest::newRow("no such file") << cycle(m_folder.filePath("nothing.csv")) << "nothing.csv";
        QTest::newRow("a directory") << cycle(m_folder.path()) << "directory";
        QTest::newRow("an empty file") << cycle(write("empty.csv", {})) << "empty.csv";
        QTest::newRow("a wrong header") << cycle(write("header.csv", "a,b,c\n1,2,3\n")) << "header.csv";
        QTest::newRow("negative prices")
            << cycle(write("negative.csv", (header + QStringLiteral("SPY,500,2026-08-19,2026-09-18,450,put,-1.00,-0.5,10,100\n")).toUtf8()))
            << "negative.csv";
        QTest::newRow("a row cut short") << cycle(write("cut.csv", (header + row.arg(450) + QStringLiteral("SPY,500,2026-08")).toUtf8()))
                                         << "cut.csv";
        QTest::newRow("a cut gzip") << cycle(write("cut.csv.gz", QByteArray::fromHex("1f8b08000000000000034b4c4a4e494d03"))) << "cut.csv.gz";
        QTest::newRow("binary bytes") << cycle(write("bytes.csv", QByteArray(4096, '\0'))) << "bytes.csv";
        QTest::newRow("a line without end") << cycle(write("long.csv", header.toUtf8() + QByteArray(3 << 20, 'x'))) << "long.csv";
        // Two gigabytes without a line's end: a file with a hole, so that it costs no disk.
        QFile hole(m_folder.filePath("hole.csv"));
        if (!hole.open(QIODevice::WriteOnly) || hole.write(header.toUtf8()) < 0 || !hole.resize(2'200'000'000)) qFatal("cannot write");
        hole.close();
        QTest::newRow("a line of two gigabytes: cycle") << cycle(hole.fileName()) << "hole.csv";
        QTest::newRow("a line of two gigabytes: surface") << QStringList{"surface", "--chain", hole.fileName(), "--underlying", "SPY"} << "hole.csv";
        QTest::newRow("a line of two gigabytes: risk")
            << QStringList{"risk", "--positions", hole.fileName(), "--chain", hole.fileName()} << "hole.csv";
        QTest::newRow("a line of two gigabytes: price")
            << QStringList{"price", "--in", hole.fileName(), "--out", m_folder.filePath("o.csv")} << "hole.csv";
        QTest::newRow("a line of two gigabytes: journal") << QStringList{"journal", "verify", hole.fileName()} << "hole.csv";
        QTest::newRow("a fault nobody knows") << QStringList{"simulate", "--faults", "rain"} << "rain";
        QTest::newRow("no session at all") << QStringList{"simulate", "--sessions", "0"} << "sessions";
        QTest::newRow("lines and a document") << QStringList{"simulate", "--json", "--trace"} << "trace";
        QTest::newRow("verify-prices without a number") << QStringList{"verify-prices", "--count", "many"} << "count";
        QTest::newRow("price without input") << QStringList{"price", "--out", m_folder.filePath("o.csv")} << "--in";
        QTest::newRow("price with an unclosed quote")
            << QStringList{"price", "--in",
                           write("p.csv", "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\n\"1,european,call,100,100,1,0,0,0.2,\n"),
                           "--out", m_folder.filePath("o.csv")}
            << "p.csv:2";
        const QString table =
            write("table.csv", "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\nh,european,call,60,65,0.25,0.08,0,0.3,\n");
        QTest::newRow("price over its input") << QStringList{"price", "--in", table, "--out", m_folder.filePath("./table.csv")} << "another file";
        QTest::newRow("journal of nothing") << QStringList{"journal", "verify", m_folder.filePath("none.db")} << "none.db";
        QTest::newRow("journal that is a directory") << QStringList{"journal", "verify", m_folder.path()} << "not a file";
        QTest::newRow("journal that is a text") << QStringList{"journal", "verify",
                                                               write("text.db",
                                                                     QByteArray("not a journal at all, but long enough to be one\n").repeated(40))}
                                                << "not a Mahler journal";
        QTest::newRow("journal that is a few bytes") << QStringList{"journal", "verify", write("few.db", "x")} << "not a Mahler journal";
        QTest::newRow("unknown journal verb") << QStringList{"journal", "burn", "x"} << "burn";
        QTest::newRow("bad size") << QStringList{"screenshots", "--out", m_folder.filePath("s"), "--size", "big"} << "big";
        QTest::newRow("unknown scenario") << QStringList{"--scenario", "doom"} << "doom";
        QTest::newRow("speed out of range") << QStringList{"--speed", "1e9"} << "--speed";
        QTest::newRow("a holiday") << QStringList{"--date", "2026-12-25"} << "trading day";
        QTest::newRow("an underlying without a name")
            << QStringList{"cycle", "--chain", m_folder.filePath("empty.csv"), "--underlying", ""} << "--underlying is empty";
        QTest::newRow("live without a broker") << QStringList{"--market", "live"} << "live";
        // The workstation on a recording: it must not open on a market that never comes.
        const auto play = [&](const QString& file) { return QStringList{"--market", "replay:" + file, "--data-dir", m_folder.filePath("played")}; };
        QTest::newRow("play nothing") << play(m_folder.filePath("nothing.csv")) << "nothing.csv";
        QTest::newRow("play an empty file") << play(m_folder.filePath("empty.csv")) << "empty.csv: the file is empty";
        QTest::newRow("play a wrong header") << play(m_folder.filePath("header.csv")) << "header.csv:1:";
        QTest::newRow("play negative prices") << play(m_folder.filePath("negative.csv")) << "negative.csv";
        QTest::newRow("play a row cut short") << play(m_folder.filePath("cut.csv")) << "cut.csv:3: the file is cut";
        QTest::newRow("play a cut gzip") << play(m_folder.filePath("cut.csv.gz")) << "cut.csv.gz:1: the file is cut or damaged";
        QTest::newRow("play binary bytes") << play(m_folder.filePath("bytes.csv")) << "bytes.csv";
        QTest::newRow("play a line of two gigabytes") << play(hole.fileName()) << "hole.csv:2: the line is longer";
        QDir(m_folder.path()).mkpath("chainless");
        write("chainless/notes.csv", "a,b\n1,2\n");
        QTest::newRow("play a folder without chains") << play(m_folder.filePath("chainless")) << "chainless: holds no option chain";
        QDir(m_folder.path()).mkpath("damaged/2026-08-18");
        if (QFile whole(shared(QStringLiteral("market-data/options-eod/spy-qqq-iwm-2026-08/2026-08-18/SPY.csv.gz")));
            whole.open(QIODevice::ReadOnly)) {
            // Its head is sound and tells all of its time, so that only reading it whole finds the damage.
            const QByteArray bytes = whole.readAll();
            const QString cut = write("damaged/2026-08-18/SPY.csv.gz", bytes.first(bytes.size() / 2));
            QTest::newRow("play a real chain cut in the middle") << play(cut) << "SPY.csv.gz:";
            QTest::newRow("play a folder of nothing sound") << play(m_folder.filePath("damaged")) << "holds no option chain that can be played";
        }
        QTest::newRow("an export of many documents") << QStringList{"journal", "export", m_folder.filePath("none.db"), "--json"} << "--out FILE";
        QTest::newRow("data folder that is a file") << QStringList{"--data-dir", write("file", "x")} << "folder";
        QTest::newRow("data folder that cannot be made") << QStringList{"--data-dir", "/proc/nothing/here"} << "/proc/nothing/here";
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

    void helpAndVersionExitZero() {
        QCOMPARE(run({"--help"}).code, 0);
        QVERIFY(run({"--version"}).out.startsWith("mahler "));
    }

    void priceGivesBookValues() {
        // E.G. Haug, Option Pricing Formulas (1998), page 3: call, S 60, X 65, T 0.25, r 8 %, q 0, sigma 30 %: 2.1334.
        const QString in = write("haug.csv", "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\nh,european,call,60,65,0.25,0.08,0,0."
                                             "30,\ni,european,call,60,65,0.25,0.08,0,,2.1334\n");
        const QString out = m_folder.filePath("haug-out.csv");
        QCOMPARE(run({"price", "--in", in, "--out", out}).code, 0);
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0], QByteArray("id,price,delta,gamma,theta,vega,rho,iv,error"));
        QVERIFY(std::abs(lines[1].split(',')[1].toDouble() - 2.1334) < 1e-4);
        QVERIFY(std::abs(lines[2].split(',')[7].toDouble() - 0.30) < 1e-4);
    }

    void priceGoesOnPastAMalformedRowAndSaysSo() {
        const QString in = write("bad.csv", "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\nb,european,call,abc,65,0.25,0.08,0,0."
                                            "30,\nh,european,call,60,65,0.25,0.08,0,0.30,\n");
        const QString out = m_folder.filePath("bad-out.csv");
        const Ran ran = run({"price", "--in", in, "--out", out});
        QCOMPARE(ran.code, 1);
        QVERIFY2(ran.error.contains("1 of 2 rows") && ran.error.contains("line 2, column spot"), ran.error.constData());
        QCOMPARE(ran.error.trimmed().count('\n'), 0);
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = file.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[1].startsWith("b,,,,,,,,"));
        QVERIFY(lines[2].startsWith("h,2.13"));
    }

    void aCycleOnRealChainsBacksEveryNumber_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("symbol");
        for (const auto* day : {"12", "13", "14", "18"})
            for (const auto* symbol : {"SPY", "QQQ", "IWM"})
                QTest::addRow("%s 2026-08-%s", symbol, day)
                    << QStringLiteral("market-data/options-eod/spy-qqq-iwm-2026-08/2026-08-%1/%2.csv.gz").arg(day, symbol) << QString(symbol);
        QTest::newRow("SPX 2019-05-02") << "market-data/options-eod/spx-2019/SPX_20190502.csv.gz"
                                        << "SPX";
        QTest::newRow("SPX 2019-06-20") << "market-data/options-eod/spx-2019/SPX_20190620.csv.gz"
                                        << "SPX";
    }
    void aCycleOnRealChainsBacksEveryNumber() {
        QFETCH(QString, file);
        QFETCH(QString, symbol);
        if (!QFile::exists(shared(file))) QSKIP("the shared market data are not beside the project");
        const Ran ran = run({"cycle", "--chain", shared(file), "--underlying", symbol, "--json"});
        QVERIFY2(ran.code == 0, ran.error.constData());
        const auto json = QJsonDocument::fromJson(ran.out).object();
        for (const auto* key : {"underlying", "asof", "reasoner", "facts", "analysts", "debate", "candidates", "risk", "sizing", "gate", "decision",
                                "claims", "timings_ms"})
            QVERIFY2(json.contains(QLatin1String(key)), key);
        QCOMPARE(json["analysts"].toArray().size(), 4);
        QVERIFY(!json["debate"].toObject()["rounds"].toArray().isEmpty());
        const auto claims = json["claims"].toObject();
        QVERIFY(claims["total"].toInt() > 15);
        QCOMPARE(claims["struck"].toInt(), 0);
        QCOMPARE(claims["verified"].toInt() + claims["derived"].toInt(), claims["total"].toInt());
        QVERIFY(json["timings_ms"].toObject()["total"].toDouble() < 2000);
        const auto action = json["decision"].toObject()["action"].toString();
        QVERIFY(QStringList({"enter", "skip", "reduce_size", "no_decision"}).contains(action));
    }

    void unknownHistoryIsSaidAndNeverZero() {
        const QString file = shared(QStringLiteral("market-data/options-eod/spy-qqq-iwm-2026-08/2026-08-18/SPY.csv.gz"));
        if (!QFile::exists(file)) QSKIP("the shared market data are not beside the project");
        const auto json = QJsonDocument::fromJson(run({"cycle", "--chain", file, "--underlying", "SPY", "--json"}).out).object();
        for (const auto* fact : {"iv.percentile", "iv.rank", "rsi", "vix"}) QVERIFY2(!json["facts"].toObject().contains(QLatin1String(fact)), fact);
        const auto analysts = json["analysts"].toArray();
        QVERIFY(analysts[1].toObject()["text"].toString().contains(QLatin1String("unknown")));
    }

    void anOldVixAndTodaysCloseAreNotKnown() {
        QDir().mkpath(m_folder.filePath(QStringLiteral("past")));
        QByteArray vix = "date,open,high,low,close\n";
        for (QDate day(2026, 1, 2); day <= QDate(2026, 8, 19); day = day.addDays(1))
            if (day.dayOfWeek() < 6)
                vix += day.toString(Qt::ISODate).toLatin1() + ",1,99,1," + QByteArray::number(15 + 0.01 * day.dayOfYear(), 'f', 2) + "\n";
        write(QStringLiteral("past/VIX.csv"), vix);
        const auto facts = [&](const char* day) {
            const QString row = QStringLiteral("SPY,500,%1,2026-09-18,%2,put,1.00,1.05,10,100\n");
            const QString file = write(
                QStringLiteral("morning.csv"),
                (QStringLiteral("underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n") +
                 row.arg(QLatin1String(day), QStringLiteral("490")) + row.arg(QLatin1String(day), QStringLiteral("485")))
                    .toUtf8());
            const Ran ran = run({"cycle", "--chain", file, "--underlying", "SPY", "--history", m_folder.filePath(QStringLiteral("past")), "--json"});
            return QJsonDocument::fromJson(ran.out).object()["facts"].toObject();
        };
        const auto fresh = facts("2026-08-19");                       // a bare date is 15:45: that day's close is not known yet
        QCOMPARE(fresh["vix"].toObject()["value"].toDouble(), 17.30); // of 18 August, day 230
        QVERIFY(fresh["vix"].toObject()["time"].toString().startsWith(QLatin1String("2026-08-18T20:00")));
        QVERIFY(fresh.contains(QLatin1String("iv.percentile")) &&
                fresh["iv.percentile"].toObject()["source"].toString().contains(QLatin1String("2026-08-18")));
        const auto old = facts("2026-09-01");
        QVERIFY(!old.isEmpty() && !old.contains(QLatin1String("vix")) && !old.contains(QLatin1String("iv.percentile")));
    }

    void everyScreenIsDrawnFilledAndNothingIsClipped_data() {
        QTest::addColumn<QString>("size");
        QTest::addColumn<QString>("theme");
        for (const auto* size : {"1366x768", "1920x1080"})
            for (const auto* theme : {"dark", "light"}) QTest::addRow("%s %s", size, theme) << size << theme;
    }
    void everyScreenIsDrawnFilledAndNothingIsClipped() {
        QFETCH(QString, size);
        QFETCH(QString, theme);
        const QString out = m_folder.filePath(QStringLiteral("shots-") + size + theme);
        const Ran ran = run({"screenshots", "--out", out, "--size", size, "--theme", theme, "--json"}, 400000);
        QVERIFY2(ran.code == 0, ran.error.constData()); // 1: a text does not fit, named on stderr
        QVERIFY2(!ran.error.contains("note:"), ran.error.constData());
        QCOMPARE(QDir(out).entryList({QStringLiteral("*.png")}).size(), 20);
        const auto json = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(json.value("pictures").toArray().size(), 20);
        QVERIFY(json.value("does_not_fit").isArray() && json.value("filled").toBool());
    }

    void everySubcommandPrintsOneDocumentWithJson() {
        const auto document = [](const Ran& ran) { return QJsonDocument::fromJson(ran.out).object(); };
        const QString in =
            write("one.csv", "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\nh,european,call,60,65,0.25,0.08,0,0.3,\n"
                             "b,european,call,abc,65,0.25,0.08,0,0.3,\n");
        const auto priced = document(run({"price", "--in", in, "--out", m_folder.filePath("one-out.csv"), "--json"}));
        QCOMPARE(priced.value("rows").toInt(), 2);
        QCOMPARE(priced.value("refused").toInt(), 1);
        QVERIFY(priced.value("first_refusal").toString().contains(QLatin1String("line 3")));
        const auto verified = document(run({"verify-prices", "--count", "3", "--json"}));
        QCOMPARE(verified.value("contracts").toInt(), 3);
        QVERIFY(verified.value("findings").isArray() && verified.contains(QLatin1String("worst_share")));
    }

    void doctorSaysWhatMendsAFolder() {
        QVERIFY(app::prepareDataDirectory(m_folder.filePath("real").toStdString()).has_value());
        QVERIFY(QFile::link(m_folder.filePath("real"), m_folder.filePath("link")));
        const Ran link = run({"doctor", "--data-dir", m_folder.filePath("link")});
        QCOMPARE(link.code, 1);
        QVERIFY2(link.out.contains(("--data-dir " + QFileInfo(m_folder.filePath("real")).canonicalFilePath()).toUtf8()), link.out.constData());
        const Ran file = run({"doctor", "--data-dir", write("afile", "x")});
        QCOMPARE(file.code, 1);
        QVERIFY2(file.out.contains("move the file away"), file.out.constData());
        QVERIFY(!link.out.contains("chmod") && !file.out.contains("chmod"));
        QVERIFY(QFile::link(m_folder.filePath("nowhere"), m_folder.filePath("dangling")));
        const Ran dangling = run({"doctor", "--data-dir", m_folder.filePath("dangling")});
        QCOMPARE(dangling.code, 1);
        QVERIFY2(dangling.out.contains("remove the link"), dangling.out.constData());
    }

    void doctorSaysWhatIsWrong() {
        QDir().mkpath(m_folder.filePath("wide"));
        QFile::setPermissions(m_folder.filePath("wide"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadOther);
        const Ran ran = run({"doctor", "--data-dir", m_folder.filePath("wide"), "--json"});
        QCOMPARE(ran.code, 1);
        QVERIFY(ran.out.contains("chmod 700"));
        QCOMPARE(run({"doctor", "--data-dir", m_folder.filePath("fresh")}).code, 0);
        QVERIFY(!QDir(m_folder.filePath("fresh")).exists());                  // looked at, not made
        const Ran never = run({"doctor", "--data-dir", "/proc/mahler/data"}); // nobody can make a folder there, root included
        QCOMPARE(never.code, 1);
        QVERIFY2(never.out.contains("cannot be made"), never.out.constData());
    }

    void looserLimitsAreRefusedAtLoadWithTheKeyNamed() {
        const QString data = m_folder.filePath("loose");
        QVERIFY(app::prepareDataDirectory(data.toStdString()).has_value());
        QFile config(data + "/config.json");
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("{ // tighten only\n \"limits\": {\"risk_per_trade\": 0.5}}");
        config.close();
        const auto limits = app::loadConfig(data.toStdString());
        QVERIFY(!limits.has_value());
        QVERIFY(limits.error().detail.find("risk_per_trade") != std::string::npos);
    }

    void faultSessionsAreToldAsOneDocument() {
        const Ran ran = run({"simulate", "--sessions", "2", "--seed", "3", "--steps", "60", "--json"});
        QCOMPARE(ran.code, 0);
        const auto json = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(json.value("sessions").toInt(), 2);
        QCOMPARE(json.value("violations").toArray().size(), 0);
        QVERIFY(json.value("faults").toObject().size() >= 60 && json.value("checks").toInt() > 100);
        QVERIFY(run({"simulate", "--list-faults"}).out.contains("quotes-freeze"));
        QVERIFY(run({"simulate", "--sessions", "1", "--seed", "3", "--steps", "30", "--trace"}).out.contains("desk.started"));
    }
};

QTEST_MAIN(CliTest)
#include "tst_app_cli.moc"
