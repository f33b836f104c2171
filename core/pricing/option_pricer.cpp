#include "pricing/option_pricer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "pricing/gaussian.h"

namespace mahler::pricing {

bool hasNumbers(PriceStatus status) {
    switch (status) {
    case PriceStatus::Ok:
    case PriceStatus::Degenerate: return true;
    case PriceStatus::BadInput:
    case PriceStatus::NoMethod: return false;
    }
    return false;
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
