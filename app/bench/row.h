#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace mahler::bench {

using Wall = std::chrono::steady_clock;

/// One line of mahler_bench. What is not known stays absent.
struct Row {
    std::string name, unit;
    std::optional<double> ours, peer, p50, p99, maxError, peerMaxError;
    std::optional<double> rmsError, peerRmsError;
    std::string peerName;
    std::optional<double> cycles; ///< time-stamp counter ticks per item, ours
    std::string isa;              ///< instruction set of our code, when it has several
    std::string note;
};

/// Ticks of the time-stamp counter; 0 where there is none.
inline std::uint64_t cycleCount() {
#if defined(__x86_64__)
    return __rdtsc();
#else
    return 0;
#endif
}

/// Medians and 99th percentile of many runs.
struct Timing {
    double seconds = 0, slow = 0, cycles = 0;
};

/// Runs `work(0)` to warm up, then `work(1)` to `work(repeats)`.
template <class Work> Timing timeRepeats(int repeats, const Work& work) {
    std::vector<double> seconds, cycles;
    work(0);
    for (int i = 1; i <= repeats; ++i) {
        const auto began = Wall::now();
        const std::uint64_t from = cycleCount();
        work(i);
        cycles.push_back(static_cast<double>(cycleCount() - from));
        seconds.push_back(std::chrono::duration<double>(Wall::now() - began).count());
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(cycles.begin(), cycles.end());
    return {seconds[seconds.size() / 2], seconds[std::min(seconds.size() - 1, seconds.size() * 99 / 100)], cycles[cycles.size() / 2]};
}

/// Runs `work` until `atLeast` seconds and five runs are over.
template <class Work> Timing timeRuns(double atLeast, const Work& work) {
    std::vector<double> seconds, cycles;
    double total = 0;
    work();
    while (total < atLeast || seconds.size() < 5) {
        const auto began = Wall::now();
        const std::uint64_t from = cycleCount();
        work();
        cycles.push_back(static_cast<double>(cycleCount() - from));
        seconds.push_back(std::chrono::duration<double>(Wall::now() - began).count());
        total += seconds.back();
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(cycles.begin(), cycles.end());
    return {seconds[seconds.size() / 2], seconds[std::min(seconds.size() - 1, seconds.size() * 99 / 100)], cycles[cycles.size() / 2]};
}

/// Times `work` `repeats` times in `unit` seconds and keeps median and 99th percentile.
inline Row timed(const std::string& name, const std::string& unit, double unitSeconds, int repeats, const std::function<void(int)>& work) {
    std::vector<double> samples;
    work(0);
    for (int i = 0; i < repeats; ++i) {
        const auto began = Wall::now();
        work(i);
        samples.push_back(std::chrono::duration<double>(Wall::now() - began).count() / unitSeconds);
    }
    std::sort(samples.begin(), samples.end());
    Row row;
    row.name = name;
    row.unit = unit;
    row.p50 = row.ours = samples[samples.size() / 2];
    row.p99 = samples[std::min(samples.size() - 1, samples.size() * 99 / 100)];
    return row;
}

} // namespace mahler::bench
