#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/config.h"
#include "app/data_folder.h"
#include "app/keychain.h"
#include "base/clock.h"
#include "desk/tape_check.h"
#include "market/exchange_calendar.h"
#include "store/journal.h"

namespace mahler::app {

namespace {

namespace fs = std::filesystem;

struct Finding {
    std::string what;
    enum class Level { Ok, Warning, Wrong } level = Level::Ok;
    std::string found, mend;
};

Finding dataFolder(const std::string& directory) {
    std::error_code ec;
    if (!fs::exists(fs::symlink_status(directory, ec))) {
        fs::path above = fs::absolute(directory, ec);
        while (above.has_relative_path() && !fs::exists(above, ec)) above = above.parent_path();
        const fs::path probe = above / (".mahler-doctor-" + std::to_string(SystemClock().now().utc.time_since_epoch().count()));
        const bool made = fs::create_directory(probe, ec); // rights are not all that can be in the way
        fs::remove(probe, ec);
        if (!made)
            return {"data folder", Finding::Level::Wrong, directory + " does not exist and cannot be made in " + above.string(),
                    "choose another with --data-dir"};
        return {"data folder", Finding::Level::Ok, directory + " does not exist yet; it is made at the first start", ""};
    }
    if (const auto fault = faultOf(directory)) return {"data folder", Finding::Level::Wrong, fault->what, fault->mend};
    return {"data folder", Finding::Level::Ok, directory + ", private and writable", ""};
}

Finding disk(const std::string& directory) {
    std::error_code ec;
    const std::string at = fs::exists(directory, ec) ? directory : fs::temp_directory_path(ec).string();
    const auto space = fs::space(at, ec);
    if (ec) return {"disk", Finding::Level::Warning, "free space unknown", "check the disk of " + at};
    const auto free = space.available >> 20;
    if (free < 1024)
        return {"disk", Finding::Level::Wrong, std::to_string(free) + " MiB free", "free at least 1 GiB: the journal must always be writable"};
    return {"disk", Finding::Level::Ok, std::to_string(free) + " MiB free", ""};
}

Finding time() {
    const auto now = SystemClock().now();
    const auto local = market::formatNewYork(now.utc);
    if (now.utc < UtcTime(std::chrono::sys_days(std::chrono::year{2025} / 1 / 1)))
        return {"time", Finding::Level::Wrong, "the clock says " + formatUtc(now.utc), "set the clock, best by NTP"};
    return {"time", Finding::Level::Ok, formatUtc(now.utc) + ", New York " + local, ""};
}

void journals(const std::string& directory, std::vector<Finding>& out) {
    std::error_code ec;
    if (!fs::is_directory(directory, ec)) {
        out.push_back({"journal", Finding::Level::Ok, "none yet", ""});
        return;
    }
    int found = 0;
    for (const auto& entry : fs::directory_iterator(directory, ec)) {
        const auto path = entry.path() / "journal.db";
        if (!fs::exists(path, ec)) continue;
        ++found;
        const auto key = checkpointKeyBeside(path.string());
        const auto report = store::verifyJournal(path.string(), key && *key ? &**key : nullptr);
        const auto tapes = desk::checkTapes(path.string());
        const std::string name = "journal " + entry.path().filename().string();
        if (const auto fault = faultOf(entry.path().string()))
            out.push_back({name, Finding::Level::Wrong, fault->what, fault->mend});
        else if (!key)
            out.push_back({name, Finding::Level::Wrong, key.error().detail, "restore the key from a backup; do not trade on this journal"});
        else if (!report)
            out.push_back({name, Finding::Level::Wrong, report.error().detail, "restore it from a backup; do not trade on it"});
        else if (!report->ok)
            out.push_back({name, Finding::Level::Wrong, "record " + std::to_string(report->firstBadSeq) + ": " + report->reason,
                           "keep the file as evidence, restore from a backup; do not trade on it"});
        else if (!tapes || !tapes->ok)
            out.push_back({name, Finding::Level::Wrong, tapes ? tapes->reason : tapes.error().detail,
                           "keep the tape as evidence, restore it from a backup; sessions on it cannot be replayed"});
        else if (!tapes->missing.empty())
            out.push_back({name, Finding::Level::Warning, "the tape " + tapes->missing.front() + " is missing",
                           "put it back beside the journal; the session on it cannot be replayed"});
        else
            out.push_back({name, Finding::Level::Ok, std::to_string(report->records) + " records, chain intact", ""});
    }
    if (found == 0) out.push_back({"journal", Finding::Level::Ok, "none yet", ""});
}

Finding configuration(const std::string& directory) {
    const auto loaded = loadConfig(directory);
    if (!loaded) return {"configuration", Finding::Level::Wrong, loaded.error().detail, "mend or remove config.json; limits may only be tightened"};
    return {"configuration", Finding::Level::Ok, "every key is known; limits are the compiled ones or tighter", ""};
}

} // namespace

int runDoctorCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"data-dir"}, {"json"});
    if (!args) return badUsage(args.error());
    if (!args->rest().empty()) return badUsage(badInput("unexpected '" + args->rest().front() + "'"));
    const std::string directory = args->value("data-dir").value_or(defaultDataDirectory());
    std::vector<Finding> all{dataFolder(directory), disk(directory), time(), configuration(directory)};
    journals(directory, all);
    const bool keychain = keychainAvailable();
    all.push_back({"secrets", keychain ? Finding::Level::Ok : Finding::Level::Warning,
                   keychain ? "the system keychain answers" : "no system keychain here: simulated desks keep their checkpoint key in a 0600 file",
                   keychain ? "" : "install and unlock a keychain (Secret Service) before any live account is connected"});
    all.push_back({"providers", Finding::Level::Ok, "none configured: simulated market, simulated broker, rule-based reasoner need none", ""});
    bool wrong = false;
    Json json = Json::array();
    for (const auto& f : all) {
        const char* level = f.level == Finding::Level::Ok ? "ok" : f.level == Finding::Level::Warning ? "warning" : "wrong";
        wrong = wrong || f.level == Finding::Level::Wrong;
        if (args->flag("json"))
            json.push_back({{"check", f.what}, {"level", level}, {"found", f.found}, {"mend", f.mend}});
        else
            std::printf("%-8s %-24s %s%s%s\n", level, f.what.c_str(), oneLine(f.found).c_str(),
                        f.mend.empty() ? "" : "\n         mend: ", oneLine(f.mend).c_str());
    }
    if (args->flag("json")) std::printf("%s\n", json.dump(2).c_str());
    return wrong ? 1 : 0;
}

} // namespace mahler::app
