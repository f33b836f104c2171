#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <map>
#include <set>

/// The floors of docs/architecture.md. An include may only go down; equal floors may not see each other.
class LayeringTest : public QObject {
    Q_OBJECT

    const std::map<QString, int> m_floor = {{"base", 1},      {"market", 2}, {"pricing", 3},  {"analytics", 4}, {"portfolio", 4}, {"simulation", 4},
                                            {"strategy", 5},  {"store", 5},  {"risk", 6},     {"approval", 6},  {"memory", 6},    {"agents", 7},
                                            {"execution", 7}, {"desk", 8},   {"backtest", 9}, {"connect", 9},   {"ui", 10},       {"app", 11}};

    static QStringList sources(const QString& folder) {
        QStringList files;
        QDirIterator it(QStringLiteral(MAHLER_SOURCE_DIR) + QLatin1Char('/') + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) files << it.next();
        return files;
    }

    static QStringList includes(const QString& path) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly)) return {};
        QStringList out;
        static const QRegularExpression kInclude(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"));
        while (!file.atEnd()) {
            const auto match = kInclude.match(QString::fromUtf8(file.readLine()));
            if (match.hasMatch()) out << match.captured(1);
        }
        return out;
    }

    QString roomOf(const QString& path) const {
        const QString relative = QDir(QStringLiteral(MAHLER_SOURCE_DIR)).relativeFilePath(path);
        const auto parts = relative.split(QLatin1Char('/'));
        return parts.first() == QLatin1String("core") ? parts.value(1) : parts.first();
    }

private Q_SLOTS:
    void everyIncludeGoesDownTheFloors() {
        QStringList wrong;
        int seen = 0;
        for (const auto& folder : {QStringLiteral("core"), QStringLiteral("ui"), QStringLiteral("app")}) {
            for (const auto& file : sources(folder)) {
                const QString room = roomOf(file);
                QVERIFY2(m_floor.count(room), qPrintable(file + " is in no room"));
                for (const auto& include : includes(file)) {
                    const QString target = include.section(QLatin1Char('/'), 0, 0);
                    if (!include.contains(QLatin1Char('/')) || !m_floor.count(target) || target == room) continue;
                    ++seen;
                    if (m_floor.at(target) >= m_floor.at(room)) wrong << file + " includes " + include;
                }
            }
        }
        QVERIFY(seen > 50);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void coreNeverIncludesQt() {
        QStringList wrong;
        for (const auto& file : sources(QStringLiteral("core")))
            for (const auto& include : includes(file))
                if (include.startsWith(QLatin1Char('Q')) || include.startsWith(QLatin1String("qt"))) wrong << file + " includes " + include;
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void everyForeignLibraryStaysInItsHome_data() {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QStringList>("homes");
        QTest::newRow("QuantLib in pricing") << "ql/" << QStringList{"pricing"};
        QTest::newRow("SQLite in store") << "sqlite3" << QStringList{"store"};
        QTest::newRow("libcurl in connect") << "curl/" << QStringList{"connect"};
        QTest::newRow("keychain in app") << "qt6keychain/" << QStringList{"app"};
    }
    void everyForeignLibraryStaysInItsHome() {
        QFETCH(QString, prefix);
        QFETCH(QStringList, homes);
        QStringList wrong;
        for (const auto& folder : {QStringLiteral("core"), QStringLiteral("ui"), QStringLiteral("app")})
            for (const auto& file : sources(folder))
                for (const auto& include : includes(file))
                    if (include.startsWith(prefix) && !homes.contains(roomOf(file))) wrong << file + " includes " + include;
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void theScreenMeetsNeitherStoreNorJson() {
        QStringList wrong;
        for (const auto& file : sources(QStringLiteral("ui")))
            for (const auto& include : includes(file))
                if (include.startsWith(QLatin1String("store/")) || include.startsWith(QLatin1String("connect/")) ||
                    include == QLatin1String("desk/runtime.h") || include == QLatin1String("base/json.h") ||
                    include.startsWith(QLatin1String("nlohmann/")) || include.startsWith(QLatin1String("QJson")) ||
                    include == QLatin1String("desk/desk.h"))
                    wrong << file + " includes " + include;
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void everyListedDecisionExists() {
        QFile architecture(QStringLiteral(MAHLER_SOURCE_DIR) + QStringLiteral("/docs/architecture.md"));
        QVERIFY(architecture.open(QIODevice::ReadOnly));
        static const QRegularExpression kAdr(QStringLiteral("ADR (\\d{4})"));
        auto it = kAdr.globalMatch(QString::fromUtf8(architecture.readAll()));
        QVERIFY(it.hasNext());
        while (it.hasNext()) {
            const QString number = it.next().captured(1);
            const QDir folder(QStringLiteral(MAHLER_SOURCE_DIR) + QStringLiteral("/docs/adr"));
            QVERIFY2(folder.entryList({number + QStringLiteral("-*.md")}).size() == 1, qPrintable(number));
        }
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "tst_base_layering.moc"
