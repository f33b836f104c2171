#include "market/chain_dialects.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text_file.h"
#include "market/csv_cells.h"
#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

using namespace std::chrono_literals;
using C = ChainColumn;

struct NamedColumn {
    std::string_view name;
    ChainColumn column;
    bool required;
};

constexpr NamedColumn kMahler[] = {{"underlying_symbol", C::Underlying, true},
                                   {"underlying_price", C::Spot, true},
                                   {"quote_time", C::QuoteTime, true},
                                   {"expiration_date", C::Expiry, true},
                                   {"strike", C::Strike, true},
                                   {"option_type", C::Type, true},
                                   {"bid", C::Bid, true},
                                   {"ask", C::Ask, true},
                                   {"volume", C::Volume, true},
                                   {"open_interest", C::OpenInterest, true},
                                   {"bid_size", C::BidSize, false},
                                   {"ask_size", C::AskSize, false},
                                   {"last", C::Last, false},
                                   {"implied_volatility", C::Iv, false},
                                   {"delta", C::Delta, false},
                                   {"style", C::Style, false},
                                   {"root", C::Root, false}};

constexpr NamedColumn kCboeEod[] = {{"underlying", C::Underlying, true},
                                    {"underlying_last", C::Spot, true},
                                    {"optionroot", C::Symbol, true},
                                    {"type", C::Type, true},
                                    {"expiration", C::Expiry, true},
                                    {"quotedate", C::QuoteTime, true},
                                    {"strike", C::Strike, true},
                                    {"bid", C::Bid, true},
                                    {"ask", C::Ask, true},
                                    {"last", C::Last, false},
                                    {"volume", C::Volume, false},
                                    {"openinterest", C::OpenInterest, false},
                                    {"impliedvol", C::Iv, false},
                                    {"delta", C::Delta, false}};

constexpr NamedColumn kYahoo[] = {{"contractsymbol", C::Symbol, true},
                                  {"expiry", C::Expiry, true},
                                  {"type", C::Type, true},
                                  {"strike", C::Strike, true},
                                  {"bid", C::Bid, true},
                                  {"ask", C::Ask, true},
                                  {"session", C::Session, true},
                                  {"lastprice", C::Last, false},
                                  {"volume", C::Volume, false},
                                  {"openinterest", C::OpenInterest, false},
                                  {"impliedvolatility", C::Iv, false},
                                  {"lasttradedate", C::LastTradeTime, false}};

constexpr NamedColumn kCboeSnapshot[] = {{"root", C::Root, true},
                                         {"expiration", C::Expiry, true},
                                         {"type", C::Type, true},
                                         {"strike", C::Strike, true},
                                         {"option", C::Symbol, true},
                                         {"bid", C::Bid, true},
                                         {"ask", C::Ask, true},
                                         {"last_trade_price", C::Last, false},
                                         {"volume", C::Volume, false},
                                         {"open_interest", C::OpenInterest, false},
                                         {"iv", C::Iv, false},
                                         {"delta", C::Delta, false},
                                         {"bid_size", C::BidSize, false},
                                         {"ask_size", C::AskSize, false}};

struct DialectColumns {
    Dialect dialect;
    std::span<const NamedColumn> columns;
};
const DialectColumns kDialects[] = {
    {Dialect::Mahler, kMahler}, {Dialect::CboeEod, kCboeEod}, {Dialect::Yahoo, kYahoo}, {Dialect::CboeSnapshot, kCboeSnapshot}};

std::string missingOf(const DialectColumns& known, const std::vector<std::string>& names, std::size_t& count) {
    std::string missing;
    count = 0;
    for (const NamedColumn& column : known.columns) {
        if (!column.required || std::find(names.begin(), names.end(), column.name) != names.end()) continue;
        ++count;
        missing += (missing.empty() ? "" : ", ") + std::string(column.name);
    }
    return missing;
}

/// The time after the "_chain_" stamp of a Cboe snapshot's name.
std::optional<UtcTime> stampOf(const std::string& name) {
    for (std::size_t at = 0; at + 15 <= name.size(); ++at) {
        const std::string_view part = std::string_view(name).substr(at, 15);
        if (part[8] != '_' || (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')) continue;
        const auto date = parseDate(part.substr(0, 8));
        const auto clock = parseInteger(part.substr(9));
        if (!date || !clock || *clock < 0 || *clock / 10'000 > 23 || *clock / 100 % 100 > 59 || *clock % 100 > 59) continue;
        return UtcTime(std::chrono::sys_days(*date)) + std::chrono::hours(*clock / 10'000) + std::chrono::minutes(*clock / 100 % 100) +
               std::chrono::seconds(*clock % 100);
    }
    return std::nullopt;
}

} // namespace

const char* toString(Dialect dialect) {
    switch (dialect) {
    case Dialect::Mahler: return "mahler";
    case Dialect::CboeEod: return "cboe-eod";
    case Dialect::Yahoo: return "yahoo";
    case Dialect::CboeSnapshot: return "cboe-snapshot";
    }
    return "";
}

int delayMinutes(Dialect dialect) {
    switch (dialect) {
    case Dialect::CboeSnapshot: return 15; // the free delayed_quotes pages of Cboe
    case Dialect::Mahler:
    case Dialect::CboeEod:
    case Dialect::Yahoo: return 0;
    }
    return 0;
}

Result<ChainHeader> readChainHeader(const std::string& path, std::string_view line) {
    CsvCells cells;
    if (auto split = cells.split(line); !split) return badInput(path + ":1: the header is damaged: " + split.error().detail);
    ChainHeader header;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        names.push_back(normalised(cells[i]));
        header.names.push_back(printable(trimmed(cells[i])));
    }
    const DialectColumns* best = nullptr;
    std::size_t fewest = 0;
    std::string missing;
    for (const DialectColumns& known : kDialects) {
        std::size_t count = 0;
        const std::string lacking = missingOf(known, names, count);
        // The own dialect stands for a file that resembles none.
        const auto required = std::count_if(known.columns.begin(), known.columns.end(), [](const auto& c) { return c.required; });
        if (!best || (count < fewest && 2 * count < static_cast<std::size_t>(required))) {
            best = &known;
            fewest = count;
            missing = lacking;
        }
    }
    if (fewest > 0)
        return badInput(path + ":1: not an option chain header ('" + printable(line) + "'); as " + toString(best->dialect) + " it lacks " + missing);
    header.dialect = best->dialect;
    header.at.fill(-1);
    for (const NamedColumn& column : best->columns) {
        const auto found = std::find(names.begin(), names.end(), column.name);
        if (found == names.end()) continue;
        if (std::find(found + 1, names.end(), column.name) != names.end())
            return badInput(path + ":1: column '" + std::string(column.name) + "' stands twice in the header");
        header.at[static_cast<std::size_t>(column.column)] = static_cast<int>(found - names.begin());
    }
    return header;
}

FileContext yahooContext(const std::string& path, const std::string& symbol, const std::string& session, const ChainFileOptions& options,
                         std::vector<std::string>& notes) {
    FileContext context;
    context.spotFromRows = false;
    context.oneSnapshot = true;
    context.time = options.asof;
    const std::string metaPath = (std::filesystem::path(path).parent_path() / "meta.json").string();
    const auto text = readFile(metaPath, 1u << 20);
    if (!text) {
        notes.push_back(metaPath + " is missing: the underlying price is unknown (the 'spot' column is the prior close).");
        return context;
    }
    const auto meta = parseJson(*text);
    if (!meta || !meta->is_object()) {
        notes.push_back(metaPath + " is not readable: the underlying price is unknown.");
        return context;
    }
    if (const std::string told = meta->contains("session") && (*meta)["session"].is_string() ? (*meta)["session"] : ""; told != session) {
        notes.push_back(metaPath + " is of session '" + printable(told) + "', the rows are of '" + printable(session) +
                        "': the underlying price is unknown.");
        return context;
    }
    if (meta->contains("utc") && (*meta)["utc"].is_string()) {
        if (const auto utc = parseUtc((*meta)["utc"].get<std::string>())) context.time = *utc;
    }
    const auto tickers = meta->find("tickers");
    if (tickers != meta->end() && tickers->is_object() && tickers->contains(symbol)) {
        const Json& ticker = (*tickers)[symbol];
        if (ticker.is_object() && ticker.contains("spot_live") && ticker["spot_live"].is_number()) {
            const auto spot = Price::fromDouble(ticker["spot_live"].get<double>());
            if (spot && spot->micros() > 0) context.spot = *spot;
        }
    }
    if (!context.spot) notes.push_back(metaPath + " has no spot_live of " + symbol + ": the underlying price is unknown.");
    return context;
}

std::optional<UtcTime> cboeSnapshotTime(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename().string();
    const auto stamp = stampOf(name);
    if (!stamp) return std::nullopt;
    const UtcTime quoted = *stamp - 15min;
    const TradingDate day = toNewYork(quoted).date;
    // Index options trade until 16:15; other classes stop at the close.
    const ClassSpec spec = classSpec(name.substr(0, name.find('_')));
    const auto closing = [&spec](TradingDate d) { return sessionClose(d) + (spec.settlement == Settlement::PmPhysical ? 0min : 15min); };
    if (isTradingDay(day) && quoted >= sessionOpen(day)) return std::min(quoted, closing(day));
    return closing(priorTradingDay(day));
}

Result<UtcTime> parseQuoteTime(std::string_view text) {
    if (text.size() <= 10) {
        const auto date = parseDate(text);
        if (!date) return date.error();
        return fromNewYork(*date, 15, 45);
    }
    if (const auto utc = parseUtc(text)) return *utc;
    // Read it as UTC, then move it: a wall time without a zone is the exchange's.
    const auto wall = parseUtc(std::string(text) + "Z");
    if (!wall) return badInput("'" + printable(text) + "' is not an ISO 8601 time");
    const auto day = std::chrono::floor<std::chrono::days>(*wall);
    const auto sinceMidnight = *wall - day;
    const auto whole = std::chrono::floor<std::chrono::seconds>(sinceMidnight);
    return fromNewYork(TradingDate{day}, 0, 0, static_cast<int>(whole.count())) + (sinceMidnight - whole);
}

std::string defaultRoot(const std::string& underlying, TradingDate expiry) {
    const TradingDate third{std::chrono::sys_days(expiry.year() / expiry.month() / std::chrono::Friday[3])};
    const TradingDate monthly = isTradingDay(third) ? third : priorTradingDay(third);
    if (expiry == monthly || expiry == third || expiry == addDays(third, 1)) return underlying;
    if (underlying == "SPX") return "SPXW";
    if (underlying == "NDX") return "NDXP";
    if (underlying == "RUT") return "RUTW";
    return underlying;
}

} // namespace mahler::market
