#include <algorithm>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QVBoxLayout>

#include "desk/schedule.h"
#include "market/exchange_calendar.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

constexpr auto kAnswerWithin = std::chrono::seconds(30); ///< of the desk's clock
constexpr int kMostAsked = 3;                            ///< times for one scan

std::vector<GridColumn> opportunitiesColumns() {
    const auto right = Qt::AlignRight | Qt::AlignVCenter;
    return {
        {OpportunitiesScreen::tr("Score"), OpportunitiesScreen::tr("0 to 1: 0.35 EV, 0.25 IV percentile, 0.25 distance, 0.15 credit"), 46},
        {OpportunitiesScreen::tr("Structure"), {}, 272, kLeft},
        {OpportunitiesScreen::tr("DTE"), OpportunitiesScreen::tr("calendar days to expiry"), 38},
        {OpportunitiesScreen::tr("Delta"), OpportunitiesScreen::tr("of the short leg"), 48},
        {OpportunitiesScreen::tr("Credit"), OpportunitiesScreen::tr("what the order would ask for: the mid less slippage, dollars per share"), 50},
        {OpportunitiesScreen::tr("/ width"), OpportunitiesScreen::tr("credit at the mid as a share of the width, as the rule counts it"), 54},
        {OpportunitiesScreen::tr("POP phys."),
         OpportunitiesScreen::tr("Probability of profit (physical, fitted): a gain after costs, under the market's density with half its "
                                 "variance taken from the realised one of 10, 20 and 60 days and today, no drift. The builder's is the market's own"),
         70},
        {OpportunitiesScreen::tr("EV"), OpportunitiesScreen::tr("expected value after costs, dollars per spread"), 54},
        {OpportunitiesScreen::tr("Max loss"), OpportunitiesScreen::tr("dollars per spread before fees"), 64},
        {OpportunitiesScreen::tr("IVP"), OpportunitiesScreen::tr("IV percentile over 252 sessions"), 36},
        {OpportunitiesScreen::tr("Screened"),
         OpportunitiesScreen::tr("when the screener saw these quotes, New York time, or the date when that is not today"), 72, kLeft},
        {OpportunitiesScreen::tr("Spread"), OpportunitiesScreen::tr("bid-ask of the widest leg, share of mid"), 52, right, true},
        {OpportunitiesScreen::tr("Failed rule"), {}, 96, kLeft},
        {OpportunitiesScreen::tr("OI"), OpportunitiesScreen::tr("open interest, contracts"), 54, right, true},
        {OpportunitiesScreen::tr("Event before expiry"), {}, 320, kLeft, true}};
}

QString ruleText(const std::string& rule) {
    if (rule == "iv_percentile") return OpportunitiesScreen::tr("IV percentile");
    if (rule == "credit_to_width") return OpportunitiesScreen::tr("credit / width");
    if (rule == "credit_to_cost") return OpportunitiesScreen::tr("credit / costs");
    if (rule == "expected_value") return OpportunitiesScreen::tr("expected value");
    if (rule == "bid_ask") return OpportunitiesScreen::tr("bid-ask width");
    if (rule == "open_interest") return OpportunitiesScreen::tr("open interest");
    if (rule == "volume") return OpportunitiesScreen::tr("volume");
    if (rule == "dte") return OpportunitiesScreen::tr("days to expiry");
    if (rule == "short_delta") return OpportunitiesScreen::tr("delta of the short leg");
    return format::text(rule);
}

/// "SPY: 0 of 136 pass. Tightest rule: IV percentile >= 50, without it 11 would."
QString outcome(const std::string& symbol, const strategy::ScreenResult& screen) {
    const QString name = format::text(symbol);
    if (!screen.candidates.empty())
        return OpportunitiesScreen::tr("%1: %2 of %3 pass.").arg(name).arg(screen.candidates.size()).arg(screen.considered);
    const auto rule =
        std::find_if(screen.rules.begin(), screen.rules.end(), [&](const strategy::RuleCount& r) { return r.rule == screen.tightestRule; });
    if (rule == screen.rules.end()) // the expiries or deltas asked for: no spread was even made
        return OpportunitiesScreen::tr("%1: 0 of %2 pass. Tightest rule: %3.").arg(name).arg(screen.considered).arg(ruleText(screen.tightestRule));
    return OpportunitiesScreen::tr("%1: 0 of %2 pass. Tightest rule: %3 %4, without it %5 would.")
        .arg(name)
        .arg(screen.considered)
        .arg(ruleText(rule->rule), format::text(rule->limit))
        .arg(rule->soleReject);
}

/// Of what was screened at `asof`: closed when its session is over, stale from the scan after it on, whoever asked for it.
desk::Freshness freshnessAt(const desk::DeskView* view, UtcTime asof) {
    if (!view) return desk::Freshness::Fresh;
    const auto then = market::toNewYork(asof), now = market::toNewYork(view->at.utc);
    if (view->session != market::Session::Open || then.date != now.date) return desk::Freshness::Closed;
    for (const auto& slot : desk::scheduleSlots(market::toNewYork(market::sessionClose(now.date)).secondsOfDay))
        if (slot.scan && then.secondsOfDay < slot.secondsOfDay && slot.secondsOfDay <= now.secondsOfDay) return desk::Freshness::Stale;
    return desk::Freshness::Fresh;
}

/// What a row says of the scan it is from.
struct Screened {
    desk::Freshness freshness = desk::Freshness::Fresh;
    QString when, tooltip;
    bool earlier = false; ///< of another session than today's: not tradable
};

Screened screenedAt(const desk::DeskView* view, UtcTime asof) {
    const auto freshness = freshnessAt(view, asof);
    const auto day = market::toNewYork(asof).date;
    const bool today = !view || day == market::toNewYork(view->at.utc).date;
    const QString when = today ? format::timeNewYork(asof).left(5) : format::date(day);
    const QString why = !today                                 ? OpportunitiesScreen::tr("of an earlier session: as of then, not tradable")
                        : freshness == desk::Freshness::Closed ? OpportunitiesScreen::tr("the market is closed: as of that scan")
                        : freshness == desk::Freshness::Stale  ? OpportunitiesScreen::tr("a scheduled scan has passed since: as of that scan")
                                                               : QString();
    return {freshness, when, format::timeTooltip(asof) + (why.isEmpty() ? why : QLatin1Char('\n') + why), !today};
}

GridRow rowOf(const strategy::Candidate& c, const QString& failed, const Screened& screened) {
    portfolio::ComboOrder shown;
    shown.underlying = c.underlying;
    shown.legs = c.legs;
    shown.kind = c.kind;
    shown.netLimit = c.limit;
    const Tone tone = failed.isEmpty() ? Tone::Plain : Tone::Dim;
    GridRow row{format::text(c.id) + failed,
                {{format::number(c.score, 2), c.score, failed.isEmpty() ? Tone::Strong : Tone::Dim},
                 {format::text(portfolio::describe(shown)).replace(QLatin1String(" 1 "), QLatin1String(" ")),
                  {},
                  failed.isEmpty() ? Tone::Strong : Tone::Dim},
                 {QString::number(c.dte) + QLatin1Char('d'), c.dte, tone},
                 {format::signedNumber(c.shortDelta, 2), c.shortDelta, tone},
                 {format::price(c.limit), c.limit.toDouble(), tone},
                 {format::percent(c.creditToWidth), c.creditToWidth, tone},
                 {format::percent(c.probabilityOfProfit), c.probabilityOfProfit, tone},
                 {format::signedNumber(c.expectedValue, 2), c.expectedValue, c.expectedValue > 0 ? Tone::Gain : Tone::Loss},
                 {format::money(c.maxLoss), static_cast<qlonglong>(c.maxLoss.micros()), tone},
                 {c.ivPercentile ? format::number(*c.ivPercentile, 0) : format::dash(), c.ivPercentile ? QVariant(*c.ivPercentile) : QVariant(), tone,
                  desk::Freshness::Fresh, c.ivPercentile ? QString() : OpportunitiesScreen::tr("unknown: no volatility history")},
                 {screened.when, {}, Tone::Dim, desk::Freshness::Fresh, screened.tooltip},
                 {format::percent(c.bidAskFraction), c.bidAskFraction, tone},
                 {failed, {}, Tone::Warn},
                 {format::count(c.openInterest), static_cast<qlonglong>(c.openInterest), Tone::Dim},
                 {format::text(c.eventNote), {}, Tone::Dim, desk::Freshness::Fresh, format::text(c.eventNote)}},
                false,
                false,
                format::text(c.underlying)};
    for (auto& cell : row.cells) cell.freshness = screened.freshness;
    return row;
}

} // namespace

OpportunitiesScreen::OpportunitiesScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port), m_model(new GridModel(opportunitiesColumns(), this)),
      m_rules(new GridModel({{tr("Underlying"), {}, 80, kLeft},
                             {tr("Rule"), {}, 140, kLeft},
                             {tr("Threshold"), {}, 200, kLeft},
                             {tr("Fail it"), tr("spreads that fail this rule, whatever else they fail"), 70},
                             {tr("Would pass"), tr("spreads that would pass without this rule: they fail no other"), 90}},
                            this)),
      m_grid(new GridView(m_model)), m_rulesGrid(new GridView(m_rules)), m_facts(new QLabel), m_notes(new QLabel),
      m_run(new QPushButton(tr("Run a cycle now  (R)"))) {
    for (auto* label : {m_facts, m_notes}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    setTone(*m_notes, Token::Dim);
    m_notes->hide();
    auto* top = new QHBoxLayout;
    top->addWidget(m_facts, 1);
    top->addWidget(m_run);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(m_grid);
    split->addWidget(m_rulesGrid);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addLayout(top);
    layout->addWidget(split, 1);
    layout->addWidget(m_notes);
    setMainPane(m_grid);
    m_grid->setAccessibleName(tr("Opportunities"));
    m_rulesGrid->setAccessibleName(tr("Screening rules"));
    m_grid->setEmptyText(tr("No scan yet today. R runs one now."));
    m_rulesGrid->setEmptyText(tr("The rules and what fails them stand here after a scan."));
    m_facts->setText(tr("Nothing screened yet."));
    m_grid->installEventFilter(this);
    for (auto* grid : {m_grid, m_rulesGrid}) {
        grid->letSort();
        connect(grid->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
            if (!now.isValid()) return;
            m_notesOf = now.data(GridModel::DataRole).toString();
            showNotes();
        });
    }
    m_run->setToolTip(tr("Runs the agents once on every underlying"));
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (m_view)
            for (const auto& u : m_view->underlyings) m_port.runCycle(u.quote.symbol);
    });
}

QList<QPair<QString, QString>> OpportunitiesScreen::keys() const {
    return QList<QPair<QString, QString>>{{QStringLiteral("R"), tr("run a cycle on every underlying")}, {tr("Enter"), tr("open in the builder")}} +
           GridView::sortKeys();
}

void OpportunitiesScreen::setView(const ViewPtr& view) {
    m_view = view;
    m_grid->setEmptyText(view->autonomous ? tr("No scan yet today. The agents scan at 10:35, 12:00 and 15:30 New York time, or now with R.")
                                          : tr("No scan yet today. The agents scan when asked: now with R."));
    QStringList looks; // of every scan: rows are made anew only when one ages
    for (const auto& [symbol, d] : m_latest) {
        const auto screened = screenedAt(view.get(), d->asof);
        looks << QStringLiteral("%1 %2").arg(static_cast<int>(screened.freshness)).arg(screened.when);
    }
    if (looks != m_looks) rebuild();
    m_looks = looks;
    askForTheLast();
}

/// After a restart: the newest scan of each underlying that the journal holds, one after another until one has screened something. What is
/// not answered in time was lost (a full queue, a read that failed): it is asked for again, and then the scan before it.
void OpportunitiesScreen::askForTheLast() {
    std::erase_if(m_asking, [&](const auto& asked) { return m_view->at.utc - asked.second.at >= kAnswerWithin; });
    for (const auto& c : m_view->cycles) { // newest first
        if (c.running || c.deliberationHash.empty() || m_latest.count(c.underlying) || m_asking.count(c.underlying) || m_asked[c.id] >= kMostAsked)
            continue;
        ++m_asked[c.id];
        m_asking[c.underlying] = {c.id, m_view->at.utc};
        m_port.requestDeliberation(c.id.str());
    }
}

void OpportunitiesScreen::setDeliberation(const DeliberationPtr& d) {
    m_asked[d->id] = kMostAsked;
    std::erase_if(m_asking, [&](const auto& asked) { return asked.second.id == d->id; });
    if (d->screen.considered == 0 && d->screen.rules.empty() && d->screen.tightestRule.empty() && d->screen.candidates.empty())
        return; // it never came to the screening
    const auto it = m_latest.find(d->underlying);
    if (it != m_latest.end() && it->second->asof > d->asof) return;
    m_latest[d->underlying] = d;
    rebuild();
}

void OpportunitiesScreen::rebuild() {
    std::vector<std::pair<double, GridRow>> passed, missed;
    std::vector<GridRow> rules;
    QStringList facts;
    bool old = false, earlier = false;
    for (const auto& [symbol, d] : m_latest) {
        const auto screened = screenedAt(m_view.get(), d->asof);
        earlier = earlier || screened.earlier;
        old = old || screened.freshness != desk::Freshness::Fresh;
        for (const auto& c : d->screen.candidates) passed.emplace_back(c.score, rowOf(c, {}, screened));
        for (std::size_t i = 0; i < d->screen.nearMisses.size(); ++i)
            missed.emplace_back(d->screen.nearMisses[i].score, rowOf(d->screen.nearMisses[i], ruleText(d->screen.nearMissRules.at(i)), screened));
        for (const auto& r : d->screen.rules)
            rules.push_back({format::text(symbol + r.rule),
                             {{format::text(symbol), {}, Tone::Strong},
                              {ruleText(r.rule), {}},
                              {format::text(r.limit), {}, Tone::Dim},
                              {QString::number(r.rejected), r.rejected, r.rejected > 0 ? Tone::Plain : Tone::Dim},
                              {QString::number(r.soleReject), r.soleReject, r.soleReject > 0 ? Tone::Plain : Tone::Dim}},
                             false,
                             false,
                             format::text(symbol)});
        facts << tr("%1 %2", "time, outcome of a scan").arg(screened.when, outcome(symbol, d->screen));
    }
    const auto better = [](const auto& a, const auto& b) { return a.first > b.first; };
    std::stable_sort(passed.begin(), passed.end(), better);
    std::stable_sort(missed.begin(), missed.end(), better);
    std::vector<GridRow> rows;
    for (auto& [score, row] : passed)
        if (rows.size() < 200) rows.push_back(std::move(row));
    for (auto& [score, row] : missed)
        if (rows.size() < 260) rows.push_back(std::move(row));
    m_model->setRows(std::move(rows));
    m_rules->setRows(std::move(rules));
    const QString profile = m_latest.empty() ? QString() : format::text(m_latest.begin()->second->screen.profile.name);
    m_model->setAgeWords({tr("the market is closed: as of the scan"), {}, {}});
    setTone(*m_facts, old ? Token::Stale : Token::Text);
    const QString outcomes = facts.join(QStringLiteral("   "));
    m_facts->setText(earlier ? tr("Profile %1.   %2   ■ What bears a date is of an earlier session: as of then, not tradable. "
                                  "R screens today's quotes.")
                                   .arg(profile, outcomes)
                             : tr("Profile %1.   %2").arg(profile, outcomes));
    showNotes();
}

/// How far the search came for the underlying of the row a person is at; before that of the one that found nothing.
void OpportunitiesScreen::showNotes() {
    const auto at = m_latest.find(m_notesOf.toStdString());
    const auto empty = std::find_if(m_latest.begin(), m_latest.end(), [](const auto& of) { return of.second->screen.candidates.empty(); });
    const auto shown = at != m_latest.end() ? at : empty != m_latest.end() ? empty : m_latest.begin();
    m_notes->setVisible(shown != m_latest.end());
    if (shown == m_latest.end()) return;
    setTone(*m_notes, Token::Dim);
    QStringList notes;
    for (const auto& note : shown->second->screen.notes) notes << format::text(note);
    m_notes->setText(tr("%1: %2").arg(format::text(shown->first), notes.join(QStringLiteral("; "))));
}

bool OpportunitiesScreen::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_grid || event->type() != QEvent::KeyPress) return Screen::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_R && !key->isAutoRepeat()) {
        m_run->click();
        return true;
    }
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        const GridRow* row = m_grid->currentRow();
        if (!row) return true;
        for (const auto& [symbol, d] : m_latest)
            for (const auto* list : {&d->screen.candidates, &d->screen.nearMisses})
                for (const auto& c : *list)
                    if (row->key.startsWith(format::text(c.id))) {
                        if (screenedAt(m_view.get(), d->asof).earlier) {
                            setTone(*m_notes, Token::Warn, true);
                            m_notes->setText(tr("▲ Screened on %1: not tradable now. R screens today's quotes.")
                                                 .arg(format::date(market::toNewYork(d->asof).date)));
                            return true;
                        }
                        portfolio::ComboOrder draft;
                        draft.underlying = c.underlying;
                        draft.kind = c.kind;
                        draft.legs = c.legs;
                        draft.netLimit = c.limit;
                        Q_EMIT builderRequested(draft);
                        return true;
                    }
        return true;
    }
    return Screen::eventFilter(watched, event);
}

} // namespace mahler::ui
