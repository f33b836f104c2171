#include <QApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QTest>

#include "builder_scene.h"
#include "ui/shell/key_bindings.h"
#include "ui/shell/layers.h"
#include "ui/shell/main_window.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

class KeysTest : public QObject {
    Q_OBJECT

    static QList<QKeySequence> shortcutsOf(MainWindow& window, const QString& text) {
        for (auto* top : window.menuBar()->actions())
            for (auto* action : top->menu()->actions())
                if (action->text() == text) return action->shortcuts();
        return {};
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theStandardKeysFitEachOther() {
        QVERIFY(KeyBindings::check({}).has_value());
        const KeyBindings keys;
        for (const auto& action : KeyBindings::actions()) QVERIFY2(!keys.of(action).isEmpty(), qPrintable(action));
        QCOMPARE(keys.of(QStringLiteral("find")), (QList<QKeySequence>{QKeySequence(QStringLiteral("Ctrl+F")), QKeySequence(Qt::Key_Slash)}));
    }

    void whatMayNotStandIsNamed_data() {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QByteArray>("named");
        const auto row = [](const char* name, const char* action, const char* key, const char* named) {
            QTest::newRow(name) << QString::fromUtf8(action) << QString::fromUtf8(key) << QByteArray(named);
        };
        row("an unknown action", "chian", "Ctrl+J", "chian");
        row("no key at all", "chain", "", "is no key");
        row("a word", "chain", "Chain", "is no key");
        row("two strokes", "chain", "Ctrl+J, Ctrl+L", "is no key");
        row("a key of another action", "chain", "F9", "'chain' and 'orders'");
        row("a halt key", "chain", "Pause", "F12, Pause and Ctrl+Shift+H halt");
        row("a halt key with another", "quit", "Ctrl+F12", "F12, Pause and Ctrl+Shift+H halt");
        row("a shifted digit", "halt", "Ctrl+Shift+1", "differs between keyboards");
        row("the journal's export", "quit", "Ctrl+E", "exports the journal");
        row("Esc for requests", "approvals", "Esc", "Esc");
        row("Esc for the halt", "halt", "Esc", "Esc");
        row("Enter", "approvals", "Ctrl+Return", "Enter");
        row("a plain letter", "orders", "O", "plain keys");
        row("a capital letter", "orders", "Shift+O", "plain keys");
        row("an arrow of the builder", "orders", "Alt+Up", "arrows");
        row("what sorts grids", "orders", "F5", "sorts grids");
        row("what copies", "orders", "Ctrl+C", "edits text");
        row("the slash of another action", "orders", "/", "plain keys");
    }
    void whatMayNotStandIsNamed() {
        QFETCH(QString, action);
        QFETCH(QString, key);
        QFETCH(QByteArray, named);
        const auto checked = KeyBindings::check({{action.toStdString(), {key.toStdString()}}});
        QVERIFY(!checked.has_value());
        QCOMPARE(checked.error().code, ErrorCode::BadInput);
        QVERIFY2(QByteArray(checked.error().detail.c_str()).contains(named), checked.error().detail.c_str());
    }

    void aKeyThatWasGivenUpMayBeTaken() {
        const KeyChoices swapped = {{"chain", {"F4"}}, {"builder", {"F3"}}};
        QVERIFY(KeyBindings::check(swapped).has_value());
        QCOMPARE(KeyBindings(swapped).of(QStringLiteral("chain")), QList<QKeySequence>{QKeySequence(Qt::Key_F4)});
        const KeyChoices unbound = {{"volatility", {}}, {"chain", {"F3", "F11"}}};
        QVERIFY(KeyBindings::check(unbound).has_value());
        QVERIFY(KeyBindings(unbound).of(QStringLiteral("volatility")).isEmpty());
        QCOMPARE(KeyBindings(unbound).of(QStringLiteral("chain")).size(), 2);
    }

    void haltGainsKeysAndLosesNone() {
        const KeyBindings keys(KeyChoices{{"halt", {"ScrollLock", "Ctrl+Alt+H"}}});
        const auto all = keys.of(QStringLiteral("halt"));
        for (const auto* key : {"F12", "Pause", "Ctrl+Shift+H", "ScrollLock", "Ctrl+Alt+H"})
            QVERIFY2(all.contains(QKeySequence(QString::fromLatin1(key))), key);
        QVERIFY(!KeyBindings::check({{"halt", {}}}).has_value());
        QCOMPARE(KeyBindings(KeyChoices{{"halt", {}}}).of(QStringLiteral("halt")).size(), 3); // whatever came past the check
    }

    void theWindowHaltsOnAddedKeysToo() {
        FakePort port;
        port.kept.keys = {{"halt", {"ScrollLock", "Ctrl+Alt+H"}}};
        MainWindow window(port, {});
        window.show();
        QTest::keyClick(&window, Qt::Key_ScrollLock);
        QCOMPARE(port.halts.size(), std::size_t{1});
        QTest::keyClick(&window, Qt::Key_H, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(port.halts.size(), std::size_t{2});
        QTest::keyClick(&window, Qt::Key_F12);
        QCOMPARE(port.halts.size(), std::size_t{3});
        QTest::keyClick(&window, Qt::Key_H, Qt::AltModifier);
        QCOMPARE(port.halts.size(), std::size_t{3});
    }

    void thePaletteFindsThePeopleOfTheDesk() {
        FakePort port;
        MainWindow window(port, {});
        auto view = viewWithRequest(approval::Tier::T1);
        window.resize(1366, 768);
        window.show();
        window.setView(view);
        for (auto* top : window.menuBar()->actions())
            for (auto* action : top->menu()->actions())
                if (action->text() == QStringLiteral("Command palette")) action->trigger();
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette);
        auto* line = palette->findChild<QLineEdit*>();
        auto* list = palette->findChild<QListWidget*>();
        line->setText(QStringLiteral("act tom")); // who is at the desk already
        QCOMPARE(list->count(), 0);
        line->setText(QStringLiteral("risk manager"));
        QCOMPARE(list->count(), 1);
        QVERIFY(list->item(0)->text().contains(QStringLiteral("Act as Rita")));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(port.all<desk::SwitchUser>().size(), std::size_t{1});
        QCOMPARE(port.all<desk::SwitchUser>().front().user, UserId("rita"));
    }

    void theMenusTheTooltipsTheListOfKeysAndThePaletteFollow() {
        FakePort port;
        port.kept.keys = {{"chain", {"Ctrl+Shift+C"}}, {"halt", {"ScrollLock"}}, {"acknowledge", {"Ctrl+J"}}, {"volatility", {}}};
        MainWindow window(port, {});
        window.resize(1366, 768);
        window.show();
        const QKeySequence wanted(QStringLiteral("Ctrl+Shift+C"));
        QCOMPARE(shortcutsOf(window, QStringLiteral("Chain")), QList<QKeySequence>{wanted});
        bool tipped = false;
        for (auto* button : window.findChildren<QToolButton*>()) {
            tipped = tipped || button->toolTip().contains(wanted.toString(QKeySequence::NativeText));
            QVERIFY(!button->toolTip().contains(QStringLiteral("(F3)")) && !button->toolTip().contains(QStringLiteral("()")));
        }
        QVERIFY(tipped);
        for (auto* top : window.menuBar()->actions())
            for (auto* action : top->menu()->actions())
                if (action->text() == QStringLiteral("Keys of this pane") || action->text() == QStringLiteral("Command palette")) action->trigger();
        const auto* list = window.findChild<KeysLayer*>();
        QVERIFY(list);
        QVERIFY2(list->accessibleDescription().contains(QStringLiteral("Ctrl+Shift+C Chain")), qPrintable(list->accessibleDescription()));
        QVERIFY(list->accessibleDescription().contains(QStringLiteral("Ctrl+F  / Find")));
        QVERIFY(list->accessibleDescription().contains(QStringLiteral("F12  Pause  Ctrl+Shift+H")));
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette);
        palette->findChild<QLineEdit*>()->setText(QStringLiteral("chain"));
        QVERIFY(palette->findChild<QListWidget*>()->item(0)->text().contains(QStringLiteral("Ctrl+Shift+C")));
        auto view = std::make_shared<desk::DeskView>();
        desk::NoticeView notice;
        notice.level = desk::NoticeView::Level::Critical;
        notice.text = "x";
        view->notices = {notice};
        window.setView(view);
        QVERIFY(window.findChild<QLabel*>(QStringLiteral("banner"))->text().contains(QStringLiteral("Ctrl+J acknowledges")));
    }

    void whatIsStagedInTheChainComesAlongHoweverTheBuilderIsOpened_data() {
        QTest::addColumn<bool>("byButton");
        QTest::newRow("by key or menu") << false;
        QTest::newRow("by its button") << true;
    }
    void whatIsStagedInTheChainComesAlongHoweverTheBuilderIsOpened() {
        QFETCH(bool, byButton);
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 768);
        window.show();
        const auto spyChain = simulatedSpy();
        QVERIFY(spyChain);
        auto v = quietViewAt(spyChain);
        market::UnderlyingQuote spy;
        spy.symbol = "SPY";
        v->underlyings = {{spy, 0.5}};
        window.setView(v);
        window.setChain(spyChain);
        auto* builder = qobject_cast<BuilderScreen*>(window.screen(QStringLiteral("builder")));
        auto* chain = window.screen(QStringLiteral("chain"))->findChild<GridView*>();
        const auto stage = [&](int above) {
            window.showScreen(QStringLiteral("chain"));
            chain->setCurrentIndex(chain->model()->index(chain->model()->rowCount() / 2 + above, 0));
            QTest::keyClick(chain, Qt::Key_S);
        };
        const auto open = [&] {
            if (byButton) {
                for (auto* button : window.findChildren<QToolButton*>())
                    if (button->accessibleName() == builder->title()) button->click();
                return;
            }
            for (auto* top : window.menuBar()->actions()) // its key is this action's shortcut
                for (auto* action : top->menu()->actions())
                    if (action->text() == builder->title()) action->trigger();
        };
        stage(0);
        QTest::keyClick(chain, Qt::Key_Plus);
        open();
        QCOMPARE(window.currentScreen(), QStringLiteral("builder"));
        auto draft = builder->draft();
        QCOMPARE(draft.underlying, std::string("SPY"));
        QCOMPARE(draft.legs.size(), std::size_t(1));
        QCOMPARE(draft.quantity, std::int64_t(2));
        window.showScreen(QStringLiteral("chain"));
        open(); // nothing is staged any more: the draft stays
        QCOMPARE(window.currentScreen(), QStringLiteral("builder"));
        QCOMPARE(builder->draft(), draft);
        stage(1);
        draft.quantity = 7;
        Q_EMIT window.screen(QStringLiteral("opportunities"))->builderRequested(draft); // what another screen sends is what is opened
        open();                                                                         // and in the builder nothing takes its place
        QCOMPARE(builder->draft().quantity, std::int64_t(7));
        QCOMPARE(builder->draft().legs, draft.legs);
        window.showScreen(QStringLiteral("chain"));
        open(); // what was staged meanwhile was not lost
        QCOMPARE(builder->draft().quantity, std::int64_t(1));
        QVERIFY(builder->draft().legs != draft.legs);
    }
};

QTEST_MAIN(KeysTest)
#include "tst_ui_keys.moc"
