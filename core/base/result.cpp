#include "base/result.h"

#include <cstring>

namespace mahler {

const char* toString(ErrorCode code) {
    switch (code) {
    case ErrorCode::BadInput: return "bad input";
    case ErrorCode::NotFound: return "not found";
    case ErrorCode::Io: return "input/output";
    case ErrorCode::Busy: return "busy";
    case ErrorCode::Stale: return "stale";
    case ErrorCode::Rejected: return "rejected";
    case ErrorCode::Integrity: return "integrity";
    case ErrorCode::NoConvergence: return "no convergence";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

void checkFailed(const char* expression, const char* file, int line) {
    const char* slash = std::strrchr(file, '/');
    throw InvariantError(std::string(slash ? slash + 1 : file) + ":" + std::to_string(line) + ": " + expression);
}

} // namespace mahler
