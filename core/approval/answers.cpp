#include <algorithm>

#include "approval/approvals.h"

namespace mahler::approval {

AnswerOutcome judgeAnswer(const Request& r, const User& user, bool approve, const Digest& shownHash, const std::string& reason,
                          std::optional<Usd> typedMaxLoss, Usd maxLoss, Timestamp now) {
    const auto refused = [](std::string why) { return AnswerOutcome{ApprovalState::Pending, std::move(why)}; };
    if (r.state != ApprovalState::Pending) return refused("the request is no longer pending");
    if (!approve) // at once, of any tier, even an expired or changed request
        return mayReject(user) ? AnswerOutcome{ApprovalState::Rejected, {}} : refused(user.name + " may not reject requests");
    if (!mayApproveTier(user, static_cast<int>(r.tier.tier))) return refused(user.name + " may not approve tier " + toString(r.tier.tier));
    if (now.mono >= r.deadline) return refused("the deadline has passed");
    if (shownHash != r.shownHash) return refused("what was shown is not what is pending");
    if (r.order.source == "user:" + user.id.str() && r.tier.tier == Tier::T3) return refused("the proposer cannot be one of the two who approve");
    if (r.tier.tier >= Tier::T2) {
        if (!typedMaxLoss) return refused("the maximum loss must be typed");
        if (typedMaxLoss->micros() / 10'000 != maxLoss.micros() / 10'000) return refused("the typed maximum loss is not " + exactMoney(maxLoss));
        if (reason.empty()) return refused("a reason is required");
    }
    if (r.tier.tier != Tier::T3) return {ApprovalState::Approved, {}};
    if (reason.size() < 15) return refused("a reason of at least 15 characters is required");
    const Signature* first = nullptr;
    for (const auto& s : r.signatures)
        if (s.approve) first = &s;
    if (!first) return {ApprovalState::Pending, {}};
    if (first->user == user.id) return refused("a second person must approve");
    // One Portfolio Manager and one Team Lead; who signed first is known by id only, so the second must bring what is missing.
    const auto& users = demoUsers();
    const auto other = std::find_if(users.begin(), users.end(), [&](const User& u) { return u.id == first->user; });
    if (other == users.end()) return refused("the first signature is of an unknown user");
    const bool both =
        (other->has(Role::PortfolioManager) && user.has(Role::TeamLead)) || (other->has(Role::TeamLead) && user.has(Role::PortfolioManager));
    if (!both) return refused("a Portfolio Manager and a Team Lead must both approve");
    return {ApprovalState::Approved, {}};
}

bool saysTooLarge(const Request& r) {
    return r.state == ApprovalState::Rejected && r.cause == RejectCause::Person && r.causeText.starts_with('2') &&
           (r.causeText.size() == 1 || r.causeText[1] == ' ');
}

} // namespace mahler::approval
