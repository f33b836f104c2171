#include "pricing/chain_pricer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "pricing/chain_carry.h"
#include "pricing/expiry_pricer.h"
#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

using market::Right;

constexpr double kDay = 1.0 / 365;

/// One strike of a slice; a side that is not listed has no row.
struct StrikeRows {
    double strike = 0;
    std::optional<std::size_t> call, put;
};

/// Rows of one expiry on their way through the model; a query's number is a quote's mid or a volatility.
struct RowBatch {
    std::vector<std::size_t> rows;
    std::vector<StrikeQuery> queries;

    void add(std::size_t row, Right right, double strike, double number) {
        rows.push_back(row);
        queries.push_back({right, strike, number});
    }
};

class SlicePricer {
public:
    SlicePricer(const market::OptionChain& chain, const market::ExpirySlice& slice, const Carry& carry, CashSlices* known, PricedChain& out,
                PricedExpiry& expiry)
        : m_chain(chain), m_slice(slice), m_carry(carry), m_out(out), m_expiry(expiry), m_pricer(slice.style, carry, known) {}

    /// The volatility of every quote.
    void imply() {
        collectStrikes();
        implyVols();
        collectPoints();
    }
    /// What the surface is fitted to.
    SurfaceInput points() const { return {m_carry.years, m_points}; }

    /// Everything that stands on the slice of the surface; `rejected` as points().
    void value(const SmileFit& smile, const std::vector<bool>& rejected) {
        m_expiry.smile = smile;
        for (std::size_t i = 0; i < m_pointRows.size(); ++i)
            if (rejected[i]) m_outliers.push_back(m_pointRows[i]);
        std::sort(m_outliers.begin(), m_outliers.end());
        describe();
        valueRows();
    }

private:
    static Right otherSide(Right right) { return right == Right::Call ? Right::Put : Right::Call; }
    Right outSide(double strike) const { return strike >= m_carry.forward ? Right::Call : Right::Put; }
    static const std::optional<std::size_t>& rowOf(const StrikeRows& s, Right right) { return right == Right::Call ? s.call : s.put; }

    void collectStrikes() {
        for (std::size_t row = m_slice.begin; row < m_slice.end; ++row) {
            const std::int64_t micros = m_chain.strike[row];
            if (micros <= 0) {
                m_out.ivStatus[row] = IvStatus::BadInput;
                continue;
            }
            const double strike = static_cast<double>(micros) * 1e-6;
            if (m_strikes.empty() || m_strikes.back().strike != strike) m_strikes.push_back({strike, {}, {}});
            (m_chain.right[row] == Right::Call ? m_strikes.back().call : m_strikes.back().put) = row;
        }
    }

    /// @return the volatility when there is one, otherwise 0.
    double keepVol(std::size_t row, const ImpliedVol& iv) {
        const bool good = iv.status == IvStatus::Ok && std::isfinite(iv.vol) && iv.vol > 0;
        m_out.ivStatus[row] = iv.status == IvStatus::Ok && !good ? IvStatus::NoConvergence : iv.status;
        m_out.iv[row] = good ? iv.vol : 0;
        return m_out.iv[row];
    }

    /// All quoted rows of both sides at once.
    void implyVols() {
        RowBatch quoted;
        for (const StrikeRows& s : m_strikes)
            for (const Right right : {Right::Call, Right::Put})
                if (const auto& row = rowOf(s, right)) {
                    const UsableQuote quote = usableQuote(m_chain, *row);
                    m_out.ivStatus[*row] = quote.status;
                    if (quote.status == IvStatus::Ok) quoted.add(*row, right, s.strike, quote.mid);
                }
        std::vector<ImpliedVol> found(quoted.rows.size());
        m_pricer.impliedVols(quoted.queries, found);
        for (std::size_t i = 0; i < found.size(); ++i) keepVol(quoted.rows[i], found[i]);
    }

    double vega(double strike, double vol) const {
        const double s = vol * std::sqrt(m_carry.years), d1 = std::log(m_carry.forward / strike) / s + 0.5 * s;
        return m_carry.discount * m_carry.forward * normalPdf(d1) * std::sqrt(m_carry.years);
    }

    void collectPoints() {
        for (const StrikeRows& s : m_strikes) {
            const auto& row = rowOf(s, outSide(s.strike));
            if (!row || m_out.ivStatus[*row] != IvStatus::Ok) continue;
            const double vol = m_out.iv[*row], vega = this->vega(s.strike, vol), width = usableQuote(m_chain, *row).width;
            if (!(vega > 0) || !std::isfinite(vega)) continue;
            m_points.push_back({std::log(s.strike / m_carry.forward), vol, vega / width, 0.5 * width / vega});
            m_pointRows.push_back(*row);
        }
    }

    void describe() {
        const SmileFit& smile = m_expiry.smile;
        const double years = m_carry.years;
        if (smile.ok)
            m_expiry.atmVol = smile.vol(0, years);
        else
            m_expiry.atmVol = nearestVol();
        if (m_expiry.atmVol && !(*m_expiry.atmVol > 0)) m_expiry.atmVol.reset();
        if (!m_expiry.atmVol) return;
        const double rootT = std::sqrt(years);
        m_expiry.expectedMove = m_carry.forward * *m_expiry.atmVol * rootT;
        if (!smile.ok) return;
        const std::optional<double> call = volAtDelta(1), put = volAtDelta(-1);
        if (call && put) {
            m_expiry.riskReversal25 = *call - *put;
            m_expiry.butterfly25 = 0.5 * (*call + *put) - *m_expiry.atmVol;
        }
    }

    /// Linear between the two quoted strikes around the forward.
    std::optional<double> nearestVol() const {
        if (m_points.empty()) return std::nullopt;
        const auto above = std::find_if(m_points.begin(), m_points.end(), [](const SmilePoint& p) { return p.k >= 0; });
        if (above == m_points.begin() || above == m_points.end()) {
            const SmilePoint& edge = above == m_points.end() ? m_points.back() : m_points.front();
            return std::fabs(edge.k) < 0.05 ? std::optional(edge.vol) : std::nullopt;
        }
        const SmilePoint &high = *above, &low = *(above - 1);
        return low.vol + (high.vol - low.vol) * (0 - low.k) / (high.k - low.k);
    }

    /// Volatility where the forward delta is 0.25 (`side` 1: call, -1: put); absent outside the quoted strikes.
    std::optional<double> volAtDelta(double side) const {
        constexpr double kQuarter = 0.67448975019608174; // -inverse normal of 0.25
        const double rootT = std::sqrt(m_carry.years);
        double k = 0;
        for (int i = 0; i < 30; ++i) {
            const double s = m_expiry.smile.vol(k, m_carry.years) * rootT;
            k = 0.5 * (k + s * (0.5 * s + side * kQuarter));
        }
        if (k < m_points.front().k || k > m_points.back().k) return std::nullopt;
        return m_expiry.smile.vol(k, m_carry.years);
    }

    double trustedVol(const StrikeRows& s, double smileVol) const {
        const Right out = outSide(s.strike);
        const auto& own = rowOf(s, out);
        if (own && m_out.iv[*own] > 0 && !std::binary_search(m_outliers.begin(), m_outliers.end(), *own)) return m_out.iv[*own];
        if (smileVol > 0) return smileVol;
        const auto& other = rowOf(s, otherSide(out));
        return other ? m_out.iv[*other] : 0;
    }

    void keepGreeks(std::size_t row, double vol, const Valuation& v) {
        if (!hasNumbers(v.status)) return;
        m_out.markVol[row] = vol;
        m_out.delta[row] = v.delta;
        m_out.gamma[row] = v.gamma;
        m_out.theta[row] = v.theta;
        m_out.vega[row] = v.vega;
        m_out.rho[row] = v.rho;
        m_out.hasGreeks[row] = true;
    }

    void keepTheo(std::size_t row, double theo) {
        m_out.hasTheo[row] = std::isfinite(theo);
        m_out.theo[row] = std::isfinite(theo) ? theo : 0;
    }

    void valueRows() {
        RowBatch marked, smiled;
        for (const StrikeRows& s : m_strikes) {
            const double smileVol = m_expiry.smile.ok ? m_expiry.smile.vol(std::log(s.strike / m_carry.forward), m_carry.years) : 0;
            const double vol = trustedVol(s, smileVol);
            for (const Right right : {Right::Call, Right::Put}) {
                const auto& row = rowOf(s, right);
                if (!row) continue;
                if (vol > 0) marked.add(*row, right, s.strike, vol);
                if (smileVol > 0) smiled.add(*row, right, s.strike, smileVol);
            }
        }
        std::vector<Valuation> values(marked.rows.size());
        m_pricer.values(marked.queries, values);
        for (std::size_t i = 0; i < values.size(); ++i) keepGreeks(marked.rows[i], marked.queries[i].number, values[i]);
        if (!m_out.charm.empty()) valueFurther(marked, values);
        std::vector<double> prices(smiled.rows.size());
        m_pricer.prices(smiled.queries, prices);
        for (std::size_t i = 0; i < prices.size(); ++i) keepTheo(smiled.rows[i], prices[i]);
    }

    /// By differences of whole values: what the screen's delta will be tomorrow, and a point of volatility away.
    void valueFurther(const RowBatch& marked, const std::vector<Valuation>& now) {
        const std::size_t n = now.size();
        RowBatch higher = marked, lower = marked;
        for (std::size_t i = 0; i < n; ++i) {
            const double vol = marked.queries[i].number, step = std::min(0.005, 0.5 * vol);
            higher.queries[i].number = vol + step;
            lower.queries[i].number = vol - step;
        }
        std::vector<Valuation> up(n), down(n), later(n);
        m_pricer.values(higher.queries, up);
        m_pricer.values(lower.queries, down);
        Carry tomorrow = m_carry;
        const double passed = std::min(kDay, m_carry.years);
        tomorrow.years -= passed;
        for (CashDividend& d : tomorrow.dividends) d.years -= passed;
        std::erase_if(tomorrow.dividends, [](const CashDividend& d) { return d.years <= 0; });
        tomorrow.discount = std::exp(-tomorrow.rate * tomorrow.years);
        tomorrow.forward = tomorrow.forwardOf(tomorrow.spot);
        ExpiryPricer ahead(m_slice.style, tomorrow);
        if (tomorrow.years > 0) ahead.values(marked.queries, later);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t row = marked.rows[i];
            const StrikeQuery& q = marked.queries[i];
            if (!m_out.hasGreeks[row]) continue;
            const double sign = q.right == Right::Call ? 1 : -1, gap = sign * (m_carry.spot - q.strike);
            const double then = tomorrow.years > 0 ? later[i].delta : gap > 0 ? sign : gap < 0 ? 0 : 0.5 * sign;
            if (tomorrow.years <= 0 || hasNumbers(later[i].status)) m_out.charm[row] = (then - now[i].delta) * (kDay / passed);
            if (hasNumbers(up[i].status) && hasNumbers(down[i].status))
                m_out.vanna[row] = (up[i].delta - down[i].delta) / (higher.queries[i].number - lower.queries[i].number) * 0.01;
            if (m_carry.years < 2 * kDay) m_out.decayToClose[row] = std::max(gap, 0.0) - now[i].price;
        }
    }

    const market::OptionChain& m_chain;
    const market::ExpirySlice& m_slice;
    const Carry& m_carry;
    PricedChain& m_out;
    PricedExpiry& m_expiry;
    ExpiryPricer m_pricer;
    std::vector<StrikeRows> m_strikes;
    std::vector<SmilePoint> m_points;
    std::vector<std::size_t> m_pointRows; ///< as m_points
    std::vector<std::size_t> m_outliers;  ///< rows, sorted
};

void sizeRows(PricedChain& out, std::size_t rows) {
    out.ivStatus.assign(rows, IvStatus::NoQuote);
    for (std::vector<double>* column : {&out.iv, &out.delta, &out.gamma, &out.theta, &out.vega, &out.rho, &out.markVol, &out.theo})
        column->assign(rows, 0.0);
    out.hasGreeks.assign(rows, false);
    out.hasTheo.assign(rows, false);
}

} // namespace

CurveInputs curveOf(const market::History* history, const std::string& underlying) {
    CurveInputs curve;
    if (!history) return curve;
    curve.rate = history->rate;
    if (const auto yield = history->dividendYield.find(underlying); yield != history->dividendYield.end()) curve.fallbackYield = yield->second;
    if (const auto cash = history->dividends.find(underlying); cash != history->dividends.end()) curve.dividends = cash->second;
    return curve;
}

std::shared_ptr<const PricedChain> priceChain(std::shared_ptr<const market::OptionChain> chain, const CurveInputs& curve) {
    const auto start = std::chrono::steady_clock::now();
    auto out = std::make_shared<PricedChain>();
    out->chain = chain;
    if (!chain) return out;
    CurveInputs usable;
    if (curve.rate && std::fabs(*curve.rate) < 1) // also refuses NaN
        usable.rate = curve.rate;
    if (curve.dividendYield && std::fabs(*curve.dividendYield) < 1) usable.dividendYield = curve.dividendYield;
    if (curve.fallbackYield && std::fabs(*curve.fallbackYield) < 1) usable.fallbackYield = curve.fallbackYield;
    usable.dividends = curve.dividends;
    usable.carry = curve.carry;
    sizeRows(*out, chain->size());
    if (curve.furtherGreeks)
        for (std::vector<double>* column : {&out->charm, &out->vanna, &out->decayToClose})
            column->assign(chain->size(), std::numeric_limits<double>::quiet_NaN());
    const ChainCarry carry = impliedCarry(*chain, usable);
    out->spot = carry.spot;
    out->spotFromParity = carry.spotFromParity;
    out->expiries.resize(chain->expiries.size());
    std::vector<std::unique_ptr<SlicePricer>> pricers; // of the expiries that can be priced
    std::vector<std::size_t> expiryOf;
    std::vector<SurfaceInput> quotes;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i) {
        const market::ExpirySlice& slice = chain->expiries[i];
        const Carry& c = carry.expiries[i];
        PricedExpiry& e = out->expiries[i];
        e.years = c.years;
        e.rate = c.rate;
        e.dividends = c.dividends;
        e.borrow = c.dividends.empty() ? 0 : c.yield;
        e.dividendYield = c.years > 0 && c.spot > 0 && c.forward > 0 ? c.equivalentYield() : c.yield;
        e.discount = c.discount;
        e.forward = c.forward;
        e.spot = c.spot;
        e.forwardFromParity = c.fromParity;
        e.rateAssumed = c.rateAssumed;
        const bool known = c.spot > 0 && c.forward > 0;
        if (!(c.years > 0) || !known) {
            for (std::size_t row = slice.begin; row < slice.end; ++row) out->ivStatus[row] = c.years > 0 ? IvStatus::BadInput : IvStatus::Expired;
            continue;
        }
        pricers.push_back(std::make_unique<SlicePricer>(*chain, slice, c, curve.slices.get(), *out, e));
        pricers.back()->imply();
        quotes.push_back(pricers.back()->points());
        expiryOf.push_back(i);
    }
    FittedSurface fitted = fitSurface(quotes);
    for (SurfaceSlice& s : fitted.surface.slices) s.expiry = expiryOf[s.expiry];
    out->surface = std::move(fitted.surface);
    for (std::size_t i = 0; i < pricers.size(); ++i) pricers[i]->value(fitted.smiles[i], fitted.rejected[i]);
    out->milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return out;
}

} // namespace mahler::pricing
