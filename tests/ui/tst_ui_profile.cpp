#include <QApplication>
#include <QRegularExpression>
#include <QTest>

#include "builder_scene.h"
#include "ui/theme/format.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;
using namespace mahler::ui::testing;

/// The pane's keys, and what its chart and metrics show.
class ProfileTest : public QObject {
    Q_OBJECT

    using Opened = OpenedBuilder;
    ChainPtr m_chain;
    std::shared_ptr<desk::DeskView> view() const { return quietViewAt(m_chain); }

private Q_SLOTS:
    void initTestCase() {
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark);
        m_chain = simulatedSpy();
        QVERIFY(m_chain);
    }

    void theChanceOfHalfTheProfitStandsByTheChanceOfAny() {
        Opened o(m_chain, view());
        QString line;
        for (const auto& text : o.said().split(QLatin1Char('\n')))
            if (text.startsWith(QStringLiteral("POP "))) line = text;
        static const QRegularExpression kForm(QStringLiteral("P50 market-implied (\\d+)%   physical (\\d+)%"));
        const auto found = kForm.match(line);
        QVERIFY2(found.hasMatch(), qPrintable(line));
        const int pop = line.section(QLatin1Char(' '), 2, 2).remove(QLatin1Char('%')).toInt();
        QVERIFY2(found.captured(1).toInt() >= pop - 5 && pop > 50, qPrintable(line));
        bool told = false;
        for (const auto* label : o.screen.findChildren<QLabel*>()) told = told || label->toolTip().contains(QStringLiteral("first passage"));
        QVERIFY(told);
    }

    void withoutLegsThereIsTheEmptyTextAndNoAxes() {
        Opened o(m_chain, view());
        auto* chart = o.screen.findChild<PayoffChart*>();
        const auto axes = [&] {
            int shown = 0;
            for (const auto* axis : chart->chart()->axes()) shown += axis->isVisible();
            return shown;
        };
        QVERIFY(axes() >= 2 && chart->chart()->legend()->isVisible());
        for (int i = 0; i < 2; ++i) {
            o.legs()->setCurrentIndex(o.legs()->model()->index(0, 0));
            QTest::keyClick(o.legs(), Qt::Key_Delete);
        }
        QVERIFY(o.screen.draft().legs.empty());
        QCOMPARE(axes(), 0);
        QVERIFY(!chart->chart()->legend()->isVisible());
        QCOMPARE(o.field("limit")->text(), QStringLiteral("0.00")); // of what was there before
        QCOMPARE(chart->emptyText(), QStringLiteral("Press B or S in the chain, or choose a template."));
        o.button(QStringLiteral("Bull put spread"))->click();
        QVERIFY(axes() >= 2 && chart->chart()->legend()->isVisible());
        QVERIFY(chart->emptyText().isEmpty());
    }

    void altArrowsMoveTheStrikeOfTheLegUnderTheCursor() {
        Opened o(m_chain, view());
        o.legs()->setCurrentIndex(o.legs()->model()->index(1, 0)); // the short leg: rows stand by strike
        const auto before = o.screen.draft();
        QTest::keyClick(o.legs(), Qt::Key_Up, Qt::AltModifier);
        auto now = o.screen.draft();
        QVERIFY(now.legs[0].contract.strike > before.legs[0].contract.strike && now.legs[1] == before.legs[1]);
        QCOMPARE(now.legs[0].contract.right, before.legs[0].contract.right);
        QVERIFY(m_chain->chain->find(now.legs[0].contract));
        QTest::keyClick(o.legs(), Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(o.screen.draft().legs, before.legs);
        o.legs()->setCurrentIndex(o.legs()->model()->index(0, 2));
        QTest::keyClick(o.legs(), Qt::Key_Down, Qt::AltModifier);
        now = o.screen.draft();
        QVERIFY(now.legs[0] == before.legs[0] && now.legs[1].contract.strike < before.legs[1].contract.strike);
        QVERIFY(now.netLimit.micros() > 0 && now.netLimit != before.netLimit); // at the mid of what it is now
    }

    void altArrowsMoveTheExpiryOfAllLegs() {
        Opened o(m_chain, view());
        const auto before = o.screen.draft();
        QTest::keyClick(o.legs(), Qt::Key_Right, Qt::AltModifier);
        const auto later = o.screen.draft();
        for (const auto& leg : later.legs)
            QVERIFY(leg.contract.expiry > before.legs[0].contract.expiry && leg.contract.expiry == later.legs[0].contract.expiry);
        QCOMPARE(later.legs[0].contract.strike, before.legs[0].contract.strike);
        QTest::keyClick(o.legs(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(o.screen.draft().legs, before.legs);
        for (int i = 0; i < 40; ++i) QTest::keyClick(o.legs(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(o.screen.draft().legs.front().contract.expiry, m_chain->chain->expiries.front().expiry); // and no further
    }

    void aCalendarKeepsItsExpiriesApartOrDoesNotMove() {
        Opened o(m_chain, view());
        const auto& expiries = m_chain->chain->expiries;
        portfolio::ComboOrder order = o.screen.draft();
        const auto put = [&](std::size_t expiry, int ratio) {
            auto leg = order.legs.front();
            leg.contract = market::OptionContract::make(expiries[expiry].root, expiries[expiry].expiry, leg.contract.strike, market::Right::Put);
            leg.ratio = ratio;
            return leg;
        };
        order.legs = {put(1, -1), put(3, 1)};
        order.netLimit = Price::fromMicros(-1'000'000);
        o.screen.setDraft(order);
        QTest::keyClick(o.legs(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(o.screen.draft().legs[0].contract.expiry, expiries[0].expiry);
        QCOMPARE(o.screen.draft().legs[1].contract.expiry, expiries[2].expiry);
        QTest::keyClick(o.legs(), Qt::Key_Left, Qt::AltModifier); // the near one cannot go: neither does
        QCOMPARE(o.screen.draft().legs[0].contract.expiry, expiries[0].expiry);
        QCOMPARE(o.screen.draft().legs[1].contract.expiry, expiries[2].expiry);
        QVERIFY2(o.says(QStringLiteral("Nothing moved: no earlier expiry is listed")), qPrintable(o.said()));
        QTest::keyClick(o.legs(), Qt::Key_Right, Qt::AltModifier);
        QVERIFY(!o.says(QStringLiteral("Nothing moved")));
        QCOMPARE(o.screen.draft().legs[1].contract.expiry, expiries[3].expiry);
    }

    void legsStandByExpiryAndStrikeAndKeysActOnTheOneSeen() {
        Opened o(m_chain, view());
        portfolio::ComboOrder order = o.screen.draft();
        QCOMPARE(order.legs.size(), std::size_t{2});
        QVERIFY(order.legs[0].contract.strike > order.legs[1].contract.strike); // the short one first, as it was made
        const auto shown = [&](int row) { return o.legs()->model()->index(row, 1).data().toString(); };
        QCOMPARE(shown(0), format::text(order.legs[1].contract.label()));
        QCOMPARE(shown(1), format::text(order.legs[0].contract.label()));
        o.legs()->setCurrentIndex(o.legs()->model()->index(0, 0));
        QTest::keyClick(o.legs(), Qt::Key_Down, Qt::AltModifier);
        QVERIFY(o.screen.draft().legs[1].contract.strike < order.legs[1].contract.strike); // the lower one moved
        QCOMPARE(o.screen.draft().legs[0], order.legs[0]);
        QTest::keyClick(o.legs(), Qt::Key_Delete);
        QCOMPARE(o.screen.draft().legs, (std::vector<portfolio::ComboLeg>{order.legs[0]}));
    }

    void controlArrowsMoveTheLimitFromWhereverTheFocusIs() {
        Opened o(m_chain, view());
        const Price before = o.screen.draft().netLimit, tick = Price::fromMicros(10'000);
        for (QWidget* focus :
             {static_cast<QWidget*>(o.legs()), static_cast<QWidget*>(o.field("limit")), static_cast<QWidget*>(o.field("units")),
              static_cast<QWidget*>(o.review()), static_cast<QWidget*>(o.grid(QStringLiteral("Profit and loss by date and price")))}) {
            QTest::keyClick(focus, Qt::Key_Up, Qt::ControlModifier);
            QCOMPARE(o.screen.draft().netLimit, before + tick);
            QCOMPARE(o.field("limit")->text(), QString::fromStdString((before + tick).str()));
            QTest::keyClick(focus, Qt::Key_Down, Qt::ControlModifier);
            QCOMPARE(o.screen.draft().netLimit, before);
        }
        o.type("limit", QStringLiteral("1,5"));
        QTest::keyClick(o.legs(), Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(o.field("limit")->text(), QStringLiteral("1,5")); // there is no next price of what cannot be read
    }

    void tWalksTheDatesAndVTheVolatility() {
        Opened o(m_chain, view());
        auto* table = o.grid(QStringLiteral("Profit and loss by date and price"));
        const auto chosen = [&] {
            for (int r = 0; r < table->model()->rowCount(); ++r)
                if (table->model()->index(r, 0).data(GridModel::MarkedRole).toBool()) return r;
            return -1;
        };
        QCOMPARE(chosen(), 0);
        QTest::keyClick(o.legs(), Qt::Key_T);
        QCOMPARE(chosen(), 1);
        QTest::keyClick(o.review(), Qt::Key_T);
        QCOMPARE(chosen(), 2);
        auto* chart = o.screen.findChild<PayoffChart*>();
        QTest::keyClick(chart, Qt::Key_T); // there it is the chart's own table
        QCOMPARE(chosen(), 2);
        QVERIFY(o.screen.findChild<QDialog*>());
        QTest::keyClick(chart, Qt::Key_D);
        QCOMPARE(chosen(), 3);
        QVERIFY(o.says(QStringLiteral("30-day IV as it is")));
        QTest::keyClick(o.legs(), Qt::Key_V);
        QVERIFY(o.says(QStringLiteral("30-day IV +10%")));
        o.type("limit", QStringLiteral("0.6v")); // in a field they are letters, and refused
        QVERIFY(o.says(QStringLiteral("“0.6v” is not a price")) && o.says(QStringLiteral("30-day IV +10%")));
        o.type("limit", QStringLiteral("0.60"));
        QVERIFY(o.says(QStringLiteral("30-day IV +10%"))); // and moved nothing
    }

    void gTurnsThroughTheGreeksOfTheRightAxis() {
        Opened o(m_chain, view());
        auto* chart = o.screen.findChild<PayoffChart*>();
        const auto axes = [&] { return chart->chart()->axes(Qt::Vertical); };
        const auto named = [&](const QString& begins) {
            for (const auto* s : chart->chart()->series())
                if (s->name().startsWith(begins)) return static_cast<const QXYSeries*>(s);
            return static_cast<const QXYSeries*>(nullptr);
        };
        QCOMPARE(o.screen.profile().greek(), QStringLiteral("none"));
        QVERIFY(!axes().back()->isVisible() && o.button(QStringLiteral("Right axis: none")));
        for (const auto* greek : {"delta", "gamma", "theta", "vega"}) {
            QTest::keyClick(o.legs(), Qt::Key_G);
            QCOMPARE(o.screen.profile().greek(), QLatin1String(greek));
            QVERIFY(axes().back()->isVisible());
            const auto* line = named(QLatin1String(greek));
            QVERIFY(line && line->count() > 20);
            QVERIFY(o.button(QStringLiteral("Right axis: ") + QLatin1String(greek)));
            QVERIFY2(chart->accessibleDescription().contains(QLatin1String(greek)), qPrintable(chart->accessibleDescription()));
            for (const auto* s : chart->chart()->series()) { // zero is at one height on both axes
                if (s != line) continue;
                const auto *left = static_cast<QValueAxis*>(axes().front()), *right = static_cast<QValueAxis*>(axes().back());
                QVERIFY(std::abs(left->min() / (left->max() - left->min()) - right->min() / (right->max() - right->min())) < 1e-9);
            }
        }
        o.button(QStringLiteral("Right axis: vega"))->click();
        QCOMPARE(o.screen.profile().greek(), QStringLiteral("none"));
        QVERIFY(!axes().back()->isVisible() && !named(QStringLiteral("vega")));
        o.screen.profile().setGreek(QStringLiteral("theta"));
        QVERIFY(named(QStringLiteral("theta")));
        o.screen.profile().setGreek(QStringLiteral("what nobody knows"));
        QCOMPARE(o.screen.profile().greek(), QStringLiteral("none"));
    }

    void theChartsTableHoldsTheConeAndTheGreek() {
        Opened o(m_chain, view());
        o.screen.profile().setGreek(QStringLiteral("delta"));
        auto* chart = o.screen.findChild<PayoffChart*>();
        QVERIFY2(chart->accessibleDescription().contains(QStringLiteral("within 1 sigma (68%)")), qPrintable(chart->accessibleDescription()));
        QTest::keyClick(chart, Qt::Key_T);
        auto* dialog = chart->findChild<QDialog*>();
        QVERIFY(dialog);
        const auto* model = dialog->findChild<GridView*>()->model();
        QStringList series;
        for (int r = 0; r < model->rowCount(); ++r) series << model->index(r, 0).data().toString();
        for (const auto* wanted : {"cone, now: median", "cone, at expiry: 1 sigma below", "cone, at expiry: 2 sigma above", "delta, shares"})
            QVERIFY2(series.contains(QLatin1String(wanted)), wanted);
        const auto& draft = o.screen.draft();
        const auto last = strategy::draftCone(draft, *m_chain, 2).back();
        const int row = static_cast<int>(series.indexOf(QStringLiteral("cone, at expiry: 1 sigma below")));
        QCOMPARE(model->index(row, 1).data().toString(), format::number(last.low1, 2));
    }
};

QTEST_MAIN(ProfileTest)
#include "tst_ui_profile.moc"
