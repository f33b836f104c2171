#include <algorithm>
#include <cmath>
#include <numeric>

#include "pricing/option_pricer.h"
#include "strategy/screener.h"

namespace mahler::strategy {

namespace {

constexpr int kNodes = 401;
constexpr double kReach = 7;           ///< standard deviations each way
constexpr double kPremiumRatio = 0.90; ///< realised over implied volatility when nothing else is known; the long-run S&P figure is lower (Carr & Wu
                                       ///< 2009), this is the cautious side
constexpr double kSessionsPerYear = 252;
constexpr double kFloor = 0.75, kCap = 1.10; ///< of the at-the-money volatility

/// Half of the variance from what options price less the usual premium, half from what the last 10, 20 and 60 days delivered, today's move so
/// far among them.
double physicalVol(double atm, const analytics::VolatilityMetrics& v, std::string& method) {
    const double discounted = atm * kPremiumRatio;
    double sum = 0;
    int count = 0;
    for (const auto& [realised, days] : {std::pair(v.realised10, 10), std::pair(v.realised20, 20), std::pair(v.realised60, 60)})
        if (realised && *realised > 0) {
            const double past = *realised * *realised;
            sum += v.today ? (past * days + *v.today * *v.today * kSessionsPerYear) / (days + 1) : past;
            ++count;
        }
    if (count == 0) {
        method = "implied density, volatility scaled by 0.90 (no history)";
        return discounted;
    }
    method = std::string("implied density, variance half implied x 0.90, half realised 10/20/60 days") + (v.today ? " and today" : "");
    const double blended = std::sqrt(0.5 * discounted * discounted + 0.5 * sum / count);
    return std::clamp(blended, atm * kFloor, atm * kCap);
}

double undiscountedCall(double forward, double strike, double deviation) {
    if (deviation <= 0) return std::max(0.0, forward - strike);
    const double d1 = std::log(forward / strike) / deviation + deviation / 2;
    return forward * pricing::normalCdf(d1) - strike * pricing::normalCdf(d1 - deviation);
}

} // namespace

/// Breeden & Litzenberger (1978): the risk-neutral distribution is 1 + dC/dK of the fitted smile. Its log-moneyness is scaled by
/// physical over at-the-money volatility, which keeps the market's skew, and the mean is put back on the forward: no drift is
/// assumed in our favour.
PhysicalDensity fitPhysicalDensity(const pricing::PricedChain& chain, std::size_t index, const analytics::Analysis& analysis) {
    PhysicalDensity density;
    const auto& e = chain.expiries.at(index);
    if (!e.atmVol || *e.atmVol <= 0 || e.years <= 0 || e.forward <= 0) return density;
    density.volatility = physicalVol(*e.atmVol, analysis.volatility, density.method);
    const double deviation = *e.atmVol * std::sqrt(e.years);
    const auto volAt = [&](double k) {
        const double v = e.smile.ok ? e.smile.vol(k, e.years) : *e.atmVol;
        return std::isfinite(v) ? std::clamp(v, 0.25 * *e.atmVol, 6 * *e.atmVol) : *e.atmVol;
    };
    std::vector<double> ks(kNodes), below(kNodes);
    for (int i = 0; i < kNodes; ++i) ks[static_cast<std::size_t>(i)] = deviation * kReach * (2.0 * i / (kNodes - 1) - 1.0);
    for (std::size_t i = 0; i < ks.size(); ++i) {
        const double strike = e.forward * std::exp(ks[i]), step = strike * 1e-4;
        const auto call = [&](double s) { return undiscountedCall(e.forward, s, volAt(std::log(s / e.forward)) * std::sqrt(e.years)); };
        below[i] = std::clamp(1.0 + (call(strike + step) - call(strike - step)) / (2 * step), 0.0, 1.0);
        if (i > 0) below[i] = std::max(below[i], below[i - 1]); // a butterfly arbitrage in the fit has no probability
    }
    const double scale = density.volatility / *e.atmVol;
    for (std::size_t i = 0; i + 1 < ks.size(); ++i) {
        density.weight.push_back(below[i + 1] - below[i]);
        density.spot.push_back(e.forward * std::exp(0.5 * (ks[i] + ks[i + 1]) * scale));
    }
    density.weight.front() += below.front();
    density.weight.back() += 1.0 - below.back();
    const double total = std::accumulate(density.weight.begin(), density.weight.end(), 0.0);
    double mean = 0;
    for (std::size_t i = 0; i < density.weight.size(); ++i) {
        density.weight[i] /= total;
        mean += density.weight[i] * density.spot[i];
    }
    for (auto& s : density.spot) s *= e.forward / mean;
    return density;
}

} // namespace mahler::strategy
