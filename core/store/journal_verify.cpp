#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text_file.h"
#include "store/journal_tables.h"

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
        if (!*row)
            return true;
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
    if (!statement)
        return statement.error().detail;
    for (;;) {
        const auto row = statement->step();
        if (!row)
            return row.error().detail;
        if (!*row)
            return {};
        const auto bytes = unpack(statement->text(1));
        if (!bytes || toHex(sha256(*bytes)) != statement->text(0))
            return "content " + statement->text(0).substr(0, 64) + " is damaged";
    }
}

} // namespace

VerifyReport verify(const Database& db, const std::string& path, const Digest* key, bool checkFile) {
    VerifyReport report;
    const auto pages = db.value("PRAGMA integrity_check(1)");
    const bool pagesOk = pages && *pages == "ok";
    std::map<std::int64_t, std::string> checkpointed;
    auto statement = db.prepare("SELECT seq, hash, hmac FROM checkpoints ORDER BY seq");
    if (!statement)
        return bad(report, 1, statement.error().detail);
    for (;;) {
        const auto row = statement->step();
        if (!row)
            return bad(report, 1, row.error().detail);
        if (!*row)
            break;
        const std::int64_t seq = statement->integer(0);
        checkpointed[seq] = statement->text(1);
        if (key && signCheckpoint(seq, statement->text(1), *key) != statement->text(2))
            return bad(report, seq, "the checkpoint's signature does not hold");
    }
    if (!chain(db, report, checkpointed))
        return report;
    if (!pagesOk)
        return bad(report, report.records + 1, "damaged pages: " + (pages ? *pages : pages.error().detail));
    if (!checkpointed.empty())
        return bad(report, report.records + 1, "checkpoint " + std::to_string(checkpointed.begin()->first) + " is beyond the journal's end");
    if (const auto wrong = contents(db); !wrong.empty())
        return bad(report, report.records + 1, wrong);
    const auto anchor = readAnchor(path);
    if (!anchor)
        return bad(report, report.records + 1, anchor.error().detail);
    if (*anchor) {
        const Anchor& a = **anchor;
        if (key && signAnchor(a, *key) != a.hmacHex)
            return bad(report, report.records + 1, "the side file's signature does not hold");
        if (a.seq > report.records)
            return bad(report, report.records + 1,
                       "the journal ends at " + std::to_string(report.records) + " but was anchored at " + std::to_string(a.seq) +
                           ": truncated or rolled back");
        if (a.seq > 0) {
            const auto at = read(db, a.seq, 1);
            if (!at || at->empty() || toHex(at->front().hash) != a.hashHex)
                return bad(report, a.seq, "the record differs from the anchor");
        }
        if (checkFile && !a.fileHashHex.empty()) {
            const auto now = fileHash(path);
            if (!now || *now != a.fileHashHex)
                return bad(report, report.records + 1, "the file's bytes are not those of the last clean exit");
        }
    }
    report.ok = true;
    report.reason = "sequence, chain, contents, checkpoints and anchor hold";
    return report;
}

} // namespace tables

namespace {

/// Beside a running writer through the WAL; a copy on read-only media as it lies there.
Result<Database> openForReading(const std::string& path) {
    std::error_code ec;
    const auto status = std::filesystem::status(path, ec);
    if (!std::filesystem::exists(status))
        return Error{ErrorCode::NotFound, path + ": no such file"};
    if (!std::filesystem::is_regular_file(status))
        return badInput(path + ": is not a file");
    if (std::filesystem::file_size(path, ec) == 0)
        return badInput(path + ": the file is empty, not a journal");
    auto db = Database::open(path, Database::Mode::ReadOnly);
    if (db && !db->value("SELECT count(*) FROM sqlite_master") && !std::filesystem::exists(path + "-wal", ec))
        db = Database::open(path, Database::Mode::Immutable);
    if (!db)
        return db.error();
    if (const auto harden = db->execute("PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA query_only=ON"); !harden)
        return Error{ErrorCode::Integrity, path + ": " + harden.error().detail};
    const auto isJournal = db->value("SELECT count(*) FROM sqlite_master WHERE name IN ('records', 'contents', 'checkpoints')");
    if (!isJournal)
        return Error{ErrorCode::Integrity, path + ": " + isJournal.error().detail};
    if (*isJournal != "3")
        return badInput(path + ": is not a Mahler journal");
    return db;
}

class Reader final : public JournalReader {
public:
    explicit Reader(Database db) : m_db(std::move(db)) {}
    Result<std::vector<Record>> read(std::int64_t from, std::size_t limit) const override { return tables::read(m_db, from, limit); }
    Result<std::vector<Record>> search(const SearchQuery& q) const override { return tables::search(m_db, q); }
    Result<std::string> content(const Digest& hash) const override { return tables::content(m_db, hash); }
    std::int64_t lastSeq() const override { return tables::lastSeq(m_db).value_or(0); }

private:
    Database m_db;
};

} // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string& path) {
    auto db = openForReading(path);
    if (!db)
        return db.error();
    return std::unique_ptr<JournalReader>(std::make_unique<Reader>(std::move(*db)));
}

Result<VerifyReport> verifyJournal(const std::string& path, const Digest* key) {
    auto db = openForReading(path);
    if (!db) {
        if (db.error().code != ErrorCode::Integrity)
            return db.error();
        VerifyReport report;
        report.firstBadSeq = 1;
        report.reason = db.error().detail;
        return report;
    }
    std::error_code ec;
    const bool settled = !std::filesystem::exists(path + "-wal", ec) || std::filesystem::file_size(path + "-wal", ec) == 0;
    return tables::verify(*db, path, key, settled);
}

Result<std::int64_t> exportJournal(const std::string& path, const std::string& outPath) {
    auto reader = JournalReader::open(path);
    if (!reader)
        return reader.error();
    std::FILE* out = outPath == "-" ? stdout : std::fopen(outPath.c_str(), "wb");
    if (!out)
        return Error{ErrorCode::Io, outPath + ": cannot be written"};
    std::int64_t count = 0;
    Result<std::int64_t> result = std::int64_t{0};
    constexpr std::size_t kPage = 1000;
    for (std::int64_t from = 1;;) {
        const auto page = (*reader)->read(from, kPage);
        if (!page) {
            result = page.error();
            break;
        }
        for (const auto& r : *page) {
            const auto body = parseJson(r.body);
            const Json line = {{"seq", r.seq},     {"utc_ns", r.utcNs}, {"utc", formatUtc(utcFromNanos(r.utcNs))}, {"mono_ns", r.monoNs},
                               {"run_id", r.runId}, {"type", r.type},    {"schema_version", r.schemaVersion},        {"actor", r.actor},
                               {"correlation", r.correlation}, {"body", body ? *body : Json(r.body)},
                               {"prev_hash", toHex(r.previousHash)}, {"hash", toHex(r.hash)}};
            const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
            if (std::fwrite(text.data(), 1, text.size(), out) != text.size()) {
                result = Error{ErrorCode::Io, outPath + ": the disk is full or the pipe closed"};
                break;
            }
            ++count;
        }
        if (!result || page->size() < kPage) {
            if (result)
                result = count;
            break;
        }
        from = page->back().seq + 1;
    }
    const bool flushed = out == stdout ? std::fflush(out) == 0 : std::fclose(out) == 0;
    if (!flushed && result)
        return Error{ErrorCode::Io, outPath + ": cannot be written"};
    return result;
}

} // namespace mahler::store
