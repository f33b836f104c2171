#include "base/random.h"
#include "store_harness.h"

using namespace mahler;
using namespace mahler::store;

class VerifyTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_samples;
    Digest m_content{};

    /// A copy of one closed journal of 150 records and one content; made once, for each writing costs several fsyncs.
    void copySample(const std::string& path) {
        const std::string sample = m_samples.filePath("j.db").toStdString();
        if (!std::filesystem::exists(sample)) {
            auto journal = openTest(sample);
            QVERIFY(journal.has_value());
            m_content = (*journal)->putContent("what the model said").value();
            QVERIFY(appendTest(**journal, 1, 150));
        }
        for (const char* part : {"", ".anchor"}) std::filesystem::copy_file(sample + part, path + part);
    }

    static constexpr qint64 kWalHeader = 32, kWalFrame = 24 + 4096;
    static constexpr int kRecords = 30; ///< few enough for one generation of the log

    /// The files of a journal in use, as a kill leaves them. @return how many frames of this generation its log has;
    /// those of an earlier one may lie behind them.
    static qint64 copyLive(const std::string& path, int records) {
        QTemporaryDir dir;
        const std::string live = dir.filePath("live.db").toStdString();
        const auto journal = openTest(live);
        if (!journal || !appendTest(**journal, 1, records)) return 0;
        for (const char* part : {"", "-wal", ".anchor"})
            std::filesystem::copy_file(live + part, path + part, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::remove(path + "-shm");
        QFile log(QString::fromStdString(path + "-wal"));
        if (!log.open(QIODevice::ReadOnly)) return 0;
        const QByteArray bytes = log.readAll();
        qint64 frames = 0;
        for (qint64 at = kWalHeader; at + kWalFrame <= bytes.size() && bytes.mid(at + 8, 8) == bytes.mid(16, 8); at += kWalFrame) ++frames;
        return frames;
    }
    template <class Look> static void flip(const std::string& path, qint64 at, int bit, const Look& look) {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered) && file.seek(at));
        char good = 0;
        QVERIFY(file.getChar(&good));
        QVERIFY(file.seek(at) && file.putChar(static_cast<char>(good ^ (1 << bit))));
        look();
        QVERIFY(file.seek(at) && file.putChar(good));
    }

    static VerifyReport verifyWithKey(const std::string& path) {
        const Digest key = testKey();
        const auto report = verifyJournal(path, &key);
        return report ? *report : VerifyReport{false, 0, 0, report.error().detail, {}};
    }
    /// All hashes from `seq` on made anew, as somebody would who knows the format but not the key.
    static void rechain(const std::string& path, std::int64_t seq) {
        auto records = allRecords(path);
        for (auto& r : records) {
            if (r.seq < seq) continue;
            r.previousHash = r.seq > 1 ? records[static_cast<std::size_t>(r.seq - 2)].hash : Digest{};
            r.hash = recordHash(r);
            QVERIFY(execute(path, "UPDATE records SET prev_hash=x'" + toHex(r.previousHash) + "', hash=x'" + toHex(r.hash) +
                                      "' WHERE seq=" + std::to_string(r.seq)));
        }
    }

private Q_SLOTS:
    void tamperingIsFound_data() {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<int>("badSeq");
        QTest::newRow("an edited body") << QByteArray("UPDATE records SET body='{\"n\":9999}' WHERE seq=40") << 40;
        QTest::newRow("an edited actor") << QByteArray("UPDATE records SET actor='user:eve' WHERE seq=41") << 41;
        QTest::newRow("an edited time") << QByteArray("UPDATE records SET utc_ns=utc_ns+1 WHERE seq=42") << 42;
        QTest::newRow("an edited run") << QByteArray("UPDATE records SET run_id='run-2' WHERE seq=43") << 43;
        QTest::newRow("a version that wraps around") << QByteArray("UPDATE records SET schema_version=schema_version+4294967296 WHERE seq=44") << 44;
        QTest::newRow("text moved between fields") << QByteArray(
                                                          "UPDATE records SET actor='user:annM', correlation=substr(correlation,2) WHERE seq=45")
                                                   << 45;
        QTest::newRow("a deleted record") << QByteArray("DELETE FROM records WHERE seq=50") << 50;
        QTest::newRow("a deleted first record") << QByteArray("DELETE FROM records WHERE seq=1") << 1;
        QTest::newRow("an emptied journal") << QByteArray("DELETE FROM records; DELETE FROM checkpoints") << 1;
        QTest::newRow("a truncated end") << QByteArray("DELETE FROM records WHERE seq>140") << 141;
        QTest::newRow("a truncated end without its checkpoints")
            << QByteArray("DELETE FROM records WHERE seq>90; DELETE FROM checkpoints WHERE seq>90") << 91;
        QTest::newRow("two records in the other order")
            << QByteArray("UPDATE records SET seq=-1 WHERE seq=60; UPDATE records SET seq=60 WHERE seq=61; UPDATE records SET seq=61 WHERE seq=-1")
            << 60;
        QTest::newRow("a copied body") << QByteArray("UPDATE records SET body=(SELECT body FROM records WHERE seq=11) WHERE seq=10") << 10;
        QTest::newRow("a record before the first") << QByteArray("INSERT INTO records SELECT 0, utc_ns, mono_ns, run_id, type, schema_version, "
                                                                 "actor, correlation, body, prev_hash, hash FROM records WHERE seq=1")
                                                   << 1;
        QTest::newRow("a forged record at the end") << QByteArray("INSERT INTO records SELECT 151, utc_ns, mono_ns, run_id, type, schema_version, "
                                                                  "actor, correlation, body, hash, hash FROM records WHERE seq=150")
                                                    << 151;
        QTest::newRow("a forged checkpoint") << QByteArray("UPDATE checkpoints SET hash=lower(hex(randomblob(32))) WHERE seq=100") << 100;
        QTest::newRow("a forged signature") << QByteArray("UPDATE checkpoints SET hmac=hash WHERE seq=150") << 150;
    }
    void tamperingIsFound() {
        QFETCH(QByteArray, sql);
        QFETCH(int, badSeq);
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        dropGuards(path);
        QVERIFY(execute(path, sql.toStdString()));
        const auto report = verifyWithKey(path);
        QVERIFY(!report.ok);
        QCOMPARE(report.firstBadSeq, static_cast<std::int64_t>(badSeq));
        const auto reopened = openTest(path);
        QVERIFY(!reopened.has_value());
        QVERIFY(reopened.error().code == ErrorCode::Integrity);
    }

    void aChainMadeAnewStopsAtItsSignedCheckpoint() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        dropGuards(path);
        QVERIFY(execute(path, "UPDATE records SET body='{\"n\":9999}' WHERE seq=40"));
        rechain(path, 40);
        QCOMPARE(verifyWithKey(path).firstBadSeq, std::int64_t{100});
        // Fixing the checkpoints up needs the key.
        for (const int seq : {100, 150})
            QVERIFY(execute(path, "UPDATE checkpoints SET hash=(SELECT lower(hex(hash)) FROM records WHERE seq=" + std::to_string(seq) +
                                      ") WHERE seq=" + std::to_string(seq)));
        const auto report = verifyWithKey(path);
        QVERIFY(!report.ok);
        QVERIFY2(report.reason.find("signature") != std::string::npos, report.reason.c_str());
        // And with no checkpoints left, the anchor still speaks.
        QVERIFY(execute(path, "DELETE FROM checkpoints"));
        QVERIFY(!verifyWithKey(path).ok);
        QVERIFY(!openTest(path).has_value());
    }

    void aTableThatTakesAnyValueDoesNotHideAnEdit() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        // '7 and more' reads as the number 7; only its kind tells.
        QVERIFY(execute(path, "CREATE TABLE loose AS SELECT * FROM records; DROP TABLE records; ALTER TABLE loose RENAME TO records;"
                              "UPDATE records SET mono_ns = mono_ns || ' and more' WHERE seq = 7"));
        QCOMPARE(verifyWithKey(path).firstBadSeq, std::int64_t{7});
    }

    void aMissingOrForeignGuardIsFound() {
        for (const char* sql : {"DROP TRIGGER records_no_update", "DROP TRIGGER contents_no_delete",
                                "CREATE TRIGGER evil AFTER INSERT ON checkpoints BEGIN SELECT 1; END"}) {
            QTemporaryDir dir;
            const std::string path = dir.filePath("j.db").toStdString();
            copySample(path);
            const auto last = allRecords(path).back();
            anchorAsAfterCrash(path, last.seq, last.hash);
            QVERIFY(verifyWithKey(path).ok);
            QVERIFY(execute(path, sql));
            QVERIFY(!verifyWithKey(path).ok);
            QVERIFY(!openTest(path).has_value());
        }
    }

    void aDamagedContentIsFound() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        dropGuards(path);
        QVERIFY(execute(path, "UPDATE contents SET bytes=CAST(bytes || x'00' AS BLOB)"));
        const auto last = allRecords(path).back();
        anchorAsAfterCrash(path, last.seq, last.hash);
        const auto report = verifyWithKey(path);
        QVERIFY(!report.ok);
        QVERIFY2(report.reason.find("content") != std::string::npos, report.reason.c_str());
    }

    void anotherJournalInItsPlaceIsFound() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 120);
        QFile::remove(dir.filePath("j.db"));
        {
            auto journal = Journal::open(dir.filePath("other.db").toStdString(), {"run-1", Digest{}, false});
            QVERIFY(journal.has_value());
            QVERIFY(appendTest(**journal, 1, 130));
        }
        for (const char* part : {"", ".anchor"}) { // first alone, then with its own side file
            QFile::remove(dir.filePath(QStringLiteral("j.db") + QLatin1String(part)));
            QVERIFY(QFile::copy(dir.filePath(QStringLiteral("other.db") + QLatin1String(part)),
                                dir.filePath(QStringLiteral("j.db") + QLatin1String(part))));
            QVERIFY(!openTest(path).has_value());
            QVERIFY(!verifyWithKey(path).ok);
        }
    }

    void anOldCopyOfTheWholeFolderIsFoundByTheKeptCheckpoint() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 10);
        for (const char* part : {"", ".anchor"}) std::filesystem::copy_file(path + part, path + part + ".old");
        std::optional<Checkpoint> kept;
        Journal::Options options{"run-2", testKey(), false};
        options.keep = [&](const Checkpoint& c) { kept = c; };
        {
            auto journal = Journal::open(path, options);
            QVERIFY(journal.has_value());
            QVERIFY(appendTest(**journal, 11, 30));
        }
        QVERIFY(kept.has_value());
        QCOMPARE(kept->seq, std::int64_t{30});
        options.kept = kept;
        QVERIFY(Journal::open(path, options).has_value());
        for (const char* part : {"", ".anchor"})
            std::filesystem::copy_file(path + part + ".old", path + part, std::filesystem::copy_options::overwrite_existing);
        QVERIFY(openTest(path).has_value()); // consistent in itself
        const auto reopened = Journal::open(path, options);
        QVERIFY(!reopened.has_value());
        QVERIFY(reopened.error().code == ErrorCode::Integrity);
        QVERIFY2(reopened.error().detail.find("record 11") != std::string::npos, reopened.error().detail.c_str());
    }

    void aMissingJournalOrSideFileIsNotANewBeginning() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        QVERIFY(QFile::rename(dir.filePath("j.db.anchor"), dir.filePath("kept.anchor")));
        QVERIFY(openTest(path).error().code == ErrorCode::Integrity);
        const auto report = verifyWithKey(path); // a copy may stand alone, but the report says what that means
        QVERIFY(report.ok);
        QVERIFY2(report.reason.find("no side file") != std::string::npos, report.reason.c_str());
        QFile side(dir.filePath("j.db.anchor"));
        QVERIFY(side.open(QIODevice::WriteOnly) && side.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        side.write("not an anchor");
        side.close();
        QVERIFY(openTest(path).error().code == ErrorCode::Integrity);
        side.remove();
        QVERIFY(QFile::rename(dir.filePath("kept.anchor"), dir.filePath("j.db.anchor")));
        QFile::remove(dir.filePath("j.db"));
        QVERIFY(openTest(path).error().code == ErrorCode::Integrity);
    }

    void anyFlippedBitOfACleanlyClosedFileIsFound() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        flipMany(path, 150, [](const VerifyReport& report, const std::string&) { return !report.ok; });
        QVERIFY(verifyWithKey(path).ok);
    }

    void aFlippedBitAfterACrashIsFoundOrChangesNoRecordAndNoSearch() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        const auto good = allRecords(path);
        anchorAsAfterCrash(path, good.back().seq, good.back().hash);
        const auto searched = [](const std::string& file) {
            const auto reader = JournalReader::open(file);
            SearchQuery query;
            query.text = "spread number1"; // the beginning of a word: many records
            return reader ? (*reader)->search(query).value_or(std::vector<Record>{}) : std::vector<Record>{};
        };
        const auto hits = searched(path);
        QVERIFY(hits.size() > 50 && checkSearchIndex(path).has_value());
        int unseen = 0, inSearch = 0;
        flipMany(path, 500, [&](const VerifyReport& report, const std::string& file) {
            if (!report.ok) return true;
            if (const auto index = checkSearchIndex(file); !index) {
                ++inSearch;
                if (index.error().code != ErrorCode::Integrity) return false;
            } else {
                ++unseen; // unused bytes, or an A for an a
                if (!same(searched(file), hits)) return false;
            }
            const auto reader = JournalReader::open(file);
            return reader && (*reader)->content(m_content).value_or(std::string()) == "what the model said" && same(allRecords(file), good);
        });
        QVERIFY(unseen > 0 && inSearch > 0);
        qInfo("of 500 flips %d lay in the search index, %d in no record, content, checkpoint or word", inSearch, unseen);
    }

    void aSearchIndexThatDoesNotHoldIsToldFromTheRecords_data() {
        QTest::addColumn<QByteArray>("sql");
        QTest::newRow("another text") << QByteArray("UPDATE search_content SET c0='another' WHERE id=7");
        QTest::newRow("a changed list of records") << QByteArray("UPDATE search_data SET block=zeroblob(length(block)) WHERE id>10");
        QTest::newRow("no list of records") << QByteArray("DELETE FROM search_data WHERE id>10");
        QTest::newRow("a record that is not in it") << QByteArray("DELETE FROM search WHERE rowid=50");
        QTest::newRow("an entry of no record") << QByteArray("INSERT INTO search(rowid, words) VALUES(900, 'spread')");
        QTest::newRow("no index at all") << QByteArray("DROP TABLE search");
    }
    void aSearchIndexThatDoesNotHoldIsToldFromTheRecords() {
        QFETCH(QByteArray, sql);
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        QVERIFY(checkSearchIndex(path).has_value()); // the hash of the clean exit vouches for it
        const auto last = allRecords(path).back();
        anchorAsAfterCrash(path, last.seq, last.hash);
        QVERIFY(checkSearchIndex(path).has_value());
        QVERIFY(execute(path, sql.toStdString()));
        QVERIFY(verifyWithKey(path).ok);
        const auto index = checkSearchIndex(path);
        QVERIFY(!index.has_value());
        QCOMPARE(index.error().code, ErrorCode::Integrity);
        QVERIFY2(index.error().detail.find("the records hold, but the search index") == 0, index.error().detail.c_str());
    }
    void theSearchIndexOfAJournalAtWorkHolds() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        const auto journal = openTest(path);
        QVERIFY(journal.has_value());
        for (int i = 0; i < 3; ++i) {
            QVERIFY(appendTest(**journal, i * 45 + 1, i * 45 + 45));
            const auto index = checkSearchIndex(path);
            QVERIFY2(index.has_value(), index ? "" : index.error().detail.c_str());
        }
    }

    void aFlippedBitInALiveWalIsFound_data() {
        QTest::addColumn<int>("first"); // byte of each frame; -1: the header
        QTest::addColumn<int>("step");
        QTest::newRow("the header") << -1 << 1;
        QTest::newRow("page number") << 0 << 3;
        QTest::newRow("size after the commit") << 4 << 3;
        QTest::newRow("salts") << 8 << 4;
        QTest::newRow("checksums") << 16 << 4;
        QTest::newRow("page, first half") << 24 << 2000;
        QTest::newRow("page, second half") << 2100 << 2000;
    }
    /// As after a kill: the log holds what was committed, to its last transaction. SQLite alone drops a bad frame and all behind it.
    void aFlippedBitInALiveWalIsFound() {
        QFETCH(int, first);
        QFETCH(int, step);
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        const auto frames = copyLive(path, kRecords);
        QVERIFY(frames > 100 && verifyWithKey(path).ok);
        QCOMPARE(verifyWithKey(path).records, std::int64_t{kRecords});
        Random random(5);
        const auto isFound = [&](qint64 at) {
            flip(path + "-wal", at, static_cast<int>(random.below(8)), [&] {
                const auto report = verifyWithKey(path);
                QVERIFY2(!report.ok && report.firstBadSeq > 0, qPrintable(QStringLiteral("flip at %1 of the log").arg(at)));
                QVERIFY2(report.reason.find("log is damaged") != std::string::npos, report.reason.c_str());
            });
        };
        if (first < 0)
            for (qint64 at = 0; at < kWalHeader; ++at) isFound(at);
        else
            for (qint64 frame = 0; frame < frames; frame += frame < frames - 10 ? 23 : 1)
                for (int i = 0; i < 2; ++i) isFound(kWalHeader + frame * kWalFrame + first + i * step);
        QVERIFY(verifyWithKey(path).ok);
    }
    void aDamagedWalIsNotOpenedAndNotReplaced() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        for (const int records : {3, 186}) { // also before the first anchor, when the log is all there is
            const auto frames = copyLive(path, records);
            for (const qint64 at : {qint64{20}, kWalHeader + 40, kWalHeader + (frames - 1) * kWalFrame + 300}) {
                flip(path + "-wal", at, 3, [&] {
                    const auto opened = openTest(path);
                    QVERIFY(!opened.has_value());
                    QCOMPARE(opened.error().code, ErrorCode::Integrity);
                    QVERIFY2(opened.error().detail.find("log is damaged") != std::string::npos, opened.error().detail.c_str());
                });
            }
            QVERIFY(openTest(path).has_value());
            QCOMPARE(static_cast<int>(allRecords(path).size()), records);
        }
    }
    void aTornLastTransactionIsToldAndIsNoDamage() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        const auto frames = copyLive(path, 186);
        QFile file(QString::fromStdString(path + "-wal"));
        QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
        QByteArray old = file.readAll();
        const QByteArray good = old.left(kWalHeader + frames * kWalFrame);
        old.remove(0, good.size());
        QVERIFY(!old.isEmpty()); // the log was begun anew once: what is behind is of before
        const auto torn = [&](const QByteArray& bytes) {
            QVERIFY(file.resize(0) && file.seek(0) && file.write(bytes) == bytes.size());
            const auto report = verifyWithKey(path);
            QVERIFY2(report.ok, report.reason.c_str());
            QCOMPARE(report.records, std::int64_t{185});
            QVERIFY2(report.reason.find("the last transaction is torn") != std::string::npos, report.reason.c_str());
        };
        torn(good.chopped(1));               // the file ends early
        torn(good.chopped(kWalFrame / 2));   // in the middle of its last page
        torn(good.chopped(kWalFrame) + old); // its last page was never written
        QByteArray hole = good;              // sectors that were never written, the commit behind them
        hole.replace(good.size() - kWalFrame + 24, 2048, QByteArray(2048, 'x'));
        torn(hole + old);
        // Opened, it goes on from the last whole transaction, and nothing of the torn one is left to confuse the next check.
        {
            const auto journal = openTest(path);
            QVERIFY2(journal.has_value(), journal ? "" : journal.error().detail.c_str());
            QCOMPARE((*journal)->lastSeq(), std::int64_t{185});
            QVERIFY(appendTest(**journal, 186, 190));
            const auto beside = verifyWithKey(path);
            QVERIFY2(beside.ok && beside.reason.find("torn") == std::string::npos, beside.reason.c_str());
        }
        QVERIFY(verifyWithKey(path).ok);
    }

    void aCutFileIsFound() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        copySample(path);
        const auto size = std::filesystem::file_size(path);
        for (const auto left : {size - 1, size - 4096, size / 2, std::uintmax_t{4096}, std::uintmax_t{100}, std::uintmax_t{1}, std::uintmax_t{0}}) {
            std::filesystem::resize_file(path, left);
            QVERIFY(!verifyWithKey(path).ok);
            QVERIFY(!openTest(path).has_value());
        }
    }

    void verifyingBesideARunningWriterIsOfOneMoment() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        auto journal = openTest(path);
        QVERIFY(journal.has_value());
        for (int i = 0; i < 5; ++i) {
            QVERIFY(appendTest(**journal, i * 45 + 1, i * 45 + 45));
            const auto report = verifyWithKey(path);
            QVERIFY2(report.ok, report.reason.c_str());
            QCOMPARE(report.records, std::int64_t{i * 45 + 45});
        }
    }

    void whatIsNoJournalIsNamed() {
        QTemporaryDir dir;
        QVERIFY(verifyJournal(dir.filePath("none.db").toStdString()).error().code == ErrorCode::NotFound);
        QVERIFY(verifyJournal(dir.path().toStdString()).error().code == ErrorCode::BadInput);
        QVERIFY(execute(dir.filePath("other.db").toStdString(), "CREATE TABLE t(x)"));
        QVERIFY(verifyJournal(dir.filePath("other.db").toStdString()).error().code == ErrorCode::BadInput);
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 3);
        QVERIFY(execute(path, "PRAGMA user_version=2"));
        QVERIFY(verifyJournal(path).error().code == ErrorCode::Unsupported);
        QVERIFY(openTest(path).error().code == ErrorCode::Unsupported);
    }

private:
    template <class Holds> void flipMany(const std::string& path, int count, Holds&& holds) {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
        const QByteArray good = file.readAll();
        Random random(11);
        for (int i = 0; i < count; ++i) {
            const auto pos = static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(good.size())));
            const char bad = static_cast<char>(good[pos] ^ (1 << random.below(8)));
            QVERIFY(file.seek(pos) && file.putChar(bad));
            QVERIFY2(holds(verifyWithKey(path), path), qPrintable(QStringLiteral("flip at %1").arg(pos)));
            QVERIFY(file.seek(pos) && file.putChar(good[pos]));
        }
    }
};

QTEST_APPLESS_MAIN(VerifyTest)
#include "tst_store_verify.moc"
