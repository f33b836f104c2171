#include "agents/debate_points.h"

#include <algorithm>
#include <cmath>

#include "agents/facts.h"

namespace mahler::agents {

namespace {

double clamp01(double v) { return std::min(1.0, std::max(0.0, v)); }

/// 0 at `from`, 1 at `to`; works downwards too.
double ramp(double value, double from, double to) { return clamp01((value - from) / (to - from)); }

struct Collector {
    const FactTable& facts;
    std::vector<Point> points;

    std::string c(const char* id) const { return cite(facts, id); }
    std::optional<double> v(const char* id) const { return valueOf(facts, id); }

    void add(const char* key, double strength, std::string text, std::vector<std::string> counters = {}, std::string lead = {}) {
        if (strength > 0.05) points.push_back({key, clamp01(strength), std::move(text), std::move(counters), std::move(lead)});
    }
    std::vector<Point> sorted() {
        std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.strength > b.strength; });
        return std::move(points);
    }
    bool putSide() const { return wordOf(facts, "trade.kind") != "bear call spread"; }
    /// Whose volatility rank, percentile and z-score are: the index's where the underlying has no history of its own.
    std::string ranked() const { return known(facts, "iv.of") ? "The last close of " + c("iv.of") : "Volatility at " + c("iv.tenor.30"); }
    /// " of 17.2 %", when the ranked volatility is the one of this chain.
    std::string rankedAt() const { return known(facts, "iv.of") ? std::string() : " of " + c("iv.30"); }
    /// "in 3 days", "today".
    std::string ahead() const { return v("event.next.days") == 0.0 ? "today" : "in " + c("event.next.days"); }
    bool hasTrade() const { return has("trade.kind"); }
    bool has(const char* id) const { return known(facts, id); }
};

/// Now, or of which day the close is.
std::string vixAt(const Collector& k) {
    return k.has("vix.closed") ? "VIX closed at " + k.c("vix") + " on " + k.c("vix.closed") : "VIX is at " + k.c("vix");
}

// Volatility: what premium is worth against its own past and against what the underlying really does.
void bullVolatility(Collector& k) {
    if (const auto p = k.v("iv.percentile"))
        k.add("premium_rich", 0.85 * ramp(*p, 50, 90),
              k.ranked() + k.rankedAt() + " stands at a percentile of " + k.c("iv.percentile") + " over " + k.c("iv.history") +
                  ", so the premium on offer is richer than on most days",
              {"credit_thin", "tail"}, "The pay for it is better than usual.");
    if (const auto premium = k.v("iv.premium"))
        k.add("variance_premium", 0.75 * ramp(*premium, 0, 6),
              "Implied volatility exceeds what the last " + k.c("rv.span") + " delivered by " + k.c("iv.premium") + " (" + k.c("iv.30") +
                  " against " + k.c("rv.20") + "), which is the edge a seller is paid for",
              {"realised_high", "premium_poor"}, "Realised movement says otherwise.");
    if (wordOf(k.facts, "term.shape") == "contango")
        k.add("contango", 0.35 + 0.4 * ramp(*k.v("term.ratio"), 0.95, 0.82),
              "The term structure is in " + k.c("term.shape") + " with a ratio of near to far volatility of " + k.c("term.ratio") +
                  "; nobody pays up for protection now",
              {"vix_rising", "event_inside", "skew_steep"}, "If fear were near, the front of the curve would show it.");
    if (const auto z = k.v("iv.zscore"))
        k.add("reversion", 0.6 * ramp(*z, 1.0, 3.0),
              k.ranked() + " is " + k.c("iv.zscore") + " above its own mean; from such levels it has tended to fall back",
              {"vix_rising", "vix_high", "backwardation"}, "Fear this high is usually late.");
    if (wordOf(k.facts, "vix.regime") == "low" || wordOf(k.facts, "vix.regime") == "normal")
        k.add("vix_calm", 0.45, vixAt(k) + ", a " + k.c("vix.regime") + " regime", {"vix_rising", "tail"}, "Fear as such is not high.");
}

void bullTrade(Collector& k) {
    if (!k.hasTrade()) return;
    if (const auto ev = k.v("trade.ev"); ev && *ev > 0)
        k.add("positive_ev", 0.35 + 0.5 * ramp(*ev, 0, 12),
              "After costs the spread is worth " + k.c("trade.ev") + " on average over its whole payoff, with a chance of profit of " +
                  k.c("trade.pop") + " by " + k.c("trade.density"),
              {"tail", "credit_thin"}, "The whole payoff was counted, losses included.");
    if (const auto moves = k.v("trade.distance_moves"))
        k.add("distance", 0.75 * ramp(*moves, 0.8, 1.6),
              "The short strike at " + k.c("trade.short_strike") + " lies " + k.c("trade.distance") + " from spot, " + k.c("trade.distance_moves") +
                  " to expiry",
              {"tail", "trend_against", "vix_rising"}, "Even that leaves room to the strike.");
    const bool put = k.putSide();
    const auto level = k.v(put ? "support" : "resistance");
    const auto strike = k.v("trade.short_strike");
    if (level && strike && (put ? *strike < *level : *strike > *level))
        k.add("behind_level", 0.55,
              std::string(put ? "Support at " : "Resistance at ") + k.c(put ? "support" : "resistance") +
                  " stands between spot and the short strike of " + k.c("trade.short_strike"),
              {"trend_against", "strike_exposed"}, "There is a level to break first.");
    const std::string trend = wordOf(k.facts, "trend");
    if ((put && trend == "bullish") || (!put && trend == "bearish"))
        k.add("trend_with", 0.3 + 0.4 * k.v("trend.strength").value_or(0),
              "The trend is " + k.c("trend") + " with a strength of " + k.c("trend.strength") + ", away from the short strike",
              {"trend_against", "momentum_extreme"}, "Momentum is on our side.");
    if (const auto spread = k.v("trade.spread"))
        k.add("liquid", 0.4 * ramp(*spread, 8, 2),
              "Both legs are liquid: quoted no wider than " + k.c("trade.spread") + " with open interest of at least " + k.c("trade.open_interest"),
              {"book_heavy"}, "Getting out is cheap.");
    if (const auto theta = k.v("trade.theta"); theta && *theta > 0)
        k.add("time_decay", 0.3, "Time decay earns " + k.c("trade.theta") + " while nothing happens", {"vega_short"}, "Time is paid for.");
}

void bullBook(Collector& k) {
    if (const auto risk = k.v("book.risk"))
        k.add("room", 0.4 * ramp(*risk, 8, 0),
              "The book carries " + k.c("book.risk") + " of equity at risk against a limit of " + k.c("limit.portfolio_risk"), {"book_heavy", "tail"},
              "The account can bear it.");
    if (const auto risk = k.v("event.risk"); risk && *risk < 0.35)
        k.add("quiet_calendar", 0.4 * ramp(*risk, 0.5, 0.0),
              "The calendar is light: an event risk of " + k.c("event.risk") + " " + k.c("event.window"), {"event_inside"},
              "What is scheduled is known and priced.");
}

void bearVolatility(Collector& k) {
    if (const auto p = k.v("iv.percentile"))
        k.add("premium_poor", 0.9 * ramp(*p, 50, 10),
              k.ranked() + " at a percentile of " + k.c("iv.percentile") + " over " + k.c("iv.history") +
                  " means premium is cheap; sellers are paid least before it rises",
              {"vix_calm", "variance_premium", "premium_rich"}, "Calm is exactly what makes it cheap.");
    else
        k.add("blind", 0.4, "Whether the premium of " + k.c("underlying") + " is rich or poor is unknown: " + whyNoRank(k.facts),
              {"premium_rich", "variance_premium", "reversion"}, "Nobody here can compare it with the past.");
    if (const auto premium = k.v("iv.premium"))
        k.add("realised_high", 0.8 * ramp(*premium, 1, -6),
              "The underlying has moved at " + k.c("rv.20") + " over the last " + k.c("rv.span") + " while options price " + k.c("iv.30") +
                  (*premium < 0 ? "; the seller is underpaid by that gap of " + citeMagnitude(k.facts, "iv.premium")
                                : "; the seller's margin is no more than " + k.c("iv.premium")),
              {"premium_rich", "variance_premium", "positive_ev"}, "Measured against what really happened, it is not rich.");
    if (wordOf(k.facts, "term.shape") == "backwardation")
        k.add("backwardation", 0.45 + 0.5 * ramp(*k.v("term.ratio"), 1.05, 1.30),
              "The term structure is in " + k.c("term.shape") + " at a ratio of " + k.c("term.ratio") +
                  ": the market pays for protection now, not later",
              {"premium_rich", "reversion", "vix_calm", "contango"}, "Premium is high because the danger is near.");
    if (wordOf(k.facts, "term.shape") == "flat")
        k.add("flat_curve", 0.25, "The term structure is " + k.c("term.shape") + " at " + k.c("term.ratio") + "; the front is no longer cheap",
              {"contango", "premium_rich"}, "The curve gives no comfort.");
    if (const auto days = k.v("spot.move_days"))
        k.add("moving", 0.9 * ramp(*days, 1.5, 4),
              "The underlying stands " + k.c("spot.move") + " from its last close, " + k.c("spot.move_days") +
                  " so far; the closes before do not know it",
              {"variance_premium", "premium_rich", "positive_ev", "distance"}, "What it delivers today is not in those closes.");
    if (const auto change = k.v("vix.change"))
        k.add("vix_rising", 0.9 * ramp(*change, 4, 30),
              k.has("vix.closed") ? vixAt(k) + ", " + k.c("vix.change") + " above the close before; uncertainty was growing"
                                  : "VIX has risen by " + k.c("vix.change") + " from its prior close to " + k.c("vix") + "; uncertainty is growing",
              {"vix_calm", "contango", "distance", "premium_rich"}, "The direction matters more than the level.");
    if (const auto vix = k.v("vix"))
        k.add("vix_high", 0.95 * ramp(*vix, 24, 45), vixAt(k) + ", a regime in which gaps jump over strikes",
              {"distance", "behind_level", "reversion", "premium_rich"}, "Measures of calm days do not hold here.");
    if (const auto skew = k.v("skew.ratio"))
        k.add("skew_steep", 0.45 * ramp(*skew, 1.20, 1.55),
              "Downside puts trade at " + k.c("skew.ratio") + " times the at-the-money volatility; others are paying for the tail we would sell",
              {"premium_rich", "distance"}, "The price of the tail says who is worried.");
}

void bearTrade(Collector& k) {
    if (!k.hasTrade()) {
        k.add("nothing_passes", 0.6, "There is nothing to put on: " + whyNoTrade(k.facts), {"premium_rich", "variance_premium", "contango", "room"},
              "However that may be, no trade is at hand.");
        return;
    }
    if (k.v("trade.loss_to_profit"))
        k.add("tail", 0.25 + 0.3 * ramp(*k.v("trade.loss_to_profit"), 5, 16),
              "A full loss of " + k.c("trade.max_loss") + " costs " + k.c("trade.loss_to_profit") + " the best outcome",
              {"positive_ev", "time_decay", "distance", "liquid"}, "An average hides the bad month.");
    if (const auto credit = k.v("trade.credit_to_width"))
        k.add("credit_thin", 0.5 * ramp(*credit, 15, 5),
              "The credit of " + k.c("trade.credit") + " is only " + k.c("trade.credit_to_width") + " of the width",
              {"positive_ev", "premium_rich", "liquid", "variance_premium"}, "Look at what is actually received.");
    if (const auto moves = k.v("trade.distance_moves"))
        k.add("strike_close", 0.7 * ramp(*moves, 1.3, 0.7),
              "The short strike is only " + k.c("trade.distance_moves") + " away, " + k.c("trade.distance") + " of spot",
              {"distance", "behind_level"}, "Measured in expected moves the room is small.");
    const bool put = k.putSide();
    const auto level = k.v(put ? "support" : "resistance");
    const auto strike = k.v("trade.short_strike");
    if (level && strike && (put ? *strike >= *level : *strike <= *level))
        k.add("strike_exposed", 0.4,
              std::string("No tested level protects the short strike of ") + k.c("trade.short_strike") + "; the nearest is at " +
                  k.c(put ? "support" : "resistance"),
              {"distance", "trend_with"}, "Nothing stands in the way.");
    const std::string trend = wordOf(k.facts, "trend");
    if ((put && trend == "bearish") || (!put && trend == "bullish"))
        k.add("trend_against", 0.4 + 0.5 * k.v("trend.strength").value_or(0),
              "The trend is " + k.c("trend") + " with a strength of " + k.c("trend.strength") + " and runs towards the short strike",
              {"distance", "behind_level", "time_decay"}, "Price is coming this way.");
    if (const auto rsi = k.v("rsi")) {
        const double extreme = put ? ramp(*rsi, 35, 20) : ramp(*rsi, 65, 80);
        k.add("momentum_extreme", 0.45 * extreme, "An RSI of " + k.c("rsi") + " shows a one-sided market; those overshoot",
              {"trend_with", "behind_level"}, "Momentum this strong does not stop at levels.");
    }
    if (const auto vega = k.v("trade.vega"); vega && *vega < 0)
        k.add("vega_short", 0.25, "Vega is " + k.c("trade.vega") + ": every point that volatility rises costs that at once",
              {"time_decay", "contango"}, "A day of decay is lost in a minute.");
}

void bearBook(Collector& k) {
    // What is known of an incomplete calendar is the least there is.
    if (const auto risk = known(k.facts, "event.risk") ? k.v("event.risk") : k.v("event.risk.least"); risk && known(k.facts, "event.next"))
        k.add("event_inside", 0.75 * ramp(*risk, 0.15, 0.8),
              "Ahead stands " + k.c("event.next") + " on " + k.c("event.next.date") + ", " + k.ahead() +
                  (k.v("event.count") != 1.0         ? ", the first of " + k.c("event.count") + " "
                   : known(k.facts, "event.unknown") ? ", the only known event "
                                                     : ", the only event ") +
                  k.c("event.window"),
              {"quiet_calendar", "time_decay", "contango", "vix_calm"}, "The calendar is not empty.");
    if (known(k.facts, "event.unknown"))
        k.add("calendar_unknown", 0.2, "The dates of " + k.c("event.unknown") + " " + k.c("event.window") + " are not known here",
              {"vix_calm", "time_decay", "contango"}, "An empty page is no quiet calendar.");
    if (const auto risk = k.v("book.risk"))
        k.add("book_heavy", 0.8 * ramp(*risk, 3, 9),
              "The book already risks " + k.c("book.risk") + " of equity, and " + k.c("book.correlated") + " of equity is in correlated equities",
              {"room", "liquid"}, "This is not the only position.");
    if (!known(k.facts, "trend"))
        k.add("no_history", 0.25, "Trend, levels and momentum are unknown: " + whyNoTrend(k.facts), {"distance", "liquid", "positive_ev"},
              "Much of the picture is missing.");
}

} // namespace

std::vector<Point> bullPoints(const FactTable& facts) {
    Collector k{facts, {}};
    bullVolatility(k);
    bullTrade(k);
    bullBook(k);
    return k.sorted();
}

std::vector<Point> bearPoints(const FactTable& facts) {
    Collector k{facts, {}};
    bearVolatility(k);
    bearTrade(k);
    bearBook(k);
    return k.sorted();
}

} // namespace mahler::agents
