#pragma once

// Elementary functions of the lane kernels; see lanes.h for who may include this.
// The polynomials are our own Chebyshev fits, made in 45-digit arithmetic.

#include "pricing/lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10; ///< Cody & Waite split
constexpr double kInverseRootTwoPi = 0.39894228040143267794;

struct Exponential {
    Doubles value;    ///< e^x
    Doubles minusOne; ///< e^x - 1 without cancellation
};

/// e^x within an ulp, |x| <= 708; larger arguments are taken as +-708.
MAHLER_LANE_FUNCTION Exponential exponential(Doubles x) {
    constexpr double kRounder = 6755399441055744.0; // 1.5 * 2^52: leaves the rounded integer in the low bits
    constexpr double c[] = {0.5,
                            0.1666666666666667099,
                            0.04166666666666667677,
                            0.008333333333326134564,
                            0.001388888888887907341,
                            0.0001984126987482230811,
                            0.00002480158733644360116,
                            2.755725539833871095e-6,
                            2.755726327779158185e-7,
                            2.510521769568451767e-8,
                            2.091813816945801018e-9};
    x = smaller(larger(x, splat(-708.0)), splat(708.0));
    const Doubles shifted = mulAdd(x, splat(1.4426950408889634074), splat(kRounder));
    const Doubles n = shifted - kRounder;
    const Doubles r = minusMulAdd(n, splat(kLn2Low), minusMulAdd(n, splat(kLn2High), x));
    // Three short chains instead of one long Horner: a third of the latency.
    const Doubles r2 = r * r, r4 = r2 * r2;
    const Doubles a = mulAdd(r2, mulAdd(r, splat(c[3]), splat(c[2])), mulAdd(r, splat(c[1]), splat(c[0])));
    const Doubles b = mulAdd(r2, mulAdd(r, splat(c[7]), splat(c[6])), mulAdd(r, splat(c[5]), splat(c[4])));
    const Doubles d = mulAdd(r2, splat(c[10]), mulAdd(r, splat(c[9]), splat(c[8])));
    const Doubles p = mulAdd(r2, mulAdd(r4, mulAdd(r4, d, b), a), r); // e^r - 1
    const Doubles scale = fromBits((bitsOf(shifted) << 52) + 0x3ff0000000000000ULL);
    return {mulAdd(scale, p, scale), mulAdd(scale, p, scale - 1.0)};
}

/// ln(a / b) for positive normal numbers whose quotient is in 1e+-305, relatively exact to 2 ulp also where a is close to b: b is brought within a
/// factor of 1.5 of a by a power of two, so that a - b is exact.
MAHLER_LANE_FUNCTION Doubles logRatio(Doubles a, Doubles b) {
    constexpr double c[] = {0.6666666666666666394, 0.4000000000000858684, 0.2857142856699017251, 0.2222222309526783064,
                            0.1818173399025090085, 0.153890114102168242,  0.1320691321435164217, 0.1363028871301461109};
    constexpr std::uint64_t kExponentOne = 0x0010000000000000ULL;
    // The bits of a double grow almost linearly in its log2; round their difference to whole powers.
    const Bits steps = (bitsOf(a) - bitsOf(b) + kExponentOne / 2) & ~(kExponentOne - 1);
    const Doubles near = fromBits(bitsOf(b) + steps);
    constexpr std::uint64_t kBias = 1024; // keeps the count positive
    const Bits biased = (steps + kBias * kExponentOne) >> 52;
    const Doubles k = fromBits(biased | 0x4330000000000000ULL) - (4503599627370496.0 + static_cast<double>(kBias));
    const Doubles s = (a - near) / (a + near), z = s * s, z2 = z * z;
    const Doubles even = mulAdd(z2, mulAdd(z2, mulAdd(z2, splat(c[6]), splat(c[4])), splat(c[2])), splat(c[0]));
    const Doubles odd = mulAdd(z2, mulAdd(z2, mulAdd(z2, splat(c[7]), splat(c[5])), splat(c[3])), splat(c[1]));
    const Doubles tail = mulAdd(k, splat(kLn2Low), s * z * mulAdd(z, odd, even));
    return mulAdd(k, splat(kLn2High), mulAdd(splat(2.0), s, tail));
}

/// Mills ratios M(y) = (1 - N(y)) / n(y) of two points, and their difference without cancellation.
struct MillsPair {
    Doubles near, far;
    Doubles difference; ///< near - far
};

/// M at `low` and at `low + gap`, low >= -0.5, gap >= 0.
/// With g = 1 / (y + 5.5), M(y) = g P(w), w = 1 - 10 g, P a polynomial; the difference is gap g1 g2 (P1 - 10 g2 P[w1, w2])
/// with the divided difference P[w1, w2] from a Horner scheme of its own, so that all digits survive however small the gap.
MAHLER_LANE_FUNCTION MillsPair millsPair(Doubles low, Doubles high, Doubles gap) {
    constexpr double even[] = {2.125705804420317899,    2.001645398836701435,     1.027560195189709256,     0.2464482374652663139,
                               0.01098001122533225453,  -0.002528084557770108819, 0.0002499202385198664045, -0.00001872943535158692,
                               9.98933259884280285e-7,  -1.077791024109296169e-8, -2.739528717115846e-9,    -5.632073205883879e-10,
                               1.596454528995373564e-10};
    constexpr double odd[] = {-2.217532996665376418,    -1.555127763113374178,    -0.5644388118938301949,     -0.07688381119874906815,
                              0.003717387955867156622,  0.0003034315414458810056, -0.00009590540199450609624, 0.00001719173651305082501,
                              -2.884104852351178617e-6, 4.963265923207593448e-7,  -8.480702647821450082e-8,   1.226552056376396503e-8,
                              -1.035720165758917334e-9};
    constexpr int kLast = 12;
    const Doubles s1 = low + 5.5, s2 = high + 5.5, inverse = 1.0 / (s1 * s2);
    const Doubles g1 = inverse * s2, g2 = inverse * s1;
    const Doubles w1 = minusMulAdd(splat(10.0), g1, splat(1.0)), w2 = minusMulAdd(splat(10.0), g2, splat(1.0));
    const Doubles u1 = w1 * w1, u2 = w2 * w2;
    Doubles e = splat(even[kLast]), o = splat(odd[kLast]); // values at u1
    Doubles ed = e, od = o;                                // divided differences between u1 and u2
    e = mulAdd(e, u1, splat(even[kLast - 1]));
    o = mulAdd(o, u1, splat(odd[kLast - 1]));
#pragma GCC unroll 16
    for (int i = kLast - 2; i >= 0; --i) {
        ed = mulAdd(ed, u2, e);
        od = mulAdd(od, u2, o);
        e = mulAdd(e, u1, splat(even[i]));
        o = mulAdd(o, u1, splat(odd[i]));
    }
    const Doubles sum = w1 + w2;
    const Doubles p = mulAdd(w1, o, e);
    const Doubles slope = mulAdd(sum, mulAdd(w2, od, ed), o); // P[w1, w2]
    const Doubles step = gap * inverse;                       // g1 - g2
    const Doubles p2 = mulAdd(10.0 * step, slope, p);         // w1 - w2 = -10 (g1 - g2)
    MillsPair m;
    m.near = g1 * p;
    m.far = g2 * p2;
    m.difference = step * minusMulAdd(10.0 * g2, slope, p);
    return m;
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
