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

bool ordered(const SmileFit* nearer, const SmileFit& fit, const SmileFit* farther) {
    return !(nearer && varianceFall(*nearer, fit).gap > 0) && !(farther && varianceFall(fit, *farther).gap > 0);
}

/// One expiry on its way to what is served.
class SliceFitter {
public:
    SliceFitter(std::size_t expiry, const SurfaceInput& in) : m_expiry(expiry), m_in(in) {}

    /// The nearest slice without butterflies. False: too few quotes.
    bool fit() {
        m_free = fitSmile(m_in.points, m_in.years, m_rejected);
        m_targets = m_free.ok ? varianceTargets(m_in.points, m_in.years, m_rejected) : std::vector<VarianceTarget>{};
        m_served = m_free;
        m_alone = m_free.rmse;
        if (!m_free.ok || checkSlice(m_free).free()) return m_free.ok;
        SmileFit bound = nearestWithout(m_free);
        auto without = m_rejected;
        if (rejectOutliers(bound, m_in.points, m_in.years, without) && few(without)) { // quotes no slice without butterflies comes near
            m_rejected = without;
            m_targets = varianceTargets(m_in.points, m_in.years, m_rejected);
            bound = nearestWithout(bound);
        }
        std::optional<SmileFit> best;
        const auto consider = [&](const SmileFit& candidate) {
            if (checkSlice(candidate).free() && (!best || missOf(candidate, m_targets) < missOf(*best, m_targets))) best = candidate;
        };
        consider(bound);
        if (const auto repaired = repairedWings(m_free)) consider(*repaired);
        if (!checkSlice(bound).free()) consider(fitSsviSlice(m_targets, sviPoint(m_free, 0).w));
        serve(best.value_or(bound)); // judged and named like any other
        m_alone = m_served.rmse;
        return true;
    }

    /// The nearest slice to what is served between its neighbours (either may be null); absent where there is none without butterflies.
    std::optional<SmileFit> between(const SmileFit* nearer, const SmileFit* farther) const {
        SmileFit fit = fitWithinBounds(m_served, m_targets, nearer, farther);
        if (!checkSlice(fit).free() || !ordered(nearer, fit, farther)) return std::nullopt;
        describeFit(fit, m_in.points, m_in.years, m_rejected);
        return fit;
    }
    /// What a move away from the quotes costs, in volatility.
    double cost(const SmileFit& fit) const { return fit.rmse - m_served.rmse; }
    /// Up to twice the miss, or half a volatility point more: past that rather a crossing, and named, than a slice far from its quotes.
    bool bearable(const SmileFit& fit) const { return fit.rmse <= m_alone + std::max(m_alone, 0.005); }

    void serve(const SmileFit& fit) {
        m_served = fit;
        describeFit(m_served, m_in.points, m_in.years, m_rejected);
    }

    const SmileFit& served() const { return m_served; }
    const SmileFit& unbounded() const { return m_free; }
    const std::vector<bool>& rejected() const { return m_rejected; }
    std::size_t expiry() const { return m_expiry; }
    double years() const { return m_in.years; }
    bool comesAfter(const SliceFitter& other) const { return m_in.years - other.m_in.years > kSameInstant; }

    SurfaceSlice slice() const {
        SurfaceSlice out{m_expiry, m_in.years, m_served, checkSlice(m_served), m_free.rmse, 1e300, -1e300};
        for (std::size_t i = 0; i < m_in.points.size(); ++i)
            if (!m_rejected[i]) {
                out.lowK = std::min(out.lowK, m_in.points[i].k);
                out.highK = std::max(out.highK, m_in.points[i].k);
            }
        return out;
    }

private:
    /// The least squares without butterflies. A start that is bent far from the quotes may end nowhere good: then from SSVI's shape too.
    SmileFit nearestWithout(const SmileFit& start) const {
        const SmileFit fit = fitWithinBounds(start, m_targets, nullptr, nullptr);
        const double miss = missOf(fit, m_targets), theta = sviPoint(m_free, 0).w;
        if ((miss < 4 * missOf(m_free, m_targets) && checkSlice(fit).free()) || !(theta > 0)) return fit;
        const SmileFit other =
            fitWithinBounds(ssviSlice(std::clamp(m_free.rho, -0.7, 0.7), theta, 1 / std::sqrt(theta)), m_targets, nullptr, nullptr);
        return missOf(other, m_targets) < miss || !checkSlice(fit).free() ? other : fit;
    }

    /// One quote in twenty may be refused for its distance from a bounded fit; more are the fit's fault.
    bool few(const std::vector<bool>& without) const {
        const auto now = std::count(without.begin(), without.end(), true), before = std::count(m_rejected.begin(), m_rejected.end(), true);
        return 20 * (now - before) <= static_cast<std::ptrdiff_t>(m_rejected.size()) - before;
    }

    std::size_t m_expiry = 0;
    SurfaceInput m_in;
    SmileFit m_free, m_served;
    double m_alone = 0; ///< rmse of the nearest slice without butterflies
    std::vector<bool> m_rejected;
    std::vector<VarianceTarget> m_targets;
};

/// Index of the next expiry that comes after `at`, farthest first; absent for the last.
std::optional<std::size_t> after(const std::vector<SliceFitter>& slices, std::size_t at) {
    for (std::size_t i = at; i-- > 0;)
        if (slices[i].comesAfter(slices[at])) return i;
    return std::nullopt;
}

/// Puts the nearest expiry, last of `slices`, under the next one: itself lower, or that one higher, whichever costs less.
void putUnder(std::vector<SliceFitter>& slices) {
    const auto next = after(slices, slices.size() - 1);
    if (!next) return;
    SliceFitter &near = slices.back(), &far = slices[*next];
    if (ordered(nullptr, near.served(), &far.served())) return;
    constexpr double kCheap = 0.0005; // of a volatility: not worth a second search
    auto lowered = near.between(nullptr, &far.served());
    if (lowered && !near.bearable(*lowered)) lowered.reset();
    if (!lowered || near.cost(*lowered) > kCheap) {
        const auto ceiling = after(slices, *next);
        const auto lifted = far.between(&near.served(), ceiling ? &slices[*ceiling].served() : nullptr);
        if (lifted && far.bearable(*lifted) && (!lowered || far.cost(*lifted) < near.cost(*lowered))) return far.serve(*lifted);
    }
    if (lowered) near.serve(*lowered);
}

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
    std::vector<SliceFitter> slices; // farthest first
    for (const std::size_t e : order) {
        SliceFitter slice(e, expiries[e]);
        if (slice.fit()) {
            slices.push_back(std::move(slice));
            if (slices.size() > 1) putUnder(slices);
        } else {
            out.rejected[e] = slice.rejected();
            out.surface.refused += static_cast<int>(expiries[e].points.size());
        }
    }
    Surface& surface = out.surface;
    const std::size_t count = slices.size();
    for (std::size_t i = count; i-- > 0;) {
        const SliceFitter& s = slices[i];
        out.smiles[s.expiry()] = s.served();
        out.rejected[s.expiry()] = s.rejected();
        surface.used += s.served().used;
        surface.refused += s.served().rejected;
        surface.slices.push_back(s.slice());
        const auto next = after(slices, i);
        if (!next) continue;
        const VarianceFall left = varianceFall(s.served(), slices[*next].served()), was = varianceFall(s.unbounded(), slices[*next].unbounded());
        if (left.gap > 0)
            surface.crossings.push_back({count - 1 - i, count - 1 - *next, left.k, left.gap});
        else if (was.gap > 0)
            surface.mended.push_back({count - 1 - i, count - 1 - *next, was.k, was.gap});
    }
    return out;
}

} // namespace mahler::pricing
