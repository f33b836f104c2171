#include <algorithm>
#include <cmath>

#include "app/bench/rows.h"
#include "base/random.h"
#include "pricing/american_kernels.h"
#include "pricing/option_pricer.h"
#include "pricing/quantlib_check.h"

namespace mahler::bench {

namespace {

std::vector<pricing::Inputs> workload(int count) {
    std::vector<pricing::Inputs> all;
    Random random(11);
    for (int i = 0; i < count; ++i)
        all.push_back({random.uniform() < 0.5 ? market::Right::Call : market::Right::Put, 600, 600 * (0.8 + 0.4 * random.uniform()),
                       0.02 + random.uniform(), 0.04, 0.012, 0.12 + 0.3 * random.uniform()});
    return all;
}

/// Ours against QuantLib's engine for the same style, one thread, the same rows; the error is against QuantLib's price.
Row against(const std::string& name, market::ExerciseStyle style, int count, int peerCount) {
    const auto rows = workload(count);
    std::vector<double> prices(rows.size());
    const Timing ours = timeRepeats(9, [&](int) {
        for (std::size_t i = 0; i < rows.size(); ++i) prices[i] = pricing::price(style, rows[i]).price;
    });
    std::vector<double> theirs(static_cast<std::size_t>(peerCount));
    const Timing peer = timeRepeats(3, [&](int) {
        for (std::size_t i = 0; i < theirs.size(); ++i) theirs[i] = pricing::quantlibPrice(style, rows[i]).value_or(std::nan(""));
    });
    double worst = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) worst = std::max(worst, std::abs(prices[i] - theirs[i]));
    Row row;
    row.name = name;
    row.unit = "us per price with Greeks (peer: price only)";
    row.ours = row.p50 = 1e6 * ours.seconds / count;
    row.p99 = 1e6 * ours.slow / count;
    if (ours.cycles > 0) row.cycles = ours.cycles / count;
    row.peer = 1e6 * peer.seconds / peerCount;
    row.maxError = worst;
    row.peerName = "QuantLib 1.29 option object";
    row.isa = style == market::ExerciseStyle::American ? pricing::americanKernels().name : "scalar";
    row.note = "the error is the largest difference between the two";
    return row;
}

} // namespace

std::vector<Row> singlePriceRows() {
    return {against("european_price", market::ExerciseStyle::European, 20000, 4000),
            against("american_price", market::ExerciseStyle::American, 400, 60)};
}

} // namespace mahler::bench
