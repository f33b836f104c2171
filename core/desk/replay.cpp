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
    std::int64_t lastInputSeq = 0; ///< of the last journaled input
};

Result<void> addTape(Run& run, const std::string& directory, const TapeBlockWritten& b) {
    const auto entries = store::readTapeBlock(directory, {b.file, b.offset, b.size, b.entries, b.hash});
    if (!entries) return entries.error();
    for (const auto& entry : *entries) run.inputs.push_back({entry.commandNo, entry.at, MarketTick{entry.tick, {}}});
    return {};
}

/// @param last nothing is read beyond the page with an input behind this record: what its command saw is complete then. 0: everything.
Result<Loaded> load(const std::string& path, std::int64_t last = 0, const std::stop_token& stop = {}) {
    auto reader = store::JournalReader::open(path);
    if (!reader) return reader.error();
    const std::string directory = std::filesystem::path(path).parent_path().string();
    Loaded loaded;
    constexpr std::size_t kRecordsAPage = 2000;
    for (std::int64_t from = 1;;) {
        auto page = (*reader)->read(from, kRecordsAPage);
        if (!page) return page.error();
        if (stop.stop_requested()) return Error{ErrorCode::Busy, "the replay was cancelled"};
        for (auto& record : *page) {
            if (loaded.runs.empty() || loaded.runs.back().id != record.runId) loaded.runs.push_back({record.runId, {}});
            Run& run = loaded.runs.back();
            if (!record.type.starts_with(kInputPrefix)) {
                loaded.events.push_back(std::move(record));
                continue;
            }
            loaded.lastInputSeq = record.seq;
            const auto body = parseJson(record.body);
            if (!body || !body->contains("no") || !body->contains("command"))
                return Error{ErrorCode::Integrity, "record " + std::to_string(record.seq) + " is not an input"};
            auto command = decodeCommand(record.type.substr(3), body->at("command"));
            if (!command) return Error{command.error().code, "record " + std::to_string(record.seq) + ": " + command.error().detail};
            if (const auto* block = std::get_if<TapeBlockWritten>(&*command))
                if (const auto added = addTape(run, directory, *block); !added) return added.error();
            run.inputs.push_back({body->at("no").get<std::int64_t>(), {utcFromNanos(record.utcNs), MonoTime(record.monoNs)}, std::move(*command)});
        }
        if (page->size() < kRecordsAPage || (last > 0 && loaded.lastInputSeq > last)) break;
        from = page->back().seq + 1;
    }
    for (auto& run : loaded.runs) std::stable_sort(run.inputs.begin(), run.inputs.end(), [](const Input& a, const Input& b) { return a.no < b.no; });
    return loaded;
}

/// Feeds a fresh desk with every input; `made` hears of the outcomes and says whether to go on.
template <class Made> Result<void> feed(Loaded& loaded, Desk& desk, const Made& made) {
    for (auto& run : loaded.runs) {
        GreeksBoard board; // a new run knew nothing
        Carries carries;
        for (auto& input : run.inputs) {
            if (const auto* facts = std::get_if<CarryFacts>(&input.command))
                carries[facts->carry.underlying] = std::make_shared<const pricing::UnderlyingCarry>(facts->carry);
            if (auto* tick = std::get_if<MarketTick>(&input.command); tick && desk.state().facts)
                tick->greeks = board.price(tick->tick, *desk.state().facts, carries);
            try {
                if (!made(input, desk.handle(input.command, input.at))) return {};
            } catch (const InvariantError& e) { return Error{ErrorCode::Internal, std::string("replay stopped: ") + e.what()}; }
        }
    }
    return {};
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
    bool differed = false;
    const auto fed = feed(*loaded, desk, [&](const Input& input, const Outcome& outcome) {
        ++(std::holds_alternative<MarketTick>(input.command) ? report.ticks : report.commands);
        for (const auto& event : outcome.events) {
            differed = true;
            if (next == loaded->events.size()) {
                report.detail = "replay made " + event.type + " after the journal's end";
                return false;
            }
            const auto& expected = loaded->events[next++];
            report.detail = difference(expected, event, input.at);
            if (!report.detail.empty()) {
                report.firstDifferentSeq = expected.seq;
                return false;
            }
            differed = false;
            ++report.events;
        }
        return true;
    });
    if (!fed) return fed.error();
    if (differed) return report;
    if (next != loaded->events.size()) {
        report.firstDifferentSeq = loaded->events[next].seq;
        report.detail = "the journal has " + std::to_string(loaded->events.size() - next) + " events the replay did not make";
        return report;
    }
    report.same = true;
    report.detail = "every event is the same, byte for byte";
    return report;
}

Result<Moment> replayMoment(const std::string& journalPath, const risk::Limits& limits, std::int64_t seq, std::stop_token stop,
                            const std::function<void(double)>& progress) {
    auto loaded = load(journalPath, seq, stop);
    if (!loaded) return loaded.error();
    const auto& events = loaded->events;
    // The facts up to the record; a record of an input is reached with the first fact or input behind it.
    const auto wanted = static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const store::Record& r) { return r.seq <= seq; }));
    const std::int64_t last = std::max(events.empty() ? 0 : events.back().seq, loaded->lastInputSeq);
    if (seq < 1 || seq > last || wanted == 0) return Error{ErrorCode::NotFound, "there is nothing to show at record " + std::to_string(seq)};
    std::size_t inputs = 0, done = 0, next = 0;
    for (const auto& run : loaded->runs) inputs += run.inputs.size();
    const std::size_t step = std::max<std::size_t>(1, inputs / 100);
    Moment moment{seq, nullptr, {}};
    Desk desk(limits);
    const auto fed = feed(*loaded, desk, [&](const Input& input, const Outcome& outcome) {
        for (const auto& event : outcome.events) {
            if (next < events.size() && moment.differs.empty())
                if (const auto differs = difference(events[next], event, input.at); !differs.empty())
                    moment.differs = "record " + std::to_string(events[next].seq) + ": " + differs;
            ++next;
        }
        if (++done % step == 0) progress(static_cast<double>(done) / static_cast<double>(inputs));
        if (next < wanted) return !stop.stop_requested();
        auto view = std::make_shared<DeskView>(desk.view(input.at));
        view->environment = "REPLAY";
        view->journalSeq = seq;
        moment.view = std::move(view);
        return false;
    });
    if (!fed) return fed.error();
    if (stop.stop_requested()) return Error{ErrorCode::Busy, "the replay was cancelled"};
    if (!moment.view) return Error{ErrorCode::Integrity, "the replay made fewer facts than the journal has up to record " + std::to_string(seq)};
    return moment;
}

} // namespace mahler::desk
