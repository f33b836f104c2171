#include "store/journal_tables.h"

#include <cstring>
#include <limits>
#include <zlib.h>

namespace mahler::store::tables {

Result<Record> rowToRecord(const Statement& row) {
    Record r;
    r.seq = row.integer(0);
    const auto damaged = [&](const char* what) { return Error{ErrorCode::Integrity, "record " + std::to_string(r.seq) + what}; };
    // A value of another kind could read as the same number or text and so keep its hash.
    for (const int column : {0, 1, 2, 5})
        if (!row.isInteger(column)) return damaged(" holds something else where a number stands");
    for (const int column : {3, 4, 6, 7, 8})
        if (!row.isText(column)) return damaged(" holds something else where a text stands");
    if (row.integer(5) < std::numeric_limits<int>::min() || row.integer(5) > std::numeric_limits<int>::max())
        return damaged(" has an impossible schema version");
    r.utcNs = row.integer(1);
    r.monoNs = row.integer(2);
    r.runId = row.text(3);
    r.type = row.text(4);
    r.schemaVersion = static_cast<int>(row.integer(5));
    r.actor = row.text(6);
    r.correlation = row.text(7);
    r.body = row.text(8);
    const std::string previous = row.text(9), hash = row.text(10);
    if (!row.isBlob(9) || !row.isBlob(10) || previous.size() != 32 || hash.size() != 32) return damaged(" has no proper hash");
    std::memcpy(r.previousHash.data(), previous.data(), 32);
    std::memcpy(r.hash.data(), hash.data(), 32);
    return r;
}

Result<std::vector<Record>> read(const Database& db, std::int64_t fromSeq, std::size_t limit) {
    auto statement = db.prepare(std::string("SELECT ") + kColumns + " FROM records WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
    if (!statement) return statement.error();
    statement->bind(1, fromSeq).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Record> out;
    for (;;) {
        const auto row = statement->step();
        if (!row) return row.error();
        if (!*row) return out;
        auto record = rowToRecord(*statement);
        if (!record) return record.error();
        out.push_back(std::move(*record));
    }
}

Result<std::string> content(const Database& db, const Digest& hash) {
    auto statement = db.prepare("SELECT bytes FROM contents WHERE hash = ?1");
    if (!statement) return statement.error();
    statement->bind(1, toHex(hash));
    const auto row = statement->step();
    if (!row) return row.error();
    if (!*row) return Error{ErrorCode::NotFound, "no content " + toHex(hash)};
    auto bytes = unpack(statement->text(0));
    if (bytes && sha256(*bytes) != hash) return Error{ErrorCode::Integrity, "content " + toHex(hash) + " is damaged"};
    return bytes;
}

Result<std::int64_t> lastSeq(const Database& db) {
    auto statement = db.prepare("SELECT coalesce(max(seq), 0) FROM records");
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row) return row.error();
    return statement->integer(0);
}

std::string pack(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(size + 8, '\0');
    const std::uint64_t length = bytes.size();
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>((length >> (8 * i)) & 0xff);
    MAHLER_CHECK(compress2(reinterpret_cast<Bytef*>(out.data() + 8), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                           static_cast<uLong>(bytes.size()), 6) == Z_OK);
    out.resize(size + 8);
    return out;
}

Result<std::string> unpack(std::string_view bytes) {
    constexpr std::uint64_t kLargest = 256u << 20;
    const Error damaged{ErrorCode::Integrity, "packed bytes are damaged"};
    if (bytes.size() < 8) return damaged;
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    if (length > kLargest) return damaged;
    std::string out(length, '\0');
    uLongf size = static_cast<uLongf>(length);
    uLong read = static_cast<uLong>(bytes.size() - 8);
    if (uncompress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data() + 8), &read) != Z_OK || size != length ||
        read != bytes.size() - 8)
        return damaged;
    return out;
}

} // namespace mahler::store::tables
