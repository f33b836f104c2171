#include "analytics/term_structure.h"

#include <algorithm>
#include <cmath>

namespace mahler::analytics {

std::vector<TermPoint> termStructure(const pricing::PricedChain& chain) {
    std::vector<TermPoint> points;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i)
        if (const auto& e = chain.expiries[i]; e.atmVol && *e.atmVol > 0 && e.years > 2.0 / 365) points.push_back({i, e.years, *e.atmVol});
    std::sort(points.begin(), points.end(), [](const TermPoint& a, const TermPoint& b) { return a.years < b.years; });
    std::vector<TermPoint> unique;
    for (auto& p : points) {
        if (!unique.empty() && p.years - unique.back().years <= 0.5 / 365) continue;
        if (!unique.empty()) {
            const auto& before = unique.back();
            const double variance = p.vol * p.vol * p.years - before.vol * before.vol * before.years;
            if (variance >= 0) p.forwardVol = std::sqrt(variance / (p.years - before.years));
        }
        unique.push_back(p);
    }
    return unique;
}

std::optional<double> volAt(const std::vector<TermPoint>& points, double days) {
    if (points.empty()) return std::nullopt;
    const double years = days / 365.0;
    if (years <= points.front().years) return years >= points.front().years * 0.67 ? std::optional(points.front().vol) : std::nullopt;
    if (years >= points.back().years) return years <= points.back().years * 1.33 ? std::optional(points.back().vol) : std::nullopt;
    const auto after = std::find_if(points.begin(), points.end(), [&](const TermPoint& p) { return p.years >= years; });
    const auto& b = *after;
    const auto& a = *(after - 1);
    const double wa = a.vol * a.vol * a.years, wb = b.vol * b.vol * b.years;
    return std::sqrt((wa + (wb - wa) * (years - a.years) / (b.years - a.years)) / years);
}

std::optional<double> termSlope(const std::vector<TermPoint>& points) {
    if (points.size() < 3) return std::nullopt;
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    const double n = static_cast<double>(points.size());
    for (const auto& p : points) {
        sx += p.years;
        sy += p.vol;
        sxx += p.years * p.years;
        sxy += p.years * p.vol;
    }
    const double det = n * sxx - sx * sx;
    return det > 0 ? std::optional((n * sxy - sx * sy) / det) : std::nullopt;
}

std::optional<double> skewPerTenPercent(const pricing::PricedExpiry& e) {
    constexpr double kStep = 1e-4;
    if (!e.smile.ok || e.years <= 0) return std::nullopt;
    const double slope = (e.smile.vol(kStep, e.years) - e.smile.vol(-kStep, e.years)) / (2 * kStep) * 0.1;
    return std::isfinite(slope) ? std::optional(slope) : std::nullopt;
}

std::vector<std::optional<double>> volsOnVarianceClock(const pricing::PricedChain& chain, std::span<const market::MarketEvent> events,
                                                       const market::ClockWeights& weights) {
    using market::EventKind;
    std::vector<TradingDate> news;
    for (const auto& e : events)
        if (e.kind == EventKind::Fomc || e.kind == EventKind::Cpi || e.kind == EventKind::Jobs ||
            (e.kind == EventKind::Earnings && e.symbol == chain.chain->underlying))
            news.push_back(e.date);
    const auto& expiries = chain.chain->expiries;
    UtcTime last = chain.chain->time;
    for (const auto& slice : expiries) last = std::max(last, slice.expiresAt);
    const market::VarianceClock clock(chain.chain->time, last, weights, news);
    std::vector<std::optional<double>> out(chain.expiries.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        if (const double passing = clock.years(expiries[i].expiresAt); chain.expiries[i].atmVol && chain.expiries[i].years > 0 && passing > 0)
            out[i] = *chain.expiries[i].atmVol * std::sqrt(chain.expiries[i].years / passing);
    return out;
}

} // namespace mahler::analytics
