#include <QtTest>

#include "american_shape.h"
#include "quantlib_greeks.h"

using namespace mahler::pricing;

/// What takes too long for every run of the core tests: all rows and all contracts of which those take a sample.
class TestPricingAmericanProof : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void greeksAreTheLimitOfQuantlibsDifferencesOnEveryRow();
    void keepsItsShapeOverAMillionContracts();
};

void TestPricingAmericanProof::greeksAreTheLimitOfQuantlibsDifferencesOnEveryRow() {
    READ_REFERENCE_OR_SKIP(rows, "american_greeks_hp.csv");
    GreekGaps worst;
    for (const ReferenceRow& row : rows) {
        const GreekGaps gaps = greekGaps(row);
        worst = {std::max(worst.delta, gaps.delta), std::max(worst.gamma, gaps.gamma)};
        QVERIFY2(
            gaps.hold(),
            qPrintable(QStringLiteral("%1: delta off by %2, gamma by %3").arg(QString::fromStdString(row.label())).arg(gaps.delta).arg(gaps.gamma)));
    }
    qInfo("%zu rows, worst: delta %.2g, gamma %.2g relative", rows.size(), worst.delta, worst.gamma);
}

void TestPricingAmericanProof::keepsItsShapeOverAMillionContracts() {
    const ShapeCheck shape = checkShape(250, 71);
    QVERIFY2(shape.broken.empty(), shape.broken.c_str());
    QCOMPARE(shape.contracts, 1'000'000L);
}

QTEST_APPLESS_MAIN(TestPricingAmericanProof)
#include "tst_pricing_american_proof.moc"
