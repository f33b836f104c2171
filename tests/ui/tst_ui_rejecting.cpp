#include <QApplication>
#include <QTest>

#include "prompt_scene.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::viewWithRequest;
using Shown = mahler::ui::testing::OpenPrompt;

/// Who may say no in the prompt, and what it says to who may not (ADR 0012).
class RejectingTest : public QObject {
    Q_OBJECT

    static std::shared_ptr<desk::DeskView> seenBy(approval::Role role, approval::Tier tier) {
        auto view = viewWithRequest(tier);
        for (const auto& u : view->users)
            if (u.has(role)) view->user = u;
        return view;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void whoMayNotApproveATierMayStillRejectIt() {
        for (const auto tier : {approval::Tier::T2, approval::Tier::T3}) {
            auto view = seenBy(approval::Role::Trader, tier);
            for (const auto& u : view->users)
                if (u.has(approval::Role::PortfolioManager))
                    view->approvals.front().request.signatures.push_back({u.id, true, "read it all and agreed", {}});
            Shown s(view);
            QVERIFY(s.says(QStringLiteral("R rejects it")));
            for (const auto* firstCall : {"Paul", "paul", "signed", "agreed"}) // blind: nothing of the first decision
                QVERIFY2(!s.says(QString::fromLatin1(firstCall)), firstCall);
            s.key(Qt::Key_A);
            QVERIFY(!s.window.prompt()->armed());
            s.key(Qt::Key_R);
            s.key(Qt::Key_3);
            QCOMPARE(s.answers().size(), std::size_t{1});
            QVERIFY(!s.answers().front().approve);
        }
    }

    void analystsAndStrategistsDoNotReject() {
        for (const auto role : {approval::Role::Analyst, approval::Role::Strategist}) {
            Shown s(seenBy(role, approval::Tier::T1));
            QVERIFY(!s.says(QStringLiteral("R rejects it")));
            s.key(Qt::Key_R);
            s.key(Qt::Key_3);
            QVERIFY(s.answers().empty());
            QVERIFY(s.says(QStringLiteral("may not reject, that is for a trader or above")));
        }
    }

    void aRejectionThatCouldNotBeSentIsSaidBeforeAllElse() {
        Shown s(seenBy(approval::Role::Trader, approval::Tier::T2));
        s.port.accepts = false;
        s.key(Qt::Key_R);
        s.key(Qt::Key_3);
        QVERIFY(s.says(QStringLiteral("nothing was sent")));
    }
};

QTEST_MAIN(RejectingTest)
#include "tst_ui_rejecting.moc"
