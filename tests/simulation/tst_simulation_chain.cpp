#include <algorithm>
#include <cmath>

#include "simulation/event_calendar.h"
#include "simulation_testing.h"

using namespace simulationtesting;

namespace {

constexpr const char* kSymbols[] = {"SPY", "QQQ", "IWM", "TLT", "GLD", "SPX"};
constexpr double kInterest = 0.04; ///< a year

double yieldOf(const market::MarketFeed& feed, const std::string& symbol) { return feed.history()->dividendYield.at(symbol); }
/// What the cash dividends between two instants are worth at the first.
double dividendsBetween(const SimulationConfig& settings, const std::string& symbol, UtcTime from, UtcTime to) {
    const TradingClock clock(addDays(settings.date, -30), addDays(settings.date, 330));
    const EventCalendar calendar(clock, settings.seed);
    double sum = 0;
    for (const auto& [day, amount] : calendar.dividends(*assetOf(symbol))) {
        const UtcTime drop = market::fromNewYork(day, 0, 0);
        if (drop > from && drop < to) sum += amount * std::exp(-kInterest * std::chrono::duration<double>(drop - from).count() / (365.0 * 86400.0));
    }
    return sum;
}

double yearsTo(const market::OptionChain& chain, const market::ExpirySlice& slice) {
    return std::chrono::duration<double>(slice.expiresAt - chain.time).count() / (365.0 * 86400.0);
}

} // namespace

class TestSimulationChain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void listsTwelveExpiriesAndSixtyStrikesASide();
    void hasDailiesAndSeveralExpiriesInTheScreeningWindow();
    void spxMonthliesSettleInTheMorning();
    void rowsAreSortedCallBeforePut();
    void quotesAreTwoSidedOnTheirTicks();
    void noVerticalIsFreeAndPricesFallAwayFromTheMoney();
    void parityHoldsWithinTheWidths_data();
    void parityHoldsWithinTheWidths();
    void nothingIsToBeHadForHoldingOverAnExDate_data();
    void nothingIsToBeHadForHoldingOverAnExDate();
    void laterExpiriesAreWorthMore();
    void butterfliesCostSomething();
    void shortLegsOfTheScreenerAreLiquid();
    void spreadsPayTheCalibratedCredit();
    void widthsGrowWithVolatilityAndAwayFromTheMoney();
    void volumeGrowsAndOpenInterestStands();
    void listedStrikesStayListed();
    void expiredContractsLeave();
};

void TestSimulationChain::listsTwelveExpiriesAndSixtyStrikesASide() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(10, 35));
        QCOMPARE(chain->underlying, std::string(symbol));
        QCOMPARE(chain->source, std::string("simulated"));
        QVERIFY(chain->spot);
        QVERIFY2(chain->expiries.size() >= 12, symbol);
        QVERIFY(chain->size() < 30000);
        for (const auto& slice : chain->expiries) QVERIFY2(slice.end - slice.begin >= 120, symbol);
    }
}

void TestSimulationChain::hasDailiesAndSeveralExpiriesInTheScreeningWindow() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(10, 35));
        int near = 0, window = 0;
        for (const auto& slice : chain->expiries) {
            const int dte = daysBetween(kMonday, slice.expiry);
            near += dte <= 9 ? 1 : 0;
            window += dte >= 30 && dte <= 45 ? 1 : 0;
            QVERIFY(market::isTradingDay(slice.expiry));
        }
        QVERIFY(near >= 3);
        QVERIFY2(window >= 2, symbol);
        if (std::string(symbol) == "SPY") QVERIFY(near >= 7);
    }
}

void TestSimulationChain::spxMonthliesSettleInTheMorning() {
    const auto feed = makeSimulatedMarket(config());
    const auto chain = chainAt(*feed, "SPX", newYork(10, 35));
    const TradingDate december = std::chrono::year(2026) / 12 / 18;
    const auto *am = chain->slice(december, "SPX"), *pm = chain->slice(december, "SPXW");
    QVERIFY(am && pm);
    QCOMPARE(am->settlement, market::Settlement::AmCash);
    QCOMPARE(am->expiresAt, newYork(9, 30, 0, december));
    QCOMPARE(pm->settlement, market::Settlement::PmCash);
    QCOMPARE(pm->expiresAt, newYork(16, 0, 0, december));
    QCOMPARE(am->style, market::ExerciseStyle::European);
    for (const auto& slice : chain->expiries) QVERIFY(slice.root == "SPXW" || daysBetween(kMonday, slice.expiry) > 0);
}

void TestSimulationChain::rowsAreSortedCallBeforePut() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(10, 35));
        std::size_t at = 0;
        for (const auto& slice : chain->expiries) {
            QCOMPARE(slice.begin, at);
            at = slice.end;
            for (std::size_t row = slice.begin; row < slice.end; row += 2) {
                QCOMPARE(chain->right[row], market::Right::Call);
                QCOMPARE(chain->right[row + 1], market::Right::Put);
                QCOMPARE(chain->strike[row], chain->strike[row + 1]);
                QVERIFY(row == slice.begin || chain->strike[row] > chain->strike[row - 2]);
            }
        }
        QCOMPARE(at, chain->size());
        const auto contract = chain->contract(chain->size() / 3);
        QCOMPARE(*chain->find(contract), chain->size() / 3);
    }
}

void TestSimulationChain::quotesAreTwoSidedOnTheirTicks() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(14, 2, 3));
        for (const auto& slice : chain->expiries) {
            const TickRule ticks = market::classSpec(slice.root).tick;
            for (std::size_t row = slice.begin; row < slice.end; ++row) {
                const auto quote = chain->quote(row);
                QVERIFY(quote.twoSided() && *quote.ask > *quote.bid && *quote.bid >= Price{});
                QCOMPARE(ticks.roundTo(*quote.bid, true), *quote.bid);
                QCOMPARE(ticks.roundTo(*quote.ask, false), *quote.ask);
                QVERIFY(quote.bidSize && quote.askSize && quote.volume && quote.openInterest);
                QCOMPARE(quote.last.has_value(), *quote.volume > 0);
                QVERIFY((*quote.bidSize > 0) == (*quote.bid > Price{}));
            }
        }
    }
}

void TestSimulationChain::noVerticalIsFreeAndPricesFallAwayFromTheMoney() {
    for (const Scenario scenario : {Scenario::Calm, Scenario::Crash}) {
        const auto feed = makeSimulatedMarket(config(scenario));
        for (const char* symbol : kSymbols) {
            const auto chain = chainAt(*feed, symbol, newYork(14, 30));
            for (const auto& slice : chain->expiries) {
                for (std::size_t row = slice.begin; row + 2 < slice.end; ++row) {
                    const bool call = chain->right[row] == market::Right::Call;
                    const std::size_t rich = call ? row : row + 2, poor = call ? row + 2 : row;
                    const std::int64_t step = chain->strike[row + 2] - chain->strike[row];
                    // Bought at the ask and sold at the bid, a spread costs something and never more than it
                    // can pay.
                    QVERIFY(chain->ask[rich] >= chain->bid[poor]);
                    QVERIFY(chain->bid[rich] - chain->ask[poor] <= step);
                    // Mids keep the order but for a tick on either side.
                    const std::int64_t slack = 2 * market::classSpec(slice.root).tick.atOrAbove.micros();
                    QVERIFY(chain->bid[rich] + chain->ask[rich] + slack >= chain->bid[poor] + chain->ask[poor]);
                }
            }
        }
    }
}

void TestSimulationChain::parityHoldsWithinTheWidths_data() {
    QTest::addColumn<QString>("symbol");
    QTest::addColumn<int>("scenario");
    for (const char* symbol : kSymbols) {
        QTest::addRow("%s on a calm day", symbol) << symbol << 0;
        QTest::addRow("%s in a crash", symbol) << symbol << 1;
    }
}

void TestSimulationChain::parityHoldsWithinTheWidths() {
    QFETCH(QString, symbol);
    QFETCH(int, scenario);
    const auto feed = makeSimulatedMarket(config(scenario == 0 ? Scenario::Calm : Scenario::Crash));
    const auto chain = chainAt(*feed, qPrintable(symbol), newYork(13, 30));
    const double yield = yieldOf(*feed, symbol.toStdString());
    const double spot = chain->spot->toDouble();
    for (const auto& slice : chain->expiries) {
        const double years = yearsTo(*chain, slice);
        const double carry = slice.style == market::ExerciseStyle::European
                                 ? spot * std::exp(-yield * years)
                                 : spot - dividendsBetween(config(), symbol.toStdString(), chain->time, slice.expiresAt);
        for (std::size_t row = slice.begin; row < slice.end; row += 2) {
            const double strike = Price::fromMicros(chain->strike[row]).toDouble();
            const auto call = chain->quote(row), put = chain->quote(row + 1);
            const double low = call.bid->toDouble() - put.ask->toDouble(), high = call.ask->toDouble() - put.bid->toDouble();
            const double discounted = strike * std::exp(-kInterest * years);
            constexpr double kSpotTick = 0.011; // of the index or fund quote itself
            if (slice.style == market::ExerciseStyle::European) {
                QVERIFY(low <= carry - discounted + kSpotTick && high >= carry - discounted - kSpotTick);
            } else { // Hull, Options, Futures and Other Derivatives, section 11.4
                QVERIFY2(low <= spot - discounted + kSpotTick && high >= carry - strike - kSpotTick, qPrintable(QString("%1 %2 years %3: %4 to %5")
                                                                                                                    .arg(symbol)
                                                                                                                    .arg(strike)
                                                                                                                    .arg(years)
                                                                                                                    .arg(low - spot + discounted)
                                                                                                                    .arg(high - carry + strike)));
            }
        }
    }
}

void TestSimulationChain::nothingIsToBeHadForHoldingOverAnExDate_data() {
    QTest::addColumn<QString>("symbol");
    QTest::addColumn<TradingDate>("exDate");
    QTest::newRow("SPY") << "SPY" << TradingDate(std::chrono::year(2026) / 12 / 18);
    QTest::newRow("QQQ") << "QQQ" << TradingDate(std::chrono::year(2026) / 12 / 21);
    QTest::newRow("TLT") << "TLT" << TradingDate(std::chrono::year(2026) / 12 / 1);
}

void TestSimulationChain::nothingIsToBeHadForHoldingOverAnExDate() {
    QFETCH(QString, symbol);
    QFETCH(TradingDate, exDate);
    const TradingDate eve = market::priorTradingDay(exDate);
    const auto settings = config(Scenario::Calm, 7, eve);
    const auto feed = makeSimulatedMarket(settings);
    const auto chain = chainAt(*feed, qPrintable(symbol), newYork(15, 45, 0, eve));
    const double dividend = *dividendOn(settings, symbol.toStdString(), exDate), spot = chain->spot->toDouble();
    const double held = std::exp(-kInterest * daysBetween(eve, exDate) / 365.0);
    int deep = 0;
    for (const auto& slice : chain->expiries) {
        if (slice.expiry < exDate) continue;
        const double paid = dividendsBetween(settings, symbol.toStdString(), chain->time, slice.expiresAt);
        const double discount = std::exp(-kInterest * yearsTo(*chain, slice));
        for (std::size_t row = slice.begin; row < slice.end; row += 2) {
            const double strike = Price::fromMicros(chain->strike[row]).toDouble();
            const auto call = chain->quote(row), put = chain->quote(row + 1);
            // The share and the put, for the dividend, and the strike the day after.
            QVERIFY(put.ask->toDouble() + spot + 0.011 >= (strike + dividend) * held);
            // The call exercised tonight, and the forward of who waits to the end.
            QVERIFY(call.ask->toDouble() + 0.011 >= spot - strike);
            QVERIFY(call.ask->toDouble() + 0.011 >= spot - paid - strike * discount);
            QVERIFY(put.ask->toDouble() + 0.011 >= strike * discount - spot + paid);
            deep += strike > spot + 4 * dividend;
        }
    }
    QVERIFY(deep > 100);
}

void TestSimulationChain::laterExpiriesAreWorthMore() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(11, 0));
        const auto atTheMoney = [&](const market::ExpirySlice& slice) {
            std::size_t best = slice.begin;
            for (std::size_t row = slice.begin; row < slice.end; row += 2) {
                if (std::abs(chain->strike[row] - chain->spot->micros()) < std::abs(chain->strike[best] - chain->spot->micros())) best = row;
            }
            return chain->quote(best).mid()->toDouble() + chain->quote(best + 1).mid()->toDouble();
        };
        double before = 0;
        TradingDate expiry{};
        for (const auto& slice : chain->expiries) {
            if (slice.expiry == expiry) continue;
            const double straddle = atTheMoney(slice);
            QVERIFY2(straddle > before, symbol);
            before = straddle;
            expiry = slice.expiry;
        }
    }
}

void TestSimulationChain::butterfliesCostSomething() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(11, 0));
        for (const auto& slice : chain->expiries) {
            for (std::size_t row = slice.begin; row + 4 < slice.end; ++row) {
                const std::int64_t left = chain->strike[row + 2] - chain->strike[row], right = chain->strike[row + 4] - chain->strike[row + 2];
                if (left != right) continue;
                // Buying both wings and selling the body twice, at the worse prices, is never paid for.
                QVERIFY(chain->ask[row] + chain->ask[row + 4] - 2 * chain->bid[row + 2] >= 0);
            }
        }
    }
}

void TestSimulationChain::shortLegsOfTheScreenerAreLiquid() {
    const auto feed = makeSimulatedMarket(config());
    for (const char* symbol : kSymbols) {
        const auto chain = chainAt(*feed, symbol, newYork(10, 35));
        int found = 0, liquid = 0;
        for (const auto& slice : chain->expiries) {
            const int dte = daysBetween(kMonday, slice.expiry);
            if (dte < 30 || dte > 45) continue;
            for (std::size_t row = slice.begin + 3; row + 2 < slice.end; row += 2) {
                // Change of the put with its strike: the risk-neutral chance of finishing in the money, near
                // the delta.
                const auto up = chain->quote(row + 2).mid()->toDouble(), down = chain->quote(row - 2).mid()->toDouble();
                const double chance = (up - down) * 1e6 / static_cast<double>(chain->strike[row + 2] - chain->strike[row - 2]);
                if (chance < 0.11 || chance > 0.16 || chain->strike[row] > chain->spot->micros()) continue;
                ++found;
                const auto quote = chain->quote(row);
                const bool tight = quote.width()->toDouble() <= 0.08 * quote.mid()->toDouble();
                liquid += tight && *quote.openInterest >= 100 && *quote.volume >= 10 ? 1 : 0;
            }
        }
        QVERIFY2(found >= 2, symbol);
        QVERIFY2(2 * liquid >= found, qPrintable(QString("%1: %2 of %3").arg(symbol).arg(liquid).arg(found)));
    }
}

void TestSimulationChain::spreadsPayTheCalibratedCredit() {
    const auto feed = makeSimulatedMarket(config());
    const auto chain = chainAt(*feed, "SPY", newYork(10, 35));
    int paying = 0;
    for (const auto& slice : chain->expiries) {
        const int dte = daysBetween(kMonday, slice.expiry);
        if (dte < 30 || dte > 45) continue;
        for (std::size_t row = slice.begin + 11; row < slice.end; row += 2) {
            if (chain->strike[row] - chain->strike[row - 10] != 5'000'000 || chain->strike[row] > 950 * (chain->spot->micros() / 1000)) continue;
            const double credit = chain->quote(row).mid()->toDouble() - chain->quote(row - 10).mid()->toDouble();
            paying += credit >= 0.06 * 5.0 && credit <= 0.16 * 5.0 ? 1 : 0;
        }
    }
    QVERIFY2(paying >= 10, qPrintable(QString::number(paying)));
}

void TestSimulationChain::widthsGrowWithVolatilityAndAwayFromTheMoney() {
    const auto feed = makeSimulatedMarket(config(Scenario::Crash));
    const auto widths = [&](UtcTime t) {
        const auto chain = chainAt(*feed, "SPY", t);
        double sum = 0;
        for (std::size_t row = 0; row < chain->size(); ++row) sum += chain->quote(row).width()->toDouble();
        return sum / static_cast<double>(chain->size());
    };
    const double before = widths(newYork(10, 35));
    QVERIFY(widths(newYork(15, 0)) > 1.5 * before);

    const auto calm = makeSimulatedMarket(config());
    const auto chain = chainAt(*calm, "QQQ", newYork(10, 35));
    const auto slice = chain->expiries[chain->expiries.size() / 2];
    const auto relative = [&](std::size_t row) { return chain->quote(row).width()->toDouble() / chain->quote(row).mid()->toDouble(); };
    const auto atTheMoney = slice.begin + 2 * static_cast<std::size_t>(std::count_if(chain->strike.begin() + static_cast<std::ptrdiff_t>(slice.begin),
                                                                                     chain->strike.begin() + static_cast<std::ptrdiff_t>(slice.end),
                                                                                     [&](std::int64_t s) { return s < chain->spot->micros(); }) /
                                                                       2);
    QVERIFY(relative(slice.begin + 1) > 2.0 * relative(atTheMoney + 1));           // put far below
    QVERIFY(chain->quote(slice.begin).width() > chain->quote(atTheMoney).width()); // call deep in the money
}

void TestSimulationChain::volumeGrowsAndOpenInterestStands() {
    const auto feed = makeSimulatedMarket(config());
    const auto early = chainAt(*feed, "IWM", newYork(9, 45)), late = chainAt(*feed, "IWM", newYork(15, 45));
    std::int64_t total = 0;
    for (std::size_t row = 0; row < early->size(); ++row) {
        QVERIFY(late->volume[row] >= early->volume[row]);
        QCOMPARE(late->openInterest[row], early->openInterest[row]);
        total += late->volume[row] - early->volume[row];
    }
    QVERIFY(total > 100'000);
}

void TestSimulationChain::listedStrikesStayListed() {
    const auto feed = makeSimulatedMarket(config(Scenario::Crash, 7, kMonday, 3));
    const auto before = chainAt(*feed, "QQQ", newYork(11, 0)), after = chainAt(*feed, "QQQ", newYork(11, 0, 0, addDays(kMonday, 2)));
    for (std::size_t row = 0; row < before->size(); ++row) {
        const auto contract = before->contract(row);
        if (contract.expiry >= addDays(kMonday, 2)) QVERIFY2(after->find(contract), contract.id().c_str());
    }
}

void TestSimulationChain::expiredContractsLeave() {
    const auto feed = makeSimulatedMarket(config(Scenario::Calm, 7, kMonday, 2));
    const auto today = chainAt(*feed, "SPX", newYork(15, 59));
    QCOMPARE(today->expiries.front().expiry, kMonday);
    const auto contract = today->contract(0);
    QVERIFY(advanced(*feed, newYork(16, 0), {contract})->watched.empty());
    QCOMPARE(chainAt(*feed, "SPX", newYork(16, 0))->expiries.front().expiry, addDays(kMonday, 1));
}

QTEST_APPLESS_MAIN(TestSimulationChain)
#include "tst_simulation_chain.moc"
