#pragma once

#include <optional>
#include <span>

namespace mahler::pricing {

/// One strike with both sides quoted.
struct ParityPair {
    double strike = 0;
    double gap = 0;   ///< call mid minus put mid
    double width = 0; ///< call width plus put width
};

struct ParityFit {
    double forward = 0, discount = 1;
    double discountError = 0; ///< standard error; 0 when the discount was given
    int used = 0;
};

/// C - P = D (F - K): weighted regression (1/width^2) with Tukey's biweight over strikes near the money; with `discount`
/// given, the weighted median of F. @return absent with fewer than two usable strikes (one, when the discount is given)
/// or a line no market has.
std::optional<ParityFit> fitParity(std::span<const ParityPair> pairs, std::optional<double> discount);

/// The value at which half of the weight is reached; `values` and `weights` alike long and not empty.
double weightedMedian(std::span<const double> values, std::span<const double> weights);

} // namespace mahler::pricing
