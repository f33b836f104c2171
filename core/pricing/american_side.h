#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "pricing/american_slice.h"

namespace mahler::pricing {

/// The calls or the puts of a slice as puts on strike 1.
class AmericanSlice::Side {
public:
    Side(const PutProblem& put, RateSlope slope, const AmericanKernels& kernels);

    EarlyExercise kind() const { return m_kind; }

    /// What the premium adds. `exercised` and `exact` leave the rest zero; exact: outside the kernels, price it alone.
    struct Premium {
        double premium = 0, delta = 0, gamma = 0, vega = 0, rateSlope = 0;
        bool exercised = false, exact = false;
    };
    struct Point {
        double moneyness = 1, vol = 0;
    };
    void premiums(std::span<const Point> points, bool greeks, std::span<Premium> results);

private:
    static constexpr int kSegments = 19;
    struct Segment {
        bool solved = false, sound = false;
        VolExpansion expansion;
    };
    static int segmentOf(double vol); ///< -1 outside
    bool negligible(const Point& point) const;
    const Segment& segment(int index);
    void block(const VolExpansion& expansion, std::span<const Point> points, std::span<const int> which, bool greeks, std::span<Premium> results);
    static void fill(PutBlock& block, const PutProblem& put);

    PutProblem m_put;
    RateSlope m_slope;
    const AmericanKernels* m_kernels;
    EarlyExercise m_kind;
    PutBlock m_terms{};
    PremiumBlock m_far{}, m_near{};
    std::array<std::unique_ptr<Segment>, kSegments> m_segments;
    std::array<std::vector<int>, kSegments> m_bins;
};

} // namespace mahler::pricing
