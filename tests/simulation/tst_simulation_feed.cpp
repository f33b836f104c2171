#include "simulation_testing.h"

using namespace simulationtesting;

class TestSimulationFeed : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void givesTheSameBytesHoweverItIsStepped();
    void givesTheSameBytesForAnySubsetOfContracts();
    void watchedQuotesAreTheRowsOfTheChain();
    void differsBySeedAndByDate();
    void ticksEachSecondFromBeforeTheOpenUntilAfterTheClose();
    void jumpsOvernightToTheNextSession();
    void refusesToGoBack();
    void hasNoOptionQuotesBeforeTheOpen();
    void keepsClosingQuotesAfterTheClose();
    void quotesUnderlyingsInCentsWithGrowingVolume();
    void steppingOverNightsGivesTheSameAsStoppingThere();
    void moreSessionsToComeChangeNoQuoteOfToday();
    void earlyCloseEndsAtOne();
    void unknownUnderlyingIsNotFound();
};

void TestSimulationFeed::givesTheSameBytesHoweverItIsStepped() {
    const auto slow = makeSimulatedMarket(config()), fast = makeSimulatedMarket(config());
    for (auto t = slow->info().start; t < newYork(10, 35); t = *slow->nextTime(t)) QVERIFY(advanced(*slow, t));
    Bytes a, b;
    a.add(*advanced(*slow, newYork(10, 35)));
    b.add(*advanced(*fast, newYork(10, 35)));
    QVERIFY(a == b);
    for (const char* symbol : {"SPY", "TLT", "SPX"}) {
        a.add(**slow->chain(symbol));
        b.add(**fast->chain(symbol));
    }
    QVERIFY(a == b);
    QVERIFY(a.text().size() > 1'000'000);
}

void TestSimulationFeed::givesTheSameBytesForAnySubsetOfContracts() {
    const auto one = makeSimulatedMarket(config()), two = makeSimulatedMarket(config());
    const auto chain = chainAt(*one, "QQQ", newYork(11, 0));
    std::vector<market::OptionContract> all;
    for (std::size_t row = 0; row < chain->size(); row += 97) all.push_back(chain->contract(row));
    const std::vector<market::OptionContract> few = {all.back(), all.front()};
    const auto wide = advanced(*one, newYork(11, 0, 7), all), narrow = advanced(*two, newYork(11, 0, 7), few);
    QCOMPARE(wide->watched.size(), all.size());
    QCOMPARE(narrow->watched.size(), few.size());
    Bytes a, b;
    a.add(wide->watched.back().quote), a.add(wide->watched.front().quote);
    b.add(narrow->watched.front().quote), b.add(narrow->watched.back().quote);
    QVERIFY(a == b);
}

void TestSimulationFeed::watchedQuotesAreTheRowsOfTheChain() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : {"IWM", "SPX"}) {
        const auto chain = chainAt(*feed, symbol, newYork(13, 7, 11));
        std::vector<market::OptionContract> watched;
        for (std::size_t row = 3; row < chain->size(); row += 101) watched.push_back(chain->contract(row));
        const auto tick = advanced(*feed, newYork(13, 7, 11), watched);
        QCOMPARE(tick->watched.size(), watched.size());
        for (std::size_t i = 0; i < watched.size(); ++i) {
            QCOMPARE(tick->watched[i].contractId, watched[i].id());
            Bytes a, b;
            a.add(tick->watched[i].quote);
            b.add(chain->quote(*chain->find(watched[i])));
            QVERIFY(a == b);
        }
    }
}

void TestSimulationFeed::differsBySeedAndByDate() {
    const auto at = [](const SimulationConfig& c) {
        const auto feed = makeSimulatedMarket(c);
        Bytes bytes;
        const auto tick = advanced(*feed, newYork(12, 0, 0, c.date));
        for (const auto& u : tick->underlyings) bytes.add(*u.price());
        return bytes;
    };
    const TradingDate tuesday = addDays(kMonday, 1);
    QVERIFY(at(config()) == at(config()));
    QVERIFY(!(at(config()) == at(config(Scenario::Calm, 8))));
    QVERIFY(!(at(config()) == at(config(Scenario::Calm, 7, tuesday))));
}

void TestSimulationFeed::ticksEachSecondFromBeforeTheOpenUntilAfterTheClose() {
    const auto feed = makeSimulatedMarket(config());
    const auto info = feed->info();
    QCOMPARE(info.start, newYork(9, 25));
    QCOMPARE(info.end, newYork(16, 15));
    QCOMPARE(info.underlyings.size(), std::size_t{6});
    QCOMPARE(*feed->nextTime(UtcTime{}), info.start);
    QCOMPARE(*feed->nextTime(newYork(10, 0)), newYork(10, 0, 1));
    QCOMPARE(*feed->nextTime(newYork(10, 0) + std::chrono::milliseconds(1)), newYork(10, 0, 1));
    QCOMPARE(*feed->nextTime(newYork(16, 14, 59)), info.end);
    QVERIFY(!feed->nextTime(info.end));
    QCOMPARE(advanced(*feed, newYork(9, 26))->session, market::Session::PreOpen);
    QCOMPARE(advanced(*feed, newYork(9, 30))->session, market::Session::Open);
    QCOMPARE(advanced(*feed, newYork(16, 15))->session, market::Session::AfterClose);
}

void TestSimulationFeed::jumpsOvernightToTheNextSession() {
    const TradingDate friday = addDays(kMonday, 4), next = addDays(kMonday, 7);
    const auto feed = makeSimulatedMarket(config(Scenario::Calm, 7, friday, 2));
    QCOMPARE(*feed->nextTime(newYork(16, 15, 0, friday)), newYork(9, 25, 0, next));
    const auto close = advanced(*feed, newYork(16, 0, 0, friday));
    const auto morning = advanced(*feed, newYork(9, 30, 0, next));
    for (std::size_t i = 0; i < close->underlyings.size(); ++i) {
        const double was = close->underlyings[i].price()->toDouble(), is = morning->underlyings[i].price()->toDouble();
        QVERIFY(was != is);
        QVERIFY(std::abs(is / was - 1.0) < 0.03);
        QVERIFY(std::abs(morning->underlyings[i].priorClose->toDouble() - close->underlyings[i].quote.last->toDouble()) < 0.011);
    }
    QVERIFY(std::abs(*morning->vixPriorClose - *close->vix) < 0.02);
}

void TestSimulationFeed::refusesToGoBack() {
    const auto feed = makeSimulatedMarket(config());
    QVERIFY(feed->advance(newYork(10, 0), {}));
    QVERIFY(feed->advance(newYork(10, 0), {}));
    const auto back = feed->advance(newYork(9, 59, 59), {});
    QVERIFY(!back);
    QCOMPARE(back.error().code, ErrorCode::BadInput);
}

void TestSimulationFeed::hasNoOptionQuotesBeforeTheOpen() {
    const auto feed = makeSimulatedMarket(config());
    const auto chain = chainAt(*feed, "SPY", newYork(9, 26));
    QVERIFY(chain->size() > 1000);
    for (std::size_t row = 0; row < chain->size(); ++row) QCOMPARE(chain->flags[row], std::uint16_t{market::kHasOpenInterest});
    QVERIFY(advanced(*feed, newYork(9, 27), {chain->contract(5)})->watched.empty());
    QCOMPARE(advanced(*feed, newYork(9, 30), {chain->contract(5)})->watched.size(), std::size_t{1});
}

void TestSimulationFeed::keepsClosingQuotesAfterTheClose() {
    const auto feed = makeSimulatedMarket(config());
    const auto close = chainAt(*feed, "GLD", newYork(16, 0));
    const auto later = chainAt(*feed, "GLD", newYork(16, 10));
    QCOMPARE(later->time, newYork(16, 0));
    Bytes a, b;
    a.add(*close), b.add(*later);
    QVERIFY(a == b);
    for (const auto& slice : close->expiries) QVERIFY(slice.expiresAt > newYork(16, 0));
}

void TestSimulationFeed::quotesUnderlyingsInCentsWithGrowingVolume() {
    const auto feed = makeSimulatedMarket(config());
    std::vector<std::int64_t> before(6, -1);
    for (int minute = 30; minute < 50; ++minute) {
        const auto tick = advanced(*feed, newYork(9, minute));
        for (std::size_t i = 0; i < tick->underlyings.size(); ++i) {
            const auto& u = tick->underlyings[i];
            QCOMPARE(u.quote.time, newYork(9, minute));
            if (u.symbol == "SPX") {
                QVERIFY(!u.quote.bid && !u.quote.ask && u.quote.last);
                continue;
            }
            QVERIFY(u.quote.twoSided());
            QVERIFY(*u.quote.width() >= Price::fromMicros(10'000) && *u.quote.width() <= Price::fromMicros(30'000));
            QCOMPARE(u.quote.bid->micros() % 10'000, std::int64_t{0});
            QVERIFY(*u.quote.volume > before[i]);
            before[i] = *u.quote.volume;
        }
        QCOMPARE(tick->vixTime, newYork(9, minute));
    }
}

void TestSimulationFeed::steppingOverNightsGivesTheSameAsStoppingThere() {
    const TradingDate last = addDays(kMonday, 3);
    const auto slow = makeSimulatedMarket(config(Scenario::Crash, 3, kMonday, 4)), fast = makeSimulatedMarket(config(Scenario::Crash, 3, kMonday, 4));
    for (int day = 0; day < 4; ++day) {
        for (const int hour : {10, 12, 15, 18}) QVERIFY(advanced(*slow, newYork(hour, 0, 0, addDays(kMonday, day))));
    }
    Bytes a, b;
    a.add(*advanced(*slow, newYork(20, 0, 0, last)));
    b.add(*advanced(*fast, newYork(20, 0, 0, last)));
    QVERIFY(a == b);
    a.add(*chainAt(*slow, "SPY", newYork(20, 0, 0, last)));
    b.add(*chainAt(*fast, "SPY", newYork(20, 0, 0, last)));
    QVERIFY(a == b);
    QCOMPARE(slow->history()->vix.size(), fast->history()->vix.size());
    QCOMPARE(slow->history()->vix.back().value, fast->history()->vix.back().value);
}

void TestSimulationFeed::moreSessionsToComeChangeNoQuoteOfToday() {
    const auto one = makeSimulatedMarket(config()), twenty = makeSimulatedMarket(config(Scenario::Calm, 7, kMonday, 20));
    TradingDate last = kMonday;
    for (int more = 1; more < 20; ++more) last = market::nextTradingDay(last);
    QCOMPARE(twenty->info().end - market::sessionClose(last), one->info().end - market::sessionClose(kMonday));
    Bytes a, b;
    a.add(*advanced(*one, newYork(10, 35)));
    b.add(*advanced(*twenty, newYork(10, 35)));
    for (const char* symbol : {"SPY", "TLT", "SPX"}) {
        a.add(**one->chain(symbol));
        b.add(**twenty->chain(symbol));
    }
    QVERIFY(a == b);
}

void TestSimulationFeed::earlyCloseEndsAtOne() {
    const TradingDate friday = std::chrono::year(2026) / 11 / 27;
    const auto feed = makeSimulatedMarket(config(Scenario::Calm, 7, friday));
    QCOMPARE(feed->info().end, newYork(13, 15, 0, friday));
    const auto close = advanced(*feed, newYork(13, 0, 0, friday)), after = advanced(*feed, newYork(13, 10, 0, friday));
    QCOMPARE(*close->underlyings[0].quote.last, *after->underlyings[0].quote.last);
}

void TestSimulationFeed::unknownUnderlyingIsNotFound() {
    const auto feed = makeSimulatedMarket(config());
    QCOMPARE(feed->chain("AAPL").error().code, ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(TestSimulationFeed)
#include "tst_simulation_feed.moc"
