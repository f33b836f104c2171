#include <algorithm>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <utility>

#include "market/exchange_calendar.h"
#include "ui/screens/assignment_row.h"
#include "ui/screens/table_screens.h"
#include "ui/shell/halt_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

namespace mahler::ui {

namespace {

QString name(risk::Breaker b) {
    switch (b) {
    case risk::Breaker::Startup: return BreakersScreen::tr("Start-up");
    case risk::Breaker::B1DailyLoss: return BreakersScreen::tr("B1  Daily loss");
    case risk::Breaker::B2WeeklyLoss: return BreakersScreen::tr("B2  Weekly loss");
    case risk::Breaker::B3Drawdown: return BreakersScreen::tr("B3  Drawdown");
    case risk::Breaker::B4Vix: return BreakersScreen::tr("B4  VIX");
    case risk::Breaker::B5StaleData: return BreakersScreen::tr("B5  Stale data");
    case risk::Breaker::B6ApiErrors: return BreakersScreen::tr("B6  Broker and data errors");
    case risk::Breaker::B7Integrity: return BreakersScreen::tr("B7  Integrity");
    case risk::Breaker::B8Manual: return BreakersScreen::tr("B8  Manual halt");
    }
    return {};
}

constexpr double kStallGateMs = 2000; ///< UX 3.1: a screen that does not answer for so long is not to be traded from

/// Measured and shown; nothing acts on it before there is a watchdog.
GridRow stallRow(const std::optional<int>& ms) {
    const auto used = ms ? std::optional(*ms / kStallGateMs) : std::nullopt;
    const bool over = used && *used >= 1;
    return {
        QStringLiteral("ui-stall"),
        {{QCoreApplication::translate("mahler::ui::BreakersScreen", "UI stall"), {}, Tone::Strong},
         {ms ? QCoreApplication::translate("mahler::ui::BreakersScreen", "%1 ms, longest").arg(*ms) : format::dash(), ms ? QVariant(*ms) : QVariant(),
          over ? Tone::Warn : Tone::Plain, desk::Freshness::Fresh,
          QCoreApplication::translate("mahler::ui::BreakersScreen", "longest time the screen's own thread did not answer in this run, milliseconds")},
         {QCoreApplication::translate("mahler::ui::BreakersScreen", "2 s / 5 s"),
          {},
          Tone::Dim,
          desk::Freshness::Fresh,
          QCoreApplication::translate("mahler::ui::BreakersScreen",
                                      "when the screen stops answering for so long, halt by hand: nothing halts by itself for it in this version")},
         {used ? format::percent(std::min(9.99, *used), 0) : format::dash(), used ? QVariant(*used) : QVariant(),
          over || (used && *used >= 0.8) ? Tone::Warn : Tone::Plain, desk::Freshness::Fresh,
          QCoreApplication::translate("mahler::ui::BreakersScreen", "of 2 s")},
         {format::dash(),
          {},
          Tone::Dim,
          desk::Freshness::Fresh,
          QCoreApplication::translate("mahler::ui::BreakersScreen", "not a matter of dollars")},
         {over ? QCoreApplication::translate("mahler::ui::BreakersScreen", "▲ over 2 s")
               : QCoreApplication::translate("mahler::ui::BreakersScreen", "shown only"),
          {},
          over ? Tone::Warn : Tone::Dim},
         {QCoreApplication::translate("mahler::ui::BreakersScreen", "nothing: shown for you to judge"), {}, Tone::Dim},
         {format::dash(), {}, Tone::Dim},
         {QCoreApplication::translate("mahler::ui::BreakersScreen", "measured; trips nothing"), {}, Tone::Dim}},
        false,
        false,
        {}};
}

/// What a trip, its end or a trip that has ended since changes: the latches, and the alarm every trip leaves behind.
QString tripsMark(const desk::DeskView& view) {
    QString mark = QStringLiteral("|");
    for (const auto& latch : view.latches) mark += QStringLiteral("%1 %2|").arg(static_cast<int>(latch.breaker)).arg(toNanos(latch.since));
    const auto alarm = std::find_if(view.notices.begin(), view.notices.end(),
                                    [](const desk::NoticeView& notice) { return notice.level == desk::NoticeView::Level::Critical; });
    return alarm == view.notices.end() ? mark : mark + QString::number(toNanos(alarm->at)) + format::text(alarm->text);
}

} // namespace

BreakersScreen::BreakersScreen(DeskPort& port, QWidget* parent)
    : Screen(parent), m_port(port),
      m_model(new GridModel({{tr("Breaker"), {}, 236, kLeft},
                             {tr("Now"), tr("what is measured now, in the unit it is written with; its limit stands beside it"), 138},
                             {tr("Limit"), tr("compiled in; nothing can change it"), 90},
                             {tr("% used"), tr("of the limit, per cent; an unreadable input counts as tripped"), 66},
                             {tr("Headroom"), tr("dollars until it trips"), 90},
                             {tr("State"), {}, 96, kLeft},
                             {tr("What it does"), {}, 230, kLeft, true},
                             {tr("Last trip"), tr("New York time, of this run or before"), 126, kLeft},
                             {tr("Why"), tr("of the last trip"), 210, kLeft}},
                            this)),
      m_notices(new GridModel({{tr("Time ET"), tr("New York time; with its date when that is not today"), 118, kLeft},
                               {tr("Level"), {}, 80, kLeft},
                               {tr("Notice"), {}, 700, kLeft}},
                              this)),
      m_state(new QLabel), m_halt(new QPushButton(tr("Halt  (F12)"))), m_resume(new QPushButton(tr("Resume…"))),
      m_flatten(new QPushButton(tr("Flatten…"))), m_enable(new QPushButton) {
    auto* grid = new GridView(m_model);
    auto* notices = new GridView(m_notices);
    grid->setAccessibleName(tr("Breakers"));
    setMainPane(grid);
    notices->setAccessibleName(tr("Notices"));
    grid->letSort();
    notices->letSort();
    grid->setEmptyText(tr("The desk has not said yet how its breakers stand: trade nothing."));
    notices->setEmptyText(tr("No notices."));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setFont(textFont(14, true));
    auto* top = new QHBoxLayout;
    top->addWidget(m_state, 1);
    top->addWidget(m_halt);
    top->addWidget(m_enable);
    top->addWidget(m_resume);
    top->addWidget(m_flatten);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpacing, kSpacing, kSpacing, kSpacing);
    layout->addLayout(top);
    m_assignments = new AssignmentRow(port);
    layout->addWidget(m_assignments);
    layout->addWidget(grid, 2);
    auto* label = new QLabel(tr("Notices, newest first"));
    label->setFont(textFont(12, true));
    layout->addWidget(label);
    layout->addWidget(notices, 3);
    m_resume->setToolTip(tr("Clears latches: role, typed reason, typed RESUME, ten seconds (SAFETY section 2)"));
    m_flatten->setToolTip(tr("Closes every position as one plan; FLATTEN must be typed"));
    connect(&port, &DeskPort::journalReady, this, [this](qint64 asker, const std::shared_ptr<const std::vector<JournalRow>>& rows) {
        if (asker == m_tripsQuestion) takeTrips(*rows);
    });
    m_enable->setToolTip(
        tr("Five openings in ten minutes disable a strategy in an underlying until a Risk Manager enables it again (SAFETY section 5)"));
    m_enable->hide();
    connect(m_enable, &QPushButton::clicked, this, [this] {
        if (m_view && !m_view->disabledStrategies.empty()) m_port.send(desk::EnableStrategy{m_view->user.id, m_view->disabledStrategies.front()});
    });
    connect(m_halt, &QPushButton::clicked, this, [this] { m_port.halt("button on the breaker screen"); });
    connect(m_resume, &QPushButton::clicked, this, &BreakersScreen::resumeRequested);
    connect(m_flatten, &QPushButton::clicked, this, &BreakersScreen::flattenRequested);
}

void BreakersScreen::askTrips() {
    JournalQuery query;
    query.type = "halt.set";
    query.limit = 500;
    query.asker = m_tripsQuestion = m_port.newAsker();
    m_port.searchJournal(query);
}

/// Hidden it gets no views: a breaker may have tripped and cleared meanwhile.
void BreakersScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    askTrips();
}

void BreakersScreen::takeTrips(const std::vector<JournalRow>& rows) {
    m_tripsKnown = true;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) // newest first: the last one stays
        if (!row->breaker.empty()) m_trips[format::text(row->breaker)] = *row;
    if (m_view) setView(m_view);
}

void BreakersScreen::setLongestStall(int ms) {
    m_stall = ms;
    if (m_view) setView(m_view);
}

void BreakersScreen::setView(const ViewPtr& view) {
    m_view = view;
    m_assignments->setView(view);
    m_enable->setVisible(!view->disabledStrategies.empty());
    m_enable->setEnabled(view->user.has(approval::Role::RiskManager));
    if (!view->disabledStrategies.empty()) m_enable->setText(tr("Enable %1 again").arg(format::text(view->disabledStrategies.front())));
    auto readings = view->breakers;
    std::stable_sort(readings.begin(), readings.end(),
                     [](const risk::BreakerReading& a, const risk::BreakerReading& b) { return a.used.value_or(9) > b.used.value_or(9); });
    if (const QString mark = tripsMark(*view); std::exchange(m_tripsAsked, mark) != mark) askTrips();
    const auto tripTime = [&](risk::Breaker breaker, const std::optional<risk::Latch>& latch) -> Cell {
        const auto trip = m_trips.find(format::text(risk::toString(breaker)));
        if (!latch && !m_tripsKnown) return {format::dash(), {}, Tone::Dim, desk::Freshness::Fresh, tr("the journal is being read")};
        if (!latch && trip == m_trips.end()) return {tr("never", "tripped"), {}, Tone::Dim, desk::Freshness::Fresh, tr("the journal holds no trip")};
        const UtcTime at = latch ? latch->since : trip->second.at;
        return {whenWords(at, view->at.utc), static_cast<qlonglong>(toNanos(at)), Tone::Dim, desk::Freshness::Fresh, format::timeTooltip(at)};
    };
    const auto tripReason = [&](risk::Breaker breaker, const std::optional<risk::Latch>& latch) -> Cell {
        const auto trip = m_trips.find(format::text(risk::toString(breaker)));
        const QString over = latch ? latchOver(*view, *latch) : QString();
        const QString why = !over.isEmpty()         ? tr("%1: %2").arg(format::text(latch->reason), over)
                            : latch                 ? format::text(latch->reason)
                            : trip == m_trips.end() ? QString()
                                                    : format::text(trip->second.summary);
        return {why, {}, latch ? Tone::Plain : Tone::Dim, desk::Freshness::Fresh, why};
    };
    std::vector<GridRow> rows;
    for (const auto& r : readings) {
        const bool set = r.latch.has_value();
        const double used = r.used.value_or(1);
        const bool closed = view->session != market::Session::Open && (r.asOf || !r.used); // nothing to read before the next session
        const auto age = closed ? desk::Freshness::Closed : desk::Freshness::Fresh;
        const QString asOf = r.asOf ? asOfWords(*r.asOf, view->at.utc) : QString();
        const QString why = !closed ? QString()
                            : r.asOf
                                ? tr("The market is closed: this is the last value of the session. It cannot be read now, so nothing may be opened.")
                                : tr("The market is closed and no session was seen in this run: there is nothing to show before the next one.");
        rows.push_back({format::text(risk::toString(r.breaker)),
                        {{name(r.breaker), {}, Tone::Strong},
                         {asOf.isEmpty() ? format::text(r.now) : tr("%1 %2", "value, as of when").arg(format::text(r.now), asOf),
                          {},
                          r.used || closed ? Tone::Plain : Tone::Warn,
                          age,
                          why},
                         {format::text(r.limit), {}, Tone::Dim},
                         {r.used ? format::percent(std::min(9.99, *r.used), 0) : tr("unknown"), used,
                          used >= 0.8 && (r.used || !closed) ? Tone::Warn : Tone::Plain, age, why},
                         {r.headroom ? format::money(*r.headroom) : format::dash(), {}, Tone::Plain, age, why},
                         {set                                ? tr("▲ HALTED")
                          : closed && r.used.value_or(0) < 1 ? tr("closed", "the market")
                          : r.tripped                        ? tr("▲ tripping")
                                                             : tr("clear"),
                          {},
                          set || (r.tripped && (!closed || r.used.value_or(0) >= 1)) ? Tone::Warn : Tone::Dim,
                          age,
                          why},
                         {format::text(r.action), {}, Tone::Dim},
                         tripTime(r.breaker, r.latch),
                         tripReason(r.breaker, r.latch)},
                        set,
                        false,
                        {}});
    }
    for (const auto& latch : view->latches)
        if (latch.breaker == risk::Breaker::Startup)
            rows.insert(rows.begin(), {QStringLiteral("startup"),
                                       {{name(latch.breaker), {}, Tone::Strong},
                                        {},
                                        {},
                                        {},
                                        {},
                                        {tr("▲ HALTED"), {}, Tone::Warn},
                                        {tr("halt until reconciled and fresh"), {}, Tone::Dim},
                                        {whenWords(latch.since, view->at.utc), {}, Tone::Dim},
                                        {format::text(latch.reason), {}}},
                                       true,
                                       false,
                                       {}});
    rows.push_back(stallRow(m_stall));
    m_model->setRows(std::move(rows));
    std::vector<GridRow> notices;
    int n = static_cast<int>(view->notices.size());
    for (const auto& notice : view->notices) {
        const bool critical = notice.level == desk::NoticeView::Level::Critical;
        notices.push_back({QString::number(n--) + format::text(notice.text),
                           {{whenWords(notice.at, view->at.utc), static_cast<qlonglong>(toNanos(notice.at)), Tone::Dim, desk::Freshness::Fresh,
                             format::timeTooltip(notice.at)},
                            {critical                                            ? tr("▲ critical")
                             : notice.level == desk::NoticeView::Level::Advisory ? tr("advisory")
                                                                                 : tr("log"),
                             {},
                             critical ? Tone::Warn : Tone::Dim},
                            {format::text(notice.text), {}}},
                           false,
                           false,
                           {}});
    }
    m_notices->setRows(std::move(notices));
    QString over = view->latches.empty() ? QString() : latchOver(*view, view->latches.front()); // of the one haltReason tells
    if (!over.isEmpty()) over.prepend(QStringLiteral(" \u2014 "));
    m_state->setText(view->latches.empty() ? tr("RUNNING. No breaker is set.")
                                           : tr("%1: %2").arg(QLatin1String(desk::toString(view->state)), format::text(view->haltReason)) + over);
    m_resume->setEnabled(!view->latches.empty());
    m_flatten->setEnabled(!view->positions.empty());
}

} // namespace mahler::ui
