#include "agents/rule_analysts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/facts.h"

namespace mahler::agents {

namespace {

/// Score -1 (avoid) .. 1 (sell premium) to stance; confidence grows with |score| and with the share of inputs known.
void conclude(AnalystReport& r, double score, int knownInputs, int inputs) {
    r.stance = score > 0.15 ? Stance::Favourable : score < -0.15 ? Stance::Unfavourable : Stance::Neutral;
    const double coverage = static_cast<double>(knownInputs) / inputs;
    r.confidence = std::min(0.95, (0.35 + 0.55 * std::min(1.0, std::abs(score))) * (0.4 + 0.6 * coverage));
}

void put(AnalystReport& r, const FactTable& f, const std::string& field, const std::string& id) {
    const auto it = f.find(FactId(id));
    if (it == f.end()) {
        r.data[field] = "unknown";
        return;
    }
    const std::string cited = cite(f, id);
    r.data[field] = cited.substr(0, cited.rfind(" ["));
}

AnalystReport ivTerm(const FactTable& f) {
    AnalystReport r;
    double score = 0;
    int have = 0;
    std::string curve;
    for (const auto& [vol, tenor] : {std::pair("iv.30", "iv.tenor.30"), std::pair("iv.60", "iv.tenor.60"), std::pair("iv.90", "iv.tenor.90")})
        if (known(f, vol)) curve += (curve.empty() ? "" : ", ") + cite(f, vol) + " at " + cite(f, tenor);
    r.text = curve.empty() ? "At-the-money volatility is unknown."
                           : "At-the-money volatility is " + curve +
                                 (known(f, "iv.30") && known(f, "iv.60") && known(f, "iv.90") ? "." : "; further points of the curve are unknown.");
    const std::string whose = known(f, "iv.of") ? "the last close of " + cite(f, "iv.of") : "volatility at " + cite(f, "iv.tenor.30");
    if (const auto p = valueOf(f, "iv.percentile")) {
        ++have;
        score += (*p - 50) / 60;
        r.text += " The percentile of " + whose + " is " + cite(f, "iv.percentile") + " and its rank " + cite(f, "iv.rank") + " over " +
                  cite(f, "iv.history") + (*p >= 50 ? ": premium is worth selling." : ": premium is poor.");
    } else {
        r.text += " Rank and percentile are unknown: " + whyNoRank(f) + ".";
    }
    const std::string shape = wordOf(f, "term.shape");
    if (!shape.empty()) {
        ++have;
        score += shape == "contango" ? 0.25 : shape == "backwardation" ? -0.5 : -0.05;
        r.text += " The term structure is " + cite(f, "term.shape") + " at a ratio of " + cite(f, "term.ratio") +
                  (shape == "contango"        ? ", which favours selling near premium."
                   : shape == "backwardation" ? ", a market that pays for protection now."
                                              : ".");
    }
    std::string signal = "neutral";
    if (const auto z = valueOf(f, "iv.zscore")) {
        ++have;
        signal = *z > 2 ? "sell_vol" : *z < -1.5 ? "buy_vol" : "neutral";
        if (signal != "neutral")
            r.text += " " + (known(f, "iv.of") ? "The last close of " + cite(f, "iv.of") : "Volatility at " + cite(f, "iv.tenor.30")) + " stands " +
                      citeMagnitude(f, "iv.zscore") + (*z > 0 ? " above" : " below") + " its mean.";
        score += signal == "sell_vol" ? 0.15 : signal == "buy_vol" ? -0.25 : 0;
    }
    if (const auto premium = valueOf(f, "iv.premium")) {
        ++have;
        score += std::clamp(*premium / 12, -0.4, 0.4);
        r.text += " Against realised volatility of " + cite(f, "rv.20") + " over the last " + cite(f, "rv.span") +
                  (*premium < 0 ? " the seller is short of " + citeMagnitude(f, "iv.premium") : " the seller's margin is " + cite(f, "iv.premium")) +
                  ".";
    }
    put(r, f, "iv_percentile", "iv.percentile");
    put(r, f, "iv_rank", "iv.rank");
    put(r, f, "term_structure", "term.shape");
    put(r, f, "term_slope", "term.slope");
    put(r, f, "mean_reversion_zscore", "iv.zscore");
    r.data["mean_reversion_signal"] = signal;
    conclude(r, score, have, 4);
    return r;
}

AnalystReport technical(const FactTable& f) {
    AnalystReport r;
    double score = 0;
    int have = 0;
    const std::string trend = wordOf(f, "trend");
    if (trend.empty()) {
        r.text = (known(f, "rsi") ? "The trend is unknown: " : "Trend, levels and momentum are unknown: ") + whyNoTrend(f) + ".";
    } else {
        ++have;
        score += (trend == "neutral" ? 0.2 : trend == "bullish" ? 0.25 : -0.3);
        r.text = "The trend of " + cite(f, "underlying") + " is " + cite(f, "trend") + " with a strength of " + cite(f, "trend.strength") +
                 "; spot " + cite(f, "spot") + " lies " + citeMagnitude(f, "spot.vs_sma50") +
                 (valueOf(f, "spot.vs_sma50").value_or(0) < 0 ? " below" : " above") + " its mean of " + cite(f, "sma.span") + ".";
    }
    if (const auto rsi = valueOf(f, "rsi")) {
        ++have;
        r.text += " RSI is " + cite(f, "rsi") + (*rsi > 70 ? ", overbought." : *rsi < 30 ? ", oversold." : ", without extreme.");
        score += *rsi < 30 ? -0.3 : *rsi > 75 ? -0.1 : 0.1;
    }
    if (const auto h = valueOf(f, "macd.histogram")) {
        ++have;
        r.text += std::string(" MACD is ") + (*h >= 0 ? "above" : "below") + " its signal by " + citeMagnitude(f, "macd.histogram") + ".";
    }
    if (known(f, "support"))
        r.text += " Support stands at " + cite(f, "support") + (known(f, "resistance") ? ", resistance at " + cite(f, "resistance") : "") + ".";
    if (known(f, "atr")) r.text += " The average daily range is " + cite(f, "atr") + ".";
    put(r, f, "trend", "trend");
    put(r, f, "trend_strength", "trend.strength");
    put(r, f, "key_support", "support");
    put(r, f, "key_resistance", "resistance");
    put(r, f, "rsi_14", "rsi");
    r.data["macd_signal"] = !known(f, "macd.histogram") ? "unknown" : *valueOf(f, "macd.histogram") > 0 ? "bullish" : "bearish";
    put(r, f, "bollinger_position", "bollinger.position");
    conclude(r, score, have, 3);
    return r;
}

AnalystReport macro(const FactTable& f) {
    AnalystReport r;
    double score = 0;
    int have = 0;
    if (const auto vix = valueOf(f, "vix")) {
        ++have;
        score += *vix < 20 ? 0.25 : *vix < 28 ? 0.0 : *vix < 38 ? -0.45 : -0.9;
        const bool closed = known(f, "vix.closed");
        r.text = (closed ? "VIX closed at " + cite(f, "vix") + " on " + cite(f, "vix.closed") : "VIX is " + cite(f, "vix")) + ", in the regime " +
                 cite(f, "vix.regime");
        if (const auto change = valueOf(f, "vix.change")) {
            r.text +=
                ", " + citeMagnitude(f, "vix.change") + (*change < 0 ? " below" : " above") + (closed ? " the close before it" : " its prior close");
            score += *change > 20 ? -0.45 : *change > 8 ? -0.2 : *change < -8 ? 0.1 : 0;
        }
        r.text += ".";
    } else {
        r.text = known(f, "vix.missing")
                     ? "VIX is unknown: its closes end on " + cite(f, "vix.end") + ", with " + cite(f, "vix.missing") + " missing."
                     : std::string("VIX is unknown here.");
    }
    if (const auto risk = valueOf(f, "event.risk")) {
        ++have;
        score += 0.2 - *risk * 0.6;
        r.text +=
            " The calendar holds " + cite(f, "event.count") + " " + cite(f, "event.window") + ", an event risk of " + cite(f, "event.risk") + ".";
    } else {
        // Known events can speak against a trade; that there are few of them says nothing for it.
        score += std::min(0.0, 0.2 - valueOf(f, "event.risk.least").value_or(0) * 0.6);
        if (known(f, "event.covered"))
            r.text += " The calendar knows only " + cite(f, "event.covered") + ": " + cite(f, "event.count") + " " + cite(f, "event.window") +
                      ". Not known are " + cite(f, "event.unknown") + ", so event risk is unknown.";
        else if (known(f, "event.count"))
            r.text += " The calendar holds " + cite(f, "event.count") + " " + cite(f, "event.window") +
                      " but is complete for no kind of them: event risk is unknown.";
        else
            r.text += " No event calendar covers the time " + cite(f, "event.window") + ": event risk is unknown.";
    }
    if (known(f, "event.next"))
        r.text += " Next is " + cite(f, "event.next") + " on " + cite(f, "event.next.date") + ", " +
                  (valueOf(f, "event.next.days") == 0.0 ? std::string("today") : "in " + cite(f, "event.next.days")) + ".";
    put(r, f, "event_risk_score", "event.risk");
    put(r, f, "vix_level", "vix");
    put(r, f, "vix_regime", "vix.regime");
    put(r, f, "next_event", "event.next");
    conclude(r, score, have, 2);
    return r;
}

AnalystReport greeks(const FactTable& f) {
    AnalystReport r;
    double score = 0.1;
    int have = 0;
    r.text = "The book holds " + cite(f, "book.positions") + " on equity of " + cite(f, "equity") + ".";
    if (const auto risk = valueOf(f, "book.risk")) {
        ++have;
        score += 0.3 - *risk / 12;
        r.text += " At risk is " + cite(f, "book.risk") + " of it against a limit of " + cite(f, "limit.portfolio_risk") + ", " +
                  cite(f, "book.correlated") + " in correlated equities.";
    }
    if (const auto delta = valueOf(f, "book.delta")) {
        ++have;
        score -= std::abs(*delta) > 0.2 ? 0.3 : 0;
        r.text += " Delta is " + cite(f, "book.delta") + " (limit " + cite(f, "limit.delta") + "), theta " + cite(f, "book.theta") + ", vega " +
                  cite(f, "book.vega") + ".";
    }
    if (known(f, "trade.kind"))
        r.text += " The best spread would add theta of " + cite(f, "trade.theta") + " for a largest loss of " + cite(f, "trade.max_loss") + ".";
    put(r, f, "portfolio_delta", "book.delta");
    put(r, f, "portfolio_theta", "book.theta");
    put(r, f, "portfolio_vega", "book.vega");
    put(r, f, "correlation_risk", "book.correlated");
    put(r, f, "max_loss_scenario", "book.risk");
    conclude(r, score, have, 2);
    return r;
}

} // namespace

Result<AnalystReport> ruleAnalyst(const std::string& role, const FactTable& facts) {
    AnalystReport report;
    if (role == "iv_term")
        report = ivTerm(facts);
    else if (role == "technical")
        report = technical(facts);
    else if (role == "macro")
        report = macro(facts);
    else if (role == "greeks")
        report = greeks(facts);
    else
        return badInput("unknown role " + role);
    report.role = role;
    return report;
}

} // namespace mahler::agents
