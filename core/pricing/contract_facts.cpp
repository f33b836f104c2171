#include "pricing/contract_facts.h"

#include <algorithm>
#include <cmath>

#include "pricing/american.h"
#include "pricing/chain_carry.h"

namespace mahler::pricing {

namespace {

/// The expiry when the row is one of it and it has not passed.
const PricedExpiry* expiryOf(const PricedChain& priced, std::size_t expiry, std::size_t row) {
    if (!priced.chain || expiry >= priced.expiries.size() || expiry >= priced.chain->expiries.size()) return nullptr;
    const market::ExpirySlice& slice = priced.chain->expiries[expiry];
    const PricedExpiry& e = priced.expiries[expiry];
    return row >= slice.begin && row < slice.end && priced.chain->strike[row] > 0 && e.years > 0 && e.forward > 0 ? &e : nullptr;
}

double strikeOf(const PricedChain& priced, std::size_t row) { return static_cast<double>(priced.chain->strike[row]) * 1e-6; }

} // namespace

std::optional<double> leastValue(const PricedChain& priced, std::size_t expiry, std::size_t row) {
    const PricedExpiry* e = expiryOf(priced, expiry, row);
    if (!e) return std::nullopt;
    const market::Right right = priced.chain->right[row];
    const double strike = strikeOf(priced, row);
    switch (priced.chain->expiries[expiry].style) {
    case market::ExerciseStyle::European: {
        const double gap = right == market::Right::Call ? e->forward - strike : strike - e->forward;
        return e->discount * std::max(gap, 0.0);
    }
    case market::ExerciseStyle::American: {
        Inputs in{right, e->spot, strike, e->years, e->rate, e->dividendYield, 0};
        if (e->dividends.empty()) return zeroVolatilityValue(in);
        in.dividendYield = e->borrow; // what the chain is priced with beside the amounts
        const DividendValuation certain = dividendPriceOnly(market::ExerciseStyle::American, in, e->dividends, GridAccuracy::Chain);
        return hasNumbers(certain.value.status) ? std::optional(certain.value.price) : std::nullopt;
    }
    }
    return std::nullopt;
}

std::optional<double> shortfallCents(const PricedChain& priced, std::size_t expiry, std::size_t row) {
    if (!expiryOf(priced, expiry, row) || priced.ivStatus[row] != IvStatus::BelowIntrinsic) return std::nullopt;
    const UsableQuote quote = usableQuote(*priced.chain, row);
    const auto least = leastValue(priced, expiry, row);
    if (quote.status != IvStatus::Ok || !least || !(*least > quote.mid)) return std::nullopt;
    return (*least - quote.mid) * 100;
}

std::optional<double> probabilityOtm(const PricedChain& priced, std::size_t expiry, std::size_t row) {
    const PricedExpiry* e = expiryOf(priced, expiry, row);
    if (!e || !(priced.markVol[row] > 0)) return std::nullopt;
    const double deviation = priced.markVol[row] * std::sqrt(e->years);
    const double d2 = std::log(e->forward / strikeOf(priced, row)) / deviation - deviation / 2;
    return normalCdf(priced.chain->right[row] == market::Right::Call ? -d2 : d2);
}

std::optional<double> spreadFraction(const market::Quote& quote) {
    const auto mid = quote.mid(), width = quote.width();
    if (!mid || !width || mid->micros() <= 0) return std::nullopt;
    return width->toDouble() / mid->toDouble();
}

} // namespace mahler::pricing
