#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "desk/greeks_board.h"
#include "market/chain.h"
#include "market/history.h"
#include "market/quote.h"
#include "pricing/chain_pricer.h"

namespace mahler::desk {

/// The one place carries come from: each underlying's chain is asked for its parity forwards when it is first needed, at every change of
/// session, every five minutes, and every fifteen seconds while its quotes cannot answer. Market thread only.
class CarryKeeper {
public:
    /// Whether renew() should be called with the underlying's chain.
    bool due(const std::string& underlying, UtcTime now, market::Session session) const;
    /// `chain` may be null: it could not be had.
    void renew(const std::string& underlying, const market::OptionChain* chain, const market::History* history, UtcTime now, market::Session session);
    /// What a chain of the underlying is to be priced with.
    pricing::CurveInputs curve(const std::string& underlying, const market::History* history) const;
    /// Underlyings that were asked for once.
    std::vector<std::string> known() const;
    /// The newest carry of the expiries among `contracts`, for each of their underlyings that has one; by expiry, then root.
    std::vector<pricing::UnderlyingCarry> of(const std::vector<market::OptionContract>& contracts) const;

private:
    struct Kept {
        std::shared_ptr<const pricing::UnderlyingCarry> carry; ///< null: none could be found yet
        UtcTime asked{};
        market::Session session = market::Session::Closed;
        bool fromQuotes = false; ///< some expiry's parity answered
    };
    std::map<std::string, Kept> m_kept;
};

} // namespace mahler::desk
