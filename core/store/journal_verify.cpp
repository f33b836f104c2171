#include <filesystem>
#include <map>

#include "store/journal_tables.h"
#include "store/wal_check.h"

namespace mahler::store {

namespace tables {

namespace {

VerifyReport bad(VerifyReport report, std::int64_t seq, std::string reason) {
    report.ok = false;
    report.firstBadSeq = seq;
    report.reason = std::move(reason);
    return report;
}

/// Chain and sequence, streamed. @return false when `report` says what is wrong.
bool chain(const Database& db, VerifyReport& report, std::map<std::int64_t, std::string>& checkpointed) {
    auto statement = db.prepare(std::string("SELECT ") + kColumns + " FROM records ORDER BY seq");
    if (!statement) {
        report = bad(report, 1, statement.error().detail);
        return false;
    }
    Digest previous{};
    for (std::int64_t expected = 1;; ++expected) {
        const auto row = statement->step();
        if (!row) {
            report = bad(report, expected, row.error().detail);
            return false;
        }
        if (!*row) return true;
        const auto record = rowToRecord(*statement);
        if (!record) {
            report = bad(report, expected, record.error().detail);
            return false;
        }
        if (record->seq != expected) {
            report = bad(report, expected, "record " + std::to_string(expected) + " is missing");
            return false;
        }
        if (record->previousHash != previous) {
            report = bad(report, expected, "the link to the record before does not hold");
            return false;
        }
        if (recordHash(*record) != record->hash) {
            report = bad(report, expected, "the record was changed");
            return false;
        }
        previous = record->hash;
        report.records = expected;
        report.lastHashHex = toHex(record->hash);
        if (const auto it = checkpointed.find(expected); it != checkpointed.end() && it->second != report.lastHashHex) {
            report = bad(report, expected, "the record differs from its checkpoint");
            return false;
        }
        checkpointed.erase(expected);
    }
}

std::string contents(const Database& db) {
    auto statement = db.prepare("SELECT hash, bytes FROM contents");
    if (!statement) return statement.error().detail;
    for (;;) {
        const auto row = statement->step();
        if (!row) return row.error().detail;
        if (!*row) return {};
        const auto bytes = unpack(statement->text(1));
        if (!bytes || toHex(sha256(*bytes)) != statement->text(0)) return "content " + statement->text(0).substr(0, 64) + " is damaged";
    }
}

/// What is wrong with the anchor, with the first seq that cannot be trusted.
std::optional<std::pair<std::int64_t, std::string>> anchorMismatch(const Database& db, const Anchor& anchor, const VerifyReport& report,
                                                                   const Digest* key) {
    if (key && signAnchor(anchor, *key) != anchor.hmacHex)
        return std::pair(report.records + 1, std::string("the side file's signature does not hold"));
    if (anchor.seq > report.records)
        return std::pair(report.records + 1, "the journal ends at " + std::to_string(report.records) + " but was anchored at " +
                                                 std::to_string(anchor.seq) + ": truncated or rolled back");
    if (anchor.seq > 0) {
        const auto at = read(db, anchor.seq, 1);
        if (!at || at->empty() || toHex(at->front().hash) != anchor.hashHex)
            return std::pair(anchor.seq, std::string("the record differs from the anchor"));
    }
    return std::nullopt;
}

/// Whether the anchor is of a clean exit, and nothing was written since: it then vouches for every byte of the file.
bool vouchesForBytes(const std::string& path, const Anchor& anchor) {
    std::error_code ec;
    return !anchor.fileHashHex.empty() && !(std::filesystem::exists(path + "-wal", ec) && std::filesystem::file_size(path + "-wal", ec) > 0);
}

/// Whether the bytes are those of the last clean exit; true as well when a writer began to change them meanwhile.
bool sameBytes(const std::string& path, const Anchor& anchor) {
    if (!vouchesForBytes(path, anchor)) return true;
    const auto now = fileHash(path);
    if (now && *now == anchor.fileHashHex) return true;
    const auto again = readAnchor(path);
    return again && *again && (*again)->fileHashHex != anchor.fileHashHex;
}

/// One moment of the database as a temporary one, gone with its connection.
Result<Database> temporaryCopy(const Database& db) {
    auto copy = Database::open("", Database::Mode::ReadWriteCreate);
    if (!copy) return copy.error();
    if (const auto hardened = copy->execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"); !hardened) return hardened.error();
    sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", db.handle(), "main");
    const bool whole = backup && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    sqlite3_backup_finish(backup);
    if (!whole) return sqliteError(copy->handle(), "no temporary copy of the journal");
    return copy;
}

} // namespace

VerifyReport verify(Database& db, const std::string& path, const Digest* key, bool anchorNeeded) {
    VerifyReport report;
    // Anchor and log first, then one moment of the file: a running writer only ever goes beyond them.
    const auto anchor = readAnchor(path);
    const auto wal = checkWal(path);
    if (const auto begun = db.execute("BEGIN"); !begun) return bad(report, 1, begun.error().detail);
    const auto pages = db.value("PRAGMA integrity_check(1)");
    const bool pagesOk = pages && *pages == "ok";
    std::map<std::int64_t, std::string> checkpointed;
    auto statement = db.prepare("SELECT seq, hash, hmac FROM checkpoints ORDER BY seq");
    if (!statement) return bad(report, 1, statement.error().detail);
    for (;;) {
        const auto row = statement->step();
        if (!row) return bad(report, 1, row.error().detail);
        if (!*row) break;
        const std::int64_t seq = statement->integer(0);
        checkpointed[seq] = statement->text(1);
        if (key && signCheckpoint(seq, statement->text(1), *key) != statement->text(2))
            return bad(report, seq, "the checkpoint's signature does not hold");
    }
    if (!chain(db, report, checkpointed)) return report;
    if (!wal) return bad(report, report.records + 1, wal.error().detail);
    if (wal->state == WalReport::State::Damaged) return bad(report, report.records + 1, wal->reason);
    if (!pagesOk) return bad(report, report.records + 1, "damaged pages: " + (pages ? *pages : pages.error().detail));
    if (!checkpointed.empty())
        return bad(report, report.records + 1, "checkpoint " + std::to_string(checkpointed.begin()->first) + " is beyond the journal's end");
    if (const auto wrong = contents(db); !wrong.empty()) return bad(report, report.records + 1, wrong);
    if (!anchor) return bad(report, report.records + 1, anchor.error().detail);
    if (*anchor) {
        if (const auto wrong = anchorMismatch(db, **anchor, report, key)) return bad(report, wrong->first, wrong->second);
        if (!sameBytes(path, **anchor)) return bad(report, report.records + 1, "the file's bytes are not those of the last clean exit");
    } else if (anchorNeeded && report.records > 0) {
        return bad(report, report.records + 1, "the side file with the anchor is missing: records may be missing too");
    }
    if (const auto wrong = changedObject(db); !wrong.empty()) return bad(report, report.records + 1, wrong);
    report.ok = true;
    report.reason = "sequence, chain, contents and pages hold";
    report.reason += *anchor ? ", the anchor too" : "; there is no side file, so a cut end would not be seen";
    if (!wal->reason.empty()) report.reason += "; " + wal->reason;
    report.reason += key ? "; checkpoints are signed" : "; without the key the signatures were not checked";
    return report;
}

} // namespace tables

Result<VerifyReport> verifyJournal(const std::string& path, const Digest* key) {
    auto db = tables::openForReading(path);
    if (!db) {
        // A journal can live in its log alone: without a sound one its file is an empty one, or of no kind.
        const auto wal = checkWal(path);
        const bool walDamaged = wal && wal->state == WalReport::State::Damaged;
        if (db.error().code != ErrorCode::Integrity && !walDamaged) return db.error();
        VerifyReport report;
        report.firstBadSeq = 1;
        report.reason = walDamaged ? wal->reason : db.error().detail;
        return report;
    }
    return tables::verify(*db, path, key, false);
}

Result<void> checkSearchIndex(const std::string& path) {
    const auto anchor = tables::readAnchor(path);
    if (anchor && *anchor && tables::vouchesForBytes(path, **anchor)) return {};
    const auto db = tables::openForReading(path);
    if (!db) return db.error();
    auto copy = tables::temporaryCopy(*db);
    if (!copy) return copy.error();
    const auto damaged = [](const std::string& why) {
        return Error{ErrorCode::Integrity, "the records hold, but the search index does not, so a search may miss some: " + why};
    };
    const auto fault = [&](const Error& error) {
        const int code = sqlite3_errcode(copy->handle()) & 0xff;
        const bool unchecked = code == SQLITE_NOMEM || code == SQLITE_FULL || code == SQLITE_IOERR;
        return unchecked ? error : damaged(error.detail);
    };
    if (const auto whole = copy->execute("INSERT INTO search(search) VALUES('integrity-check')"); !whole) return fault(whole.error());
    const auto apart = copy->value("SELECT (SELECT count(*) FROM records WHERE seq NOT IN (SELECT rowid FROM search)) + "
                                   "(SELECT count(*) FROM search WHERE rowid NOT IN (SELECT seq FROM records))");
    if (!apart) return fault(apart.error());
    if (*apart != "0") return damaged(*apart + " entries are missing or too many");
    return {};
}

} // namespace mahler::store
