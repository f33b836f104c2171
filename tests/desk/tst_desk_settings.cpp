#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

class SettingsTest : public QObject {
    Q_OBJECT

    static void changeLimits(Harness& h, double riskPerTrade, approval::Role role = approval::Role::RiskManager) {
        Settings wanted = h.state().settings;
        wanted.limits.riskPerTrade = riskPerTrade;
        h.give(ChangeSettings{"user:" + h.userWith(role).str(), wanted});
    }
    static void nextSession(Harness& h) {
        SessionFacts facts = *h.state().facts;
        facts.date = std::chrono::year{2026} / 11 / 24;
        h.give(facts);
    }

private Q_SLOTS:
    void aTighterLimitHoldsAtOnceAndIsJournaledWithBothValues() {
        Harness h;
        h.open();
        changeLimits(h, 0.015);
        QCOMPARE(h.state().limits.riskPerTrade, 0.015);
        const auto& event = h.events().back().event;
        QCOMPARE(event.type, std::string("settings.changed"));
        QCOMPARE(event.actor, "user:" + h.userWith(approval::Role::RiskManager).str());
        QCOMPARE(event.body.dump(), std::string(R"({"changed":{"limits.risk_per_trade":{"new":15000,"old":20000}}})"));
        QVERIFY(canonicalJson(event.body).has_value());
    }

    void aTighterLimitStopsTheNextOrder() {
        Harness h;
        h.open();
        Settings wanted;
        wanted.limits.maxContractsPerOrder = 2;
        h.give(ChangeSettings{"system", wanted});
        h.propose(Harness::spread(3));
        QCOMPARE(h.count("gate.checked"), 1);
        QVERIFY(!h.pending());
        h.propose(Harness::spread(2));
        QVERIFY(h.pending());
    }

    void aLimitGivenBackNeedsTwoPeopleAndWaitsForTheNextSession() {
        Harness h;
        h.open();
        changeLimits(h, 0.01);
        changeLimits(h, 0.02);
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.01); // one signature
        QCOMPARE(h.count("settings.signed"), 1);
        changeLimits(h, 0.02); // the same person again
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.01);
        changeLimits(h, 0.015, approval::Role::TeamLead); // another, but not the same limit
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.01);
        changeLimits(h, 0.015, approval::Role::PortfolioManager);
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.015);
        changeLimits(h, 0.02);
        changeLimits(h, 0.02, approval::Role::TeamLead);
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.02);
        QCOMPARE(h.state().limits.riskPerTrade, 0.01);
        h.give(*h.state().facts); // the same day again, as after a restart
        QCOMPARE(h.state().limits.riskPerTrade, 0.01);
        nextSession(h);
        QCOMPARE(h.state().limits.riskPerTrade, 0.02);
    }

    void nothingLooserThanCompiledIsTaken() {
        Harness h;
        h.open();
        changeLimits(h, 0.021);
        QCOMPARE(h.count("settings.changed"), 0);
        QVERIFY(h.lastBody("notice").find("risk_per_trade") != std::string::npos);
    }

    void aFileThatGivesALimitBackChangesNothingByItself() {
        Harness h;
        h.open();
        changeLimits(h, 0.01);
        Settings wanted = h.state().settings;
        wanted.limits.riskPerTrade = 0.02;
        wanted.screener.dteMin = 25;
        h.give(ChangeSettings{"system", wanted});
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.01);
        QCOMPARE(h.state().settings.screener.dteMin, 25); // the rest holds
    }

    void aOnePersonDeskCannotGiveALimitBack() {
        Harness h(approval::DeskKind::SinglePerson);
        h.open();
        Settings wanted = h.state().settings;
        wanted.limits.riskPerTrade = 0.01;
        h.give(ChangeSettings{"user:owner", wanted});
        wanted.limits.riskPerTrade = 0.02;
        h.give(ChangeSettings{"user:owner", wanted});
        h.give(ChangeSettings{"user:owner", wanted});
        QCOMPARE(h.state().settings.limits.riskPerTrade, 0.01);
        QVERIFY(!h.state().settingsNote.empty());
    }

    void rolesChangeWhatIsTheirs() {
        Harness h;
        h.open();
        changeLimits(h, 0.01, approval::Role::Trader);
        QCOMPARE(h.state().limits.riskPerTrade, 0.02);
        Settings wanted = h.state().settings;
        wanted.screener = strategy::seedProfile();
        wanted.screener.dteMin = 25;
        for (const auto role : {approval::Role::Trader, approval::Role::Analyst, approval::Role::RiskManager})
            h.give(ChangeSettings{"user:" + h.userWith(role).str(), wanted});
        QCOMPARE(h.count("settings.refused"), 4);
        QCOMPARE(h.state().settings.screener.name, std::string("calibrated"));
        h.give(ChangeSettings{"user:" + h.userWith(approval::Role::Strategist).str(), wanted});
        QCOMPARE(h.state().settings.screener.name, std::string("seed"));
        QCOMPARE(h.state().settings.screener.dteMin, 25);
        QVERIFY(h.lastBody("settings.changed").find(R"("screener.profile":{"new":"seed","old":"calibrated"})") != std::string::npos);
    }

    void theSameSettingsAgainAreNoNews() {
        Harness h;
        h.open();
        h.give(ChangeSettings{"system", h.state().settings});
        QCOMPARE(h.count("settings.changed"), 0);
    }

    void theNextRequestTakesTheNewDeadline() {
        Harness h;
        h.open();
        h.holdSpread(); // the first execution's review is behind us
        h.ticks(15 * 60 + 1);
        Settings wanted = h.state().settings;
        wanted.traderDeadline = std::chrono::seconds(180);
        h.give(ChangeSettings{"system", wanted});
        h.propose(Harness::spread(3));
        const auto request = h.pending();
        QVERIFY(request.has_value());
        QCOMPARE(request->tier.tier, approval::Tier::T1);
        QCOMPARE(request->tier.deadline.count(), std::int64_t{180});
    }

    void theJournalGivesTheSameSettingsBack() {
        Harness h;
        h.open();
        changeLimits(h, 0.01);
        Settings wanted = h.state().settings;
        wanted.screener.creditToWidthMin = 0.075;
        wanted.limits.riskPerTrade = 0.02;
        h.give(ChangeSettings{"user:" + h.userWith(approval::Role::TeamLead).str(), wanted});
        h.give(ChangeSettings{"user:" + h.userWith(approval::Role::PortfolioManager).str(), wanted});
        Desk again{risk::Limits{}};
        QVERIFY(again.restore(h.events()).has_value());
        QCOMPARE(valuesOf(again.state().settings), valuesOf(h.state().settings));
        QCOMPARE(again.state().limits.riskPerTrade, 0.01);

        Desk replayed{risk::Limits{}};
        std::size_t next = 0;
        for (const auto& [command, at] : h.commands()) {
            const auto body = std::holds_alternative<MarketTick>(command) ? Result<Json>(Json()) : encodeCommand(command);
            const auto decoded = body->is_null() ? Result<Command>(command) : decodeCommand(commandName(command), *body);
            QVERIFY(decoded.has_value());
            for (const auto& event : replayed.handle(*decoded, at).events) QCOMPARE(event.body.dump(), h.events().at(next++).event.body.dump());
        }
        QCOMPARE(next, h.events().size());
    }

    void anUnknownSettingInTheJournalIsRefused() {
        Desk desk{risk::Limits{}};
        Event e{"settings.changed", "system", {}, {{"changed", {{"limits.luck", {{"old", 0}, {"new", 1}}}}}}};
        QVERIFY(!desk.restore(std::vector<StoredEvent>{{e, {}}}).has_value());
    }
};

QTEST_APPLESS_MAIN(SettingsTest)
#include "tst_desk_settings.moc"
