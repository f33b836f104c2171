#include "portfolio/positions_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text_file.h"
#include "market/csv_cells.h"

namespace mahler::portfolio {

namespace {

enum Column { kUnderlying, kExpiry, kStrike, kType, kQuantity, kAverage, kRoot, kStrategy, kColumns };
constexpr std::array<const char*, kColumns> kNames = {"underlying", "expiration_date", "strike", "option_type",
                                                      "quantity",   "average_price",   "root",   "strategy"};
constexpr std::size_t kMostRows = 10'000;
constexpr std::int64_t kMostQuantity = 1'000'000;
constexpr std::int64_t kMostPrice = 1'000'000'000'000; ///< micros

using Places = std::array<std::optional<std::size_t>, kColumns>;

bool isSymbol(std::string_view text) {
    return !text.empty() && text.size() <= 6 &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'; });
}

class RowReader {
public:
    RowReader(const market::CsvCells& cells, const Places& places, std::string where) : m_cells(cells), m_places(places), m_where(std::move(where)) {}

    Result<Holding> read(bool& rootGiven) const {
        Holding h;
        h.underlying = std::string(cell(kUnderlying));
        if (!isSymbol(h.underlying)) return wrong(kUnderlying, "is not a symbol of one to six capitals, digits or points");
        h.strategy = market::printable(cell(kStrategy));
        const auto quantity = parseInteger(cell(kQuantity));
        if (!quantity || *quantity == 0 || *quantity > kMostQuantity || *quantity < -kMostQuantity)
            return wrong(kQuantity, "is not a whole number from 1 to 1,000,000 with a sign");
        h.quantity = *quantity;
        const auto average = Price::parse(cell(kAverage));
        if (!average || average->micros() < 0 || average->micros() > kMostPrice) return wrong(kAverage, "is not a price from 0 to 1,000,000");
        h.averagePrice = *average;
        const auto type = market::normalised(cell(kType));
        std::string root(cell(kRoot));
        if (type == "stock") {
            for (const Column c : {kExpiry, kStrike})
                if (!cell(c).empty()) return wrong(c, "stands on a stock row");
            rootGiven = true;
            return h;
        }
        if (type != "call" && type != "put") return wrong(kType, "is not call, put or stock");
        const auto expiry = parseDate(cell(kExpiry));
        if (!expiry) return wrong(kExpiry, "is not a date");
        const auto strike = Price::parse(cell(kStrike));
        if (!strike || strike->micros() <= 0 || strike->micros() > kMostPrice) return wrong(kStrike, "is not a price above 0 and up to 1,000,000");
        if (const auto spec = market::classSpec(h.underlying); root.empty() && spec.underlying != h.underlying) { // SPXW stands for SPX
            root = h.underlying;
            h.underlying = spec.underlying;
        }
        rootGiven = !root.empty();
        if (rootGiven && (!isSymbol(root) || market::classSpec(root).underlying != h.underlying))
            return wrong(kRoot, "is not an option class on " + h.underlying);
        h.contract = market::OptionContract::make(rootGiven ? root : h.underlying, *expiry, *strike,
                                                  type == "call" ? market::Right::Call : market::Right::Put);
        return h;
    }

private:
    std::string_view cell(Column c) const { return m_places[c] ? market::trimmed(m_cells[*m_places[c]]) : std::string_view(); }
    Error wrong(Column c, const std::string& why) const {
        return badInput(m_where + ", column " + kNames[c] + ": '" + market::printable(cell(c)) + "' " + why);
    }

    const market::CsvCells& m_cells;
    const Places& m_places;
    std::string m_where;
};

Result<Places> readHeader(const market::CsvCells& cells, const std::string& path) {
    Places places;
    for (std::size_t i = 0; i < cells.size(); ++i)
        for (std::size_t c = 0; c < kColumns; ++c)
            if (market::normalised(cells[i]) == kNames[c]) {
                if (places[c]) return badInput(path + ":1: column " + kNames[c] + " stands twice");
                places[c] = i;
            }
    for (std::size_t c = 0; c < kRoot; ++c)
        if (!places[c]) return badInput(path + ":1: column " + kNames[c] + " is missing");
    return places;
}

} // namespace

Result<PositionsFile> readPositions(const std::string& path) {
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    PositionsFile file;
    file.path = path;
    std::string_view line;
    market::CsvCells cells;
    std::optional<Places> places;
    std::size_t columns = 0;
    for (;;) {
        const auto more = reader->next(line);
        if (!more) return more.error();
        if (!*more) break;
        const std::string where = path + ":" + std::to_string(reader->lineNumber());
        if (places && market::trimmed(line).empty()) continue;
        if (const auto split = cells.split(line); !split) return badInput(where + ": " + split.error().detail);
        if (!places) {
            auto header = readHeader(cells, path);
            if (!header) return header.error();
            places = *header;
            columns = cells.size();
            continue;
        }
        if (cells.size() != columns)
            return badInput(where + ": " + std::to_string(cells.size()) + " cells, the header has " + std::to_string(columns));
        bool rootGiven = false;
        auto holding = RowReader(cells, *places, where).read(rootGiven);
        if (!holding) return holding.error();
        if (file.holdings.size() == kMostRows) return badInput(where + ": more than 10,000 positions");
        file.holdings.push_back(std::move(*holding));
        file.lines.push_back(reader->lineNumber());
        file.rootGiven.push_back(rootGiven);
    }
    if (!places) return badInput(path + ": the file is empty");
    if (file.holdings.empty()) return badInput(path + ": no positions below the header");
    return file;
}

Result<void> chooseRoots(PositionsFile& file, std::span<const std::shared_ptr<const pricing::PricedChain>> chains) {
    for (std::size_t i = 0; i < file.holdings.size(); ++i) {
        auto& holding = file.holdings[i];
        if (!holding.contract || file.rootGiven[i]) continue;
        std::set<std::string> roots;
        for (const auto& priced : chains)
            if (priced && priced->chain && priced->chain->underlying == holding.underlying)
                for (const auto& slice : priced->chain->expiries)
                    if (slice.expiry == holding.contract->expiry) roots.insert(slice.root);
        if (roots.size() > 1)
            return badInput(file.path + ":" + std::to_string(file.lines[i]) + ", column expiration_date: " + *roots.begin() + " and " +
                            *roots.rbegin() + " both expire on " + formatDate(holding.contract->expiry) + "; name one in a column root");
        if (!roots.empty())
            holding.contract =
                market::OptionContract::make(*roots.begin(), holding.contract->expiry, holding.contract->strike, holding.contract->right);
    }
    return {};
}

} // namespace mahler::portfolio
