#include "execution/simulated_broker.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include "base/random.h"
#include "execution/fill_model.h"
#include "execution/settlement.h"
#include "market/exchange_calendar.h"

namespace mahler::execution {

namespace {

class Simulated final : public SimulatedBroker {
public:
    Simulated(SimulatedBrokerConfig config, risk::Gate& gate, const risk::HaltGate& halt)
        : m_config(std::move(config)), m_gate(gate), m_halt(halt), m_cash(m_config.startingCash) {}

    std::string account() const override { return m_config.account; }
    bool simulated() const override { return true; }

    Result<void> submit(const Order& order, risk::RiskToken token) override {
        if (const auto redeemed = m_gate.redeem(std::move(token), order.combo, m_config.account, m_halt); !redeemed) return redeemed.error();
        if (m_orders.count(order.id)) return Error{ErrorCode::Rejected, "client order id " + order.id.str() + " was used before"};
        const double luck = chance(order.id.str(), 1);
        if (isDown()) {
            ++m_errors; // the reply is lost; half of the requests had already arrived
            if (luck < 0.5) accept(order);
            return Error{ErrorCode::Io, "the broker did not answer"};
        }
        accept(order);
        const double rejectRate = m_config.rejectRate ? m_config.rejectRate(m_now.utc) : 0.0;
        if (luck < rejectRate)
            end(m_orders.at(order.id), OrderState::Rejected, "rejected by the exchange");
        else if (!affordable(order))
            end(m_orders.at(order.id), OrderState::Rejected, "buying power is too small");
        return {};
    }

    Result<void> cancel(const OrderId& id) override {
        if (isDown()) {
            ++m_errors;
            return Error{ErrorCode::Io, "the broker did not answer"};
        }
        const auto it = m_orders.find(id);
        if (it == m_orders.end()) return Error{ErrorCode::NotFound, "no order " + id.str()};
        if (isTerminal(it->second.update.state)) return Error{ErrorCode::Rejected, "order " + id.str() + " has ended"};
        it->second.cancelAt = m_now.mono + m_config.latency; // a fill before then wins
        return {};
    }

    std::vector<BrokerUpdate> poll() override {
        std::vector<BrokerUpdate> out;
        if (isDown()) return out;
        while (!m_news.empty() && m_news.front().first <= m_now.mono) {
            out.push_back(m_news.front().second);
            m_news.pop_front();
        }
        return out;
    }

    std::vector<BrokerCashEvent> pollCash() override {
        if (isDown()) return {};
        return std::exchange(m_cashNews, {});
    }

    BrokerReport report() override {
        BrokerReport r;
        if (isDown()) {
            ++m_errors;
            r.error = "the broker did not answer";
            return r;
        }
        r.clean = true;
        r.cash = m_cash;
        for (const auto& [id, quantity] : m_positions)
            if (quantity != 0) r.positions.push_back({id, quantity});
        for (const auto& [id, live] : m_orders) r.orders.push_back(live.update);
        return r;
    }

    int takeErrors() override { return std::exchange(m_errors, 0); }

    void onTick(Timestamp now, const market::Tick& tick) override {
        m_now = now;
        for (const auto& w : tick.watched) m_quotes[w.contractId] = w.quote;
        for (const auto& u : tick.underlyings)
            if (const auto price = u.price()) m_settlement.see(u.symbol, *price, now.utc, tick.session);
        for (auto& [id, live] : m_orders)
            if (!isTerminal(live.update.state)) work(live, tick);
        settle();
        if (tick.session == market::Session::AfterClose) assignEarly();
    }

    void restore(const BrokerReport& books) override {
        m_cash = books.cash;
        m_positions.clear();
        for (const auto& p : books.positions) m_positions[p.contractId] = p.quantity;
        m_orders.clear();
        m_news.clear();
    }

private:
    struct Live {
        Order order;
        BrokerUpdate update;
        MonoTime acceptedAt{};
        std::optional<MonoTime> cancelAt;
        bool announced = false;
    };

    bool isDown() const { return m_config.down && m_config.down(m_now.utc); }

    /// The same order meets the same luck in every run of the same seed.
    double chance(const std::string& id, std::uint64_t salt) const {
        std::uint64_t h = m_config.seed * 0x9E3779B97F4A7C15ULL + salt;
        for (const char c : id) h = mix64(h ^ static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
        return static_cast<double>(mix64(h) >> 11) * 0x1.0p-53;
    }

    void accept(const Order& order) {
        Live live;
        live.order = order;
        live.update = {order.id, OrderState::Submitted, 0, {}, {}, "SB-" + std::to_string(++m_lastBrokerId), {}};
        live.acceptedAt = m_now.mono;
        m_orders.emplace(order.id, std::move(live));
    }

    void tell(const Live& live) { m_news.emplace_back(m_now.mono + m_config.latency, live.update); }

    void end(Live& live, OrderState state, std::string text) {
        live.update.state = state;
        live.update.text = std::move(text);
        tell(live);
    }

    /// Worst case of everything working, against cash less what positions may still lose.
    bool affordable(const Order& order) const {
        if (order.combo.intent == portfolio::OrderIntent::Close) return true;
        Usd needed;
        for (const auto& [id, live] : m_orders) {
            if (isTerminal(live.update.state) || live.order.combo.intent == portfolio::OrderIntent::Close) continue;
            const auto bounds = portfolio::payoffBounds(live.order.combo.legs, live.order.combo.netLimit);
            if (!bounds.maxLoss) return false;
            needed += times(*bounds.maxLoss, live.order.combo.quantity).value_or(m_cash);
        }
        return needed + heldRequirement() <= m_cash;
    }

    /// Margin of what is held: the worst sum of payoffs over all strikes, per underlying and expiry.
    Usd heldRequirement() const { return m_settlement.requirement(m_positions); }

    void work(Live& live, const market::Tick& tick) {
        if (m_now.mono - live.acceptedAt < m_config.latency) return;
        if (!live.announced) {
            live.announced = true;
            live.update.state = OrderState::Working;
            tell(live);
        }
        if (tick.session == market::Session::AfterClose || tick.session == market::Session::Closed)
            return end(live, OrderState::Expired, "day order at the close");
        if (tick.session == market::Session::Open && !isDown()) tryFill(live);
        if (!isTerminal(live.update.state) && live.cancelAt && m_now.mono >= *live.cancelAt) end(live, OrderState::Cancelled, {});
    }

    void tryFill(Live& live) {
        const auto& combo = live.order.combo;
        const auto price = fillPrice(combo, m_quotes, m_now.utc, m_config.slippage);
        if (!price) return;
        const std::int64_t left = combo.quantity - live.update.filled;
        const bool inTwoSteps = combo.quantity > 1 && live.update.filled == 0 && chance(live.order.id.str(), 2) < m_config.partialFillRate;
        const std::int64_t units = inTwoSteps ? (left + 1) / 2 : left;
        const int multiplier = combo.legs.front().contract.multiplier;
        std::int64_t contracts = 0;
        for (const auto& leg : combo.legs) {
            m_positions[leg.contract.id()] += leg.ratio * units;
            contracts += std::abs(leg.ratio);
        }
        const Usd fees = times(m_config.commissionPerContract, contracts * units).value_or(Usd{});
        const Usd cash = notional(*price, units, multiplier).value_or(Usd{});
        m_cash += cash - fees;
        live.update.cashFlow += cash;
        live.update.filled += units;
        live.update.fees += fees;
        live.update.averageNet = Price::fromMicros(live.update.cashFlow.micros() / (live.update.filled * multiplier));
        live.update.state = live.update.filled == combo.quantity ? OrderState::Filled : OrderState::PartlyFilled;
        tell(live);
    }

    void settle() {
        for (auto& event : m_settlement.expired(m_now.utc, m_positions)) {
            m_cash += event.amount;
            m_cashNews.push_back(std::move(event));
        }
    }

    /// Once after each close. How many of the contracts that may be assigned are is drawn by lot, from one to all, as the clearing house does.
    void assignEarly() {
        const TradingDate today = market::toNewYork(m_now.utc).date;
        if (m_assignedOn == today) return;
        m_assignedOn = today;
        const TradingDate next = market::nextTradingDay(today);
        Evening evening;
        evening.interest = std::expm1(m_config.rate * daysBetween(today, next) / 365.0);
        for (const auto& [id, quantity] : m_positions)
            if (const auto contract = market::OptionContract::parse(id); m_config.dividend && contract)
                if (const auto amount = m_config.dividend(contract->underlying, next)) evening.dividends[contract->underlying] = *amount;
        evening.lots = [&](const std::string& id, std::int64_t held) {
            return 1 + static_cast<std::int64_t>(chance(id + formatDate(today), 3) * static_cast<double>(held));
        };
        for (auto& event : m_settlement.assignedEarly(m_now.utc, evening, m_quotes, m_positions)) {
            m_cash += event.amount;
            m_cashNews.push_back(std::move(event));
        }
    }

    SimulatedBrokerConfig m_config;
    risk::Gate& m_gate;
    const risk::HaltGate& m_halt;
    Timestamp m_now{};
    Usd m_cash;
    std::map<std::string, std::int64_t> m_positions;
    std::map<OrderId, Live> m_orders;
    std::map<std::string, market::Quote> m_quotes;
    std::deque<std::pair<MonoTime, BrokerUpdate>> m_news;
    std::vector<BrokerCashEvent> m_cashNews;
    Settlement m_settlement;
    TradingDate m_assignedOn{}; ///< the close after which early assignments were looked for
    int m_errors = 0;
    int m_lastBrokerId = 0;
};

} // namespace

std::unique_ptr<SimulatedBroker> SimulatedBroker::create(SimulatedBrokerConfig config, risk::Gate& gate, const risk::HaltGate& halt) {
    return std::make_unique<Simulated>(std::move(config), gate, halt);
}

} // namespace mahler::execution
