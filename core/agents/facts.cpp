#include "agents/facts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "market/exchange_calendar.h"

namespace mahler::agents {

namespace {

std::optional<double> percent(std::optional<double> fraction) { return fraction ? std::optional(*fraction * 100) : std::nullopt; }

std::optional<double> difference(std::optional<double> a, std::optional<double> b) { return a && b ? std::optional(*a - *b) : std::nullopt; }

std::string money(double value, int decimals) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

/// "100000" to "100,000"; what follows the point stays.
std::string grouped(std::string number) {
    const std::size_t first = number.starts_with('-') ? 1 : 0;
    for (std::size_t at = std::min(number.find('.'), number.size()); at > first + 3;) number.insert(at -= 3, ",");
    return number;
}

/// Whole strikes without decimals.
int strikeDecimals(double strike) { return strike == std::floor(strike) ? 0 : 2; }

/// The calendar from today to `last`, as the prompt counts it: of the whole market or of this underlying, expiries and holidays are none.
void addEvents(FactBuilder& add, const CycleInputs& in, TradingDate last, const std::string& window) {
    if (!in.history || in.history->events.empty()) return; // no calendar: unknown, not quiet
    const TradingDate today = market::toNewYork(in.asof).date;
    int count = 0;
    double risk = 0;
    const market::MarketEvent* next = nullptr;
    for (const auto& event : in.history->events) {
        const int days = daysBetween(today, event.date);
        if (days < 0 || event.date > last || (!event.symbol.empty() && event.symbol != in.underlying)) continue;
        if (event.kind == market::EventKind::Expiry || event.kind == market::EventKind::Holiday) continue;
        ++count;
        const bool strong =
            event.kind == market::EventKind::Fomc || event.kind == market::EventKind::Cpi || event.kind == market::EventKind::Earnings;
        // Near and strong events weigh most; the weights are ours, the events are the seed's (002 section 5.2.3).
        risk += (strong ? 0.25 : 0.10) * (days <= 3 ? 1.6 : days <= 10 ? 1.0 : 0.6);
        if (!next || event.date < next->date) next = &event;
    }
    add.word("event.window", window, "event calendar");
    add.number("event.count", count, "events", 0, "event calendar");
    add.number("event.risk", std::min(1.0, risk), "score", 2, "event calendar");
    if (next) {
        add.word("event.next", next->title.empty() ? market::toString(next->kind) : next->title, "event calendar");
        add.word("event.next.date", formatDate(next->date), "event calendar");
        add.number("event.next.days", daysBetween(today, next->date), "days", 0, "event calendar");
    }
}

} // namespace

void FactBuilder::number(const std::string& id, std::optional<double> value, const std::string& unit, int decimals, const std::string& source) {
    if (!value || !std::isfinite(*value)) return;
    // A fact is what is written: rounded once here, so that texts, JSON and checker agree.
    const double scale = std::pow(10.0, decimals);
    double rounded = std::round(*value * scale) / scale;
    if (rounded == 0) rounded = 0; // no minus zero
    m_facts[FactId(id)] = Fact{FactId(id), rounded, {}, unit, decimals, source, m_time};
}

void FactBuilder::word(const std::string& id, const std::string& value, const std::string& source) {
    if (!value.empty()) m_facts[FactId(id)] = Fact{FactId(id), std::nullopt, value, {}, 0, source, m_time};
}

void addMarketFacts(FactTable& facts, const CycleInputs& in, const analytics::Analysis& a) {
    FactBuilder add(facts, in.asof);
    const std::string chain = in.chain && in.chain->chain ? "chain " + in.chain->chain->source : "chain";
    std::string history = "history " + in.underlying;
    if (in.history)
        if (const auto bars = in.history->bars.find(in.underlying); bars != in.history->bars.end() && !bars->second.empty())
            history += " to " + formatDate(bars->second.back().date);
    const auto& v = a.volatility;
    const auto& t = a.technical;
    add.word("underlying", in.underlying, chain);
    add.number("spot", a.spot, "USD", 2, chain);
    if (in.chain) {
        add.number("chain.contracts", static_cast<double>(in.chain->chain->size()), "contracts", 0, chain);
        add.number("chain.expiries", static_cast<double>(in.chain->expiries.size()), "expiries", 0, chain);
    }
    add.number("iv.30", percent(v.iv30), "%", 1, chain);
    add.number("iv.60", percent(v.iv60), "%", 1, chain);
    add.number("iv.90", percent(v.iv90), "%", 1, chain);
    const std::string ranked = v.rankedIndexDate ? "volatility index of " + in.underlying + ", close of " + formatDate(*v.rankedIndexDate) : history;
    add.number("iv.rank", v.ivRank, "", 0, ranked);
    add.number("iv.percentile", v.ivPercentile, "%", 0, ranked);
    add.number("iv.history", v.ivHistoryDays > 0 ? std::optional<double>(v.ivHistoryDays) : std::nullopt, "sessions", 0, ranked);
    add.number("iv.zscore", v.zScore, "sd", 2, ranked);
    add.number("term.ratio", v.ratio3090, "", 2, chain);
    if (v.shape) add.word("term.shape", analytics::toString(*v.shape), chain);
    add.number("term.slope", percent(v.slope), "points a year", 1, chain);
    add.number("rv.10", percent(v.realised10), "%", 1, history);
    add.number("rv.20", percent(v.realised20), "%", 1, history);
    add.number("rv.60", percent(v.realised60), "%", 1, history);
    add.number("iv.premium", percent(difference(v.iv30, v.realised20)), "points", 1, "iv.30 less rv.20");
    add.number("skew.rr25", percent(v.riskReversal25), "points", 1, chain);
    add.number("skew.ratio", v.skew, "", 2, chain);
    FactBuilder ofVix(facts, in.vixAt.value_or(in.asof));
    ofVix.number("vix", a.vix, "points", 2, "VIX");
    ofVix.number("vix.change", percent(a.vixChange), "%", 1, "VIX");
    if (a.vixRegime) ofVix.word("vix.regime", analytics::toString(*a.vixRegime), "VIX");

    add.number("rsi", t.rsi14, "", 1, history);
    add.number("macd", t.macd, "", 2, history);
    add.number("macd.signal", t.macdSignal, "", 2, history);
    add.number("macd.histogram", t.macdHistogram, "", 2, history);
    add.number("bollinger.position", t.bollingerPosition, "", 2, history);
    add.number("atr", t.atr14, "USD", 2, history);
    add.number("sma.20", t.sma20, "USD", 2, history);
    add.number("sma.50", t.sma50, "USD", 2, history);
    add.number("sma.200", t.sma200, "USD", 2, history);
    if (t.sma50 && *t.sma50 > 0) add.number("spot.vs_sma50", (a.spot / *t.sma50 - 1) * 100, "%", 1, history);
    if (t.trend) add.word("trend", analytics::toString(*t.trend), history);
    add.number("trend.strength", t.trendStrength, "", 2, history);
    if (!t.supports.empty()) add.number("support", t.supports.front(), "USD", 2, history);
    if (!t.resistances.empty()) add.number("resistance", t.resistances.front(), "USD", 2, history);

    add.number("equity", in.equity.toDouble(), "USD", 0, "account");
    Usd risk, correlated;
    for (const auto& p : in.positions) {
        const Usd loss = portfolio::worstCaseLoss(p).value_or(Usd{});
        risk += loss;
        if (risk::isCorrelatedEquity(p.underlying)) correlated += loss;
    }
    add.number("book.positions", static_cast<double>(in.positions.size()), "positions", 0, "book");
    if (in.equity.micros() > 0) {
        add.number("book.risk", ratio(risk, in.equity) * 100, "%", 1, "book");
        add.number("book.correlated", ratio(correlated, in.equity) * 100, "%", 1, "book");
        add.number("book.delta", in.bookGreeks.deltaDollars / in.equity.toDouble(), "of equity", 2, "book");
    }
    add.number("book.theta", in.bookGreeks.thetaPerDay, "USD a day", 2, "book");
    add.number("book.vega", in.bookGreeks.vegaPerPoint, "USD a point", 2, "book");
    add.number("limit.portfolio_risk", in.limits.portfolioRisk * 100, "%", 1, "limits");
    add.number("limit.delta", in.limits.portfolioDelta, "of equity", 2, "limits");
}

void addScreenFacts(FactTable& facts, const CycleInputs& in, const analytics::Analysis& a, const strategy::ScreenResult& screen,
                    const strategy::Candidate* best) {
    FactBuilder add(facts, in.asof);
    const std::string source = "screener " + screen.profile.name;
    add.number("screen.considered", screen.considered, "spreads", 0, source);
    add.number("screen.passed", static_cast<double>(screen.candidates.size()), "spreads", 0, source);
    add.word("screen.tightest", screen.tightestRule, source);
    for (const auto& rule : screen.rules)
        if (rule.rule == screen.tightestRule) add.number("screen.without_tightest", rule.soleReject, "spreads", 0, source);
    add.number("rule.iv_percentile", screen.profile.ivPercentileMin, "%", 0, source);
    add.number("rule.credit_to_width", screen.profile.creditToWidthMin * 100, "%", 1, source);
    // The window is the holding period; without a trade, the longest one the screener looks at.
    const TradingDate today = market::toNewYork(in.asof).date;
    if (best)
        addEvents(add, in, best->expiry, "before the expiry on " + formatDate(best->expiry));
    else
        addEvents(add, in, TradingDate(std::chrono::sys_days(today) + std::chrono::days(screen.profile.dteMax)),
                  "in the next " + std::to_string(screen.profile.dteMax) + " days");
    if (!best) return;
    add.word("trade.kind",
             best->kind == portfolio::StrategyKind::BullPutSpread    ? "bull put spread"
             : best->kind == portfolio::StrategyKind::BearCallSpread ? "bear call spread"
                                                                     : portfolio::toString(best->kind),
             source);
    add.word("trade.expiry", formatDate(best->expiry), source);
    add.number("trade.dte", best->dte, "days", 0, source);
    const double shortStrike = best->legs.front().contract.strike.toDouble();
    add.number("trade.short_strike", shortStrike, "USD", strikeDecimals(shortStrike), source);
    const double longStrike = best->legs.back().contract.strike.toDouble();
    add.number("trade.long_strike", longStrike, "USD", strikeDecimals(longStrike), source);
    add.number("trade.credit", best->credit.toDouble(), "USD", 2, source);
    add.number("trade.width", best->width, "USD", 2, source);
    add.number("trade.credit_to_width", best->creditToWidth * 100, "%", 1, source);
    add.number("trade.delta", std::abs(best->shortDelta), "", 2, source);
    add.number("trade.pop", best->probabilityOfProfit * 100, "%", 1, source);
    add.number("trade.ev", best->expectedValue, "USD a spread", 2, source);
    add.number("trade.max_loss", best->maxLoss.toDouble(), "USD a spread", 2, source);
    add.number("trade.max_profit", best->maxProfit.toDouble(), "USD a spread", 2, source);
    if (best->maxProfit.micros() > 0) add.number("trade.loss_to_profit", ratio(best->maxLoss, best->maxProfit), "times", 1, source);
    add.number("trade.spread", best->bidAskFraction * 100, "%", 1, source);
    add.number("trade.open_interest", static_cast<double>(best->openInterest), "contracts", 0, source);
    add.number("trade.score", best->score, "", 2, source);
    add.number("trade.theta", best->thetaPerDay, "USD a day a spread", 2, source);
    add.number("trade.vega", best->vegaPerPoint, "USD a point a spread", 2, source);
    if (a.spot > 0) {
        add.number("trade.distance", std::abs(shortStrike / a.spot - 1) * 100, "%", 1, source);
        if (a.volatility.iv30 && best->dte > 0) {
            const double move = a.spot * *a.volatility.iv30 * std::sqrt(best->dte / 365.0);
            add.number("trade.distance_moves", std::abs(shortStrike - a.spot) / move, "expected moves", 2, source);
        }
    }
    add.word("trade.event", best->eventNote, "event calendar");
}

void addSizeFacts(FactTable& facts, const CycleInputs& in, const risk::SizeResult& sizing) {
    FactBuilder add(facts, in.asof);
    add.number("size.contracts", static_cast<double>(sizing.contracts), "contracts", 0, "position sizer");
    add.number("size.risk", sizing.riskFraction * 100, "%", 2, "position sizer");
    add.word("size.limited_by", sizing.limitingFactor, "position sizer");
}

FactTable visibleTo(const Role& role, const FactTable& facts) {
    FactTable out;
    std::copy_if(facts.begin(), facts.end(), std::inserter(out, out.end()), [&](const auto& entry) { return role.mayRead(entry.first); });
    return out;
}

std::optional<double> valueOf(const FactTable& facts, const std::string& id) {
    const auto it = facts.find(FactId(id));
    return it == facts.end() ? std::nullopt : it->second.number;
}

std::string wordOf(const FactTable& facts, const std::string& id) {
    const auto it = facts.find(FactId(id));
    return it == facts.end() ? std::string() : it->second.word;
}

bool known(const FactTable& facts, const std::string& id) { return facts.count(FactId(id)) > 0; }

std::string cite(const FactTable& facts, const std::string& id) {
    const auto it = facts.find(FactId(id));
    if (it == facts.end()) return "unknown";
    const Fact& f = it->second;
    if (!f.number) return f.word + " [" + id + "]";
    const std::string number = grouped(money(*f.number, f.decimals));
    std::string unit = f.unit.empty() ? "" : " " + f.unit;
    if (number == "1" && (f.unit == "contracts" || f.unit == "days" || f.unit == "positions" || f.unit == "events")) unit.pop_back();
    return number + unit + " [" + id + "]";
}

} // namespace mahler::agents
