#include <QApplication>
#include <QChart>
#include <QLabel>
#include <QScrollBar>
#include <QTest>
#include <QValueAxis>

#include "fake_port.h"
#include "ui/approval/prompt_form.h"
#include "ui/charts/chart_view.h"
#include "ui/models/grid_view.h"
#include "ui/screens/table_screens.h"
#include "ui/shell/main_window.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

/// What must be seen whole on the smallest desktop, at both densities, and what is told where it cannot be.
class FitTest : public QObject {
    Q_OBJECT

    static void useDensity(Density density) {
        Look look;
        look.density = density;
        applyLook(*static_cast<QApplication*>(QApplication::instance()), look);
    }
    static void densities() {
        QTest::addColumn<int>("density");
        QTest::newRow("compact") << static_cast<int>(Density::Compact);
        QTest::newRow("comfortable") << static_cast<int>(Density::Comfortable);
    }
    static desk::PositionView position(const char* id, const char* underlying, double sold, double bought) {
        desk::PositionView p;
        p.position.id = PositionId(id);
        p.position.underlying = underlying;
        p.position.kind = portfolio::StrategyKind::BearCallSpread;
        p.position.quantity = 12;
        p.position.openNet = Price::fromMicros(1'080'000);
        for (const auto& [strike, ratio] : {std::pair(sold, -1), std::pair(bought, 1)}) {
            desk::LegView leg;
            leg.contract =
                market::OptionContract::make(underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Call);
            leg.quantity = ratio * 12;
            p.position.legs.push_back({leg.contract, ratio});
            p.legs.push_back(leg);
        }
        p.exit.pnlFraction = -0.24;
        p.exit.targetFraction = 0.5;
        p.exit.stopFraction = 1.25;
        p.maxLoss = Usd::fromMicros(913'000'000);
        return p;
    }
    static bool isCut(const GridView& grid, int row, int column) {
        const auto index = grid.model()->index(row, column);
        const bool strong = index.data(GridModel::StrongRole).toBool();
        return QFontMetrics(numberFont(strong)).horizontalAdvance(index.data().toString()) > grid.columnWidth(column) - 12;
    }

private Q_SLOTS:
    void cleanup() { useDensity(Density::Compact); }

    void thePromptKeepsThePayoffAndWholeWordsOnTheSmallestDesktop_data() { densities(); }
    void thePromptKeepsThePayoffAndWholeWordsOnTheSmallestDesktop() {
        QFETCH(int, density);
        useDensity(static_cast<Density>(density));
        auto view = viewWithRequest(approval::Tier::T2, 4, 5);
        auto& a = view->approvals.front();
        std::string words;
        while (words.size() < 900) words += "the premium is worth 17.63 dollars on average and ";
        a.caseFor = a.caseAgainst = words;
        a.unanswered = {words, words, words};
        for (int i = 0; i < 6; ++i)
            a.request.events.push_back({std::chrono::year{2026} / 12 / (4 + i), market::EventKind::Cpi, {}, "Consumer prices, 08:30 New York time"});
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 688);
        window.show();
        window.setView(view);
        window.openApproval(QStringLiteral("A-17"));
        QCoreApplication::processEvents();
        auto* form = window.prompt()->findChild<PromptForm*>();
        auto* chart = form->findChild<PayoffChart*>();
        QVERIFY2(chart->height() >= 160, qPrintable(QString::number(chart->height())));
        QVERIFY(form->rect().contains(QRect(chart->mapTo(form, QPoint()), chart->size())));
        for (auto* label : form->findChildren<QLabel*>()) {
            if (!label->isVisible() || label->text().isEmpty()) continue;
            QVERIFY2(!label->wordWrap() || label->heightForWidth(label->width()) <= label->height(), qPrintable(label->text()));
            if (label->text().endsWith(QChar(0x2026))) // half a number is another number
                QVERIFY2(words.find(label->text().chopped(2).section(QLatin1Char(' '), -1).toStdString() + " ") != std::string::npos,
                         qPrintable(label->text()));
        }
        for (auto* button : window.prompt()->findChildren<QPushButton*>())
            if (button->isVisible()) QVERIFY(window.prompt()->rect().contains(QRect(button->mapTo(window.prompt(), QPoint()), button->size())));
    }

    void everyValueOfALowChartHasItsLabel_data() { densities(); }
    void everyValueOfALowChartHasItsLabel() {
        QFETCH(int, density);
        useDensity(static_cast<Density>(density));
        const auto view = viewWithRequest(approval::Tier::T1);
        const auto& order = view->approvals.front().request.order;
        PayoffChart chart;
        chart.useAsThumbnail();
        chart.resize(380, 160);
        chart.show({order.legs, order.netLimit, order.quantity, 480, 0, {}});
        chart.setVisible(true);
        const auto apart = [&] {
            QCoreApplication::processEvents();
            const auto* y = static_cast<QValueAxis*>(chart.chart()->axes(Qt::Vertical).front());
            return y->tickInterval() / (y->max() - y->min()) * chart.chart()->plotArea().height();
        };
        const int line = QFontMetrics(numberFont()).height();
        QVERIFY2(apart() >= line, qPrintable(QString::number(apart())));
        chart.resize(380, 400);
        const double roomy = apart();
        QVERIFY(roomy >= line && roomy < 120); // and no fewer where there is room
        chart.resize(380, 160);
        QVERIFY(apart() >= line);
    }

    void namesAndExitsArePositionsFirstAt1366() {
        for (const auto density : {Density::Compact, Density::Comfortable}) {
            useDensity(density);
            FakePort port;
            PositionsScreen screen(port);
            auto view = viewWithRequest(approval::Tier::T1);
            view->positions = {position("P-1", "QQQ", 780, 790), position("P-2", "SPY", 810, 820)};
            screen.setView(view);
            screen.resize(1022, 600); // what 1366 leaves it
            screen.show();
            GridView* grid = nullptr;
            for (auto* g : screen.findChildren<GridView*>())
                if (g->accessibleName() == QLatin1String("Positions")) grid = g;
            QVERIFY(grid && grid->horizontalScrollBar()->maximum() == 0);
            for (int r = 0; r < grid->model()->rowCount(); ++r)
                for (int c = 0; c < grid->model()->columnCount(); ++c)
                    if (!grid->isColumnHidden(c))
                        QVERIFY2(!isCut(*grid, r, c),
                                 qPrintable(QStringLiteral("%1 in %2").arg(grid->model()->index(r, c).data().toString()).arg(grid->columnWidth(c))));
        }
    }

    void whatIsCutIsToldWhole() {
        GridModel model({{QStringLiteral("Structure"), {}, 90, kLeft}, {QStringLiteral("Exit"), QStringLiteral("target and stop"), 90, kLeft}});
        const QString text = QStringLiteral("SELL SPX 24-Dec-26 8130/8140 call spread");
        model.setRows(
            {{QStringLiteral("a"), {{text}, {text}}, false, false, {}}, {QStringLiteral("b"), {{QStringLiteral("short")}, {}}, false, false, {}}});
        GridView grid(&model);
        grid.resize(200, 200);
        grid.show();
        QVERIFY(isCut(grid, 0, 0));
        QCOMPARE(grid.tooltipAt(model.index(0, 0)), text);
        QCOMPARE(grid.tooltipAt(model.index(0, 1)), text + QStringLiteral("\ntarget and stop"));
        QCOMPARE(grid.tooltipAt(model.index(1, 0)), QString());
        grid.resize(900, 200);
        QCOMPARE(grid.tooltipAt(model.index(0, 1)), QStringLiteral("target and stop"));
    }
};

QTEST_MAIN(FitTest)
#include "tst_ui_fit.moc"
