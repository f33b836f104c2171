#include <QTest>

#include <cmath>

#include "market/exchange_calendar.h"
#include "portfolio/revaluer.h"
#include "simulation/simulated_market.h"
#include "strategy/draft_metrics.h"
#include "tests/portfolio/flat_chain.h"

using namespace mahler;
using namespace mahler::strategy;
using market::Right;

/// What the builder shows, against numbers worked out by hand.
class DraftTest : public QObject {
    Q_OBJECT

    portfolio::testing::FlatChain m_flat;

    portfolio::ComboOrder spread(double limit = 10, std::int64_t quantity = 3) const {
        portfolio::ComboOrder order;
        order.underlying = "SPX";
        order.legs = {{m_flat.contract(1, 4800, Right::Put), -1}, {m_flat.contract(1, 4750, Right::Put), 1}};
        order.netLimit = *Price::fromDouble(limit);
        order.quantity = quantity;
        return order;
    }
    static portfolio::ComboOrder small(std::initializer_list<std::pair<double, int>> puts, std::initializer_list<std::pair<double, int>> calls) {
        portfolio::ComboOrder order;
        const auto expiry = std::chrono::year{2026} / 9 / 18;
        for (const auto& [strike, ratio] : puts)
            order.legs.push_back({market::OptionContract::make("SPY", expiry, *Price::fromDouble(strike), Right::Put), ratio});
        for (const auto& [strike, ratio] : calls)
            order.legs.push_back({market::OptionContract::make("SPY", expiry, *Price::fromDouble(strike), Right::Call), ratio});
        order.netLimit = *Price::fromDouble(1);
        return order;
    }
    double european(double strike, double spot, double days, double vol) const {
        const auto contract = m_flat.contract(1, strike, Right::Put);
        const double years = pricing::yearsBetween(m_flat.time, contract.expiresAt()) - days / 365;
        return pricing::priceEuropean({Right::Put, spot, strike, years, m_flat.rate, m_flat.yield, vol}).price;
    }

private Q_SLOTS:
    void aCreditSpreadIsWorthWhatASheetOfPaperSays() {
        const auto chain = m_flat.priced();
        const auto m = draftMetrics(spread(), *chain, {}, calibratedProfile());
        QCOMPARE(m.fees, Usd::fromMicros(6'000'000));         // two legs, three units, a dollar each
        QCOMPARE(m.maxLoss, Usd::fromMicros(12'006'000'000)); // (50 - 10) x 100 x 3, and the fees
        QCOMPARE(m.maxProfit, Usd::fromMicros(2'994'000'000));
        QCOMPARE(m.breakevens, std::vector<double>{4790});
        QCOMPARE(m.returnOnRisk.value(), 2994.0 / 12006.0);
        QCOMPARE(m.creditToWidth.value(), 0.20);
        QCOMPARE(m.width.value(), 50.0);
        const double mid = european(4800, 5000, 0, 0.20) - european(4750, 5000, 0, 0.20);
        QVERIFY(std::abs(m.mid.value().toDouble() - mid) < 2e-6);
        QCOMPARE((*m.mid - m.natural.value()).toDouble(), 0.01); // half of two quotes a cent wide
    }

    void aLimitThatGivesMoreThanTheNaturalPriceIsNamed() {
        const auto chain = m_flat.priced();
        auto order = spread();
        order.netLimit = *draftMetrics(order, *chain, {}, calibratedProfile()).natural;
        QVERIFY(!draftMetrics(order, *chain, {}, calibratedProfile()).givenBeyondNatural);
        order.netLimit = order.netLimit - *Price::fromDouble(0.05);
        QCOMPARE(draftMetrics(order, *chain, {}, calibratedProfile()).givenBeyondNatural, std::optional(*Price::fromDouble(0.05)));
    }

    void greeksAreOfTheWholeQuantity() {
        const auto chain = m_flat.priced();
        const auto m = draftMetrics(spread(), *chain, {}, calibratedProfile());
        QVERIFY(m.greeks.has_value());
        const double years = pricing::yearsBetween(m_flat.time, m_flat.contract(1, 4800, Right::Put).expiresAt());
        const auto at = [&](double strike) { return pricing::priceEuropean({Right::Put, 5000, strike, years, m_flat.rate, m_flat.yield, 0.20}); };
        const auto sold = at(4800), bought = at(4750);
        QVERIFY(std::abs(m.greeks->delta - 300 * (bought.delta - sold.delta)) < 1e-3 * std::abs(m.greeks->delta));
        QVERIFY(std::abs(m.greeks->gamma - 300 * (bought.gamma - sold.gamma)) < 1e-3 * std::abs(m.greeks->gamma));
        QVERIFY(std::abs(m.greeks->thetaPerDay - 300 * (bought.theta - sold.theta) / 365) < 1e-3 * std::abs(m.greeks->thetaPerDay));
        QVERIFY(std::abs(m.greeks->vegaPerPoint - 300 * (bought.vega - sold.vega) / 100) < 1e-3 * std::abs(m.greeks->vegaPerPoint));
        QVERIFY(m.greeks->delta > 0 && m.greeks->gamma < 0 && m.greeks->thetaPerDay > 0 && m.greeks->vegaPerPoint < 0);
    }

    void theImpliedProbabilityIsTheNormalDistributionsOwn() {
        // Forward 100, volatility 20 %, a quarter of a year: N(0.462933) above 95, N(-0.537902) above 105.
        const auto put = impliedProbabilityOfProfit(small({{96, -1}, {91, 1}}, {}), 100, 0.20, 0.25);
        const auto condor = impliedProbabilityOfProfit(small({{96, -1}, {91, 1}}, {{104, -1}, {109, 1}}), 100, 0.20, 0.25);
        QVERIFY2(std::abs(put.value() - 0.678294) < 2e-6, qPrintable(QString::number(*put, 'f', 7)));
        QVERIFY2(std::abs(condor.value() - (0.678294 - 0.295323)) < 3e-6, qPrintable(QString::number(*condor, 'f', 7)));
        QVERIFY(!impliedProbabilityOfProfit(small({{96, -1}}, {}), 0, 0.20, 0.25));
        QVERIFY(!impliedProbabilityOfProfit(small({{96, -1}}, {}), 100, 0.20, 0));
    }

    void whatIsNotQuotedOrOfTwoExpiriesIsLeftUnknown() {
        const auto chain = m_flat.priced();
        auto order = spread();
        order.legs[1].contract = m_flat.contract(1, 4751, Right::Put); // not listed
        auto m = draftMetrics(order, *chain, {}, calibratedProfile());
        QVERIFY(!m.mid && !m.natural && !m.greeks && !m.expectedValue && !m.costs && !m.popPhysical);
        QVERIFY(m.maxLoss.has_value());
        order.legs[1].contract = m_flat.contract(2, 4750, Right::Put); // another expiry
        m = draftMetrics(order, *chain, {}, calibratedProfile());
        QVERIFY(!m.maxLoss && !m.popImplied && !m.expectedValue && m.mid);
        QVERIFY(priceDateTable(order, *chain, 0).pnl.empty());
    }

    void theExpectedValueIsTheScreenersOfItsOwnCandidates() {
        simulation::SimulationConfig config;
        config.date = std::chrono::year{2026} / 11 / 23;
        auto feed = simulation::makeSimulatedMarket(config);
        QVERIFY(feed->advance(market::fromNewYork(config.date, 11, 0), {}));
        const auto chain = pricing::priceChain(*feed->chain("SPY"), {});
        const auto analysis = analytics::analyse(*chain, *feed->history(), 18.0, 17.5);
        const auto& profile = calibratedProfile();
        const auto result = screenCreditSpreads(*chain, analysis, profile);
        QVERIFY(!result.candidates.empty());
        // From the best to the worst; each costs a density integrated over its payoff.
        const std::size_t every = std::max<std::size_t>(1, result.candidates.size() / 20);
        for (std::size_t i = 0; i < result.candidates.size(); i += every) {
            const auto& c = result.candidates[i];
            portfolio::ComboOrder order;
            order.underlying = c.underlying;
            order.legs = c.legs;
            order.netLimit = c.limit;
            order.quantity = 2;
            const auto m = draftMetrics(order, *chain, analysis, profile);
            QVERIFY(m.expectedValue && m.costs && m.popPhysical);
            // It pays at the mid and all costs; the limit gave half of the slippage and what the tick took.
            const double given = (c.credit - c.limit).toDouble() * 100, slippage = (c.costs - 4) / 2;
            QVERIFY(std::abs(*m.costs / 2 - (slippage + 4)) < 1e-9);
            QVERIFY(std::abs(*m.expectedValue / 2 - (c.expectedValue - (given - slippage))) < 1e-6);
            QVERIFY(std::abs(m.greeks.value().delta / 2 - c.delta) < 1e-9);
            // Shares, and dollars of delta, for one percent of the spot (UX 2.2).
            QVERIFY(std::abs(m.greeks->gammaPerPercent.value() - m.greeks->gamma * chain->spot * 0.01) < 1e-9);
            QVERIFY(std::abs(m.greeks->gammaDollars.value() - m.greeks->gamma * chain->spot * chain->spot * 0.01) < 1e-6);
            QVERIFY(std::abs(m.greeks->deltaDollars.value() - m.greeks->delta * chain->spot) < 1e-6);
            QVERIFY(!m.densityMethod.empty());
        }
    }

    void theBookAfterwardsIsTheSumOrUnknown() {
        DraftMetrics draft;
        draft.greeks = DraftGreeks{10, -1, 25, -40, -4.5, 4500, -2025}; // at a spot of 450
        draft.maxLoss = Usd::fromMicros(1'200'000'000);
        portfolio::GreeksSum book;
        book.thetaPerDay = 100;
        book.vegaPerPoint = -300;
        book.deltaDollars = 1000;
        book.gammaDollars = -500;
        book.included = book.total = 2;
        auto with = bookWith(draft, book, Usd::fromMicros(5'000'000'000));
        QCOMPARE(with.thetaAfter.value(), 125.0);
        QCOMPARE(with.vegaNow.value(), -300.0);
        QCOMPARE(with.deltaAfter.value(), 5500.0);
        QCOMPARE(with.gammaNow.value(), -500.0);
        QCOMPARE(with.gammaAfter.value(), -2525.0);
        QCOMPARE(with.vegaAfter.value(), -340.0);
        QCOMPARE(with.buyingPowerAfter, Usd::fromMicros(3'800'000'000));
        book.total = 3; // one has no price: its share is not zero
        with = bookWith(draft, book, std::nullopt);
        QVERIFY(!with.thetaNow && !with.deltaAfter && !with.gammaNow && !with.vegaAfter && !with.buyingPowerAfter);
    }

    void theDaysOfTheTableRiseToExpiry() {
        const UtcTime monday = market::fromNewYork(std::chrono::year{2026} / 11 / 30, 11, 0);
        QCOMPARE(tableDays(38, monday), (std::vector<double>{0, 1, 7, 21, 38})); // day 5 is a Saturday, day 19 too
        QCOMPARE(tableDays(8, monday), (std::vector<double>{0, 1, 4, 7, 8}));
        QCOMPARE(tableDays(0.25, monday), (std::vector<double>{0, 0.25}));
    }

    void noDayOfTheTableIsWithoutASession() {
        for (int start = 0; start < 365; ++start) {
            const auto from = std::chrono::sys_days(std::chrono::year{2026} / 1 / 2) + std::chrono::days(start);
            const TradingDate today(from);
            if (!market::isTradingDay(today)) continue;
            for (const double toExpiry : {0.25, 1.0, 3.0, 7.0, 38.0, 45.0, 90.0}) {
                const auto days = tableDays(toExpiry, market::fromNewYork(today, 11, 0));
                QVERIFY(std::is_sorted(days.begin(), days.end()));
                for (std::size_t i = 0; i + 1 < days.size(); ++i)
                    QVERIFY2(market::isTradingDay(TradingDate(from + std::chrono::days(static_cast<int>(days[i])))),
                             qPrintable(QStringLiteral("%1 days from %2").arg(days[i]).arg(QString::fromStdString(formatDate(today)))));
            }
        }
    }

    void theTableHoldsModelValuesBeforeExpiryAndThePayoffAtIt() {
        const auto chain = m_flat.priced();
        const auto order = spread();
        const auto table = priceDateTable(order, *chain, 0.10);
        QCOMPARE(table.spotMoves.size(), std::size_t{9});
        QCOMPARE(table.spotMoves.front(), -0.10);
        QCOMPARE(table.pnl.size(), table.days.size() * 9);
        const double years = table.days.back() / 365, vol = 0.20 * portfolio::tenorVolFactor(years, 0.10);
        QVERIFY(vol > 0.20);
        for (const auto& [day, move] : {std::pair<std::size_t, std::size_t>{0, 4}, {1, 3}, {2, 0}, {2, 8}}) {
            const double spot = 5000 * (1 + table.spotMoves[move]);
            const double hand = 300 * (10 - european(4800, spot, table.days[day], vol) + european(4750, spot, table.days[day], vol));
            QVERIFY2(std::abs(table.at(day, move).value() - hand) < 0.5, qPrintable(QStringLiteral("%1 %2").arg(*table.at(day, move)).arg(hand)));
        }
        const std::size_t last = table.days.size() - 1;
        QCOMPARE(table.at(last, 0).value(), -12'000.0); // at 4,500
        QCOMPARE(table.at(last, 8).value(), 3'000.0);
        QCOMPARE(table.at(last, 4).value(), 3'000.0);
    }
};

QTEST_APPLESS_MAIN(DraftTest)
#include "tst_strategy_draft.moc"
