#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "market/feed.h"

namespace mahler::simulation {

/// Calm: VIX 17-20 all day. VolSpike: from about 19 to 34 around 12:30, SPY some 2-3 % lower. Crash: from
/// about 22 through 50 to 60 between 10:50 and 14:00, SPY 5-7 % lower, fading over the following sessions.
/// GrindUp: VIX about 13 and a slow rise. StaleFeed: calm, but all source times stand still for minutes from
/// about 11:30 and again from 14:12. BrokerOutage: calm, but the broker and chains are down about 10:50 and
/// 13:20, with data errors, and orders refused about 14:45. The forced moves are those of the first session;
/// stale and outage windows are of every session.
enum class Scenario { Calm, VolSpike, Crash, GrindUp, StaleFeed, BrokerOutage };
const char* toString(Scenario scenario);               ///< "calm", "vol-spike", "crash", "grind-up", "stale-feed", "broker-outage"
Result<Scenario> parseScenario(std::string_view name); ///< BadInput lists the names
const std::vector<Scenario>& allScenarios();

struct SimulationConfig {
    std::uint64_t seed = 7;
    Scenario scenario = Scenario::Calm;
    TradingDate date{}; ///< the first session; must be a trading day
    int sessions = 1;   ///< how many sessions follow each other
};

/// SPY, QQQ, IWM, TLT, GLD and SPX (with SPXW) with full chains, VIX, history and events.
/// The path moves in fixed internal steps of one second and every quote is a pure function of (seed, path,
/// contract, time), so the same seed gives the same bytes at any speed and for any subset asked.
std::unique_ptr<market::MarketFeed> makeSimulatedMarket(const SimulationConfig& config);

/// Dollars a share by which the simulated underlying goes ex on `exDate`; absent: it does not, or there is no such underlying.
std::optional<double> dividendOn(const SimulationConfig& config, const std::string& underlying, TradingDate exDate);

/// Interest of the simulated market, continuous, per year.
double marketRate();

/// Faults of the scenario that concern the broker, not the market, at a market time.
struct BrokerFault {
    bool down = false;     ///< every request fails
    double rejectRate = 0; ///< share of orders refused
};
BrokerFault brokerFaultAt(const SimulationConfig& config, UtcTime t);

} // namespace mahler::simulation
