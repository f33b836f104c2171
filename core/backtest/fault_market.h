#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "backtest/weather.h"
#include "market/quote.h"

namespace mahler::backtest {

/// Two underlyings on a random walk with option quotes around Black-Scholes values, and a feed that tells of them what the
/// weather leaves. The true quotes stay known: the broker fills at them and the invariants hold the desk against them.
class FaultMarket {
public:
    FaultMarket(std::uint64_t seed, Weather& weather);

    static const std::vector<std::string>& symbols();
    /// `to`: exchange time, never back.
    void advance(UtcTime to);
    UtcTime now() const { return m_now; }
    double spot(const std::string& symbol) const { return m_spots.at(symbol); }
    double vix() const { return m_vix; }
    /// What is truly bid and asked now.
    market::Quote quote(const market::OptionContract& contract) const;
    /// What the feed tells; absent while it tells nothing.
    std::optional<market::Tick> tick(std::span<const market::OptionContract> watched);

private:
    void spoil(market::Quote& quote);

    Random m_random;
    Weather& m_weather;
    UtcTime m_now{}, m_source{};
    std::map<std::string, double> m_spots;
    std::map<std::string, UtcTime> m_frozen; ///< source times that stand still, by symbol or contract
    double m_vix = 17;
    UtcTime m_vixSource{};
    std::optional<market::Tick> m_last;
};

} // namespace mahler::backtest
