#pragma once

#include <array>
#include <chrono>

#include "backtest/fault_kinds.h"
#include "base/random.h"
#include "base/time.h"

namespace mahler::backtest {

/// Which faults are on now. Each that is begun lasts a second to a minute and a half; what it does is up to whom it meets.
class Weather {
public:
    Weather(std::uint64_t seed, FaultSet allowed)
        : m_random(seed), m_allowed(allowed.begin(), allowed.end()), m_rate(0.005 + 0.08 * m_random.uniform() * m_random.uniform()) {}

    /// Begins a fault now and then. `now`: true time that passed, never back.
    void turn(MonoTime now) {
        m_now = now;
        if (m_allowed.empty() || m_random.uniform() > m_rate) return;
        const auto kind = m_allowed[m_random.below(m_allowed.size())];
        m_until[static_cast<std::size_t>(kind)] = now + std::chrono::milliseconds(1000 + m_random.below(89'000));
    }
    void clear() {
        m_until.fill(MonoTime::min());
        m_allowed.clear();
    }
    /// Whether the fault strikes now; counted when it does.
    bool strikes(FaultKind kind, double chance = 1) {
        const auto at = static_cast<std::size_t>(kind);
        if (m_now >= m_until[at] || (chance < 1 && m_random.uniform() >= chance)) return false;
        ++m_counts[at];
        return true;
    }
    const std::array<std::int64_t, kFaultKinds>& counts() const { return m_counts; }

private:
    Random m_random;
    std::vector<FaultKind> m_allowed;
    double m_rate; ///< chance that one begins with a turn: calm sessions and stormy ones
    MonoTime m_now{};
    std::array<MonoTime, kFaultKinds> m_until = [] {
        std::array<MonoTime, kFaultKinds> none;
        none.fill(MonoTime::min());
        return none;
    }();
    std::array<std::int64_t, kFaultKinds> m_counts{};
};

} // namespace mahler::backtest
