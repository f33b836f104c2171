#include "execution/fill_model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace mahler::execution {

std::optional<Price> fillPrice(const portfolio::ComboOrder& order, const std::map<std::string, market::Quote>& quotes, UtcTime now, double slippage) {
    constexpr auto kStale = std::chrono::seconds(30);
    std::int64_t mid = 0, width = 0;
    for (const auto& leg : order.legs) {
        const auto it = quotes.find(leg.contract.id());
        if (it == quotes.end() || !it->second.twoSided() || now - it->second.time >= kStale) return std::nullopt;
        mid += it->second.mid()->micros() * leg.ratio * -1;
        width += it->second.width()->micros() * std::abs(leg.ratio);
    }
    const auto give = static_cast<std::int64_t>(std::ceil(static_cast<double>(width) * slippage));
    constexpr TickRule kCent;
    const Price fair = kCent.roundTo(Price::fromMicros(mid - give), false);
    if (order.netLimit > fair) return std::nullopt;
    return fair;
}

} // namespace mahler::execution
