#include "market/history.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "market/contract.h"
#include "market/exchange_calendar.h"

namespace mahler::market {

const char* toString(EventKind kind) {
    switch (kind) {
    case EventKind::Fomc: return "fomc";
    case EventKind::Cpi: return "cpi";
    case EventKind::Jobs: return "jobs";
    case EventKind::Gdp: return "gdp";
    case EventKind::Earnings: return "earnings";
    case EventKind::ExDividend: return "ex-dividend";
    case EventKind::Expiry: return "expiry";
    case EventKind::Holiday: return "holiday";
    }
    return "";
}

bool isAhead(const MarketEvent& event, UtcTime now) {
    if (event.at) return *event.at > now;
    if (event.kind == EventKind::ExDividend) return sessionOpen(event.date) > now;
    return event.date >= toNewYork(now).date;
}

bool isCovered(const History& history, EventKind kind, const std::string& underlying, TradingDate from, TradingDate to) {
    return std::any_of(history.eventCoverage.begin(), history.eventCoverage.end(), [&](const EventCoverage& c) {
        return c.kind == kind && (c.symbol.empty() || c.symbol == underlying) && c.first <= from && to <= c.last;
    });
}

std::vector<EventKind> kindsThatMatter(const std::string& underlying) {
    constexpr std::array<std::string_view, 6> kFunds{"SPY", "QQQ", "IWM", "DIA", "TLT", "GLD"};
    std::vector<EventKind> kinds{EventKind::Fomc, EventKind::Cpi, EventKind::Jobs, EventKind::Gdp};
    if (classSpec(underlying).style == ExerciseStyle::European) return kinds;
    if (std::find(kFunds.begin(), kFunds.end(), underlying) == kFunds.end()) kinds.push_back(EventKind::Earnings);
    kinds.push_back(EventKind::ExDividend);
    return kinds;
}

int sessionsMissing(TradingDate last, TradingDate today) { return std::max(0, tradingDaysBetween(last, priorTradingDay(today))); }
int sessionsMissing(TradingDate last, UtcTime at) { return sessionsMissing(last, toNewYork(at).date); }

std::string volatilityIndexOf(const std::string& underlying) {
    for (const auto& [symbol, index] : kVolatilityIndices)
        if (symbol == underlying) return index;
    return {};
}

std::optional<LastVix> lastVix(const History& history, TradingDate today) {
    const auto& vix = history.vix;
    if (vix.empty() || sessionsMissing(vix.back().date, today) > 0) return std::nullopt;
    const bool prior = vix.size() > 1 && vix[vix.size() - 2].date == priorTradingDay(vix.back().date);
    return LastVix{vix.back().value, prior ? std::optional(vix[vix.size() - 2].value) : std::nullopt, vix.back().date};
}

} // namespace mahler::market
