#include "pricing/american_value_lanes.h"

namespace mahler::pricing {

const AmericanKernels kAmericanPortable{"portable", lanes::solveLanes, lanes::prepareLanes, lanes::expandLanes, lanes::premiumVegaLanes, lanes::greeksLanes};

} // namespace mahler::pricing
