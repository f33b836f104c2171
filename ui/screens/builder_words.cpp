#include "ui/screens/builder_words.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "market/exchange_calendar.h"
#include "ui/screens/builder_screen.h"
#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"

namespace mahler::ui::builderwords {

namespace {

constexpr int kMoves = 9; ///< columns of strategy::priceDateTable()

QString orUnlimited(const std::optional<Usd>& v) { return v ? format::money(*v) : BuilderScreen::tr("unlimited"); }

QString signedDollars(const std::optional<double>& v) {
    const auto exact = v ? Usd::fromDouble(*v) : Result<Usd>(Usd{});
    return v && exact ? format::signedMoney(*exact) : format::dash();
}

QString change(const std::optional<double>& now, const std::optional<double>& after) {
    return BuilderScreen::tr("%1 → %2", "before, after")
        .arg(now ? format::signedNumber(*now, 0) : format::dash(), after ? format::signedNumber(*after, 0) : format::dash());
}

/// As it is typed: a minus for what is paid, no more decimals than it has.
QString signedPrice(const std::optional<Price>& price) {
    return price ? format::text(price->str()).replace(QLatin1Char('-'), QChar(0x2212)) : format::dash();
}

/// Two decimals do not show what is wrong with 1.234.
QString exactNet(Price net) {
    return net.micros() < 0 ? BuilderScreen::tr("%1 db", "net price").arg(signedPrice(-net))
                            : BuilderScreen::tr("%1 cr", "net price").arg(signedPrice(net));
}

QString undefinedLoss(const portfolio::ComboOrder& order, const risk::TicketProblem& p) {
    if (!portfolio::payoffBounds(order.legs, order.netLimit).maxLoss) {
        const auto& first = order.legs.front().contract;
        for (const auto& leg : order.legs)
            if (leg.contract.expiry != first.expiry || leg.contract.settlement != first.settlement)
                return BuilderScreen::tr("the legs expire at different times: the largest loss is not defined and the desk refuses it");
        return BuilderScreen::tr("the largest loss is unlimited: the desk refuses it");
    }
    return format::text(p.detail);
}

} // namespace

QString metrics(const strategy::DraftMetrics& draft, const desk::DeskView* view) {
    QStringList breakevens, lines;
    for (const double b : draft.breakevens) breakevens << format::number(b, 2);
    const auto greek = [&](double value, int decimals) { return draft.greeks ? format::signedNumber(value, decimals) : format::dash(); };
    const auto g = draft.greeks.value_or(strategy::DraftGreeks{});
    lines << BuilderScreen::tr("Largest loss %1   largest profit %2   breakeven %3")
                     .arg(orUnlimited(draft.maxLoss), orUnlimited(draft.maxProfit),
                          breakevens.isEmpty() ? format::dash() : breakevens.join(QStringLiteral(", "))) +
                 QStringLiteral("   ") + BuilderScreen::tr("fees %1").arg(format::money(draft.fees));
    lines << BuilderScreen::tr("POP market-implied %1   physical %2   P50 market-implied %3   physical %4")
                 .arg(format::percent(draft.popImplied, 0), format::percent(draft.popPhysical, 0), format::percent(draft.p50Implied, 0),
                      format::percent(draft.p50Physical, 0));
    lines << BuilderScreen::tr("EV at the limit, after costs %1   costs %2   return on risk %3")
                 .arg(signedDollars(draft.expectedValue), draft.costs ? format::money(Usd::fromDouble(*draft.costs).value_or(Usd{})) : format::dash(),
                      format::percent(draft.returnOnRisk, 0));
    QString prices = BuilderScreen::tr("Mid %1   natural %2").arg(format::net(draft.mid), format::net(draft.natural));
    if (draft.creditToWidth && draft.width)
        prices += QStringLiteral("   ") +
                  BuilderScreen::tr("credit / width %1 of %2").arg(format::percent(draft.creditToWidth, 0), format::number(*draft.width, 2));
    lines << prices;
    if (draft.givenBeyondNatural)
        lines << BuilderScreen::tr("▲ The limit gives %1 more than the natural price asks for").arg(format::price(*draft.givenBeyondNatural));
    lines << BuilderScreen::tr("Delta %1 shares   gamma %2 shares per 1%   theta %3 $/day   vega %4 $/pt")
                 .arg(greek(g.delta, 1), format::signedNumber(g.gammaPerPercent, 2), greek(g.thetaPerDay, 2), greek(g.vegaPerPoint, 2));
    if (view) {
        const auto with = strategy::bookWith(draft, view->greeks, view->buyingPower);
        lines << BuilderScreen::tr("Buying power %1 → %2").arg(format::money(view->buyingPower), format::money(with.buyingPowerAfter));
        lines << BuilderScreen::tr("Book with it: delta %1 $   gamma %2 $ per 1%")
                     .arg(change(with.deltaNow, with.deltaAfter), change(with.gammaNow, with.gammaAfter));
        lines << BuilderScreen::tr("Book with it: theta %1 $/day   vega %2 $/pt")
                     .arg(change(with.thetaNow, with.thetaAfter), change(with.vegaNow, with.vegaAfter));
    }
    return lines.join(QLatin1Char('\n'));
}

QString unknownMetrics(bool withAccount) {
    const QString none = format::dash();
    QStringList lines{BuilderScreen::tr("Largest loss %1   largest profit %2   breakeven %3").arg(none, none, none),
                      BuilderScreen::tr("POP market-implied %1   physical %2   P50 market-implied %3   physical %4").arg(none, none, none, none),
                      BuilderScreen::tr("EV at the limit, after costs %1   costs %2   return on risk %3").arg(none, none, none),
                      BuilderScreen::tr("Mid %1   natural %2").arg(none, none),
                      BuilderScreen::tr("Delta %1 shares   gamma %2 shares per 1%   theta %3 $/day   vega %4 $/pt").arg(none, none, none, none)};
    if (withAccount)
        lines << BuilderScreen::tr("Buying power %1 → %2").arg(none, none)
              << BuilderScreen::tr("Book with it: delta %1 $   gamma %2 $ per 1%").arg(none, none)
              << BuilderScreen::tr("Book with it: theta %1 $/day   vega %2 $/pt").arg(none, none);
    return lines.join(QLatin1Char('\n'));
}

QString structure(const portfolio::ComboOrder& order) {
    return format::text(portfolio::describe(order)).replace(QStringLiteral(" %1 ").arg(order.quantity), QStringLiteral(" "));
}

std::vector<std::size_t> byExpiryAndStrike(const std::vector<portfolio::ComboLeg>& legs) {
    std::vector<std::size_t> order(legs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const auto &x = legs[a].contract, &y = legs[b].contract;
        return x.expiry != y.expiry ? x.expiry < y.expiry : x.strike < y.strike;
    });
    return order;
}

QString problem(const risk::TicketProblem& p, const portfolio::ComboOrder& order) {
    const QString limit = format::net(order.netLimit);
    switch (p.fault) {
    case risk::TicketFault::Invalid: return format::text(p.detail);
    case risk::TicketFault::TooMany:
        return BuilderScreen::tr("%1 units are more than one order may have: at most %2").arg(order.quantity).arg(p.most);
    case risk::TicketFault::Undefined: return undefinedLoss(order, p);
    case risk::TicketFault::CreditBeyondWidth:
        return BuilderScreen::tr("a credit of %1 is the whole width of %2 or more, a wrong price: ask for less").arg(limit, format::price(p.high));
    case risk::TicketFault::CreditForBought: return BuilderScreen::tr("a bought option costs money: type what you pay with a minus, such as −1.35");
    case risk::TicketFault::NothingToLose:
        return BuilderScreen::tr("at %1 nothing could be lost, so nobody trades there: the limit or its sign is wrong").arg(limit);
    case risk::TicketFault::NothingToGain: return BuilderScreen::tr("at %1 nothing could be gained: the limit or its sign is wrong").arg(limit);
    case risk::TicketFault::OffTick:
        return BuilderScreen::tr("%1 is between two prices of this class: type %2 or %3")
            .arg(exactNet(order.netLimit), signedPrice(p.low), signedPrice(p.high));
    case risk::TicketFault::NotQuoted: {
        for (const auto& leg : order.legs)
            if (leg.contract.id() == p.detail) return BuilderScreen::tr("%1 has no two-sided quote").arg(format::text(leg.contract.label()));
        return format::text(p.detail);
    }
    case risk::TicketFault::OutsideBand:
        return BuilderScreen::tr("%1 is far from the quotes: the gate takes %2 to %3").arg(limit, format::net(p.low), format::net(p.high));
    }
    return {};
}

QString metricsTooltip(const strategy::DraftMetrics& draft) {
    QStringList words;
    words << BuilderScreen::tr(
        "Largest loss and profit: of the whole quantity at the limit, with the fees of sending it in both, as the request will "
        "say it. Breakevens and charts: before fees.");
    words << BuilderScreen::tr("POP market-implied: probability of a gain at expiry before costs, lognormal around the forward at the at-the-money "
                               "implied volatility of the expiry.");
    words << BuilderScreen::tr("POP physical and EV: under the density of the opportunities screen over the whole payoff, entered at the limit, less "
                               "commissions both ways and the slippage of the way out.");
    words << BuilderScreen::tr("P50: probability that half of the largest profit can be taken at any time to expiry, at model values and before "
                               "costs: first passage of a lognormal way around the forward (Kolmogorov's backward equation), market-implied at the "
                               "at-the-money volatility, physical at the volatility of the density. Legs keep their own volatility, early exercise "
                               "has no value, and the smile has no part in the way.");
    if (!draft.p50Implied) words << BuilderScreen::tr("P50 is unknown: the profit has no bound, the legs expire apart, or one has no price.");
    if (!draft.densityMethod.empty()) words << BuilderScreen::tr("Density: %1.").arg(format::text(draft.densityMethod));
    words << BuilderScreen::tr(
        "Gamma: change of delta in shares when the underlying moves by 1 %. All of the whole quantity. Book with it: delta is delta times "
        "spot in dollars, not beta-weighted, gamma its change when every underlying moves by 1 %.");
    return words.join(QLatin1Char('\n'));
}

QString date(const strategy::PriceDateTable& table, std::size_t day, UtcTime from) {
    if (day + 1 >= table.days.size()) return BuilderScreen::tr("at expiry");
    const int days = static_cast<int>(table.days[day]);
    if (days == 0) return BuilderScreen::tr("now");
    const auto on = market::toNewYork(from + std::chrono::hours(24 * days)).date;
    return BuilderScreen::tr("in %n day(s), %1", nullptr, days).arg(format::date(on));
}

std::vector<GridColumn> tableColumns() {
    std::vector<GridColumn> columns{
        {BuilderScreen::tr("P&L at"),
         BuilderScreen::tr("dollars of the whole quantity before fees, entered at the limit; model values, at expiry the payoff"), 132, kLeft}};
    for (int i = 0; i < kMoves; ++i) columns.push_back({riskwords::spot(-0.10 + 0.025 * i), BuilderScreen::tr("move of the underlying"), 72});
    return columns;
}

std::vector<GridRow> tableRows(const strategy::PriceDateTable& table, double spot, UtcTime from, std::size_t chosen) {
    std::vector<GridRow> rows;
    if (table.spotMoves.size() != static_cast<std::size_t>(kMoves)) return rows;
    for (std::size_t d = 0; d < table.days.size(); ++d) {
        GridRow row;
        row.key = QStringLiteral("day%1").arg(d);
        row.marked = d == chosen;
        row.cells.push_back({date(table, d, from), {}, Tone::Strong});
        for (std::size_t i = 0; i < table.spotMoves.size(); ++i)
            row.cells.push_back(riskwords::signedDollars(
                table.at(d, i), BuilderScreen::tr("underlying at %1").arg(format::number(spot * (1 + table.spotMoves[i]), 2))));
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace mahler::ui::builderwords
