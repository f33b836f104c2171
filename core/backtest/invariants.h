#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backtest/fault_broker.h"
#include "desk/desk.h"

namespace mahler::backtest {

struct Violation {
    std::string rule;   ///< "S3", "B4", "S2"
    std::string detail; ///< English, with the values
};

/// Holds the desk against the safety specification from outside: what it says of itself is compared with the true market and
/// the broker's true books, and its limits are computed anew.
class Invariants {
public:
    Invariants(const FaultMarket& market, const FaultBroker& broker) : m_market(market), m_broker(broker) {}

    /// The feed gave this tick to the desk; `mono` is the desk's clock.
    void onTick(const market::Tick& tick, MonoTime mono);
    /// The desk handled a command.
    void onOutcome(const desk::Desk& desk, const desk::Outcome& outcome);
    /// The bytes of an order leave. `desk`: as it is now.
    void onLeaving(const desk::Desk& desk, const execution::Order& order, bool gateOpen, Timestamp now);
    /// After every command and its effects; `second`: it was one that breakers are looked at with, a tick or a timer.
    void afterCommand(const desk::Desk& desk, bool second, bool gateOpen, Timestamp now);
    /// A process begins: what the feed told the one before it is forgotten.
    void onProcess();
    /// A new process took over: `before` is the state whose last event was journaled.
    void onRestart(const desk::DeskState& before, const desk::Desk& desk);
    /// All faults ended minutes ago.
    void atRest(const desk::Desk& desk);
    /// The fold of the journal is the state.
    void sameState(const desk::DeskState& running, const desk::DeskState& folded);
    void fail(const std::string& rule, const std::string& detail);

    const std::optional<Violation>& violation() const { return m_violation; }
    std::int64_t checks() const { return m_checks; }

private:
    struct Told {
        market::Quote quote;
        UtcTime source{};
        MonoTime confirmed{};
    };
    void require(bool holds, const char* rule, const std::string& detail);
    void checkOpening(const desk::Desk& desk, const execution::Order& order, Timestamp now);
    void checkApproval(const desk::Desk& desk, const execution::Order& order);
    void checkBreakers(const desk::Desk& desk, Timestamp now);

    const FaultMarket& m_market;
    const FaultBroker& m_broker;
    std::map<std::string, Told> m_told; ///< what a desk may know, by symbol or contract id
    std::optional<double> m_vix;
    MonoTime m_vixConfirmed{};
    UtcTime m_vixSource{};
    market::Session m_session = market::Session::Closed;
    std::optional<MonoTime> m_openSince; ///< of the session: when the feed first said "open"
    MonoTime m_lastOpen{};
    std::set<OrderId> m_intended, m_left;
    std::map<OrderId, std::int64_t> m_values; ///< of intents, micros
    std::optional<Violation> m_violation;
    std::int64_t m_checks = 0;
};

} // namespace mahler::backtest
