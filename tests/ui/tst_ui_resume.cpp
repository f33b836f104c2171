#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include "shell_scene.h"
#include "ui/shell/resume_dialog.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::haltedView;
using mahler::ui::testing::says;

/// Starting again is harder than stopping: who, why, the word, and one key on one button.
class ResumeTest : public QObject {
    Q_OBJECT

    /// The dialog over a desk that a person halted.
    struct Opened {
        FakePort port;
        ResumeDialog dialog{port};
        QPushButton* send = dialog.findChild<QPushButton*>();
        std::shared_ptr<desk::DeskView> view = haltedView();
        Opened() {
            dialog.setView(view);
            dialog.show();
        }
        /// A complete form: the reason and the word.
        void fill() {
            for (auto* edit : dialog.findChildren<QLineEdit*>())
                edit->setText(isWord(*edit) ? QStringLiteral("RESUME") : QStringLiteral("looked at it"));
        }
        static bool isWord(const QLineEdit& edit) { return edit.accessibleName().contains(QLatin1String("RESUME")); }
        std::size_t sent() const { return port.all<desk::ResumeRequest>().size(); }
    };

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void resumingIsForThoseWhoMayClearWhatIsSet() {
        Opened o; // a trader sits here
        auto* who = o.dialog.findChild<QComboBox*>();
        QVERIFY(!who->isEditable());
        QVERIFY2(who->currentText().contains(QStringLiteral("Risk Manager")), qPrintable(who->currentText())); // the first who may
        o.fill();
        QVERIFY(o.send->isEnabled());
        for (const auto* id : {"tom", "sara", "ana"}) {
            who->setCurrentIndex(who->findData(QString::fromLatin1(id)));
            QVERIFY2(!o.send->isEnabled(), id);
            o.send->click();
            QCOMPARE(o.sent(), std::size_t{0});
            QVERIFY(says(o.dialog,
                         QStringLiteral("may not clear what is set. Who may: B8: Rita (Risk Manager), Paul (Portfolio Manager), Lena (Team Lead)")));
        }
        who->setCurrentIndex(who->findData(QStringLiteral("lena")));
        QVERIFY(o.send->isEnabled());
        auto drawdown = std::make_shared<desk::DeskView>(*o.view);
        drawdown->latches = {{risk::Breaker::B3Drawdown, {}, {}, "15 %", 1, {}}};
        who->setCurrentIndex(who->findData(QStringLiteral("rita")));
        o.dialog.setView(drawdown); // another latch, other people
        QVERIFY(!o.send->isEnabled());
    }

    void resumingNeedsAReasonAndTheTypedWord() {
        Opened o;
        QVERIFY(!o.send->isEnabled());
        QLineEdit *reason = nullptr, *typed = nullptr;
        for (auto* edit : o.dialog.findChildren<QLineEdit*>()) (o.isWord(*edit) ? typed : reason) = edit;
        QVERIFY(reason && typed);
        QTest::keyClicks(typed, QStringLiteral("resume"));
        QTest::keyClicks(reason, QStringLiteral("looked at it"));
        QVERIFY(!o.send->isEnabled());
        typed->clear();
        QTest::keyClicks(typed, QStringLiteral("RESUME"));
        QVERIFY(o.send->isEnabled());
        QTest::keyClick(typed, Qt::Key_Return);
        QCOMPARE(o.sent(), std::size_t{0}); // Enter alone resumes nothing
        o.send->click();
        QCOMPARE(o.sent(), std::size_t{1});
        QVERIFY(!o.send->isEnabled());
    }

    void aReasonOfBeforeIsNotThereWhenItOpensAnew() {
        Opened o;
        for (auto* edit : o.dialog.findChildren<QLineEdit*>()) edit->setText(QStringLiteral("RESUME"));
        o.dialog.reject();
        o.dialog.show();
        for (auto* edit : o.dialog.findChildren<QLineEdit*>()) QVERIFY2(edit->text().isEmpty(), qPrintable(edit->accessibleName()));
        QVERIFY(!o.dialog.findChild<QPushButton*>()->isEnabled());
    }

    void aHaltInTheCountdownIsSaid() {
        Opened o;
        const auto halted = o.view;
        auto counting = std::make_shared<desk::DeskView>(*halted);
        counting->resumeInSeconds = 7.0;
        const QString stopped = QStringLiteral("A halt stopped the countdown");
        QVERIFY(!says(o.dialog, stopped));
        o.dialog.setView(counting);
        o.dialog.setView(halted); // F12
        QVERIFY(says(o.dialog, stopped));
        o.dialog.setView(halted); // with every o.view until somebody asks again
        QVERIFY(says(o.dialog, stopped));
        o.dialog.setView(counting);
        QVERIFY(!says(o.dialog, stopped));
        auto refused = std::make_shared<desk::DeskView>(*halted);
        refused->notices.insert(refused->notices.begin(), {refused->at.utc, desk::NoticeView::Level::Advisory, "Resume refused: B1 still trips"});
        o.dialog.setView(refused); // no halt ended this one
        QVERIFY(!says(o.dialog, stopped) && says(o.dialog, QStringLiteral("B1 still trips")));
    }

    void enterPressesTheResumeButtonAndNothingElseDoes() {
        Opened o;
        o.send->setFocus();
        QTest::keyClick(o.send, Qt::Key_Return);
        QCOMPARE(o.sent(), std::size_t{0}); // nothing is typed yet
        o.fill();
        for (auto* edit : o.dialog.findChildren<QLineEdit*>()) QTest::keyClick(edit, Qt::Key_Enter);
        QKeyEvent held(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, {}, true);
        QCoreApplication::sendEvent(o.send, &held);
        QCOMPARE(o.sent(), std::size_t{0});
        QTest::keyClick(o.send, Qt::Key_Return);
        QCOMPARE(o.sent(), std::size_t{1});
        QVERIFY(!o.send->isEnabled()); // RESUME is typed anew for another
        for (auto* edit : o.dialog.findChildren<QLineEdit*>())
            if (edit->accessibleName().contains(QLatin1String("RESUME"))) edit->setText(QStringLiteral("RESUME"));
        QTest::keyClick(o.send, Qt::Key_Escape);
        QCOMPARE(o.sent(), std::size_t{1});
        QVERIFY(!o.dialog.isVisible());
    }
};

QTEST_MAIN(ResumeTest)
#include "tst_ui_resume.moc"
