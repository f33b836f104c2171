#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDialog>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>
#include <QTest>

#include "risk_desk.h"
#include "ui/screens/attribution_screen.h"
#include "ui/screens/breaker_map_screen.h"
#include "ui/screens/risk_words.h"
#include "ui/screens/scenario_screen.h"
#include "ui/shell/layers.h"
#include "ui/shell/main_window.h"
#include "ui/theme/format.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

class RiskTest : public QObject {
    Q_OBJECT
    FakePort m_port;

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theMapHasVolatilityRisingSpotAcrossAndTheWorstCellBoxed() {
        Desk desk;
        ScenarioScreen screen(m_port);
        screen.resize(1020, 620);
        const auto risk = desk.risk();
        screen.setView(desk.view());
        screen.setRisk(risk);
        const auto* map = named<HeatMap>(screen, "Scenario map: spot across, volatility down");
        QVERIFY(map);
        const auto& grid = risk->asIs.grid;
        QCOMPARE(map->rowCount(), static_cast<int>(grid.volMoves.size()));
        QCOMPARE(map->columnCount(), static_cast<int>(grid.spotMoves.size()));
        int boxed = 0;
        for (int r = 0; r < map->rowCount(); ++r)
            for (int c = 0; c < map->columnCount(); ++c) {
                const auto& cell = grid.cells[grid.index(0, grid.volMoves.size() - 1 - static_cast<std::size_t>(r), static_cast<std::size_t>(c))];
                QCOMPARE(map->cell(r, c).text, riskwords::dollars(cell.pnlUsd));
                QVERIFY(map->cell(r, c).step <= 3 || cell.pnlUsd > 0);
                boxed += map->cell(r, c).boxed;
            }
        QCOMPARE(boxed, 1);
        QVERIFY(map->cell(0, 0).corner.size() > 0); // 15 % lower: a daily loss limit of 2 % is long gone
        QCOMPARE(map->cell(map->originRow(), map->originColumn()).text, QStringLiteral("0.00"));
        screen.show(); // lays it out
        QVERIFY2(map->clippedTexts().isEmpty(), qPrintable(map->clippedTexts().join(QLatin1Char(' '))));
    }

    void dTurnsTheDayMTheMetricAndPAddsWhatIsPending() {
        Desk desk;
        desk.pendingUnits = 20;
        ScenarioScreen screen(m_port);
        const auto risk = desk.risk();
        screen.setView(desk.view());
        screen.setRisk(risk);
        screen.show();
        auto* map = screen.findChild<HeatMap*>();
        const auto text = [&](const desk::RiskCase& shown, std::size_t horizon) {
            return riskwords::dollars(shown.grid.cells[shown.grid.index(horizon, shown.grid.volMoves.size() - 1, 0)].pnlUsd);
        };
        QCOMPARE(map->cell(0, 0).text, text(risk->asIs, 0));
        QTest::keyClick(map, Qt::Key_D);
        QCOMPARE(map->cell(0, 0).text, text(risk->asIs, 1));
        QTest::keyClick(map, Qt::Key_P);
        QCOMPARE(map->cell(0, 0).text, text(*risk->withPending, 1));
        QVERIFY(map->cell(0, 0).text != text(risk->asIs, 1));
        QVERIFY(map->isWhatIf());
        QTest::keyClick(map, Qt::Key_M);
        QVERIFY2(map->cell(0, 0).text.endsWith(QLatin1Char('%')), qPrintable(map->cell(0, 0).text));
        QTest::keyClick(named<GridView>(screen, "Named shocks"), Qt::Key_M); // in the tables too
        QVERIFY2(map->cell(0, 0).text.startsWith(QLatin1String("B")) || map->cell(0, 0).text.startsWith(QChar(0x0394)),
                 qPrintable(map->cell(0, 0).text));
        QVERIFY(map->cell(0, 0).corner.isEmpty());
        for (int i = 0; i < 3; ++i) QTest::keyClick(map, Qt::Key_D);
        QTest::keyClick(map, Qt::Key_M);
        QTest::keyClick(map, Qt::Key_P);
        QCOMPARE(map->cell(0, 0).text, text(risk->asIs, 0)); // all the way round
        QVERIFY(!map->isWhatIf());
    }

    void theBookIsStatedInBenchmarkSharesAndTheChoicesStayWhole() {
        Desk desk;
        FakePort port;
        ScenarioScreen screen(port);
        screen.resize(800, 600); // narrower than any window leaves it
        screen.show();
        const auto view = desk.view();
        view->betaWeights.benchmarkSpot = 600;
        view->betaWeights.byUnderlying["SPX"] = {0.5, 0.3, 252, {}};
        screen.setView(view);
        const auto risk = desk.board.make({view, {desk.chain.priced()}, {}, {}});
        screen.setRisk(risk);
        const auto& beta = risk->asIs.beta;
        QCOMPARE(beta.included, 2);
        QVERIFY(beta.weak && *beta.delta > 0);
        double dollars = 0;
        for (const auto& leg : risk->asIs.book.legs) dollars += leg.unit.delta * leg.units() * leg.spot;
        QVERIFY(std::abs(*beta.delta - dollars * 0.5 / 600) < 1e-9);
        QString words;
        for (auto* label : screen.findChildren<QLabel*>())
            if (label->text().startsWith(QString::fromUtf8("β-SPY delta"))) words = label->text();
        QVERIFY2(words.contains(QLatin1String(" weak ")), qPrintable(words));
        for (auto* tabs : screen.findChildren<QTabBar*>())
            for (int i = 0; i < tabs->count(); ++i) QVERIFY2(tabs->tabRect(i).right() <= tabs->width(), qPrintable(tabs->tabText(i)));
    }

    void escComesBackFromTheLegsAndTShowsTheTableFromAnywhere() {
        Desk desk;
        FakePort port;
        ScenarioScreen screen(port);
        screen.resize(1000, 640);
        screen.show();
        screen.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&screen));
        const auto view = desk.view();
        screen.setView(view);
        screen.setRisk(desk.board.make({view, {desk.chain.priced()}, {}, {}}));
        auto* map = screen.findChild<HeatMap*>();
        map->setFocus();
        QTest::keyClick(map, Qt::Key_Return);
        QVERIFY(!map->hasFocus());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(map->hasFocus());
        QTest::keyClick(map, Qt::Key_Return);
        auto* legs = QApplication::focusWidget();
        QTest::keyClick(legs, Qt::Key_T);
        QTest::keyClick(legs, Qt::Key_T); // one table, however often it is asked for
        const auto tables = [&] { return screen.findChildren<QDialog*>(); };
        QCOMPARE(tables().size(), 1);
        QTest::keyClick(tables().front(), Qt::Key_Escape);
        QTRY_COMPARE(tables().size(), 0);
        QVERIFY(screen.isVisible());
    }

    void pDoesNothingWhenNothingIsPending() {
        Desk desk;
        ScenarioScreen screen(m_port);
        screen.setRisk(desk.risk());
        auto* box = screen.findChild<QCheckBox*>();
        QTest::keyClick(screen.findChild<HeatMap*>(), Qt::Key_P);
        QVERIFY(!box->isChecked());
        QVERIFY(!box->isEnabled());
        QCOMPARE(box->text(), QStringLiteral("Nothing pending"));
    }

    void enterGoesToTheLegsWhoseSumIsTheCell() {
        Desk desk;
        ScenarioScreen screen(m_port);
        const auto risk = desk.risk();
        screen.setRisk(risk);
        screen.show();
        screen.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&screen));
        auto* map = screen.findChild<HeatMap*>();
        auto* legs = named<GridView>(screen, "Legs in the chosen cell");
        map->setFocus();
        for (int i = 0; i < 4; ++i) QTest::keyClick(map, Qt::Key_Left);
        QTest::keyClick(map, Qt::Key_Return);
        QVERIFY(legs->hasFocus());
        const auto* model = modelOf(legs);
        QCOMPARE(model->rowCount(), 2);
        double sum = 0;
        for (int r = 0; r < 2; ++r) sum += model->index(r, 2).data(GridModel::SortRole).toDouble();
        const auto& grid = risk->asIs.grid;
        const auto vol = grid.volMoves.size() - 1 - static_cast<std::size_t>(map->cursorRow());
        QVERIFY(std::abs(sum - grid.cells[grid.index(0, vol, static_cast<std::size_t>(map->cursorColumn()))].pnlUsd) < 1e-6);
        QVERIFY(model->index(0, 2).data(GridModel::SortRole).toDouble() <
                model->index(1, 2).data(GridModel::SortRole).toDouble()); // the biggest loss first
    }

    void valueAtRiskHasBothMethodsThreeLevelsAndItsComponents() {
        Desk desk;
        desk.historyDays = 400;
        ScenarioScreen screen(m_port);
        const auto risk = desk.risk();
        screen.setRisk(risk);
        const auto* var = modelOf(named<GridView>(screen, "Value at risk"));
        QCOMPARE(var->rowCount(), 6);
        QCOMPARE(var->index(1, 2).data().toString(), riskwords::dollars(risk->asIs.historical.levels[1].varUsd, false));
        QCOMPARE(var->index(2, 1).data().toString(), QStringLiteral("99.5%"));
        QCOMPARE(var->index(0, 4).data().toString(), QStringLiteral("N/A")); // 399 moves: no backtest, and it says why
        QVERIFY(textOf(screen).contains(QLatin1String("Exceptions N/A: 399 days of history, a backtest needs 750")));
        QVERIFY(var->index(4, 4).data().toString().contains(QLatin1String(" of 2.5")));
        const QString expected = var->index(4, 4).data(Qt::ToolTipRole).toString();
        QVERIFY2(expected.endsWith(QLatin1String("2.5 expected in 250 days")), qPrintable(expected));
        const auto* components = modelOf(named<GridView>(screen, "Component value at risk"));
        QCOMPARE(components->rowCount(), 1);
        QCOMPARE(components->index(0, 3).data().toString(), QStringLiteral("100%"));
    }

    void withoutHistoryValueAtRiskIsNotAvailableAndSaysWhy() {
        Desk desk;
        ScenarioScreen screen(m_port);
        screen.setRisk(desk.risk());
        const auto* grid = named<GridView>(screen, "Value at risk");
        const auto* var = modelOf(grid);
        QCOMPARE(var->rowCount(), 2);
        QCOMPARE(var->index(0, 2).data().toString(), QStringLiteral("N/A"));
        QVERIFY2(textOf(screen).contains(QLatin1String("N/A: no daily bars of SPX")), qPrintable(textOf(screen)));
        QVERIFY(named<GridView>(screen, "Component value at risk")->emptyText().startsWith(QLatin1String("N/A: ")));
    }

    void aBookWithoutPositionsSaysSo() {
        Desk desk;
        desk.units = 0;
        ScenarioScreen scenario(m_port);
        scenario.setRisk(desk.risk());
        QCOMPARE(scenario.findChild<HeatMap*>()->rowCount(), 0);
        QVERIFY(scenario.findChild<HeatMap*>()->emptyText().contains(QLatin1String("No positions")));
        BreakerMapScreen map(m_port);
        map.setRisk(desk.risk());
        QVERIFY(named<HeatMap>(map, "Breaker map of the book as it is")->emptyText().contains(QLatin1String("No positions")));
        AttributionScreen attribution(m_port);
        attribution.setRisk(desk.risk());
        QVERIFY(
            named<GridView>(attribution, "Profit and loss by underlying and position")->emptyText().startsWith(QLatin1String("Needs one snapshot")));
    }

    void legsWithoutAPriceAreNamedAboveTheMap() {
        Desk desk;
        desk.cut = true;
        ScenarioScreen screen(m_port);
        screen.setRisk(desk.risk());
        QVERIFY2(textOf(screen).contains(QLatin1String("0 of 2 legs priced; every number here leaves the others out. SPX: the feed is cut")),
                 qPrintable(textOf(screen)));
        QCOMPARE(screen.findChild<HeatMap*>()->emptyText(), QStringLiteral("No leg has a price."));
    }

    void aCutFeedKeepsItsLastNumbersAndIsNamed() {
        Desk desk;
        ScenarioScreen screen(m_port);
        (void)desk.risk();
        desk.cut = true;
        screen.setRisk(desk.risk());
        QVERIFY(screen.findChild<HeatMap*>()->rowCount() > 0);
        QVERIFY2(textOf(screen).contains(QLatin1String("SPX stands on its last quotes: the feed is cut.")), qPrintable(textOf(screen)));
    }

    void numbersThatFellBehindAreHatchedAndSaySo() {
        Desk desk;
        ScenarioScreen screen(m_port);
        auto view = desk.view();
        screen.setView(view);
        screen.setRisk(desk.risk());
        QVERIFY(!screen.findChild<HeatMap*>()->isStale());
        auto later = std::make_shared<desk::DeskView>(*view);
        later->at.utc += std::chrono::seconds(31);
        screen.setView(later);
        QVERIFY(screen.findChild<HeatMap*>()->isStale());
        QVERIFY(textOf(screen).contains(QLatin1String("STALE")));
        later = std::make_shared<desk::DeskView>(*later);
        later->speed = 60; // half a second of a person's time
        screen.setView(later);
        QVERIFY(!screen.findChild<HeatMap*>()->isStale());
    }

    void aClosedMarketIsClosedNotStale() {
        Desk desk;
        auto risk = std::make_shared<desk::RiskView>(*desk.risk());
        risk->session = market::Session::AfterClose;
        const auto view = desk.view();
        view->at.utc += std::chrono::hours(5);
        QCOMPARE(riskwords::freshness(*risk, view.get()), desk::Freshness::Closed);
        QVERIFY(riskwords::asOf(*risk, view.get()).startsWith(QLatin1String("market closed, quotes of ")));
    }

    void riskIsAskedForWhileItsScreenIsInFront() {
        FakePort port;
        MainWindow window(port, {});
        QVERIFY(!port.risk.empty() && !port.risk.back());
        QAction* f7 = nullptr;
        for (auto* top : window.menuBar()->actions())
            for (auto* action : top->menu()->actions())
                if (action->shortcut() == QKeySequence(Qt::Key_F7)) f7 = action;
        QVERIFY(f7);
        f7->trigger();
        QCOMPARE(window.currentScreen(), QStringLiteral("scenario"));
        QVERIFY(port.risk.back());
        Desk desk;
        Q_EMIT port.riskReady(desk.risk());
        QVERIFY(window.screen(QStringLiteral("scenario"))->findChild<HeatMap*>()->rowCount() > 0);
        window.showScreen(QStringLiteral("breaker-map")); // shows what is known at once
        QVERIFY(port.risk.back());
        QVERIFY(window.screen(QStringLiteral("breaker-map"))->findChild<HeatMap*>()->rowCount() > 0);
        window.showScreen(QStringLiteral("orders"));
        QVERIFY(!port.risk.back());
    }

    void aMenusTextIsReadWithoutItsMarks() {
        QCOMPARE(withoutMnemonic(QStringLiteral("P&&L attribution")), QStringLiteral("P&L attribution"));
        QCOMPARE(withoutMnemonic(QStringLiteral("&Desk")), QStringLiteral("Desk"));
    }
};

QTEST_MAIN(RiskTest)
#include "tst_ui_risk.moc"
