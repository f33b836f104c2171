#pragma once

#include <array>
#include <cstddef>

namespace mahler::portfolio {

/// A rectangle of (spot move, volatility move).
struct MoveBox {
    double spotLow = 0, spotHigh = 0, volLow = 0, volHigh = 0;
    bool holds(double spot, double vol) const { return spot >= spotLow && spot <= spotHigh && vol >= volLow && vol <= volHigh; }
};

/// A function of two moves as a sum of 24 x 12 Chebyshev polynomials, interpolating at the Chebyshev-Gauss nodes of a box
/// (Trefethen 2013, Approximation Theory and Approximation Practice, chapter 3). Surfaces on one box add.
class ChebyshevSurface {
public:
    static constexpr std::size_t kSpot = 24, kVol = 12;
    using Values = std::array<double, kSpot * kVol>; ///< spot by spot, volatility fastest

    /// The nodes of an axis from `low` to `high`; a point when they are equal.
    static double node(std::size_t i, std::size_t n, double low, double high);
    /// Coefficients of the surface through the values at the nodes.
    static ChebyshevSurface through(const Values& values);

    void add(const ChebyshevSurface& other, double weight);

    /// The polynomials at one point: shared by all surfaces of a box.
    struct Basis {
        alignas(64) std::array<double, kSpot> spot{};
        alignas(64) std::array<double, kVol> vol{};
    };
    static Basis basis(const MoveBox& box, double spot, double vol);
    double at(const Basis& b) const;

private:
    alignas(64) Values m_coefficients{};
};

} // namespace mahler::portfolio
