#include "store/journal_tables.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace mahler::store::tables {

namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY,
    utc_ns INTEGER NOT NULL,
    mono_ns INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    actor TEXT NOT NULL,
    correlation TEXT NOT NULL,
    body TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS contents (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS checkpoints (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, hmac TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(words, content='', tokenize='unicode61 tokenchars ''-_.''');
CREATE INDEX IF NOT EXISTS records_by_correlation ON records(correlation, seq) WHERE correlation <> '';
CREATE INDEX IF NOT EXISTS records_by_type ON records(type, seq);
CREATE TRIGGER IF NOT EXISTS records_no_update BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS records_no_delete BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS contents_no_update BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS contents_no_delete BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
)sql";

/// "a b" -> "\"a\"* \"b\"*": words are matched as prefixes, never as FTS operators.
std::string matchExpression(const std::string& text) {
    std::string out, word;
    const auto flush = [&] {
        if (!word.empty())
            out += (out.empty() ? "\"" : " \"") + word + "\"*";
        word.clear();
    };
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\n')
            flush();
        else if (c != '"')
            word.push_back(c);
    }
    flush();
    return out;
}

/// The smallest text greater than every text with this prefix; empty when there is none.
std::string prefixEnd(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff)
        prefix.pop_back();
    if (!prefix.empty())
        prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

} // namespace

Result<void> create(Database& db) { return db.execute(kSchema); }

Result<Record> rowToRecord(const Statement& row) {
    Record r;
    r.seq = row.integer(0);
    r.utcNs = row.integer(1);
    r.monoNs = row.integer(2);
    r.runId = row.text(3);
    r.type = row.text(4);
    r.schemaVersion = static_cast<int>(row.integer(5));
    r.actor = row.text(6);
    r.correlation = row.text(7);
    r.body = row.text(8);
    const std::string previous = row.text(9), hash = row.text(10);
    if (previous.size() != 32 || hash.size() != 32)
        return Error{ErrorCode::Integrity, "record " + std::to_string(r.seq) + " has no proper hash"};
    std::memcpy(r.previousHash.data(), previous.data(), 32);
    std::memcpy(r.hash.data(), hash.data(), 32);
    return r;
}

Result<std::vector<Record>> read(const Database& db, std::int64_t fromSeq, std::size_t limit) {
    auto statement = db.prepare(std::string("SELECT ") + kColumns + " FROM records WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
    if (!statement)
        return statement.error();
    statement->bind(1, fromSeq).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Record> out;
    for (;;) {
        const auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return out;
        auto record = rowToRecord(*statement);
        if (!record)
            return record.error();
        out.push_back(std::move(*record));
    }
}

Result<std::vector<Record>> search(const Database& db, const SearchQuery& q) {
    const std::string match = matchExpression(q.text);
    std::string sql = std::string("SELECT ") + kColumns + " FROM records WHERE 1";
    if (!match.empty())
        sql = std::string("SELECT ") + kColumns + " FROM (SELECT rowid AS hit FROM search WHERE search MATCH ?1) JOIN records ON seq = hit WHERE 1";
    if (!q.type.empty())
        sql += " AND type >= ?2 AND type < ?3";
    if (!q.actor.empty())
        sql += " AND actor >= ?4 AND actor < ?5";
    if (!q.correlation.empty())
        sql += " AND correlation >= ?6 AND correlation < ?7 AND correlation <> ''";
    if (q.sinceUtcNs != 0)
        sql += " AND utc_ns >= ?8";
    if (q.untilUtcNs != 0)
        sql += " AND utc_ns <= ?9";
    if (q.beforeSeq != 0)
        sql += " AND seq < ?10";
    sql += " ORDER BY seq DESC LIMIT ?11";
    auto statement = db.prepare(sql);
    if (!statement)
        return statement.error();
    if (!match.empty())
        statement->bind(1, match);
    statement->bind(2, q.type).bind(3, prefixEnd(q.type)).bind(4, q.actor).bind(5, prefixEnd(q.actor));
    statement->bind(6, q.correlation).bind(7, prefixEnd(q.correlation)).bind(8, q.sinceUtcNs).bind(9, q.untilUtcNs);
    statement->bind(10, q.beforeSeq).bind(11, static_cast<std::int64_t>(q.limit));
    std::vector<Record> out;
    for (;;) {
        const auto row = statement->step();
        if (!row)
            return row.error();
        if (!*row)
            return out;
        auto record = rowToRecord(*statement);
        if (!record)
            return record.error();
        out.push_back(std::move(*record));
    }
}

Result<std::string> content(const Database& db, const Digest& hash) {
    auto statement = db.prepare("SELECT bytes FROM contents WHERE hash = ?1");
    if (!statement)
        return statement.error();
    statement->bind(1, toHex(hash));
    const auto row = statement->step();
    if (!row)
        return row.error();
    if (!*row)
        return Error{ErrorCode::NotFound, "no content " + toHex(hash)};
    auto bytes = unpack(statement->text(0));
    if (bytes && sha256(*bytes) != hash)
        return Error{ErrorCode::Integrity, "content " + toHex(hash) + " is damaged"};
    return bytes;
}

Result<std::int64_t> lastSeq(const Database& db) {
    auto statement = db.prepare("SELECT coalesce(max(seq), 0) FROM records");
    if (!statement)
        return statement.error();
    const auto row = statement->step();
    if (!row)
        return row.error();
    return statement->integer(0);
}

std::string pack(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(size + 8, '\0');
    const std::uint64_t length = bytes.size();
    for (std::size_t i = 0; i < 8; ++i)
        out[i] = static_cast<char>((length >> (8 * i)) & 0xff);
    compress2(reinterpret_cast<Bytef*>(out.data() + 8), &size, reinterpret_cast<const Bytef*>(bytes.data()),
              static_cast<uLong>(bytes.size()), 6);
    out.resize(size + 8);
    return out;
}

Result<std::string> unpack(std::string_view bytes) {
    constexpr std::uint64_t kLargest = 256u << 20;
    const Error damaged{ErrorCode::Integrity, "packed bytes are damaged"};
    if (bytes.size() < 8)
        return damaged;
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i)
        length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    if (length > kLargest)
        return damaged;
    std::string out(length, '\0');
    uLongf size = static_cast<uLongf>(length);
    if (uncompress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data() + 8),
                   static_cast<uLong>(bytes.size() - 8)) != Z_OK ||
        size != length)
        return damaged;
    return out;
}

} // namespace mahler::store::tables
