#pragma once

#include <memory>
#include <string>
#include <vector>

#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// What a positions CSV holds, row for row.
struct PositionsFile {
    std::string path;
    std::vector<Holding> holdings;
    std::vector<std::size_t> lines; ///< of the holdings
    std::vector<bool> rootGiven;
};

/// Header required, order free, unknown columns ignored: underlying, expiration_date, strike, option_type (call, put or
/// stock), quantity (signed, whole), average_price (not negative); optionally root ("SPXW") and strategy. A stock row leaves
/// expiration_date and strike empty and counts shares. Plain, .gz and .zip. At most 10,000 rows; every row must be right.
/// @return NotFound or BadInput naming file, line and column.
Result<PositionsFile> readPositions(const std::string& path);

/// Gives each option without a root the class that lists its expiry (SPX or SPXW). @return BadInput naming file and line when
/// several do.
Result<void> chooseRoots(PositionsFile& file, std::span<const std::shared_ptr<const pricing::PricedChain>> chains);

} // namespace mahler::portfolio
