#include <QAbstractItemModelTester>
#include <QApplication>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "simulation/simulated_market.h"
#include "ui/screens/builder_screen.h"
#include "ui/screens/chain_screen.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class GridsTest : public QObject {
    Q_OBJECT

    static ChainPtr chain() {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        if (!feed->advance(market::fromNewYork(config.date, 11, 0), {})) return {};
        return pricing::priceChain(*feed->chain("SPY"), {});
    }
    static GridRow row(const QString& key, const QString& text) { return {key, {{text, 1}, {text, 2}}, false, false, {}}; }

    static QString keysOf(const GridModel& model) {
        QStringList keys;
        for (int r = 0; r < model.rowCount(); ++r) keys << model.row(r)->key;
        return keys.join(QLatin1Char(' '));
    }

    static GridView* legsOf(const BuilderScreen& builder) {
        for (auto* grid : builder.findChildren<GridView*>())
            if (grid->accessibleName() == QStringLiteral("Legs")) return grid;
        return nullptr;
    }

private Q_SLOTS:
    void noKeyActsOnAHiddenRow() {
        GridModel model({{QStringLiteral("Name"), {}, 100, Qt::AlignLeft}});
        GridView view(&model);
        std::vector<GridRow> rows;
        for (const char* name : {"SPY", "QQQ"}) rows.push_back({QLatin1String(name), {{QLatin1String(name), {}}}, false, false, {}});
        model.setRows(rows);
        view.setCurrentIndex(model.index(0, 0));
        QVERIFY(view.currentRow() && view.currentRow()->key == QLatin1String("SPY"));
        QCOMPARE(view.setFilter(QStringLiteral("QQQ")), 1);
        QVERIFY(!view.currentRow());
    }

    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theModelIsSoundWhileRowsComeGoAndChange() {
        GridModel model({{QStringLiteral("a"), {}}, {QStringLiteral("b"), {}}});
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row("1", "x"), row("2", "y")});
        model.setRows({row("3", "z"), row("1", "x"), row("2", "y")});
        model.setRows({row("3", "z"), row("1", "changed"), row("2", "y")});
        model.setRows({row("9", "new")});
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void onlyWhatChangedIsSignalled() {
        GridModel model({{QStringLiteral("a"), {}}, {QStringLiteral("b"), {}}});
        model.setRows({row("1", "x"), row("2", "y")});
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged), reset(&model, &QAbstractItemModel::modelReset);
        model.setRows({row("1", "x"), row("2", "y")});
        QCOMPARE(changed.size(), 0);
        auto second = row("2", "y");
        second.cells[1].text = QStringLiteral("q");
        model.setRows({row("1", "x"), second});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.front().at(0).toModelIndex(), model.index(1, 1));
        QCOMPARE(reset.size(), 0);
    }

    void rowsAreOrderedByTheirRawValuesAndTheUnknownStandsLast() {
        GridModel model({{QStringLiteral("name"), {}, 90, kLeft}, {QStringLiteral("value"), {}}});
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto valued = [](const QString& key, QVariant value) {
            return GridRow{key, {{key, {}}, {value.isValid() ? value.toString() : format::dash(), value}}, false, false, {}};
        };
        model.setRows({valued("nine", 9), valued("none", {}), valued("hundred", 100), valued("twenty", 20)});
        model.sort(1, Qt::DescendingOrder);
        QCOMPARE(keysOf(model), QStringLiteral("hundred twenty nine none"));
        model.sort(1, Qt::AscendingOrder);
        QCOMPARE(keysOf(model), QStringLiteral("nine twenty hundred none"));
        model.setRows({valued("nine", 90), valued("none", {}), valued("hundred", 100), valued("twenty", 20), valued("fifty", 50)});
        QCOMPARE(keysOf(model), QStringLiteral("twenty fifty nine hundred none"));
        QVERIFY(model.headerData(1, Qt::Horizontal).toString().startsWith(QChar(0x2191)));
        QVERIFY(model.headerData(1, Qt::Horizontal, Qt::AccessibleTextRole).toString().contains(QStringLiteral("smallest first")));
        model.sort(-1);
        QCOMPARE(keysOf(model), QStringLiteral("nine none hundred twenty fifty"));
    }

    void aTreeKeepsItsBranchesAndPinsHold() {
        GridModel model({{QStringLiteral("name"), {}}, {QStringLiteral("value"), {}}});
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto node = [](const QString& key, int value, int level, int pin) {
            return GridRow{key, {{key, {}}, {QString::number(value), value}}, false, false, {}, level, pin};
        };
        model.setRows({node("total", 0, 0, -1), node("a", 1, 0, 0), node("a1", 5, 1, 0), node("a2", 7, 1, 0), node("b", 2, 0, 0), node("b1", 9, 1, 0),
                       node("doubt", -4, 0, -1)});
        model.sort(1, Qt::DescendingOrder);
        QCOMPARE(keysOf(model), QStringLiteral("total doubt b b1 a a2 a1"));
    }

    void theOrderStandsStillWhilePointerOrFocusIsInTheGrid() {
        GridModel model({{QStringLiteral("name"), {}, 90, kLeft}, {QStringLiteral("value"), {}}});
        QWidget window;
        GridView grid(&model, &window);
        auto* other = new QLineEdit(&window);
        grid.letSort();
        window.resize(400, 300);
        grid.resize(400, 250);
        window.show();
        other->setFocus();
        const auto valued = [](const QString& key, int value) {
            return GridRow{key, {{key, {}}, {QString::number(value), value}}, false, false, {}};
        };
        model.sort(1, Qt::DescendingOrder);
        model.setRows({valued("a", 3), valued("b", 2), valued("c", 1)});
        auto* hint = grid.findChild<QLabel*>(QStringLiteral("orderhint"));
        grid.setFocus();
        QTRY_VERIFY(grid.hasFocus());
        grid.setCurrentIndex(model.index(2, 0));
        model.setRows({valued("a", 3), valued("b", 2), valued("c", 9), valued("d", 5)});
        QCOMPARE(keysOf(model), QStringLiteral("a b c d"));
        QVERIFY(hint->isVisible());
        const QRect where(hint->mapTo(&grid, QPoint()), hint->size());
        QVERIFY(grid.rect().contains(where) && !where.intersects(grid.viewport()->geometry())); // over no row
        QVERIFY(hint->width() >= hint->sizeHint().width() && hint->height() >= hint->sizeHint().height());
        QTest::keyClick(&grid, Qt::Key_F5);
        QCOMPARE(keysOf(model), QStringLiteral("c d a b"));
        QCOMPARE(grid.currentRow()->key, QStringLiteral("c")); // the choice goes with its row
        QVERIFY(!hint->isVisible());
        QCOMPARE(grid.viewport()->geometry().bottom(), grid.rect().bottom() - grid.frameWidth());
        model.setRows({valued("a", 20), valued("b", 2), valued("c", 9), valued("d", 5)});
        QCOMPARE(keysOf(model), QStringLiteral("c d a b"));
        other->setFocus();
        QCOMPARE(keysOf(model), QStringLiteral("a c d b"));
        QEnterEvent in({5, 5}, {5, 5}, {5, 5});
        QCoreApplication::sendEvent(&grid, &in);
        model.setRows({valued("a", 0), valued("b", 2), valued("c", 9), valued("d", 5)});
        QCOMPARE(keysOf(model), QStringLiteral("a c d b"));
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&grid, &leave);
        QCOMPARE(keysOf(model), QStringLiteral("c d b a"));
    }

    void aColumnIsOrderedByItsHeadOrByKeyboard() {
        GridModel model({{QStringLiteral("name"), {}, 90, kLeft}, {QStringLiteral("value"), {}}});
        GridView grid(&model);
        grid.letSort();
        grid.resize(400, 250);
        grid.show();
        const auto valued = [](const QString& key, int value) {
            return GridRow{key, {{key, {}}, {QString::number(value), value}}, false, false, {}};
        };
        model.setRows({valued("a", 3), valued("c", 1), valued("b", 2)});
        auto* head = grid.horizontalHeader();
        const QPoint value(head->sectionViewportPosition(1) + 10, 8);
        QTest::mouseClick(head->viewport(), Qt::LeftButton, {}, value);
        QCOMPARE(keysOf(model), QStringLiteral("a b c"));
        QTest::mouseClick(head->viewport(), Qt::LeftButton, {}, value);
        QCOMPARE(keysOf(model), QStringLiteral("c b a"));
        QTest::mouseClick(head->viewport(), Qt::LeftButton, {}, value);
        QCOMPARE(keysOf(model), QStringLiteral("a c b")); // as it was given
        grid.setCurrentIndex(model.index(0, 0));
        QTest::keyClick(&grid, Qt::Key_F5, Qt::ShiftModifier);
        QCOMPARE(keysOf(model), QStringLiteral("a b c"));
    }

    void rowsThatComeAndGoDisturbNoOthers() {
        GridModel model({{QStringLiteral("a"), {}}, {QStringLiteral("b"), {}}});
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row("1", "x"), row("2", "y"), row("3", "z"), row("4", "w")});
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        const QPersistentModelIndex third = model.index(2, 0);
        model.setRows({row("9", "n"), row("4", "w"), row("3", "z"), row("8", "m"), row("1", "x")});
        QCOMPARE(keysOf(model), QStringLiteral("9 4 3 8 1"));
        QCOMPARE(third.row(), 2);
        QCOMPARE(reset.size(), 0);
    }

    void theAgeOfAValueIsPaintedAndSpoken() {
        GridModel model({{QStringLiteral("name"), {}, 90, kLeft}, {QStringLiteral("value"), {}, 120}});
        GridView grid(&model);
        grid.setFitColumns(false);
        grid.resize(300, 120);
        auto view = viewWithRequest(approval::Tier::T1);
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        spy.quote.time = view->at.utc;
        view->underlyings = {{spy, 0.5, 15}};
        model.setAgeWords(ageWords(*view));
        const auto show = [&](desk::Freshness f) {
            model.setRows({{"k", {{QStringLiteral("SPY"), {}}, {QStringLiteral("1.25"), 1.25, Tone::Plain, f}}, false, false, {}}});
            return grid.grab().toImage();
        };
        const QImage fresh = show(desk::Freshness::Fresh);
        const QImage aging = show(desk::Freshness::Aging);
        QVERIFY(aging != fresh); // the clock
        QVERIFY(model.index(0, 1).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("aging")));
        const QImage delayed = show(desk::Freshness::Delayed);
        bool brown = false;
        for (int x = 0; x < delayed.width(); ++x)
            for (int y = 0; y < delayed.height(); ++y) brown = brown || delayed.pixelColor(x, y) == color(Token::Delayed);
        QVERIFY(brown);
        QCOMPARE(model.ageWords().delayed, QStringLiteral("DLY 15m"));
        QVERIFY(model.index(0, 1).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("not tradable live")));
        view->session = market::Session::AfterClose;
        view->marksAsOf = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 16, 0);
        model.setAgeWords(ageWords(*view));
        show(desk::Freshness::Closed);
        QVERIFY(model.index(0, 1).data(Qt::ToolTipRole).toString().endsWith(QStringLiteral("as of 16:00 ET")));
    }

    void aDelayedSourceSaysSoUntilItsQuotesAreStale() {
        auto view = viewWithRequest(approval::Tier::T1);
        market::UnderlyingQuote ndx;
        ndx.symbol = "NDX";
        view->underlyings = {{ndx, 0.5, 15}};
        QCOMPARE(desk::freshnessOf(*view, "NDX", 0.5), desk::Freshness::Delayed);
        QCOMPARE(desk::freshnessOf(*view, "NDX", 14.0), desk::Freshness::Stale);
        QCOMPARE(desk::freshnessOf(*view, "SPY", 0.5), desk::Freshness::Fresh);
        view->session = market::Session::Closed;
        QCOMPARE(desk::freshnessOf(*view, "NDX", 0.5), desk::Freshness::Closed);
    }

    void rowsAreMadeWhenLookedAtAndStayInTheirPlaces() {
        GridModel model({{QStringLiteral("a"), {}}, {QStringLiteral("b"), {}}});
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        int made = 0;
        const auto maker = [&](const QString& text) {
            return [&made, text](int i) {
                ++made;
                return row(QString::number(i), text + QString::number(i));
            };
        };
        model.setRowMaker(5000, maker(QStringLiteral("x")), false);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged), reset(&model, &QAbstractItemModel::modelReset);
        made = 0;
        QCOMPARE(model.index(4321, 1).data().toString(), QStringLiteral("x4321"));
        QCOMPARE(model.index(4321, 0).data().toString(), QStringLiteral("x4321"));
        QCOMPARE(made, 1);
        model.setRowMaker(5000, maker(QStringLiteral("y")), true);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.front().at(0).toModelIndex(), model.index(0, 0));
        QCOMPARE(changed.front().at(1).toModelIndex(), model.index(4999, 1));
        QCOMPARE(model.index(4321, 1).data().toString(), QStringLiteral("y4321")); // nothing of before is shown again
        QCOMPARE(model.row(7)->key, QStringLiteral("7"));
        model.setRowMaker(3, maker(QStringLiteral("z")), true); // another number of rows is another table
        QCOMPARE(reset.size(), 1);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.find(QStringLiteral("2")), std::optional(2));
        model.setRows({row("1", "plain")});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("plain"));
        model.setRowMaker(0, maker(QStringLiteral("n")), false);
        QCOMPARE(model.rowCount(), 0);
    }

    void aNewChainMovesTheShownNumbersAndKeepsThePlace() {
        FakePort port;
        ChainScreen screen(port);
        screen.resize(1300, 700);
        screen.show();
        const ChainPtr first = chain();
        auto moved = std::make_shared<pricing::PricedChain>(*first);
        auto options = std::make_shared<market::OptionChain>(*first->chain);
        for (std::size_t r = 0; r < options->size(); ++r) {
            options->bid[r] += 1'000'000;
            options->ask[r] += 1'000'000;
        }
        moved->chain = options;
        screen.setChain(first);
        auto* grid = screen.findChild<QTableView*>();
        const int rows = grid->model()->rowCount(), bid = chaingrid::columnOf(chaingrid::kCall, chaingrid::kBid);
        const QModelIndex middle = grid->model()->index(rows / 2, bid);
        grid->setCurrentIndex(middle);
        const double before = middle.data(GridModel::SortRole).toDouble();
        QSignalSpy reset(grid->model(), &QAbstractItemModel::modelReset);
        screen.setChain(moved);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(grid->currentIndex(), middle);
        QCOMPARE(middle.data(GridModel::SortRole).toDouble(), before + 1);
    }

    void theChainShowsBothSidesAndUnknownIsADash() {
        FakePort port;
        ChainScreen screen(port);
        screen.resize(1300, 700);
        screen.show();
        auto view = viewWithRequest(approval::Tier::T1);
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        view->underlyings = {{spy, 0.5}};
        screen.setView(view);
        QCOMPARE(port.watched, std::string("SPY"));
        screen.setChain(chain());
        auto* grid = screen.findChild<QTableView*>();
        QVERIFY(grid->model()->rowCount() >= 60);
        for (int r = 0; r < grid->model()->rowCount(); ++r)
            for (int c = 0; c < grid->model()->columnCount(); ++c) {
                const QString text = grid->model()->index(r, c).data().toString();
                QVERIFY2(!text.contains(QLatin1String("nan")) && !text.contains(QLatin1String("inf")) && text != QLatin1String("-0"),
                         qPrintable(text));
            }
    }

    void keysStageLegsAndEnterOpensTheBuilder() {
        FakePort port;
        ChainScreen screen(port);
        screen.resize(1300, 700);
        screen.show();
        auto c = chain();
        screen.setChain(c);
        auto* grid = screen.findChild<QTableView*>();
        QSignalSpy opened(&screen, &Screen::builderRequested);
        const int putColumn = grid->model()->columnCount() - 3;
        const int middle = grid->model()->rowCount() / 2;
        grid->setCurrentIndex(grid->model()->index(middle, putColumn));
        QTest::keyClick(grid, Qt::Key_S);
        grid->setCurrentIndex(grid->model()->index(middle - 5, putColumn));
        QTest::keyClick(grid, Qt::Key_B);
        QTest::keyClick(grid, Qt::Key_Return);
        QCOMPARE(opened.size(), 1);
        const auto draft = opened.front().front().value<portfolio::ComboOrder>();
        QCOMPARE(draft.legs.size(), std::size_t{2});
        QCOMPARE(draft.kind, portfolio::StrategyKind::BullPutSpread);
    }

    void theBuilderBlocksAMissingQuoteAndNamesIt() {
        FakePort port;
        BuilderScreen builder(port);
        builder.setView(viewWithRequest(approval::Tier::T1));
        auto c = chain();
        builder.setChain(c);
        portfolio::ComboOrder draft;
        draft.underlying = "SPY";
        draft.legs = {
            {market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, Price::fromMicros(123'450'000), market::Right::Put), -1}};
        builder.setDraft(draft);
        QVERIFY(builder.blockedBecause().contains(QLatin1String("123.45")));
    }

    void theLimitStepsByTheTickOfItsClass() {
        FakePort port;
        BuilderScreen builder(port);
        builder.setView(viewWithRequest(approval::Tier::T1));
        const auto make = [&](const char* root, double limit) {
            portfolio::ComboOrder draft;
            draft.underlying = root;
            draft.legs = {{market::OptionContract::make(root, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(5000), market::Right::Put), 1}};
            draft.netLimit = *Price::fromDouble(limit);
            builder.setDraft(draft);
            return legsOf(builder);
        };
        const auto tick = market::classSpec("SPX").tick;
        QVERIFY(tick.atOrAbove > Price::fromMicros(10'000)); // a nickel class
        auto* grid = make("SPX", 4.00);
        QTest::keyClick(grid, Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(builder.draft().netLimit, Price::fromMicros(4'000'000) + tick.atOrAbove);
        QTest::keyClick(grid, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(builder.draft().netLimit, Price::fromMicros(4'000'000));
        make("SPY", 0.40);
        QTest::keyClick(grid, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(builder.draft().netLimit, Price::fromMicros(390'000));
    }

    void aTemplateIsAsWideAsItsUnderlyingIsLarge() {
        FakePort port;
        BuilderScreen builder(port);
        builder.setView(viewWithRequest(approval::Tier::T1));
        const auto spy = chain();
        builder.setChain(spy);
        for (auto* button : builder.findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Bull put spread")) button->click();
        QCOMPARE(builder.draft().legs.size(), std::size_t{2});
        const double width = (builder.draft().legs[0].contract.strike - builder.draft().legs[1].contract.strike).toDouble();
        QVERIFY2(width > 0 && std::abs(width / spy->spot - 0.01) < 0.004, qPrintable(QString::number(width)));
        bool told = false;
        for (auto* label : builder.findChildren<QLabel*>())
            told = told || (label->text().contains(QStringLiteral("credit / width")) && label->text().contains(QStringLiteral("Buying power")));
        QVERIFY(told);
    }

    void theBuilderShowsExpectationAndWalksDatesAndVolatility() {
        FakePort port;
        BuilderScreen builder(port);
        builder.setView(viewWithRequest(approval::Tier::T1));
        builder.setChain(chain());
        for (auto* button : builder.findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Bull put spread")) button->click();
        GridView *legs = legsOf(builder), *table = nullptr;
        for (auto* grid : builder.findChildren<GridView*>()) table = grid == legs ? table : grid;
        QVERIFY(legs && table);
        const auto said = [&](const QString& words) {
            for (auto* label : builder.findChildren<QLabel*>())
                if (label->text().contains(words)) return true;
            return false;
        };
        QVERIFY(said(QStringLiteral("EV at the limit, after costs")) && said(QStringLiteral("gamma")) && said(QStringLiteral("as it is")));
        const auto* model = table->model();
        QVERIFY(model->rowCount() >= 3);
        const int last = model->rowCount() - 1;
        QCOMPARE(model->index(0, 0).data().toString(), QStringLiteral("now"));
        QCOMPARE(model->index(last, 0).data().toString(), QStringLiteral("at expiry"));
        QVERIFY(model->index(0, 0).data(GridModel::MarkedRole).toBool());
        const QString before = model->index(0, 4).data().toString(), payoff = model->index(last, 4).data().toString();
        QVERIFY(!before.isEmpty() && before != format::dash());
        QTest::keyClick(legs, Qt::Key_D);
        QVERIFY(model->index(1, 0).data(GridModel::MarkedRole).toBool() && !model->index(0, 0).data(GridModel::MarkedRole).toBool());
        QTest::keyClick(table, Qt::Key_V);
        QVERIFY(said(QStringLiteral("+10%")));
        QVERIFY(model->index(0, 4).data().toString() != before);   // volatility moves the model value
        QCOMPARE(model->index(last, 4).data().toString(), payoff); // and no payoff
        for (int i = 0; i < last - 1; ++i) QTest::keyClick(legs, Qt::Key_D);
        QVERIFY(model->index(0, 0).data(GridModel::MarkedRole).toBool()); // after the last date before expiry: now
    }

    void anUnboundedLossCannotBeSent() {
        FakePort port;
        BuilderScreen builder(port);
        builder.setView(viewWithRequest(approval::Tier::T1));
        auto c = chain();
        builder.setChain(c);
        for (std::size_t r = 0; r < c->chain->size(); ++r)
            if (c->chain->right[r] == market::Right::Call && c->hasGreeks[r] && c->delta[r] > 0.2 && c->delta[r] < 0.3) {
                portfolio::ComboOrder draft;
                draft.underlying = "SPY";
                draft.legs = {{c->chain->contract(r), -1}};
                builder.setDraft(draft);
                break;
            }
        QVERIFY(builder.blockedBecause().contains(QLatin1String("unlimited")));
    }

    void numbersAreWrittenAsTradersReadThem() {
        QCOMPARE(format::number(-0.0001, 2), QStringLiteral("0.00"));
        QCOMPARE(format::signedNumber(1.5, 1), QStringLiteral("+1.5"));
        QCOMPARE(format::number(-1.5, 1), QStringLiteral("−1.5"));
        QCOMPARE(format::number(std::nan(""), 2), format::dash());
        QCOMPARE(format::money(Usd::fromMicros(4'380'000'000)), QStringLiteral("$4,380"));
        QCOMPARE(format::money(Usd::fromMicros(48'000'000)), QStringLiteral("$48.00"));
        QCOMPARE(format::net(Price::fromMicros(1'350'000)), QStringLiteral("1.35 cr"));
        QCOMPARE(format::net(Price::fromMicros(-850'000)), QStringLiteral("0.85 db"));
        QCOMPARE(format::percent(0.124), QStringLiteral("12.4%"));
        QCOMPARE(format::countdown(102), QStringLiteral("01:42"));
        QCOMPARE(format::price(std::nullopt), format::dash());
    }
};

QTEST_MAIN(GridsTest)
#include "tst_ui_grids.moc"
