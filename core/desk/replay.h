#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "desk/desk_view.h"
#include "risk/limits.h"

namespace mahler::desk {

struct ReplayReport {
    bool same = false;
    std::int64_t commands = 0, ticks = 0, events = 0;
    std::int64_t firstDifferentSeq = 0; ///< 0 when the same
    std::string detail;                 ///< what differs, or what was checked
};

/// Feeds a fresh desk with the inputs of a journal and its tapes and compares every event it makes with the journaled one,
/// byte for byte and with its times. The tapes lie beside the journal.
/// @return Integrity when journal or tape cannot be read; a difference is not an error but `same == false`.
Result<ReplayReport> replayJournal(const std::string& journalPath, const risk::Limits& limits);

/// The desk as it stood once a record was made.
struct Moment {
    std::int64_t seq = 0;
    std::shared_ptr<const DeskView> view; ///< environment "REPLAY", and of that time in every other respect
    std::string differs;                  ///< what the replay made otherwise than the journal on the way; empty: byte for byte the same
};

/// Replays a journal until the command that made record `seq` is handled. The journal may be in use: what precedes a record
/// is always on disk. Takes as long as the journal is, so it is for a thread of its own.
/// @param progress hears shares of the way in [0, 1], about a hundred times; on the calling thread.
/// @return NotFound when there is no such record, Cancelled after `stop`, otherwise as replayJournal().
Result<Moment> replayMoment(const std::string& journalPath, const risk::Limits& limits, std::int64_t seq, std::stop_token stop,
                            const std::function<void(double)>& progress);

} // namespace mahler::desk
