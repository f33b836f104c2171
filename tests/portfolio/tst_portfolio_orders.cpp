#include <QTest>

#include "base/random.h"
#include "portfolio/combo_order.h"

using namespace mahler;
using namespace mahler::portfolio;

class OrdersTest : public QObject {
    Q_OBJECT

    static ComboLeg leg(double strike, market::Right right, int ratio, unsigned day = 31) {
        return {market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / day, *Price::fromDouble(strike), right), ratio};
    }
    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;
    static ComboOrder spread() {
        ComboOrder o;
        o.underlying = "SPY";
        o.kind = StrategyKind::BullPutSpread;
        o.legs = {leg(445, P, -1), leg(440, P, 1)};
        o.quantity = 12;
        o.netLimit = Price::fromMicros(1'350'000);
        return o;
    }

private Q_SLOTS:
    void structuresAreNamedFromTheirLegs() {
        QCOMPARE(classify({leg(445, P, -1), leg(440, P, 1)}), StrategyKind::BullPutSpread);
        QCOMPARE(classify({leg(440, P, 1), leg(445, P, -1)}), StrategyKind::BullPutSpread);
        QCOMPARE(classify({leg(500, C, -1), leg(505, C, 1)}), StrategyKind::BearCallSpread);
        QCOMPARE(classify({leg(500, C, 1), leg(505, C, -1)}), StrategyKind::LongCallSpread);
        QCOMPARE(classify({leg(445, P, 1), leg(440, P, -1)}), StrategyKind::LongPutSpread);
        QCOMPARE(classify({leg(445, P, 1)}), StrategyKind::SingleLong);
        QCOMPARE(classify({leg(445, P, -1)}), StrategyKind::Custom);
        QCOMPARE(classify({leg(445, P, -1), leg(440, P, 1), leg(500, C, -1), leg(505, C, 1)}), StrategyKind::IronCondor);
        QCOMPARE(classify({leg(445, P, -1), leg(440, P, 1, 24)}), StrategyKind::Custom);
    }

    void theDescriptionReadsLikeATrade() { QCOMPARE(describe(spread()), std::string("SELL 12 SPY 31-Dec-26 445/440 put spread")); }

    void boundsAreExactToTheMicro() {
        const auto b = payoffBounds(spread().legs, spread().netLimit);
        QCOMPARE(b.maxLoss->micros(), std::int64_t{365'000'000});
        QCOMPARE(b.maxProfit->micros(), std::int64_t{135'000'000});
        QCOMPARE(b.breakevens.size(), std::size_t{1});
        QVERIFY(std::abs(b.breakevens.front() - 443.65) < 1e-9);
    }

    void whatAnOrderLosesAndMakesHoldsItsFees() {
        const auto o = orderOutcome(spread()); // 24 contracts at a dollar
        QCOMPARE(o.fees.micros(), std::int64_t{24'000'000});
        QCOMPARE(o.maxLoss->micros(), std::int64_t{12 * 365'000'000LL + 24'000'000});
        QCOMPARE(o.maxProfit->micros(), std::int64_t{12 * 135'000'000LL - 24'000'000});
        QCOMPARE(o.breakevens, payoffBounds(spread().legs, spread().netLimit).breakevens);
        auto naked = spread();
        naked.legs = {leg(500, C, -1)};
        QVERIFY(!orderOutcome(naked).maxLoss);
        QCOMPARE(orderOutcome(naked).fees.micros(), std::int64_t{12'000'000});
    }

    void aLimitBelowTheNaturalPriceGivesMoneyAway() {
        const auto price = [](double v) { return *Price::fromDouble(v); };
        QCOMPARE(givenBeyondNatural(price(0.20), price(0.30)), std::optional(price(0.10)));   // a credit
        QCOMPARE(givenBeyondNatural(price(-1.50), price(-1.40)), std::optional(price(0.10))); // a debit
        QVERIFY(!givenBeyondNatural(price(0.30), price(0.30)));
        QVERIFY(!givenBeyondNatural(price(0.34), price(0.30)));
        QVERIFY(!givenBeyondNatural(price(0.34), {})); // unknown is no warning
    }

    void legsAreReadByExpiryAndStrike() {
        std::vector<ComboLeg> legs{leg(505, C, 1), leg(445, P, -1), leg(500, C, -1), leg(440, P, 1), leg(510, C, 1, 24)};
        sortLegs(legs);
        const std::vector<ComboLeg> wanted{leg(510, C, 1, 24), leg(440, P, 1), leg(445, P, -1), leg(500, C, -1), leg(505, C, 1)};
        QCOMPARE(legs, wanted);
    }

    void whatCanLoseWithoutEndHasNoBound() {
        QVERIFY(!payoffBounds({leg(500, C, -1)}, Price::fromMicros(1'000'000)).maxLoss);
        QVERIFY(payoffBounds({leg(500, C, 1)}, Price::fromMicros(-1'000'000)).maxLoss);
        QVERIFY(!payoffBounds({leg(500, C, 1)}, Price::fromMicros(-1'000'000)).maxProfit);
        QVERIFY(!payoffBounds({leg(445, P, -1), leg(440, P, 1, 24)}, {}).maxLoss);
        QVERIFY(!payoffBounds({leg(500, C, -2), leg(505, C, 1)}, {}).maxLoss);
    }

    void noPayoffAnywhereIsWorseThanTheBound() {
        Random random(3);
        for (int n = 0; n < 2000; ++n) {
            std::vector<ComboLeg> legs;
            const int count = 1 + static_cast<int>(random.below(4));
            for (int i = 0; i < count; ++i)
                legs.push_back(leg(400 + static_cast<double>(random.below(100)), random.uniform() < 0.5 ? P : C, random.uniform() < 0.5 ? 1 : -1));
            const Price net = Price::fromMicros(static_cast<std::int64_t>(random.below(10'000'000)) - 5'000'000);
            const auto b = payoffBounds(legs, net);
            for (double s = 0; s < 2000; s += 7.3) {
                const double pnl = payoffAtExpiry(legs, net, s);
                if (b.maxLoss) QVERIFY(pnl >= -b.maxLoss->toDouble() - 1e-6);
                if (b.maxProfit) QVERIFY(pnl <= b.maxProfit->toDouble() + 1e-6);
            }
        }
    }

    void everyPartOfAnOrderIsInItsIdentity() {
        const auto base = canonicalText(spread());
        auto o = spread();
        o.quantity = 13;
        QVERIFY(canonicalText(o) != base);
        o = spread();
        o.netLimit += Price::fromMicros(1);
        QVERIFY(canonicalText(o) != base);
        o = spread();
        o.legs[1] = leg(439, P, 1);
        QVERIFY(canonicalText(o) != base);
        o = spread();
        o.intent = OrderIntent::Close;
        QVERIFY(canonicalText(o) != base);
        o = spread();
        o.source = "user:eve";
        QVERIFY(canonicalText(o) != base);
        QCOMPARE(canonicalText(spread()), base);
    }

    void badOrdersAreRefused() {
        auto o = spread();
        QVERIFY(validate(o).has_value());
        o.quantity = 0;
        QVERIFY(!validate(o).has_value());
        o = spread();
        o.legs.clear();
        QVERIFY(!validate(o).has_value());
        o = spread();
        o.legs[1] = o.legs[0];
        QVERIFY(!validate(o).has_value());
        o = spread();
        o.underlying = "QQQ";
        QVERIFY(!validate(o).has_value());
        o = spread();
        o.legs[0].ratio = 0;
        QVERIFY(!validate(o).has_value());
        o = spread();
        o.intent = OrderIntent::Close;
        QVERIFY(!validate(o).has_value());
    }
};

QTEST_APPLESS_MAIN(OrdersTest)
#include "tst_portfolio_orders.moc"
