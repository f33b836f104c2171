#pragma once

#include <optional>
#include <string>
#include <vector>

#include "approval/users.h"
#include "base/hash.h"
#include "base/time.h"
#include "market/history.h"
#include "portfolio/combo_order.h"

namespace mahler::approval {

/// SAFETY section 4: T0 automatic, T1 Trader, T2 Risk Manager, T3 Portfolio Manager and Team Lead both.
enum class Tier { T0 = 0, T1 = 1, T2 = 2, T3 = 3 };
const char* toString(Tier tier);

struct TierInputs {
    Usd orderValue;                           ///< of this order
    Usd recentOpeningsSameUnderlying;         ///< opened, working or UNKNOWN within 15 minutes: added before tiering
    bool newStrategy = false;                 ///< first execution of this strategy
    std::optional<double> concentrationAfter; ///< market value of the underlying / portfolio value after the trade
    std::optional<double> vix, vixPriorClose, vixSessionLow, vixSessionHigh;
    std::optional<double> dayPnlFraction;
    bool byPerson = false;              ///< a person proposed it: not sent without asking
    std::optional<double> unaskedNow;   ///< sent without asking today, worst case / day-start equity; absent: unknown
    std::optional<double> unaskedAfter; ///< with this order
    double unaskedLimit = 0.02;         ///< risk::Limits::automaticPerDay
    bool groupUnasked = false;          ///< its group of correlated equities was opened without asking today already
    bool declinedToday = false;         ///< this kind of structure in this underlying was declined today, whatever its strikes and expiry
    DeskKind desk = DeskKind::DemoTeam;
    std::chrono::seconds traderDeadline{30}; ///< 30 to 300 (SAFETY 3.9)
    Tier sizedDownFrom = Tier::T0;           ///< the tier of the request this one replaces: never asked of fewer
};

struct TierDecision {
    Tier tier = Tier::T3;
    bool refused = false;               ///< above $50,000 on a one-person desk
    std::vector<std::string> reasons;   ///< why this tier, one sentence each
    std::chrono::seconds deadline{0};   ///< then REJECTED
    std::chrono::seconds openWithin{0}; ///< 0: no such rule; else escalates when not opened
    std::chrono::seconds minimumReview{0};
    bool fixedReview = false; ///< first execution of a strategy: when its review is over it is rejected, whoever asks for more time
};
TierDecision decideTier(const TierInputs& in);

enum class ApprovalState { Pending, Approved, Rejected };
enum class RejectCause { None, Person, Expired, Halted, Restart, PriceMoved, Stale, Superseded, TierChanged, GateRefused, FlowOver };
const char* toString(ApprovalState state);
const char* toString(RejectCause cause);

/// One decision of one person.
struct Signature {
    UserId user;
    bool approve = false;
    std::string reason;
    Timestamp at{};
};

/// What a request takes over from the one it replaces: never more time than that one had (UX 4.2).
struct Inherited {
    ApprovalId from;
    std::string why;                  ///< "half the size", "a newer version of the same idea"
    std::optional<MonoTime> deadline; ///< at most; absent: its tier's own
    MonoTime extendableTo{};
    bool extended = false;
};

struct Request {
    ApprovalId id;
    ProposalId proposal;
    portfolio::ComboOrder order;
    Digest shownHash{}; ///< SHA-256 of what the approver is shown (S8)
    TierDecision tier;
    Timestamp createdAt{};
    MonoTime deadline{}; ///< monotonic
    std::uint64_t haltEpoch = 0;
    std::optional<Timestamp> openedAt;
    bool escalated = false;  ///< by a person, or because nobody opened it in time
    bool extended = false;   ///< its one extension is used
    MonoTime extendableTo{}; ///< no extension goes beyond it
    ApprovalId replaces;     ///< empty: none
    std::string replacesWhy;
    std::string raisedAgain;                 ///< why an idea that was declined today is asked again; empty: it was not
    std::vector<market::MarketEvent> events; ///< from now to the last expiry, in date order
    std::vector<Signature> signatures;
    ApprovalState state = ApprovalState::Pending;
    RejectCause cause = RejectCause::None;
    std::string causeText;
};

/// What an answer does to a pending request. Pure; the caller journals and applies.
struct AnswerOutcome {
    ApprovalState state = ApprovalState::Pending; ///< Pending: a first of two signatures was accepted
    std::string refusedBecause;                   ///< not empty: the answer itself was not accepted and nothing changes
};
AnswerOutcome judgeAnswer(const Request& request, const User& user, bool approve, const Digest& shownHash, const std::string& reason,
                          std::optional<Usd> typedMaxLoss, Usd maxLoss, Timestamp now);

/// Whether a person rejected it for its size: code 2 of UX 4.2, which begins the reason whatever the screen's language.
bool saysTooLarge(const Request& request);

/// Sixty seconds more, once, in the trader's tier alone: SAFETY 3.4 and section 4 fix the deadlines of the others and of a
/// strategy's first execution, 3.9 lets the trader's be five minutes at most.
inline constexpr std::chrono::seconds kExtension{60}, kLongestTrader{300};
enum class NoMoreTime { NotPending, FixedDeadline, FixedReview, Used, TimeOver, Longest };
struct MoreTime {
    MonoTime deadline{};               ///< the new one, of the desk's monotonic clock
    std::optional<NoMoreTime> refused; ///< there is none; the first reason that holds, in the order of the enum
};
MoreTime moreTime(const Request& request, MonoTime now);
/// A refusal in English, for a request of this tier. Pure.
std::string wordsOf(NoMoreTime refused, Tier tier);
/// Why nobody can be asked beyond those who are asked already; empty: the next tier can. Whoever may decide a request may
/// hand it on; its deadline stays.
std::string escalationRefused(const Request& request, DeskKind desk);

} // namespace mahler::approval
