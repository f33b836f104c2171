#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pricing/smile_fit.h"

namespace mahler::pricing {

/// The quotes of one expiry.
struct SurfaceInput {
    double years = 0;
    std::span<const SmilePoint> points;
};

/// Total variance falls from `nearer` to `farther` (indices into Surface::slices) by `gap`, most at k.
struct CalendarCrossing {
    std::size_t nearer = 0, farther = 0;
    double k = 0, gap = 0;
};

struct SurfaceSlice {
    std::size_t expiry = 0; ///< index into what was fitted, so into PricedChain::expiries
    double years = 0;
    SmileFit fit;               ///< what is served
    SliceCheck check;           ///< of it
    double freeRmse = 0;        ///< of the least squares without bounds, in volatility
    double lowK = 0, highK = 0; ///< what quotes support
};

/// The slices of a chain as they are served everywhere. Empty for a chain without five usable quotes in any expiry.
struct Surface {
    std::vector<SurfaceSlice> slices;        ///< by years; expiries without five usable quotes are left out
    std::vector<CalendarCrossing> mended;    ///< of the least squares without bounds, gone from what is served
    std::vector<CalendarCrossing> crossings; ///< left, of neighbours
    int used = 0, refused = 0;               ///< quotes
    /// No butterfly within |k| <= 1.5, and no crossing there.
    bool arbitrageFree() const;
};

struct FittedSurface {
    Surface surface;
    std::vector<SmileFit> smiles;            ///< as the inputs; not ok where there are too few quotes
    std::vector<std::vector<bool>> rejected; ///< as the inputs' points
};

/// Fits every expiry by least squares, farthest first. What holds a butterfly is fitted again without (smile_bounds.h); of that, the
/// repaired wings and an SSVI slice the nearest to the quotes is taken. What then lies above the next expiry is fitted again under
/// it, or the next one above, whichever costs less; where both cost too much the crossing is left and named. Pure, deterministic and
/// thread-safe.
FittedSurface fitSurface(std::span<const SurfaceInput> expiries);

} // namespace mahler::pricing
