#include "pricing/american_side.h"

#include <algorithm>
#include <cmath>

namespace mahler::pricing {

namespace {

constexpr int kTerms = 8;
constexpr double kLowestLnVol = -4.6, kSegmentWidth = 0.4; ///< from 1 % to 2,000 %
constexpr double kNegligible = 1e-15;                      ///< premium, of the strike
constexpr double kPi = 3.14159265358979323846;

} // namespace

AmericanSlice::Side::Side(const PutProblem& put, RateSlope slope, const AmericanKernels& kernels)
    : m_put(put), m_slope(slope), m_kernels(&kernels), m_kind(earlyExercise(put)) {
    if (m_kind != EarlyExercise::OneBoundary || !(put.years > 0)) return;
    fill(m_terms, put);
    std::fill_n(m_terms.vol, kBlock, 0.2);
    m_kernels->prepare(americanScheme().far, m_terms, slope, m_far, kBlock);
    m_kernels->prepare(americanScheme().near, m_terms, slope, m_near, kBlock);
}

void AmericanSlice::Side::fill(PutBlock& block, const PutProblem& put) {
    std::fill_n(block.rate, kBlock, put.rate);
    std::fill_n(block.yield, kBlock, put.yield);
    std::fill_n(block.years, kBlock, put.years);
}

int AmericanSlice::Side::segmentOf(double vol) {
    const double place = (std::log(vol) - kLowestLnVol) / kSegmentWidth;
    return place >= 0 && place < kSegments ? static_cast<int>(place) : -1;
}

/// What exercise earns, interest on the strike (and a negative yield), comes only where the put is in the money; the
/// chance of that at any time up to expiry is at most N(-d) at this d.
bool AmericanSlice::Side::negligible(const Point& point) const {
    if (point.moneyness < 1) return false;
    const double drift = m_put.rate - m_put.yield - 0.5 * point.vol * point.vol;
    const double d = (std::log(point.moneyness) + std::min(0.0, drift) * m_put.years) / (point.vol * std::sqrt(m_put.years));
    if (d < 7) return false;
    return (m_put.rate + std::max(0.0, -m_put.yield) * point.moneyness) * m_put.years * normalCdf(-d) < kNegligible;
}

const AmericanSlice::Side::Segment& AmericanSlice::Side::segment(int index) {
    auto& held = m_segments[static_cast<std::size_t>(index)];
    if (!held) held = std::make_unique<Segment>();
    Segment& s = *held;
    if (s.solved) return s;
    s.solved = true;
    VolExpansion& e = s.expansion;
    e.terms = kTerms;
    e.halfWidth = 0.5 * kSegmentWidth;
    e.centre = kLowestLnVol + kSegmentWidth * (index + 0.5);
    PutBlock block = m_terms;
    double wave[kTerms][kBlock];
    for (int l = 0; l < kBlock; ++l) {
        const double angle = kPi * (l + 0.5) / kBlock;
        block.vol[l] = std::exp(e.centre + e.halfWidth * std::cos(angle));
        for (int k = 0; k < kTerms; ++k) wave[k][l] = std::cos(k * angle) * (k == 0 ? 1.0 : 2.0) / kBlock;
    }
    BoundaryBlock solved;
    m_kernels->solve(americanScheme(), block, m_slope, solved, kBlock);
    e.lnTop = solved.lnTop[0];
    e.topSlope = solved.topSlope[0];
    s.sound = true;
    for (int l = 0; l < kBlock; ++l) s.sound = s.sound && settled(americanScheme(), solved, l);
    for (int j = 0; j < kBoundaryNodes; ++j)
        for (int k = 0; k < kTerms; ++k) {
            e.ln[j][k] = e.slope[j][k] = 0;
            for (int l = 0; l < kBlock; ++l) {
                e.ln[j][k] += wave[k][l] * solved.ln[j][l];
                e.slope[j][k] += wave[k][l] * solved.slope[j][l];
            }
        }
    return s;
}

void AmericanSlice::Side::block(const VolExpansion& expansion, std::span<const Point> points, std::span<const int> which, bool greeks,
                                std::span<Premium> results) {
    const int count = static_cast<int>(which.size());
    PutBlock terms = m_terms;
    alignas(64) double moneyness[kBlock];
    for (int l = 0; l < kBlock; ++l) { // the last one fills the tail
        const Point& p = points[static_cast<std::size_t>(which[static_cast<std::size_t>(std::min(l, count - 1))])];
        terms.vol[l] = p.vol;
        moneyness[l] = p.moneyness;
    }
    BoundaryBlock boundary;
    m_kernels->expand(expansion, terms.vol, boundary, count);
    bool exercised[kBlock], near[kBlock], anyNear = false, anyFar = false;
    for (int l = 0; l < count; ++l) {
        const double gap = std::log(moneyness[l]) - boundary.lnTop[l] - boundary.ln[0][l];
        exercised[l] = gap <= 0;
        near[l] = gap < kNearDeviations * terms.vol[l] * std::sqrt(m_put.years);
        anyNear = anyNear || (near[l] && !exercised[l]);
        anyFar = anyFar || !near[l];
    }
    PremiumValues far, close;
    const auto run = [&](const PremiumBlock& rule, PremiumValues& out) {
        if (greeks)
            m_kernels->greeks(rule, terms, boundary, m_slope, moneyness, out, count);
        else
            m_kernels->premiumVega(rule, terms, boundary, moneyness, out, count);
    };
    if (anyFar) run(m_far, far);
    if (anyNear) run(m_near, close);
    for (int l = 0; l < count; ++l) {
        Premium& r = results[static_cast<std::size_t>(which[static_cast<std::size_t>(l)])];
        if (exercised[l]) {
            r.exercised = true;
            continue;
        }
        const PremiumValues& v = near[l] ? close : far;
        r.premium = v.premium[l];
        r.vega = v.vega[l];
        if (greeks) {
            r.delta = v.delta[l];
            r.gamma = v.gamma[l];
            r.rateSlope = v.rateSlope[l];
        }
        r.exact = !std::isfinite(r.premium + r.vega + r.delta + r.gamma + r.rateSlope);
    }
}

void AmericanSlice::Side::premiums(std::span<const Point> points, bool greeks, std::span<Premium> results) {
    for (auto& bin : m_bins) bin.clear();
    for (std::size_t i = 0; i < points.size(); ++i) {
        results[i] = {};
        if (negligible(points[i])) continue;
        const int at = segmentOf(points[i].vol);
        if (at < 0 || !lanesHold(m_put.rate, m_put.yield, points[i].vol, m_put.years) || !segment(at).sound)
            results[i].exact = true;
        else
            m_bins[static_cast<std::size_t>(at)].push_back(static_cast<int>(i));
    }
    for (int at = 0; at < kSegments; ++at) {
        const std::span<const int> bin = m_bins[static_cast<std::size_t>(at)];
        for (std::size_t from = 0; from < bin.size(); from += kBlock)
            block(segment(at).expansion, points, bin.subspan(from, std::min<std::size_t>(kBlock, bin.size() - from)), greeks, results);
    }
}

} // namespace mahler::pricing
