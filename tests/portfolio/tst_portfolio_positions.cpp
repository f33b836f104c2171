#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "flat_chain.h"
#include "portfolio/positions_file.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class PositionsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string write(const QByteArray& bytes) {
        QFile file(m_folder.filePath("book.csv"));
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
        file.write(bytes);
        return file.fileName().toStdString();
    }
    static constexpr const char* kHeader = "underlying,expiration_date,strike,option_type,quantity,average_price,strategy\n";

private Q_SLOTS:
    void rowsAreReadInAnyColumnOrder() {
        const auto file = readPositions(write("quantity,colour,option_type,strike,expiration_date,underlying,average_price\r\n"
                                              "-5,red,Put,445,2026-12-18,SPY,1.35\r\n"
                                              "100,,stock,,,BRK.B,512.25\r\n\r\n"
                                              "2,,call,5000,2026-12-18,SPXW,80\r\n"));
        QVERIFY2(file.has_value(), file ? "" : file.error().detail.c_str());
        QCOMPARE(file->holdings.size(), std::size_t{3});
        QCOMPARE(file->holdings[0].id(), std::string("SPY261218P00445000"));
        QCOMPARE(file->holdings[0].quantity, std::int64_t{-5});
        QCOMPARE(file->holdings[0].averagePrice.micros(), std::int64_t{1'350'000});
        QVERIFY(!file->holdings[1].contract && file->holdings[1].underlying == "BRK.B");
        QCOMPARE(file->holdings[2].underlying, std::string("SPX"));
        QCOMPARE(file->holdings[2].contract->root, std::string("SPXW"));
        QCOMPARE(file->lines[2], std::size_t{5});
    }

    void badRowsNameFileLineAndColumn_data() {
        QTest::addColumn<QByteArray>("row");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* text, const char* says) { QTest::newRow(name) << QByteArray(text) << QByteArray(says); };
        row("no symbol", ",2026-12-18,445,put,1,1,", "column underlying");
        row("a long symbol", "SPYSPYSPY,2026-12-18,445,put,1,1,", "column underlying");
        row("a symbol with a path", "../../x,2026-12-18,445,put,1,1,", "column underlying");
        row("no such day", "SPY,2026-02-30,445,put,1,1,", "column expiration_date");
        row("no strike", "SPY,2026-12-18,,put,1,1,", "column strike");
        row("a negative strike", "SPY,2026-12-18,-445,put,1,1,", "column strike");
        row("not a number", "SPY,2026-12-18,nan,put,1,1,", "column strike");
        row("an infinite strike", "SPY,2026-12-18,1e400,put,1,1,", "column strike");
        row("an unknown type", "SPY,2026-12-18,445,straddle,1,1,", "column option_type");
        row("quantity zero", "SPY,2026-12-18,445,put,0,1,", "column quantity");
        row("a broken quantity", "SPY,2026-12-18,445,put,1.5,1,", "column quantity");
        row("a huge quantity", "SPY,2026-12-18,445,put,99999999999999999999,1,", "column quantity");
        row("a negative price", "SPY,2026-12-18,445,put,1,-1,", "column average_price");
        row("stock with a strike", "SPY,,445,stock,1,1,", "column strike");
        row("cells missing", "SPY,2026-12-18,445", "3 cells, the header has 7");
        row("an open quote", "SPY,2026-12-18,\"445,put,1,1,", "book.csv:3:");
    }
    void badRowsNameFileLineAndColumn() {
        QFETCH(QByteArray, row);
        QFETCH(QByteArray, says);
        const auto file = readPositions(write(QByteArray(kHeader) + "SPY,2026-12-18,445,put,1,1,\n" + row + "\n"));
        QVERIFY(!file.has_value());
        QVERIFY2(file.error().detail.find(says.toStdString()) != std::string::npos, file.error().detail.c_str());
        QVERIFY(file.error().detail.find("book.csv:3") != std::string::npos);
        QVERIFY(file.error().detail.find('\n') == std::string::npos);
    }

    void filesThatAreNoneAreRefused() {
        QVERIFY(!readPositions(m_folder.filePath("none.csv").toStdString()));
        QVERIFY(!readPositions(m_folder.path().toStdString()));
        QVERIFY(!readPositions(write("")));
        QVERIFY(!readPositions(write(kHeader)));
        QVERIFY(readPositions(write("underlying,strike\nSPY,1\n")).error().detail.find("column expiration_date is missing") != std::string::npos);
        QVERIFY(readPositions(write("underlying,underlying\n")).error().detail.find("stands twice") != std::string::npos);
        QVERIFY(!readPositions(write(QByteArray(1 << 16, '\0'))));
        QVERIFY(!readPositions(write(QByteArray(kHeader) + QByteArray(3 << 20, 'x'))));
        QByteArray many = kHeader;
        for (int i = 0; i <= 10'000; ++i) many += "SPY,,,stock,1,1,\n";
        QVERIFY(readPositions(write(many)).error().detail.find("more than 10,000") != std::string::npos);
    }

    void rootsComeFromTheChain() {
        FlatChain weekly;
        weekly.root = "SPXW";
        const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{weekly.priced()};
        auto file = *readPositions(write(QByteArray(kHeader) + "SPX,2026-09-18,5000,put,1,1,\nSPX,2030-01-18,5000,put,1,1,\n"));
        QVERIFY(chooseRoots(file, chains).has_value());
        QCOMPARE(file.holdings[0].contract->root, std::string("SPXW"));
        QCOMPARE(file.holdings[1].contract->root, std::string("SPX"));
        FlatChain monthly;
        const std::vector<std::shared_ptr<const pricing::PricedChain>> both{weekly.priced(), monthly.priced()};
        file = *readPositions(write(QByteArray(kHeader) + "SPX,2026-09-18,5000,put,1,1,\n"));
        const auto chosen = chooseRoots(file, both);
        QVERIFY(!chosen.has_value() && chosen.error().detail.find("book.csv:2, column expiration_date: SPX and SPXW") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(PositionsTest)
#include "tst_portfolio_positions.moc"
