#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "desk/command.h"
#include "desk/desk_view.h"
#include "desk/event.h"
#include "desk/live_market.h"
#include "desk/state.h"
#include "market/contract.h"

namespace mahler::desk {

/// One stored event with the time it was given, as the journal returns it.
struct StoredEvent {
    Event event;
    Timestamp at{};
};

/// The trading desk: one deterministic state machine without threads, clock or I/O (DESIGN section 2).
/// The same commands with the same times give the same events, byte for byte. One thread at a time.
class Desk {
public:
    /// `compiled`: the limits of a journal that has not changed any; every change of them is in the journal.
    explicit Desk(const risk::Limits& compiled);
    Desk(Desk&&) noexcept;
    Desk& operator=(Desk&&) noexcept;
    ~Desk();

    /// Rebuilds the state as the fold of the journal's events. @return Integrity on an unknown or malformed one.
    Result<void> restore(std::span<const StoredEvent> events);
    /// Never throws for outside reasons; throws InvariantError on a broken invariant: the caller halts (S18).
    Outcome handle(const Command& command, Timestamp now);

    const DeskState& state() const { return m_state; }
    const LiveMarket& market() const { return m_market; }
    /// Contracts whose quotes the desk needs with every tick: held, working, pending or proposed.
    std::vector<market::OptionContract> watched() const;
    /// What the screen shows; the runtime adds speed, journal and timing figures.
    DeskView view(Timestamp now) const;

private:
    void everySecond(struct Context& context);

    risk::Gate m_gate; ///< for evaluate() only; tokens are the order path's
    DeskState m_state;
    LiveMarket m_market;
    std::unique_ptr<struct BookCache> m_book; ///< derived, never journaled
};

} // namespace mahler::desk
