#include "backtest/fault_market.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "market/exchange_calendar.h"
#include "pricing/option_pricer.h"

namespace mahler::backtest {

namespace {

using namespace std::chrono_literals;

constexpr double kRate = 0.04, kYield = 0.012;

Price toPrice(double value) { return Price::fromDouble(value).value_or(Price{}); }

} // namespace

const std::vector<std::string>& FaultMarket::symbols() {
    static const std::vector<std::string> kBoth{"SPY", "XSP"}; // American and European exercise
    return kBoth;
}

FaultMarket::FaultMarket(std::uint64_t seed, Weather& weather) : m_random(seed), m_weather(weather) {
    for (const auto& symbol : symbols()) m_spots[symbol] = 560 + 80 * m_random.uniform();
    m_vix = 14 + 8 * m_random.uniform();
}

void FaultMarket::advance(UtcTime to) {
    const double seconds = std::max(0.0, std::chrono::duration<double>(to - m_now).count());
    const bool first = m_now == UtcTime{};
    m_now = to;
    if (first || market::sessionAt(to) != market::Session::Open) return;
    const double years = std::min(seconds, 23400.0) / (252 * 23400.0);
    const double common = m_random.normal();
    double jump = 0;
    if (m_weather.strikes(FaultKind::UnderlyingJumps, 0.02)) jump = m_random.uniform() < 0.5 ? -0.1 : 0.06;
    for (auto& [symbol, spot] : m_spots) {
        const double move = m_vix / 100 * std::sqrt(years) * (0.8 * common + 0.6 * m_random.normal()) + jump;
        spot = std::clamp(spot * std::exp(move), 50.0, 5000.0);
    }
    m_vix = std::clamp(m_vix * std::exp(-60 * jump * 0.1 + 0.9 * std::sqrt(years) * (m_random.normal() - 0.7 * common)), 9.0, 49.0);
}

market::Quote FaultMarket::quote(const market::OptionContract& contract) const {
    pricing::Inputs in;
    in.right = contract.right;
    in.spot = spot(contract.underlying);
    in.strike = contract.strike.toDouble();
    in.years = std::max(0.0, std::chrono::duration<double>(contract.expiresAt() - m_now).count() / (365.0 * 86400));
    in.rate = kRate;
    in.dividendYield = kYield;
    in.vol = std::clamp(m_vix / 100 - 0.4 * std::log(in.strike / in.spot), 0.08, 2.0);
    const double value =
        in.years > 0 ? pricing::priceEuropean(in).price : std::max(0.0, (in.right == market::Right::Call ? 1 : -1) * (in.spot - in.strike));
    const double exercise =
        contract.style == market::ExerciseStyle::American ? (in.right == market::Right::Call ? 1 : -1) * (in.spot - in.strike) : 0;
    const double mid = std::max({value, exercise + 0.02, 0.02}), half = std::max(0.01, 0.015 * mid);
    market::Quote q;
    q.bid = toPrice(std::max(0.0, std::floor((mid - half) * 100) / 100));
    q.ask = toPrice(std::ceil((mid + half) * 100) / 100);
    q.bidSize = q.askSize = 50;
    q.volume = 500;
    q.openInterest = 5000;
    q.time = m_now;
    return q;
}

/// One quote as a broken feed gives it.
void FaultMarket::spoil(market::Quote& q) {
    const auto scaled = [&](double by) {
        for (auto* side : {&q.bid, &q.ask})
            if (*side) *side = toPrice((*side)->toDouble() * by);
    };
    if (m_weather.strikes(FaultKind::QuotesCrossed, 0.4)) std::swap(q.bid, q.ask);
    if (m_weather.strikes(FaultKind::QuotesOneSided, 0.4)) (m_random.uniform() < 0.5 ? q.bid : q.ask).reset();
    if (m_weather.strikes(FaultKind::QuotesFromFuture, 0.4)) q.time += 5min;
    if (m_weather.strikes(FaultKind::QuotesFromPast, 0.4)) q.time -= 10min;
    if (m_weather.strikes(FaultKind::QuotesAbsurd, 0.2)) scaled(1000);
    if (m_weather.strikes(FaultKind::QuotesZero, 0.3)) q.bid = q.ask = Price{};
    if (m_weather.strikes(FaultKind::QuotesNegative, 0.3)) scaled(-1);
    if (m_weather.strikes(FaultKind::QuotesWide, 0.4) && q.ask) q.bid = toPrice(q.ask->toDouble() / 2);
    if (m_weather.strikes(FaultKind::SizesHuge, 0.3)) {
        q.bidSize = q.volume = std::numeric_limits<std::int64_t>::max();
        q.askSize = q.openInterest = std::numeric_limits<std::int64_t>::min();
    }
}

std::optional<market::Tick> FaultMarket::tick(std::span<const market::OptionContract> watched) {
    if (m_weather.strikes(FaultKind::TicksStop)) return std::nullopt;
    if (m_last && m_weather.strikes(FaultKind::TicksRepeat, 0.5)) return m_last;
    if (!m_weather.strikes(FaultKind::QuotesFreeze)) m_source = m_now;
    const auto sourceOf = [&](const std::string& key, FaultKind kind, double chance) {
        if (!m_weather.strikes(kind, chance)) m_frozen[key] = m_source;
        const auto known = m_frozen.find(key);
        return known == m_frozen.end() ? m_source : known->second;
    };
    market::Tick tick;
    tick.time = m_now;
    tick.session = market::sessionAt(m_now);
    if (m_weather.strikes(FaultKind::SessionWrong, 0.3)) tick.session = market::Session::Closed;
    for (const auto& [symbol, spot] : m_spots) {
        market::UnderlyingQuote u;
        u.symbol = symbol;
        u.quote.bid = toPrice(spot - 0.01);
        u.quote.ask = toPrice(spot + 0.01);
        u.quote.time = sourceOf(symbol, FaultKind::UnderlyingFreezes, 1);
        if (m_weather.strikes(FaultKind::UnderlyingNegative, 0.3)) {
            u.quote.bid = toPrice(-spot - 0.01);
            u.quote.ask = toPrice(-spot + 0.01);
        }
        if (!m_weather.strikes(FaultKind::UnderlyingMissing, 0.6)) tick.underlyings.push_back(u);
    }
    for (const auto& contract : watched) {
        if (m_weather.strikes(FaultKind::QuoteMissing, 0.5)) continue;
        market::Quote q = quote(contract);
        q.time = sourceOf(contract.id(), FaultKind::OneQuoteFreezes, 0.9);
        spoil(q);
        tick.watched.push_back({contract.id(), q});
    }
    if (m_weather.strikes(FaultKind::UnknownContract, 0.3)) {
        tick.watched.push_back({"SPY991231C00001000", market::Quote{Price{}, Price{}, {}, {}, {}, {}, {}, m_source}});
        tick.watched.push_back({"not a contract", market::Quote{Price{}, Price{}, {}, {}, {}, {}, {}, m_source}});
    }
    if (!m_weather.strikes(FaultKind::VixFreezes)) m_vixSource = m_source;
    tick.vixTime = m_vixSource;
    tick.vixPriorClose = 17;
    tick.vix = m_vix;
    if (m_weather.strikes(FaultKind::VixNotANumber)) tick.vix = std::numeric_limits<double>::quiet_NaN();
    if (m_weather.strikes(FaultKind::VixInfinite)) tick.vix = std::numeric_limits<double>::infinity();
    if (m_weather.strikes(FaultKind::VixNegative)) tick.vix = -m_vix;
    if (m_weather.strikes(FaultKind::VixAbove50)) tick.vix = 50 + 20 * m_random.uniform();
    if (m_weather.strikes(FaultKind::VixMissing)) tick.vix.reset();
    if (m_weather.strikes(FaultKind::VixFromFuture)) tick.vixTime += 5min;
    if (m_weather.strikes(FaultKind::DataErrors, 0.4)) tick.dataErrors = 1 + static_cast<int>(m_random.below(3));
    m_last = tick;
    return tick;
}

} // namespace mahler::backtest
