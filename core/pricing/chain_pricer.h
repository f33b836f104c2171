#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "market/chain.h"
#include "pricing/cash_slice.h"
#include "pricing/expiry_carry.h"
#include "pricing/option_pricer.h"
#include "pricing/surface.h"

namespace mahler::pricing {

inline constexpr double kAssumedRate = 0.04;    ///< continuous, per year
inline constexpr double kCashDividendYears = 1; ///< cash amounts count this far ahead; beyond it dividends are a yield

/// What the pricer cannot read from the chain. Absent rate: implied from parity for European classes, else 0.04 and said so.
struct CurveInputs {
    std::optional<double> rate;            ///< continuous, per year
    std::optional<double> dividendYield;   ///< continuous; outright, parity is not asked
    std::optional<double> fallbackYield{}; ///< continuous: where neither `dividendYield` is given nor the quotes give a forward
    /// Known or expected, any order. American expiries that live through an ex-date are priced with the amounts by the spot-drop
    /// model (cash_dividends.h); `dividendYield` then counts beyond kCashDividendYears only. Those that are no dividend (date or
    /// amount out of range) are left out.
    std::vector<AnnouncedDividend> dividends{};
    /// Found before (carryOf()): expiries in it take it as it is, whatever the quotes say now. Null: everything from this chain.
    std::shared_ptr<const UnderlyingCarry> carry{};
    /// Keeps what the lanes solved from one refresh to the next; null: nothing is kept. Whoever gives it lets one thread at a time price with it.
    std::shared_ptr<CashSlices> slices{};
    bool furtherGreeks = false; ///< PricedChain::charm and the like too, which take as long again as the rest
};
/// What the past of a market tells of `underlying`: rate, amounts, and the yield as a fallback. `history` may be null.
CurveInputs curveOf(const market::History* history, const std::string& underlying);

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
    SurfaceDynamics dynamics = SurfaceDynamics::StickyStrike; ///< of delta and gamma
    /// With CurveInputs::furtherGreeks, else empty; NaN where there is none. Charm: change of delta per calendar DAY of passing time (over the next
    /// one, to expiry if that comes first); vanna: change of delta per volatility POINT.
    std::vector<double> charm, vanna;
    /// Likewise, of expiries with less than two days to live: what the option loses until its expiry if spot and volatility stay (its value at T = 0
    /// less the one now, per unit, negative when it loses). A day's share of `theta` says more than the whole option is worth there.
    std::vector<double> decayToClose;
    double milliseconds = 0; ///< what pricing took
};

/// Prices a whole chain. Thread-safe and deterministic. The expiries meet in the surface alone: a slice lies under the next one's.
std::shared_ptr<const PricedChain> priceChain(std::shared_ptr<const market::OptionChain> chain, const CurveInputs& curve);

} // namespace mahler::pricing
