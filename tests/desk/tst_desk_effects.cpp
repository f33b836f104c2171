#include <QTest>

#include "desk/effect_rows.h"
#include "desk_harness.h"

using namespace mahler;
using namespace mahler::desk;
using mahler::desk::testing::Harness;

/// What the desk publishes beside a request and an order: the account now and after, its limits, and which numbers are of now.
class DeskEffectsTest : public QObject {
    Q_OBJECT

    /// An open desk that holds one spread and is asked for two more like it.
    struct Asked : Harness {
        Asked() {
            quote(Harness::put(472), 1.60, 1.64);
            quote(Harness::put(467), 1.22, 1.26);
            open();
            holdSpread(1);
            ticks(70);
            propose(Harness::spread(2));
        }
        DeskView seen() { return desk().view(now()); }
    };
    static EffectRow row(const DeskView& view, const std::string& measure) {
        for (const auto& r : view.approvals.front().effects)
            if (r.measure == measure) return r;
        return {};
    }

private Q_SLOTS:
    void theAccountEffectHasGroupExposureAndBetaWeightedDelta() {
        const auto view = Asked().seen();
        // One spread held and two asked for, (5.00 - 0.34) x 100 each; the gate adds the fees of the new ones, and SPY is correlated.
        const auto group = row(view, "group_exposure");
        const double equity = view.marks.equity->toDouble();
        QVERIFY(group.now && std::abs(*group.now - 466.0 / equity * 100) < 1e-6);
        QVERIFY(group.after && *group.after > *group.now * 2.9 && *group.after < *group.now * 3.1);
        QCOMPARE(*group.limit, 50.0);
        const auto beta = row(view, "beta_delta");
        QVERIFY(beta.now && beta.after && *beta.now > 0);
        QVERIFY(std::abs(*beta.after - *beta.now * 3) < 0.05 * *beta.now); // SPY against itself: twice the same on top
        QVERIFY(row(view, "beta_gamma").after.has_value());
        QVERIFY(row(view, "vega").after.has_value());
    }

    void theGatesLimitsOfDeltaAndGammaStandInTheUnitOfTheirRow() {
        const auto view = Asked().seen();
        const double equity = view.marks.equity->toDouble(), spot = *view.betaWeights.benchmarkSpot;
        const struct {
            const char *row, *check;
            double share;
        } rules[] = {{"beta_delta", "portfolio_delta", view.limits.portfolioDelta}, {"beta_gamma", "portfolio_gamma", view.limits.portfolioGamma}};
        for (const auto& rule : rules) {
            const auto is = row(view, rule.row);
            QVERIFY2(is.limit && is.after, rule.row);
            QVERIFY2(std::abs(*is.limit - rule.share * equity / spot) < 1e-9, rule.row);
            const risk::Check* check = nullptr;
            for (const auto& c : view.approvals.front().checks)
                if (c.check == rule.check) check = &c;
            QVERIFY2(check, rule.check);
            char gates[40]; // its own count stands in words: it has no beta and counts working orders
            std::snprintf(gates, sizeof gates, "%.1f %% of equity after", std::stod(check->value) * 100);
            QVERIFY2(is.detail.find(gates) != std::string::npos, (is.detail + " has no " + gates).c_str());
        }
    }

    void rowsSayWhetherTheyCountWorkingOrders() {
        const auto view = Asked().seen();
        for (const auto& r : view.approvals.front().effects)
            QCOMPARE(r.withOrders, r.measure == "portfolio_risk" || r.measure == "group_exposure" || r.measure == "buying_power");
    }

    void riskIsUnknownWithoutEquityAndNeverZero() {
        Harness h; // not opened: no account, no equity
        const auto before = h.desk().view(h.now());
        QVERIFY(!before.marks.equity && !before.portfolioRiskFraction);
        const auto view = Asked().seen();
        QVERIFY(view.portfolioRiskFraction && *view.portfolioRiskFraction > 0);
    }

    void beforeItIsSentNothingOfTheOrderCanBeLost() {
        const auto loss = row(Asked().seen(), "max_loss_equity");
        QVERIFY(loss.now && *loss.now == 0.0);
        QVERIFY(loss.after && *loss.after > 0 && loss.limit);
    }

    void aLossIsAPositiveValueAtRisk() {
        RiskView risk;
        risk.asIs.book.legs.resize(1);
        risk.asIs.historical.levels = {{0.99, 250.0, 300.0, {}, {}, {}, {}}};
        TradeRisk trade;
        trade.request = "A-1";
        trade.historical.levels = {{0.99, 400.0, 450.0, {}, {}, {}, {}}};
        risk.trades = {trade};
        const auto rows = riskRows(&risk, ApprovalId("A-1"));
        QCOMPARE(rows.front().measure, std::string("var_99"));
        QVERIFY(rows.front().now && *rows.front().now == 250.0); // as the Risk screen shows it
        QVERIFY(rows.front().after && *rows.front().after == 400.0);
    }

    void whatMovedSinceTheProposalIsAValueAndNoSentence() {
        Asked h;
        const auto view = h.seen();
        const auto& a = view.approvals.front();
        QVERIFY(a.spot && a.spotAtProposal && a.spotSince && a.netSince);
        QCOMPARE(a.spotSince->micros(), std::llround((*a.spot - *a.spotAtProposal) * 1e6));
        QCOMPARE(a.netSince->micros(), (*a.mid - a.midAtProposal).micros());
    }

    void anOrderThatEndedHasNoMidOfNow() {
        Asked h;
        const auto ended = h.seen().orders.front();
        QVERIFY(execution::isTerminal(ended.order.state));
        QVERIFY(!ended.mid && !ended.midAgeSeconds && !ended.ticksAway);
        QVERIFY(ended.slippage); // what it stood to at arrival stays
    }
};

QTEST_APPLESS_MAIN(DeskEffectsTest)
#include "tst_desk_effects.moc"
