#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portfolio/risk_leg.h"

namespace mahler::portfolio {

/// One listed option or block of shares at its current market value.
struct MarginLeg {
    Holding holding;
    Price mark;              ///< market value per unit of underlying, not negative
    Price underlying;        ///< price of the underlying, positive
    bool broadIndex = false; ///< 15 % class; see isBroadIndex()
};

enum class MarginRule {
    Long,     ///< paid in full
    Naked,    ///< uncovered short option
    Strangle, ///< short put and short call
    Spread,   ///< a short with a long that expires no earlier, or a put and a call spread of one expiry together
    Covered,  ///< short call against long shares, short put against short shares
    LongShares,
    ShortShares
};
const char* toString(MarginRule rule);

/// One pairing and what it asks for.
struct MarginGroup {
    MarginRule rule = MarginRule::Long;
    std::string underlying;
    std::vector<Holding> legs; ///< quantities of this group
    Usd requirement;           ///< to be held: includes the value of naked shorts, leaves out what longs cost
    Usd premium;               ///< value of the short options less that of the long ones; negative: a debit; shares do not count
    Usd deposit;               ///< requirement less premium: buying power it takes when opened at these prices
};

struct MarginReport {
    Usd requirement, premium, deposit;
    std::vector<MarginGroup> groups; ///< by underlying, then rule
    Coverage coverage;               ///< legs without a two-sided quote are left out and named
};

/// Initial strategy-based margin of listed options and shares in a margin account: FINRA Rule 4210(f)(2) and Cboe Rule 10.3,
/// worked as in Cboe's Margin Manual (April 2000).
///  * Long option: paid in full (Rule 4210 lets 25 % of one over nine months be borrowed: not used here).
///  * Naked short: value + the greater of 20 % of the underlying (15 % for a broad-based index) less the amount out of the
///    money, and 10 % of the underlying (call) or of the strike (put).
///  * Short put and short call: the greater of the two, plus the value of the other.
///  * Spread: the greatest loss of the exercise values over all prices, when every long expires no earlier than its short
///    (Regulatory Notice 12-44); never more than the short naked. A put and a call spread of one expiry are
///    taken together: an iron condor asks for its larger side.
///  * Shares, long or short: 50 % of their value (Regulation T, 12 CFR 220.12). A short call against long shares or a short put
///    against short shares asks for no more than half (call: the loan value stops at the strike) or all (put) of what it is
///    in the money.
/// Shorts meet the long that saves most, greedily: any pairing the rules allow is enough, so this is never too little, and
/// may be more than the cheapest pairing. Exact in micros, rounded up. @return BadInput on negative values, overflow or a
/// leg that is no contract.
Result<MarginReport> marginOf(std::span<const MarginLeg> legs);

/// The legs of a book at mid; those without a two-sided quote are counted as left out.
Result<MarginReport> marginOf(const RiskBook& book);

/// The broad-based index classes Mahler knows (SPX, XSP, NDX, RUT); everything else is held to 20 %.
bool isBroadIndex(const std::string& underlying);

} // namespace mahler::portfolio
