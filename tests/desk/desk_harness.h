#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "desk/codec.h"
#include "desk/desk.h"
#include "desk/greeks_board.h"
#include "market/exchange_calendar.h"

namespace mahler::desk::testing {

using namespace std::chrono_literals;

/// A desk with SPY at 500 and a hand-fed option market. Time moves by tick(); every event is kept.
class Harness {
public:
    explicit Harness(approval::DeskKind kind = approval::DeskKind::DemoTeam) : m_desk(risk::Limits{}), m_kind(kind) {
        m_date = std::chrono::year{2026} / 11 / 23;
        m_now = at(9, 29, 59);
        quote(put(470), 1.50, 1.54);
        quote(put(465), 1.14, 1.18);
    }

    static market::OptionContract put(double strike) {
        return market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put);
    }
    Timestamp at(int hour, int minute, int second = 0) const {
        const UtcTime utc = market::fromNewYork(m_date, hour, minute, second);
        return {utc, MonoTime(utc.time_since_epoch())};
    }
    Timestamp now() const { return m_now; }
    void jumpTo(int hour, int minute, int second = 0) { m_now = at(hour, minute, second); }
    void wallJumps(std::chrono::nanoseconds by) { ///< the machine's clock alone, not the exchange's
        m_now.utc += by;
        m_wallWrong += by;
    }
    void skipTo(TradingDate date, int hour, int minute) {
        m_date = date;
        m_now = at(hour, minute);
    }

    void quote(const market::OptionContract& contract, double bid, double ask) {
        m_quotes[contract.id()] = {*Price::fromDouble(bid), *Price::fromDouble(ask)};
    }
    /// Quotes every row of a chain that has both sides.
    void quote(const market::OptionChain& chain) {
        for (std::size_t row = 0; row < chain.size(); ++row)
            if (const auto q = chain.quote(row); q.twoSided()) m_quotes[chain.contract(row).id()] = {*q.bid, *q.ask};
    }
    void removeQuote(const market::OptionContract& contract) { m_quotes.erase(contract.id()); }
    void setVix(double vix) { m_vix = vix; }
    void setSpot(double spot) { m_spot = spot; }
    void freezeFeed(bool frozen) { m_frozen = frozen; }

    /// Hands one command over and keeps what came of it.
    Outcome give(const Command& command) {
        Outcome outcome = m_desk.handle(command, m_now);
        for (const auto& event : outcome.events) m_events.push_back({event, m_now});
        for (const auto& effect : outcome.effects) m_effects.push_back(effect);
        m_commands.push_back({command, m_now});
        return outcome;
    }
    Outcome tick(std::chrono::nanoseconds step = 1s) {
        m_now.utc += step;
        m_now.mono += step;
        market::Tick tick;
        tick.time = m_now.utc - m_wallWrong;
        tick.session = market::sessionAt(tick.time);
        if (!m_frozen) m_source = tick.time;
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        spy.quote.bid = *Price::fromDouble(m_spot - 0.01);
        spy.quote.ask = *Price::fromDouble(m_spot + 0.01);
        spy.quote.time = m_source;
        tick.underlyings.push_back(spy);
        tick.vix = m_vix;
        tick.vixPriorClose = 17.0;
        tick.vixTime = m_source;
        for (const auto& contract : m_desk.watched()) {
            const auto it = m_quotes.find(contract.id());
            if (it == m_quotes.end()) continue;
            market::Quote q;
            q.bid = it->second.first;
            q.ask = it->second.second;
            q.bidSize = q.askSize = 50;
            q.volume = 500;
            q.openInterest = 5000;
            q.time = m_source;
            tick.watched.push_back({contract.id(), q});
        }
        return give(
            MarketTick{tick, m_desk.state().facts ? m_board.price(tick, *m_desk.state().facts, m_desk.market().carries()) : portfolio::GreeksBook{}});
    }
    /// A second without a word from the market: the exchange's clock stands with it, as it does for the runtime.
    Outcome timer() {
        m_now.mono += 1s;
        return give(Timer{});
    }
    void ticks(int count) {
        for (int i = 0; i < count; ++i) tick();
    }

    /// Started, facts, reconciled with what the desk believes, session open: RUNNING when all is well.
    void open() {
        give(Started{"run-1", "test", m_kind, true, "SIM-1", Usd::fromMicros(100'000'000'000), {"SPY"}});
        SessionFacts facts;
        facts.date = m_date;
        facts.open = market::sessionOpen(m_date);
        facts.close = market::sessionClose(m_date);
        facts.rate = 0.04;
        facts.dividendYield["SPY"] = 0.012;
        facts.realised10["SPY"] = 0.15;
        give(facts);
        reconcile();
        ticks(4);
    }
    void reconcile(bool clean = true) { give(Reconciliation{books(clean), "start"}); }
    execution::BrokerReport books(bool clean = true) const {
        execution::BrokerReport report;
        report.clean = clean;
        if (m_desk.state().account) report.cash = m_desk.state().account->cash;
        std::map<std::string, std::int64_t> held; // an account holds a contract once
        for (const auto& [id, position] : m_desk.state().positions)
            for (const auto& leg : position.legs) held[leg.contract.id()] += leg.ratio * position.quantity;
        for (const auto& [id, quantity] : held)
            if (quantity != 0) report.positions.push_back({id, quantity});
        for (const auto* order : m_desk.state().liveOrders())
            report.orders.push_back({order->id, order->state, order->filled, order->averageNet, order->fees, {}, order->text, order->cashFlow});
        return report;
    }

    /// A bull put spread, five points wide, for `credit`.
    static portfolio::ComboOrder spread(std::int64_t quantity, double credit = 0.34, double sold = 470) {
        portfolio::ComboOrder order;
        order.underlying = "SPY";
        order.kind = portfolio::StrategyKind::BullPutSpread;
        order.legs = {{put(sold), -1}, {put(sold - 5), 1}};
        order.quantity = quantity;
        order.netLimit = *Price::fromDouble(credit);
        order.source = "agent:desk";
        return order;
    }
    /// The agents come back with an order; gives the gate its first look at it.
    void propose(const portfolio::ComboOrder& order) {
        give(RequestCycle{"schedule", "SPY"});
        CycleFinished done;
        done.id = m_desk.state().cycles.front().id;
        done.underlying = "SPY";
        done.action = "enter";
        done.strategy = "credit_spread";
        done.order = order;
        done.caseFor = "for";
        done.caseAgainst = "against";
        done.confidencePpm = 600'000;
        give(done);
        tick();
    }
    std::optional<approval::Request> pending() const {
        const auto& all = m_desk.state().approvals;
        return all.empty() ? std::nullopt : std::optional(all.begin()->second);
    }
    UserId userWith(approval::Role role) const {
        for (const auto& user : approval::demoUsers())
            if (user.has(role)) return user.id;
        return {};
    }
    void answer(const approval::Request& r, const UserId& user, bool approve, const std::string& reason = "1 looks right to me") {
        AnswerRequest a{r.id, user, approve, r.shownHash, reason, {}};
        const auto view = m_desk.view(m_now);
        for (const auto& v : view.approvals)
            if (v.request.id == r.id) a.typedMaxLoss = v.maxLoss;
        give(a);
    }
    const execution::Order* onlyOrder() const { return m_desk.state().orders.empty() ? nullptr : &m_desk.state().orders.begin()->second; }
    void brokerSays(const OrderId& id, execution::OrderState state, std::int64_t filled = 0, double net = 0, double fees = 0) {
        execution::BrokerUpdate u{id, state, filled, *Price::fromDouble(net), *Usd::fromDouble(fees), "B1", {}};
        u.cashFlow = *notional(u.averageNet, filled, 100);
        give(BrokerNews{{u}, {}, 0});
    }
    /// From idea to a held position, whatever the tier.
    void holdSpread(std::int64_t quantity = 1) {
        propose(spread(quantity));
        if (const auto request = pending()) {
            for (const auto role : {approval::Role::RiskManager, approval::Role::PortfolioManager, approval::Role::TeamLead})
                if (pending()) answer(*request, userWith(role), true, "1 agreed after reading it all");
        }
        const OrderId id = m_desk.state().liveOrders().front()->id;
        give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        brokerSays(id, execution::OrderState::Filled, quantity, 0.34, 2.0 * static_cast<double>(quantity));
    }

    template <class E> std::vector<E> effects() const {
        std::vector<E> out;
        for (const auto& effect : m_effects)
            if (const auto* e = std::get_if<E>(&effect)) out.push_back(*e);
        return out;
    }
    int count(const std::string& type) const {
        return static_cast<int>(std::count_if(m_events.begin(), m_events.end(), [&](const StoredEvent& e) { return e.event.type == type; }));
    }
    std::string lastBody(const std::string& type) const {
        for (auto it = m_events.rbegin(); it != m_events.rend(); ++it)
            if (it->event.type == type) return it->event.body.dump();
        return {};
    }

    Desk& desk() { return m_desk; }
    const DeskState& state() const { return m_desk.state(); }
    const std::vector<StoredEvent>& events() const { return m_events; }
    const std::vector<std::pair<Command, Timestamp>>& commands() const { return m_commands; }

private:
    Desk m_desk;
    GreeksBoard m_board;
    approval::DeskKind m_kind;
    TradingDate m_date{};
    Timestamp m_now{};
    UtcTime m_source{};
    std::chrono::nanoseconds m_wallWrong{};
    bool m_frozen = false;
    double m_vix = 17.0, m_spot = 500;
    std::map<std::string, std::pair<Price, Price>> m_quotes;
    std::vector<StoredEvent> m_events;
    std::vector<Effect> m_effects;
    std::vector<std::pair<Command, Timestamp>> m_commands;
};

} // namespace mahler::desk::testing
