#include "app/gui_door.h"

#include <QCoreApplication>
#include <QEvent>

namespace mahler::app {

void GuiDoor::post(std::function<void()> work) {
    {
        std::scoped_lock lock(m_mutex);
        m_waiting.push_back(std::move(work));
    }
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

void GuiDoor::customEvent(QEvent*) {
    std::function<void()> work;
    {
        std::scoped_lock lock(m_mutex);
        work = std::move(m_waiting.front());
        m_waiting.pop_front();
    }
    work();
}

} // namespace mahler::app
