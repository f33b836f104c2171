#include <QApplication>
#include <QChartView>
#include <QComboBox>
#include <QDialog>
#include <QElapsedTimer>
#include <QFile>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "fake_port.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class HaltTest : public QObject {
    Q_OBJECT

    static void press(QWidget* widget, int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QElapsedTimer timer;
        timer.start();
        QTest::keyClick(widget, static_cast<Qt::Key>(key), modifiers);
        QVERIFY2(timer.elapsed() < 100, "slower than 100 ms");
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theBarSaysHaltingBeforeTheDeskAnswers() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        const auto running = viewWithRequest(approval::Tier::T1);
        window.setView(running);
        const auto state = [&] {
            for (const auto* label : window.findChild<HaltBar*>()->findChildren<ElidedLabel*>())
                if (label->text().startsWith(QStringLiteral("■")) || label->text().startsWith(QStringLiteral("●"))) return label->text();
            return QString();
        };
        QVERIFY(state().contains(QLatin1String("RUNNING")));
        QTest::keyClick(&window, Qt::Key_F12);
        QVERIFY2(state().startsWith(QStringLiteral("■ HALTING")), qPrintable(state()));
        window.setView(running); // of before the key, still under way
        QVERIFY2(state().startsWith(QStringLiteral("■ HALTING")), qPrintable(state()));
        auto halted = std::make_shared<desk::DeskView>(*running);
        halted->state = desk::RunState::Halted;
        halted->haltReason = "B8: key";
        window.setView(halted);
        QVERIFY2(state().startsWith(QStringLiteral("■ HALTED")), qPrintable(state()));
        window.setView(running); // resumed
        QVERIFY2(state().contains(QLatin1String("RUNNING")), qPrintable(state()));
    }

    void haltFiresFromEveryContextOncePerPress_data() {
        QTest::addColumn<QString>("where");
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifiers");
        for (const auto* where : {"window", "line edit", "modal dialog", "message box", "input dialog", "menu", "combo popup", "disabled window",
                                  "prompt", "grid", "chart"}) {
            QTest::addRow("F12 in %s", where) << QString::fromLatin1(where) << int(Qt::Key_F12) << 0;
            QTest::addRow("Pause in %s", where) << QString::fromLatin1(where) << int(Qt::Key_Pause) << 0;
            QTest::addRow("Ctrl+Shift+H in %s", where)
                << QString::fromLatin1(where) << int(Qt::Key_H) << int(Qt::ControlModifier | Qt::ShiftModifier);
        }
    }
    void haltFiresFromEveryContextOncePerPress() {
        QFETCH(QString, where);
        QFETCH(int, key);
        QFETCH(int, modifiers);
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.setView(viewWithRequest(approval::Tier::T1));
        QWidget* target = &window;
        QDialog dialog(&window);
        QLineEdit edit(&window);
        QMessageBox box(&window);
        QInputDialog input(&window);
        QMenu menu(&window);
        QComboBox combo(&window);
        if (where == "line edit") {
            edit.show();
            target = &edit;
        } else if (where == "modal dialog") {
            dialog.setModal(true);
            dialog.show();
            target = &dialog;
        } else if (where == "message box") {
            box.setText(QStringLiteral("?"));
            box.setModal(true);
            box.show();
            target = &box;
        } else if (where == "input dialog") {
            input.setModal(true);
            input.show();
            target = input.findChild<QLineEdit*>() ? static_cast<QWidget*>(input.findChild<QLineEdit*>()) : &input;
        } else if (where == "menu") {
            menu.addAction(QStringLiteral("x"));
            menu.popup(QPoint(10, 10));
            target = &menu;
        } else if (where == "combo popup") {
            combo.addItems({QStringLiteral("a"), QStringLiteral("b")});
            combo.show();
            combo.showPopup();
            target = combo.view();
        } else if (where == "disabled window") {
            window.setEnabled(false);
        } else if (where == "prompt") {
            window.openApproval(QStringLiteral("A-17"));
            target = window.prompt();
        } else if (where == "grid") {
            target = window.screen(QStringLiteral("chain"))->findChild<QTableView*>();
        } else if (where == "chart") {
            window.showScreen(QStringLiteral("volatility"));
            target = window.screen(QStringLiteral("volatility"))->findChild<QChartView*>();
        }
        press(target, key, Qt::KeyboardModifiers(modifiers));
        QCOMPARE(port.halts.size(), std::size_t{1});
        press(target, key, Qt::KeyboardModifiers(modifiers));
        QCOMPARE(port.halts.size(), std::size_t{2});
    }

    void aHeldKeyHaltsOnce() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        QTest::simulateEvent(&window, true, Qt::Key_F12, Qt::NoModifier, {}, false);
        for (int i = 0; i < 50; ++i) QTest::simulateEvent(&window, true, Qt::Key_F12, Qt::NoModifier, {}, true);
        QCOMPARE(port.halts.size(), std::size_t{1});
        QCOMPARE(port.halts.front(), std::string("halt key (F12)")); // the journal and the rail say it to people
    }

    void aReleaseThatNeverCameDoesNotSwallowTheNextPress_data() {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("modifiers");
        QTest::addRow("Ctrl let go before H") << int(Qt::Key_H) << int(Qt::ControlModifier | Qt::ShiftModifier);
        QTest::addRow("F12 let go in another program") << int(Qt::Key_F12) << 0;
    }
    void aReleaseThatNeverCameDoesNotSwallowTheNextPress() {
        QFETCH(int, first);
        QFETCH(int, modifiers);
        FakePort port;
        MainWindow window(port, {});
        window.show();
        QTest::keyPress(&window, static_cast<Qt::Key>(first), Qt::KeyboardModifiers(modifiers));
        if (first == Qt::Key_H) QTest::keyRelease(&window, Qt::Key_H); // the modifiers are up already: no longer the halt chord
        QCOMPARE(port.halts.size(), std::size_t{1});
        QTest::keyPress(&window, Qt::Key_F12);
        QCOMPARE(port.halts.size(), std::size_t{2});
    }

    void theHaltBarSaysSoInBarAndTitle() {
        FakePort port;
        MainWindow window(port, {});
        auto view = viewWithRequest(approval::Tier::T1);
        view->state = desk::RunState::Halted;
        view->haltReason = "B8: F12";
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        window.setView(view);
        QVERIFY(window.windowTitle().contains(QLatin1String("HALTED")));
        QVERIFY(window.windowTitle().contains(QLatin1String("F12")));
    }

    void aCorruptLayoutFallsBackToTheFactoryOne() {
        QTemporaryDir dir;
        QFile file(dir.filePath(QStringLiteral("window.ini")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, '\xff'));
        file.close();
        FakePort port;
        MainWindow window(port, file.fileName());
        QCOMPARE(window.currentScreen(), QStringLiteral("chain"));
    }

    void theLayoutIsKeptWithoutAnEnd() {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("window.ini"));
        QFile corrupt(path);
        QVERIFY(corrupt.open(QIODevice::WriteOnly));
        corrupt.write(QByteArray(5000, '\xff'));
        corrupt.close();
        FakePort port;
        MainWindow window(port, path);
        window.show();
        window.resize(1200, 700);
        window.showWorkspace(3);
        window.showScreen(QStringLiteral("orders"));
        window.rail()->setFolded(true);
        QTRY_COMPARE(readLayout(path).value_or(WindowLayout{}).screen, QStringLiteral("orders")); // nobody closed it: it may be killed now
        MainWindow next(port, path);
        QCOMPARE(next.currentScreen(), QStringLiteral("orders"));
        QCOMPARE(next.workspace(), 3);
        QVERIFY(next.rail()->isFolded());
        QCOMPARE(next.size(), QSize(1200, 700));
        next.showWorkspace(1);
        next.showWorkspace(3);
        QCOMPARE(next.currentScreen(), QStringLiteral("orders"));
    }

    void aHungDiskHoldsUpNoClosing() {
        QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("window.ini"));
        FakePort port;
        port.diskHangs = true;
        MainWindow window(port, path);
        window.show();
        window.showScreen(QStringLiteral("orders"));
        window.close();
        QCOMPARE(port.layouts.back().screen, QStringLiteral("orders"));
        QVERIFY(!QFile::exists(path)); // the window itself wrote nothing
    }

    void aLayoutThatWasNotTakenIsHandedOverAgain() {
        FakePort port;
        port.diskHangs = true;
        port.accepts = false;
        WindowLayout layout;
        LayoutKeeper keeper([&] { return layout; }, [&](const WindowLayout& now) { return port.keepLayout({}, now); }, nullptr);
        keeper.finish();
        QVERIFY(port.layouts.empty()); // as it was read
        layout.screen = QStringLiteral("orders");
        keeper.finish();
        port.accepts = true;
        keeper.finish();
        keeper.finish();
        QCOMPARE(port.layouts.size(), std::size_t{2});
    }

    void theMenuSaysTheHaltKeyAndItsEntryHalts() {
        FakePort port;
        MainWindow window(port, {});
        QAction* halt = nullptr;
        for (auto* action : window.menuBar()->actions().front()->menu()->actions())
            if (action->text().startsWith(QLatin1String("Halt"))) halt = action;
        QVERIFY(halt && halt->text().contains(QLatin1String("\tF12")));
        QVERIFY(halt->shortcuts().isEmpty()); // the filter has the key: once a press
        halt->trigger();
        QCOMPARE(port.halts.size(), std::size_t{1});
    }

    void theNavigationSpeaksTheNamesOfTheScreens() {
        FakePort port;
        MainWindow window(port, {});
        int seen = 0;
        for (auto* button : window.findChildren<QToolButton*>())
            if (const QString name = button->text().remove(QStringLiteral("&&")); button->parentWidget()->objectName() == QLatin1String("nav")) {
                ++seen;
                const QString title = button->accessibleName().remove(QLatin1Char('&'));
                QVERIFY2(title.contains(name, Qt::CaseInsensitive), qPrintable(name + QStringLiteral(" is ") + title));
                QVERIFY(button->toolTip().startsWith(button->accessibleName()));
            }
        QCOMPARE(seen, static_cast<int>(window.screenIds().size()));
    }

    void aHaltKeyTypesNothing() {
        FakePort port;
        MainWindow window(port, {});
        QLineEdit edit(&window);
        edit.show();
        QTest::keyClick(&edit, Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(edit.text().isEmpty());
    }

    void everyTextTokenIsReadableOnEveryBackground() {
        const auto luminance = [](const QColor& c) {
            const auto part = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
            return 0.2126 * part(c.redF()) + 0.7152 * part(c.greenF()) + 0.0722 * part(c.blueF());
        };
        const auto contrast = [&](const QColor& a, const QColor& b) {
            const double x = luminance(a), y = luminance(b);
            return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
        };
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto palette : {GainLoss::BlueOrange, GainLoss::GreenRed}) {
                for (const auto back : {Token::Bg, Token::Panel, Token::Raised})
                    for (const auto text : {Token::Text, Token::Dim, Token::Gain, Token::Loss, Token::Warn, Token::Stale, Token::Info})
                        QVERIFY2(contrast(color(text, kind, palette), color(back, kind, palette)) >= 4.5,
                                 qPrintable(QStringLiteral("token %1 on %2 in %3").arg(int(text)).arg(int(back)).arg(int(kind))));
                QVERIFY(contrast(color(Token::HaltText, kind, palette), color(Token::Halt, kind, palette)) >= 4.5);
            }
    }
};

QTEST_MAIN(HaltTest)
#include "tst_ui_halt.moc"
