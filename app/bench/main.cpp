#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "agents/deliberation.h"
#include "app/bench/american_rows.h"
#include "app/bench/european_rows.h"
#include "base/random.h"
#include "desk/desk.h"
#include "market/exchange_calendar.h"
#include "pricing/chain_pricer.h"
#include "pricing/european_batch.h"
#include "pricing/option_pricer.h"
#include "pricing/quantlib_check.h"
#include "desk/context.h"
#include "risk/gate.h"
#include "simulation/simulated_market.h"
#include "store/journal.h"

namespace {

using namespace mahler;
using namespace mahler::bench;

std::vector<pricing::Inputs> workload(int count) {
    std::vector<pricing::Inputs> all;
    Random random(11);
    for (int i = 0; i < count; ++i)
        all.push_back({random.uniform() < 0.5 ? market::Right::Call : market::Right::Put, 600, 600 * (0.8 + 0.4 * random.uniform()), 0.02 + random.uniform(),
                       0.04, 0.012, 0.12 + 0.3 * random.uniform()});
    return all;
}

/// Ours against QuantLib's engine for the same style, one thread, the same rows; the error is against QuantLib's price.
Row against(const std::string& name, market::ExerciseStyle style, int count, int peerCount) {
    const auto rows = workload(count);
    double sink = 0;
    const auto began = Wall::now();
    for (const auto& in : rows)
        sink += pricing::price(style, in).price;
    const double ours = std::chrono::duration<double, std::micro>(Wall::now() - began).count() / count;
    double worst = 0;
    const auto peerBegan = Wall::now();
    std::vector<double> theirs;
    for (int i = 0; i < peerCount; ++i)
        theirs.push_back(pricing::quantlibPrice(style, rows[static_cast<std::size_t>(i)]).value_or(std::nan("")));
    const double peer = std::chrono::duration<double, std::micro>(Wall::now() - peerBegan).count() / peerCount;
    for (int i = 0; i < peerCount; ++i)
        worst = std::max(worst, std::abs(pricing::price(style, rows[static_cast<std::size_t>(i)]).price - theirs[static_cast<std::size_t>(i)]));
    Row row;
    row.name = name;
    row.unit = "us per price with Greeks (peer: price only)";
    row.ours = row.p50 = ours;
    row.peer = peer;
    row.maxError = worst;
    row.peerName = "QuantLib 1.29 option object";
    return std::isfinite(sink) ? row : Row{};
}

/// A desk's command under way with 500 spreads, 1,000 legs, in the book: what is timed is what a proposed order costs it.
struct LargeBook {
    desk::DeskState state;
    desk::LiveMarket market;
    risk::Limits limits;
    risk::Gate gate;
    desk::Outcome out;
    desk::BookCache cache;
    Timestamp now;
    portfolio::ComboOrder order;

    LargeBook() {
        const TradingDate today = std::chrono::year{2026} / 11 / 23;
        now.utc = market::fromNewYork(today, 11, 0);
        now.mono = MonoTime(now.utc.time_since_epoch());
        market::Tick tick;
        tick.time = now.utc;
        tick.session = market::Session::Open;
        tick.vix = 18;
        tick.vixTime = now.utc;
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        spy.quote.bid = Price::fromMicros(599'990'000);
        spy.quote.ask = Price::fromMicros(600'010'000);
        spy.quote.time = now.utc;
        tick.underlyings.push_back(spy);
        portfolio::GreeksBook greeks;
        for (int i = 0; i < 500; ++i) {
            portfolio::Position p;
            p.id = PositionId("P" + std::to_string(i));
            p.underlying = "SPY";
            p.legs = spread(i);
            p.quantity = 1;
            p.openNet = Price::fromMicros(500'000);
            for (const auto& leg : p.legs) {
                market::Quote q;
                q.bid = Price::fromMicros(1'000'000 + leg.contract.strike.micros() / 1000);
                q.ask = *q.bid + Price::fromMicros(20'000);
                q.volume = 100;
                q.openInterest = 1000;
                q.time = now.utc;
                if (greeks.emplace(leg.contract.id(), portfolio::UnitGreeks{-0.12, 0.004, -20, 50, 0.18}).second)
                    tick.watched.push_back({leg.contract.id(), q});
            }
            state.positions[p.id] = p;
        }
        const Usd equity = Usd::fromMicros(100'000'000'000'000);
        state.account = portfolio::Account{"BENCH", equity, equity, equity, equity, today};
        market.start(now.mono);
        market.onTick(tick, greeks, now);
        order.underlying = "SPY";
        order.kind = portfolio::StrategyKind::BullPutSpread;
        order.legs = spread(100);
        order.netLimit = Price::fromMicros(5'000);
        order.source = "agent:desk";
    }
    desk::Context context() { return {state, market, limits, gate, now, out, cache}; }
    static std::vector<portfolio::ComboLeg> spread(int i) {
        const auto expiry = std::chrono::year{2026} / 12 / 31;
        return {{market::OptionContract::make("SPY", expiry, Price::fromMicros((300 + i) * 1'000'000LL), market::Right::Put), -1},
                {market::OptionContract::make("SPY", expiry, Price::fromMicros((295 + i) * 1'000'000LL), market::Right::Put), 1}};
    }
};

std::shared_ptr<const market::OptionChain> bigChain(const market::History** history, std::unique_ptr<market::MarketFeed>& feed) {
    simulation::SimulationConfig config;
    config.date = std::chrono::year{2026} / 11 / 23;
    feed = simulation::makeSimulatedMarket(config);
    if (!feed->advance(market::fromNewYork(config.date, 11, 0), {}))
        return nullptr;
    static std::shared_ptr<const market::History> held;
    held = feed->history();
    *history = held.get();
    return feed->chain("QQQ").value_or(nullptr);
}

std::string cpu() {
    std::ifstream in("/proc/cpuinfo");
    std::string line;
    while (std::getline(in, line))
        if (line.starts_with("model name"))
            return line.substr(line.find(':') + 2);
    return "unknown";
}

std::vector<Row> measure() {
    std::vector<Row> rows;
    rows = europeanRows();
    rows.push_back(against("european_price", market::ExerciseStyle::European, 20000, 4000));
    rows.push_back(against("american_price", market::ExerciseStyle::American, 400, 60));

    for (Row& row : americanRows())
        rows.push_back(std::move(row));
    const market::History* history = nullptr;
    std::unique_ptr<market::MarketFeed> feed;
    const auto chain = bigChain(&history, feed);
    if (chain) {
        pricing::CurveInputs curve;
        curve.rate = 0.04;
        Row refresh = timed("chain_refresh_american_" + std::to_string(chain->size()), "ms", 1e-3, 9, [&](int) { pricing::priceChain(chain, curve); });
        rows.push_back(refresh);
        const auto priced = pricing::priceChain(chain, curve);
        agents::CycleInputs in;
        in.underlying = "QQQ";
        in.asof = chain->time;
        in.vix = 18.0;
        in.vixPriorClose = 17.5;
        in.history = std::make_shared<const market::History>(*history);
        in.profile = strategy::calibratedProfile();
        in.equity = Usd::fromMicros(100'000'000'000);
        in.roles = *agents::builtInRoles();
        const auto reasoner = agents::makeRuleReasoner();
        rows.push_back(timed("full_cycle_rule_based_" + std::to_string(chain->size()), "ms", 1e-3, 9, [&](int) {
            in.chain = pricing::priceChain(chain, curve);
            agents::runCycle(in, *reasoner);
        }));
        const auto analysis = analytics::analyse(*priced, *history, 18.0, 17.5);
        rows.push_back(timed("strategy_coordination", "ms", 1e-3, 50, [&](int) { strategy::screenCreditSpreads(*priced, analysis, in.profile); }));
    }
    LargeBook book;
    rows.push_back(timed("book_sums_1000_legs", "us", 1e-6, 500, [&](int) {
        book.cache.forget();
        (void)book.context().book();
    }));
    rows.push_back(timed("risk_decision_1000_legs", "us", 1e-6, 2000, [&](int) {
        const auto c = book.context();
        (void)c.gate.evaluate(book.order, desk::gateContext(c, book.order, "credit_spread"));
    }));
    risk::BreakerInputs breakers;
    breakers.session = market::Session::Open;
    breakers.account = *book.state.account;
    breakers.marks = book.context().marks();
    breakers.vix = 18;
    for (int i = 0; i < 1000; ++i)
        breakers.quoteAges.emplace_back("SPY" + std::to_string(i), MonoTime(1));
    rows.push_back(timed("breaker_evaluation", "us", 1e-6, 2000, [&](int) { (void)risk::evaluateBreakers(breakers); }));
    risk::HaltGate halt;
    rows.push_back(timed("halt_to_gate_closed", "us", 1e-6, 2000, [&](int) { halt.close(); }));
    agents::FactTable facts;
    facts[FactId("a")] = {FactId("a"), 12.5, {}, "%", 1, "bench", {}};
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += "one of 12.5 % [a] and more words about it, ";
    rows.push_back(timed("agent_output_validation", "us", 1e-6, 500, [&](int) { (void)agents::checkClaims(text, facts); }));

    const auto folder = std::filesystem::temp_directory_path() / ("mahler-bench-" + std::to_string(Wall::now().time_since_epoch().count()));
    std::filesystem::create_directories(folder);
    {
        auto journal = store::Journal::open((folder / "j.db").string(), {"bench", {}, true});
        if (journal) {
            const store::NewRecord record{"order.state", 1, "system", "M-1", "{\"n\":1}", "SPY"};
            rows.push_back(timed("journal_append_durable", "us", 1e-6, 200, [&](int i) {
                (void)(*journal)->append({utcFromNanos(i), MonoTime(i)}, std::span(&record, 1));
            }));
        }
    }
    std::error_code ec;
    std::filesystem::remove_all(folder, ec);
    return rows;
}

nlohmann::json number(const std::optional<double>& v) { return v && std::isfinite(*v) ? nlohmann::json(*v) : nlohmann::json(nullptr); }

nlohmann::json text(const std::string& v) { return v.empty() ? nlohmann::json(nullptr) : nlohmann::json(v); }

/// "12.3" or "-".
std::string shown(const std::optional<double>& v, const char* format) {
    char buffer[40] = "-";
    if (v && std::isfinite(*v))
        std::snprintf(buffer, sizeof buffer, format, *v);
    return buffer;
}

} // namespace

/// mahler_bench [--json]: the budgets of DESIGN section 9 that exist by now; ratios to the peer in the same run.
int main(int argc, char** argv) {
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    if (argc > 2 || (argc == 2 && !json)) {
        std::fprintf(stderr, "mahler_bench: the only option is --json\n");
        return 2;
    }
    const auto rows = measure();
    nlohmann::json results = nlohmann::json::array();
    for (const auto& r : rows) {
        const double ratio = r.peer.value_or(std::nan("")) / r.ours.value_or(std::nan("")); // not a number without a peer
        results.push_back({{"name", r.name}, {"unit", r.unit}, {"ours", number(r.ours)}, {"peer", number(r.peer)},
                           {"peer_name", text(r.peerName)}, {"ratio", number(ratio)}, {"p50", number(r.p50)},
                           {"p99", number(r.p99)}, {"max_error", number(r.maxError)}, {"peer_max_error", number(r.peerMaxError)}, {"cycles_per_item", number(r.cycles)},
                           {"isa", text(r.isa)}, {"note", text(r.note)}});
        if (!json)
            std::printf("%-36s %12.3f p50 %10s p99  %s  peer/ours %s  max error %s (peer %s)  cycles %s  %s\n", r.name.c_str(), r.p50.value_or(0),
                        shown(r.p99, "%.3f").c_str(), r.unit.c_str(), shown(ratio, "%.1f").c_str(), shown(r.maxError, "%.2g").c_str(),
                        shown(r.peerMaxError, "%.2g").c_str(), shown(r.cycles, "%.1f").c_str(), r.isa.c_str());
    }
    if (json)
        std::printf("%s\n", nlohmann::json{{"machine", cpu() + ", " + std::to_string(std::thread::hardware_concurrency()) + " threads"}, {"isa", pricing::toString(pricing::activeIsa())}, {"results", results}}.dump(2).c_str());
    return 0;
}
