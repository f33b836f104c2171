#include "pricing/option_pricer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "pricing/gaussian.h"

namespace mahler::pricing {

bool hasNumbers(PriceStatus status) {
    switch (status) {
    case PriceStatus::Ok:
    case PriceStatus::Degenerate:
    case PriceStatus::Capped: return true;
    case PriceStatus::BadInput:
    case PriceStatus::NoMethod: return false;
    }
    return false;
}

const char* toString(SurfaceDynamics dynamics) {
    switch (dynamics) {
    case SurfaceDynamics::StickyStrike: return "sticky strike";
    }
    return "sticky strike";
}

double mostGamma(double spot) { return 1 / std::min(0.01, 1e-4 * spot); }

Valuation capped(const Inputs& in, Valuation v) {
    if (v.status != PriceStatus::Ok || !(in.vol * std::sqrt(in.years) < kLeastLaneVol) || !(v.gamma > mostGamma(in.spot))) return v;
    v.gamma = mostGamma(in.spot);
    v.theta = in.rate * v.price - (in.rate - in.dividendYield) * in.spot * v.delta - 0.5 * in.vol * in.vol * in.spot * in.spot * v.gamma;
    v.status = PriceStatus::Capped;
    return v;
}

const char* toString(IvStatus status) {
    switch (status) {
    case IvStatus::Ok: return "ok";
    case IvStatus::NoQuote: return "no_quote";
    case IvStatus::BelowIntrinsic: return "below_intrinsic";
    case IvStatus::AboveMaximum: return "above_maximum";
    case IvStatus::ExerciseRegion: return "exercise_region";
    case IvStatus::BelowMinimum: return "below_minimum";
    case IvStatus::Expired: return "expired";
    case IvStatus::BadInput: return "bad_input";
    case IvStatus::NoConvergence: return "no_convergence";
    }
    return "bad_input";
}

Valuation price(market::ExerciseStyle style, const Inputs& in) {
    return style == market::ExerciseStyle::European ? priceEuropean(in) : priceAmerican(in);
}

ImpliedVol impliedVol(market::ExerciseStyle style, const Inputs& in, double price) {
    return style == market::ExerciseStyle::European ? impliedVolEuropean(in, price) : impliedVolAmerican(in, price);
}

double yearsBetween(UtcTime from, UtcTime to) {
    constexpr double kSecondsPerYear = 365.0 * 86400.0;
    return std::max(0.0, std::chrono::duration<double>(to - from).count() / kSecondsPerYear);
}

double normalCdf(double x) { return 0.5 * std::erfc(-x * kSqrtHalf); }

} // namespace mahler::pricing
