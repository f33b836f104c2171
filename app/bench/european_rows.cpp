#include "app/bench/rows.h"

#include <array>
#include <cmath>
#include <numbers>

#include "pricing/european_batch.h"
#include "pricing/quantlib_check.h"

namespace mahler::bench {

namespace {

using market::Right;
using pricing::Inputs;
using pricing::Valuation;
using Real = long double;

constexpr std::size_t kPerExpiry = 400;
constexpr std::size_t kSlice = 20; ///< legs
constexpr double kEps = 2.2e-16;

/// 10,000 contracts like SPY's: 25 expiries of 1 to 730 days, 200 strikes within four standard deviations, calls and puts,
/// volatilities of a skewed smile.
std::vector<Inputs> spyLikeChain() {
    constexpr std::array<int, 25> kDays = {1, 2, 3, 4, 7, 9, 11, 14, 18, 21, 28, 35, 42, 49, 63, 77, 91, 119, 154, 182, 245, 301, 365, 548, 730};
    std::vector<Inputs> all;
    for (const int days : kDays)
        for (int i = 0; i < 200; ++i)
            for (const Right right : {Right::Call, Right::Put}) {
                Inputs in{right, 600, 0, days / 365.0, 0.043, 0.012, 0};
                const double width = std::clamp(4 * 0.18 * std::sqrt(in.years), 0.03, 0.55) * (i < 100 ? 1.15 : 0.85);
                in.strike = std::round(in.spot * std::exp(width * (2 * (i + 0.5) / 200 - 1)) * 100) / 100;
                const double k = std::log(in.strike / in.spot);
                in.vol = std::clamp(0.16 - 0.22 * k / std::sqrt(in.years + 0.08) + 0.55 * k * k / (in.years + 0.1), 0.07, 1.5);
                all.push_back(in);
            }
    return all;
}

Real cdf(Real x) { return erfcl(-x / std::numbers::sqrt2_v<Real>) / 2; }

struct Truth {
    Real price, delta, gamma, theta, vega, rho;
    Real decay, carry; ///< the two parts of theta, which may nearly cancel
    Real z;
};

Truth truthOf(const Inputs& in) {
    const Real S = in.spot, K = in.strike, T = in.years, r = in.rate, q = in.dividendYield, v = in.vol, rootT = sqrtl(T), s = v * rootT;
    const Real h = (logl(S / K) + (r - q) * T) / s, d1 = h + s / 2, d2 = h - s / 2, w = in.right == Right::Call ? 1 : -1;
    const Real forward = S * expl(-q * T), strike = K * expl(-r * T);
    const Real density = forward * expl(-d1 * d1 / 2) / sqrtl(2 * std::numbers::pi_v<Real>);
    const Real side = h <= 0 ? 1 : -1; // out of the money, where nothing is lost
    const Real outside = side * (forward * cdf(side * d1) - strike * cdf(side * d2));
    Truth t;
    t.price = outside + std::max<Real>(w * (forward - strike), 0) * (w == side ? 0 : 1);
    t.delta = w * forward * cdf(w * d1) / S;
    t.gamma = density / (S * S * s);
    t.vega = density * rootT;
    t.rho = w * T * strike * cdf(w * d2);
    t.decay = -density * v / (2 * rootT);
    t.carry = w * (q * forward * cdf(w * d1) - r * strike * cdf(w * d2));
    t.theta = t.decay + t.carry;
    t.z = fabsl(h) + s / 2;
    return t;
}

double relative(double got, Real want) { return static_cast<double>(fabsl((static_cast<Real>(got) - want) / want)); }

/// Worst relative error of price and Greeks where the tolerance is tightest: within two standard deviations. Theta's is
/// relative to the larger of its parts.
double worstError(const std::vector<Truth>& truth, const std::function<Valuation(std::size_t)>& at) {
    double worst = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i].z > 2) continue;
        const Truth& t = truth[i];
        const Valuation v = at(i);
        for (const double e : {relative(v.price, t.price), relative(v.delta, t.delta), relative(v.gamma, t.gamma), relative(v.vega, t.vega),
                               relative(v.rho, t.rho), static_cast<double>(fabsl((v.theta - t.theta) / std::max(fabsl(t.decay), fabsl(t.carry))))})
            worst = std::isnan(e) ? INFINITY : std::max(worst, e);
    }
    return worst;
}

/// What one side needed and reached.
struct Measured {
    Timing time;
    double error = 0;
};

std::string suffixed(const std::string& name, pricing::Isa isa) { return isa == pricing::activeIsa() ? name : name + "_" + pricing::toString(isa); }

Row rowOf(const std::string& name, pricing::Isa isa, const std::string& unit, double unitsPerSecond, double items, const Measured& ours,
          const Measured& peer, const std::string& peerName) {
    Row row;
    row.name = suffixed(name, isa);
    row.unit = unit;
    row.ours = row.p50 = ours.time.seconds * unitsPerSecond;
    row.p99 = ours.time.slow * unitsPerSecond;
    row.peer = peer.time.seconds * unitsPerSecond;
    row.maxError = ours.error;
    row.peerMaxError = peer.error;
    row.peerName = peerName;
    if (ours.time.cycles > 0) row.cycles = ours.time.cycles / items;
    row.isa = pricing::toString(isa);
    return row;
}

class EuropeanBench {
public:
    EuropeanBench() : m_all(spyLikeChain()) {
        for (const Inputs& in : m_all) {
            m_batch.add(in);
            m_truth.push_back(truthOf(in));
        }
        for (std::size_t i = 0; i < m_all.size(); ++i) {
            // What a price rounded to a double can tell of its volatility; rows that tell nothing are nobody's to imply.
            const Truth& t = m_truth[i];
            const double vol = m_all[i].vol, price = static_cast<double>(t.price);
            const double attainable = kEps + kEps * price / (static_cast<double>(t.vega) * vol);
            if (attainable > 1e-6) continue;
            m_implied.push_back(m_all[i]);
            m_impliedBatch.add(m_all[i]);
            m_prices.push_back(price);
            m_attainable.push_back(attainable);
        }
        measurePeer();
    }

    std::vector<Row> run() {
        std::vector<Row> rows;
        std::vector<pricing::Isa> isas = pricing::availableIsas();
        std::stable_sort(isas.begin(), isas.end(), [](auto a, auto b) { return a == pricing::activeIsa() && b != a; });
        for (const pricing::Isa isa : isas)
            for (const Row& row : {rowByRow(isa), chainMode(isa), impliedVols(isa), refresh(isa), grid(isa)}) rows.push_back(row);
        return rows;
    }

private:
    static constexpr double kNanos = 1e9, kMillis = 1e3;
    double count() const { return static_cast<double>(m_all.size()); }

    void measurePeer() {
        std::vector<Valuation> values(m_all.size());
        m_peerGreeks.time = timeRuns(0.2, [&] { pricing::quantlibGreeks(m_all, values); });
        m_peerGreeks.error = worstError(m_truth, [&](std::size_t i) { return values[i]; });
        std::vector<double> vols(m_implied.size());
        m_peerVols.time = timeRuns(0.2, [&] { pricing::quantlibVols(m_implied, m_prices, vols); });
        m_peerVols.error = worstVolError(vols);
        for (std::size_t i = 5; i < m_all.size(); i += 10) m_legs.push_back({m_all[i], 1.0});
        for (int i = 0; i < 100; ++i) {
            m_spots.push_back(600 * (0.85 + 0.3 * i / 99.0));
            m_shifts.push_back(-0.04 + 0.24 * i / 99.0);
        }
        std::vector<Inputs> legs;
        for (const auto& leg : m_legs) legs.push_back(leg.in);
        std::vector<double> sums(m_spots.size() * m_shifts.size());
        m_peerGrid.time = inSlices([&](std::size_t from) { pricing::quantlibGrid(std::span(legs).subspan(from, kSlice), m_spots, m_shifts, sums); });
        m_peerGrid.error = worstGridError([&](const Inputs& leg, std::vector<double>& out) {
            out.assign(m_spots.size() * m_shifts.size(), 0.0);
            pricing::quantlibGrid(std::span(&leg, 1), m_spots, m_shifts, out);
        });
    }

    /// The book's grid takes longer than the system leaves a thread alone: timed by slices of legs in turn, and scaled.
    template <class Work> Timing inSlices(const Work& work) const {
        std::size_t next = 0;
        Timing t = timeRuns(0.5, [&] {
            work(next);
            next = (next + kSlice) % m_legs.size();
        });
        const double scale = static_cast<double>(m_legs.size() / kSlice);
        return {t.seconds * scale, t.slow * scale, t.cycles * scale};
    }

    double worstVolError(std::span<const double> vols) const {
        double worst = 0;
        for (std::size_t i = 0; i < vols.size(); ++i) {
            const double e = std::fabs(vols[i] / m_implied[i].vol - 1) / m_attainable[i];
            worst = std::isnan(e) ? INFINITY : std::max(worst, e);
        }
        return worst;
    }

    /// Cells of 40 legs, one by one, down to a millionth of a cent.
    double worstGridError(const std::function<void(const Inputs&, std::vector<double>&)>& price) const {
        double worst = 0;
        std::vector<double> got;
        for (std::size_t k = 0; k < m_legs.size(); k += 25) {
            Inputs in = m_legs[k].in;
            price(in, got);
            const double vol = in.vol;
            for (std::size_t v = 0; v < m_shifts.size(); v += 3)
                for (std::size_t s = 0; s < m_spots.size(); s += 3) {
                    in.spot = m_spots[s];
                    in.vol = vol + m_shifts[v];
                    const Truth t = truthOf(in);
                    const double e = t.price > 1e-8L ? relative(got[v * m_spots.size() + s], t.price) : 0;
                    worst = std::isnan(e) ? INFINITY : std::max(worst, e);
                }
        }
        return worst;
    }

    Row rowByRow(pricing::Isa isa) {
        pricing::GreekBatch out;
        Measured ours;
        ours.time = timeRuns(0.3, [&] { pricing::priceEuropeans(m_batch, pricing::GreekSet::Basic, out, isa); });
        ours.error = worstError(m_truth, [&](std::size_t i) { return out.at(i); });
        return rowOf("european_price_greeks", isa, "ns per option", kNanos / count(), count(), ours, m_peerGreeks, "QuantLib 1.29 BlackCalculator");
    }

    static pricing::ExpiryTerms termsOf(const Inputs& in) { return {in.spot, in.years, in.rate, in.dividendYield}; }

    /// `vols` alike long as the chain.
    void priceByExpiry(std::span<const double> vols, std::vector<pricing::GreekBatch>& out, pricing::Isa isa) const {
        out.resize(m_all.size() / kPerExpiry);
        for (std::size_t e = 0; e < out.size(); ++e) {
            const std::size_t at = e * kPerExpiry;
            pricing::priceExpiry(termsOf(m_all[at]), std::span(m_batch.sign).subspan(at, kPerExpiry),
                                 std::span(m_batch.strike).subspan(at, kPerExpiry), vols.subspan(at, kPerExpiry), pricing::GreekSet::Basic, out[e],
                                 isa);
        }
    }

    Row chainMode(pricing::Isa isa) {
        std::vector<pricing::GreekBatch> out;
        Measured ours;
        ours.time = timeRuns(0.3, [&] { priceByExpiry(m_batch.vol, out, isa); });
        ours.error = worstError(m_truth, [&](std::size_t i) { return out[i / kPerExpiry].at(i % kPerExpiry); });
        return rowOf("european_chain_mode", isa, "ns per option", kNanos / count(), count(), ours, m_peerGreeks, "QuantLib 1.29 BlackCalculator");
    }

    Row impliedVols(pricing::Isa isa) {
        pricing::ImpliedVolBatch out;
        Measured ours;
        const double items = static_cast<double>(m_implied.size());
        ours.time = timeRuns(0.3, [&] { pricing::impliedVolsEuropean(m_impliedBatch, m_prices, out, isa); });
        ours.error = worstVolError(out.vol);
        Row row =
            rowOf("european_iv_chain", isa, "ns per volatility", kNanos / items, items, ours, m_peerVols, "QuantLib 1.29 blackFormulaImpliedStdDev");
        row.note = "errors in multiples of what the price can tell; LetsBeRational is not installed: peer absent";
        return row;
    }

    Row refresh(pricing::Isa isa) {
        std::vector<double> prices, vols(m_all.size());
        for (const Truth& t : m_truth) prices.push_back(static_cast<double>(t.price));
        std::vector<pricing::GreekBatch> out;
        pricing::ImpliedVolBatch found;
        Measured ours, peer;
        ours.time = timeRuns(0.3, [&] {
            for (std::size_t at = 0; at < m_all.size(); at += kPerExpiry) {
                pricing::impliedVolsOfExpiry(termsOf(m_all[at]), std::span(m_batch.sign).subspan(at, kPerExpiry),
                                             std::span(m_batch.strike).subspan(at, kPerExpiry), std::span(prices).subspan(at, kPerExpiry), found,
                                             isa);
                for (std::size_t i = 0; i < kPerExpiry; ++i) // a row without a volatility takes the smile's
                    vols[at + i] = found.status[i] == pricing::IvStatus::Ok ? found.vol[i] : m_batch.vol[at + i];
            }
            priceByExpiry(vols, out, isa);
        });
        ours.error = worstError(m_truth, [&](std::size_t i) { return out[i / kPerExpiry].at(i % kPerExpiry); });
        peer = m_peerGreeks;
        peer.time.seconds += m_peerVols.time.seconds;
        Row row = rowOf("chain_refresh_10k_european", isa, "ms", kMillis, count(), ours, peer,
                        "QuantLib 1.29 blackFormulaImpliedStdDev and BlackCalculator");
        row.note = "LetsBeRational is not installed: peer absent; the peer skips rows whose price tells nothing of the volatility";
        return row;
    }

    Row grid(pricing::Isa isa) {
        std::vector<double> sums;
        Measured ours;
        ours.time = inSlices([&](std::size_t from) { pricing::spotVolGrid(std::span(m_legs).subspan(from, kSlice), m_spots, m_shifts, sums, isa); });
        ours.error = worstGridError([&](const Inputs& leg, std::vector<double>& out) {
            const pricing::GridLeg one{leg, 1.0};
            pricing::spotVolGrid(std::span(&one, 1), m_spots, m_shifts, out, isa);
        });
        const double items = static_cast<double>(m_legs.size() * m_spots.size() * m_shifts.size());
        return rowOf("spot_vol_grid_european", isa, "ms for 100 x 100 x 1000", kMillis, items, ours, m_peerGrid, "QuantLib 1.29 blackFormula");
    }

    std::vector<Inputs> m_all, m_implied;
    pricing::EuropeanBatch m_batch, m_impliedBatch;
    std::vector<Truth> m_truth;
    std::vector<double> m_prices, m_attainable, m_spots, m_shifts;
    std::vector<pricing::GridLeg> m_legs;
    Measured m_peerGreeks, m_peerVols, m_peerGrid;
};

} // namespace

std::vector<Row> europeanRows() { return EuropeanBench().run(); }

} // namespace mahler::bench
