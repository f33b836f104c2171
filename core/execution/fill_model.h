#pragma once

#include <map>
#include <optional>
#include <string>

#include "market/quote.h"
#include "portfolio/combo_order.h"

namespace mahler::execution {

/// The price at which a combo fills now, as cash to us per unit; absent when it does not.
/// It is marketable when its limit asks for no more than mid - slippage * (width of the combo), and it then fills exactly
/// there, rounded to a cent against us: never better than mid, never worse than the limit. Stale (30 s), crossed or absent leg
/// quotes fill nothing.
std::optional<Price> fillPrice(const portfolio::ComboOrder& order, const std::map<std::string, market::Quote>& quotes, UtcTime now, double slippage);

} // namespace mahler::execution
