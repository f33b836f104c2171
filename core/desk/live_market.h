#pragma once

#include <map>
#include <optional>
#include <string>

#include "desk/greeks_board.h"
#include "market/quote.h"
#include "portfolio/book.h"
#include "risk/breakers.h"

namespace mahler::desk {

/// The market as the ticks of this run have told it. Not part of the journaled state: after a restart everything is
/// stale until a fresh quote arrives (SAFETY section 7).
class LiveMarket {
public:
    /// A new run: nothing is known, and ages count from here.
    void start(MonoTime now);
    MonoTime startedAt() const { return m_startedAt; }
    /// Another session's facts came: it opens with the first tick that says so.
    void newSession() { m_openedAt.reset(); }
    /// By the monotonic clock: a wall clock that jumps back must not make every quote young again (S17).
    std::optional<MonoTime> openedAt() const { return m_openedAt; }
    void onTick(const market::Tick& tick, const portfolio::GreeksBook& greeks, Timestamp now);

    /// Notes what got old by now; onTick() does it too.
    void judgeAges(MonoTime now);

    /// The carry of an underlying from now on; one without an entry is priced on the session's rate and yield.
    void onCarry(const pricing::UnderlyingCarry& carry) { m_carries[carry.underlying] = std::make_shared<const pricing::UnderlyingCarry>(carry); }
    const Carries& carries() const { return m_carries; }

    market::Session session() const { return m_session; }
    std::optional<Timestamp> lastTick() const { return m_lastTick; }
    const portfolio::QuoteBook& options() const { return m_options; }
    const std::map<std::string, market::UnderlyingQuote>& underlyings() const { return m_underlyings; }
    const market::Quote* option(const std::string& contractId) const;
    /// Model Greeks of the newest quotes; a contract without a usable one is absent.
    const portfolio::GreeksBook& greeks() const { return m_greeks; }
    std::optional<portfolio::UnitGreeks> greeks(const std::string& contractId) const;
    std::map<std::string, double> spots() const;
    std::optional<double> spot(const std::string& underlying) const;
    /// Since the source time of a contract or an underlying last advanced; absent when never quoted.
    std::optional<MonoTime> age(const std::string& key, MonoTime now) const;
    /// Quotes younger than `limit`: what may price, mark and size (S10).
    portfolio::QuoteBook freshOptions(MonoTime now, MonoTime limit) const;

    /// When an underlying was last found older than ten seconds: B5 clears a clean minute after it.
    MonoTime lastDirty() const { return m_lastDirty; }

    std::optional<double> vix() const { return m_vix; }
    std::optional<double> vixPriorClose() const { return m_vixPriorClose; }
    std::optional<double> vixLow() const { return m_vixLow; }
    std::optional<double> vixHigh() const { return m_vixHigh; }
    std::optional<MonoTime> vixAge(MonoTime now) const;
    /// When VIX was last missing, stale or at its limit: B4 may be lifted ten clean minutes after it.
    MonoTime vixLastDirty() const { return m_vixLastDirty; }

    risk::ErrorWindow& errors() { return m_errors; }
    const risk::ErrorWindow& errors() const { return m_errors; }

private:
    struct Seen {
        UtcTime source{};
        MonoTime at{};
    };
    void see(const std::string& key, UtcTime source, MonoTime now);

    MonoTime m_startedAt{}, m_lastDirty{}, m_vixLastDirty{};
    market::Session m_session = market::Session::Closed;
    std::optional<Timestamp> m_lastTick;
    std::optional<MonoTime> m_openedAt;
    portfolio::QuoteBook m_options;
    portfolio::GreeksBook m_greeks;
    Carries m_carries;
    std::map<std::string, market::UnderlyingQuote> m_underlyings;
    std::map<std::string, Seen> m_seen;
    std::optional<MonoTime> m_vixSince; ///< when the value was so, by its own time
    std::optional<double> m_vix, m_vixPriorClose, m_vixLow, m_vixHigh;
    risk::ErrorWindow m_errors;
};

} // namespace mahler::desk
