#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#ifndef _WIN32
#include <sys/stat.h>
#endif

#include "app/cli/arguments.h"
#include "app/cli/commands.h"

namespace {

constexpr const char* kHelp = R"(Mahler: a workstation on which a trader supervises an autonomous options desk.

mahler [--market sim|replay:PATH] [--seed N] [--speed X] [--scenario NAME] [--data-dir DIR] [--history DIR]
       [--date YYYY-MM-DD] [--profile seed|calibrated] [--single-person] [--theme dark|light]
    opens the workstation; the default is the simulated market with the rule-based reasoner: no key, no network
mahler cycle --chain FILE --underlying SPY [--history DIR] [--asof TIME] [--reasoner rules]
       [--profile seed|calibrated] [--json]
    one full analysis cycle on a recorded chain
mahler price --in contracts.csv --out results.csv [--json]
    prices a table of contracts: id, style, type, spot, strike, t_years, rate, dividend_yield, vol, price (vol or
    price may be empty). A malformed row is left empty, says why in its error column and does not stop the file;
    exit 1 when there was one. A price that no volatility gives names the reason there and is no failure
mahler surface --chain FILE --underlying SYM [--history DIR] [--json]
    fits and checks the volatility surface; exit 1 when arbitrage remains
mahler risk --positions FILE --chain FILE[,FILE...] [--history DIR] [--equity USD] [--propose FILE]
       [--paths N] [--seed N] [--json]
    Greeks, scenario grid, VaR and shortfall, margin and the breaker map of a book; --propose adds a trade to it.
    Positions CSV: underlying, expiration_date, strike, option_type (call|put|stock), quantity (signed),
    average_price; optional root, strategy. Stock rows leave expiration_date and strike empty
mahler verify-prices [--count N] [--seed N] [--json]
    prices N random contracts (1000) by independent methods and says where they disagree; some 40 ms each
mahler simulate [--sessions N] [--seed N] [--faults all|none|LIST] [--steps N] [--json] [--trace] [--list-faults]
    drives the desk through random markets and failures and checks every rule after every command; exit 1 when one broke.
    --sessions 1 --seed N --trace tells the session of a seed step by step
mahler journal verify|export|search|replay FILE ... [--json]   (verify: --without-tapes)
    checks the chain and the tapes beside it, exports (--out FILE), searches (--text WORDS ...), replays and compares byte for
    byte. An export is JSON Lines; with --json the lines go to --out FILE and one document to stdout
mahler screenshots --out DIR [--size WxH] [--theme dark|light] [--gain-loss NAME] [--density NAME] [--scenario NAME]
       [--json]
    renders every screen, filled with a seeded session, without a display
mahler doctor [--data-dir DIR] [--json]
    checks data folder, journal, secrets, time and disk, and says how to mend what is wrong
mahler --version | --help

With --json a command prints one JSON document to stdout, and errors stay on stderr.
Scenarios: calm, vol-spike, crash, grind-up, stale-feed, broker-outage.
Exit codes: 0 success, 1 what was checked does not hold, 2 bad input.
)";

int dispatch(int& argc, char** argv) {
    using namespace mahler::app;
    std::vector<std::string> words(argv + 1, argv + argc);
    const std::string first = words.empty() ? "" : words.front();
    if (first == "--help" || first == "-h" || first == "help") {
        std::fputs(kHelp, stdout);
        return 0;
    }
    if (first == "--version") {
        std::printf("mahler %s\n", MAHLER_VERSION);
        return 0;
    }
    if (first.empty() || first.starts_with("--")) return runWorkstation(words, argc, argv);
    words.erase(words.begin());
    if (first == "cycle") return runCycleCommand(words);
    if (first == "price") return runPriceCommand(words);
    if (first == "risk") return runRiskCommand(words);
    if (first == "surface") return runSurfaceCommand(words);
    if (first == "verify-prices") return runVerifyPricesCommand(words);
    if (first == "simulate") return runSimulateCommand(words);
    if (first == "journal") return runJournalCommand(words);
    if (first == "doctor") return runDoctorCommand(words);
    if (first == "screenshots") return runScreenshotsCommand(words, argc, argv);
    return badUsage({mahler::ErrorCode::BadInput, "unknown command '" + first + "'; mahler --help lists them"});
}

} // namespace

int main(int argc, char** argv) {
#ifndef _WIN32
    ::umask(0077); // files of ours are for the user alone (SAFETY section 8)
#endif
    try {
        return dispatch(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "mahler: internal error: %s\n", mahler::app::oneLine(e.what()).c_str());
        return 2;
    }
}
