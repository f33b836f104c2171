#include <QTest>

#include <cmath>

#include "market/exchange_calendar.h"
#include "pricing/american.h"
#include "pricing/chain_pricer.h"
#include "pricing/contract_facts.h"

using namespace mahler;
using namespace mahler::pricing;
using market::ExerciseStyle;
using market::Right;

namespace {

const TradingDate kToday{std::chrono::year{2026}, std::chrono::month{8}, std::chrono::day{19}};

/// One contract of an expiry a year ahead, priced by hand: spot 100, and what the row says.
PricedChain onePriced(ExerciseStyle style, Right right, double strike, double mid, PricedExpiry expiry, double vol = 0) {
    auto chain = std::make_shared<market::OptionChain>();
    chain->underlying = "TEST";
    chain->time = market::fromNewYork(kToday, 11, 0);
    market::ExpirySlice slice;
    slice.root = "TEST";
    slice.style = style;
    slice.expiry = addDays(kToday, 365);
    slice.end = 1;
    chain->expiries.push_back(slice);
    chain->strike = {std::llround(strike * 1e6)};
    chain->bid = {std::llround((mid - 0.01) * 1e6)};
    chain->ask = {std::llround((mid + 0.01) * 1e6)};
    chain->right = {right};
    chain->flags = {market::kHasBid | market::kHasAsk};
    for (auto* column : {&chain->last, &chain->volume, &chain->openInterest}) *column = {0};
    chain->bidSize = chain->askSize = {0};
    chain->vendorIv = chain->vendorDelta = {0};
    PricedChain out;
    out.chain = chain;
    out.spot = 100;
    expiry.years = 1;
    expiry.spot = 100;
    out.expiries.push_back(std::move(expiry));
    out.ivStatus = {IvStatus::BelowIntrinsic};
    out.iv = {0};
    out.markVol = {vol};
    return out;
}

PricedExpiry at(double forward, double discount, double rate = 0, double yield = 0) {
    PricedExpiry e;
    e.forward = forward;
    e.discount = discount;
    e.rate = rate;
    e.dividendYield = yield;
    return e;
}

} // namespace

class ContractFactsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theShortfallIsWhatIsMissingToTheLeastValue_data() {
        QTest::addColumn<bool>("european");
        QTest::addColumn<bool>("call");
        QTest::addColumn<double>("strike");
        QTest::addColumn<double>("mid");
        QTest::addColumn<double>("forward");
        QTest::addColumn<double>("discount");
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("yield");
        QTest::addColumn<double>("cents");
        // 0.98 (110 - 102) = 7.84, though exercise today would give 10.
        QTest::newRow("a European put on its forward, not on spot") << true << false << 110.0 << 7.80 << 102.0 << 0.98 << 0.0 << 0.0 << 4.0;
        QTest::newRow("a European call: 0.98 x 12 = 11.76") << true << true << 90.0 << 11.70 << 102.0 << 0.98 << 0.0 << 0.0 << 6.0;
        QTest::newRow("an American put at its exercise value of 10") << false << false << 110.0 << 9.94 << 105.127 << 0.951229 << 0.05 << 0.0 << 6.0;
        // Without dividends a call is best kept to expiry: 100 - 90 exp(-0.05) = 14.389352.
        QTest::newRow("an American call kept to expiry") << false << true << 90.0 << 14.30 << 105.127 << 0.951229 << 0.05 << 0.0 << 8.9352;
        // With a yield and no rate it is exercised at once: 10.
        QTest::newRow("an American call exercised at once") << false << true << 90.0 << 9.90 << 95.123 << 1.0 << 0.0 << 0.05 << 10.0;
    }
    void theShortfallIsWhatIsMissingToTheLeastValue() {
        QFETCH(bool, european);
        QFETCH(bool, call);
        QFETCH(double, strike);
        QFETCH(double, mid);
        QFETCH(double, forward);
        QFETCH(double, discount);
        QFETCH(double, rate);
        QFETCH(double, yield);
        QFETCH(double, cents);
        const auto priced = onePriced(european ? ExerciseStyle::European : ExerciseStyle::American, call ? Right::Call : Right::Put, strike, mid,
                                      at(forward, discount, rate, yield));
        const auto found = shortfallCents(priced, 0, 0);
        QVERIFY(found.has_value());
        QVERIFY2(std::abs(*found - cents) < 1e-4, qPrintable(QString::number(*found, 'g', 12)));
    }

    void cashDividendsCountInTheLeastValue() {
        PricedExpiry e = at(95, 1);
        e.dividendYield = 0.0513; // what gives the forward without the amount; not to be used beside it
        e.dividends = {{0.5, 5}};
        const auto put = onePriced(ExerciseStyle::American, Right::Put, 110, 14.95, e),
                   call = onePriced(ExerciseStyle::American, Right::Call, 90, 9.97, e);
        QVERIFY(std::abs(*leastValue(put, 0, 0) - 15) < 1e-9);  // after the dividend: 110 - 95
        QVERIFY(std::abs(*leastValue(call, 0, 0) - 10) < 1e-9); // before it: 100 - 90
        QVERIFY(std::abs(*shortfallCents(put, 0, 0) - 5) < 1e-6);
        QVERIFY(std::abs(*shortfallCents(call, 0, 0) - 3) < 1e-6);
    }

    void onlyARowBelowItsLeastValueHasAShortfall() {
        auto priced = onePriced(ExerciseStyle::European, Right::Put, 110, 7.80, at(102, 0.98));
        priced.ivStatus = {IvStatus::Ok};
        QVERIFY(!shortfallCents(priced, 0, 0));
        priced.ivStatus = {IvStatus::ExerciseRegion};
        QVERIFY(!shortfallCents(priced, 0, 0));
        priced.ivStatus = {IvStatus::BelowIntrinsic};
        QVERIFY(shortfallCents(priced, 0, 0));
        QVERIFY(!shortfallCents(priced, 0, 1)); // no row of it
        QVERIFY(!shortfallCents(priced, 1, 0));
        QVERIFY(!leastValue(onePriced(ExerciseStyle::European, Right::Put, 110, 7.80, at(0, 0.98)), 0, 0)); // no forward
    }

    void aChainAsItIsPricedNamesTheSameShortfall_data() {
        QTest::addColumn<bool>("european");
        QTest::newRow("European") << true;
        QTest::newRow("American") << false;
    }
    void aChainAsItIsPricedNamesTheSameShortfall() {
        QFETCH(bool, european);
        const ExerciseStyle style = european ? ExerciseStyle::European : ExerciseStyle::American;
        auto chain = std::make_shared<market::OptionChain>();
        chain->underlying = "TEST";
        chain->time = market::fromNewYork(kToday, 11, 0);
        chain->spot = *Price::fromDouble(100);
        market::ExpirySlice slice;
        slice.root = "TEST";
        slice.style = style;
        slice.expiry = addDays(kToday, 90);
        slice.expiresAt = market::fromNewYork(slice.expiry, 16, 0);
        const double years = yearsBetween(chain->time, slice.expiresAt), rate = 0.05;
        std::size_t low = 0;
        double least = 0;
        for (int strike = 80; strike <= 130; strike += 2)
            for (const Right right : {Right::Call, Right::Put}) {
                const Inputs in{right, 100, static_cast<double>(strike), years, rate, 0, 0.2};
                double mid = price(style, in).price;
                if (strike == 130 && right == Right::Put) { // three cents under what it must be worth
                    least = european ? 130 * std::exp(-rate * years) - 100 : 30.0;
                    mid = least - 0.03;
                    low = chain->size();
                }
                chain->strike.push_back(strike * 1'000'000LL);
                chain->right.push_back(right);
                chain->bid.push_back(std::llround(std::max(mid - 0.005, 0.0) * 1e6));
                chain->ask.push_back(std::llround((mid + 0.005) * 1e6));
                chain->flags.push_back(market::kHasBid | market::kHasAsk);
                for (auto* column : {&chain->last, &chain->volume, &chain->openInterest}) column->push_back(0);
                chain->bidSize.push_back(0);
                chain->askSize.push_back(0);
                chain->vendorIv.push_back(0);
                chain->vendorDelta.push_back(0);
            }
        slice.end = chain->size();
        chain->expiries.push_back(slice);
        const auto priced = priceChain(chain, {rate, {}, {}});
        QCOMPARE(priced->ivStatus[low], IvStatus::BelowIntrinsic);
        const auto cents = shortfallCents(*priced, 0, low);
        QVERIFY(cents.has_value());
        QVERIFY2(std::abs(*cents - 3) < 0.5, qPrintable(QString::number(*cents))); // parity's forward is good to the quotes' cent
        for (std::size_t row = 0; row < chain->size(); ++row)
            if (priced->ivStatus[row] == IvStatus::BelowIntrinsic)
                QVERIFY(shortfallCents(*priced, 0, row).value_or(0) > 0);
            else
                QVERIFY(!shortfallCents(*priced, 0, row));
    }

    void theChanceToEndOutOfTheMoneyIsTheLognormals() {
        // F = K, total deviation 0.2: d2 = -0.1, N(0.1) = 0.539827837 (Abramowitz & Stegun, table 26.1).
        const auto call = onePriced(ExerciseStyle::European, Right::Call, 100, 8, at(100, 1), 0.2),
                   put = onePriced(ExerciseStyle::European, Right::Put, 100, 8, at(100, 1), 0.2);
        QVERIFY(std::abs(*probabilityOtm(call, 0, 0) - 0.539827837) < 1e-9);
        QVERIFY(std::abs(*probabilityOtm(put, 0, 0) - (1 - 0.539827837)) < 1e-9);
        QVERIFY(!probabilityOtm(onePriced(ExerciseStyle::European, Right::Put, 100, 8, at(100, 1), 0), 0, 0));
    }

    void theSpreadIsAShareOfTheMid() {
        market::Quote quote;
        quote.bid = *Price::fromDouble(0.90);
        quote.ask = *Price::fromDouble(1.10);
        QCOMPARE(*spreadFraction(quote), 0.2);
        quote.bid = *Price::fromDouble(1.20); // crossed
        QVERIFY(!spreadFraction(quote));
        quote.bid.reset();
        QVERIFY(!spreadFraction(quote));
        quote.bid = quote.ask = *Price::fromDouble(0);
        QVERIFY(!spreadFraction(quote));
    }
};

QTEST_APPLESS_MAIN(ContractFactsTest)
#include "tst_pricing_contract_facts.moc"
