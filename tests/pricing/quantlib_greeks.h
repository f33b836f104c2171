#pragma once

#include <algorithm>
#include <cmath>

#include "pricing/option_pricer.h"
#include "pricing/quantlib_check.h"
#include "reference_table.h"

namespace mahler::pricing {

/// First and second derivative of f from five values, fourth order.
struct Slopes {
    double first = 0, second = 0;
};
inline Slopes fivePoint(const auto& f, double step) {
    const double up = f(step), down = f(-step), far = f(2 * step), low = f(-2 * step), centre = f(0.0);
    return {(8 * (up - down) - (far - low)) / (12 * step), (-far + 16 * up - 30 * centre + 16 * down - low) / (12 * step * step)};
}

/// How far delta and gamma of a row stand from the derivative itself: QuantLib's high-precision engine, differenced over a
/// fiftieth of a standard deviation. Some 30 ms; where the rate is a little below the yield QuantLib needs seconds.
struct GreekGaps {
    double delta = 0, gamma = 0; ///< absolute; relative
    bool hold() const { return delta <= 1e-6 && gamma <= 1e-4; }
};
inline GreekGaps greekGaps(const ReferenceRow& row) {
    const Inputs in = row.inputs();
    const Slopes want = fivePoint(
        [&](double move) {
            Inputs moved = in;
            moved.spot += move;
            return *quantlibPrice(market::ExerciseStyle::American, moved);
        },
        0.02 * in.spot * std::min(1.0, in.vol * std::sqrt(in.years)));
    const Valuation v = priceAmerican(in);
    return {std::fabs(v.delta - want.first), std::fabs(v.gamma / want.second - 1)};
}

} // namespace mahler::pricing
