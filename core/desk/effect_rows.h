#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/desk_view.h"
#include "desk/risk_view.h"
#include "risk/book_risk.h"

namespace mahler::desk {

/// What the account looks like before one order.
struct EffectInputs {
    const portfolio::Account* account = nullptr; ///< null: not opened yet
    portfolio::AccountMarks marks;
    risk::Limits limits;
    std::optional<double> portfolioRiskFraction; ///< worst case of book and working orders / equity; absent: not known
    const risk::BookRisk* book = nullptr;        ///< what is held and outstanding as the gate counts it; null: not known
    Usd buyingPower;
    portfolio::GreeksSum greeks;
    portfolio::BetaSum beta;
    portfolio::BetaWeights weights;
    const portfolio::GreeksBook& unitGreeks;
    const std::map<std::string, double>& spots;
};
/// The account's measures now and after the order (UX 4.3). `maxLoss` with fees, `worstCase` as the gate has it. Empty without
/// a positive equity; a measure that is not known is absent and says why. The limits of beta delta and gamma are the gate's shares of
/// equity in shares of the benchmark; the gate itself counts without beta, and the row's detail has its count. Any thread, pure.
std::vector<EffectRow> effectRows(const EffectInputs& in, const portfolio::ComboOrder& order, Usd maxLoss, Usd worstCase);

/// Value at risk of one day at 99 % and the worst cell of the scenario grid, of the book and of the book with this request
/// alone; the value at risk is the loss, as RiskCase has it, the cell a P&L. Without a view, or while it does not know the request, both are being
/// computed. Any thread, pure.
std::vector<EffectRow> riskRows(const RiskView* risk, const ApprovalId& request);

} // namespace mahler::desk
