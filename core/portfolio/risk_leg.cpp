#include "portfolio/risk_leg.h"

#include <cmath>
#include <tuple>

#include "pricing/american_slice.h"
#include "pricing/cash_slice.h"
#include "pricing/chain_carry.h"

namespace mahler::portfolio {

std::vector<Holding> holdingsOf(const std::vector<Position>& positions) {
    std::vector<Holding> out;
    for (const auto& position : positions)
        for (const auto& leg : position.legs)
            out.push_back({position.underlying, leg.contract, leg.ratio * position.quantity, {}, position.id.str()});
    return out;
}

std::vector<Holding> holdingsOf(const ComboOrder& order) {
    std::vector<Holding> out;
    for (const auto& leg : order.legs) out.push_back({order.underlying, leg.contract, leg.ratio * order.quantity, {}, "proposed"});
    return out;
}

const char* toString(LegStatus status) {
    switch (status) {
    case LegStatus::Priced: return "priced";
    case LegStatus::NoChain: return "no chain of the underlying";
    case LegStatus::NotListed: return "not in the chain";
    case LegStatus::NoVolatility: return "no volatility";
    case LegStatus::Expired: return "expired";
    case LegStatus::BadValue: return "no finite value";
    }
    return "no finite value";
}

std::string Coverage::text() const { return std::to_string(priced) + " of " + std::to_string(total) + " priced"; }

Coverage RiskBook::coverage() const {
    Coverage c;
    c.total = static_cast<int>(legs.size());
    for (const auto& leg : legs) {
        if (leg.priced())
            ++c.priced;
        else
            c.excluded.push_back(leg.holding.id() + ": " + toString(leg.status));
        if (leg.modelled()) c.modelled.push_back(leg.holding.id() + ": " + kModelled);
    }
    return c;
}

double RiskBook::grossNotional() const {
    double sum = 0;
    for (const auto& leg : legs)
        if (leg.priced()) sum += std::fabs(leg.units()) * leg.spot;
    return sum;
}

namespace {

std::optional<std::size_t> expiryIndex(const market::OptionChain& chain, const market::OptionContract& contract) {
    for (std::size_t i = 0; i < chain.expiries.size(); ++i)
        if (chain.expiries[i].expiry == contract.expiry && chain.expiries[i].root == contract.root) return i;
    return std::nullopt;
}

bool finite(const pricing::Valuation& v) {
    return pricing::hasNumbers(v.status) && std::isfinite(v.price) && std::isfinite(v.delta) && std::isfinite(v.gamma) && std::isfinite(v.theta) &&
           std::isfinite(v.vega) && std::isfinite(v.rho);
}

void bindShares(RiskLeg& leg, const pricing::PricedChain& priced) {
    leg.spot = priced.spot;
    leg.unit = {priced.spot, 1, 0, 0, 0, 0, pricing::PriceStatus::Ok};
    leg.status = std::isfinite(priced.spot) && priced.spot > 0 ? LegStatus::Priced : LegStatus::BadValue;
    if (const auto price = Price::fromDouble(priced.spot)) leg.mark = *price;
}

/// An expiry's boundaries serve all its legs.
struct Slices {
    std::map<std::tuple<double, double, double>, pricing::AmericanSlice> plain;
    pricing::CashSlices cash;
};

pricing::Valuation valueNow(const RiskLeg& leg, Slices& slices) {
    const auto& contract = *leg.holding.contract;
    const double strike = pricing::fromMicros(contract.strike.micros()); // as the chain has it
    if (contract.style == market::ExerciseStyle::European)
        return pricing::priceEuropean({contract.right, leg.spot, strike, leg.years, leg.rate, leg.dividendYield, leg.vol});
    if (!leg.dividends.empty()) {
        pricing::Valuation v;
        const pricing::SliceOption option{contract.right, leg.spot, strike, leg.vol};
        if (const auto slice = slices.cash.of(leg.rate, leg.borrow, leg.years, leg.dividends, leg.spot)) {
            slice->values({&option, 1}, {&v, 1});
            return v;
        }
        return pricing::priceWithDividends(market::ExerciseStyle::American,
                                           {contract.right, leg.spot, strike, leg.years, leg.rate, leg.borrow, leg.vol}, leg.dividends,
                                           pricing::GridAccuracy::Chain)
            .value;
    }
    auto& slice = slices.plain.try_emplace({leg.rate, leg.dividendYield, leg.years}, leg.rate, leg.dividendYield, leg.years).first->second;
    return slice.value(contract.right, leg.spot, strike, leg.vol);
}

void bindOption(RiskLeg& leg, const pricing::PricedChain& priced, Slices& slices) {
    const auto& chain = *priced.chain;
    auto& contract = *leg.holding.contract;
    if (contract.expiresAt() <= chain.time) {
        leg.status = LegStatus::Expired;
        return;
    }
    const auto at = expiryIndex(chain, contract);
    leg.status = LegStatus::NotListed;
    if (!at || *at >= priced.expiries.size()) return;
    const auto& expiry = priced.expiries[*at];
    contract.style = chain.expiries[*at].style; // a file may know better than the root
    contract.settlement = chain.expiries[*at].settlement;
    contract.multiplier = chain.expiries[*at].multiplier;
    leg.spot = expiry.spot;
    leg.rate = expiry.rate;
    leg.dividendYield = expiry.dividendYield;
    leg.years = expiry.years;
    leg.dividends = expiry.dividends;
    leg.borrow = expiry.borrow;
    const auto row = chain.find(contract);
    if (row) {
        leg.mark = chain.quote(*row).mid();
        leg.vol = priced.hasGreeks[*row] ? priced.markVol[*row] : 0;
        // An outlier's own volatility is not what it is marked at.
        leg.volFromSmile = priced.ivStatus[*row] != pricing::IvStatus::Ok ||
                           (expiry.smile.ok && leg.vol > 0 && leg.vol != priced.iv[*row] &&
                            leg.vol == expiry.smile.vol(std::log(contract.strike.toDouble() / expiry.forward), expiry.years));
    }
    if (!(leg.vol > 0) && expiry.smile.ok && expiry.forward > 0 && expiry.years > 0) {
        leg.vol = expiry.smile.vol(std::log(contract.strike.toDouble() / expiry.forward), expiry.years);
        leg.volFromSmile = true;
    }
    if (!(leg.vol > 0) || !std::isfinite(leg.vol)) {
        leg.status = row ? LegStatus::NoVolatility : LegStatus::NotListed;
        return;
    }
    leg.status = LegStatus::BadValue;
    if (!(leg.spot > 0) || !(leg.years > 0)) return;
    leg.unit = valueNow(leg, slices);
    if (finite(leg.unit)) leg.status = LegStatus::Priced;
}

} // namespace

RiskBook bindBook(std::span<const Holding> holdings, std::span<const std::shared_ptr<const pricing::PricedChain>> chains) {
    RiskBook book;
    std::map<std::string, const pricing::PricedChain*> byUnderlying;
    for (const auto& chain : chains) {
        if (!chain || !chain->chain) continue;
        byUnderlying[chain->chain->underlying] = chain.get();
        if (std::isfinite(chain->spot) && chain->spot > 0) book.spots[chain->chain->underlying] = chain->spot;
        book.asof = std::max(book.asof, chain->chain->time);
    }
    Slices slices;
    book.legs.reserve(holdings.size());
    for (const auto& holding : holdings) {
        RiskLeg leg;
        leg.holding = holding;
        if (const auto it = byUnderlying.find(holding.underlying); it != byUnderlying.end()) {
            if (holding.contract)
                bindOption(leg, *it->second, slices);
            else
                bindShares(leg, *it->second);
        }
        book.legs.push_back(std::move(leg));
    }
    return book;
}

} // namespace mahler::portfolio
