#include "portfolio/greeks_by.h"

#include <algorithm>
#include <cmath>

namespace mahler::portfolio {

namespace {

PositionGreeks greeksOf(const RiskLeg& leg, const BetaWeights& weights) {
    PositionGreeks g;
    const double units = leg.units(), s = leg.spot;
    g.deltaShares = leg.unit.delta * units;
    g.deltaUsd = g.deltaShares * s;
    g.gammaSharesPerPercent = leg.unit.gamma * units * 0.01 * s;
    g.gammaUsdPerPercent = g.gammaSharesPerPercent * s;
    g.thetaUsdPerDay = leg.unit.theta / 365 * units;
    g.vegaUsdPerPoint = leg.unit.vega / 100 * units;
    g.vegaUsdPerPoint30d = leg.years > 0 ? g.vegaUsdPerPoint * std::min(2.0, std::sqrt(30.0 / 365 / leg.years)) : 0;
    g.rhoUsdPerPercent = leg.unit.rho / 100 * units;
    const DeltaPart part{leg.holding.underlying, g.deltaUsd, g.gammaUsdPerPercent};
    const BetaSum weighted = betaWeighted({&part, 1}, weights);
    g.benchmarkShares = weighted.delta;
    g.weakBeta = weighted.weak;
    return g;
}

void add(GreeksRow& row, const PositionGreeks& g) {
    auto& sum = row.greeks;
    const bool first = row.priced == 0;
    sum.deltaShares += g.deltaShares;
    sum.deltaUsd += g.deltaUsd;
    sum.gammaSharesPerPercent += g.gammaSharesPerPercent;
    sum.gammaUsdPerPercent += g.gammaUsdPerPercent;
    sum.thetaUsdPerDay += g.thetaUsdPerDay;
    sum.vegaUsdPerPoint += g.vegaUsdPerPoint;
    sum.vegaUsdPerPoint30d += g.vegaUsdPerPoint30d;
    sum.rhoUsdPerPercent += g.rhoUsdPerPercent;
    if (first)
        sum.benchmarkShares = g.benchmarkShares;
    else if (sum.benchmarkShares && g.benchmarkShares)
        *sum.benchmarkShares += *g.benchmarkShares;
    else
        sum.benchmarkShares.reset();
    sum.weakBeta = sum.weakBeta || g.weakBeta;
    ++row.priced;
}

} // namespace

std::vector<ExpiryVega> vegasByExpiry(const RiskBook& book) {
    std::map<TradingDate, ExpiryVega> byDate;
    for (const auto& leg : book.legs) {
        if (!leg.holding.contract) continue;
        ExpiryVega& row = byDate[leg.holding.contract->expiry];
        row.expiry = leg.holding.contract->expiry;
        ++row.total;
        if (!leg.priced()) continue;
        const PositionGreeks g = greeksOf(leg, {});
        row.vegaUsdPerPoint += g.vegaUsdPerPoint;
        row.vegaUsdPerPoint30d += g.vegaUsdPerPoint30d;
        ++row.priced;
    }
    std::vector<ExpiryVega> out;
    for (const auto& [date, row] : byDate) out.push_back(row);
    return out;
}

GreeksReport greeksBy(const RiskBook& book, BetaWeights weights) {
    GreeksReport report;
    report.weights = std::move(weights);
    report.book.key = "book";
    std::map<std::string, GreeksRow> strategies, underlyings;
    for (const auto& leg : book.legs) {
        GreeksRow own{leg.holding.id(), {}, 0, 0};
        GreeksRow& strategy = strategies[leg.holding.strategy];
        GreeksRow& underlying = underlyings[leg.holding.underlying];
        GreeksRow* const rows[] = {&own, &strategy, &underlying, &report.book};
        const PositionGreeks g = leg.priced() ? greeksOf(leg, report.weights) : PositionGreeks{};
        for (GreeksRow* row : rows) {
            ++row->total;
            if (leg.priced()) add(*row, g);
        }
        report.byLeg.push_back(std::move(own));
    }
    const auto list = [](std::map<std::string, GreeksRow>& from, std::vector<GreeksRow>& to) {
        for (auto& [key, row] : from) {
            row.key = key;
            to.push_back(std::move(row));
        }
    };
    list(strategies, report.byStrategy);
    list(underlyings, report.byUnderlying);
    return report;
}

} // namespace mahler::portfolio
