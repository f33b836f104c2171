#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "desk/desk_view.h"
#include "portfolio/pnl_explain.h"
#include "pricing/chain_pricer.h"

namespace mahler::desk {

using PricedChains = std::vector<std::shared_ptr<const pricing::PricedChain>>;

/// Where the session's profit or loss of one position came from. Model parts run from `since`; what it earned between its
/// fills and that look is `newTrades`.
struct PositionPnl {
    PositionId id;
    std::string underlying, description;
    bool closed = false;
    bool fromFills = false; ///< opened in this session while the book watched: its whole profit or loss is in
    UtcTime since{}, to{};  ///< the two looks at its legs
    portfolio::PnlParts explain, predict;
    std::string leftOut; ///< why it has no parts; empty when it has
};

struct PnlSum {
    std::string key; ///< underlying; "book"
    portfolio::PnlParts explain, predict;
    int explained = 0, count = 0; ///< positions
};

struct Attribution {
    std::optional<UtcTime> since; ///< the session's first look at any leg; absent: nothing to compare with yet
    UtcTime to{};
    std::vector<PositionPnl> positions; ///< largest |total| first; left-out ones last
    std::vector<PnlSum> byUnderlying;   ///< largest |total| first
    PnlSum book;
    std::optional<Usd> dayPnl; ///< of the account since the day's base; it also holds what came before `since`
};

/// Keeps how each position stood when the session first saw it and when it was closed, and explains the way from there.
/// One thread at a time; deterministic. It lives as long as the program: after a restart the looks begin anew, and what was
/// opened before it counts from its first look as what was held overnight does.
class AttributionBook {
public:
    /// On the market's clock. The first call counts; without one it watches from the first view it looks at.
    void watchFrom(UtcTime at);
    /// Takes the looks that are missing and can be taken: every leg priced and quoted on both sides, the session open.
    void look(const DeskView& view, const PricedChains& chains);
    Attribution explain(const DeskView& view, const PricedChains& chains) const;
    /// What was looked at: position ids, with "/closed" for those seen after their close.
    std::set<std::string> looked() const;
    /// What a view has to be looked at for, in the same words.
    /// A position that was closed before its first look needs none.
    static std::set<std::string> needed(const DeskView& view, const std::set<std::string>& looked);
    std::optional<TradingDate> day() const { return m_day; }

private:
    struct Look {
        portfolio::Position position;
        std::vector<portfolio::RiskLeg> legs;
        UtcTime at{};
    };
    struct Entry {
        std::optional<Look> first, last; ///< last: after its close
    };
    static std::vector<portfolio::RiskLeg> bind(const portfolio::Position& position, const PricedChains& chains, UtcTime& at);
    std::optional<UtcTime> m_watchedFrom;
    std::optional<TradingDate> m_day;
    std::optional<UtcTime> m_firstLook;
    std::map<PositionId, Entry> m_entries;
};

} // namespace mahler::desk
