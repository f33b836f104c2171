#include "portfolio/scenario_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mahler::portfolio {

namespace {

constexpr std::size_t kFewScenarios = 3 * ChebyshevSurface::kSpot * ChebyshevSurface::kVol; ///< full revaluation costs no more
constexpr double kOutside = 0.0025;                                                         ///< of the scenarios, at each side of each axis
constexpr std::size_t kTests = 12;                                                          ///< test points of a surface along spot

std::pair<double, double> middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto cut = static_cast<std::size_t>(kOutside * static_cast<double>(values.size()));
    return {values[cut], values[values.size() - 1 - cut]};
}

} // namespace

ScenarioValues::ScenarioValues(const RiskBook& book, const FactorMoves& moves, const ProxySpec& spec) : m_book(book), m_moves(moves) {
    m_notional = book.grossNotional();
    m_limit = spec.limit;
    for (std::size_t i = 0; i < book.legs.size(); ++i) {
        const auto& leg = book.legs[i];
        if (!leg.priced()) continue;
        const auto at = std::find(moves.underlyings.begin(), moves.underlyings.end(), leg.holding.underlying);
        MAHLER_CHECK(at != moves.underlyings.end());
        Leg own;
        own.index = i;
        own.underlying = static_cast<std::size_t>(at - moves.underlyings.begin());
        own.units = leg.units();
        own.ahead = m_revaluer.ahead(leg, 0);
        const auto now = own.ahead.value({});
        if (!now) {
            m_unvalued.push_back(i);
            continue;
        }
        own.now = *now;
        m_legs.push_back(std::move(own));
    }
    m_proof.limit = spec.limit;
    if (spec.allowed && moves.size() > kFewScenarios) {
        buildBoxes();
        for (auto& leg : m_legs)
            if (!m_book.legs[leg.index].holding.contract || !buildSurface(leg)) leg.surface.reset();
        m_proof.used = true;
        valueByProxy();
        prove(spec);
        if (!m_proof.passed) {
            for (auto& leg : m_legs) leg.surface.reset();
            valueInFull();
        }
    } else {
        m_proof.passed = true;
        m_proof.scenariosInFull = moves.size();
        m_proof.legsInFull = static_cast<int>(m_legs.size());
        valueInFull();
    }
    for (const auto& leg : m_legs) m_counted.push_back(leg.index);
}

std::optional<double> ScenarioValues::full(const Leg& leg, std::size_t scenario) const {
    const auto value = leg.ahead.value({m_moves.spotOf(scenario, leg.underlying), m_moves.vol[scenario]});
    return value ? std::optional((*value - leg.now) * leg.units) : std::nullopt;
}

double ScenarioValues::need(const Leg& leg, std::size_t scenario) {
    const auto value = full(leg, scenario);
    m_complete = m_complete && value;
    return value.value_or(0);
}

void ScenarioValues::addInFull(const Leg& leg, std::span<const std::size_t> scenarios, std::span<double> sums) {
    m_batch.clear();
    for (const std::size_t s : scenarios) m_batch.push_back({m_moves.spotOf(s, leg.underlying), m_moves.vol[s]});
    m_values.resize(m_batch.size());
    leg.ahead.values(m_batch, m_values);
    for (std::size_t n = 0; n < m_values.size(); ++n) {
        const bool valued = std::isfinite(m_values[n]);
        m_complete = m_complete && valued;
        if (valued) sums[n] += (m_values[n] - leg.now) * leg.units;
    }
}

bool ScenarioValues::inside(const Leg& leg, std::size_t scenario) const {
    return m_boxes[leg.underlying].holds(m_moves.spotOf(scenario, leg.underlying), m_moves.vol[scenario]);
}

void ScenarioValues::buildBoxes() {
    const auto [volLow, volHigh] = middle(m_moves.vol);
    for (std::size_t u = 0; u < m_moves.underlyings.size(); ++u) {
        std::vector<double> spots(m_moves.size());
        for (std::size_t s = 0; s < spots.size(); ++s) spots[s] = m_moves.spotOf(s, u);
        const auto [low, high] = middle(std::move(spots));
        m_boxes.push_back({low, high, volLow, volHigh});
    }
}

/// @return false when a value is missing or a test point, midway between nodes, is off by more than half the limit.
bool ScenarioValues::buildSurface(Leg& leg) const {
    constexpr auto kSpot = ChebyshevSurface::kSpot, kVol = ChebyshevSurface::kVol;
    const MoveBox& box = m_boxes[leg.underlying];
    std::vector<MarketMove> moves;
    for (std::size_t j = 0; j < kVol; ++j) // one volatility after the other: the boundary of an American is interpolated once
        for (std::size_t i = 0; i < kSpot; ++i)
            moves.push_back({ChebyshevSurface::node(i, kSpot, box.spotLow, box.spotHigh), ChebyshevSurface::node(j, kVol, box.volLow, box.volHigh)});
    for (const double level : {0.02, 0.35, 0.75}) // low volatilities are the sharpest
        for (std::size_t t = 0; t < kTests; ++t) {
            const double x = std::cos((2 * static_cast<double>(t) + 1) * 3.14159265358979324 / kSpot);
            moves.push_back(
                {0.5 * (box.spotLow + box.spotHigh) + 0.5 * (box.spotHigh - box.spotLow) * x, box.volLow + level * (box.volHigh - box.volLow)});
        }
    std::vector<double> found(moves.size());
    leg.ahead.values(moves, found);
    if (!std::all_of(found.begin(), found.end(), [](double v) { return std::isfinite(v); })) return false;
    ChebyshevSurface::Values values{};
    for (std::size_t j = 0; j < kVol; ++j)
        for (std::size_t i = 0; i < kSpot; ++i) values[i * kVol + j] = found[j * kSpot + i] - leg.now;
    leg.surface = std::make_unique<ChebyshevSurface>(ChebyshevSurface::through(values));
    const double bound = 0.5 * m_limit * m_book.legs[leg.index].spot;
    for (std::size_t n = kSpot * kVol; n < moves.size(); ++n)
        if (std::fabs(leg.surface->at(ChebyshevSurface::basis(box, moves[n].spot, moves[n].vol)) - (found[n] - leg.now)) > bound) return false;
    return true;
}

void ScenarioValues::valueByProxy() {
    dropUnvalued();
    std::vector<ChebyshevSurface> sums(m_moves.underlyings.size());
    std::vector<std::vector<const Leg*>> inFull(sums.size()), all(sums.size());
    for (const auto& leg : m_legs) {
        all[leg.underlying].push_back(&leg);
        if (leg.surface)
            sums[leg.underlying].add(*leg.surface, leg.units);
        else
            inFull[leg.underlying].push_back(&leg);
        ++(leg.surface ? m_proof.legsByProxy : m_proof.legsInFull);
    }
    m_pnl.assign(m_moves.size(), 0);
    std::vector<bool> outside(m_moves.size(), false);
    std::vector<double> added;
    for (std::size_t u = 0; u < sums.size(); ++u) {
        if (all[u].empty()) continue;
        std::vector<std::size_t> in, out;
        for (std::size_t s = 0; s < m_moves.size(); ++s) {
            const double spot = m_moves.spotOf(s, u), vol = m_moves.vol[s];
            if (!m_boxes[u].holds(spot, vol)) {
                out.push_back(s);
                outside[s] = true;
                continue;
            }
            in.push_back(s);
            m_pnl[s] += sums[u].at(ChebyshevSurface::basis(m_boxes[u], spot, vol));
        }
        for (const auto& [legs, scenarios] : {std::pair(&inFull[u], &in), std::pair(&all[u], &out)}) {
            added.assign(scenarios->size(), 0);
            for (const Leg* leg : *legs) addInFull(*leg, *scenarios, added);
            for (std::size_t n = 0; n < scenarios->size(); ++n) m_pnl[(*scenarios)[n]] += added[n];
        }
    }
    m_proof.scenariosInFull += static_cast<std::size_t>(std::count(outside.begin(), outside.end(), true));
}

void ScenarioValues::valueInFull() {
    dropUnvalued();
    m_pnl.assign(m_moves.size(), 0);
    std::vector<std::size_t> every(m_moves.size());
    std::iota(every.begin(), every.end(), std::size_t{0});
    for (const auto& leg : m_legs) addInFull(leg, every, m_pnl);
}

/// A leg counts in every scenario or in none: the corners of all moves are where a value is lost first.
void ScenarioValues::dropUnvalued() {
    if (m_moves.size() == 0) return;
    const auto [volLow, volHigh] = std::minmax_element(m_moves.vol.begin(), m_moves.vol.end());
    std::vector<std::pair<double, double>> spots(m_moves.underlyings.size(), {0, 0});
    for (std::size_t s = 0; s < m_moves.size(); ++s)
        for (std::size_t u = 0; u < spots.size(); ++u) {
            spots[u].first = std::min(spots[u].first, m_moves.spotOf(s, u));
            spots[u].second = std::max(spots[u].second, m_moves.spotOf(s, u));
        }
    std::erase_if(m_legs, [&](const Leg& leg) {
        for (const double spot : {spots[leg.underlying].first, spots[leg.underlying].second})
            for (const double vol : {*volLow, *volHigh})
                if (!leg.ahead.value({spot, vol})) {
                    m_unvalued.push_back(leg.index);
                    return true;
                }
        return false;
    });
}

void ScenarioValues::prove(const ProxySpec& spec) {
    std::vector<std::size_t> byProxy;
    for (std::size_t s = 0; s < m_moves.size(); ++s)
        if (std::any_of(m_legs.begin(), m_legs.end(), [&](const Leg& leg) { return leg.surface && inside(leg, s); })) byProxy.push_back(s);
    std::stable_sort(byProxy.begin(), byProxy.end(), [&](std::size_t a, std::size_t b) { return m_pnl[a] < m_pnl[b]; });
    const auto wanted = std::min(byProxy.size(), static_cast<std::size_t>(std::max(1, spec.proofScenarios)));
    const std::size_t worst = wanted / 2, rest = wanted - worst;
    std::vector<std::size_t> checked;
    for (std::size_t n = 0; n < wanted; ++n)
        checked.push_back(byProxy[n < worst ? n : worst + (n - worst) * (byProxy.size() - worst) / std::max<std::size_t>(rest, 1)]);
    std::vector<double> exact(wanted, 0);
    for (const auto& leg : m_legs) addInFull(leg, checked, exact);
    double squares = 0;
    for (std::size_t n = 0; n < wanted; ++n) {
        const double error = std::fabs(m_pnl[checked[n]] - exact[n]);
        m_proof.maxErrorUsd = std::max(m_proof.maxErrorUsd, error);
        squares += error * error;
        ++m_proof.checked;
    }
    m_proof.rmsErrorUsd = m_proof.checked > 0 ? std::sqrt(squares / m_proof.checked) : 0;
    m_proof.maxErrorOfNotional = m_notional > 0 ? m_proof.maxErrorUsd / m_notional : 0;
    m_proof.passed = m_proof.maxErrorOfNotional <= spec.limit;
}

std::vector<double> ScenarioValues::legPnlUsd(std::size_t scenario) {
    std::vector<double> out;
    std::vector<std::optional<ChebyshevSurface::Basis>> bases(m_moves.underlyings.size());
    for (const auto& leg : m_legs) {
        if (!leg.surface || !inside(leg, scenario)) {
            out.push_back(need(leg, scenario));
            continue;
        }
        auto& basis = bases[leg.underlying];
        if (!basis) basis = ChebyshevSurface::basis(m_boxes[leg.underlying], m_moves.spotOf(scenario, leg.underlying), m_moves.vol[scenario]);
        out.push_back(leg.surface->at(*basis) * leg.units);
    }
    return out;
}

} // namespace mahler::portfolio
