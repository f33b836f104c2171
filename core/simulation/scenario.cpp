#include "simulation/scenario.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "market/exchange_calendar.h"

namespace mahler::simulation {

namespace {

enum ScriptPurpose : std::uint64_t { kStartLevel = 11, kScript = 12, kWindow = 13 };

/// A window of New York time on every session, moved by up to `jitter` seconds by the seed.
struct Window {
    int start; ///< seconds of the day
    int length;
    int jitter;
};

constexpr int at(int hour, int minute) { return hour * 3600 + minute * 60; }
constexpr Window kStale[] = {{at(11, 30), 240, 40}, {at(14, 12), 150, 60}};
constexpr Window kBrokerDown[] = {{at(10, 50), 240, 60}, {at(13, 20), 180, 60}};
constexpr Window kBrokerRejects[] = {{at(14, 45), 300, 60}};
constexpr double kRejectRate = 0.5;
/// During a broker outage the data side loses one request in this many seconds: five within 60 s trip breaker
/// B6.
constexpr int kErrorSpacing = 6;

std::optional<UtcTime> windowStart(const SimulationConfig& config, std::span<const Window> windows, UtcTime t) {
    const market::NewYorkTime local = market::toNewYork(t);
    if (!market::isTradingDay(local.date) || market::sessionAt(t) != market::Session::Open) return std::nullopt;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto number = dayNumber(local.date) * 16 + i;
        const int shift = static_cast<int>(streamSeed(config.seed, kWindow, number) % static_cast<std::uint64_t>(windows[i].jitter));
        const int start = windows[i].start + shift;
        if (local.secondsOfDay >= start && local.secondsOfDay < start + windows[i].length)
            return market::fromNewYork(local.date, start / 3600, start / 60 % 60, start % 60);
    }
    return std::nullopt;
}

double smooth(double a, double b, double x) {
    const double f = std::clamp(x, 0.0, 1.0);
    return a + (b - a) * f * f * (3.0 - 2.0 * f);
}

template <class Field> double along(const std::vector<SessionScript::Node>& nodes, double share, Field field) {
    std::size_t i = 1;
    while (i + 1 < nodes.size() && nodes[i].share < share) ++i;
    const auto &a = nodes[i - 1], &b = nodes[i];
    return smooth(field(a), field(b), (share - a.share) / (b.share - a.share));
}

SessionScript calmScript(double vix) {
    SessionScript script{{{0.0, vix, 0.0}, {1.0, vix, 0.0}}};
    script.noiseScale = 0.92;
    return script;
}

SessionScript spikeScript(double vix, Random& random) {
    const double peak = 33.5 + 1.5 * random.uniform();
    const double start = 0.40 + 0.06 * random.uniform();
    SessionScript script{{{0.0, vix, 0.0},
                          {start, vix * 1.01, 0.001},
                          {start + 0.07, 0.93 * peak, -0.021},
                          {start + 0.13, peak, -0.027},
                          {0.80, 0.97 * peak, -0.024},
                          {1.0, 0.92 * peak, -0.021}}};
    script.noiseScale = 0.85;
    script.reversionSeconds = 420;
    script.volOfVolDay = 0.22;
    script.jumpsPerDay = 1.5;
    script.followSeconds = 3600;
    return script;
}

/// Aims inside the 7 % at which the exchanges would stop trading for everybody: such a stop is not simulated.
SessionScript crashScript(double vix, Random& random) {
    const double peak = 59.5 + 3.0 * random.uniform();
    const double depth = -0.055 - 0.004 * random.uniform();
    const double shift = 0.03 * random.uniform();
    SessionScript script{{{0.0, vix, 0.0},
                          {0.19 + shift, vix * 1.03, -0.003},
                          {0.33 + shift, 31.0, 0.34 * depth},
                          {0.47 + shift, 41.0, 0.60 * depth},
                          {0.58 + shift, 53.5, 0.86 * depth},
                          {0.70 + shift, peak, depth},
                          {0.86, 0.94 * peak, 0.93 * depth},
                          {1.0, 0.97 * peak, 0.97 * depth}}};
    script.noiseScale = 0.28;
    script.reversionSeconds = 300;
    script.volOfVolDay = 0.30;
    script.jumpsPerDay = 0.6;
    script.followSeconds = 2400;
    return script;
}

/// The rise slows with the sessions, so that months of it do not double the market.
SessionScript grindScript(double vix, int session) {
    SessionScript script{{{0.0, vix, 0.0}, {1.0, 0.985 * vix, 0.0065 / (1.0 + 0.5 * session)}}};
    script.noiseScale = 0.55;
    script.volOfVolDay = 0.06;
    script.jumpsPerDay = 0.1;
    return script;
}

} // namespace

double SessionScript::vixAt(double share) const {
    return along(nodes, share, [](const Node& n) { return n.vix; });
}
double SessionScript::moveAt(double share) const {
    return along(nodes, share, [](const Node& n) { return n.move; });
}

double startVix(const SimulationConfig& config) {
    const double u = Random(streamSeed(config.seed, kStartLevel, dayNumber(config.date))).uniform();
    switch (config.scenario) {
    case Scenario::Calm:
    case Scenario::StaleFeed:
    case Scenario::BrokerOutage: return 17.3 + 2.2 * u;
    case Scenario::VolSpike: return 18.5 + 1.2 * u;
    case Scenario::Crash: return 21.0 + 2.0 * u;
    case Scenario::GrindUp: return 12.9 + 0.9 * u;
    }
    return 0.0;
}

SessionScript scriptFor(const SimulationConfig& config, int session, double priorVix) {
    Random random(streamSeed(config.seed, kScript, dayNumber(config.date) * 4096 + static_cast<std::uint64_t>(session)));
    const double start = startVix(config);
    if (session > 0) {
        const double rest = config.scenario == Scenario::GrindUp ? start : 18.5;
        const double vix = (rest + (priorVix - rest) * 0.86) * std::exp(0.025 * random.normal());
        return config.scenario == Scenario::GrindUp ? grindScript(vix, session) : calmScript(vix);
    }
    switch (config.scenario) {
    case Scenario::Calm:
    case Scenario::StaleFeed:
    case Scenario::BrokerOutage: return calmScript(start);
    case Scenario::VolSpike: return spikeScript(start, random);
    case Scenario::Crash: return crashScript(start, random);
    case Scenario::GrindUp: return grindScript(start, session);
    }
    return calmScript(start);
}

UtcTime dataTimeAt(const SimulationConfig& config, UtcTime t) {
    if (config.scenario != Scenario::StaleFeed) return t;
    return windowStart(config, kStale, t).value_or(t);
}

int dataErrorsAt(const SimulationConfig& config, UtcTime t) {
    if (!chainsCutAt(config, t)) return 0;
    const auto second = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
    return second % kErrorSpacing == 0 ? 1 : 0;
}

bool chainsCutAt(const SimulationConfig& config, UtcTime t) {
    return config.scenario == Scenario::BrokerOutage && windowStart(config, kBrokerDown, t).has_value();
}

BrokerFault brokerFaultAt(const SimulationConfig& config, UtcTime t) {
    BrokerFault fault;
    if (config.scenario != Scenario::BrokerOutage) return fault;
    fault.down = windowStart(config, kBrokerDown, t).has_value();
    fault.rejectRate = windowStart(config, kBrokerRejects, t) ? kRejectRate : 0.0;
    return fault;
}

const std::vector<Scenario>& allScenarios() {
    static const std::vector<Scenario> kAll = {Scenario::Calm,    Scenario::VolSpike,  Scenario::Crash,
                                               Scenario::GrindUp, Scenario::StaleFeed, Scenario::BrokerOutage};
    return kAll;
}

const char* toString(Scenario scenario) {
    switch (scenario) {
    case Scenario::Calm: return "calm";
    case Scenario::VolSpike: return "vol-spike";
    case Scenario::Crash: return "crash";
    case Scenario::GrindUp: return "grind-up";
    case Scenario::StaleFeed: return "stale-feed";
    case Scenario::BrokerOutage: return "broker-outage";
    }
    return "";
}

Result<Scenario> parseScenario(std::string_view name) {
    std::string names;
    for (const Scenario scenario : allScenarios()) {
        if (name == toString(scenario)) return scenario;
        names += std::string(names.empty() ? "" : ", ") + toString(scenario);
    }
    return badInput("no scenario '" + std::string(name) + "'; there are " + names);
}

} // namespace mahler::simulation
