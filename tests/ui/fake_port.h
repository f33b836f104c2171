#pragma once

#include <vector>

#include "ui/desk_port.h"
#include "ui/shell/window_layout.h"

namespace mahler::ui::testing {

/// Records what the screen asks for; nothing leaves.
class FakePort final : public DeskPort {
public:
    void halt(const std::string& how) override { halts.push_back(how); }
    bool send(desk::Command command) override {
        sent.push_back(std::move(command));
        return accepts;
    }
    void watchChain(const std::string& symbol) override { watched = symbol; }
    void watchRisk(bool wanted) override { risk.push_back(wanted); }
    void runCycle(const std::string& symbol) override { cycles.push_back(symbol); }
    void requestDeliberation(const std::string& id) override { deliberations.push_back(id); }
    void searchJournal(const JournalQuery& query) override { queries.push_back(query); }
    void exportJournal(const std::string& path) override { exports.push_back(path); }
    void replayMoment(std::int64_t seq) override { replays.push_back(seq); }
    void cancelReplay() override { ++replaysCancelled; }
    void setSpeed(double) override {}
    void setPaused(bool) override {}
    SettingsValues settings() const override { return kept; }
    void changeSettings(const SettingsValues& wanted) override { wantedSettings.push_back(wanted); }
    bool keepLayout(const QString& path, const WindowLayout& layout) override {
        layouts.push_back(layout);
        return diskHangs ? accepts : writeLayout(path, layout);
    }

    template <class C> std::vector<C> all() const {
        std::vector<C> out;
        for (const auto& command : sent)
            if (const auto* c = std::get_if<C>(&command)) out.push_back(*c);
        return out;
    }

    std::vector<std::string> halts, cycles, deliberations, exports;
    std::vector<desk::Command> sent;
    std::vector<JournalQuery> queries;
    std::vector<std::int64_t> replays;
    int replaysCancelled = 0;
    SettingsValues kept;
    std::vector<SettingsValues> wantedSettings;
    std::vector<bool> risk; ///< what was asked of watchRisk, in order
    std::string watched;
    std::vector<WindowLayout> layouts; ///< as they were handed over
    bool diskHangs = false;            ///< layouts are taken, and never written
    bool accepts = true;
};

/// A view with one pending request of the given tier; `legs` 2 or 4.
inline std::shared_ptr<desk::DeskView> viewWithRequest(approval::Tier tier, int legs = 2, int failedChecks = 0) {
    auto view = std::make_shared<desk::DeskView>();
    view->environment = "DEMO";
    view->accountName = "SIM-4821";
    view->state = desk::RunState::Running;
    view->session = market::Session::Open;
    view->at.utc = UtcTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23)) + std::chrono::hours(16);
    view->users = approval::demoUsers();
    for (const auto& u : view->users)
        if (u.has(tier >= approval::Tier::T3   ? approval::Role::TeamLead
                  : tier == approval::Tier::T2 ? approval::Role::RiskManager
                                               : approval::Role::Trader))
            view->user = u;
    view->marks.equity = Usd::fromMicros(102'418'000'000);
    desk::ApprovalView a;
    a.request.id = ApprovalId("A-17");
    a.request.tier.tier = tier;
    a.request.tier.reasons = {"order value $4380.00", "VIX is above 25"};
    a.request.tier.deadline = std::chrono::seconds(120);
    a.request.shownHash = sha256("shown");
    auto& order = a.request.order;
    order.underlying = "SPY";
    order.kind = legs == 4 ? portfolio::StrategyKind::IronCondor : portfolio::StrategyKind::BullPutSpread;
    order.quantity = 12;
    order.netLimit = Price::fromMicros(1'350'000);
    order.source = "agent:desk";
    const auto add = [&](double strike, market::Right right, int ratio) {
        desk::LegView leg;
        leg.contract = market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), right);
        leg.ratio = ratio;
        leg.quantity = ratio * 12;
        leg.quote.bid = Price::fromMicros(1'480'000);
        leg.quote.ask = Price::fromMicros(1'520'000);
        leg.ageSeconds = 0.5;
        leg.iv = 0.18;
        leg.delta = -0.12;
        a.legs.push_back(leg);
        order.legs.push_back({leg.contract, ratio});
    };
    add(445, market::Right::Put, -1);
    add(440, market::Right::Put, 1);
    if (legs == 4) {
        add(520, market::Right::Call, -1);
        add(525, market::Right::Call, 1);
    }
    a.description = portfolio::describe(order);
    a.maxLoss = Usd::fromMicros(4'380'000'000);
    a.maxProfit = Usd::fromMicros(1'620'000'000);
    a.mid = a.natural = a.midAtProposal = Price::fromMicros(1'360'000);
    a.spot = a.spotAtProposal = 480.0;
    a.secondsLeft = 102;
    a.caseFor = "Premium is rich. <b>not markup</b>";
    for (int i = 0; i < 40; ++i) a.caseAgainst += "argued ";
    a.unanswered = {"R2-bear: the term structure is inverted and nobody said why it should not matter here"};
    a.confidence = 0.72;
    for (int i = 0; i < 28; ++i)
        a.checks.push_back({"check", "1", "2", i >= failedChecks, i >= failedChecks ? "" : "a soft warning of ordinary length about the market"});
    for (const auto* measure :
         {"max_loss_equity", "portfolio_risk", "group_exposure", "buying_power", "day_loss_headroom", "beta_delta", "beta_gamma", "theta", "vega"})
        a.effects.push_back({measure, 1.0, 2.0, 3.0, "%"});
    view->approvals.push_back(a);
    return view;
}

} // namespace mahler::ui::testing
