#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "agents/deliberation.h"
#include "base/mailbox.h"
#include "base/worker.h"
#include "desk/desk.h"
#include "desk/journal_search.h"
#include "desk/market_runner.h"
#include "desk/recorder.h"
#include "desk/risk_watch.h"
#include "execution/broker.h"
#include "pricing/chain_pricer.h"
#include "pricing/quantlib_thread.h"

namespace mahler::desk {

struct RuntimeOptions {
    std::string directory; ///< of the journal and its tapes; exists, 0700
    std::string runId;     ///< unique per start
    Digest checkpointKey{};
    bool durable = true;
    approval::DeskKind kind = approval::DeskKind::DemoTeam;
    bool simulated = true;
    std::string account = "SIM-4821";
    Usd startingCash = Usd::fromMicros(100'000'000'000);
    agents::RoleSet roles;
    Settings settings; ///< of config.json; the journal hears what changed since its last run
    int maxRounds = 3; ///< of debate, 1 to 5
    double speed = 1;
    std::function<MonoTime()> machineTime = [] { return MonoTime(std::chrono::steady_clock::now().time_since_epoch()); };
};

/// What the runtime tells the outside. Called from its own threads, never under a lock; the receiver queues.
struct RuntimeSinks {
    std::function<void(std::shared_ptr<const DeskView>)> view;
    std::function<void(std::shared_ptr<const pricing::PricedChain>)> chain;
    std::function<void(std::shared_ptr<const agents::Deliberation>)> deliberation;
    std::function<void(const std::string& underlying, const agents::Progress&)> progress;
    std::function<void(JournalPage)> journal;
    std::function<void(const std::string&)> failed;
    std::function<void(std::shared_ptr<const RiskView>)> risk = [](auto) {};
};

/// Makes the broker; `books` is what the journal says it holds (for brokers that live in this process).
using BrokerFactory = std::function<std::unique_ptr<execution::Broker>(risk::Gate&, const risk::HaltGate&, const execution::BrokerReport& books)>;
using FeedFactory = std::function<Result<std::unique_ptr<market::MarketFeed>>(std::optional<UtcTime> lastJournaled)>;

/// Commits the desk's events, starts its effects, publishes its view (DESIGN section 2). Owns the desk, market, pricing,
/// agents and query threads.
class DeskRuntime {
public:
    static Result<std::unique_ptr<DeskRuntime>> start(RuntimeOptions options, const FeedFactory& makeFeed, const BrokerFactory& makeBroker,
                                                      std::unique_ptr<agents::Reasoner> reasoner, RuntimeSinks sinks);
    ~DeskRuntime();

    /// Closes the order gate before it returns; any thread; queues the journaled halt behind it.
    void halt(const std::string& actor, const std::string& how);
    /// @return false when the queue is full.
    bool send(Command command);
    bool gateOpen() const { return m_haltGate.open(); }
    void watchChain(const std::string& underlying);
    /// Whether somebody looks at the risk of the book; while so, the risk sink is told about once a second.
    void watchRisk(bool wanted) { m_risk->setWanted(wanted); }
    void requestDeliberation(const std::string& cycleId);
    void searchJournal(const JournalSearch& search);
    /// Writes the whole journal as lines of JSON to a new file of this user's alone; `done` gets their number on the query thread.
    void exportJournal(const std::string& path, std::function<void(Result<std::int64_t>)> done);
    void setSpeed(double speed) { m_market->setSpeed(speed); }
    void setPaused(bool paused) { m_market->setPaused(paused); }
    const market::FeedInfo& feedInfo() const { return m_market->info(); }
    std::string journalPath() const { return m_recorder->journalPath(); }

private:
    struct Timed {
        Command command;
        std::optional<Timestamp> at; ///< of market commands; others take the desk's time
    };
    struct DeliberationWanted {
        std::string cycleId;
    };
    struct Nudge {};   ///< wakes the desk thread
    struct FeedEnd {}; ///< comes behind the last tick
    using Message = std::variant<Timed, DeliberationWanted, Nudge, FeedEnd>;

    DeskRuntime(RuntimeOptions options, std::unique_ptr<agents::Reasoner> reasoner, RuntimeSinks sinks);
    void run(std::stop_token stop);
    void receive(Message message);
    void drainHalts();
    void keepTime();
    void hearBroker();
    void handle(const Command& command, Timestamp now);
    void drainInternal();
    bool commit(const Command& command, std::int64_t no, Timestamp now, const Outcome& outcome, std::vector<std::int64_t>& seqs);
    void perform(const Effect& effect, const std::vector<std::int64_t>& seqs, std::uint64_t epoch);
    void submit(const Submit& effect, std::int64_t seq, std::uint64_t epoch);
    void afterTick(const market::Tick& tick, Timestamp now);
    void deliver(std::shared_ptr<const agents::Deliberation> done); ///< any thread
    void drainCycles();
    void finishCycle(const std::shared_ptr<const agents::Deliberation>& done);
    void showDeliberation(const std::string& cycleId);
    void startCycle(const RunCycle& effect);
    void refreshChain();
    void publish(bool force);
    void fail(const std::string& where, const std::string& what);
    void breakOff();

    RuntimeOptions m_options;
    RuntimeSinks m_sinks;
    std::unique_ptr<agents::Reasoner> m_reasoner;
    risk::Gate m_gate;
    risk::HaltGate m_haltGate;
    std::unique_ptr<Recorder> m_recorder;
    Desk m_desk;
    std::unique_ptr<execution::Broker> m_broker;

    Timestamp m_now{};
    MonoTime m_waited{};   ///< of the silence that lasts now
    MonoTime m_silences{}; ///< all that was waited for the feed; the desk's monotonic clock counts it
    std::int64_t m_commandNo = 0;
    bool m_feedEnded = false;       ///< every tick of the recording is handled
    bool m_broken = false;          ///< the journal cannot be written: nothing is handled any more
    std::deque<Command> m_internal; ///< what effects answered, before the mailbox
    std::map<std::string, std::shared_ptr<const agents::Deliberation>> m_deliberations;
    std::chrono::steady_clock::time_point m_lastPublish{};
    std::vector<double> m_handlingUs;

    std::mutex m_haltMutex;
    std::vector<HaltRequest> m_halts;   ///< pressed, not yet journaled; they wait behind nothing
    std::atomic<int> m_haltsPending{0}; ///< while above zero nothing opens the gate
    std::mutex m_doneMutex;
    std::vector<std::shared_ptr<const agents::Deliberation>> m_done; ///< cycles that ended: none is lost to a full mailbox
    std::atomic<int> m_ticksBehind{0};
    std::mutex m_chainMutex;
    std::string m_chainWanted;
    std::atomic<bool> m_chainBusy{false};
    std::chrono::steady_clock::time_point m_lastChain{};
    std::shared_ptr<pricing::CashSlices> m_chainSlices = std::make_shared<pricing::CashSlices>(); ///< of the pricing worker

    Mailbox<Message> m_mailbox{4096};
    std::unique_ptr<RiskWatch> m_risk; ///< outlives the market and the pricing worker that call it
    std::unique_ptr<Worker> m_query, m_pricing, m_agents;
    std::unique_ptr<pricing::QuantlibThread> m_quantlib; ///< asked by cycles
    std::unique_ptr<MarketRunner> m_market;
    std::jthread m_thread;
};

} // namespace mahler::desk
