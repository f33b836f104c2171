#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "book_scene.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"
#include "ui/screens/chain_screen.h"
#include "ui/screens/volatility_screen.h"
#include "ui/shell/layers.h"
#include "ui/shell/main_window.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

/// The book on screen, and what surrounds it: positions, totals and chain as a first-time user meets them.
class BookTest : public QObject {
    Q_OBJECT

    static ChainPtr chain() {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        if (!feed->advance(market::fromNewYork(config.date, 11, 0), {})) return {};
        return pricing::priceChain(*feed->chain("SPY"), {});
    }
    /// The row at the money of the chain stands in the middle third of what is seen.
    static bool centred(const QTableView& grid, double spot) {
        for (int r = 0; r < grid.model()->rowCount(); ++r) {
            const double strike = grid.model()->index(r, grid.model()->columnCount() / 2).data(GridModel::SortRole).toDouble();
            if (std::abs(strike - spot) <= 0.75) {
                const int y = grid.rowViewportPosition(r), height = grid.viewport()->height();
                return y > height / 3 && y < height * 2 / 3;
            }
        }
        return false;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theBookIsATreeWithTheLargestRiskFirst() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        const auto& rows = *gridNamed(screen, QStringLiteral("Positions"))->model();
        QCOMPARE(rows.rowCount(), 1 + 2 + 2 + 4 + 2);
        const QStringList first = {cell(rows, 1, "Position"), cell(rows, 5, "Position")};
        QCOMPARE(first.at(0).trimmed(), QStringLiteral("QQQ"));
        QCOMPARE(first.at(1).trimmed(), QStringLiteral("SPY"));
        QCOMPARE(cell(rows, 2, "BP"), QStringLiteral("$2,100"));
        QCOMPARE(cell(rows, 2, "Gamma"), QStringLiteral("\u22121.25"));
        QCOMPARE(cell(rows, 2, "Day P&L"), QStringLiteral("\u2212$12.00"));
        QCOMPARE(cell(rows, 3, "IV"), QStringLiteral("18.0%"));
    }

    void theDaysRowsAddUpToTheBooks() {
        FakePort port;
        PositionsScreen screen(port);
        auto view = book();
        screen.setView(view);
        const auto& rows = *gridNamed(screen, QStringLiteral("Positions"))->model();
        const auto day = [&](const QString& name) {
            for (int r = 0; r < rows.rowCount(); ++r)
                if (cell(rows, r, "Position").trimmed().startsWith(name)) return cell(rows, r, "Day P&L", GridModel::SortRole).toDouble();
            return std::nan("");
        };
        const double structures = (day(QStringLiteral("QQQ")) + day(QStringLiteral("SPY"))) * 1e6; // the groups are in dollars
        QCOMPARE(structures + day(QStringLiteral("Closed or settled today")) + day(QStringLiteral("Fees paid today")), day(QStringLiteral("Book")));
        QCOMPARE(cell(rows, rows.rowCount() - 1, "Position"), QStringLiteral("Fees paid today"));
        QCOMPARE(cell(rows, rows.rowCount() - 1, "Day P&L"), QStringLiteral("\u2212$7.50"));
        QVERIFY(cell(rows, 0, "Day P&L", Qt::ToolTipRole).contains(QStringLiteral("after fees")));
        view = book();
        view->dayPnlParts.held.reset(); // the day of a held one is unknown
        view->dayPnlParts.rest.reset();
        screen.setView(view);
        QCOMPARE(cell(rows, rows.rowCount() - 2, "Day P&L"), QStringLiteral("\u2014"));
    }

    void sharesOfDifferentUnderlyingsAreNotAdded() {
        FakePort port;
        PositionsScreen screen(port);
        auto view = book();
        screen.setView(view);
        const auto& rows = *gridNamed(screen, QStringLiteral("Positions"))->model();
        QCOMPARE(cell(rows, 0, "Delta"), QStringLiteral("\u2014"));
        QCOMPARE(cell(rows, 0, "β delta"), QStringLiteral("\u22129.2"));
        QCOMPARE(cell(rows, 1, "Delta"), QStringLiteral("\u221220.0")); // one underlying: they do add
        QVERIFY(!labelWith(screen, QStringLiteral("QQQ 1.20 (r² 0.86, 252 days to 20 Nov 26)")).isEmpty());

        view = book();
        view->betaWeights.byUnderlying["QQQ"].r2 = 0.2;
        weigh(*view);
        screen.setView(view);
        QCOMPARE(cell(rows, 0, "β delta"), QStringLiteral("\u2248\u22129.2"));
        QVERIFY(cell(rows, 0, "β delta", Qt::ToolTipRole).contains(QStringLiteral("weak")));

        view = book();
        view->betaWeights.byUnderlying.clear(); // no history says it
        view->positions[1] = position("P-2", "QQQ", -20, 400, 1'900, view->betaWeights);
        weigh(*view);
        screen.setView(view);
        QCOMPARE(cell(rows, 0, "β delta"), QStringLiteral("+10.0"));
        QVERIFY(cell(rows, 0, "β delta", Qt::ToolTipRole).contains(QLatin1String("1 of 2 positions included")));
        QCOMPARE(cell(rows, 1, "β delta"), QStringLiteral("\u2014"));
        QVERIFY(!labelWith(screen, QStringLiteral("1 of 2 positions included")).isEmpty());
        QVERIFY(!labelWith(screen, QStringLiteral("QQQ unknown")).isEmpty());
    }

    void totalsStandAboveWithLimitsAndWhatIsUsed() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        const auto& totals = *gridNamed(screen, QStringLiteral("Totals and limits of the book"))->model();
        QCOMPARE(totals.rowCount(), 3);
        QCOMPARE(cell(totals, 0, "Day P&L"), QStringLiteral("\u2212$782"));
        QCOMPARE(cell(totals, 1, "Day P&L"), QStringLiteral("\u2212$2,000"));
        QCOMPARE(cell(totals, 0, "Delta $"), QStringLiteral("\u2212$3,000"));
        QCOMPARE(cell(totals, 1, "Delta $"), QStringLiteral("$30,725")); // 30 % of 102,418
        QCOMPARE(cell(totals, 2, "Delta $"), QStringLiteral("10%"));
        QCOMPARE(cell(totals, 2, "Max loss"), QStringLiteral("50%"));
    }

    void whatMattersIsSeenAtTheSmallestWidthAndTheRestIsInAMenu() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        screen.resize(1022, 640); // what 1366 leaves it
        screen.show();
        auto* grid = static_cast<GridView*>(gridNamed(screen, QStringLiteral("Positions")));
        QStringList seen, all;
        for (int c = 0; c < grid->model()->columnCount(); ++c) {
            all << grid->model()->headerData(c, Qt::Horizontal).toString();
            if (!grid->isColumnHidden(c)) seen << all.back();
        }
        for (const auto* name :
             {"Position", "Qty", "DTE", "Mark", "Day P&L", "Open P&L", "Delta", "β delta", "Theta", "Vega", "Max loss", "Exit", "Age"})
            QVERIFY2(seen.contains(QString::fromUtf8(name)), name);
        QVERIFY(!seen.contains(QStringLiteral("Owner")));
        QCOMPARE(grid->horizontalScrollBar()->maximum(), 0);
        grid->setColumnChosen(static_cast<int>(all.indexOf(QStringLiteral("Owner"))), true);
        QVERIFY(!grid->isColumnHidden(static_cast<int>(all.indexOf(QStringLiteral("Owner")))));
        grid->resetColumns();
        screen.resize(1500, 900);
        QCoreApplication::processEvents();
        for (int c = 0; c < grid->model()->columnCount(); ++c) QVERIFY2(!grid->isColumnHidden(c), qPrintable(all.at(c)));
        QCOMPARE(all.size(), 19);
    }

    void rollSaysThatThereIsNoneAndWGoesToTheScenario() {
        FakePort port;
        PositionsScreen screen(port);
        screen.setView(book());
        screen.show();
        auto* grid = gridNamed(screen, QStringLiteral("Positions"));
        grid->setCurrentIndex(grid->model()->index(2, 0));
        QTest::keyClick(grid, Qt::Key_L);
        QVERIFY(!labelWith(screen, QStringLiteral("Rolling is not in this version")).isEmpty());
        QVERIFY(port.sent.empty());
        QTest::keyClick(grid, Qt::Key_Down);
        QVERIFY(labelWith(screen, QStringLiteral("Rolling is not")).isEmpty());
        QSignalSpy wanted(&screen, &Screen::screenRequested);
        QTest::keyClick(grid, Qt::Key_W);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.front().front().toString(), QStringLiteral("scenario"));
    }

    void theChainOpensAtTheMoneyHoweverItCameThere() {
        FakePort port;
        ChainScreen screen(port);
        const ChainPtr c = chain();
        screen.setChain(c); // before anybody sees it
        screen.resize(1300, 700);
        screen.show();
        auto* grid = screen.findChild<QTableView*>();
        QTRY_VERIFY(centred(*grid, c->spot));
        const int atm = grid->currentIndex().row();
        QVERIFY(std::abs(grid->model()->index(atm, grid->model()->columnCount() / 2).data(GridModel::SortRole).toDouble() - c->spot) <= 0.75);
        const auto* tabs = screen.findChild<QTabBar*>();
        QVERIFY(std::abs(c->expiries[static_cast<std::size_t>(tabs->currentIndex())].years * 365 - 38) <= 4);

        ChainScreen focused(port); // with the keys before the first chain, where Qt makes the first row the current one
        focused.resize(1300, 700);
        focused.show();
        auto* other = focused.findChild<QTableView*>();
        other->setFocus();
        focused.setChain(c);
        QTRY_VERIFY(centred(*other, c->spot));
        QCOMPARE(other->currentIndex().row(), atm);
    }

    void stagedLegsDoNotPushTheHeadApart() {
        FakePort port;
        ChainScreen screen(port);
        screen.resize(990, 640);
        screen.setChain(chain());
        screen.show();
        auto* grid = screen.findChild<QTableView*>();
        const int least = screen.minimumSizeHint().width();
        for (int i = 0; i < 4; ++i) {
            grid->setCurrentIndex(grid->model()->index(grid->model()->rowCount() / 2 + i, grid->model()->columnCount() - 3));
            QTest::keyClick(grid, Qt::Key_S);
        }
        QVERIFY(!labelWith(screen, QStringLiteral("Staged: ")).isEmpty());
        QVERIFY(screen.minimumSizeHint().width() <= std::max(least, 990));
        QList<QRect> areas;
        for (auto* label : screen.findChildren<QLabel*>())
            if (label->isVisible()) areas << label->geometry();
        areas << grid->geometry();
        for (int a = 0; a < areas.size(); ++a)
            for (int b = a + 1; b < areas.size(); ++b) QVERIFY(!areas.at(a).intersects(areas.at(b)));
    }

    void theSurfaceHasANeutralScaleAndTheSmileItsName() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.resize(1200, 700);
        screen.show();
        const ChainPtr c = chain();
        screen.setChain(c);
        QCOMPARE(screen.findChild<HeatMap*>()->scale(), HeatMap::Scale::Level);
        QCOMPARE(HeatMap::levelStepOf(0.1, 0.1, 0.4), 0);
        QCOMPARE(HeatMap::levelStepOf(0.4, 0.1, 0.4), 6);
        QStringList headings;
        for (auto* view : screen.findChildren<ThemedChart*>()) headings << view->heading();
        QVERIFY2(headings.join('|').contains(QLatin1String("SPY")) && headings.join('|').contains(QLatin1String("31 Dec 26")),
                 qPrintable(headings.join('|')));
    }

    void theKeysFitTheWindow() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 768);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.showScreen(QStringLiteral("positions"));
        QTest::keyClick(&window, Qt::Key_F1);
        auto* keys = window.findChild<KeysLayer*>();
        QVERIFY(keys);
        QVERIFY2(keys->height() <= 768 && keys->width() <= 1366, qPrintable(QStringLiteral("%1 x %2").arg(keys->width()).arg(keys->height())));
        for (auto* bar : keys->findChildren<QScrollBar*>()) // nothing to scroll where there is room
            QCOMPARE(bar->maximum(), 0);
        QTest::keyClick(keys, Qt::Key_PageDown); // scrolls, closes nothing
        QVERIFY(keys->isVisible());
        QTest::keyClick(keys, Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<KeysLayer*>());
    }

    void theJournalsKeyGoesToItsQueryLine() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.setView(book());
        window.showScreen(QStringLiteral("chain"));
        QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window.currentScreen(), QStringLiteral("journal"));
        QCOMPARE(qobject_cast<QLineEdit*>(window.focusWidget())->accessibleName(), QStringLiteral("Journal query"));
    }

    void whatIsDerivedIsAsOldAsItsOldestLeg() {
        FakePort port;
        PositionsScreen screen(port);
        auto view = book();
        view->positions[1].oldestAgeSeconds = 45; // QQQ; the other is fresh
        screen.setView(view);
        const auto fresh = [](const QAbstractItemModel& model, int row, const QString& column) {
            return static_cast<desk::Freshness>(cell(model, row, column, GridModel::FreshnessRole).toInt());
        };
        const auto& totals = *gridNamed(screen, QStringLiteral("Totals and limits of the book"))->model();
        const auto& rows = *gridNamed(screen, QStringLiteral("Positions"))->model(); // the book, QQQ with 3 rows, SPY
        for (const auto* column : {"Day P&L", "Open P&L", "β delta", "Theta"}) {
            QVERIFY2(fresh(totals, 0, column) == desk::Freshness::Dead, column);
            QVERIFY2(fresh(rows, 0, column) == desk::Freshness::Dead, column);
            QVERIFY2(fresh(rows, 1, column) == desk::Freshness::Dead, column);
            QVERIFY2(fresh(rows, 5, column) == desk::Freshness::Fresh, column);
        }
        QCOMPARE(fresh(totals, 0, QStringLiteral("Delta $")), desk::Freshness::Dead);
        QCOMPARE(fresh(totals, 2, QStringLiteral("Delta $")), desk::Freshness::Dead);
        QCOMPARE(fresh(totals, 1, QStringLiteral("Day P&L")), desk::Freshness::Fresh); // the limit is of the session's start
        QCOMPARE(cell(rows, 0, QStringLiteral("Age")), QStringLiteral("45s"));
        view = book();
        view->positions[1].oldestAgeSeconds.reset(); // a leg has no quote
        screen.setView(view);
        QCOMPARE(fresh(totals, 0, QStringLiteral("Open P&L")), desk::Freshness::Unknown);
    }

    void theFactsOverADeadChainSayTheirAge() {
        FakePort port;
        ChainScreen screen(port);
        auto view = book();
        const auto c = chain();
        QVERIFY(c);
        view->at.utc = c->chain->time;
        screen.setView(view);
        screen.setChain(c);
        QVERIFY(labelWith(screen, QStringLiteral("ATM IV")).startsWith(QLatin1String("SPY")));
        auto later = std::make_shared<desk::DeskView>(*view);
        later->at.utc += std::chrono::seconds(47);
        screen.setView(later);
        const QString facts = labelWith(screen, QStringLiteral("ATM IV"));
        QVERIFY2(facts.startsWith(QStringLiteral("▲ 47s old:")), qPrintable(facts));
    }
};

QTEST_MAIN(BookTest)
#include "tst_ui_book.moc"
