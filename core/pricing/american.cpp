#include "pricing/american.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/american_careful.h"
#include "pricing/american_single.h"
#include "pricing/european.h"
#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

constexpr int kTreeSteps = 600;
constexpr double kMostTotalVol = 12;    ///< of a search: a price beyond it is its limit
constexpr double kMostPull = 1000;      ///< deviations that rates move over the life: beyond it too, within 4e-4 of what they move
constexpr double kLeastTotalVol = 1e-5; ///< below it the value is that of no volatility, within 4e-6 of spot

double sign(market::Right right) { return right == market::Right::Call ? 1 : -1; }

double bestExerciseTime(const Inputs& in) {
    const double w = sign(in.right);
    const auto value = [&](double t) { return w * (in.spot * std::exp(-in.dividendYield * t) - in.strike * std::exp(-in.rate * t)); };
    double best = value(in.years) > value(0) ? in.years : 0;
    const double ratio = in.rate * in.strike / (in.dividendYield * in.spot);
    if (ratio > 0 && std::isfinite(ratio) && in.rate != in.dividendYield) {
        const double turn = std::log(ratio) / (in.rate - in.dividendYield);
        if (turn > 0 && turn < in.years && value(turn) > value(best)) best = turn;
    }
    return best;
}

/// One price in the boundary method; `in` is valid and has one boundary.
PutValue boundaryValue(const PutView& view, Accuracy accuracy, bool greeks) {
    const PutProblem& p = view.put;
    const OuterGrid grid = makeOuterGrid(p.rate, p.yield, p.years, accuracy);
    const Boundary boundary = solveBoundary(p, accuracy);
    return greeks ? putPriceGreeks(grid, boundary, p.vol, view.moneyness) : putPrice(grid, boundary, p.vol, view.moneyness);
}

/// What infinite volatility gives: the asset one receives, now or where waiting adds to it at expiry.
double mostOf(const Inputs& in) {
    return in.right == market::Right::Call ? in.spot * std::max(1.0, std::exp(-in.dividendYield * in.years))
                                           : in.strike * std::max(1.0, std::exp(-in.rate * in.years));
}

/// Between what no volatility gives (or the European price) and what infinite volatility gives; NaN stays.
double bounded(const Inputs& in, double european, double value) {
    const double floor = std::max(european, zeroVolatilityValue(in));
    const double most = std::max(mostOf(in), floor);
    return value > floor ? std::min(value, most) : value <= floor ? floor : value; // what is no number stays none
}

double europeanPriceOf(const Inputs& in) { return priceEuropean(in).price; }

/// `in` valid and not degenerate.
double valueOf(const Inputs& in, Accuracy accuracy) {
    const double european = europeanPriceOf(in);
    const PutView view = putView(in);
    switch (earlyExercise(view.put)) {
    case EarlyExercise::Never: return european;
    case EarlyExercise::TwoBoundaries: return bounded(in, european, americanTreePrice(in, kTreeSteps));
    case EarlyExercise::OneBoundary: break;
    }
    const PutValue v = boundaryValue(view, accuracy, false);
    return bounded(in, european, v.exercised ? exerciseValue(in) : european + v.premium * view.unit);
}

RateSlope rateSlopeOf(const Inputs& in) { return in.right == market::Right::Put ? RateSlope::ByRate : RateSlope::ByYield; }

/// A price on a boundary that is there already, of contracts that differ in the spot alone. NaN when the boundary is not sound.
double onBoundary(const CarefulPut& boundary, const Inputs& in) {
    if (!boundary.sound()) return std::numeric_limits<double>::quiet_NaN();
    const double european = europeanPriceOf(in);
    const PutView view = putView(in);
    if (std::log(view.moneyness) <= boundary.lnNow()) return exerciseValue(in);
    return bounded(in, european, european + boundary.premium(view.moneyness) * view.unit);
}

/// Where the lanes do not hold, or find another solution than the boundary: some three milliseconds.
double carefulPrice(const Inputs& in) { return onBoundary(CarefulPut(putView(in).put), in); }

/// Rates move less than a deviation over the life: the scalar boundary method holds too, within 3e-9 of spot where the lanes did not settle
/// (1,500 random contracts).
bool mildRates(const Inputs& in) { return lanesHold(3 * in.rate, 3 * in.dividendYield, in.vol, in.years); }

/// Price alone as priceAmerican() gives it; `in` valid and not degenerate. NaN when no method holds.
double kernelPrice(const Inputs& in) {
    const double european = europeanPriceOf(in);
    const PutView view = putView(in);
    switch (earlyExercise(view.put)) {
    case EarlyExercise::Never: return european;
    case EarlyExercise::TwoBoundaries: return bounded(in, european, americanTreePrice(in, kTreeSteps));
    case EarlyExercise::OneBoundary: break;
    }
    const SinglePremium s = singlePremium(view.put, view.moneyness, rateSlopeOf(in), false);
    if (!s.sound && mildRates(in)) { // rates near zero, where the premium is next to nothing
        const PutValue v = boundaryValue(view, Accuracy::Tight, false);
        return bounded(in, european, v.exercised ? exerciseValue(in) : european + v.premium * view.unit);
    }
    if (!s.sound) return carefulPrice(in);
    return s.exercised ? exerciseValue(in) : bounded(in, european, european + s.premium * view.unit);
}

bool degenerate(const Inputs& in) {
    if (in.spot <= 1e-100 || in.strike <= 1e-100 || in.years <= 0) return true;
    const double rootT = std::sqrt(in.years),
                 pull = std::max({std::fabs(in.rate), std::fabs(in.dividendYield), std::fabs(in.rate - in.dividendYield)});
    return in.vol * rootT < kLeastTotalVol || pull * rootT > kMostPull * in.vol;
}

Valuation degenerateAmerican(const Inputs& in) {
    Valuation v;
    const double w = sign(in.right), t = bestExerciseTime(in);
    const double forward = in.spot * std::exp(-in.dividendYield * t), strike = in.strike * std::exp(-in.rate * t);
    const double gap = w * (forward - strike), inTheMoney = gap > 0 ? 1 : gap < 0 ? 0 : 0.5;
    v.price = std::max(0.0, gap);
    v.delta = w * inTheMoney * std::exp(-in.dividendYield * t) + 0.0; // -0 becomes 0
    v.rho = w * inTheMoney * t * strike + 0.0;
    v.status = PriceStatus::Degenerate;
    return v;
}

/// Newton on the lane kernels from above, where the American price is convex enough; absent when it does not settle.
std::optional<double> singleVol(const Inputs& in, double price, double high) {
    PutView view = putView(in);
    if (earlyExercise(view.put) != EarlyExercise::OneBoundary) return std::nullopt;
    const RateSlope slope = in.right == market::Right::Put ? RateSlope::ByRate : RateSlope::ByYield;
    const ForwardTerms terms = forwardTerms(in);
    const double rootT = std::sqrt(in.years);
    double low = 0, vol = high;
    for (int step = 0; step < 60; ++step) {
        view.put.vol = vol;
        const SinglePremium s = singlePremium(view.put, view.moneyness, slope, false);
        if (!s.sound || vol * rootT < kLeastTotalVol) return std::nullopt;
        const double d1 = terms.x / (vol * rootT) + 0.5 * vol * rootT;
        const double vega = s.exercised ? 0 : terms.discountedForward * normalPdf(d1) * rootT + s.vega * view.unit;
        const double miss = s.exercised ? -1 : europeanValue(terms, vol * rootT) + s.premium * view.unit - price;
        const double move = miss / vega;
        if (std::fabs(move) <= 1e-7 * vol) return vol - move;
        (miss < 0 ? low : high) = vol;
        const double next = vol - move;
        vol = next > low && next < high ? next : low > 0 ? 0.5 * (low + high) : 0.6 * high;
        if (high - low <= 1e-13 * high) return vol;
    }
    return std::nullopt;
}

double bumpedSlope(Inputs in, double Inputs::*field, double step, const auto& f) {
    const double centre = in.*field;
    in.*field = centre + step;
    const double up = f(in);
    in.*field = centre - step;
    return (up - f(in)) / (2 * step);
}

/// Everything by differences: `f` prices any contract, `near` those that differ in the spot alone. Theta is still to come.
Valuation byDifferences(const Inputs& in, double spotStep, double volStep, double rateStep, const auto& f, const auto& near) {
    Valuation v;
    v.status = PriceStatus::Ok;
    Inputs up = in, down = in;
    up.spot += spotStep;
    down.spot -= spotStep;
    v.price = near(in);
    const double high = near(up), low = near(down);
    v.delta = (high - low) / (2 * spotStep);
    v.gamma = std::max(0.0, (high - 2 * v.price + low) / (spotStep * spotStep));
    v.vega = std::max(0.0, bumpedSlope(in, &Inputs::vol, volStep, f));
    v.rho = bumpedSlope(in, &Inputs::rate, rateStep, f);
    return v;
}

void fillByDifferences(const Inputs& in, Valuation& v) {
    const auto f = [](const Inputs& x) { return valueOf(x, Accuracy::Tight); };
    v.vega = bumpedSlope(in, &Inputs::vol, 2e-4 * in.vol, f);
    // A step that stays on this side of zero: the kind of early exercise changes there.
    const double room = in.right == market::Right::Put && in.rate > 0 ? 0.5 * in.rate : 1e-4;
    v.rho = bumpedSlope(in, &Inputs::rate, std::min(2e-5, room), f);
}

Valuation without(PriceStatus status) {
    Valuation v;
    v.status = status;
    return v;
}

/// Theta last: the Black-Scholes equation holds where the option lives on. NoMethod when some number is none.
Valuation finished(const Inputs& in, Valuation v) {
    v.theta = in.rate * v.price - (in.rate - in.dividendYield) * in.spot * v.delta - 0.5 * in.vol * in.vol * in.spot * in.spot * v.gamma;
    return std::isfinite(v.price + v.delta + v.gamma + v.vega + v.rho + v.theta) ? capped(in, v) : without(PriceStatus::NoMethod);
}

} // namespace

PutView putView(const Inputs& in) {
    PutView v;
    if (in.right == market::Right::Put) {
        v.put = {in.rate, in.dividendYield, in.vol, in.years};
        v.moneyness = in.spot / in.strike;
        v.unit = in.strike;
    } else {
        v.put = {in.dividendYield, in.rate, in.vol, in.years};
        v.moneyness = in.strike / in.spot;
        v.unit = in.spot;
    }
    return v;
}

EarlyExercise earlyExercise(const PutProblem& put) {
    if (put.rate <= 0 && put.yield >= put.rate) return EarlyExercise::Never;
    if (put.rate < 0) return EarlyExercise::TwoBoundaries;
    if (put.rate == 0) // and a negative yield: exercise earns what the stock costs to hold
        return -put.yield * put.years < 1e-13 ? EarlyExercise::Never : EarlyExercise::OneBoundary;
    // The premium is at most the interest on the strike.
    return put.rate * put.years < 1e-13 ? EarlyExercise::Never : EarlyExercise::OneBoundary;
}

double exerciseValue(const Inputs& in) { return std::max(0.0, sign(in.right) * (in.spot - in.strike)); } // in this order: never -0

double zeroVolatilityValue(const Inputs& in) {
    const double t = bestExerciseTime(in);
    const double gap = in.spot * std::exp(-in.dividendYield * t) - in.strike * std::exp(-in.rate * t);
    return std::max(0.0, sign(in.right) * gap);
}

std::optional<double> americanPrice(const Inputs& in, Accuracy accuracy) {
    if (!validInputs(in)) return std::nullopt;
    return degenerate(in) ? zeroVolatilityValue(in) : valueOf(in, accuracy);
}

std::optional<double> singleAmericanPrice(const Inputs& in) {
    if (!validInputs(in)) return std::nullopt;
    const double price = degenerate(in) ? zeroVolatilityValue(in) : kernelPrice(in);
    return std::isfinite(price) ? std::optional(price) : std::nullopt;
}

std::optional<double> largestVolAtExercise(const Inputs& in) {
    if (!validTerms(in) || in.spot <= 1e-100 || in.strike <= 1e-100 || in.years <= 0 || exerciseValue(in) <= 0) return std::nullopt;
    PutView view = putView(in);
    view.put.vol = 0.2;
    if (earlyExercise(view.put) != EarlyExercise::OneBoundary) return std::nullopt;
    const double lnM = std::log(view.moneyness);
    const auto exercised = [&](double vol) {
        view.put.vol = vol;
        return lnM <= solveBoundary(view.put, Accuracy::Chain).lnNow;
    };
    double low = 10 * kLeastTotalVol / std::sqrt(in.years), high = 2 * low; // the boundary falls as volatility rises
    if (!exercised(low)) return std::nullopt;
    while (exercised(high) && high < 1e3) high *= 2;
    for (int i = 0; i < 60 && high - low > 1e-10 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (exercised(middle) ? low : high) = middle;
    }
    return low;
}

Valuation priceAmerican(const Inputs& in) {
    if (!validInputs(in)) return {};
    if (degenerate(in)) return degenerateAmerican(in);
    const Valuation european = uncappedEuropean(in);
    const PutView view = putView(in);
    Valuation v;
    v.status = PriceStatus::Ok;
    switch (earlyExercise(view.put)) {
    case EarlyExercise::Never: return capped(in, european);
    case EarlyExercise::TwoBoundaries:
        v = byDifferences(in, 0.02 * in.spot * std::min(1.0, in.vol * std::sqrt(in.years)), 0.01 * in.vol, 1e-3, kernelPrice, kernelPrice);
        break;
    case EarlyExercise::OneBoundary: {
        const bool put = in.right == market::Right::Put;
        const SinglePremium s = singlePremium(view.put, view.moneyness, rateSlopeOf(in), true);
        if (s.sound && !s.exercised) {
            const double m = view.moneyness;
            v.price = bounded(in, european.price, european.price + s.premium * view.unit);
            v.delta = european.delta + (put ? s.delta : s.premium - m * s.delta);
            v.gamma = std::max(0.0, european.gamma + (put ? s.gamma / in.strike : m * m * s.gamma / in.spot));
            v.vega = std::max(0.0, european.vega + s.vega * view.unit);
            v.rho = european.rho + s.rateSlope * view.unit;
            break;
        }
        if (s.sound) {
            v.price = exerciseValue(in);
            v.delta = sign(in.right);
            return v;
        }
        if (mildRates(in)) return scalarAmerican(in);
        const CarefulPut boundary(view.put);
        const auto near = [&](const Inputs& x) { return onBoundary(boundary, x); };
        v.price = near(in);
        if (v.price <= exerciseValue(in)) {
            v.delta = sign(in.right);
            return v;
        }
        // A step that stays on this side of zero: the kind of early exercise changes there.
        const double rate = put ? in.rate : in.dividendYield, rateStep = put && rate > 0 ? std::min(1e-5, 0.5 * rate) : 1e-5;
        // And one that does not cross the boundary, where the second derivative jumps.
        const double deviation = std::min(1.0, in.vol * std::sqrt(in.years)), gap = std::log(view.moneyness) - boundary.lnNow();
        v = byDifferences(in, in.spot * std::clamp(0.5 * gap, 1e-5 * deviation, 2e-3 * deviation), 1e-3 * in.vol, rateStep, carefulPrice, near);
    }
    }
    return finished(in, v);
}

Valuation scalarAmerican(const Inputs& in) {
    const PutView view = putView(in);
    if (!validInputs(in) || degenerate(in) || earlyExercise(view.put) != EarlyExercise::OneBoundary) return priceAmerican(in);
    Valuation v;
    v.status = PriceStatus::Ok;
    const PutValue p = boundaryValue(view, Accuracy::Tight, true);
    if (p.exercised) {
        v.price = exerciseValue(in);
        v.delta = sign(in.right);
        return v;
    }
    const double european = europeanPriceOf(in), m = view.moneyness;
    v.price = bounded(in, european, european + p.premium * view.unit);
    v.delta = in.right == market::Right::Put ? p.delta : p.price - m * p.delta;
    v.gamma = in.right == market::Right::Put ? p.gamma / in.strike : m * m * p.gamma / in.spot;
    fillByDifferences(in, v);
    return finished(in, v);
}

ImpliedVol impliedVolAmerican(const Inputs& in, double price) {
    if (!validTerms(in) || !std::isfinite(price) || in.spot <= 1e-100 || in.strike <= 1e-100) return {0, IvStatus::BadInput};
    if (in.years <= 0) return {0, IvStatus::Expired};
    if (earlyExercise(putView(in).put) == EarlyExercise::Never) return impliedVolEuropean(in, price);
    if (price >= mostOf(in)) return {0, IvStatus::AboveMaximum};
    const double floor = zeroVolatilityValue(in), exercise = exerciseValue(in);
    const double resolution = floor > 0 ? 1e-9 * (in.spot + in.strike) : 0;
    if (price < floor - resolution) return {0, IvStatus::BelowIntrinsic};
    if (price <= floor + resolution) return {0, exercise > 0 && floor <= exercise ? IvStatus::ExerciseRegion : IvStatus::BelowMinimum};
    const ImpliedVol european = impliedVolEuropean(in, price); // an upper bound: American is dearer
    Inputs at = in;
    double low = 0, high = european.vol * (1 + 1e-12);
    if (european.status == IvStatus::AboveMaximum) { // dearer than any European: an upper bound by trial
        high = 1 / std::sqrt(in.years);
        for (at.vol = high; kernelPrice(at) < price; at.vol = high) {
            low = high;
            high *= 2;
            if (!(high * std::sqrt(in.years) < kMostTotalVol)) return {0, IvStatus::AboveMaximum};
        }
    } else if (european.status != IvStatus::Ok) {
        return {0, IvStatus::BelowMinimum};
    }
    if (const std::optional<double> vol = singleVol(in, price, high)) return {*vol, IvStatus::Ok};
    double vol = high; // methods without a slope: secant steps inside the bracket
    at.vol = vol;
    double miss = kernelPrice(at) - price, slope = priceEuropean(at).vega;
    for (int step = 0; step < 100 && std::isfinite(miss); ++step) {
        (miss < 0 ? low : high) = vol;
        double next = vol - miss / slope;
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        if (std::fabs(next - vol) <= 1e-12 * vol || high - low <= 1e-12 * high) return {next, IvStatus::Ok};
        at.vol = next;
        const double nextMiss = kernelPrice(at) - price;
        const double secant = (nextMiss - miss) / (next - vol);
        const bool settled = std::fabs(next - vol) < 1e-7 * vol;
        slope = secant > 0 ? secant : priceEuropean(at).vega;
        vol = next;
        miss = nextMiss;
        if (settled || miss == 0) return {std::clamp(vol - miss / slope, low, high), IvStatus::Ok};
    }
    return {0, IvStatus::NoConvergence};
}

} // namespace mahler::pricing
