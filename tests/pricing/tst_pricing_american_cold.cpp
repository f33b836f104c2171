#include <cmath>
#include <limits>
#include <QTest>
#include <vector>

#include "base/random.h"
#include "pricing/american_cold.h"

using namespace mahler;
using namespace mahler::pricing;
using market::Right;

/// Unrelated contracts, eight boundaries at a time.
class TestPricingAmericanCold : public QObject {
    Q_OBJECT

    /// A day and a half to three years, rates on both sides of zero, yields none to 7 %.
    static std::vector<Inputs> contracts(int count) {
        Random random(31);
        std::vector<Inputs> all;
        for (int i = 0; i < count; ++i) {
            Inputs in;
            in.right = random.below(2) == 0 ? Right::Call : Right::Put;
            in.spot = std::exp(2 + 7 * random.uniform());
            in.years = std::exp(-5.5 + 6.6 * random.uniform());
            in.vol = 0.05 + 1.2 * random.uniform() * random.uniform();
            in.strike = in.spot * std::exp(1.2 * in.vol * std::sqrt(in.years) * random.normal());
            in.rate = -0.01 + 0.09 * random.uniform();
            in.dividendYield = random.below(4) == 0 ? 0 : -0.01 + 0.08 * random.uniform();
            all.push_back(in);
        }
        return all;
    }

private Q_SLOTS:
    void theyAreThePricesOfSingleContracts() {
        const auto all = contracts(4000);
        std::vector<Valuation> prices(all.size());
        priceAmericansCold(all, prices);
        double worst = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Valuation alone = priceAmerican(all[i]);
            QCOMPARE(prices[i].status, alone.status);
            worst = std::max(worst, std::fabs(prices[i].price - alone.price) / std::max(all[i].spot, all[i].strike));
        }
        QVERIFY2(worst < 1e-7, qPrintable(QString::number(worst)));
    }

    void quickPricesKeepTheTableOfTolerances() {
        const auto all = contracts(20000);
        std::vector<Valuation> tight(all.size()), quick(all.size());
        priceAmericansCold(all, tight);
        priceAmericansCold(all, quick, ColdAccuracy::Quick);
        double worst = 0, squares = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double error = std::fabs(quick[i].price - tight[i].price) / std::max(all[i].spot, all[i].strike);
            worst = std::max(worst, error);
            squares += error * error;
        }
        QVERIFY2(worst < 5e-6, qPrintable(QString::number(worst)));
        QVERIFY(std::sqrt(squares / static_cast<double>(all.size())) < 5e-7);
    }

    void aContractHasTheSameBitsAloneAndAmongOthers() {
        const auto all = contracts(203); // the last block is not full
        std::vector<Valuation> together(all.size());
        priceAmericansCold(all, together);
        for (std::size_t i = 0; i < all.size(); ++i) {
            Valuation alone;
            priceAmericansCold({&all[i], 1}, {&alone, 1});
            QCOMPARE(alone.price, together[i].price);
        }
    }

    void badInputGivesAStatusAndSpoilsNoNeighbour() {
        auto all = contracts(16);
        std::vector<Valuation> clean(all.size()), mixed(all.size());
        priceAmericansCold(all, clean);
        all[3].vol = std::numeric_limits<double>::quiet_NaN();
        all[5].spot = -1;
        all[9].years = std::numeric_limits<double>::infinity();
        all[12].vol = 1e5;
        priceAmericansCold(all, mixed);
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i == 3 || i == 5 || i == 9 || i == 12) {
                QCOMPARE(mixed[i].status, PriceStatus::BadInput);
                QCOMPARE(mixed[i].price, 0.0);
            } else {
                QCOMPARE(mixed[i].price, clean[i].price);
            }
        }
        priceAmericansCold({}, {}); // nothing to do
    }
};

QTEST_APPLESS_MAIN(TestPricingAmericanCold)
#include "tst_pricing_american_cold.moc"
