#include "market/history.h"

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

std::optional<LastVix> lastVix(const History& history, TradingDate today) {
    const auto& vix = history.vix;
    if (vix.empty() || daysBetween(vix.back().date, today) > kLastKnownDays) return std::nullopt;
    return LastVix{vix.back().value, vix.size() > 1 ? std::optional(vix[vix.size() - 2].value) : std::nullopt, vix.back().date};
}

} // namespace mahler::market
