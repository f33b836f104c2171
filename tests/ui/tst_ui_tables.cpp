#include <QApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "ui/models/grid_view.h"
#include "ui/screens/table_screens.h"
#include "ui/shell/alarm_banner.h"
#include "ui/shell/bars.h"
#include "ui/shell/window_fit.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class TablesTest : public QObject {
    Q_OBJECT

    static GridView* gridNamed(const QWidget& screen, const QString& name) {
        for (auto* grid : screen.findChildren<GridView*>())
            if (grid->accessibleName() == name) return grid;
        return nullptr;
    }
    static QString labels(const QWidget& screen) {
        QStringList words;
        for (auto* label : screen.findChildren<QLabel*>()) words << label->text();
        return words.join(QLatin1Char('\n'));
    }
    static int columnOf(const QAbstractItemModel& model, const char* title) {
        for (int c = 0; c < model.columnCount(); ++c)
            if (model.headerData(c, Qt::Horizontal).toString().endsWith(QLatin1String(title))) return c;
        return -1;
    }
    static desk::PositionView position(const std::string& id, const std::string& underlying, int pnl, double maxLoss) {
        desk::PositionView p;
        p.position.id = PositionId(id);
        p.position.underlying = underlying;
        p.position.kind = portfolio::StrategyKind::BullPutSpread;
        p.position.quantity = 1;
        for (const auto& [strike, ratio] : {std::pair(450.0, -1), std::pair(445.0, 1)}) {
            desk::LegView leg;
            leg.contract =
                market::OptionContract::make(underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put);
            leg.quantity = ratio;
            leg.ageSeconds = 14.6;
            p.position.legs.push_back({leg.contract, ratio});
            p.legs.push_back(leg);
        }
        p.mark.openPnl = Usd::fromMicros(std::int64_t{pnl} * 1'000'000);
        p.maxLoss = Usd::fromDouble(maxLoss).value();
        p.oldestAgeSeconds = 14.6;
        return p;
    }
    static std::shared_ptr<desk::DeskView> book() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->session = market::Session::Open;
        view->positions = {position("P-1", "SPY", -50, 400), position("P-2", "SPY", 70, 300), position("P-3", "QQQ", 10, 900)};
        return view;
    }
    static QStringList keys(const QAbstractItemModel& model) {
        QStringList out;
        for (int r = 0; r < model.rowCount(); ++r)
            if (const QString key = model.index(r, 0).data(GridModel::KeyRole).toString();
                !key.contains(QLatin1Char('/')) || key.startsWith(QLatin1String("of/")))
                out << key;
        return out;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void nothingFoundNamesTheTightestRuleAndWhatItWouldAdmit() {
        FakePort port;
        OpportunitiesScreen screen(port);
        const auto found = [](const char* symbol, bool candidates) {
            auto d = std::make_shared<agents::Deliberation>();
            d->underlying = symbol;
            d->screen.considered = 136;
            d->screen.rules = {{"iv_percentile", ">= 50", 120, 11}, {"volume", ">= 10", 7, 0}};
            d->screen.notes = {std::string(symbol) + " looked at 3 of 12 expiries"};
            if (candidates) {
                strategy::Candidate c;
                c.id = "C";
                c.underlying = symbol;
                c.legs = {{market::OptionContract::make(symbol, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(450), market::Right::Put), -1},
                          {market::OptionContract::make(symbol, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(445), market::Right::Put), 1}};
                d->screen.candidates = {c};
            } else
                d->screen.tightestRule = "iv_percentile";
            return d;
        };
        screen.setDeliberation(found("AAA", true));
        screen.setDeliberation(found("SPY", false));
        QVERIFY2(labels(screen).contains(QStringLiteral("SPY: 0 of 136 pass. Tightest rule: IV percentile >= 50, without it 11 would.")),
                 qPrintable(labels(screen)));
        QVERIFY(labels(screen).contains(QStringLiteral("AAA: 1 of 136 pass.")));
        QVERIFY(labels(screen).contains(QStringLiteral("SPY looked at 3 of 12 expiries"))); // the one that found nothing
        gridNamed(screen, QStringLiteral("Opportunities"))->setCurrentIndex(gridNamed(screen, QStringLiteral("Opportunities"))->model()->index(0, 0));
        QVERIFY(labels(screen).contains(QStringLiteral("AAA looked at 3 of 12 expiries"))); // the row a person is at
        const auto& rules = *gridNamed(screen, QStringLiteral("Screening rules"))->model();
        const int column = columnOf(rules, "Fail it");
        QVERIFY(column >= 0);
        QCOMPARE(rules.index(0, column).data().toString(), QStringLiteral("120"));
        QVERIFY(rules.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().contains(QStringLiteral("whatever else")));
    }

    void anExpiryThatLeavesNothingIsNamedWithoutACount() {
        FakePort port;
        OpportunitiesScreen screen(port);
        auto d = std::make_shared<agents::Deliberation>();
        d->underlying = "SPY";
        d->screen.tightestRule = "dte";
        screen.setDeliberation(d);
        QVERIFY2(labels(screen).contains(QStringLiteral("SPY: 0 of 0 pass. Tightest rule: days to expiry.")), qPrintable(labels(screen)));
    }

    void whatWasScreenedBearsItsTimeAndGrowsOld() {
        FakePort port;
        OpportunitiesScreen screen(port);
        auto d = std::make_shared<agents::Deliberation>();
        d->underlying = "SPY";
        d->asof = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 10, 35);
        strategy::Candidate c;
        c.id = "C";
        c.underlying = "SPY";
        c.legs = {{market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(450), market::Right::Put), -1},
                  {market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(445), market::Right::Put), 1}};
        d->screen.candidates = {c};
        screen.setDeliberation(d);
        const auto& rows = *gridNamed(screen, QStringLiteral("Opportunities"))->model();
        const auto shown = [&](const char* column, int role = Qt::DisplayRole) { return rows.index(0, columnOf(rows, column)).data(role); };
        const auto at = [&](int day, int hour, int minute, market::Session session) {
            auto view = viewWithRequest(approval::Tier::T1);
            view->at.utc = market::fromNewYork(std::chrono::year{2026} / 11 / day, hour, minute);
            view->session = session;
            screen.setView(view);
            return static_cast<desk::Freshness>(shown("Score", GridModel::FreshnessRole).toInt());
        };
        QCOMPARE(at(23, 11, 30, market::Session::Open), desk::Freshness::Fresh);
        QCOMPARE(shown("Screened").toString(), QStringLiteral("10:35"));
        QCOMPARE(at(23, 12, 0, market::Session::Open), desk::Freshness::Stale); // the next scan was due
        QVERIFY(shown("Screened", Qt::ToolTipRole).toString().contains(QStringLiteral("a scheduled scan has passed")));
        QCOMPARE(at(23, 16, 30, market::Session::AfterClose), desk::Freshness::Closed);
        QCOMPARE(at(24, 9, 45, market::Session::Open), desk::Freshness::Closed); // another day's
        QCOMPARE(shown("Screened").toString(), QStringLiteral("23 Nov 26"));
        QVERIFY(labels(screen).contains(QStringLiteral("23 Nov 26 SPY: 1 of")));
    }

    void theLastScreeningComesBackFromTheJournalAndIsNotTradable() {
        FakePort port;
        OpportunitiesScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1); // 23 November, 11:00
        const auto cycle = [&](const char* id, const char* symbol, int hoursAgo) {
            desk::CycleView c;
            c.id = CycleId(id);
            c.underlying = symbol;
            c.at = view->at.utc - std::chrono::hours(hoursAgo);
            c.deliberationHash = "00";
            return c;
        };
        view->cycles = {cycle("C-4", "SPY", 68), cycle("C-3", "QQQ", 68), cycle("C-2", "SPY", 70), cycle("C-1", "SPY", 72)};
        screen.setView(view);
        screen.setView(view);
        QCOMPARE(port.deliberations, (std::vector<std::string>{"C-4", "C-3"})); // the newest of each, once
        const auto answer = [&](const desk::CycleView& c, bool screened) {
            auto d = std::make_shared<agents::Deliberation>();
            d->id = c.id;
            d->underlying = c.underlying;
            if (screened) {
                d->asof = c.at;
                d->screen.considered = 10;
                strategy::Candidate found;
                found.id = "F";
                found.underlying = c.underlying;
                found.legs = {
                    {market::OptionContract::make(c.underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(450), market::Right::Put), -1},
                    {market::OptionContract::make(c.underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(445), market::Right::Put), 1}};
                d->screen.candidates = {found};
            }
            screen.setDeliberation(d);
        };
        answer(view->cycles[0], false); // that one had no chain
        screen.setView(view);
        QCOMPARE(port.deliberations.back(), std::string("C-2"));
        QCOMPARE(port.deliberations.size(), std::size_t{3});
        answer(view->cycles[2], true);
        screen.setView(view);
        QCOMPARE(port.deliberations.size(), std::size_t{3});
        auto* grid = gridNamed(screen, QStringLiteral("Opportunities"));
        QCOMPARE(grid->model()->rowCount(), 1);
        QVERIFY2(labels(screen).contains(QStringLiteral("of an earlier session: as of then, not tradable")), qPrintable(labels(screen)));
        QSignalSpy builder(&screen, &Screen::builderRequested);
        grid->setCurrentIndex(grid->model()->index(0, 0));
        QTest::keyClick(grid, Qt::Key_Return);
        QCOMPARE(builder.size(), 0);
        QVERIFY(labels(screen).contains(QStringLiteral("Screened on 20 Nov 26: not tradable now")));
        auto then = std::make_shared<desk::DeskView>(*view);
        then->at.utc = view->cycles[2].at + std::chrono::minutes(1); // in its own session it is an idea like any other
        screen.setView(then);
        QTest::keyClick(grid, Qt::Key_Return);
        QCOMPARE(builder.size(), 1);
    }

    void aScreeningThatNeverCameIsAskedForAgainAndThenTheOneBefore() {
        FakePort port;
        OpportunitiesScreen screen(port);
        auto view = viewWithRequest(approval::Tier::T1);
        for (const auto* id : {"C-2", "C-1"}) {
            desk::CycleView c;
            c.id = CycleId(id);
            c.underlying = "SPY";
            c.deliberationHash = "00";
            view->cycles.push_back(c);
        }
        const auto after = [&](int seconds) {
            auto later = std::make_shared<desk::DeskView>(*view);
            later->at.utc += std::chrono::seconds(seconds);
            screen.setView(later);
            return port.deliberations;
        };
        using Ids = std::vector<std::string>;
        QCOMPARE(after(0), (Ids{"C-2"}));
        QCOMPARE(after(29), (Ids{"C-2"})); // it may still come
        QCOMPARE(after(30), (Ids{"C-2", "C-2"}));
        QCOMPARE(after(60), (Ids{"C-2", "C-2", "C-2"}));
        QCOMPARE(after(90), (Ids{"C-2", "C-2", "C-2", "C-1"})); // that one cannot be read
        auto late = std::make_shared<agents::Deliberation>();
        late->id = CycleId("C-1");
        late->underlying = "SPY";
        screen.setDeliberation(late);
        QCOMPARE(after(900).size(), std::size_t{4}); // each has had its turn
    }

    void scansOnRequestPromiseNoTime() {
        FakePort port;
        OpportunitiesScreen screen(port);
        StatusStrip strip(port);
        auto view = viewWithRequest(approval::Tier::T1);
        view->nextScan = view->at.utc + std::chrono::minutes(30);
        const auto* grid = gridNamed(screen, QStringLiteral("Opportunities"));
        const auto show = [&](bool autonomous) {
            view = std::make_shared<desk::DeskView>(*view);
            view->autonomous = autonomous;
            screen.setView(view);
            strip.setView(view);
        };
        show(true);
        QVERIFY(labels(strip).contains(QStringLiteral("next scan")) && grid->emptyText().contains(QStringLiteral("10:35")));
        show(false);
        QVERIFY(!labels(strip).contains(QStringLiteral("next scan")) && !grid->emptyText().contains(QStringLiteral("10:35")));
    }

    void positionsSortWithinTheirUnderlyingBetweenTheBookAndWhatAddsUpToIt() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        auto* grid = gridNamed(screen, QStringLiteral("Positions"));
        auto* model = grid->model();
        QCOMPARE(keys(*model), (QStringList{"book", "of/QQQ", "P-3", "of/SPY", "P-1", "P-2", "rest", "fees"})); // by risk
        model->sort(columnOf(*model, "Open P&L"), Qt::DescendingOrder);
        QCOMPARE(keys(*model), (QStringList{"book", "of/SPY", "P-2", "P-1", "of/QQQ", "P-3", "rest", "fees"}));
        for (int r = 0; r < model->rowCount(); ++r) // every leg is under its own position
            if (const QString key = model->index(r, 0).data(GridModel::KeyRole).toString();
                key.startsWith(QLatin1String("P-")) && key.contains(QLatin1Char('/')))
                QCOMPARE(model->index(r, 0).data(GridModel::DataRole).toString(), key.section(QLatin1Char('/'), 0, 0));
        screen.setView(book());
        QCOMPARE(keys(*model).at(1), QStringLiteral("of/SPY")); // the order is a person's, not the next view's
    }

    void aStaleCellHasItsAge() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        auto* grid = gridNamed(screen, QStringLiteral("Positions"));
        auto& model = *static_cast<GridModel*>(grid->model());
        const int row = model.find(QStringLiteral("P-1")).value(), column = columnOf(model, "Open P&L");
        QCOMPARE(model.row(row)->cells.at(static_cast<std::size_t>(column)).ageSeconds, std::optional(14));
        QVERIFY(model.index(row, column).data(Qt::ToolTipRole).toString().contains(QStringLiteral("14 second")));
        auto closed = book();
        closed->session = market::Session::Closed;
        screen.setView(closed);
        QVERIFY(!model.row(row)->cells.at(static_cast<std::size_t>(column)).ageSeconds);
        QCOMPARE(model.row(row)->cells.at(static_cast<std::size_t>(column)).freshness, desk::Freshness::Closed);
    }

    void theAgeOfAStaleCellIsPaintedWhereThereIsRoom() {
        GridModel model({{QStringLiteral("A"), {}, 120}});
        GridView grid(&model);
        grid.setFitColumns(false);
        grid.resize(200, 120);
        const auto painted = [&](std::optional<int> age) {
            GridRow row{QStringLiteral("r"), {{QStringLiteral("1.00"), 1.0, Tone::Plain, desk::Freshness::Stale}}};
            row.cells[0].ageSeconds = age;
            model.setRows({row});
            return grid.grab().toImage();
        };
        const QImage without = painted({}), with = painted(14), later = painted(21);
        QVERIFY(without != with);
        QVERIFY(with != later);
    }

    void theBreakersShowTheLongestStall() {
        FakePort port;
        BreakersScreen screen(port);
        screen.setView(viewWithRequest(approval::Tier::T1));
        auto* grid = gridNamed(screen, QStringLiteral("Breakers"));
        auto& model = *static_cast<GridModel*>(grid->model());
        const auto row = [&] { return model.find(QStringLiteral("ui-stall")).value(); };
        const auto text = [&](const char* title) { return model.index(row(), columnOf(model, title)).data().toString(); };
        QCOMPARE(text("Now"), format::dash()); // not measured is not 0
        screen.setLongestStall(480);
        QVERIFY(text("Now").contains(QStringLiteral("480 ms")));
        QCOMPARE(text("% used"), QStringLiteral("24%"));
        QCOMPARE(text("What it does"), QStringLiteral("nothing: shown for you to judge")); // no word of plans
        QCOMPARE(text("State"), QStringLiteral("shown only"));
        screen.setLongestStall(2100);
        QVERIFY(text("State").contains(QStringLiteral("over 2 s")));
    }

    void theStripTellsOfALongerStall() {
        FakePort port;
        StatusStrip strip(port);
        QSignalSpy told(&strip, &StatusStrip::longestStallChanged);
        strip.ticked(900); // the first one is the window's own making
        QCOMPARE(told.size(), 0);
        strip.ticked(120);
        strip.ticked(80);
        QCOMPARE(told.size(), 1);
        strip.ticked(340);
        QCOMPARE(told.back().front().toInt(), 340);
    }

    void theWindowWithItsFrameFitsTheDesktop() {
        const QMargins frame(1, 32, 1, 1);
        const QRect small(0, 0, 1366, 728), wanted(0, 0, 1440, 860);
        const QRect in = fittedInto(small, wanted, frame);
        QVERIFY(small.contains(in.marginsAdded(frame)));
        QVERIFY(in.height() >= 688 && in.width() >= 1360); // what every screen is made for
        const QRect large(1920, 40, 2560, 1400);           // a second one, its bar above
        QCOMPARE(fittedInto(large, QRect(100, 100, 1440, 860), frame).size(), QSize(1440, 860));
        QVERIFY(large.contains(fittedInto(large, QRect(100, 100, 1440, 860), frame).marginsAdded(frame)));
        QVERIFY(large.contains(fittedInto(large, QRect(4400, 1300, 1440, 860), frame).marginsAdded(frame)));
        QCOMPARE(fittedInto({}, wanted, frame), wanted); // nothing known of the screen
    }

    void aNoticeOfAnotherDayHasItsDate() {
        FakePort port;
        BreakersScreen screen(port);
        AlarmBanner banner;
        auto view = viewWithRequest(approval::Tier::T1);
        view->state = desk::RunState::Halted;
        view->notices = {{view->at.utc - std::chrono::minutes(5), desk::NoticeView::Level::Log, "of today"},
                         {view->at.utc - std::chrono::hours(24 * 3), desk::NoticeView::Level::Critical, "of Friday"}};
        screen.setView(view);
        banner.setView(view);
        const QTableView* notices = nullptr;
        for (auto* grid : screen.findChildren<QTableView*>())
            if (grid->accessibleName() == QLatin1String("Notices")) notices = grid;
        QCOMPARE(notices->model()->index(0, 0).data().toString(), QStringLiteral("10:55:00"));
        QCOMPARE(notices->model()->index(1, 0).data().toString(), QStringLiteral("20 Nov 26 11:00"));
        QVERIFY2(banner.text().contains(QLatin1String("20 Nov 26 11:00")), qPrintable(banner.text()));
    }
};

QTEST_MAIN(TablesTest)
#include "tst_ui_tables.moc"
