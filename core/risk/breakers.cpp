#include "risk/breakers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mahler::risk {

const char* toString(Breaker b) {
    switch (b) {
    case Breaker::Startup: return "startup";
    case Breaker::B1DailyLoss: return "B1";
    case Breaker::B2WeeklyLoss: return "B2";
    case Breaker::B3Drawdown: return "B3";
    case Breaker::B4Vix: return "B4";
    case Breaker::B5StaleData: return "B5";
    case Breaker::B6ApiErrors: return "B6";
    case Breaker::B7Integrity: return "B7";
    case Breaker::B8Manual: return "B8";
    }
    return "B7";
}

Result<Breaker> parseBreaker(std::string_view text) {
    for (const auto b : allBreakers())
        if (text == toString(b)) return b;
    return badInput("unknown breaker '" + std::string(text.substr(0, 20)) + "'");
}

const std::vector<Breaker>& allBreakers() {
    static const std::vector<Breaker> kAll = {Breaker::Startup,     Breaker::B1DailyLoss, Breaker::B2WeeklyLoss, Breaker::B3Drawdown, Breaker::B4Vix,
                                              Breaker::B5StaleData, Breaker::B6ApiErrors, Breaker::B7Integrity,  Breaker::B8Manual};
    return kAll;
}

HaltAction actionOf(Breaker b) {
    switch (b) {
    case Breaker::B1DailyLoss:
    case Breaker::B2WeeklyLoss: return HaltAction::CloseAll;
    case Breaker::B3Drawdown: return HaltAction::CloseAllAndDisable;
    case Breaker::B4Vix:
    case Breaker::B8Manual: return HaltAction::CancelOpening;
    case Breaker::Startup:
    case Breaker::B5StaleData:
    case Breaker::B6ApiErrors:
    case Breaker::B7Integrity: return HaltAction::RefuseOpening;
    }
    return HaltAction::RefuseOpening;
}

namespace {

__extension__ using Wide = __int128; // exact products of micros and ppm

/// loss >= base * ppm / 1e6, exactly; a base that is not positive counts as tripped once there is a loss.
bool lossReached(Usd loss, Usd base, std::int64_t ppm) {
    return static_cast<Wide>(loss.micros()) * 1'000'000 >= static_cast<Wide>(base.micros()) * ppm && loss.micros() > 0;
}

std::string percent(double fraction) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.2f %%", std::fabs(fraction) < 5e-5 ? 0.0 : fraction * 100); // never "-0.00 %"
    return buffer;
}

std::string fixed(double value, int decimals) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

double seconds(MonoTime t) { return t == MonoTime::max() ? 1e9 : std::chrono::duration<double>(t).count(); }

std::string ageText(MonoTime t) { return t > std::chrono::hours(24) ? "never" : fixed(seconds(t), 0) + " s"; }

std::optional<std::pair<std::string, MonoTime>> oldestQuote(const BreakerInputs& in) {
    const auto it = std::max_element(in.quoteAges.begin(), in.quoteAges.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return it == in.quoteAges.end() ? std::nullopt : std::optional(*it);
}

} // namespace

std::vector<Trip> evaluateBreakers(const BreakerInputs& in) {
    std::vector<Trip> trips;
    const auto trip = [&](Breaker b, std::string reason) { trips.push_back({b, actionOf(b), std::move(reason)}); };
    if (in.marks.equity) {
        const Usd equity = *in.marks.equity;
        const auto& a = in.account;
        if (lossReached(a.dayStartEquity - equity, a.dayStartEquity, BreakerThresholds::kDailyLossPpm))
            trip(Breaker::B1DailyLoss, "day P&L " + (equity - a.dayStartEquity).str() + " is at or beyond -2.00 % of " + a.dayStartEquity.str());
        if (lossReached(a.weekStartEquity - equity, a.weekStartEquity, BreakerThresholds::kWeeklyLossPpm))
            trip(Breaker::B2WeeklyLoss, "week P&L " + (equity - a.weekStartEquity).str() + " is at or beyond -5.00 % of " + a.weekStartEquity.str());
        if (lossReached(a.highWaterMark - equity, a.highWaterMark, BreakerThresholds::kDrawdownPpm))
            trip(Breaker::B3Drawdown, "equity " + equity.str() + " is 15.00 % or more below the high-water mark " + a.highWaterMark.str());
    }
    if (in.session == market::Session::Open) {
        if (in.vix && *in.vix >= BreakerThresholds::kVix)
            trip(Breaker::B4Vix, "VIX " + fixed(*in.vix, 2) + " is at or above 50.00");
        else if (in.vixAge >= std::chrono::seconds(BreakerThresholds::kVixStaleSeconds))
            trip(Breaker::B4Vix, std::string("VIX is ") + (in.vix ? "stale: " + ageText(in.vixAge) : "missing"));
        if (const auto oldest = oldestQuote(in); oldest && oldest->second >= std::chrono::seconds(BreakerThresholds::kStaleSeconds))
            trip(Breaker::B5StaleData, "no confirmed quote of " + oldest->first + " for " + ageText(oldest->second));
    }
    if (in.apiErrorsInWindow >= BreakerThresholds::kApiErrors)
        trip(Breaker::B6ApiErrors, std::to_string(in.apiErrorsInWindow) + " broker or data errors in 60 s");
    return trips;
}

std::vector<BreakerReading> readBreakers(const BreakerInputs& in, const std::vector<Latch>& latches) {
    std::vector<BreakerReading> out;
    const auto trips = evaluateBreakers(in);
    const auto add = [&](Breaker b, std::string now, std::string limit, std::optional<double> used, std::optional<Usd> headroom, const char* action) {
        BreakerReading r{b, std::move(now), std::move(limit), used, headroom, action, false, {}, {}};
        r.tripped = !used || std::any_of(trips.begin(), trips.end(), [&](const Trip& t) { return t.breaker == b; });
        for (const auto& latch : latches)
            if (latch.breaker == b) r.latch = latch;
        out.push_back(std::move(r));
    };
    const bool open = in.session == market::Session::Open;
    const bool past = !open && !in.marks.equity && in.lastMarks && in.lastMarks->equity;
    const portfolio::AccountMarks& marks = past ? *in.lastMarks : in.marks;
    const auto loss = [&](Breaker b, std::optional<double> fraction, Usd base, std::int64_t ppm, const char* limit, const char* action) {
        if (!fraction || !marks.equity) return add(b, "unknown", limit, std::nullopt, std::nullopt, action);
        const double allowed = static_cast<double>(ppm) / 1e6;
        const Usd floor = Usd::fromMicros(static_cast<std::int64_t>(static_cast<Wide>(base.micros()) * (1'000'000 - ppm) / 1'000'000));
        add(b, percent(*fraction), limit, std::max(0.0, -*fraction / allowed), *marks.equity - floor, action);
        if (!past) return;
        out.back().asOf = in.lastMarksAt;
        out.back().tripped = true; // unreadable now
    };
    loss(Breaker::B1DailyLoss, marks.dayPnlFraction, in.account.dayStartEquity, BreakerThresholds::kDailyLossPpm, "-2.00 %",
         "halt, cancel, close all");
    loss(Breaker::B2WeeklyLoss, marks.weekPnlFraction, in.account.weekStartEquity, BreakerThresholds::kWeeklyLossPpm, "-5.00 %",
         "halt, cancel, close all");
    std::optional<double> drawdown = marks.drawdownFraction;
    loss(Breaker::B3Drawdown, drawdown ? std::optional(-*drawdown) : std::nullopt, in.account.highWaterMark, BreakerThresholds::kDrawdownPpm,
         "-15.00 %", "halt, cancel, close all, disable");
    const bool vixKnown = in.vix && (!open || in.vixAge < std::chrono::seconds(BreakerThresholds::kVixStaleSeconds));
    add(Breaker::B4Vix, vixKnown ? fixed(*in.vix, 2) : "unknown", "50.00", vixKnown ? std::optional(*in.vix / BreakerThresholds::kVix) : std::nullopt,
        std::nullopt, "halt new trades, cancel opening");
    const auto oldest = oldestQuote(in);
    const double age = open && oldest ? seconds(oldest->second) : 0;
    add(Breaker::B5StaleData,
        !open    ? "session closed"
        : oldest ? ageText(oldest->second) + " (" + oldest->first + ")"
                 : "no instrument",
        "30 s", age / BreakerThresholds::kStaleSeconds, std::nullopt, "halt new trades");
    add(Breaker::B6ApiErrors, std::to_string(in.apiErrorsInWindow) + " in 60 s", "5 in 60 s",
        in.apiErrorsInWindow / static_cast<double>(BreakerThresholds::kApiErrors), std::nullopt, "halt new trades, reads only");
    const auto latched = [&](Breaker b) { return std::any_of(latches.begin(), latches.end(), [&](const Latch& l) { return l.breaker == b; }); };
    add(Breaker::B7Integrity, latched(Breaker::B7Integrity) ? "failed" : "sound", "any failure", latched(Breaker::B7Integrity) ? 1.0 : 0.0,
        std::nullopt, "halt, no automatic closing");
    add(Breaker::B8Manual, latched(Breaker::B8Manual) ? "pressed" : "not pressed", "a person", latched(Breaker::B8Manual) ? 1.0 : 0.0, std::nullopt,
        "halt, cancel opening");
    return out;
}

bool mayClearAlone(const Latch& latch, MonoTime cleanFor) {
    constexpr int kThirdTrip = 3; // the third in a session needs a Risk Manager
    switch (latch.breaker) {
    case Breaker::B5StaleData: return latch.tripsThisSession < kThirdTrip && cleanFor >= std::chrono::seconds(BreakerThresholds::kStaleClearSeconds);
    case Breaker::B6ApiErrors: return latch.tripsThisSession < kThirdTrip && cleanFor >= std::chrono::seconds(BreakerThresholds::kApiClearSeconds);
    case Breaker::Startup:
    case Breaker::B1DailyLoss:
    case Breaker::B2WeeklyLoss:
    case Breaker::B3Drawdown:
    case Breaker::B4Vix:
    case Breaker::B7Integrity:
    case Breaker::B8Manual: return false;
    }
    return false;
}

void ErrorWindow::add(MonoTime at, int count) {
    for (int i = 0; i < count && i < 1000; ++i) m_stamps.push_back(at);
    while (m_stamps.size() > 1000) m_stamps.pop_front();
}

int ErrorWindow::within(MonoTime now, MonoTime window) {
    return static_cast<int>(std::count_if(m_stamps.begin(), m_stamps.end(), [&](MonoTime at) { return now - at < window && at <= now; }));
}

std::optional<MonoTime> ErrorWindow::lastError() const { return m_stamps.empty() ? std::nullopt : std::optional(m_stamps.back()); }

} // namespace mahler::risk
