#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portfolio/beta_weights.h"
#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// Position Greeks of one row, as desks read them (UX 2.2).
struct PositionGreeks {
    double deltaShares = 0;
    double deltaUsd = 0;
    double gammaSharesPerPercent = 0; ///< change of deltaShares for a move of 1 %
    double gammaUsdPerPercent = 0;    ///< change of deltaUsd for a move of 1 %, by gamma alone: 0.01 gamma S^2
    double thetaUsdPerDay = 0;        ///< calendar day
    double vegaUsdPerPoint = 0;
    double vegaUsdPerPoint30d = 0; ///< weighted by sqrt(30 days / T), capped at 2: what one point of 30-day volatility does
    double rhoUsdPerPercent = 0;
    std::optional<double> benchmarkShares; ///< beta-weighted delta; absent when a beta or the benchmark's price is missing
    bool weakBeta = false;                 ///< some beta has r2 below 0.4
};

struct GreeksRow {
    std::string key; ///< contract, strategy or underlying; "book"
    PositionGreeks greeks;
    int priced = 0, total = 0; ///< legs
};

/// Delta shares of different underlyings are not alike: `book.greeks.deltaShares` and gammaSharesPerPercent are only
/// meaningful where there is one underlying; dollars and benchmark shares always add.
struct GreeksReport {
    std::vector<GreeksRow> byLeg;                    ///< as the book's legs
    std::vector<GreeksRow> byStrategy, byUnderlying; ///< by name
    GreeksRow book;
    BetaWeights weights;
};

/// Vega of one expiry over all underlyings. Raw vegas of different expiries do not add to anything: the weighted ones do.
struct ExpiryVega {
    TradingDate expiry{};
    double vegaUsdPerPoint = 0, vegaUsdPerPoint30d = 0; ///< as PositionGreeks
    int priced = 0, total = 0;                          ///< legs
};
std::vector<ExpiryVega> vegasByExpiry(const RiskBook& book); ///< by date; shares have none
GreeksReport greeksBy(const RiskBook& book, BetaWeights weights);

} // namespace mahler::portfolio
