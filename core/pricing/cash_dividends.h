#pragma once

#include <span>

#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// A known dividend: at `years` from now the spot drops by `amount` (the "spot drop" model: between dividends the spot is
/// lognormal with the stated volatility; escrowed or forward models give other prices for the same volatility).
struct CashDividend {
    double years = 0, amount = 0;
};

/// Fine: what the tables of references want. Chain: 6e-6 of spot at worst, 1e-6 in the root mean square (120 contracts
/// of up to a year like SPY's), vega and rho to 1 % (one-sided differences).
enum class GridAccuracy { Fine, Chain };

/// A grid value and how far it may be from the limit of fine grids.
struct DividendValuation {
    Valuation value;
    double error = 0; ///< declared, in price units
};

/// Values with cash dividends by finite differences in ln(spot): Crank-Nicolson with a Rannacher start after expiry and
/// after each dividend (Rannacher 1984), the free boundary by Brennan & Schwartz 1977, two grids and Richardson's
/// extrapolation. `Inputs::dividendYield` is a continuous yield on top, for instance a borrow fee. Dividends at or before
/// now, and at or after expiry, have no effect. Vega and rho to 5e-4 of themselves, the others to 1e-3 or better.
/// Thread-safe; some milliseconds a price, five times that with Greeks, a tenth of it at GridAccuracy::Chain.
/// @return status BadInput for what priceAmerican() refuses, and for amounts or times that are negative or not finite.
DividendValuation priceWithDividends(market::ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends,
                                     GridAccuracy accuracy = GridAccuracy::Fine);
/// Price and its declared error alone; status as above, Greeks are zero.
DividendValuation dividendPriceOnly(market::ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends,
                                    GridAccuracy accuracy = GridAccuracy::Fine);
/// `in.vol` is ignored. ExerciseRegion and BelowIntrinsic as impliedVolAmerican(), with the dividends in the floor. At
/// GridAccuracy::Chain a price within 5e-6 of the strike of that floor counts as it. `guess` of the volatility; 0: none.
ImpliedVol impliedVolWithDividends(market::ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends, double price,
                                   GridAccuracy accuracy = GridAccuracy::Fine, double guess = 0);
/// The best that can be had without volatility, and when: now, at an ex-date, in between, at expiry. `in` valid, dividends sorted and inside
/// (0, in.years).
struct CertainValue {
    double value = 0, time = 0, discountedSpot = 0;
};
CertainValue certainValue(market::ExerciseStyle style, const Inputs& in, std::span<const CashDividend> dividends);
/// The forward of the same model: S e^{(r-q)T} less every dividend carried to expiry. `in` valid, dividends as above.
double forwardWithDividends(const Inputs& in, std::span<const CashDividend> dividends);

} // namespace mahler::pricing
