#include <QTest>

#include "fake_port.h"
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
};

QTEST_MAIN(TestUiVolatility)
#include "tst_ui_volatility.moc"
