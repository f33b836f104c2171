#include "market/csv_cells.h"

#include <cmath>

#include "base/money.h"
#include "base/text_file.h"

namespace mahler::market {

Result<void> CsvCells::split(std::string_view line) {
    m_cells.clear();
    if (line.find('"') != std::string_view::npos) {
        if (auto done = splitCsv(line, m_quoted); !done) return done;
        m_cells.assign(m_quoted.begin(), m_quoted.end());
        return {};
    }
    for (std::size_t from = 0;;) {
        const std::size_t comma = line.find(',', from);
        m_cells.push_back(line.substr(from, comma - from));
        if (comma == std::string_view::npos) return {};
        from = comma + 1;
    }
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string normalised(std::string_view text) {
    std::string lower(trimmed(text));
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string printable(std::string_view text) {
    std::string shown(text.substr(0, 40));
    for (char& c : shown)
        if (c < ' ' || c > '~') c = '?';
    return text.size() > 40 ? shown + "..." : shown;
}

std::optional<std::int64_t> microsOf(std::string_view text) {
    // The common case by hand: up to nine digits before the point and six after it.
    std::size_t i = !text.empty() && text.front() == '-' ? 1 : 0;
    std::int64_t value = 0, unit = 1'000'000;
    std::size_t digits = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 9; ++i, ++digits) value = value * 10 + (text[i] - '0');
    value *= unit;
    if (i < text.size() && text[i] == '.')
        for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9' && unit > 1; ++i, ++digits) value += (text[i] - '0') * (unit /= 10);
    if (i == text.size() && digits > 0) return text.front() == '-' ? -value : value;
    const auto number = parseNumber(text);
    if (!number) return std::nullopt;
    const auto rounded = Price::fromDouble(*number);
    return rounded ? std::optional(rounded->micros()) : std::nullopt;
}

std::optional<std::int64_t> countOf(std::string_view text) {
    if (const auto whole = parseInteger(text)) return *whole;
    const auto number = parseNumber(text);
    if (!number || std::abs(*number) > 9e15 || *number != std::floor(*number)) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

} // namespace mahler::market
