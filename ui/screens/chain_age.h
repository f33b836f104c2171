#pragma once

#include <optional>

#include "ui/screen.h"

namespace mahler::ui {

/// Seconds of a person since the older of the chain's and the underlying's quotes; absent without a view.
std::optional<double> ageOf(const ViewPtr& view, const pricing::PricedChain& chain);
/// Fresh without a view.
desk::Freshness freshnessFor(const ViewPtr& view, const pricing::PricedChain& chain);
/// Stale or dead: nothing is staged, reviewed or sent from it.
bool isOld(desk::Freshness freshness);

} // namespace mahler::ui
