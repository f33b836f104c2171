#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "portfolio/book.h"
#include "risk/halt.h"

namespace mahler::risk {

/// What the breakers look at, at one moment. Absent inputs count as tripped where SAFETY says so.
struct BreakerInputs {
    Timestamp now;
    market::Session session = market::Session::Closed;
    portfolio::Account account;
    portfolio::AccountMarks marks;
    bool hasPositions = false;
    std::optional<double> vix;
    MonoTime vixAge{};                                       ///< since the last advancing VIX source time
    std::vector<std::pair<std::string, MonoTime>> quoteAges; ///< of every held, working or proposed instrument and underlying
    int apiErrorsInWindow = 0;                               ///< in the last 60 s
    std::optional<portfolio::AccountMarks> lastMarks{};      ///< the last complete ones of a session: shown when closed, never judged
    UtcTime lastMarksAt{};
};

struct Trip {
    Breaker breaker = Breaker::B7Integrity;
    HaltAction action = HaltAction::RefuseOpening;
    std::string reason; ///< English, with value and limit
};

/// Breakers whose condition holds now (inclusive thresholds, integer money). Pure; B7 and B8 are raised elsewhere.
/// B4 and B5 are only looked at while the session is open.
std::vector<Trip> evaluateBreakers(const BreakerInputs& in);
HaltAction actionOf(Breaker breaker);

/// Where a breaker stands, for the screen: value, limit, share used.
struct BreakerReading {
    Breaker breaker = Breaker::Startup;
    std::string now, limit;     ///< "-0.62 %", "-2.00 %"; "unknown" when unreadable
    std::optional<double> used; ///< 0..1+, absent counts as tripped
    std::optional<Usd> headroom;
    std::string action;   ///< "halt, cancel, close all"
    bool tripped = false; ///< or unreadable now, whatever was read before
    std::optional<Latch> latch;
    std::optional<UtcTime> asOf{}; ///< the market is closed and the input unreadable: the values are those of then
};
/// For the screen alone; what may be opened is the gate's to say, by the marks of now.
std::vector<BreakerReading> readBreakers(const BreakerInputs& in, const std::vector<Latch>& latches);

/// Whether a latch may clear by itself now (B4-B6 conditions of SAFETY section 2), given how long its input has been clean.
/// Latches that need a person are never cleared here.
bool mayClearAlone(const Latch& latch, MonoTime cleanFor);

/// Errors in a sliding window. State is only the stamps.
class ErrorWindow {
public:
    void add(MonoTime at, int count);
    int within(MonoTime now, MonoTime window);
    std::optional<MonoTime> lastError() const;

private:
    std::deque<MonoTime> m_stamps;
};

} // namespace mahler::risk
