#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/analysis.h"
#include "base/fields.h"
#include "portfolio/combo_order.h"

namespace mahler::strategy {

/// Every threshold of the credit-spread screener; visible and editable. Fractions, not per cent, but for ivPercentileMin.
struct ScreenProfile {
    std::string name; ///< "seed", "calibrated"
    int dteMin = 30, dteMax = 45;
    double shortDeltaMin = 0.10, shortDeltaMax = 0.15; ///< absolute
    double ivPercentileMin = 50;                       ///< 0..100; an unknown percentile: see allowUnknownIvPercentile
    bool allowUnknownIvPercentile = false;
    double widthMin = 2, widthMax = 10; ///< price units; scaled by spot/500 for index-level underlyings when scaleWidth
    bool scaleWidth = false;
    double creditToWidthMin = 0.25;
    double creditToCostMin = 0;     ///< credit at mid / round-trip costs (slippage + commissions)
    bool requirePositiveEv = false; ///< after costs, under the physical density
    double bidAskMax = 0.08;        ///< of mid, short leg
    std::int64_t openInterestMin = 100, volumeMin = 10;
    double slippage = 0.10; ///< of the bid-ask width, each way
    double commissionPerContract = 1.0;
};
const ScreenProfile& seedProfile();
const ScreenProfile& calibratedProfile(); ///< the default
Result<ScreenProfile> profileByName(const std::string& name);
/// Every threshold with its key in files, its unit and the range it may take.
std::span<const Field<ScreenProfile>> screenFields();
/// @return BadInput naming the threshold that is out of range, or the pair whose lower end is above its upper one.
Result<void> checkProfile(const ScreenProfile& profile);
/// {"profile": "seed", "dte_min": 28, ...}: a named profile and what differs from it. @return BadInput naming the key.
Result<ScreenProfile> profileFromJson(const Json& config);

struct Candidate {
    std::string id; ///< "SPY-BPS-20260925-700-695"
    portfolio::StrategyKind kind = portfolio::StrategyKind::BullPutSpread;
    std::string underlying;
    std::vector<portfolio::ComboLeg> legs; ///< short first
    TradingDate expiry{};
    int dte = 0;
    Price credit; ///< at mid, per unit of underlying
    Price limit;  ///< credit we would ask: mid less slippage, rounded to tick
    double width = 0;
    double shortDelta = 0, longDelta = 0; ///< signed, per unit
    double shortIv = 0;
    double creditToWidth = 0;
    double probabilityOtm = 0;                 ///< risk-neutral, of the short strike
    double probabilityOfProfit = 0;            ///< physical, net of costs
    double expectedValue = 0;                  ///< dollars per spread after costs, physical density over the whole payoff
    double seedExpectedValue = 0;              ///< dollars, the seed's win-or-max-loss form
    double costs = 0;                          ///< dollars per spread, round trip
    Usd maxLoss, maxProfit;                    ///< per spread at the limit, before fees
    double bidAskFraction = 0;                 ///< of the leg that is quoted widest
    std::int64_t openInterest = 0, volume = 0; ///< of the short leg
    std::optional<double> ivPercentile;
    std::vector<double> breakevens;
    double score = 0;                                               ///< 0..1
    double delta = 0, gamma = 0, thetaPerDay = 0, vegaPerPoint = 0; ///< of one spread x multiplier
    std::string eventNote;                                          ///< first market event before expiry, or empty
};

struct RuleCount {
    std::string rule;   ///< "credit_to_width"
    std::string limit;  ///< ">= 6 % of width"
    int rejected = 0;   ///< spreads that fail it, whatever else they fail
    int soleReject = 0; ///< of them those that fail no other: what would pass without it
};

struct ScreenResult {
    ScreenProfile profile;
    std::vector<Candidate> candidates; ///< best first
    std::vector<Candidate> nearMisses; ///< at most 20 that fail exactly one rule, best first; failedRule tells
    std::vector<std::string> nearMissRules;
    std::vector<RuleCount> rules;
    int considered = 0;
    std::string tightestRule;       ///< the rule whose relaxation would admit most; empty when candidates exist
    std::vector<std::string> notes; ///< "IV percentile unknown: no volatility history"
};

/// Physical (real-world) terminal density of the underlying at an expiry: lognormal mixture centred on the forward with realised-and-implied
/// blended volatility and the market's skew kept; see the implementation for formula and source. Integrates to one.
struct PhysicalDensity {
    std::vector<double> spot, weight; ///< nodes and probabilities, ascending
    double volatility = 0;            ///< annualised, of the log return
    std::string method;
};
PhysicalDensity fitPhysicalDensity(const pricing::PricedChain& chain, std::size_t expiryIndex, const analytics::Analysis& analysis);

ScreenResult screenCreditSpreads(const pricing::PricedChain& chain, const analytics::Analysis& analysis, const ScreenProfile& profile);

} // namespace mahler::strategy
