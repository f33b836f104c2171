#include <algorithm>
#include <cmath>
#include <cstdio>

#include "approval/approvals.h"

namespace mahler::approval {

const char* toString(Tier tier) {
    switch (tier) {
    case Tier::T0: return "T0";
    case Tier::T1: return "T1";
    case Tier::T2: return "T2";
    case Tier::T3: return "T3";
    }
    return "T3";
}

const char* toString(ApprovalState state) {
    switch (state) {
    case ApprovalState::Pending: return "pending";
    case ApprovalState::Approved: return "approved";
    case ApprovalState::Rejected: return "rejected";
    }
    return "rejected";
}

const char* toString(RejectCause cause) {
    switch (cause) {
    case RejectCause::None: return "none";
    case RejectCause::Person: return "person";
    case RejectCause::Expired: return "expired";
    case RejectCause::Halted: return "halted";
    case RejectCause::Restart: return "restart";
    case RejectCause::PriceMoved: return "price_moved";
    case RejectCause::Stale: return "stale";
    case RejectCause::Superseded: return "superseded";
    case RejectCause::TierChanged: return "tier_changed";
    case RejectCause::GateRefused: return "gate_refused";
    case RejectCause::FlowOver: return "flow_over";
    }
    return "none";
}

namespace {

constexpr std::chrono::seconds kTrader{30}, kReview{60};

constexpr Usd dollars(std::int64_t whole) { return Usd::fromMicros(whole * 1'000'000); }

std::chrono::seconds deadlineOf(Tier tier) {
    switch (tier) {
    case Tier::T0: return std::chrono::seconds(0);
    case Tier::T1: return kTrader;
    case Tier::T2: return std::chrono::seconds(120);
    case Tier::T3: return std::chrono::seconds(300);
    }
    return std::chrono::seconds(0);
}

std::string percent(double fraction) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.1f %%", fraction * 100);
    return buffer;
}

/// The larger of the move from the prior close and the session's range so far, as a fraction; absent when unknown.
std::optional<double> vixMove(const TierInputs& in) {
    std::optional<double> move;
    if (in.vix && in.vixPriorClose && *in.vixPriorClose > 0) move = std::abs(*in.vix / *in.vixPriorClose - 1);
    if (in.vixSessionLow && in.vixSessionHigh && *in.vixSessionLow > 0) move = std::max(move.value_or(0), *in.vixSessionHigh / *in.vixSessionLow - 1);
    return move;
}

} // namespace

TierDecision decideTier(const TierInputs& in) {
    TierDecision d;
    const Usd value = in.orderValue + in.recentOpeningsSameUnderlying;
    d.tier = value < dollars(1'000) ? Tier::T0 : value < dollars(10'000) ? Tier::T1 : value <= dollars(50'000) ? Tier::T2 : Tier::T3;
    std::string why = "order value " + shownMoney(in.orderValue);
    if (in.recentOpeningsSameUnderlying.micros() > 0)
        why += " and " + shownMoney(in.recentOpeningsSameUnderlying) + " opened in the same underlying within 15 minutes";
    d.reasons.push_back(why);
    d.deadline = deadlineOf(d.tier);
    // Each trigger demands a tier and a deadline: the highest tier and the shortest deadline apply (SAFETY section 4).
    bool review = false;
    const auto atLeast = [&](Tier tier, std::chrono::seconds deadline, std::string reason) {
        d.tier = std::max(d.tier, tier);
        d.deadline = d.deadline.count() == 0 ? deadline : std::min(d.deadline, deadline);
        d.reasons.push_back(std::move(reason));
    };
    if (in.sizedDownFrom > Tier::T0) // less size is no reason to ask fewer people
        atLeast(in.sizedDownFrom, deadlineOf(in.sizedDownFrom), std::string("replaces a ") + toString(in.sizedDownFrom) + " request");
    if (in.newStrategy) {
        d.fixedReview = true;
        review = d.tier <= Tier::T1; // a 60 s review replaces the trader's 30 s; longer tiers keep their own
        atLeast(Tier::T1, kReview, "first execution of this strategy");
    }
    if (in.concentrationAfter && *in.concentrationAfter > 0.15)
        atLeast(Tier::T2, std::chrono::seconds(120), "one underlying would be " + percent(*in.concentrationAfter) + " of the portfolio (over 15 %)");
    if (in.vix && *in.vix > 25) atLeast(Tier::T1, kTrader, "VIX is above 25");
    if (!in.vix) atLeast(Tier::T1, kTrader, "VIX is unknown");
    if (const auto move = vixMove(in); move && *move >= 0.20 - 1e-9) // inclusive: 15 to 18 is 20 %, whatever doubles say
        atLeast(Tier::T1, kTrader, "VIX has moved " + percent(*move) + " (20 % or more)");
    if (!in.dayPnlFraction)
        atLeast(Tier::T2, std::chrono::seconds(120), "the day's P&L is unknown");
    else if (*in.dayPnlFraction <= -0.016)
        atLeast(Tier::T2, std::chrono::seconds(120), "the day's loss has used 80 % of its limit");
    // What nobody is asked about has an end by day and by group (ADR 0014); what is asked for anyway is not in it.
    if (d.tier == Tier::T0 && !in.byPerson) {
        if (!in.unaskedNow || !in.unaskedAfter)
            atLeast(Tier::T1, kTrader, "what was sent without asking today is unknown");
        else if (*in.unaskedAfter > in.unaskedLimit)
            atLeast(Tier::T1, kTrader,
                    "sent without asking today " + percent(*in.unaskedNow) + " of " + percent(in.unaskedLimit) + ", with this " +
                        percent(*in.unaskedAfter));
        if (in.declinedToday) atLeast(Tier::T1, kTrader, "this structure in this underlying was declined today");
        if (in.groupUnasked) atLeast(Tier::T1, kTrader, "correlated equities were opened without asking today already");
    }
    // Only the trader's own 30 s may be longer: by the desk's setting (SAFETY 3.9), and by the review of a first execution
    // when nothing else asks for haste.
    if (d.tier == Tier::T1 && d.deadline == kTrader)
        d.deadline = !review ? in.traderDeadline : d.reasons.size() == 2 ? kReview : std::min(kReview, in.traderDeadline);
    if (d.tier == Tier::T2) d.openWithin = std::chrono::seconds(30);
    if (d.tier == Tier::T3 && in.desk == DeskKind::SinglePerson) {
        d.refused = true;
        d.reasons.insert(d.reasons.begin(), "above $50,000 needs two people; a one-person desk cannot approve it");
    }
    return d;
}

} // namespace mahler::approval
