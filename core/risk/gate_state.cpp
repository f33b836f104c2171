#include <algorithm>
#include <cmath>
#include <cstdio>

#include "market/exchange_calendar.h"
#include "risk/gate_checks.h"

namespace mahler::risk::checks {

void Collector::add(std::string id, std::string value, std::string limit, bool pass, std::string reason) {
    out.push_back({std::move(id), std::move(value), std::move(limit), pass, pass ? std::string() : std::move(reason)});
}

std::string percent(double fraction) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.2f %%", std::fabs(fraction) < 5e-5 ? 0.0 : fraction * 100); // never "-0.00 %"
    return buffer;
}

namespace {

int sentWithin(const std::vector<SentRecord>& sent, MonoTime now, MonoTime window) {
    return static_cast<int>(std::count_if(sent.begin(), sent.end(), [&](const SentRecord& s) { return now - s.at < window; }));
}

void rates(Collector& c) {
    using namespace std::chrono_literals;
    const auto& g = c.context;
    const struct {
        const char* id;
        int count, limit;
        const char* unit;
    } rules[] = {{"messages_per_second", sentWithin(g.sent, g.now.mono, 1s), g.limits.maxMessagesPerSecond, " in 1 s"},
                 {"messages_per_minute", sentWithin(g.sent, g.now.mono, 60s), g.limits.maxMessagesPerMinute, " in 60 s"},
                 {"messages_per_day", static_cast<int>(g.sent.size()), g.limits.maxMessagesPerDay, " today"}};
    for (const auto& rule : rules)
        c.add(rule.id, std::to_string(rule.count) + rule.unit, "< " + std::to_string(rule.limit), rule.count < rule.limit,
              "too many order messages: " + std::to_string(rule.count) + rule.unit + ", wait and try again");
    const std::string identity = duplicateKey(c.order);
    const auto window = std::chrono::seconds(g.limits.duplicateWindowSeconds);
    const bool duplicate =
        std::any_of(g.sent.begin(), g.sent.end(), [&](const SentRecord& s) { return s.identity == identity && g.now.mono - s.at < window; });
    c.add("duplicate", duplicate ? "same order sent" : "none", std::to_string(g.limits.duplicateWindowSeconds) + " s", !duplicate,
          "the same legs, side, quantity and price were sent within " + std::to_string(g.limits.duplicateWindowSeconds) + " s");
}

void flood(Collector& c) {
    using namespace std::chrono_literals;
    const auto& g = c.context;
    const std::string key = g.strategy + "/" + c.order.underlying;
    const bool disabled = std::find(g.disabledStrategies.begin(), g.disabledStrategies.end(), key) != g.disabledStrategies.end();
    c.add("strategy_enabled", disabled ? "disabled" : "enabled", "enabled", !disabled,
          "strategy " + key + " is disabled until a Risk Manager re-enables it");
    const auto recent = std::count_if(g.sent.begin(), g.sent.end(), [&](const SentRecord& s) {
        return s.opening && s.strategy == g.strategy && s.underlying == c.order.underlying && g.now.mono - s.at < 10min;
    });
    c.add("opening_flood", std::to_string(recent) + " in 10 min", "< " + std::to_string(g.limits.maxOpeningsPer10Minutes),
          recent < g.limits.maxOpeningsPer10Minutes, "too many openings of " + key + " in 10 minutes");
    const int working = g.book ? g.book->outstanding : g.limits.maxWorkingOrders;
    c.add("working_orders", g.book ? std::to_string(working) : "unknown", "< " + std::to_string(g.limits.maxWorkingOrders),
          working < g.limits.maxWorkingOrders, "too many working orders");
}

} // namespace

void state(Collector& c) {
    const auto& g = c.context;
    if (c.opening()) {
        const std::string why = g.latches.empty() ? "" : std::string(toString(g.latches.front().breaker)) + ": " + g.latches.front().reason;
        c.add("halt_state", g.latches.empty() ? "running" : "halted", "running", g.latches.empty(), "trading is halted by " + why);
    }
    c.add("session_open", g.session == market::Session::Open ? "open" : "closed", "open", g.session == market::Session::Open,
          "the market is not open");
    rates(c);
    if (!c.opening()) return;
    const bool seen = g.unacknowledged.empty();
    c.add("assignment_acknowledged", seen ? "none waits" : std::to_string(g.unacknowledged.size()) + " wait", "none", seen,
          seen ? "" : g.unacknowledged.front() + " waits for a person's acknowledgement: nothing is opened in " + c.order.underlying + " before");
    flood(c);
    const auto today = market::toNewYork(g.now.utc).date;
    const bool expiresToday =
        std::any_of(c.order.legs.begin(), c.order.legs.end(), [&](const portfolio::ComboLeg& l) { return l.contract.expiry == today; });
    const bool expired =
        std::any_of(c.order.legs.begin(), c.order.legs.end(), [&](const portfolio::ComboLeg& l) { return l.contract.expiresAt() <= g.now.utc; });
    const bool late = expiresToday && g.now.utc >= g.sessionClose - std::chrono::minutes(g.limits.noOpenBeforeCloseMinutes);
    c.add("expiry_day_window",
          expired        ? "expired"
          : expiresToday ? "expires today"
                         : "later expiry",
          "not within " + std::to_string(g.limits.noOpenBeforeCloseMinutes) + " min of the close", !late && !expired,
          expired ? "a leg has expired" : "no opening this close to the expiry of a leg");
}

} // namespace mahler::risk::checks

namespace mahler::risk {

std::string duplicateKey(const portfolio::ComboOrder& order) {
    portfolio::ComboOrder anybodys = order;
    anybodys.source.clear();
    return toHex(sha256(portfolio::canonicalText(anybodys)));
}

bool roomForMessage(const std::vector<SentRecord>& sent, const Limits& limits, MonoTime now) {
    using namespace std::chrono_literals;
    return checks::sentWithin(sent, now, 1s) < limits.maxMessagesPerSecond && checks::sentWithin(sent, now, 60s) < limits.maxMessagesPerMinute &&
           static_cast<int>(sent.size()) < limits.maxMessagesPerDay;
}

} // namespace mahler::risk
