#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "app/data_folder.h"
#include "app/translations.h"
#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "desk/replay.h"
#include "store/journal.h"
#include "ui/screens/debate_screen.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"

using namespace mahler;

/// A simulated day at 600x through the real window: what a trader does with keys, this does with key events.
class DayTest : public QObject {
    Q_OBJECT

    struct Session {
        QTemporaryDir folder;
        app::WorkstationOptions options;
        app::UiBridge bridge;
        std::unique_ptr<ui::MainWindow> window;
        ui::ViewPtr view;
        qint64 clock = 0;

        explicit Session(simulation::Scenario scenario) {
            options.dataDirectory = folder.filePath(QStringLiteral("data")).toStdString();
            options.scenario = scenario;
            options.date = app::defaultSimulationDate();
            options.profile = strategy::calibratedProfile();
            options.speed = 600;
        }
        bool start() {
            const auto settings = app::settingsFor(options);
            if (!settings) return false;
            bridge.keepSettings(*settings);
            auto runtime = app::startDesk(options, bridge.sinks());
            if (!runtime) {
                qWarning("%s", runtime.error().detail.c_str());
                return false;
            }
            bridge.attach(std::move(*runtime));
            window = std::make_unique<ui::MainWindow>(bridge, folder.filePath(QStringLiteral("window.ini")));
            window->resize(1366, 768);
            window->show();
            window->prompt()->setClock([this] { return clock; });
            window->prompt()->setGraceMs(0);
            QObject::connect(&bridge, &ui::DeskPort::viewReady, window.get(), [this](const ui::ViewPtr& v) { view = v; });
            return true;
        }
        void stop() {
            window.reset();
            bridge.detach();
            view.reset();
        }
        std::string journal() const { return app::deskDirectory(options) + "/journal.db"; }

        /// Opens the most urgent request with F2's action and approves it with A and Enter as the right user.
        void approveOne(bool wait = true) {
            const auto a = view->approvals.front();
            const bool manager = a.request.tier.tier >= approval::Tier::T2;
            for (const auto& u : view->users)
                if (u.has(manager ? approval::Role::RiskManager : approval::Role::Trader) && view->user.id != u.id) {
                    bridge.send(desk::SwitchUser{u.id});
                    break;
                }
            QTest::qWait(120);
            if (!view || view->approvals.empty()) return;
            const auto request = view->approvals.front();
            window->openApproval(QString::fromStdString(request.request.id.str()));
            for (auto* edit : window->prompt()->findChildren<QLineEdit*>())
                if (edit->isVisibleTo(window->prompt()))
                    edit->setText(edit->accessibleName().contains(QLatin1String("loss")) ? QString::fromStdString(request.maxLoss.str())
                                                                                         : QStringLiteral("1 read all of it, agreed"));
            QTest::keyClick(window->prompt(), Qt::Key_A);
            clock += 20'000; // the reading time, without waiting for it
            QTest::keyClick(window->prompt(), Qt::Key_Return);
            if (wait) QTest::qWait(120);
        }
    };

    static void checkJournal(Session& s, std::int64_t ticks = 1000) {
        const auto key = app::checkpointKeyBeside(s.journal());
        QVERIFY(key.has_value() && *key);
        const auto verified = store::verifyJournal(s.journal(), &**key);
        QVERIFY2(verified.has_value() && verified->ok, verified ? verified->reason.c_str() : verified.error().detail.c_str());
        const auto replayed = desk::replayJournal(s.journal(), risk::Limits{});
        QVERIFY2(replayed.has_value(), replayed ? "" : replayed.error().detail.c_str());
        QVERIFY2(replayed->same, replayed->detail.c_str());
        QVERIFY(replayed->events > (ticks < 1000 ? 20 : 50));
        QVERIFY(replayed->ticks > ticks);
    }

    /// An order may find no taker in its five minutes; while somebody is asked the market runs at 1x, so every request is answered.
    static bool holdsSomething(Session& s) {
        for (int i = 0; i < 360 && s.view->positions.empty(); ++i) {
            if (!s.view->approvals.empty()) s.approveOne();
            QTest::qWait(500);
        }
        return !s.view->positions.empty();
    }
    /// R on a record, while the desk goes on trading.
    static void showsTheMomentOfTheFirstFill(Session& s) {
        const auto reader = store::JournalReader::open(s.journal());
        QVERIFY(reader.has_value());
        store::SearchQuery query;
        query.type = "order.filled";
        const auto fills = (*reader)->search(query);
        QVERIFY(fills.has_value() && !fills->empty());
        const auto& first = fills->back();
        ui::ViewPtr then;
        QString words = QStringLiteral("not answered");
        int answers = 0;
        QObject::connect(&s.bridge, &ui::DeskPort::momentReady, s.window.get(), [&](qint64 seq, const ui::ViewPtr& view, const QString& said) {
            if (seq != first.seq) return;
            ++answers;
            then = view;
            words = said;
        });
        s.bridge.replayMoment(first.seq); // looked at, closed and looked at again: the first look never answers
        s.bridge.cancelReplay();
        s.bridge.replayMoment(first.seq);
        QTRY_VERIFY2_WITH_TIMEOUT(then, qPrintable(words), 60000);
        QCOMPARE(words, QString());
        QCOMPARE(answers, 1);
        QCOMPARE(then->environment, std::string("REPLAY"));
        QCOMPARE(toNanos(then->at.utc), first.utcNs);
        std::set<std::string> together; // the broker may have told of several fills at once
        std::size_t count = 0;
        for (const auto& fill : *fills)
            if (fill.utcNs == first.utcNs) {
                ++count;
                together.insert(fill.correlation);
            }
        QCOMPARE(then->fills.size(), count);
        QVERIFY(together.count(then->fills.front().order.str()) > 0);
        QCOMPARE(then->positions.size(), together.size());
        QVERIFY(then->closedToday.empty());
        QVERIFY(then->positions.front().mark.net.has_value()); // the market of then is there too
        // What cannot be shown says so.
        words.clear();
        std::stop_source ended;
        ended.request_stop();
        const auto none = [](double) {};
        QCOMPARE(desk::replayMoment(s.journal(), risk::Limits{}, 1'000'000'000, {}, none).error().code, ErrorCode::NotFound);
        QCOMPARE(desk::replayMoment(s.journal(), risk::Limits{}, 0, {}, none).error().code, ErrorCode::NotFound);
        QCOMPARE(desk::replayMoment(s.journal(), risk::Limits{}, first.seq, ended.get_token(), none).error().code, ErrorCode::Busy);
    }

private Q_SLOTS:
    void initTestCase() { ui::applyTheme(*static_cast<QApplication*>(QApplication::instance()), ui::ThemeKind::Dark); }

    void countsAreWrittenAsPeopleSayThem() {
        app::loadTranslations(*static_cast<QApplication*>(QApplication::instance()));
        QCOMPARE(ui::DebateScreen::tr("%n contract(s)", "", 1), QStringLiteral("1 contract"));
        QCOMPARE(ui::DebateScreen::tr("%n contract(s)", "", 2), QStringLiteral("2 contracts"));
    }

    void aDayProposesApprovesFillsExitsAndReplays() {
        Session s(simulation::Scenario::Calm);
        QVERIFY(s.start());
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(!s.view->approvals.empty(), 60000); // the 10:35 scan
        QVERIFY(holdsSomething(s));
        QVERIFY(!s.view->fills.empty());
        // Out again by hand: X on the position says its price, Enter sends it.
        s.window->showScreen(QStringLiteral("positions"));
        s.window->setView(s.view);
        const auto open = s.view->positions.size();
        auto* grid = s.window->screen(QStringLiteral("positions"))->findChild<QTableView*>();
        QVERIFY(grid);
        for (int row = grid->model()->rowCount() - 1; row >= 0; --row) // the first one that is a position
            if (!grid->model()->index(row, 0).data(ui::GridModel::DataRole).toString().isEmpty()) grid->setCurrentIndex(grid->model()->index(row, 0));
        QTest::keyClick(grid, Qt::Key_X);
        QTest::keyClick(grid, Qt::Key_Return);
        // While somebody is asked the market runs at 1x: answer, so that the day goes on.
        const auto rejectOne = [&] {
            if (s.view->approvals.empty()) return;
            s.window->openApproval(QString::fromStdString(s.view->approvals.front().request.id.str()));
            QTest::keyClick(s.window->prompt(), Qt::Key_R);
            QTest::keyClick(s.window->prompt(), Qt::Key_1);
        };
        for (int i = 0; i < 400 && s.view->positions.size() >= open && s.view->closedToday.empty(); ++i) {
            rejectOne();
            QTest::qWait(500);
        }
        QVERIFY(!s.view->closedToday.empty());
        showsTheMomentOfTheFirstFill(s);
        const auto summed = [&] { // 16:15
            return std::any_of(s.view->notices.begin(), s.view->notices.end(), [](const auto& n) { return n.text.starts_with("Close summary"); });
        };
        for (int i = 0; i < 800 && !summed(); ++i) {
            rejectOne();
            QTest::qWait(200);
        }
        QVERIFY(summed());
        s.stop();
        checkJournal(s);
    }

    void settingsReachTheNextCycleTheFileAndTheReplay() {
        Session s(simulation::Scenario::Calm);
        QVERIFY(s.start());
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        for (const auto& u : s.view->users)
            if (u.has(approval::Role::TeamLead)) s.bridge.send(desk::SwitchUser{u.id});
        QTRY_VERIFY_WITH_TIMEOUT(s.view->user.has(approval::Role::TeamLead), 5000);
        QString refused;
        QObject::connect(&s.bridge, &ui::DeskPort::settingsRefused, s.window.get(), [&](const QString& why) { refused = why; });
        auto wanted = s.bridge.settings();
        wanted.desk.screener = strategy::seedProfile();
        wanted.desk.screener.dteMin = 28;
        wanted.desk.limits.riskPerTrade = 0.015;
        s.bridge.changeSettings(wanted);
        QTRY_VERIFY2_WITH_TIMEOUT(s.view->limits.riskPerTrade == 0.015, qPrintable(refused), 5000); // in force, without a restart
        std::string profile;
        QObject::connect(&s.bridge, &ui::DeskPort::deliberationReady, s.window.get(),
                         [&](const ui::DeliberationPtr& d) { profile = d->screen.profile.name; });
        s.bridge.runCycle("SPY");
        QTRY_COMPARE_WITH_TIMEOUT(profile, std::string("seed"), 10000);
        wanted.desk.limits.riskPerTrade = 0.02; // given back by one: a second person must ask for the same
        s.bridge.changeSettings(wanted);
        QTRY_VERIFY_WITH_TIMEOUT(refused.contains(QLatin1String("second person")), 5000);
        QCOMPARE(s.bridge.settings().desk.limits.riskPerTrade, 0.015); // the file follows the desk
        QCOMPARE(s.view->limits.riskPerTrade, 0.015);
        s.stop();
        s.options.profile.reset();
        QCOMPARE(app::settingsFor(s.options)->desk.screener.dteMin, 28);
        QVERIFY(s.start()); // the same day again: the tighter limit still holds
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        QCOMPARE(s.view->limits.riskPerTrade, 0.015);
        s.stop();
        checkJournal(s, 100);
    }

    void haltDuringTheDayLeavesNothingAfterTheGate() {
        Session s(simulation::Scenario::Calm);
        QVERIFY(s.start());
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(!s.view->approvals.empty(), 60000);
        s.approveOne(false); // its order is on the way when the key comes
        QTest::keyClick(s.window.get(), Qt::Key_F12);
        QVERIFY(!s.bridge.runtime()->gateOpen()); // closed before the key event returned
        QTRY_VERIFY_WITH_TIMEOUT(s.view->state == desk::RunState::Halted, 5000);
        QTRY_VERIFY_WITH_TIMEOUT(s.view->approvals.empty(), 5000);
        const auto seqAtHalt = s.view->journalSeq;
        const auto opensLive = [&] {
            return std::any_of(s.view->orders.begin(), s.view->orders.end(), [](const desk::OrderView& o) {
                return !execution::isTerminal(o.order.state) && o.order.combo.intent == portfolio::OrderIntent::Open;
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(!opensLive(), 10000); // what had left is taken back
        const auto held = s.view->positions.size();
        for (const auto& u : s.view->underlyings) s.bridge.runCycle(u.quote.symbol);
        QTest::qWait(1500);
        QVERIFY(!opensLive());
        QCOMPARE(s.view->positions.size(), held);
        s.stop();
        auto reader = store::JournalReader::open(s.journal());
        QVERIFY(reader.has_value());
        bool halted = false;
        for (std::int64_t from = 1;;) {
            const auto page = (*reader)->read(from, 500);
            QVERIFY(page.has_value());
            for (const auto& r : *page) {
                if (r.type == "halt.set" && r.body.find("B8") != std::string::npos) halted = true;
                if (halted) QVERIFY2(r.type != "order.intent", r.body.c_str());
            }
            if (page->size() < 500) break;
            from = page->back().seq + 1;
        }
        QVERIFY(halted);
        QVERIFY(seqAtHalt > 0);
        reader->reset();
        checkJournal(s);
    }

    void aKilledDeskGoesOnWhereItStopped() {
        Session s(simulation::Scenario::Calm);
        QVERIFY(s.start());
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(!s.view->approvals.empty(), 60000);
        QVERIFY(holdsSomething(s));
        s.bridge.setPaused(true);
        QTest::qWait(300);
        const auto held = s.view->positions.size();
        const auto cash = s.view->account.cash;
        const auto stoppedAt = s.view->at.utc;
        s.stop();
        QVERIFY(s.start());
        QTRY_VERIFY_WITH_TIMEOUT(s.view && s.view->state == desk::RunState::Running, 30000);
        QVERIFY(s.view->positions.size() == held);
        QVERIFY(s.view->account.cash == cash);
        QVERIFY(s.view->at.utc >= stoppedAt);
        s.stop();
        checkJournal(s);
    }
};

QTEST_MAIN(DayTest)
#include "tst_app_day.moc"
