#include <algorithm>
#include <cmath>

#include "desk/codec.h"
#include "desk/context.h"
#include "desk/schedule.h"
#include "market/exchange_calendar.h"
#include "strategy/exits.h"

namespace mahler::desk {

namespace {

constexpr MonoTime kPositionCheck = 300s;
constexpr auto kLastShortHold = std::chrono::minutes(51); ///< before the close: 15:09 on a whole day, two checks fall before 15:15
/// "16:15"
std::string clockText(int secondsOfDay) {
    const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    return two(secondsOfDay / 3600) + ":" + two(secondsOfDay / 60 % 60);
}

constexpr std::int64_t kHighWaterStepPpm = 500; ///< a new high is journaled when it is 0.05 % above the last

} // namespace

void onStarted(Context& c, const Started& s) {
    c.market.start(c.now.mono);
    c.cache = recalled(c.state);
    // Crash start and clean start share this path (SAFETY section 7).
    const bool known = c.state.account.has_value();
    const auto& users = s.kind == approval::DeskKind::SinglePerson ? std::vector<approval::User>{approval::singleUser()} : approval::demoUsers();
    UserId user = users.front().id;
    for (const auto& u : users)
        if (u.has(approval::Role::Trader) && !u.has(approval::Role::Analyst)) user = u.id;
    c.emit("desk.started", "system", s.runId,
           {{"run", s.runId},
            {"feed", s.feedName},
            {"single_person", s.kind == approval::DeskKind::SinglePerson},
            {"simulated", s.simulated},
            {"underlyings", s.underlyings},
            {"user", user.str()}});
    rejectAll(c, approval::RejectCause::Restart, "the desk was restarted");
    setHalt(c, risk::Breaker::Startup, "system", "starting: reconciling and waiting for fresh quotes");
    if (!known) {
        portfolio::Account account;
        account.name = s.account;
        account.cash = account.dayStartEquity = account.weekStartEquity = account.highWaterMark = s.startingCash;
        c.emit("account.opened", "system", s.account, {{"account", codec::from(account)}});
    } else if (c.state.account->name != s.account) {
        setHalt(c, risk::Breaker::B7Integrity, "system", "the journal belongs to account " + c.state.account->name + ", the broker is " + s.account);
    }
    tellFeedNotes(c, s.feedNotes);
    std::vector<ProposalId> waiting;
    for (const auto& [id, p] : c.state.proposals)
        if (p.awaitingQuotes) waiting.push_back(id);
    for (const auto& id : waiting) c.emit("proposal.dropped", "system", id.str(), {{"proposal", id.str()}, {"why", "the desk was restarted"}});
    // An intent without a terminal record may or may not have reached the broker (S3, S4).
    for (const auto* order : c.state.liveOrders()) {
        if (order->state == execution::OrderState::Unknown) continue;
        execution::BrokerUpdate u{order->id, execution::OrderState::Unknown, order->filled,  order->averageNet, order->fees,
                                  {},        "the desk was restarted",       order->cashFlow};
        c.emit("order.state", "system", order->id.str(), {{"update", codec::from(u)}});
    }
    for (const auto* order : c.state.liveOrders())
        c.notice(NoticeView::Level::Critical,
                 "UNKNOWN since the restart: " + portfolio::describe(order->combo) +
                     ". It counts in full; when the broker has not known it for a minute, C twice on the order declares it absent");
    c.effect(Reconcile{"start"});
}

void tellFeedNotes(Context& c, const std::vector<std::string>& notes) {
    for (const auto& note : notes) c.notice(NoticeView::Level::Log, "Market: " + note);
}

void onSessionFacts(Context& c, const SessionFacts& facts) {
    auto body = encodeCommand(facts);
    MAHLER_CHECK(body.has_value());
    c.market.newSession();
    c.emit("session.facts", "system", formatDate(facts.date), *body);
}

void keepBases(Context& c) {
    if (!c.state.account || !c.state.facts) return;
    // The startup latch clears when the books agree and every underlying is quoted fresh.
    if (c.state.latched(risk::Breaker::Startup) && c.state.reconciledThisRun && c.market.session() == market::Session::Open && c.state.dayBased) {
        const bool fresh = std::all_of(c.state.underlyings.begin(), c.state.underlyings.end(), [&](const std::string& symbol) {
            const auto age = c.market.age(symbol, c.now.mono);
            return age && *age < 2s;
        });
        if (fresh && c.state.simulated) {
            c.emit("halt.cleared", "system", {}, {{"breaker", risk::toString(risk::Breaker::Startup)}, {"reason", "reconciled, all quotes fresh"}});
            if (!c.state.halted()) c.effect(OpenGate{});
        }
    }
    if (c.market.session() != market::Session::Open) return;
    const auto marks = c.marks();
    if (!marks.equity) return;
    if (!c.state.dayBased) {
        portfolio::Account account = *c.state.account;
        const TradingDate today = c.state.facts->date;
        const auto week = [](TradingDate d) {
            const std::chrono::sys_days day(d);
            return day - (std::chrono::weekday(day) - std::chrono::Monday);
        };
        Json body = Json::object();
        if (account.day != today) { // a restart never re-bases a day that was based
            body["marks"] = Json::object();
            const auto fresh = c.market.freshOptions(c.now.mono, 10s);
            for (const auto& [id, position] : c.state.positions)
                if (const auto mark = portfolio::markPosition(position, fresh); mark.net) body["marks"][id.str()] = mark.net->micros();
            if (!account.day.ok() || week(account.day) != week(today)) account.weekStartEquity = *marks.equity;
            account.dayStartEquity = *marks.equity;
            account.day = today;
        }
        account.highWaterMark = std::max(account.highWaterMark, *marks.equity);
        body["account"] = codec::from(account);
        c.emit("account.based", "system", account.name, std::move(body));
    }
    const Usd mark = c.state.account->highWaterMark;
    if (marks.equity->micros() - mark.micros() > mark.micros() / 1'000'000 * kHighWaterStepPpm)
        c.emit("account.high_water", "system", c.state.account->name, {{"high_water", marks.equity->micros()}});
}

void keepMarks(Context& c) {
    const auto& book = c.book();
    if (!c.state.account || !c.state.dayBased || !book.lastOpen || !book.lastOpen->equity) return;
    const auto& last = c.state.lastMarked;
    const bool open = c.market.session() == market::Session::Open;
    const bool due = !last || (open ? book.lastOpenAt - last->at >= kPositionCheck : book.lastOpenAt > last->at);
    if (due)
        c.emit("account.marked", "system", c.state.account->name, {{"equity", book.lastOpen->equity->micros()}, {"at", toNanos(book.lastOpenAt)}});
}

/// SAFETY section 5: who holds a call sold short over an ex-date may be assigned the evening before.
void flagExDividends(Context& c) {
    const TradingDate next = market::nextTradingDay(c.state.facts->date);
    for (const auto& [id, position] : c.state.positions)
        for (const auto& event : c.state.facts->events) {
            if (event.kind != market::EventKind::ExDividend || event.symbol != position.underlying || event.date != next) continue;
            for (const auto& leg : position.legs)
                if (leg.ratio < 0 && leg.contract.right == market::Right::Call && leg.contract.expiry >= next) {
                    noticeOnce(c, "May be assigned this evening: short call " + leg.contract.label() + ", " + position.underlying +
                                      " goes ex-dividend on " + formatDate(next) + " (" + id.str() + ")");
                    break;
                }
        }
}

void checkPositions(Context& c) {
    if (c.market.session() != market::Session::Open || !c.state.facts || c.state.plan) return;
    const auto positions = c.state.positions;
    const auto fresh = c.market.freshOptions(c.now.mono, 10s);
    for (const auto& [id, position] : positions) {
        const execution::Order* out = nullptr;
        for (const auto* order : c.state.liveOrders())
            if (order->combo.closes == id) out = order;
        if (out && (!out->combo.source.starts_with("user:") || c.state.cancelAskedAt.count(out->id))) continue;
        std::optional<double> vol;
        if (const auto it = c.state.facts->realised10.find(position.underlying); it != c.state.facts->realised10.end()) vol = it->second;
        const auto mark = portfolio::markPosition(position, fresh);
        auto signal = strategy::checkExit(position, mark, vol, c.state.facts->date, {});
        // A person's own position is closed by that person; the monitor only tells. But no short leg is held past 15:15 on its
        // expiry day (SAFETY section 5): the check before that closes whoever's it is.
        const bool expiring = c.now.utc >= c.state.facts->close - kLastShortHold &&
                              std::any_of(position.legs.begin(), position.legs.end(), [&](const portfolio::ComboLeg& leg) {
                                  return leg.ratio < 0 && leg.contract.expiry == c.state.facts->date;
                              });
        if (expiring)
            signal =
                strategy::ExitSignal{strategy::ExitReason::TimeExit, "a short leg expires today: not held past " +
                                                                         clockText(market::toNewYork(c.state.facts->close).secondsOfDay - 45 * 60)};
        const bool ours = expiring || position.owner.starts_with("agent:");
        if (!signal) continue;
        // A person's closing order waits for its price all day. What ends a loss or a last day does not wait with it.
        if (out && !expiring && !(ours && signal->reason == strategy::ExitReason::StopLoss)) continue;
        int tries = 0;
        for (const auto& [orderId, order] : c.state.orders)
            if (order.combo.closes == id) ++tries;
        c.emit("exit.signalled", "system", id.str(),
               {{"position", id.str()}, {"reason", strategy::toString(signal->reason)}, {"text", signal->text}, {"ours", ours}});
        c.notice(NoticeView::Level::Advisory, "Exit, " + signal->text + ": " + heldWords(position) + " (" + id.str() + ")");
        if (out) {
            c.notice(NoticeView::Level::Advisory, "Taken back, the desk closes instead (" + signal->text + "): " + portfolio::describe(out->combo));
            requestCancel(c, out->id, "system");
        } else if (ours)
            closePosition(c, position, std::string("exit:") + strategy::toString(signal->reason), tries, {});
    }
}

void runSchedule(Context& c) {
    if (!c.state.facts || c.market.session() == market::Session::Closed) return;
    const auto now = market::toNewYork(c.now.utc);
    if (now.date != c.state.facts->date) return;
    for (const auto& slot : scheduleSlots(market::toNewYork(c.state.facts->close).secondsOfDay)) {
        const std::string key = formatDate(now.date) + " " + clockText(slot.secondsOfDay);
        const int late = now.secondsOfDay - slot.secondsOfDay;
        if (late < 0 || late >= 600 || c.state.firedSlots.count(key)) continue;
        if (slot.scan && c.market.session() != market::Session::Open) continue;
        c.emit("schedule.fired", "system", key, {{"slot", key}});
        if (!slot.scan) {
            Usd realised;
            for (const auto& p : c.state.closedToday) realised += p.realised;
            const auto& book = c.book(); // the session's last marks, not those of a session before it
            const bool todays = book.lastOpen && market::toNewYork(book.lastOpenAt).date == now.date;
            const auto marks = todays ? *book.lastOpen : c.marks();
            c.notice(NoticeView::Level::Advisory, "Close summary: day P&L " + (marks.dayPnl ? signedMoney(*marks.dayPnl) : std::string("unknown")) +
                                                      ", realised " + signedMoney(realised) + ", open positions " +
                                                      std::to_string(c.state.positions.size()));
            c.effect(Reconcile{"close"});
            continue;
        }
        if (!c.state.autonomous || c.state.halted()) continue;
        for (const auto& symbol : c.state.underlyings) onRequestCycle(c, {"schedule", symbol});
    }
    if (c.market.session() == market::Session::Open &&
        (!c.state.lastPositionCheck || c.now.mono - c.state.lastPositionCheck->mono >= kPositionCheck)) {
        c.emit("positions.checked", "system", {}, {{"positions", c.state.positions.size()}});
        flagExDividends(c);
        checkPositions(c);
    }
    // A closing order that was taken back unfilled is tried again at once, one step further.
    if (c.market.session() != market::Session::Open || c.state.plan) return;
    const auto asked = c.state.exitAskedAt;
    for (const auto& [id, at] : asked) {
        const bool cancelled = std::any_of(c.state.orders.begin(), c.state.orders.end(), [&](const auto& entry) {
            return entry.second.combo.closes == id && entry.second.state == execution::OrderState::Cancelled &&
                   entry.second.updatedAt.mono >= at.mono;
        });
        if (cancelled && c.now.mono - at.mono >= 30s) {
            checkPositions(c);
            break;
        }
    }
}

} // namespace mahler::desk
