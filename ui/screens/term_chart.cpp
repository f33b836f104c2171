#include "ui/screens/term_chart.h"

#include <algorithm>

#include "market/exchange_calendar.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

/// What moves a term structure by itself; the monthly reports would stand shoulder to shoulder.
bool isMarked(const market::MarketEvent& event, const std::string& underlying) {
    switch (event.kind) {
    case market::EventKind::Fomc:
    case market::EventKind::Cpi:
    case market::EventKind::Earnings:
    case market::EventKind::ExDividend: return event.symbol.empty() || event.symbol == underlying;
    case market::EventKind::Jobs:
    case market::EventKind::Gdp:
    case market::EventKind::Expiry:
    case market::EventKind::Holiday: return false;
    }
    return false;
}

} // namespace

TermChart::TermChart(QWidget* parent) : ThemedChart(tr("days to expiry"), tr("at-the-money volatility, %"), parent) {
    m_line = addLine(tr("ATM"), Token::Accent);
    m_atm = addDots({}, Token::Accent, 6);
    m_forward = addLine(tr("forward volatility"), Token::Second, Qt::DashLine, 1.5);
    m_events = addDots(tr("FOMC, CPI, earnings, ex-dividend"), Token::Warn, 8);
    m_events->setMarkerShape(QScatterSeries::MarkerShapeRotatedRectangle);
    setAccessibleName(tr("Term structure"));
}

void TermChart::show(const Input& in) {
    QList<QPointF> line, forward, events;
    QStringList named;
    double low = 1e9, high = 0;
    const analytics::TermPoint* before = nullptr;
    for (const auto& p : in.points) {
        if (in.excluded.count(p.expiry)) continue;
        line << QPointF(p.years * 365, p.vol * 100);
        low = std::min(low, p.vol * 100);
        high = std::max(high, p.vol * 100);
        // With an expiry left out between them the two points say nothing of the forward volatility that was computed.
        const bool neighbours = before && p.forwardVol && before + 1 == &p;
        if (neighbours) {
            const double f = *p.forwardVol * 100;
            forward << QPointF(before->years * 365, f) << QPointF(p.years * 365, f);
            high = std::max(high, f);
            low = std::min(low, f);
        }
        before = &p;
    }
    const bool enough = line.size() >= 2;
    const double last = enough ? line.back().x() * 1.03 : 0, bottom = std::max(0.0, low - 1);
    const auto today = market::toNewYork(in.chain->chain->time).date;
    for (const auto& event : in.events) {
        const double days = static_cast<double>((std::chrono::sys_days(event.date) - std::chrono::sys_days(today)).count());
        if (!enough || !market::isAhead(event, in.chain->chain->time) || days > last || !isMarked(event, in.chain->chain->underlying)) continue;
        events << QPointF(days, bottom + (high + 1 - bottom) * 0.03);
        if (named.size() < 12) named << QStringLiteral("%1 %2").arg(format::date(event.date), format::text(event.title));
    }
    setHeading(tr("%1  term structure").arg(format::text(in.chain->chain->underlying)));
    m_line->replace(line);
    m_atm->replace(line);
    m_forward->replace(forward);
    setShown(*m_events, !events.isEmpty());
    m_events->replace(events);
    setToolTip(named.isEmpty() ? QString() : tr("Events: %1").arg(named.join(QStringLiteral(", "))));
    setEmptyText(enough ? QString() : tr("Fewer than two expiries with a known volatility."));
    if (enough) setRange(0, last, bottom, high + 1);
}

} // namespace mahler::ui
