#include "desk/runtime.h"

#include <algorithm>
#include <numeric>

#include "desk/context.h"

namespace mahler::desk {

namespace {

using namespace std::chrono_literals;
using Wall = std::chrono::steady_clock;

constexpr auto kPublishEvery = 50ms;
constexpr MonoTime kTimer = 1s, kTimerWhenClosed = 1min;

/// What a broker that lives in this process holds, as the journal has it.
execution::BrokerReport booksOf(const DeskState& state) {
    execution::BrokerReport books;
    books.clean = true;
    if (state.account) books.cash = state.account->cash;
    std::map<std::string, std::int64_t> held;
    for (const auto& [id, position] : state.positions)
        for (const auto& leg : position.legs) held[leg.contract.id()] += leg.ratio * position.quantity;
    for (const auto& [id, quantity] : held)
        if (quantity != 0) books.positions.push_back({id, quantity});
    return books;
}

} // namespace

DeskRuntime::DeskRuntime(RuntimeOptions options, std::unique_ptr<agents::Reasoner> reasoner, RuntimeSinks sinks)
    : m_options(std::move(options)), m_sinks(std::move(sinks)), m_reasoner(std::move(reasoner)), m_desk(risk::Limits{}) {}

Result<std::unique_ptr<DeskRuntime>> DeskRuntime::start(RuntimeOptions options, const FeedFactory& makeFeed, const BrokerFactory& makeBroker,
                                                        std::unique_ptr<agents::Reasoner> reasoner, RuntimeSinks sinks) {
    auto runtime = std::unique_ptr<DeskRuntime>(new DeskRuntime(std::move(options), std::move(reasoner), std::move(sinks)));
    DeskRuntime& r = *runtime;
    auto recorder = Recorder::open({r.m_options.directory, r.m_options.runId, r.m_options.checkpointKey, r.m_options.durable});
    if (!recorder) return recorder.error();
    r.m_recorder = std::move(*recorder);
    const auto events = r.m_recorder->storedEvents();
    if (!events) return events.error();
    if (const auto restored = r.m_desk.restore(*events); !restored) return restored.error();
    const std::optional<UtcTime> last = events->empty() ? std::nullopt : std::optional(events->back().at.utc);
    auto feed = makeFeed(last);
    if (!feed) return feed.error();
    r.m_broker = makeBroker(r.m_gate, r.m_haltGate, booksOf(r.m_desk.state()));
    if (!r.m_options.account.empty() && r.m_broker->account() != r.m_options.account) r.m_options.account = r.m_broker->account();
    const auto info = (*feed)->info();
    const std::optional<UtcTime> startAt =
        last && *last > info.start ? last : std::nullopt; // never back: a recording that was played to its end stays at its end
    if (last) r.m_silences = std::max(MonoTime{}, events->back().at.mono - MonoTime(last->time_since_epoch())); // goes on where it stood
    r.m_now = {startAt.value_or(info.start), MonoTime(startAt.value_or(info.start).time_since_epoch()) + r.m_silences};
    const auto failed = [&r](const char* who) { return [&r, who](const std::string& what) { r.send(Failure{who, what}); }; };
    r.m_query = std::make_unique<Worker>("query", 64, failed("query"));
    r.m_pricing = std::make_unique<Worker>("pricing", 64, failed("pricing"));
    r.m_agents = std::make_unique<Worker>("agents", 64, failed("agents"));
    r.m_quantlib = std::make_unique<pricing::QuantlibThread>(64, failed("quantlib"));
    r.m_risk = std::make_unique<RiskWatch>([&r](const auto& name, auto ready) { r.m_market->requestChain(name, std::move(ready)); }, *r.m_pricing,
                                           r.m_sinks.risk);
    r.handle(Started{r.m_options.runId, info.name, r.m_options.kind, r.m_options.simulated, r.m_options.account, r.m_options.startingCash,
                     info.underlyings, info.notes},
             r.m_now);
    if (valuesOf(r.m_options.settings) != valuesOf(r.m_desk.state().settings)) r.handle(ChangeSettings{"system", r.m_options.settings}, r.m_now);
    r.drainInternal();
    if (r.m_broken) return Error{ErrorCode::Io, "the journal " + r.journalPath() + " cannot be written"};
    r.m_market = std::make_unique<MarketRunner>(std::move(*feed), startAt, r.m_options.speed,
                                                MarketRunner::Sinks{[&r](Command command, Timestamp at) {
                                                                        const bool tick = std::holds_alternative<MarketTick>(command);
                                                                        if (tick) ++r.m_ticksBehind;
                                                                        const bool taken = r.m_mailbox.push(Timed{std::move(command), at});
                                                                        if (tick && !taken) --r.m_ticksBehind;
                                                                        return taken;
                                                                    },
                                                                    [&r] { return r.m_ticksBehind.load(); }, failed("market"),
                                                                    [&r] {
                                                                        r.m_mailbox.push(FeedEnd{});
                                                                        r.send(FeedNotes{{"the feed has no more: this is its end"}});
                                                                    },
                                                                    r.m_options.machineTime});
    r.m_market->watch(r.m_desk.watched());
    r.m_thread = std::jthread([&r](std::stop_token stop) { r.run(stop); });
    return runtime;
}

DeskRuntime::~DeskRuntime() {
    m_haltGate.close();
    m_thread.request_stop();
    m_mailbox.close();
    if (m_thread.joinable()) // the desk first: it speaks to the market, nobody else does
        m_thread.join();
    m_market.reset();
    m_agents.reset();
    m_quantlib.reset();
    m_pricing.reset();
    m_query.reset();
    if (m_recorder && !m_broken) {
        if (const auto block = m_recorder->flushTape(); block && *block) handle(**block, m_now);
        if (const auto done = m_recorder->checkpoint(m_now); !done) log(LogLevel::Error, "last checkpoint: " + done.error().detail);
    }
}

void DeskRuntime::halt(const std::string& actor, const std::string& how) {
    ++m_haltsPending; // before the gate: an opening that sees none pending fails on the epoch
    m_haltGate.close();
    {
        std::scoped_lock lock(m_haltMutex);
        m_halts.push_back({actor, risk::Breaker::B8Manual, how});
    }
    m_mailbox.push(Nudge{}); // a full box is awake anyway
}

bool DeskRuntime::send(Command command) { return m_mailbox.push(Timed{std::move(command), {}}); }

void DeskRuntime::run(std::stop_token stop) {
    nameThisThread("desk");
    while (!stop.stop_requested()) {
        auto message = m_mailbox.popFor(20ms);
        // Nothing is logged and continued here: the desk halts (S18). What fails takes nothing else with it, the message least of all.
        const auto guarded = [this](auto&& work) {
            try {
                work();
            } catch (const std::exception& e) { fail("desk thread", e.what()); }
        };
        guarded([this] { drainHalts(); });
        guarded([this] { keepTime(); });
        if (message) guarded([&] { receive(std::move(*message)); });
        guarded([this] { drainCycles(); });
        guarded([this] {
            refreshChain();
            publish(false);
        });
    }
}

void DeskRuntime::receive(Message message) {
    if (auto* timed = std::get_if<Timed>(&message)) {
        const auto* tick = std::get_if<MarketTick>(&timed->command);
        if (tick) --m_ticksBehind; // whatever becomes of it
        if (timed->at) m_now = {timed->at->utc, timed->at->mono + m_silences};
        handle(timed->command, m_now);
        if (tick) afterTick(tick->tick, m_now);
    } else if (const auto* wanted = std::get_if<DeliberationWanted>(&message)) {
        showDeliberation(wanted->cycleId);
    } else if (std::holds_alternative<FeedEnd>(message)) {
        m_feedEnded = true;
    }
    drainInternal();
}

void DeskRuntime::drainHalts() {
    std::vector<HaltRequest> halts;
    {
        std::scoped_lock lock(m_haltMutex);
        halts.swap(m_halts);
    }
    for (const auto& halt : halts) {
        handle(halt, m_now);
        drainInternal();
        if (!m_broken) --m_haltsPending;
    }
    if (!halts.empty()) publish(true);
}

/// While the feed hangs, the desk's seconds are the machine's: breakers, deadlines and orders wait for no tick.
void DeskRuntime::keepTime() {
    const MonoTime silence = m_market->silence();
    if (silence < m_waited) m_waited = {};
    const MonoTime passed = silence - m_waited;
    if (passed < (m_desk.market().session() == market::Session::Open ? kTimer : kTimerWhenClosed)) return;
    m_waited = silence;
    m_silences += passed;
    m_now.mono += passed;
    handle(Timer{}, m_now);
    hearBroker();
    drainInternal();
}

void DeskRuntime::drainInternal() {
    while (!m_internal.empty()) {
        const Command command = std::move(m_internal.front());
        m_internal.pop_front();
        handle(command, m_now);
    }
}

void DeskRuntime::handle(const Command& given, Timestamp now) {
    if (m_broken) return;
    const auto began = Wall::now();
    const std::uint64_t epoch = m_haltGate.epoch();
    // What is journaled is what is handled: model values are rounded to their journal form first.
    Command command = given;
    if (!std::holds_alternative<MarketTick>(given)) {
        const auto body = encodeCommand(given);
        auto decoded = body ? decodeCommand(commandName(given), *body) : Result<Command>(body.error());
        if (!decoded) return fail("command", decoded.error().detail);
        command = std::move(*decoded);
    }
    const std::int64_t no = ++m_commandNo;
    Outcome outcome;
    try {
        outcome = m_desk.handle(command, now);
    } catch (const std::exception& e) { return fail("desk", e.what()); }
    for (const auto& effect : outcome.effects)
        if (std::holds_alternative<CloseGate>(effect)) m_haltGate.close();
    std::vector<std::int64_t> seqs;
    if (!commit(command, no, now, outcome, seqs)) return;
    for (const auto& effect : outcome.effects) perform(effect, seqs, epoch);
    if (!outcome.events.empty() && m_market) m_market->watch(m_desk.watched());
    if (m_handlingUs.size() >= 1000) m_handlingUs.erase(m_handlingUs.begin(), m_handlingUs.begin() + 500);
    m_handlingUs.push_back(std::chrono::duration<double, std::micro>(Wall::now() - began).count());
}

bool DeskRuntime::commit(const Command& command, std::int64_t no, Timestamp now, const Outcome& outcome, std::vector<std::int64_t>& seqs) {
    std::optional<TapeBlockWritten> block;
    Result<void> taped;
    if (const auto* tick = std::get_if<MarketTick>(&command)) {
        auto full = m_recorder->tape(no, now, tick->tick);
        if (full)
            block = *full;
        else
            taped = full.error();
    }
    if (taped && !block && !outcome.events.empty() && !std::holds_alternative<TapeBlockWritten>(command)) {
        auto flushed = m_recorder->flushTape(); // what came before must be replayable
        if (flushed)
            block = *flushed;
        else
            taped = flushed.error();
    }
    std::vector<Recorder::Entry> entries{{&command, no, &outcome.events}};
    Outcome blockOutcome;
    Command blockCommand;
    if (taped && block) {
        blockCommand = *block;
        blockOutcome = m_desk.handle(blockCommand, now);
        entries.push_back({&blockCommand, ++m_commandNo, &blockOutcome.events});
    }
    auto stored = taped ? m_recorder->commit(entries, now) : Result<std::vector<std::int64_t>>(taped.error());
    if (!stored) {
        breakOff();
        log(LogLevel::Error, "journal: " + stored.error().detail);
        m_sinks.failed("journal: " + stored.error().detail);
        return false;
    }
    seqs = std::move(*stored);
    return true;
}

void DeskRuntime::perform(const Effect& effect, const std::vector<std::int64_t>& seqs, std::uint64_t epoch) {
    if (const auto* run = std::get_if<RunCycle>(&effect)) {
        startCycle(*run);
    } else if (const auto* out = std::get_if<Submit>(&effect)) {
        submit(*out, seqs.at(out->intentEvent), epoch);
    } else if (const auto* cancel = std::get_if<Cancel>(&effect)) {
        if (const auto done = m_broker->cancel(cancel->id); !done) log(LogLevel::Warning, "cancel " + cancel->id.str() + ": " + done.error().detail);
    } else if (std::holds_alternative<OpenGate>(effect)) {
        if (m_haltsPending == 0) m_haltGate.openIf(epoch);
    } else if (const auto* reconcile = std::get_if<Reconcile>(&effect)) {
        BrokerNews news{m_broker->poll(), m_broker->pollCash(), m_broker->takeErrors()};
        if (!news.updates.empty() || !news.cash.empty() || news.errors > 0) m_internal.push_back(std::move(news));
        m_internal.push_back(Reconciliation{m_broker->report(), reconcile->when});
    }
}

void DeskRuntime::submit(const Submit& effect, std::int64_t seq, std::uint64_t epoch) {
    execution::Order order = effect.order;
    order.intentSeq = seq;
    auto token = m_gate.issue(order.combo, effect.decision, m_broker->account(), m_haltGate, epoch, seq);
    SubmitOutcome outcome{order.id, SubmitOutcome::Kind::RefusedByGate, {}};
    if (!token) {
        outcome.text = token.error().detail;
    } else if (const auto sent = m_broker->submit(order, std::move(*token)); sent) {
        outcome.kind = SubmitOutcome::Kind::Accepted;
    } else {
        const bool refused = sent.error().code == ErrorCode::Rejected;
        outcome.kind = refused ? SubmitOutcome::Kind::RefusedByGate : SubmitOutcome::Kind::Unknown;
        outcome.text = sent.error().detail;
    }
    m_internal.push_back(outcome);
}

void DeskRuntime::hearBroker() {
    BrokerNews news{m_broker->poll(), m_broker->pollCash(), m_broker->takeErrors()};
    if (!news.updates.empty() || !news.cash.empty() || news.errors > 0) handle(news, m_now);
}

void DeskRuntime::afterTick(const market::Tick& tick, Timestamp now) {
    if (m_broken) return;
    m_broker->onTick(now, tick);
    hearBroker();
    m_market->setAttention(!m_desk.state().approvals.empty() || m_desk.state().resume.has_value());
}

void DeskRuntime::publish(bool force) {
    const auto wall = Wall::now();
    if (!m_market || (!force && wall - m_lastPublish < kPublishEvery)) return;
    m_lastPublish = wall;
    auto view = std::make_shared<DeskView>(m_desk.view(m_now));
    for (auto& u : view->underlyings)
        if (const auto delay = feedInfo().delayMinutes.find(u.quote.symbol); delay != feedInfo().delayMinutes.end()) u.delayMinutes = delay->second;
    view->brokerSimulated = m_broker->simulated();
    view->speed = m_market->speed();
    view->paused = m_market->paused();
    view->slowedForApproval = m_market->slowed();
    view->feedEnded = m_feedEnded;
    view->journalSeq = m_recorder->lastSeq();
    view->journalOk = !m_broken;
    if (!m_handlingUs.empty()) {
        auto sorted = m_handlingUs;
        std::sort(sorted.begin(), sorted.end());
        view->commandP50Us = sorted[sorted.size() / 2];
        view->commandP99Us = sorted[sorted.size() * 99 / 100];
    }
    if (m_broken) {
        view->state = RunState::Halted;
        view->haltReason = "B7: the journal cannot be written; nothing can be traded";
    } else if (!m_haltGate.open() && view->state == RunState::Running) {
        view->state = RunState::Halting; // the key was pressed, the journal entry is on its way
    }
    m_risk->poll(view);
    m_sinks.view(std::move(view));
}

/// The journal cannot be written: no trading any more (S2, S18). What could still open a position is taken back at the broker
/// at once, without a record: stopping needs no disk (SAFETY section 2).
void DeskRuntime::breakOff() {
    m_haltGate.close();
    if (std::exchange(m_broken, true) || !m_broker) return;
    for (const auto* order : m_desk.state().liveOrders())
        if (order->combo.intent == portfolio::OrderIntent::Open)
            if (const auto done = m_broker->cancel(order->id); !done) log(LogLevel::Error, "cancel " + order->id.str() + ": " + done.error().detail);
}

void DeskRuntime::fail(const std::string& where, const std::string& what) {
    // The half-done command never happened: the state is rebuilt from what was committed (S18).
    m_haltGate.close();
    log(LogLevel::Error, where + ": " + what);
    m_sinks.failed(where + ": " + what);
    Desk rebuilt{risk::Limits{}};
    const auto events = m_recorder->storedEvents();
    if (!events || !rebuilt.restore(*events)) return breakOff();
    m_desk = std::move(rebuilt);
    if (m_market) m_market->tellAgain();
    const std::int64_t no = ++m_commandNo;
    const Command failure = Failure{where, what};
    Outcome outcome;
    try {
        outcome = m_desk.handle(failure, m_now);
    } catch (const std::exception& e) {
        log(LogLevel::Error, std::string("halting failed: ") + e.what());
        return breakOff();
    }
    std::vector<std::int64_t> seqs;
    if (commit(failure, no, m_now, outcome, seqs))
        for (const auto& effect : outcome.effects) perform(effect, seqs, m_haltGate.epoch());
}

} // namespace mahler::desk
