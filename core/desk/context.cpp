#include "desk/context.h"

#include <algorithm>

#include "base/words.h"
#include "desk/greeks_board.h"

namespace mahler::desk {

namespace {

/// Events that change neither positions nor orders nor the account. Anything not named here makes the book's sums anew.
bool leavesBookAlone(const std::string& type) {
    return type == "notice" || type == "account.marked" || type.starts_with("assignment.") || type == "gate.checked" || type == "tape.block" ||
           type == "schedule.fired" || type.starts_with("cycle.") || type.starts_with("proposal.") || type.starts_with("approval.");
}

} // namespace

BookCache recalled(const DeskState& state) {
    BookCache cache;
    if (!state.account || !state.lastMarked) return cache;
    portfolio::Account account = *state.account;
    account.cash = state.lastMarked->equity; // cash and marks together, as they were
    cache.lastOpen = portfolio::markAccount(account, {}, {});
    cache.lastOpen->markedPositions = cache.lastOpen->totalPositions = static_cast<int>(state.positions.size());
    cache.lastOpenAt = state.lastMarked->at;
    return cache;
}

void Context::emit(const std::string& type, const std::string& actor, const std::string& correlation, Json body) {
    Event event{type, actor, correlation, std::move(body)};
    apply(state, event, now);
    if (!leavesBookAlone(event.type)) cache.forget();
    out.events.push_back(std::move(event));
}

void Context::notice(NoticeView::Level level, const std::string& text, const std::string& about) {
    emit("notice", "system", about, {{"level", static_cast<int>(level)}, {"text", text}});
}

std::string signedMoney(Usd amount) { return (showsPlus(amount) ? "+" : "") + shownMoney(amount); }

std::string heldWords(const portfolio::Position& position) {
    portfolio::ComboOrder held;
    held.underlying = position.underlying;
    held.kind = position.kind;
    held.legs = position.legs;
    held.quantity = position.quantity;
    const std::string words = portfolio::describe(held);
    return words.substr(words.find(' ') + 1);
}

void noticeOnce(Context& c, const std::string& text) {
    const auto said = std::any_of(c.state.notices.begin(), c.state.notices.end(), [&](const NoticeView& n) { return n.text == text; });
    if (!said) c.notice(NoticeView::Level::Critical, text);
}

std::string Context::number(const char* prefix) const { return prefix + std::to_string(state.nextNumber); }

const std::vector<approval::User>& deskUsers(const DeskState& state) {
    static const std::vector<approval::User> kSingle = {approval::singleUser()};
    return state.kind == approval::DeskKind::SinglePerson ? kSingle : approval::demoUsers();
}

const approval::User* Context::user(const UserId& id) const {
    const auto& users = deskUsers(state);
    const auto it = std::find_if(users.begin(), users.end(), [&](const approval::User& u) { return u.id == id; });
    return it == users.end() ? nullptr : &*it;
}

portfolio::AccountMarks accountMarks(const DeskState& state, const LiveMarket& market, const risk::Limits& limits, Timestamp now) {
    if (!state.account) return {};
    std::vector<portfolio::Position> positions;
    for (const auto& [id, position] : state.positions) positions.push_back(position);
    const auto limit = MonoTime(static_cast<std::int64_t>(limits.quoteMaxAgeSeconds * 1e9));
    return portfolio::markAccount(*state.account, positions, market.freshOptions(now.mono, limit));
}

const BookCache& Context::book() const {
    if (cache.madeAt && now.mono >= *cache.madeAt && now.mono - *cache.madeAt < 1s) return cache;
    std::vector<portfolio::Position> positions;
    for (const auto& [id, position] : state.positions) positions.push_back(position);
    std::vector<risk::OutstandingOrder> outstanding;
    for (const auto* order : state.liveOrders()) outstanding.push_back({order->id, order->combo, order->state == execution::OrderState::Unknown});
    cache.marks = accountMarks(state, market, limits, now);
    cache.risk = std::make_shared<risk::BookRisk>(risk::bookRisk(positions, outstanding, market.greeks(), market.spots()));
    cache.madeAt = now.mono;
    if (market.session() == market::Session::Open && cache.marks.equity) {
        cache.lastOpen = cache.marks;
        cache.lastOpenAt = now.utc;
        cache.lastOpenMono = now.mono;
    }
    return cache;
}

std::optional<ComboQuote> quoteCombo(const LiveMarket& market, const std::vector<portfolio::ComboLeg>& legs, MonoTime now) {
    ComboQuote q;
    for (const auto& leg : legs) {
        const std::string id = leg.contract.id();
        const market::Quote* quote = market.option(id);
        const auto age = market.age(id, now);
        if (!quote || !quote->twoSided() || !age) return std::nullopt;
        const std::int64_t n = leg.ratio < 0 ? -leg.ratio : leg.ratio;
        const bool buy = leg.ratio > 0;
        const std::int64_t bid = quote->bid->micros() * n, ask = quote->ask->micros() * n, mid = quote->mid()->micros() * n;
        q.natural += Price::fromMicros(buy ? -ask : bid);
        q.best += Price::fromMicros(buy ? -bid : ask);
        q.mid += Price::fromMicros(buy ? -mid : mid);
        q.age = std::max(q.age, *age);
    }
    return q;
}

risk::BreakerInputs breakerInputs(const DeskState& state, const LiveMarket& market, const portfolio::AccountMarks& marks, Timestamp now) {
    risk::BreakerInputs in;
    in.now = now;
    in.session = market.session();
    if (state.account) in.account = *state.account;
    in.marks = marks;
    in.hasPositions = !state.positions.empty();
    in.vix = market.vix();
    // Nothing can be older than the session: at the opening bell every instrument has its thirty seconds to be quoted.
    const MonoTime sinceOpen = market.openedAt() ? now.mono - *market.openedAt() : MonoTime::max();
    const MonoTime oldest = std::min(sinceOpen, now.mono - market.startedAt());
    in.vixAge = std::min(market.vixAge(now.mono).value_or(MonoTime::max()), oldest);
    const auto add = [&](const std::string& key) {
        in.quoteAges.emplace_back(key, std::min(market.age(key, now.mono).value_or(MonoTime::max()), oldest));
    };
    for (const auto& symbol : state.underlyings) add(symbol);
    std::set<std::string> contracts;
    for (const auto& [id, position] : state.positions)
        for (const auto& leg : position.legs) contracts.insert(leg.contract.id());
    for (const auto* order : state.liveOrders())
        for (const auto& leg : order->combo.legs) contracts.insert(leg.contract.id());
    for (const auto& [id, request] : state.approvals)
        for (const auto& leg : request.order.legs) contracts.insert(leg.contract.id());
    for (const auto& id : contracts) add(id);
    auto errors = market.errors();
    in.apiErrorsInWindow = errors.within(now.mono, std::chrono::seconds(risk::BreakerThresholds::kApiWindowSeconds));
    return in;
}

namespace {

/// Each leg priced by methods that share no numerics, on the carry and at the volatility its Greeks are of.
std::map<std::string, pricing::Verification> verifyPrices(const Context& c, const portfolio::ComboOrder& order) {
    std::vector<pricing::VerifiedLeg> legs;
    std::vector<std::string> ids;
    const auto spot = c.market.spot(order.underlying);
    for (const auto& leg : order.legs) {
        const std::string id = leg.contract.id();
        const auto greeks = c.market.greeks(id);
        const auto* quote = c.market.option(id);
        if (!greeks || !spot || !quote) continue;
        const auto carry = modelCarry(leg.contract, *spot, quote->time, c.state.facts.value_or(SessionFacts{}), c.market.carries());
        pricing::Inputs in = modelInputs(leg.contract, carry);
        in.vol = greeks->markVol;
        legs.push_back({leg.contract.style, in, carry.dividends});
        ids.push_back(id);
    }
    const auto results = pricing::verifyLegs(legs);
    std::map<std::string, pricing::Verification> verified;
    for (std::size_t i = 0; i < ids.size(); ++i) verified.emplace(ids[i], results[i]);
    return verified;
}

} // namespace

std::vector<risk::SentRecord> sentRecords(const Context& c) {
    std::vector<risk::SentRecord> records;
    records.reserve(c.state.sent.size());
    for (const auto& sent : c.state.sent) {
        // The monotonic clock of another run says nothing here: rebase by the wall clock.
        const MonoTime at = sent.run == c.state.runId ? sent.at.mono : c.now.mono - (c.now.utc - sent.at.utc);
        records.push_back({at, sent.identity, sent.opening, sent.strategy, sent.underlying});
    }
    return records;
}

risk::GateContext gateContext(const Context& c, const portfolio::ComboOrder& order, const std::string& strategy) {
    risk::GateContext g;
    g.now = c.now;
    g.session = c.market.session();
    g.sessionClose = c.state.facts ? c.state.facts->close : UtcTime{};
    g.limits = c.limits;
    const BookCache& book = c.book();
    g.equity = book.marks.equity;
    g.book = book.risk;
    for (const auto& leg : order.legs) {
        const std::string id = leg.contract.id();
        if (const auto* quote = c.market.option(id)) g.quotes[id] = *quote;
        if (const auto age = c.market.age(id, c.now.mono)) g.quoteAges[id] = *age;
        if (const auto greeks = c.market.greeks(id)) g.greeks[id] = *greeks;
    }
    if (const auto age = c.market.age(order.underlying, c.now.mono)) g.quoteAges[order.underlying] = *age;
    g.spot = c.market.spot(order.underlying);
    if (order.intent == portfolio::OrderIntent::Open) g.verified = verifyPrices(c, order);
    g.sent = sentRecords(c);
    g.latches = c.state.latches;
    g.disabledStrategies.assign(c.state.disabledStrategies.begin(), c.state.disabledStrategies.end());
    g.strategy = strategy;
    for (const auto& [id, assigned] : c.state.assignments)
        if (assigned.underlying == order.underlying) g.unacknowledged.push_back(assigned.kind + " of " + assigned.contract);
    return g;
}

} // namespace mahler::desk
