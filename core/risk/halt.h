#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"

namespace mahler::risk {

/// SAFETY section 2; Startup is the latch every process begins with (section 7).
enum class Breaker { Startup, B1DailyLoss, B2WeeklyLoss, B3Drawdown, B4Vix, B5StaleData, B6ApiErrors, B7Integrity, B8Manual };
const char* toString(Breaker breaker); ///< "startup", "B1" ... "B8"
Result<Breaker> parseBreaker(std::string_view text);
const std::vector<Breaker>& allBreakers();

/// What a set latch demands beyond refusing new orders.
enum class HaltAction { RefuseOpening, CancelOpening, CloseAll, CloseAllAndDisable };

/// One set cause. Journaled; recomputed from the journal at start (S5).
struct Latch {
    Breaker breaker = Breaker::Startup;
    UtcTime since{};
    MonoTime sinceMono{};
    std::string reason;
    int tripsThisSession = 0;
    TradingDate session{};
};

/// The thresholds. constexpr on purpose: nothing can change them at run time (S6).
struct BreakerThresholds {
    static constexpr std::int64_t kDailyLossPpm = 20'000;   ///< 2.00 %
    static constexpr std::int64_t kWeeklyLossPpm = 50'000;  ///< 5.00 %
    static constexpr std::int64_t kDrawdownPpm = 150'000;   ///< 15.00 %
    static constexpr double kVix = 50.0;
    static constexpr int kVixStaleSeconds = 30;
    static constexpr int kStaleSeconds = 30;
    static constexpr int kApiErrors = 5;
    static constexpr int kApiWindowSeconds = 60;
    static constexpr int kVixClearSeconds = 600;
    static constexpr int kStaleClearSeconds = 60;
    static constexpr int kApiClearSeconds = 60;
};

/// The order path's switch: read immediately before each submission leaves (DESIGN section 3). Lock-free, any thread.
/// Closing it is one store; only the desk opens it, after its latches are clear.
class HaltGate {
public:
    /// Closed until opened.
    bool open() const { return m_open.load(std::memory_order_acquire); }
    std::uint64_t epoch() const { return m_epoch.load(std::memory_order_acquire); }
    void close() {
        m_open.store(false, std::memory_order_release);
        m_epoch.fetch_add(1, std::memory_order_acq_rel);
    }
    /// Opens only if nobody closed the gate since `epoch` was read.
    bool openIf(std::uint64_t epoch) {
        if (m_epoch.load(std::memory_order_acquire) != epoch)
            return false;
        m_open.store(true, std::memory_order_release);
        if (m_epoch.load(std::memory_order_acquire) != epoch) {
            m_open.store(false, std::memory_order_release);
            return false;
        }
        return true;
    }

private:
    std::atomic<bool> m_open{false};
    std::atomic<std::uint64_t> m_epoch{1};
};

} // namespace mahler::risk
