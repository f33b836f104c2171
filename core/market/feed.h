#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "market/chain.h"
#include "market/history.h"
#include "market/quote.h"

namespace mahler::market {

enum class FeedKind { Simulated, Recorded, Delayed, Live };

struct FeedInfo {
    FeedKind kind = FeedKind::Simulated;
    std::string name; ///< "Simulated, seed 7, calm"
    std::vector<std::string> underlyings;
    UtcTime start{}, end{};
    std::vector<std::string> notes;            ///< MarketFeed::notes when this was asked
    std::map<std::string, int> delayMinutes{}; ///< by underlying, of sources that give their quotes out late; see OptionChain
};

/// A market that is stepped in its own time. Called from the market thread only; what it hands out is immutable.
class MarketFeed {
public:
    virtual ~MarketFeed() = default;
    virtual FeedInfo info() const = 0;
    /// What was skipped up to now and why, a line each, for the person who loaded it; grows while the feed plays.
    virtual std::vector<std::string> notes() const { return {}; }
    /// The next time at which something can change after `after`; absent at the end of the feed.
    virtual std::optional<UtcTime> nextTime(UtcTime after) const = 0;
    /// Steps to `to` (never backwards) and gives the underlyings, VIX and the quotes of `watched`.
    virtual Result<std::shared_ptr<const Tick>> advance(UtcTime to, std::span<const OptionContract> watched) = 0;
    /// The whole chain as of the last advance. @return NotFound for an unknown underlying, Stale when the feed is cut.
    virtual Result<std::shared_ptr<const OptionChain>> chain(const std::string& underlying) = 0;
    /// What is known of the past as of the last advance.
    virtual std::shared_ptr<const History> history() const = 0;
};

} // namespace mahler::market
