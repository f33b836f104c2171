#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "pricing/american_slice.h"
#include "pricing/cash_dividends.h"

namespace mahler::pricing {

/// American values of one expiry with cash dividends (spot-drop model), many strikes at once: the lanes march eight strikes over one mesh. A price is
/// the European closed form on a yield that stands for the dividends, plus what finite differences say of American less European on the same
/// mesh, so that the error both share falls out; in volatility it is interpolated between fixed nodes an eighth of an octave apart. So a
/// contract has the same numbers alone and among others. Against priceWithDividends() on the fine grid: see tst_pricing_cash_slice; price 1e-3 on
/// a spot of 600, delta 2e-4. Not where rates leave exercise two boundaries: see holds(). One thread at a time: it remembers what it solved.
class CashSlice {
public:
    /// `yield` is paid beside `dividends`; holds() must say so of them.
    CashSlice(double rate, double yield, double years, std::vector<CashDividend> dividends);
    ~CashSlice();
    CashSlice(CashSlice&&) noexcept;
    CashSlice& operator=(CashSlice&&) noexcept;

    static bool holds(double rate, double yield, double years, std::span<const CashDividend> dividends, double spot);
    /// Whether these are the terms it was made for.
    bool isOf(double rate, double yield, double years, std::span<const CashDividend> dividends) const;

    /// As priceWithDividends(), impliedVolWithDividends() at GridAccuracy::Chain. Alike long.
    void values(std::span<const SliceOption> options, std::span<Valuation> results);
    void prices(std::span<const SliceOption> options, std::span<double> results); ///< NaN where there is none
    void impliedVols(std::span<const SliceQuote> quotes, std::span<ImpliedVol> results);

private:
    class Solver;
    std::unique_ptr<Solver> m_solver;
};

/// Slices that are used again while their terms stay, which modelTime() keeps for a minute: the newest few dozen. One thread at a time.
class CashSlices {
public:
    /// Null where holds() says no.
    std::shared_ptr<CashSlice> of(double rate, double yield, double years, std::span<const CashDividend> dividends, double spot);

private:
    std::vector<std::shared_ptr<CashSlice>> m_newest; ///< last
};

} // namespace mahler::pricing
