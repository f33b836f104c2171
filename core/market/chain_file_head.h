#pragma once

#include <string>

#include "base/time.h"

namespace mahler::market {

/// What the first rows of a chain file tell, for an index of many files.
struct ChainFileHead {
    std::string underlying;       ///< of the first row
    UtcTime first{};              ///< quote time of the first row; for a Lean day the end of its first minute
    int delayMinutes = 0;         ///< see OptionChain
    bool oneSnapshot = false;     ///< the file holds one underlying at one time
    bool firstIsEarliest = false; ///< no row is known to be earlier than `first`
};

/// @return BadInput when the file is no option chain.
Result<ChainFileHead> readChainFileHead(const std::string& path);

} // namespace mahler::market
