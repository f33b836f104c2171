#include "backtest/invariants.h"

#include <algorithm>
#include <cmath>

#include "desk/codec.h"
#include "risk/breakers.h"

namespace mahler::backtest {

namespace {

using namespace std::chrono_literals;

constexpr const char* kVix = "$VIX";

/// The most one unit of a spread or condor of equal ratios can lose, in micros of dollars: the widest side less the net.
/// Computed from the strikes alone; absent for anything that is not covered.
std::optional<std::int64_t> worstOfUnit(const std::vector<portfolio::ComboLeg>& legs, Price net) {
    std::int64_t widest = 0;
    for (const auto right : {market::Right::Put, market::Right::Call}) {
        std::vector<const portfolio::ComboLeg*> side;
        for (const auto& leg : legs)
            if (leg.contract.right == right) side.push_back(&leg);
        if (side.empty()) continue;
        int ratios = 0;
        std::int64_t low = INT64_MAX, high = INT64_MIN;
        for (const auto* leg : side) {
            ratios += leg->ratio;
            low = std::min(low, leg->contract.strike.micros());
            high = std::max(high, leg->contract.strike.micros());
        }
        const auto* sold = side.front()->ratio < 0 ? side.front() : side.back();
        const bool credit = right == market::Right::Put ? sold->contract.strike.micros() == high : sold->contract.strike.micros() == low;
        if (side.size() != 2 || ratios != 0 || sold->ratio != -1) return std::nullopt;
        if (credit) widest = std::max(widest, high - low);
    }
    return std::max<std::int64_t>(0, (widest - net.micros()) * legs.front().contract.multiplier);
}

std::string text(const desk::DeskState& state) {
    std::string all;
    for (const auto& latch : state.latches) all += std::string(all.empty() ? "" : " ") + risk::toString(latch.breaker);
    return all.empty() ? "none" : all;
}

} // namespace

void Invariants::fail(const std::string& rule, const std::string& detail) {
    if (!m_violation) m_violation = Violation{rule, detail};
}

void Invariants::require(bool holds, const char* rule, const std::string& detail) {
    ++m_checks;
    if (!holds) fail(rule, detail);
}

void Invariants::onTick(const market::Tick& tick, MonoTime mono) {
    m_session = tick.session;
    if (tick.session == market::Session::Open) {
        if (!m_openSince || mono - m_lastOpen > 5min) m_openSince = mono; // a feed that says "closed" for a moment does not open a session
        m_lastOpen = mono;
    }
    const auto see = [&](const std::string& key, const market::Quote& quote) {
        if (quote.time > tick.time) return;
        auto [it, fresh] = m_told.try_emplace(key, Told{quote, quote.time, mono});
        if (!fresh && quote.time > it->second.source) {
            it->second.source = quote.time;
            it->second.confirmed = mono;
        }
        it->second.quote = quote;
    };
    for (const auto& u : tick.underlyings) see(u.symbol, u.quote);
    for (const auto& w : tick.watched) see(w.contractId, w.quote);
    if (!tick.vix || !std::isfinite(*tick.vix) || *tick.vix < 0 || tick.vixTime > tick.time) return;
    m_vix = tick.vix;
    if (tick.vixTime <= m_vixSource) return;
    m_vixSource = tick.vixTime;
    m_vixConfirmed = mono;
}

void Invariants::onOutcome(const desk::Desk& desk, const desk::Outcome& outcome) {
    for (const auto& event : outcome.events) {
        const auto body = canonicalJson(event.body);
        require(body.has_value(), "S14", event.type + " cannot be journaled: " + (body ? "" : body.error().detail));
        if (event.type == "order.intent") m_values[OrderId(event.correlation)] = event.body.at("value").get<std::int64_t>();
    }
    for (const auto& effect : outcome.effects) {
        const auto* out = std::get_if<desk::Submit>(&effect);
        if (!out) continue;
        const std::string id = out->order.id.str();
        const bool journaled = out->intentEvent < outcome.events.size() && outcome.events[out->intentEvent].type == "order.intent" &&
                               outcome.events[out->intentEvent].correlation == id;
        require(journaled, "S2", "order " + id + " goes out without its intent");
        require(m_intended.insert(out->order.id).second, "S3", "order id " + id + " is used again");
        require(!id.empty() && id.size() <= 32 && id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == std::string::npos, "S3",
                "order id '" + id + "'");
        require(out->decision.pass, "S1", "order " + id + " goes out though the gate said no");
    }
    (void)desk;
}

void Invariants::checkApproval(const desk::Desk& desk, const execution::Order& order) {
    const std::string id = order.id.str();
    if (order.approvedBy == "auto") {
        const auto value = m_values.find(order.id);
        require(value != m_values.end() && value->second < 1'000'000'000, "tiers", "order " + id + " of $1,000 or more went without a person");
        require(!m_vix || *m_vix <= 25, "tiers", "order " + id + " went without a person at VIX " + std::to_string(m_vix.value_or(0)));
        require(!order.combo.source.starts_with("breaker:"), "S13", "order " + id + " opens in a breaker's name");
        return;
    }
    const approval::Request* asked = nullptr;
    for (const auto& request : desk.state().decided)
        if (request.proposal == order.proposal && request.state == approval::ApprovalState::Approved) asked = &request;
    require(asked != nullptr, "S8", "order " + id + " was approved by nobody (" + order.approvedBy + ")");
    if (!asked) return;
    require(portfolio::canonicalText(asked->order) == portfolio::canonicalText(order.combo), "S8", "order " + id + " is not the one approved");
    std::set<std::string> signers;
    for (const auto& signature : asked->signatures) {
        const auto& users = approval::demoUsers();
        const auto user = std::find_if(users.begin(), users.end(), [&](const auto& u) { return u.id == signature.user; });
        require(user != users.end() && approval::mayApproveTier(*user, static_cast<int>(asked->tier.tier)), "S8",
                "order " + id + " was approved by " + signature.user.str());
        if (signature.approve) signers.insert(signature.user.str());
    }
    const std::size_t needed = asked->tier.tier == approval::Tier::T3 ? 2 : 1;
    require(signers.size() >= needed, "S9", "order " + id + " has " + std::to_string(signers.size()) + " signatures");
}

void Invariants::checkOpening(const desk::Desk& desk, const execution::Order& order, Timestamp now) {
    const auto& state = desk.state();
    const std::string id = order.id.str();
    require(!state.halted(), "S5", "opening order " + id + " leaves while halted by " + text(state));
    require(!state.plan, "section 2", "opening order " + id + " leaves while everything is closed");
    require(m_session == market::Session::Open, "S17", "opening order " + id + " leaves while the market is closed");
    for (const auto& leg : order.combo.legs) {
        const auto told = m_told.find(leg.contract.id());
        require(told != m_told.end() && told->second.quote.twoSided(), "S10", "order " + id + ": no two-sided quote of " + leg.contract.id());
        if (told != m_told.end())
            require(now.mono - told->second.confirmed < 30s, "S10", "order " + id + ": the quote of " + leg.contract.id() + " is stale");
    }
    const auto under = m_told.find(order.combo.underlying);
    require(under != m_told.end() && now.mono - under->second.confirmed < 30s, "S10", "order " + id + ": the underlying is stale");

    const auto worst = worstOfUnit(order.combo.legs, order.combo.netLimit);
    require(worst.has_value(), "S11", "order " + id + " has no bounded loss: " + portfolio::describe(order.combo));
    if (!worst) return;
    std::int64_t equity = state.account ? state.account->cash.micros() : 0, book = 0;
    for (const auto& [held, position] : state.positions) {
        for (const auto& leg : position.legs) {
            const auto told = m_told.find(leg.contract.id());
            if (told == m_told.end() || !told->second.quote.twoSided()) return; // the gate refuses what cannot be valued; checked above for its legs
            equity += told->second.quote.mid()->micros() * leg.ratio * position.quantity * leg.contract.multiplier;
        }
        book += worstOfUnit(position.legs, position.openNet).value_or(0) * position.quantity;
    }
    for (const auto* live : state.liveOrders())
        if (live->combo.intent == portfolio::OrderIntent::Open)
            book += worstOfUnit(live->combo.legs, live->combo.netLimit).value_or(0) * (live->combo.quantity - live->filled);
    const double e = static_cast<double>(equity);
    require(static_cast<double>(*worst * order.combo.quantity) <= 0.02 * e, "limits",
            "order " + id + " risks " + std::to_string(*worst * order.combo.quantity / 1'000'000) + " of " + std::to_string(equity / 1'000'000));
    require(static_cast<double>(book) <= 0.10 * e, "limits",
            "with order " + id + " the book risks " + std::to_string(book / 1'000'000) + " of " + std::to_string(equity / 1'000'000));
    require(order.combo.quantity >= 1 && order.combo.quantity <= 500, "limits", "order " + id + " of " + std::to_string(order.combo.quantity));
}

void Invariants::onLeaving(const desk::Desk& desk, const execution::Order& order, bool gateOpen, Timestamp now) {
    const std::string id = order.id.str();
    require(m_left.insert(order.id).second, "S3", "order " + id + " was sent twice");
    require(m_intended.contains(order.id), "S2", "order " + id + " was never intended");
    require(portfolio::validate(order.combo).has_value(), "S1", "order " + id + " is no order");
    if (order.combo.intent == portfolio::OrderIntent::Open) {
        require(gateOpen, "S1", "opening order " + id + " leaves through a closed gate");
        checkOpening(desk, order, now);
        checkApproval(desk, order);
        return;
    }
    const auto* held = desk.state().position(order.combo.closes);
    std::int64_t closing = 0;
    for (const auto* live : desk.state().liveOrders())
        if (live->combo.closes == order.combo.closes) closing += live->combo.quantity - live->filled;
    require(held && closing <= held->quantity, "S19", "closing order " + id + " exceeds what is held");
    if (held && held->legs.size() == order.combo.legs.size())
        for (std::size_t i = 0; i < held->legs.size(); ++i)
            require(held->legs[i].contract == order.combo.legs[i].contract && held->legs[i].ratio == -order.combo.legs[i].ratio, "S19",
                    "closing order " + id + " is not the position reversed");
    else
        require(false, "S19", "closing order " + id + " has other legs");
    require(!desk.state().latched(risk::Breaker::B6ApiErrors), "section 2", "order " + id + " leaves while the broker answers with errors (B6)");
}

void Invariants::checkBreakers(const desk::Desk& desk, Timestamp now) {
    const auto& state = desk.state();
    if (!state.account || !state.facts || m_session != market::Session::Open || !m_openSince || now.mono - *m_openSince < 33s) return;
    require((m_vix && now.mono - m_vixConfirmed < 33s) || state.latched(risk::Breaker::B4Vix), "B4",
            "the VIX is missing or stale for 30 s and nothing halts");
    require(!m_vix || *m_vix < 50 || state.latched(risk::Breaker::B4Vix), "B4",
            "the VIX is " + std::to_string(m_vix.value_or(0)) + " and nothing halts");
    for (const auto& [id, position] : state.positions)
        for (const auto& leg : position.legs) {
            const auto told = m_told.find(leg.contract.id());
            if (told == m_told.end() || now.mono - told->second.confirmed < 33s) continue;
            require(state.latched(risk::Breaker::B5StaleData), "B5", leg.contract.id() + " is held, its quote stale, and nothing halts");
        }
}

void Invariants::afterCommand(const desk::Desk& desk, bool second, bool gateOpen, Timestamp now) {
    require(!gateOpen || !desk.state().halted(), "S5", "the gate is open while halted by " + text(desk.state()));
    if (second) checkBreakers(desk, now);
    for (const auto& [id, order] : desk.state().orders) {
        require(order.filled >= 0 && order.filled <= order.combo.quantity, "S12",
                "order " + id.str() + " has " + std::to_string(order.filled) + " of " + std::to_string(order.combo.quantity) + " filled");
        const std::int64_t least = order.combo.netLimit.micros() * order.filled * order.combo.legs.front().contract.multiplier;
        require(order.filled == 0 || (order.cashFlow.micros() >= least && order.cashFlow.micros() < 1'000'000'000'000), "S12",
                "order " + id.str() + " is booked at " + order.cashFlow.str());
    }
    for (const auto& [id, position] : desk.state().positions)
        require(position.quantity > 0, "S12", "position " + id.str() + " has " + std::to_string(position.quantity) + " units");
}

void Invariants::onProcess() {
    m_told.clear(); // every instrument is stale until a fresh quote arrives
    m_vix.reset();
    m_vixSource = {};
    m_openSince.reset();
}

void Invariants::onRestart(const desk::DeskState& before, const desk::Desk& desk) {
    const auto& now = desk.state();
    for (const auto& latch : before.latches)
        require(now.latched(latch.breaker), "S5", std::string("the latch ") + risk::toString(latch.breaker) + " did not survive the restart");
    require(now.latched(risk::Breaker::Startup), "S5", "a process began without its startup latch");
    require(now.approvals.empty(), "S8", "a request survived the restart");
    for (const auto& id : before.usedOrderIds) require(now.usedOrderIds.contains(id), "S3", "order id " + id.str() + " was forgotten");
    for (const auto& [id, order] : before.orders)
        if (order.state == execution::OrderState::Intent) {
            const auto it = now.orders.find(id);
            require(it != now.orders.end() && it->second.state != execution::OrderState::Intent, "section 7",
                    "order " + id.str() + " was only intended before the restart and is not UNKNOWN");
        }
}

void Invariants::atRest(const desk::Desk& desk) {
    const auto& state = desk.state();
    const auto working = m_broker.working(portfolio::OrderIntent::Open);
    const bool sweeps = std::any_of(state.latches.begin(), state.latches.end(),
                                    [](const risk::Latch& l) { return risk::actionOf(l.breaker) != risk::HaltAction::RefuseOpening; });
    require(!sweeps || working.empty(), "section 2",
            "halted by " + text(state) + " and " + (working.empty() ? "" : working.front().str()) + " still works");
    std::map<std::string, std::int64_t> held;
    for (const auto& [id, position] : state.positions)
        for (const auto& leg : position.legs) held[leg.contract.id()] += leg.ratio * position.quantity;
    std::string differs;
    for (const auto& [id, quantity] : m_broker.contracts())
        if (held[id] != quantity) differs += " " + id + " " + std::to_string(quantity) + "/" + std::to_string(held[id]);
    for (const auto& [id, quantity] : held)
        if (quantity != 0 && !m_broker.contracts().contains(id)) differs += " " + id;
    if (state.account && state.account->cash != m_broker.cash()) differs += " cash " + m_broker.cash().str() + "/" + state.account->cash.str();
    require(differs.empty() || state.latched(risk::Breaker::B7Integrity), "S12", "the books differ and nothing halts:" + differs);
}

void Invariants::sameState(const desk::DeskState& running, const desk::DeskState& folded) {
    const auto positions = [](const desk::DeskState& s) {
        std::string all;
        for (const auto& [id, p] : s.positions) all += desk::codec::from(p).dump();
        return all;
    };
    const auto orders = [](const desk::DeskState& s) {
        std::string all;
        for (const auto& [id, o] : s.orders) all += desk::codec::from(o).dump();
        return all;
    };
    require(positions(running) == positions(folded), "S12", "the journal folds to other positions");
    require(orders(running) == orders(folded), "S12", "the journal folds to other orders");
    require(running.account.has_value() == folded.account.has_value() && (!running.account || running.account->cash == folded.account->cash), "S12",
            "the journal folds to other cash");
    require(text(running) == text(folded), "S5", "the journal folds to other latches: " + text(running) + " / " + text(folded));
    require(running.approvals.size() == folded.approvals.size() && running.usedOrderIds == folded.usedOrderIds, "S8",
            "the journal folds to other requests");
}

} // namespace mahler::backtest
