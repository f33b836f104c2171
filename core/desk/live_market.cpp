#include "desk/live_market.h"

#include <algorithm>
#include <cmath>

namespace mahler::desk {

namespace {
const std::string kVix = "$VIX";
}

void LiveMarket::start(MonoTime now) {
    *this = LiveMarket();
    m_startedAt = m_lastDirty = m_vixLastDirty = now;
}

void LiveMarket::see(const std::string& key, UtcTime source, MonoTime now) {
    auto [it, fresh] = m_seen.try_emplace(key, Seen{source, now});
    if (!fresh && source > it->second.source) it->second = {source, now};
}

void LiveMarket::onTick(const market::Tick& tick, const portfolio::GreeksBook& greeks, Timestamp now) {
    if (tick.session == market::Session::Open && m_session != market::Session::Open) {
        m_vixLow.reset();
        m_vixHigh.reset();
    }
    m_session = tick.session;
    if (m_session == market::Session::Open && !m_openedAt) m_openedAt = now.mono;
    m_lastTick = now;
    for (const auto& u : tick.underlyings) {
        if (u.quote.time > tick.time) // from the future: never used (S10)
            continue;
        m_underlyings[u.symbol] = u;
        see(u.symbol, u.quote.time, now.mono);
    }
    for (const auto& w : tick.watched) {
        if (w.quote.time > tick.time) continue;
        m_options[w.contractId] = w.quote;
        if (const auto value = greeks.find(w.contractId); value != greeks.end())
            m_greeks[w.contractId] = value->second;
        else
            m_greeks.erase(w.contractId);
        see(w.contractId, w.quote.time, now.mono);
    }
    if (tick.vix && std::isfinite(*tick.vix) && *tick.vix >= 0 && tick.vixTime <= tick.time) { // anything else is as good as missing (S10)
        m_vix = tick.vix;
        m_vixPriorClose = tick.vixPriorClose;
        m_vixLow = std::min(m_vixLow.value_or(*tick.vix), *tick.vix);
        m_vixHigh = std::max(m_vixHigh.value_or(*tick.vix), *tick.vix);
        see(kVix, tick.vixTime, now.mono);
        constexpr MonoTime kOldest = std::chrono::hours(24 * 365);
        m_vixSince = now.mono - (tick.vixTime < tick.time - kOldest ? kOldest : MonoTime(tick.time - tick.vixTime));
    }
    judgeAges(now.mono);
    if (tick.dataErrors > 0) m_errors.add(now.mono, tick.dataErrors);
}

void LiveMarket::judgeAges(MonoTime now) {
    constexpr MonoTime kVixStale = std::chrono::seconds(risk::BreakerThresholds::kVixStaleSeconds);
    if (!m_vix || *m_vix >= risk::BreakerThresholds::kVix || vixAge(now).value_or(MonoTime::max()) >= kVixStale) m_vixLastDirty = now;
    for (const auto& [symbol, quote] : m_underlyings)
        if (age(symbol, now).value_or(MonoTime::max()) > std::chrono::seconds(10)) m_lastDirty = now;
}

const market::Quote* LiveMarket::option(const std::string& contractId) const {
    const auto it = m_options.find(contractId);
    return it == m_options.end() ? nullptr : &it->second;
}

std::optional<double> LiveMarket::spot(const std::string& underlying) const {
    const auto it = m_underlyings.find(underlying);
    if (it == m_underlyings.end()) return std::nullopt;
    const auto price = it->second.price();
    return price ? std::optional(price->toDouble()) : std::nullopt;
}

std::optional<portfolio::UnitGreeks> LiveMarket::greeks(const std::string& contractId) const {
    const auto it = m_greeks.find(contractId);
    return it == m_greeks.end() ? std::nullopt : std::optional(it->second);
}

std::map<std::string, double> LiveMarket::spots() const {
    std::map<std::string, double> all;
    for (const auto& [symbol, quote] : m_underlyings)
        if (const auto price = spot(symbol)) all[symbol] = *price;
    return all;
}

std::optional<MonoTime> LiveMarket::age(const std::string& key, MonoTime now) const {
    const auto it = m_seen.find(key);
    return it == m_seen.end() ? std::nullopt : std::optional(now - it->second.at);
}

std::optional<MonoTime> LiveMarket::vixAge(MonoTime now) const {
    const auto seen = age(kVix, now);
    return seen && m_vixSince ? std::optional(std::max(*seen, now - *m_vixSince)) : seen;
}

portfolio::QuoteBook LiveMarket::freshOptions(MonoTime now, MonoTime limit) const {
    portfolio::QuoteBook fresh;
    for (const auto& [id, quote] : m_options)
        if (const auto a = age(id, now); a && *a < limit) fresh.emplace(id, quote);
    return fresh;
}

} // namespace mahler::desk
