#include <QTest>

#include "analytics/correlation.h"
#include "base/random.h"

using namespace mahler;
using namespace mahler::analytics;

class CorrelationTest : public QObject {
    Q_OBJECT

    /// Closes whose log returns are given.
    static std::vector<market::DailyBar> bars(const std::vector<double>& returns, TradingDate first = std::chrono::year{2026} / 1 / 2) {
        std::vector<market::DailyBar> out;
        double close = 100;
        out.push_back({first, close, close, close, close, 0});
        for (std::size_t i = 0; i < returns.size(); ++i) {
            close *= std::exp(returns[i]);
            out.push_back({addDays(first, static_cast<int>(i) + 1), close, close, close, close, 0});
        }
        return out;
    }
    static std::vector<double> noise(std::uint64_t seed, std::size_t n) {
        Random random(seed);
        std::vector<double> out(n);
        for (auto& r : out) r = 0.01 * random.normal();
        return out;
    }

private Q_SLOTS:
    void betaIsTheSlopeAndR2TheExplainedShare() {
        const auto x = noise(1, 300), e = noise(2, 300);
        std::vector<double> y(300), flat(300);
        for (std::size_t i = 0; i < 300; ++i) {
            y[i] = 1.3 * x[i];
            flat[i] = 0.2 * x[i] + e[i];
        }
        market::History h;
        h.bars = {{"SPY", bars(x)}, {"TWIN", bars(y)}, {"LOOSE", bars(flat)}};
        const auto twin = betaTo(h, "TWIN", "SPY");
        QVERIFY(std::fabs(twin->beta - 1.3) < 1e-9 && std::fabs(twin->r2 - 1) < 1e-9);
        QCOMPARE(twin->window, 252);
        QVERIFY(!twin->weak());
        const auto loose = betaTo(h, "LOOSE", "SPY");
        QVERIFY(loose->weak() && loose->r2 < 0.2 && std::fabs(loose->beta - 0.2) < 0.2);
        QCOMPARE(betaTo(h, "SPY", "SPY")->beta, 1.0);
        QCOMPARE(betaTo(h, "QQQ", "SPY").error().code, ErrorCode::NotFound);
    }

    void correlationsWeighTheLastDaysMost() {
        // By hand for two days of returns, lambda 0.5, after a padding of equal moves is weighted away.
        std::vector<double> a = noise(3, 60), b = a;
        for (std::size_t i = 0; i < 40; ++i) b[i] = -a[i]; // long ago they went apart
        market::History h;
        h.bars = {{"A", bars(a)}, {"B", bars(b)}};
        const std::string names[] = {"A", "B"};
        QVERIFY(ewmaCorrelation(h, names, 0.5)->at(0, 1) > 0.999);
        QVERIFY(ewmaCorrelation(h, names, 0.999)->at(0, 1) < 0);
        double top = 0, bottom = 0, w = 1;
        for (std::size_t i = 60; i-- > 0; w *= 0.94) {
            top += w * a[i] * b[i];
            bottom += w * a[i] * a[i];
        }
        QVERIFY(std::fabs(ewmaCorrelation(h, names)->at(1, 0) - top / bottom) < 1e-9);
        QCOMPARE(ewmaCorrelation(h, names)->at(1, 1), 1.0);
    }

    void groupsAreTiedThroughOthers() {
        CorrelationMatrix m{{"A", "B", "C", "D"}, {1, 0.1, 0.8, 0, 0.1, 1, -0.75, 0, 0.8, -0.75, 1, 0.2, 0, 0, 0.2, 1}, 100, 0.94};
        const auto groups = correlatedGroups(m);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[0], (std::vector<std::string>{"A", "B", "C"}));
        QCOMPARE(groups[1], (std::vector<std::string>{"D"}));
    }

    void onlyCommonDaysCount() {
        auto a = bars(noise(5, 100)), b = bars(noise(6, 100));
        b.erase(b.begin() + 50);
        b.erase(b.begin() + 20, b.begin() + 35); // fifteen days: a gap, not a return
        market::History h;
        h.bars = {{"A", a}, {"B", b}};
        const std::string names[] = {"A", "B"};
        const auto r = alignedReturns(h, names);
        QCOMPARE(r->dates.size(), std::size_t{83}); // 85 common days, 84 steps, one of them too long
        QCOMPARE(r->returns[0].size(), r->returns[1].size());
    }

    void tooLittleIsRefused() {
        market::History h;
        h.bars = {{"A", bars(noise(1, 10))}, {"B", bars(noise(2, 10))}, {"STILL", bars(std::vector<double>(50, 0.0))}, {"C", bars(noise(3, 50))}};
        const std::string few[] = {"A", "B"}, still[] = {"C", "STILL"}, none[] = {"C", "NONE"};
        QVERIFY(!ewmaCorrelation(h, few));
        QVERIFY(!ewmaCorrelation(h, still));
        QVERIFY(!ewmaCorrelation(h, none));
        QVERIFY(!ewmaCorrelation(h, few, 1.0));
        QVERIFY(!betaTo(h, "A", "B"));
        QVERIFY(!betaTo(h, "C", "STILL"));
        QVERIFY(!betaTo(h, "A", "C", -5));
    }
};

QTEST_APPLESS_MAIN(CorrelationTest)
#include "tst_analytics_correlation.moc"
