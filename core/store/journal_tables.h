#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/journal.h"
#include "store/sqlite_handle.h"

/// Tables and queries shared by writer, reader and verifier.
namespace mahler::store::tables {

/// Creates what is missing: STRICT tables, triggers that abort UPDATE and DELETE, the full-text projection.
Result<void> create(Database& db);
Result<std::vector<Record>> read(const Database& db, std::int64_t fromSeq, std::size_t limit);
Result<std::vector<Record>> search(const Database& db, const SearchQuery& query);
Result<std::string> content(const Database& db, const Digest& hash);
Result<std::int64_t> lastSeq(const Database& db);

inline constexpr const char* kColumns = "seq, utc_ns, mono_ns, run_id, type, schema_version, actor, correlation, body, prev_hash, hash";
/// @return Integrity when a hash cell does not hold 32 bytes.
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

/// The whole check: pages, sequence, chain, contents, checkpoints, anchor. `key` may be null. `checkFile` also compares
/// the file's bytes with the anchor of a clean exit.
VerifyReport verify(const Database& db, const std::string& journalPath, const Digest* key, bool checkFile);

std::string pack(std::string_view bytes);                  ///< zlib, for the content table
Result<std::string> unpack(std::string_view bytes);

} // namespace mahler::store::tables
