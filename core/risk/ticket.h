#pragma once

#include <optional>
#include <string>

#include "portfolio/book.h"
#include "risk/limits.h"

namespace mahler::risk {

/// What an opening order being written cannot be sent with, in the order a person mends it. All but NothingToLose, NothingToGain and OffTick are
/// checks of the gate, asked early.
enum class TicketFault {
    Invalid,           ///< portfolio::validate(); `detail` says what
    TooMany,           ///< more units than one order may have: `most`
    Undefined,         ///< a short leg is not covered, or the loss has no bound; `detail` names it
    CreditBeyondWidth, ///< a credit of the whole width or more: `high` is the width
    CreditForBought,   ///< a bought option cannot bring a credit
    NothingToLose,     ///< no price of the underlying could lose at this limit: no one trades there
    NothingToGain,     ///< none could gain
    OffTick,           ///< between two prices of the class: `low` and `high`
    NotQuoted,         ///< a leg without a two-sided quote: `detail` is its id
    OutsideBand        ///< beyond the gate's band around the quotes: `low` to `high`
};

struct TicketProblem {
    TicketFault fault = TicketFault::Invalid;
    std::string detail{};               ///< English, or a contract id
    std::optional<Price> low{}, high{}; ///< net, per unit of underlying
    std::int64_t most = 0;
};

/// The first thing that keeps an opening order from being sent at its limit, with the quotes of its legs; empty when the gate would
/// pass its structure, size and price. It knows nothing of the account, the market's state or the age of quotes. Pure.
std::optional<TicketProblem> ticketProblem(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes, const Limits& limits);

} // namespace mahler::risk
