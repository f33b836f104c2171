#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/ui_bridge.h"
#include "base/result.h"
#include "desk/runtime.h"
#include "simulation/simulated_market.h"

namespace mahler::app {

/// What the command line chose.
struct WorkstationOptions {
    std::string dataDirectory;
    std::string market = "sim"; ///< "sim" or "replay:PATH"
    std::uint64_t seed = 7;
    double speed = 60;
    simulation::Scenario scenario = simulation::Scenario::Calm;
    TradingDate date{};                             ///< first simulated session
    std::string historyDirectory;                   ///< for a recorded market
    std::optional<strategy::ScreenProfile> profile; ///< for this run, instead of config.json's
    bool singlePerson = false;
    std::optional<ui::ThemeKind> theme; ///< for this run
};

Result<WorkstationOptions> parseWorkstationOptions(const std::vector<std::string>& words);
/// config.json of the data folder with what the command line chose for this run.
Result<ui::SettingsValues> settingsFor(const WorkstationOptions& options);
/// The first session a new simulated desk lives in: fixed, so that the same seed is the same day.
TradingDate defaultSimulationDate();

/// Opens or continues the desk of these options: its folder below the data folder, key, feed, broker and reasoner.
/// This is the one place where concrete parts are chosen (composition root).
Result<std::unique_ptr<desk::DeskRuntime>> startDesk(const WorkstationOptions& options, desk::RuntimeSinks sinks);
/// The folder of one desk: journals of different markets, seeds and scenarios never mix.
std::string deskDirectory(const WorkstationOptions& options);

} // namespace mahler::app
