#include "ui/screens/volatility_screen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>
#include <tuple>
#include <utility>

#include "market/exchange_calendar.h"
#include "ui/screens/volatility_words.h"
#include "ui/theme/format.h"

namespace mahler::ui {

namespace {

constexpr double kOldFit = 60; ///< seconds from which a fit is hatched (UX 5)

} // namespace

VolatilityScreen::VolatilityScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port),
      m_model(new GridModel(
          {{tr("Expiry"), {}, 150, kLeft},
           {tr("Days"), tr("calendar days to expiry"), 56},
           {tr("ATM IV"), tr("at the forward, per cent a year of 365 days: the calendar's clock, every hour alike"), 66},
           {tr("Var clock"),
            tr("the same on a clock of variance, to compare expiries: a night counts a quarter of a session, a weekend day or holiday a twentieth, a "
               "session with FOMC, CPI, jobs or the underlying's earnings two"),
            64},
           {tr("Forward"), tr("from put-call parity, dollars per share"), 80},
           {tr("Rate"), tr("continuous, per cent a year; ~ assumed: neither given nor in the quotes"), 58, Qt::AlignRight | Qt::AlignVCenter, true},
           {tr("Yield"),
            tr("dividend yield with which the forward is met, per cent a year; where dividends are known amounts, what parity leaves beside them is "
               "the borrow in the tooltip"),
            58, Qt::AlignRight | Qt::AlignVCenter, true},
           {tr("Move ±"), tr("one standard deviation to expiry, price units"), 70, Qt::AlignRight | Qt::AlignVCenter, true},
           {tr("25d RR"), tr("call less put volatility at 25 delta, points"), 66},
           {tr("25d fly"), tr("wings less ATM, points"), 66},
           {tr("Skew"), tr("change of volatility for 10% more strike at the forward, points"), 56},
           {tr("Fwd vol"), tr("volatility from the expiry before to this one, per cent a year; — where total variance falls"), 62},
           {tr("RMSE"), tr("of the smile fit, volatility points"), 60},
           {tr("Used"), tr("quotes in the fit"), 56},
           {tr("Refused"), tr("quotes too far from any smile, or no quotes at all"), 62},
           {tr("Slice"), tr("how the smile came about"), 96, kLeft, true},
           {tr("Arbitrage"), tr("in the smile that is served everywhere"), 170, kLeft}},
          this)),
      m_grid(new GridView(m_model)), m_smile(new SmileChart), m_term(new TermChart), m_facts(new ElidedLabel), m_tabs(new QTabBar),
      m_pages(new QStackedWidget), m_surface(new HeatMap),
      m_past(new GridModel(
          {{tr("Figure"), {}, 220, kLeft}, {tr("Value"), tr("in the unit it is written with"), 120}, {tr("What it is"), {}, 520, kLeft}}, this)) {
    auto* charts = new QSplitter;
    charts->addWidget(m_smile);
    charts->addWidget(m_term);
    auto* past = new GridView(m_past);
    past->setAccessibleName(tr("Volatility against its past"));
    past->setEmptyText(tr("No analysis of this underlying yet. Ctrl+R runs a cycle."));
    m_surface->setAccessibleName(tr("Volatility surface"));
    m_surface->setScale(HeatMap::Scale::Level); // a volatility is neither gain nor loss
    m_surface->setEmptyText(tr("Waiting for a chain."));
    m_facts->setAccessibleName(tr("What is drawn"));
    for (auto* page : std::initializer_list<QWidget*>{charts, m_surface, past}) m_pages->addWidget(page);
    for (const auto& name : {tr("1, 2  Smile and term"), tr("3  Surface"), tr("4  History")}) m_tabs->addTab(name);
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
    auto* top = new QWidget;
    auto* topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->setSpacing(2);
    auto* head = new QHBoxLayout;
    head->addWidget(m_tabs);
    m_facts->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_facts->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    head->addWidget(m_facts, 1);
    topLayout->addLayout(head);
    topLayout->addWidget(m_pages, 1);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(top);
    split->addWidget(m_grid);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addWidget(split);
    m_tabs->setAccessibleName(tr("View of the volatility"));
    m_grid->setAccessibleName(tr("Expiries"));
    m_grid->setEmptyText(tr("Waiting for a chain."));
    setMainPane(m_grid);
    for (auto* grid : {m_grid, past}) grid->installEventFilter(this); // a table would look for a row that begins with the key
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        m_expiry = now.row();
        drawSmile();
    });
}

void VolatilityScreen::setChain(const ChainPtr& chain) {
    const auto sameExpiry = [](const market::ExpirySlice& a, const market::ExpirySlice& b) { return a.root == b.root && a.expiry == b.expiry; };
    const bool another = !m_chain || m_chain->chain->underlying != chain->chain->underlying ||
                         !std::equal(m_chain->chain->expiries.begin(), m_chain->chain->expiries.end(), chain->chain->expiries.begin(),
                                     chain->chain->expiries.end(), sameExpiry);
    m_chain = chain;
    m_another = m_another || another;
    if (another) m_excluded.clear();
    auto& seen = m_seen[chain->chain->underlying];
    const auto day = [](const ChainPtr& c) { return market::toNewYork(c->chain->time).date; };
    if (!seen.last || day(seen.last) != day(chain)) {
        seen.yesterday = seen.last;
        seen.first = chain;
    }
    seen.last = chain;
    if (isVisible()) draw();
}

void VolatilityScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (isVisible() && m_chain) sayAge();
}

void VolatilityScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    if (m_chain) draw();
}

void VolatilityScreen::draw() {
    const ChainPtr chain = m_chain;
    std::vector<GridRow> rows;
    const SurfaceNotes notes(*chain);
    m_points = analytics::termStructure(*chain);
    std::map<std::size_t, double> forwardVols;
    for (const auto& p : m_points)
        if (p.forwardVol) forwardVols[p.expiry] = *p.forwardVol;
    const auto onClock = analytics::volsOnVarianceClock(*chain, m_view ? m_view->events : std::vector<market::MarketEvent>{});
    int nearest = 0;
    for (std::size_t i = 0; i < chain->expiries.size(); ++i) {
        const auto& e = chain->expiries[i];
        const auto& slice = chain->chain->expiries[i];
        const auto* smile = notes.slice(i);
        if (std::abs(e.years * 365 - 38) < std::abs(chain->expiries[static_cast<std::size_t>(nearest)].years * 365 - 38))
            nearest = static_cast<int>(i);
        const auto points = [](const std::optional<double>& value) {
            return Cell{value ? format::signedNumber(*value * 100, 1) : format::dash(), value ? QVariant(*value) : QVariant()};
        };
        const auto forwardVol = forwardVols.count(i) ? std::optional(forwardVols.at(i)) : std::nullopt;
        const bool excluded = m_excluded.count(i) > 0;
        const QString name = format::date(slice.expiry) + QLatin1Char(' ') + format::text(slice.root);
        rows.push_back(
            {format::text(slice.root) + format::date(slice.expiry),
             {{excluded ? tr("✕ %1").arg(name) : name,
               {},
               excluded ? Tone::Dim : Tone::Strong,
               desk::Freshness::Fresh,
               excluded ? tr("left out of the term structure and the surface on this screen; E takes it in again") : QString()},
              {format::number(e.years * 365, 1), e.years},
              {format::percent(e.atmVol), e.atmVol ? QVariant(*e.atmVol) : QVariant(), Tone::Strong},
              {format::percent(onClock[i]), onClock[i] ? QVariant(*onClock[i]) : QVariant()},
              {format::number(e.forward, 2), e.forward},
              {(e.rateAssumed ? QStringLiteral("~") : QString()) + format::number(e.rate * 100, 2), e.rate, Tone::Dim, desk::Freshness::Fresh,
               e.rateAssumed ? tr("assumed: no rate was given and no European expiry tells one") : QString()},
              {format::signedNumber(e.dividendYield * 100, 2), e.dividendYield, Tone::Dim, desk::Freshness::Fresh,
               (e.forwardFromParity ? tr("from put-call parity") : tr("given, not from the quotes")) +
                   (e.dividends.empty() ? QString()
                                        : QLatin1Char('\n') + tr("borrow beside the dividends %1%").arg(format::signedNumber(e.borrow * 100, 2)))},
              {format::number(e.expectedMove, 2), {}},
              points(e.riskReversal25),
              points(e.butterfly25),
              points(analytics::skewPerTenPercent(e)),
              {format::percent(forwardVol), forwardVol ? QVariant(*forwardVol) : QVariant()},
              {smile ? format::number(smile->fit.rmse * 100, 2) : format::dash(),
               {},
               Tone::Dim,
               desk::Freshness::Fresh,
               smile ? tr("%1 without bounds").arg(format::number(smile->freeRmse * 100, 2)) : tr("too few usable quotes")},
              {QString::number(e.smile.used), e.smile.used, Tone::Dim},
              {QString::number(e.smile.rejected), e.smile.rejected, Tone::Dim},
              {smile ? SurfaceNotes::nameOf(smile->fit.model) : format::dash(),
               {},
               Tone::Dim,
               desk::Freshness::Fresh,
               smile ? SurfaceNotes::whatIs(smile->fit.model) : tr("too few usable quotes")},
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
    sayAge();
}

void VolatilityScreen::setDeliberation(const DeliberationPtr& d) {
    auto& latest = m_latest[d->underlying];
    if (latest && latest->asof > d->asof) return;
    latest = d;
    if (isVisible() && m_chain && m_chain->chain->underlying == d->underlying) drawHistory();
}

QList<QPair<QString, QString>> VolatilityScreen::keys() const {
    return {{QStringLiteral("1 2 3 4"), tr("smile, term, surface, history")},
            {QStringLiteral("X"), tr("the smile against strike, share of the forward, standard deviations")},
            {QStringLiteral("G"), tr("beside it the smile of the session before, of this session's first look, none")},
            {QStringLiteral("E"), tr("leave the chosen expiry out of term and surface on this screen, take it in again")},
            {QStringLiteral("R"), tr("ask for the chain and fit again")},
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

bool VolatilityScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    constexpr Qt::Key kOurs[] = {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_X, Qt::Key_G, Qt::Key_E, Qt::Key_R};
    if (key->modifiers() != Qt::NoModifier || std::find(std::begin(kOurs), std::end(kOurs), key->key()) == std::end(kOurs))
        return Screen::eventFilter(watched, event);
    keyPressEvent(key);
    return true;
}

void VolatilityScreen::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() != Qt::NoModifier || event->isAutoRepeat()) return Screen::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4: return showPage(event->key() - Qt::Key_0);
    case Qt::Key_X:
        m_axis = m_axis == SmileAxis::Strike ? SmileAxis::OfForward : m_axis == SmileAxis::OfForward ? SmileAxis::Deviations : SmileAxis::Strike;
        return drawSmile();
    case Qt::Key_G:
        m_ghost = m_ghost == Ghost::None ? Ghost::Yesterday : m_ghost == Ghost::Yesterday ? Ghost::FirstLook : Ghost::None;
        drawSmile();
        return sayAge();
    case Qt::Key_E:
        if (!m_chain || m_expiry < 0) return;
        if (const auto expiry = static_cast<std::size_t>(m_expiry); !m_excluded.erase(expiry)) m_excluded.insert(expiry);
        return draw();
    case Qt::Key_R:
        if (m_chain) m_port.watchChain(m_chain->chain->underlying);
        return;
    default: return Screen::keyPressEvent(event);
    }
}

ChainPtr VolatilityScreen::ghost() const {
    if (!m_chain || m_ghost == Ghost::None) return {};
    const auto seen = m_seen.find(m_chain->chain->underlying);
    if (seen == m_seen.end()) return {};
    const ChainPtr chosen = m_ghost == Ghost::Yesterday ? seen->second.yesterday : seen->second.first;
    return chosen == m_chain ? nullptr : chosen;
}

/// How old the fit is, and what the dashed smile is; an old fit is hatched.
void VolatilityScreen::sayAge() {
    const double age =
        m_view ? std::max(0.0, std::chrono::duration<double>(m_view->at.utc - m_chain->chain->time).count() / std::max(1.0, m_view->speed)) : 0;
    const bool closed = m_view && m_view->session != market::Session::Open;
    const bool old = age > kOldFit && !closed;
    QString words = closed ? tr("market closed; fit of %1 ET").arg(format::timeNewYork(m_chain->chain->time))
                    : old  ? tr("▲ fit is %1 old").arg(format::age(age))
                           : tr("fit of %1 ET").arg(format::timeNewYork(m_chain->chain->time));
    const auto before = ghost();
    switch (m_ghost) {
    case Ghost::None: break;
    case Ghost::Yesterday: words += before ? QString() : QLatin1String("   ") + tr("no earlier session was seen since the start"); break;
    case Ghost::FirstLook: words += before ? QString() : QLatin1String("   ") + tr("this is the session's first look"); break;
    }
    if (!m_excluded.empty()) words += QLatin1String("   ") + tr("%n expiry(ies) left out", nullptr, static_cast<int>(m_excluded.size()));
    setTone(*m_facts, old ? Token::Warn : Token::Dim, old);
    m_facts->setWords(words);
    m_smile->setStale(old);
    m_term->setStale(old);
    m_surface->setStale(old);
}

void VolatilityScreen::drawSmile() {
    if (!m_chain || m_expiry < 0 || m_expiry >= static_cast<int>(m_chain->expiries.size())) return;
    const auto before = ghost();
    const QString name = !before                       ? QString()
                         : m_ghost == Ghost::Yesterday ? format::date(market::toNewYork(before->chain->time).date)
                                                       : tr("%1 ET today").arg(format::timeNewYork(before->chain->time).left(5));
    m_smile->show({m_chain.get(), static_cast<std::size_t>(m_expiry), m_axis, before.get(), name});
}

void VolatilityScreen::drawTerm() {
    m_term->show({m_chain.get(), m_points, m_view ? m_view->events : std::vector<market::MarketEvent>{}, m_excluded});
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
        if (!e.smile.ok || e.years < 1.0 / 365 || m_excluded.count(i)) continue;
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

} // namespace mahler::ui
