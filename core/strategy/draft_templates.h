#pragma once

#include "portfolio/combo_order.h"
#include "pricing/chain_pricer.h"

namespace mahler::strategy {

enum class DraftTemplate { BullPutSpread, BearCallSpread, IronCondor };

/// A structure to begin with: about 38 days, short at 0.15 delta, long about 1 % of the underlying beyond and at least one strike; its
/// limit is left at zero. @return NotFound without an expiry, or when no strike is listed beyond the short one.
Result<portfolio::ComboOrder> draftFrom(DraftTemplate kind, const pricing::PricedChain& chain);

} // namespace mahler::strategy
