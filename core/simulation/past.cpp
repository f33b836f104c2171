#include "simulation/past.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace mahler::simulation {

namespace {

enum PastPurpose : std::uint64_t { kPast = 31 };

constexpr double kMeanVix = 16.0; ///< of a quiet year
constexpr double kDailyPull = 0.06, kDailyVolOfVol = 0.085;
constexpr double kOwnDecay = 0.95, kOwnVolOfVol = 0.04;
constexpr double kDailyLeverage = -0.75;
constexpr std::size_t kBridge = 25; ///< sessions over which the past is led to today's volatility
constexpr double kSpikeSize = 1.30, kSpikeDecay = 0.10, kSpikeMove = -0.026;

struct DailyDraws {
    std::array<double, kFactors> overnight{}, intraday{}, own{};
    double variance = 0;
    std::array<double, kFactors> high{}, low{}, volume{};
};

/// Extremes of a Brownian bridge with end value x and deviation s (Karatzas & Shreve 1991, 4.3.40, inverted).
double bridgeExtreme(double x, double s, double u, double sign) { return 0.5 * (x + sign * std::sqrt(x * x - 2.0 * s * s * std::log(u))); }

std::vector<DailyDraws> draw(Random& random) {
    std::vector<DailyDraws> draws(kPastSessions);
    for (DailyDraws& day : draws) {
        day.overnight = correlatedNormals(random);
        day.intraday = correlatedNormals(random);
        for (std::size_t i = 0; i < kFactors; ++i) {
            day.own[i] = random.normal();
            day.high[i] = 1.0 - random.uniform();
            day.low[i] = 1.0 - random.uniform();
            day.volume[i] = random.normal();
        }
        const double market = std::sqrt(kOvernightShare) * day.overnight[0] + std::sqrt(1.0 - kOvernightShare) * day.intraday[0];
        day.variance = kDailyLeverage * market + std::sqrt(1.0 - kDailyLeverage * kDailyLeverage) * random.normal();
    }
    return draws;
}

/// Leads the end of a series to `target`, growing over the last sessions.
template <class Read> void leadTo(std::vector<PathState>& states, double target, Read read) {
    const double gap = target - read(states.back());
    for (std::size_t i = 0; i < kBridge; ++i) {
        const double f = static_cast<double>(i + 1) / static_cast<double>(kBridge);
        read(states[states.size() - kBridge + i]) += gap * f * f * (3.0 - 2.0 * f);
    }
}

std::vector<PathState> variances(const SimulationConfig& config, const Surface& surface, const std::vector<DailyDraws>& draws, std::size_t spike,
                                 Random& random, UtcTime lastClose) {
    std::vector<PathState> states(kPastSessions);
    const double mean = std::log(surface.varianceForVix(kMeanVix, lastClose));
    const double deviation = kDailyVolOfVol / std::sqrt(2.0 * kDailyPull);
    double market = mean + deviation * std::clamp(random.normal(), -1.5, 1.5);
    double excess = 0.0;
    std::array<double, kFactors> own{};
    for (std::size_t k = 0; k < kPastSessions; ++k) {
        market += kDailyPull * (mean - market) + kDailyVolOfVol * draws[k].variance;
        excess = k == spike ? kSpikeSize : excess * (1.0 - kSpikeDecay);
        for (std::size_t i = 1; i < kFactors; ++i) own[i] = kOwnDecay * own[i] + kOwnVolOfVol * draws[k].own[i];
        states[k].logMarketVariance = market + excess;
        states[k].ownVariance = own;
    }
    const double lastVix = startVix(config) * std::exp(0.012 * random.normal());
    leadTo(states, std::log(surface.varianceForVix(lastVix, lastClose)), [](PathState& s) -> double& { return s.logMarketVariance; });
    const double ownLean = config.scenario == Scenario::GrindUp ? -0.14 : 0.09;
    for (std::size_t i = 1; i < kFactors; ++i) {
        const double target = ownLean + 0.06 * random.normal();
        leadTo(states, target, [i](PathState& s) -> double& { return s.ownVariance[i]; });
    }
    return states;
}

void addVolatility(market::History& history, const TradingClock::Day& day, const PathState& state, const Surface& surface) {
    history.vix.push_back({day.date, surface.vix(assetVariance(Asset::Spx, state), day.close)});
    for (const Asset asset : kAllAssets)
        history.iv30[std::string(instrument(asset).symbol)].push_back({day.date, surface.iv30(asset, assetVariance(asset, state), day.close)});
}

double cents(double price) { return std::round(price * 100.0) / 100.0; }

void addBar(market::History& history, Asset asset, market::DailyBar bar) {
    bar.open = cents(bar.open);
    bar.high = cents(bar.high);
    bar.low = cents(bar.low);
    bar.close = cents(bar.close);
    bar.volume = std::floor(bar.volume);
    history.bars[std::string(instrument(asset).symbol)].push_back(bar);
}

} // namespace

Past simulatePast(const SimulationConfig& config, const Surface& surface) {
    const auto& days = surface.clock().days();
    const std::size_t end = surface.clock().indexOnOrBefore(config.date);
    MAHLER_CHECK(end >= kPastSessions && days[end].date == config.date);
    const std::size_t begin = end - kPastSessions;
    Random random(streamSeed(config.seed, kPast, dayNumber(config.date)));
    const std::size_t spike = 100 + random.below(110);
    const auto draws = draw(random);
    auto states = variances(config, surface, draws, spike, random, days[end - 1].close);

    std::array<std::vector<market::DailyBar>, kFactors> bars; // without dividends, from an arbitrary level
    std::array<double, kFactors> log{};
    for (std::size_t k = 0; k < kPastSessions; ++k) {
        for (std::size_t i = 0; i < kFactors; ++i) {
            const Asset asset = kAllAssets[i];
            const Instrument& spec = instrument(asset);
            const double daily = kRealisedShare * std::sqrt(assetVariance(asset, states[k]) / kSessionsPerYear);
            const double drift = 1.3 * spec.drift / kSessionsPerYear + (k == spike ? spec.scriptBeta * kSpikeMove : 0.0) +
                                 (k > spike && k < spike + 12 ? -spec.scriptBeta * kSpikeMove / 14.0 : 0.0);
            const double deviation = daily * std::sqrt(1.0 - kOvernightShare);
            const double open = log[i] + daily * std::sqrt(kOvernightShare) * draws[k].overnight[i];
            const double move = drift + deviation * draws[k].intraday[i];
            market::DailyBar bar;
            bar.date = days[begin + k].date;
            bar.open = open;
            bar.high = open + bridgeExtreme(move, deviation, draws[k].high[i], 1.0);
            bar.low = open + bridgeExtreme(move, deviation, draws[k].low[i], -1.0);
            bar.close = log[i] = open + move;
            bar.volume = spec.shareVolume * std::exp(0.22 * draws[k].volume[i] - 0.02 + 18.0 * std::abs(move));
            bars[i].push_back(bar);
        }
    }

    // The whole past returns what an unremarkable one does, whatever the draws: only its shape is left to
    // chance.
    const double marketYear = 0.03 + 0.14 * random.uniform();
    for (std::size_t i = 0; i < kFactors; ++i) {
        const Instrument& spec = instrument(kAllAssets[i]);
        const double target = spec.drift > 0.05 && spec.scriptBeta > 0.0 ? spec.scriptBeta * marketYear + 0.04 * (random.uniform() - 0.5)
                                                                         : 2.0 * spec.drift + 0.12 * (random.uniform() - 0.5);
        const double tilt = (target * kPastSessions / kSessionsPerYear - log[i]) / kPastSessions;
        for (std::size_t k = 0; k < kPastSessions; ++k) {
            market::DailyBar& bar = bars[i][k];
            for (double* field : {&bar.open, &bar.high, &bar.low, &bar.close}) *field += tilt * static_cast<double>(k + 1);
        }
        log[i] = bars[i].back().close;
    }

    Past past;
    past.closing = states.back();
    const TradingDate last = days[end - 1].date;
    const double common = 0.03 * (random.uniform() - 0.5);
    for (std::size_t i = 0; i < kFactors; ++i) {
        const Asset asset = kAllAssets[i];
        const double start = instrument(asset).startLevel * std::exp(common * (i < 3 ? 1.0 : 0.0) + 0.02 * (random.uniform() - 0.5));
        const double level = std::log(start - surface.calendar().accruedDividend(asset, last));
        const double shift = level - log[i];
        past.closing.logPrice[i] = level;
        for (const market::DailyBar& bar : bars[i]) {
            const auto scaled = [&](double accrued, double factor) {
                market::DailyBar out = bar;
                for (double* field : {&out.open, &out.high, &out.low, &out.close}) *field = factor * std::exp(*field + shift) + accrued;
                return out;
            };
            addBar(past.history, asset, scaled(surface.calendar().accruedDividend(asset, bar.date), 1.0));
            if (asset == Asset::Spy) {
                market::DailyBar spx = scaled(0.0, 10.0);
                spx.volume = 0.0;
                addBar(past.history, Asset::Spx, spx);
            }
        }
    }
    for (std::size_t k = 0; k < kPastSessions; ++k) addVolatility(past.history, days[begin + k], states[k], surface);
    for (const Asset asset : kAllAssets) past.history.dividendYield[std::string(instrument(asset).symbol)] = instrument(asset).dividendYield;
    past.history.rate = kRate;
    past.history.events = surface.calendar().events();
    past.history.eventCoverage = surface.calendar().coverage();
    return past;
}

void appendSession(market::History& history, const SessionPath& path, const Surface& surface, const std::array<double, kAssets>& volumes) {
    for (const Asset asset : kAllAssets) {
        market::DailyBar bar = path.bar(asset);
        bar.volume = volumes[index(asset)];
        addBar(history, asset, bar);
    }
    addVolatility(history, path.day(), path.closing(), surface);
}

} // namespace mahler::simulation
