#include "analytics/analysis.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "analytics/indicators.h"
#include "analytics/term_structure.h"
#include "market/exchange_calendar.h"

namespace mahler::analytics {

const char* toString(TermShape shape) {
    switch (shape) {
    case TermShape::Contango: return "contango";
    case TermShape::Flat: return "flat";
    case TermShape::Backwardation: return "backwardation";
    }
    return "flat";
}
const char* toString(Trend trend) {
    switch (trend) {
    case Trend::Bullish: return "bullish";
    case Trend::Neutral: return "neutral";
    case Trend::Bearish: return "bearish";
    }
    return "neutral";
}
const char* toString(VixRegime regime) {
    switch (regime) {
    case VixRegime::Low: return "low";
    case VixRegime::Normal: return "normal";
    case VixRegime::Elevated: return "elevated";
    case VixRegime::High: return "high";
    case VixRegime::Extreme: return "extreme";
    }
    return "extreme";
}

VixRegime vixRegime(double vix) {
    if (vix < 15) return VixRegime::Low;
    if (vix < 20) return VixRegime::Normal;
    if (vix < 30) return VixRegime::Elevated;
    return vix < 40 ? VixRegime::High : VixRegime::Extreme;
}

namespace {

void term(VolatilityMetrics& v, const std::vector<TermPoint>& points) {
    v.iv30 = volAt(points, 30);
    v.iv60 = volAt(points, 60);
    v.iv90 = volAt(points, 90);
    if (v.iv30 && v.iv90) {
        v.ratio3090 = *v.iv30 / *v.iv90;
        v.shape = *v.ratio3090 < 0.95 ? TermShape::Contango : *v.ratio3090 > 1.05 ? TermShape::Backwardation : TermShape::Flat;
    }
    v.slope = termSlope(points);
}

void rank(VolatilityMetrics& v, std::span<const market::DailyValue> series, std::optional<double> now) {
    constexpr std::size_t kYear = 252, kLeast = 60;
    const std::size_t count = std::min(series.size(), kYear);
    v.ivHistoryDays = static_cast<int>(count);
    if (!now || count < kLeast) return;
    double low = 1e9, high = -1e9, sum = 0, squares = 0;
    std::size_t below = 0;
    for (std::size_t i = series.size() - count; i < series.size(); ++i) {
        const double x = series[i].value;
        low = std::min(low, x);
        high = std::max(high, x);
        sum += x;
        squares += x * x;
        below += x < *now;
    }
    const double n = static_cast<double>(count), mean = sum / n;
    const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
    if (high > low) v.ivRank = std::clamp((*now - low) / (high - low) * 100, 0.0, 100.0);
    v.ivPercentile = static_cast<double>(below) / n * 100;
    if (deviation > 1e-6) v.zScore = (*now - mean) / deviation;
}

std::optional<double> correlation(const std::vector<market::DailyBar>& a, const std::vector<market::DailyBar>& b) {
    constexpr std::size_t kDays = 60;
    std::vector<double> x, y;
    std::size_t i = a.size(), j = b.size();
    while (i > 1 && j > 1 && x.size() < kDays) {
        if (a[i - 1].date != b[j - 1].date) {
            (std::chrono::sys_days(a[i - 1].date) > std::chrono::sys_days(b[j - 1].date) ? i : j) -= 1;
            continue;
        }
        if (a[i - 2].close > 0 && b[j - 2].close > 0 && a[i - 1].close > 0 && b[j - 1].close > 0) {
            x.push_back(std::log(a[i - 1].close / a[i - 2].close));
            y.push_back(std::log(b[j - 1].close / b[j - 2].close));
        }
        --i;
        --j;
    }
    if (x.size() < kDays) return std::nullopt;
    double mx = 0, my = 0;
    for (std::size_t k = 0; k < kDays; ++k) {
        mx += x[k] / kDays;
        my += y[k] / kDays;
    }
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t k = 0; k < kDays; ++k) {
        xx += (x[k] - mx) * (x[k] - mx);
        yy += (y[k] - my) * (y[k] - my);
        xy += (x[k] - mx) * (y[k] - my);
    }
    return xx > 0 && yy > 0 ? std::optional(xy / std::sqrt(xx * yy)) : std::nullopt;
}

template <class T> bool current(const std::vector<T>& series, UtcTime asof) {
    return !series.empty() && market::sessionsMissing(series.back().date, asof) == 0;
}

} // namespace

VolatilityMetrics volatilityMetrics(const pricing::PricedChain& chain, const market::History& history) {
    VolatilityMetrics v;
    term(v, termStructure(chain));
    const std::string& symbol = chain.chain->underlying;
    const auto own = history.iv30.find(symbol), index = history.volatilityIndex.find(symbol);
    if (own != history.iv30.end() && current(own->second, chain.chain->time)) {
        rank(v, own->second, v.iv30);
    } else if (index != history.volatilityIndex.end() && current(index->second, chain.chain->time)) {
        const std::span closes(index->second);
        rank(v, closes.first(closes.size() - 1), closes.back().value);
        v.rankedIndexDate = closes.back().date;
        v.rankedIndex = market::volatilityIndexOf(symbol);
    }
    if (const auto it = history.bars.find(symbol); it != history.bars.end() && current(it->second, chain.chain->time)) {
        v.realised10 = realisedVolatility(it->second, 10);
        v.realised20 = realisedVolatility(it->second, 20);
        v.realised60 = realisedVolatility(it->second, 60);
        const auto& last = it->second.back();
        if (last.date < market::toNewYork(chain.chain->time).date && last.close > 0 && chain.spot > 0) v.today = std::log(chain.spot / last.close);
    }
    double best = 1e9;
    for (std::size_t i = 0; i < chain.expiries.size(); ++i) {
        const auto& e = chain.expiries[i];
        const double distance = std::abs(e.years * 365 - 30);
        if (!e.riskReversal25 || !e.butterfly25 || !e.atmVol || distance > 20 || distance >= best) continue;
        best = distance;
        v.riskReversal25 = e.riskReversal25;
        v.butterfly25 = e.butterfly25;
        // RR = call - put, BF = (call + put) / 2 - ATM: the put wing is ATM + BF - RR / 2.
        v.skew = (*e.atmVol + *e.butterfly25 - *e.riskReversal25 / 2) / *e.atmVol;
    }
    return v;
}

TechnicalMetrics technicalMetrics(const std::vector<market::DailyBar>& bars, double spot) {
    TechnicalMetrics t;
    t.bars = static_cast<int>(bars.size());
    std::vector<double> closes;
    for (const auto& bar : bars) closes.push_back(bar.close);
    t.rsi14 = rsi(closes);
    if (const auto m = macd(closes)) {
        t.macd = m->line;
        t.macdSignal = m->signal;
        t.macdHistogram = m->histogram;
    }
    if (const auto b = bollinger(closes)) {
        t.bollingerUpper = b->upper;
        t.bollingerLower = b->lower;
        if (b->upper > b->lower) t.bollingerPosition = std::clamp((spot - b->lower) / (b->upper - b->lower), 0.0, 1.0);
    }
    t.atr14 = atr(bars);
    t.sma20 = simpleMean(closes, 20);
    t.sma50 = simpleMean(closes, 50);
    t.sma200 = simpleMean(closes, 200);
    if (t.atr14 && spot > 0) {
        const auto levels = pivotLevels(bars, spot, *t.atr14 * 0.5);
        t.supports = levels.supports;
        t.resistances = levels.resistances;
    }
    if (t.sma20 && t.sma50 && t.atr14 && *t.atr14 > 0) {
        // Distance from both means in daily ranges: within half a range of the fifty-day mean there is no trend.
        const double lead = (spot - *t.sma50) / *t.atr14, spread = (*t.sma20 - *t.sma50) / *t.atr14;
        const double score = 0.6 * lead + 0.4 * spread;
        t.trend = score > 0.75 ? Trend::Bullish : score < -0.75 ? Trend::Bearish : Trend::Neutral;
        t.trendStrength = std::min(1.0, std::abs(score) / 6);
    }
    return t;
}

Analysis analyse(const pricing::PricedChain& chain, const market::History& history, std::optional<double> vix, std::optional<double> vixPriorClose) {
    Analysis a;
    a.underlying = chain.chain->underlying;
    a.asof = chain.chain->time;
    a.spot = chain.spot;
    a.volatility = volatilityMetrics(chain, history);
    const auto bars = history.bars.find(a.underlying);
    if (bars != history.bars.end() && current(bars->second, a.asof)) a.technical = technicalMetrics(bars->second, a.spot);
    a.vix = vix;
    if (vix && vixPriorClose && *vixPriorClose > 0) a.vixChange = *vix / *vixPriorClose - 1;
    if (vix) a.vixRegime = vixRegime(*vix);
    a.rate = history.rate;
    const TradingDate today = market::toNewYork(a.asof).date;
    for (const auto& event : history.events)
        if (market::isAhead(event, a.asof) && daysBetween(today, event.date) <= 60) a.events.push_back(event);
    std::stable_sort(a.events.begin(), a.events.end(),
                     [](const auto& x, const auto& y) { return std::chrono::sys_days(x.date) < std::chrono::sys_days(y.date); });
    if (bars != history.bars.end() && current(bars->second, a.asof))
        for (const auto& [symbol, other] : history.bars)
            if (symbol != a.underlying && current(other, a.asof))
                if (const auto c = correlation(bars->second, other)) a.correlations[symbol] = *c;
    return a;
}

} // namespace mahler::analytics
