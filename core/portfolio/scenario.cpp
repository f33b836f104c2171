#include "portfolio/scenario.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "portfolio/revaluer.h"

namespace mahler::portfolio {

namespace {

constexpr std::size_t kMostCells = 20'000;
constexpr double kBump = 0.005, kLeastBump = 2e-4; ///< of spot, for delta and gamma of a cell

/// A tenth of the deviation still to come, within those: a wider one would smooth away the gamma of an expiry day.
double bumpOf(const RiskLeg& leg, double days, double volMove) {
    const double deviation = leg.vol * tenorVolFactor(leg.years, volMove) * std::sqrt(std::max(0.0, leg.years - days / 365));
    return std::isfinite(deviation) ? std::clamp(0.1 * deviation, kLeastBump, kBump) : kBump;
}

std::optional<double> shareOf(double pnl, std::optional<double> equity) {
    return equity && *equity > 0 ? std::optional(pnl / *equity) : std::nullopt;
}

/// The first expiry of the priced options, in days from now; 0 when there is none.
GridHorizon firstExpiry(const RiskBook& book) {
    const RiskLeg* first = nullptr;
    for (const auto& leg : book.legs)
        if (leg.priced() && leg.holding.contract && (!first || leg.years < first->years)) first = &leg;
    if (!first) return {0, "first expiry: none"};
    return {first->years * 365, "first expiry " + formatDate(first->holding.contract->expiry)};
}

std::vector<GridHorizon> resolve(const RiskBook& book, const std::vector<Horizon>& wanted) {
    std::vector<GridHorizon> out;
    for (const auto& h : wanted) {
        char text[40];
        std::snprintf(text, sizeof text, "%g d", h.days.value_or(0));
        out.push_back(h.days ? GridHorizon{*h.days, text} : firstExpiry(book));
    }
    return out;
}

Result<void> check(const GridSpec& spec) {
    const double lowest = spec.sensitivities ? -1 + 2 * kBump : -1;
    for (const double s : spec.spotMoves)
        if (!(s > lowest) || !(s <= 10)) return badInput("a spot move of the grid is not above -100 % and at most 1,000 %");
    for (const double v : spec.volMoves)
        if (!(v >= -1) || !(v <= 10)) return badInput("a volatility move of the grid is not from -100 % to 1,000 %");
    for (const auto& h : spec.horizons)
        if (h.days && (!(*h.days >= 0) || !(*h.days <= 36'500))) return badInput("a horizon of the grid is not from 0 to 36,500 days");
    if (spec.spotMoves.empty() || spec.volMoves.empty() || spec.horizons.empty()) return badInput("an axis of the grid is empty");
    if (spec.spotMoves.size() > kMostCells || spec.volMoves.size() > kMostCells || spec.horizons.size() > kMostCells ||
        spec.spotMoves.size() * spec.volMoves.size() > kMostCells || spec.spotMoves.size() * spec.volMoves.size() * spec.horizons.size() > kMostCells)
        return badInput("the grid has more than 20,000 cells");
    return {};
}

/// P&L of one leg over all cells of one horizon. @return false at the first value that is not finite.
bool fillLeg(const ScenarioGrid& grid, const GridSpec& spec, const RiskLeg& leg, std::size_t horizon, Revaluer& revaluer, double now,
             std::vector<ScenarioCell>& out) {
    const LegAhead ahead = revaluer.ahead(leg, grid.horizons[horizon].days);
    const double units = leg.units();
    const std::size_t each = spec.sensitivities ? 3 : 1; // the cell, and a bump to each side
    std::vector<MarketMove> moves;
    std::vector<double> values;
    out.clear();
    for (const double vol : grid.volMoves) {
        const double bump = bumpOf(leg, grid.horizons[horizon].days, vol);
        moves.clear();
        for (const double spot : grid.spotMoves) {
            const double step = bump * (1 + spot);
            moves.push_back({spot, vol});
            if (spec.sensitivities) {
                moves.push_back({spot + step, vol});
                moves.push_back({spot - step, vol});
            }
        }
        values.resize(moves.size());
        ahead.values(moves, values);
        for (std::size_t i = 0; i < grid.spotMoves.size(); ++i) {
            const double value = values[each * i];
            ScenarioCell cell{grid.spotMoves[i], vol, horizon, (value - now) * units, {}, 0, 0};
            if (spec.sensitivities) {
                const double up = values[each * i + 1], down = values[each * i + 2];
                cell.deltaUsd = (up - down) / (2 * bump) * units;
                cell.gammaUsd = 0.01 * (up - 2 * value + down) / (bump * bump) * units;
            }
            if (!std::isfinite(value) || !std::isfinite(cell.deltaUsd) || !std::isfinite(cell.gammaUsd)) return false;
            out.push_back(cell);
        }
    }
    return true;
}

} // namespace

Result<ScenarioGrid> scenarioGrid(const RiskBook& book, const GridSpec& spec, std::optional<double> equityUsd) {
    if (const auto valid = check(spec); !valid) return valid.error();
    const auto start = std::chrono::steady_clock::now();
    ScenarioGrid grid;
    grid.spotMoves = spec.spotMoves;
    grid.volMoves = spec.volMoves;
    grid.horizons = resolve(book, spec.horizons);
    grid.legs = book.legs.size();
    const std::size_t plane = grid.spotMoves.size() * grid.volMoves.size();
    for (std::size_t h = 0; h < grid.horizons.size(); ++h)
        for (const double vol : grid.volMoves)
            for (const double spot : grid.spotMoves) grid.cells.push_back({spot, vol, h, 0, {}, 0, 0});
    grid.legPnlUsd.assign(grid.cells.size() * grid.legs, 0);
    grid.coverage = book.coverage();

    std::vector<ScenarioCell> all, part;
    Revaluer revaluer;
    for (std::size_t i = 0; i < book.legs.size(); ++i) {
        const auto& leg = book.legs[i];
        if (!leg.priced()) continue;
        const auto now = revaluer.ahead(leg, 0).value({});
        bool whole = now.has_value();
        all.clear();
        for (std::size_t h = 0; whole && h < grid.horizons.size(); ++h) {
            whole = fillLeg(grid, spec, leg, h, revaluer, *now, part);
            all.insert(all.end(), part.begin(), part.end());
        }
        if (!whole) { // a leg counts in every cell or in none
            --grid.coverage.priced;
            grid.coverage.excluded.push_back(leg.holding.id() + ": " + toString(LegStatus::BadValue));
            continue;
        }
        for (std::size_t c = 0; c < grid.cells.size(); ++c) {
            grid.cells[c].pnlUsd += all[c].pnlUsd;
            grid.cells[c].deltaUsd += all[c].deltaUsd;
            grid.cells[c].gammaUsd += all[c].gammaUsd;
            grid.legPnlUsd[c * grid.legs + i] = all[c].pnlUsd;
        }
    }
    MAHLER_CHECK(grid.cells.size() == plane * grid.horizons.size());
    for (std::size_t c = 0; c < grid.cells.size(); ++c) {
        grid.cells[c].ofEquity = shareOf(grid.cells[c].pnlUsd, equityUsd);
        if (grid.coverage.priced > 0 && (!grid.worst || grid.cells[c].pnlUsd < grid.cells[*grid.worst].pnlUsd)) grid.worst = c;
    }
    grid.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return grid;
}

namespace {

void worstFirst(std::vector<LegContribution>& parts) {
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.pnlUsd < b.pnlUsd; });
}

} // namespace

std::vector<LegContribution> contributions(const RiskBook& book, const ScenarioGrid& grid, std::size_t cell) {
    std::vector<LegContribution> parts;
    if (cell >= grid.cells.size() || book.legs.size() != grid.legs) return parts;
    for (std::size_t i = 0; i < grid.legs; ++i)
        if (book.legs[i].priced()) parts.push_back({i, grid.legPnlUsd[cell * grid.legs + i]});
    worstFirst(parts);
    return parts;
}

std::span<const NamedShock> namedShocks() {
    static constexpr std::array kShocks = {
        NamedShock{"crash_1987", "19 October 1987", "S&P 500 282.70 to 224.84, VXO 36.37 to 150.19 (Cboe); not checked against a record",
                   224.84 / 282.70 - 1, 150.19 / 36.37 - 1},
        NamedShock{"week_2008", "Week to 10 October 2008", "S&P 500 1099.23 to 899.22, VIX 45.14 to 69.95 (S&P, Cboe)", 899.22 / 1099.23 - 1,
                   69.95 / 45.14 - 1},
        NamedShock{"volmageddon_2018", "5 February 2018, Volmageddon", "S&P 500 2762.13 to 2648.94, VIX 17.31 to 37.32 (S&P, Cboe)",
                   2648.94 / 2762.13 - 1, 37.32 / 17.31 - 1},
        NamedShock{"covid_2020", "16 March 2020",
                   "S&P 500 2711.02 to 2386.13, VIX 57.83 to 82.69 (S&P, Cboe); the index level not checked against a record", 2386.13 / 2711.02 - 1,
                   82.69 / 57.83 - 1},
        NamedShock{"unwind_2024", "5 August 2024", "S&P 500 5346.56 to 5186.33, VIX 23.39 to 38.57 (S&P, Cboe); not checked against a record",
                   5186.33 / 5346.56 - 1, 38.57 / 23.39 - 1},
    };
    return kShocks;
}

std::vector<ShockResult> runNamedShocks(const RiskBook& book, std::optional<double> equityUsd) {
    std::vector<ShockResult> out;
    Revaluer revaluer;
    for (const auto& shock : namedShocks()) {
        ShockResult r{shock, 0, {}, {}, static_cast<int>(book.legs.size())};
        for (std::size_t i = 0; i < book.legs.size(); ++i) {
            const auto& leg = book.legs[i];
            if (!leg.priced()) continue;
            const auto now = revaluer.ahead(leg, 0).value({});
            const auto then = revaluer.ahead(leg, 0).value({shock.spotMove, shock.volMove});
            if (!now || !then) continue;
            r.legs.push_back({i, (*then - *now) * leg.units()});
            r.pnlUsd += r.legs.back().pnlUsd;
        }
        r.ofEquity = shareOf(r.pnlUsd, equityUsd);
        worstFirst(r.legs);
        out.push_back(std::move(r));
    }
    return out;
}

} // namespace mahler::portfolio
