#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "base/log.h"

using namespace mahler;

class TestBaseLog : public QObject {
    Q_OBJECT

    static QByteArray textOf(const QTemporaryDir& dir) {
        QFile file(dir.filePath("mahler.log"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private Q_SLOTS:
    void nothingIsWrittenBeforeTheStart() { log(LogLevel::Error, "into the void"); }
    void messagesReachTheFile() {
        QTemporaryDir dir;
        startLog(dir.path().toStdString());
        log(LogLevel::Info, "first {} message");
        log(LogLevel::Warning, "second");
        QVERIFY(textOf(dir).contains("first {} message") && textOf(dir).contains("second"));
    }
    void aSecondStartMovesTheLog() {
        QTemporaryDir before, after;
        startLog(before.path().toStdString());
        startLog(after.path().toStdString());
        log(LogLevel::Error, "moved");
        QVERIFY(!textOf(before).contains("moved"));
        QVERIFY(textOf(after).contains("moved"));
    }
    void anUnwritableFolderIsSurvived() {
        startLog("/proc/no-such-folder");
        log(LogLevel::Error, "lost, and that is all");
    }
};

QTEST_APPLESS_MAIN(TestBaseLog)
#include "tst_base_log.moc"
