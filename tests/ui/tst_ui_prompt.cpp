#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "prompt_scene.h"
#include "ui/approval/answer_words.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;
using Shown = mahler::ui::testing::OpenPrompt;

/// What the prompt shows, and the controls it offers.
class PromptTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

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

    void fourLegsAndFiveWarningsFitWithoutScrolling() {
        auto full = viewWithRequest(approval::Tier::T2, 4, 5);
        auto& asked = full->approvals.front().request;
        for (unsigned day = 9; day < 13; ++day)
            asked.events.push_back(
                {std::chrono::year{2026} / 12 / static_cast<int>(day), market::EventKind::Cpi, "", "Consumer price index, 08:30 New York"});
        asked.raisedAgain = "A-9 was rejected today; since then spot +1.3 %, credit 1.20 to 1.35";
        full->approvals.front().mid = *Price::fromDouble(1.385); // the longest slippage
        full->approvals.front().spotSince = full->approvals.front().netSince = *Price::fromDouble(-0.25);
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
        view->approvals.front().noMoreTime = approval::NoMoreTime::FixedDeadline;
        view->approvals.front().notEscalatedBecause = "T3 is the highest tier";
        Shown s(view);
        s.key(Qt::Key_M);
        QVERIFY(s.port.all<desk::ExtendRequest>().empty());
        QVERIFY(s.says(QStringLiteral("the deadline of tier T2 is fixed")));
        s.key(Qt::Key_E);
        QVERIFY(s.port.all<desk::EscalateRequest>().empty());
        QVERIFY(s.says(QStringLiteral("the highest tier")));
    }

    void whoMayNotDecideReadsWhoMay() {
        auto view = viewWithRequest(approval::Tier::T2);
        view->user = approval::demoUsers().front(); // Tom, a Trader
        Shown s(view);
        QVERIFY(s.says(QStringLiteral("T2 is for Risk Manager or Portfolio Manager or Team Lead")));
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

    void noMeasureIsLostWhereTheTextIsLarger() {
        auto& app = *static_cast<QApplication*>(QApplication::instance());
        Look look = currentLook();
        look.density = Density::Comfortable;
        applyLook(app, look);
        int has = 0, least = 0;
        {
            Shown s(viewWithRequest(approval::Tier::T2, 4, 5));
            QTest::qWait(50);
            const auto* table = s.window.prompt()->findChild<EffectTable*>();
            has = table->height();
            least = table->minimumSizeHint().height();
        }
        look.density = Density::Compact;
        applyLook(app, look);
        QVERIFY2(has >= least, qPrintable(QStringLiteral("%1 of %2").arg(has).arg(least)));
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
        QVERIFY(table->accessibleDescription().contains(QLatin1String("VaR 99%, loss of one day: now computing, after computing")));
        auto risk = std::make_shared<desk::RiskView>();
        risk->asIs.historical.unavailable = "no positions";
        desk::TradeRisk trade;
        trade.request = "A-17";
        trade.historical.levels = {{0.99, 1234.4, 1500, {}, {}, {}, {}}};
        trade.worstUsd = -4321.0;
        trade.worstAt = desk::ScenarioPoint{-0.10, 0.30, 5};
        risk->trades.push_back(trade);
        s.window.setRisk(risk);
        QVERIFY2(table->accessibleDescription().contains(QStringLiteral("VaR 99%, loss of one day: now $0.00, after $1,234")),
                 qPrintable(table->accessibleDescription()));
        QVERIFY(table->accessibleDescription().contains(QStringLiteral("Worst scenario, P&L: now $0.00, after −$4,321")));
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

    void everyReasonToApproveIsWhollyShown() {
        Shown s(viewWithRequest(approval::Tier::T2, 4, 5));
        s.key(Qt::Key_A);
        QTest::qWait(20);
        for (const auto& reason : approveReasons()) QVERIFY2(s.says(reason), qPrintable(reason));
        for (auto* label : s.window.prompt()->findChildren<QLabel*>())
            if (label->text().contains(approveReasons().back())) QVERIFY2(label->sizeHint().width() <= label->width(), qPrintable(label->text()));
        for (auto* edit : s.window.prompt()->findChildren<QLineEdit*>())
            QVERIFY2(edit->fontMetrics().horizontalAdvance(edit->placeholderText()) <= edit->width() - 16, qPrintable(edit->placeholderText()));
    }

    void everyKeyOfThePromptHasAButton() {
        Shown s(viewWithRequest(approval::Tier::T1));
        for (const auto* key : {"A", "Enter", "R", "S", "M", "E", "V", "Space", "W", "Esc"}) {
            const QPushButton* found = nullptr;
            for (auto* button : s.window.prompt()->findChildren<QPushButton*>())
                if (button->isVisible() && button->text().section(QStringLiteral("  "), 1).section(QLatin1Char(':'), 0, 0) == QLatin1String(key))
                    found = button;
            QVERIFY2(found, key);
            QVERIFY2(!found->toolTip().isEmpty(), key);
            QVERIFY2(found->width() >= found->sizeHint().width(), key);
        }
    }

    void evidenceAndLeaveHaveTheirButtons() {
        auto view = viewWithRequest(approval::Tier::T1);
        Shown without(view);
        QVERIFY(!without.button(QStringLiteral("Evidence"))->isEnabled());
        QVERIFY(without.button(QStringLiteral("Evidence"))->toolTip().contains(QLatin1String("no debate")));
        view->approvals.front().cycle = CycleId("C-7");
        Shown s(view);
        QSignalSpy evidence(s.window.prompt(), &ApprovalPrompt::evidenceRequested);
        s.button(QStringLiteral("Evidence"))->click();
        QCOMPARE(evidence.size(), 1);
        QCOMPARE(evidence.front().front().toString(), QStringLiteral("C-7"));
        s.button(QStringLiteral("Leave"))->click();
        QVERIFY(!s.window.prompt()->isVisible());
        QVERIFY(s.answers().empty());
    }

    void noMoreTimeSaysWhyOnTheButton_data() {
        using approval::NoMoreTime;
        QTest::addColumn<std::optional<NoMoreTime>>("why");
        QTest::addColumn<QString>("hint");
        QTest::newRow("not pending") << std::optional(NoMoreTime::NotPending) << QStringLiteral("time over");
        QTest::newRow("fixed deadline") << std::optional(NoMoreTime::FixedDeadline) << QStringLiteral("fixed time");
        QTest::newRow("fixed review") << std::optional(NoMoreTime::FixedReview) << QStringLiteral("fixed time");
        QTest::newRow("used") << std::optional(NoMoreTime::Used) << QStringLiteral("used");
        QTest::newRow("time over") << std::optional(NoMoreTime::TimeOver) << QStringLiteral("time over");
        QTest::newRow("longest") << std::optional(NoMoreTime::Longest) << QStringLiteral("5 min at most");
        QTest::newRow("not one's tier") << std::optional<NoMoreTime>() << QStringLiteral("not your tier");
    }
    void noMoreTimeSaysWhyOnTheButton() {
        QFETCH(std::optional<approval::NoMoreTime>, why);
        QFETCH(QString, hint);
        auto view = viewWithRequest(approval::Tier::T1);
        auto& a = view->approvals.front();
        a.noMoreTime = why;
        a.request.extended = true; // the desk says why, not what can be read off the request
        if (!why)
            for (const auto& u : view->users)
                if (u.has(approval::Role::Analyst)) view->user = u;
        Shown s(view);
        const auto* more = s.button(QStringLiteral("+60 s"));
        QVERIFY(more && !more->isEnabled());
        QCOMPARE(more->text(), QStringLiteral("+60 s  M: ") + hint);
        QVERIFY2(more->toolTip().startsWith(QLatin1String("No more time: ")), qPrintable(more->toolTip()));
        if (why) QVERIFY(more->toolTip().contains(QString::fromStdString(approval::wordsOf(*why, approval::Tier::T1))));
        auto open = viewWithRequest(approval::Tier::T1);
        Shown may(open);
        QCOMPARE(may.button(QStringLiteral("+60 s"))->text(), QStringLiteral("+60 s  M"));
    }

    void theLimitsOfWhatHasASignHoldBothWays() {
        auto view = viewWithRequest(approval::Tier::T1);
        desk::EffectRow row{"beta_delta", -9.1, -16.2, 38.6, "shares"};
        row.detail = "the gate counts delta dollars";
        view->approvals.front().effects = {{"max_loss_equity", 0.0, 1.1, 2.0, "%"}, row, {"theta", 1.0, 2.0, {}, "USD/day"}};
        Shown s(view);
        auto* table = s.window.prompt()->findChild<EffectTable*>();
        const QString said = table->accessibleDescription();
        QVERIFY2(said.contains(QStringLiteral("Max loss, % of equity: now 0.0%, after 1.1%, limit 2.0%")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("Beta delta, SPY shares: now −9.10, after −16.20, limit ±38.60, 42% used")), qPrintable(said));
        QVERIFY(table->tipAt(2 * 15 + 7).contains(QLatin1String("the gate counts delta dollars")));
        QVERIFY(table->tipAt(3 * 15 + 7).contains(QLatin1String("no limit is set on it")));
        QVERIFY(table->tipAt(2 * 15 + 7).contains(QLatin1String("positions alone, no working order")));
    }

    void rowsThatCountWorkingOrdersSaySo() {
        auto view = viewWithRequest(approval::Tier::T1);
        desk::EffectRow row{"portfolio_risk", 1.0, 2.0, 10.0, "%"};
        row.withOrders = true;
        view->approvals.front().effects = {row, {"theta", 1.0, 2.0, {}, "USD/day"}};
        Shown s(view);
        auto* table = s.window.prompt()->findChild<EffectTable*>();
        QVERIFY(table->tipAt(15 + 7).contains(QLatin1String("positions and working orders")));
        QVERIFY(table->accessibleDescription().contains(QLatin1String("Portfolio risk, % of equity, with working orders: now 1.0%")));
        QVERIFY(table->accessibleDescription().contains(QLatin1String("Theta, $ per day: now")));
    }

    void whatMovedSinceTheProposalHasUnits() {
        auto view = viewWithRequest(approval::Tier::T1);
        auto& a = view->approvals.front();
        a.spotSince = Price::fromMicros(65'000);
        a.netSince = Price::fromMicros(-10'000);
        a.ivAtProposal = 0.133;
        a.ivNow = 0.135;
        Shown s(view);
        QVERIFY(s.says(QStringLiteral("since then: spot +$0.07, net −$0.01, IV +0.2 pt")));
        a.spotSince.reset();
        s.window.setView(std::make_shared<desk::DeskView>(*view));
        QVERIFY(s.says(QStringLiteral("since then: spot —, net −$0.01")));
    }

    void theTimeInForceAndTheExpectedSlippageAreSaid_data() {
        QTest::addColumn<double>("limit");
        QTest::addColumn<double>("mid");
        QTest::addColumn<QString>("words");
        QTest::newRow("less credit than the mid") << 1.35 << 1.38
                                                  << QStringLiteral("limit 1.35 cr, DAY   mid 1.38 cr   natural 1.36 cr   "
                                                                    "slippage 0.03 a share, $6.00 in all");
        QTest::newRow("more debit than the mid") << -0.85 << -0.82 << QStringLiteral("slippage 0.03 a share, $6.00 in all");
        QTest::newRow("better than the mid") << 1.35 << 1.33 << QStringLiteral("slippage \u22120.02 a share, \u2212$4.00 in all");
        QTest::newRow("a mid between two cents") << 1.35 << 1.355 << QStringLiteral("slippage 0.005 a share, $1.00 in all");
        QTest::newRow("at the mid") << 1.35 << 1.35 << QStringLiteral("slippage 0.00 a share, $0.00 in all");
    }
    void theTimeInForceAndTheExpectedSlippageAreSaid() {
        QFETCH(double, limit);
        QFETCH(double, mid);
        QFETCH(QString, words);
        auto view = viewWithRequest(approval::Tier::T1);
        auto& a = view->approvals.front();
        a.request.order.netLimit = *Price::fromDouble(limit);
        a.request.order.quantity = 2;
        a.mid = *Price::fromDouble(mid);
        Shown s(view);
        QVERIFY(s.says(words));
        a.mid.reset();
        s.window.setView(std::make_shared<desk::DeskView>(*view));
        QVERIFY(s.says(QStringLiteral(", DAY   mid \u2014   natural 1.36 cr   slippage \u2014")));
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

QTEST_MAIN(PromptTest)
#include "tst_ui_prompt.moc"
