#pragma once

// Finite differences, one strike a lane; see lanes.h for who may include this.

#include "pricing/american_kernels.h"
#include "pricing/lanes.h"

namespace mahler::pricing {
namespace {
namespace lanes {

/// One interval between two dividends. `Put`: elimination runs from the top, substitution from the bottom, where exercise is.
template <bool Put> MAHLER_LANE_FUNCTION void marchLane(const CashMarch& m, double* values, const double* low, const double* high, int lane) {
    Doubles v[kMostCashNodes], r[kMostCashNodes];
    const int last = m.cells;
    for (int i = 0; i <= last; ++i) v[i] = load(values + i * kBlock + lane);
    for (int s = 0; s < m.steps; ++s) {
        const Doubles known = splat(m.known[s]);
        for (int i = 1; i < last; ++i)
            r[i] = mulAdd(known, mulAdd(splat(m.stay[i]), v[i], mulAdd(splat(m.down[i]), v[i - 1], splat(m.up[i]) * v[i + 1])), v[i]);
        v[0] = load(low + s * kBlock + lane);
        v[last] = load(high + s * kBlock + lane);
        const Doubles near = splat(m.near[s]);
        const double *factor = m.factor + s * (last + 1), *ratio = m.ratio + s * (last + 1), *share = m.share + s * (last + 1);
        // The tables are in the order of elimination: place k is node last - k of a put, node k of a call.
        const int first = Put ? last - 1 : 1, end = Put ? 0 : last, stride = Put ? -1 : 1;
        r[first] = minusMulAdd(near, v[first - stride], r[first]);
        for (int i = first + stride, k = 2; i != end; i += stride, ++k) r[i] = minusMulAdd(splat(ratio[k]), r[i - stride], r[i]);
        for (int i = 1; i < last; ++i) r[i] = r[i] * splat(factor[Put ? last - i : i]);
        for (int i = end - stride, k = last - 1; k >= 1; i -= stride, --k)
            v[i] = larger(minusMulAdd(splat(share[k]), v[i + stride], r[i]), splat(m.floor[i]));
    }
    for (int i = 0; i <= last; ++i) store(values + i * kBlock + lane, v[i]);
}

void cashMarchLanes(const CashMarch& m, double* values, const double* low, const double* high) {
    for (int lane = 0; lane < kBlock; lane += kLanes)
        if (m.put)
            marchLane<true>(m, values, low, high, lane);
        else
            marchLane<false>(m, values, low, high, lane);
}

} // namespace lanes
} // namespace
} // namespace mahler::pricing
