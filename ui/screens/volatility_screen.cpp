#include "ui/screens/volatility_screen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>
#include <tuple>
#include <utility>

#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

QString nameOf(pricing::SliceModel model) {
    switch (model) {
    case pricing::SliceModel::Svi: return VolatilityScreen::tr("SVI");
    case pricing::SliceModel::Constrained: return VolatilityScreen::tr("bounded");
    case pricing::SliceModel::Repaired: return VolatilityScreen::tr("repaired");
    case pricing::SliceModel::Ssvi: return VolatilityScreen::tr("SSVI");
    }
    return {};
}

QString whatIs(pricing::SliceModel model) {
    switch (model) {
    case pricing::SliceModel::Svi: return VolatilityScreen::tr("the least squares as they fell out: no arbitrage in them");
    case pricing::SliceModel::Constrained: return VolatilityScreen::tr("the least squares within no butterfly and no crossing of the next expiry");
    case pricing::SliceModel::Repaired: return VolatilityScreen::tr("the least squares with the wings moved until no butterfly is left");
    case pricing::SliceModel::Ssvi: return VolatilityScreen::tr("a slice free of butterflies by its form: no better one was found");
    }
    return {};
}

QString strikeOf(double k) { return format::number(std::exp(k) * 100, 0) + QLatin1Char('%'); }

/// The slices by the expiry they belong to, and what is wrong with each.
class SurfaceNotes {
public:
    explicit SurfaceNotes(const pricing::PricedChain& chain) : m_chain(chain), m_slice(chain.expiries.size()) {
        for (std::size_t i = 0; i < chain.surface.slices.size(); ++i) m_slice[chain.surface.slices[i].expiry] = i;
    }

    const pricing::SurfaceSlice* slice(std::size_t expiry) const { return m_slice[expiry] ? &m_chain.surface.slices[*m_slice[expiry]] : nullptr; }

    Cell arbitrage(std::size_t expiry) const {
        if (!m_slice[expiry]) return {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, VolatilityScreen::tr("too few usable quotes")};
        const auto& s = *slice(expiry);
        QStringList left, mended;
        if (!s.check.free())
            left << VolatilityScreen::tr("butterfly, g %1 at %2").arg(format::number(s.check.fineMinG, 3), strikeOf(s.check.fineAtK));
        for (const auto& c : m_chain.surface.crossings)
            if (c.nearer == *m_slice[expiry]) left << VolatilityScreen::tr("calendar, above %1 at %2").arg(dateOf(c.farther), strikeOf(c.k));
        for (const auto& c : m_chain.surface.mended)
            if (c.nearer == *m_slice[expiry]) mended << dateOf(c.farther);
        QString what = VolatilityScreen::tr(
            "looked for at strikes of 22% to 448% of the forward; a butterfly is g below 0, a crossing total variance above the next expiry's");
        if (!mended.isEmpty())
            what += QLatin1Char('\n') + VolatilityScreen::tr("without bounds this smile crosses that of %1").arg(mended.join(QStringLiteral(", ")));
        if (!left.isEmpty()) return {left.join(QStringLiteral("; ")), 2, Tone::Warn, desk::Freshness::Fresh, what};
        return {mended.isEmpty() ? VolatilityScreen::tr("none") : VolatilityScreen::tr("none; mended with %1").arg(mended.join(QStringLiteral(", "))),
                mended.isEmpty() ? 0 : 1, Tone::Dim, desk::Freshness::Fresh, what};
    }

private:
    QString dateOf(std::size_t slice) const { return format::date(m_chain.chain->expiries[m_chain.surface.slices[slice].expiry].expiry); }
    const pricing::PricedChain& m_chain;
    std::vector<std::optional<std::size_t>> m_slice;
};

} // namespace

VolatilityScreen::VolatilityScreen(DeskPort&, QWidget* parent)
    : Screen(parent), m_model(new GridModel({{tr("Expiry"), {}, 150, kLeft},
                                             {tr("Days"), {}, 56},
                                             {tr("ATM IV"), tr("at the forward, per cent a year"), 66},
                                             {tr("Forward"), {}, 80},
                                             {tr("Move ±"), tr("one standard deviation to expiry, price units"), 70},
                                             {tr("25d RR"), tr("call less put volatility at 25 delta, points"), 66},
                                             {tr("25d fly"), tr("wings less ATM, points"), 66},
                                             {tr("RMSE"), tr("of the smile fit, volatility points"), 60},
                                             {tr("Used"), tr("quotes in the fit"), 56},
                                             {tr("Refused"), tr("quotes too far from any smile, or no quotes at all"), 62},
                                             {tr("Slice"), tr("how the smile came about"), 96, kLeft},
                                             {tr("Arbitrage"), tr("in the smile that is served everywhere"), 290, kLeft}},
                                            this)),
      m_grid(new GridView(m_model)), m_smile(new ThemedChart(tr("strike"), tr("implied volatility, %"))),
      m_term(new ThemedChart(tr("days to expiry"), tr("at-the-money volatility, %"))), m_tabs(new QTabBar), m_pages(new QStackedWidget),
      m_surface(new HeatMap),
      m_past(new GridModel({{tr("Figure"), {}, 220, kLeft}, {tr("Value"), {}, 120}, {tr("What it is"), {}, 520, kLeft}}, this)) {
    m_calls = m_smile->addDots(tr("calls (out of the money)"), Token::Accent, 5);
    m_puts = m_smile->addDots(tr("puts (out of the money)"), Token::Second, 5);
    m_fit = m_smile->addLine(tr("SVI fit"), Token::Text, Qt::SolidLine, 1.5);
    m_spot = m_smile->addLine(tr("spot"), Token::Stale, Qt::DotLine, 1);
    m_termLine = m_term->addLine(tr("ATM"), Token::Accent);
    m_atm = m_term->addDots({}, Token::Accent, 6);
    m_forwardLine = m_term->addLine(tr("forward volatility"), Token::Second, Qt::DashLine, 1.5);
    m_smile->setEmptyText(tr("Waiting for a chain."));
    auto* charts = new QSplitter;
    charts->addWidget(m_smile);
    charts->addWidget(m_term);
    auto* past = new GridView(m_past);
    past->setAccessibleName(tr("Volatility against its past"));
    past->setEmptyText(tr("No analysis of this underlying yet. Ctrl+R runs a cycle."));
    m_surface->setAccessibleName(tr("Volatility surface"));
    m_surface->setScale(HeatMap::Scale::Level); // a volatility is neither gain nor loss
    m_surface->setEmptyText(tr("Waiting for a chain."));
    m_smile->setAccessibleName(tr("Smile"));
    m_term->setAccessibleName(tr("Term structure"));
    for (auto* page : std::initializer_list<QWidget*>{charts, m_surface, past}) m_pages->addWidget(page);
    for (const auto& name : {tr("1, 2  Smile and term"), tr("3  Surface"), tr("4  History")}) m_tabs->addTab(name);
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
    auto* top = new QWidget;
    auto* topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->setSpacing(2);
    topLayout->addWidget(m_tabs);
    topLayout->addWidget(m_pages, 1);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(top);
    split->addWidget(m_grid);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(split);
    m_grid->setAccessibleName(tr("Expiries"));
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        m_expiry = now.row();
        drawSmile();
    });
}

void VolatilityScreen::setChain(const ChainPtr& chain) {
    const bool another = !m_chain || m_chain->chain->underlying != chain->chain->underlying || m_chain->expiries.size() != chain->expiries.size();
    m_chain = chain;
    m_another = m_another || another;
    if (isVisible()) draw();
}

void VolatilityScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    if (m_chain) draw();
}

void VolatilityScreen::draw() {
    const ChainPtr chain = m_chain;
    std::vector<GridRow> rows;
    const SurfaceNotes notes(*chain);
    int nearest = 0;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i) {
        const auto& e = chain->expiries[i];
        const auto& slice = chain->chain->expiries[i];
        const auto* smile = notes.slice(i);
        if (std::abs(e.years * 365 - 38) < std::abs(chain->expiries[static_cast<std::size_t>(nearest)].years * 365 - 38))
            nearest = static_cast<int>(i);
        rows.push_back({format::text(slice.root) + format::date(slice.expiry),
                        {{format::date(slice.expiry) + QLatin1Char(' ') + format::text(slice.root), {}, Tone::Strong},
                         {format::number(e.years * 365, 1), e.years},
                         {format::percent(e.atmVol), e.atmVol ? QVariant(*e.atmVol) : QVariant(), Tone::Strong},
                         {format::number(e.forward, 2), e.forward},
                         {format::number(e.expectedMove, 2), {}},
                         {e.riskReversal25 ? format::signedNumber(*e.riskReversal25 * 100, 1) : format::dash(), {}},
                         {e.butterfly25 ? format::signedNumber(*e.butterfly25 * 100, 1) : format::dash(), {}},
                         {smile ? format::number(smile->fit.rmse * 100, 2) : format::dash(),
                          {},
                          Tone::Dim,
                          desk::Freshness::Fresh,
                          smile ? tr("%1 without bounds").arg(format::number(smile->freeRmse * 100, 2)) : tr("too few usable quotes")},
                         {QString::number(e.smile.used), e.smile.used, Tone::Dim},
                         {QString::number(e.smile.rejected), e.smile.rejected, Tone::Dim},
                         {smile ? nameOf(smile->fit.model) : format::dash(),
                          {},
                          Tone::Dim,
                          desk::Freshness::Fresh,
                          smile ? whatIs(smile->fit.model) : tr("too few usable quotes")},
                         notes.arbitrage(i)},
                        false,
                        false,
                        {}});
    }
    m_model->setRows(std::move(rows));
    if (std::exchange(m_another, false) || m_expiry < 0 || m_expiry >= static_cast<int>(chain->expiries.size())) {
        m_expiry = nearest;
        m_grid->setCurrentIndex(m_model->index(nearest, 0));
    }
    drawSmile();
    drawTerm();
    drawSurface();
    drawHistory();
}

void VolatilityScreen::setDeliberation(const DeliberationPtr& d) {
    auto& latest = m_latest[d->underlying];
    if (latest && latest->asof > d->asof) return;
    latest = d;
    if (isVisible() && m_chain && m_chain->chain->underlying == d->underlying) drawHistory();
}

QList<QPair<QString, QString>> VolatilityScreen::keys() const {
    return {{QStringLiteral("1 2 3 4"), tr("smile, term, surface, history")},
            {QStringLiteral("T"), tr("a chart as a table")},
            {tr("Up / Down"), tr("choose an expiry")}};
}

void VolatilityScreen::showPage(int key) {
    m_tabs->setCurrentIndex(key <= 2 ? 0 : key - 2);
    QWidget* target = key == 1   ? static_cast<QWidget*>(m_smile)
                      : key == 2 ? static_cast<QWidget*>(m_term)
                      : key == 3 ? static_cast<QWidget*>(m_surface)
                                 : m_pages->widget(2);
    target->setFocus();
}

void VolatilityScreen::keyPressEvent(QKeyEvent* event) {
    if (event->key() >= Qt::Key_1 && event->key() <= Qt::Key_4 && event->modifiers() == Qt::NoModifier) return showPage(event->key() - Qt::Key_0);
    Screen::keyPressEvent(event);
}

/// Fitted volatility by expiry and moneyness K/F, from the surface's lowest to its highest.
void VolatilityScreen::drawSurface() {
    constexpr std::array<double, 13> kMoneyness = {0.80, 0.85, 0.90, 0.925, 0.95, 0.975, 1.0, 1.025, 1.05, 1.075, 1.10, 1.15, 1.20};
    std::vector<QString> rows, columns;
    std::vector<std::optional<double>> vols;
    double low = 1e9, high = 0;
    for (const double m : kMoneyness)
        columns.push_back(format::number(m * 100, std::abs(m * 100 - std::round(m * 100)) > 0.01 ? 1 : 0) + QLatin1Char('%'));
    for (std::size_t i = 0; i < m_chain->expiries.size(); ++i) {
        const auto& e = m_chain->expiries[i];
        if (!e.smile.ok || e.years < 1.0 / 365) continue;
        const double reach = 4.5 * e.atmVol.value_or(0.2) * std::sqrt(e.years); // beyond, no quote supports the fit
        rows.push_back(tr("%1  %2d").arg(format::date(m_chain->chain->expiries[i].expiry)).arg(static_cast<int>(std::lround(e.years * 365))));
        for (const double m : kMoneyness) {
            const double v = e.smile.vol(std::log(m), e.years);
            const bool usable = std::isfinite(v) && std::abs(std::log(m)) <= reach;
            vols.push_back(usable ? std::optional(v) : std::nullopt);
            if (!usable) continue;
            low = std::min(low, v);
            high = std::max(high, v);
        }
    }
    std::vector<HeatCell> cells;
    for (const auto& v : vols)
        cells.push_back(v ? HeatCell{format::number(*v * 100, 1),
                                     HeatMap::levelStepOf(*v, low, high),
                                     true,
                                     false,
                                     {},
                                     tr("fitted volatility, per cent a year, at this strike as a share of the forward")}
                          : HeatCell{format::dash(), 3, false, false, {}, tr("no quote supports the fit this far out")});
    m_surface->setCells(tr("expiry \\ strike"), std::move(rows), std::move(columns), std::move(cells));
}

void VolatilityScreen::drawHistory() {
    const auto it = m_latest.find(m_chain->chain->underlying);
    if (it == m_latest.end()) return m_past->setRows({});
    const auto& v = it->second->analysis.volatility;
    const auto percent = [](const std::optional<double>& x) { return x ? format::percent(*x) : format::dash(); };
    const QString premium = v.iv30 && v.realised20 ? format::signedNumber((*v.iv30 - *v.realised20) * 100, 1) : format::dash();
    const std::tuple<QString, QString, QString> lines[] = {
        {tr("IV, 30 days"), percent(v.iv30), tr("at the money, interpolated in total variance")},
        {tr("IV rank"), v.ivRank ? format::number(*v.ivRank, 0) : format::dash(),
         tr("place between the lowest and highest close of %1 sessions").arg(v.ivHistoryDays)},
        {tr("IV percentile"), v.ivPercentile ? format::number(*v.ivPercentile, 0) : format::dash(),
         tr("share of %1 sessions that closed lower").arg(v.ivHistoryDays)},
        {tr("Realised, 10 days"), percent(v.realised10), tr("close to close, a year of 252 sessions")},
        {tr("Realised, 20 days"), percent(v.realised20), tr("close to close, a year of 252 sessions")},
        {tr("Realised, 60 days"), percent(v.realised60), tr("close to close, a year of 252 sessions")},
        {tr("IV less realised"), premium, tr("30-day IV less 20-day realised, volatility points: the seller's margin")},
        {tr("30 / 90 days"), v.ratio3090 ? format::number(*v.ratio3090, 2) : format::dash(), tr("below 0.95 contango, above 1.05 backwardation")},
        {tr("z-score"), v.zScore ? format::signedNumber(*v.zScore, 1) : format::dash(), tr("of the 30-day IV against its history")}};
    std::vector<GridRow> rows;
    for (const auto& [name, value, what] : lines)
        rows.push_back({name, {{name, {}, Tone::Strong}, {value, {}}, {what, {}, Tone::Dim}}, false, false, {}});
    m_past->setRows(std::move(rows));
}

void VolatilityScreen::drawSmile() {
    if (!m_chain || m_expiry < 0 || m_expiry >= static_cast<int>(m_chain->expiries.size())) return;
    const auto index = static_cast<std::size_t>(m_expiry);
    const auto& e = m_chain->expiries[index];
    const auto& slice = m_chain->chain->expiries[index];
    QList<QPointF> calls, puts, fit;
    std::vector<ThemedChart::Whisker> whiskers;
    const double reach = std::max(0.06, 3.2 * e.atmVol.value_or(0.2) * std::sqrt(std::max(e.years, 0.003)));
    double low = 1e9, high = 0;
    for (std::size_t r = slice.begin; r < slice.end; ++r) {
        const double strike = static_cast<double>(m_chain->chain->strike[r]) / 1e6;
        const bool call = m_chain->chain->right[r] == market::Right::Call;
        if (m_chain->ivStatus[r] != pricing::IvStatus::Ok || (call ? strike < e.forward : strike > e.forward) ||
            std::abs(std::log(strike / e.forward)) > reach)
            continue;
        (call ? calls : puts) << QPointF(strike, m_chain->iv[r] * 100);
        const auto quote = m_chain->chain->quote(r);
        if (const auto width = quote.width(); width && m_chain->hasGreeks[r] && m_chain->vega[r] > 0) { // half the width in points, by vega
            const double half = width->toDouble() / 2 / m_chain->vega[r] * 100;
            whiskers.push_back({strike, m_chain->iv[r] * 100 - half, m_chain->iv[r] * 100 + half});
        }
        low = std::min(low, m_chain->iv[r] * 100);
        high = std::max(high, m_chain->iv[r] * 100);
    }
    for (int i = 0; e.smile.ok && i <= 160; ++i) {
        const double k = reach * (2.0 * i / 160 - 1);
        const double v = e.smile.vol(k, e.years) * 100;
        if (!std::isfinite(v)) continue;
        fit << QPointF(e.forward * std::exp(k), v);
        low = std::min(low, v);
        high = std::max(high, v);
    }
    m_smile->setHeading(tr("%1  %2  %3")
                            .arg(format::text(slice.root.empty() ? m_chain->chain->underlying : slice.root), format::date(slice.expiry),
                                 format::dte(m_chain->chain->time, slice.expiresAt)));
    m_calls->replace(calls);
    m_puts->replace(puts);
    m_fit->replace(fit);
    m_smile->setWhiskers(std::move(whiskers));
    const bool enough = calls.size() + puts.size() >= 5;
    m_smile->setEmptyText(enough ? QString() : tr("Fewer than 5 usable quotes in this expiry."));
    if (!enough) return;
    const double pad = std::max(0.5, (high - low) * 0.1);
    m_spot->replace({QPointF(m_chain->spot, low - pad), QPointF(m_chain->spot, high + pad)});
    m_smile->setRange(e.forward * std::exp(-reach), e.forward * std::exp(reach), low - pad, high + pad);
}

void VolatilityScreen::drawTerm() {
    QList<QPointF> line, forward;
    double low = 1e9, high = 0, lastYears = 0, lastVariance = 0;
    for (const auto& e : m_chain->expiries) {
        if (!e.atmVol || e.years <= 0.5 / 365 || (!line.isEmpty() && e.years * 365 - line.back().x() < 0.5)) continue;
        const double variance = *e.atmVol * *e.atmVol * e.years;
        if (!line.isEmpty() && variance > lastVariance) {
            const double f = std::sqrt((variance - lastVariance) / (e.years - lastYears)) * 100;
            forward << QPointF(lastYears * 365, f) << QPointF(e.years * 365, f);
            high = std::max(high, f);
            low = std::min(low, f);
        }
        line << QPointF(e.years * 365, *e.atmVol * 100);
        low = std::min(low, *e.atmVol * 100);
        high = std::max(high, *e.atmVol * 100);
        lastYears = e.years;
        lastVariance = variance;
    }
    m_term->setHeading(tr("%1  term structure").arg(format::text(m_chain->chain->underlying)));
    m_termLine->replace(line);
    m_atm->replace(line);
    m_forwardLine->replace(forward);
    m_term->setEmptyText(line.size() < 2 ? tr("Fewer than two expiries with a known volatility.") : QString());
    if (line.size() >= 2) m_term->setRange(0, line.back().x() * 1.03, std::max(0.0, low - 1), high + 1);
}

} // namespace mahler::ui
