#include "ui/screens/scenario_screen.h"

#include <algorithm>
#include <cmath>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/screens/risk_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr double kComponentLevel = 0.99;
constexpr int kStaleDays = 10;                               ///< between the end of the window and the book
constexpr int kRowMost = 54, kMapHeight = 24 + 9 * kRowMost; ///< nine rows of the highest kind

QLabel* makeTitle(const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    setTone(*label, Token::Text, true);
    return label;
}

QVBoxLayout* column(std::initializer_list<std::pair<QWidget*, int>> widgets) {
    auto* layout = new QVBoxLayout;
    layout->setSpacing(3);
    for (const auto& [widget, stretch] : widgets) layout->addWidget(widget, stretch);
    layout->addStretch(0);
    return layout;
}

/// Gains and losses on one scale, over all days; the sign shows however small the share.
int stepOf(double pnl, double reach) {
    const double share = reach > 0 ? std::abs(pnl) / reach : 0;
    const int away = share < 0.01 ? 0 : share < 1.0 / 3 ? 1 : share < 2.0 / 3 ? 2 : 3;
    return pnl < 0 ? 3 - away : 3 + away;
}

QString percentOf(const std::optional<double>& share) { return format::signedPercent(share, 2); }

} // namespace

ScenarioScreen::ScenarioScreen(DeskPort&, QWidget* parent)
    : Screen(parent), m_bar(new RiskBar({tr("P&&L $"), tr("% of equity"), tr("First stop")}, true)), m_map(new HeatMap),
      m_shocks(new GridModel({{tr("Named shock"), tr("index closes of that day, applied to every underlying at once"), 196, kLeft},
                              {tr("Spot"), tr("move of the underlyings, per cent"), 58},
                              {tr("IV 30d"), tr("relative move of 30-day volatility, per cent"), 54},
                              {tr("P&L"), tr("dollars: full revaluation, no time passing"), 64}},
                             this)),
      m_components(new GridModel({{tr("Underlying"), {}, 110, kLeft},
                                  {tr("VaR"), tr("its share of the book's value at risk, dollars"), 70},
                                  {tr("ES"), tr("its share of the expected shortfall, dollars"), 70},
                                  {tr("Share"), tr("of the book's value at risk, per cent"), 58}},
                                 this)),
      m_var(new GridModel({{tr("Method"), {}, 86, kLeft},
                           {tr("Level"), tr("confidence, per cent of days"), 47},
                           {tr("VaR"), tr("loss in one day that is not exceeded at this level, dollars; losses are positive"), 52},
                           {tr("ES"), tr("mean loss beyond it, dollars"), 52},
                           {tr("Exceptions"), tr("days on which the book as it is now would have lost more, of those expected"), 104, kLeft}},
                          this)),
      m_legs(new GridModel(
          {{tr("Leg"), {}, 168, kLeft}, {tr("Qty"), tr("contracts, below 0 sold"), 38}, {tr("P&L"), tr("of the leg in this cell, dollars"), 66}},
          this)),
      m_shocksGrid(new GridView(m_shocks)), m_componentsGrid(new GridView(m_components)), m_varGrid(new GridView(m_var)),
      m_legsGrid(new GridView(m_legs)), m_worst(new QLabel), m_legend(new QLabel), m_componentsTitle(makeTitle()), m_varTitle(makeTitle()),
      m_cell(new ElidedLabel), m_varWindow(new ElidedLabel), m_varNote(new ElidedLabel) {
    m_map->setAccessibleName(tr("Scenario map: spot across, volatility down"));
    m_map->setHeadWidth(84);
    m_map->setMostRowHeight(kRowMost);
    m_map->setCursorShown(true);
    m_map->setEmptyText(tr("Being computed."));
    m_shocksGrid->setAccessibleName(tr("Named shocks"));
    m_componentsGrid->setAccessibleName(tr("Component value at risk"));
    m_varGrid->setAccessibleName(tr("Value at risk"));
    m_legsGrid->setAccessibleName(tr("Legs in the chosen cell"));
    for (auto* grid : {m_shocksGrid, m_componentsGrid, m_varGrid}) grid->setEmptyText(tr("Being computed, or nothing to value."));
    m_legsGrid->setEmptyText(tr("No legs in the book."));
    m_shocksGrid->setMostRows(5);
    m_varGrid->setMostRows(6);
    for (auto* grid : {m_shocksGrid, m_componentsGrid, m_varGrid, m_legsGrid}) grid->installEventFilter(this);
    for (auto* grid : {m_shocksGrid, m_componentsGrid, m_legsGrid}) // the levels of a method belong together
        grid->letSort();
    setMainPane(m_map);
    // No label here wraps: its height would count as the least height of the tables beside it.
    for (QLabel* label : std::initializer_list<QLabel*>{m_worst, m_legend, m_varWindow, m_varNote, m_cell}) {
        label->setTextFormat(Qt::PlainText);
        setTone(*label, label == m_worst || label == m_cell ? Token::Text : Token::Dim, label == m_cell);
    }
    auto* under = new QHBoxLayout;
    under->addWidget(m_worst);
    under->addStretch(1);
    under->addWidget(m_legend);
    auto* lower = new QHBoxLayout;
    lower->setSpacing(kSpacing);
    lower->addLayout(column({{makeTitle(tr("Named shocks, at once")), 0}, {m_shocksGrid, 2}, {m_componentsTitle, 0}, {m_componentsGrid, 1}}), 37);
    lower->addLayout(column({{m_varTitle, 0}, {m_varGrid, 1}, {m_varWindow, 0}, {m_varNote, 0}}), 35);
    lower->addLayout(column({{m_cell, 0}, {m_legsGrid, 1}}), 28);
    m_map->setMaximumHeight(kMapHeight);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, 4, kSpacing, kSpacing);
    layout->setSpacing(6);
    layout->addWidget(m_bar);
    layout->addWidget(m_map, 5);
    layout->addLayout(under);
    layout->addLayout(lower, 4);
    connect(m_bar, &RiskBar::changed, this, &ScenarioScreen::draw);
    connect(m_map, &HeatMap::moved, this, [this] { drawLegs(); });
    connect(m_map, &HeatMap::chosen, this, [this] {
        drawLegs();
        m_legsGrid->setFocus();
    });
}

QList<QPair<QString, QString>> ScenarioScreen::keys() const {
    return QList<QPair<QString, QString>>{{tr("Arrows"), tr("walk over the cells")},
                                          {tr("Enter"), tr("to the legs of the cell")},
                                          {QStringLiteral("D"), tr("the next day")},
                                          {QStringLiteral("M"), tr("dollars, per cent of equity, what trips first")},
                                          {QStringLiteral("P"), tr("with or without pending trades")},
                                          {QStringLiteral("T"), tr("the map as a table, and back")},
                                          {tr("Esc"), tr("closes the table; from the legs back to the map")}} +
           GridView::sortKeys();
}

bool ScenarioScreen::take(const QKeyEvent& event) {
    if (m_bar->take(event)) return true;
    if (event.modifiers() != Qt::NoModifier) return false;
    if (event.key() == Qt::Key_T) {
        m_map->showTable();
        return true;
    }
    if (event.key() == Qt::Key_Escape && !m_map->hasFocus()) { // back from the legs Enter went to
        m_map->setFocus();
        return true;
    }
    return false;
}

void ScenarioScreen::keyPressEvent(QKeyEvent* event) {
    if (!take(*event)) Screen::keyPressEvent(event);
}

bool ScenarioScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && take(*static_cast<QKeyEvent*>(event))) return true;
    return Screen::eventFilter(watched, event);
}

void ScenarioScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (!m_risk) return;
    m_bar->setRisk(m_risk, m_view);
    m_map->setStale(riskwords::freshness(*m_risk, m_view.get()) == desk::Freshness::Stale);
}

void ScenarioScreen::setRisk(const RiskPtr& risk) {
    const bool first = !m_risk;
    m_risk = risk;
    m_bar->setRisk(risk, m_view);
    m_map->setStale(riskwords::freshness(*risk, m_view.get()) == desk::Freshness::Stale);
    draw();
    if (first) {
        m_map->setCursorCell(m_map->originRow(), m_map->originColumn());
        drawLegs();
    }
}

Cell ScenarioScreen::valueCell(double usd, const std::optional<double>& ofEquity, const QString& tooltip) const {
    if (m_bar->metric() != OfEquity) return riskwords::signedDollars(usd, tooltip);
    return {percentOf(ofEquity), ofEquity ? QVariant(*ofEquity) : QVariant(), ofEquity ? riskwords::tone(usd) : Tone::Dim, desk::Freshness::Fresh,
            tooltip};
}

/// Volatility rises up the map; the grid counts it up.
std::optional<std::size_t> ScenarioScreen::cellAt(int row, int column) const {
    const auto* shown = m_bar->shown();
    if (!shown || shown->grid.legs == 0 || row < 0 || column < 0) return std::nullopt;
    const auto& grid = shown->grid;
    const auto vol = grid.volMoves.size() - 1 - static_cast<std::size_t>(row);
    if (static_cast<std::size_t>(row) >= grid.volMoves.size() || static_cast<std::size_t>(column) >= grid.spotMoves.size() ||
        static_cast<std::size_t>(m_bar->horizon()) >= grid.horizons.size())
        return std::nullopt;
    return grid.index(static_cast<std::size_t>(m_bar->horizon()), vol, static_cast<std::size_t>(column));
}

void ScenarioScreen::draw() {
    const auto* shown = m_bar->shown();
    if (!shown) return;
    drawMap(*shown);
    drawShocks(*shown);
    drawVar(*shown);
    drawLegs();
}

void ScenarioScreen::drawMap(const desk::RiskCase& shown) {
    const auto& grid = shown.grid;
    const QString none = m_risk->pending.empty() ? tr("No positions and nothing pending: no scenario can gain or lose.")
                                                 : tr("No positions yet. P shows the book with what is pending.");
    for (auto* view : {m_shocksGrid, m_componentsGrid, m_legsGrid}) view->setEmptyText(grid.legs == 0 ? tr("No positions.") : QString());
    if (grid.legs == 0 || grid.coverage.priced == 0) {
        m_map->setEmptyText(grid.legs == 0 ? none : tr("No leg has a price."));
        m_map->setCells({}, {}, {}, {});
        m_worst->clear();
        m_legend->clear();
        return;
    }
    double reach = 0;
    for (const auto& cell : grid.cells) reach = std::max(reach, std::abs(cell.pnlUsd));
    const auto horizon = static_cast<std::size_t>(std::min<int>(m_bar->horizon(), static_cast<int>(grid.horizons.size()) - 1));
    std::size_t worst = grid.index(horizon, 0, 0);
    for (std::size_t v = 0; v < grid.volMoves.size(); ++v)
        for (std::size_t s = 0; s < grid.spotMoves.size(); ++s)
            if (const auto i = grid.index(horizon, v, s); grid.cells[i].pnlUsd < grid.cells[worst].pnlUsd) worst = i;
    std::vector<QString> rows, columns;
    std::vector<HeatCell> cells;
    int originRow = -1, originColumn = -1;
    for (std::size_t s = 0; s < grid.spotMoves.size(); ++s) {
        columns.push_back(riskwords::spot(grid.spotMoves[s]));
        if (grid.spotMoves[s] == 0) originColumn = static_cast<int>(s);
    }
    for (std::size_t v = grid.volMoves.size(); v-- > 0;) {
        if (grid.volMoves[v] == 0) originRow = static_cast<int>(rows.size());
        rows.push_back(tr("IV %1").arg(riskwords::vol(grid.volMoves[v])));
        for (std::size_t s = 0; s < grid.spotMoves.size(); ++s) {
            const auto i = grid.index(horizon, v, s);
            const auto& cell = grid.cells[i];
            HeatCell out;
            out.step = stepOf(cell.pnlUsd, reach);
            out.boxed = i == worst && cell.pnlUsd < 0;
            out.tooltip = tr("P&L %1, %2 of equity, against the model value now").arg(riskwords::dollars(cell.pnlUsd), percentOf(cell.ofEquity));
            const risk::MapCell* stop = shown.map && i < shown.map->cells.size() ? &shown.map->cells[i] : nullptr;
            if (stop && stop->first) {
                out.corner = riskwords::shortName(stop->halt().value_or(*stop->first));
                out.tooltip +=
                    QLatin1Char('\n') +
                    tr("%1 trips first, after %2 of the way").arg(riskwords::name(*stop->first).simplified(), format::percent(stop->at, 0)) +
                    riskwords::haltBeside(*stop);
            } else if (m_bar->metric() == FirstStop && stop) {
                out.tooltip = tr("nothing trips on the way; P&L %1").arg(riskwords::dollars(cell.pnlUsd));
            }
            switch (m_bar->metric()) {
            case OfEquity:
                out.text = format::signedPercent(cell.ofEquity, 1);
                out.known = cell.ofEquity.has_value();
                break;
            case FirstStop:
                out.known = stop != nullptr;
                out.quiet = stop && !stop->first;
                out.step = stop ? riskwords::stepOf(*stop) : 3;
                out.boxed = false;
                out.text = stop ? riskwords::stop(*stop) : format::dash();
                out.corner.clear();
                break;
            default: out.text = riskwords::dollars(cell.pnlUsd);
            }
            cells.push_back(std::move(out));
        }
    }
    const bool whatIf = &shown != &m_risk->asIs;
    const QString unit = m_bar->metric() == FirstStop ? tr("% of way") : m_bar->metric() == OfEquity ? tr("% equity") : tr("$");
    m_map->setWhatIf(whatIf);
    m_map->setCells(whatIf ? tr("WHAT-IF") : unit, std::move(rows), std::move(columns), std::move(cells));
    m_map->setOrigin(originRow, originColumn);
    const auto& deepest = grid.cells[grid.worst.value_or(worst)];
    m_worst->setText(tr("Worst of all days: %1 (%2 of equity) at spot %3, IV %4, %5")
                         .arg(riskwords::dollars(deepest.pnlUsd), percentOf(deepest.ofEquity), riskwords::spot(deepest.spotMove),
                              riskwords::vol(deepest.volMove), riskwords::when(*m_risk, deepest.horizon)));
    m_legend->setText(shown.map ? riskwords::legend() : tr("No limits in the corners: %1").arg(format::text(shown.mapCause)));
}

void ScenarioScreen::drawShocks(const desk::RiskCase& shown) {
    std::vector<GridRow> rows;
    for (const auto& shock : shown.shocks) {
        if (shock.total == 0) continue;
        rows.push_back({QString::fromLatin1(shock.shock.id),
                        {{QString::fromUtf8(shock.shock.name), {}, Tone::Plain, desk::Freshness::Fresh, QString::fromUtf8(shock.shock.source)},
                         {riskwords::spot(std::round(shock.shock.spotMove * 1000) / 1000), shock.shock.spotMove, Tone::Dim},
                         {format::signedPercent(shock.shock.volMove, 0), shock.shock.volMove, Tone::Dim},
                         shock.legs.empty() ? Cell{format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, tr("no leg could be priced there")}
                                            : valueCell(shock.pnlUsd, shock.ofEquity,
                                                        static_cast<int>(shock.legs.size()) < shock.total
                                                            ? tr("%1 of %2 legs priced").arg(shock.legs.size()).arg(shock.total)
                                                            : QString())},
                        false,
                        false,
                        {}});
    }
    m_shocks->setRows(std::move(rows));
}

void ScenarioScreen::drawVar(const desk::RiskCase& shown) {
    std::vector<GridRow> rows;
    const auto loss = [&](double usd, const std::optional<double>& ofEquity) {
        const QString text = m_bar->metric() == OfEquity ? format::percent(ofEquity, 2) : riskwords::dollars(usd, false);
        return Cell{text, usd, Tone::Plain};
    };
    for (const auto* report : {&shown.historical, &shown.simulated}) {
        const QString method = report->method == portfolio::VarMethod::Historical ? tr("Historical") : tr("Monte Carlo");
        if (!report->available()) {
            const QString cause = format::text(report->unavailable);
            rows.push_back({method,
                            {{method, {}, Tone::Strong},
                             {},
                             {tr("N/A"), {}, Tone::Dim, desk::Freshness::Fresh, cause},
                             {tr("N/A"), {}, Tone::Dim, desk::Freshness::Fresh, cause},
                             {}},
                            false,
                            false,
                            {}});
            continue;
        }
        for (const auto& level : report->levels) {
            const bool first = &level == &report->levels.front();
            Cell exceptions{tr("N/A"), {}, Tone::Dim, desk::Freshness::Fresh, format::text(level.exceptionsCause)};
            if (level.exceptions) {
                const auto& e = *level.exceptions;
                const QString words = e.zone.empty()       ? tr("%1 of %2")
                                      : e.zone == "green"  ? tr("%1 of %2, green")
                                      : e.zone == "yellow" ? tr("%1 of %2, yellow")
                                                           : tr("%1 of %2, red");
                exceptions = {words.arg(e.count).arg(format::number(e.expected, 1)), e.count, e.count > 2 * e.expected ? Tone::Warn : Tone::Plain,
                              desk::Freshness::Fresh,
                              tr("%n day(s) lost more, %1 expected in %2 days", nullptr, e.count).arg(format::number(e.expected, 1)).arg(e.days)};
                if (exceptions.tone == Tone::Warn) exceptions.text.prepend(QStringLiteral("▲ "));
            }
            rows.push_back(
                {method + format::percent(level.level, 1),
                 {{first ? method : QString(), {}, Tone::Strong},
                  {format::number(level.level * 100, level.level * 1000 - std::floor(level.level * 100) * 10 > 0.5 ? 1 : 0) + QLatin1Char('%'),
                   level.level, Tone::Dim},
                  loss(level.varUsd, level.varOfEquity),
                  loss(level.shortfallUsd, level.shortfallOfEquity),
                  exceptions},
                 false,
                 false,
                 {}});
        }
    }
    m_var->setRows(std::move(rows));
    const auto& basis = !shown.historical.available() && shown.simulated.available() ? shown.simulated : shown.historical;
    m_varTitle->setText(basis.available() ? tr("Value at risk, one day, at %1 ET").arg(format::timeNewYork(shown.varAt))
                                          : tr("Value at risk, one day"));
    QString window;
    QStringList notes;
    if (basis.available() && basis.from && basis.to)
        window = tr("%1 days, %2 to %3, full revaluation").arg(basis.windowDays).arg(format::date(*basis.from), format::date(*basis.to));
    if (!shown.historical.available()) notes << tr("N/A: %1").arg(format::text(shown.historical.unavailable));
    if (basis.available() && basis.staleDays > kStaleDays) notes << tr("STALE: the window ends %1 days ago").arg(basis.staleDays);
    if (basis.available() && !basis.coverage.complete()) notes << tr("%1 of %2 legs priced").arg(basis.coverage.priced).arg(basis.coverage.total);
    if (basis.available() && !basis.levels.empty() && !basis.levels.front().exceptions)
        notes << tr("Exceptions N/A: %1").arg(format::text(basis.levels.front().exceptionsCause));
    m_varWindow->setWords(window);
    if (shown.simulated.available()) m_varWindow->setToolTip(window + QLatin1Char('\n') + format::text(shown.simulated.description));
    m_varNote->setWords(notes.join(QStringLiteral("; ")));

    rows.clear();
    std::size_t at = 0;
    while (at < basis.levels.size() && std::abs(basis.levels[at].level - kComponentLevel) > 1e-9) ++at;
    m_componentsTitle->setText(
        tr("Component VaR 99%, %1").arg(basis.method == portfolio::VarMethod::Historical ? tr("historical") : tr("Monte Carlo")));
    if (basis.available() && at < basis.levels.size()) {
        auto components = basis.byUnderlying;
        std::stable_sort(components.begin(), components.end(), [&](const auto& a, const auto& b) { return a.varUsd[at] > b.varUsd[at]; });
        const double total = basis.levels[at].varUsd;
        const auto share = [&](double usd) {
            return m_risk->equityUsd && *m_risk->equityUsd > 0 ? std::optional(usd / *m_risk->equityUsd) : std::nullopt;
        };
        for (const auto& c : components)
            rows.push_back({format::text(c.key),
                            {{format::text(c.key), {}, Tone::Strong},
                             loss(c.varUsd[at], share(c.varUsd[at])),
                             loss(c.shortfallUsd[at], share(c.shortfallUsd[at])),
                             {total > 0 ? format::percent(c.varUsd[at] / total, 0) : format::dash(), {}, Tone::Dim}},
                            false,
                            false,
                            {}});
    }
    m_components->setRows(std::move(rows));
    if (!basis.available()) m_componentsGrid->setEmptyText(tr("N/A: %1").arg(format::text(basis.unavailable)));
}

void ScenarioScreen::drawLegs() {
    const auto index = cellAt(m_map->cursorRow(), m_map->cursorColumn());
    const auto* shown = m_bar->shown();
    if (!index || !shown || shown->grid.coverage.priced == 0) {
        m_cell->setWords(tr("Legs in the cell"));
        m_legs->setRows({});
        return;
    }
    const auto& cell = shown->grid.cells[*index];
    m_cell->setWords(tr("Spot %1, IV %2, %3: %4 (%5)")
                         .arg(riskwords::spot(cell.spotMove), riskwords::vol(cell.volMove), riskwords::when(*m_risk, cell.horizon),
                              riskwords::dollars(cell.pnlUsd), percentOf(cell.ofEquity)));
    std::vector<GridRow> rows;
    for (const auto& part : portfolio::contributions(shown->book, shown->grid, *index)) {
        const auto& holding = shown->book.legs[part.leg].holding;
        const auto label = m_risk->labels.find(holding.strategy);
        const auto share = m_risk->equityUsd && *m_risk->equityUsd > 0 ? std::optional(part.pnlUsd / *m_risk->equityUsd) : std::nullopt;
        rows.push_back({QString::number(part.leg),
                        {{riskwords::leg(holding),
                          {},
                          Tone::Plain,
                          desk::Freshness::Fresh,
                          label == m_risk->labels.end() ? QString() : format::text(label->second)},
                         {format::signedNumber(static_cast<double>(holding.quantity), 0), static_cast<qlonglong>(holding.quantity), Tone::Dim},
                         valueCell(part.pnlUsd, share)},
                        false,
                        false,
                        {}});
    }
    m_legs->setRows(std::move(rows));
}

} // namespace mahler::ui
