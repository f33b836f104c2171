#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "market/chain_files.h"
#include "runtime_bench.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;

namespace {

const std::string kData = MAHLER_SHARED_DIR "/market-data/";
const char* kHeader = "underlying_symbol,underlying_price,quote_time,expiration_date,strike,option_type,bid,ask,volume,open_interest\n";

void write(const QTemporaryDir& dir, const char* name, const QByteArray& bytes) {
    QFile file(dir.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write a test file");
}

bool told(const DeskView& view, const char* text) {
    return std::any_of(view.notices.begin(), view.notices.end(), [&](const auto& n) { return n.text.find(text) != std::string::npos; });
}

Bench::MakeFeed recorded(const std::string& path, const std::string& history) {
    return [path, history] { return market::openRecordedFeed(path, history); };
}

} // namespace

class RecordedDeskTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatTheFeedSkipsWhileItPlaysReachesTheJournal() {
        QTemporaryDir dir;
        QByteArray minutes = kHeader;
        for (int minute = 0; minute < 30; ++minute) {
            const auto time = QByteArray("2026-08-19T14:") + QByteArray::number(minute).rightJustified(2, '0') + ":00Z";
            minutes += "SPY,640," + time + ",2026-09-18,640,call,10.00,10.10,500,1000\n";
            minutes += "SPY,640," + time + ",2026-09-18,640,put,9.50,9.60,500,1000\n";
        }
        write(dir, "SPY_2026-08-19.csv", minutes);
        write(dir, "SPY_2026-08-20.csv",
              QByteArray(kHeader) + "SPY,641,2026-08-20,2026-09-18,640,call,oops,10.10,500,1000\n"); // opened when its day comes
        write(dir, "SPY_2026-08-21.csv", QByteArray(kHeader) + "SPY,641,2026-08-21,2026-09-18,640,call,10.00,10.10,500,1000\n");
        Bench b(recorded(dir.path().toStdString(), ""));
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return told(v, "1 file could not be read and is skipped") && told(v, "SPY_2026-08-20.csv"); }));
        QVERIFY(!b.runtime->gateOpen());                                 // no VIX: nothing may trade
        QVERIFY(b.until([](const DeskView& v) { return v.feedEnded; })); // and its end is known
        QVERIFY(b.view()->at.utc >= *parseUtc("2026-08-21T00:00Z"));
        b.stop();
        checkJournal(b);
        auto reader = store::JournalReader::open(b.journal());
        QVERIFY(reader.has_value());
        store::SearchQuery query;
        query.text = "skipped";
        const auto rows = (*reader)->search(query);
        QVERIFY(rows && !rows->empty());
    }

    void aRecordedQuarterIsArguedAboutAndNeverTraded() {
        if (!QFile::exists(QString::fromStdString(kData + "README.md"))) QSKIP("the shared market data is not here");
        Bench b(recorded(kData + "options-eod/spx-2019", kData));
        QVERIFY(b.start());
        QVERIFY(b.until([](const DeskView& v) { return told(v, "SPX_20190527.csv.gz is dated on 2019-05-27"); }));
        QVERIFY(b.until([&](const DeskView& v) { return v.at.utc >= *parseUtc("2019-06-21T19:45Z"); }));
        QVERIFY(b.runtime->send(RequestCycle{"user:owner", "SPX"}));
        QVERIFY(b.until([](const DeskView& v) { return !v.cycles.empty(); }));
        QVERIFY(!b.runtime->gateOpen());
        QCOMPARE(b.seen->openings.load(), 0);
        b.stop();
        checkJournal(b);
    }
};

QTEST_APPLESS_MAIN(RecordedDeskTest)
#include "tst_desk_recorded.moc"
