#include "simulation/path.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "market/exchange_calendar.h"

namespace mahler::simulation {

namespace {

enum PathPurpose : std::uint64_t { kIntraday = 21, kOvernight = 22, kBasis = 23 };

constexpr double kLeverage = -0.75;      ///< market return against market variance
constexpr double kOwnVolOfVolDay = 0.05; ///< of the own log variance of QQQ, IWM, TLT and GLD
constexpr double kJumpMean = -0.0008, kJumpDeviation = 0.0018;
constexpr double kJumpVariance = -8.0; ///< log variance per unit of market jump
constexpr double kFomcMove = 0.0030;
constexpr double kReportMove = 0.0030;
constexpr double kBasisSize = 4e-5, kBasisPeriod = 1700.0;
constexpr int kTargetSpacing = 60; ///< seconds between points of the variance target

/// Intraday volatility profile, high at both ends; its square averages 1 over the session.
double profile(double share) {
    const double x = 2.0 * share - 1.0;
    return 0.80 + 0.55 * x * x;
}

} // namespace

double assetVariance(Asset asset, const PathState& state) {
    const Instrument& spec = instrument(asset);
    const double market = state.logMarketVariance - 2.0 * std::log(kMarketReferenceVol);
    return std::exp(2.0 * std::log(spec.baseVol) + spec.marketVolBeta * market + state.ownVariance[factorOf(asset)]);
}

std::array<double, kFactors> correlatedNormals(Random& random) {
    std::array<double, kFactors> free{}, result{};
    for (double& z : free) z = random.normal();
    const auto& lower = correlationFactor();
    for (std::size_t i = 0; i < kFactors; ++i) {
        for (std::size_t j = 0; j <= i; ++j) result[i] += lower[i][j] * free[j];
    }
    return result;
}

SessionPath::SessionPath(std::uint64_t seed, const TradingClock::Day& day, const SessionScript& script, const PathState& opening,
                         const Surface& surface)
    : m_day(day), m_surface(&surface) {
    const auto seconds = static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(day.close - day.open).count());
    const double count = static_cast<double>(seconds);
    for (const Asset asset : kAllAssets) m_accrued[index(asset)] = surface.calendar().accruedDividend(asset, day.date);
    m_basisPhase = static_cast<double>(streamSeed(seed, kBasis, dayNumber(day.date)) % 1000);

    std::vector<double> target;
    for (std::size_t s = 0; s <= seconds + kTargetSpacing; s += kTargetSpacing) {
        const double share = std::min(1.0, static_cast<double>(s) / count);
        const UtcTime t = day.open + std::chrono::seconds(std::min(s, seconds));
        target.push_back(std::log(surface.varianceForVix(script.vixAt(share), t)));
    }

    Random random(streamSeed(seed, kIntraday, dayNumber(day.date)));
    const double daily = std::sqrt((1.0 - kOvernightShare) / kSessionsPerYear);
    const double pull = 1.0 / script.reversionSeconds;
    const double leverageRest = std::sqrt(1.0 - kLeverage * kLeverage);
    const bool fomc = surface.calendar().isFomcDay(day.date);
    const auto fomcSecond = static_cast<std::size_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(market::fromNewYork(day.date, 14, 0) - day.open).count()));

    m_states.reserve(seconds + 1);
    m_states.push_back(opening);
    PathState state = opening;
    std::array<double, kFactors> volatility{};
    double priorMove = 0.0;
    for (std::size_t s = 1; s <= seconds; ++s) {
        const double share = static_cast<double>(s) / count;
        if (s % 10 == 1) {
            for (std::size_t i = 0; i < kFactors; ++i) volatility[i] = kRealisedShare * std::sqrt(assetVariance(kAllAssets[i], state));
        }
        const double root = daily * profile(share) * script.noiseScale / std::sqrt(count);
        const auto z = correlatedNormals(random);
        const double move = script.moveAt(share);
        double shock = move - priorMove;
        if (script.followSeconds > 0) shock -= (state.logPrice[0] - opening.logPrice[0] - priorMove) / script.followSeconds;
        priorMove = move;
        double jump = random.uniform() * count < script.jumpsPerDay ? kJumpMean + kJumpDeviation * random.normal() : 0.0;
        if (fomc && s == fomcSecond) jump += kFomcMove * random.normal();
        shock += jump * volatility[0] / (kRealisedShare * kMarketReferenceVol);
        for (std::size_t i = 0; i < kFactors; ++i) {
            const Instrument& spec = instrument(kAllAssets[i]);
            state.logPrice[i] += spec.scriptBeta * shock + spec.drift / kSessionsPerYear / count + volatility[i] * root * z[i];
            if (i > 0) state.ownVariance[i] += kOwnVolOfVolDay / std::sqrt(count) * random.normal();
        }
        const std::size_t k = s / kTargetSpacing;
        const double f = static_cast<double>(s % kTargetSpacing) / kTargetSpacing;
        const double aim = target[k] * (1.0 - f) + target[k + 1] * f;
        state.logMarketVariance += pull * (aim - state.logMarketVariance) +
                                   script.volOfVolDay / std::sqrt(count) * (kLeverage * z[0] + leverageRest * random.normal()) + kJumpVariance * jump;
        m_states.push_back(state);
    }
}

double SessionPath::spot(Asset asset, const PathState& state, double second) const {
    const double price = std::exp(state.logPrice[factorOf(asset)]);
    if (asset != Asset::Spx) return price + m_accrued[index(asset)];
    // The index moves with the fund's price without its accrued dividend, but for a basis of a fraction of a
    // basis point.
    return 10.0 * price * (1.0 + kBasisSize * std::sin((second + m_basisPhase) * 6.283185307179586 / kBasisPeriod));
}

double SessionPath::spotAt(Asset asset, std::int64_t second) const {
    return spot(asset, m_states[static_cast<std::size_t>(second)], static_cast<double>(second));
}

MarketState SessionPath::at(UtcTime t) const {
    const UtcTime inside = std::clamp(t, m_day.open, m_day.close);
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(inside - m_day.open).count();
    const PathState& state = m_states[static_cast<std::size_t>(second)];
    MarketState market;
    market.time = m_day.open + std::chrono::seconds(second);
    for (const Asset asset : kAllAssets) {
        market.spot[index(asset)] = spot(asset, state, static_cast<double>(second));
        market.variance[index(asset)] = assetVariance(asset, state);
    }
    market.vix = m_surface->vix(market.variance[index(Asset::Spx)], market.time);
    return market;
}

market::DailyBar SessionPath::bar(Asset asset) const {
    market::DailyBar bar;
    bar.date = m_day.date;
    bar.open = bar.high = bar.low = spot(asset, m_states.front(), 0.0);
    double second = 0.0;
    for (const PathState& state : m_states) {
        bar.close = spot(asset, state, second++);
        bar.high = std::max(bar.high, bar.close);
        bar.low = std::min(bar.low, bar.close);
    }
    return bar;
}

PathState overnight(std::uint64_t seed, const PathState& closing, const TradingClock::Day& next, const SessionScript& script,
                    const Surface& surface) {
    Random random(streamSeed(seed, kOvernight, dayNumber(next.date)));
    PathState state = closing;
    const auto z = correlatedNormals(random);
    const double report = surface.calendar().isReportDay(next.date) ? kReportMove * random.normal() : 0.0;
    for (std::size_t i = 0; i < kFactors; ++i) {
        const Instrument& spec = instrument(kAllAssets[i]);
        const double deviation = kRealisedShare * std::sqrt(assetVariance(kAllAssets[i], closing) * kOvernightShare / kSessionsPerYear);
        state.logPrice[i] += script.noiseScale * deviation * z[i] + spec.scriptBeta * report;
        state.ownVariance[i] *= 0.97;
    }
    state.logMarketVariance = std::log(surface.varianceForVix(script.openVix(), next.open));
    return state;
}

} // namespace mahler::simulation
