#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sqlite3.h>

#include "store/journal.h"

using namespace mahler;
using namespace mahler::store;

class JournalTest : public QObject {
    Q_OBJECT

    static Digest key() {
        Digest k{};
        k.fill(7);
        return k;
    }
    static Timestamp at(int second) {
        const UtcTime t{std::chrono::seconds(1'790'000'000 + second)};
        return {t, MonoTime(t.time_since_epoch())};
    }
    static Result<std::unique_ptr<Journal>> open(const std::string& path, bool durable = false) { return Journal::open(path, {"run-1", key(), durable}); }
    static void fill(const std::string& path, int records) {
        auto journal = open(path);
        QVERIFY2(journal.has_value(), journal ? "" : journal.error().detail.c_str());
        for (int i = 1; i <= records; ++i) {
            const NewRecord r{i % 3 ? "order.state" : "halt.set", 1, "user:ann", "M-" + std::to_string(i), "{\"n\":" + std::to_string(i) + "}", "SPY put spread number" + std::to_string(i)};
            QVERIFY((*journal)->append(at(i), std::span(&r, 1)).has_value());
        }
    }
    static bool execute(const std::string& path, const char* sql) {
        sqlite3* db = nullptr;
        if (sqlite3_open(path.c_str(), &db) != SQLITE_OK)
            return false;
        const bool ok = sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
        sqlite3_close(db);
        return ok;
    }
    static void dropGuards(const std::string& path) {
        QVERIFY(execute(path, "DROP TRIGGER records_no_update; DROP TRIGGER records_no_delete; DROP TRIGGER checkpoints_no_delete;"));
    }

private Q_SLOTS:
    void recordsComeBackInOrderWithTheirChain() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 250);
        auto reader = JournalReader::open(path);
        QVERIFY(reader.has_value());
        const auto all = (*reader)->read(1, 1000);
        QVERIFY(all.has_value());
        QCOMPARE(all->size(), std::size_t{250});
        Digest previous{};
        for (std::size_t i = 0; i < all->size(); ++i) {
            QCOMPARE((*all)[i].seq, static_cast<std::int64_t>(i + 1));
            QVERIFY((*all)[i].previousHash == previous);
            QVERIFY(recordHash((*all)[i]) == (*all)[i].hash);
            previous = (*all)[i].hash;
        }
        const auto k = key();
        const auto report = verifyJournal(path, &k);
        QVERIFY2(report.has_value() && report->ok, report ? report->reason.c_str() : "");
        QCOMPARE(report->records, std::int64_t{250});
    }

    void tamperingIsFound_data() {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<int>("badSeq");
        QTest::newRow("an edited body") << QByteArray("UPDATE records SET body='{\"n\":9999}' WHERE seq=40") << 40;
        QTest::newRow("an edited actor") << QByteArray("UPDATE records SET actor='user:eve' WHERE seq=41") << 41;
        QTest::newRow("an edited time") << QByteArray("UPDATE records SET utc_ns=utc_ns+1 WHERE seq=42") << 42;
        QTest::newRow("a deleted record") << QByteArray("DELETE FROM records WHERE seq=50") << 50;
        QTest::newRow("a truncated end") << QByteArray("DELETE FROM records WHERE seq>140") << 141;
        QTest::newRow("a truncated end without its checkpoints") << QByteArray("DELETE FROM records WHERE seq>90; DELETE FROM checkpoints WHERE seq>90") << 91;
        QTest::newRow("swapped bodies") << QByteArray("UPDATE records SET body=CASE seq WHEN 10 THEN (SELECT body FROM records WHERE seq=11) ELSE body END WHERE seq=10") << 10;
        QTest::newRow("a forged insert") << QByteArray("INSERT INTO records SELECT 151, utc_ns, mono_ns, run_id, type, schema_version, actor, correlation, body, hash, hash FROM records WHERE seq=150") << 151;
    }
    void tamperingIsFound() {
        QFETCH(QByteArray, sql);
        QFETCH(int, badSeq);
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 150);
        dropGuards(path);
        QVERIFY(execute(path, sql.constData()));
        const auto k = key();
        const auto report = verifyJournal(path, &k);
        QVERIFY(report.has_value());
        QVERIFY(!report->ok);
        QCOMPARE(report->firstBadSeq, static_cast<std::int64_t>(badSeq));
        const auto reopened = open(path);
        QVERIFY(!reopened.has_value());
        QCOMPARE(reopened.error().code, ErrorCode::Integrity);
    }

    void aRebuiltChainFailsWithoutTheKey() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 120);
        // Somebody without the key writes a whole other journal and puts it in its place.
        QFile::remove(dir.filePath("j.db"));
        const std::string other = dir.filePath("other.db").toStdString();
        {
            Digest wrong{};
            auto journal = Journal::open(other, {"run-1", wrong, false});
            QVERIFY(journal.has_value());
            for (int i = 1; i <= 130; ++i) {
                const NewRecord r{"order.state", 1, "user:eve", "M", "{}", ""};
                QVERIFY((*journal)->append(at(i), std::span(&r, 1)).has_value());
            }
        }
        QVERIFY(QFile::copy(dir.filePath("other.db"), dir.filePath("j.db")));
        QFile::setPermissions(dir.filePath("j.db"), QFile::ReadOwner | QFile::WriteOwner);
        QVERIFY(!open(path).has_value());
    }

    void anyFlippedByteOfACleanlyClosedFileIsFound() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 60);
        QFile file(dir.filePath("j.db"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray good = file.readAll();
        const auto k = key();
        for (qsizetype pos = 17; pos < good.size(); pos += good.size() / 60) {
            QVERIFY(file.seek(pos));
            file.putChar(static_cast<char>(good[pos] ^ 0x10));
            file.flush();
            const auto report = verifyJournal(path, &k);
            QVERIFY2(!report.has_value() || !report->ok, qPrintable(QString::number(pos)));
            QVERIFY(file.seek(pos));
            file.putChar(good[pos]);
            file.flush();
        }
        const auto report = verifyJournal(path, &k);
        QVERIFY2(report.has_value() && report->ok, report ? report->reason.c_str() : "");
    }

    void updatesAndDeletesAreRefusedByTheFileItself() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 5);
        QVERIFY(!execute(path, "UPDATE records SET body='{}' WHERE seq=1"));
        QVERIFY(!execute(path, "DELETE FROM records"));
        QVERIFY(!execute(path, "DELETE FROM checkpoints"));
    }

    void aSecondWriterIsBusyAndAReaderIsNot() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        auto first = open(path);
        QVERIFY(first.has_value());
        const NewRecord r{"note", 1, "system", "", "{}", "hello"};
        QVERIFY((*first)->append(at(1), std::span(&r, 1)).has_value());
        const auto second = open(path);
        QVERIFY(!second.has_value());
        QCOMPARE(second.error().code, ErrorCode::Busy);
        auto reader = JournalReader::open(path);
        QVERIFY(reader.has_value());
        QCOMPARE((*reader)->lastSeq(), std::int64_t{1});
    }

    void wideModesAndSymlinksAreRefused() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 3);
        QFile::setPermissions(dir.filePath("j.db"), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
        QVERIFY(!open(path).has_value());
        QFile::setPermissions(dir.filePath("j.db"), QFile::ReadOwner | QFile::WriteOwner);
        QVERIFY(open(path).has_value());
        QVERIFY(QFile::link(dir.filePath("j.db"), dir.filePath("link.db")));
        QVERIFY(!open(dir.filePath("link.db").toStdString()).has_value());
        QVERIFY(!open(dir.filePath("missing/j.db").toStdString()).has_value());
    }

    void bodiesMustBeCanonicalAndWithoutFloats_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("float") << QByteArray("{\"x\":1.5}");
        QTest::newRow("unsorted") << QByteArray("{\"b\":1,\"a\":2}");
        QTest::newRow("blank") << QByteArray("{\"a\": 1}");
        QTest::newRow("not JSON") << QByteArray("hello");
        QTest::newRow("empty") << QByteArray("");
    }
    void bodiesMustBeCanonicalAndWithoutFloats() {
        QFETCH(QByteArray, body);
        QTemporaryDir dir;
        auto journal = open(dir.filePath("j.db").toStdString());
        QVERIFY(journal.has_value());
        const NewRecord r{"note", 1, "system", "", body.toStdString(), ""};
        QVERIFY(!(*journal)->append(at(1), std::span(&r, 1)).has_value());
        QCOMPARE((*journal)->lastSeq(), std::int64_t{0});
        const NewRecord fine{"note", 1, "system", "", "{}", ""};
        QVERIFY((*journal)->append(at(2), std::span(&fine, 1)).has_value());
    }

    void searchFindsWordsPrefixesAndPages() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 300);
        auto reader = JournalReader::open(path);
        QVERIFY(reader.has_value());
        SearchQuery q;
        q.text = "number17";
        const auto words = (*reader)->search(q); // 17 and 170 to 179
        QVERIFY(words.has_value());
        QCOMPARE(words->size(), std::size_t{11});
        q = {};
        q.type = "halt";
        q.limit = 40;
        const auto first = (*reader)->search(q);
        QCOMPARE(first->size(), std::size_t{40});
        QVERIFY(first->front().seq > first->back().seq);
        q.beforeSeq = first->back().seq;
        const auto second = (*reader)->search(q);
        QVERIFY(second->front().seq < first->back().seq);
        q = {};
        q.text = "\" OR 1=1 --";
        QVERIFY((*reader)->search(q).has_value()); // operators are only words
        q = {};
        q.correlation = "M-12";
        QCOMPARE((*reader)->search(q)->size(), std::size_t{11});
    }

    void contentIsKeptUnderItsHash() {
        QTemporaryDir dir;
        auto journal = open(dir.filePath("j.db").toStdString());
        QVERIFY(journal.has_value());
        const std::string bytes(100'000, 'x');
        const auto hash = (*journal)->putContent(bytes);
        QVERIFY(hash.has_value());
        QVERIFY(*hash == sha256(bytes));
        QCOMPARE((*journal)->content(*hash).value(), bytes);
        QVERIFY(!(*journal)->content(Digest{}).has_value());
    }

    void theReserveIsReallyAllocated() {
        QTemporaryDir dir;
        auto journal = open(dir.filePath("j.db").toStdString(), true);
        QVERIFY(journal.has_value());
        QVERIFY(QFileInfo(dir.filePath("j.db.reserve")).size() >= (64 << 20));
    }

    void exportWritesOneJsonLineARecord() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 12);
        const auto count = exportJournal(path, dir.filePath("out.jsonl").toStdString());
        QVERIFY(count.has_value());
        QCOMPARE(*count, std::int64_t{12});
        QFile out(dir.filePath("out.jsonl"));
        QVERIFY(out.open(QIODevice::ReadOnly));
        QCOMPARE(out.readAll().count('\n'), 12);
    }

    void aMissingJournalWithAnAnchorIsNotANewOne() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 12);
        QFile::remove(dir.filePath("j.db"));
        const auto reopened = open(path);
        QVERIFY(!reopened.has_value());
        QCOMPARE(reopened.error().code, ErrorCode::Integrity);
    }
};

QTEST_APPLESS_MAIN(JournalTest)
#include "tst_store_journal.moc"
