#include "pricing/quadrature.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/european.h"

namespace mahler::pricing {

namespace {

// Abramowitz & Stegun 1964, table 25.4, n = 10: the integral over (-1, 1), positive nodes.
constexpr int kHalf = 5;
constexpr double kNode[kHalf] = {0.148874338981631, 0.433395394129247, 0.679409568299024, 0.865063366688985, 0.973906528517172};
constexpr double kWeight[kHalf] = {0.295524224714753, 0.269266719309996, 0.219086362515982, 0.149451349150581, 0.066671344308688};
constexpr double kInverseRootTwoPi = 0.398942280401432677939946;
constexpr double kMostDeviation = 8; ///< beyond it the integrand outgrows its panels
constexpr double kReach = 9;         ///< deviations beyond the payoff's edge and its own mean: what is left is under 1e-18

} // namespace

double priceByQuadrature(const Inputs& in) {
    const double s = in.vol * std::sqrt(in.years);
    if (!validInputs(in) || !(in.spot > 0) || !(in.strike > 0) || !(s > 0) || s > kMostDeviation) return std::numeric_limits<double>::quiet_NaN();
    const double forward = in.spot * std::exp((in.rate - in.dividendYield) * in.years), discount = std::exp(-in.rate * in.years);
    const double sign = in.right == market::Right::Call ? 1 : -1;
    // In z, the deviation of ln S_T: the option pays on the side of `edge` that `sign` says.
    const double edge = (std::log(in.strike / forward) + 0.5 * s * s) / s;
    const double from = sign > 0 ? std::max(edge, -kReach) : -kReach, to = sign > 0 ? std::max(edge, s) + kReach : std::min(edge, kReach);
    if (!(to > from)) return 0;
    const int panels = std::max(1, static_cast<int>(std::ceil(to - from)));
    const double width = (to - from) / panels;
    const auto value = [&](double z) {
        const double payoff = sign * (forward * std::exp(s * z - 0.5 * s * s) - in.strike);
        return payoff > 0 ? payoff * std::exp(-0.5 * z * z) : 0;
    };
    double sum = 0;
    for (int p = 0; p < panels; ++p) {
        const double middle = from + (p + 0.5) * width, half = 0.5 * width;
        double panel = 0;
        for (int k = 0; k < kHalf; ++k) panel += kWeight[k] * (value(middle + half * kNode[k]) + value(middle - half * kNode[k]));
        sum += half * panel;
    }
    return discount * kInverseRootTwoPi * sum;
}

} // namespace mahler::pricing
