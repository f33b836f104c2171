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
    static constexpr std::int64_t kDailyLossPpm = 20'000;  ///< 2.00 %
    static constexpr std::int64_t kWeeklyLossPpm = 50'000; ///< 5.00 %
    static constexpr std::int64_t kDrawdownPpm = 150'000;  ///< 15.00 %
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
/// One word holds the epoch and whether it is open, so that closing and opening cannot cross: whoever closes makes every
/// opening that began before it fail.
class HaltGate {
public:
    /// Closed until opened.
    bool open() const { return (m_word.load() & 1) != 0; }
    std::uint64_t epoch() const { return m_word.load() >> 1; }
    void close() {
        std::uint64_t was = m_word.load();
        while (!m_word.compare_exchange_weak(was, ((was >> 1) + 1) << 1)) {}
    }
    /// Opens only if nobody closed the gate since `epoch` was read.
    bool openIf(std::uint64_t epoch) {
        std::uint64_t closed = epoch << 1;
        return m_word.compare_exchange_strong(closed, closed | 1) || closed == ((epoch << 1) | 1);
    }

private:
    std::atomic<std::uint64_t> m_word{2}; ///< epoch 1, closed
};

} // namespace mahler::risk
