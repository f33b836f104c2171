#include <QTest>

#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// The last hour of a leg (SAFETY section 5), and what a person's resting order does not hold up.
class DeskExpiryTest : public QObject {
    Q_OBJECT

    static constexpr TradingDate kMonday = std::chrono::year{2026} / 11 / 23, kHalfDay = std::chrono::year{2026} / 11 / 27,
                                 kLastDay = std::chrono::year{2026} / 12 / 31;

    static portfolio::ComboOrder spread(TradingDate expiry) {
        auto order = Harness::spread(1);
        for (auto& leg : order.legs) leg.contract.expiry = expiry;
        return order;
    }
    static void nextDay(Harness& h, TradingDate date) {
        h.skipTo(date, 9, 29);
        SessionFacts facts = *h.state().facts;
        facts.date = date;
        facts.open = market::sessionOpen(date);
        facts.close = market::sessionClose(date);
        h.give(facts);
        h.skipTo(date, 9, 31);
        h.reconcile();
        h.ticks(4);
    }
    static OrderId sendAsPerson(Harness& h, const portfolio::ComboOrder& order) {
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), order, "mine"});
        h.tick();
        if (const auto request = h.pending()) h.answer(*request, h.userWith(approval::Role::RiskManager), true, "1 agreed after reading it all");
        const auto live = h.state().liveOrders();
        if (live.empty()) return {};
        const OrderId id = live.front()->id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        return id;
    }
    /// A spread of a person's own, expiring on `expiry`, held on that morning.
    static PositionId holdToItsLastDay(Harness& h, TradingDate expiry) {
        const auto order = spread(expiry);
        h.quote(order.legs[0].contract, 1.50, 1.54);
        h.quote(order.legs[1].contract, 1.14, 1.18);
        h.open();
        const OrderId id = sendAsPerson(h, order);
        h.brokerSays(id, execution::OrderState::Filled, 1, 0.34, 2.0);
        nextDay(h, expiry);
        return h.state().positions.empty() ? PositionId() : h.state().positions.begin()->first;
    }
    static OrderId closesItself(Harness& h, const PositionId& position) {
        h.give(ClosePosition{h.userWith(approval::Role::Trader), position, "out"});
        const OrderId id = h.effects<Submit>().back().order.id;
        h.give(SubmitOutcome{id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(id, execution::OrderState::Working);
        return id;
    }
    static bool said(const Harness& h, const char* words) {
        return std::any_of(h.state().notices.begin(), h.state().notices.end(),
                           [&](const auto& notice) { return notice.text.find(words) != std::string::npos; });
    }
    static std::size_t closings(const Harness& h) {
        const auto sent = h.effects<Submit>();
        return static_cast<std::size_t>(
            std::count_if(sent.begin(), sent.end(), [](const Submit& s) { return s.order.combo.intent == portfolio::OrderIntent::Close; }));
    }

private Q_SLOTS:
    void noShortLegIsHeldIntoItsLastThreeQuartersOfAnHour_data() {
        QTest::addColumn<bool>("half");
        QTest::newRow("15:15 on a whole day") << false;
        QTest::newRow("12:15 on a half day") << true;
    }
    void noShortLegIsHeldIntoItsLastThreeQuartersOfAnHour() {
        QFETCH(bool, half);
        Harness h;
        const auto position = holdToItsLastDay(h, half ? kHalfDay : kLastDay);
        QVERIFY(!position.str().empty());
        const int hour = half ? 12 : 15;
        h.jumpTo(hour, 8, 50);
        h.ticks(5);
        QCOMPARE(closings(h), std::size_t{0});
        while (closings(h) == 0 && h.now().utc < h.at(hour, 20).utc) h.tick();
        QCOMPARE(closings(h), std::size_t{1});
        QVERIFY(h.now().utc < h.at(hour, 15).utc);
        QCOMPARE(h.effects<Submit>().back().order.combo.closes, position);
        QVERIFY(said(h, half ? "not held past 12:15" : "not held past 15:15"));
    }

    void aPersonsRestingCloseIsTakenBackForIt() {
        Harness h;
        const auto position = holdToItsLastDay(h, kLastDay);
        h.jumpTo(14, 0);
        h.tick();
        const OrderId resting = closesItself(h, position);
        h.jumpTo(15, 8, 50);
        h.ticks(5);
        QCOMPARE(h.count("order.cancel"), 0);
        while (h.count("order.cancel") == 0 && h.now().utc < h.at(15, 20).utc) h.tick();
        QCOMPARE(h.count("order.cancel"), 1);
        QVERIFY(said(h, "Taken back, the desk closes instead"));
        h.brokerSays(resting, execution::OrderState::Cancelled);
        while (closings(h) == 1 && h.now().utc < h.at(15, 20).utc) h.tick();
        QCOMPARE(closings(h), std::size_t{2});
        QVERIFY(h.now().utc < h.at(15, 15).utc);
        QCOMPARE(h.effects<Submit>().back().order.combo.closes, position);
    }

    void aLossDoesNotWaitForAPersonsPrice_data() {
        QTest::addColumn<double>("sold");
        QTest::addColumn<double>("bought");
        QTest::addColumn<bool>("taken");
        QTest::newRow("the stop") << 3.00 << 1.80 << true;
        QTest::newRow("the target") << 0.30 << 0.22 << false;
        QTest::newRow("nothing") << 1.52 << 1.16 << false;
    }
    void aLossDoesNotWaitForAPersonsPrice() {
        QFETCH(double, sold);
        QFETCH(double, bought);
        QFETCH(bool, taken);
        Harness h;
        h.open();
        h.holdSpread(); // the agents'
        const auto position = h.state().positions.begin()->first;
        const OrderId resting = closesItself(h, position);
        h.quote(Harness::put(470), sold - 0.01, sold + 0.01);
        h.quote(Harness::put(465), bought - 0.01, bought + 0.01);
        h.ticks(320);
        QCOMPARE(h.count("order.cancel") > 0, taken);
        if (!taken) return;
        h.brokerSays(resting, execution::OrderState::Cancelled);
        h.ticks(40);
        QCOMPARE(closings(h), std::size_t{2});
        QVERIFY(h.effects<Submit>().back().order.combo.source.starts_with("exit:"));
    }

    void nothingOpensInTheLastHalfHourOfALeg() {
        Harness h;
        portfolio::ComboOrder order = Harness::spread(1, 0.34);
        for (auto& [leg, strike, mid] :
             std::vector<std::tuple<portfolio::ComboLeg*, double, double>>{{&order.legs[0], 495, 0.52}, {&order.legs[1], 492, 0.165}}) {
            leg->contract.strike = *Price::fromDouble(strike);
            leg->contract.expiry = kMonday;
            h.quote(leg->contract, mid - 0.005, mid + 0.005);
        }
        h.open();
        const OrderId id = sendAsPerson(h, order);
        QVERIFY2(!id.str().empty(), h.lastBody("gate.checked").c_str());
        h.jumpTo(15, 29, 57);
        h.ticks(2);
        QCOMPARE(h.count("order.cancel"), 0);
        h.ticks(2);
        QCOMPARE(h.count("order.cancel"), 1);
        QVERIFY(said(h, "nothing is opened so close to the expiry"));
    }
};

QTEST_APPLESS_MAIN(DeskExpiryTest)
#include "tst_desk_expiry.moc"
