#include "pricing/surface_check.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mahler::pricing {

namespace {

constexpr double kGridEnd = 1.5, kGridStep = 0.05;
constexpr int kGridPoints = 61;

struct Target {
    double theta = 0, k = 0, vol = 0, years = 0, weight = 0;
};

double cost(const Ssvi& s, const std::vector<Target>& targets) {
    double sum = 0;
    for (const auto& t : targets) {
        const double w = sviPoint(s.slice(t.theta), t.k).w;
        const double miss = std::sqrt(std::max(w, 0.0) / t.years) - t.vol;
        sum += t.weight * miss * miss;
    }
    return sum;
}

/// Within |rho| < 1 and eta (1 + |rho|) <= 2; gamma in [0.05, 0.95].
Ssvi shaped(const std::array<double, 3>& x) {
    Ssvi s;
    s.rho = 0.999 * std::tanh(x[0]);
    s.eta = 2 / (1 + std::fabs(s.rho)) / (1 + std::exp(-x[1]));
    s.gamma = 0.05 + 0.9 / (1 + std::exp(-x[2]));
    return s;
}

/// Coordinate search with a shrinking step: three smooth parameters, no derivatives, the same answer every time.
Ssvi fitSsvi(const std::vector<Target>& targets) {
    std::array<double, 3> x{-0.8, 0.0, 0.0};
    double best = cost(shaped(x), targets);
    for (double step = 0.8; step > 1e-3; step *= 0.6)
        for (int round = 0; round < 4; ++round)
            for (std::size_t i = 0; i < x.size(); ++i)
                for (const double sign : {1.0, -1.0}) {
                    auto tried = x;
                    tried[i] += sign * step;
                    if (const double c = cost(shaped(tried), targets); c < best) {
                        best = c;
                        x = tried;
                    }
                }
    return shaped(x);
}

} // namespace

SviPoint sviPoint(const SmileFit& s, double k) {
    const double x = k - s.m, root = std::sqrt(x * x + s.sigma * s.sigma);
    SviPoint p;
    p.w = s.a + s.b * (s.rho * x + root);
    p.slope = root > 0 ? s.b * (s.rho + x / root) : s.b * s.rho;
    p.curvature = root > 0 ? s.b * s.sigma * s.sigma / (root * root * root) : 0;
    return p;
}

std::optional<double> durrleman(const SmileFit& s, double k) {
    const SviPoint p = sviPoint(s, k);
    if (!(p.w > 0))
        return std::nullopt;
    const double half = 1 - k * p.slope / (2 * p.w);
    return half * half - p.slope * p.slope / 4 * (1 / p.w + 0.25) + p.curvature / 2;
}

SliceCheck checkSlice(const SmileFit& s) {
    SliceCheck c;
    c.minG = 1e300;
    for (int i = 0; i < kGridPoints; ++i) {
        const double k = -kGridEnd + kGridStep * i;
        if (const auto g = durrleman(s, k); g && !(*g >= c.minG)) { // also what is not a number
            c.minG = *g;
            c.atK = k;
        }
    }
    c.wing = s.b * (1 + std::fabs(s.rho));
    c.minVariance = s.a + s.b * s.sigma * std::sqrt(std::max(0.0, 1 - s.rho * s.rho));
    if (!(c.minG < 1e300) || !std::isfinite(c.wing + c.minVariance)) // nowhere a positive variance, or what is no number
        c.minG = -1;
    return c;
}

double Ssvi::phi(double theta) const { return eta / (std::pow(theta, gamma) * std::pow(1 + theta, 1 - gamma)); }

SmileFit Ssvi::slice(double theta) const { return ssviSlice(rho, theta, phi(theta)); }

SmileFit ssviSlice(double rho, double theta, double phi) {
    SmileFit s;
    s.ok = theta > 0 && phi > 0 && std::isfinite(theta * phi);
    const double rest = 1 - rho * rho;
    s.a = theta / 2 * rest;
    s.b = theta * phi / 2;
    s.rho = rho;
    s.m = -rho / phi;
    s.sigma = std::sqrt(rest) / phi;
    return s;
}

bool Surface::arbitrageFree() const {
    return crossings.empty() && std::all_of(slices.begin(), slices.end(), [](const SurfaceSlice& s) { return s.check.free(); });
}

Surface checkSurface(const PricedChain& chain) {
    Surface surface;
    std::vector<Target> targets;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i) {
        const auto& e = chain.expiries[i];
        surface.used += e.smile.used;
        surface.refused += e.smile.rejected;
        if (!e.smile.ok || !e.atmVol || !(e.years > 0))
            continue;
        SurfaceSlice slice;
        slice.expiry = i;
        slice.fit = e.smile;
        slice.lowK = 1e9;
        slice.highK = -1e9;
        const double theta = *e.atmVol * *e.atmVol * e.years;
        const auto& rows = chain.chain->expiries[i];
        for (std::size_t r = rows.begin; r < rows.end; ++r) {
            const double k = std::log(static_cast<double>(chain.chain->strike[r]) * 1e-6 / e.forward);
            const bool outOfTheMoney = (chain.chain->right[r] == market::Right::Call) == (k >= 0);
            if (chain.ivStatus[r] != IvStatus::Ok || !outOfTheMoney)
                continue;
            slice.lowK = std::min(slice.lowK, k);
            slice.highK = std::max(slice.highK, k);
            targets.push_back({theta, k, chain.iv[r], e.years, chain.hasGreeks[r] ? chain.vega[r] : 0});
        }
        slice.check = checkSlice(slice.fit);
        slice.rmse = e.smile.rmse;
        surface.slices.push_back(slice);
    }
    std::stable_sort(surface.slices.begin(), surface.slices.end(),
                     [&](const SurfaceSlice& a, const SurfaceSlice& b) { return chain.expiries[a.expiry].years < chain.expiries[b.expiry].years; });
    if (surface.slices.size() >= 2) {
        surface.ssvi = fitSsvi(targets);
        double weight = 0;
        for (const auto& t : targets)
            weight += t.weight;
        surface.ssviRmse = weight > 0 ? std::sqrt(cost(*surface.ssvi, targets) / weight) : 0;
        for (auto& slice : surface.slices)
            if (!slice.check.free()) {
                const auto& e = chain.expiries[slice.expiry];
                SmileFit fit = surface.ssvi->slice(*e.atmVol * *e.atmVol * e.years);
                fit.used = slice.fit.used;
                fit.rejected = slice.fit.rejected;
                slice.fit = fit;
                slice.fallback = true;
                slice.check = checkSlice(fit);
                double squares = 0, weights = 0;
                for (const auto& t : targets)
                    if (t.years == e.years) {
                        const double miss = fit.vol(t.k, t.years) - t.vol;
                        squares += t.weight * miss * miss;
                        weights += t.weight;
                    }
                slice.rmse = weights > 0 ? std::sqrt(squares / weights) : 0;
            }
    }
    for (std::size_t i = 0; i + 1 < surface.slices.size(); ++i) {
        const auto &near = surface.slices[i], &far = surface.slices[i + 1];
        const double low = std::max(near.lowK, far.lowK), high = std::min(near.highK, far.highK);
        CalendarCrossing worst{i, i + 1, 0, 0};
        for (int n = 0; n <= 40 && low < high; ++n) {
            const double k = low + (high - low) * n / 40;
            const double gap = sviPoint(near.fit, k).w - sviPoint(far.fit, k).w;
            if (gap > worst.gap)
                worst = {i, i + 1, k, gap};
        }
        if (worst.gap > 0)
            surface.crossings.push_back(worst);
    }
    return surface;
}

} // namespace mahler::pricing
