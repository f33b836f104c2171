#include "desk/codec.h"
#include "desk/context.h"

// A working order is moved to the mid by taking it back first: only what the broker confirms as unfilled is sent again, through
// the gate, and, where it opens, through the tiers like any new order (S1: a replace that adds risk is a new order).
namespace mahler::desk {

namespace {

Price atMid(const portfolio::ComboOrder& order, const ComboQuote& quote) {
    return market::classSpec(order.legs.front().contract.root).tick.roundTo(quote.mid, false);
}

std::optional<ComboQuote> freshQuote(const Context& c, const portfolio::ComboOrder& order) {
    const auto quote = quoteCombo(c.market, order.legs, c.now.mono);
    return quote && quote->age < c.quoteLimit() ? quote : std::nullopt;
}

/// Under B6 nothing but cancels goes out, under B7 nothing that was asked for before the doubt (SAFETY section 2).
std::string barredNow(const Context& c) {
    if (c.state.latched(risk::Breaker::B6ApiErrors)) return "the broker answers with errors (B6), only cancels are sent";
    if (c.state.latched(risk::Breaker::B7Integrity)) return "the books are in doubt (B7)";
    return {};
}

/// The tier its request was decided at; the moved order is never asked of fewer.
approval::Tier tierOfRequest(const Context& c, const ProposalId& proposal) {
    for (const auto& request : c.state.decided)
        if (request.proposal == proposal) return request.tier.tier;
    return approval::Tier::T0;
}

std::string notMovable(const Context& c, const MoveToMid& command) {
    const auto it = c.state.orders.find(command.id);
    const auto* user = c.user(command.user);
    if (it == c.state.orders.end() || (it->second.state != execution::OrderState::Working && it->second.state != execution::OrderState::PartlyFilled))
        return "it is not working";
    const auto& order = it->second.combo;
    const bool opening = order.intent == portfolio::OrderIntent::Open;
    if (!user || !(opening ? approval::mayProposeManually(*user) : approval::mayClose(*user))) return command.user.str() + " may not";
    if (c.state.cancelAskedAt.count(command.id)) return "it is being taken back";
    if (c.state.plan) return "everything is being closed";
    if (const auto barred = barredNow(c); !barred.empty()) return barred;
    if (opening && c.state.halted()) return "trading is halted";
    const auto quote = freshQuote(c, order);
    if (!quote) return "its legs have no fresh two-sided quotes";
    if (atMid(order, *quote) == order.netLimit) return "its limit is the mid";
    return {};
}

/// @return what became of it, for the record.
std::string sendAgain(Context& c, const execution::Order& old, const UserId& user) {
    if (old.state != execution::OrderState::Cancelled) return std::string("not sent again: it is ") + execution::toString(old.state);
    const std::int64_t left = old.combo.quantity - old.filled;
    const auto quote = freshQuote(c, old.combo);
    if (const auto barred = barredNow(c); !barred.empty()) return "not sent again: " + barred;
    if (left <= 0) return "not sent again: all of it was filled";
    if (!quote) return "not sent again: its legs have no fresh two-sided quotes";
    portfolio::ComboOrder order = old.combo;
    order.quantity = left;
    order.netLimit = atMid(order, *quote);
    order.source = "user:" + user.str();
    if (order.intent == portfolio::OrderIntent::Open) {
        Proposal p; // what was argued for it is still the case for it, and against
        if (const auto first = c.state.proposals.find(old.proposal); first != c.state.proposals.end()) p = first->second;
        p.strategy = p.strategy.empty() ? "manual" : p.strategy;
        p.synthesis = "Moved to the mid by " + user.str() + ", before it was " + old.id.str() + (p.synthesis.empty() ? "" : ". " + p.synthesis);
        p.sizedDownFrom = std::max(p.sizedDownFrom, tierOfRequest(c, old.proposal));
        p.inherits.reset();
        p.order = order;
        return "proposed again as " + propose(c, std::move(p)).str();
    }
    const auto* held = c.state.position(order.closes);
    if (!held || held->quantity < left) return "not sent again: the position is smaller";
    const auto decision = c.gate.evaluate(order, gateContext(c, order, held->strategy));
    if (!decision.pass) return "refused by the gate: " + failures(decision.checks);
    intend(c, order, old.proposal, held->strategy, decision, order.source, {});
    return "sent again at " + order.netLimit.str();
}

} // namespace

void onMoveToMid(Context& c, const MoveToMid& command) {
    if (const auto why = notMovable(c, command); !why.empty())
        return c.notice(NoticeView::Level::Advisory, "Not moved to the mid: " + why + " (" + command.id.str() + ")");
    const std::string actor = "user:" + command.user.str();
    c.emit("order.move", actor, command.id.str(), {{"order", command.id.str()}, {"user", command.user.str()}});
    requestCancel(c, command.id, actor);
}

void dropMove(Context& c, const OrderId& id, const std::string& why) {
    if (!c.state.moving.count(id)) return;
    c.emit("order.moved", "system", id.str(), {{"order", id.str()}});
    c.notice(NoticeView::Level::Advisory, "Taken back and not sent again: " + why + " (" + id.str() + ")");
}

void dropMoves(Context& c, const std::string& why) {
    const auto moving = c.state.moving;
    for (const auto& [id, user] : moving) dropMove(c, id, why);
}

void finishMoves(Context& c) {
    const auto moving = c.state.moving;
    for (const auto& [id, user] : moving) {
        const auto it = c.state.orders.find(id);
        if (it != c.state.orders.end() && !execution::isTerminal(it->second.state)) continue;
        c.emit("order.moved", "system", id.str(), {{"order", id.str()}});
        if (it == c.state.orders.end()) continue;
        const execution::Order old = it->second;
        c.notice(NoticeView::Level::Advisory, "Taken back to move it to the mid, " + sendAgain(c, old, user) + " (" + id.str() + ")");
    }
}

} // namespace mahler::desk
