#include <QTest>

#include "desk/declined.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;
using namespace std::chrono_literals;

/// What bounds the desk when nobody is asked: by day and group (ADR 0014), by what was found too large, by what is really at risk.
class DeskUnaskedTest : public QObject {
    Q_OBJECT

    /// An open desk whose strategy has traded once, a quarter of an hour later: a small order is sent without asking.
    static void seasoned(Harness& h) {
        h.quote(Harness::put(480), 2.50, 2.54);
        h.quote(Harness::put(475), 2.10, 2.14);
        h.open();
        h.holdSpread(1);
        h.jumpTo(10, 30);
        h.tick();
    }
    static void sendUnasked(Harness& h, const portfolio::ComboOrder& order) {
        h.propose(order);
        QVERIFY2(!h.pending() && h.state().liveOrders().size() == 1, h.lastBody("proposal.dropped").c_str());
        h.give(SubmitOutcome{h.state().liveOrders().front()->id, SubmitOutcome::Kind::Accepted, {}});
        h.brokerSays(h.state().liveOrders().front()->id, execution::OrderState::Working);
    }
    static void tighten(Harness& h, double automaticPerDay) {
        Settings tight = h.state().settings;
        tight.limits.automaticPerDay = automaticPerDay;
        h.give(ChangeSettings{"user:" + h.userWith(approval::Role::RiskManager).str(), tight});
    }
    static std::string reasonsOf(const Harness& h) {
        std::string all;
        if (const auto asked = h.pending())
            for (const auto& reason : asked->tier.reasons) all += reason + "\n";
        return all;
    }

private Q_SLOTS:
    void beyondTheDaysBoundAPersonIsAsked() {
        Harness h;
        seasoned(h);
        tighten(h, 0.004); // $400 of $100,000; the spread can lose $468
        h.propose(Harness::spread(1));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QCOMPARE(h.pending()->tier.tier, approval::Tier::T1);
        QVERIFY2(reasonsOf(h).find("sent without asking today 0.0 % of 0.4 %, with this 0.5 %") != std::string::npos, reasonsOf(h).c_str());
    }

    void withinTheDaysBoundNobodyIsAsked() {
        Harness h;
        seasoned(h);
        tighten(h, 0.005);
        sendUnasked(h, Harness::spread(1));
    }

    void whatWasRejectedTodayIsNotSentUnaskedWithOtherStrikes() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(4)); // above $1,000
        QVERIFY(h.pending());
        h.answer(*h.pending(), h.userWith(approval::Role::Trader), false, "1 poor price");
        QVERIFY(!h.pending());
        h.jumpTo(11, 30);
        h.tick();
        h.propose(Harness::spread(1, 0.38, 480));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QCOMPARE(h.pending()->tier.tier, approval::Tier::T1);
        QVERIFY2(reasonsOf(h).find("declined today") != std::string::npos, reasonsOf(h).c_str());
        QVERIFY(h.state().liveOrders().empty());
    }

    void theSameGroupIsNotOpenedTwiceADayWithoutAsking() {
        Harness h;
        seasoned(h);
        sendUnasked(h, Harness::spread(1));
        h.brokerSays(h.state().liveOrders().front()->id, execution::OrderState::Filled, 1, 0.34, 2.0);
        h.jumpTo(11, 30); // the fifteen minutes are long over
        h.tick();
        h.propose(Harness::spread(1, 0.38, 480));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QCOMPARE(h.pending()->tier.tier, approval::Tier::T1);
        QVERIFY2(reasonsOf(h).find("correlated equities were opened without asking today already") != std::string::npos, reasonsOf(h).c_str());
    }

    void whatAPersonProposesIsNotBoundByWhatNobodyWasAskedFor() {
        Harness h;
        seasoned(h);
        tighten(h, 0.004);
        h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "mine"});
        h.tick();
        QVERIFY2(reasonsOf(h).find("without asking") == std::string::npos, reasonsOf(h).c_str());
    }

    void aCancelledOpeningLeavesTheSumOfFifteenMinutes() {
        Harness h;
        seasoned(h);
        sendUnasked(h, Harness::spread(2)); // $936
        const OrderId id = h.state().liveOrders().front()->id;
        const auto recent = [&] {
            h.propose(Harness::spread(2, 0.38, 480));
            return reasonsOf(h).find("opened in the same underlying within 15 minutes") != std::string::npos;
        };
        QVERIFY(recent()); // working: it may still fill
        h.answer(*h.pending(), h.userWith(approval::Role::RiskManager), false, "4 later");
        h.brokerSays(id, execution::OrderState::Cancelled);
        h.setSpot(506); // what was declined may be asked again
        h.propose(Harness::spread(2, 0.38, 480));
        QVERIFY(h.pending()); // $924 alone is under $1,000: asked for the "no" of today alone
        QVERIFY2(reasonsOf(h).find("within 15 minutes") == std::string::npos, reasonsOf(h).c_str());
        QVERIFY2(reasonsOf(h).find("declined today") != std::string::npos, reasonsOf(h).c_str());
    }

    void aFilledOrUnknownOpeningStaysInTheSum() {
        for (const auto state : {execution::OrderState::Unknown, execution::OrderState::Filled}) {
            Harness h;
            seasoned(h);
            sendUnasked(h, Harness::spread(2));
            h.brokerSays(h.state().liveOrders().front()->id, state, state == execution::OrderState::Filled ? 2 : 0, 0.34, 4.0);
            h.propose(Harness::spread(2, 0.38, 480));
            QVERIFY(reasonsOf(h).find("opened in the same underlying within 15 minutes") != std::string::npos);
        }
    }

    void whatWasTooLargeIsNotAskedAsLargeUnderAnotherStrike() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        const auto declined = h.pending().value();
        h.answer(declined, h.userWith(approval::Role::Trader), false, "2 size");
        h.propose(Harness::spread(3, 0.34, 480)); // ten points away: another idea, and it can lose as much
        QVERIFY2(!h.pending(), reasonsOf(h).c_str());
        const std::string why = h.lastBody("proposal.dropped");
        QVERIFY2(why.find(declined.id.str() + " was rejected today as too large") != std::string::npos, why.c_str());
        h.propose(Harness::spread(2, 0.38, 480)); // smaller: it may be asked
        QVERIFY(h.pending());
    }

    void whatWasTooLargeMayComeBackSmaller() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(4));
        const auto declined = h.pending().value();
        h.answer(declined, h.userWith(approval::Role::Trader), false, "2 size");
        h.propose(Harness::spread(4));
        QVERIFY(!h.pending());
        h.propose(Harness::spread(3)); // the same idea, smaller: what was asked for
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QCOMPARE(h.pending()->raisedAgain, declined.id.str() + " was rejected today as too large; this one can lose $1,404 of $1,872");
    }

    void theAgentsAskWhatTheDeskWillAnswer_data() {
        QTest::addColumn<QString>("reason");
        QTest::addColumn<int>("quantity");
        QTest::addColumn<double>("sold");
        for (const char* reason : {"2 size", "1 poor price"})
            for (const int quantity : {1, 2, 3, 4})
                for (const double sold : {470.0, 480.0})
                    QTest::addRow("rejected for %s, %d sold at %g", reason + 2, quantity, sold) << QString::fromLatin1(reason) << quantity << sold;
    }
    void theAgentsAskWhatTheDeskWillAnswer() {
        QFETCH(QString, reason);
        QFETCH(int, quantity);
        QFETCH(double, sold);
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        h.answer(h.pending().value(), h.userWith(approval::Role::Trader), false, reason.toStdString());
        const auto order = Harness::spread(quantity, 0.34, sold);
        strategy::Candidate candidate;
        candidate.underlying = order.underlying;
        candidate.kind = order.kind;
        candidate.legs = order.legs;
        candidate.limit = order.netLimit;
        candidate.credit = *Price::fromDouble(0.36);
        candidate.shortIv = h.state().declinedToday.front().iv.value_or(0.2);
        const bool expected = wouldBeDropped(h.state().declinedToday, candidate, quantity, 500.0);
        h.propose(order);
        const std::string why = h.lastBody("proposal.dropped");
        QCOMPARE(why.find("nothing has changed materially since") != std::string::npos, expected);
        QCOMPARE(expected, sold > 475 ? reason.startsWith(QLatin1Char('2')) && quantity >= 3 : reason.startsWith(QLatin1Char('1')) || quantity >= 3);
    }

    void aMaterialChangeMayBeAskedAsLarge() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        h.answer(h.pending().value(), h.userWith(approval::Role::Trader), false, "2 size");
        h.setSpot(506);
        h.propose(Harness::spread(3, 0.34, 480));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
        QVERIFY(h.pending()->raisedAgain.find("spot +1.2 %") != std::string::npos);
    }

    void anotherReasonSaysNothingOfSize() {
        Harness h;
        seasoned(h);
        h.propose(Harness::spread(3));
        h.answer(h.pending().value(), h.userWith(approval::Role::Trader), false, "3 risk");
        h.propose(Harness::spread(3, 0.34, 480));
        QVERIFY2(h.pending(), h.lastBody("proposal.dropped").c_str());
    }

    void aLimitBelowTheNaturalPriceIsWarnedOfInTheRequest() {
        Harness h;
        h.open();
        h.propose(Harness::spread(1, 0.30)); // natural: 1.50 less 1.18 is 0.32
        const auto view = h.desk().view(h.now());
        QCOMPARE(view.approvals.size(), std::size_t{1});
        QCOMPARE(view.approvals.front().warnings, std::vector<std::string>{"the limit gives 0.02 more than the natural price 0.32 asks for"});
        QVERIFY(view.approvals.front().blockedBecause.empty()); // soft
        Harness fair;
        fair.open();
        fair.propose(Harness::spread(1, 0.32));
        QVERIFY(fair.desk().view(fair.now()).approvals.front().warnings.empty());
    }

    void legsOfARequestStandByStrikeWhoeverProposedThem() {
        for (const bool byPerson : {false, true}) {
            Harness h;
            h.open();
            if (byPerson) {
                h.give(ProposeOrder{h.userWith(approval::Role::Trader), Harness::spread(1), "mine"});
                h.tick();
                QCOMPARE(h.pending()->order.legs.front().contract.strike, Harness::put(465).strike);
            } else {
                h.propose(Harness::spread(1));
            }
            const auto view = h.desk().view(h.now());
            const auto& legs = view.approvals.front().legs;
            QCOMPARE(legs.front().contract.strike, Harness::put(465).strike);
            QCOMPARE(legs.back().contract.strike, Harness::put(470).strike);
            QCOMPARE(legs.back().ratio, -1);
        }
    }
};

QTEST_GUILESS_MAIN(DeskUnaskedTest)
#include "tst_desk_unasked.moc"
