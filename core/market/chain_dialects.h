#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "market/chain_files.h"

namespace mahler::market {

enum class Dialect { Mahler, CboeEod, Yahoo, CboeSnapshot };
const char* toString(Dialect dialect);
/// How old quotes are when a source of this dialect gives them out, in minutes; 0 when they are not delayed.
int delayMinutes(Dialect dialect);

enum class ChainColumn : std::size_t {
    Underlying,
    Spot,
    QuoteTime,
    Symbol,
    Root,
    Expiry,
    Strike,
    Type,
    Bid,
    Ask,
    BidSize,
    AskSize,
    Last,
    Volume,
    OpenInterest,
    Iv,
    Delta,
    Style,
    Session,
    LastTradeTime,
    Count
};
constexpr std::size_t kChainColumns = static_cast<std::size_t>(ChainColumn::Count);

/// Which cell of a row is which, found from the header line.
struct ChainHeader {
    Dialect dialect = Dialect::Mahler;
    std::array<int, kChainColumns> at{}; ///< cell number from 0, -1 when the file has no such column
    std::vector<std::string> names;      ///< as the file spells them, for messages
    int cell(ChainColumn column) const { return at[static_cast<std::size_t>(column)]; }
};

/// @return BadInput naming the missing columns of the nearest dialect.
Result<ChainHeader> readChainHeader(const std::string& path, std::string_view line);

/// What the rows of a file do not say: a time from its name or a file beside it, a spot that replaces a misleading one.
struct FileContext {
    std::optional<UtcTime> time;
    std::optional<Price> spot;
    bool spotFromRows = true;
    bool oneSnapshot = false; ///< the whole file is one moment
};

/// Yahoo folders: quote time and live spot stand in meta.json beside the file, the `spot` column is the prior close.
/// `symbol` and `session` are of the first row. What cannot be found stays absent and is named in `notes`.
FileContext yahooContext(const std::string& path, const std::string& symbol, const std::string& session, const ChainFileOptions& options,
                         std::vector<std::string>& notes);

/// Cboe snapshots: `SYM_chain_YYYYMMDD_HHMMSS` is the UTC of the download, quotes are 15 minutes older, and those of a
/// closed market are the closing quotes of the last session. @return absent when the name holds no stamp.
std::optional<UtcTime> cboeSnapshotTime(const std::string& path);

/// A bare date means 15:45 New York; a time without a zone is New York time.
Result<UtcTime> parseQuoteTime(std::string_view text);

/// The class of a row that names only its underlying: SPX, NDX and RUT expiries off the third Friday are the weekly,
/// PM-settled roots.
std::string defaultRoot(const std::string& underlying, TradingDate expiry);

} // namespace mahler::market
