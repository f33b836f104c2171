#include "pricing/american_tree_lanes.h"
#include "pricing/american_value_lanes.h"
#include "pricing/cash_march_lanes.h"

static_assert(mahler::pricing::lanes::kLanes == 8, "built without -mavx512f -mavx512dq -mfma");

namespace mahler::pricing {

const AmericanKernels kAmericanAvx512{"avx512",           lanes::solveLanes,      lanes::prepareLanes,  lanes::expandLanes, lanes::premiumVegaLanes,
                                      lanes::greeksLanes, lanes::treePricesLanes, lanes::cashMarchLanes};

} // namespace mahler::pricing
