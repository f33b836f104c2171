#include "pricing/smile_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mahler::pricing {

namespace {

struct Inner {
    double a = 0, c = 0, d = 0, cost = 1e300; ///< w = a + d y + c sqrt(y^2 + 1), y = (k - m) / sigma
};

/// Two unknowns u, v with design columns summed beforehand.
bool solve2(double a11, double a12, double a22, double b1, double b2, double& u, double& v) {
    const double det = a11 * a22 - a12 * a12;
    if (!(std::fabs(det) > 1e-14 * a11 * a22)) return false;
    u = (b1 * a22 - b2 * a12) / det;
    v = (a11 * b2 - a12 * b1) / det;
    return true;
}

Inner solveInner(std::span<const VarianceTarget> points, double m, double sigma) {
    double s0 = 0, sy = 0, sz = 0, syy = 0, syz = 0, szz = 0, t0 = 0, ty = 0, tz = 0, tt = 0;
    for (const VarianceTarget& p : points) {
        const double y = (p.k - m) / sigma, z = std::sqrt(y * y + 1), g = p.weight, w = p.w;
        s0 += g;
        sy += g * y;
        sz += g * z;
        syy += g * y * y;
        syz += g * y * z;
        szz += g * z * z;
        t0 += g * w;
        ty += g * w * y;
        tz += g * w * z;
        tt += g * w * w;
    }
    const double cap = 2 * sigma; // c + |d| <= 2 sigma is b(1 + |rho|) <= 2
    const auto cost = [&](const Inner& i) {
        return tt - 2 * (i.a * t0 + i.d * ty + i.c * tz) + i.a * i.a * s0 + i.d * i.d * syy + i.c * i.c * szz +
               2 * (i.a * i.d * sy + i.a * i.c * sz + i.d * i.c * syz);
    };
    const auto least = [](double c, double d) { return std::sqrt(std::max(c * c - d * d, 0.0)); };
    Inner best;
    const auto consider = [&](double a, double d, double c) {
        // Into the feasible set: then the level that suits this shape best.
        c = std::max(c, 0.0);
        d = std::clamp(d, -c, c);
        if (c + std::fabs(d) > cap) {
            const double shrink = cap / (c + std::fabs(d));
            c *= shrink;
            d *= shrink;
            a = (t0 - d * sy - c * sz) / s0;
        }
        Inner i{std::max(a, -least(c, d)), c, d, 0};
        i.cost = cost(i);
        if (i.cost < best.cost) best = i;
    };
    // Normal equations after taking out the weighted means.
    const double yy = syy - sy * sy / s0, yz = syz - sy * sz / s0, zz = szz - sz * sz / s0;
    const double yt = ty - sy * t0 / s0, zt = tz - sz * t0 / s0;
    double d = 0, c = 0;
    bool inside = false;
    if (solve2(yy, yz, zz, yt, zt, d, c)) {
        inside = c >= std::fabs(d) && c + std::fabs(d) <= cap;
        consider((t0 - d * sy - c * sz) / s0, d, c);
    }
    if (!inside) { // the edges d = +-c and the flat line
        for (const double side : {1.0, -1.0}) {
            const double qq = zz + 2 * side * yz + yy, qt = zt + side * yt;
            if (qq > 0) {
                c = std::clamp(qt / qq, 0.0, 0.5 * cap);
                consider((t0 - c * (sz + side * sy)) / s0, side * c, c);
            }
        }
        consider(t0 / s0, 0, 0);
    }
    return best;
}

struct Shape {
    double m = 0, logSigma = 0, cost = 1e300;
};

Shape nelderMead(std::span<const VarianceTarget> points, double m0, double sigma0, double low, double high, double width, double size = 1) {
    const auto evaluate = [&](double m, double logSigma) {
        m = std::clamp(m, low, high);
        logSigma = std::clamp(logSigma, std::log(0.005 * width), std::log(5 * width));
        return Shape{m, logSigma, solveInner(points, m, std::exp(logSigma)).cost};
    };
    std::array<Shape, 3> s{evaluate(m0, std::log(sigma0)), evaluate(m0 + 0.15 * size * width, std::log(sigma0)),
                           evaluate(m0, std::log(sigma0) + 0.5 * size)};
    const auto byCost = [](const Shape& a, const Shape& b) { return a.cost < b.cost; };
    for (int step = 0; step < 60; ++step) {
        std::sort(s.begin(), s.end(), byCost);
        if (s[2].cost - s[0].cost <= 1e-9 * s[0].cost && std::fabs(s[2].logSigma - s[0].logSigma) < 1e-3) break;
        const double cm = 0.5 * (s[0].m + s[1].m), cs = 0.5 * (s[0].logSigma + s[1].logSigma);
        const auto along = [&](double t) { return evaluate(cm + t * (s[2].m - cm), cs + t * (s[2].logSigma - cs)); };
        const Shape reflected = along(-1);
        if (reflected.cost < s[0].cost) {
            const Shape further = along(-2);
            s[2] = further.cost < reflected.cost ? further : reflected;
        } else if (reflected.cost < s[1].cost) {
            s[2] = reflected;
        } else {
            const Shape inner = along(reflected.cost < s[2].cost ? -0.5 : 0.5);
            if (inner.cost < std::min(s[2].cost, reflected.cost)) {
                s[2] = inner;
            } else {
                for (std::size_t i = 1; i < 3; ++i) s[i] = evaluate(0.5 * (s[0].m + s[i].m), 0.5 * (s[0].logSigma + s[i].logSigma));
            }
        }
    }
    return *std::min_element(s.begin(), s.end(), byCost);
}

SmileFit fitOnce(std::span<const VarianceTarget> points) {
    SmileFit fit;
    double low = points.front().k, high = low;
    for (const VarianceTarget& p : points) {
        low = std::min(low, p.k);
        high = std::max(high, p.k);
    }
    const double width = high - low;
    if (!(width > 1e-6)) return fit;
    Shape best;
    const std::vector<VarianceTarget> few = gathered(points);
    for (const double sigma : {0.1 * width, 0.4 * width})
        for (const double m : {0.0, 0.25 * high}) {
            const Shape s = nelderMead(few, m, sigma, low - 0.5 * width, high + 0.5 * width, width);
            if (s.cost < best.cost) best = s;
        }
    if (few.size() < points.size()) best = nelderMead(points, best.m, std::exp(best.logSigma), low - 0.5 * width, high + 0.5 * width, width, 0.05);
    const double sigma = std::exp(best.logSigma);
    const Inner inner = solveInner(points, best.m, sigma);
    if (!(inner.cost < 1e299) || !std::isfinite(inner.a)) return fit;
    fit.ok = true;
    fit.a = inner.a;
    fit.b = inner.c / sigma;
    fit.rho = inner.c > 0 ? inner.d / inner.c : 0;
    fit.m = best.m;
    fit.sigma = sigma;
    return fit;
}

} // namespace

std::vector<VarianceTarget> gathered(std::span<const VarianceTarget> targets) {
    constexpr std::size_t kCells = 48;
    if (targets.size() <= kCells) return {targets.begin(), targets.end()};
    const auto [low, high] =
        std::minmax_element(targets.begin(), targets.end(), [](const VarianceTarget& a, const VarianceTarget& b) { return a.k < b.k; });
    const double from = low->k, cell = std::max(high->k - from, 1e-12) / kCells;
    std::array<VarianceTarget, kCells> cells{};
    for (const VarianceTarget& t : targets) {
        VarianceTarget& c = cells[std::min(static_cast<std::size_t>((t.k - from) / cell), kCells - 1)];
        c.k += t.weight * t.k;
        c.w += t.weight * t.w;
        c.weight += t.weight;
    }
    std::vector<VarianceTarget> out;
    out.reserve(kCells);
    for (const VarianceTarget& c : cells)
        if (c.weight > 0) out.push_back({c.k / c.weight, c.w / c.weight, c.weight});
    return out;
}

std::vector<VarianceTarget> varianceTargets(std::span<const SmilePoint> points, double years, const std::vector<bool>& rejected) {
    double most = 0, total = 0;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!rejected[i]) most = std::max(most, points[i].weight);
    std::vector<VarianceTarget> targets;
    targets.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!rejected[i]) {
            // Error in variance is 2 vol T times that in volatility.
            const SmilePoint& p = points[i];
            const double share = std::max(p.weight / most, 0.01), weight = share / (2 * p.vol * years);
            targets.push_back({p.k, p.vol * p.vol * years, weight * weight});
            total += share * share;
        }
    for (VarianceTarget& t : targets) t.weight /= total;
    return targets;
}

bool rejectOutliers(const SmileFit& fit, std::span<const SmilePoint> points, double years, std::vector<bool>& rejected) {
    std::vector<double> sizes(points.size()), sorted;
    sorted.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!rejected[i]) sorted.push_back(sizes[i] = std::fabs(fit.vol(points[i].k, years) - points[i].vol));
    if (sorted.empty()) return false;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    const double typical = 1.4826 * sorted[sorted.size() / 2];
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!rejected[i] && sizes[i] > std::max({6 * typical, 3 * points[i].tolerance, 0.01})) out.push_back(i);
    if (out.empty() || sorted.size() - out.size() < 5) return false;
    for (const std::size_t i : out) rejected[i] = true;
    return true;
}

void describeFit(SmileFit& fit, std::span<const SmilePoint> points, double years, const std::vector<bool>& rejected) {
    double squares = 0, weights = 0;
    fit.used = 0;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!rejected[i]) {
            const double miss = fit.vol(points[i].k, years) - points[i].vol;
            squares += points[i].weight * miss * miss;
            weights += points[i].weight;
            ++fit.used;
        }
    fit.rmse = weights > 0 ? std::sqrt(squares / weights) : 0;
    fit.rejected = static_cast<int>(points.size()) - fit.used;
}

SmileFit fitSmile(std::span<const SmilePoint> points, double years, std::vector<bool>& rejected) {
    rejected.assign(points.size(), false);
    SmileFit fit;
    std::size_t usable = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const SmilePoint& p = points[i];
        rejected[i] = !std::isfinite(p.k + p.vol + p.weight + p.tolerance) || !(p.vol > 0 && p.weight > 0 && p.tolerance >= 0);
        usable += rejected[i] ? 0 : 1;
    }
    if (usable < 5 || !(years > 0) || !std::isfinite(years)) return fit;
    fit = fitOnce(varianceTargets(points, years, rejected));
    if (!fit.ok) return fit;
    if (rejectOutliers(fit, points, years, rejected))
        if (const SmileFit again = fitOnce(varianceTargets(points, years, rejected)); again.ok) fit = again;
    describeFit(fit, points, years, rejected);
    return fit;
}

} // namespace mahler::pricing
