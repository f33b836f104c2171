#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace mahler::store {

/// What a walk over the frames of a write-ahead log shows.
struct WalReport {
    enum class State {
        Whole,      ///< every transaction written in this generation is complete; also: there is no log
        Unfinished, ///< the last transaction lacks its end, as a cut of the power or a kill leaves it: it was never committed
        Damaged     ///< bytes that were written and synced are not what was written
    };
    State state = State::Whole;
    std::int64_t frames = 0;  ///< that SQLite takes over
    std::int64_t dropped = 0; ///< of this generation that SQLite drops, as far as they can be counted
    std::string reason;       ///< a sentence; empty when whole
};

/// Walks `<journalPath>-wal` in SQLite's documented format (sqlite.org/fileformat2.html, "The Write-Ahead Log"): SQLite itself drops
/// the first frame with a wrong checksum and all behind it without a word, be it a torn end or a flipped bit in the middle.
///
/// A transaction is synced before the next is written (synchronous=FULL), so only the last one can be torn. Damage is: a frame of
/// this generation behind a commit that SQLite drops; a bad frame that a single changed word explains (no torn sector does); a
/// salt changed under a checksum that holds; a header that does not hold with frames behind it. A log cut at a
/// transaction's end looks like one that was never longer: the anchor tells.
/// Reads only, also beside a running writer: what looks wrong is read again until two readings agree.
/// @return Io when the log is there and cannot be read.
Result<WalReport> checkWal(const std::string& journalPath);

} // namespace mahler::store
