#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include "prompt_scene.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;
using Shown = mahler::ui::testing::OpenPrompt;

/// What it takes to approve or reject: keys, times, fields, people.
class ApprovalTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void armThenEnterApprovesAfterTheReadingTime() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        QVERIFY(s.answers().empty()); // too early
        s.clock += 900;
        s.key(Qt::Key_Return);
        QCOMPARE(s.answers().size(), std::size_t{1});
        QVERIFY(s.answers().front().approve);
        QVERIFY(s.answers().front().shownHash == sha256("shown"));
    }

    void enterOnAnUntouchedPromptRejects() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.clock += 5000;
        s.key(Qt::Key_Return);
        QCOMPARE(s.answers().size(), std::size_t{1});
        QVERIFY(!s.answers().front().approve);
    }

    void holdingAOrEnterApprovesNothing() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.clock += 5000;
        for (int i = 0; i < 90; ++i) {
            QTest::simulateEvent(s.window.prompt(), true, Qt::Key_A, Qt::NoModifier, QStringLiteral("a"), true);
            QTest::simulateEvent(s.window.prompt(), true, Qt::Key_Return, Qt::NoModifier, QStringLiteral("\r"), true);
        }
        QVERIFY(s.answers().empty());
        QVERIFY(!s.window.prompt()->armed());
    }

    void aRequestThatArrivesWhileTypingGetsNoKey() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        QLineEdit edit(&window);
        edit.show();
        edit.setFocus();
        QTest::keyClicks(&edit, QStringLiteral("abc"));
        window.setView(viewWithRequest(approval::Tier::T1));
        QTest::keyClicks(&edit, QStringLiteral("def"));
        QTest::keyClick(&edit, Qt::Key_Return);
        QCOMPARE(edit.text(), QStringLiteral("abcdef"));
        QVERIFY(port.all<desk::AnswerRequest>().empty());
        QVERIFY(!window.prompt()->isVisible());
    }

    void tierTwoNeedsTheTypedLossAndAReason() {
        Shown s(viewWithRequest(approval::Tier::T2));
        s.clock += 6000;
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
        s.type(QStringLiteral("4,381"), QStringLiteral("1 fine"));
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
        s.type(QStringLiteral("4,380.00"), QString());
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
        s.type(QStringLiteral("$4,380"), QStringLiteral("1 fine"));
        s.key(Qt::Key_A);
        QVERIFY(s.window.prompt()->armed());
        s.key(Qt::Key_Return);
        QCOMPARE(s.answers().size(), std::size_t{1});
        QCOMPARE(s.answers().front().typedMaxLoss->micros(), std::int64_t{4'380'000'000});
    }

    void tierThreeNeedsALongReason() {
        Shown s(viewWithRequest(approval::Tier::T3));
        s.clock += 11000;
        s.type(QStringLiteral("4380"), QStringLiteral("too short"));
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
        s.type(QStringLiteral("4380"), QStringLiteral("read the whole debate twice"));
        s.key(Qt::Key_A);
        QVERIFY(s.window.prompt()->armed());
    }

    void anotherUserNeverSignsWithTheFirstOnesHand() {
        auto view = viewWithRequest(approval::Tier::T1);
        Shown s(view);
        s.clock += 5000;
        s.key(Qt::Key_A);
        QVERIFY(s.window.prompt()->armed());
        auto other = viewWithRequest(approval::Tier::T1);
        for (const auto& u : other->users)
            if (u.id != view->user.id && u.has(approval::Role::RiskManager)) other->user = u;
        QVERIFY(other->user.id != view->user.id);
        s.window.setView(other);
        QVERIFY(!s.window.prompt()->armed());
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        QVERIFY(s.answers().empty()); // the reading time starts anew for the new reader
    }

    void aSwitchOfUsersInTheGraceSendsNothing() {
        auto view = viewWithRequest(approval::Tier::T1);
        Shown s(view);
        s.window.prompt()->setGraceMs(30);
        s.clock += 5000;
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        auto other = viewWithRequest(approval::Tier::T1);
        for (const auto& u : other->users)
            if (u.id != view->user.id) other->user = u;
        s.window.setView(other);
        QTest::qWait(80);
        QVERIFY(s.answers().empty());
    }

    void whatBecomesBlockedInTheGraceIsNotSent() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.window.prompt()->setGraceMs(30);
        s.clock += 5000;
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        auto blocked = viewWithRequest(approval::Tier::T1);
        blocked->approvals.front().blockedBecause = {"a leg is stale"};
        s.window.setView(blocked);
        QTest::qWait(80);
        QVERIFY(s.answers().empty());
    }

    void whatBecomesBlockedDisarms() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.clock += 5000;
        s.key(Qt::Key_A);
        auto blocked = viewWithRequest(approval::Tier::T1);
        blocked->approvals.front().blockedBecause = {"a leg is stale"};
        s.window.setView(blocked);
        QVERIFY(!s.window.prompt()->armed());
        s.window.setView(viewWithRequest(approval::Tier::T1));
        QVERIFY(!s.window.prompt()->armed()); // fresh again: it still takes a new A
        s.key(Qt::Key_Escape);
    }

    void theSecondApproverSeesNothingOfTheFirst() {
        auto view = viewWithRequest(approval::Tier::T3);
        Shown s(view);
        s.clock += 11000;
        s.type(QStringLiteral("4380"), QStringLiteral("read the whole debate twice"));
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        QCOMPARE(s.answers().size(), std::size_t{1});
        for (auto* edit : s.window.prompt()->findChildren<QLineEdit*>()) QVERIFY(edit->text().isEmpty());
    }

    void enterInTheAmountFieldDoesNotReject() {
        Shown s(viewWithRequest(approval::Tier::T2));
        s.clock += 6000;
        for (auto* edit : s.window.prompt()->findChildren<QLineEdit*>())
            if (edit->accessibleName().contains(QLatin1String("loss"))) {
                QTest::keyClicks(edit, QStringLiteral("4380"));
                QTest::keyClick(edit, Qt::Key_Return);
            }
        QVERIFY(s.answers().empty());
    }

    void lettersTypedInAFieldAreText() {
        Shown s(viewWithRequest(approval::Tier::T2));
        s.clock += 6000;
        for (auto* edit : s.window.prompt()->findChildren<QLineEdit*>())
            if (!edit->accessibleName().contains(QLatin1String("loss"))) {
                QTest::keyClicks(edit, QStringLiteral("sure, vague 3 area"));
                QCOMPARE(edit->text(), QStringLiteral("sure, vague 3 area"));
            }
        QVERIFY(s.answers().empty());
        QVERIFY(s.port.all<desk::SizeDown>().empty());
        QVERIFY(!s.window.prompt()->armed());
    }

    void aFullQueueSaysNothingWasSent() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.port.accepts = false;
        s.clock += 5000;
        s.key(Qt::Key_R);
        s.key(Qt::Key_3);
        bool said = false;
        for (auto* label : s.window.prompt()->findChildren<QLabel*>()) said = said || label->text().contains(QLatin1String("nothing was sent"));
        QVERIFY(said);
    }

    void aDoubleClickOnTheButtonDoesNotApprove() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.clock += 5000;
        auto *arm = s.button(QStringLiteral("Arm")), *approve = s.button(QStringLiteral("Approve"));
        QVERIFY(arm && approve && !approve->isEnabled());
        for (auto* pressed : {arm, arm, approve}) { // a twitch of the hand over both
            pressed->click();
            s.clock += 150;
        }
        QVERIFY(s.answers().empty());
        QVERIFY(s.window.prompt()->armed());
        s.clock += 500;
        approve->click();
        QCOMPARE(s.answers().size(), std::size_t{1});
        QVERIFY(s.answers().front().approve);
    }

    void whatIsBeingSentIsPulledBackByItsButton() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.window.prompt()->setGraceMs(5000);
        s.clock += 5000;
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        auto* back = s.button(QStringLiteral("Pull back"));
        QVERIFY(back && back->isEnabled() && back->text().contains(QLatin1Char('U')));
        back->click();
        QVERIFY(s.answers().empty() && !s.window.prompt()->armed());
        QVERIFY(s.says(QStringLiteral("Nothing was sent")));
    }

    void anAnalystCannotArm() {
        auto view = viewWithRequest(approval::Tier::T1);
        for (const auto& u : view->users)
            if (u.has(approval::Role::Analyst)) view->user = u;
        Shown s(view);
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
    }

    void aStaleLegBlocksWithItsCauseNamed() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->approvals.front().blockedBecause = {"a leg is stale"};
        Shown s(view);
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
        bool named = false;
        for (auto* label : s.window.prompt()->findChildren<QLabel*>()) named = named || label->text().contains(QLatin1String("stale"));
        QVERIFY(named);
    }

    void rejectTakesACodeAndIsImmediate() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.key(Qt::Key_R);
        s.key(Qt::Key_3);
        QCOMPARE(s.answers().size(), std::size_t{1});
        QVERIFY(!s.answers().front().approve);
        QCOMPARE(s.answers().front().reason, std::string("3 too risky"));
    }

    void escapeLeavesItUndecided() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.key(Qt::Key_Escape);
        QVERIFY(s.answers().empty());
        QVERIFY(!s.window.prompt()->isVisible());
    }

    void aChangedRequestDisarms() {
        auto view = viewWithRequest(approval::Tier::T1);
        Shown s(view);
        s.clock += 5000;
        s.key(Qt::Key_A);
        QVERIFY(s.window.prompt()->armed());
        auto other = viewWithRequest(approval::Tier::T1);
        other->approvals.front().request.shownHash = sha256("other");
        s.window.setView(other);
        QVERIFY(!s.window.prompt()->armed());
    }

    void aDecidedRequestClosesThePrompt() {
        Shown s(viewWithRequest(approval::Tier::T1));
        auto empty = viewWithRequest(approval::Tier::T1);
        empty->approvals.clear();
        s.window.setView(empty);
        QVERIFY(!s.window.prompt()->isVisible());
    }

    void aSmallerRequestOpensInPlace() {
        auto view = viewWithRequest(approval::Tier::T1);
        Shown s(view);
        s.clock += 5000;
        s.key(Qt::Key_S);
        QCOMPARE(s.port.all<desk::SizeDown>().front().quantity, std::int64_t{6});
        auto smaller = viewWithRequest(approval::Tier::T1);
        auto& a = smaller->approvals.front();
        a.request.id = ApprovalId("A-18");
        a.request.replaces = ApprovalId("A-17");
        a.request.replacesWhy = "made smaller, 12 to 6";
        a.request.shownHash = sha256("smaller");
        s.window.setView(smaller);
        QVERIFY(s.window.prompt()->isVisible());
        QCOMPARE(s.window.prompt()->approvalId(), QStringLiteral("A-18"));
        QVERIFY(s.says(QStringLiteral("made smaller, 12 to 6")));
        QCOMPARE(s.port.all<desk::OpenRequest>().back().id, ApprovalId("A-18"));
        s.key(Qt::Key_Return);
        QVERIFY(s.answers().empty()); // an Enter meant for the old one does nothing to the new one
        s.key(Qt::Key_A);
        s.key(Qt::Key_Return);
        QVERIFY(s.answers().empty()); // and it is read anew
        s.clock += 900;
        s.key(Qt::Key_Return);
        QCOMPARE(s.answers().size(), std::size_t{1});
        QVERIFY(s.answers().front().approve && s.answers().front().shownHash == sha256("smaller"));
    }
};

QTEST_MAIN(ApprovalTest)
#include "tst_ui_approval.moc"
