#pragma once

#include <span>

#include "base/result.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// Of QuantLib's QdFp engine, for American exercise.
enum class QuantlibScheme { Fast, Accurate, HighPrecision };

/// The price by QuantLib 1.29: the analytic engine, or for American exercise QdFp, by default with its high-precision scheme. A second
/// opinion that shares no code with ours. Time is scaled to one year with rate, yield and variance kept, so that no date
/// rounding enters. Calls are serialised by a mutex, because QuantLib's settings are process-wide; some milliseconds each.
/// @return BadInput when QuantLib refuses (non-positive spot, strike, years or volatility) or throws.
Result<double> quantlibPrice(market::ExerciseStyle style, const Inputs& in, QuantlibScheme scheme = QuantlibScheme::HighPrecision);

// QuantLib's formulas without its objects, for mahler_bench: whole columns, `out` as long as `in`. A row QuantLib refuses is
// NaN throughout.
/// BlackCalculator: price and five Greeks.
void quantlibGreeks(std::span<const Inputs> in, std::span<Valuation> out);
/// blackFormulaImpliedStdDev to 1e-12, at most 200 steps.
void quantlibVols(std::span<const Inputs> in, std::span<const double> prices, std::span<double> out);
/// blackFormula on every pair of spot and volatility shift, one unit of each leg summed: `sums[v * spots.size() + s]`.
void quantlibGrid(std::span<const Inputs> legs, std::span<const double> spots, std::span<const double> volShifts, std::span<double> sums);

} // namespace mahler::pricing
