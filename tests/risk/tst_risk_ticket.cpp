#include <QTest>

#include "risk/gate.h"
#include "risk/ticket.h"

using namespace mahler;
using namespace mahler::risk;
using market::Right;

Q_DECLARE_METATYPE(mahler::risk::TicketFault)

/// What a ticket is refused for before it is proposed: the gate's own checks of structure, size and price, and two of its own.
class TicketTest : public QObject {
    Q_OBJECT

    static market::OptionContract contract(double strike, Right right = Right::Put, const char* root = "SPY") {
        return market::OptionContract::make(root, std::chrono::year{2026} / 12 / 31, *Price::fromDouble(strike), right);
    }
    static portfolio::ComboOrder spread(double limit, std::int64_t quantity = 2) {
        portfolio::ComboOrder order;
        order.underlying = "SPY";
        order.kind = portfolio::StrategyKind::BullPutSpread;
        order.legs = {{contract(470), -1}, {contract(465), 1}};
        order.quantity = quantity;
        order.netLimit = *Price::fromDouble(limit);
        return order;
    }
    static void quote(portfolio::QuoteBook& book, const market::OptionContract& c, double bid, double ask) {
        market::Quote q;
        q.bid = *Price::fromDouble(bid);
        q.ask = *Price::fromDouble(ask);
        book[c.id()] = q;
    }
    static portfolio::QuoteBook quotes() {
        portfolio::QuoteBook book;
        quote(book, contract(470), 1.00, 1.04);
        quote(book, contract(465), 0.64, 0.68);
        return book;
    }
    static std::optional<TicketFault> fault(const portfolio::ComboOrder& order, const portfolio::QuoteBook& book = quotes()) {
        const auto problem = ticketProblem(order, book, {});
        return problem ? std::optional(problem->fault) : std::nullopt;
    }

private Q_SLOTS:
    void aSpreadAtItsMidHasNoProblem() { QVERIFY(!ticketProblem(spread(0.36), quotes(), {})); }

    void theBandIsTheGates_data() {
        QTest::addColumn<double>("limit");
        QTest::addColumn<bool>("taken");
        // natural 0.32, best 0.40; half of the spread is 0.04, so the minimum of 0.05 counts: 0.27 to 0.45
        QTest::newRow("at the lower edge") << 0.27 << true;
        QTest::newRow("a cent below it") << 0.26 << false;
        QTest::newRow("at the upper edge") << 0.45 << true;
        QTest::newRow("a cent above it") << 0.46 << false;
    }
    void theBandIsTheGates() {
        QFETCH(double, limit);
        QFETCH(bool, taken);
        const auto order = spread(limit);
        QCOMPARE(fault(order), taken ? std::nullopt : std::optional(TicketFault::OutsideBand));
        GateContext context;
        context.quotes = quotes();
        for (const auto& check : Gate().evaluate(order, context).checks)
            if (check.check == "price_band") QCOMPARE(check.pass, taken);
        if (taken) return;
        const auto problem = ticketProblem(order, quotes(), {});
        QCOMPARE(problem->low, std::optional(Price::fromMicros(270'000)));
        QCOMPARE(problem->high, std::optional(Price::fromMicros(450'000)));
    }

    void aPriceThatCannotBeIsNamed_data() {
        QTest::addColumn<double>("limit");
        QTest::addColumn<bool>("bought");
        QTest::addColumn<TicketFault>("expected");
        QTest::newRow("a credit of the width") << 5.00 << false << TicketFault::CreditBeyondWidth;
        QTest::newRow("a credit above the width") << 15.0 << false << TicketFault::CreditBeyondWidth;
        QTest::newRow("a credit for a debit spread") << 0.36 << true << TicketFault::NothingToLose;
        QTest::newRow("a debit spread for nothing") << 0.00 << true << TicketFault::NothingToLose;
        QTest::newRow("a debit of the width") << -5.00 << true << TicketFault::NothingToGain;
        QTest::newRow("a debit for a credit spread") << -0.36 << false << TicketFault::NothingToGain;
        QTest::newRow("half a cent") << 0.365 << false << TicketFault::OffTick;
    }
    void aPriceThatCannotBeIsNamed() {
        QFETCH(double, limit);
        QFETCH(bool, bought);
        QFETCH(TicketFault, expected);
        auto order = spread(limit);
        if (bought)
            for (auto& leg : order.legs) leg.ratio = -leg.ratio;
        QCOMPARE(fault(order), std::optional(expected));
    }

    void anOffTickLimitComesWithItsNeighbours() {
        const auto problem = ticketProblem(spread(0.365), quotes(), {});
        QCOMPARE(problem->low, std::optional(Price::fromMicros(360'000)));
        QCOMPARE(problem->high, std::optional(Price::fromMicros(370'000)));
    }

    void sizeAndStructureComeBeforePrice() {
        const auto big = ticketProblem(spread(15, 99'999), quotes(), {});
        QCOMPARE(big->fault, TicketFault::TooMany);
        QCOMPARE(big->most, Limits{}.maxContractsPerOrder);
        auto naked = spread(0.36);
        naked.legs[1].contract = contract(475, Right::Call);
        auto book = quotes();
        QCOMPARE(fault(naked, book), std::optional(TicketFault::NotQuoted));
        QCOMPARE(ticketProblem(naked, book, {})->detail, contract(475, Right::Call).id());
        quote(book, contract(475, Right::Call), 1.00, 1.04);
        QCOMPARE(fault(naked, book), std::optional(TicketFault::Undefined));
        auto twice = spread(0.36);
        twice.legs[1] = twice.legs[0];
        QCOMPARE(fault(twice), std::optional(TicketFault::Invalid));
        QCOMPARE(fault({}), std::optional(TicketFault::Invalid));
    }

    void aBoughtOptionBringsNoCredit() {
        auto order = spread(0.66);
        order.legs = {{contract(465), 1}};
        QCOMPARE(fault(order), std::optional(TicketFault::CreditForBought));
        order.netLimit = *Price::fromDouble(-0.66);
        QCOMPARE(fault(order), std::nullopt);
    }
};

QTEST_APPLESS_MAIN(TicketTest)
#include "tst_risk_ticket.moc"
