#pragma once

// Exercise boundaries, one problem a lane; see lanes.h for who may include this. The method is that of solveBoundary(),
// with Newton steps on all collocation points at once in place of relaxed fixed points: four of them suffice, and the
// same matrix gives the derivatives of the boundary by rate, yield and volatility.

#include "pricing/american_kernels.h"
#include "pricing/lane_math.h"

namespace mahler::pricing {
namespace {
namespace lanes {

constexpr int kStartSteps = 3;

MAHLER_LANE_FUNCTION Doubles expLane(Doubles x) { return exponential(x).value; }
MAHLER_LANE_FUNCTION Doubles lnLane(Doubles x) { return logRatio(x, splat(1.0)); }
/// As normalPdfFlushed().
MAHLER_LANE_FUNCTION Doubles pdfLane(Doubles x) {
    const Doubles square = x * x;
    return select(less(square, splat(1197.0)), kInverseRootTwoPi * expLane(-0.5 * square), splat(0.0));
}

/// millsRatio() of gaussian.h without its division: M = value / ((y + 4) (y + 1)).
struct MillsParts {
    Doubles numerator, denominator;
};
MAHLER_LANE_FUNCTION Doubles millsPolynomial(Doubles w) {
    constexpr double even[] = {1.1832619145678034,     0.03509188023476339,     -0.08070800967978549,  -0.01253910360671188,
                               0.0017418486417579294,  -0.00022021482490660333, 3.415610694068446e-05, -6.546928120255045e-06,
                               1.3805876776345273e-06, -2.762894419839638e-07,  4.372207353179572e-08, -3.874300185400897e-09};
    constexpr double odd[] = {-0.2423996705218174,     0.07169048120225552,    0.044959129055799664,   -0.0007159506500420854,
                              -0.00023670346043863538, 5.327390113793886e-05,  -8.624313013594698e-06, 1.0505607514178528e-06,
                              -3.782823789194978e-08,  -2.057923095937739e-08, 3.975086295053013e-09};
    const Doubles w2 = w * w;
    Doubles e = splat(even[11]), o = splat(odd[10]);
#pragma GCC unroll 12
    for (int i = 10; i >= 0; --i) {
        e = mulAdd(e, w2, splat(even[i]));
        if (i > 0) o = mulAdd(o, w2, splat(odd[i - 1]));
    }
    return mulAdd(w, o, e);
}
MAHLER_LANE_FUNCTION Doubles boundedMagnitude(Doubles x) { return smaller(magnitude(x), splat(1e4)); }
MAHLER_LANE_FUNCTION Doubles millsLane(Doubles y, Doubles inverse) { ///< inverse of (y + 4)(y + 1)
    return millsPolynomial((y - 4.0) * (y + 1.0) * inverse) * ((y + 4.0) * inverse);
}
MAHLER_LANE_FUNCTION Doubles fromTail(Doubles x, Doubles tail) { return select(less(splat(0.0), x), 1.0 - tail, tail); }

/// N(a) and N(b), given their densities; one division for both.
struct CdfPair {
    Doubles first, second;
};
MAHLER_LANE_FUNCTION CdfPair cdfPair(Doubles a, Doubles pdfA, Doubles b, Doubles pdfB) {
    const Doubles ya = boundedMagnitude(a), yb = boundedMagnitude(b);
    const Doubles da = (ya + 4.0) * (ya + 1.0), db = (yb + 4.0) * (yb + 1.0), inverse = 1.0 / (da * db);
    return {fromTail(a, pdfA * millsLane(ya, inverse * db)), fromTail(b, pdfB * millsLane(yb, inverse * da))};
}

/// The QD+ start at one collocation point (Li 2010), as startAt() of american_boundary.cpp: ln(B/X).
struct StartTerms {
    Doubles rate, yield, vol, tau, rootTau, top;
};
MAHLER_LANE_FUNCTION Doubles qdPlusStart(const StartTerms& p) {
    const Doubles v2 = p.vol * p.vol, drift = p.rate - p.yield, v = p.vol * p.rootTau, inverseV = 1.0 / v;
    const Doubles discount = expLane(-p.rate * p.tau), carry = expLane(-p.yield * p.tau);
    const Doubles lost = -exponential(-p.rate * p.tau).minusOne, twoOverV2 = 2.0 / v2;
    const Doubles a = twoOverV2 * select(less(splat(0.0), p.rate), p.rate / select(less(splat(0.0), lost), lost, splat(1.0)), 1.0 / p.tau);
    const Doubles omega = drift * twoOverV2, root = squareRoot(mulAdd(omega - 1.0, omega - 1.0, 4.0 * a));
    const Doubles spread = -root, lambda = -0.5 * (omega - 1.0 + root);
    const Doubles factor = lambda - discount / spread * mulAdd(a, a / (root * spread), a), thetaFactor = twoOverV2 / spread;
    const Doubles shift = (drift + 0.5 * v2) * p.tau * inverseV, decay = 0.5 * p.vol / p.rootTau, growth = carry / discount;
    const auto miss = [&](Doubles b) __attribute__((always_inline)) {
        const Doubles d1 = mulAdd(lnLane(b), inverseV, shift), d2 = d1 - v, pdf = pdfLane(d1);
        const CdfPair n = cdfPair(-d1, pdf, -d2, pdf * b * growth);
        const Doubles strike = discount * n.second, stock = b * carry * n.first;
        const Doubles theta = p.rate * strike - p.yield * stock - decay * b * carry * pdf;
        const Doubles gain = 1.0 - b - strike + stock;
        return mulAdd(factor, gain, b - stock) + theta * thetaFactor;
    };
    // Bjerksund & Stensland 1993, flat boundary.
    const Doubles half = drift / v2 - 0.5, exponent = -half - squareRoot(mulAdd(half, half, p.rate * twoOverV2));
    const Doubles perpetual = exponent / (exponent - 1.0);
    const Doubles gap = larger((p.top - perpetual) * p.top, splat(1e-300));
    const Doubles flat = perpetual + (p.top - perpetual) * expLane(smaller((drift * p.tau - 2.0 * v) / gap, splat(0.0)));
    // Secant in x = ln(b / top), whose scale is right however close to expiry; x is negative.
    Doubles x0 = smaller(logRatio(flat, p.top), -1e-3 * v), x1 = 0.7 * x0;
    Doubles f0 = miss(p.top * expLane(x0)), f1 = miss(p.top * expLane(x1));
    for (int step = 0; step < kStartSteps; ++step) {
        const Doubles change = f1 * (x1 - x0) / (f1 - f0);
        const Mask usable = atMost(change, 1e300); // refuses NaN
        const Doubles next = smaller(larger(select(usable, x1 - change, x1), 3.0 * x1), 0.3 * x1);
        x0 = select(usable, x1, x0);
        f0 = select(usable, f1, f0);
        x1 = next;
        if (step + 1 < kStartSteps) f1 = miss(p.top * expLane(x1));
    }
    return x1;
}

/// Gauss elimination without pivots: the matrix is the unit matrix less a fixed point's derivative. Solutions replace `right`.
template <int Columns> MAHLER_LANE_FUNCTION void eliminate(Doubles (&m)[kBoundaryNodes][kBoundaryNodes], Doubles (&right)[Columns][kBoundaryNodes]) {
    for (int i = 0; i < kBoundaryNodes; ++i) {
        const Doubles inverse = 1.0 / m[i][i];
        for (int j = i + 1; j < kBoundaryNodes; ++j) {
            const Doubles ratio = m[j][i] * inverse;
            for (int k = i + 1; k < kBoundaryNodes; ++k) m[j][k] = minusMulAdd(ratio, m[i][k], m[j][k]);
            for (int c = 0; c < Columns; ++c) right[c][j] = minusMulAdd(ratio, right[c][i], right[c][j]);
        }
        m[i][i] = inverse;
    }
    for (int c = 0; c < Columns; ++c)
        for (int i = kBoundaryNodes - 1; i >= 0; --i) {
            Doubles sum = right[c][i];
            for (int k = i + 1; k < kBoundaryNodes; ++k) sum = minusMulAdd(m[i][k], right[c][k], sum);
            right[c][i] = sum * m[i][i];
        }
}

struct SolverTerms {
    Doubles rate, yield, vol, rootT, lnTop, topSlope;
    Doubles interest[kBoundaryNodes][kInnerNodes], dividend[kBoundaryNodes][kInnerNodes]; ///< e^{ru}, e^{qu}
};

/// Interpolated ln^2(B/X) can come out at or below zero next to expiry: there it is nothing and does not move.
constexpr double kShallow = 1e-14;
MAHLER_LANE_FUNCTION Doubles depthOf(Doubles square) { return squareRoot(larger(square, splat(kShallow))); }
MAHLER_LANE_FUNCTION Mask isDeep(Doubles square) { return less(splat(kShallow), square); }

/// Residuals ln B - ln F(B), their matrix, and minus their derivatives by rate or yield and by volatility.
template <bool Slopes> MAHLER_LANE_FUNCTION void newtonSystem(const AmericanScheme& scheme, const SolverTerms& p, double byRate,
                                                              const Doubles (&x)[kBoundaryNodes], Doubles (&matrix)[kBoundaryNodes][kBoundaryNodes],
                                                              Doubles (&right)[Slopes ? 3 : 1][kBoundaryNodes]) {
    const Doubles v2 = p.vol * p.vol, drift = p.rate - p.yield, mu = drift - 0.5 * v2, inverseVol = 1.0 / p.vol;
    const double side = byRate > 0 ? 1 : -1; // of the drift
    Doubles h[kBoundaryNodes];
    for (int j = 0; j < kBoundaryNodes; ++j) h[j] = x[j] * x[j];
    for (int i = 0; i < kBoundaryNodes; ++i) {
        const Doubles rootTau = p.rootT * scheme.root[i], tau = rootTau * rootTau, v = p.vol * rootTau, inverseV = 1.0 / v;
        const Doubles flowUnit = 2.0 * rootTau * inverseVol;
        Doubles up1 = splat(0.0), up2 = up1, down1 = up1, down2 = up1; // sums of N and D and of their derivatives by ln B
        Doubles upTime = up1, upDrift = up1, upVol = up1, downTime = up1, downDrift = up1, downVol = up1;
        Doubles upRow[kBoundaryNodes] = {}, downRow[kBoundaryNodes] = {};
        for (int k = 0; k < kInnerNodes; ++k) {
            const double* row = scheme.row[i][k];
            Doubles sum = splat(0.0);
            for (int j = 0; j < kBoundaryNodes; ++j) sum = mulAdd(h[j], splat(row[j]), sum);
            const Doubles depth = depthOf(sum); // -ln(B(u)/X)
            const Doubles rootS = rootTau * scheme.sine[k], sd = v * scheme.sine[k], inverse = inverseV * (1.0 / scheme.sine[k]);
            const Doubles dm = mulAdd(mu, rootS * rootS, x[i] + depth) * inverse, dp = dm + sd;
            const Doubles pm = pdfLane(dm), pp = pdfLane(dp);
            const Doubles y = boundedMagnitude(dp), denominator = (y + 4.0) * (y + 1.0), shared = 1.0 / (denominator * depth);
            const Doubles cdf = fromTail(dp, pp * millsLane(y, shared * depth)), inverseDepth = select(isDeep(sum), shared * denominator, splat(0.0));
            const Doubles flow = flowUnit * (scheme.weight[k] * scheme.cosine[k]);
            const Doubles a = flow * p.interest[i][k] * pm, yielded = flow * p.dividend[i][k], b = yielded * pp, c = yielded * sd * cdf;
            const Doubles ga = a * dm * inverse, gb = mulAdd(b * dp, inverse, -b);
            up1 += a;
            down1 += b + c;
            up2 -= ga;
            down2 -= gb;
            const Doubles wa = ga * inverseDepth, wb = gb * inverseDepth;
            for (int j = 0; j < kBoundaryNodes; ++j) {
                upRow[j] = mulAdd(wa, splat(row[j]), upRow[j]);
                downRow[j] = mulAdd(wb, splat(row[j]), downRow[j]);
            }
            if constexpr (Slopes) {
                const Doubles u = tau * (scheme.cosine[k] * scheme.cosine[k]), pull = rootS * inverseVol;
                upTime = mulAdd(a, u, upTime);
                upDrift = minusMulAdd(a * dm, pull, upDrift);
                upVol = mulAdd(a, mulAdd(dm, dp, splat(-1.0)), upVol);
                downTime = mulAdd(b + c, u, downTime);
                downDrift = mulAdd(b * (sd - dp), pull, downDrift);
                downVol = mulAdd(b, mulAdd(dp - sd, dm, splat(-1.0)), downVol);
            }
        }
        const Doubles ln = x[i] + p.lnTop;
        const Doubles dMinus = mulAdd(mu, tau, ln) * inverseV, dPlus = dMinus + v, pMinus = pdfLane(dMinus), pPlus = pdfLane(dPlus);
        const CdfPair n = cdfPair(dPlus, pPlus, dMinus, pMinus);
        const Doubles edgeUp = pMinus * inverseV, edgeDown = pPlus * inverseV;
        const Doubles up = mulAdd(p.rate, up1, edgeUp), down = mulAdd(p.yield, down1, edgeDown + n.first);
        const Doubles edgeUpSlope = -dMinus * inverseV * edgeUp, edgeDownSlope = minusMulAdd(dPlus * inverseV, edgeDown, edgeDown);
        const Doubles upSlope = mulAdd(p.rate, up2, edgeUpSlope);
        // n.first differentiates to pPlus / v, which edgeDownSlope counts already.
        const Doubles downSlope = mulAdd(p.yield, down2, edgeDownSlope);
        const Doubles inverseUp = 1.0 / up, inverseDown = 1.0 / down;
        const Doubles residual = mulAdd(drift, tau, ln) - logRatio(up, down);
        right[0][i] = residual;
        const Doubles upFactor = p.rate * inverseUp, downFactor = p.yield * inverseDown;
        for (int j = 0; j < kBoundaryNodes; ++j) // depth falls by row x / depth as ln B rises
            matrix[i][j] = x[j] * (upFactor * upRow[j] - downFactor * downRow[j]);
        const Doubles ownSlope = upSlope * inverseUp - downSlope * inverseDown;
        matrix[i][i] += 1.0 - ownSlope;
        if constexpr (Slopes) {
            const Doubles pull = side * rootTau * inverseVol;
            Doubles upMove = mulAdd(side * p.rate, upDrift, -pMinus * dMinus * inverseV * pull);
            Doubles downMove = mulAdd(side * p.yield, downDrift, pPlus * pull * minusMulAdd(dPlus, inverseV, splat(1.0)));
            upMove += byRate > 0 ? mulAdd(p.rate, upTime, up1) : splat(0.0);
            downMove += byRate > 0 ? splat(0.0) : mulAdd(p.yield, downTime, down1);
            const Doubles edgeMove = edgeUpSlope * inverseUp - edgeDownSlope * inverseDown;
            right[1][i] = -(p.topSlope * (1.0 - edgeMove) + side * tau - upMove * inverseUp + downMove * inverseDown);
            const Doubles upByVol = inverseVol * mulAdd(p.rate, upVol, edgeUp * mulAdd(dMinus, dPlus, splat(-1.0)));
            const Doubles downByVol = inverseVol * (p.yield * downVol + edgeDown * mulAdd(dPlus, dMinus, splat(-1.0)) - pPlus * dMinus);
            right[2][i] = upByVol * inverseUp - downByVol * inverseDown;
        }
    }
}

/// Value of holding less that of exercising at collocation point `i` of the boundary, in strikes.
MAHLER_LANE_FUNCTION Doubles valueMiss(const AmericanScheme& scheme, const SolverTerms& p, const Doubles (&x)[kBoundaryNodes], int i) {
    const Doubles rootTau = p.rootT * scheme.root[i], tau = rootTau * rootTau, v = p.vol * rootTau, inverseV = 1.0 / v;
    const Doubles mu = p.rate - p.yield - 0.5 * p.vol * p.vol, ln = x[i] + p.lnTop, b = expLane(ln);
    const Doubles discount = expLane(-p.rate * tau), carry = b * expLane(-p.yield * tau);
    Doubles earned = splat(0.0);
    for (int k = 0; k < kInnerNodes; ++k) {
        const double* row = scheme.row[i][k];
        Doubles sum = splat(0.0);
        for (int j = 0; j < kBoundaryNodes; ++j) sum = mulAdd(x[j] * x[j], splat(row[j]), sum);
        const Doubles rootS = rootTau * scheme.sine[k];
        const Doubles dm = mulAdd(mu, rootS * rootS, x[i] + depthOf(sum)) * inverseV * (1.0 / scheme.sine[k]), dp = dm + v * scheme.sine[k];
        const CdfPair n = cdfPair(-dm, pdfLane(dm), -dp, pdfLane(dp));
        const Doubles flow = p.rate * discount * p.interest[i][k] * n.first - p.yield * carry * p.dividend[i][k] * n.second;
        earned += flow * (2.0 * scheme.weight[k] * scheme.sine[k] * scheme.cosine[k]);
    }
    const Doubles dMinus = mulAdd(mu, tau, ln) * inverseV, dPlus = dMinus + v;
    const CdfPair n = cdfPair(-dMinus, pdfLane(dMinus), -dPlus, pdfLane(dPlus));
    return discount * n.first - carry * n.second + earned * tau - (1.0 - b);
}

/// See BoundaryBlock::mismatch.
MAHLER_LANE_FUNCTION Doubles mismatchOf(const AmericanScheme& scheme, const SolverTerms& p, const Doubles (&x)[kBoundaryNodes]) {
    const Doubles deviation = p.vol * p.rootT, pull = larger(larger(magnitude(p.rate), magnitude(p.yield)), magnitude(p.rate - p.yield));
    const Mask asked = less(deviation * kUncheckedPull, pull * (p.rootT * p.rootT));
    if (!any(asked)) return splat(0.0);
    Doubles miss = magnitude(valueMiss(scheme, p, x, 0)), sound = miss * 0.0; // adds up to NaN when anything is
    for (int i = 1; i < 4; ++i) { // at shorter times the twelve nodes of this integral say less than the boundary knows
        const Doubles other = magnitude(valueMiss(scheme, p, x, i));
        miss = larger(other * (1.0 / 30), miss);
        sound += other * 0.0;
    }
    return select(asked, select(atMost(sound, 1.0), miss / deviation, splat(1e300)), splat(0.0));
}

MAHLER_LANE_FUNCTION void newtonMove(Doubles (&x)[kBoundaryNodes], const Doubles (&step)[kBoundaryNodes]) {
    for (int j = 0; j < kBoundaryNodes; ++j) {
        const Doubles next = select(atMost(step[j], 1e300), x[j] - step[j], x[j]);
        x[j] = smaller(larger(next, 1.2 * x[j]), 0.6 * x[j]); // x is negative
    }
}

void solveLanes(const AmericanScheme& scheme, const PutBlock& in, RateSlope slope, BoundaryBlock& out, int count) {
    for (int lane = 0; lane < count; lane += kLanes) {
        SolverTerms p;
        p.rate = load(in.rate + lane);
        p.yield = load(in.yield + lane);
        p.vol = load(in.vol + lane);
        p.rootT = squareRoot(load(in.years + lane));
        const Mask split = less(p.rate, p.yield);
        const Doubles top = select(split, p.rate / select(split, p.yield, splat(1.0)), splat(1.0));
        p.lnTop = lnLane(top);
        const double byRate = slope == RateSlope::ByRate ? 1 : 0;
        p.topSlope = select(split, byRate > 0 ? 1.0 / select(split, p.rate, splat(1.0)) : -1.0 / select(split, p.yield, splat(1.0)), splat(0.0));
        Doubles x[kBoundaryNodes];
        for (int i = 0; i < kBoundaryNodes; ++i) {
            const Doubles rootTau = p.rootT * scheme.root[i], tau = rootTau * rootTau;
            x[i] = smaller(qdPlusStart({p.rate, p.yield, p.vol, tau, rootTau, top}), splat(-1e-9));
            for (int k = 0; k < kInnerNodes; ++k) {
                const Doubles u = tau * (scheme.cosine[k] * scheme.cosine[k]);
                p.interest[i][k] = expLane(p.rate * u);
                p.dividend[i][k] = expLane(p.yield * u);
            }
        }
        Doubles matrix[kBoundaryNodes][kBoundaryNodes], plain[1][kBoundaryNodes], full[3][kBoundaryNodes];
        for (int step = 1; step < scheme.newtonSteps; ++step) {
            newtonSystem<false>(scheme, p, byRate, x, matrix, plain);
            eliminate(matrix, plain);
            newtonMove(x, plain[0]);
        }
        newtonSystem<true>(scheme, p, byRate, x, matrix, full);
        Doubles worst = splat(0.0);
        for (int i = 0; i < kBoundaryNodes; ++i) worst = larger(magnitude(full[0][i]), worst);
        eliminate(matrix, full);
        newtonMove(x, full[0]);
        Doubles sound = splat(0.0); // adds up to NaN when anything is
        for (int i = 0; i < kBoundaryNodes; ++i) {
            store(out.ln[i] + lane, x[i]);
            store(out.slope[i] + lane, full[1][i]);
            store(out.volSlope[i] + lane, full[2][i]);
            sound += full[0][i] * 0.0 + full[1][i] * 0.0 + full[2][i] * 0.0;
        }
        store(out.lnTop + lane, p.lnTop);
        store(out.topSlope + lane, p.topSlope);
        store(out.residual + lane, select(atMost(sound, 1.0), worst, splat(1e300)));
        store(out.mismatch + lane, mismatchOf(scheme, p, x));
    }
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
