#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "base/text_file.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

const std::string kData = MAHLER_SHARED_DIR "/market-data/";
const char* kHeader = "underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n";

bool shared() { return QFile::exists(QString::fromStdString(kData + "README.md")); }

bool anyContains(const std::vector<std::string>& notes, const char* text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& n) { return n.find(text) != std::string::npos; });
}

QByteArray row(const char* symbol, const char* spot, const char* time, const char* bid) {
    return QByteArray(symbol) + "," + spot + "," + time + ",2026-09-18,600,call," + bid + ",9,1,1\n";
}

} // namespace

class TestMarketRecordedFeed : public QObject {
    Q_OBJECT

    static std::string write(const QTemporaryDir& dir, const char* name, const QByteArray& bytes) {
        QFile file(dir.filePath(name));
        QDir().mkpath(QFileInfo(file).path());
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a test file");
        return file.fileName().toStdString();
    }

private Q_SLOTS:
    void stepsThroughTheSnapshotsOfMixedFilesInTimeOrder() {
        QTemporaryDir dir;
        write(dir, "b/spy.csv",
              QByteArray(kHeader) + row("SPY", "641", "2026-08-19T15:00:00Z", "2") + row("SPY", "640", "2026-08-19T14:00:00Z", "1"));
        write(dir, "a/qqq.csv", QByteArray(kHeader) + row("QQQ", "", "2026-08-19T14:30:00Z", "3"));
        write(dir, "notes.csv", "nothing,here\n1,2\n");
        write(dir, "readme.md", "ignored");
        auto opened = openRecordedFeed(dir.path().toStdString(), "");
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().detail.c_str());
        MarketFeed& feed = **opened;
        const FeedInfo info = feed.info();
        QCOMPARE(info.kind, FeedKind::Recorded);
        QCOMPARE(info.underlyings, (std::vector<std::string>{"QQQ", "SPY"}));
        QVERIFY(info.start == *parseUtc("2026-08-19T14:00Z") && info.end == *parseUtc("2026-08-19T15:00Z"));
        QVERIFY(anyContains(info.notes, "notes.csv:1:") && anyContains(info.notes, "1 file is not an option chain"));
        std::vector<std::string> times;
        for (auto t = feed.nextTime(UtcTime{}); t; t = feed.nextTime(*t)) times.push_back(formatUtc(*t));
        QCOMPARE(times, (std::vector<std::string>{"2026-08-19T14:00:00.000Z", "2026-08-19T14:30:00.000Z", "2026-08-19T15:00:00.000Z"}));

        const auto spyCall = *OptionContract::parse("SPY260918C00600000");
        const auto absent = *OptionContract::parse("SPY260918C00700000");
        const std::vector watched{spyCall, absent};
        QCOMPARE(feed.chain("QQQ").error().code, ErrorCode::NotFound);
        auto tick = feed.advance(*parseUtc("2026-08-19T14:31Z"), watched);
        QVERIFY(tick.has_value());
        QCOMPARE((*tick)->session, Session::Open);
        QCOMPARE((*tick)->underlyings.size(), std::size_t{2});
        QVERIFY(!(*tick)->underlyings[0].price()); // QQQ has no spot in its file
        QCOMPARE((*tick)->underlyings[1].price()->str(), std::string("640.00"));
        QVERIFY((*tick)->underlyings[1].quote.time == *parseUtc("2026-08-19T14:00Z")); // not the time of the step
        QCOMPARE((*tick)->watched.size(), std::size_t{1});
        QCOMPARE((*tick)->watched[0].quote.bid->str(), std::string("1.00"));
        QVERIFY(!(*tick)->vix);
        QVERIFY(feed.advance(*parseUtc("2026-08-19T14:00Z"), {}).error().code == ErrorCode::BadInput);
        tick = feed.advance(*parseUtc("2026-08-19T15:00Z"), watched);
        QCOMPARE((*tick)->watched[0].quote.bid->str(), std::string("2.00"));
        QCOMPARE((*feed.chain("SPY"))->spot->str(), std::string("641.00"));
        QCOMPARE(feed.chain("IWM").error().code, ErrorCode::NotFound);
        QVERIFY(!feed.nextTime(*parseUtc("2026-08-19T15:00Z")));
    }
    void theSameFeedGivesTheSameTicksTwice() {
        QTemporaryDir dir;
        write(dir, "spy.csv", QByteArray(kHeader) + row("SPY", "641", "2026-08-19T15:00:00Z", "2") + row("SPY", "640", "2026-08-19T14:00:00Z", "1"));
        const auto play = [&] {
            auto feed = std::move(*openRecordedFeed(dir.path().toStdString(), ""));
            std::string text;
            for (auto t = feed->nextTime({}); t; t = feed->nextTime(*t)) {
                const auto tick = *feed->advance(*t, {});
                text += formatUtc(tick->time) + tick->underlyings.front().price()->str();
            }
            return text;
        };
        QCOMPARE(play(), play());
    }
    void aFileThatCannotBePlayedIsRefusedAtOnce_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("says");
        const QByteArray header = kHeader, good = row("SPY", "640", "2026-08-19T14:00:00Z", "1");
        const QByteArray negative = "SPY,640,2026-08-19T14:00:00Z,2026-09-18,600,call,-2,-1,1,1\n";
        QTest::newRow("empty") << "spy.csv" << QByteArray() << "spy.csv: the file is empty";
        QTest::newRow("a header and no rows") << "spy.csv" << header << "spy.csv: holds a header and no rows";
        QTest::newRow("a wrong header") << "spy.csv" << QByteArray("a,b\n1,2\n") << "spy.csv:1:";
        QTest::newRow("cut in a row") << "spy.csv" << header + good.repeated(3) + "SPY,640,2026-08"
                                      << "spy.csv:5: the file is cut";
        QTest::newRow("negative prices") << "spy.csv" << header + negative.repeated(40) << "spy.csv:2:";
        QTest::newRow("negative prices after good rows") << "spy.csv" << header + good + negative.repeated(2000) << "spy.csv:3:";
        QTest::newRow("a line without end") << "spy.csv" << header + good + QByteArray(2 << 20, 'x') << "spy.csv:3: the line is longer";
        QTest::newRow("not a gzip any more") << "spy.csv.gz" << QByteArray::fromHex("1f8b08000000000000034b4c4a4e494d03") << "spy.csv.gz:1:";
    }
    void aFileThatCannotBePlayedIsRefusedAtOnce() {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, says);
        QTemporaryDir dir;
        const auto alone = openRecordedFeed(write(dir, qPrintable(name), bytes), "");
        QVERIFY(!alone.has_value());
        QCOMPARE(alone.error().code, ErrorCode::BadInput);
        QVERIFY2(QString::fromStdString(alone.error().detail).startsWith(dir.filePath(says)), alone.error().detail.c_str());
        const auto folder = openRecordedFeed(dir.path().toStdString(), "");
        QVERIFY(!folder.has_value());
        QVERIFY2(folder.error().detail.find(name.toStdString()) != std::string::npos, folder.error().detail.c_str());
    }
    /// Files of one moment, whose head alone tells their time.
    void aRealChainThatIsCutOrNegativeIsRefusedAtOnce_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("SPX 2019") << "options-eod/spx-2019/SPX_20190503.csv.gz";
        QTest::newRow("SPY 2026") << "options-eod/spy-qqq-iwm-2026-08/2026-08-18/SPY.csv.gz";
    }
    void aRealChainThatIsCutOrNegativeIsRefusedAtOnce() {
        if (!shared()) QSKIP("the shared market data is not here");
        QFETCH(QString, file);
        const QString source = QString::fromStdString(kData) + file;
        QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath("2026-08-18"));
        const QString name = "2026-08-18/" + QFileInfo(file).fileName();
        QFile whole(source);
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray packed = whole.readAll();
        const auto refused = [&](const QString& path, const char* says) {
            const auto opened = openRecordedFeed(path.toStdString(), "");
            QVERIFY(!opened.has_value());
            const QString detail = QString::fromStdString(opened.error().detail);
            QVERIFY2(detail.startsWith(path + ":") && detail.contains(QLatin1String(says)), qPrintable(detail));
        };
        refused(QString::fromStdString(write(dir, qPrintable(name), packed.chopped(packed.size() / 3))), "cut or damaged");
        auto reader = *LineReader::open(source.toStdString());
        QByteArray text;
        std::string_view line;
        while (*reader.next(line)) text += QByteArray(line.data(), static_cast<qsizetype>(line.size())) + '\n';
        refused(QString::fromStdString(write(dir, qPrintable(QString(name).chopped(3)), text.chopped(30))), "the file is cut");
        QVERIFY(!openRecordedFeed(dir.path().toStdString(), "").has_value()); // of many files, none can be played
    }
    void aFolderPlaysFromItsFirstSoundFileAndNamesTheOther() {
        QTemporaryDir dir;
        const QByteArray one = row("SPY", "640", "2026-08-19T14:00:00Z", "1");
        write(dir, "a.csv", QByteArray(kHeader) + one + "SPY,640");
        write(dir, "b.csv", QByteArray(kHeader) + row("SPY", "641", "2026-08-20T14:00:00Z", "2"));
        const auto feed = std::move(*openRecordedFeed(dir.path().toStdString(), ""));
        QVERIFY(feed->info().start == *parseUtc("2026-08-20T14:00Z"));
        QVERIFY(anyContains(feed->info().notes, "a.csv:3: the file is cut") && anyContains(feed->info().notes, "1 file could not be read"));
        QVERIFY(feed->advance(feed->info().start, {}).has_value());
        QCOMPARE((*feed->chain("SPY"))->spot->str(), std::string("641.00"));
    }
    void badSourcesAreRefused() {
        QTemporaryDir dir;
        QCOMPARE(openRecordedFeed(dir.filePath("none").toStdString(), "").error().code, ErrorCode::NotFound);
        QCOMPARE(openRecordedFeed(dir.path().toStdString(), "").error().code, ErrorCode::BadInput);
        const auto bad = write(dir, "bad.csv", "x,y\n1,2\n");
        QVERIFY(QString::fromStdString(openRecordedFeed(bad, "").error().detail).startsWith(QString::fromStdString(bad + ":1:")));
        const auto good = write(dir, "good.csv", QByteArray(kHeader) + row("SPY", "640", "2026-08-19T14:00:00Z", "1"));
        QCOMPARE(openRecordedFeed(good, dir.filePath("no-history").toStdString()).error().code, ErrorCode::NotFound);
    }
    void aFileThatGoesBadInTheMiddleIsSkippedAndCounted() {
        if (!shared()) QSKIP("the shared market data is not here");
        QTemporaryDir dir;
        const QString source = QString::fromStdString(kData + "options-eod/spx-2019/");
        QVERIFY(QFile::copy(source + "SPX_20190502.csv.gz", dir.filePath("SPX_20190502.csv.gz")));
        QFile whole(source + "SPX_20190503.csv.gz");
        QVERIFY(whole.open(QIODevice::ReadOnly));
        write(dir, "SPX_20190503.csv.gz", whole.readAll().chopped(100'000));
        auto feed = std::move(*openRecordedFeed(dir.path().toStdString(), ""));
        QCOMPARE((*feed->advance(*parseUtc("2019-05-02T19:45Z"), {}))->dataErrors, 0);
        const auto tick = *feed->advance(*parseUtc("2019-05-03T19:45Z"), {});
        QCOMPARE(tick->dataErrors, 1);
        QVERIFY((*feed->chain("SPX"))->time == *parseUtc("2019-05-02T19:45Z")); // the old one, with its old time
        QVERIFY(anyContains(feed->info().notes, "cut or damaged"));
    }
    void spxQuarterOpensFastAndSkipsTheHolidayRepeat() {
        if (!shared()) QSKIP("the shared market data is not here");
        QElapsedTimer timer;
        timer.start();
        auto opened = openRecordedFeed(kData + "options-eod/spx-2019", kData);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().detail.c_str());
        qInfo("SPX 2019 folder with history opened in %lld ms", static_cast<long long>(timer.elapsed()));
        MarketFeed& feed = **opened;
        QVERIFY(anyContains(feed.info().notes, "SPX_20190527.csv.gz is dated on 2019-05-27"));
        QVERIFY(feed.info().start == *parseUtc("2019-04-25T19:45Z") && feed.info().end == *parseUtc("2019-06-21T19:45Z"));
        int steps = 0;
        for (auto t = feed.nextTime({}); t; t = feed.nextTime(*t)) steps += isTradingDay(toNewYork(*t).date) ? 1 : 1000;
        QCOMPARE(steps, 36);

        const auto put = *OptionContract::parse("SPXW190621P02900000");
        auto tick = *feed.advance(*parseUtc("2019-05-02T19:45Z"), std::vector{put});
        QCOMPARE(tick->underlyings.at(0).symbol, std::string("SPX"));
        QCOMPARE(tick->underlyings[0].price()->str(), std::string("2915.79"));
        QVERIFY(!tick->underlyings[0].priorClose); // the index history ends on 30 April
        QCOMPARE(tick->watched.at(0).quote.ask->str(), std::string("46.40"));
        // At 15:45 the close of the day is not known: VIX is that of 1 May.
        QCOMPARE(*tick->vix, 14.8);
        QVERIFY(tick->vixTime == sessionClose(2019y / 5 / 1));
        QCOMPARE(*tick->vixPriorClose, 13.12);
        QVERIFY(feed.history()->bars.at("SPY").back().date == TradingDate(2019y / 5 / 1));
        tick = *feed.advance(*parseUtc("2019-05-02T20:00Z"), std::vector{put});
        QCOMPARE(*tick->vix, 14.42);
        QVERIFY(feed.history()->bars.at("SPY").back().date == TradingDate(2019y / 5 / 2));
        QVERIFY(tick->watched.at(0).quote.time == *parseUtc("2019-05-02T19:45Z"));
    }
    void priorCloseIsThatOfTheSessionBefore() {
        if (!shared()) QSKIP("the shared market data is not here");
        auto feed = std::move(*openRecordedFeed(kData + "options-eod/spx-2019", kData));
        const auto tick = *feed->advance(*parseUtc("2019-05-01T19:45Z"), {});
        QCOMPARE(tick->underlyings.at(0).priorClose->str(), std::string("2945.83"));
    }
    void cboeDownloadsWithTheSameClosingQuotesArePlayedOnce() {
        if (!shared()) QSKIP("the shared market data is not here");
        auto opened = openRecordedFeed(kData + "options-intraday/cboe-snapshots-2026-08/AAPL", kData);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().detail.c_str());
        MarketFeed& feed = **opened;
        QVERIFY(anyContains(feed.info().notes, "snapshots with the time of an earlier one are skipped"));
        int steps = 0;
        for (auto t = feed.nextTime({}); t; t = feed.nextTime(*t)) ++steps;
        QCOMPARE(steps, 20);
        QCOMPARE(feed.info().delayMinutes, (std::map<std::string, int>{{"AAPL", 15}}));
        const auto tick = *feed.advance(feed.info().start, {});
        QVERIFY(!tick->underlyings.at(0).price());
        QVERIFY(!tick->vix); // the history ends in 2021
    }
    void yahooFoldersAndLeanDaysPlay() {
        if (!shared()) QSKIP("the shared market data is not here");
        auto yahoo = std::move(*openRecordedFeed(kData + "options-eod/spy-qqq-iwm-2026-08", ""));
        QCOMPARE(yahoo->info().underlyings, (std::vector<std::string>{"IWM", "QQQ", "SPY"}));
        const auto tick = *yahoo->advance(yahoo->info().end, {});
        QCOMPARE(tick->underlyings.size(), std::size_t{3});
        QVERIFY(std::abs((*yahoo->chain("SPY"))->spot->toDouble() - 771.69) < 0.001);

        auto lean = std::move(*openRecordedFeed(kData + "options-minute/lean/option/usa/minute/spy", ""));
        QVERIFY(lean->info().start == *parseUtc("2023-08-03T13:31Z"));
        QVERIFY(lean->advance(lean->info().start, {}).has_value());
        QVERIFY(*lean->nextTime(lean->info().start) == *parseUtc("2023-08-03T13:32Z"));
        QCOMPARE((*lean->chain("SPY"))->size(), std::size_t{4});
    }
};

QTEST_APPLESS_MAIN(TestMarketRecordedFeed)
#include "tst_market_recorded_feed.moc"
