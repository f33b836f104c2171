#include "market/history_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/text_file.h"
#include "base/words.h"
#include "market/chain_files.h"
#include "market/csv_cells.h"
#include "market/exchange_calendar.h"

namespace mahler::market {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::August, std::chrono::January, std::chrono::March, std::chrono::April, std::chrono::September, std::chrono::October;

constexpr int kEventHorizonDays = 120, kDividendHorizonDays = 366;

/// Announcement days of meetings that were not on the calendar (Federal Reserve, FOMC historical materials).
constexpr std::array<TradingDate, 9> kUnscheduledFomc{2001y / January / 3, 2001y / April / 18,  2001y / September / 17,
                                                      2007y / August / 10, 2007y / August / 17, 2008y / January / 22,
                                                      2008y / October / 8, 2020y / March / 3,   2020y / March / 15};

struct Table {
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> rows; ///< only those with as many cells as the header
    std::size_t skipped = 0;
    int column(std::string_view name) const {
        const auto found = std::find(names.begin(), names.end(), name);
        return found == names.end() ? -1 : static_cast<int>(found - names.begin());
    }
};

Result<Table> readTable(const std::string& path) {
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    Table table;
    CsvCells cells;
    std::string_view line;
    for (;;) {
        const auto more = reader->next(line);
        if (!more) return more.error();
        if (!*more) break;
        if (trimmed(line).empty()) continue;
        const bool whole = cells.split(line).has_value();
        if (table.names.empty()) {
            for (std::size_t i = 0; i < cells.size(); ++i) table.names.push_back(normalised(cells[i]));
            continue;
        }
        if (!whole || cells.size() != table.names.size()) {
            ++table.skipped;
            continue;
        }
        std::vector<std::string>& row = table.rows.emplace_back();
        for (std::size_t i = 0; i < cells.size(); ++i) row.emplace_back(trimmed(cells[i]));
    }
    if (table.names.empty()) return badInput(path + ": the file is empty");
    return table;
}

std::optional<double> numberIn(const std::vector<std::string>& row, int column) {
    if (column < 0) return std::nullopt;
    const auto value = parseNumber(row[static_cast<std::size_t>(column)]);
    return value ? std::optional(*value) : std::nullopt;
}

void noteSkipped(const std::string& path, std::size_t skipped, std::vector<std::string>& notes) {
    if (skipped > 0) notes.push_back(path + ": " + std::to_string(skipped) + " unreadable rows are left out.");
}

/// Date order; of a repeated date the last row counts.
template <class Item> void sortByDate(std::vector<Item>& items) {
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.date < b.date; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (kept > 0 && items[kept - 1].date == items[i].date)
            items[kept - 1] = items[i];
        else
            items[kept++] = items[i];
    }
    items.resize(kept);
}

Result<std::vector<DailyBar>> readBars(const std::string& path, std::vector<std::string>& notes) {
    const auto table = readTable(path);
    if (!table) return table.error();
    const int date = table->column("date"), open = table->column("open"), high = table->column("high"), low = table->column("low"),
              close = table->column("close"), volume = table->column("volume");
    if (date < 0 || open < 0 || high < 0 || low < 0 || close < 0)
        return badInput(path + ":1: daily bars need the columns date, open, high, low, close");
    std::vector<DailyBar> bars;
    std::size_t skipped = table->skipped;
    for (const auto& row : table->rows) {
        const auto day = parseDate(row[static_cast<std::size_t>(date)]);
        const auto o = numberIn(row, open), h = numberIn(row, high), l = numberIn(row, low), c = numberIn(row, close);
        if (!day || !o || !h || !l || !c || *l <= 0 || *h < *l) {
            ++skipped;
            continue;
        }
        bars.push_back({*day, *o, *h, *l, *c, numberIn(row, volume).value_or(0.0)});
    }
    noteSkipped(path, skipped, notes);
    sortByDate(bars);
    return bars;
}

/// Treasury constant-maturity yields are bond-equivalent, per cent, compounded twice a year (US Treasury, par yield
/// curve methodology): continuous r = 2 ln(1 + y / 200).
Result<std::vector<DailyValue>> readRates(const std::string& path, std::vector<std::string>& notes) {
    const auto table = readTable(path);
    if (!table) return table.error();
    const int date = table->column("date"), three = table->column("dgs3mo"), one = table->column("dgs1mo");
    if (date < 0 || (three < 0 && one < 0)) return badInput(path + ":1: rates need the columns date and DGS3MO or DGS1MO");
    std::vector<DailyValue> rates;
    std::size_t skipped = table->skipped;
    for (const auto& row : table->rows) {
        const auto day = parseDate(row[static_cast<std::size_t>(date)]);
        auto yield = numberIn(row, three);
        if (!yield) yield = numberIn(row, one);
        if (day && yield && *yield > -100.0)
            rates.push_back({*day, 2.0 * std::log1p(*yield / 200.0)});
        else
            skipped += day ? 0 : 1; // a blank is a day without a quote
    }
    noteSkipped(path, skipped, notes);
    sortByDate(rates);
    return rates;
}

Result<std::vector<TradingDate>> readDates(const std::string& path, std::vector<std::string>& notes) {
    const auto table = readTable(path);
    if (!table) return table.error();
    const int date = table->column("date");
    if (date < 0) return badInput(path + ":1: the calendar needs the column date");
    std::vector<TradingDate> dates;
    std::size_t skipped = table->skipped;
    for (const auto& row : table->rows) {
        if (const auto day = parseDate(row[static_cast<std::size_t>(date)]))
            dates.push_back(*day);
        else
            ++skipped;
    }
    noteSkipped(path, skipped, notes);
    std::sort(dates.begin(), dates.end());
    dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
    return dates;
}

Result<std::map<std::string, std::vector<AnnouncedDividend>>> readDividends(const std::string& path, std::vector<std::string>& notes) {
    const auto table = readTable(path);
    if (!table) return table.error();
    const int symbol = table->column("symbol"), date = table->column("ex_date"), amount = table->column("amount");
    if (symbol < 0 || date < 0 || amount < 0) return badInput(path + ":1: dividends need the columns symbol, ex_date and amount");
    std::map<std::string, std::map<TradingDate, double>> found; // of a repeated date the last row counts
    std::size_t skipped = table->skipped;
    for (const auto& row : table->rows) {
        const auto day = parseDate(row[static_cast<std::size_t>(date)]);
        const auto cash = numberIn(row, amount);
        const std::string& name = row[static_cast<std::size_t>(symbol)];
        if (day && cash && *cash > 0 && std::isfinite(*cash) && !name.empty())
            found[name][*day] = *cash;
        else
            ++skipped;
    }
    noteSkipped(path, skipped, notes);
    std::map<std::string, std::vector<AnnouncedDividend>> out;
    for (const auto& [name, days] : found)
        for (const auto& [day, cash] : days) out[name].push_back({day, cash});
    return out;
}

bool isSymbol(const std::string& stem) {
    return !stem.empty() && stem.size() <= 6 &&
           std::all_of(stem.begin(), stem.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'; });
}

std::vector<fs::path> tablesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
        if (it->path().extension() == ".csv" && it->is_regular_file(ec)) files.push_back(it->path());
    std::sort(files.begin(), files.end());
    return files;
}

template <class T> std::vector<T> upTo(const std::vector<T>& series, TradingDate last) {
    const auto end = std::upper_bound(series.begin(), series.end(), last, [](TradingDate date, const T& item) { return date < item.date; });
    return {series.begin(), end};
}

} // namespace

Result<HistoryFiles> HistoryFiles::read(const std::string& directory, std::vector<std::string>& notes) {
    const fs::path root(directory);
    std::error_code ec;
    if (!fs::exists(root, ec)) return Error{ErrorCode::NotFound, directory + ": no such folder"};
    if (!fs::is_directory(root, ec)) return badInput(directory + ": is a file, a folder of daily bars is wanted");

    HistoryFiles files;
    fs::path vixPath;
    for (const fs::path& folder : {root, root / "equity-daily", root / "bars", root / "volatility"}) {
        for (const fs::path& path : tablesIn(folder)) {
            const std::string symbol = path.stem().string();
            if (!isSymbol(symbol) || files.m_bars.contains(symbol) || (symbol == "VIX" && !vixPath.empty())) continue;
            auto bars = readBars(path.string(), notes);
            if (!bars) {
                notes.push_back(bars.error().detail);
                continue;
            }
            if (symbol == "VIX") {
                vixPath = path;
                for (const DailyBar& bar : *bars) files.m_vix.push_back({bar.date, bar.close});
            } else if (folder != root / "volatility") {
                files.m_bars[symbol] = std::move(*bars);
                continue;
            }
            for (const DailyBar& bar : *bars) files.m_indices[symbol].push_back({bar.date, bar.close});
        }
    }
    if (files.m_bars.empty()) notes.push_back(directory + " holds no daily bars: rank, percentile and indicators are unknown.");
    if (files.m_vix.empty()) notes.push_back(directory + " holds no VIX.csv: VIX is unknown.");

    const auto firstOf = [&](std::initializer_list<const char*> names) {
        for (const char* name : names)
            if (fs::exists(root / name, ec)) return (root / name).string();
        return std::string();
    };
    if (const std::string path = firstOf({"rates/treasury-cmt.csv", "treasury-cmt.csv"}); !path.empty()) {
        if (auto rates = readRates(path, notes))
            files.m_rates = std::move(*rates);
        else
            notes.push_back(rates.error().detail);
    } else {
        notes.push_back(directory + " holds no rates/treasury-cmt.csv: the interest rate is unknown.");
    }
    if (const std::string path = firstOf({"calendar/fomc-dates.csv", "fomc-dates.csv"}); !path.empty()) {
        if (auto dates = readDates(path, notes))
            files.m_fomc = std::move(*dates);
        else
            notes.push_back(dates.error().detail);
    } else {
        notes.push_back(directory + " holds no calendar/fomc-dates.csv: Federal Reserve meetings are unknown.");
    }
    if (const std::string path = firstOf({"calendar/dividends.csv", "dividends.csv"}); !path.empty()) {
        if (auto dividends = readDividends(path, notes))
            files.m_dividends = std::move(*dividends);
        else
            notes.push_back(dividends.error().detail);
    } // without one dividends are a yield, as parity has it
    return files;
}

History HistoryFiles::asOf(TradingDate lastSession, TradingDate today) const {
    History history;
    for (const auto& [symbol, bars] : m_bars)
        if (auto known = upTo(bars, lastSession); !known.empty()) history.bars[symbol] = std::move(known);
    history.vix = upTo(m_vix, lastSession);
    for (const auto& [underlying, index] : kVolatilityIndices)
        if (const auto closes = m_indices.find(index); closes != m_indices.end())
            if (auto known = upTo(closes->second, lastSession); !known.empty()) history.volatilityIndex[underlying] = std::move(known);
    const auto rates =
        std::upper_bound(m_rates.begin(), m_rates.end(), lastSession, [](TradingDate date, const DailyValue& item) { return date < item.date; });
    if (rates != m_rates.begin() && daysBetween(std::prev(rates)->date, today) <= kLastKnownDays) history.rate = std::prev(rates)->value;
    for (const TradingDate date : m_fomc) {
        const bool unscheduled = std::find(kUnscheduledFomc.begin(), kUnscheduledFomc.end(), date) != kUnscheduledFomc.end();
        // Unscheduled: known from the day after, the hour of its announcement is not in the file.
        if (unscheduled ? date >= today : daysBetween(today, date) > kEventHorizonDays) continue;
        history.events.push_back({date, EventKind::Fomc, "", unscheduled ? "Unscheduled FOMC announcement" : "FOMC announcement"});
    }
    const TradingDate horizon(std::chrono::sys_days(today) + std::chrono::days(kEventHorizonDays));
    if (!m_fomc.empty()) history.eventCoverage.push_back({EventKind::Fomc, "", m_fomc.front(), std::min(m_fomc.back(), horizon)});
    for (const auto& [symbol, amounts] : m_dividends) {
        if (!amounts.empty())
            history.eventCoverage.push_back({EventKind::ExDividend, symbol, amounts.front().exDate, std::min(amounts.back().exDate, horizon)});
        for (const AnnouncedDividend& d : amounts) {
            if (daysBetween(today, d.exDate) > kDividendHorizonDays) continue;
            history.dividends[symbol].push_back(d);
            if (daysBetween(today, d.exDate) <= kEventHorizonDays)
                history.events.push_back({d.exDate, EventKind::ExDividend, symbol, symbol + " ex-dividend"});
        }
    }
    std::stable_sort(history.events.begin(), history.events.end(), [](const MarketEvent& a, const MarketEvent& b) { return a.date < b.date; });
    return history;
}

TradingDate lastClosedSession(UtcTime t) {
    const TradingDate today = toNewYork(t).date;
    return isTradingDay(today) && t >= sessionClose(today) ? today : priorTradingDay(today);
}

Result<History> readHistory(const std::string& directory, UtcTime at, std::vector<std::string>& notes) {
    const auto files = HistoryFiles::read(directory, notes);
    if (!files) return files.error();
    const TradingDate asof = toNewYork(at).date;
    History history = files->asOf(lastClosedSession(at), asof);
    const auto note = [&](const std::string& what, TradingDate last) {
        if (const int missing = sessionsMissing(last, asof); missing > 0)
            notes.push_back(what + " on " + formatDate(last) + ", " + counted(missing, "session") + " short of " + formatDate(asof) +
                            ": what is computed of these closes is unknown.");
    };
    for (const auto& [symbol, bars] : history.bars) note("The bars of " + symbol + " end", bars.back().date);
    if (!history.vix.empty()) note("VIX ends", history.vix.back().date);
    if (!history.rate)
        notes.push_back("No interest rate within " + std::to_string(kLastKnownDays) + " days before " + formatDate(asof) + ": the rate is unknown.");
    return history;
}

} // namespace mahler::market
