#include <QTest>

#include "flat_chain.h"
#include "portfolio/pnl_explain.h"

using namespace mahler;
using namespace mahler::portfolio;
using namespace mahler::portfolio::testing;

class PnlTest : public QObject {
    Q_OBJECT

    static constexpr auto P = market::Right::Put;
    static constexpr auto C = market::Right::Call;
    struct Days {
        FlatChain first, second;
    };
    static Days days(const char* root = "SPX") {
        Days d;
        d.first.root = d.second.root = root;
        d.first.centre = d.second.centre = 5000;
        d.second.time = d.first.time + std::chrono::hours(24);
        return d;
    }
    static std::vector<Holding> condor(const FlatChain& c, std::int64_t n) {
        return {option(c, 1, 4700, P, n, "ic"), option(c, 1, 4800, P, -n, "ic"), option(c, 1, 5200, C, -n, "ic"), option(c, 1, 5300, C, n, "ic")};
    }
    static void sums(const PnlRow& row) {
        const auto& p = row.parts;
        QCOMPARE((p.delta + p.gamma + p.vega + p.theta + p.rho + p.cross + p.newTrades + p.fees + p.unexplained).micros(), p.total.micros());
    }

private Q_SLOTS:
    void everyRowAddsUpToTheMicro() {
        for (const char* root : {"SPX", "SPY"})
            for (const auto method : {ExplainMethod::Explain, ExplainMethod::Predict}) {
                auto d = days(root);
                d.second.spot = 5060;
                d.second.vol = 0.17;
                d.second.rate = 0.042;
                const auto before = bookOf(d.first, condor(d.first, 5)), after = bookOf(d.second, condor(d.second, 5));
                const auto r = explainPnl(before, after, {}, method);
                QCOMPARE(r.coverage.text(), std::string("4 of 4 priced"));
                sums(r.book);
                Usd legs;
                for (const auto& row : r.byLeg) {
                    sums(row);
                    legs += row.parts.total;
                }
                QCOMPARE(legs, r.book.parts.total);
                Usd marks;
                for (std::size_t i = 0; i < 4; ++i)
                    marks += *notional(*after.legs[i].mark - *before.legs[i].mark, before.legs[i].holding.quantity, 100);
                QCOMPARE(marks, r.book.parts.total);
                for (std::size_t i = 1; i < r.byLeg.size(); ++i) QVERIFY(abs(r.byLeg[i - 1].parts.total) >= abs(r.byLeg[i].parts.total));
            }
    }

    void repricingExplainsAllButHalfCents() {
        for (const char* root : {"SPX", "SPY"}) {
            auto d = days(root);
            d.second.spot = 4850;
            d.second.vol = 0.26;
            d.second.rate = 0.035;
            d.second.yield = 0.012;
            const auto r = explainPnl(bookOf(d.first, condor(d.first, 5)), bookOf(d.second, condor(d.second, 5)), {}, ExplainMethod::Explain);
            QVERIFY(abs(r.book.parts.total) > Usd::fromMicros(1'000'000'000));
            QVERIFY2(std::fabs(r.book.parts.unexplained.toDouble()) < 20 * 100 * 0.01,
                     qPrintable(QString::fromStdString(r.book.parts.unexplained.str()))); // 20 contracts, a cent each
            QVERIFY(!r.book.parts.flagged());
        }
    }

    void oneMoveAloneIsOneColumn() {
        const auto tiny = [](Usd v) { return std::fabs(v.toDouble()) < 2.0; };
        auto d = days();
        auto r = explainPnl(bookOf(d.first, condor(d.first, -3)), bookOf(d.second, condor(d.second, -3)), {}, ExplainMethod::Explain).book.parts;
        QVERIFY(std::fabs(r.theta.toDouble()) > 50 && tiny(r.delta) && tiny(r.gamma) && tiny(r.vega) && tiny(r.cross)); // a day alone
        d.second = d.first;
        d.second.vol = 0.22;
        r = explainPnl(bookOf(d.first, condor(d.first, -3)), bookOf(d.second, condor(d.second, -3)), {}, ExplainMethod::Explain).book.parts;
        QVERIFY(std::fabs(r.vega.toDouble()) > 50 && tiny(r.delta) && tiny(r.gamma) && tiny(r.theta) && tiny(r.cross));
        d.second = d.first;
        d.second.spot = 5100;
        r = explainPnl(bookOf(d.first, condor(d.first, -3)), bookOf(d.second, condor(d.second, -3)), {}, ExplainMethod::Explain).book.parts;
        QVERIFY(std::fabs(r.gamma.toDouble()) > 50 && tiny(r.theta) && tiny(r.vega));
    }

    void smallMovesArePredictedByGreeks() {
        auto d = days();
        d.second.time = d.first.time + std::chrono::hours(2);
        d.second.spot = 5010;
        d.second.vol = 0.202;
        const auto before = bookOf(d.first, condor(d.first, 5)), after = bookOf(d.second, condor(d.second, 5));
        const auto r = explainPnl(before, after, {}, ExplainMethod::Predict).book.parts;
        QVERIFY2(std::fabs(r.unexplained.toDouble()) < 0.1 * std::fabs(r.total.toDouble()) + 20,
                 qPrintable(QString::fromStdString(r.unexplained.str())));
        const auto e = explainPnl(before, after, {}, ExplainMethod::Explain).book.parts;
        QVERIFY(std::fabs(r.delta.toDouble() - e.delta.toDouble()) < 0.05 * std::fabs(e.delta.toDouble()) + 10);
        QVERIFY(std::fabs(r.vega.toDouble() - e.vega.toDouble()) < 0.05 * std::fabs(e.vega.toDouble()) + 10);
    }

    void predictCountsCharmVolgaAndYield() {
        struct Change {
            int hours;
            double spot, vol, yield;
            Usd PnlParts::*part;
            double share; ///< of what delta, vega or rho times the move alone would miss
        };
        // Wings, where charm and volga weigh most; one of them a move.
        for (const char* root : {"SPX", "SPY"})
            for (const Change& c : {Change{0, 5000, 0.215, 0.01, &PnlParts::vega, 0.25}, Change{48, 5025, 0.20, 0.01, &PnlParts::delta, 0.35},
                                    Change{0, 5000, 0.20, 0.013, &PnlParts::rho, 0.05}}) {
                auto d = days(root);
                d.second.time = d.first.time + std::chrono::hours(c.hours);
                d.second.spot = c.spot;
                d.second.vol = c.vol;
                d.second.yield = c.yield;
                const std::vector<Holding> held{option(d.first, 1, 5400, C, 40), option(d.first, 1, 4700, P, -40)};
                const auto before = bookOf(d.first, held), after = bookOf(d.second, held);
                const double predicted = (explainPnl(before, after, {}, ExplainMethod::Predict).book.parts.*c.part).toDouble();
                const double explained = (explainPnl(before, after, {}, ExplainMethod::Explain).book.parts.*c.part).toDouble();
                double alone = 0; // the first-order Greek times the move
                for (std::size_t i = 0; i < before.legs.size(); ++i) {
                    const auto &from = before.legs[i], &to = after.legs[i];
                    alone += from.units() * (c.part == &PnlParts::vega    ? from.unit.vega * (to.vol - from.vol)
                                             : c.part == &PnlParts::delta ? from.unit.delta * (to.spot - from.spot)
                                                                          : from.unit.rho * (to.rate - from.rate));
                }
                QVERIFY(std::fabs(alone - explained) > 100);
                QVERIFY2(std::fabs(predicted - explained) < c.share * std::fabs(alone - explained),
                         qPrintable(QStringLiteral("%1 %2: predicted %3, explained %4, alone %5")
                                        .arg(QLatin1String(root))
                                        .arg(c.hours)
                                        .arg(predicted)
                                        .arg(explained)
                                        .arg(alone)));
            }
    }

    void largeMovesAreNotAndSaySo() {
        auto d = days();
        d.second.spot = 4400;
        d.second.vol = 0.45;
        const auto r = explainPnl(bookOf(d.first, condor(d.first, 10)), bookOf(d.second, condor(d.second, 10)), {}, ExplainMethod::Predict);
        QVERIFY(r.book.parts.flagged());
        sums(r.book);
    }

    void theFlagWantsBothTenPercentAndFiftyDollars() {
        PnlParts p;
        p.total = Usd::fromMicros(400'000'000);
        p.unexplained = Usd::fromMicros(50'000'000);
        QVERIFY(!p.flagged()); // 12.5 %, but not above $50
        p.unexplained = Usd::fromMicros(-50'000'001);
        QVERIFY(p.flagged());
        p.total = Usd::fromMicros(501'000'000);
        QVERIFY(!p.flagged()); // $50, but not above 10 %
    }

    void tradesAndFeesStandApart() {
        auto d = days();
        const auto before = bookOf(d.first, condor(d.first, 5));
        auto held = condor(d.second, 5);
        held[0].quantity = 0;                                   // sold out
        held.push_back(option(d.second, 2, 5000, P, 2, "new")); // bought
        const auto after = bookOf(d.second, held);
        auto sold = condor(d.first, -5)[0];
        const Price soldAt = *after.legs[0].mark + Price::fromMicros(1'000'000), boughtAt = *after.legs[4].mark - Price::fromMicros(500'000);
        const std::vector<PeriodTrade> trades{{sold, soldAt, Usd::fromMicros(3'250'000)}, {held[4], boughtAt, Usd::fromMicros(1'300'000)}};
        const auto r = explainPnl(before, after, trades, ExplainMethod::Explain);
        QCOMPARE(r.coverage.text(), std::string("5 of 5 priced"));
        QCOMPARE(r.book.parts.newTrades.str(), std::string("600.00")); // 5 x 100 x 1.00 + 2 x 100 x 0.50
        QCOMPARE(r.book.parts.fees.str(), std::string("-4.55"));
        sums(r.book);
    }

    void whatHasNoMarkIsLeftOutAndNamed() {
        const auto d = days();
        const auto before = bookOf(d.first, condor(d.first, 5));
        auto some = condor(d.second, 5);
        some.pop_back();
        some.front() = option(d.second, 1, 4701, P, 5, "ic");
        const auto r = explainPnl(before, bookOf(d.second, some), {}, ExplainMethod::Explain);
        QCOMPARE(r.coverage.text(), std::string("2 of 4 priced"));
        QCOMPARE(r.coverage.excluded.size(), std::size_t{2});
        QVERIFY(r.coverage.excluded[0].find("not in the book at the end") != std::string::npos);
        sums(r.book);
        QCOMPARE(explainPnl({}, {}, {}, ExplainMethod::Explain).book.parts.total.micros(), std::int64_t{0});
    }
};

QTEST_APPLESS_MAIN(PnlTest)
#include "tst_portfolio_pnl.moc"
