#include "analytics/correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mahler::analytics {

namespace {

constexpr int kLongestStep = 7; ///< calendar days between neighbouring sessions

} // namespace

Result<AlignedReturns> alignedReturns(const market::History& history, std::span<const std::string> names) {
    AlignedReturns out;
    std::vector<const std::vector<market::DailyBar>*> series;
    for (const auto& name : names) {
        const auto it = history.bars.find(name);
        if (it == history.bars.end() || it->second.empty()) return Error{ErrorCode::NotFound, "no daily bars of " + name};
        out.names.push_back(name);
        series.push_back(&it->second);
    }
    out.returns.resize(series.size());
    if (series.empty()) return out;
    std::vector<std::size_t> at(series.size(), 0);
    std::vector<double> prior;
    TradingDate priorDate{};
    for (const auto& bar : *series.front()) {
        std::vector<double> closes;
        for (std::size_t s = 0; s < series.size(); ++s) {
            const auto& bars = *series[s];
            while (at[s] < bars.size() && bars[at[s]].date < bar.date) ++at[s];
            if (at[s] < bars.size() && bars[at[s]].date == bar.date && bars[at[s]].close > 0) closes.push_back(bars[at[s]].close);
        }
        if (closes.size() != series.size()) continue;
        if (!prior.empty() && daysBetween(priorDate, bar.date) <= kLongestStep) {
            out.dates.push_back(bar.date);
            for (std::size_t s = 0; s < series.size(); ++s) out.returns[s].push_back(std::log(closes[s] / prior[s]));
        }
        prior = closes;
        priorDate = bar.date;
    }
    return out;
}

Result<CorrelationMatrix> ewmaCorrelation(const market::History& history, std::span<const std::string> names, double lambda) {
    if (!(lambda > 0 && lambda < 1)) return badInput("the decay of a correlation lies between 0 and 1");
    const auto aligned = alignedReturns(history, names);
    if (!aligned) return aligned.error();
    const std::size_t n = names.size(), days = aligned->dates.size();
    if (days < kFewestReturns) return badInput("only " + std::to_string(days) + " common daily returns, 20 are needed");
    CorrelationMatrix m{aligned->names, std::vector<double>(n * n, 0), static_cast<int>(days), lambda};
    double weight = 1;
    for (std::size_t d = days; d-- > 0; weight *= lambda)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) m.values[i * n + j] += weight * aligned->returns[i][d] * aligned->returns[j][d];
    std::vector<double> deviation(n);
    for (std::size_t i = 0; i < n; ++i) {
        deviation[i] = std::sqrt(m.values[i * n + i]);
        if (!(deviation[i] > 0) || !std::isfinite(deviation[i])) return badInput(m.names[i] + " does not move: it has no correlation");
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double rho = std::clamp(m.values[i * n + j] / (deviation[i] * deviation[j]), -1.0, 1.0);
            m.values[i * n + j] = m.values[j * n + i] = rho;
        }
        m.values[i * n + i] = 1;
    }
    return m;
}

std::vector<std::vector<std::string>> correlatedGroups(const CorrelationMatrix& matrix, double threshold) {
    const std::size_t n = matrix.names.size();
    std::vector<std::size_t> group(n);
    std::iota(group.begin(), group.end(), std::size_t{0});
    for (bool changed = true; changed;) { // labels sink to the smallest of their component
        changed = false;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                if (std::fabs(matrix.at(i, j)) >= threshold && group[i] < group[j]) {
                    group[j] = group[i];
                    changed = true;
                }
    }
    std::vector<std::vector<std::string>> out;
    for (std::size_t label = 0; label < n; ++label) {
        std::vector<std::string> members;
        for (std::size_t i = 0; i < n; ++i)
            if (group[i] == label) members.push_back(matrix.names[i]);
        if (!members.empty()) out.push_back(std::move(members));
    }
    return out;
}

Result<BetaEstimate> betaTo(const market::History& history, const std::string& name, const std::string& benchmark, int window) {
    if (name == benchmark) return BetaEstimate{benchmark, 1, 1, window, {}};
    const std::string names[] = {name, benchmark};
    const auto aligned = alignedReturns(history, names);
    if (!aligned) return aligned.error();
    const std::size_t days = aligned->dates.size(), used = std::min(days, static_cast<std::size_t>(std::max(window, 0)));
    if (used < kFewestReturns)
        return badInput("only " + std::to_string(used) + " common daily returns of " + name + " and " + benchmark + ", 20 are needed");
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    const double n = static_cast<double>(used);
    for (std::size_t d = days - used; d < days; ++d) {
        sx += aligned->returns[1][d];
        sy += aligned->returns[0][d];
    }
    for (std::size_t d = days - used; d < days; ++d) {
        const double x = aligned->returns[1][d] - sx / n, y = aligned->returns[0][d] - sy / n;
        sxx += x * x;
        sxy += x * y;
        syy += y * y;
    }
    if (!(sxx > 0) || !std::isfinite(sxx + syy)) return badInput(benchmark + " does not move: there is no beta to it");
    return BetaEstimate{benchmark, sxy / sxx, syy > 0 ? std::clamp(sxy * sxy / (sxx * syy), 0.0, 1.0) : 0, static_cast<int>(used),
                        aligned->dates.back()};
}

} // namespace mahler::analytics
