#include "ui/screens/attribution_screen.h"

#include <algorithm>
#include <cmath>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>
#include <tuple>

#include "ui/screens/risk_words.h"
#include "ui/shell/elided_label.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

const QString kBook = QStringLiteral("book");
using Parts = portfolio::PnlParts;
using Part = std::pair<QString, Usd Parts::*>;

std::vector<Part> parts() {
    return {{AttributionScreen::tr("Delta"), &Parts::delta},
            {AttributionScreen::tr("Gamma"), &Parts::gamma},
            {AttributionScreen::tr("Vega"), &Parts::vega},
            {AttributionScreen::tr("Theta"), &Parts::theta},
            {AttributionScreen::tr("Rho"), &Parts::rho},
            {AttributionScreen::tr("Cross"), &Parts::cross},
            {AttributionScreen::tr("New trades"), &Parts::newTrades},
            {AttributionScreen::tr("Fees"), &Parts::fees},
            {AttributionScreen::tr("Unexplained"), &Parts::unexplained},
            {AttributionScreen::tr("Total"), &Parts::total}};
}

QString meaning(Usd Parts::*part) {
    if (part == &Parts::delta) return AttributionScreen::tr("the spot's move at the old delta");
    if (part == &Parts::gamma) return AttributionScreen::tr("what delta changed on the way");
    if (part == &Parts::vega) return AttributionScreen::tr("the move of each leg's own implied volatility");
    if (part == &Parts::theta) return AttributionScreen::tr("the time that passed");
    if (part == &Parts::rho) return AttributionScreen::tr("rate and yield");
    if (part == &Parts::cross) return AttributionScreen::tr("spot, volatility and rates together, less each alone");
    if (part == &Parts::newTrades) return AttributionScreen::tr("fills against the mids of the first look after them");
    if (part == &Parts::fees) return AttributionScreen::tr("paid in the window");
    if (part == &Parts::unexplained)
        return AttributionScreen::tr("what the mids say and the method does not; flagged above 10% of the total and above $50");
    return AttributionScreen::tr("what the mids and fills say");
}

QString inDollars(Usd Parts::*part) { return AttributionScreen::tr("dollars: %1").arg(meaning(part)); }

Cell amount(Usd value, const QString& tooltip = {}, bool plain = false) {
    const double v = value.toDouble();
    return {riskwords::dollars(v), v, plain ? Tone::Plain : riskwords::tone(v), desk::Freshness::Fresh, tooltip};
}

Cell unexplained(const Parts& p) {
    Cell cell = amount(p.unexplained);
    if (p.flagged()) {
        cell.text.prepend(QStringLiteral("▲ "));
        cell.tone = Tone::Warn;
        cell.tooltip = AttributionScreen::tr("above 10% of the total and above $50");
    }
    return cell;
}

} // namespace

void PartBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QRect r = option.rect;
    const bool strong = index.data(GridModel::StrongRole).toBool();
    painter->fillRect(r, option.state & QStyle::State_Selected ? mix(Token::Raised, Token::Accent, 0.30)
                         : strong                              ? color(Token::Panel)
                         : index.row() % 2 == 1                ? mix(Token::Bg, Token::Panel, 0.6)
                                                               : color(Token::Bg));
    const double full = index.data(GridModel::DataRole).toDouble();
    const int middle = r.center().x();
    painter->setPen(QPen(color(Token::Grid), 1));
    painter->drawLine(middle, r.top(), middle, r.bottom());
    if (!(full > 0)) return;
    const double half = r.width() / 2.0 - 8;
    const auto at = [&](int column) {
        return qBound(-1.0, index.sibling(index.row(), column).data(GridModel::SortRole).toDouble() / full, 1.0) * half;
    };
    const double explain = at(AttributionScreen::PartExplain), predict = at(AttributionScreen::PartPredict);
    const QRectF bar(explain < 0 ? middle + explain : middle, r.top() + 5, std::abs(explain), r.height() - 10);
    painter->fillRect(bar, color(explain < 0 ? Token::Loss : Token::Gain));
    if (std::abs(explain) >= 1 || std::abs(predict) >= 1)
        painter->fillRect(QRectF(middle + predict - 1, r.top() + 2, 2, r.height() - 4), color(Token::Text));
}

AttributionScreen::AttributionScreen(DeskPort&, QWidget* parent)
    : Screen(parent), m_method(new QTabBar), m_state(new QLabel), m_warning(new QLabel), m_of(new ElidedLabel), m_facts(new QLabel),
      m_parts(new GridModel({{tr("Part"), {}, 110, kLeft},
                             {tr("Explain"), tr("the legs repriced: time, then spot, volatility and rates each alone, then together"), 84},
                             {tr("Predict"), tr("the Greeks of the start times the moves"), 84},
                             {tr("Explain as a bar, Predict as a tick"), {}, 300, kLeft}},
                            this)),
      m_rows(new GridModel({{tr("Position"), {}, 245, kLeft},
                            {tr("Since"), tr("the first look at its legs in this session, exchange time"), 66},
                            {tr("Delta"), inDollars(&Parts::delta), 62},
                            {tr("Gamma"), inDollars(&Parts::gamma), 60},
                            {tr("Vega"), inDollars(&Parts::vega), 60},
                            {tr("Theta"), inDollars(&Parts::theta), 60},
                            {tr("Rho"), inDollars(&Parts::rho), 52, Qt::AlignRight | Qt::AlignVCenter, true},
                            {tr("Cross"), inDollars(&Parts::cross), 58},
                            {tr("New trades"), tr("fills against the mids of the first look after them"), 76},
                            {tr("Fees"), inDollars(&Parts::fees), 58},
                            {tr("Unexplained"), tr("flagged above 10% of the total and above $50"), 86},
                            {tr("Total"), inDollars(&Parts::total), 70}},
                           this)),
      m_partsGrid(new GridView(m_parts)), m_grid(new GridView(m_rows)) {
    m_method->addTab(tr("E  Explain"));
    m_method->addTab(tr("P  Predict"));
    m_method->setDrawBase(false);
    m_method->setExpanding(false);
    m_method->setAccessibleName(tr("Method of the table"));
    for (auto* label : {m_state, m_warning, m_of, m_facts}) label->setTextFormat(Qt::PlainText);
    setTone(*m_of, Token::Text, true);
    setTone(*m_warning, Token::Warn);
    setTone(*m_facts, Token::Dim);
    m_warning->setWordWrap(true);
    m_warning->hide();
    m_facts->setWordWrap(true);
    m_facts->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_partsGrid->setAccessibleName(tr("Parts of the profit or loss by both methods"));
    m_partsGrid->setItemDelegateForColumn(PartBar, new PartBarDelegate(this));
    m_partsGrid->setEmptyText(tr("The parts of the row chosen below."));
    m_partsGrid->setMostRows(10);
    m_partsGrid->setMinimumHeight(m_partsGrid->maximumHeight());
    for (auto* grid : {m_partsGrid, m_grid}) grid->installEventFilter(this);
    m_grid->letSort();
    setMainPane(m_grid);
    m_grid->setAccessibleName(tr("Profit and loss by underlying and position"));
    m_grid->setEmptyText(tr("Being computed."));
    auto* line = new QHBoxLayout;
    line->addWidget(m_method);
    line->addStretch(1);
    line->addWidget(m_state);
    auto* upper = new QHBoxLayout;
    upper->setSpacing(kSpacing * 2);
    upper->addWidget(m_partsGrid, 7);
    upper->addWidget(m_facts, 3);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, 4, kSpacing, kSpacing);
    layout->setSpacing(6);
    layout->addLayout(line);
    layout->addWidget(m_warning);
    layout->addWidget(m_of);
    layout->addLayout(upper);
    layout->addWidget(m_grid, 1);
    connect(m_method, &QTabBar::currentChanged, this, &AttributionScreen::draw);
    connect(m_grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &AttributionScreen::drawParts);
}

QList<QPair<QString, QString>> AttributionScreen::keys() const {
    return QList<QPair<QString, QString>>{{QStringLiteral("E"), tr("the table by repricing")},
                                          {QStringLiteral("P"), tr("the table by Greeks times moves")},
                                          {tr("Up / Down"), tr("the parts of another row")}} +
           GridView::sortKeys();
}

bool AttributionScreen::take(const QKeyEvent& event) {
    if (event.modifiers() != Qt::NoModifier || (event.key() != Qt::Key_E && event.key() != Qt::Key_P)) return false;
    m_method->setCurrentIndex(event.key() == Qt::Key_P ? 1 : 0);
    return true;
}

void AttributionScreen::keyPressEvent(QKeyEvent* event) {
    if (!take(*event)) Screen::keyPressEvent(event);
}

bool AttributionScreen::eventFilter(QObject* watched, QEvent* event) {
    return (event->type() == QEvent::KeyPress && take(*static_cast<QKeyEvent*>(event))) || Screen::eventFilter(watched, event);
}

void AttributionScreen::setView(const ViewPtr& view) {
    m_view = view;
    if (m_risk) drawFacts();
}

void AttributionScreen::setRisk(const RiskPtr& risk) {
    m_risk = risk;
    draw();
}

void AttributionScreen::draw() {
    if (!m_risk) return;
    const auto& a = m_risk->attribution;
    const auto freshness = riskwords::freshness(*m_risk, m_view.get());
    std::vector<GridRow> rows;
    const auto line = [&](const QString& key, Cell name, const QString& since, const Parts& p, bool strong) {
        GridRow row{key,
                    {std::move(name),
                     {since, {}, Tone::Dim},
                     amount(p.delta),
                     amount(p.gamma),
                     amount(p.vega),
                     amount(p.theta),
                     amount(p.rho),
                     amount(p.cross),
                     amount(p.newTrades),
                     amount(p.fees, {}, true),
                     unexplained(p),
                     amount(p.total)},
                    false,
                    strong,
                    {}};
        for (std::size_t c = 2; freshness == desk::Freshness::Stale && c < row.cells.size(); ++c) row.cells[c].freshness = freshness;
        return row;
    };
    const auto chosen = [&](const Parts& explain, const Parts& predict) -> const Parts& { return predicts() ? predict : explain; };
    if (a.since && !a.positions.empty()) {
        rows.push_back(line(kBook, {tr("Book, %1 of %2 positions").arg(a.book.explained).arg(a.book.count), {}, Tone::Strong}, {},
                            chosen(a.book.explain, a.book.predict), true));
        for (const auto& sum : a.byUnderlying) {
            const QString name = sum.explained == sum.count
                                     ? format::text(sum.key)
                                     : tr("%1: %2 of %3 positions").arg(format::text(sum.key)).arg(sum.explained).arg(sum.count);
            rows.push_back(line(format::text(sum.key), {name, {}, Tone::Strong}, {}, chosen(sum.explain, sum.predict), false));
            for (const auto& p : a.positions) {
                if (p.underlying != sum.key) continue;
                const QString label = QStringLiteral("      ") + format::text(p.description) + (p.closed ? tr("  closed") : QString());
                const QString tooltip = p.leftOut.empty() ? (p.fromFills ? tr("%1, opened in this session: everything from its fills on")
                                                                         : tr("%1, held before: from the first look of this session on"))
                                                                .arg(format::text(p.id.str()))
                                                          : tr("%1 is left out: %2").arg(format::text(p.id.str()), format::text(p.leftOut));
                auto row = line(format::text(p.id.str()), {label, {}, Tone::Dim, desk::Freshness::Fresh, tooltip},
                                p.leftOut.empty() ? format::timeNewYork(p.since) : QString(), chosen(p.explain, p.predict), false);
                for (std::size_t c = 2; !p.leftOut.empty() && c < row.cells.size(); ++c)
                    row.cells[c] = {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, tooltip};
                row.level = 1;
                rows.push_back(std::move(row));
            }
        }
        rows.front().pin = -1;
    }
    const QString before = m_grid->currentRow() ? m_grid->currentRow()->key : kBook;
    m_grid->setEmptyText(
        tr("Needs one snapshot to compare with. It is taken when the session is open and a position has quotes on both sides of every leg."));
    m_rows->setRows(std::move(rows));
    if (!m_grid->currentRow()) m_grid->setCurrentIndex(m_rows->index(m_rows->find(before).value_or(0), 0));
    drawFacts();
    drawParts();
}

void AttributionScreen::drawFacts() {
    const auto& a = m_risk->attribution;
    const bool stale = riskwords::freshness(*m_risk, m_view.get()) == desk::Freshness::Stale;
    const QString asOf = riskwords::asOf(*m_risk, m_view.get());
    m_state->setText(a.since ? tr("since %1 ET, %2").arg(format::timeNewYork(*a.since), asOf) : asOf);
    if (a.since) m_state->setToolTip(format::timeTooltip(*a.since));
    setTone(*m_state, stale ? Token::Stale : Token::Dim);
    QStringList warnings;
    for (const auto& p : a.positions)
        if (!p.leftOut.empty() && warnings.size() < 2) warnings << tr("%1: %2").arg(format::text(p.id.str()), format::text(p.leftOut));
    const int out = a.book.count - a.book.explained;
    m_warning->setText(out > 0 && a.since ? tr("▲ %1 of %2 positions are in these sums. Left out: %3")
                                                .arg(a.book.explained)
                                                .arg(a.book.count)
                                                .arg(warnings.join(QStringLiteral("; ")))
                                          : QString());
    if (const QString cut = riskwords::cutOff(*m_risk, m_risk->asIs); !cut.isEmpty())
        m_warning->setText((m_warning->text().isEmpty() ? QStringLiteral("▲") : m_warning->text()) + QLatin1Char(' ') + cut);
    m_warning->setVisible(!m_warning->text().isEmpty());
    QString text = tr("Explain reprices every leg: time first, then spot, volatility and rates each alone, then together.\n\nPredict multiplies the "
                      "Greeks of the start by the moves; where the two part, the Greeks did not see it coming.");
    if (a.since) {
        const Usd attributed = a.book.explain.total;
        text += QStringLiteral("\n\n") + tr("Account today: %1\nAttributed: %2").arg(format::signedMoney(a.dayPnl), format::signedMoney(attributed));
        if (a.dayPnl)
            text += QLatin1Char('\n') +
                    tr("Before %1 ET, or left out: %2").arg(format::timeNewYork(*a.since), format::signedMoney(*a.dayPnl - attributed));
    }
    m_facts->setText(text);
}

void AttributionScreen::drawParts() {
    const GridRow* row = m_grid->currentRow();
    const auto& a = m_risk ? m_risk->attribution : desk::Attribution{};
    const Parts *explain = nullptr, *predict = nullptr;
    if (row && row->key == kBook) std::tie(explain, predict) = std::pair(&a.book.explain, &a.book.predict);
    for (const auto& sum : a.byUnderlying)
        if (row && format::text(sum.key) == row->key) std::tie(explain, predict) = std::pair(&sum.explain, &sum.predict);
    for (const auto& p : a.positions)
        if (row && format::text(p.id.str()) == row->key && p.leftOut.empty()) std::tie(explain, predict) = std::pair(&p.explain, &p.predict);
    static_cast<ElidedLabel*>(m_of)->setWords(
        row ? tr("%1: where the profit or loss came from, dollars").arg(row->key == kBook ? tr("Book") : row->cells.front().text.trimmed())
            : tr("Where the profit or loss came from"));
    std::vector<GridRow> rows;
    if (explain && predict) {
        double full = 0;
        for (const auto& [name, part] : parts())
            full = std::max({full, std::abs((explain->*part).toDouble()), std::abs((predict->*part).toDouble())});
        for (const auto& [name, part] : parts()) {
            const bool flagged = part == &Parts::unexplained;
            rows.push_back({name,
                            {{name, {}, Tone::Plain, desk::Freshness::Fresh, meaning(part)},
                             flagged ? unexplained(*explain) : amount(explain->*part, meaning(part)),
                             flagged ? unexplained(*predict) : amount(predict->*part, meaning(part)),
                             {}},
                            false,
                            part == &Parts::total,
                            full});
        }
    }
    m_parts->setRows(std::move(rows));
}

} // namespace mahler::ui
