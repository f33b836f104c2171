#pragma once

#include <cstddef>
#include <optional>

#include "pricing/chain_pricer.h"

namespace mahler::pricing {

/// What can be said of one row of a priced chain beside its price. Pure, thread-safe; `expiry` and `row` must be of the chain and
/// belong together, otherwise nothing is said.

/// The least the contract can be worth, per unit of underlying, on the forward its expiry is priced with. European: D max(+-(F - K), 0)
/// (Merton 1973, theorem 1), which for a deep put is below K - S. American: the best exercise on the certain path, now, at
/// expiry or between, cash dividends counted. Absent for an expiry that is over or has no forward.
std::optional<double> leastValue(const PricedChain& priced, std::size_t expiry, std::size_t row);

/// How far the mid lies under leastValue(), in CENTS per unit of underlying, above 0. Absent unless ivStatus is BelowIntrinsic.
std::optional<double> shortfallCents(const PricedChain& priced, std::size_t expiry, std::size_t row);

/// Chance that the contract ends out of the money: N(-d2) of a call, N(d2) of a put, under the market's own (risk-neutral) lognormal at
/// markVol, as the screener's probability_otm. 0 to 1. Absent without a volatility.
std::optional<double> probabilityOtm(const PricedChain& priced, std::size_t expiry, std::size_t row);

/// Ask less bid as a share of the mid; absent unless two-sided with a mid above 0.
std::optional<double> spreadFraction(const market::Quote& quote);

} // namespace mahler::pricing
