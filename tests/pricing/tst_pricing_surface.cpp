#include <QTest>
#include <cmath>

#include "market/chain_files.h"
#include "pricing/surface_check.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;

class SurfaceTest : public QObject {
    Q_OBJECT

    static SmileFit raw(const ReferenceRow& r) {
        SmileFit s;
        s.ok = true;
        s.a = r.number("a");
        s.b = r.number("b");
        s.rho = r.number("rho");
        s.m = r.number("m");
        s.sigma = r.number("sigma");
        return s;
    }
    static bool near(double got, double want, double relative) { return std::fabs(got - want) <= relative * std::max(1.0, std::fabs(want)); }

private Q_SLOTS:
    void varianceAndDurrlemanMatchEveryReferenceRow() {
        const auto rows = readReference("svi_w_and_g.csv");
        if (rows.empty())
            QSKIP("../shared is not here");
        for (const auto& r : rows) {
            const auto s = raw(r);
            QVERIFY(near(sviPoint(s, r.number("k")).w, r.number("w"), 1e-12));
            const auto g = durrleman(s, r.number("k"));
            QCOMPARE(g.has_value(), !r.text("g_durrleman").empty());
            const double want = r.number("g_durrleman");
            // The table prints fifteen digits.
            QVERIFY2(!g || std::fabs(*g - want) <= 1e-12 * std::max(1.0, std::fabs(want)),
                     qPrintable(QStringLiteral("%1 k=%2: %3 is not %4").arg(QString::fromStdString(r.text("name"))).arg(r.number("k")).arg(*g, 0, 'g', 17).arg(want, 0, 'g', 17)));
        }
    }

    void slicesAreJudgedAsTheSummarySays() {
        const auto rows = readReference("svi_slices_summary.csv");
        if (rows.empty())
            QSKIP("../shared is not here");
        for (const auto& r : rows) {
            const auto c = checkSlice(raw(r));
            const auto name = r.text("name").c_str();
            QVERIFY2(near(c.minVariance, r.number("w_min"), 1e-10), name);
            QVERIFY2(near(c.wing, r.number("b(1+|rho|)"), 1e-10), name);
            QVERIFY2(near(c.minG, r.number("min_g_on_grid_-1.5..1.5_step_0.05"), 1e-9), name);
            QVERIFY2(std::fabs(c.atK - r.number("argmin_k")) < 1e-9, name);
            QCOMPARE(c.minG >= 0, r.text("butterfly_free_on_grid") == "yes");
        }
    }

    void ssviSlicesMatchEveryReferenceRow() {
        const auto rows = readReference("ssvi_butterfly.csv");
        if (rows.empty())
            QSKIP("../shared is not here");
        for (const auto& r : rows) {
            const double rho = r.number("rho"), theta = r.number("theta");
            double phi = 0;
            if (r.text("phi_family") == "power") {
                Ssvi s;
                const auto params = r.text("phi_params");
                s.rho = rho;
                s.eta = std::stod(params);
                s.gamma = std::stod(params.substr(params.find(',') + 1));
                phi = s.phi(theta);
            } else { // Heston-like: (1 - (1 - e^-x) / x) / x with x = lambda theta (Gatheral & Jacquier 2014, example 4.1)
                const double x = std::stod(r.text("phi_params")) * theta;
                phi = (1 + std::expm1(-x) / x) / x;
            }
            const auto name = r.text("name").c_str();
            // 1 - (1 - e^-x)/x loses digits where x is small: the reference's own phi is used for the slice.
            QVERIFY2(std::fabs(phi / r.number("phi") - 1) < (r.text("phi_family") == "power" ? 1e-10 : 1e-9), name);
            const auto slice = ssviSlice(rho, theta, r.number("phi"));
            const auto c = checkSlice(slice);
            QVERIFY2(near(c.minG, r.number("min_g_on_grid"), 1e-9), qPrintable(QString::number(c.minG, 'g', 12)));
            QVERIFY2(std::fabs(c.atK - r.number("argmin_k")) < 1e-9, name);
            for (const auto& [column, k] : {std::pair("w(-0.2)", -0.2), std::pair("w(0)", 0.0), std::pair("w(0.2)", 0.2)})
                QVERIFY2(std::fabs(sviPoint(slice, k).w / r.number(column) - 1) < 1e-10, name);
            const double p = r.number("phi");
            QVERIFY(std::fabs(theta * p * (1 + std::fabs(rho)) / r.number("theta*phi*(1+|rho|)_must_be_<4") - 1) < 1e-9);
            QVERIFY(std::fabs(theta * p * p * (1 + std::fabs(rho)) / r.number("theta*phi^2*(1+|rho|)_sufficient_<=4") - 1) < 1e-9);
        }
    }

    void realChainsGiveASurfaceFreeOfButterflies() {
        const std::string root = std::string(MAHLER_SHARED_DIR) + "/market-data/options-eod/";
        int chains = 0;
        for (const auto& [file, symbol] : {std::pair("spx-2019/SPX_20190502.csv.gz", "SPX"), std::pair("spy-qqq-iwm-2026-08/2026-08-12/SPY.csv.gz", "SPY")}) {
            market::ChainFileOptions options;
            options.underlying = symbol;
            const auto read = market::readChainFile(root + file, options);
            if (!read)
                continue;
            ++chains;
            const auto priced = priceChain(read->chains.back(), {});
            const auto surface = checkSurface(*priced);
            QVERIFY(surface.slices.size() >= 5);
            QVERIFY(surface.ssvi.has_value());
            for (const auto& s : surface.slices)
                QVERIFY2(s.check.free(), qPrintable(QString::number(s.check.minG)));
            QVERIFY(surface.used > 300);
        }
        if (chains == 0)
            QSKIP("../shared is not here");
    }

    void aSliceWithButterfliesIsReplacedAndACrossingIsNamed() {
        auto chain = std::make_shared<market::OptionChain>();
        PricedChain priced;
        priced.chain = chain;
        for (const double years : {0.1, 0.5, 1.0}) {
            PricedExpiry e;
            e.years = years;
            e.forward = 100;
            e.atmVol = 0.2;
            e.smile = ssviSlice(-0.3, 0.04 * years, 2);
            e.smile.used = 9;
            priced.expiries.push_back(e);
            chain->expiries.emplace_back();
        }
        priced.expiries[1].smile = SmileFit{true, -0.0410, 0.1331, 0.3060, 0.3586, 0.4153, 0, 9, 0}; // Vogt's slice
        auto surface = checkSurface(priced);
        QVERIFY(surface.slices[1].fallback);
        QVERIFY(surface.slices[1].check.free());
        QVERIFY(!surface.slices[0].fallback);
    }
};

QTEST_APPLESS_MAIN(SurfaceTest)
#include "tst_pricing_surface.moc"
