#include <cmath>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "base/random.h"
#include "pricing/price_table.h"

using namespace mahler;
using namespace mahler::pricing;

namespace {

const QByteArray kHeader = "id,style,type,spot,strike,t_years,rate,dividend_yield,vol,price\n";
const QByteArray kGood = "good,european,call,60,65,0.25,0.08,0,0.30,\n";

} // namespace

/// `mahler price`: one answer a row, whatever the others hold.
class PriceTableTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    Result<PricedTable> priced(const QByteArray& table, QList<QByteArray>& lines) {
        QFile in(path("in.csv"));
        if (!in.open(QIODevice::WriteOnly) || in.write(table) != table.size()) qFatal("cannot write");
        in.close();
        QFile::remove(path("out.csv"));
        const auto done = priceTable(path("in.csv").toStdString(), path("out.csv").toStdString());
        QFile out(path("out.csv"));
        lines = out.open(QIODevice::ReadOnly) ? out.readAll().trimmed().split('\n') : QList<QByteArray>();
        return done;
    }

private Q_SLOTS:
    void aMalformedRowIsEmptyAndSaysWhy_data() {
        QTest::addColumn<QByteArray>("row");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("a spot that is no number") << QByteArray("x,european,call,abc,100,1,0,0,0.2,")
                                                  << QByteArray("line 3, column spot: 'abc' is not a number");
        QTest::newRow("an empty strike") << QByteArray("x,european,call,100,,1,0,0,0.2,") << QByteArray("line 3, column strike: '' is not a number");
        QTest::newRow("a volatility that is nan") << QByteArray("x,european,call,100,100,1,0,0,nan,")
                                                  << QByteArray("line 3, column vol: 'nan' is not a number");
        QTest::newRow("an infinite rate") << QByteArray("x,american,put,100,100,1,inf,0,0.2,")
                                          << QByteArray("line 3, column rate: 'inf' is not a number");
        QTest::newRow("a number with a tail") << QByteArray("x,european,call,100,100,1y,0,0,0.2,")
                                              << QByteArray("line 3, column t_years: '1y' is not a number");
        QTest::newRow("a number beyond doubles") << QByteArray("x,european,call,1e999,100,1,0,0,0.2,")
                                                 << QByteArray("line 3, column spot: '1e999' is not a number");
        QTest::newRow("an unknown style") << QByteArray("x,bermudan,call,100,100,1,0,0,0.2,")
                                          << QByteArray("line 3, column style: 'bermudan' is not american or european");
        QTest::newRow("an unknown type") << QByteArray("x,european,straddle,100,100,1,0,0,0.2,")
                                         << QByteArray("line 3, column type: 'straddle' is not call or put");
        QTest::newRow("a negative price") << QByteArray("x,european,call,100,100,1,0,0,,-1") << QByteArray("line 3, column price: '-1' is negative");
        QTest::newRow("a negative volatility") << QByteArray("x,american,call,100,100,1,0,0,-0.2,")
                                               << QByteArray("line 3, column vol: '-0.2' is negative");
        QTest::newRow("a negative time") << QByteArray("x,european,call,100,100,-1,0,0,0.2,")
                                         << QByteArray("line 3, column t_years: '-1' is negative");
        QTest::newRow("neither volatility nor price")
            << QByteArray("x,european,call,100,100,1,0,0,,") << QByteArray("line 3: neither vol nor price is given");
        QTest::newRow("a spot of zero with a price") << QByteArray("x,american,call,0,100,1,0,0,,5") << QByteArray("line 3: inputs out of range");
        QTest::newRow("too few cells") << QByteArray("x,european,call,100") << QByteArray("\"line 3: 4 cells, the header has 10\"");
        QTest::newRow("too many cells") << QByteArray("x,european,call,100,100,1,0,0,0.2,,7")
                                        << QByteArray("\"line 3: 11 cells, the header has 10\"");
        QTest::newRow("control characters") << QByteArray("x,european,ca\x01\x02,100,100,1,0,0,0.2,")
                                            << QByteArray("line 3, column type: 'ca\?\?' is not call or put");
    }
    void aMalformedRowIsEmptyAndSaysWhy() {
        QFETCH(QByteArray, row);
        QFETCH(QByteArray, says);
        QList<QByteArray> lines;
        const auto done = priced(kHeader + kGood + row + '\n' + kGood, lines);
        QVERIFY2(done.has_value(), done ? "" : done.error().detail.c_str());
        QCOMPARE(done->rows, std::size_t{3});
        QCOMPARE(done->refused, std::size_t{1});
        QCOMPARE(lines.size(), 4);
        QByteArray reason = says;
        if (reason.contains(',') && !reason.startsWith('"')) reason = '"' + reason + '"';
        QCOMPARE(lines[2], "x,,,,,,,," + reason);
        QCOMPARE(QByteArray(done->firstRefusal.c_str()), QByteArray(says).replace("\"", ""));
        QVERIFY(lines[1].startsWith("good,2.13"));
        QCOMPARE(lines[3], lines[1]);
    }

    void aPriceWithoutAVolatilityIsAnAnswer() {
        QList<QByteArray> lines;
        const auto done = priced(kHeader + "low,european,call,100,50,1,0,0,,10\nhigh,american,put,100,100,1,0,0,,500\n", lines);
        QVERIFY(done.has_value());
        QCOMPARE(done->refused, std::size_t{0});
        QCOMPARE(lines[1], QByteArray("low,,,,,,,,below_intrinsic"));
        QVERIFY(lines[2].startsWith("high,,,,,,,,above"));
    }

    void aFileThatIsNoTableIsRefusedWhole_data() {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("empty") << QByteArray() << QByteArray("is empty");
        QTest::newRow("another header") << QByteArray("a,b\n1,2\n") << QByteArray(":1: column 'id' is missing");
        QTest::newRow("an unclosed quote") << kHeader + kGood + "\"x,european,call,60,65,0.25,0.08,0,0.30,\n" << QByteArray(":3: ");
    }
    void aFileThatIsNoTableIsRefusedWhole() {
        QFETCH(QByteArray, table);
        QFETCH(QByteArray, says);
        QList<QByteArray> lines;
        const auto done = priced(table, lines);
        QVERIFY(!done.has_value());
        QVERIFY2(QByteArray(done.error().detail.c_str()).contains(says), done.error().detail.c_str());
        QVERIFY(lines.isEmpty());
    }

    void noNumberIsMinusZero() {
        QByteArray table = kHeader;
        for (const char* style : {"american", "european"})
            for (const char* type : {"put", "call"})
                for (const char* strike : {"50", "100", "200"})
                    for (const char* years : {"0", "1e-300", "1e-17", "1e-9", "0.01"})
                        table += QByteArray("x,") + style + ',' + type + ",100," + strike + ',' + years + ",0,0,0.2,\n";
        QList<QByteArray> lines;
        QVERIFY(priced(table, lines).has_value());
        QCOMPARE(lines.size(), 61);
        for (const QByteArray& line : lines)
            for (const QByteArray& cell : line.split(',')) QVERIFY2(cell != "-0", line.constData());
    }

    void aCappedGammaIsToldBesideItsNumbers() {
        QByteArray table = kHeader + kGood;
        for (const char* style : {"american", "european"}) table += QByteArray("x,") + style + ",call,100,100,1e-8,0,0,0.2,\n";
        QList<QByteArray> lines;
        const auto done = priced(table, lines);
        QVERIFY(done.has_value());
        QCOMPARE(done->refused, std::size_t{0}); // an answer, no refusal
        QVERIFY2(lines[1].split(',')[8].isEmpty(), lines[1].constData());
        for (int i = 2; i <= 3; ++i) {
            const auto cells = lines[i].split(',');
            QVERIFY2(cells[8] == "gamma capped by the tick" && cells[3].toDouble() > 0, lines[i].constData());
            QVERIFY(!cells[1].isEmpty() && !cells[4].isEmpty());
        }
    }

    void everyRowOfAMixedTableIsAnswered() {
        Random random(17);
        QByteArray table = kHeader;
        constexpr int kRows = 400;
        for (int i = 0; i < kRows; ++i)
            table += QByteArray::number(i) + (i % 2 ? ",american," : ",european,") + (i % 3 ? "call," : "put,") +
                     QByteArray::number(80 + 40 * random.uniform()) + ",100," + QByteArray::number(0.05 + random.uniform()) + ",0.04,0.01," +
                     QByteArray::number(0.15 + 0.3 * random.uniform()) + ",\n";
        QList<QByteArray> lines, back;
        QVERIFY(priced(table, lines).has_value());
        QCOMPARE(lines.size(), kRows + 1);
        QByteArray again = kHeader; // the prices give the volatilities back, in the same places
        const QList<QByteArray> rows = table.trimmed().split('\n');
        for (int i = 1; i <= kRows; ++i) {
            auto cells = rows[i].split(',');
            cells[8].clear();
            cells[9] = lines[i].split(',')[1];
            again += cells.join(',') + '\n';
        }
        QVERIFY(priced(again, back).has_value());
        for (int i = 1; i <= kRows; ++i) {
            const auto cells = back[i].split(',');
            QCOMPARE(cells[0], QByteArray::number(i - 1));
            if (cells[8].isEmpty())
                QVERIFY2(std::fabs(cells[7].toDouble() - rows[i].split(',')[8].toDouble()) < 1e-6, back[i].constData());
            else
                QVERIFY2(cells[8] == "exercise_region", back[i].constData());
        }
    }
};

QTEST_APPLESS_MAIN(PriceTableTest)
#include "tst_pricing_price_table.moc"
