#include "pricing/european.h"

#include <algorithm>
#include <cmath>

#include "pricing/gaussian.h"
#include "pricing/normalised_black.h"

namespace mahler::pricing {

double logRatio(double a, double b) {
    const double ratio = a / b;
    return ratio > 0.5 && ratio < 2 ? std::log1p((a - b) / b) : std::log(a) - std::log(b);
}

bool validTerms(const Inputs& in) {
    if (!std::isfinite(in.spot) || !std::isfinite(in.strike) || !std::isfinite(in.years) || !std::isfinite(in.rate) ||
        !std::isfinite(in.dividendYield))
        return false;
    if (in.spot < 0 || in.strike < 0 || in.years < 0 || in.spot > 1e100 || in.strike > 1e100 || in.years > 1e5) return false;
    return std::fabs(in.rate * in.years) < 300 && std::fabs(in.dividendYield * in.years) < 300;
}

bool validInputs(const Inputs& in) { return validTerms(in) && in.vol >= 0 && in.vol <= kMostVol; }

ForwardTerms forwardTerms(const Inputs& in) {
    ForwardTerms t;
    t.discount = std::exp(-in.rate * in.years);
    t.carry = std::exp(-in.dividendYield * in.years);
    t.discountedForward = in.spot * t.carry;
    t.discountedStrike = in.strike * t.discount;
    // Not the difference of the two legs: near the money their rounding would outweigh a short option's time value.
    const double forwardGap =
        (in.spot - in.strike) + (in.spot * std::expm1(-in.dividendYield * in.years) - in.strike * std::expm1(-in.rate * in.years));
    t.intrinsic = std::max(0.0, in.right == market::Right::Call ? forwardGap : -forwardGap); // in this order: never -0
    t.usable = in.spot > 1e-100 && in.strike > 1e-100;
    if (t.usable) {
        t.x = logRatio(in.spot, in.strike) + (in.rate - in.dividendYield) * in.years;
        t.scale = std::sqrt(t.discountedForward) * std::sqrt(t.discountedStrike);
    }
    return t;
}

double europeanValue(const ForwardTerms& terms, double totalVol) {
    return terms.intrinsic + terms.scale * normalisedBlack(-std::fabs(terms.x), totalVol);
}

Valuation degenerateEuropean(const Inputs& in) {
    const ForwardTerms t = forwardTerms(in);
    const double sign = in.right == market::Right::Call ? 1 : -1;
    const double gap = sign * (t.discountedForward - t.discountedStrike);
    const double inTheMoney = gap > 0 ? 1 : gap < 0 ? 0 : 0.5;
    Valuation v;
    v.price = t.intrinsic;
    v.delta = sign * t.carry * inTheMoney + 0.0; // -0 becomes 0
    v.rho = sign * in.years * t.discountedStrike * inTheMoney + 0.0;
    v.status = PriceStatus::Degenerate;
    return v;
}

Valuation settleEuropean(const Inputs& in) {
    if (!validInputs(in)) return {};
    const double rootT = std::sqrt(in.years), s = in.vol * rootT;
    const ForwardTerms t = forwardTerms(in);
    if (!(s > 0) || !t.usable) return degenerateEuropean(in);
    const double sign = in.right == market::Right::Call ? 1 : -1;
    const double h = t.x / s, d1 = h + 0.5 * s, d2 = h - 0.5 * s;
    const double pdf = normalPdf(d1), n1 = normalCdf(sign * d1), n2 = normalCdf(sign * d2);
    Valuation v;
    v.price = europeanValue(t, s);
    v.delta = sign * t.carry * n1;
    v.gamma = t.carry * pdf / (in.spot * s);
    v.vega = t.discountedForward * pdf * rootT;
    v.theta =
        -0.5 * t.discountedForward * pdf * in.vol / rootT + sign * (in.dividendYield * t.discountedForward * n1 - in.rate * t.discountedStrike * n2);
    v.rho = sign * in.years * t.discountedStrike * n2;
    const bool finite = std::isfinite(v.price) && std::isfinite(v.gamma) && std::isfinite(v.theta) && std::isfinite(v.vega);
    if (!finite) return degenerateEuropean(in);
    v.status = PriceStatus::Ok;
    return v;
}

ImpliedVol settleImpliedVol(const Inputs& in, double price) {
    if (!validTerms(in) || !std::isfinite(price) || in.spot <= 0 || in.strike <= 0) return {0, IvStatus::BadInput};
    if (in.years <= 0) return {0, IvStatus::Expired};
    const ForwardTerms t = forwardTerms(in);
    if (!t.usable) return {0, IvStatus::BadInput};
    const double most = in.right == market::Right::Call ? t.discountedForward : t.discountedStrike;
    if (price >= most) return {0, IvStatus::AboveMaximum};
    // Rounding of the two discounted legs is what an in-the-money time value cannot resolve.
    const double resolution = t.intrinsic > 0 ? 4 * 2.2e-16 * (t.discountedForward + t.discountedStrike) : 0;
    const double timeValue = price - t.intrinsic;
    if (timeValue < -resolution) return {0, IvStatus::BelowIntrinsic};
    const double beta = timeValue / t.scale;
    if (timeValue <= resolution || beta < 1e-300) return {0, IvStatus::BelowMinimum};
    const double s = impliedTotalVol(-std::fabs(t.x), beta);
    if (!(s > 0)) // a time value at its upper bound, beyond what doubles resolve
        return {0, beta >= std::exp(-0.5 * std::fabs(t.x)) ? IvStatus::AboveMaximum : IvStatus::NoConvergence};
    return {s / std::sqrt(in.years), IvStatus::Ok};
}

} // namespace mahler::pricing
