#include <algorithm>
#include <cmath>
#include <cstdio>

#include "risk/gate_checks.h"
#include "risk/sizing.h"

namespace mahler::risk::checks {

namespace {

std::string fixed(double v) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.3f", v);
    return buffer;
}

void greeks(Collector& c, double equity) {
    const auto& g = c.context;
    const BookRisk& book = *g.book;
    double delta = 0, gamma = 0;
    std::string unknown = book.unknownGreeks;
    addGreeks(c.order.legs, c.order.quantity, g.spot, g.greeks, delta, gamma, unknown);
    const auto largest = [](double low, double high) { return std::max(std::abs(low), std::abs(high)); };
    const struct {
        const char* id;
        double is, limit;
    } rules[] = {{"portfolio_delta", largest(book.deltaLow + delta, book.deltaHigh + delta) / equity, g.limits.portfolioDelta},
                 {"portfolio_gamma", largest(book.gammaLow + gamma, book.gammaHigh + gamma) / equity, g.limits.portfolioGamma}};
    for (const auto& rule : rules) {
        const bool known = unknown.empty();
        c.add(rule.id, known ? fixed(rule.is) : "unknown", "<= " + fixed(rule.limit) + " of equity", known && rule.is <= rule.limit,
              known ? std::string(rule.id) + " would be " + fixed(rule.is) + " of equity" : "the Greeks of " + unknown + " are unknown");
    }
}

} // namespace

void exposure(Collector& c, const GateDecision& decision) {
    if (!c.opening()) return; // closing orders are exempt from value limits (SAFETY 3.7)
    const auto& g = c.context;
    const bool known = g.equity && g.equity->micros() > 0;
    c.add("equity_known", known ? g.equity->str() : "unknown", "known and positive", known,
          "the account cannot be valued: a held position has no valid mark");
    c.add("book_known", g.book ? "known" : "unknown", "known", g.book != nullptr, "what is already at risk is not known");
    if (!g.book) return;
    const BookRisk& book = *g.book;
    const double equity = known ? g.equity->toDouble() : 0;
    const bool measurable = known && decision.worstCase && book.defined;
    const auto share = [&](const char* id, Usd before, double limit, const char* what) {
        const double fraction = measurable ? (before + *decision.worstCase).toDouble() / equity : 0;
        c.add(id, measurable ? percent(fraction) : "unknown", "<= " + percent(limit), measurable && fraction <= limit,
              measurable ? std::string(what) + " would be " + percent(fraction) + " of equity" : std::string(what) + " cannot be measured");
    };
    const auto same = book.byStructure.find(structureKey(c.order.legs));
    share("risk_per_trade", Usd{}, g.limits.riskPerTrade, "the risk of this trade");
    share("single_position", same == book.byStructure.end() ? Usd{} : same->second, g.limits.singlePosition, "the risk in this position");
    share("portfolio_risk", book.worstCase, g.limits.portfolioRisk, "the portfolio's risk");
    if (isCorrelatedEquity(c.order.underlying))
        share("correlated_equities", book.correlated, g.limits.correlatedEquities, "the risk in correlated equities");
    if (known) greeks(c, equity);
}

} // namespace mahler::risk::checks
