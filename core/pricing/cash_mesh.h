#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "market/contract.h"
#include "pricing/american_kernels.h"

// The mesh of CashSlice; nothing else includes this.
namespace mahler::pricing {

inline double sign(market::Right right) { return right == market::Right::Call ? 1 : -1; }

struct Reading {
    double value = 0, slope = 0, curve = 0; ///< by ln(spot)
};

inline constexpr double kMeshDeviations = 7.5; ///< from the strike: where it ends
inline constexpr double kFineDeviations = 1.5; ///< within about so many it is finest

/// ln(spot / strike) = scale sinh(place), places uniform, the strike on the middle node; all strikes of a volatility share it.
struct Mesh {
    double scale = 0, low = 0, cell = 0; ///< the last two in places
    std::vector<double> spot, payoff;

    Mesh(market::Right right, double deviation, double drift, int cells) : scale(kFineDeviations * deviation) {
        low = -std::asinh((kMeshDeviations * deviation + drift) / scale);
        cell = -2 * low / cells;
        for (int i = 0; i <= cells; ++i) {
            spot.push_back(i == cells / 2 ? 1.0 : std::exp(scale * std::sinh(low + cell * i)));
            payoff.push_back(std::max(sign(right) * (spot.back() - 1), 0.0));
        }
    }
    double placeOf(double x) const { return (std::asinh(x / scale) - low) / cell; }

    /// The quartic through five nodes.
    Reading read(const std::vector<double>& values, double x) const {
        const double place = placeOf(x), root = std::sqrt(x * x + scale * scale); // dx by the place
        const std::size_t centre = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(std::max(place, 0.0))), 2, values.size() - 3);
        const double* v = &values[centre];
        const double t = place - static_cast<double>(centre);
        const double d1 = (8 * (v[1] - v[-1]) - (v[2] - v[-2])) / 12, d2 = (-v[2] + 16 * v[1] - 30 * v[0] + 16 * v[-1] - v[-2]) / 12;
        const double d3 = (v[2] - 2 * v[1] + 2 * v[-1] - v[-2]) / 2, d4 = v[2] - 4 * v[1] + 6 * v[0] - 4 * v[-1] + v[-2];
        const double first = (d1 + t * (d2 + t * (d3 / 2 + t * d4 / 6))) / cell, second = (d2 + t * (d3 + t * d4 / 2)) / (cell * cell);
        const double slope = first / root;
        return {v[0] + t * (d1 + t * (d2 / 2 + t * (d3 / 6 + t * d4 / 24))), slope, (second - slope * x) / (root * root)};
    }
    /// Whether the node nearest to x is exercised.
    bool exercised(const std::vector<double>& values, double x) const {
        const auto at = static_cast<std::size_t>(std::clamp(std::lround(placeOf(x)), 0L, static_cast<long>(values.size() - 1)));
        return payoff[at] > 0 && values[at] <= payoff[at];
    }
};

/// What changes a node's value: per year, by its neighbours and itself.
struct Flow {
    std::vector<double> down, stay, up;

    Flow(const Mesh& mesh, double rate, double yield, double vol) : down(mesh.spot.size()), stay(down), up(down) {
        for (std::size_t i = 1; i + 1 < mesh.spot.size(); ++i) {
            const double x = std::log(mesh.spot[i]), root = std::sqrt(x * x + mesh.scale * mesh.scale), half = 0.5 * vol * vol; // x' = root, x'' = x
            const double diffusion = half / (root * root * mesh.cell * mesh.cell);
            const double drift = 0.5 / mesh.cell * ((rate - yield - half) / root - half * x / (root * root * root));
            down[i] = diffusion - drift;
            up[i] = diffusion + drift;
            stay[i] = -2 * diffusion - rate;
        }
    }
};

/// The steps of one interval with their tables; see CashMarch.
struct Interval {
    std::vector<double> now; ///< calendar years after each step
    std::vector<double> known, near, factor, ratio, share;

    Interval(double from, double to, int steps, const Flow& flow, bool put) {
        double at = from;
        for (int k = 0; k < steps; ++k) { // widening with the square of their number, as the boundary does
            const double reach = static_cast<double>(k + 1) / steps, next = k + 1 == steps ? to : from - (from - to) * reach * reach;
            if (k < 2) { // Rannacher: halves by the implicit scheme
                step(flow, put, at, 0.5 * (at + next), 1);
                step(flow, put, 0.5 * (at + next), next, 1);
            } else {
                step(flow, put, at, next, 0.5);
            }
            at = next;
        }
    }
    CashMarch march(const Flow& flow, bool put, const double* floor) const {
        return {static_cast<int>(flow.down.size()) - 1,
                static_cast<int>(now.size()),
                put,
                floor,
                flow.down.data(),
                flow.stay.data(),
                flow.up.data(),
                known.data(),
                near.data(),
                factor.data(),
                ratio.data(),
                share.data()};
    }

private:
    void step(const Flow& flow, bool put, double at, double next, double implicit) {
        const double dt = at - next, taken = implicit * dt;
        const std::size_t last = flow.down.size() - 1;
        now.push_back(next);
        known.push_back(dt - taken);
        near.push_back(-taken * (put ? flow.up[last - 1] : flow.down[1]));
        const std::size_t row = factor.size();
        factor.resize(row + last + 1);
        ratio.resize(row + last + 1);
        share.resize(row + last + 1);
        double before = 0, beforeFar = 0;
        for (std::size_t k = 1; k < last; ++k) {
            const std::size_t i = put ? last - k : k;
            const double nearest = -taken * (put ? flow.up[i] : flow.down[i]), far = -taken * (put ? flow.down[i] : flow.up[i]);
            ratio[row + k] = nearest * before;
            before = 1 / (1 - taken * flow.stay[i] - ratio[row + k] * beforeFar);
            beforeFar = far;
            factor[row + k] = before;
            share[row + k] = far * before;
        }
    }
};

} // namespace mahler::pricing
