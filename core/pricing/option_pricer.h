#pragma once

#include <cstdint>

#include "market/contract.h"

namespace mahler::pricing {

/// Plain inputs of one valuation. Years is ACT/365 in seconds; rates are continuous, per year; vol 0.20 = 20 %.
struct Inputs {
    market::Right right = market::Right::Call;
    double spot = 0, strike = 0, years = 0, rate = 0, dividendYield = 0, vol = 0;
};

enum class PriceStatus : std::uint8_t {
    Ok,
    BadInput,   ///< NaN, infinite, or out of range: no numbers are given
    Degenerate, ///< expired or next to no volatility: the limit value; gamma and theta are zero
    NoMethod,   ///< inputs in range, but no method gave a price that stands its own check: no numbers are given
    Capped      ///< the spot moves less than a tick before expiry: gamma is held at one delta a tick, theta goes with it
};
/// Whether a valuation with this status has numbers.
bool hasNumbers(PriceStatus status);

/// Gamma's largest value: delta moves by one over a tick, which is a cent or, for a spot under 100, a basis point of it (a real tick is no
/// finer, and no gamma is held that a price could show).
double mostGamma(double spot);
inline constexpr double kLeastLaneVol = 5e-5; ///< of vol sqrt(years): the lanes leave less to the scalar code, which caps

/// Per unit of underlying: delta per 1.00, gamma per 1.00 squared, vega per 1.00 of vol, theta per YEAR, rho per 1.00 of rate.
struct Valuation {
    double price = 0, delta = 0, gamma = 0, theta = 0, vega = 0, rho = 0;
    PriceStatus status = PriceStatus::BadInput;
};

/// Gamma above mostGamma() is held there where vol sqrt(years) is under kLeastLaneVol (a negative yield of a quarter over the life aside, it is not
/// above elsewhere), theta is what the Black-Scholes equation gives with that gamma, and the status is Capped. The spot's deviation is under half a
/// tick then: gamma and theta without end say nothing of what a position gains or loses.
Valuation capped(const Inputs& in, Valuation v);

enum class IvStatus : std::uint8_t {
    Ok,
    NoQuote,
    BelowIntrinsic, ///< no volatility can give so low a price
    AboveMaximum,   ///< no volatility can give so high a price
    ExerciseRegion, ///< American, worth exactly its exercise value: no unique volatility
    BelowMinimum,   ///< time value under what doubles resolve
    Expired,
    BadInput,
    NoConvergence
};
const char* toString(IvStatus status);

/// What the volatility of a strike does when the spot moves; a delta means nothing without it. Every delta of ours holds the strike's volatility.
enum class SurfaceDynamics : std::uint8_t { StickyStrike };
const char* toString(SurfaceDynamics dynamics); ///< "sticky strike"

struct ImpliedVol {
    double vol = 0; ///< meaningful only when status is Ok
    IvStatus status = IvStatus::NoQuote;
};

/// Black-Scholes-Merton with continuous dividend yield (Merton 1973). Thread-safe.
Valuation priceEuropean(const Inputs& in);
/// `in.vol` is ignored. Jaeckel, "Let's Be Rational" (2015), or equal precision. Thread-safe.
ImpliedVol impliedVolEuropean(const Inputs& in, double price);
/// American exercise, continuous yield: Andersen, Lake & Offengenden (2016), error 1e-8 of spot; some 50 us, and 20 ms where rates move more
/// than two deviations over the life. Thread-safe.
Valuation priceAmerican(const Inputs& in);
ImpliedVol impliedVolAmerican(const Inputs& in, double price);

Valuation price(market::ExerciseStyle style, const Inputs& in);
ImpliedVol impliedVol(market::ExerciseStyle style, const Inputs& in, double price);

/// ACT/365 in seconds, never negative.
double yearsBetween(UtcTime from, UtcTime to);
/// Standard normal CDF by erfc.
double normalCdf(double x);

} // namespace mahler::pricing
