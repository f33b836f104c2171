#pragma once

#include <string>

#include "base/result.h"
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

} // namespace mahler::desk
