#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "app/bench/rows.h"
#include "desk/codec.h"
#include "desk/greeks_board.h"
#include "desk/recorder.h"
#include "desk/runtime.h"
#include "market/exchange_calendar.h"

namespace mahler::bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kPositions = 5; ///< as many orders as may leave in one second
constexpr int kRuns = 60;
constexpr TradingDate kDay{std::chrono::year{2026}, std::chrono::November, std::chrono::day{23}};
constexpr const char* kAccount = "BENCH";

UtcTime start() { return market::fromNewYork(kDay, 11, 0); }
UtcTime confirmed() { return start() + 6s; } ///< of the second mark that breaches

market::OptionContract put(double strike) {
    return market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put);
}

std::vector<portfolio::ComboLeg> spread(int i) { return {{put(550 + i), -1}, {put(545 + i), 1}}; }

/// A journal of an account of $100,000 that holds `kPositions` spreads of ten units.
Result<void> writeJournal(const std::string& folder) {
    auto recorder = desk::Recorder::open({folder, "made", {}, false});
    if (!recorder) return recorder.error();
    const Usd equity = Usd::fromMicros(100'000'000'000);
    std::vector<desk::Event> events{
        {"account.opened", "system", kAccount, {{"account", desk::codec::from(portfolio::Account{kAccount, equity, equity, equity, equity, {}})}}}};
    for (int i = 0; i < kPositions; ++i) {
        portfolio::Position p;
        p.id = PositionId("POS-" + std::to_string(i));
        p.underlying = "SPY";
        p.kind = portfolio::StrategyKind::BullPutSpread;
        p.legs = spread(i);
        p.quantity = 10;
        p.openNet = Price::fromMicros(1'000'000);
        p.openedAt = start() - 24h;
        p.owner = "user:bench";
        p.strategy = "credit_spread";
        events.push_back({"order.filled",
                          "broker",
                          "M-" + std::to_string(i),
                          {{"order", "M-" + std::to_string(i)},
                           {"opening", true},
                           {"description", "spread"},
                           {"quantity", p.quantity},
                           {"net", p.openNet.micros()},
                           {"fees", 0},
                           {"cash", equity.micros()},
                           {"position", desk::codec::from(p)}}});
    }
    const desk::Command tick = desk::MarketTick{}; // the only command that is not journaled itself
    const desk::Recorder::Entry entry{&tick, 1, &events};
    const UtcTime before = start() - 24h;
    const auto done = (*recorder)->commit(std::span(&entry, 1), {before, MonoTime(before.time_since_epoch())});
    return done ? Result<void>() : Result<void>(done.error());
}

/// When the confirming tick left the feed and when the last closing order reached the broker.
struct Stamps {
    std::mutex mutex;
    std::condition_variable news;
    Wall::time_point seen, sent;
    int orders = 0;
};

/// SPY and the spreads' legs, one tick a second; from one second before `confirmed()` on the short legs are dearer by
/// $0.50, which is 2.5 % of the account.
class BreachingFeed final : public market::MarketFeed {
public:
    explicit BreachingFeed(std::shared_ptr<Stamps> stamps) : m_stamps(std::move(stamps)) {}
    market::FeedInfo info() const override { return {market::FeedKind::Recorded, "breach", {"SPY"}, start(), confirmed(), {}, {}}; }
    std::optional<UtcTime> nextTime(UtcTime after) const override { return after < confirmed() ? std::optional(after + 1s) : std::nullopt; }
    Result<std::shared_ptr<const market::Tick>> advance(UtcTime to, std::span<const market::OptionContract> watched) override {
        auto tick = std::make_shared<market::Tick>();
        tick->time = tick->vixTime = to;
        tick->session = market::sessionAt(to);
        tick->vix = 18;
        tick->vixPriorClose = 17.5;
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        spy.quote = quoteOf(600, to);
        tick->underlyings.push_back(spy);
        const bool breached = to >= confirmed() - 1s;
        for (const auto& contract : watched) {
            const double strike = contract.strike.toDouble();
            tick->watched.push_back({contract.id(), quoteOf(2 + 0.2 * (strike - 545) + (breached && strike >= 550 ? 0.5 : 0), to)});
        }
        if (to == confirmed()) {
            const std::scoped_lock lock(m_stamps->mutex);
            m_stamps->seen = Wall::now();
        }
        return std::shared_ptr<const market::Tick>(std::move(tick));
    }
    Result<std::shared_ptr<const market::OptionChain>> chain(const std::string& underlying) override {
        return Error{ErrorCode::NotFound, underlying};
    }
    std::shared_ptr<const market::History> history() const override {
        auto history = std::make_shared<market::History>();
        history->rate = 0.04;
        history->dividendYield["SPY"] = 0.012;
        return history;
    }

private:
    static market::Quote quoteOf(double mid, UtcTime at) {
        market::Quote q;
        q.bid = *Price::fromDouble(mid - 0.01);
        q.ask = *Price::fromDouble(mid + 0.01);
        q.bidSize = q.askSize = 500;
        q.volume = 1000;
        q.openInterest = 5000;
        q.time = at;
        return q;
    }
    std::shared_ptr<Stamps> m_stamps;
};

/// Redeems the token as a broker does immediately before it sends, counts, and answers nothing.
class CountingBroker final : public execution::Broker {
public:
    CountingBroker(risk::Gate& gate, const risk::HaltGate& halt, execution::BrokerReport books, std::shared_ptr<Stamps> stamps)
        : m_gate(gate), m_halt(halt), m_books(std::move(books)), m_stamps(std::move(stamps)) {}
    std::string account() const override { return kAccount; }
    Result<void> submit(const execution::Order& order, risk::RiskToken token) override {
        if (auto redeemed = m_gate.redeem(std::move(token), order.combo, kAccount, m_halt); !redeemed) return redeemed;
        const std::scoped_lock lock(m_stamps->mutex);
        m_stamps->sent = Wall::now();
        if (++m_stamps->orders == kPositions) m_stamps->news.notify_all();
        return {};
    }
    Result<void> cancel(const OrderId&) override { return {}; }
    std::vector<execution::BrokerUpdate> poll() override { return {}; }
    std::vector<execution::BrokerCashEvent> pollCash() override { return {}; }
    execution::BrokerReport report() override { return m_books; }
    int takeErrors() override { return 0; }

private:
    risk::Gate& m_gate;
    const risk::HaltGate& m_halt;
    execution::BrokerReport m_books;
    std::shared_ptr<Stamps> m_stamps;
};

/// One breach on a desk of its own. @return microseconds; absent when the orders did not come.
std::optional<double> breachOnce(const fs::path& folder, bool durable) {
    const auto stamps = std::make_shared<Stamps>();
    desk::RuntimeOptions options;
    options.directory = folder.string();
    options.runId = "bench";
    options.durable = durable;
    options.account = kAccount;
    options.speed = 100;
    if (const auto roles = agents::builtInRoles()) options.roles = *roles;
    desk::RuntimeSinks sinks;
    sinks.view = [](auto) {};
    sinks.chain = [](auto) {};
    sinks.deliberation = [](auto) {};
    sinks.progress = [](const std::string&, const agents::Progress&) {};
    sinks.journal = [](auto) {};
    sinks.failed = [](const std::string&) {};
    auto runtime = desk::DeskRuntime::start(
        options, [&](std::optional<UtcTime>) -> Result<std::unique_ptr<market::MarketFeed>> { return {std::make_unique<BreachingFeed>(stamps)}; },
        [&](risk::Gate& gate, const risk::HaltGate& halt, const execution::BrokerReport& books) {
            return std::make_unique<CountingBroker>(gate, halt, books, stamps);
        },
        agents::makeRuleReasoner(), sinks);
    if (!runtime) return std::nullopt;
    std::unique_lock lock(stamps->mutex);
    if (!stamps->news.wait_for(lock, 5s, [&] { return stamps->orders == kPositions; })) return std::nullopt;
    return std::chrono::duration<double, std::micro>(stamps->sent - stamps->seen).count();
}

/// The same steps on one thread: what the desk thread does with the confirming tick, from Desk::handle() on. Microseconds.
struct DeskSteps {
    double orders = 0;                 ///< from the tick in the desk's hands to the last order redeemed
    double decided = 0, journaled = 0; ///< of it: Desk::handle(), and with the journal's commit
};
std::optional<DeskSteps> deskOnce(const fs::path& folder, bool durable) {
    const auto recorder = desk::Recorder::open({folder.string(), "bench", {}, durable});
    if (!recorder) return std::nullopt;
    const auto events = (*recorder)->storedEvents();
    desk::Desk desk{risk::Limits{}};
    if (!events || !desk.restore(*events)) return std::nullopt;
    const auto stamps = std::make_shared<Stamps>();
    BreachingFeed feed(stamps);
    risk::Gate gate;
    risk::HaltGate halt;
    execution::BrokerReport books;
    books.clean = true;
    books.cash = desk.state().account->cash;
    for (const auto& [id, position] : desk.state().positions)
        for (const auto& leg : position.legs) books.positions.push_back({leg.contract.id(), leg.ratio * position.quantity});
    CountingBroker broker(gate, halt, books, stamps);
    std::int64_t number = 1;
    DeskSteps steps;
    const auto sinceMicros = [](Wall::time_point began) { return std::chrono::duration<double, std::micro>(Wall::now() - began).count(); };
    const auto give = [&](const desk::Command& command, UtcTime at) {
        const Timestamp now{at, MonoTime(at.time_since_epoch())};
        const auto began = Wall::now();
        const auto outcome = desk.handle(command, now);
        steps.decided = sinceMicros(began);
        const desk::Recorder::Entry entry{&command, ++number, &outcome.events};
        const auto seqs = (*recorder)->commit(std::span(&entry, 1), now);
        steps.journaled = sinceMicros(began);
        for (const auto& effect : outcome.effects) {
            const auto* out = std::get_if<desk::Submit>(&effect);
            if (!out || !seqs) continue;
            auto token = gate.issue(out->order.combo, out->decision, kAccount, halt, halt.epoch(), seqs->at(out->intentEvent));
            if (token) (void)broker.submit(out->order, std::move(*token));
        }
    };
    desk::SessionFacts facts;
    facts.date = kDay;
    facts.open = market::sessionOpen(kDay);
    facts.close = market::sessionClose(kDay);
    facts.rate = 0.04;
    facts.dividendYield["SPY"] = 0.012;
    give(desk::Started{"bench", "breach", approval::DeskKind::DemoTeam, true, kAccount, {}, {"SPY"}}, start());
    give(facts, start());
    give(desk::Reconciliation{books, "start"}, start());
    desk::GreeksBoard board;
    for (UtcTime t = start(); t <= confirmed(); t += 1s) {
        const auto tick = feed.advance(t, desk.watched());
        const desk::Command command = desk::MarketTick{**tick, board.price(**tick, facts)};
        const auto handed = Wall::now();
        give(command, t);
        steps.orders = std::chrono::duration<double, std::micro>(stamps->sent - handed).count();
    }
    return stamps->orders == kPositions ? std::optional(steps) : std::nullopt;
}

Row deskRow(const std::string& name, const fs::path& journal, const fs::path& work, bool durable, const std::string& how) {
    std::vector<double> orders, decided, journaled;
    for (int i = 0; i < kRuns; ++i) {
        std::error_code ec;
        fs::remove_all(work, ec);
        fs::copy(journal, work, fs::copy_options::recursive, ec);
        if (const auto steps = deskOnce(work, durable)) {
            orders.push_back(steps->orders);
            decided.push_back(steps->decided);
            journaled.push_back(steps->journaled);
        }
    }
    Row row;
    row.name = name;
    row.unit = "us";
    if (orders.empty()) return row;
    std::sort(orders.begin(), orders.end());
    std::sort(decided.begin(), decided.end());
    std::sort(journaled.begin(), journaled.end());
    row.p50 = row.ours = orders[orders.size() / 2];
    row.p99 = orders[std::min(orders.size() - 1, orders.size() * 99 / 100)];
    char note[240];
    std::snprintf(note, sizeof note,
                  "the desk thread's part: from the confirming tick in its hands to the fifth order redeemed, %s; decided after %.0f us, journaled "
                  "after %.0f us, p50; %zu desks",
                  how.c_str(), decided[decided.size() / 2], journaled[journaled.size() / 2], orders.size());
    row.note = note;
    return row;
}

Row breachRow(const std::string& name, const fs::path& journal, const fs::path& work, bool durable, const std::string& note) {
    Row row;
    row.name = name;
    row.unit = "us";
    std::vector<double> times;
    for (int i = 0; i < kRuns; ++i) {
        std::error_code ec;
        fs::remove_all(work, ec);
        fs::copy(journal, work, fs::copy_options::recursive, ec);
        if (const auto us = breachOnce(work, durable)) times.push_back(*us);
    }
    row.note = note + "; " + std::to_string(times.size()) + " of " + std::to_string(kRuns) + " desks, each with its own threads and journal";
    if (times.empty()) return row;
    std::sort(times.begin(), times.end());
    row.p50 = row.ours = times[times.size() / 2];
    row.p99 = times[std::min(times.size() - 1, times.size() * 99 / 100)];
    return row;
}

} // namespace

std::vector<Row> breachRows() {
    const fs::path folder = fs::temp_directory_path() / ("mahler-breach-" + std::to_string(Wall::now().time_since_epoch().count()));
    fs::create_directories(folder / "journal");
    std::vector<Row> rows;
    if (writeJournal((folder / "journal").string())) {
        const std::string what = "from the tick with the confirming mark leaving the feed to the fifth of five closing orders redeemed at the broker";
        rows.push_back(breachRow("breach_to_liquidation_orders", folder / "journal", folder / "work", true, what + ", intents on the disk first"));
        rows.push_back(deskRow("breach_to_liquidation_orders_desk", folder / "journal", folder / "work", true, "intents on the disk first"));
        rows.push_back(deskRow("breach_to_liquidation_orders_desk_without_disk", folder / "journal", folder / "work", false,
                               "the journal not waiting for the disk"));
        rows.push_back(breachRow("breach_to_liquidation_orders_without_disk", folder / "journal", folder / "work", false,
                                 what + ", the journal not waiting for the disk"));
    }
    std::error_code ec;
    fs::remove_all(folder, ec);
    return rows;
}

} // namespace mahler::bench
