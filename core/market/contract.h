#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/time.h"

namespace mahler::market {

enum class Right : std::uint8_t { Call, Put };
enum class ExerciseStyle : std::uint8_t { American, European };
/// How an expired contract ends. AmCash settles on the opening prices of the expiry morning (SPX, NDX monthlies).
enum class Settlement : std::uint8_t { PmPhysical, PmCash, AmCash };

const char* toString(Right right);         ///< "call" / "put"
const char* toString(ExerciseStyle style); ///< "american" / "european"
const char* toString(Settlement settlement);

/// What is fixed by the option root (the class), not by the contract.
struct ClassSpec {
    std::string root;       ///< "SPXW"
    std::string underlying; ///< "SPX"
    ExerciseStyle style = ExerciseStyle::American;
    Settlement settlement = Settlement::PmPhysical;
    int multiplier = 100;
    TickRule tick;
};

/// Known index roots (SPX, SPXW, XSP, NDX, NDXP, RUT, RUTW, VIX, VIXW); any other root is an American,
/// physically settled equity or fund option on the symbol of the same name. Ticks: 0.05 / 0.10 from 3.00 for SPX, NDX and
/// RUT classes, 0.01 for XSP, SPY, QQQ and IWM, 0.01 / 0.05 from 3.00 for the rest (Penny Interval Program).
ClassSpec classSpec(std::string_view root);

/// One listed option. A value; compare by id().
struct OptionContract {
    std::string root;
    std::string underlying;
    TradingDate expiry{};
    Price strike;
    Right right = Right::Call;
    ExerciseStyle style = ExerciseStyle::American;
    Settlement settlement = Settlement::PmPhysical;
    int multiplier = 100;

    /// OCC symbol without padding, e.g. "SPY261219P00445000": the key everywhere in Mahler.
    std::string id() const;
    /// The 21-character OCC symbol with the root padded to six.
    std::string occ() const;
    /// "SPY 19-Dec-26 445 put".
    std::string label() const;
    /// The instant of expiry: 16:00 New York for PM, 09:30 for AM settlement; from exchange_calendar.h.
    UtcTime expiresAt() const;

    /// Accepts the padded and the compact form. @return BadInput otherwise.
    static Result<OptionContract> parse(std::string_view occ);
    static OptionContract make(std::string_view root, TradingDate expiry, Price strike, Right right);

    bool operator==(const OptionContract& other) const {
        return root == other.root && expiry == other.expiry && strike == other.strike && right == other.right;
    }
};

} // namespace mahler::market
