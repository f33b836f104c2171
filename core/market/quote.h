#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "market/contract.h"

namespace mahler::market {

/// One side-by-side quote. Absent is absent: zero and negative prices are valid numbers (SAFETY S10).
struct Quote {
    std::optional<Price> bid, ask, last;
    std::optional<std::int64_t> bidSize, askSize; ///< contracts or shares
    std::optional<std::int64_t> volume, openInterest;
    UtcTime time{}; ///< source time

    bool crossed() const { return bid && ask && *bid > *ask; }
    bool twoSided() const { return bid && ask && !crossed(); }
    /// Absent unless twoSided(); exact to half a micro, rounded down.
    std::optional<Price> mid() const {
        if (!twoSided()) return std::nullopt;
        return Price::fromMicros(bid->micros() + (ask->micros() - bid->micros()) / 2);
    }
    /// Ask minus bid.
    std::optional<Price> width() const {
        if (!twoSided()) return std::nullopt;
        return *ask - *bid;
    }
};

struct UnderlyingQuote {
    std::string symbol;
    Quote quote;
    std::optional<Price> priorClose;
    /// Mid of a two-sided quote, otherwise the last trade.
    std::optional<Price> price() const {
        if (const auto m = quote.mid()) return m;
        return quote.last;
    }
};

struct WatchedQuote {
    std::string contractId; ///< OptionContract::id()
    Quote quote;
};

enum class Session : std::uint8_t { Closed, PreOpen, Open, AfterClose };

/// What the desk is told of the market: small, typed, and kept on the tape (DESIGN section 2).
struct Tick {
    UtcTime time{};
    Session session = Session::Closed;
    std::vector<UnderlyingQuote> underlyings;
    std::optional<double> vix, vixPriorClose; ///< index points
    UtcTime vixTime{};
    std::vector<WatchedQuote> watched; ///< of the contracts asked for; one without a quote is left out
    int dataErrors = 0;                ///< failed requests since the last tick (breaker B6)
};

} // namespace mahler::market
