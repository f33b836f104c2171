#include <QTest>

#include <atomic>
#include <functional>
#include <thread>

#include "market/exchange_calendar.h"
#include "risk/gate.h"

using namespace mahler;
using namespace mahler::risk;
using namespace std::chrono_literals;

namespace {

/// A context whose book is made from what is held, as the desk makes it.
struct Scene : GateContext {
    std::vector<portfolio::Position> positions;
    std::vector<OutstandingOrder> outstanding;
    std::map<std::string, double> spots;
    bool bookKnown = true;
    std::vector<std::shared_ptr<const std::string>> texts; ///< what `sent` looks into
    std::string_view keep(std::string text) {
        texts.push_back(std::make_shared<const std::string>(std::move(text)));
        return *texts.back();
    }
};

GateDecision evaluate(const portfolio::ComboOrder& order, Scene scene) {
    scene.book = scene.bookKnown ? std::make_shared<BookRisk>(bookRisk(scene.positions, scene.outstanding, scene.greeks, scene.spots)) : nullptr;
    return Gate().evaluate(order, scene);
}

} // namespace

using Breaking = std::function<void(portfolio::ComboOrder&, Scene&)>;
Q_DECLARE_METATYPE(Breaking)

class GateTest : public QObject {
    Q_OBJECT

    static portfolio::ComboLeg put(double strike, int ratio) {
        return {market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Put), ratio};
    }
    static portfolio::ComboOrder order() {
        portfolio::ComboOrder o;
        o.underlying = "SPY";
        o.kind = portfolio::StrategyKind::BullPutSpread;
        o.legs = {put(470, -1), put(465, 1)};
        o.quantity = 2;
        o.netLimit = Price::fromMicros(350'000);
        o.source = "agent:desk";
        return o;
    }
    /// What two methods say of a leg, each declaring a tenth of a cent.
    static pricing::Verification opinions(double kernel, double tree) {
        return pricing::judge(market::ExerciseStyle::American, {},
                              {{pricing::PriceMethod::Kernel, kernel, 0.001, true}, {pricing::PriceMethod::Tree, tree, 0.001, true}});
    }
    static void quote(Scene& g, double strike, double bid, double ask) {
        const auto id = put(strike, 1).contract.id();
        market::Quote q;
        q.bid = *Price::fromDouble(bid);
        q.ask = *Price::fromDouble(ask);
        q.volume = 50;
        q.openInterest = 500;
        q.time = g.now.utc;
        g.quotes[id] = q;
        g.quoteAges[id] = 1s;
        g.greeks[id] = {-0.12, 0.003, -20, 40, 0.2};
        g.verified[id] = opinions(bid, bid + 0.0001);
    }
    static Scene context() {
        Scene g;
        const TradingDate today = std::chrono::year{2026} / 11 / 23;
        g.now.utc = market::fromNewYork(today, 11, 0);
        g.now.mono = 100h;
        g.session = market::Session::Open;
        g.sessionClose = market::sessionClose(today);
        g.equity = Usd::fromMicros(100'000'000'000);
        g.spots["SPY"] = 500;
        g.spot = 500;
        g.quoteAges["SPY"] = 1s;
        g.strategy = "credit_spread";
        quote(g, 470, 1.48, 1.54);
        quote(g, 465, 1.14, 1.18);
        return g;
    }
    static std::vector<std::string> failures(const GateDecision& d) {
        std::vector<std::string> out;
        for (const auto& c : d.checks)
            if (!c.pass) out.push_back(c.check);
        return out;
    }
    static portfolio::Position held(std::int64_t quantity = 2, const char* underlying = "SPY") {
        portfolio::Position p;
        p.id = PositionId("POS-1");
        p.underlying = underlying;
        p.legs = order().legs;
        p.quantity = quantity;
        p.openNet = Price::fromMicros(350'000);
        return p;
    }
    static portfolio::ComboOrder closing(std::int64_t quantity = 2) {
        auto o = order();
        o.intent = portfolio::OrderIntent::Close;
        o.closes = PositionId("POS-1");
        for (auto& leg : o.legs) leg.ratio = -leg.ratio;
        o.quantity = quantity;
        o.netLimit = Price::fromMicros(-370'000);
        return o;
    }

private Q_SLOTS:
    void aSoundOrderPassesEveryCheck() {
        const auto d = evaluate(order(), context());
        QVERIFY2(d.pass, failures(d).empty() ? "" : failures(d).front().c_str());
        QVERIFY(d.checks.size() >= 25);
        QCOMPARE(d.worstCase->micros(), std::int64_t{2 * 465'000'000 + 4'000'000});
        QCOMPARE(d.value->micros(), d.worstCase->micros());
    }

    void eachCheckStopsWhatItIsFor_data() {
        QTest::addColumn<Breaking>("breaking");
        QTest::addColumn<QString>("check");
        const auto row = [](const char* name, const char* check, Breaking b) { QTest::newRow(name) << b << QString::fromLatin1(check); };
        row("halted", "halt_state", [](auto&, auto& g) { g.latches.push_back({Breaker::B8Manual, {}, {}, "F12", 1, {}}); });
        row("session closed", "session_open", [](auto&, auto& g) { g.session = market::Session::PreOpen; });
        row("naked short put", "defined_risk", [](auto& o, auto&) { o.legs.pop_back(); });
        row("more shorts than longs", "defined_risk", [](auto& o, auto&) { o.legs[0].ratio = -2; });
        row("no quantity", "order_valid", [](auto& o, auto&) { o.quantity = 0; });
        row("501 contracts", "max_contracts", [](auto& o, auto&) { o.quantity = 501; });
        row("a leg without quote", "quotes_present", [](auto&, auto& g) { g.quotes.erase(put(465, 1).contract.id()); });
        row("a one-sided quote", "quotes_present", [](auto&, auto& g) { g.quotes[put(465, 1).contract.id()].ask.reset(); });
        row("a crossed quote", "quotes_not_crossed", [](auto&, auto& g) { g.quotes[put(465, 1).contract.id()].bid = Price::fromMicros(2'000'000); });
        row("a stale leg at the edge", "quotes_fresh", [](auto&, auto& g) { g.quoteAges[put(470, 1).contract.id()] = 30s; });
        row("a stale underlying", "quotes_fresh", [](auto&, auto& g) { g.quoteAges["SPY"] = 31s; });
        row("a quote never seen", "quotes_fresh", [](auto&, auto& g) { g.quoteAges.erase(put(470, 1).contract.id()); });
        row("a quote from the future", "quotes_fresh", [](auto&, auto& g) { g.quotes[put(470, 1).contract.id()].time = g.now.utc + 1s; });
        row("a limit far above the market", "price_band", [](auto& o, auto&) { o.netLimit = Price::fromMicros(460'000); });
        row("a limit far below the market", "price_band", [](auto& o, auto&) { o.netLimit = Price::fromMicros(240'000); });
        row("a credit of the whole width", "credit_below_width", [](auto& o, auto&) { o.netLimit = Price::fromMicros(5'000'000); });
        row("a wide short leg", "bid_ask_width", [](auto&, auto& g) { quote(g, 470, 1.40, 1.62); });
        row("little open interest", "open_interest", [](auto&, auto& g) { g.quotes[put(470, 1).contract.id()].openInterest = 99; });
        row("unknown open interest", "open_interest", [](auto&, auto& g) { g.quotes[put(470, 1).contract.id()].openInterest.reset(); });
        row("little volume", "volume", [](auto&, auto& g) { g.quotes[put(470, 1).contract.id()].volume = 9; });
        row("methods that disagree on a price", "price_verification",
            [](auto&, auto& g) { g.verified[put(465, 1).contract.id()] = opinions(1.15, 1.16); });
        row("a price of one method alone", "price_verification", [](auto&, auto& g) {
            g.verified[put(465, 1).contract.id()] =
                pricing::judge(market::ExerciseStyle::American, {}, {{pricing::PriceMethod::Kernel, 1.15, 0.001, true}});
        });
        row("a leg nobody verified", "price_verification", [](auto&, auto& g) { g.verified.erase(put(470, 1).contract.id()); });
        row("too much for one trade", "risk_per_trade", [](auto& o, auto&) { o.quantity = 5; });
        row("too much in one position", "single_position", [](auto&, auto& g) { g.positions.push_back(held(9)); });
        row("too much in the book", "portfolio_risk", [](auto&, auto& g) {
            auto p = held(20, "GLD");
            for (auto& leg : p.legs) leg.contract = market::OptionContract::make("GLD", leg.contract.expiry, leg.contract.strike, leg.contract.right);
            for (const auto& leg : p.legs) g.greeks[leg.contract.id()] = {-0.1, 0.001, -1, 1, 0.2};
            g.spots["GLD"] = 380;
            g.positions.push_back(p);
        });
        row("an UNKNOWN order counts in full", "portfolio_risk", [](auto&, auto& g) {
            auto o = order();
            o.quantity = 20;
            g.outstanding.push_back({OrderId("M-1"), o, true});
        });
        row("a book nobody can value", "equity_known", [](auto&, auto& g) { g.equity.reset(); });
        row("unknown Greeks", "portfolio_delta", [](auto&, auto& g) { g.greeks.clear(); });
        row("unknown Greeks in the book", "portfolio_delta", [](auto&, auto& g) {
            auto p = held(1, "GLD");
            for (auto& leg : p.legs) leg.contract = market::OptionContract::make("GLD", leg.contract.expiry, leg.contract.strike, leg.contract.right);
            g.spots["GLD"] = 380;
            g.positions.push_back(p);
        });
        row("a book nobody has added up", "book_known", [](auto&, auto& g) { g.bookKnown = false; });
        row("delta of what is held", "portfolio_delta", [](auto&, auto& g) {
            auto p = held(1);
            p.legs = {put(400, 1)};
            g.greeks[put(400, 1).contract.id()] = {-0.70, 0.0001, -1, 1, 0.2};
            g.positions.push_back(p);
        });
        row("too much delta", "portfolio_delta", [](auto&, auto& g) { g.greeks[put(465, 1).contract.id()].delta = -0.60; });
        row("too much gamma", "portfolio_gamma", [](auto&, auto& g) { g.greeks[put(465, 1).contract.id()].gamma = 0.5; });
        row("a second message burst", "messages_per_second", [](auto&, auto& g) {
            for (int i = 0; i < 5; ++i) g.sent.push_back({g.now.mono - 100ms, "x", false, "other", "QQQ"});
        });
        row("a minute's messages", "messages_per_minute", [](auto&, auto& g) {
            for (int i = 0; i < 60; ++i) g.sent.push_back({g.now.mono - 30s, "x", false, "other", "QQQ"});
        });
        row("a day's messages", "messages_per_day", [](auto&, auto& g) {
            for (int i = 0; i < 500; ++i) g.sent.push_back({g.now.mono - 3h, "x", false, "other", "QQQ"});
        });
        row("the same order again", "duplicate", [](auto& o, auto& g) {
            g.sent.push_back({g.now.mono - 59s, g.keep(duplicateKey(o)), true, "credit_spread", "SPY"});
        });
        row("the same order by somebody else", "duplicate", [](auto& o, auto& g) {
            g.sent.push_back({g.now.mono - 1s, g.keep(duplicateKey(o)), true, "manual", "SPY"});
            o.source = "user:tom";
        });
        row("five openings in ten minutes", "opening_flood", [](auto&, auto& g) {
            for (int i = 0; i < 5; ++i) g.sent.push_back({g.now.mono - 5min, "x", true, "credit_spread", "SPY"});
        });
        row("a disabled strategy", "strategy_enabled", [](auto&, auto& g) { g.disabledStrategies = {"credit_spread/SPY"}; });
        row("an assignment nobody has acknowledged", "assignment_acknowledged",
            [](auto&, auto& g) { g.unacknowledged = {"assignment of SPY 470 put"}; });
        row("fifty working orders", "working_orders", [](auto&, auto& g) {
            for (int i = 0; i < 50; ++i) g.outstanding.push_back({OrderId("M" + std::to_string(i)), closing(), false});
        });
        row("half an hour before the expiry's close", "expiry_day_window", [](auto& o, auto& g) {
            const TradingDate today = std::chrono::year{2026} / 11 / 23;
            for (auto& leg : o.legs) leg.contract = market::OptionContract::make("SPY", today, leg.contract.strike, leg.contract.right);
            g.now.utc = market::fromNewYork(today, 15, 30);
        });
    }
    void eachCheckStopsWhatItIsFor() {
        QFETCH(Breaking, breaking);
        QFETCH(QString, check);
        auto o = order();
        auto g = context();
        breaking(o, g);
        const auto d = evaluate(o, g);
        QVERIFY(!d.pass);
        bool named = false;
        for (const auto& c : d.checks)
            if (!c.pass && c.check == check.toStdString()) {
                named = true;
                QVERIFY2(!c.reason.empty(), c.check.c_str());
            }
        QVERIFY2(named, failures(d).empty() ? "nothing failed" : failures(d).front().c_str());
    }

    void aQuoteThatIsNotOfNowSaysWhy() {
        const auto says = [](const Scene& g, const char* words) {
            const auto all = evaluate(order(), g).checks;
            return std::any_of(all.begin(), all.end(), [&](const auto& c) { return !c.pass && c.reason.find(words) != std::string::npos; });
        };
        auto g = context();
        g.quoteAges["SPY"] = 31s;
        QVERIFY(says(g, "SPY is 31 s old"));
        g = context();
        g.quoteAges.erase(put(470, 1).contract.id());
        QVERIFY(says(g, "has never been quoted"));
        g = context();
        g.quotes[put(470, 1).contract.id()].time = g.now.utc + 1s;
        QVERIFY(says(g, "is ahead of the clock"));
    }

    void limitsHoldAtEquality() {
        auto g = context();
        g.equity = Usd::fromMicros((2 * 465'000'000LL + 4'000'000) * 50); // exactly 2 %
        QVERIFY(evaluate(order(), g).pass);
        g.equity = *g.equity - Usd::fromMicros(100);
        QVERIFY(!evaluate(order(), g).pass);
        auto fresh = context();
        fresh.quoteAges[put(470, 1).contract.id()] = 30s - 1ns;
        QVERIFY(evaluate(order(), fresh).pass);
    }

    void closingIsExemptFromValueLimitsOnly() {
        auto g = context();
        g.positions = {held()};
        g.latches.push_back({Breaker::B1DailyLoss, {}, {}, "loss", 1, {}});
        g.equity.reset();
        g.greeks.clear();
        QVERIFY2(evaluate(closing(), g).pass, "a close must stay possible while halted");
        auto tooMany = evaluate(closing(3), g);
        QVERIFY(!tooMany.pass);
        auto badPrice = closing();
        badPrice.netLimit = Price::fromMicros(-600'000);
        QVERIFY(!evaluate(badPrice, g).pass);
        auto part = closing();
        part.legs.pop_back();
        QVERIFY(!evaluate(part, g).pass);
        auto unknown = closing();
        unknown.closes = PositionId("POS-9");
        QVERIFY(!evaluate(unknown, g).pass);
        g.outstanding.push_back({OrderId("M-1"), closing(1), true});
        QVERIFY(!evaluate(closing(2), g).pass); // together they would flip it
        g.outstanding.clear();
        g.quoteAges[put(470, 1).contract.id()] = 60s;
        QVERIFY(!evaluate(closing(), g).pass); // never blind
    }

    void aTokenOpensOneDoorOnce() {
        MonoTime now = 100s;
        Gate gate([&] { return now; });
        HaltGate halt;
        QVERIFY(halt.openIf(halt.epoch()));
        const auto d = evaluate(order(), context());
        const auto issue = [&] { return gate.issue(order(), d, "ACC", halt, halt.epoch(), 7); };
        QVERIFY(gate.redeem(std::move(*issue()), order(), "ACC", halt).has_value());
        auto other = order();
        other.quantity = 3;
        QVERIFY(!gate.redeem(std::move(*issue()), other, "ACC", halt).has_value());
        QVERIFY(!gate.redeem(std::move(*issue()), order(), "OTHER", halt).has_value());
        auto old = issue(), young = issue(), ahead = issue();
        now += 2s - 1ns;
        QVERIFY(gate.redeem(std::move(*young), order(), "ACC", halt).has_value());
        now += 1ns;
        QVERIFY(!gate.redeem(std::move(*old), order(), "ACC", halt).has_value()); // dead after two seconds
        now -= 1h;
        QVERIFY(!gate.redeem(std::move(*ahead), order(), "ACC", halt).has_value()); // from the future
        auto moved = issue();
        RiskToken first = std::move(*moved);
        RiskToken second = std::move(first); // a moved-from token is the same serial: only one of them can pass
        QVERIFY(gate.redeem(std::move(second), order(), "ACC", halt).has_value());
        QVERIFY(!gate.redeem(std::move(first), order(), "ACC", halt).has_value());
    }

    void aHaltBetweenIssueAndRedeemStopsOpeningAndNotClosing() {
        Gate gate;
        HaltGate halt;
        QVERIFY(halt.openIf(halt.epoch()));
        const auto d = evaluate(order(), context());
        auto token = gate.issue(order(), d, "ACC", halt, halt.epoch(), 7);
        QVERIFY(token.has_value());
        halt.close();
        QVERIFY(!gate.redeem(std::move(*token), order(), "ACC", halt).has_value());
        QVERIFY(!gate.issue(order(), d, "ACC", halt, halt.epoch(), 7).has_value());
        auto g = context();
        g.positions = {held()};
        const auto c = evaluate(closing(), g);
        auto closeToken = gate.issue(closing(), c, "ACC", halt, 1, 8);
        QVERIFY(closeToken.has_value());
        QVERIFY(gate.redeem(std::move(*closeToken), closing(), "ACC", halt).has_value());
    }

    void noTokenWithoutAPassOrAJournaledIntent() {
        Gate gate;
        HaltGate halt;
        QVERIFY(halt.openIf(halt.epoch()));
        const auto d = evaluate(order(), context());
        QVERIFY(!gate.issue(order(), GateDecision{}, "ACC", halt, halt.epoch(), 7).has_value());
        QVERIFY(!gate.issue(order(), d, "ACC", halt, halt.epoch(), 0).has_value());
        QVERIFY(!gate.issue(order(), d, "ACC", halt, halt.epoch() - 1, 7).has_value());
    }

    void closingAndOpeningAtTheSameMomentLeavesItClosed() {
        for (int i = 0; i < 1'000; ++i) {
            HaltGate gate;
            const auto epoch = gate.epoch();
            std::atomic<int> ready{0};
            std::thread opener([&] {
                ++ready;
                while (ready < 2) {}
                (void)gate.openIf(epoch);
            });
            ++ready;
            while (ready < 2) {}
            gate.close();
            opener.join();
            QVERIFY(!gate.open()); // whichever came first, closed is the last word
        }
    }

    void theSwitchOpensOnlyIfNobodyClosedItMeanwhile() {
        HaltGate halt;
        const auto epoch = halt.epoch();
        halt.close();
        QVERIFY(!halt.openIf(epoch));
        QVERIFY(!halt.open());
        QVERIFY(halt.openIf(halt.epoch()));
        QVERIFY(halt.open());
    }
};

QTEST_APPLESS_MAIN(GateTest)
#include "tst_risk_gate.moc"
