#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "market/chain_dialects.h"
#include "market/csv_cells.h"

namespace mahler::market {

/// Turns the rows of one file into chains, one for each (underlying, quote time). Counts and names what it leaves out.
class ChainAssembler {
public:
    ChainAssembler(std::string path, ChainHeader header, FileContext context, const ChainFileOptions& options);

    /// A bad row is counted and noted, never an error. `lineNumber` from 1.
    void addLine(std::string_view line, std::size_t lineNumber);
    /// Many rows and most of them bad: not worth reading on.
    std::size_t badRows() const { return m_report.badRows; }
    bool hopeless() const { return m_report.badRows * 2 > m_report.rows; }
    bool hasSnapshot() const { return !m_snapshots.empty(); }
    const std::string& firstUnderlying() const { return m_snapshots.front().underlying; }
    UtcTime firstTime() const { return m_snapshots.front().builder.time(); }
    /// The chains in time order. @return BadInput when there are none, or more than 1 % of the rows were bad.
    Result<ReadChains> finish(std::vector<std::string> notes) &&;

private:
    struct Cell {
        std::string_view text;
        int at = -1;
    };
    struct Target { ///< where the rows that share underlying, time, root and expiry go
        std::size_t builder = 0;
        std::uint32_t group = 0;
        bool wanted = true, expired = false;
    };
    struct Snapshot {
        std::string underlying;
        ChainBuilder builder;
        std::optional<Price> spot;
        bool holiday = false;
    };

    Cell cell(ChainColumn column) const;
    bool bad(ChainColumn column, const std::string& what);
    bool readTarget(std::string_view root);
    bool resolveUnderlying(std::string_view given, std::string_view root, std::string& underlying) const;
    std::size_t snapshotOf(const std::string& underlying, UtcTime time, std::optional<Price> spot);
    bool readSpot(std::optional<Price>& spot);
    bool readPrices(ChainBuilder::RawRow& row);
    bool readPrice(ChainColumn column, RowFlag flag, bool zeroIsAbsent, bool mayBeNegative, ChainBuilder::RawRow& row, std::int64_t& out);
    template <class Int> bool readCount(ChainColumn column, RowFlag flag, ChainBuilder::RawRow& row, Int& out);
    bool readModelValues(ChainBuilder::RawRow& row);
    bool readRight(ChainBuilder::RawRow& row);
    void count(const ChainBuilder::RawRow& row);
    std::string wantedButFound() const;

    std::string m_path, m_source;
    ChainHeader m_header;
    FileContext m_context;
    ChainFileOptions m_options;
    std::string m_wantedUnderlying, m_wantedRoot;
    std::vector<Snapshot> m_snapshots;
    std::vector<std::string> m_others; ///< underlyings of the file that were not wanted
    CsvCells m_cells;
    std::size_t m_line = 0;
    std::string m_keyUnderlying, m_keyTime, m_keyRoot, m_keyExpiry, m_keyStyle;
    bool m_keyValid = false, m_spotChangeNoted = false, m_zonelessNoted = false, m_saturdayNoted = false;
    Target m_target;
    ReadReport m_report;
    std::string m_firstBad;
};

} // namespace mahler::market
