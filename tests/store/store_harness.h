#pragma once

#include <filesystem>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <sqlite3.h>

#include "store/journal.h"

/// What the tests of the store share: a journal in a temporary folder, and a hand that tampers with it.
namespace mahler::store {

inline Digest testKey() {
    Digest k{};
    k.fill(7);
    return k;
}

inline Timestamp at(int second) {
    const UtcTime t{std::chrono::seconds(1'790'000'000 + second)};
    return {t, MonoTime(t.time_since_epoch())};
}

inline Result<std::unique_ptr<Journal>> openTest(const std::string& path, bool durable = false) {
    return Journal::open(path, {"run-1", testKey(), durable});
}

inline NewRecord testRecord(int i) {
    return {i % 3 ? "order.state" : "halt.set",         1, "user:ann", "M-" + std::to_string(i), "{\"n\":" + std::to_string(i) + "}",
            "SPY put spread number" + std::to_string(i)};
}

inline bool appendTest(Journal& journal, int from, int to) {
    for (int i = from; i <= to; ++i) {
        const NewRecord r = testRecord(i);
        if (!journal.append(at(i / 10), std::span(&r, 1))) return false;
    }
    return true;
}

/// A closed journal, checkpointed at each hundredth and the last record, of records 1 to `records`.
inline void fill(const std::string& path, int records) {
    auto journal = openTest(path);
    QVERIFY2(journal.has_value(), journal ? "" : journal.error().detail.c_str());
    QVERIFY(appendTest(**journal, 1, records));
}

inline std::vector<Record> allRecords(const std::string& path) {
    const auto reader = JournalReader::open(path);
    return reader ? (*reader)->read(1, 1'000'000).value_or(std::vector<Record>{}) : std::vector<Record>{};
}

inline bool same(const Record& a, const Record& b) {
    return a.seq == b.seq && a.utcNs == b.utcNs && a.monoNs == b.monoNs && a.runId == b.runId && a.type == b.type &&
           a.schemaVersion == b.schemaVersion && a.actor == b.actor && a.correlation == b.correlation && a.body == b.body &&
           a.previousHash == b.previousHash && a.hash == b.hash;
}

inline bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Record& x, const Record& y) { return same(x, y); });
}

/// Plain SQL past the journal, as a tamperer has it.
inline bool execute(const std::string& path, const std::string& sql) {
    sqlite3* db = nullptr;
    const bool ok = sqlite3_open(path.c_str(), &db) == SQLITE_OK &&
                    sqlite3_exec(db, ("PRAGMA synchronous=OFF;" + sql).c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(db);
    return ok;
}

inline void dropGuards(const std::string& path) {
    for (const char* table : {"records", "contents", "checkpoints"})
        for (const char* what : {"_no_update", "_no_delete", "_in_order", "_once"})
            QVERIFY(execute(path, std::string("DROP TRIGGER IF EXISTS ") + table + what));
}

/// The side file as after a crash: it promises no file bytes, so that only the chain and its signatures are left to tell.
inline void anchorAsAfterCrash(const std::string& path, std::int64_t seq, const Digest& hash) {
    const std::string text = "anchor|" + std::to_string(seq) + "|" + toHex(hash) + "|";
    QFile file(QString::fromStdString(path + ".anchor"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.write(QByteArray::fromStdString("{\"file_sha256\":\"\",\"hash\":\"" + toHex(hash) + "\",\"hmac\":\"" + toHex(hmacSha256(testKey(), text)) +
                                         "\",\"seq\":" + std::to_string(seq) + "}"));
}

} // namespace mahler::store
