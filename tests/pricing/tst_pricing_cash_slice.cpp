#include <QtTest>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "pricing/cash_dividends.h"
#include "pricing/cash_slice.h"
#include "pricing/dividend_tree.h"
#include "pricing/verification.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

namespace {

constexpr double kSpot = 600, kRate = 0.043;

struct Case {
    double years;
    std::vector<CashDividend> dividends;
    double borrow = 0;
};

/// Expiries of SPY: an ex-date tomorrow, in a month, quarters over a year, the interest of the rest of life near the amount.
std::vector<Case> cases() {
    return {{23.0 / 365, {{1.0 / 365, 1.85}}},
            {44.0 / 365, {{30.0 / 365, 1.85}}},
            {59.0 / 365, {{30.0 / 365, 1.85}}, 0.002},
            {100.0 / 365, {{30.0 / 365, 1.85}}, -0.0015},
            {240.0 / 365, {{30.0 / 365, 1.85}, {121.0 / 365, 1.9}, {212.0 / 365, 1.95}}},
            {1.0, {{30.0 / 365, 1.85}, {121.0 / 365, 1.9}, {212.0 / 365, 1.95}, {303.0 / 365, 2.0}}}};
}
double volOf(double strike, double years) { return 0.17 - 0.12 * std::log(strike / kSpot) / std::sqrt(years + 0.1); }

} // namespace

/// Chains with cash dividends by the lanes, against the fine grid and a tree.
class TestPricingCashSlice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pricesAgreeWithTheFineGrid();
    void greeksAgreeWithTheFineGrid();
    void aPriceGivesItsVolatilityBack();
    void aContractHasTheSameNumbersAloneAndAmongOthers();
    void statusesAreThoseOfTheGrid();
    void aTreeOfItsOwnAgreesWithinTheErrorsDeclared();
};

void TestPricingCashSlice::pricesAgreeWithTheFineGrid() {
    double worst = 0, squares = 0;
    int count = 0;
    for (const Case& c : cases()) {
        std::vector<SliceOption> options;
        for (const double strike : {420.0, 510.0, 560.0, 585.0, 597.0, 603.0, 615.0, 640.0, 700.0})
            for (const Right right : {Right::Call, Right::Put}) options.push_back({right, kSpot, strike, volOf(strike, c.years)});
        std::vector<double> prices(options.size());
        CashSlice(kRate, c.borrow, c.years, c.dividends).prices(options, prices);
        for (std::size_t i = 0; i < options.size(); ++i) {
            const SliceOption& o = options[i];
            const auto fine = dividendPriceOnly(ExerciseStyle::American, {o.right, o.spot, o.strike, c.years, kRate, c.borrow, o.vol}, c.dividends);
            // Near the exercise boundary of long puts the fine grid itself declares more than the tolerance.
            const double gap = std::max(0.0, std::fabs(prices[i] - fine.value.price) - (fine.error > 1e-3 ? fine.error : 0));
            worst = std::max(worst, gap);
            squares += gap * gap;
            ++count;
        }
    }
    qInfo("%d contracts on 600: worst %.6f, rms %.6f", count, worst, std::sqrt(squares / count));
    QVERIFY(worst < 1e-3);
    QVERIFY(std::sqrt(squares / count) < 3e-4);
}

void TestPricingCashSlice::greeksAgreeWithTheFineGrid() {
    double worst[5] = {};
    for (const Case& c : {cases()[1], cases()[4]}) {
        std::vector<SliceOption> options;
        for (const double strike : {560.0, 597.0, 640.0})
            for (const Right right : {Right::Call, Right::Put}) options.push_back({right, kSpot, strike, volOf(strike, c.years)});
        std::vector<Valuation> values(options.size());
        CashSlice(kRate, c.borrow, c.years, c.dividends).values(options, values);
        for (std::size_t i = 0; i < options.size(); ++i) {
            const SliceOption& o = options[i];
            const Valuation fine =
                priceWithDividends(ExerciseStyle::American, {o.right, o.spot, o.strike, c.years, kRate, c.borrow, o.vol}, c.dividends).value;
            const Valuation& v = values[i];
            QCOMPARE(v.status, PriceStatus::Ok);
            worst[0] = std::max(worst[0], std::fabs(v.delta - fine.delta));
            worst[1] = std::max(worst[1], std::fabs(v.gamma - fine.gamma) / (fine.gamma + 1e-4));
            worst[2] = std::max(worst[2], std::fabs(v.vega - fine.vega) / (fine.vega + 1));
            worst[3] = std::max(worst[3], std::fabs(v.theta - fine.theta) / (std::fabs(fine.theta) + 1));
            worst[4] = std::max(worst[4], std::fabs(v.rho - fine.rho) / (std::fabs(fine.rho) + 1));
        }
    }
    qInfo("delta %.6f, gamma %.5f, vega %.5f, theta %.5f, rho %.5f of themselves", worst[0], worst[1], worst[2], worst[3], worst[4]);
    QVERIFY(worst[0] < 1e-4);
    QVERIFY(worst[1] < 2e-3 && worst[2] < 2e-3 && worst[3] < 5e-3 && worst[4] < 0.03);
}

void TestPricingCashSlice::aPriceGivesItsVolatilityBack() {
    for (const Case& c : cases()) {
        CashSlice slice(kRate, c.borrow, c.years, c.dividends);
        std::vector<SliceOption> options;
        for (double strike = 480; strike <= 720; strike += 12)
            for (const Right right : {Right::Call, Right::Put}) options.push_back({right, kSpot, strike, volOf(strike, c.years)});
        std::vector<Valuation> values(options.size());
        slice.values(options, values);
        std::vector<SliceQuote> quotes;
        for (std::size_t i = 0; i < options.size(); ++i) quotes.push_back({options[i].right, kSpot, options[i].strike, values[i].price, 0});
        std::vector<ImpliedVol> found(quotes.size());
        slice.impliedVols(quotes, found);
        int checked = 0;
        for (std::size_t i = 0; i < quotes.size(); ++i) {
            if (values[i].vega < 1e-4 * kSpot * 10) continue; // what the price hardly says
            QCOMPARE(found[i].status, IvStatus::Ok);
            QVERIFY2(std::fabs(found[i].vol - options[i].vol) < 1e-8, qPrintable(QString::number(found[i].vol - options[i].vol)));
            ++checked;
        }
        QVERIFY(checked > 10);
    }
}

void TestPricingCashSlice::aContractHasTheSameNumbersAloneAndAmongOthers() {
    const Case c = cases()[3];
    std::vector<SliceOption> options;
    for (double strike = 540; strike <= 660; strike += 5) options.push_back({Right::Put, kSpot, strike, volOf(strike, c.years)});
    std::vector<Valuation> all(options.size());
    CashSlice(kRate, c.borrow, c.years, c.dividends).values(options, all);
    for (std::size_t i = 0; i < options.size(); i += 7) {
        Valuation alone;
        CashSlice slice(kRate, c.borrow, c.years, c.dividends);
        slice.values({&options[i], 1}, {&alone, 1});
        QVERIFY(alone.price == all[i].price && alone.delta == all[i].delta && alone.gamma == all[i].gamma && alone.vega == all[i].vega);
    }
}

void TestPricingCashSlice::statusesAreThoseOfTheGrid() {
    const Case c = cases()[1];
    CashSlice slice(kRate, c.borrow, c.years, c.dividends);
    for (const double strike : {300.0, 450.0, 560.0, 600.0, 640.0, 750.0, 900.0})
        for (const Right right : {Right::Call, Right::Put})
            for (const double price : {0.0, 0.01, 5.0, 40.0, std::max(0.0, right == Right::Call ? kSpot - strike : strike - kSpot), 1000.0, -1.0}) {
                const SliceQuote quote{right, kSpot, strike, price, 0};
                ImpliedVol found;
                slice.impliedVols({&quote, 1}, {&found, 1});
                const ImpliedVol grid = impliedVolWithDividends(ExerciseStyle::American, {right, kSpot, strike, c.years, kRate, c.borrow, 0},
                                                                c.dividends, price, GridAccuracy::Chain);
                QVERIFY2(found.status == grid.status,
                         qPrintable(QStringLiteral("%1 %2 %3: %4, grid %5")
                                        .arg(right == Right::Call ? QStringLiteral("call") : QStringLiteral("put"))
                                        .arg(strike)
                                        .arg(price)
                                        .arg(QLatin1String(toString(found.status)), QLatin1String(toString(grid.status)))));
            }
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const SliceOption& o : {SliceOption{Right::Call, nan, 600, 0.2}, SliceOption{Right::Call, 600, -1, 0.2},
                                 SliceOption{Right::Put, 600, 600, nan}, SliceOption{Right::Put, 600, 600, -0.1}}) {
        Valuation v;
        slice.values({&o, 1}, {&v, 1});
        QVERIFY(!hasNumbers(v.status));
        QCOMPARE(v.price, 0.0);
    }
    QVERIFY(!CashSlice::holds(kRate, 0, 0.2, std::vector<CashDividend>{{0.3, 1}}, kSpot)); // after expiry
    QVERIFY(!CashSlice::holds(kRate, 0, 0.2, std::vector<CashDividend>{{0.1, nan}}, kSpot));
}

void TestPricingCashSlice::aTreeOfItsOwnAgreesWithinTheErrorsDeclared() {
    Random random(91);
    double worst = 0, worstKernel = 0, worstTree = 0;
    for (int i = 0; i < 300; ++i) {
        VerifiedLeg leg;
        leg.in.right = random.below(2) == 0 ? Right::Call : Right::Put;
        leg.in.spot = 20 * std::exp(3.5 * random.uniform());
        leg.in.years = (2 + 363 * random.uniform()) / 365;
        leg.in.vol = 0.08 + 0.6 * random.uniform() * random.uniform();
        leg.in.rate = 0.06 * random.uniform();
        leg.in.dividendYield = random.below(2) == 0 ? 0 : 0.01 * (random.uniform() - 0.3);
        leg.in.strike = leg.in.spot * std::exp(1.3 * leg.in.vol * std::sqrt(leg.in.years) * random.normal());
        for (double at = 0.25 * random.uniform(); at < leg.in.years; at += 0.25)
            leg.dividends.push_back({at, leg.in.spot * 0.006 * random.uniform()});
        if (leg.dividends.empty()) continue;
        const auto v = verifyLegs({&leg, 1}).front();
        if (!CashSlice::holds(leg.in.rate, leg.in.dividendYield, leg.in.years, leg.dividends, leg.in.spot)) continue;
        QVERIFY2(v.checked(), describe(v).c_str());
        worst = std::max(worst, v.gap / v.allowed);
        const auto fine = dividendPriceOnly(ExerciseStyle::American, leg.in, leg.dividends);
        worstKernel = std::max(worstKernel, std::fabs(v.prices[0].price - fine.value.price) / (v.prices[0].error + fine.error));
        worstTree = std::max(worstTree, std::fabs(v.prices[1].price - fine.value.price) / (v.prices[1].error + fine.error));
        if (!v.agree)
            qInfo("%s S %.3f K %.3f T %.4f r %.4f q %.4f vol %.3f %zu dividends: %s, fine %.6f; allowed %.6f",
                  leg.in.right == Right::Call ? "call" : "put", leg.in.spot, leg.in.strike, leg.in.years, leg.in.rate, leg.in.dividendYield,
                  leg.in.vol, leg.dividends.size(), describe(v).c_str(), fine.value.price, v.allowed);
    }
    qInfo("kernel and tree reach %.2f of what they declared; against the fine grid %.2f and %.2f", worst, worstKernel, worstTree);
    QVERIFY(worst <= 1 && worstKernel <= 1 && worstTree <= 1);
    // A forgotten dividend is found out.
    VerifiedLeg leg{ExerciseStyle::American, {Right::Put, kSpot, 600, 44.0 / 365, kRate, 0, 0.17}, {{30.0 / 365, 1.85}}};
    const auto right = verifyLegs({&leg, 1}).front();
    QVERIFY(right.agree);
    auto prices = right.prices;
    prices[1].price = dividendPriceOnly(ExerciseStyle::American, leg.in, {}).value.price;
    QVERIFY(!judge(leg.style, leg.in, prices).agree);
}

QTEST_APPLESS_MAIN(TestPricingCashSlice)
#include "tst_pricing_cash_slice.moc"
