#include <QRegularExpression>
#include <QTest>

#include "execution/order.h"

using namespace mahler;
using namespace mahler::execution;

class OrderTest : public QObject {
    Q_OBJECT
    static portfolio::ComboOrder order() {
        portfolio::ComboOrder o;
        o.underlying = "SPY";
        o.legs = {{market::OptionContract::make("SPY", std::chrono::year{2026} / 12 / 31, Price::fromMicros(470'000'000), market::Right::Put), -1}};
        return o;
    }

private Q_SLOTS:
    void clientIdsArePureFunctionsOfTheIntent() {
        const auto id = clientOrderId(order(), ProposalId("P-1"), 0);
        QCOMPARE(clientOrderId(order(), ProposalId("P-1"), 0), id);
        QVERIFY(clientOrderId(order(), ProposalId("P-2"), 0) != id);
        QVERIFY(clientOrderId(order(), ProposalId("P-1"), 1) != id);
        auto other = order();
        other.quantity = 2;
        QVERIFY(clientOrderId(other, ProposalId("P-1"), 0) != id);
        QVERIFY(id.str().size() <= 32);
        QVERIFY(QRegularExpression(QStringLiteral("^[A-Z0-9-]+$")).match(QString::fromStdString(id.str())).hasMatch());
    }

    void endedOrdersStayEndedAndNothingReturnsToIntent() {
        for (int from = 0; from <= static_cast<int>(OrderState::Unknown); ++from)
            for (int to = 0; to <= static_cast<int>(OrderState::Unknown); ++to) {
                const auto a = static_cast<OrderState>(from), b = static_cast<OrderState>(to);
                if (isTerminal(a) || b == OrderState::Intent) QVERIFY2(!mayFollow(a, b), toString(a));
            }
        QVERIFY(mayFollow(OrderState::Unknown, OrderState::Filled));
        QVERIFY(mayFollow(OrderState::Working, OrderState::PartlyFilled));
        QVERIFY(!mayFollow(OrderState::Working, OrderState::Submitted));
    }

    void wordsRoundTrip() {
        for (int i = 0; i <= static_cast<int>(OrderState::Unknown); ++i)
            QCOMPARE(*parseOrderState(toString(static_cast<OrderState>(i))), static_cast<OrderState>(i));
        QVERIFY(!parseOrderState("done").has_value());
    }
};

QTEST_APPLESS_MAIN(OrderTest)
#include "tst_execution_order.moc"
