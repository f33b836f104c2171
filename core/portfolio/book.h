#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "market/quote.h"
#include "portfolio/combo_order.h"
#include "pricing/option_pricer.h"

namespace mahler::portfolio {

/// A structure held. Quantities are units; legs carry the ratio. Closed when quantity is 0.
struct Position {
    PositionId id;
    std::string underlying;
    StrategyKind kind = StrategyKind::Custom;
    std::vector<ComboLeg> legs;
    std::int64_t quantity = 0;
    Price openNet; ///< average cash to us per unit of underlying at opening (credit positive)
    Usd openFees, closeFees;
    Usd realised; ///< of units already closed, before fees
    UtcTime openedAt{};
    std::string owner;    ///< "agent:desk" or "user:<id>"
    std::string strategy; ///< "credit_spread"
    ProposalId proposal;
};

/// Quotes by contract id as of one time; a contract without a valid quote is absent.
using QuoteBook = std::map<std::string, market::Quote>;

struct Mark {
    std::optional<Price> net;     ///< cash to us of closing one unit at mid (negative: we would pay)
    std::optional<Price> natural; ///< the same at the far side: sell at bid, buy at ask
    std::optional<Usd> openPnl;   ///< of the open units, before fees
    UtcTime oldest{};             ///< source time of the oldest leg quote
};
/// Never from stale, crossed or one-sided quotes: then everything is absent (SAFETY S10).
Mark markPosition(const Position& position, const QuoteBook& quotes);

struct GreeksSum {
    double delta = 0, gamma = 0, thetaPerDay = 0, vegaPerPoint = 0; ///< shares, shares per 1.00, $/day, $/vol point
    double deltaDollars = 0, gammaDollars = 0;                      ///< gamma: change of delta dollars for a move of 1 %
    int included = 0, total = 0;                                    ///< positions with and without complete inputs
    /// The word that belongs beside delta: the volatility of a strike is held while the spot moves.
    pricing::SurfaceDynamics dynamics = pricing::SurfaceDynamics::StickyStrike;
};
/// Model Greeks of one contract (per unit of underlying, theta per year, vega per 1.00 of vol) as pricing gives them.
struct UnitGreeks {
    double delta = 0, gamma = 0, theta = 0, vega = 0;
    double iv = 0;      ///< of its own mid; 0 when that has none, as in the exercise region
    double markVol = 0; ///< what the Greeks are at, as PricedChain::markVol: the volatility of the strike's out-of-the-money side
};
using GreeksBook = std::map<std::string, UnitGreeks>; ///< by contract id
GreeksSum sumGreeks(const std::vector<Position>& positions, const GreeksBook& greeks, const std::map<std::string, double>& spots);

/// Worst-case loss of the open units from now, >= 0; absent when undefined.
std::optional<Usd> worstCaseLoss(const Position& position);

/// Equity, bases and the high-water mark. Bases move only by journaled events (SAFETY section 2).
struct Account {
    std::string name; ///< "SIM-4821"
    Usd cash;         ///< broker's record
    Usd dayStartEquity, weekStartEquity, highWaterMark;
    TradingDate day{}; ///< the session dayStartEquity belongs to
};

struct AccountMarks {
    std::optional<Usd> equity; ///< cash + marks; absent when a held position has no valid mark
    int markedPositions = 0, totalPositions = 0;
    std::optional<Usd> dayPnl, weekPnl;
    std::optional<double> dayPnlFraction, weekPnlFraction, drawdownFraction; ///< drawdown >= 0
};
AccountMarks markAccount(const Account& account, const std::vector<Position>& positions, const QuoteBook& quotes);

} // namespace mahler::portfolio
