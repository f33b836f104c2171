#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "market/chain.h"
#include "pricing/cash_dividends.h"
#include "pricing/option_pricer.h"
#include "pricing/surface.h"

namespace mahler::pricing {

inline constexpr double kAssumedRate = 0.04; ///< continuous, per year

/// The underlying opens lower by `amount` (its currency, positive) on the morning of `exDate`; who exercises a call for it does
/// so the evening before.
struct AnnouncedDividend {
    TradingDate exDate{};
    double amount = 0;
};
inline constexpr double kCashDividendYears = 1; ///< cash amounts count this far ahead; beyond it dividends are a yield

/// What the pricer cannot read from the chain. Absent rate: implied from parity for European classes, else 0.04 and said so.
struct CurveInputs {
    std::optional<double> rate;          ///< continuous, per year
    std::optional<double> dividendYield; ///< continuous; absent is implied from parity per expiry
    /// Known or expected, any order. American expiries that live through an ex-date are priced with the amounts by the spot-drop
    /// model (cash_dividends.h); `dividendYield` then counts beyond kCashDividendYears only. Those that are no dividend (date or
    /// amount out of range) are left out.
    std::vector<AnnouncedDividend> dividends;
};

struct PricedExpiry {
    double years = 0, forward = 0, discount = 1, rate = 0, dividendYield = 0;
    /// The amounts it is priced with, spot-drop model; empty: dividends are the yield alone. `dividendYield` is the yield that
    /// gives the same forward without them, `borrow` what parity leaves beside them (borrow fee, error of the amounts).
    std::vector<CashDividend> dividends{};
    double borrow = 0;
    double spot = 0; ///< spot this expiry is priced on: its forward carried back at rate and dividendYield
    bool forwardFromParity = false;
    bool rateAssumed = false;                          ///< neither given nor implied by any European expiry: kAssumedRate
    std::optional<double> atmVol;                      ///< at the forward
    std::optional<double> expectedMove;                ///< one standard deviation in price units, F * atmVol * sqrt(T)
    std::optional<double> riskReversal25, butterfly25; ///< in volatility
    SmileFit smile;                                    ///< the slice that is served: free of arbitrage, or named in PricedChain::surface
};

/// The chain with model values, row for row. Immutable once published.
struct PricedChain {
    std::shared_ptr<const market::OptionChain> chain;
    double spot = 0; ///< given, or the parity forward of the nearest expiry discounted back
    bool spotFromParity = false;
    std::vector<PricedExpiry> expiries; ///< as chain->expiries
    Surface surface;                    ///< where the smiles come from, and what is left of arbitrage
    // Per row. `iv` is of the mid; NaN never stands here: look at ivStatus.
    std::vector<IvStatus> ivStatus;
    std::vector<double> iv;
    std::vector<double> delta, gamma, theta, vega, rho; ///< per unit, theta per YEAR; at `markVol`
    std::vector<double> markVol;                        ///< own IV when trusted, otherwise the smile's; 0 when neither
    std::vector<double> theo;                           ///< model price at the smile's volatility; 0 when there is no smile
    std::vector<bool> hasGreeks, hasTheo;
    double milliseconds = 0; ///< what pricing took
};

/// Prices a whole chain. Thread-safe and deterministic. The expiries meet in the surface alone: a slice lies under the next one's.
std::shared_ptr<const PricedChain> priceChain(std::shared_ptr<const market::OptionChain> chain, const CurveInputs& curve);

} // namespace mahler::pricing
