#pragma once

#include <cstdint>

namespace mahler {

/// SplitMix64 (Steele, Lea & Flood 2014): a bijective mixer, used to derive independent streams and per-item noise.
constexpr std::uint64_t mix64(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

/// xoshiro256** (Blackman & Vigna 2018). The same seed gives the same numbers on every platform.
class Random {
public:
    explicit Random(std::uint64_t seed);
    std::uint64_t next();
    double uniform();                     ///< [0, 1)
    double normal();                      ///< standard normal, by inverse CDF (Wichura 1988, AS 241)
    std::uint64_t below(std::uint64_t n); ///< [0, n), n > 0

private:
    std::uint64_t m_state[4];
};

/// Inverse of the standard normal CDF, 0 < p < 1, relative error < 1e-15 (Wichura 1988, AS 241 PPND16).
double inverseNormal(double p);

} // namespace mahler
