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
    std::string underlying;        ///< keep only this one; empty keeps all
    std::optional<UtcTime> asof;   ///< overrides the quote time of a file that has none
    bool lastSnapshotOnly = false; ///< for `mahler cycle`
};

/// Reads one chain file, finding its dialect from header and name (DESIGN section 8; shared market data README).
/// @return BadInput naming file, line and column for a wrong header, an unreadable file or more than 1 % bad rows.
Result<ReadChains> readChainFile(const std::string& path, const ChainFileOptions& options);

/// Daily bars and volatility of a folder: <SYMBOL>.csv (date,open,high,low,close[,adj_close,volume]) in it or in
/// equity-daily/ or bars/, VIX.csv in it or in volatility/, rates/treasury-cmt.csv, calendar/fomc-dates.csv.
/// Nothing after `asof` is kept. What is missing stays unknown and is named in `notes`.
Result<History> readHistory(const std::string& directory, TradingDate asof, std::vector<std::string>& notes);

/// Plays a chain file, or a folder of them, as a feed: one step per recorded snapshot, nothing invented between.
Result<std::unique_ptr<MarketFeed>> openRecordedFeed(const std::string& path, const std::string& historyDirectory);

} // namespace mahler::market
