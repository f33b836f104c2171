#include "desk/declined.h"

#include "desk/context.h"

namespace mahler::desk {

Again askedAgain(const std::vector<DeclinedIdea>& declined, const portfolio::ComboOrder& order, std::optional<double> spot,
                 const std::function<IdeaMarket(const DeclinedIdea&)>& now) {
    for (auto it = declined.rbegin(); it != declined.rend(); ++it) {
        const bool same = sameIdea(it->order, order, spot);
        const bool asLarge = it->tooLarge && sameStructure(it->order, order) && shownMaxLoss(order) >= shownMaxLoss(it->order);
        if (!same && !asLarge) continue;
        const std::string what = it->id.str() + (it->cause == approval::RejectCause::Person ? " was rejected today" : " was left to expire today") +
                                 (it->tooLarge ? " as too large" : "");
        if (it->tooLarge && !asLarge) // what was asked for
            return {{}, what + "; this one can lose " + shownMoney(shownMaxLoss(order)) + " of " + shownMoney(shownMaxLoss(it->order))};
        const std::string change = materialChange({it->spot, it->iv, it->mid}, now(*it));
        if (!change.empty()) return {{}, what + "; since then " + change};
        if (order.source == kAgentSource || order.source == it->order.source)
            return {std::string(same ? "the same idea, " : "as large or larger, ") + what + ", and nothing has changed materially since", {}};
        return {{}, what + "; nothing has changed materially since"};
    }
    return {};
}

bool wouldBeDropped(const std::vector<DeclinedIdea>& declined, const strategy::Candidate& candidate, std::int64_t contracts,
                    std::optional<double> spot) {
    portfolio::ComboOrder order;
    order.underlying = candidate.underlying;
    order.kind = candidate.kind;
    order.legs = candidate.legs;
    order.quantity = contracts;
    order.netLimit = candidate.limit;
    order.source = kAgentSource;
    const auto now = [&](const DeclinedIdea& idea) { // what the desk will be quoted once the candidate's legs are watched
        IdeaMarket market{spot, {}, {}};
        if (idea.order.legs.front() == order.legs.front()) market.iv = candidate.shortIv;
        if (idea.order.legs == order.legs) market.net = candidate.credit;
        return market;
    };
    return !askedAgain(declined, order, spot, now).dropBecause.empty();
}

} // namespace mahler::desk
