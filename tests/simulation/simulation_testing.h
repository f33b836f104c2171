#pragma once

#include <QtTest>

#include <cstring>
#include <string>

#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"

/// What the simulation's tests share: a market on a given day, and the bytes of what it hands out.
namespace simulationtesting {

using namespace mahler;
using namespace mahler::simulation;

inline constexpr TradingDate kMonday = std::chrono::year(2026) / 11 / 16;

inline SimulationConfig config(Scenario scenario = Scenario::Calm, std::uint64_t seed = 7, TradingDate date = kMonday, int sessions = 1) {
    return {seed, scenario, date, sessions};
}
inline UtcTime newYork(int hour, int minute, int second = 0, TradingDate date = kMonday) { return market::fromNewYork(date, hour, minute, second); }

/// Values in their exact bytes, so that "the same" means the same bits.
class Bytes {
public:
    template <class T> void add(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        char raw[sizeof(T)];
        std::memcpy(raw, &value, sizeof(T));
        m_text.append(raw, sizeof(T));
    }
    template <class T> void add(const std::vector<T>& values) {
        for (const T& value : values) add(value);
    }
    void add(const std::string& text) { m_text += text + '\n'; }
    template <class T> void add(const std::optional<T>& value) {
        add(value.has_value());
        if (value) add(*value);
    }
    void add(const market::Quote& q) {
        add(q.bid), add(q.ask), add(q.last), add(q.bidSize), add(q.askSize), add(q.volume), add(q.openInterest);
        add(toNanos(q.time));
    }
    void add(const market::Tick& tick) {
        add(toNanos(tick.time));
        for (const auto& u : tick.underlyings) add(u.symbol), add(u.quote), add(u.priorClose);
        add(tick.vix), add(tick.vixPriorClose), add(toNanos(tick.vixTime));
        for (const auto& w : tick.watched) add(w.contractId), add(w.quote);
    }
    void add(const market::OptionChain& c) {
        add(c.underlying), add(toNanos(c.time)), add(c.spot);
        for (const auto& e : c.expiries) add(e.root), add(formatDate(e.expiry)), add(e.begin), add(e.end);
        add(c.strike), add(c.bid), add(c.ask), add(c.last), add(c.right), add(c.bidSize), add(c.askSize);
        add(c.volume), add(c.openInterest), add(c.flags);
    }
    const std::string& text() const { return m_text; }
    bool operator==(const Bytes& other) const { return m_text == other.m_text; }

private:
    std::string m_text;
};

inline std::shared_ptr<const market::Tick> advanced(market::MarketFeed& feed, UtcTime to, const std::vector<market::OptionContract>& watched = {}) {
    auto tick = feed.advance(to, watched);
    return tick ? *tick : nullptr;
}
inline std::shared_ptr<const market::OptionChain> chainAt(market::MarketFeed& feed, const char* symbol, UtcTime t) {
    if (!feed.advance(t, {})) return nullptr;
    auto chain = feed.chain(symbol);
    return chain ? *chain : nullptr;
}

} // namespace simulationtesting
