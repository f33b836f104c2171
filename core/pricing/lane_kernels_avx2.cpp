#include "pricing/grid_lanes.h"
#include "pricing/implied_vol_lanes.h"

static_assert(mahler::pricing::lanes::kLanes == 4, "built without -mavx2 -mfma");

namespace mahler::pricing {

const LaneKernels kAvx2Kernels{
    "avx2",          lanes::kLanes, lanes::priceColumns, lanes::priceExpiry, lanes::impliedVols, lanes::impliedVolsOfExpiry, lanes::impliedTotalVols,
    lanes::addToGrid};

} // namespace mahler::pricing
