#include "pricing/normalised_black.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "pricing/gaussian.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

namespace {

constexpr double kTiny = std::numeric_limits<double>::min();
constexpr double kPi = 3.14159265358979323846;
constexpr double kSqrt3 = 1.73205080756887729353;

/// M(-y) for y >= 0, kept below overflow by the callers.
double millsOfNegative(double y) { return std::sqrt(2 * kPi) * std::exp(0.5 * y * y) - millsRatio(y); }

/// Y(h+t) - Y(h-t) for Y = N/phi, h = -y, as 2 sum I_{2k+1}(y) t^{2k+1} with I_n(y) = int u^n e^{-u^2/2 - y u} du / n!.
/// All terms are positive, so nothing cancels. I_{n-1} = y I_n + (n+1) I_{n+1}.
double oddTaylorDifference(double y, double t) {
    constexpr int kTerms = 40;
    double sum = 0, power = t;
    if (y < 2) {
        double before = millsRatio(y), now = 1 - y * before; // I_0, I_1
        for (int n = 1; n < kTerms; n += 2) {
            const double term = now * power;
            sum += term;
            if (term <= 1e-17 * sum) break;
            power *= t * t;
            const double i2 = (before - y * now) / (n + 1);
            const double i3 = (now - y * i2) / (n + 2);
            before = i2;
            now = i3;
            if (!(now > 0)) // only rounding is left
                break;
        }
        return 2 * sum;
    }
    // Backward recurrence of r_n = I_n / I_{n-1} = 1 / (y + (n+1) r_{n+1}): stable, started at its large-n limit.
    const double reach = 11 / y;
    const int last = kTerms + std::min(60, static_cast<int>(reach * reach) + 4);
    std::array<double, kTerms + 64> r;
    double next = (-y + std::sqrt(y * y + 4.0 * (last + 1))) / (2.0 * (last + 1));
    for (int n = last; n >= 1; --n) {
        next = 1 / (y + (n + 1) * next);
        r[static_cast<std::size_t>(n)] = next;
    }
    double value = r[1] / (y + r[1]); // I_1, since I_0 = M = 1 / (y + I_1/I_0)
    for (int n = 1; n + 2 < kTerms; n += 2) {
        const double term = value * power;
        sum += term;
        if (term <= 1e-17 * sum) break;
        power *= t * t;
        value *= r[static_cast<std::size_t>(n + 1)] * r[static_cast<std::size_t>(n + 2)];
    }
    return 2 * sum;
}

/// b sqrt(2 pi) e^{(h^2 + t^2)/2}; used while h + t < 1, where it cannot overflow.
double scaledDifference(double y, double t) {
    if (t < std::max(0.5, y / 3)) return oddTaylorDifference(y, t);
    const double upper = t > y ? millsOfNegative(t - y) : millsRatio(y - t);
    return upper - millsRatio(y + t);
}

struct Point {
    double b = 0, vega = 0;
};

double upperGuessMap(double s) { return normalCdf(-0.5 * s); }

/// Interpolation by a rational cubic, Delbourgo & Gregory 1985.
double rationalCubic(double x, double xl, double xr, double yl, double yr, double dl, double dr, double r) {
    const double h = xr - xl;
    if (!(std::fabs(h) > 0)) return 0.5 * (yl + yr);
    const double t = (x - xl) / h, o = 1 - t;
    if (!(r < 1e15)) // straight line
        return yr * t + yl * o;
    return (yr * t * t * t + (r * yr - h * dr) * t * t * o + (r * yl + h * dl) * t * o * o + yl * o * o * o) / (1 + (r - 3) * t * o);
}

double leastControl(double dl, double dr, double slope) {
    const bool monotonic = dl * slope >= 0 && dr * slope >= 0;
    const bool convex = dl <= slope && slope <= dr, concave = dl >= slope && slope >= dr;
    constexpr double kLeast = -1 + 1.5e-8, kMost = 2 / (2.2e-16 * 2.2e-16);
    if (!monotonic && !convex && !concave) return kLeast;
    double r1 = kLeast, r2 = kLeast;
    if (monotonic) r1 = slope != 0 ? (dr + dl) / slope : kMost;
    if (convex || concave) {
        if (dr != slope && dl != slope)
            r2 = std::max(std::fabs((dr - dl) / (dr - slope)), std::fabs((dr - dl) / (slope - dl)));
        else
            r2 = kMost;
    }
    return std::max(kLeast, std::max(r1, r2));
}

enum class Fit { LeftCurvature, RightCurvature };

double control(double xl, double xr, double yl, double yr, double dl, double dr, double curvature, Fit side) {
    const double h = xr - xl;
    if (!(h > 0)) return 0;
    const double slope = (yr - yl) / h;
    const double numerator = 0.5 * h * curvature + (dr - dl);
    const double denominator = side == Fit::LeftCurvature ? slope - dl : dr - slope;
    const double r = denominator != 0 ? numerator / denominator : 0;
    return std::max(std::isfinite(r) ? r : 0, leastControl(dl, dr, slope));
}

/// Jaeckel's lower map f = 2 pi |x| / (3 sqrt 3) N(-|x| / (sqrt 3 s))^3, its first two derivatives by price.
void lowerMap(double x, double s, double& f, double& d1, double& d2) {
    const double ax = std::fabs(x), z = ax / (kSqrt3 * s), y = z * z, s2 = s * s;
    const double cdf = normalCdf(-z), pdf = normalPdf(z);
    const double cdf2 = cdf * cdf;
    f = 2 * kPi * ax / (3 * kSqrt3) * cdf2 * cdf;
    d1 = 2 * kPi * y * cdf2 * std::exp(y + 0.125 * s2);
    d2 = kPi / 6 * (y / (s2 * s)) * cdf * (8 * kSqrt3 * s * ax + (3 * s2 * (s2 - 8) - 8 * x * x) * cdf / pdf) * std::exp(2 * y + 0.25 * s2);
}

double lowerMapInverse(double x, double f) {
    const double p = std::cbrt(f * 3 * kSqrt3 / (2 * kPi * std::fabs(x)));
    return p > 0 && p < 1 ? std::fabs(x / (kSqrt3 * inverseNormal(p))) : 0;
}

struct Guess {
    double s = 0, low = 0, high = std::numeric_limits<double>::max();
    bool logarithmic = false; ///< iterate on 1 / ln b
};

Guess firstGuess(double x, double beta, double most) {
    Guess g;
    const double sc = std::sqrt(std::fabs(2 * x));
    const double bc = normalisedBlack(x, sc), vc = normalisedVega(x, sc);
    if (beta < bc) {
        const double sl = sc - bc / vc;
        const double bl = sl > 0 ? normalisedBlack(x, sl) : 0;
        if (beta < bl) {
            double f = 0, d1 = 0, d2 = 0;
            lowerMap(x, sl, f, d1, d2);
            const double r = control(0, bl, 0, f, 1, d1, d2, Fit::RightCurvature);
            double at = rationalCubic(beta, 0, bl, 0, f, 1, d1, r);
            if (!(at > 0)) {
                const double t = beta / bl;
                at = (f * t + bl * (1 - t)) * t;
            }
            g.s = lowerMapInverse(x, at);
            g.high = sl;
            g.logarithmic = true;
            if (!(g.s > 0) || g.s > sl) // far below: b ~ e^{-x^2 / 2 s^2}
                g.s = std::min(0.99 * sl, std::fabs(x) / std::sqrt(std::max(1e-3, -2 * std::log(beta))));
        } else {
            const double vl = normalisedVega(x, sl);
            const double r = control(bl, bc, sl, sc, 1 / vl, 1 / vc, 0, Fit::RightCurvature);
            g.s = rationalCubic(beta, bl, bc, sl, sc, 1 / vl, 1 / vc, r);
            g.low = sl;
            g.high = sc;
        }
        return g;
    }
    const double sh = vc > kTiny ? sc + (most - bc) / vc : sc;
    const double bh = normalisedBlack(x, sh);
    if (beta <= bh) {
        const double vh = normalisedVega(x, sh);
        const double r = control(bc, bh, sc, sh, 1 / vc, 1 / vh, 0, Fit::LeftCurvature);
        g.s = rationalCubic(beta, bc, bh, sc, sh, 1 / vc, 1 / vh, r);
        g.low = sc;
        g.high = sh;
        return g;
    }
    const double f = upperGuessMap(sh), q = x / sh, e = std::exp(0.5 * q * q);
    const double d1 = -0.5 * e, d2 = std::sqrt(0.5 * kPi) * e * e * std::exp(0.125 * sh * sh) * q * q / sh;
    const double r = control(bh, most, f, 0, d1, -0.5, d2, Fit::LeftCurvature);
    double at = rationalCubic(beta, bh, most, f, 0, d1, -0.5, r);
    if (!(at > 0)) {
        const double h = most - bh, t = (beta - bh) / h;
        at = (f * (1 - t) + 0.5 * h * t) * (1 - t);
    }
    g.s = at > 0 && at < 0.5 ? -2 * inverseNormal(at) : sh;
    g.low = sh;
    return g;
}

} // namespace

double logNormalisedBlack(double x, double s) {
    const double y = std::fabs(x) / s, t = 0.5 * s;
    if (t - y >= 1) return std::log(normalisedBlack(x, s));
    return -0.5 * (y * y + t * t) - kHalfLog2Pi + std::log(scaledDifference(y, t));
}

double normalisedBlack(double x, double s) {
    if (!(s > 0)) return 0;
    const double y = std::fabs(x) / s, t = 0.5 * s;
    if (t - y >= 1) {
        const double half = std::exp(0.5 * x); // x <= 0
        return half * normalCdf(t - y) - normalCdf(-(t + y)) / half;
    }
    if (y > 50) return 0;
    return kInvSqrt2Pi * std::exp(-0.5 * (y * y + t * t)) * scaledDifference(y, t);
}

double normalisedBlackComplement(double x, double s) {
    const double y = std::fabs(x) / s, t = 0.5 * s, half = std::exp(0.5 * x);
    return half * normalCdf(y - t) + normalCdf(-(y + t)) / half;
}

double normalisedVega(double x, double s) {
    if (!(s > 0)) return 0;
    const double y = x / s, t = 0.5 * s;
    return kInvSqrt2Pi * std::exp(-0.5 * (y * y + t * t));
}

double impliedTotalVol(double x, double beta) {
    x = -std::fabs(x);
    const double most = std::exp(0.5 * x);
    if (!(beta > 0) || !(beta < most)) return -1;
    if (x == 0) {
        // b = 1 - 2 N(-s/2)
        double s = beta < 0.5 ? 2 * inverseNormal(0.5 + 0.5 * beta) : -2 * inverseNormal(0.5 - 0.5 * beta);
        if (beta < 1e-3) s = beta / kInvSqrt2Pi;
        for (int i = 0; i < 4; ++i) {
            const double b = beta > 0.5 ? 0 : normalisedBlack(0, s);
            const double miss = beta > 0.5 ? normalisedBlackComplement(0, s) - (1 - beta) : beta - b;
            const double step = miss / normalisedVega(0, s);
            const double halley = -0.25 * s; // b''/b'
            s += step / (1 + 0.5 * halley * step);
            if (std::fabs(step) < 1e-16 * s) break;
        }
        return s;
    }
    Guess g = firstGuess(x, beta, most);
    double s = g.s, low = g.low, high = g.high;
    if (!(s > low) || !(s < high)) s = high < 1e300 ? 0.5 * (low + high) : 2 * low + 1;
    const double logBeta = std::log(beta);
    const bool fromAbove = !g.logarithmic && beta > 0.5 * most;
    const double missing = most - beta;
    for (int i = 0; i < 60; ++i) {
        const double h = x / s;
        const double h2 = h * h / s - 0.25 * s;                   // b''/b'
        const double h3 = h2 * h2 - 3 * (h / s) * (h / s) - 0.25; // b'''/b'
        double newton = 0, halley = 0, third = 0;
        if (g.logarithmic) {
            const double logB = logNormalisedBlack(x, s);
            // b'/b without leaving the logarithm, so that prices near 1e-300 keep their digits.
            const double slope = std::exp(-0.5 * (h * h + 0.25 * s * s) - kHalfLog2Pi - logB);
            const double inverse = 1 / logB;
            newton = (logBeta - logB) * logB / logBeta / slope;
            halley = h2 - slope * (1 + 2 * inverse);
            third = h3 + 2 * slope * slope * (1 + 3 * inverse * (1 + inverse)) - 3 * h2 * slope * (1 + 2 * inverse);
        } else if (fromAbove) {
            const double rest = normalisedBlackComplement(x, s), slope = normalisedVega(x, s) / rest;
            newton = std::log(rest / missing) / slope;
            halley = h2 + slope;
            third = h3 + slope * (2 * slope + 3 * h2);
        } else {
            const double vega = normalisedVega(x, s);
            newton = (beta - normalisedBlack(x, s)) / vega;
            halley = h2;
            third = h3;
        }
        (newton > 0 ? low : high) = s;
        double step = newton * (1 + 0.5 * halley * newton) / (1 + newton * (halley + third * newton / 6));
        if (!std::isfinite(step) || step * newton < 0) step = newton;
        if (std::fabs(step) <= 1e-5 * s) // fourth order: the step after this one would be below rounding
            return s + step;
        const double to = s + step;
        s = to > low && to < high ? to : high < 1e300 ? 0.5 * (low + high) : 2 * s;
    }
    return std::isfinite(s) && high - low < 1e-10 * s ? s : -1;
}

} // namespace mahler::pricing
