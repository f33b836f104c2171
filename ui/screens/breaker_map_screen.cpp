#include "ui/screens/breaker_map_screen.h"

#include <algorithm>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/screens/risk_words.h"
#include "ui/shell/elided_label.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr int kSideWidth = 300, kMostListed = 5;

QLabel* makeLabel(Token tone, bool bold) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    setTone(*label, tone, bold);
    return label;
}

} // namespace

BreakerMapScreen::BreakerMapScreen(DeskPort&, QWidget* parent)
    : Screen(parent), m_bar(new RiskBar({}, false)), m_asIs(new HeatMap), m_with(new HeatMap), m_asIsTitle(new ElidedLabel),
      m_withTitle(new ElidedLabel), m_cell(makeLabel(Token::Text, true)), m_legend(makeLabel(Token::Dim, false)),
      m_limits(new GridModel({{tr("Breaker or limit"), {}, 132, kLeft},
                              {tr("Now"), tr("share of the limit, nothing moved"), 48},
                              {tr("Cell"), tr("share of the limit in the chosen cell, book as it is"), 48},
                              {tr("+ pend."), tr("share of the limit in the chosen cell, with what is pending"), 58}},
                             this)) {
    auto* limits = new GridView(m_limits);
    limits->setAccessibleName(tr("Limits in the chosen cell"));
    limits->setEmptyText(tr("Being computed."));
    limits->installEventFilter(this);
    limits->setMostRows(static_cast<int>(risk::kMapStops));
    limits->setMinimumHeight(limits->maximumHeight()); // all of them, always
    m_asIs->setAccessibleName(tr("Breaker map of the book as it is"));
    m_with->setAccessibleName(tr("Breaker map with what is pending"));
    m_with->setWhatIf(true);
    auto* maps = new QVBoxLayout;
    maps->setSpacing(3);
    for (auto [title, map] : {std::pair(m_asIsTitle, m_asIs), std::pair(m_withTitle, m_with)}) {
        title->setTextFormat(Qt::PlainText);
        setTone(*title, Token::Text, true);
        map->setHeadWidth(72);
        map->setMostRowHeight(54);
        map->setCursorShown(true);
        map->setEmptyText(tr("Being computed."));
        maps->addWidget(title);
        maps->addWidget(map, 1);
        auto* other = map == m_asIs ? m_with : m_asIs;
        connect(map, &HeatMap::moved, this, [this, other](int row, int column) {
            other->setCursorCell(row, column);
            drawLimits();
        });
    }
    auto* side = new QVBoxLayout;
    side->setSpacing(6);
    side->addWidget(m_cell);
    side->addWidget(limits, 1);
    side->addWidget(m_legend);
    side->addStretch(1);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(kSpacing);
    middle->addLayout(maps, 1);
    auto* panel = new QWidget;
    panel->setFixedWidth(kSideWidth);
    side->setContentsMargins(0, 0, 0, 0);
    panel->setLayout(side);
    middle->addWidget(panel);
    setMainPane(m_asIs);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, 4, kSpacing, kSpacing);
    layout->setSpacing(6);
    layout->addWidget(m_bar);
    layout->addLayout(middle, 1);
    connect(m_bar, &RiskBar::changed, this, &BreakerMapScreen::draw);
}

QList<QPair<QString, QString>> BreakerMapScreen::keys() const {
    return {{tr("Arrows"), tr("walk over the cells of both maps")},
            {QStringLiteral("D"), tr("the next day")},
            {QStringLiteral("T"), tr("a map as a table")}};
}

void BreakerMapScreen::keyPressEvent(QKeyEvent* event) {
    if (!m_bar->take(*event)) Screen::keyPressEvent(event);
}

bool BreakerMapScreen::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && m_bar->take(*static_cast<QKeyEvent*>(event))) return true;
    return Screen::eventFilter(watched, event);
}

void BreakerMapScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (!m_risk) return;
    m_bar->setRisk(m_risk, m_view);
    for (auto* map : {m_asIs, m_with}) map->setStale(riskwords::freshness(*m_risk, m_view.get()) == desk::Freshness::Stale);
}

void BreakerMapScreen::setRisk(const RiskPtr& risk) {
    const bool first = !m_risk;
    m_risk = risk;
    setView(m_view);
    draw();
    if (first) {
        for (auto* map : {m_asIs, m_with}) map->setCursorCell(map->originRow(), map->originColumn());
        drawLimits();
    }
}

std::optional<std::size_t> BreakerMapScreen::cellAt(int row, int column) const {
    const auto& grid = m_risk->asIs.grid;
    const auto horizon = static_cast<std::size_t>(m_bar->horizon());
    if (row < 0 || column < 0 || static_cast<std::size_t>(row) >= grid.volMoves.size() || static_cast<std::size_t>(column) >= grid.spotMoves.size() ||
        horizon >= grid.horizons.size())
        return std::nullopt;
    return grid.index(horizon, grid.volMoves.size() - 1 - static_cast<std::size_t>(row), static_cast<std::size_t>(column));
}

void BreakerMapScreen::draw() {
    if (!m_risk) return;
    drawMap(*m_asIs, &m_risk->asIs, false);
    drawMap(*m_with, m_risk->withPending ? &*m_risk->withPending : nullptr, true);
    static_cast<ElidedLabel*>(m_asIsTitle)->setWords(tr("The book as it is: what trips first, and after how much of the way"));
    QStringList pending;
    for (const auto& trade : m_risk->pending) pending << format::text(trade);
    static_cast<ElidedLabel*>(m_withTitle)
        ->setWords(pending.size() == 1 ? tr("WHAT-IF: with %1").arg(pending.front()) : tr("WHAT-IF: with what is pending"));
    const int changed = static_cast<int>(std::count_if(m_risk->changed.begin(), m_risk->changed.end(), [&](std::size_t i) {
        return m_risk->asIs.grid.cells[i].horizon == static_cast<std::size_t>(m_bar->horizon());
    }));
    QString text = riskwords::legend() + QStringLiteral("\n\n") +
                   tr("A cell names what trips first and after how much of the way: the day passes, then spot and volatility move together in a "
                      "straight line. The stronger its colour, the nearer it trips; a name alone trips in the cell itself. A second name is a "
                      "breaker that halts before the cell is reached.");
    if (m_risk->withPending) {
        text += QStringLiteral("\n\n") +
                tr("Folded corner: what is pending changes what trips first, or brings it nearer. Cells of this day: %1.").arg(changed);
        text += QStringLiteral("\n\n") + tr("Pending:");
        for (qsizetype i = 0; i < std::min<qsizetype>(pending.size(), kMostListed); ++i) text += QLatin1Char('\n') + pending[i];
        if (pending.size() > kMostListed) text += QLatin1Char('\n') + tr("and %1 more").arg(pending.size() - kMostListed);
    }
    m_legend->setText(text);
    drawLimits();
}

void BreakerMapScreen::drawMap(HeatMap& map, const desk::RiskCase* shown, bool pending) {
    if (!shown || !shown->map || shown->grid.coverage.priced == 0) {
        map.setEmptyText(!shown                             ? tr("Nothing is pending: no request waits and no order works.")
                         : shown->grid.legs == 0            ? tr("No positions: nothing can trip but VIX.")
                         : shown->grid.coverage.priced == 0 ? tr("No leg has a price.")
                                                            : tr("No map: %1.").arg(format::text(shown->mapCause)));
        map.setCells({}, {}, {}, {});
        return;
    }
    const auto& grid = shown->grid;
    const auto horizon = static_cast<std::size_t>(std::min<int>(m_bar->horizon(), static_cast<int>(grid.horizons.size()) - 1));
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
            const auto& cell = shown->map->cells[i];
            HeatCell out;
            out.step = riskwords::stepOf(cell);
            out.quiet = !cell.first;
            out.text = riskwords::stop(cell);
            if (const auto halt = cell.halt(); halt && cell.first && *halt != *cell.first)
                out.text = riskwords::shortName(*cell.first) + QLatin1Char(' ') + riskwords::shortName(*halt);
            out.marked = pending && std::find(m_risk->changed.begin(), m_risk->changed.end(), i) != m_risk->changed.end();
            out.tooltip = cell.first ? tr("%1 trips first, after %2 of the way; P&L %3")
                                               .arg(riskwords::name(*cell.first).simplified(), format::percent(cell.at, 0),
                                                    riskwords::dollars(grid.cells[i].pnlUsd)) +
                                           riskwords::haltBeside(cell)
                                     : tr("nothing trips on the way; P&L %1").arg(riskwords::dollars(grid.cells[i].pnlUsd));
            cells.push_back(std::move(out));
        }
    }
    map.setCells({}, std::move(rows), std::move(columns), std::move(cells));
    map.setOrigin(originRow, originColumn);
}

void BreakerMapScreen::drawLimits() {
    if (!m_risk) return;
    const auto index = cellAt(m_asIs->cursorRow(), m_asIs->cursorColumn());
    const auto& grid = m_risk->asIs.grid;
    if (!index || !m_risk->asIs.map) {
        m_cell->setText(tr("Limits"));
        m_limits->setRows({});
        return;
    }
    const auto& cell = grid.cells[*index];
    m_cell->setText(
        tr("Spot %1, IV %2, %3").arg(riskwords::spot(cell.spotMove), riskwords::vol(cell.volMove), riskwords::when(*m_risk, cell.horizon)));
    std::size_t now = 0; // the unmoved market today
    while (now < grid.cells.size() && (grid.cells[now].spotMove != 0 || grid.cells[now].volMove != 0)) ++now;
    std::vector<GridRow> rows;
    for (std::size_t k = 0; k < risk::kMapStops; ++k) {
        const auto stop = static_cast<risk::MapStop>(k);
        const auto used = [&](const std::optional<risk::BreakerMap>& map, std::size_t i) -> Cell {
            if (!map || i >= map->cells.size()) return {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, tr("nothing is pending")};
            if (stop == risk::MapStop::B4Vix && map->vixUnknown)
                return {format::dash(), {}, Tone::Warn, desk::Freshness::Fresh, tr("VIX is unknown and counts as tripped")};
            const double share = map->cells[i].used[k];
            return {(share >= 1 ? QStringLiteral("▲ ") : QString()) + (share >= 9.995 ? tr("> 999%") : format::percent(share, 0)), share,
                    share >= 1 ? Tone::Warn : Tone::Plain};
        };
        rows.push_back({riskwords::name(stop),
                        {{riskwords::name(stop), {}, Tone::Strong},
                         used(m_risk->asIs.map, now),
                         used(m_risk->asIs.map, *index),
                         used(m_risk->withPending ? m_risk->withPending->map : std::nullopt, *index)},
                        false,
                        false,
                        {}});
    }
    m_limits->setRows(std::move(rows));
}

} // namespace mahler::ui
