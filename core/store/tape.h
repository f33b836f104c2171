#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "market/quote.h"

namespace mahler::store {

/// One market tick as the desk saw it, with the number of the command it was.
struct TapeEntry {
    std::int64_t commandNo = 0; ///< place among all commands of the run
    Timestamp at{};
    market::Tick tick;
};

/// Exact binary form of an entry (little endian, lengths first); round-trips every field bit for bit.
std::string encodeTapeEntry(const TapeEntry& entry);
Result<TapeEntry> decodeTapeEntry(std::string_view bytes);

struct TapeBlock {
    std::string file; ///< name of the tape beside the journal
    std::int64_t offset = 0, size = 0, entries = 0;
    Digest hash{}; ///< SHA-256 of the compressed bytes
};

/// Writes ticks beside the journal in zlib blocks; each finished block is handed back so that its hash is journaled.
class TapeWriter {
public:
    /// @param durable false only where no effect waits for the disk (tests, benchmarks): see Journal::Options
    static Result<std::unique_ptr<TapeWriter>> create(const std::string& path, bool durable = true);
    virtual ~TapeWriter() = default;
    /// @return a block when this entry completed one (every 512 entries).
    virtual Result<std::optional<TapeBlock>> add(const TapeEntry& entry) = 0;
    /// Ends the block under way, if any.
    virtual Result<std::optional<TapeBlock>> flush() = 0;
};

/// Reads one block back and checks its hash. @return Integrity when the bytes are not those journaled,
/// NotFound when the tape is not there.
Result<std::vector<TapeEntry>> readTapeBlock(const std::string& directory, const TapeBlock& block);

} // namespace mahler::store
