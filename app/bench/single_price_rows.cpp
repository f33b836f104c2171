#include <algorithm>
#include <cmath>

#include "app/bench/rows.h"
#include "base/random.h"
#include "pricing/option_pricer.h"
#include "pricing/quantlib_check.h"

namespace mahler::bench {

namespace {

std::vector<pricing::Inputs> workload(int count) {
    std::vector<pricing::Inputs> all;
    Random random(11);
    for (int i = 0; i < count; ++i)
        all.push_back({random.uniform() < 0.5 ? market::Right::Call : market::Right::Put, 600, 600 * (0.8 + 0.4 * random.uniform()), 0.02 + random.uniform(),
                       0.04, 0.012, 0.12 + 0.3 * random.uniform()});
    return all;
}

/// Ours against QuantLib's engine for the same style, one thread, the same rows; the error is against QuantLib's price.
Row against(const std::string& name, market::ExerciseStyle style, int count, int peerCount) {
    const auto rows = workload(count);
    double sink = 0;
    const auto began = Wall::now();
    for (const auto& in : rows)
        sink += pricing::price(style, in).price;
    const double ours = std::chrono::duration<double, std::micro>(Wall::now() - began).count() / count;
    double worst = 0;
    const auto peerBegan = Wall::now();
    std::vector<double> theirs;
    for (int i = 0; i < peerCount; ++i)
        theirs.push_back(pricing::quantlibPrice(style, rows[static_cast<std::size_t>(i)]).value_or(std::nan("")));
    const double peer = std::chrono::duration<double, std::micro>(Wall::now() - peerBegan).count() / peerCount;
    for (int i = 0; i < peerCount; ++i)
        worst = std::max(worst, std::abs(pricing::price(style, rows[static_cast<std::size_t>(i)]).price - theirs[static_cast<std::size_t>(i)]));
    Row row;
    row.name = name;
    row.unit = "us per price with Greeks (peer: price only)";
    row.ours = row.p50 = ours;
    row.peer = peer;
    row.maxError = worst;
    row.peerName = "QuantLib 1.29 option object";
    return std::isfinite(sink) ? row : Row{};
}

} // namespace

std::vector<Row> singlePriceRows() {
    return {against("european_price", market::ExerciseStyle::European, 20000, 4000), against("american_price", market::ExerciseStyle::American, 400, 60)};
}

} // namespace mahler::bench
