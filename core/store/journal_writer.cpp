#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "store/file_guard.h"
#include "store/journal_tables.h"
#include "store/wal_check.h"

namespace mahler::store {

namespace {

constexpr std::size_t kReserveBytes = 64u << 20;
constexpr std::int64_t kCheckpointRecords = 100;
constexpr std::int64_t kCheckpointNanos = 60'000'000'000;
constexpr int kMostWalPages = 1000;
constexpr std::size_t kMaxType = 64;
constexpr const char* kRebuild = "INSERT INTO search(search) VALUES('rebuild')";

Result<void> harden(Database& db, bool durable) {
    int on = 0;
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
    // SQLite's own move of the WAL into the file hides a failed fsync, so it is off; the writer moves it and looks.
    const std::pair<std::string, std::string> wanted[] = {{"journal_mode", "WAL"},  {"synchronous", durable ? "2" : "0"},
                                                          {"fullfsync", "1"},       {"checkpoint_fullfsync", "1"},
                                                          {"mmap_size", "0"},       {"trusted_schema", "0"},
                                                          {"cell_size_check", "1"}, {"wal_autocheckpoint", "0"}};
    for (const auto& [pragma, value] : wanted) {
        if (const auto done = db.execute("PRAGMA " + pragma + "=" + value); !done) return done.error();
        const auto is = db.value("PRAGMA " + pragma);
        const bool same = is && (*is == value || (value == "WAL" && *is == "wal"));
        if (!same) return Error{ErrorCode::Integrity, "the journal cannot be opened safely: PRAGMA " + pragma + " is not " + value};
    }
    if (on != 1) return Error{ErrorCode::Integrity, "SQLite refused its defensive mode"};
    return {};
}

Result<void> checkNew(const NewRecord& r) {
    if (r.type.empty() || r.type.size() > kMaxType) return badInput("a record type has 1 to 64 characters");
    const auto body = parseJson(r.body);
    if (!body) return badInput(r.type + ": the body is not JSON");
    const auto canonical = canonicalJson(*body);
    if (!canonical || *canonical != r.body) return badInput(r.type + ": the body is not canonical JSON");
    return {};
}

std::string_view bytesOf(const Digest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }

class Writer final : public Journal {
public:
    Writer(std::string path, Options options, FileLock lock, Database db)
        : m_path(std::move(path)), m_options(std::move(options)), m_lock(std::move(lock)), m_db(std::move(db)) {}

    ~Writer() override {
        if (m_broken)
            sqlite3_db_config(m_db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); // leave the files as the failure left them
        else
            closeCleanly();
    }

    Result<void> prepare() {
        // A log begun anew: what a crash left torn in this one is not met again behind what is written from here.
        if (const auto moved = moveWal(SQLITE_CHECKPOINT_TRUNCATE); !moved) return moved.error();
        const auto last = tables::lastSeq(m_db);
        if (!last) return last.error();
        m_lastSeq = *last;
        if (m_lastSeq > 0) {
            const auto record = tables::read(m_db, m_lastSeq, 1);
            if (!record) return record.error();
            m_lastHash = record->front().hash;
            m_lastUtcNs = record->front().utcNs;
        }
        m_checkpointSeq = m_lastSeq;
        sqlite3_wal_hook(
            m_db.handle(),
            [](void* self, sqlite3*, const char*, int pages) {
                static_cast<Writer*>(self)->m_walPages = pages;
                return SQLITE_OK;
            },
            this);
        const std::pair<Statement*, std::string> statements[] = {
            {&m_insert, std::string("INSERT INTO records(") + tables::kColumns + ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"},
            {&m_index, "INSERT INTO search(rowid, words) VALUES(?1, ?2)"},
            {&m_insertContent, "INSERT INTO contents(hash, bytes) VALUES(?1, ?2)"},
            {&m_insertCheckpoint, "INSERT INTO checkpoints(seq, hash, hmac) VALUES(?1, ?2, ?3)"}};
        for (const auto& [statement, sql] : statements) {
            auto prepared = m_db.prepare(sql);
            if (!prepared) return prepared.error();
            *statement = std::move(*prepared);
        }
        if (const auto mended = mendSearch(); !mended) return mended.error();
        // Until the next clean exit the file's bytes are not promised.
        m_broken = false;
        return anchor({});
    }

    Result<std::vector<Record>> append(Timestamp now, std::span<const NewRecord> records) override {
        if (m_broken) return refusal();
        for (const auto& record : records)
            if (const auto ok = checkNew(record); !ok) return ok.error();
        auto stored = onDisk([&] { return write(now, records); });
        if (!stored || stored->empty()) return stored;
        m_lastSeq = stored->back().seq;
        m_lastHash = stored->back().hash;
        m_lastUtcNs = toNanos(now.utc);
        if (!m_checkpointMono) m_checkpointMono = now.mono.count();
        if (m_lastSeq - m_checkpointSeq >= kCheckpointRecords || now.mono.count() - *m_checkpointMono >= kCheckpointNanos)
            if (const auto done = checkpoint(now); !done) return done.error();
        if (const auto moved = tidyWal(); !moved) return moved.error();
        return stored;
    }

    Result<Digest> putContent(std::string_view bytes) override {
        if (m_broken) return refusal();
        const Digest hash = sha256(bytes);
        const std::string packed = tables::pack(bytes);
        const auto done = onDisk([&] {
            m_insertContent.reset();
            m_insertContent.bind(1, toHex(hash)).bindBlob(2, packed);
            return m_insertContent.step();
        });
        if (!done) return done.error();
        if (const auto moved = tidyWal(); !moved) return moved.error();
        return hash;
    }

    Result<std::string> content(const Digest& hash) const override { return tables::content(m_db, hash); }
    std::int64_t lastSeq() const override { return m_lastSeq; }
    Digest lastHash() const override { return m_lastHash; }
    Result<std::vector<Record>> read(std::int64_t from, std::size_t limit) const override { return tables::read(m_db, from, limit); }
    Result<std::vector<Record>> search(const SearchQuery& q) const override { return tables::search(m_db, q); }
    bool reserveSpent() const override { return m_reserveSpent; }

    Result<void> checkpoint(Timestamp now) override {
        if (m_broken) return refusal();
        m_checkpointMono = now.mono.count();
        if (m_lastSeq == m_checkpointSeq) return {};
        const std::string hash = toHex(m_lastHash);
        const auto done = onDisk([&] {
            m_insertCheckpoint.reset();
            m_insertCheckpoint.bind(1, m_lastSeq).bind(2, hash).bind(3, tables::signCheckpoint(m_lastSeq, hash, m_options.checkpointKey));
            return m_insertCheckpoint.step();
        });
        if (!done) return done.error();
        if (const auto written = anchor({}); !written) return written.error();
        m_checkpointSeq = m_lastSeq;
        if (m_options.keep) m_options.keep({m_lastSeq, m_lastHash});
        return {};
    }

    Result<void> rebuildSearch() override {
        if (m_broken) return refusal();
        return onDisk([&] { return m_db.execute(kRebuild); });
    }

private:
    static Error refusal() { return {ErrorCode::Io, "the journal failed before and refuses everything"}; }

    /// Does what writes to the disk. A full disk gives up the reserve and tries once more; anything else, a failed fsync above
    /// all, is fatal and never tried again (SAFETY section 9).
    template <class Work> auto onDisk(Work&& work) -> decltype(work()) {
        auto done = work();
        if (!done && (sqlite3_errcode(m_db.handle()) & 0xff) == SQLITE_FULL && giveUpReserve()) {
            rollback();
            done = work();
        }
        if (!done) {
            m_broken = true;
            rollback();
        }
        return done;
    }

    /// Index and records are written together; who finds them apart has a file somebody else wrote to. Of a missing row the body stands for
    /// the words it was found by, without what belongs to other records (a debate's).
    Result<void> mendSearch() {
        const std::string last = std::to_string(m_lastSeq);
        const auto indexed = m_db.value("SELECT coalesce(max(rowid), 0) FROM search");
        if (!indexed) return indexed.error();
        const auto rows = m_db.value("SELECT count(*) FROM search");
        if (!rows) return rows.error();
        if (*indexed == last && *rows == last) return {};
        log(LogLevel::Warning, "the journal's search index has " + *rows + " of " + last + " records: mended");
        return m_db.execute("BEGIN IMMEDIATE; DELETE FROM search WHERE rowid > " + last +
                            "; INSERT INTO search(rowid, words) SELECT seq, type || ' ' || actor || ' ' || correlation || ' ' || body FROM records "
                            "WHERE seq NOT IN (SELECT rowid FROM search); COMMIT");
    }

    bool giveUpReserve() {
        if (m_reserveSpent) return false;
        m_reserveSpent = true;
        log(LogLevel::Error, "the disk is full: the journal's reserve is given up");
        releaseReserve(m_path + ".reserve");
        return true;
    }

    void rollback() {
        for (auto* statement : {&m_insert, &m_index, &m_insertContent, &m_insertCheckpoint}) statement->reset();
        if (sqlite3_get_autocommit(m_db.handle()) == 0)
            if (const auto done = m_db.execute("ROLLBACK"); !done) log(LogLevel::Error, "rollback: " + done.error().detail);
    }

    Result<std::vector<Record>> write(Timestamp now, std::span<const NewRecord> records) {
        std::vector<Record> stored;
        if (records.empty()) return stored;
        if (const auto begun = m_db.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
        Digest previous = m_lastHash;
        std::int64_t seq = m_lastSeq;
        for (const auto& fresh : records) {
            Record r;
            r.seq = ++seq;
            r.utcNs = toNanos(now.utc);
            r.monoNs = now.mono.count();
            r.runId = m_options.runId;
            r.type = fresh.type;
            r.schemaVersion = fresh.schemaVersion;
            r.actor = fresh.actor;
            r.correlation = fresh.correlation;
            r.body = fresh.body;
            r.previousHash = previous;
            r.hash = recordHash(r);
            previous = r.hash;
            m_insert.reset();
            m_insert.bind(1, r.seq).bind(2, r.utcNs).bind(3, r.monoNs).bind(4, r.runId).bind(5, r.type).bind(6, r.schemaVersion);
            m_insert.bind(7, r.actor).bind(8, r.correlation).bind(9, r.body).bindBlob(10, bytesOf(r.previousHash)).bindBlob(11, bytesOf(r.hash));
            if (const auto done = m_insert.step(); !done) return done.error();
            m_index.reset();
            m_index.bind(1, r.seq).bind(2, r.type + " " + r.actor + " " + r.correlation + " " + fresh.searchText);
            if (const auto done = m_index.step(); !done) return done.error();
            stored.push_back(std::move(r));
        }
        if (const auto committed = m_db.execute("COMMIT"); !committed) return committed.error();
        return stored;
    }

    /// Moves a long WAL into the file, as far as readers allow.
    Result<void> tidyWal() {
        if (m_walPages < kMostWalPages) return {};
        m_walPages = 0;
        return onDisk([&] { return moveWal(SQLITE_CHECKPOINT_PASSIVE); });
    }

    Result<void> moveWal(int mode) {
        const int code = sqlite3_wal_checkpoint_v2(m_db.handle(), nullptr, mode, nullptr, nullptr);
        if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) return {};
        return sqliteError(m_db.handle(), "moving the journal's WAL");
    }

    /// The side file is a whole new file each time, so a second try after making room is no blind repeat.
    Result<void> anchor(const std::string& fileHashHex) {
        const tables::Anchor now{m_lastSeq, toHex(m_lastHash), fileHashHex, {}};
        auto written = tables::writeAnchor(m_path, now, m_options.checkpointKey);
        if (!written && giveUpReserve()) written = tables::writeAnchor(m_path, now, m_options.checkpointKey);
        if (!written) m_broken = true;
        return written;
    }

    void closeCleanly() {
        if (const auto done = checkpoint({utcFromNanos(m_lastUtcNs), MonoTime(m_checkpointMono.value_or(0))}); !done)
            return log(LogLevel::Error, "last checkpoint: " + done.error().detail);
        if (const auto moved = onDisk([&] { return moveWal(SQLITE_CHECKPOINT_TRUNCATE); }); !moved)
            return log(LogLevel::Error, "closing the journal: " + moved.error().detail);
        for (auto* statement : {&m_insert, &m_index, &m_insertContent, &m_insertCheckpoint}) *statement = Statement();
        m_db = Database();
        std::error_code ec;
        if (std::filesystem::exists(m_path + "-wal", ec) && std::filesystem::file_size(m_path + "-wal", ec) > 0)
            return; // a reader still needs it: the file's bytes may yet change
        const auto hash = tables::fileHash(m_path);
        if (const auto done = hash ? anchor(*hash) : Result<void>(hash.error()); !done) log(LogLevel::Error, "anchor: " + done.error().detail);
    }

    std::string m_path;
    Options m_options;
    FileLock m_lock;
    Database m_db;
    Statement m_insert, m_index, m_insertContent, m_insertCheckpoint; ///< after m_db, so that they end before it
    std::int64_t m_lastSeq = 0, m_lastUtcNs = 0, m_checkpointSeq = 0;
    std::optional<std::int64_t> m_checkpointMono; ///< absent until the first record or checkpoint of this run
    Digest m_lastHash{};
    int m_walPages = 0;
    bool m_broken = true; ///< until prepared, so that a failed opening changes nothing
    bool m_reserveSpent = false;
};

/// Whether the file holds a journal, or is still to be made one (new, or a crash came before its tables).
Result<bool> holdsJournal(const std::string& path) {
    std::error_code ec;
    if (!std::filesystem::exists(path, ec) || std::filesystem::file_size(path, ec) == 0) return false;
    const auto db = Database::open(path, Database::Mode::ReadOnly);
    const auto empty = db ? tables::isEmpty(*db) : Result<bool>(db.error());
    return !empty || !*empty; // what cannot be read is for the verifier to name
}

Result<void> verifyBeforeOpening(const std::string& path, const Journal::Options& options) {
    const auto wal = checkWal(path); // first: without its log the file may hold no journal at all
    if (!wal) return wal.error();
    if (wal->state == WalReport::State::Damaged) return Error{ErrorCode::Integrity, path + ": " + wal->reason};
    if (wal->state == WalReport::State::Unfinished) log(LogLevel::Warning, path + ": " + wal->reason);
    const auto holds = holdsJournal(path);
    if (!holds) return holds.error();
    const auto anchor = tables::readAnchor(path);
    if (!*holds) {
        if (!anchor) return anchor.error();
        const std::int64_t seq = std::max(*anchor ? (*anchor)->seq : 0, options.kept ? options.kept->seq : 0);
        if (seq > 0) return Error{ErrorCode::Integrity, path + ": the journal is missing, its anchor says " + std::to_string(seq) + " records"};
        return {};
    }
    auto db = tables::openForReading(path);
    if (!db) return db.error();
    const auto report = tables::verify(*db, path, &options.checkpointKey, true);
    if (!report.ok) return Error{ErrorCode::Integrity, path + ": record " + std::to_string(report.firstBadSeq) + ": " + report.reason};
    if (options.kept && options.kept->seq > 0) {
        const auto at = tables::read(*db, options.kept->seq, 1);
        if (!at || at->empty() || at->front().seq != options.kept->seq || at->front().hash != options.kept->hash)
            return Error{ErrorCode::Integrity, path + ": record " + std::to_string(std::min(report.records + 1, options.kept->seq)) +
                                                   ": the journal is not the one whose checkpoint " + std::to_string(options.kept->seq) +
                                                   " was kept: an old copy was put back"};
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, Options options) {
    for (const char* side : {"", "-wal", "-shm", ".anchor", ".lock", ".reserve"})
        if (const auto isPrivate = checkPrivateFile(path + side); !isPrivate) return isPrivate.error();
    auto lock = FileLock::take(path);
    if (!lock) return lock.error();
    if (const auto sound = verifyBeforeOpening(path, options); !sound) return sound.error();
    if (const auto made = createPrivateFile(path); !made) return made.error();
    auto db = Database::open(path, Database::Mode::ReadWriteCreate);
    if (!db) return db.error();
    if (const auto hardened = harden(*db, options.durable); !hardened) return hardened.error();
    const auto empty = tables::isEmpty(*db);
    if (const auto made = !empty ? Result<void>(empty.error()) : *empty ? tables::create(*db) : Result<void>(); !made) return made.error();
    if (options.durable)
        if (const auto reserved = reserve(path + ".reserve", kReserveBytes); !reserved) return reserved.error();
    auto writer = std::make_unique<Writer>(path, std::move(options), std::move(*lock), std::move(*db));
    if (const auto ready = writer->prepare(); !ready) return ready.error();
    return std::unique_ptr<Journal>(std::move(writer));
}

} // namespace mahler::store
