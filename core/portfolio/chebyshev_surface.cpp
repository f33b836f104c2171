#include "portfolio/chebyshev_surface.h"

#include <cmath>
#include <numbers>

namespace mahler::portfolio {

namespace {

/// table[k][i] = (2 or 1) / n * T_k(node i): values times it are coefficients.
template <std::size_t N> const std::array<double, N * N>& transform() {
    static const auto kTable = [] {
        std::array<double, N * N> t{};
        for (std::size_t k = 0; k < N; ++k)
            for (std::size_t i = 0; i < N; ++i)
                t[k * N + i] = (k == 0 ? 1.0 : 2.0) / N * std::cos(static_cast<double>(k) * (static_cast<double>(i) + 0.5) * std::numbers::pi / N);
        return t;
    }();
    return kTable;
}

template <std::size_t N> void polynomials(double low, double high, double at, std::array<double, N>& out) {
    const double x = high > low ? (2 * at - low - high) / (high - low) : 0;
    out[0] = 1;
    out[1] = x;
    for (std::size_t k = 2; k < N; ++k) out[k] = 2 * x * out[k - 1] - out[k - 2];
}

} // namespace

double ChebyshevSurface::node(std::size_t i, std::size_t n, double low, double high) {
    const double x = std::cos((static_cast<double>(i) + 0.5) * std::numbers::pi / static_cast<double>(n));
    return 0.5 * (low + high) + 0.5 * (high - low) * x;
}

ChebyshevSurface ChebyshevSurface::through(const Values& values) {
    const auto& ts = transform<kSpot>();
    const auto& tv = transform<kVol>();
    Values half{}; // along volatility first
    for (std::size_t i = 0; i < kSpot; ++i)
        for (std::size_t k = 0; k < kVol; ++k)
            for (std::size_t j = 0; j < kVol; ++j) half[i * kVol + k] += tv[k * kVol + j] * values[i * kVol + j];
    ChebyshevSurface s;
    for (std::size_t k = 0; k < kSpot; ++k)
        for (std::size_t i = 0; i < kSpot; ++i)
            for (std::size_t j = 0; j < kVol; ++j) s.m_coefficients[k * kVol + j] += ts[k * kSpot + i] * half[i * kVol + j];
    return s;
}

void ChebyshevSurface::add(const ChebyshevSurface& other, double weight) {
    for (std::size_t i = 0; i < m_coefficients.size(); ++i) m_coefficients[i] += weight * other.m_coefficients[i];
}

ChebyshevSurface::Basis ChebyshevSurface::basis(const MoveBox& box, double spot, double vol) {
    Basis b;
    polynomials(box.spotLow, box.spotHigh, spot, b.spot);
    polynomials(box.volLow, box.volHigh, vol, b.vol);
    return b;
}

double ChebyshevSurface::at(const Basis& b) const {
    std::array<double, kVol> column{};
    for (std::size_t i = 0; i < kSpot; ++i)
        for (std::size_t j = 0; j < kVol; ++j) column[j] += b.spot[i] * m_coefficients[i * kVol + j];
    double sum = 0;
    for (std::size_t j = 0; j < kVol; ++j) sum += column[j] * b.vol[j];
    return sum;
}

} // namespace mahler::portfolio
