#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace mahler::pricing {

/// Prices the table of DESIGN section 8. In: id, style, type, spot, strike, t_years, rate, dividend_yield, vol, price
/// (vol or price may be empty; with both the price gives the iv and the vol the values). Out: id, price, delta, gamma,
/// theta, vega, rho, iv, error; theta per year, vega and rho per 1.00; a row that cannot be priced carries its reason in
/// `error` and no numbers. Writes `outPath` atomically.
/// @return the number of rows; BadInput naming file, line and column for a wrong header or a cell that is no number.
Result<std::size_t> priceTable(const std::string& inPath, const std::string& outPath);

} // namespace mahler::pricing
