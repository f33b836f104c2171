#include "portfolio/factor_moves.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace mahler::portfolio {

namespace {

constexpr int kLongestStep = 7; ///< calendar days between neighbouring sessions
constexpr std::size_t kFewestDays = 60;
constexpr double kWidestLogMove = 2; ///< of one day: beyond it the tail is cut, not the market

/// The value on `date` of a series sorted by date; moves `at` forward.
template <class Series, class Get> const double* valueOn(const Series& series, std::size_t& at, TradingDate date, Get get) {
    while (at < series.size() && series[at].date < date) ++at;
    return at < series.size() && series[at].date == date && get(series[at]) > 0 ? &get(series[at]) : nullptr;
}

} // namespace

Result<FactorMoves> historicalMoves(const market::History& history, std::span<const std::string> underlyings, std::size_t most) {
    FactorMoves out;
    std::vector<const std::vector<market::DailyBar>*> bars;
    for (const auto& name : underlyings) {
        const auto it = history.bars.find(name);
        if (it == history.bars.end() || it->second.empty()) return Error{ErrorCode::NotFound, "no daily bars of " + name};
        bars.push_back(&it->second);
        out.underlyings.push_back(name);
    }
    if (history.vix.empty()) return Error{ErrorCode::NotFound, "no VIX history for the moves of volatility"};
    std::vector<std::size_t> at(bars.size(), 0);
    std::vector<double> prior, closes;
    double priorVix = 0;
    TradingDate priorDate{};
    for (const auto& vix : history.vix) {
        closes.clear();
        for (std::size_t u = 0; u < bars.size(); ++u)
            if (const double* close = valueOn(*bars[u], at[u], vix.date, [](const market::DailyBar& b) -> const double& { return b.close; }))
                closes.push_back(*close);
        if (closes.size() != bars.size() || !(vix.value > 0)) continue;
        if (priorVix > 0 && daysBetween(priorDate, vix.date) <= kLongestStep) {
            for (std::size_t u = 0; u < bars.size(); ++u) out.spot.push_back(closes[u] / prior[u] - 1);
            out.vol.push_back(vix.value / priorVix - 1);
            out.dates.push_back(vix.date);
        }
        prior = closes;
        priorVix = vix.value;
        priorDate = vix.date;
    }
    if (out.size() > most) {
        const auto drop = static_cast<std::ptrdiff_t>(out.size() - most);
        out.spot.erase(out.spot.begin(), out.spot.begin() + drop * static_cast<std::ptrdiff_t>(bars.size()));
        out.vol.erase(out.vol.begin(), out.vol.begin() + drop);
        out.dates.erase(out.dates.begin(), out.dates.begin() + drop);
    }
    return out;
}

Result<FactorMoves> simulatedMoves(const FactorMoves& past, const SimulationSpec& spec) {
    const std::size_t n = past.underlyings.size() + 1, days = past.size();
    if (days < kFewestDays) return badInput("only " + std::to_string(days) + " common days of history, 60 are needed for a covariance");
    if (spec.paths == 0 || spec.paths > 1'000'000) return badInput("simulated paths are from 1 to 1,000,000");
    if (spec.degreesOfFreedom < 0 || spec.degreesOfFreedom == 1 || spec.degreesOfFreedom == 2 || spec.degreesOfFreedom > 1000)
        return badInput("a t distribution with a variance has 3 to 1,000 degrees of freedom");
    if (!(spec.lambda > 0 && spec.lambda < 1)) return badInput("the decay of a covariance lies between 0 and 1");

    std::vector<double> covariance(n * n, 0), row(n);
    double weight = 1, weights = 0;
    for (std::size_t d = days; d-- > 0; weight *= spec.lambda) {
        for (std::size_t u = 0; u + 1 < n; ++u) row[u] = std::log1p(past.spotOf(d, u));
        row[n - 1] = std::log1p(past.vol[d]);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) covariance[i * n + j] += weight * row[i] * row[j];
        weights += weight;
    }
    for (auto& c : covariance) c /= weights;
    std::vector<double> factor(n * n, 0); // Cholesky; a series that repeats others gets a zero pivot
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = covariance[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
            if (i == j)
                factor[i * n + i] = sum > 1e-14 * covariance[i * n + i] ? std::sqrt(sum) : 0;
            else
                factor[i * n + j] = factor[j * n + j] > 0 ? sum / factor[j * n + j] : 0;
        }
    if (!(factor[0] > 0) || !std::isfinite(factor[0]))
        return badInput(past.underlyings.empty() ? "VIX does not move" : past.underlyings.front() + " does not move in the history");

    FactorMoves out;
    out.underlyings = past.underlyings;
    out.spot.reserve(spec.paths * (n - 1));
    out.vol.reserve(spec.paths);
    Random random(spec.seed);
    std::vector<double> z(n);
    for (std::size_t p = 0; p < spec.paths; ++p) {
        for (auto& value : z) value = random.normal();
        double scale = 1;
        if (const int df = spec.degreesOfFreedom; df > 0) {
            double chi = 0;
            for (int k = 0; k < df; ++k) {
                const double x = random.normal();
                chi += x * x;
            }
            scale = chi > 0 ? std::sqrt((df - 2) / chi) : 1; // variance 1, not df / (df - 2)
        }
        for (std::size_t i = 0; i < n; ++i) {
            double move = 0;
            for (std::size_t k = 0; k <= i; ++k) move += factor[i * n + k] * z[k];
            const double relative = std::expm1(std::clamp(move * scale, -kWidestLogMove, kWidestLogMove));
            (i + 1 < n ? out.spot : out.vol).push_back(relative);
        }
    }
    return out;
}

} // namespace mahler::portfolio
