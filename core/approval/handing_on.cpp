#include <algorithm>

#include "approval/approvals.h"

namespace mahler::approval {

MoreTime moreTime(const Request& r, MonoTime now) {
    const auto refused = [](std::string why) { return MoreTime{{}, std::move(why)}; };
    if (r.state != ApprovalState::Pending) return refused("the request is no longer pending");
    if (r.tier.tier != Tier::T1) return refused(std::string("the deadline of tier ") + toString(r.tier.tier) + " is fixed");
    if (r.tier.fixedReview) return refused("the review of a first execution is not extended");
    if (r.extended) return refused("it was extended once already");
    if (now >= r.deadline) return refused("the deadline has passed");
    const MonoTime deadline = std::min(r.deadline + MonoTime(kExtension), r.extendableTo);
    if (deadline <= r.deadline) return refused("five minutes are the longest");
    return {deadline, {}};
}

std::string escalationRefused(const Request& r, DeskKind desk) {
    if (r.state != ApprovalState::Pending) return "the request is no longer pending";
    if (desk == DeskKind::SinglePerson) return "a one-person desk has nobody else to ask";
    if (r.tier.tier == Tier::T3) return "T3 is the highest tier";
    return {};
}

} // namespace mahler::approval
