#include "desk/desk.h"

#include <algorithm>
#include <map>

#include "base/overloaded.h"
#include "desk/codec.h"
#include "desk/context.h"

namespace mahler::desk {

namespace {

void onClosePosition(Context& c, const ClosePosition& command) {
    const auto* user = c.user(command.user);
    const auto* position = c.state.position(command.id);
    if (!user || !approval::mayClose(*user) || !position)
        return c.notice(NoticeView::Level::Advisory, "Not closed: " + command.user.str() + " cannot close it (" + command.id.str() + ")");
    for (const auto* order : c.state.liveOrders())
        if (order->combo.closes == command.id)
            return c.notice(NoticeView::Level::Advisory, "Nothing sent: a closing order is already out (" + command.id.str() + ")");
    const portfolio::Position held = *position;
    closePosition(c, held, "user:" + command.user.str(), kByHandAggression, {}); // says itself why not
}

void onFlatten(Context& c, const Flatten& command) {
    const auto* user = c.user(command.user);
    if (!user || !approval::mayClose(*user) || command.typed != "FLATTEN")
        return c.notice(NoticeView::Level::Advisory, "Flatten needs FLATTEN typed by someone who may close positions");
    if (c.state.positions.empty()) return c.notice(NoticeView::Level::Advisory, "Nothing to close");
    startPlan(c, "user:" + command.user.str());
}

void onCancelOrder(Context& c, const CancelOrder& command) {
    const auto* user = c.user(command.user);
    if (!user || !approval::mayClose(*user)) return c.notice(NoticeView::Level::Advisory, "User " + command.user.str() + " may not cancel orders");
    dropMove(c, command.id, "cancelled by " + command.user.str());
    requestCancel(c, command.id, "user:" + command.user.str());
}

void onEnableStrategy(Context& c, const EnableStrategy& command) {
    const auto* user = c.user(command.user);
    if (!user || !user->has(approval::Role::RiskManager)) return c.notice(NoticeView::Level::Advisory, "Only a Risk Manager re-enables a strategy");
    if (!c.state.disabledStrategies.count(command.key)) return;
    c.emit("strategy.enabled", "user:" + command.user.str(), command.key, {{"key", command.key}});
    c.notice(NoticeView::Level::Advisory, "Strategy " + command.key + " enabled again by " + command.user.str());
}

void onAcknowledgeAssignment(Context& c, const AcknowledgeAssignment& command) {
    const auto* user = c.user(command.user);
    const auto it = c.state.assignments.find(command.id);
    if (it == c.state.assignments.end()) return; // acknowledged by somebody else
    if (!user || !approval::mayClose(*user))
        return c.notice(NoticeView::Level::Advisory, "User " + command.user.str() + " may not acknowledge an assignment");
    const AssignmentView seen = it->second;
    c.emit("assignment.acknowledged", "user:" + command.user.str(), seen.id, {{"id", seen.id}, {"user", command.user.str()}});
    c.notice(NoticeView::Level::Advisory, seen.kind + " of " + seen.contract + " acknowledged by " + user->name);
}

void onCancelOpening(Context& c, const CancelOpening& command) {
    for (const auto* order : c.state.liveOrders())
        if (order->combo.intent == portfolio::OrderIntent::Open) {
            dropMove(c, order->id, "cancelled by " + command.user.str());
            requestCancel(c, order->id, "user:" + command.user.str());
        }
}

void onSwitchUser(Context& c, const SwitchUser& command) {
    if (!c.state.simulated || !c.user(command.user))
        return c.notice(NoticeView::Level::Advisory, "User " + command.user.str() + " cannot be switched to");
    c.emit("user.switched", "user:" + command.user.str(), {}, {{"user", command.user.str()}});
}

void onSetAutonomy(Context& c, const SetAutonomy& command) {
    const auto* user = c.user(command.user);
    if (!user || (command.scheduled && !approval::mayProposeManually(*user)))
        return c.notice(NoticeView::Level::Advisory, "User " + command.user.str() + " may not start scheduled scans");
    c.emit("autonomy.set", "user:" + command.user.str(), {}, {{"scheduled", command.scheduled}});
}

void onAddNote(Context& c, const AddNote& command) {
    constexpr std::size_t kLongest = 2000, kLongestId = 64;
    const auto plain = [](const std::string& text, bool lines) {
        return std::none_of(
                   text.begin(), text.end(),
                   [&](char ch) { return (static_cast<unsigned char>(ch) < 0x20 && !(lines && (ch == '\n' || ch == '\t'))) || ch == 0x7f; }) &&
               canonicalJson(Json(text)).has_value(); // UTF-8
    };
    const bool blank = command.text.find_first_not_of(" \t\n") == std::string::npos;
    if (!c.user(command.user) || blank || command.text.size() > kLongest || command.about.size() > kLongestId || !plain(command.text, true) ||
        !plain(command.about, false))
        return c.notice(NoticeView::Level::Advisory, "A note needs a known user and up to 2000 bytes of text without control characters");
    c.emit("note", "user:" + command.user.str(), command.about, {{"about", command.about}, {"text", command.text}});
}

Json journalForm(const SettingValues::mapped_type& value) {
    return std::visit([](const auto& v) { return Json(v); }, value);
}

/// What one may change alone is changed; limits given back wait for a second person (S9).
void onChangeSettings(Context& c, const ChangeSettings& command) {
    const auto refuse = [&](const std::string& why) {
        c.emit("settings.refused", command.actor, {}, {{"why", why}});
        c.notice(NoticeView::Level::Advisory, "Settings not changed: " + why);
    };
    if (const auto fits = checkSettings(command.settings); !fits) return refuse(fits.error().detail);
    const bool person = command.actor.starts_with("user:");
    const auto* user = person ? c.user(UserId(command.actor.substr(5))) : nullptr;
    if (person && !user) return refuse("unknown user");
    const auto before = valuesOf(c.state.settings);
    auto wanted = valuesOf(command.settings);
    Settings alone = command.settings;
    alone.limits = risk::tighter(c.state.settings.limits, command.settings.limits);
    SettingValues loosened;
    for (const auto& [key, value] : valuesOf(alone))
        if (value != wanted.at(key)) loosened[key] = wanted.at(key);
    for (const auto& [key, value] : wanted) {
        if (value == before.at(key) || !person) continue;
        if (key.starts_with("limits.") || key.starts_with("approval.") ? !approval::mayChangeLimits(*user) : !approval::mayChangeStrategy(*user))
            return refuse(user->name + " may not change " + key);
    }
    if (!loosened.empty()) {
        const bool second = user && c.state.loosening && c.state.loosening->user != user->id && c.state.loosening->values == loosened;
        if (!second) wanted = valuesOf(alone);
        if (!second && user && c.state.kind != approval::DeskKind::SinglePerson) {
            Json values = Json::object();
            for (const auto& [key, value] : loosened) values[key] = journalForm(value);
            c.emit("settings.signed", command.actor, {}, {{"user", user->id.str()}, {"values", values}});
            c.notice(NoticeView::Level::Advisory, "Limits given back are signed by " + user->name + "; a second person must ask for the same");
        } else if (!second) {
            c.notice(NoticeView::Level::Advisory, person ? "A one-person desk cannot give limits back: two people must agree"
                                                         : "config.json asks for limits that two people must give back; the tighter ones hold");
        }
    }
    Json changed = Json::object();
    for (const auto& [key, value] : wanted)
        if (value != before.at(key)) changed[key] = {{"old", journalForm(before.at(key))}, {"new", journalForm(value)}};
    if (!changed.empty())
        c.emit("settings.changed", command.actor, {}, {{"changed", changed}});
    else if (person && loosened.empty())
        refuse("nothing differs");
    else if (person && c.state.kind == approval::DeskKind::SinglePerson)
        c.emit("settings.refused", command.actor, {}, {{"why", "a one-person desk cannot give limits back"}});
}

} // namespace

Desk::Desk(const risk::Limits& compiled) : m_book(std::make_unique<BookCache>()) { m_state.settings.limits = m_state.limits = compiled; }
Desk::Desk(Desk&&) noexcept = default;
Desk& Desk::operator=(Desk&&) noexcept = default;
Desk::~Desk() = default;

Result<void> Desk::restore(std::span<const StoredEvent> events) {
    for (const auto& stored : events) {
        try {
            apply(m_state, stored.event, stored.at);
        } catch (const std::exception& e) { return Error{ErrorCode::Integrity, "event " + stored.event.type + ": " + e.what()}; }
    }
    return {};
}

void Desk::everySecond(Context& c) {
    keepBases(c);
    keepMarks(c);
    watchBreakers(c);
    watchResume(c);
    watchApprovals(c);
    priceAwaitingProposals(c);
    runSchedule(c);
    watchOrders(c);
    stepPlan(c);
}

Outcome Desk::handle(const Command& command, Timestamp now) {
    Outcome out;
    Context c{m_state, m_market, m_state.limits, m_gate, now, out, *m_book};
    std::visit(Overloaded{
                   [&](const Started& x) { onStarted(c, x); },
                   [&](const SessionFacts& x) { onSessionFacts(c, x); },
                   [&](const CarryFacts& x) { m_market.onCarry(x.carry); },
                   [&](const MarketTick& x) {
                       m_market.onTick(x.tick, x.greeks, now);
                       m_book->forget();
                       everySecond(c);
                       c.book(); // ready for the next decision
                   },
                   [&](const Timer&) {
                       m_market.judgeAges(now.mono);
                       m_book->forget();
                       everySecond(c);
                   },
                   [&](const FeedNotes& x) { tellFeedNotes(c, x.notes); },
                   [&](const CycleFinished& x) { onCycleFinished(c, x); },
                   [&](const RequestCycle& x) { onRequestCycle(c, x); },
                   [&](const ProposeOrder& x) { onProposeOrder(c, x); },
                   [&](const OpenRequest& x) { onOpenRequest(c, x); },
                   [&](const AnswerRequest& x) { onAnswer(c, x); },
                   [&](const SizeDown& x) { onSizeDown(c, x); },
                   [&](const ExtendRequest& x) { onExtend(c, x); },
                   [&](const EscalateRequest& x) { onEscalate(c, x); },
                   [&](const HaltRequest& x) { onHalt(c, x); },
                   [&](const ResumeRequest& x) { onResume(c, x); },
                   [&](const ClosePosition& x) { onClosePosition(c, x); },
                   [&](const CancelOrder& x) { onCancelOrder(c, x); },
                   [&](const MoveToMid& x) { onMoveToMid(c, x); },
                   [&](const EnableStrategy& x) { onEnableStrategy(c, x); },
                   [&](const AcknowledgeAssignment& x) { onAcknowledgeAssignment(c, x); },
                   [&](const CancelOpening& x) { onCancelOpening(c, x); },
                   [&](const Flatten& x) { onFlatten(c, x); },
                   [&](const SwitchUser& x) { onSwitchUser(c, x); },
                   [&](const SetAutonomy& x) { onSetAutonomy(c, x); },
                   [&](const ChangeSettings& x) { onChangeSettings(c, x); },
                   [&](const AddNote& x) { onAddNote(c, x); },
                   [&](const SubmitOutcome& x) { onSubmitOutcome(c, x); },
                   [&](const BrokerNews& x) {
                       onBrokerNews(c, x);
                       watchBreakers(c); // what it halts is not sent again
                       finishMoves(c);
                   },
                   [&](const Reconciliation& x) {
                       onReconciliation(c, x);
                       finishMoves(c);
                   },
                   [&](const TapeBlockWritten& x) {
                       auto body = encodeCommand(x);
                       MAHLER_CHECK(body.has_value());
                       c.emit("tape.block", "system", x.file, *body);
                   },
                   [&](const Failure& x) {
                       m_market.start(now.mono); // the state was rebuilt from the journal: what the market said is unknown again
                       *m_book = recalled(m_state);
                       setHalt(c, risk::Breaker::B7Integrity, "system", x.where + ": " + x.what);
                   },
               },
               command);
    return out;
}

std::vector<market::OptionContract> Desk::watched() const {
    std::map<std::string, market::OptionContract> all;
    const auto add = [&](const std::vector<portfolio::ComboLeg>& legs) {
        for (const auto& leg : legs) {
            all.emplace(leg.contract.id(), leg.contract);
            auto twin = leg.contract; // the other side of the strike: an option in the money takes its volatility (GreeksBoard)
            twin.right = twin.right == market::Right::Call ? market::Right::Put : market::Right::Call;
            all.emplace(twin.id(), twin);
        }
    };
    for (const auto& [id, position] : m_state.positions) add(position.legs);
    for (const auto* order : m_state.liveOrders()) add(order->combo.legs);
    for (const auto& [id, request] : m_state.approvals) add(request.order.legs);
    for (const auto& [id, proposal] : m_state.proposals)
        if (proposal.awaitingQuotes) add(proposal.order.legs);
    std::vector<market::OptionContract> list;
    list.reserve(all.size());
    for (auto& [id, contract] : all) list.push_back(std::move(contract));
    return list;
}

} // namespace mahler::desk
