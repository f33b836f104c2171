#include <algorithm>
#include <cmath>

#include "pricing/option_pricer.h"
#include "simulation/surface.h"

namespace mahler::simulation {

namespace {

constexpr double kInverseRootTwoPi = 0.39894228040143267794;
constexpr int kNewtonSteps = 6;
constexpr double kNewtonTolerance = 1e-9;
constexpr double kCorrectedYears = 0.03;

double density(double x) { return kInverseRootTwoPi * std::exp(-0.5 * x * x); }

/// A unit strike, as the equations are homogeneous. `s` is +1 for a call and -1 for a put.
struct UnitProblem {
    double s, rate, carry, years, deviation, carryDiscount, rateDiscount;

    double d1(double spot) const { return (std::log(spot) + carry * years) / deviation + 0.5 * deviation; }
    double european(double spot) const {
        const double d = d1(spot);
        return s * (spot * carryDiscount * pricing::normalCdf(s * d) - rateDiscount * pricing::normalCdf(s * (d - deviation)));
    }
};

/// Root of the value-matching condition by the paper's Newton scheme and first guess (eq. 19 and 25, and
/// their put forms).
double criticalSpot(const UnitProblem& p, double q, double qInfinite) {
    const double farSpot = 1.0 / (1.0 - 1.0 / qInfinite);
    const double h = (p.s * p.carry * p.years + 2.0 * p.deviation) / std::abs(farSpot - 1.0);
    double spot = p.s > 0 ? 1.0 + (farSpot - 1.0) * -std::expm1(-std::max(h, 0.0)) : farSpot + (1.0 - farSpot) * std::exp(-std::max(h, 0.0));
    for (int i = 0; i < kNewtonSteps; ++i) {
        const double d = p.d1(spot);
        const double tail = p.carryDiscount * pricing::normalCdf(p.s * d);
        const double right = p.european(spot) + p.s * (1.0 - tail) * spot / q;
        const double slope = p.s * (tail * (1.0 - 1.0 / q) + (1.0 - p.s * p.carryDiscount * density(d) / p.deviation) / q);
        const double next = p.s > 0 ? (1.0 + right - slope * spot) / (1.0 - slope) : (1.0 - right + slope * spot) / (1.0 + slope);
        const double change = std::abs(next - spot);
        spot = std::max(next, 1e-6);
        if (change < kNewtonTolerance) break;
    }
    return spot;
}

/// The second-order terms that the quadratic approximation leaves out: chi = (b x + c) x with x = log(S /
/// S*).
struct Correction {
    double b, c;
    double at(double x) const { return (b * x + c) * x; }
};

/// Ju & Zhong, "An Approximate Formula for Pricing American Options", Journal of Derivatives 7(2), 1999, eq.
/// 22-24.
Correction juZhong(const UnitProblem& p, double critical, double exponent, double m, double n) {
    const double h = 1.0 - p.rateDiscount;
    const double root = std::sqrt((n - 1.0) * (n - 1.0) + 4.0 * m / h);
    const double slope = -p.s * m / (h * h * root); // of the exponent in h
    const double twice = 2.0 * exponent + n - 1.0;
    const double d = p.d1(critical);
    const double growth = p.carryDiscount / p.rateDiscount;
    const double volatility = p.deviation / std::sqrt(p.years);
    const double europeanSlope = critical * density(d) * volatility * growth / (2.0 * p.rate * std::sqrt(p.years)) -
                                 p.s * (p.rate - p.carry) * critical * pricing::normalCdf(p.s * d) * growth / p.rate +
                                 p.s * pricing::normalCdf(p.s * (d - p.deviation));
    const double excess = p.s * (critical - 1.0) - p.european(critical);
    const double front = (1.0 - h) * m / twice;
    return {0.5 * front * slope, -front * (europeanSlope / excess + 1.0 / h + slope / twice)};
}

} // namespace

double exercisePremium(bool call, const SurfaceSlice& slice, double strike, double volatility, double european) {
    const double intrinsic = call ? slice.spot - strike : strike - slice.spot;
    const double floor = std::max(0.0, intrinsic - european);
    const double yield = slice.dividendYield;
    // Early exercise earns the yield on the spot (call) or the rate on the strike (put); without it, the
    // option is European.
    if (slice.years < 2e-4 || (call && yield <= 0.0)) return floor;
    const double moneyness = slice.spot / strike;
    if (call && moneyness * yield < 0.6 * kRate) return floor;
    UnitProblem p;
    p.s = call ? 1.0 : -1.0;
    p.rate = kRate;
    p.carry = kRate - yield;
    p.years = slice.years;
    p.deviation = volatility * std::sqrt(slice.years);
    p.carryDiscount = std::exp(-yield * slice.years);
    p.rateDiscount = slice.discount;
    const double v = volatility * volatility;
    const double m = 2.0 * kRate / v, n = 2.0 * p.carry / v;
    const double exponent = 0.5 * (1.0 - n + p.s * std::sqrt((n - 1.0) * (n - 1.0) + 4.0 * m / (1.0 - p.rateDiscount)));
    const double exponentInfinite = 0.5 * (1.0 - n + p.s * std::sqrt((n - 1.0) * (n - 1.0) + 4.0 * m));
    const double critical = criticalSpot(p, exponent, exponentInfinite);
    if (p.s * (moneyness - critical) >= 0.0) return std::max(floor, intrinsic - european);
    const double distance = std::log(moneyness / critical);
    // Within days of expiry the correction is a difference of large terms, and the premium needs none.
    const double chi = p.years < kCorrectedYears ? 0.0 : juZhong(p, critical, exponent, m, n).at(distance);
    const double correction = std::max(0.5, 1.0 - chi);
    const double premium = (p.s * (critical - 1.0) - p.european(critical)) * std::exp(exponent * distance) / correction;
    return std::max(floor, strike * premium);
}

} // namespace mahler::simulation
