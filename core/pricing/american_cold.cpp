#include "pricing/american_cold.h"

#include <algorithm>
#include <cmath>

#include "pricing/american.h"
#include "pricing/american_kernels.h"
#include "pricing/european.h"

namespace mahler::pricing {

namespace {

bool forLanes(const Inputs& in) {
    return validInputs(in) && in.spot > 1e-100 && in.strike > 1e-100 && in.years > 0 && in.vol * std::sqrt(in.years) > 1e-4;
}

Valuation priceOnly(double price) {
    Valuation v;
    v.price = price;
    v.status = PriceStatus::Ok;
    return v;
}

Valuation scalar(const Inputs& in) {
    if (forLanes(in) && earlyExercise(putView(in).put) == EarlyExercise::OneBoundary) { // its Greeks would cost five times the price
        const std::optional<double> price = singleAmericanPrice(in);
        Valuation none;
        none.status = PriceStatus::NoMethod;
        return price ? priceOnly(*price) : none;
    }
    const Valuation v = priceAmerican(in);
    Valuation only;
    only.price = v.price;
    only.status = v.status;
    return only;
}

void priceBlock(std::span<const Inputs> in, std::span<Valuation> out, ColdAccuracy accuracy) {
    PutBlock block;
    alignas(64) double moneyness[kBlock];
    PutView views[kBlock];
    bool solved[kBlock] = {};
    for (std::size_t l = 0; l < kBlock; ++l) { // harmless where nothing is to be solved
        block.rate[l] = 0.04;
        block.yield[l] = 0.01;
        block.vol[l] = 0.2;
        block.years[l] = 1;
        moneyness[l] = 1;
        if (l >= in.size() || !forLanes(in[l])) continue;
        views[l] = putView(in[l]);
        const PutProblem& put = views[l].put;
        solved[l] = earlyExercise(put) == EarlyExercise::OneBoundary && lanesHold(put.rate, put.yield, put.vol, put.years);
        if (!solved[l]) continue;
        block.rate[l] = put.rate;
        block.yield[l] = put.yield;
        block.vol[l] = put.vol;
        block.years[l] = put.years;
        moneyness[l] = views[l].moneyness;
    }
    const AmericanKernels& kernels = americanKernels();
    const AmericanScheme& scheme = accuracy == ColdAccuracy::Quick ? quickAmericanScheme() : americanScheme();
    const int count = static_cast<int>(in.size());
    BoundaryBlock boundary;
    PremiumBlock rule;
    PremiumValues far, near;
    if (std::any_of(solved, solved + kBlock, [](bool s) { return s; })) {
        kernels.solve(scheme, block, RateSlope::ByRate, boundary, count);
        kernels.prepare(scheme.far, block, RateSlope::ByRate, rule, count);
        kernels.premiumVega(rule, block, boundary, moneyness, far, count);
        const auto nearBoundary = [&](int l) { // the finer rule, where the price is close to its boundary
            return accuracy == ColdAccuracy::Tight && solved[l] &&
                   std::log(moneyness[l]) - far.lnNow[l] < kNearDeviations * block.vol[l] * std::sqrt(block.years[l]);
        };
        bool any = false;
        for (int l = 0; l < count; ++l) any = any || nearBoundary(l);
        if (any) {
            kernels.prepare(scheme.near, block, RateSlope::ByRate, rule, count);
            kernels.premiumVega(rule, block, boundary, moneyness, near, count);
        }
        for (int l = 0; l < count; ++l)
            if (nearBoundary(l)) far.premium[l] = near.premium[l];
    }
    for (std::size_t l = 0; l < in.size(); ++l) {
        if (!solved[l] || !settled(scheme, boundary, static_cast<int>(l))) {
            out[l] = scalar(in[l]);
            continue;
        }
        const double european = europeanValue(forwardTerms(in[l]), in[l].vol * std::sqrt(in[l].years));
        const double price =
            std::log(moneyness[l]) <= far.lnNow[l] ? exerciseValue(in[l]) : std::max(european + views[l].unit * far.premium[l], exerciseValue(in[l]));
        out[l] = priceOnly(price);
    }
}

} // namespace

void priceAmericansCold(std::span<const Inputs> in, std::span<Valuation> out, ColdAccuracy accuracy) {
    for (std::size_t from = 0; from < in.size(); from += kBlock) {
        const std::size_t count = std::min<std::size_t>(kBlock, in.size() - from);
        priceBlock(in.subspan(from, count), out.subspan(from, count), accuracy);
    }
}

} // namespace mahler::pricing
