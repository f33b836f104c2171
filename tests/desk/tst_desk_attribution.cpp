#include <atomic>
#include <mutex>
#include <QTest>

#include "desk/risk_watch.h"
#include "risk_fixture.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;

namespace {

void addsUp(const portfolio::PnlParts& p) {
    QCOMPARE((p.delta + p.gamma + p.vega + p.theta + p.rho + p.cross + p.newTrades + p.fees + p.unexplained).micros(), p.total.micros());
}

} // namespace

/// What the session's gain is explained by, of the positions held, opened and closed in it.
class AttributionTest : public QObject {
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
        board.watchFrom(fresh.openedAt - std::chrono::minutes(1));
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

    /// After a restart: the fills are of before it, the looks of after it.
    void aPositionOpenedBeforeTheBookWatchedIsExplainedFromItsFirstLook() {
        auto fresh = puts();
        fresh.openedAt = m_chain.time - std::chrono::minutes(1);
        const auto next = later();
        const auto explained = [&](UtcTime watchedFrom) {
            RiskBoard board;
            board.watchFrom(watchedFrom);
            board.look(sourcesOf(m_chain, viewOf(m_chain, {fresh})));
            const auto view = viewOf(next, {fresh});
            view->marks.dayPnl = *Usd::fromDouble(500);
            return board.make(sourcesOf(next, view))->attribution;
        };
        const auto after = explained(m_chain.time), throughout = explained(fresh.openedAt - std::chrono::minutes(1));
        const auto &row = after.positions.front(), &whole = throughout.positions.front();
        QVERIFY2(row.leftOut.empty(), row.leftOut.c_str());
        QVERIFY(!row.fromFills && whole.fromFills);
        QCOMPARE(row.since, m_chain.time);
        for (const auto* parts : {&row.explain, &row.predict}) {
            addsUp(*parts);
            QCOMPARE(parts->newTrades, Usd());
            QCOMPARE(parts->fees, Usd());
        }
        QCOMPARE(row.explain.delta, whole.explain.delta);
        // What came before is in no part: the screen shows it as the account's day less what is attributed.
        const Usd before = *after.dayPnl - after.book.explain.total, rest = *throughout.dayPnl - throughout.book.explain.total;
        QCOMPARE(before - rest, whole.explain.newTrades + whole.explain.fees);
        QVERIFY(!explained(fresh.openedAt).positions.front().fromFills); // in the first view of all: older than the watch
    }

    void theWatchBeginsWithTheFirstViewWhetherAnythingIsComputedOfItOrNot() {
        auto fresh = puts();
        fresh.openedAt = m_chain.time - std::chrono::minutes(1);
        const auto fromFills = [&](bool polledBefore) {
            std::mutex mutex;
            std::shared_ptr<const RiskView> published;
            std::unique_ptr<RiskWatch> watch; // outlives the worker that computes for it
            Worker pricing("pricing", 8, {});
            const auto chain = m_chain.priced()->chain;
            watch = std::make_unique<RiskWatch>(
                [&](const std::string&, MarketRunner::ChainReady ready) { ready(chain, history(120), std::make_shared<market::Tick>(), {}); },
                pricing,
                [&](std::shared_ptr<const RiskView> risk) {
                    std::scoped_lock lock(mutex);
                    published = std::move(risk);
                });
            FlatChain earlier = m_chain;
            earlier.time -= std::chrono::minutes(5);
            if (polledBefore) watch->poll(viewOf(earlier, {})); // no position, nobody looks
            watch->setWanted(true);
            watch->poll(viewOf(m_chain, {fresh}));
            std::atomic<bool> reached{false}; // the worker's queue is one behind the other
            if (!pricing.post([&](std::stop_token) {
                    reached = true;
                    reached.notify_all();
                }))
                return std::optional<bool>();
            reached.wait(false);
            std::scoped_lock lock(mutex);
            return published ? std::optional(published->attribution.positions.front().fromFills) : std::nullopt;
        };
        QCOMPARE(fromFills(true), std::optional(true));
        QCOMPARE(fromFills(false), std::optional(false));
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

    void aPositionClosedBeforeAnybodyLookedIsLeftOutUnlessItWasOpenedWhileTheBookWatched() {
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
        QCOMPARE(a.positions.front().leftOut, std::string("opened before this run began, closed before the first look at its legs"));
        QCOMPARE(a.book.explained, 0);
        RiskBoard watching;
        watching.watchFrom(view->sessionOpen - std::chrono::minutes(1));
        a = watching.make(sourcesOf(m_chain, view))->attribution;
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
};

QTEST_APPLESS_MAIN(AttributionTest)
#include "tst_desk_attribution.moc"
