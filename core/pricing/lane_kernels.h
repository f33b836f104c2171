#pragma once

#include <cstddef>
#include <cstdint>

namespace mahler::pricing {

/// Columns of a batch as the kernels see them; `sign` is 1 for calls and -1 for puts.
struct OptionColumns {
    const double *sign = nullptr, *spot = nullptr, *strike = nullptr, *years = nullptr, *rate = nullptr, *yield = nullptr;
    const double* vol = nullptr; ///< for implied volatilities: the price
};

/// Where the numbers go; `vanna` absent leaves the whole second group out.
struct GreekColumns {
    double *price = nullptr, *delta = nullptr, *gamma = nullptr, *vega = nullptr, *theta = nullptr, *rho = nullptr;
    double *vanna = nullptr, *vomma = nullptr, *charm = nullptr, *speed = nullptr, *zomma = nullptr, *dividendRho = nullptr;
};

struct ExpiryTerms {
    double spot = 0, years = 0, rate = 0, yield = 0;
};

/// What a kernel says of a lane. Everything but Done leaves zeros and is for the scalar code to settle.
enum class LaneStatus : std::uint8_t { Done, Outside };

/// Codes of the implied-volatility kernel.
enum class LaneVol : std::uint8_t { Done, Outside, BelowIntrinsic, AboveMaximum, BelowMinimum, Unsettled };

/// One leg of a spot and volatility grid, its strike scaled so that the terms of the grid's expiry hold.
struct GridAxes {
    const double* spots = nullptr;     ///< multiple of 8, padded with the last
    std::size_t spotCount = 0;         ///< as padded
    const double* volShifts = nullptr; ///< added to the leg's volatility
    std::size_t volCount = 0;
};
struct GridLegTerms {
    double sign = 1, strike = 0, years = 0, rate = 0, yield = 0, vol = 0, quantity = 0;
};

/// The entry points of one instruction set. All of them: no lane depends on its neighbours, tails are padded inside, and
/// the numbers of a contract do not depend on its place or on which of the two pricing entries is used.
struct LaneKernels {
    const char* name;
    int lanes;
    /// @return true when some status is not Done.
    bool (*priceColumns)(const OptionColumns& in, const GreekColumns& out, LaneStatus* status, std::size_t count);
    /// As above for one expiry: only sign, strike and vol are read.
    bool (*priceExpiry)(const ExpiryTerms& terms, const OptionColumns& in, const GreekColumns& out, LaneStatus* status, std::size_t count);
    bool (*impliedVols)(const OptionColumns& in, double* vol, LaneVol* status, std::size_t count);
    bool (*impliedVolsOfExpiry)(const ExpiryTerms& terms, const OptionColumns& in, double* vol, LaneVol* status, std::size_t count);
    /// Normalised Black, Jaeckel's x <= 0 and beta; see normalised_black.h.
    bool (*impliedTotalVols)(const double* x, const double* beta, double* s, LaneVol* status, std::size_t count);
    /// Adds quantity times price for every cell, volatility by volatility, to `sums` (volCount rows of spotCount).
    /// @return false when the leg is outside the kernel's range in some cell; then `sums` is as it was.
    bool (*addToGrid)(const GridAxes& axes, const GridLegTerms& leg, double* sums);
};

extern const LaneKernels kPortableKernels;
#if defined(MAHLER_X86_KERNELS)
extern const LaneKernels kAvx2Kernels, kAvx512Kernels;
#endif

} // namespace mahler::pricing
