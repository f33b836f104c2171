#include <QTest>

#include "agents/facts.h"

using namespace mahler;
using namespace mahler::agents;

class ClaimsTest : public QObject {
    Q_OBJECT

    static FactTable facts() {
        FactTable table;
        FactBuilder add(table, {});
        add.number("iv.percentile", 72.4, "%", 1, "test");
        add.number("spot", 7712.4, "USD", 2, "test");
        add.number("loss", -12.5, "USD", 2, "test");
        add.number("a", 30, "", 0, "test");
        add.number("b", 12, "", 0, "test");
        add.word("expiry", "2026-12-31", "test");
        return table;
    }
    static ClaimStatus only(const std::string& text) {
        const auto checked = checkClaims(text, facts());
        return checked.claims.size() == 1 ? checked.claims.front().status : ClaimStatus::Struck;
    }

private Q_SLOTS:
    void aCitedNumberThatMatchesIsVerified_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("exact") << QByteArray("at 72.4 % [iv.percentile]");
        QTest::newRow("rounded as written") << QByteArray("at 72 % [iv.percentile]");
        QTest::newRow("grouped thousands") << QByteArray("spot 7,712.40 [spot]");
        QTest::newRow("negative") << QByteArray("a loss of -12.50 USD [loss]");
        QTest::newRow("unicode minus") << QByteArray("a loss of \xE2\x88\x92"
                                                     "12.5 USD [loss]");
    }
    void aCitedNumberThatMatchesIsVerified() {
        QFETCH(QByteArray, text);
        QCOMPARE(only(text.toStdString()), ClaimStatus::Verified);
    }

    void whatDoesNotMatchIsStruck_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("wrong value") << QByteArray("at 73 % [iv.percentile]");
        QTest::newRow("wrong in the last digit") << QByteArray("at 72.5 % [iv.percentile]");
        QTest::newRow("unknown fact") << QByteArray("at 72.4 % [iv.rank]");
        QTest::newRow("no citation") << QByteArray("at 72.4 %");
        QTest::newRow("wrong sign") << QByteArray("12.5 [loss]");
        QTest::newRow("hidden in a word") << QByteArray("the 30-day outlook");
    }
    void whatDoesNotMatchIsStruck() {
        QFETCH(QByteArray, text);
        QCOMPARE(only(text.toStdString()), ClaimStatus::Struck);
    }

    void derivedNumbersAreRecomputed() {
        QCOMPARE(only("a gap of 18 [=a-b]"), ClaimStatus::Derived);
        QCOMPARE(only("a ratio of 2.5 [=a/b]"), ClaimStatus::Derived);
        QCOMPARE(only("a gap of 17 [=a-b]"), ClaimStatus::Struck);
    }

    void aMagnitudeIsTheFactWithoutItsSign() {
        QCOMPARE(citeMagnitude(facts(), "loss"), std::string("12.50 USD [=-loss]"));
        QCOMPARE(citeMagnitude(facts(), "a"), std::string("30 [a]"));
        QCOMPARE(only("short of " + citeMagnitude(facts(), "loss")), ClaimStatus::Derived);
        QCOMPARE(only("short of 12.50 [=-a]"), ClaimStatus::Struck);
        QCOMPARE(only("short of 12.50 [=-nothing]"), ClaimStatus::Struck);
    }

    void aNumberInWordsIsAClaimToo_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("claims");
        QTest::addColumn<int>("verified");
        QTest::newRow("uncited") << QByteArray("its fifty-day mean") << 1 << 0;
        QTest::newRow("cited and right") << QByteArray("its mean of thirty [a] sessions") << 1 << 1;
        QTest::newRow("cited and wrong") << QByteArray("its mean of fifty [a] sessions") << 1 << 0;
        QTest::newRow("a dozen") << QByteArray("a dozen [b] of them") << 1 << 1;
        QTest::newRow("a fraction is no rounding of its neighbour") << QByteArray("half [share]") << 1 << 0;
        QTest::newRow("a fraction") << QByteArray("A quarter [share] is kept back") << 1 << 1;
        QTest::newRow("an uncited fraction") << QByteArray("A fifth is enough") << 1 << 0;
        QTest::newRow("composed with a hyphen") << QByteArray("thirty-one [odd] days") << 1 << 1;
        QTest::newRow("composed with a scale") << QByteArray("three hundred contracts") << 1 << 0;
        QTest::newRow("two thirds") << QByteArray("two thirds of it") << 1 << 0;
        QTest::newRow("twice") << QByteArray("twice the risk") << 1 << 0;
        QTest::newRow("at the start of a sentence") << QByteArray("Three rules fail") << 1 << 0;
        QTest::newRow("ten percent") << QByteArray("ten percent") << 1 << 0;
        QTest::newRow("one that counts") << QByteArray("at one month") << 1 << 0;
        QTest::newRow("one in ten") << QByteArray("one in ten") << 2 << 0;
        QTest::newRow("one as a pronoun") << QByteArray("the one it answers, one of them, no one, one loss") << 0 << 0;
        QTest::newRow("inside another word") << QByteArray("often, attention, weight, someone, tension, fiver") << 0 << 0;
        QTest::newRow("names") << QByteArray("two-sided quotes, a third party, the third Friday, double-check") << 0 << 0;
        QTest::newRow("the name of a rule") << QByteArray("rule two_sided, rule five_or_more") << 0 << 0;
        QTest::newRow("in a cited word") << QByteArray("Next is Two-day meeting, day two [meeting]") << 2 << 2;
    }
    void aNumberInWordsIsAClaimToo() {
        QFETCH(QByteArray, text);
        QFETCH(int, claims);
        QFETCH(int, verified);
        FactTable table = facts();
        FactBuilder add(table, {});
        add.number("share", 0.25, "", 2, "test");
        add.number("odd", 31, "days", 0, "test");
        add.word("meeting", "Two-day meeting, day two", "test");
        const auto checked = checkClaims(text.toStdString(), table);
        QCOMPARE(static_cast<int>(checked.claims.size()), claims);
        const auto good =
            std::count_if(checked.claims.begin(), checked.claims.end(), [](const Claim& c) { return c.status == ClaimStatus::Verified; });
        QCOMPARE(static_cast<int>(good), verified);
    }

    void aCitedDateBacksItsDigits() {
        const auto checked = checkClaims("expires 2026-12-31 [expiry] at last", facts());
        QCOMPARE(checked.text, std::string("expires 2026-12-31 at last"));
        QCOMPARE(checked.claims.size(), std::size_t{1}); // a date is one claim, not three
        QCOMPARE(checked.claims.front().text, std::string("2026-12-31"));
        QCOMPARE(checked.claims.front().status, ClaimStatus::Verified);
    }

    void aDateIsOneClaimAndOnlyItsFactBacksIt_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("claims");
        QTest::newRow("uncited") << QByteArray("expires 2026-12-31.") << 1;
        QTest::newRow("another day") << QByteArray("expires 2026-12-30 [expiry]") << 1;
        QTest::newRow("cited as a number") << QByteArray("expires 2026-12-31 [a]") << 1;
        QTest::newRow("the date that is the number") << QByteArray("expires 2026-12-31 [serial]") << 1;
        QTest::newRow("a day that is none") << QByteArray("on 2026-13-45") << 3;
        QTest::newRow("part of something longer") << QByteArray("id 2026-12-31-7") << 4;
        QTest::newRow("run together with a year") << QByteArray("12026-12-31 [expiry]") << 3;
    }
    void aDateIsOneClaimAndOnlyItsFactBacksIt() {
        QFETCH(QByteArray, text);
        QFETCH(int, claims);
        FactTable table = facts();
        FactBuilder(table, {}).number("serial", 20261231, "", 0, "test");
        const auto checked = checkClaims(text.toStdString(), table);
        QCOMPARE(static_cast<int>(checked.claims.size()), claims);
        QCOMPARE(checked.claims.front().status, ClaimStatus::Struck);
    }

    void aTimeOfDayIsOneClaimAndNoNumber_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("claims");
        QTest::addColumn<int>("verified");
        QTest::newRow("in a cited event") << QByteArray("Consumer prices, 08:30 New York [event.next] come") << 1 << 1;
        QTest::newRow("of the fact's own time") << QByteArray("VIX at 19.20 at 10:35 ET [vix]") << 2 << 2;
        QTest::newRow("of the fact's own time, to the second") << QByteArray("VIX at 19.20 at 10:35:07 ET [vix]") << 2 << 2;
        QTest::newRow("of the fact's own time, UTC") << QByteArray("VIX at 19.20 at 15:35 UTC [vix]") << 2 << 2;
        QTest::newRow("as of, before the number") << QByteArray("As of 10:35 ET VIX is 19.20 [vix]") << 2 << 2;
        QTest::newRow("with the unit between") << QByteArray("VIX at 19.20 points, as of 10:35 [vix]") << 2 << 2;
        QTest::newRow("uncited") << QByteArray("before 08:30 ET.") << 1 << 0;
        QTest::newRow("of something else, cited by a fact of that time") << QByteArray("The Fed decides at 10:35 ET [vix]") << 1 << 0;
        QTest::newRow("of something else beside the fact's number") << QByteArray("VIX 19.20, the Fed at 10:35 [vix]") << 2 << 1;
        QTest::newRow("before the number, but not as of") << QByteArray("The Fed at 10:35, VIX 19.20 [vix]") << 2 << 1;
        QTest::newRow("beside a number that is not the fact's") << QByteArray("VIX at 19.30 at 10:35 ET [vix]") << 2 << 0;
        QTest::newRow("of another time") << QByteArray("VIX at 19.20 at 08:30 ET [vix]") << 2 << 1;
        QTest::newRow("of another second") << QByteArray("VIX at 19.20 at 10:35:08 ET [vix]") << 2 << 1;
        QTest::newRow("New York's time taken for UTC") << QByteArray("VIX at 19.20 at 10:35 UTC [vix]") << 2 << 1;
        QTest::newRow("an unknown fact") << QByteArray("at 10:35 ET [nothing]") << 1 << 0;
        // What is no time of day stays numbers, each to be backed.
        QTest::newRow("a decimal") << QByteArray("at 8.30 ET") << 1 << 0;
        QTest::newRow("more than two digits") << QByteArray("at 12:5000") << 2 << 0;
        QTest::newRow("more than sixty minutes") << QByteArray("at 12:75") << 2 << 0;
        QTest::newRow("more than a day") << QByteArray("at 25:30") << 2 << 0;
        QTest::newRow("more than sixty seconds") << QByteArray("at 12:30:99") << 3 << 0;
        QTest::newRow("four parts") << QByteArray("at 12:30:15:10") << 4 << 0;
        QTest::newRow("a decimal behind it") << QByteArray("at 12:30.5") << 2 << 0;
        QTest::newRow("dollars before it") << QByteArray("$12:30") << 2 << 0;
        QTest::newRow("a per cent behind it") << QByteArray("at 12:30%") << 2 << 0;
        QTest::newRow("a sign before it") << QByteArray("-12:30") << 2 << 0;
        QTest::newRow("a unit grown on") << QByteArray("at 12:30x") << 2 << 0;
        QTest::newRow("odds") << QByteArray("odds of 3:1") << 2 << 0;
        QTest::newRow("a number whose digits the fact's time has") << QByteArray("at 10.35 ET [vix]") << 1 << 0;
    }
    void aTimeOfDayIsOneClaimAndNoNumber() {
        QFETCH(QByteArray, text);
        QFETCH(int, claims);
        QFETCH(int, verified);
        FactTable table;
        FactBuilder add(table, UtcTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23)) + std::chrono::seconds(15 * 3600 + 35 * 60 + 7));
        add.number("vix", 19.2, "points", 2, "test");
        add.word("event.next", "Consumer prices, 08:30 New York", "test");
        const auto checked = checkClaims(text.toStdString(), table);
        QCOMPARE(static_cast<int>(checked.claims.size()), claims);
        const auto good =
            std::count_if(checked.claims.begin(), checked.claims.end(), [](const Claim& c) { return c.status == ClaimStatus::Verified; });
        QCOMPARE(static_cast<int>(good), verified);
    }

    void aTimeThatEndsASentenceIsATime() {
        const auto checked = checkClaims("It comes at 8:30, then at 14:00. Later 9:05:10Z", facts());
        QStringList found;
        for (const auto& c : checked.claims) found << QString::fromStdString(c.text);
        QCOMPARE(found, (QStringList{QStringLiteral("8:30"), QStringLiteral("14:00"), QStringLiteral("9:05:10")}));
    }

    void bracketsThatAreNoCitationStay() { QCOMPARE(checkClaims("a [quoted remark] here", facts()).text, std::string("a [quoted remark] here")); }

    void citeWritesWhatTheCheckerAccepts() {
        for (const auto& [id, fact] : facts()) {
            const auto checked = checkClaims("it is " + cite(facts(), id.str()), facts());
            for (const auto& c : checked.claims) QVERIFY2(c.status == ClaimStatus::Verified, id.str().c_str());
        }
        QCOMPARE(cite(facts(), "nothing"), std::string("unknown"));
    }

    void unknownAndAbsurdValuesMakeNoFact() {
        FactTable table;
        FactBuilder add(table, {});
        add.number("nan", std::nan(""), "", 2, "test");
        add.number("absent", std::nullopt, "", 2, "test");
        add.number("minus zero", -0.0001, "", 2, "test");
        QVERIFY(!known(table, "nan"));
        QVERIFY(!known(table, "absent"));
        QCOMPARE(cite(table, "minus zero"), std::string("0.00 [minus zero]"));
    }
};

QTEST_APPLESS_MAIN(ClaimsTest)
#include "tst_agents_claims.moc"
