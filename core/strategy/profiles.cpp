#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "strategy/screener.h"

namespace mahler::strategy {

const ScreenProfile& seedProfile() {
    static const ScreenProfile kSeed = [] {
        ScreenProfile p;
        p.name = "seed";
        return p;
    }();
    return kSeed;
}

/// Real chains pay 4 to 12 % of the width at these deltas, so the seed's 25 % passes nothing. What is asked instead: at least
/// 6 % of the width, three times the round-trip costs, and money on average over the whole payoff. An unknown volatility
/// percentile does not refuse here; it is said, and the score does without it.
const ScreenProfile& calibratedProfile() {
    static const ScreenProfile kCalibrated = [] {
        ScreenProfile p;
        p.name = "calibrated";
        p.creditToWidthMin = 0.06;
        p.creditToCostMin = 3;
        p.requirePositiveEv = true;
        p.allowUnknownIvPercentile = true;
        return p;
    }();
    return kCalibrated;
}

Result<ScreenProfile> profileByName(const std::string& name) {
    if (name == "seed") return seedProfile();
    if (name == "calibrated") return calibratedProfile();
    return badInput("unknown profile '" + name.substr(0, 40) + "'; use calibrated or seed");
}

std::span<const Field<ScreenProfile>> screenFields() {
    using P = ScreenProfile;
    static const std::array kFields = {
        field<P, &P::dteMin>("dte_min", Unit::Days, 0, 730),
        field<P, &P::dteMax>("dte_max", Unit::Days, 0, 730),
        field<P, &P::shortDeltaMin>("short_delta_min", Unit::Delta, 0.01, 0.5),
        field<P, &P::shortDeltaMax>("short_delta_max", Unit::Delta, 0.01, 0.5),
        field<P, &P::ivPercentileMin>("iv_percentile_min", Unit::Percentile, 0, 100),
        field<P, &P::allowUnknownIvPercentile>("allow_unknown_iv_percentile", Unit::None, 0, 1),
        field<P, &P::widthMin>("width_min", Unit::Points, 0.5, 500),
        field<P, &P::widthMax>("width_max", Unit::Points, 0.5, 500),
        field<P, &P::scaleWidth>("scale_width", Unit::None, 0, 1),
        field<P, &P::creditToWidthMin>("credit_to_width_min", Unit::Fraction, 0, 1),
        field<P, &P::creditToCostMin>("credit_to_cost_min", Unit::Times, 0, 100),
        field<P, &P::requirePositiveEv>("require_positive_ev", Unit::None, 0, 1),
        field<P, &P::bidAskMax>("bid_ask_max", Unit::Fraction, 0, 1),
        field<P, &P::openInterestMin>("open_interest_min", Unit::Contracts, 0, 1e6),
        field<P, &P::volumeMin>("volume_min", Unit::Contracts, 0, 1e6),
        field<P, &P::slippage>("slippage", Unit::Fraction, 0, 1),
        field<P, &P::commissionPerContract>("commission_per_contract", Unit::Dollars, 0, 100),
    };
    return kFields;
}

Result<void> checkProfile(const ScreenProfile& p) {
    if (const auto known = profileByName(p.name); !known) return known.error();
    for (const auto& f : screenFields())
        if (const auto fits = checkField(f, f.get(p)); !fits) return fits;
    if (p.dteMin > p.dteMax) return badInput("'dte_min' is above 'dte_max'");
    if (p.shortDeltaMin > p.shortDeltaMax) return badInput("'short_delta_min' is above 'short_delta_max'");
    if (p.widthMin > p.widthMax) return badInput("'width_min' is above 'width_max'");
    return {};
}

Result<ScreenProfile> profileFromJson(const Json& config) {
    if (!config.is_object()) return badInput("an object is wanted");
    ScreenProfile p = calibratedProfile();
    if (const auto name = config.find("profile"); name != config.end()) {
        if (!name->is_string()) return badInput("'profile' wants a word; use calibrated or seed");
        auto known = profileByName(name->get<std::string>());
        if (!known) return badInput("'profile': " + known.error().detail);
        p = *known;
    }
    for (const auto& [key, value] : config.items()) {
        if (key == "profile") continue;
        const auto fields = screenFields();
        const auto f = std::find_if(fields.begin(), fields.end(), [&k = key](const auto& each) { return k == each.key; });
        if (f == fields.end()) return badInput("unknown key '" + key.substr(0, 60) + "'");
        const auto wanted = fieldFromJson(*f, value);
        if (!wanted) return wanted.error();
        f->set(p, *wanted);
    }
    if (const auto fits = checkProfile(p); !fits) return fits.error();
    return p;
}

} // namespace mahler::strategy
