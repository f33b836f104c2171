#include <algorithm>
#include <cmath>
#include <cstdio>

#include "risk/gate_checks.h"
#include "risk/sizing.h"

namespace mahler::risk::checks {

namespace {

struct Exposure {
    Usd book, correlated, sameStructure;
    bool defined = true;
};

bool sameLegs(const std::vector<portfolio::ComboLeg>& a, const std::vector<portfolio::ComboLeg>& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const portfolio::ComboLeg& leg) {
               return std::find(b.begin(), b.end(), leg) != b.end();
           });
}

/// Positions and every order that may still fill, UNKNOWN ones at full size (S4).
Exposure exposureOf(const Collector& c) {
    Exposure e;
    const auto count = [&](std::optional<Usd> loss, const std::string& underlying, const std::vector<portfolio::ComboLeg>& legs) {
        if (!loss) {
            e.defined = false;
            return;
        }
        e.book += *loss;
        if (isCorrelatedEquity(underlying))
            e.correlated += *loss;
        if (sameLegs(legs, c.order.legs))
            e.sameStructure += *loss;
    };
    for (const auto& p : c.context.positions)
        count(portfolio::worstCaseLoss(p), p.underlying, p.legs);
    for (const auto& o : c.context.outstanding) {
        if (o.order.intent == portfolio::OrderIntent::Close)
            continue;
        const auto bounds = portfolio::payoffBounds(o.order.legs, o.order.netLimit);
        const auto loss = bounds.maxLoss ? times(*bounds.maxLoss, o.order.quantity) : Result<Usd>(badInput("undefined"));
        count(loss ? std::optional(*loss) : std::nullopt, o.order.underlying, o.order.legs);
    }
    return e;
}

struct GreekTotals {
    double deltaDollars = 0;
    double gammaDollars = 0; ///< change of delta dollars for a move of 1 %
    std::string unknown;
};

void addGreeks(GreekTotals& t, const GateContext& g, const std::vector<portfolio::ComboLeg>& legs, const std::string& underlying,
               std::int64_t quantity) {
    const auto spot = g.spots.find(underlying);
    for (const auto& leg : legs) {
        const auto it = g.greeks.find(leg.contract.id());
        if (it == g.greeks.end() || spot == g.spots.end() || !std::isfinite(it->second.delta) || !std::isfinite(it->second.gamma)) {
            t.unknown = leg.contract.id();
            continue;
        }
        const double units = static_cast<double>(leg.ratio * quantity * leg.contract.multiplier);
        t.deltaDollars += it->second.delta * units * spot->second;
        t.gammaDollars += it->second.gamma * units * spot->second * spot->second * 0.01;
    }
}

std::string fixed(double v) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.3f", v);
    return buffer;
}

void greeks(Collector& c, double equity) {
    const auto& g = c.context;
    GreekTotals before;
    for (const auto& p : g.positions)
        addGreeks(before, g, p.legs, p.underlying, p.quantity);
    for (const auto& o : g.outstanding)
        if (o.order.intent == portfolio::OrderIntent::Open)
            addGreeks(before, g, o.order.legs, o.order.underlying, o.order.quantity);
    GreekTotals after = before;
    addGreeks(after, g, c.order.legs, c.order.underlying, c.order.quantity);
    const struct {
        const char* id;
        double was, is, limit;
    } rules[] = {{"portfolio_delta", std::abs(before.deltaDollars) / equity, std::abs(after.deltaDollars) / equity, g.limits.portfolioDelta},
                 {"portfolio_gamma", std::abs(before.gammaDollars) / equity, std::abs(after.gammaDollars) / equity, g.limits.portfolioGamma}};
    for (const auto& rule : rules) {
        const bool known = after.unknown.empty();
        // An order that brings an exceeded value down is welcome.
        const bool pass = known && (rule.is <= rule.limit || rule.is < rule.was);
        c.add(rule.id, known ? fixed(rule.is) : "unknown", "<= " + fixed(rule.limit) + " of equity", pass,
              known ? std::string(rule.id) + " would be " + fixed(rule.is) + " of equity" : "the Greeks of " + after.unknown + " are unknown");
    }
}

} // namespace

void exposure(Collector& c, const GateDecision& decision) {
    if (!c.opening())
        return; // closing orders are exempt from value limits (SAFETY 3.7)
    const auto& g = c.context;
    const bool known = g.marks.equity && g.marks.equity->micros() > 0;
    c.add("equity_known", known ? g.marks.equity->str() : "unknown", "known and positive", known,
          "the account cannot be valued: a held position has no valid mark");
    const double equity = known ? g.marks.equity->toDouble() : 0;
    const Exposure e = exposureOf(c);
    const bool measurable = known && decision.worstCase && e.defined;
    const auto share = [&](const char* id, Usd before, double limit, const char* what) {
        const double fraction = measurable ? (before + *decision.worstCase).toDouble() / equity : 0;
        c.add(id, measurable ? percent(fraction) : "unknown", "<= " + percent(limit), measurable && fraction <= limit,
              measurable ? std::string(what) + " would be " + percent(fraction) + " of equity" : std::string(what) + " cannot be measured");
    };
    share("risk_per_trade", Usd{}, g.limits.riskPerTrade, "the risk of this trade");
    share("single_position", e.sameStructure, g.limits.singlePosition, "the risk in this position");
    share("portfolio_risk", e.book, g.limits.portfolioRisk, "the portfolio's risk");
    if (isCorrelatedEquity(c.order.underlying))
        share("correlated_equities", e.correlated, g.limits.correlatedEquities, "the risk in correlated equities");
    if (known)
        greeks(c, equity);
}

} // namespace mahler::risk::checks
