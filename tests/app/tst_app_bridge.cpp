#include <QCoreApplication>
#include <QTemporaryDir>
#include <QTest>

#include "app/data_folder.h"
#include "app/ui_bridge.h"
#include "app/workstation.h"
#include "ui/shell/window_layout.h"

using namespace mahler;

/// Everything that crosses between the GUI thread and the desk's threads, without a window: what the thread sanitizer looks at.
class BridgeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsToBeKeptIsWrittenBeforeTheBridgeIsGone() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("window.ini"));
        {
            app::UiBridge bridge;
            ui::WindowLayout layout;
            for (int i = 1; i <= 5; ++i) {
                layout.workspace = i;
                QVERIFY(bridge.keepLayout(path, layout));
            }
        }
        const auto kept = ui::readLayout(path);
        QVERIFY(kept && kept->workspace == 5);
    }

    void valuesComeAndIntentsGoWhileTheDeskRuns() {
        const QTemporaryDir folder;
        app::WorkstationOptions options;
        options.dataDirectory = folder.filePath(QStringLiteral("data")).toStdString();
        options.date = app::defaultSimulationDate();
        options.profile = strategy::calibratedProfile();
        options.speed = 600;
        app::UiBridge bridge;
        const auto settings = app::settingsFor(options);
        QVERIFY(settings.has_value());
        bridge.keepSettings(*settings);
        std::shared_ptr<const desk::DeskView> view;
        std::shared_ptr<const pricing::PricedChain> chain;
        std::shared_ptr<const desk::RiskView> risk;
        std::shared_ptr<const agents::Deliberation> deliberation;
        int steps = 0;
        std::size_t found = 0;
        qint64 exported = 0;
        QObject::connect(&bridge, &ui::DeskPort::viewReady, &bridge, [&](const auto& v) { view = v; });
        QObject::connect(&bridge, &ui::DeskPort::chainReady, &bridge, [&](const auto& c) { chain = c; });
        QObject::connect(&bridge, &ui::DeskPort::riskReady, &bridge, [&](const auto& r) { risk = r; });
        QObject::connect(&bridge, &ui::DeskPort::deliberationReady, &bridge, [&](const auto& d) { deliberation = d; });
        QObject::connect(&bridge, &ui::DeskPort::cycleProgressed, &bridge, [&] { ++steps; });
        QObject::connect(&bridge, &ui::DeskPort::journalReady, &bridge, [&](qint64, const auto& rows, bool) { found = rows->size(); });
        QObject::connect(&bridge, &ui::DeskPort::journalExported, &bridge, [&](const QString&, qint64 records) { exported = records; });

        auto runtime = app::startDesk(options, bridge.sinks());
        QVERIFY2(runtime.has_value(), runtime ? "" : runtime.error().detail.c_str());
        bridge.attach(std::move(*runtime));
        bridge.watchChain("SPY");
        bridge.watchRisk(true);
        QTRY_VERIFY_WITH_TIMEOUT(view && view->state == desk::RunState::Running, 240000);
        QTRY_VERIFY_WITH_TIMEOUT(chain && chain->chain->size() > 0, 240000);
        bridge.runCycle("SPY");
        QTRY_VERIFY_WITH_TIMEOUT(deliberation && steps > 0, 240000);
        bridge.requestDeliberation(deliberation->id.str());
        ui::JournalQuery query;
        query.text = "volatility"; // said by an analyst
        query.type = "cycle.finished";
        bridge.searchJournal(query);
        QTRY_VERIFY_WITH_TIMEOUT(found > 0, 240000);
        bridge.exportJournal(folder.filePath(QStringLiteral("all.jsonl")).toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(exported > 0, 240000);
        QTRY_VERIFY_WITH_TIMEOUT(risk != nullptr, 240000);
        auto wanted = bridge.settings();
        wanted.desk.limits.riskPerTrade = 0.015;
        for (const auto& user : view->users)
            if (user.has(approval::Role::TeamLead)) bridge.send(desk::SwitchUser{user.id});
        QTRY_VERIFY_WITH_TIMEOUT(view->user.has(approval::Role::TeamLead), 240000);
        bridge.changeSettings(wanted);
        QTRY_VERIFY_WITH_TIMEOUT(view->limits.riskPerTrade == 0.015, 240000);
        std::shared_ptr<const desk::DeskView> then;
        QString words;
        QObject::connect(&bridge, &ui::DeskPort::momentReady, &bridge, [&](qint64, const auto& v, const QString& said) {
            then = v;
            words = said;
        });
        bridge.replayMoment(3);
        bridge.cancelReplay();
        bridge.replayMoment(4);
        QTRY_VERIFY2_WITH_TIMEOUT(then, qPrintable(words), 240000);
        bridge.setSpeed(60);
        bridge.setPaused(true);
        QTRY_VERIFY_WITH_TIMEOUT(view->paused, 240000);
        bridge.setPaused(false);
        bridge.halt("key");
        QVERIFY(!bridge.runtime()->gateOpen());
        QTRY_VERIFY_WITH_TIMEOUT(view->state == desk::RunState::Halted, 240000);
        bridge.runCycle("QQQ"); // is under way when everything ends
        bridge.replayMoment(5);
        bridge.detach();
    }
};

QTEST_GUILESS_MAIN(BridgeTest)
#include "tst_app_bridge.moc"
