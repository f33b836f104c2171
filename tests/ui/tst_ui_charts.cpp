#include <QApplication>
#include <QSignalSpy>
#include <QTest>

#include "ui/charts/chart_view.h"
#include "ui/charts/heat_map.h"
#include "ui/models/grid_view.h"
#include "ui/theme/theme.h"

using namespace mahler::ui;

class ChartsTest : public QObject {
    Q_OBJECT

    static void fill(HeatMap& map) {
        std::vector<HeatCell> cells;
        for (int i = 0; i < 6; ++i) cells.push_back({QString::number(i), i, i != 4});
        map.setCells(QStringLiteral("spot \\ vol"), {QStringLiteral("-5%"), QStringLiteral("+5%")},
                     {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}, cells);
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void stepsGoFromLossToGainWithTheMiddleNeutral() {
        QCOMPARE(HeatMap::stepOf(-100, -100, 0, 50), 0);
        QCOMPARE(HeatMap::stepOf(-1000, -100, 0, 50), 0);
        QCOMPARE(HeatMap::stepOf(0, -100, 0, 50), 3);
        QCOMPARE(HeatMap::stepOf(50, -100, 0, 50), 6);
        QCOMPARE(HeatMap::stepOf(10, 10, 10, 10), 3);
        QCOMPARE(HeatMap::stepOf(std::nan(""), -1, 0, 1), 3);
    }

    void theCursorWalksByArrowsSpeaksItsCellAndEnterChoosesIt() {
        HeatMap map;
        map.resize(600, 200);
        fill(map);
        map.show();
        QSignalSpy chosen(&map, &HeatMap::chosen);
        QTest::keyClick(&map, Qt::Key_Right);
        QTest::keyClick(&map, Qt::Key_Down);
        QTest::keyClick(&map, Qt::Key_Left);
        QTest::keyClick(&map, Qt::Key_Left); // stays at the edge
        QTest::keyClick(&map, Qt::Key_Right);
        QVERIFY(map.accessibleDescription().contains(QLatin1String("+5%, b: 4")));
        QTest::keyClick(&map, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.front().at(0).toInt(), 1);
        QCOMPARE(chosen.front().at(1).toInt(), 1);
    }

    void cellsThatDoNotFitTheHeadsAreNotShown() {
        HeatMap map;
        fill(map);
        map.setCells(QString(), {QStringLiteral("r")}, {QStringLiteral("c")}, {});
        QTest::keyClick(&map, Qt::Key_Right);
        QVERIFY(map.accessibleDescription().contains(QLatin1String("-5%, b")));
    }

    void everyPointOfAChartIsInItsTable() {
        ThemedChart chart(QStringLiteral("days"), QStringLiteral("volatility, %"));
        auto* line = chart.addLine(QStringLiteral("ATM"), Token::Accent);
        line->replace(QList<QPointF>{{7, 20.5}, {30, 18.25}});
        chart.addLine({}, Token::Dim)->replace(QList<QPointF>{{0, 0}}); // a helper line without a name
        chart.show();
        QTest::keyClick(&chart, Qt::Key_T);
        auto* grid = chart.findChild<GridView*>();
        QVERIFY(grid);
        QCOMPARE(grid->model()->rowCount(), 2);
        QCOMPARE(grid->model()->index(1, 2).data().toString(), QStringLiteral("18.2500"));
    }

    void anotherThemeRecoloursWhatIsDrawnAlready() {
        ThemedChart chart(QStringLiteral("x"), QStringLiteral("y"));
        auto* line = chart.addLine(QStringLiteral("a"), Token::Gain);
        auto* dots = chart.addDots(QStringLiteral("b"), Token::Loss);
        const QColor before = line->pen().color();
        auto& app = *static_cast<QApplication*>(QApplication::instance());
        applyTheme(app, ThemeKind::Light);
        QCoreApplication::processEvents();
        QCOMPARE(line->pen().color(), color(Token::Gain));
        QVERIFY(line->pen().color() != before);
        QCOMPARE(dots->color(), color(Token::Loss));
        QCOMPARE(chart.chart()->backgroundBrush().color(), color(Token::Panel));
        applyTheme(app, ThemeKind::Dark);
    }

    void axisLabelsSayWhatTheirTicksAre() {
        ThemedChart chart(QStringLiteral("x"), QStringLiteral("y"));
        chart.setRange(0, 15, 10, 24); // a step of 2.5
        for (auto* axis : chart.chart()->axes()) {
            const auto* value = qobject_cast<QValueAxis*>(axis);
            const double step = value->tickInterval();
            const QString written = QString::asprintf(qPrintable(value->labelFormat()), step);
            QVERIFY2(std::abs(written.toDouble() - step) < 1e-9, qPrintable(written));
        }
    }
};

QTEST_MAIN(ChartsTest)
#include "tst_ui_charts.moc"
