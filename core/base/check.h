#pragma once

#include <stdexcept>
#include <string>

namespace mahler {

/// A broken invariant. Thrown by MAHLER_CHECK, caught only by a worker's outermost frame, which halts (SAFETY S18).
class InvariantError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

[[noreturn]] void checkFailed(const char* expression, const char* file, int line);

} // namespace mahler

/// On in every build type: a wrong number is worse than none.
#define MAHLER_CHECK(expression) (static_cast<bool>(expression) ? static_cast<void>(0) : ::mahler::checkFailed(#expression, __FILE__, __LINE__))
