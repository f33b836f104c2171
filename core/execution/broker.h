#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "execution/order.h"
#include "market/quote.h"
#include "risk/gate.h"

namespace mahler::execution {

/// What a broker says of one order, in its own time. Fills are cumulative.
struct BrokerUpdate {
    OrderId id;
    OrderState state = OrderState::Unknown;
    std::int64_t filled = 0;
    Price averageNet;
    Usd fees;
    std::string brokerId, text;
    Usd cashFlow{}; ///< exact cash of all fills, before fees: averages round, cash must not
};

/// Cash movement that is not a fill: expiry settlement, assignment, exercise, fee.
struct BrokerCashEvent {
    std::string kind; ///< "expiry", "assignment", "exercise"
    std::string contractId;
    std::int64_t quantity = 0;
    Usd amount;
    std::string text;
};

struct BrokerPosition {
    std::string contractId;
    std::int64_t quantity = 0; ///< signed contracts
};

/// The broker's own records, all of them, at one moment.
struct BrokerReport {
    bool clean = false; ///< every query answered
    std::string error;
    Usd cash;
    std::vector<BrokerPosition> positions;
    std::vector<BrokerUpdate> orders;
};

/// A broker. Calls never block long; answers come by poll(). One thread.
class Broker {
public:
    virtual ~Broker() = default;
    virtual std::string account() const = 0;
    /// It lives in this program: no people stand behind it who could be called.
    virtual bool simulated() const { return false; }
    /// The token is redeemed immediately before the bytes leave; a refused token sends nothing. Never retried (S3).
    virtual Result<void> submit(const Order& order, risk::RiskToken token) = 0;
    virtual Result<void> cancel(const OrderId& id) = 0;
    /// Market time and quotes move on: brokers that live in this process match orders against them; others ignore it.
    virtual void onTick(Timestamp, const market::Tick&) {}
    /// News since the last poll, in order.
    virtual std::vector<BrokerUpdate> poll() = 0;
    virtual std::vector<BrokerCashEvent> pollCash() = 0;
    virtual BrokerReport report() = 0;
    /// Failed calls since the last ask (breaker B6).
    virtual int takeErrors() = 0;
};

} // namespace mahler::execution
