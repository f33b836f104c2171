#include "pricing/grid_lanes.h"
#include "pricing/implied_vol_lanes.h"

static_assert(mahler::pricing::lanes::kLanes == 8, "built without -mavx512f -mavx512dq -mfma");

namespace mahler::pricing {

const LaneKernels kAvx512Kernels{
    "avx512",        lanes::kLanes, lanes::priceColumns, lanes::priceExpiry, lanes::impliedVols, lanes::impliedVolsOfExpiry, lanes::impliedTotalVols,
    lanes::addToGrid};

} // namespace mahler::pricing
