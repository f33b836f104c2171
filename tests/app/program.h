#pragma once

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "desk/runtime.h"

/// What the tests of the program share: it runs as a process, as a user runs it.
namespace mahler::app::testing {

struct Ran {
    int code = -1;
    QByteArray out, error;
};
/// No display, and a runtime folder of its own: Qt writes a line to stderr where the caller has none.
inline QProcessEnvironment environment() {
    static const QTemporaryDir runtime; // made for its owner alone, as Qt wants it
    auto with = QProcessEnvironment::systemEnvironment();
    with.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    with.insert(QStringLiteral("XDG_RUNTIME_DIR"), runtime.path());
    return with;
}
inline Ran run(const QStringList& arguments, int timeout = 60000) {
    QProcess process;
    process.setProcessEnvironment(environment());
    process.start(QStringLiteral(MAHLER_BINARY), arguments);
    Ran ran;
    if (!process.waitForFinished(timeout)) {
        process.kill();
        process.waitForFinished();
        return ran;
    }
    ran.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    ran.out = process.readAllStandardOutput();
    ran.error = process.readAllStandardError();
    return ran;
}
inline QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline desk::RuntimeSinks quietSinks() {
    desk::RuntimeSinks quiet;
    quiet.view = [](auto) {};
    quiet.chain = [](auto) {};
    quiet.deliberation = [](auto) {};
    quiet.progress = [](const auto&, const auto&) {};
    quiet.journal = [](auto) {};
    quiet.failed = [](const auto&) {};
    return quiet;
}

} // namespace mahler::app::testing
