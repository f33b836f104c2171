#include "pricing/smile_bounds.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mahler::pricing {

namespace {

constexpr int kUnknowns = 5, kGridPoints = 49;
constexpr double kLeastG = 0.002;         ///< what the penalty aims at, so that g between the grid's points stays above zero
constexpr double kNeighbourMargin = 2e-4; ///< relative
using Vector = std::array<double, kUnknowns>;
using Matrix = std::array<Vector, kUnknowns>;

/// Raw SVI by its least variance, the slopes of its wings, and where and how wide it bends.
struct Shape {
    double least = 0, put = 0, call = 0, m = 0, sigma = 0;

    SmileFit svi() const {
        SmileFit f;
        f.ok = true;
        f.model = SliceModel::Constrained;
        f.b = (put + call) / 2;
        f.rho = (call - put) / (call + put);
        f.m = m;
        f.sigma = sigma;
        f.a = least - sigma * std::sqrt(put * call);
        return f;
    }
};

/// Half the gradient and half of Gauss and Newton's matrix (its lower half) of a sum of weighted squares.
struct Normal {
    Matrix h{};
    Vector g{};

    void add(double miss, double weight, const Vector& d) {
        for (std::size_t i = 0; i < kUnknowns; ++i) {
            const double wd = weight * d[i];
            g[i] += wd * miss;
            for (std::size_t j = 0; j <= i; ++j) h[i][j] += wd * d[j];
        }
    }
};

/// Total variance of a neighbour: not to be exceeded for side 1, not to be fallen under for side -1.
struct Neighbour {
    double k = 0, w = 0, side = 1;
};

class Problem {
public:
    Problem(std::span<const VarianceTarget> targets, const SmileFit& start, const SmileFit* nearer, const SmileFit* farther) {
        m_low = m_high = targets.front().k;
        for (const VarianceTarget& t : targets) {
            m_low = std::min(m_low, t.k);
            m_high = std::max(m_high, t.k);
        }
        m_targets = gathered(targets);
        if (const double w = sviPoint(start, 0).w; w > 0)
            m_unit = w;
        else
            m_unit = targets.front().w;
        // As far as fitSmile() searches: a bend far from every quote is nobody's. A twentieth of the variance at the money is under a
        // quarter of its volatility; nearer to zero the search would drown in 1 / w.
        const double width = m_high - m_low;
        m_least = {0.05, -25, -25, m_low - 0.5 * width, std::log(0.005 * width)};
        m_most = {100, 8, 8, m_high + 0.5 * width, std::log(5 * width)};
        for (const auto& [fit, side] : {std::pair(nearer, -1.0), std::pair(farther, 1.0)})
            if (fit) {
                const auto add = [&, other = fit, at = side](double k) { addNeighbour(*other, k, at); };
                overReach(*fit, 21, 41, add, [] {});
                overReach(start, 0, 41, add, [] {});
            }
    }

    void addNeighbour(const SmileFit& fit, double k, double side) { m_neighbours.push_back({k, sviPoint(fit, k).w, side}); }
    void addWorst(double k) { m_worst.push_back(k); }
    void setTargets(std::span<const VarianceTarget> targets) { m_targets.assign(targets.begin(), targets.end()); }
    void setPenalty(double penalty) { m_penalty = penalty; }

    /// Least variance in units of that at the money, logits of the wings over 2, m, logarithm of sigma.
    Shape shapeOf(const Vector& x) const { return {m_unit * x[0], 2 / (1 + std::exp(-x[1])), 2 / (1 + std::exp(-x[2])), x[3], std::exp(x[4])}; }
    Vector unknownsOf(const SmileFit& f) const {
        const double put = std::clamp(f.b * (1 - f.rho), 1e-7, 1.999), call = std::clamp(f.b * (1 + f.rho), 1e-7, 1.999);
        return within(
            {(f.a + f.sigma * std::sqrt(put * call)) / m_unit, std::log(put / (2 - put)), std::log(call / (2 - call)), f.m, std::log(f.sigma)});
    }

    Vector within(Vector x) const {
        for (std::size_t i = 0; i < kUnknowns; ++i) x[i] = std::clamp(x[i], m_least[i], m_most[i]);
        return x;
    }
    /// Leaves an unknown alone that stands at its bound and would go further.
    void hold(const Vector& x, Normal& normal) const {
        for (std::size_t i = 0; i < kUnknowns; ++i)
            if ((x[i] <= m_least[i] && normal.g[i] > 0) || (x[i] >= m_most[i] && normal.g[i] < 0)) {
                normal.g[i] = 0;
                for (std::size_t j = 0; j < kUnknowns; ++j) normal.h[std::max(i, j)][std::min(i, j)] = i == j ? 1 : 0;
            }
    }

    double cost(const Vector& x) const { return sum<false>(x, nullptr); }
    double cost(const Vector& x, Normal& normal) const {
        normal = {};
        return sum<true>(x, &normal);
    }

private:
    template <bool Slopes> double sum(const Vector& x, Normal* normal) const {
        const Shape p = shapeOf(x);
        const double b = (p.put + p.call) / 2, tilt = (p.call - p.put) / 2, q = std::sqrt(p.put * p.call), s2 = p.sigma * p.sigma;
        const double base = p.least - p.sigma * q;
        const double dPut = p.put * (1 - p.put / 2), dCall = p.call * (1 - p.call / 2);
        const double tipPut = -p.sigma / 2 * q / p.put, tipCall = -p.sigma / 2 * q / p.call;
        double total = 0;
        const auto slopesOfW = [&](double y, double root) {
            return Vector{m_unit, dPut * (tipPut + (root - y) / 2), dCall * (tipCall + (root + y) / 2), -(tilt + b * y / root),
                          p.sigma * (b * p.sigma / root - q)};
        };
        for (const VarianceTarget& t : m_targets) {
            const double y = t.k - p.m, root = std::sqrt(y * y + s2), miss = base + tilt * y + b * root - t.w;
            total += t.weight * miss * miss;
            if constexpr (Slopes) normal->add(miss, t.weight, slopesOfW(y, root));
        }
        const double low = std::asinh((-kSurfaceReach - p.m) / p.sigma),
                     step = (std::asinh((kSurfaceReach - p.m) / p.sigma) - low) / (kGridPoints - 1);
        const double grow = std::exp(step);
        double e = std::exp(low);
        const auto butterfly = [&](double y, double root) {
            const double k = p.m + y;
            const double w = base + tilt * y + b * root, w1 = tilt + b * y / root, r3 = root * root * root, w2 = b * s2 / r3;
            const double half = 1 - k * w1 / (2 * w), g = half * half - w1 * w1 / 4 * (1 / w + 0.25) + w2 / 2;
            if (g >= kLeastG) return;
            total += m_penalty * (g - kLeastG) * (g - kLeastG);
            if constexpr (Slopes) {
                const double byW = half * k * w1 / (w * w) + w1 * w1 / (4 * w * w), byW1 = -half * k / w - w1 / 2 * (1 / w + 0.25),
                             r5 = r3 * root * root;
                Vector d = slopesOfW(y, root);
                for (double& v : d) v *= byW;
                d[1] += dPut * (byW1 * (-0.5 + y / (2 * root)) + s2 / (4 * r3));
                d[2] += dCall * (byW1 * (0.5 + y / (2 * root)) + s2 / (4 * r3));
                d[3] += -byW1 * b * s2 / r3 + 1.5 * b * s2 * y / r5;
                d[4] += p.sigma * (-byW1 * b * y * p.sigma / r3 + b * p.sigma / r3 - 1.5 * b * s2 * p.sigma / r5);
                normal->add(g - kLeastG, m_penalty, d);
            }
        };
        for (int i = 0; i < kGridPoints; ++i, e *= grow) // y = sigma sinh(u), root = sigma cosh(u)
            butterfly(p.sigma * 0.5 * (e - 1 / e), p.sigma * 0.5 * (e + 1 / e));
        for (const double k : m_worst) butterfly(k - p.m, std::sqrt((k - p.m) * (k - p.m) + s2));
        for (const Neighbour& f : m_neighbours) {
            const double y = f.k - p.m, root = std::sqrt(y * y + s2), miss = f.side * ((base + tilt * y + b * root) / f.w - 1) + kNeighbourMargin;
            if (miss <= 0) continue;
            const double weight = 10 * m_penalty;
            total += weight * miss * miss;
            if constexpr (Slopes) {
                Vector d = slopesOfW(y, root);
                for (double& v : d) v *= f.side / f.w;
                normal->add(miss, weight, d);
            }
        }
        return total;
    }

    std::vector<VarianceTarget> m_targets;
    std::vector<Neighbour> m_neighbours;
    std::vector<double> m_worst; ///< more k where g is looked at
    Vector m_least{}, m_most{};
    double m_low = 0, m_high = 0, m_unit = 1, m_penalty = 0;
};

/// Solves h x = -g with h's diagonal lifted by `damping`, by Cholesky.
bool solve(const Normal& normal, double damping, Vector& x) {
    Matrix l = normal.h;
    for (std::size_t i = 0; i < kUnknowns; ++i) {
        l[i][i] = l[i][i] * (1 + damping) + 1e-30;
        x[i] = -normal.g[i];
    }
    for (std::size_t i = 0; i < kUnknowns; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double s = l[i][j];
            for (std::size_t k = 0; k < j; ++k) s -= l[i][k] * l[j][k];
            if (i != j)
                l[i][j] = s / l[j][j];
            else if (s > 0)
                l[i][i] = std::sqrt(s);
            else
                return false;
        }
    for (std::size_t i = 0; i < kUnknowns; ++i) {
        for (std::size_t k = 0; k < i; ++k) x[i] -= l[i][k] * x[k];
        x[i] /= l[i][i];
    }
    for (std::size_t i = kUnknowns; i-- > 0;) {
        for (std::size_t k = i + 1; k < kUnknowns; ++k) x[i] -= l[k][i] * x[k];
        x[i] /= l[i][i];
    }
    return true;
}

void descend(const Problem& problem, Vector& x, int steps) {
    double damping = 1e-3;
    Normal normal;
    for (int step = 0; step < steps; ++step) {
        const double now = problem.cost(x, normal);
        problem.hold(x, normal);
        double then = now;
        for (int attempt = 0; attempt < 8 && !(then < now); ++attempt) {
            Vector move, tried = x;
            if (solve(normal, damping, move)) {
                double longest = 0;
                for (const double v : move) longest = std::max(longest, std::fabs(v));
                for (std::size_t i = 0; i < kUnknowns; ++i) tried[i] += longest > 1 ? move[i] / longest : move[i];
                tried = problem.within(tried);
                then = problem.cost(tried);
            }
            if (then < now) {
                x = tried;
                damping = std::max(damping * 0.2, 1e-9);
            } else {
                damping *= 6;
            }
        }
        if (!(now - then > 1e-4 * now)) return;
    }
}

} // namespace

SmileFit fitWithinBounds(const SmileFit& start, std::span<const VarianceTarget> targets, const SmileFit* nearer, const SmileFit* farther) {
    Problem problem(targets, start, nearer, farther);
    Vector x = problem.unknownsOf(start);
    /// What is still out of bounds is looked at from now on. False: nothing is.
    const auto lookCloser = [&](const SmileFit& fit) {
        const VarianceFall from = nearer ? varianceFall(*nearer, fit) : VarianceFall{}, to = farther ? varianceFall(fit, *farther) : VarianceFall{};
        const SliceCheck check = checkSlice(fit);
        if (check.fineMinG < 0) problem.addWorst(check.fineAtK);
        if (from.gap > 0) // between the points looked at
            problem.addNeighbour(*nearer, from.k, -1);
        if (to.gap > 0) problem.addNeighbour(*farther, to.k, 1);
        return from.gap > 0 || to.gap > 0 || !check.free();
    };
    SmileFit fit;
    for (const double penalty : {1e-6, 1e-4, 1e-2, 1e-1, 1.0, 10.0, 100.0}) {
        problem.setPenalty(penalty);
        descend(problem, x, 40);
        fit = problem.shapeOf(x).svi();
        if (penalty >= 1e-2 && !lookCloser(fit)) break;
    }
    problem.setTargets(targets); // the last steps on all of them
    for (int i = 0; i < 3; ++i) {
        descend(problem, x, 10);
        const SmileFit last = problem.shapeOf(x).svi();
        if (!lookCloser(last)) return last;
    }
    return fit;
}

SmileFit fitSsviSlice(std::span<const VarianceTarget> targets, double theta) {
    const auto shaped = [theta](const Vector& x) {
        const double rho = 0.999 * std::tanh(x[0]), level = theta * std::exp(x[1]), tilted = level * (1 + std::fabs(rho));
        const double most = std::min(3.999 / tilted, 2 / std::sqrt(tilted));
        return ssviSlice(rho, level, most / (1 + std::exp(-x[2])));
    };
    Vector x{-0.5, 0, 2, 0, 0};
    double best = missOf(shaped(x), targets);
    for (double step = 0.8; step > 1e-3; step *= 0.6) // coordinates one by one: no slopes, the same answer every time
        for (int round = 0; round < 4; ++round)
            for (std::size_t i = 0; i < 3; ++i)
                for (const double sign : {1.0, -1.0}) {
                    Vector tried = x;
                    tried[i] += sign * step;
                    if (const double c = missOf(shaped(tried), targets); c < best) {
                        best = c;
                        x = tried;
                    }
                }
    return shaped(x);
}

double missOf(const SmileFit& f, std::span<const VarianceTarget> targets) {
    double total = 0;
    for (const VarianceTarget& t : targets) {
        const double miss = sviTotalVariance(f.a, f.b, f.rho, f.m, f.sigma, t.k) - t.w;
        total += t.weight * miss * miss;
    }
    return total;
}

} // namespace mahler::pricing
