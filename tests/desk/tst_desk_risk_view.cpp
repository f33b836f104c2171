#include <atomic>
#include <mutex>
#include <QTest>

#include "desk/effect_rows.h"
#include "desk/risk_watch.h"
#include "pricing/chain_carry.h"
#include "risk_fixture.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;

namespace {

void sameGrid(const portfolio::ScenarioGrid& a, const portfolio::ScenarioGrid& b) {
    QCOMPARE(a.cells.size(), b.cells.size());
    for (std::size_t i = 0; i < a.cells.size(); ++i) {
        QCOMPARE(a.cells[i].pnlUsd, b.cells[i].pnlUsd);
        QCOMPARE(a.cells[i].deltaUsd, b.cells[i].deltaUsd);
        QCOMPARE(a.cells[i].ofEquity.has_value(), b.cells[i].ofEquity.has_value());
    }
    QCOMPARE(a.worst, b.worst);
}

} // namespace

class RiskViewTest : public QObject {
    Q_OBJECT

    FlatChain m_chain;
    UtcTime yesterday() const { return m_chain.time - std::chrono::hours(24); }
    portfolio::Position puts(std::int64_t n = 2) const { return position("P-1", m_chain, 4800, 4700, P, n, 12.0, yesterday()); }
    portfolio::Position calls(std::int64_t n = 1) const { return position("P-2", m_chain, 5200, 5300, C, n, 15.0, yesterday()); }
private Q_SLOTS:
    void gridShocksAndMapAreThoseOfThePortfolioFunctions() {
        const auto view = viewOf(m_chain, {puts(), calls()});
        const auto sources = sourcesOf(m_chain, view);
        const auto risk = RiskBoard().make(sources);
        const auto book = portfolio::bindBook(portfolio::holdingsOf(std::vector{puts(), calls()}), sources.chains);
        const auto grid = portfolio::scenarioGrid(book, {}, 100'000);
        QVERIFY(grid.has_value());
        sameGrid(risk->asIs.grid, *grid);
        const auto shocks = portfolio::runNamedShocks(book, 100'000);
        for (std::size_t i = 0; i < shocks.size(); ++i) QCOMPARE(risk->asIs.shocks.at(i).pnlUsd, shocks[i].pnlUsd);
        risk::BreakerMapInputs in;
        in.account = view->account;
        in.equity = *view->marks.equity;
        in.vix = 19.0;
        in.worstCase = in.correlated = *portfolio::worstCaseLoss(puts()) + *portfolio::worstCaseLoss(calls()); // SPX is of the group
        in.largest = std::max(*portfolio::worstCaseLoss(puts()), *portfolio::worstCaseLoss(calls()));
        const auto map = risk::breakerMap(*grid, in);
        QVERIFY(map.has_value() && risk->asIs.map);
        for (std::size_t i = 0; i < map->cells.size(); ++i) {
            QCOMPARE(risk->asIs.map->cells[i].first, map->cells[i].first);
            QCOMPARE(risk->asIs.map->cells[i].used, map->cells[i].used);
        }
        QCOMPARE(risk->firstExpiry, std::optional(m_chain.expiries[1]));
        QCOMPARE(risk->labels.at("P-1"), std::string("SELL 2 SPX 18-Sep-26 4800/4700 put spread"));
        QVERIFY(!risk->withPending);
    }

    void everyRequestIsMeasuredWithTheBookAlone() {
        auto view = viewOf(m_chain, {puts()});
        view->approvals = {request("A-1", calls()), request("A-2", puts(5))};
        const auto past = history(400);
        const auto sources = sourcesOf(m_chain, view, past);
        portfolio::SimulationSpec simulation;
        simulation.paths = 500;
        RiskBoard board(simulation);
        auto risk = board.make(sources);
        QCOMPARE(risk->trades.size(), std::size_t{2});
        auto rows = riskRows(risk.get(), ApprovalId("A-1"));
        QVERIFY(rows[0].computing && !rows[0].now && !rows[0].after); // on its way, and no number meanwhile
        QVERIFY(riskRows(nullptr, ApprovalId("A-1"))[1].computing);
        QVERIFY(riskRows(risk.get(), ApprovalId("A-7"))[1].computing); // a request it does not know yet
        board.renewVar(sources);
        QVERIFY(!board.varIsOld(sources));
        risk = board.make(sources);
        for (const auto& [id, positions] :
             {std::pair(std::string("A-1"), std::vector{puts(), calls()}), std::pair(std::string("A-2"), std::vector{puts(), puts(5)})}) {
            const auto book = portfolio::bindBook(portfolio::holdingsOf(positions), sources.chains);
            portfolio::GridSpec spec;
            spec.sensitivities = false;
            const auto grid = portfolio::scenarioGrid(book, spec, 100'000);
            const auto var = portfolio::valueAtRisk(book, *past, {}, 100'000);
            rows = riskRows(risk.get(), ApprovalId(id));
            QVERIFY(var.available() && rows[0].after && rows[1].after);
            QVERIFY(std::abs(*rows[0].after - var.levels[1].varUsd) < 1e-6);
            const auto& worst = grid->cells[*grid->worst];
            QVERIFY(std::abs(*rows[1].after - worst.pnlUsd) < 1e-6);
            QCOMPARE(rows[1].afterCell->spotMove, worst.spotMove);
            QCOMPARE(rows[1].afterCell->volMove, worst.volMove);
            QVERIFY(std::abs(*rows[0].now - risk->asIs.historical.levels[1].varUsd) < 1e-9);
        }
        view->approvals.back() = request("A-2", puts(6)); // other size, other number
        QVERIFY(board.varIsOld(sources));
        QVERIFY(riskRows(board.make(sources).get(), ApprovalId("A-2"))[0].computing);
    }

    void withoutHistoryTheValueAtRiskSaysSo() {
        auto view = viewOf(m_chain, {puts()});
        view->approvals = {request("A-1", calls())};
        const auto sources = sourcesOf(m_chain, view);
        RiskBoard board;
        board.renewVar(sources);
        const auto rows = riskRows(board.make(sources).get(), ApprovalId("A-1"));
        QVERIFY(!rows[0].computing && !rows[0].after);
        QCOMPARE(rows[0].detail.substr(0, 25), std::string("the market has no history"));
        QVERIFY(rows[1].after.has_value());
    }

    void valueAtRiskIsThatOfThePortfolioFunctions() {
        const auto view = viewOf(m_chain, {puts(), calls()});
        const auto past = history(400);
        const auto sources = sourcesOf(m_chain, view, past);
        portfolio::SimulationSpec simulation;
        simulation.paths = 500;
        RiskBoard board(simulation);
        QVERIFY(board.varIsOld(sources));
        QCOMPARE(board.make(sources)->asIs.historical.unavailable, std::string("being computed"));
        board.renewVar(sources);
        QVERIFY(!board.varIsOld(sources));
        const auto risk = board.make(sources);
        const auto book = portfolio::bindBook(portfolio::holdingsOf(std::vector{puts(), calls()}), sources.chains);
        for (const auto method : {portfolio::VarMethod::Historical, portfolio::VarMethod::MonteCarlo}) {
            portfolio::VarSpec spec;
            spec.method = method;
            spec.simulation = simulation;
            const auto direct = portfolio::valueAtRisk(book, *past, spec, 100'000);
            const auto& shown = method == portfolio::VarMethod::Historical ? risk->asIs.historical : risk->asIs.simulated;
            QVERIFY2(direct.available(), direct.unavailable.c_str());
            for (std::size_t i = 0; i < direct.levels.size(); ++i) {
                QCOMPARE(shown.levels.at(i).varUsd, direct.levels[i].varUsd);
                QCOMPARE(shown.levels.at(i).shortfallUsd, direct.levels[i].shortfallUsd);
            }
        }
        QCOMPARE(risk->asIs.varAt, m_chain.time);
    }

    void valuesAtRiskOfOtherLegsAreNotShown() {
        const auto past = history(400);
        RiskBoard board(portfolio::SimulationSpec{200});
        board.renewVar(sourcesOf(m_chain, viewOf(m_chain, {puts()}), past));
        const auto more = sourcesOf(m_chain, viewOf(m_chain, {puts(3)}), past);
        QVERIFY(board.varIsOld(more));
        QVERIFY(!board.make(more)->asIs.historical.available());
    }

    void withoutHistoryValueAtRiskIsUnavailableWithItsCause() {
        const auto view = viewOf(m_chain, {puts()});
        for (const auto& [past, cause] :
             {std::pair(std::shared_ptr<market::History>(), "the market has no history"), std::pair(std::make_shared<market::History>(), "SPX")}) {
            const auto sources = sourcesOf(m_chain, view, past);
            RiskBoard board;
            board.renewVar(sources);
            const auto risk = board.make(sources);
            for (const auto* report : {&risk->asIs.historical, &risk->asIs.simulated}) {
                QVERIFY(!report->available());
                QVERIFY2(report->unavailable.find(cause) != std::string::npos, report->unavailable.c_str());
                QVERIFY(report->levels.empty());
            }
        }
    }

    void legsWithoutAPriceAreCountedAndNamed() {
        FlatChain spy;
        spy.root = "SPY";
        spy.spot = 500;
        auto other = position("P-9", spy, 480, 470, P, 1, 1.0, yesterday());
        auto sources = sourcesOf(m_chain, viewOf(m_chain, {puts(), other}));
        sources.withoutChain["SPY"] = "the feed is cut";
        const auto risk = RiskBoard().make(sources);
        QCOMPARE(risk->asIs.grid.coverage.text(), std::string("2 of 4 priced"));
        QCOMPARE(risk->asIs.grid.coverage.excluded.size(), std::size_t(2));
        QCOMPARE(risk->withoutChain.at("SPY"), std::string("the feed is cut"));
        QCOMPARE(risk->attribution.book.explained, 1);
        QCOMPARE(risk->attribution.book.count, 2);
        QVERIFY(risk->attribution.positions.back().leftOut.find("no chain") != std::string::npos);
    }

    void aFeedThatIsCutKeepsTheLastNumbersAndTheirTime() {
        RiskBoard board;
        const auto first = board.make(sourcesOf(m_chain, viewOf(m_chain, {puts()})));
        const auto view = viewOf(m_chain, {puts(), calls()});
        view->at.utc += std::chrono::minutes(2);
        const auto risk = board.make({view, {}, {{"SPX", "the feed is cut"}}, {}});
        QCOMPARE(risk->at, m_chain.time);
        QCOMPARE(risk->asIs.grid.coverage.text(), std::string("4 of 4 priced"));
        QCOMPARE(risk->withoutChain.at("SPX"), std::string("the feed is cut"));
        QCOMPARE(board.attribution().looked(), std::set<std::string>{"P-1"}); // old quotes are no first look
    }

    void anEmptyBookHasAGridWithoutAWorstCellAndNothingToExplain() {
        const RiskSources sources{viewOf(m_chain, {}), {}, {}, {}};
        RiskBoard board;
        board.renewVar(sources);
        const auto risk = board.make(sources);
        QCOMPARE(risk->asIs.historical.unavailable, std::string("no positions")); // not for want of history
        QVERIFY(!risk->asIs.grid.worst);
        QCOMPARE(risk->asIs.grid.coverage.total, 0);
        QVERIFY(!risk->firstExpiry);
        QVERIFY(!risk->withPending);
        QVERIFY(!risk->attribution.since);
        QVERIFY(risk->attribution.positions.empty());
        QCOMPARE(risk->at, m_chain.time);
    }

    void withoutEquityThereAreNoSharesAndNoMap() {
        const auto view = viewOf(m_chain, {puts()});
        view->marks.equity.reset();
        view->marks.totalPositions = 1;
        const auto risk = RiskBoard().make(sourcesOf(m_chain, view));
        QVERIFY(!risk->asIs.grid.cells.front().ofEquity);
        QVERIFY(!risk->asIs.map);
        QCOMPARE(risk->asIs.mapCause, std::string("equity is unknown: 0 of 1 positions have a mark"));
    }

    void aStaleVixIsUnknownAndCountsAsTripped() {
        const auto view = viewOf(m_chain, {puts()});
        view->vixAgeSeconds = 31;
        const auto risk = RiskBoard().make(sourcesOf(m_chain, view));
        QVERIFY(!risk->vix);
        QVERIFY(risk->asIs.map->vixUnknown);
    }

    void whatIsPendingMakesASecondBookWithItsOwnMap() {
        const auto view = viewOf(m_chain, {puts()});
        view->approvals.push_back(request("A-3", calls(40)));
        const auto sources = sourcesOf(m_chain, view);
        const auto risk = RiskBoard().make(sources);
        QVERIFY(risk->withPending);
        QCOMPARE(risk->pending, std::vector<std::string>{"SELL 40 SPX 18-Sep-26 5200/5300 call spread"});
        QCOMPARE(risk->asIs.book.legs.size(), std::size_t(2));
        QCOMPARE(risk->withPending->book.legs.size(), std::size_t(4));
        QCOMPARE(risk->withPending->book.legs.back().holding.strategy, std::string("A-3"));
        QVERIFY(!risk->changed.empty());
        QCOMPARE(risk->changed, risk::changedCells(*risk->asIs.map, *risk->withPending->map));
        for (std::size_t h = 0; h < risk->asIs.grid.horizons.size(); ++h)
            QCOMPARE(risk->asIs.grid.horizons[h].days, risk->withPending->grid.horizons[h].days);
    }

    void aWorkingCloseCountsWithWhatIsStillToBeFilled() {
        const auto view = viewOf(m_chain, {puts(5)});
        OrderView order;
        order.order.id = OrderId("M-1");
        order.order.state = execution::OrderState::PartlyFilled;
        order.order.combo.underlying = "SPX";
        order.order.combo.intent = portfolio::OrderIntent::Close;
        order.order.combo.legs = puts().legs;
        for (auto& leg : order.order.combo.legs) leg.ratio = -leg.ratio;
        order.order.combo.quantity = 6;
        order.order.filled = 1;
        view->orders.push_back(order);
        order.order.id = OrderId("M-2");
        order.order.state = execution::OrderState::Cancelled;
        view->orders.push_back(order);
        QCOMPARE(pendingOf(*view).size(), std::size_t(1));
        const auto risk = RiskBoard().make(sourcesOf(m_chain, view));
        for (const auto& cell : risk->withPending->grid.cells)
            QVERIFY2(std::abs(cell.pnlUsd) < 1e-6, "five short spreads and five bought back are nothing");
    }

    void pricingTheExpiriesOfTheLegsAloneChangesNoNumber() {
        FlatChain spy;
        spy.root = "SPY";
        spy.spot = 500;
        const auto p = position("P-9", spy, 480, 470, P, 3, 1.0, yesterday());
        const auto view = viewOf(spy, {p});
        const auto raw = spy.priced()->chain;
        const auto past = history(10);
        past->rate = 0.037;
        past->dividendYield["SPY"] = 0.012;
        auto curve = pricing::curveOf(past.get(), "SPY");
        curve.carry = std::make_shared<const pricing::UnderlyingCarry>(pricing::carryOf(*raw, curve));
        const auto part = priceForRisk(raw, curve, *view);
        QCOMPARE(part->chain->expiries.size(), std::size_t(1));
        QVERIFY(part->chain->size() < raw->size() / 2);
        const std::vector<std::shared_ptr<const pricing::PricedChain>> parts{part}, wholes{pricing::priceChain(raw, curve)};
        const auto holdings = portfolio::holdingsOf(std::vector{p});
        const auto a = portfolio::bindBook(holdings, parts), b = portfolio::bindBook(holdings, wholes);
        for (std::size_t i = 0; i < a.legs.size(); ++i) {
            QCOMPARE(a.legs[i].status, portfolio::LegStatus::Priced);
            QCOMPARE(a.legs[i].mark, b.legs[i].mark);
            QCOMPARE(a.legs[i].vol, b.legs[i].vol);
            QCOMPARE(a.legs[i].spot, b.legs[i].spot);
            QCOMPARE(a.legs[i].unit.price, b.legs[i].unit.price);
            QCOMPARE(a.legs[i].unit.vega, b.legs[i].unit.vega);
        }
        curve.carry.reset(); // it would be implied from the other expiries
        QCOMPARE(priceForRisk(raw, curve, *view)->chain->size(), raw->size());
    }

    void aWatchPublishesWhenAskedAndNotAgainWhileNothingMoves() {
        const auto raw = m_chain.priced()->chain;
        const auto view = viewOf(m_chain, {puts()});
        int asked = 0;
        std::mutex mutex;
        std::vector<std::shared_ptr<const RiskView>> published;
        std::unique_ptr<RiskWatch> watch; // outlives the worker that computes for it
        Worker pricing("pricing", 8, {});
        watch = std::make_unique<RiskWatch>(
            [&](const std::string& underlying, MarketRunner::ChainReady ready) {
                QCOMPARE(underlying, std::string("SPX"));
                ++asked;
                ready(raw, history(120), std::make_shared<market::Tick>(), {});
            },
            pricing,
            [&](std::shared_ptr<const RiskView> risk) {
                std::scoped_lock lock(mutex);
                published.push_back(std::move(risk));
            });
        const auto rest = [&] { // the worker's queue is one behind the other
            std::atomic<bool> reached{false};
            QVERIFY(pricing.post([&](std::stop_token) {
                reached = true;
                reached.notify_all();
            }));
            reached.wait(false);
        };
        watch->poll(view); // nobody looks: the attribution's look alone
        rest();
        QCOMPARE(asked, 1);
        watch->poll(view);
        QCOMPARE(asked, 1);
        watch->setWanted(true);
        watch->poll(view);
        rest();
        QCOMPARE(asked, 2);
        QCOMPARE(published.size(), std::size_t(2)); // what is quick first, then with the values at risk
        QVERIFY(published[0]->asIs.grid.worst && !published[0]->asIs.historical.available());
        QVERIFY(published[1]->asIs.historical.unavailable.find("days of history") != std::string::npos);
        for (int i = 0; i < 20; ++i) watch->poll(view);
        rest();
        QCOMPARE(asked, 2);
        watch->setWanted(false);
        watch->setWanted(true); // somebody looks again: at once, the market standing or not
        watch->poll(view);
        rest();
        QCOMPARE(asked, 3);
        QCOMPARE(published.size(), std::size_t(3)); // the legs are the same: the values at risk are kept
    }
};

QTEST_APPLESS_MAIN(RiskViewTest)
#include "tst_desk_risk_view.moc"
