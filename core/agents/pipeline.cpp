#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>

#include "agents/answers.h"
#include "agents/facts.h"
#include "agents/price_check.h"
#include "base/thread_name.h"
#include "market/exchange_calendar.h"

namespace mahler::agents {

const char* toString(Stance stance) {
    switch (stance) {
    case Stance::Favourable: return "favourable";
    case Stance::Neutral: return "neutral";
    case Stance::Unfavourable: return "unfavourable";
    }
    return "neutral";
}

const char* toString(Action action) {
    switch (action) {
    case Action::Enter: return "enter";
    case Action::Skip: return "skip";
    case Action::ReduceSize: return "reduce_size";
    case Action::NoDecision: return "no_decision";
    }
    return "no_decision";
}

namespace {

using Wall = std::chrono::steady_clock;

struct Stopwatch {
    std::map<std::string, double>& into;
    Wall::time_point last = Wall::now();
    void lap(const std::string& step) {
        const auto now = Wall::now();
        into[step] = std::chrono::duration<double, std::milli>(now - last).count();
        last = now;
    }
};

/// Cleans the text and checks every number in it; struck numbers cost weight in proportion.
double check(std::string& text, std::vector<Claim>& claims, const FactTable& facts, ClaimTotals& totals) {
    auto checked = checkClaims(text, facts);
    text = std::move(checked.text);
    claims = std::move(checked.claims);
    int struck = 0;
    for (const auto& claim : claims) {
        ++totals.total;
        totals.verified += claim.status == ClaimStatus::Verified;
        totals.derived += claim.status == ClaimStatus::Derived;
        struck += claim.status == ClaimStatus::Struck;
    }
    totals.struck += struck;
    return claims.empty() ? 1.0 : 1.0 - static_cast<double>(struck) / static_cast<double>(claims.size());
}

/// A role with the facts it may read: what it is shown is what it may cite.
struct Seat {
    const Role& role;
    FactTable facts;
    Seat(const Role& r, const FactTable& all) : role(r), facts(visibleTo(r, all)) {}
};

/// The answer when it came and fits the role's schema.
template <class Answer> Result<Answer> held(const Role& role, Result<Answer> answer) {
    if (answer)
        if (const auto fits = validate(role, *answer); !fits) return fits.error();
    return answer;
}

/// The gate's dry run: the same checks on this chain's quotes, as if sent at `asof`. Halt state and rates are the desk's to know: of the first
/// nothing is said.
std::vector<risk::Check> dryRun(const CycleInputs& in, const portfolio::ComboOrder& order, const std::vector<VerifiedPrice>& verification) {
    const auto& priced = *in.chain;
    const auto& chain = *priced.chain;
    risk::GateContext g;
    g.now = {in.asof, MonoTime(in.asof.time_since_epoch())};
    g.session = market::sessionAt(in.asof);
    g.sessionClose = market::sessionClose(market::toNewYork(in.asof).date);
    g.limits = in.limits;
    g.equity = in.equity;
    g.strategy = "credit_spread";
    g.spot = priced.spot;
    const MonoTime age(std::max<std::int64_t>(0, (in.asof - chain.time).count()));
    g.quoteAges[in.underlying] = age;
    const auto add = [&](const std::vector<portfolio::ComboLeg>& legs) {
        for (const auto& leg : legs) {
            const auto row = chain.find(leg.contract);
            if (!row) continue;
            const std::string id = leg.contract.id();
            g.quotes[id] = chain.quote(*row);
            g.quoteAges[id] = age;
            if (priced.hasGreeks[*row])
                g.greeks[id] = {priced.delta[*row], priced.gamma[*row], priced.theta[*row], priced.vega[*row], priced.markVol[*row]};
        }
    };
    add(order.legs);
    for (const auto& leg : verification) g.verified.emplace(leg.contract, leg.result);
    auto book = std::make_shared<risk::BookRisk>(risk::bookRisk(in.positions, {}, {}, {}));
    book->unknownGreeks.clear(); // the desk's own sums stand for the book here
    book->deltaLow = book->deltaHigh = in.bookGreeks.deltaDollars;
    book->gammaLow = book->gammaHigh = in.bookGreeks.gammaDollars;
    if (in.bookGreeks.included != in.bookGreeks.total) book->unknownGreeks = "a held position";
    g.book = std::move(book);
    auto checks = risk::Gate().evaluate(order, g).checks;
    std::erase_if(checks, [](const risk::Check& check) { return check.check == "halt_state"; });
    return checks;
}

const strategy::Candidate* choose(const strategy::ScreenResult& screen, const CycleInputs& in, std::optional<std::size_t>& index) {
    for (std::size_t i = 0; i < screen.candidates.size(); ++i) {
        const auto& c = screen.candidates[i];
        const bool rejected = in.declinedToday && in.declinedToday(c, 1); // not even the smallest size may be asked
        const bool held = std::any_of(in.positions.begin(), in.positions.end(), [&](const portfolio::Position& p) { return p.legs == c.legs; });
        if (!rejected && !held) {
            index = i;
            return &c;
        }
    }
    return nullptr;
}

Result<void> deliberate(const CycleInputs& in, Reasoner& reasoner, Deliberation& d, const std::function<void(const Progress&)>& progress,
                        std::stop_token stop, Stopwatch& watch) {
    const auto tell = [&](const std::string& step, double fraction) {
        if (progress) progress({step, fraction});
    };
    static const market::History kNoHistory;
    const auto& history = in.history ? *in.history : kNoHistory;
    tell("analytics", 0.05);
    d.analysis = analytics::analyse(*in.chain, history, in.vix, in.vixPriorClose);
    addMarketFacts(d.facts, in, d.analysis);
    watch.lap("analytics");
    tell("screening", 0.15);
    d.screen = strategy::screenCreditSpreads(*in.chain, d.analysis, in.profile);
    std::optional<std::size_t> index;
    const strategy::Candidate* best = choose(d.screen, in, index);
    addScreenFacts(d.facts, in, d.analysis, d.screen, best);
    watch.lap("screening");

    tell("analysts", 0.3);
    std::vector<Seat> analysts;
    for (const Role* role : in.roles.ofKind(RoleKind::Analyst)) analysts.emplace_back(*role, d.facts);
    std::vector<std::future<Result<AnalystReport>>> running;
    for (const auto& seat : analysts)
        running.push_back(std::async(std::launch::async, [&] {
            nameThisThread("analyst");
            const auto began = Wall::now();
            auto report = held(seat.role, reasoner.analyst(seat.role, seat.facts));
            if (report) report->milliseconds = std::chrono::duration<double, std::milli>(Wall::now() - began).count();
            return report;
        }));
    std::optional<Error> failed;
    for (auto& future : running) {
        auto report = future.get();
        if (report)
            d.analysts.push_back(std::move(*report));
        else
            failed = report.error();
    }
    if (failed) return *failed;
    for (std::size_t i = 0; i < analysts.size(); ++i)
        d.analysts[i].confidence *= check(d.analysts[i].text, d.analysts[i].claims, analysts[i].facts, d.claims);
    watch.lap("analysts");

    const Seat bullSeat(*in.roles.find("bull"), d.facts), bearSeat(*in.roles.find("bear"), d.facts);
    const auto argue = [&](const Seat& seat, int round, const std::vector<DebateRound>& said, const Argument* against) {
        auto argument = held(seat.role, reasoner.argue(seat.role, round, seat.facts, d.analysts, said, against));
        if (argument) {
            argument->strength *= check(argument->text, argument->claims, seat.facts, d.claims);
            argument->main = checkClaims(argument->main, seat.facts).text; // part of the text, whose claims are counted
        }
        return argument;
    };
    std::vector<DebateRound> rounds;
    for (int round = 1; round <= std::clamp(in.maxRounds, 1, 5); ++round) {
        if (stop.stop_requested()) return Error{ErrorCode::Busy, "the cycle was stopped"};
        tell("debate " + std::to_string(round), 0.35 + 0.1 * round);
        const Argument* against = rounds.empty() ? nullptr : &rounds.back().bear;
        auto bull = argue(bullSeat, round, rounds, against);
        if (!bull) return bull.error();
        auto bear = argue(bearSeat, round, rounds, &*bull);
        if (!bear) return bear.error();
        rounds.push_back({std::move(*bull), std::move(*bear), 0});
        double b = 0, r = 0;
        for (const auto& past : rounds) {
            b += past.bull.strength;
            r += past.bear.strength;
        }
        // Consensus is the share of the weight that lies on one side: a half is dissent, one is agreement.
        rounds.back().consensus = b + r > 0 ? std::max(b, r) / (b + r) : 0.5;
        if (rounds.back().consensus >= in.consensusStop) break;
    }
    const Seat facilitator(*in.roles.find("facilitator"), d.facts);
    auto debate = held(facilitator.role, reasoner.facilitate(facilitator.role, facilitator.facts, d.analysts, std::move(rounds)));
    if (!debate) return debate.error();
    d.debate = std::move(*debate);
    watch.lap("debate");
    return {};
}

/// The claims of what `text` repeats word for word from a sentence of an argument on, at their place in `text`.
std::vector<Claim> inherited(const std::string& text, const Debate& debate) {
    constexpr std::size_t kShortest = 20; ///< fewer characters are no quotation
    std::vector<Claim> claims;
    for (const auto& round : debate.rounds)
        for (const auto* a : {&round.bull, &round.bear})
            for (std::size_t from = 0, stop = 0; stop != std::string::npos; from = stop + 2) {
                stop = a->text.find(". ", from);
                for (std::size_t length = a->text.size() - from; length >= kShortest; --length) {
                    const auto at = text.find(a->text.substr(from, length));
                    if (at == std::string::npos) continue;
                    for (Claim claim : a->claims)
                        if (claim.offset >= from && claim.offset + claim.text.size() <= from + length) {
                            claim.offset = claim.offset - from + at;
                            claims.push_back(std::move(claim));
                        }
                    break;
                }
            }
    return claims;
}

/// What the facilitator writes repeats checked sentences: its numbers are theirs, or cited anew, or struck.
void checkFacilitator(const Role& facilitator, Deliberation& d) {
    const auto facts = visibleTo(facilitator, d.facts);
    const auto check = [&](std::string& text, std::vector<Claim>& out) {
        const auto found = checkClaims(text, facts);
        text = found.text;
        const auto known = inherited(text, d.debate);
        for (auto claim : found.claims) {
            if (claim.status == ClaimStatus::Struck)
                if (const auto it =
                        std::find_if(known.begin(), known.end(), [&](const Claim& k) { return k.offset == claim.offset && k.text == claim.text; });
                    it != known.end())
                    claim = *it;
            ++d.claims.total;
            d.claims.verified += claim.status == ClaimStatus::Verified;
            d.claims.derived += claim.status == ClaimStatus::Derived;
            d.claims.struck += claim.status == ClaimStatus::Struck;
            out.push_back(std::move(claim));
        }
    };
    check(d.debate.synthesis, d.debate.synthesisClaims);
    d.debate.unansweredClaims.assign(d.debate.unanswered.size(), {});
    for (std::size_t i = 0; i < d.debate.unanswered.size(); ++i) {
        const auto colon = d.debate.unanswered[i].find(": "); // the id before it holds a round's number, not a claim
        if (colon == std::string::npos) continue;
        std::string said = d.debate.unanswered[i].substr(colon + 2);
        check(said, d.debate.unansweredClaims[i]);
        d.debate.unanswered[i] = d.debate.unanswered[i].substr(0, colon + 2) + said;
    }
}

Result<void> decide(const CycleInputs& in, Reasoner& reasoner, Deliberation& d, Stopwatch& watch) {
    std::optional<std::size_t> index;
    const strategy::Candidate* best = choose(d.screen, in, index);
    const auto conclude = [&](Action action, std::string reason) {
        d.decision.action = action;
        d.decision.reason = std::move(reason);
        check(d.decision.reason, d.decision.claims, d.facts, d.claims);
    };
    if (best) {
        constexpr std::int64_t kLegs = 2;
        const Usd perContract = best->maxLoss + *times(risk::kFeePerContract, kLegs);
        d.sizing = risk::sizePosition(in.underlying, perContract, in.equity, in.positions, in.limits);
        if (in.declinedToday && d.sizing.contracts > 1 && in.declinedToday(*best, d.sizing.contracts)) { // one may be asked, or it would not be here
            std::int64_t most = d.sizing.contracts - 1;
            while (most > 1 && in.declinedToday(*best, most)) --most;
            risk::addCap(d.sizing, "declined_as_too_large", most, perContract, in.equity);
        }
        addSizeFacts(d.facts, in, d.sizing);
        double weighted = 0;
        for (const Role* role : in.roles.ofKind(RoleKind::Risk)) {
            const Seat seat(*role, d.facts);
            auto view = held(*role, reasoner.riskView(*role, seat.facts, d.sizing.contracts));
            if (!view) return view.error();
            view->weight = role->weightAt(valueOf(d.facts, "vix"));
            check(view->text, view->claims, seat.facts, d.claims);
            weighted += view->weight * static_cast<double>(view->contracts);
            d.riskViews.push_back(std::move(*view));
        }
        d.decision.contracts = static_cast<std::int64_t>(std::floor(weighted + 1e-9));
        FactBuilder(d.facts, in.asof).number("risk.contracts", static_cast<double>(d.decision.contracts), "contracts", 0, "risk views");
    }
    FactBuilder add(d.facts, in.asof);
    add.number("debate.confidence", d.debate.confidence, "", 2, "debate");
    watch.lap("risk");

    if (!best) {
        d.decision.contracts = 0;
        conclude(Action::Skip, "No trade: " + whyNoTrade(d.facts) + ".");
        return {};
    }
    if (d.debate.winner == "bear" && d.debate.confidence > 0.8) {
        d.decision.contracts = 0;
        conclude(Action::Skip, "The case against won with a confidence of " + cite(d.facts, "debate.confidence") + ".");
        return {};
    }
    const bool halve = d.debate.winner == "bear";
    if (halve) d.decision.contracts /= 2;
    add.number("decision.contracts", static_cast<double>(d.decision.contracts), "contracts", 0, "decision");
    if (d.decision.contracts <= 0) {
        std::string why =
            "No trade: the sizer allows " + cite(d.facts, "size.contracts") + ", the risk views together " + cite(d.facts, "risk.contracts");
        if (halve) why += ", and the case against leaves " + cite(d.facts, "decision.contracts") + " of that";
        if (!known(d.facts, "vix")) why += "; VIX is unknown, which counts as high";
        conclude(Action::Skip, why + ".");
        return {};
    }
    d.decision.candidate = index;
    portfolio::ComboOrder order;
    order.underlying = in.underlying;
    order.kind = best->kind;
    order.legs = best->legs;
    order.quantity = d.decision.contracts;
    order.netLimit = best->limit;
    order.source = "agent:desk";
    d.verification = verifyTrade(in, order);
    watch.lap("verification");
    const auto worst = std::max_element(d.verification.begin(), d.verification.end(), [](const VerifiedPrice& a, const VerifiedPrice& b) {
        return a.result.agree && (!b.result.agree || a.result.gap * b.result.allowed < b.result.gap * a.result.allowed);
    });
    add.number("verify.methods",
               static_cast<double>(std::count_if(worst->result.prices.begin(), worst->result.prices.end(), [](const auto& p) { return p.known; })),
               "", 0, "price verification");
    if (worst->result.checked()) {
        add.number("verify.gap", worst->result.gap, "USD", 4, "price verification");
        add.number("verify.allowed", worst->result.allowed, "USD", 4, "price verification");
    }
    d.gate = dryRun(in, order, d.verification);
    watch.lap("gate");
    if (!worst->result.agree) {
        d.decision.contracts = 0;
        conclude(Action::NoDecision, worst->result.checked() ? "Independent pricing methods disagree on a leg by " + cite(d.facts, "verify.gap") +
                                                                   ", and they declare no more than " + cite(d.facts, "verify.allowed") + "."
                                                             : std::string("The price of a leg could not be verified by a second method."));
        return {};
    }
    // The book's other underlyings are not in this chain: their Greeks are the desk's to know.
    const bool alone =
        std::all_of(in.positions.begin(), in.positions.end(), [&](const portfolio::Position& p) { return p.underlying == in.underlying; });
    for (const auto& c : d.gate)
        if (!c.pass && (alone || (c.check != "portfolio_delta" && c.check != "portfolio_gamma"))) {
            d.decision.contracts = 0;
            conclude(Action::Skip, "The risk gate would refuse it (check " + c.check + ").");
            return {};
        }
    d.order = order;
    conclude(halve ? Action::ReduceSize : Action::Enter,
             (halve ? "The case against takes " + cite(d.facts, "risk.contracts") + " down: " : std::string()) + cite(d.facts, "decision.contracts") +
                 " of the " + cite(d.facts, "trade.kind") + " " + cite(d.facts, "trade.short_strike") + " by " + cite(d.facts, "trade.long_strike") +
                 " expiring " + cite(d.facts, "trade.expiry") + " for a credit of " + cite(d.facts, "trade.credit") + ".");
    return {};
}

} // namespace

Deliberation runCycle(const CycleInputs& in, Reasoner& reasoner, const std::function<void(const Progress&)>& progress, std::stop_token stop) {
    Deliberation d;
    d.id = in.id;
    d.underlying = in.underlying;
    d.asof = in.asof;
    d.reasoner = reasoner.name();
    const auto began = Wall::now();
    Stopwatch watch{d.timingsMs};
    const auto refuse = [&](const std::string& why) {
        d.decision = {};
        d.decision.action = Action::NoDecision;
        d.decision.reason = why;
        d.order.reset();
    };
    if (!in.chain || !in.chain->chain || in.chain->chain->size() == 0) {
        refuse("no option chain");
    } else if (in.chain->spot <= 0) {
        refuse("no price of the underlying, given or implied");
    } else if (in.roles.empty()) {
        refuse("no roles");
    } else {
        d.timingsMs["pricing"] = in.chain->milliseconds;
        auto done = deliberate(in, reasoner, d, progress, stop, watch);
        if (done) {
            checkFacilitator(*in.roles.find("facilitator"), d);
            done = decide(in, reasoner, d, watch);
        }
        if (!done) refuse(done.error().detail);
    }
    d.timingsMs["total"] = std::chrono::duration<double, std::milli>(Wall::now() - began).count() + d.timingsMs["pricing"];
    if (progress) progress({"done", 1.0});
    return d;
}

} // namespace mahler::agents
