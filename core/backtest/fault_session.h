#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "backtest/fault_kinds.h"
#include "backtest/invariants.h"

namespace mahler::backtest {

struct FaultOptions {
    std::uint64_t seed = 1;
    FaultSet faults;
    int steps = 400;                               ///< of the market, some seconds each; minutes of rest follow
    std::function<void(const std::string&)> trace; ///< given a line for every command and event; empty: none
    bool replay = false;                           ///< every process's commands are handled once more by a second desk, which must say the same
};

struct FaultResult {
    std::uint64_t seed = 0;
    std::int64_t commands = 0, events = 0, checks = 0;
    std::int64_t intents = 0, sent = 0, fills = 0, closed = 0, asked = 0, halts = 0, resumes = 0, restarts = 0;
    std::array<std::int64_t, kFaultKinds> faults{}; ///< how often each struck
    std::optional<Violation> violation;
    std::int64_t atCommand = 0; ///< number of the command that broke the rule
};

/// One desk through some hours of a hostile market, broker, machine and people, every rule checked after every command. The same
/// options give the same result on every machine. Pure but for time and memory.
FaultResult runFaultSession(const FaultOptions& options);

} // namespace mahler::backtest
