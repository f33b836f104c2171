#pragma once

#include <optional>
#include <vector>

#include "pricing/chain_pricer.h"

namespace mahler::pricing {

/// A quote as the pricer may use it: status Ok means both sides stand, bid above zero, not crossed.
struct UsableQuote {
    double mid = 0, width = 0; ///< currency units; width at least kLeastWidth
    IvStatus status = IvStatus::NoQuote;
};
inline constexpr double kLeastWidth = 0.005;
/// A price as chain and book compute with it.
double fromMicros(std::int64_t micros);
UsableQuote usableQuote(std::int64_t bid, std::int64_t ask);
/// Absent, zero-bid or crossed: NoQuote. A negative price: BadInput.
UsableQuote usableQuote(const market::OptionChain& chain, std::size_t row);

struct ChainCarry {
    std::vector<Carry> expiries; ///< as chain.expiries
    double spot = 0;
    bool spotFromParity = false;
};

/// Rates from the European expiries' parity lines, forwards and yields per expiry from parity; American call-put gaps are
/// first freed of the difference of their exercise premiums, in up to four rounds. Expiries nearer than two weeks, whose
/// yield is only noise, take the yield of the others and a spot that gives their forward. With cash dividends the yield is
/// what parity leaves beside them, and the premiums are of the spot-drop model.
ChainCarry impliedCarry(const market::OptionChain& chain, const CurveInputs& curve);
/// The same as what it keeps when spot and time move on, in its rounded form. Expiries that are over or have no forward are left out.
UnderlyingCarry carryOf(const market::OptionChain& chain, const CurveInputs& curve);

/// The amount that makes parity agree across `exDate`: the forwards of the last expiry before it and the first one from it on,
/// with no borrow between them, freed of exercise premiums in three rounds with the amount itself. Good to the quotes' widths and to an
/// error of the rate times the days between the two expiries. @return absent without both forwards from parity, or an amount
/// that is not from 0 to a tenth of spot. `curve.dividends` may hold others.
std::optional<double> impliedDividend(const market::OptionChain& chain, CurveInputs curve, TradingDate exDate);

} // namespace mahler::pricing
