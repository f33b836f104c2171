#pragma once

#include <string>
#include <vector>

#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// Something bought or sold between the two snapshots. Quantity signed; money as it moved.
struct PeriodTrade {
    Holding what; ///< quantity is what was traded
    Price price;  ///< per unit of underlying
    Usd fees;     ///< paid, not negative
};

enum class ExplainMethod {
    Explain, ///< the model repriced: time, then spot, volatility and rates each alone, then together (cross)
    Predict  ///< Greeks of the first snapshot times the moves
};
const char* toString(ExplainMethod method); ///< "explain" / "predict"

/// Where the profit or loss of a period came from. The parts and `unexplained` add up to `total` to the micro.
struct PnlParts {
    Usd delta, gamma, vega, theta, rho, cross, newTrades, fees, unexplained, total;
    /// |unexplained| above 10 % of |total| and above $50.
    bool flagged() const;
};

struct PnlRow {
    std::string key; ///< contract, strategy or underlying; "book"
    PnlParts parts;
    int explained = 0, count = 0; ///< legs held or traded
};

struct PnlReport {
    ExplainMethod method = ExplainMethod::Explain;
    UtcTime from{}, to{};
    std::vector<PnlRow> byLeg, byStrategy, byUnderlying; ///< largest |total| first
    PnlRow book;
    Coverage coverage; ///< legs without a mark or a price on either side are left out and named
};

/// Explains the change from `before` to `after`. Legs are matched by contract and strategy: what `before` held is carried to
/// the marks of `after`; a trade earns from its price to that mark. `after` must hold (with any quantity, zero for what was
/// closed) every leg of `before` and every traded contract, or it counts as left out. The total is what the mids say;
/// model parts are rounded to the micro.
///  * Explain: theta = time passed at the old spot, volatility and rates. On the new time: delta = model delta x move, gamma =
///    the rest of repricing the spot, vega and rho = repricing volatility, rate and yield; cross = all of them together less
///    each alone.
///  * Predict: the Greeks of `before` times the moves, in the same columns: delta = delta and charm x time, gamma = gamma/2 x
///    square, vega = vega and volga/2 x square, theta, rho = rho and the slope by yield, cross = vanna x spot x volatility. Delta
///    to rho are the leg's own (American where it is); charm, volga, vanna and the yield's slope are differences of its value.
PnlReport explainPnl(const RiskBook& before, const RiskBook& after, const std::vector<PeriodTrade>& trades, ExplainMethod method);

} // namespace mahler::portfolio
