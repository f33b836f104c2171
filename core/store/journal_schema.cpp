#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string_view>

#include "store/journal_tables.h"

namespace mahler::store::tables {

namespace {

constexpr std::int64_t kApplicationId = 0x4d484c52; // "MHLR"
constexpr std::int64_t kFormat = 1;

struct Object {
    const char* name;
    const char* sql; ///< as SQLite keeps it, so that a changed one is seen
    bool guarded;    ///< part of what the journal promises; the rest are projections
};

// REPLACE deletes without asking the delete triggers, hence the guards on insert.
constexpr std::array kObjects = {
    Object{"records",
           "CREATE TABLE records (seq INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, mono_ns INTEGER NOT NULL, run_id TEXT NOT NULL, "
           "type TEXT NOT NULL, schema_version INTEGER NOT NULL, actor TEXT NOT NULL, correlation TEXT NOT NULL, body TEXT NOT NULL, "
           "prev_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT",
           true},
    Object{"contents", "CREATE TABLE contents (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT", true},
    Object{"checkpoints", "CREATE TABLE checkpoints (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, hmac TEXT NOT NULL) STRICT", true},
    Object{"records_in_order",
           "CREATE TRIGGER records_in_order BEFORE INSERT ON records WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records) "
           "BEGIN SELECT RAISE(ABORT, 'a record can only follow the last one'); END",
           true},
    Object{"records_no_update",
           "CREATE TRIGGER records_no_update BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"records_no_delete",
           "CREATE TRIGGER records_no_delete BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"contents_once",
           "CREATE TRIGGER contents_once BEFORE INSERT ON contents WHEN EXISTS (SELECT 1 FROM contents WHERE hash = NEW.hash) "
           "BEGIN SELECT RAISE(IGNORE); END",
           true},
    Object{"contents_no_update",
           "CREATE TRIGGER contents_no_update BEFORE UPDATE ON contents BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"contents_no_delete",
           "CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"checkpoints_once",
           "CREATE TRIGGER checkpoints_once BEFORE INSERT ON checkpoints WHEN EXISTS (SELECT 1 FROM checkpoints WHERE seq = NEW.seq) "
           "BEGIN SELECT RAISE(IGNORE); END",
           true},
    Object{"checkpoints_no_update",
           "CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"checkpoints_no_delete",
           "CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END", true},
    Object{"records_by_type", "CREATE INDEX records_by_type ON records(type, seq)", false},
    Object{"records_by_actor", "CREATE INDEX records_by_actor ON records(actor, seq)", false},
    Object{"records_by_correlation", "CREATE INDEX records_by_correlation ON records(correlation, seq) WHERE correlation <> ''", false},
    Object{"records_by_time", "CREATE INDEX records_by_time ON records(utc_ns, seq)", false},
    Object{"search", "CREATE VIRTUAL TABLE search USING fts5(words, prefix='1 2 3', columnsize=0, tokenize='unicode61 tokenchars ''-_.''')", false},
};

} // namespace

Result<void> create(Database& db) {
    std::string sql =
        "BEGIN IMMEDIATE; PRAGMA application_id=" + std::to_string(kApplicationId) + "; PRAGMA user_version=" + std::to_string(kFormat) + ";";
    for (const auto& object : kObjects) sql += std::string(object.sql) + ";";
    return db.execute(sql + "COMMIT");
}

Result<bool> isEmpty(const Database& db) {
    const auto objects = db.value("SELECT count(*) FROM sqlite_master");
    if (!objects) return objects.error();
    return *objects == "0";
}

bool hasMark(const std::string& path) {
    constexpr std::size_t kIdAt = 68; // most significant byte first (SQLite file format, 1.3)
    std::array<char, kIdAt + 4> head{};
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    const auto size = static_cast<std::size_t>(file.gcount());
    static constexpr std::string_view kName = "SQLite format 3";
    if (size >= kName.size() && std::equal(kName.begin(), kName.end(), head.begin())) return true;
    std::uint32_t id = 0;
    for (std::size_t i = kIdAt; i < head.size(); ++i) id = id << 8 | static_cast<unsigned char>(head[i]);
    return size == head.size() && id == static_cast<std::uint32_t>(kApplicationId);
}

Result<void> checkFormat(const Database& db, const std::string& path) {
    const auto tables = db.value("SELECT count(*) FROM sqlite_master WHERE name IN ('records', 'contents', 'checkpoints')");
    const auto id = db.value("PRAGMA application_id");
    const auto format = db.value("PRAGMA user_version");
    for (const auto* read : {&tables, &id, &format})
        if (!*read) return Error{ErrorCode::Integrity, path + ": " + read->error().detail};
    if (*tables == "0") return badInput(path + ": is not a Mahler journal");
    if (*tables != "3" || *id != std::to_string(kApplicationId)) return Error{ErrorCode::Integrity, path + ": the marks of a journal are damaged"};
    if (*format != std::to_string(kFormat))
        return Error{ErrorCode::Unsupported, path + ": is a journal of format " + *format + ", not " + std::to_string(kFormat)};
    return {};
}

std::string changedObject(const Database& db) {
    auto statement = db.prepare("SELECT type, name, sql FROM sqlite_master");
    if (!statement) return statement.error().detail;
    std::map<std::string, std::string> found;
    for (;;) {
        const auto row = statement->step();
        if (!row) return row.error().detail;
        if (!*row) break;
        const std::string type = statement->text(0), name = statement->text(1);
        found[name] = statement->text(2);
        bool ours = type != "trigger" && type != "view"; // an index or table more does no harm, code that runs on insert might
        for (const auto& object : kObjects) ours = ours || object.name == name;
        if (!ours) return type + " " + name + " does not belong into a journal";
    }
    for (const auto& object : kObjects)
        if (const auto it = found.find(object.name); object.guarded && (it == found.end() || it->second != object.sql))
            return std::string(object.name) + " is missing or was changed: the file no longer guards its records";
    return {};
}

} // namespace mahler::store::tables
