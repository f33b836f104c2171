#include <algorithm>
#include <cmath>
#include <set>

#include "simulation_testing.h"

using namespace simulationtesting;

namespace {

/// Share of the last 252 values below the last one, in per cent.
double percentile(const std::vector<market::DailyValue>& series) {
    const auto below = std::count_if(series.end() - 252, series.end(), [&](const auto& v) { return v.value < series.back().value; });
    return 100.0 * static_cast<double>(below) / 252.0;
}

double realised(const std::vector<market::DailyBar>& bars, std::size_t days) {
    double sum = 0;
    for (std::size_t i = bars.size() - days; i < bars.size(); ++i) {
        const double r = std::log(bars[i].close / bars[i - 1].close);
        sum += r * r;
    }
    return std::sqrt(sum / static_cast<double>(days) * 252.0);
}

} // namespace

class TestSimulationHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void holdsThreeHundredSessionsOfEverything();
    void barsAreOrderedAndEndTheSessionBefore();
    void startsNearTheLevelsOfLate2026();
    void todayContinuesTheSeries();
    void calmPercentilesAreOftenHighAndGrindUpOnesLow();
    void realisedStaysUnderImplied();
    void finishedSessionsJoinTheHistory();
    void calendarHasTheEventsOfTheComingMonths();
    void everyExDateHasItsDividendAndNoOtherDay();
    void theFundFallsByItsDividendAndTheIndexDoesNot();
    void fomcDaysAreThoseOf2026();
};

void TestSimulationHistory::holdsThreeHundredSessionsOfEverything() {
    const auto history = makeSimulatedMarket(config())->history();
    QCOMPARE(history->bars.size(), std::size_t{6});
    for (const char* symbol : {"SPY", "QQQ", "IWM", "TLT", "GLD", "SPX"}) {
        QVERIFY(history->bars.at(symbol).size() >= 300);
        QVERIFY(history->iv30.at(symbol).size() >= 300);
        QVERIFY(history->dividendYield.count(symbol) == 1);
    }
    QVERIFY(history->vix.size() >= 300);
    QVERIFY(std::abs(*history->rate - 0.04) < 0.01);
}

void TestSimulationHistory::barsAreOrderedAndEndTheSessionBefore() {
    const auto history = makeSimulatedMarket(config())->history();
    for (const auto& [symbol, bars] : history->bars) {
        QCOMPARE(bars.back().date, market::priorTradingDay(kMonday));
        for (std::size_t i = 0; i < bars.size(); ++i) {
            const auto& bar = bars[i];
            QVERIFY(market::isTradingDay(bar.date));
            QVERIFY(i == 0 || bar.date == market::nextTradingDay(bars[i - 1].date));
            QVERIFY(bar.low <= std::min(bar.open, bar.close) && bar.high >= std::max(bar.open, bar.close) && bar.low > 0);
            QVERIFY((bar.volume > 0) == (symbol != "SPX"));
            QVERIFY(i == 0 || std::abs(std::log(bar.close / bars[i - 1].close)) < 0.09);
        }
    }
    QCOMPARE(history->vix.back().date, market::priorTradingDay(kMonday));
}

void TestSimulationHistory::startsNearTheLevelsOfLate2026() {
    const std::map<std::string, double> levels = {{"SPY", 770}, {"QQQ", 718}, {"IWM", 302}, {"TLT", 90}, {"GLD", 380}, {"SPX", 7700}};
    for (const std::uint64_t seed : {1ULL, 7ULL, 42ULL}) {
        const auto history = makeSimulatedMarket(config(Scenario::Calm, seed))->history();
        for (const auto& [symbol, level] : levels) QVERIFY2(std::abs(history->bars.at(symbol).back().close / level - 1.0) < 0.05, symbol.c_str());
    }
}

void TestSimulationHistory::todayContinuesTheSeries() {
    for (const Scenario scenario : allScenarios()) {
        const auto feed = makeSimulatedMarket(config(scenario));
        const auto tick = advanced(*feed, newYork(9, 30));
        QVERIFY(std::abs(*tick->vix - feed->history()->vix.back().value) < 1.5);
        QVERIFY(std::abs(*tick->vixPriorClose - feed->history()->vix.back().value) < 0.01);
        for (const auto& u : tick->underlyings)
            QCOMPARE(u.priorClose->str(), Price::fromDouble(feed->history()->bars.at(u.symbol).back().close)->str());
    }
}

void TestSimulationHistory::calmPercentilesAreOftenHighAndGrindUpOnesLow() {
    int high = 0, all = 0;
    for (const std::uint64_t seed : {1ULL, 2ULL, 3ULL, 7ULL, 42ULL}) {
        const auto calm = makeSimulatedMarket(config(Scenario::Calm, seed))->history();
        for (const auto& [symbol, series] : calm->iv30) {
            ++all;
            high += percentile(series) >= 50.0 ? 1 : 0;
        }
        const auto grind = makeSimulatedMarket(config(Scenario::GrindUp, seed))->history();
        QVERIFY(percentile(grind->vix) < 35.0);
        QVERIFY(percentile(grind->iv30.at("SPY")) < 35.0);
        QVERIFY(calm->vix.back().value > 16.5 && calm->vix.back().value < 20.5);
    }
    QVERIFY2(3 * high >= 2 * all, qPrintable(QString("%1 of %2").arg(high).arg(all)));
}

void TestSimulationHistory::realisedStaysUnderImplied() {
    for (const std::uint64_t seed : {1ULL, 7ULL, 42ULL}) {
        const auto history = makeSimulatedMarket(config(Scenario::Calm, seed))->history();
        for (const auto& [symbol, bars] : history->bars) {
            double implied = 0;
            const auto& series = history->iv30.at(symbol);
            for (const auto& v : series) implied += v.value / static_cast<double>(series.size());
            const double realisedVol = realised(bars, 300);
            QVERIFY2(realisedVol < implied && realisedVol > 0.5 * implied, symbol.c_str());
        }
    }
}

void TestSimulationHistory::finishedSessionsJoinTheHistory() {
    const auto feed = makeSimulatedMarket(config(Scenario::Calm, 7, kMonday, 2));
    const auto before = feed->history();
    QVERIFY(advanced(*feed, newYork(15, 59)));
    QCOMPARE(feed->history()->vix.size(), before->vix.size());
    const auto close = advanced(*feed, newYork(16, 0));
    const auto after = feed->history();
    QCOMPARE(after->vix.size(), before->vix.size() + 1);
    QCOMPARE(after->vix.back().date, kMonday);
    for (const auto& u : close->underlyings) {
        const auto& bar = after->bars.at(u.symbol).back();
        QCOMPARE(bar.date, kMonday);
        QVERIFY(std::abs(bar.close - u.quote.last->toDouble()) < 0.011);
        QVERIFY(bar.low <= bar.close && bar.close <= bar.high && bar.low < bar.high);
        QCOMPARE(after->iv30.at(u.symbol).size(), before->iv30.at(u.symbol).size() + 1);
    }
    QVERIFY(std::abs(after->vix.back().value - *close->vix) < 0.02);
}

void TestSimulationHistory::everyExDateHasItsDividendAndNoOtherDay() {
    const auto history = makeSimulatedMarket(config())->history();
    int quarterly = 0;
    for (const auto& event : history->events) {
        if (event.kind != market::EventKind::ExDividend || event.date > addDays(kMonday, 120)) continue;
        const auto amount = dividendOn(config(), event.symbol, event.date);
        QVERIFY(amount && *amount > 0);
        QVERIFY2(event.title.find(QString::number(*amount, 'f', 3).toStdString() + " a share") != std::string::npos, event.title.c_str());
        QVERIFY(!dividendOn(config(), event.symbol, addDays(event.date, 1)));
        if (event.symbol == "SPY") {
            QVERIFY(std::abs(*amount / 770 - 0.012 / 4) < 0.0004); // 1.2 % a year
            ++quarterly;
        }
    }
    QVERIFY(quarterly >= 1);
    const TradingDate ex = std::chrono::year(2026) / 12 / 18;
    QVERIFY(dividendOn(config(Scenario::Calm, 7), "SPY", ex) != dividendOn(config(Scenario::Calm, 8), "SPY", ex));    // each seed its own
    QCOMPARE(dividendOn(config(Scenario::Calm, 7, addDays(kMonday, 7)), "SPY", ex), dividendOn(config(), "SPY", ex)); // whenever it is asked
    QVERIFY(!dividendOn(config(), "GLD", kMonday));
    QVERIFY(!dividendOn(config(), "nothing", kMonday));
}

void TestSimulationHistory::theFundFallsByItsDividendAndTheIndexDoesNot() {
    const TradingDate ex = std::chrono::year(2026) / 12 / 18, eve = std::chrono::year(2026) / 12 / 17;
    const auto feed = makeSimulatedMarket(config(Scenario::Calm, 7, eve, 2));
    const auto accrued = [&](UtcTime t) { // what the fund's price has beyond a tenth of the index; the index differs by 0.03 of it at most
        const auto tick = advanced(*feed, t);
        std::map<std::string, double> last;
        for (const auto& u : tick->underlyings) last[u.symbol] = u.quote.last->toDouble();
        return last["SPY"] - last["SPX"] / 10;
    };
    const double amount = *dividendOn(config(Scenario::Calm, 7, eve, 2), "SPY", ex);
    const double days = daysBetween(std::chrono::year(2026) / 9 / 18, ex);
    QVERIFY(std::abs(accrued(newYork(16, 0, 0, eve)) - amount * (days - 1) / days) < 0.05);
    QVERIFY(std::abs(accrued(newYork(9, 31, 0, ex))) < 0.05);
}

void TestSimulationHistory::calendarHasTheEventsOfTheComingMonths() {
    const auto history = makeSimulatedMarket(config())->history();
    std::set<market::EventKind> kinds;
    TradingDate before{};
    for (const auto& event : history->events) {
        QVERIFY(before == TradingDate{} || event.date >= before);
        before = event.date;
        QVERIFY(!event.title.empty());
        if (event.date > kMonday && event.date < addDays(kMonday, 120)) kinds.insert(event.kind);
        if (event.kind == market::EventKind::ExDividend) QVERIFY(!event.symbol.empty());
    }
    QCOMPARE(kinds.size(), std::size_t{8});
}

void TestSimulationHistory::fomcDaysAreThoseOf2026() {
    const auto history = makeSimulatedMarket(config())->history();
    std::string days;
    for (const auto& event : history->events) {
        if (event.kind == market::EventKind::Fomc && event.date.year() == std::chrono::year(2026)) days += formatDate(event.date).substr(5) + " ";
    }
    // federalreserve.gov, 2026 meeting calendar: second days of the eight meetings.
    QCOMPARE(days, std::string("01-28 03-18 04-29 06-17 07-29 09-16 10-28 12-09 "));
}

QTEST_APPLESS_MAIN(TestSimulationHistory)
#include "tst_simulation_history.moc"
