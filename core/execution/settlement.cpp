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

std::vector<BrokerCashEvent> Settlement::assignedEarly(UtcTime now, const Evening& evening, const std::map<std::string, market::Quote>& quotes,
                                                       std::map<std::string, std::int64_t>& positions) const {
    std::vector<BrokerCashEvent> events;
    for (auto it = positions.begin(); it != positions.end();) {
        const auto here = it++;
        const auto contract = market::OptionContract::parse(here->first);
        if (!contract || here->second >= 0 || contract->style != market::ExerciseStyle::American || contract->expiresAt() <= now) continue;
        const auto price = m_prices.find(contract->underlying);
        const auto quote = quotes.find(here->first);
        if (price == m_prices.end() || quote == quotes.end() || !quote->second.twoSided()) continue;
        const bool call = contract->right == market::Right::Call;
        const Price last = price->second.last, inside = call ? last - contract->strike : contract->strike - last;
        const auto ex = evening.dividends.find(contract->underlying);
        const Price dividend = ex == evening.dividends.end() ? Price{} : ex->second;
        const auto interest = Price::fromDouble(contract->strike.toDouble() * evening.interest);
        if (inside.micros() <= 0 || !interest) continue;
        const Price timeValue = *quote->second.mid() - inside;
        if (call ? timeValue >= dividend : timeValue + dividend >= *interest) continue;
        if (call && dividend.micros() <= 0) continue; // a quote below its value is no reason to give up what is left of it
        const std::int64_t lots = evening.lots ? std::clamp<std::int64_t>(evening.lots(here->first, -here->second), 1, -here->second) : -here->second;
        BrokerCashEvent event;
        event.kind = "assignment";
        event.contractId = here->first;
        event.quantity = -lots;
        event.amount = notional(inside, -lots, contract->multiplier).value_or(Usd{});
        event.text = "assigned early at " + contract->strike.str() + " for " +
                     (call ? "a dividend of " + dividend.str() : "interest of " + interest->str() + " until the next session") +
                     ", shares netted to cash at " + last.str();
        events.push_back(std::move(event));
        here->second += lots;
        if (here->second == 0) positions.erase(here);
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
