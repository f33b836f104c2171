#pragma once

#include <cstddef>

namespace mahler::pricing {

/// Sizes of the lane-parallel American kernels. With 12 collocation points and 12 inner nodes the boundary leaves 1e-6 in a
/// price on 600, 1e-7 in delta and 2e-6 of gamma (measured against 24 points and 100 nodes on 3,400 contracts).
inline constexpr int kBoundaryNodes = 12, kInnerNodes = 12, kFarNodes = 24, kNearNodes = 56;
inline constexpr int kBlock = 8; ///< columns are handled by eight, whatever the register width

/// Nodes of the early-exercise integral: s = T sin^2(theta), theta = pi/2 u^power, u by Gauss-Legendre.
struct PremiumRule {
    int count = 0;
    double sine[kNearNodes], weight[kNearNodes]; ///< sqrt(s/T); ds = T weight
    double row[kNearNodes][kBoundaryNodes];      ///< ln^2(B/X) at T - s from the collocation points
};
/// What does not depend on the contract. Within 0.4 deviations of the boundary the integrand varies over short times and
/// the near rule takes over.
struct AmericanScheme {
    double root[kBoundaryNodes]; ///< sqrt(tau/T) of the collocation points, falling from 1
    double sine[kInnerNodes], cosine[kInnerNodes], weight[kInnerNodes];
    double row[kBoundaryNodes][kInnerNodes][kBoundaryNodes];
    PremiumRule far, near;
    int newtonSteps = 4;        ///< on the boundary; each doubles its digits
    double mostMismatch = 2e-6; ///< of a boundary that is right; see BoundaryBlock::mismatch
};
const AmericanScheme& americanScheme();
/// The same with two steps: prices within 5e-6 of the larger of spot and strike.
const AmericanScheme& quickAmericanScheme();
inline constexpr double kNearDeviations = 0.4;

/// What the lanes may try: interest, yield and their difference over the life at most three deviations, and no more than four
/// deviations in all. Beyond that the boundary turns too sharply for twelve points. From 1.8 deviations on the equations of twelve
/// points have other solutions than the boundary: a small residual is not enough there, settled() asks for more.
bool lanesHold(double rate, double yield, double vol, double years);
/// Deviations that rates may move before a solved boundary is checked by the value at it.
inline constexpr double kUncheckedPull = 1.0;
/// Eight put problems on strike 1 (see PutProblem), one a column.
struct alignas(64) PutBlock {
    double rate[kBlock], yield[kBlock], vol[kBlock], years[kBlock];
};
/// Their boundaries: ln(B/X) at the collocation points and its derivative by one parameter.
struct alignas(64) BoundaryBlock {
    double ln[kBoundaryNodes][kBlock];
    double slope[kBoundaryNodes][kBlock];    ///< by rate or yield, as asked of the solver
    double volSlope[kBoundaryNodes][kBlock]; ///< by volatility
    double lnTop[kBlock], topSlope[kBlock];  ///< ln X = ln min(1, r/q)
    double residual[kBlock];                 ///< of the last step, relative; large when the solver failed
    /// By how much holding and exercising differ at the boundary, over the strike and the deviation of the whole life: at its four
    /// longest times, the last three counted a thirtieth. It is an equation of its own: the solver uses the slope, not the value. 0 where
    /// rates move less than kUncheckedPull deviations. Prices err by at most 0.6 of it (60,000 random problems).
    double mismatch[kBlock];
};
enum class RateSlope { ByRate, ByYield };
/// Whether a solved column is the exercise boundary.
bool settled(const AmericanScheme& scheme, const BoundaryBlock& boundary, int column);

/// A premium rule for eight contracts.
struct alignas(64) PremiumBlock {
    const PremiumRule* rule = nullptr;
    double root[kNearNodes][kBlock], inverseRoot[kNearNodes][kBlock];  ///< sqrt(s)
    double interest[kNearNodes][kBlock], dividend[kNearNodes][kBlock]; ///< weight r e^{-rs}, weight q e^{-qs}
    double plain[kNearNodes][kBlock];                                  ///< weight e^{-rs} or e^{-qs}, for the rate slope
};

/// Values of eight puts on strike 1; the European part and the exercise region are the caller's.
struct alignas(64) PremiumValues {
    double premium[kBlock], delta[kBlock], gamma[kBlock]; ///< by moneyness
    double vega[kBlock], rateSlope[kBlock];
    double lnNow[kBlock]; ///< ln of the boundary now: at or below it the put is exercised
};

/// Chebyshev coefficients of boundaries over ln(vol), see AmericanSlice.
inline constexpr int kMostTerms = 32;
struct alignas(64) VolExpansion {
    int terms = 0;
    double centre = 0, halfWidth = 1; ///< of ln(vol)
    double lnTop = 0, topSlope = 0;
    double ln[kBoundaryNodes][kMostTerms], slope[kBoundaryNodes][kMostTerms];
};

/// Contracts for the tree: sign 1 for calls, -1 for puts; american 1 or 0.
inline constexpr int kMostTreeSteps = 256;
struct alignas(64) TreeBlock {
    double sign[kBlock], spot[kBlock], strike[kBlock], years[kBlock], rate[kBlock], yield[kBlock], vol[kBlock], american[kBlock];
};

/// Eight strikes on one mesh from one dividend back to the one before: Crank-Nicolson steps, the free boundary by Brennan & Schwartz 1977.
/// Tables of `steps` rows of `cells` + 1, in the order of elimination, which runs towards the exercise region.
inline constexpr int kMostCashNodes = 257;
struct CashMarch {
    int cells = 0, steps = 0; ///< cells < kMostCashNodes
    bool put = false;
    const double* floor = nullptr;                                      ///< by node: the exercise value, or far below for Europeans
    const double *down = nullptr, *stay = nullptr, *up = nullptr;       ///< by node: change per year from the neighbours and itself
    const double* known = nullptr;                                      ///< by step: years of it taken explicitly
    const double* near = nullptr;                                       ///< by step: of the implicit side, from place 1 to the edge before it
    const double *factor = nullptr, *ratio = nullptr, *share = nullptr; ///< by step and place
};

/// Entry points of one instruction set. A column's numbers depend on that column alone.
struct AmericanKernels {
    const char* name;
    /// @param count columns to fill, at most kBlock; those after it must hold harmless values.
    void (*solve)(const AmericanScheme&, const PutBlock&, RateSlope, BoundaryBlock&, int count);
    void (*prepare)(const PremiumRule&, const PutBlock&, RateSlope, PremiumBlock&, int count);
    void (*expand)(const VolExpansion&, const double* vol, BoundaryBlock&, int count);
    /// Premium and vega, the pair a volatility search needs; or everything.
    void (*premiumVega)(const PremiumBlock&, const PutBlock&, const BoundaryBlock&, const double* moneyness, PremiumValues&, int count);
    void (*greeks)(const PremiumBlock&, const PutBlock&, const BoundaryBlock&, RateSlope, const double* moneyness, PremiumValues&, int count);
    /// Binomial trees with a Black-Scholes last step: the price of `steps` (even, at most kMostTreeSteps) and of half of them.
    void (*trees)(const TreeBlock&, int steps, double* price, double* coarse, int count);
    /// `values`: (cells + 1) x kBlock, in place; `low` and `high`: the edges after each step, steps x kBlock.
    void (*cashMarch)(const CashMarch&, double* values, const double* low, const double* high);
};

extern const AmericanKernels kAmericanPortable;
#if defined(MAHLER_X86_KERNELS)
extern const AmericanKernels kAmericanAvx2, kAmericanAvx512;
#endif
/// The widest this machine runs, or the one the environment variable MAHLER_ISA names (portable, avx2, avx512) when it can be run.
const AmericanKernels& americanKernels();
/// All this machine runs, widest first; absent entries are null.
struct AmericanKernelSet {
    const AmericanKernels* each[3] = {};
};
AmericanKernelSet americanKernelSet();

} // namespace mahler::pricing
