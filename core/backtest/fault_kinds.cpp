#include "backtest/fault_kinds.h"

#include <algorithm>

namespace mahler::backtest {

const char* toString(FaultKind kind) {
    switch (kind) {
    case FaultKind::QuotesFreeze: return "quotes-freeze";
    case FaultKind::UnderlyingFreezes: return "underlying-freezes";
    case FaultKind::OneQuoteFreezes: return "one-quote-freezes";
    case FaultKind::QuotesCrossed: return "quotes-crossed";
    case FaultKind::QuotesOneSided: return "quotes-one-sided";
    case FaultKind::QuoteMissing: return "quote-missing";
    case FaultKind::QuotesFromFuture: return "quotes-from-future";
    case FaultKind::QuotesFromPast: return "quotes-from-past";
    case FaultKind::QuotesAbsurd: return "quotes-absurd";
    case FaultKind::QuotesZero: return "quotes-zero";
    case FaultKind::QuotesNegative: return "quotes-negative";
    case FaultKind::QuotesWide: return "quotes-wide";
    case FaultKind::SizesHuge: return "sizes-huge";
    case FaultKind::UnderlyingMissing: return "underlying-missing";
    case FaultKind::UnderlyingNegative: return "underlying-negative";
    case FaultKind::UnderlyingJumps: return "underlying-jumps";
    case FaultKind::VixMissing: return "vix-missing";
    case FaultKind::VixNotANumber: return "vix-not-a-number";
    case FaultKind::VixInfinite: return "vix-infinite";
    case FaultKind::VixNegative: return "vix-negative";
    case FaultKind::VixAbove50: return "vix-above-50";
    case FaultKind::VixFreezes: return "vix-freezes";
    case FaultKind::VixFromFuture: return "vix-from-future";
    case FaultKind::DataErrors: return "data-errors";
    case FaultKind::TicksStop: return "ticks-stop";
    case FaultKind::TicksRepeat: return "ticks-repeat";
    case FaultKind::UnknownContract: return "unknown-contract";
    case FaultKind::SessionWrong: return "session-wrong";
    case FaultKind::WallForward: return "wall-forward";
    case FaultKind::WallBack: return "wall-back";
    case FaultKind::MonoRestarts: return "mono-restarts";
    case FaultKind::BrokerDown: return "broker-down";
    case FaultKind::TimeoutAfterAccept: return "timeout-after-accept";
    case FaultKind::TimeoutBeforeAccept: return "timeout-before-accept";
    case FaultKind::BrokerRejects: return "broker-rejects";
    case FaultKind::RejectedTwice: return "rejected-twice";
    case FaultKind::AnswersLate: return "answers-late";
    case FaultKind::NewsLost: return "news-lost";
    case FaultKind::NewsDuplicated: return "news-duplicated";
    case FaultKind::NewsReordered: return "news-reordered";
    case FaultKind::PartialFills: return "partial-fills";
    case FaultKind::PartialThenCancelled: return "partial-then-cancelled";
    case FaultKind::CancelLost: return "cancel-lost";
    case FaultKind::CancelRefused: return "cancel-refused";
    case FaultKind::FillBeatsCancel: return "fill-beats-cancel";
    case FaultKind::ErrorStorm: return "error-storm";
    case FaultKind::OverfillTold: return "overfill-told";
    case FaultKind::FillShrinks: return "fill-shrinks";
    case FaultKind::FillAbsurd: return "fill-absurd";
    case FaultKind::UnknownOrderTold: return "unknown-order-told";
    case FaultKind::ForeignOrder: return "foreign-order";
    case FaultKind::ForeignPosition: return "foreign-position";
    case FaultKind::PositionVanishes: return "position-vanishes";
    case FaultKind::CashDiffers: return "cash-differs";
    case FaultKind::CashEventTwice: return "cash-event-twice";
    case FaultKind::Assignment: return "assignment";
    case FaultKind::ReportEmpty: return "report-empty";
    case FaultKind::HostileText: return "hostile-text";
    case FaultKind::EndedOrderWakes: return "ended-order-wakes";
    case FaultKind::AgentUnknownCycle: return "agent-unknown-cycle";
    case FaultKind::AgentTwice: return "agent-twice";
    case FaultKind::AgentAbsurdSize: return "agent-absurd-size";
    case FaultKind::AgentNakedShort: return "agent-naked-short";
    case FaultKind::AgentWrongUnderlying: return "agent-wrong-underlying";
    case FaultKind::AgentBadPrice: return "agent-bad-price";
    case FaultKind::AgentClosing: return "agent-closing";
    case FaultKind::AgentHostileText: return "agent-hostile-text";
    case FaultKind::AgentFails: return "agent-fails";
    case FaultKind::AgentFloods: return "agent-floods";
    case FaultKind::WrongHash: return "wrong-hash";
    case FaultKind::WrongUser: return "wrong-user";
    case FaultKind::LateAnswer: return "late-answer";
    case FaultKind::WrongMaxLoss: return "wrong-max-loss";
    case FaultKind::SettingsAbsurd: return "settings-absurd";
    case FaultKind::HaltStorm: return "halt-storm";
    case FaultKind::ResumeStorm: return "resume-storm";
    case FaultKind::KilledBetween: return "killed-between";
    case FaultKind::KilledBeforeCommit: return "killed-before-commit";
    case FaultKind::KilledAfterCommit: return "killed-after-commit";
    case FaultKind::KilledBetweenSends: return "killed-between-sends";
    case FaultKind::WorkerFails: return "worker-fails";
    case FaultKind::Count: break;
    }
    return "?";
}

const std::vector<FaultKind>& allFaults() {
    static const std::vector<FaultKind> kAll = [] {
        std::vector<FaultKind> all;
        for (int i = 0; i < kFaultKinds; ++i) all.push_back(static_cast<FaultKind>(i));
        return all;
    }();
    return kAll;
}

Result<FaultSet> parseFaults(std::string_view text) {
    if (text == "all") return FaultSet(allFaults().begin(), allFaults().end());
    FaultSet chosen;
    if (text == "none") return chosen;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const std::string_view word = text.substr(0, comma);
        const auto found = std::find_if(allFaults().begin(), allFaults().end(), [&](FaultKind k) { return word == toString(k); });
        if (found == allFaults().end()) return badInput("unknown fault '" + std::string(word) + "'; mahler simulate --list-faults names them");
        chosen.insert(*found);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        if (comma != std::string_view::npos && text.empty()) return badInput("a fault is missing after the last comma");
    }
    if (chosen.empty()) return badInput("no fault is named; 'none' stands for none");
    return chosen;
}

} // namespace mahler::backtest
