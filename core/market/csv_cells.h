#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mahler::market {

/// The cells of one CSV line as views; a line without quotes is split without copying. Reused from line to line.
class CsvCells {
public:
    /// Views live as long as `line` and until the next split. @return BadInput on an unclosed quote.
    Result<void> split(std::string_view line);
    std::size_t size() const { return m_cells.size(); }
    std::string_view operator[](std::size_t i) const { return m_cells[i]; }

private:
    std::vector<std::string_view> m_cells;
    std::vector<std::string> m_quoted;
};

std::string_view trimmed(std::string_view text);
/// Lower-case ASCII without blanks around it: how header cells are compared.
std::string normalised(std::string_view text);
/// At most 40 characters, unprintable ones as '?': safe to stand in a message.
std::string printable(std::string_view text);

/// Decimal text to micros: exact to six decimals, rounded beyond ("0.024999998"). Absent when it is not a number.
std::optional<std::int64_t> microsOf(std::string_view text);
/// "14" or "14.0". Absent when it is not a whole number.
std::optional<std::int64_t> countOf(std::string_view text);

} // namespace mahler::market
