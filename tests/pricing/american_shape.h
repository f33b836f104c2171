#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "base/random.h"
#include "pricing/american_slice.h"

namespace mahler::pricing {

struct ShapeCheck {
    long contracts = 0;
    std::string broken; ///< the first contract that is out of shape and how; empty: none
};

/// Bounds, European floor, slope and curvature in the strike, on random slices of 4,000 contracts each (20 curves in the strike).
inline ShapeCheck checkShape(int slices, std::uint64_t seed) {
    Random random(seed);
    ShapeCheck out;
    std::vector<SliceOption> options;
    std::vector<Valuation> values;
    for (int s = 0; s < slices; ++s) {
        const double years = std::exp(-5.5 + 6.5 * random.uniform()), rate = 0.001 + 0.09 * random.uniform(), yield = 0.08 * random.uniform();
        AmericanSlice slice(rate, yield, years);
        options.clear();
        for (int curve = 0; curve < 20; ++curve) {
            const double vol = std::exp(-3 + 3.2 * random.uniform()), spot = std::exp(8 * random.uniform());
            const market::Right right = random.below(2) == 0 ? market::Right::Call : market::Right::Put;
            const double step = spot * std::min(1.5, 6 * vol * std::sqrt(years)) / 200;
            for (int i = 0; i < 200; ++i) options.push_back({right, spot, spot + step * (i - 100) * 0.66, vol});
        }
        values.resize(options.size());
        slice.values(options, values);
        for (std::size_t i = 0; i < options.size(); ++i) {
            const SliceOption& o = options[i];
            const Valuation& v = values[i];
            const double w = o.right == market::Right::Call ? 1 : -1, exercise = std::max(w * (o.spot - o.strike), 0.0);
            const double most = o.right == market::Right::Call ? o.spot : o.strike, noise = 3e-8 * o.spot;
            const auto require = [&](bool holds, const char* what) {
                if (holds || !out.broken.empty()) return;
                char line[240];
                std::snprintf(line, sizeof line, "%s: %s S %.12g K %.12g vol %.12g T %.12g: %.12g", what, w > 0 ? "call" : "put", o.spot, o.strike,
                              o.vol, years, v.price);
                out.broken = line;
            };
            require(v.status == PriceStatus::Ok, "status");
            require(v.price >= exercise && v.price <= most, "bounds");
            require(w * v.delta >= -1e-6 && w * v.delta <= 1 + 1e-6 && v.gamma >= 0 && v.vega >= 0, "signs of the Greeks");
            require(std::isfinite(v.theta) && std::isfinite(v.rho), "theta or rho");
            ++out.contracts;
            if (i % 200 == 0) continue;
            const double fall = w * (values[i - 1].price - v.price), gap = o.strike - options[i - 1].strike;
            require(fall >= -noise && fall <= gap + noise, "slope in the strike");
            if (i % 200 > 1) require(values[i - 2].price - 2 * values[i - 1].price + v.price >= -noise, "curvature in the strike");
        }
    }
    return out;
}

} // namespace mahler::pricing
