#include "simulation/option_quotes.h"

#include <algorithm>
#include <cmath>

#include "pricing/option_pricer.h"

namespace mahler::simulation {

namespace {

constexpr double kInMoneyWidth = 0.0012; ///< half-width per dollar of intrinsic value
constexpr double kTermWidth = 1.1;       ///< of the root of years
constexpr double kVolWidthPower = 0.42;  ///< of variance over its usual level
constexpr double kOpeningWidth = 1.5, kOpeningSeconds = 240.0;
constexpr std::int64_t kJitterSeconds = 11;
constexpr std::int64_t kSizeSeconds = 9;
constexpr std::uint64_t kJitterOdds = 7;
constexpr std::int64_t kLongestTradeGap = 3600;

std::int64_t tickAt(const TickRule& rule, double price) {
    return price * 1e6 < static_cast<double>(rule.edge.micros()) ? rule.below.micros() : rule.atOrAbove.micros();
}

std::int64_t floorTick(const TickRule& rule, double price) {
    const std::int64_t tick = tickAt(rule, price);
    return static_cast<std::int64_t>(std::floor(price * 1e6 / static_cast<double>(tick) + 1e-9)) * tick;
}

std::int64_t ceilTick(const TickRule& rule, double price) {
    const std::int64_t tick = tickAt(rule, price);
    return static_cast<std::int64_t>(std::ceil(price * 1e6 / static_cast<double>(tick) - 1e-9)) * tick;
}

void addSlice(market::OptionChain& chain, const ListedExpiry& expiry) {
    market::ExpirySlice slice;
    slice.expiry = expiry.expiry;
    slice.root = expiry.spec.root;
    slice.style = expiry.spec.style;
    slice.settlement = expiry.spec.settlement;
    slice.multiplier = expiry.spec.multiplier;
    slice.expiresAt = expiry.expiresAt;
    slice.begin = chain.size();
    slice.end = chain.size() + 2 * expiry.strikes.size();
    chain.expiries.push_back(slice);
}

void addRow(market::OptionChain& chain, Price strike, market::Right right, const market::Quote& quote) {
    std::uint16_t flags = 0;
    const auto cell = [&flags](auto& column, const auto& value, market::RowFlag flag) {
        using Cell = typename std::decay_t<decltype(column)>::value_type;
        if (value) flags = static_cast<std::uint16_t>(flags | flag);
        column.push_back(value ? static_cast<Cell>(*value) : Cell{});
    };
    const auto micros = [](const std::optional<Price>& price) { return price ? std::optional(price->micros()) : std::nullopt; };
    chain.strike.push_back(strike.micros());
    chain.right.push_back(right);
    cell(chain.bid, micros(quote.bid), market::kHasBid);
    cell(chain.ask, micros(quote.ask), market::kHasAsk);
    cell(chain.last, micros(quote.last), market::kHasLast);
    cell(chain.bidSize, quote.bidSize, market::kHasBidSize);
    cell(chain.askSize, quote.askSize, market::kHasAskSize);
    cell(chain.volume, quote.volume, market::kHasVolume);
    cell(chain.openInterest, quote.openInterest, market::kHasOpenInterest);
    chain.vendorIv.push_back(0.0F);
    chain.vendorDelta.push_back(0.0F);
    chain.flags.push_back(flags);
}

void reserve(market::OptionChain& chain, const Listing& listing) {
    std::size_t rows = 0;
    for (const ListedExpiry& expiry : listing.expiries()) rows += 2 * expiry.strikes.size();
    for (auto* column : {&chain.strike, &chain.bid, &chain.ask, &chain.last, &chain.volume, &chain.openInterest}) column->reserve(rows);
    chain.right.reserve(rows);
    chain.bidSize.reserve(rows);
    chain.askSize.reserve(rows);
    chain.vendorIv.reserve(rows);
    chain.vendorDelta.reserve(rows);
    chain.flags.reserve(rows);
    chain.expiries.reserve(listing.expiries().size());
}

} // namespace

double tradedShare(double sessionShare) {
    const double x = 2.0 * std::clamp(sessionShare, 0.0, 1.0) - 1.0;
    return 0.275 * (x + 1.0) + 0.225 * (x * x * x + 1.0);
}

OptionQuoter::OptionQuoter(Asset asset, const SessionPath& path, const Surface& surface, UtcTime t)
    : m_asset(asset), m_path(&path), m_surface(&surface), m_time(std::clamp(t, path.day().open, path.day().close)) {
    m_second = std::chrono::duration_cast<std::chrono::seconds>(m_time - path.day().open).count();
    m_time = path.day().open + std::chrono::seconds(m_second);
    const MarketState state = path.at(m_time);
    m_spot = state.spot[index(asset)];
    m_variance = state.variance[index(asset)];
    const auto length = std::chrono::duration_cast<std::chrono::seconds>(path.day().close - path.day().open).count();
    m_share = static_cast<double>(m_second) / static_cast<double>(length);
    const double usual = instrument(asset).baseVol * instrument(asset).baseVol;
    m_widthFactor = std::pow(m_variance / usual, kVolWidthPower) * (1.0 + kOpeningWidth * std::exp(-static_cast<double>(m_second) / kOpeningSeconds));
}

SurfaceSlice OptionQuoter::slice(const ListedExpiry& expiry) const { return m_surface->slice(m_asset, m_spot, m_variance, m_time, expiry.expiresAt); }

OptionQuoter::Values OptionQuoter::values(const ListedExpiry& expiry, const SurfaceSlice& slice, double strike) const {
    const double deviation = slice.deviation(strike);
    const double d1 = std::log(slice.forward / strike) / deviation + 0.5 * deviation;
    const double n1 = pricing::normalCdf(d1), n2 = pricing::normalCdf(d1 - deviation);
    const double parity = slice.discount * (slice.forward - strike);
    Values values;
    if (strike > slice.forward) {
        values.call = std::max(0.0, slice.discount * (slice.forward * n1 - strike * n2));
        values.put = values.call - parity;
        values.otm = values.call;
    } else {
        const double m1 = pricing::normalCdf(-d1), m2 = pricing::normalCdf(deviation - d1);
        values.put = std::max(0.0, slice.discount * (strike * m2 - slice.forward * m1));
        values.call = values.put + parity;
        values.otm = values.put;
    }
    values.callDelta = n1 * slice.discount * slice.forward / slice.spot;
    if (expiry.spec.style == market::ExerciseStyle::American) {
        const double volatility = deviation / std::sqrt(slice.years);
        values.call = std::max(values.call + exercisePremium(true, slice, strike, volatility, values.call), slice.certain(true, strike));
        values.put = std::max(values.put + exercisePremium(false, slice, strike, volatility, values.put), slice.certain(false, strike));
    }
    return values;
}

market::Quote OptionQuoter::quote(const ListedExpiry& expiry, const SurfaceSlice& slice, const Values& values, double strike, market::Right right,
                                  const ContractDay& day) const {
    const Instrument& spec = instrument(m_asset);
    const TickRule& ticks = expiry.spec.tick;
    const bool call = right == market::Right::Call;
    const double value = call ? values.call : values.put;
    const double delta = call ? values.callDelta : values.callDelta - 1.0;
    const double intrinsic = std::max(0.0, call ? slice.spot - strike : strike - slice.spot);
    // A function of the price that rises slower than the price, so that quotes keep the order of their
    // strikes.
    const double half =
        ((spec.widthConstant + spec.widthRoot * std::sqrt(values.otm) + spec.widthLinear * values.otm) * (1.0 + kTermWidth * std::sqrt(slice.years)) +
         kInMoneyWidth * intrinsic) *
        m_widthFactor;
    const auto noise = [&](std::int64_t every) {
        const auto own = static_cast<std::int64_t>(day.hash % static_cast<std::uint64_t>(every));
        return mix64(day.hash ^ static_cast<std::uint64_t>((m_second + own) / every) * 0x9E3779B97F4A7C15ULL);
    };
    const std::uint64_t jitter = noise(kJitterSeconds);
    std::int64_t bid = std::max<std::int64_t>(0, floorTick(ticks, value - half));
    std::int64_t ask = std::max(ceilTick(ticks, value + half), ticks.below.micros());
    if (jitter % kJitterOdds == 0 && bid > 0) bid -= tickAt(ticks, static_cast<double>(bid - 1) * 1e-6);
    if ((jitter >> 20) % kJitterOdds == 0) ask += tickAt(ticks, static_cast<double>(ask) * 1e-6);

    market::Quote quote;
    quote.bid = Price::fromMicros(bid);
    quote.ask = Price::fromMicros(ask);
    const std::uint64_t size = noise(kSizeSeconds);
    const std::uint64_t depth = 12 + static_cast<std::uint64_t>(std::sqrt(static_cast<double>(day.dayVolume))) * 3;
    quote.bidSize = bid == 0 ? 0 : static_cast<std::int64_t>(1 + size % depth);
    quote.askSize = static_cast<std::int64_t>(1 + (size >> 24) % depth);
    quote.openInterest = day.openInterest;
    quote.volume = static_cast<std::int64_t>(static_cast<double>(day.dayVolume) * tradedShare(m_share));
    quote.time = m_time;
    if (*quote.volume > 0) {
        const std::int64_t gap = std::clamp<std::int64_t>(40000 / day.dayVolume, 1, kLongestTradeGap);
        const std::int64_t since = (m_second + static_cast<std::int64_t>(day.hash % 7919)) % gap;
        const double then = m_path->spotAt(m_asset, std::max<std::int64_t>(0, m_second - since));
        const double side = ((day.hash ^ static_cast<std::uint64_t>(m_second - since)) & 1) != 0 ? 0.6 : -0.6;
        const double traded = value + delta * (then - m_spot) + side * half;
        quote.last = Price::fromMicros(std::max(ticks.below.micros(), floorTick(ticks, std::max(traded, 0.0))));
    }
    return quote;
}

std::shared_ptr<const market::OptionChain> OptionQuoter::chain(const Listing& listing, std::optional<Price> spot) const {
    auto chain = std::make_shared<market::OptionChain>();
    chain->underlying = instrument(m_asset).symbol;
    chain->source = "simulated";
    chain->time = m_time;
    chain->spot = spot;
    reserve(*chain, listing);
    for (const ListedExpiry& expiry : listing.expiries()) {
        if (expiry.expiresAt <= m_time) continue;
        addSlice(*chain, expiry);
        const SurfaceSlice at = slice(expiry);
        for (std::size_t i = 0; i < expiry.strikes.size(); ++i) {
            const double strike = expiry.strikes[i].toDouble();
            const Values both = values(expiry, at, strike);
            addRow(*chain, expiry.strikes[i], market::Right::Call, quote(expiry, at, both, strike, market::Right::Call, expiry.calls[i]));
            addRow(*chain, expiry.strikes[i], market::Right::Put, quote(expiry, at, both, strike, market::Right::Put, expiry.puts[i]));
        }
    }
    return chain;
}

std::shared_ptr<const market::OptionChain> OptionQuoter::unquotedChain(Asset asset, const Listing& listing, UtcTime t) {
    auto chain = std::make_shared<market::OptionChain>();
    chain->underlying = instrument(asset).symbol;
    chain->source = "simulated";
    chain->time = t;
    reserve(*chain, listing);
    for (const ListedExpiry& expiry : listing.expiries()) {
        addSlice(*chain, expiry);
        market::Quote quote;
        for (std::size_t i = 0; i < expiry.strikes.size(); ++i) {
            quote.openInterest = expiry.calls[i].openInterest;
            addRow(*chain, expiry.strikes[i], market::Right::Call, quote);
            quote.openInterest = expiry.puts[i].openInterest;
            addRow(*chain, expiry.strikes[i], market::Right::Put, quote);
        }
    }
    return chain;
}

} // namespace mahler::simulation
