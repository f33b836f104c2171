#include <QAbstractItemModelTester>
#include <QAbstractScrollArea>
#include <QApplication>
#include <QTest>

#include "risk_desk.h"
#include "ui/screens/attribution_screen.h"
#include "ui/screens/breaker_map_screen.h"
#include "ui/screens/risk_words.h"
#include "ui/screens/scenario_screen.h"
#include "ui/theme/format.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

class RiskTablesTest : public QObject {
    Q_OBJECT
    FakePort m_port;

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theBreakerMapComparesTheBookWithWhatIsPending() {
        Desk desk;
        desk.pendingUnits = 20;
        BreakerMapScreen screen(m_port);
        const auto risk = desk.risk();
        screen.setView(desk.view());
        screen.setRisk(risk);
        auto* asIs = named<HeatMap>(screen, "Breaker map of the book as it is");
        auto* with = named<HeatMap>(screen, "Breaker map with what is pending");
        QVERIFY(!risk->changed.empty());
        int marked = 0, changed = 0;
        for (int r = 0; r < with->rowCount(); ++r)
            for (int c = 0; c < with->columnCount(); ++c) {
                QVERIFY(!asIs->cell(r, c).marked);
                marked += with->cell(r, c).marked;
            }
        for (const auto i : risk->changed) changed += risk->asIs.grid.cells[i].horizon == 0;
        QCOMPARE(marked, changed);
        screen.show();
        QTest::keyClick(asIs, Qt::Key_Up);
        QTest::keyClick(asIs, Qt::Key_Left);
        QCOMPARE(with->cursorRow(), asIs->cursorRow());
        QCOMPARE(with->cursorColumn(), asIs->cursorColumn());
        const auto* limits = modelOf(named<GridView>(screen, "Limits in the chosen cell"));
        QCOMPARE(limits->rowCount(), static_cast<int>(risk::kMapStops));
        QVERIFY(textOf(screen).contains(QLatin1String("SELL 20 SPX 18-Sep-26 4900/4800 put spread")));
    }

    void withoutAnythingPendingTheSecondMapSaysSo() {
        Desk desk;
        BreakerMapScreen screen(m_port);
        screen.setRisk(desk.risk());
        QVERIFY(named<HeatMap>(screen, "Breaker map with what is pending")->emptyText().startsWith(QLatin1String("Nothing is pending")));
    }

    void attributionShowsBothMethodsAndEAndPSwitchTheTable() {
        Desk desk;
        AttributionScreen screen(m_port);
        (void)desk.risk(); // the first look
        desk.chain.centre = desk.chain.spot;
        desk.chain.spot = 4500;
        desk.chain.vol = 0.45;
        desk.chain.time += std::chrono::minutes(5);
        const auto risk = desk.risk();
        screen.setView(desk.view());
        screen.setRisk(risk);
        const auto& book = risk->attribution.book;
        QVERIFY(book.explain.total.micros() < 0);
        auto* grid = named<GridView>(screen, "Profit and loss by underlying and position");
        const auto* rows = modelOf(grid);
        QCOMPARE(rows->rowCount(), 3); // book, underlying, position
        QCOMPARE(rows->index(0, 4).data(GridModel::SortRole).toDouble(), book.explain.vega.toDouble());
        QTest::keyClick(grid, Qt::Key_P);
        QCOMPARE(rows->index(0, 4).data(GridModel::SortRole).toDouble(), book.predict.vega.toDouble());
        QTest::keyClick(grid, Qt::Key_E);
        QCOMPARE(rows->index(0, 4).data(GridModel::SortRole).toDouble(), book.explain.vega.toDouble());
        const auto* parts = modelOf(named<GridView>(screen, "Parts of the profit or loss by both methods"));
        QCOMPARE(parts->rowCount(), 10);
        QCOMPARE(parts->index(0, AttributionScreen::PartExplain).data(GridModel::SortRole).toDouble(), book.explain.delta.toDouble());
        QCOMPARE(parts->index(0, AttributionScreen::PartPredict).data(GridModel::SortRole).toDouble(), book.predict.delta.toDouble());
        QVERIFY(textOf(screen).contains(QStringLiteral("since %1 ET").arg(format::timeNewYork(*risk->attribution.since))));
        QVERIFY(book.predict.flagged()); // a jump the Greeks of the start did not see
        QVERIFY(parts->index(8, AttributionScreen::PartPredict).data().toString().startsWith(QStringLiteral("▲")));
        QVERIFY(!parts->index(8, AttributionScreen::PartExplain).data().toString().startsWith(QStringLiteral("▲")));
    }

    void aPositionThatIsLeftOutHasDashesAndItsCause() {
        Desk desk;
        AttributionScreen screen(m_port);
        (void)desk.risk();
        desk.chain.lowest = 0.97; // its strikes are not quoted any more
        screen.setRisk(desk.risk());
        const auto* rows = modelOf(named<GridView>(screen, "Profit and loss by underlying and position"));
        QCOMPARE(rows->index(2, 11).data().toString(), format::dash());
        QVERIFY(rows->index(2, 0).data(Qt::ToolTipRole).toString().contains(QLatin1String("no two-sided quote")));
        QVERIFY2(textOf(screen).contains(QLatin1String("0 of 1 positions are in these sums")), qPrintable(textOf(screen)));
    }

    void everyModelKeepsItsPromisesWhileValuesChange() {
        Desk desk;
        ScenarioScreen scenario(m_port);
        BreakerMapScreen map(m_port);
        AttributionScreen attribution(m_port);
        const QList<Screen*> screens = {&scenario, &map, &attribution};
        for (auto* screen : screens)
            for (auto* model : screen->findChildren<GridModel*>())
                new QAbstractItemModelTester(model, QAbstractItemModelTester::FailureReportingMode::QtTest, model);
        for (int i = 0; i < 4; ++i) {
            desk.units = i == 2 ? 0 : 5 + i;
            desk.pendingUnits = i % 2;
            desk.cut = i == 3;
            const auto risk = desk.risk();
            for (auto* screen : screens) {
                screen->setView(desk.view());
                screen->setRisk(risk);
            }
        }
    }

    void everythingThatTakesFocusHasAnAccessibleName() {
        Desk desk;
        ScenarioScreen scenario(m_port);
        BreakerMapScreen map(m_port);
        AttributionScreen attribution(m_port);
        for (Screen* screen : std::initializer_list<Screen*>{&scenario, &map, &attribution}) {
            screen->setRisk(desk.risk());
            for (auto* child : screen->findChildren<QWidget*>())
                if ((child->focusPolicy() & Qt::TabFocus) && child->parentWidget() && !qobject_cast<QAbstractScrollArea*>(child->parentWidget()))
                    QVERIFY2(!child->accessibleName().isEmpty(), child->metaObject()->className());
            QVERIFY(!screen->keys().isEmpty());
        }
    }

    void aStopIsWrittenShortEnoughForItsCell() {
        risk::MapCell cell;
        QCOMPARE(riskwords::stop(cell), QString(QChar(0x00B7)));
        cell.first = risk::MapStop::PortfolioRisk;
        cell.at = 0.994;
        QCOMPARE(riskwords::stop(cell), QStringLiteral("PR 99%"));
        cell.at = 1; // in the cell itself
        QCOMPARE(riskwords::stop(cell), QStringLiteral("PR"));
    }
};

QTEST_MAIN(RiskTablesTest)
#include "tst_ui_risk_tables.moc"
