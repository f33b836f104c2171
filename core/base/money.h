#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mahler {

/// An exact amount in millionths (micros). Price is per unit of underlying, Usd is cash.
template <class Tag> class Micros {
public:
    static constexpr std::int64_t kScale = 1'000'000;

    constexpr Micros() = default;
    static constexpr Micros fromMicros(std::int64_t micros) {
        Micros m;
        m.m_micros = micros;
        return m;
    }
    /// Rounds half away from zero. @return BadInput when not finite or beyond +-9e12.
    static Result<Micros> fromDouble(double value);
    /// Digit by digit, no binary rounding: "-1.35", "12", ".5". @return BadInput on anything else or > 6 decimals that are not zero.
    static Result<Micros> parse(std::string_view text);

    constexpr std::int64_t micros() const { return m_micros; }
    constexpr double toDouble() const { return static_cast<double>(m_micros) / static_cast<double>(kScale); }
    /// Plain decimal with at least two and at most six decimals: "1.35", "-0.005".
    std::string str() const;

    constexpr auto operator<=>(const Micros&) const = default;
    constexpr bool operator==(const Micros&) const = default;
    constexpr Micros operator-() const { return fromMicros(-m_micros); }
    constexpr Micros operator+(Micros o) const { return fromMicros(m_micros + o.m_micros); }
    constexpr Micros operator-(Micros o) const { return fromMicros(m_micros - o.m_micros); }
    constexpr Micros& operator+=(Micros o) { return *this = *this + o; }
    constexpr Micros& operator-=(Micros o) { return *this = *this - o; }

private:
    std::int64_t m_micros = 0;
};

using Price = Micros<struct PriceTag>;
using Usd = Micros<struct UsdTag>;

/// price x multiplier x contracts, exact. @return BadInput on overflow.
Result<Usd> notional(Price price, std::int64_t contracts, int multiplier);
/// amount x factor, exact. @return BadInput on overflow.
Result<Usd> times(Usd amount, std::int64_t factor);
/// numerator / denominator as a plain ratio; infinite or not a number when the denominator is zero: ask before.
inline double ratio(Usd numerator, Usd denominator) { return static_cast<double>(numerator.micros()) / static_cast<double>(denominator.micros()); }
/// As people read it (UX 2.2): thousands separated, no cents from $100 on: "$1,089", "-$12.50".
std::string shownMoney(Usd amount);
/// To the cent, for what has to be typed: "$4,380", "$4,380.12".
std::string exactMoney(Usd amount);
inline constexpr Usd abs(Usd v) { return v.micros() < 0 ? -v : v; }
inline constexpr Price abs(Price v) { return v.micros() < 0 ? -v : v; }

/// The price increment of a contract, applied once, when an order is built.
struct TickRule {
    Price below = Price::fromMicros(10'000);     ///< tick under `edge`
    Price atOrAbove = Price::fromMicros(10'000); ///< tick at or above `edge`
    Price edge = Price::fromMicros(3'000'000);
    /// Towards the worse price for us: `up` for what we pay, down for what we receive.
    Price roundTo(Price price, bool up) const;
};

extern template class Micros<struct PriceTag>;
extern template class Micros<struct UsdTag>;

} // namespace mahler
