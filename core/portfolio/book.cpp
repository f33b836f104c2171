#include "portfolio/book.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace mahler::portfolio {

Mark markPosition(const Position& position, const QuoteBook& quotes) {
    Mark mark;
    Price net, natural;
    bool first = true;
    for (const auto& leg : position.legs) {
        const auto it = quotes.find(leg.contract.id());
        if (it == quotes.end() || !it->second.twoSided()) return {};
        const auto& quote = it->second;
        const std::int64_t n = std::abs(leg.ratio);
        const bool weSell = leg.ratio > 0; // closing sells what is held long
        const std::int64_t mid = quote.mid()->micros() * n;
        net += Price::fromMicros(weSell ? mid : -mid);
        natural += Price::fromMicros(weSell ? quote.bid->micros() * n : -quote.ask->micros() * n);
        mark.oldest = first ? quote.time : std::min(mark.oldest, quote.time);
        first = false;
    }
    if (first) return {};
    mark.net = net;
    mark.natural = natural;
    if (const auto pnl = notional(position.openNet + net, position.quantity, position.legs.front().contract.multiplier)) mark.openPnl = *pnl;
    return mark;
}

GreeksSum sumGreeks(const std::vector<Position>& positions, const GreeksBook& greeks, const std::map<std::string, double>& spots) {
    GreeksSum sum;
    sum.total = static_cast<int>(positions.size());
    for (const auto& position : positions) {
        const auto spot = spots.find(position.underlying);
        const bool complete = spot != spots.end() && std::all_of(position.legs.begin(), position.legs.end(),
                                                                 [&](const ComboLeg& leg) { return greeks.count(leg.contract.id()) > 0; });
        if (!complete) continue;
        ++sum.included;
        for (const auto& leg : position.legs) {
            const auto& g = greeks.at(leg.contract.id());
            const double units = static_cast<double>(leg.ratio * position.quantity * leg.contract.multiplier);
            sum.delta += g.delta * units;
            sum.gamma += g.gamma * units;
            sum.thetaPerDay += g.theta / 365.0 * units;
            sum.vegaPerPoint += g.vega / 100.0 * units;
            sum.deltaDollars += g.delta * units * spot->second;
            sum.gammaDollars += g.gamma * units * spot->second * spot->second * 0.01;
        }
    }
    return sum;
}

std::optional<Usd> worstCaseLoss(const Position& position) {
    const auto bounds = payoffBounds(position.legs, position.openNet);
    if (!bounds.maxLoss) return std::nullopt;
    const auto total = times(*bounds.maxLoss, position.quantity);
    return total ? std::optional(*total) : std::nullopt;
}

AccountMarks markAccount(const Account& account, const std::vector<Position>& positions, const QuoteBook& quotes) {
    AccountMarks marks;
    marks.totalPositions = static_cast<int>(positions.size());
    Usd equity = account.cash;
    for (const auto& position : positions) {
        const auto mark = markPosition(position, quotes);
        if (!mark.net) continue;
        const auto value = notional(*mark.net, position.quantity, position.legs.front().contract.multiplier);
        if (!value) continue;
        equity += *value;
        ++marks.markedPositions;
    }
    if (marks.markedPositions != marks.totalPositions) return marks;
    marks.equity = equity;
    marks.dayPnl = equity - account.dayStartEquity;
    marks.weekPnl = equity - account.weekStartEquity;
    if (account.dayStartEquity.micros() > 0) marks.dayPnlFraction = ratio(*marks.dayPnl, account.dayStartEquity);
    if (account.weekStartEquity.micros() > 0) marks.weekPnlFraction = ratio(*marks.weekPnl, account.weekStartEquity);
    if (account.highWaterMark.micros() > 0) marks.drawdownFraction = std::max(0.0, -ratio(equity - account.highWaterMark, account.highWaterMark));
    return marks;
}

} // namespace mahler::portfolio
