#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>

#include "fake_port.h"
#include "ui/approval/answer_words.h"
#include "ui/shell/main_window.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

class ApprovalTest : public QObject {
    Q_OBJECT

    struct Shown {
        FakePort port;
        MainWindow window{port, {}};
        qint64 clock = 1000;
        explicit Shown(const ViewPtr& view) {
            window.resize(1366, 688);
            window.show();
            window.prompt()->setClock([this] { return clock; });
            window.prompt()->setGraceMs(0);
            window.setView(view);
            window.openApproval(QStringLiteral("A-17"));
        }
        void key(Qt::Key k) { QTest::keyClick(window.prompt(), k); }
        std::vector<desk::AnswerRequest> answers() const { return port.all<desk::AnswerRequest>(); }
        bool says(const QString& words) const {
            for (const auto* label : window.prompt()->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words)) return true;
            return false;
        }
        void type(const QString& loss, const QString& reason) {
            for (auto* edit : window.prompt()->findChildren<QLineEdit*>())
                edit->setText(edit->accessibleName().contains(QLatin1String("loss")) ? loss : reason);
        }
    };

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

    void aTierThreeVerdictStaysCoveredUntilTheOwnCall() {
        Shown s(viewWithRequest(approval::Tier::T3));
        const auto shows = [&](const QString& text) {
            for (auto* label : s.window.prompt()->findChildren<QLabel*>())
                if (label->text().contains(text)) return true;
            return false;
        };
        QVERIFY(!shows(QStringLiteral("0.72")));
        s.key(Qt::Key_V);
        QVERIFY(s.window.prompt()->isVisible());
        s.type(QStringLiteral("4380"), QStringLiteral("my own reading of the book"));
        QVERIFY(shows(QStringLiteral("0.72")));
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
        for (auto* button : s.window.prompt()->findChildren<QPushButton*>())
            if (button->text().contains(QLatin1String("(A)"))) {
                button->click();
                s.clock += 150;
                button->click();
            }
        QVERIFY(s.answers().empty());
        QVERIFY(s.window.prompt()->armed());
    }

    void anAnalystCannotArm() {
        auto view = viewWithRequest(approval::Tier::T1);
        for (const auto& u : view->users)
            if (u.has(approval::Role::Analyst)) view->user = u;
        Shown s(view);
        s.key(Qt::Key_A);
        QVERIFY(!s.window.prompt()->armed());
    }

    void aSoftCheckIsSaidAndBlocksNothing() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->approvals.front().warnings = {"the limit gives 0.10 more than the natural price 0.30 asks for"};
        Shown s(view);
        bool named = false;
        for (auto* label : s.window.prompt()->findChildren<QLabel*>())
            named = named || (label->isVisible() && label->text().contains(QStringLiteral("▲ the limit gives 0.10 more")));
        QVERIFY(named);
        s.key(Qt::Key_A);
        QVERIFY(s.window.prompt()->armed());
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

    void aReasonHasTheSameWordsWhereverItIsShown() {
        for (int digit = 1; digit <= 9; ++digit) {
            QCOMPARE(format::text(rejectCode(digit)), rejectReasons().at(digit - 1)); // journaled, and so in the journal's list
            auto view = viewWithRequest(approval::Tier::T1);
            approval::Request r = view->approvals.front().request;
            r.state = approval::ApprovalState::Rejected;
            r.cause = approval::RejectCause::Person;
            r.causeText = rejectCode(digit);
            view->decided = {r};
            ApprovalsRail rail;
            rail.setView(view);
            QStringList said;
            for (auto* label : rail.findChildren<QLabel*>()) said << label->text();
            QVERIFY2(said.join('|').contains(QStringLiteral("rejected: ") + rejectReasons().at(digit - 1)), qPrintable(said.join('|')));
        }
        QCOMPARE(reasonWords("not one of them"), QStringLiteral("not one of them"));
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

    void fourLegsAndFiveWarningsFitWithoutScrolling() {
        auto full = viewWithRequest(approval::Tier::T2, 4, 5);
        auto& asked = full->approvals.front().request;
        for (unsigned day = 9; day < 13; ++day)
            asked.events.push_back(
                {std::chrono::year{2026} / 12 / static_cast<int>(day), market::EventKind::Cpi, "", "Consumer price index, 08:30 New York"});
        asked.raisedAgain = "A-9 was rejected today; since then spot +1.3 %, credit 1.20 to 1.35";
        Shown s(full);
        QTest::qWait(50);
        auto* prompt = s.window.prompt();
        QVERIFY(s.window.rect().contains(QRect(prompt->mapTo(&s.window, QPoint(0, 0)), prompt->size())));
        for (auto* bar : prompt->findChildren<QScrollBar*>()) QVERIFY2(!bar->isVisible(), qPrintable(bar->parent()->objectName()));
        for (auto* label : prompt->findChildren<QLabel*>()) {
            if (!label->isVisible() || label->text().isEmpty()) continue;
            const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
            QVERIFY2(label->height() >= needed - 1, qPrintable(label->text().left(60)));
        }
        for (auto* child : prompt->findChildren<QWidget*>())
            if (child->isVisible() && child->sizePolicy().verticalPolicy() == QSizePolicy::Fixed)
                QVERIFY2(child->height() >= child->minimumSizeHint().height(), qPrintable(child->accessibleName()));
        for (auto* button : prompt->findChildren<QPushButton*>()) QVERIFY2(button->width() >= button->sizeHint().width(), qPrintable(button->text()));
        auto* legs = prompt->findChild<GridView*>(); // no number the approver decides on may be cut short
        for (int row = 0; row < legs->model()->rowCount(); ++row)
            for (int column = 0; column < legs->model()->columnCount(); ++column) {
                const QString text = legs->model()->index(row, column).data().toString();
                QVERIFY2(QFontMetrics(numberFont(true)).horizontalAdvance(text) <= legs->columnWidth(column) - 12, qPrintable(text));
            }
        for (auto* chart : prompt->findChildren<PayoffChart*>()) QVERIFY(chart->height() >= 160);
    }

    void moreTimeAndEscalationAreAskedOnce() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.key(Qt::Key_M);
        s.key(Qt::Key_E);
        QCOMPARE(s.port.all<desk::ExtendRequest>().size(), std::size_t{1});
        QCOMPARE(s.port.all<desk::EscalateRequest>().front().id, ApprovalId("A-17"));
        s.clock += 5000;
        s.key(Qt::Key_Return);
        QVERIFY(s.answers().empty()); // touched: Enter is no rejection any more
    }

    void whatMayNotBeExtendedSaysWhy() {
        auto view = viewWithRequest(approval::Tier::T2);
        view->approvals.front().noMoreTimeBecause = "the deadline of tier T2 is fixed";
        view->approvals.front().notEscalatedBecause = "T3 is the highest tier";
        Shown s(view);
        s.key(Qt::Key_M);
        QVERIFY(s.port.all<desk::ExtendRequest>().empty());
        QVERIFY(s.says(QStringLiteral("the deadline of tier T2 is fixed")));
        s.key(Qt::Key_E);
        QVERIFY(s.port.all<desk::EscalateRequest>().empty());
        QVERIFY(s.says(QStringLiteral("the highest tier")));
    }

    void whatIfShowsTheBreakerMapAndDecidesNothing() {
        Shown s(viewWithRequest(approval::Tier::T1));
        s.clock += 5000;
        s.key(Qt::Key_A);
        s.key(Qt::Key_W);
        QVERIFY(!s.window.prompt()->isVisible());
        QVERIFY(!s.window.prompt()->armed());
        QCOMPARE(s.window.currentScreen(), QStringLiteral("breaker-map"));
        QVERIFY(s.answers().empty());
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

    void eventsAreListedAndTheirAbsenceIsSaid() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->approvals.front().request.events = {{std::chrono::year{2026} / 12 / 9, market::EventKind::Fomc, "", "FOMC decision"}};
        Shown s(view);
        QVERIFY(s.says(QStringLiteral("9 Dec 26 FOMC decision")));
        s.window.setView(viewWithRequest(approval::Tier::T1));
        QVERIFY(s.says(QStringLiteral("none known")));
    }

    void whatIsRaisedAgainSaysSo() {
        auto view = viewWithRequest(approval::Tier::T1);
        view->approvals.front().request.raisedAgain = "A-9 was rejected today; since then spot +1.3 %";
        Shown s(view);
        QVERIFY(s.says(QStringLiteral("A-9 was rejected today; since then spot +1.3 %")));
    }

    void theRiskIsComputedWhileThePromptIsOpen() {
        Shown s(viewWithRequest(approval::Tier::T1));
        QVERIFY(s.port.risk.back());
        s.key(Qt::Key_Escape);
        QVERIFY(!s.port.risk.back());
    }

    void riskOfTheTradeIsComputingUntilItIsThere() {
        Shown s(viewWithRequest(approval::Tier::T1));
        auto* table = s.window.prompt()->findChild<EffectTable*>();
        QVERIFY(table->accessibleDescription().contains(QLatin1String("VaR 99%, one day: now computing, after computing")));
        auto risk = std::make_shared<desk::RiskView>();
        risk->asIs.historical.unavailable = "no positions";
        desk::TradeRisk trade;
        trade.request = "A-17";
        trade.historical.levels = {{0.99, 1234.4, 1500, {}, {}, {}, {}}};
        trade.worstUsd = -4321.0;
        trade.worstAt = desk::ScenarioPoint{-0.10, 0.30, 5};
        risk->trades.push_back(trade);
        s.window.setRisk(risk);
        QVERIFY2(table->accessibleDescription().contains(QStringLiteral("VaR 99%, one day: now $0.00, after −$1,234")),
                 qPrintable(table->accessibleDescription()));
        QVERIFY(table->accessibleDescription().contains(QStringLiteral("Worst scenario: now $0.00, after −$4,321")));
        QVERIFY(table->accessibleDescription().contains(QStringLiteral("spot −10.0%, IV +30%")));
    }

    void everyReasonToRejectIsWhollyShown() {
        Shown s(viewWithRequest(approval::Tier::T2, 4, 5));
        s.key(Qt::Key_R);
        QTest::qWait(20);
        for (auto* label : s.window.prompt()->findChildren<QLabel*>())
            if (label->text().contains(QLatin1String("Reject because")))
                QVERIFY2(label->sizeHint().width() <= label->width(), qPrintable(label->text()));
        QVERIFY(s.says(QStringLiteral("9 other")));
    }

    void agentTextIsNeverMarkup() {
        Shown s(viewWithRequest(approval::Tier::T1));
        bool shown = false;
        for (auto* label : s.window.prompt()->findChildren<QLabel*>())
            if (label->text().contains(QLatin1String("<b>"))) {
                shown = true;
                QCOMPARE(label->textFormat(), Qt::PlainText);
            }
        QVERIFY(shown);
    }

    void noButtonIsADefaultOne() {
        Shown s(viewWithRequest(approval::Tier::T1));
        for (auto* button : s.window.prompt()->findChildren<QPushButton*>()) {
            QVERIFY(!button->isDefault());
            QVERIFY(!button->autoDefault());
        }
    }
};

QTEST_MAIN(ApprovalTest)
#include "tst_ui_approval.moc"
