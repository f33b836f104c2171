#include "backtest/fault_session.h"

#include <deque>
#include <functional>
#include <span>

#include "backtest/fault_people.h"
#include "base/overloaded.h"
#include "desk/greeks_board.h"
#include "market/exchange_calendar.h"

namespace mahler::backtest {

namespace {

using namespace std::chrono_literals;

constexpr int kQuietSteps = 240, kRestSteps = 180; ///< seconds without faults, then also without people: everything must come to rest
constexpr Usd kCash = Usd::fromMicros(100'000'000'000);

/// What a journal would hold of one event: text, so that nothing lives on that is not written.
struct Written {
    std::string type, actor, correlation, body;
    Timestamp at{};
    bool operator==(const Written&) const = default;
};

class Session {
public:
    explicit Session(const FaultOptions& options)
        : m_options(options), m_random(mix64(options.seed)), m_weather(mix64(options.seed + 1), options.faults),
          m_market(mix64(options.seed + 2), m_weather), m_gate([this] { return m_mono; }),
          m_broker(mix64(options.seed + 3), m_weather, m_market, m_gate, m_halt, kCash,
                   [this](const execution::Order& order) {
                       ++m_result.sent;
                       m_invariants.onLeaving(*m_desk, order, m_halt.open(), now());
                   }),
          m_people(mix64(options.seed + 4), m_weather, m_market), m_invariants(m_market, m_broker) {
        m_result.seed = options.seed;
    }

    FaultResult run() {
        const TradingDate days[] = {std::chrono::year{2026} / 11 / 23, std::chrono::year{2026} / 11 / 27, std::chrono::year{2026} / 10 / 30,
                                    std::chrono::year{2026} / 3 / 6};
        m_date = days[m_random.below(std::size(days))]; // an ordinary day, a half day, Fridays before the clocks change
        m_exchange = market::fromNewYork(m_date, 9, 25) + std::chrono::minutes(m_random.below(360));
        m_market.advance(m_exchange);
        begin();
        for (int i = 0; i < m_options.steps && !broken(); ++i) step(pause());
        m_weather.clear();
        m_wallOffset = {};
        if (market::sessionAt(m_exchange + 10min) != market::Session::Open || market::sessionAt(m_exchange) != market::Session::Open) nextMorning();
        for (int i = 0; i < kQuietSteps && !broken(); ++i) step(1s);
        m_peopleRest = true;
        for (int i = 0; i < kRestSteps && !broken(); ++i) {
            if (i == kRestSteps / 2) m_broker.rest(); // what fills in the last second is not told yet
            step(1s);
        }
        if (!broken()) m_invariants.atRest(*m_desk);
        if (!broken()) endProcess(true);
        m_result.violation = m_invariants.violation();
        m_result.checks = m_invariants.checks();
        m_result.faults = m_weather.counts();
        return m_result;
    }

private:
    bool broken() {
        if (m_invariants.violation() && m_result.atCommand == 0) m_result.atCommand = m_result.commands;
        return m_invariants.violation().has_value();
    }
    Timestamp now() const { return {m_exchange + m_wallOffset, m_mono - m_monoBase}; }

    MonoTime pause() {
        const double luck = m_random.uniform();
        if (luck < 0.80) return 1s;
        if (luck < 0.97) return std::chrono::seconds(2 + m_random.below(20));
        return std::chrono::minutes(1 + m_random.below(45));
    }

    void nextMorning() {
        m_date = market::nextTradingDay(market::toNewYork(m_exchange).date);
        const UtcTime to = market::fromNewYork(m_date, 9, 31);
        m_mono += to - m_exchange;
        m_exchange = to;
    }

    /// A process begins: the journal is read, the desk is started as the runtime does.
    void begin() {
        std::vector<desk::StoredEvent> stored;
        stored.reserve(m_journal.size());
        for (const auto& w : m_journal) {
            auto body = parseJson(w.body);
            if (!body) return m_invariants.fail("S14", w.type + ": " + body.error().detail);
            stored.push_back({{w.type, w.actor, w.correlation, std::move(*body)}, w.at});
        }
        m_desk = std::make_unique<desk::Desk>(risk::Limits{});
        if (const auto restored = m_desk->restore(stored); !restored) return m_invariants.fail("S14", restored.error().detail);
        const desk::DeskState before = m_desk->state();
        m_board.emplace();
        m_atBegin = std::move(stored);
        m_given.clear();
        m_firstOfRun = m_journal.size();
        m_dead = false;
        m_announced.reset();
        m_internal.clear();
        m_cycles.clear();
        ++m_runs;
        m_invariants.onProcess();
        give(desk::Started{
            "run-" + std::to_string(m_runs), "faults", approval::DeskKind::DemoTeam, true, FaultBroker::kAccount, kCash, FaultMarket::symbols(), {}});
        drain();
        if (m_runs > 1 && !m_dead) m_invariants.onRestart(before, *m_desk);
    }

    /// It ends; the journal must fold to what it knew, and a second desk must say the same.
    void endProcess(bool committed) {
        desk::Desk folded{risk::Limits{}};
        std::vector<desk::StoredEvent> stored;
        for (const auto& w : m_journal) stored.push_back({{w.type, w.actor, w.correlation, *parseJson(w.body)}, w.at});
        if (const auto restored = folded.restore(stored); !restored) return m_invariants.fail("S14", restored.error().detail);
        if (committed) m_invariants.sameState(m_desk->state(), folded.state());
        if (!m_options.replay) return;
        desk::Desk again{risk::Limits{}};
        if (!again.restore(m_atBegin)) return;
        std::size_t at = m_firstOfRun;
        for (const auto& [command, time] : m_given)
            for (const auto& event : again.handle(command, time).events) {
                const bool same = at < m_journal.size() && written(event, time) == m_journal[at];
                if (!same)
                    return m_invariants.fail("DESIGN 2", "the replay says " + event.type + " where the journal has " +
                                                             (at < m_journal.size() ? m_journal[at].type : "its end"));
                ++at;
            }
        if (at != m_journal.size()) m_invariants.fail("DESIGN 2", "the replay ends before the journal");
    }

    /// `fresh`: the machine itself began anew, its monotonic clock too.
    void restart(bool committed, bool fresh = false) {
        endProcess(committed);
        ++m_result.restarts;
        m_halt.close();
        const MonoTime away = std::chrono::seconds(m_random.below(90));
        m_mono += away;
        m_exchange += away;
        if (fresh) m_monoBase = m_mono;
        m_market.advance(m_exchange);
        m_broker.step(m_mono);
        begin();
    }

    static Written written(const desk::Event& event, Timestamp at) {
        return {event.type, event.actor, event.correlation, canonicalJson(event.body).value_or("?"), at};
    }

    void count(const desk::Event& event) {
        m_result.intents += event.type == "order.intent";
        m_result.fills += event.type == "order.filled";
        m_result.asked += event.type == "approval.requested";
        m_result.halts += event.type == "halt.set";
        m_result.resumes += event.type == "halt.cleared";
        m_result.closed += event.type == "order.filled" && !event.body.at("opening").get<bool>();
    }

    /// As DeskRuntime::handle: the journal form is what is handled, the gate is closed at once, the commit comes before the effects.
    void give(const desk::Command& given) {
        if (m_dead || broken()) return;
        ++m_result.commands;
        desk::Command command = given;
        if (!std::holds_alternative<desk::MarketTick>(given)) {
            const auto body = desk::encodeCommand(given);
            auto decoded = body ? desk::decodeCommand(desk::commandName(given), *body) : Result<desk::Command>(body.error());
            command = decoded ? std::move(*decoded) : desk::Command(desk::Failure{"command", decoded.error().detail});
        }
        if (std::holds_alternative<desk::Failure>(command)) m_invariants.onProcess(); // the desk forgets the market too
        const Timestamp at = now();
        const std::uint64_t epoch = m_halt.epoch();
        desk::Outcome outcome;
        try {
            outcome = m_desk->handle(command, at);
        } catch (const std::exception& e) { return m_invariants.fail("S18", desk::commandName(command) + " threw: " + e.what()); }
        for (const auto& effect : outcome.effects)
            if (std::holds_alternative<desk::CloseGate>(effect)) m_halt.close();
        if (m_weather.strikes(FaultKind::KilledBeforeCommit, 0.02)) return die(false);
        m_invariants.onOutcome(*m_desk, outcome);
        for (const auto& event : outcome.events) {
            m_journal.push_back(written(event, at));
            count(event);
        }
        if (m_options.trace) trace(command, outcome);
        m_result.events += static_cast<std::int64_t>(outcome.events.size());
        if (m_options.replay) m_given.emplace_back(command, at);
        if (!outcome.effects.empty() && m_weather.strikes(FaultKind::KilledAfterCommit, 0.1)) return die(true);
        for (const auto& effect : outcome.effects) {
            if (m_dead || broken()) return;
            if (m_weather.strikes(FaultKind::KilledBetweenSends, 0.05)) return die(true);
            perform(effect, epoch);
        }
        const bool second = std::holds_alternative<desk::MarketTick>(command) || std::holds_alternative<desk::Timer>(command);
        m_invariants.afterCommand(*m_desk, second, m_halt.open(), at);
        broken();
    }

    void trace(const desk::Command& command, const desk::Outcome& outcome) {
        const std::string when = std::to_string(m_result.commands) + " " + market::formatNewYork(m_exchange) + " ";
        if (!std::holds_alternative<desk::MarketTick>(command)) {
            const auto body = desk::encodeCommand(command);
            m_options.trace(when + "> " + desk::commandName(command) + " " + (body ? body->dump() : ""));
        }
        for (const auto& event : outcome.events) m_options.trace(when + "  " + event.type + " " + event.actor + " " + event.body.dump());
    }

    void die(bool committed) {
        m_dead = true;
        m_committed = committed;
    }

    void perform(const desk::Effect& effect, std::uint64_t epoch) {
        std::visit(Overloaded{
                       [&](const desk::RunCycle& run) { m_cycles.emplace_back(3 + m_random.below(5), run); },
                       [&](const desk::Submit& out) { submit(out, epoch); },
                       [&](const desk::Cancel& cancel) { (void)m_broker.cancel(cancel.id); },
                       [](const desk::CloseGate&) {},
                       [&](const desk::OpenGate&) { m_halt.openIf(epoch); },
                       [&](const desk::Reconcile& reconcile) {
                           pollBroker();
                           m_internal.push_back(desk::Reconciliation{m_broker.report(), reconcile.when});
                       },
                   },
                   effect);
    }

    void submit(const desk::Submit& effect, std::uint64_t epoch) {
        desk::SubmitOutcome outcome{effect.order.id, desk::SubmitOutcome::Kind::RefusedByGate, {}};
        auto token = m_gate.issue(effect.order.combo, effect.decision, m_broker.account(), m_halt, epoch, 1);
        if (!token)
            outcome.text = token.error().detail;
        else if (const auto sent = m_broker.submit(effect.order, std::move(*token)); sent)
            outcome.kind = desk::SubmitOutcome::Kind::Accepted;
        else {
            outcome.kind = sent.error().code == ErrorCode::Rejected ? desk::SubmitOutcome::Kind::RefusedByGate : desk::SubmitOutcome::Kind::Unknown;
            outcome.text = sent.error().detail;
        }
        m_internal.push_back(outcome);
    }

    void pollBroker() {
        desk::BrokerNews news{m_broker.poll(), m_broker.pollCash(), m_broker.takeErrors()};
        if (!news.updates.empty() || !news.cash.empty() || news.errors > 0) m_internal.push_back(std::move(news));
    }

    void drain() {
        while (!m_internal.empty() && !m_dead && !broken()) {
            const desk::Command command = std::move(m_internal.front());
            m_internal.pop_front();
            give(command);
        }
    }

    void announce() {
        const TradingDate date = market::toNewYork(m_exchange).date;
        if (m_announced == date || !market::isTradingDay(date)) return;
        desk::SessionFacts facts;
        facts.date = date;
        facts.open = market::sessionOpen(date);
        facts.close = market::sessionClose(date);
        facts.rate = 0.04;
        for (const auto& symbol : FaultMarket::symbols()) {
            facts.dividendYield[symbol] = 0.012;
            facts.realised10[symbol] = 0.15;
        }
        give(facts);
        m_announced = date;
        m_facts = facts;
    }

    void step(MonoTime by) {
        m_mono += by;
        m_exchange += by;
        if (market::toNewYork(m_exchange).secondsOfDay > 17 * 3600) nextMorning();
        m_weather.turn(m_mono);
        if (m_weather.strikes(FaultKind::WallForward, 0.05)) m_wallOffset = 1h;
        if (m_weather.strikes(FaultKind::WallBack, 0.05)) m_wallOffset = -1h;
        m_market.advance(m_exchange);
        m_broker.step(m_mono);
        if (m_weather.strikes(FaultKind::MonoRestarts, 0.05)) return restart(true, true);
        if (m_weather.strikes(FaultKind::KilledBetween, 0.05)) return restart(true);
        announce();
        const auto watched = m_desk->watched();
        if (const auto tick = m_market.tick(watched)) {
            m_invariants.onTick(*tick, now().mono);
            give(desk::MarketTick{*tick, m_board->price(*tick, m_facts)});
            pollBroker();
        } else {
            give(desk::Timer{});
        }
        drain();
        for (const auto& command : m_peopleRest ? std::vector<desk::Command>{} : m_people.act(*m_desk, now())) {
            give(command);
            drain();
        }
        for (auto& [left, run] : m_cycles)
            if (left > 0 && --left == 0) m_internal.push_back(m_people.analyse(run.id, run.underlying));
        std::erase_if(m_cycles, [](const auto& waiting) { return waiting.first == 0; });
        if (m_weather.strikes(FaultKind::WorkerFails, 0.05)) m_internal.push_back(desk::Failure{"pricing", "a worker failed"});
        drain();
        if (m_dead && !broken()) restart(m_committed);
    }

    FaultOptions m_options;
    Random m_random;
    Weather m_weather;
    FaultMarket m_market;
    risk::Gate m_gate;
    risk::HaltGate m_halt;
    MonoTime m_mono{1h}, m_monoBase{};       ///< true time that passed; where this process counts from
    std::chrono::nanoseconds m_wallOffset{}; ///< by which the machine's wall clock is wrong
    UtcTime m_exchange{};
    TradingDate m_date{};
    FaultBroker m_broker;
    FaultPeople m_people;
    Invariants m_invariants;
    std::unique_ptr<desk::Desk> m_desk;
    std::optional<desk::GreeksBoard> m_board{std::in_place};
    desk::SessionFacts m_facts;
    std::optional<TradingDate> m_announced;
    std::vector<Written> m_journal;
    std::vector<desk::StoredEvent> m_atBegin;
    std::vector<std::pair<desk::Command, Timestamp>> m_given;
    std::size_t m_firstOfRun = 0;
    std::deque<desk::Command> m_internal;
    std::deque<std::pair<std::uint64_t, desk::RunCycle>> m_cycles;
    bool m_dead = false, m_committed = true, m_peopleRest = false;
    int m_runs = 0;
    FaultResult m_result;
};

} // namespace

FaultResult runFaultSession(const FaultOptions& options) { return Session(options).run(); }

} // namespace mahler::backtest
