#include <QTest>

#include "fake_port.h"
#include "market/exchange_calendar.h"
#include "pricing/chain_pricer.h"
#include "ui/models/grid_view.h"
#include "ui/screens/volatility_screen.h"

using namespace mahler;
using namespace mahler::ui;
using mahler::ui::testing::FakePort;

class TestUiVolatility : public QObject {
    Q_OBJECT

    /// Two expiries with slices, and a third with too few quotes for one.
    static std::shared_ptr<pricing::PricedChain> chain(double farTheta) {
        auto quotes = std::make_shared<market::OptionChain>();
        quotes->underlying = "SPX";
        auto priced = std::make_shared<pricing::PricedChain>();
        priced->spot = 100;
        for (const int days : {30, 60, 90}) {
            market::ExpirySlice slice;
            slice.expiry = addDays(*parseDate("2026-01-15"), days);
            slice.root = "SPX";
            quotes->expiries.push_back(slice);
            pricing::PricedExpiry e;
            e.years = days / 365.0;
            e.forward = 100;
            priced->expiries.push_back(e);
        }
        priced->chain = quotes;
        const auto add = [&](std::size_t expiry, const pricing::SmileFit& fit) {
            auto& e = priced->expiries[expiry];
            e.smile = fit;
            e.smile.used = 40;
            e.atmVol = e.smile.vol(0, e.years);
            priced->surface.slices.push_back({expiry, e.years, e.smile, pricing::checkSlice(e.smile), 0.001, -0.2, 0.2});
        };
        add(0, pricing::ssviSlice(-0.3, 0.02, 2));
        add(1, pricing::ssviSlice(-0.3, farTheta, 2));
        return priced;
    }
    static QStringList columnOf(VolatilityScreen& screen, const QString& title) {
        for (const auto* grid : screen.findChildren<GridView*>())
            if (grid->accessibleName() == QStringLiteral("Expiries"))
                for (int c = 0; c < grid->model()->columnCount(); ++c)
                    if (grid->model()->headerData(c, Qt::Horizontal).toString() == title) {
                        QStringList out;
                        for (int r = 0; r < grid->model()->rowCount(); ++r) out << grid->model()->index(r, c).data().toString();
                        return out;
                    }
        return {};
    }

private Q_SLOTS:
    void whatIsLeftOfArbitrageIsListedByExpiry() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        auto crossed = chain(0.01);
        crossed->surface.crossings.push_back({0, 1, 0.1, 0.008});
        crossed->surface.slices[1].check.fineMinG = -0.031;
        crossed->surface.slices[1].check.fineAtK = -0.05;
        screen.setChain(crossed);
        const auto cells = columnOf(screen, QStringLiteral("Arbitrage"));
        QCOMPARE(cells.size(), 3);
        QVERIFY2(cells[0].contains(QStringLiteral("calendar")) && cells[0].contains(QStringLiteral("111%")), qPrintable(cells[0]));
        QVERIFY2(cells[1].contains(QStringLiteral("butterfly")) && cells[1].contains(QStringLiteral("95%")), qPrintable(cells[1]));
        QCOMPARE(cells[2], QString(QChar(0x2014))); // no slice, so nothing is said of it
    }

    void whatWasMendedIsSaidAndHowTheSliceCameAbout() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        auto mended = chain(0.04);
        mended->surface.slices[0].fit.model = pricing::SliceModel::Constrained;
        mended->surface.slices[1].fit.model = pricing::SliceModel::Svi;
        mended->surface.mended.push_back({0, 1, -0.22, 0.001});
        screen.setChain(mended);
        const auto arbitrage = columnOf(screen, QStringLiteral("Arbitrage")), slices = columnOf(screen, QStringLiteral("Slice"));
        QVERIFY2(arbitrage[0].startsWith(QStringLiteral("none")) && arbitrage[0].contains(QStringLiteral("mended with")), qPrintable(arbitrage[0]));
        QCOMPARE(arbitrage[1], QStringLiteral("none"));
        QCOMPARE(slices[0], QStringLiteral("bounded"));
        QCOMPARE(slices[1], QStringLiteral("SVI"));
    }

private:
    /// A view whose clock stands `seconds` behind the chain's quotes.
    static std::shared_ptr<desk::DeskView> viewAt(const pricing::PricedChain& chain, int seconds) {
        auto view = std::make_shared<desk::DeskView>();
        view->session = market::Session::Open;
        view->at.utc = chain.chain->time + std::chrono::seconds(seconds);
        return view;
    }
    static std::shared_ptr<pricing::PricedChain> chainOn(const char* date, double farTheta = 0.04) {
        auto c = chain(farTheta);
        auto quotes = std::make_shared<market::OptionChain>(*c->chain);
        quotes->time = market::fromNewYork(*parseDate(date), 11, 0);
        c->chain = quotes;
        return c;
    }
    template <class W> static W* only(VolatilityScreen& screen) { return screen.findChild<W*>(); }
    static QLineSeries* line(const ThemedChart& chart, const QString& startsWith) {
        for (auto* series : chart.chart()->series())
            if (series->name().startsWith(startsWith)) return qobject_cast<QLineSeries*>(series);
        return nullptr;
    }

private Q_SLOTS:
    void skewForwardVolatilityAndCarryHaveColumns() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        auto c = chainOn("2026-01-15");
        c->expiries[0].rate = 0.04;
        c->expiries[0].rateAssumed = true;
        c->expiries[0].dividendYield = 0.0125;
        screen.setChain(c);
        const auto& near = c->expiries[0];
        const auto& far = c->expiries[1];
        const double forward =
            std::sqrt((*far.atmVol * *far.atmVol * far.years - *near.atmVol * *near.atmVol * near.years) / (far.years - near.years));
        QCOMPARE(columnOf(screen, QStringLiteral("Fwd vol"))[0], QString(QChar(0x2014)));
        QCOMPARE(columnOf(screen, QStringLiteral("Fwd vol"))[1], QString::number(forward * 100, 'f', 1) + QLatin1Char('%'));
        QVERIFY(columnOf(screen, QStringLiteral("Skew"))[0].startsWith(QChar(0x2212))); // puts cost more
        QCOMPARE(columnOf(screen, QStringLiteral("Rate"))[0], QStringLiteral("~4.00")); // assumed says so
        QCOMPARE(columnOf(screen, QStringLiteral("Yield"))[0], QStringLiteral("+1.25"));
    }

    void gShowsTheSessionBeforeAndTheFirstLook() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        screen.setChain(chainOn("2026-01-15", 0.05));
        auto* smile = only<SmileChart>(screen);
        QVERIFY(line(*smile, QStringLiteral("fit of")) == nullptr); // nothing was seen before
        screen.setChain(chainOn("2026-01-16", 0.04));
        auto* ghost = line(*smile, QStringLiteral("fit of 15 Jan 26"));
        QVERIFY(ghost && ghost->isVisible() && ghost->count() > 0);
        QTest::keyClick(&screen, Qt::Key_G); // the first look of the session is what stands there
        QVERIFY(!line(*smile, QStringLiteral("fit of 15")));
        auto later = chainOn("2026-01-16", 0.045);
        std::const_pointer_cast<market::OptionChain>(later->chain)->time += std::chrono::hours(1);
        screen.setChain(later);
        QVERIFY(line(*smile, QStringLiteral("fit of 11:00 ET today")));
        QTest::keyClick(&screen, Qt::Key_G);
        QVERIFY(!line(*smile, QStringLiteral("fit of")));
    }

    void xChangesTheSmilesAxis() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        screen.setChain(chainOn("2026-01-15"));
        auto* fit = line(*only<SmileChart>(screen), QStringLiteral("fit"));
        const auto spread = [fit] { return fit->at(fit->count() - 1).x() - fit->at(0).x(); };
        const double strikes = spread();
        QTest::keyClick(&screen, Qt::Key_X); // 100 is the forward here: the same numbers
        QVERIFY(std::abs(spread() - strikes) < 1e-9);
        QTest::keyClick(&screen, Qt::Key_X);
        QVERIFY(std::abs(spread() - 6.4) < 0.05); // 3.2 deviations each way
        QTest::keyClick(&screen, Qt::Key_X);
        QVERIFY(std::abs(spread() - strikes) < 1e-9);
    }

    void eLeavesAnExpiryOutAndRAsksAgain() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        screen.setChain(chainOn("2026-01-15"));
        auto* term = line(*only<TermChart>(screen), QStringLiteral("ATM"));
        QCOMPARE(term->count(), 2);
        QCOMPARE(only<HeatMap>(screen)->rowCount(), 2);
        QTest::keyClick(&screen, Qt::Key_E);
        QCOMPARE(term->count(), 1);
        QCOMPARE(only<HeatMap>(screen)->rowCount(), 1);
        QVERIFY(columnOf(screen, QStringLiteral("Expiry")).filter(QChar(0x2715)).size() == 1);
        GridView* expiries = nullptr; // a table would search for a row that begins with E
        for (auto* grid : screen.findChildren<GridView*>())
            if (grid->accessibleName() == QLatin1String("Expiries")) expiries = grid;
        QVERIFY(expiries && screen.mainPane() == expiries);
        QTest::keyClick(expiries, Qt::Key_E);
        QCOMPARE(term->count(), 2);
        QTest::keyClick(&screen, Qt::Key_R);
        QCOMPARE(port.watched, std::string("SPX"));
    }

    void aFitOfAMinuteAgoIsHatchedWhileTheMarketIsOpen() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        const auto c = chainOn("2026-01-15");
        screen.setChain(c);
        auto* smile = only<SmileChart>(screen);
        screen.setView(viewAt(*c, 59));
        QVERIFY(!smile->isStale());
        screen.setView(viewAt(*c, 61));
        QVERIFY(smile->isStale() && only<TermChart>(screen)->isStale() && only<HeatMap>(screen)->isStale());
        auto fast = viewAt(*c, 61); // at 600x a tick is sixty seconds of the market and a tenth of ours
        fast->speed = 600;
        screen.setView(fast);
        QVERIFY(!smile->isStale());
        auto closed = viewAt(*c, 7200);
        closed->session = market::Session::AfterClose;
        screen.setView(closed);
        QVERIFY(!smile->isStale());
    }

    void eventsStandOnTheTermStructure() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        const auto c = chainOn("2026-01-15");
        auto view = viewAt(*c, 1);
        view->events = {{*parseDate("2026-01-28"), market::EventKind::Fomc, {}, "FOMC"},
                        {*parseDate("2026-01-30"), market::EventKind::Earnings, "AAPL", "AAPL earnings"},
                        {*parseDate("2026-01-29"), market::EventKind::Jobs, {}, "Employment report"},
                        {*parseDate("2027-01-30"), market::EventKind::Cpi, {}, "CPI"}};
        screen.setView(view);
        screen.setChain(c);
        QXYSeries* events = nullptr;
        for (auto* series : only<TermChart>(screen)->chart()->series())
            if (series->name().startsWith(QLatin1String("FOMC"))) events = qobject_cast<QXYSeries*>(series);
        QVERIFY(events && events->isVisible());
        QCOMPARE(events->count(), 1); // neither another company's, nor a monthly report, nor what lies beyond the last expiry
        QCOMPARE(events->at(0).x(), 13.0);
        QVERIFY(only<TermChart>(screen)->toolTip().contains(QLatin1String("FOMC")));
    }

    void theArrowKeysReadAChart() {
        FakePort port;
        VolatilityScreen screen(port);
        screen.show();
        screen.setChain(chainOn("2026-01-15"));
        auto* term = only<TermChart>(screen);
        QTest::keyClick(term, Qt::Key_Right);
        QTest::keyClick(term, Qt::Key_Home);
        const QString first = term->accessibleDescription();
        QVERIFY2(first.startsWith(QLatin1String("ATM: 30.00")), qPrintable(first));
        QTest::keyClick(term, Qt::Key_Right);
        QVERIFY2(term->accessibleDescription().startsWith(QLatin1String("ATM: 60.00")), qPrintable(term->accessibleDescription()));
        QTest::keyClick(term, Qt::Key_Right); // the last point stays
        QVERIFY(term->accessibleDescription().startsWith(QLatin1String("ATM: 60.00")));
        QTest::keyClick(term, Qt::Key_Down);
        QVERIFY2(term->accessibleDescription().startsWith(QLatin1String("forward volatility")), qPrintable(term->accessibleDescription()));
        term->grab(); // and is painted
    }
};

QTEST_MAIN(TestUiVolatility)
#include "tst_ui_volatility.moc"
