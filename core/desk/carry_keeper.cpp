#include "desk/carry_keeper.h"

#include <algorithm>

#include "pricing/chain_carry.h"

namespace mahler::desk {

namespace {

constexpr auto kEvery = std::chrono::minutes(5);
constexpr auto kRetry = std::chrono::seconds(15);

} // namespace

bool CarryKeeper::due(const std::string& underlying, UtcTime now, market::Session session) const {
    const auto found = m_kept.find(underlying);
    if (found == m_kept.end()) return true;
    const Kept& kept = found->second;
    return session != kept.session || now - kept.asked >= (kept.fromQuotes ? UtcTime::duration(kEvery) : UtcTime::duration(kRetry));
}

void CarryKeeper::renew(const std::string& underlying, const market::OptionChain* chain, const market::History* history, UtcTime now,
                        market::Session session) {
    Kept& kept = m_kept[underlying];
    kept.asked = now;
    kept.session = session;
    if (!chain) return;
    auto carry = pricing::carryOf(*chain, pricing::curveOf(history, underlying));
    kept.fromQuotes =
        std::any_of(carry.expiries.begin(), carry.expiries.end(), [](const auto& e) { return e.source == pricing::CarrySource::Parity; });
    // What stood before is better than nothing: a chain that is not quoted knows no spot.
    if (!carry.expiries.empty()) kept.carry = std::make_shared<const pricing::UnderlyingCarry>(std::move(carry));
}

pricing::CurveInputs CarryKeeper::curve(const std::string& underlying, const market::History* history) const {
    pricing::CurveInputs curve = pricing::curveOf(history, underlying);
    if (const auto found = m_kept.find(underlying); found != m_kept.end()) curve.carry = found->second.carry;
    return curve;
}

std::vector<std::string> CarryKeeper::known() const {
    std::vector<std::string> names;
    for (const auto& [name, kept] : m_kept) names.push_back(name);
    return names;
}

std::vector<pricing::UnderlyingCarry> CarryKeeper::of(const std::vector<market::OptionContract>& contracts) const {
    std::map<std::string, std::set<std::pair<TradingDate, std::string>>> wanted;
    for (const auto& c : contracts) wanted[c.underlying].insert({c.expiry, c.root});
    std::vector<pricing::UnderlyingCarry> out;
    for (const auto& [underlying, expiries] : wanted) {
        const auto kept = m_kept.find(underlying);
        if (kept == m_kept.end() || !kept->second.carry) continue;
        pricing::UnderlyingCarry part{underlying, kept->second.carry->at, {}};
        for (const auto& [expiry, root] : expiries)
            if (const auto* found = kept->second.carry->find(expiry, root)) part.expiries.push_back(*found);
        if (!part.expiries.empty()) out.push_back(std::move(part));
    }
    return out;
}

} // namespace mahler::desk
