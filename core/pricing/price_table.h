#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace mahler::pricing {

struct PricedTable {
    std::size_t rows = 0;
    std::size_t refused = 0;  ///< rows that could not be read or are out of range
    std::string firstRefusal; ///< "line 4, column spot: 'abc' is not a number"; empty when none
};

/// Prices the table of DESIGN section 8. In: id, style, type, spot, strike, t_years, rate, dividend_yield, vol, price
/// (vol or price may be empty; with both the price gives the iv and the vol the values). Out: id, price, delta, gamma,
/// theta, vega, rho, iv, error; theta per year, vega and rho per 1.00. A row that is malformed (a cell that is no finite
/// number, an unknown style or type, a negative price, neither vol nor price, too many or few cells ...) keeps its place with
/// empty numbers and says in `error` which line and column and why. A price that no volatility gives is an answer, not a
/// refusal: `error` is then a word of IvStatus. Nor is a value whose gamma and theta stand at the bound of PriceStatus::Capped: `error` is then
/// "gamma capped by the tick" beside its numbers. Writes `outPath` atomically.
/// @return BadInput naming file and line for a file that is no such table: empty, a wrong header, an unclosed quote.
Result<PricedTable> priceTable(const std::string& inPath, const std::string& outPath);

} // namespace mahler::pricing
