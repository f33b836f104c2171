#pragma once

#include <string>
#include <vector>

#include "portfolio/book.h"
#include "risk/limits.h"

namespace mahler::risk {

struct SizeResult {
    std::int64_t contracts = 0;
    std::string limitingFactor;                             ///< "risk_per_trade", "single_position", "portfolio_risk", "correlated_equities",
                                                            ///< "contracts_per_order", or the name of an added cap
    std::vector<std::pair<std::string, std::int64_t>> caps; ///< every cap by name
    Usd riskAmount;
    double riskFraction = 0;
};

/// Correlation-aware size (seed 002 section 7.3): 2 % a trade, 5 % a position, 10 % portfolio, 50 % correlated equities
/// (SPY, QQQ, IWM, SPX as one group). `maxLossPerContract` > 0 with fees.
SizeResult sizePosition(const std::string& underlying, Usd maxLossPerContract, Usd equity, const std::vector<portfolio::Position>& positions,
                        const Limits& limits);
/// One more cap beside those of sizePosition(), which the size then respects too: `contracts` from 0. `maxLossPerContract` and `equity` (dollars)
/// as given there; the risk of the smaller size is worked out anew from them. Cannot fail; no lock, one thread at a time for one `size`.
void addCap(SizeResult& size, const std::string& name, std::int64_t contracts, Usd maxLossPerContract, Usd equity);
bool isCorrelatedEquity(const std::string& underlying);

} // namespace mahler::risk
