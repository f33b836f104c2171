#include "ui/screens/book_totals.h"

#include <cmath>
#include <QVBoxLayout>

#include "ui/screens/beta_words.h"
#include "ui/screens/position_rows.h"
#include "ui/shell/halt_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr auto kFresh = desk::Freshness::Fresh;

std::vector<GridColumn> totalsColumns() {
    return {
        {BookTotals::tr("Book"), {}, 90, kLeft},
        {BookTotals::tr("Day P&L"), BookTotals::tr("dollars since the session's start, after fees; limit: the daily loss that halts the desk"), 84},
        {BookTotals::tr("Open P&L"), BookTotals::tr("dollars before fees, of what is held, at mid"), 84},
        {BookTotals::tr("β delta"), BookTotals::tr("shares of the benchmark; shares of different underlyings do not add"), 96},
        {BookTotals::tr("Delta $"), BookTotals::tr("delta × spot over what is held, not beta-weighted; limit: a share of equity, as the gate has it"),
         92},
        {BookTotals::tr("Gamma $"),
         BookTotals::tr("change of delta dollars when every underlying moves by 1 %; limit: a share of equity, as the gate has it"), 92},
        {BookTotals::tr("Theta"), BookTotals::tr("dollars a calendar day"), 80},
        {BookTotals::tr("Vega"), BookTotals::tr("dollars a volatility point"), 80},
        {BookTotals::tr("BP free"), BookTotals::tr("buying power, dollars: cash less what held and working structures can still cost"), 92},
        {BookTotals::tr("Max loss"), BookTotals::tr("worst case of positions and working orders, dollars; limit: a share of equity"), 92}};
}

Tone signTone(double v) { return v > 0 ? Tone::Gain : v < 0 ? Tone::Loss : Tone::Plain; }

QString dollars(double usd, bool sign) {
    const auto exact = Usd::fromDouble(usd);
    return exact ? (sign ? format::signedMoney(*exact) : format::money(*exact)) : format::dash();
}

/// A total that may leave positions out: then it says how many it has.
QString dollarsPer(double value) { return format::signedNumber(value, std::abs(value) >= 99.995 ? 0 : 2); } // like all money (UX 2.2)

Cell greek(double value, const portfolio::GreeksSum& sum, QString text) {
    if (sum.included == sum.total) return {std::move(text), value, signTone(value), kFresh};
    if (sum.included == 0) return {format::dash(), {}, Tone::Dim, kFresh, BookTotals::tr("no position has all its Greeks")};
    return {BookTotals::tr("▲ %1").arg(text), value, signTone(value), kFresh,
            BookTotals::tr("%1 of %2 positions included").arg(sum.included).arg(sum.total)};
}

struct Limit {
    Cell limit, used;
};
Limit limitOf(const std::optional<double>& limitUsd, const std::optional<double>& used, bool sign) {
    if (!limitUsd) return {{format::dash(), {}, Tone::Dim}, {format::dash(), {}, Tone::Dim}};
    const Tone tone = !used || *used >= 0.8 ? Tone::Warn : Tone::Plain;
    return {{dollars(*limitUsd, sign), *limitUsd, Tone::Dim},
            {used ? (*used >= 0.8 ? QStringLiteral("▲ ") : QString()) + format::percent(*used, 0) : format::dash(),
             used ? QVariant(*used) : QVariant(), tone}};
}

} // namespace

BookTotals::BookTotals(QWidget* parent) : QWidget(parent), m_model(new GridModel(totalsColumns(), this)), m_words(new ElidedLabel) {
    auto* grid = new GridView(m_model);
    grid->setAccessibleName(tr("Totals and limits of the book"));
    grid->setEmptyText(tr("No totals yet."));
    grid->setMostRows(3);
    grid->setMinimumHeight(grid->maximumHeight());
    grid->setFocusPolicy(Qt::ClickFocus); // the positions are what the keys are for; F6 and a reader still come here
    grid->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    grid->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(grid);
    layout->addWidget(m_words);
    m_words->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_words->setAccessibleName(tr("Betas"));
    setTone(*m_words, Token::Dim);
}

void BookTotals::setView(const desk::DeskView& view) {
    std::set<std::string> underlyings;
    std::optional<double> open = 0.0;
    for (const auto& p : view.positions) {
        underlyings.insert(p.position.underlying);
        open = open && p.mark.openPnl ? std::optional(*open + p.mark.openPnl->toDouble()) : std::nullopt;
    }
    GridRow now{QStringLiteral("now"), std::vector<Cell>(ColumnCount), false, true, {}},
        limit{QStringLiteral("limit"), std::vector<Cell>(ColumnCount), false, false, {}},
        used{QStringLiteral("used"), std::vector<Cell>(ColumnCount), false, false, {}};
    now.cells[Head] = {tr("Now"), {}, Tone::Strong};
    limit.cells[Head] = {tr("Limit"), {}, Tone::Dim};
    used.cells[Head] = {tr("Used"), {}, Tone::Dim};
    const auto place = [&](Column column, Limit cells) {
        limit.cells[column] = std::move(cells.limit);
        used.cells[column] = std::move(cells.used);
    };
    const std::optional<double> equity = view.marks.equity ? std::optional(view.marks.equity->toDouble()) : std::nullopt;
    const auto day = view.marks.dayPnl ? std::optional(view.marks.dayPnl->toDouble()) : std::nullopt;
    now.cells[DayPnl] = {format::signedMoney(view.marks.dayPnl), day ? QVariant(*day) : QVariant(), day ? signTone(*day) : Tone::Dim};
    std::optional<double> dayUsed;
    for (const auto& b : view.breakers)
        if (b.breaker == risk::Breaker::B1DailyLoss) dayUsed = b.used;
    const double dayLimit = -view.account.dayStartEquity.toDouble() * static_cast<double>(risk::BreakerThresholds::kDailyLossPpm) / 1e6;
    place(DayPnl, limitOf(dayLimit < 0 ? std::optional(dayLimit) : std::nullopt, dayUsed, true));
    now.cells[OpenPnl] = {open ? dollars(*open, true) : format::dash(), open ? QVariant(*open) : QVariant(), open ? signTone(*open) : Tone::Dim,
                          kFresh, open ? QString() : tr("a held position has no mark")};
    now.cells[BetaDelta] = {betawords::delta(view.beta), view.beta.delta ? QVariant(*view.beta.delta) : QVariant(),
                            view.beta.delta ? signTone(*view.beta.delta) : Tone::Dim, kFresh,
                            betawords::tooltip(view.beta, view.betaWeights, underlyings, false)};
    const auto& sum = view.greeks;
    now.cells[DeltaUsd] = greek(sum.deltaDollars, sum, dollars(sum.deltaDollars, true));
    now.cells[GammaUsd] = greek(sum.gammaDollars, sum, dollars(sum.gammaDollars, true));
    now.cells[Theta] = greek(sum.thetaPerDay, sum, dollarsPer(sum.thetaPerDay));
    now.cells[Vega] = greek(sum.vegaPerPoint, sum, dollarsPer(sum.vegaPerPoint));
    const auto shareOf = [&](double value, double fraction) {
        const bool known = equity && *equity > 0 && sum.included == sum.total;
        return limitOf(equity && *equity > 0 ? std::optional(*equity * fraction) : std::nullopt,
                       known ? std::optional(std::abs(value) / (*equity * fraction)) : std::nullopt, false);
    };
    place(DeltaUsd, shareOf(sum.deltaDollars, view.limits.portfolioDelta));
    place(GammaUsd, shareOf(sum.gammaDollars, view.limits.portfolioGamma));
    now.cells[BuyingPower] = {format::money(view.buyingPower), view.buyingPower ? QVariant(view.buyingPower->toDouble()) : QVariant(), Tone::Plain};
    if (equity && *equity > 0 && view.portfolioRiskFraction) {
        now.cells[MaxLoss] = {dollars(*view.portfolioRiskFraction * *equity, false), *view.portfolioRiskFraction, Tone::Plain, kFresh,
                              tr("%1 of equity").arg(format::percent(view.portfolioRiskFraction))};
        place(MaxLoss, limitOf(*equity * view.limits.portfolioRisk, *view.portfolioRiskFraction / view.limits.portfolioRisk, false));
    } else {
        now.cells[MaxLoss] = {format::dash(), {}, Tone::Dim, kFresh, riskUnknownWords(view)};
    }
    const WorstAge worst = worstAgeOf(view);
    worst.mark(now, {DayPnl, OpenPnl, BetaDelta, DeltaUsd, GammaUsd, Theta, Vega});
    worst.mark(used, {DayPnl, DeltaUsd, GammaUsd, MaxLoss}); // its equity stands on the marks
    m_model->setRows({std::move(now), std::move(limit), std::move(used)});
    const QString out = betawords::leftOut(view.beta, false);
    m_betas =
        view.positions.empty()
            ? QString()
            : tr("β delta in shares of %1. Beta: %2").arg(format::text(view.betaWeights.benchmark), betawords::betas(view.betaWeights, underlyings)) +
                  (out.isEmpty() ? QString() : QStringLiteral(".  ▲ ") + out);
    m_words->setWords(m_betas);
}

} // namespace mahler::ui
