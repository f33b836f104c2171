#include "app/keychain.h"

#include <memory>
#include <QCoreApplication>
#include <QEventLoop>
#include <qt6keychain/keychain.h>
#include <QTimer>

namespace mahler::app {

bool keychainAvailable() {
    int argc = 0;
    std::unique_ptr<QCoreApplication> own;
    if (!QCoreApplication::instance()) own = std::make_unique<QCoreApplication>(argc, nullptr);
    QEventLoop loop;
    bool answered = false;
    auto* job = new QKeychain::ReadPasswordJob(QStringLiteral("mahler")); // deletes itself when done
    job->setInsecureFallback(false);
    job->setKey(QStringLiteral("doctor-probe"));
    QObject::connect(job, &QKeychain::Job::finished, &loop, [&](QKeychain::Job* done) {
        answered = done->error() == QKeychain::NoError || done->error() == QKeychain::EntryNotFound;
        loop.quit();
    });
    QTimer::singleShot(2000, &loop, &QEventLoop::quit);
    job->start();
    loop.exec();
    return answered;
}

} // namespace mahler::app
