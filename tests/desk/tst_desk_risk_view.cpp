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

void addsUp(const portfolio::PnlParts& p) {
    QCOMPARE((p.delta + p.gamma + p.vega + p.theta + p.rho + p.cross + p.newTrades + p.fees + p.unexplained).micros(), p.total.micros());
}

} // namespace

class RiskViewTest : public QObject {
    Q_OBJECT

    FlatChain m_chain;
    UtcTime yesterday() const { return m_chain.time - std::chrono::hours(24); }
    portfolio::Position puts(std::int64_t n = 2) const { return position("P-1", m_chain, 4800, 4700, P, n, 12.0, yesterday()); }
    portfolio::Position calls(std::int64_t n = 1) const { return position("P-2", m_chain, 5200, 5300, C, n, 15.0, yesterday()); }
    /// The same contracts three hours later in another market.
    FlatChain later(double spot = 5040, double vol = 0.19) const {
        FlatChain out = m_chain;
        out.centre = m_chain.spot;
        out.spot = spot;
        out.vol = vol;
        out.time += std::chrono::minutes(10);
        return out;
    }

private Q_SLOTS:
    void whatAnAssignmentTookApartIsNotExplainedAsOnePosition() {
        const auto leftOut = [](const Attribution& attribution, const char* id) {
            for (const auto& row : attribution.positions)
                if (row.id == PositionId(id)) return row.leftOut;
            return std::string("no such row");
        };
        RiskBoard board;
        board.make(sourcesOf(m_chain, viewOf(m_chain, {puts(3), calls()})));
        const auto next = later();
        auto whole = puts(2), piece = puts(1);
        piece.id = PositionId("P-1-AS-7");
        piece.legs.erase(piece.legs.begin());
        const auto apart = board.make(sourcesOf(next, viewOf(next, {whole, piece, calls()})))->attribution;
        QVERIFY(leftOut(apart, "P-1").find("assignment") != std::string::npos);
        QVERIFY(leftOut(apart, "P-2").empty());
        auto lost = puts(3); // whole, but for the leg that went
        lost.legs.erase(lost.legs.begin());
        RiskBoard other;
        other.make(sourcesOf(m_chain, viewOf(m_chain, {puts(3)})));
        QVERIFY(leftOut(other.make(sourcesOf(next, viewOf(next, {lost})))->attribution, "P-1").find("assignment") != std::string::npos);
        // With the next session's first look both are explained again.
        RiskBoard fresh;
        fresh.make(sourcesOf(m_chain, viewOf(m_chain, {whole, piece})));
        const auto again = fresh.make(sourcesOf(next, viewOf(next, {whole, piece})))->attribution;
        QVERIFY(leftOut(again, "P-1").empty() && leftOut(again, "P-1-AS-7").empty());
    }

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
        risk::BreakerMapInputs in{
            view->account, *view->marks.equity, 19.0, *portfolio::worstCaseLoss(puts()) + *portfolio::worstCaseLoss(calls()), {}};
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

    void theLooksOfASessionCountUntilTheNextOneBegins() {
        RiskBoard board;
        board.look(sourcesOf(m_chain, viewOf(m_chain, {puts()})));
        auto view = viewOf(m_chain, {puts()});
        view->session = market::Session::Closed;
        view->at.utc += std::chrono::hours(9); // past midnight, the facts are still those of the day
        QCOMPARE(board.make(sourcesOf(m_chain, view))->attribution.since, std::optional(m_chain.time));
        view->sessionOpen += std::chrono::hours(24);
        const auto next = board.make(sourcesOf(m_chain, view))->attribution;
        QVERIFY(!next.since);
        QCOMPARE(next.positions.front().leftOut, std::string("not looked at yet in this session"));
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

    void aHeldPositionIsExplainedFromTheFirstLookOfTheSession() {
        RiskBoard board;
        const auto first = sourcesOf(m_chain, viewOf(m_chain, {puts(), calls()}));
        board.look(first);
        const auto next = later();
        const auto second = sourcesOf(next, viewOf(next, {puts(), calls()}));
        const auto risk = board.make(second);
        const auto holdings = portfolio::holdingsOf(std::vector{puts(), calls()});
        const auto before = portfolio::bindBook(holdings, first.chains), after = portfolio::bindBook(holdings, second.chains);
        const auto explain = portfolio::explainPnl(before, after, {}, portfolio::ExplainMethod::Explain),
                   predict = portfolio::explainPnl(before, after, {}, portfolio::ExplainMethod::Predict);
        const auto& a = risk->attribution;
        QCOMPARE(a.since, std::optional(m_chain.time));
        QCOMPARE(a.to, next.time);
        for (const auto& [shown, direct] : {std::pair(&a.book.explain, &explain.book.parts), std::pair(&a.book.predict, &predict.book.parts)}) {
            QCOMPARE(shown->total, direct->total);
            QCOMPARE(shown->delta, direct->delta);
            QCOMPARE(shown->vega, direct->vega);
            QCOMPARE(shown->unexplained, direct->unexplained);
            QCOMPARE(shown->newTrades, Usd());
            QCOMPARE(shown->fees, Usd());
            addsUp(*shown);
        }
        QVERIFY(a.book.explain.total.micros() != 0);
        QCOMPARE(a.positions.size(), std::size_t(2));
        QCOMPARE(a.positions[0].explain.total + a.positions[1].explain.total, a.book.explain.total);
        QVERIFY(abs(a.positions[0].explain.total) >= abs(a.positions[1].explain.total));
        QCOMPARE(a.byUnderlying.front().key, std::string("SPX"));
        QVERIFY(!a.positions[0].fromFills);
    }

    void aPositionOpenedTodayIsExplainedFromItsFills() {
        RiskBoard board;
        auto fresh = puts();
        fresh.openedAt = m_chain.time - std::chrono::minutes(1);
        board.look(sourcesOf(m_chain, viewOf(m_chain, {fresh})));
        const auto next = later();
        const auto sources = sourcesOf(next, viewOf(next, {fresh}));
        const auto row = board.make(sources)->attribution.positions.front();
        portfolio::QuoteBook quotes;
        for (const auto& leg : fresh.legs)
            quotes[leg.contract.id()] = sources.chains.front()->chain->quote(*sources.chains.front()->chain->find(leg.contract));
        QCOMPARE(row.explain.total, *portfolio::markPosition(fresh, quotes).openPnl - fresh.openFees);
        QCOMPARE(row.explain.fees, -fresh.openFees);
        QVERIFY(row.explain.newTrades.micros() != 0); // the credit is not the first look's mid
        QVERIFY(row.fromFills);
        addsUp(row.explain);
        addsUp(row.predict);
        QCOMPARE(row.predict.total, row.explain.total);
    }

    void aPositionClosedTodayIsExplainedToItsLastLookAndStandsStillAfterwards() {
        RiskBoard board;
        board.look(sourcesOf(m_chain, viewOf(m_chain, {puts()})));
        auto closed = puts();
        closed.quantity = 0;
        closed.realised = *Usd::fromDouble(321);
        closed.closeFees = *Usd::fromDouble(4);
        auto next = later();
        auto view = viewOf(next, {});
        view->closedToday.push_back(closed);
        const auto atClose = board.make(sourcesOf(next, view))->attribution;
        QCOMPARE(atClose.positions.size(), std::size_t(1));
        const auto row = atClose.positions.front();
        QVERIFY2(row.leftOut.empty(), row.leftOut.c_str());
        QVERIFY(row.closed);
        QCOMPARE(row.explain.fees, *Usd::fromDouble(-4));
        addsUp(row.explain);
        next = later(4700, 0.35);
        view = viewOf(next, {});
        view->closedToday.push_back(closed);
        const auto after = board.make(sourcesOf(next, view))->attribution.positions.front();
        QCOMPARE(after.explain.total, row.explain.total);
        QCOMPARE(after.explain.delta, row.explain.delta);
    }

    void aPositionClosedBeforeAnybodyLookedIsLeftOutUnlessItWasOpenedToday() {
        auto closed = puts();
        closed.quantity = 0;
        closed.realised = *Usd::fromDouble(80);
        const auto view = viewOf(m_chain, {});
        view->closedToday.push_back(closed);
        RiskBoard board;
        auto a = board.make(sourcesOf(m_chain, view))->attribution;
        QCOMPARE(a.positions.front().leftOut, std::string("closed before the first look at its legs"));
        view->closedToday.front().openedAt = view->sessionOpen;
        a = board.make(sourcesOf(m_chain, view))->attribution;
        QCOMPARE(a.positions.front().explain.total, *Usd::fromDouble(80) - closed.openFees);
        QCOMPARE(a.positions.front().explain.newTrades, *Usd::fromDouble(80));
    }

    void unitsAddedLaterAreNewTrades() {
        RiskBoard board;
        board.look(sourcesOf(m_chain, viewOf(m_chain, {puts(2)})));
        const auto next = later();
        auto more = puts(4);
        const auto sources = sourcesOf(next, viewOf(next, {more}));
        const auto row = board.make(sources)->attribution.positions.front();
        addsUp(row.explain);
        const auto two = portfolio::bindBook(portfolio::holdingsOf(std::vector{puts(2)}), sources.chains);
        Price mid = more.openNet;
        for (const auto& leg : two.legs) mid += Price::fromMicros(leg.mark->micros() * (leg.holding.quantity > 0 ? 1 : -1));
        QCOMPARE(row.explain.newTrades, *notional(mid, 2, 100)); // the two new units, from their price to the mids
        QCOMPARE(row.explain.fees, *Usd::fromDouble(-4));
    }

    void aNewSessionLooksAnew() {
        RiskBoard board;
        board.look(sourcesOf(m_chain, viewOf(m_chain, {puts()})));
        FlatChain tomorrow = m_chain;
        tomorrow.time += std::chrono::hours(20);
        const auto view = viewOf(tomorrow, {puts()});
        view->session = market::Session::PreOpen;
        const auto sources = sourcesOf(tomorrow, view);
        board.look(sources);
        QCOMPARE(board.attribution().day(), std::optional(market::toNewYork(m_chain.time).date)); // nobody looks before the open
        view->session = market::Session::Open;
        board.look(sources);
        QCOMPARE(board.attribution().looked(), std::set<std::string>{"P-1"});
        QCOMPARE(board.make(sources)->attribution.since, std::optional(tomorrow.time));
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
