#include "app/bench/watched_application.h"

#include <QElapsedTimer>

namespace mahler::bench {

void WatchedApplication::watch(std::function<bool(const QObject&)> wanted) {
    m_wanted = std::move(wanted);
    m_seen = false;
    m_paintedAt.reset();
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
    const bool paint = event->type() == QEvent::Paint;
    const auto began = Clock::now();
    ++m_depth;
    const bool done = QApplication::notify(receiver, event);
    --m_depth;
    if (paint && m_wanted && m_wanted(*receiver)) m_seen = true;
    if (m_depth > 0) return done;
    const auto now = Clock::now();
    if (m_seen && (m_last || !m_paintedAt)) // the frame with this paint is over: flushed to the window's surface
        m_paintedAt = now;
    m_seen = false;
    if (m_told) m_told(std::chrono::duration<double>(now - began).count());
    return done;
}

bool WatchedApplication::pump(const std::function<bool()>& done, double seconds) {
    QElapsedTimer timer;
    timer.start();
    while (!done() && static_cast<double>(timer.elapsed()) < seconds * 1000)
        processEvents(QEventLoop::WaitForMoreEvents); // the status strip's timer ends every wait
    return done();
}

} // namespace mahler::bench
