#include "pricing/american_tree_lanes.h"
#include "pricing/american_value_lanes.h"
#include "pricing/cash_march_lanes.h"

static_assert(mahler::pricing::lanes::kLanes == 4, "built without -mavx2 -mfma");

namespace mahler::pricing {

const AmericanKernels kAmericanAvx2{"avx2",
                                    lanes::solveLanes,
                                    lanes::prepareLanes,
                                    lanes::expandLanes,
                                    lanes::premiumVegaLanes,
                                    lanes::greeksLanes,
                                    lanes::treePricesLanes,
                                    lanes::cashMarchLanes};

} // namespace mahler::pricing
