#include "pricing/smile.h"

#include <algorithm>
#include <cmath>

namespace mahler::pricing {

namespace {

constexpr double kGridStep = 0.05;
constexpr int kGridPoints = 61, kFinePoints = 161;

void keepLeast(const SmileFit& s, double k, double& least, double& at) {
    if (const auto g = durrleman(s, k); g && !(*g >= least)) { // also what is not a number
        least = *g;
        at = k;
    }
}

/// 1 - (1 - e^-x) / x without the difference where x is small.
double hestonNumerator(double x) {
    if (x > 0.5)
        return 1 + std::expm1(-x) / x;
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
    if (!ok || !(years > 0) || !std::isfinite(k))
        return 0;
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
    if (!(p.w > 0))
        return std::nullopt;
    const double half = 1 - k * p.slope / (2 * p.w);
    return half * half - p.slope * p.slope / 4 * (1 / p.w + 0.25) + p.curvature / 2;
}

SliceCheck checkSlice(const SmileFit& s) {
    SliceCheck c;
    c.minG = c.fineMinG = 1e300;
    for (int i = 0; i < kGridPoints; ++i)
        keepLeast(s, -kSurfaceReach + kGridStep * i, c.minG, c.atK);
    if (s.sigma > 0)
        overReach(s, 2, kFinePoints, [&](double k) { keepLeast(s, k, c.fineMinG, c.fineAtK); });
    if (c.minG < c.fineMinG) {
        c.fineMinG = c.minG;
        c.fineAtK = c.atK;
    }
    c.wing = s.b * (1 + std::fabs(s.rho));
    c.minVariance = s.a + s.b * s.sigma * std::sqrt(std::max(0.0, 1 - s.rho * s.rho));
    if (!(c.minG < 1e300) || !std::isfinite(c.wing + c.minVariance)) // nowhere a positive variance, or what is no number
        c.minG = c.fineMinG = -1;
    return c;
}

VarianceFall varianceFall(const SmileFit& nearer, const SmileFit& farther) {
    VarianceFall worst{0, -1e300};
    const auto look = [&](double k) {
        if (const double gap = sviPoint(nearer, k).w - sviPoint(farther, k).w; gap > worst.gap)
            worst = {k, gap};
    };
    overReach(nearer, 61, 101, look);
    overReach(farther, 2, 101, look);
    return worst;
}

std::optional<SmileFit> repairedWings(const SmileFit& s) {
    const double root = std::sqrt(s.m * s.m + s.sigma * s.sigma), v = s.a + s.b * (root - s.rho * s.m);
    if (!s.ok || !(v > 0) || !(root > 0))
        return std::nullopt;
    const double scale = std::sqrt(v), psi = s.b / (2 * scale) * (s.rho - s.m / root), put = s.b * (1 - s.rho) / scale;
    const double call = put + 2 * psi;
    if (!(put > 0) || !(call > 0))
        return std::nullopt;
    const double least = v * 4 * put * call / ((put + call) * (put + call));
    SmileFit out = s;
    out.model = SliceModel::Repaired;
    out.b = scale / 2 * (call + put);
    out.rho = 1 - put * scale / out.b;
    const double beta = out.rho - 2 * psi * scale / out.b, rest = std::sqrt(std::max(0.0, 1 - out.rho * out.rho));
    if (!(std::fabs(beta) <= 1))
        return std::nullopt;
    if (beta == 0) { // the bend is at the money
        out.m = 0;
        out.sigma = (v - least) / (out.b * (1 - rest));
    } else {
        const double alpha = std::copysign(std::sqrt(1 / (beta * beta) - 1), beta);
        out.m = (v - least) / (out.b * (std::copysign(std::sqrt(1 + alpha * alpha), alpha) - out.rho - alpha * rest));
        out.sigma = alpha * out.m;
    }
    out.a = least - out.b * out.sigma * rest;
    if (!(out.sigma > 0) || !std::isfinite(out.a + out.b + out.m + out.sigma))
        return std::nullopt;
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
