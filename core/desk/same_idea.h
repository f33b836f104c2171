#pragma once

#include <optional>
#include <string>

#include "portfolio/combo_order.h"
#include "risk/limits.h"

namespace mahler::desk {

/// risk::IdeaRules. Without a spot only equal strikes are near. Closing orders are no ideas. Symmetric, pure.
bool sameIdea(const portfolio::ComboOrder& a, const portfolio::ComboOrder& b, std::optional<double> spot);

/// The same structure in the same underlying, whatever its strikes and expiries: what somebody found too large is not asked
/// for as large or larger under another strike.
bool sameStructure(const portfolio::ComboOrder& a, const portfolio::ComboOrder& b);

/// What the market said of one idea. Two are compared leg by leg: other strikes or another limit are no change of the market.
struct IdeaMarket {
    std::optional<double> spot, iv; ///< iv: of its first leg, 0.20 = 20 %
    std::optional<Price> net;       ///< its legs at mid: a credit is positive
};
/// Every material change in words, "spot +1.3 %, credit 0.34 to 0.38"; empty: none is known.
std::string materialChange(const IdeaMarket& then, const IdeaMarket& now);

} // namespace mahler::desk
