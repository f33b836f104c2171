#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "market/chain.h"
#include "market/feed.h"
#include "market/history.h"

namespace mahler::market {

/// What reading a file left out, and why. Counts never hide: they are shown to the person who loaded the file.
/// `rows` are all data rows read, `badRows` (at most 1 %) those that do not parse, `crossed` and `oneSided` rows are kept,
/// `duplicates` and `stale` (the contract had expired by the quote time) are left out; `holidayRepeats` counts snapshots
/// dated on a day without a session: they are returned and named here, the recorded feed skips them.
struct ReadReport {
    std::string file;
    std::string dialect; ///< "mahler", "cboe-eod", "yahoo", "cboe-snapshot", "lean-minute"
    std::size_t rows = 0, badRows = 0, crossed = 0, oneSided = 0, duplicates = 0, holidayRepeats = 0, stale = 0;
    std::vector<std::string> notes; ///< at most 20 sentences, the first bad rows with their line numbers among them
};

struct ReadChains {
    std::vector<std::shared_ptr<const OptionChain>> chains; ///< in time order
    ReadReport report;
};

struct ChainFileOptions {
    std::string underlying;        ///< keep only this one ("SPX" keeps SPX and SPXW, "SPXW" that root); empty keeps all
    std::optional<UtcTime> asof;   ///< overrides the quote time of a file that has none
    bool lastSnapshotOnly = false; ///< of each underlying; with `asof`, the last one known by then. For `mahler cycle`
};

/// Reads one chain file, finding its dialect from header and name (DESIGN section 8; shared market data README).
/// A bid of zero is a bid; an ask of zero is a missing ask. Spot is absent where the file has none (Cboe snapshots) or
/// only a misleading one (Yahoo without its meta.json).
/// @return BadInput naming file, line and column ("f.csv:12:7: ...") for a wrong header, an unreadable file or more than
/// 1 % bad rows; NotFound for a missing file, for no row of `underlying`, or no snapshot by `asof`; Unsupported for options
/// on futures.
Result<ReadChains> readChainFile(const std::string& path, const ChainFileOptions& options);

/// Daily bars and volatility of a folder: <SYMBOL>.csv (date,open,high,low,close[,adj_close,volume]) in it or in
/// equity-daily/ or bars/, VIX.csv in it or in volatility/, rates/treasury-cmt.csv, calendar/fomc-dates.csv.
/// Only what was known at `asof` is kept: a session's bar, VIX and rate from its close on. volatility/ may hold other indices beside
/// VIX (VXN, RVX, GVZ, VXTLT). What is missing stays unknown and is named in `notes`.
Result<History> readHistory(const std::string& directory, UtcTime asof, std::vector<std::string>& notes);

/// Plays a chain file, or a folder of them, as a feed: one step per recorded snapshot, nothing invented between. Files are
/// read when the feed reaches them; one that turns out bad is skipped, named in notes() and counted in dataErrors. A file named
/// alone and the first of a folder are read at once: what cannot be played at all is refused here.
/// VIX and prior closes are those of the sessions closed by then, stamped with the close. An empty `historyDirectory` leaves
/// the past unknown. @return NotFound, or BadInput when nothing can be played.
Result<std::unique_ptr<MarketFeed>> openRecordedFeed(const std::string& path, const std::string& historyDirectory);

} // namespace mahler::market
