#pragma once

#include <cstdint>
#include <span>

#include "base/fields.h"
#include "base/money.h"

namespace mahler::risk {

/// SAFETY section 5. Compiled values are maxima (or minima for floors); configuration may only tighten (S7).
struct Limits {
    double riskPerTrade = 0.02; ///< of equity
    double singlePosition = 0.05;
    double portfolioRisk = 0.10;
    double correlatedEquities = 0.50;
    double automaticPerDay = 0.02;   ///< of day-start equity, sent by the automatic tier alone; ours: the daily loss B1 permits (ADR 0014)
    double portfolioDelta = 0.30;    ///< |delta dollars| / equity
    double portfolioGamma = 0.20;    ///< |change of delta dollars for a 1 % move| / equity
    double maxSpreadFraction = 0.08; ///< (ask - bid) / mid, per leg
    std::int64_t minOpenInterest = 100;
    std::int64_t minVolume = 10;
    std::int64_t maxContractsPerOrder = 500;
    int maxWorkingOrders = 50;
    int maxMessagesPerSecond = 5, maxMessagesPerMinute = 60, maxMessagesPerDay = 500;
    int duplicateWindowSeconds = 60;
    int maxOpeningsPer10Minutes = 5;   ///< per strategy and underlying
    int noOpenBeforeCloseMinutes = 30; ///< on expiry day
    Price priceBandMinimum = Price::fromMicros(50'000);
    double priceBandFraction = 0.5; ///< of the spread
    double quoteMaxAgeSeconds = 30;
};

/// When two ideas are one (UX 4.4), and what makes one that was declined today worth asking again. The guides give no
/// numbers; these are ours, compiled in. Same idea: same underlying, structure and expiry, and every short strike (of a
/// bought option: every strike) within kShortStrikeWithin of spot of the other's. Material change: any one of the other three.
struct IdeaRules {
    static constexpr double kShortStrikeWithin = 0.01; ///< of spot
    static constexpr double kSpotMoved = 0.01;         ///< of the spot it was declined at, either way
    static constexpr double kCreditBetter = 0.10;      ///< of the net price then: more credit or less debit
    static constexpr double kIvMoved = 0.02;           ///< two volatility points, either way
};

/// Every limit a person may tighten. One end of each range is the compiled value (S7): the lower one of a floor, the
/// upper one of a maximum.
std::span<const Field<Limits>> limitFields();
bool isFloor(const Field<Limits>& field);
/// Of each limit the tighter one.
Limits tighter(const Limits& a, const Limits& b);
/// @return BadInput naming the first limit that is looser than compiled or makes no sense (S7).
Result<void> checkLimits(const Limits& limits);
/// The compiled limits, tightened by `config` (keys as field names in snake_case).
/// @return BadInput naming the key when a value is unknown, of the wrong type or looser than compiled (S7).
Result<Limits> tightenLimits(const Json& config);

} // namespace mahler::risk
