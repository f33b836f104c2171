#include "risk/limits.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace mahler::risk {

namespace {

const Limits kCompiled;

template <auto Member> Field<Limits> maximum(const char* key, Unit unit) {
    return field<Limits, Member>(key, unit, 0, static_cast<double>(kCompiled.*Member));
}

template <auto Member> Field<Limits> floorOf(const char* key, Unit unit, double highest) {
    return field<Limits, Member>(key, unit, static_cast<double>(kCompiled.*Member), highest);
}

Result<void> check(const Field<Limits>& f, double value) {
    if (isFloor(f) ? value < f.low : value > f.high)
        return badInput(std::string("limit '") + f.key + "' is looser than the compiled one and is refused");
    if (const auto fits = checkField(f, value); !fits) return badInput("limit " + fits.error().detail);
    return {};
}

} // namespace

std::span<const Field<Limits>> limitFields() {
    static const std::array kFields = {
        maximum<&Limits::riskPerTrade>("risk_per_trade", Unit::OfEquity),
        maximum<&Limits::singlePosition>("single_position", Unit::OfEquity),
        maximum<&Limits::portfolioRisk>("portfolio_risk", Unit::OfEquity),
        maximum<&Limits::correlatedEquities>("correlated_equities", Unit::OfEquity),
        maximum<&Limits::automaticPerDay>("automatic_per_day", Unit::OfEquity),
        maximum<&Limits::portfolioDelta>("portfolio_delta", Unit::OfEquity),
        maximum<&Limits::portfolioGamma>("portfolio_gamma", Unit::OfEquity),
        maximum<&Limits::maxSpreadFraction>("max_spread_fraction", Unit::Fraction),
        floorOf<&Limits::minOpenInterest>("min_open_interest", Unit::Contracts, 1e6),
        floorOf<&Limits::minVolume>("min_volume", Unit::Contracts, 1e6),
        maximum<&Limits::maxContractsPerOrder>("max_contracts_per_order", Unit::Contracts),
        maximum<&Limits::maxWorkingOrders>("max_working_orders", Unit::Orders),
        maximum<&Limits::maxMessagesPerSecond>("max_messages_per_second", Unit::Messages),
        maximum<&Limits::maxMessagesPerMinute>("max_messages_per_minute", Unit::Messages),
        maximum<&Limits::maxMessagesPerDay>("max_messages_per_day", Unit::Messages),
        floorOf<&Limits::duplicateWindowSeconds>("duplicate_window_seconds", Unit::Seconds, 86'400),
        maximum<&Limits::maxOpeningsPer10Minutes>("max_openings_per10_minutes", Unit::Orders),
        floorOf<&Limits::noOpenBeforeCloseMinutes>("no_open_before_close_minutes", Unit::Minutes, 390),
        maximum<&Limits::priceBandFraction>("price_band_fraction", Unit::Fraction),
        maximum<&Limits::quoteMaxAgeSeconds>("quote_max_age_seconds", Unit::Seconds),
    };
    return kFields;
}

bool isFloor(const Field<Limits>& f) { return f.get(kCompiled) == f.low; }

Limits tighter(const Limits& a, const Limits& b) {
    Limits out = a;
    for (const auto& f : limitFields()) f.set(out, isFloor(f) ? std::max(f.get(a), f.get(b)) : std::min(f.get(a), f.get(b)));
    return out;
}

Result<void> checkLimits(const Limits& limits) {
    for (const auto& f : limitFields())
        if (const auto fits = check(f, f.get(limits)); !fits) return fits;
    return {};
}

Result<Limits> tightenLimits(const Json& config) {
    Limits l;
    if (!config.is_object()) return badInput("limits must be an object");
    for (const auto& [key, value] : config.items()) {
        const auto fields = limitFields();
        const auto f = std::find_if(fields.begin(), fields.end(), [&k = key](const auto& each) { return k == each.key; });
        if (f == fields.end()) return badInput("unknown limit '" + key.substr(0, 60) + "'");
        if (value.is_number())
            if (const auto fits = check(*f, value.get<double>()); !fits) return fits.error();
        const auto wanted = fieldFromJson(*f, value);
        if (!wanted) return badInput("limit " + wanted.error().detail);
        f->set(l, *wanted);
    }
    return l;
}

} // namespace mahler::risk
