#include <filesystem>
#include <memory>

#include "agents/deliberation.h"
#include "app/bench/rows.h"
#include "desk/context.h"
#include "market/exchange_calendar.h"
#include "pricing/chain_pricer.h"
#include "risk/gate.h"
#include "simulation/simulated_market.h"
#include "store/journal.h"

namespace mahler::bench {

namespace {

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
    if (!feed->advance(market::fromNewYork(config.date, 11, 0), {})) return nullptr;
    static std::shared_ptr<const market::History> held;
    held = feed->history();
    *history = held.get();
    return feed->chain("QQQ").value_or(nullptr);
}

/// The simulated market: a session from its seed, and the largest chain a second later.
std::vector<Row> marketRows() {
    simulation::SimulationConfig config;
    config.date = std::chrono::year{2026} / 11 / 23;
    std::vector<Row> rows;
    rows.push_back(timed("simulated_day", "ms", 1e-3, 5, [&](int) {
        const auto feed = simulation::makeSimulatedMarket(config);
        (void)feed->advance(market::fromNewYork(config.date, 16, 0), {});
    }));
    const auto feed = simulation::makeSimulatedMarket(config);
    rows.push_back(timed("simulated_chain_spx", "ms", 1e-3, 9, [&](int i) {
        (void)feed->advance(market::fromNewYork(config.date, 10, 35, i), {});
        (void)feed->chain("SPX");
    }));
    return rows;
}

std::vector<Row> chainRows() {
    std::vector<Row> rows;
    const market::History* history = nullptr;
    std::unique_ptr<market::MarketFeed> feed;
    const auto chain = bigChain(&history, feed);
    if (!chain) return rows;
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
    return rows;
}

} // namespace

std::vector<Row> deskRows() {
    std::vector<Row> rows = marketRows();
    for (auto& row : chainRows()) rows.push_back(std::move(row));
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
    for (int i = 0; i < 1000; ++i) breakers.quoteAges.emplace_back("SPY" + std::to_string(i), MonoTime(1));
    rows.push_back(timed("breaker_evaluation", "us", 1e-6, 2000, [&](int) { (void)risk::evaluateBreakers(breakers); }));
    risk::HaltGate halt;
    rows.push_back(timed("halt_to_gate_closed", "us", 1e-6, 2000, [&](int) { halt.close(); }));
    agents::FactTable facts;
    facts[FactId("a")] = {FactId("a"), 12.5, {}, "%", 1, "bench", {}};
    std::string text;
    for (int i = 0; i < 20; ++i) text += "one of 12.5 % [a] and more words about it, ";
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

} // namespace mahler::bench
