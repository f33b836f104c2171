#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "market/contract.h"

namespace mahler::portfolio {

enum class StrategyKind { BullPutSpread, BearCallSpread, IronCondor, LongCallSpread, LongPutSpread, SingleLong, Custom };
const char* toString(StrategyKind kind); ///< "bull_put_spread" ...
Result<StrategyKind> parseStrategyKind(std::string_view text);

/// One leg of one unit: ratio +1 buys one, -1 sells one.
struct ComboLeg {
    market::OptionContract contract;
    int ratio = 1;
    bool operator==(const ComboLeg&) const = default;
};

enum class OrderIntent { Open, Close };
const char* toString(OrderIntent intent);

/// A whole spread as one order (SAFETY S11). netLimit is cash to us for one unit of underlying: a credit is positive, a debit negative.
struct ComboOrder {
    std::string underlying;
    StrategyKind kind = StrategyKind::Custom;
    OrderIntent intent = OrderIntent::Open;
    std::vector<ComboLeg> legs; ///< 1 to 4, distinct contracts of one underlying
    std::int64_t quantity = 1;  ///< units (contracts per unit leg), >= 1
    Price netLimit;
    PositionId closes;  ///< the position a closing order reduces
    std::string source; ///< "agent:desk", "user:ann", "exit:profit_target", "breaker:B1"
    bool operator==(const ComboOrder&) const = default;
};

/// Canonical text of everything that matters; SHA-256 of it is the order's identity for approval and token.
std::string canonicalText(const ComboOrder& order);
/// "SELL 12 SPY 19-Dec-26 445/440 put spread"; English field terms only, for journal and logs.
std::string describe(const ComboOrder& order);
Result<void> validate(const ComboOrder& order);
/// Names the structure from its legs; Custom when it is none of the known ones.
StrategyKind classify(const std::vector<ComboLeg>& legs);

/// Profit or loss at expiry of one unit with the net price included, per 1.00 of underlying x multiplier, in dollars, before fees.
/// All legs must share one expiry. `spot` >= 0.
double payoffAtExpiry(const std::vector<ComboLeg>& legs, Price net, double spot);

struct PayoffBounds {
    std::optional<Usd> maxLoss;   ///< of one unit, >= 0; absent when unlimited or undefined (mixed expiries)
    std::optional<Usd> maxProfit; ///< absent when unlimited
    std::vector<double> breakevens;
};
PayoffBounds payoffBounds(const std::vector<ComboLeg>& legs, Price net);

/// Assumed for each contract and side, wherever what an order costs is said before it is sent.
constexpr Usd kFeePerContract = Usd::fromMicros(1'000'000);

/// What a whole order can lose and make at its limit, the fees of sending it in both; the one sum that builder, gate and prompt show.
struct OrderOutcome {
    Usd fees;                       ///< kFeePerContract for every contract, >= 0
    std::optional<Usd> maxLoss;     ///< absent as in PayoffBounds, or beyond what Usd holds
    std::optional<Usd> maxProfit;   ///< may be negative: the fees are more than it could make
    std::vector<double> breakevens; ///< before fees
};
OrderOutcome orderOutcome(const ComboOrder& order);

/// How much less than the natural price a limit asks for, or more it pays, per unit of underlying: a marketable order gives nothing
/// for that. @return absent when the limit is at the natural price or better.
std::optional<Price> givenBeyondNatural(Price netLimit, std::optional<Price> natural);
/// By expiry, strike, call before put: as people read them.
void sortLegs(std::vector<ComboLeg>& legs);

} // namespace mahler::portfolio
