#include "app/bench/rows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "pricing/american.h"
#include "pricing/american_cold.h"
#include "pricing/american_slice.h"
#include "pricing/quantlib_check.h"
#include "pricing/verification.h"

namespace mahler::bench {

namespace {

using namespace pricing;
using market::Right;

constexpr double kRate = 0.043, kYield = 0.012, kSpot = 600;

struct Expiry {
    double years = 0;
    std::vector<SliceOption> options;
    std::vector<SliceQuote> quotes;
};

/// 25 expiries of 200 strikes, calls and puts: make_chain() of the reference prototypes.
std::vector<Expiry> chainOfTenThousand() {
    std::vector<Expiry> chain;
    for (const int days : {1, 2, 3, 4, 7, 9, 11, 14, 18, 21, 28, 35, 42, 49, 63, 77, 91, 119, 154, 182, 245, 301, 365, 548, 730}) {
        Expiry e;
        e.years = days / 365.0;
        const double width = std::min(0.55, std::max(0.03, 4 * 0.18 * std::sqrt(e.years)));
        for (int i = 0; i < 200; ++i) {
            const double strike = std::round(kSpot * std::exp(width * (2 * (i + 0.5) / 200 - 1) * (i < 100 ? 1.15 : 0.85)) * 100) / 100;
            const double k = std::log(strike / kSpot);
            const double vol = std::clamp(0.16 - 0.22 * k / std::sqrt(e.years + 0.08) + 0.55 * k * k / (e.years + 0.10), 0.07, 1.5);
            for (const Right right : {Right::Call, Right::Put}) e.options.push_back({right, kSpot, strike, vol});
        }
        chain.push_back(std::move(e));
    }
    return chain;
}

struct Errors {
    double price = 0, squares = 0, delta = 0, gamma = 0, vega = 0, theta = 0, rho = 0, vol = 0;
    int count = 0;
    double rms() const { return count > 0 ? std::sqrt(squares / count) : 0; }
    std::string text() const {
        char line[200];
        std::snprintf(line, sizeof line, "worst: price %.1e, delta %.1e, relative gamma %.1e, vega %.1e, theta %.1e, rho %.1e; vol %.1e", price,
                      delta, gamma, vega, theta, rho, vol);
        return line;
    }
};

/// Every 25th contract against the scalar method, as the peer's sample in the prototypes.
Errors errorsOf(const std::vector<Expiry>& chain, const std::vector<std::vector<Valuation>>& values,
                const std::vector<std::vector<ImpliedVol>>& vols) {
    Errors e;
    for (std::size_t x = 0; x < chain.size(); ++x)
        for (std::size_t i = 12; i < chain[x].options.size(); i += 25) {
            const SliceOption& o = chain[x].options[i];
            const Inputs in{o.right, o.spot, o.strike, chain[x].years, kRate, kYield, o.vol};
            const Valuation want = scalarAmerican(in), &got = values[x][i];
            e.price = std::max(e.price, std::fabs(got.price - want.price));
            e.squares += (got.price - want.price) * (got.price - want.price);
            ++e.count;
            if (want.gamma == 0 || want.price < exerciseValue(in) + 1e-4) continue;
            e.delta = std::max(e.delta, std::fabs(got.delta - want.delta));
            e.gamma = std::max(e.gamma, std::fabs(got.gamma / want.gamma - 1));
            e.vega = std::max(e.vega, std::fabs(got.vega - want.vega) / std::max(10.0, want.vega));
            e.theta = std::max(e.theta, std::fabs(got.theta - want.theta) / std::max(10.0, std::fabs(want.theta)));
            e.rho = std::max(e.rho, std::fabs(got.rho - want.rho) / std::max(10.0, std::fabs(want.rho)));
            if (want.vega > 1e-4 * kSpot && vols[x][i].status == IvStatus::Ok) e.vol = std::max(e.vol, std::fabs(vols[x][i].vol - o.vol));
        }
    return e;
}

struct Peer {
    double secondsEach = 0, maxError = 0, rmsError = 0; ///< a price
    double volSecondsEach = 0, volMaxError = 0;         ///< a volatility to 1e-8 of the exact price
};

/// Volatilities of exact prices by bracketing with QuantLib's (Illinois, which takes as many as Brent).
void quantlibVols(const std::vector<Inputs>& contracts, const std::vector<double>& exact, Peer& peer) {
    int count = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < contracts.size(); i += 5) {
        Inputs in = contracts[i];
        const double vol = in.vol;
        if (!(exact[i] > exerciseValue(in) + 0.01)) continue;
        const auto began = Wall::now();
        const auto miss = [&](double tried) {
            in.vol = tried;
            return quantlibPrice(market::ExerciseStyle::American, in, QuantlibScheme::Fast).value_or(0) - exact[i];
        };
        double low = 0.01, high = 3, fLow = miss(low), fHigh = miss(high);
        int side = 0;
        for (int step = 0; step < 60 && high - low > 1e-8; ++step) {
            const double next = low + (high - low) * fLow / (fLow - fHigh), at = miss(next);
            if (std::fabs(at) < 1e-8) break;
            (at < 0 ? low : high) = next;
            (at < 0 ? fLow : fHigh) = at;
            const int now = at < 0 ? -1 : 1;
            if (now == side) (at < 0 ? fHigh : fLow) *= 0.5;
            side = now;
        }
        seconds += std::chrono::duration<double>(Wall::now() - began).count();
        ++count;
        if (scalarAmerican(contracts[i]).vega > 1e-4 * kSpot) peer.volMaxError = std::max(peer.volMaxError, std::fabs(in.vol - vol));
    }
    peer.volSecondsEach = seconds / std::max(count, 1);
}

Peer quantlibPeer(const std::vector<Expiry>& chain, QuantlibScheme scheme) {
    Peer peer;
    std::vector<Inputs> contracts;
    for (const Expiry& e : chain)
        for (std::size_t i = 12; i < e.options.size(); i += 25)
            contracts.push_back({e.options[i].right, e.options[i].spot, e.options[i].strike, e.years, kRate, kYield, e.options[i].vol});
    std::vector<double> theirs(contracts.size()), exact(contracts.size());
    peer.secondsEach = timeRepeats(3,
                                   [&](int) {
                                       for (std::size_t i = 0; i < contracts.size(); ++i)
                                           theirs[i] = quantlibPrice(market::ExerciseStyle::American, contracts[i], scheme).value_or(std::nan(""));
                                   })
                           .seconds /
                       static_cast<double>(contracts.size());
    double squares = 0;
    int known = 0;
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        exact[i] = *americanPrice(contracts[i], Accuracy::Tight);
        if (!std::isfinite(theirs[i])) continue;
        const double miss = theirs[i] - exact[i];
        peer.maxError = std::max(peer.maxError, std::fabs(miss));
        squares += miss * miss;
        ++known;
    }
    peer.rmsError = std::sqrt(squares / std::max(known, 1));
    quantlibVols(contracts, exact, peer);
    return peer;
}

} // namespace

namespace {

/// `scale` turns a run's seconds into the unit; a run did `items` of what cycles are counted by.
Row measured(const std::string& name, const std::string& unit, const Timing& ours, double scale, double items, std::optional<double> peer,
             const std::string& peerName) {
    Row row;
    row.name = name;
    row.unit = unit;
    row.ours = row.p50 = scale * ours.seconds;
    row.p99 = scale * ours.slow;
    row.cycles = ours.cycles > 0 ? std::optional(ours.cycles / items) : std::nullopt;
    row.peer = peer;
    row.peerName = peerName;
    return row;
}

void setErrors(Row& row, const Errors& ours, const Peer& peer) {
    row.maxError = ours.price;
    row.rmsError = ours.rms();
    row.peerMaxError = peer.maxError;
    row.peerRmsError = peer.rmsError;
}

/// Unrelated contracts, price alone, against a scheme of the peer's. Quick against its fast scheme, tight against its accurate one.
Row coldPrices(const std::vector<Inputs>& contracts, QuantlibScheme scheme, const std::string& name) {
    std::vector<Valuation> ours(contracts.size());
    std::vector<double> theirs(contracts.size());
    const Timing timing = timeRepeats(
        15, [&](int) { priceAmericansCold(contracts, ours, scheme == QuantlibScheme::Fast ? ColdAccuracy::Quick : ColdAccuracy::Tight); });
    const double peer = timeRepeats(3, [&](int) {
                            for (std::size_t i = 0; i < contracts.size(); ++i)
                                theirs[i] = quantlibPrice(market::ExerciseStyle::American, contracts[i], scheme).value_or(std::nan(""));
                        }).seconds;
    const double items = static_cast<double>(contracts.size()), each = 1e6 / items;
    Row row = measured(name, "us", timing, each, items, each * peer,
                       scheme == QuantlibScheme::Fast ? "QuantLib QdFp fast, price alone" : "QuantLib QdFp accurate, price alone");
    row.maxError = row.peerMaxError = 0;
    double squares = 0, peerSquares = 0;
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        const double exact = *americanPrice(contracts[i], Accuracy::Tight), miss = ours[i].price - exact, theirMiss = theirs[i] - exact;
        row.maxError = std::max(*row.maxError, std::fabs(miss));
        squares += miss * miss;
        if (std::isfinite(theirMiss)) {
            row.peerMaxError = std::max(*row.peerMaxError, std::fabs(theirMiss));
            peerSquares += theirMiss * theirMiss;
        }
    }
    row.rmsError = std::sqrt(squares / items);
    row.peerRmsError = std::sqrt(peerSquares / items);
    row.isa = americanKernels().name;
    row.note = "nothing reused between contracts; errors in price on a spot of 600";
    return row;
}

Row verifiedLegs() {
    std::vector<VerifiedLeg> legs;
    for (const double strike : {560.0, 570.0, 630.0, 640.0})
        legs.push_back({market::ExerciseStyle::American, {strike < kSpot ? Right::Put : Right::Call, kSpot, strike, 0.12, kRate, kYield, 0.2}});
    bool agree = true;
    const Timing timing = timeRepeats(3000, [&](int) {
        for (const Verification& v : verifyLegs(legs)) agree = agree && v.agree;
    });
    Row row = measured("verify_four_legs", "us", timing, 1e6, static_cast<double>(legs.size()), std::nullopt, "");
    row.isa = americanKernels().name;
    row.note = agree ? "kernel and tree agree" : "DISAGREE";
    return row;
}

} // namespace

std::vector<Row> americanRows() {
    std::vector<Row> rows;
    std::vector<Expiry> chain = chainOfTenThousand();
    for (Expiry& e : chain) { // the quotes are exact prices; the guess is what a smile fitted a while ago would say
        AmericanSlice slice(kRate, kYield, e.years);
        std::vector<double> prices(e.options.size());
        slice.prices(e.options, prices);
        for (std::size_t i = 0; i < prices.size(); ++i)
            e.quotes.push_back({e.options[i].right, kSpot, e.options[i].strike, prices[i], 1.03 * e.options[i].vol});
    }
    const Peer fast = quantlibPeer(chain, QuantlibScheme::Fast);
    const double fastPrices = 10000 * fast.secondsEach;
    const AmericanKernelSet set = americanKernelSet();
    for (const AmericanKernels* kernels : set.each) {
        if (!kernels) continue;
        const std::string suffix = kernels == set.each[0] ? "" : std::string("_") + kernels->name;
        std::vector<std::vector<Valuation>> values(chain.size());
        std::vector<std::vector<ImpliedVol>> vols(chain.size());
        for (std::size_t x = 0; x < chain.size(); ++x) {
            values[x].resize(chain[x].options.size());
            vols[x].resize(chain[x].options.size());
        }
        // Everything anew: boundaries, volatilities, values at the volatilities found.
        const Timing refresh = timeRepeats(15, [&](int) {
            std::vector<SliceOption> found;
            for (std::size_t x = 0; x < chain.size(); ++x) {
                AmericanSlice slice(kRate, kYield, chain[x].years, *kernels);
                slice.impliedVols(chain[x].quotes, vols[x]);
                found = chain[x].options;
                for (std::size_t i = 0; i < found.size(); ++i)
                    if (vols[x][i].status == IvStatus::Ok) found[i].vol = vols[x][i].vol;
                slice.values(found, values[x]);
            }
        });
        const Errors errors = errorsOf(chain, values, vols);
        Row row = measured("american_chain_refresh_10k" + suffix, "ms", refresh, 1e3, 10000, 1e3 * (8 * fastPrices + 10000 * fast.volSecondsEach),
                           "QuantLib QdFp fast: volatility, then eight prices a contract");
        setErrors(row, errors, fast);
        row.isa = kernels->name;
        row.note = errors.text();
        rows.push_back(row);
        const Timing implied = timeRepeats(15, [&](int) {
            for (std::size_t x = 0; x < chain.size(); ++x)
                AmericanSlice(kRate, kYield, chain[x].years, *kernels).impliedVols(chain[x].quotes, vols[x]);
        });
        row = measured("american_iv_chain_10k" + suffix, "us per volatility", implied, 1e6 / 10000, 10000, 1e6 * fast.volSecondsEach,
                       "QuantLib QdFp fast, bracketed to 1e-8");
        row.maxError = errors.vol;
        row.peerMaxError = fast.volMaxError;
        row.isa = kernels->name;
        row.note = "boundaries anew; volatilities of exact prices, errors in volatility where vega is above 1e-4 of spot; the peer's on every 125th";
        rows.push_back(row);
        // The spot has moved: boundaries on strike 1 stand.
        std::vector<AmericanSlice> slices;
        for (const Expiry& e : chain) slices.emplace_back(kRate, kYield, e.years, *kernels);
        std::vector<Expiry> moved = chain;
        const Timing tick = timeRepeats(25, [&](int i) {
            for (std::size_t x = 0; x < chain.size(); ++x) {
                for (SliceOption& o : moved[x].options) o.spot = kSpot + 0.01 * i;
                slices[x].values(moved[x].options, values[x]);
            }
        });
        row = measured("american_spot_tick_10k" + suffix, "ms", tick, 1e3, 10000, 1e3 * 8 * fastPrices,
                       "QuantLib QdFp fast, bumped: 8 prices a contract");
        setErrors(row, errors, fast);
        row.isa = kernels->name;
        row.note = "price and five Greeks, boundaries kept";
        rows.push_back(row);
    }
    std::vector<Inputs> cold;
    for (const Expiry& e : chain)
        for (std::size_t i = 12; i < e.options.size(); i += 125)
            cold.push_back({e.options[i].right, kSpot, e.options[i].strike, e.years, kRate, kYield, e.options[i].vol});
    std::vector<Valuation> one(cold.size());
    const Timing alone = timeRepeats(7, [&](int) {
        for (std::size_t i = 0; i < cold.size(); ++i) one[i] = priceAmerican(cold[i]);
    });
    Row single = measured("american_single_price_and_greeks", "us", alone, 1e6 / static_cast<double>(cold.size()), static_cast<double>(cold.size()),
                          8e6 * fast.secondsEach, "QuantLib QdFp fast, bumped: 8 prices");
    Errors ofOne;
    for (std::size_t i = 0; i < cold.size(); ++i) {
        const double miss = one[i].price - *americanPrice(cold[i], Accuracy::Tight);
        ofOne.price = std::max(ofOne.price, std::fabs(miss));
        ofOne.squares += miss * miss;
        ++ofOne.count;
    }
    setErrors(single, ofOne, fast);
    single.isa = set.each[0]->name;
    single.note = "no reuse between contracts";
    rows.push_back(single);
    rows.push_back(coldPrices(cold, QuantlibScheme::Fast, "american_cold_price"));
    rows.push_back(coldPrices(cold, QuantlibScheme::Accurate, "american_cold_price_tight"));
    rows.push_back(verifiedLegs());
    return rows;
}

} // namespace mahler::bench
