#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "risk/gate_checks.h"

namespace mahler::risk::checks {

std::optional<ComboPrices> comboPrices(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes) {
    ComboPrices p;
    for (const auto& leg : order.legs) {
        const auto it = quotes.find(leg.contract.id());
        if (it == quotes.end() || !it->second.twoSided()) return std::nullopt;
        const std::int64_t n = std::abs(leg.ratio);
        const bool buy = leg.ratio > 0;
        const std::int64_t bid = it->second.bid->micros() * n, ask = it->second.ask->micros() * n, mid = it->second.mid()->micros() * n;
        p.natural += Price::fromMicros(buy ? -ask : bid);
        p.best += Price::fromMicros(buy ? -bid : ask);
        p.mid += Price::fromMicros(buy ? -mid : mid);
    }
    return p;
}

std::optional<PriceBand> priceBand(const portfolio::ComboOrder& order, const portfolio::QuoteBook& quotes, const Limits& limits) {
    const auto prices = comboPrices(order, quotes);
    if (!prices) return std::nullopt;
    const auto half =
        Price::fromMicros(static_cast<std::int64_t>(static_cast<double>((prices->best - prices->natural).micros()) * limits.priceBandFraction));
    const Price w = std::max(limits.priceBandMinimum, half);
    return PriceBand{prices->natural - w, prices->best + w};
}

namespace {

void quotes(Collector& c) {
    const auto& g = c.context;
    std::string missing, crossed, stale, why;
    const MonoTime limit(static_cast<std::int64_t>(g.limits.quoteMaxAgeSeconds * 1e9));
    const auto ageOf = [&](const std::string& key) {
        const auto it = g.quoteAges.find(key);
        return it == g.quoteAges.end() ? MonoTime::max() : it->second;
    };
    const auto old = [&](const std::string& key) {
        const MonoTime age = ageOf(key);
        if (age < limit) return;
        stale = key;
        why = age == MonoTime::max() ? " has never been quoted" : " is " + std::to_string(age / std::chrono::seconds(1)) + " s old";
    };
    for (const auto& leg : c.order.legs) {
        const std::string id = leg.contract.id();
        const auto it = g.quotes.find(id);
        if (it == g.quotes.end() || !it->second.bid || !it->second.ask)
            missing = id;
        else if (it->second.crossed())
            crossed = id;
        old(id);
        if (it != g.quotes.end() && it->second.time > g.now.utc) {
            stale = id;
            why = " is ahead of the clock";
        }
    }
    old(c.order.underlying);
    c.add("quotes_present", missing.empty() ? "all legs" : missing, "both sides", missing.empty(), missing + " has no two-sided quote");
    c.add("quotes_not_crossed", crossed.empty() ? "none" : crossed, "none", crossed.empty(), crossed + " is crossed");
    c.add("quotes_fresh", stale.empty() ? "fresh" : stale, "< " + std::to_string(static_cast<int>(g.limits.quoteMaxAgeSeconds)) + " s", stale.empty(),
          stale + why);
}

void band(Collector& c) {
    const auto allowed = priceBand(c.order, c.context.quotes, c.context.limits);
    if (!allowed) return c.add("price_band", c.order.netLimit.str(), "unknown", false, "no quotes to hold the price against");
    c.add("price_band", c.order.netLimit.str(), "[" + allowed->low.str() + ", " + allowed->high.str() + "]",
          c.order.netLimit >= allowed->low && c.order.netLimit <= allowed->high, "the limit is outside the price band around the quotes");
}

void liquidity(Collector& c) {
    const auto& g = c.context;
    std::string wide, thin, quiet;
    double worst = 0;
    std::int64_t leastInterest = std::numeric_limits<std::int64_t>::max(), leastVolume = leastInterest;
    for (const auto& leg : c.order.legs) {
        const std::string id = leg.contract.id();
        const auto it = g.quotes.find(id);
        const auto mid = it == g.quotes.end() ? std::nullopt : it->second.mid();
        if (!mid || mid->micros() <= 0) {
            wide = thin = quiet = id;
            continue;
        }
        const double fraction = static_cast<double>(it->second.width()->micros()) / static_cast<double>(mid->micros());
        worst = std::max(worst, fraction);
        if (fraction > g.limits.maxSpreadFraction) wide = id;
        leastInterest = std::min(leastInterest, it->second.openInterest.value_or(-1));
        leastVolume = std::min(leastVolume, it->second.volume.value_or(-1));
        if (it->second.openInterest.value_or(-1) < g.limits.minOpenInterest) thin = id;
        if (it->second.volume.value_or(-1) < g.limits.minVolume) quiet = id;
    }
    const auto count = [](std::int64_t n) {
        return n < 0 || n == std::numeric_limits<std::int64_t>::max() ? std::string("unknown") : std::to_string(n);
    };
    c.add("bid_ask_width", percent(worst), "<= " + percent(g.limits.maxSpreadFraction), wide.empty(), wide + " is quoted too wide");
    c.add("open_interest", count(leastInterest), ">= " + std::to_string(g.limits.minOpenInterest), thin.empty(),
          thin + " has too little open interest");
    c.add("volume", count(leastVolume), ">= " + std::to_string(g.limits.minVolume), quiet.empty(), quiet + " has too little volume");
}

/// Independent methods must agree on what each leg is worth.
void verification(Collector& c) {
    std::string failed, said = "no leg", within;
    double worst = -1;
    for (const auto& leg : c.order.legs) {
        const auto it = c.context.verified.find(leg.contract.id());
        const bool known = it != c.context.verified.end();
        const bool agree = known && it->second.agree && it->second.checked();
        const double share = !agree ? std::numeric_limits<double>::infinity() : it->second.allowed > 0 ? it->second.gap / it->second.allowed : 0;
        if (share <= worst) continue;
        worst = share;
        const std::string label = leg.contract.label(); // "SPY 24-Dec-26 815 call": the leg whose methods are furthest apart
        said = label.substr(label.find(' ', label.find(' ') + 1) + 1) + " " + (known ? pricing::describe(it->second) : "not verified");
        char text[48];
        std::snprintf(text, sizeof text, "within %.4f", known ? it->second.allowed : 0.0);
        within = known && it->second.checked() ? text : "two methods";
        failed = agree ? "" : leg.contract.id();
    }
    c.add("price_verification", said, within, failed.empty() && worst >= 0, "the pricing methods do not agree on " + failed + ": " + said);
}

} // namespace

void market(Collector& c) {
    quotes(c);
    band(c);
    if (c.opening()) {
        liquidity(c);
        verification(c);
    }
}

} // namespace mahler::risk::checks
