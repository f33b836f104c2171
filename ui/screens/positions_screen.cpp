#include <QHeaderView>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

std::vector<GridColumn> positionsColumns() {
    const auto left = Qt::AlignLeft | Qt::AlignVCenter;
    return {{PositionsScreen::tr("Position"), {}, 262, left},
            {PositionsScreen::tr("Qty"), PositionsScreen::tr("units; contracts for legs"), 44},
            {PositionsScreen::tr("DTE"), PositionsScreen::tr("calendar days to expiry"), 46},
            {PositionsScreen::tr("Mark"), PositionsScreen::tr("structures: what closing pays or costs at mid; legs: bid × ask"), 110},
            {PositionsScreen::tr("Open"), PositionsScreen::tr("net price at opening"), 60},
            {PositionsScreen::tr("Open P&L"), PositionsScreen::tr("dollars before fees"), 72},
            {PositionsScreen::tr("% of max"), PositionsScreen::tr("share of the largest profit"), 66, Qt::AlignRight | Qt::AlignVCenter, true},
            {PositionsScreen::tr("Delta"), PositionsScreen::tr("share equivalents"), 58},
            {PositionsScreen::tr("Gamma"), PositionsScreen::tr("change of delta in shares per 1.00"), 58, Qt::AlignRight | Qt::AlignVCenter, true},
            {PositionsScreen::tr("Theta"), PositionsScreen::tr("dollars a calendar day"), 58},
            {PositionsScreen::tr("Vega"), PositionsScreen::tr("dollars a volatility point"), 58},
            {PositionsScreen::tr("IV"), PositionsScreen::tr("implied volatility of the leg"), 50, Qt::AlignRight | Qt::AlignVCenter, true},
            {PositionsScreen::tr("Max loss"), PositionsScreen::tr("dollars at expiry, of the open units"), 86},
            {PositionsScreen::tr("Exit"), PositionsScreen::tr("P&L, target and stop in per cent of the credit; exit at 21 days"), 104, left},
            {PositionsScreen::tr("Owner"), {}, 84, left, true},
            {PositionsScreen::tr("Age"), PositionsScreen::tr("of the oldest leg quote"), 44}};
}

Tone signTone(double v) { return v > 0 ? Tone::Gain : v < 0 ? Tone::Loss : Tone::Plain; }

Cell signedCell(const std::optional<double>& v, int decimals, desk::Freshness f) {
    return {format::signedNumber(v, decimals), v ? QVariant(*v) : QVariant(), v ? signTone(*v) : Tone::Dim, f};
}

} // namespace

PositionsScreen::PositionsScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_model(new GridModel(positionsColumns(), this)), m_grid(new GridView(m_model)), m_banner(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(m_banner);
    layout->addWidget(m_grid, 1);
    m_banner->setTextFormat(Qt::PlainText);
    m_banner->setWordWrap(true);
    m_grid->setAccessibleName(tr("Positions"));
    m_grid->installEventFilter(this);
}

QList<QPair<QString, QString>> PositionsScreen::keys() const {
    return {{QStringLiteral("X, X"), tr("close the position at the market's mid less slippage")}, {QStringLiteral("J"), tr("journal of this position")},
            {QStringLiteral("V"), tr("the debate that opened it")}};
}

void PositionsScreen::setView(const ViewPtr& view) {
    m_view = view;
    std::vector<GridRow> rows;
    GridRow total;
    total.key = QStringLiteral("book");
    total.strong = true;
    total.cells.resize(16);
    std::optional<double> open = 0.0;
    for (const auto& p : view->positions)
        open = open && p.mark.openPnl ? std::optional(*open + p.mark.openPnl->toDouble()) : std::nullopt;
    const auto fresh = desk::Freshness::Fresh;
    total.cells[0] = {tr("Book: %1 of %2 positions in the Greeks").arg(view->greeks.included).arg(view->greeks.total), {}, Tone::Strong};
    total.cells[5] = signedCell(open, 0, fresh);
    total.cells[7] = signedCell(view->greeks.delta, 1, fresh);
    total.cells[8] = signedCell(view->greeks.gamma, 2, fresh);
    total.cells[9] = signedCell(view->greeks.thetaPerDay, 2, fresh);
    total.cells[10] = signedCell(view->greeks.vegaPerPoint, 2, fresh);
    total.cells[12] = {tr("%1 / %2").arg(format::percent(view->portfolioRiskFraction), format::percent(view->limits.portfolioRisk, 0)), view->portfolioRiskFraction, Tone::Plain, fresh,
                       tr("worst case of positions and working orders as a share of equity, and its limit")};
    for (const auto& p : view->positions) {
        GridRow row;
        row.key = format::text(p.position.id.str());
        row.cells.resize(16);
        row.data = row.key;
        const auto age = view->session == market::Session::Open ? desk::freshnessOf(p.oldestAgeSeconds) : desk::Freshness::Closed;
        portfolio::ComboOrder shown;
        shown.underlying = p.position.underlying;
        shown.legs = p.position.legs;
        shown.kind = p.position.kind;
        shown.quantity = p.position.quantity;
        shown.netLimit = p.position.openNet;
        const QString quantity = QStringLiteral(" %1 ").arg(shown.quantity); // stands in the column beside it
        row.cells[0] = {format::text(portfolio::describe(shown)).replace(quantity, QStringLiteral(" ")) + (p.closing ? tr("  closing…") : QString()), {}, Tone::Strong, fresh,
                        format::text(p.position.id.str())};
        row.cells[1] = {QString::number(p.position.quantity), static_cast<qlonglong>(p.position.quantity)};
        row.cells[2] = {QString::number(p.exit.dte) + QLatin1Char('d'), p.exit.dte, p.exit.dte <= 21 ? Tone::Warn : Tone::Plain};
        row.cells[3] = {p.mark.net ? format::net(-*p.mark.net) : format::dash(), {}, Tone::Plain, age, tr("what closing pays or costs at mid")};
        row.cells[4] = {format::net(p.position.openNet), {}};
        row.cells[5] = {format::signedMoney(p.mark.openPnl), p.mark.openPnl ? QVariant(static_cast<qlonglong>(p.mark.openPnl->micros())) : QVariant(),
                        p.mark.openPnl ? signTone(p.mark.openPnl->toDouble()) : Tone::Dim, age};
        std::optional<double> ofMax;
        if (p.mark.openPnl && p.maxProfit && p.maxProfit->micros() > 0)
            ofMax = ratio(*p.mark.openPnl, *p.maxProfit);
        row.cells[6] = {format::signedPercent(ofMax, 0), ofMax ? QVariant(*ofMax) : QVariant(), ofMax ? signTone(*ofMax) : Tone::Dim, age};
        row.cells[7] = signedCell(p.delta, 1, age);
        row.cells[8] = signedCell(p.gamma, 2, age);
        row.cells[9] = signedCell(p.thetaPerDay, 2, age);
        row.cells[10] = signedCell(p.vegaPerPoint, 2, age);
        row.cells[11] = {QString(), {}};
        row.cells[12] = {p.maxLoss ? format::money(*p.maxLoss) : tr("unlimited"), p.maxLoss ? QVariant(static_cast<qlonglong>(p.maxLoss->micros())) : QVariant()};
        row.cells[13] = {tr("%1  %2/%3").arg(format::signedPercent(p.exit.pnlFraction, 0), format::signedNumber(p.exit.targetFraction * 100, 0), format::signedNumber(-p.exit.stopFraction * 100, 0)),
                         {}, Tone::Dim, age};
        row.cells[14] = {format::text(p.position.owner), {}, Tone::Dim};
        row.cells[15] = {format::age(p.oldestAgeSeconds), p.oldestAgeSeconds ? QVariant(*p.oldestAgeSeconds) : QVariant(), Tone::Dim, age};
        rows.push_back(row);
        for (const auto& leg : p.legs) {
            GridRow line;
            line.key = row.key + QLatin1Char('/') + format::text(leg.contract.id());
            line.cells.resize(16);
            line.data = row.key;
            const auto f = view->session == market::Session::Open ? desk::freshnessOf(leg.ageSeconds) : desk::Freshness::Closed;
            line.cells[0] = {QStringLiteral("      ") + format::text(leg.contract.label()), {}, Tone::Dim};
            line.cells[1] = {format::signedNumber(static_cast<double>(leg.quantity), 0), static_cast<qlonglong>(leg.quantity), Tone::Dim};
            line.cells[3] = {tr("%1 × %2").arg(format::price(leg.quote.bid), format::price(leg.quote.ask)), {}, Tone::Dim, f, tr("bid × ask")};
            line.cells[7] = {leg.delta ? format::signedNumber(*leg.delta * static_cast<double>(leg.quantity) * 100, 1) : format::dash(), {}, Tone::Dim, f};
            line.cells[11] = {format::percent(leg.iv), {}, Tone::Dim, f};
            line.cells[15] = {format::age(leg.ageSeconds), {}, Tone::Dim, f};
            rows.push_back(std::move(line));
        }
    }
    if (!rows.empty())
        rows.insert(rows.begin(), std::move(total));
    m_model->setRows(std::move(rows));
    m_grid->setEmptyText(tr("No positions. Reconciled %1.").arg(view->lastReconciled ? format::timeNewYork(*view->lastReconciled) : tr("never")));
    const bool differs = !view->reconciliation.empty() && view->reconciliation != "clean";
    m_banner->setVisible(differs || !m_armed.isEmpty());
    if (differs)
        m_banner->setText(tr("▲ Broker and journal disagree: %1. New entries are blocked until it is resolved.").arg(format::text(view->reconciliation)));
    else if (!m_armed.isEmpty()) {
        const auto row = m_model->find(m_armed);
        m_banner->setText(tr("Press X again to close %1, any other key to leave it.").arg(row && m_model->row(*row) ? m_model->row(*row)->cells[0].text.trimmed() : m_armed));
    }
}

const desk::PositionView* PositionsScreen::current() const {
    const GridRow* row = m_grid->currentRow();
    if (!row || !m_view)
        return nullptr;
    for (const auto& p : m_view->positions)
        if (format::text(p.position.id.str()) == row->data.toString())
            return &p;
    return nullptr;
}

bool PositionsScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_grid || event->type() != QEvent::KeyPress)
        return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    const auto* position = current();
    const QString armed = std::exchange(m_armed, QString());
    if (position && key->key() == Qt::Key_X && !key->isAutoRepeat()) {
        const QString id = format::text(position->position.id.str());
        if (armed == id)
            m_port.send(desk::ClosePosition{m_view->user.id, position->position.id, "closed by hand"});
        else
            m_armed = id;
        setView(m_view);
        return true;
    }
    if (position && key->key() == Qt::Key_J) {
        Q_EMIT journalRequested(format::text(position->position.id.str()));
        return true;
    }
    if (position && key->key() == Qt::Key_V) {
        for (const auto& cycle : m_view->cycles)
            if (cycle.proposal == position->position.proposal)
                Q_EMIT deliberationRequested(format::text(cycle.id.str()));
        return true;
    }
    if (!armed.isEmpty())
        setView(m_view);
    return Screen::eventFilter(watched, event);
}

} // namespace mahler::ui
