#include "pricing/surface.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "pricing/smile_bounds.h"

namespace mahler::pricing {

namespace {

constexpr double kSameInstant = 1e-7; ///< years, three seconds: two roots of one expiry have no order

/// One expiry on its way to what is served.
class SliceFitter {
public:
    SliceFitter(const SurfaceInput& in, const SmileFit* farther) : m_in(in), m_farther(farther) {}

    SmileFit run(std::vector<bool>& rejected) {
        m_free = fitSmile(m_in.points, m_in.years, rejected);
        if (!m_free.ok)
            return m_free;
        const bool noButterfly = checkSlice(m_free).free();
        if (m_farther)
            m_fall = varianceFall(m_free, *m_farther);
        if (noButterfly && !(m_fall.gap > 0))
            return m_free;
        m_targets = varianceTargets(m_in.points, m_in.years, rejected);
        SmileFit bound = noButterfly ? m_free : nearestWithout(m_free);
        auto without = rejected;
        if (rejectOutliers(bound, m_in.points, m_in.years, without) && few(without, rejected)) { // quotes no slice without butterflies comes near
            rejected = without;
            m_targets = varianceTargets(m_in.points, m_in.years, rejected);
            bound = nearestWithout(bound);
        }
        consider(bound);
        if (const auto repaired = repairedWings(m_free))
            consider(*repaired);
        if (m_crossing)
            consider(fitWithinBounds(*m_crossing, m_targets, m_farther));
        if (!m_best)
            consider(fitSsviSlice(m_targets, sviPoint(m_free, 0).w));
        // Rather a crossing, and named, than a slice far from its quotes.
        if (m_crossing && (!m_best || m_miss > std::max(kWorst * kWorst * m_crossingMiss, kBearable * kBearable)))
            m_best = m_crossing;
        SmileFit best = m_best.value_or(bound);
        describeFit(best, m_in.points, m_in.years, rejected);
        return best;
    }

    double freeRmse() const { return m_free.rmse; }
    const VarianceFall& fallOfFree() const { return m_fall; }

private:
    static constexpr double kWorst = 3, kBearable = 0.005; ///< times the miss without a ceiling; volatility

    /// The least squares without butterflies. A start that is bent far from the quotes may end nowhere good: then from SSVI's shape too.
    SmileFit nearestWithout(const SmileFit& start) const {
        const SmileFit fit = fitWithinBounds(start, m_targets, nullptr);
        const double miss = missOf(fit, m_targets), theta = sviPoint(m_free, 0).w;
        if ((miss < 4 * missOf(m_free, m_targets) && checkSlice(fit).free()) || !(theta > 0))
            return fit;
        const SmileFit other = fitWithinBounds(ssviSlice(std::clamp(m_free.rho, -0.7, 0.7), theta, 1 / std::sqrt(theta)), m_targets, nullptr);
        return missOf(other, m_targets) < miss || !checkSlice(fit).free() ? other : fit;
    }

    /// One quote in twenty may be refused for its distance from a bounded fit; more are the fit's fault.
    static bool few(const std::vector<bool>& without, const std::vector<bool>& rejected) {
        const auto now = std::count(without.begin(), without.end(), true), before = std::count(rejected.begin(), rejected.end(), true);
        return 20 * (now - before) <= static_cast<std::ptrdiff_t>(rejected.size()) - before;
    }

    /// Keeps a candidate free of butterflies when it is closer to the quotes than the best of its kind: with or without a crossing.
    void consider(const SmileFit& fit) {
        if (!fit.ok || !checkSlice(fit).free())
            return;
        const double miss = missOf(fit, m_targets);
        const bool crosses = m_farther && varianceFall(fit, *m_farther).gap > 0;
        auto& best = crosses ? m_crossing : m_best;
        double& least = crosses ? m_crossingMiss : m_miss;
        if (best && least <= miss)
            return;
        best = fit;
        least = miss;
    }

    const SurfaceInput& m_in;
    const SmileFit* m_farther = nullptr;
    SmileFit m_free;
    VarianceFall m_fall;
    std::vector<VarianceTarget> m_targets;
    std::optional<SmileFit> m_best, m_crossing;
    double m_miss = 0, m_crossingMiss = 0;
};

} // namespace

bool Surface::arbitrageFree() const {
    return crossings.empty() && std::all_of(slices.begin(), slices.end(), [](const SurfaceSlice& s) { return s.check.free(); });
}

FittedSurface fitSurface(std::span<const SurfaceInput> expiries) {
    FittedSurface out;
    out.smiles.resize(expiries.size());
    out.rejected.resize(expiries.size());
    std::vector<std::size_t> order(expiries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return expiries[a].years > expiries[b].years; });
    Surface& surface = out.surface;
    std::vector<VarianceFall> found; // of the free fit with the slice after
    for (const std::size_t e : order) {
        const SurfaceInput& in = expiries[e];
        const SurfaceSlice* after = surface.slices.empty() ? nullptr : &surface.slices.back();
        SliceFitter fitter(in, after && after->years - in.years > kSameInstant ? &after->fit : nullptr);
        SmileFit& fit = out.smiles[e];
        fit = fitter.run(out.rejected[e]);
        surface.used += fit.used;
        surface.refused += fit.rejected;
        if (!fit.ok)
            continue;
        SurfaceSlice slice{e, in.years, fit, checkSlice(fit), fitter.freeRmse(), 1e300, -1e300};
        for (std::size_t i = 0; i < in.points.size(); ++i)
            if (!out.rejected[e][i]) {
                slice.lowK = std::min(slice.lowK, in.points[i].k);
                slice.highK = std::max(slice.highK, in.points[i].k);
            }
        surface.slices.push_back(slice);
        found.push_back(fitter.fallOfFree());
    }
    std::reverse(surface.slices.begin(), surface.slices.end());
    std::reverse(found.begin(), found.end());
    for (std::size_t i = 0; i + 1 < surface.slices.size(); ++i) {
        const SurfaceSlice &near = surface.slices[i], &far = surface.slices[i + 1];
        if (!(far.years - near.years > kSameInstant))
            continue;
        const VarianceFall left = varianceFall(near.fit, far.fit);
        if (left.gap > 0)
            surface.crossings.push_back({i, i + 1, left.k, left.gap});
        else if (found[i].gap > 0)
            surface.mended.push_back({i, i + 1, found[i].k, found[i].gap});
    }
    return out;
}

} // namespace mahler::pricing
