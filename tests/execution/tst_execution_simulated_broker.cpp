#include <set>

#include <QTest>

#include "base/random.h"
#include "execution/fill_model.h"
#include "execution/simulated_broker.h"
#include "market/exchange_calendar.h"

using namespace mahler;
using namespace mahler::execution;
using namespace std::chrono_literals;

class BrokerTest : public QObject {
    Q_OBJECT

    struct Bench {
        risk::Gate gate;
        risk::HaltGate halt;
        bool down = false;
        std::unique_ptr<SimulatedBroker> broker;
        Timestamp now;
        std::map<std::string, market::Quote> quotes;
        double spot = 500;

        explicit Bench(double partial = 0, double reject = 0) {
            SimulatedBrokerConfig config;
            config.partialFillRate = partial;
            config.down = [this](UtcTime) { return down; };
            config.rejectRate = [reject](UtcTime) { return reject; };
            broker = SimulatedBroker::create(config, gate, halt);
            if (!halt.openIf(halt.epoch())) qFatal("gate");
            now.utc = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 11, 0);
            now.mono = MonoTime(now.utc.time_since_epoch());
            quote(470, 1.48, 1.54);
            quote(465, 1.14, 1.18);
            tick();
        }
        static market::OptionContract put(double strike, TradingDate expiry = std::chrono::year{2026} / 12 / 31, const char* root = "SPY") {
            return market::OptionContract::make(root, expiry, *Price::fromDouble(strike), market::Right::Put);
        }
        void quote(double strike, double bid, double ask) {
            market::Quote q;
            q.bid = *Price::fromDouble(bid);
            q.ask = *Price::fromDouble(ask);
            quotes[put(strike).id()] = q;
        }
        void tick(std::chrono::nanoseconds step = 1s, bool stale = false) {
            now.utc += step;
            now.mono += step;
            market::Tick t;
            t.time = now.utc;
            t.session = market::sessionAt(now.utc);
            market::UnderlyingQuote u;
            u.symbol = "SPY";
            u.quote.last = *Price::fromDouble(spot);
            t.underlyings.push_back(u);
            for (auto& [id, q] : quotes) {
                if (!stale) q.time = now.utc;
                t.watched.push_back({id, q});
            }
            broker->onTick(now, t);
        }
        portfolio::ComboOrder spread(std::int64_t quantity = 1, double net = 0.30) {
            portfolio::ComboOrder o;
            o.underlying = "SPY";
            o.legs = {{put(470), -1}, {put(465), 1}};
            o.quantity = quantity;
            o.netLimit = *Price::fromDouble(net);
            return o;
        }
        Result<void> send(const portfolio::ComboOrder& combo, const std::string& id) {
            Order order;
            order.id = OrderId(id);
            order.combo = combo;
            risk::GateDecision pass;
            pass.pass = true;
            auto token = gate.issue(combo, pass, broker->account(), halt, halt.epoch(), 1);
            return token ? broker->submit(order, std::move(*token)) : Result<void>(token.error());
        }
        BrokerUpdate last(const std::string& id) {
            BrokerUpdate u;
            for (const auto& update : broker->report().orders)
                if (update.id.str() == id) u = update;
            return u;
        }
    };

private Q_SLOTS:
    void aMarketableSpreadFillsAtMidLessATenthOfItsWidth() {
        Bench b;
        QVERIFY(b.send(b.spread(), "M-1").has_value());
        b.tick();
        b.tick();
        const auto u = b.last("M-1");
        QCOMPARE(u.state, OrderState::Filled);
        // mid 1.51 - 1.16 = 0.35, width 0.06 + 0.04, a tenth is 0.01
        QCOMPARE(u.averageNet.micros(), std::int64_t{340'000});
        QCOMPARE(b.broker->report().cash.micros(), 100'000'000'000 + 34'000'000 - 2'000'000);
    }

    void nothingFillsBeyondItsLimit() {
        Bench b;
        QVERIFY(b.send(b.spread(1, 0.35), "M-1").has_value());
        for (int i = 0; i < 5; ++i) b.tick();
        QCOMPARE(b.last("M-1").state, OrderState::Working);
    }

    void staleCrossedOrMissingQuotesFillNothing() {
        const auto order = Bench().spread();
        const UtcTime now{1000s};
        std::map<std::string, market::Quote> quotes;
        const auto set = [&](double strike, double bid, double ask, UtcTime time) {
            market::Quote q;
            q.bid = *Price::fromDouble(bid);
            q.ask = *Price::fromDouble(ask);
            q.time = time;
            quotes[Bench::put(strike).id()] = q;
        };
        set(470, 1.48, 1.54, now);
        QVERIFY(!fillPrice(order, quotes, now, 0.1));
        set(465, 1.14, 1.18, now);
        QVERIFY(fillPrice(order, quotes, now, 0.1));
        set(465, 1.14, 1.18, now - 30s);
        QVERIFY(!fillPrice(order, quotes, now, 0.1));
        set(465, 1.20, 1.18, now);
        QVERIFY(!fillPrice(order, quotes, now, 0.1));
    }

    void fillsAreNeverBetterThanMidNorWorseThanTheLimit() {
        Random random(5);
        for (int n = 0; n < 3000; ++n) {
            std::map<std::string, market::Quote> quotes;
            auto order = Bench().spread(1, (random.uniform() - 0.3));
            double mid = 0;
            for (const auto& leg : order.legs) {
                market::Quote q;
                const double bid = random.uniform() * 2;
                q.bid = *Price::fromDouble(std::round(bid * 100) / 100);
                q.ask = *q.bid + Price::fromMicros(static_cast<std::int64_t>(random.below(20)) * 10'000);
                q.time = UtcTime{1000s};
                mid -= leg.ratio * q.mid()->toDouble();
                quotes[leg.contract.id()] = q;
            }
            if (const auto price = fillPrice(order, quotes, UtcTime{1000s}, 0.1)) {
                QVERIFY(price->toDouble() <= mid + 1e-9);
                QVERIFY(*price >= order.netLimit);
            }
        }
    }

    void partialFillsAddUpExactly() {
        Bench b(1.0);
        QVERIFY(b.send(b.spread(3), "M-1").has_value());
        b.tick();
        QCOMPARE(b.last("M-1").state, OrderState::PartlyFilled);
        QCOMPARE(b.last("M-1").filled, std::int64_t{2});
        b.quote(470, 1.50, 1.55);
        b.tick();
        const auto u = b.last("M-1");
        QCOMPARE(u.state, OrderState::Filled);
        QCOMPARE(b.broker->report().cash, Usd::fromMicros(100'000'000'000) + u.cashFlow - u.fees);
        for (const auto& p : b.broker->report().positions) QCOMPARE(std::abs(p.quantity), std::int64_t{3});
    }

    void aClientIdIsTakenOnce() {
        Bench b;
        QVERIFY(b.send(b.spread(), "M-1").has_value());
        const auto again = b.send(b.spread(), "M-1");
        QVERIFY(!again.has_value());
        QCOMPARE(again.error().code, ErrorCode::Rejected);
        QCOMPARE(b.broker->report().orders.size(), std::size_t{1});
    }

    void aFillBeatsALateCancel() {
        Bench b;
        QVERIFY(b.send(b.spread(), "M-1").has_value());
        QVERIFY(b.broker->cancel(OrderId("M-1")).has_value());
        b.tick();
        QCOMPARE(b.last("M-1").state, OrderState::Filled);
        QVERIFY(!b.broker->cancel(OrderId("M-1")).has_value());
        QVERIFY(b.send(b.spread(1, 0.40), "M-2").has_value());
        b.tick();
        QVERIFY(b.broker->cancel(OrderId("M-2")).has_value());
        b.tick();
        QCOMPARE(b.last("M-2").state, OrderState::Cancelled);
    }

    void duringAnOutageSomeOrdersArriveAndNobodyKnows() {
        Bench b;
        b.down = true;
        int failed = 0;
        for (int i = 0; i < 40; ++i)
            if (const auto sent = b.send(b.spread(1, 0.50), "M-" + std::to_string(i)); !sent) {
                QCOMPARE(sent.error().code, ErrorCode::Io);
                ++failed;
            }
        QCOMPARE(failed, 40);
        QVERIFY(!b.broker->report().clean);
        QVERIFY(b.broker->poll().empty());
        QVERIFY(b.broker->takeErrors() >= 40);
        b.down = false;
        const auto arrived = b.broker->report().orders.size();
        QVERIFY2(arrived > 5 && arrived < 35, QByteArray::number(int(arrived)).constData());
    }

    void aUsedTokenSendsNothing() {
        Bench b;
        Order order;
        order.id = OrderId("M-1");
        order.combo = b.spread();
        risk::GateDecision pass;
        pass.pass = true;
        auto token = b.gate.issue(order.combo, pass, b.broker->account(), b.halt, b.halt.epoch(), 1);
        b.halt.close();
        QVERIFY(!b.broker->submit(order, std::move(*token)).has_value());
        QVERIFY(b.broker->report().orders.empty());
    }

    void dayOrdersEndAtTheClose() {
        Bench b;
        QVERIFY(b.send(b.spread(1, 0.60), "M-1").has_value());
        b.tick();
        b.tick(market::fromNewYork(std::chrono::year{2026} / 11 / 23, 16, 0, 1) - b.now.utc);
        QCOMPARE(b.last("M-1").state, OrderState::Expired);
    }

    void expirySettlesInAndOutOfTheMoney() {
        Bench b;
        const TradingDate expiry = std::chrono::year{2026} / 11 / 23;
        BrokerReport books;
        books.cash = Usd::fromMicros(10'000'000'000);
        books.positions = {{Bench::put(505, expiry).id(), -1}, {Bench::put(500, expiry).id(), 1}, {Bench::put(450, expiry).id(), -2}};
        b.broker->restore(books);
        b.spot = 498;
        b.tick(market::fromNewYork(expiry, 16, 0, 1) - b.now.utc);
        const auto events = b.broker->pollCash();
        QCOMPARE(events.size(), std::size_t{3});
        Usd sum;
        for (const auto& e : events) {
            sum += e.amount;
            if (e.contractId == Bench::put(505, expiry).id()) QCOMPARE(e.kind, std::string("assignment"));
            if (e.contractId == Bench::put(500, expiry).id()) QCOMPARE(e.kind, std::string("exercise"));
            if (e.contractId == Bench::put(450, expiry).id()) QCOMPARE(e.amount.micros(), std::int64_t{0});
        }
        QCOMPARE(sum.micros(), std::int64_t{-500'000'000}); // 7 x 100 paid, 2 x 100 received
        QVERIFY(b.broker->report().positions.empty());
        QCOMPARE(b.broker->report().cash, books.cash + sum);
    }

    void aShortCallWithLessTimeValueThanTheDividendIsAssignedTheEveningBefore_data() {
        QTest::addColumn<double>("strike");
        QTest::addColumn<double>("mid");
        QTest::addColumn<int>("quantity");
        QTest::addColumn<double>("dividend"); // dollars a share
        QTest::addColumn<bool>("assigned");
        QTest::newRow("less than the dividend") << 450.0 << 50.50 << -1 << 1.5 << true;
        QTest::newRow("as much as the dividend") << 450.0 << 51.50 << -1 << 1.5 << false;
        QTest::newRow("no ex-date") << 450.0 << 50.00 << -1 << 0.0 << false;
        QTest::newRow("out of the money") << 510.0 << 0.10 << -1 << 1.5 << false;
        QTest::newRow("held long") << 450.0 << 50.00 << 2 << 1.5 << false;
    }
    void aShortCallWithLessTimeValueThanTheDividendIsAssignedTheEveningBefore() {
        QFETCH(double, strike);
        QFETCH(double, mid);
        QFETCH(int, quantity);
        QFETCH(double, dividend);
        QFETCH(bool, assigned);
        Bench b;
        SimulatedBrokerConfig config;
        TradingDate asked{};
        config.dividend = [&](const std::string& symbol, TradingDate date) -> std::optional<Price> {
            asked = date;
            return symbol == "SPY" && dividend > 0 ? std::optional(*Price::fromDouble(dividend)) : std::nullopt;
        };
        b.broker = SimulatedBroker::create(config, b.gate, b.halt);
        const auto call = market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), market::Right::Call);
        BrokerReport books;
        books.cash = Usd::fromMicros(100'000'000'000);
        books.positions = {{call.id(), quantity}, {Bench::put(470).id(), -1}};
        b.broker->restore(books);
        market::Quote q;
        q.bid = *Price::fromDouble(mid - 0.02);
        q.ask = *Price::fromDouble(mid + 0.02);
        b.quotes[call.id()] = q;
        b.now.utc = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 15, 59, 58);
        b.tick();
        QVERIFY(b.broker->pollCash().empty()); // not in the session
        b.tick(3s);
        const auto events = b.broker->pollCash();
        QCOMPARE(events.size(), std::size_t{assigned ? 1u : 0u});
        QCOMPARE(asked, TradingDate(std::chrono::year{2026} / 11 / 24));
        if (assigned) {
            QCOMPARE(events.front().kind, std::string("assignment"));
            QCOMPARE(events.front().quantity, std::int64_t{-1});
            QCOMPARE(events.front().amount.micros(), std::int64_t{-5'000'000'000}); // 50 x 100
            QCOMPARE(b.broker->report().cash, books.cash + events.front().amount);
        }
        QCOMPARE(b.broker->report().positions.size(), std::size_t{assigned ? 1u : 2u}); // the put stays
        b.tick(60s);
        QVERIFY(b.broker->pollCash().empty()); // once
    }

    void aShortPutWithoutTimeValueIsAssignedForTheInterestOnItsStrike_data() {
        QTest::addColumn<double>("strike");
        QTest::addColumn<double>("mid");
        QTest::addColumn<double>("dividend"); // dollars a share
        QTest::addColumn<double>("rate");
        QTest::addColumn<bool>("assigned");
        // A night's interest on 560 at 4 % is 0.061.
        QTest::newRow("less time value than a night's interest") << 560.0 << 60.05 << 0.0 << 0.04 << true;
        QTest::newRow("more time value than a night's interest") << 560.0 << 60.07 << 0.0 << 0.04 << false;
        QTest::newRow("a dividend is gained by waiting") << 560.0 << 60.00 << 1.5 << 0.04 << false;
        QTest::newRow("money earns nothing") << 560.0 << 60.00 << 0.0 << 0.0 << false;
        QTest::newRow("out of the money") << 490.0 << 0.02 << 0.0 << 0.04 << false;
    }
    void aShortPutWithoutTimeValueIsAssignedForTheInterestOnItsStrike() {
        QFETCH(double, strike);
        QFETCH(double, mid);
        QFETCH(double, dividend);
        QFETCH(double, rate);
        QFETCH(bool, assigned);
        Bench b;
        SimulatedBrokerConfig config;
        config.rate = rate;
        config.dividend = [&](const std::string&, TradingDate) -> std::optional<Price> {
            return dividend > 0 ? std::optional(*Price::fromDouble(dividend)) : std::nullopt;
        };
        b.broker = SimulatedBroker::create(config, b.gate, b.halt);
        BrokerReport books;
        books.cash = Usd::fromMicros(100'000'000'000);
        books.positions = {{Bench::put(strike).id(), -1}};
        b.broker->restore(books);
        market::Quote q;
        q.bid = *Price::fromDouble(mid - 0.01);
        q.ask = *Price::fromDouble(mid + 0.01);
        b.quotes[Bench::put(strike).id()] = q;
        b.now.utc = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 15, 59, 58);
        b.tick();
        QVERIFY(b.broker->pollCash().empty()); // not in the session
        b.tick(3s);
        const auto events = b.broker->pollCash();
        QCOMPARE(events.size(), std::size_t{assigned ? 1u : 0u});
        if (assigned) QCOMPARE(events.front().amount.micros(), std::int64_t{-6'000'000'000}); // 60 x 100
        QCOMPARE(b.broker->report().positions.empty(), assigned);
        QCOMPARE(b.broker->report().cash, books.cash + (assigned ? events.front().amount : Usd{}));
    }

    void aPartOfWhatMayBeAssignedIsDrawnByLot() {
        std::set<std::int64_t> drawn;
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            const auto evening = [seed] {
                Bench b;
                SimulatedBrokerConfig config;
                config.seed = seed;
                config.rate = 0.04;
                b.broker = SimulatedBroker::create(config, b.gate, b.halt);
                BrokerReport books;
                books.cash = Usd::fromMicros(1'000'000'000'000);
                books.positions = {{Bench::put(560).id(), -5}, {Bench::put(550).id(), 5}};
                b.broker->restore(books);
                market::Quote q;
                q.bid = *Price::fromDouble(59.99);
                q.ask = *Price::fromDouble(60.01);
                b.quotes[Bench::put(560).id()] = q;
                b.now.utc = market::fromNewYork(std::chrono::year{2026} / 11 / 23, 16, 0, 0);
                b.tick();
                const auto events = b.broker->pollCash();
                std::int64_t left = 0;
                for (const auto& p : b.broker->report().positions)
                    if (p.contractId == Bench::put(560).id()) left = p.quantity;
                return std::pair(events.empty() ? 0 : events.front().quantity, left);
            };
            const auto [assigned, left] = evening();
            QVERIFY(assigned <= -1 && assigned >= -5);
            QCOMPARE(assigned + left, std::int64_t{-5});
            QCOMPARE(evening().first, assigned); // the same seed, the same evening, the same lot
            drawn.insert(assigned);
        }
        QVERIFY(drawn.size() >= 3); // not always all, not always one
    }

    void whatCannotBeAffordedIsRejected() {
        Bench b;
        BrokerReport books;
        books.cash = Usd::fromMicros(300'000'000);
        b.broker->restore(books);
        QVERIFY(b.send(b.spread(), "M-1").has_value());
        QCOMPARE(b.last("M-1").state, OrderState::Rejected);
    }

    void rejectionsOfTheScenarioReachTheDesk() {
        Bench b(0, 1.0);
        QVERIFY(b.send(b.spread(), "M-1").has_value());
        b.tick();
        b.tick();
        bool told = false;
        for (const auto& u : b.broker->poll()) told = told || u.state == OrderState::Rejected;
        QVERIFY(told);
    }
};

QTEST_APPLESS_MAIN(BrokerTest)
#include "tst_execution_simulated_broker.moc"
