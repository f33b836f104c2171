#include "risk/breaker_map.h"

#include <algorithm>
#include <cmath>

#include "risk/halt.h"

namespace mahler::risk {

const char* toString(MapStop stop) {
    switch (stop) {
    case MapStop::B3Drawdown: return "B3";
    case MapStop::B2WeeklyLoss: return "B2";
    case MapStop::B1DailyLoss: return "B1";
    case MapStop::B4Vix: return "B4";
    case MapStop::PortfolioRisk: return "portfolio_risk";
    case MapStop::CorrelatedEquities: return "correlated_equities";
    case MapStop::SinglePosition: return "single_position";
    case MapStop::PortfolioDelta: return "portfolio_delta";
    case MapStop::PortfolioGamma: return "portfolio_gamma";
    }
    return "B3";
}

namespace {

constexpr int kSteps = 32;         ///< of the way to a cell
constexpr double kMostUsed = 1000; ///< shown at most: beyond it the number says nothing more

struct State {
    double pnl = 0, delta = 0, gamma = 0, vol = 0;
};
using Used = std::array<double, kMapStops>;

double share(double value, double limit) {
    if (!(value > 0)) return 0;
    return limit > 0 ? std::min(kMostUsed, value / limit) : kMostUsed;
}

Used usedIn(const State& s, const BreakerMapInputs& in) {
    const double equity = in.equity.toDouble() + s.pnl;
    const auto lost = [&](Usd base, std::int64_t ppm) { return share(base.toDouble() - equity, base.toDouble() * static_cast<double>(ppm) / 1e6); };
    Used used{};
    const auto set = [&](MapStop stop, double value) { used[static_cast<std::size_t>(stop)] = value; };
    set(MapStop::B1DailyLoss, lost(in.account.dayStartEquity, BreakerThresholds::kDailyLossPpm));
    set(MapStop::B2WeeklyLoss, lost(in.account.weekStartEquity, BreakerThresholds::kWeeklyLossPpm));
    set(MapStop::B3Drawdown, lost(in.account.highWaterMark, BreakerThresholds::kDrawdownPpm));
    set(MapStop::B4Vix, in.vix ? share(*in.vix * (1 + s.vol), BreakerThresholds::kVix) : 0);
    const auto worst = [&](MapStop stop, Usd of, double limit) { set(stop, in.worstCase ? share(of.toDouble(), limit * equity) : kMostUsed); };
    worst(MapStop::PortfolioRisk, in.worstCase.value_or(Usd{}), in.limits.portfolioRisk);
    worst(MapStop::CorrelatedEquities, in.correlated, in.limits.correlatedEquities);
    worst(MapStop::SinglePosition, in.largest, in.limits.singlePosition);
    set(MapStop::PortfolioDelta, share(std::fabs(s.delta), in.limits.portfolioDelta * equity));
    set(MapStop::PortfolioGamma, share(std::fabs(s.gamma), in.limits.portfolioGamma * equity));
    return used;
}

/// The interval of a sorted axis that holds `x`, and how far into it.
std::pair<std::size_t, double> place(const std::vector<double>& axis, double x) {
    if (axis.size() == 1) return {0, 0};
    const auto above = std::upper_bound(axis.begin(), axis.end(), x);
    const auto i = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - axis.begin() - 1, 0)), axis.size() - 2);
    return {i, std::clamp((x - axis[i]) / (axis[i + 1] - axis[i]), 0.0, 1.0)};
}

State stateAt(const portfolio::ScenarioGrid& grid, std::size_t horizon, double spot, double vol) {
    const auto [i, a] = place(grid.spotMoves, spot);
    const auto [j, b] = place(grid.volMoves, vol);
    const std::size_t i2 = std::min(i + 1, grid.spotMoves.size() - 1), j2 = std::min(j + 1, grid.volMoves.size() - 1);
    const std::pair<const portfolio::ScenarioCell*, double> corners[] = {{&grid.cells[grid.index(horizon, j, i)], (1 - a) * (1 - b)},
                                                                         {&grid.cells[grid.index(horizon, j, i2)], a * (1 - b)},
                                                                         {&grid.cells[grid.index(horizon, j2, i)], (1 - a) * b},
                                                                         {&grid.cells[grid.index(horizon, j2, i2)], a * b}};
    State s{0, 0, 0, vol};
    for (const auto& [cell, weight] : corners) {
        s.pnl += weight * cell->pnlUsd;
        s.delta += weight * cell->deltaUsd;
        s.gamma += weight * cell->gammaUsd;
    }
    return s;
}

bool usable(const std::vector<double>& axis) {
    return !axis.empty() && std::adjacent_find(axis.begin(), axis.end(), std::greater_equal<>()) == axis.end() && axis.front() <= 0 &&
           axis.back() >= 0;
}

void findFirst(MapCell& out, const portfolio::ScenarioGrid& grid, const BreakerMapInputs& in, const std::vector<MapStop>& already) {
    const auto& cell = grid.cells[out.cell];
    std::array<bool, kMapStops> counts;
    counts.fill(true);
    for (const auto stop : already) counts[static_cast<std::size_t>(stop)] = false;
    Used before = usedIn(stateAt(grid, cell.horizon, 0, 0), in);
    for (std::size_t k = 0; k < kMapStops; ++k)
        if (counts[k] && before[k] >= 1 && !out.first) out.first = static_cast<MapStop>(k); // the days alone do it; the gravest
    for (int step = 1; step <= kSteps && !out.first; ++step) {
        const double way = static_cast<double>(step) / kSteps;
        const Used now = step == kSteps ? out.used : usedIn(stateAt(grid, cell.horizon, way * cell.spotMove, way * cell.volMove), in);
        double nearest = 2;
        for (std::size_t k = 0; k < kMapStops; ++k) {
            if (!counts[k] || !(now[k] >= 1)) continue;
            const double crossing = (1 - before[k]) / (now[k] - before[k]); // before < 1 <= now
            if (crossing < nearest - 1e-12) {
                nearest = crossing;
                out.first = static_cast<MapStop>(k);
                out.at = way - (1 - crossing) / kSteps;
            }
        }
        before = now;
    }
}

} // namespace

Result<BreakerMap> breakerMap(const portfolio::ScenarioGrid& grid, const BreakerMapInputs& in) {
    if (!usable(grid.spotMoves) || !usable(grid.volMoves)) return badInput("a breaker map needs rising axes with the unmoved market inside");
    for (const Usd base : {in.equity, in.account.dayStartEquity, in.account.weekStartEquity, in.account.highWaterMark})
        if (base.micros() <= 0) return badInput("a breaker map needs a positive equity and positive bases");
    if (in.vix && !(std::isfinite(*in.vix) && *in.vix >= 0)) return badInput("VIX is not a number of index points");
    BreakerMap map;
    map.vixUnknown = !in.vix;
    map.coverage = grid.coverage;
    const auto today = std::find_if(grid.horizons.begin(), grid.horizons.end(), [](const auto& h) { return h.days == 0; });
    const Used unmoved =
        usedIn(today == grid.horizons.end() ? State{} : stateAt(grid, static_cast<std::size_t>(today - grid.horizons.begin()), 0, 0), in);
    for (std::size_t k = 0; k < kMapStops; ++k)
        if (unmoved[k] >= 1) map.now.push_back(static_cast<MapStop>(k));
    for (std::size_t c = 0; c < grid.cells.size(); ++c) {
        const auto& cell = grid.cells[c];
        MapCell out;
        out.cell = c;
        out.used = usedIn({cell.pnlUsd, cell.deltaUsd, cell.gammaUsd, cell.volMove}, in);
        findFirst(out, grid, in, map.now);
        map.cells.push_back(out);
    }
    return map;
}

std::vector<std::size_t> changedCells(const BreakerMap& asIs, const BreakerMap& withTrade, double nearer) {
    std::vector<std::size_t> out;
    for (std::size_t c = 0; c < std::min(asIs.cells.size(), withTrade.cells.size()); ++c)
        if (asIs.now != withTrade.now || asIs.cells[c].first != withTrade.cells[c].first || asIs.cells[c].at - withTrade.cells[c].at > nearer)
            out.push_back(c);
    return out;
}

} // namespace mahler::risk
