#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// A horizon of the grid: calendar days ahead, or the first expiry of the priced legs.
struct Horizon {
    std::optional<double> days; ///< absent: to the first expiry
};

struct GridSpec {
    std::vector<double> spotMoves = {-0.15, -0.125, -0.10, -0.075, -0.05, -0.025, 0, 0.025, 0.05, 0.075, 0.10, 0.125, 0.15};
    std::vector<double> volMoves = {-0.30, -0.20, -0.10, 0, 0.10, 0.20, 0.30, 0.40, 0.50}; ///< of 30-day volatility, relative
    std::vector<Horizon> horizons = {{0.0}, {1.0}, {5.0}, {std::nullopt}};
    bool sensitivities = true; ///< delta and gamma dollars per cell, at three times the work
};

struct ScenarioCell {
    double spotMove = 0, volMove = 0;  ///< relative
    std::size_t horizon = 0;           ///< of ScenarioGrid::horizons
    double pnlUsd = 0;                 ///< of the priced legs, against their model value now
    std::optional<double> ofEquity;    ///< pnl / equity; absent without a positive equity
    double deltaUsd = 0, gammaUsd = 0; ///< in the cell; gamma: change of delta dollars for a move of 1 %
};

struct GridHorizon {
    double days = 0;
    std::string label; ///< "0 d", "5 d", "first expiry 2026-08-21"
};

/// Spot x volatility x days. Each cell is a full revaluation at once moved spot and volatility; volatilities are sticky by
/// strike and answer by tenor (tenorVolFactor()); legs that expire on the way end at their exercise value at the moved spot.
struct ScenarioGrid {
    std::vector<double> spotMoves, volMoves;
    std::vector<GridHorizon> horizons;
    std::vector<ScenarioCell> cells;  ///< horizon by horizon, volatility by volatility, spot fastest
    std::optional<std::size_t> worst; ///< the lowest P&L, the first of equals; absent when nothing is priced
    std::vector<double> legPnlUsd;    ///< cells x legs of the book; zero for legs that are not priced
    std::size_t legs = 0;
    Coverage coverage;
    double milliseconds = 0;

    std::size_t index(std::size_t horizon, std::size_t vol, std::size_t spot) const {
        return (horizon * volMoves.size() + vol) * spotMoves.size() + spot;
    }
};

/// @return BadInput for an empty axis, a value that is not finite, spot moves at or below -1 (or, with sensitivities, within
/// half a per cent of it), negative days, or more than 20,000 cells. Pure and deterministic.
Result<ScenarioGrid> scenarioGrid(const RiskBook& book, const GridSpec& spec, std::optional<double> equityUsd);

/// One leg's share of a cell, biggest loss first; legs that are not priced do not appear.
struct LegContribution {
    std::size_t leg = 0; ///< index in the book
    double pnlUsd = 0;
};
std::vector<LegContribution> contributions(const RiskBook& book, const ScenarioGrid& grid, std::size_t cell);

/// A day or week that happened, as index closes: the move of the S&P 500 and of 30-day volatility (VIX; VXO for 1987).
struct NamedShock {
    const char* id;   ///< "volmageddon_2018"
    const char* name; ///< "5 February 2018, Volmageddon"
    const char* source;
    double spotMove, volMove; ///< relative, applied at once
};
/// 19 October 1987: S&P 500 282.70 to 224.84 (-20.47 %), VXO 36.37 to 150.19 (+312.9 %) (Cboe, "25 years ago the VXO index
/// topped 150", 2012). 3 to 10 October 2008: 1099.23 to 899.22 (-18.20 %), VIX 45.14 to 69.95 (+55.0 %). 5 February 2018:
/// 2762.13 to 2648.94 (-4.10 %), VIX 17.31 to 37.32 (+115.6 %). 16 March 2020: 2711.02 to 2386.13 (-11.98 %), VIX 57.83 to
/// 82.69 (+43.0 %). 5 August 2024: 5346.56 to 5186.33 (-3.00 %), VIX 23.39 to 38.57 (+64.9 %). S&P Dow Jones Indices and
/// Cboe daily closes; 2008, 2018 and the VIX of 2020 agree with recorded closes to the cent, SPY fell 10.94 % on 16 March 2020, the rest
/// is as published and unchecked. Every underlying of the book takes the index's move.
std::span<const NamedShock> namedShocks();

struct ShockResult {
    NamedShock shock;
    double pnlUsd = 0;
    std::optional<double> ofEquity;
    std::vector<LegContribution> legs; ///< of the legs that could be priced, biggest loss first
    int total = 0;                     ///< legs of the book
};
std::vector<ShockResult> runNamedShocks(const RiskBook& book, std::optional<double> equityUsd);

} // namespace mahler::portfolio
