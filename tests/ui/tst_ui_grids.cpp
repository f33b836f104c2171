#include <QAbstractItemModelTester>
#include <QApplication>
#include <QElapsedTimer>
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
        if (!feed->advance(market::fromNewYork(config.date, 11, 0), {}))
            return {};
        return pricing::priceChain(*feed->chain("SPY"), {});
    }
    static GridRow row(const QString& key, const QString& text) { return {key, {{text, 1}, {text, 2}}, false, false, {}}; }

private Q_SLOTS:
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
        const int rows = grid->model()->rowCount(), bid = 9; // of the calls
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
                QVERIFY2(!text.contains(QLatin1String("nan")) && !text.contains(QLatin1String("inf")) && text != QLatin1String("-0"), qPrintable(text));
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
        draft.legs = {{market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, Price::fromMicros(123'450'000), market::Right::Put), -1}};
        builder.setDraft(draft);
        QVERIFY(builder.blockedBecause().contains(QLatin1String("123.45")));
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

    void theJournalLineIsParsed() {
        const auto q = JournalScreen::parse(QStringLiteral("sym:SPY actor:user kind:order id:A-1 put spread"));
        QCOMPARE(q.actor, std::string("user"));
        QCOMPARE(q.type, std::string("order"));
        QCOMPARE(q.correlation, std::string("A-1"));
        QCOMPARE(q.text, std::string("SPY put spread"));
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
