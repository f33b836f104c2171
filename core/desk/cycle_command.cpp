#include "desk/cycle_command.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace mahler::desk {

CycleFinished commandOf(const agents::Deliberation& d, const Digest& hash) {
    CycleFinished c;
    c.id = d.id;
    c.underlying = d.underlying;
    c.action = agents::toString(d.decision.action);
    c.reason = d.decision.reason;
    c.strategy = "credit_spread";
    c.deliberation = hash;
    c.order = d.order;
    c.requested = d.sizing.contracts;
    c.synthesis = d.debate.synthesis;
    // The strongest words of each side, for the prompt.
    double best = -1, worst = -1;
    for (const auto& round : d.debate.rounds) {
        if (round.bull.strength > best) {
            best = round.bull.strength;
            c.caseFor = round.bull.text;
        }
        if (round.bear.strength > worst) {
            worst = round.bear.strength;
            c.caseAgainst = round.bear.text;
        }
    }
    c.unanswered = d.debate.unanswered;
    c.confidencePpm = std::llround(std::min(1.0, std::max(0.0, d.debate.confidence)) * 1e6);
    return c;
}

std::string deliberationText(const agents::Deliberation& d) { return agents::toJson(d).dump(); }

std::string wordsOf(const agents::Deliberation& d) {
    std::string words;
    const auto add = [&](const std::string& text) { words += text + ' '; };
    for (const auto& analyst : d.analysts) add(analyst.text);
    for (const auto& round : d.debate.rounds) {
        add(round.bull.text);
        add(round.bear.text);
    }
    add(d.debate.synthesis);
    for (const auto& view : d.riskViews) add(view.text);
    return words;
}

} // namespace mahler::desk
