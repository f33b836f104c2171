#include "desk/codec.h"
#include "desk/state.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace mahler::desk {

using codec::str;

namespace {

constexpr std::size_t kKeep = 200; ///< of each list that only the screen reads

risk::Breaker breakerOf(const Json& j) {
    const auto parsed = risk::parseBreaker(j.get<std::string>());
    MAHLER_CHECK(parsed.has_value());
    return *parsed;
}

template <class T> void keepNewest(std::deque<T>& list, T value) {
    list.push_front(std::move(value));
    if (list.size() > kKeep) list.pop_back();
}

using Applier = std::function<void(DeskState&, const Event&, Timestamp)>;

void started(DeskState& s, const Event& e, Timestamp) {
    s.runId = str(e.body, "run");
    s.feedName = str(e.body, "feed");
    s.kind = e.body.at("single_person").get<bool>() ? approval::DeskKind::SinglePerson : approval::DeskKind::DemoTeam;
    s.simulated = e.body.at("simulated").get<bool>();
    s.underlyings = e.body.at("underlyings").get<std::vector<std::string>>();
    s.user = UserId(str(e.body, "user"));
    s.reconciledThisRun = false;
    s.resume.reset();
    s.cyclesRunning.clear();
    s.exitAskedAt.clear();
    s.moving.clear();
    s.lastPositionCheck.reset();
    for (auto& cycle : s.cycles) cycle.running = false;
}

void sessionFacts(DeskState& s, const Event& e, Timestamp) {
    auto command = decodeCommand("session_facts", e.body);
    MAHLER_CHECK(command.has_value());
    const auto& facts = std::get<SessionFacts>(*command);
    if (!s.facts || s.facts->date != facts.date) {
        for (auto& cycle : s.cycles) cycle.running = false; // an answer that never came stops no other day's scans
        s.cyclesRunning.clear();
        s.dayBased = false;
        s.closedToday.clear();
        s.tripsThisSession.clear();
        s.decided.clear();
        s.fills.clear();
        s.declinedToday.clear();
        s.sent.clear();
        std::erase_if(s.orders, [](const auto& entry) { return execution::isTerminal(entry.second.state); });
        std::erase_if(s.proposals, [&](const auto& entry) {
            return std::none_of(s.approvals.begin(), s.approvals.end(), [&](const auto& a) { return a.second.proposal == entry.first; }) &&
                   std::none_of(s.orders.begin(), s.orders.end(), [&](const auto& o) { return o.second.proposal == entry.first; });
        });
        s.limits = s.settings.limits; // what was loosened waited for this
    }
    s.facts = facts;
}

void settingsChanged(DeskState& s, const Event& e, Timestamp) {
    SettingValues values;
    for (const auto& [key, change] : e.body.at("changed").items()) {
        const Json& value = change.at("new");
        if (value.is_string())
            values[key] = value.get<std::string>();
        else
            values[key] = value.get<std::int64_t>();
    }
    s.settings = withValues(s.settings, values);
    if (s.loosening && std::any_of(s.loosening->values.begin(), s.loosening->values.end(), [&](const auto& v) { return values.count(v.first) > 0; }))
        s.loosening.reset();
    ++s.settingsAnswers;
    s.settingsNote = s.loosening ? "limits given back wait for a second person" : "";
    s.limits = risk::tighter(s.limits, s.settings.limits);
}

void haltSet(DeskState& s, const Event& e, Timestamp at) {
    const risk::Breaker breaker = breakerOf(e.body.at("breaker"));
    ++s.haltEpoch;
    s.resume.reset();
    const int trips = breaker == risk::Breaker::Startup ? 0 : ++s.tripsThisSession[breaker];
    if (breaker == risk::Breaker::B3Drawdown) s.tradingDisabled = true;
    if (s.latched(breaker)) return;
    s.latches.push_back({breaker, at.utc, at.mono, str(e.body, "reason"), trips, s.facts ? s.facts->date : TradingDate{}});
}

void haltCleared(DeskState& s, const Event& e, Timestamp) {
    const risk::Breaker breaker = breakerOf(e.body.at("breaker"));
    std::erase_if(s.latches, [&](const risk::Latch& latch) { return latch.breaker == breaker; });
    s.resumeSigned.erase(breaker);
    if (breaker == risk::Breaker::B3Drawdown) s.tradingDisabled = false;
    s.resume.reset();
}

void resumeRequested(DeskState& s, const Event& e, Timestamp at) {
    PendingResume r;
    r.user = UserId(str(e.body, "user"));
    r.reason = str(e.body, "reason");
    for (const auto& b : e.body.at("breakers")) r.breakers.push_back(breakerOf(b));
    r.requestedAt = at;
    r.due = at.mono + std::chrono::nanoseconds(e.body.at("delay_ns").get<std::int64_t>());
    s.resume = r;
}

void cycleRequested(DeskState& s, const Event& e, Timestamp at) {
    CycleView view;
    view.id = CycleId(str(e.body, "cycle"));
    view.underlying = str(e.body, "underlying");
    view.at = at.utc;
    view.running = true;
    s.cyclesRunning.insert(view.id);
    keepNewest(s.cycles, view);
    ++s.nextNumber;
}

void cycleFinished(DeskState& s, const Event& e, Timestamp) {
    const CycleId id(str(e.body, "cycle"));
    s.cyclesRunning.erase(id);
    for (auto& cycle : s.cycles) {
        if (cycle.id != id) continue;
        cycle.running = false;
        cycle.action = str(e.body, "action");
        cycle.reason = str(e.body, "reason");
        cycle.deliberationHash = str(e.body, "deliberation");
        cycle.proposal = ProposalId(str(e.body, "proposal"));
    }
}

void proposalMade(DeskState& s, const Event& e, Timestamp at) {
    Proposal p;
    p.id = ProposalId(str(e.body, "proposal"));
    p.cycle = CycleId(str(e.body, "cycle"));
    p.strategy = str(e.body, "strategy");
    p.synthesis = str(e.body, "synthesis");
    p.caseFor = str(e.body, "case_for");
    p.caseAgainst = str(e.body, "case_against");
    p.unanswered = e.body.at("unanswered").get<std::vector<std::string>>();
    p.confidence = codec::fromMicro(e.body.at("confidence"));
    p.order = codec::toCombo(e.body.at("order"));
    p.sizedDownFrom = static_cast<approval::Tier>(e.body.at("sized_down_from").get<int>());
    if (e.body.contains("inherits")) p.inherits = codec::toInherited(e.body.at("inherits"));
    p.madeAt = at;
    s.proposals[p.id] = p;
    ++s.nextNumber;
}

void gateChecked(DeskState& s, const Event& e, Timestamp) {
    const auto it = s.proposals.find(ProposalId(str(e.body, "proposal")));
    if (it == s.proposals.end()) return;
    Proposal& p = it->second;
    p.awaitingQuotes = false;
    p.checks = codec::toChecks(e.body.at("checks"));
    if (!p.midAtProposal && !e.body.at("mid").is_null()) p.midAtProposal = Price::fromMicros(e.body.at("mid").get<std::int64_t>());
    if (!p.spot) p.spot = codec::fromMicro(e.body.at("spot"));
    if (!p.iv) p.iv = codec::fromMicro(e.body.at("iv"));
    it->second.value = Usd::fromMicros(e.body.at("value").get<std::int64_t>());
    it->second.worstCase = Usd::fromMicros(e.body.at("worst_case").get<std::int64_t>());
}

void approvalChanged(DeskState& s, const Event& e, Timestamp at) {
    approval::Request r = codec::toRequest(e.body.at("request"));
    if (e.type == "approval.requested") ++s.nextNumber;
    if (r.state == approval::ApprovalState::Pending) {
        s.approvals[r.id] = r;
        return;
    }
    s.approvals.erase(r.id);
    using approval::RejectCause;
    if (r.cause == RejectCause::Person || r.cause == RejectCause::Expired) { // silence rejects (S8), whoever looked
        DeclinedIdea declined{r.id, r.order, {}, {}, {}, r.cause, at, approval::saysTooLarge(r)};
        if (const auto it = s.proposals.find(r.proposal); it != s.proposals.end()) {
            declined.spot = it->second.spot;
            declined.iv = it->second.iv;
            declined.mid = it->second.midAtProposal;
        }
        s.declinedToday.push_back(std::move(declined));
    }
    keepNewest(s.decided, r);
}

void orderIntent(DeskState& s, const Event& e, Timestamp at) {
    execution::Order order = codec::toOrder(e.body.at("order"));
    const std::string strategy = str(e.body, "strategy");
    s.sent.push_back({at, s.runId, risk::duplicateKey(order.combo), order.combo.intent == portfolio::OrderIntent::Open, strategy,
                      order.combo.underlying, Usd::fromMicros(e.body.at("value").get<std::int64_t>()), order.id});
    s.usedOrderIds.insert(order.id);
    s.orders[order.id] = std::move(order);
    if (!e.body.at("plan").get<std::string>().empty() && s.plan) {
        ++s.plan->attempts[PositionId(e.body.at("order").at("combo").at("closes").get<std::string>())];
        s.plan->lastStep = at.mono;
    }
    ++s.nextNumber;
}

void orderState(DeskState& s, const Event& e, Timestamp at) {
    const auto update = codec::toBrokerUpdate(e.body.at("update"));
    const auto it = s.orders.find(update.id);
    if (it == s.orders.end()) return;
    execution::Order& order = it->second;
    order.state = update.state;
    order.filled = update.filled;
    order.averageNet = update.averageNet;
    order.fees = update.fees;
    order.cashFlow = update.cashFlow;
    if (!update.brokerId.empty()) order.brokerId = update.brokerId;
    order.text = update.text;
    order.updatedAt = at;
    s.cleanAbsences.erase(order.id); // the broker has spoken of it
    if (!execution::isTerminal(order.state)) return;
    s.cancelAskedAt.erase(order.id);
    s.cancelSentAt.erase(order.id);
}

void filled(DeskState& s, const Event& e, Timestamp at) {
    portfolio::Position position = codec::toPosition(e.body.at("position"));
    MAHLER_CHECK(s.account.has_value());
    s.account->cash = Usd::fromMicros(e.body.at("cash").get<std::int64_t>());
    FillView fill;
    fill.at = at.utc;
    fill.order = OrderId(str(e.body, "order"));
    fill.description = str(e.body, "description");
    fill.quantity = e.body.at("quantity").get<std::int64_t>();
    fill.net = Price::fromMicros(e.body.at("net").get<std::int64_t>());
    fill.fees = Usd::fromMicros(e.body.at("fees").get<std::int64_t>());
    keepNewest(s.fills, fill);
    if (e.body.at("opening").get<bool>() && !position.strategy.empty()) s.executedStrategies.insert(strategyKey(position.strategy, position.kind));
    if (position.quantity == 0) {
        s.positions.erase(position.id);
        s.exitAskedAt.erase(position.id);
        s.closedToday.push_back(std::move(position));
    } else {
        const PositionId id = position.id;
        s.positions[id] = std::move(position);
    }
}

void positionAdjusted(DeskState& s, const Event& e, Timestamp) {
    MAHLER_CHECK(s.account.has_value());
    s.account->cash = Usd::fromMicros(e.body.at("cash").get<std::int64_t>());
    for (const auto& body : e.body.at("positions")) {
        portfolio::Position position = codec::toPosition(body);
        const PositionId id = position.id;
        const auto before = s.positions.find(id);
        if (before != s.positions.end() && before->second.legs != position.legs) s.dayMarks.erase(id); // what it was worth was another thing
        s.positions.erase(id);
        if (position.quantity == 0)
            s.closedToday.push_back(std::move(position));
        else
            s.positions[id] = std::move(position);
    }
}

void assignmentNoted(DeskState& s, const Event& e, Timestamp at) {
    AssignmentView a{str(e.body, "id"), str(e.body, "kind"), str(e.body, "underlying"), str(e.body, "contract"), 0, {}, at.utc};
    a.quantity = e.body.at("quantity").get<std::int64_t>();
    a.amount = Usd::fromMicros(e.body.at("amount").get<std::int64_t>());
    const std::string id = a.id;
    s.assignments[id] = std::move(a);
    ++s.nextNumber;
}

const std::unordered_map<std::string, Applier>& appliers() {
    static const std::unordered_map<std::string, Applier> kTable = {
        {"desk.started", started},
        {"session.facts", sessionFacts},
        {"account.opened", [](DeskState& s, const Event& e, Timestamp) { s.account = codec::toAccount(e.body.at("account")); }},
        {"account.based",
         [](DeskState& s, const Event& e, Timestamp) {
             s.account = codec::toAccount(e.body.at("account"));
             s.dayBased = true;
             if (!e.body.contains("marks")) // a restart in a day that was based, or an older journal
                 return;
             s.dayMarks.clear();
             for (const auto& [id, net] : e.body.at("marks").items()) s.dayMarks[PositionId(id)] = Price::fromMicros(net.get<std::int64_t>());
         }},
        {"account.high_water",
         [](DeskState& s, const Event& e, Timestamp) {
             MAHLER_CHECK(s.account.has_value());
             s.account->highWaterMark = Usd::fromMicros(e.body.at("high_water").get<std::int64_t>());
         }},
        {"halt.set", haltSet},
        {"halt.cleared", haltCleared},
        {"resume.requested", resumeRequested},
        {"resume.signed",
         [](DeskState& s, const Event& e, Timestamp) {
             for (const auto& b : e.body.at("breakers")) s.resumeSigned[breakerOf(b)] = UserId(str(e.body, "user"));
         }},
        {"resume.refused", [](DeskState& s, const Event&, Timestamp) { s.resume.reset(); }},
        {"cycle.requested", cycleRequested},
        {"cycle.finished", cycleFinished},
        {"proposal.made", proposalMade},
        {"proposal.dropped",
         [](DeskState& s, const Event& e, Timestamp) {
             const auto it = s.proposals.find(ProposalId(str(e.body, "proposal")));
             if (it == s.proposals.end()) return;
             it->second.awaitingQuotes = false;
             it->second.droppedBecause = str(e.body, "why");
         }},
        {"gate.checked", gateChecked},
        {"approval.requested", approvalChanged},
        {"approval.opened", approvalChanged},
        {"approval.escalated", approvalChanged},
        {"approval.extended", approvalChanged},
        {"approval.signed", approvalChanged},
        {"approval.decided", approvalChanged},
        {"approval.refused", [](DeskState&, const Event&, Timestamp) {}},
        {"order.intent", orderIntent},
        {"order.state", orderState},
        {"order.cancel",
         [](DeskState& s, const Event& e, Timestamp at) {
             const OrderId id(str(e.body, "order"));
             s.cancelAskedAt.emplace(id, at);
             s.cancelSentAt[id] = at;
         }},
        {"order.move", [](DeskState& s, const Event& e, Timestamp) { s.moving[OrderId(str(e.body, "order"))] = UserId(str(e.body, "user")); }},
        {"order.moved", [](DeskState& s, const Event& e, Timestamp) { s.moving.erase(OrderId(str(e.body, "order"))); }},
        {"order.absent",
         [](DeskState& s, const Event& e, Timestamp at) {
             auto& absence = s.cleanAbsences[OrderId(str(e.body, "order"))];
             if (absence.count++ == 0) absence.first = at.utc;
         }},
        {"order.filled", filled},
        {"position.adjusted", positionAdjusted},
        {"assignment.noted", assignmentNoted},
        {"assignment.acknowledged", [](DeskState& s, const Event& e, Timestamp) { s.assignments.erase(str(e.body, "id")); }},
        {"account.marked",
         [](DeskState& s, const Event& e, Timestamp) {
             s.lastMarked =
                 DeskState::Marked{Usd::fromMicros(e.body.at("equity").get<std::int64_t>()), utcFromNanos(e.body.at("at").get<std::int64_t>())};
         }},
        {"exit.signalled", [](DeskState& s, const Event& e, Timestamp at) { s.exitAskedAt[PositionId(str(e.body, "position"))] = at; }},
        {"positions.checked", [](DeskState& s, const Event&, Timestamp at) { s.lastPositionCheck = at; }},
        {"plan.started",
         [](DeskState& s, const Event& e, Timestamp) {
             s.plan = ClosePlan{str(e.body, "plan"), str(e.body, "cause"), {}, MonoTime{}};
             ++s.nextNumber;
         }},
        {"plan.finished", [](DeskState& s, const Event&, Timestamp) { s.plan.reset(); }},
        {"reconciled",
         [](DeskState& s, const Event& e, Timestamp at) {
             s.lastReconciled = at;
             s.reconciliation = str(e.body, "result");
             if (e.body.at("clean").get<bool>()) s.reconciledThisRun = true;
         }},
        {"schedule.fired", [](DeskState& s, const Event& e, Timestamp) { s.firedSlots.insert(str(e.body, "slot")); }},
        {"strategy.disabled", [](DeskState& s, const Event& e, Timestamp) { s.disabledStrategies.insert(str(e.body, "key")); }},
        {"strategy.enabled", [](DeskState& s, const Event& e, Timestamp) { s.disabledStrategies.erase(str(e.body, "key")); }},
        {"user.switched", [](DeskState& s, const Event& e, Timestamp) { s.user = UserId(str(e.body, "user")); }},
        {"autonomy.set", [](DeskState& s, const Event& e, Timestamp) { s.autonomous = e.body.at("scheduled").get<bool>(); }},
        {"settings.changed", settingsChanged},
        {"settings.signed",
         [](DeskState& s, const Event& e, Timestamp) {
             DeskState::Loosening l{UserId(str(e.body, "user")), {}};
             for (const auto& [key, value] : e.body.at("values").items())
                 l.values[key] =
                     value.is_string() ? SettingValues::mapped_type(value.get<std::string>()) : SettingValues::mapped_type(value.get<std::int64_t>());
             s.loosening = std::move(l);
             ++s.settingsAnswers;
             s.settingsNote = "limits given back wait for a second person";
         }},
        {"settings.refused",
         [](DeskState& s, const Event& e, Timestamp) {
             ++s.settingsAnswers;
             s.settingsNote = str(e.body, "why");
         }},
        {"note", [](DeskState&, const Event&, Timestamp) {}},
        {"tape.block", [](DeskState&, const Event&, Timestamp) {}},
        {"notice",
         [](DeskState& s, const Event& e, Timestamp at) {
             NoticeView n;
             n.at = at.utc;
             n.level = static_cast<NoticeView::Level>(e.body.at("level").get<int>());
             n.text = str(e.body, "text");
             n.about = e.correlation;
             keepNewest(s.notices, n);
         }},
    };
    return kTable;
}

} // namespace

bool DeskState::latched(risk::Breaker breaker) const {
    return std::any_of(latches.begin(), latches.end(), [&](const risk::Latch& l) { return l.breaker == breaker; });
}

const portfolio::Position* DeskState::position(const PositionId& id) const {
    const auto it = positions.find(id);
    return it == positions.end() ? nullptr : &it->second;
}

std::vector<const execution::Order*> DeskState::liveOrders() const {
    std::vector<const execution::Order*> live;
    for (const auto& [id, order] : orders)
        if (!execution::isTerminal(order.state)) live.push_back(&order);
    return live;
}

void apply(DeskState& state, const Event& event, Timestamp at) {
    const auto it = appliers().find(event.type);
    if (it == appliers().end()) throw InvariantError("unknown event type " + event.type);
    it->second(state, event, at);
}

} // namespace mahler::desk
