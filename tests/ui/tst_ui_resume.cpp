#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include "fake_port.h"
#include "ui/shell/resume_dialog.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

/// Starting again is harder than stopping: who, why, the word, and one key on one button.
class ResumeTest : public QObject {
    Q_OBJECT

    static std::shared_ptr<desk::DeskView> quietView() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->approvals.clear();
        return view;
    }
    static bool says(const QWidget& where, const QString& words) {
        for (auto* label : where.findChildren<QLabel*>())
            if (label->text().contains(words)) return true;
        return false;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void resumingIsForThoseWhoMayClearWhatIsSet() {
        FakePort port;
        ResumeDialog dialog(port);
        auto view = quietView();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        dialog.setView(view); // a trader sits here
        dialog.show();
        auto* send = dialog.findChild<QPushButton*>();
        auto* who = dialog.findChild<QComboBox*>();
        QVERIFY(!who->isEditable());
        QVERIFY2(who->currentText().contains(QStringLiteral("Risk Manager")), qPrintable(who->currentText())); // the first who may
        for (auto* edit : dialog.findChildren<QLineEdit*>())
            edit->setText(edit->accessibleName().contains(QLatin1String("RESUME")) ? QStringLiteral("RESUME") : QStringLiteral("looked at it"));
        QVERIFY(send->isEnabled());
        for (const auto* id : {"tom", "sara", "ana"}) {
            who->setCurrentIndex(who->findData(QString::fromLatin1(id)));
            QVERIFY2(!send->isEnabled(), id);
            send->click();
            QVERIFY(port.all<desk::ResumeRequest>().empty());
            QVERIFY(says(dialog,
                         QStringLiteral("may not clear what is set. Who may: B8: Rita (Risk Manager), Paul (Portfolio Manager), Lena (Team Lead)")));
        }
        who->setCurrentIndex(who->findData(QStringLiteral("lena")));
        QVERIFY(send->isEnabled());
        auto drawdown = std::make_shared<desk::DeskView>(*view);
        drawdown->latches = {{risk::Breaker::B3Drawdown, {}, {}, "15 %", 1, {}}};
        who->setCurrentIndex(who->findData(QStringLiteral("rita")));
        dialog.setView(drawdown); // another latch, other people
        QVERIFY(!send->isEnabled());
    }

    void resumingNeedsAReasonAndTheTypedWord() {
        FakePort port;
        ResumeDialog dialog(port);
        auto view = quietView();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        dialog.setView(view);
        dialog.show();
        auto* send = dialog.findChild<QPushButton*>();
        QVERIFY(!send->isEnabled());
        QLineEdit *reason = nullptr, *typed = nullptr;
        for (auto* edit : dialog.findChildren<QLineEdit*>())
            (edit->accessibleName() == QLatin1String("Reason")          ? reason
             : edit->accessibleName().contains(QLatin1String("RESUME")) ? typed
                                                                        : reason) = edit;
        QVERIFY(reason && typed);
        QTest::keyClicks(typed, QStringLiteral("resume"));
        QTest::keyClicks(reason, QStringLiteral("looked at it"));
        QVERIFY(!send->isEnabled());
        typed->clear();
        QTest::keyClicks(typed, QStringLiteral("RESUME"));
        QVERIFY(send->isEnabled());
        QTest::keyClick(typed, Qt::Key_Return);
        QVERIFY(port.all<desk::ResumeRequest>().empty()); // Enter alone resumes nothing
        send->click();
        QCOMPARE(port.all<desk::ResumeRequest>().size(), std::size_t{1});
        QVERIFY(!send->isEnabled());
    }

    void aReasonOfBeforeIsNotThereWhenItOpensAnew() {
        FakePort port;
        ResumeDialog dialog(port);
        auto view = quietView();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        dialog.setView(view);
        dialog.show();
        for (auto* edit : dialog.findChildren<QLineEdit*>()) edit->setText(QStringLiteral("RESUME"));
        dialog.reject();
        dialog.show();
        for (auto* edit : dialog.findChildren<QLineEdit*>()) QVERIFY2(edit->text().isEmpty(), qPrintable(edit->accessibleName()));
        QVERIFY(!dialog.findChild<QPushButton*>()->isEnabled());
    }

    void aHaltInTheCountdownIsSaid() {
        FakePort port;
        ResumeDialog dialog(port);
        auto halted = quietView();
        halted->state = desk::RunState::Halted;
        halted->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        auto counting = std::make_shared<desk::DeskView>(*halted);
        counting->resumeInSeconds = 7.0;
        const QString stopped = QStringLiteral("A halt stopped the countdown");
        dialog.setView(halted);
        dialog.show();
        QVERIFY(!says(dialog, stopped));
        dialog.setView(counting);
        dialog.setView(halted); // F12
        QVERIFY(says(dialog, stopped));
        dialog.setView(halted); // with every view until somebody asks again
        QVERIFY(says(dialog, stopped));
        dialog.setView(counting);
        QVERIFY(!says(dialog, stopped));
        auto refused = std::make_shared<desk::DeskView>(*halted);
        refused->notices.insert(refused->notices.begin(), {refused->at.utc, desk::NoticeView::Level::Advisory, "Resume refused: B1 still trips"});
        dialog.setView(refused); // no halt ended this one
        QVERIFY(!says(dialog, stopped) && says(dialog, QStringLiteral("B1 still trips")));
    }

    void enterPressesTheResumeButtonAndNothingElseDoes() {
        FakePort port;
        ResumeDialog dialog(port);
        auto view = quietView();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        dialog.setView(view);
        dialog.show();
        auto* send = dialog.findChild<QPushButton*>();
        const auto sent = [&] { return port.all<desk::ResumeRequest>().size(); };
        send->setFocus();
        QTest::keyClick(send, Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{0}); // nothing is typed yet
        for (auto* edit : dialog.findChildren<QLineEdit*>())
            edit->setText(edit->accessibleName().contains(QLatin1String("RESUME")) ? QStringLiteral("RESUME") : QStringLiteral("looked at it"));
        for (auto* edit : dialog.findChildren<QLineEdit*>()) QTest::keyClick(edit, Qt::Key_Enter);
        QKeyEvent held(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, {}, true);
        QCoreApplication::sendEvent(send, &held);
        QCOMPARE(sent(), std::size_t{0});
        QTest::keyClick(send, Qt::Key_Return);
        QCOMPARE(sent(), std::size_t{1});
        QVERIFY(!send->isEnabled()); // RESUME is typed anew for another
        for (auto* edit : dialog.findChildren<QLineEdit*>())
            if (edit->accessibleName().contains(QLatin1String("RESUME"))) edit->setText(QStringLiteral("RESUME"));
        QTest::keyClick(send, Qt::Key_Escape);
        QCOMPARE(sent(), std::size_t{1});
        QVERIFY(!dialog.isVisible());
    }
};

QTEST_MAIN(ResumeTest)
#include "tst_ui_resume.moc"
