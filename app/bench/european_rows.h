#pragma once

#include <vector>

#include "app/bench/row.h"

namespace mahler::bench {

/// The European rows of quant.md section 1 on its workload, on every instruction set of the machine: the fastest under the
/// plain name, the others with `_avx2` or `_portable` behind it. QuantLib does the same rows in the same process; errors are
/// against 80-bit arithmetic.
std::vector<Row> europeanRows();

} // namespace mahler::bench
