#include <QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/random.h"
#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "pricing/american.h"
#include "pricing/chain_pricer.h"
#include "pricing/parity.h"
#include "pricing/smile_fit.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::OptionChain;
using market::Right;

class TestPricingChain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void recoversAEuropeanMarket();
    void recoversAnAmericanMarket();
    void findsTheSpotFromParity();
    void pricesMorningSettlementToTheMorning();
    void keepsGivenRateAndYield();
    void answersJunkWithStatuses();
    void survivesRandomJunk();
    void marksInTheMoneyRowsAtTheOtherSide();
    void parityIgnoresAWildPair();
    void smileRecoversAnSviSliceDespiteOutliers();
    void sviMatchesReferenceVariances();
    void agreesBetweenCallsAndPutsOnRecordedChains();
    void pricesTenThousandAmericanContracts();
    void impliesABorrowFeeAsCarry();
    void timeRunsInSecondsThroughMidnight();
    void parityLeavesOutCrossedAndStalePairs();
    void furtherGreeksAreDifferencesOfTheDeltaOnScreen();
};

namespace {

const UtcTime kNow = market::fromNewYork(TradingDate{std::chrono::year{2026}, std::chrono::month{8}, std::chrono::day{19}}, 11, 0);

double smileVol(double strike, double forward, double years) {
    const double k = std::log(strike / forward);
    return std::sqrt(sviTotalVariance(0.01 * years, 0.06 * std::sqrt(years), -0.5, 0.02, 0.15, k) / years);
}

struct Market {
    double spot = 600, rate = 0.043, yield = 0.012, halfSpread = 0.01;
    bool showSpot = true;
};

void addRow(OptionChain& c, double strike, Right right, std::optional<double> bid, std::optional<double> ask) {
    c.strike.push_back(std::llround(strike * 1e6));
    c.right.push_back(right);
    c.bid.push_back(bid ? std::llround(*bid * 1e6) : 0);
    c.ask.push_back(ask ? std::llround(*ask * 1e6) : 0);
    c.last.push_back(0);
    c.bidSize.push_back(0);
    c.askSize.push_back(0);
    c.volume.push_back(0);
    c.openInterest.push_back(0);
    c.vendorIv.push_back(0);
    c.vendorDelta.push_back(0);
    c.flags.push_back(static_cast<std::uint16_t>((bid ? market::kHasBid : 0) | (ask ? market::kHasAsk : 0)));
}

market::ExpirySlice slice(ExerciseStyle style, int days, const std::string& root) {
    market::ExpirySlice s;
    s.expiry = addDays(TradingDate{std::chrono::year{2026}, std::chrono::month{8}, std::chrono::day{19}}, days);
    s.root = root;
    s.style = style;
    s.settlement = style == ExerciseStyle::European ? market::Settlement::PmCash : market::Settlement::PmPhysical;
    s.expiresAt = market::fromNewYork(s.expiry, 16, 0);
    return s;
}

std::shared_ptr<OptionChain> emptyChain(const Market& m) {
    auto c = std::make_shared<OptionChain>();
    c->underlying = "TEST";
    c->time = kNow;
    if (m.showSpot) c->spot = *Price::fromDouble(m.spot);
    return c;
}

void addSlice(OptionChain& c, const Market& m, market::ExpirySlice s, int strikesEachWay, double step) {
    s.begin = c.size();
    const double years = yearsBetween(c.time, s.expiresAt), forward = m.spot * std::exp((m.rate - m.yield) * years);
    for (int i = -strikesEachWay; i <= strikesEachWay; ++i) {
        const double strike = m.spot + step * i;
        for (const Right right : {Right::Call, Right::Put}) {
            const Inputs in{right, m.spot, strike, years, m.rate, m.yield, smileVol(strike, forward, years)};
            const double value = s.style == ExerciseStyle::European ? priceEuropean(in).price : *americanPrice(in, Accuracy::Chain);
            if (value > m.halfSpread)
                addRow(c, strike, right, value - m.halfSpread, value + m.halfSpread);
            else
                addRow(c, strike, right, 0.0, value + m.halfSpread);
        }
    }
    s.end = c.size();
    c.expiries.push_back(s);
}

void verifyFinite(const PricedChain& p) {
    for (const auto* column : {&p.iv, &p.delta, &p.gamma, &p.theta, &p.vega, &p.rho, &p.markVol, &p.theo}) {
        QCOMPARE(column->size(), p.chain->size());
        for (const double number : *column) QVERIFY(std::isfinite(number));
    }
    for (const PricedExpiry& e : p.expiries)
        for (const double number : {e.years, e.forward, e.discount, e.rate, e.dividendYield, e.smile.rmse, e.atmVol.value_or(0),
                                    e.expectedMove.value_or(0), e.riskReversal25.value_or(0), e.butterfly25.value_or(0)})
            QVERIFY(std::isfinite(number));
}

void verifyRecovered(const PricedChain& p, const Market& m, double volTolerance) {
    verifyFinite(p);
    int checked = 0;
    for (std::size_t i = 0; i < p.expiries.size(); ++i) {
        const PricedExpiry& e = p.expiries[i];
        const market::ExpirySlice& s = p.chain->expiries[i];
        const double forward = m.spot * std::exp((m.rate - m.yield) * e.years);
        QVERIFY(e.forwardFromParity);
        QVERIFY2(std::fabs(e.forward / forward - 1) < 5e-5, qPrintable(QString::number(e.forward - forward)));
        QVERIFY(e.smile.ok);
        QVERIFY2(e.smile.rmse < 1e-3, qPrintable(QString::number(e.smile.rmse)));
        QVERIFY(std::fabs(*e.atmVol - smileVol(forward, forward, e.years)) < 1e-3);
        QVERIFY(std::fabs(*e.expectedMove - e.forward * *e.atmVol * std::sqrt(e.years)) < 1e-9);
        for (std::size_t row = s.begin; row < s.end; ++row) {
            const double strike = static_cast<double>(p.chain->strike[row]) * 1e-6, vol = smileVol(strike, forward, e.years);
            const Inputs in{p.chain->right[row], m.spot, strike, e.years, m.rate, m.yield, vol};
            const Valuation exact = s.style == ExerciseStyle::European ? priceEuropean(in) : priceAmerican(in);
            if (p.ivStatus[row] != IvStatus::Ok || exact.vega < 0.05 * m.spot * std::sqrt(e.years)) continue;
            QVERIFY2(std::fabs(p.iv[row] - vol) < volTolerance,
                     qPrintable(QStringLiteral("K %1 T %2: %3 instead of %4").arg(strike).arg(e.years).arg(p.iv[row]).arg(vol)));
            QVERIFY(p.hasGreeks[row] && p.hasTheo[row]);
            QVERIFY(std::fabs(p.delta[row] - exact.delta) < 2e-3);
            QVERIFY(std::fabs(p.vega[row] - exact.vega) < 5e-3 * m.spot * std::sqrt(e.years));
            QVERIFY(std::fabs(p.theo[row] - exact.price) < 5e-3 * exact.vega + 0.01);
            ++checked;
        }
    }
    QVERIFY(checked > 20);
}

} // namespace

void TestPricingChain::recoversAEuropeanMarket() {
    const Market m;
    const auto chain = emptyChain(m);
    for (const int days : {2, 9, 30, 90, 270}) addSlice(*chain, m, slice(ExerciseStyle::European, days, "TEST"), 40, 5);
    const auto p = priceChain(chain, {});
    verifyRecovered(*p, m, 1e-3);
    for (std::size_t i = 2; i < p->expiries.size(); ++i) {
        QVERIFY2(std::fabs(p->expiries[i].rate - m.rate) < 2e-3, qPrintable(QString::number(p->expiries[i].rate)));
        QVERIFY(std::fabs(p->expiries[i].dividendYield - m.yield) < 2e-3);
        QVERIFY(!p->expiries[i].rateAssumed);
        QVERIFY(p->expiries[i].riskReversal25.has_value() && *p->expiries[i].riskReversal25 < 0);
    }
}

void TestPricingChain::recoversAnAmericanMarket() {
    const Market m;
    const auto chain = emptyChain(m);
    for (const int days : {2, 9, 30, 90, 270}) addSlice(*chain, m, slice(ExerciseStyle::American, days, "TEST"), 25, 6);
    CurveInputs curve;
    curve.rate = m.rate;
    const auto p = priceChain(chain, curve);
    verifyRecovered(*p, m, 1e-3);
    for (std::size_t i = 2; i < p->expiries.size(); ++i)
        QVERIFY2(std::fabs(p->expiries[i].dividendYield - m.yield) < 5e-4, qPrintable(QString::number(p->expiries[i].dividendYield)));
    QVERIFY(priceChain(chain, {})->expiries[0].rateAssumed);
    QCOMPARE(priceChain(chain, {})->expiries[0].rate, kAssumedRate);
}

void TestPricingChain::findsTheSpotFromParity() {
    for (const ExerciseStyle style : {ExerciseStyle::European, ExerciseStyle::American}) {
        Market m;
        m.showSpot = false;
        const auto chain = emptyChain(m);
        for (const int days : {2, 30}) addSlice(*chain, m, slice(style, days, "TEST"), 30, 5);
        auto p = priceChain(chain, {});
        QVERIFY(p->spotFromParity);
        QVERIFY2(std::fabs(p->spot / m.spot - 1) < 2e-4, qPrintable(QString::number(p->spot)));
        chain->spot = Price{}; // zero is no spot
        p = priceChain(chain, {});
        QVERIFY(p->spotFromParity);
        QVERIFY(p->hasGreeks[p->chain->expiries[1].begin + 50]);
    }
}

void TestPricingChain::pricesMorningSettlementToTheMorning() {
    const Market m;
    const auto chain = emptyChain(m);
    market::ExpirySlice s = slice(ExerciseStyle::European, 2, "TEST");
    s.settlement = market::Settlement::AmCash;
    s.expiresAt = market::fromNewYork(s.expiry, 9, 30);
    addSlice(*chain, m, s, 30, 5);
    const auto p = priceChain(chain, {});
    QVERIFY(std::fabs(p->expiries[0].years - (46.5 / 24) / 365) < 1e-12);
    verifyRecovered(*p, m, 1e-3);
    // After the opening auction the contract is settled, whatever it is still quoted at.
    chain->time = s.expiresAt + std::chrono::hours(1);
    const auto late = priceChain(chain, {});
    for (const IvStatus status : late->ivStatus) QVERIFY(status == IvStatus::Expired);
    verifyFinite(*late);
}

void TestPricingChain::keepsGivenRateAndYield() {
    const Market m;
    const auto chain = emptyChain(m);
    addSlice(*chain, m, slice(ExerciseStyle::American, 60, "TEST"), 20, 5);
    CurveInputs curve;
    curve.rate = 0.03;
    curve.dividendYield = 0.02;
    const auto p = priceChain(chain, curve);
    QCOMPARE(p->expiries[0].rate, 0.03);
    QCOMPARE(p->expiries[0].dividendYield, 0.02);
    QVERIFY(!p->expiries[0].forwardFromParity);
    curve.rate = std::numeric_limits<double>::quiet_NaN();
    verifyFinite(*priceChain(chain, curve));
}

void TestPricingChain::answersJunkWithStatuses() {
    const Market m;
    const auto chain = emptyChain(m);
    market::ExpirySlice s = slice(ExerciseStyle::European, 30, "TEST");
    s.begin = 0;
    addRow(*chain, 0, Right::Call, 1.0, 1.1);     // no strike
    addRow(*chain, 500, Right::Call, 90.0, 90.2); // below intrinsic
    addRow(*chain, 600, Right::Call, 0.0, 0.05);  // no bid
    addRow(*chain, 600, Right::Put, std::nullopt, 9.0);
    addRow(*chain, 610, Right::Call, -1.0, 2.0);    // a negative price
    addRow(*chain, 610, Right::Put, 20.0, 19.0);    // crossed
    addRow(*chain, 620, Right::Call, 700.0, 701.0); // worth more than the spot
    addRow(*chain, 630, Right::Call, 5.0, std::nullopt);
    s.end = chain->size();
    chain->expiries.push_back(s);
    const auto p = priceChain(chain, {});
    const IvStatus want[] = {IvStatus::BadInput, IvStatus::BelowIntrinsic, IvStatus::NoQuote,      IvStatus::NoQuote,
                             IvStatus::BadInput, IvStatus::NoQuote,        IvStatus::AboveMaximum, IvStatus::NoQuote};
    for (std::size_t i = 0; i < std::size(want); ++i) QVERIFY2(p->ivStatus[i] == want[i], toString(p->ivStatus[i]));
    verifyFinite(*p);
    const auto none = priceChain(nullptr, {});
    QVERIFY(none->chain == nullptr);
    verifyFinite(*priceChain(emptyChain(m), {}));
}

void TestPricingChain::survivesRandomJunk() {
    Random random(51);
    for (int round = 0; round < 30; ++round) {
        Market m;
        m.showSpot = random.below(2) == 0;
        const auto chain = emptyChain(m);
        if (random.below(4) == 0) chain->spot = *Price::fromDouble(std::exp(4 * random.normal()));
        for (int e = 0; e < 3; ++e) {
            const auto style = random.below(2) == 0 ? ExerciseStyle::European : ExerciseStyle::American;
            market::ExpirySlice s = slice(style, static_cast<int>(random.below(600)), "T" + std::to_string(e));
            s.begin = chain->size();
            double strike = 1 + 300 * random.uniform();
            for (int i = 0; i < 25; ++i) {
                strike += 50 * random.uniform();
                for (const Right right : {Right::Call, Right::Put}) {
                    if (random.below(6) == 0) continue;
                    const auto side = [&]() -> std::optional<double> {
                        if (random.below(8) == 0) return std::nullopt;
                        return random.below(8) == 0 ? -5 * random.uniform() : std::exp(3 * random.normal());
                    };
                    addRow(*chain, strike, right, side(), side());
                }
            }
            s.end = chain->size();
            chain->expiries.push_back(s);
        }
        verifyFinite(*priceChain(chain, {}));
    }
}

void TestPricingChain::marksInTheMoneyRowsAtTheOtherSide() {
    const Market m;
    const auto chain = emptyChain(m);
    addSlice(*chain, m, slice(ExerciseStyle::American, 45, "TEST"), 25, 6);
    const auto p = priceChain(chain, {});
    const market::ExpirySlice& s = p->chain->expiries[0];
    for (std::size_t row = s.begin; row + 1 < s.end; row += 2) QCOMPARE(p->markVol[row], p->markVol[row + 1]);
}

void TestPricingChain::parityIgnoresAWildPair() {
    std::vector<ParityPair> pairs;
    for (double strike = 550; strike <= 650; strike += 5) pairs.push_back({strike, 0.99 * (602 - strike), 0.1});
    pairs[8].gap += 15;
    pairs[12].gap -= 4;
    const auto fit = fitParity(pairs, std::nullopt);
    QVERIFY(fit.has_value());
    QVERIFY(std::fabs(fit->discount - 0.99) < 1e-6 && std::fabs(fit->forward - 602) < 1e-4);
    const auto fixed = fitParity(pairs, 0.99);
    QVERIFY(fixed && std::fabs(fixed->forward - 602) < 1e-9);
    QVERIFY(!fitParity({}, 0.99));
}

void TestPricingChain::smileRecoversAnSviSliceDespiteOutliers() {
    const double years = 0.25;
    std::vector<SmilePoint> points;
    for (double k = -0.4; k <= 0.3; k += 0.02)
        points.push_back({k, std::sqrt(sviTotalVariance(0.004, 0.05, -0.6, 0.03, 0.12, k) / years), 100, 0.001});
    points[10].vol += 0.15;
    std::vector<bool> rejected;
    const SmileFit fit = fitSmile(points, years, rejected);
    QVERIFY(fit.ok && rejected[10]);
    QCOMPARE(fit.rejected, 1);
    QVERIFY2(fit.rmse < 2e-4, qPrintable(QString::number(fit.rmse)));
    QVERIFY(fit.b * (1 + std::fabs(fit.rho)) <= 2 + 1e-9);
    QVERIFY(!fitSmile(std::span(points).first(4), years, rejected).ok);
}

void TestPricingChain::sviMatchesReferenceVariances() {
    READ_REFERENCE_OR_SKIP(rows, "svi_w_and_g.csv");
    for (const ReferenceRow& r : rows) {
        const double w = sviTotalVariance(r.number("a"), r.number("b"), r.number("rho"), r.number("m"), r.number("sigma"), r.number("k"));
        QVERIFY(std::fabs(w - r.number("w")) <= 1e-12 * std::fabs(r.number("w")) + 1e-17);
    }
}

void TestPricingChain::agreesBetweenCallsAndPutsOnRecordedChains() {
    const std::string root = std::string(MAHLER_SHARED_DIR) + "/market-data/options-eod/";
    bool any = false;
    for (const char* file : {"spx-2019/SPX_20190502.csv.gz", "spy-qqq-iwm-2026-08/2026-08-12/SPY.csv.gz"}) {
        if (!std::filesystem::exists(root + file)) continue;
        any = true;
        const auto read = market::readChainFile(root + file, {});
        QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
        const auto p = priceChain(read->chains.back(), {});
        verifyFinite(*p);
        std::size_t good = 0;
        for (std::size_t row = 0; row < p->chain->size(); ++row) good += p->ivStatus[row] == IvStatus::Ok ? 1U : 0U;
        for (std::size_t i = 0; i < p->expiries.size(); ++i) {
            const PricedExpiry& e = p->expiries[i];
            if (e.years < 0.05) continue;
            const market::ExpirySlice& s = p->chain->expiries[i];
            std::vector<double> gaps;
            for (std::size_t row = s.begin; row + 1 < s.end; ++row)
                if (p->chain->strike[row] == p->chain->strike[row + 1] && p->iv[row] > 0 && p->iv[row + 1] > 0 &&
                    std::fabs(static_cast<double>(p->chain->strike[row]) * 1e-6 / e.forward - 1) < 0.02)
                    gaps.push_back(std::fabs(p->iv[row] - p->iv[row + 1]));
            if (gaps.size() < 3) continue;
            std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
            QVERIFY2(gaps[gaps.size() / 2] < 0.005,
                     qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(formatDate(s.expiry))).arg(gaps[gaps.size() / 2])));
        }
        qInfo("%s: %zu rows, %zu with volatility, %.1f ms", file, p->chain->size(), good, p->milliseconds);
        QVERIFY(good > p->chain->size() / 2);
    }
    if (!any) QSKIP("../shared/market-data is not on this machine");
}

void TestPricingChain::pricesTenThousandAmericanContracts() {
    const Market m;
    const auto chain = emptyChain(m);
    for (int i = 0; i < 25; ++i) addSlice(*chain, m, slice(ExerciseStyle::American, 1 + i * (3 + i), "TEST"), 100, 3);
    double best = 1e300;
    std::shared_ptr<const PricedChain> p;
    for (int i = 0; i < 3; ++i) {
        p = priceChain(chain, {});
        best = std::min(best, p->milliseconds);
    }
    std::size_t greeks = 0;
    for (std::size_t row = 0; row < p->chain->size(); ++row) greeks += p->hasGreeks[row] ? 1U : 0U;
    qInfo("%zu American contracts, %zu with Greeks: %.1f ms on one thread", p->chain->size(), greeks, best);
    QVERIFY(greeks > p->chain->size() * 9 / 10);
    verifyFinite(*p);
}

void TestPricingChain::impliesABorrowFeeAsCarry() {
    Market m;
    m.yield = 0.16; // hard to borrow: the fee is a yield to who lends
    const auto chain = emptyChain(m);
    for (const int days : {30, 90}) addSlice(*chain, m, slice(ExerciseStyle::American, days, "TEST"), 20, 6);
    CurveInputs curve;
    curve.rate = m.rate;
    const auto p = priceChain(chain, curve);
    for (const PricedExpiry& e : p->expiries) {
        QVERIFY(e.forwardFromParity);
        QVERIFY2(std::fabs(e.dividendYield - m.yield) < 3e-3, qPrintable(QString::number(e.dividendYield)));
    }
    verifyRecovered(*p, m, 2e-3);
}

void TestPricingChain::timeRunsInSecondsThroughMidnight() {
    const TradingDate day{std::chrono::year{2026}, std::chrono::month{8}, std::chrono::day{19}};
    const UtcTime close = market::fromNewYork(day, 16, 0);
    QVERIFY(std::fabs(yearsBetween(market::fromNewYork(day, 15, 59), close) - 60 / (365.0 * 86400)) < 1e-18); // 0DTE: a number of minutes
    QVERIFY(yearsBetween(close, market::fromNewYork(day, 15, 59)) == 0);
    const UtcTime next = market::fromNewYork(addDays(day, 1), 16, 0);
    const double before = yearsBetween(market::fromNewYork(day, 23, 59, 59), next),
                 after = yearsBetween(market::fromNewYork(addDays(day, 1), 0, 0, 0), next);
    QVERIFY(std::fabs(before - after - 1 / (365.0 * 86400)) < 1e-15);
}

void TestPricingChain::parityLeavesOutCrossedAndStalePairs() {
    const Market then{597, 0.043, 0.012, 0.003, true}, now{600, 0.043, 0.012, 0.01, true};
    const auto s = slice(ExerciseStyle::European, 40, "TEST");
    CurveInputs curve;
    curve.rate = 0.043;
    // Forty per cent of the strikes, the near ones among them and narrow, still stand where they stood at 597.
    const auto chain = emptyChain(now), old = emptyChain(then);
    addSlice(*chain, now, s, 20, 5);
    addSlice(*old, then, s, 20, 5);
    const double forward = 600 * std::exp((0.043 - 0.012) * yearsBetween(kNow, s.expiresAt));
    chain->age.assign(chain->size(), 2);
    for (std::size_t row = 0; row < chain->size(); ++row) {
        const double strike = static_cast<double>(chain->strike[row]) * 1e-6;
        if (std::fabs(strike - 600) > 40) continue;
        const std::size_t twin = row; // the same strikes beside the spot, three dollars apart
        chain->bid[row] = old->bid[twin];
        chain->ask[row] = old->ask[twin];
        chain->strike[row] = old->strike[twin];
        chain->age[row] = chain->right[row] == Right::Call ? 240 : 3; // one stale side is enough
    }
    QVERIFY(std::fabs(priceChain(chain, curve)->expiries[0].forward - forward) < 0.02);
    auto silent = std::make_shared<OptionChain>(*chain);
    silent->age.clear(); // nobody says what is stale: the near ones win
    QVERIFY(std::fabs(priceChain(silent, curve)->expiries[0].forward - forward) > 1);
    // Crossed ones count for nothing however narrow they are.
    const auto crossed = emptyChain(now);
    addSlice(*crossed, now, s, 20, 5);
    for (std::size_t row = 0; row < crossed->size(); row += 3) std::swap(crossed->bid[row], crossed->ask[row]);
    for (std::size_t row = 0; row < crossed->size(); row += 3) crossed->ask[row] = crossed->bid[row] - 5'000'000;
    QVERIFY(std::fabs(priceChain(crossed, curve)->expiries[0].forward - forward) < 0.02);
    // The wide quote of a pair has a hundredth of the say of one ten times as narrow.
    const std::vector<ParityPair> pairs = {{600, 1.0, 0.02}, {605, -4.0, 0.02}, {595, 12.0, 0.2}, {610, -2.0, 0.2}, {590, 17.0, 0.2}};
    QVERIFY(std::fabs(fitParity(pairs, 1.0)->forward - 601) < 1e-9);
}

void TestPricingChain::furtherGreeksAreDifferencesOfTheDeltaOnScreen() {
    const Market m;
    const auto chain = emptyChain(m);
    addSlice(*chain, m, slice(ExerciseStyle::American, 1, "TEST"), 10, 5);
    addSlice(*chain, m, slice(ExerciseStyle::European, 30, "TESTX"), 20, 5);
    CurveInputs curve;
    curve.rate = m.rate;
    QVERIFY(priceChain(chain, curve)->charm.empty());
    curve.furtherGreeks = true;
    const auto p = priceChain(chain, curve);
    QCOMPARE(p->charm.size(), chain->size());
    QVERIFY(std::string(toString(p->dynamics)) == "sticky strike");
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& e = p->expiries[i];
        for (std::size_t row = chain->expiries[i].begin; row < chain->expiries[i].end; ++row) {
            if (!p->hasGreeks[row]) continue;
            const double strike = static_cast<double>(chain->strike[row]) * 1e-6, vol = p->markVol[row];
            Inputs in{chain->right[row], e.spot, strike, e.years, e.rate, e.dividendYield, vol};
            const auto style = chain->expiries[i].style;
            Inputs up = in, down = in, next = in;
            up.vol += 0.005;
            down.vol -= 0.005;
            QVERIFY(std::fabs(p->vanna[row] - (price(style, up).delta - price(style, down).delta)) < 2e-5);
            next.years -= std::min(1.0 / 365, e.years);
            if (next.years > 1e-6) QVERIFY(std::fabs(p->charm[row] - (price(style, next).delta - p->delta[row])) < 2e-5);
            QCOMPARE(std::isnan(p->decayToClose[row]), i == 1);
            if (i == 0) {
                const double intrinsic = std::max(0.0, chain->right[row] == Right::Call ? e.spot - strike : strike - e.spot);
                QVERIFY(std::fabs(p->decayToClose[row] - (intrinsic - price(style, in).price)) < 1e-4);
                QVERIFY(p->decayToClose[row] < 1e-9); // an American never gains by standing still
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestPricingChain)
#include "tst_pricing_chain.moc"
