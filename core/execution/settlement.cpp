#include "execution/settlement.h"

#include <algorithm>

#include "market/exchange_calendar.h"

namespace mahler::execution {

void Settlement::see(const std::string& underlying, Price price, UtcTime now, market::Session session) {
    auto& p = m_prices[underlying];
    if (session == market::Session::Open &&
        (p.sessionFirstAt == UtcTime{} || market::toNewYork(p.sessionFirstAt).date != market::toNewYork(now).date)) {
        p.sessionFirst = price;
        p.sessionFirstAt = now;
    }
    p.last = price;
    p.lastAt = now;
}

std::vector<BrokerCashEvent> Settlement::expired(UtcTime now, std::map<std::string, std::int64_t>& positions) {
    std::vector<BrokerCashEvent> events;
    for (auto it = positions.begin(); it != positions.end();) {
        const auto contract = market::OptionContract::parse(it->first);
        if (it->second == 0) {
            it = positions.erase(it);
            continue;
        }
        const auto known = contract ? m_prices.find(contract->underlying) : m_prices.end();
        if (!contract || contract->expiresAt() > now || known == m_prices.end()) {
            ++it;
            continue;
        }
        const bool morning = contract->settlement == market::Settlement::AmCash;
        const auto& p = known->second;
        const bool priced = morning ? p.sessionFirstAt >= contract->expiresAt() : p.lastAt >= contract->expiresAt();
        if (!priced) {
            ++it;
            continue;
        }
        const Price settlement = morning ? p.sessionFirst : p.last;
        const Price difference = contract->right == market::Right::Call ? settlement - contract->strike : contract->strike - settlement;
        const bool inTheMoney = difference.micros() >= 10'000;
        BrokerCashEvent event;
        event.contractId = it->first;
        event.quantity = it->second;
        event.kind = !inTheMoney                                              ? "expiry"
                     : contract->settlement != market::Settlement::PmPhysical ? "expiry"
                     : it->second > 0                                         ? "exercise"
                                                                              : "assignment";
        if (inTheMoney) event.amount = notional(difference, it->second, contract->multiplier).value_or(Usd{});
        event.text = !inTheMoney              ? "expired worthless at " + settlement.str()
                     : event.kind == "expiry" ? "cash-settled at " + settlement.str()
                                              : event.kind + " at " + contract->strike.str() + ", shares netted to cash at " + settlement.str();
        events.push_back(std::move(event));
        it = positions.erase(it);
    }
    return events;
}

Usd Settlement::requirement(const std::map<std::string, std::int64_t>& positions) const {
    struct Group {
        std::vector<std::pair<market::OptionContract, std::int64_t>> contracts;
    };
    std::map<std::pair<std::string, std::string>, Group> groups;
    for (const auto& [id, quantity] : positions)
        if (const auto contract = market::OptionContract::parse(id); contract && quantity != 0)
            groups[{contract->underlying, formatDate(contract->expiry)}].contracts.emplace_back(*contract, quantity);
    Usd total;
    for (const auto& [key, group] : groups) {
        std::vector<Price> spots{Price{}};
        for (const auto& [contract, quantity] : group.contracts) spots.push_back(contract.strike);
        std::int64_t worst = 0;
        for (const auto spot : spots) {
            std::int64_t sum = 0;
            for (const auto& [contract, quantity] : group.contracts) {
                const Price d = contract.right == market::Right::Call ? spot - contract.strike : contract.strike - spot;
                if (d.micros() > 0) sum += notional(d, quantity, contract.multiplier).value_or(Usd{}).micros();
            }
            worst = std::min(worst, sum);
        }
        total += Usd::fromMicros(-worst);
    }
    return total;
}

} // namespace mahler::execution
