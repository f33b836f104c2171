#pragma once

#include "desk/live_market.h"
#include "desk/state.h"
#include "risk/gate.h"

namespace mahler::desk {

using namespace std::chrono_literals;

/// By the monotonic clock; what an earlier run stamped later than this one counts, by the wall clock and never below zero.
inline MonoTime timeSince(Timestamp then, Timestamp now) {
    return now.mono >= then.mono ? now.mono - then.mono : std::max(MonoTime{}, MonoTime(now.utc - then.utc));
}

/// What the whole book adds up to. Kept between commands so that a decision does not walk a thousand legs; made anew after
/// a tick, after any event that is not known to leave the book alone, and after a second.
struct BookCache {
    portfolio::AccountMarks marks;
    std::shared_ptr<const risk::BookRisk> risk;
    std::optional<MonoTime> madeAt;
    std::optional<portfolio::AccountMarks> lastOpen; ///< the last complete marks of a session: what a closed market is shown and summed up with
    UtcTime lastOpenAt{};
    std::optional<MonoTime> lastOpenMono; ///< of this run
    void forget() { madeAt.reset(); }
};
/// A cache that knows nothing but the last marks the journal has: a desk that starts on a closed market.
BookCache recalled(const DeskState& state);

/// One command under way: the state it may change only by events, the market it sees, the time it was given.
struct Context {
    DeskState& state;
    LiveMarket& market;
    const risk::Limits& limits;
    const risk::Gate& gate;
    Timestamp now;
    Outcome& out;
    BookCache& cache;

    /// Records a fact and folds it into the state at once.
    void emit(const std::string& type, const std::string& actor, const std::string& correlation, Json body);
    void effect(Effect effect) { out.effects.push_back(std::move(effect)); }
    /// `about`: the request or assignment people are asked to look at, as long as it waits.
    void notice(NoticeView::Level level, const std::string& text, const std::string& about = {});
    std::string number(const char* prefix) const; ///< "A-17": the desk's own ids

    MonoTime quoteLimit() const { return MonoTime(static_cast<std::int64_t>(limits.quoteMaxAgeSeconds * 1e9)); }
    const BookCache& book() const;
    const portfolio::AccountMarks& marks() const { return book().marks; }
    const approval::User* user(const UserId& id) const;
};

/// An amount that was won or lost, as people read it: "+$34.00", "-$1,204".
std::string signedMoney(Usd amount);
/// "2 SPY 31-Dec-26 470/465 put spread": what is held, without the side it was opened from.
std::string heldWords(const portfolio::Position& position);

/// Who approved what the automatic tier sends, as the order says it.
inline constexpr const char* kAutomatic = "auto";

/// A critical notice, unless the same words stand among the newest already.
void noticeOnce(Context& c, const std::string& text);

/// Bid, mid and ask of a whole combo as cash to us per unit: natural sells at bid and buys at ask.
struct ComboQuote {
    Price natural, mid, best;
    MonoTime age{}; ///< of the oldest leg
};
std::optional<ComboQuote> quoteCombo(const LiveMarket& market, const std::vector<portfolio::ComboLeg>& legs, MonoTime now);

inline constexpr int kByHandAggression = 1; ///< of a close a person asks for, see closingLimit()
/// What closes the whole position, without a limit yet.
portfolio::ComboOrder closingOrder(const portfolio::Position& position);
/// Mid less (1 + aggression) / 4 of the half-width, at most the natural price, on a tick of the class; cash to us per unit.
Price closingLimit(const portfolio::ComboOrder& order, const ComboQuote& quote, int aggression);

/// Today's messages as the gate counts them; views into the state.
std::vector<risk::SentRecord> sentRecords(const Context& context);
risk::GateContext gateContext(const Context& context, const portfolio::ComboOrder& order, const std::string& strategy);
risk::BreakerInputs breakerInputs(const DeskState& state, const LiveMarket& market, const portfolio::AccountMarks& marks, Timestamp now);
portfolio::AccountMarks accountMarks(const DeskState& state, const LiveMarket& market, const risk::Limits& limits, Timestamp now);
const std::vector<approval::User>& deskUsers(const DeskState& state);

// orders.cpp: idea -> gate -> tier -> intent
ProposalId propose(Context& c, Proposal proposal);
void priceAwaitingProposals(Context& c);
/// Decides one proposal at once when its legs are quoted; else it waits for quotes like any other.
void priceProposal(Context& c, const ProposalId& id);
void journalChecks(Context& c, const Proposal& proposal, const risk::GateDecision& decision);
/// The reasons of what did not pass, one sentence.
std::string failures(const std::vector<risk::Check>& checks);
void onCycleFinished(Context& c, const CycleFinished& command);
void onRequestCycle(Context& c, const RequestCycle& command);
void onProposeOrder(Context& c, const ProposeOrder& command);
/// Commits the intent of an order the gate has passed and has it submitted. `plan` names the close-all plan, or is empty.
void intend(Context& c, const portfolio::ComboOrder& order, const ProposalId& proposal, const std::string& strategy,
            const risk::GateDecision& decision, const std::string& approvedBy, const std::string& plan);
/// Builds, checks and sends a closing order. `aggression` 0 is mid less slippage; each step goes further, up to the band.
bool closePosition(Context& c, const portfolio::Position& position, const std::string& source, int aggression, const std::string& plan);
void requestCancel(Context& c, const OrderId& id, const std::string& actor);

// move_to_mid.cpp
void onMoveToMid(Context& c, const MoveToMid& command);
/// Sends again what the broker has confirmed as taken back.
void finishMoves(Context& c);
/// Whoever cancels, halts or closes everything wants it gone, not elsewhere.
void dropMove(Context& c, const OrderId& id, const std::string& why);
void dropMoves(Context& c, const std::string& why);

// approvals.cpp
void requestApproval(Context& c, const Proposal& proposal, const approval::TierDecision& tier, const std::optional<approval::Inherited>& inherits,
                     const std::string& raisedAgain);
/// Ends every pending request of the same idea (UX 4.4). @return the newest of them as the one that is replaced, if any.
std::optional<approval::Inherited> supersede(Context& c, const Proposal& by);
void onOpenRequest(Context& c, const OpenRequest& command);
void onAnswer(Context& c, const AnswerRequest& command);
void onSizeDown(Context& c, const SizeDown& command);
void onExtend(Context& c, const ExtendRequest& command);
void onEscalate(Context& c, const EscalateRequest& command);
void watchApprovals(Context& c);
void rejectAll(Context& c, approval::RejectCause cause, const std::string& text);
approval::TierDecision tierOf(const Context& c, const portfolio::ComboOrder& order, const std::string& strategy, Usd value,
                              approval::Tier sizedDownFrom);
/// What the automatic tier sent in this session and is or was at risk.
SentUnasked sentUnasked(const DeskState& state);
/// Worst case and value as the approver must type them.
Usd shownMaxLoss(const portfolio::ComboOrder& order);

// halting.cpp
void setHalt(Context& c, risk::Breaker breaker, const std::string& actor, const std::string& reason);
void watchBreakers(Context& c);
void onHalt(Context& c, const HaltRequest& command);
void onResume(Context& c, const ResumeRequest& command);
void watchResume(Context& c);
void stepPlan(Context& c);
void startPlan(Context& c, const std::string& cause);

// broker_side.cpp
void onBrokerNews(Context& c, const BrokerNews& command);
void onSubmitOutcome(Context& c, const SubmitOutcome& command);
void onReconciliation(Context& c, const Reconciliation& command);
void watchOrders(Context& c);

// monitor.cpp
void onStarted(Context& c, const Started& command);
void onSessionFacts(Context& c, const SessionFacts& command);
void tellFeedNotes(Context& c, const std::vector<std::string>& notes);
void keepBases(Context& c);
/// Journals the marks of the session every five minutes and as it ends, for a desk that starts again on a closed market.
void keepMarks(Context& c);
void runSchedule(Context& c);
void checkPositions(Context& c);
void flagExDividends(Context& c);

} // namespace mahler::desk
