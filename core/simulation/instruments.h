#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mahler::simulation {

/// The simulated underlyings in the order of every array. SPX shares the price and volatility factor of SPY.
enum class Asset : std::size_t { Spy, Qqq, Iwm, Tlt, Gld, Spx };
inline constexpr std::size_t kAssets = 6;
inline constexpr std::size_t kFactors = 5;
constexpr std::size_t index(Asset asset) { return static_cast<std::size_t>(asset); }
constexpr std::size_t factorOf(Asset asset) { return asset == Asset::Spx ? 0 : index(asset); }
inline constexpr std::array<Asset, kAssets> kAllAssets = {Asset::Spy, Asset::Qqq, Asset::Iwm, Asset::Tlt, Asset::Gld, Asset::Spx};

/// When a fund goes ex-dividend.
enum class DividendRule { None, QuarterlyThirdFriday, QuarterlyThirdMonday, QuarterlyThirdTuesday, Monthly };

/// What is fixed about one underlying. Volatilities are annualised (0.20 = 20 %), prices in dollars.
struct Instrument {
    std::string_view symbol;
    double startLevel;    ///< before the seed moves it by a few per cent
    double baseVol;       ///< instantaneous volatility when the market's is kMarketReferenceVol
    double longRunVol;    ///< towards which the term structure runs
    double marketVolBeta; ///< log variance against the market's log variance
    double eventMove;     ///< implied one-sigma move of one FOMC, CPI or jobs release
    double skewRho;       ///< SSVI correlation
    double skewEta;       ///< SSVI curvature; eta (1 + |rho|) <= 2
    double dividendYield; ///< per year; continuous of the index, of a fund what its cash dividends come to
    DividendRule dividends;
    double drift;      ///< physical, per year
    double scriptBeta; ///< share of a scenario's market move
    double widthConstant, widthRoot,
        widthLinear;     ///< half-width = c + r sqrt(p) + l p of the out-of-the-money price p
    double strikeStep;   ///< near the money
    double shareVolume;  ///< shares a day; 0 for an index
    double optionVolume; ///< of one at-the-money strike 30 to 45 days out, a day
    double openInterest; ///< of the same strike
};

inline constexpr double kRate = 0.04;                ///< continuous, per year
inline constexpr double kMarketReferenceVol = 0.165; ///< instantaneous; gives a VIX near 18
inline constexpr double kVarianceReversion = 5.0;    ///< per year, risk-neutral
/// Realised over implied volatility: the variance risk premium that makes selling options worth studying.
inline constexpr double kRealisedShare = 0.78;
inline constexpr double kOvernightShare = 0.25; ///< of a day's variance
inline constexpr double kSessionsPerYear = 252.0;

const Instrument& instrument(Asset asset);
std::optional<Asset> assetOf(std::string_view symbol);
/// Lower Cholesky factor of the return correlation of the five factors.
const std::array<std::array<double, kFactors>, kFactors>& correlationFactor();

} // namespace mahler::simulation
