#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "desk/command.h"
#include "portfolio/book.h"
#include "pricing/expiry_carry.h"
#include "pricing/option_pricer.h"

namespace mahler::desk {

/// The newest carry by underlying.
using Carries = std::map<std::string, std::shared_ptr<const pricing::UnderlyingCarry>>;

/// What the model is given for a contract quoted at `quotedAt`: the carry of its expiry as the chain has it; without one, the session's rate,
/// yield and announced amounts.
pricing::Carry modelCarry(const market::OptionContract& contract, double spot, UtcTime quotedAt, const SessionFacts& facts, const Carries& carries);
/// The same as the inputs of a valuation, without a volatility. Cash dividends of the carry come beside them.
pricing::Inputs modelInputs(const market::OptionContract& contract, const pricing::Carry& carry);

/// Model Greeks of the contracts a tick carries, as priceChain() has them of the same quotes: each at the volatility of its strike's
/// out-of-the-money side when the tick has it (the chain also takes the surface's in place of an outlier's), otherwise of its own mid. A contract
/// without a usable quote or spot is absent. The same ticks, carries and facts give the same values; see modelTime(). Used by the market thread
/// and by a replay; one thread each.
class GreeksBoard {
public:
    GreeksBoard();
    ~GreeksBoard();
    portfolio::GreeksBook price(const market::Tick& tick, const SessionFacts& facts, const Carries& carries = {});

private:
    struct Slice;
    struct Line;
    struct Known {
        Price bid, ask;
        std::optional<Price> twinBid, twinAsk;
        pricing::Carry carry;
        std::optional<portfolio::UnitGreeks> greeks;
    };
    Slice& slice(const market::OptionContract& contract, const pricing::Carry& carry);
    double ownVol(const Line& line);
    std::optional<portfolio::UnitGreeks> greeksOf(const Line& line, const Line* twin);

    std::map<std::tuple<std::string, std::string, UtcTime>, std::unique_ptr<Slice>> m_slices; ///< by underlying, root and expiry
    std::map<std::string, Known> m_known;
    std::map<std::string, Result<market::OptionContract>> m_contracts;
};

} // namespace mahler::desk
