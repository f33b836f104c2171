#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "store/file_guard.h"
#include "store/journal_tables.h"

namespace mahler::store {

namespace tables {

Result<Database> openForReading(const std::string& path) {
    std::error_code ec;
    const auto status = std::filesystem::status(path, ec);
    if (!std::filesystem::exists(status)) return Error{ErrorCode::NotFound, path + ": no such file"};
    if (!std::filesystem::is_regular_file(status)) return badInput(path + ": is not a file");
    if (std::filesystem::file_size(path, ec) == 0) return badInput(path + ": the file is empty, not a journal");
    if (const auto anchor = readAnchor(path); anchor && !*anchor && !hasMark(path)) // with an anchor beside it, it was one
        return badInput(path + ": is not a Mahler journal");
    auto db = Database::open(path, Database::Mode::ReadOnly);
    if (db && !db->value("SELECT count(*) FROM sqlite_master") && !std::filesystem::exists(path + "-wal", ec))
        db = Database::open(path, Database::Mode::Immutable);
    if (!db) return db.error();
    if (const auto harden = db->execute("PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA query_only=ON"); !harden)
        return Error{ErrorCode::Integrity, path + ": " + harden.error().detail};
    if (const auto format = checkFormat(*db, path); !format) return format.error();
    return db;
}

} // namespace tables

namespace {

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

std::string lineOf(const Record& r) {
    const auto body = parseJson(r.body);
    const Json line = {{"seq", r.seq},
                       {"utc_ns", r.utcNs},
                       {"utc", formatUtc(utcFromNanos(r.utcNs))},
                       {"mono_ns", r.monoNs},
                       {"run_id", r.runId},
                       {"type", r.type},
                       {"schema_version", r.schemaVersion},
                       {"actor", r.actor},
                       {"correlation", r.correlation},
                       {"body", body ? *body : Json(r.body)},
                       {"prev_hash", toHex(r.previousHash)},
                       {"hash", toHex(r.hash)}};
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::int64_t> writeLines(const JournalReader& reader, std::FILE* out, const std::string& outPath) {
    constexpr std::size_t kPage = 1000;
    const Error full{ErrorCode::Io, outPath + ": the disk is full or the pipe closed"};
    std::int64_t count = 0;
    for (std::int64_t from = 1;;) {
        const auto page = reader.read(from, kPage);
        if (!page) return page.error();
        for (const auto& record : *page) {
            const std::string text = lineOf(record);
            if (std::fwrite(text.data(), 1, text.size(), out) != text.size()) return full;
            ++count;
        }
        if (page->size() < kPage) break;
        from = page->back().seq + 1;
    }
    if (std::fflush(out) != 0) return full;
    return count;
}

/// Whether `file`, in the journal's folder, is what the journal consists of, is proven by or is replayed from.
bool belongsTo(const std::filesystem::path& journal, const std::filesystem::path& file) {
    const std::string own = journal.filename().string(), name = file.filename().string();
    for (const char* part : {"", "-wal", "-shm", "-journal", ".anchor", ".lock", ".reserve"})
        if (name == own + part) return true;
    return file.extension() == ".tape" || name == "checkpoint.key";
}

/// The file that an export to `outPath` replaces or makes, links followed. @return BadInput where it would take something from
/// the journal, or where no plain file stands.
Result<std::string> exportTarget(const std::string& path, const std::string& outPath) {
    namespace fs = std::filesystem;
    std::error_code ec;
    const auto status = fs::status(outPath, ec);
    const bool exists = fs::exists(status);
    if (exists && !fs::is_regular_file(status)) return badInput(outPath + ": is not a file; choose another");
    const fs::path journal = fs::canonical(path, ec), folder = journal.parent_path();
    const fs::path target = fs::weakly_canonical(fs::absolute(outPath, ec), ec);
    const Error own = badInput(outPath + ": belongs to the journal that is exported; choose another file");
    if (fs::equivalent(target.parent_path(), folder, ec) && belongsTo(journal, target)) return own;
    fs::directory_iterator files(folder, ec);
    for (; exists && !ec && files != fs::directory_iterator(); files.increment(ec)) // a hard link has any name, anywhere
        if (std::error_code gone; belongsTo(journal, files->path()) && fs::equivalent(files->path(), target, gone)) return own;
    return target.string();
}

} // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string& path) {
    auto db = tables::openForReading(path);
    if (!db) return db.error();
    return std::unique_ptr<JournalReader>(std::make_unique<Reader>(std::move(*db)));
}

Result<std::int64_t> exportJournal(const std::string& path, const std::string& outPath) {
    auto reader = JournalReader::open(path);
    if (!reader) return reader.error();
    if (outPath == "-") return writeLines(**reader, stdout, outPath);
    const auto target = exportTarget(path, outPath);
    if (!target) return target.error();
    const std::string part = *target + ".part";
    auto out = createNewFile(part); // what the journal holds is as private outside it
    if (!out)
        return Error{ErrorCode::Io, outPath + ": cannot be written: " + out.error().detail + "; choose another file, or remove what is left there"};
    auto count = writeLines(**reader, out->get(), outPath);
    if (const auto synced = syncFile(out->get(), outPath); count && !synced) count = synced.error();
    out->reset(); // some systems rename no open file
    std::error_code failed, ignored;
    if (count) std::filesystem::rename(part, *target, failed);
    if (failed) count = Error{ErrorCode::Io, outPath + ": " + failed.message()};
    if (!count) std::filesystem::remove(part, ignored);
    return count;
}

} // namespace mahler::store
