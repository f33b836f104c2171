#pragma once

#include <vector>

#include "app/bench/row.h"

namespace mahler::bench {

/// American chains of the reference prototypes' workload, ours on every instruction set of the machine (the fastest under
/// the plain name) and QuantLib's QdFp engine in the same process, and the verification of a four-leg trade. Errors are on a
/// spot of 600, against the scalar boundary method. About ten seconds.
std::vector<Row> americanRows();

} // namespace mahler::bench
