#pragma once

#include "agents/deliberation.h"

namespace mahler::agents {

/// The legs of a chosen trade priced by kernel and tree, and by the further opinion when there is one, each at the volatility and on the
/// carry the chain is priced with. A leg the chain gives no volatility has no opinions and does not agree.
std::vector<VerifiedPrice> verifyTrade(const CycleInputs& in, const portfolio::ComboOrder& order);

} // namespace mahler::agents
