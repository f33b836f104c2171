#include "app/quit_signals.h"

#include <QApplication>
#include <QSocketNotifier>

#ifndef _WIN32
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace mahler::app {

#ifndef _WIN32

namespace {

constexpr std::array kEnding{SIGTERM, SIGINT, SIGHUP};
/// A signal handler can reach nothing but what is global; -1: nobody listens.
int g_quitPipe[2] = {-1, -1};

extern "C" void writeQuitByte(int) {
    const int before = errno;
    [[maybe_unused]] const auto written = ::write(g_quitPipe[1], "q", 1);
    errno = before;
}

} // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {
    if (::pipe(g_quitPipe) != 0) return; // without it a signal ends the process, as it would anyway
    for (const int end : g_quitPipe) {
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
        ::fcntl(end, F_SETFL, O_NONBLOCK);
    }
    auto* notifier = new QSocketNotifier(g_quitPipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [notifier] {
        notifier->setEnabled(false);
        QApplication::closeAllWindows(); // they keep their places
        QCoreApplication::exit(0);       // and no window can say no
    });
    struct sigaction action {};
    action.sa_handler = writeQuitByte;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART); // the second one is not ours any more
    sigemptyset(&action.sa_mask);
    for (const int signal : kEnding) ::sigaction(signal, &action, nullptr);
}

QuitSignals::~QuitSignals() {
    if (g_quitPipe[0] < 0) return;
    for (const int signal : kEnding) std::signal(signal, SIG_DFL);
    for (int& end : g_quitPipe) {
        ::close(end);
        end = -1;
    }
}

#else

QuitSignals::QuitSignals(QObject* parent) : QObject(parent) {}
QuitSignals::~QuitSignals() = default;

#endif

} // namespace mahler::app
