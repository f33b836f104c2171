#pragma once

#include <span>

#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// Of the larger of spot and strike. Tight: at most 1e-7. Quick: at most 5e-6 and 5e-7 in the root mean square, in half the time.
enum class ColdAccuracy { Quick, Tight };

/// American prices of unrelated contracts: nothing is reused between them, eight exercise boundaries are solved side by side. Price and
/// status; Greeks are zero. A contract has the same bits alone and among others. Within the accuracy of
/// priceAmerican(), which answers where lanesHold() does not, where two boundaries exist and where a boundary did not settle.
/// @param out as long as `in`. Thread-safe.
void priceAmericansCold(std::span<const Inputs> in, std::span<Valuation> out, ColdAccuracy accuracy = ColdAccuracy::Tight);

} // namespace mahler::pricing
