#include "desk/settings.h"

#include <cmath>

#include "base/check.h"

namespace mahler::desk {

namespace {

const std::string kLimits = "limits.", kScreener = "screener.", kProfile = "screener.profile", kTrader = "approval.trader_seconds";

std::int64_t micros(double value) { return std::llround(value * 1e6); }

template <class T> bool put(T& into, std::span<const Field<T>> fields, const std::string& key, std::int64_t value) {
    for (const auto& f : fields)
        if (key == f.key) {
            f.set(into, static_cast<double>(value) / 1e6);
            return true;
        }
    return false;
}

} // namespace

Result<void> checkSettings(const Settings& s) {
    if (const auto fits = risk::checkLimits(s.limits); !fits) return fits;
    if (const auto fits = strategy::checkProfile(s.screener); !fits) return fits;
    return checkField(kTraderSeconds, static_cast<double>(s.traderDeadline.count()));
}

SettingValues valuesOf(const Settings& s) {
    SettingValues out;
    for (const auto& f : risk::limitFields()) out[kLimits + f.key] = micros(f.get(s.limits));
    for (const auto& f : strategy::screenFields()) out[kScreener + f.key] = micros(f.get(s.screener));
    out[kProfile] = s.screener.name;
    out[kTrader] = micros(static_cast<double>(s.traderDeadline.count()));
    return out;
}

Settings withValues(Settings s, const SettingValues& values) {
    for (const auto& [key, value] : values) {
        if (key == kProfile) {
            s.screener.name = std::get<std::string>(value);
            continue;
        }
        const auto number = std::get<std::int64_t>(value);
        bool known = false;
        if (key == kTrader) {
            s.traderDeadline = std::chrono::seconds(number / 1'000'000);
            known = true;
        } else if (key.starts_with(kLimits)) {
            known = put(s.limits, risk::limitFields(), key.substr(kLimits.size()), number);
        } else if (key.starts_with(kScreener)) {
            known = put(s.screener, strategy::screenFields(), key.substr(kScreener.size()), number);
        }
        MAHLER_CHECK(known);
    }
    return s;
}

} // namespace mahler::desk
