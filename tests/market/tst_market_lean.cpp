#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include "market/chain_files.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

const std::string kLean = MAHLER_SHARED_DIR "/market-data/options-minute/lean/";

std::string price(const std::optional<Price>& p) { return p ? p->str() : "none"; }

std::shared_ptr<const OptionChain> at(const ReadChains& read, const char* utc) {
    for (const auto& chain : read.chains)
        if (chain->time == *parseUtc(utc)) return chain;
    return nullptr;
}

} // namespace

class TestMarketLean : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFile::exists(QString::fromStdString(kLean + "market-hours/market-hours-database.json"))) QSKIP("the shared market data is not here");
    }
    void aDayOfMinutesCarriesQuotesForward() {
        QElapsedTimer timer;
        timer.start();
        const auto read = readChainFile(kLean + "option/usa/minute/goog/20151224_quote_american.zip", {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        qInfo("GOOG 2015-12-24: %zu rows, %zu snapshots in %lld ms", read->report.rows, read->chains.size(), static_cast<long long>(timer.elapsed()));
        QCOMPARE(read->report.dialect, std::string("lean-minute"));
        QCOMPARE(read->report.rows, std::size_t{275552});
        QCOMPARE(read->report.badRows, std::size_t{0});
        QCOMPARE(read->chains.size(), std::size_t{211});
        QVERIFY(read->chains.front()->time == *parseUtc("2015-12-24T14:31Z")); // the end of the first minute
        const auto chain = at(*read, "2015-12-24T15:01:00Z");
        QVERIFY(chain != nullptr);
        QCOMPARE(chain->size(), std::size_t{2192});
        QCOMPARE(chain->underlying, std::string("GOOG"));
        QCOMPARE(price(chain->spot), std::string("747.12")); // middle of 746.61 and 747.63
        const auto row = *chain->find(*OptionContract::parse("GOOG160115C00750000"));
        const Quote quote = chain->quote(row);
        QCOMPARE(price(quote.bid) + price(quote.ask) + price(quote.last), std::string("12.2012.9013.15"));
        QCOMPARE(*quote.bidSize, 44);
        QCOMPARE(*quote.askSize, 16);
        QCOMPARE(*quote.openInterest, 889);
        QCOMPARE(*quote.volume, 1);
        // The last minutes are after the 13:00 close of Christmas Eve: the contracts of the day have no quote any more.
        const auto& last = *read->chains.back();
        for (std::size_t i = last.expiries.front().begin; i < last.expiries.front().end; ++i) QVERIFY(!last.quote(i).bid && !last.quote(i).ask);
    }
    void onlyTheLastSnapshotCanBeAskedFor() {
        ChainFileOptions options;
        options.underlying = "GOOG";
        options.lastSnapshotOnly = true;
        options.asof = *parseUtc("2015-12-24T15:01:30Z");
        const auto read = readChainFile(kLean + "option/usa/minute/goog/20151224_quote_american.zip", options);
        QVERIFY(read && read->chains.size() == 1);
        QVERIFY(read->chains[0]->time == *parseUtc("2015-12-24T15:01Z"));
    }
    void indexMinutesAreChicagoTimeAndUnscaled() {
        ChainFileOptions options;
        options.underlying = "SPX";
        const auto read = readChainFile(kLean + "indexoption/usa/minute/spxw/20210104_quote_european.zip", options);
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        const auto chain = at(*read, "2021-01-04T15:01:00Z");
        QVERIFY(chain != nullptr);
        QCOMPARE(chain->underlying, std::string("SPX"));
        QCOMPARE(price(chain->spot), std::string("3749.96")); // the bar of 09:00 Chicago
        const Quote quote = chain->quote(*chain->find(*OptionContract::parse("SPXW210106C03700000")));
        QCOMPARE(price(quote.bid) + price(quote.ask), std::string("61.1062.10"));
        QVERIFY(quote.openInterest.has_value()); // from an archive named .zip.zip
        QCOMPARE(chain->expiries.front().style, ExerciseStyle::European);
        QCOMPARE(chain->expiries.front().settlement, Settlement::PmCash);
    }
    void otherArchivesOfTheTreeAreRefusedClearly() {
        const auto trades = readChainFile(kLean + "option/usa/minute/aapl/20140606_trade_american.zip", {});
        QVERIFY(!trades && QString::fromStdString(trades.error().detail).contains("holds trade minutes"));
        const auto futures = readChainFile(kLean + "futureoption/cme/minute/es/202003/20200106_quote_american.zip", {});
        QVERIFY(!futures && futures.error().code == ErrorCode::Unsupported);
        ChainFileOptions options;
        options.underlying = "SPY";
        const auto other = readChainFile(kLean + "option/usa/minute/twx/20140605_quote_american.zip", options);
        QVERIFY(!other && other.error().code == ErrorCode::NotFound);
        const auto none = readChainFile(kLean + "option/usa/minute/twx/20140606_quote_american.zip", {});
        QVERIFY(!none && none.error().code == ErrorCode::NotFound);
    }
    void everyQuoteArchiveOfTheTreeReads_data() {
        QTest::addColumn<QString>("path");
        for (const char* path : {"option/usa/minute/spy/20230803_quote_american.zip", "option/usa/minute/twx/20140605_quote_american.zip",
                                 "indexoption/usa/minute/spx/20210104_quote_european.zip", "indexoption/usa/minute/spxw/20210105_quote_european.zip",
                                 "indexoption/usa/minute/spxw/20230626_quote_european.zip"})
            QTest::newRow(path) << QString(path);
    }
    void everyQuoteArchiveOfTheTreeReads() {
        QFETCH(QString, path);
        const auto read = readChainFile(kLean + path.toStdString(), {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        QVERIFY(read->chains.size() > 300);
        for (std::size_t i = 1; i < read->chains.size(); ++i) QVERIFY(read->chains[i - 1]->time < read->chains[i]->time);
    }
};

QTEST_APPLESS_MAIN(TestMarketLean)
#include "tst_market_lean.moc"
