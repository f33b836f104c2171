#include "pricing/american_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace mahler::pricing {

namespace {

constexpr double kPi = 3.14159265358979323846;

struct Nodes {
    std::vector<double> x, w; ///< Gauss-Legendre on [0, 1]
};

Nodes unitLegendre(int n) {
    Nodes rule;
    for (int i = 0; i < n; ++i) {
        double at = std::cos(kPi * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int step = 0; step < 50; ++step) {
            double now = 1, before = 0;
            for (int j = 1; j <= n; ++j) {
                const double next = ((2 * j - 1) * at * now - (j - 1) * before) / j;
                before = now;
                now = next;
            }
            slope = n * (at * now - before) / (at * at - 1);
            const double change = now / slope;
            at -= change;
            if (std::fabs(change) < 1e-16) break;
        }
        rule.x.push_back(0.5 * (1 + at));
        rule.w.push_back(1 / ((1 - at * at) * slope * slope));
    }
    return rule;
}

/// Interpolation at `at` in [-1, 1] from the Chebyshev points cos(j pi / n), the last of which (tau 0) holds zero.
void fillRow(double at, double* row) {
    double sum = 0, raw[kBoundaryNodes + 1];
    for (int j = 0; j <= kBoundaryNodes; ++j) {
        const double gap = at - std::cos(j * kPi / kBoundaryNodes);
        if (std::fabs(gap) < 1e-15) {
            for (int k = 0; k < kBoundaryNodes; ++k) row[k] = k == j ? 1 : 0;
            return;
        }
        const double half = j == 0 || j == kBoundaryNodes ? 0.5 : 1;
        raw[j] = (j % 2 == 0 ? half : -half) / gap; // Berrut & Trefethen 2004
        sum += raw[j];
    }
    for (int j = 0; j < kBoundaryNodes; ++j) row[j] = raw[j] / sum;
}

void fillRule(PremiumRule& rule, int count, double power) {
    const Nodes u = unitLegendre(count);
    rule.count = count;
    for (int k = 0; k < count; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double theta = 0.5 * kPi * std::pow(u.x[at], power);
        const double step = 0.5 * kPi * power * std::pow(u.x[at], power - 1) * u.w[at];
        rule.sine[k] = std::sin(theta);
        rule.weight[k] = 2 * std::sin(theta) * std::cos(theta) * step;
        fillRow(2 * std::cos(theta) - 1, rule.row[k]);
    }
}

AmericanScheme makeScheme() {
    AmericanScheme s{};
    const Nodes u = unitLegendre(kInnerNodes);
    for (int k = 0; k < kInnerNodes; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double theta = 0.5 * kPi * u.x[at];
        s.sine[k] = std::sin(theta);
        s.cosine[k] = std::cos(theta);
        s.weight[k] = 0.5 * kPi * u.w[at];
    }
    for (int i = 0; i < kBoundaryNodes; ++i) {
        const double z = std::cos(i * kPi / kBoundaryNodes);
        s.root[i] = 0.5 * (1 + z);
        for (int k = 0; k < kInnerNodes; ++k) fillRow((1 + z) * s.cosine[k] - 1, s.row[i][k]);
    }
    fillRule(s.far, kFarNodes, 1.5);
    fillRule(s.near, kNearNodes, 3);
    return s;
}

} // namespace

const AmericanScheme& americanScheme() {
    static const AmericanScheme scheme = makeScheme();
    return scheme;
}

const AmericanScheme& quickAmericanScheme() {
    static const AmericanScheme scheme = [] {
        AmericanScheme s = americanScheme();
        s.newtonSteps = 2;
        s.mostMismatch = 2e-5;
        return s;
    }();
    return scheme;
}

bool lanesHold(double rate, double yield, double vol, double years) {
    const double rootT = std::sqrt(years), pull = std::max({std::fabs(rate), std::fabs(yield), std::fabs(rate - yield)});
    return pull * rootT <= 3 * vol && vol * rootT <= 4;
}

bool settled(const AmericanScheme& scheme, const BoundaryBlock& boundary, int column) {
    constexpr double kLeastResidual = 0.02; // of the last Newton step, which squares it: the next one would be under 1e-6
    return boundary.residual[column] < kLeastResidual && boundary.mismatch[column] < scheme.mostMismatch;
}

AmericanKernelSet americanKernelSet() {
    AmericanKernelSet set;
    std::size_t count = 0;
#if defined(MAHLER_X86_KERNELS)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma"))
        set.each[count++] = &kAmericanAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) set.each[count++] = &kAmericanAvx2;
#endif
    set.each[count] = &kAmericanPortable;
    return set;
}

const AmericanKernels& americanKernels() {
    static const AmericanKernels& chosen = [&]() -> const AmericanKernels& {
        const AmericanKernelSet set = americanKernelSet();
        if (const char* wanted = std::getenv("MAHLER_ISA"))
            for (const AmericanKernels* kernels : set.each)
                if (kernels && std::strcmp(kernels->name, wanted) == 0) return *kernels;
        return *set.each[0];
    }();
    return chosen;
}

} // namespace mahler::pricing
