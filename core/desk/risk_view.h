#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "desk/attribution.h"
#include "desk/desk_view.h"
#include "market/quote.h"
#include "portfolio/beta_weights.h"
#include "portfolio/greeks_by.h"
#include "portfolio/scenario.h"
#include "portfolio/value_at_risk.h"
#include "risk/breaker_map.h"

namespace mahler::desk {

/// Everything the risk screens show of one book.
struct RiskCase {
    portfolio::RiskBook book;                 ///< Holding::strategy is a position's, a request's or an order's id
    portfolio::BetaSum beta;                  ///< of its legs, in shares of RiskView::betaWeights.benchmark
    std::vector<portfolio::ExpiryVega> vegas; ///< by expiry; the weighted ones add up to `weightedVega`
    double weightedVega = 0;                  ///< USD per point of 30-day volatility, by sqrt(30 days / T), over priced legs
    portfolio::ScenarioGrid grid;
    std::vector<portfolio::ShockResult> shocks;
    portfolio::VarReport historical, simulated;
    UtcTime varAt{}; ///< of the quotes behind the two; they are made anew less often than the grid
    std::optional<risk::BreakerMap> map;
    std::string mapCause; ///< why there is none
};

/// What a number that has not been made yet says in VarReport::unavailable.
inline constexpr const char* kBeingComputed = "being computed";

/// The book with one waiting request alone, as the prompt shows it.
struct TradeRisk {
    std::string request; ///< its id
    portfolio::VarReport historical;
    UtcTime varAt{};                ///< of the quotes behind it
    std::optional<double> worstUsd; ///< P&L of the worst cell; absent with a cause
    std::optional<ScenarioPoint> worstAt;
    std::string worstCause;
};

/// The book under moved markets, as one immutable value. Derived: nothing in it is journaled, nothing trades on it.
struct RiskView {
    UtcTime at{}; ///< of the oldest chain in use; the desk's time without any
    market::Session session = market::Session::Closed;
    std::optional<double> oldestInputSeconds; ///< age of the oldest underlying's quote when it was made
    std::optional<double> equityUsd, vix;
    risk::Limits limits;
    portfolio::BetaWeights betaWeights;
    std::map<std::string, std::string> labels; ///< "SELL 12 SPY ..." by Holding::strategy
    std::vector<std::string> pending;          ///< what withPending adds: waiting requests, then working orders
    std::optional<TradingDate> firstExpiry;    ///< of all legs with a price, pending ones included: the grid's last horizon
    RiskCase asIs;
    std::optional<RiskCase> withPending; ///< absent when nothing is pending
    std::vector<TradeRisk> trades;       ///< of the most urgent requests, at most six
    std::vector<std::size_t> changed;    ///< cells in which what is pending changes what trips first
    Attribution attribution;
    std::map<std::string, std::string> withoutChain; ///< underlying to cause; its last chain is used where there was one
    double milliseconds = 0;                         ///< what making it took
};

} // namespace mahler::desk
