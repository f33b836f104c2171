#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/deliberation.h"
#include "approval/approvals.h"
#include "desk/settings.h"
#include "execution/order.h"
#include "market/history.h"
#include "market/quote.h"
#include "portfolio/beta_weights.h"
#include "portfolio/book.h"
#include "risk/breakers.h"
#include "risk/gate.h"
#include "strategy/exits.h"

namespace mahler::desk {

enum class RunState { Running, Halting, Halted, HaltedUnconfirmed };
const char* toString(RunState state); ///< "RUNNING", "HALTING", "HALTED", "HALTED-UNCONFIRMED"

enum class Freshness { Fresh, Aging, Stale, Dead, Delayed, Closed, Unknown };
/// UX 2.1: < 2 s, < 10 s, < 30 s, older.
Freshness freshnessOf(std::optional<double> ageSeconds);

struct LegView {
    market::OptionContract contract;
    int ratio = 0;             ///< per unit
    std::int64_t quantity = 0; ///< signed contracts
    market::Quote quote;
    std::optional<double> ageSeconds;
    std::optional<double> iv, delta; ///< of one contract, per unit of underlying
};

/// What a close by hand would send now. It is priced anew when it goes.
struct CloseTerms {
    portfolio::ComboOrder order;                   ///< its limit is meaningless while `refusedBecause` is not empty
    std::optional<Usd> realised;                   ///< of the open units at that limit, before fees
    Usd fees;                                      ///< of the closing order
    std::string refusedBecause = "not priced yet"; ///< empty: it can be sent; English
};

struct PositionView {
    portfolio::Position position;
    portfolio::Mark mark;
    std::vector<LegView> legs;
    std::optional<double> delta, deltaDollars, gamma, thetaPerDay, vegaPerPoint; ///< position, in shares and dollars
    std::optional<double> gammaPerPercent;                                       ///< change of delta in shares for a move of 1 % of the underlying
    portfolio::BetaSum beta;                                                     ///< delta in shares of the benchmark, or why not: 0 of 1 included
    strategy::ExitDistance exit;
    std::optional<Usd> maxLoss, maxProfit; ///< of the open units
    std::optional<Usd> buyingPower;        ///< what it keeps from being used, as DeskView::buyingPower counts it; absent: undefined
    std::optional<Usd> dayPnl;
    std::optional<double> oldestAgeSeconds;
    bool closing = false; ///< a closing order is out
    CloseTerms close{};
};

struct OrderView {
    execution::Order order;
    std::optional<Price> mid; ///< net, now; absent once the order ended: no market is waited for
    std::string description;
    std::optional<double> midAgeSeconds; ///< of its oldest quote
    std::optional<double> ticksAway;     ///< limit less mid in ticks of the class: above 0 the market must come to it
    std::optional<Price> slippage;       ///< average of the fills less the mid at arrival, per share: below 0 it was worse for us
    double ageSeconds = 0;
    bool unacknowledged = false; ///< no answer for 5 s: shown as UNKNOWN, "verify at broker"
};

/// A cell of the scenario grid: relative moves, calendar days ahead.
struct ScenarioPoint {
    double spotMove = 0, volMove = 0, days = 0;
};

/// now / after / limit of one measure, as the prompt shows it.
struct EffectRow {
    std::string measure; ///< "max_loss_equity", "portfolio_risk", "group_exposure", "buying_power", "day_loss_headroom", "beta_delta",
                         ///< "beta_gamma", "theta", "vega", "var_99", "worst_cell"
    std::optional<double> now, after, limit;             ///< of "var_99" a loss is positive, of "worst_cell" negative; a limit has no sign
    std::string unit;                                    ///< "%", "USD", "shares", "USD/day", "USD/pt"
    bool computing = false;                              ///< what is absent is on its way
    std::string detail{};                                ///< how it was measured, or why it is absent; English
    std::optional<ScenarioPoint> nowCell{}, afterCell{}; ///< of "worst_cell"
    bool withOrders = false;                             ///< `now` counts working orders besides what is held
};

struct ApprovalView {
    approval::Request request;
    std::string description;
    Usd maxLoss, maxProfit; ///< of the whole order at its limit, fees in maxLoss
    std::vector<double> breakevens;
    std::vector<LegView> legs;
    std::optional<Price> mid, natural; ///< net, now
    Price midAtProposal;
    std::optional<double> spot, spotAtProposal, ivNow, ivAtProposal;
    Usd fees;
    std::vector<EffectRow> effects;
    std::vector<risk::Check> checks; ///< as of the last re-check
    std::string strategy, caseFor, caseAgainst, synthesis;
    std::vector<std::string> unanswered;
    std::optional<double> confidence;
    CycleId cycle;
    std::optional<Price> spotSince, netSince; ///< moves since the proposal, the spot's to a millionth
    double secondsLeft = 0;
    std::optional<approval::NoMoreTime> noMoreTime; ///< none: the request may be extended
    std::string notEscalatedBecause;                ///< empty: it may be handed to the next tier
    std::vector<std::string> blockedBecause;        ///< why Approve is disabled now; empty: may be approved
    std::vector<std::string> warnings{};            ///< soft checks: they block nothing; worst first
};

/// A person's own proposal, and what the desk made of it before anybody was asked. Its request and its order name it too.
struct ProposalView {
    ProposalId id;
    portfolio::ComboOrder order;
    UtcTime at{};
    bool awaitingQuotes = false;     ///< its legs are not quoted on both sides yet
    std::string droppedBecause;      ///< empty: it was not
    std::vector<risk::Check> failed; ///< by the gate's last look at it
};

struct CycleView {
    CycleId id;
    std::string underlying, action, reason;
    UtcTime at{};
    bool running = false;
    std::string step;
    double fraction = 0;
    std::string deliberationHash;
    ProposalId proposal;
};

struct FillView {
    UtcTime at{};
    OrderId order;
    std::string description;
    std::int64_t quantity = 0;
    Price net;
    Usd fees;
};

struct NoticeView {
    UtcTime at{};
    enum class Level { Log, Advisory, Critical } level = Level::Log;
    std::string text;
    std::string about{}; ///< the request or assignment it asks people to look at; empty: none
    bool over = false;   ///< that has ended: nobody needs to look any more
};

/// What AccountMarks::dayPnl is made of: held + rest - fees. Absent where a held position's part is unknown.
struct DayPnlParts {
    std::optional<Usd> held; ///< what the open units earned today, before fees; see PositionView::dayPnl
    std::optional<Usd> rest; ///< everything else before fees: what was closed or settled today
    Usd fees;                ///< paid today, >= 0
};

/// A cancel the broker has not acknowledged for five seconds or more: a person must ask the broker (UX 3.1).
struct UnconfirmedCancel {
    OrderId id;
    std::string brokerId, description; ///< the broker's own id, empty when it never gave one
    bool operator==(const UnconfirmedCancel&) const = default;
};

/// What the automatic tier (T0) sent in this session, filled or not, without what never left or was rejected unfilled.
struct SentUnasked {
    int orders = 0;
    Usd maxLoss;               ///< as each was sent, fees included
    std::optional<Usd> most{}; ///< beyond it a person is asked (risk::Limits::automaticPerDay of day-start equity)
    bool correlated = false;   ///< one of them in the group of correlated equities (risk::isCorrelatedEquity)
};

/// An assignment or exercise no person has acknowledged yet: until then nothing is opened in its underlying (S12).
struct AssignmentView {
    std::string id, kind, underlying, contract; ///< kind: "assignment" or "exercise"; contract: its label or id
    std::int64_t quantity = 0;                  ///< contracts, as the broker says
    Usd amount;                                 ///< cash to us
    UtcTime at{};
    bool operator==(const AssignmentView&) const = default;
};

struct UnderlyingView {
    market::UnderlyingQuote quote;
    std::optional<double> ageSeconds;
    int delayMinutes = 0; ///< the source gives its quotes out this late; 0: at once
};

/// Everything the screen shows of the desk, as one immutable value published by the runtime.
struct DeskView {
    Timestamp at{};
    std::string environment; ///< "DEMO", "REPLAY", "PAPER", "LIVE"
    std::string feedName, accountName;
    market::Session session = market::Session::Closed;
    UtcTime sessionOpen{}, sessionClose{};
    std::vector<market::MarketEvent> events{}; ///< from this session on, in date order
    double speed = 1;
    bool paused = false, slowedForApproval = false;
    bool feedEnded = false; ///< a recording was played to its end: the clock stands at `at` for good

    RunState state = RunState::Halted;
    std::vector<risk::Latch> latches;
    std::string haltReason; ///< most severe first, one sentence
    int cancelsPending = 0, cancelsTotal = 0;
    std::vector<UnconfirmedCancel> cancelsUnconfirmed; ///< by order id
    bool brokerSimulated = false;                      ///< it lives in this program: there is nobody to call
    std::optional<double> resumeInSeconds;             ///< a resume is counting down
    std::vector<risk::BreakerReading> breakers;

    portfolio::Account account;
    portfolio::AccountMarks marks;
    DayPnlParts dayPnlParts; ///< of marks.dayPnl
    Settings settings;       ///< as the journal has them
    std::int64_t settingsAnswers = 0;
    std::string settingsNote;         ///< of the last answer; empty when everything asked for was changed
    std::optional<UtcTime> marksAsOf; ///< set when the market is closed: marks of the session's end
    std::optional<Usd> buyingPower;
    portfolio::GreeksSum greeks;                 ///< its delta adds shares of different underlyings: show `beta` for a book
    portfolio::BetaSum beta;                     ///< of all positions, in shares of betaWeights.benchmark
    portfolio::BetaWeights betaWeights;          ///< as the session's facts and the benchmark's quote give them
    std::optional<double> portfolioRiskFraction; ///< worst case of book and working orders / equity; absent: equity or a worst case is not known
    risk::Limits limits;

    std::vector<UnderlyingView> underlyings;
    std::optional<double> vix, vixPriorClose, vixAgeSeconds;

    std::vector<PositionView> positions; ///< open ones
    std::vector<portfolio::Position> closedToday;
    std::map<PositionId, Usd> closedDayPnl{};      ///< what each of them earned today, before fees; absent: unknown
    std::vector<OrderView> orders;                 ///< UNKNOWN first, then working, then newest
    std::vector<FillView> fills;                   ///< newest first
    std::vector<ApprovalView> approvals;           ///< pending, most urgent first
    std::vector<approval::Request> decided;        ///< newest first, this session
    std::vector<std::string> disabledStrategies{}; ///< "strategy/underlying", by the flood rule; a Risk Manager enables them again
    SentUnasked sentUnasked;                       ///< this session
    std::vector<AssignmentView> assignments{};     ///< not acknowledged, oldest first
    std::vector<ProposalView> proposals;           ///< of people, newest first, at most 20
    std::vector<CycleView> cycles;                 ///< newest first
    std::vector<NoticeView> notices;               ///< newest first, at most 200

    approval::DeskKind deskKind = approval::DeskKind::DemoTeam;
    approval::User user;
    std::vector<approval::User> users;
    bool autonomous = true;
    std::optional<UtcTime> nextScan, nextPositionCheck;
    std::optional<UtcTime> lastReconciled;
    std::string reconciliation; ///< "clean" or what differs

    std::int64_t journalSeq = 0;
    bool journalOk = true;
    std::optional<double> commandP50Us, commandP99Us; ///< of the desk's handling
    int brokerErrors = 0, dataErrors = 0;             ///< in the last 60 s
};

/// Of a value of `underlying` whose oldest input is this old: closed while the market is, delayed where its source is and the
/// value is not older than that explains.
Freshness freshnessOf(const DeskView& view, const std::string& underlying, std::optional<double> ageSeconds);

} // namespace mahler::desk
