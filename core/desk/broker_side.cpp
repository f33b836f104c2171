#include <algorithm>

#include "base/words.h"
#include "desk/codec.h"
#include "desk/context.h"

namespace mahler::desk {

namespace {

constexpr MonoTime kOpeningPatience = 300s; ///< an opening order that does not fill is taken back (seed 002 section 8.2)
constexpr MonoTime kClosingPatience = 30s;  ///< a closing order is cancelled so that it can be re-priced
constexpr MonoTime kReconcileEvery = 60s;
constexpr MonoTime kCancelAgain = 10s; ///< a cancel that failed, got lost, or was journaled and never sent before a crash

void bookFill(Context& c, const execution::Order& before, const execution::BrokerUpdate& u) {
    const std::int64_t units = u.filled - before.filled;
    const int multiplier = before.combo.legs.front().contract.multiplier;
    const Usd fees = u.fees - before.fees;
    const Usd cash = u.cashFlow - before.cashFlow; // exact; the net below may be rounded to a micro
    const Price net = Price::fromMicros(cash.micros() / (units * multiplier));
    MAHLER_CHECK(c.state.account.has_value());
    const bool opening = before.combo.intent == portfolio::OrderIntent::Open;
    portfolio::Position position;
    if (opening) {
        const PositionId id("POS-" + before.id.str());
        const auto* held = c.state.position(id);
        if (held) {
            position = *held;
        } else {
            position.id = id;
            position.underlying = before.combo.underlying;
            position.kind = before.combo.kind;
            position.legs = before.combo.legs;
            position.openedAt = c.now.utc;
            position.owner = before.combo.source;
            position.proposal = before.proposal;
            const auto p = c.state.proposals.find(before.proposal);
            position.strategy = p == c.state.proposals.end() ? "unknown" : p->second.strategy;
        }
        const std::int64_t all = position.quantity + units;
        position.openNet = Price::fromMicros((position.openNet.micros() * position.quantity + net.micros() * units) / all);
        position.quantity = all;
        position.openFees += fees;
    } else {
        const auto* held = c.state.position(before.combo.closes);
        if (!held || held->quantity < units)
            return setHalt(c, risk::Breaker::B7Integrity, "broker",
                           "closing fill of " + before.id.str() + " exceeds the position: reconcile by hand");
        position = *held;
        const auto opened = notional(position.openNet, units, multiplier);
        MAHLER_CHECK(opened.has_value());
        position.realised += *opened + cash;
        position.quantity -= units;
        position.closeFees += fees;
    }
    c.emit("order.filled", "broker", before.id.str(),
           {{"order", before.id.str()},
            {"opening", opening},
            {"description", portfolio::describe(before.combo)},
            {"quantity", units},
            {"net", net.micros()},
            {"fees", fees.micros()},
            {"cash", (c.state.account->cash + cash - fees).micros()},
            {"position", codec::from(position)}});
    if (position.quantity == 0)
        c.notice(NoticeView::Level::Advisory, "Realised " + signedMoney(position.realised) + " before fees, closed by " +
                                                  portfolio::describe(before.combo) + " (" + position.id.str() + ")");
}

/// Why what is told cannot be true of this order; empty: it can. What is refused is not lost: a reconciliation tells it again.
std::string implausible(const execution::Order& order, const execution::BrokerUpdate& u) {
    if (u.filled > order.combo.quantity) return counted(u.filled, "unit") + " filled of " + std::to_string(order.combo.quantity);
    if (u.filled <= order.filled) return {};
    const int multiplier = order.combo.legs.front().contract.multiplier;
    Price highest;
    for (const auto& leg : order.combo.legs) highest = std::max(highest, leg.contract.strike);
    const auto least = notional(order.combo.netLimit, u.filled, multiplier), most = notional(highest, u.filled, multiplier);
    if (!least || u.cashFlow < *least) return "filled for " + u.cashFlow.str() + ", worse than its limit";
    if (!most || u.cashFlow > *most) return "filled for " + u.cashFlow.str() + ", more than its strikes are worth";
    return {};
}

void onUpdate(Context& c, const execution::BrokerUpdate& u) {
    const auto it = c.state.orders.find(u.id);
    if (it == c.state.orders.end()) return setHalt(c, risk::Breaker::B7Integrity, "broker", "order " + u.id.str() + " is not in the journal");
    const execution::Order before = it->second;
    if (u.filled < before.filled) return; // an older report that came late
    if (const auto why = implausible(before, u); !why.empty())
        return setHalt(c, risk::Breaker::B7Integrity, "broker", "order " + u.id.str() + ": " + why);
    if (u.state == before.state && u.filled == before.filled && u.text == before.text) return;
    if (!execution::mayFollow(before.state, u.state)) {
        if (execution::isTerminal(before.state) && u.filled == before.filled) return; // repeated or reordered news about an ended order
        return setHalt(c, risk::Breaker::B7Integrity, "broker",
                       "order " + u.id.str() + " went from " + execution::toString(before.state) + " to " + execution::toString(u.state));
    }
    if (u.filled > before.filled) bookFill(c, before, u);
    c.emit("order.state", "broker", u.id.str(), {{"update", codec::from(u)}});
    if (u.state == execution::OrderState::Rejected)
        c.notice(NoticeView::Level::Advisory,
                 "Rejected by the broker, " + portfolio::describe(before.combo) + ": " + u.text + " (" + u.id.str() + ")");
}

/// Units of a position that hold the same legs after an assignment.
struct Piece {
    std::int64_t units = 0;
    int lost = 0; ///< contracts of the leg that left each of these units, signed as the leg
};

/// What is left of a position when `gone` contracts of its leg `at` went before expiry for `amount` of cash: whole units stay as they are,
/// the others keep their other legs, with what the leg paid in their opening price, so that nothing the position has earned or
/// lost is lost with it; what the price cannot hold is realised. The first piece keeps the id (the cut one when no whole unit is
/// left), with what was realised; the others are named after it and `suffix`.
std::vector<portfolio::Position> takenApart(const portfolio::Position& held, std::size_t at, std::int64_t gone, Usd amount,
                                            const std::string& suffix) {
    const auto& leg = held.legs[at];
    const Usd each = Usd::fromMicros(amount.micros() / gone);
    Usd booked;
    const std::int64_t cut = gone / leg.ratio;
    const int odd = static_cast<int>(gone % leg.ratio);
    const std::int64_t broken = odd == 0 ? 0 : 1;
    std::vector<portfolio::Position> rest;
    portfolio::Position closed = held; // keeps the id when nothing else does
    closed.quantity = 0;
    for (const Piece& piece : {Piece{held.quantity - cut - broken, 0}, Piece{cut, leg.ratio}, Piece{broken, odd}}) {
        if (piece.units == 0) continue;
        portfolio::Position p = held;
        const auto paid = times(each, piece.lost); // of one unit, in dollars
        MAHLER_CHECK(paid.has_value());
        p.quantity = piece.units;
        if (piece.lost == leg.ratio && held.legs.size() == 1) {
            const auto opened = notional(held.openNet, piece.units, leg.contract.multiplier);
            const auto all = times(*paid, piece.units);
            MAHLER_CHECK(opened && all);
            closed.realised += *opened + *all;
            booked += *all;
            continue;
        }
        if (piece.lost == leg.ratio)
            p.legs.erase(p.legs.begin() + static_cast<std::ptrdiff_t>(at));
        else
            p.legs[at].ratio -= piece.lost;
        const Price share = Price::fromMicros(paid->micros() / leg.contract.multiplier);
        const auto inPrice = notional(share, piece.units, leg.contract.multiplier);
        MAHLER_CHECK(inPrice.has_value());
        p.openNet += share;
        if (piece.lost != 0) booked += *inPrice;
        p.kind = portfolio::classify(p.legs);
        if (!rest.empty()) {
            p.id = PositionId(held.id.str() + suffix + (piece.lost == leg.ratio ? "" : "-part"));
            p.openFees = Usd::fromMicros(held.openFees.micros() * piece.units / held.quantity);
            rest.front().openFees -= p.openFees;
            p.closeFees = p.realised = Usd{};
        }
        rest.push_back(std::move(p));
    }
    closed.realised += amount - booked;
    if (rest.empty()) return {closed};
    rest.front().realised = closed.realised;
    return rest;
}

/// A leg that is gone is not closed again, nor more units than are left of what an order names.
void takeBackWhatNoLongerFits(Context& c) {
    for (const auto* order : c.state.liveOrders()) {
        const auto& combo = order->combo;
        if (combo.intent != portfolio::OrderIntent::Close) continue;
        const auto* held = c.state.position(combo.closes);
        const bool whole =
            held && held->legs.size() == combo.legs.size() && held->quantity >= combo.quantity - order->filled &&
            std::all_of(held->legs.begin(), held->legs.end(), [&](const portfolio::ComboLeg& leg) {
                return std::find(combo.legs.begin(), combo.legs.end(), portfolio::ComboLeg{leg.contract, -leg.ratio}) != combo.legs.end();
            });
        if (!whole) requestCancel(c, order->id, "system");
    }
}

/// The pieces of every position that holds `event`'s contract on its side, in the order of their ids, until all of it is found.
Json adoptEarly(const Context& c, const execution::BrokerCashEvent& event, const std::string& suffix) {
    Json positions = Json::array();
    std::int64_t left = event.quantity;
    Usd unpaid = event.amount;
    for (const auto& [id, held] : c.state.positions) {
        if (left == 0) break;
        const auto leg =
            std::find_if(held.legs.begin(), held.legs.end(), [&](const portfolio::ComboLeg& l) { return l.contract.id() == event.contractId; });
        if (leg == held.legs.end() || (leg->ratio < 0) != (left < 0)) continue;
        const std::int64_t contracts = leg->ratio * held.quantity;
        const std::int64_t gone = std::abs(contracts) < std::abs(left) ? contracts : left;
        const auto share = times(Usd::fromMicros(event.amount.micros() / event.quantity), gone);
        MAHLER_CHECK(share.has_value());
        const Usd amount = gone == left ? unpaid : *share; // the last one takes what does not divide
        for (const auto& p : takenApart(held, static_cast<std::size_t>(leg - held.legs.begin()), gone, amount, suffix))
            positions.push_back(codec::from(p));
        left -= gone;
        unpaid -= amount;
    }
    return positions; // what no position holds is left to the reconciliation to halt on
}

/// Positions whose last leg is the contract of `event`, all over: realised with what one contract of each leg was `paid`.
Json adoptExpired(const Context& c, const execution::BrokerCashEvent& event, const std::map<std::string, Usd>& paid) {
    Json positions = Json::array();
    std::int64_t left = event.quantity;
    for (const auto& [id, held] : c.state.positions) {
        if (left == 0) break;
        for (const auto& leg : held.legs)
            if (leg.contract.id() == event.contractId) left -= leg.ratio * held.quantity;
        const bool expired =
            std::all_of(held.legs.begin(), held.legs.end(), [&](const portfolio::ComboLeg& leg) { return leg.contract.expiresAt() <= c.now.utc; });
        if (!expired || held.legs.back().contract.id() != event.contractId) continue;
        portfolio::Position p = held;
        const auto opened = notional(p.openNet, p.quantity, p.legs.front().contract.multiplier);
        MAHLER_CHECK(opened.has_value());
        p.realised += *opened;
        for (const auto& leg : p.legs)
            if (const auto each = paid.find(leg.contract.id()); each != paid.end()) {
                const auto share = times(each->second, leg.ratio * p.quantity);
                MAHLER_CHECK(share.has_value());
                p.realised += *share;
            }
        p.quantity = 0;
        positions.push_back(codec::from(p));
    }
    return positions;
}

/// Expiry, assignment and exercise arrive from the broker: adopt and show (S12).
/// `paid` is what one contract brought, by contract, of everything that settled with it.
void onCash(Context& c, const execution::BrokerCashEvent& event, const std::map<std::string, Usd>& paid) {
    MAHLER_CHECK(c.state.account.has_value());
    const auto contract = market::OptionContract::parse(event.contractId);
    const bool early = contract && contract->expiresAt() > c.now.utc && event.quantity != 0;
    const std::string id = c.number("AS-");
    Json positions = early ? adoptEarly(c, event, kPiece + id.substr(3)) : adoptExpired(c, event, paid);
    c.emit("position.adjusted", "broker", event.contractId,
           {{"kind", event.kind},
            {"contract", event.contractId},
            {"quantity", event.quantity},
            {"amount", event.amount.micros()},
            {"text", event.text},
            {"cash", (c.state.account->cash + event.amount).micros()},
            {"positions", std::move(positions)}});
    takeBackWhatNoLongerFits(c);
    if (event.kind == "expiry")
        return c.notice(NoticeView::Level::Advisory,
                        signedMoney(event.amount) + " in cash: " + event.kind + " of " + (contract ? contract->label() : event.contractId));
    // Assigned or exercised: a person acknowledges it, and until then nothing is opened beside it (S12).
    c.emit("assignment.noted", "broker", id,
           {{"id", id},
            {"kind", event.kind},
            {"underlying", contract ? contract->underlying : event.contractId},
            {"contract", contract ? contract->label() : event.contractId},
            {"quantity", event.quantity},
            {"amount", event.amount.micros()}});
    c.notice(NoticeView::Level::Critical,
             "Nothing is opened in " + c.state.assignments.at(id).underlying + " until a person acknowledges the " + event.kind + " of " +
                 c.state.assignments.at(id).contract + ", " + signedMoney(event.amount) + " in cash (" + id + ")",
             id);
}

std::map<std::string, std::int64_t> contractsHeld(const DeskState& state) {
    std::map<std::string, std::int64_t> held;
    for (const auto& [id, position] : state.positions)
        for (const auto& leg : position.legs) held[leg.contract.id()] += leg.ratio * position.quantity;
    std::erase_if(held, [](const auto& entry) { return entry.second == 0; });
    return held;
}

} // namespace

void onBrokerNews(Context& c, const BrokerNews& news) {
    if (news.errors > 0) c.market.errors().add(c.now.mono, news.errors);
    for (const auto& update : news.updates) onUpdate(c, update);
    std::map<std::string, Usd> paid;
    for (const auto& event : news.cash)
        if (event.quantity != 0) paid[event.contractId] += Usd::fromMicros(event.amount.micros() / event.quantity);
    for (const auto& event : news.cash) onCash(c, event, paid);
}

void onSubmitOutcome(Context& c, const SubmitOutcome& outcome) {
    const auto it = c.state.orders.find(outcome.id);
    if (it == c.state.orders.end() || it->second.state != execution::OrderState::Intent) return;
    execution::BrokerUpdate u{outcome.id, execution::OrderState::Submitted, 0, {}, {}, {}, outcome.text};
    switch (outcome.kind) {
    case SubmitOutcome::Kind::Accepted: break;
    case SubmitOutcome::Kind::RefusedByGate: u.state = execution::OrderState::Rejected; break;
    case SubmitOutcome::Kind::Unknown:
        u.state = execution::OrderState::Unknown; // S3: a failed POST says nothing about the order
        c.market.errors().add(c.now.mono, 1);
        c.notice(NoticeView::Level::Critical,
                 "UNKNOWN, verify at the broker: " + portfolio::describe(it->second.combo) + " (" + outcome.id.str() + ")");
        break;
    }
    const bool opening = it->second.combo.intent == portfolio::OrderIntent::Open;
    c.emit("order.state", "system", outcome.id.str(), {{"update", codec::from(u)}});
    const bool halting = std::any_of(c.state.latches.begin(), c.state.latches.end(),
                                     [](const risk::Latch& latch) { return risk::actionOf(latch.breaker) != risk::HaltAction::RefuseOpening; });
    if (opening && halting) // the halt came between its intent and this answer
        requestCancel(c, outcome.id, "system");
}

void onReconciliation(Context& c, const Reconciliation& command) {
    const auto& report = command.report;
    if (!report.clean) {
        c.market.errors().add(c.now.mono, 1);
        c.emit("reconciled", "broker", {}, {{"when", command.when}, {"clean", false}, {"result", "broker did not answer: " + report.error}});
        return;
    }
    // The broker is the record of fact: its orders first, then positions and cash.
    std::set<OrderId> known;
    for (const auto& update : report.orders) {
        known.insert(update.id);
        if (c.state.orders.count(update.id))
            onUpdate(c, update);
        else if (!execution::isTerminal(update.state)) // ours would be tampering, another's changes what we hold: both stop new orders (S12)
            setHalt(c, risk::Breaker::B7Integrity, "broker", "order " + update.id.str() + " is not in the journal");
    }
    for (const auto* order : c.state.liveOrders())
        if (order->state == execution::OrderState::Unknown && !known.count(order->id))
            c.emit("order.absent", "broker", order->id.str(), {{"order", order->id.str()}});
    std::string differs;
    std::map<std::string, std::int64_t> theirs;
    for (const auto& p : report.positions)
        if (p.quantity != 0) theirs[p.contractId] += p.quantity;
    const auto ours = contractsHeld(c.state);
    for (const auto& [id, quantity] : theirs)
        if (!ours.count(id) || ours.at(id) != quantity)
            differs += (differs.empty() ? "" : "; ") + id + ": broker " + std::to_string(quantity) + ", journal " +
                       std::to_string(ours.count(id) ? ours.at(id) : 0);
    for (const auto& [id, quantity] : ours)
        if (!theirs.count(id)) differs += (differs.empty() ? "" : "; ") + id + ": broker 0, journal " + std::to_string(quantity);
    if (c.state.account && report.cash != c.state.account->cash)
        differs += (differs.empty() ? "" : "; ") + std::string("cash: broker ") + report.cash.str() + ", journal " + c.state.account->cash.str();
    const bool clean = differs.empty();
    c.emit("reconciled", "broker", {}, {{"when", command.when}, {"clean", clean}, {"result", clean ? "clean" : differs}});
    if (!clean) setHalt(c, risk::Breaker::B7Integrity, "broker", "reconciliation: " + differs);
}

namespace {

bool expiresTooSoon(const Context& c, const portfolio::ComboOrder& combo) {
    const auto& facts = c.state.facts;
    return facts && c.now.utc >= facts->close - std::chrono::minutes(c.state.limits.noOpenBeforeCloseMinutes) &&
           std::any_of(combo.legs.begin(), combo.legs.end(), [&](const portfolio::ComboLeg& leg) { return leg.contract.expiry == facts->date; });
}

} // namespace

void watchOrders(Context& c) {
    for (const auto* order : c.state.liveOrders()) {
        if (const auto sent = c.state.cancelSentAt.find(order->id); sent != c.state.cancelSentAt.end()) {
            if (timeSince(sent->second, c.now) < kCancelAgain) continue;
            c.emit("order.cancel", "system", order->id.str(), {{"order", order->id.str()}});
            c.effect(Cancel{order->id});
            continue;
        }
        if (order->state != execution::OrderState::Working && order->state != execution::OrderState::PartlyFilled) continue;
        const bool opening = order->combo.intent == portfolio::OrderIntent::Open;
        if (opening && expiresTooSoon(c, order->combo)) { // what the gate would refuse now does not fill now (SAFETY section 5)
            c.notice(NoticeView::Level::Advisory,
                     "Taken back, nothing is opened so close to the expiry of a leg: " + portfolio::describe(order->combo));
            requestCancel(c, order->id, "system");
            continue;
        }
        if (order->combo.source.starts_with("user:")) continue; // a person's day order is a person's until the close
        if (timeSince(order->createdAt, c.now) < (opening ? kOpeningPatience : kClosingPatience)) continue;
        if (opening) c.notice(NoticeView::Level::Advisory, "Taken back, not filled in five minutes: " + portfolio::describe(order->combo));
        requestCancel(c, order->id, "system");
    }
    if (c.state.account && (!c.state.lastReconciled || !c.state.reconciledThisRun || c.now.mono - c.state.lastReconciled->mono >= kReconcileEvery ||
                            c.now.mono < c.state.lastReconciled->mono))
        c.effect(Reconcile{c.state.reconciledThisRun ? "periodic" : "start"});
}

} // namespace mahler::desk
