#pragma once

#include <vector>

namespace mahler::strategy {

/// Where the underlying may be some days ahead: prices one and two standard deviations of its logarithm below and above its median.
struct ConePoint {
    double days = 0; ///< calendar, from now
    double low2 = 0, low1 = 0, median = 0, high1 = 0, high2 = 0;
};

/// Of a lognormal way around the forward at one volatility: at t the median is S (F/S)^(t/T) e^(-v^2 t/2), the k-sigma prices lie
/// e^(+-k v sqrt(t)) from it, so 68.3 % of all ways are within one of them and 95.4 % within two (Black & Scholes 1973; Hull, Options,
/// Futures and Other Derivatives, section 15.1). `count` moments, equally far apart, the first now, the last at expiry. Empty unless
/// all is positive and `count` at least 2.
std::vector<ConePoint> probabilityCone(double spot, double forward, double vol, double years, int count);
/// The same at one moment within it.
ConePoint conePoint(double spot, double forward, double vol, double years, double days);

} // namespace mahler::strategy
