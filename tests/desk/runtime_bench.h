#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <QTemporaryDir>
#include <QTest>

#include "agents/deliberation.h"
#include "desk/replay.h"
#include "desk/runtime.h"
#include "execution/simulated_broker.h"
#include "simulation/simulated_market.h"
#include "store/journal.h"

namespace mahler::desk::testing {

using namespace std::chrono_literals;

/// Watches what really reaches a broker: openings taken after `closed` was set are the ones no halt may let through.
class WatchedBroker final : public execution::Broker {
public:
    struct Seen {
        std::atomic<bool> closed{false};
        std::atomic<int> openings{0}, afterwards{0}, cancels{0};
    };
    WatchedBroker(std::unique_ptr<execution::Broker> inner, std::shared_ptr<Seen> seen) : m_inner(std::move(inner)), m_seen(std::move(seen)) {}
    std::string account() const override { return m_inner->account(); }
    Result<void> submit(const execution::Order& order, risk::RiskToken token) override {
        const bool closed = m_seen->closed;
        auto done = m_inner->submit(order, std::move(token));
        if (done && order.combo.intent == portfolio::OrderIntent::Open) {
            ++m_seen->openings;
            m_seen->afterwards += closed;
        }
        return done;
    }
    Result<void> cancel(const OrderId& id) override {
        ++m_seen->cancels;
        return m_inner->cancel(id);
    }
    void onTick(Timestamp now, const market::Tick& tick) override { m_inner->onTick(now, tick); }
    std::vector<execution::BrokerUpdate> poll() override { return m_inner->poll(); }
    std::vector<execution::BrokerCashEvent> pollCash() override { return m_inner->pollCash(); }
    execution::BrokerReport report() override { return m_inner->report(); }
    int takeErrors() override { return m_inner->takeErrors(); }

private:
    std::unique_ptr<execution::Broker> m_inner;
    std::shared_ptr<Seen> m_seen;
};

/// A desk with all its threads on a simulated market, without a window. Views come on the runtime's threads.
class Bench {
public:
    using MakeFeed = std::function<Result<std::unique_ptr<market::MarketFeed>>()>;
    explicit Bench(simulation::Scenario scenario = simulation::Scenario::Calm, double speed = 3000) : m_speed(speed) {
        m_config->scenario = scenario;
        m_config->date = std::chrono::year{2026} / 11 / 23;
        m_config->sessions = 5;
        m_makeFeed = [config = m_config] { return simulation::makeSimulatedMarket(*config); };
    }
    explicit Bench(MakeFeed feed) : m_makeFeed(std::move(feed)), m_speed(1e6) {}
    ~Bench() { stop(); } // the runtime's threads write into the rest
    bool start() {
        RuntimeOptions options;
        options.directory = m_folder.path().toStdString();
        options.runId = "run-" + std::to_string(++m_runs);
        options.checkpointKey = m_key;
        options.settings.screener = strategy::calibratedProfile();
        options.roles = *agents::builtInRoles();
        options.speed = m_speed;
        if (machineTime) options.machineTime = machineTime;
        RuntimeSinks sinks;
        sinks.view = [this](std::shared_ptr<const DeskView> view) {
            if (throwOnce.exchange(false)) throw std::runtime_error("a fault of the test");
            set(std::move(view));
        };
        sinks.chain = [](auto) {};
        sinks.deliberation = [this](std::shared_ptr<const agents::Deliberation> d) {
            std::scoped_lock lock(m_mutex);
            m_debates[d->id] = std::move(d);
        };
        sinks.progress = [this](const std::string&, const agents::Progress&) {
            if (agentsThrowOnce.exchange(false)) throw std::runtime_error("a fault of the test");
        };
        sinks.journal = [](auto) {};
        sinks.risk = [this](std::shared_ptr<const RiskView> risk) {
            std::scoped_lock lock(m_mutex);
            ++m_risks;
            m_risk = std::move(risk);
        };
        sinks.failed = [this](const std::string& what) {
            std::scoped_lock lock(m_mutex);
            m_failures.push_back(what);
        };
        const auto config = m_config;
        auto made = DeskRuntime::start(
            options, [make = m_makeFeed](std::optional<UtcTime>) { return make(); },
            [config, slow = answersAfter, seen = seen](risk::Gate& gate, const risk::HaltGate& halt,
                                                       const execution::BrokerReport& books) -> std::unique_ptr<execution::Broker> {
                execution::SimulatedBrokerConfig broker;
                broker.seed = config->seed;
                if (slow) broker.latency = *slow;
                broker.down = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).down; };
                broker.rejectRate = [config](UtcTime t) { return simulation::brokerFaultAt(*config, t).rejectRate; };
                auto b = execution::SimulatedBroker::create(broker, gate, halt);
                if (!books.positions.empty() || books.cash.micros() != 0) b->restore(books);
                return std::make_unique<WatchedBroker>(std::move(b), seen);
            },
            agents::makeRuleReasoner(), sinks);
        if (!made) {
            qWarning("%s", made.error().detail.c_str());
            return false;
        }
        runtime = std::move(*made);
        return true;
    }
    void stop() {
        runtime.reset();
        std::scoped_lock lock(m_mutex);
        m_view.reset();
        m_debates.clear();
    }
    /// The last that came of this cycle since the start; null: none did.
    std::shared_ptr<const agents::Deliberation> debate(const CycleId& id) const {
        std::scoped_lock lock(m_mutex);
        const auto it = m_debates.find(id);
        return it == m_debates.end() ? nullptr : it->second;
    }
    std::shared_ptr<const DeskView> view() const {
        std::scoped_lock lock(m_mutex);
        return m_view;
    }
    /// The newest, and how many came.
    std::pair<std::shared_ptr<const RiskView>, int> risk() const {
        std::scoped_lock lock(m_mutex);
        return {m_risk, m_risks};
    }
    /// Waits for a view that fits; every request is approved by the first who may when `approve`.
    bool until(const std::function<bool(const DeskView&)>& fits, bool approve = false, std::chrono::seconds limit = 60s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        for (;;) {
            std::shared_ptr<const DeskView> view;
            {
                std::unique_lock lock(m_mutex);
                if (!m_news.wait_until(lock, end, [&] { return m_view && m_view != m_seen; })) return false;
                view = m_seen = m_view;
            }
            if (fits(*view)) return true;
            if (approve) answer(*view);
        }
    }
    void answer(const DeskView& view) {
        for (const auto& a : view.approvals)
            for (const auto& user : view.users)
                if (approval::mayApproveTier(user, static_cast<int>(a.request.tier.tier)))
                    if (runtime->send(AnswerRequest{a.request.id, user.id, true, a.request.shownHash, "read all of it, agreed", a.maxLoss})) break;
    }
    std::vector<std::string> failures() const {
        std::scoped_lock lock(m_mutex);
        return m_failures;
    }
    std::string journal() const { return m_folder.path().toStdString() + "/journal.db"; }
    const Digest& key() const { return m_key; }

    std::unique_ptr<DeskRuntime> runtime;
    std::optional<std::chrono::milliseconds> answersAfter; ///< latency of the broker's fills, market time
    std::function<MonoTime()> machineTime;                 ///< empty: the machine's own
    std::atomic<bool> throwOnce{false};                    ///< on the desk thread
    std::atomic<bool> agentsThrowOnce{false};              ///< in the middle of a cycle
    std::shared_ptr<WatchedBroker::Seen> seen = std::make_shared<WatchedBroker::Seen>();

private:
    void set(std::shared_ptr<const DeskView> view) {
        {
            std::scoped_lock lock(m_mutex);
            m_view = std::move(view);
        }
        m_news.notify_all();
    }
    QTemporaryDir m_folder;
    std::shared_ptr<simulation::SimulationConfig> m_config = std::make_shared<simulation::SimulationConfig>();
    MakeFeed m_makeFeed;
    Digest m_key{};
    double m_speed;
    int m_runs = 0;
    mutable std::mutex m_mutex;
    std::map<CycleId, std::shared_ptr<const agents::Deliberation>> m_debates;
    std::condition_variable m_news;
    std::shared_ptr<const DeskView> m_view, m_seen;
    std::vector<std::string> m_failures;
    std::shared_ptr<const RiskView> m_risk;
    int m_risks = 0;
};

inline bool running(const DeskView& v) { return v.state == RunState::Running; }

inline void checkJournal(const Bench& b) {
    const auto verified = store::verifyJournal(b.journal(), &b.key());
    QVERIFY2(verified && verified->ok, verified ? verified->reason.c_str() : verified.error().detail.c_str());
    const auto replayed = replayJournal(b.journal(), risk::Limits{});
    QVERIFY2(replayed.has_value(), replayed ? "" : replayed.error().detail.c_str());
    QVERIFY2(replayed->same, replayed->detail.c_str());
}

} // namespace mahler::desk::testing
