#include <QTest>

#include <cmath>

#include "desk/carry_keeper.h"
#include "desk/context.h"
#include "desk/replay.h"
#include "desk_harness.h"
#include "portfolio/risk_leg.h"
#include "pricing/chain_carry.h"
#include "simulation/simulated_market.h"

using namespace mahler;
using namespace mahler::desk;
using namespace mahler::desk::testing;
using market::Right;

namespace {

constexpr TradingDate kDay = std::chrono::year{2026} / 11 / 23;
constexpr double kSame = 1e-12;

double to1e12(double a, double b) { return std::fabs(a - b) / std::max(1.0, std::fabs(b)); }

/// SPY at 500 with a borrow fee and a basis no rate explains: parity says other forwards than spot, rate and yield.
std::shared_ptr<const market::OptionChain> chainAt(UtcTime now, double spot = 500) {
    market::ChainBuilder builder("SPY", now, *Price::fromDouble(spot), "test");
    for (const auto& [month, day] : {std::pair{12u, 4u}, {12u, 31u}, {3u, 19u}}) {
        const TradingDate expiry = std::chrono::year{month == 3 ? 2027 : 2026} / static_cast<int>(month) / static_cast<int>(day);
        for (double strike = 430; strike <= 570; strike += 5)
            for (const Right right : {Right::Call, Right::Put}) {
                market::ChainBuilder::Row row;
                row.contract = market::OptionContract::make("SPY", expiry, *Price::fromDouble(strike), right);
                const double years = pricing::yearsBetween(now, row.contract.expiresAt());
                const double vol = 0.19 - 0.3 * std::log(strike / spot) + (right == Right::Call ? 0.0005 : 0);
                const double value = pricing::priceAmerican({right, spot * 1.0002, strike, years, 0.04, 0.021, vol}).price;
                row.quote.bid = *Price::fromDouble(std::max(0.01, std::floor(value * 100) / 100 - 0.02));
                row.quote.ask = *Price::fromDouble(std::floor(value * 100) / 100 + 0.03);
                row.quote.time = now;
                builder.add(row);
            }
    }
    return std::move(builder).build();
}

/// What the gate would look at of an order, made as the desk makes it, on a copy of the desk.
struct Judged {
    DeskState state;
    LiveMarket market;
    BookCache cache;
    Outcome out;
    risk::Gate gate;
    risk::GateContext by;
    Judged(Harness& h, const portfolio::ComboOrder& order, const std::string& strategy) : state(h.state()), market(h.desk().market()) {
        Context context{state, market, state.limits, gate, h.now(), out, cache};
        by = gateContext(context, order, strategy);
    }
};

pricing::CurveInputs sessionCurve() {
    pricing::CurveInputs curve;
    curve.rate = 0.04;
    curve.fallbackYield = 0.012;
    return curve;
}

} // namespace

/// One carry for chain, book and gate.
class TestDeskCarry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aContractHasTheSameNumbersInChainBookAndGate();
    void aLegWithCashDividendsIsTheSameEverywhereAndVerified();
    void withoutACarryTheSessionsRateStands();
    void aCarrySurvivesItsJournalFormBitForBit();
    void theSimulatedMarketIsAskedForItsParity();
    void quotesThatCannotAnswerLeaveTheRateAndAreAskedAgain();
};

void TestDeskCarry::aContractHasTheSameNumbersInChainBookAndGate() {
    Harness h;
    h.open();
    h.jumpTo(11, 20, 37); // between two full minutes
    const auto contract = [](double strike, Right right) {
        return market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), right);
    };
    auto curve = sessionCurve();
    curve.carry = std::make_shared<const pricing::UnderlyingCarry>(pricing::carryOf(*chainAt(h.at(11, 20).utc), curve));
    QCOMPARE(curve.carry->find(std::chrono::year{2026} / 12 / 31, "SPY")->source, pricing::CarrySource::Parity);
    h.give(CarryFacts{*curve.carry});
    h.quote(*chainAt(h.now().utc));
    h.ticks(2);
    // In the money and out of it, calls and puts.
    portfolio::ComboOrder condor;
    condor.underlying = "SPY";
    condor.kind = portfolio::StrategyKind::IronCondor;
    condor.legs = {
        {contract(470, Right::Put), -1}, {contract(460, Right::Put), 1}, {contract(490, Right::Call), -1}, {contract(495, Right::Call), 1}};
    condor.quantity = 1;
    condor.netLimit = *Price::fromDouble(4.0);
    condor.source = "agent:desk";
    h.propose(condor);
    h.ticks(1);

    // The chain as the screen has it: this tick's quotes, the same carry.
    const auto chain = [&] {
        market::ChainBuilder builder("SPY", h.now().utc, *Price::fromDouble(500), "test");
        const auto quoted = chainAt(h.at(11, 20, 37).utc);
        for (std::size_t row = 0; row < quoted->size(); ++row) {
            market::ChainBuilder::Row copy{quoted->contract(row), quoted->quote(row), {}, {}};
            copy.quote.time = h.now().utc;
            builder.add(copy);
        }
        return std::move(builder).build();
    }();
    const auto priced = pricing::priceChain(chain, curve);
    const auto book = portfolio::bindBook(portfolio::holdingsOf(condor), std::vector<std::shared_ptr<const pricing::PricedChain>>{priced});

    const Judged judged(h, condor, "iron_condor");
    const auto& market = judged.market;
    const auto& state = judged.state;
    const auto view = h.desk().view(h.now());
    QVERIFY(!view.approvals.empty() || !view.proposals.empty() || !state.proposals.empty());
    for (std::size_t i = 0; i < condor.legs.size(); ++i) {
        const auto& c = condor.legs[i].contract;
        const std::string id = c.id();
        const auto row = chain->find(c);
        QVERIFY(row && priced->hasGreeks[*row]);
        const auto greeks = market.greeks(id);
        QVERIFY2(greeks.has_value(), id.c_str());
        QVERIFY2(to1e12(greeks->iv, priced->iv[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(greeks->markVol, priced->markVol[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(greeks->delta, priced->delta[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(greeks->gamma, priced->gamma[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(greeks->vega, priced->vega[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(greeks->theta, priced->theta[*row]) < kSame, id.c_str());
        const auto& leg = book.legs[i]; // scenario grid, VaR and builder stand on these
        QVERIFY(to1e12(leg.unit.delta, priced->delta[*row]) < kSame && to1e12(leg.vol, priced->markVol[*row]) < kSame);
        const auto& v = judged.by.verified.at(id);
        QVERIFY2(v.agree, pricing::describe(v).c_str());
        QVERIFY(to1e12(v.in.spot, leg.spot) < kSame && to1e12(v.in.rate, leg.rate) < kSame && to1e12(v.in.dividendYield, leg.dividendYield) < kSame);
        QVERIFY(to1e12(v.in.years, leg.years) < kSame && to1e12(v.in.vol, leg.vol) < kSame);
        QVERIFY(std::fabs(v.prices.front().price - leg.unit.price) < 1e-4); // two American methods
    }
    // It matters: on the session's rate and yield the delta of these contracts is another one.
    const auto flat = GreeksBoard().price(
        [&] {
            market::Tick tick;
            tick.time = h.now().utc;
            market::UnderlyingQuote spy;
            spy.symbol = "SPY";
            spy.quote.last = *Price::fromDouble(500);
            tick.underlyings = {spy};
            for (const auto& [id, quote] : market.options()) tick.watched.push_back({id, quote});
            return tick;
        }(),
        *state.facts);
    const std::string id = condor.legs[2].contract.id();
    QVERIFY(std::fabs(flat.at(id).delta - market.greeks(id)->delta) > 5e-4);
}

void TestDeskCarry::aLegWithCashDividendsIsTheSameEverywhereAndVerified() {
    Harness h;
    h.open();
    h.jumpTo(11, 20, 37);
    auto curve = sessionCurve();
    curve.dividends = {{std::chrono::year{2026} / 12 / 18, 1.9}};
    curve.carry = std::make_shared<const pricing::UnderlyingCarry>(pricing::carryOf(*chainAt(h.at(11, 20).utc), curve));
    QCOMPARE(curve.carry->find(std::chrono::year{2026} / 12 / 31, "SPY")->dividends.size(), std::size_t(1));
    QVERIFY(curve.carry->find(std::chrono::year{2026} / 12 / 4, "SPY")->dividends.empty());
    h.give(CarryFacts{*curve.carry});
    const auto chain = chainAt(h.now().utc + 1s);
    h.quote(*chain);
    auto order = Harness::spread(1, 2.0);
    h.propose(order); // its tick is a second on
    const auto priced = pricing::priceChain(chain, curve);
    const auto book = portfolio::bindBook(portfolio::holdingsOf(order), std::vector<std::shared_ptr<const pricing::PricedChain>>{priced});
    const Judged judged(h, order, "credit_spread");
    const auto& market = judged.market;
    for (std::size_t i = 0; i < order.legs.size(); ++i) {
        const std::string id = order.legs[i].contract.id();
        const auto row = chain->find(order.legs[i].contract);
        QVERIFY(row && priced->hasGreeks[*row]);
        const auto greeks = market.greeks(id);
        QVERIFY(greeks.has_value());
        QVERIFY2(to1e12(greeks->iv, priced->iv[*row]) < kSame && to1e12(greeks->delta, priced->delta[*row]) < kSame, id.c_str());
        QVERIFY2(to1e12(book.legs[i].unit.delta, priced->delta[*row]) < kSame && to1e12(book.legs[i].unit.vega, priced->vega[*row]) < kSame,
                 id.c_str());
        const auto& v = judged.by.verified.at(id);
        QVERIFY2(v.checked() && v.agree, pricing::describe(v).c_str()); // before, what had dividends was not verified and not traded
        QVERIFY(std::fabs(v.prices.front().price - book.legs[i].unit.price) < 1e-9);
    }
}

void TestDeskCarry::withoutACarryTheSessionsRateStands() {
    SessionFacts facts;
    facts.rate = 0.03;
    facts.dividendYield["SPY"] = 0.01;
    const auto put = Harness::put(470);
    const UtcTime at = market::fromNewYork(kDay, 11, 0, 20);
    const auto c = modelCarry(put, 500, at, facts, {});
    QCOMPARE(c.rate, 0.03);
    QCOMPARE(c.yield, 0.01);
    QCOMPARE(c.spot, 500.0);
    QVERIFY(!c.fromParity && !c.rateAssumed);
    QVERIFY(std::fabs(c.forward - 500 * std::exp(0.02 * c.years)) < 1e-9);
    QVERIFY(std::fabs(c.years - pricing::yearsBetween(market::fromNewYork(kDay, 11, 0), put.expiresAt())) < 1e-15); // the full minute
    // An amount that is known stands in place of the yield.
    facts.dividends["SPY"] = {{std::chrono::year{2026} / 12 / 18, 1.9}};
    const auto cash = modelCarry(put, 500, at, facts, {});
    QCOMPARE(cash.dividends.size(), std::size_t(1));
    QCOMPARE(cash.yield, 0.0);
    // To the second when it counts.
    const auto near = market::OptionContract::make("SPY", kDay, *Price::fromDouble(500), Right::Put);
    QVERIFY(std::fabs(modelCarry(near, 500, at, facts, {}).years - pricing::yearsBetween(at, near.expiresAt())) < 1e-15);
    facts.rate.reset();
    QVERIFY(modelCarry(put, 500, at, facts, {}).rateAssumed);
}

void TestDeskCarry::aCarrySurvivesItsJournalFormBitForBit() {
    auto curve = sessionCurve();
    CarryFacts facts{pricing::carryOf(*chainAt(market::fromNewYork(kDay, 11, 0)), curve)};
    QCOMPARE(facts.carry.expiries.size(), std::size_t(3));
    facts.carry.expiries[1].dividends = {{std::chrono::year{2026} / 12 / 18, 1.75}};
    const auto body = encodeCommand(facts);
    QVERIFY(body.has_value());
    const auto back = decodeCommand(commandName(facts), *body);
    QVERIFY(back.has_value());
    QVERIFY(std::get<CarryFacts>(*back).carry == facts.carry);
}

void TestDeskCarry::theSimulatedMarketIsAskedForItsParity() {
    const auto feed = simulation::makeSimulatedMarket({7, simulation::Scenario::Calm, kDay, 1});
    const UtcTime now = market::fromNewYork(kDay, 11, 0);
    QVERIFY(feed->advance(now, {}).has_value());
    const auto chain = *feed->chain("SPY");
    CarryKeeper keeper;
    QVERIFY(keeper.due("SPY", now, market::Session::Open));
    keeper.renew("SPY", chain.get(), feed->history().get(), now, market::Session::Open);
    const auto curve = keeper.curve("SPY", feed->history().get());
    QVERIFY(curve.carry && !curve.dividendYield);
    int parity = 0;
    for (const auto& e : curve.carry->expiries) parity += e.source == pricing::CarrySource::Parity ? 1 : 0;
    QVERIFY(parity > static_cast<int>(curve.carry->expiries.size()) * 9 / 10);
    QVERIFY(pricing::priceChain(chain, curve)->expiries.back().forwardFromParity);
    // Held for five minutes, whatever the session keeps doing; then, or when the session changes, asked again.
    QVERIFY(!keeper.due("SPY", now + 299s, market::Session::Open));
    QVERIFY(keeper.due("SPY", now + 300s, market::Session::Open));
    QVERIFY(keeper.due("SPY", now + 1s, market::Session::AfterClose));
    // The desk is told of what it watches alone.
    const auto& slice = chain->expiries[4];
    const auto told =
        keeper.of({chain->contract(slice, slice.begin), market::OptionContract::make("GLD", slice.expiry, *Price::fromDouble(200), Right::Put)});
    QCOMPARE(told.size(), std::size_t(1));
    QCOMPARE(told[0].expiries.size(), std::size_t(1));
    QVERIFY(told[0].expiries[0] == *curve.carry->find(slice.expiry, slice.root));
}

void TestDeskCarry::quotesThatCannotAnswerLeaveTheRateAndAreAskedAgain() {
    const UtcTime now = market::fromNewYork(kDay, 9, 30, 1);
    market::ChainBuilder builder("SPY", now, *Price::fromDouble(500), "test"); // calls alone: no parity
    for (double strike = 480; strike <= 520; strike += 5) {
        market::ChainBuilder::Row row;
        row.contract = market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), Right::Call);
        row.quote.bid = *Price::fromDouble(std::max(1.0, 505 - strike));
        row.quote.ask = *Price::fromDouble(std::max(1.0, 505 - strike) + 0.1);
        row.quote.time = now;
        builder.add(row);
    }
    const auto chain = std::move(builder).build();
    market::History history;
    history.rate = 0.037;
    history.dividendYield["SPY"] = 0.013;
    CarryKeeper keeper;
    keeper.renew("SPY", chain.get(), &history, now, market::Session::Open);
    const auto curve = keeper.curve("SPY", &history);
    QVERIFY(curve.carry != nullptr);
    QCOMPARE(curve.carry->expiries[0].source, pricing::CarrySource::Rate);
    QCOMPARE(curve.carry->expiries[0].rate, 0.037);
    QCOMPARE(curve.carry->expiries[0].yield, 0.013);
    QVERIFY(!pricing::priceChain(chain, curve)->expiries[0].forwardFromParity); // what the volatility screen says
    QVERIFY(!keeper.due("SPY", now + 14s, market::Session::Open));
    QVERIFY(keeper.due("SPY", now + 15s, market::Session::Open));
    // A chain that cannot be had leaves what there is.
    keeper.renew("SPY", nullptr, &history, now + 15s, market::Session::Open);
    QVERIFY(keeper.curve("SPY", &history).carry == curve.carry);
}

QTEST_APPLESS_MAIN(TestDeskCarry)
#include "tst_desk_carry.moc"
