#pragma once

#include <vector>

#include "base/random.h"
#include "simulation/simulated_market.h"
#include "simulation/trading_clock.h"

namespace mahler::simulation {

/// What a scenario forces upon one session's free path. Shares are of the session, 0 at the open and 1 at the
/// close.
struct SessionScript {
    struct Node {
        double share; ///< of the session
        double vix;   ///< towards which the index is drawn, index points
        double move;  ///< of the market since the open, log
    };
    std::vector<Node> nodes;        ///< at least two, the first at 0 and the last at 1
    double noiseScale = 1.0;        ///< on the realised volatility
    double volOfVolDay = 0.09;      ///< of log variance, per square root of a session
    double reversionSeconds = 5400; ///< of log variance towards the node path
    double jumpsPerDay = 0.6;
    double followSeconds = 0; ///< in which the market is drawn back to the node path; 0 leaves it free
    double openVix() const { return nodes.front().vix; }
    double vixAt(double share) const;
    double moveAt(double share) const;
};

/// The script of session `session` (0 is the configured date); `priorVix` is the close before it, ignored for
/// the first.
SessionScript scriptFor(const SimulationConfig& config, int session, double priorVix);
/// VIX at the open of the first session, from scenario and seed.
double startVix(const SimulationConfig& config);

/// The time whose quotes the feed shows at `t`: `t` itself, or the start of the outage that `t` falls in.
UtcTime dataTimeAt(const SimulationConfig& config, UtcTime t);
/// Failed data requests in the second that ends at `t`.
int dataErrorsAt(const SimulationConfig& config, UtcTime t);
/// The data side refuses whole chains as well.
bool chainsCutAt(const SimulationConfig& config, UtcTime t);

/// An independent stream of the seed for a purpose and a number.
constexpr std::uint64_t streamSeed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number) {
    return mahler::mix64(seed ^ mahler::mix64(purpose * 0x9E3779B97F4A7C15ULL + mahler::mix64(number)));
}
/// Days since 1970, the number of a date in streams.
inline std::uint64_t dayNumber(TradingDate date) { return static_cast<std::uint64_t>(std::chrono::sys_days(date).time_since_epoch().count()); }

} // namespace mahler::simulation
