#include "base/clock.h"

namespace mahler {

Timestamp SystemClock::now() const {
    return {std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()),
            std::chrono::duration_cast<MonoTime>(std::chrono::steady_clock::now().time_since_epoch())};
}

} // namespace mahler
