#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "base/json.h"
#include "pricing/verification.h"

namespace mahler::app {

namespace {

std::string line(const pricing::Verification& v) {
    std::string text =
        fmt::format("{} {} spot {:.6g} strike {:.6g} years {:.6g} rate {:.6g} yield {:.6g} vol {:.6g}:",
                    v.style == market::ExerciseStyle::American ? "american" : "european", v.in.right == market::Right::Call ? "call" : "put",
                    v.in.spot, v.in.strike, v.in.years, v.in.rate, v.in.dividendYield, v.in.vol);
    for (const pricing::MethodPrice& p : v.prices)
        text += p.known ? fmt::format(" {} {:.9g} +-{:.2g}", toString(p.method), p.price, p.error) : fmt::format(" {} no number", toString(p.method));
    if (v.checked())
        text += fmt::format("; {} and {} are {:.3g} apart, {:.3g} declared", toString(v.prices[v.first].method), toString(v.prices[v.second].method),
                            v.gap, v.allowed);
    return text;
}

Json toJson(const pricing::Verification& v) {
    Json prices = Json::array();
    for (const pricing::MethodPrice& p : v.prices)
        prices.push_back(
            {{"method", toString(p.method)}, {"price", p.known ? Json(p.price) : Json()}, {"declared_error", p.known ? Json(p.error) : Json()}});
    return {{"style", v.style == market::ExerciseStyle::American ? "american" : "european"},
            {"right", v.in.right == market::Right::Call ? "call" : "put"},
            {"spot", v.in.spot},
            {"strike", v.in.strike},
            {"years", v.in.years},
            {"rate", v.in.rate},
            {"dividend_yield", v.in.dividendYield},
            {"vol", v.in.vol},
            {"checked", v.checked()},
            {"gap", v.checked() ? Json(v.gap) : Json()},
            {"allowed", v.checked() ? Json(v.allowed) : Json()},
            {"prices", prices}};
}

int tell(const pricing::VerificationRun& run, std::int64_t seed) {
    Json findings = Json::array();
    for (const pricing::Verification& v : run.findings) findings.push_back(toJson(v));
    std::printf("%s\n", Json{{"contracts", run.contracts},
                             {"seed", seed},
                             {"disagreements", run.disagreements},
                             {"unchecked", run.unchecked},
                             {"worst_share", run.worstShare},
                             {"findings", findings}}
                            .dump(2)
                            .c_str());
    return run.findings.empty() ? 0 : 1;
}

} // namespace

int runVerifyPricesCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"count", "seed"}, {"json"});
    if (!args) return badUsage(args.error());
    if (!args->rest().empty()) return badUsage(badInput("verify-prices: unexpected '" + args->rest().front() + "'"));
    const auto count = args->integer("count", 1000, 1, 1'000'000);
    const auto seed = args->integer("seed", 1, 0, INT64_MAX);
    if (!count || !seed) return badUsage(!count ? count.error() : seed.error());
    const pricing::VerificationRun run = pricing::verifyRandomContracts(static_cast<int>(*count), static_cast<std::uint64_t>(*seed));
    if (args->flag("json")) return tell(run, *seed);
    for (const pricing::Verification& v : run.findings) std::printf("%s %s\n", v.checked() ? "DISAGREE" : "UNCHECKED", line(v).c_str());
    std::printf("%d contracts (seed %lld): %d disagreements, %d unchecked; worst gap %.2f of what was declared\n", run.contracts,
                static_cast<long long>(*seed), run.disagreements, run.unchecked, run.worstShare);
    return run.findings.empty() ? 0 : 1;
}

} // namespace mahler::app
