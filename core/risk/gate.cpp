#include "risk/gate.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "risk/gate_checks.h"

namespace mahler::risk {

namespace {

void value(const portfolio::ComboOrder& order, GateDecision& decision) {
    if (order.legs.empty()) return;
    const auto outcome = portfolio::orderOutcome(order);
    const auto premium = notional(abs(order.netLimit), order.quantity, order.legs.front().contract.multiplier);
    if (order.intent == portfolio::OrderIntent::Close) {
        if (premium) decision.value = *premium + outcome.fees;
        return;
    }
    decision.worstCase = outcome.maxLoss;
    if (decision.worstCase && premium) decision.value = std::max(*decision.worstCase, *premium + outcome.fees);
}

} // namespace

Gate::Gate(std::function<MonoTime()> clock) : m_clock(std::move(clock)) {
    if (!m_clock) m_clock = [] { return MonoTime(std::chrono::steady_clock::now().time_since_epoch()); };
}

GateDecision Gate::evaluate(const portfolio::ComboOrder& order, const GateContext& context) const {
    GateDecision decision;
    value(order, decision);
    checks::Collector collector{order, context, decision.checks};
    checks::state(collector);
    checks::structure(collector);
    checks::market(collector);
    checks::exposure(collector, decision);
    decision.pass = std::all_of(decision.checks.begin(), decision.checks.end(), [](const Check& c) { return c.pass; });
    return decision;
}

Result<RiskToken> Gate::issue(const portfolio::ComboOrder& order, const GateDecision& decision, const std::string& account, const HaltGate& gate,
                              std::uint64_t epoch, std::int64_t journalSeq) {
    if (!decision.pass) return Error{ErrorCode::Rejected, "the gate did not pass this order"};
    if (journalSeq <= 0) return Error{ErrorCode::Rejected, "the intent is not in the journal"};
    if (order.intent == portfolio::OrderIntent::Open && (!gate.open() || gate.epoch() != epoch)) return Error{ErrorCode::Rejected, "halted"};
    RiskToken token;
    token.m_orderHash = sha256(portfolio::canonicalText(order));
    token.m_account = account;
    token.m_haltEpoch = gate.epoch();
    token.m_journalSeq = journalSeq;
    token.m_issuedAt = m_clock();
    token.m_serial = m_nextSerial++;
    m_live.push_back(token.m_serial);
    if (m_live.size() > 64) // tokens live two seconds; older ones were dropped unused
        m_live.erase(m_live.begin());
    return token;
}

Result<void> Gate::redeem(RiskToken token, const portfolio::ComboOrder& order, const std::string& account, const HaltGate& gate) {
    const auto it = std::find(m_live.begin(), m_live.end(), token.m_serial);
    if (it == m_live.end()) return Error{ErrorCode::Rejected, "the token was used before or never issued"};
    m_live.erase(it); // single use, whatever comes next
    constexpr MonoTime kLife = std::chrono::seconds(2);
    const MonoTime now = m_clock();
    if (now < token.m_issuedAt) return Error{ErrorCode::Rejected, "the token is from the future: the clock of the order path stepped back"};
    if (now - token.m_issuedAt >= kLife) return Error{ErrorCode::Rejected, "the token is older than two seconds"};
    if (token.m_orderHash != sha256(portfolio::canonicalText(order))) return Error{ErrorCode::Rejected, "the token belongs to another order"};
    if (token.m_account != account) return Error{ErrorCode::Rejected, "the token belongs to another account"};
    if (order.intent == portfolio::OrderIntent::Open && (!gate.open() || gate.epoch() != token.m_haltEpoch))
        return Error{ErrorCode::Rejected, "halted"};
    return {};
}

} // namespace mahler::risk
