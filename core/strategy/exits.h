#pragma once

#include <optional>
#include <string>

#include "portfolio/book.h"

namespace mahler::strategy {

/// Seed 002 section 7.4. Fractions of the entry credit.
struct ExitRules {
    double profitTarget = 0.50;
    double stopLoss = 1.25; ///< the style multiplier of "neutral"; times 1
    int dteExit = 21;
};

enum class ExitReason { ProfitTarget, StopLoss, TimeExit };
const char* toString(ExitReason reason);

struct ExitSignal {
    ExitReason reason = ExitReason::TimeExit;
    std::string text; ///< English with the numbers
};

struct ExitDistance {
    std::optional<double> pnlFraction; ///< of the entry credit; absent without a valid mark
    double targetFraction = 0.5, stopFraction = 1.25;
    int dte = 0;
};

/// Volatility-adjusted target: profitTarget * (1 + 0.1 * (vol10d - 0.15)); vol absent: unadjusted.
ExitDistance exitDistance(const portfolio::Position& position, const portfolio::Mark& mark, std::optional<double> vol10d, TradingDate today,
                          const ExitRules& rules);
/// Absent: hold. The time exit needs no mark; the others do.
std::optional<ExitSignal> checkExit(const portfolio::Position& position, const portfolio::Mark& mark, std::optional<double> vol10d, TradingDate today,
                                    const ExitRules& rules);

} // namespace mahler::strategy
