#pragma once

#include <vector>

#include "backtest/fault_market.h"
#include "desk/desk.h"

namespace mahler::backtest {

/// Agents and people: what they ask of the desk, sense and nonsense.
class FaultPeople {
public:
    FaultPeople(std::uint64_t seed, Weather& weather, const FaultMarket& market) : m_random(seed), m_weather(weather), m_market(market) {}

    /// The answer of the agents to a RunCycle effect.
    desk::CycleFinished analyse(const CycleId& id, const std::string& underlying);
    /// What they do in this second; mostly nothing.
    std::vector<desk::Command> act(const desk::Desk& desk, Timestamp now);

private:
    portfolio::ComboOrder idea(const std::string& underlying);
    void spoil(portfolio::ComboOrder& order);
    UserId anybody();
    void decide(const desk::Desk& desk, Timestamp now, std::vector<desk::Command>& out);

    Random m_random;
    Weather& m_weather;
    const FaultMarket& m_market;
    std::vector<approval::Request> m_seen; ///< requests of before, for late answers
    std::vector<desk::CycleFinished> m_told;
};

} // namespace mahler::backtest
