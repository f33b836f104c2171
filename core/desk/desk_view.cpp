#include "desk/desk_view.h"

#include <algorithm>
#include <cmath>

#include "desk/context.h"
#include "desk/desk.h"
#include "desk/effect_rows.h"
#include "desk/schedule.h"
#include "market/exchange_calendar.h"

namespace mahler::desk {

const char* toString(RunState state) {
    switch (state) {
    case RunState::Running: return "RUNNING";
    case RunState::Halting: return "HALTING";
    case RunState::Halted: return "HALTED";
    case RunState::HaltedUnconfirmed: return "HALTED-UNCONFIRMED";
    }
    return "HALTED";
}

Freshness freshnessOf(std::optional<double> ageSeconds) {
    if (!ageSeconds) return Freshness::Unknown;
    if (*ageSeconds < 2) return Freshness::Fresh;
    if (*ageSeconds < 10) return Freshness::Aging;
    return *ageSeconds < 30 ? Freshness::Stale : Freshness::Dead;
}

Freshness freshnessOf(const DeskView& view, const std::string& underlying, std::optional<double> ageSeconds) {
    if (view.session != market::Session::Open) return Freshness::Closed;
    const Freshness age = freshnessOf(ageSeconds);
    const bool delayed = std::any_of(view.underlyings.begin(), view.underlyings.end(),
                                     [&](const UnderlyingView& u) { return u.quote.symbol == underlying && u.delayMinutes > 0; });
    return delayed && (age == Freshness::Fresh || age == Freshness::Aging) ? Freshness::Delayed : age;
}

namespace {

constexpr MonoTime kUnconfirmed = 5s;

struct Viewer {
    const DeskState& s;
    const LiveMarket& m;
    const risk::Limits& limits;
    Timestamp now;
    const portfolio::GreeksBook& greeks;
    std::map<std::string, double> spots;
    portfolio::BetaWeights betas;
    MonoTime marksAt{}; ///< of the marks: now, or the session's last complete ones

    static portfolio::DeltaPart deltaPart(const std::string& underlying, const portfolio::GreeksSum& sum) {
        return sum.included == 1 ? portfolio::DeltaPart{underlying, sum.deltaDollars, sum.gammaDollars} : portfolio::DeltaPart{underlying, {}, {}};
    }

    std::optional<double> age(const std::string& key) const {
        const auto a = m.age(key, now.mono);
        return a ? std::optional(std::chrono::duration<double>(*a).count()) : std::nullopt;
    }

    std::vector<LegView> legs(const std::vector<portfolio::ComboLeg>& combo, std::int64_t units) const {
        std::vector<LegView> out;
        for (const auto& leg : combo) {
            LegView v;
            v.contract = leg.contract;
            v.ratio = leg.ratio;
            v.quantity = leg.ratio * units;
            const std::string id = leg.contract.id();
            if (const auto* quote = m.option(id)) v.quote = *quote;
            v.ageSeconds = age(id);
            if (const auto g = greeks.find(id); g != greeks.end()) {
                if (g->second.iv > 0) v.iv = g->second.iv;
                v.delta = g->second.delta;
            }
            out.push_back(std::move(v));
        }
        return out;
    }

    /// Of the open units: since they were opened today, or since the mark with which the day was based; unknown without one.
    std::optional<Usd> dayPnlOf(const portfolio::Position& p, const portfolio::Mark& mark) const {
        if (!s.facts || market::toNewYork(p.openedAt).date == s.facts->date) return mark.openPnl;
        const auto base = s.dayMarks.find(p.id);
        if (!mark.net || base == s.dayMarks.end() || !s.account || s.account->day != s.facts->date) return std::nullopt;
        const auto change = notional(*mark.net - base->second, p.quantity, p.legs.front().contract.multiplier);
        return change ? std::optional(*change) : std::nullopt;
    }

    PositionView position(const portfolio::Position& p) const {
        PositionView v;
        v.position = p;
        v.legs = legs(p.legs, p.quantity);
        v.mark = portfolio::markPosition(p, m.freshOptions(marksAt, quoteLimit()));
        const auto sum = portfolio::sumGreeks({p}, greeks, spots);
        if (sum.included == 1) {
            v.delta = sum.delta;
            v.deltaDollars = sum.deltaDollars;
            v.gamma = sum.gamma;
            v.gammaPerPercent = sum.gammaDollars / spots.at(p.underlying);
            v.thetaPerDay = sum.thetaPerDay;
            v.vegaPerPoint = sum.vegaPerPoint;
        }
        const auto part = deltaPart(p.underlying, sum);
        v.beta = portfolio::betaWeighted({&part, 1}, betas);
        std::optional<double> vol;
        if (s.facts)
            if (const auto it = s.facts->realised10.find(p.underlying); it != s.facts->realised10.end()) vol = it->second;
        v.exit = strategy::exitDistance(p, v.mark, vol, s.facts ? s.facts->date : TradingDate{}, {});
        v.maxLoss = portfolio::worstCaseLoss(p);
        const auto bounds = portfolio::payoffBounds(p.legs, p.openNet);
        if (bounds.maxProfit)
            if (const auto total = times(*bounds.maxProfit, p.quantity)) v.maxProfit = *total;
        v.buyingPower = payout(p);
        v.dayPnl = dayPnlOf(p, v.mark);
        for (const auto& leg : v.legs) {
            if (!leg.ageSeconds) {
                v.oldestAgeSeconds.reset();
                break;
            }
            v.oldestAgeSeconds = std::max(v.oldestAgeSeconds.value_or(0), *leg.ageSeconds);
        }
        for (const auto* order : s.liveOrders()) v.closing = v.closing || order->combo.closes == p.id;
        v.close = closeTerms(p, v.closing);
        return v;
    }

    MonoTime quoteLimit() const { return MonoTime(static_cast<std::int64_t>(limits.quoteMaxAgeSeconds * 1e9)); }

    CloseTerms closeTerms(const portfolio::Position& p, bool closing) const {
        CloseTerms t;
        t.refusedBecause.clear();
        t.order = closingOrder(p);
        std::int64_t contracts = 0;
        for (const auto& leg : p.legs) contracts += std::abs(leg.ratio);
        t.fees = times(risk::kFeePerContract, contracts * p.quantity).value_or(Usd{});
        const auto quote = quoteCombo(m, t.order.legs, now.mono);
        if (closing)
            t.refusedBecause = "a closing order is already out";
        else if (m.session() != market::Session::Open)
            t.refusedBecause = "the market is closed";
        else if (s.latched(risk::Breaker::B6ApiErrors))
            t.refusedBecause = "the broker answers with errors (B6), only cancels are sent";
        else if (!quote || quote->age >= quoteLimit())
            t.refusedBecause = "no fresh two-sided quotes";
        if (!t.refusedBecause.empty()) return t;
        t.order.netLimit = closingLimit(t.order, *quote, kByHandAggression);
        const auto realised = notional(p.openNet + t.order.netLimit, p.quantity, p.legs.front().contract.multiplier);
        if (realised) t.realised = *realised;
        return t;
    }

    /// Of what was closed today, before fees: since it was opened today, or its closing fills against the mark the day was based
    /// with. Unknown where that mark is, or where it was not closed by orders of this session (settlement).
    std::optional<Usd> closedDayPnl(const portfolio::Position& p) const {
        if (!s.facts) return std::nullopt;
        if (market::toNewYork(p.openedAt).date == s.facts->date) return p.realised;
        const auto base = s.dayMarks.find(p.id);
        if (base == s.dayMarks.end() || !s.account || s.account->day != s.facts->date) return std::nullopt;
        Usd sum;
        bool any = false;
        for (const auto& [id, order] : s.orders) {
            if (order.combo.closes != p.id || order.filled == 0 || market::toNewYork(order.createdAt.utc).date != s.facts->date) continue;
            const auto part = notional(order.averageNet - base->second, order.filled, p.legs.front().contract.multiplier);
            if (!part) return std::nullopt;
            sum += *part;
            any = true;
        }
        return any ? std::optional(sum) : std::nullopt;
    }

    OrderView order(const execution::Order& o) const {
        OrderView v;
        v.order = o;
        v.description = portfolio::describe(o.combo);
        if (const auto quote = quoteCombo(m, o.combo.legs, now.mono); quote && !execution::isTerminal(o.state)) {
            v.mid = quote->mid;
            v.midAgeSeconds = std::chrono::duration<double>(quote->age).count();
            const auto tick = market::classSpec(o.combo.legs.front().contract.root).tick;
            const Price one = Price::fromMicros(std::abs(o.combo.netLimit.micros())) < tick.edge ? tick.below : tick.atOrAbove;
            v.ticksAway = static_cast<double>((o.combo.netLimit - quote->mid).micros()) / static_cast<double>(one.micros());
        }
        if (o.filled > 0 && o.arrivalMid) v.slippage = o.averageNet - *o.arrivalMid;
        v.ageSeconds = std::chrono::duration<double>(timeSince(o.createdAt, now)).count();
        const bool waiting = o.state == execution::OrderState::Intent || o.state == execution::OrderState::Submitted;
        v.unacknowledged = waiting && timeSince(o.updatedAt, now) >= kUnconfirmed;
        return v;
    }

    /// What the open units can cost at expiry; their credit is in the cash.
    static std::optional<Usd> payout(const portfolio::Position& p) {
        const auto most = portfolio::payoffBounds(p.legs, Price{}).maxLoss;
        const auto total = most ? times(*most, p.quantity) : Result<Usd>(badInput("undefined"));
        return total ? std::optional(*total) : std::nullopt;
    }

    /// Cash less what the positions can cost at expiry (their credit is in the cash) and what working openings can lose.
    Usd buyingPower() const {
        Usd free = s.account ? s.account->cash : Usd{};
        for (const auto& [id, p] : s.positions) free -= payout(p).value_or(Usd{});
        for (const auto* order : s.liveOrders())
            if (order->combo.intent == portfolio::OrderIntent::Open) free -= shownMaxLoss(order->combo);
        return free;
    }

    ApprovalView approval(const approval::Request& r, const EffectInputs& account) const;
};

ApprovalView Viewer::approval(const approval::Request& r, const EffectInputs& account) const {
    ApprovalView v;
    v.request = r;
    v.description = portfolio::describe(r.order);
    auto read = r.order.legs;
    portfolio::sortLegs(read);
    v.legs = legs(read, r.order.quantity);
    v.maxLoss = shownMaxLoss(r.order);
    const auto outcome = portfolio::orderOutcome(r.order);
    v.breakevens = outcome.breakevens;
    v.fees = outcome.fees;
    if (outcome.maxProfit) v.maxProfit = *outcome.maxProfit;
    const auto quote = quoteCombo(m, r.order.legs, now.mono);
    if (quote) {
        v.mid = quote->mid;
        v.natural = quote->natural;
        if (const auto given = portfolio::givenBeyondNatural(r.order.netLimit, quote->natural))
            v.warnings.push_back("the limit gives " + given->str() + " more than the natural price " + quote->natural.str() + " asks for");
    }
    v.spot = m.spot(r.order.underlying);
    if (const auto g = greeks.find(r.order.legs.front().contract.id()); g != greeks.end()) v.ivNow = g->second.iv; // as ivAtProposal
    if (const auto it = s.proposals.find(r.proposal); it != s.proposals.end()) {
        const Proposal& p = it->second;
        v.midAtProposal = p.midAtProposal.value_or(Price{});
        v.spotAtProposal = p.spot;
        v.ivAtProposal = p.iv;
        v.checks = p.checks;
        v.strategy = p.strategy;
        v.caseFor = p.caseFor;
        v.caseAgainst = p.caseAgainst;
        v.synthesis = p.synthesis;
        v.unanswered = p.unanswered;
        v.confidence = p.confidence;
        v.cycle = p.cycle;
        if (quote && p.midAtProposal) v.netSince = quote->mid - *p.midAtProposal;
        if (v.spot && p.spot)
            if (const auto move = Price::fromDouble(*v.spot - *p.spot)) v.spotSince = *move;
    }
    const auto proposal = s.proposals.find(r.proposal);
    v.effects = effectRows(account, r.order, v.maxLoss, proposal == s.proposals.end() ? v.maxLoss : proposal->second.worstCase);
    v.noMoreTime = approval::moreTime(r, now.mono).refused;
    v.notEscalatedBecause = approval::escalationRefused(r, s.kind);
    v.secondsLeft = std::max(0.0, std::chrono::duration<double>(r.deadline - now.mono).count());
    if (!quote)
        v.blockedBecause.push_back("a leg has no two-sided quote");
    else if (quote->age >= 10s)
        v.blockedBecause.push_back("a leg is stale");
    if (s.halted()) v.blockedBecause.push_back("trading is halted");
    for (const auto& [id, assigned] : s.assignments)
        if (assigned.underlying == r.order.underlying)
            v.blockedBecause.push_back(assigned.kind + " of " + assigned.contract + " is not acknowledged");
    return v;
}

DayPnlParts dayPnlParts(const DeskState& s, const DeskView& v) {
    DayPnlParts parts;
    for (const auto& [id, order] : s.orders) // live ones and those that ended in this session
        if (s.facts && market::toNewYork(order.createdAt.utc).date == s.facts->date) parts.fees += order.fees;
    parts.held = Usd{};
    for (const auto& p : v.positions) parts.held = parts.held && p.dayPnl ? std::optional(*parts.held + *p.dayPnl) : std::nullopt;
    if (parts.held && v.marks.dayPnl) parts.rest = *v.marks.dayPnl - *parts.held + parts.fees;
    return parts;
}

/// Cancels under way and of how many; fills `v.cancelsUnconfirmed`.
void addCancels(DeskView& v, const DeskState& s, MonoTime now) {
    for (const auto& [id, at] : s.cancelAskedAt) {
        ++v.cancelsTotal;
        const auto it = s.orders.find(id);
        if (it == s.orders.end() || execution::isTerminal(it->second.state)) continue;
        ++v.cancelsPending;
        if (now - at.mono >= kUnconfirmed || now < at.mono) // asked before a restart, whose clock began anew: no less in doubt
            v.cancelsUnconfirmed.push_back({id, it->second.brokerId, portfolio::describe(it->second.combo)});
    }
}

RunState runState(const DeskState& s, const DeskView& v) {
    if (!s.halted()) return RunState::Running;
    if (v.cancelsPending == 0) return RunState::Halted;
    return v.cancelsUnconfirmed.empty() ? RunState::Halting : RunState::HaltedUnconfirmed;
}

void addSchedule(DeskView& v, const DeskState& s, Timestamp now) {
    if (!s.facts) return;
    const auto local = market::toNewYork(now.utc);
    const int close = market::toNewYork(s.facts->close).secondsOfDay;
    for (const auto& slot : scheduleSlots(close))
        if (s.autonomous && slot.scan && slot.secondsOfDay < close && local.date == s.facts->date && slot.secondsOfDay > local.secondsOfDay) {
            v.nextScan = market::fromNewYork(local.date, slot.secondsOfDay / 3600, slot.secondsOfDay / 60 % 60);
            break;
        }
    if (s.lastPositionCheck) v.nextPositionCheck = s.lastPositionCheck->utc + 300s;
}

std::vector<ProposalView> ownProposals(const DeskState& s) {
    constexpr std::size_t kMost = 20;
    std::vector<const Proposal*> newest;
    for (const auto& [id, p] : s.proposals)
        if (p.order.source.starts_with("user:")) newest.push_back(&p);
    std::stable_sort(newest.begin(), newest.end(), [](const Proposal* a, const Proposal* b) { return a->madeAt.utc > b->madeAt.utc; });
    newest.resize(std::min(newest.size(), kMost));
    std::vector<ProposalView> out;
    for (const auto* p : newest) {
        out.push_back({p->id, p->order, p->madeAt.utc, p->awaitingQuotes, p->droppedBecause, {}});
        std::copy_if(p->checks.begin(), p->checks.end(), std::back_inserter(out.back().failed), [](const risk::Check& c) { return !c.pass; });
    }
    return out;
}

portfolio::BetaWeights betaWeights(const DeskState& s, const LiveMarket& market) {
    portfolio::BetaWeights weights;
    if (s.facts) weights.byUnderlying = s.facts->betas;
    weights.benchmarkSpot = market.spot(weights.benchmark);
    return weights;
}

} // namespace

DeskView Desk::view(Timestamp now) const {
    DeskView v;
    const DeskState& s = m_state;
    const bool afterwards = m_market.session() != market::Session::Open && m_book->lastOpen; // as the account's marks below
    const Viewer viewer{s,
                        m_market,
                        s.limits,
                        now,
                        m_market.greeks(),
                        m_market.spots(),
                        betaWeights(s, m_market),
                        afterwards ? m_book->lastOpenMono.value_or(now.mono - MonoTime(now.utc - m_book->lastOpenAt)) : now.mono};
    v.at = now;
    v.feedName = s.feedName;
    v.settings = s.settings;
    v.settingsAnswers = s.settingsAnswers;
    v.settingsNote = s.settingsNote;
    v.environment = s.simulated ? "DEMO" : "REPLAY";
    v.session = m_market.session();
    v.limits = s.limits;
    if (s.facts) {
        v.sessionOpen = s.facts->open;
        v.sessionClose = s.facts->close;
        v.events = s.facts->events;
    }
    addCancels(v, s, now.mono);
    v.state = runState(s, v);
    v.latches = s.latches;
    std::stable_sort(v.latches.begin(), v.latches.end(), [](const risk::Latch& a, const risk::Latch& b) {
        return static_cast<int>(risk::actionOf(a.breaker)) > static_cast<int>(risk::actionOf(b.breaker));
    });
    if (!v.latches.empty()) v.haltReason = std::string(risk::toString(v.latches.front().breaker)) + ": " + v.latches.front().reason;
    if (s.resume) v.resumeInSeconds = std::max(0.0, std::chrono::duration<double>(s.resume->due - now.mono).count());
    v.marks = accountMarks(s, m_market, s.limits, now);
    auto inputs = breakerInputs(s, m_market, v.marks, now);
    inputs.lastMarks = m_book->lastOpen;
    inputs.lastMarksAt = m_book->lastOpenAt;
    v.breakers = risk::readBreakers(inputs, s.latches);
    if (v.session != market::Session::Open && !v.marks.equity && m_book->lastOpen) {
        v.marks = *m_book->lastOpen;
        v.marksAsOf = m_book->lastOpenAt;
    }

    if (s.account) {
        v.account = *s.account;
        v.accountName = s.account->name;
    }
    std::vector<portfolio::Position> held;
    std::optional<Usd> risk = Usd{};
    for (const auto& [id, p] : s.positions) {
        held.push_back(p);
        const auto worst = portfolio::worstCaseLoss(p);
        risk = risk && worst ? std::optional(*risk + *worst) : std::nullopt;
    }
    for (const auto* order : s.liveOrders())
        if (order->combo.intent == portfolio::OrderIntent::Open && risk) *risk += shownMaxLoss(order->combo);
    if (risk && v.marks.equity && v.marks.equity->micros() > 0) v.portfolioRiskFraction = ratio(*risk, *v.marks.equity);
    v.buyingPower = viewer.buyingPower();
    v.greeks = portfolio::sumGreeks(held, viewer.greeks, viewer.spots);
    v.betaWeights = viewer.betas;

    for (const auto& symbol : s.underlyings)
        if (const auto it = m_market.underlyings().find(symbol); it != m_market.underlyings().end())
            v.underlyings.push_back({it->second, viewer.age(symbol)});
    v.vix = m_market.vix();
    v.vixPriorClose = m_market.vixPriorClose();
    if (const auto age = m_market.vixAge(now.mono)) v.vixAgeSeconds = std::chrono::duration<double>(*age).count();

    std::vector<portfolio::DeltaPart> parts;
    for (const auto& p : held) {
        v.positions.push_back(viewer.position(p));
        const auto& shown = v.positions.back();
        parts.push_back({p.underlying, shown.deltaDollars,
                         shown.gammaPerPercent ? std::optional(*shown.gammaPerPercent * viewer.spots.at(p.underlying)) : std::nullopt});
    }
    v.beta = portfolio::betaWeighted(parts, v.betaWeights);
    v.dayPnlParts = dayPnlParts(s, v);
    v.closedToday = s.closedToday;
    for (const auto& p : s.closedToday)
        if (const auto earned = viewer.closedDayPnl(p)) v.closedDayPnl.emplace(p.id, *earned);
    for (const auto& [id, order] : s.orders) v.orders.push_back(viewer.order(order));
    std::stable_sort(v.orders.begin(), v.orders.end(), [](const OrderView& a, const OrderView& b) {
        const auto inDoubt = [](const OrderView& o) { return o.unacknowledged || o.order.state == execution::OrderState::Unknown; };
        if (inDoubt(a) != inDoubt(b)) return inDoubt(a);
        const bool aLive = !execution::isTerminal(a.order.state), bLive = !execution::isTerminal(b.order.state);
        return aLive != bLive ? aLive : a.order.createdAt.utc > b.order.createdAt.utc;
    });
    v.fills.assign(s.fills.begin(), s.fills.end());
    const EffectInputs account{s.account ? &*s.account : nullptr,
                               v.marks,
                               s.limits,
                               v.portfolioRiskFraction,
                               m_book->risk ? &*m_book->risk : nullptr,
                               viewer.buyingPower(),
                               v.greeks,
                               v.beta,
                               v.betaWeights,
                               viewer.greeks,
                               viewer.spots};
    for (const auto& [id, request] : s.approvals) v.approvals.push_back(viewer.approval(request, account));
    std::stable_sort(v.approvals.begin(), v.approvals.end(),
                     [](const ApprovalView& a, const ApprovalView& b) { return a.secondsLeft < b.secondsLeft; });
    v.decided.assign(s.decided.begin(), s.decided.end());
    v.sentUnasked = sentUnasked(s);
    if (s.account && s.account->dayStartEquity.micros() > 0)
        v.sentUnasked.most = Usd::fromDouble(s.account->dayStartEquity.toDouble() * s.limits.automaticPerDay).value_or(Usd{});
    for (const auto& [id, assigned] : s.assignments) v.assignments.push_back(assigned);
    std::stable_sort(v.assignments.begin(), v.assignments.end(), [](const AssignmentView& a, const AssignmentView& b) { return a.at < b.at; });
    v.disabledStrategies.assign(s.disabledStrategies.begin(), s.disabledStrategies.end());
    v.proposals = ownProposals(s);
    v.cycles.assign(s.cycles.begin(), s.cycles.end());
    v.notices.assign(s.notices.begin(), s.notices.end());
    for (auto& n : v.notices) n.over = !n.about.empty() && !s.approvals.count(ApprovalId(n.about)) && !s.assignments.count(n.about);

    v.deskKind = s.kind;
    v.users = deskUsers(s);
    for (const auto& u : v.users)
        if (u.id == s.user) v.user = u;
    v.autonomous = s.autonomous;
    if (s.lastReconciled) v.lastReconciled = s.lastReconciled->utc;
    v.reconciliation = s.reconciliation;
    addSchedule(v, s, now);
    auto errors = m_market.errors();
    v.dataErrors = errors.within(now.mono, 60s);
    return v;
}

} // namespace mahler::desk
