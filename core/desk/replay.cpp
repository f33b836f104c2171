#include "desk/replay.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "desk/codec.h"
#include "desk/desk.h"
#include "desk/greeks_board.h"
#include "desk/recorder.h"
#include "store/journal.h"
#include "store/tape.h"

namespace mahler::desk {

namespace {

struct Input {
    std::int64_t no = 0;
    Timestamp at{};
    Command command;
};

/// One run of the desk: its inputs in the order they were handled.
struct Run {
    std::string id;
    std::vector<Input> inputs;
};

struct Loaded {
    std::vector<Run> runs;
    std::vector<store::Record> events;
};

Result<void> addTape(Run& run, const std::string& directory, const TapeBlockWritten& b) {
    const auto entries = store::readTapeBlock(directory, {b.file, b.offset, b.size, b.entries, b.hash});
    if (!entries) return entries.error();
    for (const auto& entry : *entries) run.inputs.push_back({entry.commandNo, entry.at, MarketTick{entry.tick, {}}});
    return {};
}

Result<Loaded> load(const std::string& path) {
    auto reader = store::JournalReader::open(path);
    if (!reader) return reader.error();
    const std::string directory = std::filesystem::path(path).parent_path().string();
    Loaded loaded;
    constexpr std::size_t kPage = 2000;
    for (std::int64_t from = 1;;) {
        auto page = (*reader)->read(from, kPage);
        if (!page) return page.error();
        for (auto& record : *page) {
            if (loaded.runs.empty() || loaded.runs.back().id != record.runId) loaded.runs.push_back({record.runId, {}});
            Run& run = loaded.runs.back();
            if (!record.type.starts_with(kInputPrefix)) {
                loaded.events.push_back(std::move(record));
                continue;
            }
            const auto body = parseJson(record.body);
            if (!body || !body->contains("no") || !body->contains("command"))
                return Error{ErrorCode::Integrity, "record " + std::to_string(record.seq) + " is not an input"};
            auto command = decodeCommand(record.type.substr(3), body->at("command"));
            if (!command) return Error{command.error().code, "record " + std::to_string(record.seq) + ": " + command.error().detail};
            if (const auto* block = std::get_if<TapeBlockWritten>(&*command))
                if (const auto added = addTape(run, directory, *block); !added) return added.error();
            run.inputs.push_back({body->at("no").get<std::int64_t>(), {utcFromNanos(record.utcNs), MonoTime(record.monoNs)}, std::move(*command)});
        }
        if (page->size() < kPage) break;
        from = page->back().seq + 1;
    }
    for (auto& run : loaded.runs) std::stable_sort(run.inputs.begin(), run.inputs.end(), [](const Input& a, const Input& b) { return a.no < b.no; });
    return loaded;
}

/// Empty when equal.
std::string difference(const store::Record& expected, const Event& made, Timestamp at) {
    if (expected.type != made.type) return "journal has " + expected.type + ", replay made " + made.type;
    const auto body = canonicalJson(made.body);
    if (!body || *body != expected.body || made.actor != expected.actor || made.correlation != expected.correlation)
        return expected.type + " differs: journal " + expected.body.substr(0, 300) + ", replay " +
               (body ? body->substr(0, 300) : body.error().detail);
    if (toNanos(at.utc) != expected.utcNs || at.mono.count() != expected.monoNs) return expected.type + " has another time";
    return {};
}

} // namespace

Result<ReplayReport> replayJournal(const std::string& journalPath, const risk::Limits& limits) {
    auto loaded = load(journalPath);
    if (!loaded) return loaded.error();
    ReplayReport report;
    Desk desk(limits);
    std::size_t next = 0;
    for (auto& run : loaded->runs) {
        GreeksBoard board; // a new run knew nothing
        for (auto& input : run.inputs) {
            if (auto* tick = std::get_if<MarketTick>(&input.command); tick && desk.state().facts)
                tick->greeks = board.price(tick->tick, *desk.state().facts);
            ++(std::holds_alternative<MarketTick>(input.command) ? report.ticks : report.commands);
            Outcome outcome;
            try {
                outcome = desk.handle(input.command, input.at);
            } catch (const InvariantError& e) { return Error{ErrorCode::Internal, std::string("replay stopped: ") + e.what()}; }
            for (const auto& event : outcome.events) {
                if (next == loaded->events.size()) {
                    report.detail = "replay made " + event.type + " after the journal's end";
                    return report;
                }
                const auto& expected = loaded->events[next++];
                const std::string differs = difference(expected, event, input.at);
                if (!differs.empty()) {
                    report.firstDifferentSeq = expected.seq;
                    report.detail = differs;
                    return report;
                }
                ++report.events;
            }
        }
    }
    if (next != loaded->events.size()) {
        report.firstDifferentSeq = loaded->events[next].seq;
        report.detail = "the journal has " + std::to_string(loaded->events.size() - next) + " events the replay did not make";
        return report;
    }
    report.same = true;
    report.detail = "every event is the same, byte for byte";
    return report;
}

} // namespace mahler::desk
