#include "market/chain_assembler.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/text_file.h"
#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

using C = ChainColumn;
constexpr std::size_t kBadRowNotes = 8;
constexpr std::size_t kMaxNotes = 20;

void setFlag(ChainBuilder::RawRow& row, RowFlag flag) { row.flags = static_cast<std::uint16_t>(row.flags | flag); }

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
    return text.size() == lower.size() &&
           std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// Yahoo writes the start or a bisection step of its solver when it finds no volatility: 0.00001 and 2^-n plus a trace.
bool isYahooFill(double iv) {
    if (iv < 2e-5) return true;
    const double exponent = -std::log2(iv);
    const double power = std::exp2(-std::round(exponent));
    return std::abs(iv / power - 1.0) < 2e-4 && std::round(exponent) >= 0.0 && std::round(exponent) <= 10.0;
}

} // namespace

ChainAssembler::ChainAssembler(std::string path, ChainHeader header, FileContext context, const ChainFileOptions& options)
    : m_path(std::move(path)), m_source(std::filesystem::path(m_path).filename().string()), m_header(std::move(header)), m_context(context),
      m_options(options) {
    m_report.file = m_path;
    m_report.dialect = toString(m_header.dialect);
    if (!options.underlying.empty()) {
        m_wantedUnderlying = classSpec(options.underlying).underlying;
        if (m_wantedUnderlying != options.underlying) m_wantedRoot = options.underlying;
    }
}

ChainAssembler::Cell ChainAssembler::cell(ChainColumn column) const {
    const int at = m_header.cell(column);
    if (at < 0) return {};
    return {trimmed(m_cells[static_cast<std::size_t>(at)]), at};
}

bool ChainAssembler::bad(ChainColumn column, const std::string& what) {
    const int at = std::max(0, m_header.cell(column));
    ++m_report.badRows;
    if (m_report.badRows > kBadRowNotes) return false;
    const std::string text =
        m_path + ":" + std::to_string(m_line) + ":" + std::to_string(at + 1) + ": " + m_header.names[static_cast<std::size_t>(at)] + " " + what;
    if (m_firstBad.empty()) m_firstBad = text;
    m_report.notes.push_back(text);
    return false;
}

void ChainAssembler::addLine(std::string_view line, std::size_t lineNumber) {
    if (trimmed(line).empty()) return;
    m_line = lineNumber;
    ++m_report.rows;
    if (line.find('\0') != std::string_view::npos) {
        bad(C::Bid, "cannot be read: the row holds NUL bytes");
        return;
    }
    if (auto split = m_cells.split(line); !split) {
        bad(C::Bid, "cannot be read: " + split.error().detail);
        return;
    }
    if (m_cells.size() != m_header.names.size()) {
        bad(C::Bid, "cannot be read: the row has " + std::to_string(m_cells.size()) + " cells, the header " + std::to_string(m_header.names.size()));
        return;
    }
    std::string_view root = cell(C::Root).text;
    if (const Cell symbol = cell(C::Symbol); symbol.at >= 0) {
        if (symbol.text.size() < 16) return static_cast<void>(bad(C::Symbol, "'" + printable(symbol.text) + "' is not an OCC option symbol"));
        root = symbol.text.substr(0, symbol.text.size() - 15);
    }
    if (!readTarget(root) || !m_target.wanted) return;
    if (m_target.expired) {
        ++m_report.stale;
        return;
    }
    ChainBuilder::RawRow row;
    row.group = m_target.group;
    if (!readRight(row) || !readPrices(row) || !readCount(C::BidSize, kHasBidSize, row, row.bidSize) ||
        !readCount(C::AskSize, kHasAskSize, row, row.askSize) || !readCount(C::Volume, kHasVolume, row, row.volume) ||
        !readCount(C::OpenInterest, kHasOpenInterest, row, row.openInterest) || !readModelValues(row))
        return;
    if (m_snapshots[m_target.builder].builder.addRaw(row))
        count(row);
    else
        ++m_report.duplicates;
}

/// Finds or makes the snapshot and the expiry of a row. Neighbouring rows share them, so the last answer is kept.
bool ChainAssembler::readTarget(std::string_view root) {
    const Cell underlyingCell = cell(C::Underlying), timeCell = cell(C::QuoteTime), expiryCell = cell(C::Expiry);
    const std::string_view style = cell(C::Style).text;
    if (m_keyValid && underlyingCell.text == m_keyUnderlying && timeCell.text == m_keyTime && root == m_keyRoot && expiryCell.text == m_keyExpiry &&
        style == m_keyStyle)
        return true;
    m_keyValid = false;

    const auto expiry = parseDate(expiryCell.text);
    if (!expiry) return bad(C::Expiry, expiry.error().detail);
    std::string underlying;
    std::string rootText(root);
    while (!rootText.empty() && rootText.back() == ' ') rootText.pop_back();
    if (!resolveUnderlying(underlyingCell.text, rootText, underlying))
        return bad(underlyingCell.at >= 0 ? C::Underlying : C::Root, "is empty or not a symbol");
    if (rootText.empty()) rootText = defaultRoot(underlying, *expiry);
    m_target = {};
    if ((!m_wantedUnderlying.empty() && underlying != m_wantedUnderlying) || (!m_wantedRoot.empty() && rootText != m_wantedRoot)) {
        const std::string& other = underlying == m_wantedUnderlying ? rootText : underlying;
        if (std::find(m_others.begin(), m_others.end(), other) == m_others.end() && m_others.size() < 10) m_others.push_back(other);
        m_target.wanted = false;
    } else {
        UtcTime time = m_context.time.value_or(UtcTime{});
        if (timeCell.at >= 0) {
            const auto parsed = parseQuoteTime(timeCell.text);
            if (!parsed) return bad(C::QuoteTime, parsed.error().detail);
            time = *parsed;
            if (timeCell.text.size() > 10 && !m_zonelessNoted && !parseUtc(timeCell.text)) {
                m_report.notes.push_back("Quote times without a zone are read as New York time.");
                m_zonelessNoted = true;
            }
        }
        OptionContract contract = OptionContract::make(rootText, *expiry, Price::fromMicros(1'000'000), Right::Call);
        contract.underlying = underlying;
        if (equalsIgnoringCase(style, "european"))
            contract.style = ExerciseStyle::European;
        else if (equalsIgnoringCase(style, "american"))
            contract.style = ExerciseStyle::American;
        else if (!style.empty())
            return bad(C::Style, "'" + printable(style) + "' is neither american nor european");
        if (const Cell symbol = cell(C::Symbol); symbol.at >= 0) {
            const auto parsed = OptionContract::parse(symbol.text);
            if (!parsed) return bad(C::Symbol, parsed.error().detail);
            // Some vendors write the Saturday on which a monthly contract lapses; its symbol names the last trading day.
            const bool saturday =
                std::chrono::weekday{std::chrono::sys_days(*expiry)} == std::chrono::Saturday && addDays(parsed->expiry, 1) == *expiry;
            if (parsed->expiry != *expiry && !saturday) return bad(C::Expiry, "is not that of the symbol " + printable(symbol.text));
            contract.expiry = parsed->expiry;
            if (saturday && !m_saturdayNoted) {
                m_saturdayNoted = true;
                m_report.notes.push_back("Expirations on a Saturday are those of the symbol, the Friday before.");
            }
        }
        std::optional<Price> spot;
        if (!readSpot(spot)) return false;
        m_target.builder = snapshotOf(underlying, time, spot);
        m_target.expired = contract.expiresAt() <= time;
        if (!m_target.expired) m_target.group = m_snapshots[m_target.builder].builder.group(contract);
    }
    m_keyUnderlying = underlyingCell.text;
    m_keyTime = timeCell.text;
    m_keyRoot = root;
    m_keyExpiry = expiryCell.text;
    m_keyStyle = style;
    m_keyValid = true;
    return true;
}

bool ChainAssembler::resolveUnderlying(std::string_view given, std::string_view root, std::string& underlying) const {
    while (!given.empty() && (given.front() == '^' || given.front() == '$')) given.remove_prefix(1);
    if (given.empty() && root.empty()) return false;
    // An index class decides its underlying; otherwise the file does ("AAPL" for the adjusted root "AAPL1").
    const ClassSpec ofRoot = classSpec(root.empty() ? given : root);
    underlying = ofRoot.settlement != Settlement::PmPhysical || given.empty() ? ofRoot.underlying : classSpec(given).underlying;
    return underlying.size() <= 12 && underlying.find_first_of(" ,;/\\") == std::string::npos;
}

bool ChainAssembler::readSpot(std::optional<Price>& spot) {
    spot = m_context.spot;
    const std::string_view text = m_context.spotFromRows ? cell(C::Spot).text : std::string_view{};
    if (text.empty()) return true;
    const auto micros = microsOf(text);
    if (!micros || *micros < 0) return bad(C::Spot, "'" + printable(text) + "' is not a price");
    if (*micros > 0) spot = Price::fromMicros(*micros);
    return true;
}

std::size_t ChainAssembler::snapshotOf(const std::string& underlying, UtcTime time, std::optional<Price> spot) {
    for (std::size_t i = m_snapshots.size(); i-- > 0;) {
        if (m_snapshots[i].builder.time() != time || m_snapshots[i].underlying != underlying) continue;
        if (m_snapshots[i].spot != spot && !m_spotChangeNoted) {
            m_spotChangeNoted = true;
            m_report.notes.push_back("The underlying price changes within a snapshot (line " + std::to_string(m_line) +
                                     "); its first value is taken.");
        }
        return i;
    }
    const bool holiday = !isTradingDay(toNewYork(time).date);
    m_report.holidayRepeats += holiday ? 1 : 0;
    m_snapshots.push_back({underlying, ChainBuilder(underlying, time, spot, m_source), spot, holiday});
    m_snapshots.back().builder.setDelayMinutes(delayMinutes(m_header.dialect));
    return m_snapshots.size() - 1;
}

bool ChainAssembler::readRight(ChainBuilder::RawRow& row) {
    const std::string_view text = cell(C::Type).text;
    if (equalsIgnoringCase(text, "call") || equalsIgnoringCase(text, "c"))
        row.right = Right::Call;
    else if (equalsIgnoringCase(text, "put") || equalsIgnoringCase(text, "p"))
        row.right = Right::Put;
    else
        return bad(C::Type, "'" + printable(text) + "' is neither call nor put");
    const std::string_view strike = cell(C::Strike).text;
    const auto micros = microsOf(strike);
    if (!micros || *micros <= 0) return bad(C::Strike, "'" + printable(strike) + "' is not a positive price");
    row.strike = *micros;
    const std::string_view symbol = cell(C::Symbol).text;
    if (symbol.size() >= 16) { // "C00445000" must say the same
        const std::string_view tail = symbol.substr(symbol.size() - 9);
        const auto thousandths = parseInteger(tail.substr(1));
        if ((tail[0] == 'C') != (row.right == Right::Call) || !thousandths || *thousandths != row.strike / 1000)
            return bad(C::Symbol, "'" + printable(symbol) + "' does not name the type and strike of its row");
    }
    return true;
}

bool ChainAssembler::readPrice(ChainColumn column, RowFlag flag, bool zeroIsAbsent, bool mayBeNegative, ChainBuilder::RawRow& row,
                               std::int64_t& out) {
    const std::string_view text = cell(column).text;
    if (text.empty()) return true;
    const auto micros = microsOf(text);
    if (!micros) return bad(column, "'" + printable(text) + "' is not a number");
    if (*micros < 0 && !mayBeNegative) return bad(column, "'" + printable(text) + "' is negative");
    if (*micros == 0 && zeroIsAbsent) return true;
    out = *micros;
    setFlag(row, flag);
    return true;
}

bool ChainAssembler::readPrices(ChainBuilder::RawRow& row) {
    // Nobody offers an option for nothing: an ask of zero is a missing ask, and a bid of zero beside it no bid either.
    if (!readPrice(C::Bid, kHasBid, false, false, row, row.bid) || !readPrice(C::Ask, kHasAsk, true, false, row, row.ask) ||
        !readPrice(C::Last, kHasLast, true, false, row, row.last))
        return false;
    if ((row.flags & kHasAsk) == 0 && row.bid == 0) row.flags = static_cast<std::uint16_t>(row.flags & ~kHasBid);
    return true;
}

template <class Int> bool ChainAssembler::readCount(ChainColumn column, RowFlag flag, ChainBuilder::RawRow& row, Int& out) {
    const std::string_view text = cell(column).text;
    if (text.empty()) return true;
    const auto number = countOf(text);
    if (!number || *number < 0 || *number > std::numeric_limits<Int>::max()) return bad(column, "'" + printable(text) + "' is not a count");
    out = static_cast<Int>(*number);
    setFlag(row, flag);
    return true;
}

bool ChainAssembler::readModelValues(ChainBuilder::RawRow& row) {
    const std::string_view ivText = cell(C::Iv).text, deltaText = cell(C::Delta).text;
    double iv = 0.0, delta = 0.0;
    if (!ivText.empty()) {
        const auto value = parseNumber(ivText);
        if (!value) return bad(C::Iv, value.error().detail);
        iv = *value;
        if (iv > 0.0 && !(m_header.dialect == Dialect::Yahoo && isYahooFill(iv))) {
            row.vendorIv = static_cast<float>(iv);
            setFlag(row, kHasVendorIv);
        }
    }
    if (!deltaText.empty()) {
        const auto value = parseNumber(deltaText);
        if (!value) return bad(C::Delta, value.error().detail);
        delta = *value;
        if (delta != 0.0 || iv > 0.0) { // a zero beside a missing volatility is a fill value
            row.vendorDelta = static_cast<float>(delta);
            setFlag(row, kHasVendorDelta);
        }
    }
    return true;
}

void ChainAssembler::count(const ChainBuilder::RawRow& row) {
    const bool bid = (row.flags & kHasBid) != 0, ask = (row.flags & kHasAsk) != 0;
    m_report.crossed += bid && ask && row.bid > row.ask ? 1 : 0;
    m_report.oneSided += (bid && row.bid > 0) != ask ? 1 : 0;
}

std::string ChainAssembler::wantedButFound() const {
    std::string found;
    for (const std::string& other : m_others) found += (found.empty() ? "" : ", ") + other;
    return m_path + ": holds no options on " + m_options.underlying + " (found: " + found + ")";
}

Result<ReadChains> ChainAssembler::finish(std::vector<std::string> notes) && {
    if (m_report.rows == 0) return badInput(m_path + ": holds a header and no rows");
    if (m_report.badRows * 100 > m_report.rows)
        return badInput(m_firstBad + " (" + std::to_string(m_report.badRows) + " of " + std::to_string(m_report.rows) +
                        " rows are bad, more than 1 %)");
    if (m_snapshots.empty())
        return Error{m_others.empty() ? ErrorCode::BadInput : ErrorCode::NotFound,
                     m_others.empty() ? m_path + ": holds no usable rows" : wantedButFound()};
    std::sort(m_snapshots.begin(), m_snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
        return std::pair(a.builder.time(), std::string_view(a.underlying)) < std::pair(b.builder.time(), std::string_view(b.underlying));
    });
    ReadChains result;
    for (Snapshot& snapshot : m_snapshots) {
        if (snapshot.holiday)
            notes.push_back("The snapshot of " + formatDate(toNewYork(snapshot.builder.time()).date) + " is dated on a day without a session.");
        result.chains.push_back(std::move(snapshot.builder).build());
    }
    if (m_report.stale > 0)
        notes.push_back("Rows of contracts that had expired by the quote time, left out: " + std::to_string(m_report.stale) + ".");
    if (m_report.duplicates > 0)
        notes.push_back("Rows that repeat a contract, of which the first is kept: " + std::to_string(m_report.duplicates) + ".");
    if (m_report.crossed > 0) notes.push_back(std::to_string(m_report.crossed) + " crossed quotes are kept and marked.");
    notes.insert(notes.end(), m_report.notes.begin(), m_report.notes.end());
    if (notes.size() > kMaxNotes) notes.resize(kMaxNotes);
    m_report.notes = std::move(notes);
    result.report = std::move(m_report);
    return result;
}

} // namespace mahler::market
