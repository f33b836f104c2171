#include <cmath>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "market/chain_files.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::market;
using namespace std::chrono_literals;

namespace {

const std::string kData = MAHLER_SHARED_DIR "/market-data";

bool anyContains(const std::vector<std::string>& notes, const char* text) {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& n) { return n.find(text) != std::string::npos; });
}

} // namespace

class TestMarketHistory : public QObject {
    Q_OBJECT

    static UtcTime evening(TradingDate day) { return fromNewYork(day, 18, 0); }
    static void write(const QString& path, const QByteArray& bytes) {
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a test file");
    }

private Q_SLOTS:
    void nothingAfterTheDayIsKept() {
        if (!QFile::exists(QString::fromStdString(kData + "/README.md"))) QSKIP("the shared market data is not here");
        std::vector<std::string> notes;
        const auto history = readHistory(kData, evening(2019y / 5 / 2), notes);
        QVERIFY2(history.has_value(), history ? "" : history.error().detail.c_str());
        QCOMPARE(history->bars.size(), std::size_t{6});
        for (const auto& [symbol, bars] : history->bars) QVERIFY(bars.back().date <= TradingDate(2019y / 5 / 2));
        QVERIFY(history->bars.at("SPY").front().date == TradingDate(1993y / 1 / 29));
        QCOMPARE(history->bars.at("SPX").back().close, 2945.83);
        QCOMPARE(history->vix.back().value, 14.42);
        QVERIFY(history->vix.back().date == TradingDate(2019y / 5 / 2));
        // 2.47 per cent bond-equivalent on that day
        QVERIFY(history->rate && std::abs(*history->rate - 2.0 * std::log(1.0 + 0.0247 / 2.0)) < 1e-12);
        QVERIFY(history->iv30.empty() && history->dividendYield.empty());
        // The next meetings within 120 days, and not the one after.
        QVERIFY(
            std::any_of(history->events.begin(), history->events.end(), [](const MarketEvent& e) { return e.date == TradingDate(2019y / 7 / 31); }));
        QVERIFY(history->events.back().date == TradingDate(2019y / 7 / 31));
        QCOMPARE(history->events.back().kind, EventKind::Fomc);
        QCOMPARE(notes.size(), std::size_t{1}); // of these six the bars of SPX alone end before
        QVERIFY(anyContains(notes, "The bars of SPX end on 2019-04-30, 1 session short of 2019-05-02"));
    }
    void anEmergencyMeetingIsNotKnownBeforehand() {
        if (!QFile::exists(QString::fromStdString(kData + "/README.md"))) QSKIP("the shared market data is not here");
        std::vector<std::string> notes;
        const auto knows = [](const History& h, TradingDate d) {
            return std::any_of(h.events.begin(), h.events.end(), [&](const MarketEvent& e) { return e.date == d; });
        };
        const auto before = readHistory(kData, evening(2020y / 3 / 10), notes);
        QVERIFY(before && !knows(*before, 2020y / 3 / 15) && knows(*before, 2020y / 3 / 3) && knows(*before, 2020y / 4 / 29));
        const auto after = readHistory(kData, evening(2020y / 3 / 16), notes);
        QVERIFY(after && knows(*after, 2020y / 3 / 15));
    }
    void aSessionIsNotKnownBeforeItsClose() {
        QTemporaryDir dir;
        const QByteArray days = "date,open,high,low,close\n2019-05-01,1,20,0.5,15\n2019-05-02,1,20,0.5,16\n2019-05-03,1,20,0.5,17\n";
        write(dir.filePath("SPY.csv"), days);
        write(dir.filePath("VIX.csv"), days);
        write(dir.filePath("volatility/VXN.csv"), days);
        write(dir.filePath("treasury-cmt.csv"), "date,DGS3MO\n2019-05-02,2\n2019-05-03,3\n");
        std::vector<std::string> notes;
        const auto at = [&](UtcTime t) { return *readHistory(dir.path().toStdString(), t, notes); };
        const TradingDate friday = 2019y / 5 / 3;
        for (const auto& [when, last] : {std::pair(fromNewYork(friday, 15, 45), 16.0), std::pair(fromNewYork(friday, 16, 0), 17.0),
                                         std::pair(fromNewYork(2019y / 5 / 5, 12, 0), 17.0)}) {
            const auto h = at(when);
            QCOMPARE(h.bars.at("SPY").back().close, last);
            QCOMPARE(h.vix.back().value, last);
            QCOMPARE(h.volatilityIndex.at("SPX").back().value, last);
            QCOMPARE(h.volatilityIndex.at("QQQ").back().value, last);
            QVERIFY(!h.volatilityIndex.contains("IWM") && !h.bars.contains("VXN"));
            QVERIFY(std::abs(*h.rate - 2 * std::log1p((last - 14) / 200)) < 1e-12);
            const auto vix = lastVix(h, friday);
            QVERIFY(vix && vix->value == last && vix->priorClose == last - 1);
        }
    }
    void dividendsAreReadByUnderlyingAndAYearAhead() {
        QTemporaryDir dir;
        write(dir.filePath("dividends.csv"), "symbol,ex_date,amount\nSPY,2026-09-18,1.85\nSPY,2026-06-18,1.76\nQQQ,2026-09-21,0.7\nSPY,2026-12-18,0\n"
                                             "SPY,soon,1.9\nSPY,2026-09-18,1.87\nSPY,2028-03-17,2.2\nSPY,2026-12-18,-1\n");
        std::vector<std::string> notes;
        const auto history = readHistory(dir.path().toStdString(), evening(2026y / 8 / 19), notes);
        QVERIFY(history.has_value());
        const std::vector<AnnouncedDividend> spy = {{2026y / 6 / 18, 1.76}, {2026y / 9 / 18, 1.87}}; // in order; the last row of a date counts
        QVERIFY(history->dividends.at("SPY") == spy);
        QCOMPARE(history->dividends.at("QQQ").size(), std::size_t(1));
        QVERIFY(std::any_of(notes.begin(), notes.end(), [](const std::string& n) { return n.ends_with("3 unreadable rows are left out."); }));
        const auto ex = [&](TradingDate day) {
            return std::any_of(history->events.begin(), history->events.end(),
                               [&](const MarketEvent& e) { return e.date == day && e.kind == EventKind::ExDividend && e.symbol == "SPY"; });
        };
        QVERIFY(ex(2026y / 9 / 18) && !ex(2028y / 3 / 17));
        write(dir.filePath("dividends.csv"), "symbol,day,amount\nSPY,2026-09-18,1.85\n");
        notes.clear();
        QVERIFY(readHistory(dir.path().toStdString(), evening(2026y / 8 / 19), notes)->dividends.empty());
        QVERIFY(anyContains(notes, "dividends need the columns"));
    }
    void anOldVixIsNotTheLastOne() {
        History h;
        QVERIFY(!lastVix(h, 2019y / 5 / 13));
        h.vix = {{2019y / 5 / 8, 19}, {2019y / 5 / 10, 17}}; // a Friday
        const auto vix = lastVix(h, 2019y / 5 / 13);
        QVERIFY(vix && vix->value == 17 && vix->date == TradingDate(2019y / 5 / 10));
        QVERIFY(!vix->priorClose); // of 9 May: the one before that is another day's
        QVERIFY(!lastVix(h, 2019y / 5 / 14));
    }
    void aSeriesIsFreshWithThePriorSessionAndNotOneLess() {
        QCOMPARE(sessionsMissing(2019y / 4 / 30, TradingDate(2019y / 5 / 1)), 0);
        QCOMPARE(sessionsMissing(2019y / 4 / 30, TradingDate(2019y / 5 / 2)), 1);
        QCOMPARE(sessionsMissing(2019y / 4 / 30, TradingDate(2019y / 5 / 7)), 4);
        QCOMPARE(sessionsMissing(2019y / 5 / 24, TradingDate(2019y / 5 / 28)), 0); // a weekend and Memorial Day between
        QCOMPARE(sessionsMissing(2019y / 5 / 7, fromNewYork(2019y / 5 / 7, 17, 0)), 0);
        QCOMPARE(sessionsMissing(2019y / 5 / 6, fromNewYork(2019y / 5 / 7, 17, 0)), 0); // the day's own close may be there or not
    }
    void whereSeriesEndTooEarlyIsNoted() {
        QTemporaryDir dir;
        write(dir.filePath("SPX.csv"), "date,open,high,low,close\n2019-04-29,1,20,0.5,15\n2019-04-30,1,20,0.5,16\n");
        std::vector<std::string> notes;
        QVERIFY(readHistory(dir.path().toStdString(), fromNewYork(2019y / 5 / 7, 15, 45), notes).has_value());
        QVERIFY(anyContains(notes, "The bars of SPX end on 2019-04-30, 4 sessions short of 2019-05-07"));
    }
    void aFolderWithMeetingsAloneCoversMeetingsAlone() {
        QTemporaryDir dir;
        write(dir.filePath("fomc-dates.csv"), "date\n2019-03-20\n2019-05-01\n2019-06-19\n");
        std::vector<std::string> notes;
        const auto at = [&](TradingDate day) { return *readHistory(dir.path().toStdString(), evening(day), notes); };
        const auto h = at(2019y / 5 / 8);
        QVERIFY(isCovered(h, EventKind::Fomc, "SPX", 2019y / 5 / 8, 2019y / 6 / 7));
        QVERIFY(!isCovered(h, EventKind::Fomc, "SPX", 2019y / 5 / 8, 2019y / 6 / 20)); // beyond the file's last date
        QVERIFY(!isCovered(h, EventKind::Fomc, "SPX", 2019y / 3 / 19, 2019y / 6 / 7));
        QVERIFY(!isCovered(h, EventKind::Cpi, "SPX", 2019y / 5 / 8, 2019y / 6 / 7));
        write(dir.filePath("fomc-dates.csv"), "date\n2019-05-01\n2019-12-11\n");
        QVERIFY(!isCovered(at(2019y / 5 / 8), EventKind::Fomc, "SPX", 2019y / 5 / 8, 2019y / 11 / 1)); // beyond what was announced
    }
    void anEventIsAheadUntilItsHour() {
        MarketEvent cpi{2026y / 11 / 10, EventKind::Cpi, "", "CPI", fromNewYork(2026y / 11 / 10, 8, 30)};
        QVERIFY(isAhead(cpi, fromNewYork(2026y / 11 / 10, 8, 29)));
        QVERIFY(!isAhead(cpi, fromNewYork(2026y / 11 / 10, 12, 0)));
        cpi.at.reset(); // no hour known: it may come all day
        QVERIFY(isAhead(cpi, fromNewYork(2026y / 11 / 10, 12, 0)) && !isAhead(cpi, fromNewYork(2026y / 11 / 11, 0, 1)));
        const MarketEvent ex{2026y / 11 / 10, EventKind::ExDividend, "SPY", ""};
        QVERIFY(isAhead(ex, fromNewYork(2026y / 11 / 9, 15, 0)) && !isAhead(ex, fromNewYork(2026y / 11 / 10, 10, 0)));
    }
    void oldRatesAndVolatilityAreNotTakenForTodays() {
        if (!QFile::exists(QString::fromStdString(kData + "/README.md"))) QSKIP("the shared market data is not here");
        std::vector<std::string> notes;
        const auto history = readHistory(kData, evening(2026y / 8 / 19), notes);
        QVERIFY(history && !history->rate);
        QVERIFY(anyContains(notes, "VIX ends on 2021-08-31"));
        QVERIFY(anyContains(notes, "the rate is unknown"));
    }
    void missingPartsAreNamedAndUnknown() {
        QTemporaryDir dir;
        std::vector<std::string> notes;
        auto history = readHistory(dir.path().toStdString(), evening(2019y / 5 / 2), notes);
        QVERIFY(history && history->bars.empty() && history->vix.empty() && !history->rate && history->events.empty());
        QVERIFY(anyContains(notes, "no daily bars") && anyContains(notes, "VIX.csv") && anyContains(notes, "treasury-cmt.csv") &&
                anyContains(notes, "fomc-dates.csv"));
    }
    void foldersOfEitherShapeAreFoundAndBadRowsCounted() {
        QTemporaryDir dir;
        write(dir.filePath("bars/SPY.csv"),
              "date,open,high,low,close\n2019-05-02,1,2,0.5,1.5\n2019-05-01,1,2,0.5,1.25\n2019-05-03,9,9,9,9\nbroken,1,1,1,1\n2019-04-30,5,4,5,5\n");
        write(dir.filePath("VIX.csv"), "date,open,high,low,close\n2019-05-01,1,20,10,14.8\n");
        write(dir.filePath("rates/treasury-cmt.csv"), "date,DGS1MO,DGS3MO\n2019-05-01,2.40,\n2019-05-02,,\n");
        write(dir.filePath("QQQ.csv"), "this,is,not,a,bar\n1,2,3,4,5\n");
        write(dir.filePath("EMPTY.csv"), "");
        std::vector<std::string> notes;
        const auto history = readHistory(dir.path().toStdString(), evening(2019y / 5 / 2), notes);
        QVERIFY(history.has_value());
        QCOMPARE(history->bars.size(), std::size_t{1});
        QCOMPARE(history->bars.at("SPY").size(), std::size_t{2});
        QCOMPARE(history->bars.at("SPY").back().close, 1.5);
        QCOMPARE(history->vix.size(), std::size_t{1});
        QVERIFY(history->rate && std::abs(*history->rate - 2.0 * std::log(1.012)) < 1e-12); // 1-month where 3-month is blank
        QVERIFY(anyContains(notes, "2 unreadable rows") && anyContains(notes, "QQQ.csv:1:") && anyContains(notes, "EMPTY.csv: the file is empty"));
    }
    void aMissingFolderOrAFileIsAnError() {
        QTemporaryDir dir;
        std::vector<std::string> notes;
        QCOMPARE(readHistory(dir.filePath("none").toStdString(), evening(2019y / 5 / 2), notes).error().code, ErrorCode::NotFound);
        write(dir.filePath("file"), "x");
        QCOMPARE(readHistory(dir.filePath("file").toStdString(), evening(2019y / 5 / 2), notes).error().code, ErrorCode::BadInput);
    }
    void everyEventKindHasAName() {
        for (const EventKind kind : {EventKind::Fomc, EventKind::Cpi, EventKind::Jobs, EventKind::Gdp, EventKind::Earnings, EventKind::ExDividend,
                                     EventKind::Expiry, EventKind::Holiday})
            QVERIFY(*toString(kind) != '\0');
    }
};

QTEST_APPLESS_MAIN(TestMarketHistory)
#include "tst_market_history.moc"
