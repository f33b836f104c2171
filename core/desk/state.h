#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "desk/desk_view.h"
#include "desk/event.h"
#include "desk/settings.h"

namespace mahler::desk {

/// What is known of an idea beyond its order: kept for the prompt and for the journal's reader.
struct Proposal {
    ProposalId id;
    CycleId cycle;
    std::string strategy, synthesis, caseFor, caseAgainst;
    std::vector<std::string> unanswered;
    std::optional<double> confidence;
    portfolio::ComboOrder order;
    Timestamp madeAt{};
    approval::Tier sizedDownFrom = approval::Tier::T0; ///< never asked of fewer than before
    std::optional<approval::Inherited> inherits;       ///< from the request it makes smaller
    bool awaitingQuotes = true;                        ///< until its legs were quoted and the gate has seen it
    std::string droppedBecause{};                      ///< empty: it was not
    std::optional<Price> midAtProposal;
    std::optional<double> spot, iv;
    std::vector<risk::Check> checks; ///< of the last evaluation
    Usd value, worstCase;
};

/// One sent opening or closing order, for the rate, duplicate and flood rules, in both clocks (a restart has a new monotonic one).
struct Sent {
    Timestamp at{};
    std::string run;
    std::string identity;
    bool opening = true;
    std::string strategy, underlying;
    Usd value;
    OrderId order;
};

/// An idea that was rejected today, or that a person had on screen until its time was over (UX 4.4).
struct DeclinedIdea {
    ApprovalId id;
    portfolio::ComboOrder order;
    std::optional<double> spot, iv; ///< when it was proposed
    std::optional<Price> mid;       ///< of its legs, then
    approval::RejectCause cause = approval::RejectCause::Person;
    Timestamp at{};
    bool tooLarge = false; ///< rejected for its size: of this structure in this underlying less may be asked, not as much or more
};

/// Stands between the id of a position and the number of the assignment that took a piece out of it.
inline constexpr const char* kPiece = "-AS-";

/// A bull put spread is another strategy than a bear call spread, whoever proposes both (first execution, SAFETY section 4).
inline std::string strategyKey(const std::string& strategy, portfolio::StrategyKind kind) { return strategy + "/" + portfolio::toString(kind); }

/// Close everything, as one plan that survives a crash (SAFETY section 2).
struct ClosePlan {
    std::string id, cause;
    std::map<PositionId, int> attempts; ///< per position; 6 means a person is needed
    MonoTime lastStep{};
};

/// A resume that counts down. B1-B3 need two people; the first signature waits in DeskState::resumeSigned.
struct PendingResume {
    UserId user;
    std::string reason;
    std::vector<risk::Breaker> breakers;
    Timestamp requestedAt{};
    MonoTime due{};
};

/// The fold of the journal's events, and nothing else.
struct DeskState {
    std::string runId, feedName;
    approval::DeskKind kind = approval::DeskKind::DemoTeam;
    bool simulated = true;
    std::vector<std::string> underlyings;
    std::optional<portfolio::Account> account;
    std::optional<SessionFacts> facts;
    struct Marked {
        Usd equity;
        UtcTime at{};
    };
    std::optional<Marked> lastMarked;     ///< the last complete marks of a session that were journaled, of account->day
    bool dayBased = false;                ///< day-start equity was taken for facts->date
    std::map<PositionId, Price> dayMarks; ///< what one unit of each position was worth to us when the day was based

    std::vector<risk::Latch> latches;
    std::map<risk::Breaker, int> tripsThisSession;
    std::uint64_t haltEpoch = 1;  ///< counts halts; a request made before one is void
    bool tradingDisabled = false; ///< B3
    std::optional<PendingResume> resume;
    std::map<risk::Breaker, UserId> resumeSigned;
    std::optional<ClosePlan> plan;

    UserId user;
    bool autonomous = true;
    Settings settings; ///< as people want them
    struct Loosening {
        UserId user;
        SettingValues values;
    };
    std::optional<Loosening> loosening; ///< limits given back by one person; another must ask for the same (S9)
    std::int64_t settingsAnswers = 0;   ///< changes that were asked for and answered
    std::string settingsNote;           ///< the last answer; empty when everything was changed
    risk::Limits limits;                ///< in force: tightened at once, loosened with the next session (S7)

    std::map<PositionId, portfolio::Position> positions; ///< open ones
    std::vector<portfolio::Position> closedToday;
    std::map<OrderId, execution::Order> orders; ///< live ones and today's ended ones
    std::map<OrderId, Timestamp> cancelAskedAt; ///< first, of live orders
    std::map<OrderId, Timestamp> cancelSentAt;  ///< last: a cancel nobody confirmed is sent again
    std::map<OrderId, UserId> moving;           ///< taken back to be sent again at the mid, and by whom; not over a restart
    struct Absence {
        int count = 0;
        UtcTime first{};
    };
    std::map<OrderId, Absence> cleanAbsences; ///< reconciliations in a row that did not know an UNKNOWN order
    std::set<OrderId> usedOrderIds;           ///< of every intent ever journaled
    std::map<ProposalId, Proposal> proposals;
    std::map<ApprovalId, approval::Request> approvals; ///< pending
    std::deque<approval::Request> decided;
    std::vector<Sent> sent;
    std::set<std::string> executedStrategies;          ///< strategyKey() of what was filled once
    std::set<std::string> disabledStrategies;          ///< "strategy/underlying"
    std::vector<DeclinedIdea> declinedToday;           ///< oldest first
    std::map<std::string, AssignmentView> assignments; ///< not acknowledged by a person yet (S12), by id

    std::deque<CycleView> cycles; ///< newest first
    std::set<CycleId> cyclesRunning;
    std::deque<FillView> fills;
    std::deque<NoticeView> notices;

    std::set<std::string> firedSlots; ///< "2026-11-23 10:35"
    std::optional<Timestamp> lastPositionCheck;
    std::map<PositionId, Timestamp> exitAskedAt;
    std::optional<Timestamp> lastReconciled;
    bool reconciledThisRun = false;
    std::string reconciliation;
    std::int64_t nextNumber = 1; ///< for ids made by the desk

    bool latched(risk::Breaker breaker) const;
    bool halted() const { return !latches.empty(); }
    const portfolio::Position* position(const PositionId& id) const;
    /// Working, intended, partly filled and UNKNOWN orders.
    std::vector<const execution::Order*> liveOrders() const;
};

/// Folds one event into the state. Throws InvariantError or a JSON exception on a body this version does not know:
/// Desk::restore() turns that into an Integrity error; "unknown type on read: stop, do not skip".
void apply(DeskState& state, const Event& event, Timestamp at);

} // namespace mahler::desk
