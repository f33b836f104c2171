#include <QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>

#include "market/chain_files.h"
#include "market/exchange_calendar.h"
#include "pricing/american.h"
#include "pricing/chain_carry.h"
#include "pricing/chain_pricer.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::OptionChain;
using market::Right;

/// Chains whose options live through an ex-date.
class TestPricingExDates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void recoversAMarketWithCashDividends();
    void callsAndPutsAgreeOnlyWithTheRightAmount();
    void expiriesBeforeTheExDateKeepEveryBit();
    void impliesTheAmountFromParity();
    void whatIsNoDividendIsLeftOut();
    void deepCallsAreWorthTheirExerciseTheEveningBefore();
    void recordedSpyAgreesAcrossItsExDate();
    void recordedSpyOf2021AgreesWithThePaidAmount();
};

namespace {

constexpr TradingDate kToday = std::chrono::year{2026} / 8 / 19, kExDate = std::chrono::year{2026} / 9 / 18;
constexpr double kAmount = 1.85, kSpot = 600, kRate = 0.043, kHalfSpread = 0.01;

double volOf(double strike) { return 0.17 - 0.35 * std::log(strike / kSpot); }

Inputs inputsOf(Right right, double strike, double years) { return {right, kSpot, strike, years, kRate, 0, volOf(strike)}; }

/// Three expiries, one before the ex-date, priced on the fine grid of the spot-drop model.
std::shared_ptr<const OptionChain> quotes(ExerciseStyle style = ExerciseStyle::American, double widest = 0.08) {
    const UtcTime now = market::fromNewYork(kToday, 11, 0);
    market::ChainBuilder builder("SPY", now, *Price::fromDouble(kSpot), "test");
    const double at = yearsBetween(now, market::fromNewYork(kExDate, 0, 0));
    for (const int days : {23, 44, 100})
        for (double k = -widest; k <= widest + 1e-9; k += 0.02)
            for (const Right right : {Right::Call, Right::Put}) {
                market::ChainBuilder::Row row;
                row.contract = market::OptionContract::make("SPY", addDays(kToday, days), *Price::fromDouble(std::round(kSpot * (1 + k))), right);
                row.contract.style = style;
                const CashDividend dividend{at, kAmount};
                const Inputs in = inputsOf(right, row.contract.strike.toDouble(), yearsBetween(now, row.contract.expiresAt()));
                const double value = dividendPriceOnly(style, in, {&dividend, 1}).value.price;
                row.quote.bid = *Price::fromDouble(value - kHalfSpread);
                row.quote.ask = *Price::fromDouble(value + kHalfSpread);
                row.quote.time = now;
                builder.add(row);
            }
    return std::move(builder).build();
}

CurveInputs curveWith(double amount) {
    CurveInputs curve;
    curve.rate = kRate;
    curve.dividends = {{kExDate, amount}};
    return curve;
}

struct Agreement {
    int pairs = 0, within = 0; ///< strikes within 2 % of the forward; whose gap is inside the bid-ask in volatility
    double worst = 0, worstGap = 0;
    std::vector<double> gaps;
    double median() {
        std::sort(gaps.begin(), gaps.end());
        return gaps.empty() ? 0 : gaps[gaps.size() / 2];
    }
};
Agreement agreementOf(const PricedChain& p, const std::function<bool(std::size_t)>& wanted) {
    Agreement a;
    for (std::size_t i = 0; i < p.expiries.size(); ++i) {
        const market::ExpirySlice& s = p.chain->expiries[i];
        if (!wanted(i)) continue;
        for (std::size_t row = s.begin; row + 1 < s.end; ++row) {
            const double strike = static_cast<double>(p.chain->strike[row]) * 1e-6;
            if (p.chain->strike[row] != p.chain->strike[row + 1] || !(p.iv[row] > 0 && p.iv[row + 1] > 0) || !p.hasGreeks[row] ||
                std::fabs(strike / p.expiries[i].forward - 1) > 0.02)
                continue;
            const double width = usableQuote(*p.chain, row).width + usableQuote(*p.chain, row + 1).width;
            const double gap = std::fabs(p.iv[row] - p.iv[row + 1]), room = 0.5 * width / p.vega[row];
            ++a.pairs;
            a.within += gap <= room ? 1 : 0;
            a.worst = std::max(a.worst, gap / room);
            a.worstGap = std::max(a.worstGap, gap);
            a.gaps.push_back(gap);
        }
    }
    return a;
}

} // namespace

void TestPricingExDates::recoversAMarketWithCashDividends() {
    const auto p = priceChain(quotes(), curveWith(kAmount));
    const auto plain = priceChain(quotes(), [] {
        CurveInputs c;
        c.rate = kRate;
        return c;
    }());
    QVERIFY(plain->expiries[1].dividends.empty());
    const Agreement near = agreementOf(*p, [&](std::size_t i) { return !p->expiries[i].dividends.empty(); });
    QVERIFY(near.pairs >= 4);
    QCOMPARE(near.within, near.pairs);
    QCOMPARE(p->expiries[0].dividends.size(), std::size_t{0});
    for (std::size_t i = 1; i < 3; ++i) {
        const PricedExpiry& e = p->expiries[i];
        QCOMPARE(e.dividends.size(), std::size_t{1});
        const double forward = forwardWithDividends(inputsOf(Right::Call, kSpot, e.years), e.dividends);
        QVERIFY(e.forwardFromParity && std::fabs(e.forward - forward) < 0.01);
        QVERIFY(std::fabs(e.borrow) < 4e-4);
        QVERIFY(std::fabs(e.spot * std::exp((e.rate - e.dividendYield) * e.years) - e.forward) < 1e-9); // the equivalent yield
        const market::ExpirySlice& s = p->chain->expiries[i];
        for (std::size_t row = s.begin; row < s.end; ++row) {
            const double strike = static_cast<double>(p->chain->strike[row]) * 1e-6;
            const Valuation exact = priceWithDividends(ExerciseStyle::American, inputsOf(p->chain->right[row], strike, e.years), e.dividends).value;
            QVERIFY(p->hasGreeks[row] && p->hasTheo[row]);
            QVERIFY(std::fabs(p->markVol[row] - volOf(strike)) < 2e-3);
            QVERIFY2(std::fabs(p->delta[row] - exact.delta) < 6e-3, qPrintable(QStringLiteral("%1 %2").arg(strike).arg(p->delta[row] - exact.delta)));
            QVERIFY(std::fabs(p->gamma[row] - exact.gamma) < 0.03 * exact.gamma + 1e-4);
            QVERIFY2(std::fabs(p->vega[row] - exact.vega) < 0.03 * exact.vega + 0.3,
                     qPrintable(QStringLiteral("%1 %2 %3").arg(strike).arg(p->vega[row]).arg(exact.vega)));
            QVERIFY(std::fabs(p->theta[row] - exact.theta) < 0.03 * std::fabs(exact.theta) + 0.3);
            QVERIFY(std::fabs(p->rho[row] - exact.rho) < 0.03 * std::fabs(exact.rho) + 0.3);
            QVERIFY2(std::fabs(p->theo[row] - exact.price) < 0.03 + 0.002 * exact.price,
                     qPrintable(QStringLiteral("%1 %2 %3").arg(strike).arg(p->theo[row]).arg(exact.price)));
        }
    }
}

void TestPricingExDates::callsAndPutsAgreeOnlyWithTheRightAmount() {
    // In the money a call is held or not for the dividend: a yield in its place exercises at another time.
    const auto worstGap = [](const PricedChain& p) {
        double worst = 0;
        const market::ExpirySlice& s = p.chain->expiries[1];
        for (std::size_t row = s.begin; row + 1 < s.end; row += 2)
            if (p.iv[row] > 0 && p.iv[row + 1] > 0) worst = std::max(worst, std::fabs(p.iv[row] - p.iv[row + 1]));
        return worst;
    };
    CurveInputs yieldOnly;
    yieldOnly.rate = kRate;
    const auto chain = quotes();
    const double right = worstGap(*priceChain(chain, curveWith(kAmount))), yield = worstGap(*priceChain(chain, yieldOnly));
    qInfo("widest gap of call and put volatility over all strikes: %.4f with the amount, %.4f with a yield", right, yield);
    QVERIFY(right < 2e-3 && right < 0.5 * yield);
}

void TestPricingExDates::expiriesBeforeTheExDateKeepEveryBit() {
    CurveInputs given = curveWith(kAmount), none = given;
    none.dividends.clear();
    given.dividendYield = none.dividendYield = 0.003;
    const auto chain = quotes(), europeans = quotes(ExerciseStyle::European);
    const auto with = priceChain(chain, given), without = priceChain(chain, none);
    const market::ExpirySlice& s = chain->expiries[0];
    for (std::size_t row = s.begin; row < s.end; ++row)
        QVERIFY(with->iv[row] == without->iv[row] && with->delta[row] == without->delta[row] && with->theo[row] == without->theo[row]);
    QVERIFY(with->iv[chain->expiries[1].begin] != without->iv[chain->expiries[1].begin]);
    const auto a = priceChain(europeans, curveWith(kAmount)), b = priceChain(europeans, [] {
                                                                  CurveInputs c;
                                                                  c.rate = kRate;
                                                                  return c;
                                                              }());
    QVERIFY(a->iv == b->iv && a->theo == b->theo); // index dividends enter through the forward alone
}

void TestPricingExDates::impliesTheAmountFromParity() {
    CurveInputs curve;
    curve.rate = kRate;
    const auto amount = impliedDividend(*quotes(), curve, kExDate);
    QVERIFY(amount.has_value());
    QVERIFY2(std::fabs(*amount - kAmount) < 0.02, qPrintable(QString::number(*amount)));
    QVERIFY(!impliedDividend(*quotes(), curve, addDays(kToday, 400)));
    QVERIFY(!impliedDividend(*quotes(), curve, addDays(kToday, -3)));
}

void TestPricingExDates::whatIsNoDividendIsLeftOut() {
    const auto chain = quotes();
    CurveInputs curve;
    curve.rate = kRate;
    const auto plain = priceChain(chain, curve);
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
    curve.dividends = {{kExDate, nan},
                       {kExDate, -1},
                       {kExDate, 0},
                       {kExDate, infinite},
                       {kExDate, 400},
                       {kToday, 2},
                       {addDays(kToday, -30), 2},
                       {addDays(kToday, 500), 2},
                       {std::chrono::year{2026} / 2 / 31, 2}};
    const auto odd = priceChain(chain, curve);
    QVERIFY(odd->iv == plain->iv && odd->theo == plain->theo);
    for (const PricedExpiry& e : odd->expiries) QVERIFY(e.dividends.empty());
}

void TestPricingExDates::deepCallsAreWorthTheirExerciseTheEveningBefore() {
    // The dividend is more than the put and the interest on the strike that holding keeps: the call ends before it.
    const CashDividend dividend{30.0 / 365, kAmount};
    const Inputs deep{Right::Call, kSpot, 420, 44.0 / 365, kRate, 0, 0.15};
    const double held = priceWithDividends(ExerciseStyle::European, deep, {&dividend, 1}).value.price;
    const double until = kSpot - 420 * std::exp(-kRate * dividend.years);
    for (const GridAccuracy accuracy : {GridAccuracy::Fine, GridAccuracy::Chain}) {
        const Valuation v = priceWithDividends(ExerciseStyle::American, deep, {&dividend, 1}, accuracy).value;
        QVERIFY(std::fabs(v.price - until) < 2e-3 && v.price > held + 0.5);
        QVERIFY(v.delta > 0.999 && v.delta < 1.001);
    }
    Inputs yielding = deep; // the same forward by a yield
    yielding.dividendYield = kAmount / kSpot / deep.years;
    QVERIFY(std::fabs(priceAmerican(yielding).price - until) > 0.05);
}

void TestPricingExDates::recordedSpyAgreesAcrossItsExDate() {
    const std::string file = std::string(MAHLER_SHARED_DIR) + "/market-data/options-eod/spy-qqq-iwm-2026-08/2026-08-14/SPY.csv.gz";
    if (!std::filesystem::exists(file)) QSKIP("../shared/market-data is not on this machine");
    const auto read = market::readChainFile(file, {});
    QVERIFY2(read.has_value(), read ? "" : read.error().detail.c_str());
    CurveInputs curve;
    const auto amount = impliedDividend(*read->chains.back(), curve, kExDate);
    QVERIFY(amount.has_value());
    curve.dividends = {{kExDate, *amount}};
    const auto p = priceChain(read->chains.back(), curve);
    Agreement a = agreementOf(*p, [&](std::size_t i) { return !p->expiries[i].dividends.empty(); });
    Agreement plain = agreementOf(*priceChain(read->chains.back(), {}), [&](std::size_t i) { return !p->expiries[i].dividends.empty(); });
    std::size_t rows = 0;
    for (std::size_t i = 0; i < p->expiries.size(); ++i)
        rows += p->expiries[i].dividends.empty() ? 0 : p->chain->expiries[i].end - p->chain->expiries[i].begin;
    qInfo("implied dividend %.3f; %d pairs, %d within the bid-ask, median gap %.5f, widest %.4f (with a yield %d of %d, %.5f, %.4f); %zu rows on the "
          "grid, %.0f ms",
          *amount, a.pairs, a.within, a.median(), a.worstGap, plain.within, plain.pairs, plain.median(), plain.worstGap, rows, p->milliseconds);
    QVERIFY(*amount > 1.2 && *amount < 3);
    QVERIFY(a.pairs > 50);
    QVERIFY(a.within >= a.pairs * 9 / 10);
}

void TestPricingExDates::recordedSpyOf2021AgreesWithThePaidAmount() {
    const std::string root = std::string(MAHLER_SHARED_DIR) + "/market-data/";
    std::ifstream bars(root + "equity-daily/SPY.csv");
    const auto read = market::readChainFile(root + "options-eod/spy-2021-sample/SPY_2021_top20.csv.gz", {});
    if (!bars || !read) QSKIP("../shared/market-data is not on this machine");
    // What was paid: the adjusted close steps by 1 - dividend / close of the day before.
    std::map<std::string, double> paid;
    double factor = 0, close = 0;
    for (std::string line; std::getline(bars, line);) {
        const QStringList cells = QString::fromStdString(line).split(QLatin1Char(','));
        if (cells.size() < 7 || cells[0] < QLatin1String("2020-12-31")) continue;
        const double now = cells[5].toDouble() / cells[4].toDouble();
        if (const double amount = factor > 0 ? (1 - factor / now) * close : 0; amount > 0.1) paid[cells[0].toStdString()] = amount;
        factor = now;
        close = cells[4].toDouble();
    }
    QVERIFY(std::fabs(paid["2021-03-19"] - 1.278) < 0.002 && std::fabs(paid["2021-06-18"] - 1.376) < 0.002);
    CurveInputs curve;
    curve.rate = 0.0005; // three-month bills of that spring
    for (const auto& [day, amount] : paid) curve.dividends.push_back({*parseDate(day), amount});
    Agreement cash, yield;
    const auto add = [](Agreement& sum, const Agreement& one) {
        sum.pairs += one.pairs;
        sum.within += one.within;
        sum.gaps.insert(sum.gaps.end(), one.gaps.begin(), one.gaps.end());
    };
    for (const auto& chain : read->chains) {
        CurveInputs plain;
        plain.rate = curve.rate;
        const auto p = priceChain(chain, curve);
        const auto spans = [&](std::size_t i) { return !p->expiries[i].dividends.empty(); };
        add(cash, agreementOf(*p, spans));
        add(yield, agreementOf(*priceChain(chain, plain), spans));
    }
    qInfo("%zu days: %d pairs across an ex-date, %d within the bid-ask, median gap %.5f (with a yield %d of %d, %.5f)", read->chains.size(),
          cash.pairs, cash.within, cash.median(), yield.within, yield.pairs, yield.median());
    QVERIFY(cash.pairs > 0);
    QVERIFY(cash.within >= cash.pairs * 3 / 4);
}

QTEST_APPLESS_MAIN(TestPricingExDates)
#include "tst_pricing_ex_dates.moc"
