#include "pricing/dividend_tree.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pricing/european.h"

namespace mahler::pricing {

namespace {

constexpr double kWidth = 6.5; ///< deviations to each side of the spot
constexpr double kStretch = 3; ///< h^2 over variance of the longest step: chances of 1/6, 2/3, 1/6
constexpr int kLeastSteps = 6; ///< between two dividends

/// One lattice: nodes at spot e^{h j}, from -reach to reach.
class Lattice {
public:
    Lattice(const Inputs& in, std::span<const CashDividend> dividends, int steps, int halvings) : m_in(in) {
        double later = in.years, longest = 0;
        for (std::size_t d = dividends.size() + 1; d-- > 0;) {
            const double to = d > 0 ? dividends[d - 1].years : 0;
            const int count = std::max(kLeastSteps, 2 * static_cast<int>(std::lround(0.5 * steps * (later - to) / in.years))) >> halvings;
            m_parts.push_back({(later - to) / count, count, later, d > 0 ? dividends[d - 1].amount : 0});
            longest = std::max(longest, m_parts.back().dt);
            later = to;
        }
        m_h = in.vol * std::sqrt(kStretch * longest);
        m_reach = static_cast<int>(std::ceil(kWidth * in.vol * std::sqrt(in.years) / m_h)) + 2;
        for (int j = -m_reach; j <= m_reach; ++j) m_spot.push_back(in.spot * std::exp(m_h * j));
    }

    /// @param cash whether the dividends are paid and exercise is allowed; else a European on `yield`.
    double price(double yield, bool cash) {
        const double w = m_in.right == market::Right::Call ? 1 : -1;
        std::vector<double> value(m_spot.size()), next(m_spot.size());
        bool first = true;
        for (const Part& part : m_parts) {
            const double v = m_in.vol * m_in.vol * part.dt, drift = (m_in.rate - yield) * part.dt - 0.5 * v;
            const double spread = (v + drift * drift) / (m_h * m_h), lean = drift / m_h;
            const double up = 0.5 * (spread + lean), down = 0.5 * (spread - lean), stay = 1 - spread, discount = std::exp(-m_in.rate * part.dt);
            for (int k = 0; k < part.count; ++k) {
                if (first) { // before expiry: the closed form smooths the payoff's kink
                    Inputs last = m_in;
                    last.years = part.dt;
                    last.dividendYield = yield;
                    for (std::size_t i = 0; i < m_spot.size(); ++i) {
                        last.spot = m_spot[i];
                        next[i] = europeanValue(forwardTerms(last), m_in.vol * std::sqrt(part.dt));
                    }
                    first = false;
                } else {
                    for (std::size_t i = 1; i + 1 < m_spot.size(); ++i)
                        next[i] = discount * (down * value[i - 1] + stay * value[i] + up * value[i + 1]);
                    next.front() = 2 * next[1] - next[2]; // straight on
                    next.back() = next[next.size() - 2] * 2 - next[next.size() - 3];
                    if (w > 0) next.front() = std::max(next.front(), 0.0);
                }
                if (cash)
                    for (std::size_t i = 0; i < m_spot.size(); ++i) next[i] = std::max(next[i], w * (m_spot[i] - m_in.strike));
                value.swap(next);
            }
            if (!cash || !(part.drop > 0)) continue;
            for (std::size_t i = 0; i < m_spot.size(); ++i) next[i] = std::max(at(value, m_spot[i] - part.drop), w * (m_spot[i] - m_in.strike));
            value.swap(next);
        }
        return value[static_cast<std::size_t>(m_reach)];
    }

private:
    struct Part {
        double dt;
        int count;
        double later, drop;
    };
    /// Cubic in ln(spot) between the nodes; below the lowest, straight in the spot.
    double at(const std::vector<double>& value, double spot) const {
        if (spot <= m_spot.front()) return std::max(0.0, value[0] + (spot - m_spot[0]) * (value[1] - value[0]) / (m_spot[1] - m_spot[0]));
        const double place = std::log(spot / m_spot.front()) / m_h;
        const std::size_t from = std::min(static_cast<std::size_t>(std::max(place - 1, 0.0)), value.size() - 4);
        const double t = place - static_cast<double>(from);
        const double* v = &value[from];
        const double d1 = v[1] - v[0], d2 = v[2] - 2 * v[1] + v[0], d3 = v[3] - 3 * v[2] + 3 * v[1] - v[0]; // Newton's forward differences
        return v[0] + t * (d1 + (t - 1) / 2 * (d2 + (t - 2) / 3 * d3));
    }

    Inputs m_in;
    std::vector<Part> m_parts; ///< latest first
    double m_h = 0;
    int m_reach = 0;
    std::vector<double> m_spot;
};

} // namespace

TreePrices dividendTreePrices(const Inputs& in, std::span<const CashDividend> dividends, int steps) {
    // A yield that stands for the dividends: what lattice and closed form say of it differ by the lattice's error.
    Inputs control = in;
    const double forward = forwardWithDividends(in, dividends);
    if (forward > 0.2 * in.spot) control.dividendYield = in.rate - std::log(forward / in.spot) / in.years;
    const double european = europeanValue(forwardTerms(control), in.vol * std::sqrt(in.years));
    const auto price = [&](int halvings) {
        Lattice lattice(in, dividends, steps, halvings);
        return lattice.price(in.dividendYield, true) - lattice.price(control.dividendYield, false) + european;
    };
    return {price(0), price(1)};
}

} // namespace mahler::pricing
