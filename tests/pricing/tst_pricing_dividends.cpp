#include <QtTest>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "pricing/american.h"
#include "pricing/cash_dividends.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

class TestPricingDividends : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matchesTheReferenceGrid();
    void impliesTheVolatilityOfTheReferencePrices();
    void agreesWithTheBoundaryMethodWithoutDividends();
    void greeksAgreeWithDifferences();
    void aDividendIsWorthExercisingForOnlyWhenLarge();
    void europeansKeepParity();
    void dividendsOutsideTheOptionsLifeDoNothing();
    void namesWhatCannotBePriced();
    void namesPricesWithoutAVolatility();
    void dividendsLargerThanTheSpotEndIt();
};

namespace {

std::vector<CashDividend> dividendsOf(const ReferenceRow& row) {
    std::vector<CashDividend> all;
    const QStringList items = QString::fromStdString(row.text("cash_dividends_day:amount")).split(QLatin1Char(';'));
    for (const QString& item : items)
        all.push_back({item.section(QLatin1Char(':'), 0, 0).toDouble() / 365, item.section(QLatin1Char(':'), 1).toDouble()});
    return all;
}

Inputs inputsOf(const ReferenceRow& row) {
    Inputs in = row.inputs();
    in.dividendYield = 0;
    return in;
}

const std::vector<CashDividend> kQuarterly = {{0.1, 1.8}, {0.35, 1.8}, {0.6, 1.8}};

} // namespace

void TestPricingDividends::matchesTheReferenceGrid() {
    READ_REFERENCE_OR_SKIP(rows, "american_discrete_dividends_fd.csv");
    double worst = 0;
    for (const ReferenceRow& row : rows) {
        const DividendValuation d = dividendPriceOnly(ExerciseStyle::American, inputsOf(row), dividendsOf(row));
        const double want = row.number("price_richardson"), tolerance = std::max(5 * row.number("err_estimate"), 2e-4);
        worst = std::max(worst, std::fabs(d.value.price - want) / tolerance);
        QVERIFY(d.value.status == PriceStatus::Ok);
        QVERIFY2(std::fabs(d.value.price - want) <= tolerance, qPrintable(QString::fromStdString(row.label())));
        QVERIFY(d.error < 2 * tolerance);
    }
    qInfo("%zu rows: worst %.2g of the tolerance", rows.size(), worst);
}

void TestPricingDividends::impliesTheVolatilityOfTheReferencePrices() {
    READ_REFERENCE_OR_SKIP(rows, "american_discrete_dividends_fd.csv");
    int implied = 0;
    for (const ReferenceRow& row : rows) {
        const Inputs in = inputsOf(row);
        const auto dividends = dividendsOf(row);
        const DividendValuation own = priceWithDividends(ExerciseStyle::American, in, dividends);
        const ImpliedVol iv = impliedVolWithDividends(ExerciseStyle::American, in, dividends, row.number("price_richardson"));
        if (own.value.vega == 0) {
            QCOMPARE(toString(iv.status), "exercise_region");
            continue;
        }
        QCOMPARE(toString(iv.status), "ok");
        const double tolerance = std::max(5 * row.number("err_estimate"), 2e-4) / own.value.vega;
        QVERIFY2(std::fabs(iv.vol - in.vol) <= tolerance, qPrintable(QString::fromStdString(row.label())));
        const ImpliedVol back = impliedVolWithDividends(ExerciseStyle::American, in, dividends, own.value.price);
        QVERIFY2(std::fabs(back.vol - in.vol) <= 2 * own.error / own.value.vega + 1e-7, qPrintable(QString::number(back.vol - in.vol)));
        ++implied;
    }
    QVERIFY(implied > 10);
}

void TestPricingDividends::agreesWithTheBoundaryMethodWithoutDividends() {
    Random random(51);
    for (int i = 0; i < 25; ++i) {
        Inputs in{random.below(2) == 0 ? Right::Call : Right::Put,
                  600,
                  0,
                  0.01 + 2 * random.uniform(),
                  0.002 + 0.06 * random.uniform(),
                  0.04 * random.uniform(),
                  0.08 + 0.5 * random.uniform()};
        in.strike = in.spot * std::exp(0.8 * in.vol * std::sqrt(in.years) * random.normal());
        const DividendValuation grid = priceWithDividends(ExerciseStyle::American, in, {});
        const Valuation boundary = priceAmerican(in);
        QVERIFY2(std::fabs(grid.value.price - boundary.price) <= grid.error + 1e-7 * in.spot,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(grid.value.price, 0, 'g', 12).arg(boundary.price, 0, 'g', 12).arg(grid.error)));
        if (boundary.price < exerciseValue(in) + 2e-3 * in.spot) // at the boundary gamma jumps
            continue;
        QVERIFY(std::fabs(grid.value.delta - boundary.delta) < 5e-5);
        QVERIFY(std::fabs(grid.value.gamma - boundary.gamma) < 1e-3 * boundary.gamma);
        QVERIFY2(std::fabs(grid.value.vega - boundary.vega) < 5e-4 * boundary.vega + 1e-5 * in.spot,
                 qPrintable(QStringLiteral("%1 %2").arg(grid.value.vega, 0, 'g', 10).arg(boundary.vega, 0, 'g', 10)));
        QVERIFY(std::fabs(grid.value.rho - boundary.rho) < 1e-3 * std::fabs(boundary.rho) + 1e-4 * in.spot);
        QVERIFY(std::fabs(grid.value.theta - boundary.theta) < 1e-3 * std::fabs(boundary.theta) + 1e-5 * in.spot);
    }
}

void TestPricingDividends::greeksAgreeWithDifferences() {
    for (const Right right : {Right::Call, Right::Put}) {
        const Inputs in{right, 600, 590, 0.75, 0.04, 0, 0.22};
        const DividendValuation d = priceWithDividends(ExerciseStyle::American, in, kQuarterly);
        const auto bumped = [&](double Inputs::*field, double step) {
            Inputs moved = in;
            moved.*field += step;
            return dividendPriceOnly(ExerciseStyle::American, moved, kQuarterly).value.price;
        };
        const double h = 6;
        QVERIFY(std::fabs(d.value.delta - (bumped(&Inputs::spot, h) - bumped(&Inputs::spot, -h)) / (2 * h)) < 2e-4);
        const double gamma = (bumped(&Inputs::spot, h) - 2 * d.value.price + bumped(&Inputs::spot, -h)) / (h * h);
        QVERIFY(std::fabs(d.value.gamma - gamma) < 5e-3 * gamma);
        QVERIFY(std::fabs(d.value.vega - (bumped(&Inputs::vol, 2e-3) - bumped(&Inputs::vol, -2e-3)) / 4e-3) < 2e-3 * d.value.vega);
        QVERIFY(std::fabs(d.value.rho - (bumped(&Inputs::rate, 5e-4) - bumped(&Inputs::rate, -5e-4)) / 1e-3) < 1e-3 * in.spot);
        // A day nearer to expiry, and to every ex-date.
        Inputs later = in;
        std::vector<CashDividend> moved = kQuarterly;
        const double day = 1.0 / 365;
        later.years -= day;
        for (CashDividend& dividend : moved) dividend.years -= day;
        const double decay = (dividendPriceOnly(ExerciseStyle::American, later, moved).value.price - d.value.price) / day;
        QVERIFY2(std::fabs(d.value.theta - decay) < 0.01 * std::fabs(decay), qPrintable(QStringLiteral("%1 %2").arg(d.value.theta).arg(decay)));
    }
}

void TestPricingDividends::aDividendIsWorthExercisingForOnlyWhenLarge() {
    // A deep call whose only dividend comes tomorrow: exercise today at the earliest, tomorrow before the drop at best.
    const Inputs in{Right::Call, 600, 400, 0.25, 0.04, 0, 0.15};
    const double day = 1.0 / 365;
    const std::vector<CashDividend> large = {{day, 12}}, small = {{day, 0.5}};
    const double european = dividendPriceOnly(ExerciseStyle::European, in, small).value.price;
    QVERIFY(std::fabs(dividendPriceOnly(ExerciseStyle::American, in, small).value.price - european) < 1e-4); // interest on 400 is 4
    const double american = dividendPriceOnly(ExerciseStyle::American, in, large).value.price;
    QVERIFY(std::fabs(american - (600 - 400 * std::exp(-0.04 * day))) < 1e-3);
    QVERIFY(dividendPriceOnly(ExerciseStyle::European, in, large).value.price < american - 7);
}

void TestPricingDividends::europeansKeepParity() {
    const Inputs call{Right::Call, 600, 610, 0.75, 0.04, 0.01, 0.25};
    Inputs put = call;
    put.right = Right::Put;
    const DividendValuation c = priceWithDividends(ExerciseStyle::European, call, kQuarterly);
    const DividendValuation p = priceWithDividends(ExerciseStyle::European, put, kQuarterly);
    double paid = 0;
    for (const CashDividend& d : kQuarterly) paid += d.amount * std::exp(-0.04 * d.years - 0.01 * (0.75 - d.years));
    const double forward = 600 * std::exp(-0.01 * 0.75) - paid - 610 * std::exp(-0.04 * 0.75);
    QVERIFY2(std::fabs(c.value.price - p.value.price - forward) < c.error + p.error,
             qPrintable(QString::number(c.value.price - p.value.price - forward)));
    QVERIFY(std::fabs(c.value.delta - p.value.delta - std::exp(-0.01 * 0.75)) < 1e-5);
    QVERIFY(std::fabs(c.value.gamma - p.value.gamma) < 1e-4 * c.value.gamma);
}

void TestPricingDividends::dividendsOutsideTheOptionsLifeDoNothing() {
    const Inputs in{Right::Put, 100, 105, 0.5, 0.04, 0, 0.2};
    const std::vector<CashDividend> outside = {{0, 5}, {0.5, 5}, {0.7, 5}, {0.2, 0}};
    QCOMPARE(dividendPriceOnly(ExerciseStyle::American, in, outside).value.price, dividendPriceOnly(ExerciseStyle::American, in, {}).value.price);
    // Order does not matter.
    const std::vector<CashDividend> sorted = {{0.1, 1}, {0.3, 2}}, shuffled = {{0.3, 2}, {0.1, 1}};
    QCOMPARE(dividendPriceOnly(ExerciseStyle::American, in, sorted).value.price,
             dividendPriceOnly(ExerciseStyle::American, in, shuffled).value.price);
}

void TestPricingDividends::namesWhatCannotBePriced() {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const Inputs good{Right::Put, 100, 105, 0.5, 0.04, 0, 0.2};
    for (double Inputs::*field : {&Inputs::spot, &Inputs::strike, &Inputs::years, &Inputs::rate, &Inputs::dividendYield, &Inputs::vol})
        for (const double value : {nan, inf, -inf}) {
            Inputs in = good;
            in.*field = value;
            const DividendValuation d = priceWithDividends(ExerciseStyle::American, in, kQuarterly);
            QVERIFY(d.value.status == PriceStatus::BadInput && d.value.price == 0 && d.value.delta == 0);
        }
    for (const CashDividend bad :
         {CashDividend{nan, 1}, CashDividend{0.1, nan}, CashDividend{0.1, -1}, CashDividend{-0.1, 1}, CashDividend{0.1, inf}}) {
        QVERIFY(priceWithDividends(ExerciseStyle::American, good, std::span(&bad, 1)).value.status == PriceStatus::BadInput);
        QVERIFY(impliedVolWithDividends(ExerciseStyle::American, good, std::span(&bad, 1), 8).status == IvStatus::BadInput);
    }
    Inputs expired = good;
    expired.years = 0;
    const DividendValuation d = priceWithDividends(ExerciseStyle::American, expired, {});
    QVERIFY(d.value.status == PriceStatus::Degenerate && d.value.price == 5 && d.value.delta == -1 && d.value.gamma == 0);
    Inputs still = good;
    still.vol = 0;
    QVERIFY(priceWithDividends(ExerciseStyle::American, still, {}).value.price == 5);
    const std::vector<CashDividend> one = {{0.25, 3}}; // the put is best exercised just after the drop
    const double want = 105 * std::exp(-0.04 * 0.25) - (100 - 3 * std::exp(-0.04 * 0.25));
    QVERIFY(std::fabs(priceWithDividends(ExerciseStyle::American, still, one).value.price - want) < 1e-12);
}

void TestPricingDividends::namesPricesWithoutAVolatility() {
    const Inputs in{Right::Put, 100, 130, 0.5, 0.05, 0, 0};
    const auto status = [](const Inputs& inputs, std::span<const CashDividend> dividends, double price) {
        return QString::fromLatin1(toString(impliedVolWithDividends(ExerciseStyle::American, inputs, dividends, price).status));
    };
    QCOMPARE(status(in, {}, 30), QStringLiteral("exercise_region"));
    QCOMPARE(status(in, {}, 29.9), QStringLiteral("below_intrinsic"));
    QCOMPARE(status(in, {}, 130), QStringLiteral("above_maximum"));
    QCOMPARE(status(in, {}, std::nan("")), QStringLiteral("bad_input"));
    const std::vector<CashDividend> drop = {{0.01, 3}};
    QCOMPARE(status(in, drop, 30.5), QStringLiteral("below_intrinsic")); // waiting for the drop is worth 2.9
    Inputs out = in;
    out.strike = 80;
    QCOMPARE(status(out, {}, 0), QStringLiteral("below_minimum"));
    out.years = 0;
    QCOMPARE(status(out, {}, 1), QStringLiteral("expired"));
}

void TestPricingDividends::dividendsLargerThanTheSpotEndIt() {
    const std::vector<CashDividend> all = {{0.25, 150}};
    const Inputs put{Right::Put, 100, 100, 0.5, 0.03, 0, 0.3};
    const DividendValuation p = priceWithDividends(ExerciseStyle::American, put, all);
    QVERIFY2(std::fabs(p.value.price - 100 * std::exp(-0.03 * 0.25)) < 0.05, qPrintable(QString::number(p.value.price)));
    Inputs call = put;
    call.right = Right::Call;
    const DividendValuation c = priceWithDividends(ExerciseStyle::American, call, all);
    Inputs until = call; // it lives until the dividend
    until.years = 0.25;
    QVERIFY(std::fabs(c.value.price - priceEuropean(until).price) < 0.05);
}

QTEST_APPLESS_MAIN(TestPricingDividends)
#include "tst_pricing_dividends.moc"
