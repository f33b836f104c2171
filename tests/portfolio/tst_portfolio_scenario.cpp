#include <QTest>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "flat_chain.h"
#include "portfolio/revaluer.h"
#include "portfolio/scenario.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class ScenarioTest : public QObject {
    Q_OBJECT

    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;

private Q_SLOTS:
    void aSyntheticForwardMovesAsShares() {
        // C - P = S e^(-qT) - K e^(-rT) whatever the volatility (put-call parity, Stoll 1969).
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 1, 5000, C, 3), option(chain, 1, 5000, P, -3)});
        QVERIFY(book.coverage().complete());
        const double carry = std::exp(-book.legs[0].dividendYield * book.legs[0].years);
        const auto grid = scenarioGrid(book, {}, 1e6);
        QVERIFY(grid.has_value());
        for (std::size_t c = 0; c < grid->volMoves.size() * grid->spotMoves.size(); ++c) {
            const auto& cell = grid->cells[c];
            const double expected = 300 * book.legs[0].spot * cell.spotMove * carry;
            QVERIFY2(std::fabs(cell.pnlUsd - expected) < 1e-6, qPrintable(QString::number(cell.pnlUsd - expected)));
            QVERIFY(std::fabs(cell.deltaUsd - 300 * book.legs[0].spot * (1 + cell.spotMove) * carry) < 1e-2);
            QVERIFY(std::fabs(cell.gammaUsd) < 1e-2);
            QCOMPARE(*cell.ofEquity, cell.pnlUsd / 1e6);
        }
    }

    void manyMovesAtOnceGiveTheNumbersOfOne() {
        for (const char* root : {"SPX", "SPY"}) {
            FlatChain chain;
            chain.root = root;
            const auto book = bookOf(chain, {option(chain, 1, 4750, P, 1), option(chain, 2, 5200, C, -1)});
            QVERIFY(book.coverage().complete());
            for (const auto& leg : book.legs)
                for (const double days : {0.0, 3.0, 400.0}) { // the last beyond its expiry
                    Revaluer revaluer;
                    const LegAhead ahead = revaluer.ahead(leg, days);
                    std::vector<MarketMove> moves;
                    for (double spot = -0.4; spot < 0.45; spot += 0.07)
                        for (double vol = -0.9; vol < 2; vol += 0.4) moves.push_back({spot, vol});
                    std::vector<double> values(moves.size());
                    ahead.values(moves, values);
                    for (std::size_t i = 0; i < moves.size(); ++i) QCOMPARE(values[i], *ahead.value(moves[i]));
                    moves.push_back({-1, 0}); // no spot is left: absent there, and nowhere else
                    values.resize(moves.size());
                    ahead.values(moves, values);
                    QVERIFY(!ahead.value(moves.back()) && std::isnan(values.back()));
                    QCOMPARE(values.front(), *ahead.value(moves.front()));
                }
        }
    }

    void atExpiryTheGridIsThePayoff() {
        for (const char* root : {"SPX", "SPY"}) {
            FlatChain chain;
            chain.root = root;
            chain.expiries = {std::chrono::year{2026} / 9 / 18};
            const auto book = bookOf(
                chain, {option(chain, 0, 4750, P, 2), option(chain, 0, 4900, P, -2), option(chain, 0, 5200, C, -2), option(chain, 0, 5300, C, 2)});
            QVERIFY(book.coverage().complete());
            GridSpec spec;
            spec.horizons = {{std::nullopt}};
            const auto grid = scenarioGrid(book, spec, {});
            QVERIFY(grid.has_value());
            QVERIFY(!grid->cells.front().ofEquity);
            Revaluer revaluer;
            double now = 0;
            for (const auto& leg : book.legs) now += *revaluer.ahead(leg, 0).value({}) * leg.units();
            std::vector<ComboLeg> legs;
            for (const auto& leg : book.legs) legs.push_back({*leg.holding.contract, leg.holding.quantity > 0 ? 1 : -1});
            for (const auto& cell : grid->cells) {
                const double payoff = 2 * payoffAtExpiry(legs, {}, book.legs[0].spot * (1 + cell.spotMove));
                QVERIFY2(std::fabs(cell.pnlUsd - (payoff - now)) < 1e-6, qPrintable(QString::number(cell.pnlUsd - payoff + now)));
            }
            QVERIFY(grid->worst);
            for (const auto& cell : grid->cells) QVERIFY(cell.pnlUsd >= grid->cells[*grid->worst].pnlUsd);
        }
    }

    void anAmericanCellIsItsOwnPrice() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        const auto book = bookOf(chain, {option(chain, 1, 600, P, 1), option(chain, 2, 660, P, 1)});
        QVERIFY(book.coverage().complete());
        const auto grid = scenarioGrid(book, {}, {});
        for (std::size_t c = 0; c < grid->cells.size(); c += 7) {
            const auto& cell = grid->cells[c];
            if (cell.horizon == 3) continue; // settled or near it: the payoff test
            for (std::size_t i = 0; i < book.legs.size(); ++i) {
                const auto& leg = book.legs[i];
                pricing::Inputs in{P, leg.spot, leg.holding.contract->strike.toDouble(), leg.years, leg.rate, leg.dividendYield, leg.vol};
                const double now = pricing::priceAmerican(in).price;
                in.spot *= 1 + cell.spotMove;
                in.vol *= tenorVolFactor(leg.years, cell.volMove);
                in.years -= grid->horizons[cell.horizon].days / 365;
                const double expected = (pricing::priceAmerican(in).price - now) * 100;
                QVERIFY(std::fabs(grid->legPnlUsd[c * 2 + i] - expected) < 2 * 2e-7 * 690 * 100); // twice the slice's bound
            }
        }
    }

    void shortVolatilitiesMoveMore() {
        QCOMPARE(tenorVolFactor(30.0 / 365, 0.5), 1.5);
        QVERIFY(std::fabs(tenorVolFactor(120.0 / 365, 0.5) - 1.25) < 1e-12);
        QCOMPARE(tenorVolFactor(7.5 / 365, 0.5), 2.0);
        QCOMPARE(tenorVolFactor(1.0 / 365, 0.5), 2.0);
        QCOMPARE(tenorVolFactor(0, 0.5), 2.0);
        QCOMPARE(tenorVolFactor(1.0 / 365, -0.9), kTenorVolFloor);
    }

    void aMoveThatIsNoNumberGivesNoValue() {
        FlatChain chain;
        const RiskBook book = bookOf(chain, {option(chain, 1, 5000, P, 1)});
        Revaluer revaluer;
        const auto ahead = revaluer.ahead(book.legs[0], 0);
        const double nan = std::nan("");
        QVERIFY(std::isnan(tenorVolFactor(0.1, nan)));
        for (const MarketMove& move : {MarketMove{nan, 0}, MarketMove{0, nan}, MarketMove{-1, 0}, MarketMove{-2, 0}}) QVERIFY(!ahead.value(move));
    }

    void nowIsTheCentre() {
        for (const char* root : {"SPX", "SPY"}) {
            FlatChain chain;
            chain.root = root;
            const RiskBook book = bookOf(chain, {option(chain, 0, 4900, P, -2), option(chain, 1, 5100, C, 3), option(chain, 2, 5000, P, 1)});
            const auto grid = scenarioGrid(book, {}, {});
            QCOMPARE(grid->cells[grid->index(0, 3, 6)].pnlUsd, 0.0);
            QCOMPARE(grid->cells[grid->index(0, 3, 6)].spotMove, 0.0);
            QCOMPARE(grid->cells[grid->index(0, 3, 6)].volMove, 0.0);
        }
    }

    void cashDividendsStayWithTheLegUntilTheyArePaid() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        chain.lowest = 0.95;
        chain.highest = 1.05;
        chain.step = 0.05;
        chain.dividends = {{std::chrono::year{2026} / 9 / 10, 2.0}};
        const RiskBook book = bookOf(chain, {option(chain, 0, 600, P, 1), option(chain, 1, 600, P, 1), option(chain, 1, 630, C, -1)});
        QVERIFY(book.legs[0].dividends.empty());
        Revaluer revaluer;
        for (std::size_t i = 1; i < 3; ++i) {
            const RiskLeg& leg = book.legs[i];
            QVERIFY(leg.priced());
            QCOMPARE(leg.dividends.size(), std::size_t{1});
            const auto now = revaluer.ahead(leg, 0).value({});
            QVERIFY(std::fabs(*now - leg.unit.price) < 1e-9);
            pricing::Inputs in{
                leg.holding.contract->right, leg.spot, leg.holding.contract->strike.toDouble(), leg.years, leg.rate, leg.borrow, leg.vol};
            QVERIFY(std::fabs(*now - pricing::dividendPriceOnly(market::ExerciseStyle::American, in, leg.dividends).value.price) < 0.01);
            in.years -= 25.0 / 365; // past the ex-date
            QVERIFY(std::fabs(*revaluer.ahead(leg, 25).value({}) - pricing::priceAmerican(in).price) < 1e-5);
        }
        GridSpec spec;
        spec.spotMoves = {-0.05, 0, 0.05};
        spec.volMoves = {0};
        spec.horizons = {{0.0}, {25.0}};
        const auto grid = scenarioGrid(book, spec, {});
        QCOMPARE(grid->coverage.priced, 3);
        QCOMPARE(grid->cells[grid->index(0, 0, 1)].pnlUsd, 0.0);
    }

    void namedShocksAgreeWithTheRecords() {
        const std::string root = std::string(MAHLER_SHARED_DIR) + "/market-data/";
        const auto closeOn = [&](const char* file, const std::string& day) -> std::optional<double> {
            std::ifstream in(root + file);
            for (std::string line; std::getline(in, line);)
                if (line.starts_with(day + ",")) {
                    std::stringstream cells(line);
                    std::string cell;
                    for (int i = 0; i < 5; ++i) std::getline(cells, cell, ',');
                    return std::stod(cell);
                }
            return std::nullopt;
        };
        struct Record {
            const char *id, *before, *after, *index;
            double spotTolerance;
        };
        // The index file ends in 2019; the fund closed a little higher than the index implies on 16 March 2020.
        for (const Record& r : {Record{"week_2008", "2008-10-03", "2008-10-10", "equity-daily/SPX.csv", 1e-9},
                                Record{"volmageddon_2018", "2018-02-02", "2018-02-05", "equity-daily/SPX.csv", 1e-9},
                                Record{"covid_2020", "2020-03-13", "2020-03-16", "equity-daily/SPY.csv", 0.012}}) {
            const auto from = closeOn(r.index, r.before), to = closeOn(r.index, r.after), vixFrom = closeOn("volatility/VIX.csv", r.before),
                       vixTo = closeOn("volatility/VIX.csv", r.after);
            if (!from || !to || !vixFrom || !vixTo) QSKIP("../shared/market-data is not on this machine");
            const auto shock =
                std::find_if(namedShocks().begin(), namedShocks().end(), [&](const NamedShock& s) { return std::string(s.id) == r.id; });
            QVERIFY(shock != namedShocks().end());
            QVERIFY(std::fabs(shock->spotMove - (*to / *from - 1)) < r.spotTolerance);
            QVERIFY(std::fabs(shock->volMove - (*vixTo / *vixFrom - 1)) < 1e-9);
        }
        for (const NamedShock& s : namedShocks()) // what no record here holds says so
            QCOMPARE(std::string(s.source).find("not checked") != std::string::npos,
                     std::string(s.id) == "crash_1987" || std::string(s.id) == "covid_2020" || std::string(s.id) == "unwind_2024");
    }

    void cellsAreTheSumOfTheirLegs() {
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 0, 4900, P, -5), option(chain, 1, 5100, C, 7), option(chain, 2, 5000, P, 2)});
        const auto grid = scenarioGrid(book, {}, {});
        for (std::size_t c = 0; c < grid->cells.size(); ++c) {
            double sum = 0;
            const auto parts = contributions(book, *grid, c);
            for (const auto& part : parts) sum += part.pnlUsd;
            QVERIFY(std::fabs(sum - grid->cells[c].pnlUsd) <= 1e-9 * (1 + std::fabs(sum)));
            for (std::size_t i = 1; i < parts.size(); ++i) QVERIFY(parts[i - 1].pnlUsd <= parts[i].pnlUsd);
        }
        const auto again = scenarioGrid(book, {}, {});
        for (std::size_t c = 0; c < grid->cells.size(); ++c) QCOMPARE(grid->cells[c].pnlUsd, again->cells[c].pnlUsd);
    }

    void whatCannotBePricedIsCountedAndNeverZero() {
        const FlatChain chain;
        FlatChain other;
        other.root = "QQQ";
        other.spot = 600;
        auto far = option(chain, 0, 5000, C, 1);
        far.contract->expiry = std::chrono::year{2029} / 1 / 19;
        auto past = option(chain, 0, 5000, C, 1);
        past.contract->expiry = std::chrono::year{2026} / 8 / 18;
        const auto book = bookOf(chain, {option(chain, 1, 5000, C, 1), option(other, 1, 600, P, -1), far, past});
        const auto grid = scenarioGrid(book, {}, {});
        QCOMPARE(grid->coverage.text(), std::string("1 of 4 priced"));
        QCOMPARE(grid->coverage.excluded.size(), std::size_t{3});
        QVERIFY(grid->coverage.excluded[0].find("no chain") != std::string::npos);
        QVERIFY(grid->coverage.excluded[1].find("not in the chain") != std::string::npos);
        QVERIFY(grid->coverage.excluded[2].find("expired") != std::string::npos);
        QVERIFY(!scenarioGrid(bookOf(chain, {past}), {}, {})->worst);
    }

    void aStrikeBetweenQuotesTakesTheSmile() {
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 1, 5012, C, 1)});
        QVERIFY(book.legs[0].priced());
        QVERIFY(book.legs[0].volFromSmile);
        QVERIFY(std::fabs(book.legs[0].vol - 0.20) < 1e-3);
    }

    void badGridsAreRefused() {
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 1, 5000, C, 1)});
        const double bad[] = {-1.0, std::nan(""), std::numeric_limits<double>::infinity(), 11.0};
        for (const double move : bad) {
            GridSpec spec;
            spec.spotMoves = {move};
            QVERIFY(!scenarioGrid(book, spec, {}).has_value());
        }
        GridSpec spec;
        spec.volMoves = {};
        QVERIFY(!scenarioGrid(book, spec, {}).has_value());
        spec = {};
        spec.horizons = {{-1.0}};
        QVERIFY(!scenarioGrid(book, spec, {}).has_value());
        spec = {};
        spec.spotMoves.assign(500, 0.0);
        spec.volMoves.assign(500, 0.0);
        QVERIFY(!scenarioGrid(book, spec, {}).has_value());
    }

    void namedShocksAreTheRecordedMoves() {
        const FlatChain chain;
        const auto book = bookOf(chain, {option(chain, 1, 4700, P, -1)});
        const auto results = runNamedShocks(book, 100'000.0);
        QCOMPARE(results.size(), std::size_t{5});
        const double spot[] = {-0.2047, -0.1820, -0.0410, -0.1198, -0.0300}, vol[] = {3.129, 0.550, 1.156, 0.430, 0.649};
        for (std::size_t i = 0; i < results.size(); ++i) {
            QVERIFY(std::fabs(results[i].shock.spotMove - spot[i]) < 1e-4);
            QVERIFY(std::fabs(results[i].shock.volMove - vol[i]) < 1e-3);
            QVERIFY(results[i].pnlUsd < 0);
            QCOMPARE(*results[i].ofEquity, results[i].pnlUsd / 100'000.0);
        }
        QVERIFY(results[0].pnlUsd < results[3].pnlUsd);
    }

    void gammaOfAnExpiryDayIsThatOfTheModel() {
        for (const int minutes : {15, 60, 240}) {
            FlatChain chain;
            chain.root = "SPXW";
            chain.expiries = {std::chrono::year{2026} / 8 / 19};
            chain.time = market::fromNewYork(std::chrono::year{2026} / 8 / 19, 16, 0) - std::chrono::minutes(minutes);
            chain.lowest = 0.99;
            chain.highest = 1.01;
            chain.step = 0.001;
            const auto book = bookOf(chain, {option(chain, 0, 5000, market::Right::Put, 10)});
            QVERIFY(book.coverage().complete());
            GridSpec spec;
            spec.spotMoves = {0};
            spec.volMoves = {0};
            spec.horizons = {{0.0}};
            spec.sensitivities = true;
            const auto grid = scenarioGrid(book, spec, std::nullopt);
            QVERIFY(grid.has_value());
            const auto& leg = book.legs.front();
            const double model = 0.01 * leg.unit.gamma * leg.spot * leg.spot * leg.units();
            QVERIFY2(std::abs(grid->cells.front().gammaUsd - model) < 0.02 * std::abs(model),
                     qPrintable(QStringLiteral("%1 min: %2, model %3").arg(minutes).arg(grid->cells.front().gammaUsd).arg(model)));
        }
    }
};

QTEST_APPLESS_MAIN(ScenarioTest)
#include "tst_portfolio_scenario.moc"
