#pragma once

#include <cstdint>

#include "base/json.h"
#include "base/money.h"

namespace mahler::risk {

/// SAFETY section 5. Compiled values are maxima (or minima for floors); configuration may only tighten (S7).
struct Limits {
    double riskPerTrade = 0.02;          ///< of equity
    double singlePosition = 0.05;
    double portfolioRisk = 0.10;
    double correlatedEquities = 0.50;
    double portfolioDelta = 0.30;        ///< |delta dollars| / equity
    double portfolioGamma = 0.20;        ///< |change of delta dollars for a 1 % move| / equity
    double maxSpreadFraction = 0.08;     ///< (ask - bid) / mid, per leg
    std::int64_t minOpenInterest = 100;
    std::int64_t minVolume = 10;
    std::int64_t maxContractsPerOrder = 500;
    int maxWorkingOrders = 50;
    int maxMessagesPerSecond = 5, maxMessagesPerMinute = 60, maxMessagesPerDay = 500;
    int duplicateWindowSeconds = 60;
    int maxOpeningsPer10Minutes = 5;     ///< per strategy and underlying
    int noOpenBeforeCloseMinutes = 30;   ///< on expiry day
    Price priceBandMinimum = Price::fromMicros(50'000);
    double priceBandFraction = 0.5;      ///< of the spread
    double quoteMaxAgeSeconds = 30;
};

/// The compiled limits, tightened by `config` (keys as field names in snake_case).
/// @return BadInput naming the key when a value is unknown, of the wrong type or looser than compiled (S7).
Result<Limits> tightenLimits(const Json& config);

} // namespace mahler::risk
