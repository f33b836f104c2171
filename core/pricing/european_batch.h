#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "pricing/lane_kernels.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// Instruction sets the lane kernels exist for; all give the same numbers but for the last few units in the last place
/// (docs/benchmarks.md: Avx2 and Avx512 are bit for bit alike, Portable is without fused products).
enum class Isa { Portable, Avx2, Avx512 };
const char* toString(Isa isa);
/// What this machine can run, slowest first.
std::vector<Isa> availableIsas();
/// The fastest, or the one the environment variable MAHLER_ISA names (portable, avx2, avx512) when it can be run.
Isa activeIsa();

/// Contracts column by column.
struct EuropeanBatch {
    std::vector<double> sign; ///< 1 call, -1 put
    std::vector<double> spot, strike, years, rate, yield, vol;

    void add(const Inputs& in);
    void clear();
    void reserve(std::size_t count);
    std::size_t size() const { return sign.size(); }
    Inputs at(std::size_t i) const;
    OptionColumns columns() const;
};

enum class GreekSet { Basic, Extended };

/// Results row for row, in the units of Valuation; the second group is empty unless GreekSet::Extended was asked for.
struct GreekBatch {
    std::vector<double> price, delta, gamma, vega, theta, rho;
    std::vector<double> vanna;       ///< delta per 1.00 of vol
    std::vector<double> vomma;       ///< vega per 1.00 of vol
    std::vector<double> charm;       ///< delta per YEAR of passing time
    std::vector<double> speed;       ///< gamma per 1.00 of spot
    std::vector<double> zomma;       ///< gamma per 1.00 of vol
    std::vector<double> dividendRho; ///< price per 1.00 of dividend yield
    /// Degenerate rows have the limit value and no second group; BadInput rows have zeros throughout; Capped rows have
    /// no second group either.
    std::vector<PriceStatus> status;

    void resize(std::size_t count, GreekSet set);
    GreekColumns columns();
    Valuation at(std::size_t i) const;
};

/// The numbers of a contract do not depend on its place in the batch, on its neighbours, or on which of these and
/// priceEuropean() is asked, within one instruction set. Thread-safe.
void priceEuropeans(const EuropeanBatch& in, GreekSet set, GreekBatch& out, Isa isa = activeIsa());
/// One expiry: sign, strike and vol alike long; what depends on the expiry alone is worked out once.
void priceExpiry(const ExpiryTerms& terms, std::span<const double> sign, std::span<const double> strike, std::span<const double> vol, GreekSet set,
                 GreekBatch& out, Isa isa = activeIsa());

struct ImpliedVolBatch {
    std::vector<double> vol; ///< 0 unless the status is Ok
    std::vector<IvStatus> status;
};
/// `in.vol` is ignored. As impliedVolEuropean().
void impliedVolsEuropean(const EuropeanBatch& in, std::span<const double> prices, ImpliedVolBatch& out, Isa isa = activeIsa());
void impliedVolsOfExpiry(const ExpiryTerms& terms, std::span<const double> sign, std::span<const double> strike, std::span<const double> prices,
                         ImpliedVolBatch& out, Isa isa = activeIsa());
/// As impliedTotalVol(), many at a time.
void impliedTotalVols(std::span<const double> x, std::span<const double> beta, std::span<double> s, Isa isa = activeIsa());

/// Values of a book on every pair of spot and volatility shift: `values[v * spots.size() + s]`, legs summed in their order.
/// `in.spot` of the legs is ignored; a volatility shifted to zero or below gives the value without volatility.
/// @return false when some leg or axis is NaN, infinite or out of range: then `values` is all zero.
struct GridLeg {
    Inputs in;
    double quantity = 0;
};
bool spotVolGrid(std::span<const GridLeg> legs, std::span<const double> spots, std::span<const double> volShifts, std::vector<double>& values,
                 Isa isa = activeIsa());

} // namespace mahler::pricing
