#include "risk/sizing.h"

#include <algorithm>
#include <cmath>

namespace mahler::risk {

bool isCorrelatedEquity(const std::string& u) {
    return u == "SPY" || u == "QQQ" || u == "IWM" || u == "SPX" || u == "XSP" || u == "NDX" || u == "RUT";
}

namespace {

/// The least of the caps holds.
void settle(SizeResult& result, Usd maxLossPerContract, Usd equity) {
    const auto least = std::min_element(result.caps.begin(), result.caps.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    result.contracts = least->second;
    result.limitingFactor = least->first;
    if (const auto amount = times(maxLossPerContract, result.contracts)) {
        result.riskAmount = *amount;
        result.riskFraction = ratio(*amount, equity);
    }
}

} // namespace

void addCap(SizeResult& result, const std::string& name, std::int64_t contracts, Usd maxLossPerContract, Usd equity) {
    result.caps.emplace_back(name, contracts);
    settle(result, maxLossPerContract, equity);
}

SizeResult sizePosition(const std::string& underlying, Usd maxLossPerContract, Usd equity, const std::vector<portfolio::Position>& positions,
                        const Limits& limits) {
    SizeResult result;
    result.limitingFactor = "no_risk_budget";
    if (maxLossPerContract.micros() <= 0 || equity.micros() <= 0) return result;
    Usd book, sameUnderlying, correlated;
    for (const auto& p : positions) {
        const auto loss = portfolio::worstCaseLoss(p);
        if (!loss) return result; // undefined risk in the book: nothing may be added
        book += *loss;
        if (p.underlying == underlying) sameUnderlying += *loss;
        if (isCorrelatedEquity(p.underlying)) correlated += *loss;
    }
    const auto cap = [&](const std::string& name, double fraction, Usd used) {
        const double budget = equity.toDouble() * fraction - used.toDouble();
        const auto contracts = static_cast<std::int64_t>(std::floor(std::max(0.0, budget) / maxLossPerContract.toDouble() + 1e-9));
        result.caps.emplace_back(name, contracts);
    };
    cap("risk_per_trade", limits.riskPerTrade, Usd{});
    cap("single_position", limits.singlePosition, sameUnderlying);
    cap("portfolio_risk", limits.portfolioRisk, book);
    if (isCorrelatedEquity(underlying)) cap("correlated_equities", limits.correlatedEquities, correlated);
    result.caps.emplace_back("contracts_per_order", limits.maxContractsPerOrder);
    settle(result, maxLossPerContract, equity);
    return result;
}

} // namespace mahler::risk
