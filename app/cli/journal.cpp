#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/data_folder.h"
#include "base/text_file.h"
#include "desk/replay.h"
#include "desk/tape_check.h"
#include "store/journal.h"

namespace mahler::app {

namespace {

int verify(const std::string& path, bool json, bool withoutTapes) {
    // The key lies beside the journal of a simulated desk; without it the checkpoints' signatures are not checked.
    const auto key = checkpointKeyBeside(path);
    if (!key) return badUsage(key.error());
    auto report = store::verifyJournal(path, *key ? &**key : nullptr);
    if (!report) return badUsage(report.error());
    desk::TapeReport tapes;
    if (report->ok) { // what a journal says of its tapes counts only when the journal holds
        const auto checked = desk::checkTapes(path);
        if (!checked) return badUsage(checked.error());
        tapes = *checked;
        report->reason = tapes.ok ? report->reason + "; " + tapes.reason : tapes.reason;
        if (!tapes.ok) report->firstBadSeq = tapes.firstBadSeq;
        const bool lost = !withoutTapes && !tapes.missing.empty(); // deleting must not hide what damaging shows
        if (lost) report->reason += "; --without-tapes leaves them out";
        report->ok = tapes.ok && !lost;
    }
    if (report->ok) {
        const auto index = store::checkSearchIndex(path);
        report->ok = index || index.error().code != ErrorCode::Integrity;
        if (!report->ok)
            report->reason = index.error().detail;
        else if (!index)
            report->reason += "; the search index was not checked: " + index.error().detail;
    }
    if (json) {
        std::printf("%s\n", Json{{"ok", report->ok},
                                 {"records", report->records},
                                 {"first_bad_seq", report->firstBadSeq},
                                 {"reason", report->reason},
                                 {"checkpoints_checked", key->has_value()},
                                 {"tape_blocks", tapes.blocks},
                                 {"missing_tapes", tapes.missing},
                                 {"last_hash", report->lastHashHex}}
                                .dump(2)
                                .c_str());
    } else if (report->ok) {
        std::printf("ok: %lld records, last hash %s. %s\n", static_cast<long long>(report->records), report->lastHashHex.c_str(),
                    report->reason.c_str());
    } else {
        const std::string where = report->firstBadSeq > 0 ? "first bad record " + std::to_string(report->firstBadSeq) + ": " : "";
        std::fprintf(stderr, "mahler: %s: %s%s\n", path.c_str(), where.c_str(), oneLine(report->reason).c_str());
    }
    return report->ok ? 0 : 1;
}

/// The lines are many documents: with --json they go to a file alone, and one document says what is in it.
int exportTo(const std::string& path, const std::string& out, bool json) {
    if (json && out == "-") return badUsage(badInput("journal export --json wants --out FILE: the lines go there, one document to stdout"));
    const auto count = store::exportJournal(path, out);
    if (!count) return badUsage(count.error());
    if (json)
        std::printf("%s\n", Json{{"records", *count}, {"out", out}}.dump(2).c_str());
    else
        std::fprintf(stderr, "%lld records\n", static_cast<long long>(*count));
    return 0;
}

int search(const std::string& path, const Arguments& args) {
    store::SearchQuery query;
    query.text = args.value("text").value_or("");
    query.type = args.value("type").value_or("");
    query.actor = args.value("actor").value_or("");
    query.correlation = args.value("id").value_or("");
    const auto limit = args.integer("limit", 50, 1, 100000);
    if (!limit) return badUsage(limit.error());
    query.limit = static_cast<std::size_t>(*limit);
    if (const auto since = args.value("since")) {
        const auto time = parseUtc(*since);
        if (!time) return badUsage(badInput("--since " + time.error().detail));
        query.sinceUtcNs = toNanos(*time);
    }
    const auto reader = store::JournalReader::open(path);
    if (!reader) return badUsage(reader.error());
    const auto rows = (*reader)->search(query);
    if (!rows) return badUsage(rows.error());
    Json all = Json::array();
    for (const auto& r : *rows) {
        if (args.flag("json"))
            all.push_back({{"seq", r.seq},
                           {"utc", formatUtc(utcFromNanos(r.utcNs))},
                           {"type", r.type},
                           {"actor", r.actor},
                           {"correlation", r.correlation},
                           {"body", parseJson(r.body).value_or(Json(r.body))}});
        else
            std::printf("%8lld  %s  %-22s %-16s %-12s %s\n", static_cast<long long>(r.seq), formatUtc(utcFromNanos(r.utcNs)).c_str(), r.type.c_str(),
                        r.actor.c_str(), r.correlation.c_str(), oneLine(r.body).substr(0, 160).c_str());
    }
    if (args.flag("json"))
        std::printf("%s\n", all.dump(2).c_str());
    else if (rows->empty())
        std::fprintf(stderr, "no record matches\n");
    return 0;
}

int replay(const std::string& path, bool json) {
    auto report = desk::replayJournal(path, risk::Limits{});
    if (!report && report.error().code == ErrorCode::Integrity) { // it was looked at and does not hold
        desk::ReplayReport damaged;
        damaged.detail = report.error().detail;
        report = damaged;
    }
    if (!report) return badUsage(report.error());
    if (json)
        std::printf("%s\n", Json{{"same", report->same},
                                 {"commands", report->commands},
                                 {"ticks", report->ticks},
                                 {"events", report->events},
                                 {"first_different_seq", report->firstDifferentSeq},
                                 {"detail", report->detail}}
                                .dump(2)
                                .c_str());
    else if (report->same)
        std::printf("same: %lld commands and %lld ticks gave the journal's %lld events, byte for byte\n", static_cast<long long>(report->commands),
                    static_cast<long long>(report->ticks), static_cast<long long>(report->events));
    else if (report->firstDifferentSeq == 0)
        std::fprintf(stderr, "mahler: %s: cannot be replayed: %s\n", path.c_str(), oneLine(report->detail).c_str());
    else
        std::fprintf(stderr, "mahler: %s: replay differs at record %lld: %s\n", path.c_str(), static_cast<long long>(report->firstDifferentSeq),
                     oneLine(report->detail).c_str());
    return report->same ? 0 : 1;
}

} // namespace

int runJournalCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"out", "text", "type", "actor", "id", "since", "limit"}, {"json", "without-tapes"});
    if (!args) return badUsage(args.error());
    if (args->rest().size() != 2) return badUsage(badInput("usage: mahler journal verify|export|search|replay FILE"));
    const std::string& verb = args->rest()[0];
    const std::string& path = args->rest()[1];
    if (verb == "verify") return verify(path, args->flag("json"), args->flag("without-tapes"));
    if (verb == "export") return exportTo(path, args->value("out").value_or("-"), args->flag("json"));
    if (verb == "search") return search(path, *args);
    if (verb == "replay") return replay(path, args->flag("json"));
    return badUsage(badInput("unknown journal command '" + verb + "'; use verify, export, search or replay"));
}

} // namespace mahler::app
