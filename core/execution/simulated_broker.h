#pragma once

#include <cstdint>
#include <memory>

#include "execution/broker.h"
#include "market/feed.h"
#include "risk/gate.h"
#include "risk/halt.h"

namespace mahler::execution {

/// Fill model; with fees, margin, expiry and assignment in docs/simulated-market.md. A combo is filled against the quotes of its legs, never
/// at a better price than mid: it is marketable when netLimit <= mid net - slippage * (ask-bid width of the combo) for a credit (same
/// arithmetic for a debit).
struct SimulatedBrokerConfig {
    std::string account = "SIM-4821";
    Usd startingCash = Usd::fromMicros(100'000'000'000); ///< $100,000
    double slippage = 0.10;                              ///< share of the combo's bid-ask width given up (seed)
    Usd commissionPerContract = Usd::fromMicros(1'000'000);
    std::chrono::milliseconds latency{250}; ///< of every answer
    double partialFillRate = 0.25;          ///< share of multi-unit orders filled in two steps
    std::uint64_t seed = 7;
    std::function<bool(UtcTime)> down;         ///< outage at a market time; empty: never
    std::function<double(UtcTime)> rejectRate; ///< empty: 0
    /// Continuous, per year: what holders of puts earn on the strike by exercising tonight. 0: no put is assigned early.
    double rate = 0;
    /// A share, by which an underlying goes ex on that session; absent: it does not. Empty: no call is assigned early.
    std::function<std::optional<Price>(const std::string& underlying, TradingDate exDate)> dividend;
};

class SimulatedBroker : public Broker {
public:
    /// `gate` redeems tokens, `halt` is the switch; both outlive the broker.
    static std::unique_ptr<SimulatedBroker> create(SimulatedBrokerConfig config, risk::Gate& gate, const risk::HaltGate& halt);
    /// Market time and quotes move on: matches working orders, settles expiries after the close.
    virtual void onTick(Timestamp now, const market::Tick& tick) = 0;
    /// Puts the books as they were (restart of a simulated desk): cash, signed contracts and orders.
    virtual void restore(const BrokerReport& books) = 0;
};

} // namespace mahler::execution
