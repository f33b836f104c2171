#include "pricing/american_boundary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

constexpr double kPi = 3.14159265358979323846;
/// A Newton step that holds the rest of the boundary fixed overshoots by about a half (measured over rates above, at and
/// below the yield); this much of it leaves a fifth of the error at each step.
constexpr double kRelaxation = 0.7;
constexpr std::size_t kMaxNodes = 20, kMaxInner = 40;

struct Quadrature {
    std::vector<double> x, w; ///< on [-1, 1]
};

Quadrature gaussLegendre(std::size_t n) {
    Quadrature q{std::vector<double>(n), std::vector<double>(n)};
    const double size = static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
        double z = std::cos(kPi * (static_cast<double>(i) + 0.75) / (size + 0.5)), slope = 1;
        for (int step = 0; step < 100; ++step) {
            double p1 = 1, p2 = 0;
            for (std::size_t j = 0; j < n; ++j) {
                const double degree = static_cast<double>(j), p3 = p2;
                p2 = p1;
                p1 = ((2 * degree + 1) * z * p2 - degree * p3) / (degree + 1);
            }
            slope = size * (z * p1 - p2) / (z * z - 1);
            const double change = p1 / slope;
            z -= change;
            if (std::fabs(change) < 1e-15) break;
        }
        q.x[i] = z;
        q.w[i] = 2 / ((1 - z * z) * slope * slope);
    }
    return q;
}

/// Everything that depends on the scheme alone.
struct Scheme {
    std::size_t nodes = 0; ///< collocation points 0..nodes; the last one is tau = 0
    std::size_t inner = 0, outer = 0;
    int iterations = 0;
    std::vector<double> z;                    ///< Chebyshev points cos(i pi / nodes)
    std::vector<double> sine, cosine, weight; ///< inner, weight times pi/4
    std::vector<double> outerSine, outerCosine, outerWeight;
    std::vector<double> innerMatrix; ///< [node][inner][node]: H at the inner points from H at the nodes
    std::vector<double> outerMatrix; ///< [outer][node]

    Scheme(std::size_t nodeCount, std::size_t innerCount, int steps, std::size_t outerCount)
        : nodes(nodeCount), inner(innerCount), outer(outerCount), iterations(steps) {
        for (std::size_t i = 0; i <= nodes; ++i) z.push_back(std::cos(static_cast<double>(i) * kPi / static_cast<double>(nodes)));
        angles(inner, 1, sine, cosine, weight);
        angles(outer, 2, outerSine, outerCosine, outerWeight);
        for (std::size_t i = 0; i < nodes; ++i)
            for (std::size_t k = 0; k < inner; ++k) appendRow((1 + z[i]) * cosine[k] - 1, innerMatrix);
        for (std::size_t k = 0; k < outer; ++k) appendRow(2 * outerCosine[k] - 1, outerMatrix);
    }

private:
    /// theta = pi/2 u^power: a power of two crowds the nodes at short times, which is where the integrand varies when the
    /// spot is close to the boundary.
    static void angles(std::size_t n, double power, std::vector<double>& sines, std::vector<double>& cosines, std::vector<double>& weights) {
        const Quadrature q = gaussLegendre(n);
        for (std::size_t k = 0; k < n; ++k) {
            const double u = 0.5 * (1 + q.x[k]), theta = 0.5 * kPi * std::pow(u, power);
            sines.push_back(std::sin(theta));
            cosines.push_back(std::cos(theta));
            weights.push_back(0.25 * kPi * power * std::pow(u, power - 1) * q.w[k]);
        }
    }
    /// Barycentric weights of the Chebyshev points of the second kind (Berrut & Trefethen 2004).
    void appendRow(double at, std::vector<double>& matrix) const {
        std::vector<double> row(nodes + 1, 0.0);
        double sum = 0;
        for (std::size_t j = 0; j <= nodes; ++j) {
            const double gap = at - z[j];
            if (std::fabs(gap) < 1e-15) {
                std::fill(row.begin(), row.end(), 0.0);
                row[j] = sum = 1;
                break;
            }
            const double half = j == 0 || j == nodes ? 0.5 : 1;
            row[j] = (j % 2 == 0 ? half : -half) / gap;
            sum += row[j];
        }
        for (double& value : row) matrix.push_back(value / sum);
    }
};

const Scheme& schemeOf(Accuracy accuracy) {
    static const Scheme chain(8, 12, 6, 24);
    static const Scheme tight(14, 32, 10, 64);
    switch (accuracy) {
    case Accuracy::Chain: return chain;
    case Accuracy::Tight: return tight;
    }
    return tight;
}

double interpolate(const double* row, const std::array<double, kMaxNodes + 1>& values, std::size_t count) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += row[j] * values[j];
    return sum;
}

/// Li 2010, QD+ equation in b = B/K; zero at the approximate boundary. Written with a = 2 r / (vol^2 (1 - e^{-r tau})), which
/// stays finite as the rate goes to zero.
double qdPlusMiss(const PutProblem& put, double tau, double b) {
    const double v2 = put.vol * put.vol, v = put.vol * std::sqrt(tau);
    const double discount = std::exp(-put.rate * tau), carry = std::exp(-put.yield * tau);
    const double omega = 2 * (put.rate - put.yield) / v2;
    const double a = put.rate == 0 ? 2 / (v2 * tau) : 2 * put.rate / (-v2 * std::expm1(-put.rate * tau));
    const double root = std::sqrt((omega - 1) * (omega - 1) + 4 * a);
    const double lambda = -0.5 * (omega - 1 + root), spread = 2 * lambda + omega - 1;
    const double d1 = (std::log(b) + (put.rate - put.yield + 0.5 * v2) * tau) / v, d2 = d1 - v;
    const double pdf = normalPdfFlushed(d1);
    const double n1 = cdfGivenPdf(-d1, pdf), n2 = cdfGivenPdf(-d2, normalPdfFlushed(d2));
    const double european = discount * n2 - b * carry * n1;
    const double theta = put.rate * discount * n2 - put.yield * b * carry * n1 - 0.5 * put.vol * b * carry * pdf / std::sqrt(tau);
    const double gain = 1 - b - european;
    const double c0 = -(discount * a + discount * a * a / (root * spread) - 2 * theta / (v2 * gain)) / spread;
    return (1 - carry * n1) * b + (lambda + c0) * gain;
}

/// Bjerksund & Stensland 1993: a flat-boundary guess between the short end and the perpetual boundary.
double flatGuess(const PutProblem& put, double tau, double top) {
    const double v2 = put.vol * put.vol, drift = put.rate - put.yield, a = drift / v2 - 0.5;
    const double exponent = -a - std::sqrt(a * a + 2 * put.rate / v2);
    const double perpetual = exponent / (exponent - 1);
    const double gap = std::max((top - perpetual) * top, 1e-300);
    const double decay = std::min((drift * tau - 2 * put.vol * std::sqrt(tau)) / gap, 0.0);
    return perpetual + (top - perpetual) * std::exp(decay);
}

double startAt(const PutProblem& put, double tau, double top) {
    double b0 = std::min(flatGuess(put, tau, top), top * 0.9999);
    double b1 = std::min(b0 * 1.01, top * 0.99995);
    double f0 = qdPlusMiss(put, tau, b0), f1 = qdPlusMiss(put, tau, b1);
    for (int step = 0; step < 3; ++step) {
        const double slope = (f1 - f0) / (b1 - b0);
        double next = b1 - f1 / slope;
        if (!std::isfinite(next)) break;
        next = std::clamp(next, 0.3 * b1, top * 0.99999);
        if (next == b1) break;
        b0 = b1;
        f0 = f1;
        b1 = next;
        f1 = qdPlusMiss(put, tau, b1);
    }
    return std::log(std::min(b1, top)) - std::log(top);
}

/// The fixed point at one collocation point.
struct Node {
    double tau = 0, root = 0, growth = 1;             ///< growth e^{-(r-q) tau}
    std::array<double, kMaxInner> interest, dividend; ///< e^{ru}, e^{qu} at the inner points
};

} // namespace

OuterGrid makeOuterGrid(double rate, double yield, double years, Accuracy accuracy) {
    const Scheme& scheme = schemeOf(accuracy);
    OuterGrid g;
    g.n = scheme.outer;
    g.rate = rate;
    g.yield = yield;
    g.years = years;
    g.discount = std::exp(-rate * years);
    g.carry = std::exp(-yield * years);
    g.rootYears = std::sqrt(years);
    for (std::size_t k = 0; k < g.n; ++k) {
        g.rootS[k] = g.rootYears * scheme.outerSine[k];
        g.inverseRootS[k] = 1 / g.rootS[k];
        g.s[k] = g.rootS[k] * g.rootS[k];
        const double weight = 2 * years * scheme.outerSine[k] * scheme.outerCosine[k] * scheme.outerWeight[k];
        const double discount = std::exp(-rate * g.s[k]), carry = std::exp(-yield * g.s[k]);
        g.interest[k] = weight * rate * discount;
        g.dividend[k] = weight * yield * carry;
        g.growth[k] = discount / carry;
        g.weightCarry[k] = weight * carry;
    }
    return g;
}

Boundary solveBoundary(const PutProblem& put, Accuracy accuracy) {
    const Scheme& scheme = schemeOf(accuracy);
    const std::size_t n = scheme.nodes, l = scheme.inner;
    const double drift = put.rate - put.yield, vol = put.vol, v2 = vol * vol;
    const double lnX = put.yield > put.rate ? std::log(put.rate / put.yield) : 0.0, top = std::exp(lnX);
    const double rootT = std::sqrt(put.years);

    std::array<double, kMaxNodes + 1> lnB{}, h{}, next{}; // lnB relative to X
    std::array<Node, kMaxNodes> node;
    for (std::size_t i = 0; i < n; ++i) {
        Node& at = node[i];
        at.root = 0.5 * rootT * (1 + scheme.z[i]);
        at.tau = at.root * at.root;
        at.growth = std::exp(-drift * at.tau);
        lnB[i] = startAt(put, at.tau, top);
        for (std::size_t k = 0; k < l; ++k) {
            const double u = at.tau * scheme.cosine[k] * scheme.cosine[k];
            at.interest[k] = std::exp(put.rate * u);
            at.dividend[k] = std::exp(put.yield * u);
        }
    }
    for (int step = 0; step < scheme.iterations; ++step) {
        for (std::size_t j = 0; j <= n; ++j) h[j] = lnB[j] * lnB[j];
        for (std::size_t i = 0; i < n; ++i) {
            const Node& at = node[i];
            const double v = vol * at.root, ln = lnB[i] + lnX;
            const double dMinus = (ln + (drift - 0.5 * v2) * at.tau) / v, dPlus = dMinus + v;
            const double pMinus = normalPdfFlushed(dMinus), pPlus = normalPdfFlushed(dPlus);
            double top1 = 0, low1 = 0, top2 = 0, low2 = 0; // sums of N and D and of their derivatives by ln B
            const double* row = &scheme.innerMatrix[i * l * (n + 1)];
            for (std::size_t k = 0; k < l; ++k, row += n + 1) {
                const double lnBu = -std::sqrt(std::max(interpolate(row, h, n + 1), 0.0));
                const double rootS = at.root * scheme.sine[k], sd = vol * rootS, inverse = 1 / sd;
                const double dm = (lnB[i] - lnBu + (drift - 0.5 * v2) * rootS * rootS) * inverse, dp = dm + sd;
                const double pm = normalPdfFlushed(dm), pp = normalPdfFlushed(dp);
                const double flow = scheme.weight[k] * 2 * at.root * scheme.cosine[k] / vol; // du / (vol sqrt s)
                const double time = flow * sd;                                               // du
                const double a = flow * at.interest[k] * pm, b = flow * at.dividend[k] * pp;
                top1 += a;
                low1 += time * at.dividend[k] * cdfGivenPdf(dp, pp) + b;
                top2 -= a * dm * inverse;
                low2 += b - b * dp * inverse;
            }
            const double up = pMinus / v + put.rate * top1;
            const double down = pPlus / v + cdfGivenPdf(dPlus, pPlus) + put.yield * low1;
            const double f = at.growth * up / down;
            double ratio = f / std::exp(ln); // new boundary over old
            const double upSlope = -dMinus * pMinus / (v * v) + put.rate * top2;
            const double downSlope = -dPlus * pPlus / (v * v) + pPlus / v + put.yield * low2;
            const double slope = ratio * (upSlope / up - downSlope / down); // f'(B)
            const double jump = kRelaxation * (ratio - 1) / (1 - slope);
            if (std::isfinite(jump) && jump > -0.5 && slope < 0.9) ratio = 1 + jump;
            if (!(ratio > 0) || !std::isfinite(ratio)) ratio = 1;
            next[i] = std::min(lnB[i] + std::log(ratio), 0.0);
        }
        std::copy_n(next.begin(), n, lnB.begin());
    }
    for (std::size_t j = 0; j <= n; ++j) h[j] = lnB[j] * lnB[j];
    Boundary result;
    result.lnNow = lnB[0] + lnX;
    for (std::size_t k = 0; k < scheme.outer; ++k) {
        const double* row = &scheme.outerMatrix[k * (n + 1)];
        result.lnB[k] = lnX - std::sqrt(std::max(interpolate(row, h, n + 1), 0.0));
        result.b[k] = std::exp(result.lnB[k]);
    }
    return result;
}

namespace {

double europeanPut(const OuterGrid& g, double vol, double m, double lnM, double& d1, double& pdf, double& n1) {
    const double v = vol * g.rootYears;
    d1 = (lnM + (g.rate - g.yield + 0.5 * vol * vol) * g.years) / v;
    const double d2 = d1 - v;
    pdf = normalPdfFlushed(d1);
    n1 = cdfGivenPdf(-d1, pdf);
    return g.discount * cdfGivenPdf(-d2, normalPdfFlushed(d2)) - m * g.carry * n1;
}

} // namespace

PutValue putPrice(const OuterGrid& g, const Boundary& boundary, double vol, double m) {
    PutValue value;
    const double lnM = std::log(m);
    if (lnM <= boundary.lnNow) {
        value.price = 1 - m;
        value.exercised = true;
        return value;
    }
    double d1 = 0, pdf = 0, n1 = 0;
    const double european = europeanPut(g, vol, m, lnM, d1, pdf, n1);
    const double inverse = 1 / vol, drift = g.rate - g.yield - 0.5 * vol * vol, inverseM = 1 / m;
    double sum = 0;
    for (std::size_t k = 0; k < g.n; ++k) {
        const double dm = ((lnM - boundary.lnB[k]) * inverse + drift * inverse * g.s[k]) * g.inverseRootS[k];
        const double dp = dm + vol * g.rootS[k];
        const double pm = normalPdfFlushed(dm), pp = pm * boundary.b[k] * g.growth[k] * inverseM;
        sum += g.interest[k] * cdfGivenPdf(-dm, pm) - m * g.dividend[k] * cdfGivenPdf(-dp, pp);
    }
    value.premium = std::max(sum, 0.0);
    value.price = std::max(european + value.premium, 1 - m);
    return value;
}

PutValue putPriceGreeks(const OuterGrid& g, const Boundary& boundary, double vol, double m) {
    PutValue value;
    const double lnM = std::log(m);
    if (lnM <= boundary.lnNow) {
        value.price = 1 - m;
        value.delta = -1;
        value.exercised = true;
        return value;
    }
    double d1 = 0, pdf = 0, n1 = 0;
    const double european = europeanPut(g, vol, m, lnM, d1, pdf, n1);
    value.delta = -g.carry * n1;
    value.gamma = g.carry * pdf / (m * vol * g.rootYears);
    const double inverse = 1 / vol, drift = g.rate - g.yield - 0.5 * vol * vol, inverseM = 1 / m;
    double sum = 0, slope = 0, curve = 0;
    for (std::size_t k = 0; k < g.n; ++k) {
        const double inverseSd = inverse * g.inverseRootS[k];
        const double dm = ((lnM - boundary.lnB[k]) + drift * g.s[k]) * inverseSd;
        const double dp = dm + vol * g.rootS[k];
        const double pm = normalPdfFlushed(dm), pp = pm * boundary.b[k] * g.growth[k] * inverseM;
        const double tail = cdfGivenPdf(-dp, pp);
        sum += g.interest[k] * cdfGivenPdf(-dm, pm) - m * g.dividend[k] * tail;
        // S e^{-qs} phi(d+) = B e^{-rs} phi(d-) turns both derivatives into multiples of phi(d+).
        const double jump = g.weightCarry[k] * pp * inverseSd * (g.yield - g.rate / boundary.b[k]);
        slope += jump - g.dividend[k] * tail;
        curve += (g.dividend[k] * pp - jump * dp) * inverseSd;
    }
    value.premium = std::max(sum, 0.0);
    value.price = std::max(european + value.premium, 1 - m);
    value.delta += slope;
    value.gamma += curve * inverseM;
    return value;
}

} // namespace mahler::pricing
