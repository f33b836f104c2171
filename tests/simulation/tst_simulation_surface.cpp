#include <cmath>
#include <map>

#include "pricing/option_pricer.h"
#include "simulation/option_quotes.h"
#include "simulation/past.h"
#include "simulation_testing.h"

using namespace simulationtesting;

namespace {

/// The parts of the feed, laid open.
struct Parts {
    SimulationConfig settings = config();
    TradingClock clock{addDays(kMonday, -520), addDays(kMonday, 330)};
    EventCalendar calendar{clock, 7};
    Surface surface{clock, calendar};
    Past past = simulatePast(settings, surface);
    SessionScript script = scriptFor(settings, 0, 0.0);
    TradingClock::Day day = clock.onOrBefore(kMonday);
    SessionPath path{settings.seed, day, script, overnight(settings.seed, past.closing, day, script, surface), surface};
};

const Parts& parts() {
    static const Parts kParts;
    return kParts;
}

/// The index as the Cboe white paper computes it, from a chain's mids.
double publishedVix(const market::OptionChain& chain) {
    const auto variance = [&](const market::ExpirySlice& slice, double years) {
        const double growth = std::exp(0.04 * years);
        const double forward = chain.spot->toDouble() * std::exp((0.04 - 0.012) * years);
        double sum = 0, belowForward = 0;
        for (std::size_t row = slice.begin; row < slice.end; row += 2) {
            const auto strike = [&](std::size_t r) { return Price::fromMicros(chain.strike[r]).toDouble(); };
            const double k = strike(row);
            const double down = row == slice.begin ? k : strike(row - 2), up = row + 2 >= slice.end ? k : strike(row + 2);
            const double width = (up - down) / (row == slice.begin || row + 2 >= slice.end ? 1.0 : 2.0);
            if (k <= forward) belowForward = k;
            const auto quote = chain.quote(k > forward ? row : row + 1);
            if (*quote.bid > Price{}) sum += width / (k * k) * growth * quote.mid()->toDouble();
        }
        const double basis = forward / belowForward - 1.0;
        return 2.0 * sum - basis * basis;
    };
    const market::ExpirySlice *near = nullptr, *next = nullptr;
    for (const auto& slice : chain.expiries) {
        const std::chrono::weekday weekday{std::chrono::sys_days(slice.expiry)};
        if (slice.root != "SPXW" || weekday != std::chrono::Friday) continue;
        if (daysBetween(kMonday, slice.expiry) <= 30)
            near = &slice;
        else if (!next)
            next = &slice;
    }
    const double a = pricing::yearsBetween(chain.time, near->expiresAt), b = pricing::yearsBetween(chain.time, next->expiresAt);
    const double va = variance(*near, a), vb = variance(*next, b);
    const double month = 30.0 / 365.0;
    return 100.0 * std::sqrt((va + (vb - va) * (month - a) / (b - a)) / month);
}

} // namespace

class TestSimulationSurface : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tradingClockCountsSessions();
    void vixInvertsToItsVariance();
    void vixIsWhatTheSpxChainSays_data();
    void vixIsWhatTheSpxChainSays();
    void vixIsCloseToSpxThirtyDayVolatility();
    void totalVarianceIsFreeOfButterflyArbitrage();
    void skewAndTermStructureHaveTheirShapes();
    void impliedVolatilityOfTheMidRecoversTheSurface();
    void americanValuesAgreeWithThePricer();
    void forwardsAreOfWhatTheCashDividendsLeave();
    void americanValuesAreNeverBelowExercise();
    void correlationsOfTheDayAreThoseAsked();
};

void TestSimulationSurface::tradingClockCountsSessions() {
    const TradingClock& clock = parts().clock;
    const double day = clock.years(newYork(16, 0), newYork(16, 0, 0, addDays(kMonday, 1)));
    QVERIFY(std::abs(day - 1.0 / 252.0) < 1e-12);
    QVERIFY(std::abs(clock.years(newYork(9, 30), newYork(16, 0)) - 0.75 / 252.0) < 1e-12);
    // From Friday's close to Monday's open is one night.
    QVERIFY(std::abs(clock.years(newYork(16, 0, 0, addDays(kMonday, -3)), newYork(9, 30)) - 0.25 / 252.0) < 1e-12);
    QCOMPARE(clock.years(newYork(16, 0), newYork(9, 30)), 0.0);
}

void TestSimulationSurface::vixInvertsToItsVariance() {
    for (const double vix : {10.0, 18.0, 35.0, 62.0})
        QVERIFY(std::abs(parts().surface.vix(parts().surface.varianceForVix(vix, newYork(11, 0)), newYork(11, 0)) - vix) < 1e-3);
}

void TestSimulationSurface::vixIsWhatTheSpxChainSays_data() {
    QTest::addColumn<int>("scenario");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("on a calm day") << static_cast<int>(Scenario::Calm) << 0.5;
    QTest::newRow("while volatility is low") << static_cast<int>(Scenario::GrindUp) << 0.5;
    // The morning's strikes end short of where the afternoon's tails are.
    QTest::newRow("in a crash") << static_cast<int>(Scenario::Crash) << 3.5;
}

void TestSimulationSurface::vixIsWhatTheSpxChainSays() {
    QFETCH(int, scenario);
    QFETCH(double, tolerance);
    const auto feed = makeSimulatedMarket(config(static_cast<Scenario>(scenario)));
    const auto tick = advanced(*feed, newYork(14, 0));
    const double published = publishedVix(**feed->chain("SPX"));
    QVERIFY2(std::abs(published - *tick->vix) < tolerance, qPrintable(QString("%1 against %2").arg(published).arg(*tick->vix)));
}

void TestSimulationSurface::vixIsCloseToSpxThirtyDayVolatility() {
    const MarketState state = parts().path.at(newYork(12, 0));
    const double iv = 100.0 * parts().surface.iv30(Asset::Spx, state.variance[index(Asset::Spx)], state.time);
    // A variance swap stands above the at-the-money volatility by the skew.
    QVERIFY2(state.vix > iv && state.vix < iv + 3.0, qPrintable(QString("%1 %2").arg(state.vix).arg(iv)));
}

void TestSimulationSurface::totalVarianceIsFreeOfButterflyArbitrage() {
    for (const Asset asset : kAllAssets) {
        for (const int days : {1, 7, 35, 120, 270}) {
            for (const double vol : {0.08, 0.2, 0.7}) {
                const SurfaceSlice slice = parts().surface.slice(asset, 100.0, vol * vol, newYork(10, 0), newYork(16, 0, 0, addDays(kMonday, days)));
                const double root = std::sqrt(slice.atmVariance);
                const auto call = [&](double z) {
                    const double strike = slice.forward * std::exp(z * root);
                    return std::pair(strike, blackCall(slice.forward, strike, slice.deviation(strike)));
                };
                for (double z = -4.0; z < 3.5; z += 0.1) {
                    const auto [k1, c1] = call(z);
                    const auto [k2, c2] = call(z + 0.1);
                    const auto [k3, c3] = call(z + 0.2);
                    const double first = (c2 - c1) / (k2 - k1), second = (c3 - c2) / (k3 - k2);
                    QVERIFY(first <= 1e-9 && first >= -1.0 - 1e-9);
                    QVERIFY(second >= first - 1e-9);
                }
            }
        }
    }
}

void TestSimulationSurface::skewAndTermStructureHaveTheirShapes() {
    const Surface& surface = parts().surface;
    const auto month = newYork(16, 0, 0, addDays(kMonday, 32)), year = newYork(16, 0, 0, addDays(kMonday, 270));
    const auto calm = surface.slice(Asset::Spx, 7700, 0.165 * 0.165, newYork(10, 0), month);
    QVERIFY(calm.volatility(0.93 * calm.forward) > 1.2 * calm.volatility(calm.forward));
    QVERIFY(calm.volatility(1.03 * calm.forward) < calm.volatility(calm.forward));
    const auto atm = [&](double variance, UtcTime expiry) {
        const auto slice = surface.slice(Asset::Spx, 7700, variance, newYork(10, 0), expiry);
        return slice.volatility(slice.forward);
    };
    QVERIFY(atm(0.0225, month) < atm(0.0225, year));   // contango
    QVERIFY(atm(0.25, month) > 1.3 * atm(0.25, year)); // backwardation
    const auto bond = surface.slice(Asset::Tlt, 90, 0.0132, newYork(10, 0), month);
    const double lean = bond.volatility(0.97 * bond.forward) / bond.volatility(1.03 * bond.forward);
    QVERIFY(lean > 0.9 && lean < 1.15);
}

void TestSimulationSurface::impliedVolatilityOfTheMidRecoversTheSurface() {
    const Parts& p = parts();
    const UtcTime t = newYork(11, 17);
    for (const Asset asset : {Asset::Spx, Asset::Spy, Asset::Tlt}) {
        Listing listing(asset, p.settings.seed);
        listing.roll(p.day, p.path.at(p.day.open), p.surface);
        const OptionQuoter quoter(asset, p.path, p.surface, t);
        int checked = 0;
        for (const ListedExpiry& expiry : listing.expiries()) {
            if (daysBetween(kMonday, expiry.expiry) < 5) continue;
            const SurfaceSlice slice = quoter.slice(expiry);
            for (std::size_t i = 0; i < expiry.strikes.size(); i += 6) {
                const double strike = expiry.strikes[i].toDouble();
                const bool call = strike > slice.forward;
                const auto day = call ? expiry.calls[i] : expiry.puts[i];
                const auto right = call ? market::Right::Call : market::Right::Put;
                const auto quote = quoter.quote(expiry, slice, quoter.values(expiry, slice, strike), strike, right, day);
                if (*quote.bid <= Price{}) continue;
                const pricing::Inputs in{right, slice.spot, strike, slice.years, kRate, slice.dividendYield, 0.0};
                const auto mid = pricing::impliedVol(expiry.spec.style, in, quote.mid()->toDouble());
                const auto high = pricing::impliedVol(expiry.spec.style, in, quote.ask->toDouble());
                QCOMPARE(mid.status, pricing::IvStatus::Ok);
                QCOMPARE(high.status, pricing::IvStatus::Ok);
                // A tick of rounding and jitter may move the mid by half a width.
                const double width = 1.1 * (high.vol - mid.vol) + 1e-4;
                QVERIFY2(std::abs(mid.vol - slice.volatility(strike)) <= width,
                         qPrintable(QString("%1: %2 against %3").arg(strike).arg(mid.vol).arg(slice.volatility(strike))));
                ++checked;
            }
        }
        QVERIFY(checked > 60);
    }
}

void TestSimulationSurface::americanValuesAgreeWithThePricer() {
    const Parts& p = parts();
    for (const Asset asset : {Asset::Spy, Asset::Iwm, Asset::Tlt, Asset::Gld}) {
        Listing listing(asset, p.settings.seed);
        listing.roll(p.day, p.path.at(p.day.open), p.surface);
        const OptionQuoter quoter(asset, p.path, p.surface, newYork(11, 17));
        for (std::size_t e = 4; e < listing.expiries().size(); e += 4) {
            const ListedExpiry& expiry = listing.expiries()[e];
            const SurfaceSlice slice = quoter.slice(expiry);
            for (std::size_t i = 0; i < expiry.strikes.size(); i += 25) {
                const double strike = expiry.strikes[i].toDouble();
                const auto values = quoter.values(expiry, slice, strike);
                for (const auto right : {market::Right::Call, market::Right::Put}) {
                    const bool call = right == market::Right::Call;
                    // On the yield that gives the forward; never below what is certain around an ex-date.
                    const double held =
                        pricing::priceAmerican({right, slice.spot, strike, slice.years, kRate, slice.dividendYield, slice.volatility(strike)}).price;
                    const double exact = std::max(held, slice.certain(call, strike));
                    const auto quote = quoter.quote(expiry, slice, values, strike, right, call ? expiry.calls[i] : expiry.puts[i]);
                    const double ours = call ? values.call : values.put;
                    QVERIFY2(exact >= quote.bid->toDouble() && exact <= quote.ask->toDouble(), qPrintable(QString("%1 %2 %3 y: %4 against %5")
                                                                                                              .arg(instrument(asset).symbol.data())
                                                                                                              .arg(strike)
                                                                                                              .arg(slice.years)
                                                                                                              .arg(ours)
                                                                                                              .arg(exact)));
                }
            }
        }
    }
}

void TestSimulationSurface::forwardsAreOfWhatTheCashDividendsLeave() {
    const Parts& p = parts();
    const UtcTime t = newYork(11, 17);
    const double amount = *p.calendar.dividendOn(Asset::Spy, std::chrono::year(2026) / 12 / 18);
    const auto forward = [&](Asset asset, double spot, TradingDate expiry) {
        return p.surface.slice(asset, spot, 0.03, t, newYork(16, 0, 0, expiry)).forward;
    };
    const TradingDate before = std::chrono::year(2026) / 12 / 17, after = std::chrono::year(2026) / 12 / 18;
    const auto years = [&](UtcTime to) { return pricing::yearsBetween(t, to); };
    QCOMPARE(forward(Asset::Spy, 770, before), 770 * std::exp(kRate * years(newYork(16, 0, 0, before)))); // nothing is paid until then
    const double paid = amount * std::exp(-kRate * years(newYork(0, 0, 0, after)));
    QCOMPARE(forward(Asset::Spy, 770, after), (770 - paid) * std::exp(kRate * years(newYork(16, 0, 0, after))));
    QCOMPARE(forward(Asset::Gld, 380, after), 380 * std::exp(kRate * years(newYork(16, 0, 0, after))));
    QCOMPARE(forward(Asset::Spx, 7700, after), 7700 * std::exp((kRate - 0.012) * years(newYork(16, 0, 0, after)))); // an index pays all year
}

void TestSimulationSurface::americanValuesAreNeverBelowExercise() {
    const Parts& p = parts();
    for (const Asset asset : {Asset::Spy, Asset::Tlt}) {
        Listing listing(asset, p.settings.seed);
        listing.roll(p.day, p.path.at(p.day.open), p.surface);
        const OptionQuoter quoter(asset, p.path, p.surface, newYork(15, 17));
        for (const ListedExpiry& expiry : listing.expiries()) {
            const SurfaceSlice slice = quoter.slice(expiry);
            double call = 1e9, put = -1.0;
            for (const Price price : expiry.strikes) {
                const double strike = price.toDouble();
                const auto values = quoter.values(expiry, slice, strike);
                QVERIFY(values.call >= slice.spot - strike - 1e-9);
                QVERIFY(values.put >= strike - slice.spot - 1e-9);
                QVERIFY(values.call <= call + 1e-9 && values.put >= put - 1e-9);
                call = values.call;
                put = values.put;
            }
        }
    }
}

void TestSimulationSurface::correlationsOfTheDayAreThoseAsked() {
    const SessionPath& path = parts().path;
    std::array<std::vector<double>, kAssets> returns;
    for (std::int64_t s = 30; s < 23400; s += 30) {
        for (const Asset asset : kAllAssets) returns[index(asset)].push_back(std::log(path.spotAt(asset, s) / path.spotAt(asset, s - 30)));
    }
    const auto correlation = [&](Asset x, Asset y) {
        const auto &a = returns[index(x)], &b = returns[index(y)];
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = 0; i < a.size(); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
        return ab / std::sqrt(aa * bb);
    };
    QVERIFY(correlation(Asset::Spy, Asset::Qqq) > 0.86);
    QVERIFY(correlation(Asset::Spy, Asset::Iwm) > 0.82);
    QVERIFY(correlation(Asset::Spy, Asset::Tlt) < -0.10);
    QVERIFY(std::abs(correlation(Asset::Spy, Asset::Gld)) < 0.25);
    QVERIFY(correlation(Asset::Spy, Asset::Spx) > 0.98);
    const MarketState state = path.at(newYork(12, 0));
    QVERIFY(std::abs(state.spot[index(Asset::Spx)] / state.spot[index(Asset::Spy)] - 10.0) < 0.05);
}

QTEST_APPLESS_MAIN(TestSimulationSurface)
#include "tst_simulation_surface.moc"
