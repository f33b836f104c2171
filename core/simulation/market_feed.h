#pragma once

#include <array>
#include <optional>

#include "simulation/option_quotes.h"
#include "simulation/past.h"

namespace mahler::simulation {

/// The simulated market as a feed. One session's path is held at a time. Market thread only.
class SimulatedFeed final : public market::MarketFeed {
public:
    /// `config.date` must be a session and `config.sessions` at least 1.
    explicit SimulatedFeed(const SimulationConfig& config);
    SimulatedFeed(const SimulatedFeed&) = delete; // parts point at each other
    SimulatedFeed& operator=(const SimulatedFeed&) = delete;

    market::FeedInfo info() const override;
    std::optional<UtcTime> nextTime(UtcTime after) const override;
    Result<std::shared_ptr<const market::Tick>> advance(UtcTime to, std::span<const market::OptionContract> watched) override;
    Result<std::shared_ptr<const market::OptionChain>> chain(const std::string& underlying) override;
    std::shared_ptr<const market::History> history() const override;

private:
    void enter(int session);
    void finishSession();
    const TradingClock::Day& day(int session) const;
    bool quotedAt(UtcTime dataTime) const;
    double shareVolume(Asset asset) const;
    market::UnderlyingQuote underlyingQuote(Asset asset, UtcTime dataTime) const;
    std::optional<market::Quote> watchedQuote(const market::OptionContract& contract, UtcTime dataTime) const;

    SimulationConfig m_config;
    TradingClock m_clock;
    EventCalendar m_calendar;
    Surface m_surface;
    std::size_t m_firstDay = 0;

    int m_session = -1;
    bool m_finished = false; ///< the session's bar is in the history
    UtcTime m_now{}, m_dataTime{};
    std::optional<SessionPath> m_path;
    PathState m_closing;
    std::array<double, kAssets> m_priorClose{};
    double m_priorVix = 0;
    std::vector<Listing> m_listings;
    std::shared_ptr<const market::History> m_history;
    std::array<std::shared_ptr<const market::OptionChain>, kAssets> m_chains;
};

} // namespace mahler::simulation
