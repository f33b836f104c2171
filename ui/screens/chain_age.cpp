#include "ui/screens/chain_age.h"

#include <algorithm>
#include <chrono>

namespace mahler::ui {

std::optional<double> ageOf(const ViewPtr& view, const pricing::PricedChain& chain) {
    if (!view) return std::nullopt;
    double age = std::max(0.0, std::chrono::duration<double>(view->at.utc - chain.chain->time).count() / std::max(1.0, view->speed));
    for (const auto& u : view->underlyings)
        if (u.quote.symbol == chain.chain->underlying && u.ageSeconds) age = std::max(age, *u.ageSeconds);
    return age;
}

desk::Freshness freshnessFor(const ViewPtr& view, const pricing::PricedChain& chain) {
    return view ? desk::freshnessOf(*view, chain.chain->underlying, ageOf(view, chain)) : desk::Freshness::Fresh;
}

bool isOld(desk::Freshness freshness) { return freshness == desk::Freshness::Stale || freshness == desk::Freshness::Dead; }

} // namespace mahler::ui
