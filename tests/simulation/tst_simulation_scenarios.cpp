#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulation_testing.h"

using namespace simulationtesting;

namespace {

struct DaySummary {
    double lowVix = 1e9, highVix = 0, openVix = 0, worst = 0, move = 0;
    double longestStale = 0; ///< seconds
    int staleRuns = 0, dataErrors = 0, mostErrorsInAMinute = 0;
};

/// Walks a session second by second. Moves are of SPY against the prior close.
DaySummary walk(Scenario scenario, std::uint64_t seed) {
    const auto feed = makeSimulatedMarket(config(scenario, seed));
    DaySummary day;
    std::vector<int> errors;
    for (UtcTime t = newYork(9, 30); t <= newYork(16, 0); t = *feed->nextTime(t)) {
        const auto tick = advanced(*feed, t);
        const double vix = *tick->vix;
        if (day.openVix == 0) day.openVix = vix;
        day.lowVix = std::min(day.lowVix, vix);
        day.highVix = std::max(day.highVix, vix);
        const auto& spy = tick->underlyings[0];
        day.move = spy.price()->toDouble() / spy.priorClose->toDouble() - 1.0;
        day.worst = std::min(day.worst, day.move);
        const double stale = std::chrono::duration<double>(t - spy.quote.time).count();
        if (stale == 30.0) ++day.staleRuns;
        day.longestStale = std::max(day.longestStale, stale);
        if (tick->vixTime != spy.quote.time) day.longestStale = -1e9; // one source, one time
        day.dataErrors += tick->dataErrors;
        errors.push_back(tick->dataErrors);
        if (errors.size() >= 60) day.mostErrorsInAMinute = std::max(day.mostErrorsInAMinute, std::accumulate(errors.end() - 60, errors.end(), 0));
    }
    return day;
}

constexpr std::uint64_t kSeeds[] = {1, 7, 42};

} // namespace

class TestSimulationScenarios : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void namesRoundTripAndOthersAreRefusedWithAList();
    void calmStaysCalm();
    void volSpikeGoesFromTwentyToTheThirties();
    void crashTakesTheIndexDownAndVixThroughFifty();
    void crashStartsAfterTheMorningScan();
    void crashFadesOverTheFollowingSessions();
    void grindUpRisesQuietly();
    void staleFeedStopsSourceTimesForMinutesTwice();
    void staleFeedFreezesTheChainAtItsLastTime();
    void brokerOutageHasDownAndRejectingWindows();
    void brokerOutageBringsFiveDataErrorsInAMinute();
    void otherScenariosHaveNoFaults();
    void errorsAreCountedOnceHoweverTheFeedIsStepped();
};

void TestSimulationScenarios::namesRoundTripAndOthersAreRefusedWithAList() {
    QCOMPARE(allScenarios().size(), std::size_t{6});
    for (const Scenario scenario : allScenarios()) QCOMPARE(*parseScenario(toString(scenario)), scenario);
    const auto bad = parseScenario("meltup");
    QVERIFY(!bad);
    QCOMPARE(bad.error().code, ErrorCode::BadInput);
    QVERIFY(bad.error().detail.find("vol-spike") != std::string::npos);
}

void TestSimulationScenarios::calmStaysCalm() {
    for (const std::uint64_t seed : kSeeds) {
        const DaySummary day = walk(Scenario::Calm, seed);
        QVERIFY(day.openVix > 16.5 && day.openVix < 20.5);
        QVERIFY(day.lowVix > 14.5 && day.highVix < 23.0);
        QVERIFY(std::abs(day.move) < 0.025);
        QCOMPARE(day.longestStale, 0.0);
        QCOMPARE(day.dataErrors, 0);
    }
}

void TestSimulationScenarios::volSpikeGoesFromTwentyToTheThirties() {
    for (const std::uint64_t seed : kSeeds) {
        const DaySummary day = walk(Scenario::VolSpike, seed);
        QVERIFY(day.openVix < 21.0);
        QVERIFY2(day.highVix > 32.0 && day.highVix < 40.0, qPrintable(QString::number(day.highVix)));
        QVERIFY(day.worst < -0.015 && day.worst > -0.05);
    }
}

void TestSimulationScenarios::crashTakesTheIndexDownAndVixThroughFifty() {
    for (const std::uint64_t seed : kSeeds) {
        const DaySummary day = walk(Scenario::Crash, seed);
        QVERIFY(day.openVix < 26.0);
        QVERIFY2(day.highVix > 54.0 && day.highVix < 75.0, qPrintable(QString::number(day.highVix)));
        QVERIFY2(day.worst < -0.045 && day.worst > -0.075, qPrintable(QString::number(day.worst)));
    }
}

void TestSimulationScenarios::crashStartsAfterTheMorningScan() {
    for (const std::uint64_t seed : kSeeds) {
        const auto feed = makeSimulatedMarket(config(Scenario::Crash, seed));
        QVERIFY(*advanced(*feed, newYork(10, 35))->vix < 26.0);
        // A short put sold then is worth several times as much in the afternoon.
        const auto chain = *feed->chain("SPY");
        const double strike = 0.94 * chain->spot->toDouble();
        const auto slice =
            std::find_if(chain->expiries.begin(), chain->expiries.end(), [](const auto& e) { return daysBetween(kMonday, e.expiry) >= 30; });
        QVERIFY(slice != chain->expiries.end());
        const auto put = market::OptionContract::make("SPY", slice->expiry, Price::fromMicros(std::llround(strike) * 1'000'000), market::Right::Put);
        const double before = chain->quote(*chain->find(put)).mid()->toDouble();
        const auto tick = advanced(*feed, newYork(15, 0), {put});
        QVERIFY(tick->watched[0].quote.mid()->toDouble() > 4.0 * before);
    }
}

void TestSimulationScenarios::crashFadesOverTheFollowingSessions() {
    const auto feed = makeSimulatedMarket(config(Scenario::Crash, 7, kMonday, 5));
    const double first = *advanced(*feed, newYork(16, 0))->vix;
    const double last = *advanced(*feed, newYork(16, 0, 0, addDays(kMonday, 4)))->vix;
    QVERIFY(last < 0.8 * first);
    QVERIFY(last > 20.0);
}

void TestSimulationScenarios::grindUpRisesQuietly() {
    double total = 0;
    for (const std::uint64_t seed : kSeeds) {
        const DaySummary day = walk(Scenario::GrindUp, seed);
        QVERIFY(day.highVix < 15.5);
        QVERIFY(day.worst > -0.008);
        total += day.move;
    }
    QVERIFY(total / 3.0 > 0.002);
}

void TestSimulationScenarios::staleFeedStopsSourceTimesForMinutesTwice() {
    const DaySummary day = walk(Scenario::StaleFeed, 7);
    QVERIFY(day.longestStale > 120.0 && day.longestStale < 600.0);
    QCOMPARE(day.staleRuns, 2);
}

void TestSimulationScenarios::staleFeedFreezesTheChainAtItsLastTime() {
    const auto feed = makeSimulatedMarket(config(Scenario::StaleFeed));
    const auto one = chainAt(*feed, "SPY", newYork(11, 31)), two = chainAt(*feed, "SPY", newYork(11, 33));
    QVERIFY(one->time < newYork(11, 31));
    QVERIFY(one->time >= newYork(11, 30));
    Bytes a, b;
    a.add(*one), b.add(*two);
    QVERIFY(a == b);
    const auto tick = advanced(*feed, newYork(11, 33, 20), {one->contract(40)});
    QCOMPARE(tick->time, newYork(11, 33, 20));
    QCOMPARE(tick->watched[0].quote.time, one->time);
    QCOMPARE(chainAt(*feed, "SPY", newYork(11, 40))->time, newYork(11, 40));
}

void TestSimulationScenarios::brokerOutageHasDownAndRejectingWindows() {
    const SimulationConfig c = config(Scenario::BrokerOutage);
    int down = 0, rejecting = 0;
    for (UtcTime t = newYork(9, 0); t < newYork(17, 0); t += std::chrono::seconds(1)) {
        const BrokerFault fault = brokerFaultAt(c, t);
        down += fault.down ? 1 : 0;
        rejecting += fault.rejectRate > 0 ? 1 : 0;
        QVERIFY(!fault.down || (t > newYork(9, 30) && t < newYork(16, 0)));
    }
    QVERIFY(down >= 300 && down < 900);
    QVERIFY(rejecting >= 120 && rejecting < 900);
}

void TestSimulationScenarios::brokerOutageBringsFiveDataErrorsInAMinute() {
    const DaySummary day = walk(Scenario::BrokerOutage, 7);
    QVERIFY(day.mostErrorsInAMinute >= 5);
    const SimulationConfig c = config(Scenario::BrokerOutage);
    const auto feed = makeSimulatedMarket(c);
    UtcTime t = newYork(10, 0);
    while (!brokerFaultAt(c, t).down) t += std::chrono::seconds(1);
    QVERIFY(feed->advance(t, {}));
    QCOMPARE(feed->chain("SPY").error().code, ErrorCode::Stale);
}

void TestSimulationScenarios::otherScenariosHaveNoFaults() {
    for (const Scenario scenario : {Scenario::Calm, Scenario::VolSpike, Scenario::Crash, Scenario::GrindUp, Scenario::StaleFeed}) {
        for (UtcTime t = newYork(9, 30); t < newYork(16, 0); t += std::chrono::seconds(30)) {
            const BrokerFault fault = brokerFaultAt(config(scenario), t);
            QVERIFY(!fault.down && fault.rejectRate == 0.0);
        }
    }
}

void TestSimulationScenarios::errorsAreCountedOnceHoweverTheFeedIsStepped() {
    const SimulationConfig c = config(Scenario::BrokerOutage, 7, kMonday, 2);
    const auto slow = makeSimulatedMarket(c), fast = makeSimulatedMarket(c);
    int counted = 0;
    for (std::optional<UtcTime> t = slow->info().start; t; t = slow->nextTime(*t + std::chrono::seconds(6)))
        counted += advanced(*slow, *t)->dataErrors;
    QVERIFY(counted > 50);
    QCOMPARE(advanced(*fast, fast->info().end)->dataErrors, counted);
}

QTEST_APPLESS_MAIN(TestSimulationScenarios)
#include "tst_simulation_scenarios.moc"
