#include <QTest>

#include "../desk/desk_harness.h"
#include "backtest/invariants.h"

using namespace mahler;
using namespace mahler::backtest;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// The checks are checked: each is given a desk that breaks its rule.
class InvariantsTest : public QObject {
    Q_OBJECT

    struct World {
        Weather weather{1, {}};
        FaultMarket market{1, weather};
        risk::Gate gate;
        risk::HaltGate halt;
        FaultBroker broker{1, weather, market, gate, halt, Usd::fromMicros(100'000'000'000), [](const execution::Order&) {}};
        Invariants rules{market, broker};
        Harness h;
        World() { h.open(); }

        /// What the feed told of the spread's legs and its underlying, now.
        void tell(const portfolio::ComboOrder& order, MonoTime age = {}) {
            market::Tick tick;
            tick.time = h.now().utc;
            tick.session = market::Session::Open;
            tick.vix = 17;
            tick.vixTime = tick.time;
            market::Quote q;
            q.bid = *Price::fromDouble(1.50);
            q.ask = *Price::fromDouble(1.54);
            q.time = tick.time;
            tick.underlyings.push_back({order.underlying, q, {}});
            for (const auto& leg : order.legs) tick.watched.push_back({leg.contract.id(), q});
            rules.onTick(tick, h.now().mono - age);
        }
        execution::Order order(std::int64_t quantity = 1) const {
            execution::Order o;
            o.id = OrderId("M-TEST");
            o.combo = Harness::spread(quantity);
            o.approvedBy = "auto";
            return o;
        }
        desk::Outcome intent(const execution::Order& o, std::int64_t value) const {
            desk::Outcome out;
            out.events.push_back({"order.intent", "agent:desk", o.id.str(), {{"value", value}}});
            risk::GateDecision decision;
            decision.pass = true;
            out.effects.push_back(desk::Submit{o, decision, 0});
            return out;
        }
        std::string broken() const { return rules.violation() ? rules.violation()->rule : ""; }
    };

private Q_SLOTS:
    void aSoundOrderBreaksNothing() {
        World w;
        const auto o = w.order();
        w.tell(o.combo);
        w.rules.onOutcome(w.h.desk(), w.intent(o, 470'000'000));
        w.rules.onLeaving(w.h.desk(), o, true, w.h.now());
        w.rules.afterCommand(w.h.desk(), true, true, w.h.now());
        QCOMPARE(w.broken(), std::string());
        QVERIFY(w.rules.checks() > 10);
    }

    void ordersThatMayNotLeave_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("rule");
        for (const auto& [what, rule] : std::initializer_list<std::pair<const char*, const char*>>{{"no intent", "S2"},
                                                                                                   {"gate said no", "S1"},
                                                                                                   {"id used twice", "S3"},
                                                                                                   {"id is no id", "S3"},
                                                                                                   {"sent twice", "S3"},
                                                                                                   {"closed gate", "S1"},
                                                                                                   {"halted", "S5"},
                                                                                                   {"stale quote", "S10"},
                                                                                                   {"no quote", "S10"},
                                                                                                   {"naked", "S11"},
                                                                                                   {"too large", "limits"},
                                                                                                   {"unasked", "tiers"},
                                                                                                   {"approved by nobody", "S8"},
                                                                                                   {"closes what is not held", "S19"},
                                                                                                   {"floating point", "S14"}})
            QTest::newRow(what) << what << rule;
    }
    void ordersThatMayNotLeave() {
        QFETCH(QString, what);
        QFETCH(QString, rule);
        World w;
        auto o = w.order(what == QLatin1String("too large") ? 5 : 1);
        std::int64_t value = 470'000'000;
        bool gateOpen = true;
        if (what == QLatin1String("id is no id")) o.id = OrderId("m-test?");
        if (what == QLatin1String("naked")) o.combo.legs.resize(1);
        if (what == QLatin1String("unasked")) value = 1'000'000'000;
        if (what == QLatin1String("approved by nobody")) o.approvedBy = "tom";
        if (what == QLatin1String("closed gate")) gateOpen = false;
        if (what == QLatin1String("closes what is not held")) {
            o.combo.intent = portfolio::OrderIntent::Close;
            o.combo.closes = PositionId("POS-NONE");
        }
        if (what == QLatin1String("halted")) w.h.give(desk::HaltRequest{"user:x", risk::Breaker::B8Manual, "test"});
        auto told = o.combo;
        if (what == QLatin1String("no quote")) told.legs.pop_back();
        w.tell(told, what == QLatin1String("stale quote") ? MonoTime(31s) : MonoTime(0s));
        auto outcome = w.intent(o, value);
        if (what == QLatin1String("no intent")) outcome.events.front().type = "notice";
        if (what == QLatin1String("gate said no")) std::get<desk::Submit>(outcome.effects.front()).decision.pass = false;
        if (what == QLatin1String("floating point")) outcome.events.front().body["x"] = 0.5;
        w.rules.onOutcome(w.h.desk(), outcome);
        if (what == QLatin1String("id used twice")) w.rules.onOutcome(w.h.desk(), outcome);
        w.rules.onLeaving(w.h.desk(), o, gateOpen, w.h.now());
        if (what == QLatin1String("sent twice")) w.rules.onLeaving(w.h.desk(), o, gateOpen, w.h.now());
        QCOMPARE(QString::fromStdString(w.broken()), rule);
    }

    void aGateThatIsOpenWhileHalted() {
        World w;
        w.h.give(desk::HaltRequest{"user:x", risk::Breaker::B8Manual, "test"});
        w.rules.afterCommand(w.h.desk(), false, true, w.h.now());
        QCOMPARE(w.broken(), std::string("S5"));
    }

    void breakersThatDoNotTrip_data() {
        QTest::addColumn<double>("vix");
        QTest::addColumn<QString>("rule");
        QTest::newRow("VIX at fifty") << 50.0 << "B4";
        QTest::newRow("VIX gone") << 17.0 << "B4";
    }
    void breakersThatDoNotTrip() {
        QFETCH(double, vix);
        QFETCH(QString, rule);
        World w;
        market::Tick tick;
        tick.session = market::Session::Open;
        tick.time = tick.vixTime = w.h.now().utc;
        tick.vix = vix;
        w.rules.onTick(tick, w.h.now().mono);
        auto later = w.h.now();
        later.mono += 34s;
        w.rules.afterCommand(w.h.desk(), true, true, later); // the harness' desk knows of none of it
        QCOMPARE(QString::fromStdString(w.broken()), rule);
    }

    void aHeldLegThatIsStale() {
        World w;
        w.h.holdSpread(1);
        w.tell(Harness::spread(1));
        auto later = w.h.now();
        later.mono += 34s;
        market::Tick tick; // VIX alone goes on
        tick.session = market::Session::Open;
        tick.time = tick.vixTime = w.h.now().utc + 34s;
        tick.vix = 17;
        w.rules.onTick(tick, later.mono);
        w.rules.afterCommand(w.h.desk(), true, true, later);
        QCOMPARE(w.broken(), std::string("B5"));
    }

    void aRestartThatForgets_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("rule");
        QTest::newRow("a latch") << "latch"
                                 << "S5";
        QTest::newRow("its startup latch") << "startup"
                                           << "S5";
        QTest::newRow("an order id") << "id"
                                     << "S3";
    }
    void aRestartThatForgets() {
        QFETCH(QString, what);
        QFETCH(QString, rule);
        World w;
        desk::DeskState before = w.h.state();
        if (what == QLatin1String("latch")) before.latches.push_back({risk::Breaker::B1DailyLoss, {}, {}, "", 0, {}});
        if (what == QLatin1String("id")) before.usedOrderIds.insert(OrderId("M-OLD"));
        desk::Desk fresh{risk::Limits{}};
        (void)fresh.restore(w.h.events());
        if (what != QLatin1String("startup"))
            (void)fresh.handle(desk::Started{"run-2", "test", approval::DeskKind::DemoTeam, true, "SIM-1", Usd{}, {"SPY"}}, w.h.now());
        w.rules.onRestart(before, fresh);
        QCOMPARE(QString::fromStdString(w.broken()), rule);
    }

    void booksThatDifferAndNothingHalts() {
        World w;
        w.h.holdSpread(1); // the broker of this world holds nothing
        w.rules.atRest(w.h.desk());
        QCOMPARE(w.broken(), std::string("S12"));
    }

    void aJournalThatFoldsToSomethingElse() {
        World w;
        w.h.holdSpread(1);
        World other;
        w.rules.sameState(w.h.state(), other.h.state());
        QCOMPARE(w.broken(), std::string("S12"));
    }
};

QTEST_APPLESS_MAIN(InvariantsTest)
#include "tst_backtest_invariants.moc"
