#pragma once

#include "base/time.h"

namespace mahler {

/// The only reader of the time. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override;
};

/// Moves by hand. Not thread-safe: for tests and for hosts that step one thread.
class ManualClock final : public Clock {
public:
    explicit ManualClock(UtcTime start) : m_now{start, MonoTime{0}} {}
    Timestamp now() const override { return m_now; }
    void advance(std::chrono::nanoseconds by) {
        m_now.utc += by;
        m_now.mono += by;
    }
    /// The wall clock steps; the monotonic clock does not.
    void jumpWall(std::chrono::nanoseconds by) { m_now.utc += by; }

private:
    Timestamp m_now;
};

} // namespace mahler
