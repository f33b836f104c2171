#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "desk/carry_keeper.h"
#include "desk/command.h"
#include "desk/greeks_board.h"
#include "market/feed.h"

namespace mahler::desk {

/// The market thread: steps the feed at the chosen speed, hands every tick to the desk and builds chains on request.
/// A gap of more than ten minutes (a night, a weekend) is jumped. While a person is asked, the market runs at 1x.
class MarketRunner {
public:
    /// The last is what the chain is to be priced with: the carry the book is priced with.
    using ChainReady = std::function<void(Result<std::shared_ptr<const market::OptionChain>>, std::shared_ptr<const market::History>,
                                          std::shared_ptr<const market::Tick>, pricing::CurveInputs)>;
    struct Sinks {
        std::function<bool(Command, Timestamp)> command; ///< ticks, session facts and notes; false: the desk is behind, try again
        std::function<int()> behind;                     ///< ticks handed over and not yet handled
        std::function<void(const std::string&)> failed;
        std::function<void()> ended;           ///< the feed has no more
        std::function<MonoTime()> machineTime; ///< monotonic; any thread
    };

    MarketRunner(std::unique_ptr<market::MarketFeed> feed, std::optional<UtcTime> startAt, double speed, Sinks sinks);
    ~MarketRunner();

    void watch(std::vector<market::OptionContract> contracts);
    void setSpeed(double speed) { m_speed.store(speed); }
    double speed() const { return m_speed.load(); }
    void setPaused(bool paused) { m_paused.store(paused); }
    bool paused() const { return m_paused.load(); }
    void setAttention(bool needed) { m_attention.store(needed); }
    /// The desk forgot what it was told of the market (a Failure): carries are told again with the next step.
    void tellAgain() { m_tellAgain.store(true); }
    /// How long the feed has owed an answer, by the machine's clock; zero when nobody waits for one. Any thread.
    MonoTime silence() const;
    bool slowed() const { return m_attention.load() && m_speed.load() > 1.0; }
    /// Answers on the market thread with the chain as of the last tick.
    void requestChain(const std::string& underlying, ChainReady ready);
    const market::FeedInfo& info() const { return m_info; }

private:
    void run(std::stop_token stop);
    void serveRequests();
    bool step(UtcTime to);
    bool announceSession(UtcTime now);
    void renewCarry(const std::string& underlying);
    bool tellCarries(const std::vector<market::OptionContract>& watched, UtcTime now);
    void tellNotes(UtcTime now);

    std::unique_ptr<market::MarketFeed> m_feed;
    market::FeedInfo m_info;
    std::optional<UtcTime> m_startAt;
    Sinks m_sinks;
    std::atomic<double> m_speed;
    std::atomic<MonoTime> m_askedAt{MonoTime{}}; ///< when the feed was asked what it has not answered yet; zero: nothing
    std::atomic<bool> m_paused{false}, m_attention{false}, m_tellAgain{false};
    std::mutex m_mutex;
    std::vector<market::OptionContract> m_watched;
    std::vector<std::pair<std::string, ChainReady>> m_requests;
    std::set<std::string> m_notesTold; ///< the newest
    std::optional<UtcTime> m_notesAt;
    std::optional<TradingDate> m_announced;
    SessionFacts m_facts; ///< in their journaled form
    GreeksBoard m_board;
    CarryKeeper m_keeper;
    Carries m_carries; ///< as the desk was told
    std::shared_ptr<const market::Tick> m_lastTick;
    std::jthread m_thread;
};

} // namespace mahler::desk
