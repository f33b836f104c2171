#include <algorithm>
#include <cmath>
#include <vector>

#include "pricing/american.h"
#include "pricing/european.h"

namespace mahler::pricing {

namespace {

double treeOnce(const Inputs& in, int steps) {
    const double dt = in.years / steps, up = std::exp(in.vol * std::sqrt(dt)), down = 1 / up;
    const double growth = std::exp((in.rate - in.dividendYield) * dt), discount = std::exp(-in.rate * dt);
    const double p = std::clamp((growth - down) / (up - down), 0.0, 1.0);
    const double w = in.right == market::Right::Call ? 1 : -1;
    const auto count = static_cast<std::size_t>(steps);
    std::vector<double> spot(count), value(count);
    for (std::size_t j = 0; j < count; ++j)
        spot[j] = in.spot * std::exp(in.vol * std::sqrt(dt) * (2 * static_cast<double>(j) - static_cast<double>(count - 1)));
    Inputs last = in;
    last.years = dt;
    for (std::size_t j = 0; j < count; ++j) {
        last.spot = spot[j];
        value[j] = std::max(europeanValue(forwardTerms(last), in.vol * std::sqrt(dt)), w * (spot[j] - in.strike));
    }
    for (std::size_t level = count - 1; level > 0; --level)
        for (std::size_t j = 0; j < level; ++j) {
            spot[j] *= up;
            value[j] = std::max(discount * (p * value[j + 1] + (1 - p) * value[j]), w * (spot[j] - in.strike));
        }
    return value[0];
}

} // namespace

double americanTreePrice(const Inputs& in, int steps) {
    const int half = std::max(steps / 2, 2);
    return 2 * treeOnce(in, 2 * half) - treeOnce(in, half);
}

} // namespace mahler::pricing
