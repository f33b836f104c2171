#include "pricing/smile.h"

#include <algorithm>
#include <cmath>

namespace mahler::pricing {

namespace {

constexpr double kGridStep = 0.05;
constexpr int kGridPoints = 61, kFinePoints = 161;

struct Peak {
    double k = 0, value = -1e300;
};

/// The highest of `f` on ascending k, between the points too: where a point is above its neighbours, at the parabola's vertex.
template <typename F> class Climb {
public:
    explicit Climb(const F& f) : m_f(f) {}

    void at(double k) {
        const Peak now{k, m_f(k)};
        if (m_count >= 2 && m_last.value >= now.value && m_last.value >= m_before.value) {
            const double left = m_last.k - m_before.k, right = now.k - m_last.k, down = m_last.value - m_before.value, up = now.value - m_last.value;
            const double bend = down * right - up * left; // > 0 at a peak
            if (left > 0 && right > 0 && bend > 0 && bend < 1e290) keep({m_last.k + 0.5 * (down * right * right + up * left * left) / bend, 0}, true);
        }
        keep(now, false);
        m_before = m_last;
        m_last = now;
        ++m_count;
    }
    void restart() { m_count = 0; }
    const Peak& best() const { return m_best; }

private:
    void keep(Peak p, bool evaluate) {
        if (evaluate) p.value = m_f(p.k);
        if (!(p.value <= m_best.value)) // also what is not a number
            m_best = p;
    }

    const F& m_f;
    Peak m_before, m_last, m_best;
    int m_count = 0;
};

/// 1 - (1 - e^-x) / x without the difference where x is small.
double hestonNumerator(double x) {
    if (x > 0.5) return 1 + std::expm1(-x) / x;
    double term = x / 2, sum = term; // sum of (-1)^(n+1) x^n / (n+1)!
    for (int n = 2; n < 20; ++n) {
        term *= -x / (n + 1);
        sum += term;
    }
    return sum;
}

} // namespace

double sviTotalVariance(double a, double b, double rho, double m, double sigma, double k) {
    const double x = k - m;
    return a + b * (rho * x + std::sqrt(x * x + sigma * sigma));
}

double SmileFit::vol(double k, double years) const {
    if (!ok || !(years > 0) || !std::isfinite(k)) return 0;
    return std::sqrt(std::max(sviTotalVariance(a, b, rho, m, sigma, k), 0.0) / years);
}

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
    if (!(p.w > 0)) return std::nullopt;
    const double half = 1 - k * p.slope / (2 * p.w);
    return half * half - p.slope * p.slope / 4 * (1 / p.w + 0.25) + p.curvature / 2;
}

SliceCheck checkSlice(const SmileFit& s) {
    SliceCheck c;
    const auto below = [&s](double k) {
        const auto g = durrleman(s, k);
        return g ? -*g : -1e300;
    };
    Peak grid;
    for (int i = 0; i < kGridPoints; ++i) {
        const double k = -kSurfaceReach + kGridStep * i;
        if (const double value = below(k); !(value <= grid.value)) grid = {k, value};
    }
    c.minG = -grid.value;
    c.atK = grid.k;
    Climb fine(below);
    overReach(
        s, kGridPoints, s.sigma > 0 ? kFinePoints : 0, [&](double k) { fine.at(k); }, [&] { fine.restart(); });
    const Peak& least = fine.best().value > grid.value || std::isnan(fine.best().value) ? fine.best() : grid;
    c.fineMinG = -least.value;
    c.fineAtK = least.k;
    c.wing = s.b * (1 + std::fabs(s.rho));
    c.minVariance = s.a + s.b * s.sigma * std::sqrt(std::max(0.0, 1 - s.rho * s.rho));
    if (!(c.minG < 1e300) || !(c.fineMinG < 1e300) || !std::isfinite(c.wing + c.minVariance)) // nowhere a positive variance, or what is no number
        c.minG = c.fineMinG = -1;
    return c;
}

VarianceFall varianceFall(const SmileFit& nearer, const SmileFit& farther) {
    const auto gap = [&](double k) { return sviPoint(nearer, k).w - sviPoint(farther, k).w; };
    Climb climb(gap);
    const auto look = [&](double k) { climb.at(k); };
    const auto again = [&] { climb.restart(); };
    overReach(nearer, 61, 101, look, again);
    again();
    overReach(farther, 0, 101, look, again);
    return {climb.best().k, climb.best().value};
}

std::optional<SmileFit> repairedWings(const SmileFit& s) {
    const double root = std::sqrt(s.m * s.m + s.sigma * s.sigma), v = s.a + s.b * (root - s.rho * s.m);
    if (!s.ok || !(v > 0) || !(root > 0)) return std::nullopt;
    const double scale = std::sqrt(v), psi = s.b / (2 * scale) * (s.rho - s.m / root), put = s.b * (1 - s.rho) / scale;
    const double call = put + 2 * psi;
    if (!(put > 0) || !(call > 0)) return std::nullopt;
    const double least = v * 4 * put * call / ((put + call) * (put + call));
    SmileFit out = s;
    out.model = SliceModel::Repaired;
    out.b = scale / 2 * (call + put);
    out.rho = 1 - put * scale / out.b;
    const double beta = out.rho - 2 * psi * scale / out.b, rest = std::sqrt(std::max(0.0, 1 - out.rho * out.rho));
    if (!(std::fabs(beta) <= 1)) return std::nullopt;
    if (beta == 0) { // the bend is at the money
        out.m = 0;
        out.sigma = (v - least) / (out.b * (1 - rest));
    } else {
        const double alpha = std::copysign(std::sqrt(1 / (beta * beta) - 1), beta);
        out.m = (v - least) / (out.b * (std::copysign(std::sqrt(1 + alpha * alpha), alpha) - out.rho - alpha * rest));
        out.sigma = alpha * out.m;
    }
    out.a = least - out.b * out.sigma * rest;
    if (!(out.sigma > 0) || !std::isfinite(out.a + out.b + out.m + out.sigma)) return std::nullopt;
    return out;
}

double Ssvi::phi(double theta) const { return eta / (std::pow(theta, gamma) * std::pow(1 + theta, 1 - gamma)); }

SmileFit Ssvi::slice(double theta) const { return ssviSlice(rho, theta, phi(theta)); }

double hestonPhi(double lambda, double theta) {
    const double x = lambda * theta;
    return hestonNumerator(x) / x;
}

SmileFit ssviSlice(double rho, double theta, double phi) {
    SmileFit s;
    s.ok = theta > 0 && phi > 0 && std::isfinite(theta * phi);
    s.model = SliceModel::Ssvi;
    const double rest = 1 - rho * rho;
    s.a = theta / 2 * rest;
    s.b = theta * phi / 2;
    s.rho = rho;
    s.m = -rho / phi;
    s.sigma = std::sqrt(rest) / phi;
    return s;
}

SsviConditions ssviConditions(double rho, double theta, double phi) {
    const double wings = theta * phi * (1 + std::fabs(rho));
    return {wings, wings * phi};
}

} // namespace mahler::pricing
