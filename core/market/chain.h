#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "market/contract.h"
#include "market/quote.h"

namespace mahler::market {

/// Which cells of a row hold a value.
enum RowFlag : std::uint16_t {
    kHasBid = 1,
    kHasAsk = 2,
    kHasLast = 4,
    kHasBidSize = 8,
    kHasAskSize = 16,
    kHasVolume = 32,
    kHasOpenInterest = 64,
    kHasVendorIv = 128,
    kHasVendorDelta = 256,
};

/// The rows [begin, end) of one expiry of one root, sorted by strike, call before put.
struct ExpirySlice {
    TradingDate expiry{};
    std::string root;
    ExerciseStyle style = ExerciseStyle::American;
    Settlement settlement = Settlement::PmPhysical;
    int multiplier = 100;
    UtcTime expiresAt{};
    std::size_t begin = 0, end = 0;
};

/// One underlying's listed options at one time, as structure of arrays. Immutable once published.
/// Money in micros; a cell counts only when its flag is set.
struct OptionChain {
    std::string underlying;
    std::string source;                ///< "simulated", "SPX_20190502.csv.gz"
    UtcTime time{};                    ///< of the quotes
    int delayMinutes = 0;              ///< how old the source's quotes are when it gives them out; not tradable live unless 0
    std::optional<Price> spot;         ///< absent when the file does not say (Cboe snapshots): take the parity forward
    std::vector<ExpirySlice> expiries; ///< by expiry, then root

    std::vector<std::int64_t> strike, bid, ask, last;
    std::vector<Right> right;
    std::vector<std::int32_t> bidSize, askSize;
    std::vector<std::int64_t> volume, openInterest;
    std::vector<float> vendorIv, vendorDelta;
    std::vector<std::uint16_t> flags;
    std::vector<std::int32_t> age; ///< seconds a row's quote is older than `time`; empty: the source does not say, or all are of `time`

    std::size_t size() const { return strike.size(); }
    bool has(std::size_t row, RowFlag flag) const { return (flags[row] & flag) != 0; }
    OptionContract contract(const ExpirySlice& slice, std::size_t row) const;
    OptionContract contract(std::size_t row) const; ///< finds the slice by bisection
    Quote quote(std::size_t row) const;
    /// Row of a contract, or absent. Bisection over expiries and strikes.
    std::optional<std::size_t> find(const OptionContract& contract) const;
    const ExpirySlice* slice(TradingDate expiry, const std::string& root = {}) const;
};

/// Collects rows in any order and sorts them into a chain; refuses duplicates of (root, expiry, strike, right).
class ChainBuilder {
public:
    struct Row {
        OptionContract contract;
        Quote quote;
        std::optional<double> vendorIv, vendorDelta;
    };
    /// A row as a reader of large files hands it over: money in micros, a field counts when its flag is set.
    struct RawRow {
        std::uint32_t group = 0; ///< from group()
        Right right = Right::Call;
        std::uint16_t flags = 0;
        std::int64_t strike = 0, bid = 0, ask = 0, last = 0;
        std::int64_t volume = 0, openInterest = 0;
        std::int32_t bidSize = 0, askSize = 0;
        std::int32_t age = 0; ///< seconds older than the chain
        float vendorIv = 0, vendorDelta = 0;
    };
    ChainBuilder(std::string underlying, UtcTime time, std::optional<Price> spot, std::string source);
    /// Sizes are kept up to 2^31 - 1. Style, settlement and multiplier of an expiry are those of its first row.
    /// A quote with a time before the chain's is that much older. @return false when the same contract was added before; the first one is kept.
    bool add(Row row);
    /// The number of the (root, expiry) of this contract, for RawRow. Found by scanning: keep it while it stays the same.
    std::uint32_t group(const OptionContract& contract);
    /// @return false as above.
    bool addRaw(const RawRow& row);
    void setDelayMinutes(int minutes) { m_delayMinutes = minutes; }
    std::size_t size() const { return m_rows.size(); }
    UtcTime time() const { return m_time; }
    std::shared_ptr<const OptionChain> build() &&;

private:
    void grow();
    std::size_t findSlot(const RawRow& row) const;

    std::string m_underlying, m_source;
    UtcTime m_time;
    std::optional<Price> m_spot;
    int m_delayMinutes = 0;
    std::vector<RawRow> m_rows;
    std::vector<ExpirySlice> m_groups;
    std::vector<std::uint32_t> m_slots; ///< open-addressed set of row numbers + 1; 0 is free
};

} // namespace mahler::market
