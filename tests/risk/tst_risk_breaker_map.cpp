#include <QTest>

#include "risk/breaker_map.h"
#include "risk/breakers.h"
#include "tests/portfolio/flat_chain.h"

using namespace mahler;
using namespace mahler::risk;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class BreakerMapTest : public QObject {
    Q_OBJECT

    static FlatChain spy() {
        FlatChain chain;
        chain.root = "SPY";
        chain.spot = 600;
        return chain;
    }
    static BreakerMapInputs inputs(double equity = 100'000, double vix = 40) {
        BreakerMapInputs in;
        in.equity = *Usd::fromDouble(equity);
        in.account.dayStartEquity = in.account.weekStartEquity = in.account.highWaterMark = in.equity;
        in.vix = vix;
        in.worstCase = Usd::fromMicros(1'000'000'000);
        return in;
    }
    static ScenarioGrid gridOf(const std::vector<Holding>& holdings) { return *scenarioGrid(bookOf(spy(), holdings), {}, 100'000.0); }
    static const MapCell& cell(const BreakerMap& map, const ScenarioGrid& grid, double spot, double vol) {
        for (const auto& c : map.cells)
            if (grid.cells[c.cell].horizon == 0 && std::fabs(grid.cells[c.cell].spotMove - spot) < 1e-9 &&
                std::fabs(grid.cells[c.cell].volMove - vol) < 1e-9)
                return c;
        qFatal("no such cell");
    }

private Q_SLOTS:
    void whatComesFirstOnTheWayIsNamed() {
        // 40 shares at 600: $24,000 of delta. B1 trips at -$2,000, that is -8.33 %; B4 at VIX 50, that is +25 %.
        const auto grid = gridOf({Holding{"SPY", {}, 40, {}, ""}});
        const auto map = *breakerMap(grid, inputs());
        const auto& down = cell(map, grid, -0.15, 0);
        QCOMPARE(*down.first, MapStop::B1DailyLoss);
        QVERIFY(std::fabs(down.at - 2000.0 / 24000 / 0.15) < 1e-6);
        QVERIFY(std::fabs(down.used[static_cast<std::size_t>(MapStop::B1DailyLoss)] - 3600.0 / 2000) < 1e-9);
        QVERIFY(!cell(map, grid, -0.075, 0.20).first);
        const auto& storm = cell(map, grid, 0, 0.50);
        QCOMPARE(*storm.first, MapStop::B4Vix);
        QVERIFY(std::fabs(storm.at - 0.5) < 1e-9);
        QCOMPARE(*cell(map, grid, -0.15, 0.50).first, MapStop::B4Vix); // at 0.50 against 0.56
        QVERIFY(cell(map, grid, -0.15, 0.50).trips(MapStop::B1DailyLoss));
        QVERIFY(!cell(map, grid, 0.15, 0).first);
    }

    void cellsAgreeWithTheBreakersThemselves() {
        const auto chain = spy();
        const auto grid = gridOf({option(chain, 1, 570, market::Right::Put, -6), option(chain, 1, 546, market::Right::Put, 6)});
        auto in = inputs(100'000, 45);
        in.account.dayStartEquity = Usd::fromMicros(101'000'000'000);
        in.account.weekStartEquity = Usd::fromMicros(103'000'000'000);
        in.account.highWaterMark = Usd::fromMicros(106'000'000'000);
        const auto map = *breakerMap(grid, in);
        int tripped = 0;
        for (const auto& c : map.cells) {
            BreakerInputs live;
            live.session = market::Session::Open;
            live.account = in.account;
            live.marks.equity = in.equity + *Usd::fromDouble(grid.cells[c.cell].pnlUsd);
            live.vix = *in.vix * (1 + grid.cells[c.cell].volMove);
            const auto trips = evaluateBreakers(live);
            const auto has = [&](Breaker b) { return std::any_of(trips.begin(), trips.end(), [&](const Trip& t) { return t.breaker == b; }); };
            QCOMPARE(c.trips(MapStop::B1DailyLoss), has(Breaker::B1DailyLoss));
            QCOMPARE(c.trips(MapStop::B2WeeklyLoss), has(Breaker::B2WeeklyLoss));
            QCOMPARE(c.trips(MapStop::B3Drawdown), has(Breaker::B3Drawdown));
            QCOMPARE(c.trips(MapStop::B4Vix), has(Breaker::B4Vix));
            tripped += has(Breaker::B2WeeklyLoss) ? 1 : 0;
            bool any = false;
            for (std::size_t k = 0; k < kMapStops; ++k) any = any || c.used[k] >= 1;
            QVERIFY(!any || c.first || !map.now.empty());
            if (c.first) QVERIFY(std::find(map.now.begin(), map.now.end(), *c.first) == map.now.end());
            QVERIFY(c.at >= 0 && c.at <= 1);
        }
        QVERIFY(tripped > 10);
    }

    void aTradeThatChangesTheMapIsSeen() {
        const auto chain = spy();
        std::vector<Holding> held{option(chain, 1, 570, market::Right::Put, -1), option(chain, 1, 540, market::Right::Put, 1)};
        const auto grid = gridOf(held);
        const auto asIs = *breakerMap(grid, inputs(100'000, 15));
        held.push_back(option(chain, 1, 576, market::Right::Put, -2, "proposed"));
        held.push_back(option(chain, 1, 552, market::Right::Put, 2, "proposed"));
        auto more = inputs(100'000, 15);
        more.worstCase = Usd::fromMicros(20'000'000'000);
        const auto with = *breakerMap(gridOf(held), more);
        QCOMPARE(with.now, std::vector{MapStop::PortfolioRisk}); // 20 % against 10 %: already now
        QCOMPARE(changedCells(asIs, with).size(), asIs.cells.size());
        for (const auto& c : with.cells) QVERIFY(c.first != MapStop::PortfolioRisk);
        more.worstCase = Usd::fromMicros(9'000'000'000);
        const auto lighter = *breakerMap(gridOf(held), more);
        const auto changed = changedCells(asIs, lighter);
        QVERIFY(!changed.empty());
        QVERIFY(changed.size() < asIs.cells.size());
        QVERIFY(changedCells(asIs, asIs).empty());
    }

    void theUnknownIsSaid() {
        const auto grid = gridOf({Holding{"SPY", {}, 10, {}, ""}, Holding{"QQQ", {}, 10, {}, ""}});
        auto in = inputs();
        in.vix.reset();
        auto map = *breakerMap(grid, in);
        QVERIFY(map.vixUnknown);
        QCOMPARE(map.coverage.text(), std::string("1 of 2 priced"));
        in = inputs();
        in.worstCase.reset();
        map = *breakerMap(grid, in);
        QCOMPARE(map.now, (std::vector{MapStop::PortfolioRisk, MapStop::CorrelatedEquities, MapStop::SinglePosition}));
    }

    void whatIsAtRiskInOnePlaceWeighsMoreAsTheEquityFalls() {
        // 40 shares at 600; limits are shares of equity: 4,950 are five per cent of 99,000, which is reached after a loss of 1,000.
        const auto grid = gridOf({Holding{"SPY", {}, 40, {}, ""}});
        auto in = inputs();
        in.largest = Usd::fromMicros(4'950'000'000);
        const auto position = cell(*breakerMap(grid, in), grid, -0.15, 0);
        QCOMPARE(*position.first, MapStop::SinglePosition);
        QVERIFY(std::fabs(position.at - 1000.0 / 24000 / 0.15) < 1e-3);
        in.largest = Usd{};
        in.correlated = Usd::fromMicros(49'500'000'000); // half of 99,000
        const auto group = cell(*breakerMap(grid, in), grid, -0.15, 0);
        QCOMPARE(*group.first, MapStop::CorrelatedEquities);
        QVERIFY(!group.trips(MapStop::SinglePosition));
        in.correlated = Usd::fromMicros(51'000'000'000);
        QCOMPARE(breakerMap(grid, in)->now, std::vector{MapStop::CorrelatedEquities});
    }

    void badInputsAreRefused() {
        const auto grid = gridOf({Holding{"SPY", {}, 10, {}, ""}});
        auto in = inputs();
        in.equity = Usd();
        QVERIFY(!breakerMap(grid, in).has_value());
        in = inputs();
        in.vix = std::nan("");
        QVERIFY(!breakerMap(grid, in).has_value());
        GridSpec spec;
        spec.spotMoves = {-0.1, -0.05};
        QVERIFY(!breakerMap(*scenarioGrid(bookOf(spy(), {Holding{"SPY", {}, 10, {}, ""}}), spec, {}), inputs()).has_value());
        spec.spotMoves = {0.05, 0, -0.05};
        QVERIFY(!breakerMap(*scenarioGrid(bookOf(spy(), {Holding{"SPY", {}, 10, {}, ""}}), spec, {}), inputs()).has_value());
    }
};

QTEST_APPLESS_MAIN(BreakerMapTest)
#include "tst_risk_breaker_map.moc"
