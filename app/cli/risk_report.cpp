#include "app/cli/risk_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "market/exchange_calendar.h"

namespace mahler::app {

namespace {

Json optionalNumber(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json coverageJson(const portfolio::Coverage& c) {
    return {{"priced", c.priced}, {"total", c.total}, {"excluded", c.excluded}, {"modelled", c.modelled}};
}

Json greeksJson(const portfolio::GreeksRow& row) {
    const auto& g = row.greeks;
    Json out = {{"key", row.key}, {"priced", row.priced}, {"total", row.total}};
    if (row.priced == 0) return out;
    out.update({{"delta_shares", g.deltaShares},
                {"delta_usd", g.deltaUsd},
                {"gamma_shares_per_percent", g.gammaSharesPerPercent},
                {"gamma_usd_per_percent", g.gammaUsdPerPercent},
                {"theta_usd_per_day", g.thetaUsdPerDay},
                {"vega_usd_per_point", g.vegaUsdPerPoint},
                {"vega_usd_per_point_30d", g.vegaUsdPerPoint30d},
                {"rho_usd_per_percent", g.rhoUsdPerPercent},
                {"beta_weighted_shares", optionalNumber(g.benchmarkShares)},
                {"beta_weak", g.weakBeta}});
    return out;
}

Json rowsJson(const std::vector<portfolio::GreeksRow>& rows) {
    Json out = Json::array();
    for (const auto& row : rows) out.push_back(greeksJson(row));
    return out;
}

Json legsJson(const portfolio::RiskBook& book, const std::vector<portfolio::LegContribution>& parts) {
    Json out = Json::array();
    for (const auto& part : parts) out.push_back({{"leg", book.legs[part.leg].holding.id()}, {"pnl_usd", part.pnlUsd}});
    return out;
}

Json cellJson(const portfolio::ScenarioGrid& grid, const portfolio::ScenarioCell& cell) {
    return {{"spot_move", cell.spotMove}, {"vol_move", cell.volMove},   {"horizon", grid.horizons[cell.horizon].label}, {"pnl_usd", cell.pnlUsd},
            {"delta_usd", cell.deltaUsd}, {"gamma_usd", cell.gammaUsd}, {"of_equity", optionalNumber(cell.ofEquity)}};
}

Json gridJson(const portfolio::RiskBook& book, const portfolio::ScenarioGrid& grid) {
    Json horizons = Json::array(), cells = Json::array();
    for (const auto& h : grid.horizons) horizons.push_back({{"label", h.label}, {"days", h.days}});
    for (const auto& cell : grid.cells) cells.push_back(cellJson(grid, cell));
    Json out = {{"spot_moves", grid.spotMoves},           {"vol_moves", grid.volMoves}, {"horizons", horizons}, {"cells", cells}, {"worst", Json()},
                {"coverage", coverageJson(grid.coverage)}};
    if (grid.worst) {
        out["worst"] = cellJson(grid, grid.cells[*grid.worst]);
        out["worst"]["legs"] = legsJson(book, contributions(book, grid, *grid.worst));
    }
    return out;
}

Json componentsJson(const std::vector<portfolio::VarComponent>& rows) {
    Json out = Json::array();
    for (const auto& row : rows) out.push_back({{"key", row.key}, {"var_usd", row.varUsd}, {"shortfall_usd", row.shortfallUsd}});
    return out;
}

Json varJson(const portfolio::VarReport& r) {
    Json out = {{"method", toString(r.method)}, {"available", r.available()}};
    if (!r.available()) {
        out["cause"] = r.unavailable;
        return out;
    }
    Json levels = Json::array();
    for (const auto& level : r.levels) {
        Json l = {{"level", level.level},
                  {"var_usd", level.varUsd},
                  {"shortfall_usd", level.shortfallUsd},
                  {"var_of_equity", optionalNumber(level.varOfEquity)},
                  {"shortfall_of_equity", optionalNumber(level.shortfallOfEquity)},
                  {"exceptions", Json()}};
        if (level.exceptions)
            l["exceptions"] = {{"count", level.exceptions->count},
                               {"expected", level.exceptions->expected},
                               {"days", level.exceptions->days},
                               {"zone", level.exceptions->zone}};
        else
            l["exceptions_cause"] = level.exceptionsCause;
        levels.push_back(std::move(l));
    }
    out["description"] = r.description;
    out["stale_days"] = r.staleDays;
    out["levels"] = levels;
    out["components"] = {
        {"legs", componentsJson(r.byLeg)}, {"strategies", componentsJson(r.byStrategy)}, {"underlyings", componentsJson(r.byUnderlying)}};
    out["proxy"] = {{"used", r.proof.used},
                    {"legs_by_proxy", r.proof.legsByProxy},
                    {"legs_in_full", r.proof.legsInFull},
                    {"scenarios_in_full", r.proof.scenariosInFull},
                    {"checked", r.proof.checked},
                    {"max_error_usd", r.proof.maxErrorUsd},
                    {"rms_error_usd", r.proof.rmsErrorUsd},
                    {"max_error_of_notional", r.proof.maxErrorOfNotional},
                    {"limit", r.proof.limit},
                    {"passed", r.proof.passed}};
    out["coverage"] = coverageJson(r.coverage);
    out["milliseconds"] = r.milliseconds;
    return out;
}

Json marginJson(const portfolio::MarginReport& m) {
    Json groups = Json::array();
    for (const auto& group : m.groups) {
        Json legs = Json::array();
        for (const auto& leg : group.legs) legs.push_back({{"leg", leg.id()}, {"quantity", leg.quantity}});
        groups.push_back({{"rule", toString(group.rule)},
                          {"underlying", group.underlying},
                          {"legs", legs},
                          {"requirement", group.requirement.str()},
                          {"premium", group.premium.str()},
                          {"deposit", group.deposit.str()}});
    }
    return {{"requirement", m.requirement.str()},
            {"premium", m.premium.str()},
            {"deposit", m.deposit.str()},
            {"groups", groups},
            {"coverage", coverageJson(m.coverage)}};
}

Json mapJson(const portfolio::ScenarioGrid& grid, const std::optional<risk::BreakerMap>& map) {
    if (!map) return {};
    Json cells = Json::array();
    for (const auto& c : map->cells) {
        const auto& cell = grid.cells[c.cell];
        Json used;
        for (std::size_t k = 0; k < risk::kMapStops; ++k) used[toString(static_cast<risk::MapStop>(k))] = c.used[k];
        cells.push_back({{"spot_move", cell.spotMove},
                         {"vol_move", cell.volMove},
                         {"horizon", grid.horizons[cell.horizon].label},
                         {"first", c.first ? Json(toString(*c.first)) : Json()},
                         {"at", c.first ? Json(c.at) : Json()},
                         {"used", used}});
    }
    Json now = Json::array();
    for (const auto stop : map->now) now.push_back(toString(stop));
    return {{"cells", cells}, {"now", now}, {"vix_unknown", map->vixUnknown}, {"coverage", coverageJson(map->coverage)}};
}

/// "-1,234" with thousands; "0.85" below a hundred (UX 2.2).
std::string money(double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", std::fabs(value) >= 99.995 ? 0 : 2, value);
    std::string text = buffer;
    if (text == "-0.00") text = "0.00";
    const std::size_t first = text[0] == '-' ? 1 : 0, point = std::min(text.find('.'), text.size());
    for (std::size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

void printGrid(const portfolio::ScenarioGrid& grid) {
    for (std::size_t h = 0; h < grid.horizons.size(); ++h) {
        std::printf("\nScenario P&L in dollars, %s (spot across, 30-day volatility down)\n      ", grid.horizons[h].label.c_str());
        for (const double spot : grid.spotMoves) std::printf("%+10.1f%%", spot * 100);
        std::printf("\n");
        for (std::size_t v = 0; v < grid.volMoves.size(); ++v) {
            std::printf("%+5.0f%%", grid.volMoves[v] * 100);
            for (std::size_t s = 0; s < grid.spotMoves.size(); ++s) std::printf("%11s", money(grid.cells[grid.index(h, v, s)].pnlUsd).c_str());
            std::printf("\n");
        }
    }
}

/// In the unmoved cell of the first horizon, 0 when the grid has none.
double usedNow(const risk::BreakerMap& map, const portfolio::ScenarioGrid& grid, risk::MapStop stop) {
    for (const auto& cell : map.cells)
        if (grid.cells[cell.cell].spotMove == 0 && grid.cells[cell.cell].volMove == 0) return cell.used[static_cast<std::size_t>(stop)];
    return 0;
}

void printMap(const char* title, const portfolio::ScenarioGrid& grid, const risk::BreakerMap& map) {
    std::printf("\nBreaker map, %s, %s: what trips first, and after how much of the way\n      ", title, grid.horizons.front().label.c_str());
    for (const double spot : grid.spotMoves) std::printf("%+10.1f%%", spot * 100);
    std::printf("\n");
    static constexpr const char* kShort[] = {"B3", "B2", "B1", "B4", "risk", "group", "position", "delta", "gamma"};
    for (std::size_t v = 0; v < grid.volMoves.size(); ++v) {
        std::printf("%+5.0f%%", grid.volMoves[v] * 100);
        for (std::size_t s = 0; s < grid.spotMoves.size(); ++s) {
            const auto& cell = map.cells[grid.index(0, v, s)];
            char text[24] = "-";
            if (cell.first) std::snprintf(text, sizeof text, "%s %.0f%%", kShort[static_cast<std::size_t>(*cell.first)], cell.at * 100);
            std::printf("%11s", text);
        }
        std::printf("\n");
    }
    for (const auto stop : map.now) std::printf("  Already tripped, unmoved: %s at %.2f of its limit.\n", toString(stop), usedNow(map, grid, stop));
    if (map.vixUnknown) std::printf("  VIX is unknown: B4 counts as tripped everywhere and is not drawn.\n");
}

void printVar(const portfolio::VarReport& r) {
    if (!r.available()) {
        std::printf("  %s: N/A, %s\n", toString(r.method), r.unavailable.c_str());
        return;
    }
    std::printf("  %s%s\n", r.description.c_str(),
                r.staleDays > 10 ? (" (STALE: ends " + std::to_string(r.staleDays) + " days before the book)").c_str() : "");
    for (const auto& level : r.levels) {
        std::printf("    %5.1f %%  VaR %12s  shortfall %12s", level.level * 100, money(level.varUsd).c_str(), money(level.shortfallUsd).c_str());
        if (level.varOfEquity) std::printf("  (%.2f %% / %.2f %% of equity)", *level.varOfEquity * 100, *level.shortfallOfEquity * 100);
        if (level.exceptions)
            std::printf("  exceptions %d of %.1f expected in %d days %s", level.exceptions->count, level.exceptions->expected, level.exceptions->days,
                        level.exceptions->zone.c_str());
        else
            std::printf("  exceptions N/A: %s", level.exceptionsCause.c_str());
        std::printf("\n");
    }
    for (const auto& row : r.byUnderlying) {
        std::printf("    component %-8s", row.key.c_str());
        for (const double v : row.varUsd) std::printf(" %12s", money(v).c_str());
        std::printf("\n");
    }
    if (r.proof.used)
        std::printf("    proxy: %d legs by surface, %d in full, %zu scenarios in full; %d revalued again: error %.1e of gross notional (limit "
                    "%.0e)%s; %.0f ms\n",
                    r.proof.legsByProxy, r.proof.legsInFull, r.proof.scenariosInFull, r.proof.checked, r.proof.maxErrorOfNotional, r.proof.limit,
                    r.proof.passed ? "" : ", thrown away", r.milliseconds);
    else
        std::printf("    every scenario revalued in full; %.0f ms\n", r.milliseconds);
}

void printGreeks(const portfolio::GreeksReport& greeks) {
    std::printf("\n%-24s %12s %14s %12s %12s %12s %12s %14s\n", "Greeks", "delta shares", "delta $", "gamma $/1%", "theta $/day", "vega $/pt",
                "rho $/1%", (greeks.weights.benchmark + " shares").c_str());
    const auto line = [](const portfolio::GreeksRow& row) {
        if (row.priced == 0) {
            std::printf("%-24s not priced\n", row.key.c_str());
            return;
        }
        const auto& g = row.greeks;
        std::printf("%-24s %12s %14s %12s %12s %12s %12s %14s%s\n", row.key.empty() ? "(no strategy)" : row.key.c_str(), money(g.deltaShares).c_str(),
                    money(g.deltaUsd).c_str(), money(g.gammaUsdPerPercent).c_str(), money(g.thetaUsdPerDay).c_str(), money(g.vegaUsdPerPoint).c_str(),
                    money(g.rhoUsdPerPercent).c_str(), g.benchmarkShares ? money(*g.benchmarkShares).c_str() : "N/A", g.weakBeta ? " weak beta" : "");
    };
    for (const auto* rows : {&greeks.byLeg, &greeks.byStrategy, &greeks.byUnderlying})
        for (const auto& row : *rows)
            if (rows != &greeks.byLeg || greeks.byLeg.size() <= 40) line(row);
    line(greeks.book);
}

} // namespace

Json toJson(const RiskReport& r) {
    Json spots(r.book.spots), betas = Json::object(), shocks = Json::array(), vars = Json::array();
    for (const auto& [name, beta] : r.greeks.weights.byUnderlying)
        betas[name] = {{"beta", beta.beta}, {"r2", beta.r2}, {"window", beta.window}, {"weak", beta.weak()}};
    for (const auto& s : r.shocks)
        shocks.push_back({{"id", s.shock.id},
                          {"name", s.shock.name},
                          {"source", s.shock.source},
                          {"spot_move", s.shock.spotMove},
                          {"vol_move", s.shock.volMove},
                          {"pnl_usd", s.pnlUsd},
                          {"of_equity", optionalNumber(s.ofEquity)},
                          {"priced", s.legs.size()},
                          {"total", s.total}});
    for (const auto& v : r.valuesAtRisk) vars.push_back(varJson(v));
    Json out = {{"asof", formatUtc(r.book.asof)},
                {"equity_usd", r.equityUsd},
                {"vix", optionalNumber(r.vix)},
                {"spots", spots},
                {"coverage", coverageJson(r.book.coverage())},
                {"gross_notional_usd", r.book.grossNotional()},
                {"greeks",
                 {{"benchmark", r.greeks.weights.benchmark},
                  {"benchmark_spot", optionalNumber(r.greeks.weights.benchmarkSpot)},
                  {"betas", betas},
                  {"legs", rowsJson(r.greeks.byLeg)},
                  {"strategies", rowsJson(r.greeks.byStrategy)},
                  {"underlyings", rowsJson(r.greeks.byUnderlying)},
                  {"book", greeksJson(r.greeks.book)}}},
                {"scenarios", gridJson(r.book, r.grid)},
                {"named_shocks", shocks},
                {"var", vars},
                {"margin", marginJson(r.margin)},
                {"breaker_map", mapJson(r.grid, r.map)},
                {"notes", r.notes},
                {"timings_ms", {{"total", r.milliseconds}, {"grid", r.grid.milliseconds}}}};
    if (r.correlations)
        out["correlations"] = {{"names", r.correlations->names},
                               {"values", r.correlations->values},
                               {"days", r.correlations->days},
                               {"lambda", r.correlations->lambda},
                               {"groups", r.groups}};
    if (r.proposed)
        out["with_trade"] = {{"coverage", coverageJson(r.proposed->book.coverage())},
                             {"scenarios", gridJson(r.proposed->book, r.proposed->grid)},
                             {"margin", marginJson(r.proposed->margin)},
                             {"breaker_map", mapJson(r.proposed->grid, r.proposed->map)},
                             {"changed_cells", r.proposed->changed.size()}};
    return out;
}

void print(const RiskReport& r) {
    std::printf("Book at %s %s, %s, equity %s, gross notional %s\n", formatDate(market::toNewYork(r.book.asof).date).c_str(),
                market::formatNewYork(r.book.asof).c_str(), r.book.coverage().text().c_str(), money(r.equityUsd).c_str(),
                money(r.book.grossNotional()).c_str());
    for (const auto& name : r.book.coverage().excluded) std::printf("  not priced: %s\n", name.c_str());
    for (const auto& name : r.book.coverage().modelled) std::printf("  %s\n", name.c_str());
    printGreeks(r.greeks);
    for (const auto& [name, beta] : r.greeks.weights.byUnderlying)
        std::printf("  beta of %s to %s %.2f, r2 %.2f over %d days%s\n", name.c_str(), r.greeks.weights.benchmark.c_str(), beta.beta, beta.r2,
                    beta.window, beta.weak() ? " (weak)" : "");
    printGrid(r.grid);
    if (r.grid.worst) {
        const auto& worst = r.grid.cells[*r.grid.worst];
        std::printf("Worst cell: %s at spot %+.1f %%, volatility %+.0f %%, %s; %s, %.0f ms\n", money(worst.pnlUsd).c_str(), worst.spotMove * 100,
                    worst.volMove * 100, r.grid.horizons[worst.horizon].label.c_str(), r.grid.coverage.text().c_str(), r.grid.milliseconds);
        const auto parts = contributions(r.book, r.grid, *r.grid.worst);
        for (std::size_t i = 0; i < std::min<std::size_t>(parts.size(), 5); ++i)
            std::printf("  %-24s %12s\n", r.book.legs[parts[i].leg].holding.id().c_str(), money(parts[i].pnlUsd).c_str());
    }
    std::printf("\nNamed shocks\n");
    for (const auto& s : r.shocks)
        std::printf("  %-32s spot %+6.2f %%  volatility %+7.1f %%  %14s  %zu of %d priced\n", s.shock.name, s.shock.spotMove * 100,
                    s.shock.volMove * 100, money(s.pnlUsd).c_str(), s.legs.size(), s.total);
    std::printf("\nValue at risk, one day\n");
    for (const auto& v : r.valuesAtRisk) printVar(v);
    if (r.correlations) {
        std::printf("\nCorrelations (EWMA %.2f, %d days); groups:", r.correlations->lambda, r.correlations->days);
        for (const auto& group : r.groups) {
            std::printf(" {");
            for (std::size_t i = 0; i < group.size(); ++i) std::printf("%s%s", i > 0 ? " " : "", group[i].c_str());
            std::printf("}");
        }
        std::printf("\n");
    }
    std::printf("\nMargin: requirement %s, net premium %s, buying power used %s (%s)\n", money(r.margin.requirement.toDouble()).c_str(),
                money(r.margin.premium.toDouble()).c_str(), money(r.margin.deposit.toDouble()).c_str(), r.margin.coverage.text().c_str());
    if (r.margin.groups.size() <= 40)
        for (const auto& group : r.margin.groups)
            std::printf("  %-12s %-6s %zu legs  requirement %s  deposit %s\n", toString(group.rule), group.underlying.c_str(), group.legs.size(),
                        money(group.requirement.toDouble()).c_str(), money(group.deposit.toDouble()).c_str());
    if (r.map) printMap("the book as it is", r.grid, *r.map);
    if (r.proposed) {
        const auto with = r.proposed->book.coverage();
        std::printf("\nWith the trade %s\n", with.text().c_str());
        for (const auto& name : with.excluded) std::printf("  not priced: %s\n", name.c_str());
        for (const auto& name : with.modelled) std::printf("  %s\n", name.c_str());
        if (r.proposed->map) printMap("with the proposed trade", r.proposed->grid, *r.proposed->map);
        std::printf("With the trade: %zu cells change, buying power used %s\n", r.proposed->changed.size(),
                    money(r.proposed->margin.deposit.toDouble()).c_str());
    }
    for (const auto& note : r.notes) std::printf("note: %s\n", note.c_str());
    std::printf("%.0f ms\n", r.milliseconds);
}

} // namespace mahler::app
