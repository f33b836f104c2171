#pragma once

#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "portfolio/risk_leg.h"
#include "pricing/american_slice.h"
#include "pricing/cash_slice.h"
#include "pricing/european.h"

namespace mahler::portfolio {

/// What a relative move of 30-day volatility means for an option of `years`: the factor on its own volatility,
/// 1 + move x min(2, sqrt(30 days / T)), never under 0.1; NaN for a NaN move. Short volatilities move more than long ones, about as the square
/// root of time (Haug 1993, "Opportunities and Perils of Using Option Sensitivities"; Taleb 1997, Dynamic Hedging, weighted
/// vega; the time-weighted vega of options desks). The cap, reached at 7.5 days, keeps the last week finite.
double tenorVolFactor(double years, double volMove);
inline constexpr double kTenorVolCap = 2.0, kTenorVolFloor = 0.1;

/// The market of one scenario, relative to the bound book.
struct MarketMove {
    double spot = 0; ///< relative, -0.10 = ten per cent lower; above -1
    double vol = 0;  ///< relative move of 30-day volatility; each tenor answers by tenorVolFactor()
};

/// One leg some calendar days later: its value for any spot and volatility. Lives as long as its Revaluer.
class LegAhead {
public:
    /// Per unit of underlying. Absent when there is no finite value. At or past expiry: the exercise value at the moved spot.
    std::optional<double> value(const MarketMove& move) const;
    /// The same with the leg's own spot and volatility given outright.
    std::optional<double> valueAt(double spot, double vol) const;
    /// value() of many moves at once, some five times as fast for an American; NaN where it is absent. Alike long.
    void values(std::span<const MarketMove> moves, std::span<double> results) const;

private:
    struct At {
        double spot = 0, vol = 0;
    };
    At at(const MarketMove& move) const;
    double clamped(double vol) const;

    friend class Revaluer;
    const RiskLeg* m_leg = nullptr;
    pricing::AmericanSlice* m_slice = nullptr; ///< null: European, shares or expired
    pricing::Inputs m_in;
    std::vector<pricing::CashDividend> m_dividends; ///< still to come; then there is no slice
    std::shared_ptr<pricing::CashSlice> m_cash;     ///< of them, where its lanes hold
};

/// What an order taken at its limit would be worth, in dollars for its whole quantity, at `points` spots from `low` to `high` times the
/// chain's: each leg on the carry, style and volatility the chain gives it, `days` calendar days ahead and with 30-day volatility
/// moved by `volMove` (relative, by tenorVolFactor()). Empty when a leg has no price. @return (spot, dollars).
std::vector<std::pair<double, double>> valueAcrossSpots(const ComboOrder& order, const pricing::PricedChain& chain, double low, double high,
                                                        int points, double days = 0, double volMove = 0);

/// Revalues legs in full: Europeans by closed form, Americans by one AmericanSlice for each (rate, yield, time), shared by
/// all strikes and volatilities, with cash dividends to come by a CashSlice for each time. A dividend paid on the way leaves
/// the option; the spot is what the scenario says. One thread at a time; make one for each computation.
class Revaluer {
public:
    /// `leg` must be priced and outlive the result. Rates are moved by `rateShift`, yields by `yieldShift`.
    LegAhead ahead(const RiskLeg& leg, double days, double rateShift = 0, double yieldShift = 0);

private:
    std::map<std::tuple<double, double, double>, std::unique_ptr<pricing::AmericanSlice>> m_slices;
    pricing::CashSlices m_cash;
};

} // namespace mahler::portfolio
