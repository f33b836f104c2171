#include "agents/price_check.h"

#include <algorithm>

namespace mahler::agents {

namespace {

pricing::VerifiedLeg legOf(const pricing::PricedChain& priced, const market::OptionContract& contract) {
    pricing::VerifiedLeg leg;
    leg.style = contract.style;
    leg.in.right = contract.right;
    leg.in.strike = contract.strike.toDouble();
    const auto row = priced.chain->find(contract);
    if (!row || !priced.hasGreeks[*row]) return leg;
    const auto& slices = priced.chain->expiries;
    const auto slice = std::find_if(slices.begin(), slices.end(), [&](const auto& s) { return *row >= s.begin && *row < s.end; });
    const auto& expiry = priced.expiries[static_cast<std::size_t>(slice - slices.begin())];
    leg.in.spot = expiry.spot;
    leg.in.years = expiry.years;
    leg.in.rate = expiry.rate;
    leg.in.dividendYield = expiry.dividends.empty() ? expiry.dividendYield : expiry.borrow;
    leg.dividends = expiry.dividends;
    leg.in.vol = priced.markVol[*row];
    return leg;
}

} // namespace

std::vector<VerifiedPrice> verifyTrade(const CycleInputs& in, const portfolio::ComboOrder& order) {
    std::vector<pricing::VerifiedLeg> legs;
    for (const auto& leg : order.legs) legs.push_back(legOf(*in.chain, leg.contract));
    auto results = pricing::verifyLegs(legs);
    std::vector<pricing::MethodPrice> further;
    if (in.furtherOpinion) further = in.furtherOpinion(legs);
    std::vector<VerifiedPrice> verified;
    for (std::size_t i = 0; i < legs.size(); ++i) {
        auto prices = std::move(results[i].prices);
        if (i < further.size()) prices.push_back(further[i]);
        verified.push_back({order.legs[i].contract.id(), pricing::judge(legs[i].style, legs[i].in, std::move(prices))});
    }
    return verified;
}

} // namespace mahler::agents
