#include "fault_vfs.h"
#include "store_harness.h"

using namespace mahler;
using namespace mahler::store;

class FaultsTest : public QObject {
    Q_OBJECT

    static bool isWal(const std::string& file) { return file.ends_with("-wal"); }
    static std::vector<NewRecord> three() { return {testRecord(2), testRecord(3), testRecord(4)}; }
    static void everythingIsRefused(Journal& journal) {
        const NewRecord r = testRecord(9);
        QVERIFY(!journal.append(at(9), std::span(&r, 1)).has_value());
        QVERIFY(!journal.putContent("x").has_value());
        QVERIFY(!journal.checkpoint(at(9)).has_value());
        QVERIFY(!journal.rebuildSearch().has_value());
        QCOMPARE(journal.lastSeq(), std::int64_t{1});
    }
    /// Reopens without faults: sound, and the three records came whole or not at all.
    static void isWholeAfterReopening(const std::string& path, bool stored) {
        {
            const auto journal = openTest(path);
            QVERIFY2(journal.has_value(), journal ? "" : journal.error().detail.c_str());
            const auto records = (*journal)->read(1, 100);
            QVERIFY(records.has_value());
            QVERIFY(records->size() == 4 || (records->size() == 1 && !stored));
            QCOMPARE((*journal)->lastSeq(), static_cast<std::int64_t>(records->size()));
            const NewRecord r = testRecord(5);
            QVERIFY((*journal)->append(at(10), std::span(&r, 1)).has_value());
        }
        const Digest key = testKey();
        const auto report = verifyJournal(path, &key);
        QVERIFY2(report.has_value() && report->ok, report ? report->reason.c_str() : "");
    }

private Q_SLOTS:
    void aFailedFsyncIsFinalAndNeverRetried() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        {
            FaultVfs disk;
            auto journal = openTest(path, true);
            QVERIFY(journal.has_value());
            QVERIFY(appendTest(**journal, 1, 1));
            disk.fault = [](FaultVfs::Operation op, const std::string&) { return op == FaultVfs::Operation::Sync ? SQLITE_IOERR_FSYNC : SQLITE_OK; };
            disk.syncs = 0;
            const auto records = three();
            const auto stored = (*journal)->append(at(2), records);
            QVERIFY(!stored.has_value());
            QVERIFY(stored.error().code == ErrorCode::Io);
            QCOMPARE(disk.syncs, 1);
            QVERIFY(!(*journal)->reserveSpent());
            disk.fault = nullptr; // the disk recovers, the journal stays shut
            disk.writes = disk.syncs = 0;
            everythingIsRefused(**journal);
            journal->reset();
            QCOMPARE(disk.writes, 0); // nor does closing touch what the failure left
            QCOMPARE(disk.syncs, 0);
        }
        isWholeAfterReopening(path, false);
    }

    void eachSingleFailedWriteLeavesAllRecordsOrNone() {
        int succeeded = 0;
        for (int good = 0; good < 40 && succeeded < 2; ++good) {
            QTemporaryDir dir;
            const std::string path = dir.filePath("j.db").toStdString();
            bool stored = false;
            {
                FaultVfs disk;
                auto journal = openTest(path);
                QVERIFY(journal.has_value());
                QVERIFY(appendTest(**journal, 1, 1));
                int left = good;
                disk.fault = [&left](FaultVfs::Operation op, const std::string&) {
                    return op == FaultVfs::Operation::Write && left-- <= 0 ? SQLITE_IOERR_WRITE : SQLITE_OK;
                };
                stored = (*journal)->append(at(2), three()).has_value();
                disk.fault = nullptr;
                if (!stored) everythingIsRefused(**journal);
            }
            succeeded += stored ? 1 : 0;
            isWholeAfterReopening(path, stored);
        }
        QVERIFY(succeeded > 0); // the loop reached past the last write of an append
    }

    void aFullDiskSpendsTheReserveOnceAndStoresOnce() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        {
            FaultVfs disk;
            auto journal = openTest(path, true);
            QVERIFY(journal.has_value());
            QVERIFY(appendTest(**journal, 1, 1));
            QVERIFY(QFile::exists(dir.filePath("j.db.reserve")));
            disk.fault = [&](FaultVfs::Operation op, const std::string&) {
                return op == FaultVfs::Operation::Write && QFile::exists(dir.filePath("j.db.reserve")) ? SQLITE_FULL : SQLITE_OK;
            };
            const auto stored = (*journal)->append(at(2), three());
            QVERIFY2(stored.has_value(), stored ? "" : stored.error().detail.c_str());
            QCOMPARE((*journal)->lastSeq(), std::int64_t{4});
            QVERIFY((*journal)->reserveSpent());
            QVERIFY(!QFile::exists(dir.filePath("j.db.reserve")));
            disk.fault = [](FaultVfs::Operation op, const std::string&) { return op == FaultVfs::Operation::Write ? SQLITE_FULL : SQLITE_OK; };
            QVERIFY(!(*journal)->append(at(3), three()).has_value());
            disk.fault = nullptr;
            QVERIFY(!(*journal)->append(at(3), three()).has_value());
        }
        isWholeAfterReopening(path, true);
    }

    void aFullDiskDoesNotLoseContent() {
        QTemporaryDir dir;
        FaultVfs disk;
        auto journal = openTest(dir.filePath("j.db").toStdString(), true);
        QVERIFY(journal.has_value());
        disk.fault = [&](FaultVfs::Operation op, const std::string&) {
            return op == FaultVfs::Operation::Write && QFile::exists(dir.filePath("j.db.reserve")) ? SQLITE_FULL : SQLITE_OK;
        };
        const auto hash = (*journal)->putContent("a deliberation");
        QVERIFY(hash.has_value());
        QVERIFY((*journal)->reserveSpent());
        QCOMPARE((*journal)->content(*hash).value(), std::string("a deliberation"));
    }

    void aFailedFsyncWhileMovingTheWalIsFinalToo() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        {
            FaultVfs disk;
            auto journal = openTest(path, true);
            QVERIFY(journal.has_value());
            QVERIFY(appendTest(**journal, 1, 1));
            disk.fault = [](FaultVfs::Operation op, const std::string& file) {
                return op == FaultVfs::Operation::Sync && !isWal(file) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
            };
            std::vector<NewRecord> records = three();
            records[0].body = "{\"text\":\"" + std::string(6u << 20, 'x') + "\"}"; // more pages than the WAL may keep
            const auto stored = (*journal)->append(at(2), records);
            QVERIFY(!stored.has_value());
            disk.fault = nullptr;
            const NewRecord r = testRecord(9);
            QVERIFY(!(*journal)->append(at(9), std::span(&r, 1)).has_value());
        }
        isWholeAfterReopening(path, true); // the records themselves were committed before
    }

    void aSideFileThatCannotBeWrittenIsFinal() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        auto journal = openTest(path);
        QVERIFY(journal.has_value());
        QVERIFY(appendTest(**journal, 1, 1));
        QVERIFY(std::filesystem::create_directory(path + ".anchor.part"));
        QVERIFY(!(*journal)->checkpoint(at(2)).has_value());
        everythingIsRefused(**journal);
    }

    void aFailedOpeningLeavesTheSideFileAlone() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 120);
        QFile side(dir.filePath("j.db.anchor"));
        QVERIFY(side.open(QIODevice::ReadOnly));
        const QByteArray before = side.readAll();
        side.close();
        QVERIFY(std::filesystem::create_directory(path + ".anchor.part"));
        QVERIFY(!openTest(path).has_value());
        std::filesystem::remove(path + ".anchor.part");
        QVERIFY(side.open(QIODevice::ReadOnly));
        QCOMPARE(side.readAll(), before);
        QVERIFY(openTest(path).has_value());
    }

    void aCrashLosesNoCommittedRecord() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString(), copy = dir.filePath("copy.db").toStdString();
        auto journal = openTest(path);
        QVERIFY(journal.has_value());
        QVERIFY(appendTest(**journal, 1, 150));
        for (const char* part : {"", "-wal", ".anchor"}) // what a power cut leaves behind
            std::filesystem::copy_file(path + part, copy + part);
        {
            const auto again = openTest(copy);
            QVERIFY2(again.has_value(), again ? "" : again.error().detail.c_str());
            QCOMPARE((*again)->lastSeq(), std::int64_t{150});
        }
        // A WAL cut behind the anchor is a truncation; cut after it, records are missing that nobody vouched for.
        for (const int percent : {0, 30, 60, 99}) {
            for (const char* part : {"", "-wal", "-shm", ".anchor"}) std::filesystem::remove(copy + part);
            for (const char* part : {"", "-wal", ".anchor"}) std::filesystem::copy_file(path + part, copy + part);
            std::filesystem::resize_file(copy + "-wal", std::filesystem::file_size(copy + "-wal") * static_cast<unsigned>(percent) / 100);
            const auto cut = openTest(copy);
            QVERIFY(cut.has_value() ? (*cut)->lastSeq() >= 100 : cut.error().code == ErrorCode::Integrity || cut.error().code == ErrorCode::BadInput);
        }
    }
};

QTEST_APPLESS_MAIN(FaultsTest)
#include "tst_store_faults.moc"
