#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portfolio/book.h"
#include "strategy/cone.h"
#include "strategy/screener.h"

namespace mahler::strategy {

/// Of the whole quantity: shares, shares per 1.00 of the underlying, dollars a calendar day, dollars per volatility point. For a
/// move of 1 %: gamma x S / 100 in shares. In dollars as portfolio::GreeksSum has them. Absent without a spot.
struct DraftGreeks {
    double delta = 0, gamma = 0, thetaPerDay = 0, vegaPerPoint = 0;
    std::optional<double> gammaPerPercent{}, deltaDollars{}, gammaDollars{};
};

/// What a structure in the making promises and risks, at its limit. What is absent cannot be known from this chain.
struct DraftMetrics {
    std::optional<Price> mid, natural;          ///< net cash to us per unit of underlying; every leg must be quoted on both sides
    std::optional<Price> givenBeyondNatural;    ///< see portfolio::givenBeyondNatural(): a slip, most likely
    Usd fees;                                   ///< of sending it, portfolio::orderOutcome()
    std::optional<Usd> maxLoss, maxProfit;      ///< whole quantity, those fees in both, as the prompt says it; absent: unlimited, or expiries differ
    std::vector<double> breakevens;             ///< underlying, ascending, before fees
    std::optional<double> returnOnRisk;         ///< maxProfit / maxLoss
    std::optional<double> creditToWidth, width; ///< of a credit: share of the widest short side, price units
    std::optional<double> popImplied;           ///< 0..1, see impliedProbabilityOfProfit()
    std::optional<double> popPhysical;          ///< 0..1, a gain after costs under fitPhysicalDensity()
    std::optional<double> p50Implied;           ///< 0..1, see halfProfitProbabilities(), at the at-the-money implied volatility
    std::optional<double> p50Physical;          ///< 0..1, the same at the volatility of fitPhysicalDensity()
    std::optional<double> expectedValue;        ///< dollars for the whole quantity after costs, same density, over the whole payoff
    std::optional<double> costs;                ///< dollars for the whole quantity: commissions both ways, slippage of the way out
    std::string densityMethod;                  ///< how the density was made; English
    std::optional<double> expectedMove;         ///< one standard deviation to expiry, price units
    std::optional<DraftGreeks> greeks;          ///< absent when a leg has none
};
/// Entered at its limit. The way in pays commissions alone, for the limit already holds what it gives up against the mid; the way
/// out pays commissions and `profile.slippage` of the legs' bid-ask. So a candidate of the screener at its own limit has the
/// screener's EV, up to the tick. `analysis` may be empty: the density then says so in its method. Pure.
DraftMetrics draftMetrics(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, const analytics::Analysis& analysis,
                          const ScreenProfile& profile);

/// Risk-neutral probability of a gain at expiry before costs: lognormal around `forward` at one volatility (Black 1976), exact, the
/// payoff being linear between its strikes and breakevens. @return absent for mixed expiries or without forward, volatility and time.
std::optional<double> impliedProbabilityOfProfit(const portfolio::ComboOrder& order, double forward, double vol, double years);

/// Probability that half of the largest profit can be taken on any day to expiry, at model values and before costs, for each
/// volatility of the underlying's way around its forward: no drift but the carry. See probabilitiesOfReaching() and profitAhead() for
/// method and sources. @return empty for mixed expiries, an unlimited or no profit, or a leg without a price.
std::vector<double> halfProfitProbabilities(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, std::span<const double> vols);

/// Of the book with the order in it. Absent when the book's or the order's own is incomplete.
struct BookWithDraft {
    std::optional<double> deltaNow, deltaAfter, gammaNow, gammaAfter; ///< delta x spot in dollars; its change for a move of 1 %
    std::optional<double> thetaNow, thetaAfter, vegaNow, vegaAfter;   ///< dollars a day; dollars per point
    std::optional<Usd> buyingPowerAfter;
};
BookWithDraft bookWith(const DraftMetrics& draft, const portfolio::GreeksSum& book, std::optional<Usd> buyingPower);

/// Profit and loss of an order taken at its limit, price by date, in dollars of its whole quantity before fees.
struct PriceDateTable {
    std::vector<double> spotMoves;          ///< relative to the chain's spot
    std::vector<double> days;               ///< calendar days ahead, ascending; the last one is expiry
    std::vector<std::optional<double>> pnl; ///< days x spotMoves
    const std::optional<double>& at(std::size_t day, std::size_t move) const { return pnl[day * spotMoves.size() + move]; }
};
/// Now, in 1 and 5 days, half way (each on a session, see tableDays()) and at expiry. Before expiry by portfolio::valueAcrossSpots() with 30-day
/// volatility moved by `volMove`, at expiry the payoff. Empty for mixed expiries or without spot. Pure.
PriceDateTable priceDateTable(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, double volMove);
/// probabilityCone() of the order's expiry at its at-the-money volatility, and one moment of it, `days` calendar days ahead (0 to expiry).
/// Empty, absent: for mixed expiries or without volatility.
std::vector<ConePoint> draftCone(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, int count);
std::optional<ConePoint> draftConeAt(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, double days);
/// The days of that table. Each but now and expiry falls on a session: a day without one stands for the next that has one.
/// @param daysToExpiry calendar days, above 0. @param from now. Ascending, the last is `daysToExpiry`.
std::vector<double> tableDays(double daysToExpiry, UtcTime from);

} // namespace mahler::strategy
