#pragma once

// The early-exercise premium and its derivatives, one contract a lane; see lanes.h for who may include this.

#include "pricing/american_lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

void prepareLanes(const PremiumRule& rule, const PutBlock& in, RateSlope slope, PremiumBlock& out, int count) {
    out.rule = &rule;
    for (int lane = 0; lane < count; lane += kLanes) {
        const Doubles rate = load(in.rate + lane), yield = load(in.yield + lane), years = load(in.years + lane);
        const Doubles rootT = squareRoot(years), inverseRootT = 1.0 / rootT;
        for (int k = 0; k < rule.count; ++k) {
            const Doubles root = rootT * rule.sine[k], s = root * root, weight = years * rule.weight[k];
            const Doubles discount = weight * expLane(-rate * s), carry = weight * expLane(-yield * s);
            store(out.root[k] + lane, root);
            store(out.inverseRoot[k] + lane, inverseRootT * (1.0 / rule.sine[k]));
            store(out.interest[k] + lane, rate * discount);
            store(out.dividend[k] + lane, yield * carry);
            store(out.plain[k] + lane, slope == RateSlope::ByRate ? discount : carry);
        }
    }
}

/// Chebyshev polynomials and their derivatives at each lane's ln(vol), then three sums a collocation point.
void expandLanes(const VolExpansion& e, const double* vol, BoundaryBlock& out, int count) {
    for (int lane = 0; lane < count; lane += kLanes) {
        const Doubles sigma = load(vol + lane), t = (lnLane(sigma) - e.centre) * (1.0 / e.halfWidth), twice = t + t;
        Doubles value[kMostTerms], slope[kMostTerms];
        value[0] = splat(1.0);
        value[1] = t;
        slope[0] = splat(0.0);
        slope[1] = splat(1.0);
        for (int k = 2; k < e.terms; ++k) {
            value[k] = mulAdd(twice, value[k - 1], -value[k - 2]);
            slope[k] = mulAdd(twice, slope[k - 1], mulAdd(splat(2.0), value[k - 1], -slope[k - 2]));
        }
        const Doubles perVol = 1.0 / (sigma * e.halfWidth);
        for (int j = 0; j < kBoundaryNodes; ++j) {
            Doubles ln = splat(0.0), byVol = ln, byRate = ln;
            for (int k = 0; k < e.terms; ++k) {
                ln = mulAdd(value[k], splat(e.ln[j][k]), ln);
                byVol = mulAdd(slope[k], splat(e.ln[j][k]), byVol);
                byRate = mulAdd(value[k], splat(e.slope[j][k]), byRate);
            }
            store(out.ln[j] + lane, ln);
            store(out.volSlope[j] + lane, byVol * perVol);
            store(out.slope[j] + lane, byRate);
        }
        store(out.lnTop + lane, splat(e.lnTop));
        store(out.topSlope + lane, splat(e.topSlope));
    }
}

template <bool Greeks> MAHLER_LANE_FUNCTION void premiumLanes(const PremiumBlock& grid, const PutBlock& in, const BoundaryBlock& boundary,
                                                              double byRate, const double* moneyness, PremiumValues& out, int lane) {
    const PremiumRule& rule = *grid.rule;
    const Doubles rate = load(in.rate + lane), yield = load(in.yield + lane), vol = load(in.vol + lane), m = load(moneyness + lane);
    const Doubles lnTop = load(boundary.lnTop + lane), topSlope = load(boundary.topSlope + lane);
    // Below X = r/q the boundary's move with the rate is smooth in sqrt(tau) itself; at X = 1 that of ln^2(B/X) is.
    const Mask split = less(rate, yield);
    const Doubles mu = rate - yield - 0.5 * vol * vol, inverseVol = 1.0 / vol, lnM = lnLane(m), gap = lnM - lnTop;
    Doubles h[kBoundaryNodes], hVol[kBoundaryNodes], hRate[kBoundaryNodes];
    for (int j = 0; j < kBoundaryNodes; ++j) {
        const Doubles x = load(boundary.ln[j] + lane);
        h[j] = x * x;
        hVol[j] = x * load(boundary.volSlope[j] + lane); // half the derivative of h
        const Doubles move = load(boundary.slope[j] + lane);
        hRate[j] = select(split, -move, x * move);
    }
    Doubles premium = splat(0.0), slope = premium, curve = premium, vega = premium, byParameter = premium;
    for (int k = 0; k < rule.count; ++k) {
        const double* row = rule.row[k];
        Doubles sum = splat(0.0), sumVol = sum, sumRate = sum;
        for (int j = 0; j < kBoundaryNodes; ++j) {
            const Doubles weight = splat(row[j]);
            sum = mulAdd(h[j], weight, sum);
            sumVol = mulAdd(hVol[j], weight, sumVol);
            if constexpr (Greeks) sumRate = mulAdd(hRate[j], weight, sumRate);
        }
        const Doubles depth = depthOf(sum);
        const Doubles root = load(grid.root[k] + lane), inverseSd = load(grid.inverseRoot[k] + lane) * inverseVol;
        const Doubles s = root * root;
        const Doubles dm = mulAdd(mu, s, gap + depth) * inverseSd, dp = mulAdd(vol, root, dm);
        const Doubles pm = pdfLane(dm), pp = pdfLane(dp);
        const Doubles ym = boundedMagnitude(dm), yp = boundedMagnitude(dp);
        const Doubles denominatorM = (ym + 4.0) * (ym + 1.0), denominatorP = (yp + 4.0) * (yp + 1.0);
        const Doubles both = denominatorM * denominatorP, inverse = 1.0 / (both * depth);
        const Doubles perM = inverse * depth;
        const Doubles tailM = fromTail(-dm, pm * millsLane(ym, perM * denominatorP));
        const Doubles tailP = fromTail(-dp, pp * millsLane(yp, perM * denominatorM));
        const Doubles inverseDepth = select(isDeep(sum), inverse * both, splat(0.0));
        const Doubles interest = load(grid.interest[k] + lane), dividend = load(grid.dividend[k] + lane) * m;
        premium += mulAdd(interest, tailM, -(dividend * tailP));
        const Doubles flowM = interest * pm, flowP = dividend * pp;
        const Doubles jump = (flowM - flowP) * inverseSd; // by ln B
        vega += mulAdd(inverseVol, mulAdd(flowM, dp, -(flowP * dm)), -(jump * sumVol * inverseDepth));
        if constexpr (Greeks) {
            slope += jump + dividend * tailP; // minus the derivative by ln m
            curve += mulAdd(jump, dp, flowP) * inverseSd;
            const Doubles plain = load(grid.plain[k] + lane);
            // The weights' own derivative, the drift's, the boundary's.
            const Doubles direct =
                byRate > 0 ? plain * minusMulAdd(rate, s, splat(1.0)) * tailM : -(plain * m) * minusMulAdd(yield, s, splat(1.0)) * tailP;
            const Doubles boundaryMove = topSlope - select(split, sumRate, sumRate * inverseDepth);
            byParameter += direct + jump * (boundaryMove - (byRate > 0 ? s : -s));
        }
    }
    store(out.premium + lane, larger(premium, splat(0.0)));
    store(out.vega + lane, vega);
    store(out.lnNow + lane, lnTop + load(boundary.ln[0] + lane));
    if constexpr (Greeks) {
        const Doubles inverseM = 1.0 / m;
        store(out.delta + lane, -(slope * inverseM));
        store(out.gamma + lane, curve * inverseM * inverseM);
        store(out.rateSlope + lane, byParameter);
    }
}

void premiumVegaLanes(const PremiumBlock& grid, const PutBlock& in, const BoundaryBlock& boundary, const double* moneyness, PremiumValues& out,
                      int count) {
    for (int lane = 0; lane < count; lane += kLanes) premiumLanes<false>(grid, in, boundary, 1, moneyness, out, lane);
}

void greeksLanes(const PremiumBlock& grid, const PutBlock& in, const BoundaryBlock& boundary, RateSlope slope, const double* moneyness,
                 PremiumValues& out, int count) {
    for (int lane = 0; lane < count; lane += kLanes) premiumLanes<true>(grid, in, boundary, slope == RateSlope::ByRate ? 1 : 0, moneyness, out, lane);
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
