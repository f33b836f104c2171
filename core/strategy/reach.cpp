#include "strategy/reach.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "portfolio/risk_leg.h"
#include "pricing/european.h"

namespace mahler::strategy {

namespace {

constexpr int kCoarse = 160;     ///< intervals the profit is known on; between them it is linear
constexpr int kFine = 3;         ///< of the grid to one of them
constexpr double kReachGrid = 6; ///< standard deviations each way
constexpr int kSteps = 20;       ///< in time; twice as many for the extrapolation
constexpr double kLeast = 1e-3;  ///< of an interval: an edge nearer to a node lies in it

/// The distance from the target over the grid at one time: reached where it is not negative.
using Gap = std::vector<double>;

struct Grid {
    double low = 0, step = 0; ///< of ln S, fine
    int nodes = 0;
    std::vector<double> coarseSpots, fineSpots;

    Grid(const Motion& m, double vol) {
        const double half = kReachGrid * vol * std::sqrt(m.years) + std::abs(std::log(m.forward / m.spot));
        nodes = kCoarse * kFine + 1;
        low = std::log(m.spot) - half;
        step = 2 * half / (nodes - 1);
        for (int i = 0; i < nodes; ++i) fineSpots.push_back(std::exp(low + step * i));
        for (int i = 0; i < nodes; i += kFine) coarseSpots.push_back(fineSpots[static_cast<std::size_t>(i)]);
    }
};

/// Gaps at every time level, from the end (level 0) back to now; empty when a profit is not known.
std::vector<Gap> gapsOf(const Grid& grid, const std::vector<double>& remaining, double years, double target, const ProfitAhead& profit) {
    std::vector<Gap> gaps;
    std::vector<double> coarse(grid.coarseSpots.size());
    for (const double left : remaining) {
        Gap gap(grid.fineSpots.size());
        if (left <= 0) { // the payoff has kinks: on every node
            profit(years, grid.fineSpots, gap);
        } else {
            profit(years - left, grid.coarseSpots, coarse);
            for (std::size_t i = 0; i < gap.size(); ++i) {
                const std::size_t at = std::min(i / kFine, coarse.size() - 2);
                const double share = static_cast<double>(i - at * kFine) / kFine;
                gap[i] = coarse[at] + share * (coarse[at + 1] - coarse[at]);
            }
        }
        for (double& g : gap) {
            if (!std::isfinite(g)) return {};
            g -= target;
        }
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

/// One implicit step of length `dt` back in time: `u` becomes the probability at the level whose gap is given.
class Stepper {
public:
    Stepper(const Grid& grid, double drift, double variance) : m_step(grid.step), m_drift(drift), m_half(variance / 2) {
        for (auto* v : {&m_upper, &m_right}) v->resize(static_cast<std::size_t>(grid.nodes));
    }
    void back(std::vector<double>& u, const Gap& gap, double dt) {
        const std::size_t last = u.size() - 1;
        for (std::size_t i = 0; i <= last; ++i) {
            const bool reached = gap[i] >= 0;
            double lower = 0, diagonal = 1, upper = 0, right = reached ? 1 : u[i]; // the outermost keep what the end gives them
            if (!reached && i > 0 && i < last) {
                const double left = edge(gap[i], gap[i - 1]), ahead = edge(gap[i], gap[i + 1]);
                const double hl = left * m_step, hr = ahead * m_step;
                const double a = dt * (2 * m_half / (hl * (hl + hr)) - m_drift * hr / (hl * (hl + hr)));
                const double c = dt * (2 * m_half / (hr * (hl + hr)) + m_drift * hl / (hr * (hl + hr)));
                diagonal = 1 + dt * (2 * m_half / (hl * hr) - m_drift * (hr - hl) / (hl * hr));
                right = u[i];
                if (gap[i - 1] >= 0)
                    right += a; // u is one at the edge
                else
                    lower = -a;
                if (gap[i + 1] >= 0)
                    right += c;
                else
                    upper = -c;
            }
            const double pivot = i > 0 ? diagonal - lower * m_upper[i - 1] : diagonal;
            m_upper[i] = upper / pivot;
            m_right[i] = (right - (i > 0 ? lower * m_right[i - 1] : 0)) / pivot;
        }
        u[last] = m_right[last];
        for (std::size_t i = last; i-- > 0;) u[i] = m_right[i] - m_upper[i] * u[i + 1];
    }

private:
    /// How far the neighbour is, in steps: less than one where the target's edge lies between.
    static double edge(double own, double next) { return next < 0 ? 1 : std::max(kLeast, own / (own - next)); }

    double m_step, m_drift, m_half;
    std::vector<double> m_upper, m_right;
};

/// Of the cell around each node, how much has reached the target: an edge between nodes counts where it is.
std::vector<double> shareReached(const Gap& gap) {
    const auto half = [](double own, double next) { // of the half cell towards the neighbour
        if ((own >= 0) == (next >= 0)) return own >= 0 ? 1.0 : 0.0;
        const double kept = std::min(1.0, 2 * own / (own - next));
        return own >= 0 ? kept : 1 - kept;
    };
    std::vector<double> share(gap.size());
    for (std::size_t i = 0; i < gap.size(); ++i)
        share[i] = 0.5 * (half(gap[i], gap[i > 0 ? i - 1 : i]) + half(gap[i], gap[i + 1 < gap.size() ? i + 1 : i]));
    return share;
}

/// `stride`: of the levels, how many make one step.
double solve(const Grid& grid, const Motion& m, double vol, const std::vector<double>& remaining, const std::vector<Gap>& gaps, std::size_t stride) {
    const double variance = vol * vol, drift = std::log(m.forward / m.spot) / m.years - variance / 2;
    Stepper stepper(grid, drift, variance);
    std::vector<double> u = shareReached(gaps.front());
    for (std::size_t level = stride; level < remaining.size(); level += stride)
        stepper.back(u, gaps[level], remaining[level] - remaining[level - stride]);
    return u[static_cast<std::size_t>((grid.nodes - 1) / 2)];
}

struct PricedLeg {
    pricing::Inputs in; ///< `years` as of now
    int ratio = 0;
};

} // namespace

std::vector<double> probabilitiesOfReaching(const Motion& m, std::span<const double> vols, double target, const ProfitAhead& profit) {
    if (vols.empty() || !(m.spot > 0) || !(m.forward > 0) || !(m.years > 0)) return {};
    for (const double vol : vols)
        if (!(vol > 0) || !std::isfinite(vol)) return {};
    std::vector<double> remaining;
    for (int i = 0; i <= 2 * kSteps; ++i) remaining.push_back(m.years * i * i / (4.0 * kSteps * kSteps));
    const Grid grid(m, *std::max_element(vols.begin(), vols.end()));
    const auto gaps = gapsOf(grid, remaining, m.years, target, profit);
    if (gaps.empty()) return {};
    std::vector<double> out;
    for (const double vol : vols)
        out.push_back(std::clamp(2 * solve(grid, m, vol, remaining, gaps, 1) - solve(grid, m, vol, remaining, gaps, 2), 0.0, 1.0));
    return out;
}

std::optional<ProfitAhead> profitAhead(const portfolio::ComboOrder& order, const pricing::PricedChain& chain) {
    // The chain is the caller's for the time of the call.
    const std::vector<std::shared_ptr<const pricing::PricedChain>> chains{{std::shared_ptr<const pricing::PricedChain>(), &chain}};
    const auto book = portfolio::bindBook(portfolio::holdingsOf(order), chains);
    if (order.legs.empty() || book.legs.size() != order.legs.size() || !book.coverage().complete()) return std::nullopt;
    std::vector<PricedLeg> legs;
    for (std::size_t i = 0; i < book.legs.size(); ++i) {
        const auto& leg = book.legs[i];
        const auto& contract = order.legs[i].contract;
        if (contract.expiry != order.legs.front().contract.expiry || contract.settlement != order.legs.front().contract.settlement)
            return std::nullopt;
        legs.push_back({{contract.right, 0, contract.strike.toDouble(), leg.years, leg.rate, leg.dividendYield, leg.vol}, order.legs[i].ratio});
    }
    const double last = legs.front().in.years;
    return [legs, last, combo = order.legs, net = order.netLimit](double years, std::span<const double> spots, std::span<double> profit) {
        const double multiplier = combo.front().contract.multiplier;
        for (std::size_t i = 0; i < spots.size(); ++i) {
            if (years >= last) {
                profit[i] = portfolio::payoffAtExpiry(combo, net, spots[i]);
                continue;
            }
            double value = net.toDouble();
            for (const auto& leg : legs) {
                pricing::Inputs in = leg.in;
                in.spot = spots[i];
                in.years -= years;
                value += leg.ratio * pricing::europeanValue(pricing::forwardTerms(in), in.vol * std::sqrt(in.years));
            }
            profit[i] = value * multiplier;
        }
    };
}

} // namespace mahler::strategy
