#include <algorithm>

#include "approval/approvals.h"

namespace mahler::approval {

MoreTime moreTime(const Request& r, MonoTime now) {
    const auto refused = [](NoMoreTime why) { return MoreTime{{}, why}; };
    if (r.state != ApprovalState::Pending) return refused(NoMoreTime::NotPending);
    if (r.tier.tier != Tier::T1) return refused(NoMoreTime::FixedDeadline);
    if (r.tier.fixedReview) return refused(NoMoreTime::FixedReview);
    if (r.extended) return refused(NoMoreTime::Used);
    if (now >= r.deadline) return refused(NoMoreTime::TimeOver);
    const MonoTime deadline = std::min(r.deadline + MonoTime(kExtension), r.extendableTo);
    if (deadline <= r.deadline) return refused(NoMoreTime::Longest);
    return {deadline, {}};
}

std::string wordsOf(NoMoreTime refused, Tier tier) {
    switch (refused) {
    case NoMoreTime::NotPending: return "the request is no longer pending";
    case NoMoreTime::FixedDeadline: return std::string("the deadline of tier ") + toString(tier) + " is fixed";
    case NoMoreTime::FixedReview: return "the review of a first execution is not extended";
    case NoMoreTime::Used: return "it was extended once already";
    case NoMoreTime::TimeOver: return "the deadline has passed";
    case NoMoreTime::Longest: return "five minutes are the longest";
    }
    return {};
}

std::string escalationRefused(const Request& r, DeskKind desk) {
    if (r.state != ApprovalState::Pending) return "the request is no longer pending";
    if (desk == DeskKind::SinglePerson) return "a one-person desk has nobody else to ask";
    if (r.tier.tier == Tier::T3) return "T3 is the highest tier";
    return {};
}

} // namespace mahler::approval
