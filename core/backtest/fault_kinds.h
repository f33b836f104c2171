#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mahler::backtest {

/// What may go wrong in a fault session. One line each, by who does it.
enum class FaultKind : std::uint8_t {
    // the feed
    QuotesFreeze,       ///< source times stand still
    UnderlyingFreezes,  ///< the underlying's alone
    OneQuoteFreezes,    ///< one option's alone
    QuotesCrossed,      ///< bid above ask
    QuotesOneSided,     ///< a side is missing
    QuoteMissing,       ///< a contract is left out
    QuotesFromFuture,   ///< source time after the tick's
    QuotesFromPast,     ///< source time goes back
    QuotesAbsurd,       ///< prices a thousand times too high
    QuotesZero,         ///< bid and ask zero
    QuotesNegative,     ///< prices below zero
    QuotesWide,         ///< spread of half the price
    SizesHuge,          ///< sizes and volumes at the ends of 64 bits
    UnderlyingMissing,  ///< no underlying at all
    UnderlyingNegative, ///< its price below zero
    UnderlyingJumps,    ///< ten per cent in a second
    VixMissing,
    VixNotANumber,
    VixInfinite,
    VixNegative,
    VixAbove50,
    VixFreezes,
    VixFromFuture,
    DataErrors,      ///< failed requests
    TicksStop,       ///< no tick for a while
    TicksRepeat,     ///< the same tick again
    UnknownContract, ///< quotes of a contract nobody asked for
    SessionWrong,    ///< the feed says closed while the market is open
    // the clock
    WallForward,  ///< the wall clock jumps on by an hour
    WallBack,     ///< and back
    MonoRestarts, ///< a new process counts its monotonic time from zero
    // the broker
    BrokerDown,           ///< nothing is answered
    TimeoutAfterAccept,   ///< the order stands, the answer is lost
    TimeoutBeforeAccept,  ///< the order never arrived
    BrokerRejects,        ///< by the exchange
    RejectedTwice,        ///< told again
    AnswersLate,          ///< news wait ten seconds
    NewsLost,             ///< an update never comes; only the report knows
    NewsDuplicated,       ///< an update comes twice
    NewsReordered,        ///< updates in the wrong order
    PartialFills,         ///< unit by unit
    PartialThenCancelled, ///< the rest is cancelled by the exchange
    CancelLost,           ///< a cancel goes nowhere
    CancelRefused,        ///< a cancel is answered with an error
    FillBeatsCancel,      ///< filled when the cancel arrives
    ErrorStorm,           ///< five errors at a time, again and again
    OverfillTold,         ///< more units than were ordered
    FillShrinks,          ///< fewer units than before
    FillAbsurd,           ///< cash of a fill beyond its limit price
    UnknownOrderTold,     ///< an update of an order nobody sent
    ForeignOrder,         ///< a working order of somebody else
    ForeignPosition,      ///< contracts nobody here bought
    PositionVanishes,     ///< the broker no longer holds what it did
    CashDiffers,          ///< by a dollar
    CashEventTwice,       ///< an assignment told twice
    Assignment,           ///< a short leg is assigned, whole or in part
    ReportEmpty,          ///< a clean report without anything in it
    HostileText,          ///< control characters and markup in a reply
    EndedOrderWakes,      ///< a cancelled order is told as working
    // the agents
    AgentUnknownCycle,    ///< a result nobody asked for
    AgentTwice,           ///< the same result again
    AgentAbsurdSize,      ///< zero, negative, enormous
    AgentNakedShort,      ///< a leg without cover
    AgentWrongUnderlying, ///< legs of two underlyings
    AgentBadPrice,        ///< credit above the width, or none
    AgentClosing,         ///< wants to close, under a person's name
    AgentHostileText,
    AgentFails,
    AgentFloods, ///< an idea with every tick
    // people
    WrongHash,      ///< answers what was not shown
    WrongUser,      ///< somebody unknown, or of too low a role
    LateAnswer,     ///< of a request that has ended
    WrongMaxLoss,   ///< types another amount
    SettingsAbsurd, ///< limits looser than compiled, not numbers
    HaltStorm,      ///< ten halts in a second
    ResumeStorm,    ///< resume again and again, by everybody
    // the machine
    KilledBetween,      ///< between two commands
    KilledBeforeCommit, ///< decided, not journaled
    KilledAfterCommit,  ///< journaled, nothing sent
    KilledBetweenSends, ///< some of it sent
    WorkerFails,        ///< a Failure is reported
    Count
};

inline constexpr int kFaultKinds = static_cast<int>(FaultKind::Count);
using FaultSet = std::set<FaultKind>;

const char* toString(FaultKind kind); ///< "quotes-freeze"
const std::vector<FaultKind>& allFaults();
/// "all", "none" or names with commas between. @return BadInput naming the word that is none.
Result<FaultSet> parseFaults(std::string_view text);

} // namespace mahler::backtest
