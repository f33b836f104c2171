#include "strategy/cone.h"

#include <cmath>

namespace mahler::strategy {

namespace {

constexpr double kDaysPerYear = 365;

}

ConePoint conePoint(double spot, double forward, double vol, double years, double days) {
    const double t = days / kDaysPerYear, deviation = vol * std::sqrt(t);
    const double median = spot * std::pow(forward / spot, t / years) * std::exp(-vol * vol * t / 2);
    return {days,   median * std::exp(-2 * deviation), median * std::exp(-deviation),
            median, median * std::exp(deviation),      median * std::exp(2 * deviation)};
}

std::vector<ConePoint> probabilityCone(double spot, double forward, double vol, double years, int count) {
    if (!(spot > 0) || !(forward > 0) || !(vol > 0) || !(years > 0) || count < 2) return {};
    std::vector<ConePoint> cone;
    for (int i = 0; i < count; ++i) cone.push_back(conePoint(spot, forward, vol, years, years * kDaysPerYear * i / (count - 1)));
    return cone;
}

} // namespace mahler::strategy
