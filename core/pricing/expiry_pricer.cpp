#include "pricing/expiry_pricer.h"

#include <limits>

#include "pricing/european_batch.h"

namespace mahler::pricing {

using market::ExerciseStyle;
using market::Right;

ExpiryPricer::ExpiryPricer(ExerciseStyle style, Carry carry, CashSlices* known) : m_style(style), m_known(known) { setCarry(std::move(carry)); }

void ExpiryPricer::setCarry(Carry carry) {
    m_carry = std::move(carry);
    if (m_style != ExerciseStyle::American) return;
    if (onGrid()) {
        const Carry& c = m_carry;
        m_american.reset();
        if (m_cash && m_cash->isOf(c.rate, c.yield, c.years, c.dividends)) return;
        CashSlices own;
        m_cash = (m_known ? *m_known : own).of(c.rate, c.yield, c.years, c.dividends, c.spot);
        return;
    }
    m_cash.reset();
    const SliceTerms terms{m_carry.rate, m_carry.yield, m_carry.years};
    if (m_american && terms == m_terms) return;
    m_terms = terms;
    m_american.emplace(terms.rate, terms.yield, terms.years);
}

Inputs ExpiryPricer::gridInputs(const StrikeQuery& q, double vol) const {
    return {q.right, m_carry.spot, q.strike, m_carry.years, m_carry.rate, m_carry.yield, vol};
}

std::vector<SliceOption> ExpiryPricer::sliceOptions(std::span<const StrikeQuery> options) const {
    std::vector<SliceOption> out;
    out.reserve(options.size());
    for (const StrikeQuery& q : options) out.push_back({q.right, m_carry.spot, q.strike, q.number});
    return out;
}

void ExpiryPricer::lanes(std::span<const StrikeQuery> queries) {
    m_sign.clear();
    m_strike.clear();
    m_number.clear();
    for (const StrikeQuery& q : queries) {
        m_sign.push_back(q.right == Right::Call ? 1.0 : -1.0);
        m_strike.push_back(q.strike);
        m_number.push_back(q.number);
    }
}

void ExpiryPricer::impliedVols(std::span<const StrikeQuery> quotes, std::span<ImpliedVol> results) {
    if (m_style == ExerciseStyle::European) {
        lanes(quotes);
        ImpliedVolBatch found;
        impliedVolsOfExpiry({m_carry.spot, m_carry.years, m_carry.rate, m_carry.yield}, m_sign, m_strike, m_number, found);
        for (std::size_t i = 0; i < quotes.size(); ++i) results[i] = {found.vol[i], found.status[i]};
        return;
    }
    std::vector<SliceQuote> asked;
    asked.reserve(quotes.size());
    for (const StrikeQuery& q : quotes) asked.push_back({q.right, m_carry.spot, q.strike, q.number, 0}); // each from its own European volatility
    if (m_american)
        m_american->impliedVols(asked, results);
    else if (m_cash)
        m_cash->impliedVols(asked, results);
    else
        for (std::size_t i = 0; i < quotes.size(); ++i)
            results[i] = impliedVolWithDividends(m_style, gridInputs(quotes[i], 0), m_carry.dividends, quotes[i].number, GridAccuracy::Chain);
}

void ExpiryPricer::values(std::span<const StrikeQuery> options, std::span<Valuation> results) {
    if (m_style == ExerciseStyle::European) {
        lanes(options);
        GreekBatch found;
        priceExpiry({m_carry.spot, m_carry.years, m_carry.rate, m_carry.yield}, m_sign, m_strike, m_number, GreekSet::Basic, found);
        for (std::size_t i = 0; i < options.size(); ++i) results[i] = found.at(i);
    } else if (m_american) {
        m_american->values(sliceOptions(options), results);
    } else if (m_cash) {
        m_cash->values(sliceOptions(options), results);
    } else { // row by row
        for (std::size_t i = 0; i < options.size(); ++i)
            results[i] = priceWithDividends(m_style, gridInputs(options[i], options[i].number), m_carry.dividends, GridAccuracy::Chain).value;
    }
}

void ExpiryPricer::prices(std::span<const StrikeQuery> options, std::span<double> results) {
    if (m_style == ExerciseStyle::European) {
        std::vector<Valuation> found(options.size());
        values(options, found);
        for (std::size_t i = 0; i < options.size(); ++i) results[i] = found[i].price;
    } else if (m_american) {
        m_american->prices(sliceOptions(options), results);
    } else if (m_cash) {
        m_cash->prices(sliceOptions(options), results);
    } else {
        for (std::size_t i = 0; i < options.size(); ++i) {
            const DividendValuation v = dividendPriceOnly(m_style, gridInputs(options[i], options[i].number), m_carry.dividends, GridAccuracy::Chain);
            results[i] = hasNumbers(v.value.status) ? v.value.price : std::numeric_limits<double>::quiet_NaN();
        }
    }
}

ImpliedVol ExpiryPricer::impliedVol(const StrikeQuery& quote) {
    ImpliedVol found;
    impliedVols({&quote, 1}, {&found, 1});
    return found;
}
Valuation ExpiryPricer::value(const StrikeQuery& option) {
    Valuation found;
    values({&option, 1}, {&found, 1});
    return found;
}
double ExpiryPricer::price(const StrikeQuery& option) {
    double found = 0;
    prices({&option, 1}, {&found, 1});
    return found;
}

} // namespace mahler::pricing
