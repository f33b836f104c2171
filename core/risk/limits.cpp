#include "risk/limits.h"

#include <nlohmann/json.hpp>

namespace mahler::risk {

namespace {

/// Tightening a maximum lowers it; tightening a minimum raises it.
template <class T> Result<void> tighten(const std::string& key, const Json& value, T& limit, bool isMaximum) {
    if (!value.is_number() || (std::is_integral_v<T> && !value.is_number_integer()))
        return badInput("limit '" + key + "' wants a number");
    const T wanted = value.get<T>();
    if (!(wanted >= T{0}))
        return badInput("limit '" + key + "' must not be negative");
    if (isMaximum ? wanted > limit : wanted < limit)
        return badInput("limit '" + key + "' is looser than the compiled one and is refused");
    limit = wanted;
    return {};
}

} // namespace

Result<Limits> tightenLimits(const Json& config) {
    Limits l;
    if (!config.is_object())
        return badInput("limits must be an object");
    for (const auto& [key, value] : config.items()) {
        Result<void> done = badInput("unknown limit '" + key + "'");
        if (key == "risk_per_trade") done = tighten(key, value, l.riskPerTrade, true);
        else if (key == "single_position") done = tighten(key, value, l.singlePosition, true);
        else if (key == "portfolio_risk") done = tighten(key, value, l.portfolioRisk, true);
        else if (key == "correlated_equities") done = tighten(key, value, l.correlatedEquities, true);
        else if (key == "portfolio_delta") done = tighten(key, value, l.portfolioDelta, true);
        else if (key == "portfolio_gamma") done = tighten(key, value, l.portfolioGamma, true);
        else if (key == "max_spread_fraction") done = tighten(key, value, l.maxSpreadFraction, true);
        else if (key == "min_open_interest") done = tighten(key, value, l.minOpenInterest, false);
        else if (key == "min_volume") done = tighten(key, value, l.minVolume, false);
        else if (key == "max_contracts_per_order") done = tighten(key, value, l.maxContractsPerOrder, true);
        else if (key == "max_working_orders") done = tighten(key, value, l.maxWorkingOrders, true);
        else if (key == "max_messages_per_second") done = tighten(key, value, l.maxMessagesPerSecond, true);
        else if (key == "max_messages_per_minute") done = tighten(key, value, l.maxMessagesPerMinute, true);
        else if (key == "max_messages_per_day") done = tighten(key, value, l.maxMessagesPerDay, true);
        else if (key == "duplicate_window_seconds") done = tighten(key, value, l.duplicateWindowSeconds, false);
        else if (key == "max_openings_per10_minutes") done = tighten(key, value, l.maxOpeningsPer10Minutes, true);
        else if (key == "no_open_before_close_minutes") done = tighten(key, value, l.noOpenBeforeCloseMinutes, false);
        else if (key == "price_band_fraction") done = tighten(key, value, l.priceBandFraction, true);
        else if (key == "quote_max_age_seconds") done = tighten(key, value, l.quoteMaxAgeSeconds, true);
        if (!done)
            return done.error();
    }
    return l;
}

} // namespace mahler::risk
