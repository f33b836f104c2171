#pragma once

#include <chrono>
#include <functional>
#include <QApplication>
#include <QEvent>

namespace mahler::bench {

/// Tells when a widget's paint is over and on the window's surface. GUI thread.
class WatchedApplication final : public QApplication {
public:
    using Clock = std::chrono::steady_clock;
    using QApplication::QApplication;

    /// Asked after every paint event; the first time it says yes, the end of that frame is kept as paintedAt(). Forgets what
    /// was painted before.
    void watch(std::function<bool(const QObject& painted)> wanted);
    std::optional<Clock::time_point> paintedAt() const { return m_paintedAt; }
    /// Ends of all frames with a wanted paint are kept as the last one's instead of the first one's.
    void keepLast(bool last) { m_last = last; }
    /// Called with what the GUI thread was busy with one event, in seconds. Empty: nothing is timed.
    void onEvent(std::function<void(double)> told) { m_told = std::move(told); }

    bool notify(QObject* receiver, QEvent* event) override;
    /// Runs the event loop until `done` or the time is over. @return whether it is done.
    static bool pump(const std::function<bool()>& done, double seconds);

private:
    std::function<bool(const QObject&)> m_wanted;
    std::function<void(double)> m_told;
    std::optional<Clock::time_point> m_paintedAt;
    bool m_seen = false, m_last = false;
    int m_depth = 0;
};

} // namespace mahler::bench
