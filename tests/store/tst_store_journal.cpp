#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#ifndef _WIN32
#include <csignal>
#include <QScopeGuard>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "base/json.h"
#include "store_harness.h"

using namespace mahler;
using namespace mahler::store;

class JournalTest : public QObject {
    Q_OBJECT

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
        const Digest k = testKey();
        const auto report = verifyJournal(path, &k);
        QVERIFY2(report.has_value() && report->ok, report ? report->reason.c_str() : "");
        QCOMPARE(report->records, std::int64_t{250});
    }

    void updatesAndDeletesAreRefusedByTheFileItself() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 5);
        QVERIFY(!execute(path, "UPDATE records SET body='{}' WHERE seq=1"));
        QVERIFY(!execute(path, "DELETE FROM records"));
        QVERIFY(!execute(path, "DELETE FROM checkpoints"));
        QVERIFY(!execute(path, "INSERT OR REPLACE INTO records SELECT seq, utc_ns, mono_ns, run_id, type, schema_version, actor, correlation, '{}', "
                               "prev_hash, hash FROM records WHERE seq=1"));
        QVERIFY(!execute(path, "INSERT INTO records SELECT 9, utc_ns, mono_ns, run_id, type, schema_version, actor, correlation, body, prev_hash, "
                               "hash FROM records WHERE seq=1"));
        const auto before = allRecords(path);
        QVERIFY(execute(path, "INSERT OR REPLACE INTO checkpoints VALUES(5, 'x', 'x')")); // quietly ignored
        QVERIFY(same(allRecords(path), before));
        const Digest k = testKey();
        const auto report = verifyJournal(path, &k);
        QVERIFY2(report.has_value() && report->ok, report ? report->reason.c_str() : "");
    }

    void aBatchIsStoredTogetherAndContinuesTheChainAfterReopening() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        for (int run = 0; run < 3; ++run) {
            auto journal = openTest(path, run == 1);
            QVERIFY(journal.has_value());
            const std::vector<NewRecord> batch{testRecord(1), testRecord(2), testRecord(3)};
            const auto stored = (*journal)->append(at(run), batch);
            QVERIFY(stored.has_value());
            QCOMPARE(stored->front().seq, static_cast<std::int64_t>(run * 3 + 1));
            QVERIFY((*journal)->lastHash() == stored->back().hash);
            QVERIFY(same(*stored, (*journal)->read(run * 3 + 1, 3).value()));
            QVERIFY((*journal)->append(at(run), {}).value().empty());
        }
        QCOMPARE(allRecords(path).size(), std::size_t{9});
    }

    void theHashIsTheDocumentedOne() {
        Record r;
        r.seq = 1;
        r.type = "t";
        r.body = "{}";
        // 0x00, then each field with its length in eight bytes, then 32 zero bytes of the record before.
        std::string bytes(1, '\0');
        for (const char* field : {"1", "0", "0", "", "t", "1", "", "", "{}"}) {
            bytes += static_cast<char>(std::strlen(field));
            bytes += std::string(7, '\0') + field;
        }
        QVERIFY(recordHash(r) == sha256(bytes + std::string(32, '\0')));
    }

    void aSecondWriterIsBusyAndAReaderIsNot() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        auto first = openTest(path);
        QVERIFY(first.has_value());
        const NewRecord r{"note", 1, "system", "", "{}", "hello"};
        QVERIFY((*first)->append(at(1), std::span(&r, 1)).has_value());
        const auto second = openTest(path);
        QVERIFY(!second.has_value());
        QVERIFY(second.error().code == ErrorCode::Busy);
        auto reader = JournalReader::open(path);
        QVERIFY(reader.has_value());
        QCOMPARE((*reader)->lastSeq(), std::int64_t{1});
    }

#ifndef _WIN32
    void everyFileIsPrivateWhateverTheUmask() {
        QTemporaryDir dir;
        const mode_t before = ::umask(0);
        {
            auto journal = openTest(dir.filePath("j.db").toStdString(), true);
            QVERIFY(journal.has_value() && appendTest(**journal, 1, 120));
            for (const auto& entry : std::filesystem::directory_iterator(dir.path().toStdString()))
                QVERIFY2((static_cast<unsigned>(entry.status().permissions()) & 077) == 0, entry.path().c_str());
        }
        QVERIFY(exportJournal(dir.filePath("j.db").toStdString(), dir.filePath("out.jsonl").toStdString()).has_value());
        ::umask(before);
        QVERIFY((static_cast<unsigned>(std::filesystem::status(dir.filePath("out.jsonl").toStdString()).permissions()) & 077) == 0);
    }

    void anExportThatFailsLeavesTheEarlierOne() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        const QString out = dir.filePath("out.jsonl");
        fill(path, 200);
        QVERIFY(exportJournal(path, out.toStdString()).has_value());
        const auto size = QFileInfo(out).size();
        rlimit before{};
        QVERIFY(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        {
            ::signal(SIGXFSZ, SIG_IGN);
            rlimit small = before;
            small.rlim_cur = 40'000; // the reader's shared memory fits, the lines do not
            QVERIFY(size > 40'000 && ::setrlimit(RLIMIT_FSIZE, &small) == 0);
            const auto guard = qScopeGuard([&] { ::setrlimit(RLIMIT_FSIZE, &before); });
            const auto failed = exportJournal(path, out.toStdString());
            QVERIFY(!failed.has_value());
            QCOMPARE(failed.error().code, ErrorCode::Io);
        }
        QCOMPARE(QFileInfo(out).size(), size);
        QVERIFY(!QFile::exists(out + ".part"));
        QCOMPARE(exportJournal(path, out.toStdString()).value_or(0), std::int64_t{200}); // which a later one replaces
    }

    void widerModesAreRefused() {
        for (const char* part : {"", ".anchor", ".lock"}) {
            QTemporaryDir dir;
            const std::string path = dir.filePath("j.db").toStdString();
            fill(path, 3);
            std::filesystem::permissions(path + part, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
            const auto opened = openTest(path);
            QVERIFY2(!opened.has_value(), part);
            QVERIFY2(opened.error().detail.find("chmod 600") != std::string::npos, opened.error().detail.c_str());
            std::filesystem::permissions(path + part, std::filesystem::perms::group_read, std::filesystem::perm_options::remove);
            QVERIFY(openTest(path).has_value());
        }
    }

    void symbolicLinksAreRefused() {
        for (const char* part : {"", ".anchor", ".lock"}) {
            QTemporaryDir dir;
            const std::string path = dir.filePath("j.db").toStdString();
            fill(path, 3);
            std::filesystem::rename(path + part, path + ".elsewhere");
            std::filesystem::create_symlink(path + ".elsewhere", path + part);
            QVERIFY2(!openTest(path).has_value(), part);
        }
    }

    void aFileOfAnotherUserIsRefused() {
        if (::geteuid() != 0) QSKIP("only root can give a file away");
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString();
        fill(path, 3);
        QCOMPARE(::chown(path.c_str(), 12345, static_cast<gid_t>(-1)), 0);
        QVERIFY(openTest(path).error().code == ErrorCode::BadInput);
    }

    void aFolderThatCannotBeWrittenIsNamed() {
        QTemporaryDir dir;
        QVERIFY(openTest(dir.filePath("missing/j.db").toStdString()).error().code == ErrorCode::Io);
        std::ofstream(dir.filePath("file").toStdString()) << "x";
        const auto under = openTest(dir.filePath("file/j.db").toStdString());
        QVERIFY(under.error().code == ErrorCode::Io);
        QVERIFY2(under.error().detail.find("file/j.db") != std::string::npos, under.error().detail.c_str());
        QVERIFY(!openTest(dir.path().toStdString()).has_value());
#if defined(__linux__)
        QVERIFY(openTest("/proc/self/j.db").error().code == ErrorCode::Io); // a folder in which nobody makes a file, root included
#endif
        if (::geteuid() == 0) return; // rights do not bind root
        QVERIFY(QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::ExeOwner));
        QVERIFY(openTest(dir.filePath("j.db").toStdString()).error().code == ErrorCode::Io);
        QVERIFY(QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }
#endif

    void aCheckpointFollowsEachHundredRecordsOrMinute() {
        QTemporaryDir dir;
        std::vector<std::int64_t> seqs;
        Journal::Options options{"run-1", testKey(), false};
        options.keep = [&](const Checkpoint& c) { seqs.push_back(c.seq); };
        auto journal = Journal::open(dir.filePath("j.db").toStdString(), options);
        QVERIFY(journal.has_value());
        const std::vector<NewRecord> two{testRecord(1), testRecord(2)};
        for (int i = 0; i < 75; ++i) // 100 records in no time, then one pair every 13 s
            QVERIFY((*journal)->append(at(i < 50 ? 0 : (i - 49) * 13), two).has_value());
        QVERIFY((seqs == std::vector<std::int64_t>{100, 110, 120, 130, 140, 150}));
        QVERIFY((*journal)->checkpoint(at(1000)).has_value()); // nothing new, nothing written
        QCOMPARE(seqs.size(), std::size_t{6});
        journal->reset();
        QCOMPARE(seqs.size(), std::size_t{6});
    }

    void typesAreNeitherEmptyNorEndless() {
        QTemporaryDir dir;
        auto journal = openTest(dir.filePath("j.db").toStdString());
        QVERIFY(journal.has_value());
        for (const auto& [type, fits] :
             {std::pair(std::string(), false), std::pair(std::string(64, 't'), true), std::pair(std::string(65, 't'), false)}) {
            const std::vector<NewRecord> batch{testRecord(1), {type, 1, "system", "", "{}", ""}};
            QCOMPARE((*journal)->append(at(1), batch).has_value(), fits); // one bad record keeps the whole batch out
        }
        QCOMPARE((*journal)->lastSeq(), std::int64_t{2});
    }

    void bodiesMustBeCanonicalAndWithoutFloats_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("float") << QByteArray("{\"x\":1.5}");
        QTest::newRow("unsorted") << QByteArray("{\"b\":1,\"a\":2}");
        QTest::newRow("blank") << QByteArray("{\"a\": 1}");
        QTest::newRow("float deep inside") << QByteArray("{\"a\":[{\"b\":1e3}]}");
        QTest::newRow("a key twice") << QByteArray("{\"a\":1,\"a\":1}");
        QTest::newRow("broken UTF-8") << QByteArray("{\"a\":\"\xff\"}");
        QTest::newRow("escaped needlessly") << QByteArray("{\"a\":\"\\u0041\"}");
        QTest::newRow("not JSON") << QByteArray("hello");
        QTest::newRow("empty") << QByteArray("");
    }
    void bodiesMustBeCanonicalAndWithoutFloats() {
        QFETCH(QByteArray, body);
        QTemporaryDir dir;
        auto journal = openTest(dir.filePath("j.db").toStdString());
        QVERIFY(journal.has_value());
        const NewRecord r{"note", 1, "system", "", body.toStdString(), ""};
        QVERIFY(!(*journal)->append(at(1), std::span(&r, 1)).has_value());
        QCOMPARE((*journal)->lastSeq(), std::int64_t{0});
        const NewRecord fine{"note", 1, "system", "", "{}", ""};
        QVERIFY((*journal)->append(at(2), std::span(&fine, 1)).has_value());
    }

    void contentIsKeptUnderItsHash() {
        QTemporaryDir dir;
        auto journal = openTest(dir.filePath("j.db").toStdString());
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
        auto journal = openTest(dir.filePath("j.db").toStdString(), true);
        QVERIFY(journal.has_value());
        QVERIFY(QFileInfo(dir.filePath("j.db.reserve")).size() >= (64 << 20));
    }

    void exportWritesEveryFieldOneLineARecord() {
        QTemporaryDir dir;
        const std::string path = dir.filePath("j.db").toStdString(), out = dir.filePath("out.jsonl").toStdString();
        fill(path, 12);
        const auto count = exportJournal(path, out);
        QVERIFY(count.has_value());
        QCOMPARE(*count, std::int64_t{12});
        std::ifstream in(out);
        const auto records = allRecords(path);
        std::size_t n = 0;
        for (std::string line; std::getline(in, line); ++n) {
            const auto json = parseJson(line);
            QVERIFY(json.has_value() && n < records.size());
            const Record& r = records[n];
            const Json expected = {{"seq", r.seq},
                                   {"utc_ns", r.utcNs},
                                   {"utc", formatUtc(utcFromNanos(r.utcNs))},
                                   {"mono_ns", r.monoNs},
                                   {"run_id", "run-1"},
                                   {"type", r.type},
                                   {"schema_version", 1},
                                   {"actor", "user:ann"},
                                   {"correlation", r.correlation},
                                   {"body", {{"n", n + 1}}},
                                   {"prev_hash", toHex(r.previousHash)},
                                   {"hash", toHex(r.hash)}};
            QVERIFY2(*json == expected, line.c_str());
        }
        QCOMPARE(n, records.size());
        QVERIFY(exportJournal(path, dir.filePath("missing/out").toStdString()).error().code == ErrorCode::Io);
        QVERIFY(exportJournal(dir.filePath("none.db").toStdString(), out).error().code == ErrorCode::NotFound);
        if (QFile::exists(QStringLiteral("/dev/null"))) QVERIFY(exportJournal(path, "/dev/null").error().code == ErrorCode::BadInput);
    }

    void anExportTakesNothingFromItsJournal() {
        QTemporaryDir dir;
        const std::string folder = dir.path().toStdString(), path = folder + "/j.db";
        const auto journal = openTest(path, true); // at work, so that all its files are there
        QVERIFY(journal.has_value() && appendTest(**journal, 1, 12));
        for (const char* name : {"run-1.tape", "checkpoint.key"}) std::ofstream(folder + '/' + name) << "precious";
        std::filesystem::create_hard_link(path, folder + "/hard");
        std::filesystem::create_hard_link(folder + "/run-1.tape", folder + "/hard tape");
        std::filesystem::create_symlink(path, folder + "/soft");
        std::filesystem::create_directory(folder + "/deeper");
        std::filesystem::create_directory_symlink(folder, folder + "/deeper/back");
        const auto all = [&] {
            std::vector<std::pair<std::string, std::uintmax_t>> files;
            for (const auto& entry : std::filesystem::directory_iterator(folder))
                if (entry.is_regular_file()) files.emplace_back(entry.path().filename().string(), entry.file_size());
            std::sort(files.begin(), files.end());
            return files;
        };
        const auto before = all();
        for (const char* name : {"j.db", "j.db-wal", "j.db-shm", "j.db-journal", "j.db.anchor", "j.db.lock", "j.db.reserve", "run-1.tape", "new.tape",
                                 "checkpoint.key", "hard", "hard tape", "soft", "deeper/back/j.db", "deeper/../j.db-wal", "deeper"}) {
            const auto refused = exportJournal(path, folder + '/' + name);
            QVERIFY2(!refused.has_value(), name);
            QCOMPARE(refused.error().code, ErrorCode::BadInput);
            QVERIFY2(refused.error().detail.find("choose another") != std::string::npos, refused.error().detail.c_str());
        }
        QVERIFY(all() == before);
        QVERIFY((*journal)->append(at(100), std::array{testRecord(13)}).has_value());
        QCOMPARE(allRecords(path).size(), std::size_t{13});
        QCOMPARE(exportJournal(path, folder + "/j.db.jsonl").value_or(0), std::int64_t{13}); // beside it there is room for an export
    }
};

QTEST_APPLESS_MAIN(JournalTest)
#include "tst_store_journal.moc"
