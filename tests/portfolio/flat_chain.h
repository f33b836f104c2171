#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "market/exchange_calendar.h"
#include "portfolio/risk_leg.h"
#include "pricing/american_slice.h"

namespace mahler::portfolio::testing {

/// A chain whose mids are model prices at one volatility, so that every number of a book on it is known.
struct FlatChain {
    std::string root = "SPX";
    double spot = 5000, vol = 0.20, rate = 0.04, yield = 0.01;
    UtcTime time = market::fromNewYork(std::chrono::year{2026} / 8 / 19, 15, 45);
    std::vector<TradingDate> expiries = {std::chrono::year{2026} / 8 / 28, std::chrono::year{2026} / 9 / 18, std::chrono::year{2027} / 3 / 19};
    double lowest = 0.5, highest = 1.5, step = 0.01;   ///< strikes, of the centre
    double centre = 0;                                 ///< 0: spot
    std::vector<pricing::AnnouncedDividend> dividends; ///< told to the pricer, not in the quotes

    market::OptionContract contract(std::size_t expiry, double strike, market::Right right) const {
        return market::OptionContract::make(root, expiries[expiry], *Price::fromDouble(strike), right);
    }
    std::shared_ptr<const pricing::PricedChain> priced() const {
        const auto spec = market::classSpec(root);
        market::ChainBuilder builder(spec.underlying, time, *Price::fromDouble(spot), "test");
        for (std::size_t e = 0; e < expiries.size(); ++e) {
            pricing::AmericanSlice american(rate, yield, pricing::yearsBetween(time, contract(e, 1, market::Right::Put).expiresAt()));
            for (double k = lowest; k <= highest + 1e-9; k += step)
                for (const auto right : {market::Right::Call, market::Right::Put}) {
                    market::ChainBuilder::Row row;
                    row.contract = contract(e, std::round((centre > 0 ? centre : spot) * k), right);
                    const double years = pricing::yearsBetween(time, row.contract.expiresAt());
                    const double strike = row.contract.strike.toDouble();
                    const double value = row.contract.style == market::ExerciseStyle::American
                                             ? american.price(right, spot, strike, vol)
                                             : pricing::priceEuropean({right, spot, strike, years, rate, yield, vol}).price;
                    if (value < 0.02) continue;
                    row.quote.bid = *Price::fromDouble(value - 0.005);
                    row.quote.ask = *Price::fromDouble(value + 0.005);
                    row.quote.time = time;
                    builder.add(row);
                }
        }
        pricing::CurveInputs curve;
        curve.rate = rate;
        curve.dividendYield = yield;
        curve.dividends = dividends;
        return pricing::priceChain(std::move(builder).build(), curve);
    }
};

inline Holding option(const FlatChain& chain, std::size_t expiry, double strike, market::Right right, std::int64_t quantity,
                      const char* strategy = "") {
    return {market::classSpec(chain.root).underlying, chain.contract(expiry, strike, right), quantity, {}, strategy};
}

inline RiskBook bookOf(const FlatChain& chain, const std::vector<Holding>& holdings) {
    const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{chain.priced()};
    return bindBook(holdings, chains);
}

} // namespace mahler::portfolio::testing
