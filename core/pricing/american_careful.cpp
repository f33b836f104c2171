#include "pricing/american_careful.h"

#include <algorithm>
#include <cmath>

#include "pricing/american_alo.h"
#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr std::size_t kPoints = 41, kInner = 65, kOuter = 200;
constexpr int kMostSteps = 20;         ///< what is left then is 1e-8 deviations of a slow mode that moves no price
constexpr double kSettledStep = 1e-11; ///< of ln B, in deviations of the whole life
constexpr double kMostMismatch = 1e-5; ///< of a deviation

double cdf(double x) { return cdfGivenPdf(x, normalPdfFlushed(x)); }

void legendre(std::size_t n, std::vector<double>& x, std::vector<double>& w) {
    const double size = static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
        double at = std::cos(kPi * (static_cast<double>(i) + 0.75) / (size + 0.5)), slope = 1;
        for (int round = 0; round < 50; ++round) {
            double now = 1, before = 0;
            for (std::size_t j = 1; j <= n; ++j) {
                const double degree = static_cast<double>(j), next = ((2 * degree - 1) * at * now - (degree - 1) * before) / degree;
                before = now;
                now = next;
            }
            slope = size * (at * now - before) / (at * at - 1);
            const double change = now / slope;
            at -= change;
            if (std::fabs(change) < 1e-16) break;
        }
        x.push_back(at);
        w.push_back(2 / ((1 - at * at) * slope * slope));
    }
}

/// What does not depend on the contract.
struct Rule {
    std::vector<double> root;                 ///< sqrt(tau/T) of the points, rising from 0
    std::vector<double> half, rest, weight;   ///< inner: sqrt(s/tau), sqrt(u/tau), ds / tau
    std::vector<double> sine, cosine, outer;  ///< of the premium: sqrt(s/T), sqrt(u/T), ds / T
    std::vector<double> innerRows, outerRows; ///< weights of the points, kPoints each

    Rule() {
        for (std::size_t i = 0; i < kPoints; ++i) root.push_back(0.5 * (1 - std::cos(static_cast<double>(i) * kPi / (kPoints - 1))));
        std::vector<double> x, w;
        legendre(kInner, x, w);
        for (std::size_t k = 0; k < kInner; ++k) {
            const double h = 0.5 * (1 + x[k]);
            half.push_back(h);
            rest.push_back(std::sqrt((1 - h) * (1 + h)));
            weight.push_back(h * w[k]);
        }
        x.clear();
        w.clear();
        legendre(kOuter, x, w);
        for (std::size_t k = 0; k < kOuter; ++k) {
            const double theta = 0.25 * kPi * (1 + x[k]);
            sine.push_back(std::sin(theta));
            cosine.push_back(std::cos(theta));
            outer.push_back(w[k] * 0.5 * kPi * std::sin(theta) * std::cos(theta));
        }
        for (std::size_t i = 0; i < kPoints; ++i)
            for (std::size_t k = 0; k < kInner; ++k) append(root[i] * rest[k], innerRows);
        for (std::size_t k = 0; k < kOuter; ++k) append(cosine[k], outerRows);
    }

private:
    /// Interpolation at sqrt(u/T), barycentric (Berrut & Trefethen 2004).
    void append(double at, std::vector<double>& rows) const {
        double row[kPoints], sum = 0;
        for (std::size_t j = 0; j < kPoints; ++j) {
            const double gap = at - root[j];
            if (std::fabs(gap) < 1e-16) {
                std::fill_n(row, kPoints, 0.0);
                row[j] = sum = 1;
                break;
            }
            const double end = j == 0 || j + 1 == kPoints ? 0.5 : 1;
            row[j] = (j % 2 == 0 ? end : -end) / gap;
            sum += row[j];
        }
        for (const double value : row) rows.push_back(value / sum);
    }
};
const Rule& rule() {
    static const Rule held;
    return held;
}

/// -ln(B/X) from its interpolated square.
double depthAt(const double* row, const std::vector<double>& depth) {
    double sums[4] = {row[kPoints - 1] * depth[kPoints - 1], 0, 0, 0};
    for (std::size_t j = 0; j + 4 < kPoints; j += 4)
        for (std::size_t l = 0; l < 4; ++l) sums[l] += row[j + l] * depth[j + l];
    return std::sqrt(std::max((sums[0] + sums[1]) + (sums[2] + sums[3]), 0.0));
}

} // namespace

CarefulPut::CarefulPut(const PutProblem& put) : m_put(put), m_top(put.yield > put.rate ? put.rate / put.yield : 1), m_lnTop(std::log(m_top)) {
    const Rule& r = rule();
    m_depth.assign(kPoints, 0.0);
    for (std::size_t i = 1; i < kPoints; ++i) {
        const double tau = put.years * r.root[i] * r.root[i], start = qdPlusBoundary(put, tau);
        const double ln = std::isfinite(start) ? std::log(start) - m_lnTop : -put.vol * std::sqrt(tau); // no root where X is next to nothing
        m_depth[i] = ln * ln;
        if (!std::isfinite(ln)) return;
        for (std::size_t k = 0; k < kInner; ++k) {
            const double u = tau * r.rest[k] * r.rest[k];
            m_rate.push_back(std::exp(put.rate * u));
            m_yield.push_back(std::exp(put.yield * u));
        }
    }
    iterate();
}

void CarefulPut::iterate() {
    const double deviation = std::min(1.0, m_put.vol * std::sqrt(m_put.years));
    std::vector<double> next(kPoints, 0.0);
    for (int round = 0; round < kMostSteps; ++round) {
        double moved = 0;
        for (std::size_t i = 1; i < kPoints; ++i) {
            const double ln = step(i, round == 0);
            moved = std::max(moved, std::fabs(ln + std::sqrt(m_depth[i])));
            next[i] = ln * ln;
            if (!std::isfinite(ln)) return;
        }
        m_depth.swap(next);
        if (moved < kSettledStep * deviation + 4e-15) break;
    }
    const double b = std::exp(lnNow());
    m_mismatch = std::fabs(european(b) + premium(b) - (1 - b)) / deviation;
    m_sound = m_mismatch < kMostMismatch;
}

/// ln(B/X) of the next round at one point; at first by a Newton step that holds the rest of the boundary.
double CarefulPut::step(std::size_t node, bool first) const {
    const Rule& r = rule();
    const double root = std::sqrt(m_put.years) * r.root[node], tau = root * root, v = m_put.vol * root, lnB = -std::sqrt(m_depth[node]);
    const double drift = m_put.rate - m_put.yield, b = std::exp(lnB + m_lnTop);
    double up = 0, down = 0;
    const double *rate = &m_rate[(node - 1) * kInner], *yield = &m_yield[(node - 1) * kInner], *row = &r.innerRows[node * kInner * kPoints];
    for (std::size_t k = 0; k < kInner; ++k, row += kPoints) {
        const double sd = v * r.half[k];
        const double dp = (lnB + depthAt(row, m_depth) + drift * tau * r.half[k] * r.half[k]) / sd + 0.5 * sd;
        up += r.weight[k] * rate[k] * cdf(dp - sd);
        down += r.weight[k] * yield[k] * cdf(dp);
    }
    const double dp = (lnB + m_lnTop + drift * tau) / v + 0.5 * v, dm = dp - v;
    const double over = cdf(dm) + m_put.rate * tau * up, under = cdf(dp) + m_put.yield * tau * down;
    const double growth = std::exp(-drift * tau), value = growth * over / under;
    if (!first) return std::log(value) - m_lnTop;
    const double overSlope = normalPdf(dm) / (b * v), underSlope = normalPdf(dp) / (b * v);
    const double slope = growth * (overSlope / under - underSlope * over / (under * under));
    return std::log(b - (value - b) / (slope - 1)) - m_lnTop;
}

double CarefulPut::lnNow() const { return m_lnTop - std::sqrt(m_depth.back()); }

double CarefulPut::european(double m) const {
    const double v = m_put.vol * std::sqrt(m_put.years), dp = (std::log(m) + (m_put.rate - m_put.yield) * m_put.years) / v + 0.5 * v;
    return std::exp(-m_put.rate * m_put.years) * cdf(v - dp) - m * std::exp(-m_put.yield * m_put.years) * cdf(-dp);
}

double CarefulPut::premium(double m) const {
    const Rule& r = rule();
    const double rootT = std::sqrt(m_put.years), gap = std::log(m) - m_lnTop, drift = m_put.rate - m_put.yield;
    double sum = 0;
    const double* row = r.outerRows.data();
    for (std::size_t k = 0; k < kOuter; ++k, row += kPoints) {
        const double root = rootT * r.sine[k], s = root * root, v = m_put.vol * root;
        const double dp = (gap + depthAt(row, m_depth) + drift * s) / v + 0.5 * v;
        sum += r.outer[k] * (m_put.rate * std::exp(-m_put.rate * s) * cdf(v - dp) - m_put.yield * m * std::exp(-m_put.yield * s) * cdf(-dp));
    }
    return std::max(sum * m_put.years, 0.0);
}

} // namespace mahler::pricing
