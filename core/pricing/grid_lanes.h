#pragma once

// A leg over a grid of spots and volatilities; see lanes.h for who may include this.

#include "pricing/european_lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

constexpr std::size_t kMostVolShifts = 512;

bool addToGrid(const GridAxes& axes, const GridLegTerms& leg, double* sums) {
    if (axes.volCount > kMostVolShifts) return false;
    const Doubles sign = splat(leg.sign), strike = splat(leg.strike), quantity = splat(leg.quantity);
    Mask good = isSign(sign) & within(strike, kLeastMoney, kMostMoney);
    double totals[kMostVolShifts], inverses[kMostVolShifts];
    const Terms first = makeTerms(splat(axes.spots[0]), splat(leg.years), splat(leg.rate), splat(leg.yield));
    for (std::size_t v = 0; v < axes.volCount; ++v) {
        const Doubles vol = splat(leg.vol + axes.volShifts[v]), total = vol * first.rootYears;
        good = good & within(vol, kLeastVol, kLargestVol) & within(total, kLeastTotalVol, kMostTotalVol);
        totals[v] = total[0];
        inverses[v] = 1.0 / totals[v];
    }
    for (std::size_t i = 0; i < axes.spotCount; i += kStep) good = good & within(load(axes.spots + i), kLeastMoney, kMostMoney);
    if (any(~(good & first.good))) return false;
    for (std::size_t i = 0; i < axes.spotCount; i += kStep) {
        Terms t = first;
        t.spot = load(axes.spots + i);
        t.forwardLeg = t.spot * t.carry;
        const Moneyness m = makeMoneyness(t, strike);
        const Mask below = lessEqual(m.x, splat(0)), inside = less(splat(0), sign) ^ below;
        const Doubles intrinsic = select(inside, larger(sign * m.gap, splat(0)), splat(0));
        const Doubles received = select(below, t.forwardLeg, m.strikeLeg), distance = magnitude(m.x);
        for (std::size_t v = 0; v < axes.volCount; ++v) {
            const Doubles total = splat(totals[v]);
            const OutSide o = outSide(distance * splat(inverses[v]), 0.5 * total, total, received);
            double* const cell = sums + v * axes.spotCount + i;
            store(cell, mulAdd(quantity, o.value + intrinsic, load(cell)));
        }
    }
    return true;
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
