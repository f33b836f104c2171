#include "app/bench/rows.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>

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
            for (const Right right : {Right::Call, Right::Put})
                e.options.push_back({right, kSpot, strike, vol});
        }
        chain.push_back(std::move(e));
    }
    return chain;
}

/// Median of `repeats` runs in seconds, after one to warm up.
double medianSeconds(int repeats, const std::function<void(int)>& work) {
    std::vector<double> times;
    work(0);
    for (int i = 1; i <= repeats; ++i) {
        const auto began = Wall::now();
        work(i);
        times.push_back(std::chrono::duration<double>(Wall::now() - began).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

struct Errors {
    double price = 0, delta = 0, gamma = 0, vega = 0, rho = 0, vol = 0;
    std::string text() const {
        char line[160];
        std::snprintf(line, sizeof line, "worst: price %.1e, delta %.1e, relative gamma %.1e, vega %.1e, rho %.1e; vol %.1e", price, delta, gamma, vega, rho, vol);
        return line;
    }
};

/// Every 25th contract against the scalar method, as the peer's sample in the prototypes.
Errors errorsOf(const std::vector<Expiry>& chain, const std::vector<std::vector<Valuation>>& values, const std::vector<std::vector<ImpliedVol>>& vols) {
    Errors e;
    for (std::size_t x = 0; x < chain.size(); ++x)
        for (std::size_t i = 12; i < chain[x].options.size(); i += 25) {
            const SliceOption& o = chain[x].options[i];
            const Inputs in{o.right, o.spot, o.strike, chain[x].years, kRate, kYield, o.vol};
            const Valuation want = scalarAmerican(in), &got = values[x][i];
            e.price = std::max(e.price, std::fabs(got.price - want.price));
            if (want.gamma == 0 || want.price < exerciseValue(in) + 1e-4)
                continue;
            e.delta = std::max(e.delta, std::fabs(got.delta - want.delta));
            e.gamma = std::max(e.gamma, std::fabs(got.gamma / want.gamma - 1));
            e.vega = std::max(e.vega, std::fabs(got.vega - want.vega) / std::max(10.0, want.vega));
            e.rho = std::max(e.rho, std::fabs(got.rho - want.rho) / std::max(10.0, std::fabs(want.rho)));
            if (want.vega > 1e-4 * kSpot && vols[x][i].status == IvStatus::Ok)
                e.vol = std::max(e.vol, std::fabs(vols[x][i].vol - o.vol));
        }
    return e;
}

struct Peer {
    double secondsEach = 0, maxError = 0; ///< a price
    double volSecondsEach = 0;            ///< a volatility to 1e-8
};

/// Volatilities by bracketing with QuantLib's prices (Illinois, which takes as many as Brent): seconds each.
double quantlibVolSeconds(const std::vector<std::pair<Inputs, double>>& priced) {
    int count = 0;
    const auto began = Wall::now();
    for (std::size_t i = 0; i < priced.size(); i += 5) {
        Inputs in = priced[i].first;
        if (!(priced[i].second > exerciseValue(in) + 0.01))
            continue;
        const auto miss = [&](double vol) {
            in.vol = vol;
            return quantlibPrice(market::ExerciseStyle::American, in, QuantlibScheme::Fast).value_or(0) - priced[i].second;
        };
        double low = 0.01, high = 3, fLow = miss(low), fHigh = miss(high);
        int side = 0;
        for (int step = 0; step < 60 && high - low > 1e-8; ++step) {
            const double next = low + (high - low) * fLow / (fLow - fHigh), at = miss(next);
            if (std::fabs(at) < 1e-8)
                break;
            (at < 0 ? low : high) = next;
            (at < 0 ? fLow : fHigh) = at;
            const int now = at < 0 ? -1 : 1;
            if (now == side)
                (at < 0 ? fHigh : fLow) *= 0.5;
            side = now;
        }
        ++count;
    }
    return std::chrono::duration<double>(Wall::now() - began).count() / std::max(count, 1);
}

Peer quantlibPeer(const std::vector<Expiry>& chain, QuantlibScheme scheme) {
    Peer peer;
    int count = 0;
    const auto began = Wall::now();
    std::vector<std::pair<Inputs, double>> priced;
    for (const Expiry& e : chain)
        for (std::size_t i = 12; i < e.options.size(); i += 25) {
            const SliceOption& o = e.options[i];
            const Inputs in{o.right, o.spot, o.strike, e.years, kRate, kYield, o.vol};
            priced.emplace_back(in, quantlibPrice(market::ExerciseStyle::American, in, scheme).value_or(std::nan("")));
            ++count;
        }
    peer.secondsEach = std::chrono::duration<double>(Wall::now() - began).count() / count;
    if (scheme == QuantlibScheme::Fast)
        peer.volSecondsEach = quantlibVolSeconds(priced);
    for (const auto& [in, price] : priced)
        if (std::isfinite(price))
            peer.maxError = std::max(peer.maxError, std::fabs(price - *americanPrice(in, Accuracy::Tight)));
    return peer;
}

} // namespace

namespace {

Row measured(const std::string& name, const std::string& unit, double ours, std::optional<double> peer, const std::string& peerName) {
    Row row;
    row.name = name;
    row.unit = unit;
    row.ours = row.p50 = ours;
    row.peer = peer;
    row.peerName = peerName;
    return row;
}

/// Unrelated contracts, price alone, against a scheme of the peer's. Quick against its fast scheme, tight against its accurate one.
Row coldPrices(const std::vector<Inputs>& contracts, QuantlibScheme scheme, const std::string& name) {
    std::vector<Valuation> ours(contracts.size());
    std::vector<double> theirs(contracts.size());
    const double seconds = medianSeconds(5, [&](int) { priceAmericansCold(contracts, ours, scheme == QuantlibScheme::Fast ? ColdAccuracy::Quick : ColdAccuracy::Tight); });
    const double peer = medianSeconds(3, [&](int) {
        for (std::size_t i = 0; i < contracts.size(); ++i)
            theirs[i] = quantlibPrice(market::ExerciseStyle::American, contracts[i], scheme).value_or(std::nan(""));
    });
    const double each = 1e6 / static_cast<double>(contracts.size());
    Row row = measured(name, "us", each * seconds, each * peer, scheme == QuantlibScheme::Fast ? "QuantLib QdFp fast, price alone" : "QuantLib QdFp accurate, price alone");
    row.maxError = row.peerMaxError = 0;
    for (std::size_t i = 0; i < contracts.size(); ++i) {
        const double exact = *americanPrice(contracts[i], Accuracy::Tight);
        row.maxError = std::max(*row.maxError, std::fabs(ours[i].price - exact));
        if (std::isfinite(theirs[i]))
            row.peerMaxError = std::max(*row.peerMaxError, std::fabs(theirs[i] - exact));
    }
    row.isa = americanKernels().name;
    row.note = "nothing reused between contracts; errors in price on a spot of 600";
    return row;
}

Row verifiedLegs() {
    std::vector<VerifiedLeg> legs;
    for (const double strike : {560.0, 570.0, 630.0, 640.0})
        legs.push_back({market::ExerciseStyle::American, {strike < kSpot ? Right::Put : Right::Call, kSpot, strike, 0.12, kRate, kYield, 0.2}});
    std::vector<double> times;
    bool agree = true;
    for (int i = 0; i < 3000; ++i) {
        const auto began = Wall::now();
        for (const Verification& v : verifyLegs(legs))
            agree = agree && v.agree;
        times.push_back(std::chrono::duration<double, std::micro>(Wall::now() - began).count());
    }
    std::sort(times.begin(), times.end());
    Row row = measured("verify_four_legs", "us", times[times.size() / 2], std::nullopt, "");
    row.p99 = times[times.size() * 99 / 100];
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
        if (!kernels)
            continue;
        const std::string suffix = kernels == set.each[0] ? "" : std::string("_") + kernels->name;
        std::vector<std::vector<Valuation>> values(chain.size());
        std::vector<std::vector<ImpliedVol>> vols(chain.size());
        for (std::size_t x = 0; x < chain.size(); ++x) {
            values[x].resize(chain[x].options.size());
            vols[x].resize(chain[x].options.size());
        }
        // Everything anew: boundaries, volatilities, values at the volatilities found.
        const double refresh = medianSeconds(7, [&](int) {
            std::vector<SliceOption> found;
            for (std::size_t x = 0; x < chain.size(); ++x) {
                AmericanSlice slice(kRate, kYield, chain[x].years, *kernels);
                slice.impliedVols(chain[x].quotes, vols[x]);
                found = chain[x].options;
                for (std::size_t i = 0; i < found.size(); ++i)
                    if (vols[x][i].status == IvStatus::Ok)
                        found[i].vol = vols[x][i].vol;
                slice.values(found, values[x]);
            }
        });
        const Errors errors = errorsOf(chain, values, vols);
        Row row = measured("american_chain_refresh_10k" + suffix, "ms", 1e3 * refresh, 1e3 * (8 * fastPrices + 10000 * fast.volSecondsEach),
                           "QuantLib QdFp fast: volatility, then eight prices a contract");
        row.maxError = errors.price;
        row.peerMaxError = fast.maxError;
        row.isa = kernels->name;
        row.note = errors.text();
        rows.push_back(row);
        const double implied = medianSeconds(7, [&](int) {
            for (std::size_t x = 0; x < chain.size(); ++x)
                AmericanSlice(kRate, kYield, chain[x].years, *kernels).impliedVols(chain[x].quotes, vols[x]);
        });
        row = measured("american_iv_chain_10k" + suffix, "us per volatility", 1e6 * implied / 10000, 1e6 * fast.volSecondsEach, "QuantLib QdFp fast, bracketed to 1e-8");
        row.maxError = errors.vol;
        row.isa = kernels->name;
        row.note = "boundaries anew; error in volatility where vega is above 1e-4 of spot; the peer's are its own prices' volatilities";
        rows.push_back(row);
        // The spot has moved: boundaries on strike 1 stand.
        std::vector<AmericanSlice> slices;
        for (const Expiry& e : chain)
            slices.emplace_back(kRate, kYield, e.years, *kernels);
        std::vector<Expiry> moved = chain;
        const double tick = medianSeconds(15, [&](int i) {
            for (std::size_t x = 0; x < chain.size(); ++x) {
                for (SliceOption& o : moved[x].options)
                    o.spot = kSpot + 0.01 * i;
                slices[x].values(moved[x].options, values[x]);
            }
        });
        row = measured("american_spot_tick_10k" + suffix, "ms", 1e3 * tick, 1e3 * 8 * fastPrices, "QuantLib QdFp fast, bumped: 8 prices a contract");
        row.maxError = errors.price;
        row.peerMaxError = fast.maxError;
        row.isa = kernels->name;
        row.note = "price and five Greeks, boundaries kept";
        rows.push_back(row);
    }
    std::vector<Inputs> cold;
    for (const Expiry& e : chain)
        for (std::size_t i = 12; i < e.options.size(); i += 125)
            cold.push_back({e.options[i].right, kSpot, e.options[i].strike, e.years, kRate, kYield, e.options[i].vol});
    double sink = 0;
    const double alone = medianSeconds(3, [&](int) {
        for (const Inputs& in : cold)
            sink += priceAmerican(in).price;
    });
    Row single = measured("american_single_price_and_greeks", "us", 1e6 * alone / static_cast<double>(cold.size()), 8e6 * fast.secondsEach,
                          "QuantLib QdFp fast, bumped: 8 prices");
    single.isa = set.each[0]->name;
    single.peerMaxError = fast.maxError;
    single.note = sink > 0 ? "no reuse between contracts" : "";
    rows.push_back(single);
    rows.push_back(coldPrices(cold, QuantlibScheme::Fast, "american_cold_price"));
    rows.push_back(coldPrices(cold, QuantlibScheme::Accurate, "american_cold_price_tight"));
    rows.push_back(verifiedLegs());
    return rows;
}

} // namespace mahler::bench
