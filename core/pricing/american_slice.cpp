#include "pricing/american_slice.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/american_side.h"
#include "pricing/european.h"
#include "pricing/gaussian.h"

namespace mahler::pricing {

namespace {

constexpr double kTick = 5e-6;     ///< of the strike: a time value under it says nothing of volatility
constexpr double kRounding = 2e-8; ///< of the strike: what a price of ours is good to
constexpr double kLeastTotalVol = 1e-5;
constexpr double kLowestVol = 1e-4, kHighestVol = 18;
constexpr double kSettled = 1e-6; ///< relative step: the next one would be under its square
constexpr int kMostRounds = 60;

constexpr market::Right kRights[] = {market::Right::Call, market::Right::Put};

bool plain(const Inputs& in) { return in.spot > 1e-100 && in.strike > 1e-100 && in.years > 0 && in.vol * std::sqrt(in.years) >= kLeastTotalVol; }

/// European price and vega together.
struct EuropeanPair {
    double price = 0, vega = 0;
};
EuropeanPair europeanPair(const ForwardTerms& terms, double vol, double rootT) {
    const double s = vol * rootT, d1 = terms.x / s + 0.5 * s;
    return {europeanValue(terms, s), terms.discountedForward * normalPdf(d1) * rootT};
}

/// A search for one volatility: a Newton step when it stays inside what is known, otherwise a halving.
struct Search {
    double vol = 0, low = 0, high = kHighestVol;
    ForwardTerms terms;
    std::size_t at = 0;

    enum class State { Going, Found, Lost };
    State move(double miss, double slope) {
        const double step = miss / slope;
        if (std::fabs(step) <= kSettled * vol) { // before the bracket, whose end may be the answer
            vol -= step;
            return State::Found;
        }
        (miss < 0 ? low : high) = vol;
        double next = vol - step;
        if (!(next > low && next < high)) next = low > 0 ? (high < kHighestVol ? std::sqrt(low * high) : 1.6 * vol) : 0.6 * vol;
        vol = std::clamp(next, 0.4 * vol, 2.5 * vol);
        if (high - low <= 1e-10 * high) return State::Found;
        return vol > kLowestVol && vol < kHighestVol ? State::Going : State::Lost;
    }
};

} // namespace

AmericanSlice::AmericanSlice(double rate, double dividendYield, double years, const AmericanKernels& kernels)
    : m_rate(rate), m_yield(dividendYield), m_years(years),
      m_call(std::make_unique<Side>(PutProblem{dividendYield, rate, 0.2, years}, RateSlope::ByYield, kernels)),
      m_put(std::make_unique<Side>(PutProblem{rate, dividendYield, 0.2, years}, RateSlope::ByRate, kernels)) {}
AmericanSlice::~AmericanSlice() = default;
AmericanSlice::AmericanSlice(AmericanSlice&&) noexcept = default;
AmericanSlice& AmericanSlice::operator=(AmericanSlice&&) noexcept = default;

Inputs AmericanSlice::inputs(market::Right right, double spot, double strike, double vol) const {
    return {right, spot, strike, m_years, m_rate, m_yield, vol};
}

void AmericanSlice::values(std::span<const SliceOption> options, std::span<Valuation> results) {
    std::vector<Side::Point> points;
    std::vector<Side::Premium> premiums;
    std::vector<std::size_t> rows;
    for (const market::Right right : kRights) {
        Side& s = side(right);
        points.clear();
        rows.clear();
        for (std::size_t i = 0; i < options.size(); ++i) {
            if (options[i].right != right) continue;
            const Inputs in = inputs(right, options[i].spot, options[i].strike, options[i].vol);
            const bool usable = validInputs(in) && plain(in);
            if (!usable || s.kind() == EarlyExercise::TwoBoundaries) {
                results[i] = priceAmerican(in);
                continue;
            }
            results[i] = uncappedEuropean(in);
            if (s.kind() == EarlyExercise::Never || results[i].status != PriceStatus::Ok) {
                results[i] = capped(in, results[i]);
                continue;
            }
            points.push_back({right == market::Right::Put ? in.spot / in.strike : in.strike / in.spot, in.vol});
            rows.push_back(i);
        }
        premiums.resize(points.size());
        s.premiums(points, true, premiums);
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const SliceOption& o = options[rows[n]];
            const Inputs in = inputs(right, o.spot, o.strike, o.vol);
            const Side::Premium& p = premiums[n];
            Valuation& v = results[rows[n]];
            if (p.exact) {
                v = priceAmerican(in);
                continue;
            }
            const double exercise = exerciseValue(in), m = points[n].moneyness;
            if (p.exercised) {
                v = {exercise, right == market::Right::Call ? 1.0 : -1.0, 0, 0, 0, 0, PriceStatus::Ok};
                continue;
            }
            const double unit = right == market::Right::Put ? o.strike : o.spot;
            v.price = std::max(v.price + p.premium * unit, exercise);
            v.delta += right == market::Right::Put ? p.delta : p.premium - m * p.delta;
            v.gamma = std::max(0.0, v.gamma + (right == market::Right::Put ? p.gamma / o.strike : m * m * p.gamma / o.spot));
            v.vega = std::max(0.0, v.vega + p.vega * unit);
            v.rho += p.rateSlope * unit;
            v.theta = m_rate * v.price - (m_rate - m_yield) * o.spot * v.delta - 0.5 * o.vol * o.vol * o.spot * o.spot * v.gamma;
            v = capped(in, v);
        }
    }
}

void AmericanSlice::prices(std::span<const SliceOption> options, std::span<double> results) {
    std::vector<Side::Point> points;
    std::vector<Side::Premium> premiums;
    std::vector<std::size_t> rows;
    const double rootT = std::sqrt(m_years);
    for (const market::Right right : kRights) {
        Side& s = side(right);
        points.clear();
        rows.clear();
        for (std::size_t i = 0; i < options.size(); ++i) {
            if (options[i].right != right) continue;
            const Inputs in = inputs(right, options[i].spot, options[i].strike, options[i].vol);
            const bool usable = validInputs(in) && plain(in);
            if (!usable) {
                results[i] = singleAmericanPrice(in).value_or(std::numeric_limits<double>::quiet_NaN());
                continue;
            }
            if (s.kind() == EarlyExercise::TwoBoundaries) {
                results[i] = singleAmericanPrice(in).value_or(std::numeric_limits<double>::quiet_NaN());
                continue;
            }
            results[i] = europeanValue(forwardTerms(in), in.vol * rootT);
            if (s.kind() == EarlyExercise::Never) continue;
            points.push_back({right == market::Right::Put ? in.spot / in.strike : in.strike / in.spot, in.vol});
            rows.push_back(i);
        }
        premiums.resize(points.size());
        s.premiums(points, false, premiums);
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const SliceOption& o = options[rows[n]];
            const Inputs in = inputs(right, o.spot, o.strike, o.vol);
            const Side::Premium& p = premiums[n];
            double& price = results[rows[n]];
            const double unit = right == market::Right::Put ? o.strike : o.spot, exercise = exerciseValue(in);
            price = p.exercised ? exercise : std::max(price + p.premium * unit, exercise);
            if (p.exact) price = singleAmericanPrice(in).value_or(std::numeric_limits<double>::quiet_NaN());
        }
    }
}

/// What can be said without a search.
std::optional<ImpliedVol> AmericanSlice::settledVol(const SliceQuote& q) const {
    const Inputs in = inputs(q.right, q.spot, q.strike, 0);
    if (!validTerms(in) || !std::isfinite(q.price) || q.spot <= 1e-100 || q.strike <= 1e-100) return ImpliedVol{0, IvStatus::BadInput};
    const Side& s = q.right == market::Right::Call ? *m_call : *m_put;
    if (s.kind() != EarlyExercise::OneBoundary || !(m_years > 0)) return impliedVolAmerican(in, q.price);
    if (q.price >= (q.right == market::Right::Call ? q.spot : q.strike)) return ImpliedVol{0, IvStatus::AboveMaximum};
    const double floor = zeroVolatilityValue(in), exercise = exerciseValue(in);
    // In the exercise region a price within half a tick says nothing of volatility; elsewhere only rounding counts.
    const double resolution = floor > 0 ? (floor <= exercise ? kTick : kRounding) * q.strike : 0;
    if (q.price < floor - resolution) return ImpliedVol{0, IvStatus::BelowIntrinsic};
    if (q.price <= floor + resolution) return ImpliedVol{0, exercise > 0 && floor <= exercise ? IvStatus::ExerciseRegion : IvStatus::BelowMinimum};
    return std::nullopt;
}

void AmericanSlice::impliedVols(std::span<const SliceQuote> quotes, std::span<ImpliedVol> results) {
    std::vector<Search> going, next;
    std::vector<Side::Point> points;
    std::vector<Side::Premium> premiums;
    const double rootT = std::sqrt(std::max(m_years, 0.0));
    for (const market::Right right : kRights) {
        Side& s = side(right);
        going.clear();
        for (std::size_t i = 0; i < quotes.size(); ++i) {
            const SliceQuote& q = quotes[i];
            if (q.right != right) continue;
            if (const std::optional<ImpliedVol> settled = settledVol(q)) {
                results[i] = *settled;
                continue;
            }
            const Inputs in = inputs(right, q.spot, q.strike, 0);
            Search search;
            search.at = i;
            search.vol = q.guess;
            if (!(search.vol > 0.005 && search.vol < 10)) {
                const ImpliedVol european = impliedVolEuropean(in, q.price);
                results[i] = european;
                if (european.status != IvStatus::Ok) { // above every European price an American one may still have a volatility
                    if (european.status == IvStatus::AboveMaximum) results[i] = impliedVolAmerican(in, q.price);
                    continue;
                }
                search.vol = std::clamp(european.vol, kLowestVol, kHighestVol);
            }
            search.terms = forwardTerms(in);
            going.push_back(search);
        }
        for (int round = 0; round < kMostRounds && !going.empty(); ++round) {
            points.clear();
            for (const Search& g : going) {
                const SliceQuote& q = quotes[g.at];
                points.push_back({right == market::Right::Put ? q.spot / q.strike : q.strike / q.spot, g.vol});
            }
            premiums.resize(points.size());
            s.premiums(points, false, premiums);
            next.clear();
            for (std::size_t n = 0; n < going.size(); ++n) {
                Search& g = going[n];
                const SliceQuote& q = quotes[g.at];
                const Side::Premium& p = premiums[n];
                const double unit = right == market::Right::Put ? q.strike : q.spot;
                const EuropeanPair european = europeanPair(g.terms, g.vol, rootT);
                double miss = european.price + p.premium * unit - q.price, slope = european.vega + p.vega * unit;
                if (p.exercised) { // no slope: the volatility is higher
                    miss = -1;
                    slope = 0;
                }
                const Search::State state = p.exact ? Search::State::Lost : g.move(miss, slope);
                if (state == Search::State::Going)
                    next.push_back(g);
                else if (state == Search::State::Found)
                    results[g.at] = {g.vol, IvStatus::Ok};
                else
                    results[g.at] = impliedVolAmerican(inputs(right, q.spot, q.strike, 0), q.price);
            }
            going.swap(next);
        }
        for (const Search& g : going) results[g.at] = {0, IvStatus::NoConvergence};
    }
}

double AmericanSlice::price(market::Right right, double spot, double strike, double vol) {
    const SliceOption option{right, spot, strike, vol};
    double result = 0;
    prices({&option, 1}, {&result, 1});
    return result;
}

Valuation AmericanSlice::value(market::Right right, double spot, double strike, double vol) {
    const SliceOption option{right, spot, strike, vol};
    Valuation result;
    values({&option, 1}, {&result, 1});
    return result;
}

ImpliedVol AmericanSlice::impliedVol(market::Right right, double spot, double strike, double price, double guess) {
    const SliceQuote quote{right, spot, strike, price, guess};
    ImpliedVol result;
    impliedVols({&quote, 1}, {&result, 1});
    return result;
}

} // namespace mahler::pricing
