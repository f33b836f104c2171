#include "pricing/grid_lanes.h"
#include "pricing/implied_vol_lanes.h"

namespace mahler::pricing {

const LaneKernels kPortableKernels{
    "portable",      lanes::kLanes, lanes::priceColumns, lanes::priceExpiry, lanes::impliedVols, lanes::impliedVolsOfExpiry, lanes::impliedTotalVols,
    lanes::addToGrid};

} // namespace mahler::pricing
