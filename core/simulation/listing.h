#pragma once

#include <map>
#include <string>
#include <vector>

#include "market/contract.h"
#include "simulation/path.h"

namespace mahler::simulation {

/// What is fixed for a session about one side of one strike.
struct ContractDay {
    std::uint64_t hash = 0;        ///< of seed and contract: its own noise
    std::int64_t openInterest = 0; ///< this morning's
    std::int64_t dayVolume = 0;    ///< contracts that will have traded by the close
};

/// One listed expiry of one root on one session.
struct ListedExpiry {
    market::ClassSpec spec;
    TradingDate expiry{};
    UtcTime expiresAt{};
    std::vector<Price> strikes; ///< ascending
    std::vector<ContractDay> calls, puts;
    SurfaceSlice reference; ///< at the session's open: liquidity follows it
};

/// What is listed on one underlying: the next seven sessions (Monday, Wednesday and Friday for TLT and GLD),
/// Fridays out to eight weeks, third Fridays out to nine months; SPX monthlies settle in the morning, with
/// SPXW beside them out to eight weeks. Strikes once listed stay.
class Listing {
public:
    Listing(Asset asset, std::uint64_t seed) : m_asset(asset), m_seed(seed) {}

    /// Moves to a session whose opening state is `open`; expired classes leave, new ones come.
    void roll(const TradingClock::Day& day, const MarketState& open, const Surface& surface);
    const std::vector<ListedExpiry>& expiries() const { return m_expiries; }
    const ListedExpiry* find(const std::string& root, TradingDate expiry) const;
    /// Also for a strike that is not listed.
    ContractDay contractDay(const ListedExpiry& expiry, Price strike, market::Right right) const;

private:
    using Key = std::pair<TradingDate, std::string>;
    std::vector<Key> keys(const TradingClock& clock, TradingDate date) const;
    std::vector<Price> grid(const SurfaceSlice& slice) const;

    Asset m_asset;
    std::uint64_t m_seed;
    TradingDate m_date{};
    std::vector<ListedExpiry> m_expiries;
    std::map<Key, std::vector<Price>> m_listed;
};

} // namespace mahler::simulation
