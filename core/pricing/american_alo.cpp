#include "pricing/american_alo.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pricing/american.h"

namespace mahler::pricing {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kPremiumNodes = 200;

double aloPdf(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * kPi); }

struct Legendre {
    std::vector<double> x, w;
};

Legendre legendre(int n) {
    Legendre rule;
    for (int i = 0; i < n; ++i) {
        double at = std::cos(kPi * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int step = 0; step < 50; ++step) {
            double now = 1, before = 0;
            for (int j = 1; j <= n; ++j) {
                const double next = ((2 * j - 1) * at * now - (j - 1) * before) / j;
                before = now;
                now = next;
            }
            slope = n * (at * now - before) / (at * at - 1);
            const double change = now / slope;
            at -= change;
            if (std::fabs(change) < 1e-16) break;
        }
        rule.x.push_back(at);
        rule.w.push_back(2 / ((1 - at * at) * slope * slope));
    }
    return rule;
}

/// Values at Chebyshev points of the second kind on [-1, 1], by barycentric weights.
struct Chebyshev {
    std::vector<double> z, y;
    explicit Chebyshev(int intervals) {
        for (int i = 0; i <= intervals; ++i) z.push_back(-std::cos(i * kPi / intervals));
        y.assign(z.size(), 0.0);
    }
    double operator()(double at) const {
        double top = 0, low = 0;
        for (std::size_t i = 0; i < z.size(); ++i) {
            const double gap = at - z[i];
            if (gap == 0) return y[i];
            const double weight = (i % 2 == 0 ? 1.0 : -1.0) * (i == 0 || i + 1 == z.size() ? 0.5 : 1.0) / gap;
            top += weight * y[i];
            low += weight;
        }
        return top / low;
    }
};

/// The boundary on strike 1, held as ln^2(B / X) over 2 sqrt(tau / T) - 1.
class AloBoundary {
public:
    AloBoundary(const PutProblem& put, const AloScheme& scheme)
        : m_put(put), m_top(put.yield > put.rate ? put.rate / put.yield : 1), m_curve(scheme.nodes), m_rule(legendre(scheme.inner)),
          m_crowded(scheme.crowded) {
        for (std::size_t i = 1; i < m_curve.z.size(); ++i) m_curve.y[i] = held(qdPlusBoundary(put, tauAt(i)));
        for (int step = 0; step < scheme.steps; ++step) {
            std::vector<double> next(m_curve.y.size(), 0.0);
            for (std::size_t i = 1; i < m_curve.z.size(); ++i)
                next[i] = held(scheme.equation == FixedPoint::A ? stepA(tauAt(i), step == 0) : stepB(tauAt(i), step == 0));
            m_curve.y = next;
        }
    }
    double operator()(double tau) const {
        const double z = 2 * std::sqrt(tau / m_put.years) - 1;
        return m_top * std::exp(-std::sqrt(std::max(0.0, m_curve(z))));
    }

private:
    double tauAt(std::size_t i) const {
        const double root = 0.5 * std::sqrt(m_put.years) * (1 + m_curve.z[i]);
        return root * root;
    }
    double held(double b) const {
        const double ln = std::log(b / m_top);
        return ln * ln;
    }
    double dPlus(double t, double ratio) const {
        const double v = m_put.vol * std::sqrt(t);
        return (std::log(ratio) + (m_put.rate - m_put.yield) * t) / v + 0.5 * v;
    }
    double advance(double tau, double b, double up, double down, double upSlope, double downSlope, bool newton) const {
        const double growth = std::exp(-(m_put.rate - m_put.yield) * tau), value = growth * up / down;
        if (!newton) return value;
        const double slope = growth * (upSlope / down - downSlope * up / (down * down));
        return b - (value - b) / (slope - 1);
    }
    double stepA(double tau, bool newton) const {
        const double b = (*this)(tau), v = m_put.vol * std::sqrt(tau), scale = std::sqrt(tau) / m_put.vol;
        double up = 0, down = 0;
        for (std::size_t k = 0; k < m_rule.x.size(); ++k) {
            const double y = m_rule.x[k], s = 0.25 * tau * (1 + y) * (1 + y), dp = dPlus(s, b / (*this)(tau - s));
            const double dm = dp - m_put.vol * std::sqrt(s);
            up += m_rule.w[k] * scale * std::exp(m_put.rate * (tau - s)) * aloPdf(dm);
            down += m_rule.w[k] * std::exp(m_put.yield * (tau - s)) * (0.5 * tau * (1 + y) * normalCdf(dp) + scale * aloPdf(dp));
        }
        const double dp = dPlus(tau, b), dm = dp - v;
        return advance(tau, b, aloPdf(dm) / v + m_put.rate * up, aloPdf(dp) / v + normalCdf(dp) + m_put.yield * down, -aloPdf(dm) * dm / (b * v * v),
                       aloPdf(dp) * (1 - dp / v) / (b * v), newton);
    }
    double stepB(double tau, bool newton) const {
        const double b = (*this)(tau), v = m_put.vol * std::sqrt(tau);
        double up = 0, down = 0;
        for (std::size_t k = 0; k < m_rule.x.size(); ++k) {
            const double half = 0.5 * (1 + m_rule.x[k]), s = m_crowded ? tau * half * half : tau * (1 - half), u = tau - s;
            const double weight = (m_crowded ? tau * half : 0.5 * tau) * m_rule.w[k], dp = dPlus(s, b / (*this)(u));
            up += weight * std::exp(m_put.rate * u) * normalCdf(dp - m_put.vol * std::sqrt(s));
            down += weight * std::exp(m_put.yield * u) * normalCdf(dp);
        }
        const double dp = dPlus(tau, b), dm = dp - v;
        return advance(tau, b, normalCdf(dm) + m_put.rate * up, normalCdf(dp) + m_put.yield * down, aloPdf(dm) / (b * v), aloPdf(dp) / (b * v),
                       newton);
    }

    PutProblem m_put;
    double m_top;
    Chebyshev m_curve;
    Legendre m_rule;
    bool m_crowded;
};

/// Li 2010, equation for the QD+ boundary in b, divided by the (positive) value of exercising over holding.
double qdPlusEquation(const PutProblem& put, double tau, double b) {
    const double v2 = put.vol * put.vol, v = put.vol * std::sqrt(tau);
    const double discount = std::exp(-put.rate * tau), carry = std::exp(-put.yield * tau);
    const double d1 = (std::log(b) + (put.rate - put.yield) * tau) / v + 0.5 * v, n1 = normalCdf(-d1), n2 = normalCdf(v - d1);
    const double gain = 1 - b - (discount * n2 - b * carry * n1);
    const double theta = put.rate * discount * n2 - put.yield * b * carry * n1 - 0.5 * v2 * b * carry * aloPdf(d1) / v;
    const double growth = 2 * put.rate / v2, omega = 2 * (put.rate - put.yield) / v2, h = -std::expm1(-put.rate * tau);
    const double perH = put.rate == 0 ? 2 / (v2 * tau) : growth / h;
    const double root = std::sqrt((omega - 1) * (omega - 1) + 4 * perH), spread = -root;
    const double lambda = -0.5 * (omega - 1 + root);
    // lambda + c0 of Li's equation 19, the term in 1/gain multiplied out.
    const double factor = lambda - discount / spread * (perH + perH * perH / (root * spread));
    return (1 - carry * n1) * b + factor * gain + 2 * theta / (v2 * spread);
}

} // namespace

double qdPlusBoundary(const PutProblem& put, double tau) {
    const double top = put.yield > put.rate ? put.rate / put.yield : 1;
    // The equation rises in b and is positive at the top, where exercising gains nothing.
    double high = top, low = top, f = qdPlusEquation(put, tau, top);
    if (!(f > 0)) return kNan;
    for (int i = 0; i < 1000 && f > 0; ++i) {
        high = low;
        low *= 0.8;
        f = qdPlusEquation(put, tau, low);
    }
    if (!(f <= 0)) return kNan;
    for (int i = 0; i < 200; ++i) { // halving: no step to choose and none to fail
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        (qdPlusEquation(put, tau, middle) > 0 ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

double aloPremium(const PutProblem& put, double m, const AloScheme& scheme) {
    const AloBoundary boundary(put, scheme);
    const auto flow = [&](double root, double restRoot) { // earned at s = root^2 from now
        const double s = root * root, v = put.vol * root;
        const double dp = (std::log(m / boundary(restRoot * restRoot)) + (put.rate - put.yield) * s) / v + 0.5 * v;
        return put.rate * std::exp(-put.rate * s) * normalCdf(v - dp) - put.yield * m * std::exp(-put.yield * s) * normalCdf(-dp);
    };
    const double rootT = std::sqrt(put.years);
    static const Legendre fine = legendre(kPremiumNodes);
    const Legendre coarse = scheme.premium > 0 ? legendre(scheme.premium) : Legendre{};
    double sum = 0;
    for (std::size_t k = 0; k < coarse.x.size(); ++k) {
        const double z = 0.5 * rootT * (1 + coarse.x[k]);
        sum += coarse.w[k] * rootT * z * flow(z, std::sqrt(put.years - z * z));
    }
    if (scheme.premium <= 0)
        for (std::size_t k = 0; k < fine.x.size(); ++k) { // z = sqrt(T) sin(theta): smooth at both ends
            const double theta = 0.25 * kPi * (1 + fine.x[k]), root = rootT * std::sin(theta), rest = rootT * std::cos(theta);
            sum += fine.w[k] * 0.5 * kPi * root * rest * flow(root, rest);
        }
    return std::max(sum, 0.0);
}

double aloPrice(const Inputs& in, const AloScheme& scheme) {
    const PutView view = putView(in);
    const PutProblem& put = view.put;
    const double v = put.vol * std::sqrt(put.years);
    const double d1 = (std::log(view.moneyness) + (put.rate - put.yield) * put.years) / v + 0.5 * v;
    const double european = std::exp(-put.rate * put.years) * normalCdf(v - d1) - view.moneyness * std::exp(-put.yield * put.years) * normalCdf(-d1);
    switch (earlyExercise(put)) {
    case EarlyExercise::Never: return std::max(european, 0.0) * view.unit;
    case EarlyExercise::TwoBoundaries: return kNan;
    case EarlyExercise::OneBoundary: break;
    }
    const double held = std::max(european, 0.0) + aloPremium(put, view.moneyness, scheme);
    return std::max(held, 1 - view.moneyness) * view.unit;
}

} // namespace mahler::pricing
