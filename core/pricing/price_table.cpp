#include "pricing/price_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/text_file.h"
#include "base/thread_name.h"
#include "pricing/european_batch.h"

namespace mahler::pricing {

namespace {

constexpr std::array<const char*, 10> kColumns = {"id", "style", "type", "spot", "strike", "t_years", "rate", "dividend_yield", "vol", "price"};
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
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

struct Row {
    std::string id;
    std::string where;   ///< "line 7"
    std::string refusal; ///< what is wrong with the row as it stands in the file; empty: it can be priced
    market::ExerciseStyle style = market::ExerciseStyle::European;
    Inputs in;
    std::optional<double> vol, price;
};

/// What a row is answered with.
struct Answer {
    Valuation value;
    std::optional<double> iv;
    std::string error;
    bool priceable = false;
};

void takeVol(const ImpliedVol& implied, Answer& a) {
    if (implied.status == IvStatus::Ok)
        a.iv = implied.vol;
    else
        a.error = toString(implied.status);
}

/// The volatility the row's values are for; absent when it has none.
std::optional<double> usedVol(const Row& row, const Answer& a) { return row.vol ? row.vol : a.iv; }

void takeValue(const Valuation& value, Answer& a) {
    a.value = value;
    a.priceable = hasNumbers(value.status);
    if (value.status == PriceStatus::Capped && a.error.empty()) a.error = "gamma capped by the tick";
}

void answerEuropeans(const std::vector<Row>& rows, std::vector<Answer>& answers) {
    std::vector<std::size_t> at;
    EuropeanBatch batch;
    std::vector<double> prices;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].refusal.empty() && rows[i].style == market::ExerciseStyle::European && rows[i].price) {
            at.push_back(i);
            batch.add(rows[i].in);
            prices.push_back(*rows[i].price);
        }
    ImpliedVolBatch vols;
    impliedVolsEuropean(batch, prices, vols);
    for (std::size_t k = 0; k < at.size(); ++k) takeVol({vols.vol[k], vols.status[k]}, answers[at[k]]);
    at.clear();
    batch.clear();
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto vol = usedVol(rows[i], answers[i]); rows[i].refusal.empty() && vol && rows[i].style == market::ExerciseStyle::European) {
            at.push_back(i);
            batch.add(rows[i].in);
            batch.vol.back() = *vol;
        }
    GreekBatch values;
    priceEuropeans(batch, GreekSet::Basic, values);
    for (std::size_t k = 0; k < at.size(); ++k) takeValue(values.at(k), answers[at[k]]);
}

void answerAmerican(const Row& row, Answer& a) {
    if (row.price) takeVol(impliedVolAmerican(row.in, *row.price), a);
    if (const auto vol = usedVol(row, a)) {
        Inputs in = row.in;
        in.vol = *vol;
        takeValue(priceAmerican(in), a);
    }
}

/// American rows are independent and slow: every processor takes each so-manieth.
void answerAmericans(const std::vector<Row>& rows, std::vector<Answer>& answers) {
    const std::size_t workers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
    const auto work = [&](std::size_t from) {
        for (std::size_t i = from; i < rows.size(); i += workers)
            if (rows[i].refusal.empty() && rows[i].style == market::ExerciseStyle::American) answerAmerican(rows[i], answers[i]);
    };
    std::vector<std::jthread> others;
    if (std::any_of(rows.begin(), rows.end(), [](const Row& r) { return r.style == market::ExerciseStyle::American; }))
        for (std::size_t w = 1; w < workers; ++w)
            others.emplace_back([&work, w] {
                nameThisThread("price rows");
                work(w);
            });
    work(0);
}

/// What the model could make nothing of is refused like what could not be read.
void refuseUnpriceable(std::vector<Row>& rows, const std::vector<Answer>& answers) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Answer& a = answers[i];
        const bool valued = usedVol(rows[i], a).has_value();
        if (rows[i].refusal.empty() && ((valued && !a.priceable) || (!valued && a.error == toString(IvStatus::BadInput))))
            rows[i].refusal =
                rows[i].where + (valued && a.value.status == PriceStatus::NoMethod ? ": no method is sure of its price" : ": inputs out of range");
    }
}

void appendRow(std::string& out, const Row& row, const Answer& a) {
    out += quoted(row.id);
    const bool values = row.refusal.empty() && a.priceable;
    for (const double v : {a.value.price, a.value.delta, a.value.gamma, a.value.theta, a.value.vega, a.value.rho}) {
        out += ',';
        if (values) appendNumber(out, v + 0.0); // -0 becomes 0
    }
    out += ',';
    if (a.iv && row.refusal.empty())
        appendNumber(out, *a.iv);
    else if (row.vol && values && !row.price)
        appendNumber(out, *row.vol);
    out += ',' + quoted(row.refusal.empty() ? a.error : row.refusal) + '\n';
}

/// Outside text on its way into a cell: printable, so that the table stays one line a row.
std::string visible(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return text;
}

/// Everything a row may be wrong in stands in its `refusal`; the table goes on.
Row parseRow(const std::vector<std::string>& cells, std::size_t columns, const std::array<std::size_t, 10>& at, std::size_t line) {
    Row row;
    row.where = "line " + std::to_string(line);
    row.id = at[kId] < cells.size() ? visible(trimmed(cells[at[kId]])) : "";
    const auto refuse = [&](const std::string& why) {
        row.refusal = visible(row.where + why);
        return row;
    };
    if (cells.size() != columns) return refuse(": " + std::to_string(cells.size()) + " cells, the header has " + std::to_string(columns));
    const auto cell = [&](Column c) { return trimmed(cells[at[c]]); };
    const auto wrong = [&](Column c, const std::string& why) { return refuse(std::string(", column ") + kColumns[c] + ": " + why); };
    const std::string style = cell(kStyle), type = cell(kType);
    if (style != "american" && style != "european") return wrong(kStyle, "'" + style.substr(0, 40) + "' is not american or european");
    row.style = style == "american" ? market::ExerciseStyle::American : market::ExerciseStyle::European;
    if (type != "call" && type != "put") return wrong(kType, "'" + type.substr(0, 40) + "' is not call or put");
    row.in.right = type == "call" ? market::Right::Call : market::Right::Put;
    const std::pair<Column, double*> numbers[] = {
        {kSpot, &row.in.spot}, {kStrike, &row.in.strike}, {kYears, &row.in.years}, {kRate, &row.in.rate}, {kYield, &row.in.dividendYield}};
    for (const auto& [column, target] : numbers) {
        const auto value = parseNumber(cell(column));
        if (!value) return wrong(column, value.error().detail);
        if (*value < 0 && column != kRate && column != kYield) return wrong(column, "'" + cell(column) + "' is negative");
        *target = *value;
    }
    for (const auto& [column, target] : {std::pair{kVol, &row.vol}, std::pair{kPrice, &row.price}}) {
        if (cell(column).empty()) continue;
        const auto value = parseNumber(cell(column));
        if (!value) return wrong(column, value.error().detail);
        if (*value < 0) return wrong(column, "'" + cell(column) + "' is negative");
        *target = *value;
    }
    if (!row.vol && !row.price) return refuse(": neither vol nor price is given");
    return row;
}

} // namespace

Result<PricedTable> priceTable(const std::string& inPath, const std::string& outPath) {
    auto reader = LineReader::open(inPath);
    if (!reader) return reader.error();
    std::string_view line;
    auto more = reader->next(line);
    if (!more) return more.error();
    if (!*more) return badInput(inPath + ": the file is empty");
    std::vector<std::string> cells;
    if (const auto split = splitCsv(line, cells); !split) return badInput(inPath + ":1: " + split.error().detail);
    std::array<std::size_t, 10> at{};
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
        std::optional<std::size_t> found;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (trimmed(cells[i]) == kColumns[c]) found = i;
        if (!found) return badInput(inPath + ":1: column '" + kColumns[c] + "' is missing");
        at[c] = *found;
    }
    const std::size_t columns = cells.size();
    std::vector<Row> rows;
    for (;;) {
        more = reader->next(line);
        if (!more) return more.error();
        if (!*more) break;
        if (line.empty()) continue;
        if (const auto split = splitCsv(line, cells); !split)
            return badInput(inPath + ":" + std::to_string(reader->lineNumber()) + ": " + split.error().detail);
        rows.push_back(parseRow(cells, columns, at, reader->lineNumber()));
    }
    std::vector<Answer> answers(rows.size());
    answerEuropeans(rows, answers);
    answerAmericans(rows, answers);
    refuseUnpriceable(rows, answers);
    PricedTable table{rows.size(), 0, {}};
    std::string out = "id,price,delta,gamma,theta,vega,rho,iv,error\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        appendRow(out, rows[i], answers[i]);
        if (!rows[i].refusal.empty() && table.refused++ == 0) table.firstRefusal = rows[i].refusal;
    }
    if (const auto written = writeFileAtomically(outPath, out); !written) return written.error();
    return table;
}

} // namespace mahler::pricing
