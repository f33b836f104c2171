#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pricing/american_slice.h"
#include "pricing/cash_slice.h"
#include "pricing/expiry_carry.h"
#include "pricing/option_pricer.h"

namespace mahler::pricing {

/// A strike of an expiry with the price or the volatility it is asked for.
struct StrikeQuery {
    market::Right right = market::Right::Call;
    double strike = 0, number = 0;
};

/// The model of one expiry on one carry: what prices a chain prices the book, so that a contract has the same numbers in both, alone or
/// among others. Europeans and Americans by the lanes, also with cash dividends (CashSlice). One thread at a time: it remembers what it solved.
class ExpiryPricer {
public:
    /// `known` outlives this and may be null.
    ExpiryPricer(market::ExerciseStyle style, Carry carry, CashSlices* known = nullptr);

    const Carry& carry() const { return m_carry; }
    /// Another spot or time. What was solved is kept as far as it still holds.
    void setCarry(Carry carry);

    /// Alike long; `number` is a price.
    void impliedVols(std::span<const StrikeQuery> quotes, std::span<ImpliedVol> results);
    /// `number` is a volatility.
    void values(std::span<const StrikeQuery> options, std::span<Valuation> results);
    /// Prices alone; NaN where there is none.
    void prices(std::span<const StrikeQuery> options, std::span<double> results);

    ImpliedVol impliedVol(const StrikeQuery& quote);
    Valuation value(const StrikeQuery& option);
    double price(const StrikeQuery& option);

private:
    struct SliceTerms {
        double rate = 0, yield = 0, years = 0;
        bool operator==(const SliceTerms&) const = default;
    };
    bool onGrid() const { return m_style == market::ExerciseStyle::American && !m_carry.dividends.empty(); }
    Inputs gridInputs(const StrikeQuery& q, double vol) const;
    std::vector<SliceOption> sliceOptions(std::span<const StrikeQuery> options) const;
    void lanes(std::span<const StrikeQuery> queries);

    market::ExerciseStyle m_style;
    CashSlices* m_known = nullptr;
    Carry m_carry;
    SliceTerms m_terms;
    std::optional<AmericanSlice> m_american;        ///< of an American expiry without cash dividends
    std::shared_ptr<CashSlice> m_cash;              ///< of one with them, where its lanes hold
    std::vector<double> m_sign, m_strike, m_number; ///< scratch columns of European lanes
};

} // namespace mahler::pricing
