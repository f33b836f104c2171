#include "ui/screens/position_rows.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "ui/screens/beta_words.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// In the order they stand; what a narrow window can do without is optional and goes from the right, vega and age last: totals and hatches tell them.
enum Column {
    Name,
    Qty,
    Dte,
    MarkNow,
    Average,
    DayPnl,
    OpenPnl,
    OfMax,
    Delta,
    BetaDelta,
    Gamma,
    Theta,
    Vega,
    Iv,
    Power,
    MaxLoss,
    Exit,
    Owner,
    Age,
    ColumnCount
};

/// The later the less it may be taken for a value of now.
int badness(desk::Freshness freshness) {
    switch (freshness) {
    case desk::Freshness::Fresh: return 0;
    case desk::Freshness::Delayed: return 1;
    case desk::Freshness::Aging: return 2;
    case desk::Freshness::Closed: return 3;
    case desk::Freshness::Stale: return 4;
    case desk::Freshness::Dead: return 5;
    case desk::Freshness::Unknown: return 6;
    }
    return 6;
}

} // namespace

void WorstAge::add(const desk::DeskView& view, const desk::PositionView& position) {
    const auto its = desk::freshnessOf(view, position.position.underlying, position.oldestAgeSeconds);
    if (badness(its) > badness(freshness)) freshness = its;
    seconds = seconds && position.oldestAgeSeconds ? std::optional(std::max(*seconds, *position.oldestAgeSeconds)) : std::nullopt;
}

void WorstAge::mark(GridRow& row, std::initializer_list<int> columns) const {
    for (const int column : columns) row.cells[static_cast<std::size_t>(column)].freshness = freshness;
    printAge(row, seconds);
}

WorstAge worstAgeOf(const desk::DeskView& view) {
    WorstAge worst;
    for (const auto& p : view.positions) worst.add(view, p);
    return worst;
}

QString exitLegend() {
    return PositionsScreen::tr(
        "Exit: open P&L now, then target / stop, in per cent of the credit received. Closed at either or at 21 days to expiry.");
}

std::vector<GridColumn> positionColumns() {
    const auto right = Qt::AlignRight | Qt::AlignVCenter;
    std::vector<GridColumn> columns(ColumnCount);
    columns[Name] = {PositionsScreen::tr("Position"), PositionsScreen::tr("book, underlying, structure, leg; the largest risk first"), 250, kLeft};
    columns[Qty] = {PositionsScreen::tr("Qty"), PositionsScreen::tr("units; contracts for legs"), 40};
    columns[Dte] = {PositionsScreen::tr("DTE"), PositionsScreen::tr("calendar days to expiry"), 40};
    columns[MarkNow] = {PositionsScreen::tr("Mark"), PositionsScreen::tr("structures: what closing pays or costs at mid; legs: bid × ask"), 90};
    columns[Average] = {PositionsScreen::tr("Average"), PositionsScreen::tr("net price at opening, per unit"), 66, right, true};
    columns[DayPnl] = {PositionsScreen::tr("Day P&L"),
                       PositionsScreen::tr("dollars since the session's start; structures before fees, the book after them: see its last rows"), 64};
    columns[OpenPnl] = {PositionsScreen::tr("Open P&L"), PositionsScreen::tr("dollars before fees"), 68};
    columns[OfMax] = {PositionsScreen::tr("% of max"), PositionsScreen::tr("open P&L as a share of the largest profit"), 66, right, true};
    columns[Delta] = {PositionsScreen::tr("Delta"), PositionsScreen::tr("share equivalents of the underlying"), 56};
    columns[BetaDelta] = {PositionsScreen::tr("β delta"), PositionsScreen::tr("shares of the benchmark: delta dollars × beta / its price"), 70};
    columns[Gamma] = {
        PositionsScreen::tr("Gamma"),
        PositionsScreen::tr("change of delta in shares for a move of 1 % of the underlying; the book: of β delta for 1 % of the benchmark"), 58,
        right, true};
    columns[Theta] = {PositionsScreen::tr("Theta"), PositionsScreen::tr("dollars a calendar day"), 58};
    columns[Vega] = {PositionsScreen::tr("Vega"), PositionsScreen::tr("dollars a volatility point"), 58, right, true, true};
    columns[Iv] = {PositionsScreen::tr("IV"), PositionsScreen::tr("implied volatility of the leg, per cent a year"), 50, right, true};
    columns[Power] = {PositionsScreen::tr("BP"),
                      PositionsScreen::tr("buying power it holds, dollars: what it can cost at expiry, its credit being in the cash"), 64, right,
                      true};
    columns[MaxLoss] = {PositionsScreen::tr("Max loss"), PositionsScreen::tr("dollars at expiry, of the open units"), 62};
    columns[Exit] = {PositionsScreen::tr("Exit"),
                     PositionsScreen::tr("%1\nThe target is 50% of the credit, moved by realised volatility; the stop is 125%.", "the exits' legend")
                         .arg(exitLegend()),
                     108, kLeft};
    columns[Owner] = {PositionsScreen::tr("Owner"), PositionsScreen::tr("who opened it"), 84, kLeft, true};
    columns[Age] = {PositionsScreen::tr("Age"), PositionsScreen::tr("of the oldest leg quote"), 34, right, true, true};
    return columns;
}

namespace {

Tone signTone(double v) { return v > 0 ? Tone::Gain : v < 0 ? Tone::Loss : Tone::Plain; }

Cell signedCell(const std::optional<double>& v, int decimals, desk::Freshness f, const QString& tooltip = {}) {
    return {format::signedNumber(v, decimals), v ? QVariant(*v) : QVariant(), v ? signTone(*v) : Tone::Dim, f, tooltip};
}

Cell dollarsCell(const std::optional<double>& v, desk::Freshness f) { return signedCell(v, v && std::abs(*v) >= 99.995 ? 0 : 2, f); }

Cell moneyCell(const std::optional<Usd>& v, desk::Freshness f, const QString& unknown = {}) {
    return {format::signedMoney(v), v ? QVariant(static_cast<qlonglong>(v->micros())) : QVariant(), v ? signTone(v->toDouble()) : Tone::Dim, f,
            v ? QString() : unknown};
}

/// A sum over positions that counts those it leaves out.
class Total {
public:
    void add(const std::optional<double>& v) {
        ++m_total;
        m_included += v.has_value();
        m_value += v.value_or(0);
    }
    void add(const std::optional<Usd>& v) { add(v ? std::optional(v->toDouble()) : std::nullopt); }
    Cell cell(int decimals) const { return place(format::signedNumber(m_value, decimals), signTone(m_value)); }
    /// Dollars a day or a point: whole from a hundred on, like all money (UX 2.2).
    Cell dollars() const { return cell(std::abs(m_value) >= 99.995 ? 0 : 2); }
    Cell money(bool sign) const {
        const auto exact = Usd::fromDouble(m_value);
        return place(!exact ? format::dash() : sign ? format::signedMoney(*exact) : format::money(*exact), sign ? signTone(m_value) : Tone::Plain);
    }

private:
    Cell place(QString text, Tone tone) const {
        const QString count = PositionsScreen::tr("%1 of %2 positions included").arg(m_included).arg(m_total);
        if (m_included == 0) return {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, count};
        if (m_included < m_total) return {QStringLiteral("▲ ") + text, m_value, tone, desk::Freshness::Fresh, count};
        return {std::move(text), m_value, tone};
    }
    double m_value = 0;
    int m_included = 0, m_total = 0;
};

/// One underlying: what its structures add up to. Shares of one underlying do add.
struct Group {
    std::vector<const desk::PositionView*> positions;
    Total day, open, delta, gamma, theta, vega, power, loss;
    std::optional<double> risk = 0.0; ///< absent: without end
    std::vector<portfolio::DeltaPart> parts;

    void add(const desk::PositionView& p) {
        positions.push_back(&p);
        day.add(p.dayPnl);
        open.add(p.mark.openPnl);
        delta.add(p.delta);
        gamma.add(p.gammaPerPercent);
        theta.add(p.thetaPerDay);
        vega.add(p.vegaPerPoint);
        power.add(p.buyingPower);
        loss.add(p.maxLoss);
        risk = risk && p.maxLoss ? std::optional(*risk + p.maxLoss->toDouble()) : std::nullopt;
        parts.push_back({p.position.underlying, p.deltaDollars, std::nullopt});
    }
    void fill(GridRow& row) const {
        row.cells[DayPnl] = day.money(true);
        row.cells[OpenPnl] = open.money(true);
        row.cells[Theta] = theta.dollars();
        row.cells[Vega] = vega.dollars();
        row.cells[Power] = power.money(false);
        row.cells[MaxLoss] = risk ? loss.money(false) : Cell{PositionsScreen::tr("unlimited")};
    }
};

/// By share of risk: what has no end first.
bool riskier(const std::optional<double>& a, const std::optional<double>& b) { return !b ? false : !a || *a > *b; }

/// The order that made it, as far as it can be told from what is held.
portfolio::ComboOrder asOpened(const portfolio::Position& p) {
    portfolio::ComboOrder shown;
    shown.underlying = p.underlying;
    shown.legs = p.legs;
    shown.kind = p.kind;
    shown.quantity = p.quantity;
    shown.netLimit = p.openNet;
    return shown;
}

/// Without its quantity, which stands in the column beside it.
QString structureOf(const portfolio::Position& p) {
    return format::text(portfolio::describe(asOpened(p))).replace(QStringLiteral(" %1 ").arg(p.quantity), QStringLiteral(" "));
}

GridRow emptyRow(const QString& key, bool strong) { return {key, std::vector<Cell>(ColumnCount), false, strong, {}}; }

GridRow bookRow(const desk::DeskView& view, const Group& all) {
    GridRow row = emptyRow(QStringLiteral("book"), true);
    row.pin = -1;
    std::set<std::string> underlyings;
    for (const auto* p : all.positions) underlyings.insert(p->position.underlying);
    if (all.positions.empty()) {
        row.cells[Name] = {PositionsScreen::tr("Book: no open positions. Reconciled %1.", "time").arg(reconciledAt(view)), {}, Tone::Strong};
    } else {
        row.cells[Name] = {
            PositionsScreen::tr("Book: %1 of %2 positions in the Greeks").arg(view.greeks.included).arg(view.greeks.total), {}, Tone::Strong};
        all.fill(row);
    }
    row.cells[DayPnl] = moneyCell(view.marks.dayPnl, desk::Freshness::Fresh, PositionsScreen::tr("equity or its start of the day is unknown"));
    if (view.marks.dayPnl)
        row.cells[DayPnl].tooltip = PositionsScreen::tr("after fees; the structures, what was closed today and the fees add up to it");
    if (all.positions.empty()) return row;
    const WorstAge worst = worstAgeOf(view);
    if (underlyings.size() == 1)
        row.cells[Delta] = all.delta.cell(1);
    else
        row.cells[Delta] = {
            format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, PositionsScreen::tr("shares of different underlyings do not add: see β delta")};
    row.cells[BetaDelta] = {betawords::shortDelta(view.beta), view.beta.delta ? QVariant(*view.beta.delta) : QVariant(),
                            view.beta.delta ? signTone(*view.beta.delta) : Tone::Dim, desk::Freshness::Fresh,
                            betawords::tooltip(view.beta, view.betaWeights, underlyings, false)};
    row.cells[Gamma] = signedCell(view.beta.gammaPerPercent, 2, desk::Freshness::Fresh,
                                  PositionsScreen::tr("change of β delta in shares of %1 when it moves by 1 % and every underlying by its beta")
                                      .arg(format::text(view.betaWeights.benchmark)));
    row.cells[Age] = {format::age(worst.seconds), worst.seconds ? QVariant(*worst.seconds) : QVariant(), Tone::Dim};
    worst.mark(row, {DayPnl, OpenPnl, Delta, BetaDelta, Gamma, Theta, Vega, Age});
    return row;
}

/// A structure that was closed or settled today: what it earned today.
GridRow closedRow(const portfolio::Position& p, const desk::DeskView& view) {
    GridRow row = emptyRow(QStringLiteral("closed/") + format::text(p.id.str()), false);
    row.level = 1;
    row.pin = 1;
    const QString whole = format::text(portfolio::describe(asOpened(p)));
    row.cells[Name] = {PositionsScreen::tr("  closed: %1", "structure").arg(structureOf(p)),
                       {},
                       Tone::Dim,
                       desk::Freshness::Fresh,
                       whole + QLatin1Char('\n') + format::text(p.id.str())};
    const auto earned = view.closedDayPnl.find(p.id);
    row.cells[DayPnl] = moneyCell(earned == view.closedDayPnl.end() ? std::nullopt : std::optional(earned->second), desk::Freshness::Fresh,
                                  PositionsScreen::tr("held overnight, and what it was worth when the session began is not kept"));
    if (row.cells[DayPnl].tooltip.isEmpty()) row.cells[DayPnl].tooltip = PositionsScreen::tr("what it earned today, dollars before fees");
    row.cells[Average] = {format::net(p.openNet), static_cast<qlonglong>(p.openNet.micros()), Tone::Dim};
    row.cells[Owner] = {format::text(p.owner), {}, Tone::Dim};
    return row;
}

/// What stands between the structures' day and the book's: with these two the column adds up.
void addRestRows(std::vector<GridRow>& rows, const desk::DeskView& view) {
    const auto& parts = view.dayPnlParts;
    const auto add = [&](const QString& key, const QString& name, const std::optional<Usd>& amount, const QString& tip) {
        GridRow row = emptyRow(key, false);
        row.pin = 1;
        row.cells[Name] = {name, {}, Tone::Dim, desk::Freshness::Fresh, tip};
        row.cells[DayPnl] = moneyCell(amount, desk::Freshness::Fresh, PositionsScreen::tr("unknown while the day of a held position is"));
        rows.push_back(std::move(row));
    };
    add(QStringLiteral("rest"), PositionsScreen::tr("Closed or settled today, before fees"), parts.rest,
        PositionsScreen::tr("the book's day less the structures that are held and the fees"));
    worstAgeOf(view).mark(rows.back(), {DayPnl}); // it is made of both
    for (const auto& p : view.closedToday) rows.push_back(closedRow(p, view));
    add(QStringLiteral("fees"), PositionsScreen::tr("Fees paid today"), -parts.fees, PositionsScreen::tr("dollars, of every order of this session"));
}

GridRow groupRow(const std::string& underlying, const Group& group, const desk::DeskView& view) {
    const auto& weights = view.betaWeights;
    GridRow row = emptyRow(QStringLiteral("of/") + format::text(underlying), true);
    row.cells[Name] = {format::text(underlying), {}, Tone::Strong};
    const bool assigned = std::any_of(view.assignments.begin(), view.assignments.end(), [&](const auto& a) { return a.underlying == underlying; });
    if (assigned)
        row.cells[Name] = {PositionsScreen::tr("%1  ▲ assigned, waits for you (Enter)").arg(format::text(underlying)),
                           {},
                           Tone::Warn,
                           desk::Freshness::Fresh,
                           PositionsScreen::tr("nothing is opened in it until a person acknowledges it: Enter goes there")};
    group.fill(row);
    row.cells[Delta] = group.delta.cell(1);
    row.cells[Gamma] = group.gamma.cell(2);
    const auto beta = portfolio::betaWeighted(group.parts, weights);
    row.cells[BetaDelta] = {betawords::shortDelta(beta), beta.delta ? QVariant(*beta.delta) : QVariant(),
                            beta.delta ? signTone(*beta.delta) : Tone::Dim, desk::Freshness::Fresh,
                            betawords::tooltip(beta, weights, {underlying}, false)};
    WorstAge worst;
    for (const auto* p : group.positions) worst.add(view, *p);
    row.cells[Age] = {format::age(worst.seconds), worst.seconds ? QVariant(*worst.seconds) : QVariant(), Tone::Dim};
    worst.mark(row, {DayPnl, OpenPnl, Delta, BetaDelta, Gamma, Theta, Vega, Age});
    return row;
}

GridRow positionRow(const desk::PositionView& p, const desk::DeskView& view) {
    GridRow row = emptyRow(format::text(p.position.id.str()), false);
    row.data = row.key;
    const auto age = desk::freshnessOf(view, p.position.underlying, p.oldestAgeSeconds);
    row.level = 1;
    const QString whole = format::text(portfolio::describe(asOpened(p.position)));
    row.cells[Name] = {QStringLiteral("  ") + structureOf(p.position) + (p.closing ? PositionsScreen::tr("  closing…") : QString()),
                       {},
                       Tone::Plain,
                       desk::Freshness::Fresh,
                       whole + QLatin1Char('\n') + format::text(p.position.id.str())};
    row.cells[Qty] = {QString::number(p.position.quantity), static_cast<qlonglong>(p.position.quantity)};
    row.cells[Dte] = {QString::number(p.exit.dte) + QLatin1Char('d'), p.exit.dte, p.exit.dte <= 21 ? Tone::Warn : Tone::Plain};
    row.cells[MarkNow] = {p.mark.net ? format::net(-*p.mark.net) : format::dash(),
                          p.mark.net ? QVariant(static_cast<qlonglong>(-p.mark.net->micros())) : QVariant(), Tone::Plain, age,
                          PositionsScreen::tr("what closing pays or costs at mid")};
    row.cells[Average] = {format::net(p.position.openNet), static_cast<qlonglong>(p.position.openNet.micros())};
    row.cells[DayPnl] = moneyCell(p.dayPnl, age,
                                  p.mark.openPnl ? PositionsScreen::tr("held overnight: its mark at the session's start is not kept")
                                                 : PositionsScreen::tr("no fresh two-sided quote of every leg"));
    row.cells[OpenPnl] = moneyCell(p.mark.openPnl, age, PositionsScreen::tr("no fresh two-sided quote of every leg"));
    std::optional<double> ofMax;
    if (p.mark.openPnl && p.maxProfit && p.maxProfit->micros() > 0) ofMax = ratio(*p.mark.openPnl, *p.maxProfit);
    row.cells[OfMax] = {format::signedPercent(ofMax, 0), ofMax ? QVariant(*ofMax) : QVariant(), ofMax ? signTone(*ofMax) : Tone::Dim, age};
    row.cells[Delta] = signedCell(p.delta, 1, age);
    row.cells[BetaDelta] = {betawords::shortDelta(p.beta), p.beta.delta ? QVariant(*p.beta.delta) : QVariant(),
                            p.beta.delta ? signTone(*p.beta.delta) : Tone::Dim, age,
                            betawords::tooltip(p.beta, view.betaWeights, {p.position.underlying}, false)};
    row.cells[Gamma] = signedCell(p.gammaPerPercent, 2, age);
    row.cells[Theta] = dollarsCell(p.thetaPerDay, age);
    row.cells[Vega] = dollarsCell(p.vegaPerPoint, age);
    row.cells[Power] = {p.buyingPower ? format::money(*p.buyingPower) : PositionsScreen::tr("unlimited"),
                        p.buyingPower ? QVariant(static_cast<qlonglong>(p.buyingPower->micros())) : QVariant()};
    row.cells[MaxLoss] = {p.maxLoss ? format::money(*p.maxLoss) : PositionsScreen::tr("unlimited"),
                          p.maxLoss ? QVariant(static_cast<qlonglong>(p.maxLoss->micros())) : QVariant()};
    row.cells[Exit] = {PositionsScreen::tr("%1 %2/%3")
                           .arg(format::signedPercent(p.exit.pnlFraction, 0), format::signedNumber(p.exit.targetFraction * 100, 0),
                                format::signedNumber(-p.exit.stopFraction * 100, 0)),
                       p.exit.pnlFraction ? QVariant(*p.exit.pnlFraction) : QVariant(), Tone::Dim, age};
    row.cells[Owner] = {format::text(p.position.owner), {}, Tone::Dim};
    row.cells[Age] = {format::age(p.oldestAgeSeconds), p.oldestAgeSeconds ? QVariant(*p.oldestAgeSeconds) : QVariant(), Tone::Dim, age};
    row.cells[Exit].tooltip =
        PositionsScreen::tr("now %1 of the credit received; closed at %2%, the target, at %3%, the stop, or at 21 days to expiry; %n day(s) left",
                            nullptr, p.exit.dte)
            .arg(format::signedPercent(p.exit.pnlFraction, 0), format::signedNumber(p.exit.targetFraction * 100, 0),
                 format::signedNumber(-p.exit.stopFraction * 100, 0));
    printAge(row, p.oldestAgeSeconds);
    return row;
}

GridRow legRow(const desk::LegView& leg, const portfolio::Position& of, const desk::DeskView& view) {
    const QString position = format::text(of.id.str());
    GridRow row = emptyRow(position + QLatin1Char('/') + format::text(leg.contract.id()), false);
    row.data = position;
    const auto f = desk::freshnessOf(view, of.underlying, leg.ageSeconds);
    row.level = 2;
    row.cells[Name] = {QStringLiteral("      ") + format::text(leg.contract.label()), {}, Tone::Dim};
    row.cells[Qty] = {format::signedNumber(static_cast<double>(leg.quantity), 0), static_cast<qlonglong>(leg.quantity), Tone::Dim};
    row.cells[MarkNow] = {PositionsScreen::tr("%1 × %2").arg(format::price(leg.quote.bid), format::price(leg.quote.ask)),
                          {},
                          Tone::Dim,
                          f,
                          PositionsScreen::tr("bid × ask")};
    row.cells[Delta] = {leg.delta ? format::signedNumber(*leg.delta * static_cast<double>(leg.quantity) * leg.contract.multiplier, 1)
                                  : format::dash(),
                        leg.delta ? QVariant(*leg.delta * static_cast<double>(leg.quantity) * leg.contract.multiplier) : QVariant(), Tone::Dim, f};
    row.cells[Iv] = {format::percent(leg.iv), leg.iv ? QVariant(*leg.iv) : QVariant(), Tone::Dim, f};
    row.cells[Age] = {format::age(leg.ageSeconds), leg.ageSeconds ? QVariant(*leg.ageSeconds) : QVariant(), Tone::Dim, f};
    printAge(row, leg.ageSeconds);
    return row;
}

} // namespace

QString reconciledAt(const desk::DeskView& view) {
    return view.lastReconciled ? format::timeNewYork(*view.lastReconciled) : PositionsScreen::tr("never");
}

std::vector<GridRow> positionRows(const desk::DeskView& view) {
    std::map<std::string, Group> groups;
    Group all;
    for (const auto& p : view.positions) {
        groups[p.position.underlying].add(p);
        all.add(p);
    }
    std::vector<std::pair<std::string, Group*>> order;
    for (auto& [underlying, group] : groups) {
        std::stable_sort(group.positions.begin(), group.positions.end(), [](const auto* a, const auto* b) {
            const auto risk = [](const desk::PositionView* p) { return p->maxLoss ? std::optional(p->maxLoss->toDouble()) : std::nullopt; };
            return riskier(risk(a), risk(b));
        });
        order.emplace_back(underlying, &group);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return riskier(a.second->risk, b.second->risk); });
    std::vector<GridRow> rows;
    const bool any = !view.positions.empty() || !view.closedToday.empty();
    if (any) rows.push_back(bookRow(view, all));
    for (const auto& [underlying, group] : order) {
        rows.push_back(groupRow(underlying, *group, view));
        for (const auto* p : group->positions) {
            GridRow row = positionRow(*p, view);
            std::vector<GridRow> legs;
            for (const auto& leg : p->legs) legs.push_back(legRow(leg, p->position, view));
            rows.push_back(std::move(row));
            std::move(legs.begin(), legs.end(), std::back_inserter(rows));
        }
    }
    if (any) addRestRows(rows, view);
    return rows;
}

} // namespace mahler::ui
