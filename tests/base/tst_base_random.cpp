#include <cmath>
#include <QTest>
#include <set>

#include "base/random.h"

using namespace mahler;

class TestBaseRandom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theSameSeedGivesTheSameNumbers() {
        Random a(42), b(42), c(43);
        bool differs = false;
        for (int i = 0; i < 100; ++i) {
            const std::uint64_t x = a.next();
            QCOMPARE(x, b.next());
            differs = differs || x != c.next();
        }
        QVERIFY(differs);
    }
    void splitMixMatchesItsReference() {
        // First outputs of SplitMix64 with state 1234567 (Vigna, splitmix64.c).
        QCOMPARE(mix64(1234567), std::uint64_t{6457827717110365317ULL});
        QCOMPARE(mix64(1234567 + 0x9E3779B97F4A7C15ULL), std::uint64_t{3203168211198807973ULL});
    }
    void inverseNormalInvertsTheDistribution() {
        for (double p = 1e-12; p < 1.0; p = p < 0.01 ? p * 3.0 : p + 0.01)
            QVERIFY2(std::abs(0.5 * std::erfc(-inverseNormal(p) / std::sqrt(2.0)) / p - 1.0) < 1e-13, qPrintable(QString::number(p)));
        QCOMPARE(inverseNormal(0.5), 0.0);
        QVERIFY(std::abs(inverseNormal(0.975) - 1.959963984540054) < 1e-14);
        QVERIFY(std::isfinite(inverseNormal(1.0 - 0x1.0p-53)) && std::isfinite(inverseNormal(1e-300)));
    }
    void momentsOfTheNormalAreRight() {
        Random random(7);
        double sum = 0, squares = 0, fourth = 0;
        const int n = 200'000;
        for (int i = 0; i < n; ++i) {
            const double x = random.normal();
            sum += x, squares += x * x, fourth += x * x * x * x;
        }
        QVERIFY(std::abs(sum / n) < 0.01);
        QVERIFY(std::abs(squares / n - 1.0) < 0.015);
        QVERIFY(std::abs(fourth / n - 3.0) < 0.1);
    }
    void uniformAndBoundedDrawsStayInRange() {
        Random random(1);
        std::set<std::uint64_t> seen;
        for (int i = 0; i < 10'000; ++i) {
            const double u = random.uniform();
            QVERIFY(u >= 0.0 && u < 1.0);
            const auto d = random.below(6);
            QVERIFY(d < 6);
            seen.insert(d);
        }
        QCOMPARE(seen.size(), std::size_t{6});
        QCOMPARE(random.below(1), std::uint64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestBaseRandom)
#include "tst_base_random.moc"
