#pragma once

#include <map>
#include <memory>
#include <tuple>

#include "desk/command.h"
#include "portfolio/book.h"
#include "pricing/option_pricer.h"

namespace mahler::desk {

/// What the model is given for a contract, all but its volatility; time is taken to the full minute.
pricing::Inputs modelInputs(const market::OptionContract& contract, double spot, UtcTime at, const SessionFacts& facts);

/// Model Greeks of the contracts a tick carries, each at the implied volatility of its own mid. A contract without a usable quote
/// or spot is absent. The same ticks and facts give the same values: time is taken to the full minute, so that the exercise
/// boundaries of an expiry serve all its strikes for sixty seconds. Used by the market thread and by a replay; one thread each.
class GreeksBoard {
public:
    GreeksBoard();
    ~GreeksBoard();
    portfolio::GreeksBook price(const market::Tick& tick, const SessionFacts& facts);

private:
    struct Slice;
    struct Known {
        Price mid;
        double spot = 0;
        UtcTime minute{};
        std::optional<portfolio::UnitGreeks> greeks;
    };
    std::map<std::pair<std::string, UtcTime>, std::unique_ptr<Slice>> m_slices; ///< by underlying and expiry
    std::map<std::string, Known> m_known;
    std::map<std::string, Result<market::OptionContract>> m_contracts;
};

} // namespace mahler::desk
