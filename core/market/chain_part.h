#pragma once

#include <memory>
#include <set>

#include "market/chain.h"

namespace mahler::market {

/// The chain with these expiries alone, of every root; the chain itself when that leaves nothing out. Pure.
std::shared_ptr<const OptionChain> partOf(const std::shared_ptr<const OptionChain>& chain, const std::set<TradingDate>& expiries);

} // namespace mahler::market
