#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"

namespace mahler::store {

/// One record before it has a place in the chain. `body` is canonical JSON (base/json.h).
struct NewRecord {
    std::string type; ///< "order.intent"
    int schemaVersion = 1;
    std::string actor;       ///< "user:ann", "agent:desk", "system", "broker"
    std::string correlation; ///< the id that ties a story together (order, proposal, cycle)
    std::string body;
    std::string searchText; ///< what full-text search finds; derived, not hashed
};

struct Record {
    std::int64_t seq = 0; ///< 1, 2, 3 ... no gaps
    std::int64_t utcNs = 0, monoNs = 0;
    std::string runId;
    std::string type;
    int schemaVersion = 1;
    std::string actor, correlation, body;
    Digest previousHash{}, hash{};
};

/// SHA-256(0x00 | every field length-prefixed (64-bit little endian) | previous hash), SAFETY section 9.
Digest recordHash(const Record& record);

struct VerifyReport {
    bool ok = false;
    std::int64_t records = 0;
    std::int64_t firstBadSeq = 0; ///< 0 when no record is bad
    std::string reason;           ///< why it failed, or a sentence that says what was checked
    std::string lastHashHex;
};

struct SearchQuery {
    std::string text;                            ///< FTS5 words; empty matches all
    std::string type, actor, correlation;        ///< prefixes; empty matches all
    std::int64_t sinceUtcNs = 0, untilUtcNs = 0; ///< 0: open
    std::size_t limit = 200;
    std::int64_t beforeSeq = 0; ///< for paging, newest first; 0 starts at the end
    bool factsOnly = false;     ///< without the commands that came in ("in.*") and the tape's blocks
};

/// Where the chain stood. Kept outside the data folder (the keychain) it also proves that nobody put back an old copy of the
/// whole folder.
struct Checkpoint {
    std::int64_t seq = 0;
    Digest hash{};
};

/// The append-only, hash-chained journal in one SQLite file (SAFETY section 9). One writer per file, one thread.
class Journal {
public:
    struct Options {
        std::string runId;                             ///< of this process
        Digest checkpointKey{};                        ///< HMAC key of checkpoints; from the keychain or a 0600 file
        bool durable = true;                           ///< false only in benchmarks and throw-away tests
        std::optional<Checkpoint> kept{};              ///< the newest one kept outside; a journal that does not reach it is refused
        std::function<void(const Checkpoint&)> keep{}; ///< gets every new checkpoint, on the writer's thread
    };
    /// Creates or opens; checks permissions (0600, owner, no symlink), PRAGMAs by reading them back, page integrity, the whole hash chain and
    /// the side-file anchor. @return Integrity naming the first bad seq, Io, BadInput for a wrong mode, owner or kind of file,
    /// Unsupported for another format, or Busy when another process holds it.
    static Result<std::unique_ptr<Journal>> open(const std::string& path, Options options);
    virtual ~Journal() = default;

    /// One transaction, durable on return. @return the records as stored; BadInput when one is not canonical, none is stored
    /// then. Any other error is final: the journal refuses everything afterwards, and what was asked is found whole or not at
    /// all when it is opened again.
    virtual Result<std::vector<Record>> append(Timestamp now, std::span<const NewRecord> records) = 0;
    /// Keeps a blob under its SHA-256 (deliberations, model replies). Part of the next append's transaction or its own.
    virtual Result<Digest> putContent(std::string_view bytes) = 0;
    virtual Result<std::string> content(const Digest& hash) const = 0;
    virtual std::int64_t lastSeq() const = 0;
    virtual Digest lastHash() const = 0;
    virtual Result<void> checkpoint(Timestamp now) = 0; ///< also by itself every 100 records and 60 s, and on close
    virtual Result<std::vector<Record>> read(std::int64_t fromSeq, std::size_t limit) const = 0;
    virtual Result<std::vector<Record>> search(const SearchQuery& query) const = 0;
    /// True once the disk was full and the reserve had to be given up: there is room to say so and to halt, no more.
    virtual bool reserveSpent() const = 0;
    /// Makes the full-text projection anew from the texts it was given. It is no part of the chain.
    virtual Result<void> rebuildSearch() = 0;
};

/// Opens for reading only, without a lock: for search and export beside a running desk.
class JournalReader {
public:
    static Result<std::unique_ptr<JournalReader>> open(const std::string& path);
    virtual ~JournalReader() = default;
    virtual Result<std::vector<Record>> read(std::int64_t fromSeq, std::size_t limit) const = 0;
    virtual Result<std::vector<Record>> search(const SearchQuery& query) const = 0;
    virtual Result<std::string> content(const Digest& hash) const = 0;
    virtual std::int64_t lastSeq() const = 0;
};

/// Checks a journal file from outside, also beside a running desk. Does not need the key (HMACs are checked only when `key` is
/// given). A report's `reason` says what could not be checked. @return NotFound, BadInput for what is no journal, Unsupported.
Result<VerifyReport> verifyJournal(const std::string& path, const Digest* key = nullptr);
/// Checks the full-text index against the texts it was given and against the records: no hash covers it, so what verifyJournal
/// passes may still lead a search astray. Does nothing where a clean exit's hash of the whole file tells already, so call it for a
/// journal that verifyJournal passed. FTS5 checks only where it may write, hence on a private copy in SQLite's temporary folder:
/// it takes the journal's size there, and for each million short records some seven seconds.
/// @return Integrity when the index does not hold; any other error means that it could not be checked.
Result<void> checkSearchIndex(const std::string& path);
/// Line-delimited JSON, one record a line, written to `outPath` ("-" is stdout). A file appears there, or an earlier one is
/// replaced, only when all lines are on the disk. @return the number of lines; BadInput when `outPath` is the journal or a file that
/// belongs to it (log, side files, tapes, key; by name or by link) or no plain file; Io when it cannot be written.
Result<std::int64_t> exportJournal(const std::string& path, const std::string& outPath);

} // namespace mahler::store
