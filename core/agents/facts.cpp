#include "agents/facts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <tuple>

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

/// Units of which there is one without their s.
constexpr std::string_view kCounted[] = {"contracts", "days", "positions", "events", "known events", "sessions", "spreads", "daily bars"};

/// Whole strikes without decimals.
int strikeDecimals(double strike) { return strike == std::floor(strike) ? 0 : 2; }

const char* releasesOf(market::EventKind kind) {
    switch (kind) {
    case market::EventKind::Fomc: return "Federal Reserve meetings";
    case market::EventKind::Cpi: return "consumer prices";
    case market::EventKind::Jobs: return "employment reports";
    case market::EventKind::Gdp: return "GDP releases";
    case market::EventKind::Earnings: return "earnings";
    case market::EventKind::ExDividend: return "ex-dividend days";
    case market::EventKind::Expiry: return "expiries";
    case market::EventKind::Holiday: return "holidays";
    }
    return "";
}

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return out;
}

/// The calendar from now to `last`, as the prompt counts it: of the whole market or of this underlying, expiries and holidays are none. Where a
/// kind that matters is not covered, what is known is counted as known events, their risk is the least there is, and the rest is named unknown.
void addEvents(FactBuilder& add, const CycleInputs& in, TradingDate last, const std::string& window) {
    const std::string source = "event calendar";
    add.word("event.window", window, source);
    const TradingDate today = market::toNewYork(in.asof).date;
    static const market::History kNone;
    const auto& history = in.history ? *in.history : kNone;
    std::vector<std::string> covered, unknown;
    for (const auto kind : market::kindsThatMatter(in.underlying))
        (market::isCovered(history, kind, in.underlying, today, last) ? covered : unknown).push_back(releasesOf(kind));
    int count = 0;
    double risk = 0;
    const market::MarketEvent* next = nullptr;
    for (const auto& event : history.events) {
        const int days = daysBetween(today, event.date);
        if (!market::isAhead(event, in.asof) || event.date > last || (!event.symbol.empty() && event.symbol != in.underlying)) continue;
        if (event.kind == market::EventKind::Expiry || event.kind == market::EventKind::Holiday) continue;
        ++count;
        const bool strong =
            event.kind == market::EventKind::Fomc || event.kind == market::EventKind::Cpi || event.kind == market::EventKind::Earnings;
        // Near and strong events weigh most; the weights are ours, the events are the seed's (002 section 5.2.3).
        risk += (strong ? 0.25 : 0.10) * (days <= 3 ? 1.6 : days <= 10 ? 1.0 : 0.6);
        if (!next || event.date < next->date) next = &event;
    }
    if (unknown.empty()) {
        add.number("event.count", count, "events", 0, source);
        add.number("event.risk", std::min(1.0, risk), "score", 2, source);
    } else {
        if (count > 0 || !covered.empty()) add.number("event.count", count, "known events", 0, source);
        if (count > 0) add.number("event.risk.least", std::min(1.0, risk), "score", 2, source);
        add.word("event.covered", listed(covered), source);
        add.word("event.unknown", listed(unknown), source);
    }
    if (next) {
        add.word("event.next", next->title.empty() ? market::toString(next->kind) : next->title, source);
        add.word("event.next.date", formatDate(next->date), source);
        add.number("event.next.days", daysBetween(today, next->date), "days", 0, source);
    }
}

/// Where a daily series ends when it ends too early to say anything.
void addGap(FactBuilder& add, const std::string& id, TradingDate last, UtcTime asof, const std::string& source) {
    const int missing = market::sessionsMissing(last, asof);
    if (missing == 0) return;
    add.word(id + ".end", formatDate(last), source);
    add.number(id + ".missing", missing, "sessions", 0, source);
}

void addBarFacts(FactTable& facts, const CycleInputs& in, const analytics::Analysis& a) {
    if (!in.history) return;
    const auto bars = in.history->bars.find(in.underlying);
    if (bars == in.history->bars.end() || bars->second.empty()) return;
    const TradingDate last = bars->second.back().date;
    const std::string source = "history " + in.underlying + " to " + formatDate(last);
    FactBuilder ofBars(facts, market::sessionClose(last)); // as old as the last close they hold
    const auto& v = a.volatility;
    const auto& t = a.technical;
    ofBars.number("bars.count", static_cast<double>(bars->second.size()), "daily bars", 0, source);
    addGap(ofBars, "bars", last, in.asof, source);
    ofBars.number("rv.10", percent(v.realised10), "%", 1, source);
    ofBars.number("rv.20", percent(v.realised20), "%", 1, source);
    ofBars.number("rv.60", percent(v.realised60), "%", 1, source);
    if (v.realised20) ofBars.number("rv.span", 20, "sessions", 0, "definition of rv.20");
    ofBars.number("rsi", t.rsi14, "", 1, source);
    ofBars.number("macd", t.macd, "", 2, source);
    ofBars.number("macd.signal", t.macdSignal, "", 2, source);
    ofBars.number("macd.histogram", t.macdHistogram, "", 2, source);
    ofBars.number("atr", t.atr14, "USD", 2, source);
    ofBars.number("sma.20", t.sma20, "USD", 2, source);
    ofBars.number("sma.50", t.sma50, "USD", 2, source);
    ofBars.number("sma.200", t.sma200, "USD", 2, source);
    if (t.sma50) ofBars.number("sma.span", 50, "sessions", 0, "definition of sma.50");
    if (!t.supports.empty()) ofBars.number("support", t.supports.front(), "USD", 2, source);
    if (!t.resistances.empty()) ofBars.number("resistance", t.resistances.front(), "USD", 2, source);
    FactBuilder withSpot(facts, in.asof); // these hold today's price against the bars
    withSpot.number("bollinger.position", t.bollingerPosition, "", 2, source);
    if (t.sma50 && *t.sma50 > 0) withSpot.number("spot.vs_sma50", (a.spot / *t.sma50 - 1) * 100, "%", 1, source);
    if (t.trend) withSpot.word("trend", analytics::toString(*t.trend), source);
    withSpot.number("trend.strength", t.trendStrength, "", 2, source);
}

/// Rank, percentile and z-score, and whose they are.
void addRankFacts(FactTable& facts, const CycleInputs& in, const analytics::VolatilityMetrics& v) {
    const std::string source = v.rankedIndexDate
                                   ? "volatility index " + v.rankedIndex + " of " + in.underlying + ", close of " + formatDate(*v.rankedIndexDate)
                                   : "history of the 30-day volatility of " + in.underlying;
    FactBuilder add(facts, v.rankedIndexDate ? market::sessionClose(*v.rankedIndexDate) : in.asof);
    add.word("iv.of", v.rankedIndex, source);
    add.number("iv.rank", v.ivRank, "", 0, source);
    add.number("iv.percentile", v.ivPercentile, "%", 0, source);
    add.number("iv.history", v.ivHistoryDays > 0 ? std::optional<double>(v.ivHistoryDays) : std::nullopt, "sessions", 0, source);
    add.number("iv.zscore", v.zScore, "sd", 2, source);
    if (v.ivPercentile || !in.history) return;
    const auto& own = in.history->iv30;
    const auto& index = in.history->volatilityIndex;
    if (const auto it = own.find(in.underlying); it != own.end() && !it->second.empty())
        addGap(add, "iv.history", it->second.back().date, in.asof, source);
    else if (const auto of = index.find(in.underlying); of != index.end() && !of->second.empty())
        addGap(add, "iv.history", of->second.back().date, in.asof, "volatility index " + market::volatilityIndexOf(in.underlying));
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
    const auto& v = a.volatility;
    add.word("underlying", in.underlying, chain);
    add.number("spot", a.spot, "USD", 2, chain);
    if (const auto move = a.volatility.today) {
        add.number("spot.move", (std::exp(*move) - 1) * 100, "%", 1, chain + " against the last close");
        if (const auto usual = a.volatility.realised20; usual && *usual > 0)
            add.number("spot.move_days", std::abs(*move) / (*usual / std::sqrt(252.0)), "usual days", 1, "spot.move over rv.20 a day");
    }
    if (in.chain) {
        add.number("chain.contracts", static_cast<double>(in.chain->chain->size()), "contracts", 0, chain);
        add.number("chain.expiries", static_cast<double>(in.chain->expiries.size()), "expiries", 0, chain);
    }
    add.number("iv.30", percent(v.iv30), "%", 1, chain);
    add.number("iv.60", percent(v.iv60), "%", 1, chain);
    add.number("iv.90", percent(v.iv90), "%", 1, chain);
    for (const auto& [id, days, known] : {std::tuple("iv.tenor.30", 30, v.iv30.has_value()), std::tuple("iv.tenor.60", 60, v.iv60.has_value()),
                                          std::tuple("iv.tenor.90", 90, v.iv90.has_value())})
        if (known) add.number(id, days, "days", 0, "definition of the term structure");
    addRankFacts(facts, in, v);
    addBarFacts(facts, in, a);
    add.number("term.ratio", v.ratio3090, "", 2, chain);
    if (v.shape) add.word("term.shape", analytics::toString(*v.shape), chain);
    add.number("term.slope", percent(v.slope), "points a year", 1, chain);
    add.number("iv.premium", percent(difference(v.iv30, v.realised20)), "points", 1, "iv.30 less rv.20");
    add.number("skew.rr25", percent(v.riskReversal25), "points", 1, chain);
    add.number("skew.ratio", v.skew, "", 2, chain);
    FactBuilder ofVix(facts, in.vixAt.value_or(in.asof));
    ofVix.number("vix", a.vix, "points", 2, "VIX");
    ofVix.number("vix.change", percent(a.vixChange), "%", 1, "VIX");
    if (a.vixRegime) ofVix.word("vix.regime", analytics::toString(*a.vixRegime), "VIX");
    if (a.vix && in.vixAt && market::toNewYork(*in.vixAt).date < market::toNewYork(in.asof).date) // a close of before: where it is now is not known
        ofVix.word("vix.closed", formatDate(market::toNewYork(*in.vixAt).date), "VIX");
    if (!a.vix && in.history && !in.history->vix.empty()) addGap(add, "vix", in.history->vix.back().date, in.asof, "VIX");

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
    add.number("trade.credit", best->limit.toDouble(), "USD", 2, source); // what the order asks for; the mid is a little more
    add.number("trade.width", best->width, "USD", 2, source);
    if (best->width > 0) add.number("trade.credit_to_width", best->limit.toDouble() / best->width * 100, "%", 1, source);
    add.number("trade.delta", std::abs(best->shortDelta), "", 2, source);
    add.number("trade.pop", best->probabilityOfProfit * 100, "%", 1, source);
    const bool fitted = a.volatility.realised10 || a.volatility.realised20 || a.volatility.realised60;
    add.word("trade.density",
             fitted ? "the fitted physical density" : "the density of the quotes less a tenth of its volatility, for want of a history", source);
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
    if (number == "1" && std::find(std::begin(kCounted), std::end(kCounted), f.unit) != std::end(kCounted)) unit.pop_back();
    return number + unit + " [" + id + "]";
}

std::string citeMagnitude(const FactTable& facts, const std::string& id) {
    std::string cited = cite(facts, id);
    if (!cited.starts_with('-')) return cited;
    cited.insert(cited.rfind('[') + 1, "=-");
    return cited.substr(1);
}

std::string whyNoTrend(const FactTable& facts) {
    if (known(facts, "bars.missing"))
        return "the daily bars of " + cite(facts, "underlying") + " end on " + cite(facts, "bars.end") + ", with " + cite(facts, "bars.missing") +
               " missing";
    if (known(facts, "bars.count")) return "no more than " + cite(facts, "bars.count") + " of " + cite(facts, "underlying") + " are known";
    return "no daily bars of " + cite(facts, "underlying") + " are known";
}

std::string whyNoRank(const FactTable& facts) {
    if (known(facts, "iv.history.missing"))
        return "the volatility history ends on " + cite(facts, "iv.history.end") + ", with " + cite(facts, "iv.history.missing") + " missing";
    if (!known(facts, "iv.30")) return "the volatility of this chain is itself unknown";
    if (known(facts, "iv.history")) return "no more than " + cite(facts, "iv.history") + " of volatility history are known";
    return "no volatility history is known";
}

std::string whyNoTrade(const FactTable& facts) {
    if (valueOf(facts, "screen.considered").value_or(0) == 0)
        return "the chain holds no spread the screener could look at" +
               (known(facts, "screen.tightest") ? ", by its rule " + cite(facts, "screen.tightest") : std::string());
    if (valueOf(facts, "screen.passed").value_or(0) > 0)
        return "what passes the screen, " + cite(facts, "screen.passed") + ", is held already or was declined today";
    std::string why = "of " + cite(facts, "screen.considered") + " none passes the screen";
    if (known(facts, "screen.tightest")) why += "; the tightest rule is " + cite(facts, "screen.tightest");
    if (valueOf(facts, "screen.without_tightest").value_or(0) > 0) why += ", without which " + cite(facts, "screen.without_tightest") + " would pass";
    return why;
}

} // namespace mahler::agents
