#pragma once

#include <optional>

#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// The most the book can lose from today's mids when every option is held to its own expiry: for each underlying and expiry
/// the greatest fall of the exercise values over all prices, added over expiries, so that no expiry helps another. Long
/// shares lose their value; as many as are needed stand behind the short calls of the nearest expiries first.
/// @return absent when a loss has no end (short calls or shares beyond that) or a leg has no two-sided quote.
std::optional<Usd> worstCaseAtExpiry(const RiskBook& book);

} // namespace mahler::portfolio
