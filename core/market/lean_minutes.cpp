#include "market/lean_minutes.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "base/text_file.h"
#include "market/csv_cells.h"
#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMinute = 60'000; ///< milliseconds
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::int64_t kScaledToMicros = 100; ///< a price x 10,000
constexpr std::int64_t kChicagoBehind = 60 * kMinute;

/// What one line changes in a row, known when its minute has ended.
struct Change {
    std::int64_t end = 0; ///< milliseconds since midnight New York
    std::optional<std::int64_t> bid, ask, bidSize, askSize;
};
struct Trade {
    std::int64_t end = 0, price = 0, size = 0;
};
struct Series {
    OptionContract contract;
    std::vector<Change> changes;
    std::vector<Trade> trades;
    std::optional<std::int64_t> openInterest;
    std::size_t row = 0;
};
struct SpotAt {
    std::int64_t end = 0;
    std::optional<Price> price;
};

struct LeanName {
    TradingDate date{};
    std::string kind, style;
};

std::vector<std::string_view> parts(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (std::size_t from = 0;;) {
        const std::size_t at = text.find(separator, from);
        out.push_back(text.substr(from, at - from));
        if (at == std::string_view::npos) return out;
        from = at + 1;
    }
}

std::optional<LeanName> leanName(const std::string& path) {
    std::string name = fs::path(path).filename().string();
    if (!name.ends_with(".zip")) return std::nullopt;
    while (name.ends_with(".zip")) name.resize(name.size() - 4);
    const auto words = parts(name, '_');
    if (words.size() != 3 || (words[1] != "quote" && words[1] != "trade" && words[1] != "openinterest") ||
        (words[2] != "american" && words[2] != "european"))
        return std::nullopt;
    const auto date = parseDate(words[0]);
    if (!date || words[0].size() != 8) return std::nullopt;
    return LeanName{*date, std::string(words[1]), std::string(words[2])};
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// "20151224_goog_minute_quote_american_call_6700000_20160115.csv"
std::optional<OptionContract> contractOfEntry(std::string_view entry, const std::string& style) {
    if (!entry.ends_with(".csv")) return std::nullopt;
    entry.remove_suffix(4);
    const auto words = parts(entry, '_');
    if (words.size() != 8 || (words[5] != "call" && words[5] != "put")) return std::nullopt;
    const auto strike = parseInteger(words[6]);
    const auto expiry = parseDate(words[7]);
    if (!strike || *strike <= 0 || *strike > 1'000'000'000 || !expiry) return std::nullopt;
    OptionContract contract = OptionContract::make(upper(std::string(words[1])), *expiry, Price::fromMicros(*strike * kScaledToMicros),
                                                   words[5] == "call" ? Right::Call : Right::Put);
    contract.style = style == "european" ? ExerciseStyle::European : ExerciseStyle::American;
    return contract;
}

/// Reads one file of a Lean archive, calling `use(cells)` for each line; it answers what is wrong, or nothing.
template <class Use> void eachLine(std::string_view bytes, Use use) {
    CsvCells cells;
    std::size_t number = 0;
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view line = trimmed(bytes.substr(0, newline));
        bytes.remove_prefix(newline == std::string_view::npos ? bytes.size() : newline + 1);
        ++number;
        if (line.empty()) continue;
        const bool split = cells.split(line).has_value();
        use(split ? &cells : nullptr, number);
    }
}

std::optional<std::int64_t> minuteEnd(std::string_view text) {
    const auto start = parseInteger(text);
    if (!start || *start < 0 || *start >= kDay) return std::nullopt;
    return *start + kMinute;
}

class LeanDay {
public:
    LeanDay(std::string path, LeanName name, const ChainFileOptions& options)
        : m_path(std::move(path)), m_name(std::move(name)), m_folder(fs::path(m_path).parent_path()), m_root(upper(m_folder.filename().string())),
          m_underlying(classSpec(m_root).underlying), m_options(options) {
        m_read.report.file = m_path;
        m_read.report.dialect = "lean-minute";
    }

    Result<ReadChains> read() {
        if (!m_options.underlying.empty() && m_options.underlying != m_underlying && m_options.underlying != m_root)
            return Error{ErrorCode::NotFound, m_path + ": holds no options on " + m_options.underlying + " (found: " + m_underlying + ")"};
        if (auto quotes = readQuotes(); !quotes) return quotes.error();
        ReadReport& report = m_read.report;
        if (report.rows == 0) return badInput(m_path + ": holds no quotes");
        if (report.badRows * 100 > report.rows)
            return badInput(m_firstBad + " (" + std::to_string(report.badRows) + " of " + std::to_string(report.rows) +
                            " rows are bad, more than 1 %)");
        readBeside("openinterest", [this](Series& series, const CsvCells& cells) {
            if (const auto count = cells.size() < 2 ? -1 : countOf(cells[1]).value_or(-1); count >= 0) series.openInterest = count;
        });
        readBeside("trade", [](Series& series, const CsvCells& cells) {
            if (cells.size() < 6) return;
            const auto end = minuteEnd(cells[0]);
            const std::int64_t close = countOf(cells[4]).value_or(-1), size = countOf(cells[5]).value_or(-1);
            if (end && close > 0 && size >= 0) series.trades.push_back({*end, close * kScaledToMicros, size});
        });
        readUnderlying();
        build();
        if (report.crossed > 0) report.notes.push_back(std::to_string(report.crossed) + " crossed quotes are kept and marked.");
        return std::move(m_read);
    }

private:
    void bad(const std::string& entry, std::size_t line, int column, const std::string& what) {
        ++m_read.report.badRows;
        if (m_read.report.badRows > 8) return;
        const std::string text = m_path + "/" + entry + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what;
        if (m_firstBad.empty()) m_firstBad = text;
        m_read.report.notes.push_back(text);
    }

    Result<void> readQuotes() {
        return readZip(m_path, [this](const std::string& entry, std::string_view bytes) -> Result<void> {
            const auto contract = contractOfEntry(entry, m_name.style);
            if (!contract || contract->root != m_root) return badInput(m_path + ": " + printable(entry) + " is not a quote file of " + m_root);
            Series& series = m_series[contract->id()];
            series.contract = *contract;
            eachLine(bytes, [&](const CsvCells* cells, std::size_t line) {
                ++m_read.report.rows;
                Change change;
                int column = 1;
                if (const std::string wrong = readChange(cells, change, column); !wrong.empty()) return bad(entry, line, column, wrong);
                m_read.report.crossed += change.bid && change.ask && *change.bid > *change.ask ? 1 : 0;
                m_read.report.oneSided += change.bid.has_value() != change.ask.has_value() ? 1 : 0;
                series.changes.push_back(change);
            });
            return {};
        });
    }

    /// @return what is wrong with which cell, or nothing.
    static std::string readChange(const CsvCells* cells, Change& change, int& column) {
        if (!cells || cells->size() != 11) return "a quote has 11 cells";
        const auto end = minuteEnd((*cells)[0]);
        if (!end) return "'" + printable((*cells)[0]) + "' is not a time of the day in milliseconds";
        change.end = *end;
        const auto side = [&](std::size_t close, std::optional<std::int64_t>& price, std::optional<std::int64_t>& size) {
            if (trimmed((*cells)[close]).empty()) return true;
            column = static_cast<int>(close) + 1;
            const std::int64_t value = countOf(trimmed((*cells)[close])).value_or(-1);
            if (value < 0 || value > 100'000'000'000) return false;
            price = value * kScaledToMicros;
            size = countOf(trimmed((*cells)[close + 1]));
            return true;
        };
        if (!side(4, change.bid, change.bidSize) || !side(9, change.ask, change.askSize))
            return "the price is negative or not a count of ten-thousandths";
        if (change.ask && *change.ask == 0) // as in chain files: an ask of zero is a missing ask
            change.ask = change.askSize = std::nullopt;
        return {};
    }

    /// The archive of another kind beside the quotes; what it cannot give stays unknown.
    template <class Use> void readBeside(const std::string& kind, Use use) {
        std::string base = fs::path(m_path).filename().string();
        base = base.substr(0, 9) + kind + "_" + m_name.style;
        for (const char* ending : {".zip", ".zip.zip"}) {
            const fs::path beside = m_folder / (base + ending);
            std::error_code ec;
            if (!fs::exists(beside, ec)) continue;
            const auto done = readZip(beside.string(), [&](const std::string& entry, std::string_view bytes) -> Result<void> {
                const auto contract = contractOfEntry(entry, m_name.style);
                const auto found = contract ? m_series.find(contract->id()) : m_series.end();
                if (found != m_series.end())
                    eachLine(bytes, [&](const CsvCells* cells, std::size_t) {
                        if (cells) use(found->second, *cells);
                    });
                return {};
            });
            if (!done) m_read.report.notes.push_back(done.error().detail);
            return;
        }
    }

    void readUnderlying() {
        const fs::path lean = m_folder.parent_path().parent_path().parent_path().parent_path();
        std::string lower = m_underlying;
        for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const std::string date = fs::path(m_path).filename().string().substr(0, 8);
        const fs::path equity = lean / "equity" / "usa" / "minute" / lower, index = lean / "index" / "usa" / "minute" / lower;
        std::error_code ec;
        if (const fs::path file = equity / (date + "_quote.zip"); fs::exists(file, ec))
            return readSpots(file, 0, [](const CsvCells& cells) -> std::optional<Price> {
                if (cells.size() != 11 || cells[4].empty() || cells[9].empty()) return std::nullopt;
                const auto bid = countOf(cells[4]), ask = countOf(cells[9]);
                if (!bid || !ask || *bid <= 0 || *ask < *bid) return std::nullopt;
                return Price::fromMicros((*bid + *ask) * kScaledToMicros / 2);
            });
        if (const fs::path file = equity / (date + "_trade.zip"); fs::exists(file, ec))
            return readSpots(file, 0, [](const CsvCells& cells) -> std::optional<Price> {
                const auto close = cells.size() >= 5 ? countOf(cells[4]) : std::nullopt;
                return close && *close > 0 ? std::optional(Price::fromMicros(*close * kScaledToMicros)) : std::nullopt;
            });
        if (const fs::path file = index / (date + "_trade.zip"); fs::exists(file, ec))
            return readSpots(file, kChicagoBehind, [](const CsvCells& cells) -> std::optional<Price> {
                const auto close = cells.size() >= 5 ? microsOf(cells[4]) : std::nullopt;
                return close && *close > 0 ? std::optional(Price::fromMicros(*close)) : std::nullopt;
            });
        m_read.report.notes.push_back("No minutes of " + m_underlying + " on " + formatDate(m_name.date) + ": the underlying price is unknown.");
    }

    template <class PriceOf> void readSpots(const fs::path& file, std::int64_t shift, PriceOf priceOf) {
        const auto done = readZip(file.string(), [&](const std::string&, std::string_view bytes) -> Result<void> {
            eachLine(bytes, [&](const CsvCells* cells, std::size_t) {
                if (const auto end = cells ? minuteEnd((*cells)[0]) : std::nullopt) m_spots.push_back({*end + shift, priceOf(*cells)});
            });
            return {};
        });
        if (!done) m_read.report.notes.push_back(done.error().detail);
        std::stable_sort(m_spots.begin(), m_spots.end(), [](const SpotAt& a, const SpotAt& b) { return a.end < b.end; });
    }

    UtcTime timeOf(std::int64_t milliseconds) const {
        return fromNewYork(m_name.date, 0, 0, static_cast<int>(milliseconds / 1000)) + std::chrono::milliseconds(milliseconds % 1000);
    }

    /// Each chain is a copy of the one before it with the changes of its minute.
    void build() {
        ChainBuilder builder(m_underlying, {}, std::nullopt, fs::path(m_path).filename().string());
        for (const auto& [id, series] : m_series) {
            ChainBuilder::Row row;
            row.contract = series.contract;
            row.contract.underlying = m_underlying;
            row.quote.openInterest = series.openInterest;
            builder.add(std::move(row));
        }
        OptionChain current = *std::move(builder).build();
        struct Event {
            std::int64_t end;
            std::size_t row;
            const Change* change;
            const Trade* trade;
        };
        std::vector<Event> events;
        for (const auto& [id, series] : m_series) {
            const std::size_t row = current.find(series.contract).value_or(0);
            for (const Change& change : series.changes) events.push_back({change.end, row, &change, nullptr});
            for (const Trade& trade : series.trades) events.push_back({trade.end, row, nullptr, &trade});
        }
        std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.end < b.end; });
        std::size_t spotAt = 0;
        for (std::size_t i = 0; i < events.size();) {
            const std::int64_t end = events[i].end;
            bool quoted = false;
            for (; i < events.size() && events[i].end == end; ++i) {
                if (events[i].change)
                    apply(*events[i].change, current, events[i].row);
                else
                    apply(*events[i].trade, current, events[i].row);
                quoted = quoted || events[i].change;
            }
            for (; spotAt < m_spots.size() && m_spots[spotAt].end <= end; ++spotAt) current.spot = m_spots[spotAt].price;
            current.time = timeOf(end);
            dropExpired(current);
            const bool last = i == events.size();
            if (m_options.lastSnapshotOnly) { // the last one, or the last one known by then
                const bool wanted = m_options.asof ? current.time <= *m_options.asof && (last || timeOf(events[i].end) > *m_options.asof) : last;
                if (!wanted) continue;
            }
            if (quoted || last || m_options.lastSnapshotOnly) m_read.chains.push_back(std::make_shared<const OptionChain>(current));
        }
    }

    /// A contract that has expired by the time of the chain has no quote any more.
    void dropExpired(OptionChain& chain) {
        constexpr int kQuoted = kHasBid | kHasAsk | kHasBidSize | kHasAskSize;
        for (const ExpirySlice& slice : chain.expiries) {
            if (slice.expiresAt > chain.time) return; // slices are in order of expiry
            for (std::size_t row = slice.begin; row < slice.end; ++row) {
                m_read.report.stale += (chain.flags[row] & kQuoted) != 0 ? 1 : 0;
                chain.flags[row] = static_cast<std::uint16_t>(chain.flags[row] & ~kQuoted);
            }
        }
    }

    static void put(std::uint16_t& flags, RowFlag flag, bool has) { flags = static_cast<std::uint16_t>(has ? flags | flag : flags & ~flag); }

    static void apply(const Change& change, OptionChain& chain, std::size_t row) {
        std::uint16_t& flags = chain.flags[row];
        put(flags, kHasBid, change.bid.has_value());
        put(flags, kHasAsk, change.ask.has_value());
        put(flags, kHasBidSize, change.bidSize.has_value());
        put(flags, kHasAskSize, change.askSize.has_value());
        chain.bid[row] = change.bid.value_or(0);
        chain.ask[row] = change.ask.value_or(0);
        chain.bidSize[row] = static_cast<std::int32_t>(std::min<std::int64_t>(change.bidSize.value_or(0), 2'000'000'000));
        chain.askSize[row] = static_cast<std::int32_t>(std::min<std::int64_t>(change.askSize.value_or(0), 2'000'000'000));
    }

    static void apply(const Trade& trade, OptionChain& chain, std::size_t row) {
        std::uint16_t& flags = chain.flags[row];
        put(flags, kHasLast, true);
        put(flags, kHasVolume, true);
        chain.last[row] = trade.price;
        chain.volume[row] += trade.size;
    }

    std::string m_path;
    LeanName m_name;
    fs::path m_folder;
    std::string m_root, m_underlying;
    const ChainFileOptions& m_options;
    std::map<std::string, Series> m_series;
    std::vector<SpotAt> m_spots;
    ReadChains m_read;
    std::string m_firstBad;
};

} // namespace

bool isLeanName(const std::string& path) { return leanName(path).has_value(); }

bool isLeanQuotes(const std::string& path) {
    const auto name = leanName(path);
    return name && name->kind == "quote" && path.find("futureoption") == std::string::npos;
}

Result<ReadChains> readLeanQuotes(const std::string& path, const ChainFileOptions& options) {
    auto name = leanName(path);
    if (!name) return badInput(path + ": not a Lean minute archive");
    std::error_code ec;
    if (!fs::exists(path, ec)) return Error{ErrorCode::NotFound, path + ": no such file"};
    if (fs::is_directory(path, ec)) return badInput(path + ": is a directory, a file is wanted");
    if (name->kind != "quote") return badInput(path + ": holds " + name->kind + " minutes; the _quote_ archive beside it makes chains");
    const fs::path absolute = fs::absolute(path, ec);
    if (absolute.string().find("/futureoption/") != std::string::npos)
        return Error{ErrorCode::Unsupported, path + ": options on futures are not read"};
    // Relative paths keep their spelling in messages; the tree is found from the absolute one.
    auto read = LeanDay(absolute.string(), std::move(*name), options).read();
    return read;
}

} // namespace mahler::market
