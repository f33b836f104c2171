#include <QtTest>

#include <cmath>
#include <future>
#include <limits>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/quadrature.h"
#include "pricing/quantlib_thread.h"
#include "pricing/verification.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

class TestPricingVerification : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void threeMethodsAgreeOnRandomContracts();
    void declaredErrorsHoldAgainstTheBestPrice();
    void theGridOwnsUpToItsErrorNextToTheBoundary();
    void aCentOffOnALiquidOptionIsStillFound();
    void aWrongPriceIsAResultWithBothNumbers();
    void aPriceThatIsFarOffInOneMethodIsFound();
    void oneOpinionIsNoVerification();
    void impossibleContractsAreUncheckedAndNeverAgree();
    void legsAreVerifiedTogetherAsAlone();
    void aFaultOfACentIsSeenWhereTheClosedFormIsAll();
    void quadratureIsThePriceOfEuropeans();
    void absurdVolatilitiesAreNotVerified();
    void strongDriftIsPricedAsTheSinglesAre();
    void quantlibAnswersFromItsOwnThread();
    void aFullQueueRefuses();
};

namespace {

const Inputs kPut{Right::Put, 600, 610, 0.25, 0.043, 0.012, 0.2};

} // namespace

void TestPricingVerification::threeMethodsAgreeOnRandomContracts() {
    int three = 0;
    const VerificationRun run = verifyRandomContracts(24, 7, [&](const Verification& v) { three += v.prices.size() == 3 ? 1 : 0; });
    QCOMPARE(run.contracts, 24);
    QCOMPARE(run.disagreements, 0);
    QCOMPARE(run.unchecked, 0);
    QVERIFY(run.findings.empty() && three > 15);
    qInfo("worst gap is %.2f of what was declared", run.worstShare);
    // The same seed, the same contracts.
    std::vector<double> strikes[2];
    for (auto& list : strikes) (void)verifyRandomContracts(3, 9, [&](const Verification& v) { list.push_back(v.in.strike); });
    QVERIFY(strikes[0] == strikes[1]);
}

void TestPricingVerification::declaredErrorsHoldAgainstTheBestPrice() {
    for (const double strike : {450.0, 560.0, 600.0, 640.0, 690.0})
        for (const Right right : {Right::Call, Right::Put})
            for (const double years : {0.02, 0.3, 1.5}) {
                const Inputs in{right, 600, strike, years, 0.04, 0.02, 0.25};
                const double best = *americanPrice(in, Accuracy::Tight);
                for (const PriceMethod method : {PriceMethod::Kernel, PriceMethod::Tree, PriceMethod::Grid}) {
                    const MethodPrice p = priceBy(method, ExerciseStyle::American, in);
                    QVERIFY(p.known && p.error > 0 && p.error < 0.3);
                    QVERIFY2(std::fabs(p.price - best) <= p.error, qPrintable(QStringLiteral("%1 %2").arg(toString(method)).arg(p.price - best)));
                }
            }
}

void TestPricingVerification::theGridOwnsUpToItsErrorNextToTheBoundary() {
    // Of the seeds 6 and 20261121: the grid was 2.47 and 1.78 times what it declared off, where kernel and QuantLib agreed.
    const Inputs cases[] = {
        {Right::Put, 679.50559719913747, 947.98430653039713, 0.96864006514241385, 0.077861918716396611, 0.047164259089835285, 0.26518879477972751},
        {Right::Call, 669.82806554580679, 660.84999724230624, 2.1633321248144934, 0.006372023834378052, 0.063146661323511266, 0.051452346837769614},
    };
    const PriceMethod methods[] = {PriceMethod::Kernel, PriceMethod::Grid, PriceMethod::Quantlib};
    for (const Inputs& in : cases) {
        const Verification v = verifyPrice(ExerciseStyle::American, in, methods);
        QVERIFY2(v.agree, describe(v).c_str());
        QVERIFY(v.gap < 0.7 * v.allowed);
    }
    // Deep inside the exercise region nothing is uncertain, and nothing is declared.
    const MethodPrice deep = priceBy(PriceMethod::Grid, ExerciseStyle::American, {Right::Put, 600, 900, 0.25, 0.043, 0.012, 0.2});
    QVERIFY(deep.price == 300 && deep.error < 1e-4);
    for (const std::uint64_t seed : {6U, 20261121U, 1U, 2U, 3U, 4U, 5U, 8U, 11U, 13U, 17U, 19U, 23U, 29U}) // a thousand each: american_proof
        QCOMPARE(verifyRandomContracts(20, seed, {}, OtherLibrary::LeaveOut).disagreements, 0);
}

void TestPricingVerification::aCentOffOnALiquidOptionIsStillFound() {
    double widest = 0;
    for (const double years : {2.0 / 365, 7.0 / 365, 30.0 / 365, 91.0 / 365, 0.5})
        for (const double strike : {540.0, 570.0, 590.0, 600.0, 610.0, 630.0, 660.0})
            for (const Right right : {Right::Call, Right::Put}) {
                const Inputs in{right, 600, strike, years, 0.043, 0.012, 0.16 + 0.0005 * std::fabs(strike - 600)};
                MethodPrice kernel = priceBy(PriceMethod::Kernel, ExerciseStyle::American, in);
                const MethodPrice grid = priceBy(PriceMethod::Grid, ExerciseStyle::American, in);
                QVERIFY(judge(ExerciseStyle::American, in, {kernel, grid}).agree);
                widest = std::max(widest, grid.error);
                for (const double fault : {0.01, -0.01}) {
                    MethodPrice wrong = kernel;
                    wrong.price += fault;
                    QVERIFY2(!judge(ExerciseStyle::American, in, {wrong, grid}).agree, qPrintable(QString::number(grid.error)));
                }
            }
    QVERIFY(widest < 0.0035);
    qInfo("the grid declares at most %.2g on 600", widest);
}

void TestPricingVerification::aWrongPriceIsAResultWithBothNumbers() {
    const Verification v =
        judge(ExerciseStyle::American, kPut,
              {{PriceMethod::Kernel, 25, 1e-4, true}, {PriceMethod::Tree, 25.002, 0.01, true}, {PriceMethod::Quantlib, 25.02, 1e-4, true}});
    QVERIFY(v.checked() && !v.agree);
    QCOMPARE(toString(v.prices[v.first].method), "kernel");
    QCOMPARE(toString(v.prices[v.second].method), "quantlib");
    QVERIFY(std::fabs(v.gap - 0.02) < 1e-12 && std::fabs(v.allowed - 2e-4) < 1e-15);
}

void TestPricingVerification::aPriceThatIsFarOffInOneMethodIsFound() {
    // As if the kernel had been given a volatility half a point off.
    Inputs wrong = kPut;
    wrong.vol += 0.005;
    const Verification v =
        judge(ExerciseStyle::American, kPut,
              {priceBy(PriceMethod::Kernel, ExerciseStyle::American, wrong), priceBy(PriceMethod::Tree, ExerciseStyle::American, kPut)});
    QVERIFY(v.checked() && !v.agree);
    // Or priced a European.
    const Verification european =
        judge(ExerciseStyle::American, kPut,
              {priceBy(PriceMethod::Kernel, ExerciseStyle::European, kPut), priceBy(PriceMethod::Tree, ExerciseStyle::American, kPut)});
    QVERIFY(european.checked() && !european.agree);
}

void TestPricingVerification::oneOpinionIsNoVerification() {
    const Verification v = judge(ExerciseStyle::American, kPut, {{PriceMethod::Kernel, 25, 1e-4, true}, {PriceMethod::Tree, 25, 1e-4, false}});
    QVERIFY(!v.checked() && !v.agree);
    QVERIFY(!judge(ExerciseStyle::American, kPut, {}).agree);
}

void TestPricingVerification::impossibleContractsAreUncheckedAndNeverAgree() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Inputs& in : {Inputs{Right::Put, nan, 610, 0.25, 0.04, 0.01, 0.2}, Inputs{Right::Put, 600, -1, 0.25, 0.04, 0.01, 0.2},
                             Inputs{Right::Call, 600, 610, 0.25, 0.04, 0.01, nan}, Inputs{Right::Call, 600, 610, -1, 0.04, 0.01, 0.2}}) {
        const PriceMethod all[] = {PriceMethod::Kernel, PriceMethod::Tree, PriceMethod::Grid, PriceMethod::Quantlib};
        const Verification v = verifyPrice(ExerciseStyle::American, in, all);
        QVERIFY(!v.checked() && !v.agree);
        const VerifiedLeg leg{ExerciseStyle::American, in};
        const Verification alone = verifyLegs({&leg, 1}).front();
        QVERIFY(!alone.checked() && !alone.agree);
    }
    // No tree has so much drift and so little volatility: it says so instead of a number.
    QVERIFY(!priceBy(PriceMethod::Tree, ExerciseStyle::American, {Right::Put, 600, 610, 20, 0.08, 0, 0.01}).known);
}

void TestPricingVerification::legsAreVerifiedTogetherAsAlone() {
    std::vector<VerifiedLeg> legs;
    for (const double strike : {540.0, 560.0, 640.0, 660.0, 700.0, 500.0})
        legs.push_back({strike == 500 ? ExerciseStyle::European : ExerciseStyle::American,
                        {strike < 600 ? Right::Put : Right::Call, 600, strike, strike == 700 ? 0.5 : 0.12, 0.043, 0.012, 0.15 + 1e-4 * strike}});
    legs.push_back({ExerciseStyle::American, {Right::Put, 600, 700, 0.1, 0.043, 0.012, 0.15}}); // exercised
    const std::vector<Verification> together = verifyLegs(legs);
    QCOMPARE(together.size(), legs.size());
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const Verification alone = verifyLegs({&legs[i], 1}).front();
        QVERIFY(together[i].agree);
        QCOMPARE(together[i].prices[0].price, alone.prices[0].price);
        QCOMPARE(together[i].prices[1].price, alone.prices[1].price);
        QVERIFY(std::fabs(together[i].prices[0].price - price(legs[i].style, legs[i].in).price) <= together[i].prices[0].error);
    }
    QCOMPARE(together.back().prices[0].price, 100.0);
}

void TestPricingVerification::aFaultOfACentIsSeenWhereTheClosedFormIsAll() {
    const std::vector<VerifiedLeg> legs = {{ExerciseStyle::European, {Right::Call, 6000, 6700, 35.0 / 365, 0.043, 0.013, 0.14}}, // a wing of an index
                                           {ExerciseStyle::European, {Right::Put, 6000, 5400, 35.0 / 365, 0.043, 0.013, 0.19}},
                                           {ExerciseStyle::American, {Right::Call, 600, 650, 0.1, 0.043, 0, 0.15}}, // never exercised early
                                           {ExerciseStyle::American, {Right::Put, 600, 560, 0.1, 0, 0.012, 0.18}}};
    for (const auto& v : verifyLegs(legs)) {
        QVERIFY(v.agree);
        QVERIFY2(v.allowed < 0.005, describe(v).c_str());
        auto prices = v.prices;
        prices[0].price += 0.01;
        QVERIFY(!judge(v.style, v.in, prices).agree);
    }
}

void TestPricingVerification::quadratureIsThePriceOfEuropeans() {
    Random random(5);
    double worst = 0;
    for (int i = 0; i < 20000; ++i) {
        Inputs in{random.below(2) == 0 ? Right::Call : Right::Put,
                  100,
                  100 * std::exp(random.normal()),
                  std::exp(-6 + 7 * random.uniform()),
                  -0.02 + 0.12 * random.uniform(),
                  0.08 * random.uniform(),
                  0.05 + 1.5 * random.uniform()};
        worst = std::max(worst, std::fabs(priceByQuadrature(in) - priceEuropean(in).price) / std::max(in.spot, in.strike));
    }
    QVERIFY2(worst < 3e-12, qPrintable(QString::number(worst)));
    for (Inputs in : {Inputs{Right::Put, 100, 100, 1, 0.04, 0, std::nan("")}, Inputs{Right::Put, 100, 100, 100, 0.04, 0, 0.9},
                      Inputs{Right::Call, -1, 100, 1, 0.04, 0, 0.2}})
        QVERIFY(std::isnan(priceByQuadrature(in)));
}

void TestPricingVerification::absurdVolatilitiesAreNotVerified() {
    for (const double vol : {1e5, std::nan(""), -0.2})
        for (const auto style : {ExerciseStyle::American, ExerciseStyle::European}) {
            Inputs in = kPut;
            in.vol = vol;
            const auto v = verifyLegs(std::vector<VerifiedLeg>{{style, in}}).front();
            QVERIFY(!v.agree && !v.checked());
        }
}

void TestPricingVerification::strongDriftIsPricedAsTheSinglesAre() {
    Inputs in{Right::Put, 100, 100, 3.7, 0.14, 0.17, 0.011}; // the lanes do not hold here
    const auto v = verifyLegs(std::vector<VerifiedLeg>{{ExerciseStyle::American, in}}).front();
    QVERIFY(v.prices[0].known);
    QCOMPARE(v.prices[0].price, priceAmerican(in).price);
}

void TestPricingVerification::quantlibAnswersFromItsOwnThread() {
    QuantlibThread thread;
    std::promise<MethodPrice> answer;
    std::promise<std::thread::id> where;
    QVERIFY(thread.ask(ExerciseStyle::American, kPut, [&](const MethodPrice& p) {
        where.set_value(std::this_thread::get_id());
        answer.set_value(p);
    }));
    std::vector<MethodPrice> prices = verifyLegs(std::vector<VerifiedLeg>{{ExerciseStyle::American, kPut}}).front().prices;
    QVERIFY(where.get_future().get() != std::this_thread::get_id());
    prices.push_back(answer.get_future().get());
    QVERIFY(judge(ExerciseStyle::American, kPut, prices).agree);

    const std::vector<VerifiedLeg> legs = {{ExerciseStyle::American, kPut}, {ExerciseStyle::European, kPut}};
    const auto quick = thread.ask(legs, std::chrono::seconds(60));
    QCOMPARE(quick.size(), legs.size());
    for (std::size_t i = 0; i < legs.size(); ++i) {
        QVERIFY(quick[i].known);
        QVERIFY(std::fabs(quick[i].price - price(legs[i].style, kPut).price) <= quick[i].error);
    }
}

void TestPricingVerification::aFullQueueRefuses() {
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();
    std::promise<void> started;
    QuantlibThread thread(1);
    QVERIFY(thread.ask(ExerciseStyle::European, kPut, [&](const MethodPrice&) {
        started.set_value();
        gate.wait();
    }));
    started.get_future().wait();
    QVERIFY(thread.ask(ExerciseStyle::European, kPut, [](const MethodPrice&) {}));
    QVERIFY(!thread.ask(ExerciseStyle::European, kPut, [](const MethodPrice&) {}));
    const std::vector<VerifiedLeg> legs = {{ExerciseStyle::European, kPut}};
    QVERIFY(!thread.ask(legs, std::chrono::milliseconds(1)).front().known);
    go.set_value();
}

QTEST_APPLESS_MAIN(TestPricingVerification)
#include "tst_pricing_verification.moc"
