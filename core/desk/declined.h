#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "desk/same_idea.h"
#include "desk/state.h"
#include "strategy/screener.h"

namespace mahler::desk {

/// Source of what the agents propose.
inline constexpr const char* kAgentSource = "agent:desk";

/// Why an idea that was declined today may be asked again, or why not (UX 4.4).
struct Again {
    std::string dropBecause; ///< empty: it may be asked; English
    std::string shown;       ///< what those who are asked read of it; empty: nothing was declined
};

/// The one rule of what comes back after it was declined: a person may raise what the agents were refused; nobody's own idea comes
/// back without a material change; what was too large comes back smaller only. `declined` is oldest first; `now` says what the
/// market says of the legs that were declined.
Again askedAgain(const std::vector<DeclinedIdea>& declined, const portfolio::ComboOrder& order, std::optional<double> spot,
                 const std::function<IdeaMarket(const DeclinedIdea&)>& now);

/// The same rule asked by the agents before they argue: whether the desk would drop so many contracts of a candidate.
bool wouldBeDropped(const std::vector<DeclinedIdea>& declined, const strategy::Candidate& candidate, std::int64_t contracts,
                    std::optional<double> spot);

} // namespace mahler::desk
