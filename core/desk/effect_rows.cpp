#include "desk/effect_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "market/exchange_calendar.h"
#include "risk/sizing.h"

namespace mahler::desk {

namespace {

constexpr double kLevel = 0.99;

std::string betaWords(const portfolio::BetaWeights& weights, const std::string& underlying) {
    const auto beta = weights.betaOf(underlying);
    if (!beta) return "no history tells the beta of " + underlying + " to " + weights.benchmark;
    if (beta->window == 0) return underlying + " is the benchmark";
    char text[120];
    std::snprintf(text, sizeof text, "beta of %s to %s %.2f, r2 %.2f over %d days%s", underlying.c_str(), weights.benchmark.c_str(), beta->beta,
                  beta->r2, beta->window, beta->weak() ? " (weak)" : "");
    return text;
}

std::optional<double> sum(std::optional<double> a, std::optional<double> b) { return a && b ? std::optional(*a + *b) : std::nullopt; }

/// The loss at 99 %; 0 for a book without legs.
std::optional<double> lossOf(const portfolio::VarReport& report, bool empty) {
    if (empty) return 0.0;
    if (!report.available() || !report.coverage.complete()) return std::nullopt;
    for (const auto& level : report.levels)
        if (std::abs(level.level - kLevel) < 1e-9) return level.varUsd;
    return std::nullopt;
}

std::string causeOf(const portfolio::VarReport& report) {
    if (!report.available()) return report.unavailable;
    return report.coverage.complete() ? report.description : report.coverage.text();
}

/// The larger side of the book with the order, over every way outstanding orders may fill, as risk::checks::exposure() has it.
double largest(double low, double high, double added) { return std::max(std::abs(low + added), std::abs(high + added)); }

std::string shareWords(const char* what, double share, double limit) {
    char text[140];
    std::snprintf(text, sizeof text,
                  "the gate counts %s of all underlyings without beta, working orders too: %.1f %% of equity after, %.0f %% allowed", what,
                  share * 100, limit * 100);
    return text;
}

bool comesYet(const portfolio::VarReport& report) { return report.unavailable == kBeingComputed; }

} // namespace

std::vector<EffectRow> effectRows(const EffectInputs& in, const portfolio::ComboOrder& order, Usd maxLoss, Usd worstCase) {
    std::vector<EffectRow> rows;
    if (!in.marks.equity || in.marks.equity->micros() <= 0) return rows;
    const Usd equity = *in.marks.equity;
    const double loss = ratio(maxLoss, equity) * 100;
    rows.push_back({"max_loss_equity", 0.0, loss, // before it is sent nothing of it can be lost
                    in.limits.riskPerTrade * 100, "%"});
    EffectRow atRisk{"portfolio_risk", {}, {}, in.limits.portfolioRisk * 100, "%"};
    if (in.portfolioRiskFraction) atRisk.now = *in.portfolioRiskFraction * 100;
    atRisk.withOrders = true;
    atRisk.after = sum(atRisk.now, loss);
    if (!atRisk.now) atRisk.detail = "the worst case of a held position is not defined";
    rows.push_back(std::move(atRisk));
    EffectRow group{"group_exposure", {}, {}, in.limits.correlatedEquities * 100, "%"};
    group.detail = risk::isCorrelatedEquity(order.underlying) ? order.underlying + " is one of the correlated equities: SPY, QQQ, IWM, SPX"
                                                              : order.underlying + " is none of the correlated equities: SPY, QQQ, IWM, SPX";
    group.withOrders = true;
    if (in.book && in.book->defined) {
        group.now = ratio(in.book->correlated, equity) * 100;
        group.after = ratio(in.book->correlated + (risk::isCorrelatedEquity(order.underlying) ? worstCase : Usd{}), equity) * 100;
    }
    rows.push_back(std::move(group));
    if (in.account) {
        const double free = in.buyingPower.toDouble();
        rows.push_back({"buying_power", free, free - maxLoss.toDouble(), 0.0, "USD"}); // the credit is in the loss already
        rows.back().withOrders = true;
        if (in.marks.dayPnl) {
            const double room = in.account->dayStartEquity.toDouble() * static_cast<double>(risk::BreakerThresholds::kDailyLossPpm) / 1e6 +
                                in.marks.dayPnl->toDouble();
            rows.push_back({"day_loss_headroom", room, room - maxLoss.toDouble(), 0.0, "USD"});
        }
    }
    portfolio::Position virtualPosition;
    virtualPosition.underlying = order.underlying;
    virtualPosition.legs = order.legs;
    virtualPosition.quantity = order.quantity;
    const auto added = portfolio::sumGreeks({virtualPosition}, in.unitGreeks, in.spots);
    const bool known = added.included == 1;
    // Of several positions some of which are not known there is no sum to decide on.
    const bool whole = in.greeks.included == in.greeks.total, wholeBeta = in.beta.included == in.beta.total;
    const portfolio::DeltaPart part{order.underlying, known ? std::optional(added.deltaDollars) : std::nullopt,
                                    known ? std::optional(added.gammaDollars) : std::nullopt};
    const auto weighted = portfolio::betaWeighted({&part, 1}, in.weights);
    const bool counted = known && in.book && in.book->unknownGreeks.empty();
    const double equityUsd = equity.toDouble();
    const auto betaRow = [&](const char* measure, std::optional<double> now, std::optional<double> change, double limit, const char* what,
                             double gateUsd) {
        EffectRow row{measure, wholeBeta ? now : std::nullopt, {}, {}, "shares"};
        row.after = sum(row.now, change);
        row.detail = betaWords(in.weights, order.underlying);
        if (!wholeBeta) row.detail = std::to_string(in.beta.included) + " of " + std::to_string(in.beta.total) + " positions have a delta and a beta";
        if (in.weights.benchmarkSpot && *in.weights.benchmarkSpot > 0) row.limit = limit * equityUsd / *in.weights.benchmarkSpot;
        if (counted && limit > 0) row.detail += "\n" + shareWords(what, gateUsd / equityUsd, limit);
        rows.push_back(std::move(row));
    };
    betaRow("beta_delta", in.beta.delta, weighted.delta, in.limits.portfolioDelta, "delta dollars",
            counted ? largest(in.book->deltaLow, in.book->deltaHigh, added.deltaDollars) : 0);
    betaRow("beta_gamma", in.beta.gammaPerPercent, weighted.gammaPerPercent, in.limits.portfolioGamma, "the change of delta dollars for 1 %",
            counted ? largest(in.book->gammaLow, in.book->gammaHigh, added.gammaDollars) : 0);
    const auto greekRow = [&](const char* measure, double now, double change, const char* unit) {
        EffectRow row{measure, whole ? std::optional(now) : std::nullopt, {}, {}, unit};
        row.after = sum(row.now, known ? std::optional(change) : std::nullopt);
        if (!whole) row.detail = std::to_string(in.greeks.included) + " of " + std::to_string(in.greeks.total) + " positions have Greeks";
        rows.push_back(std::move(row));
    };
    greekRow("theta", in.greeks.thetaPerDay, added.thetaPerDay, "USD/day");
    greekRow("vega", in.greeks.vegaPerPoint, added.vegaPerPoint, "USD/pt");
    return rows;
}

std::vector<EffectRow> riskRows(const RiskView* risk, const ApprovalId& request) {
    EffectRow var{"var_99", {}, {}, {}, "USD"}, worst{"worst_cell", {}, {}, {}, "USD"};
    const TradeRisk* trade = nullptr;
    if (risk)
        for (const auto& t : risk->trades)
            if (t.request == request.str()) trade = &t;
    if (!trade) {
        var.computing = worst.computing = true;
        return {var, worst};
    }
    const auto& before = risk->asIs;
    const bool empty = before.book.legs.empty();
    var.now = lossOf(before.historical, empty);
    var.after = lossOf(trade->historical, false);
    var.computing = (!var.now && comesYet(before.historical)) || (!var.after && comesYet(trade->historical));
    if (!var.computing)
        var.detail = causeOf(trade->historical) + (trade->varAt == UtcTime{} ? "" : ", quotes of " + market::formatNewYork(trade->varAt));
    const std::string asOf = "quotes of " + market::formatNewYork(risk->at);
    if (empty) {
        worst.now = 0.0;
    } else if (before.grid.worst && before.book.coverage().complete()) {
        const auto& cell = before.grid.cells[*before.grid.worst];
        worst.now = cell.pnlUsd;
        worst.nowCell = ScenarioPoint{cell.spotMove, cell.volMove, before.grid.horizons[cell.horizon].days};
    }
    worst.after = trade->worstUsd;
    worst.afterCell = trade->worstAt;
    worst.detail = trade->worstUsd ? asOf : trade->worstCause;
    return {var, worst};
}

} // namespace mahler::desk
