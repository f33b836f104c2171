#include "strategy/draft_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "market/exchange_calendar.h"
#include "portfolio/revaluer.h"
#include "pricing/option_pricer.h"
#include "strategy/reach.h"

namespace mahler::strategy {

namespace {

constexpr double kDraftDaysPerYear = 365;
constexpr double kTableReach = 0.10; ///< of the spot, each way
constexpr int kColumns = 9;

bool oneExpiry(const portfolio::ComboOrder& order) {
    return !order.legs.empty() && std::all_of(order.legs.begin(), order.legs.end(), [&](const portfolio::ComboLeg& leg) {
        return leg.contract.expiry == order.legs.front().contract.expiry && leg.contract.settlement == order.legs.front().contract.settlement;
    });
}

std::optional<std::size_t> expiryIndex(const portfolio::ComboOrder& order, const pricing::PricedChain& chain) {
    if (!oneExpiry(order)) return std::nullopt;
    const auto* slice = chain.chain->slice(order.legs.front().contract.expiry, order.legs.front().contract.root);
    if (!slice) return std::nullopt;
    return static_cast<std::size_t>(slice - chain.chain->expiries.data());
}

/// Mid, natural and the width of all quotes in price units of one unit; false when a leg is not quoted on both sides.
bool quotes(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, DraftMetrics& m, double& market) {
    Price mid, natural;
    for (const auto& leg : order.legs) {
        const auto row = chain.chain->find(leg.contract);
        if (!row) return false;
        const auto quote = chain.chain->quote(*row);
        if (!quote.twoSided()) return false;
        mid += Price::fromMicros(-quote.mid()->micros() * leg.ratio);
        natural += Price::fromMicros(-(leg.ratio > 0 ? quote.ask : quote.bid)->micros() * leg.ratio);
        market += quote.width()->toDouble() * std::abs(leg.ratio);
    }
    m.mid = mid;
    m.natural = natural;
    return !order.legs.empty();
}

std::optional<DraftGreeks> greeksOf(const portfolio::ComboOrder& order, const pricing::PricedChain& chain) {
    DraftGreeks sum;
    for (const auto& leg : order.legs) {
        const auto row = chain.chain->find(leg.contract);
        if (!row || !chain.hasGreeks[*row]) return std::nullopt;
        const double units = static_cast<double>(order.quantity) * leg.ratio * leg.contract.multiplier;
        sum.delta += chain.delta[*row] * units;
        sum.gamma += chain.gamma[*row] * units;
        sum.thetaPerDay += chain.theta[*row] / kDraftDaysPerYear * units;
        sum.vegaPerPoint += chain.vega[*row] / 100 * units;
    }
    if (chain.spot > 0) {
        sum.gammaPerPercent = sum.gamma * chain.spot / 100;
        sum.deltaDollars = sum.delta * chain.spot;
        sum.gammaDollars = *sum.gammaPerPercent * chain.spot;
    }
    return sum;
}

void creditOf(const portfolio::ComboOrder& order, DraftMetrics& m) {
    double widest = 0;
    for (const auto& sold : order.legs)
        for (const auto& bought : order.legs)
            if (sold.contract.right == bought.contract.right && sold.ratio < 0 && bought.ratio > 0)
                widest = std::max(widest, std::abs((sold.contract.strike - bought.contract.strike).toDouble()));
    if (widest <= 0 || order.netLimit.micros() <= 0) return;
    m.width = widest;
    m.creditToWidth = order.netLimit.toDouble() / widest;
}

/// `market`: bid-ask of all legs of one unit, price units.
void expectation(const portfolio::ComboOrder& order, const PhysicalDensity& density, const ScreenProfile& profile, double market, DraftMetrics& m) {
    const double quantity = static_cast<double>(order.quantity);
    int contracts = 0;
    for (const auto& leg : order.legs) contracts += std::abs(leg.ratio);
    const double costs = market * profile.slippage * order.legs.front().contract.multiplier + 2 * contracts * profile.commissionPerContract;
    m.costs = costs * quantity;
    if (density.spot.empty()) return;
    double value = 0, profit = 0;
    for (std::size_t i = 0; i < density.spot.size(); ++i) {
        const double pnl = portfolio::payoffAtExpiry(order.legs, order.netLimit, density.spot[i]) - costs;
        value += density.weight[i] * pnl;
        profit += pnl > 0 ? density.weight[i] : 0;
    }
    m.expectedValue = value * quantity;
    m.popPhysical = profit;
    m.densityMethod = density.method;
}

} // namespace

std::optional<double> impliedProbabilityOfProfit(const portfolio::ComboOrder& order, double forward, double vol, double years) {
    if (!oneExpiry(order) || !(forward > 0) || !(vol > 0) || !(years > 0)) return std::nullopt;
    std::vector<double> nodes = portfolio::payoffBounds(order.legs, order.netLimit).breakevens;
    for (const auto& leg : order.legs) nodes.push_back(leg.contract.strike.toDouble());
    nodes.push_back(0);
    std::sort(nodes.begin(), nodes.end());
    const double deviation = vol * std::sqrt(years);
    const auto below = [&](double s) { return s > 0 ? pricing::normalCdf(std::log(s / forward) / deviation + deviation / 2) : 0.0; };
    double good = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool last = i + 1 == nodes.size();
        const double inside = last ? nodes[i] + forward : 0.5 * (nodes[i] + nodes[i + 1]);
        if (portfolio::payoffAtExpiry(order.legs, order.netLimit, inside) > 0) good += (last ? 1.0 : below(nodes[i + 1])) - below(nodes[i]);
    }
    return good;
}

DraftMetrics draftMetrics(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, const analytics::Analysis& analysis,
                          const ScreenProfile& profile) {
    DraftMetrics m;
    if (order.legs.empty() || order.quantity < 1) return m;
    double market = 0;
    const bool quoted = quotes(order, chain, m, market);
    const auto outcome = portfolio::orderOutcome(order);
    m.fees = outcome.fees;
    m.maxLoss = outcome.maxLoss;
    m.maxProfit = outcome.maxProfit;
    m.breakevens = outcome.breakevens;
    m.givenBeyondNatural = portfolio::givenBeyondNatural(order.netLimit, m.natural);
    if (m.maxLoss && m.maxProfit && m.maxLoss->micros() > 0) m.returnOnRisk = ratio(*m.maxProfit, *m.maxLoss);
    creditOf(order, m);
    m.greeks = greeksOf(order, chain);
    const auto index = expiryIndex(order, chain);
    if (!index) return m;
    const auto& e = chain.expiries[*index];
    m.expectedMove = e.expectedMove;
    if (e.atmVol) m.popImplied = impliedProbabilityOfProfit(order, e.forward, *e.atmVol, e.years);
    const auto density = fitPhysicalDensity(chain, *index, analysis);
    if (quoted) // without quotes the costs are not known
        expectation(order, density, profile, market, m);
    if (e.atmVol && density.volatility > 0)
        if (const auto p50 = halfProfitProbabilities(order, chain, std::array{*e.atmVol, density.volatility}); !p50.empty()) {
            m.p50Implied = p50[0];
            m.p50Physical = p50[1];
        }
    return m;
}

std::vector<double> halfProfitProbabilities(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, std::span<const double> vols) {
    const auto index = expiryIndex(order, chain);
    const auto bounds = portfolio::payoffBounds(order.legs, order.netLimit);
    if (!index || !bounds.maxProfit || bounds.maxProfit->micros() <= 0) return {};
    const auto profit = profitAhead(order, chain);
    const auto& e = chain.expiries[*index];
    if (!profit) return {};
    return probabilitiesOfReaching({e.spot, e.forward, e.years}, vols, 0.5 * bounds.maxProfit->toDouble(), *profit);
}

BookWithDraft bookWith(const DraftMetrics& draft, const portfolio::GreeksSum& book, std::optional<Usd> buyingPower) {
    BookWithDraft with;
    if (book.included == book.total) {
        with.deltaNow = book.deltaDollars;
        with.gammaNow = book.gammaDollars;
        with.thetaNow = book.thetaPerDay;
        with.vegaNow = book.vegaPerPoint;
        if (draft.greeks) {
            with.thetaAfter = book.thetaPerDay + draft.greeks->thetaPerDay;
            with.vegaAfter = book.vegaPerPoint + draft.greeks->vegaPerPoint;
            if (draft.greeks->deltaDollars) with.deltaAfter = book.deltaDollars + *draft.greeks->deltaDollars;
            if (draft.greeks->gammaDollars) with.gammaAfter = book.gammaDollars + *draft.greeks->gammaDollars;
        }
    }
    if (buyingPower && draft.maxLoss) with.buyingPowerAfter = *buyingPower - *draft.maxLoss;
    return with;
}

std::vector<double> tableDays(double daysToExpiry, UtcTime from) {
    std::vector<double> days;
    const auto today = std::chrono::sys_days(market::toNewYork(from).date);
    for (const double d : {0.0, 1.0, 5.0, std::floor(daysToExpiry / 2)}) {
        auto day = today + std::chrono::days(static_cast<int>(d));
        while (d > 0 && !market::isTradingDay(TradingDate(day))) day += std::chrono::days(1);
        const double ahead = static_cast<double>((day - today).count());
        if (ahead < daysToExpiry) days.push_back(ahead);
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    days.push_back(daysToExpiry);
    return days;
}

PriceDateTable priceDateTable(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, double volMove) {
    PriceDateTable table;
    const auto index = expiryIndex(order, chain);
    if (!index || !(chain.spot > 0) || !(chain.expiries[*index].years > 0)) return table;
    table.days = tableDays(chain.expiries[*index].years * kDraftDaysPerYear, chain.chain->time);
    for (int i = 0; i < kColumns; ++i) table.spotMoves.push_back(-kTableReach + 2 * kTableReach * i / (kColumns - 1));
    for (std::size_t d = 0; d + 1 < table.days.size(); ++d) {
        const auto values = portfolio::valueAcrossSpots(order, chain, 1 - kTableReach, 1 + kTableReach, kColumns, table.days[d], volMove);
        for (std::size_t i = 0; i < table.spotMoves.size(); ++i) table.pnl.push_back(values.empty() ? std::nullopt : std::optional(values[i].second));
    }
    for (const double move : table.spotMoves)
        table.pnl.push_back(portfolio::payoffAtExpiry(order.legs, order.netLimit, chain.spot * (1 + move)) * static_cast<double>(order.quantity));
    return table;
}

std::vector<ConePoint> draftCone(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, int count) {
    const auto index = expiryIndex(order, chain);
    if (!index || !chain.expiries[*index].atmVol) return {};
    const auto& e = chain.expiries[*index];
    return probabilityCone(e.spot, e.forward, *e.atmVol, e.years, count);
}

std::optional<ConePoint> draftConeAt(const portfolio::ComboOrder& order, const pricing::PricedChain& chain, double days) {
    const auto index = expiryIndex(order, chain);
    if (!index || draftCone(order, chain, 2).empty() || days < 0 || days > chain.expiries[*index].years * kDraftDaysPerYear) return std::nullopt;
    const auto& e = chain.expiries[*index];
    return conePoint(e.spot, e.forward, *e.atmVol, e.years, days);
}

} // namespace mahler::strategy
