#include "desk/market_runner.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "analytics/correlation.h"
#include "analytics/indicators.h"
#include "base/thread_name.h"
#include "market/exchange_calendar.h"

namespace mahler::desk {

namespace {

using namespace std::chrono_literals;
using Wall = std::chrono::steady_clock;

constexpr int kMaxBehind = 4;
constexpr auto kNotesEvery = 30min; ///< of market time: their counts change with every file

/// While it lives the feed owes an answer.
struct Asked {
    Asked(std::atomic<MonoTime>& since, MonoTime now) : at(since) { at = now; }
    ~Asked() { at = MonoTime{}; }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    std::atomic<MonoTime>& at;
};

/// The desk's clock of a stepped market: its monotonic time is the market's own; the runtime adds what it waited for the feed.
Timestamp stamp(UtcTime t) { return {t, MonoTime(t.time_since_epoch())}; }

} // namespace

MarketRunner::MarketRunner(std::unique_ptr<market::MarketFeed> feed, std::optional<UtcTime> startAt, double speed, Sinks sinks)
    : m_feed(std::move(feed)), m_info(m_feed->info()), m_startAt(startAt), m_sinks(std::move(sinks)), m_speed(speed),
      m_notesTold(m_info.notes.begin(), m_info.notes.end()), m_thread([this](std::stop_token stop) {
          try {
              run(stop);
          } catch (const std::exception& e) {
              m_askedAt = m_sinks.machineTime(); // it never answers again: from here on the desk's seconds are the machine's
              m_sinks.failed(e.what());
          }
      }) {}

MarketRunner::~MarketRunner() { m_thread.request_stop(); }

void MarketRunner::watch(std::vector<market::OptionContract> contracts) {
    std::scoped_lock lock(m_mutex);
    m_watched = std::move(contracts);
}

void MarketRunner::requestChain(const std::string& underlying, ChainReady ready) {
    std::scoped_lock lock(m_mutex);
    m_requests.emplace_back(underlying, std::move(ready));
}

MonoTime MarketRunner::silence() const {
    const MonoTime asked = m_askedAt;
    return asked == MonoTime{} ? MonoTime{} : std::max(MonoTime{}, m_sinks.machineTime() - asked);
}

void MarketRunner::serveRequests() {
    std::vector<std::pair<std::string, ChainReady>> requests;
    {
        std::scoped_lock lock(m_mutex);
        if (!m_lastTick) return;
        requests.swap(m_requests);
    }
    const Asked asked(m_askedAt, m_sinks.machineTime());
    for (auto& [underlying, ready] : requests) {
        // Renewed with a tick, never between a tick and the chain that goes with it.
        const auto known = m_keeper.known();
        if (std::find(known.begin(), known.end(), underlying) == known.end()) renewCarry(underlying);
        const auto history = m_feed->history();
        ready(m_feed->chain(underlying), history, m_lastTick, m_keeper.curve(underlying, history.get()));
    }
}

void MarketRunner::renewCarry(const std::string& underlying) {
    const auto chain = m_feed->chain(underlying);
    m_keeper.renew(underlying, chain ? chain->get() : nullptr, m_feed->history().get(), m_lastTick->time, m_lastTick->session);
}

/// @return false when the desk could not take one now: no tick may come before it.
bool MarketRunner::tellCarries(const std::vector<market::OptionContract>& watched, UtcTime now) {
    std::set<std::string> names;
    for (const auto& contract : watched) names.insert(contract.underlying);
    for (const auto& name : m_keeper.known()) names.insert(name);
    for (const auto& name : names)
        if (m_keeper.due(name, now, m_lastTick->session)) renewCarry(name);
    if (m_tellAgain.exchange(false)) m_carries.clear();
    for (auto& carry : m_keeper.of(watched)) {
        auto& told = m_carries[carry.underlying];
        if (told && *told == carry) continue;
        if (!m_sinks.command(CarryFacts{carry}, stamp(now))) return false;
        told = std::make_shared<const pricing::UnderlyingCarry>(std::move(carry));
    }
    return true;
}

/// @return false when the desk could not take the facts now: no tick may come before them.
bool MarketRunner::announceSession(UtcTime now) {
    const TradingDate date = market::toNewYork(now).date;
    if (m_announced == date || !market::isTradingDay(date)) return true;
    const auto history = m_feed->history();
    SessionFacts facts;
    facts.date = date;
    facts.open = market::sessionOpen(date);
    facts.close = market::sessionClose(date);
    if (history) {
        facts.rate = history->rate;
        facts.dividendYield = history->dividendYield;
        for (const auto& [symbol, amounts] : history->dividends)
            for (const auto& d : amounts)
                if (d.exDate > date) facts.dividends[symbol].push_back(d);
        for (const auto& [symbol, bars] : history->bars)
            if (const auto vol = market::sessionsMissing(bars.back().date, date) == 0 ? analytics::realisedVolatility(bars, 10) : std::nullopt)
                facts.realised10[symbol] = *vol;
        for (const auto& event : history->events)
            if (event.date >= date && event.kind != market::EventKind::Expiry && event.kind != market::EventKind::Holiday)
                facts.events.push_back(event);
        std::stable_sort(facts.events.begin(), facts.events.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
        for (const auto& symbol : m_info.underlyings)
            if (const auto beta = analytics::betaTo(*history, symbol, portfolio::BetaWeights().benchmark))
                facts.betas[symbol] = {beta->beta, beta->r2, beta->window, beta->last};
    }
    const auto body = encodeCommand(facts);
    const auto journaled = body ? decodeCommand(commandName(facts), *body) : Result<Command>(body.error());
    if (!journaled || !m_sinks.command(*journaled, stamp(now))) return false;
    m_facts = std::get<SessionFacts>(*journaled);
    m_announced = date;
    return true;
}

void MarketRunner::tellNotes(UtcTime now) {
    if (m_notesAt && now - *m_notesAt < kNotesEvery) return;
    FeedNotes fresh;
    const auto notes = m_feed->notes();
    for (const auto& note : notes)
        if (!m_notesTold.contains(note)) fresh.notes.push_back(note);
    if (!fresh.notes.empty() && !m_sinks.command(fresh, stamp(now))) return; // with the next step
    m_notesAt = now;
    m_notesTold = {notes.begin(), notes.end()};
}

bool MarketRunner::step(UtcTime to) {
    std::vector<market::OptionContract> watched;
    {
        std::scoped_lock lock(m_mutex);
        watched = m_watched;
    }
    const Asked asked(m_askedAt, m_sinks.machineTime());
    auto tick = m_feed->advance(to, watched);
    tellNotes(to);
    if (!tick) {
        market::Tick failed; // the failure is news too: it counts for breaker B6
        failed.time = to;
        failed.session = market::sessionAt(to);
        failed.dataErrors = 1;
        return m_sinks.command(MarketTick{failed, {}}, stamp(to));
    }
    m_lastTick = *tick;
    if (!announceSession(to) || !tellCarries(watched, to)) return false;
    return m_sinks.command(MarketTick{**tick, m_board.price(**tick, m_facts, m_carries)}, stamp(to));
}

void MarketRunner::run(std::stop_token stop) {
    nameThisThread("market");
    UtcTime market = m_startAt ? *m_startAt : m_info.start;
    step(market);
    auto anchorWall = Wall::now();
    UtcTime anchorMarket = market;
    double anchorSpeed = m_speed.load();
    bool told = false;
    while (!stop.stop_requested()) {
        serveRequests();
        const double speed = m_paused.load() ? 0.0 : m_attention.load() ? std::min(1.0, m_speed.load()) : m_speed.load();
        const auto now = Wall::now();
        if (speed != anchorSpeed) {
            anchorWall = now;
            anchorMarket = market;
            anchorSpeed = speed;
        }
        const auto next = m_feed->nextTime(market);
        if (!next && !told) {
            told = true;
            m_sinks.ended();
        }
        bool due = false;
        if (next && speed > 0) {
            const double elapsed = std::chrono::duration<double>(now - anchorWall).count() * speed;
            const double wanted = std::chrono::duration<double>(*next - anchorMarket).count();
            // A night or the gap between two recorded days is not waited for.
            due = elapsed >= wanted || (*next - market > 10min && now - anchorWall >= 1s);
        }
        if (!due || m_sinks.behind() >= kMaxBehind) {
            std::this_thread::sleep_for(due ? 200us : 2ms);
            continue;
        }
        step(*next);
        if (*next - market > 10min || now - anchorWall > 2s) {
            anchorWall = now;
            anchorMarket = *next;
        }
        market = *next;
    }
}

} // namespace mahler::desk
