#include "pricing/american_slice.h"

#include <algorithm>
#include <cmath>

#include "pricing/european.h"
#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

constexpr double kRateStep = 1e-5;
constexpr double kLogStep = 0.08;    ///< of the volatility grid
constexpr int kLowest = -62;         ///< ln 0.007
constexpr int kKnots = 100;          ///< up to ln 19
constexpr double kNegligible = 2e-8; ///< of the strike
constexpr double kTick = 5e-6;       ///< of the strike: a time value under it says nothing of volatility

double europeanOf(const Inputs& in) { return europeanValue(forwardTerms(in), in.vol * std::sqrt(in.years)); }

} // namespace

AmericanSlice::AmericanSlice(double rate, double dividendYield, double years)
    : m_rate(rate), m_yield(dividendYield), m_years(years) {
    m_put.kind = earlyExercise({rate, dividendYield, 0.2, years});
    m_call.kind = earlyExercise({dividendYield, rate, 0.2, years});
    if (m_put.kind == EarlyExercise::OneBoundary) {
        m_put.base = makeCurve(rate, dividendYield);
        m_put.bumped = makeCurve(rate + kRateStep, dividendYield);
    }
    if (m_call.kind == EarlyExercise::OneBoundary) {
        m_call.base = makeCurve(dividendYield, rate);
        m_call.bumped = makeCurve(dividendYield, rate + kRateStep);
    }
}

AmericanSlice::Curve AmericanSlice::makeCurve(double rate, double yield) const {
    Curve c;
    c.rate = rate;
    c.yield = yield;
    c.grid = makeOuterGrid(rate, yield, m_years, Accuracy::Chain);
    c.built.resize(kKnots);
    c.has.assign(kKnots, 0);
    return c;
}

const Boundary& AmericanSlice::knot(Curve& curve, int index) const {
    const auto i = static_cast<std::size_t>(index);
    if (!curve.has[i]) {
        curve.built[i] = solveBoundary({curve.rate, curve.yield, std::exp(kLogStep * (kLowest + index)), m_years}, Accuracy::Chain);
        curve.has[i] = 1;
    }
    return curve.built[i];
}

const Boundary& AmericanSlice::at(Curve& curve, double vol) const {
    if (vol == curve.lastVol)
        return curve.last;
    curve.lastVol = vol;
    const double place = std::log(vol) / kLogStep - kLowest;
    const int first = static_cast<int>(std::floor(place)) - 1;
    if (!(place > 1) || first < 0 || first + 3 >= kKnots) {
        curve.last = solveBoundary({curve.rate, curve.yield, vol, m_years}, Accuracy::Chain);
        return curve.last;
    }
    const double t = place - first; // in [1, 2)
    const double w0 = -(t - 1) * (t - 2) * (t - 3) / 6, w1 = t * (t - 2) * (t - 3) / 2;
    const double w2 = -t * (t - 1) * (t - 3) / 2, w3 = t * (t - 1) * (t - 2) / 6;
    const Boundary &b0 = knot(curve, first), &b1 = knot(curve, first + 1);
    const Boundary &b2 = knot(curve, first + 2), &b3 = knot(curve, first + 3);
    curve.last.lnNow = w0 * b0.lnNow + w1 * b1.lnNow + w2 * b2.lnNow + w3 * b3.lnNow;
    for (std::size_t k = 0; k < curve.grid.n; ++k) {
        curve.last.lnB[k] = w0 * b0.lnB[k] + w1 * b1.lnB[k] + w2 * b2.lnB[k] + w3 * b3.lnB[k];
        curve.last.b[k] = w0 * b0.b[k] + w1 * b1.b[k] + w2 * b2.b[k] + w3 * b3.b[k];
    }
    return curve.last;
}

Inputs AmericanSlice::inputs(market::Right right, double spot, double strike, double vol) const {
    return {right, spot, strike, m_years, m_rate, m_yield, vol};
}

/// What exercise earns, interest on the strike (and a negative yield), comes only where the put is in the money; the
/// chance of that at any time up to expiry is at most N(-d) at this d.
bool AmericanSlice::negligible(const Curve& curve, double m, double vol) {
    if (m < 1)
        return false;
    const double years = curve.grid.years, drift = curve.rate - curve.yield - 0.5 * vol * vol;
    const double d = (std::log(m) + std::min(0.0, drift) * years) / (vol * curve.grid.rootYears);
    return (curve.rate + std::max(0.0, -curve.yield) * m) * years * normalCdf(-d) < kNegligible;
}

double AmericanSlice::price(market::Right right, double spot, double strike, double vol) {
    const Inputs in = inputs(right, spot, strike, vol);
    const double european = europeanOf(in);
    Side& s = side(right);
    switch (s.kind) {
    case EarlyExercise::Never: return european;
    case EarlyExercise::TwoBoundaries: return std::max({european, exerciseValue(in), americanTreePrice(in, 200)});
    case EarlyExercise::OneBoundary: break;
    }
    const PutView view = putView(in);
    if (negligible(s.base, view.moneyness, vol))
        return european;
    const PutValue v = putPrice(s.base.grid, at(s.base, vol), vol, view.moneyness);
    const double exercise = exerciseValue(in);
    return v.exercised ? exercise : std::max(european + v.premium * view.unit, exercise);
}

Valuation AmericanSlice::value(market::Right right, double spot, double strike, double vol) {
    const Inputs in = inputs(right, spot, strike, vol);
    Side& s = side(right);
    switch (s.kind) {
    case EarlyExercise::Never: return priceEuropean(in);
    case EarlyExercise::TwoBoundaries: return priceAmerican(in);
    case EarlyExercise::OneBoundary: break;
    }
    Valuation v = priceEuropean(in);
    const PutView view = putView(in);
    const double m = view.moneyness, exercise = exerciseValue(in);
    if (v.status != PriceStatus::Ok || negligible(s.base, m, vol))
        return v;
    const PutValue p = putPriceGreeks(s.base.grid, at(s.base, vol), vol, m);
    if (p.exercised) {
        v = {exercise, right == market::Right::Call ? 1.0 : -1.0, 0, 0, 0, 0, PriceStatus::Ok};
        return v;
    }
    v.price = std::max(v.price + p.premium * view.unit, exercise);
    v.delta = right == market::Right::Put ? p.delta : p.price - m * p.delta;
    v.gamma = std::max(0.0, right == market::Right::Put ? p.gamma / strike : m * m * p.gamma / spot);
    if (p.premium > kNegligible) {
        const double step = 1e-4 * vol;
        const PutValue up = putPrice(s.base.grid, at(s.base, vol + step), vol + step, m);
        const PutValue dearer = putPrice(s.bumped.grid, at(s.bumped, vol), vol, m);
        if (!up.exercised)
            v.vega = std::max(0.0, v.vega + (up.premium - p.premium) * view.unit / step);
        if (!dearer.exercised)
            v.rho += (dearer.premium - p.premium) * view.unit / kRateStep;
    }
    v.theta = m_rate * v.price - (m_rate - m_yield) * spot * v.delta - 0.5 * vol * vol * spot * spot * v.gamma;
    const bool finite = std::isfinite(v.price) && std::isfinite(v.delta) && std::isfinite(v.gamma) && std::isfinite(v.vega) &&
                        std::isfinite(v.rho);
    return finite ? v : priceAmerican(in);
}

ImpliedVol AmericanSlice::impliedVol(market::Right right, double spot, double strike, double target, double guess) {
    Inputs in = inputs(right, spot, strike, 0);
    Side& s = side(right);
    if (s.kind != EarlyExercise::OneBoundary || !(m_years > 0))
        return impliedVolAmerican(in, target);
    if (!validTerms(in) || !std::isfinite(target) || spot <= 1e-100 || strike <= 1e-100)
        return {0, IvStatus::BadInput};
    if (target >= (right == market::Right::Call ? spot : strike))
        return {0, IvStatus::AboveMaximum};
    const double floor = zeroVolatilityValue(in), exercise = exerciseValue(in);
    const double resolution = floor > 0 ? kTick * strike : 0;
    if (target < floor - resolution)
        return {0, IvStatus::BelowIntrinsic};
    if (target <= floor + resolution)
        return {0, exercise > 0 && floor <= exercise ? IvStatus::ExerciseRegion : IvStatus::BelowMinimum};
    double vol = guess;
    if (!(vol > 0.005 && vol < 10)) {
        const ImpliedVol european = impliedVolEuropean(in, target);
        if (european.status != IvStatus::Ok)
            return european;
        vol = european.vol;
    }
    const ForwardTerms terms = forwardTerms(in);
    const double rootT = std::sqrt(m_years);
    const auto europeanVega = [&](double sigma) {
        const double d1 = terms.x / (sigma * rootT) + 0.5 * sigma * rootT;
        return terms.discountedForward * normalPdf(d1) * rootT;
    };
    double low = 0, high = 18, miss = price(right, spot, strike, vol) - target, slope = europeanVega(vol);
    for (int step = 0; step < 80; ++step) {
        (miss < 0 ? low : high) = vol;
        double next = vol - miss / slope;
        if (!(next > low && next < high))
            next = low > 0 || high < 18 ? (high < 18 ? 0.5 * (low + high) : 2 * vol) : vol * (miss < 0 ? 1.5 : 0.6);
        next = std::clamp(next, 0.4 * vol, 2.5 * vol);
        const double moved = std::fabs(next - vol);
        if (moved <= 1e-9 * vol || high - low <= 1e-10)
            return {next, IvStatus::Ok};
        const double nextMiss = price(right, spot, strike, next) - target;
        const double secant = (nextMiss - miss) / (next - vol);
        slope = secant > 0 ? secant : europeanVega(next);
        vol = next;
        miss = nextMiss;
        if (moved < 1e-4 * vol && secant > 0) { // the secant step squares what is left
            const double last = vol - miss / slope;
            return {last > low && last < high ? last : vol, IvStatus::Ok};
        }
        if (vol > 17 || vol < 1e-4)
            break;
    }
    return {0, IvStatus::NoConvergence};
}

} // namespace mahler::pricing
