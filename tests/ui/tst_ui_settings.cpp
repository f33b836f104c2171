#include <QApplication>
#include <QMenuBar>
#include <QTest>

#include "fake_port.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/settings_words.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class SettingsDialogTest : public QObject {
    Q_OBJECT

    struct Opened {
        FakePort port;
        std::unique_ptr<SettingsDialog> dialog;
        explicit Opened(approval::Role role = approval::Role::TeamLead, const SettingsValues& kept = {}) {
            port.kept = kept;
            dialog = std::make_unique<SettingsDialog>(port);
            dialog->openWith(viewOf(role, kept));
        }
        static ViewPtr viewOf(approval::Role role, const SettingsValues& kept) {
            auto view = viewWithRequest(approval::Tier::T1);
            for (const auto& u : view->users)
                if (u.has(role)) {
                    view->user = u;
                    break;
                }
            view->limits = kept.desk.limits;
            return view;
        }
        template <class W> W* find(const char* name) const { return dialog->findChild<W*>(QString::fromLatin1(name)); }
        QString state(const char* key) const { return dialog->findChild<QLabel*>(QString::fromLatin1(key) + QStringLiteral(".state"))->text(); }
        void type(const char* key, const QString& text) const { find<QLineEdit>(key)->setText(text); }
        void save() const { QTest::mouseClick(find<QPushButton>("save"), Qt::LeftButton); }
        void showPage(int page) const { dialog->findChild<QTabWidget*>()->setCurrentIndex(page); }
        bool says(const QString& words) const {
            for (auto* label : dialog->findChildren<QLabel*>())
                if (label->text().contains(words)) return true;
            return false;
        }
    };

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void everyThresholdAndLimitIsThereWithItsDefault() {
        Opened o;
        const auto check = [&](const FieldInfo& f, double value) {
            auto* editor = o.find<QWidget>(f.key);
            QVERIFY2(editor, f.key);
            QVERIFY2(!editor->accessibleName().isEmpty() && editor->accessibleName() != QLatin1String(f.key), f.key);
            QVERIFY2(editor->toolTip().contains(QLatin1String(f.key)), f.key);
            QVERIFY2(editor->accessibleDescription().contains(QStringLiteral("default")), f.key);
            QVERIFY2(o.state(f.key).isEmpty(), f.key);
            if (const auto* line = qobject_cast<QLineEdit*>(editor)) QCOMPARE(line->text().toDouble(), value * shownScale(f.unit));
        };
        for (const auto& f : strategy::screenFields()) check(f, f.get(strategy::calibratedProfile()));
        for (const auto& f : risk::limitFields()) check(f, f.get(risk::Limits{}));
        QCOMPARE(o.find<QLineEdit>("trader_seconds")->text(), QStringLiteral("30"));
        QVERIFY(o.says(QStringLiteral("may only be tightened")));
    }

    void aChangedValueSaysSoAndIsGivenOnSaveOnly() {
        Opened o;
        o.type("risk_per_trade", QStringLiteral("1.5"));
        QVERIFY(o.state("risk_per_trade").contains(QStringLiteral("differs from the default")));
        QVERIFY(o.port.wantedSettings.empty());
        o.save();
        QCOMPARE(o.port.wantedSettings.size(), std::size_t{1});
        QCOMPARE(o.port.wantedSettings.front().desk.limits.riskPerTrade, 0.015);
        QVERIFY(o.dialog->isVisible()); // until the port says it is kept
        Q_EMIT o.port.settingsSaved(o.port.wantedSettings.front());
        QVERIFY(!o.dialog->isVisible());
    }

    void aLooserLimitIsRefusedWithASentence_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QString>("text");
        QTest::newRow("a higher maximum") << QByteArray("risk_per_trade") << QStringLiteral("2.1");
        QTest::newRow("a lower floor") << QByteArray("min_open_interest") << QStringLiteral("99");
        QTest::newRow("one contract more") << QByteArray("max_contracts_per_order") << QStringLiteral("501");
    }
    void aLooserLimitIsRefusedWithASentence() {
        QFETCH(QByteArray, key);
        QFETCH(QString, text);
        Opened o;
        o.type(key.constData(), text);
        QVERIFY(o.state(key.constData()).contains(QStringLiteral(": may only be tightened")));
        QCOMPARE(o.find<QLineEdit>(key.constData())->text(), text); // not turned into something else
        o.save();
        QVERIFY(o.port.wantedSettings.empty());
        QVERIFY(o.says(QStringLiteral("Nothing was saved")));
        QVERIFY(o.find<QLineEdit>(key.constData())->isVisible()); // its page is in front
    }

    void whatIsNoNumberOrOutOfRangeIsRefused_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << QByteArray("dte_min") << QString();
        QTest::newRow("a word") << QByteArray("dte_min") << QStringLiteral("soon");
        QTest::newRow("a comma") << QByteArray("slippage") << QStringLiteral("1,5");
        QTest::newRow("half a day") << QByteArray("dte_min") << QStringLiteral("30.5");
        QTest::newRow("not a number") << QByteArray("width_min") << QStringLiteral("nan");
        QTest::newRow("endless") << QByteArray("width_max") << QStringLiteral("inf");
        QTest::newRow("too many decimals") << QByteArray("width_min") << QStringLiteral("2.00000001");
        QTest::newRow("a percentile of 101") << QByteArray("iv_percentile_min") << QStringLiteral("101");
        QTest::newRow("29 seconds") << QByteArray("trader_seconds") << QStringLiteral("29");
        QTest::newRow("six minutes") << QByteArray("trader_seconds") << QStringLiteral("360");
    }
    void whatIsNoNumberOrOutOfRangeIsRefused() {
        QFETCH(QByteArray, key);
        QFETCH(QString, text);
        Opened o;
        o.type(key.constData(), text);
        QVERIFY(o.state(key.constData()).startsWith(QStringLiteral("▲")));
        o.save();
        QVERIFY(o.port.wantedSettings.empty());
    }

    void aRangeUpsideDownIsRefused() {
        Opened o;
        o.type("dte_min", QStringLiteral("60"));
        o.save();
        QVERIFY(o.port.wantedSettings.empty());
        QVERIFY(o.says(QStringLiteral("dte_min")));
    }

    void escapeDiscards() {
        Opened o;
        o.type("risk_per_trade", QStringLiteral("1"));
        QTest::keyClick(o.dialog.get(), Qt::Key_Escape);
        QVERIFY(!o.dialog->isVisible());
        QVERIFY(o.port.wantedSettings.empty());
        o.dialog->openWith(nullptr);
        QCOMPARE(o.find<QLineEdit>("risk_per_trade")->text(), QStringLiteral("2"));
    }

    void savingNothingSendsNothing() {
        Opened o;
        o.save();
        QVERIFY(o.port.wantedSettings.empty());
        QVERIFY(!o.dialog->isVisible());
    }

    void aProfileSetsItsThresholdsAndTheyStayEditable() {
        Opened o;
        o.find<QComboBox>("profile")->setCurrentIndex(1);
        QCOMPARE(o.find<QLineEdit>("credit_to_width_min")->text(), QStringLiteral("25"));
        QVERIFY(o.find<QComboBox>("require_positive_ev")->currentText() == QLatin1String("off"));
        o.type("credit_to_width_min", QStringLiteral("20"));
        o.save();
        const auto& screener = o.port.wantedSettings.back().desk.screener;
        QCOMPARE(screener.name, std::string("seed"));
        QCOMPARE(screener.creditToWidthMin, 0.2);
        QCOMPARE(screener.creditToCostMin, 0.0);
    }

    void resetPutsOnePageBack() {
        SettingsValues kept;
        kept.desk.screener = strategy::seedProfile();
        kept.desk.screener.dteMin = 20;
        kept.desk.limits.riskPerTrade = 0.01;
        Opened o(approval::Role::TeamLead, kept);
        QVERIFY(!o.state("dte_min").isEmpty());
        o.showPage(1);
        QTest::mouseClick(o.find<QPushButton>("reset"), Qt::LeftButton);
        o.save();
        const auto& wanted = o.port.wantedSettings.back().desk;
        QCOMPARE(wanted.screener.name, std::string("calibrated"));
        QCOMPARE(wanted.screener.dteMin, 30);
        QCOMPARE(wanted.limits.riskPerTrade, 0.01); // another page
    }

    void aTraderMayLookAndChangeNothingOfTheDesk() {
        Opened o(approval::Role::Trader);
        QVERIFY(!o.find<QLineEdit>("risk_per_trade")->isEnabled());
        QVERIFY(!o.find<QLineEdit>("dte_min")->isEnabled());
        QVERIFY(!o.find<QLineEdit>("trader_seconds")->isEnabled());
    }

    void theBrokersPhoneIsTheTeamLeadsToSet() {
        Opened o(approval::Role::TeamLead);
        o.type("phone", QStringLiteral("call Bob"));
        o.save();
        QVERIFY(o.port.wantedSettings.empty());
        QVERIFY(o.says(QStringLiteral("a phone number has at least 3 digits")));
        o.type("phone", QStringLiteral(" +1 555 0100 "));
        o.save();
        QCOMPARE(o.port.wantedSettings.back().brokerPhone, std::string("+1 555 0100"));
        Opened trader(approval::Role::Trader);
        QVERIFY(!trader.find<QLineEdit>("phone")->isEnabled());
        QVERIFY(trader.says(QStringLiteral("how the broker is reached is for the team lead")));
    }

    void aStrategistSeesLimitsButCannotChangeThem() {
        Opened o(approval::Role::Strategist);
        QVERIFY(!o.find<QLineEdit>("risk_per_trade")->isEnabled());
        QVERIFY(o.find<QLineEdit>("dte_min")->isEnabled());
        QVERIFY(o.says(QStringLiteral("may look, not change")));
        o.showPage(2);
        QTest::mouseClick(o.find<QPushButton>("reset"), Qt::LeftButton);
        o.type("dte_min", QStringLiteral("28"));
        o.save();
        QCOMPARE(o.port.wantedSettings.back().desk.screener.dteMin, 28);
    }

    void aLimitThatWaitsForTomorrowSaysSo() {
        FakePort port;
        SettingsDialog dialog(port);
        SettingsValues tight;
        tight.desk.limits.riskPerTrade = 0.01;
        dialog.openWith(Opened::viewOf(approval::Role::RiskManager, tight));
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("risk_per_trade.state"))->text().contains(QStringLiteral("next trading day")));
    }

    void aRefusalOfTheDiskKeepsWhatWasTyped() {
        Opened o;
        o.type("slippage", QStringLiteral("12"));
        o.save();
        Q_EMIT o.port.settingsRefused(QStringLiteral("disk full"));
        QVERIFY(o.dialog->isVisible());
        QVERIFY(o.says(QStringLiteral("disk full")));
        QCOMPARE(o.find<QLineEdit>("slippage")->text(), QStringLiteral("12"));
        QVERIFY(o.find<QPushButton>("save")->isEnabled());
    }

    void ctrlCommaOpensItAndSavedColoursAreShown() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        auto* dialog = window.findChild<SettingsDialog*>();
        QVERIFY(dialog && !dialog->isVisible());
        bool found = false;
        for (auto* top : window.menuBar()->actions())
            for (auto* action : top->menu()->actions())
                if (action->shortcut() == QKeySequence(QStringLiteral("Ctrl+,"))) {
                    found = true;
                    action->trigger();
                }
        QVERIFY(found);
        QVERIFY(dialog->isVisible());
        QVERIFY(QApplication::focusWidget() == nullptr || dialog->isAncestorOf(QApplication::focusWidget()));
        dialog->findChild<QComboBox*>(QStringLiteral("gain_loss"))->setCurrentIndex(1);
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("save")), Qt::LeftButton);
        QVERIFY(currentLook() == Look{}); // not before it is kept
        Q_EMIT port.settingsSaved(port.wantedSettings.back());
        QVERIFY((currentLook() == Look{ThemeKind::Dark, GainLoss::GreenRed}));
        applyLook(*qApp, {});
    }

    void paletteAndDensityAreChosenAndRemembered() {
        Opened o;
        o.find<QComboBox>("gain_loss")->setCurrentIndex(2);
        o.find<QComboBox>("density")->setCurrentIndex(1);
        o.save();
        QVERIFY((o.port.wantedSettings.back().look == Look{ThemeKind::Dark, GainLoss::RedGreen, Density::Comfortable}));
        applyLook(*qApp, o.port.wantedSettings.back().look);
        o.dialog->openWith(nullptr); // what is seen is what it shows
        QCOMPARE(o.find<QComboBox>("gain_loss")->currentText(), QStringLiteral("red, green"));
        QCOMPARE(o.find<QComboBox>("density")->currentText(), QStringLiteral("comfortable"));
        applyLook(*qApp, {});
    }

    void haltWorksWhileItIsOpen() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        auto* dialog = window.findChild<SettingsDialog*>();
        dialog->openWith(nullptr);
        QTest::keyClick(dialog, Qt::Key_F12);
        QCOMPARE(port.halts.size(), std::size_t{1});
    }
};

QTEST_MAIN(SettingsDialogTest)
#include "tst_ui_settings.moc"
