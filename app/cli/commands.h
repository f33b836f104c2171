#pragma once

#include <string>
#include <vector>

namespace mahler::app {

// One function a subcommand. Exit codes: 0 success, 1 what was checked does not hold, 2 bad input with one line on stderr.
int runCycleCommand(const std::vector<std::string>& words);
int runSurfaceCommand(const std::vector<std::string>& words);
int runPriceCommand(const std::vector<std::string>& words);
int runRiskCommand(const std::vector<std::string>& words);
int runVerifyPricesCommand(const std::vector<std::string>& words);
int runJournalCommand(const std::vector<std::string>& words);
int runDoctorCommand(const std::vector<std::string>& words);
int runSimulateCommand(const std::vector<std::string>& words);
int runScreenshotsCommand(const std::vector<std::string>& words, int& argc, char** argv);
int runWorkstation(const std::vector<std::string>& words, int& argc, char** argv);

/// The folder for journals and settings when --data-dir is not given.
std::string defaultDataDirectory();

} // namespace mahler::app
