#pragma once

// Vectors of doubles in the widest registers the including file is compiled for. Only lane_kernels_*.cpp include this:
// they are built once per instruction set, so nothing here may have external linkage or call into the standard library
// (a shared inline function compiled for AVX-512 could be picked by the linker for everybody).

#include <cstddef>
#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace mahler::pricing {
namespace {
namespace lanes {

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__FMA__)
#define MAHLER_LANES_512 1
constexpr int kLanes = 8;
#elif defined(__AVX2__) && defined(__FMA__)
#define MAHLER_LANES_256 1
constexpr int kLanes = 4;
#else
constexpr int kLanes = 2;
#endif

using Doubles = double __attribute__((vector_size(kLanes * 8)));
using Ints = std::int64_t __attribute__((vector_size(kLanes * 8)));
using Bits = std::uint64_t __attribute__((vector_size(kLanes * 8)));
#define MAHLER_LANE_FUNCTION [[gnu::always_inline]] inline

MAHLER_LANE_FUNCTION Doubles splat(double x) { return Doubles{} + x; }
MAHLER_LANE_FUNCTION Ints splatInt(std::int64_t x) { return Ints{} + x; }
MAHLER_LANE_FUNCTION Bits bitsOf(Doubles x) { return reinterpret_cast<Bits>(x); }  ///< unsigned: arithmetic on them wraps
MAHLER_LANE_FUNCTION Ints orderOf(Doubles x) { return reinterpret_cast<Ints>(x); } ///< signed: ordered as the positive doubles are
MAHLER_LANE_FUNCTION Doubles fromBits(Bits x) { return reinterpret_cast<Doubles>(x); }

MAHLER_LANE_FUNCTION Doubles load(const double* from) {
    Doubles x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
}
MAHLER_LANE_FUNCTION void store(double* to, Doubles x) { __builtin_memcpy(to, &x, sizeof x); }

MAHLER_LANE_FUNCTION Doubles magnitude(Doubles a) { return fromBits(bitsOf(a) & 0x7fffffffffffffffULL); }
MAHLER_LANE_FUNCTION Ints magnitudeOrder(Doubles a) { return orderOf(a) & 0x7fffffffffffffffLL; }

#if MAHLER_LANES_512
/// One truth per lane. The mask registers are spelled out: GCC 12 carries vectors of truths through them bit by bit.
struct Mask {
    __mmask8 bits;
};
MAHLER_LANE_FUNCTION Mask operator&(Mask a, Mask b) { return {static_cast<__mmask8>(a.bits & b.bits)}; }
MAHLER_LANE_FUNCTION Mask operator|(Mask a, Mask b) { return {static_cast<__mmask8>(a.bits | b.bits)}; }
MAHLER_LANE_FUNCTION Mask operator^(Mask a, Mask b) { return {static_cast<__mmask8>(a.bits ^ b.bits)}; }
MAHLER_LANE_FUNCTION Mask operator~(Mask a) { return {static_cast<__mmask8>(~a.bits)}; }
MAHLER_LANE_FUNCTION Mask less(Doubles a, Doubles b) { return {_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)}; }
MAHLER_LANE_FUNCTION Mask lessEqual(Doubles a, Doubles b) { return {_mm512_cmp_pd_mask(a, b, _CMP_LE_OQ)}; }
MAHLER_LANE_FUNCTION Mask notAbove(Ints a, Ints b) { return {_mm512_cmple_epi64_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b))}; }
MAHLER_LANE_FUNCTION Mask equal(Ints a, Ints b) { return {_mm512_cmpeq_epi64_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b))}; }
MAHLER_LANE_FUNCTION Doubles select(Mask m, Doubles a, Doubles b) { return _mm512_mask_blend_pd(m.bits, b, a); }
MAHLER_LANE_FUNCTION Ints select(Mask m, Ints a, Ints b) {
    return reinterpret_cast<Ints>(_mm512_mask_blend_epi64(m.bits, reinterpret_cast<__m512i>(b), reinterpret_cast<__m512i>(a)));
}
MAHLER_LANE_FUNCTION bool any(Mask m) { return m.bits != 0; }
MAHLER_LANE_FUNCTION bool at(Mask m, int lane) { return ((m.bits >> lane) & 1) != 0; }
MAHLER_LANE_FUNCTION Doubles larger(Doubles a, Doubles b) { return _mm512_maskz_max_pd(0xff, a, b); }
MAHLER_LANE_FUNCTION Doubles smaller(Doubles a, Doubles b) { return _mm512_maskz_min_pd(0xff, a, b); }
MAHLER_LANE_FUNCTION Doubles mulAdd(Doubles a, Doubles b, Doubles c) { return _mm512_fmadd_pd(a, b, c); }
MAHLER_LANE_FUNCTION Doubles minusMulAdd(Doubles a, Doubles b, Doubles c) { return _mm512_fnmadd_pd(a, b, c); }
MAHLER_LANE_FUNCTION Doubles squareRoot(Doubles a) { return _mm512_maskz_sqrt_pd(0xff, a); }
#else
/// One truth per lane: -1 or 0.
struct Mask {
    Ints bits;
};
MAHLER_LANE_FUNCTION Mask operator&(Mask a, Mask b) { return {a.bits & b.bits}; }
MAHLER_LANE_FUNCTION Mask operator|(Mask a, Mask b) { return {a.bits | b.bits}; }
MAHLER_LANE_FUNCTION Mask operator^(Mask a, Mask b) { return {a.bits ^ b.bits}; }
MAHLER_LANE_FUNCTION Mask operator~(Mask a) { return {~a.bits}; }
MAHLER_LANE_FUNCTION Mask less(Doubles a, Doubles b) { return {a < b}; }
MAHLER_LANE_FUNCTION Mask lessEqual(Doubles a, Doubles b) { return {a <= b}; }
MAHLER_LANE_FUNCTION Mask notAbove(Ints a, Ints b) { return {a <= b}; }
MAHLER_LANE_FUNCTION Mask equal(Ints a, Ints b) { return {a == b}; }
MAHLER_LANE_FUNCTION bool at(Mask m, int lane) { return m.bits[lane] != 0; }
#if MAHLER_LANES_256
MAHLER_LANE_FUNCTION Doubles select(Mask m, Doubles a, Doubles b) { return _mm256_blendv_pd(b, a, reinterpret_cast<Doubles>(m.bits)); }
MAHLER_LANE_FUNCTION bool any(Mask m) { return _mm256_movemask_pd(reinterpret_cast<Doubles>(m.bits)) != 0; }
MAHLER_LANE_FUNCTION Doubles larger(Doubles a, Doubles b) { return _mm256_max_pd(a, b); }
MAHLER_LANE_FUNCTION Doubles smaller(Doubles a, Doubles b) { return _mm256_min_pd(a, b); }
MAHLER_LANE_FUNCTION Doubles mulAdd(Doubles a, Doubles b, Doubles c) { return _mm256_fmadd_pd(a, b, c); }
MAHLER_LANE_FUNCTION Doubles minusMulAdd(Doubles a, Doubles b, Doubles c) { return _mm256_fnmadd_pd(a, b, c); }
MAHLER_LANE_FUNCTION Doubles squareRoot(Doubles a) { return _mm256_sqrt_pd(a); }
#else
MAHLER_LANE_FUNCTION Doubles select(Mask m, Doubles a, Doubles b) {
    return reinterpret_cast<Doubles>((m.bits & orderOf(a)) | (~m.bits & orderOf(b)));
}
MAHLER_LANE_FUNCTION bool any(Mask m) {
    std::int64_t all = 0;
    for (int i = 0; i < kLanes; ++i) all |= m.bits[i];
    return all != 0;
}
MAHLER_LANE_FUNCTION Doubles larger(Doubles a, Doubles b) { return select(less(b, a), a, b); }
MAHLER_LANE_FUNCTION Doubles smaller(Doubles a, Doubles b) { return select(less(a, b), a, b); }
// Without the instruction a fused product would be a library call; the portable lanes round twice.
MAHLER_LANE_FUNCTION Doubles mulAdd(Doubles a, Doubles b, Doubles c) { return a * b + c; }
MAHLER_LANE_FUNCTION Doubles minusMulAdd(Doubles a, Doubles b, Doubles c) { return c - a * b; }
MAHLER_LANE_FUNCTION Doubles squareRoot(Doubles a) {
    for (int i = 0; i < kLanes; ++i) a[i] = __builtin_sqrt(a[i]);
    return a;
}
#endif
MAHLER_LANE_FUNCTION Ints select(Mask m, Ints a, Ints b) { return (m.bits & a) | (~m.bits & b); }
#endif

MAHLER_LANE_FUNCTION Mask never() { return equal(Ints{}, splatInt(1)); }
MAHLER_LANE_FUNCTION std::int64_t orderOfOne(double x) {
    std::int64_t bits = 0;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}
// Range tests by the integers that stand behind the doubles: NaN and infinity fail them whatever the float flags are.
MAHLER_LANE_FUNCTION Mask within(Doubles x, double low, double high) { ///< 0 <= low
    return notAbove(splatInt(orderOfOne(low)), orderOf(x)) & notAbove(orderOf(x), splatInt(orderOfOne(high)));
}
MAHLER_LANE_FUNCTION Mask atMost(Doubles x, double high) { ///< |x| <= high
    return notAbove(magnitudeOrder(x), splatInt(orderOfOne(high)));
}
MAHLER_LANE_FUNCTION Mask isSign(Doubles x) { return equal(magnitudeOrder(x), splatInt(orderOfOne(1.0))); } ///< exactly 1 or -1

struct Pair {
    Doubles first, second;
};
#if MAHLER_LANES_512
constexpr Ints kEven = {0, 2, 4, 6, 8, 10, 12, 14}, kOdd = {1, 3, 5, 7, 9, 11, 13, 15};
constexpr Ints kFront = {0, 8, 1, 9, 2, 10, 3, 11}, kBack = {4, 12, 5, 13, 6, 14, 7, 15};
#elif MAHLER_LANES_256
constexpr Ints kEven = {0, 2, 4, 6}, kOdd = {1, 3, 5, 7}, kFront = {0, 4, 1, 5}, kBack = {2, 6, 3, 7};
#else
constexpr Ints kEven = {0, 2}, kOdd = {1, 3}, kFront = {0, 2}, kBack = {1, 3};
#endif
/// Every other element of a b: those at even places, those at odd.
MAHLER_LANE_FUNCTION Pair unzip(Doubles a, Doubles b) { return {__builtin_shuffle(a, b, kEven), __builtin_shuffle(a, b, kOdd)}; }
/// The elements of a and b by turns.
MAHLER_LANE_FUNCTION Pair zip(Doubles a, Doubles b) { return {__builtin_shuffle(a, b, kFront), __builtin_shuffle(a, b, kBack)}; }

} // namespace lanes
} // namespace
} // namespace mahler::pricing
