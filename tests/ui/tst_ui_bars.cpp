#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QScreen>
#include <QScrollBar>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "book_scene.h"
#include "ui/shell/layers.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

/// Halt bar, strip, rail and resume dialog: what they say of risk, trips, clocks and people.
class BarsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void theRailSaysWhatWasSentWithoutAsking() {
        ApprovalsRail rail;
        auto view = book();
        rail.setView(view);
        QVERIFY(!labelWith(rail, QStringLiteral("Sent without asking today: none")).isEmpty());
        view->sentUnasked = {3, Usd::fromMicros(1'398'000'000), Usd::fromMicros(2'000'000'000)};
        rail.setView(view);
        auto* total = rail.findChild<QLabel*>(QStringLiteral("unasked"));
        for (const auto* part : {"Sent without asking today: 3 order", "max loss $1,398 of $2,000"})
            QVERIFY2(total->text().contains(QString::fromLatin1(part)), qPrintable(total->text()));
        QVERIFY(total->toolTip().contains(QStringLiteral("T0")) && total->toolTip().contains(QStringLiteral("dollars")));
    }

    void afterTheCloseTheBarsLimitSaysOfWhen() {
        FakePort port;
        HaltBar bar(port);
        auto view = book();
        risk::BreakerReading daily;
        daily.breaker = risk::Breaker::B1DailyLoss;
        daily.used = 0.38;
        view->breakers = {daily};
        bar.setView(view);
        QVERIFY(!labelWith(bar, QStringLiteral("Day limit 38% used   Risk")).isEmpty());
        view->session = market::Session::AfterClose;
        view->at.utc += std::chrono::hours(6);
        view->breakers.front().asOf = view->at.utc - std::chrono::hours(1);
        bar.setView(view);
        QVERIFY(!labelWith(bar, QStringLiteral("Day limit 38% used as of 16:00 ET   Risk")).isEmpty());
    }

    void anUnknownRiskIsADashThatSaysWhy() {
        FakePort port;
        HaltBar bar(port);
        auto view = book();
        view->portfolioRiskFraction.reset();
        view->marks.equity.reset();
        bar.setView(view);
        QVERIFY(!labelWith(bar, QStringLiteral("Risk \u2014 of 10%")).isEmpty());
        const auto tip = [&] {
            for (auto* label : bar.findChildren<QLabel*>())
                if (label->text().contains(QLatin1String("Risk"))) return label->toolTip();
            return QString();
        };
        QVERIFY2(tip().contains(QLatin1String("risk is unknown: a held position has no fresh two-sided quote")), qPrintable(tip()));
        view->marks.equity = Usd::fromMicros(100'000'000'000);
        bar.setView(view);
        QVERIFY2(tip().contains(QLatin1String("the worst case of a held position is not defined")), qPrintable(tip()));
        PositionsScreen screen(port);
        screen.setView(view);
        QCOMPARE(cell(*gridNamed(screen, QStringLiteral("Totals and limits of the book"))->model(), 0, "Max loss"), QStringLiteral("\u2014"));
    }

    void aTripThatIsOverSaysSoInTheBar() {
        FakePort port;
        HaltBar bar(port);
        auto view = book();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B4Vix, view->at.utc - std::chrono::minutes(30), {}, "VIX is stale: 30 s", 1, {}}};
        view->haltReason = "B4: VIX is stale: 30 s";
        risk::BreakerReading vix;
        vix.breaker = risk::Breaker::B4Vix;
        vix.used = 0.3;
        vix.latch = view->latches.front();
        view->breakers = {vix};
        const auto tip = [&] {
            bar.setView(view);
            for (auto* label : bar.findChildren<QLabel*>())
                if (label->text().contains(QLatin1String("HALTED"))) return label->toolTip();
            return QString();
        };
        QVERIFY2(tip().contains(QLatin1String("B4: tripped 10:30:00, over since; waits for a Risk Manager")), qPrintable(tip()));
        view->breakers.front().tripped = true; // it holds: the reason is of now
        QVERIFY2(!tip().contains(QLatin1String("over since")), qPrintable(tip()));
        view->breakers.front().tripped = false;
        BreakersScreen screen(port);
        screen.setVisible(true);
        screen.setView(view);
        QVERIFY(!labelWith(screen, QStringLiteral("VIX is stale: 30 s \u2014 tripped 10:30:00, over since; waits for a Risk Manager")).isEmpty());
        view->latches.front().breaker = view->breakers.front().breaker = risk::Breaker::B6ApiErrors;
        QVERIFY2(tip().contains(QLatin1String("B6: tripped 10:30:00, over since; clears alone after a clean minute")), qPrintable(tip()));
        view->latches.front().tripsThisSession = 3;
        QVERIFY2(tip().contains(QLatin1String("waits for a Risk Manager")), qPrintable(tip()));
        view->latches.front().breaker = risk::Breaker::B8Manual; // no condition: a person's
        QVERIFY2(!tip().contains(QLatin1String("over since")), qPrintable(tip()));
    }

    void aResumeSaysThatItsClockStands() {
        FakePort port;
        ResumeDialog dialog(port);
        HaltBar bar(port);
        auto view = book();
        view->state = desk::RunState::Halted;
        view->latches = {{risk::Breaker::B8Manual, {}, {}, "F12", 1, {}}};
        view->resumeInSeconds = 10;
        dialog.setView(view);
        bar.setView(view);
        QVERIFY(!labelWith(dialog, QStringLiteral("Resuming in 00:10")).isEmpty());
        view->paused = true;
        dialog.setView(view);
        bar.setView(view);
        QVERIFY(!labelWith(dialog, QStringLiteral("the market clock is paused")).isEmpty());
        QVERIFY(!labelWith(bar, QStringLiteral("resume waits at 00:10: the market clock is paused")).isEmpty());
        view->resumeInSeconds.reset(); // before anybody asks
        dialog.setView(view);
        QVERIFY(!labelWith(dialog, QStringLiteral("will not count yet")).isEmpty());
    }

    void theStripHasTheDateAndARecordingsEnd() {
        FakePort port;
        StatusStrip strip(port);
        auto view = book();
        view->environment = "REPLAY";
        strip.setView(view);
        QVERIFY(!labelWith(strip, QStringLiteral("23 Nov 26  11:00:00 ET")).isEmpty());
        view->feedEnded = true;
        strip.setView(view);
        QVERIFY(!labelWith(strip, QStringLiteral("recording ended 11:00 ET, 23 Nov 26")).isEmpty());
    }

    void aHaltedDeskPromisesNoScan() {
        FakePort port;
        StatusStrip strip(port);
        auto view = book();
        view->nextScan = view->at.utc + std::chrono::minutes(30);
        const auto scans = [&] {
            for (auto* button : strip.findChildren<QToolButton*>())
                if (button->text().startsWith(QLatin1String("scans"))) return button->text();
            return QString();
        };
        strip.setView(view);
        QCOMPARE(scans(), QStringLiteral("scans: scheduled"));
        QVERIFY(!labelWith(strip, QStringLiteral("next scan")).isEmpty());
        view->state = desk::RunState::Halted;
        strip.setView(view);
        QCOMPARE(scans(), QStringLiteral("scans: paused by the halt"));
        QVERIFY(labelWith(strip, QStringLiteral("next scan")).isEmpty());
    }

    void theUsersNameIsNotCut() {
        FakePort port;
        StatusStrip strip(port);
        strip.resize(1366, 26);
        strip.show();
        auto view = book();
        view->users.front().name = "Bartholomew Featherstonehaugh (Risk manager)"; // comes after the first show
        strip.setView(view);
        for (auto* box : strip.findChildren<QComboBox*>())
            if (box->accessibleName() == QLatin1String("user")) {
                QCoreApplication::processEvents();
                QVERIFY(box->width() >= box->sizeHint().width());
                QVERIFY(box->width() > QFontMetrics(box->font()).horizontalAdvance(format::text(view->users.front().name)));
                return;
            }
        QFAIL("no user box");
    }

    void everyPersonOfTheDemoIsWhollyInTheList_data() {
        QTest::addColumn<int>("density");
        QTest::newRow("compact") << int(Density::Compact);
        QTest::newRow("comfortable") << int(Density::Comfortable);
    }
    void everyPersonOfTheDemoIsWhollyInTheList() {
        QFETCH(int, density);
        auto& app = *static_cast<QApplication*>(QApplication::instance());
        Look look = currentLook();
        look.density = static_cast<Density>(density);
        applyLook(app, look);
        {
            QWidget window; // the strip at the lower edge of the screen
            window.setGeometry(0, 0, 1366, window.screen()->availableGeometry().height());
            FakePort port;
            auto* strip = new StatusStrip(port, &window);
            strip->setGeometry(0, window.height() - strip->height(), window.width(), strip->height());
            window.show();
            strip->setView(viewWithRequest(approval::Tier::T1));
            for (auto* box : strip->findChildren<QComboBox*>()) {
                box->showPopup();
                auto* list = box->view();
                QVERIFY(QTest::qWaitForWindowExposed(list->window()));
                QCOMPARE(list->verticalScrollBar()->maximum(), 0);
                for (int i = 0; i < box->count(); ++i) {
                    const QRect row = list->visualRect(box->model()->index(i, 0));
                    QVERIFY2(list->viewport()->rect().contains(row), qPrintable(box->itemText(i)));
                    QVERIFY2(list->fontMetrics().horizontalAdvance(box->itemText(i)) < row.width(), qPrintable(box->itemText(i)));
                }
                box->hidePopup();
            }
        }
        look.density = Density::Compact;
        applyLook(app, look);
    }

    void aLongReasonIsCutAtAWordAndWholeInTheTooltip() {
        auto view = viewWithRequest(approval::Tier::T1);
        approval::Request r = view->approvals.front().request;
        r.state = approval::ApprovalState::Rejected;
        r.causeText = "the quotes of two legs were stale for longer than the gate allows";
        view->decided = {r};
        ApprovalsRail rail;
        rail.setView(view);
        const auto* decided = rail.findChild<QLabel*>(QStringLiteral("decided"));
        QVERIFY2(decided->text().endsWith(QStringLiteral("were stale for longer\u2026")), qPrintable(decided->text()));
        QVERIFY(decided->toolTip().endsWith(QStringLiteral("longer than the gate allows")));
    }
};

QTEST_MAIN(BarsTest)
#include "tst_ui_bars.moc"
