#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/ids.h"
#include "portfolio/combo_order.h"

namespace mahler::execution {

/// As real brokers have them. Intent: committed, not yet sent. Unknown counts at full size (S4).
enum class OrderState { Intent, Submitted, Working, PartlyFilled, Filled, CancelPending, Cancelled, Rejected, Expired, Unknown };
const char* toString(OrderState state);
Result<OrderState> parseOrderState(std::string_view text);
bool isTerminal(OrderState state);
/// Whether the life of an order allows this step. Unknown may go anywhere; a terminal state goes nowhere.
bool mayFollow(OrderState from, OrderState to);

struct Order {
    OrderId id; ///< client order id
    portfolio::ComboOrder combo;
    OrderState state = OrderState::Intent;
    std::int64_t filled = 0; ///< units
    Price averageNet;        ///< of the filled units
    Usd fees;
    Usd cashFlow{};                  ///< exact cash of the filled units, before fees
    std::optional<Price> arrivalMid; ///< net mid when the intent was made
    Timestamp createdAt{}, updatedAt{};
    std::int64_t intentSeq = 0; ///< journal sequence number
    std::string approvedBy;     ///< "auto" or user ids
    std::string brokerId, text; ///< the broker's id and last words (redacted)
    ProposalId proposal;
};

/// Orders live until the close of their session, all of them.
inline constexpr const char* kTimeInForce = "DAY";

/// Pure function of the intent (S3): "M-" + 24 hex of SHA-256(canonical order | proposal | attempt), upper case.
OrderId clientOrderId(const portfolio::ComboOrder& order, const ProposalId& proposal, int attempt);

} // namespace mahler::execution
