#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "approval/approvals.h"
#include "base/hash.h"
#include "base/json.h"
#include "desk/settings.h"
#include "execution/broker.h"
#include "market/history.h"
#include "market/quote.h"
#include "portfolio/beta_weights.h"
#include "pricing/expiry_carry.h"
#include "risk/halt.h"

namespace mahler::desk {

// What comes in. Every command but MarketTick is journaled whole before its events; ticks go to the tape.

/// First command of every run.
struct Started {
    std::string runId, feedName;
    approval::DeskKind kind = approval::DeskKind::DemoTeam;
    bool simulated = true;
    std::string account;
    Usd startingCash; ///< used only when the journal has no account yet
    std::vector<std::string> underlyings;
    std::vector<std::string> feedNotes{}; ///< what the feed had to skip and why
};

/// What the desk is told of a session when it begins; model inputs for Greeks and exits.
struct SessionFacts {
    TradingDate date{};
    UtcTime open{}, close{};
    std::optional<double> rate;                  ///< continuous, per year
    std::map<std::string, double> dividendYield; ///< by underlying
    std::map<std::string, double> realised10;    ///< 10-day realised volatility
    std::vector<market::MarketEvent> events;     ///< from this session on, in date order; expiries and holidays are none
    std::map<std::string, std::vector<market::AnnouncedDividend>> dividends{}; ///< by underlying; cash amounts that are to come
    std::map<std::string, portfolio::BenchmarkBeta> betas;                     ///< to BetaWeights::benchmark, of daily closes before this session
};

/// What the expiries the desk holds or is asked about are priced on from now on, as chains on screen are: forwards from parity, seldom renewed.
/// An underlying's newest one replaces the one before. Until there is one, the session's rate and yield stand.
struct CarryFacts {
    pricing::UnderlyingCarry carry;
};

struct MarketTick {
    market::Tick tick;
    portfolio::GreeksBook
        greeks; ///< of tick.watched, by GreeksBoard: a function of the tick, the carry and the session's facts, so the tape holds the tick alone
};

/// The feed owes an answer: a second of the machine's monotonic clock passed without one. What every tick looks at is looked at too.
struct Timer {};

/// What a feed skipped since it was last asked.
struct FeedNotes {
    std::vector<std::string> notes;
};

/// One finished agent cycle. The whole deliberation lies in the content table under its hash.
struct CycleFinished {
    CycleId id;
    std::string underlying, action, reason, strategy;
    Digest deliberation{};
    std::optional<portfolio::ComboOrder> order; ///< when the decision enters
    std::int64_t requested = 0;                 ///< units the sizing allowed before the decision
    std::string synthesis, caseFor, caseAgainst;
    std::vector<std::string> unanswered;
    std::int64_t confidencePpm = 0;
    bool failed = false;
};

struct RequestCycle { ///< a person, or the scheduler
    std::string actor, underlying;
};

/// A person's own order from the builder; passes the same gate and tiers.
struct ProposeOrder {
    UserId user;
    portfolio::ComboOrder order;
    std::string reason;
};

struct OpenRequest { ///< an approver has the request on screen
    ApprovalId id;
    UserId user;
};

struct AnswerRequest {
    ApprovalId id;
    UserId user;
    bool approve = false;
    Digest shownHash{};
    std::string reason;
    std::optional<Usd> typedMaxLoss;
};

/// Replaces a pending request by a smaller one (never a larger).
struct SizeDown {
    ApprovalId id;
    UserId user;
    std::int64_t quantity = 1;
};

/// The one extension of a request (approval::moreTime): looked at again at today's quotes, then sixty seconds more.
struct ExtendRequest {
    ApprovalId id;
    UserId user;
};

/// Hands a request to the approvers of the next tier; everyone who may approve is alarmed, its deadline stays.
struct EscalateRequest {
    ApprovalId id;
    UserId user;
};

struct HaltRequest {
    std::string actor; ///< "user:ann", "system"
    risk::Breaker breaker = risk::Breaker::B8Manual;
    std::string reason;
};

/// Clears one latch, or all that this person may clear. The ten-second delay counts from this command.
struct ResumeRequest {
    UserId user;
    std::optional<risk::Breaker> breaker;
    std::string reason; ///< typed
    std::string typed;  ///< must be "RESUME"
};

struct ClosePosition {
    UserId user;
    PositionId id;
    std::string reason;
};

struct CancelOrder {
    UserId user;
    OrderId id;
};

/// Takes a working order back and sends what is left of it at the mid: an order that opens is proposed, judged and asked anew.
struct MoveToMid {
    UserId user;
    OrderId id;
};

/// A Risk Manager lets a strategy open again that the flood rule disabled.
struct EnableStrategy {
    UserId user;
    std::string key; ///< "strategy/underlying"
};

/// A person who may close positions has seen what was assigned or exercised (S12).
struct AcknowledgeAssignment {
    UserId user;
    std::string id; ///< AssignmentView::id
};

struct CancelOpening { ///< all working opening orders
    UserId user;
};

struct Flatten { ///< close everything; typed FLATTEN
    UserId user;
    std::string typed;
};

struct SwitchUser {
    UserId user;
};

struct SetAutonomy { ///< agents scan by schedule, or only when asked
    UserId user;
    bool scheduled = true;
};

/// All settings as they shall be from now on; the desk journals what differs. Limits: see DeskState::limits.
struct ChangeSettings {
    std::string actor; ///< "user:ann"; "system" when a start reads them from the file
    Settings settings;
};

/// A person's remark on a record, an order or a debate; it changes nothing and cannot be taken back.
struct AddNote {
    UserId user;
    std::string about; ///< the id of what it is about ("A-17", "C-3"); empty: of nothing in particular
    std::string text;  ///< 1 to 2000 bytes
};

/// How one submission ended at the order path.
struct SubmitOutcome {
    OrderId id;
    enum class Kind { Accepted, RefusedByGate, Unknown } kind = Kind::Unknown;
    std::string text;
};

struct BrokerNews {
    std::vector<execution::BrokerUpdate> updates;
    std::vector<execution::BrokerCashEvent> cash;
    int errors = 0;
};

struct Reconciliation {
    execution::BrokerReport report;
    std::string when; ///< "start", "periodic", "close", "reconnect"
};

struct TapeBlockWritten {
    std::string file;
    std::int64_t offset = 0, size = 0, entries = 0;
    Digest hash{};
};

/// A worker or the runtime failed: B7 (S18).
struct Failure {
    std::string where, what;
};

using Command = std::variant<Started, SessionFacts, CarryFacts, MarketTick, Timer, FeedNotes, CycleFinished, RequestCycle, ProposeOrder, OpenRequest,
                             AnswerRequest, SizeDown, ExtendRequest, EscalateRequest, HaltRequest, ResumeRequest, ClosePosition, CancelOrder,
                             MoveToMid, EnableStrategy, AcknowledgeAssignment, CancelOpening, Flatten, SwitchUser, SetAutonomy, ChangeSettings,
                             AddNote, SubmitOutcome, BrokerNews, Reconciliation, TapeBlockWritten, Failure>;

std::string commandName(const Command& command); ///< "answer_request"
/// Journal form, integers only, text made UTF-8. MarketTick has none (it is on the tape).
Result<Json> encodeCommand(const Command& command);
Result<Command> decodeCommand(const std::string& name, const Json& body);

} // namespace mahler::desk
