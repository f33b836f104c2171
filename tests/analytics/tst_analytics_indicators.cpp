#include <QFile>
#include <QTest>

#include <cmath>

#include "analytics/analysis.h"
#include "analytics/indicators.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::analytics;

class IndicatorsTest : public QObject {
    Q_OBJECT

    static market::DailyBar bar(double high, double low, double close) {
        market::DailyBar b;
        b.high = high;
        b.low = low;
        b.close = close;
        return b;
    }
    /// A chain that knows only its term structure.
    static pricing::PricedChain term(std::initializer_list<std::pair<double, double>> points) {
        pricing::PricedChain c;
        auto raw = std::make_shared<market::OptionChain>();
        raw->underlying = "SPY";
        c.chain = raw;
        for (const auto& [days, vol] : points) {
            pricing::PricedExpiry e;
            e.years = days / 365;
            e.atmVol = vol;
            c.expiries.push_back(e);
        }
        return c;
    }

private Q_SLOTS:
    void rsiMatchesAHandComputedWilderSeries() {
        // Fourteen changes, ten up by 1 and four down by 1: RS = 10/4, RSI = 100 - 100/3.5.
        std::vector<double> closes{100};
        for (int i = 0; i < 14; ++i) closes.push_back(closes.back() + (i % 7 < 5 ? 1 : -1));
        QVERIFY(std::abs(*rsi(closes) - (100 - 100 / 3.5)) < 1e-12);
        // The next change of +2 smooths: gain (10/14*13+2)/14, loss (4/14*13)/14.
        closes.push_back(closes.back() + 2);
        const double gain = (10.0 / 14 * 13 + 2) / 14, loss = (4.0 / 14 * 13) / 14;
        QVERIFY(std::abs(*rsi(closes) - (100 - 100 / (1 + gain / loss))) < 1e-12);
    }

    void rsiIsUnknownWithoutEnoughCloses() {
        QVERIFY(!rsi(std::vector<double>(14, 100.0)));
        QCOMPARE(*rsi(std::vector<double>(15, 100.0)), 50.0);
    }

    void macdOfAStraightLineIsItsLag() {
        // On a line of slope 1 an exponential mean lags by (period - 1) / 2: 12.5 - 5.5 = 7, and the signal agrees.
        std::vector<double> closes;
        for (int i = 0; i < 400; ++i) closes.push_back(100 + i);
        const auto m = macd(closes);
        QVERIFY(std::abs(m->line - 7) < 1e-9);
        QVERIFY(std::abs(m->histogram) < 1e-9);
        QVERIFY(!macd(std::vector<double>(33, 1.0)));
        QVERIFY(macd(std::vector<double>(34, 1.0)));
    }

    void bollingerUsesThePopulationDeviation() {
        std::vector<double> closes;
        for (int i = 0; i < 20; ++i) closes.push_back(i % 2 ? 101 : 99);
        const auto b = bollinger(closes);
        QVERIFY(std::abs(b->upper - 102) < 1e-12 && std::abs(b->lower - 98) < 1e-12);
    }

    void trueRangeCountsGaps() {
        std::vector<market::DailyBar> bars{bar(101, 99, 100)};
        for (int i = 0; i < 14; ++i) bars.push_back(bar(111, 109, 110)); // the first gaps by eleven, the others range two
        QVERIFY(std::abs(*atr(bars) - (11 + 13 * 2) / 14.0) < 1e-12);
        bars.pop_back();
        QVERIFY(!atr(bars));
    }

    void realisedVolatilityIsTheSampleDeviationOfLogReturns() {
        std::vector<market::DailyBar> bars{bar(0, 0, 100)};
        for (int i = 0; i < 10; ++i) bars.push_back(bar(0, 0, bars.back().close * std::exp(i % 2 ? 0.01 : -0.01)));
        QVERIFY(std::abs(*realisedVolatility(bars, 10) - std::sqrt(10 * 0.0001 / 9 * 252)) < 1e-12);
        QVERIFY(!realisedVolatility(bars, 11));
    }

    void termShapeTurnsAtTheSeedsEdges_data() {
        QTest::addColumn<double>("near");
        QTest::addColumn<int>("shape");
        QTest::newRow("0.94") << 0.188 << int(TermShape::Contango);
        QTest::newRow("0.96") << 0.192 << int(TermShape::Flat);
        QTest::newRow("1.04") << 0.208 << int(TermShape::Flat);
        QTest::newRow("1.06") << 0.212 << int(TermShape::Backwardation);
    }
    void termShapeTurnsAtTheSeedsEdges() {
        QFETCH(double, near);
        QFETCH(int, shape);
        const auto v = volatilityMetrics(term({{30, near}, {60, 0.2}, {90, 0.2}}), {});
        QVERIFY(std::abs(*v.ratio3090 - near / 0.2) < 1e-12);
        QCOMPARE(int(*v.shape), shape);
    }

    void tenorsAreInterpolatedInTotalVariance() {
        const auto v = volatilityMetrics(term({{20, 0.20}, {40, 0.30}, {100, 0.30}}), {});
        QVERIFY(std::abs(*v.iv30 - std::sqrt((0.04 * 20 + 0.09 * 40) / 2 / 30)) < 1e-12);
    }

    void rankAndPercentileNeedHistory() {
        market::History history;
        const auto chain = term({{30, 0.25}, {90, 0.25}});
        QVERIFY(!volatilityMetrics(chain, history).ivPercentile);
        const std::chrono::sys_days last = market::toNewYork(chain.chain->time).date;
        for (int i = 0; i < 252; ++i) history.iv30["SPY"].push_back({TradingDate(last - std::chrono::days(252 - i)), 0.10 + 0.20 * i / 251});
        const auto v = volatilityMetrics(chain, history);
        QVERIFY(std::abs(*v.ivRank - 75) < 1e-9);
        QVERIFY(std::abs(*v.ivPercentile - 100.0 * 189 / 252) < 1e-9);
        auto old = history;
        for (auto& value : old.iv30["SPY"]) value.date = TradingDate(std::chrono::sys_days(value.date) - std::chrono::days(10));
        QVERIFY(!volatilityMetrics(chain, old).ivRank); // a series that ended long ago says nothing of today
        history.iv30["SPY"].erase(history.iv30["SPY"].begin(), history.iv30["SPY"].end() - 59);
        QVERIFY(!volatilityMetrics(chain, history).ivRank);
    }

    void anIndexIsRankedAmongItselfAndOnlyWhereNothingBetterIsKnown() {
        market::History history;
        const auto chain = term({{30, 0.25}, {90, 0.25}});
        const std::chrono::sys_days last = market::toNewYork(chain.chain->time).date;
        for (int i = 0; i < 101; ++i) // 20, 20.1 ... 29.9, and last of all 25.05
            history.volatilityIndex["SPY"].push_back({TradingDate(last - std::chrono::days(100 - i)), i == 100 ? 25.05 : 20 + 0.1 * i});
        const auto v = volatilityMetrics(chain, history);
        QVERIFY(v.rankedIndexDate == TradingDate(last));
        QCOMPARE(v.ivHistoryDays, 100);
        QVERIFY(std::abs(*v.ivPercentile - 51) < 1e-9);
        QVERIFY(std::abs(*v.ivRank - (25.05 - 20) / 9.9 * 100) < 1e-6);
        for (int i = 0; i < 100; ++i) history.iv30["SPY"].push_back({TradingDate(last - std::chrono::days(99 - i)), 0.30});
        const auto own = volatilityMetrics(chain, history);
        QVERIFY(!own.rankedIndexDate && *own.ivPercentile == 0);
        history.iv30.clear();
        for (auto& value : history.volatilityIndex["SPY"]) value.date = TradingDate(std::chrono::sys_days(value.date) - std::chrono::days(10));
        QVERIFY(!volatilityMetrics(chain, history).ivPercentile);
    }

    void fewBarsAreUnknownNotZero() {
        const auto t = technicalMetrics({bar(1, 1, 1)}, 1);
        QVERIFY(!t.rsi14 && !t.macd && !t.atr14 && !t.sma20 && !t.trend && t.supports.empty());
    }

    void levelsLieOnTheirSideOfSpotNearestFirst() {
        const QString folder = QStringLiteral(MAHLER_SHARED_DIR) + QStringLiteral("/market-data");
        if (!QFile::exists(folder)) QSKIP("the shared market data are not beside the project");
        std::vector<std::string> notes;
        const auto history = market::readHistory(folder.toStdString(), market::fromNewYork(std::chrono::year{2019} / 4 / 25, 18, 0), notes);
        QVERIFY(history.has_value());
        const auto& bars = history->bars.at("SPY");
        const double spot = bars.back().close;
        const auto t = technicalMetrics(bars, spot);
        QVERIFY(t.rsi14 && *t.rsi14 > 50); // a month of new highs
        QCOMPARE(*t.trend, Trend::Bullish);
        for (std::size_t i = 0; i < t.supports.size(); ++i) QVERIFY(t.supports[i] < spot && (i == 0 || t.supports[i] < t.supports[i - 1]));
        for (const double r : t.resistances) QVERIFY(r > spot);
    }

    void vixRegimesHaveTheirEdges() {
        QCOMPARE(vixRegime(14.99), VixRegime::Low);
        QCOMPARE(vixRegime(15), VixRegime::Normal);
        QCOMPARE(vixRegime(20), VixRegime::Elevated);
        QCOMPARE(vixRegime(30), VixRegime::High);
        QCOMPARE(vixRegime(40), VixRegime::Extreme);
    }
};

QTEST_APPLESS_MAIN(IndicatorsTest)
#include "tst_analytics_indicators.moc"
