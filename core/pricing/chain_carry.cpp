#include "pricing/chain_carry.h"

#include <algorithm>
#include <cmath>

#include "market/exchange_calendar.h"
#include "pricing/american.h"
#include "pricing/expiry_pricer.h"
#include "pricing/parity.h"

namespace mahler::pricing {

namespace {

constexpr double kTwoWeeks = 14.0 / 365.0, kOneDay = 0.9 / 365.0;
constexpr int kStaleSeconds = 30;        ///< a pair whose older side is this much older than the median one is left out
constexpr double kGoodRateError = 0.005; ///< standard error of a rate worth taking from parity
constexpr double kMostSpotGap = 0.03;    ///< between the quoted spot and the one parity wants

std::vector<ParityPair> pairsOf(const market::OptionChain& chain, const market::ExpirySlice& slice) {
    std::vector<ParityPair> pairs;
    std::vector<std::int32_t> ages; // of the older side
    for (std::size_t row = slice.begin; row + 1 < slice.end; ++row) {
        if (chain.strike[row] != chain.strike[row + 1] || chain.right[row] == chain.right[row + 1]) continue;
        const UsableQuote first = usableQuote(chain, row), second = usableQuote(chain, row + 1);
        if (first.status != IvStatus::Ok || second.status != IvStatus::Ok) continue;
        const double sign = chain.right[row] == market::Right::Call ? 1 : -1;
        pairs.push_back({fromMicros(chain.strike[row]), sign * (first.mid - second.mid), first.width + second.width});
        if (!chain.age.empty()) ages.push_back(std::max(chain.age[row], chain.age[row + 1]));
    }
    if (ages.empty()) return pairs;
    // A side that stood still while the spot moved says nothing of the forward now.
    std::vector<std::int32_t> sorted = ages;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    std::vector<ParityPair> fresh;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        if (ages[i] <= *middle + kStaleSeconds) fresh.push_back(pairs[i]);
    return fresh;
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

/// The yield that leads from `spot` to the forward beside the dividends.
double yieldOf(Carry c, double spot) {
    c.yield = c.rate - std::log(c.forward / spot) / c.years;
    for (int i = 0; i < 50 && !c.dividends.empty(); ++i) { // contracts by the share of the dividends in the forward
        const double next = c.yield + std::log(spot / c.spotOf()) / c.years;
        const bool settled = std::fabs(next - c.yield) < 1e-14;
        c.yield = next;
        if (settled) break;
    }
    return c.yield;
}

/// Frees the gaps of call and put of what American exercise with cash dividends adds to the European ones, at the volatility of each strike's
/// own out-of-the-money side. @return whether all could be.
bool freeOfDividends(const market::OptionChain& chain, const market::ExpirySlice& slice, const Carry& c, std::span<ParityPair> pairs) {
    ExpiryPricer pricer(market::ExerciseStyle::American, c);
    std::vector<StrikeQuery> quotes;
    for (const ParityPair& p : pairs)
        for (std::size_t row = slice.begin; row < slice.end; ++row)
            if (const market::Right right = chain.right[row];
                fromMicros(chain.strike[row]) == p.strike && (right == market::Right::Call) == (p.strike >= c.forward))
                if (const UsableQuote quote = usableQuote(chain, row); quote.status == IvStatus::Ok) quotes.push_back({right, p.strike, quote.mid});
    if (quotes.size() != pairs.size()) return false;
    std::vector<ImpliedVol> vols(quotes.size());
    pricer.impliedVols(quotes, vols);
    std::vector<StrikeQuery> both;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (vols[i].status != IvStatus::Ok) return false;
        for (const market::Right right : {market::Right::Call, market::Right::Put}) both.push_back({right, pairs[i].strike, vols[i].vol});
    }
    std::vector<double> prices(both.size());
    pricer.prices(both, prices);
    const double forward = c.forwardOf(c.spot);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const double gap = prices[2 * i] - prices[2 * i + 1] - c.discount * (forward - pairs[i].strike);
        if (!std::isfinite(gap)) return false;
        pairs[i].gap -= gap;
    }
    return true;
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
        if (takeKnown()) return m_out;
        for (std::size_t i = 0; i < n; ++i) {
            const UtcTime now = modelTime(m_chain.time, m_chain.expiries[i].expiresAt);
            m_out.expiries[i].years = yearsBetween(now, m_chain.expiries[i].expiresAt);
            m_pairs[i] = pairsOf(m_chain, m_chain.expiries[i]);
            if (!european(i)) m_out.expiries[i].dividends = cashDividends(now, m_out.expiries[i].years);
        }
        findRates();
        findSpot();
        if (!(m_out.spot > 0)) return m_out;
        for (std::size_t i = 0; i < n; ++i) findForward(i);
        settleYields();
        takeKnown();
        return m_out;
    }

private:
    /// The yield of an expiry before its quotes were asked. Beside cash amounts it stands for what comes after them.
    double withoutParity(const Carry& c) const {
        const bool cash = m_curve.dividendYield ? !c.dividends.empty() : !m_curve.dividends.empty();
        const double yield = m_curve.dividendYield.value_or(m_curve.fallbackYield.value_or(0));
        return cash && c.years > 0 ? yield * std::max(0.0, c.years - kCashDividendYears) / c.years : yield;
    }
    bool european(std::size_t i) const { return m_chain.expiries[i].style == market::ExerciseStyle::European; }

    /// Takes what was found before. @return whether that is everything.
    bool takeKnown() {
        if (!m_curve.carry || !m_chain.spot || m_chain.spot->micros() <= 0) return false;
        bool all = true;
        for (std::size_t i = 0; i < m_chain.expiries.size(); ++i) {
            const market::ExpirySlice& slice = m_chain.expiries[i];
            if (const ExpiryCarry* known = m_curve.carry->find(slice.expiry, slice.root))
                m_out.expiries[i] = carryAt(*known, m_chain.spot->toDouble(), m_chain.time, slice.expiresAt);
            else
                all = false;
        }
        m_out.spot = m_chain.spot->toDouble();
        return all;
    }

    std::vector<CashDividend> cashDividends(UtcTime now, double years) const {
        std::vector<CashDividend> out;
        for (const AnnouncedDividend& d : m_curve.dividends) {
            if (!d.exDate.ok() || !std::isfinite(d.amount) || !(d.amount > 0)) continue;
            const UtcTime drop = market::fromNewYork(d.exDate, 0, 0);
            const double at = yearsBetween(now, drop);
            if (drop > now && at < years && at <= kCashDividendYears) out.push_back({at, d.amount});
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
                at.yield = withoutParity(at);
                at.forward = *forward;
                m_out.spot = at.spotOf();
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
        c.yield = withoutParity(c);
        double cash = 0;
        for (const CashDividend& d : c.dividends) cash += d.amount;
        if (cash > 0.5 * c.spot) // no dividend of this underlying
            c.dividends.clear();
        c.forward = c.forwardOf(c.spot);
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
            if (cash && !freeOfDividends(m_chain, m_chain.expiries[i], tamed, pairs)) return;
            for (ParityPair& p : pairs)
                if (!cash) p.gap -= premiums->callMinusPut(p.strike);
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
        for (Carry& c : m_out.expiries) {
            if (!(c.years > 0) || (c.fromParity && c.years >= kTwoWeeks && c.yield > -0.1 && c.yield < 0.3)) continue;
            if (yields.empty() && !c.fromParity) continue; // as it was given
            c.yield = yields.empty() ? withoutParity(c) : weightedMedian(yields, weights);
            const double spot = c.spotOf();
            if (c.fromParity && std::fabs(spot / m_out.spot - 1) < kMostSpotGap) {
                c.spot = spot;
            } else {
                c.fromParity = false;
                c.forward = c.forwardOf(c.spot);
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

double fromMicros(std::int64_t micros) { return static_cast<double>(micros) * 1e-6; }

UsableQuote usableQuote(const market::OptionChain& chain, std::size_t row) {
    if (!chain.has(row, market::kHasBid) || !chain.has(row, market::kHasAsk)) return {};
    return usableQuote(chain.bid[row], chain.ask[row]);
}

UsableQuote usableQuote(std::int64_t bid, std::int64_t ask) {
    UsableQuote q;
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
            if (std::fabs(d.years - at) > kOneDay && d.years >= before->years)
                expected -= d.amount * std::exp(after->rate * (after->years - d.years));
        const double implied = (expected - after->forward) * std::exp(-after->rate * (after->years - at));
        if (!(implied >= 0 && implied <= 0.1 * carry.spot)) return std::nullopt;
        amount = implied;
    }
    return amount;
}

ChainCarry impliedCarry(const market::OptionChain& chain, const CurveInputs& curve) { return CarryFinder(chain, curve).run(); }

UnderlyingCarry carryOf(const market::OptionChain& chain, const CurveInputs& curve) {
    const auto rounded = [](double x) { return std::round(x * kCarryUnits) / kCarryUnits; };
    const ChainCarry found = impliedCarry(chain, curve);
    UnderlyingCarry out{chain.underlying, chain.time, {}};
    for (std::size_t i = 0; i < found.expiries.size(); ++i) {
        const Carry& c = found.expiries[i];
        const market::ExpirySlice& slice = chain.expiries[i];
        if (!(c.years > 0 && c.spot > 0 && c.forward > 0 && found.spot > 0)) continue;
        ExpiryCarry kept{slice.expiry, slice.root,        rounded(c.rate), rounded(c.yield), rounded(c.spot / found.spot),
                         {},           CarrySource::Rate, c.rateAssumed};
        if (c.fromParity) kept.source = CarrySource::Parity;
        const UtcTime now = modelTime(chain.time, slice.expiresAt);
        for (const AnnouncedDividend& d : curve.dividends) // those it is priced with
            if (std::any_of(c.dividends.begin(), c.dividends.end(), [&](const CashDividend& cash) {
                    return cash.amount == d.amount && d.exDate.ok() && cash.years == yearsBetween(now, market::fromNewYork(d.exDate, 0, 0));
                }))
                kept.dividends.push_back({d.exDate, rounded(d.amount)});
        std::sort(kept.dividends.begin(), kept.dividends.end(), [](const auto& a, const auto& b) { return a.exDate < b.exDate; });
        out.expiries.push_back(std::move(kept));
    }
    return out;
}

} // namespace mahler::pricing
