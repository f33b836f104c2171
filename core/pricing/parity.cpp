#include "pricing/parity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace mahler::pricing {

namespace {

constexpr std::size_t kMostPairs = 40;

/// The pairs nearest to where call and put cost the same.
std::vector<ParityPair> nearTheMoney(std::span<const ParityPair> pairs) {
    std::vector<ParityPair> near;
    for (const ParityPair& p : pairs)
        if (p.strike > 0 && std::isfinite(p.strike + p.gap + p.width) && p.width > 0) near.push_back(p);
    if (near.empty()) return near;
    // A single bad quote must not choose the centre: take the median of K + gap over the smallest gaps.
    std::sort(near.begin(), near.end(), [](const ParityPair& a, const ParityPair& b) {
        return std::fabs(a.gap) != std::fabs(b.gap) ? std::fabs(a.gap) < std::fabs(b.gap) : a.strike < b.strike;
    });
    std::vector<double> forwards;
    for (std::size_t i = 0; i < std::min<std::size_t>(7, near.size()); ++i) forwards.push_back(near[i].strike + near[i].gap);
    std::nth_element(forwards.begin(), forwards.begin() + static_cast<std::ptrdiff_t>(forwards.size() / 2), forwards.end());
    const double centre = forwards[forwards.size() / 2];
    if (!(centre > 0)) return {};
    std::sort(near.begin(), near.end(), [centre](const ParityPair& a, const ParityPair& b) {
        const double da = std::fabs(a.strike - centre), db = std::fabs(b.strike - centre);
        return da != db ? da < db : a.strike < b.strike;
    });
    near.resize(std::min(near.size(), kMostPairs));
    std::erase_if(near, [centre](const ParityPair& p) { return std::fabs(p.strike / centre - 1) > 0.2; });
    return near;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

double weightedMedian(std::span<const double> values, std::span<const double> weights) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
    const double half = 0.5 * std::accumulate(weights.begin(), weights.end(), 0.0);
    double sum = 0;
    for (const std::size_t i : order)
        if ((sum += weights[i]) >= half) return values[i];
    return values[order.back()];
}

std::optional<ParityFit> fitParity(std::span<const ParityPair> pairs, std::optional<double> discount) {
    const std::vector<ParityPair> near = nearTheMoney(pairs);
    const std::size_t n = near.size();
    if (n == 0 || (!discount && n < 2) || (discount && !(*discount > 0 && std::isfinite(*discount)))) return std::nullopt;
    ParityFit fit;
    fit.used = static_cast<int>(n);
    if (discount) {
        std::vector<double> forwards, weights;
        for (const ParityPair& p : near) {
            forwards.push_back(p.strike + p.gap / *discount);
            weights.push_back(1 / (p.width * p.width));
        }
        fit.discount = *discount;
        fit.forward = weightedMedian(forwards, weights);
        return fit.forward > 0 ? std::optional(fit) : std::nullopt;
    }
    std::vector<double> robust(n, 1.0), residual(n);
    double level = 0, slope = 0, centre = 0, spread = 0, weightSum = 0;
    for (int round = 0; round < 6; ++round) {
        double sw = 0, sx = 0, sy = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double w = robust[i] / (near[i].width * near[i].width);
            sw += w;
            sx += w * near[i].strike;
            sy += w * near[i].gap;
        }
        if (!(sw > 0)) return std::nullopt;
        centre = sx / sw;
        level = sy / sw;
        double sxx = 0, sxy = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double w = robust[i] / (near[i].width * near[i].width), x = near[i].strike - centre;
            sxx += w * x * x;
            sxy += w * x * (near[i].gap - level);
        }
        if (!(sxx > 0)) return std::nullopt;
        slope = sxy / sxx;
        spread = sxx;
        weightSum = sw;
        std::vector<double> size;
        for (std::size_t i = 0; i < n; ++i) {
            residual[i] = (near[i].gap - level - slope * (near[i].strike - centre)) / near[i].width;
            size.push_back(std::fabs(residual[i]));
        }
        const double scale = std::max(1.4826 * median(size), 1e-4);
        for (std::size_t i = 0; i < n; ++i) {
            const double u = residual[i] / (4.685 * scale);
            robust[i] = std::fabs(u) < 1 ? (1 - u * u) * (1 - u * u) : 0;
        }
    }
    fit.discount = -slope;
    if (!(fit.discount > 0.2 && fit.discount < 2)) return std::nullopt;
    fit.forward = centre + level / fit.discount;
    double squares = 0;
    fit.used = 0;
    for (std::size_t i = 0; i < n; ++i)
        if (robust[i] > 0) {
            squares += robust[i] * residual[i] * residual[i];
            ++fit.used;
        }
    if (!(fit.forward > 0) || fit.used < 2 || !(weightSum > 0)) return std::nullopt;
    // Quotes are rounded to ticks: never believe a fit to better than a fiftieth of the widths.
    const double variance = std::max(squares / std::max(1, fit.used - 2), 4e-4);
    fit.discountError = std::sqrt(variance / spread);
    return fit;
}

} // namespace mahler::pricing
