#pragma once

#include <functional>
#include <QTimer>

namespace mahler::ui {

/// The two audible signs. A Critical notice rings until it is acknowledged, at once and then every ten seconds, never more often,
/// whatever the settings; an arriving request rings once and may be silenced. GUI thread.
class AlarmSound final : public QObject {
    Q_OBJECT
public:
    /// `ring` makes the sound (QApplication::beep); `repeat` is for tests.
    explicit AlarmSound(std::function<void()> ring, QObject* parent = nullptr, std::chrono::milliseconds repeat = std::chrono::seconds(10));
    /// Whether a Critical notice stands that nobody has acknowledged.
    void setCritical(bool stands);
    void setApprovalsAudible(bool audible) { m_approvals = audible; }
    void requestAppeared();

private:
    void ring();

    std::function<void()> m_ring;
    QTimer m_pause; ///< runs from each sound of an alarm until the next may be made
    bool m_critical = false, m_approvals = true;
};

} // namespace mahler::ui
