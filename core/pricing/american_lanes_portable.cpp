#include "pricing/american_tree_lanes.h"
#include "pricing/american_value_lanes.h"
#include "pricing/cash_march_lanes.h"

namespace mahler::pricing {

const AmericanKernels kAmericanPortable{"portable",         lanes::solveLanes,      lanes::prepareLanes,  lanes::expandLanes, lanes::premiumVegaLanes,
                                        lanes::greeksLanes, lanes::treePricesLanes, lanes::cashMarchLanes};

} // namespace mahler::pricing
