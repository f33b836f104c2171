#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/risk_report.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "portfolio/positions_file.h"
#include "portfolio/worst_case.h"
#include "risk/sizing.h"

namespace mahler::app {

namespace {

constexpr const char* kBenchmark = "SPY";
constexpr double kPaperDollars = 100'000;

using Chains = std::vector<std::shared_ptr<const pricing::PricedChain>>;

/// "a.csv,b.csv.gz": one file for each underlying.
std::vector<std::string> pathsOf(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t from = 0;;) {
        const std::size_t comma = text.find(',', from);
        out.push_back(text.substr(from, comma - from));
        if (comma == std::string::npos) return out;
        from = comma + 1;
    }
}

Result<std::vector<std::shared_ptr<const market::OptionChain>>> readChains(const std::string& paths, const std::set<std::string>& underlyings) {
    std::vector<std::shared_ptr<const market::OptionChain>> out;
    for (const auto& path : pathsOf(paths)) {
        market::ChainFileOptions options;
        options.lastSnapshotOnly = true;
        auto read = market::readChainFile(path, options);
        if (!read) return read.error();
        for (const auto& note : read->report.notes) std::fprintf(stderr, "mahler: note: %s\n", oneLine(note).c_str());
        for (const auto& chain : read->chains)
            if (underlyings.count(chain->underlying)) out.push_back(chain);
    }
    if (out.empty()) return badInput(paths + ": no chain of any underlying of the positions");
    return out;
}

portfolio::BetaWeights weigh(const portfolio::RiskBook& book, const market::History& history, std::vector<std::string>& notes) {
    portfolio::BetaWeights weights;
    weights.benchmark = kBenchmark;
    if (const auto spot = book.spots.find(kBenchmark); spot != book.spots.end()) {
        weights.benchmarkSpot = spot->second;
    } else if (const auto bars = history.bars.find(kBenchmark); bars != history.bars.end() && !bars->second.empty()) {
        const auto& last = bars->second.back();
        if (daysBetween(last.date, market::toNewYork(book.asof).date) <= market::kLastKnownDays) weights.benchmarkSpot = last.close;
    }
    if (!weights.benchmarkSpot) notes.push_back("no recent price of SPY: no beta-weighted delta");
    for (const auto& [underlying, spot] : book.spots) {
        const auto beta = analytics::betaTo(history, underlying, kBenchmark);
        if (beta) {
            weights.byUnderlying[underlying] = {beta->beta, beta->r2, beta->window, beta->last};
            if (underlying != kBenchmark && // whose beta to itself is one without a bar
                daysBetween(beta->last, market::toNewYork(book.asof).date) > market::kLastKnownDays)
                notes.push_back("STALE: the beta of " + underlying + " ends on " + formatDate(beta->last));
        } else
            notes.push_back("no beta of " + underlying + ": " + beta.error().detail);
    }
    return weights;
}

risk::BreakerMapInputs mapInputs(double equity, std::optional<double> vix, const portfolio::RiskBook& book) {
    risk::BreakerMapInputs in;
    in.equity = Usd::fromDouble(equity).value_or(Usd());
    in.account.dayStartEquity = in.account.weekStartEquity = in.account.highWaterMark = in.equity;
    in.vix = vix;
    in.worstCase = portfolio::worstCaseAtExpiry(book);
    if (!in.worstCase) return in;
    portfolio::RiskBook group;
    group.spots = book.spots;
    std::map<std::string, portfolio::RiskBook> positions; // by strategy; what has none is one of its underlying
    for (const auto& leg : book.legs) {
        const auto& h = leg.holding;
        auto& position = positions[h.underlying + "/" + h.strategy];
        position.spots = book.spots;
        position.legs.push_back(leg);
        if (risk::isCorrelatedEquity(h.underlying)) group.legs.push_back(leg);
    }
    // Parts of a book that has an end may have none: the long leg of one covers the short one of another. Then the whole counts.
    in.correlated = portfolio::worstCaseAtExpiry(group).value_or(*in.worstCase);
    for (const auto& [name, part] : positions) in.largest = std::max(in.largest, portfolio::worstCaseAtExpiry(part).value_or(*in.worstCase));
    return in;
}

Result<RiskReport> work(const portfolio::PositionsFile& positions, const portfolio::PositionsFile* proposed, const Chains& chains,
                        const market::History& history, double equity, const portfolio::SimulationSpec& simulation) {
    RiskReport r;
    r.equityUsd = equity;
    r.book = portfolio::bindBook(positions.holdings, chains);
    if (const auto vix = market::lastVix(history, market::toNewYork(r.book.asof).date)) r.vix = vix->value;
    r.greeks = portfolio::greeksBy(r.book, weigh(r.book, history, r.notes));
    auto grid = portfolio::scenarioGrid(r.book, {}, equity);
    if (!grid) return grid.error();
    r.grid = std::move(*grid);
    r.shocks = portfolio::runNamedShocks(r.book, equity);
    for (const auto method : {portfolio::VarMethod::Historical, portfolio::VarMethod::MonteCarlo}) {
        portfolio::VarSpec spec;
        spec.method = method;
        spec.simulation = simulation;
        r.valuesAtRisk.push_back(portfolio::valueAtRisk(r.book, history, spec, equity));
    }
    auto margin = portfolio::marginOf(r.book);
    if (!margin) return margin.error();
    r.margin = std::move(*margin);
    const auto draw = [&](const portfolio::ScenarioGrid& cells, const portfolio::RiskBook& book) {
        const auto map = risk::breakerMap(cells, mapInputs(equity, r.vix, book));
        if (!map) r.notes.push_back("no breaker map: " + map.error().detail);
        return map ? std::optional(*map) : std::nullopt;
    };
    r.map = draw(r.grid, r.book);
    if (proposed) {
        RiskReport::Proposed with;
        auto holdings = positions.holdings;
        holdings.insert(holdings.end(), proposed->holdings.begin(), proposed->holdings.end());
        with.book = portfolio::bindBook(holdings, chains);
        auto both = portfolio::scenarioGrid(with.book, {}, equity);
        auto more = portfolio::marginOf(with.book);
        if (!both || !more) return !both ? both.error() : more.error();
        with.grid = std::move(*both);
        with.margin = std::move(*more);
        with.map = draw(with.grid, with.book);
        if (r.map && with.map) with.changed = risk::changedCells(*r.map, *with.map);
        r.proposed = std::move(with);
    }
    std::vector<std::string> names;
    for (const auto& [name, spot] : r.book.spots) names.push_back(name);
    if (auto correlations = analytics::ewmaCorrelation(history, names)) {
        r.groups = analytics::correlatedGroups(*correlations);
        r.correlations = std::move(*correlations);
        for (const auto& name : names)
            if (const auto last = history.bars.at(name).back().date; daysBetween(last, market::toNewYork(r.book.asof).date) > market::kLastKnownDays)
                r.notes.push_back("STALE: the correlations of " + name + " end on " + formatDate(last));
    } else {
        r.notes.push_back("no correlations: " + correlations.error().detail);
    }
    return r;
}

} // namespace

int runRiskCommand(const std::vector<std::string>& words) {
    const auto start = std::chrono::steady_clock::now();
    const auto args = Arguments::parse(words, {"positions", "chain", "history", "equity", "propose", "paths", "seed"}, {"json"});
    if (!args) return badUsage(args.error());
    const auto positionsPath = args->required("positions"), chainPaths = args->required("chain");
    if (!positionsPath || !chainPaths) return badUsage(!positionsPath ? positionsPath.error() : chainPaths.error());
    if (!args->rest().empty()) return badUsage(badInput("unexpected '" + args->rest().front() + "'"));
    const auto equity = args->number("equity", kPaperDollars, 1, 1e12);
    const auto paths = args->integer("paths", 10'000, 100, 1'000'000), seed = args->integer("seed", 1, 0, 1'000'000'000);
    if (!equity) return badUsage(equity.error());
    if (!paths || !seed) return badUsage(!paths ? paths.error() : seed.error());
    auto positions = portfolio::readPositions(*positionsPath);
    if (!positions) return badUsage(positions.error());
    std::optional<portfolio::PositionsFile> proposed;
    if (const auto path = args->value("propose")) {
        auto read = portfolio::readPositions(*path);
        if (!read) return badUsage(read.error());
        proposed = std::move(*read);
    }
    std::set<std::string> underlyings;
    for (const auto& holding : positions->holdings) underlyings.insert(holding.underlying);
    if (proposed)
        for (const auto& holding : proposed->holdings) underlyings.insert(holding.underlying);
    const auto raw = readChains(*chainPaths, underlyings);
    if (!raw) return badUsage(raw.error());
    UtcTime asof{};
    for (const auto& chain : *raw) asof = std::max(asof, chain->time);
    market::History history;
    std::vector<std::string> historyNotes;
    if (const auto directory = args->value("history")) {
        auto loaded = market::readHistory(*directory, asof, historyNotes);
        if (!loaded) return badUsage(loaded.error());
        history = std::move(*loaded);
    }
    Chains chains;
    for (const auto& chain : *raw) chains.push_back(pricing::priceChain(chain, pricing::curveOf(&history, chain->underlying)));
    for (auto* file : {&*positions, proposed ? &*proposed : nullptr})
        if (file)
            if (const auto chosen = portfolio::chooseRoots(*file, chains); !chosen) return badUsage(chosen.error());
    portfolio::SimulationSpec simulation;
    simulation.paths = static_cast<std::size_t>(*paths);
    simulation.seed = static_cast<std::uint64_t>(*seed);
    auto report = work(*positions, proposed ? &*proposed : nullptr, chains, history, *equity, simulation);
    if (!report) return badUsage(report.error());
    report->notes.insert(report->notes.begin(), historyNotes.begin(), historyNotes.end());
    for (auto& note : report->notes) note = oneLine(note);
    report->milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (args->flag("json"))
        std::printf("%s\n", toJson(*report).dump(2).c_str());
    else
        print(*report);
    return 0;
}

} // namespace mahler::app
