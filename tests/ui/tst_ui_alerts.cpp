#include <QAccessible>
#include <QApplication>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "fake_port.h"
#include "ui/screens/assignment_row.h"
#include "ui/shell/alarm_sound.h"
#include "ui/shell/main_window.h"
#include "ui/shell/request_alerts.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;
using mahler::ui::testing::viewWithRequest;

namespace {

/// Hears what a screen reader would. Qt gives nobody an event, its own update handler neither, while no screen reader runs.
struct Listener {
    QStringList heard;
    QWidget host;
    RequestAlerts alerts{host, [this](QAccessibleEvent& event) {
                             if (event.type() == QAccessible::Alert)
                                 heard << QAccessible::queryAccessibleInterface(event.object())->text(QAccessible::Name);
                         }};
};

} // namespace

class AlertsTest : public QObject {
    Q_OBJECT

    static ViewPtr viewWith(double seconds, const char* id = "A-17") {
        auto view = viewWithRequest(approval::Tier::T2);
        view->approvals.front().secondsLeft = seconds;
        view->approvals.front().request.id = ApprovalId(id);
        return view;
    }
    static ViewPtr alarming(const char* text, bool running = true) {
        auto view = std::make_shared<desk::DeskView>();
        view->state = running ? desk::RunState::Running : desk::RunState::Halted;
        view->at.utc = UtcTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23)) + std::chrono::hours(16);
        desk::NoticeView notice;
        notice.at = view->at.utc;
        notice.level = desk::NoticeView::Level::Critical;
        notice.text = text;
        view->notices = {notice};
        return view;
    }

private Q_SLOTS:
    void initTestCase() { applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark); }

    void aRequestIsSpokenOnceWithTierConsequenceAndTime() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        QSignalSpy appeared(&alerts, &RequestAlerts::appeared);
        alerts.setView(viewWith(102));
        alerts.setView(viewWith(101));
        QCOMPARE(screenReader.heard.size(), 1);
        for (const auto* part : {"A-17", "T2", "SELL 12 SPY", "$4,380", "$1,620", "102 second"})
            QVERIFY2(screenReader.heard.front().contains(QString::fromLatin1(part)), qPrintable(screenReader.heard.front()));
        QCOMPARE(appeared.size(), 1);
    }

    void theTimeLeftIsSpokenAtSixtyThirtyAndTen() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        for (double left = 102; left > 0; left -= 0.7) alerts.setView(viewWith(left));
        QCOMPARE(screenReader.heard.size(), 4);
        QVERIFY(screenReader.heard.at(1).startsWith(QStringLiteral("60 second")));
        QVERIFY(screenReader.heard.at(2).startsWith(QStringLiteral("30 second")));
        QVERIFY(screenReader.heard.at(3).startsWith(QStringLiteral("10 second")));
        for (const auto& said : screenReader.heard)
            QVERIFY2(said.contains(QLatin1String("T2")) && said.contains(QLatin1String("$4,380")), qPrintable(said));
    }

    void aMarkAlreadyPassedIsNotSpokenLate() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        alerts.setView(viewWith(25)); // appears with less than half a minute
        alerts.setView(viewWith(24));
        QCOMPARE(screenReader.heard.size(), 1);
        alerts.setView(viewWith(9)); // two views that lie apart
        QCOMPARE(screenReader.heard.size(), 2);
        QVERIFY(screenReader.heard.back().startsWith(QStringLiteral("9 second")));
    }

    void severalMarksAtOnceAreSpokenOnce() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        alerts.setView(viewWith(70));
        alerts.setView(viewWith(8));
        QCOMPARE(screenReader.heard.size(), 2);
    }

    void moreTimeIsCountedDownAgain() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        for (const double left : {70.0, 55.0, 115.0, 59.0}) alerts.setView(viewWith(left));
        QCOMPARE(screenReader.heard.size(), 3);
    }

    void eachRequestHasItsOwnCount() {
        Listener screenReader;
        auto& alerts = screenReader.alerts;
        auto two = std::make_shared<desk::DeskView>(*viewWith(61));
        two->approvals.push_back(viewWith(200, "A-18")->approvals.front());
        alerts.setView(two);
        QCOMPARE(screenReader.heard.size(), 2);
        auto later = std::make_shared<desk::DeskView>(*viewWith(59));
        later->approvals.push_back(viewWith(198, "A-18")->approvals.front());
        alerts.setView(later);
        QCOMPARE(screenReader.heard.size(), 3);
        QVERIFY(screenReader.heard.back().contains(QLatin1String("A-17")));
    }

    void theWindowSpeaksAndTakesNoFocus() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto* before = QApplication::focusWidget();
        window.setView(viewWith(102));
        QCOMPARE(QApplication::focusWidget(), before);
        auto* voice = window.findChild<QLabel*>(QStringLiteral("voice"));
        QVERIFY(voice && voice->isVisible() && voice->size().isEmpty());
        QVERIFY(voice->accessibleName().startsWith(QStringLiteral("Request A-17, tier T2")));
    }

    void aCriticalAlarmRingsAgainUntilAcknowledged() {
        int rings = 0;
        AlarmSound sound([&] { ++rings; }, nullptr, std::chrono::milliseconds(20));
        sound.setCritical(true);
        QCOMPARE(rings, 1);
        QTRY_VERIFY(rings >= 3);
        sound.setCritical(false);
        const int then = rings;
        QTest::qWait(100);
        QCOMPARE(rings, then);
    }

    void alarmsThatComeAndGoRingNoMoreOftenThanOneThatStays() {
        int rings = 0;
        AlarmSound sound([&] { ++rings; });
        for (int i = 0; i < 50; ++i) {
            sound.setCritical(true);
            sound.setCritical(false);
            sound.setCritical(true);
        }
        QCOMPARE(rings, 1);
    }

    void requestsMayBeSilencedAndAlarmsMayNot() {
        int rings = 0;
        AlarmSound sound([&] { ++rings; });
        sound.requestAppeared();
        QCOMPARE(rings, 1);
        sound.setApprovalsAudible(false);
        sound.requestAppeared();
        QCOMPARE(rings, 1);
        sound.setCritical(true);
        QCOMPARE(rings, 2);
    }

    void theBannerStandsForTheSoundUntilAcknowledged() {
        AlarmBanner banner;
        QSignalSpy stands(&banner, &AlarmBanner::standsChanged);
        banner.setAcknowledgeKey(QStringLiteral("Ctrl+."));
        banner.setView(alarming("day limit reached"));
        QVERIFY(stands.back().front().toBool());
        QVERIFY(banner.text().contains(QStringLiteral("day limit reached")) && banner.text().contains(QStringLiteral("(Ctrl+. acknowledges)")));
        banner.acknowledge();
        QVERIFY(!stands.back().front().toBool());
        banner.setView(alarming("day limit reached"));
        QVERIFY(!stands.back().front().toBool()); // the same one
        banner.setView(alarming("journal broken"));
        QVERIFY(stands.back().front().toBool());
    }

    void redIsForAHaltAlone() {
        AlarmBanner banner;
        const auto red = [&] { return banner.property("halt").toString() == QLatin1String("true"); };
        banner.setView(alarming("Everyone who may approve is asked: nobody opened it in time (A-17)"));
        QVERIFY(!banner.isHidden() && !red());
        QVERIFY(banner.text().startsWith(QStringLiteral("▲")));
        banner.setView(alarming("HALTED by B8: F12", false));
        QVERIFY(red());
        auto unknown = std::make_shared<desk::DeskView>(*alarming("HALTED by B8: F12", false));
        desk::OrderView doubt;
        doubt.order.id = OrderId("M-1");
        doubt.order.state = execution::OrderState::Unknown;
        unknown->orders = {doubt};
        banner.setView(unknown);
        banner.acknowledge(); // the halt; the order stays
        QVERIFY2(banner.text().contains(QStringLiteral("UNKNOWN")) && !red(), qPrintable(banner.text()));
    }

    void anUnacknowledgedOrderStandsInTheBanner() {
        AlarmBanner banner;
        auto view = std::make_shared<desk::DeskView>();
        view->state = desk::RunState::Running;
        desk::OrderView waiting;
        waiting.order.id = OrderId("M-0123456789ABCDEF01234567");
        waiting.order.state = execution::OrderState::Submitted;
        waiting.description = "SELL 12 SPY 445/440";
        view->orders = {waiting};
        banner.setView(view);
        QVERIFY(banner.isHidden());
        view->orders.front().unacknowledged = true; // five seconds are over: the desk says so
        banner.setView(view);
        QVERIFY(!banner.isHidden());
        for (const auto* part : {"UNKNOWN", "M-0123456789ABCDEF01234567", "SELL 12 SPY 445/440", "Verify at the broker"})
            QVERIFY2(banner.text().contains(QString::fromLatin1(part)), qPrintable(banner.text()));
        view->orders.front().unacknowledged = false;
        view->orders.front().order.state = execution::OrderState::Unknown;
        banner.setView(view);
        QVERIFY(!banner.isHidden()); // the same doubt
        view->orders.front().order.state = execution::OrderState::Working;
        banner.setView(view);
        QVERIFY2(banner.isHidden(), qPrintable(banner.text())); // settled: nothing to verify any more
    }

    void severalAlarmsAreAcknowledgedOneByOne() {
        AlarmBanner banner;
        QSignalSpy stands(&banner, &AlarmBanner::standsChanged);
        auto view = std::make_shared<desk::DeskView>(*alarming("journal broken"));
        for (const auto* text : {"day limit reached", "feed lost"}) {
            view->notices.push_back(view->notices.front());
            view->notices.back().text = text;
        }
        banner.setView(view);
        QVERIFY(banner.text().contains(QStringLiteral("journal broken")) && banner.text().contains(QStringLiteral("and 2 more")));
        banner.acknowledge();
        QVERIFY(banner.text().contains(QStringLiteral("day limit reached")) && banner.text().contains(QStringLiteral("and 1 more")));
        banner.setView(view); // the next view brings none back
        QVERIFY(banner.text().contains(QStringLiteral("day limit reached")));
        banner.acknowledge();
        QVERIFY(banner.text().contains(QStringLiteral("feed lost")) && !banner.text().contains(QStringLiteral("more")));
        QVERIFY(stands.back().front().toBool());
        banner.acknowledge();
        QVERIFY(!stands.back().front().toBool());
        banner.setView(view);
        QVERIFY(banner.isHidden());
    }

    void anAlarmGoesWithTheRequestItAsksAbout() {
        AlarmBanner banner;
        auto view = std::make_shared<desk::DeskView>(*alarming("Request A-17 was escalated to T2 by Tom"));
        view->notices.front().about = "A-17";
        banner.setView(view);
        QVERIFY(!banner.isHidden());
        view->notices.front().over = true;
        banner.setView(view);
        QVERIFY2(banner.isHidden(), qPrintable(banner.text()));
    }

    void anUnconfirmedCancelNamesOrdersAndPhone() {
        FakePort port;
        port.kept.brokerPhone = "+1 555 0100";
        MainWindow window(port, {});
        window.show();
        auto view = std::make_shared<desk::DeskView>(*viewWith(60));
        view->state = desk::RunState::HaltedUnconfirmed;
        view->haltReason = "B8: F12";
        view->cancelsUnconfirmed = {{OrderId("M-AAAA"), "B1", "SELL 1 SPY 470/465"}, {OrderId("M-BBBB"), "", "SELL 2 SPY 465/460"}};
        window.setView(view);
        auto* banner = window.findChild<AlarmBanner*>();
        const auto stateTip = [&] {
            for (const auto* label : window.findChild<HaltBar*>()->findChildren<ElidedLabel*>())
                if (label->text().startsWith(QStringLiteral("■"))) return label->text() + label->toolTip();
            return QString();
        };
        for (const QString& where : {banner->text(), stateTip()})
            for (const auto* part : {"M-AAAA", "M-BBBB", "B1", "SELL 1 SPY 470/465", "all your broker: +1 555 0100"})
                QVERIFY2(where.contains(QString::fromLatin1(part)), qPrintable(where));
        banner->acknowledge();
        QVERIFY(banner->isHidden());
        auto fewer = std::make_shared<desk::DeskView>(*view);
        fewer->cancelsUnconfirmed.erase(fewer->cancelsUnconfirmed.begin());
        window.setView(fewer);
        QVERIFY(banner->isHidden()); // one less is no new alarm
        auto more = std::make_shared<desk::DeskView>(*fewer);
        more->cancelsUnconfirmed.push_back({OrderId("M-CCCC"), "", "SELL 1 QQQ"});
        window.setView(more);
        QVERIFY(!banner->isHidden() && banner->text().contains(QStringLiteral("M-CCCC")));
    }

    void withoutAPhoneItSaysWhereToSetOne() {
        FakePort port;
        MainWindow window(port, {});
        window.show();
        auto view = std::make_shared<desk::DeskView>(*viewWith(60));
        view->state = desk::RunState::HaltedUnconfirmed;
        view->cancelsUnconfirmed = {{OrderId("M-AAAA"), "", "SELL 1 SPY 470/465"}};
        window.setView(view);
        auto* banner = window.findChild<AlarmBanner*>();
        QVERIFY2(banner->text().contains(QStringLiteral("no phone is set: Settings, Broker")), qPrintable(banner->text()));
        port.kept.brokerPhone = "555 0100";
        Q_EMIT port.settingsSaved(port.kept);
        window.setView(view);
        QVERIFY2(banner->text().contains(QStringLiteral("555 0100")), qPrintable(banner->text()));
        auto simulated = std::make_shared<desk::DeskView>(*view);
        simulated->brokerSimulated = true;
        window.setView(simulated);
        QVERIFY2(banner->text().contains(QStringLiteral("the simulated broker has no phone")), qPrintable(banner->text()));
    }

    void theAlarmOfAnAssignmentLeadsToTheButtonThatAcknowledgesIt() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 720);
        window.show();
        auto view = std::make_shared<desk::DeskView>(*viewWith(60));
        for (const auto& user : view->users)
            if (user.has(approval::Role::Trader)) view->user = user;
        desk::NoticeView notice;
        notice.at = view->at.utc;
        notice.level = desk::NoticeView::Level::Critical;
        notice.text = "Nothing is opened in SPY until a person acknowledges it";
        notice.about = "AS-7";
        view->notices = {notice};
        view->assignments = {{"AS-7", "assignment", "SPY", "SPY 31-Dec-26 470 P", -2, Usd::fromMicros(-240'000'000), view->at.utc}};
        window.setView(view);
        auto* banner = window.findChild<AlarmBanner*>();
        auto* go = banner->findChild<QPushButton*>();
        QVERIFY(go && go->isVisible() && (go->focusPolicy() & Qt::TabFocus));
        QTRY_VERIFY(banner->rect().contains(go->geometry()));
        window.activateWindow();
        QTRY_VERIFY(window.isActiveWindow());
        QTest::keyClick(go, Qt::Key_Space);
        QCOMPARE(window.currentScreen(), QStringLiteral("positions"));
        auto* button = window.screen(QStringLiteral("positions"))->findChild<AssignmentRow*>()->findChild<QPushButton*>();
        QTRY_VERIFY(button->hasFocus());
        QTest::keyClick(button, Qt::Key_Space);
        QCOMPARE(port.all<desk::AcknowledgeAssignment>().size(), std::size_t{1});
        auto other = std::make_shared<desk::DeskView>(*view); // an alarm about something else has no such way
        other->notices.front().about.clear();
        window.setView(other);
        QVERIFY(!banner->isHidden() && go->isHidden());
    }

    void aLongAlarmDoesNotWidenTheWindow() {
        FakePort port;
        MainWindow window(port, {});
        window.resize(1366, 720);
        window.show();
        auto view = std::make_shared<desk::DeskView>(*viewWith(60));
        view->state = desk::RunState::HaltedUnconfirmed;
        for (int i = 0; i < 6; ++i)
            view->cancelsUnconfirmed.push_back(
                {OrderId("M-0123456789ABCDEF0123456" + std::to_string(i)), "", "SELL 12 SPY 31-Dec-26 445/440 put spread"});
        window.setView(view);
        QVERIFY(window.minimumSizeHint().width() <= 1366);
        QVERIFY(window.findChild<AlarmBanner*>()->minimumSizeHint().width() < 1366);
    }
};

QTEST_MAIN(AlertsTest)
#include "tst_ui_alerts.moc"
