#include <cmath>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <zlib.h>

#include "base/random.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

const std::string kData = MAHLER_SHARED_DIR "/market-data/";

bool shared() { return QFile::exists(QString::fromStdString(kData + "README.md")); }

const char* kHeader = "underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n";

Quote quoteOf(const OptionChain& chain, const char* occ) {
    const auto row = chain.find(*OptionContract::parse(occ));
    return row ? chain.quote(*row) : Quote{};
}

std::string price(const std::optional<Price>& p) { return p ? p->str() : "none"; }

} // namespace

#define NEED_SHARED                                                                                                                                  \
    if (!shared()) QSKIP("the shared market data is not here")

class TestMarketChainFiles : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string write(const char* name, const QByteArray& bytes) {
        QFile file(m_dir.filePath(name));
        QDir().mkpath(QFileInfo(file).path());
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a test file");
        return file.fileName().toStdString();
    }
    static QByteArray gzip(const QByteArray& bytes) {
        QByteArray out(bytes.size() + 4096, '\0');
        z_stream z{};
        deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
        z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        z.avail_in = static_cast<uInt>(bytes.size());
        z.next_out = reinterpret_cast<Bytef*>(out.data());
        z.avail_out = static_cast<uInt>(out.size());
        deflate(&z, Z_FINISH);
        out.truncate(static_cast<qsizetype>(z.total_out));
        deflateEnd(&z);
        return out;
    }
    static QByteArray goodRows(int n) {
        QByteArray rows;
        for (int i = 0; i < n; ++i) rows += "SPY,640.5,2026-08-19T14:58:00Z,2026-09-18," + QByteArray::number(500 + i) + ",call,1.10,1.20,5,10\n";
        return rows;
    }

private Q_SLOTS:
    void readsOwnDialectWithColumnsInAnyOrder() {
        const auto path = write("own.csv", "bid,ask,junk,strike,option_type,underlying_symbol,underlying_price,quote_time,expiration_date,"
                                           "volume,open_interest,bid_size,ask_size,last,implied_volatility,delta,style,root\n"
                                           "1.10,1.25,x,2900,put,SPX,2915.79,2019-05-02,2019-06-21,5,,3,4,1.2,0.1253,-0.44,european,SPXW\n"
                                           "0,0.05,x,2800,Call,^SPX,2915.79,2019-05-02,2019-06-21,,7,,,,,,,SPX\n");
        const auto read = readChainFile(path, {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(read->report.dialect, std::string("mahler"));
        QCOMPARE(read->chains.size(), std::size_t{1});
        const OptionChain& chain = *read->chains[0];
        QCOMPARE(chain.underlying, std::string("SPX"));
        QCOMPARE(price(chain.spot), std::string("2915.79"));
        QVERIFY(chain.time == *parseUtc("2019-05-02T19:45Z")); // a bare date is 15:45 New York
        const Quote put = quoteOf(chain, "SPXW190621P02900000");
        QCOMPARE(price(put.bid), std::string("1.10"));
        QCOMPARE(*put.bidSize, 3);
        QVERIFY(!put.openInterest);
        const auto row = *chain.find(*OptionContract::parse("SPXW190621P02900000"));
        QVERIFY(chain.has(row, kHasVendorIv) && std::abs(chain.vendorIv[row] - 0.1253F) < 1e-6F);
        const Quote call = quoteOf(chain, "SPX190621C02800000");
        QCOMPARE(price(call.bid), std::string("0.00")); // a bid of zero is a number
        QVERIFY(!call.volume && *call.openInterest == 7);
        QCOMPARE(read->report.oneSided, std::size_t{1});
    }
    void rowsWithoutARootGetTheWeeklyClassOffTheThirdFriday() {
        const auto path = write("noroot.csv", QByteArray(kHeader) + "SPX,2915.79,2019-05-02,2019-06-21,2900,put,1,2,,\n"
                                                                    "SPX,2915.79,2019-05-02,2019-06-28,2900,put,1,2,,\n");
        const auto read = readChainFile(path, {});
        QVERIFY(read.has_value());
        QCOMPARE(read->chains[0]->expiries[0].root, std::string("SPX"));
        QCOMPARE(read->chains[0]->expiries[1].root, std::string("SPXW"));
    }
    void quoteTimesWithoutZoneAreNewYork() {
        const auto path = write("zoneless.csv", QByteArray(kHeader) + "SPY,640,2026-01-20 15:30:00,2026-09-18,600,call,1,2,,\n"
                                                                      "SPY,640,2026-01-20T10:00:00-05:00,2026-09-18,600,call,1,2,,\n");
        const auto read = readChainFile(path, {});
        QVERIFY(read.has_value());
        QCOMPARE(read->chains.size(), std::size_t{2});
        QVERIFY(read->chains[0]->time == *parseUtc("2026-01-20T15:00Z"));
        QVERIFY(read->chains[1]->time == *parseUtc("2026-01-20T20:30Z"));
        ChainFileOptions options;
        options.lastSnapshotOnly = true;
        QVERIFY(readChainFile(path, options)->chains.front()->time == *parseUtc("2026-01-20T20:30Z"));
        options.asof = *parseUtc("2026-01-20T16:00Z");
        QVERIFY(readChainFile(path, options)->chains.front()->time == *parseUtc("2026-01-20T15:00Z"));
        options.asof = *parseUtc("2026-01-19T16:00Z");
        QCOMPARE(readChainFile(path, options).error().code, ErrorCode::NotFound);
    }
    void fewBadRowsAreNamedWithLineAndColumnAndSkipped() {
        const auto path =
            write("few.csv", QByteArray(kHeader) + goodRows(150) + "SPY,640.5,2026-08-19T14:58:00Z,2026-09-18,900,call,-1.10,1.20,5,10\n");
        const auto read = readChainFile(path, {});
        QVERIFY(read.has_value());
        QCOMPARE(read->report.rows, std::size_t{151});
        QCOMPARE(read->report.badRows, std::size_t{1});
        QCOMPARE(read->chains[0]->size(), std::size_t{150});
        QCOMPARE(read->report.notes.back(), path + ":152:7: bid '-1.10' is negative");
    }
    void badFilesGetOneClearError_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("says");
        const QByteArray good = QByteArray(kHeader) + goodRows(20);
        const QByteArray row = "SPY,640.5,2026-08-19T14:58:00Z,2026-09-18,";
        QTest::newRow("empty file") << QByteArray() << "e.csv"
                                    << "the file is empty";
        QTest::newRow("empty gzip") << gzip({}) << "e.csv.gz"
                                    << "the file is empty";
        QTest::newRow("header only") << QByteArray(kHeader) << "h.csv"
                                     << "no rows";
        QTest::newRow("wrong header") << QByteArray("a,b,c\n1,2,3\n") << "w.csv"
                                      << ":1: not an option chain header";
        QTest::newRow("one column of another dialect missing")
            << QByteArray("underlying,underlying_last,optionroot,type,expiration,quotedate,strike,bid\nx\n") << "o.csv"
            << "as cboe-eod it lacks ask";
        QTest::newRow("nothing alike") << QByteArray("Some prose, with a comma\n") << "prose.csv"
                                       << "as mahler it lacks underlying_symbol";
        QTest::newRow("one column missing") << QByteArray(kHeader).replace(",ask", ",offer") + goodRows(2) << "m.csv"
                                            << "lacks ask";
        QTest::newRow("column twice") << QByteArray(kHeader).replace("volume", "bid") + goodRows(2) << "t.csv"
                                      << "lacks volume";
        QTest::newRow("too many bad rows") << good + row + "x,call,1,2,3,4\n"
                                           << "b.csv"
                                           << ":22:5: strike 'x' is not a positive price";
        QTest::newRow("nan price") << good + row + "700,call,nan,2,3,4\n"
                                   << "n.csv"
                                   << ":22:7: bid 'nan' is not a number";
        QTest::newRow("infinite price") << good + row + "700,call,1,inf,3,4\n"
                                        << "i.csv"
                                        << ":22:8: ask 'inf' is not a number";
        QTest::newRow("negative strike") << good + row + "-5,call,1,2,3,4\n"
                                         << "s.csv"
                                         << ":22:5: strike '-5'";
        QTest::newRow("neither call nor put") << good + row + "5,straddle,1,2,3,4\n"
                                              << "c.csv"
                                              << ":22:6: option_type 'straddle'";
        QTest::newRow("impossible date") << good + "SPY,1,2026-08-19,2026-02-30,5,call,1,2,3,4\n"
                                         << "d.csv"
                                         << ":22:4: expiration_date";
        QTest::newRow("broken quote time") << good + "SPY,1,yesterday,2026-09-18,5,call,1,2,3,4\n"
                                           << "q.csv"
                                           << ":22:3: quote_time";
        QTest::newRow("negative spot") << good + "SPY,-1,2026-08-20,2026-09-18,5,call,1,2,3,4\n"
                                       << "sp.csv"
                                       << ":22:2: underlying_price";
        QTest::newRow("fractional volume") << good + row + "5,call,1,2,3.5,4\n"
                                           << "v.csv"
                                           << ":22:9: volume '3.5' is not a count";
        QTest::newRow("cut last row") << good + row + "5,ca"
                                      << "cut.csv"
                                      << ":22:";
        QTest::newRow("unclosed quote") << good + row + "5,\"call,1,2,3,4\n"
                                        << "uq.csv"
                                        << ":22:7: bid cannot be read: a quote is not closed";
        QTest::newRow("NUL bytes in the header") << QByteArray("\0\0\0\0\n", 5) << "nul.csv"
                                                 << ":1: holds NUL bytes";
        QTest::newRow("NUL bytes in a row") << good + QByteArray("SPY\0,1\n", 7) << "nulrow.csv"
                                            << ":22:7: bid cannot be read: the row holds NUL bytes";
        QTest::newRow("cut gzip") << gzip(good + goodRows(3000)).chopped(40) << "cut.csv.gz"
                                  << "cut or damaged";
        QByteArray damaged = gzip(good + goodRows(3000));
        damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
        QTest::newRow("damaged gzip") << damaged << "dam.csv.gz"
                                      << "cut or damaged";
        QTest::newRow("over-long line") << QByteArray(kHeader) + QByteArray(2 << 20, 'x') << "long.csv"
                                        << ":2: the line is longer";
        QTest::newRow("not a zip") << good << "z.zip"
                                   << "not a readable .zip";
        QTest::newRow("binary rubbish") << QByteArray("\x89PNG\r\n\x1a\n\x01\x02\x03,,,\n") << "p.csv"
                                        << ":1: not an option chain header";
        QTest::newRow("snapshot without a time")
            << QByteArray("root,expiration,type,strike,option,bid,ask\nSPY,2026-09-18,Call,600,SPY260918C00600000,1,2\n") << "renamed.csv"
            << "when the quotes were taken";
    }
    void badFilesGetOneClearError() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, name);
        QFETCH(QString, says);
        const auto path = write(("bad/" + name).toUtf8().constData(), bytes);
        const auto read = readChainFile(path, {});
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::BadInput);
        const QString detail = QString::fromStdString(read.error().detail);
        QVERIFY2(detail.startsWith(QString::fromStdString(path)), qPrintable(detail));
        QVERIFY2(detail.contains(says), qPrintable(detail));
        QVERIFY2(!detail.contains('\n') && detail.size() < 500, qPrintable(detail));
    }
    void randomDamageIsAnErrorOrACountAndNeverACrash() {
        const QByteArray own = QByteArray(kHeader) + goodRows(400);
        const QByteArray eod = "underlying,underlying_last, "
                               "exchange,optionroot,optionext,type,expiration,quotedate,strike,last,bid,ask,volume,openinterest,impliedvol,delta\n"
                               "SPXW,2695.79,W,SPXW180131C01200000,,call,01/31/2018,01/02/2018,1200,1395.46,1483.6,1503.2,0,6007,0.0908,1\n"
                               "SPXW,2695.79,W,SPXW180131P01200000,,put,01/31/2018,01/02/2018,1200,0,0,0.05,0,6007,0.9,-0.001\n";
        Random random(2019);
        int good = 0;
        for (int i = 0; i < 600; ++i) {
            QByteArray bytes = i % 2 == 0 ? own : eod;
            for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
                const auto at = static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(bytes.size())));
                switch (random.below(4)) {
                case 0: bytes[at] = static_cast<char>(random.below(256)); break;
                case 1: bytes.remove(at, static_cast<qsizetype>(random.below(40))); break;
                case 2: bytes.insert(at, bytes.mid(static_cast<qsizetype>(random.below(200)), 30)); break;
                case 3: bytes.truncate(at + 1); break;
                }
            }
            const auto read = readChainFile(write("damaged.csv", bytes), {});
            if (!read) {
                QVERIFY(!read.error().detail.empty() && read.error().detail.find('\n') == std::string::npos);
                continue;
            }
            ++good;
            for (const auto& chain : read->chains)
                for (std::size_t row = 0; row < chain->size(); ++row) {
                    const Quote quote = chain->quote(row);
                    QVERIFY(chain->strike[row] > 0 && (!quote.bid || quote.bid->micros() >= 0) && (!quote.ask || quote.ask->micros() > 0));
                    QVERIFY(chain->find(chain->contract(row)) == row);
                }
        }
        QVERIFY2(good > 20 && good < 580, qPrintable(QString::number(good)));
    }
    void directoriesAndMissingFilesAreNamed() {
        QVERIFY(QDir(m_dir.path()).mkpath("folder.csv"));
        const auto folder = readChainFile(m_dir.filePath("folder.csv").toStdString(), {});
        QVERIFY(!folder && folder.error().code == ErrorCode::BadInput);
        QVERIFY(QString::fromStdString(folder.error().detail).contains("is a directory"));
        QCOMPARE(readChainFile(m_dir.filePath("nothing.csv").toStdString(), {}).error().code, ErrorCode::NotFound);
    }
    void aHugeLineInAGzipIsGivenUpEarly() {
        // 64 MiB of one line, 64 KiB on the disk: the reader must not hold it.
        const auto path = write("bomb.csv.gz", gzip(QByteArray(kHeader) + QByteArray(64 << 20, '7')));
        const auto read = readChainFile(path, {});
        QVERIFY(!read && QString::fromStdString(read.error().detail).contains("longer than"));
    }
    void crossedAndRepeatedAndExpiredRowsAreCounted() {
        const auto path = write("odd.csv", QByteArray(kHeader) + "SPY,640,2026-08-19,2026-09-18,600,call,2,1,,\n"
                                                                 "SPY,640,2026-08-19,2026-09-18,600,call,3,4,,\n"
                                                                 "SPY,640,2026-08-19,2026-08-18,600,call,3,4,,\n"
                                                                 "SPY,640,2026-08-19,2026-09-18,600,put,3,0,,\n"
                                                                 "SPY,640,2026-08-19,2026-09-18,700,put,0,0,,\n");
        const auto read = readChainFile(path, {});
        QVERIFY(read.has_value());
        QCOMPARE(read->report.crossed, std::size_t{1});
        QCOMPARE(read->report.duplicates, std::size_t{1});
        QCOMPARE(read->report.stale, std::size_t{1});
        QCOMPARE(read->report.oneSided, std::size_t{1});
        QCOMPARE(read->chains[0]->size(), std::size_t{3});
        QVERIFY(quoteOf(*read->chains[0], "SPY260918C00600000").crossed());
        const Quote noAsk = quoteOf(*read->chains[0], "SPY260918P00600000");
        QVERIFY(noAsk.bid && !noAsk.ask);
        QVERIFY(!quoteOf(*read->chains[0], "SPY260918P00700000").bid);
    }
    void aWantedUnderlyingThatIsNotThereIsAnError() {
        ChainFileOptions options;
        options.underlying = "SPY";
        const auto path = write("spx.csv", QByteArray(kHeader) + "SPX,2915,2019-05-02,2019-06-28,2900,put,1,2,,\n");
        const auto read = readChainFile(path, options);
        QVERIFY(!read && read.error().code == ErrorCode::NotFound);
        QCOMPARE(read.error().detail, path + ": holds no options on SPY (found: SPX)");
    }
    void readsSpx2019WithBothRoots() {
        NEED_SHARED;
        ChainFileOptions options;
        options.underlying = "SPX";
        const auto read = readChainFile(kData + "options-eod/spx-2019/SPX_20190502.csv.gz", options);
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(read->report.dialect, std::string("cboe-eod"));
        QCOMPARE(read->report.rows, std::size_t{13362});
        QCOMPARE(read->report.badRows, std::size_t{0});
        QCOMPARE(read->report.crossed, std::size_t{0});
        QCOMPARE(read->chains.size(), std::size_t{1});
        const OptionChain& chain = *read->chains[0];
        QCOMPARE(chain.size() + read->report.stale, std::size_t{13362});
        QCOMPARE(price(chain.spot), std::string("2915.79"));
        QCOMPARE(chain.source, std::string("SPX_20190502.csv.gz"));
        QVERIFY(chain.time == *parseUtc("2019-05-02T19:45Z"));
        const Quote am = quoteOf(chain, "SPX190621P02900000"), pm = quoteOf(chain, "SPXW190621P02900000");
        QCOMPARE(price(am.bid) + price(am.ask) + price(am.last), std::string("45.5046.0044.47"));
        QCOMPARE(price(pm.bid) + price(pm.ask) + price(pm.last), std::string("46.1046.4045.45"));
        QCOMPARE(*am.openInterest, 44278);
        QCOMPARE(*pm.volume, 84);
        const auto row = *chain.find(*OptionContract::parse("SPX190621P02900000"));
        QVERIFY(std::abs(chain.vendorDelta[row] + 0.4403F) < 1e-6F);
        QCOMPARE(chain.slice(2019y / 6 / 21, "SPX")->settlement, Settlement::AmCash);
        QCOMPARE(chain.slice(2019y / 6 / 21, "SPXW")->settlement, Settlement::PmCash);
    }
    void oneRootOfAnIndexCanBeAskedFor() {
        NEED_SHARED;
        ChainFileOptions options;
        options.underlying = "SPXW";
        const auto read = readChainFile(kData + "options-eod/spx-2019/SPX_20190502.csv.gz", options);
        QVERIFY(read.has_value());
        for (const ExpirySlice& slice : read->chains[0]->expiries) QCOMPARE(slice.root, std::string("SPXW"));
        options.underlying = "SPY";
        QVERIFY(QString::fromStdString(readChainFile(kData + "options-eod/spx-2019/SPX_20190502.csv.gz", options).error().detail)
                    .endsWith("holds no options on SPY (found: SPX)"));
    }
    void amSettledSeriesAreGoneOnTheAfternoonTheyExpire() {
        NEED_SHARED;
        const auto read = readChainFile(kData + "options-eod/spx-2019/SPX_20190621.csv.gz", {});
        QVERIFY(read.has_value());
        QCOMPARE(read->report.stale, std::size_t{562});
        QVERIFY(!read->chains[0]->slice(2019y / 6 / 21, "SPX"));
        QVERIFY(read->chains[0]->slice(2019y / 6 / 21, "SPXW"));
    }
    void aHolidayRepeatIsNamed() {
        NEED_SHARED;
        const auto read = readChainFile(kData + "options-eod/spx-2019/SPX_20190527.csv.gz", {});
        QVERIFY(read.has_value());
        QCOMPARE(read->report.holidayRepeats, std::size_t{1});
        QVERIFY(QString::fromStdString(read->report.notes.front()).contains("2019-05-27"));
    }
    void readsSpxw2018DespiteMarkAndBlankInTheHeader() {
        NEED_SHARED;
        const auto read = readChainFile(kData + "options-eod/spxw-2018/SPXW_2018-01_02.csv.gz", {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(read->report.rows, std::size_t{10070});
        QCOMPARE(read->chains.size(), std::size_t{28});
        QCOMPARE(read->chains[0]->underlying, std::string("SPX"));
        QCOMPARE(price(read->chains[0]->spot), std::string("2695.79"));
        QCOMPARE(price(quoteOf(*read->chains[0], "SPXW180131C01200000").ask), std::string("1503.20"));
        QVERIFY(toNewYork(read->chains.back()->time).date == TradingDate(2018y / 2 / 9));
    }
    void readsVxx2016AndSpy2021() {
        NEED_SHARED;
        const auto vxx = readChainFile(kData + "options-eod/vxx-2016/VXX_2016-12.csv.gz", {});
        QVERIFY2(vxx.has_value(), vxx ? "" : vxx.error().detail.c_str());
        QCOMPARE(vxx->report.rows, std::size_t{19796});
        QCOMPARE(vxx->chains.size(), std::size_t{14});
        QCOMPARE(vxx->chains[0]->size(), std::size_t{1472});
        QVERIFY(vxx->chains[0]->find(*OptionContract::parse("VXX161216C00018000"))); // the file says Saturday the 17th
        QVERIFY(!vxx->chains[0]->slice(2016y / 12 / 17));
        const auto spy = readChainFile(kData + "options-eod/spy-2021-sample/SPY_2021_top20.csv.gz", {});
        QVERIFY2(spy.has_value(), spy ? "" : spy.error().detail.c_str());
        QCOMPARE(spy->report.rows, std::size_t{3340});
        QCOMPARE(price(quoteOf(*spy->chains[0], "SPY210129P00345000").bid), std::string("2.76"));
        qInfo("SPY 2021: %zu snapshots, %zu crossed quotes", spy->chains.size(), spy->report.crossed);
    }
    void yahooTakesTheLiveSpotAndTheTimeBesideTheFile() {
        NEED_SHARED;
        const auto read = readChainFile(kData + "options-eod/spy-qqq-iwm-2026-08/2026-08-18/SPY.csv.gz", {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(read->report.dialect, std::string("yahoo"));
        const OptionChain& chain = *read->chains[0];
        QVERIFY(chain.spot && std::abs(chain.spot->toDouble() - 771.69) < 0.001); // not 767.45, the prior close
        QVERIFY(chain.time == *parseUtc("2026-08-19T14:58:01.086830Z"));
        const Quote call = quoteOf(chain, "SPY260918C00750000");
        QCOMPARE(price(call.bid) + price(call.ask), std::string("27.6828.02"));
        QCOMPARE(*call.openInterest, 35137);
        const auto row = *chain.find(*OptionContract::parse("SPY260918C00750000"));
        QVERIFY(chain.has(row, kHasVendorIv) && !chain.has(row, kHasVendorDelta));
        for (const char* symbol : {"QQQ", "IWM"}) {
            const auto other = readChainFile(kData + "options-eod/spy-qqq-iwm-2026-08/2026-08-12/" + symbol + ".csv.gz", {});
            QVERIFY(other && other->chains[0]->underlying == symbol && other->chains[0]->spot);
        }
    }
    void yahooWithoutItsMetaFileHasNoSpot() {
        const auto path =
            write("yahoo/SPY.csv",
                  "contractSymbol,expiry,type,strike,lastPrice,bid,ask,volume,openInterest,impliedVolatility,inTheMoney,lastTradeDate,spot,session\n"
                  "SPY260918C00750000,2026-09-18,C,750.0,27.95,27.68,28.02,13.0,,0.500005,True,2026-08-19 14:38:34+00:00,767.45,2026-08-18\n"
                  "SPY260918P00750000,2026-09-18,P,750.0,4.83,,4.89,2982.0,31621.0,0.1464,False,2026-08-19 14:40:38+00:00,767.45,2026-08-18\n");
        auto read = readChainFile(path, {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QVERIFY(!read->chains[0]->spot);
        QVERIFY(read->chains[0]->time == *parseUtc("2026-08-19T14:40:38Z"));
        QVERIFY(QString::fromStdString(read->report.notes.front()).contains("meta.json is missing"));
        const OptionChain& chain = *read->chains[0];
        QVERIFY(!chain.has(*chain.find(*OptionContract::parse("SPY260918C00750000")), kHasVendorIv)); // a fill value
        QVERIFY(!quoteOf(chain, "SPY260918P00750000").bid);
        QVERIFY(!quoteOf(chain, "SPY260918C00750000").openInterest);

        write("yahoo/meta.json", R"({"utc":"2026-08-19T14:58:01Z","session":"2026-08-17","tickers":{"SPY":{"spot_live":771.5}}})");
        read = readChainFile(path, {});
        QVERIFY(read && !read->chains[0]->spot); // of another session
        write("yahoo/meta.json", R"({"utc":"2026-08-19T14:58:01Z","session":"2026-08-18","tickers":{"SPY":{"spot_live":771.5}}})");
        read = readChainFile(path, {});
        QVERIFY(read && price(read->chains[0]->spot) == "771.50");
        write("yahoo/meta.json", "{ not json");
        read = readChainFile(path, {});
        QVERIFY(read && !read->chains[0]->spot);
        QVERIFY(QFile::remove(m_dir.filePath("yahoo/meta.json")));
        ChainFileOptions options;
        options.asof = *parseUtc("2026-08-19T15:00Z");
        QVERIFY(readChainFile(path, options)->chains[0]->time == *options.asof);
    }
    void cboeSnapshotsAreFifteenMinutesOldAndHaveNoSpot() {
        NEED_SHARED;
        const auto read = readChainFile(kData + "options-intraday/cboe-snapshots-2026-08/NDX/NDX_chain_20260819_160247.csv.gz", {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QCOMPARE(read->report.dialect, std::string("cboe-snapshot"));
        QCOMPARE(read->report.rows, std::size_t{16664});
        const OptionChain& chain = *read->chains[0];
        QCOMPARE(chain.underlying, std::string("NDX"));
        QVERIFY(!chain.spot);
        QCOMPARE(chain.delayMinutes, 15);
        QVERIFY(chain.time == *parseUtc("2026-08-19T15:47:47Z"));
        const Quote ndx = quoteOf(chain, "NDX260918P24000000"), ndxp = quoteOf(chain, "NDXP260918P24000000");
        QCOMPARE(price(ndx.bid) + price(ndx.ask) + price(ndx.last), std::string("22.7026.1028.08"));
        QCOMPARE(price(ndxp.ask) + price(ndxp.last), std::string("30.70none"));
        QCOMPARE(*ndx.bidSize, 79);
        QCOMPARE(*ndx.openInterest, 210);
    }
    void cboeDownloadsOfAClosedMarketHoldTheClosingQuotes() {
        NEED_SHARED;
        const std::string folder = kData + "options-intraday/cboe-snapshots-2026-08/";
        const auto evening = readChainFile(folder + "AAPL/AAPL_chain_20260818_215044.csv.gz", {});
        QVERIFY(evening && evening->chains[0]->time == *parseUtc("2026-08-18T20:00Z"));
        const auto saturday = readChainFile(folder + "VIX/VIX_chain_20260808_124552.csv.gz", {});
        QVERIFY(saturday && saturday->chains[0]->time == *parseUtc("2026-08-07T20:15Z"));
        const auto night = readChainFile(folder + "VIX/VIX_chain_20260807_041533.csv.gz", {});
        QVERIFY(night && night->chains[0]->time == *parseUtc("2026-08-06T20:15Z"));
        QCOMPARE(night->chains[0]->underlying, std::string("VIX"));
    }
    void everyRowOfTheSpxQuarterIsRead() {
        NEED_SHARED;
        QDir folder(QString::fromStdString(kData + "options-eod/spx-2019"));
        const QStringList names = folder.entryList({"*.csv.gz"}, QDir::Files, QDir::Name);
        std::size_t rows = 0, bad = 0;
        for (const QString& name : names) {
            const auto read = readChainFile(folder.filePath(name).toStdString(), {});
            QVERIFY(read.has_value());
            rows += read->report.rows;
            bad += read->report.badRows;
        }
        QCOMPARE(names.size(), 37);
        QCOMPARE(rows, std::size_t{510756});
        QCOMPARE(bad, std::size_t{0});
    }
};

QTEST_APPLESS_MAIN(TestMarketChainFiles)
#include "tst_market_chain_files.moc"
