#include <algorithm>

#include "base/words.h"
#include "desk/codec.h"
#include "desk/context.h"
#include "desk/declined.h"

namespace mahler::desk {

namespace {

constexpr MonoTime kQuoteWait = 20s; ///< an idea whose legs nobody quotes in this time is dropped

void drop(Context& c, const ProposalId& id, const std::string& why) {
    // A person is told at once why nothing happens; the agents' own drops are for the list.
    const auto it = c.state.proposals.find(id);
    const bool byPerson = it != c.state.proposals.end() && it->second.order.source.starts_with("user:");
    c.notice(byPerson ? NoticeView::Level::Critical : NoticeView::Level::Log,
             byPerson ? "NOT SENT: " + portfolio::describe(it->second.order) + ": " + why : "Proposal dropped: " + why + " (" + id.str() + ")");
    c.emit("proposal.dropped", "system", id.str(), {{"proposal", id.str()}, {"why", why}});
}

/// Five openings per strategy and underlying in ten minutes disable it until a Risk Manager re-enables it.
void watchFlood(Context& c, const std::string& strategy, const std::string& underlying) {
    const std::string key = strategy + "/" + underlying;
    int recent = 0;
    for (const auto& sent : c.state.sent)
        if (sent.opening && sent.strategy == strategy && sent.underlying == underlying && c.now.utc - sent.at.utc < 10min) ++recent;
    if (recent >= c.limits.maxOpeningsPer10Minutes && !c.state.disabledStrategies.count(key)) {
        c.emit("strategy.disabled", "system", key, {{"key", key}, {"openings", recent}});
        c.notice(NoticeView::Level::Critical, "Strategy " + key + " disabled: " + counted(recent, "opening") + " in 10 minutes");
    }
}

Again raisedAgain(const Context& c, const Proposal& p) {
    return askedAgain(c.state.declinedToday, p.order, p.spot, [&](const DeclinedIdea& idea) {
        IdeaMarket now{p.spot, {}, {}};
        if (const auto quote = quoteCombo(c.market, idea.order.legs, c.now.mono)) now.net = quote->mid;
        if (const auto greeks = c.market.greeks(idea.order.legs.front().contract.id())) now.iv = greeks->markVol;
        return now;
    });
}

/// A newer version replaces a request of the same source that nobody has signed; any other request for the same idea stands,
/// and the newer one is not asked beside it: who may not decide a request cannot end it, and four eyes stay four (S9).
std::string waitsAlready(const Context& c, const Proposal& p) {
    for (const auto& [id, request] : c.state.approvals)
        if (sameIdea(request.order, p.order, p.spot) && (request.order.source != p.order.source || !request.signatures.empty()))
            return "the same idea waits as " + id.str();
    return {};
}

void decide(Context& c, const Proposal& p) {
    if (c.state.plan) return drop(c, p.id, "everything is being closed"); // it waited for quotes when the closing began
    const risk::GateDecision decision = c.gate.evaluate(p.order, gateContext(c, p.order, p.strategy));
    journalChecks(c, p, decision);
    if (!decision.pass) {
        drop(c, p.id, failures(decision.checks));
        return;
    }
    const Proposal priced = c.state.proposals.at(p.id); // with its spot and volatility
    if (const auto waits = waitsAlready(c, priced); !waits.empty() && !p.inherits) return drop(c, p.id, waits);
    const Again again = raisedAgain(c, priced);
    if (!again.dropBecause.empty() && !p.inherits) // made smaller it is the idea that is asked already
        return drop(c, p.id, again.dropBecause);
    approval::Tier least = p.sizedDownFrom;
    for (const auto& [id, request] : c.state.approvals)
        if (sameIdea(request.order, p.order, priced.spot)) least = std::max(least, request.tier.tier);
    const auto tier = tierOf(c, p.order, p.strategy, decision.value.value_or(Usd{}), least);
    if (tier.refused) {
        drop(c, p.id, tier.reasons.empty() ? "refused by tier" : tier.reasons.front());
        return;
    }
    auto inherits = p.inherits;
    if (const auto replaced = supersede(c, priced); replaced && !inherits) inherits = replaced;
    if (tier.tier == approval::Tier::T0) {
        c.notice(NoticeView::Level::Advisory, "Sent without asking (T0): " + portfolio::describe(p.order));
        intend(c, p.order, p.id, p.strategy, decision, kAutomatic, {});
    } else
        requestApproval(c, priced, tier, inherits, again.shown);
}

} // namespace

std::string failures(const std::vector<risk::Check>& checks) {
    std::string text;
    for (const auto& check : checks)
        if (!check.pass) text += (text.empty() ? "" : "; ") + (check.reason.empty() ? check.check : check.reason);
    return text;
}

void journalChecks(Context& c, const Proposal& p, const risk::GateDecision& decision) {
    const auto quote = quoteCombo(c.market, p.order.legs, c.now.mono);
    std::optional<double> iv;
    if (!p.order.legs.empty())
        if (const auto greeks = c.market.greeks(p.order.legs.front().contract.id())) iv = greeks->markVol;
    c.emit("gate.checked", "system", p.id.str(),
           {{"proposal", p.id.str()},
            {"pass", decision.pass},
            {"checks", codec::from(decision.checks)},
            {"value", decision.value.value_or(Usd{}).micros()},
            {"worst_case", decision.worstCase.value_or(Usd{}).micros()},
            {"mid", quote ? Json(quote->mid.micros()) : Json(nullptr)},
            {"spot", codec::micro(c.market.spot(p.order.underlying))},
            {"iv", codec::micro(iv)}});
}

ProposalId propose(Context& c, Proposal p) {
    p.id = ProposalId(c.number("P-"));
    Json body{{"proposal", p.id.str()},
              {"cycle", p.cycle.str()},
              {"strategy", p.strategy},
              {"order", codec::from(p.order)},
              {"synthesis", p.synthesis},
              {"case_for", p.caseFor},
              {"case_against", p.caseAgainst},
              {"unanswered", p.unanswered},
              {"sized_down_from", static_cast<int>(p.sizedDownFrom)},
              {"confidence", codec::micro(p.confidence)}};
    if (p.inherits) body["inherits"] = codec::from(*p.inherits);
    c.emit("proposal.made", p.order.source, p.id.str(), std::move(body));
    std::string unfit;
    if (const auto valid = portfolio::validate(p.order); !valid)
        unfit = valid.error().detail;
    else if (c.state.halted())
        unfit = "trading is halted";
    else if (c.state.plan)
        unfit = "everything is being closed";
    else
        for (const auto& [id, request] : c.state.approvals)
            if (unfit.empty() && request.order.legs == p.order.legs) unfit = "merged with the pending request " + id.str();
    if (!unfit.empty()) drop(c, p.id, unfit);
    return p.id;
}

void priceProposal(Context& c, const ProposalId& id) {
    const auto it = c.state.proposals.find(id);
    if (it == c.state.proposals.end() || !it->second.awaitingQuotes || c.state.halted() || !quoteCombo(c.market, it->second.order.legs, c.now.mono))
        return;
    const Proposal p = it->second;
    decide(c, p);
}

void priceAwaitingProposals(Context& c) {
    std::vector<Proposal> waiting;
    for (const auto& [id, p] : c.state.proposals)
        if (p.awaitingQuotes) waiting.push_back(p);
    for (const auto& p : waiting) {
        if (c.state.halted())
            drop(c, p.id, "trading is halted");
        else if (quoteCombo(c.market, p.order.legs, c.now.mono))
            decide(c, p);
        else if (c.now.mono - p.madeAt.mono > kQuoteWait)
            drop(c, p.id, "a leg has no two-sided quote");
    }
}

void onRequestCycle(Context& c, const RequestCycle& command) {
    if (std::find(c.state.underlyings.begin(), c.state.underlyings.end(), command.underlying) == c.state.underlyings.end())
        return c.notice(NoticeView::Level::Advisory, "No market for " + command.underlying);
    for (const auto& cycle : c.state.cycles)
        if (cycle.running && cycle.underlying == command.underlying) return;
    const CycleId id(c.number("C-"));
    c.emit("cycle.requested", command.actor, id.str(), {{"cycle", id.str()}, {"underlying", command.underlying}});
    c.effect(RunCycle{id, command.underlying});
}

void onCycleFinished(Context& c, const CycleFinished& r) {
    const bool known = c.state.cyclesRunning.count(r.id) > 0; // older proposals are void after a restart
    const bool wants = known && !r.failed && r.order && (r.action == "enter" || r.action == "reduce_size");
    c.emit("cycle.finished", kAgentSource, r.id.str(),
           {{"cycle", r.id.str()},
            {"underlying", r.underlying},
            {"action", r.action},
            {"reason", r.reason},
            {"deliberation", toHex(r.deliberation)},
            {"proposal", wants ? c.number("P-") : ""},
            {"known", known}});
    if (!wants) return;
    Proposal p;
    p.cycle = r.id;
    p.strategy = r.strategy;
    p.synthesis = r.synthesis;
    p.caseFor = r.caseFor;
    p.caseAgainst = r.caseAgainst;
    p.unanswered = r.unanswered;
    p.confidence = static_cast<double>(r.confidencePpm) / 1e6;
    p.order = *r.order;
    p.order.intent = portfolio::OrderIntent::Open; // agents open; only people, exits and breakers close
    p.order.closes = {};
    p.order.source = kAgentSource;
    propose(c, std::move(p));
}

void onProposeOrder(Context& c, const ProposeOrder& command) {
    const auto* user = c.user(command.user);
    if (!user || !approval::mayProposeManually(*user))
        return c.notice(NoticeView::Level::Advisory, "User " + command.user.str() + " may not propose orders");
    Proposal p;
    p.strategy = "manual";
    p.synthesis = command.reason;
    p.order = command.order;
    portfolio::sortLegs(p.order.legs); // the builder adds them as they are clicked
    p.order.source = "user:" + command.user.str();
    p.order.intent = portfolio::OrderIntent::Open;
    p.order.closes = {};
    propose(c, std::move(p));
}

void intend(Context& c, const portfolio::ComboOrder& combo, const ProposalId& proposal, const std::string& strategy,
            const risk::GateDecision& decision, const std::string& approvedBy, const std::string& plan) {
    execution::Order order;
    int attempt = 0;
    do order.id = execution::clientOrderId(combo, proposal.empty() ? ProposalId(c.number("X-")) : proposal, attempt++);
    while (c.state.usedOrderIds.count(order.id)); // never reused, not even on another day (S3)
    order.combo = combo;
    order.state = execution::OrderState::Intent;
    order.createdAt = order.updatedAt = c.now;
    order.approvedBy = approvedBy;
    order.proposal = proposal;
    if (const auto quote = quoteCombo(c.market, combo.legs, c.now.mono)) order.arrivalMid = quote->mid;
    const std::size_t index = c.out.events.size();
    c.emit("order.intent", combo.source, order.id.str(),
           {{"order", codec::from(order)},
            {"checks", codec::from(decision.checks)},
            {"value", decision.value.value_or(Usd{}).micros()},
            {"strategy", strategy},
            {"plan", plan}});
    c.effect(Submit{order, decision, index});
    if (combo.intent == portfolio::OrderIntent::Open) watchFlood(c, strategy, combo.underlying);
}

namespace {

/// What closes by itself is re-priced; where that comes to a price sent within the minute, it gives ticks until it is no
/// duplicate (SAFETY section 5). @return false when no price inside the gate's band is new.
bool giveUntilNew(const Context& c, portfolio::ComboOrder& order, const TickRule& tick, const ComboQuote& quote) {
    const auto sent = sentRecords(c);
    const auto window = std::chrono::seconds(c.limits.duplicateWindowSeconds);
    const Price lowest = quote.natural - c.limits.priceBandMinimum; // within the gate's band
    while (order.netLimit >= lowest) {
        const std::string key = risk::duplicateKey(order);
        if (std::none_of(sent.begin(), sent.end(), [&](const auto& s) { return s.identity == key && c.now.mono - s.at < window; })) return true;
        order.netLimit = tick.roundTo(Price::fromMicros(order.netLimit.micros() - 1), false);
    }
    return false;
}

} // namespace

portfolio::ComboOrder closingOrder(const portfolio::Position& position) {
    portfolio::ComboOrder order;
    order.underlying = position.underlying;
    order.kind = position.kind;
    order.intent = portfolio::OrderIntent::Close;
    order.legs = position.legs;
    for (auto& leg : order.legs) leg.ratio = -leg.ratio;
    order.quantity = position.quantity;
    order.closes = position.id;
    return order;
}

Price closingLimit(const portfolio::ComboOrder& order, const ComboQuote& quote, int aggression) {
    const std::int64_t half = (quote.mid - quote.natural).micros(); // inside the gate's band by construction
    const std::int64_t give = std::min<std::int64_t>(half, half * (1 + aggression) / 4);
    return market::classSpec(order.legs.front().contract.root).tick.roundTo(Price::fromMicros(quote.mid.micros() - give), false);
}

bool closePosition(Context& c, const portfolio::Position& position, const std::string& source, int aggression, const std::string& plan) {
    portfolio::ComboOrder order = closingOrder(position);
    order.source = source;
    const bool byPerson = source.starts_with("user:");
    const bool onlyCancels = c.state.latched(risk::Breaker::B6ApiErrors), inDoubt = c.state.latched(risk::Breaker::B7Integrity);
    if (onlyCancels || (inDoubt && !byPerson)) { // SAFETY section 2: B6 sends nothing but cancels, B7 closes nothing by itself
        if (byPerson)
            c.notice(NoticeView::Level::Advisory,
                     "Not closed: the broker answers with errors (B6), only cancels are sent (" + position.id.str() + ")");
        return false;
    }
    const auto quote = quoteCombo(c.market, order.legs, c.now.mono);
    if (!quote || quote->age >= c.quoteLimit()) { // never a blind order (S10): wait for quotes
        if (byPerson) c.notice(NoticeView::Level::Advisory, "Not closed: no fresh two-sided quotes (" + position.id.str() + ")");
        return false;
    }
    order.netLimit = closingLimit(order, *quote, aggression);
    if (!byPerson && !giveUntilNew(c, order, market::classSpec(order.legs.front().contract.root).tick, *quote))
        return false; // the market stands still and the same price was sent within the minute: it is tried again
    const auto decision = c.gate.evaluate(order, gateContext(c, order, position.strategy));
    if (!decision.pass) {
        noticeOnce(c, "Not closed, refused by the gate: " + failures(decision.checks) + " (" + position.id.str() + ")");
        return false;
    }
    intend(c, order, position.proposal, position.strategy, decision, source, plan);
    return true;
}

void requestCancel(Context& c, const OrderId& id, const std::string& actor) {
    const auto it = c.state.orders.find(id);
    if (it == c.state.orders.end() || execution::isTerminal(it->second.state)) return;
    const auto absent = c.state.cleanAbsences.find(id);
    if (it->second.state == execution::OrderState::Unknown && actor.starts_with("user:") && absent != c.state.cleanAbsences.end() &&
        absent->second.count >= 3 && c.now.utc - absent->second.first >= 60s) {
        // Three clean absences over at least a minute, and now a person says so (S4).
        execution::BrokerUpdate gone{id, execution::OrderState::Cancelled, it->second.filled,  it->second.averageNet, it->second.fees,
                                     {}, "declared absent by " + actor,    it->second.cashFlow};
        c.emit("order.state", actor, id.str(), {{"update", codec::from(gone)}});
        return;
    }
    const auto sent = c.state.cancelSentAt.find(id);
    const bool again = actor.starts_with("user:") && sent != c.state.cancelSentAt.end() && c.now.mono - sent->second.mono >= 1s;
    if (c.state.cancelAskedAt.count(id) && !again) return; // watchOrders sends it again
    c.emit("order.cancel", actor, id.str(), {{"order", id.str()}});
    c.effect(Cancel{id});
}

} // namespace mahler::desk
