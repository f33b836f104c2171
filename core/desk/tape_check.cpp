#include "desk/tape_check.h"

#include <algorithm>
#include <filesystem>

#include "base/words.h"
#include "desk/codec.h"
#include "desk/recorder.h"
#include "store/journal.h"
#include "store/tape.h"

namespace mahler::desk {

namespace {

constexpr std::size_t kPageOfRecords = 2000;
constexpr const char* kTapeBlock = "tape_block_written";

/// @return false when the block is damaged; `report` says so then.
Result<bool> checkBlock(const store::Record& record, const std::string& directory, TapeReport& report) {
    const auto body = parseJson(record.body);
    const Error unreadable{ErrorCode::Integrity, "record " + std::to_string(record.seq) + " is not an input"};
    if (!body || !body->contains("command")) return unreadable;
    const auto command = decodeCommand(kTapeBlock, body->at("command"));
    const auto* b = command ? std::get_if<TapeBlockWritten>(&*command) : nullptr;
    if (!b) return unreadable;
    if (std::find(report.missing.begin(), report.missing.end(), b->file) != report.missing.end()) return true;
    const auto read = store::readTapeBlock(directory, {b->file, b->offset, b->size, b->entries, b->hash});
    if (read) {
        ++report.blocks;
        return true;
    }
    if (read.error().code == ErrorCode::NotFound) {
        report.missing.push_back(b->file);
        return true;
    }
    report.ok = false;
    report.firstBadSeq = record.seq;
    report.reason = read.error().detail;
    return false;
}

} // namespace

Result<TapeReport> checkTapes(const std::string& journalPath) {
    auto reader = store::JournalReader::open(journalPath);
    if (!reader) return reader.error();
    const std::string directory = std::filesystem::path(journalPath).parent_path().string();
    const std::string type = std::string(kInputPrefix) + kTapeBlock;
    TapeReport report;
    for (std::int64_t from = 1;;) {
        const auto page = (*reader)->read(from, kPageOfRecords);
        if (!page) return page.error();
        for (const auto& record : *page) {
            if (record.type != type) continue;
            const auto holds = checkBlock(record, directory, report);
            if (!holds) return holds.error();
            if (!*holds) return report;
        }
        if (page->size() < kPageOfRecords) break;
        from = page->back().seq + 1;
    }
    report.reason = counted(report.blocks, "tape block") + " checked, each as it was written";
    for (const auto& name : report.missing) report.reason += "; the tape " + name + " is missing, its ticks were not checked";
    return report;
}

} // namespace mahler::desk
