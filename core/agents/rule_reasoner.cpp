#include <algorithm>
#include <cmath>
#include <set>

#include "agents/debate_points.h"
#include "agents/facts.h"
#include "agents/rule_analysts.h"

namespace mahler::agents {

namespace {

std::set<std::string> pointsUsed(const std::vector<DebateRound>& history, const std::string& side) {
    std::set<std::string> used;
    for (const auto& round : history) used.insert(side == "bull" ? round.bull.point : round.bear.point);
    return used;
}

bool counters(const Point& point, const std::string& key) {
    return std::find(point.counters.begin(), point.counters.end(), key) != point.counters.end();
}

/// What a side has shown so far: its three strongest points count.
double weightOf(const std::vector<DebateRound>& rounds, const std::string& side) {
    std::vector<double> strengths;
    for (const auto& round : rounds) strengths.push_back(side == "bull" ? round.bull.strength : round.bear.strength);
    std::sort(strengths.rbegin(), strengths.rend());
    double sum = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, strengths.size()); ++i) sum += strengths[i];
    return sum;
}

class RuleReasoner final : public Reasoner {
public:
    std::string name() const override { return "rules"; }

    Result<AnalystReport> analyst(const Role& role, const FactTable& facts) override { return ruleAnalyst(role.name, facts); }

    Result<Argument> argue(const Role& role, int round, const FactTable& facts, const std::vector<AnalystReport>& reports,
                           const std::vector<DebateRound>& history, const Argument* answering) override {
        const std::string& side = role.name;
        if (side != "bull" && side != "bear") return badInput("unknown side " + side);
        Argument a;
        a.side = side;
        a.id = "R" + std::to_string(round) + "-" + side;
        if (answering) a.answers = answering->id;
        const auto points = side == "bull" ? bullPoints(facts) : bearPoints(facts);
        const auto used = pointsUsed(history, side);
        // The best point that meets the argument head on; otherwise the strongest one left.
        const Point* chosen = nullptr;
        const Point* second = nullptr;
        for (const auto& p : points)
            if (!used.count(p.key) && answering && counters(p, answering->point) && (!chosen || p.strength > chosen->strength)) chosen = &p;
        const bool meets = chosen != nullptr;
        for (const auto& p : points) {
            if (used.count(p.key) || &p == chosen) continue;
            if (!chosen)
                chosen = &p;
            else if (!second)
                second = &p;
        }
        a.confidence = analystSupport(reports, side);
        if (!chosen) {
            a.point = "none";
            a.strength = 0.02;
            a.text = side == "bull" ? "The case for the trade has nothing to add; what was said before stands."
                                    : "The case against has nothing to add; what was said before stands.";
            return a;
        }
        a.point = chosen->key;
        a.strength = chosen->strength + (second ? 0.25 * second->strength : 0);
        a.main = chosen->text;
        a.text = (meets && answering ? chosen->lead + " " : std::string()) + chosen->text + ".";
        if (second) a.text += " Besides, " + lowerFirst(second->text) + ".";
        if (answering && !meets) a.text += " The other point is granted for now.";
        a.strength = std::min(1.0, a.strength * (0.7 + 0.3 * a.confidence));
        return a;
    }

    Result<Debate> facilitate(const Role&, const FactTable&, const std::vector<AnalystReport>&, std::vector<DebateRound> rounds) override {
        Debate d;
        const double bull = weightOf(rounds, "bull"), bear = weightOf(rounds, "bear");
        d.rounds = std::move(rounds);
        listUnanswered(d);
        double bullOpen = 0, bearOpen = 0;
        for (const auto& open : d.unanswered) (open.find("-bull") != std::string::npos ? bullOpen : bearOpen) += 0.05;
        const double b = bull + bullOpen, r = bear + bearOpen;
        const double share = b + r > 0 ? std::max(b, r) / (b + r) : 0.5;
        d.winner = share < 0.53 ? "neutral" : b > r ? "bull" : "bear";
        // 50 % of the weight is no confidence beyond a coin; all of it is certainty.
        d.confidence = std::min(0.98, 0.5 + (share - 0.5) * 1.4);
        const auto* bestBull = strongest(d, "bull");
        const auto* bestBear = strongest(d, "bear");
        d.synthesis = d.winner == "bull" ? "The case for prevails." : d.winner == "bear" ? "The case against prevails." : "Neither side prevails.";
        if (bestBull) d.synthesis += " Strongest for: " + mainOf(*bestBull) + ".";
        if (bestBear) d.synthesis += " Strongest against: " + mainOf(*bestBear) + ".";
        return d;
    }

    Result<RiskView> riskView(const Role& role, const FactTable& facts, std::int64_t sized) override {
        RiskView view;
        const std::string perspective = view.perspective = role.name.substr(role.name.find('_') + 1);
        double share = 0;
        const double vix = valueOf(facts, "vix").value_or(30);
        // An incomplete calendar tells the least risk there is; what it does not tell is never quiet.
        const double events = valueOf(facts, "event.risk").value_or(std::max(0.5, valueOf(facts, "event.risk.least").value_or(0)));
        std::string caution; // why less than the sizer's number, if it is less
        if (perspective == "aggressive") {
            share = vix > 40 ? 0.5 : 1.0;
            caution = "Even a bounded loss is kept smaller while volatility is extreme";
        } else if (perspective == "neutral") {
            share = vix > 30 ? 0.5 : 0.75;
            caution = vix > 30 ? "Much is kept back while volatility is high" : "Some is kept back for what the debate may have missed";
        } else if (perspective == "conservative") {
            share = (vix > 25 ? 0.2 : 0.5) * (events > 0.5 ? 0.5 : 1.0);
            caution = events > 0.5 ? "What the calendar holds calls for much less than usual"
                      : vix > 25   ? known(facts, "vix") ? "Little is enough while volatility is high"
                                                         : "Little is enough while nobody knows how high volatility is"
                                   : "A reduced size until the book has proven itself";
        } else {
            return badInput("unknown perspective " + perspective);
        }
        view.contracts = static_cast<std::int64_t>(std::floor(static_cast<double>(sized) * share + 1e-9));
        if (view.contracts == 0 && sized > 0 && perspective != "conservative") view.contracts = 1;
        const std::string why = sized == 0                              ? "There is nothing to divide"
                                : view.contracts == sized && share >= 1 ? "The defined loss is already bounded by the sizer"
                                : view.contracts == sized               ? "The smallest size is taken as it is"
                                : view.contracts == 0                   ? caution + ", which leaves no whole contract"
                                                                        : caution;
        view.text = why + "; the sizer allows " + cite(facts, "size.contracts") + " at " + cite(facts, "size.risk") + " of equity" +
                    (known(facts, "vix.closed") ? ", with VIX at " + cite(facts, "vix") + " at its close of " + cite(facts, "vix.closed")
                     : known(facts, "vix")      ? ", with VIX at " + cite(facts, "vix")
                                                : std::string(", and VIX is unknown, which counts as high")) +
                    ".";
        return view;
    }

private:
    static std::string lowerFirst(std::string text) {
        // "VIX", "RSI" and the like keep their capitals; "A" and "An" do not.
        const auto isCapital = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (text.size() > 1 && isCapital(text[0]) && !isCapital(text[1])) text[0] = static_cast<char>(text[0] - 'A' + 'a');
        return text;
    }
    /// An argument's strongest point, without the full stop.
    static std::string mainOf(const Argument& a) {
        std::string text = a.main.empty() ? a.text : a.main;
        if (text.ends_with('.')) text.pop_back();
        return text;
    }
    /// Mean confidence of the analysts who lean to this side, against all.
    static double analystSupport(const std::vector<AnalystReport>& reports, const std::string& side) {
        double forIt = 0, all = 0;
        for (const auto& r : reports) {
            all += r.confidence;
            if (r.stance == (side == "bull" ? Stance::Favourable : Stance::Unfavourable)) forIt += r.confidence;
        }
        return all > 0 ? std::min(0.95, 0.3 + 0.65 * forIt / all) : 0.3;
    }
    static const Argument* strongest(const Debate& d, const std::string& side) {
        const Argument* best = nullptr;
        for (const auto& round : d.rounds) {
            const Argument& a = side == "bull" ? round.bull : round.bear;
            if (a.point != "none" && (!best || a.strength > best->strength)) best = &a;
        }
        return best;
    }
    /// An argument is answered when the next one of the other side counters its point.
    void listUnanswered(Debate& d) {
        for (std::size_t i = 0; i < d.rounds.size(); ++i) {
            const auto& round = d.rounds[i];
            if (round.bull.point != "none" && round.bear.text.find("granted for now") != std::string::npos)
                d.unanswered.push_back(round.bull.id + ": " + mainOf(round.bull));
            if (i + 1 < d.rounds.size() && round.bear.point != "none" && d.rounds[i + 1].bull.text.find("granted for now") != std::string::npos)
                d.unanswered.push_back(round.bear.id + ": " + mainOf(round.bear));
            if (i + 1 == d.rounds.size() && round.bear.point != "none") d.unanswered.push_back(round.bear.id + ": " + mainOf(round.bear));
        }
    }
};

} // namespace

std::unique_ptr<Reasoner> makeRuleReasoner() { return std::make_unique<RuleReasoner>(); }

} // namespace mahler::agents
