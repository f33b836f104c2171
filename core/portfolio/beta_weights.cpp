#include "portfolio/beta_weights.h"

#include <cmath>

namespace mahler::portfolio {

std::optional<BenchmarkBeta> BetaWeights::betaOf(const std::string& underlying) const {
    const auto known = byUnderlying.find(underlying);
    if (known != byUnderlying.end()) return std::isfinite(known->second.beta) ? std::optional(known->second) : std::nullopt;
    return underlying == benchmark ? std::optional(BenchmarkBeta{1, 1, 0, {}}) : std::nullopt;
}

BetaSum betaWeighted(std::span<const DeltaPart> parts, const BetaWeights& weights) {
    BetaSum sum;
    double delta = 0, gamma = 0;
    bool gammaKnown = true;
    for (const auto& part : parts) {
        ++sum.total;
        const auto beta = weights.betaOf(part.underlying);
        if (!part.deltaUsd || !beta || !weights.benchmarkSpot || !(*weights.benchmarkSpot > 0)) continue;
        ++sum.included;
        sum.weak = sum.weak || beta->weak();
        delta += *part.deltaUsd * beta->beta / *weights.benchmarkSpot;
        gammaKnown = gammaKnown && part.gammaUsdPerPercent;
        gamma += part.gammaUsdPerPercent.value_or(0) * beta->beta * beta->beta / *weights.benchmarkSpot;
    }
    if (sum.included > 0 || sum.total == 0) {
        sum.delta = delta;
        if (gammaKnown) sum.gammaPerPercent = gamma;
    }
    return sum;
}

} // namespace mahler::portfolio
