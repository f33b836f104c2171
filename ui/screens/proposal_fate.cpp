#include "ui/screens/proposal_fate.h"

#include <algorithm>
#include <QCoreApplication>
#include <span>

#include "ui/approval/answer_words.h"
#include "ui/screens/builder_screen.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

using Stage = ProposalFate::Stage;
using execution::OrderState;

constexpr std::size_t kMostChecks = 5; ///< as many as the prompt shows; the journal has all

/// lupdate does not find the screen's context from in here.
struct FailedChecks {
    Q_DECLARE_TR_FUNCTIONS(mahler::ui::FailedChecks)
};

QString failedChecks(const std::vector<risk::Check>& checks) {
    QStringList lines;
    for (const auto& c : std::span(checks).first(std::min(checks.size(), kMostChecks))) {
        lines << FailedChecks::tr("✗ %1: %2, allowed %3")
                     .arg(format::text(c.reason.empty() ? c.check : c.reason), format::text(c.value), format::text(c.limit));
    }
    if (checks.size() > kMostChecks)
        lines << FailedChecks::tr("✗ and %n more, in the journal under its id", nullptr, static_cast<int>(checks.size() - kMostChecks));
    return lines.join(QLatin1Char('\n'));
}

QString cause(const approval::Request& r) {
    using approval::RejectCause;
    switch (r.cause) {
    case RejectCause::None: return {};
    case RejectCause::Person: return BuilderScreen::tr("by a person");
    case RejectCause::Expired: return BuilderScreen::tr("its time was over");
    case RejectCause::Halted: return BuilderScreen::tr("trading was halted");
    case RejectCause::Restart: return BuilderScreen::tr("the desk was restarted");
    case RejectCause::PriceMoved: return BuilderScreen::tr("the price moved too far");
    case RejectCause::Stale: return BuilderScreen::tr("a quote grew stale");
    case RejectCause::Superseded: return BuilderScreen::tr("a newer request took its place");
    case RejectCause::TierChanged: return BuilderScreen::tr("it came to need other approvers");
    case RejectCause::GateRefused: return BuilderScreen::tr("the gate refused it at the click");
    case RejectCause::FlowOver: return BuilderScreen::tr("its first review was over");
    }
    return {};
}

ProposalFate ofOrder(const execution::Order& o, bool unacknowledged) {
    const QString id = format::text(o.id.str());
    const auto units = [&](const QString& words) { return words.arg(id).arg(o.filled).arg(o.combo.quantity); };
    if (unacknowledged || o.state == OrderState::Unknown)
        return {Stage::Sent, BuilderScreen::tr("UNKNOWN: the broker has not confirmed order %1. Verify it at the broker.").arg(id), {}, true};
    switch (o.state) {
    case OrderState::Intent: return {Stage::Sent, BuilderScreen::tr("Order %1 is being sent.").arg(id), {}, false};
    case OrderState::Submitted: return {Stage::Sent, BuilderScreen::tr("Sent as order %1, not acknowledged yet.").arg(id), {}, false};
    case OrderState::Working: return {Stage::Sent, BuilderScreen::tr("Sent: order %1 works at the broker.").arg(id), {}, false};
    case OrderState::PartlyFilled: return {Stage::Sent, units(BuilderScreen::tr("Order %1 is partly filled: %2 of %3 units.")), {}, false};
    case OrderState::CancelPending: return {Stage::Sent, BuilderScreen::tr("Order %1 is being cancelled.").arg(id), {}, false};
    case OrderState::Filled:
        return {Stage::Filled,
                BuilderScreen::tr("FILLED: order %1, %n unit(s) at %2 on average, fees %3.", nullptr, static_cast<int>(o.filled))
                    .arg(id, format::net(o.averageNet), format::money(o.fees)),
                {},
                false};
    case OrderState::Cancelled: return {Stage::Ended, units(BuilderScreen::tr("Order %1 was cancelled with %2 of %3 units filled.")), {}, true};
    case OrderState::Expired: return {Stage::Ended, units(BuilderScreen::tr("Order %1 expired with %2 of %3 units filled.")), {}, true};
    case OrderState::Rejected:
        return {Stage::Ended,
                BuilderScreen::tr("The broker REJECTED order %1: %2").arg(id, o.text.empty() ? format::dash() : format::text(o.text)),
                {},
                true};
    case OrderState::Unknown: break;
    }
    return {};
}

ProposalFate ofPending(const desk::ApprovalView& a) {
    const auto& r = a.request;
    QString words = BuilderScreen::tr("Waits for approval as %1, tier %2: %3 left, then REJECTED. F2 opens it.")
                        .arg(format::text(r.id.str()), QLatin1String(approval::toString(r.tier.tier)), format::countdown(a.secondsLeft));
    if (!r.signatures.empty())
        words += QLatin1Char(' ') + BuilderScreen::tr("%n signature(s) given.", nullptr, static_cast<int>(r.signatures.size()));
    QStringList holds;
    for (const auto& why : a.blockedBecause) holds << BuilderScreen::tr("approving waits: %1").arg(format::text(why));
    return {Stage::WaitsForApproval, words, holds.join(QLatin1Char('\n')), false};
}

ProposalFate ofDecided(const approval::Request& r, const desk::ProposalView& p) {
    const QString id = format::text(r.id.str());
    if (r.state == approval::ApprovalState::Approved) return {Stage::Sent, BuilderScreen::tr("Approved as %1.").arg(id), {}, false};
    QString words = BuilderScreen::tr("REJECTED (%1), nothing was sent: %2.").arg(id, cause(r));
    if (!r.causeText.empty()) words += QLatin1Char(' ') + reasonWords(r.causeText);
    return {Stage::Rejected, words, failedChecks(p.failed), true};
}

} // namespace

bool ProposalFate::isOver() const {
    switch (stage) {
    case Stage::Unanswered:
    case Stage::WaitsForQuotes:
    case Stage::WaitsForApproval:
    case Stage::Sent: return false;
    case Stage::Dropped:
    case Stage::Rejected:
    case Stage::Filled:
    case Stage::Ended: return true;
    }
    return false;
}

ProposalFate fateOf(const desk::DeskView& view, const ProposalId& id) {
    const auto p = std::find_if(view.proposals.begin(), view.proposals.end(), [&](const auto& x) { return x.id == id; });
    if (p == view.proposals.end()) return {};
    for (const auto& o : view.orders) // an order that closes the position names the same proposal
        if (o.order.proposal == id && o.order.combo.intent == portfolio::OrderIntent::Open) return ofOrder(o.order, o.unacknowledged);
    for (const auto& a : view.approvals)
        if (a.request.proposal == id) return ofPending(a);
    for (const auto& r : view.decided)
        if (r.proposal == id) return ofDecided(r, *p);
    if (!p->droppedBecause.empty()) {
        if (!p->failed.empty()) return {Stage::Dropped, BuilderScreen::tr("BLOCKED by the gate, nothing was sent:"), failedChecks(p->failed), true};
        return {Stage::Dropped, BuilderScreen::tr("NOT SENT: %1.").arg(format::text(p->droppedBecause)), {}, true};
    }
    if (p->awaitingQuotes)
        return {Stage::WaitsForQuotes, BuilderScreen::tr("Waits for quotes of its legs on both sides; without them the desk drops it."), {}, false};
    return {Stage::Unanswered, BuilderScreen::tr("The desk is looking at it."), {}, false};
}

void ProposalTrack::begin(const portfolio::ComboOrder& order, const desk::DeskView& view) {
    *this = {};
    m_order = order;
    m_order->source = "user:" + view.user.id.str();
    for (const auto& p : view.proposals) m_before.insert(p.id);
}

ProposalFate ProposalTrack::look(const desk::DeskView& view) {
    if (!m_order) return {};
    const auto sorted = [](std::vector<portfolio::ComboLeg> legs) { // the desk sorts them
        portfolio::sortLegs(legs);
        return legs;
    };
    const auto isMine = [&](const desk::ProposalView& p) {
        return !m_before.count(p.id) && p.order.source == m_order->source && sorted(p.order.legs) == sorted(m_order->legs) &&
               p.order.quantity == m_order->quantity && p.order.netLimit == m_order->netLimit;
    };
    if (!m_id) // the oldest that is new: it may have been proposed twice
        for (const auto& p : view.proposals)
            if (isMine(p)) m_id = p.id;
    const bool known = m_id && std::any_of(view.proposals.begin(), view.proposals.end(), [&](const auto& p) { return p.id == *m_id; });
    if (known)
        m_last = fateOf(view, *m_id);
    else if (!m_last)
        m_last = {Stage::Unanswered, BuilderScreen::tr("Handed to the desk; it has not answered yet."), {}, false};
    ProposalFate now = *m_last;
    const QString what = format::text(portfolio::describe(*m_order));
    now.words = m_id ? QStringLiteral("%1  %2: %3").arg(format::text(m_id->str()), what, now.words) : QStringLiteral("%1: %2").arg(what, now.words);
    return now;
}

} // namespace mahler::ui
