#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "market/history.h"
#include "pricing/cash_dividends.h"

namespace mahler::pricing {

using market::AnnouncedDividend;

/// What one expiry is priced on at one moment.
struct Carry {
    double years = 0, rate = 0, yield = 0, discount = 1, forward = 0;
    double spot = 0;                     ///< what gives the forward at rate, yield and dividends; near the quoted spot, 0 when nothing is known
    std::vector<CashDividend> dividends; ///< beside the yield, of an American expiry
    /// The yield that gives the forward without the cash dividends; `yield` when there are none.
    double equivalentYield() const;
    /// The forward that `from` leads to, and the spot that leads to `forward`.
    double forwardOf(double from) const;
    double spotOf() const;
    bool fromParity = false, rateAssumed = false;
};

/// Where an expiry's forward comes from: the quotes' put-call parity, or rate and yield as they were given.
enum class CarrySource : std::uint8_t { Parity, Rate };
const char* toString(CarrySource source); ///< "parity", "rate"

/// What stays of an expiry's carry while spot and time move: one value for chain, book, gate and scenarios, so that a contract has the same
/// numbers wherever it is shown. Rates are continuous, per year, and like `basis` whole multiples of 1e-12: what is journaled is what is used.
struct ExpiryCarry {
    TradingDate expiry{};
    std::string root;
    double rate = 0, yield = 0; ///< beside `dividends`, if any
    double basis = 1;           ///< the spot that gives its forward over the quoted one
    std::vector<AnnouncedDividend> dividends;
    CarrySource source = CarrySource::Rate;
    bool rateAssumed = false;
    bool operator==(const ExpiryCarry&) const = default;
};

/// The carry of one underlying, found at `at`.
struct UnderlyingCarry {
    std::string underlying;
    UtcTime at{};
    std::vector<ExpiryCarry> expiries;
    const ExpiryCarry* find(TradingDate expiry, const std::string& root) const;
    bool operator==(const UnderlyingCarry&) const = default;
};

inline constexpr std::int64_t kCarryUnits = 1'000'000'000'000; ///< of ExpiryCarry's numbers in 1.0

/// The time the model takes for `at`: to the full minute, so that the exercise boundaries of an expiry serve a minute, and to the
/// second in the last two days.
UtcTime modelTime(UtcTime at, UtcTime expiresAt);
/// The carry of an expiry for the spot and the time of a quote.
Carry carryAt(const ExpiryCarry& carry, double spot, UtcTime at, UtcTime expiresAt);

} // namespace mahler::pricing
