#include "simulation/instruments.h"

#include <cmath>

namespace mahler::simulation {

namespace {

constexpr std::array<Instrument, kAssets> kInstruments = {{
    {"SPY", 770, 0.165, 0.185, 1.00, 0.0045, -0.66, 0.84, 0.012, DividendRule::QuarterlyThirdFriday, 0.075, 1.00, 0.0030, 0.0040, 0.0015, 1.0, 68e6,
     5200, 9000},
    {"QQQ", 718, 0.210, 0.228, 0.92, 0.0055, -0.60, 0.78, 0.006, DividendRule::QuarterlyThirdMonday, 0.090, 1.18, 0.0030, 0.0045, 0.0017, 1.0, 44e6,
     3600, 6000},
    {"IWM", 302, 0.215, 0.232, 0.85, 0.0055, -0.56, 0.72, 0.011, DividendRule::QuarterlyThirdTuesday, 0.060, 1.12, 0.0030, 0.0050, 0.0022, 1.0, 30e6,
     2200, 4200},
    {"TLT", 90, 0.115, 0.125, 0.25, 0.0045, -0.12, 0.60, 0.042, DividendRule::Monthly, 0.010, -0.22, 0.0012, 0.0022, 0.0030, 0.5, 36e6, 1500, 5200},
    {"GLD", 380, 0.185, 0.180, 0.20, 0.0045, 0.12, 0.66, 0.000, DividendRule::None, 0.060, -0.06, 0.0060, 0.0090, 0.0030, 1.0, 9e6, 900, 2400},
    {"SPX", 7700, 0.165, 0.185, 1.00, 0.0045, -0.66, 0.84, 0.012, DividendRule::None, 0.075, 1.00, 0.0250, 0.0160, 0.0020, 5.0, 0, 1400, 2800},
}};

// SPY QQQ IWM TLT GLD: daily returns of the last years, rounded.
constexpr std::array<std::array<double, kFactors>, kFactors> kCorrelation = {{
    {1.00, 0.92, 0.88, -0.25, 0.08},
    {0.92, 1.00, 0.86, -0.22, 0.06},
    {0.88, 0.86, 1.00, -0.18, 0.10},
    {-0.25, -0.22, -0.18, 1.00, 0.22},
    {0.08, 0.06, 0.10, 0.22, 1.00},
}};

std::array<std::array<double, kFactors>, kFactors> factorised() {
    std::array<std::array<double, kFactors>, kFactors> lower{};
    for (std::size_t i = 0; i < kFactors; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = kCorrelation[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
    }
    return lower;
}

} // namespace

const Instrument& instrument(Asset asset) { return kInstruments[index(asset)]; }

std::optional<Asset> assetOf(std::string_view symbol) {
    for (const Asset asset : kAllAssets) {
        if (instrument(asset).symbol == symbol) return asset;
    }
    return std::nullopt;
}

const std::array<std::array<double, kFactors>, kFactors>& correlationFactor() {
    static const auto kFactor = factorised();
    return kFactor;
}

} // namespace mahler::simulation
