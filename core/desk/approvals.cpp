#include <algorithm>

#include "desk/codec.h"
#include "desk/context.h"
#include "desk/same_idea.h"
#include "market/exchange_calendar.h"
#include "risk/sizing.h"

namespace mahler::desk {

namespace {

constexpr MonoTime kStaleForFive = 15s; ///< stale from 10 s on (UX 2.1); five seconds of it reject (UX 4.2)

Json requestBody(const approval::Request& r) { return {{"request", codec::from(r)}}; }

void end(Context& c, approval::Request r, approval::ApprovalState state, approval::RejectCause cause, const std::string& actor,
         const std::string& text) {
    r.state = state;
    r.cause = cause;
    r.causeText = text;
    c.emit("approval.decided", actor, r.id.str(), requestBody(r));
}

/// SHA-256 of everything the approver decides on (S8). What moves with the market (quotes, the account effect, value at risk)
/// is not in it: price, gate and tier are looked at again at the click.
Digest shownHashOf(const approval::Request& r, const Proposal& p) {
    Json shown = {{"id", r.id.str()},
                  {"order", codec::from(r.order)},
                  {"max_loss", shownMaxLoss(r.order).micros()},
                  {"value", p.value.micros()},
                  {"tier", approval::toString(r.tier.tier)},
                  {"reasons", r.tier.reasons},
                  {"deadline_s", r.tier.deadline.count()},
                  {"checks", codec::from(p.checks)},
                  {"case_for", p.caseFor},
                  {"case_against", p.caseAgainst},
                  {"unanswered", p.unanswered},
                  {"events", codec::from(r.events)},
                  {"replaces", r.replaces.str()},
                  {"replaces_why", r.replacesWhy},
                  {"raised_again", r.raisedAgain},
                  {"extended", r.extended}};
    const auto text = canonicalJson(shown);
    MAHLER_CHECK(text.has_value());
    return sha256(*text);
}

/// From now to the last expiry, of the whole market or of this underlying.
std::vector<market::MarketEvent> eventsBefore(const DeskState& s, const portfolio::ComboOrder& order, UtcTime now) {
    std::vector<market::MarketEvent> out;
    TradingDate last{};
    for (const auto& leg : order.legs) last = std::max(last, leg.contract.expiry);
    if (s.facts)
        for (const auto& event : s.facts->events)
            if (event.date <= last && market::isAhead(event, now) && (event.symbol.empty() || event.symbol == order.underlying)) out.push_back(event);
    return out;
}

std::optional<std::string> priceMoved(const Context& c, const approval::Request& r) {
    const auto quote = quoteCombo(c.market, r.order.legs, c.now.mono);
    if (!quote) return "a leg has no two-sided quote";
    const Price half = Price::fromMicros((quote->best - quote->natural).micros() / 2);
    const Price band = std::max(c.limits.priceBandMinimum, half);
    if (r.order.netLimit < quote->natural - band || r.order.netLimit > quote->best + band)
        return "net mid is now " + quote->mid.str() + ", limit " + r.order.netLimit.str();
    return std::nullopt;
}

/// Halt, price, gate and tier as they are now. What no longer stands ends rejected. @return the gate's decision when it stands.
std::optional<risk::GateDecision> lookAgain(Context& c, const approval::Request& r) {
    using approval::RejectCause;
    const auto reject = [&](RejectCause cause, const std::string& why) {
        end(c, r, approval::ApprovalState::Rejected, cause, "system", why);
        return std::nullopt;
    };
    if (c.state.halted() || r.haltEpoch != c.state.haltEpoch) return reject(RejectCause::Halted, "halted since the request was made");
    if (const auto moved = priceMoved(c, r)) return reject(RejectCause::PriceMoved, *moved);
    const auto proposal = c.state.proposals.find(r.proposal);
    MAHLER_CHECK(proposal != c.state.proposals.end());
    auto decision = c.gate.evaluate(r.order, gateContext(c, r.order, proposal->second.strategy));
    if (!decision.pass) return reject(RejectCause::GateRefused, failures(decision.checks));
    const auto tier = tierOf(c, r.order, proposal->second.strategy, decision.value.value_or(Usd{}), proposal->second.sizedDownFrom);
    if (tier.tier > r.tier.tier || tier.refused)
        return reject(RejectCause::TierChanged, tier.reasons.empty() ? "the tier rose" : tier.reasons.front());
    return decision;
}

} // namespace

Usd shownMaxLoss(const portfolio::ComboOrder& order) {
    const auto outcome = portfolio::orderOutcome(order);
    MAHLER_CHECK(outcome.maxLoss.has_value()); // the gate refuses undefined risk before anybody is asked
    return *outcome.maxLoss;
}

SentUnasked sentUnasked(const DeskState& s) {
    SentUnasked sent;
    for (const auto& [id, order] : s.orders) {
        const bool today = s.facts && market::toNewYork(order.createdAt.utc).date == s.facts->date;
        const bool never = execution::isTerminal(order.state) && order.filled == 0; // nothing of it is or was at risk
        if (order.combo.source.starts_with("user:")) continue;                      // a person sent it
        if (order.approvedBy != kAutomatic || order.combo.intent != portfolio::OrderIntent::Open || !today || never) continue;
        ++sent.orders;
        sent.correlated = sent.correlated || risk::isCorrelatedEquity(order.combo.underlying);
        sent.maxLoss += shownMaxLoss(order.combo);
    }
    return sent;
}

approval::TierDecision tierOf(const Context& c, const portfolio::ComboOrder& order, const std::string& strategy, Usd value,
                              approval::Tier sizedDownFrom) {
    approval::TierInputs in;
    in.orderValue = value;
    in.sizedDownFrom = sizedDownFrom;
    for (const auto& sent : c.state.sent) {
        const auto it = c.state.orders.find(sent.order);
        const bool never =
            it != c.state.orders.end() && execution::isTerminal(it->second.state) && it->second.filled == 0; // SAFETY 3.5: it opened nothing
        if (sent.opening && !never && sent.underlying == order.underlying && c.now.utc - sent.at.utc < 15min)
            in.recentOpeningsSameUnderlying += sent.value;
    }
    for (const auto* live : c.state.liveOrders()) // what may still fill counts however old it is (SAFETY 3.5)
        if (live->combo.intent == portfolio::OrderIntent::Open && live->combo.underlying == order.underlying &&
            c.now.utc - live->createdAt.utc >= 15min)
            in.recentOpeningsSameUnderlying += shownMaxLoss(live->combo);
    in.newStrategy = !c.state.executedStrategies.count(strategyKey(strategy, order.kind));
    const auto marks = c.marks();
    if (marks.equity && marks.equity->micros() > 0) {
        Usd exposure = value;
        for (const auto& [id, position] : c.state.positions)
            if (position.underlying == order.underlying) exposure += portfolio::worstCaseLoss(position).value_or(Usd{});
        in.concentrationAfter = ratio(exposure, *marks.equity);
    }
    in.vix = c.market.vix();
    in.vixPriorClose = c.market.vixPriorClose();
    in.vixSessionLow = c.market.vixLow();
    in.vixSessionHigh = c.market.vixHigh();
    in.dayPnlFraction = marks.dayPnlFraction;
    in.byPerson = order.source.starts_with("user:");
    in.unaskedLimit = c.limits.automaticPerDay;
    if (const auto unasked = sentUnasked(c.state); c.state.account && c.state.account->dayStartEquity.micros() > 0) {
        const Usd base = c.state.account->dayStartEquity;
        in.unaskedNow = ratio(unasked.maxLoss, base);
        in.unaskedAfter = ratio(unasked.maxLoss + shownMaxLoss(order), base);
        in.groupUnasked = unasked.correlated && risk::isCorrelatedEquity(order.underlying);
    }
    in.declinedToday = std::any_of(c.state.declinedToday.begin(), c.state.declinedToday.end(), [&](const DeclinedIdea& idea) {
        return idea.order.underlying == order.underlying && idea.order.kind == order.kind;
    });
    in.desk = c.state.kind;
    in.traderDeadline = c.state.settings.traderDeadline;
    return approval::decideTier(in);
}

void requestApproval(Context& c, const Proposal& p, const approval::TierDecision& tier, const std::optional<approval::Inherited>& inherits,
                     const std::string& raisedAgain) {
    approval::Request r;
    r.id = ApprovalId(c.number("A-"));
    r.proposal = p.id;
    r.order = p.order;
    r.tier = tier;
    r.createdAt = c.now;
    r.deadline = c.now.mono + tier.deadline;
    r.extendableTo = c.now.mono + approval::kLongestTrader;
    if (inherits) {
        r.replaces = inherits->from;
        r.replacesWhy = inherits->why;
        if (inherits->deadline) { // it keeps its place in the queue, and nobody gains time by asking for less
            r.deadline = std::min(r.deadline, *inherits->deadline);
            r.extendableTo = std::min(r.extendableTo, inherits->extendableTo);
            r.extended = inherits->extended;
        }
    }
    r.raisedAgain = raisedAgain;
    r.events = eventsBefore(c.state, p.order, c.now.utc);
    r.haltEpoch = c.state.haltEpoch;
    r.shownHash = shownHashOf(r, p);
    c.emit("approval.requested", p.order.source, r.id.str(), requestBody(r));
}

void onOpenRequest(Context& c, const OpenRequest& command) {
    const auto it = c.state.approvals.find(command.id);
    const auto* user = c.user(command.user);
    if (it == c.state.approvals.end() || it->second.openedAt || !user || !approval::mayApproveTier(*user, static_cast<int>(it->second.tier.tier)))
        return; // who only looks does not stop the escalation
    approval::Request r = it->second;
    r.openedAt = c.now;
    c.emit("approval.opened", "user:" + command.user.str(), r.id.str(), requestBody(r));
}

void onAnswer(Context& c, const AnswerRequest& a) {
    const std::string actor = "user:" + a.user.str();
    const auto refuse = [&](const std::string& why) {
        c.emit("approval.refused", actor, a.id.str(), {{"id", a.id.str()}, {"why", why}});
        c.notice(NoticeView::Level::Advisory, "Answer not accepted, " + why + " (" + a.id.str() + ")");
    };
    const auto it = c.state.approvals.find(a.id);
    const auto* user = c.user(a.user);
    if (it == c.state.approvals.end()) return refuse("the request is no longer pending");
    if (!user) return refuse("unknown user");
    approval::Request r = it->second;
    const auto outcome = approval::judgeAnswer(r, *user, a.approve, a.shownHash, a.reason, a.typedMaxLoss, shownMaxLoss(r.order), c.now);
    if (!outcome.refusedBecause.empty()) return refuse(outcome.refusedBecause);
    r.signatures.push_back({a.user, a.approve, a.reason, c.now});
    c.emit("approval.signed", actor, r.id.str(), requestBody(r));
    if (outcome.state == approval::ApprovalState::Pending) return;
    using approval::ApprovalState;
    using approval::RejectCause;
    if (outcome.state == ApprovalState::Rejected) return end(c, r, ApprovalState::Rejected, RejectCause::Person, actor, a.reason);

    const auto decision = lookAgain(c, r);
    if (!decision) return;
    const std::string strategy = c.state.proposals.at(r.proposal).strategy;
    std::string by;
    for (const auto& s : r.signatures) by += (by.empty() ? "" : "+") + s.user.str();
    end(c, r, ApprovalState::Approved, RejectCause::None, actor, a.reason);
    intend(c, r.order, r.proposal, strategy, *decision, by, {});
}

void onSizeDown(Context& c, const SizeDown& command) {
    const auto it = c.state.approvals.find(command.id);
    const auto* user = c.user(command.user);
    if (it == c.state.approvals.end() || !user || !approval::mayApproveTier(*user, static_cast<int>(it->second.tier.tier)) || command.quantity < 1 ||
        command.quantity >= it->second.order.quantity)
        return c.notice(NoticeView::Level::Advisory, "The size is not changed (" + command.id.str() + ")");
    const approval::Request old = it->second;
    const Proposal origin = c.state.proposals.at(old.proposal);
    end(c, old, approval::ApprovalState::Rejected, approval::RejectCause::Superseded, "user:" + command.user.str(),
        "sized down to " + std::to_string(command.quantity));
    Proposal smaller = origin;
    smaller.order.quantity = command.quantity;
    smaller.awaitingQuotes = true;
    smaller.sizedDownFrom = old.tier.tier;
    smaller.midAtProposal.reset();
    smaller.spot.reset();
    smaller.iv.reset();
    smaller.inherits = approval::Inherited{old.id, "made smaller, " + std::to_string(old.order.quantity) + " to " + std::to_string(command.quantity),
                                           old.deadline, old.extendableTo, old.extended};
    priceProposal(c, propose(c, std::move(smaller))); // its legs are quoted: it takes the place at once
}

void onExtend(Context& c, const ExtendRequest& command) {
    const auto it = c.state.approvals.find(command.id);
    const auto* user = c.user(command.user);
    const auto refuse = [&](const std::string& why) {
        c.notice(NoticeView::Level::Advisory, "No more time: " + why + " (" + command.id.str() + ")");
    };
    if (it == c.state.approvals.end()) return refuse("the request is no longer pending");
    if (!user || !approval::mayApproveTier(*user, static_cast<int>(it->second.tier.tier))) return refuse(command.user.str() + " may not decide it");
    approval::Request r = it->second;
    const auto more = approval::moreTime(r, c.now.mono);
    if (more.refused) return refuse(approval::wordsOf(*more.refused, r.tier.tier));
    const auto decision = lookAgain(c, r); // re-quoted: what would be refused at the click is not kept open
    if (!decision) return;
    journalChecks(c, c.state.proposals.at(r.proposal), *decision);
    r.tier.deadline += std::chrono::duration_cast<std::chrono::seconds>(more.deadline - r.deadline);
    r.deadline = more.deadline;
    r.extended = true;
    r.shownHash = shownHashOf(r, c.state.proposals.at(r.proposal));
    const auto gained = std::chrono::duration_cast<std::chrono::seconds>(more.deadline - it->second.deadline).count();
    c.emit("approval.extended", "user:" + command.user.str(), r.id.str(), requestBody(r));
    c.notice(NoticeView::Level::Advisory, std::to_string(gained) + " s more to decide, given by " + user->name + " (" + r.id.str() + ")");
}

void onEscalate(Context& c, const EscalateRequest& command) {
    const auto it = c.state.approvals.find(command.id);
    const auto* user = c.user(command.user);
    const auto refuse = [&](const std::string& why) {
        c.notice(NoticeView::Level::Advisory, "Not escalated: " + why + " (" + command.id.str() + ")");
    };
    if (it == c.state.approvals.end()) return refuse("the request is no longer pending");
    if (!user || !approval::mayApproveTier(*user, static_cast<int>(it->second.tier.tier))) return refuse(command.user.str() + " may not decide it");
    approval::Request r = it->second;
    if (const auto why = approval::escalationRefused(r, c.state.kind); !why.empty()) return refuse(why);
    r.tier.tier = static_cast<approval::Tier>(static_cast<int>(r.tier.tier) + 1);
    r.tier.reasons.push_back("escalated by " + user->name);
    r.escalated = true; // everyone is asked now: nothing is left to alarm when nobody opens it
    r.openedAt.reset();
    r.shownHash = shownHashOf(r, c.state.proposals.at(r.proposal));
    c.emit("approval.escalated", "user:" + command.user.str(), r.id.str(), requestBody(r));
    c.notice(NoticeView::Level::Critical,
             "Everyone who may approve is asked: " + portfolio::describe(r.order) + " was escalated to " + approval::toString(r.tier.tier) + " by " +
                 user->name + " (" + r.id.str() + ")",
             r.id.str());
}

std::optional<approval::Inherited> supersede(Context& c, const Proposal& by) {
    std::optional<approval::Inherited> newest;
    const auto pending = c.state.approvals;
    const approval::Request* last = nullptr;
    for (const auto& [id, request] : pending) {
        if (!sameIdea(request.order, by.order, by.spot)) continue;
        if (!last || request.createdAt.mono > last->createdAt.mono) last = &request;
        end(c, request, approval::ApprovalState::Rejected, approval::RejectCause::Superseded, "system",
            "replaced by a newer version of the same idea, " + by.id.str());
    }
    if (last) newest = approval::Inherited{last->id, "a newer version of the same idea", last->deadline, last->extendableTo, last->extended};
    return newest;
}

void rejectAll(Context& c, approval::RejectCause cause, const std::string& text) {
    const auto pending = c.state.approvals;
    for (const auto& [id, request] : pending) end(c, request, approval::ApprovalState::Rejected, cause, "system", text);
}

void watchApprovals(Context& c) {
    const auto pending = c.state.approvals;
    for (const auto& [id, request] : pending) {
        using approval::ApprovalState;
        using approval::RejectCause;
        const auto quote = quoteCombo(c.market, request.order.legs, c.now.mono);
        if (c.now.mono >= request.deadline)
            end(c, request, ApprovalState::Rejected, RejectCause::Expired, "system", "no answer in time");
        else if (quote && quote->age >= kStaleForFive)
            end(c, request, ApprovalState::Rejected, RejectCause::Stale, "system", "a leg was stale for 5 s");
        else if (const auto moved = priceMoved(c, request))
            end(c, request, ApprovalState::Rejected, RejectCause::PriceMoved, "system", *moved);
        else if (request.tier.openWithin.count() > 0 && !request.openedAt && !request.escalated &&
                 c.now.mono >= request.createdAt.mono + request.tier.openWithin) {
            approval::Request r = request;
            r.escalated = true;
            c.emit("approval.escalated", "system", id.str(), requestBody(r));
            c.notice(NoticeView::Level::Critical,
                     "Everyone who may approve is asked: nobody opened " + portfolio::describe(r.order) + " in time (" + id.str() + ")", id.str());
        }
    }
}

} // namespace mahler::desk
