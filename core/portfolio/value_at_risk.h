#pragma once

#include <optional>
#include <string>
#include <vector>

#include "market/history.h"
#include "portfolio/factor_moves.h"
#include "portfolio/scenario_values.h"

namespace mahler::portfolio {

enum class VarMethod { Historical, MonteCarlo };
const char* toString(VarMethod method); ///< "historical" / "monte-carlo"

/// One day ahead, moves at once (no decay), today's book, full revaluation; volatilities move with VIX by tenor.
struct VarSpec {
    VarMethod method = VarMethod::Historical;
    std::vector<double> levels = {0.95, 0.99, 0.995};
    int windowDays = 500;   ///< of historical moves; Monte Carlo takes its covariance from them
    int backtestDays = 250; ///< the newest days, each judged against the days before it
    SimulationSpec simulation;
    ProxySpec proxy;
};

/// How often the book as it is now would have lost more than its value at risk.
struct Exceptions {
    int count = 0, days = 0;
    double expected = 0; ///< days x (1 - level)
    /// Basel Committee 1996 traffic light, for 250 days at 99 % alone: "green" up to 4, "yellow" up to 9, "red"; else empty.
    std::string zone;
};

/// Losses are positive. VaR is the k-th worst of n outcomes, k = n (1 - level) rounded up; shortfall their mean up to it.
struct VarLevel {
    double level = 0;
    double varUsd = 0, shortfallUsd = 0;
    std::optional<double> varOfEquity, shortfallOfEquity;
    std::optional<Exceptions> exceptions;
    std::string exceptionsCause; ///< why there are none
};

/// Share of a leg, strategy or underlying; shares of one level add up to its total. Shortfall: the mean loss over the tail
/// (Tasche 1999). VaR: the mean loss over the outcomes around the quantile, scaled to add up (Epperlein & Smillie 2006).
struct VarComponent {
    std::string key;
    std::vector<double> varUsd, shortfallUsd; ///< by level
};

struct VarReport {
    VarMethod method = VarMethod::Historical;
    std::string unavailable; ///< why there is no number; empty: there is
    std::string description; ///< "historical, 500 days 2019-09-09 to 2021-08-31"
    int windowDays = 0;
    std::optional<TradingDate> from, to; ///< of the window
    int staleDays = 0;                   ///< calendar days from its end to the book
    std::vector<VarLevel> levels;
    std::vector<VarComponent> byLeg, byStrategy, byUnderlying;
    ProxyProof proof;
    Coverage coverage;
    double milliseconds = 0;
    bool available() const { return unavailable.empty(); }
};

/// @return unavailable with its cause when a spec makes no sense, nothing is priced, or history is missing or too short
/// (a tail needs at least one outcome at every level). Pure and deterministic.
VarReport valueAtRisk(const RiskBook& book, const market::History& history, const VarSpec& spec, std::optional<double> equityUsd);

} // namespace mahler::portfolio
