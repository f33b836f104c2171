#include <algorithm>

#include "desk/codec.h"
#include "desk/context.h"
#include "market/exchange_calendar.h"

namespace mahler::desk {

namespace {

constexpr MonoTime kResumeDelay = 10s;
constexpr MonoTime kCoolingOff = 30min; ///< of a one-person desk, where two should sign
constexpr MonoTime kSecondMark = 1s;    ///< closing waits for a second breaching mark; the halt does not
constexpr MonoTime kPlanStep = 10s;
constexpr int kPlanAttempts = 6; ///< the first order and five re-pricings, then a person

bool isLossBreaker(risk::Breaker b) { return b == risk::Breaker::B1DailyLoss || b == risk::Breaker::B2WeeklyLoss || b == risk::Breaker::B3Drawdown; }

bool sameWeek(TradingDate a, TradingDate b) {
    const auto monday = [](TradingDate d) {
        const std::chrono::sys_days day(d);
        return day - (std::chrono::weekday(day) - std::chrono::Monday);
    };
    return monday(a) == monday(b);
}

/// Not before the next session (B1, B3), not before next week (B2).
std::string tooEarly(const Context& c, const risk::Latch& latch) {
    if (!c.state.facts || !isLossBreaker(latch.breaker)) return {};
    if (latch.session == c.state.facts->date) return "not before the next session";
    if (latch.breaker == risk::Breaker::B2WeeklyLoss && sameWeek(latch.session, c.state.facts->date)) return "not before next week's first session";
    return {};
}

void refuseResume(Context& c, const std::string& actor, const std::string& why) {
    c.emit("resume.refused", actor, {}, {{"why", why}});
    c.notice(NoticeView::Level::Advisory, "Resume refused: " + why);
}

void clear(Context& c, risk::Breaker breaker, const std::string& actor, const std::string& reason) {
    c.emit("halt.cleared", actor, {}, {{"breaker", risk::toString(breaker)}, {"reason", reason}});
    if (!c.state.halted()) {
        c.notice(NoticeView::Level::Advisory, "RUNNING again: " + reason);
        c.effect(OpenGate{});
    }
}

std::vector<risk::Trip> tripsNow(const Context& c) {
    if (!c.state.account) return {};
    auto inputs = breakerInputs(c.state, c.market, c.marks(), c.now);
    if (!c.state.dayBased) inputs.marks = {}; // the bases are still those of another day
    return risk::evaluateBreakers(inputs);
}

/// By this run's clock: a latch of an earlier one counts from the start, whose clock may begin anew.
MonoTime latchedSince(const Context& c, const risk::Latch& latch) {
    return latch.sinceMono > c.now.mono ? c.market.startedAt() : std::max(latch.sinceMono, c.market.startedAt());
}

/// How long the cause of a latch has been gone; zero while it is not.
MonoTime cleanFor(const Context& c, const risk::Latch& latch) {
    MonoTime clean = c.now.mono - latchedSince(c, latch);
    if (latch.breaker == risk::Breaker::B4Vix) clean = std::min(clean, c.now.mono - c.market.vixLastDirty());
    if (latch.breaker == risk::Breaker::B6ApiErrors) {
        const auto last = c.market.errors().lastError();
        if (last) clean = std::min(clean, c.now.mono - *last);
        const bool reconciledSince = c.state.lastReconciled && c.state.reconciliation == "clean" && (!last || c.state.lastReconciled->mono > *last);
        if (!reconciledSince) return MonoTime{0};
    }
    if (latch.breaker == risk::Breaker::B5StaleData) {
        for (const auto& [key, age] : breakerInputs(c.state, c.market, c.marks(), c.now).quoteAges)
            if (age > 10s) return MonoTime{0};
        clean = std::min(clean, c.now.mono - c.market.lastDirty());
    }
    return clean;
}

/// What a person must still wait for before this latch may be lifted; empty: nothing.
std::string notYetClean(const Context& c, const risk::Latch& latch) {
    using T = risk::BreakerThresholds;
    const auto short_of = [&](int seconds) { return cleanFor(c, latch) < std::chrono::seconds(seconds); };
    if (latch.breaker == risk::Breaker::B4Vix && short_of(T::kVixClearSeconds)) return "VIX must be below 50 with fresh data for 10 minutes";
    if (latch.breaker == risk::Breaker::B5StaleData && short_of(T::kStaleClearSeconds)) return "every quote must be fresh for 60 seconds";
    if (latch.breaker == risk::Breaker::B7Integrity && !(c.state.reconciledThisRun && c.state.reconciliation == "clean" && c.state.lastReconciled &&
                                                         c.state.lastReconciled->mono > latchedSince(c, latch)))
        return "a clean reconciliation with the broker is needed first"; // the cause must be gone (SAFETY section 2)
    if (latch.breaker == risk::Breaker::B6ApiErrors && short_of(T::kApiClearSeconds))
        return "60 seconds without an error and a clean reconciliation are needed";
    return {};
}

bool tripping(const std::vector<risk::Trip>& trips, risk::Breaker breaker) {
    return std::any_of(trips.begin(), trips.end(), [&](const risk::Trip& t) { return t.breaker == breaker; });
}

} // namespace

void setHalt(Context& c, risk::Breaker breaker, const std::string& actor, const std::string& reason) {
    c.effect(CloseGate{});
    const bool known = c.state.latched(breaker);
    c.emit("halt.set", actor, {}, {{"breaker", risk::toString(breaker)}, {"reason", reason}, {"again", known}});
    rejectAll(c, approval::RejectCause::Halted, reason);
    dropMoves(c, "halted");
    if (!known && breaker != risk::Breaker::Startup)
        c.notice(NoticeView::Level::Critical, std::string("HALTED by ") + risk::toString(breaker) + ": " + reason);
    const auto action = risk::actionOf(breaker);
    if (action == risk::HaltAction::RefuseOpening) return;
    for (const auto* order : c.state.liveOrders())
        if (order->combo.intent == portfolio::OrderIntent::Open && order->state != execution::OrderState::Intent)
            requestCancel(c, order->id, "system");
}

void onHalt(Context& c, const HaltRequest& command) { setHalt(c, command.breaker, command.actor, command.reason); }

void watchBreakers(Context& c) {
    const auto trips = tripsNow(c);
    for (const auto& trip : trips) {
        if (!c.state.latched(trip.breaker)) setHalt(c, trip.breaker, "system", trip.reason);
        const bool closes = trip.action == risk::HaltAction::CloseAll || trip.action == risk::HaltAction::CloseAllAndDisable;
        const auto latch =
            std::find_if(c.state.latches.begin(), c.state.latches.end(), [&](const risk::Latch& l) { return l.breaker == trip.breaker; });
        if (closes && !c.state.plan && !c.state.positions.empty() && latch != c.state.latches.end() &&
            c.now.mono - latchedSince(c, *latch) >= kSecondMark && !c.state.latched(risk::Breaker::B7Integrity))
            startPlan(c, risk::toString(trip.breaker));
    }
    // B5 and B6 clear by themselves after a clean minute; the others wait for people.
    const auto latches = c.state.latches;
    for (const auto& latch : latches)
        if (!tripping(trips, latch.breaker) && risk::mayClearAlone(latch, cleanFor(c, latch)))
            clear(c, latch.breaker, "system", std::string(risk::toString(latch.breaker)) + " clean for a minute");
}

void onResume(Context& c, const ResumeRequest& command) {
    const std::string actor = "user:" + command.user.str();
    const auto* user = c.user(command.user);
    if (!user) return refuseResume(c, actor, "unknown user");
    if (command.typed != "RESUME") return refuseResume(c, actor, "RESUME must be typed");
    if (command.reason.empty()) return refuseResume(c, actor, "a reason is required");
    std::vector<risk::Breaker> wanted, waiting;
    std::string why;
    bool alone = false; ///< one person lifts what two should: after a cooling-off (SAFETY 3.8)
    for (const auto& latch : c.state.latches) {
        if (command.breaker && *command.breaker != latch.breaker) continue;
        if (!approval::mayResume(*user, risk::toString(latch.breaker))) {
            why = std::string(risk::toString(latch.breaker)) + " is not for " + user->name + " to clear";
            continue;
        }
        if (const auto early = tooEarly(c, latch); !early.empty()) {
            why = std::string(risk::toString(latch.breaker)) + ": " + early;
            continue;
        }
        if (const auto wait = notYetClean(c, latch); !wait.empty()) {
            why = std::string(risk::toString(latch.breaker)) + ": " + wait;
            continue;
        }
        alone = alone || (isLossBreaker(latch.breaker) && c.state.kind == approval::DeskKind::SinglePerson);
        if (isLossBreaker(latch.breaker) && c.state.kind != approval::DeskKind::SinglePerson) {
            const auto first = c.state.resumeSigned.find(latch.breaker);
            if (first == c.state.resumeSigned.end() || first->second == user->id) {
                waiting.push_back(latch.breaker);
                continue;
            }
            const auto* other = c.user(first->second);
            const bool oneLeads = user->has(approval::Role::PortfolioManager) || user->has(approval::Role::TeamLead);
            const bool otherLeads = other && (other->has(approval::Role::PortfolioManager) || other->has(approval::Role::TeamLead));
            const bool b3 = latch.breaker == risk::Breaker::B3Drawdown;
            const bool managed = user->has(approval::Role::RiskManager) || (other && other->has(approval::Role::RiskManager));
            if (b3 ? !(oneLeads && otherLeads) : !(managed && (oneLeads || otherLeads))) {
                why = std::string(risk::toString(latch.breaker)) + " needs two people of the right roles";
                continue;
            }
        }
        wanted.push_back(latch.breaker);
    }
    Json waitingBody = Json::array(), wantedBody = Json::array();
    for (const auto b : waiting) waitingBody.push_back(risk::toString(b));
    for (const auto b : wanted) wantedBody.push_back(risk::toString(b));
    if (!waiting.empty()) {
        c.emit("resume.signed", actor, {}, {{"user", command.user.str()}, {"breakers", waitingBody}, {"reason", command.reason}});
        c.notice(NoticeView::Level::Advisory, "Resume signed by " + command.user.str() + "; a second person must sign");
    }
    if (wanted.empty()) {
        if (waiting.empty()) refuseResume(c, actor, why.empty() ? "nothing to clear" : why);
        return;
    }
    c.emit("resume.requested", actor, {},
           {{"user", command.user.str()},
            {"reason", command.reason},
            {"breakers", wantedBody},
            {"delay_ns", (alone ? kCoolingOff : kResumeDelay).count()}});
}

void watchResume(Context& c) {
    if (!c.state.resume || c.now.mono < c.state.resume->due) return;
    const PendingResume resume = *c.state.resume;
    const auto trips = tripsNow(c);
    const std::string actor = "user:" + resume.user.str();
    for (const auto breaker : resume.breakers)
        if (breaker != risk::Breaker::B3Drawdown && tripping(trips, breaker))
            return refuseResume(c, "system", std::string(risk::toString(breaker)) + " still trips");
    for (const auto& latch : c.state.latches)
        if (std::count(resume.breakers.begin(), resume.breakers.end(), latch.breaker) > 0)
            if (const auto wait = notYetClean(c, latch); !wait.empty())
                return refuseResume(c, "system", std::string(risk::toString(latch.breaker)) + ": " + wait);
    for (const auto breaker : resume.breakers)
        if (c.state.latched(breaker)) {
            if (breaker == risk::Breaker::B3Drawdown) { // from here on the drawdown counts anew; the old mark stays in the journal
                const auto equity = c.marks().equity;
                if (!equity) return refuseResume(c, "system", "B3: the account cannot be valued now");
                c.emit("account.high_water", actor, c.state.account->name, {{"high_water", equity->micros()}, {"rebased", true}});
            }
            clear(c, breaker, actor, resume.reason);
        }
}

void startPlan(Context& c, const std::string& cause) {
    if (c.state.plan) return;
    const std::string id = c.number("PLAN-");
    c.emit("plan.started", "system", id, {{"plan", id}, {"cause", cause}});
    c.notice(NoticeView::Level::Critical, "Closing all positions: " + cause);
    rejectAll(c, approval::RejectCause::Halted, "closing all positions: " + cause);
    dropMoves(c, "everything is being closed");
    for (const auto* order : c.state.liveOrders()) requestCancel(c, order->id, "system");
}

void stepPlan(Context& c) {
    if (!c.state.plan) return;
    if (c.state.positions.empty()) {
        c.emit("plan.finished", "system", c.state.plan->id, {{"plan", c.state.plan->id}, {"result", "all positions closed"}});
        c.notice(NoticeView::Level::Critical, "All positions are closed");
        return;
    }
    // B7 suspends closing, B6 pauses it, closed markets cannot fill.
    if (c.state.latched(risk::Breaker::B7Integrity) || c.state.latched(risk::Breaker::B6ApiErrors) || c.market.session() != market::Session::Open)
        return;
    const auto positions = c.state.positions;
    for (const auto& [id, position] : positions) {
        const execution::Order* live = nullptr;
        for (const auto* order : c.state.liveOrders())
            if (order->combo.closes == id) live = order;
        if (live) {
            if (timeSince(live->createdAt, c.now) >= kPlanStep) requestCancel(c, live->id, "system");
            continue;
        }
        const int done = c.state.plan->attempts.count(id) ? c.state.plan->attempts.at(id) : 0;
        if (done >= kPlanAttempts) continue; // a person is needed; said below, once
        const auto sent = sentRecords(c);
        if (sent.size() >= static_cast<std::size_t>(c.limits.maxMessagesPerDay))
            noticeOnce(c, "The day's limit of order messages is reached: what is still open must be closed by a person, at the broker");
        if (!risk::roomForMessage(sent, c.limits, c.now.mono)) continue; // goes out as the limits on messages allow; cancels wait for nothing
        if (closePosition(c, position, "breaker:" + c.state.plan->cause, done, c.state.plan->id) && done + 1 == kPlanAttempts)
            c.notice(NoticeView::Level::Critical,
                     "A person must take over: the last automatic closing attempt of " + heldWords(position) + " is out (" + id.str() + ")");
    }
}

} // namespace mahler::desk
