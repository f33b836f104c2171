#include "simulation/listing.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "market/exchange_calendar.h"

namespace mahler::simulation {

namespace {

constexpr int kDailySessions = 7, kWeeklyWeeks = 8, kMonthlyMonths = 9;
/// Steps that are listed at least, and at most, with the finest spacing below and above the forward.
constexpr int kLeastSteps = 34, kMostStepsBelow = 150, kMostStepsAbove = 90, kFarStepsBelow = 90, kFarStepsAbove = 60;
constexpr int kWingFactor = 5, kFarWingFactor = 10;
constexpr double kFarYears = 0.17; ///< from here on the wings are listed more thinly

bool isThirdFriday(TradingDate friday) { return nthWeekday(friday.year(), friday.month(), std::chrono::Friday, 3) == friday; }

double termFactor(int days) {
    if (days <= 0) return 14.0;
    return days < 8 ? 5.0 / std::sqrt(static_cast<double>(days)) + 0.8 : (days < 60 ? 1.0 : std::sqrt(60.0 / days));
}

/// Round strikes draw the crowd.
double roundness(Price strike, double step) {
    const auto steps = std::llround(strike.toDouble() / step);
    if (steps % 10 == 0) return 2.6;
    return steps % 5 == 0 ? 1.7 : 1.0;
}

} // namespace

std::vector<Listing::Key> Listing::keys(const TradingClock& clock, TradingDate date) const {
    using std::chrono::days;
    using std::chrono::sys_days;
    const std::string symbol(instrument(m_asset).symbol);
    const std::string pmRoot = m_asset == Asset::Spx ? "SPXW" : symbol;
    std::set<Key> keys;
    std::size_t i = clock.indexOnOrBefore(date);
    for (int n = 0; n < kDailySessions; ++n, ++i) {
        const std::chrono::weekday weekday{sys_days(clock.days()[i].date)};
        const bool everyDay = m_asset != Asset::Tlt && m_asset != Asset::Gld;
        if (everyDay || weekday == std::chrono::Monday || weekday == std::chrono::Wednesday || weekday == std::chrono::Friday)
            keys.insert({clock.days()[i].date, pmRoot});
    }
    const auto today = sys_days(date);
    const auto firstFriday = today + (std::chrono::Friday - std::chrono::weekday(today));
    const auto lastMonth = date.year() / date.month() + std::chrono::months(kMonthlyMonths);
    for (int week = 0;; ++week) {
        const TradingDate friday(firstFriday + days(7 * week));
        if (friday.year() / friday.month() > lastMonth) break;
        const bool monthly = isThirdFriday(friday);
        if (week > kWeeklyWeeks && !monthly) continue;
        const TradingDate expiry = clock.onOrBefore(friday).date;
        if (expiry < date) continue;
        if (week <= kWeeklyWeeks || m_asset != Asset::Spx) keys.insert({expiry, pmRoot});
        if (monthly && m_asset == Asset::Spx) keys.insert({expiry, "SPX"});
    }
    return {keys.begin(), keys.end()};
}

std::vector<Price> Listing::grid(const SurfaceSlice& slice) const {
    const double step = instrument(m_asset).strikeStep;
    const double deviation = std::sqrt(slice.atmVariance);
    const auto steps = [&](double logMove) { return static_cast<int>(std::abs(slice.forward * std::expm1(logMove)) / step); };
    const bool far = slice.years > kFarYears;
    const int below = std::clamp(steps(-2.1 * deviation - 0.01), kLeastSteps, far ? kFarStepsBelow : kMostStepsBelow);
    const int above = std::clamp(steps(1.7 * deviation + 0.01), kLeastSteps, far ? kFarStepsAbove : kMostStepsAbove);
    // Far enough that a day on which volatility triples still has its low deltas.
    const int lowest = std::max(below, steps((far ? -4.6 : -6.5) * deviation - 0.05));
    const int highest = std::max(above, steps((far ? 3.2 : 4.0) * deviation + 0.04));
    const int innerBelow = steps(-2.1 * deviation), innerAbove = steps(1.7 * deviation);
    const int centre = static_cast<int>(std::lround(slice.forward / step));
    std::vector<Price> strikes;
    for (int n = std::max(1, centre - lowest); n <= centre + highest; ++n) {
        const bool fine = n >= centre - below && n <= centre + above;
        const bool inner = !far || (n >= centre - innerBelow && n <= centre + innerAbove);
        if (fine || n % (inner ? kWingFactor : kFarWingFactor) == 0) strikes.push_back(Price::fromMicros(std::llround(n * step * Price::kScale)));
    }
    return strikes;
}

void Listing::roll(const TradingClock::Day& day, const MarketState& open, const Surface& surface) {
    m_date = day.date;
    m_expiries.clear();
    for (const Key& key : keys(surface.clock(), day.date)) {
        ListedExpiry listed;
        listed.spec = market::classSpec(key.second);
        listed.expiry = key.first;
        listed.expiresAt = market::OptionContract::make(key.second, key.first, Price{}, market::Right::Call).expiresAt();
        if (listed.expiresAt <= day.open) continue; // settled on this morning's opening prices
        listed.reference = surface.slice(m_asset, open.spot[index(m_asset)], open.variance[index(m_asset)], day.open, listed.expiresAt);
        std::vector<Price>& known = m_listed[key];
        std::vector<Price> merged;
        const std::vector<Price> today = grid(listed.reference);
        std::set_union(known.begin(), known.end(), today.begin(), today.end(), std::back_inserter(merged));
        known = merged;
        listed.strikes = std::move(merged);
        listed.calls.reserve(listed.strikes.size());
        listed.puts.reserve(listed.strikes.size());
        for (const Price strike : listed.strikes) {
            listed.calls.push_back(contractDay(listed, strike, market::Right::Call));
            listed.puts.push_back(contractDay(listed, strike, market::Right::Put));
        }
        m_expiries.push_back(std::move(listed));
    }
}

const ListedExpiry* Listing::find(const std::string& root, TradingDate expiry) const {
    for (const ListedExpiry& listed : m_expiries) {
        if (listed.expiry == expiry && listed.spec.root == root) return &listed;
    }
    return nullptr;
}

ContractDay Listing::contractDay(const ListedExpiry& expiry, Price strike, market::Right right) const {
    const Instrument& spec = instrument(m_asset);
    const std::uint64_t root = expiry.spec.settlement == market::Settlement::AmCash ? 1 : 0;
    ContractDay day;
    day.hash = streamSeed(m_seed, 41 + index(m_asset),
                          mix64(dayNumber(expiry.expiry) * 4 + root * 2 + (right == market::Right::Call ? 0 : 1)) ^
                              static_cast<std::uint64_t>(strike.micros()));
    // Persistent popularity and today's, both log-normal.
    const auto normal = [&](std::uint64_t salt) { return inverseNormal((static_cast<double>(mix64(day.hash ^ salt) >> 11) + 0.5) * 0x1.0p-53); };
    const double popularity = 0.45 * normal(1), mood = 0.35 * normal(mix64(dayNumber(m_date)) | 2);
    const double z = std::log(strike.toDouble() / expiry.reference.forward) / std::sqrt(expiry.reference.atmVariance);
    const bool put = right == market::Right::Put;
    // Out of the money trades; puts farther out than calls.
    const double away = put ? -z : z;
    const double reach = put ? 1.9 : 1.5;
    const double side = away >= 0 ? std::exp(-0.5 * away * away / (reach * reach)) : std::exp(-0.5 * away * away / 0.5) + 0.004;
    const int days = daysBetween(m_date, expiry.expiry);
    const bool monthly = isThirdFriday(expiry.expiry);
    const double crowd = side * roundness(strike, spec.strikeStep) * (monthly ? 2.2 : 1.0);
    day.dayVolume = static_cast<std::int64_t>(spec.optionVolume * crowd * termFactor(days) * std::exp(popularity + mood));
    // Interest builds up as an expiry comes nearer.
    const double built = days < 60 ? 0.55 + 0.45 * (1.0 - days / 60.0) : 0.55;
    day.openInterest = static_cast<std::int64_t>(spec.openInterest * crowd * built * std::exp(popularity + 0.15 * mood));
    return day;
}

} // namespace mahler::simulation
