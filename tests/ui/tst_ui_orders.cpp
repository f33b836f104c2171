#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include "fake_port.h"
#include "ui/screens/records_layer.h"
#include "ui/screens/table_screens.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

/// What a person can do to an order from its row, and what must not happen by accident.
class OrdersTest : public QObject {
    Q_OBJECT

    static desk::OrderView order(const char* id, execution::OrderState state) {
        desk::OrderView o;
        o.order.id = OrderId(id);
        o.order.state = state;
        o.order.combo.underlying = "SPY";
        o.order.combo.quantity = 2;
        o.order.combo.netLimit = Price::fromMicros(340'000);
        o.order.approvedBy = "ann";
        o.description = "SELL 2 SPY put spread";
        return o;
    }
    struct Shown {
        FakePort port;
        OrdersScreen screen{port};
        std::shared_ptr<desk::DeskView> view = viewWithRequest(approval::Tier::T1);
        QTableView* grid = nullptr;
        explicit Shown(std::vector<desk::OrderView> orders) {
            view->orders = std::move(orders);
            for (auto* table : screen.findChildren<QTableView*>())
                if (table->accessibleName() == QLatin1String("Orders")) grid = table;
            new QAbstractItemModelTester(grid->model(), QAbstractItemModelTester::FailureReportingMode::QtTest, grid);
            screen.setView(view);
            screen.setVisible(true);
            grid->setCurrentIndex(grid->model()->index(0, 0));
        }
        bool says(const char* words) const {
            for (auto* label : screen.findChildren<QLabel*>())
                if (label->isVisibleTo(&screen) && label->text().contains(QLatin1String(words))) return true;
            return false;
        }
    };

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void cCancelsAndCtrlCCopies() {
        Shown s({order("M-1", execution::OrderState::Working)});
        s.grid->setCurrentIndex(s.grid->model()->index(0, 1));
        QTest::keyClick(s.grid, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(s.port.sent.empty());
        QVERIFY(QApplication::clipboard()->text().contains(QLatin1String("SELL 2 SPY put spread")));
        QTest::keyClick(s.grid, Qt::Key_C, Qt::ShiftModifier);
        QVERIFY(s.port.sent.empty());
        QTest::keyClick(s.grid, Qt::Key_C);
        QCOMPARE(s.port.all<desk::CancelOrder>().size(), std::size_t{1});
        QCOMPARE(s.port.all<desk::CancelOrder>().front().id, OrderId("M-1"));
        QCOMPARE(s.port.all<desk::CancelOrder>().front().user, s.view->user.id);
    }

    void anUnknownOrderIsDeclaredAbsentOnlyByCTwice() {
        Shown s({order("M-1", execution::OrderState::Unknown), order("M-2", execution::OrderState::Working)});
        QTest::keyClick(s.grid, Qt::Key_C);
        QVERIFY(s.port.sent.empty());
        QVERIFY(s.says("Verify at the broker"));
        QTest::keyClick(s.grid, Qt::Key_J); // any other key leaves it
        QVERIFY(!s.says("Verify at the broker"));
        QTest::keyClick(s.grid, Qt::Key_C);
        QVERIFY(s.port.sent.empty());
        s.grid->setCurrentIndex(s.grid->model()->index(1, 0)); // armed on another row is not armed here
        QTest::keyClick(s.grid, Qt::Key_C);
        QCOMPARE(s.port.all<desk::CancelOrder>().size(), std::size_t{1});
        QCOMPARE(s.port.all<desk::CancelOrder>().front().id, OrderId("M-2"));
        s.grid->setCurrentIndex(s.grid->model()->index(0, 0));
        QTest::keyClick(s.grid, Qt::Key_C);
        QTest::keyClick(s.grid, Qt::Key_C);
        QCOMPARE(s.port.all<desk::CancelOrder>().size(), std::size_t{2});
        QVERIFY(s.says("You declared M-1 absent") && !s.says("Asked to cancel M-1"));
    }

    void anEndedOrderHasNoMidOfNow() {
        auto live = order("M-1", execution::OrderState::Working), ended = order("M-2", execution::OrderState::Filled);
        live.mid = ended.mid = Price::fromMicros(350'000);
        live.midAgeSeconds = ended.midAgeSeconds = 0.5;
        Shown s({live, ended});
        int mid = -1;
        for (int c = 0; c < s.grid->model()->columnCount(); ++c)
            if (s.grid->model()->headerData(c, Qt::Horizontal).toString() == QLatin1String("Mid now")) mid = c;
        QVERIFY(mid >= 0);
        QCOMPARE(s.grid->model()->index(0, mid).data().toString(), QStringLiteral("0.35 cr"));
        const auto cell = s.grid->model()->index(1, mid);
        QCOMPARE(cell.data().toString(), QStringLiteral("—"));
        QVERIFY(!cell.data(GridModel::SortRole).isValid());
        QVERIFY2(cell.data(Qt::ToolTipRole).toString().startsWith(QLatin1String("filled: ")), qPrintable(cell.data(Qt::ToolTipRole).toString()));
    }

    void theWordsOfTheOrderUnderTheCursorAreReadWhole() {
        auto first = order("M-1", execution::OrderState::Rejected), second = order("M-2", execution::OrderState::Filled);
        first.order.text = "rejected by the broker: the price 0.34 is away from the market by more than the band of its class allows";
        first.order.combo.source = "agent:desk";
        Shown s({first, second});
        s.screen.resize(1022, 680);
        QVERIFY(s.says(first.order.text.c_str()));
        QVERIFY(s.says("source: agent:desk"));
        for (auto* label : s.screen.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(QLatin1String("the band of its class")))
                QVERIFY(label->wordWrap() && label->height() >= label->heightForWidth(label->width()));
        s.grid->setCurrentIndex(s.grid->model()->index(1, 0));
        QVERIFY(!s.says("the band of its class") && s.says("M-2"));
    }

    void theColumnOfWordsIsThereInTheSmallWindow() {
        Shown s({order("M-1", execution::OrderState::Working)});
        for (const int rail : {300, 216}) {
            s.screen.resize(1366 - 44 - rail, 680);
            QCoreApplication::processEvents();
            for (int c = 0; c < s.grid->model()->columnCount(); ++c)
                if (s.grid->model()->headerData(c, Qt::Horizontal).toString() == QLatin1String("Words"))
                    QVERIFY2(!s.grid->isColumnHidden(c) && s.grid->columnWidth(c) >= 110, qPrintable(QString::number(s.grid->columnWidth(c))));
        }
    }

    void pAsksForTheMid() {
        Shown s({order("M-1", execution::OrderState::Working)});
        QTest::keyClick(s.grid, Qt::Key_P, Qt::ControlModifier);
        QVERIFY(s.port.sent.empty());
        QTest::keyClick(s.grid, Qt::Key_P);
        QCOMPARE(s.port.all<desk::MoveToMid>().size(), std::size_t{1});
        QCOMPARE(s.port.all<desk::MoveToMid>().front().id, OrderId("M-1"));
    }

    void aKeyOnAnOrderThatEndedIsAnsweredWhereItWasPressed() {
        for (const auto& [state, word] :
             {std::pair(execution::OrderState::Filled, "M-1 is filled"), std::pair(execution::OrderState::Cancelled, "M-1 is cancelled"),
              std::pair(execution::OrderState::Rejected, "M-1 is rejected"), std::pair(execution::OrderState::Expired, "M-1 is expired")}) {
            Shown s({order("M-1", state)});
            QTest::keyClick(s.grid, Qt::Key_P);
            QVERIFY2(s.says(word) && s.says("nothing to move to the mid"), word);
            QTest::keyClick(s.grid, Qt::Key_C);
            QVERIFY2(s.says(word) && s.says("nothing to cancel"), word);
            QVERIFY(s.port.sent.empty());
        }
    }

    void aRefusalGoesWithTheNextKeyAndWithTheRow() {
        Shown s({order("M-1", execution::OrderState::Filled), order("M-2", execution::OrderState::Working)});
        s.grid->setCurrentIndex(s.grid->model()->index(0, 0));
        QTest::keyClick(s.grid, Qt::Key_P);
        QVERIFY(s.says("nothing to move to the mid"));
        QTest::keyClick(s.grid, Qt::Key_J);
        QVERIFY(!s.says("nothing to move to the mid"));
        QTest::keyClick(s.grid, Qt::Key_C);
        QVERIFY(s.says("nothing to cancel"));
        s.grid->setCurrentIndex(s.grid->model()->index(1, 0));
        QVERIFY(!s.says("nothing to cancel"));
        QTest::keyClick(s.grid, Qt::Key_P);
        s.grid->setCurrentIndex(s.grid->model()->index(0, 0));
        QVERIFY(s.says("Asked to move M-2")); // the answer is still to come
    }

    void openedItPointsAtTheFirstWorkingOrder() {
        Shown s({order("M-1", execution::OrderState::Filled), order("M-2", execution::OrderState::Filled)});
        s.screen.setVisible(false);
        s.view->orders.insert(s.view->orders.begin(), order("M-3", execution::OrderState::Working));
        s.screen.setView(s.view);
        s.screen.setVisible(true);
        QCOMPARE(s.grid->currentIndex().data(GridModel::KeyRole).toString(), QStringLiteral("M-3"));
        s.grid->setCurrentIndex(s.grid->model()->index(2, 0)); // a person's choice holds
        s.screen.setView(s.view);
        QCOMPARE(s.grid->currentIndex().data(GridModel::KeyRole).toString(), QStringLiteral("M-2"));
    }

    void whatTheDeskAnswersStandsOnTheScreen() {
        Shown s({order("M-1", execution::OrderState::Working), order("M-12", execution::OrderState::Working)});
        const auto noted = [&](std::initializer_list<const char*> newest) {
            auto v = std::make_shared<desk::DeskView>(*s.view);
            v->notices.clear();
            for (const auto* text : newest) v->notices.push_back({v->at.utc, desk::NoticeView::Level::Advisory, text});
            return v;
        };
        s.screen.setView(s.view = noted({"Not moved to the mid: an old answer (M-1)"}));
        QTest::keyClick(s.grid, Qt::Key_P);
        QVERIFY(s.says("Asked to move M-1 to the mid") && !s.says("an old answer"));
        s.screen.setView(noted({"Taken back (M-12)", "Not moved to the mid: an old answer (M-1)"})); // another order's
        QVERIFY(s.says("Asked to move M-1"));
        s.screen.setView(noted({"Not moved to the mid: its limit is the mid (M-1)", "Taken back (M-12)"}));
        QVERIFY(s.says("its limit is the mid"));
    }

    void whoMayNotCancelAndAFullQueueAreSaid() {
        Shown s({order("M-1", execution::OrderState::Working)});
        s.port.accepts = false;
        QTest::keyClick(s.grid, Qt::Key_C);
        QVERIFY(s.says("The desk is busy"));
        auto v = std::make_shared<desk::DeskView>(*s.view);
        for (const auto& user : v->users)
            if (!approval::mayClose(user)) v->user = user;
        QVERIFY(!approval::mayClose(v->user));
        s.port.sent.clear();
        s.screen.setView(v);
        QTest::keyClick(s.grid, Qt::Key_C);
        QVERIFY(s.says("may not cancel orders") && s.port.sent.empty());
    }

    void enterShowsItsEventsAndJItsRecords() {
        Shown s({order("M-1", execution::OrderState::Filled)});
        QSignalSpy journal(&s.screen, &Screen::journalRequested);
        QTest::keyClick(s.grid, Qt::Key_J);
        QCOMPARE(journal.size(), 1);
        QCOMPARE(journal.front().front().toString(), QStringLiteral("M-1"));
        QTest::keyClick(s.grid, Qt::Key_Return);
        QVERIFY(s.screen.findChild<EventLadder*>());
        QCOMPARE(s.port.queries.back().correlation, std::string("M-1"));
    }

    void whatTheBrokerDoesNotAnswerReadsUnknown() {
        auto silent = order("M-1", execution::OrderState::Submitted);
        silent.unacknowledged = true;
        Shown s({silent});
        QVERIFY(s.grid->model()->index(0, 2).data().toString().contains(QLatin1String("UNKNOWN")));
        QVERIFY(s.grid->model()->index(0, 2).data(Qt::ToolTipRole).toString().contains(QLatin1String("verify at the broker")));
    }

    void aRowTellsWhoApprovedItAndItsId() {
        Shown s({order("M-1", execution::OrderState::Working)});
        QStringList row;
        for (int column = 0; column < s.grid->model()->columnCount(); ++column) row << s.grid->model()->index(0, column).data().toString();
        QVERIFY2(row.contains(QStringLiteral("ann")), qPrintable(row.join(QLatin1Char('|'))));
        QVERIFY(row.contains(QStringLiteral("M-1")));
        QVERIFY(row.contains(QStringLiteral("0.34 cr")));
    }
};

QTEST_MAIN(OrdersTest)
#include "tst_ui_orders.moc"
