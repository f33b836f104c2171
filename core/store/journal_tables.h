#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/journal.h"
#include "store/sqlite_handle.h"

/// Tables and queries shared by writer, reader and verifier.
namespace mahler::store::tables {

/// Fills an empty file in one transaction: STRICT tables, triggers that abort what is no append, indexes, the full-text
/// projection, and the marks of the format.
Result<void> create(Database& db);
Result<bool> isEmpty(const Database& db);
/// @return BadInput for what is no journal, Unsupported for a journal of another format, Integrity when it cannot be read.
Result<void> checkFormat(const Database& db, const std::string& path);
/// Whether any mark of a journal is left in the file's head, the database's name or our number: a damaged journal has one of them,
/// what has neither never was one.
bool hasMark(const std::string& path);
/// Names a table or trigger that is missing, changed or foreign; empty when all guards stand.
std::string changedObject(const Database& db);

Result<std::vector<Record>> read(const Database& db, std::int64_t fromSeq, std::size_t limit);
Result<std::vector<Record>> search(const Database& db, const SearchQuery& query);
Result<std::string> content(const Database& db, const Digest& hash);
Result<std::int64_t> lastSeq(const Database& db);

inline constexpr const char* kColumns = "seq, utc_ns, mono_ns, run_id, type, schema_version, actor, correlation, body, prev_hash, hash";
/// @return Integrity when a cell does not hold the kind of value it should, or a hash is not 32 bytes.
Result<Record> rowToRecord(const Statement& row);

/// The side file beside the journal: where the chain ended last, under HMAC; and after a clean exit the SHA-256 of the file.
struct Anchor {
    std::int64_t seq = 0;
    std::string hashHex, fileHashHex, hmacHex;
};
std::string anchorPath(const std::string& journalPath);
std::string signAnchor(const Anchor& anchor, const Digest& key);
std::string signCheckpoint(std::int64_t seq, const std::string& hashHex, const Digest& key);
Result<void> writeAnchor(const std::string& journalPath, Anchor anchor, const Digest& key);
/// Absent when there is no side file. @return Integrity when it cannot be read.
Result<std::optional<Anchor>> readAnchor(const std::string& journalPath);
Result<std::string> fileHash(const std::string& path);

/// Opens for reading only: beside a running writer through the WAL; a copy on read-only media as it lies there.
Result<Database> openForReading(const std::string& path);
/// The whole check, of one moment even beside a running writer: pages, sequence, chain, contents, checkpoints, anchor, guards,
/// and after a clean exit every byte of the file. `key` may be null. `anchorNeeded` also refuses records without a side file.
VerifyReport verify(Database& db, const std::string& journalPath, const Digest* key, bool anchorNeeded);

std::string pack(std::string_view bytes); ///< zlib, for the content table
Result<std::string> unpack(std::string_view bytes);

} // namespace mahler::store::tables
