#include <cmath>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "app/config.h"

using namespace mahler;

class ConfigTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string folder() const { return m_folder.path().toStdString(); }
    QString path() const { return m_folder.filePath(QStringLiteral("config.json")); }
    void write(const QByteArray& text) const {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
    }

    static double inMillionths(double value) { return std::round(value * 1e6) / 1e6; }

private Q_SLOTS:
    void init() { QFile::remove(path()); }

    void noFileIsTheBuiltInValues() {
        const auto values = app::loadConfig(folder());
        QVERIFY(values.has_value());
        QCOMPARE(desk::valuesOf(values->desk), desk::valuesOf(desk::Settings{}));
        QVERIFY(values->look == ui::Look{});
        QCOMPARE(values->desk.screener.name, std::string("calibrated"));
    }

    void aCommentedFileIsReadWhole() {
        write("{ // ours\n"
              R"("screener": {"profile": "seed", "dte_min": 28, "require_positive_ev": true, "credit_to_width_min": 0.075},)"
              R"("limits": {"risk_per_trade": 0.01, "min_open_interest": 250},)"
              "/* tighter */"
              R"("approval": {"trader_seconds": 120}, "look": {"theme": "light", "gain_loss": "red-green", "density": "comfortable"}})");
        const auto values = app::loadConfig(folder());
        QVERIFY2(values.has_value(), values ? "" : values.error().detail.c_str());
        QCOMPARE(values->desk.screener.name, std::string("seed"));
        QCOMPARE(values->desk.screener.dteMin, 28);
        QCOMPARE(values->desk.screener.dteMax, 45);
        QVERIFY(values->desk.screener.requirePositiveEv);
        QCOMPARE(values->desk.screener.creditToWidthMin, 0.075);
        QCOMPARE(values->desk.limits.riskPerTrade, 0.01);
        QCOMPARE(values->desk.limits.minOpenInterest, std::int64_t{250});
        QCOMPARE(values->desk.traderDeadline.count(), std::int64_t{120});
        QVERIFY((values->look == ui::Look{ui::ThemeKind::Light, ui::GainLoss::RedGreen, ui::Density::Comfortable}));
    }

    void whatMayNotStandIsRefusedWithFileAndKey_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("key");
        const auto row = [](const char* name, const char* text, const char* key) { QTest::newRow(name) << QByteArray(text) << QByteArray(key); };
        row("an unknown section", R"({"password": "x"})", "password");
        row("an unknown threshold", R"({"screener": {"dte_mim": 30}})", "dte_mim");
        row("an unknown limit", R"({"limits": {"risk": 0.01}})", "risk");
        row("an unknown approval key", R"({"approval": {"manager_seconds": 60}})", "manager_seconds");
        row("an unknown look", R"({"look": {"font": "mono"}})", "font");
        row("a density between", R"({"look": {"density": "cosy"}})", "density");
        row("a palette of our own", R"({"look": {"gain_loss": "pink-grey"}})", "gain_loss");
        row("an unknown profile", R"({"screener": {"profile": "greedy"}})", "profile");
        row("a profile that is a number", R"({"screener": {"profile": 1}})", "profile");
        row("a looser limit", R"({"limits": {"risk_per_trade": 0.021}})", "risk_per_trade");
        row("a lower floor", R"({"limits": {"min_volume": 9}})", "min_volume");
        row("a negative limit", R"({"limits": {"portfolio_risk": -0.1}})", "portfolio_risk");
        row("a limit beyond any integer", R"({"limits": {"min_volume": 99999999999999999999}})", "min_volume");
        row("a fraction of a day", R"({"screener": {"dte_min": 30.5}})", "dte_min");
        row("a word for a number", R"({"screener": {"width_min": "2"}})", "width_min");
        row("a number for a yes", R"({"screener": {"scale_width": 1}})", "scale_width");
        row("null", R"({"screener": {"slippage": null}})", "slippage");
        row("a percentile of 101", R"({"screener": {"iv_percentile_min": 101}})", "iv_percentile_min");
        row("a range upside down", R"({"screener": {"dte_min": 50}})", "dte_min");
        row("more decimals than are kept", R"({"screener": {"slippage": 0.10000001}})", "slippage");
        row("a trader deadline under 30 s", R"({"approval": {"trader_seconds": 29}})", "trader_seconds");
        row("a trader deadline over 5 min", R"({"approval": {"trader_seconds": 301}})", "trader_seconds");
        row("a theme of our own", R"({"look": {"theme": "pink"}})", "theme");
        row("silence for critical alarms", R"({"sound": {"critical": false}})", "critical");
        row("an unknown broker key", R"({"broker": {"password": "x"}})", "password");
        row("a phone of words", R"({"broker": {"phone": "call Bob"}})", "phone");
        row("a phone without digits", R"x({"broker": {"phone": "+-()"}})x", "phone");
        row("a phone that is a number", R"({"broker": {"phone": 5550100}})", "phone");
        row("an endless phone", R"({"broker": {"phone": "12345678901234567890123456789012345678901"}})", "phone");
        row("a phone with a line in it", "{\"broker\": {\"phone\": \"555\\n0100\"}}", "phone");
        row("a word for a sound", R"({"sound": {"approvals": "off"}})", "approvals");
        row("a key of no action", R"({"keys": {"chian": "F3"}})", "chian");
        row("a key that is none", R"({"keys": {"chain": "Hyper+Ü+3"}})", "Hyper");
        row("a number for a key", R"({"keys": {"chain": 3}})", "chain");
        row("a key of two actions", R"({"keys": {"chain": "F4"}})", "F4 is used twice");
        row("the halt key for something else", R"({"keys": {"orders": "F12"}})", "F12 may not be used");
        row("no halt key", R"({"keys": {"halt": []}})", "never taken away");
        row("Esc", R"({"keys": {"approvals": "Esc"}})", "Esc");
        row("a list for a section", R"({"limits": []})", "limits");
        row("a word for a section", R"({"look": "dark"})", "look");
        row("a list for the file", "[]", "object");
        row("not a number", R"({"limits": {"risk_per_trade": NaN}})", "line 1");
        row("endless", R"({"limits": {"risk_per_trade": 1e999}})", "JSON");
        row("a cut file", "{\"limits\": {\"risk_per", "line 1");
        row("an empty file", "", "line 1");
        row("a binary file", "\x01\xff\xfe", "JSON");
    }
    void whatMayNotStandIsRefusedWithFileAndKey() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, key);
        write(text);
        const auto values = app::loadConfig(folder());
        QVERIFY(!values.has_value());
        QCOMPARE(values.error().code, ErrorCode::BadInput);
        const QByteArray detail(values.error().detail.c_str());
        QVERIFY2(detail.contains("config.json"), detail.constData());
        QVERIFY2(detail.contains(key), detail.constData());
        QVERIFY2(!detail.contains('\n'), detail.constData());
    }

    void aWrittenFileReadsBackEqual() {
        ui::SettingsValues wanted;
        wanted.desk.screener = strategy::seedProfile();
        for (const auto& f : strategy::screenFields()) // something else in every threshold
            f.set(wanted.desk.screener, f.kind == FieldInfo::Kind::Flag    ? 1 - f.get(wanted.desk.screener)
                                        : f.kind == FieldInfo::Kind::Whole ? f.get(wanted.desk.screener) + 1
                                                                           : inMillionths(f.get(wanted.desk.screener) * 0.9));
        wanted.desk.screener.ivPercentileMin = 33.333333;
        wanted.desk.screener.creditToCostMin = 2.7;
        for (const auto& f : risk::limitFields())
            f.set(wanted.desk.limits, risk::isFloor(f)                   ? f.get(wanted.desk.limits) + 1
                                      : f.kind == FieldInfo::Kind::Whole ? f.get(wanted.desk.limits) - 1
                                                                         : f.get(wanted.desk.limits) / 2);
        wanted.desk.traderDeadline = std::chrono::seconds(300);
        wanted.look = {ui::ThemeKind::Light, ui::GainLoss::RedGreen, ui::Density::Comfortable};
        wanted.sounds.approvals = false;
        wanted.brokerPhone = "+1 (555) 010-0100 x 12";
        wanted.keys = {{"chain", {"Ctrl+Shift+C"}}, {"halt", {"ScrollLock"}}, {"volatility", {}}};
        const auto saved = app::saveConfig(folder(), wanted);
        QVERIFY2(saved.has_value(), saved ? "" : saved.error().detail.c_str());
        const auto back = app::loadConfig(folder());
        QVERIFY2(back.has_value(), back ? "" : back.error().detail.c_str());
        for (const auto& f : strategy::screenFields()) QCOMPARE(f.get(back->desk.screener), f.get(wanted.desk.screener));
        for (const auto& f : risk::limitFields()) QCOMPARE(f.get(back->desk.limits), f.get(wanted.desk.limits));
        QCOMPARE(back->desk.screener.name, wanted.desk.screener.name);
        QCOMPARE(back->desk.traderDeadline, wanted.desk.traderDeadline);
        QVERIFY(back->look == wanted.look);
        QVERIFY(back->sounds == wanted.sounds);
        QVERIFY(back->keys == wanted.keys);
        QCOMPARE(back->brokerPhone, wanted.brokerPhone);
    }

    void onlyWhatDiffersIsWrittenAndForUsAlone() {
        ui::SettingsValues wanted;
        wanted.desk.limits.riskPerTrade = 0.015;
        QVERIFY(app::saveConfig(folder(), wanted).has_value());
        QFile file(path());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY2(text.contains("\"risk_per_trade\": 0.015"), text.constData());
        QVERIFY2(!text.contains("screener\"") && !text.contains("look"), text.constData());
#ifndef Q_OS_WIN
        QCOMPARE(QFileInfo(path()).permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                 QFile::Permissions());
#endif
        QVERIFY(!QFile::exists(path() + QStringLiteral(".part")));
    }

    void aLookThatIsSavedLeavesTheLimitsOfTheFile() {
        // Two desks of one data folder: one tightens a limit, the other, which read the file before, changes its theme.
        const auto first = app::loadConfig(folder());
        QVERIFY(first.has_value());
        ui::SettingsValues tightened;
        tightened.desk.limits.riskPerTrade = 0.01;
        QVERIFY(app::saveConfig(folder(), tightened).has_value());
        auto look = *first;
        look.look.theme = ui::ThemeKind::Light;
        QVERIFY(app::saveLook(folder(), look).has_value());
        const auto back = app::loadConfig(folder());
        QCOMPARE(back->desk.limits.riskPerTrade, 0.01);
        QVERIFY(back->look.theme == ui::ThemeKind::Light);
    }

    void aFileThatIsNotUnderstoodIsNotOverwrittenByALook() {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"limits\": {\"risk_per_trade\": ");
        file.close();
        QVERIFY(!app::saveLook(folder(), {}).has_value());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("risk_per_trade"));
    }

    void nothingLooserIsEverWritten() {
        ui::SettingsValues wanted;
        wanted.desk.limits.portfolioRisk = 0.2;
        QVERIFY(!app::saveConfig(folder(), wanted).has_value());
        wanted = {};
        wanted.desk.screener.slippage = std::nan("");
        QVERIFY(!app::saveConfig(folder(), wanted).has_value());
        QVERIFY(!QFile::exists(path()));
    }

    void aFolderThatCannotBeWrittenIsSaid() {
        const auto saved = app::saveConfig(folder() + "/missing", {});
        QVERIFY(!saved.has_value());
        QCOMPARE(saved.error().code, ErrorCode::Io);
    }
};

QTEST_APPLESS_MAIN(ConfigTest)
#include "tst_app_config.moc"
