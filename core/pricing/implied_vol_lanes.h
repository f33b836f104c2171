#pragma once

// Implied volatility on lanes, in Jaeckel's normalised Black form; see lanes.h for who may include this.
// Ordinary lanes settle here in two or three steps; what does not is handed to the scalar code, lane by lane.

#include "pricing/european_lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

/// Closed-form start within some per cent: Stefanica & Radoicic, "An explicit implied volatility formula" (2017), from
/// Polya's approximation of the normal distribution. `y` = |ln(F/K)|, `root` = e^{-y/2}, `beta` as in Jaeckel.
MAHLER_LANE_FUNCTION Doubles firstTotalVol(Doubles y, Doubles root, Doubles beta) {
    constexpr double kTwoOverPi = 0.63661977236758134308;
    const Doubles shrink = root * root;                        // e^{-y}
    const Doubles p = exponential((1 - kTwoOverPi) * y).value; // e^{(1 - 2/pi) y}
    const Doubles q = 1.0 / (shrink * p);                      // e^{2y/pi}
    const Doubles pInverse = q * shrink, qInverse = p * shrink, grow = p * q;
    const Doubles excess = grow - 1.0, timeValue = beta * grow * root; // in strikes, of the call on the forward e^y K
    const Doubles r = mulAdd(splat(2), timeValue, excess);
    const Doubles gap = p - pInverse, a = gap * gap;
    const Doubles b = 4.0 * (q + qInverse) - 2.0 * shrink * (p + pInverse) * (mulAdd(grow, grow, splat(1)) - r * r);
    const Doubles c = shrink * shrink * (2.0 * timeValue * (r + excess)) * ((grow + 1.0 - r) * (grow + 1.0 + r));
    const Doubles root2 = 2.0 * c / (b + squareRoot(larger(mulAdd(b, b, 4.0 * a * c), splat(0))));
    const Doubles gamma = larger((-1.57079632679489661923) * logRatio(larger(root2, splat(1e-300)), splat(1)), y);
    const Doubles sum = squareRoot(gamma + y) + squareRoot(gamma - y);
    const Doubles bend = 0.5 * mulAdd(grow, 1.0 + squareRoot(larger(1.0 - qInverse * qInverse, splat(0))), splat(-1));
    const Mask lowSide = less(timeValue + excess, bend); // below the inflection at s = sqrt(2y)
    return larger(select(lowSide, 2.0 * y / sum, sum), splat(1e-9));
}

/// The search for the s with b(-y, s) = beta.
struct VolSearch {
    Doubles y, beta, root; ///< root = e^{-y/2}
    Doubles s;
    Mask settled, hopeful;
};

MAHLER_LANE_FUNCTION VolSearch startSearch(Doubles y, Doubles beta, Mask usual) {
    VolSearch v;
    v.y = select(usual, y, splat(0));
    v.beta = select(usual, beta, splat(0.1));
    v.root = exponential(-0.5 * v.y).value;
    v.s = firstTotalVol(v.y, v.root, v.beta);
    v.settled = never();
    v.hopeful = usual & less(v.beta, 0.7 * v.root) & less(v.s, splat(20));
    return v;
}

/// One of Householder's third-order steps on ln b (fourth-order convergence). A lane that has settled no longer moves, so
/// that its result does not depend on its neighbours.
MAHLER_LANE_FUNCTION void searchStep(VolSearch& v) {
    const Doubles s = v.s, inverse = 1.0 / s;
    const Doubles h = v.y * inverse;
    const OutSide o = outSide(h, 0.5 * s, s, v.root);
    const Doubles value = larger(o.value, splat(1e-305));
    const Doubles inverseSlope = value / o.density, slope = o.density / value; // b / b' and b' / b
    const Doubles bend = mulAdd(h * h, inverse, -0.25 * s);                    // second derivative / b'
    const Doubles hs = h * inverse;
    const Doubles third = minusMulAdd(3.0 * hs, hs, mulAdd(bend, bend, splat(-0.25)));
    const Doubles newton = -logRatio(value, v.beta) * inverseSlope;
    const Doubles halley = bend - slope;
    const Doubles last = mulAdd(slope, mulAdd(splat(2), slope, -3.0 * bend), third);
    const Doubles above = mulAdd(0.5 * halley, newton, splat(1));
    const Doubles under = mulAdd(newton, mulAdd(last * (1.0 / 6.0), newton, halley), splat(1));
    Doubles move = newton * (above / under);
    move = select(less(splat(0), move * newton), move, newton); // also where the quotient is no number
    move = smaller(larger(move, -0.5 * s), s);
    v.s = select(v.settled, s, s + move);
    v.settled = v.settled | lessEqual(magnitude(move), 1e-5 * s); // the step after this one would be below rounding
}

/// Steps all searches until they have settled, or are left to the scalar code.
MAHLER_LANE_FUNCTION void search(VolSearch* searches, std::size_t vectors) {
    constexpr int kMostSteps = 5;
    for (int step = 0; step < kMostSteps; ++step) {
        bool open = false;
        for (std::size_t j = 0; j < vectors; ++j) {
            if (step >= 2 && !any(~searches[j].settled & searches[j].hopeful)) // no start is that good
                continue;
            searchStep(searches[j]);
            open = open || any(~searches[j].settled & searches[j].hopeful);
        }
        if (!open) break;
    }
    for (std::size_t j = 0; j < vectors; ++j) searches[j].settled = searches[j].settled & searches[j].hopeful & within(searches[j].s, 1e-8, 20);
}

MAHLER_LANE_FUNCTION Ints codeOf(LaneVol status) { return splatInt(static_cast<std::int64_t>(status)); }

/// What the price itself says, before any search.
struct QuotedValue {
    Doubles y, beta;
    Ints code;  ///< LaneVol
    Mask usual; ///< the search covers what options are made of; beyond it the scalar code looks
};

MAHLER_LANE_FUNCTION QuotedValue quotedValue(const Terms& t, Doubles sign, Doubles strike, Doubles price) {
    const Mask good = t.good & isSign(sign) & within(strike, kLeastMoney, kMostMoney) & atMost(price, 1e250);
    sign = select(good, sign, splat(1));
    price = select(good, price, splat(0));
    const Moneyness m = makeMoneyness(t, select(good, strike, t.spot));
    const Doubles intrinsic = larger(sign * m.gap, splat(0));
    const Doubles most = select(less(splat(0), sign), t.forwardLeg, m.strikeLeg);
    // Rounding of the two discounted legs is what an in-the-money time value cannot resolve.
    const Doubles resolution = select(less(splat(0), intrinsic), 8.8e-16 * (t.forwardLeg + m.strikeLeg), splat(0));
    const Doubles timeValue = price - intrinsic;
    QuotedValue q;
    q.beta = timeValue / squareRoot(t.forwardLeg * m.strikeLeg);
    q.y = magnitude(m.x);
    q.code = select(lessEqual(timeValue, resolution) | less(q.beta, splat(1e-300)), codeOf(LaneVol::BelowMinimum), codeOf(LaneVol::Done));
    q.code = select(less(timeValue, -resolution), codeOf(LaneVol::BelowIntrinsic), q.code);
    q.code = select(lessEqual(most, price), codeOf(LaneVol::AboveMaximum), q.code);
    q.code = select(good, q.code, codeOf(LaneVol::Outside));
    q.usual = equal(q.code, splatInt(0)) & lessEqual(q.y, splat(40)) & lessEqual(splat(1e-200), q.beta);
    return q;
}

template <class Source>
MAHLER_LANE_FUNCTION bool impliedAll(Source source, const OptionColumns& in, double* vol, LaneVol* status, std::size_t count) {
    if (count == 0) return false; // nothing is left to settle; the columns may be null
    bool allDone = true;
    __builtin_memset(status, 0, count);
    QuotedValue quotes[kDepth];
    VolSearch searches[kDepth];
    for (std::size_t begin = 0; begin < count; begin += kDepth * kStep) {
        const std::size_t left = count - begin, vectors = left >= kDepth * kStep ? kDepth : (left + kStep - 1) / kStep;
        for (std::size_t j = 0; j < vectors; ++j) {
            const std::size_t i = begin + j * kStep, rest = count - i;
            source.fill(j, i, rest);
            quotes[j] = quotedValue(source.terms(j), loadUpTo(in.sign + i, rest), loadUpTo(in.strike + i, rest), loadUpTo(in.vol + i, rest));
        }
        for (std::size_t j = 0; j < vectors; ++j) searches[j] = startSearch(quotes[j].y, quotes[j].beta, quotes[j].usual);
        search(searches, vectors);
        for (std::size_t j = 0; j < vectors; ++j) {
            const std::size_t i = begin + j * kStep, rest = count - i, wanted = rest < kStep ? rest : kStep;
            const Mask done = searches[j].settled, open = equal(quotes[j].code, splatInt(0));
            const Doubles found = select(done, searches[j].s / source.terms(j).rootYears, splat(0));
            __builtin_memcpy(vol + i, &found, wanted * sizeof(double));
            if (!any(~done)) [[likely]]
                continue;
            const Ints code = select(open & ~done, codeOf(LaneVol::Unsettled), quotes[j].code);
            for (std::size_t lane = 0; lane < wanted; ++lane) status[i + lane] = static_cast<LaneVol>(code[static_cast<int>(lane)]);
            allDone = false;
        }
    }
    return !allDone;
}

bool impliedVols(const OptionColumns& in, double* vol, LaneVol* status, std::size_t count) {
    return impliedAll(TermsOfColumns(in), in, vol, status, count);
}

bool impliedVolsOfExpiry(const ExpiryTerms& expiry, const OptionColumns& in, double* vol, LaneVol* status, std::size_t count) {
    return impliedAll(TermsOfExpiry(expiry), in, vol, status, count);
}

bool impliedTotalVols(const double* x, const double* beta, double* s, LaneVol* status, std::size_t count) {
    bool allDone = true;
    for (std::size_t i = 0; i < count; i += kStep) {
        const std::size_t rest = count - i, wanted = rest < kStep ? rest : kStep;
        const Doubles y = magnitude(loadUpTo(x + i, rest)), b = loadUpTo(beta + i, rest);
        VolSearch v = startSearch(y, b, within(y, 0, 40) & within(b, 1e-200, 1));
        search(&v, 1);
        for (std::size_t lane = 0; lane < wanted; ++lane) {
            const bool done = at(v.settled, static_cast<int>(lane));
            s[i + lane] = done ? v.s[static_cast<int>(lane)] : 0;
            status[i + lane] = done ? LaneVol::Done : LaneVol::Unsettled;
            allDone = allDone && done;
        }
    }
    return !allDone;
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
