#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <QObject>

namespace mahler::app {

/// Work of other threads for the thread this lives on, done in the order it came, one piece an event. What is handed over passes a mutex
/// of our own, so that the thread sanitizer sees the way it takes: Qt's it cannot see into. What has not been done when this ends never is.
class GuiDoor final : public QObject {
public:
    using QObject::QObject;
    void post(std::function<void()> work); ///< any thread; returns at once

protected:
    void customEvent(QEvent* event) override;

private:
    std::mutex m_mutex;
    std::deque<std::function<void()>> m_waiting;
};

} // namespace mahler::app
