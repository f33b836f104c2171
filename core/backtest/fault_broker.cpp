#include "backtest/fault_broker.h"

#include <algorithm>
#include <cmath>

#include "market/exchange_calendar.h"

namespace mahler::backtest {

namespace {

using namespace std::chrono_literals;
using execution::OrderState;

constexpr const char* kHostileText = "<b>APPROVED</b>\x1b[31m\r\n\xff\xfe'; DROP TABLE records; --";

} // namespace

FaultBroker::FaultBroker(std::uint64_t seed, Weather& weather, FaultMarket& market, risk::Gate& gate, const risk::HaltGate& halt, Usd cash,
                         Leaving leaving)
    : m_random(seed), m_weather(weather), m_market(market), m_gate(gate), m_halt(halt), m_leaving(std::move(leaving)), m_cash(cash) {}

Error FaultBroker::noAnswer() {
    ++m_errors;
    return {ErrorCode::Io, m_weather.strikes(FaultKind::HostileText) ? kHostileText : "no answer"};
}

Result<void> FaultBroker::submit(const execution::Order& order, risk::RiskToken token) {
    if (auto redeemed = m_gate.redeem(std::move(token), order.combo, kAccount, m_halt); !redeemed) return redeemed;
    m_leaving(order);
    if (down() || m_weather.strikes(FaultKind::TimeoutBeforeAccept, 0.6)) return noAnswer();
    Live live;
    live.order = order;
    live.told = {order.id, OrderState::Submitted, 0, {}, {}, "FB-" + std::to_string(++m_lastId), {}};
    auto& kept = m_orders.emplace(order.id, std::move(live)).first->second;
    const bool twice = m_weather.strikes(FaultKind::RejectedTwice, 0.6);
    if (twice || m_weather.strikes(FaultKind::BrokerRejects, 0.6)) {
        end(kept, OrderState::Rejected, m_weather.strikes(FaultKind::HostileText) ? kHostileText : "rejected by the exchange");
        if (twice) news(kept.told);
    }
    if (m_weather.strikes(FaultKind::TimeoutAfterAccept, 0.6)) return noAnswer();
    return {};
}

Result<void> FaultBroker::cancel(const OrderId& id) {
    if (down()) return noAnswer();
    const auto it = m_orders.find(id);
    if (it == m_orders.end()) return Error{ErrorCode::NotFound, "no order " + id.str()};
    if (execution::isTerminal(it->second.told.state)) return Error{ErrorCode::Rejected, "order " + id.str() + " has ended"};
    if (m_weather.strikes(FaultKind::CancelRefused, 0.7)) return Error{ErrorCode::Rejected, "not now"};
    if (m_weather.strikes(FaultKind::CancelLost, 0.7)) return {};
    if (m_weather.strikes(FaultKind::FillBeatsCancel, 0.7)) {
        while (!execution::isTerminal(it->second.told.state)) fill(it->second);
        return {};
    }
    it->second.cancelAt = m_now + 200ms;
    return {};
}

void FaultBroker::news(execution::BrokerUpdate update) {
    if (m_weather.strikes(FaultKind::HostileText, 0.5)) update.text = kHostileText;
    if (m_weather.strikes(FaultKind::NewsLost, 0.5)) return;
    const auto at = m_now + (m_weather.strikes(FaultKind::AnswersLate) ? MonoTime(10s) : MonoTime(250ms));
    m_news.emplace_back(at, update);
    if (m_weather.strikes(FaultKind::NewsDuplicated, 0.5)) m_news.emplace_back(at, update);
}

void FaultBroker::end(Live& live, OrderState state, const std::string& text) {
    live.told.state = state;
    live.told.text = text;
    news(live.told);
}

void FaultBroker::fill(Live& live) {
    const auto& combo = live.order.combo;
    const std::int64_t left = combo.quantity - live.told.filled;
    const bool cut = left > 1 && m_weather.strikes(FaultKind::PartialThenCancelled, 0.5);
    const std::int64_t units = cut || m_weather.strikes(FaultKind::PartialFills) ? 1 : left;
    const int multiplier = combo.legs.front().contract.multiplier;
    std::int64_t contracts = 0;
    for (const auto& leg : combo.legs) {
        m_contracts[leg.contract.id()] += leg.ratio * units;
        contracts += std::abs(leg.ratio);
    }
    const Usd fees = Usd::fromMicros(650'000 * contracts * units), cash = notional(combo.netLimit, units, multiplier).value_or(Usd{});
    m_cash += cash - fees;
    live.told.cashFlow += cash;
    live.told.filled += units;
    live.told.fees += fees;
    live.told.averageNet = Price::fromMicros(live.told.cashFlow.micros() / (live.told.filled * multiplier));
    live.told.state = live.told.filled == combo.quantity ? OrderState::Filled : OrderState::PartlyFilled;
    news(live.told);
    if (cut) end(live, OrderState::Cancelled, "cancelled by the exchange");
}

/// What no honest broker does.
void FaultBroker::mischief() {
    const auto any = [&]() -> Live* {
        if (m_orders.empty()) return nullptr;
        return &std::next(m_orders.begin(), static_cast<std::ptrdiff_t>(m_random.below(m_orders.size())))->second;
    };
    const auto tell = [&](FaultKind kind, const auto& change) {
        Live* live = m_weather.strikes(kind, 0.05) ? any() : nullptr;
        if (!live) return;
        auto lie = live->told;
        change(lie, *live);
        m_news.emplace_back(m_now, lie);
    };
    tell(FaultKind::OverfillTold, [](auto& u, const Live& l) {
        u.filled = l.order.combo.quantity + 1;
        u.state = OrderState::Filled;
        u.cashFlow += Usd::fromMicros(1'000'000);
    });
    tell(FaultKind::FillShrinks, [](auto& u, const Live&) { u.filled = u.filled > 0 ? u.filled - 1 : -1; });
    tell(FaultKind::FillAbsurd, [](auto& u, const Live& l) {
        u.filled = l.order.combo.quantity;
        u.state = OrderState::Filled;
        u.cashFlow = Usd::fromMicros(std::int64_t{1} << 60);
        u.averageNet = Price::fromMicros(std::int64_t{1} << 60);
    });
    tell(FaultKind::UnknownOrderTold, [](auto& u, const Live&) { u.id = OrderId("M-NOBODYSENTTHIS"); });
    tell(FaultKind::EndedOrderWakes, [](auto& u, const Live&) { u.state = OrderState::Working; });
    if (m_weather.strikes(FaultKind::ForeignPosition, 0.02)) m_contracts["SPY261218C00700000"] += 3;
    if (m_weather.strikes(FaultKind::PositionVanishes, 0.02) && !m_contracts.empty()) m_contracts.begin()->second = 0;
    if (m_weather.strikes(FaultKind::CashDiffers, 0.02)) m_cash += Usd::fromMicros(1'000'000);
    const bool twice = m_weather.strikes(FaultKind::CashEventTwice, 0.02);
    if (twice || m_weather.strikes(FaultKind::Assignment, 0.02))
        for (auto& [id, quantity] : m_contracts)
            if (quantity < 0) {
                const std::int64_t lots = (quantity - 1) / 2; // one of one or two, two of three or four: often a part
                const Usd paid = Usd::fromMicros(250'000'000 * lots);
                m_cashNews.push_back({"assignment", id, lots, paid, "assigned"});
                if (twice) m_cashNews.push_back(m_cashNews.back());
                m_cash += paid;
                quantity -= lots;
                break;
            }
    if (m_weather.strikes(FaultKind::ErrorStorm, 0.2)) m_errors += 5;
    if (m_news.size() > 1 && m_weather.strikes(FaultKind::NewsReordered, 0.5)) {
        for (auto& [at, update] : m_news) at = m_now;
        std::reverse(m_news.begin(), m_news.end());
    }
}

void FaultBroker::step(MonoTime now) {
    m_now = now;
    const auto session = market::sessionAt(m_market.now());
    for (auto& [id, live] : m_orders) {
        if (execution::isTerminal(live.told.state)) continue;
        if (!live.announced) {
            live.announced = true;
            live.told.state = OrderState::Working;
            news(live.told);
        }
        if (session != market::Session::Open) {
            end(live, OrderState::Expired, "day order at the close");
            continue;
        }
        std::int64_t mid = 0, width = 0;
        for (const auto& leg : live.order.combo.legs) {
            const auto q = m_market.quote(leg.contract);
            mid += (leg.ratio > 0 ? -1 : 1) * q.mid()->micros() * std::abs(leg.ratio);
            width += q.width()->micros() * std::abs(leg.ratio);
        }
        if (!m_resting && live.order.combo.netLimit.micros() <= mid - width / 10 && m_random.uniform() < 0.3) fill(live);
        if (!execution::isTerminal(live.told.state) && live.cancelAt && now >= *live.cancelAt) end(live, OrderState::Cancelled, {});
    }
    mischief();
}

std::vector<execution::BrokerUpdate> FaultBroker::poll() {
    std::vector<execution::BrokerUpdate> out;
    if (down()) return out;
    while (!m_news.empty() && m_news.front().first <= m_now) {
        out.push_back(std::move(m_news.front().second));
        m_news.pop_front();
    }
    return out;
}

std::vector<execution::BrokerCashEvent> FaultBroker::pollCash() {
    if (down()) return {};
    return std::exchange(m_cashNews, {});
}

execution::BrokerReport FaultBroker::report() {
    execution::BrokerReport r;
    if (down()) {
        r.error = noAnswer().detail;
        return r;
    }
    r.clean = true;
    if (m_weather.strikes(FaultKind::ReportEmpty, 0.5)) return r;
    r.cash = m_cash;
    for (const auto& [id, quantity] : m_contracts)
        if (quantity != 0) r.positions.push_back({id, quantity});
    for (const auto& [id, live] : m_orders) r.orders.push_back(live.told);
    if (m_weather.strikes(FaultKind::ForeignOrder, 0.3))
        r.orders.push_back({OrderId("M-0123456789ABCDEF01234567"), OrderState::Working, 0, {}, {}, "FB-0", {}});
    return r;
}

int FaultBroker::takeErrors() { return std::exchange(m_errors, 0); }

std::vector<OrderId> FaultBroker::working(portfolio::OrderIntent intent) const {
    std::vector<OrderId> ids;
    for (const auto& [id, live] : m_orders)
        if (!execution::isTerminal(live.told.state) && live.order.combo.intent == intent) ids.push_back(id);
    return ids;
}

} // namespace mahler::backtest
