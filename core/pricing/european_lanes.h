#pragma once

// Black-Scholes-Merton with Greeks on lanes; see lanes.h for who may include this.
//
// With y = |ln(F/K)| / s, t = s/2 and V = S e^{-qT} n(d1) = K e^{-rT} n(d2), the out-of-the-money option is worth
// V (M(y-t) - M(y+t)), M the Mills ratio, and its two legs are V M(y-+t): every output is V times something that keeps its
// relative precision. In the money the discounted F - K comes from e^x - 1, never from two rounded legs.

#include "pricing/lane_kernels.h"
#include "pricing/lane_math.h"

namespace mahler::pricing {
namespace {
namespace lanes {

/// What depends on the expiry and the spot alone.
struct Terms {
    Doubles spot, inverseSpot, years, rootYears, rate, yield;
    Doubles discount, discountLess, carry, carryLess; ///< e^{-rT}, e^{-qT}, and both less one
    Doubles forwardLeg;                               ///< S e^{-qT}
    Mask good;
};

// The kernel's own range; the rest is rare enough for the scalar code. Within it no intermediate leaves double range.
constexpr double kLeastMoney = 1e-30, kMostMoney = 1e30, kLeastYears = 1e-30, kMostYears = 1e5, kMostRate = 1e4;
constexpr double kMostExponent = 100, kLeastTotalVol = 5e-5, kMostTotalVol = 1e6, kLeastVol = 1e-30,
                 kLargestVol = 1e4; // as kLeastLaneVol and kMostVol of the scalar code

MAHLER_LANE_FUNCTION Terms makeTerms(Doubles spot, Doubles years, Doubles rate, Doubles yield) {
    Terms t;
    const Doubles rateYears = rate * years, yieldYears = yield * years;
    t.good = within(spot, kLeastMoney, kMostMoney) & within(years, kLeastYears, kMostYears) & atMost(rate, kMostRate) & atMost(yield, kMostRate) &
             atMost(rateYears, kMostExponent) & atMost(yieldYears, kMostExponent);
    t.spot = select(t.good, spot, splat(1));
    t.years = select(t.good, years, splat(1));
    t.rate = select(t.good, rate, splat(0));
    t.yield = select(t.good, yield, splat(0));
    t.inverseSpot = 1.0 / t.spot;
    t.rootYears = squareRoot(t.years);
    const Exponential d = exponential(-(t.rate * t.years)), q = exponential(-(t.yield * t.years));
    t.discount = d.value;
    t.discountLess = d.minusOne;
    t.carry = q.value;
    t.carryLess = q.minusOne;
    t.forwardLeg = t.spot * t.carry;
    return t;
}

/// The strike against the terms.
struct Moneyness {
    Doubles x;         ///< ln(F/K)
    Doubles strikeLeg; ///< K e^{-rT}
    Doubles gap;       ///< S e^{-qT} - K e^{-rT}
};

MAHLER_LANE_FUNCTION Moneyness makeMoneyness(const Terms& t, Doubles strike) {
    Moneyness m;
    m.x = mulAdd(t.rate - t.yield, t.years, logRatio(t.spot, strike));
    m.strikeLeg = strike * t.discount;
    m.gap = (t.spot - strike) + minusMulAdd(strike, t.discountLess, t.spot * t.carryLess);
    return m;
}

/// The out-of-the-money side.
struct OutSide {
    Doubles density;   ///< V
    Doubles value;     ///< of the option
    Doubles high, low; ///< its two legs, at -y + t and -y - t; the option receives `high` and pays `low`
    Doubles highRest;  ///< what `high` lacks to the whole leg
};

/// `leg` is the leg the out-of-the-money option receives: the forward's for x <= 0, else the strike's.
MAHLER_LANE_FUNCTION OutSide outSide(Doubles y, Doubles half, Doubles total, Doubles leg) {
    const Doubles from = y - half, to = y + half;
    const Mask deep = less(from, splat(-0.5)); // so much volatility that the leg is received more likely than not
    const Doubles near = select(deep, -from, from);
    const MillsPair m = millsPair(near, to, select(deep, to + from, total));
    const Doubles exponent = -0.5 * (from * from);
    OutSide o;
    o.density = select(less(splat(-708), exponent), kInverseRootTwoPi * leg * exponential(exponent).value, splat(0));
    const Doubles mass = o.density * m.near;
    o.low = o.density * m.far;
    o.high = select(deep, leg - mass, mass);
    o.highRest = select(deep, mass, leg - mass);
    o.value = select(deep, o.high - o.low, o.density * m.difference);
    return o;
}

struct GreekLanes {
    Doubles price, delta, gamma, vega, theta, rho;
    Doubles vanna, vomma, charm, speed, zomma, dividendRho;
    Mask good;
};

/// A contract brought to the form the density part needs. Lanes without a usable contract become one: at the money with
/// a total volatility of 1.
struct Contract {
    Doubles sign, vol, total, inverseTotal;
    Moneyness m;
    Mask below;  ///< forward at or below the strike: the call is out of the money
    Mask inside; ///< this right is in the money
    Mask good;
};

MAHLER_LANE_FUNCTION Contract makeContract(const Terms& t, Doubles sign, Doubles strike, Doubles vol) {
    Contract c;
    const Doubles total = vol * t.rootYears;
    c.good = t.good & isSign(sign) & within(strike, kLeastMoney, kMostMoney) & within(vol, kLeastVol, kLargestVol) &
             within(total, kLeastTotalVol, kMostTotalVol);
    c.sign = select(c.good, sign, splat(1));
    c.vol = select(c.good, vol, splat(1));
    c.total = select(c.good, total, splat(1));
    c.inverseTotal = 1.0 / c.total;
    c.m = makeMoneyness(t, select(c.good, strike, t.spot));
    c.below = lessEqual(c.m.x, splat(0));
    c.inside = less(splat(0), c.sign) ^ c.below;
    return c;
}

MAHLER_LANE_FUNCTION OutSide outSide(const Terms& t, const Contract& c) {
    return outSide(magnitude(c.m.x) * c.inverseTotal, 0.5 * c.total, c.total, select(c.below, t.forwardLeg, c.m.strikeLeg));
}

/// Greeks per unit: vega per 1.00 of vol, theta and charm per YEAR of passing time, rho per 1.00.
template <bool kExtended> MAHLER_LANE_FUNCTION GreekLanes greeksOf(const Terms& t, const Contract& c, const OutSide& o) {
    GreekLanes g;
    const Doubles high = select(c.inside, o.highRest, o.high);
    const Doubles low = select(c.inside, select(c.below, c.m.strikeLeg, t.forwardLeg) - o.low, o.low);
    const Doubles forwardPart = select(c.below, high, low), strikePart = select(c.below, low, high);
    const Doubles intrinsic = larger(c.sign * c.m.gap, splat(0));
    g.good = c.good;
    // Rounding must not lift a price above what no volatility can reach.
    const Doubles most = select(less(splat(0), c.sign), t.forwardLeg, c.m.strikeLeg);
    g.price = smaller(o.value + select(c.inside, intrinsic, splat(0)), most);
    g.delta = c.sign * (forwardPart * t.inverseSpot);
    const Doubles gammaSpot = (o.density * t.inverseSpot) * c.inverseTotal;
    g.gamma = gammaSpot * t.inverseSpot;
    g.vega = o.density * t.rootYears;
    g.rho = c.sign * (t.years * strikePart);
    const Doubles carryCost = mulAdd(t.yield, forwardPart, -(t.rate * strikePart));
    g.theta = mulAdd(c.sign, carryCost, -0.5 * (o.density * (c.vol * c.vol)) * c.inverseTotal);
    if constexpr (kExtended) {
        const Doubles h = c.m.x * c.inverseTotal, half = 0.5 * c.total, d1 = h + half, d2 = h - half;
        const Doubles inverseVol = t.rootYears * c.inverseTotal, inverseRoot = c.vol * c.inverseTotal;
        g.vanna = -(o.density * t.inverseSpot) * (d2 * inverseVol);
        g.vomma = g.vega * (d1 * d2 * inverseVol);
        // d1 moves with T by:
        const Doubles drift = mulAdd(t.rate - t.yield, c.inverseTotal, -0.5 * (d2 * (inverseRoot * inverseRoot)));
        g.charm = (mulAdd(c.sign * t.yield, forwardPart, -(o.density * drift))) * t.inverseSpot;
        g.speed = -(g.gamma * t.inverseSpot) * mulAdd(d1, c.inverseTotal, splat(1));
        g.zomma = g.gamma * (mulAdd(d1, d2, splat(-1)) * inverseVol);
        g.dividendRho = -c.sign * (t.years * forwardPart);
    }
    return g;
}

/// Results and columns in one order; the second half is the group on request.
constexpr Doubles GreekLanes::*const kNumbers[] = {&GreekLanes::price, &GreekLanes::delta, &GreekLanes::gamma, &GreekLanes::vega,
                                                   &GreekLanes::theta, &GreekLanes::rho,   &GreekLanes::vanna, &GreekLanes::vomma,
                                                   &GreekLanes::charm, &GreekLanes::speed, &GreekLanes::zomma, &GreekLanes::dividendRho};
constexpr double* GreekColumns::*const kColumns[] = {&GreekColumns::price, &GreekColumns::delta, &GreekColumns::gamma, &GreekColumns::vega,
                                                     &GreekColumns::theta, &GreekColumns::rho,   &GreekColumns::vanna, &GreekColumns::vomma,
                                                     &GreekColumns::charm, &GreekColumns::speed, &GreekColumns::zomma, &GreekColumns::dividendRho};

template <bool kExtended> MAHLER_LANE_FUNCTION void storeGreeks(const GreekColumns& out, std::size_t at, const GreekLanes& g) {
#pragma GCC unroll 12
    for (int i = 0; i < (kExtended ? 12 : 6); ++i) store(out.*kColumns[i] + at, g.*kNumbers[i]);
}

template <bool kExtended> MAHLER_LANE_FUNCTION void clearBad(GreekLanes& g) {
#pragma GCC unroll 12
    for (int i = 0; i < (kExtended ? 12 : 6); ++i) g.*kNumbers[i] = select(g.good, g.*kNumbers[i], splat(0));
}

/// Lanes of a tail hold the last contract again: harmless, and no zero to divide by.
MAHLER_LANE_FUNCTION Doubles loadSome(const double* from, std::size_t count) {
    Doubles x = splat(from[count - 1]);
    for (std::size_t i = 0; i < count; ++i) x[static_cast<int>(i)] = from[i];
    return x;
}

MAHLER_LANE_FUNCTION Doubles loadUpTo(const double* from, std::size_t count) {
    return count >= static_cast<std::size_t>(kLanes) ? load(from) : loadSome(from, count);
}

/// How many vectors go through a stage together. The stages are short loops of their own: the processor overlaps many
/// turns of each, where the whole formula in one turn would wait for its own latency.
constexpr std::size_t kDepth = 8;
constexpr std::size_t kStep = static_cast<std::size_t>(kLanes);

/// The rows from `begin` on, at most kDepth vectors of them. `Source` keeps the terms: one for all, or one for each vector.
/// @return whether every status is Done.
template <bool kExtended, class Source> MAHLER_LANE_FUNCTION bool priceBlock(Source& source, const OptionColumns& in, const GreekColumns& out,
                                                                             LaneStatus* status, std::size_t begin, std::size_t count) {
    Contract contracts[kDepth];
    OutSide sides[kDepth];
    const std::size_t vectors = (count + kStep - 1) / kStep;
    for (std::size_t j = 0; j < vectors; ++j) {
        const std::size_t i = begin + j * kStep, rest = count - j * kStep;
        source.fill(j, i, rest);
        contracts[j] = makeContract(source.terms(j), loadUpTo(in.sign + i, rest), loadUpTo(in.strike + i, rest), loadUpTo(in.vol + i, rest));
    }
    for (std::size_t j = 0; j < vectors; ++j) sides[j] = outSide(source.terms(j), contracts[j]);
    bool allDone = true;
    for (std::size_t j = 0; j < vectors; ++j) {
        const std::size_t i = begin + j * kStep, rest = count - j * kStep;
        GreekLanes g = greeksOf<kExtended>(source.terms(j), contracts[j], sides[j]);
        const bool whole = rest >= kStep, wrong = any(~g.good);
        if (whole && !wrong) [[likely]] {
            storeGreeks<kExtended>(out, i, g);
            continue;
        }
        clearBad<kExtended>(g);
        const std::size_t wanted = whole ? kStep : rest;
#pragma GCC unroll 12
        for (int column = 0; column < (kExtended ? 12 : 6); ++column)
            __builtin_memcpy(out.*kColumns[column] + i, &(g.*kNumbers[column]), wanted * sizeof(double));
        for (std::size_t lane = 0; lane < wanted; ++lane)
            if (!at(g.good, static_cast<int>(lane))) {
                status[i + lane] = LaneStatus::Outside;
                allDone = false;
            }
    }
    return allDone;
}

/// Chains list call and put of a strike side by side, mostly at one volatility: such rows share all but the last stage.
/// `vectors` times two vectors of rows. @return false when the rows are not of that kind; then nothing is written.
template <bool kExtended>
MAHLER_LANE_FUNCTION bool pricePairs(const Terms& t, const OptionColumns& in, const GreekColumns& out, std::size_t begin, std::size_t vectors) {
    Contract contracts[kDepth];
    OutSide sides[kDepth];
    Mask fits = ~never();
    for (std::size_t j = 0; j < vectors; ++j) {
        const std::size_t i = begin + 2 * j * kStep;
        const Pair sign = unzip(load(in.sign + i), load(in.sign + i + kStep));
        const Pair strike = unzip(load(in.strike + i), load(in.strike + i + kStep));
        const Pair vol = unzip(load(in.vol + i), load(in.vol + i + kStep));
        contracts[j] = makeContract(t, sign.first, strike.first, vol.first);
        fits = fits & contracts[j].good & equal(orderOf(sign.first), orderOf(-sign.second)) & equal(orderOf(strike.first), orderOf(strike.second)) &
               equal(orderOf(vol.first), orderOf(vol.second));
    }
    if (any(~fits)) return false;
    for (std::size_t j = 0; j < vectors; ++j) sides[j] = outSide(t, contracts[j]);
    for (std::size_t j = 0; j < vectors; ++j) {
        const std::size_t i = begin + 2 * j * kStep;
        Contract& c = contracts[j];
        const GreekLanes first = greeksOf<kExtended>(t, c, sides[j]);
        c.sign = -c.sign;
        c.inside = ~c.inside;
        const GreekLanes second = greeksOf<kExtended>(t, c, sides[j]);
#pragma GCC unroll 12
        for (int column = 0; column < (kExtended ? 12 : 6); ++column) {
            const Pair both = zip(first.*kNumbers[column], second.*kNumbers[column]);
            store(out.*kColumns[column] + i, both.first);
            store(out.*kColumns[column] + i + kStep, both.second);
        }
    }
    return true;
}

/// Terms row by row.
class TermsOfColumns {
public:
    MAHLER_LANE_FUNCTION explicit TermsOfColumns(const OptionColumns& in) : m_in(in) {}
    MAHLER_LANE_FUNCTION void fill(std::size_t j, std::size_t i, std::size_t rest) {
        m_terms[j] =
            makeTerms(loadUpTo(m_in.spot + i, rest), loadUpTo(m_in.years + i, rest), loadUpTo(m_in.rate + i, rest), loadUpTo(m_in.yield + i, rest));
    }
    MAHLER_LANE_FUNCTION const Terms& terms(std::size_t j) const { return m_terms[j]; }

private:
    const OptionColumns& m_in;
    Terms m_terms[kDepth];
};

/// One expiry for all rows, worked out once.
class TermsOfExpiry {
public:
    MAHLER_LANE_FUNCTION explicit TermsOfExpiry(const ExpiryTerms& e)
        : m_terms(makeTerms(splat(e.spot), splat(e.years), splat(e.rate), splat(e.yield))) {}
    MAHLER_LANE_FUNCTION void fill(std::size_t, std::size_t, std::size_t) {}
    MAHLER_LANE_FUNCTION const Terms& terms(std::size_t) const { return m_terms; }

private:
    Terms m_terms;
};

template <bool kExtended>
MAHLER_LANE_FUNCTION bool priceRows(const OptionColumns& in, const GreekColumns& out, LaneStatus* status, std::size_t count) {
    TermsOfColumns source(in);
    bool allDone = true;
    for (std::size_t begin = 0; begin < count; begin += kDepth * kStep) {
        const std::size_t left = count - begin, some = left < kDepth * kStep ? left : kDepth * kStep;
        allDone = priceBlock<kExtended>(source, in, out, status, begin, some) && allDone;
    }
    return !allDone;
}

template <bool kExtended> MAHLER_LANE_FUNCTION bool priceStrikes(const ExpiryTerms& expiry, const OptionColumns& in, const GreekColumns& out,
                                                                 LaneStatus* status, std::size_t count) {
    TermsOfExpiry source(expiry);
    bool allDone = true;
    for (std::size_t begin = 0; begin < count;) {
        const std::size_t left = count - begin, doubles = left / (2 * kStep);
        if (doubles > 0) {
            const std::size_t vectors = doubles < kDepth ? doubles : kDepth;
            if (pricePairs<kExtended>(source.terms(0), in, out, begin, vectors)) {
                begin += 2 * vectors * kStep;
                continue;
            }
        }
        const std::size_t some = left < kDepth * kStep ? left : kDepth * kStep;
        allDone = priceBlock<kExtended>(source, in, out, status, begin, some) && allDone;
        begin += some;
    }
    return !allDone;
}

bool priceColumns(const OptionColumns& in, const GreekColumns& out, LaneStatus* status, std::size_t count) {
    if (count == 0) return false; // nothing is left to settle; the columns may be null
    __builtin_memset(status, 0, count);
    return out.vanna ? priceRows<true>(in, out, status, count) : priceRows<false>(in, out, status, count);
}

bool priceExpiry(const ExpiryTerms& expiry, const OptionColumns& in, const GreekColumns& out, LaneStatus* status, std::size_t count) {
    if (count == 0) return false; // nothing is left to settle; the columns may be null
    __builtin_memset(status, 0, count);
    return out.vanna ? priceStrikes<true>(expiry, in, out, status, count) : priceStrikes<false>(expiry, in, out, status, count);
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
