#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace mahler::desk {

/// Whether the tapes beside a journal are those it was written with.
struct TapeReport {
    bool ok = true;
    std::int64_t blocks = 0;          ///< that hold
    std::vector<std::string> missing; ///< names of tapes that are not there: their ticks cannot be checked, nor replayed
    std::int64_t firstBadSeq = 0;     ///< of the record that journaled the first damaged block; 0 when ok
    std::string reason;               ///< a sentence: what does not hold, or what was checked
};

/// Reads every journaled block of every tape beside the journal and checks its hash (SAFETY section 9). Looks at no chain:
/// that is verifyJournal's part. Also beside a running desk, whose blocks are on the disk before they are journaled.
/// @return as JournalReader::open(); Integrity when a block's record cannot be read.
Result<TapeReport> checkTapes(const std::string& journalPath);

} // namespace mahler::desk
