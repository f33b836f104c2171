#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "fake_port.h"
#include "ui/models/grid_view.h"
#include "ui/screens/assignment_row.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

/// A position is closed by X and Enter, and only the one whose price was read.
class ClosingTest : public QObject {
    Q_OBJECT

    static desk::PositionView position(const char* id, const char* underlying, double maxLoss) {
        desk::PositionView p;
        p.position.id = PositionId(id);
        p.position.underlying = underlying;
        p.position.kind = portfolio::StrategyKind::BullPutSpread;
        p.position.quantity = 2;
        p.position.openNet = Price::fromMicros(340'000);
        for (const auto& [strike, ratio] : {std::pair(450.0, -1), std::pair(445.0, 1)}) {
            desk::LegView leg;
            leg.contract =
                market::OptionContract::make(underlying, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put);
            leg.quantity = ratio * 2;
            p.position.legs.push_back({leg.contract, ratio});
            p.close.order.legs.push_back({leg.contract, -ratio});
            p.legs.push_back(leg);
        }
        p.maxLoss = Usd::fromDouble(maxLoss).value();
        p.close.order.underlying = underlying;
        p.close.order.kind = p.position.kind;
        p.close.order.quantity = 2;
        p.close.order.netLimit = Price::fromMicros(-180'000);
        p.close.realised = Usd::fromMicros(32'000'000);
        p.close.fees = Usd::fromMicros(4'000'000);
        p.close.refusedBecause.clear();
        return p;
    }
    struct Shown {
        FakePort port;
        PositionsScreen screen{port};
        std::shared_ptr<desk::DeskView> view = viewWithRequest(approval::Tier::T1);
        QTableView* grid = nullptr;
        Shown() {
            view->positions = {position("P-1", "SPY", 900), position("P-2", "SPY", 700), position("P-3", "QQQ", 500)};
            for (auto* table : screen.findChildren<QTableView*>())
                if (table->accessibleName() == QLatin1String("Positions")) grid = table;
            screen.setView(view);
            screen.show();
        }
        void goTo(const QString& key) {
            for (int r = 0; r < grid->model()->rowCount(); ++r)
                if (grid->model()->index(r, 0).data(GridModel::KeyRole).toString() == key) grid->setCurrentIndex(grid->model()->index(r, 0));
        }
        QString at() const { return grid->currentIndex().data(GridModel::KeyRole).toString(); }
        /// The next view, without the position `gone`.
        void without(const char* gone) {
            view = std::make_shared<desk::DeskView>(*view);
            std::erase_if(view->positions, [&](const desk::PositionView& p) { return p.position.id == PositionId(gone); });
            screen.setView(view);
        }
        QString said() const {
            QStringList all;
            for (auto* label : screen.findChildren<QLabel*>())
                if (label->isVisibleTo(&screen)) all << label->text();
            return all.join(QLatin1Char('\n'));
        }
        bool says(const char* words) const { return said().contains(QString::fromUtf8(words)); }
        std::vector<desk::ClosePosition> closes() const { return port.all<desk::ClosePosition>(); }
    };

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void xSaysThePriceAndEnterSendsIt() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QVERIFY(s.closes().empty());
        for (const auto* part : {"CLOSE P-1", "BUY 2 SPY 31-Dec-26 450/445 put spread", "0.18 db", "+$32.00 before fees of $4.00, +$28.00 after"})
            QVERIFY2(s.says(part), qPrintable(s.said()));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QCOMPARE(s.closes().size(), std::size_t{1});
        QCOMPARE(s.closes().front().id, PositionId("P-1"));
        QVERIFY(s.says("Asked to close P-1 for 0.18 db") && !s.says("Enter sends it"));
        QTest::keyClick(s.grid, Qt::Key_Return); // one Enter, one order
        QCOMPARE(s.closes().size(), std::size_t{1});
    }

    void enterOnWhatWasAssignedGoesToItsButtonAndClosesNothing() {
        Shown s;
        s.view = std::make_shared<desk::DeskView>(*s.view);
        s.view->assignments = {{"AS-7", "assignment", "SPY", "SPY 31-Dec-26 470 P", -2, Usd::fromMicros(-240'000'000), s.view->at.utc}};
        s.screen.setView(s.view);
        s.screen.activateWindow();
        QTRY_VERIFY(s.screen.isActiveWindow());
        auto* button = s.screen.findChild<AssignmentRow*>()->findChild<QPushButton*>();
        QVERIFY(button->isVisible());
        for (const auto* row : {"of/SPY", "P-1"}) {
            s.grid->setFocus();
            s.goTo(QString::fromLatin1(row));
            QTest::keyClick(s.grid, Qt::Key_Return);
            QVERIFY2(button->hasFocus(), row);
        }
        s.grid->setFocus();
        for (const auto* row : {"of/QQQ", "P-3"}) { // nothing was assigned there
            s.goTo(QString::fromLatin1(row));
            QTest::keyClick(s.grid, Qt::Key_Return);
            QVERIFY2(!button->hasFocus(), row);
        }
        QVERIFY(s.closes().empty());
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X); // a close that was asked for is still what Enter means
        QTest::keyClick(s.grid, Qt::Key_Return);
        QCOMPARE(s.closes().size(), std::size_t{1});
    }

    void theColumnOfTheExitsIsExplainedWhereItIsRead() {
        Shown s;
        QVERIFY2(s.says("open P&L now, then target / stop, in per cent of the credit received"), qPrintable(s.said()));
        auto* model = s.grid->model();
        for (int c = 0; c < model->columnCount(); ++c)
            if (model->headerData(c, Qt::Horizontal).toString() == QLatin1String("Exit")) {
                QVERIFY(model->headerData(c, Qt::Horizontal, Qt::ToolTipRole).toString().contains(QLatin1String("21 days to expiry")));
                s.goTo(QStringLiteral("P-1"));
                const QString tip = model->index(s.grid->currentIndex().row(), c).data(Qt::ToolTipRole).toString();
                for (const char* part : {"of the credit received", "the target", "the stop", "left"})
                    QVERIFY2(tip.contains(QLatin1String(part)), qPrintable(tip));
            }
    }

    void theFigureFollowsTheQuotesUntilItGoes() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        s.view = std::make_shared<desk::DeskView>(*s.view);
        s.view->positions[0].close.order.netLimit = Price::fromMicros(-210'000);
        s.view->positions[0].close.realised = Usd::fromMicros(26'000'000);
        s.screen.setView(s.view);
        QVERIFY2(s.says("0.21 db") && s.says("+$26.00") && !s.says("0.18 db"), qPrintable(s.said()));
    }

    void nothingButEnterCloses() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        for (const auto key : {Qt::Key_X, Qt::Key_X, Qt::Key_Escape, Qt::Key_Return}) QTest::keyClick(s.grid, key); // X twice, left, Enter alone
        QVERIFY(s.closes().empty() && !s.says("Enter sends it"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QTest::keyClick(s.grid, Qt::Key_Down); // another key leaves it
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QKeyEvent held(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, {}, true);
        QCoreApplication::sendEvent(s.grid, &held);
        QVERIFY(s.closes().empty());
        QTest::keyClick(s.grid, Qt::Key_X, Qt::ControlModifier);
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
    }

    void enterClosesThePositionThatWasReadWhereverTheCursorIs() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        s.goTo(QStringLiteral("P-2")); // by the pointer: no key, the line still says P-1
        QVERIFY(s.says("CLOSE P-1"));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QCOMPARE(s.closes().size(), std::size_t{1});
        QCOMPARE(s.closes().front().id, PositionId("P-1"));
    }

    void whatWasArmedAndIsGoneClosesNothing() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        s.without("P-1");
        QVERIFY(!s.says("Enter sends it"));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
    }

    void afterTheFillTheCursorIsOnNoOtherPosition() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        s.without("P-1");
        QCOMPARE(s.at(), QStringLiteral("of/SPY")); // what it belonged to
        QTest::keyClick(s.grid, Qt::Key_X);
        QVERIFY2(s.says("put the cursor on it"), qPrintable(s.said()));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
        s.goTo(QStringLiteral("P-3"));
        s.without("P-3"); // the last one of its underlying
        QVERIFY2(!s.grid->currentIndex().isValid(), qPrintable(s.at()));
        s.goTo(QStringLiteral("P-2"));
        s.grid->setCurrentIndex(s.grid->model()->index(s.grid->currentIndex().row() + 1, 0)); // a leg of it
        s.without("P-2");
        QVERIFY2(!s.grid->currentIndex().isValid(), qPrintable(s.at()));
    }

    void whatCannotBeClosedSaysWhyAndSendsNothing() {
        Shown s;
        s.view->positions[0].close.refusedBecause = "no fresh two-sided quotes";
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
        QVERIFY2(s.says("P-1 cannot be closed now: no fresh two-sided quotes"), qPrintable(s.said()));
        s.view = std::make_shared<desk::DeskView>(*s.view);
        for (const auto& user : s.view->users)
            if (!approval::mayClose(user)) s.view->user = user;
        s.screen.setView(s.view);
        QTest::keyClick(s.grid, Qt::Key_X);
        QVERIFY(s.says("may not close positions"));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
    }

    void theDesksAnswerStandsOnTheScreen() {
        Shown s;
        s.goTo(QStringLiteral("P-1"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QTest::keyClick(s.grid, Qt::Key_Return);
        s.view = std::make_shared<desk::DeskView>(*s.view);
        s.view->notices = {{s.view->at.utc, desk::NoticeView::Level::Critical, "Not closed, refused by the gate: duplicate (P-1)"}};
        s.screen.setView(s.view);
        QVERIFY2(s.says("refused by the gate: duplicate"), qPrintable(s.said()));
    }

    void whatWasClosedTodayStandsBelowWithItsDay() {
        Shown s;
        s.view = std::make_shared<desk::DeskView>(*s.view);
        auto closed = s.view->positions[2].position;
        auto unknown = s.view->positions[1].position;
        s.view->positions.clear();
        closed.quantity = unknown.quantity = 0;
        s.view->closedToday = {closed, unknown};
        s.view->closedDayPnl[closed.id] = Usd::fromMicros(52'000'000);
        s.view->dayPnlParts = {Usd{}, Usd::fromMicros(52'000'000), Usd{}};
        s.screen.setView(s.view);
        const auto& rows = *s.grid->model();
        const auto cell = [&](const QString& key, const char* column, int role = Qt::DisplayRole) {
            for (int r = 0; r < rows.rowCount(); ++r)
                for (int c = 0; c < rows.columnCount(); ++c)
                    if (rows.index(r, 0).data(GridModel::KeyRole).toString() == key &&
                        rows.headerData(c, Qt::Horizontal).toString() == QLatin1String(column))
                        return rows.index(r, c).data(role).toString();
            return QStringLiteral("no such cell");
        };
        QCOMPARE(cell(QStringLiteral("closed/P-3"), "Day P&L"), QStringLiteral("+$52.00"));
        QVERIFY(cell(QStringLiteral("closed/P-3"), "Position").contains(QLatin1String("QQQ 31-Dec-26 450/445")));
        QCOMPARE(cell(QStringLiteral("closed/P-2"), "Day P&L"), QStringLiteral("—"));
        QVERIFY(!cell(QStringLiteral("closed/P-2"), "Day P&L", Qt::ToolTipRole).isEmpty());
        QVERIFY(cell(QStringLiteral("book"), "Position").contains(QLatin1String("no open positions. Reconciled")));
        s.goTo(QStringLiteral("closed/P-3"));
        QTest::keyClick(s.grid, Qt::Key_X);
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.closes().empty());
    }
};

QTEST_MAIN(ClosingTest)
#include "tst_ui_closing.moc"
