#include <QApplication>
#include <QFile>
#include <QInputDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include "shell_scene.h"
#include "ui/models/grid_model.h"
#include "ui/screens/builder_screen.h"
#include "ui/shell/layers.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::quietView;
using mahler::ui::testing::says;
using mahler::ui::testing::viewWithRequest;

class ShellTest : public QObject {
    Q_OBJECT

    static std::shared_ptr<desk::DeskView> viewWithWorkingOrder() {
        auto view = quietView();
        desk::OrderView o;
        o.order.combo.underlying = "SPY";
        o.order.state = execution::OrderState::Working;
        view->orders = {o};
        return view;
    }
    static QAction* action(MainWindow& window, const QString& part) {
        for (auto* top : window.menuBar()->actions())
            for (auto* a : top->menu()->actions())
                if (a->text().contains(part)) return a;
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void cancellingOpeningOrdersAsksOnce() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(viewWithWorkingOrder());
        action(window, QStringLiteral("Cancel opening"))->trigger();
        QVERIFY(port.all<desk::CancelOpening>().empty());
        auto* box = window.findChild<QMessageBox*>();
        QVERIFY(box);
        QVERIFY(box->defaultButton()->text().contains(QLatin1String("Leave")));
        for (auto* button : box->buttons())
            if (box->buttonRole(button) == QMessageBox::AcceptRole) button->click();
        QCOMPARE(port.all<desk::CancelOpening>().size(), std::size_t{1});
    }

    void noLayerCoversTheHaltBar() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 688);
        window.show();
        window.setView(quietView());
        const auto* bar = window.findChild<HaltBar*>();
        QVERIFY(bar);
        const int below = bar->mapToGlobal(QPoint(0, bar->height())).y();
        for (const auto* name : {"Settings", "palette", "Keys"}) {
            auto* found = action(window, QLatin1String(name));
            QVERIFY2(found, name);
            found->trigger();
            QDialog* dialog = nullptr;
            for (auto* d : window.findChildren<QDialog*>())
                if (d->isVisible()) dialog = d;
            QVERIFY2(dialog, name);
            QVERIFY2(!dialog->isModal() && !QApplication::activeModalWidget(), name); // the halt button behind it still hears
            const auto halts = port.halts.size();
            QTest::keyClick(dialog, Qt::Key_F12);
            QCOMPARE(port.halts.size(), halts + 1);
            QVERIFY2(dialog->frameGeometry().top() >= below, name);
            dialog->reject();
            QCoreApplication::processEvents();
        }
    }

    void flattenIsInTheDeskMenuAndThePaletteAndIsTyped() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        auto view = quietView();
        window.setView(view);
        action(window, QStringLiteral("Flatten"))->trigger();
        QVERIFY(!window.findChild<QInputDialog*>() && says(window, QStringLiteral("No position is open")));
        view = std::make_shared<desk::DeskView>(*view);
        view->positions.emplace_back();
        window.setView(view);
        action(window, QStringLiteral("palette"))->trigger();
        auto* palette = window.findChild<CommandPalette*>();
        QTest::keyClicks(palette->findChild<QLineEdit*>(), QStringLiteral("flatten"));
        QCOMPARE(palette->findChild<QListWidget*>()->count(), 1);
        QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Return);
        auto* ask = window.findChild<QInputDialog*>();
        QVERIFY(ask && port.all<desk::Flatten>().empty());
        ask->setTextValue(QStringLiteral("FLATTEN"));
        ask->accept();
        QCOMPARE(port.all<desk::Flatten>().size(), std::size_t{1});
        QCOMPARE(port.all<desk::Flatten>().front().typed, std::string("FLATTEN"));
        QCOMPARE(port.all<desk::Flatten>().front().user, view->user.id);
    }

    void withNothingWorkingThereIsNothingToCancel() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(quietView());
        action(window, QStringLiteral("Cancel opening"))->trigger();
        QVERIFY(!window.findChild<QMessageBox*>());
        QVERIFY(says(window, QStringLiteral("No opening order")));
    }

    void aFullQueueIsSaid() {
        FakePort port;
        port.accepts = false;
        MainWindow window(port, {});
        window.show();
        window.setView(viewWithWorkingOrder());
        action(window, QStringLiteral("Cancel opening"))->trigger();
        for (auto* button : window.findChild<QMessageBox*>()->buttons())
            if (button->text().contains(QLatin1String("Cancel"))) button->click();
        QVERIFY(says(window, QStringLiteral("nothing was sent")));
    }

    void aFailureOfTheDeskIsSaid() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        Q_EMIT port.failed(QStringLiteral("journal search: <b>no</b>"));
        QVERIFY(says(window, QStringLiteral("journal search")));
    }

    void theRailFoldsToABadgeAndNeverVanishes() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 768);
        window.show();
        window.rail()->setFolded(true);
        window.setView(viewWithRequest(approval::Tier::T1));
        QVERIFY(window.rail()->isVisible());
        QVERIFY(window.rail()->width() >= 44);
        bool counted = false;
        for (auto* badge : window.rail()->findChildren<QToolButton*>())
            counted = counted || (badge->isVisible() && badge->text().contains(QLatin1String("1")));
        QVERIFY(counted);
        window.rail()->setFolded(false);
        QCOMPARE(window.rail()->width(), 300);
    }

    void manyRequestsDoNotPushTheWindowApart() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 688);
        window.show();
        auto view = viewWithRequest(approval::Tier::T1);
        for (int i = 0; i < 30; ++i) {
            auto more = view->approvals.front();
            more.request.id = ApprovalId("B-" + std::to_string(i));
            view->approvals.push_back(more);
        }
        window.setView(view);
        QTest::qWait(20);
        QCOMPARE(window.size(), QSize(1366, 688));
        QVERIFY(says(*window.rail(), QStringLiteral("25 more")));
    }

    void aLongHaltReasonDoesNotPushTheHaltButtonOut() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1024, 640);
        window.show();
        auto view = quietView();
        view->state = desk::RunState::Halted;
        view->haltReason = std::string(400, 'w');
        window.setView(view);
        QTest::qWait(20);
        QCOMPARE(window.width(), 1024);
        for (auto* button : window.findChildren<QPushButton*>(QStringLiteral("halt")))
            if (button->window() == &window) {
                QVERIFY(button->isVisible());
                QVERIFY(window.rect().contains(QRect(button->mapTo(&window, QPoint(0, 0)), button->size())));
            }
    }

    void theMiniWindowHaltsAndTakesNoFocus() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(quietView());
        action(window, QStringLiteral("on top"))->setChecked(true);
        auto* mini = window.miniHalt();
        QVERIFY(mini->isVisible());
        QVERIFY(mini->windowFlags().testFlag(Qt::WindowStaysOnTopHint));
        QVERIFY(mini->windowFlags().testFlag(Qt::WindowDoesNotAcceptFocus));
        auto* button = mini->findChild<QPushButton*>();
        QTest::mousePress(button, Qt::LeftButton);
        QCOMPARE(port.halts.size(), std::size_t{1}); // on the press, not on the release
        QTest::mouseRelease(button, Qt::LeftButton);
        QCOMPARE(port.halts.size(), std::size_t{1});
    }

    void minimisedWithoutATrayTheHaltStaysInReach() {
        if (QSystemTrayIcon::isSystemTrayAvailable()) QSKIP("there is a tray here");
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(quietView());
        window.setWindowState(Qt::WindowMinimized);
        QTRY_VERIFY(window.miniHalt()->isVisible());
        window.setWindowState(Qt::WindowNoState);
        QTRY_VERIFY(!window.miniHalt()->isVisible());
    }

    void runningIsNeverRedWhereGainsAre() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        applyTheme(*qApp, ThemeKind::Dark, GainLoss::RedGreen);
        auto view = quietView();
        view->state = desk::RunState::Running;
        window.setView(view);
        bool found = false;
        for (auto* label : window.findChildren<QLabel*>())
            if (label->text().contains(QStringLiteral("RUNNING"))) {
                found = true;
                QVERIFY(label->palette().color(QPalette::WindowText) != color(Token::Gain));
            }
        applyTheme(*qApp, ThemeKind::Dark);
        QVERIFY(found);
    }

    void theBannerStandsUntilAcknowledgedAndComesBackForANewAlarm() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        auto view = quietView();
        view->notices.push_back({view->at.utc, desk::NoticeView::Level::Critical, "B1: daily loss"});
        window.setView(view);
        auto* banner = window.findChild<QLabel*>(QStringLiteral("banner"));
        QVERIFY(banner->isVisible());
        window.setView(view);
        QVERIFY(banner->isVisible());
        action(window, QStringLiteral("Acknowledge"))->trigger();
        window.setView(view);
        QVERIFY(!banner->isVisible());
        auto next = std::make_shared<desk::DeskView>(*view);
        next->notices.insert(next->notices.begin(), {view->at.utc, desk::NoticeView::Level::Critical, "B5: stale"});
        window.setView(next);
        QVERIFY(banner->isVisible());
    }

    void thePaletteRunsTheFirstActionWithAllTheWords() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(quietView());
        action(window, QStringLiteral("palette"))->trigger();
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette);
        auto* line = palette->findChild<QLineEdit*>();
        QTest::keyClicks(line, QStringLiteral("workspace risk"));
        QCOMPARE(palette->findChild<QListWidget*>()->count(), 1);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(window.currentScreen(), QStringLiteral("scenario"));
        QCOMPARE(window.workspace(), 2);
    }

    void thePaletteCannotApproveAnything() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(viewWithRequest(approval::Tier::T1));
        action(window, QStringLiteral("palette"))->trigger();
        auto* palette = window.findChild<CommandPalette*>();
        for (int i = 0; i < palette->findChild<QListWidget*>()->count(); ++i)
            QVERIFY(!palette->findChild<QListWidget*>()->item(i)->text().startsWith(QLatin1String("Approve")));
        palette->reject();
    }

    void findKeepsTheRowsThatHoldEveryWord() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto view = quietView();
        for (const auto* text : {"SPY filled", "QQQ filled", "SPY rejected"})
            view->notices.push_back({view->at.utc, desk::NoticeView::Level::Advisory, text});
        window.showScreen(QStringLiteral("breakers"));
        window.setView(view);
        auto* notices = window.screen(QStringLiteral("breakers"))->findChildren<GridView*>().last();
        action(window, QStringLiteral("Find"))->trigger();
        auto* line = window.findChild<FindBar*>()->findChild<QLineEdit*>();
        QVERIFY(line->hasFocus());
        QTest::keyClicks(line, QStringLiteral("spy fil"));
        int shown = 0;
        for (int r = 0; r < notices->model()->rowCount(); ++r) shown += !notices->isRowHidden(r);
        QCOMPARE(shown, 1);
        QTest::keyClick(line, Qt::Key_Escape);
        for (int r = 0; r < notices->model()->rowCount(); ++r) QVERIFY(!notices->isRowHidden(r));
        QVERIFY(!window.findChild<FindBar*>()->isVisible());
    }

    void findInTheJournalGoesToItsQueryLine() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.setView(quietView());
        window.showScreen(QStringLiteral("journal"));
        action(window, QStringLiteral("Find"))->trigger();
        QCOMPARE(qobject_cast<QLineEdit*>(window.focusWidget())->accessibleName(), QStringLiteral("Journal query"));
    }

    void everyKeyOfTheGuideHasAnAction_data() {
        QTest::addColumn<QString>("key");
        for (const auto* key : {"F1", "F2", "F3", "F4", "F6", "Shift+F6", "F7", "F8", "F9", "Ctrl+1", "Ctrl+5", "Ctrl+9", "Ctrl+K", "/", "Ctrl+F",
                                "Ctrl+Shift+F", "Ctrl+Shift+X", "Ctrl+Shift+A", "Ctrl+."})
            QTest::newRow(key) << QString::fromLatin1(key);
    }
    void everyKeyOfTheGuideHasAnAction() {
        QFETCH(QString, key);
        FakePort port;
        MainWindow window(port, {});
        bool found = false;
        for (auto* top : window.menuBar()->actions())
            for (auto* a : top->menu()->actions()) found = found || a->shortcuts().contains(QKeySequence(key));
        QVERIFY(found);
    }

    void everyShortcutIsUsedOnce() {
        FakePort port;
        MainWindow window(port, {});
        QStringList seen;
        for (auto* top : window.menuBar()->actions())
            for (auto* a : top->menu()->actions())
                for (const auto& shortcut : a->shortcuts()) {
                    const QString key = shortcut.toString();
                    QVERIFY2(!seen.contains(key), qPrintable(key));
                    QVERIFY2(!HaltFilter::isHaltKey(shortcut[0].key(), shortcut[0].keyboardModifiers()), qPrintable(key));
                    seen << key;
                }
        QVERIFY(seen.size() >= 15);
    }

    void paneKeysReachEveryPane() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        window.setView(viewWithRequest(approval::Tier::T1));
        QVERIFY(QTest::qWaitForWindowActive(&window));
        bool rail = false, strip = false;
        for (int i = 0; i < 4; ++i) {
            window.movePane(1);
            auto* focus = window.focusWidget();
            QVERIFY(focus);
            rail = rail || window.rail()->isAncestorOf(focus);
            strip = strip || window.findChild<QWidget*>(QStringLiteral("strip"))->isAncestorOf(focus);
        }
        QVERIFY(rail);
        QVERIFY(strip);
    }

    void aClosedPromptGivesTheFocusBack() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.setView(viewWithRequest(approval::Tier::T1));
        auto* grid = window.screen(QStringLiteral("chain"))->findChild<QTableView*>();
        grid->setFocus();
        window.openApproval(QStringLiteral("A-17"));
        QVERIFY(window.prompt()->hasFocus());
        QTest::keyClick(window.prompt(), Qt::Key_Escape);
        QVERIFY(grid->hasFocus());
    }

    void workspacesAreRememberedAcrossStarts() {
        QTemporaryDir dir;
        const QString ini = dir.filePath(QStringLiteral("window.ini"));
        {
            FakePort port;
            MainWindow window(port, ini);
            window.show();
            window.showWorkspace(2);
            window.showScreen(QStringLiteral("orders"));
            window.showWorkspace(1);
            window.rail()->setFolded(true);
            window.close();
        }
        FakePort port;
        MainWindow window(port, ini);
        QCOMPARE(window.currentScreen(), QStringLiteral("chain"));
        QVERIFY(window.rail()->isFolded());
        window.showWorkspace(2);
        QCOMPARE(window.currentScreen(), QStringLiteral("orders"));
    }

    void aScreenThatIsOpenedShowsItsRowsInOrder() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto before = viewWithWorkingOrder();
        before->orders.front().order.id = OrderId("M-1");
        before->orders.front().order.state = execution::OrderState::Filled;
        window.setView(before);
        window.showScreen(QStringLiteral("orders"));
        auto* grid = qobject_cast<QTableView*>(window.screen(QStringLiteral("orders"))->mainPane());
        const auto key = [&](const QModelIndex& index) { return index.data(GridModel::KeyRole).toString(); };
        QCOMPARE(key(grid->currentIndex()), QStringLiteral("M-1"));
        window.showScreen(QStringLiteral("breakers"));
        auto after = std::make_shared<desk::DeskView>(*before);
        after->orders.insert(after->orders.begin(), viewWithWorkingOrder()->orders.front());
        after->orders.front().order.id = OrderId("M-2");
        window.setView(after);
        window.showScreen(QStringLiteral("orders"));
        QVERIFY(grid->hasFocus());
        QCOMPARE(key(grid->model()->index(0, 0)), QStringLiteral("M-2")); // newest first, not behind what stood there before
        QCOMPARE(key(grid->currentIndex()), QStringLiteral("M-2"));
        QVERIFY(!qobject_cast<GridModel*>(grid->model())->orderIsHeld());
    }

    void theGreekOfTheBuilderIsRememberedAcrossStarts() {
        QTemporaryDir dir;
        const QString ini = dir.filePath(QStringLiteral("window.ini"));
        const auto profile = [](MainWindow& window) -> RiskProfile& {
            return static_cast<BuilderScreen*>(window.screen(QStringLiteral("builder")))->profile();
        };
        FakePort port;
        {
            MainWindow window(port, ini);
            QCOMPARE(profile(window).greek(), QStringLiteral("none")); // off by default
            profile(window).setGreek(QStringLiteral("vega"));
            window.show();
            window.close();
        }
        MainWindow window(port, ini);
        QCOMPARE(profile(window).greek(), QStringLiteral("vega"));
    }

    void aLayoutOfUnknownScreensFallsBack() {
        QTemporaryDir dir;
        QFile file(dir.filePath(QStringLiteral("window.ini")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[window]\nworkspaces=gone, , 7\nworkspace=99\nscreen=gone\ngeometry=@ByteArray(\\x1\\x2)\n");
        file.close();
        FakePort port;
        MainWindow window(port, file.fileName());
        QVERIFY(!window.currentScreen().isEmpty());
        window.showWorkspace(1);
        QCOMPARE(window.currentScreen(), QStringLiteral("chain"));
        window.showWorkspace(10);
        QCOMPARE(window.currentScreen(), QStringLiteral("chain"));
    }
};

QTEST_MAIN(ShellTest)
#include "tst_ui_shell.moc"
