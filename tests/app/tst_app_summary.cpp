#include <QTest>

#include "app/journal_summary.h"

using namespace mahler;

/// One line a record, as the journal screen lists it.
class AppSummaryTest : public QObject {
    Q_OBJECT

    static QString of(const char* type, const char* body, const char* correlation = "") {
        store::Record record;
        record.type = type;
        record.body = body;
        record.correlation = correlation;
        return QString::fromStdString(app::summaryOf(record));
    }

private Q_SLOTS:
    void moneyIsWrittenAsTheScreensWriteIt_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("expected");
        QTest::newRow("marks") << QByteArray("account.marked") << QByteArray(R"({"equity":100012340000,"at":1795449600000000000})")
                               << QStringLiteral("at 2026-11-23 11:00:00 ET, equity $100,012");
        QTest::newRow("an assignment") << QByteArray("assignment.noted")
                                       << QByteArray(R"({"id":"AS-7","kind":"assignment","underlying":"SPY","contract":"SPY 31-Dec-26 470 P",)"
                                                     R"("quantity":-2,"amount":-240000000})")
                                       << QStringLiteral("\u2212$240 in cash: assignment of \u22122 SPY 31-Dec-26 470 P");
        QTest::newRow("the day's base") << QByteArray("account.based")
                                        << QByteArray(
                                               R"({"account":{"name":"SIM-1","cash":99500000000,"day_start":100000000000,"week_start":98000000000,)"
                                               R"("high_water":101000000000,"day":"2026-11-23"}})")
                                        << QStringLiteral(
                                               "cash $99,500, equity at the day's start $100,000, at the week's start $98,000, highest $101,000");
        QTest::newRow("what is not known") << QByteArray("something.new") << QByteArray(R"({"count_of":3,"fees":1300000,"done":true,"none":null})")
                                           << QStringLiteral("count of 3, done yes, fees $1.30, none unknown");
    }
    void moneyIsWrittenAsTheScreensWriteIt() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(QString, expected);
        QCOMPARE(of(type, body), expected);
    }

    void theIdThatHasAColumnIsNotRepeated() {
        QCOMPARE(of("plan.started", R"({"plan":"PL-1","cause":"user:ann"})", "PL-1"), QStringLiteral("cause user:ann"));
    }

    void aLongOneIsCutBetweenCharacters() {
        const QByteArray body = "{\"text\":\"x" + QByteArray("\u2212").repeated(200) + "\"}";
        const QString text = of("note", body);
        QVERIFY(text.size() < 100 && text.startsWith(QLatin1Char('x')));
        QVERIFY(!text.contains(QChar(0xFFFD)));
    }
};

QTEST_APPLESS_MAIN(AppSummaryTest)
#include "tst_app_summary.moc"
