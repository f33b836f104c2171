#include "app/workstation.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "agents/deliberation.h"
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/config.h"
#include "app/data_folder.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "execution/simulated_broker.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "store/file_guard.h"

namespace mahler::app {

namespace {

constexpr double kMinSpeed = 1, kMaxSpeed = 600;
/// Of the simulated market from where the desk starts; each is made when the one before it is over.
constexpr int kSessions = 20;

std::string newRunId() {
    const auto now = SystemClock().now();
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "run-%016llx", static_cast<unsigned long long>(toNanos(now.utc)));
    return buffer;
}

std::string safeName(std::string text) {
    for (auto& c : text)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') c = '-';
    return text.substr(0, 60);
}

/// A desk that was stopped goes on where it stopped: the same day, or the next session when the day was over.
simulation::SimulationConfig configFor(const WorkstationOptions& options, std::optional<UtcTime> last) {
    simulation::SimulationConfig config;
    config.seed = options.seed;
    config.scenario = options.scenario;
    config.date = options.date;
    config.sessions = kSessions;
    if (last) {
        const TradingDate lastDay = market::toNewYork(*last).date;
        const int gone = market::tradingDaysBetween(options.date, lastDay);
        config.sessions = std::max(0, gone) + kSessions;
    }
    return config;
}

} // namespace

TradingDate defaultSimulationDate() {
    using namespace std::chrono;
    return year{2026} / November / 23;
}

Result<WorkstationOptions> parseWorkstationOptions(const std::vector<std::string>& words) {
    const auto args =
        Arguments::parse(words, {"market", "seed", "speed", "scenario", "data-dir", "history", "date", "profile", "theme"}, {"single-person"});
    if (!args) return args.error();
    if (!args->rest().empty()) return badInput("unexpected '" + args->rest().front() + "'");
    WorkstationOptions o;
    o.dataDirectory = args->value("data-dir").value_or(defaultDataDirectory());
    if (o.dataDirectory.empty()) return badInput("--data-dir is empty");
    o.market = args->value("market").value_or("sim");
    if (o.market == "live") return badInput("--market live: no broker is connected in this version; use sim or replay:PATH");
    if (o.market != "sim" && !o.market.starts_with("replay:")) return badInput("--market '" + o.market + "' is unknown; use sim or replay:PATH");
    std::error_code ec;
    if (o.market != "sim" && !std::filesystem::exists(o.market.substr(7), ec))
        return badInput("--market " + o.market + ": there is no such file or folder");
    const auto seed = args->integer("seed", 7, 0, std::numeric_limits<std::int64_t>::max());
    if (!seed) return seed.error();
    o.seed = static_cast<std::uint64_t>(*seed);
    const auto speed = args->number("speed", 60, kMinSpeed, kMaxSpeed);
    if (!speed) return speed.error();
    o.speed = *speed;
    const auto scenario = simulation::parseScenario(args->value("scenario").value_or("calm"));
    if (!scenario) return scenario.error();
    o.scenario = *scenario;
    o.date = defaultSimulationDate();
    if (const auto text = args->value("date")) {
        const auto date = parseDate(*text);
        if (!date) return badInput("--date " + date.error().detail);
        if (!market::isTradingDay(*date)) return badInput("--date " + *text + " is not a trading day");
        o.date = *date;
    }
    o.historyDirectory = args->value("history").value_or("");
    if (const auto name = args->value("profile")) {
        const auto profile = strategy::profileByName(*name);
        if (!profile) return profile.error();
        o.profile = *profile;
    }
    o.singlePerson = args->flag("single-person");
    if (const auto theme = args->value("theme")) {
        if (*theme != "dark" && *theme != "light") return badInput("--theme '" + *theme + "' is unknown; use dark or light");
        o.theme = *theme == "dark" ? ui::ThemeKind::Dark : ui::ThemeKind::Light;
    }
    return o;
}

Result<ui::SettingsValues> settingsFor(const WorkstationOptions& o) {
    auto values = loadConfig(o.dataDirectory);
    if (!values) return values;
    if (o.profile) values->desk.screener = *o.profile;
    if (o.theme) values->look.theme = *o.theme;
    values->dataFolder = o.dataDirectory;
    return values;
}

std::string deskDirectory(const WorkstationOptions& o) {
    if (o.market == "sim")
        return o.dataDirectory + "/sim-" + std::to_string(o.seed) + "-" + simulation::toString(o.scenario) + "-" + formatDate(o.date) +
               (o.singlePerson ? "-single" : "");
    std::error_code ec;
    const auto path = std::filesystem::weakly_canonical(o.market.substr(7), ec);
    // The whole path: two days of one underlying have the same file name.
    return o.dataDirectory + "/replay-" + safeName(path.filename().string()) + "-" + toHex(sha256(path.string())).substr(0, 12);
}

Result<std::unique_ptr<desk::DeskRuntime>> startDesk(const WorkstationOptions& o, desk::RuntimeSinks sinks) {
    if (const auto ready = prepareDataDirectory(o.dataDirectory); !ready) return ready.error();
    // Before the desk has a folder: a recording that cannot be played leaves nothing behind.
    auto recorded =
        o.market == "sim" ? Result<std::unique_ptr<market::MarketFeed>>(nullptr) : market::openRecordedFeed(o.market.substr(7), o.historyDirectory);
    if (!recorded) return recorded.error();
    const std::string directory = deskDirectory(o);
    if (const auto ready = prepareDataDirectory(directory); !ready) return ready.error();
    if (const auto made = store::createPrivateFile(directory + "/mahler.log"); !made) return made.error();
    startLog(directory); // beside its journal: two desks of one data folder may run at once
    const auto key = checkpointKeyFor(directory);
    if (!key) return key.error();
    const auto settings = settingsFor(o);
    if (!settings) return settings.error();
    const auto roles = agents::builtInRoles();
    if (!roles) return roles.error();

    desk::RuntimeOptions options;
    options.directory = directory;
    options.runId = newRunId();
    options.checkpointKey = *key;
    // Ready users without PINs are for the simulated market alone (issue 2); on any other the owner is one person.
    options.kind = o.singlePerson || o.market != "sim" ? approval::DeskKind::SinglePerson : approval::DeskKind::DemoTeam;
    options.settings = settings->desk;
    options.roles = *roles;
    options.speed = o.speed;
    options.simulated = o.market == "sim";

    auto config = std::make_shared<simulation::SimulationConfig>();
    const desk::FeedFactory makeFeed = [&o, &recorded, config](std::optional<UtcTime> last) -> Result<std::unique_ptr<market::MarketFeed>> {
        if (o.market != "sim") return std::move(*recorded);
        *config = configFor(o, last);
        return simulation::makeSimulatedMarket(*config);
    };
    const bool simulated = o.market == "sim";
    const desk::BrokerFactory makeBroker = [config, simulated](risk::Gate& gate, const risk::HaltGate& halt, const execution::BrokerReport& books) {
        execution::SimulatedBrokerConfig broker;
        broker.seed = config->seed;
        if (simulated) {
            broker.down = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).down; };
            broker.dividend = [config](const std::string& underlying, TradingDate exDate) -> std::optional<Price> {
                const auto dollars = simulation::dividendOn(*config, underlying, exDate);
                const auto amount = dollars ? Price::fromDouble(*dollars) : Result<Price>(Price{});
                return dollars && amount ? std::optional(*amount) : std::nullopt;
            };
            broker.rate = simulation::marketRate();
            broker.rejectRate = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).rejectRate; };
        }
        auto made = execution::SimulatedBroker::create(broker, gate, halt);
        if (!books.positions.empty() || books.cash.micros() != 0) made->restore(books);
        return made;
    };
    return desk::DeskRuntime::start(options, makeFeed, makeBroker, agents::makeRuleReasoner(), std::move(sinks));
}

} // namespace mahler::app
