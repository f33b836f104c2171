#include "ui/shell/alarm_sound.h"

#include <utility>

namespace mahler::ui {

AlarmSound::AlarmSound(std::function<void()> ring, QObject* parent, std::chrono::milliseconds repeat) : QObject(parent), m_ring(std::move(ring)) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(repeat);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (m_critical) this->ring();
    });
}

void AlarmSound::ring() {
    m_ring();
    m_pause.start();
}

void AlarmSound::setCritical(bool stands) {
    m_critical = stands;
    if (stands && !m_pause.isActive()) ring();
}

void AlarmSound::requestAppeared() {
    if (m_approvals) m_ring();
}

} // namespace mahler::ui
