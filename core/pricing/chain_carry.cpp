#include "pricing/chain_carry.h"

#include <algorithm>
#include <cmath>

#include "market/exchange_calendar.h"
#include "pricing/american.h"
#include "pricing/parity.h"

namespace mahler::pricing {

namespace {

constexpr double kTwoWeeks = 14.0 / 365.0;
constexpr double kGoodRateError = 0.005; ///< standard error of a rate worth taking from parity
constexpr double kMostSpotGap = 0.03;    ///< between the quoted spot and the one parity wants

double fromMicros(std::int64_t micros) { return static_cast<double>(micros) * 1e-6; }

std::vector<ParityPair> pairsOf(const market::OptionChain& chain, const market::ExpirySlice& slice) {
    std::vector<ParityPair> pairs;
    for (std::size_t row = slice.begin; row + 1 < slice.end; ++row) {
        if (chain.strike[row] != chain.strike[row + 1] || chain.right[row] == chain.right[row + 1]) continue;
        const UsableQuote first = usableQuote(chain, row), second = usableQuote(chain, row + 1);
        if (first.status != IvStatus::Ok || second.status != IvStatus::Ok) continue;
        const double sign = chain.right[row] == market::Right::Call ? 1 : -1;
        pairs.push_back({fromMicros(chain.strike[row]), sign * (first.mid - second.mid), first.width + second.width});
    }
    return pairs;
}

/// American premiums of one expiry at one volatility.
class Premiums {
public:
    Premiums(const Carry& c, double vol) : m_spot(c.spot), m_vol(vol) {
        build({c.rate, c.yield, vol, c.years}, m_put);
        build({c.yield, c.rate, vol, c.years}, m_call);
    }
    double of(market::Right right, double strike) const {
        return right == market::Right::Call ? premium(m_call, strike / m_spot) * m_spot : premium(m_put, m_spot / strike) * strike;
    }
    double callMinusPut(double strike) const { return of(market::Right::Call, strike) - of(market::Right::Put, strike); }

private:
    struct Side {
        bool exercised = false;
        OuterGrid grid;
        Boundary boundary;
    };
    static void build(const PutProblem& put, Side& side) {
        side.exercised = earlyExercise(put) == EarlyExercise::OneBoundary;
        if (side.exercised) {
            side.grid = makeOuterGrid(put.rate, put.yield, put.years, Accuracy::Chain);
            side.boundary = solveBoundary(put, Accuracy::Chain);
        }
    }
    double premium(const Side& side, double m) const { return side.exercised ? putPrice(side.grid, side.boundary, m_vol, m).premium : 0; }
    double m_spot, m_vol;
    Side m_call, m_put;
};

/// What the cash dividends are worth at expiry.
double grown(const Carry& c, double yield) {
    double sum = 0;
    for (const CashDividend& d : c.dividends) sum += d.amount * std::exp((c.rate - yield) * (c.years - d.years));
    return sum;
}
double forwardOf(const Carry& c, double spot) { return spot * std::exp((c.rate - c.yield) * c.years) - grown(c, c.yield); }
double spotOf(const Carry& c) { return (c.forward + grown(c, c.yield)) * std::exp(-(c.rate - c.yield) * c.years); }
/// The yield that leads from `spot` to the forward beside the dividends.
double yieldOf(const Carry& c, double spot) {
    double yield = c.rate - std::log(c.forward / spot) / c.years;
    for (int i = 0; i < 50 && !c.dividends.empty(); ++i) { // contracts by the share of the dividends in the forward
        const double next = c.rate - std::log((c.forward + grown(c, yield)) / spot) / c.years;
        const bool settled = std::fabs(next - yield) < 1e-14;
        yield = next;
        if (settled) break;
    }
    return yield;
}

/// Gap of call and put at `strike` over the European one, both American with cash dividends, at the volatility of the strike's
/// own out-of-the-money side.
std::optional<double> dividendGap(const market::OptionChain& chain, const market::ExpirySlice& slice, const Carry& c, double strike) {
    double vol = 0;
    for (std::size_t row = slice.begin; row < slice.end && !(vol > 0); ++row)
        if (const market::Right right = chain.right[row];
            fromMicros(chain.strike[row]) == strike && (right == market::Right::Call) == (strike >= c.forward))
            if (const UsableQuote quote = usableQuote(chain, row); quote.status == IvStatus::Ok)
                vol = impliedVolWithDividends(market::ExerciseStyle::American, {right, c.spot, strike, c.years, c.rate, c.yield, 0}, c.dividends,
                                              quote.mid, GridAccuracy::Chain)
                          .vol;
    if (!(vol > 0)) return std::nullopt;
    double gap = -c.discount * (forwardOf(c, c.spot) - strike);
    for (const market::Right right : {market::Right::Call, market::Right::Put}) {
        const DividendValuation v = dividendPriceOnly(market::ExerciseStyle::American, {right, c.spot, strike, c.years, c.rate, c.yield, vol},
                                                      c.dividends, GridAccuracy::Chain);
        if (!hasNumbers(v.value.status)) return std::nullopt;
        gap += right == market::Right::Call ? v.value.price : -v.value.price;
    }
    return gap;
}

/// The volatility of the out-of-the-money side nearest the forward, by the European formula from its mid
/// less the exercise premium as far as it is known.
double roughVol(const market::OptionChain& chain, const market::ExpirySlice& slice, const Carry& c, const std::optional<Premiums>& premiums) {
    struct Candidate {
        double distance, strike, mid;
        market::Right right;
    };
    std::vector<Candidate> candidates;
    for (std::size_t row = slice.begin; row < slice.end; ++row) {
        const double strike = fromMicros(chain.strike[row]);
        const bool outOfTheMoney = chain.right[row] == market::Right::Call ? strike >= c.forward : strike < c.forward;
        const UsableQuote quote = outOfTheMoney ? usableQuote(chain, row) : UsableQuote{};
        if (quote.status == IvStatus::Ok) candidates.push_back({std::fabs(strike - c.forward), strike, quote.mid, chain.right[row]});
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
    for (const Candidate& at : candidates) {
        const Inputs in{at.right, c.spot, at.strike, c.years, c.rate, c.yield, 0};
        const double premium = premiums ? premiums->of(at.right, at.strike) : 0;
        const ImpliedVol iv = impliedVolEuropean(in, at.mid - premium);
        if (iv.status == IvStatus::Ok && iv.vol > 0.005 && iv.vol < 8) return iv.vol;
    }
    return 0;
}

class CarryFinder {
public:
    CarryFinder(const market::OptionChain& chain, const CurveInputs& curve) : m_chain(chain), m_curve(curve) {}

    ChainCarry run() {
        const std::size_t n = m_chain.expiries.size();
        m_out.expiries.resize(n);
        m_pairs.resize(n);
        m_free.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            m_out.expiries[i].years = yearsBetween(m_chain.time, m_chain.expiries[i].expiresAt);
            m_pairs[i] = pairsOf(m_chain, m_chain.expiries[i]);
            if (!european(i)) m_out.expiries[i].dividends = cashDividends(m_out.expiries[i].years);
        }
        findRates();
        findSpot();
        if (!(m_out.spot > 0)) return m_out;
        for (std::size_t i = 0; i < n; ++i) findForward(i);
        settleYields();
        return m_out;
    }

private:
    bool european(std::size_t i) const { return m_chain.expiries[i].style == market::ExerciseStyle::European; }

    std::vector<CashDividend> cashDividends(double years) const {
        std::vector<CashDividend> out;
        for (const AnnouncedDividend& d : m_curve.dividends) {
            if (!d.exDate.ok() || !std::isfinite(d.amount) || !(d.amount > 0)) continue;
            const UtcTime drop = market::fromNewYork(d.exDate, 0, 0);
            const double at = yearsBetween(m_chain.time, drop);
            if (drop > m_chain.time && at < years && at <= kCashDividendYears) out.push_back({at, d.amount});
        }
        std::sort(out.begin(), out.end(), [](const CashDividend& a, const CashDividend& b) { return a.years < b.years; });
        return out;
    }

    void findRates() {
        std::vector<double> rates, weights;
        for (std::size_t i = 0; i < m_pairs.size() && !m_curve.rate; ++i) {
            const double years = m_out.expiries[i].years;
            if (!european(i) || years < 7.0 / 365.0) continue;
            const std::optional<ParityFit> fit = fitParity(m_pairs[i], std::nullopt);
            if (!fit || fit->used < 6) continue;
            const double rate = -std::log(fit->discount) / years, error = fit->discountError / (fit->discount * years);
            if (error > kGoodRateError || rate < -0.05 || rate > 0.25) continue;
            m_free[i] = fit;
            rates.push_back(rate);
            weights.push_back(1 / (error * error));
        }
        const bool assumed = !m_curve.rate && rates.empty();
        const double shared = m_curve.rate ? *m_curve.rate : assumed ? kAssumedRate : weightedMedian(rates, weights);
        for (std::size_t i = 0; i < m_pairs.size(); ++i) {
            Carry& c = m_out.expiries[i];
            c.rate = shared;
            if (m_free[i] && std::fabs(-std::log(m_free[i]->discount) / c.years - shared) < 0.02)
                c.rate = -std::log(m_free[i]->discount) / c.years;
            else
                m_free[i].reset();
            c.rateAssumed = assumed;
            c.discount = std::exp(-c.rate * c.years);
        }
    }

    std::optional<double> parityForward(std::size_t i) const {
        if (m_free[i]) return m_free[i]->forward;
        const std::optional<ParityFit> fit = fitParity(m_pairs[i], m_out.expiries[i].discount);
        return fit ? std::optional(fit->forward) : std::nullopt;
    }

    void findSpot() {
        if (m_chain.spot && m_chain.spot->micros() > 0) {
            m_out.spot = m_chain.spot->toDouble();
            return;
        }
        double nearest = 1e300;
        for (std::size_t i = 0; i < m_pairs.size(); ++i) {
            const Carry& c = m_out.expiries[i];
            if (!(c.years > 0) || c.years >= nearest) continue;
            if (const std::optional<double> forward = parityForward(i)) {
                nearest = c.years;
                Carry at = c;
                at.yield = m_curve.dividendYield.value_or(0);
                at.forward = *forward;
                m_out.spot = spotOf(at);
                m_out.spotFromParity = true;
            }
        }
    }

    void setForward(Carry& c, double forward) {
        c.forward = forward;
        c.fromParity = true;
        c.yield = yieldOf(c, m_out.spot);
    }

    void findForward(std::size_t i) {
        Carry& c = m_out.expiries[i];
        c.spot = m_out.spot;
        c.yield = m_curve.dividendYield.value_or(0);
        if (!c.dividends.empty() && c.years > 0) // the given yield stands for what comes after the cash
            c.yield *= std::max(0.0, c.years - kCashDividendYears) / c.years;
        double cash = 0;
        for (const CashDividend& d : c.dividends) cash += d.amount;
        if (cash > 0.5 * c.spot) // no dividend of this underlying
            c.dividends.clear();
        c.forward = forwardOf(c, c.spot);
        if (!(c.years > 0) || m_curve.dividendYield) return;
        const std::optional<double> first = parityForward(i);
        if (!first || std::fabs(*first / c.forward - 1) > kMostSpotGap + 0.15 * c.years) return;
        setForward(c, *first);
        if (!european(i)) freeOfPremiums(i);
    }

    void freeOfPremiums(std::size_t i) {
        Carry& c = m_out.expiries[i];
        std::optional<Premiums> premiums;
        for (int round = 0; round < 4; ++round) {
            // A short expiry has little premium whatever the yield: keep the noise out of the boundary.
            Carry tamed = c;
            tamed.yield = std::clamp(c.yield, -0.05, 0.25);
            const bool cash = !c.dividends.empty();
            if (!cash) {
                const double vol = roughVol(m_chain, m_chain.expiries[i], c, premiums);
                if (!(vol > 0)) return;
                premiums.emplace(tamed, vol);
            }
            // Away from the money the smile would change the premium: the six nearest pairs, and all within 2 %.
            std::vector<ParityPair> pairs = m_pairs[i];
            std::sort(pairs.begin(), pairs.end(),
                      [&c](const ParityPair& a, const ParityPair& b) { return std::fabs(a.strike - c.forward) < std::fabs(b.strike - c.forward); });
            std::size_t keep = std::min<std::size_t>(pairs.size(), 6);
            while (!cash && keep < pairs.size() && std::fabs(pairs[keep].strike / c.forward - 1) < 0.02) ++keep;
            pairs.resize(keep);
            for (ParityPair& p : pairs) {
                const std::optional<double> gap =
                    cash ? dividendGap(m_chain, m_chain.expiries[i], tamed, p.strike) : premiums->callMinusPut(p.strike);
                if (!gap) return;
                p.gap -= *gap;
            }
            const std::optional<ParityFit> fit = fitParity(pairs, c.discount);
            if (!fit) return;
            const double moved = std::fabs(fit->forward - c.forward);
            setForward(c, fit->forward);
            if (moved < (cash ? 1e-5 : 1e-6) * c.forward) return;
        }
    }

    void settleYields() {
        if (m_curve.dividendYield) return;
        std::vector<double> yields, weights;
        for (const Carry& c : m_out.expiries)
            if (c.fromParity && c.years >= kTwoWeeks && c.yield > -0.1 && c.yield < 0.3) {
                yields.push_back(c.yield);
                weights.push_back(std::min(c.years, 0.5));
            }
        const double shared = yields.empty() ? 0.0 : weightedMedian(yields, weights);
        for (Carry& c : m_out.expiries) {
            if (!(c.years > 0) || (c.fromParity && c.years >= kTwoWeeks && c.yield > -0.1 && c.yield < 0.3)) continue;
            c.yield = shared;
            const double spot = spotOf(c);
            if (c.fromParity && std::fabs(spot / m_out.spot - 1) < kMostSpotGap) {
                c.spot = spot;
            } else {
                c.fromParity = false;
                c.forward = forwardOf(c, c.spot);
            }
        }
    }

    const market::OptionChain& m_chain;
    const CurveInputs& m_curve;
    ChainCarry m_out;
    std::vector<std::vector<ParityPair>> m_pairs;
    std::vector<std::optional<ParityFit>> m_free; ///< lines whose slope is worth believing
};

} // namespace

UsableQuote usableQuote(const market::OptionChain& chain, std::size_t row) {
    UsableQuote q;
    if (!chain.has(row, market::kHasBid) || !chain.has(row, market::kHasAsk)) return q;
    const std::int64_t bid = chain.bid[row], ask = chain.ask[row];
    if (bid < 0 || ask < 0) {
        q.status = IvStatus::BadInput;
        return q;
    }
    if (bid == 0 || ask < bid) return q;
    q.mid = 0.5 * (fromMicros(bid) + fromMicros(ask));
    q.width = std::max(fromMicros(ask - bid), kLeastWidth);
    q.status = IvStatus::Ok;
    return q;
}

double Carry::equivalentYield() const { return dividends.empty() ? yield : rate - std::log(forward / spot) / years; }

std::optional<double> impliedDividend(const market::OptionChain& chain, CurveInputs curve, TradingDate exDate) {
    std::erase_if(curve.dividends, [exDate](const AnnouncedDividend& d) { return d.exDate == exDate; });
    const std::vector<AnnouncedDividend> others = curve.dividends;
    curve.dividendYield.reset();
    const double at = yearsBetween(chain.time, market::fromNewYork(exDate, 0, 0));
    std::optional<double> amount;
    for (int round = 0; round < 3; ++round) {
        curve.dividends = others;
        if (amount) curve.dividends.push_back({exDate, *amount});
        const ChainCarry carry = impliedCarry(chain, curve);
        const Carry *before = nullptr, *after = nullptr;
        for (const Carry& c : carry.expiries)
            if (c.fromParity && c.years > 0) {
                if (c.years <= at && (!before || c.years > before->years)) before = &c;
                if (c.years > at && (!after || c.years < after->years)) after = &c;
            }
        if (!before || !after || at <= 0) return std::nullopt;
        // Between the two the spot grows without a yield but what is known to be paid.
        double expected = before->forward * std::exp(after->rate * after->years - before->rate * before->years);
        for (const CashDividend& d : after->dividends)
            if (d.years != at && d.years >= before->years) expected -= d.amount * std::exp(after->rate * (after->years - d.years));
        const double implied = (expected - after->forward) * std::exp(-after->rate * (after->years - at));
        if (!(implied >= 0 && implied <= 0.1 * carry.spot)) return std::nullopt;
        amount = implied;
    }
    return amount;
}

ChainCarry impliedCarry(const market::OptionChain& chain, const CurveInputs& curve) { return CarryFinder(chain, curve).run(); }

} // namespace mahler::pricing
