#pragma once

#include "simulation/path.h"

namespace mahler::simulation {

/// A year and more before the first session, simulated at daily steps with the same dynamics and ending at
/// the seed's starting levels, volatilities included.
struct Past {
    market::History history; ///< complete up to the session before the first
    PathState closing;       ///< at that session's close
};
inline constexpr std::size_t kPastSessions = 330;

Past simulatePast(const SimulationConfig& config, const Surface& surface);

/// What a finished session adds.
void appendSession(market::History& history, const SessionPath& path, const Surface& surface, const std::array<double, kAssets>& volumes);

} // namespace mahler::simulation
