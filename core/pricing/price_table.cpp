#include "pricing/price_table.h"

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/text_file.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

namespace {

constexpr std::array<const char*, 10> kColumns = {"id",   "style",          "type", "spot", "strike", "t_years",
                                                  "rate", "dividend_yield", "vol",  "price"};
enum Column { kId, kStyle, kType, kSpot, kStrike, kYears, kRate, kYield, kVol, kPrice };

std::string trimmed(const std::string& text) {
    const auto from = text.find_first_not_of(" \t");
    const auto to = text.find_last_not_of(" \t");
    return from == std::string::npos ? "" : text.substr(from, to - from + 1);
}

void appendNumber(std::string& out, double value) {
    char buffer[40];
    const auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, value);
    out.append(buffer, ec == std::errc() ? end : buffer);
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

struct Row {
    std::string id;
    market::ExerciseStyle style = market::ExerciseStyle::European;
    Inputs in;
    std::optional<double> vol, price;
};

std::string priceRow(const Row& row) {
    Valuation value;
    std::optional<double> iv;
    std::string error;
    Inputs in = row.in;
    if (row.price) {
        const auto implied = impliedVol(row.style, in, *row.price);
        if (implied.status == IvStatus::Ok)
            iv = implied.vol;
        else
            error = toString(implied.status);
    }
    if (row.vol)
        in.vol = *row.vol;
    else if (iv)
        in.vol = *iv;
    const bool priceable = row.vol || iv;
    if (!row.vol && !row.price)
        error = "neither vol nor price is given";
    if (priceable) {
        value = price(row.style, in);
        if (value.status == PriceStatus::BadInput)
            error = "inputs out of range";
    }
    std::string out = quoted(row.id);
    const bool numbers = priceable && value.status != PriceStatus::BadInput;
    for (const double v : {value.price, value.delta, value.gamma, value.theta, value.vega, value.rho}) {
        out += ',';
        if (numbers)
            appendNumber(out, v);
    }
    out += ',';
    if (iv)
        appendNumber(out, *iv);
    else if (row.vol && numbers && !row.price)
        appendNumber(out, *row.vol);
    return out + ',' + quoted(error) + '\n';
}

Result<Row> parseRow(const std::vector<std::string>& cells, const std::array<std::size_t, 10>& at, const std::string& where) {
    Row row;
    const auto cell = [&](Column c) { return trimmed(cells[at[c]]); };
    const auto wrong = [&](Column c, const std::string& why) { return badInput(where + ", column " + kColumns[c] + ": " + why); };
    row.id = cell(kId);
    const std::string style = cell(kStyle), type = cell(kType);
    if (style != "american" && style != "european")
        return wrong(kStyle, "'" + style.substr(0, 40) + "' is not american or european");
    row.style = style == "american" ? market::ExerciseStyle::American : market::ExerciseStyle::European;
    if (type != "call" && type != "put")
        return wrong(kType, "'" + type.substr(0, 40) + "' is not call or put");
    row.in.right = type == "call" ? market::Right::Call : market::Right::Put;
    const std::pair<Column, double*> numbers[] = {{kSpot, &row.in.spot},     {kStrike, &row.in.strike}, {kYears, &row.in.years},
                                                  {kRate, &row.in.rate}, {kYield, &row.in.dividendYield}};
    for (const auto& [column, target] : numbers) {
        const auto value = parseNumber(cell(column));
        if (!value)
            return wrong(column, value.error().detail);
        *target = *value;
    }
    for (const auto& [column, target] : {std::pair{kVol, &row.vol}, std::pair{kPrice, &row.price}}) {
        if (cell(column).empty())
            continue;
        const auto value = parseNumber(cell(column));
        if (!value)
            return wrong(column, value.error().detail);
        *target = *value;
    }
    return row;
}

} // namespace

Result<std::size_t> priceTable(const std::string& inPath, const std::string& outPath) {
    auto reader = LineReader::open(inPath);
    if (!reader)
        return reader.error();
    std::string_view line;
    auto more = reader->next(line);
    if (!more)
        return more.error();
    if (!*more)
        return badInput(inPath + ": the file is empty");
    std::vector<std::string> cells;
    if (const auto split = splitCsv(line, cells); !split)
        return badInput(inPath + ":1: " + split.error().detail);
    std::array<std::size_t, 10> at{};
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (trimmed(cells[i]) == kColumns[c])
                found = i;
        if (!found)
            return badInput(inPath + ":1: column '" + kColumns[c] + "' is missing");
        at[c] = *found;
    }
    const std::size_t columns = cells.size();
    std::string out = "id,price,delta,gamma,theta,vega,rho,iv,error\n";
    std::size_t rows = 0;
    for (;;) {
        more = reader->next(line);
        if (!more)
            return more.error();
        if (!*more)
            break;
        if (line.empty())
            continue;
        const std::string where = inPath + ":" + std::to_string(reader->lineNumber());
        if (const auto split = splitCsv(line, cells); !split)
            return badInput(where + ": " + split.error().detail);
        if (cells.size() != columns)
            return badInput(where + ": " + std::to_string(cells.size()) + " cells, the header has " + std::to_string(columns));
        const auto row = parseRow(cells, at, where);
        if (!row)
            return row.error();
        out += priceRow(*row);
        ++rows;
    }
    if (const auto written = writeFileAtomically(outPath, out); !written)
        return written.error();
    return rows;
}

} // namespace mahler::pricing
