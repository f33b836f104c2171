#include "strategy/exits.h"

#include <cstdio>

#include "base/words.h"

namespace mahler::strategy {

const char* toString(ExitReason reason) {
    switch (reason) {
    case ExitReason::ProfitTarget: return "profit_target";
    case ExitReason::StopLoss: return "stop_loss";
    case ExitReason::TimeExit: return "time_exit";
    }
    return "time_exit";
}

namespace {

std::string percent(double fraction) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.0f %%", fraction * 100);
    return buffer;
}

} // namespace

ExitDistance exitDistance(const portfolio::Position& position, const portfolio::Mark& mark, std::optional<double> vol10d, TradingDate today,
                          const ExitRules& rules) {
    ExitDistance d;
    d.targetFraction = rules.profitTarget * (vol10d ? 1 + 0.1 * (*vol10d - 0.15) : 1.0);
    d.stopFraction = rules.stopLoss;
    if (!position.legs.empty() && today.ok()) d.dte = daysBetween(today, position.legs.front().contract.expiry);
    // Fractions of the credit received; a position opened for a debit has none.
    if (mark.net && position.openNet.micros() > 0) d.pnlFraction = (position.openNet + *mark.net).toDouble() / position.openNet.toDouble();
    return d;
}

std::optional<ExitSignal> checkExit(const portfolio::Position& position, const portfolio::Mark& mark, std::optional<double> vol10d, TradingDate today,
                                    const ExitRules& rules) {
    const auto d = exitDistance(position, mark, vol10d, today, rules);
    if (d.pnlFraction && *d.pnlFraction >= d.targetFraction)
        return ExitSignal{ExitReason::ProfitTarget, "profit " + percent(*d.pnlFraction) + " of the credit, target " + percent(d.targetFraction)};
    if (d.pnlFraction && *d.pnlFraction <= -d.stopFraction)
        return ExitSignal{ExitReason::StopLoss, "loss " + percent(-*d.pnlFraction) + " of the credit, stop " + percent(d.stopFraction)};
    if (today.ok() && d.dte <= rules.dteExit)
        return ExitSignal{ExitReason::TimeExit, counted(d.dte, "day") + " to expiry, exit at " + std::to_string(rules.dteExit)};
    return std::nullopt;
}

} // namespace mahler::strategy
