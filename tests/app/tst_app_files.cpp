#include <atomic>
#include <csignal>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include "app/workstation.h"
#include "program.h"

using namespace mahler;
using namespace mahler::app::testing;

/// What the program leaves on the disk, and what it refuses to find there.
class FilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void aSignalEndsTheWorkstationCleanly_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }
    void aSignalEndsTheWorkstationCleanly() {
        QFETCH(int, signal);
        const QString data = m_folder.filePath(QStringLiteral("ended-%1").arg(signal));
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(QStringLiteral(MAHLER_BINARY), {"--data-dir", data, "--speed", "600"});
        QVERIFY(process.waitForStarted());
        const QString journal = data + "/sim-7-calm-2026-11-23/journal.db";
        const auto logged = [&] { return QFileInfo(journal + "-wal").size() > 100'000; };
        QTRY_VERIFY_WITH_TIMEOUT(logged(), 30'000); // it is at work
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(QFileInfo(journal + "-wal").size() == 0); // moved into the journal
        const Ran verified = run({"journal", "verify", journal, "--json"});
        QVERIFY2(verified.code == 0, verified.error.constData());
        const auto report = QJsonDocument::fromJson(verified.out).object();
        QVERIFY(report.value("tape_blocks").toInt() > 0 && report.value("missing_tapes").toArray().isEmpty());
        const auto anchor = QJsonDocument::fromJson(contents(journal + ".anchor")).object();
        QCOMPARE(anchor.value("seq").toInt(), report.value("records").toInt());
        QCOMPARE(anchor.value("file_sha256").toString().size(), 64); // which only a clean exit writes
        QCOMPARE(run({"journal", "replay", journal}).code, 0);
    }

    void aDamagedTapeFailsVerifyAndReplay() {
        app::WorkstationOptions options;
        options.dataDirectory = m_folder.filePath("taped").toStdString();
        options.date = app::defaultSimulationDate();
        {
            std::atomic<bool> ticked = false;
            auto sinks = quietSinks();
            sinks.view = [&](const auto& view) { ticked = ticked || view->journalSeq > 20; };
            const auto desk = app::startDesk(options, sinks);
            QVERIFY2(desk.has_value(), desk ? "" : desk.error().detail.c_str());
            QTRY_VERIFY_WITH_TIMEOUT(ticked.load(), 30'000);
        }
        const QString folder = QString::fromStdString(app::deskDirectory(options)), journal = folder + "/journal.db";
        const auto tapes = QDir(folder).entryList({"*.tape"});
        QCOMPARE(tapes.size(), 1);
        const Ran good = run({"journal", "verify", journal});
        QVERIFY2(good.code == 0 && good.out.contains("tape block"), good.out + good.error);
        QFile tape(folder + "/" + tapes.front());
        QVERIFY(tape.open(QIODevice::ReadWrite | QIODevice::Unbuffered));
        char byte = 0;
        QVERIFY(tape.seek(tape.size() / 2) && tape.getChar(&byte) && tape.seek(tape.size() / 2) && tape.putChar(static_cast<char>(byte ^ 1)));
        tape.close();
        for (const char* verb : {"verify", "replay"}) {
            const Ran ran = run({"journal", verb, journal});
            QVERIFY2(ran.code == 1, verb);
            QVERIFY2(ran.error.contains(tapes.front().toUtf8()), ran.error.constData());
            QCOMPARE(ran.error.trimmed().count('\n'), 0);
            QCOMPARE(run({"journal", verb, journal, "--json"}).code, 1);
        }
        QVERIFY(QFile::remove(tape.fileName()));
        const Ran missing = run({"journal", "verify", journal});
        QCOMPARE(missing.code, 1);
        QVERIFY2(missing.error.contains(("the tape " + tapes.front() + " is missing").toUtf8()), missing.error.constData());
        QCOMPARE(missing.error.trimmed().count('\n'), 0);
        QCOMPARE(run({"journal", "verify", journal, "--without-tapes"}).code, 0); // kept elsewhere
        QVERIFY(run({"doctor", "--data-dir", QString::fromStdString(options.dataDirectory)}).out.contains("is missing"));
        QCOMPARE(run({"journal", "replay", journal}).code, 2);
        const Ran exported = run({"journal", "export", journal, "--out", m_folder.filePath("lines.jsonl"), "--json"});
        QCOMPARE(exported.code, 0);
        const auto summary = QJsonDocument::fromJson(exported.out).object();
        QVERIFY(summary.value("records").toInt() > 20);
        QCOMPARE(contents(m_folder.filePath("lines.jsonl")).count('\n'), static_cast<qsizetype>(summary.value("records").toInt()));
        for (const QString& own : {journal, folder + "/checkpoint.key"}) {
            const Ran onto = run({"journal", "export", journal, "--out", own});
            QCOMPARE(onto.code, 2);
            QVERIFY2(onto.error.contains("choose another file"), onto.error.constData());
            QCOMPARE(onto.error.trimmed().count('\n'), 0);
        }
        QCOMPARE(run({"journal", "verify", journal, "--without-tapes"}).code, 0);
    }

    void aDamagedSearchIndexFailsVerify() {
        app::WorkstationOptions options;
        options.dataDirectory = m_folder.filePath("searched").toStdString();
        options.date = app::defaultSimulationDate();
        {
            std::atomic<bool> begun = false;
            auto sinks = quietSinks();
            sinks.view = [&](const auto& view) { begun = begun || view->journalSeq > 0; };
            const auto desk = app::startDesk(options, sinks);
            QVERIFY2(desk.has_value(), desk ? "" : desk.error().detail.c_str());
            QTRY_VERIFY_WITH_TIMEOUT(begun.load(), 30'000);
        }
        const QString journal = QString::fromStdString(app::deskDirectory(options)) + "/journal.db";
        QVERIFY(QFile::remove(journal + ".anchor")); // a copy that stands alone: no hash vouches for its bytes
        const Ran good = run({"journal", "verify", journal});
        QVERIFY2(good.code == 0, good.error.constData());
        const auto at = contents(journal).indexOf("in.started system"); // with the space it is a text of the index
        QVERIFY(at > 0);
        QFile file(journal);
        QVERIFY(file.open(QIODevice::ReadWrite | QIODevice::Unbuffered) && file.seek(at + 3) && file.putChar('z'));
        file.close();
        const Ran bad = run({"journal", "verify", journal});
        QCOMPARE(bad.code, 1);
        QVERIFY2(bad.error.contains("the records hold, but the search index does not"), bad.error.constData());
        QCOMPARE(bad.error.trimmed().count('\n'), 0);
        QCOMPARE(QJsonDocument::fromJson(run({"journal", "verify", journal, "--json"}).out).object().value("first_bad_seq").toInt(-1), 0);
    }

    void aFileThatOthersCanReadIsRefused_data() {
        QTest::addColumn<QString>("name"); // in the desk's folder, or with "../" in the data folder
        for (const char* name : {"../config.json", "mahler.log", "../window.ini", "checkpoint.key", "run-1.tape", "journal.db"})
            QTest::newRow(name) << name;
    }
    void aFileThatOthersCanReadIsRefused() {
        QFETCH(QString, name);
        app::WorkstationOptions options;
        options.dataDirectory = m_folder.filePath("open-" + QFileInfo(name).baseName()).toStdString();
        options.date = app::defaultSimulationDate();
        if (const auto desk = app::startDesk(options, quietSinks()); !desk) QFAIL(desk.error().detail.c_str());
        const QString path = QDir::cleanPath(QString::fromStdString(app::deskDirectory(options)) + "/" + name);
        const QStringList arguments{"--data-dir", QString::fromStdString(options.dataDirectory)};
        if (!QFile::exists(path)) {
            QFile made(path);
            QVERIFY(made.open(QIODevice::WriteOnly));
        }
        const auto refused = [&](const char* why) {
            const Ran ran = run(arguments);
            QCOMPARE(ran.code, 2);
            QVERIFY2(ran.error.contains(path.toUtf8() + ": ") && ran.error.contains(why), ran.error.constData());
            QCOMPARE(ran.error.trimmed().count('\n'), 0);
            QVERIFY(!app::startDesk(options, quietSinks()).has_value());
        };
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
        refused("chmod 600");
        QCOMPARE(run({"doctor", "--data-dir", QString::fromStdString(options.dataDirectory)}).code, 1);
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(QFile::rename(path, path + ".kept") && QFile::link(path + ".kept", path));
        refused("symbolic link");
    }
    void twoSeedsOfOneDataFolderRunAtOnceEachWithItsOwnJournalAndLog() {
        app::WorkstationOptions one;
        one.dataDirectory = m_folder.filePath("two").toStdString();
        one.date = app::defaultSimulationDate();
        auto other = one;
        other.seed = one.seed + 1;
        {
            const auto first = app::startDesk(one, quietSinks()), second = app::startDesk(other, quietSinks());
            QVERIFY2(first.has_value(), first ? "" : first.error().detail.c_str());
            QVERIFY2(second.has_value(), second ? "" : second.error().detail.c_str());
        }
        for (const auto& options : {one, other}) {
            const QDir desk(QString::fromStdString(app::deskDirectory(options)));
            QVERIFY(desk.exists("journal.db") && desk.exists("mahler.log"));
        }
        QVERIFY(!QDir(QString::fromStdString(one.dataDirectory)).exists("mahler.log"));
    }

    void aKeyThatOthersCanReadIsNoKey() {
        app::WorkstationOptions options;
        options.dataDirectory = m_folder.filePath("key").toStdString();
        options.date = app::defaultSimulationDate();
        if (const auto desk = app::startDesk(options, quietSinks()); !desk) QFAIL(desk.error().detail.c_str());
        const QString journal = QString::fromStdString(app::deskDirectory(options)) + "/journal.db";
        const QString key = QFileInfo(journal).path() + "/checkpoint.key";
        QVERIFY(QFile::setPermissions(key, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
        const Ran ran = run({"journal", "verify", journal});
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.error.contains("checkpoint.key: others can read it"), ran.error.constData());
    }

    void aSecondInstanceAndAFlippedByteAreRefused() {
        app::WorkstationOptions options;
        options.dataDirectory = m_folder.filePath("twice").toStdString();
        options.date = app::defaultSimulationDate();
        options.profile = strategy::calibratedProfile();
        const desk::RuntimeSinks quiet = quietSinks();
        const std::string journal = app::deskDirectory(options) + "/journal.db";
        {
            auto first = app::startDesk(options, quiet);
            QVERIFY2(first.has_value(), first ? "" : first.error().detail.c_str());
            const auto second = app::startDesk(options, quiet);
            QVERIFY(!second.has_value());
            QCOMPARE(second.error().code, ErrorCode::Busy);
            const Ran ran = run({"--data-dir", QString::fromStdString(options.dataDirectory), "--seed", "7"});
            QCOMPARE(ran.code, 2);
            QVERIFY2(ran.error.contains("another Mahler"), ran.error.constData());
        }
        QCOMPARE(run({"journal", "verify", QString::fromStdString(journal)}).code, 0);
        QCOMPARE(run({"journal", "replay", QString::fromStdString(journal)}).code, 0);
        QFile file(QString::fromStdString(journal));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray good = file.readAll();
        file.close();
        for (int i = 1; i <= 8; ++i) {
            QByteArray bad = good;
            const auto at = static_cast<qsizetype>(bad.size() * i / 9);
            bad[at] = static_cast<char>(bad[at] ^ 0x20);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bad);
            file.close();
            const Ran ran = run({"journal", "verify", QString::fromStdString(journal)});
            QVERIFY2(ran.code == 1, qPrintable(QStringLiteral("byte %1 of %2: %3").arg(at).arg(bad.size()).arg(QString::fromUtf8(ran.error))));
            QCOMPARE(ran.error.trimmed().count('\n'), 0);
            QVERIFY(!app::startDesk(options, quiet).has_value());
        }
    }
};

QTEST_GUILESS_MAIN(FilesTest)
#include "tst_app_files.moc"
