#include <cmath>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QTest>

#include "ui/models/grid_view.h"
#include "ui/theme/format.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

using namespace mahler;
using namespace mahler::ui;

class ThemeTest : public QObject {
    Q_OBJECT

    static double luminance(const QColor& c) {
        const auto part = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
        return 0.2126 * part(c.redF()) + 0.7152 * part(c.greenF()) + 0.0722 * part(c.blueF());
    }
    /// WCAG 2.1, contrast ratio (success criterion 1.4.3).
    static double contrast(const QColor& a, const QColor& b) {
        const double x = luminance(a), y = luminance(b);
        return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
    }
    static constexpr GainLoss kPalettes[] = {GainLoss::BlueOrange, GainLoss::GreenRed, GainLoss::RedGreen};
    static QApplication& app() { return *static_cast<QApplication*>(QApplication::instance()); }

private Q_SLOTS:
    void numbersOnEveryHeatStepAreReadable() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light}) {
            applyTheme(app(), kind);
            for (int step = 0; step < 7; ++step)
                for (const auto& back : {heat(step), level(step)})
                    QVERIFY2(contrast(heatText(), back) >= 4.5, qPrintable(QStringLiteral("step %1: %2").arg(step).arg(contrast(heatText(), back))));
        }
    }

    void levelsAreNeitherGainNorLoss() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light}) {
            applyTheme(app(), kind);
            for (int step = 1; step < 7; ++step) {
                const double a = luminance(level(step - 1)), b = luminance(level(step));
                QVERIFY(kind == ThemeKind::Dark ? b > a : b < a); // one way, so that it reads in grey too
                for (const int other : {0, 1, 2, 4, 5, 6}) QVERIFY(level(step) != heat(other));
            }
            for (const auto back : {Token::Bg, Token::Panel}) QVERIFY(contrast(color(Token::Second), color(back)) >= 3.0);
        }
    }

    void theDelayedTagIsReadableOnEveryBackground() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto back : {Token::Bg, Token::Panel, Token::Raised})
                QVERIFY(contrast(color(Token::Delayed, kind, GainLoss::BlueOrange), color(back, kind, GainLoss::BlueOrange)) >= 4.5);
    }

    void theFocusRingStandsOutFromEveryBackground() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto back : {Token::Bg, Token::Panel, Token::Raised})
                QVERIFY(contrast(color(Token::Accent, kind, GainLoss::BlueOrange), color(back, kind, GainLoss::BlueOrange)) >= 3.0);
    }

    void gainAndLossDifferInEveryPalette() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto palette : kPalettes) QVERIFY(color(Token::Gain, kind, palette) != color(Token::Loss, kind, palette));
    }

    void inEastAsiaGainsAreRed() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light}) {
            QCOMPARE(color(Token::Gain, kind, GainLoss::RedGreen), color(Token::Loss, kind, GainLoss::GreenRed));
            QCOMPARE(color(Token::Loss, kind, GainLoss::RedGreen), color(Token::Gain, kind, GainLoss::GreenRed));
            const QColor gain = color(Token::Gain, kind, GainLoss::RedGreen);
            QVERIFY(gain.red() > gain.green());
        }
    }

    void dangerLooksTheSameWhateverGainsLookLike() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto palette : kPalettes) QCOMPARE(color(Token::Danger, kind, palette), color(Token::Danger, kind, GainLoss::BlueOrange));
    }

    void textIsReadableInEveryPaletteAndOnEveryGround() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light})
            for (const auto palette : kPalettes) {
                applyTheme(app(), kind, palette);
                for (const auto ink :
                     {Token::Text, Token::Dim, Token::Gain, Token::Loss, Token::Warn, Token::Stale, Token::Info, Token::Danger, Token::Delayed})
                    for (const auto& ground : {color(Token::Bg), color(Token::Panel), color(Token::Raised), tint()})
                        QVERIFY2(contrast(color(ink), ground) >= 4.5,
                                 qPrintable(QStringLiteral("%1 on %2: %3").arg(tokenName(ink), ground.name()).arg(contrast(color(ink), ground))));
                QVERIFY(contrast(tint(), color(Token::Bg)) > 1.05); // seen at all
            }
        applyTheme(app(), ThemeKind::Dark);
    }

    void onlyAHaltIsWrittenOnRed() {
        for (const auto kind : {ThemeKind::Dark, ThemeKind::Light}) {
            applyTheme(app(), kind);
            QLabel banner(QStringLiteral("▲"));
            banner.setObjectName(QStringLiteral("banner"));
            banner.resize(200, 40);
            const auto ground = [&] { return banner.grab().toImage().pixelColor(8, 8); };
            setLook(banner, "halt", QStringLiteral("false"));
            banner.show();
            QCOMPARE(ground(), color(Token::Panel));
            QVERIFY(contrast(color(Token::Warn), ground()) >= 4.5);
            setLook(banner, "halt", QStringLiteral("true"));
            QCOMPARE(ground(), color(Token::Halt));
            QVERIFY(contrast(color(Token::HaltText), ground()) >= 4.5);
        }
        applyTheme(app(), ThemeKind::Dark);
    }

    void comfortableIsThirteenPixelsAndHigherRows() {
        GridModel model({{QStringLiteral("a"), {}, 60}, {QStringLiteral("b"), {}, 48}});
        model.setRows({{QStringLiteral("1"), {{QStringLiteral("x"), 1}, {QStringLiteral("y"), 2}}}});
        GridView grid(&model);
        QLabel label(QStringLiteral("x")), head(QStringLiteral("y"));
        setTone(head, Token::Text, true, 16);
        for (auto* widget : std::initializer_list<QWidget*>{&grid, &label, &head}) widget->show();
        QCOMPARE(label.font().pixelSize(), 12);
        QCOMPARE(grid.rowHeight(0), kRowHeight);
        Look look = currentLook();
        look.density = Density::Comfortable;
        applyLook(app(), look);
        QCOMPARE(label.font().pixelSize(), 13);
        QCOMPARE(numberFont().pixelSize(), 13);
        QCOMPARE(head.font().pixelSize(), 16);
        QCOMPARE(grid.rowHeight(0), 24); // one that is there already
        QCOMPARE(grid.columnWidth(1), 52);
        applyTheme(app(), ThemeKind::Light); // a change of theme keeps it
        QCOMPARE(currentLook().density, Density::Comfortable);
        applyLook(app(), {});
        QCOMPARE(label.font().pixelSize(), 12);
        QCOMPARE(grid.rowHeight(0), kRowHeight);
    }

    void aTonedLabelFollowsTheTheme() {
        applyTheme(app(), ThemeKind::Dark);
        QLabel label(QStringLiteral("x"));
        setTone(label, Token::Dim, true, 16);
        label.show();
        QCOMPARE(label.palette().color(QPalette::WindowText), color(Token::Dim));
        QVERIFY(label.font().bold());
        QCOMPARE(label.font().pixelSize(), 16);
        applyTheme(app(), ThemeKind::Light);
        QCOMPARE(label.palette().color(QPalette::WindowText), color(Token::Dim, ThemeKind::Light, GainLoss::BlueOrange));
        setTone(label, Token::Warn);
        QCOMPARE(label.palette().color(QPalette::WindowText), color(Token::Warn));
        QVERIFY(!label.font().bold());
    }

    void digitsHaveOneWidth() {
        for (const bool bold : {false, true}) {
            const QFontMetricsF metrics(numberFont(bold));
            for (char c = '0'; c <= '9'; ++c)
                QVERIFY(std::abs(metrics.horizontalAdvance(QLatin1Char(c)) - metrics.horizontalAdvance(QLatin1Char('0'))) < 0.01);
        }
    }

    void theArrowOfAComboBoxIsFlat_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("dark") << true;
        QTest::newRow("light") << false;
    }
    void theArrowOfAComboBoxIsFlat() {
        QFETCH(bool, dark);
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), dark ? ThemeKind::Dark : ThemeKind::Light);
        QComboBox box;
        box.addItem(QStringLiteral("SPY"));
        box.resize(100, 26);
        box.show();
        const QImage image = box.grab().toImage();
        // Between ground and ink every pixel lies on the line from the one to the other: no bevel has other greys.
        const QColor ground = color(Token::Bg), ink = color(Token::Dim);
        int inked = 0;
        for (int y = 3; y < image.height() - 3; ++y)
            for (int x = image.width() - 20; x < image.width() - 3; ++x) {
                const QColor is = image.pixelColor(x, y);
                const double share = double(is.green() - ground.green()) / (ink.green() - ground.green());
                inked += share > 0.5;
                for (const auto& [a, b, c] : {std::tuple(ground.red(), ink.red(), is.red()), std::tuple(ground.blue(), ink.blue(), is.blue())})
                    QVERIFY2(share >= -0.02 && share <= 1.02 && std::abs(a + (b - a) * share - c) < 6, qPrintable(is.name()));
            }
        QVERIFY2(inked >= 5 && inked <= 40, qPrintable(QString::number(inked)));
        applyTheme(*static_cast<QApplication*>(QApplication::instance()), ThemeKind::Dark);
    }

    void everyScreenHasAnIcon() {
        for (const auto* name : {"chain", "builder", "positions", "debate", "orders", "opportunities", "breakers", "volatility", "journal",
                                 "scenario", "breaker-map", "attribution", "mahler"}) {
            const QIcon icon = lineIcon(QString::fromLatin1(name));
            QVERIFY2(!icon.isNull(), name);
            const QImage image = icon.pixmap(QSize(40, 40)).toImage();
            bool painted = false;
            for (int y = 0; y < image.height() && !painted; ++y)
                for (int x = 0; x < image.width() && !painted; ++x) painted = image.pixelColor(x, y).alpha() > 0;
            QVERIFY2(painted, name);
        }
        QVERIFY(lineIcon(QStringLiteral("no such icon")).isNull());
    }

    void numbersAreWrittenAsTheGuideSays_data() {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("wanted");
        const auto usd = [](double v) { return Usd::fromMicros(static_cast<std::int64_t>(std::llround(v * 1e6))); };
        const auto px = [](double v) { return Price::fromMicros(static_cast<std::int64_t>(std::llround(v * 1e6))); };
        using namespace format;
        QTest::newRow("money from 100 on has no decimals") << money(usd(4380.49)) << QStringLiteral("$4,380");
        QTest::newRow("money below 100 has two") << money(usd(99.5)) << QStringLiteral("$99.50");
        QTest::newRow("99.996 rounds to $100") << money(usd(99.996)) << QStringLiteral("$100");
        QTest::newRow("a loss has the true minus") << money(usd(-782)) << QStringLiteral("\u2212$782");
        QTest::newRow("half a cent of loss is no -0") << money(usd(-0.004)) << QStringLiteral("$0.00");
        QTest::newRow("half a cent of gain has no plus") << signedMoney(usd(0.004)) << QStringLiteral("$0.00");
        QTest::newRow("a gain has its plus") << signedMoney(usd(12.5)) << QStringLiteral("+$12.50");
        QTest::newRow("zero has no sign") << signedMoney(usd(0)) << QStringLiteral("$0.00");
        QTest::newRow("a credit") << net(px(1.35)) << QStringLiteral("1.35 cr");
        QTest::newRow("a debit") << net(px(-0.85)) << QStringLiteral("0.85 db");
        QTest::newRow("an unknown price is a dash") << price(std::nullopt) << QStringLiteral("\u2014");
        QTest::newRow("a missing number is a dash") << number(std::optional<double>{}, 2) << QStringLiteral("\u2014");
        QTest::newRow("not a number is a dash") << number(std::nan(""), 2) << QStringLiteral("\u2014");
        QTest::newRow("infinity is a dash") << number(INFINITY, 2) << QStringLiteral("\u2014");
        QTest::newRow("tiny negatives are no -0") << signedNumber(-0.0004, 2) << QStringLiteral("0.00");
        QTest::newRow("no exponent") << number(12345678901.0, 0) << QStringLiteral("12,345,678,901");
        QTest::newRow("a fraction as percent") << percent(0.124) << QStringLiteral("12.4%");
        QTest::newRow("a minute and 42 seconds") << countdown(101.2) << QStringLiteral("01:42");
        QTest::newRow("past the end is zero") << countdown(-3) << QStringLiteral("00:00");
        QTest::newRow("no age is a dash") << age(std::nullopt) << QStringLiteral("\u2014");
        QTest::newRow("fourteen seconds") << age(14.0) << QStringLiteral("14s");
        const auto noon = [](int month, unsigned day) {
            return UtcTime(std::chrono::sys_days(std::chrono::year{2026} / month / static_cast<int>(day))) + std::chrono::hours(17);
        };
        QTest::newRow("days to expiry") << dte(noon(11, 23), noon(12, 25)) << QStringLiteral("32d");
        QTest::newRow("under two days in hours") << dte(noon(11, 23), noon(11, 23) + std::chrono::minutes(372)) << QStringLiteral("6h12m");
        QTest::newRow("New York in winter") << timeNewYork(noon(11, 23)) << QStringLiteral("12:00:00");
        QTest::newRow("New York in summer") << timeNewYork(noon(7, 6)) << QStringLiteral("13:00:00");
    }
    void numbersAreWrittenAsTheGuideSays() {
        QFETCH(QString, written);
        QFETCH(QString, wanted);
        QCOMPARE(written, wanted);
    }
};

QTEST_MAIN(ThemeTest)
#include "tst_ui_theme.moc"
