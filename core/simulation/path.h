#pragma once

#include <array>
#include <vector>

#include "simulation/scenario.h"
#include "simulation/surface.h"

namespace mahler::simulation {

/// The hidden state that passes from session to session.
struct PathState {
    std::array<double, kFactors> logPrice{};    ///< of the fund without the cash accrued since it last went ex
    std::array<double, kFactors> ownVariance{}; ///< log variance that is the underlying's own, around the market's
    double logMarketVariance = 0;               ///< of SPX, instantaneous
};

/// What quotes are a function of, with seed, contract and time.
struct MarketState {
    UtcTime time{};
    std::array<double, kAssets> spot{};
    std::array<double, kAssets> variance{}; ///< instantaneous, per year
    double vix = 0;
};

/// Market variance and own part into an underlying's instantaneous variance, per year.
double assetVariance(Asset asset, const PathState& state);

/// One session at one-second steps: log-normal variance (Scott 1987) drawn towards the script, correlated
/// diffusion with the market variance (leverage), Merton (1976) jumps. Immutable after construction.
class SessionPath {
public:
    /// `opening` is the state at the open. Draws come from (seed, date) alone.
    SessionPath(std::uint64_t seed, const TradingClock::Day& day, const SessionScript& script, const PathState& opening, const Surface& surface);

    const TradingClock::Day& day() const { return m_day; }
    /// The state at a whole second; before the open that of the open, after the close that of the close.
    MarketState at(UtcTime t) const;
    /// At a whole second since the open, inside the session.
    double spotAt(Asset asset, std::int64_t second) const;
    const PathState& closing() const { return m_states.back(); }
    /// Open, high, low and close of the session.
    market::DailyBar bar(Asset asset) const;

private:
    double spot(Asset asset, const PathState& state, double second) const;

    TradingClock::Day m_day;
    const Surface* m_surface;
    std::array<double, kAssets> m_accrued{};
    double m_basisPhase = 0;
    std::vector<PathState> m_states; ///< one a second, both ends included
};

/// From a close to the next open: the overnight share of a day's move, and the script's opening VIX.
PathState overnight(std::uint64_t seed, const PathState& closing, const TradingClock::Day& next, const SessionScript& script, const Surface& surface);

/// Five correlated normals, SPY QQQ IWM TLT GLD.
std::array<double, kFactors> correlatedNormals(Random& random);

} // namespace mahler::simulation
