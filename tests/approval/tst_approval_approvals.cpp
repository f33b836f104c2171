#include <QTest>

#include "approval/approvals.h"

using namespace mahler;
using namespace mahler::approval;
using namespace std::chrono_literals;

class ApprovalsTest : public QObject {
    Q_OBJECT

    static TierInputs quiet(std::int64_t dollars) {
        TierInputs in;
        in.orderValue = Usd::fromMicros(dollars * 1'000'000);
        in.vix = 18;
        in.vixPriorClose = 18;
        in.dayPnlFraction = 0.0;
        in.unaskedNow = in.unaskedAfter = 0.0;
        return in;
    }
    static Request request(Tier tier) {
        Request r;
        r.id = ApprovalId("A-1");
        r.tier.tier = tier;
        r.deadline = 100s;
        r.shownHash = sha256("shown");
        r.order.source = "agent:desk";
        return r;
    }
    static User with(Role role) {
        for (const auto& u : demoUsers())
            if (u.has(role)) return u;
        return {};
    }
    static constexpr Usd kLoss = Usd::fromMicros(4'380'000'000);
    static AnswerOutcome answer(const Request& r, Role role, bool approve = true, const std::string& reason = "a reason of many words",
                                std::optional<Usd> typed = kLoss, Timestamp now = {{}, 50s}) {
        return judgeAnswer(r, with(role), approve, r.shownHash, reason, typed, kLoss, now);
    }

private Q_SLOTS:
    void moreTimeIsForTheTraderTierAndNeverBeyondFiveMinutes() {
        auto r = request(Tier::T1);
        r.extendableTo = 120s;
        QCOMPARE(moreTime(r, 50s).deadline, MonoTime(120s)); // not 160
        r.extendableTo = 300s;
        QCOMPARE(moreTime(r, 50s).deadline, MonoTime(160s));
        QCOMPARE(moreTime(r, 100s).refused, std::optional(NoMoreTime::TimeOver)); // at the deadline it is over
        r.extendableTo = 100s;
        QCOMPARE(moreTime(r, 50s).refused, std::optional(NoMoreTime::Longest));
        for (const auto tier : {Tier::T2, Tier::T3}) { // SAFETY 3.4: the decision deadline stays
            auto fixed = request(tier);
            fixed.extendableTo = 300s;
            fixed.extended = true; // while it was the trader's: used up is not why
            QCOMPARE(moreTime(fixed, 50s).refused, std::optional(NoMoreTime::FixedDeadline));
            QCOMPARE(wordsOf(NoMoreTime::FixedDeadline, tier), std::string("the deadline of tier ") + toString(tier) + " is fixed");
        }
    }
    void nobodyIsAskedBeyondTheHighestTier() {
        QVERIFY(escalationRefused(request(Tier::T2), DeskKind::DemoTeam).empty());
        QVERIFY(!escalationRefused(request(Tier::T3), DeskKind::DemoTeam).empty());
        QVERIFY(!escalationRefused(request(Tier::T1), DeskKind::SinglePerson).empty());
    }
    void whatIsSentWithoutAskingEndsAtTheDaysBound_data() {
        QTest::addColumn<double>("now");
        QTest::addColumn<double>("after");
        QTest::addColumn<int>("tier");
        QTest::newRow("below") << 0.010 << 0.0195 << 0;
        QTest::newRow("exactly at it") << 0.011 << 0.02 << 0;
        QTest::newRow("beyond") << 0.019 << 0.0201 << 1;
        QTest::newRow("long beyond") << 0.030 << 0.0390 << 1;
    }
    void whatIsSentWithoutAskingEndsAtTheDaysBound() {
        QFETCH(double, now);
        QFETCH(double, after);
        QFETCH(int, tier);
        auto in = quiet(900);
        in.unaskedNow = now;
        in.unaskedAfter = after;
        const auto d = decideTier(in);
        QCOMPARE(static_cast<int>(d.tier), tier);
        QCOMPARE(d.deadline, tier == 0 ? 0s : 30s);
        if (tier == 1 && now < 0.02) QCOMPARE(d.reasons.back(), std::string("sent without asking today 1.9 % of 2.0 %, with this 2.0 %"));
        in.byPerson = true; // a person asks for it
        QCOMPARE(decideTier(in).tier, Tier::T0);
        in.byPerson = false;
        in.orderValue = Usd::fromMicros(12'000'000'000); // asked for anyway: the bound says nothing
        QCOMPARE(decideTier(in).tier, Tier::T2);
        QCOMPARE(decideTier(in).reasons.size(), std::size_t{1});
    }
    void whatWasSentWithoutAskingMustBeKnown() {
        auto in = quiet(900);
        in.unaskedNow.reset();
        QCOMPARE(decideTier(in).tier, Tier::T1);
    }
    void correlatedEquitiesAreOpenedWithoutAskingOnceADay() {
        auto in = quiet(900);
        in.groupUnasked = true;
        const auto d = decideTier(in);
        QCOMPARE(d.tier, Tier::T1);
        QVERIFY(d.reasons.back().find("correlated equities") != std::string::npos);
    }
    void onlyTheSizeCodeSaysTooLarge() {
        auto r = request(Tier::T1);
        r.state = ApprovalState::Rejected;
        r.cause = RejectCause::Person;
        for (const auto& [text, large] : std::vector<std::pair<std::string, bool>>{{"2 size", true},
                                                                                   {"2", true},
                                                                                   {"2 size: half of it", true},
                                                                                   {"3 risk", false},
                                                                                   {"20 of them", false},
                                                                                   {"", false},
                                                                                   {"size", false}}) {
            r.causeText = text;
            QCOMPARE(saysTooLarge(r), large);
        }
        r.causeText = "2 size";
        r.cause = RejectCause::Expired;
        QVERIFY(!saysTooLarge(r));
    }
    void moneyInReasonsIsReadable() {
        QCOMPARE(decideTier(quiet(1089)).reasons.front(), std::string("order value $1,089"));
        QCOMPARE(shownMoney(Usd::fromMicros(-12'500'000)), std::string("-$12.50"));
        QCOMPARE(shownMoney(Usd::fromMicros(99'996'000)), std::string("$100"));
        QCOMPARE(shownMoney(Usd::fromMicros(1'234'567'890'000)), std::string("$1,234,568"));
        QCOMPARE(exactMoney(Usd::fromMicros(4'380'120'000)), std::string("$4,380.12"));
        QCOMPARE(exactMoney(Usd::fromMicros(4'380'000'000)), std::string("$4,380"));
    }

    void tierEdges_data() {
        QTest::addColumn<qlonglong>("dollars");
        QTest::addColumn<int>("tier");
        QTest::addColumn<int>("seconds");
        QTest::newRow("under 1,000") << 999ll << 0 << 0;
        QTest::newRow("exactly 1,000") << 1000ll << 1 << 30;
        QTest::newRow("under 10,000") << 9999ll << 1 << 30;
        QTest::newRow("exactly 10,000") << 10000ll << 2 << 120;
        QTest::newRow("exactly 50,000") << 50000ll << 2 << 120;
        QTest::newRow("above 50,000") << 50001ll << 3 << 300;
    }
    void tierEdges() {
        QFETCH(qlonglong, dollars);
        QFETCH(int, tier);
        QFETCH(int, seconds);
        const auto d = decideTier(quiet(dollars));
        QCOMPARE(static_cast<int>(d.tier), tier);
        QCOMPARE(d.deadline.count(), std::int64_t{seconds});
        QCOMPARE(d.openWithin.count(), std::int64_t{tier == 2 ? 30 : 0});
    }

    void splittingDoesNotLowerTheTier() {
        auto in = quiet(600);
        in.recentOpeningsSameUnderlying = Usd::fromMicros(400'000'000);
        QCOMPARE(decideTier(in).tier, Tier::T1);
    }

    void triggersRaiseAndNeverLower() {
        auto in = quiet(100);
        in.newStrategy = true;
        QCOMPARE(decideTier(in).tier, Tier::T1);
        QCOMPARE(decideTier(in).deadline.count(), std::int64_t{60});
        in = quiet(100);
        in.concentrationAfter = 0.151;
        QCOMPARE(decideTier(in).tier, Tier::T2);
        in.concentrationAfter = 0.15;
        QCOMPARE(decideTier(in).tier, Tier::T0);
        in = quiet(100);
        in.vix = 25.01;
        QCOMPARE(decideTier(in).tier, Tier::T1);
        in = quiet(100);
        in.vixPriorClose = 15;
        QCOMPARE(decideTier(in).tier, Tier::T1); // exactly 20 %
        in = quiet(100);
        in.vixSessionLow = 15;
        in.vixSessionHigh = 18;
        QCOMPARE(decideTier(in).tier, Tier::T1);
        in = quiet(100);
        in.dayPnlFraction = -0.016;
        QCOMPARE(decideTier(in).tier, Tier::T2);
        in = quiet(60000);
        in.newStrategy = true;
        QCOMPARE(decideTier(in).tier, Tier::T3);
    }

    void onlyTheTradersDeadlineMayBeLonger() {
        const auto seconds = [](TierInputs in) {
            in.traderDeadline = std::chrono::seconds(200);
            return decideTier(in).deadline.count();
        };
        QCOMPARE(seconds(quiet(1000)), std::int64_t{200});
        QCOMPARE(seconds(quiet(10000)), std::int64_t{120});
        QCOMPARE(seconds(quiet(60000)), std::int64_t{300});
        auto in = quiet(100);
        in.vix = 30;
        QCOMPARE(seconds(in), std::int64_t{200}); // raised to the trader: the trader's time
        in.orderValue = Usd::fromMicros(10'000'000'000);
        QCOMPARE(seconds(in), std::int64_t{30}); // a manager's order in a nervous market stays short
        in = quiet(1000);
        in.newStrategy = true;
        QCOMPARE(seconds(in), std::int64_t{60}); // the review of a first execution keeps its minute
    }

    void theUnknownIsNeverAutomatic() {
        auto in = quiet(100);
        in.vix.reset();
        QVERIFY(decideTier(in).tier >= Tier::T1);
        in = quiet(100);
        in.dayPnlFraction.reset();
        QVERIFY(decideTier(in).tier >= Tier::T2);
    }

    void aSinglePersonCannotGoAboveFiftyThousand() {
        auto in = quiet(50001);
        in.desk = DeskKind::SinglePerson;
        QVERIFY(decideTier(in).refused);
        in.orderValue = Usd::fromMicros(50'000'000'000);
        QVERIFY(!decideTier(in).refused);
    }

    void rolesDecideTheirTiers() {
        for (const auto role : {Role::Analyst, Role::Strategist})
            for (int t = 0; t <= 3; ++t) QVERIFY(!mayApproveTier(with(role), t));
        QVERIFY(mayApproveTier(with(Role::Trader), 1));
        QVERIFY(!mayApproveTier(with(Role::Trader), 2));
        QVERIFY(mayApproveTier(with(Role::RiskManager), 2));
        QVERIFY(!mayApproveTier(with(Role::RiskManager), 3));
        QVERIFY(mayApproveTier(with(Role::TeamLead), 3));
        QVERIFY(!mayResume(with(Role::RiskManager), "B3"));
        QVERIFY(mayResume(with(Role::RiskManager), "B5"));
        QVERIFY(!mayResume(with(Role::TeamLead), "B5"));
        QVERIFY(!mayResume(with(Role::Trader), "B8"));
        QVERIFY(!mayProposeManually(with(Role::RiskManager)));
    }

    void anAnswerMustBeInTimeAndOfWhatWasShown() {
        const auto r = request(Tier::T1);
        QCOMPARE(answer(r, Role::Trader).state, ApprovalState::Approved);
        QVERIFY(!answer(r, Role::Trader, true, "x", kLoss, {{}, 100s}).refusedBecause.empty());
        QVERIFY(!judgeAnswer(r, with(Role::Trader), true, sha256("other"), "x", kLoss, kLoss, {{}, 50s}).refusedBecause.empty());
        QVERIFY(!answer(r, Role::Analyst).refusedBecause.empty());
        auto done = r;
        done.state = ApprovalState::Rejected;
        QVERIFY(!answer(done, Role::Trader).refusedBecause.empty());
    }

    void largeOnesNeedTheTypedLossAndAReason() {
        const auto r = request(Tier::T2);
        QCOMPARE(answer(r, Role::RiskManager, true, "1").state, ApprovalState::Approved);
        QVERIFY(!answer(r, Role::RiskManager, true, "1", std::nullopt).refusedBecause.empty());
        QVERIFY(!answer(r, Role::RiskManager, true, "1", kLoss + Usd::fromMicros(10'000)).refusedBecause.empty());
        QVERIFY(!answer(r, Role::RiskManager, true, "").refusedBecause.empty());
    }

    void fourEyesAreTwoPeopleOfBothRoles() {
        auto r = request(Tier::T3);
        QCOMPARE(answer(r, Role::TeamLead).state, ApprovalState::Pending);
        r.signatures.push_back({with(Role::TeamLead).id, true, "a reason of many words", {}});
        QVERIFY(!answer(r, Role::TeamLead).refusedBecause.empty());
        QCOMPARE(answer(r, Role::PortfolioManager).state, ApprovalState::Approved);
        QVERIFY(!answer(r, Role::PortfolioManager, true, "too short").refusedBecause.empty());
        r.order.source = "user:" + with(Role::PortfolioManager).id.str();
        QVERIFY(!answer(r, Role::PortfolioManager).refusedBecause.empty());
    }

    void whoMayDecideAnyTierMayRejectEveryRequest() {
        for (const auto tier : {Tier::T1, Tier::T2, Tier::T3}) {
            for (const auto role : {Role::Trader, Role::RiskManager, Role::PortfolioManager, Role::TeamLead})
                QCOMPARE(answer(request(tier), role, false).state, ApprovalState::Rejected);
            for (const auto role : {Role::Analyst, Role::Strategist}) {
                const auto refused = answer(request(tier), role, false);
                QCOMPARE(refused.state, ApprovalState::Pending);
                QVERIFY(refused.refusedBecause.find("may not reject") != std::string::npos);
            }
        }
        QCOMPARE(answer(request(Tier::T1), Role::Trader, false, "", std::nullopt, {{}, 500s}).state, ApprovalState::Rejected);
    }

    void toApproveStillTakesTheTiersOwnRole() {
        for (const auto tier : {Tier::T2, Tier::T3})
            QVERIFY(answer(request(tier), Role::Trader, true).refusedBecause.find("may not approve") != std::string::npos);
        QVERIFY(!answer(request(Tier::T3), Role::RiskManager, true).refusedBecause.empty());
    }

    void aRejectionBeatsAFirstSignature() {
        auto r = request(Tier::T3);
        for (const auto& u : demoUsers())
            if (u.has(Role::PortfolioManager)) r.signatures.push_back({u.id, true, "read it all, agreed", {}});
        QCOMPARE(answer(r, Role::Trader, false).state, ApprovalState::Rejected);
    }
};

QTEST_APPLESS_MAIN(ApprovalsTest)
#include "tst_approval_approvals.moc"
