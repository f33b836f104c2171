#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "backtest/fault_session.h"

namespace mahler::app {

namespace {

struct Total {
    backtest::FaultResult sum;
    std::vector<backtest::FaultResult> broken;
    std::int64_t sessions = 0;
    double seconds = 0;
};

void add(Total& total, const backtest::FaultResult& r) {
    auto& s = total.sum;
    ++total.sessions;
    const std::pair<std::int64_t*, std::int64_t> counts[] = {{&s.commands, r.commands}, {&s.events, r.events},    {&s.checks, r.checks},
                                                             {&s.intents, r.intents},   {&s.sent, r.sent},        {&s.fills, r.fills},
                                                             {&s.closed, r.closed},     {&s.asked, r.asked},      {&s.halts, r.halts},
                                                             {&s.resumes, r.resumes},   {&s.restarts, r.restarts}};
    for (const auto& [sum, n] : counts) *sum += n;
    for (std::size_t i = 0; i < r.faults.size(); ++i) s.faults[i] += r.faults[i];
    if (r.violation) total.broken.push_back(r);
}

Json asJson(const Total& total, std::uint64_t seed, const backtest::FaultSet& faults) {
    const auto& s = total.sum;
    Json struck = Json::object(), broken = Json::array();
    for (const auto kind : faults) struck[backtest::toString(kind)] = s.faults[static_cast<std::size_t>(kind)];
    for (const auto& r : total.broken)
        broken.push_back({{"seed", r.seed}, {"command", r.atCommand}, {"rule", r.violation->rule}, {"detail", r.violation->detail}});
    return {{"seed", seed},
            {"sessions", total.sessions},
            {"seconds", total.seconds},
            {"commands", s.commands},
            {"events", s.events},
            {"checks", s.checks},
            {"intents", s.intents},
            {"orders_sent", s.sent},
            {"fills", s.fills},
            {"closing_fills", s.closed},
            {"approvals_asked", s.asked},
            {"halts", s.halts},
            {"latches_cleared", s.resumes},
            {"restarts", s.restarts},
            {"faults", struck},
            {"violations", broken}};
}

void print(const Total& total, const backtest::FaultSet& faults) {
    const auto& s = total.sum;
    std::printf("%lld sessions in %.1f s: %lld commands, %lld events, %lld checks\n", static_cast<long long>(total.sessions), total.seconds,
                static_cast<long long>(s.commands), static_cast<long long>(s.events), static_cast<long long>(s.checks));
    std::printf("%lld intents, %lld orders sent, %lld fills (%lld closing), %lld approvals asked, %lld halts, %lld latches cleared, %lld restarts\n",
                static_cast<long long>(s.intents), static_cast<long long>(s.sent), static_cast<long long>(s.fills), static_cast<long long>(s.closed),
                static_cast<long long>(s.asked), static_cast<long long>(s.halts), static_cast<long long>(s.resumes),
                static_cast<long long>(s.restarts));
    std::string never;
    int kinds = 0;
    for (const auto kind : faults)
        if (s.faults[static_cast<std::size_t>(kind)] > 0)
            ++kinds;
        else
            never += std::string(never.empty() ? "" : ", ") + backtest::toString(kind);
    std::printf("%d of %zu fault kinds struck%s\n", kinds, faults.size(), never.empty() ? "" : ("; never: " + never).c_str());
    for (const auto& r : total.broken)
        std::printf("BROKEN %s in the session of seed %llu at command %lld: %s\n", r.violation->rule.c_str(), static_cast<unsigned long long>(r.seed),
                    static_cast<long long>(r.atCommand), oneLine(r.violation->detail).c_str());
    std::printf("%zu of %lld sessions broke a rule\n", total.broken.size(), static_cast<long long>(total.sessions));
}

} // namespace

int runSimulateCommand(const std::vector<std::string>& words) {
    const auto args = Arguments::parse(words, {"sessions", "seed", "faults", "steps"}, {"json", "list-faults", "trace"});
    if (!args) return badUsage(args.error());
    if (!args->rest().empty()) return badUsage(badInput("simulate: unexpected '" + args->rest().front() + "'"));
    if (args->flag("list-faults")) {
        for (const auto kind : backtest::allFaults()) std::puts(backtest::toString(kind));
        return 0;
    }
    const auto sessions = args->integer("sessions", 100, 1, 10'000'000);
    const auto seed = args->integer("seed", 1, 0, INT64_MAX / 2);
    const auto steps = args->integer("steps", 400, 1, 1'000'000);
    const auto faults = backtest::parseFaults(args->value("faults").value_or("all"));
    if (!sessions || !seed || !steps || !faults)
        return badUsage(!sessions ? sessions.error() : !seed ? seed.error() : !steps ? steps.error() : faults.error());
    if (args->flag("trace") && args->flag("json"))
        return badUsage(badInput("simulate: --trace tells a session in lines, --json is one document; choose one"));
    Total total;
    const auto began = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < *sessions; ++i) {
        backtest::FaultOptions options{static_cast<std::uint64_t>(*seed + i), *faults, static_cast<int>(*steps), {}, i % 4 == 0};
        if (args->flag("trace")) options.trace = [](const std::string& line) { std::printf("%s\n", oneLine(line.substr(0, 400)).c_str()); };
        add(total, backtest::runFaultSession(options));
        if (!args->flag("json") && (i + 1) % 1000 == 0)
            std::fprintf(stderr, "%lld sessions, %zu broken\n", static_cast<long long>(i + 1), total.broken.size());
    }
    total.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (args->flag("json"))
        std::puts(asJson(total, static_cast<std::uint64_t>(*seed), *faults).dump(2).c_str());
    else
        print(total, *faults);
    return total.broken.empty() ? 0 : 1;
}

} // namespace mahler::app
