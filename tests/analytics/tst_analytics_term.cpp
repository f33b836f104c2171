#include <QTest>

#include "analytics/term_structure.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::analytics;

/// Numbers worked out by hand from w = vol^2 t.
class TermStructureTest : public QObject {
    Q_OBJECT

    static pricing::PricedChain chain(std::vector<std::pair<double, std::optional<double>>> daysAndVols) {
        pricing::PricedChain c;
        for (const auto& [days, vol] : daysAndVols) {
            pricing::PricedExpiry e;
            e.years = days / 365;
            e.atmVol = vol;
            c.expiries.push_back(e);
        }
        return c;
    }

private Q_SLOTS:
    void forwardVolatilityIsWhatLiesBetweenTwoExpiries() {
        const auto points = termStructure(chain({{30, 0.20}, {60, 0.22}, {90, 0.21}}));
        QCOMPARE(points.size(), std::size_t{3});
        QVERIFY(!points[0].forwardVol);
        // (0.22^2 * 60 - 0.20^2 * 30) / 30 = 0.0568; (0.21^2 * 90 - 0.22^2 * 60) / 30 = 0.0355
        QVERIFY(std::abs(*points[1].forwardVol - std::sqrt(0.0568)) < 1e-12);
        QVERIFY(std::abs(*points[2].forwardVol - std::sqrt(0.0355)) < 1e-12);
    }

    void fallingTotalVarianceHasNoForwardVolatility() {
        const auto points = termStructure(chain({{30, 0.40}, {60, 0.20}})); // 4.8 against 2.4
        QVERIFY(!points[1].forwardVol);
    }

    void unknownSameDayAndTwinExpiriesAreLeftOut() {
        const auto points = termStructure(chain({{60, 0.2}, {0.3, 0.5}, {30, std::nullopt}, {40, 0.2}, {40.3, 0.25}}));
        QCOMPARE(points.size(), std::size_t{2});
        QCOMPARE(points[0].expiry, std::size_t{3}); // in order of time, not of the chain
        QCOMPARE(points[1].expiry, std::size_t{0});
        QVERIFY(std::abs(*points[1].forwardVol - 0.2) < 1e-12);
    }

    void betweenExpiriesTotalVarianceIsLinearAndFarOutsideNothingIsKnown() {
        const auto points = termStructure(chain({{30, 0.20}, {90, 0.26}}));
        // w(60) = (0.04 * 30 + 0.0676 * 90) / 2 = 3.642 days
        QVERIFY(std::abs(*volAt(points, 60) - std::sqrt(3.642 / 60)) < 1e-12);
        QVERIFY(volAt(points, 25).has_value() && volAt(points, 110).has_value());
        QVERIFY(!volAt(points, 15) && !volAt(points, 200));
        QVERIFY(!volAt({}, 30));
    }

    void theSlopeIsARegressionOverThreePointsOrMore() {
        QVERIFY(!termSlope(termStructure(chain({{30, 0.20}, {90, 0.26}}))));
        const auto line = termStructure(chain({{73, 0.20}, {146, 0.22}, {219, 0.24}})); // 0.02 in a fifth of a year
        QVERIFY(std::abs(*termSlope(line) - 0.1) < 1e-12);
    }

    void aClockOfVarianceComparesExpiries() {
        auto c = chain({{6.0 / 24, 0.30}, {3.25, 0.17}, {30, std::nullopt}, {365, 0.20}});
        auto quotes = std::make_shared<market::OptionChain>();
        quotes->underlying = "SPY";
        quotes->time = market::fromNewYork(std::chrono::year{2026} / 12 / 4, 10, 0); // a Friday
        for (const auto& e : c.expiries) {
            quotes->expiries.push_back({});
            quotes->expiries.back().expiresAt = quotes->time + std::chrono::seconds(std::llround(e.years * 365 * 86400));
        }
        c.chain = quotes;
        const auto plain = volsOnVarianceClock(c, {}, {0.25, 0, 0});
        QVERIFY(!plain[2] && std::abs(*plain[3] - 0.20) < 1e-12); // a year is a year
        // Six of 6.5 hours are 0.6923 of a session's unit; with the night and Monday's session 1.6923. A year has 251 sessions.
        QVERIFY(std::abs(*plain[0] - 0.30 * std::sqrt(0.25 / 365 * 251 / 0.6923)) < 1e-3);
        QVERIFY(std::abs(*plain[1] - 0.17 * std::sqrt(3.25 / 365 * 251 / 1.6923)) < 1e-3);
        const auto event = [](market::EventKind kind, const char* symbol) {
            return market::MarketEvent{std::chrono::year{2026} / 12 / 7, kind, symbol, ""};
        };
        const auto with = [&](const market::MarketEvent& e) { return *volsOnVarianceClock(c, {{e}}, {0.25, 0, 1})[1]; };
        QVERIFY(with(event(market::EventKind::Cpi, "")) < 0.9 * *plain[1]); // part of Monday's price is the announcement's
        QVERIFY(with(event(market::EventKind::Earnings, "SPY")) < 0.9 * *plain[1]);
        QVERIFY(std::abs(with(event(market::EventKind::Earnings, "QQQ")) - *plain[1]) < 1e-12);
        QVERIFY(std::abs(with(event(market::EventKind::ExDividend, "SPY")) - *plain[1]) < 1e-12);
    }

    void theSkewOfASmileIsItsSlopeAtTheForward() {
        pricing::PricedExpiry e;
        e.years = 0.25;
        QVERIFY(!skewPerTenPercent(e)); // no slice
        e.smile = pricing::ssviSlice(-0.3, 0.01, 2);
        // SSVI at k = 0: dw/dk = rho theta phi, so dvol/dk = rho theta phi / (2 vol t) (Gatheral & Jacquier 2014, eq. 4.1)
        const double vol = std::sqrt(0.01 / 0.25), expected = -0.3 * 0.01 * 2 / (2 * vol * 0.25) * 0.1;
        QVERIFY2(std::abs(*skewPerTenPercent(e) - expected) < 1e-7, qPrintable(QString::number(*skewPerTenPercent(e), 'g', 12)));
    }
};

QTEST_APPLESS_MAIN(TermStructureTest)
#include "tst_analytics_term.moc"
