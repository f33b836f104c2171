#include <QtTest>

#include <cmath>

#include "pricing/american.h"
#include "pricing/american_alo.h"
#include "pricing/american_slice.h"
#include "quantlib_greeks.h"
#include "reference_table.h"

using namespace mahler;
using namespace mahler::pricing;

/// Every row of every american_*.csv of the reference folder, at the README's tolerances. american_discrete_dividends_fd
/// is in tst_pricing_dividends; every row against QuantLib's own differences is in tst_pricing_american_proof, here a sample.
class TestPricingAmericanReference : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matchesHighPrecisionChain();
    void pricesVegaThetaAndRhoMatchTheTable();
    void differencesWithTheTablesStepMatchTheTable();
    void greeksAreTheLimitOfQuantlibsDifferences();
    void rhoWithoutRatesIsTheLimitOfTheTablesDifference();
    void matchesEdgeCases();
    void matchesTrueValuesOfPublishedTables_data();
    void matchesTrueValuesOfPublishedTables();
    void matchesPremiumsScheme();
    void matchesConvergedPremiums();
    void matchesTheQdPlusBoundary();
};

namespace {

QString describe(const ReferenceRow& row, double got, double want) {
    return QStringLiteral("%1: %2 instead of %3").arg(QString::fromStdString(row.label())).arg(got, 0, 'g', 12).arg(want, 0, 'g', 12);
}

bool withoutRates(const Inputs& in) { return in.rate == 0 && in.dividendYield == 0; }

double tightPrice(Inputs in, double Inputs::*field, double move) {
    in.*field += move;
    return *americanPrice(in, Accuracy::Tight);
}

} // namespace

void TestPricingAmericanReference::matchesHighPrecisionChain() {
    READ_REFERENCE_OR_SKIP(rows, "american_chain_hp.csv");
    double worst = 0, worstChain = 0;
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const double want = row.number("price"), got = *americanPrice(in, Accuracy::Tight);
        worst = std::max(worst, std::fabs(got - want));
        QVERIFY2(std::fabs(got - want) <= 3e-6, qPrintable(describe(row, got, want)));
        AmericanSlice slice(in.rate, in.dividendYield, in.years);
        const double quick = slice.price(in.right, in.spot, in.strike, in.vol);
        worstChain = std::max(worstChain, std::fabs(quick - want));
        QVERIFY2(std::fabs(quick - want) <= 1e-4, qPrintable(describe(row, quick, want)));
    }
    qInfo("%zu rows: worst error %.2g alone, %.2g in a chain", rows.size(), worst, worstChain);
}

void TestPricingAmericanReference::pricesVegaThetaAndRhoMatchTheTable() {
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const Valuation v = priceAmerican(in);
        const auto check = [&](const char* name, double got, double absolute, double relative) {
            const double want = row.number(name);
            QVERIFY2(std::fabs(got - want) <= std::max(absolute, relative * std::fabs(want)),
                     qPrintable(QLatin1String(name) + QLatin1Char(' ') + describe(row, got, want)));
        };
        check("price", v.price, 1e-8 * in.spot, 0);
        check("vega_per_1.00_vol", v.vega, 1e-4, 1e-5);
        check("theta_per_year", v.theta, 0, 1e-4);
        if (!withoutRates(in)) // there: rhoWithoutRatesIsTheLimitOfTheTablesDifference
            check("rho_per_1.00_rate", v.rho, 1e-4, 1e-5);
    }
}

void TestPricingAmericanReference::differencesWithTheTablesStepMatchTheTable() {
    // The table's delta, gamma and rho are fourth-order differences (README) with steps of 0.2 % of spot and 5e-4 of rate:
    // those steps, and no others, give its digits on every row. A few days before expiry they are no small steps.
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    double worst = 0;
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        const Slopes spot = fivePoint([&](double move) { return tightPrice(in, &Inputs::spot, move); }, 2e-3 * in.spot);
        const Slopes rate = fivePoint([&](double move) { return tightPrice(in, &Inputs::rate, move); }, 5e-4);
        const double delta = row.number("delta"), gamma = row.number("gamma"), rho = row.number("rho_per_1.00_rate");
        worst = std::max(worst, std::fabs(spot.first - delta));
        QVERIFY2(std::fabs(spot.first - delta) <= 1e-6, qPrintable(describe(row, spot.first, delta)));
        QVERIFY2(std::fabs(spot.second - gamma) <= 1e-4 * gamma, qPrintable(describe(row, spot.second, gamma)));
        QVERIFY2(std::fabs(rate.first - rho) <= std::max(1e-4, 1e-5 * std::fabs(rho)), qPrintable(describe(row, rate.first, rho)));
    }
    qInfo("worst delta difference %.2g", worst);
}

void TestPricingAmericanReference::greeksAreTheLimitOfQuantlibsDifferences() {
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    for (std::size_t i = 0; i < rows.size(); i += 7) // 5 and 32 take QuantLib seconds
        QVERIFY2(greekGaps(rows[i]).hold(), rows[i].label().c_str());
}

void TestPricingAmericanReference::rhoWithoutRatesIsTheLimitOfTheTablesDifference() {
    // Without rate and yield a call is European on one side of zero; on the other (negative rate) its premium is smaller
    // than any multiple of the rate as that goes to zero, but only logarithmically so: a difference over 5e-4 is still a
    // tenth off. The table's difference is met above; here its limit.
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    int found = 0;
    for (const ReferenceRow& row : rows) {
        const Inputs in = row.inputs();
        if (!withoutRates(in)) continue;
        ++found;
        const double limit = priceAmerican(in).rho;
        QVERIFY(std::fabs(limit - priceEuropean(in).rho) < 1e-9);
        double before = std::fabs(row.number("rho_per_1.00_rate") - limit);
        for (const double step : {1e-4, 1e-5, 1e-6, 1e-7}) {
            const double gap = std::fabs(fivePoint([&](double move) { return tightPrice(in, &Inputs::rate, move); }, step).first - limit);
            QVERIFY2(gap < 0.95 * before, qPrintable(QString::number(gap)));
            before = gap;
        }
    }
    QVERIFY(found > 0);
}

void TestPricingAmericanReference::matchesEdgeCases() {
    READ_REFERENCE_OR_SKIP(rows, "american_edge_quantlib.csv");
    for (const ReferenceRow& row : rows) {
        const Valuation v = priceAmerican(row.inputs());
        QVERIFY(v.status != PriceStatus::BadInput);
        QVERIFY2(std::fabs(v.price - row.number("value_true")) <= row.number("abs_tol"),
                 qPrintable(describe(row, v.price, row.number("value_true"))));
    }
}

void TestPricingAmericanReference::matchesTrueValuesOfPublishedTables_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("Barone-Adesi & Whaley cases of Haug") << QStringLiteral("american_haug_baw.csv");
    QTest::newRow("Bjerksund & Stensland cases of Haug") << QStringLiteral("american_haug_bjs.csv");
    QTest::newRow("Ju 1999") << QStringLiteral("american_ju.csv");
}

void TestPricingAmericanReference::matchesTrueValuesOfPublishedTables() {
    QFETCH(QString, file);
    const std::vector<ReferenceRow> rows = readReference(file.toUtf8().constData());
    if (rows.empty()) QSKIP("../shared/reference/pricing is not on this machine");
    double worst = 0;
    for (const ReferenceRow& row : rows) {
        const double want = row.number("value_true_hp"), got = *americanPrice(row.inputs(), Accuracy::Tight);
        worst = std::max(worst, std::fabs(got - want));
        QVERIFY2(std::fabs(got - want) <= 2e-6, qPrintable(describe(row, got, want)));
    }
    qInfo("%zu rows: worst error %.2g", rows.size(), worst);
}

void TestPricingAmericanReference::matchesPremiumsScheme() {
    READ_REFERENCE_OR_SKIP(rows, "american_alo_premium.csv");
    for (const ReferenceRow& row : rows) {
        const PutView view = putView(row.inputs());
        AloScheme scheme{static_cast<int>(row.number("l")), static_cast<int>(row.number("m")), static_cast<int>(row.number("n")),
                         row.text("fp_scheme") == "A" ? FixedPoint::A : FixedPoint::B, 0};
        if (scheme.inner == 32) // the paper's standard example has 48 nodes in the premium, the others an exact integral
            scheme.premium = 48;
        const double got = view.unit * aloPremium(view.put, view.moneyness, scheme), want = row.number("premium_over_european");
        QVERIFY2(std::fabs(got - want) <= row.number("scheme_tol"), qPrintable(describe(row, got, want)));
    }
}

void TestPricingAmericanReference::matchesConvergedPremiums() {
    // Andersen, Lake & Offengenden 2016, table 2, as converged by the high-precision schemes.
    struct Case {
        double strike, rate, premium;
    };
    for (const Case& c : {Case{100, 0.05, 0.106952703}, Case{100, 0.075, 0.367111141}, Case{95, 0.075, 0.238650388}}) {
        const Inputs in{market::Right::Put, 100, c.strike, 1, c.rate, 0.05, 0.25};
        const double got = *americanPrice(in, Accuracy::Tight) - priceEuropean(in).price;
        QVERIFY2(std::fabs(got - c.premium) < 5e-8, qPrintable(QString::number(got, 'g', 12)));
    }
}

void TestPricingAmericanReference::matchesTheQdPlusBoundary() {
    READ_REFERENCE_OR_SKIP(rows, "american_qdplus_boundary.csv");
    for (const ReferenceRow& row : rows) {
        const PutProblem put{row.number("r"), row.number("q"), row.number("vol"), row.number("maturity_years")};
        const double got = row.number("strike") * qdPlusBoundary(put, row.number("tau")), want = row.number("qdplus_boundary");
        QVERIFY2(std::fabs(got - want) <= 1e-12, qPrintable(describe(row, got, want)));
    }
}

QTEST_APPLESS_MAIN(TestPricingAmericanReference)
#include "tst_pricing_american_reference.moc"
