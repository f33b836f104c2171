#include "pricing/log_grid.h"

#include <algorithm>
#include <cmath>

#include "pricing/american.h"

namespace mahler::pricing {

namespace {

using market::ExerciseStyle;
using market::Right;

constexpr int kLeastSteps = 12; ///< between two dividends

class GridSolver {
public:
    GridSolver(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, const LogGrid& grid)
        : m_american(style == ExerciseStyle::American), m_in(in), m_dividends(dividends), m_grid(grid),
          m_count(static_cast<std::size_t>(grid.cells) + 1) {
        for (std::size_t i = 0; i < m_count; ++i) {
            m_spot.push_back(std::exp(grid.low + grid.cell * static_cast<double>(i)));
            m_payoff.push_back(std::max(sign() * (m_spot[i] - in.strike), 0.0));
        }
        // A put's exercise region is low, a call's high, except where negative rates give it two ends.
        m_oneSided = earlyExercise(putView(in).put) != EarlyExercise::TwoBoundaries || in.dividendYield == 0;
        for (std::vector<double>* scratch : {&m_right, &m_factor}) scratch->resize(m_count);
    }

    GridPoint run() {
        m_value = m_payoff;
        double later = m_in.years;
        for (std::size_t d = m_dividends.size(); d-- > 0;) {
            march(later, m_dividends[d].years);
            later = m_dividends[d].years;
            dropBy(m_dividends[d].amount, later);
        }
        march(later, 0);
        return read();
    }

private:
    double sign() const { return m_in.right == Right::Call ? 1 : -1; }

    /// What a holder gets without volatility from `spot` at time `now`, by holding to expiry; or by exercise now.
    double edge(double spot, double now) const {
        const double rest = m_in.years - now;
        const double forward = spot * std::exp(-m_in.dividendYield * rest) - presentValueOfDividends(m_in, m_dividends, now);
        const double held = sign() * (std::max(forward, 0.0) - m_in.strike * std::exp(-m_in.rate * rest));
        return std::max({held, 0.0, m_american ? sign() * (spot - m_in.strike) : 0.0});
    }

    /// From calendar time `from` back to `to`: steps widen with the square of their number, as the boundary does.
    void march(double from, double to) {
        const double share = (from - to) / m_in.years;
        const int steps = std::max(kLeastSteps, static_cast<int>(std::lround(m_grid.timeSteps * share)));
        double now = from;
        for (int k = 0; k < steps; ++k) {
            const double reach = static_cast<double>(k + 1) / steps;
            const double next = k + 1 == steps ? to : from - (from - to) * reach * reach;
            if (k < 2) { // Rannacher: halves by the implicit scheme
                step(now, 0.5 * (now + next), 1);
                step(0.5 * (now + next), next, 1);
            } else {
                step(now, next, 0.5);
            }
            now = next;
        }
    }

    void step(double now, double next, double implicit) {
        const double dt = now - next, h = m_grid.cell, diffusion = 0.5 * m_in.vol * m_in.vol / (h * h);
        const double drift = 0.5 * (m_in.rate - m_in.dividendYield - 0.5 * m_in.vol * m_in.vol) / h;
        const double down = (diffusion - drift) * dt, up = (diffusion + drift) * dt, stay = -(2 * diffusion + m_in.rate) * dt;
        const double explicitPart = 1 - implicit;
        const std::size_t last = m_count - 1;
        for (std::size_t i = 1; i < last; ++i)
            m_right[i] = m_value[i] + explicitPart * (down * m_value[i - 1] + stay * m_value[i] + up * m_value[i + 1]);
        m_value[0] = edge(m_spot[0], next);
        m_value[last] = edge(m_spot[last], next);
        solve(-implicit * down, 1 - implicit * stay, -implicit * up);
    }

    /// Tridiagonal with constant coefficients. Elimination runs towards the exercise region, substitution out of it, where
    /// taking the larger of value and payoff solves the linear complementarity problem exactly (Brennan & Schwartz 1977).
    void solve(double below, double middle, double above) {
        const std::size_t last = m_count - 1;
        const bool project = m_american && m_oneSided, put = m_in.right == Right::Put;
        // Put: eliminate from the top, substitute from the bottom; call: the other way round. `near` couples to the node that is
        // eliminated before, `far` to the one that is substituted before.
        const double near = put ? above : below, far = put ? below : above;
        const auto node = [&](std::size_t k) { return put ? last - k : k; }; // k-th in the order of elimination
        m_factor[node(1)] = 1 / middle;
        m_right[node(1)] -= near * m_value[node(0)];
        bool settled = false; // constant coefficients: after some nodes the factor no longer moves by a bit
        for (std::size_t k = 2; k < last; ++k) {
            const std::size_t i = node(k), before = node(k - 1);
            const double ratio = near * m_factor[before];
            m_factor[i] = settled ? m_factor[before] : 1 / (middle - ratio * far);
            settled = m_factor[i] == m_factor[before];
            m_right[i] -= ratio * m_right[before];
        }
        for (std::size_t i = 1; i < last; ++i) m_right[i] *= m_factor[i];
        for (std::size_t k = last; k-- > 1;) {
            const std::size_t i = node(k);
            const double held = m_right[i] - far * m_factor[i] * m_value[node(k + 1)];
            m_value[i] = project ? std::max(held, m_payoff[i]) : held;
        }
        if (m_american && !m_oneSided)
            for (std::size_t i = 0; i < m_count; ++i) m_value[i] = std::max(m_value[i], m_payoff[i]);
    }

    /// Just before the ex-date: the value of the spot less the dividend, or exercise.
    void dropBy(double amount, double now) {
        std::vector<double> before(m_count);
        for (std::size_t i = 0; i < m_count; ++i) {
            const double after = m_spot[i] - amount;
            const double place = after > 0 ? (std::log(after) - m_grid.low) / m_grid.cell : -1;
            before[i] = place < 0 ? edge(std::max(after, 0.0), now) : at(place);
        }
        m_value = before;
        if (!m_american) return;
        for (std::size_t i = 0; i < m_count; ++i) m_value[i] = std::max(before[i], m_payoff[i]);
        // Where holding and exercise meet there is a kink. Its mean over one cell in place of its value at the nearest node
        // leaves an error that no longer depends on where between two nodes it falls, so that extrapolation removes it.
        for (std::size_t i = 0; i + 1 < m_count; ++i) {
            const double gap = before[i] - m_payoff[i], next = before[i + 1] - m_payoff[i + 1];
            if (!((gap < 0) != (next < 0)) || m_payoff[i] + m_payoff[i + 1] <= 0) continue;
            const double t = gap / (gap - next);
            const double room = 0.5 - std::min(t, 1 - t);
            m_value[t < 0.5 ? i : i + 1] += 0.5 * room * room * std::fabs(next - gap);
        }
    }

    /// Cubic through the four nodes around.
    double at(double place) const {
        const std::size_t first = std::min(static_cast<std::size_t>(std::max(place - 1, 0.0)), m_count - 4);
        const double t = place - static_cast<double>(first);
        const double* v = &m_value[first];
        return -(t - 1) * (t - 2) * (t - 3) / 6 * v[0] + t * (t - 2) * (t - 3) / 2 * v[1] - t * (t - 1) * (t - 3) / 2 * v[2] +
               t * (t - 1) * (t - 2) / 6 * v[3];
    }

    GridPoint read() const {
        const double place = (std::log(m_in.spot) - m_grid.low) / m_grid.cell;
        const std::size_t centre = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(place)), 2, m_count - 3);
        const double* v = &m_value[centre];
        const double h = m_grid.cell, t = place - static_cast<double>(centre);
        // The quartic through five nodes; on a node these are the usual fourth-order differences.
        const double d1 = (8 * (v[1] - v[-1]) - (v[2] - v[-2])) / 12, d2 = (-v[2] + 16 * v[1] - 30 * v[0] + 16 * v[-1] - v[-2]) / 12;
        const double d3 = (v[2] - 2 * v[1] + 2 * v[-1] - v[-2]) / 2, d4 = v[2] - 4 * v[1] + 6 * v[0] - 4 * v[-1] + v[-2];
        const double slope = (d1 + t * (d2 + t * (d3 / 2 + t * d4 / 6))) / h;
        const double curve = (d2 + t * (d3 + t * d4 / 2)) / (h * h);
        GridPoint p;
        p.value = v[0] + t * (d1 + t * (d2 / 2 + t * (d3 / 6 + t * d4 / 24)));
        p.delta = slope / m_in.spot;
        p.gamma = (curve - slope) / (m_in.spot * m_in.spot);
        const double now = exerciseValue(m_in);
        p.exercised = m_american && now > 0 && v[0] <= m_payoff[centre];
        if (p.exercised) p = {now, sign(), 0, true};
        p.boundaryGap = m_american ? h * boundaryNodes(centre, p.exercised) : GridPoint::kNoBoundary;
        return p;
    }

    /// To the nearest node that is exercised, or from an exercised one to the nearest that is held.
    double boundaryNodes(std::size_t centre, bool from) const {
        const auto other = [&](std::size_t i) { return (m_payoff[i] > 0 && m_value[i] <= m_payoff[i]) != from; };
        for (std::size_t away = 0; away < m_count; ++away)
            if ((away < centre && other(centre - away)) || (centre + away + 1 < m_count && other(centre + away))) return static_cast<double>(away);
        return GridPoint::kNoBoundary;
    }

    bool m_american, m_oneSided = true;
    Inputs m_in;
    std::span<const CashDividend> m_dividends;
    LogGrid m_grid;
    std::size_t m_count;
    std::vector<double> m_spot, m_payoff, m_value, m_right, m_factor;
};

} // namespace

double presentValueOfDividends(const Inputs& in, std::span<const CashDividend> dividends, double from) {
    double sum = 0;
    for (const CashDividend& d : dividends)
        if (d.years > from) sum += d.amount * std::exp(-in.rate * (d.years - from) - in.dividendYield * (in.years - d.years));
    return sum;
}

LogGrid makeLogGrid(const Inputs& in, std::span<const CashDividend> dividends, int cells, int timeSteps, double deviations) {
    const double spread = deviations * in.vol * std::sqrt(in.years), x = std::log(in.spot), strike = std::log(in.strike);
    double paid = 0;
    for (const CashDividend& d : dividends) paid += d.amount;
    const double drift = (in.rate - in.dividendYield - 0.5 * in.vol * in.vol) * in.years;
    const double after = std::max(in.spot - paid, 0.02 * in.spot);
    const double low = std::log(after) - spread + std::min(drift, 0.0), high = x + spread + std::max(drift, 0.0);
    LogGrid g;
    g.timeSteps = timeSteps;
    const int even = 2 * (cells / 2);
    g.cell = (high - low) / even;
    const double apart = std::fabs(x - strike), fours = std::round(apart / (4 * g.cell));
    if (fours > 0 && strike > low && strike < high)
        g.cell = apart / (4 * fours); // a multiple of four cells apart, so that two coarser grids have both nodes too
    // A node on the strike; on the spot when the strike is out of reach.
    const double anchor = strike > low && strike < high ? strike : x;
    const int left = 4 * static_cast<int>(std::ceil((anchor - low) / (4 * g.cell)));
    const int right = 4 * static_cast<int>(std::ceil((high - anchor) / (4 * g.cell)));
    g.low = anchor - left * g.cell;
    g.cells = std::max(left + right, 16);
    return g;
}

LogGrid coarser(const LogGrid& grid) { return {grid.low, 2 * grid.cell, grid.cells / 2, grid.timeSteps / 2}; }

GridPoint solveOnGrid(ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, const LogGrid& grid) {
    return GridSolver(style, in, dividends, grid).run();
}

} // namespace mahler::pricing
