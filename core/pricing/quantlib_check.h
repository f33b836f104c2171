#pragma once

#include "base/result.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// The price by QuantLib 1.29: the analytic engine, or for American exercise QdFp with its high-precision scheme. A second
/// opinion that shares no code with ours. Time is scaled to one year with rate, yield and variance kept, so that no date
/// rounding enters. Calls are serialised by a mutex, because QuantLib's settings are process-wide; some milliseconds each.
/// @return BadInput when QuantLib refuses (non-positive spot, strike, years or volatility) or throws.
Result<double> quantlibPrice(market::ExerciseStyle style, const Inputs& in);

} // namespace mahler::pricing
