#include "simulation/simulated_market.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "market/exchange_calendar.h"
#include "simulation/market_feed.h"

namespace mahler::simulation {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

enum NoisePurpose : std::uint64_t { kShareVolume = 51, kShareNoise = 52 };

constexpr minutes kPreOpen{5};     ///< ticks before the open
constexpr minutes kAfterClose{15}; ///< ticks after the close
constexpr int kPastDays = 520, kFutureDays = 330;

TradingClock clockFor(const SimulationConfig& config) {
    MAHLER_CHECK(config.sessions >= 1 && config.date.ok() && market::isTradingDay(config.date));
    return TradingClock(addDays(config.date, -kPastDays), addDays(config.date, kFutureDays + config.sessions * 3 / 2));
}

Price cents(double price) { return Price::fromMicros(std::llround(price * 100.0) * 10'000); }

} // namespace

std::optional<double> dividendOn(const SimulationConfig& config, const std::string& underlying, TradingDate exDate) {
    const TradingClock clock = clockFor(config);
    for (const Asset asset : kAllAssets)
        if (instrument(asset).symbol == underlying) return EventCalendar(clock, config.seed).dividendOn(asset, exDate);
    return std::nullopt;
}

double marketRate() { return kRate; }

SimulatedFeed::SimulatedFeed(const SimulationConfig& config)
    : m_config(config), m_clock(clockFor(config)), m_calendar(m_clock, config.seed), m_surface(m_clock, m_calendar),
      m_firstDay(m_clock.indexOnOrBefore(config.date)) {
    Past past = simulatePast(config, m_surface);
    m_closing = past.closing;
    m_history = std::make_shared<const market::History>(std::move(past.history));
    for (const Asset asset : kAllAssets) m_listings.emplace_back(asset, config.seed);
    enter(0);
    m_now = day(0).open - kPreOpen - seconds(1);
    m_dataTime = m_now;
}

const TradingClock::Day& SimulatedFeed::day(int session) const { return m_clock.days()[m_firstDay + static_cast<std::size_t>(session)]; }

void SimulatedFeed::enter(int session) {
    m_session = session;
    m_finished = false;
    for (const Asset asset : kAllAssets) m_priorClose[index(asset)] = m_history->bars.at(std::string(instrument(asset).symbol)).back().close;
    m_priorVix = m_history->vix.back().value;
    const SessionScript script = scriptFor(m_config, session, m_priorVix);
    const PathState opening = overnight(m_config.seed, m_closing, day(session), script, m_surface);
    m_path.emplace(m_config.seed, day(session), script, opening, m_surface);
    m_closing = m_path->closing();
    const MarketState open = m_path->at(day(session).open);
    for (Listing& listing : m_listings) listing.roll(day(session), open, m_surface);
    m_chains = {};
}

void SimulatedFeed::finishSession() {
    if (m_finished) return;
    m_finished = true;
    auto history = std::make_shared<market::History>(*m_history);
    std::array<double, kAssets> volumes{};
    for (const Asset asset : kAllAssets) volumes[index(asset)] = shareVolume(asset);
    appendSession(*history, *m_path, m_surface, volumes);
    m_history = std::move(history);
}

market::FeedInfo SimulatedFeed::info() const {
    market::FeedInfo info;
    info.kind = market::FeedKind::Simulated;
    info.name = "Simulated, seed " + std::to_string(m_config.seed) + ", " + toString(m_config.scenario);
    for (const Asset asset : kAllAssets) info.underlyings.emplace_back(instrument(asset).symbol);
    info.start = day(0).open - kPreOpen;
    info.end = day(m_config.sessions - 1).close + kAfterClose;
    return info;
}

std::optional<UtcTime> SimulatedFeed::nextTime(UtcTime after) const {
    const auto next = std::chrono::floor<seconds>(after) + seconds(1);
    const int first = next >= m_path->day().open - kPreOpen ? m_session : 0;
    for (int session = first; session < m_config.sessions; ++session) {
        const TradingClock::Day& d = day(session);
        if (next <= d.close + kAfterClose) return std::max<UtcTime>(next, d.open - kPreOpen);
    }
    return std::nullopt;
}

Result<std::shared_ptr<const market::Tick>> SimulatedFeed::advance(UtcTime to, std::span<const market::OptionContract> watched) {
    if (to < m_now) return badInput("the simulated market is at " + formatUtc(m_now) + " and does not go back to " + formatUtc(to));
    int errors = 0;
    const auto countErrors = [&](UtcTime from, UtcTime until) {
        if (m_config.scenario != Scenario::BrokerOutage) return;
        auto second = std::chrono::floor<seconds>(std::max(from, m_path->day().open)) + seconds(1);
        for (; second <= until && second <= m_path->day().close; second += seconds(1)) errors += dataErrorsAt(m_config, second);
    };
    while (true) {
        countErrors(m_now, to);
        if (to >= m_path->day().close) finishSession();
        if (m_session + 1 >= m_config.sessions || to < day(m_session + 1).open - kPreOpen) break;
        m_now = day(m_session + 1).open - kPreOpen;
        enter(m_session + 1);
    }
    m_now = to;
    const UtcTime end = m_path->day().close + kAfterClose;
    const UtcTime dataTime = std::min<UtcTime>(std::chrono::floor<seconds>(dataTimeAt(m_config, to)), end);
    if (dataTime != m_dataTime) m_chains = {};
    m_dataTime = dataTime;

    auto tick = std::make_shared<market::Tick>();
    tick->time = to;
    tick->session = market::sessionAt(to);
    for (const Asset asset : kAllAssets) tick->underlyings.push_back(underlyingQuote(asset, dataTime));
    tick->vix = std::round(m_path->at(dataTime).vix * 100.0) / 100.0;
    tick->vixPriorClose = std::round(m_priorVix * 100.0) / 100.0;
    tick->vixTime = dataTime;
    for (const market::OptionContract& contract : watched) {
        if (const auto quote = watchedQuote(contract, dataTime)) tick->watched.push_back({contract.id(), *quote});
    }
    tick->dataErrors = errors;
    return std::shared_ptr<const market::Tick>(std::move(tick));
}

double SimulatedFeed::shareVolume(Asset asset) const {
    const std::uint64_t number = dayNumber(m_path->day().date) * 8 + index(asset);
    const double noise = Random(streamSeed(m_config.seed, kShareVolume, number)).normal();
    return instrument(asset).shareVolume * std::exp(0.2 * noise);
}

market::UnderlyingQuote SimulatedFeed::underlyingQuote(Asset asset, UtcTime dataTime) const {
    const TradingClock::Day& d = m_path->day();
    market::UnderlyingQuote result;
    result.symbol = instrument(asset).symbol;
    result.priorClose = cents(m_priorClose[index(asset)]);
    market::Quote& quote = result.quote;
    const bool index500 = asset == Asset::Spx;
    if (index500 && dataTime < d.open) {
        // The index is not computed before the open: what stands is the last close.
        quote.last = result.priorClose;
        quote.time = m_clock.days()[m_clock.indexOnOrBefore(d.date) - 1].close;
        return result;
    }
    const UtcTime inside = std::clamp(dataTime, d.open, d.close);
    const auto second = std::chrono::duration_cast<seconds>(inside - d.open).count();
    const double spot = m_path->spotAt(asset, second);
    quote.last = cents(spot);
    quote.time = index500 ? inside : dataTime;
    if (index500) return result;
    const std::uint64_t noise = streamSeed(m_config.seed, kShareNoise + index(asset) * 8, static_cast<std::uint64_t>(toNanos(dataTime)));
    const bool regular = dataTime >= d.open && dataTime <= d.close;
    const std::int64_t extra = regular ? (noise % 5 == 0 ? 1 : 0) : 3;
    const std::int64_t cent = 10'000;
    const std::int64_t bid = static_cast<std::int64_t>(std::floor(spot * 100.0 - 0.5)) * cent;
    quote.bid = Price::fromMicros(bid - (regular ? 0 : 2 * cent));
    quote.ask = Price::fromMicros(bid + (1 + extra) * cent);
    quote.bidSize = static_cast<std::int64_t>(100 * (1 + (noise >> 8) % 24));
    quote.askSize = static_cast<std::int64_t>(100 * (1 + (noise >> 32) % 24));
    const double share = static_cast<double>(second) / static_cast<double>(std::chrono::duration_cast<seconds>(d.close - d.open).count());
    quote.volume = static_cast<std::int64_t>(shareVolume(asset) * tradedShare(share));
    return result;
}

bool SimulatedFeed::quotedAt(UtcTime dataTime) const { return dataTime >= m_path->day().open; }

std::optional<market::Quote> SimulatedFeed::watchedQuote(const market::OptionContract& contract, UtcTime dataTime) const {
    const auto asset = assetOf(contract.underlying);
    if (!asset || !quotedAt(dataTime) || contract.strike <= Price{}) return std::nullopt;
    const Listing& listing = m_listings[index(*asset)];
    const ListedExpiry* expiry = listing.find(contract.root, contract.expiry);
    const OptionQuoter quoter(*asset, *m_path, m_surface, dataTime);
    if (!expiry || expiry->expiresAt <= std::min(dataTime, m_path->day().close)) return std::nullopt;
    const SurfaceSlice slice = quoter.slice(*expiry);
    const double strike = contract.strike.toDouble();
    return quoter.quote(*expiry, slice, quoter.values(*expiry, slice, strike), strike, contract.right,
                        listing.contractDay(*expiry, contract.strike, contract.right));
}

Result<std::shared_ptr<const market::OptionChain>> SimulatedFeed::chain(const std::string& underlying) {
    const auto asset = assetOf(underlying);
    if (!asset) return Error{ErrorCode::NotFound, "the simulated market has no underlying '" + underlying + "'"};
    if (chainsCutAt(m_config, m_now)) return Error{ErrorCode::Stale, "the simulated data provider does not answer"};
    auto& cached = m_chains[index(*asset)];
    if (!cached) {
        const Listing& listing = m_listings[index(*asset)];
        if (!quotedAt(m_dataTime)) {
            cached = OptionQuoter::unquotedChain(*asset, listing, m_dataTime);
        } else {
            const auto spot = underlyingQuote(*asset, std::min(m_dataTime, m_path->day().close)).price();
            cached = OptionQuoter(*asset, *m_path, m_surface, m_dataTime).chain(listing, spot);
        }
    }
    return cached;
}

std::shared_ptr<const market::History> SimulatedFeed::history() const { return m_history; }

std::unique_ptr<market::MarketFeed> makeSimulatedMarket(const SimulationConfig& config) { return std::make_unique<SimulatedFeed>(config); }

} // namespace mahler::simulation
