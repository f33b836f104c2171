#include "execution/order.h"

#include <algorithm>

namespace mahler::execution {

const char* toString(OrderState s) {
    switch (s) {
    case OrderState::Intent: return "intent";
    case OrderState::Submitted: return "submitted";
    case OrderState::Working: return "working";
    case OrderState::PartlyFilled: return "partly_filled";
    case OrderState::Filled: return "filled";
    case OrderState::CancelPending: return "cancel_pending";
    case OrderState::Cancelled: return "cancelled";
    case OrderState::Rejected: return "rejected";
    case OrderState::Expired: return "expired";
    case OrderState::Unknown: return "unknown";
    }
    return "unknown";
}

Result<OrderState> parseOrderState(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(OrderState::Unknown); ++i)
        if (text == toString(static_cast<OrderState>(i))) return static_cast<OrderState>(i);
    return badInput("unknown order state '" + std::string(text.substr(0, 30)) + "'");
}

bool isTerminal(OrderState s) {
    return s == OrderState::Filled || s == OrderState::Cancelled || s == OrderState::Rejected || s == OrderState::Expired;
}

bool mayFollow(OrderState from, OrderState to) {
    if (isTerminal(from)) return false;
    switch (from) {
    case OrderState::Intent: return to != OrderState::Intent; // news can overtake our own acknowledgement
    case OrderState::Submitted: return to != OrderState::Intent;
    case OrderState::Working:
    case OrderState::PartlyFilled:
    case OrderState::CancelPending: return to != OrderState::Intent && to != OrderState::Submitted;
    case OrderState::Unknown: return to != OrderState::Intent;
    case OrderState::Filled:
    case OrderState::Cancelled:
    case OrderState::Rejected:
    case OrderState::Expired: return false;
    }
    return false;
}

OrderId clientOrderId(const portfolio::ComboOrder& order, const ProposalId& proposal, int attempt) {
    const auto digest = sha256(portfolio::canonicalText(order) + "#" + proposal.str() + "#" + std::to_string(attempt));
    std::string hex = toHex(digest).substr(0, 24);
    std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
    return OrderId("M-" + hex);
}

} // namespace mahler::execution
