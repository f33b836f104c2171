#pragma once

// Binomial trees, one contract a lane; see lanes.h for who may include this. The method of americanTreePrice().

#include "pricing/american_lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

struct TreeTerms {
    Doubles sign, spot, strike, years, rate, yield, vol;
    Mask american;
};

MAHLER_LANE_FUNCTION Doubles treeLanes(const TreeTerms& t, int steps) {
    const Doubles dt = t.years * (1.0 / steps), a = t.vol * squareRoot(dt), up = expLane(a), down = 1.0 / up;
    const Doubles discount = expLane(-t.rate * dt), carry = expLane(-t.yield * dt);
    const Doubles chance = smaller(larger((carry / discount - down) / (up - down), splat(0.0)), splat(1.0));
    const Doubles gain = discount * chance, loss = discount * (1.0 - chance);
    // Exercise values at spot u^k, k of one parity contiguous: a level of the tree uses one parity.
    Doubles value[kMostTreeSteps], exercise[2][kMostTreeSteps + 1];
    const int last = steps - 1;
    const Doubles never = splat(-1e300), inverseA = 1.0 / a, half = 0.5 * a;
    const Doubles lnRatio = logRatio(t.spot, t.strike), drift = (t.rate - t.yield) * dt;
    for (int k = -last; k <= last; ++k) {
        const Doubles level = a * static_cast<double>(k), spot = t.spot * expLane(level);
        const Doubles gap = t.sign * (spot - t.strike), now = select(t.american, gap, never);
        exercise[(k + last) & 1][(k + last) >> 1] = now;
        if (((k + last) & 1) != 0) continue;
        const Doubles d1 = mulAdd(lnRatio + level + drift, inverseA, half), d2 = d1 - a;
        const Doubles s1 = t.sign * d1, s2 = t.sign * d2, p1 = pdfLane(d1), p2 = pdfLane(d2);
        const CdfPair n = cdfPair(s1, p1, s2, p2);
        const Doubles held = t.sign * (spot * carry * n.first - t.strike * discount * n.second);
        value[(k + last) >> 1] = larger(larger(held, splat(0.0)), now);
    }
    for (int level = last - 1; level >= 0; --level) {
        const int first = last - level; // of k = -level
        const Doubles* row = exercise[first & 1] + (first >> 1);
        for (int j = 0; j <= level; ++j) value[j] = larger(mulAdd(gain, value[j + 1], loss * value[j]), row[j]);
    }
    return value[0];
}

void treePricesLanes(const TreeBlock& in, int steps, double* price, double* coarse, int count) {
    for (int lane = 0; lane < count; lane += kLanes) {
        const TreeTerms t{load(in.sign + lane), load(in.spot + lane),  load(in.strike + lane), load(in.years + lane),
                          load(in.rate + lane), load(in.yield + lane), load(in.vol + lane),    less(splat(0.5), load(in.american + lane))};
        store(price + lane, treeLanes(t, steps));
        store(coarse + lane, treeLanes(t, steps / 2));
    }
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
