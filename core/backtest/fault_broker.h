#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "backtest/fault_market.h"
#include "execution/broker.h"
#include "risk/gate.h"
#include "risk/halt.h"

namespace mahler::backtest {

/// A broker that keeps true books and tells of them what the weather leaves. Outlives the desks that trade with it.
class FaultBroker final : public execution::Broker {
public:
    /// An order whose token was redeemed: its bytes leave now, whatever becomes of them.
    using Leaving = std::function<void(const execution::Order&)>;
    FaultBroker(std::uint64_t seed, Weather& weather, FaultMarket& market, risk::Gate& gate, const risk::HaltGate& halt, Usd cash, Leaving leaving);

    std::string account() const override { return kAccount; }
    Result<void> submit(const execution::Order& order, risk::RiskToken token) override;
    Result<void> cancel(const OrderId& id) override;
    std::vector<execution::BrokerUpdate> poll() override;
    std::vector<execution::BrokerCashEvent> pollCash() override;
    execution::BrokerReport report() override;
    int takeErrors() override;

    /// `true time` passed: working orders may fill at the true quotes, the day's orders end with the session.
    void step(MonoTime now);
    /// Nothing fills any more.
    void rest() { m_resting = true; }
    Usd cash() const { return m_cash; }
    const std::map<std::string, std::int64_t>& contracts() const { return m_contracts; } ///< signed, true
    /// Orders that still may fill, by intent.
    std::vector<OrderId> working(portfolio::OrderIntent intent) const;

    static constexpr const char* kAccount = "FAULT-1";

private:
    struct Live {
        execution::Order order;
        execution::BrokerUpdate told; ///< the true state
        std::optional<MonoTime> cancelAt;
        bool announced = false;
    };
    void news(execution::BrokerUpdate update);
    void end(Live& live, execution::OrderState state, const std::string& text);
    void fill(Live& live);
    void mischief();
    bool down() { return m_weather.strikes(FaultKind::BrokerDown); }
    Error noAnswer();

    Random m_random;
    Weather& m_weather;
    FaultMarket& m_market;
    risk::Gate& m_gate;
    const risk::HaltGate& m_halt;
    Leaving m_leaving;
    MonoTime m_now{};
    Usd m_cash;
    std::map<std::string, std::int64_t> m_contracts;
    std::map<OrderId, Live> m_orders;
    std::deque<std::pair<MonoTime, execution::BrokerUpdate>> m_news;
    std::vector<execution::BrokerCashEvent> m_cashNews;
    int m_errors = 0, m_lastId = 0;
    bool m_resting = false;
};

} // namespace mahler::backtest
