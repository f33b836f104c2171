#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "agents/deliberation.h"
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "base/words.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "pricing/chain_pricer.h"
#include "pricing/quantlib_thread.h"

namespace mahler::app {

namespace {

constexpr Usd kPaperEquity = Usd::fromMicros(100'000'000'000); ///< the account a stand-alone cycle sizes for

Result<UtcTime> parseAsOf(const std::string& text) {
    if (const auto date = parseDate(text)) return market::fromNewYork(*date, 15, 45);
    return parseUtc(text);
}

void print(const agents::Deliberation& d) {
    std::printf("%s at %s, reasoner %s\n", d.underlying.c_str(), market::formatNewYork(d.asof).c_str(), d.reasoner.c_str());
    for (const auto& a : d.analysts)
        std::printf("\n[%s] %s, confidence %.2f\n  %s\n", a.role.c_str(), agents::toString(a.stance), a.confidence, a.text.c_str());
    int number = 0;
    for (const auto& round : d.debate.rounds) {
        std::printf("\nRound %d (consensus %.2f)\n  bull: %s\n  bear: %s\n", ++number, round.consensus, round.bull.text.c_str(),
                    round.bear.text.c_str());
    }
    std::printf("\nFacilitator: %s (%.2f). %s\n", d.debate.winner.c_str(), d.debate.confidence, d.debate.synthesis.c_str());
    for (const auto& open : d.debate.unanswered) std::printf("  unanswered: %s\n", open.c_str());
    std::printf("\nScreen (%s): %zu of %d pass", d.screen.profile.name.c_str(), d.screen.candidates.size(), d.screen.considered);
    if (!d.screen.tightestRule.empty()) std::printf("; tightest rule: %s", d.screen.tightestRule.c_str());
    for (const auto& rule : d.screen.rules)
        if (rule.rule == d.screen.tightestRule) std::printf(" (would be %d)", rule.soleReject);
    std::printf("\n");
    for (const auto& rule : d.screen.rules) std::printf("  %-24s %-28s rejected %d\n", rule.rule.c_str(), rule.limit.c_str(), rule.rejected);
    for (const auto& view : d.riskViews)
        std::printf("\n[%s, weight %.1f] %s. %s\n", view.perspective.c_str(), view.weight, counted(view.contracts, "contract").c_str(),
                    view.text.c_str());
    for (const auto& leg : d.verification)
        std::printf("%s\n  %s: %s", &leg == &d.verification.front() ? "\n\nPrices by independent methods:" : "", leg.contract.c_str(),
                    (pricing::describe(leg.result) + (leg.result.agree ? ", agree" : ", DISAGREE")).c_str());
    std::printf("\nDecision: %s, %s. %s\n", agents::toString(d.decision.action), counted(d.decision.contracts, "contract").c_str(),
                d.decision.reason.c_str());
    std::printf("Claims: %d, verified %d, derived %d, struck %d\n", d.claims.total, d.claims.verified, d.claims.derived, d.claims.struck);
}

} // namespace

int runCycleCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"chain", "underlying", "history", "asof", "reasoner", "profile"}, {"json"});
    if (!args) return badUsage(args.error());
    const auto chainPath = args->required("chain");
    const auto underlying = args->required("underlying");
    if (!chainPath || !underlying) return badUsage(!chainPath ? chainPath.error() : underlying.error());
    if (!args->rest().empty()) return badUsage(badInput("unexpected '" + args->rest().front() + "'"));
    if (const auto reasoner = args->value("reasoner").value_or("rules"); reasoner != "rules")
        return badUsage(badInput("--reasoner " + reasoner + " is not available here; use rules"));
    const auto profile = strategy::profileByName(args->value("profile").value_or("calibrated"));
    if (!profile) return badUsage(profile.error());
    market::ChainFileOptions options;
    options.underlying = *underlying;
    options.lastSnapshotOnly = true;
    if (const auto text = args->value("asof")) {
        const auto asof = parseAsOf(*text);
        if (!asof) return badUsage(badInput("--asof " + asof.error().detail));
        options.asof = *asof;
        options.lastSnapshotOnly = false;
    }
    auto read = market::readChainFile(*chainPath, options);
    if (!read) return badUsage(read.error());
    for (const auto& note : read->report.notes) std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
    if (options.asof) std::erase_if(read->chains, [&](const auto& chain) { return chain->time > *options.asof; });
    if (read->chains.empty()) return badUsage(badInput(*chainPath + ": no snapshot of " + *underlying + " at or before the time asked for"));
    const auto chain = read->chains.back();

    agents::CycleInputs in;
    in.id = CycleId("C-1");
    in.underlying = *underlying;
    in.asof = chain->time;
    in.profile = *profile;
    in.equity = kPaperEquity;
    auto history = std::make_shared<market::History>();
    if (const auto directory = args->value("history")) {
        std::vector<std::string> notes;
        auto loaded = market::readHistory(*directory, chain->time, notes);
        if (!loaded) return badUsage(loaded.error());
        *history = std::move(*loaded);
        for (const auto& note : notes) std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
        if (const auto vix = market::lastVix(*history, market::toNewYork(chain->time).date)) {
            in.vix = vix->value;
            in.vixPriorClose = vix->priorClose;
            in.vixAt = market::sessionClose(vix->date);
        }
    }
    in.history = history;
    in.chain = pricing::priceChain(chain, pricing::curveOf(history.get(), *underlying));
    const auto roles = agents::builtInRoles();
    if (!roles) return badUsage(roles.error());
    in.roles = *roles;
    pricing::QuantlibThread quantlib;
    in.furtherOpinion = [&quantlib](auto legs) { return quantlib.ask(legs, std::chrono::milliseconds(500)); };
    const auto reasoner = agents::makeRuleReasoner();
    const auto deliberation = agents::runCycle(in, *reasoner);
    if (args->flag("json"))
        std::printf("%s\n", agents::toJson(deliberation).dump(2).c_str());
    else
        print(deliberation);
    return 0;
}

} // namespace mahler::app
