#pragma once

#include <string>

#include "market/chain_files.h"

namespace mahler::market {

/// Whether the name is that of a Lean minute archive: YYYYMMDD_(quote|trade|openinterest)_(american|european).zip.
bool isLeanName(const std::string& path);
/// Whether it is one with quotes, the only kind that makes chains.
bool isLeanQuotes(const std::string& path);

/// One chain at the end of each minute in which a quote of the class changed; quotes are carried forward, as Lean writes
/// only changes. Prices are x 10,000 (those of index bars are not), times milliseconds since midnight New York (Chicago
/// for index bars). The underlying, open interest and trades come from the same tree when they are there.
/// Source: shared market data README; QuantConnect/Lean Data folder.
Result<ReadChains> readLeanQuotes(const std::string& path, const ChainFileOptions& options);

} // namespace mahler::market
