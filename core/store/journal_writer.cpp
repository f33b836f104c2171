#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "store/file_guard.h"
#include "store/journal_tables.h"

namespace mahler::store {

namespace {

constexpr std::size_t kReserveBytes = 64u << 20;
constexpr std::int64_t kCheckpointRecords = 100;
constexpr std::int64_t kCheckpointNanos = 60'000'000'000;
constexpr std::size_t kMaxType = 64;

Result<void> harden(Database& db, bool durable) {
    int on = 0;
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
    const std::string pragmas = std::string("PRAGMA journal_mode=WAL; PRAGMA synchronous=") + (durable ? "FULL" : "OFF") +
                                "; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; "
                                "PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=1000;";
    if (const auto done = db.execute(pragmas); !done)
        return done.error();
    const std::pair<const char*, const char*> expected[] = {{"PRAGMA journal_mode", "wal"},
                                                            {"PRAGMA synchronous", durable ? "2" : "0"},
                                                            {"PRAGMA trusted_schema", "0"},
                                                            {"PRAGMA cell_size_check", "1"}};
    for (const auto& [pragma, value] : expected) {
        const auto is = db.value(pragma);
        if (!is || *is != value)
            return Error{ErrorCode::Integrity, std::string(pragma) + " is not " + value};
    }
    if (on != 1)
        return Error{ErrorCode::Integrity, "SQLite refused its defensive mode"};
    return {};
}

Result<void> checkNew(const NewRecord& r) {
    if (r.type.empty() || r.type.size() > kMaxType)
        return badInput("a record type has 1 to 64 characters");
    const auto body = parseJson(r.body);
    if (!body)
        return badInput(r.type + ": the body is not JSON");
    const auto canonical = canonicalJson(*body);
    if (!canonical || *canonical != r.body)
        return badInput(r.type + ": the body is not canonical JSON");
    return {};
}

class Writer final : public Journal {
public:
    Writer(std::string path, Options options, FileLock lock, Database db)
        : m_path(std::move(path)), m_options(std::move(options)), m_lock(std::move(lock)), m_db(std::move(db)) {}

    ~Writer() override {
        if (!m_broken)
            closeCleanly();
    }

    Result<void> prepare() {
        const auto last = tables::lastSeq(m_db);
        if (!last)
            return last.error();
        m_lastSeq = *last;
        if (m_lastSeq > 0) {
            const auto record = tables::read(m_db, m_lastSeq, 1);
            if (!record)
                return record.error();
            m_lastHash = record->front().hash;
            m_lastUtcNs = record->front().utcNs;
        }
        m_checkpointSeq = m_lastSeq;
        // Until the next clean exit the file's bytes are not promised.
        return tables::writeAnchor(m_path, {m_lastSeq, toHex(m_lastHash), {}, {}}, m_options.checkpointKey);
    }

    Result<std::vector<Record>> append(Timestamp now, std::span<const NewRecord> records) override {
        if (m_broken)
            return Error{ErrorCode::Io, "the journal failed before and refuses everything"};
        for (const auto& record : records)
            if (const auto ok = checkNew(record); !ok)
                return ok.error();
        auto stored = write(now, records);
        if (!stored && stored.error().code == ErrorCode::Io && !m_reserveUsed) {
            m_reserveUsed = true; // a full disk: the reserve makes room for what must still be said
            rollback();
            releaseReserve(m_path + ".reserve");
            stored = write(now, records);
        }
        if (!stored) {
            rollback();
            m_broken = true; // a failed write or fsync is fatal, never retried blindly (SAFETY section 9)
            return stored.error();
        }
        if (!stored->empty()) {
            m_lastSeq = stored->back().seq;
            m_lastHash = stored->back().hash;
            m_lastUtcNs = toNanos(now.utc);
        }
        if (m_lastSeq - m_checkpointSeq >= kCheckpointRecords || (m_lastSeq > m_checkpointSeq && now.mono.count() - m_checkpointMono >= kCheckpointNanos)) {
            if (const auto done = checkpoint(now); !done)
                return done.error();
        }
        return stored;
    }

    Result<Digest> putContent(std::string_view bytes) override {
        if (m_broken)
            return Error{ErrorCode::Io, "the journal failed before and refuses everything"};
        const Digest hash = sha256(bytes);
        auto statement = m_db.prepare("INSERT OR IGNORE INTO contents(hash, bytes) VALUES(?1, ?2)");
        if (!statement)
            return statement.error();
        statement->bind(1, toHex(hash)).bindBlob(2, tables::pack(bytes));
        const auto done = statement->step();
        if (!done) {
            m_broken = true;
            return done.error();
        }
        return hash;
    }

    Result<std::string> content(const Digest& hash) const override { return tables::content(m_db, hash); }
    std::int64_t lastSeq() const override { return m_lastSeq; }
    Digest lastHash() const override { return m_lastHash; }
    Result<std::vector<Record>> read(std::int64_t from, std::size_t limit) const override { return tables::read(m_db, from, limit); }
    Result<std::vector<Record>> search(const SearchQuery& q) const override { return tables::search(m_db, q); }

    Result<void> checkpoint(Timestamp now) override {
        if (m_broken)
            return Error{ErrorCode::Io, "the journal failed before and refuses everything"};
        m_checkpointMono = now.mono.count();
        if (m_lastSeq == 0 || m_lastSeq == m_checkpointSeq)
            return {};
        const std::string hash = toHex(m_lastHash);
        auto statement = m_db.prepare("INSERT OR IGNORE INTO checkpoints(seq, hash, hmac) VALUES(?1, ?2, ?3)");
        if (!statement)
            return statement.error();
        statement->bind(1, m_lastSeq).bind(2, hash).bind(3, tables::signCheckpoint(m_lastSeq, hash, m_options.checkpointKey));
        if (const auto done = statement->step(); !done) {
            m_broken = true;
            return done.error();
        }
        m_checkpointSeq = m_lastSeq;
        if (const auto written = tables::writeAnchor(m_path, {m_lastSeq, hash, {}, {}}, m_options.checkpointKey); !written) {
            m_broken = true;
            return written.error();
        }
        return {};
    }

private:
    Result<std::vector<Record>> write(Timestamp now, std::span<const NewRecord> records) {
        std::vector<Record> stored;
        if (records.empty())
            return stored;
        if (const auto begun = m_db.execute("BEGIN IMMEDIATE"); !begun)
            return begun.error();
        auto insert = m_db.prepare(std::string("INSERT INTO records(") + tables::kColumns + ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)");
        auto index = m_db.prepare("INSERT INTO search(rowid, words) VALUES(?1, ?2)");
        if (!insert || !index)
            return insert ? index.error() : insert.error();
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
            const auto bytes = [](const Digest& d) { return std::string_view(reinterpret_cast<const char*>(d.data()), d.size()); };
            insert->reset();
            insert->bind(1, r.seq).bind(2, r.utcNs).bind(3, r.monoNs).bind(4, r.runId).bind(5, r.type).bind(6, r.schemaVersion);
            insert->bind(7, r.actor).bind(8, r.correlation).bind(9, r.body).bindBlob(10, bytes(r.previousHash)).bindBlob(11, bytes(r.hash));
            if (const auto done = insert->step(); !done)
                return done.error();
            index->reset();
            index->bind(1, r.seq).bind(2, r.type + " " + r.actor + " " + r.correlation + " " + fresh.searchText);
            if (const auto done = index->step(); !done)
                return done.error();
            stored.push_back(std::move(r));
        }
        insert->reset();
        index->reset();
        if (const auto committed = m_db.execute("COMMIT"); !committed)
            return committed.error();
        return stored;
    }

    void rollback() {
        if (sqlite3_get_autocommit(m_db.handle()) == 0)
            if (const auto done = m_db.execute("ROLLBACK"); !done)
                log(LogLevel::Error, "rollback: " + done.error().detail);
    }

    void closeCleanly() {
        if (const auto done = checkpoint({utcFromNanos(m_lastUtcNs), MonoTime(m_checkpointMono)}); !done)
            return log(LogLevel::Error, "last checkpoint: " + done.error().detail);
        if (const auto moved = m_db.execute("PRAGMA wal_checkpoint(TRUNCATE)"); !moved)
            return log(LogLevel::Error, "closing the journal: " + moved.error().detail);
        m_db = Database();
        const auto hash = tables::fileHash(m_path);
        if (hash)
            if (const auto done = tables::writeAnchor(m_path, {m_lastSeq, toHex(m_lastHash), *hash, {}}, m_options.checkpointKey); !done)
                log(LogLevel::Error, "anchor: " + done.error().detail);
    }

    std::string m_path;
    Options m_options;
    FileLock m_lock;
    Database m_db;
    std::int64_t m_lastSeq = 0, m_lastUtcNs = 0, m_checkpointSeq = 0, m_checkpointMono = 0;
    Digest m_lastHash{};
    bool m_broken = false, m_reserveUsed = false;
};

} // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, Options options) {
    if (const auto isPrivate = checkPrivateFile(path); !isPrivate)
        return isPrivate.error();
    auto lock = FileLock::take(path);
    if (!lock)
        return lock.error();
    std::error_code ec;
    const bool existed = std::filesystem::exists(path, ec) && std::filesystem::file_size(path, ec) > 0;
    if (existed) {
        const auto report = verifyJournal(path, &options.checkpointKey);
        if (!report)
            return report.error();
        if (!report->ok)
            return Error{ErrorCode::Integrity, path + ": record " + std::to_string(report->firstBadSeq) + ": " + report->reason};
    } else {
        const auto anchor = tables::readAnchor(path);
        if (!anchor)
            return anchor.error();
        if (*anchor && (*anchor)->seq > 0)
            return Error{ErrorCode::Integrity, path + ": the journal is missing, its anchor says " + std::to_string((*anchor)->seq) + " records"};
    }
    auto db = Database::open(path, Database::Mode::ReadWriteCreate);
    if (!db)
        return db.error();
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ec);
    if (const auto hardened = harden(*db, options.durable); !hardened)
        return hardened.error();
    if (const auto made = tables::create(*db); !made)
        return made.error();
    if (options.durable)
        if (const auto reserved = reserve(path + ".reserve", kReserveBytes); !reserved)
            return reserved.error();
    auto writer = std::make_unique<Writer>(path, std::move(options), std::move(*lock), std::move(*db));
    if (const auto ready = writer->prepare(); !ready)
        return ready.error();
    return std::unique_ptr<Journal>(std::move(writer));
}

} // namespace mahler::store
