#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pricing/american.h"
#include "pricing/american_kernels.h"

namespace mahler::pricing {

/// One contract of a slice.
struct SliceOption {
    market::Right right = market::Right::Call;
    double spot = 0, strike = 0, vol = 0;
};
struct SliceQuote {
    market::Right right = market::Right::Call;
    double spot = 0, strike = 0, price = 0;
    double guess = 0; ///< of the volatility; 0 when there is none
};

/// American values of one expiry by the lane kernels. Boundaries are solved eight volatilities at a time on a fixed grid,
/// when first asked for, shared by all strikes and interpolated in ln(vol) by Chebyshev polynomials; so a contract has the
/// same numbers alone and in a batch, in any order. Against priceAmerican(), away from the boundary: price 1e-8 of spot,
/// delta 1e-6, gamma 1e-4, vega and rho 1e-5 of themselves (tests). One thread at a time: it remembers what it solved.
class AmericanSlice {
public:
    AmericanSlice(double rate, double dividendYield, double years, const AmericanKernels& kernels = americanKernels());
    ~AmericanSlice();
    AmericanSlice(AmericanSlice&&) noexcept;
    AmericanSlice& operator=(AmericanSlice&&) noexcept;

    /// As priceAmerican(), one result an option.
    void values(std::span<const SliceOption> options, std::span<Valuation> results);
    /// Prices alone; NaN for what priceAmerican() refuses.
    void prices(std::span<const SliceOption> options, std::span<double> results);
    /// As impliedVolAmerican(), to 1e-8. Within 5e-6 of the strike of the exercise value (less than half a tick) a price
    /// counts as that value.
    void impliedVols(std::span<const SliceQuote> quotes, std::span<ImpliedVol> results);

    double price(market::Right right, double spot, double strike, double vol);
    Valuation value(market::Right right, double spot, double strike, double vol);
    ImpliedVol impliedVol(market::Right right, double spot, double strike, double price, double guess);

private:
    class Side;
    Inputs inputs(market::Right right, double spot, double strike, double vol) const;
    Side& side(market::Right right) { return right == market::Right::Call ? *m_call : *m_put; }
    std::optional<ImpliedVol> settledVol(const SliceQuote& quote) const;

    double m_rate, m_yield, m_years;
    std::unique_ptr<Side> m_call, m_put;
};

} // namespace mahler::pricing
